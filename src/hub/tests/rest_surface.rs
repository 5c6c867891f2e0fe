//! The surface of the REST interface: paths, versions, headers, and the order of refusals.

use std::collections::BTreeSet;

use http::header::{CONTENT_TYPE, ETAG};
use http::{Request, Response};
use proptest::prelude::*;
use wire::error::{ERROR_CODE_HEADER, ErrorCode};

use crate::bench::{Ask, Bench, json, outcome};

/// Every operation that the hub routes.
const OPERATIONS: [(&str, &str); 31] = [
    ("GET", "/devices"),
    ("POST", "/devices"),
    ("POST", "/devices/query"),
    ("PUT", "/devices/dev1"),
    ("GET", "/devices/dev1"),
    ("DELETE", "/devices/dev1"),
    ("GET", "/devices/dev1/modules"),
    ("PUT", "/devices/dev1/modules/m"),
    ("GET", "/devices/dev1/modules/m"),
    ("DELETE", "/devices/dev1/modules/m"),
    ("DELETE", "/devices/dev1/commands"),
    ("POST", "/devices/dev1/messages/events"),
    ("POST", "/devices/dev1/messages/deviceBound"),
    ("GET", "/devices/dev1/messages/deviceBound"),
    ("DELETE", "/devices/dev1/messages/deviceBound/lock"),
    ("POST", "/devices/dev1/messages/deviceBound/lock/abandon"),
    ("GET", "/twins/dev1"),
    ("PATCH", "/twins/dev1"),
    ("PUT", "/twins/dev1"),
    ("GET", "/twins/dev1/modules/m"),
    ("PATCH", "/twins/dev1/modules/m"),
    ("PUT", "/twins/dev1/modules/m"),
    ("POST", "/twins/dev1/methods"),
    ("POST", "/twins/dev1/modules/m/methods"),
    ("GET", "/statistics/devices"),
    ("GET", "/statistics/service"),
    ("GET", "/messages/serviceBound/feedback"),
    ("DELETE", "/messages/serviceBound/feedback/lock"),
    ("POST", "/messages/serviceBound/feedback/lock/abandon"),
    ("GET", "/devices/query"),
    ("PUT", "/devices/query"),
];

const UNKNOWN: &str = "501 NotSupported";
const VERSION: &str = "400 InvalidProtocolVersion";
const UNAUTHORISED: &str = "401 IotHubUnauthorizedAccess";

fn header(answer: &Response<Vec<u8>>, name: &str) -> Option<String> {
    let value = answer.headers().get(name)?;
    Some(value.to_str().unwrap().to_owned())
}

#[test]
fn every_operation_asks_for_a_version() {
    let mut bench = Bench::new();
    for (method, path) in OPERATIONS {
        for query in ["", "?api-version=1", "?api-version=2021-04-12-preview"] {
            let ask = Ask::raw(method, &format!("{path}{query}"));
            assert_eq!(bench.outcome(&ask), VERSION, "{method} {path}{query}");
        }
    }
}

#[test]
fn every_operation_asks_for_a_token() {
    let mut bench = Bench::new();
    for (method, path) in OPERATIONS {
        let request = Ask::path(method, path).unauthorised();
        let answer = bench.request(&request);
        assert_eq!(outcome(&answer), UNAUTHORISED, "{method} {path}");
    }
}

#[test]
fn what_is_unknown_is_refused_before_the_version_and_that_before_the_token() {
    let mut bench = Bench::new();
    let cases = [
        ("GET", "/nothing", UNKNOWN),
        ("GET", "/nothing?api-version=2021-04-12", UNKNOWN),
        ("GET", "/devices/dev1", VERSION),
        ("GET", "/devices/dev1?api-version=2021-04-12", UNAUTHORISED),
        // A path that cannot be read names nothing.
        ("GET", "/devices/%zz", "400 ArgumentInvalid"),
    ];
    for (method, target, expected) in cases {
        let request = Ask::raw(method, target).unauthorised();
        assert_eq!(outcome(&bench.request(&request)), expected, "{target}");
    }
}

#[test]
fn a_method_that_a_path_does_not_have_is_refused_by_its_name() {
    let mut bench = Bench::new();
    for (method, path) in [
        ("HEAD", "/devices/dev1"),
        ("POST", "/devices/dev1"),
        ("OPTIONS", "/devices"),
        ("TRACE", "/twins/dev1"),
        ("DELETE", "/twins/dev1"),
        ("get", "/devices/dev1"),
        ("GET", "/twins"),
        ("GET", "/twins/dev1/methods"),
        ("PUT", "/statistics/devices"),
    ] {
        let answer = bench.ask(&Ask::path(method, path));
        assert_eq!(outcome(&answer), UNKNOWN, "{method} {path}");
        let message = json(&answer)["Message"].as_str().unwrap().to_owned();
        assert!(message.contains(&format!("{method} {path} ")), "{message}");
    }
}

