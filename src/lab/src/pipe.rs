//! The network of a bench: an in-page pipe between a device and the hub.

use std::future::poll_fn;

use client::network::{Link, LinkError, Network};
use hub::ConnectionId;
use rand_chacha::rand_core::Rng as _;
use wire::timestamp::Timestamp;

use crate::{hands::Hands, trace::Party, view::Side};

/// One device's way to the hub.
pub(crate) struct Pipes {
    hands: Hands,
    device_id: String,
}

impl Pipes {
    pub(crate) fn new(hands: Hands, device_id: String) -> Self {
        Self { hands, device_id }
    }
}

impl Network for Pipes {
    type Link = Pipe;

    fn now(&self) -> Timestamp {
        self.hands.now()
    }

    fn sleep_until(&self, at: Timestamp) -> impl Future<Output = ()> {
        self.hands.sleep_until(at)
    }

    fn random(&self) -> u64 {
        self.hands.world().rng.next_u64()
    }

    async fn open_link(&self, host: &str) -> Result<Pipe, LinkError> {
        let mut world = self.hands.world();
        if !world.is_plugged(&self.device_id) {
            return Err(LinkError::new(
                "the network is down: the cable is not plugged in",
            ));
        }
        if !host.eq_ignore_ascii_case(world.hub.host_name()) {
            return Err(LinkError::new(format!(
                "no host of the name {host} is known on this bench"
            )));
        }
        let connection = world.open_link(Party {
            side: Side::Device,
            name: self.device_id.clone(),
        });
        drop(world);
        Ok(Pipe {
            hands: self.hands.clone(),
            connection,
        })
    }
}

/// A link of a device to the hub.
pub(crate) struct Pipe {
    hands: Hands,
    connection: ConnectionId,
}

impl Link for Pipe {
    fn send(&mut self, bytes: &[u8]) -> Result<(), LinkError> {
        if self.hands.world().carry(self.connection, bytes) {
            Ok(())
        } else {
            Err(LinkError::new("the connection is closed"))
        }
    }

    async fn receive(&mut self) -> Option<Vec<u8>> {
        poll_fn(|context| {
            self.hands
                .world()
                .poll_incoming(self.connection, context.waker())
        })
        .await
    }
}

impl Drop for Pipe {
    fn drop(&mut self) {
        self.hands.world().drop_link(self.connection);
    }
}
