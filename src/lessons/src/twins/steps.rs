//! The steps of lesson 4: what their buttons do.

use std::time::Duration;

use lab::Hands;

use super::{
    checks::{self, first_level, is_listening, second_level},
    programs::{
        ADD_TAGS, ADD_TAGS_AND_QUERY, CHANGE_WITH_AN_OLD_ETAG, OLD_ETAG, QUERY_TOO_EARLY, REPORT,
        REPORT_CONNECTIVITY, TOO_EARLY,
    },
};
use crate::{
    message::Settings,
    step::{Act, Step},
    telemetry::{
        checks::{device_id, handed_over},
        programs::CREATE_DEVICE_IDENTITY,
        steps::{ended, prepare},
    },
};

/// How far queries lag behind in the last step.
const LAG: Duration = Duration::from_secs(10);

/// The steps, in the order of the lesson's outline.
pub(crate) static STEPS: &[Step] = &[
    Step {
        act: |hands, settings| Box::pin(prepare(hands, settings)),
        check: handed_over,
        is_over: |hands, _| ended(hands, CREATE_DEVICE_IDENTITY),
    },
    Step {
        act: |hands, settings| Box::pin(async move { tag(&hands, settings) }),
        check: checks::tagged,
        is_over: |hands, _| ended(hands, ADD_TAGS_AND_QUERY),
    },
    Step {
        act: |hands, settings| Box::pin(async move { report(&hands, &settings) }),
        check: checks::reported,
        is_over: |hands, _| ended(hands, REPORT_CONNECTIVITY),
    },
    Step {
        act: |hands, settings| Box::pin(tag_again(hands, settings)),
        check: checks::found,
        is_over: |hands, _| ended(hands, ADD_TAGS_AND_QUERY),
    },
    Step {
        act: |hands, settings| Box::pin(async move { hands.start(&OLD_ETAG, settings) }),
        check: checks::kept_apart,
        is_over: |hands, _| ended(hands, CHANGE_WITH_AN_OLD_ETAG),
    },
    Step {
        act: |hands, settings| Box::pin(ask_too_early(hands, settings)),
        check: checks::asked_too_early,
        is_over: |hands, _| ended(hands, QUERY_TOO_EARLY),
    },
];

fn tag(hands: &Hands, settings: Settings) {
    let level = first_level(&settings);
    hands.start(&ADD_TAGS, with_level(settings, level));
}

/// The settings with another power level, written as JSON writes it.
fn with_level(mut settings: Settings, level: f64) -> Settings {
    settings.insert("power-level".to_owned(), level.to_string());
    settings
}

/// What is left of a step for its button to do when the rest of it is the learner's.
pub(crate) fn by_hand(step: &str) -> Option<Act> {
    match step {
        "again" => Some(|hands, settings| Box::pin(async move { report(&hands, &settings) })),
        "lag" => Some(|hands, settings| Box::pin(async move { ask_if_possible(&hands, settings) })),
        _ => None,
    }
}

/// Asks a live hub, whose queries lag behind as they do.
fn ask_if_possible(hands: &Hands, settings: Settings) {
    if hands
        .live()
        .is_some_and(|live| live.relay && live.policy.is_some())
    {
        hands.start(&TOO_EARLY, settings);
    }
}

/// Starts the device with its cable in.
fn report(hands: &Hands, settings: &Settings) {
    hands.set_plugged(device_id(settings), true);
    hands.start(&REPORT, settings.clone());
}

/// Runs the cloud's program once more while the device listens.
async fn tag_again(hands: Hands, settings: Settings) {
    let id = device_id(&settings);
    if ended(&hands, REPORT_CONNECTIVITY) || !is_listening(&hands, id) {
        report(&hands, &settings);
        hands
            .wait_until(|hands| is_listening(hands, id) || ended(hands, REPORT_CONNECTIVITY))
            .await;
    }
    let level = second_level(&settings);
    hands.start(&ADD_TAGS, with_level(settings, level));
}

/// Lets queries lag behind for as long as the program runs.
async fn ask_too_early(hands: Hands, settings: Settings) {
    let _lag = Lag::set(&hands, LAG);
    hands.start(&TOO_EARLY, settings);
    hands
        .wait_until(|hands| ended(hands, QUERY_TOO_EARLY))
        .await;
}

/// A lag of queries that ends with this value, whatever ends the step's script.
struct Lag(Hands);

impl Lag {
    fn set(hands: &Hands, lag: Duration) -> Self {
        hands.set_query_lag(lag);
        Self(hands.clone())
    }
}

impl Drop for Lag {
    fn drop(&mut self) {
        self.0.set_query_lag(Duration::ZERO);
    }
}
