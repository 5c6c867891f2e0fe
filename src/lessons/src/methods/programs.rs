//! The programs of lesson 2. What a page shows of them is these very files.

use lab::{Program, view::Side};

use crate::{outline::ProgramOutline, telemetry::programs::CREATE_OUTLINE};

#[expect(unreachable_pub, reason = "a listing reads as a program of its own")]
mod back_end_application;
#[expect(unreachable_pub, reason = "a listing reads as a program of its own")]
mod simulated_device_with_methods;

pub(super) const SIMULATED_DEVICE_WITH_METHODS: &str = "simulated_device_with_methods";
pub(super) const BACK_END_APPLICATION: &str = "back_end_application";

pub(super) static DEVICE: Program = Program {
    name: SIMULATED_DEVICE_WITH_METHODS,
    side: Side::Device,
    run: |bench| Box::pin(simulated_device_with_methods::run(bench)),
};

pub(super) static BACK_END: Program = Program {
    name: BACK_END_APPLICATION,
    side: Side::Cloud,
    run: |bench| Box::pin(back_end_application::run(bench)),
};

/// What a page knows of the programs.
pub(super) const OUTLINES: &[ProgramOutline] = &[
    CREATE_OUTLINE,
    ProgramOutline {
        name: SIMULATED_DEVICE_WITH_METHODS,
        side: Side::Device,
        lesson: "methods",
    },
    ProgramOutline {
        name: BACK_END_APPLICATION,
        side: Side::Cloud,
        lesson: "methods",
    },
];
