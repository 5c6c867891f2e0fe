//! Commands of the Azure CLI's extension for IoT. Not every request has one.

use serde::Deserialize;
use serde_json::{Value, value::RawValue};
use wire::{rest::decode_id, timestamp::Timestamp, topic::DeviceTopic};

use super::{Request, shell::Line};

/// A command about the hub that a request was for.
struct Command {
    line: Line,
}

impl Command {
    fn new(name: &str, host: &str) -> Self {
        let mut line = Line::new("az iot");
        let hub = host.split('.').next().unwrap_or(host);
        line.plain(name).option("--hub-name", hub);
        Self { line }
    }

    fn option(mut self, name: &str, value: &str) -> Self {
        self.line.next().option(name, value);
        self
    }

    fn some(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.option(name, value),
            None => self,
        }
    }
}

/// What the command of a request is made from.
struct Parts<'a> {
    request: &'a Request<'a>,
    host: &'a str,
    query: &'a str,
    device_id: String,
    module_id: Option<String>,
    /// The entity tag that is asked for, without its quotes.
    etag: Option<&'a str>,
}

/// The command that does what a request does.
pub(super) fn of_request(request: &Request<'_>) -> Option<String> {
    let host = request.header("host")?;
    let (path, query) = request
        .target
        .split_once('?')
        .unwrap_or((request.target, ""));
    let segments: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
    let command = match (request.method, segments.as_slice()) {
        ("GET", ["devices"]) => {
            Command::new("hub device-identity list", host).some("--top", parameter(query, "top"))
        }
        ("POST", ["devices", "query"]) => of_query(request, host)?,
        ("GET", ["messages", "serviceBound", "feedback"]) => {
            Command::new("hub monitor-feedback", host)
        }
        (_, [kind, device_id, rest @ ..]) => {
            let (module_id, rest) = match rest {
                ["modules", module_id, rest @ ..] => (Some(decode_id(module_id)?), rest),
                rest => (None, rest),
            };
            let parts = Parts {
                request,
                host,
                query,
                device_id: decode_id(device_id)?,
                module_id,
                etag: request.header("if-match").map(|tag| tag.trim_matches('"')),
            };
            match (*kind, rest) {
                ("devices", []) => parts.of_identity()?,
                ("devices", ["modules"]) if request.method == "GET" => {
                    parts.command("hub module-identity list")
                }
                ("devices", rest) => parts.of_messages(rest)?,
                ("twins", []) => parts.of_twin()?,
                ("twins", ["methods"]) => parts.of_method()?,
                _ => return None,
            }
        }
        _ => return None,
    };
    Some(command.line.finish())
}

