//! Which hubs the relay carries calls to: those of the service, by their names, and those of the command line.

use std::{fmt, net::Ipv6Addr, str::FromStr};

use tokio_rustls::rustls::pki_types::ServerName;

use super::refusal::Refusal;

/// What the names of the service's hubs end with, in each of its clouds.
const CLOUDS: [&str; 3] = [
    ".azure-devices.net",
    ".azure-devices.cn",
    ".azure-devices.us",
];
/// The port of REST.
const HTTPS: u16 = 443;
/// The longest label of a name, in the domain name system.
const LONGEST_LABEL: usize = 63;

/// A hub that the command line names: `localhost:8443`, or without the port for 443.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedHub {
    name: ServerName<'static>,
    /// As it stands in connection strings, in lower case.
    host: String,
    port: u16,
}

/// A text names no hub.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} names no hub; give a host name or an address, and perhaps a port: localhost:8443 or hub.example"
)]
pub struct NamedHubError(String);

/// A hub that a call may go to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct HubAddress {
    /// Whom the certificate must be for.
    pub(super) name: ServerName<'static>,
    /// What is looked up, and stands in the request.
    pub(super) host: String,
    pub(super) port: u16,
    /// Whether the command line names it. Such a hub may be anywhere, as on this machine.
    pub(super) is_named: bool,
}

/// All hubs that calls may go to.
pub(super) struct Hosts {
    named: Vec<NamedHub>,
    served: Vec<String>,
}

impl FromStr for NamedHub {
    type Err = NamedHubError;

    fn from_str(text: &str) -> Result<Self, NamedHubError> {
        let wrong = || NamedHubError(text.to_owned());
        let lower = text.to_ascii_lowercase();
        let (host, port) = match lower.rsplit_once(':') {
            // The colons of an address in brackets are not that of a port.
            Some((host, port)) if !port.ends_with(']') => {
                (host, port.parse().map_err(|_| wrong())?)
            }
            _ => (lower.as_str(), HTTPS),
        };
        let bare = match host.strip_prefix('[') {
            Some(rest) => {
                let address = rest.strip_suffix(']').ok_or_else(wrong)?;
                address.parse::<Ipv6Addr>().map_err(|_| wrong())?;
                address
            }
            None => host,
        };
        let name = ServerName::try_from(bare.to_owned()).map_err(|_| wrong())?;
        if port == 0 || host.ends_with('.') || host.contains(':') != host.starts_with('[') {
            return Err(wrong());
        }
        Ok(Self {
            name,
            host: host.to_owned(),
            port,
        })
    }
}

impl fmt::Display for NamedHub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_host(f, &self.host, self.port)
    }
}

impl fmt::Display for HubAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_host(f, &self.host, self.port)
    }
}

fn write_host(f: &mut fmt::Formatter<'_>, host: &str, port: u16) -> fmt::Result {
    match port {
        HTTPS => f.write_str(host),
        _ => write!(f, "{host}:{port}"),
    }
}

impl Hosts {
    pub(super) fn new(named: Vec<NamedHub>) -> Self {
        let clouds = CLOUDS.map(|cloud| format!("*{cloud}")).into_iter();
        let served = clouds.chain(named.iter().map(NamedHub::to_string));
        Self {
            served: served.collect(),
            named,
        }
    }

    /// What a page is told of them.
    pub(super) fn served(&self) -> &[String] {
        &self.served
    }

    /// The hub that a call names, if it is one of these.
    pub(super) fn find(&self, text: &str) -> Result<HubAddress, Refusal> {
        // Connection strings write names as people do.
        let text = text.to_ascii_lowercase();
        if let Some(hub) = self.named(&text) {
            return Ok(HubAddress {
                name: hub.name.clone(),
                host: hub.host.clone(),
                port: hub.port,
                is_named: true,
            });
        }
        let name = is_of_a_cloud(&text)
            .then(|| ServerName::try_from(text.clone()).ok())
            .flatten()
            .ok_or_else(|| Refusal::Host(self.served.join(", ")))?;
        Ok(HubAddress {
            name,
            host: text,
            port: HTTPS,
            is_named: false,
        })
    }

    /// A hub of the command line, with its port; or without it, as connection strings have it, if no other hub has the
    /// same name.
    fn named(&self, text: &str) -> Option<&NamedHub> {
        let mut exact = self.named.iter().filter(|hub| hub.to_string() == text);
        let mut by_host = self.named.iter().filter(|hub| hub.host == text);
        match (exact.next(), by_host.next(), by_host.next()) {
            (Some(hub), ..) | (None, Some(hub), None) => Some(hub),
            _ => None,
        }
    }
}

