//! The site of the playground, as a web server gives it out.
//!
//! All files are read once, at the start, and a request only looks a name up among them: whatever it asks for, no file
//! system is asked.

mod file;
mod folder;
mod policy;

#[cfg(feature = "site")]
use std::borrow::Cow;
use std::{collections::HashMap, path::Path};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::Full;
use percent_encoding::percent_decode_str;

use file::SiteFile;

pub use folder::SiteError;
pub use policy::{FrameAncestors, FrameAncestorsError};

/// The page of a folder.
const INDEX: &str = "index.html";
/// The page for what is not there.
const NOT_FOUND: &str = "404.html";
/// What every request to the hub names, and none for the site.
const API_VERSION: &str = "api-version";

/// What every answer says, whatever it is.
const ALWAYS: [(HeaderName, &str); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    // A page that opens this one gets no hold of it. Pages that show it in a frame are for `frame-ancestors` alone.
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), hid=(), \
         magnetometer=(), microphone=(), midi=(), payment=(), serial=(), usb=()",
    ),
];

/// The site that was built into the program.
#[cfg(feature = "site")]
#[derive(rust_embed::Embed)]
#[folder = "../../dist"]
struct Embedded;

/// A site: all of its files.
pub struct Site {
    files: HashMap<String, SiteFile>,
    /// What an answer without a page of its own may do in a browser.
    policy: HeaderValue,
}

impl Site {
    /// The site that was built into the program, if one was.
    pub fn embedded(frames: &FrameAncestors) -> Option<Self> {
        #[cfg(feature = "site")]
        {
            let files = Embedded::iter().filter_map(|name| {
                let file = Embedded::get(&name)?;
                let contents = match file.data {
                    Cow::Borrowed(bytes) => Bytes::from_static(bytes),
                    Cow::Owned(bytes) => bytes.into(),
                };
                Some((name.into_owned(), contents))
            });
            Some(Self::new(files, frames))
        }
        #[cfg(not(feature = "site"))]
        {
            let _ = frames;
            None
        }
    }

    /// The site in a folder, as it is now. Files that begin with a dot, and links to elsewhere, are not of it.
    pub fn open(folder: &Path, frames: &FrameAncestors) -> Result<Self, SiteError> {
        let files = folder::read(folder)?;
        if !files.iter().any(|(name, _)| name == INDEX) {
            return Err(SiteError::NoSite(folder.to_owned()));
        }
        Ok(Self::new(files, frames))
    }

    fn new(files: impl IntoIterator<Item = (String, Bytes)>, frames: &FrameAncestors) -> Self {
        let files: HashMap<String, Bytes> = files.into_iter().collect();
        // Scripts of workers have no page whose policy would bind them: they have that of the first one.
        let index = files.get(INDEX).and_then(|page| policy::of_page(page));
        let common = policy::header(index.as_deref(), frames);
        let of_worker = index.as_deref().map(policy::of_worker);
        let of_worker = policy::header(of_worker.as_deref(), frames);
        let with_policy = |(name, contents): (String, Bytes)| {
            let is_page = Path::new(&name).extension().is_some_and(|it| it == "html");
            let policy = if is_page {
                policy::header(policy::of_page(&contents).as_deref(), frames)
            } else if policy::is_of_worker(&name) {
                of_worker.clone()
            } else {
                common.clone()
            };
            let file = SiteFile::new(&name, contents, policy);
            (name, file)
        };
        Self {
            files: files.into_iter().map(with_policy).collect(),
            policy: common,
        }
    }

    /// Answers a request, unless it is one for the hub: those name a version of the API, or carry a token, or change
    /// something.
    pub(crate) fn answer<B>(&self, request: &Request<B>) -> Option<Response<Full<Bytes>>> {
        let is_read = [Method::GET, Method::HEAD].contains(request.method());
        let mut names = query_names(request);
        let is_for_hub = names.any(|name| name == API_VERSION)
            || request.headers().contains_key(header::AUTHORIZATION);
        if !is_read || is_for_hub {
            return None;
        }
        let mut response = self.look_up(request);
        let headers = response.headers_mut();
        for (name, value) in ALWAYS {
            headers.insert(name, HeaderValue::from_static(value));
        }
        let policy = headers.entry(header::CONTENT_SECURITY_POLICY);
        policy.or_insert_with(|| self.policy.clone());
        if request.method() == Method::HEAD {
            *response.body_mut() = Full::default();
        }
        Some(response)
    }

    fn look_up<B>(&self, request: &Request<B>) -> Response<Full<Bytes>> {
        let Some(name) = name(request.uri().path()) else {
            return self.not_found(request.headers());
        };
        if let Some(file) = self.files.get(&name) {
            return file.answer(request.headers());
        }
        if self.files.contains_key(&format!("{name}/{INDEX}")) {
            return to_folder(request);
        }
        self.not_found(request.headers())
    }

    fn not_found(&self, asked: &HeaderMap) -> Response<Full<Bytes>> {
        let Some(page) = self.files.get(NOT_FOUND) else {
            return crate::https::plain(StatusCode::NOT_FOUND, "this site has no such page\n");
        };
        page.with_status(StatusCode::NOT_FOUND, asked)
    }
}

/// The name of the file that a path asks for. A slash that is written in another way is no slash.
fn name(path: &str) -> Option<String> {
    let mut parts = Vec::new();
    for part in path.strip_prefix('/')?.split('/') {
        let part = percent_decode_str(part).decode_utf8().ok()?;
        if part.contains('/') {
            return None;
        }
        parts.push(part);
    }
    let mut name = parts.join("/");
    if path.ends_with('/') {
        name.push_str(INDEX);
    }
    Some(name)
}

fn query_names<B>(request: &Request<B>) -> impl Iterator<Item = &str> {
    let query = request.uri().query().unwrap_or_default();
    query
        .split('&')
        .filter_map(|parameter| parameter.split('=').next())
}

/// Leads from a folder's name to its page, whose links are relative to the folder.
fn to_folder<B>(request: &Request<B>) -> Response<Full<Bytes>> {
    let uri = request.uri();
    let last = uri.path().rsplit('/').next().unwrap_or_default();
    let query = uri.query().map(|query| format!("?{query}"));
    let location = format!("./{last}/{}", query.unwrap_or_default());
    let mut response = Response::new(Full::default());
    *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
    // A path and a query that were read as such can stand in a header.
    if let Ok(location) = HeaderValue::try_from(location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}
