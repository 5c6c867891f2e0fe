//! The log: what happened and why, on standard error, without secrets.

use std::{io, str::FromStr};

use clap::ValueEnum;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::{filter::Targets, fmt, layer::SubscriberExt, util::SubscriberInitExt};

/// How much is told: a level, and levels of parts of the program after it.
#[derive(Clone, Debug)]
pub(crate) struct LogFilter(Targets);

/// A text is no filter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no level; give off, error, warn, info, debug or trace, and perhaps levels of parts after it: \
     info,store=debug"
)]
pub(crate) struct LogFilterError(String);

impl FromStr for LogFilter {
    type Err = LogFilterError;

    fn from_str(text: &str) -> Result<Self, LogFilterError> {
        // Only what this program tells is in the log: libraries might tell what clients send, and with it their tokens.
        let mut targets = Targets::new();
        for part in text.split(',').map(str::trim) {
            let (target, level) = match part.split_once('=') {
                Some((name, level)) => (format!("{OWN}::{}", name.trim()), level.trim()),
                None => (OWN.to_owned(), part),
            };
            let level = level.parse::<LevelFilter>();
            // A number means a level too, but to nobody who reads it.
            let is_word = part.ends_with(|c: char| c.is_ascii_alphabetic());
            let level = level.ok().filter(|_| is_word);
            let level = level.ok_or_else(|| LogFilterError(part.to_owned()))?;
            targets = targets.with_target(target, level);
        }
        Ok(Self(targets))
    }
}

/// What the names of this program's parts begin with.
const OWN: &str = env!("CARGO_CRATE_NAME");

/// How it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// Lines for a person.
    Text,
    /// A JSON object a line.
    Json,
}

/// Begins to write the log.
pub(crate) fn start(filter: LogFilter, format: LogFormat) {
    let log = tracing_subscriber::registry().with(filter.0);
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

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    fn tells(filter: &str, target: &str, level: Level) -> bool {
        let filter = filter.parse::<LogFilter>().unwrap();
        filter.0.would_enable(target, &level)
    }

    #[test]
    fn a_part_has_a_level_of_its_own() {
        assert!(tells(
            "warn,store=debug",
            "server::store::write",
            Level::DEBUG
        ));
        assert!(!tells("warn,store=debug", "server::mqtt", Level::INFO));
        assert!(tells("warn,store=debug", "server::mqtt", Level::WARN));
    }

    #[test]
    fn libraries_are_not_told_of() {
        assert!(!tells("trace", "hyper::proto", Level::ERROR));
    }

    #[test]
    fn what_is_no_filter_is_refused() {
        for text in ["", "loud", "info,", "3", "store=", "info,store=7"] {
            assert!(text.parse::<LogFilter>().is_err(), "{text:?}");
        }
    }
}
