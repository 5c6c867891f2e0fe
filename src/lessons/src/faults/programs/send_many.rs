//! Sends large messages, one after the other, until the hub refuses.

use client::device::{DeviceOptions, Message, RetryPolicy};
use lab::{Context, ProgramError};

/// The free tier counts a message for each 512 bytes: one of these counts as 128.
const BYTES: usize = 64 * 1024;

/// More than the free tier takes on one day, and little for a larger one.
const MOST: u32 = 100;

pub async fn run(bench: Context) -> Result<(), ProgramError> {
    let connection_string = bench.device_connection_string()?;
    let options = DeviceOptions {
        retry: RetryPolicy::None,
        ..DeviceOptions::default()
    };
    let device = bench.device(connection_string, options);
    device.connect().await?;
    bench.print(format!("Sending up to {MOST} messages of {BYTES} bytes."));

    for number in 1..=MOST {
        if let Err(error) = device.send(Message::new(vec![b'.'; BYTES])).await {
            bench.print(format!("Message {number} failed: {error}"));

            // Over MQTT the hub ends the connection without a word. Its answer to a new one says more.
            bench.print("Connecting again.");
            device.connect().await?;
        }
    }
    bench.print("Done.");
    Ok(())
}
