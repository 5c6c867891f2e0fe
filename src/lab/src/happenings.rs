//! What there is to tell of a bench, until somebody asks for it.

use std::collections::VecDeque;

use crate::bench::Happening;

/// How many console lines and events wait at most: of more, the oldest are not told.
const MOST_WAITING: usize = 2_000;

/// What was not told yet, in the order in which it happened.
#[derive(Default)]
pub(crate) struct Happenings {
    waiting: VecDeque<Happening>,
    /// How many of those are of a kind of which there may be any number.
    bulky: usize,
}

/// Whether there may be any number of its kind.
fn is_bulky(happening: &Happening) -> bool {
    matches!(
        happening,
        Happening::Console(_) | Happening::Arrived(_) | Happening::Line { .. }
    )
}

impl Happenings {
    pub(crate) fn push(&mut self, happening: Happening) {
        if is_bulky(&happening) {
            self.bulky += 1;
        }
        self.waiting.push_back(happening);
        if self.bulky > MOST_WAITING
            && let Some(oldest) = self.waiting.iter().position(is_bulky)
        {
            self.waiting.remove(oldest);
            self.bulky -= 1;
        }
    }

    pub(crate) fn pop(&mut self) -> Option<Happening> {
        let happening = self.waiting.pop_front()?;
        if is_bulky(&happening) {
            self.bulky -= 1;
        }
        Some(happening)
    }
}
