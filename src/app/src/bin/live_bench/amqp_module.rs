//! The module that speaks AMQP. It runs in a worker of its own, which is fetched when it is first needed.

mod calls;
mod failure;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use amqp::message::{Ask, Failure, FailureKind, Told};
use futures::channel::mpsc::{self, Receiver, Sender};
use futures::stream::{self, Stream, StreamExt as _};
use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use http::{Request, Response};
use js_sys::Reflect;
use lab::outside::{ReadFrom, ReadNews, Target, Trouble};
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{ErrorEvent, MessageEvent, Worker};
use wire::timestamp::Timestamp;

use crate::browser::address;

pub(crate) use calls::carries;
use calls::{Call, answer, no_content, unreadable};
use failure::trouble;

/// How long a call may take, in milliseconds. The module has shorter limits of its own for each of its steps.
const CALL: u32 = 60_000;
/// How much of what is told of a read may wait for the bench. Of batches of events, the module tells only a few before
/// it hears that they were taken; the rest is how its connection stands.
const MOST_WAITING: usize = 64;

/// The module, for one hub. It ends when the last of its clones is dropped.
#[derive(Clone)]
pub(crate) struct AmqpModule(Rc<RefCell<Module>>);

struct Module {
    target: Target,
    worker: Option<Worker>,
    listeners: Vec<EventListener>,
    /// What is asked of a worker that cannot hear yet; none of one that can.
    unheard: Option<Vec<String>>,
    asked: Vec<(u32, Sender<Told>)>,
    last_id: u32,
}

/// Something that was asked. Dropping it takes it back.
struct Asked {
    module: AmqpModule,
    id: u32,
    told: Receiver<Told>,
}

impl AmqpModule {
    /// A module that is started once something is asked of it.
    pub(crate) fn new(target: Target) -> Self {
        Self(Rc::new(RefCell::new(Module {
            target,
            worker: None,
            listeners: Vec::new(),
            unheard: None,
            asked: Vec::new(),
            last_id: 0,
        })))
    }

    /// Does what a call of the REST API asks for, as far as AMQP [carries](carries) it, and answers as the REST API would.
    pub(crate) async fn call(
        &self,
        request: &Request<Vec<u8>>,
    ) -> Result<Response<Vec<u8>>, Trouble> {
        let host = self.host();
        let unlike = Failure::new(FailureKind::Misused, "AMQP has nothing like this call");
        let told = match Call::read(request) {
            Some(Call::Send(message)) => {
                let message = *message;
                self.ask_once(|id| Ask::Send { id, message }).await
            }
            Some(Call::ReceiveFeedback) => self.ask_once(|id| Ask::Feedback { id }).await,
            // Reading has completed it.
            Some(Call::CompleteFeedback) => return Ok(no_content()),
            Some(Call::Unreadable(why)) => return Ok(unreadable(&why)),
            None => return Err(trouble(&host, unlike)),
        };
        answer(&host, told)
    }

    /// Reads the hub's events.
    pub(crate) fn read(&self, from: ReadFrom) -> impl Stream<Item = ReadNews> + use<> {
        let from = amqp::message::ReadFrom {
            since: from.since.map(Timestamp::as_millis),
            after: from.after,
            group: self.0.borrow().target.group.clone(),
        };
        let host = self.host();
        let asked = self.ask(MOST_WAITING, |id| Ask::Read { id, from });
        stream::unfold(Some(asked), move |asked| {
            let host = host.clone();
            async move {
                let mut asked = asked?;
                let news = match asked.told.next().await {
                    Some(told) => {
                        asked.note_taken(&told);
                        news(&host, told)
                    }
                    None => ReadNews::Failed(trouble(&host, too_slow())),
                };
                let is_over = matches!(news, ReadNews::Failed(_));
                Some((news, (!is_over).then_some(asked)))
            }
        })
    }

    fn host(&self) -> String {
        let module = self.0.borrow();
        module.target.connection_string.host_name().to_owned()
    }

    async fn ask_once(&self, ask: impl FnOnce(u32) -> Ask) -> Told {
        let mut asked = self.ask(1, ask);
        let id = asked.id;
        let module = self.clone();
        let _limit = Timeout::new(CALL, move || {
            let seconds = CALL / 1000;
            let why = format!("the hub gave no answer within {seconds} s");
            module.hear(Told::Failed {
                id,
                failure: Failure::new(FailureKind::Closed, why),
            });
        });
        let told = asked.told.next().await;
        told.unwrap_or_else(|| Told::Failed {
            id,
            failure: too_slow(),
        })
    }

    fn ask(&self, most_waiting: usize, ask: impl FnOnce(u32) -> Ask) -> Asked {
        let (teller, told) = mpsc::channel(most_waiting);
        let id = {
            let mut module = self.0.borrow_mut();
            module.last_id = module.last_id.wrapping_add(1);
            let id = module.last_id;
            module.asked.push((id, teller));
            id
        };
        if let Err(failure) = self.start() {
            self.fail(&failure);
        }
        self.0.borrow_mut().post(&ask(id));
        Asked {
            module: self.clone(),
            id,
            told,
        }
    }

    /// Starts the worker, if it does not run.
    fn start(&self) -> Result<(), Failure> {
        if self.0.borrow().worker.is_some() {
            return Ok(());
        }
        let does_not_start =
            || Failure::new(FailureKind::Protocol, "amqp-worker.js does not start");
        let url = address("amqp-worker.js").ok_or_else(does_not_start)?;
        let worker = Worker::new(&url).map_err(|_| does_not_start())?;
        let listeners = self.listen(&worker);
        let mut module = self.0.borrow_mut();
        module.listeners = listeners;
        module.worker = Some(worker);
        module.unheard = Some(Vec::new());
        let connection_string = module.target.connection_string.to_text().into_inner();
        let events = &module.target.events;
        let events = events.as_ref().map(|events| events.to_text().into_inner());
        module.post(&Ask::Hub {
            connection_string,
            events,
        });
        Ok(())
    }

