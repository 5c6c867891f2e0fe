//! A wind gauge that sends what it measures. It does not cope with a lost connection.

use std::time::Duration;

use client::device::{DeviceOptions, Message, RetryPolicy};
use lab::{Context, ProgramError};

const MESSAGE_TIMEOUT: Duration = Duration::from_secs(10);

pub async fn run(bench: Context) -> Result<(), ProgramError> {
    let connection_string = bench.device_connection_string()?;
    let device_id = connection_string.device_id.clone();
    let average = bench.number("average-wind-speed");
    let interval = Duration::from_secs_f64(bench.number("interval-seconds"));

    let options = DeviceOptions {
        message_timeout: MESSAGE_TIMEOUT,
        retry: RetryPolicy::None,
        ..DeviceOptions::default()
    };
    let device = bench.device(connection_string, options);
    device.connect().await?;
    bench.print(format!("{device_id} is connected over MQTT."));

    for number in 0_u32.. {
        let wind_speed = average + bench.random() * 4.0 + 2.0;
        let body = format!(r#"{{"deviceId": "{device_id}","windSpeed": {wind_speed:.2}}}"#);

        let message = if number % 2 == 0 {
            // As text: the message says how its body is to be read.
            Message::new(body)
                .with_content_type("application/json")
                .with_content_encoding("utf-8")
        } else {
            // As bytes: the message says nothing about its body.
            Message::new(body.into_bytes())
        };
        let message = message
            .with_message_id(format!("message_{number}"))
            .with_correlation_id(format!("correlation_{number}"))
            .with_property("Property", format!("PropMsg_{number}"));

        bench.print(format!(
            "message_{number} accepted for sending: windSpeed {wind_speed:.2}"
        ));
        let receipt = device.send(message).await?;

        bench.print(format!(
            "message_{number} confirmed by the hub after {} ms",
            receipt.took.as_millis()
        ));
        bench.print(format!(
            "    correlation_id = correlation_{number}, Property = PropMsg_{number}"
        ));
        bench.print(format!("    confirmed in all: {}", number + 1));
        bench.sleep(interval).await;
    }
    Ok(())
}
