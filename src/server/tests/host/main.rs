//! The thread that owns the hub, and what it does with what it is told to keep.

mod client;
mod unread;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use hub::{Hub, HubOptions, StoreError};
use server::host::{Ended, HubHandle, Keep, Stopped};
use tokio::sync::Mutex;

use crate::client::{connect_with_will, get, register, send_to_device};

pub(crate) const HOST: &str = "localhost";

/// Keeps nothing, and says so once it is told to fail.
struct Failing(Arc<AtomicBool>);

impl Keep for Failing {
    fn flush(&mut self, _: &Hub) -> Result<(), StoreError> {
        if self.0.load(Ordering::SeqCst) {
            return Err(no_room());
        }
        Ok(())
    }

    fn kind(&self) -> &'static str {
        "a test's"
    }
}

/// Notes which revision it has kept last, and has no room for events.
struct WithoutEvents(Arc<AtomicU64>);

impl Keep for WithoutEvents {
    fn flush(&mut self, hub: &Hub) -> Result<(), StoreError> {
        if hub.event_bounds().any(|it| it.next_number > 0) {
            return Err(no_room());
        }
        self.0.store(hub.revision(), Ordering::SeqCst);
        Ok(())
    }

    fn kind(&self) -> &'static str {
        "a test's"
    }
}

/// Counts how often it was told to keep what has changed, and can be held up.
#[derive(Clone, Default)]
struct Counting {
    count: Arc<AtomicU64>,
    gate: Arc<Mutex<()>>,
}

impl Keep for Counting {
    fn flush(&mut self, _: &Hub) -> Result<(), StoreError> {
        self.count.fetch_add(1, Ordering::SeqCst);
        drop(self.gate.blocking_lock());
        Ok(())
    }

    fn kind(&self) -> &'static str {
        "a test's"
    }
}

fn no_room() -> StoreError {
    StoreError::new("no room left")
}

fn hub(keep: impl Keep + Send + 'static) -> (HubHandle, Ended) {
    let make = move || {
        let hub = Hub::new(HubOptions::new(HOST, [1; 32]));
        Ok::<_, Stopped>((hub, Box::new(keep) as Box<dyn Keep>))
    };
    HubHandle::start(make).unwrap().unwrap()
}

/// A hub, and the switch that has its store fail.
fn failing_hub() -> (HubHandle, Ended, Arc<AtomicBool>) {
    let fails = Arc::<AtomicBool>::default();
    let (handle, ended) = hub(Failing(Arc::clone(&fails)));
    (handle, ended, fails)
}

#[tokio::test]
async fn nothing_is_told_that_could_not_be_kept() {
    let (hub, ended, fails) = failing_hub();
    hub.request(get()).await.unwrap();
    fails.store(true, Ordering::SeqCst);
    assert_eq!(hub.request(get()).await.unwrap_err(), Stopped);
    assert_eq!(ended.wait().unwrap_err(), no_room());
}

#[tokio::test]
async fn nothing_is_seen_that_could_not_be_kept() {
    let (hub, _ended, fails) = failing_hub();
    hub.look(|_| ()).await.unwrap();
    fails.store(true, Ordering::SeqCst);
    assert_eq!(hub.look(|_| ()).await.unwrap_err(), Stopped);
}

/// The will of a client that does not read is the one event here. It comes about when the link is dropped, after the
/// changes of the input that was too much for the client are kept.
#[tokio::test]
async fn the_end_of_a_dropped_link_is_kept_before_it_is_told() {
    let kept = Arc::<AtomicU64>::default();
    let (hub, ended) = hub(WithoutEvents(Arc::clone(&kept)));
    register(&hub, "dev1").await;
    let _link = connect_with_will(&hub, "dev1").await;
    // The hub drops a link on which a few megabytes wait, and then has a will that it cannot keep.
    for _ in 0..200 {
        if hub.request(send_to_device(&hub, "dev1")).await.is_err() {
            break;
        }
    }
    let stopped = tokio::time::timeout(Duration::from_secs(20), hub.stopped()).await;
    assert!(stopped.is_ok(), "the hub was not to keep a will");
    assert_eq!(ended.wait().unwrap_err(), no_room());
    let told = *hub.revision().borrow();
    assert_eq!(told, kept.load(Ordering::SeqCst));
}
