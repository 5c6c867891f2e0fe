//! A service that sends messages to a device, and the device that gets them over MQTT.

use std::collections::VecDeque;

use futures::{FutureExt as _, future::BoxFuture};
use wire::mqtt::{
    Frame,
    mqttrs::{Packet, Pid, QoS, QosPid},
};

use crate::{
    Dice, User, below,
    kept::Kept,
    uncertain::Uncertain,
    wire_ends::{Broken, Ends, Mqtt, Rest},
};

pub(crate) struct Deliveries {
    id: String,
    dice: Dice,
    next: u64,
    /// The messages that wait, oldest first.
    waiting: Uncertain<VecDeque<String>>,
}

/// The device's connection, and what came on it that the device has not looked at.
struct Inbox {
    mqtt: Mqtt,
    messages: VecDeque<(Pid, String)>,
}

impl Deliveries {
    pub(crate) fn new(id: String, dice: Dice) -> Self {
        Self {
            id,
            dice,
            next: 0,
            waiting: Uncertain::new(VecDeque::new()),
        }
    }

    async fn exchange(&mut self, ends: &Ends) -> Result<(), Broken> {
        let mut rest = ends.rest().await?;
        let mut inbox = Inbox::open(ends, &self.id).await?;
        loop {
            let waiting = self.waiting.get().len();
            let is_to_send = below(&mut self.dice, 2) == 0 && waiting < 50;
            if waiting == 0 || is_to_send {
                self.send(&mut rest).await?;
            } else {
                self.receive(&mut inbox).await?;
            }
        }
    }

    async fn send(&mut self, rest: &mut Rest) -> Result<(), Broken> {
        let name = format!("{}-{}", self.id, self.next);
        self.next += 1;
        self.waiting.begin(|it| it.push_back(name.clone()));
        let path = format!("/devices/{}/messages/devicebound", self.id);
        let headers = [("iothub-messageid", name.as_str())];
        rest.do_it("POST", &path, &headers, &name).await?;
        self.waiting.done();
        Ok(())
    }

    async fn receive(&mut self, inbox: &mut Inbox) -> Result<(), Broken> {
        let (pid, name) = inbox.message().await?;
        assert_eq!(self.waiting.get().front(), Some(&name), "{}", self.id);
        self.waiting.begin(|it| drop(it.pop_front()));
        inbox.acknowledge(pid).await?;
        self.waiting.done();
        Ok(())
    }
}

impl User for Deliveries {
    fn run<'a>(&'a mut self, ends: &'a Ends) -> BoxFuture<'a, Broken> {
        async { self.exchange(ends).await.err().unwrap_or(Broken) }.boxed()
    }

    fn check(&mut self, kept: &Kept) {
        let own = kept.records("message").filter(|it| it[0] == *self.id);
        let names = own.map(|it| {
            let name = &it[1]["properties"]["system"]["messageId"];
            name.as_str().unwrap().to_owned()
        });
        self.waiting.settle(names.collect());
    }
}

impl Inbox {
    async fn open(ends: &Ends, id: &str) -> Result<Self, Broken> {
        let mut inbox = Self {
            mqtt: ends.mqtt(id).await?,
            messages: VecDeque::new(),
        };
        let filter = format!("devices/{id}/messages/devicebound/#");
        inbox.mqtt.subscribe(&filter, QoS::AtLeastOnce).await?;
        inbox.until("SUBACK").await?;
        Ok(inbox)
    }

    /// The next message that came.
    async fn message(&mut self) -> Result<(Pid, String), Broken> {
        loop {
            if let Some(message) = self.messages.pop_front() {
                return Ok(message);
            }
            let frame = self.mqtt.next().await?;
            self.messages.push_back(read(&frame));
        }
    }

    /// Acknowledges a message, and waits until the hub has had that. The hub answers in order, so it has once it
    /// answers what was sent behind it.
    async fn acknowledge(&mut self, pid: Pid) -> Result<(), Broken> {
        self.mqtt.send(&Packet::Puback(pid)).await?;
        self.mqtt.send(&Packet::Pingreq).await?;
        self.until("PINGRESP").await
    }

    /// Waits for a packet. Messages may come before it.
    async fn until(&mut self, name: &str) -> Result<(), Broken> {
        loop {
            let frame = self.mqtt.next().await?;
            if frame.name() == name {
                return Ok(());
            }
            self.messages.push_back(read(&frame));
        }
    }
}

fn read(frame: &Frame<'_>) -> (Pid, String) {
    let Ok(Packet::Publish(publish)) = frame.decode() else {
        panic!("expected a message, got {}", frame.name());
    };
    let QosPid::AtLeastOnce(pid) = publish.qospid else {
        panic!("expected QoS 1, got {:?}", publish.qospid);
    };
    let name = std::str::from_utf8(publish.payload).unwrap();
    (pid, name.to_owned())
}
