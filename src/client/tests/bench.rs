//! A session on a bench: a clock that is moved by hand, a hub played by the test, and a record of
//! all that the session puts out, a line each.

use std::time::Duration;

use client::device::{
    DeviceOptions, Incoming, Message, Output, RetryPolicy, SendId, Session, SessionEvent,
    TwinAnswer,
};
use wire::connection_string::DeviceConnectionString;
use wire::mqtt::mqttrs::{
    Connack, ConnectReturnCode, Packet, Pid, Publish, QoS, QosPid, Suback, SubscribeReturnCodes,
};
use wire::mqtt::{Frame, encode};
use wire::timestamp::Timestamp;

pub(crate) const HOST: &str = "contoso.azure-devices.net";
pub(crate) const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// When the bench's clock starts: 2026-08-01T10:00:00Z.
pub(crate) const START: Timestamp = Timestamp::from_millis(1_785_578_400_000);

pub(crate) const SECOND: Duration = Duration::from_secs(1);

pub(crate) fn device() -> DeviceConnectionString {
    format!("HostName={HOST};DeviceId=dev1;SharedAccessKey={KEY}")
        .parse()
        .unwrap()
}

/// Waits of one second without end: the plainest way to come back.
pub(crate) const RETRY: RetryPolicy = RetryPolicy::Fixed {
    wait: SECOND,
    attempts: None,
};

/// Options under which only what the test moves can happen.
pub(crate) fn calm() -> DeviceOptions {
    DeviceOptions {
        keep_alive: Duration::ZERO,
        message_timeout: Duration::from_hours(100),
        token_lifetime: Duration::from_hours(1000),
        retry: RETRY,
        ..DeviceOptions::default()
    }
}

pub(crate) struct Bench {
    pub(crate) session: Session,
    pub(crate) now: Timestamp,
    lines: Vec<String>,
    events: Vec<SessionEvent>,
    packets: Vec<Vec<u8>>,
}

impl Bench {
    pub(crate) fn new(options: DeviceOptions) -> Self {
        Self::of(device(), options)
    }

    pub(crate) fn of(device: DeviceConnectionString, options: DeviceOptions) -> Self {
        Self {
            session: Session::new(device, options, 1),
            now: START,
            lines: Vec::new(),
            events: Vec::new(),
            packets: Vec::new(),
        }
    }

    /// A bench whose session is connected; nothing of how it got there is on record.
    pub(crate) fn connected(options: DeviceOptions) -> Self {
        let mut bench = Self::new(options);
        bench.connect();
        bench.accept(false);
        bench.lines();
        bench
    }

    pub(crate) fn connect(&mut self) {
        self.session.connect(self.now);
        self.drain();
    }

    /// Opens the link that was asked for and accepts the connection.
    pub(crate) fn accept(&mut self, session_present: bool) {
        self.open();
        self.connack(ConnectReturnCode::Accepted, session_present);
    }

    pub(crate) fn open(&mut self) {
        self.session.link_opened(self.now);
        self.drain();
    }

    pub(crate) fn connack(&mut self, code: ConnectReturnCode, session_present: bool) {
        self.hub(&Packet::Connack(Connack {
            session_present,
            code,
        }));
    }

    pub(crate) fn lose(&mut self) {
        self.session.link_closed(self.now);
        self.drain();
    }

    pub(crate) fn publish(&mut self, body: &str) -> SendId {
        let id = self.session.publish(self.now, Message::new(body));
        self.drain();
        id
    }

    pub(crate) fn hub(&mut self, packet: &Packet<'_>) {
        self.bytes(&encode(packet).unwrap());
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.session.receive(self.now, bytes);
        self.drain();
    }

    pub(crate) fn puback(&mut self, packet_id: u16) {
        self.hub(&Packet::Puback(pid(packet_id)));
    }

    pub(crate) fn suback(&mut self, packet_id: u16, granted: Option<QoS>) {
        let code = granted.map_or(SubscribeReturnCodes::Failure, SubscribeReturnCodes::Success);
        self.hub(&Packet::Suback(Suback {
            pid: pid(packet_id),
            return_codes: vec![code],
        }));
    }

    /// The hub publishes: with a packet id at least once, without at most once.
    pub(crate) fn deliver(&mut self, topic: &str, body: &str, packet_id: Option<u16>) {
        self.hub(&Packet::Publish(Publish {
            dup: false,
            qospid: packet_id.map_or(QosPid::AtMostOnce, |id| QosPid::AtLeastOnce(pid(id))),
            retain: false,
            topic_name: topic,
            payload: body.as_bytes(),
        }));
    }

    /// The messages of the hub since events were last asked for.
    pub(crate) fn messages(&mut self) -> Vec<Incoming> {
        let messages = self.events().into_iter();
        let messages = messages.filter_map(|event| match event {
            SessionEvent::Message(message) => Some(*message),
            _ => None,
        });
        messages.collect()
    }

