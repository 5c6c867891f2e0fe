//! The world of the `amqp` crate, over real sockets: its connections can be cut, and its clock moved.

use std::{
    net::Ipv4Addr,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, AtomicU16, AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use amqp::network::{Network, SUBPROTOCOL};
use futures::{SinkExt, StreamExt};
use http::{HeaderValue, header};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream},
    net::TcpStream,
    sync::Notify,
};
use tokio_rustls::{
    TlsConnector,
    rustls::{
        ClientConfig, RootCertStore,
        crypto::ring::default_provider,
        pki_types::{CertificateDer, ServerName, pem::PemObject},
    },
};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Message, client::IntoClientRequest},
};
use wire::timestamp::Timestamp;

/// What tests do to the network.
#[derive(Default)]
pub(crate) struct Hand {
    port: AtomicU16,
    cut: Notify,
    opened: Mutex<Vec<String>>,
    barred: AtomicUsize,
    ahead: AtomicI64,
    moved: Notify,
}

impl Hand {
    /// Leads all connections from now on to a port.
    pub(crate) fn lead_to(&self, port: u16) {
        self.port.store(port, Ordering::SeqCst);
    }

    /// Cuts all connections.
    pub(crate) fn cut(&self) {
        self.cut.notify_waiters();
    }

    /// Bars so many attempts to connect.
    pub(crate) fn bar(&self, attempts: usize) {
        self.barred.store(attempts, Ordering::SeqCst);
    }

    /// All addresses that were to be opened.
    pub(crate) fn opened(&self) -> Vec<String> {
        self.opened.lock().unwrap().clone()
    }

    /// Moves the clock, and wakes whoever sleeps by it.
    pub(crate) fn move_clock(&self, milliseconds: i64) {
        self.ahead.fetch_add(milliseconds, Ordering::SeqCst);
        self.moved.notify_waiters();
    }
}

/// Whatever host and port are named, the connection goes to one port of this machine.
pub(crate) struct TestNetwork {
    pub(crate) trusted: PathBuf,
    pub(crate) hand: Arc<Hand>,
}

impl Network for TestNetwork {
    type Stream = DuplexStream;

    async fn open(&self, url: &str) -> Result<DuplexStream, String> {
        self.hand.opened.lock().unwrap().push(url.to_owned());
        let barred = &self.hand.barred;
        let less = |left: usize| left.checked_sub(1);
        if barred
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, less)
            .is_ok()
        {
            return Err("the way is barred".to_owned());
        }
        let websocket = self.handshake(url).await?;
        let (ours, theirs) = tokio::io::duplex(65_536);
        let hand = Arc::clone(&self.hand);
        tokio::task::spawn_local(async move {
            tokio::select! {
                () = carry(websocket, theirs) => {}
                () = hand.cut.notified() => {}
            }
        });
        Ok(ours)
    }

    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let now = i64::try_from(since.as_millis()).unwrap();
        let now = now + self.hand.ahead.load(Ordering::SeqCst);
        Timestamp::from_millis(now.try_into().unwrap())
    }

    async fn sleep(&self, duration: Duration) {
        let until = self.now().plus(duration);
        while self.now() < until {
            let moved = self.hand.moved.notified();
            let left = until.since(self.now());
            let _ = tokio::time::timeout(left, moved).await;
        }
    }
}

impl TestNetwork {
    async fn handshake(
        &self,
        url: &str,
    ) -> Result<WebSocketStream<tokio_rustls::client::TlsStream<TcpStream>>, String> {
        let mut request = url.into_client_request().map_err(|it| it.to_string())?;
        let host = request.uri().host().unwrap_or_default().to_owned();
        let subprotocol = HeaderValue::from_static(SUBPROTOCOL);
        request
            .headers_mut()
            .insert(header::SEC_WEBSOCKET_PROTOCOL, subprotocol);
        let mut roots = RootCertStore::empty();
        let authority = CertificateDer::from_pem_file(&self.trusted).unwrap();
        roots.add(authority).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let port = self.hand.port.load(Ordering::SeqCst);
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await;
        let stream = stream.map_err(|error| error.to_string())?;
        let name = ServerName::try_from(host).map_err(|error| error.to_string())?;
        let connector = TlsConnector::from(Arc::new(config));
        let stream = connector.connect(name, stream).await;
        let stream = stream.map_err(|error| error.to_string())?;
        let opened = client_async(request, stream).await;
        let (websocket, _) = opened.map_err(|error| error.to_string())?;
        Ok(websocket)
    }
}

/// Carries bytes between a WebSocket and a pipe, until either ends.
async fn carry<S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin>(
    mut websocket: WebSocketStream<S>,
    pipe: DuplexStream,
) {
    let (mut reader, mut writer) = tokio::io::split(pipe);
    let mut piece = vec![0; 16_384];
    loop {
        tokio::select! {
            read = reader.read(&mut piece) => match read {
                Ok(count @ 1..) => {
                    let message = Message::binary(piece[..count].to_vec());
                    if websocket.send(message).await.is_err() {
                        return;
                    }
                }
                _ => return,
            },
            message = websocket.next() => match message {
                Some(Ok(Message::Binary(bytes))) => {
                    if writer.write_all(&bytes).await.is_err() {
                        return;
                    }
                }
                Some(Ok(_)) => {}
                _ => return,
            },
        }
    }
}
