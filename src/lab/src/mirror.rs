//! What a bench knows of a live hub: what the hub itself has told it, over this bench's wires. It never guesses.

mod events;
mod mail;
mod rights;
mod sessions;
mod twins;
mod wishes;

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet},
};

use wire::{
    connection_string::{
        ConnectionString, DeviceConnectionString, DeviceCredential, ServiceConnectionString,
    },
    event::{Event, EventPosition},
    mqtt::{Frame, mqttrs::Packet},
    rest::{Authentication, ConnectionState, DeviceIdentity, DeviceStatus, KeyText, SymmetricKey},
    sas::SharedAccessKey,
    timestamp::Timestamp,
    topic::TopicFilter,
};

use crate::{by_name::ByName, links::LinkId, outside::Target};
use events::KeptEvents;
use mail::Mail;
pub(crate) use rights::Right;
use sessions::Sessions;
use twins::DeviceTwins;
pub(crate) use wishes::Wish;
use wishes::Wishes;

/// How many devices are remembered: those that were dealt with from here.
const MOST_DEVICES: usize = 500;

/// The longest twin that is remembered. The service's are at most a fifth of it.
const MOST_TWIN_BYTES: usize = 512 * 1024;

/// What is known of a live hub.
pub(crate) struct Mirror {
    target: Target,
    now: Timestamp,
    devices: ByName<DeviceIdentity>,
    /// As the service answered them.
    twins: ByName<String>,
    /// As the devices see them.
    device_twins: DeviceTwins,
    sessions: Sessions,
    mail: Mail,
    events: KeptEvents,
    events_wanted: Cell<bool>,
    /// The devices whose events somebody asked for.
    watched: RefCell<BTreeSet<String>>,
    wishes: RefCell<Wishes>,
}

/// What there is to see.
impl Mirror {
    pub(crate) fn new(target: Target, now: Timestamp) -> Self {
        Self {
            target,
            now,
            devices: ByName::new(),
            twins: ByName::new(),
            device_twins: DeviceTwins::default(),
            sessions: Sessions::default(),
            mail: Mail::default(),
            events: KeptEvents::default(),
            events_wanted: Cell::new(false),
            watched: RefCell::default(),
            wishes: RefCell::default(),
        }
    }

    pub(crate) fn host_name(&self) -> &str {
        self.target.connection_string.host_name()
    }

    /// A device's identity. Whoever asks would like to know it soon, and how it stands from then on.
    pub(crate) fn device(&self, id: &str) -> Option<&DeviceIdentity> {
        self.wishes
            .borrow_mut()
            .ask(&Wish::Identity(id.to_owned()), self.now);
        self.known_device(id)
    }

    /// The same, out of no wish to know more.
    pub(crate) fn known_device(&self, id: &str) -> Option<&DeviceIdentity> {
        self.devices.get(id).map(AsRef::as_ref)
    }

    pub(crate) fn devices(&self) -> impl Iterator<Item = &DeviceIdentity> {
        self.devices.values().map(AsRef::as_ref)
    }

    pub(crate) fn device_count(&self) -> usize {
        self.devices.len()
    }

    pub(crate) fn is_listening(&self, id: &str, filter: &TopicFilter) -> bool {
        self.sessions.is_listening(id, filter)
    }

    /// Whether a device is connected from this bench.
    pub(crate) fn is_connected_here(&self, id: &str) -> bool {
        self.sessions.is_connected(id)
    }

    /// A device's twin as the service answered it, or else as far as its device sees it. Whoever asks would like to know
    /// it soon.
    pub(crate) fn twin_document(&self, id: &str) -> Option<String> {
        self.wishes
            .borrow_mut()
            .ask(&Wish::Twin(id.to_owned()), self.now);
        let told = self.twins.get(id).map(ToString::to_string);
        told.or_else(|| self.device_twins.document(id))
    }

    /// How many messages are known to wait for a device.
    pub(crate) fn queued(&self, id: &str) -> u32 {
        let told = self
            .device(id)
            .map_or(0, |device| device.cloud_to_device_message_count);
        told.max(self.mail.waiting(id))
    }

    /// The events of a device. Whoever asks wants events to be read.
    pub(crate) fn device_events(&self, id: &str, since: Timestamp) -> Vec<Event> {
        self.want_events();
        self.watch(id);
        self.events.of_device(id, since)
    }

    /// Notes that somebody asks for a device's events.
    pub(crate) fn watch(&self, id: &str) {
        let mut watched = self.watched.borrow_mut();
        if watched.len() < MOST_DEVICES && !watched.contains(id) {
            watched.insert(id.to_owned());
        }
    }

    /// Whether somebody deals with a device here.
    pub(crate) fn deals_with(&self, id: &str) -> bool {
        self.devices.contains_key(id) || self.watched.borrow().contains(id)
    }

