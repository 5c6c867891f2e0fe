//! The handshake of a WebSocket, and what is spoken on it: told apart by path and subprotocol.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use super::{Https, Visit, plain};
use crate::{
    observer::{Protocol as Speech, What},
    websocket::WebSocketBytes,
};

const WEBSOCKET: &str = "websocket";
const VERSION: &str = "13";
const MQTT: &str = "mqtt";
const AMQP: &str = "AMQPWSB10";

/// What a client wants to speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Protocol {
    Mqtt,
    Amqp,
}

/// Why a WebSocket is not opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum Refusal {
    #[error(
        "no WebSocket is at this path; the hub has /$iothub/websocket and /$servicebus/websocket"
    )]
    Path,
    #[error("this path has no such subprotocol; name {0} in Sec-WebSocket-Protocol")]
    Protocol(&'static str),
    #[error("this is no WebSocket handshake: {0}")]
    Handshake(&'static str),
}

/// Whether a request wants to go on as a WebSocket.
pub(super) fn is_asked_for<B>(request: &Request<B>) -> bool {
    names(request.headers(), &header::UPGRADE).any(|name| name.eq_ignore_ascii_case(WEBSOCKET))
}

/// Answers the handshake, and serves the WebSocket in a task of its own.
///
/// The page that a browser opens one from is not asked for: without a token of the hub nobody can do anything on it,
/// and programs send an origin as they like.
pub(super) fn answer(
    https: &Https,
    mut request: Request<Incoming>,
    visit: &Visit,
) -> Response<Full<Bytes>> {
    let (protocol, accept) = match choose(&request) {
        Ok(chosen) => chosen,
        Err(refusal) => return refuse(https, &request, visit, &refusal),
    };
    let name = match protocol {
        Protocol::Mqtt => MQTT,
        Protocol::Amqp => AMQP,
    };
    let upgraded = hyper::upgrade::on(&mut request);
    let (mqtt, amqp) = (Arc::clone(&https.mqtt), Arc::clone(&https.amqp));
    let (peer, admission) = (visit.peer, Arc::clone(&visit.admission));
    https.tasks.spawn(async move {
        let _admission = admission;
        match upgraded.await {
            Ok(stream) => {
                let stream = WebSocketBytes::new(TokioIo::new(stream)).await;
                match protocol {
                    Protocol::Mqtt => mqtt.serve(stream, Speech::MqttWebSocket, peer).await,
                    Protocol::Amqp => amqp.serve(stream, Speech::AmqpWebSocket, peer).await,
                }
            }
            Err(error) => tracing::debug!(%peer, reason = %error, "WebSocket lost"),
        }
    });
    switch(name, accept)
}

fn refuse<B>(
    https: &Https,
    request: &Request<B>,
    visit: &Visit,
    refusal: &Refusal,
) -> Response<Full<Bytes>> {
    let path = request.uri().path();
    https.refused(
        What::WebSocket,
        visit,
        path,
        refusal.id(),
        &refusal.to_string(),
    );
    refusal.response()
}

fn choose<B>(request: &Request<B>) -> Result<(Protocol, HeaderValue), Refusal> {
    let headers = request.headers();
    let protocol = protocol(request.uri().path(), headers)?;
    if request.method() != Method::GET {
        return Err(Refusal::Handshake("its method is not GET"));
    }
    if !names(headers, &header::CONNECTION).any(|name| name.eq_ignore_ascii_case("upgrade")) {
        return Err(Refusal::Handshake("Connection does not name Upgrade"));
    }
    if headers.get(header::SEC_WEBSOCKET_VERSION) != Some(&HeaderValue::from_static(VERSION)) {
        return Err(Refusal::Handshake("Sec-WebSocket-Version is not 13"));
    }
    let key = headers.get(header::SEC_WEBSOCKET_KEY);
    let key = key.ok_or(Refusal::Handshake("it has no Sec-WebSocket-Key"))?;
    let accept = derive_accept_key(key.as_bytes());
    let accept = HeaderValue::try_from(accept).map_err(|_| Refusal::Handshake("its key is odd"))?;
    Ok((protocol, accept))
}

fn protocol(path: &str, headers: &HeaderMap) -> Result<Protocol, Refusal> {
    let path = path.strip_suffix('/').unwrap_or(path);
    let is_offered = |wanted: &str| {
        let mut offered = names(headers, &header::SEC_WEBSOCKET_PROTOCOL);
        offered.any(|name| name.eq_ignore_ascii_case(wanted))
    };
    // Some libraries write the $ as %24.
    match path.replacen("/%24", "/$", 1).as_str() {
        "/$iothub/websocket" if is_offered(MQTT) => Ok(Protocol::Mqtt),
        "/$iothub/websocket" | "/$servicebus/websocket" if is_offered(AMQP) => Ok(Protocol::Amqp),
        "/$iothub/websocket" => Err(Refusal::Protocol("mqtt or AMQPWSB10")),
        "/$servicebus/websocket" => Err(Refusal::Protocol("AMQPWSB10")),
        _ => Err(Refusal::Path),
    }
}

/// The names in a header that holds a list of them.
fn names<'a>(headers: &'a HeaderMap, header: &HeaderName) -> impl Iterator<Item = &'a str> {
    let values = headers.get_all(header).into_iter();
    let texts = values.filter_map(|value| value.to_str().ok());
    texts.flat_map(|text| text.split(',').map(str::trim))
}

fn switch(protocol: &'static str, accept: HeaderValue) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static(WEBSOCKET));
    headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
    let protocol = HeaderValue::from_static(protocol);
    headers.insert(header::SEC_WEBSOCKET_PROTOCOL, protocol);
    response
}

impl Refusal {
    /// A short name for it, of a fixed set.
    fn id(&self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Protocol(_) => "subprotocol",
            Self::Handshake(_) => "handshake",
        }
    }

    fn response(&self) -> Response<Full<Bytes>> {
        let status = match self {
            Self::Path | Self::Protocol(_) | Self::Handshake(_) => StatusCode::BAD_REQUEST,
        };
        let mut response = plain(status, format!("{self}\n"));
        if matches!(self, Self::Handshake(_)) {
            let version = HeaderValue::from_static(VERSION);
            response
                .headers_mut()
                .insert(header::SEC_WEBSOCKET_VERSION, version);
        }
        response
    }
}
