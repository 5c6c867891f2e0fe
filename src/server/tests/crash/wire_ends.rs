//! The users' ends of connections to the hub: MQTT and HTTP, both over TLS.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use http::{Request, Response, header};
use http_body_util::{BodyExt as _, Full};
use hyper::{body::Incoming, client::conn::http1};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::Notify,
    task::AbortHandle,
};
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{
        self, ClientConfig, RootCertStore,
        crypto::ring,
        pki_types::{CertificateDer, ServerName, pem::PemObject as _},
    },
};
use wire::{
    mqtt::{
        Frame, Splitter, encode,
        mqttrs::{Connect, Packet, Pid, Protocol, QoS, Subscribe, SubscribeTopic},
    },
    sas::{SasToken, SharedAccessKey, device_resource},
};

use crate::{kept::KEY, subject::HOST};

/// The hub is gone.
#[derive(Debug)]
pub(crate) struct Broken;

/// Where the hub is to be found.
pub(crate) struct Ends {
    mqtts: SocketAddr,
    https: SocketAddr,
    tls: TlsConnector,
    /// The certificate to trust.
    pub(crate) authority: Vec<u8>,
    /// Told of every event that is acknowledged.
    pub(crate) acknowledged: Notify,
}

/// A device's MQTT connection.
pub(crate) struct Mqtt {
    stream: TlsStream<TcpStream>,
    splitter: Splitter,
}

/// A service's connection.
pub(crate) struct Rest {
    sender: http1::SendRequest<Full<Bytes>>,
    connection: AbortHandle,
}

/// What a request was answered with.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Without its quotes.
    pub(crate) etag: String,
    pub(crate) body: Bytes,
}

impl Ends {
    /// By what the hub has written for its clients.
    pub(crate) fn new(connections: &Value) -> Self {
        let address = |name: &str| {
            let port = connections["ports"][name].as_u64().unwrap();
            SocketAddr::from((Ipv4Addr::LOCALHOST, u16::try_from(port).unwrap()))
        };
        let authority = std::fs::read(connections["ca"].as_str().unwrap()).unwrap();
        let mut roots = RootCertStore::empty();
        let trusted = CertificateDer::from_pem_slice(&authority).unwrap();
        roots.add(trusted).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self {
            mqtts: address("mqtts"),
            https: address("https"),
            tls: TlsConnector::from(Arc::new(config)),
            authority,
            acknowledged: Notify::new(),
        }
    }

    async fn open(&self, address: SocketAddr) -> Result<TlsStream<TcpStream>, Broken> {
        let opened = TcpStream::connect(address).await;
        let stream = opened.map_err(|_| Broken)?;
        let _ = stream.set_nodelay(true);
        let name = ServerName::try_from(HOST).unwrap();
        self.tls.connect(name, stream).await.map_err(|error| {
            assert!(!is_of_tls(&error), "the hub is not to be trusted: {error}");
            Broken
        })
    }

    /// Connects a device with a session that outlives the connection.
    pub(crate) async fn mqtt(&self, id: &str) -> Result<Mqtt, Broken> {
        let user_name = format!("{HOST}/{id}/?api-version=2021-04-12");
        let key = SharedAccessKey::from(KEY);
        let password = token(&device_resource(HOST, id, None), &key, None);
        let connect = Packet::Connect(Connect {
            protocol: Protocol::MQTT311,
            keep_alive: 0,
            client_id: id,
            clean_session: false,
            last_will: None,
            username: Some(&user_name),
            password: Some(password.as_bytes()),
        });
        let mut mqtt = Mqtt {
            stream: self.open(self.mqtts).await?,
            splitter: Splitter::new(1 << 20),
        };
        mqtt.send(&connect).await?;
        let answer = mqtt.next().await?;
        assert_eq!(answer.name(), "CONNACK");
        Ok(mqtt)
    }

    pub(crate) async fn rest(&self) -> Result<Rest, Broken> {
        let stream = TokioIo::new(self.open(self.https).await?);
        let (sender, connection) = http1::handshake(stream).await.map_err(|_| Broken)?;
        let connection = tokio::spawn(connection).abort_handle();
        Ok(Rest { sender, connection })
    }
}

impl Mqtt {
    pub(crate) async fn send(&mut self, packet: &Packet<'_>) -> Result<(), Broken> {
        let bytes = encode(packet).unwrap();
        let sent = self.stream.write_all(&bytes).await;
        sent.map_err(|_| Broken)?;
        self.stream.flush().await.map_err(|_| Broken)
    }

    /// Asks to be sent what matches a filter. The answer is still to come.
    pub(crate) async fn subscribe(&mut self, filter: &str, qos: QoS) -> Result<(), Broken> {
        let topic = SubscribeTopic {
            topic_path: filter.to_owned(),
            qos,
        };
        let subscribe = Subscribe {
            pid: Pid::new(),
            topics: vec![topic],
        };
        self.send(&Packet::Subscribe(subscribe)).await
    }

    pub(crate) async fn next(&mut self) -> Result<Frame<'static>, Broken> {
        let mut buffer = vec![0; 16 * 1024];
        loop {
            if let Some(frame) = self.splitter.next_frame().unwrap() {
                return Ok(frame);
            }
            match self.stream.read(&mut buffer).await {
                Ok(0) | Err(_) => return Err(Broken),
                Ok(count) => self.splitter.push(&buffer[..count]),
            }
        }
    }
}

impl Rest {
    /// Asks, as a service with all rights, for what must succeed.
    pub(crate) async fn do_it(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Result<Answer, Broken> {
        let (plain, query) = path.split_once('?').unwrap_or((path, ""));
        let key = SharedAccessKey::from(KEY);
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{plain}?api-version=2021-04-12&{query}"))
            .header(header::HOST, HOST)
            .header(
                header::AUTHORIZATION,
                token(HOST, &key, Some("iothubowner")),
            );
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::from(body.to_owned())).unwrap();
        let answered = self.sender.send_request(request).await;
        let answer = Answer::read(answered.map_err(|_| Broken)?).await?;
        let text = String::from_utf8_lossy(&answer.body);
        let is_success = (200..300).contains(&answer.status);
        assert!(is_success, "{method} {path}: {} {text}", answer.status);
        Ok(answer)
    }
}

/// Nothing of a connection outlives the hub that it was to.
impl Drop for Rest {
    fn drop(&mut self) {
        self.connection.abort();
    }
}

impl Answer {
    /// The whole of an answer.
    async fn read(response: Response<Incoming>) -> Result<Self, Broken> {
        let etag = response.headers().get(header::ETAG);
        let etag = etag.and_then(|it| it.to_str().ok()).unwrap_or_default();
        let (status, etag) = (response.status(), etag.trim_matches('"').to_owned());
        let body = response.into_body().collect().await;
        Ok(Self {
            status: status.as_u16(),
            etag,
            body: body.map_err(|_| Broken)?.to_bytes(),
        })
    }
}

/// Whether a handshake failed for what the other end said, and not because it was gone.
fn is_of_tls(error: &io::Error) -> bool {
    let inner: Option<&rustls::Error> = error.get_ref().and_then(|it| it.downcast_ref());
    inner.is_some()
}

fn token(resource: &str, key: &SharedAccessKey, policy: Option<&str>) -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let token = SasToken::sign(resource, key, since.as_secs() + 36_000, policy);
    token.to_text().expose().clone()
}
