//! The steps of lesson 3: what their buttons do.

use std::time::Duration;

use lab::{Hands, Program};
use wire::number;

use super::{
    checks::{self, is_receiving, queued},
    mail::{taken, was_too_late},
    programs::{
        DEVICE, FEEDBACK_READER, FILL_THE_QUEUE, FILLER, RECEIVE_FEEDBACK,
        SEND_CLOUD_TO_DEVICE_MESSAGE, SEND_WITH_TIME_TO_LIVE, SENDER, SENDER_WITH_EXPIRY,
        SIMULATED_DEVICE_THAT_RECEIVES,
    },
};
use crate::{
    message::Settings,
    step::{Act, Step},
    telemetry::{
        checks::device_id,
        programs::CREATE_DEVICE_IDENTITY,
        steps::{ended, prepare, until_gone},
    },
};

/// What runs in the cloud after the device is prepared. One of them at a time: all read the hub's one feedback.
const CLOUD: [&str; 4] = [
    SEND_CLOUD_TO_DEVICE_MESSAGE,
    RECEIVE_FEEDBACK,
    SEND_WITH_TIME_TO_LIVE,
    FILL_THE_QUEUE,
];

/// The setting that says how long a message is of use.
const TIME_TO_LIVE: &str = "time-to-live-seconds";

/// How far a live hub's clock can be ahead: with more, it takes no token.
const MOST_AHEAD: Duration = Duration::from_mins(5);

/// The steps, in the order of the lesson's outline.
pub(crate) static STEPS: &[Step] = &[
    Step {
        act: |hands, settings| Box::pin(prepare(hands, settings)),
        check: checks::prepared,
        is_over: |hands, _| ended(hands, CREATE_DEVICE_IDENTITY),
    },
    Step {
        act: |hands, settings| Box::pin(async move { switch_on(&hands, &settings) }),
        check: checks::receiving,
        is_over: |hands, _| ended(hands, SIMULATED_DEVICE_THAT_RECEIVES),
    },
    Step {
        act: |hands, settings| Box::pin(send(hands, settings)),
        check: checks::sent,
        is_over: |hands, _| ended(hands, SEND_CLOUD_TO_DEVICE_MESSAGE),
    },
    Step {
        act: |hands, settings| Box::pin(run_without_device(hands, settings, &SENDER)),
        check: checks::waiting,
        is_over: |hands, _| ended(hands, SEND_CLOUD_TO_DEVICE_MESSAGE),
    },
    Step {
        act: |hands, settings| Box::pin(deliver(hands, settings)),
        check: checks::delivered,
        is_over: |hands, _| ended(hands, RECEIVE_FEEDBACK),
    },
    Step {
        act: |hands, settings| Box::pin(let_expire(hands, settings)),
        check: checks::expired,
        is_over: |hands, _| ended(hands, SEND_WITH_TIME_TO_LIVE),
    },
    Step {
        act: |hands, settings| Box::pin(run_without_device(hands, settings, &FILLER)),
        check: checks::limited,
        is_over: |hands, _| ended(hands, FILL_THE_QUEUE),
    },
];

/// What is left of a step for its button to do when the rest of it is the learner's.
pub(crate) fn by_hand(step: &str) -> Option<Act> {
    match step {
        "send" | "deliver" => {
            Some(|hands, settings| Box::pin(async move { switch_on(&hands, &settings) }))
        }
        "queue" | "expire" | "limit" => {
            Some(|hands, _| Box::pin(async move { hands.stop(SIMULATED_DEVICE_THAT_RECEIVES) }))
        }
        _ => None,
    }
}

/// Starts the device with its cable in.
fn switch_on(hands: &Hands, settings: &Settings) {
    hands.set_plugged(device_id(settings), true);
    hands.start(&DEVICE, settings.clone());
}

/// Starts a program of the cloud, and no other goes on beside it.
fn start_in_cloud(hands: &Hands, settings: Settings, program: &'static Program) {
    for name in CLOUD {
        hands.stop(name);
    }
    hands.start(program, settings);
}

/// Sends to a device that receives; starts it first if it does not, and lets it take what waits already.
async fn send(hands: Hands, settings: Settings) {
    let id = device_id(&settings);
    if !is_receiving(&hands.hub(), id) || ended(&hands, SIMULATED_DEVICE_THAT_RECEIVES) {
        switch_on(&hands, &settings);
    }
    hands
        .wait_until(|hands| {
            let is_ready = is_receiving(&hands.hub(), id) && queued(&hands.hub(), id) == 0;
            is_ready || ended(hands, SIMULATED_DEVICE_THAT_RECEIVES)
        })
        .await;
    start_in_cloud(&hands, settings.clone(), &SENDER);
}

/// Switches the device off, and starts a program of the cloud once the hub knows.
async fn run_without_device(hands: Hands, settings: Settings, program: &'static Program) {
    hands.stop(SIMULATED_DEVICE_THAT_RECEIVES);
    until_gone(&hands, device_id(&settings)).await;
    start_in_cloud(&hands, settings.clone(), program);
}

/// Sends what is of no use later to a device that is off. To a hub whose clock is ahead, that may be too late already:
/// then the message is given so much more time as such a clock can be off.
async fn let_expire(hands: Hands, mut settings: Settings) {
    let id = device_id(&settings).to_owned();
    let before = taken(&hands, &id).len();
    run_without_device(hands.clone(), settings.clone(), &SENDER_WITH_EXPIRY).await;
    if hands.live().is_none() {
        return;
    }
    hands
        .wait_until(|hands| {
            taken(hands, &id).len() > before || ended(hands, SEND_WITH_TIME_TO_LIVE)
        })
        .await;
    let time = settings
        .get(TIME_TO_LIVE)
        .and_then(|text| number::parse(text));
    if let Some(time) = time.filter(|_| was_too_late(&hands, &id)) {
        let longer = time + MOST_AHEAD.as_secs_f64();
        settings.insert(TIME_TO_LIVE.to_owned(), longer.to_string());
        start_in_cloud(&hands, settings, &SENDER_WITH_EXPIRY);
    }
}

/// Switches the device on. Whatever waits for it is delivered, and the hub tells so.
async fn deliver(hands: Hands, settings: Settings) {
    have_mail(&hands, &settings).await;
    switch_on(&hands, &settings);
    start_in_cloud(&hands, settings, &FEEDBACK_READER);
}

/// Sends a message first if a live hub was sent none: there the step before was not done for the learner.
async fn have_mail(hands: &Hands, settings: &Settings) {
    let id = device_id(settings);
    if hands.live().is_none() || !taken(hands, id).is_empty() {
        return;
    }
    run_without_device(hands.clone(), settings.clone(), &SENDER).await;
    hands
        .wait_until(|hands| {
            !taken(hands, id).is_empty() || ended(hands, SEND_CLOUD_TO_DEVICE_MESSAGE)
        })
        .await;
}
