//! `iothub-playground hub`: from the data folder to the last connection.

use std::{
    fs,
    io::{self, Write},
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use hub::{HubOptions, Tier};
use tokio::runtime::Runtime;

use super::{HubArgs, TierChoice, failure::Failure};
use crate::{
    connection_limits::ConnectionLimits,
    connections_file::{self, ConnectionsFile},
    data_folder::DataFolder,
    emulator::{Emulator, EmulatorOptions},
    host::{Ended, HubHandle},
    https::Origins,
    listener::Bound,
    ports::{BindError, BoundPorts, Ports, Surface},
    store,
    tls::{Names, OwnCertificate, Tls},
};

pub(super) fn run(args: &HubArgs) -> Result<(), Failure> {
    let options = emulator_options(args)?;
    let names = Names::new(&args.hostname, args.listen)?;
    let folder = open_folder(&args.data)?;
    let tls = match (&args.certificate, &args.key) {
        (Some(certificate), Some(key)) => Tls::own_certificate(&OwnCertificate {
            certificate: absolute(certificate)?,
            key: key.clone(),
        })?,
        _ => Tls::own_authority(folder.path(), names)?,
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
    let asked = Ports {
        https: args.https,
        mqtts: args.mqtts,
    };
    let ports = BoundPorts::new(args.listen, asked)?;
    let admin = args.admin.map(bind_admin).transpose()?;
    tracing::warn!(
        amqps = args.amqps,
        amqp = args.amqp,
        "AMQP is not supported by this program yet: nothing listens on its ports"
    );
    let (hub, ended) = start_hub(args, Arc::clone(folder))?;
    let connections = ConnectionsFile::new(
        hub.host_name(),
        hub.policies(),
        tls.trusted(),
        ports.ports(),
        admin.as_ref().map(|(address, _)| *address),
    )?;
    connections
        .write(folder.path())
        .map_err(|source| Failure::Folder {
            path: folder.path().to_owned(),
            source,
        })?;
    let emulator = Emulator::start(hub, ports, tls, options)?;
    if let Some((address, bound)) = admin {
        emulator.serve_admin(address, bound)?;
    }
    tell(args, folder.path(), &connections);
    tokio::select! {
        () = emulator.failed() => {}
        signal = asked_to_end() => tracing::info!(signal = signal.map_err(Failure::System)?, "ending"),
    }
    // Whoever asks twice does not want to wait.
    tokio::select! {
        () = emulator.stop() => {}
        _ = asked_to_end() => return Ok(()),
    }
    if ended.is_finished() {
        return ended.wait().map_err(Failure::Store);
    }
    Ok(())
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

/// Makes the folder ready. What an earlier run has written of its ports must not be taken for this one's.
fn open_folder(path: &Path) -> Result<Arc<DataFolder>, Failure> {
    let failed = |source| Failure::Folder {
        path: path.to_owned(),
        source,
    };
    let path = std::path::absolute(path).map_err(failed)?;
    let folder = DataFolder::open(&path)?;
    match fs::remove_file(folder.file(connections_file::NAME)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(error)),
        _ => Ok(Arc::new(folder)),
    }
}

fn start_hub(args: &HubArgs, folder: Arc<DataFolder>) -> Result<(HubHandle, Ended), Failure> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(Failure::Random)?;
    let mut options = HubOptions::new(&args.hostname, seed);
    options.enforce_limits = args.tier != TierChoice::None;
    options.tier = match args.tier {
        TierChoice::F1 => Tier::F1,
        TierChoice::S1 | TierChoice::None => Tier::S1 { units: 1 },
    };
    if args.ephemeral {
        return HubHandle::ephemeral(options).map_err(Failure::System);
    }
    let started = HubHandle::start(move || store::open(&folder, options));
    Ok(started.map_err(Failure::System)??)
}

/// Every connection is a file to the system, and shells allow few.
fn raise_file_limit() {
    match rlimit::increase_nofile_limit(u64::MAX) {
        Ok(most) => tracing::debug!(most, "files that can be open"),
        Err(error) => tracing::warn!(%error, "the limit of open files stays as it is"),
    }
}

fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    std::path::absolute(path).map_err(Failure::System)
}

fn tell(args: &HubArgs, folder: &Path, connections: &ConnectionsFile) {
    let file = folder.join(connections_file::NAME);
    let text = format!(
        "IoT Hub Playground: the hub {} is ready on {}\n\n{connections}\nThe same is in {}\n",
        args.hostname,
        args.listen,
        file.display()
    );
    // Nobody may be reading.
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    tracing::info!(host = args.hostname, address = %args.listen, "ready");
}

/// Resolves with the name of the signal that asks the program to end.
#[cfg(unix)]
async fn asked_to_end() -> io::Result<&'static str> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => Ok("SIGTERM"),
        _ = interrupt.recv() => Ok("SIGINT"),
    }
}

#[cfg(not(unix))]
async fn asked_to_end() -> io::Result<&'static str> {
    tokio::signal::ctrl_c().await.map(|()| "Ctrl-C")
}
