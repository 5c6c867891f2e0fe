//! A hub that does as it is told, and a desk that speaks with it.

use std::{
    rc::Rc,
    sync::{Arc, Mutex},
    time::Duration,
};

use amqp::{
    desk::Desk,
    message::{Ask, Failure, ReadFrom, Told},
    network::Network,
};
use fe2o3_amqp_types::{
    definitions::{AmqpError, ConnectionError, Error, Handle, Role},
    messaging::{Source, Target, TargetArchetype},
    performatives::{
        Attach, Begin, ChannelMax, Close, Detach, MaxFrameSize, Open, Performative, Transfer,
    },
    sasl::{SaslCode, SaslMechanisms, SaslOutcome},
};
use serde::Serialize;
use serde_amqp::primitives::{Array, Symbol};
use serde_bytes::ByteBuf;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream},
    sync::mpsc,
    task::LocalSet,
};
use wire::timestamp::Timestamp;

pub(crate) const HOST: &str = "hub.example";
const PATIENCE: Duration = Duration::from_secs(20);

/// What a hub does once a link is attached from which events could come.
#[derive(Clone, Debug)]
pub(crate) enum Conduct {
    /// Sends these bytes before anything else, and ends.
    Greets(Vec<u8>),
    /// Gives the link, sends these bytes once it has credit, and ends.
    Sends(Vec<u8>),
    /// Does not give the link.
    Refuses(Box<Error>),
    /// Gives the link, and closes the connection once it has heard nothing for the time that it asks for. After a few
    /// signs of life it ends the link as one that is not there.
    Insists(Duration),
    /// Gives the link, sends one of these bodies whenever it has credit, and ends when there are no more.
    Tells(Vec<&'static str>),
}

/// How many signs of life are enough.
const SIGNS: usize = 3;

struct Peer {
    conduct: Conduct,
    opened: Arc<Mutex<Vec<String>>>,
}

impl Network for Peer {
    type Stream = DuplexStream;

