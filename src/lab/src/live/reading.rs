//! Reading a live hub's events.

use std::time::Duration;

use futures::{StreamExt as _, stream::LocalBoxStream};
use wire::timestamp::Timestamp;

use super::{Live, Route};
use crate::{hands::Hands, outside::ReadNews};

/// How long nothing is read after a reader has ended for good.
const REST: Duration = Duration::from_secs(30);

impl Live {
    fn take_read(&mut self, now: Timestamp, news: ReadNews) {
        match news {
            ReadNews::Reading { partitions } => {
                self.mirror.found_events(partitions);
                self.works(&Route::Events);
            }
            ReadNews::Events(events) => {
                self.mirror.learn_events(events);
                self.works(&Route::Events);
            }
            ReadNews::Retrying { trouble, after } => {
                self.trouble(Route::Events, trouble, Some(now.plus(after)));
            }
            ReadNews::Failed(trouble) => self.trouble(Route::Events, trouble, None),
        }
    }
}

impl Hands {
    /// Has events read, if nobody does so yet. On an emulated hub nobody need.
    pub(crate) fn want_events(&self) {
        let mut world = self.world();
        if let Some(live) = world.hub.live() {
            live.mirror.want_events();
        }
        world.changed();
    }

    /// Reads events from the first time on that somebody wants them, as long as there is a bench. A reader that has
    /// ended is begun anew when somebody wants events anew.
    pub(crate) async fn keep_reading(&self) {
        loop {
            self.wait_until(|hands| {
                let world = hands.look();
                world
                    .hub
                    .live()
                    .is_some_and(|live| live.mirror.wants_events())
            })
            .await;
            let Some(mut news) = self.open_events() else {
                return;
            };
            while let Some(news) = news.next().await {
                let mut world = self.world();
                let now = world.now;
                if let Some(live) = world.hub.live_mut() {
                    live.take_read(now, news);
                }
                world.changed();
            }
            self.sleep(REST).await;
        }
    }

    fn open_events(&self) -> Option<LocalBoxStream<'static, ReadNews>> {
        let world = self.look();
        let live = world.hub.live()?;
        Some(live.ways.read_events(Some(live.since)))
    }
}
