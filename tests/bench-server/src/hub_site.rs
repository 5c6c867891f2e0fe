//! A hub with devices, and how each of them connects.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use wire::{
    connection_string::ServiceConnectionString,
    mqtt::{
        encode,
        mqttrs::{Connect, Packet, Protocol},
    },
    sas::{SasToken, device_resource},
};

use crate::{
    DEVICES,
    server::{Server, free_port},
    tls::Dialer,
};

const HOST: &str = "localhost";
/// The most identities that one request makes.
const AT_ONCE: usize = 100;

/// Where servers are started, and what they have in common: the hub's certificates.
pub(crate) struct HubSite {
    program: PathBuf,
    folder: TempDir,
    dialer: Dialer,
}

/// A hub, and the policy that may do everything.
pub(crate) struct HubServer {
    pub(crate) server: Server,
    pub(crate) owner: ServiceConnectionString,
}

impl HubServer {
    /// The CONNECT of a device.
    pub(crate) fn connect(&self, number: usize) -> Vec<u8> {
        let owner = &self.owner;
        let id = device_id(number);
        let resource = device_resource(HOST, &id, None);
        let token = SasToken::sign(&resource, &owner.key, expiry(), Some(&owner.policy));
        encode(&Packet::Connect(Connect {
            protocol: Protocol::MQTT311,
            keep_alive: 0,
            client_id: &id,
            clean_session: true,
            last_will: None,
            username: Some(&format!("{HOST}/{id}/?api-version=2021-04-12")),
            password: Some(token.to_text().expose().as_bytes()),
        }))
        .expect("a packet")
    }
}

impl HubSite {
    pub(crate) fn new(program: &Path) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        // A first start makes the certificates.
        let first = Self::spawn(program, folder.path(), false);
        drop(first);
        let dialer = Dialer::new(&folder.path().join("ca.pem"));
        Self {
            program: program.to_owned(),
            folder,
            dialer,
        }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn dialer(&self) -> &Dialer {
        &self.dialer
    }

    /// Starts a hub and registers all devices.
    pub(crate) async fn start(&self, is_kept: bool) -> HubServer {
        let folder = TempDir::new_in(self.folder.path())
            .expect("a folder")
            .keep();
        for name in ["ca.pem", "ca-key.pem", "server.pem", "server-key.pem"] {
            fs::copy(self.folder.path().join(name), folder.join(name)).expect("a copy");
        }
        let (server, https) = Self::spawn(&self.program, &folder, is_kept);
        let json = fs::read(folder.join("connections.json")).expect("connections.json");
        let connections: Value = serde_json::from_slice(&json).expect("JSON");
        let owner = connections["iothubowner"].as_str().expect("a text");
        let hub = HubServer {
            server,
            owner: owner.parse().expect("a connection string"),
        };
        let mut numbers = 0..DEVICES;
        while !numbers.is_empty() {
            let some: Vec<Value> = numbers.by_ref().take(AT_ONCE).map(identity).collect();
            self.register(https, &hub.owner, &Value::from(some)).await;
        }
        hub
    }

    fn spawn(program: &Path, folder: &Path, is_kept: bool) -> (Server, u16) {
        let (https, mqtts, amqps, amqp) = (free_port(), free_port(), free_port(), free_port());
        let mut command = Command::new(program);
        command
            .args(["hub", "--log", "error", "--data"])
            .arg(folder);
        for (option, port) in [
            ("--https", https),
            ("--mqtts", mqtts),
            ("--amqps", amqps),
            ("--amqp", amqp),
        ] {
            command.arg(option).arg(port.to_string());
        }
        if !is_kept {
            command.arg("--ephemeral");
        }
        (Server::start(&mut command, mqtts), https)
    }

    async fn register(&self, port: u16, owner: &ServiceConnectionString, identities: &Value) {
        let token = SasToken::sign(HOST, &owner.key, expiry(), Some(&owner.policy));
        let body = identities.to_string();
        let request = format!(
            "POST /devices?api-version=2021-04-12 HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\
             Authorization: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            token.to_text().expose(),
            body.len()
        );
        let mut stream = self.dialer.dial(port).await;
        stream.write_all(request.as_bytes()).await.expect("sent");
        stream.flush().await.expect("sent");
        let mut answer = vec![0; 12];
        stream.read_exact(&mut answer).await.expect("an answer");
        assert_eq!(answer, b"HTTP/1.1 200");
    }
}

pub(crate) fn device_id(number: usize) -> String {
    format!("device-{number:05}")
}

fn identity(number: usize) -> Value {
    json!({ "id": device_id(number), "importMode": "create", "status": "enabled" })
}

fn expiry() -> u64 {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    (now + Duration::from_hours(24)).as_secs()
}
