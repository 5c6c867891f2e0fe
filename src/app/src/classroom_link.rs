//! The page's end of the link to the classroom, which runs in a worker.
//!
//! `www/start.js` starts the worker before this module has arrived, and notes in its `ready`
//! property that it has spoken. Commands and batches of reports cross as JSON text: one string a
//! message is what a browser copies fastest, and both ends have a JSON reader anyway.

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
    waiting: RefCell<Vec<String>>,
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
            let text = event
                .dyn_ref::<MessageEvent>()
                .and_then(|event| event.data().as_string());
            if let Some(reports) =
                text.and_then(|text| serde_json::from_str::<Vec<Report>>(&text).ok())
                && !reports.is_empty()
            {
                on_reports.emit(reports);
            }
        });
        *link.listener.borrow_mut() = Some(listener);
        Some(Self(link))
    }

    /// Sends a command, now or as soon as the worker can hear it.
    pub fn send(&self, command: &Command) {
        let Ok(text) = serde_json::to_string(command) else {
            return;
        };
        if self.0.is_ready() {
            self.0.post(&text);
        } else {
            self.0.waiting.borrow_mut().push(text);
        }
    }
}

impl Link {
    fn is_ready(&self) -> bool {
        Reflect::get(&self.worker, &"ready".into()).is_ok_and(|ready| ready.is_truthy())
    }

    fn flush(&self) {
        for text in self.waiting.take() {
            self.post(&text);
        }
    }

    fn post(&self, text: &str) {
        let _ = self.worker.post_message(&JsValue::from_str(text));
    }
}

/// The link around the component that calls it.
///
/// # Panics
///
/// Outside of the app, which provides it.
#[hook]
pub fn use_classroom() -> ClassroomLink {
    use_context::<ClassroomLink>().expect("the app provides the link")
}
