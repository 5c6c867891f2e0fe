//! What will happen next on a bench, by name.

use hub::{Hub, Planned};
use wire::timestamp::Timestamp;

use crate::{hands::Hands, view::Upcoming};

impl Hands {
    /// The next thing that will happen by itself, and when, if nothing is done before.
    pub fn upcoming(&self) -> Option<(Timestamp, Upcoming)> {
        let world = self.look();
        let timer = world.next_timer().map(|at| (at, Upcoming::ProgramGoesOn));
        let hub = world.hub.emulated();
        let planned = hub
            .and_then(Hub::next_planned)
            .map(|(at, it)| (at, of_hub(it)));
        // What the hub does is more of news than that a program goes on at the same time.
        planned.into_iter().chain(timer).min_by_key(|(at, _)| *at)
    }
}

fn of_hub(planned: Planned) -> Upcoming {
    match planned {
        Planned::MessageExpires { device_id } => Upcoming::MessageExpires { device_id },
        Planned::LockEnds { device_id } => Upcoming::LockEnds { device_id },
        Planned::MethodTimesOut { device_id } => Upcoming::MethodTimesOut { device_id },
        Planned::ConnectionEnds {
            device_id: Some(device_id),
        } => Upcoming::ConnectionEnds { device_id },
        Planned::FeedbackReady => Upcoming::FeedbackReady,
        Planned::QueryCatchesUp => Upcoming::QueryCatchesUp,
        Planned::ConnectionEnds { device_id: None } | Planned::Other => Upcoming::Other,
    }
}
