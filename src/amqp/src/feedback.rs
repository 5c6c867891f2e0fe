//! What became of messages for devices.
//!
//! A hub has one feedback for all services that share it, and gives each batch to whichever of them asks. A batch is
//! completed or given back as a whole. So one that is about devices of others is held until this read has ended, and then
//! given back: given back at once, it would come here again. The hub counts that as a delivery, and drops a batch after
//! ten of them or after an hour, so that what nobody else asks for meanwhile is lost all the same.

use std::time::Duration;

use fe2o3_amqp::link::{CreditMode, delivery::DeliveryInfo};
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
/// At most so many batches are looked at in one read. A batch has up to 64 records.
const MOST_BATCHES: u32 = 64;

/// Takes the feedback that waits on messages to own devices, and completes it.
pub(crate) async fn take(
    network: &impl Network,
    hub: &Hub,
    is_own: impl Fn(&str) -> bool,
) -> Result<Vec<FeedbackRecord>, Failure> {
    let mut connection = open_hub(network, hub).await?;
    let source = Source::builder().address(FEEDBACK).build();
    let credit = CreditMode::Manual;
    let mut receiver = connection.receiver(network, source, credit).await?;
    let mut records = Vec::new();
    let mut of_others = Vec::new();
    let until = network.now().plus(FIRST);
    for _ in 0..MOST_BATCHES {
        let patience = if records.is_empty() {
            until.since(network.now()).max(NEXT)
        } else {
            NEXT
        };
        // One at a time, so that the hub locks no batch that is left behind.
        let (delivery, batch) = match next(network, &mut receiver, patience).await {
            Ok(Some(next)) => next,
            Ok(None) => break,
            Err(failure) if records.is_empty() => return Err(failure),
            // What was completed comes no more, so it is told, whatever went wrong then.
            Err(_) => return Ok(records),
        };
        if batch.iter().any(|record| is_own(&record.device_id)) {
            if receiver.accept(delivery).await.is_ok() {
                records.extend(batch);
            }
        } else {
            of_others.push(delivery);
        }
    }
    match within(network, LAST, give_back(receiver, of_others)).await {
        Err(failure) if records.is_empty() => Err(failure),
        _ => Ok(records),
    }
}

/// Gives back what others wait for, and ends the link. The hub answers that after it has heard of all that was settled.
async fn give_back(mut receiver: Incoming, of_others: Vec<DeliveryInfo>) -> Result<(), Failure> {
    if !of_others.is_empty() {
        // What is given back must not come here again.
        receiver.grant(0).await?;
    }
    for delivery in of_others {
        receiver.release(delivery).await?;
    }
    receiver.close().await
}

async fn next(
    network: &impl Network,
    receiver: &mut Incoming,
    patience: Duration,
) -> Result<Option<(DeliveryInfo, Vec<FeedbackRecord>)>, Failure> {
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
    Ok(Some((info, records)))
}
