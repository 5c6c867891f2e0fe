//! What a page keeps of a bench, so that a reload finds the hub as it was left.
//!
//! The text's first line is JSON about the lesson; the lines after it are the hub's snapshot. It holds no key: the hub
//! draws new ones when it is restored.

use serde::{Deserialize, Serialize};
use wire::timestamp::Timestamp;

/// A bench at rest.
pub(crate) struct Kept<'a> {
    pub(crate) lesson: KeptLesson,
    /// The hub's snapshot.
    pub(crate) hub: &'a str,
}

/// How far a lesson had come.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeptLesson {
    /// The lesson's id.
    pub(crate) lesson: String,
    /// How many steps, from the first on, are done on this bench.
    pub(crate) done: usize,
    /// The bench's time.
    pub(crate) now: Timestamp,
    /// The device whose connection string the simulated device was given.
    pub(crate) given: Option<String>,
}

impl<'a> Kept<'a> {
    /// Reads what [`Kept::write`] wrote. `None` for anything else; what the hub's lines say is for the hub to judge.
    pub(crate) fn read(text: &'a str) -> Option<Self> {
        let (first, hub) = text.split_once('\n')?;
        let lesson = serde_json::from_slice(first.as_bytes()).ok()?;
        Some(Self { lesson, hub })
    }

    pub(crate) fn write(&self) -> String {
        // A struct of texts and numbers always serialises.
        let lesson = serde_json::to_string(&self.lesson).unwrap_or_default();
        format!("{lesson}\n{}", self.hub)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let lesson = KeptLesson {
            lesson: "telemetry".to_owned(),
            done: 2,
            now: Timestamp::from_millis(7),
            given: Some("dev1".to_owned()),
        };
        let text = Kept {
            lesson,
            hub: "{}\n{}\n",
        }
        .write();
        let read = Kept::read(&text).unwrap();
        assert_eq!(read.lesson.given.as_deref(), Some("dev1"));
        assert_eq!(read.write(), text);
    }

    #[test]
    fn what_is_something_else_is_not_read() {
        for text in [
            "",
            "\n",
            "{}\n",
            "[1]\n{}",
            "{\"lesson\":1,\"done\":0,\"now\":0}\n",
        ] {
            assert!(Kept::read(text).is_none(), "{text}");
        }
    }
}
