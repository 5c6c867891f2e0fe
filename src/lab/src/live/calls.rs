//! Calls of service programs to a live hub, and what their answers tell.

use futures::channel::oneshot;
use http::{Method, Request, Response, StatusCode};
use serde::de::DeserializeOwned;
use wire::{
    error::{ERROR_CODE_HEADER, ErrorCode},
    rest::{DeviceIdentity, FeedbackRecords, FeedbackStatus, decode_id},
    timestamp::Timestamp,
};

use super::{Live, Route, WORK, refresh::REFRESH};
use crate::{
    hands::Hands,
    mirror::{Mirror, Right, Wish},
    outside::{Trouble, TroubleKind},
    trace::Party,
};

/// By what the answer to a request is given.
pub(crate) type AnswerSender = oneshot::Sender<Result<Response<Vec<u8>>, Trouble>>;

/// By what the answer to a request comes.
pub(crate) type Answer = oneshot::Receiver<Result<Response<Vec<u8>>, Trouble>>;

/// A live hub's answer, with what was asked.
pub(crate) struct Learned<'a> {
    pub(crate) request: &'a Request<Vec<u8>>,
    pub(crate) outcome: &'a Result<Response<Vec<u8>>, Trouble>,
    /// Whether the bench itself asked.
    is_own: bool,
}

impl Hands {
    /// Sends a request to the hub and waits for the answer, whatever it is. The trace tells of both.
    pub(super) async fn exchange_once(
        &self,
        party: &Party,
        request: &Request<Vec<u8>>,
    ) -> Result<Response<Vec<u8>>, Trouble> {
        let emulated = self.world().request(party, request);
        let (entry, answer) = match emulated {
            Some(sent) => sent,
            None => self.call_live(party, request)?,
        };
        let answer = answer.await.unwrap_or_else(|_| Err(no_hub()));
        let mut world = self.world();
        match &answer {
            Ok(response) => world.trace_response(party, entry, response),
            Err(trouble) => world.trace_trouble(party, entry, trouble),
        }
        drop(world);
        answer
    }

    /// Why there is no service client with the rights of a policy.
    pub(crate) fn no_policy(&self, policy: &str) -> String {
        match self.live() {
            None => format!("the hub has no policy {policy}"),
            Some(_) => "a device's connection string was given for this hub, which opens nothing but that device: give the \
                        connection string of a shared access policy"
                .to_owned(),
        }
    }

    /// Sends a request to the live hub. Its entry in the trace, and by what the answer comes.
    fn call_live(
        &self,
        party: &Party,
        request: &Request<Vec<u8>>,
    ) -> Result<(u64, Answer), Trouble> {
        let mut world = self.world();
        let live = world.hub.live().ok_or_else(no_hub)?;
        let way = live.ways.way_of(request).ok_or_else(no_relay)?;
        let carried = live.ways.request(request.clone());
        let entry = world.trace_request(party, request, way);
        if let Some(live) = world.hub.live_mut() {
            live.note_message(request);
        }
        drop(world);
        let (sender, receiver) = oneshot::channel();
        let (hands, request) = (self.clone(), request.clone());
        let is_own = party.name == REFRESH;
        // A program that is stopped meanwhile wants no answer, but the bench does.
        let work = async move {
            let outcome = carried.await;
            let learned = Learned {
                request: &request,
                outcome: &outcome,
                is_own,
            };
            hands.world().learn(&learned);
            let _ = sender.send(outcome);
        };
        self.spawner().spawn(WORK, Box::pin(work));
        Ok((entry, receiver))
    }
}

fn no_hub() -> Trouble {
    Trouble::new(TroubleKind::Closed, "the hub went away before it answered")
}

fn no_relay() -> Trouble {
    Trouble::new(
        TroubleKind::NoRelay,
        "a page may not call a live hub's REST API itself, and no relay does it for this page: serve the page with \
         `iothub-playground serve`, which relays, or make this call elsewhere, such as in the Azure portal",
    )
}

/// What a request is about.
enum About {
    Device(String),
    Messages(String),
    Purge(String),
    Twin(String),
    Method(String),
    Feedback,
    Other,
}

