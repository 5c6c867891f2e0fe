//! The two ends of links: the one that takes messages, and the one that gives them.

use bytes::{Bytes, BytesMut};
use fe2o3_amqp_types::{definitions::Error, performatives::Transfer};

use super::{
    condition::{self, error},
    connection::Message,
};

/// Names a link for as long as its connection lives; never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct LinkId(pub(super) u64);

/// How many messages a client may send on a link before the first of them has been dealt with.
pub(super) const CREDIT: u32 = 50;

/// The most bytes of messages that have come in part, over all links of a connection.
const MOST_PARTIAL_BYTES: usize = 4 * 1024 * 1024;

/// A link of a session.
pub(super) struct Link {
    pub(super) id: LinkId,
    pub(super) state: State,
    pub(super) end: End,
}

/// How far a link's life has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// The client asked for it, and has no answer yet.
    Asked,
    /// It can be used.
    Attached,
    /// This side detached it, and the client has not answered yet.
    Detached,
}

/// Which end of the link is here.
pub(super) enum End {
    /// The client sends.
    Receiver(Receiver),
    /// The client receives.
    Sender(Sender),
}

/// The end of a link on which messages come in.
#[derive(Default)]
pub(super) struct Receiver {
    /// How many deliveries came.
    pub(super) delivery_count: u32,
    /// How many more may come.
    pub(super) credit: u32,
    /// How many came and were not settled.
    pub(super) unsettled: u32,
    /// The largest message.
    pub(super) most_bytes: usize,
    /// A message of which more is to come.
    pub(super) partial: Option<Partial>,
}

/// The beginning of a message.
pub(super) struct Partial {
    pub(super) delivery: u32,
    pub(super) is_settled: bool,
    pub(super) bytes: BytesMut,
}

/// The end of a link on which messages go out.
#[derive(Default)]
pub(super) struct Sender {
    /// How many deliveries went out, with those that the client gave up by draining.
    pub(super) delivery_count: u32,
    /// How many more the client wants.
    pub(super) credit: u32,
    /// Whether the client wants the credit used up now.
    pub(super) drain: bool,
}

impl Receiver {
    /// Whether it is time to let the client send more.
    pub(super) fn wants_credit(&self) -> bool {
        self.credit + self.unsettled <= CREDIT / 2
    }
}

impl Sender {
    /// The client says how many deliveries it has seen, and how many more it wants.
    pub(super) fn granted(&mut self, seen: Option<u32>, credit: u32, drain: bool) {
        let unseen = self.delivery_count.wrapping_sub(seen.unwrap_or_default());
        self.credit = credit.saturating_sub(unseen);
        self.drain = drain;
    }
}

impl Receiver {
    /// Takes a transfer. Gives the message once it is whole; an error detaches the link.
    pub(super) fn take(
        &mut self,
        link: LinkId,
        transfer: &Transfer,
        payload: Bytes,
        partial_bytes: usize,
    ) -> Result<Option<Message>, Error> {
        let is_first = self.partial.is_none();
        let mut partial = match self.partial.take() {
            Some(partial) => partial,
            None => self.begin(transfer)?,
        };
        partial.is_settled |= transfer.settled.unwrap_or_default();
        if transfer.aborted {
            self.unsettled = self.unsettled.saturating_sub(1);
            return Ok(None);
        }
        if partial.bytes.len() + payload.len() > self.most_bytes {
            let why = format!("the message has more than {} bytes", self.most_bytes);
            return Err(error(condition::MESSAGE_SIZE_EXCEEDED, why));
        }
        if transfer.more {
            if partial_bytes + payload.len() > MOST_PARTIAL_BYTES {
                let why = "too many bytes of messages that are not whole wait on this connection";
                return Err(error(condition::RESOURCE_LIMIT_EXCEEDED, why));
            }
            partial.bytes.extend_from_slice(&payload);
            self.partial = Some(partial);
            return Ok(None);
        }
        let bytes = if is_first {
            payload
        } else {
            partial.bytes.extend_from_slice(&payload);
            partial.bytes.freeze()
        };
        Ok(Some(Message {
            link,
            delivery: partial.delivery,
            is_settled: partial.is_settled,
            bytes,
        }))
    }

    fn begin(&mut self, transfer: &Transfer) -> Result<Partial, Error> {
        let Some(delivery) = transfer.delivery_id else {
            let why = "a transfer begins a message without a delivery-id";
            return Err(error(condition::INVALID_FIELD, why));
        };
        if self.credit == 0 {
            let why = "a message came that the link had no credit for";
            return Err(error(condition::TRANSFER_LIMIT_EXCEEDED, why));
        }
        self.credit -= 1;
        self.unsettled += 1;
        self.delivery_count = self.delivery_count.wrapping_add(1);
        Ok(Partial {
            delivery,
            is_settled: false,
            bytes: BytesMut::new(),
        })
    }
}
