//! What became of messages for devices.

use std::time::Duration;

use fe2o3_amqp::{Receiver, link::CreditMode};
use fe2o3_amqp_types::messaging::{Body, Source};
use futures::future::{Either, select};
use serde_amqp::Value;
use wire::rest::FeedbackRecord;

use crate::{
    connection::PATIENCE,
    endpoint::Hub,
    event_message::read_body,
    message::{Failure, FailureKind},
    network::{Network, within},
    redirect::open_hub,
};

const FEEDBACK: &str = "/messages/serviceBound/feedback";
/// How long the first batch may take.
const FIRST: Duration = Duration::from_secs(5);
/// How long each further batch may take: those that wait come at once.
const NEXT: Duration = Duration::from_millis(300);
/// At most so many batches are taken at once. A batch has up to 64 records.
const MOST_BATCHES: u32 = 16;

/// Takes the feedback that waits, and completes it.
pub(crate) async fn take(
    network: &impl Network,
    hub: &Hub,
) -> Result<Vec<FeedbackRecord>, Failure> {
    let mut connection = open_hub(network, hub).await?;
    let source = Source::builder().address(FEEDBACK).build();
    let credit = CreditMode::Manual;
    let mut receiver = connection
        .receiver(network, source, "feedback", credit)
        .await?;
    let mut records = Vec::new();
    let mut patience = FIRST;
    for _ in 0..MOST_BATCHES {
        // One at a time, so that the hub locks no batch that is left behind.
        let Some(batch) = next(network, &mut receiver, patience).await? else {
            break;
        };
        records.extend(batch);
        patience = NEXT;
    }
    // The hub answers this after it has heard of all that was completed.
    let closing = async { Ok(receiver.close().await?) };
    within(network, PATIENCE, closing).await?;
    Ok(records)
}

async fn next(
    network: &impl Network,
    receiver: &mut Receiver,
    patience: Duration,
) -> Result<Option<Vec<FeedbackRecord>>, Failure> {
    let granting = async {
        let granted = receiver.set_credit(1).await;
        granted.map_err(|error| Failure::new(FailureKind::Closed, error.to_string()))
    };
    within(network, PATIENCE, granting).await?;
    let sleep = Box::pin(network.sleep(patience));
    let receiving = Box::pin(receiver.recv::<Body<Value>>());
    let delivery = match select(receiving, sleep).await {
        Either::Left((delivery, _)) => delivery?,
        Either::Right(_) => return Ok(None),
    };
    let (info, message) = delivery.into_parts();
    let records = serde_json::from_slice(&read_body(message.body)).map_err(|_| {
        let why = "feedback is no list of records; expected JSON";
        Failure::new(FailureKind::Protocol, why)
    })?;
    receiver.accept(info).await?;
    Ok(Some(records))
}
