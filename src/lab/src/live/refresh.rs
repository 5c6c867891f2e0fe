//! Asking a live hub how its devices are.

use futures::future::{Either, select};
use wire::{connection_string::ServiceConnectionString, timestamp::Timestamp};

use client::service::Service;

use super::Live;
use crate::{hands::Hands, mirror::Wish, trace::Party, view::Side};

/// The name under which the bench itself asks.
const REFRESH: &str = "refresh";

impl Live {
    /// What is to be asked for next, and when; none if there is no way to ask.
    pub(crate) fn next_refresh(&self) -> Option<(Timestamp, Wish)> {
        let may_ask = !self.is_asking && self.outside.has_relay() && self.policy.is_some();
        may_ask.then(|| self.mirror.next_wish()).flatten()
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
            self.set_asking(true);
            self.ask(&wish, string).await;
            self.set_asking(false);
        }
    }

    fn set_asking(&self, is_asking: bool) {
        if let Some(live) = self.world().hub.live_mut() {
            live.is_asking = is_asking;
        }
    }

    /// Waits until something is to be asked for.
    async fn next_question(&self) -> (Wish, ServiceConnectionString) {
        loop {
            let (next, now) = {
                let world = self.world();
                let live = world.hub.live();
                (live.and_then(Live::next_refresh), world.now)
            };
            let at = match next {
                Some((at, wish)) if at <= now => {
                    let world = self.world();
                    let live = world.hub.live();
                    let string = live.and_then(|live| {
                        live.mirror.fulfil(&wish);
                        live.mirror.service_connection_string()
                    });
                    match string {
                        Some(string) => return (wish, string),
                        None => None,
                    }
                }
                Some((at, _)) => Some(at),
                None => None,
            };
            let news = Box::pin(self.next_change());
            match at {
                Some(at) => {
                    let time = Box::pin(self.sleep_until(at));
                    match select(news, time).await {
                        Either::Left(_) | Either::Right(_) => {}
                    }
                }
                None => news.await,
            }
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
