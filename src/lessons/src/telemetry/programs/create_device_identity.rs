//! Registers a device with the hub, and prints what the registry knows of it.

use lab::{Context, ProgramError};

pub async fn run(bench: Context) -> Result<(), ProgramError> {
    let device_id = bench.setting("device-id");

    // A policy says what a program may do. This one may write to the registry, and no more.
    let service = bench.service("registryReadWrite")?;

    bench.print(format!("IoT Hub Playground {}", env!("CARGO_PKG_VERSION")));
    bench.print("Registers a device with the identity registry of an IoT hub.");
    bench.print("    policy   = registryReadWrite");
    bench.print(format!("    deviceId = {device_id}"));

    // The request carries empty keys, so the hub makes two.
    let device = bench
        .send(service.create_device(bench.now(), device_id))
        .await?;

    let keys = &device.authentication.symmetric_key;
    bench.print("The registry now holds:");
    bench.print(format!(
        "    deviceId                   = {}",
        device.device_id
    ));
    for (name, key) in [
        ("primaryKey  ", &keys.primary_key),
        ("secondaryKey", &keys.secondary_key),
    ] {
        if let Some(key) = key {
            bench.print_secret(format!("    {name}               = "), key.expose());
        }
    }
    bench.print(format!(
        "    connectionState            = {:?}",
        device.connection_state
    ));
    bench.print(format!(
        "    status                     = {:?}",
        device.status
    ));
    bench.print(format!(
        "    lastActivityTime           = {}",
        device.last_activity_time.to_iso()
    ));
    bench.print(format!(
        "    cloudToDeviceMessageCount  = {}",
        device.cloud_to_device_message_count
    ));
    bench.print(format!(
        "    isManaged                  = {}",
        device.capabilities.iot_edge
    ));
    bench.print(format!(
        "    authMethod                 = {:?}",
        device.authentication.kind
    ));

    // This is what the device needs to connect: host name, device id and primary key.
    if let Some(connection_string) = service.device_connection_string(&device) {
        bench.print("The device's connection string:");
        bench.print_secret("    ", connection_string.to_text().expose().as_str());
    }
    Ok(())
}
