//! Enables or disables a device in the registry.

use client::service::IfMatch;
use lab::{Context, ProgramError};
use wire::rest::DeviceStatus;

pub async fn run(bench: Context) -> Result<(), ProgramError> {
    let device_id = bench.setting("device-id");
    let service = bench.service("registryReadWrite")?;

    let mut device = bench
        .send(service.get_device(bench.now(), device_id))
        .await?;

    // The whole identity goes back as it was read, keys included: without them the hub would make new ones.
    device.status = match bench.setting("status") {
        "disabled" => DeviceStatus::Disabled,
        _ => DeviceStatus::Enabled,
    };
    let if_match = IfMatch::Etag(device.etag.clone());
    let device = bench
        .send(service.update_device(bench.now(), &device, &if_match))
        .await?;
    bench.print(format!("{device_id} is {:?} now.", device.status));
    Ok(())
}
