//! Takes what is asked, and runs it.

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use tokio::task::{AbortHandle, spawn_local};

use crate::{
    endpoint::{EventHub, Hub},
    message::{Ask, Failure, FailureKind, Told},
    network::Network,
    reader::Read,
    redirect::Origin,
};

/// At most so much goes on at the same time.
const MOST_AT_WORK: usize = 64;

/// Takes what is asked, and tells what comes of it.
///
/// It runs on a `tokio::task::LocalSet`, on which its work goes on between the calls.
pub struct Desk<N> {
    network: Rc<N>,
    tell: Rc<dyn Fn(Told)>,
    hub: Option<(Hub, Origin)>,
    work: Rc<RefCell<HashMap<u32, AbortHandle>>>,
}

impl<N: Network> Desk<N> {
    /// A desk without a hub. Tells that it is ready.
    pub fn new(network: N, tell: impl Fn(Told) + 'static) -> Self {
        tell(Told::Ready);
        Self {
            network: Rc::new(network),
            tell: Rc::new(tell),
            hub: None,
            work: Rc::default(),
        }
    }

    /// Takes what is asked.
    pub fn hear(&mut self, ask: Ask) {
        match ask {
            Ask::Hub {
                connection_string,
                events,
            } => self.choose(&connection_string, events.as_deref()),
            Ask::Read { id, since } => self.read(id, since),
            Ask::Stop { id } => self.stop(id),
            Ask::Send { id, .. } | Ask::Feedback { id } => self.fail(id, "not supported"),
        }
    }

    fn choose(&mut self, connection_string: &str, events: Option<&str>) {
        self.stop_all();
        self.hub = None;
        if let Ok(hub) = Hub::parse(connection_string) {
            let origin = match events.map(EventHub::parse) {
                None => Origin::Hub(hub.clone()),
                Some(Ok(events)) => Origin::Given(events),
                Some(Err(_)) => return,
            };
            self.hub = Some((hub, origin));
        }
    }

    fn read(&mut self, id: u32, since: Option<u64>) {
        let Some((_, origin)) = self.hub.clone() else {
            return self.fail(id, "no hub was chosen");
        };
        let tell = Rc::clone(&self.tell);
        let read = Read::new(id, Rc::clone(&self.network), origin, since, move |it| {
            tell(it)
        });
        self.start(id, read.run());
    }

    fn start(&mut self, id: u32, work: impl Future<Output = ()> + 'static) {
        let mut at_work = self.work.borrow_mut();
        if at_work.len() >= MOST_AT_WORK {
            drop(at_work);
            return self.fail(id, "too much goes on at the same time");
        }
        let done = Rc::clone(&self.work);
        let task = spawn_local(async move {
            work.await;
            done.borrow_mut().remove(&id);
        });
        if let Some(before) = at_work.insert(id, task.abort_handle()) {
            before.abort();
        }
    }

    fn stop(&mut self, id: u32) {
        if let Some(task) = self.work.borrow_mut().remove(&id) {
            task.abort();
        }
    }

    fn stop_all(&mut self) {
        for (_, task) in self.work.borrow_mut().drain() {
            task.abort();
        }
    }

    fn fail(&self, id: u32, why: &str) {
        let failure = Failure::new(FailureKind::Misused, why);
        (self.tell)(Told::Failed { id, failure });
    }
}

impl<N> Drop for Desk<N> {
    fn drop(&mut self) {
        for (_, task) in self.work.borrow_mut().drain() {
            task.abort();
        }
    }
}
