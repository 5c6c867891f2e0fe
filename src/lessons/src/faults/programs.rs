//! The programs of lesson 5. What a page shows of them is these very files.

use lab::{Program, view::Side};

use crate::{outline::ProgramOutline, telemetry::programs::CREATE_OUTLINE};

#[expect(unreachable_pub, reason = "a listing reads as a program of its own")]
mod call_a_method;
#[expect(unreachable_pub, reason = "a listing reads as a program of its own")]
mod change_the_twin;
#[expect(unreachable_pub, reason = "a listing reads as a program of its own")]
mod connect_and_send;
#[expect(unreachable_pub, reason = "a listing reads as a program of its own")]
mod send_many;
#[expect(unreachable_pub, reason = "a listing reads as a program of its own")]
mod set_device_status;
#[expect(unreachable_pub, reason = "a listing reads as a program of its own")]
mod write_in_between;

pub(super) const CALL_A_METHOD: &str = "call_a_method";
pub(super) const CHANGE_THE_TWIN: &str = "change_the_twin";
pub(super) const CONNECT_AND_SEND: &str = "connect_and_send";
pub(super) const SEND_MANY: &str = "send_many";
pub(super) const SET_DEVICE_STATUS: &str = "set_device_status";
pub(super) const WRITE_IN_BETWEEN: &str = "write_in_between";

pub(super) static CALL: Program = Program {
    name: CALL_A_METHOD,
    side: Side::Cloud,
    run: |bench| Box::pin(call_a_method::run(bench)),
};

pub(super) static CHANGE: Program = Program {
    name: CHANGE_THE_TWIN,
    side: Side::Cloud,
    run: |bench| Box::pin(change_the_twin::run(bench)),
};

pub(super) static CONNECT: Program = Program {
    name: CONNECT_AND_SEND,
    side: Side::Device,
    run: |bench| Box::pin(connect_and_send::run(bench)),
};

pub(super) static SEND: Program = Program {
    name: SEND_MANY,
    side: Side::Device,
    run: |bench| Box::pin(send_many::run(bench)),
};

pub(super) static SET_STATUS: Program = Program {
    name: SET_DEVICE_STATUS,
    side: Side::Cloud,
    run: |bench| Box::pin(set_device_status::run(bench)),
};

pub(super) static WRITE: Program = Program {
    name: WRITE_IN_BETWEEN,
    side: Side::Cloud,
    run: |bench| Box::pin(write_in_between::run(bench)),
};

/// What a page knows of the programs.
pub(super) const OUTLINES: &[ProgramOutline] = &[
    CREATE_OUTLINE,
    ProgramOutline {
        name: CONNECT_AND_SEND,
        side: Side::Device,
        lesson: "faults",
    },
    ProgramOutline {
        name: SET_DEVICE_STATUS,
        side: Side::Cloud,
        lesson: "faults",
    },
    ProgramOutline {
        name: CALL_A_METHOD,
        side: Side::Cloud,
        lesson: "faults",
    },
    ProgramOutline {
        name: CHANGE_THE_TWIN,
        side: Side::Cloud,
        lesson: "faults",
    },
    ProgramOutline {
        name: WRITE_IN_BETWEEN,
        side: Side::Cloud,
        lesson: "faults",
    },
    ProgramOutline {
        name: SEND_MANY,
        side: Side::Device,
        lesson: "faults",
    },
];
