//! Lesson 1 as a page shows it.

use super::programs::{
    CREATE_DEVICE_IDENTITY, OUTLINES, READ_EVENTS, SIMULATED_DEVICE, SIMULATED_DEVICE_WITH_RETRY,
};
use crate::outline::{
    LessonOutline, Need, REGISTRY, REGISTRY_READ, SERVICE, SettingKind, SettingOutline, StepOutline,
};

/// The lesson.
pub(crate) const OUTLINE: LessonOutline = LessonOutline {
    id: "telemetry",
    steps: &[
        StepOutline {
            id: "register",
            program: Some(CREATE_DEVICE_IDENTITY),
            settings: &["device-id"],
            needs: Need::Service,
            rights: REGISTRY,
        },
        StepOutline {
            id: "hand-over",
            program: None,
            settings: &[],
            needs: Need::Device,
            rights: &[],
        },
        StepOutline {
            id: "send",
            program: Some(SIMULATED_DEVICE),
            settings: &["average-wind-speed", "interval-seconds"],
            needs: Need::Device,
            rights: &[],
        },
        StepOutline {
            id: "read",
            program: Some(READ_EVENTS),
            settings: &[],
            needs: Need::Events,
            rights: SERVICE,
        },
        StepOutline {
            id: "unplug",
            program: Some(SIMULATED_DEVICE),
            settings: &[],
            needs: Need::Service,
            rights: REGISTRY_READ,
        },
        StepOutline {
            id: "retry",
            program: Some(SIMULATED_DEVICE_WITH_RETRY),
            settings: &["average-wind-speed", "interval-seconds"],
            needs: Need::Device,
            rights: &[],
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
            id: "average-wind-speed",
            kind: SettingKind::Number {
                least: 0.0,
                most: 100.0,
            },
            default: "10.0",
        },
        SettingOutline {
            id: "interval-seconds",
            kind: SettingKind::Number {
                least: 1.0,
                most: 600.0,
            },
            default: "30",
        },
    ],
    chart: Some(("windSpeed", "m/s")),
    reads_events: false,
};
