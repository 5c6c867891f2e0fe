//! Cloud-to-device messages and feedback on them, as a service program sends and reads them.

use client::service::{CallError, FeedbackWanted, Message, Service};
use http::{Response, StatusCode};
use wire::rest::{FeedbackStatus, MessageHeaderError};

use crate::bench::{HOST, KEY, START};

const RECORDS: &str = r#"[{"originalMessageId":"m1","enqueuedTimeUtc":"2026-08-01T10:00:00Z",
    "statusCode":"Expired","description":"Expired","deviceId":"dev1","deviceGenerationId":"1"}]"#;

fn service() -> Service {
    let text = format!("HostName={HOST};SharedAccessKeyName=service;SharedAccessKey={KEY}");
    Service::new(text.parse().unwrap())
}

#[test]
fn a_message_is_sent_with_its_properties_as_headers() {
    let message = Message::new(r#"{"a":1}"#)
        .with_message_id("m1")
        .with_correlation_id("c1")
        .with_content_type("application/json")
        .with_content_encoding("utf-8")
        .with_feedback(FeedbackWanted::Full)
        .with_expiry(START)
        .with_property("color", "light red");
    let call = service().send_to_device(START, "dev1", &message).unwrap();
    let request = &call.request;
    assert_eq!(request.method(), "POST");
    assert_eq!(
        request.uri(),
        "/devices/dev1/messages/deviceBound?api-version=2021-04-12"
    );
    assert_eq!(request.body(), br#"{"a":1}"#);
    let expected = [
        ("iothub-messageid", "m1"),
        ("iothub-correlationid", "c1"),
        ("iothub-contenttype", "application/json"),
        ("iothub-contentencoding", "utf-8"),
        ("iothub-ack", "full"),
        ("iothub-expiry", "2026-08-01T10:00:00.0000000Z"),
        ("iothub-app-color", "light red"),
    ];
    for (name, value) in expected {
        assert_eq!(request.headers().get(name).unwrap(), value, "{name}");
    }
    let agreed = Response::builder().status(StatusCode::NO_CONTENT);
    assert_eq!(call.read(agreed.body(Vec::new()).unwrap()), Ok(()));
}

#[test]
fn what_http_cannot_carry_is_refused_before_it_is_sent() {
    let cases = [
        ("a b", "x", true),
        ("", "x", true),
        ("ключ", "x", true),
        ("a", "x\r\nEvil: yes", true),
        ("a", "значение", false),
    ];
    for (name, value, refused) in cases {
        let message = Message::new("").with_property(name, value);
        let sent = service().send_to_device(START, "dev1", &message);
        assert_eq!(sent.is_err(), refused, "{name}: {value}");
    }
    let message = Message::new("").with_property("a b", "x");
    let Err(MessageHeaderError::Name { name }) = service().send_to_device(START, "d", &message)
    else {
        panic!("expected the name to be refused");
    };
    assert_eq!(name, "a b");
}

#[test]
fn every_wish_for_feedback_has_its_word() {
    let words = [
        (FeedbackWanted::None, "none"),
        (FeedbackWanted::Positive, "positive"),
        (FeedbackWanted::Negative, "negative"),
        (FeedbackWanted::Full, "full"),
    ];
    for (wanted, word) in words {
        let message = Message::new("").with_feedback(wanted);
        assert_eq!(message.properties.system.ack.as_deref(), Some(word));
    }
}

#[test]
fn feedback_comes_with_its_lock() {
    for tag in ["\"lock\"", "lock"] {
        let response = Response::builder().header("ETag", tag);
        let batch = service().receive_feedback(START);
        let batch = batch.read(response.body(RECORDS.into()).unwrap());
        let batch = batch.unwrap().unwrap();
        assert_eq!(batch.lock_token, "lock");
        assert_eq!(batch.records[0].original_message_id, "m1");
        assert_eq!(batch.records[0].status_code, FeedbackStatus::Expired);
    }
}

#[test]
fn there_may_be_no_feedback() {
    let none = Response::builder().status(StatusCode::NO_CONTENT);
    let batch = service().receive_feedback(START);
    assert_eq!(batch.read(none.body(Vec::new()).unwrap()), Ok(None));
}

#[test]
fn feedback_without_a_lock_is_unreadable() {
    for tag in [None, Some(""), Some("\"\"")] {
        let response = Response::builder();
        let response = match tag {
            Some(tag) => response.header("ETag", tag),
            None => response,
        };
        let batch = service().receive_feedback(START);
        let read = batch.read(response.body(RECORDS.into()).unwrap());
        assert!(matches!(read, Err(CallError::Unreadable { .. })), "{tag:?}");
    }
}

#[test]
fn a_record_that_cannot_be_understood_keeps_none_from_being_read() {
    let unknown = RECORDS.replace("\"Expired\",\"d", "\"Lost\",\"d");
    let known = RECORDS.trim_start_matches('[');
    let both = format!("{}, 7, {known}", unknown.trim_end_matches(']'));
    let response = Response::builder().header("ETag", "lock");
    let batch = service().receive_feedback(START);
    let batch = batch.read(response.body(both.into()).unwrap());
    let records = batch.unwrap().unwrap().records;
    assert_eq!(records.len(), 1);
    assert_eq!(records[0].status_code, FeedbackStatus::Expired);
}