impl Parts<'_> {
    fn command(&self, name: &str) -> Command {
        Command::new(name, self.host)
            .option("--device-id", &self.device_id)
            .some("--module-id", self.module_id.as_deref())
    }

    /// The command of a group that devices and modules have.
    fn of_group(&self, group: &str, verb: &str) -> Command {
        let whose = if self.module_id.is_some() {
            "module"
        } else {
            "device"
        };
        self.command(&format!("hub {whose}-{group} {verb}"))
    }

    fn of_identity(&self) -> Option<Command> {
        let identity = |verb| self.of_group("identity", verb);
        Some(match (self.request.method, self.etag) {
            ("GET", _) => identity("show"),
            ("DELETE", etag) => identity("delete").some("--etag", specific(etag)),
            ("PUT", None) => identity("create").some("--status", self.status(true).as_deref()),
            ("PUT", etag) => identity("update")
                .some("--status", self.status(false).as_deref())
                .some("--etag", specific(etag)),
            _ => return None,
        })
    }

    /// The status in an identity, unless it is a module's, which has none, or the usual one of a new device.
    fn status(&self, is_new: bool) -> Option<String> {
        #[derive(Deserialize)]
        struct Identity {
            status: Option<String>,
        }
        let identity: Identity = serde_json::from_slice(self.request.body).ok()?;
        let status = identity.status.filter(|_| self.module_id.is_none())?;
        (!is_new || status != "enabled").then_some(status)
    }

    fn of_twin(&self) -> Option<Command> {
        #[derive(Deserialize)]
        struct Change<'a> {
            #[serde(borrow)]
            tags: Option<&'a RawValue>,
            #[serde(borrow)]
            properties: Option<Properties<'a>>,
        }
        #[derive(Deserialize)]
        struct Properties<'a> {
            #[serde(borrow)]
            desired: Option<&'a RawValue>,
        }
        let twin = |verb| self.of_group("twin", verb);
        Some(match self.request.method {
            "GET" => twin("show"),
            "PATCH" => {
                let change: Change<'_> = serde_json::from_slice(self.request.body).ok()?;
                let desired = change.properties.and_then(|it| it.desired);
                twin("update")
                    .some("--tags", change.tags.map(RawValue::get))
                    .some("--desired", desired.map(RawValue::get))
                    .some("--etag", specific(self.etag))
            }
            "PUT" => twin("replace")
                .option("--json", std::str::from_utf8(self.request.body).ok()?)
                .some("--etag", specific(self.etag)),
            _ => return None,
        })
    }

    fn of_method(&self) -> Option<Command> {
        #[derive(Deserialize)]
        struct Method<'a> {
            #[serde(rename = "methodName")]
            name: String,
            #[serde(borrow)]
            payload: Option<&'a RawValue>,
            #[serde(rename = "responseTimeoutInSeconds")]
            timeout: Option<u64>,
        }
        let method: Method<'_> = serde_json::from_slice(self.request.body).ok()?;
        let whose = if self.module_id.is_some() {
            "module"
        } else {
            "device"
        };
        let timeout = method.timeout.map(|it| it.to_string());
        Some(
            self.command(&format!("hub invoke-{whose}-method"))
                .option("--method-name", &method.name)
                .some("--method-payload", method.payload.map(RawValue::get))
                .some("--timeout", timeout.as_deref()),
        )
    }

    fn of_messages(&self, rest: &[&str]) -> Option<Command> {
        let message = |verb: &str| self.command(&format!("device c2d-message {verb}"));
        let tag = |tag: &str| decode_id(tag);
        Some(match (self.request.method, rest) {
            ("POST", ["messages", "events"]) => {
                let data = std::str::from_utf8(self.request.body).ok()?;
                self.command("device send-d2c-message")
                    .option("--data", data)
            }
            ("POST", ["messages", "deviceBound"]) => self.of_sending(message("send"))?,
            ("GET", ["messages", "deviceBound"]) => message("receive"),
            ("DELETE", ["messages", "deviceBound", lock]) => {
                let rejects = self.query.split('&').any(|it| it.starts_with("reject"));
                message(if rejects { "reject" } else { "complete" }).option("--etag", &tag(lock)?)
            }
            ("POST", ["messages", "deviceBound", lock, "abandon"]) => {
                message("abandon").option("--etag", &tag(lock)?)
            }
            ("DELETE", ["commands"]) => message("purge"),
            _ => return None,
        })
    }

    fn of_sending(&self, command: Command) -> Option<Command> {
        let system = |name: &str| self.request.header(&format!("iothub-{name}"));
        let expiry = system("expiry").and_then(Timestamp::parse_iso);
        let expiry = expiry.map(|at| at.as_millis().to_string());
        let properties: Vec<String> = self
            .request
            .headers
            .iter()
            .filter_map(|(name, value)| Some((name.strip_prefix("iothub-app-")?, value)))
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let properties = (!properties.is_empty()).then(|| properties.join(";"));
        Some(
            command
                .option("--data", std::str::from_utf8(self.request.body).ok()?)
                .some("--message-id", system("messageid"))
                .some("--correlation-id", system("correlationid"))
                .some("--ack", system("ack"))
                .some("--expiry-time-utc", expiry.as_deref())
                .some("--content-type", system("contenttype"))
                .some("--content-encoding", system("contentencoding"))
                .some("--properties", properties.as_deref()),
        )
    }
}

fn of_query(request: &Request<'_>, host: &str) -> Option<Command> {
    let body: Value = serde_json::from_slice(request.body).ok()?;
    let query = body.get("query")?.as_str()?;
    Some(Command::new("hub query", host).option("--query-command", query))
}

/// The command that sends the telemetry that was published on a topic.
pub(super) fn telemetry(host: &str, topic: &str, payload: &[u8]) -> Option<String> {
    let Ok(DeviceTopic::Telemetry {
        device_id,
        module_id: None,
        properties,
    }) = DeviceTopic::parse(topic)
    else {
        return None;
    };
    let pairs = properties
        .application
        .iter()
        .map(|(name, value)| format!("{name}={}", value.as_deref().unwrap_or_default()));
    let pairs: Vec<_> = pairs.collect();
    let pairs = (!pairs.is_empty()).then(|| pairs.join(";"));
    let command = Command::new("device send-d2c-message", host)
        .option("--device-id", &device_id)
        .option("--data", std::str::from_utf8(payload).ok()?)
        .some("--properties", pairs.as_deref());
    Some(command.line.finish())
}

/// An entity tag that is not just any.
fn specific(etag: Option<&str>) -> Option<&str> {
    etag.filter(|etag| *etag != "*")
}

/// The value of a parameter in a query.
fn parameter<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find_map(|(known, value)| (known == name).then_some(value))
}
