//! Queries, a page a call.

use client::service::{Call, CallError, ItemType, QueryPage, QueryPager, Service};
use http::{Response, StatusCode};
use serde_json::json;

use crate::bench::{HOST, KEY, START};

const TEXT: &str = "SELECT * FROM devices";

fn service() -> Service {
    let text = format!("HostName={HOST};SharedAccessKeyName=service;SharedAccessKey={KEY}");
    Service::new(text.parse().unwrap())
}

fn answer(headers: &[(&str, &str)], body: &str) -> Response<Vec<u8>> {
    let response = Response::builder().status(StatusCode::OK);
    let response = headers.iter().fold(response, |response, (name, value)| {
        response.header(*name, *value)
    });
    response.body(body.into()).unwrap()
}

fn page(headers: &[(&str, &str)], body: &str) -> QueryPage {
    let call = service().query(START, TEXT, 100, None);
    call.read(answer(headers, body)).unwrap()
}

fn header<'a>(call: &'a Call<QueryPage>, name: &str) -> Option<&'a str> {
    let value = call.request.headers().get(name)?;
    Some(value.to_str().unwrap())
}

#[test]
fn a_page_is_asked_for() {
    let call = service().query(START, TEXT, 20, None);
    assert_eq!(call.request.method(), "POST");
    assert_eq!(call.request.uri(), "/devices/query?api-version=2021-04-12");
    assert_eq!(call.request.body(), br#"{"query":"SELECT * FROM devices"}"#);
    assert_eq!(header(&call, "x-ms-max-item-count"), Some("20"));
    assert_eq!(header(&call, "x-ms-continuation"), None);
}

#[test]
fn a_page_has_at_least_one_item_and_at_most_a_hundred() {
    for (asked, sent) in [(0, "1"), (1, "1"), (100, "100"), (101, "100")] {
        let call = service().query(START, TEXT, asked, None);
        assert_eq!(header(&call, "x-ms-max-item-count"), Some(sent));
    }
}

#[test]
fn the_headers_of_a_page_are_read() {
    let cases = [
        (Some("Twin"), ItemType::Twin),
        (Some("DeviceJob"), ItemType::DeviceJob),
        (Some("Raw"), ItemType::Raw),
        (Some("Moon"), ItemType::Other("Moon".to_owned())),
        (None, ItemType::Raw),
    ];
    for (sent, expected) in cases {
        let headers: Vec<_> = sent.into_iter().map(|it| ("x-ms-item-type", it)).collect();
        let page = page(&headers, "[1]");
        assert_eq!(page.item_type, expected);
        assert_eq!(page.items, [json!(1)]);
        assert_eq!(page.continuation, None);
    }
}

#[test]
fn an_answered_query_may_have_a_remark() {
    let hint = r#"{"position":3,"length":1,"id":"odd","reason":"na\u00efve","refused":false}"#;
    let remark = page(&[("x-playground-hint", hint)], "[]").remark.unwrap();
    assert_eq!((remark.position, remark.length), (3, 1));
    assert_eq!((&*remark.id, &*remark.reason), ("odd", "na\u{ef}ve"));
    assert_eq!(page(&[], "[]").remark, None);
}

#[test]
fn pages_are_read_until_no_continuation_comes() {
    let mut pager = QueryPager::new(TEXT, 2);
    let service = service();
    let exchanges = [
        (None, Some("one"), "[1,2]"),
        (Some("one"), Some("two"), "[]"),
        (Some("two"), None, "[3]"),
    ];
    let mut items = Vec::new();
    for (asked, continuation, body) in exchanges {
        assert!(!pager.is_at_end());
        let call = pager.next_call(&service, START).unwrap();
        assert_eq!(header(&call, "x-ms-continuation"), asked);
        let headers: Vec<_> = continuation
            .into_iter()
            .map(|it| ("x-ms-continuation", it))
            .collect();
        let page = call.read(answer(&headers, body)).unwrap();
        items.extend(pager.took(page));
    }
    assert!(pager.is_at_end());
    assert!(pager.next_call(&service, START).is_none());
    assert_eq!(items, [json!(1), json!(2), json!(3)]);
}

#[test]
fn an_empty_continuation_is_the_end() {
    for continuation in ["", " "] {
        let mut pager = QueryPager::new(TEXT, 2);
        pager.took(page(&[("x-ms-continuation", continuation)], "[1]"));
        assert!(pager.is_at_end());
    }
    let mut pager = QueryPager::new(TEXT, 2);
    pager.took(QueryPage {
        items: Vec::new(),
        item_type: ItemType::Raw,
        continuation: Some(String::new()),
        remark: None,
    });
    assert!(pager.is_at_end());
}

#[test]
fn a_call_that_failed_is_made_again_for_the_same_page() {
    let mut pager = QueryPager::new(TEXT, 2);
    pager.took(page(&[("x-ms-continuation", "one")], "[1]"));
    for _ in 0..2 {
        let call = pager.next_call(&service(), START).unwrap();
        assert_eq!(header(&call, "x-ms-continuation"), Some("one"));
        let throttled = Response::builder().status(429).body(Vec::new()).unwrap();
        assert!(matches!(
            call.read(throttled),
            Err(CallError::Refused { .. })
        ));
    }
}

#[test]
fn whole_twins_are_read_and_projections_are_not() {
    let twins = page(
        &[],
        r#"[{"deviceId":"a","version":3},{"deviceId":"b","moduleId":"m"}]"#,
    );
    let twins = twins.twins().unwrap();
    assert_eq!((&*twins[0].device_id, twins[0].version), ("a", 3));
    assert_eq!(twins[1].module_id.as_deref(), Some("m"));
    for body in [r#"[{"n":12}]"#, "[1]", r#"[{"deviceId":7}]"#] {
        assert!(page(&[], body).twins().unwrap_err().contains("select *"));
    }
}

#[test]
fn what_is_not_a_list_is_unreadable() {
    for body in ["", "{}", "null"] {
        let call = service().query(START, TEXT, 100, None);
        let read = call.read(answer(&[], body));
        assert!(matches!(read, Err(CallError::Unreadable { .. })), "{body}");
    }
}
