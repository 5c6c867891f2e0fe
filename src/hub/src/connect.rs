//! What a CONNECT must hold before the hub lets anybody in.

use std::sync::Arc;

use wire::{
    mqtt::mqttrs::{Connack, Connect, ConnectReturnCode, LastWill, Packet, QoS},
    properties::MessageProperties,
    rest::decode_id,
    sas::{SasToken, device_resource, without_port},
    timestamp::Timestamp,
    topic::DeviceTopic,
};

use crate::{
    close_reason::CloseReason,
    connection::{Client, ConnectionId, Identity, Message, most_silence},
    hub::Hub,
    limits::OperationClass,
    policy::Permission,
    publish::{RETAIN, mark},
    refusal::Refusal,
    registry::Device,
    session::Session,
    store::{Change, Kind},
    stored_event::Sender,
};

/// The application property that marks a will.
const MESSAGE_TYPE: &str = "iothub-MessageType";

impl Hub {
    /// Carries out the first CONNECT of a connection.
    pub(crate) fn connect(
        &mut self,
        now: Timestamp,
        id: ConnectionId,
        connect: &Connect<'_>,
    ) -> Result<(), CloseReason> {
        let admitted = self.admit(now, connect).and_then(|client| {
            let class = OperationClass::DeviceConnection;
            self.limits.admit_at_once(now, class, 0)?;
            Ok(client)
        });
        admitted
            .and_then(|client| self.welcome(now, id, client))
            .map_err(|refusal| {
                self.connections.refuse(id, connect.client_id);
                self.refuse(id, refusal)
            })
    }

    /// Tells a client by CONNACK that it is refused; the connection is to be closed for the reason given back.
    pub(crate) fn refuse(&mut self, id: ConnectionId, refusal: Refusal) -> CloseReason {
        let connack = Connack {
            session_present: false,
            code: refusal.return_code(),
        };
        self.send(id, &Packet::Connack(connack));
        CloseReason::Refused(refusal)
    }

    /// Lets a client in: the newest connection of an identity wins.
    fn welcome(&mut self, now: Timestamp, id: ConnectionId, client: Client) -> Result<(), Refusal> {
        self.announce_model(now, &client)?;
        let session_present = self.resume(&client)?;
        if let Some(older) = self.connections.of(&client.identity) {
            self.close(now, older, CloseReason::TakenOver);
        }
        if !session_present {
            self.sessions.put(&client.identity, Session::default());
        }
        self.registry.set_connected(&client.identity, now, true);
        let identity = client.identity.clone();
        self.connections.accept(id, client);
        let connack = Connack {
            session_present,
            code: ConnectReturnCode::Accepted,
        };
        self.send(id, &Packet::Connack(connack));
        self.deliver(now, &identity);
        self.send_waiting_calls(now, &identity);
        Ok(())
    }

    /// Notes the model that a client announces in its twin.
    fn announce_model(&mut self, now: Timestamp, client: &Client) -> Result<(), Refusal> {
        let (Some(model_id), Ok(twin)) = (
            &client.model_id,
            self.registry.require_twin(&client.identity),
        ) else {
            return Ok(());
        };
        if *twin.model_id == **model_id {
            return Ok(());
        }
        let mut twin = twin.clone();
        twin.model_id = model_id.as_str().into();
        self.commit_twin(now, &client.identity, twin)
            .map_err(Refusal::StoreFailed)
    }

    /// Whether a client that connects finds the session of its last connection. If not, it gets a new one, and the
    /// store learns of it here: that of a client which wants a clean one is not kept there.
    fn resume(&mut self, client: &Client) -> Result<bool, Refusal> {
        let identity = &client.identity;
        let is_kept = self.sessions.get(identity).is_some() && !self.has_clean_session(identity);
        let change = match (client.clean_session, is_kept) {
            (false, true) => return Ok(true),
            (true, false) => return Ok(false),
            (false, false) => Kind::Session(identity, &Session::default()),
            (true, true) => Kind::SessionGone(identity),
        };
        let committed = self.store.commit(&[Change(change)]);
        committed.map_err(Refusal::StoreFailed)?;
        Ok(false)
    }

    /// Whether an identity is connected with a session that ends with its connection.
    fn has_clean_session(&self, identity: &Identity) -> bool {
        let connection = self.connections.of(identity);
        connection
            .and_then(|connection| self.connections.client(connection))
            .is_some_and(|client| client.clean_session)
    }

