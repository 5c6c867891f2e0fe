//! Why a call was not carried, or its answer not brought back: in words for a person, and as a kind for the page.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use http_body_util::Full;
use serde::Serialize;
use wire::relay::ERROR;

use super::{json, proxy::ProxyError};
use crate::https::BodyError;

/// An answer of the relay itself.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    #[error(
        "the relay does not serve this host; it serves {0}. Check the connection string, or name the hub when you start \
         the server: iothub-playground serve --relay-to HOST:PORT"
    )]
    Host(String),
    #[error(
        "the host's name leads to {0}, which is not an address of the internet, and hubs of the service have no other. If \
         this is a private endpoint of yours, name the hub when you start the server: iothub-playground serve --relay-to HOST"
    )]
    Address(std::net::IpAddr),
    #[error(
        "the relay does not carry this method and path; it carries the calls of service programs to a hub, such as \
         GET /devices/dev1, and their ids without slashes"
    )]
    Path,
    #[error("the relay does not take this method here; give {0}")]
    Method(&'static str),
    #[error(
        "the relay serves only pages that came from this server; open the playground at the address that `serve` has told. \
         A proxy in front of it must pass the Host header on as it is"
    )]
    NotSameOrigin,
    #[error("the relay does not understand the request: {0}")]
    BadRequest(String),
    #[error("{0}")]
    TooLarge(BodyError),
    #[error("the relay has too many calls under way; try again in a moment")]
    Busy,
    #[error(
        "the host was not found; check the host's name in the connection string, and whether this machine is on the \
         internet"
    )]
    HostNotFound,
    #[error(
        "the hub cannot be reached: {0}; check whether it runs, and whether a firewall keeps this machine from its port"
    )]
    Unreachable(String),
    #[error(
        "the proxy {proxy} cannot be reached: {why}; check HTTPS_PROXY or --relay-proxy, and list in NO_PROXY the hubs that \
         need no proxy"
    )]
    ProxyUnreachable { proxy: String, why: String },
    #[error("{0}")]
    ProxyUnusable(ProxyError),
    #[error(
        "the proxy {proxy} {}; give user and password in its URL (HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT). The relay \
         knows no other way to say who it is", if *has_password { "does not accept the user and password that were given (407)" } else { "wants to know who asks (407)" }
    )]
    ProxyPassword { proxy: String, has_password: bool },
    #[error(
        "the proxy {proxy} refused to connect to the hub ({status}); ask who runs it to let CONNECT to the hub's port pass"
    )]
    ProxyRefused { proxy: String, status: StatusCode },
    #[error(
        "the proxy {proxy} could not reach the hub ({status}); check the host's name in the connection string, and ask who \
         runs the proxy"
    )]
    BehindProxy { proxy: String, status: StatusCode },
    #[error(
        "the certificate that came through the proxy {proxy} is not trusted: {why}. If the proxy reads along with an \
         authority of its own, ask who runs it to let the hub pass; or trust that authority for this hub when you start the \
         server: iothub-playground serve --relay-to HOST --relay-ca ca.pem"
    )]
    Intercepted { proxy: String, why: String },
    #[error(
        "the hub's certificate is not trusted: {0}. For an emulator, name it and its authority when you start the server: \
         iothub-playground serve --relay-to HOST:PORT --relay-ca ca.pem"
    )]
    Certificate(String),
    #[error(
        "the hub did not {what} within {limit:?}; try again, and check the network if it happens again"
    )]
    Timeout { what: &'static str, limit: Duration },
    #[error("the hub's answer has more than {0} bytes; ask for less at a time")]
    AnswerTooLarge(usize),
    #[error(
        "the hub answered with a redirect ({0}), which the relay does not follow and no hub sends; check the host's name"
    )]
    Redirected(StatusCode),
}

impl From<BodyError> for Refusal {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::TooLarge => Self::TooLarge(error),
            BodyError::NoRoom(_) => Self::Busy,
            BodyError::TooSlow(_) | BodyError::Broken(_) => Self::BadRequest(error.to_string()),
        }
    }
}

impl Refusal {
    /// Its name in the answer, of a fixed set.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Host(_) | Self::Address(_) => "host-not-allowed",
            Self::Path => "path-not-allowed",
            Self::Method(_) => "method-not-allowed",
            Self::NotSameOrigin => "not-same-origin",
            Self::BadRequest(_) => "bad-request",
            Self::TooLarge(_) => "too-large",
            Self::Busy => "busy",
            Self::HostNotFound => "host-not-found",
            Self::Unreachable(_)
            | Self::ProxyUnreachable { .. }
            | Self::ProxyUnusable(_)
            | Self::ProxyPassword { .. }
            | Self::ProxyRefused { .. }
            | Self::BehindProxy { .. } => "unreachable",
            Self::Certificate(_) | Self::Intercepted { .. } => "certificate",
            Self::Timeout { .. } => "timeout",
            Self::AnswerTooLarge(_) => "answer-too-large",
            Self::Redirected(_) => "redirected",
        }
    }

    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::Host(_) | Self::Address(_) | Self::Path | Self::NotSameOrigin => {
                StatusCode::FORBIDDEN
            }
            Self::Method(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::HostNotFound
            | Self::Unreachable(_)
            | Self::ProxyUnreachable { .. }
            | Self::ProxyUnusable(_)
            | Self::ProxyPassword { .. }
            | Self::ProxyRefused { .. }
            | Self::BehindProxy { .. }
            | Self::Certificate(_)
            | Self::Intercepted { .. }
            | Self::AnswerTooLarge(_)
            | Self::Redirected(_) => StatusCode::BAD_GATEWAY,
            Self::Timeout { .. } => StatusCode::GATEWAY_TIMEOUT,
        }
    }

    pub(super) fn response(&self) -> Response<Full<Bytes>> {
        #[derive(Serialize)]
        struct Told {
            error: &'static str,
            message: String,
        }
        let told = Told {
            error: self.kind(),
            message: self.to_string(),
        };
        let mut response = json(self.status(), &told);
        let headers = response.headers_mut();
        headers.insert(&ERROR, HeaderValue::from_static(self.kind()));
        if matches!(self, Self::Method(_)) {
            let allowed = HeaderValue::from_static("GET, POST");
            headers.insert(header::ALLOW, allowed);
        }
        response
    }
}
