//! One request to the page's own server, bounded in time and size.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use gloo::timers::callback::Timeout;
use http::{HeaderName, HeaderValue, Response, StatusCode};
use js_sys::{Array, Reflect, Uint8Array};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, Headers, ReadableStreamDefaultReader, RequestCache, RequestCredentials,
    RequestInit, RequestMode, RequestRedirect,
};

use crate::browser::scope;

/// A request that is yet to be sent.
pub(super) struct Exchange<'a> {
    url: &'a str,
    method: &'a str,
    limit: Duration,
    /// How many bytes the answer's body may have.
    most: usize,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failed {
    /// None came in time.
    Timeout,
    /// It is larger than it may be.
    TooLarge,
    /// The server was not reached, or broke off.
    Broken,
}

impl<'a> Exchange<'a> {
    pub(super) fn new(url: &'a str, method: &'a str, limit: Duration, most: usize) -> Self {
        Self {
            url,
            method,
            limit,
            most,
        }
    }

    /// Sends it. Whoever drops the future breaks it off.
    pub(super) async fn run(
        &self,
        headers: &[(&str, String)],
        body: &[u8],
    ) -> Result<Response<Vec<u8>>, Failed> {
        let breaking = Breaking::after(self.limit).ok_or(Failed::Broken)?;
        let outcome = self.fetch(&breaking, headers, body).await;
        // An answer that is too large is still coming.
        breaking
            .is_over
            .set(outcome.as_ref().err() != Some(&Failed::TooLarge));
        outcome.map_err(|failed| breaking.reason(failed))
    }

    async fn fetch(
        &self,
        breaking: &Breaking,
        headers: &[(&str, String)],
        body: &[u8],
    ) -> Result<Response<Vec<u8>>, Failed> {
        let options = self.options(breaking, headers, body)?;
        let scope = scope().ok_or(Failed::Broken)?;
        let response = JsFuture::from(scope.fetch_with_str_and_init(self.url, &options)).await;
        let response: web_sys::Response = response?.dyn_into().map_err(|_| Failed::Broken)?;
        let mut answer = Response::new(self.body(&response).await?);
        *answer.status_mut() =
            StatusCode::from_u16(response.status()).map_err(|_| Failed::Broken)?;
        copy_headers(&response.headers(), &mut answer);
        Ok(answer)
    }

    fn options(
        &self,
        breaking: &Breaking,
        headers: &[(&str, String)],
        body: &[u8],
    ) -> Result<RequestInit, Failed> {
        let sent = Headers::new()?;
        for (name, value) in headers {
            sent.append(name, value)?;
        }
        let options = RequestInit::new();
        options.set_method(self.method);
        options.set_headers(&sent);
        options.set_mode(RequestMode::SameOrigin);
        options.set_credentials(RequestCredentials::Omit);
        options.set_redirect(RequestRedirect::Error);
        options.set_cache(RequestCache::NoStore);
        options.set_signal(Some(&breaking.controller.signal()));
        if !body.is_empty() {
            options.set_body(&Uint8Array::from(body));
        }
        Ok(options)
    }

    /// Reads the body piece by piece: only so can it be bounded.
    async fn body(&self, response: &web_sys::Response) -> Result<Vec<u8>, Failed> {
        let mut body = Vec::new();
        let Some(stream) = response.body() else {
            return Ok(body);
        };
        let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
        loop {
            let read = JsFuture::from(reader.read()).await?;
            let piece = Reflect::get(&read, &"value".into())?;
            let Some(piece) = piece.dyn_ref::<Uint8Array>() else {
                return Ok(body);
            };
            let length = usize::try_from(piece.length()).unwrap_or(usize::MAX);
            if length > self.most - body.len() {
                return Err(Failed::TooLarge);
            }
            body.extend_from_slice(&piece.to_vec());
        }
    }
}

impl From<JsValue> for Failed {
    /// What the browser says of it is for its console: a page is told no more than that it failed.
    fn from(_: JsValue) -> Self {
        Self::Broken
    }
}

/// Breaks a request off when its time is over, or when this is dropped before the answer is there.
struct Breaking {
    controller: AbortController,
    is_late: Rc<Cell<bool>>,
    /// Whether there is nothing left to break off.
    is_over: Cell<bool>,
    _timer: Timeout,
}

impl Breaking {
    fn after(limit: Duration) -> Option<Self> {
        let controller = AbortController::new().ok()?;
        let is_late = Rc::new(Cell::new(false));
        let (late, late_controller) = (Rc::clone(&is_late), controller.clone());
        let milliseconds = u32::try_from(limit.as_millis()).unwrap_or(u32::MAX);
        let timer = Timeout::new(milliseconds, move || {
            late.set(true);
            late_controller.abort();
        });
        Some(Self {
            controller,
            is_late,
            is_over: Cell::new(false),
            _timer: timer,
        })
    }

    fn reason(&self, failed: Failed) -> Failed {
        if self.is_late.get() {
            Failed::Timeout
        } else {
            failed
        }
    }
}

impl Drop for Breaking {
    fn drop(&mut self) {
        if !self.is_over.get() {
            self.controller.abort();
        }
    }
}

fn copy_headers(from: &Headers, to: &mut Response<Vec<u8>>) {
    let Ok(Some(entries)) = js_sys::try_iter(from) else {
        return;
    };
    for entry in entries.flatten() {
        let entry = Array::from(&entry);
        let (name, value) = (entry.get(0).as_string(), entry.get(1).as_string());
        let name = name.and_then(|name| HeaderName::try_from(name).ok());
        let value = value.and_then(|value| HeaderValue::try_from(value).ok());
        if let (Some(name), Some(value)) = (name, value) {
            to.headers_mut().append(name, value);
        }
    }
}
