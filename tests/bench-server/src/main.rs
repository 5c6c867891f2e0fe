//! How fast and how small the native program is, beside a broker that does less: mosquitto, which forwards messages
//! and keeps none that nobody has asked for. Both are measured in the same run, with the same load.
//!
//! `cargo xtask bench server` sets up what this needs, builds it and runs it: `bench-server PROGRAM [telemetry|memory]`.

mod echo;
mod figures;
mod hub_site;
mod load;
mod memory;
mod server;
#[expect(dead_code, reason = "another benchmark has other targets")]
#[path = "../../bench-hub/src/table.rs"]
mod table;
mod tls;

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::ExitCode,
};

use server::Server;

/// How many connections there are at most, and so how many devices.
const DEVICES: usize = 5_000;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    match arguments.next() {
        Some(first) if first == echo::COMMAND => echo::run(arguments.map(PathBuf::from)),
        Some(program) => bench(&PathBuf::from(program), arguments.next().as_deref()),
        None => {
            eprintln!("bench-server PROGRAM: the path of iothub-playground is missing");
            ExitCode::from(2)
        }
    }
}

fn bench(program: &Path, only: Option<&OsStr>) -> ExitCode {
    let is_wanted = |what: &str| only.is_none_or(|only| only == what);
    let _ = rlimit::increase_nofile_limit(u64::MAX);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let all_met = runtime.block_on(async {
        let hub = hub_site::HubSite::new(program);
        let mut all_met = true;
        if is_wanted("telemetry") {
            all_met &= telemetry(&hub).await;
        }
        if is_wanted("memory") {
            let server = hub.start(false).await;
            let broker = Server::mosquitto(hub.folder(), false);
            all_met &= memory::bench(&hub, &server, &broker).await;
        }
        all_met
    });
    println!(
        "\n{}",
        if all_met {
            "all targets are met"
        } else {
            "some targets are missed"
        }
    );
    ExitCode::SUCCESS
}

async fn telemetry(hub: &hub_site::HubSite) -> bool {
    let ephemeral = hub.start(false).await;
    let kept = hub.start(true).await;
    let broker = Server::mosquitto(hub.folder(), false);
    let keeping_broker = Server::mosquitto(hub.folder(), true);
    let echo = Server::echo(hub.folder());
    keeping_broker.subscribe_for_good(hub).await;
    let servers = figures::Servers {
        ephemeral: &ephemeral,
        kept: &kept,
        broker: &broker,
        keeping_broker: &keeping_broker,
        echo: &echo,
    };
    figures::bench(hub, &servers).await
}
