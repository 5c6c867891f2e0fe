//! The hub, everything around it, and what both have said.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use http::{Request, Response, StatusCode};
use hub::{
    ConnectionId, FeedbackOptions, Hub, HubOptions, MemoryStore, Output, RequestId, SnapshotScope,
};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use serde_json::Value;
use wire::event::EventPosition;
use wire::mqtt::{Frame, mqttrs::Packet};
use wire::sas::{SasToken, device_resource};
use wire::timestamp::Timestamp;

use crate::device::Device;
use crate::journal::Journal;
use crate::messages::FeedbackReader;
use crate::methods::Calls;
use crate::model::DeviceModel;

pub(crate) const HOST: &str = "contoso.azure-devices.net";

/// When the clock starts: 2026-08-01T10:00:00Z.
const START: Timestamp = Timestamp::from_millis(1_785_578_400_000);

/// After the end of every schedule: tokens never end in one.
const FOREVER: u64 = 4_000_000_000;

pub(crate) struct World {
    pub(crate) hub: Hub,
    pub(crate) now: Timestamp,
    pub(crate) rng: ChaCha8Rng,
    pub(crate) journal: Journal,
    pub(crate) devices: Vec<Device>,
    pub(crate) models: Vec<DeviceModel>,
    pub(crate) calls: Calls,
    pub(crate) feedback: FeedbackReader,
    pub(crate) seen: Seen,
    links: BTreeMap<ConnectionId, usize>,
    answers: BTreeMap<RequestId, Response<Vec<u8>>>,
    answered: BTreeSet<RequestId>,
    service_token: String,
    numbers: u64,
}

/// How much the schedules tried: a test that never meets a redelivery proves nothing about them.
#[derive(Default, Debug)]
pub(crate) struct Seen {
    pub(crate) telemetry: usize,
    pub(crate) store_failures: usize,
    pub(crate) restarts: usize,
    pub(crate) redeliveries: usize,
    pub(crate) completed: usize,
    pub(crate) expired: usize,
    pub(crate) purged: usize,
    pub(crate) full_queues: usize,
    pub(crate) feedback: usize,
    pub(crate) desired_patches: usize,
    pub(crate) notifications: usize,
    pub(crate) reported_patches: usize,
    pub(crate) stale_patches: usize,
    pub(crate) methods_answered: usize,
    pub(crate) methods_offline: usize,
    pub(crate) methods_timed_out: usize,
}

impl Seen {
    fn counts(&self) -> [(&'static str, usize); 16] {
        [
            ("telemetry", self.telemetry),
            ("store failures", self.store_failures),
            ("restarts", self.restarts),
            ("redeliveries", self.redeliveries),
            ("completed", self.completed),
            ("expired", self.expired),
            ("purged", self.purged),
            ("full queues", self.full_queues),
            ("feedback", self.feedback),
            ("desired patches", self.desired_patches),
            ("notifications", self.notifications),
            ("reported patches", self.reported_patches),
            ("stale patches", self.stale_patches),
            ("methods answered", self.methods_answered),
            ("methods offline", self.methods_offline),
            ("methods timed out", self.methods_timed_out),
        ]
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.telemetry += other.telemetry;
        self.store_failures += other.store_failures;
        self.restarts += other.restarts;
        self.redeliveries += other.redeliveries;
        self.completed += other.completed;
        self.expired += other.expired;
        self.purged += other.purged;
        self.full_queues += other.full_queues;
        self.feedback += other.feedback;
        self.desired_patches += other.desired_patches;
        self.notifications += other.notifications;
        self.reported_patches += other.reported_patches;
        self.stale_patches += other.stale_patches;
        self.methods_answered += other.methods_answered;
        self.methods_offline += other.methods_offline;
        self.methods_timed_out += other.methods_timed_out;
    }

    pub(crate) fn assert_that_much_was_tried(&self) {
        for (what, count) in self.counts() {
            assert!(count >= 100, "only {count} of {what}: {self:?}");
        }
    }
}

impl World {
    /// A hub with two devices, and a service program that may do everything.
    pub(crate) fn new(seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let journal = Journal::default();
        // What feedback waits for may be as long as the whole schedule.
        let hub = Hub::new(options(rng.next_u64()));
        journal.begin(hub.snapshot(SnapshotScope::ALL));
        let service_token = {
            let string = hub.service_connection_string("iothubowner").unwrap();
            let token = SasToken::sign(HOST, &string.key, FOREVER, Some("iothubowner"));
            token.to_text().into_inner()
        };
        let mut world = Self {
            hub,
            now: START,
            rng,
            journal,
            devices: Vec::new(),
            models: Vec::new(),
            calls: Calls::default(),
            feedback: FeedbackReader::default(),
            seen: Seen::default(),
            links: BTreeMap::new(),
            answers: BTreeMap::new(),
            answered: BTreeSet::new(),
            service_token,
            numbers: 0,
        };
        world.start_anew();
        for name in ["dev1", "dev2"] {
            let body = format!(r#"{{"deviceId":"{name}"}}"#);
            let answer = world.ask("PUT", &format!("/devices/{name}"), &[], body.as_bytes());
            assert_eq!(answer.status(), StatusCode::OK);
            let identity: Value = serde_json::from_slice(answer.body()).unwrap();
            let key = &identity["authentication"]["symmetricKey"]["primaryKey"];
            let key = wire::sas::SharedAccessKey::from_base64(key.as_str().unwrap()).unwrap();
            let resource = device_resource(HOST, name, None);
            let token = SasToken::sign(&resource, &key, FOREVER, None).to_text();
            world.devices.push(Device::new(name, token.into_inner()));
            world.models.push(DeviceModel::default());
        }
        world
    }

    /// A number that no other thing in this world has.
    pub(crate) fn number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    /// A number below `limit`.
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.rng.next_u64() % limit
    }

