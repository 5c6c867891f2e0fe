//! Takes what is asked, and runs it.

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use tokio::{
    sync::Mutex,
    task::{AbortHandle, spawn_local},
};
use wire::rest::FeedbackRecord;

use crate::{
    addressees::Addressees,
    cloud_to_device::Outbox,
    endpoint::{EventHub, Hub},
    feedback,
    message::{Ask, CloudToDevice, Failure, FailureKind, ReadFrom, Told},
    network::Network,
    reader::Read,
    redirect::Origin,
    window::Window,
};

/// At most so much goes on at the same time.
const MOST_AT_WORK: usize = 64;

/// Takes what is asked, and tells what comes of it.
///
/// It runs on a `tokio::task::LocalSet`, on which its work goes on between the calls. Dropping it ends all work.
pub struct Desk<N> {
    network: Rc<N>,
    tell: Rc<dyn Fn(Told)>,
    chosen: Rc<Chosen>,
    work: Rc<RefCell<HashMap<u32, Work>>>,
}

/// Something that goes on.
struct Work {
    task: AbortHandle,
    /// How much more it may tell; only a read has one.
    window: Option<Rc<Window>>,
}

/// What was chosen. What cannot be used is told of to whoever asks for it.
struct Chosen {
    hub: Result<Hub, Failure>,
    origin: Result<Origin, Failure>,
    outbox: Mutex<Outbox>,
    addressees: RefCell<Addressees>,
}

impl<N: Network> Desk<N> {
    /// A desk without a hub. Tells that it is ready.
    pub fn new(network: N, tell: impl Fn(Told) + 'static) -> Self {
        tell(Told::Ready);
        Self {
            network: Rc::new(network),
            tell: Rc::new(tell),
            chosen: Rc::new(Chosen::nothing()),
            work: Rc::default(),
        }
    }

    /// Takes what is asked. A hub that cannot be chosen is told of when something is asked of it.
    pub fn hear(&mut self, ask: Ask) {
        match ask {
            Ask::Hub {
                connection_string,
                events,
            } => {
                self.stop_all();
                self.chosen = Rc::new(Chosen::parse(&connection_string, events.as_deref()));
            }
            Ask::Read { id, from } => self.read(id, from),
            Ask::Took { id } => self.taken(id),
            Ask::Stop { id } => self.stop(id),
            Ask::Send { id, message } => self.send(id, message),
            Ask::Feedback { id } => self.take_feedback(id),
        }
    }

    fn read(&mut self, id: u32, from: ReadFrom) {
        let (network, tell) = (Rc::clone(&self.network), Rc::clone(&self.tell));
        let window = Rc::new(Window::new());
        let filled = Rc::clone(&window);
        self.start(id, Some(window), move |chosen| async move {
            match chosen.origin.clone() {
                Ok(origin) => {
                    let read = Read::new(id, network, origin, from, filled, move |it| tell(it));
                    read.run().await;
                }
                Err(failure) => tell(Told::Failed { id, failure }),
            }
        });
    }

    fn taken(&self, id: u32) {
        let work = self.work.borrow();
        if let Some(window) = work.get(&id).and_then(|work| work.window.as_ref()) {
            window.taken();
        }
    }

    fn send(&mut self, id: u32, message: CloudToDevice) {
        let (network, tell) = (Rc::clone(&self.network), Rc::clone(&self.tell));
        self.start(id, None, move |chosen| async move {
            tell(match chosen.send(&*network, message).await {
                Ok(()) => Told::Sent { id },
                Err(failure) => Told::Failed { id, failure },
            });
        });
    }

    fn take_feedback(&mut self, id: u32) {
        let (network, tell) = (Rc::clone(&self.network), Rc::clone(&self.tell));
        self.start(id, None, move |chosen| async move {
            tell(match chosen.take_feedback(&*network).await {
                Ok(records) => Told::Feedback { id, records },
                Err(failure) => Told::Failed { id, failure },
            });
        });
    }

    /// Starts work for the hub that was chosen. Work of the same number ends.
    fn start<W>(&mut self, id: u32, window: Option<Rc<Window>>, work: impl FnOnce(Rc<Chosen>) -> W)
    where
        W: Future<Output = ()> + 'static,
    {
        self.stop(id);
        if self.work.borrow().len() >= MOST_AT_WORK {
            let why = format!("more than {MOST_AT_WORK} things go on at the same time");
            return self.fail(id, Failure::new(FailureKind::Misused, why));
        }
        let (work, at_work) = (work(Rc::clone(&self.chosen)), Rc::clone(&self.work));
        let task = spawn_local(async move {
            work.await;
            at_work.borrow_mut().remove(&id);
        });
        let task = task.abort_handle();
        self.work.borrow_mut().insert(id, Work { task, window });
    }

    fn fail(&self, id: u32, failure: Failure) {
        (self.tell)(Told::Failed { id, failure });
    }
}

impl<N> Desk<N> {
    fn stop(&mut self, id: u32) {
        if let Some(work) = self.work.borrow_mut().remove(&id) {
            work.task.abort();
        }
    }

    fn stop_all(&mut self) {
        for (_, work) in self.work.borrow_mut().drain() {
            work.task.abort();
        }
    }
}

impl<N> Drop for Desk<N> {
    fn drop(&mut self) {
        self.stop_all();
    }
}

impl Chosen {
    fn nothing() -> Self {
        let why = "no hub was chosen; that comes first";
        let failure = Failure::new(FailureKind::Misused, why);
        Self {
            hub: Err(failure.clone()),
            origin: Err(failure),
            outbox: Mutex::default(),
            addressees: RefCell::default(),
        }
    }

    /// The string for events opens them, whatever the other one opens.
    fn parse(connection_string: &str, events: Option<&str>) -> Self {
        let hub = Hub::parse(connection_string);
        let origin = match events {
            Some(events) => EventHub::parse(events).map(Origin::Given),
            None => hub.clone().map(Origin::Hub),
        };
        Self {
            hub,
            origin,
            outbox: Mutex::default(),
            addressees: RefCell::default(),
        }
    }

    async fn send(&self, network: &impl Network, message: CloudToDevice) -> Result<(), Failure> {
        let hub = self.hub.as_ref().map_err(Clone::clone)?;
        self.addressees.borrow_mut().note(&message.device_id);
        let mut outbox = self.outbox.lock().await;
        outbox.send(network, hub, message).await
    }

    async fn take_feedback(&self, network: &impl Network) -> Result<Vec<FeedbackRecord>, Failure> {
        let hub = self.hub.as_ref().map_err(Clone::clone)?;
        let is_own = |device_id: &str| self.addressees.borrow().has(device_id);
        feedback::take(network, hub, is_own).await
    }
}
