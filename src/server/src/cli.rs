//! What a person types.

mod failure;
mod run_hub;

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    process::ExitCode,
};

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::log::{self, LogFilter, LogFormat};

/// Reads the command line and does what it says.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    log::start(cli.log, cli.log_format);
    let outcome = match cli.command {
        Command::Hub(args) => run_hub::run(&args),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("iothub-playground: {failure}");
            failure.exit_code()
        }
    }
}

/// A local emulator of Azure IoT Hub, for the published SDKs.
#[derive(Debug, Parser)]
#[command(name = "iothub-playground", version, after_help = failure::EXIT_CODES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// How much to tell on standard error: off, error, warn, info, debug or trace. Levels of parts may follow it:
    /// info,store=debug.
    #[arg(long, global = true, value_name = "LEVEL", default_value = "info")]
    log: LogFilter,
    /// How to write it.
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text")]
    log_format: LogFormat,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs a hub on the ports that the SDKs use.
    Hub(HubArgs),
}

/// The options of `hub`.
#[derive(Debug, Args)]
struct HubArgs {
    /// The hub's host name, which stands in connection strings and in the certificate.
    #[arg(long, value_name = "NAME", default_value = "localhost")]
    hostname: String,
    /// The address to listen on.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    listen: IpAddr,
    /// The folder for certificates, keys, connections.json and the hub's state; made if there is none.
    #[arg(long, value_name = "DIR", default_value = "iothub-playground")]
    data: PathBuf,
    /// The port of REST and of every WebSocket; 0 takes a free one.
    #[arg(long, value_name = "PORT", default_value_t = 443)]
    https: u16,
    /// The port of MQTT over TLS.
    #[arg(long, value_name = "PORT", default_value_t = 8883)]
    mqtts: u16,
    /// The port of AMQP over TLS.
    #[arg(long, value_name = "PORT", default_value_t = 5671)]
    amqps: u16,
    /// The port of AMQP without TLS, for Event Hubs clients of the development emulator.
    #[arg(long, value_name = "PORT", default_value_t = 5672)]
    amqp: u16,
    /// The port, or the address and port, of the admin page, of /metrics for Prometheus and of /healthz: plain HTTP,
    /// without a password, on 127.0.0.1 unless an address is given. Without this option there is none.
    #[arg(long, value_name = "[ADDRESS:]PORT", value_parser = admin_address)]
    admin: Option<SocketAddr>,
    /// Keep the hub in memory alone: its keys, devices and events are gone at the end.
    #[arg(long)]
    ephemeral: bool,
    /// The service's tier whose quotas and rates to enforce.
    #[arg(long, value_name = "TIER", default_value = "none", ignore_case = true)]
    tier: TierChoice,
    /// A certificate of your own to serve with: PEM, the chain after it.
    #[arg(long, value_name = "FILE", requires = "key")]
    certificate: Option<PathBuf>,
    /// The key of the certificate: PEM.
    #[arg(long, value_name = "FILE", requires = "certificate")]
    key: Option<PathBuf>,
    /// The origin of pages that may speak with the hub from a browser, with * for any port; may be given several times.
    #[arg(long, value_name = "ORIGIN", default_values = ["http://localhost:*", "http://127.0.0.1:*"])]
    origin: Vec<String>,
    /// The most connections at once on each port.
    #[arg(long, value_name = "COUNT", default_value_t = 16_384)]
    max_connections: usize,
    /// The most connections at once on each port from one address, other than this machine.
    #[arg(long, value_name = "COUNT", default_value_t = 4_096)]
    max_connections_per_address: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum TierChoice {
    /// Nothing is enforced.
    None,
    /// The free tier.
    #[value(name = "F1")]
    F1,
    /// The smallest standard tier, with one unit.
    #[value(name = "S1")]
    S1,
}

/// An address and a port, or a port of this machine alone.
fn admin_address(text: &str) -> Result<SocketAddr, String> {
    let port = text.parse().map(|port| (Ipv4Addr::LOCALHOST, port).into());
    port.or_else(|_| text.parse()).map_err(|_| {
        "expected a port such as 9602, or an address and a port such as 0.0.0.0:9602".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }

    #[test]
    fn the_admin_port_is_of_this_machine_alone_unless_an_address_is_given() {
        let check = |text: &str, address: &str| {
            assert_eq!(admin_address(text), Ok(address.parse().unwrap()));
        };
        check("9602", "127.0.0.1:9602");
        check("0.0.0.0:9602", "0.0.0.0:9602");
        check("[::1]:9602", "[::1]:9602");
        assert!(admin_address("all").is_err());
    }

    #[test]
    fn a_key_needs_its_certificate() {
        let arguments = ["iothub-playground", "hub", "--key", "key.pem"];
        assert!(Cli::try_parse_from(arguments).is_err());
    }
}
