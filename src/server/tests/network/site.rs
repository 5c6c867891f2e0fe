//! An emulator for one test, and ways to it.

use std::{
    future::Future,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use client::{
    device::{Device, DeviceOptions},
    service::{Call, CallError, Service},
};
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hub::HubOptions;
use hyper_util::rt::{TokioExecutor, TokioIo};
use server::{
    data_folder::DataFolder,
    emulator::{Emulator, EmulatorOptions},
    host::HubHandle,
    ports::{BoundPorts, Ports},
    tls::{Names, Tls},
};
use tempfile::TempDir;
use tokio::net::{TcpSocket, TcpStream};
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{
        ClientConfig, RootCertStore, SupportedProtocolVersion,
        crypto::ring::default_provider,
        pki_types::{CertificateDer, ServerName, pem::PemObject},
        version::{TLS12, TLS13},
    },
};
use wire::{
    connection_string::{DeviceConnectionString, ServiceConnectionString},
    event::EventPosition,
    timestamp::Timestamp,
};

use crate::link::TestNetwork;

pub(crate) const HOST: &str = "localhost";
/// Longer than anything here takes, on a busy machine too.
pub(crate) const LONG: Duration = Duration::from_secs(20);

/// A connection of TLS.
pub(crate) type Secured = Box<TlsStream<TcpStream>>;

pub(crate) struct Site {
    pub(crate) hub: HubHandle,
    pub(crate) emulator: Emulator,
    pub(crate) ports: Ports,
    pub(crate) trusted: PathBuf,
    _folder: TempDir,
}

impl Site {
    pub(crate) fn new() -> Self {
        Self::with(EmulatorOptions::default())
    }

    pub(crate) fn with(options: EmulatorOptions) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listen = Ipv4Addr::LOCALHOST.into();
        let data = Arc::new(DataFolder::open(folder.path()).unwrap());
        let tls = Tls::own_authority(data, Names::new(HOST, listen).unwrap()).unwrap();
        let (hub, _ended) = HubHandle::ephemeral(HubOptions::new(HOST, [7; 32])).unwrap();
        let any = Ports {
            https: 0,
            mqtts: 0,
            amqps: 0,
            amqp: 0,
        };
        let bound = BoundPorts::new(listen, any).unwrap();
        let ports = bound.ports();
        Self {
            emulator: Emulator::start(hub.clone(), bound, &tls, options).unwrap(),
            hub,
            ports,
            trusted: tls.trusted().to_owned(),
            _folder: folder,
        }
    }

    pub(crate) async fn tcp(&self, port: u16) -> TcpStream {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        TcpStream::connect(address).await.unwrap()
    }

    /// A connection to the port of MQTT on which the system keeps little that is not read.
    pub(crate) async fn tls_with_little_room(&self) -> Secured {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.ports.mqtts));
        let stream = socket.connect(address).await.unwrap();
        self.secure(stream, &[&TLS13], &[]).await.unwrap()
    }

    /// A connection of TLS as most clients make it: without a word about what will be spoken.
    pub(crate) async fn tls(&self, port: u16) -> Secured {
        self.tls_of(port, &[&TLS12, &TLS13], &[]).await.unwrap()
    }

    pub(crate) async fn tls_of(
        &self,
        port: u16,
        versions: &[&'static SupportedProtocolVersion],
        protocols: &[&[u8]],
    ) -> std::io::Result<Secured> {
        self.secure(self.tcp(port).await, versions, protocols).await
    }

    async fn secure(
        &self,
        stream: TcpStream,
        versions: &[&'static SupportedProtocolVersion],
        protocols: &[&[u8]],
    ) -> std::io::Result<Secured> {
        let mut roots = RootCertStore::empty();
        let authority = CertificateDer::from_pem_file(&self.trusted).unwrap();
        roots.add(authority).unwrap();
        let mut config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_protocol_versions(versions)
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
        let name = ServerName::try_from(HOST).unwrap();
        let connector = TlsConnector::from(Arc::new(config));
        let connected = Box::pin(connector.connect(name, stream));
        connected.await.map(Box::new)
    }

    /// Sends a request on a connection of its own.
    pub(crate) async fn request(&self, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
        let stream = TokioIo::new(self.tls(self.ports.https).await);
        let (mut sender, connection) = hyper::client::conn::http1::handshake(stream).await.unwrap();
        tokio::spawn(connection);
        let request = request.map(|body| Full::new(Bytes::from(body)));
        whole(soon(sender.send_request(request)).await.unwrap()).await
    }

    /// The same, with HTTP/2.
    pub(crate) async fn request_http2(
        &self,
        mut request: Request<Vec<u8>>,
        protocols: &[&[u8]],
    ) -> Response<Vec<u8>> {
        let stream = self.tls_of(self.ports.https, &[&TLS13], protocols).await;
        let stream = TokioIo::new(stream.unwrap());
        let handshake = hyper::client::conn::http2::handshake(TokioExecutor::new(), stream);
        let (mut sender, connection) = handshake.await.unwrap();
        tokio::spawn(connection);
        let target = format!("https://{HOST}{}", request.uri());
        *request.uri_mut() = target.parse().unwrap();
        let request = request.map(|body| Full::new(Bytes::from(body)));
        whole(soon(sender.send_request(request)).await.unwrap()).await
    }

    pub(crate) fn service(&self) -> Service {
        let mut policies = self.hub.policies().iter();
        let owner = policies
            .find(|policy| policy.name == "iothubowner")
            .unwrap();
        Service::new(ServiceConnectionString {
            host_name: HOST.to_owned(),
            policy: owner.name.clone(),
            key: owner.primary_key.clone(),
        })
    }

    pub(crate) async fn call<T>(&self, mut call: Call<T>) -> Result<T, CallError> {
        let request = std::mem::take(&mut call.request);
        call.read(self.request(request).await)
    }

    /// Registers a device.
    pub(crate) async fn register(&self, id: &str) -> DeviceConnectionString {
        let created = self.call(self.service().create_device(now(), id)).await;
        created.unwrap();
        let id = id.to_owned();
        let string = self.hub.look(move |hub| hub.device_connection_string(&id));
        string.await.unwrap().unwrap()
    }

    /// Registers a device and switches it on. It runs on the `LocalSet` around it.
    pub(crate) async fn device(&self, id: &str, network: TestNetwork) -> Device {
        let string = self.register(id).await;
        let (device, driver) = Device::new(string, DeviceOptions::default(), network);
        tokio::task::spawn_local(driver);
        device
    }

    /// The bodies of all telemetry.
    pub(crate) async fn telemetry(&self) -> Vec<Vec<u8>> {
        let mut bodies = Vec::new();
        for partition in 0..self.hub.partition_count() {
            let read = self
                .hub
                .read_events(partition, EventPosition::Earliest, 100_000);
            let events = read.await.unwrap();
            bodies.extend(events.into_iter().map(|event| event.body));
        }
        bodies
    }
}

pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Timestamp::from_millis(since.as_millis().try_into().unwrap())
}

/// What must happen before the test has waited for too long.
pub(crate) async fn soon<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(LONG, future).await.expect("in time")
}

/// Runs a test whose devices stay on its thread.
pub(crate) async fn with_devices<F: Future>(test: F) -> F::Output {
    soon(tokio::task::LocalSet::new().run_until(test)).await
}

async fn whole(response: Response<hyper::body::Incoming>) -> Response<Vec<u8>> {
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    Response::from_parts(parts, body.to_vec())
}
