//! A client that writes and reads frames one by one.

use std::time::Duration;

use fe2o3_amqp_types::{
    definitions::{Error, ErrorCondition, Handle, ReceiverSettleMode, Role, SenderSettleMode},
    messaging::{DeliveryState, Source, Target, TargetArchetype},
    performatives::{
        Attach, Begin, ChannelMax, Close, Detach, End, Flow, MaxFrameSize, Open, Performative,
        Transfer,
    },
};
use serde::Serialize;
use serde_amqp::{
    Value,
    described::Described,
    descriptor::Descriptor,
    primitives::{OrderedMap, Symbol},
};
use serde_bytes::ByteBuf;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// The longest that anything may take that is waited for.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);
pub(crate) const AMQP_HEADER: &[u8; 8] = b"AMQP\x00\x01\x00\x00";
pub(crate) const SASL_HEADER: &[u8; 8] = b"AMQP\x03\x01\x00\x00";

pub(crate) struct Client {
    stream: TcpStream,
    next_handle: u32,
    next_delivery: u32,
}

/// A frame that came.
pub(crate) struct Frame {
    pub(crate) body: Vec<u8>,
}

impl Frame {
    /// The performative and the payload.
    pub(crate) fn read(&self) -> (Performative, Vec<u8>) {
        let length = self.list_end();
        let performative = serde_amqp::from_slice(&self.body[..length]).unwrap();
        (performative, self.body[length..].to_vec())
    }

    /// How many fields the performative has.
    pub(crate) fn fields(&self) -> usize {
        match self.body[3] {
            0xC0 => usize::from(self.body[5]),
            0xD0 => usize::from(self.body[11]),
            code => panic!("a list has code {code:#x}"),
        }
    }

    fn list_end(&self) -> usize {
        let size = |from: usize| {
            let bytes = self.body[from..from + 4].try_into().unwrap();
            usize::try_from(u32::from_be_bytes(bytes)).unwrap()
        };
        match self.body[3] {
            0x45 => 4,
            0xC0 => 5 + usize::from(self.body[4]),
            0xD0 => 8 + size(4),
            code => panic!("a list has code {code:#x}"),
        }
    }
}

/// Bytes.
impl Client {
    pub(crate) fn new(stream: TcpStream) -> Self {
        Self {
            stream,
            next_handle: 0,
            next_delivery: 0,
        }
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
    }

    pub(crate) async fn read_header(&mut self) -> [u8; 8] {
        let mut header = [0; 8];
        let read = timeout(PATIENCE, self.stream.read_exact(&mut header)).await;
        read.expect("no header came in time").unwrap();
        header
    }

    /// The next frame; none at the end of the stream.
    pub(crate) async fn read_frame(&mut self) -> Option<Frame> {
        let mut header = [0; 8];
        let read = timeout(PATIENCE, self.stream.read_exact(&mut header)).await;
        read.expect("no frame came in time").ok()?;
        let size = u32::from_be_bytes(header[..4].try_into().unwrap());
        let mut body = vec![0; usize::try_from(size).unwrap() - 8];
        let read = timeout(PATIENCE, self.stream.read_exact(&mut body)).await;
        read.expect("a frame was cut off").unwrap();
        Some(Frame { body })
    }

    /// The end of the stream comes, after whatever frames.
    pub(crate) async fn expect_end(&mut self) {
        while self.read_frame().await.is_some() {}
    }

    pub(crate) async fn write_frame(&mut self, channel: u16, body: &[u8]) {
        self.write_frame_of(0, channel, body).await;
    }

    /// Writes a frame of AMQP (0) or of SASL (1).
    async fn write_frame_of(&mut self, kind: u8, channel: u16, body: &[u8]) {
        let mut frame = u32::try_from(8 + body.len())
            .unwrap()
            .to_be_bytes()
            .to_vec();
        frame.extend([2, kind]);
        frame.extend(channel.to_be_bytes());
        frame.extend(body);
        self.write(&frame).await;
    }

    pub(crate) async fn send(&mut self, channel: u16, performative: &impl Serialize) {
        let body = serde_amqp::to_vec(performative).unwrap();
        self.write_frame(channel, &body).await;
    }

