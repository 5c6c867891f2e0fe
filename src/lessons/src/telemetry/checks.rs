//! What each step's check looks for, and what it can see. Checks read the hub and the bench, never a learner's text.

use lab::{Hands, Sight, numbers, outside::TroubleKind, view::ProgramState};
use wire::{
    connection_string::DeviceCredential,
    rest::{ConnectionState, DeviceIdentity, DeviceStatus, encode_id},
    timestamp::Timestamp,
};

use super::programs::{SIMULATED_DEVICE, SIMULATED_DEVICE_WITH_RETRY};
use crate::{
    exchange::{Exchange, exchanges},
    message::{Message, Settings},
    sent::sent_by,
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
    let is_live = hands.live().is_some();
    let hub = hands.hub();
    let (passed, saw) = match hub.device(id) {
        Some(device) if device.status == DeviceStatus::Enabled => (true, "check-registered-saw"),
        Some(_) => (false, "check-registered-disabled"),
        None if is_live => (false, why_untold(hands)),
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

/// Why a live hub has not told of a device.
fn why_untold(hands: &Hands) -> &'static str {
    let trouble = hands.live().and_then(|live| live.trouble);
    if trouble.is_some_and(|(trouble, _)| trouble.kind == TroubleKind::Unauthorized) {
        "check-live-key-refused"
    } else {
        "check-live-not-registered"
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
    let is_live = hands.live().is_some();
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
    let is_own = string.device_id == device_id(settings);
    if is_live && !is_own {
        let saw = about("check-live-handed-over-other");
        return not_yet(saw.with("expected", device_id(settings)));
    }
    let device = hub.device(&string.device_id).filter(|_| is_own);
    let saw = match device.and_then(|device| has_key(device, &string.credential)) {
        Some(true) => "check-handed-over-saw",
        Some(false) => return not_yet(about("check-handed-over-key")),
        // Nobody has told what the device's keys are.
        None if is_live => "check-live-handed-over-saw",
        None => return not_yet(about("check-handed-over-unknown")),
    };
    Verdict {
        passed: true,
        saw: about(saw),
        looked_for,
    }
}

/// Whether a device has the key that a credential was made with; none if the device's keys are not known.
fn has_key(device: &DeviceIdentity, credential: &DeviceCredential) -> Option<bool> {
    let keys = &device.authentication.symmetric_key;
    let keys: Vec<_> = [&keys.primary_key, &keys.secondary_key]
        .into_iter()
        .flatten()
        .filter_map(|key| key.to_key().ok())
        .collect();
    if keys.is_empty() {
        return None;
    }
    let mut keys = keys.into_iter();
    Some(match credential {
        DeviceCredential::SharedAccessKey(given) => keys.any(|key| key == *given),
        DeviceCredential::SharedAccessSignature(token) => keys.any(|key| token.verify(&key)),
        DeviceCredential::X509 => false,
    })
}

pub(super) fn sent(hands: &Hands, settings: &Settings) -> Verdict {
    let id = device_id(settings);
    if hands.live().is_some() {
        return sent_live(hands, id);
    }
    let looked_for = Message::new("check-sent-looked-for").with("device", id);
    let events = hands.hub().device_events(id, Timestamp::NEVER);
    let newest = events
        .iter()
        .rev()
        .find_map(|event| Some((event.partition, wind_speed(&event.body)?)));
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

/// What a live hub's acknowledgements say of the messages of a device.
fn sent_live(hands: &Hands, id: &str) -> Verdict {
    let sent = sent_by(hands, id, Timestamp::NEVER);
    let newest = sent.iter().rev().find_map(|sent| wind_speed(&sent.body));
    let (passed, saw) = match newest {
        Some(wind) => (true, Message::new("check-live-sent-saw").with("wind", wind)),
        None if sent.is_empty() => (false, Message::new("check-live-sent-none")),
        None => (false, Message::new("check-live-sent-no-wind")),
    };
    Verdict {
        passed,
        looked_for: Message::new("check-live-sent-looked-for").with("device", id),
        saw: saw.with("device", id).with("count", sent.len()),
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
    let lost = hands.last_lost(id, started);
    if let Some(lost) = lost.filter(|_| hands.live().is_some()) {
        return unplugged_live(hands, id, lost);
    }
    let lost = lost.is_some();
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

/// The same on a live hub after the plug was pulled. What the registry said before that does not count.
fn unplugged_live(hands: &Hands, id: &str, lost: Timestamp) -> Verdict {
    // Whoever looks has the hub asked.
    let _ = hands.hub().device(id);
    let answers = exchanges(hands, "GET", &format!("/devices/{}", encode_id(id)));
    let answers = answers.iter().filter(|answer| answer.sent() >= lost);
    let told = answers
        .filter_map(Exchange::answer::<DeviceIdentity>)
        .next_back();
    let has_noticed = told.is_some_and(|it| it.connection_state == ConnectionState::Disconnected);
    let has_failed = hands.program_state(SIMULATED_DEVICE) == Some(ProgramState::Failed);
    let (passed, saw) = match (has_failed, has_noticed) {
        (false, _) => (false, "check-unplugged-running"),
        (true, false) => (false, "check-live-still-connected"),
        (true, true) => (true, "check-unplugged-saw"),
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
    let count = back.map_or(0, |back| sent_by(hands, id, back).len());
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

fn wind_speed(body: &[u8]) -> Option<f64> {
    let text = std::str::from_utf8(body).ok()?;
    numbers(text)
        .into_iter()
        .find(|(name, _)| name == WIND_SPEED)
        .map(|(_, value)| value)
}
