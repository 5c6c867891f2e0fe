//! A hub with two devices, and a desk that speaks with it.

use std::{
    net::Ipv4Addr,
    path::PathBuf,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use amqp::{
    desk::Desk,
    message::{Ask, Failure, ReadFrom, Told},
};
use http::{Request, Response};
use hub::HubOptions;
use server::{
    data_folder::DataFolder,
    emulator::{Emulator, EmulatorOptions},
    host::HubHandle,
    ports::{BoundPorts, Ports},
    tls::{Names, Tls},
};
use tempfile::TempDir;
use tokio::{sync::mpsc, task::LocalSet};
use wire::{
    connection_string::ServiceConnectionString, event::Event, sas::SasToken, secret::SecretString,
};

use crate::network::{Hand, TestNetwork};

pub(crate) const HOST: &str = "localhost";
/// Longer than anything here takes, on a busy machine too.
pub(crate) const LONG: Duration = Duration::from_secs(30);

pub(crate) struct World {
    pub(crate) hub: HubHandle,
    pub(crate) hand: Arc<Hand>,
    pub(crate) port: u16,
    pub(crate) desk: Desk<TestNetwork>,
    told: mpsc::UnboundedReceiver<Told>,
    tls: Tls,
    emulator: Emulator,
    _folder: TempDir,
}

/// Runs a test in a world, on one thread.
pub(crate) async fn in_world<F: AsyncFnOnce(&mut World)>(test: F) {
    let test = async {
        let mut world = World::new().await;
        test(&mut world).await;
    };
    tokio::time::timeout(LONG, LocalSet::new().run_until(test))
        .await
        .expect("in time");
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = Arc::new(DataFolder::open(folder.path()).unwrap());
        let names = Names::new(HOST, Ipv4Addr::LOCALHOST.into()).unwrap();
        let tls = Tls::own_authority(data, names).unwrap();
        let (hub, emulator, port) = start(&tls);
        let hand = Arc::new(Hand::default());
        hand.lead_to(port);
        let (desk, told) = desk(tls.trusted().to_owned(), &hand);
        let mut world = Self {
            hub,
            hand,
            port,
            desk,
            told,
            tls,
            emulator,
            _folder: folder,
        };
        assert_eq!(world.told().await, Told::Ready);
        world.register().await;
        world
    }

    /// Another hub with the same keys takes the place of this one, which has kept nothing.
    pub(crate) async fn begin_anew(&mut self) {
        let (hub, emulator, port) = start(&self.tls);
        self.hub = hub;
        self.emulator = emulator;
        self.hand.lead_to(port);
        self.register().await;
        self.hand.cut();
    }

    async fn register(&self) {
        for device in ["dev1", "dev2"] {
            let identity = format!(
                r#"{{"deviceId":"{device}","status":"enabled","authentication":{{"type":"sas"}}}}"#
            );
            let path = format!("/devices/{device}");
            let made = self.rest("PUT", &path, &[], identity.into_bytes()).await;
            assert_eq!(made.status(), 200);
        }
    }

    /// The connection string of a policy.
    pub(crate) fn string(&self, policy: &str) -> ServiceConnectionString {
        let mut policies = self.hub.policies().iter();
        let found = policies.find(|it| it.name == policy).unwrap();
        ServiceConnectionString {
            host_name: format!("{HOST}:{}", self.port),
            policy: found.name.clone(),
            key: found.primary_key.clone(),
        }
    }

    /// Chooses the hub, with the key of a policy.
    pub(crate) fn choose(&mut self, policy: &str) {
        let connection_string = self.string(policy).to_text().into_inner();
        self.desk.hear(Ask::Hub {
            connection_string,
            events: None,
        });
    }

    /// The next thing that is told.
    pub(crate) async fn told(&mut self) -> Told {
        let told = tokio::time::timeout(LONG, self.told.recv()).await;
        told.expect("in time").unwrap()
    }

    /// What is told next is a failure.
    pub(crate) async fn failure(&mut self) -> Failure {
        match self.told().await {
            Told::Failed { failure, .. } => failure,
            told => panic!("expected a failure, got {told:?}"),
        }
    }

    /// Begins to read events.
    pub(crate) fn read(&mut self, id: u32, from: ReadFrom) {
        self.desk.hear(Ask::Read { id, from });
    }

    /// The next events, so many. They are taken.
    pub(crate) async fn events(&mut self, count: usize) -> Vec<Event> {
        let mut all = Vec::new();
        while all.len() < count {
            match self.told().await {
                Told::Events { id, events } => {
                    all.extend(events);
                    self.desk.hear(Ask::Took { id });
                }
                Told::Reading { .. } | Told::Retrying { .. } => {}
                told => panic!("expected events, got {told:?}"),
            }
        }
        all
    }

    /// Asks the hub over REST, as its owner.
    pub(crate) async fn rest(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Response<Vec<u8>> {
        let mut policies = self.hub.policies().iter();
        let owner = policies.find(|it| it.name == "iothubowner").unwrap();
        let expires = now() / 1000 + 600;
        let token = SasToken::sign(HOST, &owner.primary_key, expires, Some("iothubowner"));
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{path}?api-version=2021-04-12"))
            .header("authorization", SecretString::into_inner(token.to_text()))
            .header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body).unwrap();
        self.hub.request(request).await.unwrap()
    }

    /// Sends telemetry as a device.
    pub(crate) async fn send_telemetry(&self, device: &str, body: &str) {
        self.send_telemetry_with(device, &[], body).await;
    }

    /// Sends telemetry with properties.
    pub(crate) async fn send_telemetry_with(
        &self,
        device: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) {
        let path = format!("/devices/{device}/messages/events");
        let sent = self.rest("POST", &path, headers, body.into()).await;
        assert_eq!(sent.status(), 204);
    }
}

/// Starts a hub that keeps nothing.
fn start(tls: &Tls) -> (HubHandle, Emulator, u16) {
    let (hub, _ended) = HubHandle::ephemeral(HubOptions::new(HOST, [7; 32])).unwrap();
    let any = Ports {
        https: 0,
        mqtts: 0,
        amqps: 0,
        amqp: 0,
    };
    let bound = BoundPorts::new(Ipv4Addr::LOCALHOST.into(), any).unwrap();
    let port = bound.ports().https;
    let options = EmulatorOptions::default();
    let emulator = Emulator::start(hub.clone(), bound, tls, options).unwrap();
    (hub, emulator, port)
}

fn desk(trusted: PathBuf, hand: &Arc<Hand>) -> (Desk<TestNetwork>, mpsc::UnboundedReceiver<Told>) {
    let network = TestNetwork {
        trusted,
        hand: Arc::clone(hand),
    };
    let (tell, told) = mpsc::unbounded_channel();
    let desk = Desk::new(network, move |it| {
        let _ = tell.send(it);
    });
    (desk, told)
}

/// Milliseconds since 1970.
pub(crate) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    since.as_millis().try_into().unwrap()
}

/// Waits until it is so late.
pub(crate) async fn until(millis: u64) {
    let left = Duration::from_millis(millis.saturating_sub(now()));
    tokio::time::sleep(left).await;
}
