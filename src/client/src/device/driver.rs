//! The future that joins a session to a network and to the handles of a program.

use std::future::{Future, pending, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Poll, ready};

use futures::channel::{mpsc, oneshot};
use futures::{FutureExt, StreamExt};
use serde_json::{Map, Value};
use wire::connection_string::DeviceConnectionString;
use wire::timestamp::Timestamp;
use wire::topic::{DeviceTopic, TopicFilter};

use crate::network::{Link, LinkError, Network};

use super::error::{ConnectError, DisconnectReason, SendError, SubscribeError, TwinError};
use super::event::{Delivery, Output, Receipt, SendId, SessionEvent, TwinAnswer, TwinRequestId};
use super::inbox::Inbox;
use super::method::MethodRequest;
use super::options::DeviceOptions;
use super::session::Session;
use crate::message::Message;

type Reply<T> = oneshot::Sender<T>;
type Local<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// What a handle asks of the driver.
pub(super) enum Command {
    Connect(Reply<Result<(), ConnectError>>),
    Send(Box<Message>, Reply<Result<Receipt, SendError>>),
    SendTo(Box<DeviceTopic>, Vec<u8>, Reply<Result<Receipt, SendError>>),
    Respond(
        Box<MethodRequest>,
        i32,
        Value,
        Reply<Result<Receipt, SendError>>,
    ),
    GetTwin(Reply<Result<TwinAnswer, TwinError>>),
    PatchReported(
        Map<String, Value>,
        Option<u64>,
        Reply<Result<TwinAnswer, TwinError>>,
    ),
    Acknowledge(Delivery),
    Subscribe(TopicFilter, Reply<Result<u8, SubscribeError>>),
    Disconnect(Reply<()>),
    Watch(mpsc::UnboundedSender<SessionEvent>),
}

/// A session and those who wait for news of it.
pub(super) struct Driver {
    session: Session,
    inbox: Inbox,
    /// The connection that the messages in the inbox are of, as far as the hub keeps them.
    connection: Option<u64>,
    connecting: Vec<Reply<Result<(), ConnectError>>>,
    sending: Vec<(SendId, Reply<Result<Receipt, SendError>>)>,
    asking: Vec<(TwinRequestId, Reply<Result<TwinAnswer, TwinError>>)>,
    subscribing: Vec<(TopicFilter, Reply<Result<u8, SubscribeError>>)>,
    watching: Vec<mpsc::UnboundedSender<SessionEvent>>,
}

/// What the driver waits for; see `Connections::next`.
enum Happening<L> {
    Opened(Result<L, LinkError>),
    Received(Option<Vec<u8>>),
    Due,
    Asked(Option<Command>),
}

impl Driver {
    pub(super) fn new(
        device: DeviceConnectionString,
        options: DeviceOptions,
        seed: u64,
        inbox: Inbox,
    ) -> Self {
        Self {
            session: Session::new(device, options, seed),
            inbox,
            connection: None,
            connecting: Vec::new(),
            sending: Vec::new(),
            asking: Vec::new(),
            subscribing: Vec::new(),
            watching: Vec::new(),
        }
    }

    /// Drives the session until all handles are gone.
    pub(super) async fn run<N: Network>(
        mut self,
        network: N,
        mut commands: mpsc::UnboundedReceiver<Command>,
    ) {
        let mut connections = Connections::new(&network);
        loop {
            let happening = connections
                .next(self.session.next_deadline(), &mut commands)
                .await;
            let now = network.now();
            match happening {
                Happening::Opened(Ok(link)) => {
                    connections.link = Some(link);
                    self.session.link_opened(now);
                }
                Happening::Opened(Err(error)) => self.session.link_failed(now, error),
                Happening::Received(Some(bytes)) => self.session.receive(now, &bytes),
                Happening::Received(None) => {
                    connections.link = None;
                    self.session.link_closed(now);
                }
                Happening::Due => self.session.advance(now),
                Happening::Asked(Some(command)) => self.obey(now, command),
                Happening::Asked(None) => break,
            }
            self.drain(&mut connections);
        }
        self.session.disconnect(network.now());
        self.drain(&mut connections);
    }