impl About {
    fn of(path: &str) -> Self {
        let mut parts = path.trim_start_matches('/').split('/');
        let mut next = || parts.next().unwrap_or_default();
        let (kind, id, rest, more) = (next(), next(), next(), next());
        let Some(id) = decode_id(id).filter(|id| !id.is_empty()) else {
            return Self::Other;
        };
        match (kind, rest, more) {
            ("devices", "", "") if id != "query" => Self::Device(id),
            ("devices", "messages", "deviceBound" | "devicebound") => Self::Messages(id),
            ("devices", "commands", "") => Self::Purge(id),
            ("twins", "", "") => Self::Twin(id),
            ("twins", "methods", "") => Self::Method(id),
            ("messages", "feedback", "") => Self::Feedback,
            _ => Self::Other,
        }
    }

    /// The right that it takes, if that is known.
    fn right(&self, method: &Method) -> Option<Right> {
        match self {
            Self::Device(_) if *method == Method::GET => Some(Right::Registry),
            Self::Device(_) => Some(Right::RegistryWrite),
            Self::Messages(_)
            | Self::Purge(_)
            | Self::Twin(_)
            | Self::Method(_)
            | Self::Feedback => Some(Right::Service),
            Self::Other => None,
        }
    }

    fn device_id(&self) -> Option<&str> {
        match self {
            Self::Device(id) | Self::Messages(id) | Self::Purge(id) | Self::Twin(id) => Some(id),
            Self::Method(_) | Self::Feedback | Self::Other => None,
        }
    }
}

/// Whether an answer is one of those that only come after the key and the rights were looked at.
fn is_agreed(status: StatusCode) -> bool {
    const AFTERWARDS: [StatusCode; 3] = [
        StatusCode::NOT_FOUND,
        StatusCode::CONFLICT,
        StatusCode::PRECONDITION_FAILED,
    ];
    status.is_success() || AFTERWARDS.contains(&status)
}

/// For which device a request is a message, if it is one.
fn message_for(request: &Request<Vec<u8>>) -> Option<String> {
    match About::of(request.uri().path()) {
        About::Messages(id) if *request.method() == Method::POST => Some(id),
        _ => None,
    }
}

impl Live {
    /// Notes a message that the hub is given.
    fn note_message(&mut self, request: &Request<Vec<u8>>) {
        if let Some(id) = message_for(request) {
            self.mirror.message_given(&id);
        }
    }

    /// Learns from an answer.
    pub(crate) fn learn(&mut self, learned: &Learned<'_>) {
        let Learned {
            request,
            outcome,
            is_own,
        } = learned;
        if let Some(id) = message_for(request) {
            let is_taken = outcome.as_ref().is_ok_and(|it| it.status().is_success());
            self.mirror.message_answered(&id, is_taken);
        }
        match outcome {
            Ok(response) if response.status() == StatusCode::UNAUTHORIZED => {
                self.take_refusal(request, *is_own);
            }
            Err(trouble) => self.retry_calls(request, trouble.clone()),
            Ok(response) => {
                self.take_status(request, response);
                self.take_answer(request, response);
            }
        }
    }

    /// The hub refused the key, the token or what was asked for: it does not say which. It is asked again, so that what
    /// is mended is found to be.
    fn take_refusal(&mut self, request: &Request<Vec<u8>>, is_own: bool) {
        let about = About::of(request.uri().path());
        if let Some(right) = about.right(request.method()) {
            self.mirror.refused(right);
        }
        if is_own && self.mirror.is_trusted() {
            // The policy may not look, which is no trouble of the learner's: what cannot be asked is not known.
            return self.works(&Route::Calls);
        }
        let again = self.next_try(|mirror| mirror.probe(about.device_id()));
        if !is_own || self.mirror.is_shut_out() || self.is_in_trouble(&Route::Calls) {
            let detail = format!("the hub answered {}", StatusCode::UNAUTHORIZED);
            let trouble = Trouble::new(TroubleKind::Unauthorized, detail);
            self.trouble(Route::Calls, trouble, again);
        }
    }