    async fn open(&self, url: &str) -> Result<DuplexStream, String> {
        let opened = {
            let mut opened = self.opened.lock().unwrap();
            opened.push(url.to_owned());
            opened.len()
        };
        // One connection is enough to be hostile on.
        if opened > 1 {
            return Err("nobody is there".to_owned());
        }
        let (ours, theirs) = tokio::io::duplex(4096);
        let conduct = self.conduct.clone();
        tokio::task::spawn_local(async move {
            // The other side may go at any time.
            let _ = act(theirs, conduct).await;
        });
        Ok(ours)
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_millis(1_800_000_000_000)
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

/// What a read comes to with a hub that conducts itself so, and the addresses that it led to.
pub(crate) async fn read(conduct: Conduct) -> (Failure, Vec<String>) {
    let from = ReadFrom::default();
    match ask(conduct, vec![Ask::Read { id: 1, from }]).await {
        (Told::Failed { id: 1, failure }, opened) => (failure, opened),
        (told, _) => panic!("expected a failure, got {told:?}"),
    }
}

/// What is told last of so many questions to a hub that conducts itself so, and the addresses that they led to.
pub(crate) async fn ask(conduct: Conduct, questions: Vec<Ask>) -> (Told, Vec<String>) {
    let tasks = LocalSet::new();
    let reading = tasks.run_until(async {
        let opened = Arc::default();
        let (tell, mut told) = mpsc::unbounded_channel();
        let peer = Peer {
            conduct,
            opened: Arc::clone(&opened),
        };
        let tell = Rc::new(tell);
        let mut desk = Desk::new(peer, move |it| {
            let _ = tell.send(it);
        });
        desk.hear(Ask::Hub {
            connection_string: format!(
                "HostName={HOST};SharedAccessKeyName=service;SharedAccessKey=AAAAAAAAAAAAAAAAAAAAAA=="
            ),
            events: None,
        });
        let count = questions.len();
        for question in questions {
            desk.hear(question);
        }
        assert_eq!(told.recv().await, Some(Told::Ready));
        for _ in 1..count {
            told.recv().await.unwrap();
        }
        let answer = told.recv().await.unwrap();
        let opened = opened.lock().unwrap().clone();
        (answer, opened)
    });
    let read = tokio::time::timeout(PATIENCE, reading).await;
    read.expect("in time")
}

async fn act(mut stream: DuplexStream, mut conduct: Conduct) -> std::io::Result<()> {
    let mut sent = 0;
    if let Conduct::Greets(bytes) = &conduct {
        return stream.write_all(bytes).await;
    }
    let mut header = [0; 8];
    stream.read_exact(&mut header).await?;
    stream.write_all(b"AMQP\x03\x01\x00\x00").await?;
    let plain = vec![Symbol::from("PLAIN")];
    let mechanisms = SaslMechanisms {
        sasl_server_mechanisms: Array::from(plain),
    };
    stream.write_all(&frame(1, &mechanisms, &[])).await?;
    next(&mut stream).await?;
    let outcome = SaslOutcome {
        code: SaslCode::Ok,
        additional_data: None,
    };
    stream.write_all(&frame(1, &outcome, &[])).await?;
    stream.read_exact(&mut header).await?;
    stream.write_all(b"AMQP\x00\x01\x00\x00").await?;
    loop {
        let body = next(&mut stream).await?;
        match serde_amqp::from_slice(&body) {
            Ok(Performative::Open(_)) => {
                stream.write_all(&frame(0, &open(&conduct), &[])).await?;
            }
            Ok(Performative::Begin(_)) => stream.write_all(&frame(0, &begin(), &[])).await?,
            Ok(Performative::Attach(attach)) => {
                let (answer, end) = answer(attach, &conduct);
                stream.write_all(&frame(0, &answer, &[])).await?;
                if let Some(end) = end {
                    stream.write_all(&frame(0, &end, &[])).await?;
                }
            }
            Ok(Performative::Flow(_)) => match &mut conduct {
                Conduct::Sends(bytes) => return stream.write_all(bytes).await,
                Conduct::Insists(time_out) => return insist(&mut stream, *time_out).await,
                Conduct::Tells(bodies) if bodies.is_empty() => return Ok(()),
                Conduct::Tells(bodies) => {
                    let message = message(bodies.remove(0));
                    stream.write_all(&transfer(sent, &message)).await?;
                    sent += 1;
                }
                Conduct::Greets(_) | Conduct::Refuses(_) => {}
            },
            _ => {}
        }
    }
}

/// A message with this body.
fn message(text: &str) -> Vec<u8> {
    let size = u32::try_from(text.len()).unwrap().to_be_bytes();
    [&[0x00, 0x53, 0x75, 0xB0], &size[..], text.as_bytes()].concat()
}

/// A message that waits to be accepted.
fn transfer(number: u32, message: &[u8]) -> Vec<u8> {
    let transfer = Transfer {
        handle: Handle(0),
        delivery_id: Some(number),
        delivery_tag: Some(ByteBuf::from(number.to_be_bytes())),
        message_format: Some(0),
        settled: Some(false),
        more: false,
        rcv_settle_mode: None,
        state: None,
        resume: false,
        aborted: false,
        batchable: false,
    };
    frame(0, &transfer, message)
}

/// Listens for signs of life.
async fn insist(stream: &mut DuplexStream, time_out: Duration) -> std::io::Result<()> {
    // What is on its way takes a part of the time.
    let patience = time_out * 3 / 4;
    for _ in 0..SIGNS {
        if tokio::time::timeout(patience, next(stream)).await.is_err() {
            let condition = ConnectionError::ConnectionForced;
            let error = Error::new(condition, "inactive for too long".to_owned(), None);
            let close = Close { error: Some(error) };
            return stream.write_all(&frame(0, &close, &[])).await;
        }
    }
    let end = Detach {
        handle: Handle(0),
        closed: true,
        error: Some(Error::new(AmqpError::NotFound, None, None)),
    };
    stream.write_all(&frame(0, &end, &[])).await?;
    next(stream).await.map(drop)
}

/// A frame of AMQP (type 0) or SASL (type 1) on channel 0.
pub(crate) fn frame(kind: u8, performative: &impl Serialize, payload: &[u8]) -> Vec<u8> {
    let mut body = serde_amqp::to_vec(performative).unwrap();
    body.extend(payload);
    raw_frame(kind, &body)
}

pub(crate) fn raw_frame(kind: u8, body: &[u8]) -> Vec<u8> {
    let size = u32::try_from(8 + body.len()).unwrap();
    let mut frame = size.to_be_bytes().to_vec();
    frame.extend([2, kind, 0, 0]);
    frame.extend(body);
    frame
}

async fn next(stream: &mut DuplexStream) -> std::io::Result<Vec<u8>> {
    let mut header = [0; 8];
    stream.read_exact(&mut header).await?;
    let size = u32::from_be_bytes(header[..4].try_into().unwrap());
    let mut body = vec![0; usize::try_from(size).unwrap() - 8];
    stream.read_exact(&mut body).await?;
    Ok(body)
}

fn open(conduct: &Conduct) -> Open {
    let idle_time_out = match conduct {
        Conduct::Insists(time_out) => time_out.as_millis().try_into().ok(),
        _ => None,
    };
    Open {
        container_id: "hub".to_owned(),
        hostname: None,
        max_frame_size: MaxFrameSize(65_536),
        channel_max: ChannelMax(10),
        idle_time_out,
        outgoing_locales: None,
        incoming_locales: None,
        offered_capabilities: None,
        desired_capabilities: None,
        properties: None,
    }
}

fn begin() -> Begin {
    Begin {
        remote_channel: Some(0),
        next_outgoing_id: 0,
        incoming_window: 1000,
        outgoing_window: 1000,
        handle_max: Handle(100),
        offered_capabilities: None,
        desired_capabilities: None,
        properties: None,
    }
}

/// The other end of a link, and its end if it is refused.
fn answer(mut attach: Attach, conduct: &Conduct) -> (Attach, Option<Detach>) {
    attach.role = match attach.role {
        Role::Sender => Role::Receiver,
        Role::Receiver => Role::Sender,
    };
    attach.initial_delivery_count = Some(0);
    let Conduct::Refuses(error) = conduct else {
        attach.source = Some(Box::new(Source::default()));
        let target = TargetArchetype::Target(Target::default());
        attach.target = Some(Box::new(target));
        return (attach, None);
    };
    attach.source = None;
    let end = Detach {
        handle: attach.handle.clone(),
        closed: true,
        error: Some((**error).clone()),
    };
    (attach, Some(end))
}
