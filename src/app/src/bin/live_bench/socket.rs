//! A link that carries MQTT bytes over a WebSocket.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

use futures::future::LocalBoxFuture;
use gloo::events::EventListener;
use gloo::timers::callback::{Interval, Timeout};
use js_sys::{ArrayBuffer, Uint8Array};
use lab::outside::{OutsideLink, Trouble, TroubleKind};
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{BinaryType, CloseEvent, MessageEvent, WebSocket};

use crate::browser::is_offline_for;
use crate::wake::waking;

/// How long a WebSocket may take to open, in milliseconds.
const OPENING: u32 = 20_000;
/// How often it is looked whether there is a network, in milliseconds.
const LOOK_EVERY: u32 = 1_000;
/// How many bytes may wait to be read. A browser cannot ask a hub to go slower.
const MOST_INCOMING: usize = 4 << 20;
/// How many bytes may wait to be sent.
const MOST_OUTGOING: usize = 4 << 20;
/// The WebSocket closed as it should.
const NORMAL_CLOSURE: u16 = 1000;

/// Opens a link to a hub.
pub(crate) async fn open(host: &str) -> Result<Box<dyn OutsideLink>, Trouble> {
    if is_offline_for(host) {
        return Err(offline());
    }
    let link = SocketLink::begin(host)?;
    let _limit = link.limit();
    poll_fn(|context| link.shared.borrow_mut().poll_open(context.waker())).await?;
    Ok(Box::new(link))
}

/// A WebSocket, which is closed when this is dropped. What was sent before is still delivered.
struct SocketLink {
    socket: WebSocket,
    shared: Rc<RefCell<Shared>>,
    _listeners: Vec<EventListener>,
    _watch: Interval,
}

/// What the browser's events leave for whoever polls.
struct Shared {
    host: String,
    phase: Phase,
    incoming: VecDeque<Vec<u8>>,
    /// How many bytes `incoming` holds.
    waiting: usize,
    waker: Option<Waker>,
}

enum Phase {
    Opening,
    Open,
    Closed(Trouble),
}

impl SocketLink {
    fn begin(host: &str) -> Result<Self, Trouble> {
        let url = format!("wss://{host}/$iothub/websocket?iothub-no-client-cert=true");
        let socket = WebSocket::new_with_str(&url, "mqtt").map_err(|error| barred(host, &error))?;
        socket.set_binary_type(BinaryType::Arraybuffer);
        let shared = Rc::new(RefCell::new(Shared {
            host: host.to_owned(),
            phase: Phase::Opening,
            incoming: VecDeque::new(),
            waiting: 0,
            waker: None,
        }));
        Ok(Self {
            _listeners: listen(&socket, &shared),
            _watch: watch_network(&shared),
            socket,
            shared,
        })
    }

    /// Gives up opening after a while, unless it is dropped before.
    fn limit(&self) -> Timeout {
        let shared = Rc::clone(&self.shared);
        Timeout::new(OPENING, move || {
            let mut shared = shared.borrow_mut();
            let detail = format!(
                "the WebSocket to {} did not open within {} s",
                shared.host,
                OPENING / 1000
            );
            shared.close(Trouble::new(TroubleKind::Timeout, detail));
        })
    }
}

impl OutsideLink for SocketLink {
    fn send(&mut self, bytes: &[u8]) -> bool {
        if !matches!(self.shared.borrow().phase, Phase::Open) {
            return false;
        }
        let outgoing = usize::try_from(self.socket.buffered_amount()).unwrap_or(usize::MAX);
        if outgoing.saturating_add(bytes.len()) > MOST_OUTGOING {
            let detail = format!("the hub does not take what is sent: {outgoing} bytes wait");
            let trouble = Trouble::new(TroubleKind::Closed, detail);
            self.shared.borrow_mut().close(trouble);
            return false;
        }
        self.socket.send_with_u8_array(bytes).is_ok()
    }

    fn receive(&mut self) -> LocalBoxFuture<'_, Option<Vec<u8>>> {
        waking(poll_fn(|context| {
            self.shared.borrow_mut().poll_incoming(context.waker())
        }))
    }

    fn closed_by(&self) -> Option<Trouble> {
        match &self.shared.borrow().phase {
            Phase::Closed(trouble) => Some(trouble.clone()),
            Phase::Opening | Phase::Open => None,
        }
    }
}

impl Drop for SocketLink {
    fn drop(&mut self) {
        let _ = self.socket.close();
    }
}