    /// What an answer says of the way and of the hub as a whole.
    fn take_status(&mut self, request: &Request<Vec<u8>>, response: &Response<Vec<u8>>) {
        let code = response.headers().get(ERROR_CODE_HEADER);
        let code = code.and_then(|code| ErrorCode::from_name(code.to_str().ok()?));
        let kind = match response.status() {
            StatusCode::TOO_MANY_REQUESTS => Some(TroubleKind::Throttled),
            _ if code == Some(ErrorCode::IotHubQuotaExceeded) => Some(TroubleKind::Quota),
            _ => None,
        };
        match kind {
            Some(kind) => {
                let detail = format!("the hub answered {}", response.status());
                let trouble = Trouble::new(kind, detail);
                if kind == TroubleKind::Throttled {
                    self.retry_calls(request, trouble);
                } else {
                    self.trouble(Route::Calls, trouble, None);
                }
            }
            None => self.works(&Route::Calls),
        }
        if is_agreed(response.status()) {
            let about = About::of(request.uri().path());
            self.mirror.granted(about.right(request.method()));
        }
    }

    /// Notes a trouble that may end by itself, and has the hub asked again to find out.
    fn retry_calls(&mut self, request: &Request<Vec<u8>>, trouble: Trouble) {
        let wish = match About::of(request.uri().path()) {
            About::Device(id) | About::Messages(id) | About::Purge(id) => Some(Wish::Identity(id)),
            About::Twin(id) => Some(Wish::Twin(id)),
            About::Method(_) | About::Feedback | About::Other => None,
        };
        let again = self.next_try(|mirror| mirror.retry(wish.as_ref()));
        self.trouble(Route::Calls, trouble, again);
    }

    /// Plans another question to the hub, if it can be asked, and tells when one is asked next.
    fn next_try(&self, plan: impl FnOnce(&Mirror)) -> Option<Timestamp> {
        if !self.may_ask() {
            return None;
        }
        plan(&self.mirror);
        self.mirror.next_wish().map(|(at, _)| at)
    }

    fn take_answer(&mut self, request: &Request<Vec<u8>>, response: &Response<Vec<u8>>) {
        let is_success = response.status().is_success();
        let method = request.method();
        self.meter_call(request, response);
        match About::of(request.uri().path()) {
            About::Device(id) if *method == Method::DELETE && is_success => self.lose(&id),
            About::Device(id) => self.take_identity(&id, request, response),
            About::Twin(id) => match std::str::from_utf8(response.body()) {
                Ok(document) if is_success => self.mirror.learn_twin(&id, document),
                _ => {}
            },
            About::Messages(id) if is_success => {
                self.mirror.refresh(&Wish::Identity(id));
            }
            About::Purge(id) if is_success => {
                self.mirror.purged(&id);
                self.mirror.refresh(&Wish::Identity(id));
            }
            About::Method(id) => self.meter_answer(&id, response),
            About::Feedback if is_success && *method == Method::GET => {
                let FeedbackRecords(records) = read(response).unwrap_or_default();
                for record in records {
                    if record.status_code != FeedbackStatus::Success {
                        self.mirror.message_ended(&record.device_id);
                    }
                    self.mirror.refresh(&Wish::Identity(record.device_id));
                }
            }
            _ => {}
        }
    }

    /// A device is not there any more.
    fn lose(&mut self, id: &str) {
        self.mirror.forget(id);
        self.used.delete(id);
    }

    fn take_identity(
        &mut self,
        id: &str,
        request: &Request<Vec<u8>>,
        response: &Response<Vec<u8>>,
    ) {
        if response.status() == StatusCode::NOT_FOUND {
            return self.lose(id);
        }
        let identity = read::<DeviceIdentity>(response);
        let Some(identity) = identity.filter(|it| it.device_id == id) else {
            return;
        };
        // Whoever changes a device says which state of it is meant.
        let is_new = !request.headers().contains_key(http::header::IF_MATCH);
        if *request.method() == Method::PUT && is_new {
            self.used.create(id);
        }
        self.mirror.learn_identity(identity);
    }
}

/// What the hub agreed with.
fn read<T: DeserializeOwned>(response: &Response<Vec<u8>>) -> Option<T> {
    let agreed = Some(response).filter(|response| response.status().is_success())?;
    serde_json::from_slice(agreed.body()).ok()
}
