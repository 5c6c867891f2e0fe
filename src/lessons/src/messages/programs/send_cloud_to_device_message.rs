//! Sends a message to a device, and waits until the hub tells what became of it.

use client::service::{FeedbackWanted, Message};
use lab::{Context, ProgramError};

use super::receive_feedback::wait_for;

pub async fn run(bench: Context) -> Result<(), ProgramError> {
    let device_id = bench.setting("device-id");

    // This policy has the right ServiceConnect: it may send to devices and read feedback.
    let service = bench.service("service")?;

    let value = 10.0 + bench.random() * 4.0 + 2.0;
    let body = format!(r#"{{"service client sent a message": {value:.2}}}"#);
    // Feedback names a message by its id. The time makes one that no other run has.
    let number = bench.now().as_millis();
    let id = format!("message_{number}");
    let message = Message::new(body.as_str())
        .with_message_id(id.as_str())
        .with_correlation_id(format!("correlation_{number}"))
        .with_property("Property", format!("PropMsg_{number}"))
        .with_feedback(FeedbackWanted::Full);

    bench.print(format!("Sending {id} to {device_id}: {body}"));
    bench
        .send(service.send_to_device(bench.now(), device_id, &message)?)
        .await?;
    // The device may be connected or not: the hub answers the same.
    bench.print(format!("{id} is in the queue of {device_id}."));

    wait_for(&bench, &service, &id).await
}
