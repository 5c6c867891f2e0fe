//! Sends to a device until the hub takes no more.

use std::time::Duration;

use client::service::{CallError, FeedbackWanted, Message};
use lab::{Context, ProgramError};
use wire::error::ErrorCode;

/// More than a queue holds: a device that is connected would take messages without an end.
const MOST: u32 = 60;

/// The time between two messages.
const PAUSE: Duration = Duration::from_millis(100);

pub async fn run(bench: Context) -> Result<(), ProgramError> {
    let device_id = bench.setting("device-id");
    let service = bench.service("service")?;

    for number in 1..=MOST {
        let message = Message::new(format!(r#"{{"number": {number}}}"#))
            .with_message_id(format!("message_{number}"))
            .with_feedback(FeedbackWanted::Positive);
        let call = service.send_to_device(bench.now(), device_id, &message)?;

        match bench.send(call).await {
            Ok(()) => bench.print(format!("message_{number} is in the queue.")),
            Err(error) if is_full(&error) => {
                bench.print(format!("message_{number}: {error}"));
                return Ok(());
            }
            Err(error) => return Err(error),
        }
        bench.sleep(PAUSE).await;
    }
    bench.print(format!(
        "The hub took all {MOST}: the device is connected and receives them."
    ));
    Ok(())
}

fn is_full(error: &ProgramError) -> bool {
    let code = error.downcast_ref::<CallError>().and_then(CallError::code);
    code == Some(ErrorCode::DeviceMaximumQueueDepthExceeded)
}
