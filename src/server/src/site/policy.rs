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
