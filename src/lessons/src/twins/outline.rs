//! Lesson 4 as a page shows it.

use super::programs::{
    ADD_TAGS_AND_QUERY, CHANGE_WITH_AN_OLD_ETAG, OUTLINES, QUERY_TOO_EARLY, REPORT_CONNECTIVITY,
};
use crate::{
    message::Right,
    outline::{LessonOutline, Need, REGISTRY, SERVICE, SettingKind, SettingOutline, StepOutline},
    telemetry::programs::CREATE_DEVICE_IDENTITY,
};

/// The lesson.
pub(crate) const OUTLINE: LessonOutline = LessonOutline {
    id: "twins",
    steps: &[
        step(
            "prepare",
            CREATE_DEVICE_IDENTITY,
            &["device-id"],
            (Need::Service, REGISTRY),
        ),
        step(
            "tag",
            ADD_TAGS_AND_QUERY,
            &["plant", "power-level"],
            (Need::Service, SERVICE),
        ),
        step("report", REPORT_CONNECTIVITY, &[], (Need::Device, &[])),
        step(
            "again",
            ADD_TAGS_AND_QUERY,
            &["plant", "power-level"],
            (Need::Service, SERVICE),
        ),
        step(
            "conflict",
            CHANGE_WITH_AN_OLD_ETAG,
            &[],
            (Need::Service, SERVICE),
        ),
        step("lag", QUERY_TOO_EARLY, &[], (Need::Bench, SERVICE)),
    ],
    programs: OUTLINES,
    settings: &[
        SettingOutline {
            id: "device-id",
            kind: SettingKind::DeviceId,
            default: "MyFirstPythonDevice",
        },
        SettingOutline {
            id: "plant",
            kind: SettingKind::Name,
            default: "Redmond43",
        },
        SettingOutline {
            id: "power-level",
            kind: SettingKind::Number {
                least: 0.0,
                most: 100.0,
            },
            default: "1",
        },
    ],
    chart: None,
    reads_events: false,
};

const fn step(
    id: &'static str,
    program: &'static str,
    settings: &'static [&'static str],
    (needs, rights): (Need, &'static [Right]),
) -> StepOutline {
    StepOutline {
        id,
        program: Some(program),
        settings,
        needs,
        rights,
    }
}
