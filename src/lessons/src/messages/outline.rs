//! Lesson 3 as a page shows it.

use super::programs::{
    FILL_THE_QUEUE, OUTLINES, RECEIVE_FEEDBACK, SEND_CLOUD_TO_DEVICE_MESSAGE,
    SEND_WITH_TIME_TO_LIVE, SIMULATED_DEVICE_THAT_RECEIVES,
};
use crate::{
    outline::{LessonOutline, Need, REGISTRY, SERVICE, SettingKind, SettingOutline, StepOutline},
    telemetry::programs::CREATE_DEVICE_IDENTITY,
};

/// The lesson.
pub(crate) const OUTLINE: LessonOutline = LessonOutline {
    id: "messages",
    steps: &[
        StepOutline {
            id: "prepare",
            program: Some(CREATE_DEVICE_IDENTITY),
            settings: &["device-id"],
            needs: Need::Service,
            rights: REGISTRY,
        },
        StepOutline {
            id: "receive",
            program: Some(SIMULATED_DEVICE_THAT_RECEIVES),
            settings: &[],
            needs: Need::Device,
            rights: &[],
        },
        StepOutline {
            id: "send",
            program: Some(SEND_CLOUD_TO_DEVICE_MESSAGE),
            settings: &[],
            needs: Need::Messages,
            rights: SERVICE,
        },
        StepOutline {
            id: "queue",
            program: Some(SEND_CLOUD_TO_DEVICE_MESSAGE),
            settings: &[],
            needs: Need::Messages,
            rights: SERVICE,
        },
        StepOutline {
            id: "deliver",
            program: Some(RECEIVE_FEEDBACK),
            settings: &[],
            needs: Need::Messages,
            rights: SERVICE,
        },
        StepOutline {
            id: "expire",
            program: Some(SEND_WITH_TIME_TO_LIVE),
            settings: &["time-to-live-seconds"],
            needs: Need::Messages,
            rights: SERVICE,
        },
        StepOutline {
            id: "limit",
            program: Some(FILL_THE_QUEUE),
            settings: &[],
            needs: Need::Messages,
            rights: SERVICE,
        },
    ],
    programs: OUTLINES,
    settings: &[
        SettingOutline {
            id: "device-id",
            kind: SettingKind::DeviceId,
            default: "MyFirstPythonDevice",
        },
        SettingOutline {
            id: "time-to-live-seconds",
            kind: SettingKind::Number {
                least: 5.0,
                most: 3600.0,
            },
            default: "60",
        },
    ],
    chart: None,
    reads_events: false,
};
