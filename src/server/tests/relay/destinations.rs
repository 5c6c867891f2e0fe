//! Where calls go, and where they cannot be made to go.

use std::{
    collections::VecDeque,
    io,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex},
};

use futures::future::BoxFuture;
use server::relay::{Authorities, Network, RelayOptions};
use tokio::{net::TcpStream, sync::mpsc};

use crate::{
    hub::{TestServer, read_request, tls_for},
    page::Page,
};

pub(crate) const CALL: &str = "contoso.azure-devices.net/devices/dev1?api-version=2021-04-12";

/// A network in which names lead where a test says, and in which all addresses are those of one server.
#[derive(Default)]
pub(crate) struct TestNetwork {
    /// What each question for an address is answered with, in turn.
    pub(crate) answers: Mutex<VecDeque<Vec<IpAddr>>>,
    pub(crate) asked: Mutex<Vec<String>>,
    pub(crate) dialled: Mutex<Vec<SocketAddr>>,
    pub(crate) server: Option<SocketAddr>,
}

impl TestNetwork {
    pub(crate) fn with<const N: usize>(
        answers: [&[&str]; N],
        server: Option<SocketAddr>,
    ) -> Arc<Self> {
        let parsed = answers.map(|texts| texts.iter().map(|text| text.parse().unwrap()).collect());
        Arc::new(Self {
            answers: Mutex::new(parsed.into()),
            server,
            ..Self::default()
        })
    }

    pub(crate) fn dialled(&self) -> Vec<SocketAddr> {
        self.dialled.lock().unwrap().clone()
    }
}

impl Network for TestNetwork {
    fn resolve(&self, host: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        self.asked.lock().unwrap().push(host.to_owned());
        let answer = self.answers.lock().unwrap().pop_front();
        Box::pin(async { answer.ok_or_else(|| io::Error::other("no such name")) })
    }

    fn connect(&self, address: SocketAddr) -> BoxFuture<'static, io::Result<TcpStream>> {
        self.dialled.lock().unwrap().push(address);
        let server = self.server;
        Box::pin(async move {
            let server = server.ok_or(io::ErrorKind::ConnectionRefused)?;
            TcpStream::connect(server).await
        })
    }
}

fn page_in(network: &Arc<TestNetwork>) -> Page {
    Page::new(RelayOptions {
        network: Arc::clone(network) as _,
        ..RelayOptions::default()
    })
}

#[tokio::test]
async fn other_hosts_are_refused_however_they_are_written() {
    let network = TestNetwork::with([], None);
    let page = page_in(&network);
    for host in [
        "example.com",
        "localhost",
        "localhost:443",
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "[::1]",
        "[::ffff:7f00:1]",
        "[fe80::1%25lo]",
        "169.254.169.254",
        "azure-devices.net",
        ".azure-devices.net",
        "a.b.azure-devices.net",
        "contoso.azure-devices.net.",
        "contoso.azure-devices.net:8443",
        "contoso.azure-devices.net:443",
        "contoso.azure-devices.net.evil.example",
        "contoso.azure-devices.net@evil.example",
        "evil.example@contoso.azure-devices.net",
        "user:password@contoso.azure-devices.net",
        "evil.example%2f.azure-devices.net",
        "evil.example%2e.azure-devices.net",
        "evil.example%23.azure-devices.net",
        "contoso%2eazure-devices%2enet",
        "evil.example\\.azure-devices.net",
        "xn--contos-4ta.azure-devices.net",
        "https:",
        "",
    ] {
        let answer = page.relay("GET", &format!("{host}/devices/dev1")).await;
        answer.expect_error(403, "host-not-allowed", host);
    }
    assert!(
        network.asked.lock().unwrap().is_empty(),
        "no name was looked up"
    );
}

#[tokio::test]
async fn other_paths_are_refused_however_they_are_written() {
    let network = TestNetwork::with([], None);
    let page = page_in(&network);
    for path in [
        "",
        "/",
        "?api-version=2021-04-12",
        "/healthz",
        "/$iothub/websocket",
        "//evil.example/devices",
        "/https://evil.example/devices",
        "/devices/",
        "//devices/dev1",
        "/devices/..",
        "/devices/../statistics/devices",
        "/x/../devices/dev1",
        "/devices/%2e%2e",
        "/devices/%2e%2e%2fx",
        "/devices/a%2fb",
        "/devices/a%5cb",
        "/devices/a\\b",
        "/devices/a%252fb",
        "/devices/a%00",
        "/devices/a%0d%0ax:%20y",
        "/devices/dev1/messages/devicebound",
    ] {
        let answer = page
            .relay("GET", &format!("contoso.azure-devices.net{path}"))
            .await;
        answer.expect_error(403, "path-not-allowed", path);
    }
    assert!(
        network.asked.lock().unwrap().is_empty(),
        "no name was looked up"
    );
}

