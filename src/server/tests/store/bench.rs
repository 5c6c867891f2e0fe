//! A hub with its store on a temporary folder, driven without a network.

use std::{
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use http::{Request, Response};
use hub::{Hub, HubOptions, Output, StoreError};
use serde_json::Value;
use server::{
    data_folder::DataFolder,
    host::Keep,
    store::{self, StoreFault},
};
use tempfile::TempDir;
use wire::{
    event::{Event, EventPosition},
    sas::SasToken,
    timestamp::Timestamp,
};

pub(crate) const HOST: &str = "localhost";

/// A hub, and the folder that it is in.
pub(crate) struct Bench {
    pub(crate) place: TempDir,
    pub(crate) options: HubOptions,
    open: Option<Open>,
}

struct Open {
    hub: Hub,
    keep: Box<dyn Keep>,
    _folder: DataFolder,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self::of(options())
    }

    pub(crate) fn of(options: HubOptions) -> Self {
        let place = tempfile::tempdir().unwrap();
        let mut bench = Self {
            place,
            options,
            open: None,
        };
        bench.start();
        bench
    }

    pub(crate) fn start(&mut self) {
        self.try_start().unwrap();
    }

    pub(crate) fn try_start(&mut self) -> Result<(), StoreFault> {
        let folder = DataFolder::open(&self.path()).unwrap();
        let (hub, keep) = store::open(&folder, self.options.clone())?;
        self.open = Some(Open {
            hub,
            keep,
            _folder: folder,
        });
        self.flush().unwrap();
        Ok(())
    }

    /// The words with which a start is refused.
    pub(crate) fn refusal(&mut self) -> String {
        self.try_start().unwrap_err().to_string()
    }

    /// Ends as the program does when it is told to.
    pub(crate) fn stop(&mut self) {
        let mut open = self.open.take().unwrap();
        open.keep.close(&open.hub).unwrap();
    }

    /// Leaves the folder as it would be if the program were killed now, as far as files tell.
    pub(crate) fn kill(&mut self) {
        let files: Vec<_> = [self.file(), self.log()]
            .into_iter()
            .filter_map(|path| Some((path.clone(), std::fs::read(path).ok()?)))
            .collect();
        self.open = None;
        for (path, bytes) in files {
            std::fs::write(path, bytes).unwrap();
        }
    }

    pub(crate) fn restart(&mut self) {
        self.stop();
        self.start();
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.place.path().join("data")
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.path().join("hub.sqlite3")
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.path().join("hub.sqlite3-wal")
    }

    pub(crate) fn hub(&self) -> &Hub {
        &self.open.as_ref().unwrap().hub
    }

    pub(crate) fn flush(&mut self) -> Result<(), StoreError> {
        let open = self.open.as_mut().unwrap();
        open.keep.flush(&open.hub)
    }

    /// Has the hub answer, and keeps what came of it.
    pub(crate) fn ask(&mut self, method: &str, path: &str, body: &str) -> Response<Vec<u8>> {
        let response = self.ask_unkept(method, path, body);
        self.flush().unwrap();
        response
    }

    pub(crate) fn ask_unkept(&mut self, method: &str, path: &str, body: &str) -> Response<Vec<u8>> {
        let now = now();
        let hub = &mut self.open.as_mut().unwrap().hub;
        hub.advance(now);
        let owner = hub.policy("iothubowner").unwrap();
        let expires = now.as_seconds() + 3_600;
        let token = SasToken::sign(HOST, &owner.primary_key, expires, Some("iothubowner"));
        let request = Request::builder()
            .method(method)
            .uri(format!("{path}?api-version=2021-04-12"))
            .header("Authorization", token.to_text().expose())
            .header("If-Match", "*")
            .header("iothub-ack", "full")
            .header("iothub-messageid", "m1");
        let request = match method {
            "CREATE" => request.method("PUT"),
            _ => request,
        };
        let mut request = request.body(body.as_bytes().to_vec()).unwrap();
        if method == "CREATE" {
            request.headers_mut().remove("If-Match");
        }
        let id = hub.request(now, &request);
        let answer = std::iter::from_fn(|| hub.poll()).find_map(|output| match output {
            Output::Respond { request, response } if request == id => Some(response),
            _ => None,
        });
        answer.unwrap()
    }

    pub(crate) fn ok(&mut self, method: &str, path: &str, body: &str) {
        let response = self.ask(method, path, body);
        let text = String::from_utf8_lossy(response.body());
        assert!(
            response.status().is_success(),
            "{method} {path}: {} {text}",
            response.status()
        );
    }

    pub(crate) fn register(&mut self, id: &str) {
        let body = format!(r#"{{"deviceId":"{id}"}}"#);
        self.ok("CREATE", &format!("/devices/{id}"), &body);
    }

    pub(crate) fn send_event(&mut self, id: &str, body: &str) {
        let path = format!("/devices/{id}/messages/events");
        self.ok("POST", &path, body);
    }

    /// Sends a cloud-to-device message and asks for feedback on it.
    pub(crate) fn send_to(&mut self, id: &str, body: &str) {
        let path = format!("/devices/{id}/messages/devicebound");
        self.ok("POST", &path, body);
    }

    pub(crate) fn events(&self) -> Vec<Event> {
        let hub = self.hub();
        let partitions = 0..hub.partition_count();
        let events = partitions
            .flat_map(|partition| hub.read_events(partition, &EventPosition::Earliest, usize::MAX));
        events.collect()
    }

    /// What a snapshot says, without what nobody was told of.
    pub(crate) fn state(&self) -> Vec<String> {
        let text = self.hub().snapshot(hub::SnapshotScope::ALL);
        state_of(&text)
    }
}

/// The lines of a snapshot, without what nobody was told of.
pub(crate) fn state_of(snapshot: &str) -> Vec<String> {
    let lines = snapshot.lines().skip(1).map(|line| {
        let mut line: Value = serde_json::from_str(line).unwrap();
        for kind in ["device", "module"] {
            if let Some(identity) = line.get_mut(kind).and_then(Value::as_object_mut) {
                identity.remove("lastActivityTime");
                identity.remove("connectionStateUpdatedTime");
                // Follows from the messages.
                identity.remove("cloudToDeviceMessageCount");
            }
        }
        line.to_string()
    });
    let mut lines: Vec<_> = lines.collect();
    lines.sort();
    lines
}

pub(crate) fn options() -> HubOptions {
    HubOptions::new(HOST, [7; 32])
}

pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Timestamp::from_millis(u64::try_from(since.as_millis()).unwrap())
}

/// Changes bytes of a file.
pub(crate) fn damage(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = std::fs::read(path).unwrap();
    change(&mut bytes);
    std::fs::write(path, bytes).unwrap();
}
