//! REST calls: what is asked, and what is made of the answer.

use client::service::{Call, CallError, IfMatch, Service};
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST as HOST_HEADER, IF_MATCH};
use http::{Response, StatusCode};
use wire::connection_string::{DeviceCredential, ServiceConnectionString};
use wire::error::{ErrorCode, ServiceError, TrackingId};
use wire::rest::{DeviceIdentity, KeyText};
use wire::sas::SasToken;

use crate::bench::{HOST, KEY, START};

fn connection_string() -> ServiceConnectionString {
    format!("HostName={HOST};SharedAccessKeyName=iothubowner;SharedAccessKey={KEY}")
        .parse()
        .unwrap()
}

fn service() -> Service {
    Service::new(connection_string())
}

/// The first line of a request, with the precondition and the body.
fn asked<T>(call: &Call<T>) -> String {
    let request = &call.request;
    let if_match = request.headers().get(IF_MATCH);
    let if_match = if_match.map_or("-", |value| value.to_str().unwrap());
    let body = String::from_utf8_lossy(request.body());
    format!("{} {} {if_match} {body}", request.method(), request.uri())
}

fn answer(status: StatusCode, body: impl Into<Vec<u8>>) -> Response<Vec<u8>> {
    let response = Response::builder().status(status);
    response.body(body.into()).unwrap()
}

fn identity(id: &str) -> DeviceIdentity {
    DeviceIdentity {
        device_id: id.to_owned(),
        etag: "MTIz".to_owned(),
        ..DeviceIdentity::default()
    }
}

#[test]
fn each_operation_asks_for_what_it_says() {
    let service = service();
    let etag = IfMatch::Etag("MTIz".to_owned());
    let cases = [
        (
            asked(&service.create_device(START, "dev1")),
            "PUT /devices/dev1?api-version=2021-04-12 - {\"deviceId\":\"dev1\",\
             \"status\":\"enabled\",\"authentication\":{\"type\":\"sas\",\"symmetricKey\":\
             {\"primaryKey\":\"\",\"secondaryKey\":\"\"}}}",
        ),
        (
            asked(&service.get_device(START, "dev1")),
            "GET /devices/dev1?api-version=2021-04-12 - ",
        ),
        (
            asked(&service.list_devices(START, 20)),
            "GET /devices?top=20&api-version=2021-04-12 - ",
        ),
        (
            asked(&service.list_devices(START, 5000)),
            "GET /devices?top=1000&api-version=2021-04-12 - ",
        ),
        (
            asked(&service.delete_device(START, "dev1", &IfMatch::Any)),
            "DELETE /devices/dev1?api-version=2021-04-12 * ",
        ),
        (
            asked(&service.delete_device(START, "dev1", &etag)),
            "DELETE /devices/dev1?api-version=2021-04-12 \"MTIz\" ",
        ),
    ];
    for (asked, expected) in cases {
        assert_eq!(asked, expected);
    }
}

#[test]
fn an_update_sends_the_whole_identity_because_it_replaces_the_whole() {
    let mut device = identity("dev1");
    device.authentication.symmetric_key.primary_key = Some(KeyText::new(KEY));
    let call = service().update_device(START, &device, &IfMatch::Any);
    let headers = call.request.headers();
    assert_eq!(headers.get(IF_MATCH).unwrap(), "*");
    assert_eq!(
        headers.get(CONTENT_TYPE).unwrap(),
        "application/json; charset=utf-8"
    );
    let sent: DeviceIdentity = serde_json::from_slice(call.request.body()).unwrap();
    assert_eq!(sent, device);
}

#[test]
fn a_call_is_addressed_to_the_hub_and_signed_with_the_policy() {
    let call = service().get_device(START, "dev1");
    let headers = call.request.headers();
    assert_eq!(headers.get(HOST_HEADER).unwrap(), HOST);
    let token = headers.get(AUTHORIZATION).unwrap();
    assert_eq!(format!("{token:?}"), "Sensitive");
    let token = SasToken::parse(token.to_str().unwrap()).unwrap();
    assert!(token.verify(&connection_string().key));
    assert!(token.covers(HOST));
    assert_eq!(token.policy(), Some("iothubowner"));
    assert_eq!(token.expires(), START.as_seconds() + 3600);
}

