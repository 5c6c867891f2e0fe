//! What each step's check looks for, and what it can see: first that the fault has shown itself, then that it is mended.

use lab::{
    Hands,
    view::{Direction, ProgramState, Protocol},
};
use wire::{
    connection_string::{DeviceCredential, Kind},
    error::ErrorCode,
    rest::{DeviceStatus, encode_id},
    timestamp::Timestamp,
};

use super::programs::{
    CALL_A_METHOD, CHANGE_THE_TWIN, CONNECT_AND_SEND, SEND_MANY, WRITE_IN_BETWEEN,
};
use crate::{
    exchange::{Exchange, exchanges},
    message::{Message, Settings},
    sent::sent_by,
    step::Verdict,
    telemetry::checks::{device_id, handed_over},
};

/// The hub takes the connection. (MQTT 3.1.1, 3.2.2.3)
const ACCEPTED: u8 = 0;
/// The hub cannot serve anybody now.
const SERVER_UNAVAILABLE: u8 = 3;
/// The hub does not accept this client.
const NOT_AUTHORISED: u8 = 5;

/// What a look at the bench brought: whether it is what was looked for, and what was seen.
type Sight = (bool, Message);

fn seen(id: &str) -> Sight {
    (true, Message::new(id))
}

fn not_seen(id: &str) -> Sight {
    (false, Message::new(id))
}

/// Both halves of a step look for the same: the fault, and then its end.
fn verdict(step: &str, (passed, saw): Sight, settings: &Settings) -> Verdict {
    let id = device_id(settings);
    Verdict {
        passed,
        looked_for: Message::new(format!("check-faults-{step}-looked-for")).with("device", id),
        saw: saw.with("device", id),
    }
}

pub(super) fn wrong_string_seen(hands: &Hands, settings: &Settings) -> Verdict {
    let kind = hands.wrong_device_string().map(|error| error.kind);
    let run = hands.program_state(CONNECT_AND_SEND);
    let sight = match kind {
        None if hands.device_string().is_some() => not_seen("check-faults-wrong-string-own"),
        None => not_seen("check-faults-wrong-string-missing"),
        Some(Some(Kind::Service)) if run == Some(ProgramState::Failed) => {
            seen("check-faults-wrong-string-fault-saw")
        }
        Some(Some(Kind::Service)) => not_seen("check-faults-wrong-string-not-tried"),
        Some(_) => not_seen("check-faults-wrong-string-other"),
    };
    verdict("wrong-string", sight, settings)
}

pub(super) fn wrong_key_seen(hands: &Hands, settings: &Settings) -> Verdict {
    let sight = match hands.device_string() {
        None => not_seen("check-faults-wrong-key-missing"),
        Some(string) if string.device_id != device_id(settings) => {
            not_seen("check-faults-wrong-key-other-device")
        }
        Some(_) if handed_over(hands, settings).passed => not_seen("check-faults-wrong-key-right"),
        Some(_) => refused_with_5(hands, settings, "check-faults-wrong-key-fault-saw"),
    };
    verdict("wrong-key", sight, settings)
}

pub(super) fn disabled_seen(hands: &Hands, settings: &Settings) -> Verdict {
    let status = hands
        .hub()
        .device(device_id(settings))
        .map(|device| device.status);
    let sight = match status {
        None => not_seen("check-faults-disabled-unknown"),
        Some(DeviceStatus::Enabled) => not_seen("check-faults-disabled-enabled"),
        Some(_) => refused_with_5(hands, settings, "check-faults-disabled-fault-saw"),
    };
    verdict("disabled", sight, settings)
}

pub(super) fn expired_token_seen(hands: &Hands, settings: &Settings) -> Verdict {
    let string = hands.device_string();
    let sight = match string.as_ref().map(|string| &string.credential) {
        None => not_seen("check-faults-expired-token-missing"),
        Some(DeviceCredential::SharedAccessSignature(token)) => {
            if token.expires() > hands.now().as_seconds() {
                not_seen("check-faults-expired-token-good")
            } else {
                refused_with_5(hands, settings, "check-faults-expired-token-fault-saw")
            }
        }
        Some(_) => not_seen("check-faults-expired-token-key"),
    };
    verdict("expired-token", sight, settings)
}

