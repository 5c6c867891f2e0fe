//! Runs the bench's futures on the one thread there is.

use std::{cell::RefCell, rc::Rc};

use futures::{
    executor::{LocalPool, LocalSpawner},
    future::{AbortHandle, Abortable, LocalBoxFuture},
    task::LocalSpawnExt as _,
};

/// Polls futures until none of them can go on.
pub(crate) struct Executor {
    pool: LocalPool,
    spawner: Spawner,
}

/// Starts futures, and stops all that were started under a name.
#[derive(Clone)]
pub(crate) struct Spawner {
    spawner: LocalSpawner,
    /// What was started, each with the name of its program.
    running: Rc<RefCell<Vec<(String, AbortHandle)>>>,
}

impl Executor {
    pub(crate) fn new() -> Self {
        let pool = LocalPool::new();
        let spawner = Spawner {
            spawner: pool.spawner(),
            running: Rc::default(),
        };
        Self { pool, spawner }
    }

    pub(crate) fn spawner(&self) -> Spawner {
        self.spawner.clone()
    }

    /// Goes on with everything until all of it waits.
    pub(crate) fn run_until_stalled(&mut self) {
        self.pool.run_until_stalled();
    }
}

impl Spawner {
    /// Starts a future that belongs to the program of this name.
    pub(crate) fn spawn(&self, program: &str, future: LocalBoxFuture<'static, ()>) {
        let (handle, registration) = AbortHandle::new_pair();
        let stoppable = Abortable::new(future, registration);
        // Spawning fails only while the pool is being dropped, and then there is nothing left to run for.
        let spawned = self.spawner.spawn_local(async move {
            // A stopped future has nothing to say.
            let _ = stoppable.await;
        });
        if spawned.is_ok() {
            let mut running = self.running.borrow_mut();
            running.push((program.to_owned(), handle));
        }
    }

    /// Drops all futures of a program at their next turn, wherever they are.
    pub(crate) fn stop(&self, program: &str) {
        self.running.borrow_mut().retain(|(name, handle)| {
            let other = name != program;
            if !other {
                handle.abort();
            }
            other
        });
    }
}