/// Whether a name is one that a hub of the service can have: one label before the name of a cloud.
fn is_of_a_cloud(host: &str) -> bool {
    let label = CLOUDS.iter().find_map(|cloud| host.strip_suffix(cloud));
    label.is_some_and(|label| {
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        !label.is_empty()
            && label.len() <= LONGEST_LABEL
            && label.chars().all(is_plain)
            && !label.starts_with('-')
            && !label.ends_with('-')
            // Letters of other scripts, which can look like those of a name that one knows. No hub has them.
            && !label.starts_with("xn--")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts() -> Hosts {
        let named = [
            "localhost:8443",
            "Hub.example",
            "127.0.0.1:8443",
            "[::1]:8443",
        ];
        Hosts::new(named.map(|text| text.parse().unwrap()).into())
    }

    fn check(text: &str, expected: Option<&str>) {
        let found = hosts().find(text).ok().map(|hub| hub.to_string());
        assert_eq!(found.as_deref(), expected, "{text:?}");
    }

    #[test]
    fn hubs_of_the_service_are_found_by_their_names_in_any_case() {
        for cloud in CLOUDS {
            let name = format!("contoso{cloud}");
            check(&name, Some(&name));
        }
        check(
            "contoso-2.azure-devices.net",
            Some("contoso-2.azure-devices.net"),
        );
        check(
            "Contoso.Azure-Devices.NET",
            Some("contoso.azure-devices.net"),
        );
    }

    #[test]
    fn hubs_of_the_command_line_are_found_with_their_port_or_without() {
        check("localhost:8443", Some("localhost:8443"));
        check("LOCALHOST", Some("localhost:8443"));
        check("hub.example", Some("hub.example"));
        check("[::1]:8443", Some("[::1]:8443"));
        check("localhost:8444", None);
        check("hub.example:443", None);
        check("127.0.0.1", Some("127.0.0.1:8443"));
    }

    #[test]
    fn of_two_hubs_of_one_name_the_port_says_which() {
        let named = ["localhost:8443", "localhost:9443"];
        let hosts = Hosts::new(named.map(|text| text.parse().unwrap()).into());
        assert!(hosts.find("localhost").is_err());
        assert_eq!(hosts.find("localhost:9443").unwrap().port, 9443);
    }

    #[test]
    fn a_name_that_only_looks_like_a_hubs_is_refused() {
        for text in [
            "",
            ".",
            "example.com",
            "azure-devices.net",
            ".azure-devices.net",
            "..azure-devices.net",
            "a.b.azure-devices.net",
            "a..azure-devices.net",
            "contoso.azure-devices.net.",
            "contoso.azure-devices.net..",
            "contoso.azure-devices.net.evil.example",
            "contosoazure-devices.net",
            "contoso-azure-devices.net",
            "contoso.azure-devices.network",
            "contoso.azure-devices.com",
            "contoso.azure-devices-provisioning.net",
            "contoso.azure-devices.net:443",
            "contoso.azure-devices.net:8443",
            "contoso.azure-devices.net:",
            "user@contoso.azure-devices.net",
            "user:secret@contoso.azure-devices.net",
            "evil.example@contoso.azure-devices.net",
            "evil.example#.azure-devices.net",
            "evil.example?.azure-devices.net",
            "evil.example\\.azure-devices.net",
            "evil.example%2f.azure-devices.net",
            "contoso%2eazure-devices.net",
            "contoso.azure-devices%2enet",
            "contoso%00.azure-devices.net",
            "con toso.azure-devices.net",
            "*.azure-devices.net",
            "-a.azure-devices.net",
            "a-.azure-devices.net",
            "a_b.azure-devices.net",
            "xn--contoso-x2a.azure-devices.net",
            "c\u{43e}ntoso.azure-devices.net",
            "contoso\u{3002}azure-devices.net",
            "\u{212a}ontoso.azure-devices.net",
            "127.0.0.1:443",
            "2130706433",
            "0x7f000001",
            "0x7f.1",
            "017700000001",
            "127.1",
            "0",
            "[::1]",
            "[::1]:443",
            "[::ffff:127.0.0.1]",
            "::1",
            "[fe80::1%25eth0]",
            "169.254.169.254",
            "metadata.google.internal",
            &format!("{}.azure-devices.net", "a".repeat(64)),
        ] {
            let found = hosts().find(text);
            // The named address of IPv6 stands for itself, without its port.
            let is_named = text == "[::1]";
            assert_eq!(found.is_ok(), is_named, "{text:?}: {found:?}");
        }
    }

    #[test]
    fn what_names_no_hub_is_refused() {
        for text in [
            "",
            ":443",
            "a:",
            "a:0",
            "a:65536",
            "a:b:443",
            "::1",
            "[::1",
            "[a]:443",
            "https://a",
            "a/b",
            "a b",
            "u@a",
            "a.",
            "*.example",
            "[fe80::1%eth0]",
        ] {
            assert!(text.parse::<NamedHub>().is_err(), "{text:?}");
        }
    }
}
