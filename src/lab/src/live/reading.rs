//! Reading a live hub's events.

use std::time::Duration;

use futures::{StreamExt as _, stream::LocalBoxStream};
use wire::timestamp::Timestamp;

use super::{Live, Route};
use crate::{
    hands::Hands,
    outside::{ReadFrom, ReadNews, TroubleKind},
};

/// How long nothing is read after a reader has ended, at first.
const REST: Duration = Duration::from_secs(30);

/// The longest time until it is tried again what the hub refuses.
const LONGEST_REST: Duration = Duration::from_mins(10);

/// The rests after readers that ended without having read.
#[derive(Default)]
pub(super) struct Rests {
    last: Option<Duration>,
}

impl Rests {
    /// How long to rest now. What ends by itself is tried again soon. What somebody has to mend (a key, a right, a clock)
    /// is tried ever less often: it may be mended, and asking is no way to mend it.
    fn next(&mut self, kind: TroubleKind) -> Duration {
        let ends_by_itself = matches!(
            kind,
            TroubleKind::Offline
                | TroubleKind::NoSocket
                | TroubleKind::Unreachable
                | TroubleKind::Throttled
                | TroubleKind::Closed
                | TroubleKind::Timeout
        );
        let longer = self.last.map(|last| (last * 2).min(LONGEST_REST));
        let rest = longer.filter(|_| !ends_by_itself).unwrap_or(REST);
        self.last = Some(rest);
        rest
    }

    /// A reader reads.
    fn end(&mut self) {
        self.last = None;
    }
}

impl Live {
    /// Learns what a reader tells; when to read again, if it has ended.
    fn take_read(&mut self, now: Timestamp, news: ReadNews) -> Option<Timestamp> {
        match news {
            ReadNews::Reading { partitions } => {
                self.mirror.found_events(partitions);
                self.rests.end();
                self.works(&Route::Events);
            }
            ReadNews::Events(events) => {
                self.mirror.learn_events(events);
                self.works(&Route::Events);
            }
            ReadNews::Retrying { trouble, after } => {
                self.trouble(Route::Events, trouble, Some(now.plus(after)));
            }
            ReadNews::Failed(trouble) => {
                let again = now.plus(self.rests.next(trouble.kind));
                self.trouble(Route::Events, trouble, Some(again));
                return Some(again);
            }
        }
        None
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

    /// Reads events from the first time on that somebody wants them, as long as there is a bench. After a reader that has
    /// ended another goes on where it was.
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
            let mut again = None;
            while let Some(news) = news.next().await {
                let mut world = self.world();
                let now = world.now;
                if let Some(live) = world.hub.live_mut() {
                    again = live.take_read(now, news);
                }
                world.changed();
            }
            let rest = again.map_or(REST, |again| again.since(self.now()));
            self.sleep(rest).await;
        }
    }

    fn open_events(&self) -> Option<LocalBoxStream<'static, ReadNews>> {
        let world = self.look();
        let live = world.hub.live()?;
        Some(live.ways.read_events(ReadFrom {
            since: Some(live.since),
            after: live.mirror.newest_events(),
        }))
    }
}
