//! Which paths the relay carries: those of service programs, written so that nobody can read them in two ways.

use http::{Method, Uri};
use percent_encoding::percent_decode_str;

/// The operation of a service program that is at a path, by the hub's own table.
///
/// Between here and what answers in the end, others may read the path again (proxies, the service's own front). So a
/// path that one of them could take for another is none.
pub(super) fn operation(method: &Method, uri: &Uri) -> Option<&'static str> {
    let mut segments = uri.path().strip_prefix('/')?.split('/');
    let operation = hub::service_operation_name(method, uri)?;
    segments.all(is_plain).then_some(operation)
}

/// Whether a segment has one meaning only. The ids that this leaves out are those with `%` and two hexadecimal digits
/// in them, which nobody gives to a device.
fn is_plain(segment: &str) -> bool {
    let Ok(decoded) = percent_decode_str(segment).decode_utf8() else {
        return false;
    };
    let is_odd = |c: char| matches!(c, '/' | '\\') || c.is_control();
    !matches!(decoded.as_ref(), "" | "." | "..")
        && !decoded.chars().any(is_odd)
        && !segment.contains(is_odd)
        && every_percent(segment, is_escape)
        && every_percent(&decoded, |rest| !is_escape(rest))
}

/// Whether all that stands behind the percent signs of a text is as it should be.
fn every_percent(text: &str, is_good: impl Fn(&[u8]) -> bool) -> bool {
    let bytes = text.as_bytes();
    let mut percents = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'%');
    percents.all(|(place, _)| is_good(bytes.get(place + 1..).unwrap_or_default()))
}

/// Whether a text goes on with two hexadecimal digits.
fn is_escape(rest: &[u8]) -> bool {
    let digits = rest.iter().take(2);
    digits.filter(|byte| byte.is_ascii_hexdigit()).count() == 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(method: &str, target: &str, expected: Option<&str>) {
        let method: Method = method.parse().unwrap();
        // What is not even a target never gets here.
        let found = target.parse::<Uri>();
        let found = found.ok().and_then(|uri| operation(&method, &uri));
        assert_eq!(found, expected, "{method} {target}");
    }

    #[test]
    fn what_service_programs_ask_for_is_carried() {
        for (method, target, expected) in [
            ("GET", "/devices?api-version=2021-04-12", "ListDevices"),
            ("POST", "/devices?api-version=2021-04-12", "Bulk"),
            ("POST", "/devices/query", "Query"),
            ("PUT", "/devices/dev1", "PutDevice"),
            ("GET", "/devices/a%20b", "GetDevice"),
            ("GET", "/devices/100%25", "GetDevice"),
            ("GET", "/devices/50%25off", "GetDevice"),
            ("GET", "/devices/a..b", "GetDevice"),
            ("GET", "/devices/...", "GetDevice"),
            (
                "GET",
                "/devices/a:b@c,d=e'f$g#".trim_end_matches('#'),
                "GetDevice",
            ),
            ("DELETE", "/devices/dev1", "DeleteDevice"),
            ("GET", "/devices/dev1/modules", "ListModules"),
            ("PUT", "/devices/dev1/modules/m1", "PutModule"),
            ("GET", "/twins/dev1", "GetTwin"),
            ("PATCH", "/twins/dev1/modules/m1", "PatchTwin"),
            ("PUT", "/twins/dev1", "PutTwin"),
            ("POST", "/twins/dev1/methods", "InvokeMethod"),
            ("POST", "/twins/dev1/modules/m1/methods", "InvokeMethod"),
            ("GET", "/statistics/devices", "RegistryStatistics"),
            ("GET", "/statistics/service", "ServiceStatistics"),
            ("POST", "/devices/dev1/messages/devicebound", "SendToDevice"),
            ("POST", "/devices/dev1/messages/deviceBound", "SendToDevice"),
            ("DELETE", "/devices/dev1/commands", "PurgeQueue"),
            ("GET", "/messages/serviceBound/feedback", "ReceiveFeedback"),
            (
                "DELETE",
                "/messages/serviceBound/feedback/lock",
                "CompleteFeedback",
            ),
            (
                "POST",
                "/messages/serviceBound/feedback/lock/abandon",
                "AbandonFeedback",
            ),
        ] {
            check(method, target, Some(expected));
        }
    }

    #[test]
    fn what_devices_ask_for_and_what_no_hub_has_is_not() {
        for (method, target) in [
            ("POST", "/devices/dev1/messages/events"),
            ("GET", "/devices/dev1/messages/devicebound"),
            ("DELETE", "/devices/dev1/messages/devicebound/lock"),
            ("POST", "/devices/dev1/files"),
            ("GET", "/"),
            ("GET", "/healthz"),
            ("GET", "/metrics"),
            ("GET", "/$iothub/websocket"),
            ("GET", "/latest/meta-data"),
            ("DELETE", "/devices"),
            ("GET", "/devices/query/more/and/more"),
        ] {
            check(method, target, None);
        }
    }

    #[test]
    fn what_can_be_read_in_two_ways_is_not() {
        for target in [
            "//devices",
            "/devices/",
            "/devices//",
            "//devices/dev1",
            "/devices/.",
            "/devices/..",
            "/devices/../twins/dev1",
            "/twins/../devices/dev1",
            "/devices/%2e",
            "/devices/%2e%2e",
            "/devices/%2E.",
            "/devices/.%2e",
            "/devices/..%2ftwins",
            "/devices/a%2fb",
            "/devices/a%2Fb",
            "/devices/a%5cb",
            "/devices/a\\b",
            "/devices/..\\twins",
            "/devices/a%252fb",
            "/devices/%252e%252e",
            "/devices/a%25252fb",
            "/devices/a%255cb",
            "/devices/a%00",
            "/devices/a%2500",
            "/devices/a%0d%0aHost:%20evil",
            "/devices/a%7f",
            "/devices/a%c2%85b",
            "/devices/%ff",
            "/devices/%c0%af",
            "/devices/a%",
            "/devices/a%2",
            "/devices/a%zz",
            "/devices/a%u002f",
        ] {
            check("GET", target, None);
        }
    }
}
