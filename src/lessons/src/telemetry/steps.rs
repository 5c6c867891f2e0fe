//! The steps of lesson 1: what their buttons do.

use std::time::Duration;

use lab::{Hands, view::ProgramState};

use super::{
    checks::{self, device_id, events_of, is_connected},
    programs::{
        CREATE, CREATE_DEVICE_IDENTITY, DEVICE, DEVICE_WITH_RETRY, READ_EVENTS, READER,
        SIMULATED_DEVICE, SIMULATED_DEVICE_WITH_RETRY,
    },
};
use crate::{message::Settings, step::Step};

/// How long the plug stays out in the last step.
const BREAK: Duration = Duration::from_secs(20);

/// The steps, in the order of the lesson's outline.
pub(crate) static STEPS: &[Step] = &[
    Step {
        act: |hands, settings| Box::pin(async move { register(&hands, &settings) }),
        check: checks::registered,
        is_over: |hands, _| ended(hands, CREATE_DEVICE_IDENTITY),
    },
    Step {
        act: |hands, settings| Box::pin(async move { hand_over(&hands, &settings) }),
        check: checks::handed_over,
        is_over: |_, _| true,
    },
    Step {
        act: |hands, settings| Box::pin(async move { send(&hands, &settings) }),
        check: checks::sent,
        is_over: |hands, _| ended(hands, SIMULATED_DEVICE),
    },
    Step {
        act: |hands, settings| Box::pin(async move { read(&hands, &settings) }),
        check: checks::read,
        is_over: |hands, _| ended(hands, READ_EVENTS),
    },
    Step {
        act: |hands, settings| Box::pin(unplug(hands, settings)),
        check: checks::unplugged,
        // The hub notices long after the device does.
        is_over: |hands, settings| {
            ended(hands, SIMULATED_DEVICE) && !is_connected(&hands.hub(), device_id(settings))
        },
    },
    Step {
        act: |hands, settings| Box::pin(retry(hands, settings)),
        check: checks::retried,
        is_over: |hands, _| ended(hands, SIMULATED_DEVICE_WITH_RETRY),
    },
];

pub(crate) fn ended(hands: &Hands, program: &str) -> bool {
    hands.program_state(program) != Some(ProgramState::Running)
}

pub(crate) fn register(hands: &Hands, settings: &Settings) {
    hands.start(&CREATE, settings.clone());
}

/// Copies the connection string as a learner would from the cloud's console.
pub(crate) fn hand_over(hands: &Hands, settings: &Settings) {
    let string = hands.hub().device_connection_string(device_id(settings));
    // Nothing to copy: what the device holds stays as it is, and the check says what is missing.
    if string.is_some() {
        hands.set_device_string(string);
    }
}

/// Registers the device, and carries its string over once the registry has made one.
pub(crate) async fn prepare(hands: Hands, settings: Settings) {
    register(&hands, &settings);
    hands
        .wait_until(|hands| ended(hands, CREATE_DEVICE_IDENTITY))
        .await;
    hand_over(&hands, &settings);
}

fn send(hands: &Hands, settings: &Settings) {
    hands.set_plugged(device_id(settings), true);
    hands.stop(SIMULATED_DEVICE_WITH_RETRY);
    hands.start(&DEVICE, settings.clone());
}

/// Starts the reader, and the device if it has nothing to read from.
fn read(hands: &Hands, settings: &Settings) {
    if ended(hands, SIMULATED_DEVICE) && ended(hands, SIMULATED_DEVICE_WITH_RETRY) {
        hands.set_plugged(device_id(settings), true);
        hands.start(&DEVICE, settings.clone());
    }
    hands.start(&READER, settings.clone());
}

/// Pulls the plug of a device that is connected; starts it first if it is not.
async fn unplug(hands: Hands, settings: Settings) {
    let id = device_id(&settings).to_owned();
    if ended(&hands, SIMULATED_DEVICE) || !is_connected(&hands.hub(), &id) {
        hands.stop(SIMULATED_DEVICE_WITH_RETRY);
        hands.set_plugged(&id, true);
        hands.start(&DEVICE, settings);
        hands
            .wait_until(|hands| is_connected(&hands.hub(), &id))
            .await;
    }
    hands.set_plugged(&id, false);
}

/// Starts the program with a retry policy, and breaks its connection while its second message is under way.
async fn retry(hands: Hands, settings: Settings) {
    let id = device_id(&settings).to_owned();
    hands.stop(SIMULATED_DEVICE);
    hands.set_plugged(&id, true);
    let started = hands.now();
    hands.start(&DEVICE_WITH_RETRY, settings);
    hands
        .wait_until(|hands| !events_of(&hands.hub(), &id, started).is_empty())
        .await;
    // The answer to the first message is still on its way to the device: let it pass before the cut is set up.
    hands.sleep(Duration::from_secs(1)).await;
    hands.cut_at_next_answer(&id);
    hands
        .wait_until(|hands| hands.last_lost(&id, started).is_some())
        .await;
    hands.sleep(BREAK).await;
    hands.set_plugged(&id, true);
}
