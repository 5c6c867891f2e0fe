//! HTTPS: the hub's REST operations, and every WebSocket, with MQTT or AMQP on it.

mod bodies;
mod origins;
mod upgrade;

use std::{
    convert::Infallible,
    net::SocketAddr,
    pin::pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, Uri, header, uri::PathAndQuery};
use http_body_util::Full;
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::Instant,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use wire::error::{ErrorCode, parse_response};

use crate::{
    amqp::Amqp,
    connection_limits::Admission,
    health::Health,
    host::HubHandle,
    mqtt::Mqtt,
    observer::{ClientName, Protocol, Refused, What},
    playground::Playground,
    relay,
    time_limits::TimeLimits,
};

pub(crate) use bodies::Bodies;

pub use bodies::BodyError;
pub use origins::{OriginError, Origins};

/// The longest that a connection may take to end once it is told to.
const GOODBYE: Duration = Duration::from_secs(2);
/// The most requests at once on a connection of HTTP/2.
const STREAMS: u32 = 64;
/// The most bytes of a request's headers. A SAS token has a few hundred, a query's continuation a few thousand.
const HEADERS: u32 = 64 * 1024;

/// What every connection is served with.
pub struct Https {
    hub: HubHandle,
    mqtt: Arc<Mqtt>,
    amqp: Arc<Amqp>,
    times: TimeLimits,
    origins: Origins,
    playground: Option<Playground>,
    bodies: Bodies,
    tasks: TaskTracker,
    ending: CancellationToken,
}

/// One connection, as its requests see it.
struct Visit {
    peer: SocketAddr,
    /// A WebSocket outlives the connection that it came on, and keeps its place.
    admission: Arc<Admission>,
    under_way: AtomicUsize,
    last: Mutex<Instant>,
    is_first: AtomicBool,
}

impl Https {
    /// Serves a hub to programs anywhere, and to pages of these origins.
    pub fn new(
        hub: HubHandle,
        mqtt: Arc<Mqtt>,
        amqp: Arc<Amqp>,
        times: TimeLimits,
        origins: Origins,
        tasks: TaskTracker,
        ending: CancellationToken,
    ) -> Self {
        Self {
            hub,
            mqtt,
            amqp,
            times,
            origins,
            playground: None,
            bodies: Bodies::new(times.body),
            tasks,
            ending,
        }
    }

    /// Gives out the site beside the hub, and carries calls to other hubs.
    #[must_use]
    pub fn with_playground(mut self, playground: Playground) -> Self {
        self.playground = Some(playground);
        self
    }

