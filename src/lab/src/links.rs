//! The clients' ends of the links to the hub.

use std::{
    collections::{BTreeMap, VecDeque},
    task::{Poll, Waker},
};

use futures::channel::mpsc::UnboundedSender;
use hub::ConnectionId;
use wire::{
    mqtt::{Frame, MqttError, Splitter, packet_name},
    sas::SharedAccessKey,
};

use crate::trace::Party;

/// The largest packet that a link puts together.
const MOST_OF_PACKET: usize = 1024 * 1024;

/// How many packets wait for a client before a live hub's are left to wait elsewhere.
const MOST_WAITING: usize = 64;

/// Which link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum LinkId {
    /// To the emulated hub, by the hub's own id.
    Emulated(ConnectionId),
    /// To a live hub, by a number of the bench's own.
    Live(u64),
}

/// Nothing can be put into the client's end of a link any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LinkIsClosed;

/// All links that a client holds.
#[derive(Default)]
pub(crate) struct Links {
    ends: BTreeMap<LinkId, LinkEnd>,
    live: u64,
}

/// The client's end of a link: what came for it and was not read yet.
pub(crate) struct LinkEnd {
    pub(crate) party: Party,
    incoming: VecDeque<Vec<u8>>,
    open: bool,
    waker: Option<Waker>,
    /// Puts packets together for the trace: a client may send them in pieces.
    sent: Splitter,
    outside: Option<OutsideEnd>,
}

/// What the end of a link to a live hub has beside.
struct OutsideEnd {
    outgoing: UnboundedSender<Vec<u8>>,
    /// Puts packets together: a socket delivers them in pieces.
    came: Splitter,
    /// Whoever waits for the client to read.
    waiting: Option<Waker>,
    /// The key that the client signs with.
    key: Option<SharedAccessKey>,
    /// The return code by which the hub refused the client.
    refused: Option<u8>,
    /// Whether the client has sent DISCONNECT.
    has_left: bool,
}

impl Links {
    /// A link to the emulated hub.
    pub(crate) fn open(&mut self, connection: ConnectionId, party: Party) -> LinkId {
        self.put(LinkId::Emulated(connection), party, None)
    }

    /// A link to a live hub. What the client sends goes into `outgoing`, which is closed with the link.
    pub(crate) fn open_live(
        &mut self,
        party: Party,
        key: Option<SharedAccessKey>,
        outgoing: UnboundedSender<Vec<u8>>,
    ) -> LinkId {
        self.live += 1;
        let outside = OutsideEnd {
            outgoing,
            came: Splitter::new(MOST_OF_PACKET),
            waiting: None,
            key,
            refused: None,
            has_left: false,
        };
        self.put(LinkId::Live(self.live), party, Some(outside))
    }

    fn put(&mut self, id: LinkId, party: Party, outside: Option<OutsideEnd>) -> LinkId {
        let end = LinkEnd {
            party,
            incoming: VecDeque::new(),
            open: true,
            waker: None,
            sent: Splitter::new(MOST_OF_PACKET),
            outside,
        };
        self.ends.insert(id, end);
        id
    }

    /// The end of a link that is open.
    pub(crate) fn get_open(&mut self, id: LinkId) -> Option<&mut LinkEnd> {
        self.ends.get_mut(&id).filter(|end| end.open)
    }

    /// Forgets a link. Gives whose it was if it was open.
    pub(crate) fn drop_link(&mut self, id: LinkId) -> Option<Party> {
        let mut end = self.ends.remove(&id)?;
        let was_open = end.open;
        end.close();
        was_open.then_some(end.party)
    }

    /// Cuts all open links of a device, with what was under way on them. Gives those that were cut.
    pub(crate) fn cut(&mut self, device_id: &str) -> Vec<LinkId> {
        let of_device = |end: &LinkEnd| end.open && end.party.name == device_id;
        let lost = self.ends.iter_mut().filter(|(_, end)| of_device(end));
        lost.map(|(id, end)| {
            end.incoming.clear();
            end.close();
            *id
        })
        .collect()
    }

