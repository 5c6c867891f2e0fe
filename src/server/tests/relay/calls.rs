//! What the relay carries, and what of it.

use std::time::Duration;

use client::service::{CallError, IfMatch, TwinChange};
use serde_json::{Value, json};
use server::relay::{RelayOptions, RelayTimes};
use wire::{error::ErrorCode, rest::MethodCall};

use crate::{
    hub::{TestHub, TestServer, now},
    page::Page,
};

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nETag: \"a\"\r\n\
    Retry-After: 5\r\nx-ms-continuation: more\r\niothub-errorcode: none\r\nSet-Cookie: a=b\r\n\
    Access-Control-Allow-Origin: *\r\nX-Relay-Error: timeout\r\nServer: some\r\nLocation: http://evil.example/\r\n\
    Content-Security-Policy: script-src *\r\nService-Worker-Allowed: /\r\nContent-Length: 2\r\n\r\n{}";

#[tokio::test]
async fn a_page_learns_which_hubs_there_are() {
    let page = Page::new(RelayOptions {
        named: vec![
            "localhost:8443".parse().unwrap(),
            "Hub.example".parse().unwrap(),
        ],
        ..RelayOptions::default()
    });
    let answer = page.ask("GET /relay", &[], b"").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers["content-type"], "application/json");
    let hosts: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(
        hosts,
        json!({ "hosts": [
            "*.azure-devices.net", "*.azure-devices.cn", "*.azure-devices.us", "localhost:8443", "hub.example",
        ] })
    );
}

#[tokio::test]
async fn a_page_learns_whether_its_hub_is_served() {
    let page = Page::new(RelayOptions {
        named: vec!["localhost:8443".parse().unwrap()],
        ..RelayOptions::default()
    });
    let check = async |host: &'static str, expected: bool| {
        let headers = [("x-relay-host", host)];
        let answer = page.ask("GET /relay", &headers, b"").await;
        let presence: Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(presence["serves"], json!(expected), "{host}");
    };
    check("Contoso.azure-devices.net", true).await;
    check("LocalHost", true).await;
    check("localhost:8443", true).await;
    // What a call would be refused for.
    check("localhost:9443", false).await;
    check("contoso.azure-devices.net:443", false).await;
    check("a.b.azure-devices.net", false).await;
    check("azure-devices.net", false).await;
    check("", false).await;
}

#[tokio::test]
async fn a_device_is_created_read_and_deleted_through_the_relay() {
    let (hub, page) = hub_and_page();
    let (host, service) = (hub.host(), hub.service());
    let created = page.call(&host, service.create_device(now(), "dev1")).await;
    assert_eq!(created.unwrap().device_id, "dev1");
    // As in a connection string, which has no port.
    let read = page
        .call("LocalHost", service.get_device(now(), "dev1"))
        .await;
    assert_eq!(read.unwrap().device_id, "dev1");
    let delete = service.delete_device(now(), "dev1", &IfMatch::Any);
    page.call(&host, delete).await.unwrap();
    let read = page.call(&host, service.get_device(now(), "dev1")).await;
    assert_eq!(read.unwrap_err().code(), Some(ErrorCode::DeviceNotFound));
}

#[tokio::test]
async fn a_twin_in_another_state_is_not_changed() {
    let (hub, page) = hub_and_page();
    let (host, service) = (hub.host(), hub.service());
    let create = service.create_device(now(), "dev1");
    page.call(&host, create).await.unwrap();
    let change = TwinChange::tags(json!({ "room": 1 }));
    let patch = |etag: &IfMatch| service.patch_twin(now(), "dev1", &change, etag);
    let twin = page.call(&host, patch(&IfMatch::Any)).await.unwrap();
    let old = IfMatch::Etag("AAAAAAAAAAA=".to_owned());
    let refused = page.call(&host, patch(&old)).await.unwrap_err();
    let CallError::Refused { status, .. } = refused else {
        panic!("{refused}");
    };
    assert_eq!(status, 412);
    let current = IfMatch::Etag(twin.etag);
    page.call(&host, patch(&current)).await.unwrap();
}

#[tokio::test]
async fn a_query_is_read_page_by_page() {
    let (hub, page) = hub_and_page();
    let (host, service) = (hub.host(), hub.service());
    for id in ["dev1", "dev2", "dev3"] {
        let create = service.create_device(now(), id);
        page.call(&host, create).await.unwrap();
    }
    let text = "select deviceId from devices";
    let first = service.query(now(), text, 2, None);
    let first = page.call(&host, first).await.unwrap();
    let second = service.query(now(), text, 2, first.continuation.as_deref());
    let second = page.call(&host, second).await.unwrap();
    assert_eq!((first.items.len(), second.items.len()), (2, 1));
    assert_eq!(second.continuation, None);
}

#[tokio::test]
async fn a_wrong_query_comes_back_with_the_hint_of_an_emulated_hub() {
    let (hub, page) = hub_and_page();
    let query = hub.service().query(now(), "select * fom devices", 2, None);
    let refused = page.call(&hub.host(), query).await.unwrap_err();
    assert!(
        matches!(refused, CallError::Refused { hint: Some(_), .. }),
        "{refused}"
    );
}

