//! A device that waits for messages from the cloud, and prints them.

use client::device::DeviceOptions;
use lab::{Context, ProgramError};

pub async fn run(bench: Context) -> Result<(), ProgramError> {
    let connection_string = bench.device_connection_string()?;
    let device_id = connection_string.device_id.clone();
    let device = bench.device(connection_string, DeviceOptions::default());
    device.connect().await?;
    bench.print(format!("{device_id} is connected and waits for messages."));

    for total in 1_u32.. {
        // The first call of this subscribes to the device's queue. A message is confirmed to the hub when it is taken
        // here, and leaves the queue with that.
        let message = device.next_cloud_to_device().await?;

        bench.print("Message received:");
        bench.print(format!(
            "    data           = {}",
            String::from_utf8_lossy(&message.body)
        ));
        bench.print(format!(
            "    message_id     = {}",
            message.message_id().unwrap_or("none")
        ));
        for (name, value) in &message.properties.application {
            let value = value.as_deref().unwrap_or_default();
            bench.print(format!("    {name:<14} = {value}"));
        }
        bench.print(format!("    received in all: {total}"));
    }
    Ok(())
}
