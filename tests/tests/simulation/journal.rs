//! A store that keeps a journal, and fails when it is told to.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use hub::{Change, Store, StoreError};

/// The journal of a hub, shared between the hub and whoever starts it anew.
#[derive(Clone, Default)]
pub(crate) struct Journal {
    lines: Rc<RefCell<String>>,
    fails: Rc<Cell<bool>>,
}

impl Journal {
    /// What was kept so far, behind the snapshot that the hub was started from.
    pub(crate) fn text(&self) -> String {
        self.lines.borrow().clone()
    }

    pub(crate) fn begin(&self, snapshot: String) {
        *self.lines.borrow_mut() = snapshot;
    }

    pub(crate) fn set_failing(&self, fails: bool) {
        self.fails.set(fails);
    }

    pub(crate) fn is_failing(&self) -> bool {
        self.fails.get()
    }
}

impl Store for Journal {
    fn commit(&mut self, changes: &[Change<'_>]) -> Result<(), StoreError> {
        if self.fails.get() {
            return Err(StoreError::new("the disk is full"));
        }
        let mut lines = self.lines.borrow_mut();
        for change in changes {
            lines.push_str(&change.to_json());
            lines.push('\n');
        }
        Ok(())
    }
}
