//! Lesson 5 as a page shows it.

use super::programs::{
    CALL_A_METHOD, CHANGE_THE_TWIN, CONNECT_AND_SEND, OUTLINES, SEND_MANY, SET_DEVICE_STATUS,
};
use crate::outline::{LessonOutline, Need, SettingKind, SettingOutline, StepOutline};

/// The lesson.
pub(crate) const OUTLINE: LessonOutline = LessonOutline {
    id: "faults",
    steps: &[
        StepOutline {
            settings: &["device-id"],
            ..step("wrong-string", CONNECT_AND_SEND, Need::Service)
        },
        step("wrong-key", CONNECT_AND_SEND, Need::Service),
        step("disabled", SET_DEVICE_STATUS, Need::Service),
        step("expired-token", CONNECT_AND_SEND, Need::Service),
        step("offline", CALL_A_METHOD, Need::Service),
        step("conflict", CHANGE_THE_TWIN, Need::Service),
        step("quota", SEND_MANY, Need::Bench),
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

const fn step(id: &'static str, program: &'static str, needs: Need) -> StepOutline {
    StepOutline {
        id,
        program: Some(program),
        settings: &[],
        needs,
    }
}