    fn obey(&mut self, now: Timestamp, command: Command) {
        match command {
            Command::Connect(reply) if self.session.is_connected() => answer(reply, Ok(())),
            Command::Connect(reply) => {
                self.connecting.push(reply);
                self.session.connect(now);
            }
            Command::Send(message, reply) => {
                let id = self.session.publish(now, *message);
                self.sending.push((id, reply));
            }
            Command::SendTo(topic, body, reply) => {
                let id = self.session.publish_to(now, &topic, body);
                self.sending.push((id, reply));
            }
            Command::Respond(method, status, payload, reply) => {
                let id = self.session.respond(now, &method, status, &payload);
                self.sending.push((id, reply));
            }
            Command::GetTwin(reply) => {
                let id = self.session.get_twin(now);
                self.asking.push((id, reply));
            }
            Command::PatchReported(patch, version, reply) => {
                let id = self.session.patch_reported(now, &patch, version);
                self.asking.push((id, reply));
            }
            Command::Acknowledge(delivery) => self.session.acknowledge(now, delivery),
            Command::Subscribe(filter, reply) => {
                self.subscribing.push((filter.clone(), reply));
                self.session.subscribe(now, filter);
            }
            Command::Disconnect(reply) => {
                self.session.disconnect(now);
                answer(reply, ());
            }
            Command::Watch(watcher) => self.watching.push(watcher),
        }
    }

    /// The drain rule: does all that the session wants, and only then tells it of a link that
    /// failed meanwhile, unless the session has let go of that link by itself.
    fn drain<N: Network>(&mut self, connections: &mut Connections<'_, N>) {
        loop {
            let mut failed = None;
            while let Some(output) = self.session.poll() {
                match output {
                    Output::OpenLink { host } => connections.open(host),
                    Output::Send(bytes) => failed = failed.or(connections.send(&bytes).err()),
                    Output::CloseLink => {
                        connections.close();
                        failed = None;
                    }
                    Output::Event(event) => {
                        self.follow_connection();
                        self.tell(event);
                    }
                }
            }
            let Some(error) = failed else { break };
            self.session.link_failed(connections.network.now(), error);
        }
        self.follow_connection();
    }

    /// What the program has not taken when a connection ends, the hub delivers again on the next:
    /// kept here it would come twice.
    fn follow_connection(&mut self) {
        let connection = self.session.connection();
        if self.connection != connection {
            self.connection = connection;
            self.inbox.withdraw_held();
        }
    }

    fn tell(&mut self, event: SessionEvent) {
        self.watching
            .retain(|watcher| watcher.unbounded_send(event.clone()).is_ok());
        match event {
            SessionEvent::Connected { .. } | SessionEvent::TokenRenewed => self.connected(&Ok(())),
            SessionEvent::GaveUp(error) => self.connected(&Err(error)),
            SessionEvent::Disconnected {
                why: DisconnectReason::Requested,
            } => self.connected(&Err(ConnectError::Closed)),
            SessionEvent::Sent(id, receipt) => self.sent(id, Ok(receipt)),
            SessionEvent::SendFailed(id, error) => self.sent(id, Err(error)),
            SessionEvent::Subscribed { filter, qos } => self.subscribed(&filter, &Ok(qos)),
            SessionEvent::SubscribeFailed { filter, why } => self.subscribed(&filter, &Err(why)),
            SessionEvent::TwinAnswered(id, answer) => self.answered(id, Ok(answer)),
            SessionEvent::TwinFailed(id, error) => self.answered(id, Err(error)),
            // The connection may have ended right after the message.
            SessionEvent::Message(message)
                if !message.is_held() || self.session.holds(message.delivery) =>
            {
                self.inbox.put(*message);
            }
            SessionEvent::Refused(_)
            | SessionEvent::ConnectFailed { .. }
            | SessionEvent::Disconnected { .. }
            | SessionEvent::Retrying { .. }
            | SessionEvent::Message(_)
            | SessionEvent::UnknownTopic { .. } => {}
        }
    }

    fn connected(&mut self, outcome: &Result<(), ConnectError>) {
        for reply in self.connecting.drain(..) {
            answer(reply, outcome.clone());
        }
    }