    pub(crate) fn read_events(
        &self,
        partition: u16,
        from: &EventPosition,
        most: usize,
    ) -> Vec<Event> {
        self.events.read(partition, from, most)
    }

    /// How many partitions the hub has, once the events have been found.
    pub(crate) fn partition_count(&self) -> Option<u16> {
        self.events.partition_count()
    }

    /// Which of all beginnings is that of each partition: it changes whenever the hub begins anew.
    pub(crate) fn beginnings(&self) -> Vec<u64> {
        self.events.beginnings()
    }

    pub(crate) fn service_connection_string(&self) -> Option<ServiceConnectionString> {
        match &self.target.connection_string {
            ConnectionString::Service(string) => Some(string.clone()),
            _ => None,
        }
    }

    pub(crate) fn device_connection_string(&self, id: &str) -> Option<DeviceConnectionString> {
        if let ConnectionString::Device(own) = &self.target.connection_string
            && own.device_id == id
        {
            return Some(own.clone());
        }
        let keys = &self.known_device(id)?.authentication.symmetric_key;
        let key = keys.primary_key.as_ref()?.to_key().ok()?;
        Some(DeviceConnectionString {
            host_name: self.host_name().to_owned(),
            device_id: id.to_owned(),
            module_id: None,
            credential: DeviceCredential::SharedAccessKey(key),
            gateway_host_name: None,
        })
    }
}

/// What is to be asked.
impl Mirror {
    pub(crate) fn move_to(&mut self, now: Timestamp) {
        self.now = now;
    }

    /// Has something asked for soon, because it may have changed.
    pub(crate) fn refresh(&self, wish: &Wish) {
        self.wishes.borrow_mut().hurry(wish);
    }

    /// When the next thing is to be asked for.
    pub(crate) fn next_wish(&self) -> Option<(Timestamp, Wish)> {
        self.wishes.borrow().next()
    }

    /// Notes that something is being asked for.
    pub(crate) fn fulfil(&self, wish: &Wish) {
        self.wishes.borrow_mut().fulfil(wish, self.now);
    }

    /// Has the hub asked again after it did not answer, for what it was asked or else for anything.
    pub(crate) fn retry(&self, wish: Option<&Wish>) {
        self.wishes.borrow_mut().retry(wish, self.now);
    }

    /// The hub agreed to something, and the right is known that it took or is not.
    pub(crate) fn granted(&self, right: Option<Right>) {
        self.wishes.borrow_mut().rights().grant(right);
    }

    /// The hub refused what takes a right.
    pub(crate) fn refused(&self, right: Right) {
        self.wishes.borrow_mut().rights().refuse(right, self.now);
    }

    /// Has the hub asked for something of a device, or else of any, to find out whether it refuses that as well.
    pub(crate) fn probe(&self, id: Option<&str>) {
        self.wishes.borrow_mut().probe(id, self.now);
    }

    /// Whether the hub has agreed to something with this key, and not refused since what it had agreed to.
    pub(crate) fn is_trusted(&self) -> bool {
        self.wishes.borrow_mut().rights().is_trusted()
    }

    /// Whether the hub refuses whatever the bench asks.
    pub(crate) fn is_shut_out(&self) -> bool {
        self.wishes.borrow_mut().rights().is_shut_out()
    }

    pub(crate) fn want_events(&self) {
        self.events_wanted.set(true);
    }

    pub(crate) fn wants_events(&self) -> bool {
        self.events_wanted.get()
    }
}

/// What the hub's REST API told.
impl Mirror {
    pub(crate) fn learn_identity(&mut self, mut identity: DeviceIdentity) {
        let id = identity.device_id.clone();
        // The registry hears of connections late.
        if self.sessions.is_connected(&id) {
            identity.connection_state = ConnectionState::Connected;
        }
        self.mail.set(&id, identity.cloud_to_device_message_count);
        let wish = Wish::Identity(id.clone());
        let is_news = self
            .devices
            .get(&id)
            .is_none_or(|known| **known != identity);
        self.wishes.borrow_mut().learn(&wish, is_news);
        if self.devices.contains_key(&id) || self.devices.len() < MOST_DEVICES {
            self.devices.insert(id, Box::new(identity));
        }
    }

    pub(crate) fn learn_twin(&mut self, id: &str, document: &str) {
        if document.len() > MOST_TWIN_BYTES {
            return;
        }
        let is_news = self.twins.get(id).is_none_or(|known| **known != document);
        self.wishes
            .borrow_mut()
            .learn(&Wish::Twin(id.to_owned()), is_news);
        if self.twins.contains_key(id) || self.twins.len() < MOST_DEVICES {
            self.twins
                .insert(id.to_owned(), Box::new(document.to_owned()));
        }
    }

    /// A device is no more.
    pub(crate) fn forget(&mut self, id: &str) {
        self.devices.remove(id);
        self.twins.remove(id);
        self.device_twins.forget(id);
        self.sessions.forget(id);
        self.mail.forget(id);
    }

