//! What a folder holds, read as the program reads it at its start.

use std::{collections::BTreeMap, path::Path};

use hub::SnapshotScope;
use serde_json::Value;
use server::{data_folder::DataFolder, store};
use wire::{
    event::{Event, EventPosition},
    sas::SharedAccessKey,
};

use crate::subject::Subject;

/// The key of every device and policy.
pub(crate) const KEY: [u8; 32] = [3; 32];

/// A hub's state, and its events.
pub(crate) struct Kept {
    lines: Vec<(String, Value)>,
    partitions: Vec<Partition>,
}

pub(crate) struct Partition {
    pub(crate) first_number: u64,
    pub(crate) next_number: u64,
    pub(crate) events: Vec<Event>,
}

/// Makes a folder with a hub that has these devices, all of whose keys are the same.
pub(crate) fn prepare(subject: Subject, folder: &Path, devices: &[String]) {
    let key = SharedAccessKey::from(KEY).to_base64();
    let key = key.expose();
    let keys = serde_json::json!({ "primaryKey": key, "secondaryKey": key });
    let rights = [
        "RegistryRead",
        "RegistryWrite",
        "ServiceConnect",
        "DeviceConnect",
    ];
    let policy = |name: &str, rights: &[&str]| {
        let policy = serde_json::json!({ "name": name, "keys": keys, "permissions": rights });
        serde_json::json!({ "policy": policy }).to_string()
    };
    let mut lines = vec![
        hub::Hub::new(subject.options()).header(),
        policy("iothubowner", &rights),
        policy("service", &["ServiceConnect"]),
    ];
    for id in devices {
        let identity = wire::rest::DeviceIdentity {
            device_id: id.clone(),
            generation_id: "1".to_owned(),
            ..wire::rest::DeviceIdentity::default()
        };
        let mut device = serde_json::to_value(identity).unwrap();
        device["authentication"]["symmetricKey"] = keys.clone();
        lines.push(serde_json::json!({ "device": device }).to_string());
    }
    let folder = DataFolder::open(folder).unwrap();
    store::import(&folder, subject.options(), lines.join("\n").as_bytes()).unwrap();
}

impl Kept {
    pub(crate) fn read(subject: Subject, folder: &Path) -> Self {
        let folder = DataFolder::open(folder).unwrap();
        let options = subject.options();
        let room = options.partition_bytes;
        let (hub, _keep) = store::open(&folder, options).unwrap();
        let text = hub.snapshot(SnapshotScope {
            keys: false,
            event_bytes: 0,
        });
        let lines = text.lines().skip(1).map(|line| {
            let line: BTreeMap<String, Value> = serde_json::from_str(line).unwrap();
            line.into_iter().next().unwrap()
        });
        let partitions = hub.event_bounds().map(|bounds| Partition {
            first_number: bounds.first_number,
            next_number: bounds.next_number,
            events: hub.read_events(bounds.partition, &EventPosition::Earliest, usize::MAX),
        });
        let kept = Self {
            lines: lines.collect(),
            partitions: partitions.collect(),
        };
        for partition in &kept.partitions {
            partition.check(room);
        }
        kept
    }

    pub(crate) fn partitions(&self) -> &[Partition] {
        &self.partitions
    }

    /// How many events there ever were.
    pub(crate) fn sequence_numbers(&self) -> u64 {
        self.partitions.iter().map(|it| it.next_number).sum()
    }

    /// The records of a kind.
    pub(crate) fn records(&self, kind: &'static str) -> impl Iterator<Item = &Value> {
        let lines = self.lines.iter();
        lines.filter(move |(it, _)| it == kind).map(|(_, it)| it)
    }

    /// The record of a kind that is a pair of a device and what it has.
    pub(crate) fn of_device(&self, kind: &'static str, id: &str) -> Option<&Value> {
        let mut pairs = self.records(kind);
        let pair = pairs.find(|it| it[0]["deviceId"] == id && it[0]["moduleId"].is_null());
        pair.map(|it| &it[1])
    }
}

impl Partition {
    /// There is no gap, everything goes up, and only what makes no room was forgotten.
    fn check(&self, room: usize) {
        let numbers = self.events.iter().map(|it| it.sequence_number);
        assert!(numbers.eq(self.first_number..self.next_number));
        let offset = |it: &Event| it.offset.parse::<u64>().unwrap();
        assert!(self.events.is_sorted_by(|a, b| offset(a) < offset(b)));
        assert!(self.events.is_sorted_by_key(|it| it.enqueued_time));
        let bytes: usize = self.events.iter().map(|it| it.body.len() + 1_024).sum();
        let has_forgotten = self.first_number > 0;
        assert!(!has_forgotten || bytes > room / 2, "{bytes}");
    }
}
