//! The relay that a page's server may have: it carries service calls to hubs, which a browser may not call itself.

mod answer;
mod exchange;

use std::time::Duration;

use http::{Method, Request, Response};
use lab::outside::{Trouble, TroubleKind};
use serde_json::Value;
use wire::relay::is_for_hub;

use crate::browser::{address, is_offline_for};
use exchange::{Exchange, Failed};

/// How long the server may take to say whether it has a relay.
const FINDING: Duration = Duration::from_secs(3);
/// How long a call may take.
const CALL: Duration = Duration::from_secs(30);
/// How long a direct method may take, whatever its own limits say.
const LONGEST_METHOD: Duration = Duration::from_mins(10);
/// How long a direct method waits for its device if it does not say.
const METHOD: Duration = Duration::from_secs(30);
/// How large the relay's word of itself may be, in bytes.
const MOST_OF_HOSTS: usize = 64 << 10;
/// How large an answer may be, in bytes.
const MOST_OF_ANSWER: usize = 8 << 20;

/// Whether the page's server relays calls to this hub.
pub(crate) async fn serves(host: &str) -> bool {
    let Some(url) = address("relay") else {
        return false;
    };
    let question = Exchange::new(&url, "GET", FINDING, MOST_OF_HOSTS);
    let headers = [(wire::relay::HOST.as_str(), host.to_owned())];
    let Ok(answer) = question.run(&headers, &[]).await else {
        return false;
    };
    // A static site may answer anything with a page of its own.
    let presence: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
    answer.status().is_success() && presence["serves"] == Value::Bool(true)
}

/// Carries a call to a hub, and its answer back.
pub(crate) async fn call(
    host: &str,
    request: &Request<Vec<u8>>,
) -> Result<Response<Vec<u8>>, Trouble> {
    let path = request.uri().path_and_query().map_or("/", |it| it.as_str());
    let Some(url) = address(&format!("relay/{host}{path}")) else {
        return Err(Trouble::new(
            TroubleKind::NotRelayed,
            "this page has no address",
        ));
    };
    let exchange = Exchange::new(&url, "POST", limit(request), MOST_OF_ANSWER);
    let mut headers = vec![(
        wire::relay::METHOD.as_str(),
        request.method().as_str().to_owned(),
    )];
    headers.extend(request.headers().iter().filter_map(|(name, value)| {
        let value = value.to_str().ok()?;
        is_for_hub(name).then(|| (name.as_str(), value.to_owned()))
    }));
    let answer = exchange.run(&headers, request.body()).await;
    answer::read(answer.map_err(|failed| trouble(host, failed))?)
}

/// How long a call may take. A direct method says it itself.
fn limit(request: &Request<Vec<u8>>) -> Duration {
    let is_method = request.method() == Method::POST && request.uri().path().ends_with("/methods");
    let call: Value = match serde_json::from_slice(request.body()) {
        Ok(call) if is_method => call,
        _ => return CALL,
    };
    let seconds = |limit: &str| call[limit].as_u64().map(Duration::from_secs);
    let connecting = seconds("connectTimeoutInSeconds").unwrap_or_default();
    let responding = seconds("responseTimeoutInSeconds").unwrap_or(METHOD);
    connecting
        .saturating_add(responding)
        .saturating_add(CALL)
        .min(LONGEST_METHOD)
}

/// What keeps a call from the page's server.
fn trouble(host: &str, failed: Failed) -> Trouble {
    match failed {
        Failed::Timeout => Trouble::new(TroubleKind::Timeout, "the relay did not answer in time"),
        Failed::TooLarge => Trouble::new(
            TroubleKind::Protocol,
            format!("the answer is larger than {MOST_OF_ANSWER} bytes"),
        ),
        Failed::Broken if is_offline_for(host) => Trouble::new(
            TroubleKind::Offline,
            "the browser says that it has no network",
        ),
        Failed::Broken => Trouble::new(
            TroubleKind::Unreachable,
            "the page's own server does not answer",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_gets_the_time_that_it_asks_for() {
        let check = |path: &str, body: &str, expected: u64| {
            let request = Request::post(path).body(body.into()).expect("a request");
            assert_eq!(limit(&request).as_secs(), expected, "{path} {body}");
        };
        let path = "/twins/dev1/methods?api-version=2021-04-12";
        check("/devices/query", "{}", 30);
        check(path, r#"{"methodName":"a"}"#, 60);
        check(
            path,
            r#"{"methodName":"a","responseTimeoutInSeconds":100,"connectTimeoutInSeconds":20}"#,
            150,
        );
        check(
            path,
            r#"{"methodName":"a","responseTimeoutInSeconds":300,"connectTimeoutInSeconds":300}"#,
            600,
        );
        check(path, "not JSON", 30);
    }
}
