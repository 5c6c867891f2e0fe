//! REST calls: what is asked, and what is made of the answer.

use client::service::{Call, CallError, Hint, IfMatch, Service, TwinChange};
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST as HOST_HEADER, IF_MATCH};
use http::{Response, StatusCode};
use serde_json::json;
use wire::connection_string::{DeviceCredential, ServiceConnectionString};
use wire::error::{ErrorCode, ServiceError, TrackingId};
use wire::rest::{
    BulkResult, DeviceIdentity, KeyText, MethodCall, MethodResult, ModuleIdentity, PurgeResult,
    RegistryStatistics, ServiceStatistics,
};
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
#[expect(clippy::too_many_lines, reason = "a row an operation")]
fn each_operation_asks_for_what_it_says() {
    let service = service();
    let etag = IfMatch::Etag("MTIz".to_owned());
    let method = MethodCall {
        method_name: "reboot".to_owned(),
        payload: json!({"delay": 3}),
        response_timeout_in_seconds: Some(10),
        connect_timeout_in_seconds: None,
    };
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
            asked(&service.create_module(START, "dev1", "mod1")),
            "PUT /devices/dev1/modules/mod1?api-version=2021-04-12 - {\"deviceId\":\"dev1\",\
             \"moduleId\":\"mod1\",\"authentication\":{\"type\":\"sas\",\"symmetricKey\":\
             {\"primaryKey\":\"\",\"secondaryKey\":\"\"}}}",
        ),
        (
            asked(&service.get_module(START, "dev1", "a#b")),
            "GET /devices/dev1/modules/a%23b?api-version=2021-04-12 - ",
        ),
        (
            asked(&service.list_modules(START, "dev1")),
            "GET /devices/dev1/modules?api-version=2021-04-12 - ",
        ),
        (
            asked(&service.delete_module(START, "dev1", "mod1", &etag)),
            "DELETE /devices/dev1/modules/mod1?api-version=2021-04-12 \"MTIz\" ",
        ),
        (
            asked(&service.change_devices(START, &[])),
            "POST /devices?api-version=2021-04-12 - []",
        ),
        (
            asked(&service.registry_statistics(START)),
            "GET /statistics/devices?api-version=2021-04-12 - ",
        ),
        (
            asked(&service.service_statistics(START)),
            "GET /statistics/service?api-version=2021-04-12 - ",
        ),
        (
            asked(&service.get_twin(START, "dev1")),
            "GET /twins/dev1?api-version=2021-04-12 - ",
        ),
        (
            asked(&service.get_twin(START, ("dev1", "mod1"))),
            "GET /twins/dev1/modules/mod1?api-version=2021-04-12 - ",
        ),
        (
            asked(&service.patch_twin(
                START,
                "dev1",
                &TwinChange::tags(json!({"a": null})).and_desired(json!({"b": 1})),
                &etag,
            )),
            "PATCH /twins/dev1?api-version=2021-04-12 \"MTIz\" {\"tags\":{\"a\":null},\
             \"properties\":{\"desired\":{\"b\":1}}}",
        ),
        (
            asked(&service.patch_twin(
                START,
                "dev1",
                &TwinChange::desired(json!({"b": 1})),
                &IfMatch::Any,
            )),
            "PATCH /twins/dev1?api-version=2021-04-12 * {\"properties\":{\"desired\":{\"b\":1}}}",
        ),
        (
            asked(&service.replace_twin(
                START,
                "dev1",
                &TwinChange::tags(json!({"a": 1})),
                &IfMatch::Any,
            )),
            "PUT /twins/dev1?api-version=2021-04-12 * {\"tags\":{\"a\":1},\
             \"properties\":{\"desired\":{}}}",
        ),
        (
            asked(&service.invoke_method(START, ("dev1", "mod1"), &method)),
            "POST /twins/dev1/modules/mod1/methods?api-version=2021-04-12 - \
             {\"methodName\":\"reboot\",\"payload\":{\"delay\":3},\
             \"responseTimeoutInSeconds\":10}",
        ),
        (
            asked(&service.purge_messages(START, "dev1")),
            "DELETE /devices/dev1/commands?api-version=2021-04-12 - ",
        ),
        (
            asked(&service.receive_feedback(START)),
            "GET /messages/serviceBound/feedback?api-version=2021-04-12 - ",
        ),
        (
            asked(&service.complete_feedback(START, "a/b")),
            "DELETE /messages/serviceBound/feedback/a%2Fb?api-version=2021-04-12 - ",
        ),
        (
            asked(&service.abandon_feedback(START, "lock")),
            "POST /messages/serviceBound/feedback/lock/abandon?api-version=2021-04-12 - ",
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

#[test]
fn what_the_hub_counts_and_what_a_device_answers_is_read() {
    let service = service();
    let ok = |body: &str| answer(StatusCode::OK, body);
    let devices = r#"{"totalDeviceCount":3,"enabledDeviceCount":2,"disabledDeviceCount":1}"#;
    assert_eq!(
        service.registry_statistics(START).read(ok(devices)),
        Ok(RegistryStatistics {
            total_device_count: 3,
            enabled_device_count: 2,
            disabled_device_count: 1
        })
    );
    assert_eq!(
        service
            .service_statistics(START)
            .read(ok(r#"{"connectedDeviceCount":2}"#)),
        Ok(ServiceStatistics {
            connected_device_count: 2
        })
    );
    let purged = r#"{"totalMessagesPurged":4,"deviceId":"dev1","moduleId":null}"#;
    assert_eq!(
        service.purge_messages(START, "dev1").read(ok(purged)),
        Ok(PurgeResult {
            total_messages_purged: 4,
            device_id: "dev1".to_owned(),
            module_id: None
        })
    );
    let method = MethodCall::default();
    assert_eq!(
        service
            .invoke_method(START, "dev1", &method)
            .read(ok(r#"{"status":404,"payload":{"a":1}}"#)),
        Ok(MethodResult {
            status: 404,
            payload: json!({"a": 1})
        })
    );
}

#[test]
fn modules_are_read_and_connect_with_their_keys() {
    let service = service();
    let mut module = ModuleIdentity {
        device_id: "dev1".to_owned(),
        module_id: "mod1".to_owned(),
        ..ModuleIdentity::default()
    };
    assert_eq!(service.module_connection_string(&module), None);
    module.authentication.symmetric_key.primary_key = Some(KeyText::new(KEY));
    let made = service.module_connection_string(&module).unwrap();
    assert_eq!(
        (&*made.device_id, made.module_id.as_deref()),
        ("dev1", Some("mod1"))
    );

    let body = serde_json::to_vec(&module).unwrap();
    let call = service.update_module(START, &module, &IfMatch::Any);
    let expected = "/devices/dev1/modules/mod1?api-version=2021-04-12";
    assert_eq!(call.request.uri(), expected);
    assert_eq!(call.request.body(), &body);
    assert_eq!(call.read(answer(StatusCode::OK, body)), Ok(module.clone()));
    let list = serde_json::to_vec(&[module]).unwrap();
    let call = service.list_modules(START, "dev1");
    assert_eq!(call.read(answer(StatusCode::OK, list)).unwrap().len(), 1);
    for body in ["{}", r#"{"deviceId":"dev1"}"#, r#"{"moduleId":"mod1"}"#] {
        let read = service
            .get_module(START, "dev1", "mod1")
            .read(answer(StatusCode::OK, body));
        assert!(matches!(read, Err(CallError::Unreadable { .. })), "{body}");
    }
}

#[test]
fn a_bulk_request_of_which_some_items_failed_has_a_result() {
    let call = service().change_devices(START, &[]);
    let failed = r#"{"isSuccessful":false,"errors":[{"deviceId":"a","errorCode":409001,
        "errorStatus":"there","moduleId":null,"operation":"create"}],"warnings":[]}"#;
    let result = call.read(answer(StatusCode::BAD_REQUEST, failed)).unwrap();
    assert!(!result.is_successful);
    assert_eq!(result.errors[0].error_code, 409_001);
    let done = r#"{"isSuccessful":true,"errors":[],"warnings":[]}"#;
    assert_eq!(
        call.read(answer(StatusCode::OK, done)),
        Ok(BulkResult {
            is_successful: true,
            ..BulkResult::default()
        })
    );
}

#[test]
fn a_bulk_request_that_is_refused_as_a_whole_is_refused() {
    let call = service().change_devices(START, &[]);
    let refusals = [
        (
            StatusCode::BAD_REQUEST,
            r#"{"Message":"ErrorCode:ArgumentInvalid;too many"}"#,
        ),
        (StatusCode::BAD_REQUEST, "{}"),
        (StatusCode::BAD_REQUEST, ""),
        (StatusCode::UNAUTHORIZED, r#"{"errors":[{"deviceId":"a"}]}"#),
    ];
    for (status, body) in refusals {
        let read = call.read(answer(status, body));
        assert!(matches!(read, Err(CallError::Refused { .. })), "{body}");
    }
}

#[test]
fn an_offline_device_and_a_silent_one_are_told_apart() {
    let tracking = TrackingId::new(7, START);
    let cases = [
        (
            ErrorCode::DeviceNotOnline,
            "check that the device is connected",
        ),
        (ErrorCode::GatewayTimeout, "did not answer in time"),
        (ErrorCode::DeviceNotFound, "check the id"),
    ];
    for (code, remedy) in cases {
        let refusal = ServiceError::new(code, "no").nested_envelope(&tracking, None);
        let call = service().invoke_method(START, "dev1", &MethodCall::default());
        let error = call.read(answer(code.status(), refusal)).unwrap_err();
        assert_eq!(error.code(), Some(code));
        assert!(error.to_string().contains(remedy), "{error}");
    }
}

#[test]
fn a_refused_query_may_say_where_it_goes_wrong() {
    let hint = Hint {
        position: 9,
        length: 4,
        id: String::new(),
        reason: "expected FROM, 100% sure".to_owned(),
    };
    let plain = r#"{"position":9,"length":4,"reason":"expected FROM, 100% sure"}"#;
    let encoded = wire::rest::encode_id(plain);
    let cases = [
        (plain, Some(&hint)),
        (&encoded, Some(&hint)),
        ("", None),
        ("nonsense", None),
        ("%7B", None),
        ("[]", None),
        ("%", None),
    ];
    for (header, expected) in cases {
        let mut refusal = answer(StatusCode::BAD_REQUEST, "{}");
        let value = header.parse().unwrap();
        refusal.headers_mut().insert("x-playground-hint", value);
        let call = service().query(START, "SELECT *", 100, None);
        match call.read(refusal) {
            Err(CallError::Refused { hint, .. }) => assert_eq!(hint.as_ref(), expected),
            other => panic!("expected a refusal, found {other:?}"),
        }
    }
}

#[test]
fn what_is_not_a_twin_is_unreadable() {
    for body in ["", "[]", "{}", "null"] {
        let read = service()
            .get_twin(START, "dev1")
            .read(answer(StatusCode::OK, body));
        assert!(matches!(read, Err(CallError::Unreadable { .. })), "{body}");
    }
}
