//! Hubs that are reached through an HTTP proxy, as in a network that lets its machines out by no other way.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use server::relay::{Authorities, Proxies, RelayOptions, RelayTimes};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    time::timeout,
};

use crate::{
    destinations::{CALL, TestNetwork},
    hub::{LONG, TestHub, TestServer, now, read_request, tls_for},
    page::Page,
    program::Program,
};

const ELSEWHERE: &str = "hub.example";
const OPEN: &[u8] = b"HTTP/1.1 200 Connection established\r\n\r\n";

/// A proxy, and what it was asked.
struct TestProxy {
    address: SocketAddr,
    asked: mpsc::UnboundedReceiver<String>,
}

impl TestProxy {
    /// A proxy that answers so, and then leads to a place if there is one.
    async fn start(answer: &'static [u8], to: Option<SocketAddr>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (tell, asked) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(serve(socket, answer, to, tell.clone()));
            }
        });
        Self { address, asked }
    }

    /// A proxy that leads to a port of this machine, whatever it is asked for.
    async fn leading_to(port: u16) -> Self {
        Self::start(OPEN, Some(([127, 0, 0, 1], port).into())).await
    }

    fn url(&self, who: &str) -> String {
        format!("http://{who}{}", self.address)
    }

    fn proxies(&self, who: &str) -> Proxies {
        Proxies::given("--relay-proxy", &self.url(who).into()).unwrap()
    }

    /// The head of the next request for a tunnel.
    async fn asked(&mut self) -> String {
        timeout(LONG, self.asked.recv()).await.unwrap().unwrap()
    }

    fn was_asked(&mut self) -> bool {
        self.asked.try_recv().is_ok()
    }
}

async fn serve(
    mut socket: TcpStream,
    answer: &'static [u8],
    to: Option<SocketAddr>,
    tell: mpsc::UnboundedSender<String>,
) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match socket.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    let _ = tell.send(String::from_utf8(head).unwrap());
    let _ = socket.write_all(answer).await;
    if let Some(to) = to {
        let mut hub = TcpStream::connect(to).await.unwrap();
        let _ = copy_bidirectional(&mut socket, &mut hub).await;
    }
}

/// A relay that reaches a hub of another network through a proxy.
fn through(proxy: &TestProxy, hub: &TestHub) -> Page {
    Page::new(RelayOptions {
        proxies: proxy.proxies(""),
        ..hub.known()
    })
}

/// The page of a relay that knows a hub of another network, and reaches it through the proxy.
fn page_behind(proxies: Proxies) -> Page {
    Page::new(RelayOptions {
        named: vec![ELSEWHERE.parse().unwrap()],
        proxies,
        ..RelayOptions::default()
    })
}

async fn call(page: &Page) -> crate::page::Answer {
    page.relay("GET", &format!("{ELSEWHERE}/devices/dev1"))
        .await
}

#[tokio::test]
async fn a_hub_is_reached_through_the_proxy_and_its_name_is_looked_up_there() {
    let hub = TestHub::named(ELSEWHERE);
    let mut proxy = TestProxy::leading_to(hub.port).await;
    let network = TestNetwork::with([&["127.0.0.1"], &["127.0.0.1"]], Some(proxy.address));
    let page = Page::new(RelayOptions {
        proxies: proxy.proxies(""),
        network: Arc::clone(&network) as _,
        ..hub.known()
    });
    let create = hub.service().create_device(now(), "dev1");
    page.call(&hub.host(), create).await.unwrap();
    let read = hub.service().get_device(now(), "dev1");
    let read = page.call(&hub.host(), read).await.unwrap();
    assert_eq!(read.device_id, "dev1");
    let head = proxy.asked().await;
    let host = hub.host();
    assert_eq!(
        head,
        format!("CONNECT {host} HTTP/1.1\r\nhost: {host}\r\n\r\n")
    );
    assert!(network.dialled().iter().all(|it| *it == proxy.address));
    assert!(
        network
            .asked
            .lock()
            .unwrap()
            .iter()
            .all(|it| it == "127.0.0.1")
    );
}

#[tokio::test]
async fn a_hub_of_the_service_is_asked_for_at_its_port() {
    let mut proxy = TestProxy::start(b"HTTP/1.1 403 No\r\n\r\n", None).await;
    let page = Page::new(RelayOptions {
        proxies: proxy.proxies(""),
        ..RelayOptions::default()
    });
    page.relay("GET", CALL).await;
    let head = proxy.asked().await;
    assert!(
        head.starts_with("CONNECT contoso.azure-devices.net:443 HTTP/1.1\r\n"),
        "{head}"
    );
}

