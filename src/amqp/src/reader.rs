//! Reads the events of all partitions, and takes broken connections up again where they broke.

use std::{collections::BTreeMap, rc::Rc, time::Duration};

use fe2o3_amqp::{link::CreditMode, sasl_profile::SaslProfile};
use fe2o3_amqp_types::messaging::Source;
use futures::{
    FutureExt as _, StreamExt,
    future::{Either, select},
    stream::{self, LocalBoxStream, SelectAll},
};
use serde_amqp::{Value, described::Described, descriptor::Descriptor};
use wire::{event::Event, timestamp::Timestamp};

use crate::{
    connection::{Connection, Incoming},
    endpoint::{EventHub, is_name},
    event_message::read_event,
    message::{Failure, FailureKind, ReadFrom, Told},
    network::Network,
    redirect::{Origin, find},
    requests::Requests,
    window::{Room, Window},
};

/// The consumer group that every event hub has.
const DEFAULT_GROUP: &str = "$Default";
const SELECTOR: &str = "apache.org:selector-filter:string";
const SELECTOR_CODE: u64 = 0x0000_468C_0000_0004;
/// How many events may be on their way, over all partitions.
const CREDIT: u32 = 128;
/// At most so many events are told at once.
const MOST_AT_ONCE: usize = 64;
/// With so many bytes a batch is told, though more events are there.
const ENOUGH_BYTES: usize = 256 * 1024;
const SHORTEST_BACK_OFF: Duration = Duration::from_secs(1);
const LONGEST_BACK_OFF: Duration = Duration::from_secs(30);
/// No timer is set for longer.
const LONGEST_SLEEP: Duration = Duration::from_hours(24);

/// A read of all partitions.
pub(crate) struct Read<N, T> {
    id: u32,
    network: Rc<N>,
    origin: Origin,
    since: Option<u64>,
    group: String,
    window: Rc<Window>,
    tell: T,
    /// The number of the last event that was told, for each partition that had one, now or before this read.
    told: BTreeMap<u16, u64>,
    /// Whether it has read with the credentials that it has.
    is_proven: bool,
    back_off: Duration,
}

type Events = SelectAll<LocalBoxStream<'static, Result<Event, Failure>>>;

impl<N: Network, T: Fn(Told)> Read<N, T> {
    pub(crate) fn new(
        id: u32,
        network: Rc<N>,
        origin: Origin,
        from: ReadFrom,
        window: Rc<Window>,
        tell: T,
    ) -> Self {
        Self {
            id,
            network,
            origin,
            since: from.since,
            group: from.group.unwrap_or_else(|| DEFAULT_GROUP.to_owned()),
            window,
            tell,
            told: from.after,
            is_proven: false,
            back_off: SHORTEST_BACK_OFF,
        }
    }

    /// Reads until something goes wrong that trying again does not mend.
    pub(crate) async fn run(mut self) {
        let id = self.id;
        loop {
            let failure = match self.read().await {
                Ok(never) => match never {},
                Err(failure) => failure,
            };
            if !self.is_worth_another_try(failure.kind) {
                (self.tell)(Told::Failed { id, failure });
                return;
            }
            let wait = self.back_off;
            let after = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
            (self.tell)(Told::Retrying { id, after, failure });
            self.network.sleep(wait).await;
            self.back_off = (wait * 2).min(LONGEST_BACK_OFF);
        }
    }

    /// What never worked is told at once. What did may have been cut off, or slept until its token was over.
    fn is_worth_another_try(&mut self, kind: FailureKind) -> bool {
        match kind {
            FailureKind::Closed
            | FailureKind::Throttled
            // The hub may count the connection that broke for a while.
            | FailureKind::LimitReached
            | FailureKind::Unreachable => {
                self.is_proven
            }
            // Once, with a new token.
            FailureKind::Unauthorized => std::mem::take(&mut self.is_proven),
            _ => false,
        }
    }

    async fn read(&mut self) -> Result<std::convert::Infallible, Failure> {
        let network = Rc::clone(&self.network);
        let event_hub = find(&*network, &self.origin).await?;
        let host = event_hub.host().to_owned();
        let anonymous = SaslProfile::Anonymous;
        let mut connection =
            Connection::open(&*network, &event_hub.url(), &host, anonymous).await?;
        let mut tokens = Requests::tokens(&*network, &mut connection).await?;
        let mut renewal = put_token(&*network, &mut tokens, &event_hub).await?;
        let partitions = self.ask_partitions(&mut connection, &event_hub).await?;
        let mut events = self
            .attach(&mut connection, &event_hub, &partitions)
            .await?;
        self.is_proven = true;
        self.back_off = SHORTEST_BACK_OFF;
        (self.tell)(Told::Reading {
            id: self.id,
            partitions: u16::try_from(partitions.len()).unwrap_or(u16::MAX),
        });
        loop {
            let sleep = match renewal {
                Some(at) => at.since(network.now()).min(LONGEST_SLEEP),
                None => LONGEST_SLEEP,
            };
            let window = Rc::clone(&self.window);
            let batch = async {
                let room = window.room().await;
                (room, next_batch(&mut events).await)
            };
            let next = select(Box::pin(batch), Box::pin(network.sleep(sleep))).await;
            match next {
                Either::Left(((room, batch), _)) if !batch.is_empty() => self.take(batch, room)?,
                Either::Left(_) => {
                    let why = "the event hub ended all links";
                    return Err(Failure::new(FailureKind::Closed, why));
                }
                Either::Right(_) if renewal.is_some_and(|at| at <= network.now()) => {
                    renewal = put_token(&*network, &mut tokens, &event_hub).await?;
                }
                Either::Right(_) => {}
            }
        }
    }

