//! The load: connections that send telemetry at QoS 1 and keep a number of messages unacknowledged.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::{JoinSet, LocalSet},
};
use tokio_rustls::client::TlsStream;
use wire::mqtt::{
    encode,
    mqttrs::{Packet, Pid, Publish, QosPid},
};

use crate::{hub_site::device_id, tls::Dialer};

/// How long a load lasts before it counts.
const WARM_UP: Duration = Duration::from_millis(500);
/// How long it counts.
const MEASURED: Duration = Duration::from_secs(3);
/// As long as the messages of small sensors.
const BODY: &[u8] = &[b'7'; 200];
/// How many devices connect at once.
const AT_ONCE: usize = 50;
const PUBACK: u8 = 0x40;

/// What a load is made of.
#[derive(Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) connections: usize,
    /// How many messages each connection keeps unacknowledged.
    pub(crate) in_flight: u16,
}

/// What came of it.
pub(crate) struct Outcome {
    /// Acknowledged messages a second.
    pub(crate) rate: f64,
    /// How long half of the acknowledgements took at most, in milliseconds.
    pub(crate) median: f64,
    /// How long 99 of 100 took at most.
    pub(crate) high: f64,
    /// Messages that count.
    pub(crate) count: usize,
}

#[derive(Default)]
struct Tally {
    counts: Cell<bool>,
    ends: Cell<bool>,
    /// How long each acknowledgement took, in microseconds.
    took: RefCell<Vec<u32>>,
}

/// Connects devices, some at once.
pub(crate) async fn connect(
    dialer: &Dialer,
    port: u16,
    greetings: &[Vec<u8>],
) -> Vec<TlsStream<TcpStream>> {
    let mut streams = Vec::with_capacity(greetings.len());
    for some in greetings.chunks(AT_ONCE) {
        let mut tasks = JoinSet::new();
        for greeting in some {
            let (dialer, greeting) = (dialer.clone(), greeting.clone());
            let place = streams.len() + tasks.len();
            tasks.spawn(async move { (place, greet(dialer, port, greeting).await) });
        }
        let mut connected = tasks.join_all().await;
        // A device sends under its own name alone.
        connected.sort_by_key(|(place, _)| *place);
        streams.extend(connected.into_iter().map(|(_, stream)| stream));
    }
    streams
}

async fn greet(dialer: Dialer, port: u16, greeting: Vec<u8>) -> TlsStream<TcpStream> {
    let mut stream = dialer.dial(port).await;
    stream.write_all(&greeting).await.expect("sent");
    stream.flush().await.expect("sent");
    let mut answer = [0; 4];
    stream.read_exact(&mut answer).await.expect("CONNACK");
    assert_eq!(answer[3], 0, "the server lets the device in");
    stream
}

/// Loads a server, and calls `measured` at the begin and at the end of what counts.
pub(crate) async fn run(
    dialer: &Dialer,
    port: u16,
    greetings: &[Vec<u8>],
    in_flight: u16,
    mut measured: impl FnMut(),
) -> Outcome {
    let tally = Rc::<Tally>::default();
    let streams = connect(dialer, port, greetings).await;
    let tasks = LocalSet::new();
    for (number, stream) in streams.into_iter().enumerate() {
        tasks.spawn_local(send(stream, number, in_flight, Rc::clone(&tally)));
    }
    let took = tasks
        .run_until(async {
            tokio::time::sleep(WARM_UP).await;
            measured();
            tally.counts.set(true);
            let begun = Instant::now();
            tokio::time::sleep(MEASURED).await;
            tally.counts.set(false);
            measured();
            begun.elapsed()
        })
        .await;
    tally.ends.set(true);
    tasks.await;
    outcome(tally.took.take(), took)
}

async fn send(mut stream: TlsStream<TcpStream>, number: usize, in_flight: u16, tally: Rc<Tally>) {
    let (mut packet, id_at) = packet(number);
    let mut sent = vec![Instant::now(); usize::from(in_flight) + 1];
    let mut outgoing = Vec::new();
    for id in 1..=in_flight {
        packet[id_at..id_at + 2].copy_from_slice(&id.to_be_bytes());
        outgoing.extend_from_slice(&packet);
    }
    let mut incoming = Vec::with_capacity(16 * 1024);
    let mut unacknowledged = in_flight;
    while unacknowledged > 0 {
        if !outgoing.is_empty() {
            stream.write_all(&outgoing).await.expect("sent");
            stream.flush().await.expect("sent");
            outgoing.clear();
        }
        let read = stream.read_buf(&mut incoming).await.expect("an answer");
        assert!(read > 0, "the server stays");
        let now = Instant::now();
        let whole = incoming.len() / 4 * 4;
        for answer in incoming[..whole].chunks_exact(4) {
            assert_eq!(answer[0], PUBACK);
            let id = u16::from_be_bytes([answer[2], answer[3]]);
            let begun = &mut sent[usize::from(id)];
            if tally.counts.get() {
                let took = u32::try_from((now - *begun).as_micros()).unwrap_or(u32::MAX);
                tally.took.borrow_mut().push(took);
            }
            if tally.ends.get() {
                unacknowledged -= 1;
                continue;
            }
            *begun = now;
            packet[id_at..id_at + 2].copy_from_slice(&id.to_be_bytes());
            outgoing.extend_from_slice(&packet);
        }
        incoming.drain(..whole);
    }
    let _ = stream.write_all(&[0xe0, 0]).await;
    let _ = stream.shutdown().await;
}

/// A PUBLISH of a device, and where its packet id is.
fn packet(number: usize) -> (Vec<u8>, usize) {
    let topic = format!("devices/{}/messages/events/", device_id(number));
    let packet = encode(&Packet::Publish(Publish {
        dup: false,
        qospid: QosPid::AtLeastOnce(Pid::default()),
        retain: false,
        topic_name: &topic,
        payload: BODY,
    }))
    .expect("a packet");
    let id_at = packet.len() - BODY.len() - 2;
    (packet, id_at)
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts are far below the limits"
)]
fn outcome(mut took: Vec<u32>, during: Duration) -> Outcome {
    took.sort_unstable();
    let at = |part: f64| -> f64 {
        let place = (took.len() as f64 * part) as usize;
        let micros = took.get(place.min(took.len().saturating_sub(1)));
        micros.map_or(f64::NAN, |micros| f64::from(*micros) / 1000.0)
    };
    Outcome {
        rate: took.len() as f64 / during.as_secs_f64(),
        median: at(0.5),
        high: at(0.99),
        count: took.len(),
    }
}
