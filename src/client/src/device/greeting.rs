//! The CONNECT packet of a device.

use wire::connection_string::{DeviceConnectionString, DeviceCredential};
use wire::mqtt::mqttrs::{Connect, LastWill, Packet, Protocol, QoS};
use wire::rest::{API_VERSION, encode_id};
use wire::sas::{SasToken, device_resource};
use wire::secret::SecretString;
use wire::timestamp::Timestamp;
use wire::topic::DeviceTopic;

use super::error::SendError;
use super::message::check_topic;
use super::options::DeviceOptions;
use crate::message::Message;

/// MQTT counts the bytes of a will's payload in two bytes (MQTT 3.1.1, 3.1.3.3).
const MAX_WILL: usize = 65_535;

/// Owns what a CONNECT borrows.
pub(super) struct Greeting<'a> {
    client_id: String,
    user_name: String,
    password: Option<SecretString>,
    renew_at: Option<Timestamp>,
    will: Option<(String, &'a [u8])>,
    keep_alive: u16,
    clean_session: bool,
}

impl<'a> Greeting<'a> {
    /// Signs a token for a connection made now.
    pub(super) fn sign(
        device: &DeviceConnectionString,
        options: &'a DeviceOptions,
        now: Timestamp,
    ) -> Self {
        let (password, renew_at) = password(device, options, now);
        let will = options.will.as_ref();
        Self {
            client_id: client_id(device),
            user_name: user_name(device, &options.agent),
            password,
            renew_at,
            will: will.map(|will| (will_topic(device, will), will.body.as_slice())),
            keep_alive: options.keep_alive_seconds(),
            clean_session: options.clean_session,
        }
    }

    /// Refuses a will that the hub or MQTT does not take.
    pub(super) fn check_will(
        device: &DeviceConnectionString,
        options: &DeviceOptions,
    ) -> Result<(), SendError> {
        let Some(will) = &options.will else {
            return Ok(());
        };
        will.check()?;
        check_topic(&will_topic(device, will))?;
        if will.body.len() > MAX_WILL {
            return Err(SendError::TooLarge {
                size: will.body.len(),
                limit: MAX_WILL,
            });
        }
        Ok(())
    }

    /// When to replace the token; `None` if this client did not sign it.
    pub(super) fn renew_at(&self) -> Option<Timestamp> {
        self.renew_at
    }

    pub(super) fn packet(&self) -> Packet<'_> {
        let password = self.password.as_ref();
        let will = self.will.as_ref();
        Packet::Connect(Connect {
            protocol: Protocol::MQTT311,
            keep_alive: self.keep_alive,
            client_id: &self.client_id,
            clean_session: self.clean_session,
            last_will: will.map(|(topic, body)| LastWill {
                topic,
                message: body,
                qos: QoS::AtLeastOnce,
                retain: false,
            }),
            username: Some(&self.user_name),
            password: password.map(|password| password.expose().as_bytes()),
        })
    }
}

/// Ids stand raw in the client id and the user name: the service does not decode them there.
fn client_id(device: &DeviceConnectionString) -> String {
    match &device.module_id {
        Some(module_id) => format!("{}/{module_id}", device.device_id),
        None => device.device_id.clone(),
    }
}

/// `{host}/{client id}/?api-version=…`: the host is the hub's even if a gateway is in between.
///
/// Source: IoT Hub documentation, "Communicate with an IoT hub using the MQTT protocol".
fn user_name(device: &DeviceConnectionString, agent: &str) -> String {
    let (host, id) = (&device.host_name, client_id(device));
    let mut name = format!("{host}/{id}/?api-version={API_VERSION}");
    if !agent.is_empty() {
        name.push_str("&DeviceClientType=");
        name.push_str(&encode_id(agent));
    }
    name
}

/// The SAS token for CONNECT, and when to replace it.
fn password(
    device: &DeviceConnectionString,
    options: &DeviceOptions,
    now: Timestamp,
) -> (Option<SecretString>, Option<Timestamp>) {
    match &device.credential {
        DeviceCredential::SharedAccessKey(key) => {
            let module_id = device.module_id.as_deref();
            let resource = device_resource(&device.host_name, &device.device_id, module_id);
            let expires = now.plus(options.token_lifetime).as_seconds();
            let token = SasToken::sign(&resource, key, expires, None);
            let renew_at = now.plus(options.renew_after());
            (Some(token.to_text()), Some(renew_at))
        }
        DeviceCredential::SharedAccessSignature(token) => (Some(token.to_text()), None),
        DeviceCredential::X509 => (None, None),
    }
}

/// The service takes a will on the telemetry topic only.
fn will_topic(device: &DeviceConnectionString, will: &Message) -> String {
    DeviceTopic::Telemetry {
        device_id: device.device_id.clone(),
        module_id: device.module_id.clone(),
        properties: will.properties.clone(),
    }
    .to_topic()
}
