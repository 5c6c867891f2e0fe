//! Telemetry: a device's PUBLISH in, its PUBACK out.

use std::hint::black_box;

use hub::{ConnectionId, Output};

use crate::{
    aedes::Aedes,
    allocations::{Census, SizeClass},
    rounds::{in_turn, time},
    site::{Site, plain_connect, publish},
    table::{self, Line, Ratio, Target},
};

const TOPIC: &str = "devices/dev1/messages/events/a=b&c=d&e=f";
const BODY: [u8; 100] = [b'x'; 100];

const ROUNDS: usize = 11;
const MESSAGES: u32 = 200_000;
const PEER_MESSAGES: u32 = 30_000;

/// Measures, and says whether all targets are met.
pub(crate) fn bench() -> bool {
    table::heading(
        "Telemetry: PUBLISH of 100 bytes with 3 properties at QoS 1, bytes in to PUBACK bytes out; peer: aedes",
    );
    let mut device = Device::new();
    // Partitions are bounded: only once one is full does a message cost what it costs for ever.
    device.send(MESSAGES);
    let full = Census::take();
    let mut peer = Aedes::start(&plain_connect(), &publish(TOPIC, &BODY, 1), TOPIC);
    let [hub, aedes] = in_turn(
        ROUNDS,
        [
            &mut || f64::from(MESSAGES) / time(|| device.send(MESSAGES)).as_secs_f64(),
            &mut || peer.rate(PEER_MESSAGES),
        ],
    );
    let grown = Census::take().growth_since(&full);

    let before = Census::take();
    device.send(MESSAGES);
    let after = Census::take();
    let allocations = count(after.allocations_since(&before)) / f64::from(MESSAGES);

    let rate_is_met = table::line(&Line {
        what: "messages a second",
        unit: "/s",
        measured: hub.median(),
        target: Target::AtLeast(1_000_000.0),
        peer: Some((
            aedes.median(),
            Ratio {
                value: hub.median() / aedes.median(),
                target: Target::AtLeast(20.0),
            },
        )),
    });
    let allocations_are_met = table::line(&Line {
        what: "allocations a message",
        unit: "",
        measured: allocations,
        target: Target::AtMost(3.0),
        peer: None,
    });
    table::note(&format!(
        "{ROUNDS} rounds each; hub {} to {} /s, aedes {} to {} /s; ratio of the best rounds {:.2}x",
        table::number(hub.least()),
        table::number(hub.most()),
        table::number(aedes.least()),
        table::number(aedes.most()),
        hub.most() / aedes.most(),
    ));
    table::note(&format!(
        "allocations a message by size: {}",
        sizes(&after.taken_since(&before), MESSAGES)
    ));
    table::note(&format!("memory grew by {grown} bytes over all rounds"));
    rate_is_met && allocations_are_met
}

/// A connected device that sends, one packet a call.
struct Device {
    site: Site,
    link: ConnectionId,
    packet: Vec<u8>,
    /// Where in the packet its id stands.
    id_at: usize,
    sent: u32,
}

impl Device {
    fn new() -> Self {
        let mut site = Site::new();
        site.register("dev1");
        let link = site.connect("dev1");
        let packet = publish(TOPIC, &BODY, 1);
        let id_at = packet.len() - BODY.len() - 2;
        Self {
            site,
            link,
            packet,
            id_at,
            sent: 0,
        }
    }

    /// Sends messages, and takes a PUBACK for each. A thousand of them are sent in a millisecond of the hub's time.
    fn send(&mut self, messages: u32) {
        for _ in 0..messages {
            self.sent = self.sent.wrapping_add(1);
            if self.sent.is_multiple_of(1_000) {
                let millis = self.site.now.as_millis() + 1;
                self.site.now = wire::timestamp::Timestamp::from_millis(millis);
                self.site.hub.advance(self.site.now);
            }
            let [_, _, high, low] = (self.sent % 0xFFFF + 1).to_be_bytes();
            self.packet[self.id_at] = high;
            self.packet[self.id_at + 1] = low;
            self.site
                .hub
                .receive(self.site.now, self.link, &self.packet);
            let Some(Output::Send { bytes, .. }) = self.site.hub.poll() else {
                panic!("the hub did not acknowledge");
            };
            assert_eq!(*black_box(bytes), [0x40, 2, high, low]);
            assert!(self.site.hub.poll().is_none());
        }
    }
}

fn sizes(classes: &[SizeClass], messages: u32) -> String {
    let words = classes.iter().filter_map(|class| {
        let each = count(class.blocks.unsigned_abs()) / f64::from(messages);
        (each >= 0.005).then(|| format!("{each:.2} of {} B", class.largest))
    });
    words.collect::<Vec<_>>().join(", ")
}

#[allow(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn count(of: u64) -> f64 {
    of as f64
}
