//! `iothub-playground hub`: from the data folder to the last connection.

use std::{
    io::{self, Write},
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use tokio::runtime::Runtime;

use super::{
    HubArgs,
    failure::Failure,
    signals::{Signals, until_told},
};
use crate::{
    connection_limits::ConnectionLimits,
    connections_file::ConnectionsFile,
    data_folder::DataFolder,
    emulator::{Emulator, EmulatorOptions},
    https::Origins,
    listener::Bound,
    ports::{BindError, BoundPorts, Surface},
    tls::{Names, OwnCertificate, Tls},
};

pub(super) fn run(args: &HubArgs) -> Result<(), Failure> {
    let options = emulator_options(args)?;
    let names = Names::new(&args.hub.name.hostname, args.address.listen)?;
    let folder = args.hub.open_folder()?;
    let tls = match (&args.certificate, &args.key) {
        (Some(certificate), Some(key)) => Tls::own_certificate(&OwnCertificate {
            certificate: absolute(certificate)?,
            key: key.clone(),
        })?,
        _ => Tls::own_authority(Arc::clone(&folder), names)?,
    };
    raise_file_limit();
    let runtime = Runtime::new().map_err(Failure::System)?;
    let outcome = runtime.block_on(serve(args, &folder, &tls, options));
    // Nothing that is left may hold up the end.
    runtime.shutdown_background();
    outcome
}

async fn serve(
    args: &HubArgs,
    folder: &Arc<DataFolder>,
    tls: &Tls,
    options: EmulatorOptions,
) -> Result<(), Failure> {
    let signals = Signals::new().map_err(Failure::System)?;
    let ports = BoundPorts::new(args.address.listen, args.ports.ports())?;
    let admin = args.admin.map(bind_admin).transpose()?;
    let (hub, ended) = args.hub.start(folder)?;
    let connections = ConnectionsFile::new(
        hub.host_name(),
        hub.policies(),
        tls.trusted(),
        ports.ports(),
        admin.as_ref().map(|(address, _)| *address),
    )?;
    let emulator = Emulator::start(hub, ports, tls, options)?;
    if let Some((address, bound)) = admin {
        emulator.serve_admin(address, bound)?;
    }
    // Whoever waits for this file takes it for a sign that the hub can be reached.
    let file = connections.write(folder)?;
    tell(args, &file, &connections);
    until_told(emulator, ended, signals).await
}

/// Takes the admin port. Gives its address with the port that was taken.
fn bind_admin(asked: SocketAddr) -> Result<(SocketAddr, Bound), Failure> {
    let bound = Bound::new(asked).map_err(|source| BindError {
        surface: Surface::Admin,
        address: asked,
        source,
    })?;
    Ok((SocketAddr::new(asked.ip(), bound.port()), bound))
}

fn emulator_options(args: &HubArgs) -> Result<EmulatorOptions, Failure> {
    let origins = Origins::new(args.origin.iter().map(String::as_str))?;
    let limits = ConnectionLimits {
        in_all: args.max_connections,
        per_address: args.max_connections_per_address,
    };
    Ok(EmulatorOptions {
        limits,
        origins,
        ..EmulatorOptions::default()
    })
}

/// Every connection is a file to the system, and shells allow few.
pub(super) fn raise_file_limit() {
    match rlimit::increase_nofile_limit(u64::MAX) {
        Ok(most) => tracing::debug!(most, "files that can be open"),
        Err(error) => tracing::warn!(%error, "the limit of open files stays as it is"),
    }
}

fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    std::path::absolute(path).map_err(Failure::System)
}

fn tell(args: &HubArgs, file: &Path, connections: &ConnectionsFile) {
    let text = format!(
        "IoT Hub Playground: the hub {} is ready on {}\n\n{connections}\nThe same is in {}\n",
        args.hub.name.hostname,
        args.address.listen,
        file.display()
    );
    // Nobody may be reading.
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    tracing::info!(host = args.hub.name.hostname, address = %args.address.listen, "ready");
}
