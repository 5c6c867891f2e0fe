//! The steps of lesson 5: how their buttons cause a fault, and how they mend it.

use std::time::Duration;

use hub::Tier;
use lab::{Hands, Program};
use wire::{
    connection_string::{DeviceConnectionString, DeviceCredential, ServiceConnectionString},
    rest::DeviceStatus,
    sas::{SasToken, SharedAccessKey, device_resource},
    topic::TopicFilter,
};

use super::{
    checks::{self, has_sent},
    programs::{
        CALL, CALL_A_METHOD, CHANGE, CHANGE_THE_TWIN, CONNECT, CONNECT_AND_SEND, SEND, SEND_MANY,
        SET_STATUS, WRITE,
    },
};
use crate::{
    message::Settings,
    step::{Act, Fault, Step},
    telemetry::{
        checks::device_id,
        steps::{ended, hand_over, have_device, until_ended, until_gone},
    },
};

/// How long the token is good that the device is given.
const TOKEN_LIFETIME: Duration = Duration::from_secs(10);

/// How long the token has been no good that a live hub is shown: longer than its clock can be off.
const LONG_AGO: Duration = Duration::from_mins(10);

/// When the other writer comes in between: while the program thinks.
const IN_BETWEEN: Duration = Duration::from_secs(1);

/// The device whose key is the wrong one, and who it is if the lesson's own device has that name.
const OTHER_DEVICES: [&str; 2] = ["MySecondPythonDevice", "MyThirdPythonDevice"];

/// The steps, in the order of the lesson's outline. Their checks look whether the fault is mended.
pub(crate) static STEPS: &[Step] = &[
    Step {
        act: |hands, settings| Box::pin(give_policy_string(hands, settings)),
        check: checks::wrong_string_mended,
        is_over: |hands, _| ended(hands, CONNECT_AND_SEND),
    },
    Step {
        act: |hands, settings| Box::pin(give_wrong_key(hands, settings)),
        check: checks::wrong_key_mended,
        is_over: |hands, _| ended(hands, CONNECT_AND_SEND),
    },
    Step {
        act: |hands, settings| Box::pin(disable(hands, settings)),
        check: checks::disabled_mended,
        is_over: |hands, _| ended(hands, CONNECT_AND_SEND),
    },
    Step {
        act: |hands, settings| Box::pin(give_old_token(hands, settings)),
        check: checks::expired_token_mended,
        is_over: |hands, _| ended(hands, CONNECT_AND_SEND),
    },
    Step {
        act: |hands, settings| Box::pin(call_nobody(hands, settings)),
        check: checks::offline_mended,
        is_over: |hands, _| ended(hands, CALL_A_METHOD),
    },
    Step {
        act: |hands, settings| Box::pin(write_too_late(hands, settings)),
        check: checks::conflict_mended,
        is_over: |hands, _| ended(hands, CHANGE_THE_TWIN),
    },
    Step {
        act: |hands, settings| Box::pin(use_up_the_day(hands, settings)),
        check: checks::quota_mended,
        is_over: |hands, _| {
            [CONNECT_AND_SEND, SEND_MANY, CALL_A_METHOD]
                .iter()
                .all(|program| ended(hands, program))
        },
    },
];

/// What goes wrong in each step.
pub(crate) static FAULTS: &[Fault] = &[
    Fault {
        seen: checks::wrong_string_seen,
        wait: None,
        mend: |hands, settings| Box::pin(async move { connect_with_own_string(&hands, &settings) }),
    },
    Fault {
        seen: checks::wrong_key_seen,
        wait: None,
        mend: |hands, settings| Box::pin(async move { connect_with_own_string(&hands, &settings) }),
    },
    Fault {
        seen: checks::disabled_seen,
        wait: None,
        mend: |hands, settings| Box::pin(enable(hands, settings)),
    },
    Fault {
        seen: checks::expired_token_seen,
        wait: None,
        mend: |hands, settings| Box::pin(async move { connect_with_own_string(&hands, &settings) }),
    },
    Fault {
        seen: checks::offline_seen,
        wait: None,
        mend: |hands, settings| Box::pin(call_somebody(hands, settings)),
    },
    Fault {
        seen: checks::conflict_seen,
        wait: None,
        mend: |hands, settings| Box::pin(async move { hands.start(&CHANGE, settings) }),
    },
    Fault {
        seen: checks::quota_seen,
        wait: Some(|hands| {
            let usage = hands.hub().usage(hands.now());
            usage.map_or(hands.now(), |usage| usage.day_ends)
        }),
        mend: |hands, settings| Box::pin(go_on_next_day(hands, settings)),
    },
];

