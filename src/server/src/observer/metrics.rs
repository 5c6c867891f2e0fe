//! The figures for Prometheus. Their labels come from fixed sets: protocols, operations, codes, partitions. No device
//! and no secret is ever one of them, so that there are never more series than there are names in this program.

use std::time::Duration;

use super::{
    Protocol,
    hub_metrics::{HubFigures, HubMetrics},
    refusals::{Refused, What},
};
use http::StatusCode;
use prometheus_client::{
    encoding::text,
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::{Registry, Unit},
};

/// The media type of what [`Observer::open_metrics`](super::Observer::open_metrics) gives.
pub const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What every name begins with.
const PREFIX: &str = "iothub";

type Labels<const N: usize> = [(&'static str, &'static str); N];
pub(super) type ByteCounter = Counter;

/// What is counted while the program works.
pub(super) struct Metrics {
    registry: Registry,
    hub: HubMetrics,
    inputs_waiting: Gauge,
    connections: Family<Labels<1>, Gauge>,
    connections_opened: Family<Labels<1>, Counter>,
    connections_closed: Family<Labels<2>, Counter>,
    handshakes_failed: Family<Labels<2>, Counter>,
    refusals: Family<Labels<3>, Counter>,
    received_bytes: Family<Labels<1>, Counter>,
    sent_bytes: Family<Labels<1>, Counter>,
    packets_sent: Counter,
    requests: Family<Labels<2>, Counter>,
    request_seconds: Family<Labels<1>, Histogram, fn() -> Histogram>,
    slow_clients: Counter,
    commit_seconds: Histogram,
    commit_inputs: Histogram,
}

impl Metrics {
    #[rustfmt::skip]
    pub(super) fn new() -> Self {
        let mut registry = Registry::with_prefix(PREFIX);
        let metrics = Self {
            hub: HubMetrics::default(),
            inputs_waiting: Gauge::default(),
            connections: Family::default(),
            connections_opened: Family::default(),
            connections_closed: Family::default(),
            handshakes_failed: Family::default(),
            refusals: Family::default(),
            received_bytes: Family::default(),
            sent_bytes: Family::default(),
            packets_sent: Counter::default(),
            requests: Family::default(),
            request_seconds: Family::new_with_constructor(request_seconds),
            slow_clients: Counter::default(),
            commit_seconds: Histogram::new(exponential_buckets(0.000_1, 2.0, 16)),
            commit_inputs: Histogram::new(exponential_buckets(1.0, 2.0, 11)),
            registry: Registry::default(),
        };
        let of = &metrics;
        of.hub.register(&mut registry);
        registry.register("inputs_waiting", "Inputs that wait for the hub", of.inputs_waiting.clone());
        registry.register("connections", "Connections that are open", of.connections.clone());
        registry.register("connections_opened", "Connections that were opened", of.connections_opened.clone());
        registry.register("connections_closed", "Connections of devices that came to their end, by reason", of.connections_closed.clone());
        registry.register("handshakes_failed", "TLS handshakes that failed", of.handshakes_failed.clone());
        registry.register("refusals", "What was refused, by error code or reason", of.refusals.clone());
        registry.register_with_unit("received", "Bytes that came in, by port, inside TLS", Unit::Bytes, of.received_bytes.clone());
        registry.register_with_unit("sent", "Bytes that went out, by port, inside TLS", Unit::Bytes, of.sent_bytes.clone());
        registry.register("mqtt_packets_sent", "MQTT packets that the hub has sent", of.packets_sent.clone());
        registry.register("requests", "Requests that the hub has answered, by operation and class of status", of.requests.clone());
        registry.register_with_unit("request", "How long the hub took to answer, by operation", Unit::Seconds, of.request_seconds.clone());
        registry.register("slow_clients_dropped", "Clients that were dropped because they did not read", of.slow_clients.clone());
        registry.register_with_unit("store_commit", "How long it took to keep the changes of a batch", Unit::Seconds, of.commit_seconds.clone());
        registry.register("store_commit_inputs", "How many inputs a batch had", of.commit_inputs.clone());
        Self { registry, ..metrics }
    }

    pub(super) fn connected(&self, protocol: Protocol) {
        let labels = [("protocol", protocol.name())];
        self.connections.get_or_create(&labels).inc();
        self.connections_opened.get_or_create(&labels).inc();
    }

    pub(super) fn disconnected(&self, protocol: Protocol) {
        let labels = [("protocol", protocol.name())];
        self.connections.get_or_create(&labels).dec();
    }

    pub(super) fn closed(&self, protocol: Protocol, reason: &'static str) {
        let labels = [("protocol", protocol.name()), ("reason", reason)];
        self.connections_closed.get_or_create(&labels).inc();
    }

    pub(super) fn refused(&self, refused: &Refused<'_>) {
        let protocol = ("protocol", refused.protocol.name());
        if refused.what == What::Handshake {
            let labels = [protocol, ("reason", refused.code)];
            self.handshakes_failed.get_or_create(&labels).inc();
            return;
        }
        let labels = [
            protocol,
            ("what", refused.what.name()),
            ("code", refused.code),
        ];
        self.refusals.get_or_create(&labels).inc();
    }

    pub(super) fn carried(&self, port: &'static str) -> (ByteCounter, ByteCounter) {
        let labels = [("port", port)];
        let received = self.received_bytes.get_or_create(&labels).clone();
        (received, self.sent_bytes.get_or_create(&labels).clone())
    }

    pub(super) fn answered(&self, operation: &'static str, status: StatusCode, took: Duration) {
        let class = match status.as_u16() / 100 {
            2 => "2xx",
            4 => "4xx",
            5 => "5xx",
            _ => "other",
        };
        let labels = [("operation", operation), ("status", class)];
        self.requests.get_or_create(&labels).inc();
        let labels = [("operation", operation)];
        let seconds = self.request_seconds.get_or_create(&labels);
        seconds.observe(took.as_secs_f64());
    }

    pub(super) fn packets_sent(&self, count: u64) {
        self.packets_sent.inc_by(count);
    }

    pub(super) fn dropped_slow_client(&self) {
        self.slow_clients.inc();
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "a batch has at most some thousand inputs"
    )]
    pub(super) fn kept(&self, inputs: usize, took: Duration) {
        self.commit_seconds.observe(took.as_secs_f64());
        self.commit_inputs.observe(inputs as f64);
    }

    pub(super) fn encode(&self, hub: &HubFigures, inputs_waiting: usize) -> String {
        self.hub.set(hub);
        self.inputs_waiting
            .set(i64::try_from(inputs_waiting).unwrap_or(i64::MAX));
        let mut encoded = String::new();
        // Writing to a text never fails.
        let _ = text::encode(&mut encoded, &self.registry);
        encoded
    }
}

/// From a tenth of a millisecond to a minute: a direct method may take as long as its device.
fn request_seconds() -> Histogram {
    Histogram::new([
        0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0,
        2.5, 5.0, 10.0, 30.0, 60.0,
    ])
}