    /// The next performative that is no flow, and its payload.
    pub(crate) async fn next(&mut self) -> (Performative, Vec<u8>) {
        loop {
            let frame = self.read_frame().await.expect("the stream ended");
            if frame.body.is_empty() {
                continue;
            }
            match frame.read() {
                (Performative::Flow(_), _) => {}
                read => return read,
            }
        }
    }
}

/// Who it is, by SASL.
impl Client {
    /// Begins, and gives what the mechanisms' frame holds.
    pub(crate) async fn sasl(&mut self) -> Vec<u8> {
        self.write(SASL_HEADER).await;
        assert_eq!(&self.read_header().await, SASL_HEADER);
        self.read_frame().await.unwrap().body
    }

    /// Chooses a mechanism. Gives the answer to that, if there is one.
    pub(crate) async fn choose(&mut self, mechanism: &str, response: &Value) -> Option<Frame> {
        let fields = vec![Value::Symbol(Symbol::from(mechanism)), response.clone()];
        let body = message([(0x41, Value::List(fields))]);
        self.write_frame_of(1, 0, &body).await;
        self.read_frame().await
    }
}

/// Connections, sessions and links.
impl Client {
    pub(crate) async fn open(&mut self) {
        self.write(AMQP_HEADER).await;
        assert_eq!(&self.read_header().await, AMQP_HEADER);
        self.send_open().await;
        assert!(matches!(self.next().await.0, Performative::Open(_)));
    }

    pub(crate) async fn send_open(&mut self) {
        let open = Open {
            container_id: "client".to_owned(),
            hostname: None,
            max_frame_size: MaxFrameSize(4096),
            channel_max: ChannelMax(10),
            idle_time_out: None,
            outgoing_locales: None,
            incoming_locales: None,
            offered_capabilities: None,
            desired_capabilities: None,
            properties: None,
        };
        self.send(0, &open).await;
    }

    pub(crate) async fn begin(&mut self, channel: u16) {
        let begin = Begin {
            remote_channel: None,
            next_outgoing_id: 0,
            incoming_window: 1000,
            outgoing_window: 1000,
            handle_max: Handle(100),
            offered_capabilities: None,
            desired_capabilities: None,
            properties: None,
        };
        self.send(channel, &begin).await;
        assert!(matches!(self.next().await.0, Performative::Begin(_)));
    }

    pub(crate) async fn end(&mut self) {
        self.send(0, &End { error: None }).await;
    }

    /// Closes. The hub may be gone already.
    pub(crate) async fn close(&mut self) {
        let body = serde_amqp::to_vec(&Close { error: None }).unwrap();
        let mut frame = u32::try_from(8 + body.len())
            .unwrap()
            .to_be_bytes()
            .to_vec();
        frame.extend([2, 0, 0, 0]);
        frame.extend(body);
        let _ = self.stream.write_all(&frame).await;
    }

    /// Asks for a link on which messages go to an address.
    pub(crate) async fn attach_sender(&mut self, address: &str) -> Result<u32, Error> {
        let attach = self.attach(Role::Sender, address, |_| {});
        self.attached(attach).await
    }

    /// Asks for a link on which messages come from an address.
    pub(crate) async fn attach_receiver(
        &mut self,
        address: &str,
        change: impl FnOnce(&mut Attach),
    ) -> Result<u32, Error> {
        let attach = self.attach(Role::Receiver, address, change);
        self.attached(attach).await
    }

    /// Asks for all that is at an address, and has a window for the first frame of it alone. The session has put one
    /// token before.
    pub(crate) async fn ask_for_one_frame(&mut self, address: &str) {
        let attach = self.attach(Role::Receiver, address, |_| {});
        self.send(0, &attach).await;
        let mut flow = flow(Some(attach.handle), Some(1000), false, false);
        flow.incoming_window = 2;
        self.send(0, &flow).await;
    }

    fn attach(&mut self, role: Role, address: &str, change: impl FnOnce(&mut Attach)) -> Attach {
        let handle = self.next_handle;
        self.next_handle += 1;
        let is_sender = role == Role::Sender;
        let own = Some("client".to_owned());
        let at = Some(address.to_owned());
        let mut attach = Attach {
            name: format!("link{handle}"),
            handle: Handle(handle),
            role,
            snd_settle_mode: SenderSettleMode::Mixed,
            rcv_settle_mode: ReceiverSettleMode::First,
            source: Some(Box::new(Source {
                address: if is_sender { own.clone() } else { at.clone() },
                ..Source::default()
            })),
            target: Some(Box::new(TargetArchetype::Target(Target {
                address: if is_sender { at } else { own },
                ..Target::default()
            }))),
            unsettled: None,
            incomplete_unsettled: false,
            initial_delivery_count: is_sender.then_some(0),
            max_message_size: None,
            offered_capabilities: None,
            desired_capabilities: None,
            properties: None,
        };
        change(&mut attach);
        attach
    }

