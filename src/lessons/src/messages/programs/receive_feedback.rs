//! Receives feedback: what became of messages whose senders asked to be told.

use std::time::Duration;

use client::service::Service;
use lab::{Context, ProgramError};
use wire::rest::FeedbackRecord;

/// How long to wait before asking the hub again.
const PAUSE: Duration = Duration::from_secs(15);

pub async fn run(bench: Context) -> Result<(), ProgramError> {
    let service = bench.service("service")?;
    next_batch(&bench, &service).await?;
    Ok(())
}

/// Waits for the feedback on one message: on this device, with this id.
pub async fn wait_for(
    bench: &Context,
    service: &Service,
    message_id: &str,
) -> Result<(), ProgramError> {
    let device_id = bench.setting("device-id");
    loop {
        let records = next_batch(bench, service).await?;
        // Feedback is the hub's, not the sender's: what others have sent comes here as well.
        let is_found = records.iter().any(|record| {
            record.device_id == device_id && record.original_message_id == message_id
        });
        if is_found {
            return Ok(());
        }
    }
}

/// Waits for the next batch of feedback, prints it and completes it.
async fn next_batch(
    bench: &Context,
    service: &Service,
) -> Result<Vec<FeedbackRecord>, ProgramError> {
    bench.print("Waiting for feedback. The hub gathers it for up to 15 seconds.");
    loop {
        let batch = bench.send(service.receive_feedback(bench.now())).await?;
        let Some(batch) = batch else {
            bench.sleep(PAUSE).await;
            continue;
        };
        for record in &batch.records {
            bench.print(format!(
                "Feedback: {:?} for {} to {}",
                record.status_code, record.original_message_id, record.device_id
            ));
            bench.print(format!(
                "    enqueuedTimeUtc = {}",
                record.enqueued_time.to_iso()
            ));
        }
        // A batch that is not completed comes again.
        bench
            .send(service.complete_feedback(bench.now(), &batch.lock_token))
            .await?;
        return Ok(batch.records);
    }
}