/// What is left of a step for its button to do when the rest of it is the learner's.
pub(crate) fn by_hand(step: &str) -> Option<Act> {
    match step {
        "disabled" | "offline" => {
            Some(|hands, settings| Box::pin(async move { hands.start(&CONNECT, settings) }))
        }
        _ => None,
    }
}

/// Makes the bench whole: nothing runs, no limits, and the device is there, enabled, with its own string.
async fn begin(hands: &Hands, settings: &Settings) {
    let id = device_id(settings);
    hands.stop_all();
    hands.enforce_limits(None);
    hands.set_plugged(id, true);
    until_gone(hands, id).await;
    if !knows_own_key(hands, settings).await {
        have_device(hands, id).await;
    }
    let is_disabled = hands
        .hub()
        .device(id)
        .is_some_and(|device| device.status == DeviceStatus::Disabled);
    if is_disabled {
        set_status(hands, settings, "enabled").await;
    }
    hand_over(hands, settings);
}

/// Whether a live hub has shown that the device's string is right, so that the registry need not be asked for it. It shows
/// that by letting the device in.
async fn knows_own_key(hands: &Hands, settings: &Settings) -> bool {
    if hands.live().is_none() {
        return false;
    }
    let id = device_id(settings);
    let is_known = |hands: &Hands| {
        let hub = hands.hub();
        hub.device(id).is_some() && hub.device_connection_string(id).is_some()
    };
    let holds_own = hands
        .device_string()
        .is_some_and(|string| string.device_id == id);
    if !is_known(hands) && holds_own {
        let started = hands.now();
        hands.start(&CONNECT, settings.clone());
        hands
            .wait_until(|hands| has_sent(hands, id, started) || ended(hands, CONNECT_AND_SEND))
            .await;
        hands.stop(CONNECT_AND_SEND);
        until_gone(hands, id).await;
    }
    is_known(hands)
}

async fn run(hands: &Hands, program: &'static Program, settings: Settings) {
    hands.start(program, settings);
    until_ended(hands, program.name).await;
}

async fn set_status(hands: &Hands, settings: &Settings, status: &str) {
    let mut settings = settings.clone();
    settings.insert("status".to_owned(), status.to_owned());
    run(hands, &SET_STATUS, settings).await;
}

async fn give_policy_string(hands: Hands, settings: Settings) {
    begin(&hands, &settings).await;
    let string = hands.hub().service_connection_string("service");
    // Whoever has a device's string only has no policy's. What matters of it is that it is a policy's.
    let host_name = hands.hub().host_name().to_owned();
    let string = string.or_else(|| {
        Some(ServiceConnectionString {
            host_name,
            policy: "service".to_owned(),
            key: any_key(&hands)?,
        })
    });
    let text = string.map(|string| string.to_text());
    let error = text.and_then(|text| text.expose().parse::<DeviceConnectionString>().err());
    if let Some(error) = error {
        hands.set_wrong_device_string(error);
    }
    hands.start(&CONNECT, settings);
}

