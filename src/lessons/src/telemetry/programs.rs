//! The programs of lesson 1. What a page shows of them is these very files.

use lab::{Program, view::Side};

use crate::outline::ProgramOutline;

#[expect(unreachable_pub, reason = "a listing reads as a program of its own")]
mod create_device_identity;
#[expect(unreachable_pub, reason = "a listing reads as a program of its own")]
mod read_events;
#[expect(unreachable_pub, reason = "a listing reads as a program of its own")]
mod simulated_device;
#[expect(unreachable_pub, reason = "a listing reads as a program of its own")]
mod simulated_device_with_retry;

pub(crate) const CREATE_DEVICE_IDENTITY: &str = "create_device_identity";
pub(super) const SIMULATED_DEVICE: &str = "simulated_device";
pub(super) const READ_EVENTS: &str = "read_events";
pub(super) const SIMULATED_DEVICE_WITH_RETRY: &str = "simulated_device_with_retry";

pub(super) static CREATE: Program = Program {
    name: CREATE_DEVICE_IDENTITY,
    side: Side::Cloud,
    run: |bench| Box::pin(create_device_identity::run(bench)),
};

pub(super) static DEVICE: Program = Program {
    name: SIMULATED_DEVICE,
    side: Side::Device,
    run: |bench| Box::pin(simulated_device::run(bench)),
};

pub(super) static READER: Program = Program {
    name: READ_EVENTS,
    side: Side::Cloud,
    run: |bench| Box::pin(read_events::run(bench)),
};

pub(super) static DEVICE_WITH_RETRY: Program = Program {
    name: SIMULATED_DEVICE_WITH_RETRY,
    side: Side::Device,
    run: |bench| Box::pin(simulated_device_with_retry::run(bench)),
};

/// The program that every lesson begins with.
pub(crate) const CREATE_OUTLINE: ProgramOutline = ProgramOutline {
    name: CREATE_DEVICE_IDENTITY,
    side: Side::Cloud,
    lesson: "telemetry",
};

/// What a page knows of the programs.
pub(crate) const OUTLINES: &[ProgramOutline] = &[
    CREATE_OUTLINE,
    ProgramOutline {
        name: SIMULATED_DEVICE,
        side: Side::Device,
        lesson: "telemetry",
    },
    ProgramOutline {
        name: READ_EVENTS,
        side: Side::Cloud,
        lesson: "telemetry",
    },
    ProgramOutline {
        name: SIMULATED_DEVICE_WITH_RETRY,
        side: Side::Device,
        lesson: "telemetry",
    },
];
