//! What a person types.

mod choice;
mod failure;
mod run_doctor;
mod run_hub;
mod run_serve;
mod signals;
mod transfer;

use std::{
    convert::Infallible,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    process::ExitCode,
};

use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};
use wire::secret::SecretString;

use crate::{
    log::{self, LogFilter, LogFormat},
    relay::NamedHub,
    site::FrameAncestors,
};

use failure::Failure;

/// What a newcomer does first.
const FIRST_STEPS: &str = "\
First steps:
  iothub-playground hub --data hub      a hub for your programs; it says how to connect them
  iothub-playground doctor --data hub   what is wrong, if they cannot
  iothub-playground serve               the playground in a browser";

/// Options of every command stand behind those of the one that is asked about.
const LAST: usize = 900;

/// Reads the command line and does what it says.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    log::start(cli.log, cli.log_format);
    let outcome = match cli.command {
        Command::Hub(args) => run_hub::run(&args),
        Command::Serve(args) => run_serve::run(&args),
        Command::Export(args) => transfer::export(&args),
        Command::Import(args) => transfer::import(&args),
        Command::Doctor(args) => run_doctor::run(&args),
        Command::Man(args) => manual(&args),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("iothub-playground: {failure}");
            failure.exit_code()
        }
    }
}

/// The manual pages, for packagers: they say what `--help` says.
fn manual(args: &ManArgs) -> Result<(), Failure> {
    let failed = |source| Failure::Output {
        to: args.folder.display().to_string(),
        source,
    };
    std::fs::create_dir_all(&args.folder).map_err(failed)?;
    clap_mangen::generate_to(Cli::command(), &args.folder).map_err(failed)
}

/// A local emulator of Azure IoT Hub, for the published SDKs.
#[derive(Debug, Parser)]
#[command(name = "iothub-playground", version, after_help = format!("{FIRST_STEPS}\n\n{}", failure::EXIT_CODES))]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// How much to tell on standard error: off, error, warn, info, debug or trace. Levels of parts may follow it:
    /// info,store=debug.
    #[arg(long, global = true, value_name = "LEVEL", default_value = "info", display_order = LAST)]
    log: LogFilter,
    /// How to write it.
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text", display_order = LAST)]
    log_format: LogFormat,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs a hub on the ports that the SDKs use.
    Hub(HubArgs),
    /// Runs the playground's site, with a hub behind it, for a browser on this machine.
    Serve(ServeArgs),
    /// Writes the hub of a data folder to standard output, a JSON value a line. It holds all keys.
    Export(FolderArgs),
    /// Makes the hub of a data folder from what `export` wrote, read from standard input.
    Import(FolderArgs),
    /// Says what would keep a hub from starting, or its clients from trusting it, and what to do. Ends with 1 if
    /// anything would.
    Doctor(DoctorArgs),
    /// Writes the manual pages into a folder, one a command.
    Man(ManArgs),
}

/// Which hub runs, and where it is kept.
#[derive(Debug, Args)]
struct HubChoice {
    #[command(flatten)]
    name: NameArgs,
    #[command(flatten)]
    folder: FolderArgs,
    /// Keep the hub in memory alone: its keys, devices and events are gone at the end.
    #[arg(long)]
    ephemeral: bool,
    /// The service's tier whose quotas and rates to enforce. A hub that is made with F1 has two partitions instead of
    /// four; one that is there keeps those that it has.
    #[arg(long, value_name = "TIER", default_value = "none", ignore_case = true)]
    tier: TierChoice,
}

/// What a hub is called.
#[derive(Debug, Args)]
struct NameArgs {
    /// The hub's host name, which stands in connection strings and in the certificate.
    #[arg(long, value_name = "NAME", default_value = "localhost")]
    hostname: String,
}

/// Where a hub is kept.
#[derive(Debug, Args)]
struct FolderArgs {
    /// The hub's folder, with its certificates, keys, connections.json and state.
    #[arg(long, value_name = "DIR", default_value = "iothub-playground")]
    data: PathBuf,
}

