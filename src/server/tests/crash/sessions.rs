//! A device whose subscriptions outlive its connections.

use std::collections::BTreeSet;

use futures::{FutureExt as _, future::BoxFuture};
use wire::mqtt::mqttrs::{Packet, Pid, QoS, Unsubscribe};

use crate::{
    Dice, User, below,
    kept::Kept,
    uncertain::Uncertain,
    wire_ends::{Broken, Ends},
};

pub(crate) struct Sessions {
    id: String,
    dice: Dice,
    filters: Uncertain<BTreeSet<String>>,
}

impl Sessions {
    pub(crate) fn new(id: String, dice: Dice) -> Self {
        Self {
            id,
            dice,
            filters: Uncertain::new(BTreeSet::new()),
        }
    }

    async fn subscribe(&mut self, ends: &Ends) -> Result<(), Broken> {
        let mut mqtt = ends.mqtt(&self.id).await?;
        let filters = [
            "$iothub/twin/res/#".to_owned(),
            "$iothub/twin/PATCH/properties/desired/#".to_owned(),
            "$iothub/methods/POST/#".to_owned(),
            format!("devices/{}/messages/devicebound/#", self.id),
        ];
        let pid = Pid::new();
        loop {
            let which = usize::try_from(below(&mut self.dice, 4)).unwrap();
            let filter = filters[which].clone();
            let is_subscribed = self.filters.get().contains(&filter);
            self.filters.begin(|filters| {
                if !filters.remove(&filter) {
                    filters.insert(filter.clone());
                }
            });
            let answer = if is_subscribed {
                let topics = vec![filter];
                let unsubscribe = Unsubscribe { pid, topics };
                mqtt.send(&Packet::Unsubscribe(unsubscribe)).await?;
                "UNSUBACK"
            } else {
                mqtt.subscribe(&filter, QoS::AtLeastOnce).await?;
                "SUBACK"
            };
            assert_eq!(mqtt.next().await?.name(), answer);
            self.filters.done();
        }
    }
}

impl User for Sessions {
    fn run<'a>(&'a mut self, ends: &'a Ends) -> BoxFuture<'a, Broken> {
        async { self.subscribe(ends).await.err().unwrap_or(Broken) }.boxed()
    }

    fn check(&mut self, kept: &Kept) {
        let session = kept.of_device("session", &self.id);
        let filters = session.and_then(|it| it.as_object());
        let filters = filters.into_iter().flat_map(|it| it.keys().cloned());
        self.filters.settle(filters.collect());
    }
}
