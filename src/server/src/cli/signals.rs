//! What a person or a supervisor tells the program.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::failure::Failure;
use crate::{emulator::Emulator, host::Ended};

/// What asks the program to end. From here on it does not end by itself.
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// Resolves with the name of the next signal.
    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}

/// Lets an emulator run until it fails or is told to end.
pub(super) async fn until_told(
    emulator: Emulator,
    ended: Ended,
    mut signals: Signals,
) -> Result<(), Failure> {
    tokio::select! {
        () = emulator.failed() => {}
        signal = signals.next() => tracing::info!(signal, "ending"),
    }
    // Whoever asks twice does not want to wait.
    tokio::select! {
        () = emulator.stop() => {}
        _ = signals.next() => return Ok(()),
    }
    if ended.is_finished() {
        return ended.wait().map_err(Failure::Store);
    }
    Ok(())
}
