//! Says where a device stands and what it is to do, and then asks which devices are there.

use std::time::Duration;

use client::service::{IfMatch, MAX_PAGE, Service, TwinChange};
use lab::{Context, ProgramError};
use serde_json::{Number, json};

pub async fn run(bench: Context) -> Result<(), ProgramError> {
    let device_id = bench.setting("device-id");
    let plant = bench.setting("plant");
    let power_level: Number = bench.setting("power-level").parse()?;
    let service = bench.service("service")?;

    let twin = bench.send(service.get_twin(bench.now(), device_id)).await?;
    bench.print(format!(
        "The twin of {device_id} has the etag {}.",
        twin.etag
    ));

    // Tags are notes of the cloud, which the device never sees. Desired properties are wishes to the device.
    let change = TwinChange::tags(json!({ "location": { "region": "US", "plant": plant } }))
        .and_desired(json!({ "power_level": power_level }));

    // With the etag the hub refuses if somebody else has changed the twin since it was read.
    let twin = bench
        .send(service.patch_twin(bench.now(), device_id, &change, &IfMatch::Etag(twin.etag)))
        .await?;
    bench.print(format!("Changed. The etag is {} now.", twin.etag));
    bench.print(format!("    location     = US, {plant}"));
    bench.print(format!("    power_level  = {power_level}"));

    // A query may see a change a little later than the twin has it.
    bench.sleep(Duration::from_secs(1)).await;

    let in_plant = format!("SELECT * FROM devices WHERE tags.location.plant = '{plant}'");
    let ids = query(&bench, &service, &in_plant).await?;
    bench.print(format!("Devices in {plant}: {ids}"));

    let on_cellular = format!("{in_plant} AND properties.reported.connectivity = 'cellular'");
    let ids = query(&bench, &service, &on_cellular).await?;
    bench.print(format!("Devices in {plant} on a cellular network: {ids}"));
    Ok(())
}

/// The ids of the first hundred devices that a query finds.
async fn query(bench: &Context, service: &Service, text: &str) -> Result<String, ProgramError> {
    let page = bench
        .send(service.query(bench.now(), text, MAX_PAGE, None))
        .await?;
    let ids: Vec<_> = page
        .twins()?
        .into_iter()
        .map(|twin| twin.device_id)
        .collect();
    Ok(if ids.is_empty() {
        "none".to_owned()
    } else {
        ids.join(", ")
    })
}
