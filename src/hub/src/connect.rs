//! What a CONNECT must hold before the hub lets anybody in.

use wire::{
    mqtt::mqttrs::{Connect, LastWill, QoS},
    properties::MessageProperties,
    sas::{SasToken, device_resource},
    timestamp::Timestamp,
    topic::DeviceTopic,
};

use crate::{
    connection::{Client, Identity, Refusal, Will, most_silence},
    hub::Hub,
    policy::Permission,
    registry::Device,
};

/// The application property that marks a will.
const MESSAGE_TYPE: &str = "iothub-MessageType";

impl Hub {
    /// The client that this CONNECT lets in, or why it is refused.
    pub(crate) fn admit(&self, now: Timestamp, connect: &Connect<'_>) -> Result<Client, Refusal> {
        let identity = identity_of(connect, &self.options.host_name)?;
        let password = connect.password.ok_or(Refusal::PasswordMissing)?;
        let token = std::str::from_utf8(password).unwrap_or_default();
        let token = SasToken::parse(token).map_err(Refusal::TokenUnreadable)?;
        let auth_method = self.authenticate(now, &identity, &token)?;
        let will = connect
            .last_will
            .as_ref()
            .map(|will| read_will(will, &identity))
            .transpose()?;
        Ok(Client {
            clean_session: connect.clean_session,
            most_silence: most_silence(connect.keep_alive),
            closes_at: Timestamp::from_millis(token.expires().saturating_mul(1_000))
                .plus(self.options.token_grace),
            will,
            auth_method,
            identity,
        })
    }

    /// Checks a token for an identity; gives the text of `iothub-connection-auth-method`.
    fn authenticate(
        &self,
        now: Timestamp,
        identity: &Identity,
        token: &SasToken,
    ) -> Result<String, Refusal> {
        let device = self
            .registry
            .get(&identity.device_id)
            .ok_or(Refusal::UnknownIdentity)?;
        // Module identities are not built yet, so no module is known.
        if identity.module_id.is_some() {
            return Err(Refusal::UnknownIdentity);
        }
        let scope = self.check_signature(device, token)?;
        if !token.covers(&device_resource(
            &self.options.host_name,
            &identity.device_id,
            None,
        )) {
            return Err(Refusal::TokenScope);
        }
        if token.expires() <= now.as_seconds() {
            return Err(Refusal::TokenExpired);
        }
        if !device.is_enabled() {
            return Err(Refusal::Disabled);
        }
        Ok(format!(
            r#"{{"scope":"{scope}","type":"sas","issuer":"iothub","acceptingIpFilterRule":null}}"#
        ))
    }

    /// Whose key signed the token: the device's own (`device`), or that of a policy (`hub`).
    fn check_signature(&self, device: &Device, token: &SasToken) -> Result<&'static str, Refusal> {
        let Some(name) = token.policy() else {
            let own = device.keys().iter().any(|key| token.verify(key));
            return if own {
                Ok("device")
            } else {
                Err(Refusal::WrongKey)
            };
        };
        let policy = self.policy(name).ok_or(Refusal::PolicyRefused)?;
        if !policy.permits(Permission::DeviceConnect) {
            return Err(Refusal::PolicyRefused);
        }
        if token.verify(&policy.primary_key) || token.verify(&policy.secondary_key) {
            Ok("hub")
        } else {
            Err(Refusal::WrongKey)
        }
    }
}

/// Reads who wants to connect from the user name, `{host}/{device}[/{module}][/?api-version=…]`,
/// and compares it with the client id.
fn identity_of(connect: &Connect<'_>, host_name: &str) -> Result<Identity, Refusal> {
    let user_name = connect.username.ok_or(Refusal::UserNameMissing)?;
    let mut parts: Vec<&str> = user_name.split('/').collect();
    // Old clients leave out the question mark, and the simplest leave out the query.
    if parts.len() > 2
        && parts
            .last()
            .is_some_and(|last| last.starts_with('?') || last.contains("api-version="))
    {
        parts.pop();
    }
    let (host, device_id, module_id) = match parts[..] {
        [host, device] | [host, device, ""] => (host, device, None),
        [host, device, module] => (host, device, Some(module)),
        _ => return Err(Refusal::UserNameUnreadable),
    };
    if device_id.is_empty() {
        return Err(Refusal::UserNameUnreadable);
    }
    if !host.eq_ignore_ascii_case(host_name) {
        return Err(Refusal::WrongHost);
    }
    let client_id = module_id.map_or_else(
        || device_id.to_owned(),
        |module| format!("{device_id}/{module}"),
    );
    if connect.client_id != client_id {
        return Err(Refusal::ClientIdMismatch);
    }
    Ok(Identity {
        device_id: device_id.to_owned(),
        module_id: module_id.map(str::to_owned),
    })
}

fn read_will(will: &LastWill<'_>, identity: &Identity) -> Result<Will, Refusal> {
    let properties = own_telemetry(will.topic, identity).ok_or(Refusal::Will)?;
    if will.qos == QoS::ExactlyOnce {
        return Err(Refusal::Will);
    }
    let mut properties = properties;
    properties
        .application
        .push((MESSAGE_TYPE.to_owned(), Some("Will".to_owned())));
    if will.retain {
        properties
            .application
            .push((crate::publish::RETAIN.to_owned(), Some("true".to_owned())));
    }
    Ok(Will {
        properties,
        body: will.message.to_vec(),
    })
}

/// The properties in a telemetry topic, if it is the identity's own.
fn own_telemetry(topic: &str, identity: &Identity) -> Option<MessageProperties> {
    match DeviceTopic::parse(topic) {
        Ok(DeviceTopic::Telemetry {
            device_id,
            module_id,
            properties,
        }) if device_id == identity.device_id && module_id == identity.module_id => {
            Some(properties)
        }
        _ => None,
    }
}
