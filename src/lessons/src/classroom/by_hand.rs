//! What a learner does at the bench by hand, and looks at.

use std::time::Duration;

use lab::{
    action::{CloudAction, DeviceAction, Refusal},
    doctor::{self, Place},
};
use wire::{
    connection_string::{ConnectionStringError, DeviceConnectionString, Problem},
    timestamp::Timestamp,
};

use super::Classroom;
use crate::message::{DeviceString, Message, Report};

/// The longest that queries may lag behind, in seconds.
const LONGEST_LAG: u32 = 600;

impl Classroom {
    /// Does something in the cloud; the answer comes when the hub has given it.
    pub(super) fn act_in_cloud(&mut self, id: u64, action: CloudAction) {
        self.telling.asked.push(id);
        self.bench.hands().start_in_cloud(id, action);
    }

    /// Does something at a simulated device; the answer comes when the device has done it.
    pub(super) fn act_at_device(&mut self, id: u64, action: DeviceAction) {
        self.telling.asked.push(id);
        if self.live.is_some() && matches!(action, DeviceAction::StartFleet { .. }) {
            self.answer_refused(
                id,
                "a fleet would use up a live hub's messages of the day; leave the hub, and start the fleet on the one \
                 in this page",
            );
            return;
        }
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

    /// Says what a text is that claims to be a connection string.
    pub(super) fn diagnose(&mut self, id: u64, text: &str) {
        let diagnosis = doctor::diagnose(text, self.bench.hands().now(), Place::Anywhere);
        self.reports.push_back(Report::Diagnosed { id, diagnosis });
    }

    /// Gives the simulated device its connection string, as the learner pasted it.
    pub(super) fn set_device_string(&mut self, text: &str) {
        let hands = self.bench.hands();
        hands.set_device_string(None);
        let host_name = self.host_name().to_owned();
        let place = Place::Device {
            host_name: &host_name,
            device_id: None,
        };
        let detail = match text.parse::<DeviceConnectionString>() {
            Ok(string) if string.host_name.eq_ignore_ascii_case(&host_name) => {
                hands.set_device_string(Some(string));
                return;
            }
            Ok(_) => format!("expected HostName={host_name}"),
            Err(_) if text.trim().is_empty() => {
                self.show_device_string(DeviceString::Missing);
                return;
            }
            Err(error) => {
                let detail = error.to_string();
                hands.set_wrong_device_string(error);
                detail
            }
        };
        let findings = doctor::diagnose(text, hands.now(), place).findings;
        let message = findings.into_iter().next().map_or_else(
            || Message::new("device-string-wrong"),
            |(id, argument)| Message::new(id).with("argument", argument.as_str()),
        );
        self.show_device_string(DeviceString::Wrong { message, detail });
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

/// What is wrong with a text that a step gave to the device.
pub(super) fn explain(error: &ConnectionStringError) -> Message {
    match (&error.problem, error.kind) {
        (Problem::WrongKind { .. }, Some(kind)) => {
            Message::new("doctor-wrong-kind").with("argument", kind.to_string().as_str())
        }
        _ => Message::new("device-string-wrong"),
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
