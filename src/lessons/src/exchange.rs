//! Calls of service programs that crossed the wire with what came back, for checks to look at. Over AMQP they are the
//! same calls.

use std::rc::Rc;

use lab::{Hands, Rest, Traced, view::Direction};
use serde::de::DeserializeOwned;
use wire::{error::ErrorCode, timestamp::Timestamp};

/// A request and its answer, if there is one yet.
pub(crate) struct Exchange {
    request: Rc<Traced>,
    response: Option<Rc<Traced>>,
}

/// What the trace still has of the requests with this method and path, the newest last.
pub(crate) fn exchanges(hands: &Hands, method: &str, path: &str) -> Vec<Exchange> {
    let mut exchanges: Vec<Exchange> = Vec::new();
    for entry in hands.trace().iter() {
        if is_request(entry, method, path) {
            exchanges.push(Exchange {
                request: Rc::clone(entry),
                response: None,
            });
        } else if let Some(answers) = entry.answers
            && let Ok(place) = exchanges.binary_search_by_key(&answers, |it| it.request.id)
            && let Some(exchange) = exchanges.get_mut(place)
        {
            exchange.response = Some(Rc::clone(entry));
        }
    }
    exchanges
}

fn is_request(entry: &Traced, method: &str, path: &str) -> bool {
    let is_of =
        |rest: Rest<'_>| rest.kind == method && rest.summary.split('?').next() == Some(path);
    entry.direction == Direction::ToHub && entry.rest().is_some_and(is_of)
}

impl Exchange {
    /// Where in the trace the request is: later ones have higher numbers.
    pub(crate) fn id(&self) -> u64 {
        self.request.id
    }

    /// Where in the trace the answer is, if there is one yet.
    pub(crate) fn answered(&self) -> Option<u64> {
        self.response.as_ref().map(|response| response.id)
    }

    /// The program that sent the request.
    pub(crate) fn party(&self) -> &str {
        &self.request.party
    }

    /// When the request was sent.
    pub(crate) fn sent(&self) -> Timestamp {
        self.request.at
    }

    /// Whether the hub did what it was asked to do.
    pub(crate) fn is_success(&self) -> bool {
        let response = self.response.as_ref();
        let answer = response.and_then(|response| response.rest());
        answer.is_some_and(|answer| answer.kind.starts_with('2'))
    }

    /// Whether the hub refused for this reason.
    pub(crate) fn is_refused_for(&self, code: ErrorCode) -> bool {
        !self.is_success() && self.refusal() == Some(code.name())
    }

    /// The service's name for why it refused; none if it did not refuse, or not yet.
    pub(crate) fn refusal(&self) -> Option<&str> {
        let response = self.response.as_ref().filter(|_| !self.is_success())?;
        Some(response.rest()?.summary)
    }

    /// A header of the request.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let (head, _) = parts(self.request.rest()?.bytes)?;
        let head = std::str::from_utf8(head).ok()?;
        let mut headers = head.split("\r\n").filter_map(|line| line.split_once(": "));
        let (_, value) = headers.find(|(own, _)| own.eq_ignore_ascii_case(name))?;
        Some(value.to_owned())
    }

    /// The body of the request, if it is JSON of this form.
    pub(crate) fn asked<T: DeserializeOwned>(&self) -> Option<T> {
        read_body(&self.request)
    }

    /// The body of the answer, if the hub agreed and it is JSON of this form.
    pub(crate) fn answer<T: DeserializeOwned>(&self) -> Option<T> {
        let response = self.response.as_ref().filter(|_| self.is_success())?;
        read_body(response)
    }
}

fn read_body<T: DeserializeOwned>(entry: &Traced) -> Option<T> {
    let (_, body) = parts(entry.rest()?.bytes)?;
    serde_json::from_slice(body).ok()
}

/// The head and the body of an HTTP message.
fn parts(message: &[u8]) -> Option<(&[u8], &[u8])> {
    const BETWEEN: &[u8] = b"\r\n\r\n";
    let at = message
        .windows(BETWEEN.len())
        .position(|bytes| bytes == BETWEEN)?;
    let (head, rest) = message.split_at_checked(at)?;
    Some((head, rest.get(BETWEEN.len()..)?))
}
