//! Asking a live hub how its devices are.

use std::time::Duration;

use client::service::Service;
use futures::future::select;
use wire::{connection_string::ServiceConnectionString, timestamp::Timestamp};

use super::Live;
use crate::{hands::Hands, mirror::Wish, trace::Party, view::Side};

/// The name under which the bench itself asks.
pub(super) const REFRESH: &str = "refresh";

/// How long an answer is waited for before something else is asked.
const PATIENCE: Duration = Duration::from_mins(1);

impl Live {
    /// What is to be asked for next, and when; none if there is no way to ask.
    pub(crate) fn next_refresh(&self) -> Option<(Timestamp, Wish)> {
        let may_ask = !self.is_asking && self.may_ask();
        may_ask.then(|| self.mirror.next_wish()).flatten()
    }

    /// Whether there is a way to ask, and something to ask with.
    pub(super) fn may_ask(&self) -> bool {
        self.ways.has_relay() && self.policy.is_some()
    }
}

impl Hands {
    /// Has a live hub asked soon how a device is, as after something was done to it from elsewhere. An emulated hub need
    /// not be asked.
    pub fn refresh(&self, device_id: &str) {
        let mut world = self.world();
        if let Some(live) = world.hub.live() {
            live.mirror.refresh(&Wish::Identity(device_id.to_owned()));
            live.mirror.refresh(&Wish::Twin(device_id.to_owned()));
        }
        world.changed();
    }

    /// Asks for one thing after another, as long as there is a bench.
    pub(crate) async fn keep_fresh(&self) {
        loop {
            let (wish, string) = self.next_question().await;
            let ask = Box::pin(self.ask(&wish, string));
            let patience = Box::pin(self.sleep(PATIENCE));
            // An answer that comes later is learnt all the same.
            select(ask, patience).await;
            self.question_is_over();
        }
    }

    /// Waits until something is to be asked for.
    async fn next_question(&self) -> (Wish, ServiceConnectionString) {
        loop {
            if let Some(question) = self.take_question() {
                return question;
            }
            // The bench's deadline is that of the next question: when it has come, something has changed.
            self.next_change().await;
        }
    }

    fn take_question(&self) -> Option<(Wish, ServiceConnectionString)> {
        let mut world = self.world();
        let now = world.now;
        let live = world.hub.live_mut()?;
        let (_, wish) = live.next_refresh().filter(|(at, _)| *at <= now)?;
        let string = live.mirror.service_connection_string()?;
        live.mirror.fulfil(&wish);
        live.is_asking = true;
        Some((wish, string))
    }

    fn question_is_over(&self) {
        if let Some(live) = self.world().hub.live_mut() {
            live.is_asking = false;
        }
    }

    async fn ask(&self, wish: &Wish, string: ServiceConnectionString) {
        let service = Service::new(string);
        let now = self.now();
        let request = match wish {
            Wish::Identity(id) => service.get_device(now, id).request,
            Wish::Twin(id) => service.get_twin(now, id).request,
        };
        let party = Party {
            side: Side::Cloud,
            name: REFRESH.to_owned(),
        };
        // What comes of it is learnt on its way, whatever it is.
        let _ = self.exchange(&party, &request).await;
    }
}
