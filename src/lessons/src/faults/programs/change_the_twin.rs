//! Reads a twin, thinks for a moment, and writes it if nobody else has written it meanwhile.

use std::time::Duration;

use client::service::{IfMatch, TwinChange};
use lab::{Context, ProgramError};
use serde_json::json;

pub async fn run(bench: Context) -> Result<(), ProgramError> {
    let device_id = bench.setting("device-id");
    let service = bench.service("service")?;

    let twin = bench.send(service.get_twin(bench.now(), device_id)).await?;
    bench.print(format!("Read the twin. Its etag is {}.", twin.etag));

    // Whatever a program or a person decides takes time, and the twin does not wait.
    bench.sleep(Duration::from_secs(2)).await;

    let change = TwinChange::tags(json!({ "checked": bench.now().to_iso() }));
    let twin = bench
        .send(service.patch_twin(bench.now(), device_id, &change, &IfMatch::Etag(twin.etag)))
        .await?;
    bench.print(format!("Changed the twin. Its etag is {} now.", twin.etag));
    Ok(())
}
