//! What is so, and what may be so because nobody acknowledged it before the hub was gone.

use std::fmt::Debug;

/// A state that one change at a time is made to.
#[derive(Debug)]
pub(crate) struct Uncertain<T> {
    known: T,
    pending: Option<T>,
}

impl<T: Clone + Debug + PartialEq> Uncertain<T> {
    pub(crate) fn new(known: T) -> Self {
        Self {
            known,
            pending: None,
        }
    }

    pub(crate) fn get(&self) -> &T {
        &self.known
    }

    /// A change is asked for.
    pub(crate) fn begin(&mut self, change: impl FnOnce(&mut T)) {
        let mut pending = self.known.clone();
        change(&mut pending);
        self.pending = Some(pending);
    }

    /// The change was acknowledged.
    pub(crate) fn done(&mut self) {
        if let Some(pending) = self.pending.take() {
            self.known = pending;
        }
    }

    /// This is what was kept: all that was acknowledged, with the change under way or without it.
    pub(crate) fn settle(&mut self, found: T) {
        let may_be = self.pending.take().is_some_and(|it| it == found);
        assert!(
            may_be || self.known == found,
            "kept: {found:?}\nacknowledged: {:?}",
            self.known
        );
        self.known = found;
    }
}
