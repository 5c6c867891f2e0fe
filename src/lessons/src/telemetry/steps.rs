//! The steps of lesson 1: what their buttons do.

use std::{pin::pin, time::Duration};

use lab::{Hands, view::ProgramState};
use wire::rest::encode_id;

use super::{
    checks::{self, device_id, is_connected},
    programs::{
        CREATE, CREATE_DEVICE_IDENTITY, DEVICE, DEVICE_WITH_RETRY, READ_EVENTS, READER,
        SIMULATED_DEVICE, SIMULATED_DEVICE_WITH_RETRY,
    },
};
use crate::{
    exchange::exchanges,
    message::Settings,
    sent::sent_by,
    step::{Act, Step},
};

/// How long the plug stays out in the last step.
const BREAK: Duration = Duration::from_secs(20);

/// How long a live hub may take to tell of a device.
const LONGEST_LOOK: Duration = Duration::from_secs(10);

/// How long a live hub may show a device as connected that has gone.
const LONGEST_ABSENCE: Duration = Duration::from_mins(2);

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
        // The hub notices long after the device does. When a live one tells, nobody knows.
        is_over: |hands, settings| {
            let is_live = hands.live().is_some();
            let has_left = !is_connected(&hands.hub(), device_id(settings));
            ended(hands, SIMULATED_DEVICE) && has_left && !is_live
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

/// What is left of a step for its button to do when the rest of it is the learner's.
pub(crate) fn by_hand(step: &str) -> Option<Act> {
    match step {
        "read" => Some(|hands, settings| Box::pin(async move { send(&hands, &settings) })),
        "unplug" => Some(|hands, settings| Box::pin(unplug(hands, settings))),
        _ => None,
    }
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
    until_ended(&hands, CREATE_DEVICE_IDENTITY).await;
    look_up(&hands, device_id(&settings)).await;
    hand_over(&hands, &settings);
}

pub(crate) async fn until_ended(hands: &Hands, program: &str) {
    hands.wait_until(|hands| ended(hands, program)).await;
}

/// Registers a device that is not there.
pub(crate) async fn have_device(hands: &Hands, id: &str) {
    look_up(hands, id).await;
    if hands.hub().device(id).is_none() {
        register(hands, &[("device-id".to_owned(), id.to_owned())].into());
        until_ended(hands, CREATE_DEVICE_IDENTITY).await;
        // Somebody else may have registered it.
        look_up(hands, id).await;
    }
}

/// Waits until a device has left the hub. It takes a live one some time to notice, and longer to tell.
pub(crate) async fn until_gone(hands: &Hands, id: &str) {
    let gone = hands.wait_until(|hands| !is_connected(&hands.hub(), id));
    within(hands, LONGEST_ABSENCE, gone).await;
}

/// Gives a live hub time to tell of a device, if it can be asked. What is to be known of an emulated one is known.
async fn look_up(hands: &Hands, id: &str) {
    if hands
        .live()
        .is_none_or(|live| !live.relay || live.policy.is_none())
    {
        return;
    }
    let path = format!("/devices/{}", encode_id(id));
    let asked = hands.now();
    let told = hands.wait_until(|hands| {
        let is_denied = || {
            let answers = exchanges(hands, "GET", &path);
            let newest = answers.last().filter(|answer| answer.sent() >= asked);
            newest.is_some_and(|answer| answer.refusal().is_some())
        };
        hands.hub().device(id).is_some() || is_denied()
    });
    within(hands, LONGEST_LOOK, told).await;
}

/// Waits for something, but not for ever.
async fn within(hands: &Hands, time: Duration, work: impl Future<Output = ()>) {
    let end = hands.sleep(time);
    futures::future::select(pin!(work), pin!(end)).await;
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
        .wait_until(|hands| !sent_by(hands, &id, started).is_empty())
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