#[tokio::test]
async fn the_password_goes_to_the_proxy_and_no_further() {
    let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
    let (tls, folder) = tls_for(ELSEWHERE);
    let (tell, mut told) = mpsc::unbounded_channel();
    let server = TestServer::with(&tls, folder, move |mut stream| {
        let tell = tell.clone();
        async move {
            let _ = tell.send(read_request(&mut stream).await);
            let _ = stream.write_all(answer).await;
            let _ = stream.shutdown().await;
        }
    })
    .await;
    let mut proxy = TestProxy::leading_to(server.address.port()).await;
    let page = Page::new(RelayOptions {
        named: vec![ELSEWHERE.parse().unwrap()],
        authorities: Authorities::read(&server.authority).unwrap(),
        proxies: proxy.proxies("user:p%40ss@"),
        ..RelayOptions::default()
    });
    let answer = call(&page).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let head = proxy.asked().await;
    // `user:p@ss`, in Base64.
    assert!(
        head.contains("proxy-authorization: Basic dXNlcjpwQHNz\r\n"),
        "{head}"
    );
    assert!(!head.contains("authorization: Shared"), "{head}");
    let request = told.recv().await.unwrap();
    assert!(!request.to_lowercase().contains("proxy"), "{request}");
}

#[tokio::test]
async fn what_may_not_be_asked_for_is_not_asked_of_the_proxy_either() {
    let mut proxy = TestProxy::start(OPEN, None).await;
    let page = page_behind(proxy.proxies(""));
    for target in [
        "evil.example/devices/dev1",
        "10.0.0.1/devices/dev1",
        "169.254.169.254/devices/dev1",
        "hub.example:22/devices/dev1",
        "hub.example/healthz",
        "contoso.azure-devices.net:22/devices/dev1",
    ] {
        let answer = page.relay("GET", target).await;
        assert_eq!(answer.status, 403, "{target}");
    }
    assert!(!proxy.was_asked());
}

#[tokio::test]
async fn a_hub_on_this_machine_is_reached_without_the_proxy() {
    let hub = TestHub::start();
    let mut proxy = TestProxy::start(b"HTTP/1.1 403 No\r\n\r\n", None).await;
    let page = through(&proxy, &hub);
    let create = hub.service().create_device(now(), "dev1");
    page.call(&hub.host(), create).await.unwrap();
    assert!(!proxy.was_asked());
}

/// Checks what is said when the proxy answers so.
async fn check(answer: &'static [u8], who: &str, words: &[&str]) {
    let proxy = TestProxy::start(answer, None).await;
    let told = call(&page_behind(proxy.proxies(who))).await;
    let what = String::from_utf8_lossy(answer);
    told.expect_error(502, "unreachable", &what);
    let address = proxy.address.to_string();
    for word in words.iter().chain([&address.as_str()]) {
        assert!(told.text().contains(word), "{word}: {}", told.text());
    }
    assert!(!told.text().contains("secret"), "{}", told.text());
}

#[tokio::test]
async fn a_proxy_that_opens_no_tunnel_is_told_with_its_reason() {
    let unknown =
        b"HTTP/1.1 407 Who?\r\nProxy-Authenticate: Basic realm=\"a\"\r\nContent-Length: 0\r\n\r\n";
    check(unknown, "", &["407", "wants to know who asks"]).await;
    check(unknown, "user:secret@", &["407", "does not accept"]).await;
    let refused = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno";
    check(refused, "", &["403", "refused", "CONNECT"]).await;
    let unreached = b"HTTP/1.1 502 Bad Gateway\r\n\r\n";
    check(unreached, "", &["502", "could not reach"]).await;
    let elsewhere = b"HTTP/1.1 302 Found\r\nLocation: http://login.example/\r\n\r\n";
    check(elsewhere, "", &["302", "refused"]).await;
}

#[tokio::test]
async fn what_is_no_proxy_is_told_as_such() {
    for answer in [
        &b""[..],
        b"\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.9\r\n",
        b"HTTP/1.1 200",
        b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    ] {
        check(answer, "user:secret@", &[]).await;
    }
}

#[tokio::test]
async fn a_proxy_that_is_not_there_is_told_as_such() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let url = format!("http://user:secret@{address}");
    let proxies = Proxies::given("--relay-proxy", &url.into()).unwrap();
    let answer = call(&page_behind(proxies)).await;
    answer.expect_error(502, "unreachable", "no listener");
    assert!(answer.text().contains("--relay-proxy"), "{}", answer.text());
    assert!(!answer.text().contains("secret"), "{}", answer.text());

    let page = Page::new(RelayOptions {
        proxies: Proxies::given("--relay-proxy", &"http://proxy.example".into()).unwrap(),
        network: TestNetwork::with([], None),
        ..RelayOptions::default()
    });
    let answer = page.relay("GET", CALL).await;
    answer.expect_error(502, "unreachable", "no such proxy");
    assert!(
        answer.text().contains("proxy.example:80"),
        "{}",
        answer.text()
    );
}