/// Whether the hub refused the latest attempt to connect with return code 5, as it does for many reasons.
fn refused_with_5(hands: &Hands, settings: &Settings, what: &str) -> Sight {
    match return_code(hands, device_id(settings), CONNECT_AND_SEND) {
        None => not_seen("check-faults-not-tried"),
        Some(ACCEPTED) => not_seen("check-faults-let-in"),
        Some(NOT_AUTHORISED) => (
            true,
            Message::new(what).with("code", f64::from(NOT_AUTHORISED)),
        ),
        Some(code) => {
            let saw = Message::new("check-faults-other-code");
            (false, saw.with("code", f64::from(code)))
        }
    }
}

/// The return code of the newest CONNACK to a device since the latest run of a program began.
fn return_code(hands: &Hands, id: &str, program: &str) -> Option<u8> {
    let started = hands.program_started(program)?;
    let trace = hands.trace();
    let newest = trace.iter().rev().find(|entry| {
        entry.protocol == Protocol::Mqtt
            && entry.direction == Direction::FromHub
            && entry.kind == "CONNACK"
            && entry.party == id
    })?;
    let code = newest.bytes.get(3).copied();
    code.filter(|_| newest.at >= started)
}

pub(super) fn offline_seen(hands: &Hands, settings: &Settings) -> Verdict {
    let newest = newest_call(hands, settings);
    let sight = match &newest {
        None => not_seen("check-faults-offline-none"),
        Some(call) if call.is_success() => not_seen("check-faults-offline-answered"),
        Some(call) if call.is_refused_for(ErrorCode::DeviceNotOnline) => {
            seen("check-faults-offline-fault-saw")
        }
        Some(call) => refused_otherwise(call),
    };
    verdict("offline", sight, settings)
}

pub(super) fn offline_mended(hands: &Hands, settings: &Settings) -> Verdict {
    let newest = newest_call(hands, settings);
    let sight = match &newest {
        None => not_seen("check-faults-offline-none"),
        Some(call) if call.is_success() => seen("check-faults-offline-mended-saw"),
        Some(call) if call.is_refused_for(ErrorCode::DeviceNotOnline) => {
            not_seen("check-faults-offline-still")
        }
        Some(call) => refused_otherwise(call),
    };
    verdict("offline", sight, settings)
}

pub(super) fn conflict_seen(hands: &Hands, settings: &Settings) -> Verdict {
    let newest = newest_write(hands, settings);
    let sight = match &newest {
        None => not_seen("check-faults-conflict-none"),
        Some(write) if write.is_success() => not_seen("check-faults-conflict-alone"),
        Some(write) if write.is_refused_for(ErrorCode::PreconditionFailed) => {
            seen("check-faults-conflict-fault-saw")
        }
        Some(write) => refused_otherwise(write),
    };
    verdict("conflict", sight, settings)
}

pub(super) fn conflict_mended(hands: &Hands, settings: &Settings) -> Verdict {
    let newest = newest_write(hands, settings);
    let sight = match &newest {
        None => not_seen("check-faults-conflict-none"),
        Some(write) if write.is_success() => seen("check-faults-conflict-mended-saw"),
        Some(write) if write.is_refused_for(ErrorCode::PreconditionFailed) => {
            not_seen("check-faults-conflict-still")
        }
        Some(write) => refused_otherwise(write),
    };
    verdict("conflict", sight, settings)
}

/// What is left once the expected answers are told apart.
fn refused_otherwise(exchange: &Exchange) -> Sight {
    match exchange.refusal() {
        Some(reason) => {
            let saw = Message::new("check-faults-other-refusal");
            (false, saw.with("reason", reason))
        }
        None => not_seen("check-faults-unanswered"),
    }
}

fn newest_call(hands: &Hands, settings: &Settings) -> Option<Exchange> {
    let path = format!("/twins/{}/methods", encode_id(device_id(settings)));
    newest(exchanges(hands, "POST", &path), hands, CALL_A_METHOD)
}

fn newest_write(hands: &Hands, settings: &Settings) -> Option<Exchange> {
    let path = format!("/twins/{}", encode_id(device_id(settings)));
    let mut writes = exchanges(hands, "PATCH", &path);
    writes.retain(|write| write.party() != WRITE_IN_BETWEEN);
    newest(writes, hands, CHANGE_THE_TWIN)
}

