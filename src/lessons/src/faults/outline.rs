//! Lesson 5 as a page shows it.

use super::programs::{
    CALL_A_METHOD, CHANGE_THE_TWIN, CONNECT_AND_SEND, OUTLINES, SEND_MANY, SET_DEVICE_STATUS,
};
use crate::message::Right;
use crate::outline::{
    LessonOutline, Need, REGISTRY, REGISTRY_AND_SERVICE, SettingKind, SettingOutline, StepOutline,
};

/// The lesson.
pub(crate) const OUTLINE: LessonOutline = LessonOutline {
    id: "faults",
    steps: &[
        StepOutline {
            settings: &["device-id"],
            ..step("wrong-string", CONNECT_AND_SEND, (Need::Device, &[]))
        },
        step("wrong-key", CONNECT_AND_SEND, (Need::Device, &[])),
        step("disabled", SET_DEVICE_STATUS, (Need::Service, REGISTRY)),
        step("expired-token", CONNECT_AND_SEND, (Need::Device, &[])),
        step(
            "offline",
            CALL_A_METHOD,
            (Need::Service, REGISTRY_AND_SERVICE),
        ),
        step(
            "conflict",
            CHANGE_THE_TWIN,
            (Need::Service, REGISTRY_AND_SERVICE),
        ),
        step("quota", SEND_MANY, (Need::Bench, &[])),
    ],
    programs: OUTLINES,
    settings: &[SettingOutline {
        id: "device-id",
        kind: SettingKind::DeviceId,
        default: "MyFirstPythonDevice",
    }],
    chart: None,
    reads_events: false,
};

const fn step(
    id: &'static str,
    program: &'static str,
    (needs, rights): (Need, &'static [Right]),
) -> StepOutline {
    StepOutline {
        id,
        program: Some(program),
        settings: &[],
        needs,
        rights,
    }
}
