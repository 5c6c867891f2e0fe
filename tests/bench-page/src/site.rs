//! A hub, and links in memory to it.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::future::{Future, pending, poll_fn};
use std::rc::Rc;
use std::task::{Poll, Waker};

use client::monitor::Monitor;
use client::network::{Link, LinkError, Network};
use client::service::Service;
use hub::{ConnectionId, Hub, HubOptions, Output};
use wasm_bindgen::JsError;
use wire::connection_string::DeviceConnectionString;
use wire::timestamp::Timestamp;

/// The time, which stands still here.
pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

const DEVICE: &str = "device";

/// The hub with its links. Cloned freely; all clones are the same.
#[derive(Clone)]
pub(crate) struct Site(Rc<RefCell<State>>);

struct State {
    hub: Hub,
    links: BTreeMap<ConnectionId, End>,
    reader: Option<Waker>,
}

/// The device's end of a link: what came and was not read yet.
#[derive(Default)]
struct End {
    incoming: VecDeque<Vec<u8>>,
    waker: Option<Waker>,
}

impl Site {
    /// A hub with one device, and the device's connection string.
    pub(crate) fn new() -> Result<(Self, DeviceConnectionString), JsError> {
        let mut hub = Hub::new(HubOptions::new("bench.azure-devices.net", [7; 32]));
        let policy = hub
            .service_connection_string("registryReadWrite")
            .ok_or_else(|| JsError::new("the hub has no policy registryReadWrite"))?;
        hub.request(
            NOW,
            &Service::new(policy).create_device(NOW, DEVICE).request,
        );
        while hub.poll().is_some() {}
        let string = hub
            .device_connection_string(DEVICE)
            .ok_or_else(|| JsError::new("the hub did not register the device"))?;
        let state = State {
            hub,
            links: BTreeMap::new(),
            reader: None,
        };
        Ok((Self(Rc::new(RefCell::new(state))), string))
    }

    pub(crate) fn partitions(&self) -> u16 {
        self.0.borrow().hub.partition_count()
    }

    /// Reads once from where the monitor stands; gives back how many events were new.
    pub(crate) fn read(&self, monitor: &mut Monitor) -> usize {
        let state = self.0.borrow();
        let mut count = 0;
        for read in monitor.reads() {
            let events = state
                .hub
                .read_events(read.partition, &read.position, read.most);
            count += monitor.receive(read.partition, events).len();
        }
        count
    }

    /// Wakes the reader when the hub has taken something.
    pub(crate) fn watch(&self, waker: &Waker) {
        self.0.borrow_mut().reader = Some(waker.clone());
    }
}

impl State {
    fn drain(&mut self) {
        while let Some(output) = self.hub.poll() {
            if let Output::Send { connection, bytes } = output
                && let Some(end) = self.links.get_mut(&connection)
            {
                end.incoming.push_back(bytes);
                if let Some(waker) = end.waker.take() {
                    waker.wake();
                }
            }
        }
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
    }
}

impl Network for Site {
    type Link = Pipe;

    fn now(&self) -> Timestamp {
        NOW
    }

    fn sleep_until(&self, _at: Timestamp) -> impl Future<Output = ()> {
        pending()
    }

    fn random(&self) -> u64 {
        7
    }

    async fn open_link(&self, _host: &str) -> Result<Pipe, LinkError> {
        let mut state = self.0.borrow_mut();
        let connection = state.hub.open(NOW);
        state.links.insert(connection, End::default());
        Ok(Pipe {
            site: self.clone(),
            connection,
        })
    }
}

/// A link to the hub.
pub(crate) struct Pipe {
    site: Site,
    connection: ConnectionId,
}

impl Link for Pipe {
    fn send(&mut self, bytes: &[u8]) -> Result<(), LinkError> {
        let mut state = self.site.0.borrow_mut();
        state.hub.receive(NOW, self.connection, bytes);
        state.drain();
        Ok(())
    }

    async fn receive(&mut self) -> Option<Vec<u8>> {
        poll_fn(|context| {
            let mut state = self.site.0.borrow_mut();
            let Some(end) = state.links.get_mut(&self.connection) else {
                return Poll::Ready(None);
            };
            if let Some(bytes) = end.incoming.pop_front() {
                return Poll::Ready(Some(bytes));
            }
            end.waker = Some(context.waker().clone());
            Poll::Pending
        })
        .await
    }
}
