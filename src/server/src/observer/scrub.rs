//! Texts of clients, made fit to be shown: short, and without a secret that a client put where none belongs.

/// What a secret follows in tokens and connection strings, however it is written.
const BEFORE_SECRETS: [&str; 4] = ["sig=", "sig%3d", "sharedaccesskey=", "sharedaccesskey%3d"];
/// How many characters of base64 the shortest key has before its padding: it is of 16 bytes.
const SHORTEST_KEY: usize = 22;
/// The most characters that are shown.
const MOST: usize = 400;

/// A text without what may be a secret, and not too long.
pub(super) fn scrub(text: &str) -> String {
    // Lower case in ASCII alone, so that every place in one is the same place in the other.
    let lower = text.to_ascii_lowercase();
    let marked = BEFORE_SECRETS.iter().filter_map(|marker| {
        let end = lower.find(marker)? + marker.len();
        let separator = if marker.ends_with('=') { 1 } else { 3 };
        Some(end - separator)
    });
    let first = marked.chain(bare_key(&lower)).min();
    let kept = first.and_then(|end| text.get(..end)).unwrap_or(text);
    let is_whole = kept.len() == text.len();
    let mut shown: String = kept.chars().take(MOST).collect();
    if !is_whole {
        shown.push_str(" [redacted]");
    } else if shown.len() < kept.len() {
        shown.push('…');
    }
    shown
}

/// Where a key or a signature may begin that nothing marks: base64 with its padding, percent-encoded or not.
fn bare_key(lower: &str) -> Option<usize> {
    let mut begins = 0;
    for (at, sign) in lower.char_indices() {
        let is_padding = sign == '=' || lower.get(at..).is_some_and(|it| it.starts_with("%3d"));
        if is_padding && at - begins >= SHORTEST_KEY {
            return Some(begins);
        }
        let is_of_key = sign.is_ascii_alphanumeric() || "+/%".contains(sign);
        if is_padding || !is_of_key {
            begins = at + sign.len_utf8();
        }
    }
    None
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
    fn a_key_that_nothing_marks_is_not_shown() {
        let check = |text: &str, shown: &str| assert_eq!(scrub(text), shown);
        check(
            "AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM=",
            " [redacted]",
        );
        check("user AwMDAwMDAwMDAwMDAwMDAw==", "user  [redacted]");
        check("user AwMDAwMDAwMDAwMDAw%2BDAw%3D%3D", "user  [redacted]");
        check("/devices/dev1?api-version=1", "/devices/dev1?api-version=1");
        check(
            "a-device-with-a-rather-long-name=",
            "a-device-with-a-rather-long-name=",
        );
    }

    #[test]
    fn a_long_text_is_cut() {
        assert_eq!(scrub(&"é".repeat(MOST + 1)).chars().count(), MOST + 1);
    }
}
