//! A device over HTTP.

use client::device::{Message, SendError};
use client::device_http::{DeviceHttp, NotOverHttp, UnfitMessage};
use client::service::CallError;
use http::header::AUTHORIZATION;
use http::{Response, StatusCode};
use wire::connection_string::DeviceConnectionString;
use wire::sas::{SasToken, SharedAccessKey};

use crate::bench::{HOST, KEY, START, device};

fn http() -> DeviceHttp {
    DeviceHttp::new(device()).unwrap()
}

fn with(credential: &str) -> DeviceConnectionString {
    format!("HostName={HOST};DeviceId=dev1;{credential}")
        .parse()
        .unwrap()
}

#[test]
fn each_operation_asks_for_what_it_says() {
    let http = http();
    let send = http.send(START, &Message::new("hello")).unwrap();
    let requests = [
        (
            &send.request,
            "POST /devices/dev1/messages/events?api-version=2021-04-12",
        ),
        (
            &http.receive(START).request,
            "GET /devices/dev1/messages/devicebound?api-version=2021-04-12",
        ),
        (
            &http.complete(START, "a/b").request,
            "DELETE /devices/dev1/messages/devicebound/a%2Fb?api-version=2021-04-12",
        ),
        (
            &http.reject(START, "lock").request,
            "DELETE /devices/dev1/messages/devicebound/lock?reject&api-version=2021-04-12",
        ),
        (
            &http.abandon(START, "lock").request,
            "POST /devices/dev1/messages/devicebound/lock/abandon?api-version=2021-04-12",
        ),
    ];
    for (request, expected) in requests {
        assert_eq!(format!("{} {}", request.method(), request.uri()), expected);
        assert_eq!(request.headers().get("host").unwrap(), HOST);
    }
}

#[test]
fn a_call_is_signed_for_the_device() {
    let call = http().receive(START);
    let token = call.request.headers().get(AUTHORIZATION).unwrap();
    assert!(token.is_sensitive());
    let token = SasToken::parse(token.to_str().unwrap()).unwrap();
    assert!(token.covers(&format!("{HOST}/devices/dev1")));
    assert_eq!(token.policy(), None);
    assert_eq!(token.expires(), START.as_seconds() + 3600);
}

#[test]
fn a_token_that_somebody_signed_is_used_as_it_is() {
    let key = SharedAccessKey::from_base64(KEY).unwrap();
    let signed = SasToken::sign(&format!("{HOST}/devices/dev1"), &key, 9, None).to_text();
    let device = with(&format!("SharedAccessSignature={}", signed.expose()));
    let call = DeviceHttp::new(device).unwrap().receive(START);
    let token = call.request.headers().get(AUTHORIZATION).unwrap();
    assert_eq!(
        SasToken::parse(token.to_str().unwrap()).unwrap().expires(),
        9
    );
}

#[test]
fn modules_and_certificates_have_no_http() {
    let module = DeviceHttp::new(with(&format!("ModuleId=m;SharedAccessKey={KEY}")));
    assert_eq!(module.unwrap_err(), NotOverHttp::Module);
    let certificate = DeviceHttp::new(with("x509=true"));
    assert_eq!(certificate.unwrap_err(), NotOverHttp::Certificate);
}

#[test]
fn nothing_shows_the_key() {
    let shown = format!("{:?} {:?}", http(), http().receive(START).request);
    assert!(!shown.contains(KEY), "{shown}");
    assert!(!shown.contains("sig="), "{shown}");
}

#[test]
fn telemetry_carries_its_properties_as_headers() {
    let message = Message::new("hello")
        .with_message_id("m1")
        .with_property("alert", "true");
    let call = http().send(START, &message).unwrap();
    let headers = call.request.headers();
    assert_eq!(headers.get("iothub-messageid").unwrap(), "m1");
    assert_eq!(headers.get("iothub-app-alert").unwrap(), "true");
    assert_eq!(call.request.body(), b"hello");
    let agreed = Response::builder().status(StatusCode::NO_CONTENT);
    assert_eq!(call.read(agreed.body(Vec::new()).unwrap()), Ok(()));
}

#[test]
fn a_message_that_breaks_a_rule_is_refused_before_it_is_sent() {
    let unfit = |message: Message| match http().send(START, &message) {
        Err(error) => error,
        Ok(_) => panic!("expected a refusal"),
    };
    let large = unfit(Message::new(vec![0; 256 * 1024 + 1]));
    assert!(matches!(
        large,
        UnfitMessage::Message(SendError::TooLarge { .. })
    ));
    let spaced = unfit(Message::new("").with_property("a b", "x"));
    assert!(matches!(spaced, UnfitMessage::Header(_)));
}

#[test]
fn a_message_is_received_with_its_lock() {
    let response = Response::builder()
        .header("ETag", "\"lock\"")
        .header("iothub-messageid", "m1")
        .header("iothub-ack", "full")
        .header("iothub-sequencenumber", "7")
        .header("iothub-enqueuedtime", START.to_iso())
        .header("iothub-deliverycount", "2")
        .header("iothub-app-color", "red");
    let message = http().receive(START);
    let message = message.read(response.body(b"hello".to_vec()).unwrap());
    let message = message.unwrap().unwrap();
    assert_eq!(message.body, b"hello");
    assert_eq!(message.lock_token, "lock");
    assert_eq!(message.properties.system.message_id.as_deref(), Some("m1"));
    assert_eq!(message.properties.application("color"), Some(Some("red")));
    assert_eq!(message.sequence_number, Some(7));
    assert_eq!(message.enqueued_time, Some(START));
    assert_eq!(message.delivery_count, Some(2));
}

#[test]
fn there_may_be_no_message() {
    let none = Response::builder().status(StatusCode::NO_CONTENT);
    let message = http().receive(START);
    assert_eq!(message.read(none.body(Vec::new()).unwrap()), Ok(None));
}

#[test]
fn a_message_without_a_lock_is_unreadable() {
    let message = http().receive(START);
    let read = message.read(Response::new(b"hello".to_vec()));
    assert!(matches!(read, Err(CallError::Unreadable { .. })));
}
