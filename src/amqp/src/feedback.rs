//! What became of messages for devices.

use std::time::Duration;

use fe2o3_amqp::link::CreditMode;
use fe2o3_amqp_types::messaging::Source;
use futures::future::{Either, select};
use wire::rest::{FeedbackRecord, FeedbackRecords};

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
/// How long the end may take.
const LAST: Duration = Duration::from_secs(5);
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
        match next(network, &mut receiver, patience).await {
            Ok(Some(batch)) => records.extend(batch),
            Ok(None) => break,
            Err(failure) if records.is_empty() => return Err(failure),
            // What was completed comes no more, so it is told, whatever went wrong then.
            Err(_) => return Ok(records),
        }
        patience = NEXT;
    }
    // The hub answers this after it has heard of all that was completed.
    match within(network, LAST, receiver.close()).await {
        Err(failure) if records.is_empty() => Err(failure),
        _ => Ok(records),
    }
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
    let records = serde_json::from_slice(&read_body(message.body));
    let FeedbackRecords(records) = records.map_err(|_| {
        let why = "feedback is no list of records; expected JSON";
        Failure::new(FailureKind::Protocol, why)
    })?;
    receiver.accept(info).await?;
    Ok(Some(records))
}
