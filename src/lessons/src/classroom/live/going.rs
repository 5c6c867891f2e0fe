//! Going to a live hub: reading what the learner pasted, and finding the ways.

use std::time::Duration;

use futures::{FutureExt as _, future::LocalBoxFuture};
use lab::{
    Clock, Metered,
    doctor::{self, Place},
    outside::{Target, Ways},
};
use wire::{
    connection_string::{
        ConnectionString, DeviceConnectionString, DeviceCredential, EventHubsConnectionString, Kind,
    },
    rest::is_valid_device_id,
    timestamp::Timestamp,
};

use super::Live;
use crate::{
    classroom::{Classroom, Exit, succession::Call},
    message::{Message, Report, Right},
    outline::{Access, Reach},
};

/// The longest prefix: a device's id has room for 128 characters.
const LONGEST_PREFIX: usize = 40;

/// The longest name of a consumer group.
const LONGEST_GROUP: usize = 50;

/// How soon it is looked again whether the ways to a hub are open.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// How long it may take to find the ways to a hub.
const LONGEST_OPENING: Duration = Duration::from_secs(30);

/// A live hub that is being reached.
pub(in crate::classroom) struct Opening {
    until: Timestamp,
    wanted: Wanted,
    ways: LocalBoxFuture<'static, Ways>,
}

/// What [`Command::GoLive`](crate::message::Command::GoLive) asks for, understood.
struct Wanted {
    target: Target,
    prefix: String,
    access: Access,
}

impl Wanted {
    fn read(
        now: Timestamp,
        text: &str,
        events: Option<&str>,
        group: Option<&str>,
        prefix: &str,
    ) -> Result<Self, Message> {
        let connection_string = read_target(text, now)?;
        // A field that was left empty says nothing.
        let events = events.filter(|text| !text.trim().is_empty());
        let events = events.map(|text| read_events(text, now)).transpose()?;
        let group = group.map(str::trim).filter(|name| !name.is_empty());
        if let Some(name) = group.filter(|name| !is_group(name)) {
            return Err(Message::new("refused-live-group").with("group", name));
        }
        let is_prefix = prefix.len() <= LONGEST_PREFIX && is_valid_device_id(prefix);
        if !prefix.is_empty() && !is_prefix {
            return Err(Message::new("refused-live-prefix")
                .with("prefix", prefix)
                .with("most", LONGEST_PREFIX));
        }
        let access = access_of(&connection_string, text, now);
        let target = Target {
            connection_string,
            events,
            group: group.map(str::to_owned),
        };
        Ok(Self {
            target,
            prefix: prefix.to_owned(),
            access,
        })
    }
}

impl Classroom {
    /// Has a live hub reached, by this program or by its successor.
    pub(in crate::classroom) fn go_live(
        &mut self,
        now: Timestamp,
        connection_string: String,
        events: Option<String>,
        group: Option<String>,
        prefix: String,
    ) -> Result<(), Message> {
        let (strings, name) = (events.as_deref(), group.as_deref());
        let wanted = Wanted::read(now, &connection_string, strings, name, &prefix)?;
        match &mut self.exit {
            Exit::Nowhere => return Err(Message::new("refused-no-door")),
            Exit::Door(door) => {
                self.opening = Some(Opening {
                    until: now.plus(LONGEST_OPENING),
                    ways: door.open(wanted.target.clone()),
                    wanted,
                });
            }
            Exit::Successor { call } => {
                *call = Some(Call {
                    connection_string,
                    events,
                    group,
                    prefix,
                });
            }
        }
        Ok(())
    }

    /// Looks whether the ways to a hub that was asked for are open by now.
    pub(in crate::classroom) fn look_for_ways(&mut self, now: Timestamp) {
        let Some(opening) = &mut self.opening else {
            return;
        };
        // It is looked again at the next turn, so that nobody has to be woken.
        let Some(ways) = (&mut opening.ways).now_or_never() else {
            if now >= opening.until {
                let host = opening.wanted.target.connection_string.host_name();
                let message = Message::new("refused-live-no-way").with("host", host);
                self.reports.push_back(Report::Refused {
                    message,
                    of_hub: true,
                });
                self.opening = None;
            }
            return;
        };
        if let Some(opening) = self.opening.take() {
            self.arrive(now, opening.wanted, ways);
        }
    }

