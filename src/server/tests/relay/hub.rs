//! What the relay carries calls to: an emulated hub, and servers that do as a test wants.

use std::{
    future::Future,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use client::service::Service;
use hub::HubOptions;
use server::{
    data_folder::DataFolder,
    emulator::{Emulator, EmulatorOptions},
    host::HubHandle,
    ports::{BoundPorts, Ports},
    relay::{Authorities, RelayOptions},
    tls::{Names, Secured, Tls},
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    sync::mpsc,
};
use wire::{connection_string::ServiceConnectionString, timestamp::Timestamp};

/// A hub of the emulator.
pub(crate) struct TestHub {
    name: &'static str,
    pub(crate) port: u16,
    pub(crate) authority: PathBuf,
    pub(crate) owner: ServiceConnectionString,
    _emulator: Emulator,
    _folder: TempDir,
}

impl TestHub {
    pub(crate) fn start() -> Self {
        Self::named("localhost")
    }

    /// A hub of another name, which leads nowhere by itself.
    pub(crate) fn named(name: &'static str) -> Self {
        let (tls, folder) = tls_for(name);
        let (hub, _ended) = HubHandle::ephemeral(HubOptions::new(name, [7; 32])).unwrap();
        let mut policies = hub.policies().iter();
        let owner = policies
            .find(|policy| policy.name == "iothubowner")
            .unwrap();
        let owner = ServiceConnectionString {
            host_name: name.to_owned(),
            policy: owner.name.clone(),
            key: owner.primary_key.clone(),
        };
        let any = Ports {
            https: 0,
            mqtts: 0,
            amqps: 0,
            amqp: 0,
        };
        let bound = BoundPorts::new(Ipv4Addr::LOCALHOST.into(), any).unwrap();
        Self {
            name,
            port: bound.ports().https,
            authority: tls.trusted().to_owned(),
            owner,
            _emulator: Emulator::start(hub, bound, &tls, EmulatorOptions::default()).unwrap(),
            _folder: folder,
        }
    }

    /// A service program's client that may do everything.
    pub(crate) fn service(&self) -> Service {
        Service::new(self.owner.clone())
    }

    /// Its name and its port.
    pub(crate) fn host(&self) -> String {
        format!("{}:{}", self.name, self.port)
    }

    /// What has the program know this hub, and trust its authority.
    pub(crate) fn options(&self) -> [String; 4] {
        let authority = self.authority.to_str().unwrap();
        ["--relay-to", &self.host(), "--relay-ca", authority].map(str::to_owned)
    }

    /// A relay that knows this hub, and trusts its authority.
    pub(crate) fn known(&self) -> RelayOptions {
        RelayOptions {
            named: vec![self.host().parse().unwrap()],
            authorities: Authorities::read(&self.authority).unwrap(),
            ..RelayOptions::default()
        }
    }
}

/// A server that does with each connection what a test says.
pub(crate) struct TestServer {
    pub(crate) address: SocketAddr,
    pub(crate) authority: PathBuf,
    _folder: TempDir,
}

impl TestServer {
    /// A server with a certificate for `localhost`.
    pub(crate) async fn start<F>(serve: impl Fn(Secured) -> F + Send + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let (tls, folder) = tls_for("localhost");
        Self::with(&tls, folder, serve).await
    }

    /// A server with a certificate of the test's choice.
    pub(crate) async fn with<F>(
        tls: &Tls,
        folder: TempDir,
        serve: impl Fn(Secured) -> F + Send + 'static,
    ) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let acceptor = tls.acceptor(&[b"http/1.1"], LONG).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                if let Ok(stream) = acceptor.accept(socket).await {
                    tokio::spawn(serve(stream));
                }
            }
        });
        Self {
            address,
            authority: tls.trusted().to_owned(),
            _folder: folder,
        }
    }

    /// A server that answers each request with these bytes, and tells what it was asked.
    pub(crate) async fn answering(
        answer: &'static [u8],
    ) -> (Self, mpsc::UnboundedReceiver<String>) {
        let (tell, told) = mpsc::unbounded_channel();
        let server = Self::start(move |mut stream| {
            let tell = tell.clone();
            async move {
                let _ = tell.send(read_request(&mut stream).await);
                let _ = stream.write_all(answer).await;
                let _ = stream.shutdown().await;
            }
        });
        (server.await, told)
    }

    pub(crate) fn host(&self) -> String {
        format!("localhost:{}", self.address.port())
    }

    /// A relay that knows this server, and trusts its authority.
    pub(crate) fn known(&self) -> RelayOptions {
        RelayOptions {
            named: vec![self.host().parse().unwrap()],
            authorities: Authorities::read(&self.authority).unwrap(),
            ..RelayOptions::default()
        }
    }
}

/// Longer than anything here takes, on a busy machine too.
pub(crate) const LONG: Duration = Duration::from_secs(20);

/// TLS for a server of this name, of an authority that nobody knows yet.
pub(crate) fn tls_for(name: &str) -> (Tls, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let data = Arc::new(DataFolder::open(folder.path()).unwrap());
    let names = Names::new(name, Ipv4Addr::LOCALHOST.into()).unwrap();
    (Tls::own_authority(data, names).unwrap(), folder)
}

/// Reads a request: its head, and as much of a body as the head says.
pub(crate) async fn read_request(stream: &mut Secured) -> String {
    let mut text = String::new();
    loop {
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(": ")?;
                let is_length = name.eq_ignore_ascii_case("content-length");
                is_length.then(|| value.parse().unwrap())
            });
            if body.len() >= length.unwrap_or(0) {
                return text;
            }
        }
        let mut some = [0; 4096];
        match stream.read(&mut some).await {
            Ok(count) if count > 0 => text.push_str(std::str::from_utf8(&some[..count]).unwrap()),
            _ => return text,
        }
    }
}

pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Timestamp::from_millis(since.as_millis().try_into().unwrap())
}
