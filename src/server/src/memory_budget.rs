//! Memory that strangers share: what has come from clients whom the hub does not know yet, or has not answered yet.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// What is counted as one.
const BLOCK: usize = 1024;

/// So much memory for all, and no more.
#[derive(Clone)]
pub struct MemoryBudget(Arc<Semaphore>);

/// What one client has of it, until it is dropped.
pub struct Share {
    budget: MemoryBudget,
    bytes: usize,
    blocks: Option<OwnedSemaphorePermit>,
}

/// Others have all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too much is being received from others; try again")]
pub struct NoRoom;

impl MemoryBudget {
    /// A budget of so many bytes, in whole kilobytes.
    pub fn new(bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new(bytes / BLOCK)))
    }

    /// A share with nothing in it yet.
    pub fn share(&self) -> Share {
        Share {
            budget: self.clone(),
            bytes: 0,
            blocks: None,
        }
    }
}

impl Share {
    /// Takes room for more bytes, if there is any.
    pub fn grow(&mut self, more: usize) -> Result<(), NoRoom> {
        let bytes = self.bytes + more;
        let blocks = bytes.div_ceil(BLOCK) - self.bytes.div_ceil(BLOCK);
        let blocks = u32::try_from(blocks).map_err(|_| NoRoom)?;
        let budget = Arc::clone(&self.budget.0);
        let taken = budget.try_acquire_many_owned(blocks).map_err(|_| NoRoom)?;
        match &mut self.blocks {
            Some(blocks) => blocks.merge(taken),
            None => self.blocks = Some(taken),
        }
        self.bytes = bytes;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_take_whole_blocks_of_one_budget_and_give_them_back() {
        let budget = MemoryBudget::new(4 * BLOCK);
        let (mut first, mut second) = (budget.share(), budget.share());
        assert_eq!(first.grow(1), Ok(()));
        assert_eq!(first.grow(2 * BLOCK), Ok(()), "three blocks");
        assert_eq!(second.grow(BLOCK), Ok(()));
        assert_eq!(second.grow(1), Err(NoRoom));
        assert_eq!(first.grow(BLOCK - 1), Ok(()), "within its third block");
        drop(first);
        assert_eq!(second.grow(3 * BLOCK), Ok(()));
    }
}
