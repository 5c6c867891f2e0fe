//! Sends large messages, one after the other, until the hub refuses.

use client::device::{DeviceOptions, Message, RetryPolicy};
use lab::{Context, ProgramError};

/// The free tier counts a message for each 512 bytes: one of these counts as 128.
const BYTES: usize = 64 * 1024;

pub async fn run(bench: Context) -> Result<(), ProgramError> {
    let connection_string = bench.device_connection_string()?;
    let options = DeviceOptions {
        retry: RetryPolicy::None,
        ..DeviceOptions::default()
    };
    let device = bench.device(connection_string, options);
    device.connect().await?;
    bench.print(format!("Sending messages of {BYTES} bytes."));

    for number in 0_u32.. {
        if let Err(error) = device.send(Message::new(vec![b'.'; BYTES])).await {
            bench.print(format!(
                "The hub confirmed {number} messages. The next one failed:"
            ));
            bench.print(format!("    {error}"));
            break;
        }
    }

    // Over MQTT a hub ends the connection without a word. The answer to the next attempt says more.
    bench.print("Connecting again.");
    device.connect().await?;
    bench.print("The hub accepted the connection.");
    Ok(())
}