    /// When to look again, if a hub is being reached or left.
    pub(in crate::classroom) fn next_look(&self) -> Option<Timestamp> {
        let is_leaving = self
            .live
            .as_ref()
            .is_some_and(|live| live.leaving.is_some());
        let is_waiting = self.opening.is_some() || is_leaving;
        is_waiting.then(|| self.last_turn.plus(LOOK_EVERY))
    }

    fn arrive(&mut self, now: Timestamp, wanted: Wanted, ways: Ways) {
        let Wanted {
            target,
            prefix,
            access,
        } = wanted;
        if self.live.is_none()
            && let Some(text) = self.kept_text()
        {
            self.reports.push_back(Report::Keep { text: text.clone() });
            self.left = Some(text);
        }
        let (relay, events) = (ways.has_relay(), target.events.is_some());
        self.live = Some(Live {
            target,
            prefix,
            reach: Reach {
                relay,
                access,
                events,
            },
            ways,
            is_on_bench: false,
            metered: Metered::default(),
            lesson: None,
            created: Vec::new(),
            told: None,
            tell_at: None,
            leaving: None,
        });
        self.tell_hub(now);
        // Nothing moves the time of a hub that others use too.
        self.clock = Clock::new(now);
        self.begin_anew(now);
    }
}

/// The connection string of a hub, or why a text is none.
fn read_target(text: &str, now: Timestamp) -> Result<ConnectionString, Message> {
    let string = text.parse::<ConnectionString>();
    match string {
        Ok(ConnectionString::EventHubs(_)) => Err(Message::new("refused-live-event-hubs")),
        Ok(ConnectionString::Device(device)) if device.kind() == Kind::Module => {
            Err(Message::new("refused-live-module"))
        }
        Ok(ConnectionString::Device(device)) if device.credential == DeviceCredential::X509 => {
            Err(Message::new("refused-live-certificate"))
        }
        Ok(ConnectionString::Device(DeviceConnectionString {
            gateway_host_name: Some(gateway),
            ..
        })) => Err(Message::new("refused-live-gateway").with("gateway", gateway)),
        Ok(string) => Ok(string),
        Err(_) => Err(wrong_with(text, now, "refused-live-string")),
    }
}

fn read_events(text: &str, now: Timestamp) -> Result<EventHubsConnectionString, Message> {
    text.parse()
        .map_err(|_| wrong_with(text, now, "refused-live-events"))
}

/// Whether a consumer group may be called so. (Event Hubs documentation: resource names.)
fn is_group(name: &str) -> bool {
    let is_plain = |it: u8| it.is_ascii_alphanumeric() || b"-_.".contains(&it);
    name.eq_ignore_ascii_case("$Default")
        || (name.len() <= LONGEST_GROUP && name.bytes().all(is_plain))
}

/// What the doctor finds wrong with a text; otherwise what else there is to say.
fn wrong_with(text: &str, now: Timestamp, otherwise: &str) -> Message {
    let findings = doctor::diagnose(text, now, Place::Anywhere).findings;
    let finding = findings.into_iter().next();
    finding.map_or_else(
        || Message::new(otherwise),
        |(id, argument)| Message::new(id).with("argument", argument),
    )
}

/// What a string lets its holder do, as far as its policy's name tells.
fn access_of(string: &ConnectionString, text: &str, now: Timestamp) -> Access {
    if matches!(string, ConnectionString::Device(_)) {
        return Access::Device;
    }
    let names = doctor::diagnose(text, now, Place::Anywhere).rights;
    let rights: Vec<_> = names.iter().filter_map(|name| Right::named(name)).collect();
    if rights.is_empty() {
        Access::Policy
    } else {
        Access::Rights(rights)
    }
}
