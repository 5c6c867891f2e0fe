//! The admin port: figures, health, and a page for whoever runs the hub. Plain HTTP, for this machine alone unless it
//! is told otherwise.
//!
//! Nothing can be changed by it, and it tells no keys. What it does tell is for whoever may look at the hub, so a page
//! of the internet must not read it: a request has to name a host that no such page can have, and no other origin is
//! allowed anything.

mod rates;
mod state;

use std::{convert::Infallible, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::Full;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

use crate::{
    clock,
    connection_limits::ConnectionLimits,
    health::Health,
    host::{HubHandle, Stopped},
    host_names::HostNames,
    observer::{HubFigures, OPEN_METRICS, Observer, Protocol, Refused, What},
};

use rates::Rates;
use state::State;

/// How many may look at once. Each costs the hub a moment a second.
pub const LIMITS: ConnectionLimits = ConnectionLimits {
    in_all: 64,
    per_address: 32,
};
/// The longest between two requests on a connection.
const PATIENCE: Duration = Duration::from_secs(30);
/// The longest that a connection lasts: whoever wants more opens another.
const LIFE: Duration = Duration::from_mins(10);
/// The longest that a connection may take to end once it is told to.
const GOODBYE: Duration = Duration::from_secs(1);

const PAGE: &str = include_str!("../admin/index.html");
const STYLES: &str = include_str!("../admin/admin.css");
const SCRIPT: &str = include_str!("../admin/admin.js");
/// The colours and sizes of the playground.
const TOKENS: &str = include_str!("../../../www/styles/tokens.css");
/// The playground's own picture. Without one a browser asks for one that is not there.
const ICON: &str = include_str!("../../../www/images/icon.svg");

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";
const JSON: &str = "application/json";
const TEXT: &str = "text/plain; charset=utf-8";

/// What every answer says of itself. The page runs its own script and no other, whatever a device is called.
const HEADERS: [(HeaderName, &str); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
];

/// What is served on the admin port.
pub struct Admin {
    hub: HubHandle,
    names: HostNames,
    rates: Rates,
}

impl Admin {
    /// The figures of a hub, for whoever reaches this address.
    pub fn new(hub: HubHandle, address: SocketAddr) -> Arc<Self> {
        if !address.ip().is_loopback() {
            tracing::warn!(%address, "whoever reaches the admin port sees devices, events and figures of this hub");
        }
        Arc::new(Self {
            names: HostNames::new(address.ip(), hub.host_name()),
            hub,
            rates: Rates::default(),
        })
    }

    /// Notes once a second how much was done, for as long as it is polled.
    pub async fn keep_rates(&self) {
        self.rates.keep(self.observer()).await;
    }

    /// Serves one connection to its end.
    pub async fn serve(
        self: Arc<Self>,
        socket: TcpStream,
        peer: SocketAddr,
        ending: CancellationToken,
    ) {
        let answer = service_fn(|request| {
            let admin = Arc::clone(&self);
            async move { Ok::<_, Infallible>(admin.answer(&request, peer).await) }
        });
        let mut builder = http1::Builder::new();
        builder
            .timer(TokioTimer::new())
            .header_read_timeout(PATIENCE)
            .max_buf_size(16 * 1024);
        let mut connection = pin!(builder.serve_connection(TokioIo::new(socket), answer));
        tokio::select! {
            // However it ended, it is over.
            _ = &mut connection => return,
            () = tokio::time::sleep(LIFE) => {}
            () = ending.cancelled() => {}
        }
        connection.as_mut().graceful_shutdown();
        let _ = tokio::time::timeout(GOODBYE, connection).await;
    }

    async fn answer(&self, request: &Request<Incoming>, peer: SocketAddr) -> Response<Full<Bytes>> {
        let mut response = if self.names.has(request) {
            self.look(request).await
        } else {
            self.refuse(request, peer)
        };
        for (name, value) in HEADERS {
            response
                .headers_mut()
                .insert(name, HeaderValue::from_static(value));
        }
        response
    }

    async fn look(&self, request: &Request<Incoming>) -> Response<Full<Bytes>> {
        if ![Method::GET, Method::HEAD].contains(request.method()) {
            let mut response = answer(StatusCode::METHOD_NOT_ALLOWED, TEXT, "only GET and HEAD\n");
            let allowed = HeaderValue::from_static("GET, HEAD");
            response.headers_mut().insert(header::ALLOW, allowed);
            return response;
        }
        match request.uri().path() {
            "/" => answer(StatusCode::OK, HTML, PAGE),
            "/admin.css" => answer(StatusCode::OK, CSS, STYLES),
            "/tokens.css" => answer(StatusCode::OK, CSS, TOKENS),
            "/icon.svg" => answer(StatusCode::OK, SVG, ICON),
            "/admin.js" => answer(StatusCode::OK, JAVASCRIPT, SCRIPT),
            "/healthz" => Health::of(&self.hub).await.response(),
            "/metrics" => self.metrics().await.unwrap_or_else(|Stopped| ended()),
            "/state.json" => self.state().await.unwrap_or_else(|Stopped| ended()),
            _ => answer(
                StatusCode::NOT_FOUND,
                TEXT,
                "there is /, /metrics and /healthz\n",
            ),
        }
    }

    async fn metrics(&self) -> Result<Response<Full<Bytes>>, Stopped> {
        let now = clock::now();
        // How many wait is asked before this question waits too.
        let waiting = self.hub.waiting();
        let figures = self.hub.look(move |hub| HubFigures::of(hub, now)).await?;
        let text = self.observer().open_metrics(&figures, waiting);
        Ok(answer(StatusCode::OK, OPEN_METRICS, text))
    }

    async fn state(&self) -> Result<Response<Full<Bytes>>, Stopped> {
        let state = State::of(&self.hub, &self.rates).await?;
        let json = serde_json::to_vec(&state).unwrap_or_default();
        Ok(answer(StatusCode::OK, JSON, json))
    }

    fn refuse(&self, request: &Request<Incoming>, peer: SocketAddr) -> Response<Full<Bytes>> {
        let reason = format!("the request names a host that is none of {}", self.names);
        self.observer().refused(&Refused {
            what: What::Request,
            protocol: Protocol::Admin,
            peer,
            subject: request.uri().path(),
            code: "foreign-host",
            reason: &reason,
        });
        answer(StatusCode::FORBIDDEN, TEXT, reason + "\n")
    }

    fn observer(&self) -> &Arc<Observer> {
        self.hub.observer()
    }
}

fn answer(
    status: StatusCode,
    media_type: &'static str,
    body: impl Into<Bytes>,
) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    let media_type = HeaderValue::from_static(media_type);
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, media_type);
    response
}

fn ended() -> Response<Full<Bytes>> {
    answer(StatusCode::SERVICE_UNAVAILABLE, TEXT, "the hub has ended\n")
}