#[test]
fn the_words_of_a_path_are_read_in_any_case_and_ids_as_they_are() {
    let mut bench = Bench::new();
    let cases = [
        ("/DEVICES/dev1", "200"),
        ("/Devices/dev1", "200"),
        ("/devices/Dev1", "404 DeviceNotFound"),
        ("/devices/dev1/MODULES", "200"),
        ("/Statistics/Devices", "200"),
        ("/devices/dev1/messages/DEVICEBOUND", "204"),
        ("/devices/dev1/messages/devicebound", "204"),
    ];
    for (path, expected) in cases {
        assert_eq!(bench.outcome(&Ask::path("GET", path)), expected, "{path}");
    }
}

#[test]
fn slashes_around_a_path_do_not_matter_and_those_within_do() {
    let mut bench = Bench::new();
    let cases = [
        ("/devices/dev1/", "200"),
        ("//devices/dev1", "200"),
        ("/devices/", "200"),
        ("/devices//dev1", UNKNOWN),
        ("/devices/dev1//modules", UNKNOWN),
    ];
    for (path, expected) in cases {
        assert_eq!(bench.outcome(&Ask::path("GET", path)), expected, "{path}");
    }
}

#[test]
fn ids_in_a_path_are_percent_encoded_utf_8() {
    let mut bench = Bench::new();
    let cases = [
        ("/devices/%64%65v1", "200"),
        ("/devices/dev%31/modules", "200"),
        // An encoded slash divides nothing.
        ("/devices/dev1%2Fmodules", "404 DeviceNotFound"),
        ("/devices/%C3%A9", "404 DeviceNotFound"),
        ("/devices/%", "400 ArgumentInvalid"),
        ("/devices/%4", "400 ArgumentInvalid"),
        ("/devices/%zz", "400 ArgumentInvalid"),
        ("/devices/%FF", "400 ArgumentInvalid"),
        ("/twins/%FF", "400 ArgumentInvalid"),
        ("/devices/dev1/modules/%FF", "400 ArgumentInvalid"),
        // Only ids are encoded; words are words.
        ("/%64evices/dev1", UNKNOWN),
    ];
    for (path, expected) in cases {
        assert_eq!(bench.outcome(&Ask::path("GET", path)), expected, "{path}");
    }
}

#[test]
fn a_device_may_be_named_like_a_word_of_a_path() {
    let mut bench = Bench::new();
    for id in ["query", "devices", "modules", "messages", "v2"] {
        bench.register(id);
        let answer = bench.ask(&Ask::of("GET", id));
        assert_eq!(json(&answer)["deviceId"], id);
        assert_eq!(
            bench.outcome(&Ask::path("GET", &format!("/devices/{id}/modules"))),
            "200"
        );
        bench.delete(id);
    }
}

#[test]
fn a_single_identity_has_an_etag_header_and_lists_and_refusals_have_none() {
    let mut bench = Bench::new();
    bench.register_module("dev1", "m");
    let with = [
        Ask::put("dev3"),
        Ask::of("GET", "dev3"),
        Ask::put("dev3").if_match("*"),
        Ask::of_module("GET", "dev1", "m"),
        Ask::put_module("dev1", "m2"),
    ];
    for ask in &with {
        let answer = bench.ask(ask);
        assert_eq!(answer.status(), 200);
        let etag = json(&answer)["etag"].as_str().unwrap().to_owned();
        let expected = Some(format!("\"{etag}\""));
        assert_eq!(header(&answer, ETAG.as_str()), expected);
    }
    let without = [
        Ask::path("GET", "/devices"),
        Ask::path("GET", "/devices/dev1/modules"),
        Ask::path("GET", "/statistics/devices"),
        Ask::of("GET", "unknown"),
        Ask::put("dev3"),
        Ask::of("DELETE", "dev3").if_match("*"),
    ];
    for ask in &without {
        let answer = bench.ask(ask);
        assert_eq!(header(&answer, ETAG.as_str()), None, "{}", outcome(&answer));
    }
}

