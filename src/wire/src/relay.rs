//! How a page and its server's relay speak of a call to a hub.
//!
//! `POST /relay/{host}{path}?{query}` carries a call, with [`METHOD`] and those of its headers that
//! [`is_for_hub`] names. `GET /relay` with [`HOST`] asks whether a hub is served.

use http::{HeaderName, header};

/// The method of the call. A page of another origin cannot set it without asking first.
pub static METHOD: HeaderName = HeaderName::from_static("x-relay-method");

/// The hub that is asked about, as a connection string names it.
pub static HOST: HeaderName = HeaderName::from_static("x-relay-host");

/// Why there is no answer of a hub: a kind, whose words are in the body.
pub static ERROR: HeaderName = HeaderName::from_static("x-relay-error");

/// Whether a header of a call is for the hub. All others stay with the page.
pub fn is_for_hub(name: &HeaderName) -> bool {
    const ASKED: [HeaderName; 6] = [
        header::AUTHORIZATION,
        header::CONTENT_TYPE,
        header::IF_MATCH,
        header::IF_NONE_MATCH,
        HeaderName::from_static("x-ms-max-item-count"),
        HeaderName::from_static("x-ms-continuation"),
    ];
    ASKED.contains(name) || name.as_str().starts_with("iothub-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_hub_understands_goes_to_it() {
        let check = |name: &'static str, expected: bool| {
            assert_eq!(
                is_for_hub(&HeaderName::from_static(name)),
                expected,
                "{name}"
            );
        };
        check("authorization", true);
        check("iothub-app-colour", true);
        check("x-ms-continuation", true);
        check("host", false);
        check("cookie", false);
        check("x-relay-method", false);
    }
}
