//! A thermometer that sends what it measures, and lets the cloud say how often.

use std::{cell::Cell, time::Duration};

use client::device::{Device, DeviceOptions, Message};
use futures::future::try_join;
use lab::{Context, ProgramError};
use serde_json::{Value, json};

/// The time between two messages, until the cloud asks for another.
const FIRST_INTERVAL: Duration = Duration::from_secs(1);

/// The numbers of seconds that the device agrees to.
const AGREEABLE: std::ops::RangeInclusive<f64> = 1.0..=600.0;

pub async fn run(bench: Context) -> Result<(), ProgramError> {
    let connection_string = bench.device_connection_string()?;
    let device_id = connection_string.device_id.clone();
    let device = bench.device(connection_string, DeviceOptions::default());
    device.connect().await?;
    bench.print(format!("{device_id} is connected over MQTT."));

    // Both run side by side, until one of them fails.
    let interval = Cell::new(FIRST_INTERVAL);
    try_join(
        send_telemetry(&bench, &device, &interval),
        answer_methods(&bench, &device, &interval),
    )
    .await?;
    Ok(())
}

async fn send_telemetry(
    bench: &Context,
    device: &Device,
    interval: &Cell<Duration>,
) -> Result<(), ProgramError> {
    loop {
        let temperature = 20.0 + bench.random() * 15.0;
        let humidity = 60.0 + bench.random() * 20.0;
        let body = format!(r#"{{"temperature": {temperature:.2}, "humidity": {humidity:.2}}}"#);
        let alert = if temperature > 30.0 { "true" } else { "false" };

        let message = Message::new(body.as_str())
            .with_content_type("application/json")
            .with_content_encoding("utf-8")
            .with_property("temperatureAlert", alert);
        device.send(message).await?;
        bench.print(format!("Sent {body}, temperatureAlert = {alert}"));
        bench.sleep(interval.get()).await;
    }
}

async fn answer_methods(
    bench: &Context,
    device: &Device,
    interval: &Cell<Duration>,
) -> Result<(), ProgramError> {
    loop {
        // The first call of this subscribes: from then on the hub passes methods on to this device.
        let method = device.next_method().await?;
        bench.print(format!(
            "Method {} called, payload {}",
            method.name, method.payload
        ));

        // The caller gets this status and this text, whatever they are.
        let (status, response) = match (method.name.as_str(), seconds(&method.payload)) {
            ("SetTelemetryInterval", Some(seconds)) => {
                interval.set(seconds);
                (
                    200,
                    "Executed direct method SetTelemetryInterval".to_owned(),
                )
            }
            ("SetTelemetryInterval", None) => (400, "Invalid parameter".to_owned()),
            (name, _) => (404, format!("Direct method not defined: {name}")),
        };
        bench.print(format!("Answering {status}: {response}"));
        device
            .respond(&method, status, json!({ "Response": response }))
            .await?;
    }
}

/// The time that a payload stands for, if it is a number of seconds that makes sense.
fn seconds(payload: &Value) -> Option<Duration> {
    let seconds = payload.as_f64().filter(|it| AGREEABLE.contains(it))?;
    Some(Duration::from_secs_f64(seconds))
}