impl Shared {
    fn poll_open(&mut self, waker: &Waker) -> Poll<Result<(), Trouble>> {
        match &self.phase {
            Phase::Open => Poll::Ready(Ok(())),
            Phase::Closed(trouble) => Poll::Ready(Err(trouble.clone())),
            Phase::Opening => {
                self.waker = Some(waker.clone());
                Poll::Pending
            }
        }
    }

    /// What came before the end is still given.
    fn poll_incoming(&mut self, waker: &Waker) -> Poll<Option<Vec<u8>>> {
        if let Some(bytes) = self.incoming.pop_front() {
            self.waiting -= bytes.len();
            return Poll::Ready(Some(bytes));
        }
        if let Phase::Closed(_) = self.phase {
            return Poll::Ready(None);
        }
        self.waker = Some(waker.clone());
        Poll::Pending
    }

    fn opened(&mut self) {
        if let Phase::Opening = self.phase {
            self.phase = Phase::Open;
            self.wake();
        }
    }

    fn receive(&mut self, message: &JsValue) {
        let Some(buffer) = message.dyn_ref::<ArrayBuffer>() else {
            let detail = format!("{} sent text over the WebSocket; MQTT is binary", self.host);
            return self.close(Trouble::new(TroubleKind::Protocol, detail));
        };
        let length = usize::try_from(buffer.byte_length()).unwrap_or(usize::MAX);
        if self.waiting.saturating_add(length) > MOST_INCOMING {
            let detail = format!("{} sends faster than this page reads", self.host);
            return self.close(Trouble::new(TroubleKind::Closed, detail));
        }
        self.waiting += length;
        self.incoming.push_back(Uint8Array::new(buffer).to_vec());
        self.wake();
    }

    fn ended(&mut self, event: &CloseEvent) {
        let trouble = match self.phase {
            _ if is_offline_for(&self.host) => offline(),
            Phase::Opening => did_not_open(&self.host),
            _ => closed(&self.host, event),
        };
        self.close(trouble);
    }

    /// The first reason is the one that counts.
    fn close(&mut self, trouble: Trouble) {
        if !matches!(self.phase, Phase::Closed(_)) {
            self.phase = Phase::Closed(trouble);
            self.wake();
        }
    }

    fn wake(&mut self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

fn listen(socket: &WebSocket, shared: &Rc<RefCell<Shared>>) -> Vec<EventListener> {
    let on_open = Rc::clone(shared);
    let on_message = Rc::clone(shared);
    let on_close = Rc::clone(shared);
    vec![
        EventListener::new(socket, "open", move |_| on_open.borrow_mut().opened()),
        EventListener::new(socket, "message", move |event| {
            if let Some(event) = event.dyn_ref::<MessageEvent>() {
                on_message.borrow_mut().receive(&event.data());
            }
        }),
        EventListener::new(socket, "close", move |event| {
            if let Some(event) = event.dyn_ref::<CloseEvent>() {
                on_close.borrow_mut().ended(event);
            }
        }),
    ]
}

/// Looks from time to time whether there still is a network: without one nothing tells for minutes that the other end is
/// gone, and not every browser tells a worker when it goes.
fn watch_network(shared: &Rc<RefCell<Shared>>) -> Interval {
    let shared = Rc::clone(shared);
    Interval::new(LOOK_EVERY, move || {
        let mut shared = shared.borrow_mut();
        if is_offline_for(&shared.host) {
            shared.close(offline());
        }
    })
}

/// No network at all.
fn offline() -> Trouble {
    Trouble::new(
        TroubleKind::Offline,
        "the browser says that it has no network",
    )
}

fn barred(host: &str, error: &JsValue) -> Trouble {
    let error = error.dyn_ref::<js_sys::Error>();
    let why = error.map_or_else(|| "no reason is given".into(), js_sys::Error::message);
    let detail = format!("the browser opens no WebSocket to {host}: {why}");
    Trouble::new(TroubleKind::NoSocket, detail)
}

fn did_not_open(host: &str) -> Trouble {
    let detail = format!("the WebSocket wss://{host}/ did not open, and a page is not told why");
    Trouble::new(TroubleKind::NoSocket, detail)
}

fn closed(host: &str, event: &CloseEvent) -> Trouble {
    let code = event.code();
    let detail = match (code, event.reason()) {
        (NORMAL_CLOSURE, reason) if reason.is_empty() => format!("{host} closed the WebSocket"),
        (code, reason) if reason.is_empty() => {
            format!("the WebSocket to {host} ended with the code {code}")
        }
        (code, reason) => {
            format!("the WebSocket to {host} ended with the code {code}: {reason}")
        }
    };
    Trouble::new(TroubleKind::Closed, detail)
}