/// The newest of these since the latest run of a program began.
fn newest(exchanges: Vec<Exchange>, hands: &Hands, program: &str) -> Option<Exchange> {
    let started = hands.program_started(program)?;
    let newest = exchanges.into_iter().next_back();
    newest.filter(|exchange| exchange.sent() >= started)
}

pub(super) fn quota_seen(hands: &Hands, settings: &Settings) -> Verdict {
    let quota = Quota::of(hands);
    let code = return_code(hands, device_id(settings), SEND_MANY);
    let call = newest_call(hands, settings);
    let is_refused = |call: &Exchange| call.is_refused_for(ErrorCode::IotHubQuotaExceeded);
    let (passed, saw) = if !quota.enforced {
        not_seen("check-faults-quota-off")
    } else if !quota.is_used_up() {
        not_seen("check-faults-quota-left")
    } else {
        match (code, &call) {
            (Some(SERVER_UNAVAILABLE), Some(call)) if is_refused(call) => {
                seen("check-faults-quota-fault-saw")
            }
            (Some(SERVER_UNAVAILABLE), None) => not_seen("check-faults-quota-not-called"),
            (Some(SERVER_UNAVAILABLE), Some(call)) => refused_otherwise(call),
            _ => not_seen("check-faults-quota-not-refused"),
        }
    };
    let saw = saw
        .with("used", quota.used)
        .with("quota", quota.daily)
        .with("code", f64::from(SERVER_UNAVAILABLE));
    verdict("quota", (passed, saw), settings)
}

pub(super) fn quota_mended(hands: &Hands, settings: &Settings) -> Verdict {
    let quota = Quota::of(hands);
    let connected = connected(hands, settings);
    let (passed, saw) = if quota.enforced && quota.is_used_up() {
        not_seen("check-faults-quota-used-up")
    } else if !connected.0 {
        connected
    } else if quota.enforced {
        not_seen("check-faults-quota-on")
    } else {
        seen("check-faults-quota-mended-saw")
    };
    let saw = saw.with("used", quota.used).with("quota", quota.daily);
    verdict("quota", (passed, saw), settings)
}

/// The day's messages. Of a hub that nobody can ask for them, nothing is enforced as far as anybody knows.
#[derive(Default)]
struct Quota {
    enforced: bool,
    used: u64,
    daily: u64,
}

impl Quota {
    fn of(hands: &Hands) -> Self {
        let usage = hands.hub().usage(hands.now());
        usage.map_or_else(Self::default, |usage| Self {
            enforced: usage.enforced,
            used: usage.messages_today,
            daily: usage.daily_quota,
        })
    }

    fn is_used_up(&self) -> bool {
        self.used >= self.daily
    }
}

pub(super) fn wrong_string_mended(hands: &Hands, settings: &Settings) -> Verdict {
    verdict("wrong-string", connected(hands, settings), settings)
}

pub(super) fn wrong_key_mended(hands: &Hands, settings: &Settings) -> Verdict {
    verdict("wrong-key", connected(hands, settings), settings)
}

pub(super) fn disabled_mended(hands: &Hands, settings: &Settings) -> Verdict {
    verdict("disabled", connected(hands, settings), settings)
}

pub(super) fn expired_token_mended(hands: &Hands, settings: &Settings) -> Verdict {
    verdict("expired-token", connected(hands, settings), settings)
}

/// Whether the device has what it needs, got in, and got a message through.
fn connected(hands: &Hands, settings: &Settings) -> Sight {
    let id = device_id(settings);
    let string = handed_over(hands, settings);
    if !string.passed {
        return (false, string.saw);
    }
    let started = hands.program_started(CONNECT_AND_SEND).unwrap_or_default();
    match return_code(hands, id, CONNECT_AND_SEND) {
        None => not_seen("check-faults-not-tried"),
        Some(ACCEPTED) if has_sent(hands, id, started) => seen("check-faults-mended-saw"),
        Some(ACCEPTED) => not_seen("check-faults-silent"),
        Some(code) => {
            let saw = Message::new("check-faults-refused");
            (false, saw.with("code", f64::from(code)))
        }
    }
}

/// Whether the hub has a message of the device from that time or later.
pub(super) fn has_sent(hands: &Hands, id: &str, since: Timestamp) -> bool {
    !sent_by(hands, id, since).is_empty()
}
