//! How much may be told that nobody has taken yet.

use tokio::sync::{Semaphore, SemaphorePermit};

/// How many batches may wait to be taken.
const MOST_UNTAKEN: usize = 4;

/// The batches that may still be told.
pub(crate) struct Window(Semaphore);

/// Room for one batch. Dropping it gives the room back.
pub(crate) struct Room<'a>(Option<SemaphorePermit<'a>>);

impl Window {
    /// A window with room for all that may wait.
    pub(crate) fn new() -> Self {
        Self(Semaphore::new(MOST_UNTAKEN))
    }

    /// Waits until a batch may be told.
    pub(crate) async fn room(&self) -> Room<'_> {
        // Nobody closes it.
        Room(self.0.acquire().await.ok())
    }

    /// A batch was taken. More cannot be taken than was told.
    pub(crate) fn taken(&self) {
        if self.0.available_permits() < MOST_UNTAKEN {
            self.0.add_permits(1);
        }
    }
}

impl Room<'_> {
    /// A batch is told: the room is filled until it is taken.
    pub(crate) fn fill(self) {
        if let Some(permit) = self.0 {
            permit.forget();
        }
    }
}