    pub(crate) fn one_in(&mut self, chances: u64) -> bool {
        self.below(chances) == 0
    }

    /// One of these.
    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[usize::try_from(self.below(from.len() as u64)).unwrap()]
    }

    /// The hub's process ends and is started from its journal: all connections break, nothing that was acknowledged is
    /// lost.
    pub(crate) fn start_anew(&mut self) {
        let store = Box::new(self.journal.clone());
        let text = self.journal.text();
        self.hub = Hub::restore(options(0), Box::new(MemoryStore), self.now, &text)
            .unwrap_or_else(|error| panic!("{error}: {}", line(&text, error.line)));
        // What time did meanwhile is in the snapshot that the new journal begins with.
        self.journal.begin(self.hub.snapshot(SnapshotScope::ALL));
        let text = self.journal.text();
        self.hub = Hub::restore(options(0), store, self.now, &text)
            .unwrap_or_else(|error| panic!("{error}: {}", line(&text, error.line)));
        assert_eq!(
            self.hub.snapshot(SnapshotScope::ALL),
            text,
            "a snapshot restores to the same hub"
        );
        self.links.clear();
        self.answers.clear();
        self.answered.clear();
        for device in &mut self.devices {
            device.link_lost();
        }
        self.calls.hub_stopped();
        self.feedback.hub_stopped();
        for model in &mut self.models {
            model.hub_stopped();
            model.expire(self.now);
        }
    }

    /// Lets time pass, stopping at each deadline as a good owner does.
    pub(crate) fn wait(&mut self, time: Duration) {
        let end = self.now.plus(time);
        for _ in 0..10_000 {
            match self.hub.next_deadline() {
                Some(deadline) if deadline <= end => self.advance(deadline),
                _ => return self.advance(end),
            }
        }
        panic!(
            "a deadline that is never met: {:?}",
            self.hub.next_deadline()
        );
    }

    /// Lets time pass at once, as a machine that slept does.
    pub(crate) fn jump(&mut self, time: Duration) {
        self.advance(self.now.plus(time));
    }

    fn advance(&mut self, to: Timestamp) {
        self.now = self.now.max(to);
        self.hub.advance(self.now);
        for model in &mut self.models {
            model.expire(self.now);
        }
        self.drain();
    }

    pub(crate) fn open(&mut self, device: usize) -> ConnectionId {
        let link = self.hub.open(self.now);
        self.links.insert(link, device);
        self.drain();
        link
    }

    pub(crate) fn send(&mut self, link: ConnectionId, packet: &Packet<'_>) {
        let bytes = wire::mqtt::encode(packet).unwrap();
        self.hub.receive(self.now, link, &bytes);
        self.drain();
    }

    pub(crate) fn lose(&mut self, link: ConnectionId) {
        self.links.remove(&link);
        self.hub.closed(self.now, link);
        self.drain();
    }

    /// Asks as a service program, and gives the answer, which must come at once.
    pub(crate) fn ask(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Response<Vec<u8>> {
        let id = self.ask_later(method, path, headers, body);
        self.answer(id).expect("an answer at once")
    }

    /// Asks as a service program.
    pub(crate) fn ask_later(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> RequestId {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{path}?api-version=2021-04-12"))
            .header("authorization", &self.service_token);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let id = self
            .hub
            .request(self.now, &request.body(body.to_vec()).unwrap());
        self.drain();
        id
    }

    /// The answer to a request, once.
    pub(crate) fn answer(&mut self, id: RequestId) -> Option<Response<Vec<u8>>> {
        self.answers.remove(&id)
    }

    fn drain(&mut self) {
        while let Some(output) = self.hub.poll() {
            match output {
                Output::Send { connection, bytes } => {
                    let device = self.links.get(&connection).copied();
                    let device = device.expect("nothing is sent on a link that is gone");
                    let frame = Frame::parse(&bytes).expect("the hub sends whole packets");
                    self.hear(device, connection, &frame.decode().unwrap());
                }
                Output::Close { connection, .. } => {
                    let device = self.links.remove(&connection).expect("closed once");
                    if self.devices[device].link_closed(connection) {
                        self.models[device].unlock(self.now);
                    }
                }
                Output::Respond { request, response } => {
                    assert!(
                        self.answered.insert(request),
                        "{request:?} is answered twice"
                    );
                    self.answers.insert(request, response);
                }
            }
        }
    }

    /// What lies in the partitions of a device's telemetry, in order.
    pub(crate) fn events(&self, device_id: &str) -> Vec<String> {
        let partitions = 0..self.hub.partition_count();
        let events = partitions.flat_map(|partition| {
            let earliest = EventPosition::Earliest;
            self.hub.read_events(partition, &earliest, usize::MAX)
        });
        events
            .filter(|event| event.device_id == device_id)
            .map(|event| String::from_utf8(event.body).unwrap())
            .collect()
    }
}

fn options(seed: u64) -> HubOptions {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    HubOptions {
        retention: Duration::from_hours(24 * 7),
        feedback: FeedbackOptions {
            time_to_live: Duration::from_hours(48),
            max_delivery_count: 100,
            ..FeedbackOptions::default()
        },
        ..HubOptions::new(HOST, bytes)
    }
}

fn line(text: &str, number: usize) -> &str {
    text.lines()
        .nth(number.saturating_sub(1))
        .unwrap_or_default()
}
