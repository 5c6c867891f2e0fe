//! What each step's check looks for, and what it can see. Checks read the hub and the bench, never a learner's text.

use lab::{Hands, Sight, numbers, view::ProgramState};
use wire::{
    connection_string::DeviceCredential,
    event::Event,
    rest::{DeviceIdentity, DeviceStatus},
    timestamp::Timestamp,
};

use super::programs::{SIMULATED_DEVICE, SIMULATED_DEVICE_WITH_RETRY};
use crate::{
    message::{Message, Settings},
    step::Verdict,
};

/// How many events the reader has to receive.
const EVENTS_TO_READ: u64 = 3;

/// The member of the payload that the lesson is about.
const WIND_SPEED: &str = "windSpeed";

/// The device that the lesson is done with.
pub(crate) fn device_id(settings: &Settings) -> &str {
    settings.get("device-id").map_or("", String::as_str)
}

pub(crate) fn registered(hands: &Hands, settings: &Settings) -> Verdict {
    let id = device_id(settings);
    let looked_for = Message::new("check-registered-looked-for").with("device", id);
    let hub = hands.hub();
    let (passed, saw) = match hub.device(id) {
        Some(device) if device.status == DeviceStatus::Enabled => (true, "check-registered-saw"),
        Some(_) => (false, "check-registered-disabled"),
        None if hub.devices().next().is_none() => (false, "check-registered-empty"),
        None => (false, "check-registered-others"),
    };
    let saw = Message::new(saw)
        .with("device", id)
        .with("count", hub.devices().count());
    Verdict {
        passed,
        looked_for,
        saw,
    }
}

pub(crate) fn handed_over(hands: &Hands, settings: &Settings) -> Verdict {
    let looked_for =
        Message::new("check-handed-over-looked-for").with("device", device_id(settings));
    let not_yet = |saw| Verdict {
        passed: false,
        looked_for: looked_for.clone(),
        saw,
    };
    let hub = hands.hub();
    let Some(string) = hands.device_string() else {
        return not_yet(Message::new("check-handed-over-missing"));
    };
    if !string.host_name.eq_ignore_ascii_case(hub.host_name()) {
        return not_yet(
            Message::new("check-handed-over-host").with("host", string.host_name.as_str()),
        );
    }
    let about = |id: &str| Message::new(id).with("device", string.device_id.as_str());
    let Some(device) = hub
        .device(&string.device_id)
        .filter(|_| string.device_id == device_id(settings))
    else {
        return not_yet(about("check-handed-over-unknown"));
    };
    if !has_key(device, &string.credential) {
        return not_yet(about("check-handed-over-key"));
    }
    Verdict {
        passed: true,
        saw: about("check-handed-over-saw"),
        looked_for,
    }
}

fn has_key(device: &DeviceIdentity, credential: &DeviceCredential) -> bool {
    let keys = &device.authentication.symmetric_key;
    let mut keys = [&keys.primary_key, &keys.secondary_key]
        .into_iter()
        .flatten()
        .filter_map(|key| key.to_key().ok());
    match credential {
        DeviceCredential::SharedAccessKey(given) => keys.any(|key| key == *given),
        DeviceCredential::SharedAccessSignature(token) => keys.any(|key| token.verify(&key)),
        DeviceCredential::X509 => false,
    }
}

pub(super) fn sent(hands: &Hands, settings: &Settings) -> Verdict {
    let id = device_id(settings);
    let looked_for = Message::new("check-sent-looked-for").with("device", id);
    let events = events_of(&hands.hub(), id, Timestamp::NEVER);
    let newest = events
        .iter()
        .rev()
        .find_map(|event| Some((event.partition, wind_speed(event)?)));
    let (passed, saw) = match newest {
        Some((partition, wind)) => (
            true,
            Message::new("check-sent-saw")
                .with("partition", partition)
                .with("wind", wind),
        ),
        None if events.is_empty() => (false, Message::new("check-sent-none")),
        None => (false, Message::new("check-sent-no-wind")),
    };
    Verdict {
        passed,
        looked_for,
        saw: saw.with("device", id).with("count", events.len()),
    }
}

pub(super) fn read(hands: &Hands, settings: &Settings) -> Verdict {
    let id = device_id(settings);
    let count = hands.arrived(id);
    let passed = count >= EVENTS_TO_READ;
    let saw = Message::new(if passed {
        "check-read-saw"
    } else {
        "check-read-few"
    });
    Verdict {
        passed,
        looked_for: Message::new("check-read-looked-for").with("device", id),
        saw: saw.with("device", id).with("count", count),
    }
}

pub(super) fn unplugged(hands: &Hands, settings: &Settings) -> Verdict {
    let id = device_id(settings);
    let started = hands.program_started(SIMULATED_DEVICE).unwrap_or_default();
    let lost = hands.last_lost(id, started).is_some();
    let ended = hands.program_state(SIMULATED_DEVICE) == Some(ProgramState::Failed);
    let (passed, saw) = match (lost, ended, is_connected(&hands.hub(), id)) {
        (false, _, true) | (true, true, true) => (false, "check-unplugged-connected"),
        (false, _, false) => (false, "check-unplugged-not-pulled"),
        (true, false, _) => (false, "check-unplugged-running"),
        (true, true, false) => (true, "check-unplugged-saw"),
    };
    Verdict {
        passed,
        looked_for: Message::new("check-unplugged-looked-for").with("device", id),
        saw: Message::new(saw).with("device", id),
    }
}

pub(super) fn retried(hands: &Hands, settings: &Settings) -> Verdict {
    let id = device_id(settings);
    let started = hands.program_started(SIMULATED_DEVICE_WITH_RETRY);
    let lost = started.and_then(|started| hands.last_lost(id, started));
    let back = lost.and_then(|lost| hands.last_connected(id, lost));
    let count = back.map_or(0, |back| events_of(&hands.hub(), id, back).len());
    let (passed, saw) = match (lost, back) {
        (None, _) => (false, "check-retried-not-lost"),
        (Some(_), None) => (false, "check-retried-away"),
        (Some(_), Some(_)) if count == 0 => (false, "check-retried-silent"),
        _ => (true, "check-retried-saw"),
    };
    Verdict {
        passed,
        looked_for: Message::new("check-retried-looked-for").with("device", id),
        saw: Message::new(saw).with("device", id).with("count", count),
    }
}

pub(crate) fn is_connected(hub: &Sight<'_>, id: &str) -> bool {
    hub.is_connected(id)
}

/// The events of a device that the hub took since a time, oldest first.
pub(crate) fn events_of(hub: &Sight<'_>, id: &str, since: Timestamp) -> Vec<Event> {
    hub.device_events(id, since)
}

fn wind_speed(event: &Event) -> Option<f64> {
    let text = std::str::from_utf8(&event.body).ok()?;
    numbers(text)
        .into_iter()
        .find(|(name, _)| name == WIND_SPEED)
        .map(|(_, value)| value)
}
