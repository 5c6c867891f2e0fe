//! Texts of clients, made fit to be shown: short, and without a secret that a client put where none belongs.

/// What a secret follows in tokens and connection strings, however it is written.
const BEFORE_SECRETS: [&str; 4] = ["sig=", "sig%3d", "sharedaccesskey=", "sharedaccesskey%3d"];
/// The most characters that are shown.
const MOST: usize = 400;

/// A text without what may be a secret, and not too long.
pub(super) fn scrub(text: &str) -> String {
    // Lower case in ASCII alone, so that every place in one is the same place in the other.
    let lower = text.to_ascii_lowercase();
    let places = BEFORE_SECRETS.iter().filter_map(|marker| {
        let end = lower.find(marker)? + marker.len();
        let separator = if marker.ends_with('=') { 1 } else { 3 };
        Some(end - separator)
    });
    let kept = places.min().and_then(|end| text.get(..end)).unwrap_or(text);
    let is_whole = kept.len() == text.len();
    let mut shown: String = kept.chars().take(MOST).collect();
    if !is_whole {
        shown.push_str(" [redacted]");
    } else if shown.len() < kept.len() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_the_mark_of_a_secret_is_not_shown() {
        let check = |text: &str, shown: &str| assert_eq!(scrub(text), shown);
        check("a/b?sr=x&sig=c2VjcmV0&se=1", "a/b?sr=x&sig [redacted]");
        check(
            "HostName=h;SharedAccessKey=c2VjcmV0",
            "HostName=h;SharedAccessKey [redacted]",
        );
        check("x%26SIG%3Dc2VjcmV0", "x%26SIG [redacted]");
        check("plain", "plain");
    }

    #[test]
    fn a_long_text_is_cut() {
        assert_eq!(scrub(&"é".repeat(MOST + 1)).chars().count(), MOST + 1);
    }
}