/// Gives the device a string that has all in order but the key.
async fn give_wrong_key(hands: Hands, settings: Settings) {
    begin(&hands, &settings).await;
    let own = device_id(&settings);
    if hands.live().is_some() {
        // A hub that others use gets no second device for this.
        let string = hands.device_string();
        let wrong = string
            .zip(any_key(&hands))
            .map(|(string, key)| DeviceConnectionString {
                credential: DeviceCredential::SharedAccessKey(key),
                ..string
            });
        hands.set_device_string(wrong);
        hands.start(&CONNECT, settings);
        return;
    }
    let other = OTHER_DEVICES.into_iter().find(|id| *id != own);
    let other = other.unwrap_or_default();
    have_device(&hands, other).await;
    let string = hands.hub().device_connection_string(other);
    hands.set_device_string(string.map(|string| DeviceConnectionString {
        device_id: own.to_owned(),
        ..string
    }));
    hands.start(&CONNECT, settings);
}

/// A key that nobody has.
fn any_key(hands: &Hands) -> Option<SharedAccessKey> {
    let bytes = std::iter::repeat_with(|| hands.random().to_bits().to_le_bytes());
    SharedAccessKey::from_bytes(bytes.take(4).flatten().collect()).ok()
}

async fn disable(hands: Hands, settings: Settings) {
    begin(&hands, &settings).await;
    set_status(&hands, &settings, "disabled").await;
    hands.start(&CONNECT, settings);
}

async fn enable(hands: Hands, settings: Settings) {
    set_status(&hands, &settings, "enabled").await;
    connect_with_own_string(&hands, &settings);
}

/// Gives the device a token in its key's place, and lets it connect when the token is no longer good.
async fn give_old_token(hands: Hands, settings: Settings) {
    begin(&hands, &settings).await;
    let is_live = hands.live().is_some();
    let now = hands.now();
    let expires = if is_live {
        now.as_seconds().saturating_sub(LONG_AGO.as_secs())
    } else {
        now.plus(TOKEN_LIFETIME).as_seconds()
    };
    if let Some(string) = hands.device_string() {
        hands.set_device_string(Some(with_token(string, expires)));
    }
    if !is_live {
        hands.sleep(TOKEN_LIFETIME).await;
    }
    hands.start(&CONNECT, settings);
}

pub(super) fn with_token(string: DeviceConnectionString, expires: u64) -> DeviceConnectionString {
    let DeviceCredential::SharedAccessKey(key) = &string.credential else {
        return string;
    };
    let resource = device_resource(&string.host_name, &string.device_id, None);
    let token = SasToken::sign(&resource, key, expires, None);
    DeviceConnectionString {
        credential: DeviceCredential::SharedAccessSignature(token),
        ..string
    }
}

fn connect_with_own_string(hands: &Hands, settings: &Settings) {
    hand_over(hands, settings);
    hands.start(&CONNECT, settings.clone());
}

async fn call_nobody(hands: Hands, settings: Settings) {
    begin(&hands, &settings).await;
    hands.start(&CALL, settings);
}

/// Starts the device, and calls once it listens.
async fn call_somebody(hands: Hands, settings: Settings) {
    let id = device_id(&settings);
    hands.start(&CONNECT, settings.clone());
    hands
        .wait_until(|hands| {
            hands.hub().is_listening(id, &TopicFilter::Methods) || ended(hands, CONNECT_AND_SEND)
        })
        .await;
    hands.start(&CALL, settings);
}

/// Lets somebody else write between the program's reading and its writing.
async fn write_too_late(hands: Hands, settings: Settings) {
    begin(&hands, &settings).await;
    hands.start(&CHANGE, settings.clone());
    hands.sleep(IN_BETWEEN).await;
    hands.start(&WRITE, settings);
}

/// Sends until the free tier's day is used up, and shows that the cloud is refused, too.
async fn use_up_the_day(hands: Hands, settings: Settings) {
    begin(&hands, &settings).await;
    hands.enforce_limits(Some(Tier::F1));
    run(&hands, &SEND, settings.clone()).await;
    hands.start(&CALL, settings);
}

/// Sends again on the new day. The limits have been seen, and go.
async fn go_on_next_day(hands: Hands, settings: Settings) {
    let id = device_id(&settings);
    let started = hands.now();
    connect_with_own_string(&hands, &settings);
    hands
        .wait_until(|hands| has_sent(hands, id, started) || ended(hands, CONNECT_AND_SEND))
        .await;
    hands.enforce_limits(None);
}