    /// The link, once it is there and nothing speaks against it.
    async fn attached(&mut self, attach: Attach) -> Result<u32, Error> {
        let is_sender = attach.role == Role::Sender;
        self.send(0, &attach).await;
        let Performative::Attach(answer) = self.next().await.0 else {
            panic!("expected attach");
        };
        assert_eq!(answer.name, attach.name);
        if is_sender {
            // A link that is given comes with credit; one that is not is detached.
            let frame = self.read_frame().await.unwrap();
            return match frame.read().0 {
                Performative::Flow(flow) => {
                    assert!(flow.link_credit > Some(0));
                    Ok(attach.handle.0)
                }
                Performative::Detach(detach) => Err(detach.error.unwrap()),
                other => panic!("expected flow or detach, got {other:?}"),
            };
        }
        // The answer to an echo comes after what was to be said of the link.
        let handle = Some(attach.handle.clone());
        self.send(0, &flow(handle, Some(0), false, true)).await;
        let frame = self.read_frame().await.unwrap();
        match frame.read().0 {
            Performative::Flow(_) => Ok(attach.handle.0),
            Performative::Detach(detach) => Err(detach.error.unwrap()),
            other => panic!("expected flow or detach, got {other:?}"),
        }
    }

    pub(crate) async fn detach(&mut self, handle: u32) {
        let detach = Detach {
            handle: Handle(handle),
            closed: true,
            error: None,
        };
        self.send(0, &detach).await;
    }

    pub(crate) async fn grant(&mut self, handle: u32, credit: u32, drain: bool) {
        let flow = flow(Some(Handle(handle)), Some(credit), drain, false);
        self.send(0, &flow).await;
    }
}

/// Messages.
impl Client {
    /// Sends a message in one frame. Gives the delivery's number.
    pub(crate) async fn transfer(&mut self, handle: u32, message: &[u8]) -> u32 {
        self.transfer_part(handle, message, false).await;
        self.next_delivery += 1;
        self.next_delivery - 1
    }

    /// Sends a part of a message.
    pub(crate) async fn transfer_part(&mut self, handle: u32, part: &[u8], more: bool) {
        let transfer = Transfer {
            handle: Handle(handle),
            delivery_id: Some(self.next_delivery),
            delivery_tag: Some(ByteBuf::from(self.next_delivery.to_be_bytes())),
            message_format: Some(0),
            settled: Some(false),
            more,
            rcv_settle_mode: None,
            state: None,
            resume: false,
            aborted: false,
            batchable: false,
        };
        let mut body = serde_amqp::to_vec(&transfer).unwrap();
        body.extend(part);
        self.write_frame(0, &body).await;
    }

    /// Sends a message and waits for what becomes of it.
    pub(crate) async fn send_message(&mut self, handle: u32, message: &[u8]) -> Result<(), Error> {
        let delivery = self.transfer(handle, message).await;
        self.outcome(delivery).await
    }

    /// What becomes of a message.
    pub(crate) async fn outcome(&mut self, delivery: u32) -> Result<(), Error> {
        let Performative::Disposition(disposition) = self.next().await.0 else {
            panic!("expected disposition");
        };
        assert_eq!(disposition.first, delivery);
        assert!(disposition.settled);
        match disposition.state {
            Some(DeliveryState::Accepted(_)) => Ok(()),
            Some(DeliveryState::Rejected(rejected)) => Err(rejected.error.unwrap()),
            other => panic!("expected accepted or rejected, got {other:?}"),
        }
    }

    /// The next message, from however many frames, with its delivery's number.
    pub(crate) async fn receive(&mut self) -> (u32, Vec<Section>) {
        let mut message = Vec::new();
        loop {
            let (performative, payload) = self.next().await;
            let Performative::Transfer(transfer) = performative else {
                panic!("expected transfer, got {performative:?}");
            };
            message.extend(payload);
            if !transfer.more {
                return (transfer.delivery_id.unwrap(), read_sections(&message));
            }
        }
    }

