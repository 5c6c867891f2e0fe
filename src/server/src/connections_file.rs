//! What clients need to connect: written for programs, and printed for a person.

use std::{
    fmt::{self, Display},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::{Path, PathBuf},
};

use hub::AccessPolicy;
use serde::Serialize;
use wire::connection_string::{
    EventHubsConnectionString, EventHubsCredential, ServiceConnectionString,
};

use crate::{
    data_folder::{DataFolder, FolderError},
    ports::Ports,
};

/// The name of the file in the data folder.
pub const NAME: &str = "connections.json";

/// The policy that reads telemetry and sends to devices.
const SERVICE: &str = "service";
/// The policy that may do everything.
const OWNER: &str = "iothubowner";

/// The connection strings, the certificate to trust and the ports. It holds keys, so it shows itself to nobody but
/// whom it is [written](Self::write) and [printed](Self::for_a_person) for.
#[derive(Serialize)]
pub struct ConnectionsFile {
    iothubowner: String,
    service: String,
    eventhub: String,
    eventhub_emulator: String,
    ca: PathBuf,
    ports: Ports,
    /// Where the admin page is, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    admin: Option<String>,
}

/// The hub has no policy of the name that a connection string is for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the hub has no shared access policy {0:?}; begin with an empty data folder to have it back"
)]
pub struct NoPolicy(&'static str);

impl ConnectionsFile {
    /// What leads to a hub. The certificate is the absolute path of what clients are to trust.
    pub fn new(
        host_name: &str,
        policies: &[AccessPolicy],
        certificate: &Path,
        ports: Ports,
        admin: Option<SocketAddr>,
    ) -> Result<Self, NoPolicy> {
        let [iothubowner, service] = service_connection_strings(host_name, policies)?;
        let event_hubs = |plain: bool| -> Result<String, NoPolicy> {
            let string = EventHubsConnectionString {
                host_name: host_name.to_owned(),
                policy: Some(SERVICE.to_owned()),
                credential: EventHubsCredential::SharedAccessKey(
                    policy(policies, SERVICE)?.primary_key.clone(),
                ),
                entity_path: Some(entity(host_name)),
                use_development_emulator: plain,
            };
            Ok(string.to_text().into_inner())
        };
        Ok(Self {
            iothubowner,
            service,
            eventhub: event_hubs(false)?,
            eventhub_emulator: event_hubs(true)?,
            ca: certificate.to_owned(),
            ports,
            admin: admin.map(|address| format!("http://{}/", reachable(address))),
        })
    }

    /// Writes the file into the data folder, for its owner alone.
    pub fn write(&self, folder: &DataFolder) -> Result<PathBuf, FolderError> {
        // Texts and numbers always serialise.
        let json = serde_json::to_vec_pretty(self).unwrap_or_default();
        folder.write(NAME, &json)
    }
}

/// What a person reads who has started the program.
impl Display for ConnectionsFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ports {
            https,
            mqtts,
            amqps,
            amqp,
        } = self.ports;
        let ca = quoted(&self.ca);
        writeln!(f, "Connection strings")?;
        writeln!(f, "  iothubowner        {}", self.iothubowner)?;
        writeln!(f, "  service            {}", self.service)?;
        writeln!(f, "  eventhub           {}", self.eventhub)?;
        writeln!(f, "  eventhub_emulator  {}", self.eventhub_emulator)?;
        writeln!(f)?;
        writeln!(f, "Ports")?;
        writeln!(f, "  HTTPS (REST, WebSocket)  {https}")?;
        writeln!(f, "  MQTT over TLS            {mqtts}")?;
        writeln!(f, "  AMQP over TLS            {amqps}")?;
        writeln!(f, "  AMQP without TLS         {amqp}")?;
        if let Some(admin) = &self.admin {
            writeln!(f, "  Admin page               {admin}")?;
        }
        writeln!(f)?;
        writeln!(f, "For programs that are to trust this hub")?;
        writeln!(f, "  export SSL_CERT_FILE={ca}")?;
        writeln!(f, "  export REQUESTS_CA_BUNDLE={ca}")?;
        writeln!(f, "  export NODE_EXTRA_CA_CERTS={ca}")?;
        writeln!(
            f,
            "  and for azure-eventhub in Python: connection_verify={:?}",
            self.ca.display().to_string()
        )
    }
}

/// The connection strings of the owner and of a service program.
pub(crate) fn service_connection_strings(
    host_name: &str,
    policies: &[AccessPolicy],
) -> Result<[String; 2], NoPolicy> {
    let string = |name: &'static str| -> Result<String, NoPolicy> {
        let string = ServiceConnectionString {
            host_name: host_name.to_owned(),
            policy: name.to_owned(),
            key: policy(policies, name)?.primary_key.clone(),
        };
        Ok(string.to_text().into_inner())
    };
    Ok([string(OWNER)?, string(SERVICE)?])
}

fn policy<'p>(
    policies: &'p [AccessPolicy],
    name: &'static str,
) -> Result<&'p AccessPolicy, NoPolicy> {
    let mut all = policies.iter();
    all.find(|policy| policy.name == name).ok_or(NoPolicy(name))
}

/// Where this machine itself reaches a port of an address.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

/// The Event Hubs-compatible name of a hub: the first part of its name, as in the service.
pub(crate) fn entity(host_name: &str) -> String {
    let is_address = host_name.parse::<IpAddr>().is_ok();
    let first = host_name.split('.').next().filter(|_| !is_address);
    format!("iothub-ehub-{}", first.unwrap_or("playground"))
}

/// A path as a shell reads it.
pub(crate) fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:@".contains(c);
    if text.chars().all(is_plain) {
        return text;
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}
