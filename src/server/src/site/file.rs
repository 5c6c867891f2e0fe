//! One file of the site: as it is, and compressed.

use std::io::Write as _;

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use http_body_util::Full;
use mime_guess::{Mime, mime};
use sha2::{Digest as _, Sha256};

/// What a browser keeps for a year and never asks for again: the name changes with the contents.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// What a browser asks for each time, and gets only if it has changed.
const ASKED_FOR: HeaderValue = HeaderValue::from_static("no-cache");
/// How many hexadecimal digits a name has that changes with the contents.
const DIGITS: usize = 16;

pub(super) struct SiteFile {
    content_type: HeaderValue,
    /// The same for both forms, so it is a weak one.
    tag: HeaderValue,
    caching: HeaderValue,
    policy: HeaderValue,
    plain: Bytes,
    /// Only where it is the smaller one.
    gzip: Option<Bytes>,
}

impl SiteFile {
    pub(super) fn new(name: &str, contents: Bytes, policy: HeaderValue) -> Self {
        let mime = mime_guess::from_path(name).first_or_octet_stream();
        Self {
            gzip: is_text(&mime).then(|| compressed(&contents)).flatten(),
            content_type: content_type(&mime),
            tag: tag(&contents),
            caching: if is_named_by_contents(name) {
                FOR_EVER
            } else {
                ASKED_FOR
            },
            policy,
            plain: contents,
        }
    }

    /// The file, or that it is the one that the browser has.
    pub(super) fn answer(&self, asked: &HeaderMap) -> Response<Full<Bytes>> {
        if self.is_known(asked) {
            let mut response = Response::new(Full::default());
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            self.describe(response.headers_mut());
            return response;
        }
        self.with_status(StatusCode::OK, asked)
    }

    /// The file as an answer of this status.
    pub(super) fn with_status(
        &self,
        status: StatusCode,
        asked: &HeaderMap,
    ) -> Response<Full<Bytes>> {
        let gzip = self.gzip.as_ref().filter(|_| takes_gzip(asked));
        let body = gzip.unwrap_or(&self.plain);
        let mut response = Response::new(Full::new(body.clone()));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        self.describe(headers);
        headers.insert(header::CONTENT_TYPE, self.content_type.clone());
        headers.insert(header::CONTENT_LENGTH, body.len().into());
        if gzip.is_some() {
            let gzip = HeaderValue::from_static("gzip");
            headers.insert(header::CONTENT_ENCODING, gzip);
        }
        response
    }

    fn describe(&self, headers: &mut HeaderMap) {
        headers.insert(header::CACHE_CONTROL, self.caching.clone());
        headers.insert(header::ETAG, self.tag.clone());
        headers.insert(header::CONTENT_SECURITY_POLICY, self.policy.clone());
        if self.gzip.is_some() {
            let varies = HeaderValue::from_static("accept-encoding");
            headers.insert(header::VARY, varies);
        }
    }

    fn is_known(&self, asked: &HeaderMap) -> bool {
        let tag = self.tag.to_str().unwrap_or_default();
        let strong = tag.trim_start_matches("W/");
        let mut known = list(asked, &header::IF_NONE_MATCH);
        known.any(|known| known == "*" || known.trim_start_matches("W/") == strong)
    }
}

/// The entries of a header that is a list.
fn list<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> impl Iterator<Item = &'a str> {
    let values = headers.get_all(name).into_iter();
    let texts = values.filter_map(|value| value.to_str().ok());
    texts.flat_map(|text| text.split(',').map(str::trim))
}

/// Whether a browser takes gzip: it names it, and does not name it with a weight of nothing.
fn takes_gzip(asked: &HeaderMap) -> bool {
    list(asked, &header::ACCEPT_ENCODING).any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, "q=1"));
        let weight = weight.trim().trim_start_matches("q=").parse::<f32>();
        name.trim().eq_ignore_ascii_case("gzip") && weight.is_ok_and(|weight| weight > 0.0)
    })
}

fn is_text(mime: &Mime) -> bool {
    let subtype = mime.subtype().as_str();
    mime.type_() == mime::TEXT
        || ["javascript", "json", "wasm", "xml"].contains(&subtype)
        || mime
            .suffix()
            .is_some_and(|suffix| ["json", "xml"].contains(&suffix.as_str()))
}

fn content_type(mime: &Mime) -> HeaderValue {
    let is_text = mime.type_() == mime::TEXT || mime.subtype() == mime::JAVASCRIPT;
    let charset = if is_text { "; charset=utf-8" } else { "" };
    HeaderValue::try_from(format!("{mime}{charset}"))
        .unwrap_or(HeaderValue::from_static("application/octet-stream"))
}

fn compressed(contents: &[u8]) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    // Writing into memory does not fail.
    encoder.write_all(contents).ok()?;
    let gzip = encoder.finish().ok()?;
    (gzip.len() < contents.len()).then(|| gzip.into())
}

fn tag(contents: &[u8]) -> HeaderValue {
    let digest = Sha256::digest(contents);
    let number = digest
        .first_chunk()
        .map_or(0, |it| u128::from_be_bytes(*it));
    HeaderValue::try_from(format!("W/\"{number:032x}\""))
        .unwrap_or(HeaderValue::from_static("W/\"\""))
}

/// Whether a name holds a hash of the contents, as `app-0123456789abcdef_bg.wasm` does.
fn is_named_by_contents(name: &str) -> bool {
    let name = name.rsplit('/').next().unwrap_or_default();
    let Some((_, rest)) = name.rsplit_once('-') else {
        return false;
    };
    let digits = rest
        .chars()
        .take_while(|c| matches!(c, '0'..='9' | 'a'..='f'));
    digits.count() == DIGITS && rest[DIGITS..].starts_with(['.', '_'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_a_hash_are_told_from_others() {
        assert!(is_named_by_contents("app-3ae32b514f66eeab_bg.wasm"));
        assert!(is_named_by_contents("a/style-d4058d590d71270a.css"));
        for name in [
            "sw.js",
            "bench_bg.wasm",
            "differences-ko.html",
            "a-3ae32b514f66eea.js",
        ] {
            assert!(!is_named_by_contents(name), "{name}");
        }
    }

    #[test]
    fn gzip_is_only_for_those_who_take_it() {
        let check = |value: &str, expected: bool| {
            let value = HeaderValue::from_str(value).unwrap();
            let asked = HeaderMap::from_iter([(header::ACCEPT_ENCODING, value)]);
            assert_eq!(takes_gzip(&asked), expected, "{asked:?}");
        };
        check("gzip, deflate, br", true);
        check("br, GZIP;q=0.5", true);
        check("gzip;q=0", false);
        check("br", false);
        check("*", false);
    }

    #[test]
    fn files_have_the_types_that_browsers_insist_on() {
        let check = |name: &str, expected: &str| {
            let file = SiteFile::new(name, Bytes::new(), HeaderValue::from_static(""));
            assert_eq!(file.content_type, expected, "{name}");
        };
        check("a.wasm", "application/wasm");
        check("a.js", "text/javascript; charset=utf-8");
        check("a.html", "text/html; charset=utf-8");
        check("a.css", "text/css; charset=utf-8");
        check("a.svg", "image/svg+xml");
        check("a.webmanifest", "application/manifest+json");
        check("a", "application/octet-stream");
    }
}
