//! The page's side: a server with the relay, and requests to it just as a test writes them.

use std::net::{Ipv4Addr, SocketAddr};

use client::service::{Call, CallError};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use hub::HubOptions;
use serde_json::Value;
use server::{
    emulator::{Emulator, EmulatorOptions},
    host::HubHandle,
    host_names::HostNames,
    listener::Bound,
    playground::Playground,
    relay::{Relay, RelayOptions},
    site::{FrameAncestors, Site},
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use crate::hub::LONG;

pub(crate) struct Page {
    pub(crate) address: SocketAddr,
    _served: Option<(Emulator, TempDir)>,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Page {
    /// The page of a server with this relay.
    pub(crate) fn new(options: RelayOptions) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("index.html"), "<p>home").unwrap();
        let localhost = Ipv4Addr::LOCALHOST.into();
        let playground = Playground {
            site: Site::open(folder.path(), &FrameAncestors::default()).unwrap(),
            relay: Relay::new(options).unwrap(),
            names: HostNames::new(localhost, "localhost"),
        };
        let (hub, _ended) = HubHandle::ephemeral(HubOptions::new("localhost", [8; 32])).unwrap();
        let bound = Bound::new(SocketAddr::new(localhost, 0)).unwrap();
        let address = SocketAddr::new(localhost, bound.port());
        let options = EmulatorOptions::default();
        let emulator = Emulator::start_with_playground(hub, playground, bound, options).unwrap();
        Self {
            address,
            _served: Some((emulator, folder)),
        }
    }

    /// The page of a server that runs elsewhere.
    pub(crate) fn at(address: SocketAddr) -> Self {
        Self {
            address,
            _served: None,
        }
    }

    /// Sends a request just as it is given. A header of the test's own stands in place of the usual one.
    pub(crate) async fn ask(&self, line: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let (host, length) = (self.address.to_string(), body.len().to_string());
        let usual = [
            ("Host", host.as_str()),
            ("Content-Length", length.as_str()),
            ("Connection", "close"),
        ];
        let usual = usual.iter().filter(|(name, _)| {
            let mut own = headers.iter();
            !own.any(|(own, _)| own.eq_ignore_ascii_case(name))
        });
        let mut request = format!("{line} HTTP/1.1\r\n").into_bytes();
        for (name, value) in usual.chain(headers) {
            request.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
        }
        request.extend_from_slice(b"\r\n");
        request.extend_from_slice(body);
        let exchange = async {
            let mut stream = TcpStream::connect(self.address).await.unwrap();
            // Who refuses early does not read all of it.
            let _ = stream.write_all(&request).await;
            let mut answer = Vec::new();
            let _ = stream.read_to_end(&mut answer).await;
            answer
        };
        Answer::read(&timeout(LONG, exchange).await.expect("in time"))
    }

    /// Asks the relay for a call without a body.
    pub(crate) async fn relay(&self, method: &str, target: &str) -> Answer {
        let headers = [("x-relay-method", method)];
        self.ask(&format!("POST /relay/{target}"), &headers, b"")
            .await
    }

    /// Carries the call of a service program through the relay.
    pub(crate) async fn send(&self, host: &str, request: &Request<Vec<u8>>) -> Answer {
        let mut headers = vec![("x-relay-method", request.method().as_str())];
        for (name, value) in request.headers() {
            if name != "host" {
                headers.push((name.as_str(), value.to_str().unwrap()));
            }
        }
        let line = format!("POST /relay/{host}{}", request.uri());
        self.ask(&line, &headers, request.body()).await
    }

    /// The same, read as a service program does.
    pub(crate) async fn call<T>(&self, host: &str, call: Call<T>) -> Result<T, CallError> {
        let answer = self.send(host, &call.request).await;
        assert_eq!(answer.relay_error(), None, "{}", answer.text());
        let mut response = Response::new(answer.body);
        *response.status_mut() = answer.status.try_into().unwrap();
        *response.headers_mut() = answer.headers;
        call.read(response)
    }
}

impl Answer {
    fn read(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|it| it == b"\r\n\r\n");
        let end = end.expect("an answer");
        let head = std::str::from_utf8(&bytes[..end]).unwrap();
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap();
        let headers = lines.map(|line| {
            let (name, value) = line.split_once(": ").unwrap();
            (
                name.parse::<HeaderName>().unwrap(),
                value.parse::<HeaderValue>().unwrap(),
            )
        });
        Self {
            status: status.parse().unwrap(),
            headers: headers.collect(),
            body: bytes[end + 4..].to_vec(),
        }
    }

    /// Of which kind the answer is, if it is one of the relay itself.
    pub(crate) fn relay_error(&self) -> Option<&str> {
        let kind = self.headers.get("x-relay-error")?.to_str().unwrap();
        let body: Value = serde_json::from_slice(&self.body).unwrap();
        assert_eq!(body["error"], kind);
        assert!(body["message"].as_str().is_some_and(|text| text.len() > 20));
        Some(kind)
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// Checks that it is the relay's own, of this kind.
    #[track_caller]
    pub(crate) fn expect_error(&self, status: u16, kind: &str, what: &str) {
        let found = (self.status, self.relay_error());
        assert_eq!(found, (status, Some(kind)), "{what}: {}", self.text());
    }
}