#[test]
fn ids_are_encoded_in_the_path_and_no_id_breaks_the_request() {
    let cases = [
        ("a#b?c%d", "/devices/a%23b%3Fc%25d?api-version=2021-04-12"),
        ("../x", "/devices/..%2Fx?api-version=2021-04-12"),
        ("", "/devices/?api-version=2021-04-12"),
        (
            "ключ",
            "/devices/%D0%BA%D0%BB%D1%8E%D1%87?api-version=2021-04-12",
        ),
    ];
    for (id, expected) in cases {
        let call = service().get_device(START, id);
        assert_eq!(call.request.uri(), expected);
    }
    let endless = service().get_device(START, &"x".repeat(100_000));
    assert_eq!(endless.request.uri(), "/");
}

#[test]
fn an_entity_tag_cannot_smuggle_a_header() {
    let etag = IfMatch::Etag("x\r\nEvil: yes".to_owned());
    let call = service().delete_device(START, "dev1", &etag);
    let value = call.request.headers().get(IF_MATCH).unwrap();
    assert_eq!(value, "\"xEvil: yes\"");
}

#[test]
fn what_the_hub_sends_is_read() {
    let service = service();
    let body = serde_json::to_vec(&identity("dev1")).unwrap();
    let list = serde_json::to_vec(&[identity("a"), identity("b")]).unwrap();

    let one = service.get_device(START, "dev1");
    assert_eq!(one.read(answer(StatusCode::OK, body)), Ok(identity("dev1")));
    let many = service.list_devices(START, 10);
    assert_eq!(many.read(answer(StatusCode::OK, list)).unwrap().len(), 2);
    let none = service.delete_device(START, "dev1", &IfMatch::Any);
    assert_eq!(none.read(answer(StatusCode::NO_CONTENT, "")), Ok(()));
}

#[test]
fn a_refusal_keeps_its_code_its_words_and_its_tracking_id() {
    let tracking = TrackingId::new(7, START);
    let refusal = ServiceError::new(ErrorCode::DeviceNotFound, "no dev1 here");
    for body in [
        refusal.envelope(&tracking),
        refusal.numbered_envelope(&tracking),
    ] {
        let call = service().get_device(START, "dev1");
        let error = call.read(answer(StatusCode::NOT_FOUND, body)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the hub refused: 404 DeviceNotFound: no dev1 here (check the id; ids are \
             case-sensitive)"
        );
        let CallError::Refused {
            status,
            code,
            message,
            tracking_id,
            hint: None,
        } = error
        else {
            panic!("expected a refusal");
        };
        assert_eq!(status, StatusCode::NOT_FOUND);
        assert_eq!(code, Some(ErrorCode::DeviceNotFound));
        assert_eq!(message, "no dev1 here");
        assert!(tracking_id.is_some());
    }
}

#[test]
fn a_refusal_without_a_known_body_is_still_a_refusal() {
    let call = service().get_device(START, "dev1");
    let gateway = answer(StatusCode::BAD_GATEWAY, "<html>bad gateway</html>");
    match call.read(gateway) {
        Err(CallError::Refused { status, code, .. }) => {
            assert_eq!((status, code), (StatusCode::BAD_GATEWAY, None));
        }
        other => panic!("expected a refusal, found {other:?}"),
    }
}

#[test]
fn an_answer_that_is_not_an_identity_is_unreadable_and_shows_no_key() {
    let bodies = [
        "",
        "<html>",
        "[]",
        "{}",
        "{\"deviceId\":7,\"primaryKey\":\"c2VjcmV0\"}",
    ];
    for body in bodies {
        let call = service().get_device(START, "dev1");
        let error = call.read(answer(StatusCode::OK, body)).unwrap_err();
        assert!(matches!(error, CallError::Unreadable { .. }), "{body}");
        assert!(!error.to_string().contains("c2VjcmV0"), "{error}");
    }
}

#[test]
fn an_identity_with_a_key_makes_a_device_connection_string() {
    let service = service();
    let mut device = identity("dev1");
    assert_eq!(service.device_connection_string(&device), None);
    device.authentication.symmetric_key.primary_key = Some(KeyText::new("not a key"));
    assert_eq!(service.device_connection_string(&device), None);
    device.authentication.symmetric_key.primary_key = Some(KeyText::new(KEY));
    let made = service.device_connection_string(&device).unwrap();
    assert_eq!((&*made.host_name, &*made.device_id), (HOST, "dev1"));
    assert_eq!(
        made.credential,
        DeviceCredential::SharedAccessKey(connection_string().key)
    );
}
