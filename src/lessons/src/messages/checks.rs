//! What each step's check looks for, and what it can see.

use lab::{Hands, Sight};
use wire::{rest::FeedbackStatus, topic::TopicFilter};

use super::mail::{fate, newest_refusal, taken, was_full};
use crate::{
    message::{Message, Settings},
    step::Verdict,
    telemetry::checks::{device_id, handed_over, is_connected, registered},
};

/// How many messages a queue holds. (IoT Hub documentation: quotas and throttling.)
const MOST_QUEUED: u32 = 50;

/// Whether a device is connected and waits for messages.
pub(super) fn is_receiving(hub: &Sight<'_>, id: &str) -> bool {
    let device_id = id.to_owned();
    hub.is_listening(id, &TopicFilter::CloudToDevice { device_id })
}

/// How many messages are in a device's queue.
pub(super) fn queued(hub: &Sight<'_>, id: &str) -> u32 {
    hub.queued(id)
}

pub(super) fn prepared(hands: &Hands, settings: &Settings) -> Verdict {
    let registered = registered(hands, settings);
    if registered.passed {
        handed_over(hands, settings)
    } else {
        registered
    }
}

pub(super) fn receiving(hands: &Hands, settings: &Settings) -> Verdict {
    let id = device_id(settings);
    let hub = hands.hub();
    let saw = match (is_connected(&hub, id), is_receiving(&hub, id)) {
        (false, _) => Seen::not_yet("check-messages-receive-offline"),
        (true, false) => Seen::not_yet("check-messages-receive-deaf"),
        (true, true) => Seen::it("check-messages-receive-saw"),
    };
    saw.verdict("check-messages-receive-looked-for", &hub, id)
}

pub(super) fn sent(hands: &Hands, settings: &Settings) -> Verdict {
    let id = device_id(settings);
    let is_live = hands.live().is_some();
    let hub = hands.hub();
    let mail = taken(hands, id);
    let saw = match (mail.last(), newest_refusal(hands, id)) {
        (_, Some(reason)) => Seen::not_yet("check-messages-send-refused").because(&reason),
        (None, None) => Seen::not_yet("check-messages-send-none"),
        (Some(mail), None) => match fate(hands, id, Some(mail)) {
            // A live hub tells late how many messages wait.
            fate if queued(&hub, id) > 0 && (fate.is_none() || !is_live) => {
                Seen::not_yet("check-messages-send-waiting")
            }
            Some(FeedbackStatus::Success) => Seen::it("check-messages-send-saw"),
            Some(status) => Seen::not_yet("check-messages-send-other").because(status.name()),
            None => Seen::not_yet("check-messages-send-no-feedback"),
        },
    };
    saw.verdict("check-messages-send-looked-for", &hub, id)
}

pub(super) fn waiting(hands: &Hands, settings: &Settings) -> Verdict {
    let id = device_id(settings);
    let hub = hands.hub();
    let saw = match (is_connected(&hub, id), queued(&hub, id)) {
        (true, _) => Seen::not_yet("check-messages-queue-online"),
        (false, 0) => Seen::not_yet("check-messages-queue-empty"),
        (false, _) => Seen::it("check-messages-queue-saw"),
    };
    saw.verdict("check-messages-queue-looked-for", &hub, id)
}

pub(super) fn delivered(hands: &Hands, settings: &Settings) -> Verdict {
    let id = device_id(settings);
    let is_live = hands.live().is_some();
    let hub = hands.hub();
    let fate = fate(hands, id, taken(hands, id).last());
    let queued = if is_live && fate.is_some() {
        0
    } else {
        queued(&hub, id)
    };
    let saw = match (queued, fate) {
        (0, Some(FeedbackStatus::Success)) => Seen::it("check-messages-deliver-saw"),
        (0, Some(status)) => Seen::not_yet("check-messages-deliver-other").because(status.name()),
        (0, None) => Seen::not_yet("check-messages-deliver-no-feedback"),
        (_, _) if is_connected(&hub, id) => Seen::not_yet("check-messages-deliver-queued"),
        (_, _) => Seen::not_yet("check-messages-deliver-offline"),
    };
    saw.verdict("check-messages-deliver-looked-for", &hub, id)
}

pub(super) fn expired(hands: &Hands, settings: &Settings) -> Verdict {
    let id = device_id(settings);
    let is_live = hands.live().is_some();
    let hub = hands.hub();
    let mail = taken(hands, id);
    let limited = mail
        .iter()
        .rev()
        .find_map(|mail| Some((mail, mail.expires?)));
    let saw = match (limited, newest_refusal(hands, id)) {
        (None, Some(reason)) => Seen::not_yet("check-messages-expire-refused").because(&reason),
        (None, None) => Seen::not_yet("check-messages-expire-none"),
        (Some((mail, expires)), _) => match fate(hands, id, Some(mail)) {
            Some(FeedbackStatus::Expired) => Seen::it("check-messages-expire-saw"),
            Some(status) => Seen::not_yet("check-messages-expire-other").because(status.name()),
            None if expires > hands.now() && queued(&hub, id) > 0 => {
                let left = expires.since(hands.now()).as_secs_f64().ceil();
                let saw = if is_live {
                    "check-live-expire-waiting"
                } else {
                    "check-messages-expire-waiting"
                };
                Seen::not_yet(saw).in_seconds(left)
            }
            None if is_live => Seen::not_yet("check-live-expire-no-feedback"),
            None => Seen::not_yet("check-messages-expire-no-feedback"),
        },
    };
    saw.verdict("check-messages-expire-looked-for", &hub, id)
}

pub(super) fn limited(hands: &Hands, settings: &Settings) -> Verdict {
    let id = device_id(settings);
    let is_live = hands.live().is_some();
    let hub = hands.hub();
    let saw = match (queued(&hub, id), was_full(hands, id)) {
        (_, true) if is_live => Seen::it("check-live-limit-saw"),
        (MOST_QUEUED.., true) => Seen::it("check-messages-limit-saw"),
        (MOST_QUEUED.., false) => Seen::not_yet("check-messages-limit-no-refusal"),
        _ if is_connected(&hub, id) => Seen::not_yet("check-messages-limit-online"),
        _ => Seen::not_yet("check-messages-limit-few"),
    };
    saw.verdict("check-messages-limit-looked-for", &hub, id)
}

/// What a check saw, as it becomes a verdict.
struct Seen {
    passed: bool,
    saw: Message,
}

impl Seen {
    fn it(id: &str) -> Self {
        let saw = Message::new(id);
        Self { passed: true, saw }
    }

    fn not_yet(id: &str) -> Self {
        let saw = Message::new(id);
        Self { passed: false, saw }
    }

    /// In the service's own word.
    fn because(mut self, reason: &str) -> Self {
        self.saw = self.saw.with("reason", reason);
        self
    }

    fn in_seconds(mut self, seconds: f64) -> Self {
        self.saw = self.saw.with("seconds", seconds);
        self
    }

    /// All messages of this lesson may speak of the device and of what waits for it.
    fn verdict(self, looked_for: &str, hub: &Sight<'_>, id: &str) -> Verdict {
        Verdict {
            passed: self.passed,
            looked_for: Message::new(looked_for).with("device", id),
            saw: self
                .saw
                .with("device", id)
                .with("count", f64::from(queued(hub, id))),
        }
    }
}
