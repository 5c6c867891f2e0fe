//! Connects, sends one message, and answers whatever method the cloud calls.

use client::device::{DeviceOptions, Message, RetryPolicy};
use lab::{Context, ProgramError};
use serde_json::json;

pub async fn run(bench: Context) -> Result<(), ProgramError> {
    let connection_string = bench.device_connection_string()?;
    let device_id = connection_string.device_id.clone();

    // Without a retry policy the first refusal ends the program, and its last line says what it was.
    let options = DeviceOptions {
        retry: RetryPolicy::None,
        ..DeviceOptions::default()
    };
    let device = bench.device(connection_string, options);
    bench.print(format!("Connecting as {device_id}."));
    device.connect().await?;
    bench.print("The hub accepted the connection.");

    let message = Message::new(r#"{"state": "well"}"#)
        .with_content_type("application/json")
        .with_content_encoding("utf-8");
    let receipt = device.send(message).await?;
    bench.print(format!(
        "The hub confirmed the message after {} ms.",
        receipt.took.as_millis()
    ));

    loop {
        let method = device.next_method().await?;
        bench.print(format!("Method {} was called.", method.name));
        device
            .respond(&method, 200, json!({ "state": "well" }))
            .await?;
    }
}
