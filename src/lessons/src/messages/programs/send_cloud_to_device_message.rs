//! Sends a message to a device, and waits until the hub tells what became of it.

use client::service::{FeedbackWanted, Message};
use lab::{Context, ProgramError};

use super::receive_feedback::wait_for;

/// Feedback names a message by its id.
const NUMBER: u32 = 0;

pub async fn run(bench: Context) -> Result<(), ProgramError> {
    let device_id = bench.setting("device-id");

    // This policy has the right ServiceConnect: it may send to devices and read feedback.
    let service = bench.service("service")?;

    let value = 10.0 + bench.random() * 4.0 + 2.0;
    let body = format!(r#"{{"service client sent a message": {value:.2}}}"#);
    let id = format!("message_{NUMBER}");
    let message = Message::new(body.as_str())
        .with_message_id(id.as_str())
        .with_correlation_id(format!("correlation_{NUMBER}"))
        .with_property("Property", format!("PropMsg_{NUMBER}"))
        .with_feedback(FeedbackWanted::Full);

    bench.print(format!("Sending {id} to {device_id}: {body}"));
    let sent = bench.now();
    bench
        .send(service.send_to_device(sent, device_id, &message)?)
        .await?;
    // The device may be connected or not: the hub answers the same.
    bench.print(format!("{id} is in the queue of {device_id}."));

    wait_for(&bench, &service, &id, sent).await
}