#[tokio::test]
async fn a_direct_method_may_take_longer_than_other_calls() {
    let hub = TestHub::start();
    let register = Page::new(hub.known());
    let create = hub.service().create_device(now(), "dev1");
    register.call(&hub.host(), create).await.unwrap();
    let page = Page::new(RelayOptions {
        times: RelayTimes {
            answer: Duration::from_millis(200),
            ..RelayTimes::default()
        },
        ..hub.known()
    });
    // The device never comes, which the hub finds out after a second.
    let method = MethodCall {
        method_name: "reboot".to_owned(),
        connect_timeout_in_seconds: Some(1),
        ..MethodCall::default()
    };
    let call = hub.service().invoke_method(now(), "dev1", &method);
    let refused = page.call(&hub.host(), call).await.unwrap_err();
    assert_eq!(refused.code(), Some(ErrorCode::DeviceNotOnline));
}

#[tokio::test]
async fn only_what_a_hub_needs_reaches_it() {
    let (server, mut told) = TestServer::answering(ANSWER).await;
    let page = Page::new(server.known());
    let origin = format!("http://{}", page.address);
    let headers = [
        ("x-relay-method", "PATCH"),
        ("Authorization", "SharedAccessSignature sr=a&sig=b&se=1"),
        ("Content-Type", "application/json; charset=utf-8"),
        ("If-Match", "\"a\""),
        ("If-None-Match", "\"b\""),
        ("x-ms-max-item-count", "10"),
        ("x-ms-continuation", "next"),
        ("iothub-messageid", "m1"),
        ("IoTHub-App-Colour", "red"),
        ("Origin", &origin),
        ("Sec-Fetch-Site", "same-origin"),
        ("Sec-Fetch-Mode", "cors"),
        ("Referer", &origin),
        ("Cookie", "a=b"),
        ("User-Agent", "browser"),
        ("Accept-Encoding", "gzip"),
        ("Accept-Language", "ko"),
        ("X-Forwarded-For", "192.0.2.1"),
        ("X-Forwarded-Host", "evil.example"),
        ("Forwarded", "for=192.0.2.1"),
        ("X-HTTP-Method-Override", "DELETE"),
        ("X-Original-URL", "/admin"),
        ("Proxy-Authorization", "Basic a"),
        ("Expect", "nothing"),
        ("x-ms-other", "a"),
    ];
    let line = format!(
        "POST /relay/{}/twins/dev%201?api-version=2021-04-12&a=%2F",
        server.host()
    );
    let answer = page.ask(&line, &headers, b"{\"tags\":{}}").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let request = told.recv().await.unwrap();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let mut lines = head.lines();
    assert_eq!(
        lines.next(),
        Some("PATCH /twins/dev%201?api-version=2021-04-12&a=%2F HTTP/1.1")
    );
    let mut got: Vec<&str> = lines.collect();
    got.sort_unstable();
    let host = format!("host: {}", server.host());
    assert_eq!(
        got,
        [
            "authorization: SharedAccessSignature sr=a&sig=b&se=1",
            "content-length: 11",
            "content-type: application/json; charset=utf-8",
            host.as_str(),
            "if-match: \"a\"",
            "if-none-match: \"b\"",
            "iothub-app-colour: red",
            "iothub-messageid: m1",
            "x-ms-continuation: next",
            "x-ms-max-item-count: 10",
        ]
    );
    assert_eq!(body, "{\"tags\":{}}");
}

#[tokio::test]
async fn a_post_without_a_body_says_so() {
    // Without a length, some servers wait for a body or refuse (411).
    let (server, mut told) = TestServer::answering(ANSWER).await;
    let page = Page::new(server.known());
    for (method, path, expected) in [
        ("POST", "messages/serviceBound/feedback/lock/abandon", true),
        ("PUT", "devices/dev1", true),
        ("GET", "devices/dev1", false),
        ("DELETE", "devices/dev1", false),
    ] {
        let answer = page
            .relay(method, &format!("{}/{path}", server.host()))
            .await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let request = told.recv().await.unwrap();
        let has_length = request.contains("content-length: 0\r\n");
        assert_eq!(has_length, expected, "{request}");
    }
}

#[tokio::test]
async fn only_what_a_page_needs_comes_back() {
    let (server, _told) = TestServer::answering(ANSWER).await;
    let page = Page::new(server.known());
    let target = format!("{}/devices/dev1", server.host());
    let answer = page.relay("GET", &target).await;
    let mut names: Vec<_> = answer
        .headers
        .keys()
        .map(http::HeaderName::as_str)
        .collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "cache-control",
            "connection",
            "content-length",
            "content-security-policy",
            "content-type",
            "cross-origin-resource-policy",
            "date",
            "etag",
            "iothub-errorcode",
            "retry-after",
            "x-content-type-options",
            "x-ms-continuation",
        ]
    );
    let policy = &answer.headers["content-security-policy"];
    assert!(policy.to_str().unwrap().contains("default-src 'none'"));
    assert_eq!(answer.text(), "{}");
}

#[tokio::test]
async fn whatever_a_hub_answers_is_no_answer_of_the_relay() {
    let (hub, page) = hub_and_page();
    let target = format!("{}/devices/dev1?api-version=2021-04-12", hub.host());
    let answer = page.relay("GET", &target).await;
    assert_eq!((answer.status, answer.relay_error()), (401, None));
    assert_eq!(
        answer.headers["iothub-errorcode"],
        "IotHubUnauthorizedAccess"
    );
}

fn hub_and_page() -> (TestHub, Page) {
    let hub = TestHub::start();
    let page = Page::new(hub.known());
    (hub, page)
}