    /// The client that this CONNECT lets in, or why it is refused.
    fn admit(&self, now: Timestamp, connect: &Connect<'_>) -> Result<Client, Refusal> {
        let UserName {
            identity,
            has_api_version,
            model_id,
        } = UserName::read(connect, &self.options.host_name)?;
        let password = connect.password.filter(|password| !password.is_empty());
        let password = password.ok_or(Refusal::PasswordMissing)?;
        // What is not even text is no token either.
        let token = std::str::from_utf8(password).unwrap_or_default();
        let token = SasToken::parse(token).map_err(Refusal::TokenUnreadable)?;
        let auth_method = self.authenticate(now, &identity, &token)?;
        let will = connect
            .last_will
            .as_ref()
            .map(|will| read_will(will, &identity))
            .transpose()?;
        let generation_id = self.registry.generation_id(&identity);
        let sender = Sender {
            identity: identity.clone(),
            auth_method,
            generation_id: generation_id.unwrap_or_default().to_owned(),
        };
        let expires = Timestamp::from_millis(token.expires().saturating_mul(1_000));
        Ok(Client {
            clean_session: connect.clean_session,
            most_silence: most_silence(connect.keep_alive),
            closes_at: expires.plus(self.options.token_grace),
            will: will.map(Box::new),
            has_api_version,
            model_id,
            sender: Arc::new(sender),
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
        let device = self.registry.get(&identity.device_id);
        let device = device.ok_or(Refusal::UnknownIdentity)?;
        let scope = self.check_signature(device, identity, token)?;
        let module_id = identity.module_id.as_deref();
        let resource = device_resource(&self.options.host_name, &identity.device_id, module_id);
        if !token.covers(&resource) {
            return Err(Refusal::TokenScope);
        }
        if token.expires() <= now.as_seconds() {
            return Err(Refusal::TokenExpired);
        }
        if !device.is_enabled() {
            return Err(Refusal::Disabled);
        }
        Ok(auth_method(scope))
    }

    /// Whose key signed the token: the device's own (`device`), the module's own (`module`), or that of a policy
    /// (`hub`).
    fn check_signature(
        &self,
        device: &Device,
        identity: &Identity,
        token: &SasToken,
    ) -> Result<&'static str, Refusal> {
        let module = match &identity.module_id {
            None => None,
            Some(id) => Some(device.modules.get(id).ok_or(Refusal::UnknownIdentity)?),
        };
        if !module.map_or(device.has_keys(), |module| module.has_keys()) {
            return Err(Refusal::CertificateExpected);
        }
        let (scope, signed) = match (token.policy(), module) {
            (None, None) => ("device", device.signed(token)),
            (None, Some(module)) => ("module", module.signed(token)),
            (Some(name), _) => {
                let policy = self.policy(name);
                let policy = policy.filter(|policy| policy.permits(Permission::DeviceConnect));
                ("hub", policy.ok_or(Refusal::PolicyRefused)?.signed(token))
            }
        };
        if signed {
            Ok(scope)
        } else {
            Err(Refusal::WrongKey)
        }
    }
}

/// The text of `iothub-connection-auth-method` for a token that was signed with a key of the device (`device`) or of a
/// policy (`hub`).
pub(crate) fn auth_method(scope: &str) -> String {
    format!(r#"{{"scope":"{scope}","type":"sas","issuer":"iothub","acceptingIpFilterRule":null}}"#)
}

/// What a user name says: `{host}/{device}[/{module}][/?api-version=…&model-id=…]`.
struct UserName {
    identity: Identity,
    has_api_version: bool,
    model_id: Option<String>,
}

impl UserName {
    /// Reads the user name of a CONNECT, and compares it with the client id.
    fn read(connect: &Connect<'_>, host_name: &str) -> Result<Self, Refusal> {
        let user_name = connect.username.ok_or(Refusal::UserNameMissing)?;
        let (parts, query) = split_user_name(user_name);
        let value = |wanted: &str| {
            query.split('&').find_map(|pair| {
                let (name, value) = pair.split_once('=')?;
                (name == wanted).then_some(value)
            })
        };
        Ok(Self {
            identity: identity_of(&parts, connect.client_id, host_name)?,
            has_api_version: value("api-version").is_some(),
            // What cannot be decoded announces nothing.
            model_id: value("model-id").and_then(decode_id),
        })
    }
}

/// The parts of a user name that name who connects, and the query behind them, without its question mark.
fn split_user_name(user_name: &str) -> (Vec<&str>, &str) {
    let mut parts: Vec<&str> = user_name.split('/').collect();
    let mut query = "";
    // Old clients leave out the question mark, and the simplest leave out the query.
    if parts.len() > 2
        && parts
            .last()
            .is_some_and(|last| last.starts_with('?') || last.contains("api-version="))
    {
        query = parts.pop().unwrap_or_default();
    }
    (parts, query.trim_start_matches('?'))
}

/// Who connects, which the client id must say as well.
fn identity_of(parts: &[&str], client_id: &str, host_name: &str) -> Result<Identity, Refusal> {
    let (host, device_id, module_id) = match *parts {
        [host, device] | [host, device, ""] => (host, device, None),
        [host, device, module] => (host, device, Some(module)),
        _ => return Err(Refusal::UserNameUnreadable),
    };
    if device_id.is_empty() {
        return Err(Refusal::UserNameUnreadable);
    }
    // A client that was told a port of its own writes it here as well.
    if !without_port(host).eq_ignore_ascii_case(host_name) {
        return Err(Refusal::WrongHost);
    }
    let expected = module_id.map_or_else(
        || device_id.to_owned(),
        |module| format!("{device_id}/{module}"),
    );
    if client_id != expected {
        return Err(Refusal::ClientIdMismatch);
    }
    Ok(Identity {
        device_id: device_id.to_owned(),
        module_id: module_id.map(str::to_owned),
    })
}

/// Reads a will and marks it as one.
fn read_will(will: &LastWill<'_>, identity: &Identity) -> Result<Message, Refusal> {
    if will.qos == QoS::ExactlyOnce {
        return Err(Refusal::Will);
    }
    let mut properties = own_telemetry(will.topic, identity).ok_or(Refusal::Will)?;
    mark(&mut properties, MESSAGE_TYPE, "Will");
    if will.retain {
        mark(&mut properties, RETAIN, "true");
    }
    Ok(Message {
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
