//! What is killed: the program, or a hub behind the same ports that has little room for events.

use std::{
    net::Ipv4Addr,
    path::{Path, PathBuf},
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use hub::HubOptions;
use server::{
    connections_file::ConnectionsFile,
    data_folder::DataFolder,
    emulator::{Emulator, EmulatorOptions},
    host::HubHandle,
    ports::{BoundPorts, Ports},
    store,
    tls::{Names, Tls},
};
use tokio::process::Command;

pub(crate) const HOST: &str = "localhost";
const FOLDER: &str = "CRASH_FOLDER";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// The program, as a person starts it.
    Program,
    /// This test program again, as a hub that soon forgets its oldest events.
    SmallHub,
}

impl Subject {
    pub(crate) fn command(self, folder: &Path) -> Command {
        match self {
            Self::Program => {
                let mut command = Command::new(env!("CARGO_BIN_EXE_iothub-playground"));
                command.args(["hub", "--log", "error", "--hostname", HOST]);
                for port in ["--https", "--mqtts", "--amqps", "--amqp"] {
                    command.args([port, "0"]);
                }
                command.arg("--data").arg(folder);
                command
            }
            Self::SmallHub => {
                let mut command = Command::new(std::env::current_exe().unwrap());
                command
                    .args(["subject::small_hub", "--exact", "--ignored", "--nocapture"])
                    .env(FOLDER, folder);
                command
            }
        }
    }

    /// What the hub is made from.
    pub(crate) fn options(self) -> HubOptions {
        let options = HubOptions::new(HOST, seed());
        match self {
            Self::Program => options,
            Self::SmallHub => HubOptions {
                partition_bytes: 2 * 1024 * 1024,
                ..options
            },
        }
    }
}

/// Another one every time, as the program has it.
fn seed() -> [u8; 32] {
    let mut seed = [0; 32];
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    seed[..16].copy_from_slice(&now.unwrap().as_nanos().to_le_bytes());
    seed
}

/// The hub, in its process.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "is started and killed by the test of crashes"]
async fn small_hub() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else {
        return;
    };
    let folder = Arc::new(DataFolder::open(&folder).unwrap());
    let listen = Ipv4Addr::LOCALHOST.into();
    let tls = Tls::own_authority(Arc::clone(&folder), Names::new(HOST, listen).unwrap()).unwrap();
    let any = Ports {
        https: 0,
        mqtts: 0,
        amqps: 0,
        amqp: 0,
    };
    let bound = BoundPorts::new(listen, any).unwrap();
    let ports = bound.ports();
    let kept = Arc::clone(&folder);
    let open = move || store::open(&kept, Subject::SmallHub.options());
    let (hub, _ended) = HubHandle::start(open).unwrap().unwrap();
    let policies = hub.policies();
    let connections = ConnectionsFile::new(HOST, policies, tls.trusted(), ports, None).unwrap();
    let _emulator = Emulator::start(hub, bound, &tls, EmulatorOptions::default()).unwrap();
    connections.write(&folder).unwrap();
    println!("the hub is ready");
    std::future::pending::<()>().await;
}
