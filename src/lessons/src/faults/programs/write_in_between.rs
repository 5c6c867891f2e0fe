//! Somebody else who writes the same twin, and does not look at the etag.

use client::service::{IfMatch, TwinChange};
use lab::{Context, ProgramError};
use serde_json::json;

pub async fn run(bench: Context) -> Result<(), ProgramError> {
    let device_id = bench.setting("device-id");
    let service = bench.service("service")?;

    let change = TwinChange::tags(json!({ "owner": "maintenance" }));
    let twin = bench
        .send(service.patch_twin(bench.now(), device_id, &change, &IfMatch::Any))
        .await?;
    bench.print(format!(
        "Changed the twin in any case. Its etag is {} now.",
        twin.etag
    ));
    Ok(())
}
