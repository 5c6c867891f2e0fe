//! The relay: carries the page's service calls to a real hub, because a browser does not let the page call one itself.
//!
//! What it must not become is a way for anybody else, or to anywhere else. So it answers only pages of its own origin,
//! and asks only hubs (of the service, or named on the command line), only for what a service program asks of a hub,
//! only over TLS with a certificate that it trusts, and within bounds of size and time. Tokens pass through it, and it
//! keeps and tells nothing of them.

mod addresses;
mod caller;
mod exchange;
mod headers;
mod hosts;
mod network;
mod paths;
mod proxy;
mod refusal;
mod target;
mod trust;

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::Full;
use hyper::body::Incoming;
use serde::Serialize;
use tokio::{sync::Semaphore, time::Instant};
use wire::relay;

use crate::{https::Bodies, memory_budget::MemoryBudget, tls::TlsError};

use exchange::Exchange;
use hosts::Hosts;
use refusal::Refusal;
use target::Target;
use trust::Trust;

pub use hosts::{NamedHub, NamedHubError};
pub use network::{Network, SystemNetwork};
pub use proxy::{Proxies, ProxyError};
pub use trust::Authorities;

/// Where it is.
const PATH: &str = "/relay";
/// How many calls may be under way.
const UNDER_WAY: usize = 64;
/// The most bytes of all answers together that are being received.
const MOST_OF_ALL: usize = 64 * 1024 * 1024;

/// What every answer says, whoever it is from. Nothing that a hub sends is ever a page.
const ALWAYS: [(HeaderName, &str); 4] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; frame-ancestors 'none'; sandbox",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
];

/// How long a hub may take. See [`RelayTimes::default`] for the figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RelayTimes {
    /// From the question for its address to the end of the TLS handshake.
    pub connect: Duration,
    /// From the request to the last byte of the answer.
    pub answer: Duration,
    /// The same for a direct method, whose answer waits for a device.
    pub method: Duration,
}

/// What a relay is told.
pub struct RelayOptions {
    /// The hubs that it serves beside those of the service.
    pub named: Vec<NamedHub>,
    /// Whom it trusts for these, beside the usual ones.
    pub authorities: Authorities,
    /// Through which proxy they are reached.
    pub proxies: Proxies,
    /// How long a hub may take.
    pub times: RelayTimes,
    /// The way out.
    pub network: Arc<dyn Network>,
}

/// Carries calls to hubs.
pub struct Relay {
    hosts: Hosts,
    exchange: Exchange,
    under_way: Semaphore,
}

/// What a page is told who asks whether there is a relay.
#[derive(Serialize)]
struct Presence<'a> {
    hosts: &'a [String],
    /// Whether the hub is served that was asked about.
    #[serde(skip_serializing_if = "Option::is_none")]
    serves: Option<bool>,
}

impl Default for RelayTimes {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(15),
            answer: Duration::from_mins(1),
            // A call may wait five minutes for the device to connect and five for its answer.
            method: Duration::from_secs(620),
        }
    }
}

impl Default for RelayOptions {
    /// Hubs of the service, and no others.
    fn default() -> Self {
        Self {
            named: Vec::new(),
            authorities: Authorities::default(),
            proxies: Proxies::default(),
            times: RelayTimes::default(),
            network: Arc::new(SystemNetwork),
        }
    }
}

/// Whether a request is for the relay.
pub(crate) fn is_asked_for<B>(request: &Request<B>) -> bool {
    let path = request.uri().path();
    path.strip_prefix(PATH)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

impl Relay {
    /// A relay that has no calls under way.
    pub fn new(options: RelayOptions) -> Result<Self, TlsError> {
        let RelayOptions {
            named,
            authorities,
            proxies,
            times,
            network,
        } = options;
        Ok(Self {
            hosts: Hosts::new(named),
            exchange: Exchange {
                network,
                proxies,
                trust: Trust::new(&authorities)?,
                answers: MemoryBudget::new(MOST_OF_ALL),
                times,
            },
            under_way: Semaphore::new(UNDER_WAY),
        })
    }

    /// Answers a request to the relay itself, or carries it to a hub and the hub's answer back.
    pub(crate) async fn answer(
        &self,
        request: Request<Incoming>,
        bodies: &Bodies,
    ) -> Response<Full<Bytes>> {
        let outcome = if request.uri().path() == PATH {
            self.presence(&request)
        } else {
            self.carry(request, bodies).await
        };
        let mut response = outcome.unwrap_or_else(|refusal| {
            tracing::debug!(kind = refusal.kind(), "a call was not relayed");
            refusal.response()
        });
        for (name, value) in ALWAYS {
            let value = HeaderValue::from_static(value);
            response.headers_mut().insert(name, value);
        }
        response
    }

    fn presence<B>(&self, request: &Request<B>) -> Result<Response<Full<Bytes>>, Refusal> {
        caller::check(request)?;
        if request.method() != Method::GET {
            return Err(Refusal::Method("GET"));
        }
        let host = request.headers().get(&relay::HOST);
        let serves = host.map(|host| {
            host.to_str()
                .is_ok_and(|host| self.hosts.find(host).is_ok())
        });
        let hosts = self.hosts.served();
        Ok(json(StatusCode::OK, &Presence { hosts, serves }))
    }

    async fn carry(
        &self,
        request: Request<Incoming>,
        bodies: &Bodies,
    ) -> Result<Response<Full<Bytes>>, Refusal> {
        caller::check(&request)?;
        let target = Target::of(&request, &self.hosts)?;
        let (parts, body) = request.into_parts();
        let (body, _share) = bodies.read(&parts.headers, body).await?;
        // A page that is slow to send takes no place from others.
        let _place = self.under_way.try_acquire().map_err(|_| Refusal::Busy)?;
        let begun = Instant::now();
        let outcome = self.exchange.carry(&target, &parts.headers, body).await;
        let status = match &outcome {
            Ok(response) => response.status(),
            Err(refusal) => refusal.status(),
        };
        tracing::debug!(
            method = %target.method,
            host = %target.hub,
            operation = target.operation,
            status = status.as_u16(),
            milliseconds = begun.elapsed().as_millis(),
            "relayed"
        );
        outcome
    }
}

/// An answer of the relay itself.
fn json(status: StatusCode, value: &impl Serialize) -> Response<Full<Bytes>> {
    // Texts and lists of them always serialise.
    let body = serde_json::to_vec(value).unwrap_or_default();
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}
