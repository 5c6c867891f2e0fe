//! Clients of the program: HTTP, plain or with TLS, and a device.

use std::{
    fmt::Write as _,
    io::{self, Read, Write},
    net::TcpStream,
    sync::Arc,
};

use client::service::Call;
use http::{Request, Response};
use serde_json::Value;
use tokio_rustls::rustls::{
    self, ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    crypto::ring,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use wire::{
    mqtt::{
        encode,
        mqttrs::{Connect, Packet, Pid, Protocol, Publish, QosPid},
    },
    sas::{SasToken, SharedAccessKey, device_resource},
};

use crate::program::{LIMIT, Program, now};

pub(crate) type TlsStream = StreamOwned<ClientConnection, TcpStream>;

fn dial(address: &str) -> TcpStream {
    let socket = TcpStream::connect(address).unwrap();
    socket.set_read_timeout(Some(LIMIT)).unwrap();
    socket
}

/// A TLS connection to one of the program's ports.
pub(crate) fn tls(program: &Program, surface: &str) -> TlsStream {
    let mut roots = RootCertStore::empty();
    let authority = CertificateDer::from_pem_slice(&program.authority()).unwrap();
    roots.add(authority).unwrap();
    tls_trusting(program, surface, roots)
}

/// A TLS connection of a client that trusts these authorities.
pub(crate) fn tls_trusting(program: &Program, surface: &str, roots: RootCertStore) -> TlsStream {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(rustls::ALL_VERSIONS)
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    StreamOwned::new(
        connection,
        dial(&format!("127.0.0.1:{}", program.port(surface))),
    )
}

/// What the admin port answers to `GET`.
pub(crate) fn get(program: &Program, path: &str) -> Response<String> {
    get_as(program, path, &program.admin())
}

/// What the admin port answers to whoever takes it for another host.
pub(crate) fn get_as(program: &Program, path: &str, host: &str) -> Response<String> {
    let mut socket = dial(&program.admin());
    write!(
        socket,
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    read_response(&mut socket)
}

/// What the page is shown.
pub(crate) fn state(program: &Program) -> Value {
    serde_json::from_str(get(program, "/state.json").body()).unwrap()
}

/// Waits until what the page is shown is as wanted.
pub(crate) fn wait_for_state(program: &Program, wanted: impl Fn(&Value) -> bool) -> Value {
    let began = std::time::Instant::now();
    loop {
        let state = state(program);
        if wanted(&state) {
            return state;
        }
        assert!(began.elapsed() < LIMIT, "still {:#}", state["refusals"]);
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

/// What the hub answers to a request.
pub(crate) fn exchange(program: &Program, request: &Request<Vec<u8>>) -> Response<String> {
    let mut stream = tls(program, "https");
    let mut head = format!(
        "{} {} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {}\r\n",
        request.method(),
        request.uri(),
        request.body().len()
    );
    for (name, value) in request.headers() {
        if name != http::header::CONTENT_LENGTH && name != http::header::HOST {
            let value = value.to_str().unwrap();
            write!(head, "{name}: {value}\r\n").unwrap();
        }
    }
    stream.write_all((head + "\r\n").as_bytes()).unwrap();
    stream.write_all(request.body()).unwrap();
    read_response(&mut stream)
}

/// Has a service program's call answered.
#[expect(clippy::needless_pass_by_value, reason = "a call is made for one use")]
pub(crate) fn call<T>(program: &Program, call: Call<T>) -> T {
    let response = exchange(program, &call.request);
    match call.read(response.map(String::into_bytes)) {
        Ok(answer) => answer,
        Err(error) => panic!("{error}"),
    }
}

fn read_response(stream: &mut impl Read) -> Response<String> {
    let mut bytes = Vec::new();
    match stream.read_to_end(&mut bytes) {
        // Some ends of TLS are abrupt, and HTTP says itself where an answer ends.
        Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => panic!("{error}"),
        _ => {}
    }
    let text = String::from_utf8(bytes).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap();
    let mut response = Response::builder().status(status);
    for line in lines {
        let (name, value) = line.split_once(':').unwrap();
        response = response.header(name, value.trim());
    }
    response.body(body.to_owned()).unwrap()
}

/// Registers a device and gives its key.
pub(crate) fn register(program: &Program, device_id: &str) -> SharedAccessKey {
    let identity = call(program, program.owner().create_device(now(), device_id));
    let key = identity.authentication.symmetric_key.primary_key.unwrap();
    key.to_key().unwrap()
}

/// A device's connection to the MQTT port.
pub(crate) struct Device {
    stream: TlsStream,
    device_id: String,
}

impl Device {
    /// Sends a CONNECT, and reads what comes back: the CONNACK's return code.
    pub(crate) fn connect(program: &Program, device_id: &str, key: &SharedAccessKey) -> (Self, u8) {
        let expires = now().as_seconds() + 3_600;
        let resource = device_resource("localhost", device_id, None);
        let token = SasToken::sign(&resource, key, expires, None).to_text();
        Self::connect_with(program, device_id, token.expose())
    }

    /// Sends a CONNECT with this password.
    pub(crate) fn connect_with(program: &Program, device_id: &str, password: &str) -> (Self, u8) {
        let user_name = format!("localhost/{device_id}/?api-version=2021-04-12");
        let mut device = Self {
            stream: tls(program, "mqtts"),
            device_id: device_id.to_owned(),
        };
        device.send(&Packet::Connect(Connect {
            protocol: Protocol::MQTT311,
            keep_alive: 60,
            client_id: device_id,
            clean_session: true,
            last_will: None,
            username: Some(&user_name),
            password: Some(password.as_bytes()),
        }));
        let [.., code] = device.read::<4>();
        (device, code)
    }

    /// Sends telemetry, and waits until it is acknowledged.
    pub(crate) fn publish(&mut self, body: &[u8]) {
        self.publish_to(
            &format!("devices/{}/messages/events/", self.device_id),
            body,
        );
        assert_eq!(self.read::<4>()[0] >> 4, 4, "not a PUBACK");
    }

    pub(crate) fn publish_to(&mut self, topic: &str, body: &[u8]) {
        self.send(&Packet::Publish(Publish {
            dup: false,
            qospid: QosPid::AtLeastOnce(Pid::new()),
            retain: false,
            topic_name: topic,
            payload: body,
        }));
    }

    fn send(&mut self, packet: &Packet<'_>) {
        self.stream.write_all(&encode(packet).unwrap()).unwrap();
        self.stream.flush().unwrap();
    }

    fn read<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.stream.read_exact(&mut bytes).unwrap();
        bytes
    }
}