    /// Asks on a pair of links of requests and answers. Gives the answer, after the disposition of the request.
    pub(crate) async fn ask(&mut self, requests: u32, message: &[u8]) -> Vec<Section> {
        self.send_message(requests, message).await.unwrap();
        self.receive().await.1
    }

    /// Puts a token. Gives the status.
    pub(crate) async fn put_token(&mut self, audience: &str, token: &str) -> i32 {
        let requests = self.attach_cbs().await;
        let request = put_token(Value::from("1"), audience, token);
        status(&self.ask(requests, &request).await)
    }

    /// Attaches the links for tokens. Gives that of the requests.
    pub(crate) async fn attach_cbs(&mut self) -> u32 {
        let requests = self.attach_sender("$cbs").await.unwrap();
        let answers = self.attach_receiver("$cbs", |_| {}).await.unwrap();
        self.grant(answers, 100, false).await;
        requests
    }
}

/// A section of a message.
#[derive(Debug, PartialEq)]
pub(crate) struct Section {
    pub(crate) code: u64,
    pub(crate) value: Value,
}

fn read_sections(mut bytes: &[u8]) -> Vec<Section> {
    let mut sections = Vec::new();
    while !bytes.is_empty() {
        let section: Described<Value> = serde_amqp::from_reader(&mut bytes).unwrap();
        let Descriptor::Code(code) = section.descriptor else {
            panic!("expected a code, got {:?}", section.descriptor);
        };
        let value = section.value;
        sections.push(Section { code, value });
    }
    sections
}

/// The value of a section.
pub(crate) fn section(sections: &[Section], code: u64) -> &Value {
    let found = sections.iter().find(|section| section.code == code);
    &found.expect("a section is missing").value
}

/// A value of a section that is a map.
pub(crate) fn entry<'a>(map: &'a Value, key: &Value) -> &'a Value {
    let Value::Map(map) = map else {
        panic!("expected a map, got {map:?}");
    };
    map.get(key).expect("an entry is missing")
}

/// The status of an answer.
pub(crate) fn status(answer: &[Section]) -> i32 {
    match entry(section(answer, 0x74), &Value::from("status-code")) {
        Value::Int(status) => *status,
        other => panic!("expected an int, got {other:?}"),
    }
}

/// A message of sections.
pub(crate) fn message(sections: impl IntoIterator<Item = (u64, Value)>) -> Vec<u8> {
    let sections = sections.into_iter().map(|(code, value)| {
        let descriptor = Descriptor::Code(code);
        serde_amqp::to_vec(&Described { descriptor, value }).unwrap()
    });
    sections.flatten().collect()
}

/// A map of texts.
pub(crate) fn texts<const N: usize>(entries: [(&str, &str); N]) -> Value {
    let entries = entries
        .into_iter()
        .map(|(key, value)| (Value::from(key), Value::from(value)));
    Value::Map(entries.collect::<OrderedMap<_, _>>())
}

/// A request that puts a token.
pub(crate) fn put_token(id: Value, audience: &str, token: &str) -> Vec<u8> {
    let properties = texts([
        ("operation", "put-token"),
        ("type", "servicebus.windows.net:sastoken"),
        ("name", audience),
    ]);
    message([
        (0x73, Value::List(vec![id])),
        (0x74, properties),
        (0x77, Value::from(token)),
    ])
}

/// The name of an error's condition.
pub(crate) fn condition(error: &Error) -> String {
    match &error.condition {
        ErrorCondition::Custom(name) => name.as_str().to_owned(),
        known => {
            let bytes = serde_amqp::to_vec(known).unwrap();
            let name: Symbol = serde_amqp::from_slice(&bytes).unwrap();
            name.into_inner()
        }
    }
}

/// A flow of a session that has received nothing yet.
fn flow(handle: Option<Handle>, link_credit: Option<u32>, drain: bool, echo: bool) -> Flow {
    Flow {
        next_incoming_id: Some(0),
        incoming_window: 1000,
        next_outgoing_id: 0,
        outgoing_window: 1000,
        delivery_count: handle.as_ref().map(|_| 0),
        handle,
        link_credit,
        available: None,
        drain,
        echo,
        properties: None,
    }
}
