//! The HTTP proxy through which a network lets its machines out, and how a hub is reached through it.
//!
//! The proxy is asked for a tunnel (CONNECT), in which TLS goes from here to the hub: it learns the hub's name and no
//! more. It is the proxy that looks the name up, so that nobody here can check where the name leads. What is left are the
//! list of hubs and the hub's certificate, and the proxy's own rules.

use std::{fmt, net::IpAddr};

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, Uri, header, uri::Authority};
use http_body_util::Empty;
use hyper::{body::Incoming, client::conn::http1};
use hyper_util::{
    client::proxy::matcher::{Intercept, Matcher},
    rt::TokioIo,
};
use tokio::{net::TcpStream, task::JoinSet};
use wire::secret::SecretString;

use super::{hosts::HubAddress, refusal::Refusal};

/// The most bytes of a proxy's answer before the tunnel begins.
const MOST_HEADERS: usize = 64 * 1024;
/// Where a proxy listens if its URL does not say.
const PORT: u16 = 80;
/// The variables that name a proxy for HTTPS, and those that say what goes without one, as other programs read them.
const NAMES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
const WITHOUT: [&str; 2] = ["NO_PROXY", "no_proxy"];

/// Which hubs are reached through a proxy, and through which.
#[derive(Debug, Default)]
pub struct Proxies {
    rule: Option<Matcher>,
    /// Why the proxy cannot be used.
    unusable: Option<ProxyError>,
}

/// A text names no proxy that can be used. The text may hold a password, so it is not told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{source_name} names no proxy that the relay can use; give http://HOST:PORT, or http://USER:PASSWORD@HOST:PORT with %XX \
     for special characters. Proxies that are themselves reached over TLS or SOCKS are not supported"
)]
pub struct ProxyError {
    /// Where the text stands.
    source_name: String,
}

/// A proxy to go through.
#[derive(Clone)]
pub(super) struct Proxy {
    pub(super) host: String,
    pub(super) port: u16,
    /// What it is told of who asks: a secret.
    authorization: Option<HeaderValue>,
}

impl Proxies {
    /// What the environment says: `HTTPS_PROXY` or `ALL_PROXY`, and `NO_PROXY`. A proxy that cannot be used is told of
    /// when a hub is to be reached through it: what a machine is set up with for other programs keeps nobody from what
    /// needs no proxy.
    pub fn of_environment() -> Self {
        let named = NAMES.into_iter().find_map(|name| Some((name, read(name)?)));
        let Some((name, url)) = named else {
            return Self::default();
        };
        match Self::parse(name, &url) {
            Ok(proxies) => proxies,
            Err(error) => Self {
                // Whatever would go through it is refused.
                rule: Some(rule("http://unusable.invalid")),
                unusable: Some(error),
            },
        }
    }

    /// This proxy for all hubs but those of `NO_PROXY`. `source_name` is what an error calls it.
    pub fn given(source_name: &str, url: &SecretString) -> Result<Self, ProxyError> {
        Self::parse(source_name, url)
    }

    fn parse(source_name: &str, url: &SecretString) -> Result<Self, ProxyError> {
        let error = || ProxyError {
            source_name: source_name.to_owned(),
        };
        let anywhere = Uri::from_static("https://hub.invalid");
        let found = Matcher::builder().https(url.expose().as_str()).build();
        let found = found
            .intercept(&anywhere)
            .filter(|_| is_plain(url.expose()));
        Proxy::new(&found.ok_or_else(error)?).ok_or_else(error)?;
        Ok(Self {
            rule: Some(rule(url.expose())),
            unusable: None,
        })
    }

    /// Which proxy there is, for a person and without any password, or why it cannot be used.
    pub fn told(&self) -> Option<Result<String, &ProxyError>> {
        let anywhere = Uri::from_static("https://hub.invalid");
        let found = self.rule.as_ref()?.intercept(&anywhere)?;
        match &self.unusable {
            Some(error) => Some(Err(error)),
            None => Some(Ok(Proxy::new(&found)?.to_string())),
        }
    }

    /// The proxy for a hub, if it is not reached without one. This machine itself always is.
    pub(super) fn of(&self, hub: &HubAddress) -> Result<Option<Proxy>, Refusal> {
        let uri = format!("https://{hub}").parse().ok();
        let found = uri.and_then(|uri: Uri| self.rule.as_ref()?.intercept(&uri));
        let Some(found) = found.filter(|_| !is_here(&hub.host)) else {
            return Ok(None);
        };
        match &self.unusable {
            Some(error) => Err(Refusal::ProxyUnusable(error.clone())),
            None => Ok(Proxy::new(&found)),
        }
    }
}

impl Proxy {
    fn new(found: &Intercept) -> Option<Self> {
        let uri = found.uri();
        let host = uri.host().filter(|host| !host.is_empty())?;
        let is_plain = uri.scheme_str() == Some("http");
        let behind_host = uri.authority()?.as_str().strip_prefix(host)?;
        let port = match behind_host.strip_prefix(':') {
            Some(port) => port.parse().ok().filter(|port| *port > 0)?,
            None => PORT,
        };
        is_plain.then(|| Self {
            host: host.trim_matches(['[', ']']).to_owned(),
            port,
            authorization: found.basic_auth().cloned(),
        })
    }

