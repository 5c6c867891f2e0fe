//! Twins as this bench's own devices see them: the answers that their links brought.

use client::device::merge;
use serde_json::{Map, Value, json};
use wire::{
    mqtt::mqttrs::Publish,
    topic::{DeviceTopic, HubTopic},
};

use crate::by_name::ByName;

/// How many requests of a device are remembered that have no answer yet.
const MOST_ASKED: usize = 64;

/// The largest properties of a device that are remembered, as text. The service's are at most a fifth of it.
const MOST_BYTES: usize = 256 * 1024;

/// What is known of each device's twin.
#[derive(Default)]
pub(super) struct DeviceTwins(ByName<DeviceTwin>);

#[derive(Default)]
struct DeviceTwin {
    /// What was asked for, by the id of the request.
    asked: Vec<(String, Asked)>,
    desired: Map<String, Value>,
    reported: Map<String, Value>,
}

enum Asked {
    Twin,
    Change(Map<String, Value>),
}

impl DeviceTwins {
    /// What is known of a device's twin, in the form of the service's answers; none if nothing is.
    pub(super) fn document(&self, id: &str) -> Option<String> {
        let twin = self.0.get(id)?;
        if twin.desired.is_empty() && twin.reported.is_empty() {
            return None;
        }
        let properties = json!({"desired": &twin.desired, "reported": &twin.reported});
        let document = json!({"deviceId": id, "properties": properties});
        Some(document.to_string())
    }

    /// A device published something.
    pub(super) fn asked(&mut self, id: &str, publish: &Publish<'_>) {
        let (request_id, asked) = match DeviceTopic::parse(publish.topic_name) {
            Ok(DeviceTopic::TwinGet { request_id }) => (request_id, Asked::Twin),
            Ok(DeviceTopic::ReportedPatch { request_id, .. }) => {
                match serde_json::from_slice(publish.payload) {
                    Ok(change) => (request_id, Asked::Change(change)),
                    Err(_) => return,
                }
            }
            _ => return,
        };
        let twin = self.0.entry(id.to_owned()).or_default();
        if twin.asked.len() < MOST_ASKED {
            twin.asked.retain(|(known, _)| *known != request_id);
            twin.asked.push((request_id, asked));
        }
    }

    /// The hub published something to a device.
    pub(super) fn told(&mut self, id: &str, publish: &Publish<'_>) {
        let Ok(topic) = HubTopic::parse(publish.topic_name) else {
            return;
        };
        let twin = self.0.entry(id.to_owned()).or_default();
        match topic {
            HubTopic::TwinResponse {
                status,
                request_id,
                version,
            } => {
                let place = twin.asked.iter().position(|(id, _)| *id == request_id);
                let asked = place.map(|place| twin.asked.remove(place).1);
                twin.answered(asked, status, version, publish.payload);
            }
            HubTopic::DesiredPatch { .. } => {
                if let Ok(change) = serde_json::from_slice(publish.payload) {
                    merge(&mut twin.desired, &change);
                }
            }
            _ => {}
        }
        if twin.size() > MOST_BYTES {
            self.0.remove(id);
        }
    }

    /// A link of a device has ended: what it asked for is not answered any more.
    pub(super) fn link_ended(&mut self, id: &str) {
        if let Some(twin) = self.0.get_mut(id) {
            twin.asked.clear();
        }
    }

    pub(super) fn forget(&mut self, id: &str) {
        self.0.remove(id);
    }
}

impl DeviceTwin {
    fn answered(&mut self, asked: Option<Asked>, status: u16, version: Option<u64>, body: &[u8]) {
        match (asked, status) {
            (Some(Asked::Twin), 200) => {
                let sections: Map<String, Value> = serde_json::from_slice(body).unwrap_or_default();
                let section = |name| sections.get(name).and_then(Value::as_object).cloned();
                self.desired = section("desired").unwrap_or_default();
                self.reported = section("reported").unwrap_or_default();
            }
            (Some(Asked::Change(change)), 200..300) => {
                merge(&mut self.reported, &change);
                if let Some(version) = version {
                    self.reported.insert("$version".to_owned(), version.into());
                }
            }
            _ => {}
        }
    }

    fn size(&self) -> usize {
        let size = |section| serde_json::to_string(section).map_or(usize::MAX, |text| text.len());
        size(&self.desired).saturating_add(size(&self.reported))
    }
}
