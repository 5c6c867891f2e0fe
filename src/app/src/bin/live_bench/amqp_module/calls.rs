//! Calls of the REST API for which AMQP has its like: a message to a device, and feedback.

use amqp::message::{CloudToDevice, Failure, FailureKind, Told};
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderName};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use lab::outside::Trouble;
use serde_json::json;
use wire::error::{ERROR_CODE_HEADER, ErrorCode};
use wire::properties::MessageProperties;
use wire::rest::{FeedbackRecord, decode_id, read_message_headers};

use super::failure::{is_about_quota, trouble};

/// The lock of feedback that was read over AMQP. Reading has completed it, so that there is nothing left to lock.
const LOCK: &str = "completed-by-amqp";

/// What a call asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Call {
    Send(Box<CloudToDevice>),
    ReceiveFeedback,
    CompleteFeedback,
    /// A message whose properties cannot be read; says why.
    Unreadable(String),
}

/// Whether AMQP has the like of a call.
pub(crate) fn carries(request: &Request<Vec<u8>>) -> bool {
    Call::read(request).is_some()
}

impl Call {
    /// Reads a call; none if AMQP has nothing like it.
    pub(super) fn read(request: &Request<Vec<u8>>) -> Option<Self> {
        let path = request.uri().path().to_ascii_lowercase();
        let mut lower = path.strip_prefix('/')?.split('/');
        let lower = [
            lower.next().unwrap_or_default(),
            lower.next().unwrap_or_default(),
            lower.next().unwrap_or_default(),
            lower.next().unwrap_or_default(),
            lower.next().unwrap_or_default(),
        ];
        let method = request.method();
        match lower {
            ["devices", _, "messages", "devicebound", ""] if method == Method::POST => {
                let id = request.uri().path().split('/').nth(2)?;
                Some(read_message(decode_id(id)?, request))
            }
            ["messages", "servicebound", "feedback", "", ""] if method == Method::GET => {
                Some(Self::ReceiveFeedback)
            }
            ["messages", "servicebound", "feedback", LOCK, ""] if method == Method::DELETE => {
                Some(Self::CompleteFeedback)
            }
            _ => None,
        }
    }
}

/// What the REST API would answer.
pub(super) fn answer(host: &str, told: Told) -> Result<Response<Vec<u8>>, Trouble> {
    match told {
        Told::Sent { .. } => Ok(no_content()),
        Told::Feedback { records, .. } => Ok(feedback(&records)),
        Told::Failed { failure, .. } => match code(&failure) {
            Some(code) => Ok(refusal(code, said(&failure.description))),
            None => Err(trouble(host, failure)),
        },
        Told::Ready | Told::Reading { .. } | Told::Events { .. } | Told::Retrying { .. } => {
            let why = "the AMQP module answers what was not asked";
            Err(trouble(host, Failure::new(FailureKind::Protocol, why)))
        }
    }
}

fn read_message(device_id: String, request: &Request<Vec<u8>>) -> Call {
    let mut properties: MessageProperties = match read_message_headers(request.headers()) {
        Ok(properties) => properties,
        Err(why) => return Call::Unreadable(why.to_string()),
    };
    let system = &mut properties.system;
    fill_from(&mut system.content_type, request.headers(), &CONTENT_TYPE);
    fill_from(
        &mut system.content_encoding,
        request.headers(),
        &CONTENT_ENCODING,
    );
    Call::Send(Box::new(CloudToDevice {
        device_id,
        properties,
        body: request.body().clone(),
    }))
}

fn fill_from(property: &mut Option<String>, headers: &HeaderMap, name: &HeaderName) {
    if property.is_none() {
        let value = headers.get(name).and_then(|value| value.to_str().ok());
        *property = value.filter(|it| !it.is_empty()).map(str::to_owned);
    }
}

/// The answer to what needs none.
pub(super) fn no_content() -> Response<Vec<u8>> {
    let mut response = Response::new(Vec::new());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

fn feedback(records: &[FeedbackRecord]) -> Response<Vec<u8>> {
    if records.is_empty() {
        return no_content();
    }
    // Records of texts and times always serialise.
    let mut response = Response::new(serde_json::to_vec(records).unwrap_or_default());
    let json = HeaderValue::from_static("application/vnd.microsoft.iothub.feedback.json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    if let Ok(lock) = HeaderValue::try_from(format!("\"{LOCK}\"")) {
        response.headers_mut().insert(ETAG, lock);
    }
    response
}

/// Which refusal of the REST API a failure is; none if it is no refusal.
fn code(failure: &Failure) -> Option<ErrorCode> {
    let named = failure.description.split_once("ErrorCode:");
    let named = named.map(|(_, rest)| rest.split([';', ' ', ',']).next().unwrap_or_default());
    if let Some(code) = named.and_then(ErrorCode::from_name) {
        return Some(code);
    }
    let condition = failure.condition.as_deref().unwrap_or_default();
    match failure.kind {
        FailureKind::Unauthorized => Some(ErrorCode::IotHubUnauthorizedAccess),
        FailureKind::NotFound => Some(ErrorCode::DeviceNotFound),
        FailureKind::Throttled if is_about_quota(failure) => Some(ErrorCode::IotHubQuotaExceeded),
        FailureKind::Throttled => Some(ErrorCode::ThrottlingException),
        FailureKind::LimitReached => Some(ErrorCode::DeviceMaximumQueueDepthExceeded),
        FailureKind::Refused if condition == "amqp:link:message-size-exceeded" => {
            Some(ErrorCode::MessageTooLarge)
        }
        FailureKind::Refused => Some(ErrorCode::ArgumentInvalid),
        FailureKind::Unreachable
        | FailureKind::Stolen
        | FailureKind::Closed
        | FailureKind::Misused
        | FailureKind::Protocol => None,
    }
}