    pub(crate) fn acknowledge(&mut self, message: &Incoming) {
        self.session.acknowledge(self.now, message.delivery);
        self.drain();
    }

    /// Lets time pass, stopping at each deadline as a good owner does.
    pub(crate) fn wait(&mut self, time: Duration) {
        let end = self.now.plus(time);
        for _ in 0..1000 {
            match self.session.next_deadline() {
                Some(deadline) if deadline <= end => {
                    self.now = self.now.max(deadline);
                    self.session.advance(self.now);
                    self.drain();
                }
                _ => {
                    self.now = end;
                    return;
                }
            }
        }
        panic!(
            "a deadline that is never met: {:?}",
            self.session.next_deadline()
        );
    }

    /// What the session put out since this was last asked for.
    pub(crate) fn lines(&mut self) -> Vec<String> {
        std::mem::take(&mut self.lines)
    }

    pub(crate) fn events(&mut self) -> Vec<SessionEvent> {
        std::mem::take(&mut self.events)
    }

    pub(crate) fn packets(&mut self) -> Vec<Vec<u8>> {
        std::mem::take(&mut self.packets)
    }

    pub(crate) fn drain(&mut self) {
        while let Some(output) = self.session.poll() {
            self.lines.push(line(&output));
            match output {
                Output::Event(event) => self.events.push(event),
                Output::Send(bytes) => self.packets.push(bytes),
                Output::OpenLink { .. } | Output::CloseLink => {}
            }
        }
    }
}

pub(crate) fn pid(id: u16) -> Pid {
    Pid::try_from(id).unwrap()
}

/// An output in few words.
pub(crate) fn line(output: &Output) -> String {
    match output {
        Output::OpenLink { host } => format!("open {host}"),
        Output::CloseLink => "close".to_owned(),
        Output::Send(bytes) => packet_line(&Frame::parse(bytes).unwrap().decode().unwrap()),
        Output::Event(event) => event_line(event),
    }
}

pub(crate) fn packet_line(packet: &Packet<'_>) -> String {
    match packet {
        Packet::Connect(_) => "CONNECT".to_owned(),
        Packet::Publish(publish) => format!(
            "PUBLISH #{}{} {}",
            publish.qospid.pid().map_or(0, Pid::get),
            if publish.dup { " dup" } else { "" },
            String::from_utf8_lossy(publish.payload),
        ),
        Packet::Subscribe(subscribe) => format!(
            "SUBSCRIBE #{} {}",
            subscribe.pid.get(),
            subscribe.topics[0].topic_path
        ),
        Packet::Puback(id) => format!("PUBACK #{}", id.get()),
        Packet::Pingreq => "PINGREQ".to_owned(),
        Packet::Disconnect => "DISCONNECT".to_owned(),
        other => format!("{other:?}"),
    }
}

fn event_line(event: &SessionEvent) -> String {
    match event {
        SessionEvent::Connected { .. } => "connected".to_owned(),
        SessionEvent::Refused(code) => format!("refused {code:?}"),
        SessionEvent::ConnectFailed { why } => format!("connect failed {why:?}"),
        SessionEvent::Disconnected { why } => format!("disconnected {why:?}"),
        SessionEvent::Retrying { attempt, after } => format!("retry {attempt} in {after:?}"),
        SessionEvent::GaveUp(_) => "gave up".to_owned(),
        SessionEvent::TokenRenewed => "token renewed".to_owned(),
        SessionEvent::Sent(id, _) => format!("sent {}", number(*id)),
        SessionEvent::SendFailed(id, why) => format!("failed {} {why:?}", number(*id)),
        SessionEvent::Subscribed { filter, qos } => {
            format!("subscribed {} at {qos}", filter.to_filter())
        }
        SessionEvent::SubscribeFailed { filter, why } => {
            format!("not subscribed {} {why:?}", filter.to_filter())
        }
        SessionEvent::Message(message) => {
            format!("message {}", String::from_utf8_lossy(&message.body))
        }
        SessionEvent::TwinAnswered(_, TwinAnswer::Twin(twin)) => format!(
            "twin desired {} reported {}",
            twin.desired.version, twin.reported.version
        ),
        SessionEvent::TwinAnswered(_, TwinAnswer::Reported { version }) => {
            format!("reported {version}")
        }
        SessionEvent::TwinFailed(_, why) => format!("twin failed {why:?}"),
        SessionEvent::UnknownTopic { topic, .. } => format!("unknown topic {topic}"),
    }
}

/// Sends are numbered from 0.
fn number(id: SendId) -> String {
    format!("{id:?}").replace("SendId", "")
}