    fn sent(&mut self, id: SendId, outcome: Result<Receipt, SendError>) {
        if let Some(reply) = take(&mut self.sending, &id) {
            answer(reply, outcome);
        }
    }

    fn answered(&mut self, id: TwinRequestId, outcome: Result<TwinAnswer, TwinError>) {
        if let Some(reply) = take(&mut self.asking, &id) {
            answer(reply, outcome);
        }
    }

    fn subscribed(&mut self, filter: &TopicFilter, outcome: &Result<u8, SubscribeError>) {
        for (_, reply) in self
            .subscribing
            .extract_if(.., |(asked, _)| asked == filter)
        {
            answer(reply, outcome.clone());
        }
    }
}

/// Whoever waits for news must learn that none will come, however the driver ends.
impl Drop for Driver {
    fn drop(&mut self) {
        self.inbox.end();
    }
}

/// Takes off who waits under an id.
fn take<I: PartialEq, T>(waiting: &mut Vec<(I, T)>, id: &I) -> Option<T> {
    let place = waiting.iter().position(|(own, _)| own == id)?;
    Some(waiting.swap_remove(place).1)
}

/// The program may have stopped waiting.
fn answer<T>(reply: Reply<T>, outcome: T) {
    let _ = reply.send(outcome);
}

/// The driver's side of the network: a link or the opening of one, and an alarm.
struct Connections<'a, N: Network> {
    network: &'a N,
    link: Option<N::Link>,
    opening: Option<Local<'a, Result<N::Link, LinkError>>>,
    alarm: Option<(Timestamp, Local<'a, ()>)>,
}

impl<'a, N: Network> Connections<'a, N> {
    fn new(network: &'a N) -> Self {
        Self {
            network,
            link: None,
            opening: None,
            alarm: None,
        }
    }

    fn open(&mut self, host: String) {
        let network = self.network;
        self.link = None;
        self.opening = Some(Box::pin(async move { network.open_link(&host).await }));
    }

    fn close(&mut self) {
        self.link = None;
        self.opening = None;
    }

    fn send(&mut self, bytes: &[u8]) -> Result<(), LinkError> {
        // What follows on a link that has just failed goes nowhere; the session knows of it.
        let Some(link) = &mut self.link else {
            return Ok(());
        };
        let sent = link.send(bytes);
        if sent.is_err() {
            self.link = None;
        }
        sent
    }

    /// Waits for the first of what may happen. Bytes come before time: after a pause of the whole
    /// program an answer that is there already must not be taken for missing.
    async fn next(
        &mut self,
        deadline: Option<Timestamp>,
        commands: &mut mpsc::UnboundedReceiver<Command>,
    ) -> Happening<N::Link> {
        self.set_alarm(deadline);
        let Self {
            link,
            opening,
            alarm,
            ..
        } = self;
        let mut receiving = pin!(receive(link.as_mut()));
        poll_fn(|context| {
            if let Some(future) = opening
                && let Poll::Ready(result) = future.poll_unpin(context)
            {
                *opening = None;
                return Poll::Ready(Happening::Opened(result));
            }
            if let Poll::Ready(bytes) = receiving.as_mut().poll(context) {
                return Poll::Ready(Happening::Received(bytes));
            }
            if let Some((_, future)) = alarm
                && future.poll_unpin(context).is_ready()
            {
                *alarm = None;
                return Poll::Ready(Happening::Due);
            }
            Poll::Ready(Happening::Asked(ready!(commands.poll_next_unpin(context))))
        })
        .await
    }

    /// Keeps the alarm at the deadline, also when that moves away: whoever shows what comes next shows the truth.
    fn set_alarm(&mut self, deadline: Option<Timestamp>) {
        let Some(deadline) = deadline else {
            self.alarm = None;
            return;
        };
        if self.alarm.as_ref().is_some_and(|(at, _)| *at == deadline) {
            return;
        }
        self.alarm = Some((deadline, Box::pin(self.network.sleep_until(deadline))));
    }
}

async fn receive<L: Link>(link: Option<&mut L>) -> Option<Vec<u8>> {
    match link {
        Some(link) => link.receive().await,
        None => pending().await,
    }
}
