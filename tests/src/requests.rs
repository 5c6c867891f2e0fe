//! Promises about a live hub, whatever HTTP requests come.

use std::time::Duration;

use http::Request;

use crate::bench::Bench;

/// Between two requests of an input.
const SEPARATOR: &str = "\n\n\n";

/// Reads `data` as requests in the manner of HTTP/1.1 text, and makes them with a token that may do everything.
///
/// # Panics
///
/// If a promise is broken.
pub fn requests(data: &[u8]) {
    let mut bench = Bench::new();
    bench.connect(false);
    let text = String::from_utf8_lossy(data);
    for text in text.split(SEPARATOR).take(16) {
        if let Some(request) = read(text, &bench.token) {
            bench.request(&request);
        }
    }
    bench.survives_a_restart();
    bench.wait(Duration::from_mins(10));
    bench.survives_a_restart();
}

/// The request of a text: its first line, its headers, an empty line, its body.
fn read(text: &str, token: &str) -> Option<Request<Vec<u8>>> {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut lines = head.lines();
    let (method, target) = lines.next()?.split_once(' ')?;
    let and = if target.contains('?') { '&' } else { '?' };
    let mut request = Request::builder()
        .method(method)
        .uri(format!("{target}{and}api-version=2021-04-12"));
    if !head.contains("authorization: ") {
        request = request.header("authorization", token);
    }
    for line in lines {
        let (name, value) = line.split_once(": ")?;
        request = request.header(name, value);
    }
    request.body(body.as_bytes().to_vec()).ok()
}
