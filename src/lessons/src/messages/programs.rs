//! The programs of lesson 3. What a page shows of them is these very files.

use lab::{Program, view::Side};

use crate::{outline::ProgramOutline, telemetry::programs::CREATE_OUTLINE};

#[expect(unreachable_pub, reason = "a listing reads as a program of its own")]
mod fill_the_queue;
#[expect(unreachable_pub, reason = "a listing reads as a program of its own")]
mod receive_feedback;
#[expect(unreachable_pub, reason = "a listing reads as a program of its own")]
mod send_cloud_to_device_message;
#[expect(unreachable_pub, reason = "a listing reads as a program of its own")]
mod send_with_time_to_live;
#[expect(unreachable_pub, reason = "a listing reads as a program of its own")]
mod simulated_device_that_receives;

pub(super) const SIMULATED_DEVICE_THAT_RECEIVES: &str = "simulated_device_that_receives";
pub(super) const SEND_CLOUD_TO_DEVICE_MESSAGE: &str = "send_cloud_to_device_message";
pub(super) const RECEIVE_FEEDBACK: &str = "receive_feedback";
pub(super) const SEND_WITH_TIME_TO_LIVE: &str = "send_with_time_to_live";
pub(super) const FILL_THE_QUEUE: &str = "fill_the_queue";

pub(super) static DEVICE: Program = Program {
    name: SIMULATED_DEVICE_THAT_RECEIVES,
    side: Side::Device,
    run: |bench| Box::pin(simulated_device_that_receives::run(bench)),
};

pub(super) static SENDER: Program = Program {
    name: SEND_CLOUD_TO_DEVICE_MESSAGE,
    side: Side::Cloud,
    run: |bench| Box::pin(send_cloud_to_device_message::run(bench)),
};

pub(super) static FEEDBACK_READER: Program = Program {
    name: RECEIVE_FEEDBACK,
    side: Side::Cloud,
    run: |bench| Box::pin(receive_feedback::run(bench)),
};

pub(super) static SENDER_WITH_EXPIRY: Program = Program {
    name: SEND_WITH_TIME_TO_LIVE,
    side: Side::Cloud,
    run: |bench| Box::pin(send_with_time_to_live::run(bench)),
};

pub(super) static FILLER: Program = Program {
    name: FILL_THE_QUEUE,
    side: Side::Cloud,
    run: |bench| Box::pin(fill_the_queue::run(bench)),
};

/// What a page knows of the programs.
pub(super) const OUTLINES: &[ProgramOutline] = &[
    CREATE_OUTLINE,
    ProgramOutline {
        name: SIMULATED_DEVICE_THAT_RECEIVES,
        side: Side::Device,
        lesson: "messages",
    },
    ProgramOutline {
        name: SEND_CLOUD_TO_DEVICE_MESSAGE,
        side: Side::Cloud,
        lesson: "messages",
    },
    ProgramOutline {
        name: RECEIVE_FEEDBACK,
        side: Side::Cloud,
        lesson: "messages",
    },
    ProgramOutline {
        name: SEND_WITH_TIME_TO_LIVE,
        side: Side::Cloud,
        lesson: "messages",
    },
    ProgramOutline {
        name: FILL_THE_QUEUE,
        side: Side::Cloud,
        lesson: "messages",
    },
];
