//! What a learner does at the bench by hand, and looks at.

use std::time::Duration;

use lab::action::{CloudAction, DeviceAction, Refusal};
use wire::timestamp::Timestamp;

use super::Classroom;
use crate::message::{Message, Report};

/// The longest that queries may lag behind, in seconds.
const LONGEST_LAG: u32 = 600;

impl Classroom {
    /// Does something in the cloud; the answer comes when the hub has given it.
    pub(super) fn act_in_cloud(&mut self, id: u64, action: CloudAction) {
        self.telling.asked.insert(id);
        self.bench.hands().start_in_cloud(id, action);
    }

    /// Does something at a simulated device; the answer comes when the device has done it.
    pub(super) fn act_at_device(&mut self, id: u64, action: DeviceAction) {
        self.telling.asked.insert(id);
        self.bench.hands().start_at_device(id, action);
    }

    pub(super) fn inspect(&mut self, entry: u64) {
        let detail = self.bench.hands().inspect(entry);
        self.reports.push_back(Report::Inspected { entry, detail });
    }

    pub(super) fn set_query_lag(&mut self, seconds: u32) -> Result<(), Message> {
        if seconds > LONGEST_LAG {
            return Err(Message::new("refused-query-lag")
                .with("seconds", u64::from(seconds))
                .with("most", u64::from(LONGEST_LAG)));
        }
        let lag = Duration::from_secs(seconds.into());
        self.bench.hands().set_query_lag(lag);
        Ok(())
    }

    /// Moves the clock on until something happens that can be seen, or that was announced.
    pub(super) fn skip(&mut self, now: Timestamp) {
        let hands = self.bench.hands();
        let end = hands.now().plus(super::LONGEST_SKIP);
        let announced = hands.upcoming().map(|(at, _)| at);
        let told = self.reports.len();
        while let Some(next) = self.bench.next_deadline().filter(|next| *next <= end) {
            self.bench.run_until(next);
            self.collect();
            if self.reports.len() > told || announced.is_some_and(|at| at <= next) {
                break;
            }
        }
        self.clock.move_to(now, hands.now());
    }
}

/// What the bench refused before anything was sent.
pub(super) fn refused_by_bench(why: &str) -> Refusal {
    Refusal {
        status: None,
        code: None,
        text: why.to_owned(),
        hint: None,
    }
}