/// The address to listen on.
#[derive(Debug, Args)]
struct ListenArgs {
    /// The address to listen on.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    listen: IpAddr,
}

/// The ports of a hub.
#[derive(Debug, Args)]
struct PortArgs {
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
}

/// A certificate that the user has.
#[derive(Debug, Args)]
struct CertificateArgs {
    /// A certificate of your own to serve with: PEM, the chain after it.
    #[arg(long, value_name = "FILE", requires = "key")]
    certificate: Option<PathBuf>,
    /// The key of the certificate: PEM.
    #[arg(long, value_name = "FILE", requires = "certificate")]
    key: Option<PathBuf>,
}

/// The options of `doctor`.
#[derive(Debug, Args)]
struct DoctorArgs {
    #[command(flatten)]
    name: NameArgs,
    #[command(flatten)]
    folder: FolderArgs,
    #[command(flatten)]
    address: ListenArgs,
    #[command(flatten)]
    ports: PortArgs,
    #[command(flatten)]
    certificate: CertificateArgs,
    /// Write JSON, for programs.
    #[arg(long)]
    json: bool,
}

/// The options of `man`.
#[derive(Debug, Args)]
struct ManArgs {
    /// The folder; made if there is none.
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
}

/// The options of `serve`.
#[derive(Debug, Args)]
struct ServeArgs {
    #[command(flatten)]
    hub: HubChoice,
    #[command(flatten)]
    address: ListenArgs,
    /// The port of the site and of the hub's REST and MQTT over WebSocket, without TLS; 0 takes a free one.
    #[arg(long, value_name = "PORT", default_value_t = 8080)]
    port: u16,
    /// The folder of a built site, instead of the one in this program.
    #[arg(long, value_name = "FOLDER")]
    site: Option<PathBuf>,
    /// Who may show the site in a frame: 'none', 'self' or origins, with spaces between them.
    #[arg(long, value_name = "SOURCES", default_value = "'none'")]
    frame_ancestors: FrameAncestors,
    #[command(flatten)]
    relay: RelayArgs,
}

/// The hubs that the page reaches through this program.
#[derive(Debug, Args)]
#[expect(
    clippy::struct_field_names,
    reason = "the options have the same prefix"
)]
struct RelayArgs {
    /// A hub that the page may call through this server, beside those of the service (*.azure-devices.net), such as an
    /// emulator: localhost:8443. The port is 443 if none is given; may be given several times.
    #[arg(long, value_name = "HOST[:PORT]")]
    relay_to: Vec<NamedHub>,
    /// The authority to trust for the hubs of --relay-to, beside the usual ones: PEM, such as an emulator's ca.pem.
    #[arg(long, value_name = "FILE", requires = "relay_to")]
    relay_ca: Option<PathBuf>,
    /// The HTTP proxy through which hubs are reached, instead of that of the environment (`HTTPS_PROXY`):
    /// `http://[USER:PASSWORD@]HOST:PORT`. Hubs on this machine and those of `NO_PROXY` are reached without it. Whoever
    /// uses this machine can see a password that is given here, but not one that is given in the environment.
    #[arg(long, value_name = "URL", value_parser = secret)]
    relay_proxy: Option<SecretString>,
}

/// The options of `hub`.
#[derive(Debug, Args)]
struct HubArgs {
    #[command(flatten)]
    hub: HubChoice,
    #[command(flatten)]
    address: ListenArgs,
    #[command(flatten)]
    ports: PortArgs,
    /// The port, or the address and port, of the admin page, of /metrics for Prometheus and of /healthz: plain HTTP,
    /// without a password, on 127.0.0.1 unless an address is given. Without this option there is none.
    #[arg(long, value_name = "[ADDRESS:]PORT", value_parser = admin_address)]
    admin: Option<SocketAddr>,
    #[command(flatten)]
    certificate: CertificateArgs,
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

/// Any text at all: an error of the command line would print it.
#[expect(clippy::unnecessary_wraps, reason = "it is a parser")]
fn secret(text: &str) -> Result<SecretString, Infallible> {
    Ok(text.into())
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
