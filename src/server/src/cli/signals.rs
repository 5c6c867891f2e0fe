//! What a person or a supervisor tells the program.

use std::{io, time::Duration};

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::failure::Failure;
use crate::{emulator::Emulator, host::Ended};

/// How long the hub's thread may take to close its files: with what the emulator takes before, five seconds in all.
const WHEN_TOLD: Duration = Duration::from_millis(400);
/// How long it may take when it has failed, and is to say why.
const AFTER_FAILURE: Duration = Duration::from_secs(5);

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
    let closing_time = tokio::select! {
        () = emulator.failed() => AFTER_FAILURE,
        signal = signals.next() => {
            tracing::info!(signal, "ending");
            WHEN_TOLD
        }
    };
    // Whoever asks twice does not want to wait.
    tokio::select! {
        () = emulator.stop() => {}
        _ = signals.next() => return Ok(()),
    }
    // The hub's thread has said its last, and closes its files: only then does it tell whether all was kept.
    let closed = tokio::task::spawn_blocking(move || ended.wait());
    let Ok(Ok(kept)) = tokio::time::timeout(closing_time, closed).await else {
        tracing::warn!(
            "the hub's files are not closed yet: the next start does it, and nothing is lost"
        );
        return Ok(());
    };
    kept.map_err(Failure::Store)
}
