//! What each step's check looks for, and what it can see.

use std::time::Duration;

use lab::{Hands, Sight};
use wire::{timestamp::Timestamp, topic::TopicFilter};

use super::{
    calls::{Call, Fate, calls_of},
    programs::SIMULATED_DEVICE_WITH_METHODS,
};
use crate::{
    message::{Message, Settings},
    sent::sent_by,
    step::Verdict,
    telemetry::{
        checks::{device_id, is_connected},
        steps::ended,
    },
};

/// The method that the device has.
pub(super) const METHOD: &str = "SetTelemetryInterval";

/// Seconds between two messages before anybody called the method.
const FIRST_PACE: f64 = 1.0;

/// How far, in seconds, two messages may be off the pace.
const LEEWAY: f64 = 0.5;

/// Whether a device is connected and waits for calls.
pub(super) fn is_listening(hub: &Sight<'_>, id: &str) -> bool {
    hub.is_listening(id, &TopicFilter::Methods)
}

pub(super) fn listening(hands: &Hands, settings: &Settings) -> Verdict {
    let id = device_id(settings);
    let connected = hands.last_connected(id, Timestamp::NEVER);
    let pace = pace(hands, id, connected.unwrap_or_default());
    let hub = hands.hub();
    let (passed, saw) = match pace {
        _ if !is_connected(&hub, id) => (false, "check-methods-listen-offline"),
        _ if !is_listening(&hub, id) => (false, "check-methods-listen-deaf"),
        None => (false, "check-methods-listen-quiet"),
        Some(pace) if is_about(pace, FIRST_PACE) => (true, "check-methods-listen-saw"),
        Some(_) => (false, "check-methods-listen-pace"),
    };
    Verdict {
        passed,
        looked_for: Message::new("check-methods-listen-looked-for").with("device", id),
        saw: Message::new(saw)
            .with("device", id)
            .with("seconds", rounded(pace.unwrap_or_default())),
    }
}

pub(super) fn called(hands: &Hands, settings: &Settings) -> Verdict {
    let id = device_id(settings);
    let calls = calls_of(hands, id);
    let (passed, saw) = match (done(&calls), calls.last()) {
        (Some(call), _) => kept_pace(hands, id, call),
        (None, Some(call)) => (false, not_done(call)),
        (None, None) => (false, Message::new("check-methods-call-none")),
    };
    Verdict {
        passed,
        looked_for: Message::new("check-methods-call-looked-for")
            .with("device", id)
            .with("method", METHOD),
        saw: saw.with("device", id).with("method", METHOD),
    }
}

/// The newest call that the device carried out.
pub(super) fn done(calls: &[Call]) -> Option<&Call> {
    let mut newest = calls.iter().rev();
    newest.find(|call| call.name == METHOD && call.fate == Fate::Answered(200))
}

/// Whether telemetry comes as a call said.
fn kept_pace(hands: &Hands, id: &str, call: &Call) -> (bool, Message) {
    let Some(wanted) = call.payload.as_f64() else {
        let payload = call.payload.to_string();
        let saw = Message::new("check-methods-call-no-number");
        return (false, saw.with("payload", payload.as_str()));
    };
    // What was sent in the same millisecond may have been sent before.
    let pace = pace(hands, id, call.sent.plus(Duration::from_millis(1)));
    let (passed, saw) = match pace {
        _ if !is_connected(&hands.hub(), id) => (false, "check-methods-call-gone"),
        None => (false, "check-methods-call-wait"),
        Some(pace) if is_about(pace, wanted) => (true, "check-methods-call-saw"),
        Some(_) => (false, "check-methods-call-pace"),
    };
    let saw = Message::new(saw)
        .with("wanted", wanted)
        .with("seconds", rounded(pace.unwrap_or_default()));
    (passed, saw)
}

/// Why a call did not do what the step is about.
fn not_done(call: &Call) -> Message {
    let saw = match &call.fate {
        Fate::Waiting => Message::new("check-methods-call-unanswered"),
        Fate::Refused(reason) => {
            Message::new("check-methods-call-refused").with("reason", reason.as_str())
        }
        Fate::Answered(status) if call.name != METHOD => {
            Message::new("check-methods-call-other").with("status", f64::from(*status))
        }
        Fate::Answered(status) => {
            Message::new("check-methods-call-status").with("status", f64::from(*status))
        }
    };
    saw.with("name", call.name.as_str())
}

pub(super) fn refused(hands: &Hands, settings: &Settings) -> Verdict {
    let id = device_id(settings);
    let calls = calls_of(hands, id);
    let has = |status| calls.iter().any(|it| it.fate == Fate::Answered(status));
    let newest = calls.last().map(|call| &call.fate);
    let (passed, saw) = match (has(400), has(404), newest) {
        (true, true, _) => (true, Message::new("check-methods-refuse-saw")),
        (true, false, _) => (false, Message::new("check-methods-refuse-no-404")),
        (false, true, _) => (false, Message::new("check-methods-refuse-no-400")),
        (false, false, Some(Fate::Refused(reason))) => (
            false,
            Message::new("check-methods-refuse-hub").with("reason", reason.as_str()),
        ),
        (false, false, Some(Fate::Waiting)) => {
            (false, Message::new("check-methods-refuse-unanswered"))
        }
        (false, false, _) => (false, Message::new("check-methods-refuse-none")),
    };
    Verdict {
        passed,
        looked_for: Message::new("check-methods-refuse-looked-for").with("device", id),
        saw: saw.with("device", id).with("method", METHOD),
    }
}

pub(super) fn offline(hands: &Hands, settings: &Settings) -> Verdict {
    let id = device_id(settings);
    let calls = calls_of(hands, id);
    let newest = calls.last().map(|call| &call.fate);
    let is_live = hands.live().is_some();
    let (passed, saw) = match newest {
        // What a live hub answers counts more than what its registry still shows.
        Some(fate) if is_live && fate.is_not_online() => {
            (true, Message::new("check-methods-offline-saw"))
        }
        _ if is_connected(&hands.hub(), id) => {
            let id = if is_live && ended(hands, SIMULATED_DEVICE_WITH_METHODS) {
                "check-live-still-connected"
            } else {
                "check-methods-offline-online"
            };
            (false, Message::new(id))
        }
        Some(fate) if fate.is_not_online() => (true, Message::new("check-methods-offline-saw")),
        Some(Fate::Refused(reason)) => (
            false,
            Message::new("check-methods-offline-other").with("reason", reason.as_str()),
        ),
        Some(Fate::Waiting) => (false, Message::new("check-methods-offline-unanswered")),
        Some(Fate::Answered(_)) | None => (false, Message::new("check-methods-offline-none")),
    };
    Verdict {
        passed,
        looked_for: Message::new("check-methods-offline-looked-for").with("device", id),
        saw: saw.with("device", id),
    }
}

/// The seconds between a device's last two messages, if it has sent two since a time.
fn pace(hands: &Hands, id: &str, since: Timestamp) -> Option<f64> {
    let sent = sent_by(hands, id, since);
    let [.., before, last] = sent.as_slice() else {
        return None;
    };
    let time = last.at.since(before.at);
    Some(time.as_secs_f64())
}

fn is_about(seconds: f64, wanted: f64) -> bool {
    (seconds - wanted).abs() <= LEEWAY
}

/// A number of seconds as a person wants it.
fn rounded(seconds: f64) -> f64 {
    (seconds * 10.0).round() / 10.0
}
