//! A session: its links, and the windows that hold back both sides.

use std::collections::{BTreeMap, VecDeque};

use bytes::{Bytes, BytesMut};
use fe2o3_amqp_types::{definitions::Handle, performatives::Transfer};
use serde_bytes::ByteBuf;

use super::{
    encoding::{EncodingError, write_padded},
    frame,
    link::{Link, LinkId},
};

/// How many transfers a client may send before it hears that there is room for more.
pub(super) const WINDOW: u32 = 2048;
/// The highest handle: a session has one link more at most.
pub(super) const HANDLE_MAX: u32 = 255;
/// The most messages of a session that a client may leave unsettled.
pub(super) const MOST_UNSETTLED: usize = 8192;

/// How many fields a transfer has. One more, and the Event Hubs SDK for Python takes the last for the payload.
const TRANSFER_FIELDS: usize = 11;

/// One session of a connection.
#[derive(Default)]
pub(super) struct Session {
    pub(super) links: BTreeMap<u32, Link>,
    /// The number of the next transfer that comes in.
    pub(super) next_incoming_id: u32,
    /// How many transfers the client may still send.
    pub(super) incoming_window: u32,
    /// The number of the next transfer that goes out.
    pub(super) next_outgoing_id: u32,
    /// How many transfers the client takes.
    pub(super) remote_incoming_window: u32,
    /// The number of the next delivery that goes out.
    pub(super) next_delivery: u32,
    /// The deliveries that went out and are not settled.
    pub(super) unsettled: BTreeMap<u32, LinkId>,
    /// Deliveries, or what is left of them, that wait for the client's window.
    waiting: VecDeque<Delivery>,
    /// This side ended the session, and the client has not answered yet.
    pub(super) is_ended: bool,
}

/// A message on its way out.
struct Delivery {
    handle: u32,
    number: u32,
    is_settled: bool,
    bytes: Bytes,
}

impl Session {
    /// A session that the client began: the number of its first transfer, and how many it takes.
    pub(super) fn new(next_incoming_id: u32, remote_incoming_window: u32) -> Self {
        Self {
            next_incoming_id,
            incoming_window: WINDOW,
            remote_incoming_window,
            ..Self::default()
        }
    }

    /// Puts a message behind those that wait. Gives the number of its delivery.
    pub(super) fn send(&mut self, handle: u32, bytes: Bytes, is_settled: bool) -> u32 {
        let number = self.next_delivery;
        self.next_delivery = number.wrapping_add(1);
        self.waiting.push_back(Delivery {
            handle,
            number,
            is_settled,
            bytes,
        });
        number
    }

    /// Writes as much as the client's window has room for.
    pub(super) fn flush(
        &mut self,
        output: &mut BytesMut,
        channel: u16,
        most_frame_bytes: usize,
    ) -> Result<(), EncodingError> {
        while self.remote_incoming_window > 0
            && let Some(delivery) = self.waiting.front_mut()
        {
            delivery.put_transfer(output, channel, most_frame_bytes)?;
            self.remote_incoming_window -= 1;
            self.next_outgoing_id = self.next_outgoing_id.wrapping_add(1);
            if delivery.bytes.is_empty() {
                self.waiting.pop_front();
            }
        }
        Ok(())
    }

    /// How many bytes wait for the client's window.
    pub(super) fn waiting_bytes(&self) -> usize {
        self.waiting.iter().map(|it| it.bytes.len()).sum()
    }

    /// Forgets what was to go out on a link.
    pub(super) fn forget(&mut self, handle: u32) {
        self.waiting.retain(|it| it.handle != handle);
        if let Some(link) = self.links.get(&handle) {
            let id = link.id;
            self.unsettled.retain(|_, link| *link != id);
        }
    }

    /// Takes the unsettled deliveries of a range out. Numbers are serial: they go on at zero.
    pub(super) fn settle(&mut self, first: u32, last: u32) -> Vec<(u32, LinkId)> {
        let length = last.wrapping_sub(first);
        if length == 0 {
            let link = self.unsettled.remove(&first);
            return link.map(|link| (first, link)).into_iter().collect();
        }
        let is_within = |number: u32| number.wrapping_sub(first) <= length;
        let settled: Vec<_> = self
            .unsettled
            .iter()
            .filter(|(number, _)| is_within(**number))
            .map(|(number, link)| (*number, *link))
            .collect();
        self.unsettled.retain(|number, _| !is_within(*number));
        settled
    }
}

impl Delivery {
    /// Writes one frame, and keeps what did not fit.
    fn put_transfer(
        &mut self,
        output: &mut BytesMut,
        channel: u16,
        most_frame_bytes: usize,
    ) -> Result<(), EncodingError> {
        let mut transfer = self.transfer();
        let mut performative = write_padded(&transfer, TRANSFER_FIELDS)?;
        let room = frame::room(most_frame_bytes, &performative);
        let payload = if self.bytes.len() <= room {
            std::mem::take(&mut self.bytes)
        } else {
            transfer.more = true;
            performative = write_padded(&transfer, TRANSFER_FIELDS)?;
            // A frame has room for 512 bytes at least, and a performative is much shorter.
            let room = frame::room(most_frame_bytes, &performative).max(1);
            self.bytes.split_to(room.min(self.bytes.len()))
        };
        frame::put_transfer(output, channel, &performative, &payload);
        Ok(())
    }

    fn transfer(&self) -> Transfer {
        Transfer {
            handle: Handle(self.handle),
            delivery_id: Some(self.number),
            delivery_tag: Some(ByteBuf::from(self.number.to_be_bytes())),
            message_format: Some(0),
            settled: Some(self.is_settled),
            more: false,
            rcv_settle_mode: None,
            state: None,
            resume: false,
            aborted: false,
            batchable: false,
        }
    }
}
