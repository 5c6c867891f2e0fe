//! Telemetry: a device's PUBLISH in, its PUBACK out.

use std::{hint::black_box, time::Duration};

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
const MESSAGES: u32 = 400_000;
const PEER_MESSAGES: u32 = 30_000;

/// How many packets come in at once: one from a device that waits for each PUBACK, many from one that does not.
/// Larger batches make neither side faster.
const BATCHES: [u16; 2] = [1, 128];

/// Measures, and says whether all targets are met.
pub(crate) fn bench() -> bool {
    table::heading(
        "Telemetry: PUBLISH of 100 bytes with 3 properties at QoS 1, bytes in to PUBACK bytes out; peer: aedes",
    );
    let mut device = Device::new();
    // Partitions are bounded: only once one is full does a message cost what it costs for ever.
    device.send(MESSAGES, BATCHES[0]);
    let full = Census::take();
    let mut peer = Aedes::start(&plain_connect(), &publish(TOPIC, &BODY, 1), TOPIC);
    let mut all_met = true;
    for batch in BATCHES {
        all_met &= compare(&mut device, &mut peer, batch);
    }
    let grown = Census::take().growth_since(&full);

    let before = Census::take();
    device.send(MESSAGES, BATCHES[0]);
    let after = Census::take();
    let allocations = count(after.allocations_since(&before)) / f64::from(MESSAGES);
    all_met &= table::line(&Line {
        what: "allocations a message",
        unit: "",
        measured: allocations,
        target: Target::AtMost(3.0),
        peer: None,
    });
    table::note(&format!(
        "by size: {}",
        sizes(&after.taken_since(&before), MESSAGES)
    ));
    table::note(&format!("memory grew by {grown} bytes over all rounds"));
    all_met
}

fn compare(device: &mut Device, peer: &mut Aedes, batch: u16) -> bool {
    let [hub, aedes] = in_turn(
        ROUNDS,
        [
            &mut || f64::from(MESSAGES) / time(|| device.send(MESSAGES, batch)).as_secs_f64(),
            &mut || peer.rate(PEER_MESSAGES, batch),
        ],
    );
    let is_met = table::line(&Line {
        what: &format!("messages a second, {batch} at a time"),
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
    table::note(&format!(
        "{ROUNDS} rounds each; hub {} to {} /s, aedes {} to {} /s; ratio of the best rounds {:.2}x",
        table::number(hub.least()),
        table::number(hub.most()),
        table::number(aedes.least()),
        table::number(aedes.most()),
        hub.most() / aedes.most(),
    ));
    is_met
}

/// A connected device that sends.
struct Device {
    site: Site,
    link: ConnectionId,
    packet: Vec<u8>,
    /// Where in the packet its id stands.
    id_at: usize,
    sent: u32,
    batch: Vec<u8>,
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
            batch: Vec::new(),
        }
    }

    /// Sends messages, so many at a time, and takes a PUBACK for each.
    fn send(&mut self, messages: u32, batch: u16) {
        let end = self.sent + messages;
        self.batch = self.packet.repeat(batch.into());
        while self.sent < end {
            let size = (end - self.sent).min(batch.into());
            let bytes = size as usize * self.packet.len();
            for (number, packet) in
                (self.sent..).zip(self.batch[..bytes].chunks_mut(self.packet.len()))
            {
                packet[self.id_at..self.id_at + 2].copy_from_slice(&packet_id(number));
            }
            self.site
                .hub
                .receive(self.site.now, self.link, &self.batch[..bytes]);
            for number in self.sent..self.sent + size {
                let Some(Output::Send { bytes, .. }) = self.site.hub.poll() else {
                    panic!("the hub did not acknowledge");
                };
                let [high, low] = packet_id(number);
                assert_eq!(*black_box(bytes), [0x40, 2, high, low]);
            }
            assert!(self.site.hub.poll().is_none());
            self.tick(size);
        }
    }

    /// Messages were sent, about a thousand of which go into a millisecond of the hub's time.
    fn tick(&mut self, messages: u32) {
        let millis = self.sent / 1_000;
        self.sent += messages;
        if self.sent / 1_000 > millis {
            self.site.now = self.site.now.plus(Duration::from_millis(1));
            self.site.hub.advance(self.site.now);
        }
    }
}

/// The packet id of a message, in bytes; never zero.
fn packet_id(number: u32) -> [u8; 2] {
    let [_, _, high, low] = (number % 0xFFFF + 1).to_be_bytes();
    [high, low]
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
