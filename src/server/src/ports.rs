//! The ports of the emulator: those that the SDKs know by heart.

use std::{
    fmt, io,
    net::{IpAddr, SocketAddr},
};

use serde::Serialize;

use crate::listener::Bound;

/// What is served on a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Surface {
    /// REST, and every WebSocket.
    Https,
    /// MQTT over TLS.
    Mqtts,
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
}

impl Default for Ports {
    fn default() -> Self {
        Self {
            https: 443,
            mqtts: 8883,
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
        })
    }

    /// The ports that were taken.
    pub fn ports(&self) -> Ports {
        Ports {
            https: self.https.port(),
            mqtts: self.mqtts.port(),
        }
    }
}

impl Surface {
    /// The option that chooses its port.
    pub fn option(self) -> &'static str {
        match self {
            Self::Https => "--https",
            Self::Mqtts => "--mqtts",
            Self::Admin => "--admin",
        }
    }
}

impl fmt::Display for Surface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Https => "HTTPS",
            Self::Mqtts => "MQTT over TLS",
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
                "port {port} of {}, for {surface}, is taken by another program; end that program, or choose \
                 another address with --listen or another port with {option}",
                address.ip()
            ),
            io::ErrorKind::PermissionDenied => format!(
                "no right to take port {port}, for {surface}; run as root, give the program the right with \
                 `setcap cap_net_bind_service=+ep`, or choose a port above 1023 with {option}"
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
