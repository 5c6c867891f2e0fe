//! Telemetry on its way into the event log.

use std::sync::Arc;

use wire::timestamp::Timestamp;

use crate::{
    close_reason::CloseReason,
    connection::Message,
    hub::Hub,
    store::{Change, Kind},
    stored_event::{Place, Sender, StoredEvent},
};

impl Hub {
    /// Keeps one message of a sender, whose property bag is right.
    pub(crate) fn store_event(
        &mut self,
        now: Timestamp,
        sender: Arc<Sender>,
        bag: &str,
        body: &[u8],
    ) -> Result<(), CloseReason> {
        let entry = self.registry.activity_mut(&sender.identity);
        let Some((_, last_activity)) =
            entry.filter(|(generation_id, _)| *generation_id == sender.generation_id)
        else {
            return Err(CloseReason::DeviceDeleted);
        };
        let Some(place) = self.events.next_place(&sender.identity.device_id) else {
            return Ok(());
        };
        let event = StoredEvent::new(place, now, sender, bag, body);
        self.store.commit(&[Change(Kind::Event(&event))])?;
        *last_activity = now;
        self.events.append(event);
        Ok(())
    }

    /// Keeps messages of one sender, all of them or none.
    pub(crate) fn store_telemetry(
        &mut self,
        now: Timestamp,
        sender: &Arc<Sender>,
        messages: &[Message],
    ) -> Result<(), CloseReason> {
        let identity = &sender.identity;
        if self.registry.generation_id(identity) != Some(&sender.generation_id) {
            return Err(CloseReason::DeviceDeleted);
        }
        let Some(mut place) = self.events.next_place(&identity.device_id) else {
            return Ok(());
        };
        let events: Vec<_> = messages
            .iter()
            .map(|message| {
                let bag = message.properties.to_cloud_to_device_bag();
                let event = StoredEvent::new(place, now, Arc::clone(sender), &bag, &message.body);
                place = Place {
                    number: place.number.saturating_add(1),
                    offset: place.offset.saturating_add(event.size() as u64),
                    ..place
                };
                event
            })
            .collect();
        let changes: Vec<_> = events.iter().map(|it| Change(Kind::Event(it))).collect();
        self.store.commit(&changes)?;
        self.registry.touch(identity, now);
        for event in events {
            self.events.append(event);
        }
        Ok(())
    }
}
