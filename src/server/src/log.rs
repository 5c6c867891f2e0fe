//! The log: what happened and why, on standard error, without secrets.

use std::io;

use clap::ValueEnum;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::{filter::Targets, fmt, layer::SubscriberExt, util::SubscriberInitExt};

/// How much is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogLevel {
    /// Nothing.
    Off,
    /// What the program could not do.
    Error,
    /// What a person should look at.
    Warn,
    /// Each refusal and each end of a connection, with its reason.
    Info,
    /// What is of use to find a fault.
    Debug,
}

/// How it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// Lines for a person.
    Text,
    /// A JSON object a line.
    Json,
}

/// Begins to write the log. Only what this program tells is in it: libraries might tell what clients send, and with
/// it their tokens.
pub(crate) fn start(level: LogLevel, format: LogFormat) {
    let own = Targets::new().with_target(env!("CARGO_CRATE_NAME"), LevelFilter::from(level));
    let log = tracing_subscriber::registry().with(own);
    let lines = fmt::layer().with_target(false).with_writer(io::stderr);
    // A second call, as from a test, leaves the first as it is.
    let _ = match format {
        LogFormat::Text => log.with(lines.with_ansi(is_terminal())).try_init(),
        LogFormat::Json => log.with(lines.json()).try_init(),
    };
}

fn is_terminal() -> bool {
    io::IsTerminal::is_terminal(&io::stderr())
}

impl From<LogLevel> for LevelFilter {
    fn from(level: LogLevel) -> Self {
        match level {
            LogLevel::Off => Self::OFF,
            LogLevel::Error => Self::ERROR,
            LogLevel::Warn => Self::WARN,
            LogLevel::Info => Self::INFO,
            LogLevel::Debug => Self::DEBUG,
        }
    }
}
