//! The process that is killed: this test program again, as a hub.

use std::{
    path::Path,
    process::{Child, Command, Stdio},
};

use hub::HubOptions;
use server::{
    data_folder::DataFolder,
    host::{HubHandle, ToLink},
    store,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use crate::{commands, kept};

const FOLDER: &str = "CRASH_FOLDER";
const PARENT: &str = "CRASH_PARENT";

/// What the first byte on a connection says that it carries.
pub(crate) const MQTT: u8 = b'M';
pub(crate) const REST: u8 = b'R';

pub(crate) struct Process {
    child: Child,
    called: std::net::TcpListener,
}

impl Process {
    pub(crate) fn start(folder: &Path) -> Self {
        let called = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        called.set_nonblocking(true).unwrap();
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["process::hub", "--exact", "--ignored", "--nocapture"])
            .env(FOLDER, folder)
            .env(PARENT, called.local_addr().unwrap().to_string())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Self { child, called }
    }

    /// Where the hub listens, once it does: it calls back to say so.
    pub(crate) async fn address(&mut self) -> String {
        let called = TcpListener::from_std(self.called.try_clone().unwrap()).unwrap();
        let address = async {
            let (mut stream, _) = called.accept().await.unwrap();
            let mut address = String::new();
            stream.read_to_string(&mut address).await.unwrap();
            address
        };
        let limit = std::time::Duration::from_secs(30);
        let address = tokio::time::timeout(limit, address).await;
        address.expect("the hub started")
    }

    /// SIGKILL, and no process of that name any more.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        let status = self.child.wait().unwrap();
        assert_eq!(status.code(), None, "it ended before it was killed");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The hub, in its process.
#[test]
#[ignore = "is started and killed by the test of crashes"]
fn hub() {
    let (Ok(folder), Ok(parent)) = (std::env::var(FOLDER), std::env::var(PARENT)) else {
        return;
    };
    let folder = DataFolder::open(Path::new(&folder)).unwrap();
    let make = move || {
        let options: HubOptions = kept::options();
        store::open(&folder, options).map(|made| (made, folder))
    };
    // The folder stays locked for as long as the process lives.
    let make = move || {
        make().map(|(made, folder)| {
            std::mem::forget(folder);
            made
        })
    };
    let (hub, _ended) = HubHandle::start(make).unwrap().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(serve(hub, parent));
}

async fn serve(hub: HubHandle, parent: String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let mut called = TcpStream::connect(parent).await.unwrap();
    called.write_all(address.as_bytes()).await.unwrap();
    drop(called);
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        stream.set_nodelay(true).unwrap();
        tokio::spawn(serve_one(hub.clone(), stream));
    }
}

async fn serve_one(hub: HubHandle, mut stream: TcpStream) -> Option<()> {
    match stream.read_u8().await.ok()? {
        MQTT => serve_mqtt(&hub, stream).await,
        _ => serve_rest(&hub, stream).await,
    }
}

async fn serve_mqtt(hub: &HubHandle, stream: TcpStream) -> Option<()> {
    let mut link = hub.open().await.ok()?;
    let (mut incoming, mut outgoing) = stream.into_split();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        tokio::select! {
            read = incoming.read(&mut buffer) => match read.ok()? {
                0 => return None,
                count => link.receive(buffer.get(..count)?.to_vec().into()).await.ok()?,
            },
            next = link.next() => match next? {
                ToLink::Bytes(bytes) => outgoing.write_all(&bytes).await.ok()?,
                ToLink::Close(reason) => panic!("the hub closed a link: {reason}"),
            },
        }
    }
}

async fn serve_rest(hub: &HubHandle, mut stream: TcpStream) -> Option<()> {
    loop {
        let request = commands::read_request(&mut stream).await?;
        let response = hub.request(request).await.ok()?;
        commands::write_response(&mut stream, &response).await?;
    }
}
