//! Where the hub and its events are, and where a key may go.

use fe2o3_amqp_types::definitions::Error;
use serde_amqp::{Value, primitives::Symbol};
use wire::{
    connection_string::{
        ConnectionString, EventHubsConnectionString, EventHubsCredential, ServiceConnectionString,
    },
    sas::without_port,
};

use crate::{
    credential::Credential,
    failure::condition,
    message::{Failure, FailureKind},
};

/// Namespaces of Event Hubs, in each of the service's clouds.
const NAMESPACES: [&str; 4] = [
    ".servicebus.windows.net",
    ".servicebus.chinacloudapi.cn",
    ".servicebus.usgovcloudapi.net",
    ".servicebus.cloudapi.de",
];
const REDIRECT: &str = "amqp:link:redirect";
const MOST_NAME: usize = 256;

/// The hub, as a service meets it.
#[derive(Clone, Debug)]
pub(crate) struct Hub {
    /// The host, and its port if that is not 443.
    pub(crate) authority: String,
    /// What opens it.
    pub(crate) credential: Credential,
}

/// The Event Hubs-compatible endpoint.
#[derive(Clone, Debug)]
pub(crate) struct EventHub {
    /// The host, and its port if that is not 443.
    pub(crate) authority: String,
    /// The event hub's name.
    pub(crate) entity: String,
    /// What opens it.
    pub(crate) credential: Credential,
}

impl Hub {
    /// Reads a service's connection string.
    pub(crate) fn parse(text: &str) -> Result<Self, Failure> {
        match text.parse() {
            Ok(ConnectionString::Service(service)) => Ok(Self::of(service)),
            Ok(_) => Err(misused(
                "expected a service's connection string: HostName=…;SharedAccessKeyName=…;SharedAccessKey=…",
            )),
            Err(error) => Err(misused(error.to_string())),
        }
    }

    fn of(service: ServiceConnectionString) -> Self {
        Self {
            authority: service.host_name,
            credential: Credential::Key {
                policy: service.policy,
                key: service.key,
            },
        }
    }

    /// The host without its port, of which tokens speak.
    pub(crate) fn host(&self) -> &str {
        without_port(&self.authority)
    }

    pub(crate) fn url(&self) -> String {
        // Without the query the hub asks for a client's certificate, which a page cannot give.
        format!(
            "wss://{}/$iothub/websocket?iothub-no-client-cert=true",
            self.authority
        )
    }

    /// The event hub that the hub points to. A hub may not send a key just anywhere.
    pub(crate) fn redirected(&self, error: &Error) -> Result<EventHub, Failure> {
        if condition(error) != REDIRECT {
            return Err(crate::failure::said(error));
        }
        let text = |name: &str| {
            let info = error.info.as_ref()?;
            match info.get(&Symbol::from(name))? {
                Value::String(text) | Value::Symbol(Symbol(text)) => Some(text.as_str()),
                _ => None,
            }
        };
        let address = text("address").unwrap_or_default();
        let (host, path) = split_address(address);
        let host = text("hostname").unwrap_or(host);
        let entity = path.split('/').next().unwrap_or_default();
        if !is_name(entity) {
            return Err(protocol(
                "the hub points to its events without the name of an event hub",
            ));
        }
        Ok(EventHub {
            authority: self.authority_of(host)?,
            entity: entity.to_owned(),
            credential: self.credential.clone(),
        })
    }

    /// Where to connect to for a host that the hub names: itself, on the port on which it was found, or a namespace.
    fn authority_of(&self, host: &str) -> Result<String, Failure> {
        if host.eq_ignore_ascii_case(self.host()) {
            return Ok(self.authority.clone());
        }
        if is_namespace(host) {
            return Ok(host.to_ascii_lowercase());
        }
        Err(protocol(
            "the hub points to a host for its events that is neither its own nor a namespace of Event Hubs; \
             the key is not sent there",
        ))
    }
}

impl EventHub {
    /// Reads an Event Hubs-compatible connection string.
    pub(crate) fn parse(text: &str) -> Result<Self, Failure> {
        match text.parse() {
            Ok(ConnectionString::EventHubs(events)) => Self::of(events),
            Ok(_) => Err(misused(
                "expected an Event Hubs-compatible connection string: \
                 Endpoint=sb://…;SharedAccessKeyName=…;SharedAccessKey=…;EntityPath=…",
            )),
            Err(error) => Err(misused(error.to_string())),
        }
    }

    fn of(events: EventHubsConnectionString) -> Result<Self, Failure> {
        let Some(entity) = events.entity_path.filter(|entity| is_name(entity)) else {
            return Err(misused(
                "the Event Hubs-compatible string has no EntityPath",
            ));
        };
        let credential = match events.credential {
            EventHubsCredential::SharedAccessKey(key) => Credential::Key {
                policy: events.policy.unwrap_or_default(),
                key,
            },
            EventHubsCredential::SharedAccessSignature(token) => Credential::Token(token),
        };
        Ok(Self {
            authority: events.host_name,
            entity,
            credential,
        })
    }

    pub(crate) fn host(&self) -> &str {
        without_port(&self.authority)
    }

    pub(crate) fn url(&self) -> String {
        format!("wss://{}/$servicebus/websocket", self.authority)
    }

    /// What tokens for it are signed for.
    pub(crate) fn resource(&self) -> String {
        format!("sb://{}/{}", self.host(), self.entity)
    }
}

/// Host and path of `amqps://host:5671/entity/…`.
fn split_address(address: &str) -> (&str, &str) {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    (without_port(authority), path)
}

/// Whether a host is a namespace of Event Hubs: one label before a name of the service's.
fn is_namespace(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    NAMESPACES.iter().any(|suffix| {
        host.strip_suffix(suffix).is_some_and(|label| {
            !label.is_empty()
                && label.len() <= 63
                && label
                    .bytes()
                    .all(|it| it.is_ascii_alphanumeric() || it == b'-')
        })
    })
}

/// Whether an event hub or a consumer group may be called so. What is part of an address may not change it.
pub(crate) fn is_name(entity: &str) -> bool {
    !entity.is_empty()
        && entity.len() <= MOST_NAME
        && entity
            .bytes()
            .all(|it| it.is_ascii_alphanumeric() || b"-_.".contains(&it))
}

fn misused(why: impl Into<String>) -> Failure {
    Failure::new(FailureKind::Misused, why)
}

fn protocol(why: &str) -> Failure {
    Failure::new(FailureKind::Protocol, why)
}
