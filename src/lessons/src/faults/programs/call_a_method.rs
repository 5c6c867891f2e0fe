//! Calls a direct method and prints what came of it.

use lab::{Context, ProgramError};
use serde_json::json;
use wire::rest::MethodCall;

pub async fn run(bench: Context) -> Result<(), ProgramError> {
    let device_id = bench.setting("device-id");
    let service = bench.service("service")?;

    let call = MethodCall {
        method_name: "GetState".to_owned(),
        payload: json!({}),
        ..MethodCall::default()
    };
    bench.print(format!("Calling {} of {device_id}.", call.method_name));

    let result = bench
        .send(service.invoke_method(bench.now(), device_id, &call))
        .await?;
    bench.print(format!("{device_id} answered {}:", result.status));
    bench.print(format!("    {}", result.payload));
    Ok(())
}