    /// Has the proxy make a tunnel to a hub, on a connection to it.
    pub(super) async fn tunnel(
        &self,
        hub: &HubAddress,
        socket: TcpStream,
    ) -> Result<TokioIo<hyper::upgrade::Upgraded>, Refusal> {
        let broken = |error: hyper::Error| self.unreachable(format!("it broke off: {error}"));
        let mut builder = http1::Builder::new();
        builder.max_buf_size(MOST_HEADERS);
        let handshake = builder.handshake(TokioIo::new(socket)).await;
        let (mut sender, connection) = handshake.map_err(broken)?;
        // It ends with this function, or with the tunnel.
        let mut driver = JoinSet::new();
        driver.spawn(connection.with_upgrades());
        let answer = sender.send_request(self.request(hub)?).await;
        let answer = self.look_at(answer.map_err(broken)?)?;
        let tunnel = hyper::upgrade::on(answer).await;
        Ok(TokioIo::new(tunnel.map_err(broken)?))
    }

    fn request(&self, hub: &HubAddress) -> Result<Request<Empty<Bytes>>, Refusal> {
        let wrong = |_| Refusal::BadRequest("the hub's name cannot be told to a proxy".to_owned());
        let authority = format!("{}:{}", hub.host, hub.port);
        let host = HeaderValue::from_str(&authority).map_err(|_| Refusal::HostNotFound)?;
        let authority: Authority = authority.parse().map_err(wrong)?;
        let mut request = Request::new(Empty::new());
        *request.method_mut() = Method::CONNECT;
        *request.uri_mut() = Uri::from(authority);
        let headers = request.headers_mut();
        headers.insert(header::HOST, host);
        if let Some(authorization) = &self.authorization {
            headers.insert(header::PROXY_AUTHORIZATION, authorization.clone());
        }
        Ok(request)
    }

    fn look_at(&self, answer: Response<Incoming>) -> Result<Response<Incoming>, Refusal> {
        let (proxy, status) = (self.to_string(), answer.status());
        match status {
            status if status.is_success() => Ok(answer),
            StatusCode::PROXY_AUTHENTICATION_REQUIRED => {
                let has_password = self.authorization.is_some();
                Err(Refusal::ProxyPassword {
                    proxy,
                    has_password,
                })
            }
            StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT => Err(Refusal::BehindProxy { proxy, status }),
            status => Err(Refusal::ProxyRefused { proxy, status }),
        }
    }

    pub(super) fn unreachable(&self, why: String) -> Refusal {
        let proxy = self.to_string();
        Refusal::ProxyUnreachable { proxy, why }
    }
}

impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// Everything goes through a proxy, but what `NO_PROXY` names.
fn rule(url: &str) -> Matcher {
    let without = WITHOUT.into_iter().find_map(read);
    let without = without.map_or_else(String::new, SecretString::into_inner);
    Matcher::builder().https(url).no(without).build()
}

/// Whether a URL is nothing but a scheme, a password and a host. With a special character that is not written as `%XX`,
/// a part of the password could be taken for the host's name, and be told.
fn is_plain(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    !rest.contains(['/', '?', '#', '\\']) && rest.matches('@').count() <= 1
}

fn read(name: &str) -> Option<SecretString> {
    let value = std::env::var(name).ok()?;
    (!value.trim().is_empty()).then(|| value.trim().into())
}

/// Whether a host is this very machine.
fn is_here(host: &str) -> bool {
    let bare = host.trim_matches(['[', ']']);
    let address = bare.parse::<IpAddr>();
    bare == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxy(url: &str) -> Option<Proxy> {
        let hub = "hub.example".parse::<Uri>().unwrap();
        let uri = format!("https://{hub}").parse::<Uri>().unwrap();
        Proxies::parse("--relay-proxy", &url.into())
            .ok()
            .and_then(|it| Proxy::new(&it.rule.unwrap().intercept(&uri)?))
    }

    fn check(url: &str, told: Option<&str>, authorization: Option<&str>) {
        let proxy = proxy(url);
        assert_eq!(proxy.as_ref().map(ToString::to_string).as_deref(), told);
        let found = proxy.and_then(|proxy| proxy.authorization);
        assert_eq!(
            found.as_ref().map(|it| it.to_str().unwrap()),
            authorization,
            "{url}"
        );
    }

    #[test]
    fn proxies_are_read_as_other_programs_write_them() {
        check(
            "http://proxy.example:3128",
            Some("proxy.example:3128"),
            None,
        );
        check("http://proxy.example/", Some("proxy.example:80"), None);
        check("proxy.example:8080", Some("proxy.example:8080"), None);
        check("http://[::1]:3128", Some("[::1]:3128"), None);
        // `user:p@ss`, in Base64.
        check(
            "http://user:p%40ss@proxy.example:3128",
            Some("proxy.example:3128"),
            Some("Basic dXNlcjpwQHNz"),
        );
    }

    #[test]
    fn what_is_no_usable_proxy_is_refused_without_being_told() {
        for url in [
            "",
            "http://",
            "https://user:secret@proxy.example",
            "socks5://user:secret@proxy.example:1080",
            "ftp://user:secret@proxy.example",
            "http://user:sec ret@proxy.example",
            "http://user:secret@proxy.example:port",
            "http://user:secret@proxy.example:0",
            "http://user:secret@proxy.example:65536",
            "http://user:12/secret@proxy.example",
            "http://user:12#secret@proxy.example",
            "http://user:12?secret@proxy.example",
            "http://user:12@secret@proxy.example",
            "http://user:12\\secret@proxy.example",
        ] {
            let error = Proxies::parse("--relay-proxy", &url.into()).unwrap_err();
            let said = format!("{error} {error:?}");
            assert!(said.contains("--relay-proxy"), "{said}");
            assert!(!said.contains("sec"), "{said}");
        }
    }

    #[test]
    fn what_is_told_of_a_proxy_holds_no_password() {
        let proxies =
            Proxies::parse("--relay-proxy", &"http://user:secret@proxy:3128".into()).unwrap();
        let said = format!("{proxies:?} {:?}", proxies.told());
        assert!(
            said.contains("proxy") && !said.contains("secret") && !said.contains("user"),
            "{said}"
        );
    }
}
