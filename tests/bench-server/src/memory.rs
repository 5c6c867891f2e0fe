//! What an idle connection costs a server.

use std::time::Duration;

use crate::{
    DEVICES,
    hub_site::{HubServer, HubSite},
    load,
    server::Server,
    table::{self, Line, Ratio, Target},
};

/// Memory is read once it has stayed the same for so long.
const CALM: Duration = Duration::from_millis(500);
const KILOBYTE: f64 = 1024.0;

/// Measures the memory of a connection that does nothing.
pub(crate) async fn bench(site: &HubSite, hub: &HubServer, broker: &Server) -> bool {
    let ours = measure(site, hub, &hub.server).await;
    let theirs = measure(site, hub, broker).await;
    table::heading(&format!("{} idle connections", table::number(5_000.0)));
    table::line(&Line {
        what: "memory of each",
        unit: "KB",
        measured: ours,
        target: Target::None,
        peer: Some((
            theirs,
            Ratio {
                value: ours / theirs,
                target: Target::None,
            },
        )),
    })
}

#[expect(
    clippy::cast_precision_loss,
    reason = "the count is far below the limit"
)]
async fn measure(site: &HubSite, hub: &HubServer, server: &Server) -> f64 {
    let greetings: Vec<_> = (0..DEVICES).map(|number| hub.connect(number)).collect();
    let before = calm(server).await;
    let streams = load::connect(site.dialer(), server.port, &greetings).await;
    let after = calm(server).await;
    drop(streams);
    (after - before) / KILOBYTE / DEVICES as f64
}

async fn calm(server: &Server) -> f64 {
    let mut memory = server.memory();
    loop {
        tokio::time::sleep(CALM).await;
        let now = server.memory();
        if (now - memory).abs() < KILOBYTE * KILOBYTE {
            return now;
        }
        memory = now;
    }
}
