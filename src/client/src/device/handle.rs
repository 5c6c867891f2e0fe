//! The handle that a program holds.

use std::future::{Future, poll_fn};

use futures::Stream;
use futures::channel::{mpsc, oneshot};
use wire::connection_string::DeviceConnectionString;
use wire::topic::{DeviceTopic, TopicFilter};

use crate::network::Network;

use super::driver::{Command, Driver};
use super::error::{ConnectError, SendError, SubscribeError};
use super::event::{Incoming, Receipt, SessionEvent};
use super::inbox::Inbox;
use super::message::Message;
use super::options::DeviceOptions;

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
}

impl Device {
    /// A device that is not connected yet, and the driver to spawn.
    pub fn new<N: Network>(
        connection_string: DeviceConnectionString,
        options: DeviceOptions,
        network: N,
    ) -> (Self, impl Future<Output = ()>) {
        let (sender, commands) = mpsc::unbounded();
        let inbox = Inbox::default();
        let driver = Driver::new(connection_string, options, network.random(), inbox.clone());
        let device = Self {
            commands: sender,
            inbox,
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

    /// The next of what the hub sent to this device, each for one caller only. `None` when the
    /// driver has ended. It has been acknowledged to the hub already.
    pub async fn next_message(&self) -> Option<Incoming> {
        poll_fn(|context| self.inbox.poll_take(context)).await
    }

    /// Ends the connection, or the attempts to make one. Sends that are not acknowledged fail.
    pub async fn disconnect(&self) {
        // Without a driver there is nothing to disconnect.
        let _ = self.ask(Command::Disconnect).await;
    }

    /// All that happens from now on, each for every stream. A stream that is not read fills up, so
    /// drop it when it is of no more use. It ends with the driver.
    pub fn events(&self) -> impl Stream<Item = SessionEvent> + use<> {
        let (sender, events) = mpsc::unbounded();
        // Without a driver the sender is dropped and the stream is at its end.
        let _ = self.commands.unbounded_send(Command::Watch(sender));
        events
    }

    async fn ask<T>(&self, command: impl FnOnce(oneshot::Sender<T>) -> Command) -> Option<T> {
        let (reply, answer) = oneshot::channel();
        self.commands.unbounded_send(command(reply)).ok()?;
        answer.await.ok()
    }
}