    /// The hub is given a message for a device.
    pub(crate) fn message_given(&mut self, id: &str) {
        self.mail.give(id);
    }

    /// The hub has said whether it took a message for a device, or will not say it any more.
    pub(crate) fn message_answered(&mut self, id: &str, is_taken: bool) {
        self.mail.answered(id, is_taken);
    }

    /// A message for a device came to an end that its device does not tell of.
    pub(crate) fn message_ended(&mut self, id: &str) {
        self.mail.take(id);
    }

    pub(crate) fn purged(&mut self, id: &str) {
        self.mail.set(id, 0);
    }
}

/// What its own links told.
impl Mirror {
    /// A client sent a packet on a link.
    pub(crate) fn sent(&mut self, link: LinkId, device_id: &str, packet: &[u8]) {
        let Ok(frame) = Frame::parse(packet) else {
            return;
        };
        match frame.decode() {
            Ok(Packet::Subscribe(subscribe)) => self.sessions.subscribing(link, &subscribe),
            Ok(Packet::Unsubscribe(unsubscribe)) => {
                self.sessions.unsubscribing(device_id, &unsubscribe);
            }
            Ok(Packet::Publish(publish)) => self.device_twins.asked(device_id, &publish),
            Ok(Packet::Puback(pid)) if self.mail.completed(device_id, pid.get()) => {
                self.refresh(&Wish::Identity(device_id.to_owned()));
            }
            _ => {}
        }
    }

    /// The hub sent a packet on a link. `key` is what the device signs with, if it is known.
    pub(crate) fn came(
        &mut self,
        link: LinkId,
        device_id: &str,
        packet: &[u8],
        key: Option<&SharedAccessKey>,
    ) {
        let Ok(frame) = Frame::parse(packet) else {
            return;
        };
        match frame.decode() {
            Ok(Packet::Connack(connack)) if packet.get(3) == Some(&0) => {
                self.sessions
                    .connected(link, device_id, connack.session_present);
                self.let_in(device_id, key);
            }
            Ok(Packet::Suback(suback)) => self.sessions.subscribed(link, device_id, &suback),
            Ok(Packet::Publish(publish)) => {
                self.mail.delivered(device_id, &publish);
                self.device_twins.told(device_id, &publish);
                if is_about_twin(publish.topic_name) {
                    let twin = Wish::Twin(device_id.to_owned());
                    self.wishes.borrow_mut().hurry_if_known(&twin);
                }
            }
            _ => {}
        }
    }

    /// A link has ended.
    pub(crate) fn ended(&mut self, link: LinkId, device_id: &str) {
        self.mail.link_ended(device_id);
        self.device_twins.link_ended(device_id);
        if self.sessions.ended(link, device_id) {
            self.set_connection_state(device_id, ConnectionState::Disconnected);
        }
    }

    /// Whom the hub lets in is registered and enabled, and has the key that it signed with.
    fn let_in(&mut self, device_id: &str, key: Option<&SharedAccessKey>) {
        if !self.devices.contains_key(device_id) && self.devices.len() < MOST_DEVICES {
            let identity = let_in_with(device_id, key);
            self.devices
                .insert(device_id.to_owned(), Box::new(identity));
        }
        self.set_connection_state(device_id, ConnectionState::Connected);
    }

    fn set_connection_state(&mut self, device_id: &str, state: ConnectionState) {
        let now = self.now;
        if let Some(device) = self.devices.get_mut(device_id) {
            device.connection_state = state;
            device.connection_state_updated_time = now;
            device.last_activity_time = now;
        }
        self.refresh(&Wish::Identity(device_id.to_owned()));
    }
}

/// What reading events told.
impl Mirror {
    pub(crate) fn found_events(&mut self, partitions: u16) {
        self.events.found(partitions);
    }

    /// The number of the newest event that was read of each partition.
    pub(crate) fn newest_events(&self) -> BTreeMap<u16, u64> {
        self.events.newest()
    }

    pub(crate) fn learn_events(&mut self, events: Vec<Event>) {
        for event in events {
            let is_own = self.deals_with(&event.device_id);
            self.events.put(event, is_own);
        }
    }
}

/// Whether what the hub publishes there may tell of a change of the twin.
fn is_about_twin(topic: &str) -> bool {
    topic.starts_with("$iothub/twin/")
}

/// What is known of a device that the hub has let in, and no more.
fn let_in_with(device_id: &str, key: Option<&SharedAccessKey>) -> DeviceIdentity {
    DeviceIdentity {
        device_id: device_id.to_owned(),
        status: DeviceStatus::Enabled,
        authentication: Authentication {
            symmetric_key: SymmetricKey {
                primary_key: key.map(|key| KeyText::new(key.to_base64().expose())),
                secondary_key: None,
            },
            ..Authentication::default()
        },
        ..DeviceIdentity::default()
    }
}