    /// What came for a client on a link: `None` if the link is closed and all was read.
    pub(crate) fn poll_incoming(&mut self, id: LinkId, waker: &Waker) -> Poll<Option<Vec<u8>>> {
        let Some(end) = self.ends.get_mut(&id) else {
            return Poll::Ready(None);
        };
        match end.incoming.pop_front() {
            Some(bytes) => {
                end.wake_waiting();
                Poll::Ready(Some(bytes))
            }
            None if !end.open => Poll::Ready(None),
            None => {
                end.waker = Some(waker.clone());
                Poll::Pending
            }
        }
    }

    /// Waits until a link has room for more from a live hub, or is no longer open.
    pub(crate) fn poll_room(&mut self, id: LinkId, waker: &Waker) -> Poll<()> {
        let Some(end) = self.get_open(id) else {
            return Poll::Ready(());
        };
        if end.incoming.len() < MOST_WAITING {
            return Poll::Ready(());
        }
        if let Some(outside) = &mut end.outside {
            outside.waiting = Some(waker.clone());
        }
        Poll::Pending
    }
}

impl LinkEnd {
    /// The whole packets that the client has sent with these bytes.
    pub(crate) fn packets(&mut self, bytes: &[u8]) -> Vec<Vec<u8>> {
        self.sent.push(bytes);
        let mut packets = Vec::new();
        while let Ok(Some(frame)) = self.sent.next_frame() {
            packets.push(frame.into_bytes());
        }
        packets
    }

    /// Takes bytes that a live hub has sent.
    pub(crate) fn receive_outside(&mut self, bytes: &[u8]) {
        if let Some(outside) = &mut self.outside {
            outside.came.push(bytes);
        }
    }

    /// The next whole packet that a live hub has sent.
    pub(crate) fn next_from_outside(&mut self) -> Result<Option<Vec<u8>>, MqttError> {
        let Some(outside) = &mut self.outside else {
            return Ok(None);
        };
        let frame = outside.came.next_frame()?;
        Ok(frame.map(Frame::into_bytes))
    }

    /// Sends bytes to a live hub. False if they cannot be sent any more.
    pub(crate) fn send_outside(&self, bytes: &[u8]) -> bool {
        let outside = self.outside.as_ref();
        outside.is_some_and(|outside| outside.outgoing.unbounded_send(bytes.to_vec()).is_ok())
    }

    /// Notes what the client has sent to a live hub.
    pub(crate) fn note_sent(&mut self, packet: &[u8]) {
        if let Some(outside) = &mut self.outside {
            outside.has_left |= packet_name(packet) == "DISCONNECT";
        }
    }

    /// Notes that a live hub has refused the client.
    pub(crate) fn note_refusal(&mut self, code: u8) {
        if let Some(outside) = &mut self.outside {
            outside.refused = Some(code);
        }
    }

    /// The key that the client of a link to a live hub signs with.
    pub(crate) fn key(&self) -> Option<&SharedAccessKey> {
        self.outside.as_ref()?.key.as_ref()
    }

    /// The return code by which a live hub refused the client.
    pub(crate) fn refused(&self) -> Option<u8> {
        self.outside.as_ref()?.refused
    }

    /// Whether the client has said goodbye to a live hub.
    pub(crate) fn has_left(&self) -> bool {
        self.outside
            .as_ref()
            .is_some_and(|outside| outside.has_left)
    }

    /// Bytes came for the client.
    pub(crate) fn put(&mut self, bytes: Vec<u8>) {
        self.incoming.push_back(bytes);
        self.wake();
    }

    /// Nothing more comes for the client, and it sends nothing more.
    pub(crate) fn close(&mut self) {
        self.open = false;
        self.wake();
        self.wake_waiting();
        self.outside = None;
    }

    fn wake(&mut self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    fn wake_waiting(&mut self) {
        let outside = self.outside.as_mut();
        if let Some(waker) = outside.and_then(|outside| outside.waiting.take()) {
            waker.wake();
        }
    }
}
