//! The thread that owns the hub, and what it does with what it is told to keep.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use http::Request;
use hub::{Hub, HubOptions, StoreError};
use server::host::{Ended, HubHandle, Keep, Stopped};

/// Keeps nothing, and says so once it is told to fail.
struct Failing(Arc<AtomicBool>);

impl Keep for Failing {
    fn flush(&mut self, _: &Hub) -> Result<(), StoreError> {
        if self.0.load(Ordering::SeqCst) {
            return Err(StoreError::new("no room left"));
        }
        Ok(())
    }

    fn kind(&self) -> &'static str {
        "a test's"
    }
}

/// A hub, and the switch that has its store fail.
fn hub() -> (HubHandle, Ended, Arc<AtomicBool>) {
    let fails = Arc::<AtomicBool>::default();
    let keep = Failing(Arc::clone(&fails));
    let make = move || {
        let hub = Hub::new(HubOptions::new("localhost", [1; 32]));
        Ok::<_, Stopped>((hub, Box::new(keep) as Box<dyn Keep>))
    };
    let (handle, ended) = HubHandle::start(make).unwrap().unwrap();
    (handle, ended, fails)
}

fn request() -> Request<Vec<u8>> {
    Request::get("/devices/x?api-version=2021-04-12")
        .body(Vec::new())
        .unwrap()
}

#[tokio::test]
async fn nothing_is_told_that_could_not_be_kept() {
    let (hub, ended, fails) = hub();
    hub.request(request()).await.unwrap();
    fails.store(true, Ordering::SeqCst);
    assert_eq!(hub.request(request()).await.unwrap_err(), Stopped);
    let error = ended.wait().unwrap_err();
    assert_eq!(error, StoreError::new("no room left"));
}

#[tokio::test]
async fn nothing_is_seen_that_could_not_be_kept() {
    let (hub, _ended, fails) = hub();
    hub.look(|_| ()).await.unwrap();
    fails.store(true, Ordering::SeqCst);
    assert_eq!(hub.look(|_| ()).await.unwrap_err(), Stopped);
}
