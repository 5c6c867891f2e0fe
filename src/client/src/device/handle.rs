//! The handle that a program holds.

use std::future::{Future, poll_fn};

use futures::Stream;
use futures::channel::{mpsc, oneshot};
use serde_json::Value;
use wire::connection_string::DeviceConnectionString;
use wire::topic::{DeviceTopic, HubTopic, TopicFilter};

use crate::network::Network;

use super::cloud_to_device::CloudToDeviceMessage;
use super::driver::{Command, Driver};
use super::error::{ConnectError, SendError, SubscribeError, TwinError};
use super::event::{Incoming, Receipt, SessionEvent, TwinAnswer};
use super::inbox::Inbox;
use super::method::MethodRequest;
use super::options::DeviceOptions;
use super::twin::{DesiredPatch, TwinState};
use super::watch::{DesiredWatch, desired_patch};
use crate::message::Message;

/// A device, for programs: `async` methods over a [`Session`](super::Session).
///
/// Handles are cloned freely and stay on one thread. The work is done by the driver, a future that
/// the caller of [`Device::new`] spawns; it ends, and disconnects, when all handles are dropped. If
/// the driver is dropped instead, every method answers as after [`disconnect`](Self::disconnect).
///
/// A method acts when its future is first polled. Dropping the future of [`send`](Self::send) does
/// not take the message back.
#[derive(Clone)]
pub struct Device {
    commands: mpsc::UnboundedSender<Command>,
    inbox: Inbox,
    own_messages: TopicFilter,
}

impl Device {
    /// A device that is not connected yet, and the driver to spawn.
    pub fn new<N: Network>(
        connection_string: DeviceConnectionString,
        options: DeviceOptions,
        network: N,
    ) -> (Self, impl Future<Output = ()>) {
        let (sender, commands) = mpsc::unbounded();
        let inbox = Inbox::new(options.max_inbox);
        let own_messages = TopicFilter::CloudToDevice {
            device_id: connection_string.device_id.clone(),
        };
        let driver = Driver::new(connection_string, options, network.random(), inbox.clone());
        let device = Self {
            commands: sender,
            inbox,
            own_messages,
        };
        (device, driver.run(network, commands))
    }

    /// Connects to the hub. Returns when the hub has accepted, has refused, or the retry policy
    /// allows no other attempt: with a policy without an end, only then.
    pub async fn connect(&self) -> Result<(), ConnectError> {
        let answer = self.ask(Command::Connect).await;
        answer.unwrap_or(Err(ConnectError::Closed))
    }

    /// Sends telemetry and waits for the hub's acknowledgement.
    pub async fn send(&self, message: Message) -> Result<Receipt, SendError> {
        let answer = self
            .ask(|reply| Command::Send(Box::new(message), reply))
            .await;
        answer.unwrap_or(Err(SendError::Closed))
    }

    /// Publishes to any topic that a device may use, for example the answer to a direct method, and
    /// waits for the hub's acknowledgement.
    pub async fn send_to(&self, topic: DeviceTopic, body: Vec<u8>) -> Result<Receipt, SendError> {
        let answer = self
            .ask(|reply| Command::SendTo(Box::new(topic), body, reply))
            .await;
        answer.unwrap_or(Err(SendError::Closed))
    }

    /// Subscribes, and waits for the hub's answer; without a connection, for the next connection.
    /// Returns the quality of service granted, 0 or 1. What comes is read by
    /// [`next_message`](Self::next_message).
    pub async fn subscribe(&self, filter: TopicFilter) -> Result<u8, SubscribeError> {
        let answer = self.ask(|reply| Command::Subscribe(filter, reply)).await;
        answer.unwrap_or(Err(SubscribeError::ConnectionLost))
    }

    /// The next of what the hub sent to this device, whatever it is, each for one caller only.
    /// `None` when the driver has ended. If the hub [keeps it](Incoming::is_held), it is acknowledged
    /// by being taken, and the hub forgets it.
    pub async fn next_message(&self) -> Option<Incoming> {
        self.next(|_| true).await
    }

    /// The next cloud-to-device message, each for one caller only. Subscribes at the first call.
    ///
    /// A message is acknowledged when it is taken, not when it comes: what the program has not taken
    /// when it ends or the connection is lost, the hub keeps, and delivers on the next connection.
    /// A message can come twice if the connection is lost while its acknowledgement is under way; its
    /// [id](CloudToDeviceMessage::message_id) tells.
    pub async fn next_cloud_to_device(&self) -> Result<CloudToDeviceMessage, SubscribeError> {
        let wanted = |topic: &HubTopic| matches!(topic, HubTopic::CloudToDevice { .. });
        self.next_of(&self.own_messages, wanted, CloudToDeviceMessage::read)
            .await
    }

    /// The next direct method that a service program called on this device, each for one caller
    /// only. Answer it with [`respond`](Self::respond). Subscribes at the first call; what comes later while
    /// nobody asks for it waits, up to [`DeviceOptions::max_inbox`].
    pub async fn next_method(&self) -> Result<MethodRequest, SubscribeError> {
        let wanted = |topic: &HubTopic| matches!(topic, HubTopic::MethodRequest { .. });
        self.next_of(&TopicFilter::Methods, wanted, MethodRequest::read)
            .await
    }

    /// Answers a direct method, and waits for the hub's acknowledgement. `null` is an answer without
    /// a payload. Fails with [`SendError::CallerGone`] if the connection on which the method was called
    /// has ended.
    pub async fn respond(
        &self,
        method: &MethodRequest,
        status: i32,
        payload: impl Into<Value>,
    ) -> Result<Receipt, SendError> {
        let (method, payload) = (Box::new(method.clone()), payload.into());
        let answer = self
            .ask(|reply| Command::Respond(method, status, payload, reply))
            .await;
        answer.unwrap_or(Err(SendError::Closed))
    }

