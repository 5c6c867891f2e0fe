//! The figures that the hub itself has, as they were when it was last asked.

use std::sync::atomic::Ordering;

use hub::{EventBounds, Hub, KeptEvents, OperationUsage, Usage};
use prometheus_client::{
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};
use wire::timestamp::Timestamp;

/// What the hub tells when it is asked.
#[derive(Clone, Debug)]
pub struct HubFigures {
    /// What was used of its tier.
    pub usage: Usage,
    /// How much telemetry each partition keeps.
    pub kept: Vec<KeptEvents>,
    /// Where each partition goes on.
    pub bounds: Vec<EventBounds>,
    /// How many cloud-to-device messages wait, in all queues together.
    pub queued: u64,
    /// How many of them the longest queue has.
    pub longest_queue: u32,
    /// How many records of feedback wait.
    pub feedback: usize,
}

impl HubFigures {
    /// The figures of a hub now.
    pub fn of(hub: &Hub, now: Timestamp) -> Self {
        let depths = hub.devices().map(|it| it.cloud_to_device_message_count);
        let (queued, longest_queue) = depths.fold((0, 0), |(all, longest), depth| {
            (all + u64::from(depth), depth.max(longest))
        });
        Self {
            usage: hub.usage(now),
            kept: hub.kept_events().collect(),
            bounds: hub.event_bounds().collect(),
            queued,
            longest_queue,
            feedback: hub.feedback_depth(),
        }
    }
}

type Partitions<M> = Family<[(&'static str, String); 1], M>;

/// These figures for Prometheus.
#[derive(Default)]
pub(super) struct HubMetrics {
    events: Partitions<Counter>,
    events_kept: Partitions<Gauge>,
    events_kept_bytes: Partitions<Gauge>,
    devices: Gauge,
    devices_connected: Gauge,
    queued: Gauge,
    longest_queue: Gauge,
    feedback: Gauge,
    messages_today: Gauge,
    daily_quota: Gauge,
    operations: Family<[(&'static str, &'static str); 2], Counter>,
    operations_waiting: Family<[(&'static str, &'static str); 1], Gauge>,
}

impl HubMetrics {
    #[rustfmt::skip]
    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register("events", "Telemetry messages that the hub has taken", self.events.clone());
        registry.register("events_kept", "Telemetry messages that can be read", self.events_kept.clone());
        registry.register("events_kept_bytes", "Memory that those take, roughly", self.events_kept_bytes.clone());
        registry.register("devices", "Devices in the registry", self.devices.clone());
        registry.register("devices_connected", "Devices and modules that are connected", self.devices_connected.clone());
        registry.register("cloud_to_device_waiting", "Cloud-to-device messages that wait in queues", self.queued.clone());
        registry.register("cloud_to_device_longest_queue", "Messages in the longest queue of a device", self.longest_queue.clone());
        registry.register("feedback_waiting", "Records of delivery feedback that wait to be read", self.feedback.clone());
        registry.register("messages_today", "Messages that count towards the quota of this UTC day", self.messages_today.clone());
        registry.register("messages_daily_quota", "Messages that a UTC day may have", self.daily_quota.clone());
        registry.register("operations", "Operations by class, and what became of them", self.operations.clone());
        registry.register("operations_waiting", "Operations that wait for their turn", self.operations_waiting.clone());
    }

    pub(super) fn set(&self, figures: &HubFigures) {
        for it in &figures.bounds {
            let events = self.events.get_or_create(&partition(it.partition));
            events.inner().store(it.next_number, Ordering::Relaxed);
        }
        for it in &figures.kept {
            let labels = partition(it.partition);
            self.events_kept
                .get_or_create(&labels)
                .set(whole(it.events));
            self.events_kept_bytes
                .get_or_create(&labels)
                .set(whole(it.bytes));
        }
        self.queued.set(whole(figures.queued));
        self.longest_queue.set(whole(figures.longest_queue));
        self.feedback.set(whole(figures.feedback));
        self.set_usage(&figures.usage);
    }

    fn set_usage(&self, usage: &Usage) {
        self.devices.set(whole(usage.devices));
        self.devices_connected.set(whole(usage.connected));
        self.messages_today.set(whole(usage.messages_today));
        self.daily_quota.set(whole(usage.daily_quota));
        for operation in &usage.operations {
            self.set_operation(operation);
        }
    }

    fn set_operation(&self, operation: &OperationUsage) {
        let class = ("class", operation.class.name());
        let outcomes = [
            ("passed", operation.passed),
            ("delayed", operation.delayed),
            ("refused", operation.refused),
        ];
        for (outcome, count) in outcomes {
            let labels = [class, ("outcome", outcome)];
            let counter = self.operations.get_or_create(&labels);
            counter.inner().store(count, Ordering::Relaxed);
        }
        let waiting = self.operations_waiting.get_or_create(&[class]);
        waiting.set(whole(operation.waiting));
    }
}

fn partition(number: u16) -> [(&'static str, String); 1] {
    [("partition", number.to_string())]
}

fn whole(count: impl TryInto<i64>) -> i64 {
    count.try_into().unwrap_or(i64::MAX)
}
