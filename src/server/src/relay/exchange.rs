//! One call: to the hub and back, on a connection of its own.

use std::{future, io, net::SocketAddr, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use hyper::{body::Incoming, client::conn::http1};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{client::TlsStream, rustls};

use super::{
    RelayTimes, addresses, headers,
    hosts::HubAddress,
    network::Network,
    proxy::{Proxies, Proxy},
    refusal::Refusal,
    target::Target,
    trust::Trust,
};
use crate::memory_budget::MemoryBudget;

/// The most bytes of an answer. A page of a thousand twins has less.
const MOST: usize = 8 * 1024 * 1024;
/// The most bytes of an answer's headers.
const MOST_HEADERS: usize = 64 * 1024;
/// How many addresses of a hub are tried, and how long each.
const ADDRESSES: usize = 4;
const ONE_ADDRESS: Duration = Duration::from_secs(5);

/// What calls are carried with.
pub(super) struct Exchange {
    pub(super) network: Arc<dyn Network>,
    pub(super) proxies: Proxies,
    pub(super) trust: Trust,
    pub(super) answers: MemoryBudget,
    pub(super) times: RelayTimes,
}

/// What bytes go to a hub on: a connection, or a tunnel through a proxy.
type Way = Box<dyn Stream>;

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

impl Exchange {
    /// Carries a call to its hub, and brings the answer. If nobody waits for it any more, the connection ends.
    pub(super) async fn carry(
        &self,
        target: &Target,
        asked: &HeaderMap,
        body: Vec<u8>,
    ) -> Result<Response<Full<Bytes>>, Refusal> {
        let connecting = within(
            "let itself be connected to",
            self.times.connect,
            self.connect(&target.hub),
        );
        let stream = Box::pin(connecting).await?;
        let request = request(target, asked, body);
        let limit = match target.operation {
            "InvokeMethod" => self.times.method,
            _ => self.times.answer,
        };
        within("answer", limit, self.exchange(stream, request)).await
    }

    async fn connect(&self, hub: &HubAddress) -> Result<TlsStream<Way>, Refusal> {
        let proxy = self.proxies.of(hub)?;
        let way: Way = if let Some(proxy) = &proxy {
            let socket = self.reach_proxy(proxy).await?;
            Box::new(proxy.tunnel(hub, socket).await?)
        } else {
            let addresses = self.addresses(hub).await?;
            let reached = self.reach(&addresses).await;
            Box::new(reached.map_err(Refusal::Unreachable)?)
        };
        let connector = self.trust.connector(hub.is_named);
        let shaken = connector.connect(hub.name.clone(), way).await;
        shaken.map_err(|error| distrust(&error, proxy.as_ref()))
    }

    /// Connects to a proxy, which may be anywhere: whoever runs this program has named it.
    async fn reach_proxy(&self, proxy: &Proxy) -> Result<TcpStream, Refusal> {
        let found = self.network.resolve(&proxy.host).await;
        let found = found.map_err(|_| proxy.unreachable("its name was not found".to_owned()))?;
        let first = found.into_iter().take(ADDRESSES);
        let first = first.map(|address| SocketAddr::new(address, proxy.port));
        let first: Vec<SocketAddr> = first.collect();
        let reached = self.reach(&first).await;
        reached.map_err(|why| proxy.unreachable(why))
    }

    /// Where a hub is. What is looked at here is what is connected to: nobody is asked again.
    async fn addresses(&self, hub: &HubAddress) -> Result<Vec<SocketAddr>, Refusal> {
        let bare = hub.host.trim_start_matches('[').trim_end_matches(']');
        let found = self.network.resolve(bare).await;
        let found = found.map_err(|_| Refusal::HostNotFound)?;
        let mut inner = found
            .iter()
            .filter(|address| !addresses::is_public(**address));
        // One among many is enough: no hub of the service has any.
        if let (false, Some(address)) = (hub.is_named, inner.next()) {
            return Err(Refusal::Address(*address));
        }
        let first = found.into_iter().take(ADDRESSES);
        let first = first.map(|address| SocketAddr::new(address, hub.port));
        let first: Vec<SocketAddr> = first.collect();
        if first.is_empty() {
            return Err(Refusal::HostNotFound);
        }
        Ok(first)
    }

    /// A connection to the first address that gives one, or why the last did not.
    async fn reach(&self, addresses: &[SocketAddr]) -> Result<TcpStream, String> {
        let mut why = "its name has no address".to_owned();
        for address in addresses {
            match timeout(ONE_ADDRESS, self.network.connect(*address)).await {
                Ok(Ok(socket)) => return Ok(socket),
                Ok(Err(error)) => why = error.to_string(),
                Err(_) => why = format!("nothing answered within {ONE_ADDRESS:?}"),
            }
        }
        Err(why)
    }

    async fn exchange(
        &self,
        stream: TlsStream<Way>,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Full<Bytes>>, Refusal> {
        let mut builder = http1::Builder::new();
        builder.max_buf_size(MOST_HEADERS);
        let handshake = builder.handshake(TokioIo::new(stream)).await;
        let (mut sender, connection) = handshake.map_err(broken)?;
        let answer = async {
            let response = sender.send_request(request).await.map_err(broken)?;
            self.read(response).await
        };
        // The connection does the work, and what it still has to give is read after its end.
        let driven = async {
            let _ = connection.await;
            future::pending::<()>().await;
        };
        tokio::select! {
            answer = answer => answer,
            () = driven => Err(Refusal::Unreachable("the connection ended".to_owned())),
        }
    }

    async fn read(&self, response: Response<Incoming>) -> Result<Response<Full<Bytes>>, Refusal> {
        let (parts, mut body) = response.into_parts();
        let status = parts.status;
        if status.is_redirection() && status != StatusCode::NOT_MODIFIED {
            return Err(Refusal::Redirected(status));
        }
        if status.is_informational() {
            let why = format!("it answered with {status}, which is none of a hub's answers");
            return Err(Refusal::Unreachable(why));
        }
        let mut whole = Vec::new();
        let mut share = self.answers.share();
        while let Some(frame) = body.frame().await {
            let Ok(bytes) = frame.map_err(broken)?.into_data() else {
                continue;
            };
            if whole.len() + bytes.len() > MOST {
                return Err(Refusal::AnswerTooLarge(MOST));
            }
            share.grow(bytes.len()).map_err(|_| Refusal::Busy)?;
            whole.extend_from_slice(&bytes);
        }
        let mut answer = Response::new(Full::new(whole.into()));
        *answer.status_mut() = status;
        *answer.headers_mut() = headers::for_page(&parts.headers);
        Ok(answer)
    }
}

fn request(target: &Target, asked: &HeaderMap, body: Vec<u8>) -> Request<Full<Bytes>> {
    let mut told = headers::for_hub(asked);
    // Servers wait for the body of such a request, or refuse it, unless they are told that it has none.
    let is_expected = [Method::POST, Method::PUT, Method::PATCH].contains(&target.method);
    if is_expected && body.is_empty() {
        told.insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
    let mut request = Request::new(Full::new(body.into()));
    *request.method_mut() = target.method.clone();
    *request.uri_mut() = target.uri.clone();
    // A name that was found among the relay's own can stand in a header.
    if let Ok(host) = target.hub.to_string().parse() {
        told.insert(header::HOST, host);
    }
    *request.headers_mut() = told;
    request
}

async fn within<T>(
    what: &'static str,
    limit: Duration,
    work: impl Future<Output = Result<T, Refusal>>,
) -> Result<T, Refusal> {
    let outcome = timeout(limit, work).await;
    outcome.unwrap_or(Err(Refusal::Timeout { what, limit }))
}

fn distrust(error: &io::Error, proxy: Option<&Proxy>) -> Refusal {
    let source = error.get_ref();
    let certificate = |why: String| match proxy {
        Some(proxy) => Refusal::Intercepted {
            proxy: proxy.to_string(),
            why,
        },
        None => Refusal::Certificate(why),
    };
    match source.and_then(|source| source.downcast_ref()) {
        Some(rustls::Error::InvalidCertificate(why)) => certificate(why.to_string()),
        Some(rustls::Error::NoCertificatesPresented) => certificate("it has none".to_owned()),
        Some(why) => Refusal::Unreachable(format!("TLS failed: {why}")),
        None => Refusal::Unreachable(format!("TLS failed: {error}")),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is given to `map_err`")]
fn broken(error: hyper::Error) -> Refusal {
    Refusal::Unreachable(format!("the exchange broke off: {error}"))
}
