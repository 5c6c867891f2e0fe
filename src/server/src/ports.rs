//! The ports of the emulator: those that the SDKs know by heart.

use std::{
    fmt, io,
    net::{IpAddr, SocketAddr},
};

use serde::Serialize;

use crate::{connections_file::quoted, listener::Bound, port_holder};

/// What is served on a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Surface {
    /// REST, and every WebSocket.
    Https,
    /// MQTT over TLS.
    Mqtts,
    /// AMQP over TLS.
    Amqps,
    /// AMQP without TLS, as the Event Hubs clients speak it with an emulator.
    Amqp,
    /// The site, and the hub behind it, without TLS.
    Http,
    /// The admin page and the figures.
    Admin,
}

/// The port of each surface. As what is asked for, 0 stands for one that is free.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Ports {
    /// REST, and every WebSocket.
    pub https: u16,
    /// MQTT over TLS.
    pub mqtts: u16,
    /// AMQP over TLS.
    pub amqps: u16,
    /// AMQP without TLS.
    pub amqp: u16,
}

impl Default for Ports {
    fn default() -> Self {
        Self {
            https: 443,
            mqtts: 8883,
            amqps: 5671,
            amqp: 5672,
        }
    }
}

/// A port could not be had.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.describe())]
pub struct BindError {
    /// What was to be served on it.
    pub surface: Surface,
    /// The address.
    pub address: SocketAddr,
    /// What the system says.
    pub source: io::Error,
}

/// All ports, taken and not yet listened on.
pub struct BoundPorts {
    pub(crate) https: Bound,
    pub(crate) mqtts: Bound,
    pub(crate) amqps: Bound,
    pub(crate) amqp: Bound,
}

impl BoundPorts {
    /// Takes all ports of an address, or none.
    pub fn new(listen: IpAddr, ports: Ports) -> Result<Self, BindError> {
        let bind = |surface, port| {
            let address = SocketAddr::new(listen, port);
            Bound::new(address).map_err(|source| BindError {
                surface,
                address,
                source,
            })
        };
        Ok(Self {
            https: bind(Surface::Https, ports.https)?,
            mqtts: bind(Surface::Mqtts, ports.mqtts)?,
            amqps: bind(Surface::Amqps, ports.amqps)?,
            amqp: bind(Surface::Amqp, ports.amqp)?,
        })
    }

    /// The ports that were taken.
    pub fn ports(&self) -> Ports {
        Ports {
            https: self.https.port(),
            mqtts: self.mqtts.port(),
            amqps: self.amqps.port(),
            amqp: self.amqp.port(),
        }
    }
}

impl Ports {
    /// Each port and what is served on it.
    pub fn all(&self) -> [(Surface, u16); 4] {
        [
            (Surface::Https, self.https),
            (Surface::Mqtts, self.mqtts),
            (Surface::Amqps, self.amqps),
            (Surface::Amqp, self.amqp),
        ]
    }
}

impl Surface {
    /// The option that chooses its port.
    pub fn option(self) -> &'static str {
        match self {
            Self::Https => "--https",
            Self::Mqtts => "--mqtts",
            Self::Amqps => "--amqps",
            Self::Amqp => "--amqp",
            Self::Http => "--port",
            Self::Admin => "--admin",
        }
    }
}

impl fmt::Display for Surface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Https => "HTTPS",
            Self::Mqtts => "MQTT over TLS",
            Self::Amqps => "AMQP over TLS",
            Self::Amqp => "AMQP",
            Self::Http => "the site",
            Self::Admin => "the admin page",
        })
    }
}

impl BindError {
    fn describe(&self) -> String {
        let Self {
            surface,
            address,
            source,
        } = self;
        let (port, option) = (address.port(), surface.option());
        match source.kind() {
            io::ErrorKind::AddrInUse => format!(
                "port {port} of {}, for {surface}, is taken by {}; end that program, or choose another address with \
                 --listen or another port with {option}",
                address.ip(),
                holder(*address)
            ),
            io::ErrorKind::PermissionDenied => format!(
                "no right to take port {port}, for {surface}; run as root, give the program the right with \
                 `sudo setcap cap_net_bind_service=+ep {}`, or choose a port above 1023 with {option}",
                this_program()
            ),
            io::ErrorKind::AddrNotAvailable => format!(
                "{} is no address of this machine; choose one that is with --listen",
                address.ip()
            ),
            _ => format!(
                "cannot take port {port} of {}, for {surface}: {source}",
                address.ip()
            ),
        }
    }
}

/// The program that has taken a port, as far as this one can see.
fn holder(address: SocketAddr) -> String {
    port_holder::of(address)
        .map_or_else(|| "another program".to_owned(), |holder| holder.to_string())
}

/// The path of this program, for commands that a person copies.
fn this_program() -> String {
    let path = std::env::current_exe();
    path.map_or_else(|_| "iothub-playground".to_owned(), |path| quoted(&path))
}
