//! Reads the telemetry that the hub keeps, from the oldest event on.

use lab::{Context, ProgramError};
use wire::event::EventPosition;

pub async fn run(bench: Context) -> Result<(), ProgramError> {
    let mut reader = bench.read_events(&EventPosition::Earliest);
    bench.print("Reading events from all partitions, oldest first.");

    loop {
        let event = reader.next().await;
        bench.print(format!("==== From: {}", event.device_id));
        bench.print(String::from_utf8_lossy(&event.body));
        for (name, value) in event.sender_properties() {
            bench.print(format!("    {name} = {value}"));
        }
        for (name, value) in &event.properties.application {
            bench.print(format!(
                "    {name} = {}",
                value.as_deref().unwrap_or_default()
            ));
        }
        bench.print(format!(
            "    partition {}, sequence number {}",
            event.partition, event.sequence_number
        ));
    }
}
