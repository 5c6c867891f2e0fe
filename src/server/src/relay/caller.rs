//! Who may use the relay: pages that came from this very server, and programs, which no browser sends.

use http::{Request, header};

use super::refusal::Refusal;
use crate::host_names;

/// What a browser says of where a request comes from.
const SEC_FETCH_SITE: &str = "sec-fetch-site";

/// Refuses a request that a page of another origin has made.
///
/// That the host is one of this server's own names was looked at before, so a page whose origin is that host came from
/// here.
pub(super) fn check<B>(request: &Request<B>) -> Result<(), Refusal> {
    let headers = request.headers();
    let own = host_names::named(request).ok_or(Refusal::NotSameOrigin)?;
    let is_own = |origin: &str| {
        let rest = origin.strip_prefix("http://");
        // A proxy in front of this server may speak TLS.
        let rest = rest.or_else(|| origin.strip_prefix("https://"));
        rest.is_some_and(|host| host.eq_ignore_ascii_case(own.as_str()))
    };
    let are_all = |name: &str, is_good: &dyn Fn(&str) -> bool| {
        let mut values = headers.get_all(name).into_iter();
        values.all(|value| value.to_str().is_ok_and(is_good))
    };
    let is_same_origin = are_all(header::ORIGIN.as_str(), &is_own)
        && are_all(SEC_FETCH_SITE, &|site| site == "same-origin");
    is_same_origin.then_some(()).ok_or(Refusal::NotSameOrigin)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_of(host: &str, headers: &[(&str, &str)], expected: bool) {
        let mut request = Request::post("/relay/h.azure-devices.net/devices");
        request = request.header(header::HOST, host);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let outcome = check(&request.body(()).unwrap());
        assert_eq!(outcome.is_ok(), expected, "{host} {headers:?}");
    }

    #[test]
    fn a_page_of_this_server_and_a_program_may_call() {
        let host = "localhost:8080";
        check_of(host, &[], true);
        check_of(host, &[("origin", "http://localhost:8080")], true);
        check_of(host, &[("origin", "http://LOCALHOST:8080")], true);
        check_of(host, &[("sec-fetch-site", "same-origin")], true);
        check_of(
            "hub.example",
            &[
                ("origin", "https://hub.example"),
                ("sec-fetch-site", "same-origin"),
            ],
            true,
        );
    }

    #[test]
    fn a_page_from_elsewhere_may_not() {
        let host = "localhost:8080";
        for origin in [
            "http://localhost:3000",
            "http://localhost",
            "http://127.0.0.1:8080",
            "http://localhost:8080.evil.example",
            "http://evil.example",
            "http://a@localhost:8080",
            "ws://localhost:8080",
            "localhost:8080",
            "null",
            "",
        ] {
            check_of(host, &[("origin", origin)], false);
        }
        let own = ("origin", "http://localhost:8080");
        check_of(host, &[own, ("origin", "http://evil.example")], false);
        for site in ["cross-site", "same-site", "none", "same-origin, none", ""] {
            check_of(host, &[own, ("sec-fetch-site", site)], false);
        }
    }
}
