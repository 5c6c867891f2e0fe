//! What a relay's answer means: it is the hub's, or tells why there is none.

use http::{HeaderMap, Response, StatusCode, header::DATE};
use lab::outside::{Trouble, TroubleKind};
use serde_json::Value;
use wire::relay::ERROR;

use crate::room;

/// How far the clocks may be apart, in milliseconds: as far as a hub lets a token be.
const FARTHEST_CLOCK: u64 = 5 * 60 * 1000;
/// How much of a relay's words is told, in characters.
const MOST_OF_MESSAGE: usize = 500;

/// The hub's answer.
pub(super) fn read(answer: Response<Vec<u8>>) -> Result<Response<Vec<u8>>, Trouble> {
    if let Some(kind) = answer.headers().get(&ERROR) {
        let kind = kind.to_str().unwrap_or_default();
        return Err(Trouble::new(of_kind(kind), words(kind, answer.body())));
    }
    if answer.status() == StatusCode::UNAUTHORIZED {
        let skew = skew(answer.headers(), room::now().as_millis());
        if let Some(skew) = skew.filter(|skew| skew.abs_diff(0) > FARTHEST_CLOCK) {
            return Err(wrong_clock(skew));
        }
    }
    Ok(answer)
}

/// What a kind of failure means to whoever wants to reach a hub.
fn of_kind(kind: &str) -> TroubleKind {
    match kind {
        "host-not-allowed" | "not-same-origin" => TroubleKind::NotRelayed,
        "host-not-found" => TroubleKind::HubNotFound,
        "unreachable" => TroubleKind::Unreachable,
        "certificate" => TroubleKind::Certificate,
        "timeout" => TroubleKind::Timeout,
        "busy" => TroubleKind::Throttled,
        _ => TroubleKind::Protocol,
    }
}

fn words(kind: &str, body: &[u8]) -> String {
    let failure: Value = serde_json::from_slice(body).unwrap_or_default();
    match failure["message"].as_str() {
        Some(message) => message.chars().take(MOST_OF_MESSAGE).collect(),
        None => format!("the relay failed: {kind}"),
    }
}

/// How many milliseconds this machine's clock is ahead of the answer's.
fn skew(headers: &HeaderMap, now: u64) -> Option<i64> {
    let date = headers.get(DATE)?.to_str().ok()?;
    // The browser reads what HTTP writes, and gives a number that is none for what it cannot read.
    let date = js_sys::Date::parse(date);
    if !date.is_finite() {
        return None;
    }
    // Milliseconds since the epoch are whole, and far from the end of an i64.
    #[expect(clippy::cast_possible_truncation)]
    let date = date as i64;
    i64::try_from(now).ok().map(|now| now.saturating_sub(date))
}

fn wrong_clock(skew: i64) -> Trouble {
    let minutes = skew.abs_diff(0) / 60_000;
    let direction = if skew > 0 { "ahead of" } else { "behind" };
    let detail = format!("this machine's clock is {minutes} minutes {direction} the hub's");
    Trouble::new(TroubleKind::Clock, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_relays_failures_are_told_by_their_kinds() {
        let check = |kind: &str, expected: TroubleKind| {
            let body = br#"{"error":"x","message":"what happened"}"#.to_vec();
            let answer = Response::builder().status(502).header(&ERROR, kind);
            let trouble = read(answer.body(body).expect("a response")).expect_err("a failure");
            assert_eq!(trouble, Trouble::new(expected, "what happened"), "{kind}");
        };
        check("host-not-allowed", TroubleKind::NotRelayed);
        check("host-not-found", TroubleKind::HubNotFound);
        check("unreachable", TroubleKind::Unreachable);
        check("certificate", TroubleKind::Certificate);
        check("timeout", TroubleKind::Timeout);
        check("answer-too-large", TroubleKind::Protocol);
        check("something new", TroubleKind::Protocol);
    }

    #[test]
    fn what_the_hub_refuses_is_an_answer() {
        let answer = Response::builder().status(404).body(b"{}".to_vec());
        let read = read(answer.expect("a response")).expect("an answer");
        assert_eq!(read.status(), StatusCode::NOT_FOUND);
    }
}