    fn listen(&self, worker: &Worker) -> Vec<EventListener> {
        let hearing = Rc::downgrade(&self.0);
        let failing = Rc::downgrade(&self.0);
        let on_message = EventListener::new(worker, "message", move |event| {
            let data = event.dyn_ref::<MessageEvent>().map(MessageEvent::data);
            if let (Some(module), Some(data)) = (hearing.upgrade(), data) {
                Self(module).hear_value(&data);
            }
        });
        let on_error = EventListener::new(worker, "error", move |event| {
            let why = event.dyn_ref::<ErrorEvent>().map(ErrorEvent::message);
            if let Some(module) = failing.upgrade() {
                Self(module).fail(&broken(why.as_deref()));
            }
        });
        vec![on_message, on_error]
    }

    fn hear_value(&self, value: &JsValue) {
        let told = value.as_string();
        if let Some(told) = told.and_then(|told| serde_json::from_slice(told.as_bytes()).ok()) {
            return self.hear(told);
        }
        let panic = Reflect::get(value, &"panic".into()).ok();
        let panic = panic.and_then(|panic| panic.as_string());
        let why = panic
            .as_deref()
            .unwrap_or("it says what nobody understands");
        self.fail(&broken(Some(why)));
    }

    fn hear(&self, told: Told) {
        let mut module = self.0.borrow_mut();
        let id = match &told {
            Told::Ready => return module.hears_now(),
            Told::Reading { id, .. }
            | Told::Events { id, .. }
            | Told::Sent { id }
            | Told::Feedback { id, .. }
            | Told::Failed { id, .. }
            | Told::Retrying { id, .. } => *id,
        };
        let is_end = matches!(
            told,
            Told::Sent { .. } | Told::Feedback { .. } | Told::Failed { .. }
        );
        let asked = module.asked.iter_mut().find(|asked| asked.0 == id);
        let is_heard = match asked {
            Some((_, teller)) => teller.try_send(told).is_ok(),
            None => true,
        };
        if is_end {
            module.forget(id);
            return;
        }
        // Whoever does not keep up hears no more.
        if !is_heard {
            module.forget(id);
            module.post(&Ask::Stop { id });
        }
    }

    /// Ends the worker, and tells all who wait why. What is asked next starts another.
    fn fail(&self, failure: &Failure) {
        let asked = {
            let mut module = self.0.borrow_mut();
            module.end();
            std::mem::take(&mut module.asked)
        };
        for (id, mut teller) in asked {
            let failure = failure.clone();
            let _ = teller.try_send(Told::Failed { id, failure });
        }
    }
}

impl Module {
    /// Forgets what was asked. Whether it was known.
    fn forget(&mut self, id: u32) -> bool {
        let place = self.asked.iter().position(|asked| asked.0 == id);
        place.map(|place| self.asked.swap_remove(place)).is_some()
    }

    fn post(&mut self, ask: &Ask) {
        let (Some(worker), Ok(ask)) = (&self.worker, serde_json::to_string(ask)) else {
            return;
        };
        match &mut self.unheard {
            Some(unheard) => unheard.push(ask),
            None => {
                let _ = worker.post_message(&ask.into());
            }
        }
    }

    fn hears_now(&mut self) {
        let unheard = self.unheard.take().unwrap_or_default();
        if let Some(worker) = &self.worker {
            for ask in unheard {
                let _ = worker.post_message(&ask.into());
            }
        }
    }

    fn end(&mut self) {
        self.unheard = None;
        if let Some(worker) = self.worker.take() {
            worker.terminate();
        }
    }
}

impl Drop for Module {
    fn drop(&mut self) {
        self.end();
    }
}

impl Asked {
    /// Has the module tell more events for those that were taken.
    fn note_taken(&self, told: &Told) {
        if let Told::Events { .. } = told {
            let taken = Ask::Took { id: self.id };
            self.module.0.borrow_mut().post(&taken);
        }
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        let mut module = self.module.0.borrow_mut();
        // What has come to its end needs no stop.
        if module.forget(self.id) {
            module.post(&Ask::Stop { id: self.id });
        }
    }
}

/// What is told of a read.
fn news(host: &str, told: Told) -> ReadNews {
    match told {
        Told::Reading { partitions, .. } => ReadNews::Reading { partitions },
        Told::Events { events, .. } => ReadNews::Events(events),
        Told::Retrying { failure, after, .. } => ReadNews::Retrying {
            trouble: trouble(host, failure),
            after: Duration::from_millis(after),
        },
        Told::Failed { failure, .. } => ReadNews::Failed(trouble(host, failure)),
        Told::Ready | Told::Sent { .. } | Told::Feedback { .. } => {
            let why = "the AMQP module answers what was not asked";
            ReadNews::Failed(trouble(host, Failure::new(FailureKind::Protocol, why)))
        }
    }
}

/// The module ended of its own.
fn broken(why: Option<&str>) -> Failure {
    let why = match why {
        Some(why) if !why.is_empty() => format!("the AMQP module has ended: {why}"),
        _ => "the AMQP module could not be loaded from the page's server".to_owned(),
    };
    Failure::new(FailureKind::Protocol, why)
}

fn too_slow() -> Failure {
    Failure::new(
        FailureKind::Closed,
        "the hub sends faster than this page reads",
    )
}
