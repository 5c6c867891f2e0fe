//! The performatives that answer a client's own.

use bytes::BytesMut;
use fe2o3_amqp_types::{
    definitions::{Handle, Role, SenderSettleMode},
    messaging::{Accepted, DeliveryState, Rejected, Source, Target, TargetArchetype},
    performatives::{Attach, Disposition, Flow},
};

use super::{ATTACH_FIELDS, DISPOSITION_FIELDS, Disposal, FLOW_FIELDS};
use crate::amqp::{
    encoding::EncodingError,
    frame,
    link::{CREDIT, End},
    session::{Session, WINDOW},
};

/// This side's half of a link, after the client's.
pub(super) fn put_attach(
    output: &mut BytesMut,
    channel: u16,
    asked: &Attach,
    most_bytes: usize,
) -> Result<(), EncodingError> {
    let is_sender = asked.role == Role::Receiver;
    let snd_settle_mode = match asked.snd_settle_mode {
        SenderSettleMode::Mixed if is_sender => SenderSettleMode::Settled,
        ref mode => mode.clone(),
    };
    let attach = Attach {
        name: asked.name.clone(),
        handle: asked.handle.clone(),
        role: if is_sender {
            Role::Sender
        } else {
            Role::Receiver
        },
        snd_settle_mode,
        rcv_settle_mode: asked.rcv_settle_mode.clone(),
        source: Some(Box::new(with_address(asked.source.as_deref()))),
        target: Some(Box::new(with_target_address(asked.target.as_deref()))),
        unsettled: None,
        incomplete_unsettled: false,
        initial_delivery_count: is_sender.then_some(0),
        max_message_size: u64::try_from(most_bytes).ok(),
        offered_capabilities: None,
        desired_capabilities: None,
        properties: asked.properties.clone(),
    };
    frame::put(output, channel, (&attach, ATTACH_FIELDS))
}

/// A client takes a terminus without fields for none at all, and a link without one for refused.
fn with_address(source: Option<&Source>) -> Source {
    let mut source = source.cloned().unwrap_or_default();
    source.address.get_or_insert_default();
    source
}

fn with_target_address(target: Option<&TargetArchetype>) -> TargetArchetype {
    let mut target = match target {
        Some(TargetArchetype::Target(target)) => target.clone(),
        None => Target::default(),
    };
    target.address.get_or_insert_default();
    TargetArchetype::Target(target)
}

pub(super) fn put_disposal(
    output: &mut BytesMut,
    channel: u16,
    delivery: u32,
    disposal: Disposal,
) -> Result<(), EncodingError> {
    let state = match disposal {
        Disposal::Accepted => DeliveryState::Accepted(Accepted {}),
        Disposal::Rejected(error) => DeliveryState::Rejected(Rejected { error: Some(error) }),
    };
    let disposition = Disposition {
        role: Role::Receiver,
        first: delivery,
        last: Some(delivery),
        settled: true,
        state: Some(state),
        batchable: false,
    };
    frame::put(output, channel, (&disposition, DISPOSITION_FIELDS))
}

/// Fills up the credit of a link on which messages come in, and tells the client.
pub(super) fn put_credit(
    output: &mut BytesMut,
    channel: u16,
    session: &mut Session,
    handle: u32,
) -> Result<(), EncodingError> {
    if let Some(End::Receiver(receiver)) = session.links.get_mut(&handle).map(|it| &mut it.end) {
        receiver.credit = CREDIT.saturating_sub(receiver.unsettled);
    }
    put_flow(output, channel, session, Some(handle))
}

/// Tells the client how a session stands, and a link.
pub(super) fn put_flow(
    output: &mut BytesMut,
    channel: u16,
    session: &Session,
    handle: Option<u32>,
) -> Result<(), EncodingError> {
    let link = handle.and_then(|it| session.links.get(&it));
    let (delivery_count, credit, drain) = match link.map(|it| &it.end) {
        Some(End::Receiver(it)) => (Some(it.delivery_count), Some(it.credit), false),
        Some(End::Sender(it)) => (Some(it.delivery_count), Some(it.credit), it.drain),
        None => (None, None, false),
    };
    let flow = Flow {
        next_incoming_id: Some(session.next_incoming_id),
        incoming_window: session.incoming_window,
        next_outgoing_id: session.next_outgoing_id,
        outgoing_window: WINDOW,
        handle: link.and(handle).map(Handle),
        delivery_count,
        link_credit: credit,
        available: link.map(|_| 0),
        drain,
        echo: false,
        properties: None,
    };
    frame::put(output, channel, (&flow, FLOW_FIELDS))
}