#[tokio::test]
async fn a_proxy_that_says_nothing_or_does_not_stop_is_not_waited_for() {
    let endless = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = endless.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut socket, _) = endless.accept().await.unwrap();
        let _ = socket.write_all(b"HTTP/1.1 200 OK\r\nx-a: ").await;
        while socket.write_all(&[b'a'; 4096]).await.is_ok() {}
    });
    let url = format!("http://{address}");
    let proxies = Proxies::given("--relay-proxy", &url.into()).unwrap();
    call(&page_behind(proxies))
        .await
        .expect_error(502, "unreachable", "endless");

    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let page = Page::new(RelayOptions {
        named: vec![ELSEWHERE.parse().unwrap()],
        proxies: Proxies::given("--relay-proxy", &url.into()).unwrap(),
        times: RelayTimes {
            connect: Duration::from_millis(300),
            ..RelayTimes::default()
        },
        ..RelayOptions::default()
    });
    call(&page).await.expect_error(504, "timeout", "silent");
}

#[tokio::test]
async fn a_proxy_that_reads_along_is_found_out_unless_it_is_trusted() {
    let hub = TestHub::named(ELSEWHERE);
    let mut proxy = TestProxy::leading_to(hub.port).await;
    let page = Page::new(RelayOptions {
        authorities: Authorities::default(),
        proxies: proxy.proxies(""),
        ..hub.known()
    });
    let target = format!("{}/devices/dev1?api-version=2021-04-12", hub.host());
    let answer = page.relay("GET", &target).await;
    answer.expect_error(502, "certificate", "another authority");
    for words in ["--relay-ca", "--relay-to", &proxy.address.to_string()] {
        assert!(answer.text().contains(words), "{}", answer.text());
    }
    assert!(proxy.was_asked());
    let answer = through(&proxy, &hub).relay("GET", &target).await;
    assert_eq!((answer.status, answer.relay_error()), (401, None));
}

#[tokio::test]
async fn the_program_takes_the_proxy_of_its_environment_and_tells_no_password() {
    let hub = TestHub::named(ELSEWHERE);
    let mut proxy = TestProxy::leading_to(hub.port).await;
    let url = proxy.url("user:mark-of-the-password@");
    let program = Program::start(&hub.options(), &[("HTTPS_PROXY", &url)]);
    let create = hub.service().create_device(now(), "dev1");
    program.page.call(&hub.host(), create).await.unwrap();
    assert!(proxy.asked().await.contains("proxy-authorization: Basic "));
    let log = program.stop();
    assert!(log.contains(&proxy.address.to_string()), "{log}");
    // The second is in Base64, as it was sent.
    for secret in ["mark-of-the-password", "bWFyay1vZi10aGUtcGFzc3dvcmQ"] {
        assert!(!log.contains(secret), "a secret is in: {log}");
    }
}

#[tokio::test]
async fn the_option_comes_before_the_environment_and_hubs_without_a_proxy_before_both() {
    let hub = TestHub::named(ELSEWHERE);
    let mut wanted = TestProxy::leading_to(hub.port).await;
    let mut other = TestProxy::start(b"HTTP/1.1 403 No\r\n\r\n", None).await;
    let mut options = hub.options().to_vec();
    options.extend(["--relay-proxy".to_owned(), wanted.url("")]);
    let environment = [
        ("HTTPS_PROXY", other.url("")),
        ("NO_PROXY", ".azure-devices.net".to_owned()),
    ];
    let environment = environment
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    let program = Program::start(&options, &environment);
    let create = hub.service().create_device(now(), "dev1");
    program.page.call(&hub.host(), create).await.unwrap();
    assert!(wanted.was_asked());
    program
        .page
        .relay(
            "GET",
            "no-such-hub-of-a-test.azure-devices.net/devices/dev1",
        )
        .await;
    assert!(!wanted.was_asked() && !other.was_asked());
}

#[tokio::test]
async fn a_proxy_of_the_environment_that_cannot_be_used_keeps_nothing_but_its_hubs_away() {
    let hub = TestHub::start();
    let url = "socks5://user:mark-of-the-password@127.0.0.1:1";
    let program = Program::start(&hub.options(), &[("ALL_PROXY", url)]);
    let create = hub.service().create_device(now(), "dev1");
    program.page.call(&hub.host(), create).await.unwrap();
    let answer = program.page.relay("GET", CALL).await;
    answer.expect_error(502, "unreachable", "SOCKS");
    assert!(answer.text().contains("ALL_PROXY"), "{}", answer.text());
    let said = format!("{}{}", answer.text(), program.stop());
    assert!(!said.contains("mark-of"), "{said}");
}
