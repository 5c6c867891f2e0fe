//! A hub with AMQP on a port of its own.

use std::{
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use http::{Request, Response};
use hub::{AccessPolicy, HubOptions};
use server::{
    amqp::{Settings, serve},
    host::HubHandle,
    observer::{Party, Protocol},
};
use tokio::net::{TcpListener, TcpStream};
use wire::{
    sas::{SasToken, SharedAccessKey},
    secret::SecretString,
};

use crate::client::Client;

/// The hub's host name.
pub(crate) const HOST: &str = "hub.example";
/// The event hub's name.
pub(crate) const ENTITY: &str = "events-of-hub";

pub(crate) struct TestHub {
    pub(crate) handle: HubHandle,
    port: u16,
}

impl TestHub {
    /// Starts a hub with one partition and the device `dev1`.
    pub(crate) async fn start() -> Self {
        let mut options = HubOptions::new(HOST, [7; 32]);
        options.partitions = 1;
        Self::of(options).await
    }

    /// Starts a hub with the device `dev1`.
    pub(crate) async fn of(options: HubOptions) -> Self {
        let (handle, _ended) = HubHandle::ephemeral(options).unwrap();
        let settings = Arc::new(Settings::new(ENTITY, HOST));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let hub = handle.clone();
        tokio::spawn(async move {
            while let Ok((stream, peer)) = listener.accept().await {
                let (hub, settings) = (hub.clone(), Arc::clone(&settings));
                let party = Party::new(Protocol::Amqp, peer);
                tokio::spawn(async move { serve(stream, hub, settings, party).await });
            }
        });
        let hub = Self { handle, port };
        let identity = r#"{"deviceId":"dev1","status":"enabled","authentication":{"type":"sas"}}"#;
        assert_eq!(
            hub.ask("PUT", "/devices/dev1", identity).await.status(),
            200
        );
        hub
    }

    /// Connects without a word.
    pub(crate) async fn connect(&self) -> Client {
        Client::new(TcpStream::connect(("127.0.0.1", self.port)).await.unwrap())
    }

    /// Connects, opens and begins a session, without SASL.
    pub(crate) async fn open(&self) -> Client {
        let mut client = self.connect().await;
        client.open().await;
        client.begin(0).await;
        client
    }

    /// Opens a session with a token for reading telemetry.
    pub(crate) async fn open_reader(&self) -> Client {
        let mut client = self.open().await;
        let audience = format!("sb://{HOST}/{ENTITY}");
        let token = self.event_hub_token("service", seconds_from_now(600));
        assert_eq!(client.put_token(&audience, &token).await, 200);
        client
    }

    /// Opens a session with a token for what services do.
    pub(crate) async fn open_service(&self) -> Client {
        let mut client = self.open().await;
        let token = self.hub_token("service", seconds_from_now(600));
        assert_eq!(client.put_token(HOST, &token).await, 200);
        client
    }

    pub(crate) fn policy(&self, name: &str) -> &AccessPolicy {
        let mut policies = self.handle.policies().iter();
        policies.find(|policy| policy.name == name).unwrap()
    }

    /// A token for the hub, signed with the policy's key.
    pub(crate) fn hub_token(&self, policy: &str, expires: u64) -> String {
        self.hub_token_for(HOST, policy, expires)
    }

    /// A token for a part of the hub, signed with the policy's key.
    pub(crate) fn hub_token_for(&self, resource: &str, policy: &str, expires: u64) -> String {
        let key = &self.policy(policy).primary_key;
        text(&SasToken::sign(resource, key, expires, Some(policy)))
    }

    /// A token for the event hub, signed with the text of the policy's key.
    pub(crate) fn event_hub_token(&self, policy: &str, expires: u64) -> String {
        let key = &self.policy(policy).primary_key;
        let key = SharedAccessKey::from_bytes(key.to_base64().into_inner().into_bytes()).unwrap();
        let resource = format!("sb://{HOST}/{ENTITY}");
        text(&SasToken::sign(&resource, &key, expires, Some(policy)))
    }

    /// Asks the hub over REST.
    pub(crate) async fn ask(&self, method: &str, path: &str, body: &str) -> Response<Vec<u8>> {
        let token = self.hub_token("iothubowner", seconds_from_now(600));
        self.ask_with(&token, method, path, body).await
    }

    /// Asks the hub over REST with a token.
    pub(crate) async fn ask_with(
        &self,
        token: &str,
        method: &str,
        path: &str,
        body: &str,
    ) -> Response<Vec<u8>> {
        let request = Request::builder()
            .method(method)
            .uri(format!("{path}?api-version=2021-04-12"))
            .header("authorization", token)
            .header("content-type", "application/json")
            .body(body.as_bytes().to_vec())
            .unwrap();
        self.handle.request(request).await.unwrap()
    }

    /// Sends telemetry as `dev1`.
    pub(crate) async fn send_telemetry(&self, body: &str) {
        let path = "/devices/dev1/messages/events";
        assert_eq!(self.ask("POST", path, body).await.status(), 204);
    }
}

fn text(token: &SasToken) -> String {
    SecretString::into_inner(token.to_text())
}

/// Seconds since 1970, so many from now on.
pub(crate) fn seconds_from_now(seconds: u64) -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    now.as_secs() + seconds
}
