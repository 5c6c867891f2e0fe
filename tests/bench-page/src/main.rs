//! How many messages a second get from a device client through the hub to a reader, in a browser.
//!
//! The same client and the same hub as on the playground's bench, built as they are built for it, without the bench's
//! trace. `messages.mjs` calls this, and the peers beside it.

mod site;

use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use client::device::{Device, DeviceOptions, Message, RetryPolicy};
use client::monitor::Monitor;
use futures::executor::LocalPool;
use futures::future::join_all;
use futures::task::LocalSpawnExt as _;
use wasm_bindgen::prelude::*;
use wire::event::EventPosition;

use crate::site::Site;

/// A device that is connected to a hub, and a reader of what the hub keeps.
#[wasm_bindgen]
pub struct Way {
    pool: LocalPool,
    site: Site,
    device: Device,
    monitor: Monitor,
}

#[wasm_bindgen]
impl Way {
    /// A new hub with a connected device, which sends at most so many messages ahead of their PUBACKs.
    ///
    /// # Errors
    ///
    /// If the device cannot connect.
    #[wasm_bindgen(constructor)]
    pub fn new(in_flight: usize) -> Result<Way, JsError> {
        let mut pool = LocalPool::new();
        let (site, string) = Site::new()?;
        let options = DeviceOptions {
            keep_alive: Duration::ZERO,
            retry: RetryPolicy::None,
            max_in_flight: in_flight,
            ..DeviceOptions::default()
        };
        let (device, driver) = Device::new(string, options, site.clone());
        pool.spawner().spawn_local(driver)?;
        pool.run_until(device.connect())?;
        let monitor = Monitor::new(site.partitions(), &EventPosition::Earliest, None, site::NOW);
        Ok(Self {
            pool,
            site,
            device,
            monitor,
        })
    }

    /// Sends so many messages of so many bytes, and is done when each is acknowledged and the reader has it.
    ///
    /// # Errors
    ///
    /// If a message is refused.
    pub fn deliver(
        &mut self,
        messages: usize,
        in_flight: usize,
        bytes: usize,
    ) -> Result<(), JsError> {
        let sender = |first: usize| {
            let device = self.device.clone();
            async move {
                for number in (first..messages).step_by(in_flight) {
                    let message = Message::new(vec![b'a'; bytes])
                        .with_message_id(number.to_string())
                        .with_property("a", "1")
                        .with_property("b", "2");
                    device.send(message).await?;
                }
                Ok::<(), client::device::SendError>(())
            }
        };
        let senders = join_all((0..in_flight).map(sender));
        let (site, monitor) = (&self.site, &mut self.monitor);
        let mut left = messages;
        let reader = poll_fn(|context| {
            while left > 0 {
                let read = site.read(monitor);
                if read == 0 {
                    site.watch(context.waker());
                    return Poll::Pending;
                }
                left = left.saturating_sub(read);
            }
            Poll::Ready(())
        });
        let (sent, ()) = self.pool.run_until(futures::future::join(senders, reader));
        sent.into_iter().collect::<Result<(), _>>()?;
        Ok(())
    }
}

fn main() {}
