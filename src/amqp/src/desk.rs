//! Takes what is asked, and runs it.

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use tokio::{
    sync::Mutex,
    task::{AbortHandle, spawn_local},
};

use crate::{
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
    /// The hub that was chosen, or why that could not be.
    hub: Result<Rc<Chosen>, Failure>,
    work: Rc<RefCell<HashMap<u32, Work>>>,
}

/// Something that goes on.
struct Work {
    task: AbortHandle,
    /// How much more it may tell; only a read has one.
    window: Option<Rc<Window>>,
}

/// A hub, and what leads there.
struct Chosen {
    hub: Hub,
    origin: Origin,
    outbox: Mutex<Outbox>,
}

impl<N: Network> Desk<N> {
    /// A desk without a hub. Tells that it is ready.
    pub fn new(network: N, tell: impl Fn(Told) + 'static) -> Self {
        tell(Told::Ready);
        let why = "no hub was chosen; that comes first";
        Self {
            network: Rc::new(network),
            tell: Rc::new(tell),
            hub: Err(Failure::new(FailureKind::Misused, why)),
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
                self.hub = Chosen::parse(&connection_string, events.as_deref()).map(Rc::new);
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
            let origin = chosen.origin.clone();
            let read = Read::new(id, network, origin, from, filled, move |it| tell(it));
            read.run().await;
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
            let mut outbox = chosen.outbox.lock().await;
            tell(match outbox.send(&*network, &chosen.hub, message).await {
                Ok(()) => Told::Sent { id },
                Err(failure) => Told::Failed { id, failure },
            });
        });
    }

    fn take_feedback(&mut self, id: u32) {
        let (network, tell) = (Rc::clone(&self.network), Rc::clone(&self.tell));
        self.start(id, None, move |chosen| async move {
            tell(match feedback::take(&*network, &chosen.hub).await {
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
        let chosen = match &self.hub {
            Ok(chosen) => Rc::clone(chosen),
            Err(failure) => return self.fail(id, failure.clone()),
        };
        if self.work.borrow().len() >= MOST_AT_WORK {
            let why = format!("more than {MOST_AT_WORK} things go on at the same time");
            return self.fail(id, Failure::new(FailureKind::Misused, why));
        }
        let (work, at_work) = (work(chosen), Rc::clone(&self.work));
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
    fn parse(connection_string: &str, events: Option<&str>) -> Result<Self, Failure> {
        let hub = Hub::parse(connection_string)?;
        let origin = match events {
            Some(events) => Origin::Given(EventHub::parse(events)?),
            None => Origin::Hub(hub.clone()),
        };
        Ok(Self {
            hub,
            origin,
            outbox: Mutex::default(),
        })
    }
}
