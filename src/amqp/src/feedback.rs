//! What became of messages for devices.

use std::time::Duration;

use fe2o3_amqp::link::CreditMode;
use fe2o3_amqp_types::messaging::Source;
use futures::future::{Either, select};
use wire::rest::FeedbackRecord;

use crate::{
    connection::{Incoming, PATIENCE},
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
    let mut receiver = connection.receiver(network, source, credit).await?;
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
    within(network, PATIENCE, receiver.close()).await?;
    Ok(records)
}

async fn next(
    network: &impl Network,
    receiver: &mut Incoming,
    patience: Duration,
) -> Result<Option<Vec<FeedbackRecord>>, Failure> {
    within(network, PATIENCE, receiver.grant(1)).await?;
    let sleep = Box::pin(network.sleep(patience));
    let receiving = Box::pin(receiver.receive());
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
