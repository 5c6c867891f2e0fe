//! The steps of lesson 2: what their buttons do.

use lab::Hands;

use super::{
    calls::calls_of,
    checks::{self, METHOD, is_listening},
    programs::{BACK_END, BACK_END_APPLICATION, DEVICE, SIMULATED_DEVICE_WITH_METHODS},
};
use crate::{
    message::Settings,
    step::{Act, Step},
    telemetry::{
        checks::{device_id, handed_over, is_connected, registered},
        programs::CREATE_DEVICE_IDENTITY,
        steps::{ended, hand_over, register, until_gone},
    },
};

/// A payload that is JSON and no number.
const NO_NUMBER: &str = r#""ten""#;

/// A method that the device does not have.
const UNKNOWN_METHOD: &str = "Reboot";

/// The steps, in the order of the lesson's outline.
pub(crate) static STEPS: &[Step] = &[
    Step {
        act: |hands, settings| Box::pin(async move { register(&hands, &settings) }),
        check: registered,
        is_over: |hands, _| ended(hands, CREATE_DEVICE_IDENTITY),
    },
    Step {
        act: |hands, settings| Box::pin(async move { hand_over(&hands, &settings) }),
        check: handed_over,
        is_over: |_, _| true,
    },
    Step {
        act: |hands, settings| Box::pin(async move { listen(&hands, &settings) }),
        check: checks::listening,
        is_over: |hands, _| ended(hands, SIMULATED_DEVICE_WITH_METHODS),
    },
    Step {
        act: |hands, settings| Box::pin(call(hands, settings)),
        check: checks::called,
        is_over: |hands, settings| {
            let id = device_id(settings);
            let is_done = checks::done(&calls_of(hands, id)).is_some();
            // A device that obeyed takes a while to show it.
            let may_show = is_done && is_connected(&hands.hub(), id);
            ended(hands, BACK_END_APPLICATION) && !may_show
        },
    },
    Step {
        act: |hands, settings| Box::pin(call_in_vain(hands, settings)),
        check: checks::refused,
        is_over: |hands, _| ended(hands, BACK_END_APPLICATION),
    },
    Step {
        act: |hands, settings| Box::pin(call_nobody(hands, settings)),
        check: checks::offline,
        is_over: |hands, _| ended(hands, BACK_END_APPLICATION),
    },
];

/// What is left of a step for its button to do when the rest of it is the learner's.
pub(crate) fn by_hand(step: &str) -> Option<Act> {
    match step {
        "call" | "refuse" => {
            Some(|hands, settings| Box::pin(async move { have_listener(&hands, &settings).await }))
        }
        "offline" => {
            Some(|hands, _| Box::pin(async move { hands.stop(SIMULATED_DEVICE_WITH_METHODS) }))
        }
        _ => None,
    }
}

/// Starts the device with its cable in.
fn listen(hands: &Hands, settings: &Settings) {
    hands.set_plugged(device_id(settings), true);
    hands.start(&DEVICE, settings.clone());
}

/// Starts the device unless it listens already. If it cannot, whoever calls it will be told.
async fn have_listener(hands: &Hands, settings: &Settings) {
    let id = device_id(settings);
    if is_listening(&hands.hub(), id) && !ended(hands, SIMULATED_DEVICE_WITH_METHODS) {
        return;
    }
    listen(hands, settings);
    hands
        .wait_until(|hands| {
            is_listening(&hands.hub(), id) || ended(hands, SIMULATED_DEVICE_WITH_METHODS)
        })
        .await;
}

async fn call(hands: Hands, settings: Settings) {
    have_listener(&hands, &settings).await;
    hands.start(&BACK_END, settings);
}

/// Calls what the device has with what it cannot read, and then what it does not have.
async fn call_in_vain(hands: Hands, mut settings: Settings) {
    have_listener(&hands, &settings).await;
    for (name, payload) in [(METHOD, NO_NUMBER), (UNKNOWN_METHOD, "null")] {
        settings.insert("method-name".to_owned(), name.to_owned());
        settings.insert("method-payload".to_owned(), payload.to_owned());
        hands.start(&BACK_END, settings.clone());
        hands
            .wait_until(|hands| ended(hands, BACK_END_APPLICATION))
            .await;
    }
}

/// Switches the device off, and calls it once the hub knows.
async fn call_nobody(hands: Hands, settings: Settings) {
    hands.stop(SIMULATED_DEVICE_WITH_METHODS);
    until_gone(&hands, device_id(&settings)).await;
    hands.start(&BACK_END, settings.clone());
}
