//! Stores that keep nothing, for hubs on a bench.

use std::{cell::Cell, rc::Rc};

use hub::{Change, Store, StoreError};

/// A store that fails while its switch is on. Clones share the switch.
#[derive(Clone, Default)]
pub(crate) struct FailingStore {
    pub(crate) fails: Rc<Cell<bool>>,
    pub(crate) commits: Rc<Cell<usize>>,
}

impl Store for FailingStore {
    fn commit(&mut self, _: &[Change<'_>]) -> Result<(), StoreError> {
        if self.fails.get() {
            return Err(StoreError::new("the disk is full"));
        }
        self.commits.set(self.commits.get() + 1);
        Ok(())
    }
}
