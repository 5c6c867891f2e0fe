use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use http::StatusCode;
use hub::{Hub, HubOptions, StoreError};
use serde_json::Value;
use server::{
    health::{Health, Status},
    host::{HubHandle, Keep, Stopped},
};

use crate::{
    client::{exchange, get, register},
    program::Program,
};

/// Keeps until it is broken.
struct Breakable(Arc<AtomicBool>);

impl Keep for Breakable {
    fn flush(&mut self, _: &Hub) -> Result<(), StoreError> {
        if self.0.load(Ordering::Relaxed) {
            return Err(StoreError::new("the disk is gone"));
        }
        Ok(())
    }

    fn kind(&self) -> &'static str {
        "memory"
    }
}

#[test]
fn a_hub_that_keeps_is_well_on_both_ports() {
    let program = Program::start(&[]);
    register(&program, "kept");
    let request = http::Request::get("/healthz").body(Vec::new()).unwrap();
    for response in [get(&program, "/healthz"), exchange(&program, &request)] {
        assert_eq!(response.status(), StatusCode::OK);
        let health: Value = serde_json::from_str(response.body()).unwrap();
        assert_eq!(health["status"], "ok");
        assert_eq!(health["store"], "sqlite");
        assert!(health["lastKept"].as_str().unwrap().starts_with("20"));
    }
}

#[tokio::test]
async fn a_hub_whose_store_has_failed_is_not_well() {
    let broken = Arc::<AtomicBool>::default();
    let keep = Breakable(Arc::clone(&broken));
    let options = HubOptions::new("localhost", [7; 32]);
    let (hub, _ended) =
        HubHandle::start(|| Ok::<_, Stopped>((Hub::new(options), Box::new(keep) as Box<dyn Keep>)))
            .unwrap()
            .unwrap();
    assert_eq!(Health::of(&hub).await.status, Status::Ok);
    broken.store(true, Ordering::Relaxed);
    let health = Health::of(&hub).await;
    assert_eq!(health.status, Status::StoreFailed);
    assert_eq!(health.response().status(), StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn a_hub_that_was_stopped_is_not_well() {
    let (hub, _ended) = HubHandle::ephemeral(HubOptions::new("localhost", [7; 32])).unwrap();
    hub.stop().await;
    let health = Health::of(&hub).await;
    assert_eq!(health.status, Status::Ending);
    assert_eq!(health.response().status(), StatusCode::SERVICE_UNAVAILABLE);
}
