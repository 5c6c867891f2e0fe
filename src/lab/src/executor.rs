//! Runs the bench's futures on the one thread there is.

use std::{cell::RefCell, rc::Rc};

use futures::{
    executor::{LocalPool, LocalSpawner},
    future::{AbortHandle, Abortable, LocalBoxFuture},
    task::LocalSpawnExt as _,
};

use crate::by_name::ByName;

/// Polls futures until none of them can go on.
pub(crate) struct Executor {
    pool: LocalPool,
    spawner: Spawner,
}

/// Starts futures, and stops all that were started under a name.
#[derive(Clone)]
pub(crate) struct Spawner {
    spawner: LocalSpawner,
    running: Rc<RefCell<Running>>,
}

/// What was started and has not ended, by the name of its program and a number of its own.
#[derive(Default)]
struct Running {
    programs: ByName<Vec<(u64, AbortHandle)>>,
    started: u64,
}

impl Running {
    fn end(&mut self, program: &str, number: u64) {
        if let Some(handles) = self.programs.get_mut(program) {
            // The numbers rise.
            if let Ok(place) = handles.binary_search_by_key(&number, |(number, _)| *number) {
                handles.remove(place);
            }
            if handles.is_empty() {
                self.programs.remove(program);
            }
        }
    }
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
        let number = {
            let mut running = self.running.borrow_mut();
            running.started += 1;
            let number = running.started;
            let handles = running.programs.entry(program.to_owned()).or_default();
            handles.push((number, handle));
            number
        };
        let (running, program) = (Rc::clone(&self.running), program.to_owned());
        // Spawning fails only while the pool is being dropped, and then there is nothing left to run for.
        let _ = self.spawner.spawn_local(async move {
            // A stopped future has nothing to say.
            let _ = stoppable.await;
            running.borrow_mut().end(&program, number);
        });
    }

    /// Drops all futures of a program at their next turn, wherever they are.
    pub(crate) fn stop(&self, program: &str) {
        let stopped = self.running.borrow_mut().programs.remove(program);
        for (_, handle) in stopped.into_iter().flat_map(|handles| *handles) {
            handle.abort();
        }
    }
}
