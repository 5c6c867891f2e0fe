//! The runs of programs: which ran last under a name, and what became of it.

use std::panic::Location;

use wire::timestamp::Timestamp;

use crate::by_name::ByName;
use crate::view::{ProgramState, Side};

/// The latest run of each program.
#[derive(Default)]
pub(crate) struct Programs(ByName<Run>);

/// A program's latest run.
pub(crate) struct Run {
    pub(crate) side: Side,
    pub(crate) state: ProgramState,
    pub(crate) started: Timestamp,
    /// The line that it came to last.
    line: Option<&'static Location<'static>>,
}

impl Programs {
    /// A program starts.
    pub(crate) fn start(&mut self, name: &str, side: Side, started: Timestamp) {
        let state = ProgramState::Running;
        let run = Run {
            side,
            state,
            started,
            line: None,
        };
        self.0.insert(name.to_owned(), Box::new(run));
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Run> {
        self.0.get(name).map(AsRef::as_ref)
    }

    /// A program came to something else. Gives its side, if there is such a program.
    pub(crate) fn set_state(&mut self, name: &str, state: ProgramState) -> Option<Side> {
        let run = self.0.get_mut(name)?;
        run.state = state;
        Some(run.side)
    }

    /// A program came to a line. Says whether that is news.
    pub(crate) fn reach(&mut self, name: &str, line: &'static Location<'static>) -> bool {
        let run = self.0.get_mut(name);
        run.is_some_and(|run| run.line.replace(line) != Some(line))
    }

    pub(crate) fn is_running(&self, name: &str) -> bool {
        self.get(name)
            .is_some_and(|run| run.state == ProgramState::Running)
    }

    pub(crate) fn is_any_running(&self) -> bool {
        let mut runs = self.0.values();
        runs.any(|run| run.state == ProgramState::Running)
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }
}
