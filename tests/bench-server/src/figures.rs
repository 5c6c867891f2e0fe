//! Acknowledged telemetry a second, and how long the acknowledgements take.

use crate::{
    hub_site::{HubServer, HubSite},
    load::{self, Outcome, Shape},
    server::Server,
    table::{self, Line, Ratio, Target},
};

/// The load: few connections that send as fast as they can, and many that send one message at a time.
const SHAPES: [Shape; 3] = [
    Shape {
        connections: 1,
        in_flight: 100,
    },
    Shape {
        connections: 100,
        in_flight: 10,
    },
    Shape {
        connections: 1_000,
        in_flight: 1,
    },
];
/// How often all servers are measured in turn.
const ROUNDS: usize = 3;
/// Without storage the hub is to be as fast as the broker, with storage half as fast.
const EPHEMERAL: f64 = 1.0;
const KEPT: f64 = 0.5;

pub(crate) struct Servers<'a> {
    pub(crate) ephemeral: &'a HubServer,
    pub(crate) kept: &'a HubServer,
    pub(crate) broker: &'a Server,
    pub(crate) keeping_broker: &'a Server,
    pub(crate) echo: &'a Server,
}

/// What one server did in all rounds.
#[derive(Default)]
struct Measured {
    outcomes: Vec<Outcome>,
    /// Microseconds of a processor that the server used for each message.
    processor: Vec<f64>,
}

/// Measures all servers; true if the targets are met.
pub(crate) async fn bench(site: &HubSite, servers: &Servers<'_>) -> bool {
    let mut all_met = true;
    for shape in SHAPES {
        all_met &= measure(site, servers, shape).await;
    }
    all_met
}

async fn measure(site: &HubSite, servers: &Servers<'_>, shape: Shape) -> bool {
    let contestants = [
        (&servers.ephemeral.server, servers.ephemeral),
        (&servers.kept.server, servers.kept),
        (servers.broker, servers.ephemeral),
        (servers.keeping_broker, servers.ephemeral),
        (servers.echo, servers.ephemeral),
    ];
    let mut measured = contestants.map(|_| Measured::default());
    for round in 1..=ROUNDS {
        println!(
            "      {} connections, round {round} of {ROUNDS}",
            shape.connections
        );
        for ((server, owner), measured) in contestants.iter().zip(&mut measured) {
            let greetings: Vec<_> = (0..shape.connections)
                .map(|number| owner.connect(number))
                .collect();
            let mut times = Vec::new();
            let note = || times.push(server.processor_time());
            let dialer = site.dialer();
            let outcome = load::run(dialer, server.port, &greetings, shape.in_flight, note).await;
            measured.took(outcome, times[1] - times[0]);
        }
    }
    print(shape, &measured)
}

impl Measured {
    #[expect(clippy::cast_precision_loss, reason = "counts are far below the limit")]
    fn took(&mut self, outcome: Outcome, processor: f64) {
        self.processor.push(processor * 1e6 / outcome.count as f64);
        self.outcomes.push(outcome);
    }

    fn median(&self, of: impl Fn(&Outcome) -> f64) -> f64 {
        middle(self.outcomes.iter().map(of).collect())
    }

    fn rate(&self) -> f64 {
        self.median(|outcome| outcome.rate)
    }
}

fn middle(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}

fn print(shape: Shape, measured: &[Measured; 5]) -> bool {
    let Shape {
        connections,
        in_flight,
    } = shape;
    let [ephemeral, kept, broker, keeping_broker, echo] = measured;
    table::heading(&format!(
        "{} connections, {in_flight} messages of each unacknowledged",
        table::number(f64::from(u32::try_from(connections).unwrap_or(u32::MAX)))
    ));
    let mut all_met = true;
    let rows = [
        ("in memory", ephemeral, broker, Target::AtLeast(EPHEMERAL)),
        (
            "kept on disk, beside mosquitto in memory",
            kept,
            broker,
            Target::AtLeast(KEPT),
        ),
        (
            "kept on disk, beside mosquitto persistent",
            kept,
            keeping_broker,
            Target::None,
        ),
    ];
    for (what, ours, theirs, target) in rows {
        let (measured, peer) = (ours.rate(), theirs.rate());
        let value = measured / peer;
        all_met &= table::line(&Line {
            what,
            unit: "/s",
            measured,
            target: Target::None,
            peer: Some((peer, Ratio { value, target })),
        });
    }
    for (what, of) in [
        (
            "p50 of the acknowledgement",
            (|it| it.median) as fn(&Outcome) -> f64,
        ),
        ("p99 of the acknowledgement", |it| it.high),
    ] {
        for (place, ours) in [("in memory", ephemeral), ("kept", kept)] {
            let (measured, peer) = (ours.median(of), broker.median(of));
            table::line(&Line {
                what: &format!("{what}, {place}"),
                unit: "ms",
                measured,
                target: Target::None,
                peer: Some((
                    peer,
                    Ratio {
                        value: measured / peer,
                        target: Target::None,
                    },
                )),
            });
        }
    }
    let used = |server: &Measured| table::number(middle(server.processor.clone()));
    table::note(&format!(
        "processor time a message, in microseconds: hub in memory {}, kept {}, mosquitto {}, persistent {}",
        used(ephemeral),
        used(kept),
        used(broker),
        used(keeping_broker)
    ));
    table::note(&format!(
        "the load itself does {} a second against a server that only acknowledges",
        table::number(echo.rate())
    ));
    all_met
}
