//! What a page may do in a browser: its own content security policy, and who may show it in a frame.

use std::str::FromStr;

use http::HeaderValue;

/// The pages that may show the site in a frame, in the words of a content security policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameAncestors(String);

/// A text names no pages.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} does not say who may show the site in a frame; give 'none', 'self', or origins with spaces between them: \
     \"'self' https://courses.example\""
)]
pub struct FrameAncestorsError(String);

impl Default for FrameAncestors {
    /// None.
    fn default() -> Self {
        Self("'none'".to_owned())
    }
}

impl FromStr for FrameAncestors {
    type Err = FrameAncestorsError;

    fn from_str(text: &str) -> Result<Self, FrameAncestorsError> {
        // Anything else could begin another directive, or another header.
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "'.-:/*[] ".contains(c);
        if text.trim().is_empty() || !text.chars().all(is_plain) {
            return Err(FrameAncestorsError(text.to_owned()));
        }
        Ok(Self(text.trim().to_owned()))
    }
}

/// The policy that a page has in its own `<meta>`. There it cannot say who may frame the page.
pub(super) fn of_page(html: &[u8]) -> Option<String> {
    const NAME: &str = "Content-Security-Policy";
    const CONTENT: &str = "content=\"";
    let html = std::str::from_utf8(html).ok()?;
    let name = html.find(NAME)?;
    let start = html.get(..name)?.rfind('<')?;
    let tag = html.get(start..)?.split('>').next()?;
    let policy = tag.split_once(CONTENT)?.1.split('"').next()?;
    Some(policy.trim_end_matches(';').to_owned())
}

/// The same policy for a worker that reaches hubs: which hub that is, only the learner knows.
pub(super) fn of_worker(page: &str) -> String {
    const CONNECT: &str = "connect-src";
    const HUBS: &str = "wss:";
    let mut has_any = false;
    let directives = page.split(';').map(|directive| {
        let directive = directive.trim();
        if directive.split(' ').next() != Some(CONNECT) {
            return directive.to_owned();
        }
        has_any = true;
        format!("{directive} {HUBS}")
    });
    let mut policy = directives.collect::<Vec<_>>().join("; ");
    if !has_any {
        policy = format!("{policy}; {CONNECT} 'self' {HUBS}");
    }
    policy
}

/// Whether a file is a script that a worker begins with, or what such a script loads.
pub(super) fn is_of_worker(name: &str) -> bool {
    let is_script = [".js", ".mjs"].iter().any(|end| name.ends_with(end));
    let file = name.rsplit('/').next().unwrap_or_default();
    let stem = file.split(['.', '-', '_']).next().unwrap_or_default();
    is_script && ["worker", "bench", "amqp"].contains(&stem)
}

/// The header's value. A policy that could not stand in a header still stands in its page.
pub(super) fn header(policy: Option<&str>, frames: &FrameAncestors) -> HeaderValue {
    let own = format!("frame-ancestors {}", frames.0);
    let whole = policy.map(|policy| format!("{policy}; {own}"));
    let whole = whole.and_then(|whole| HeaderValue::try_from(whole).ok());
    whole
        .or_else(|| HeaderValue::try_from(own).ok())
        .unwrap_or(HeaderValue::from_static("frame-ancestors 'none'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_of_a_page_is_found_however_its_attributes_stand() {
        for page in [
            r#"<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:">"#,
            r#"<meta name="a" content="b"><meta content="default-src 'none'; img-src data:" http-equiv=Content-Security-Policy>"#,
        ] {
            let policy = of_page(page.as_bytes());
            assert_eq!(policy.as_deref(), Some("default-src 'none'; img-src data:"));
        }
        assert_eq!(of_page(b"<p>Content-Security-Policy</p>"), None);
    }

    #[test]
    fn a_worker_may_open_websockets_and_all_else_stays_as_strict() {
        let check = |page: &str, expected: &str| assert_eq!(of_worker(page), expected);
        check(
            "default-src 'none'; connect-src 'self'; img-src data:",
            "default-src 'none'; connect-src 'self' wss:; img-src data:",
        );
        check(
            "default-src 'none'",
            "default-src 'none'; connect-src 'self' wss:",
        );
    }

    #[test]
    fn scripts_of_workers_are_told_from_those_of_the_page() {
        for name in [
            "worker.js",
            "bench.js",
            "bench-0123456789abcdef.js",
            "amqp-worker.js",
            "a/amqp.mjs",
        ] {
            assert!(is_of_worker(name), "{name}");
        }
        for name in [
            "app.js",
            "start.js",
            "sw.js",
            "benches.js",
            "bench_bg.wasm",
            "worker.html",
            "worker.js.html",
        ] {
            assert!(!is_of_worker(name), "{name}");
        }
    }

    #[test]
    fn frames_cannot_bring_a_directive_of_their_own() {
        assert!(
            "'self' https://courses.example:*"
                .parse::<FrameAncestors>()
                .is_ok()
        );
        for text in ["", "'none'; script-src *", "a, b", "a\r\nb"] {
            assert!(text.parse::<FrameAncestors>().is_err(), "{text:?}");
        }
    }
}
