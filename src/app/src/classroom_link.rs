//! The page's end of the link to the classroom, which runs in a worker.
//!
//! The worker starts once the page has been drawn, which it would only hold up. Commands and batches of reports cross as JavaScript values, which
//! the browser clones.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo::events::EventListener;
use lessons::message::{Command, Report};
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{MessageEvent, Worker};
use yew::prelude::*;

use crate::dom;

/// Sends commands to the classroom. Cheap to clone.
#[derive(Clone)]
pub struct ClassroomLink(Rc<Link>);

struct Link {
    worker: RefCell<Option<Worker>>,
    /// Whether the worker has spoken.
    is_ready: Cell<bool>,
    on_reports: Callback<Vec<Report>>,
    /// Commands given before the worker could hear them.
    waiting: RefCell<Vec<JsValue>>,
    listener: RefCell<Option<EventListener>>,
}

impl PartialEq for ClassroomLink {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl ClassroomLink {
    /// A link to a worker that is still to be started.
    pub fn new(on_reports: Callback<Vec<Report>>) -> Self {
        Self(Rc::new(Link {
            worker: RefCell::default(),
            is_ready: Cell::default(),
            on_reports,
            waiting: RefCell::default(),
            listener: RefCell::default(),
        }))
    }

    /// Starts the worker; the start script knows how.
    pub fn start(&self) {
        let started = dom::call(&js_sys::global(), "startBench", &JsValue::UNDEFINED);
        let Some(worker) = started.and_then(|worker| worker.dyn_into::<Worker>().ok()) else {
            return;
        };
        let hearing = Rc::downgrade(&self.0);
        let listener = EventListener::new(&worker, "message", move |event| {
            let Some(link) = hearing.upgrade() else {
                return;
            };
            link.is_ready.set(true);
            link.flush();
            if let Some(reports) = reports(event) {
                link.on_reports.emit(reports);
            }
        });
        self.0.worker.replace(Some(worker));
        self.0.listener.replace(Some(listener));
    }

    /// Sends a command, now or as soon as the worker can hear it.
    pub fn send(&self, command: &Command) {
        let Ok(value) = serde_wasm_bindgen::to_value(command) else {
            return;
        };
        if self.0.is_ready.get() {
            self.0.post(&value);
        } else {
            self.0.waiting.borrow_mut().push(value);
        }
    }
}

/// What a message of the worker holds: a batch of reports, or something that is not for us.
fn reports(event: &Event) -> Option<Vec<Report>> {
    serde_wasm_bindgen::from_value(event.dyn_ref::<MessageEvent>()?.data()).ok()
}

impl Link {
    fn flush(&self) {
        for value in self.waiting.take() {
            self.post(&value);
        }
    }

    fn post(&self, value: &JsValue) {
        if let Some(worker) = &*self.worker.borrow() {
            let _ = worker.post_message(value);
        }
    }
}