/// What the hub says, without the name that the answer has by itself.
fn said(description: &str) -> &str {
    let rest = description.strip_prefix("ErrorCode:");
    rest.and_then(|rest| rest.split_once(';'))
        .map_or(description, |(_, said)| said)
}

/// The answer to a message whose properties cannot be read.
pub(super) fn unreadable(why: &str) -> Response<Vec<u8>> {
    refusal(ErrorCode::ArgumentInvalid, why)
}

/// A refusal in the form of the REST API. It has no tracking id, because the hub gave none.
fn refusal(code: ErrorCode, message: &str) -> Response<Vec<u8>> {
    let message = format!("ErrorCode:{};{message}", code.name());
    let body = json!({ "Message": message, "ExceptionMessage": "" });
    let mut response = Response::new(body.to_string().into_bytes());
    *response.status_mut() = code.status();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(ERROR_CODE_HEADER, HeaderValue::from_static(code.name()));
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use client::service::{CallError, FeedbackWanted, Message, Service};
    use wire::rest::FeedbackStatus;

    const NOW: wire::timestamp::Timestamp =
        wire::timestamp::Timestamp::from_millis(1_785_578_400_000);

    fn service() -> Service {
        let text = format!(
            "HostName=hub.test;SharedAccessKeyName=service;SharedAccessKey={}=",
            "A".repeat(43)
        );
        Service::new(text.parse().expect("a connection string"))
    }

    fn record() -> FeedbackRecord {
        FeedbackRecord {
            original_message_id: "m1".to_owned(),
            enqueued_time: NOW,
            status_code: FeedbackStatus::Success,
            description: "Success".to_owned(),
            device_id: "dev1".to_owned(),
            device_generation_id: "1".to_owned(),
        }
    }

    fn failed(kind: FailureKind, condition: &str, description: &str) -> Told {
        let failure = Failure {
            condition: Some(condition.to_owned()),
            ..Failure::new(kind, description)
        };
        Told::Failed { id: 1, failure }
    }

    #[test]
    fn a_message_keeps_its_device_its_properties_and_its_body() {
        let message = Message::new("hello").with_feedback(FeedbackWanted::Full);
        let call = service().send_to_device(NOW, "a b#1", &message);
        let request = call.expect("a call").request;
        let Some(Call::Send(read)) = Call::read(&request) else {
            panic!("expected a message");
        };
        assert_eq!(read.device_id, "a b#1");
        assert_eq!(read.body, message.body);
        assert_eq!(read.properties.system.ack.as_deref(), Some("full"));
    }

    #[test]
    fn feedback_reads_as_that_of_the_rest_api_and_is_complete_already() {
        let records = vec![record()];
        let told = Told::Feedback { id: 1, records };
        let call = service().receive_feedback(NOW);
        let read = call.read(answer("localhost", told).expect("an answer"));
        let batch = read.expect("feedback").expect("a batch");
        assert_eq!(batch.records, [record()]);
        let completing = service().complete_feedback(NOW, &batch.lock_token);
        let read = Call::read(&completing.request);
        assert_eq!(read, Some(Call::CompleteFeedback));
        assert_eq!(completing.read(no_content()), Ok(()));
    }

    #[test]
    fn no_feedback_is_no_content() {
        let told = Told::Feedback {
            id: 1,
            records: Vec::new(),
        };
        let call = service().receive_feedback(NOW);
        assert_eq!(
            call.read(answer("localhost", told).expect("an answer")),
            Ok(None)
        );
    }

    #[test]
    fn a_refusal_reads_as_that_of_the_rest_api() {
        let check = |told: Told, expected: ErrorCode| {
            let call = service().send_to_device(NOW, "dev1", &Message::new(""));
            let answer = answer("localhost", told).expect("an answer");
            let Err(CallError::Refused { code, .. }) = call.expect("a call").read(answer) else {
                panic!("expected a refusal");
            };
            assert_eq!(code, Some(expected));
        };
        check(
            failed(FailureKind::NotFound, "amqp:not-found", "no such device"),
            ErrorCode::DeviceNotFound,
        );
        check(
            failed(
                FailureKind::LimitReached,
                "amqp:resource-limit-exceeded",
                "ErrorCode:DeviceMaximumQueueDepthExceeded;full",
            ),
            ErrorCode::DeviceMaximumQueueDepthExceeded,
        );
        check(
            failed(FailureKind::Refused, "amqp:link:message-size-exceeded", ""),
            ErrorCode::MessageTooLarge,
        );
    }

    #[test]
    fn what_is_no_refusal_is_a_trouble() {
        let told = failed(FailureKind::Closed, "", "cut");
        assert_eq!(
            answer("localhost", told).expect_err("a trouble").detail,
            "cut"
        );
    }

    #[test]
    fn amqp_has_nothing_like_other_calls() {
        let check = |request: Request<Vec<u8>>| assert!(!carries(&request), "{request:?}");
        check(service().get_device(NOW, "dev1").request);
        check(service().purge_messages(NOW, "dev1").request);
        check(service().abandon_feedback(NOW, "lock").request);
        check(
            service()
                .complete_feedback(NOW, "a lock of the REST API")
                .request,
        );
    }
}
