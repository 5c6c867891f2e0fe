//! The network of a bench: an in-page pipe between a device and the hub.

use std::future::poll_fn;

use client::network::{Link, LinkError, Network};
use rand_chacha::rand_core::Rng as _;
use wire::{
    connection_string::{DeviceConnectionString, DeviceCredential},
    sas::SharedAccessKey,
    timestamp::Timestamp,
};

use crate::{hands::Hands, links::LinkId, trace::Party, view::Side};

/// One device's way to the hub.
pub(crate) struct Pipes {
    hands: Hands,
    device: DeviceConnectionString,
}

impl Pipes {
    pub(crate) fn new(hands: Hands, device: DeviceConnectionString) -> Self {
        Self { hands, device }
    }
}

impl Pipes {
    /// Finds the host of that name, if there is a network.
    fn look_for(&self, host: &str) -> Result<(), LinkError> {
        let world = self.hands.look();
        if !world.is_plugged(&self.device.device_id) {
            return Err(LinkError::new(
                "the network is down: the cable is not plugged in",
            ));
        }
        if !host.eq_ignore_ascii_case(world.hub.host_name()) {
            return Err(LinkError::new(format!(
                "no host of the name {host} is known on this bench"
            )));
        }
        Ok(())
    }

    fn key(&self) -> Option<SharedAccessKey> {
        match &self.device.credential {
            DeviceCredential::SharedAccessKey(key) => Some(key.clone()),
            _ => None,
        }
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
        self.look_for(host)?;
        let party = Party {
            side: Side::Device,
            name: self.device.device_id.clone(),
        };
        let emulated = self.hands.world().open_link(&party);
        let link = match emulated {
            Some(link) => link,
            None => self.hands.open_live_link(party, self.key()).await?,
        };
        Ok(Pipe {
            hands: self.hands.clone(),
            link,
        })
    }
}

/// A link of a device to the hub.
pub(crate) struct Pipe {
    hands: Hands,
    link: LinkId,
}

impl Link for Pipe {
    fn send(&mut self, bytes: &[u8]) -> Result<(), LinkError> {
        if self.hands.world().carry(self.link, bytes) {
            Ok(())
        } else {
            Err(LinkError::new("the connection is closed"))
        }
    }

    async fn receive(&mut self) -> Option<Vec<u8>> {
        poll_fn(|context| self.hands.world().poll_incoming(self.link, context.waker())).await
    }
}

impl Drop for Pipe {
    fn drop(&mut self) {
        self.hands.world().drop_link(self.link);
    }
}