#[tokio::test]
async fn a_name_that_leads_to_this_machine_or_its_network_is_refused() {
    for address in [
        "127.0.0.1",
        "127.8.8.8",
        "10.1.2.3",
        "172.20.0.1",
        "192.168.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "168.63.129.16",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "fd00::1",
        "fe80::1",
        "ff02::1",
        "2002:7f00:1::",
    ] {
        // Alone, and hidden among others.
        for addresses in [&[address][..], &["20.1.2.3", address]] {
            let network = TestNetwork::with([addresses], None);
            let answer = page_in(&network).relay("GET", CALL).await;
            answer.expect_error(403, "host-not-allowed", address);
            assert_eq!(network.dialled(), [], "{address}");
        }
    }
}

#[tokio::test]
async fn the_address_that_was_looked_at_is_the_one_that_is_connected_to() {
    // Whoever asks twice is led astray.
    let network = TestNetwork::with([&["20.1.2.3"], &["127.0.0.1"]], None);
    let answer = page_in(&network).relay("GET", CALL).await;
    answer.expect_error(502, "unreachable", "nobody is there");
    assert_eq!(network.dialled(), ["20.1.2.3:443".parse().unwrap()]);
    assert_eq!(
        *network.asked.lock().unwrap(),
        ["contoso.azure-devices.net"]
    );
}

#[tokio::test]
async fn each_address_of_a_hub_is_tried_in_turn_and_not_all_of_many() {
    let many = [
        "20.0.0.1", "20.0.0.2", "20.0.0.3", "20.0.0.4", "20.0.0.5", "20.0.0.6",
    ];
    let network = TestNetwork::with([&many], None);
    let answer = page_in(&network).relay("GET", CALL).await;
    answer.expect_error(502, "unreachable", "nobody is there");
    let dialled: Vec<_> = network.dialled().iter().map(SocketAddr::ip).collect();
    let first: Vec<IpAddr> = many[..4].iter().map(|text| text.parse().unwrap()).collect();
    assert_eq!(dialled, first);
}

#[tokio::test]
async fn a_name_that_leads_nowhere_is_not_found() {
    for network in [TestNetwork::with([], None), TestNetwork::with([&[]], None)] {
        let answer = page_in(&network).relay("GET", CALL).await;
        answer.expect_error(502, "host-not-found", "no address");
    }
}

#[tokio::test]
async fn a_port_without_a_server_is_unreachable() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = format!("localhost:{}", listener.local_addr().unwrap().port());
    drop(listener);
    let page = Page::new(RelayOptions {
        named: vec![host.parse().unwrap()],
        ..RelayOptions::default()
    });
    let answer = page.relay("GET", &format!("{host}/devices/dev1")).await;
    answer.expect_error(502, "unreachable", &host);
}

#[tokio::test]
async fn an_emulators_authority_does_not_speak_for_hubs_of_the_service() {
    let (tls, folder) = tls_for("contoso.azure-devices.net");
    let (tell, mut told) = mpsc::unbounded_channel();
    let server = TestServer::with(&tls, folder, move |mut stream| {
        let tell = tell.clone();
        async move {
            let _ = tell.send(read_request(&mut stream).await);
        }
    })
    .await;
    let network = TestNetwork::with([&["20.1.2.3"]], Some(server.address));
    let page = Page::new(RelayOptions {
        named: vec!["localhost:8443".parse().unwrap()],
        authorities: Authorities::read(&server.authority).unwrap(),
        network: Arc::clone(&network) as _,
        ..RelayOptions::default()
    });
    let answer = page.relay("GET", CALL).await;
    answer.expect_error(502, "certificate", CALL);
    assert_eq!(network.dialled(), ["20.1.2.3:443".parse().unwrap()]);
    drop(server);
    // With TLS 1.3 the server may believe that all is well until it reads.
    let read = told.try_recv().unwrap_or_default();
    assert_eq!(read, "", "no byte of the call was sent");
}
