//! Lesson 2 as a page shows it.

use super::programs::{BACK_END_APPLICATION, OUTLINES, SIMULATED_DEVICE_WITH_METHODS};
use crate::{
    outline::{LessonOutline, Need, REGISTRY, SERVICE, SettingKind, SettingOutline, StepOutline},
    telemetry::programs::CREATE_DEVICE_IDENTITY,
};

/// The lesson.
pub(crate) const OUTLINE: LessonOutline = LessonOutline {
    id: "methods",
    steps: &[
        StepOutline {
            id: "register",
            program: Some(CREATE_DEVICE_IDENTITY),
            settings: &["device-id"],
            needs: Need::Service,
            rights: REGISTRY,
        },
        StepOutline {
            id: "strings",
            program: None,
            settings: &[],
            needs: Need::Device,
            rights: &[],
        },
        StepOutline {
            id: "listen",
            program: Some(SIMULATED_DEVICE_WITH_METHODS),
            settings: &[],
            needs: Need::Device,
            rights: &[],
        },
        StepOutline {
            id: "call",
            program: Some(BACK_END_APPLICATION),
            settings: &["method-name", "method-payload"],
            needs: Need::Service,
            rights: SERVICE,
        },
        StepOutline {
            id: "refuse",
            program: Some(BACK_END_APPLICATION),
            settings: &[],
            needs: Need::Service,
            rights: SERVICE,
        },
        StepOutline {
            id: "offline",
            program: Some(BACK_END_APPLICATION),
            settings: &["method-name", "method-payload"],
            needs: Need::Service,
            rights: SERVICE,
        },
    ],
    programs: OUTLINES,
    settings: &[
        SettingOutline {
            id: "device-id",
            kind: SettingKind::DeviceId,
            default: "MyPythonDevice",
        },
        SettingOutline {
            id: "method-name",
            kind: SettingKind::MethodName,
            default: "SetTelemetryInterval",
        },
        SettingOutline {
            id: "method-payload",
            kind: SettingKind::Json,
            default: "10",
        },
    ],
    chart: Some(("temperature", "°C")),
    reads_events: true,
};
