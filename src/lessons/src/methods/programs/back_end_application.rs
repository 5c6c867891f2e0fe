//! Calls a direct method of a device, and waits for the device's answer.

use lab::{Context, ProgramError};
use wire::rest::MethodCall;

pub async fn run(bench: Context) -> Result<(), ProgramError> {
    let device_id = bench.setting("device-id");

    // This policy may call methods and send messages to devices. It cannot see the registry.
    let service = bench.service("service")?;

    let call = MethodCall {
        method_name: bench.setting("method-name").to_owned(),
        payload: serde_json::from_slice(bench.setting("method-payload").as_bytes())?,
        response_timeout_in_seconds: Some(30),
        ..MethodCall::default()
    };
    bench.print(format!("Calling a direct method of {device_id}:"));
    bench.print(format!("    name     = {}", call.method_name));
    bench.print(format!("    payload  = {}", call.payload));

    // The hub passes the call on at once, and answers when the device has.
    let result = bench
        .send(service.invoke_method(bench.now(), device_id, &call))
        .await?;

    bench.print(format!("{device_id} answered:"));
    bench.print(format!("    status   = {}", result.status));
    bench.print(format!("    payload  = {}", result.payload));
    Ok(())
}
