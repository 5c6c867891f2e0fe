//! A twin that a service and its device write in turn.

use futures::{FutureExt as _, future::BoxFuture};
use serde_json::Value;
use wire::mqtt::mqttrs::{Packet, Publish, QoS, QosPid};

use crate::{
    Dice, User, below,
    kept::Kept,
    uncertain::Uncertain,
    wire_ends::{Broken, Ends, Mqtt},
};

pub(crate) struct Twins {
    id: String,
    dice: Dice,
    next: u64,
    /// What the tag, the desired and the reported property were last set to, and how often anything was.
    values: Uncertain<[u64; 4]>,
}

impl Twins {
    pub(crate) fn new(id: String, dice: Dice) -> Self {
        Self {
            id,
            dice,
            next: 1,
            values: Uncertain::new([0; 4]),
        }
    }

    async fn write(&mut self, ends: &Ends) -> Result<(), Broken> {
        let mut rest = ends.rest().await?;
        let mut mqtt = ends.mqtt(&self.id).await?;
        mqtt.subscribe("$iothub/twin/res/#", QoS::AtMostOnce)
            .await?;
        assert_eq!(mqtt.next().await?.name(), "SUBACK");
        loop {
            let value = self.next;
            self.next += 1;
            let which = usize::try_from(below(&mut self.dice, 3)).unwrap();
            self.values.begin(|values| {
                values[which] = value;
                values[3] += 1;
            });
            let path = format!("/twins/{}", self.id);
            let body = match which {
                0 => format!(r#"{{"tags":{{"n":{value}}}}}"#),
                _ => format!(r#"{{"properties":{{"desired":{{"n":{value}}}}}}}"#),
            };
            if which == 2 {
                report(&mut mqtt, value).await?;
            } else {
                rest.do_it("PATCH", &path, &[], &body).await?;
            }
            self.values.done();
        }
    }
}

impl User for Twins {
    fn run<'a>(&'a mut self, ends: &'a Ends) -> BoxFuture<'a, Broken> {
        async { self.write(ends).await.err().unwrap_or(Broken) }.boxed()
    }

    fn check(&mut self, kept: &Kept) {
        let twin = kept.of_device("twin", &self.id).unwrap();
        let tag = last(&twin["tags"]["n"]);
        let desired = last(&twin["desired"]["root"]["n"]);
        let reported = last(&twin["reported"]["root"]["n"]);
        // A new twin has version 2 for the service: one for each section.
        let writes = twin["version"].as_u64().unwrap() - 2;
        self.values.settle([tag, desired, reported, writes]);
    }
}

/// A value as a snapshot has it: behind when it was written.
fn last(value: &Value) -> u64 {
    let own = value.as_array().and_then(|it| it.last());
    own.and_then(Value::as_u64).unwrap_or_default()
}

async fn report(mqtt: &mut Mqtt, value: u64) -> Result<(), Broken> {
    let body = format!(r#"{{"n":{value}}}"#);
    let publish = Publish {
        dup: false,
        qospid: QosPid::AtMostOnce,
        retain: false,
        topic_name: "$iothub/twin/PATCH/properties/reported/?$rid=1",
        payload: body.as_bytes(),
    };
    mqtt.send(&Packet::Publish(publish)).await?;
    let frame = mqtt.next().await?;
    let Ok(Packet::Publish(answer)) = frame.decode() else {
        panic!("expected an answer, got {}", frame.name());
    };
    assert!(answer.topic_name.starts_with("$iothub/twin/res/204/"));
    Ok(())
}
