//! The wind gauge once more. It keeps what it could not send, and tries again.

use std::time::Duration;

use client::device::{DeviceOptions, Message, RetryPolicy, SessionEvent};
use futures::StreamExt as _;
use lab::{Context, ProgramError};

/// Long enough to outlast a break of the network: a message counts as lost only after this time.
const MESSAGE_TIMEOUT: Duration = Duration::from_mins(5);

/// Wait 1 s, then 2 s, 4 s, 8 s … up to half a minute. Chance shortens each wait by up to a quarter.
const RETRY: RetryPolicy = RetryPolicy::Exponential {
    first: Duration::from_secs(1),
    factor: 2.0,
    most: Duration::from_secs(30),
    jitter: 0.25,
    attempts: None,
};

pub async fn run(bench: Context) -> Result<(), ProgramError> {
    let connection_string = bench.device_connection_string()?;
    let device_id = connection_string.device_id.clone();
    let average = bench.number("average-wind-speed");
    let interval = Duration::from_secs_f64(bench.number("interval-seconds"));

    let options = DeviceOptions {
        message_timeout: MESSAGE_TIMEOUT,
        retry: RETRY,
        ..DeviceOptions::default()
    };
    let device = bench.device(connection_string, options);
    bench.spawn(tell(bench.clone(), device.events()));
    device.connect().await?;

    for number in 0_u32.. {
        let wind_speed = average + bench.random() * 4.0 + 2.0;
        let body = format!(r#"{{"deviceId": "{device_id}","windSpeed": {wind_speed:.2}}}"#);
        let message = Message::new(body)
            .with_content_type("application/json")
            .with_content_encoding("utf-8")
            .with_message_id(format!("message_{number}"))
            .with_correlation_id(format!("correlation_{number}"))
            .with_property("Property", format!("PropMsg_{number}"));

        bench.print(format!(
            "message_{number} accepted for sending: windSpeed {wind_speed:.2}"
        ));
        let receipt = device.send(message).await?;

        let times = if receipt.times_sent > 1 {
            ", sent more than once"
        } else {
            ""
        };
        bench.print(format!(
            "message_{number} confirmed by the hub after {:.1} s{times}",
            receipt.took.as_secs_f64()
        ));
        bench.sleep(interval).await;
    }
    Ok(())
}

/// Prints what happens to the connection.
async fn tell(bench: Context, mut events: impl futures::Stream<Item = SessionEvent> + Unpin) {
    while let Some(event) = events.next().await {
        match event {
            SessionEvent::Connected { .. } => bench.print("Connected."),
            SessionEvent::Disconnected { why } => bench.print(format!("Disconnected: {why}.")),
            SessionEvent::Retrying { attempt, after } => {
                bench.print(format!("Attempt {attempt} in {:.1} s", after.as_secs_f64()));
            }
            _ => {}
        }
    }
}
