//! Promises about queries, for any text.

use http::Request;
use serde_json::{Value, json};

use crate::bench::Bench;

/// Reads `data` as a query over a few twins: it is refused with a hint that points into it, or its pages joined are
/// the whole.
///
/// # Panics
///
/// If a promise is broken.
pub fn queries(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut bench = Bench::new();
    for (number, plant) in ["a", "b", "a"].iter().enumerate() {
        let id = format!("d{number}");
        let body = format!(r#"{{"deviceId":"{id}"}}"#);
        bench.ask("PUT", &format!("/devices/{id}"), body.as_bytes());
        let twin = json!({
            "tags": { "plant": plant, "floor": number },
            "properties": { "desired": { "on": number == 1, "list": [1, "x"] } },
        });
        bench.ask(
            "PATCH",
            &format!("/twins/{id}"),
            twin.to_string().as_bytes(),
        );
    }
    let hint = hub::query_hint(&text);
    if let Some(hint) = &hint {
        assert!(hint.position <= text.chars().count(), "{hint:?}");
        assert!(!hint.reason.is_empty());
    }
    let Some(whole) = pages(&mut bench, &text, 100) else {
        assert!(hint.is_some(), "refused without a hint");
        return;
    };
    let joined = pages(&mut bench, &text, 1).expect("right once, right twice");
    assert_eq!(joined, whole, "{text}");
}

/// All rows of a query in pages of that size; `None` if it is refused.
fn pages(bench: &mut Bench, text: &str, size: usize) -> Option<Vec<Value>> {
    let body = json!({ "query": text }).to_string();
    let mut rows = Vec::new();
    let mut continuation: Option<String> = None;
    for _ in 0..1_000 {
        let mut request = Request::post("/devices/query?api-version=2021-04-12")
            .header("authorization", &bench.token)
            .header("x-ms-max-item-count", size);
        if let Some(continuation) = &continuation {
            request = request.header("x-ms-continuation", continuation);
        }
        let answer = bench.answer(&request.body(body.clone().into_bytes()).expect("a request"));
        if !answer.status().is_success() {
            assert!(continuation.is_none(), "refused on its second page");
            return None;
        }
        let page: Vec<Value> = serde_json::from_slice(answer.body()).expect("an array");
        assert!(page.len() <= size);
        rows.extend(page);
        let next = answer.headers().get("x-ms-continuation");
        match next.map(|next| next.to_str().expect("text").to_owned()) {
            None => return Some(rows),
            Some(next) => continuation = Some(next),
        }
    }
    panic!("a query without an end");
}