#[test]
fn an_answer_without_a_body_says_nothing_of_one() {
    let mut bench = Bench::new();
    for ask in [
        Ask::path("GET", "/devices/dev1/messages/deviceBound"),
        Ask::path("POST", "/devices/dev1/messages/deviceBound"),
        Ask::of("DELETE", "dev1").if_match("*"),
    ] {
        let answer = bench.ask(&ask);
        assert_eq!(outcome(&answer), "204");
        assert!(answer.body().is_empty());
        assert!(answer.headers().get(CONTENT_TYPE).is_none());
    }
}

#[test]
fn whatever_the_outcome_an_answer_has_a_request_id_of_its_own() {
    let mut bench = Bench::new();
    let mut ids = BTreeSet::new();
    let mut outcomes = BTreeSet::new();
    let asks = OPERATIONS
        .iter()
        .map(|(method, path)| Ask::path(method, path))
        .chain([Ask::raw("GET", "/devices"), Ask::raw("GET", "/nothing")]);
    let mut count = 0;
    for ask in asks {
        let answer = bench.ask(&ask);
        let id = header(&answer, "x-ms-request-id").unwrap();
        let is_hex = id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        assert!(is_hex, "{id}");
        ids.insert(id);
        outcomes.insert(answer.status().as_u16());
        count += 1;
    }
    assert_eq!(ids.len(), count);
    assert!(outcomes.is_superset(&BTreeSet::from([200, 204, 400, 404, 501])));
}

/// Checks what holds for every answer to anybody who shows no token; gives the outcome.
fn check_answer(answer: &Response<Vec<u8>>) -> Result<(), TestCaseError> {
    let name = header(answer, ERROR_CODE_HEADER);
    let code = name.as_deref().and_then(ErrorCode::from_name);
    prop_assert_eq!(code.map(ErrorCode::status), Some(answer.status()));
    prop_assert!(header(answer, "x-ms-request-id").is_some());
    let body = json(answer);
    let prefix = format!("ErrorCode:{};", name.unwrap_or_default());
    let message = body["Message"].as_str().unwrap_or_default();
    prop_assert!(message.starts_with(&prefix), "{}", message);
    let tracking = body["ExceptionMessage"].as_str().unwrap_or_default();
    prop_assert!(tracking.starts_with("Tracking ID:"), "{}", tracking);
    Ok(())
}

fn any_target() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "devices",
        "dev1",
        "modules",
        "twins",
        "query",
        "messages",
        "deviceBound",
        "serviceBound",
        "feedback",
        "events",
        "commands",
        "methods",
        "abandon",
        "statistics",
        "service",
        "jobs",
        "v2",
        "%",
        "%zz",
        "%00",
        "",
    ]);
    let segment = prop_oneof![4 => words.prop_map(str::to_owned), 1 => "[!-~&&[^#?]]{0,8}"];
    let query = prop::sample::select(vec![
        "",
        "?api-version=2021-04-12",
        "?api-version=",
        "?&&=&api-version=2020-05-31-preview",
    ]);
    (prop::collection::vec(segment, 0..8), query)
        .prop_map(|(segments, query)| format!("/{}{query}", segments.join("/")))
}

proptest! {
    #[test]
    fn whatever_is_asked_for_without_a_token_is_refused_in_the_services_form(
        method in prop::sample::select(vec!["GET", "PUT", "POST", "PATCH", "DELETE", "HEAD", "BREW"]),
        target in any_target(),
        body in prop::collection::vec(any::<u8>(), 0..20),
    ) {
        let Ok(request) = Request::builder().method(method).uri(&target).body(body) else {
            return Ok(());
        };
        let mut bench = Bench::new();
        let answer = bench.request(&request);
        check_answer(&answer)?;
        prop_assert_eq!(bench.hub.devices().count(), 2);
    }

    #[test]
    fn whatever_is_asked_for_with_all_rights_is_answered_once(
        method in prop::sample::select(vec!["GET", "PUT", "POST", "PATCH", "DELETE"]),
        target in any_target(),
        body in "[\\[{}\"a-z:,\\] 0-9]{0,30}",
    ) {
        let mut bench = Bench::new();
        let token = bench.service_token("iothubowner");
        let Ok(mut request) = Request::builder().method(method).uri(&target).body(body.into_bytes()) else {
            return Ok(());
        };
        request.headers_mut().insert("Authorization", token.parse().unwrap());
        // The bench sees to it that there is one answer and no more.
        let answer = bench.request(&request);
        prop_assert!(header(&answer, "x-ms-request-id").is_some());
        prop_assert_eq!(answer.status().is_success(), answer.headers().get(ERROR_CODE_HEADER).is_none());
    }
}
