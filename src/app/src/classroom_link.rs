//! The page's end of the link to the classroom, which runs in a worker.
//!
//! `www/start.js` starts the worker before this module has arrived, and notes in its `ready`
//! property that it has spoken. Commands and batches of reports cross as JavaScript values, which
//! the browser clones.

use std::cell::RefCell;
use std::rc::Rc;

use gloo::events::EventListener;
use js_sys::Reflect;
use lessons::message::{Command, Report};
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{MessageEvent, Worker};
use yew::prelude::*;

/// Sends commands to the classroom. Cheap to clone.
#[derive(Clone)]
pub struct ClassroomLink(Rc<Link>);

struct Link {
    worker: Worker,
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
    /// Takes over the worker that the start script made. `None` if there is none.
    pub fn connect(on_reports: Callback<Vec<Report>>) -> Option<Self> {
        let worker = Reflect::get(&js_sys::global(), &"bench".into()).ok()?;
        let worker: Worker = worker.dyn_into().ok()?;
        let link = Rc::new(Link {
            worker,
            waiting: RefCell::default(),
            listener: RefCell::default(),
        });
        let hearing = Rc::downgrade(&link);
        let listener = EventListener::new(&link.worker, "message", move |event| {
            if let Some(link) = hearing.upgrade() {
                link.flush();
            }
            if let Some(reports) = reports(event) {
                on_reports.emit(reports);
            }
        });
        *link.listener.borrow_mut() = Some(listener);
        Some(Self(link))
    }

    /// Sends a command, now or as soon as the worker can hear it.
    pub fn send(&self, command: &Command) {
        let Ok(value) = serde_wasm_bindgen::to_value(command) else {
            return;
        };
        if self.0.is_ready() {
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
    fn is_ready(&self) -> bool {
        Reflect::get(&self.worker, &"ready".into()).is_ok_and(|ready| ready.is_truthy())
    }

    fn flush(&self) {
        for value in self.waiting.take() {
            self.post(&value);
        }
    }

    fn post(&self, value: &JsValue) {
        let _ = self.worker.post_message(value);
    }
}
