//! Promises about a live hub, whatever bytes come on its links.

use std::time::Duration;

use crate::bench::Bench;

/// Reads `data` as a list of deeds, a byte each with what belongs to it, and does them to a hub.
///
/// # Panics
///
/// If a promise is broken.
pub fn sessions(data: &[u8]) {
    let mut bench = Bench::new();
    let mut link = bench.connect(false);
    let mut rest = data;
    while let Some((deed, after)) = rest.split_first() {
        rest = after;
        match deed {
            // Bytes, as many as the next byte says.
            0..=159 => {
                let size = rest.first().copied().map_or(0, usize::from);
                let (bytes, after) = rest
                    .get(1..)
                    .unwrap_or_default()
                    .split_at(size.min(rest.len().saturating_sub(1)));
                bench.bytes(link, bytes);
                rest = after;
            }
            160..=169 => link = bench.open(),
            170..=184 => link = bench.connect(deed % 2 == 0),
            185..=194 => bench.lose(link),
            195..=204 => {
                let path = "/devices/dev1/messages/deviceBound";
                bench.ask("POST", path, b"hello");
            }
            205..=214 => {
                let patch =
                    br#"{"tags":{"a":1},"properties":{"desired":{"b":{"c":null,"d":[1,{}]}}}}"#;
                bench.ask("PATCH", "/twins/dev1", patch);
            }
            215..=224 => {
                let call = br#"{"methodName":"a b","payload":[1],"responseTimeoutInSeconds":5}"#;
                let uri = "/twins/dev1/methods?api-version=2021-04-12";
                let request = http::Request::post(uri)
                    .header("authorization", &bench.token)
                    .body(call.to_vec());
                bench.request(&request.expect("a request"));
            }
            225..=234 => bench.wait(Duration::from_secs(u64::from(deed % 10) * 7)),
            235..=239 => bench.wait(Duration::from_hours(1)),
            240..=244 => {
                bench.ask("DELETE", "/devices/dev1/commands", b"");
            }
            245..=249 => {
                bench.ask("GET", "/messages/serviceBound/feedback", b"");
            }
            _ => {
                bench.ask("PUT", "/devices/dev2", br#"{"deviceId":"dev2"}"#);
            }
        }
    }
    bench.survives_a_restart();
    bench.wait(Duration::from_hours(2));
    bench.survives_a_restart();
}
