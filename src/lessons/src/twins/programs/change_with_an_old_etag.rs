//! Two programs change the same twin. The etag keeps the second from undoing what the first has done.

use client::service::{CallError, IfMatch, TwinChange};
use lab::{Context, ProgramError};
use serde_json::json;
use wire::error::ErrorCode;

pub async fn run(bench: Context) -> Result<(), ProgramError> {
    let device_id = bench.setting("device-id");
    let service = bench.service("service")?;

    let read = bench.send(service.get_twin(bench.now(), device_id)).await?;
    bench.print(format!("Read the twin. Its etag is {}.", read.etag));

    // Another writer does not look at the etag.
    let other = TwinChange::tags(json!({ "owner": "maintenance" }));
    let changed = bench
        .send(service.patch_twin(bench.now(), device_id, &other, &IfMatch::Any))
        .await?;
    bench.print(format!(
        "Somebody else changed it. Its etag is {} now.",
        changed.etag
    ));

    let mut etag = read.etag;
    let change = TwinChange::tags(json!({ "checked": bench.now().to_iso() }));
    for attempt in 1..=3 {
        let if_match = IfMatch::Etag(etag);
        match bench
            .send(service.patch_twin(bench.now(), device_id, &change, &if_match))
            .await
        {
            Ok(twin) => {
                bench.print(format!(
                    "Attempt {attempt}: done. The etag is {}.",
                    twin.etag
                ));
                return Ok(());
            }
            Err(error) if is_conflict(&error) => {
                bench.print(format!("Attempt {attempt}: {error}"));
            }
            Err(error) => return Err(error),
        }
        // What the change was based on is out of date: read again, and decide again.
        etag = bench
            .send(service.get_twin(bench.now(), device_id))
            .await?
            .etag;
        bench.print(format!("Read it again. Its etag is {etag}."));
    }
    Err("somebody else was faster each time; try again later".into())
}

fn is_conflict(error: &ProgramError) -> bool {
    error.downcast_ref().and_then(CallError::code) == Some(ErrorCode::PreconditionFailed)
}
