//! Changes a tag and queries for it at once: too early for a hub whose queries lag behind.

use std::time::Duration;

use client::service::{IfMatch, MAX_PAGE, TwinChange};
use lab::{Context, ProgramError};
use serde_json::json;

const PAUSE: Duration = Duration::from_secs(5);

/// Longer than any lag that a bench can be given.
const ATTEMPTS: u32 = 150;

pub async fn run(bench: Context) -> Result<(), ProgramError> {
    let device_id = bench.setting("device-id");
    let service = bench.service("service")?;

    // The time makes a value that the tag never had before.
    let inspected = bench.now().to_iso();
    let change = TwinChange::tags(json!({ "inspected": inspected }));
    let twin = bench
        .send(service.patch_twin(bench.now(), device_id, &change, &IfMatch::Any))
        .await?;
    bench.print(format!("The twin of {} has the tag:", twin.device_id));
    bench.print(format!("    inspected = {inspected}"));

    let query = format!("SELECT * FROM devices WHERE tags.inspected = '{inspected}'");
    for attempt in 1..=ATTEMPTS {
        let page = bench
            .send(service.query(bench.now(), &query, MAX_PAGE, None))
            .await?;
        bench.print(format!(
            "Query {attempt} finds devices: {}",
            page.items.len()
        ));
        if !page.items.is_empty() {
            return Ok(());
        }
        bench.sleep(PAUSE).await;
    }
    Err("the query never found the change".into())
}
