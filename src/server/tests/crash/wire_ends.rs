//! The users' ends of connections to the hub.

use std::time::{SystemTime, UNIX_EPOCH};

use http::Request;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use wire::{
    mqtt::{
        Frame, Splitter, encode,
        mqttrs::{Connect, Packet, Protocol},
    },
    sas::{SasToken, SharedAccessKey, device_resource},
};

use crate::{
    commands::{self, Answer},
    kept::{HOST, KEY},
    process::{MQTT, REST},
};

/// The hub is gone.
#[derive(Debug)]
pub(crate) struct Broken;

/// Where the hub is to be found.
pub(crate) struct Ends {
    address: String,
}

/// A device's MQTT connection.
pub(crate) struct Mqtt {
    stream: TcpStream,
    splitter: Splitter,
}

/// A service's connection.
pub(crate) struct Rest {
    stream: TcpStream,
}

impl Ends {
    pub(crate) fn new(address: String) -> Self {
        Self { address }
    }

    async fn open(&self, first: u8) -> Result<TcpStream, Broken> {
        let opened = TcpStream::connect(&self.address).await;
        let mut stream = opened.map_err(|_| Broken)?;
        let _ = stream.set_nodelay(true);
        stream.write_u8(first).await.map_err(|_| Broken)?;
        Ok(stream)
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
            stream: self.open(MQTT).await?,
            splitter: Splitter::new(1 << 20),
        };
        mqtt.send(&connect).await?;
        let answer = mqtt.next().await?;
        assert_eq!(answer.name(), "CONNACK");
        Ok(mqtt)
    }

    pub(crate) async fn rest(&self) -> Result<Rest, Broken> {
        let stream = self.open(REST).await?;
        Ok(Rest { stream })
    }
}

impl Mqtt {
    pub(crate) async fn send(&mut self, packet: &Packet<'_>) -> Result<(), Broken> {
        let bytes = encode(packet).unwrap();
        let sent = self.stream.write_all(&bytes).await;
        sent.map_err(|_| Broken)
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
    /// Asks as a service with all rights.
    pub(crate) async fn ask(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Result<Answer, Broken> {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let key = SharedAccessKey::from(KEY);
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{path}?api-version=2021-04-12&{query}"))
            .header("authorization", token(HOST, &key, Some("iothubowner")));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.as_bytes().to_vec()).unwrap();
        let written = commands::write_request(&mut self.stream, &request).await;
        written.ok_or(Broken)?;
        commands::read_answer(&mut self.stream).await.ok_or(Broken)
    }

    /// Asks for what must succeed.
    pub(crate) async fn do_it(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Result<Answer, Broken> {
        let answer = self.ask(method, path, headers, body).await?;
        let text = String::from_utf8_lossy(&answer.body);
        let is_success = (200..300).contains(&answer.status);
        assert!(is_success, "{method} {path}: {} {text}", answer.status);
        Ok(answer)
    }
}

fn token(resource: &str, key: &SharedAccessKey, policy: Option<&str>) -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let token = SasToken::sign(resource, key, since.as_secs() + 36_000, policy);
    token.to_text().expose().clone()
}
