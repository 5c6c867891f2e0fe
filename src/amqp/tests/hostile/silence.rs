//! Hubs that want to hear that this side is alive.

use std::time::Duration;

use amqp::message::FailureKind;

use crate::peer::{Conduct, read};

#[tokio::test]
async fn a_hub_hears_a_sign_of_life_well_before_its_patience_ends() {
    let (failure, _) = read(Conduct::Insists(Duration::from_secs(2))).await;
    assert_eq!(failure.kind, FailureKind::NotFound, "{failure:?}");
}
