//! Reports how the device is connected, and listens for changes of its desired properties.

use client::device::{DesiredChange, DeviceOptions};
use lab::{Context, ProgramError};
use serde_json::json;

pub async fn run(bench: Context) -> Result<(), ProgramError> {
    let connection_string = bench.device_connection_string()?;
    let device_id = connection_string.device_id.clone();

    let device = bench.device(connection_string, DeviceOptions::default());
    device.connect().await?;
    bench.print(format!("{device_id} is connected over MQTT."));

    // Subscribes first and reads the twin then: a change between the two is not missed.
    let mut desired = device.watch_desired().await?;
    for (name, value) in &desired.twin().desired.properties {
        bench.print(format!("    desired {name} = {value}"));
    }

    let version = device
        .patch_reported(json!({ "connectivity": "cellular" }))
        .await?;
    bench.print("Reported connectivity = cellular.");
    bench.print(format!(
        "    version of the reported properties = {version}"
    ));

    loop {
        match desired.next().await? {
            DesiredChange::Patch(patch) => {
                bench.print(format!(
                    "Desired properties changed, version {}:",
                    patch.version
                ));
                for (name, value) in &patch.properties {
                    bench.print(format!("    {name} = {value}"));
                }
            }
            // After a lost connection the twin is read again: nobody repeats what the device missed.
            DesiredChange::Reread => bench.print("Desired properties changed meanwhile."),
        }
    }
}
