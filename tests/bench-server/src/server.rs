//! The servers that are measured, each a process of its own.

use std::{
    fs,
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{echo, hub_site::HubSite};

/// The longest that a server may take to listen.
const START: Duration = Duration::from_secs(30);
/// In which unit the system counts the time of a processor: hundredths of a second.
const TICK: f64 = 0.01;

/// A process that listens, ended when this is dropped.
pub(crate) struct Server {
    process: Child,
    pub(crate) port: u16,
}

impl Server {
    /// A process that listens on a port, or soon will.
    pub(crate) fn start(command: &mut Command, port: u16) -> Self {
        let process = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the server starts");
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begun.elapsed() < START, "the server listens on {port}");
            thread::sleep(Duration::from_millis(20));
        }
        Self { process, port }
    }

    /// mosquitto with the hub's certificate: as it comes, but for what TLS needs, and with room for messages that
    /// wait.
    pub(crate) fn mosquitto(folder: &Path, is_persistent: bool) -> Self {
        let port = free_port();
        let own = folder.join(format!("mosquitto-{port}"));
        fs::create_dir(&own).expect("a folder");
        let path = |name: &str| folder.join(name).display().to_string();
        let lines = [
            format!("listener {port} 127.0.0.1"),
            format!("cafile {}", path("ca.pem")),
            format!("certfile {}", path("server.pem")),
            format!("keyfile {}", path("server-key.pem")),
            "allow_anonymous true".to_owned(),
            "user root".to_owned(),
            format!("persistence {is_persistent}"),
            format!("persistence_location {}/", own.display()),
            "max_queued_messages 0".to_owned(),
            "log_type none".to_owned(),
        ];
        let configuration = own.join("mosquitto.conf");
        fs::write(&configuration, lines.join("\n")).expect("a file");
        let mut command = Command::new("mosquitto");
        Self::start(command.arg("-c").arg(configuration), port)
    }

    /// The server that does nothing but acknowledge: what the load could do at most.
    pub(crate) fn echo(folder: &Path) -> Self {
        let port = free_port();
        let own = std::env::current_exe().expect("this program");
        let mut command = Command::new(own);
        command.arg(echo::COMMAND).arg(port.to_string());
        command
            .arg(folder.join("server.pem"))
            .arg(folder.join("server-key.pem"));
        Self::start(&mut command, port)
    }

    /// Leaves a subscription that goes on, so that a broker has somebody to keep messages for.
    pub(crate) async fn subscribe_for_good(&self, hub: &HubSite) {
        let mut stream = hub.dialer().dial(self.port).await;
        // CONNECT of "keeper" with clean session 0, SUBSCRIBE to # at QoS 1.
        let connect = b"\x10\x12\x00\x04MQTT\x04\x00\x00\x00\x00\x06keeper";
        stream.write_all(connect).await.expect("sent");
        stream.read_exact(&mut [0; 4]).await.expect("CONNACK");
        stream
            .write_all(b"\x82\x06\x00\x01\x00\x01#\x01")
            .await
            .expect("sent");
        stream.read_exact(&mut [0; 5]).await.expect("SUBACK");
        stream.write_all(b"\xe0\x00").await.expect("sent");
        stream.flush().await.expect("sent");
    }

    /// The bytes of memory that the process has.
    pub(crate) fn memory(&self) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id()));
        let status = status.expect("the process runs");
        let line = status.lines().find(|line| line.starts_with("VmRSS:"));
        let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok());
        kilobytes.map_or(f64::NAN, |kilobytes: f64| kilobytes * 1024.0)
    }

    /// The seconds of a processor that the process has used.
    pub(crate) fn processor_time(&self) -> f64 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.process.id()));
        let stat = stat.expect("the process runs");
        // The name before may have spaces in it; user time and system time are the 14th and the 15th field.
        let fields = stat.rsplit(')').next().unwrap_or_default();
        let ticks = fields.split_whitespace().skip(11).take(2);
        ticks
            .filter_map(|ticks| ticks.parse::<f64>().ok())
            .sum::<f64>()
            * TICK
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its address").port()
}