    /// Reads the device's twin. If the connection is lost before the answer, the twin is asked for
    /// again on the next.
    pub async fn get_twin(&self) -> Result<TwinState, TwinError> {
        match self.ask(Command::GetTwin).await {
            Some(Ok(TwinAnswer::Twin(twin))) => Ok(*twin),
            Some(Ok(TwinAnswer::Reported { .. })) => Err(not_asked_for()),
            Some(Err(error)) => Err(error),
            None => Err(TwinError::Closed),
        }
    }

    /// Changes reported properties by a merge patch, a JSON object in which `null` removes a
    /// property, and returns their new version. If the connection is lost before the answer, the
    /// change is sent again on the next, so it may be made twice, which leaves the same properties.
    pub async fn patch_reported(&self, patch: impl Into<Value>) -> Result<u64, TwinError> {
        self.patch(patch.into(), None).await
    }

    /// Does the same if the reported properties still have the expected version; otherwise the hub
    /// refuses (412). Never sent again: if the connection is lost before the answer, it fails.
    pub async fn patch_reported_if(
        &self,
        patch: impl Into<Value>,
        expected_version: u64,
    ) -> Result<u64, TwinError> {
        self.patch(patch.into(), Some(expected_version)).await
    }

    async fn patch(&self, patch: Value, version: Option<u64>) -> Result<u64, TwinError> {
        let patch = match patch {
            Value::Object(patch) => patch,
            other => {
                return Err(TwinError::NotAnObject {
                    found: kind(&other),
                });
            }
        };
        let answer = self.ask(|reply| Command::PatchReported(patch, version, reply));
        match answer.await {
            Some(Ok(TwinAnswer::Reported { version })) => Ok(version),
            Some(Ok(TwinAnswer::Twin(_))) => Err(not_asked_for()),
            Some(Err(error)) => Err(error),
            None => Err(TwinError::Closed),
        }
    }

    /// The next change of desired properties that the hub announces, each for one caller only.
    /// Subscribes at the first call. Changes that are made while the device is not connected are not
    /// announced: [`watch_desired`](Self::watch_desired) notices them.
    pub async fn next_desired_patch(&self) -> Result<DesiredPatch, SubscribeError> {
        let wanted = |topic: &HubTopic| matches!(topic, HubTopic::DesiredPatch { .. });
        let read = |message| desired_patch(&message);
        self.next_of(&TopicFilter::DesiredPatches, wanted, read)
            .await
    }

    /// Subscribes to changes of desired properties, reads the twin, and keeps both together from
    /// then on, across lost connections.
    pub async fn watch_desired(&self) -> Result<DesiredWatch, TwinError> {
        DesiredWatch::start(self.clone()).await
    }

    /// Ends the connection, or the attempts to make one. Sends that are not acknowledged fail.
    pub async fn disconnect(&self) {
        // Without a driver there is nothing to disconnect.
        let _ = self.ask(Command::Disconnect).await;
    }

    /// All that happens from now on, each for every stream. A stream that is not read fills up, so
    /// drop it when it is of no more use. It ends with the driver.
    pub fn events(&self) -> impl Stream<Item = SessionEvent> + use<> {
        self.watch()
    }

    pub(super) fn watch(&self) -> mpsc::UnboundedReceiver<SessionEvent> {
        let (sender, events) = mpsc::unbounded();
        // Without a driver the sender is dropped and the stream is at its end.
        let _ = self.commands.unbounded_send(Command::Watch(sender));
        events
    }

    /// The next of a kind, subscribed to if nothing of it is there yet. What says it is of the kind
    /// and cannot be read is passed over.
    async fn next_of<T>(
        &self,
        filter: &TopicFilter,
        wanted: impl Fn(&HubTopic) -> bool,
        read: impl Fn(Incoming) -> Option<T>,
    ) -> Result<T, SubscribeError> {
        loop {
            let message = match self.inbox.take(|message| wanted(&message.topic)) {
                Some(message) => self.taken(message),
                None if self.commands.is_closed() => return Err(SubscribeError::Closed),
                None => {
                    self.subscribe(filter.clone()).await?;
                    let next = self.next(|message| wanted(&message.topic)).await;
                    next.ok_or(SubscribeError::Closed)?
                }
            };
            if let Some(read) = read(message) {
                return Ok(read);
            }
        }
    }

    async fn next(&self, wanted: impl Fn(&Incoming) -> bool) -> Option<Incoming> {
        let message = poll_fn(|context| self.inbox.poll_take(&wanted, context)).await?;
        Some(self.taken(message))
    }

    /// What the program has in its hands need not come again.
    fn taken(&self, message: Incoming) -> Incoming {
        if message.is_held() {
            // Without a driver there is no connection to acknowledge it on.
            let acknowledge = Command::Acknowledge(message.delivery);
            let _ = self.commands.unbounded_send(acknowledge);
        }
        message
    }

    async fn ask<T>(&self, command: impl FnOnce(oneshot::Sender<T>) -> Command) -> Option<T> {
        let (reply, answer) = oneshot::channel();
        self.commands.unbounded_send(command(reply)).ok()?;
        answer.await.ok()
    }
}

/// The session answers each request in its own kind.
fn not_asked_for() -> TwinError {
    TwinError::Unreadable {
        why: "it answers another request".to_owned(),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
