//! From which pages a browser may speak with the hub: those of the playground, and no others.

use std::str::FromStr;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, header};
use http_body_util::Full;

use super::is_preflight;

/// What a browser asks before a page of the internet speaks with a server of the user's own network.
const REQUEST_PRIVATE: HeaderName =
    HeaderName::from_static("access-control-request-private-network");
const ALLOW_PRIVATE: HeaderName = HeaderName::from_static("access-control-allow-private-network");
/// How long a browser may remember what it was told.
const SECONDS: HeaderValue = HeaderValue::from_static("600");

/// The origins of the pages that may speak with the hub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origins(Vec<Origin>);

/// An origin: `https://playground.example`, or with any port: `http://localhost:*`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Origin {
    text: String,
    any_port: bool,
}

/// A text is no origin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no origin; give scheme and host, and perhaps a port or * for any: https://playground.example or http://localhost:*"
)]
pub struct OriginError(String);

impl Default for Origins {
    /// Pages from this very machine.
    fn default() -> Self {
        let own = ["http://localhost", "http://127.0.0.1"];
        Self(
            own.map(|text| Origin {
                text: text.to_owned(),
                any_port: true,
            })
            .into(),
        )
    }
}

impl Origins {
    /// These origins and no others.
    pub fn new<'a>(origins: impl IntoIterator<Item = &'a str>) -> Result<Self, OriginError> {
        let origins = origins.into_iter().map(Origin::from_str);
        Ok(Self(origins.collect::<Result<_, _>>()?))
    }

    /// The answer to a browser that asks what a page may do.
    pub(super) fn preflight<B>(&self, request: &Request<B>) -> Option<Response<Full<Bytes>>> {
        let asked = request.headers();
        let origin = asked.get(header::ORIGIN)?;
        if !is_preflight(request) || !self.has(origin) {
            return None;
        }
        let mut response = Response::new(Full::default());
        *response.status_mut() = StatusCode::NO_CONTENT;
        let told = response.headers_mut();
        let methods = HeaderValue::from_static("GET, POST, PUT, PATCH, DELETE");
        told.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
        // Which headers there are is for the hub to know.
        if let Some(headers) = asked.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
            told.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, headers.clone());
        }
        if asked.contains_key(REQUEST_PRIVATE) {
            told.insert(ALLOW_PRIVATE, HeaderValue::from_static("true"));
        }
        told.insert(header::ACCESS_CONTROL_MAX_AGE, SECONDS);
        Some(response)
    }

    /// Lets a page of this origin read an answer, if it is one of ours.
    pub(super) fn allow(&self, origin: Option<&HeaderValue>, headers: &mut HeaderMap) {
        let Some(origin) = origin else { return };
        headers.append(header::VARY, HeaderValue::from_static("origin"));
        if self.has(origin) {
            let any = HeaderValue::from_static("*");
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, any);
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        }
    }

    fn has(&self, origin: &HeaderValue) -> bool {
        let origin = origin.to_str();
        origin.is_ok_and(|origin| self.0.iter().any(|own| own.is(origin)))
    }
}

impl Origin {
    fn is(&self, origin: &str) -> bool {
        let Some(rest) = origin.strip_prefix(&self.text) else {
            return false;
        };
        rest.is_empty() || self.any_port && rest.strip_prefix(':').is_some_and(is_port)
    }
}

impl FromStr for Origin {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<Self, OriginError> {
        let wrong = || OriginError(text.to_owned());
        let any = text.strip_suffix(":*");
        let origin = any.unwrap_or(text);
        let (scheme, host) = origin.split_once("://").ok_or_else(wrong)?;
        let is_plain = |c: char| c.is_ascii_alphanumeric() || ".-[]:".contains(c);
        if !["http", "https"].contains(&scheme) || host.is_empty() || !host.chars().all(is_plain) {
            return Err(wrong());
        }
        Ok(Self {
            // Browsers write hosts in lower case.
            text: origin.to_ascii_lowercase(),
            any_port: any.is_some(),
        })
    }
}

fn is_port(text: &str) -> bool {
    text.parse::<u16>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(origins: &Origins, origin: &str, expected: bool) {
        let value = HeaderValue::from_str(origin).unwrap();
        assert_eq!(origins.has(&value), expected, "{origin}");
    }

    #[test]
    fn pages_of_this_machine_are_let_in_by_default() {
        let origins = Origins::default();
        check(&origins, "http://localhost", true);
        check(&origins, "http://localhost:8080", true);
        check(&origins, "http://127.0.0.1:3000", true);
        check(&origins, "http://localhost.example", false);
        check(&origins, "http://localhost:8080.example", false);
        check(&origins, "http://localhost:", false);
        check(&origins, "https://playground.example", false);
        check(&origins, "null", false);
    }

    #[test]
    fn an_origin_without_a_port_is_that_of_the_scheme() {
        let origins = Origins::new(["https://Playground.example"]).unwrap();
        check(&origins, "https://playground.example", true);
        check(&origins, "https://playground.example:8443", false);
        check(&origins, "http://localhost:8080", false);
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        for text in [
            "",
            "localhost",
            "https://",
            "ftp://a",
            "https://a/b",
            "https://*",
        ] {
            assert!(Origins::new([text]).is_err(), "{text}");
        }
    }
}