    /// Serves one connection to its end.
    pub async fn serve<S>(self: Arc<Self>, stream: S, peer: SocketAddr, admission: Admission)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let visit = Arc::new(Visit::new(peer, admission));
        let observer = self.hub.observer();
        let _presence = observer.connected(Protocol::Https, peer, ClientName::default());
        let answer = {
            let visit = Arc::clone(&visit);
            let https = Arc::clone(&self);
            service_fn(move |request| {
                let (https, visit) = (Arc::clone(&https), Arc::clone(&visit));
                async move { Ok::<_, Infallible>(https.answer(request, &visit).await) }
            })
        };
        let builder = builder(&self.times);
        let mut connection =
            pin!(builder.serve_connection_with_upgrades(TokioIo::new(stream), answer));
        let reason = tokio::select! {
            outcome = &mut connection => return ended(peer, outcome),
            () = visit.is_idle(&self.times) => "no request came in time",
            () = self.ending.cancelled() => "the program ends",
        };
        tracing::debug!(%peer, reason, "HTTP connection closed");
        connection.as_mut().graceful_shutdown();
        let _ = tokio::time::timeout(GOODBYE, connection).await;
    }

    async fn answer(&self, request: Request<Incoming>, visit: &Visit) -> Response<Full<Bytes>> {
        let _under_way = visit.begin();
        let playground = self.playground.as_ref();
        if let Some(refusal) = playground.and_then(|it| it.refuse_foreign_host(&request)) {
            return refusal;
        }
        if let Some(playground) = playground.filter(|_| relay::is_asked_for(&request)) {
            // It is for pages of this origin alone, so no other is allowed anything.
            return playground.relay.answer(request, &self.bodies).await;
        }
        let origin = request.headers().get(header::ORIGIN).cloned();
        let mut response = if request.uri().path() == "/healthz" {
            Health::of(&self.hub).await.response()
        } else if upgrade::is_asked_for(&request) {
            upgrade::answer(self, request, visit)
        } else if let Some(response) = self.origins.preflight(&request) {
            response
        } else if let Some(response) = playground.and_then(|it| it.site.answer(&request)) {
            response
        } else {
            self.carry(request, visit).await
        };
        self.origins.allow(origin.as_ref(), response.headers_mut());
        response
    }

    /// Carries a request to the hub, and its answer back.
    async fn carry(&self, request: Request<Incoming>, visit: &Visit) -> Response<Full<Bytes>> {
        let (mut parts, body) = request.into_parts();
        // The hub wants the path and the query; HTTP/2 and proxies give the host with them.
        parts.uri = target(&parts.uri);
        let asked = format!("{} {}", parts.method, parts.uri.path());
        let (body, _share) = match self.bodies.read(&parts.headers, body).await {
            Ok(body) => body,
            Err(error) => {
                self.refused(What::Request, visit, &asked, error.id(), &error.to_string());
                return error.response();
            }
        };
        let answer = self.hub.request(Request::from_parts(parts, body)).await;
        let Ok(response) = answer else {
            return plain(StatusCode::SERVICE_UNAVAILABLE, "the hub is ending\n");
        };
        if response.status().is_client_error() || response.status().is_server_error() {
            self.request_refused(visit, &asked, &response);
        }
        response.map(|body| Full::new(body.into()))
    }

    /// Tells of a refusal in the hub's own words, which stand in an answer in one of several forms.
    fn request_refused(&self, visit: &Visit, asked: &str, response: &Response<Vec<u8>>) {
        let status = response.status();
        let refusal = parse_response(status, response.headers(), response.body());
        let code = refusal.code.map_or("other", ErrorCode::name);
        let reason = if refusal.message.is_empty() {
            status.to_string()
        } else {
            refusal.message
        };
        self.refused(What::Request, visit, asked, code, &reason);
    }

    fn refused(&self, what: What, visit: &Visit, asked: &str, code: &'static str, reason: &str) {
        self.hub.observer().refused(&Refused {
            what,
            protocol: Protocol::Https,
            peer: visit.peer,
            subject: asked,
            code,
            reason,
        });
    }
}

impl Visit {
    fn new(peer: SocketAddr, admission: Admission) -> Self {
        Self {
            peer,
            admission: Arc::new(admission),
            under_way: AtomicUsize::new(0),
            last: Mutex::new(Instant::now()),
            is_first: true.into(),
        }
    }

    fn begin(&self) -> UnderWay<'_> {
        self.under_way.fetch_add(1, Ordering::Relaxed);
        self.is_first.store(false, Ordering::Relaxed);
        UnderWay(self)
    }

    /// Resolves once no request has been under way for too long.
    async fn is_idle(&self, times: &TimeLimits) {
        loop {
            let limit = if self.is_first.load(Ordering::Relaxed) {
                times.first_request
            } else {
                times.idle
            };
            let is_busy = self.under_way.load(Ordering::Relaxed) > 0;
            let last = *self.last.lock().unwrap_or_else(PoisonError::into_inner);
            match last + limit {
                _ if is_busy => tokio::time::sleep(limit).await,
                end if end > Instant::now() => tokio::time::sleep_until(end).await,
                _ => return,
            }
        }
    }
}

/// A request under way, until it is dropped.
struct UnderWay<'a>(&'a Visit);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let last = self.0.last.lock();
        *last.unwrap_or_else(PoisonError::into_inner) = Instant::now();
        self.0.under_way.fetch_sub(1, Ordering::Relaxed);
    }
}

fn builder(times: &TimeLimits) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(times.first_request)
        .max_buf_size(HEADERS as usize)
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(HEADERS)
        .keep_alive_interval(times.idle);
    builder
}

fn ended(peer: SocketAddr, outcome: Result<(), Box<dyn std::error::Error + Send + Sync>>) {
    if let Err(error) = outcome {
        tracing::debug!(%peer, reason = %error, "HTTP connection broke");
    }
}

fn target(uri: &Uri) -> Uri {
    let target = uri.path_and_query().map(PathAndQuery::as_str);
    target.unwrap_or("/").parse().unwrap_or_default()
}

/// An answer of the surface itself, in words for a person.
pub(crate) fn plain(status: StatusCode, text: impl Into<String>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(text.into())));
    *response.status_mut() = status;
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, plain);
    response
}

/// Whether a request only asks what it could ask.
fn is_preflight<B>(request: &Request<B>) -> bool {
    let asks = header::ACCESS_CONTROL_REQUEST_METHOD;
    request.method() == Method::OPTIONS && request.headers().contains_key(asks)
}
