//! Sends a message that is of no use later, and waits until the hub tells what became of it.

use std::time::Duration;

use client::service::{FeedbackWanted, Message};
use lab::{Context, ProgramError};

use super::receive_feedback::wait_for;

pub async fn run(bench: Context) -> Result<(), ProgramError> {
    let device_id = bench.setting("device-id");
    let time_to_live = Duration::from_secs_f64(bench.number("time-to-live-seconds"));
    let service = bench.service("service")?;

    // A message carries a moment, not a duration. The sender's clock had better be right.
    let sent = bench.now();
    let expiry = sent.plus(time_to_live);

    let value = 10.0 + bench.random() * 4.0 + 2.0;
    let body = format!(r#"{{"service client sent a message": {value:.2}}}"#);
    // Feedback names a message by its id. The time makes one that no other run has.
    let number = sent.as_millis();
    let id = format!("message_{number}");
    let message = Message::new(body.as_str())
        .with_message_id(id.as_str())
        .with_correlation_id(format!("correlation_{number}"))
        .with_property("Property", format!("PropMsg_{number}"))
        .with_feedback(FeedbackWanted::Full)
        .with_expiry(expiry);

    bench.print(format!("Sending {id} to {device_id}: {body}"));
    bench
        .send(service.send_to_device(sent, device_id, &message)?)
        .await?;
    bench.print(format!("{id} waits until {}.", expiry.to_iso()));

    wait_for(&bench, &service, &id).await
}
