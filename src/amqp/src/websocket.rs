//! The network of a page: what a browser calls a WebSocket, as a stream of bytes.

use std::{
    cell::RefCell,
    collections::VecDeque,
    fmt, io,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, Waker},
    time::Duration,
};

use bytes::{Buf, Bytes};
use futures::channel::oneshot;
use gloo::timers::callback::Timeout;
use js_sys::{ArrayBuffer, Uint8Array};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use wasm_bindgen::{JsCast as _, JsValue, closure::Closure};
use web_sys::{BinaryType, MessageEvent, WebSocket};
use wire::timestamp::Timestamp;

use crate::network::{Network, SUBPROTOCOL};

/// A page cannot make the other side wait. One that sends more than can be read is cut off.
const MOST_UNREAD_BYTES: usize = 64 * 1024 * 1024;

/// Nor can it be told to wait: one that reads nothing is cut off as well.
const MOST_UNSENT_BYTES: u32 = 8 * 1024 * 1024;

/// The network of a page or a worker.
#[derive(Clone, Copy, Debug, Default)]
pub struct Browser;

impl Network for Browser {
    type Stream = WebSocketBytes;

    async fn open(&self, url: &str) -> Result<WebSocketBytes, String> {
        let (stream, opened) = WebSocketBytes::connect(url).map_err(|error| {
            let why = error.dyn_ref::<js_sys::Error>();
            why.map_or_else(String::new, |error| error.message().into())
        })?;
        let why = "the WebSocket did not open";
        match opened.await {
            Ok(true) => Ok(stream),
            Ok(false) | Err(_) => Err(why.to_owned()),
        }
    }

    fn now(&self) -> Timestamp {
        // Milliseconds since the epoch fit a u64 until the end of time, as JavaScript counts it.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        Timestamp::from_millis(js_sys::Date::now() as u64)
    }

    async fn sleep(&self, duration: Duration) {
        // What a timer can hold is more than anybody here asks for.
        let longest = i32::MAX.unsigned_abs();
        let millis = u32::try_from(duration.as_millis()).unwrap_or(longest);
        let (wake, woken) = oneshot::channel();
        // Dropped with the sleeper, the timer is over.
        let _timer = Timeout::new(millis.min(longest), move || {
            let _ = wake.send(());
        });
        let _ = woken.await;
    }
}

/// A WebSocket as a stream of bytes. Dropping it closes it.
pub struct WebSocketBytes {
    socket: WebSocket,
    inbox: Rc<RefCell<Inbox>>,
    _on_open: Closure<dyn FnMut()>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_close: Closure<dyn FnMut()>,
}

/// What came and was not read.
#[derive(Default)]
struct Inbox {
    messages: VecDeque<Bytes>,
    bytes: usize,
    is_over: bool,
    reader: Option<Waker>,
}

impl Inbox {
    fn wake(&mut self) {
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
    }

    fn end(&mut self) {
        self.is_over = true;
        self.wake();
    }

    fn put(&mut self, message: &JsValue) {
        let Some(buffer) = message.dyn_ref::<ArrayBuffer>() else {
            // A text is no AMQP.
            return self.end();
        };
        let message = Uint8Array::new(buffer).to_vec();
        self.bytes = self.bytes.saturating_add(message.len());
        if self.bytes > MOST_UNREAD_BYTES {
            self.messages.clear();
            return self.end();
        }
        self.messages.push_back(message.into());
        self.wake();
    }
}

impl WebSocketBytes {
    /// Begins to connect. What comes of it is told once: whether the WebSocket opened.
    fn connect(url: &str) -> Result<(Self, oneshot::Receiver<bool>), JsValue> {
        let socket = WebSocket::new_with_str(url, SUBPROTOCOL)?;
        socket.set_binary_type(BinaryType::Arraybuffer);
        let inbox = Rc::new(RefCell::new(Inbox::default()));
        let (tell, opened) = oneshot::channel();
        let tell = Rc::new(RefCell::new(Some(tell)));
        let on_open = Closure::new({
            let tell = Rc::clone(&tell);
            move || {
                if let Some(tell) = tell.take() {
                    let _ = tell.send(true);
                }
            }
        });
        let on_message = Closure::new({
            let inbox = Rc::clone(&inbox);
            move |event: MessageEvent| inbox.borrow_mut().put(&event.data())
        });
        let on_close = Closure::new({
            let inbox = Rc::clone(&inbox);
            move || {
                inbox.borrow_mut().end();
                if let Some(tell) = tell.take() {
                    let _ = tell.send(false);
                }
            }
        });
        socket.set_onopen(Some(on_open.as_ref().unchecked_ref()));
        socket.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        socket.set_onclose(Some(on_close.as_ref().unchecked_ref()));
        let stream = Self {
            socket,
            inbox,
            _on_open: on_open,
            _on_message: on_message,
            _on_close: on_close,
        };
        Ok((stream, opened))
    }
}

impl AsyncRead for WebSocketBytes {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let mut inbox = self.inbox.borrow_mut();
        let Some(message) = inbox.messages.front_mut() else {
            if inbox.is_over {
                return Poll::Ready(Ok(()));
            }
            inbox.reader = Some(context.waker().clone());
            return Poll::Pending;
        };
        let part = message.split_to(message.remaining().min(buffer.remaining()));
        let is_read = message.is_empty();
        buffer.put_slice(&part);
        if is_read {
            inbox.messages.pop_front();
        }
        inbox.bytes = inbox.bytes.saturating_sub(part.len());
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for WebSocketBytes {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        // The browser keeps what it cannot send yet. What this module sends is little and waits for answers, but for
        // answers that the other side may ask for without reading them.
        if self.socket.buffered_amount() > MOST_UNSENT_BYTES {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        let sent = self.socket.send_with_u8_array(bytes);
        Poll::Ready(match sent {
            Ok(()) if !self.inbox.borrow().is_over => Ok(bytes.len()),
            _ => Err(io::ErrorKind::NotConnected.into()),
        })
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        let _ = self.socket.close();
        Poll::Ready(Ok(()))
    }
}

impl Drop for WebSocketBytes {
    fn drop(&mut self) {
        self.socket.set_onopen(None);
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        let _ = self.socket.close();
    }
}

impl fmt::Debug for WebSocketBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebSocketBytes").finish_non_exhaustive()
    }
}