    /// Asks which partitions there are. One that ends before what was read of it is not the same any more: the hub has
    /// begun anew.
    async fn ask_partitions(
        &mut self,
        connection: &mut Connection,
        event_hub: &EventHub,
    ) -> Result<Vec<u16>, Failure> {
        let network = &*self.network;
        let (entity, resource) = (&event_hub.entity, event_hub.resource());
        let token = event_hub
            .credential
            .for_event_hub(network.now(), &resource)?;
        let mut management = Requests::management(network, connection).await?;
        let partitions = management.partitions(network, entity, &token).await?;
        let known: Vec<(u16, u64)> = self.told.iter().map(|(at, told)| (*at, *told)).collect();
        for (partition, told) in known {
            let last = if partitions.contains(&partition) {
                management
                    .last_number(network, entity, partition, &token)
                    .await?
            } else {
                -1
            };
            if u64::try_from(last).is_ok_and(|last| told <= last) {
                continue;
            }
            self.told.remove(&partition);
        }
        Ok(partitions)
    }

    async fn attach(
        &self,
        connection: &mut Connection,
        event_hub: &EventHub,
        partitions: &[u16],
    ) -> Result<Events, Failure> {
        let group = &self.group;
        if group != DEFAULT_GROUP && !is_name(group) {
            let why = "a consumer group cannot have this name; expected letters, digits and - . _";
            return Err(Failure::new(FailureKind::Misused, why));
        }
        let mut events = SelectAll::new();
        let count = u32::try_from(partitions.len()).unwrap_or(u32::MAX).max(1);
        let credit = (CREDIT / count).max(2);
        for partition in partitions.iter().copied() {
            let entity = &event_hub.entity;
            let address = format!("{entity}/ConsumerGroups/{group}/Partitions/{partition}");
            let mut source = Source::builder().address(address);
            if let Some(selector) = self.selector(partition) {
                let filter = Described {
                    descriptor: Descriptor::Code(SELECTOR_CODE),
                    value: Value::String(selector),
                };
                source = source.add_to_filter(SELECTOR, filter);
            }
            let receiver = connection
                .receiver(&*self.network, source.build(), CreditMode::Auto(credit))
                .await?;
            events.push(stream_of(partition, receiver).boxed_local());
        }
        Ok(events)
    }

    /// Where to start in a partition; without a selector, at the oldest event.
    fn selector(&self, partition: u16) -> Option<String> {
        if let Some(number) = self.told.get(&partition) {
            return Some(format!(
                "amqp.annotation.x-opt-sequence-number > '{number}'"
            ));
        }
        let since = self.since?.saturating_sub(1);
        Some(format!("amqp.annotation.x-opt-enqueued-time > '{since}'"))
    }

    /// Tells events, each once.
    fn take(&mut self, batch: Vec<Result<Event, Failure>>, room: Room<'_>) -> Result<(), Failure> {
        let mut events = Vec::with_capacity(batch.len());
        let mut trouble = None;
        for event in batch {
            match event {
                Ok(event) if self.is_new(&event) => events.push(event),
                Ok(_) => {}
                Err(failure) => trouble = trouble.or(Some(failure)),
            }
        }
        if !events.is_empty() {
            let id = self.id;
            room.fill();
            (self.tell)(Told::Events { id, events });
        }
        trouble.map_or(Ok(()), Err)
    }

    fn is_new(&mut self, event: &Event) -> bool {
        let last = self.told.get(&event.partition);
        let is_new = last.is_none_or(|last| event.sequence_number > *last);
        if is_new {
            self.told.insert(event.partition, event.sequence_number);
        }
        is_new
    }
}

/// Waits for events, and takes those that are there, up to a batch. Empty once there are no more.
async fn next_batch(events: &mut Events) -> Vec<Result<Event, Failure>> {
    let mut batch = Vec::new();
    let mut next = events.next().await;
    let mut bytes = 0;
    while let Some(event) = next {
        bytes += event.as_ref().map_or(0, |event| event.body.len());
        batch.push(event);
        if batch.len() >= MOST_AT_ONCE || bytes >= ENOUGH_BYTES {
            break;
        }
        next = events.next().now_or_never().flatten();
    }
    batch
}

async fn put_token(
    network: &impl Network,
    tokens: &mut Requests,
    event_hub: &EventHub,
) -> Result<Option<Timestamp>, Failure> {
    let now = network.now();
    let resource = event_hub.resource();
    let token = event_hub.credential.for_event_hub(now, &resource)?;
    tokens.put_token(network, &resource, &token).await?;
    Ok(event_hub.credential.renewal(now))
}

/// The events of a partition, and at last why there are no more.
fn stream_of(
    partition: u16,
    receiver: Incoming,
) -> impl futures::Stream<Item = Result<Event, Failure>> {
    stream::unfold(Some(receiver), move |receiver| async move {
        let mut receiver = receiver?;
        match receive(partition, &mut receiver).await {
            Ok(event) => Some((Ok(event), Some(receiver))),
            Err(failure) => Some((Err(failure), None)),
        }
    })
}

async fn receive(partition: u16, receiver: &mut Incoming) -> Result<Event, Failure> {
    let delivery = receiver.receive().await?;
    receiver.accept(&delivery).await?;
    read_event(partition, delivery.into_message()).ok_or_else(|| {
        let why = "an event has no number of its place in the partition";
        Failure::new(FailureKind::Protocol, why)
    })
}
