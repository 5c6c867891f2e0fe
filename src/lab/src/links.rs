//! The clients' ends of the links to the hub.

use std::{
    collections::{BTreeMap, VecDeque},
    task::{Poll, Waker},
};

use hub::ConnectionId;
use wire::mqtt::Splitter;

use crate::trace::Party;

/// The largest packet that a link's trace puts together.
const MOST_TRACED: usize = 1024 * 1024;

/// All links that a client holds.
#[derive(Default)]
pub(crate) struct Links(BTreeMap<ConnectionId, LinkEnd>);

/// The client's end of a link: what came for it and was not read yet.
pub(crate) struct LinkEnd {
    pub(crate) party: Party,
    incoming: VecDeque<Vec<u8>>,
    open: bool,
    waker: Option<Waker>,
    /// Puts packets together for the trace: a client may send them in pieces.
    sent: Splitter,
}

impl Links {
    pub(crate) fn open(&mut self, id: ConnectionId, party: Party) {
        let end = LinkEnd {
            party,
            incoming: VecDeque::new(),
            open: true,
            waker: None,
            sent: Splitter::new(MOST_TRACED),
        };
        self.0.insert(id, end);
    }

    /// The end of a link that is open.
    pub(crate) fn get_open(&mut self, id: ConnectionId) -> Option<&mut LinkEnd> {
        self.0.get_mut(&id).filter(|end| end.open)
    }

    /// Forgets a link. Whether it was open.
    pub(crate) fn drop_link(&mut self, id: ConnectionId) -> bool {
        self.0.remove(&id).is_some_and(|end| end.open)
    }

    /// Cuts all open links of a device, with what was under way on them. Whether there was one.
    pub(crate) fn cut(&mut self, device_id: &str) -> bool {
        let mut lost = false;
        for end in self.0.values_mut() {
            if end.open && end.party.name == device_id {
                end.incoming.clear();
                end.close();
                lost = true;
            }
        }
        lost
    }

    /// What came for a client on a link: `None` if the link is closed and all was read.
    pub(crate) fn poll_incoming(
        &mut self,
        id: ConnectionId,
        waker: &Waker,
    ) -> Poll<Option<Vec<u8>>> {
        let Some(end) = self.0.get_mut(&id) else {
            return Poll::Ready(None);
        };
        match end.incoming.pop_front() {
            Some(bytes) => Poll::Ready(Some(bytes)),
            None if !end.open => Poll::Ready(None),
            None => {
                end.waker = Some(waker.clone());
                Poll::Pending
            }
        }
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

    /// Bytes came for the client.
    pub(crate) fn put(&mut self, bytes: Vec<u8>) {
        self.incoming.push_back(bytes);
        self.wake();
    }

    /// Nothing more comes for the client.
    pub(crate) fn close(&mut self) {
        self.open = false;
        self.wake();
    }

    fn wake(&mut self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}
