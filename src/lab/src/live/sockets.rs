//! Links to a live hub.

use std::future::poll_fn;

use client::{device::SessionEvent, network::LinkError};
use futures::{
    StreamExt as _,
    channel::mpsc,
    future::{Either, select},
};
use wire::{mqtt::packet_name, sas::SharedAccessKey};

use super::{Live, Route, WORK};
use crate::{
    hands::Hands,
    links::{LinkId, LinkIsClosed},
    outside::{OutsideLink, Trouble, TroubleKind},
    trace::Party,
};

impl Hands {
    /// Opens a link to the live hub.
    pub(crate) async fn open_live_link(
        &self,
        party: Party,
        key: Option<SharedAccessKey>,
    ) -> Result<LinkId, LinkError> {
        let opening = {
            let world = self.look();
            let live = world.hub.live();
            live.map(|live| live.ways.open_link())
        };
        let Some(opening) = opening else {
            return Err(LinkError::new("there is no live hub on this bench"));
        };
        let opened = opening.await;
        let mut world = self.world();
        if let Some(live) = world.hub.live_mut() {
            // One that opens is no sign yet that the hub lets the device in.
            if let Err(trouble) = &opened {
                let route = Route::Links(party.name.clone());
                live.trouble(route, trouble.clone(), None);
            }
        }
        world.changed();
        let socket = opened.map_err(|Trouble { detail, .. }| LinkError::new(detail))?;
        if !world.is_plugged(&party.name) {
            return Err(LinkError::new(
                "the network is down: the cable was pulled while the link was being opened",
            ));
        }
        let (sender, outgoing) = mpsc::unbounded();
        let id = world.open_live_link(party, key, sender);
        drop(world);
        let hands = self.clone();
        let work = async move { hands.serve(id, socket, outgoing).await };
        self.spawner().spawn(WORK, Box::pin(work));
        Ok(id)
    }

    /// Notes when a device of this bench tries again to connect.
    pub(crate) async fn note_retries(
        &self,
        device_id: &str,
        mut events: impl futures::Stream<Item = SessionEvent> + Unpin,
    ) {
        while let Some(event) = events.next().await {
            if let SessionEvent::Retrying { after, .. } = event {
                let mut world = self.world();
                let at = world.now.plus(after);
                if let Some(live) = world.hub.live_mut() {
                    live.links_retry(device_id, at);
                }
                world.changed();
            }
        }
    }

    /// Carries bytes between a socket and a client until one of them is through.
    async fn serve(
        &self,
        id: LinkId,
        mut socket: Box<dyn OutsideLink>,
        mut outgoing: mpsc::UnboundedReceiver<Vec<u8>>,
    ) {
        loop {
            let incoming = self.next_incoming(id, &mut *socket);
            let next = match select(Box::pin(incoming), outgoing.next()).await {
                Either::Left((incoming, _)) => Either::Left(incoming),
                Either::Right((bytes, _)) => Either::Right(bytes),
            };
            match next {
                Either::Left(Incoming::HandedOn) => {}
                Either::Left(Incoming::Bytes(bytes)) => self.world().receive_live(id, &bytes),
                Either::Right(Some(bytes)) => {
                    if !socket.send(&bytes) {
                        return self.world().live_link_closed(id, socket.closed_by());
                    }
                }
                Either::Left(Incoming::End) => {
                    return self.world().live_link_closed(id, socket.closed_by());
                }
                // The client has let go, or its cable was pulled.
                Either::Left(Incoming::NobodyWaits) | Either::Right(None) => return,
            }
        }
    }

    /// Hands a packet on as soon as its client has room for it, or takes more from the socket if there is none.
    async fn next_incoming(&self, id: LinkId, socket: &mut dyn OutsideLink) -> Incoming {
        poll_fn(|context| self.world().poll_room(id, context.waker())).await;
        let handed_on = self.world().hand_on(id);
        match handed_on {
            Ok(true) => Incoming::HandedOn,
            Ok(false) => match socket.receive().await {
                Some(bytes) => Incoming::Bytes(bytes),
                None => Incoming::End,
            },
            Err(LinkIsClosed) => Incoming::NobodyWaits,
        }
    }
}

/// What became of waiting for something on a link.
enum Incoming {
    /// A packet was handed on, and more may be there.
    HandedOn,
    Bytes(Vec<u8>),
    /// The socket is closed.
    End,
    /// The client's end is closed.
    NobodyWaits,
}

/// How a hub answers a CONNECT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Connected {
    LetIn,
    /// With this return code.
    Refused(u8),
}

impl Connected {
    /// Reads the answer, if a packet is that.
    pub(crate) fn of(packet: &[u8]) -> Option<Self> {
        if packet_name(packet) != "CONNACK" {
            return None;
        }
        Some(match packet.get(3)? {
            0 => Self::LetIn,
            code => Self::Refused(*code),
        })
    }
}

/// What a return code tells. The hub answers 5 for all that it blames on the device; a client of 3.1.1 may hear 2 and 4
/// from others for the same. With 3 it may be any of several things that pass.
pub(crate) fn kind_of_refusal(code: u8) -> TroubleKind {
    match code {
        2 | 4 | 5 => TroubleKind::Unauthorized,
        3 => TroubleKind::Unavailable,
        _ => TroubleKind::Protocol,
    }
}

impl Live {
    /// Takes note of what a device has sent.
    pub(crate) fn sent(&mut self, link: LinkId, device_id: &str, packet: &[u8]) {
        self.mirror.sent(link, device_id, packet);
        self.meter_sent(packet);
    }

    /// Takes note of what came for a device that signs with a key, if that is known.
    pub(crate) fn came(
        &mut self,
        link: LinkId,
        device_id: &str,
        packet: &[u8],
        key: Option<&SharedAccessKey>,
    ) {
        self.mirror.came(link, device_id, packet, key);
        self.meter_came(packet);
        if let Some(answer) = Connected::of(packet) {
            self.answered(device_id, answer);
        }
    }

    /// The hub answered a device that wants to connect.
    fn answered(&mut self, device_id: &str, answer: Connected) {
        match answer {
            Connected::LetIn => self.works(&Route::Links(device_id.to_owned())),
            Connected::Refused(code) => {
                let why = format!("the hub refused the CONNECT with return code {code}");
                self.link_lost(device_id, kind_of_refusal(code), &why);
            }
        }
    }

    /// A link was closed, and not by its client.
    pub(crate) fn link_lost(&mut self, device_id: &str, kind: TroubleKind, why: &str) {
        let detail = format!("{device_id}: {why}");
        let route = Route::Links(device_id.to_owned());
        self.trouble(route, Trouble::new(kind, detail), None);
    }
}
