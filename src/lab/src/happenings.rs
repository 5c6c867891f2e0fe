//! What there is to tell of a bench, until somebody asks for it.

use std::collections::VecDeque;

use crate::{bench::Happening, view::Side};

/// How many console lines wait at most, and how many events: of more, the oldest are counted, but not told.
const MOST_WAITING: usize = 1_000;

/// What happened without being told one by one, because it was too much.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Lines that programs on devices printed.
    pub device_lines: u64,
    /// Lines that programs in the cloud printed.
    pub cloud_lines: u64,
    /// Events that a reader received.
    pub events: u64,
}

impl LeftOut {
    /// Counts one that is not told.
    pub fn count(&mut self, happening: &Happening) {
        match happening {
            Happening::Console(line) => match line.side {
                Side::Device => self.device_lines += 1,
                Side::Cloud => self.cloud_lines += 1,
            },
            Happening::Arrived(_) => self.events += 1,
            Happening::Program { .. } | Happening::Line { .. } | Happening::Answered { .. } => {}
        }
    }
}

/// What was not told yet, in the order in which it happened.
#[derive(Default)]
pub(crate) struct Happenings {
    waiting: VecDeque<Happening>,
    /// How many of those are of each kind of which there may be any number.
    bulky: [usize; 3],
    left_out: LeftOut,
}

/// The place of its kind among those of which there may be any number.
fn bulk(happening: &Happening) -> Option<usize> {
    match happening {
        Happening::Console(_) => Some(0),
        Happening::Arrived(_) => Some(1),
        Happening::Line { .. } => Some(2),
        Happening::Program { .. } | Happening::Answered { .. } => None,
    }
}

impl Happenings {
    pub(crate) fn push(&mut self, happening: Happening) {
        let kind = bulk(&happening);
        self.waiting.push_back(happening);
        let Some(kind) = kind else {
            return;
        };
        self.bulky[kind] += 1;
        if self.bulky[kind] > MOST_WAITING {
            self.leave_out(kind);
        }
    }

    pub(crate) fn pop(&mut self) -> Option<Happening> {
        let happening = self.waiting.pop_front()?;
        if let Some(kind) = bulk(&happening) {
            self.bulky[kind] -= 1;
        }
        Some(happening)
    }

    /// Counts an event that is not to be told.
    pub(crate) fn count_event(&mut self) {
        self.left_out.events += 1;
    }

    /// What was left out since this was asked last.
    pub(crate) fn take_left_out(&mut self) -> LeftOut {
        std::mem::take(&mut self.left_out)
    }

    /// Drops the oldest of a kind.
    fn leave_out(&mut self, kind: usize) {
        let mut waiting = self.waiting.iter();
        let oldest = waiting.position(|it| bulk(it) == Some(kind));
        if let Some(gone) = oldest.and_then(|place| self.waiting.remove(place)) {
            self.left_out.count(&gone);
            self.bulky[kind] -= 1;
        }
    }
}
