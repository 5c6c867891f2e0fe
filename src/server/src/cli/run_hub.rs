//! `iothub-playground hub`: from the data folder to the last connection.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use hub::{HubOptions, Tier};
use tokio::{
    runtime::Runtime,
    signal::unix::{Signal, SignalKind, signal},
};

use super::{HubArgs, TierChoice, failure::Failure};
use crate::{
    connection_limits::ConnectionLimits,
    connections_file::{self, ConnectionsFile},
    data_folder::DataFolder,
    emulator::{Emulator, EmulatorOptions},
    host::{Ended, HubHandle},
    https::Origins,
    ports::{BoundPorts, Ports},
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
    let mut signals = Signals::new().map_err(Failure::System)?;
    let asked = Ports {
        https: args.https,
        mqtts: args.mqtts,
        amqps: args.amqps,
        amqp: args.amqp,
    };
    let ports = BoundPorts::new(args.listen, asked)?;
    let (hub, ended) = start_hub(args, Arc::clone(folder))?;
    let connections = ConnectionsFile::new(
        hub.host_name(),
        hub.policies(),
        tls.trusted(),
        ports.ports(),
    )?;
    let file = connections.write(folder)?;
    let emulator = Emulator::start(hub, ports, tls, options)?;
    tell(args, &file, &connections);
    tokio::select! {
        () = emulator.failed() => {}
        signal = signals.next() => tracing::info!(signal, "ending"),
    }
    // Whoever asks twice does not want to wait.
    tokio::select! {
        () = emulator.stop() => {}
        _ = signals.next() => return Ok(()),
    }
    if ended.is_finished() {
        return ended.wait().map_err(Failure::Store);
    }
    Ok(())
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

fn tell(args: &HubArgs, file: &Path, connections: &ConnectionsFile) {
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

/// What asks the program to end. From here on it does not end by itself.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// Resolves with the name of the next signal.
    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}
