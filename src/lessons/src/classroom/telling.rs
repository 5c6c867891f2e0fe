//! What the classroom tells of the bench, and how much of it: a page can show only so much.

use std::time::Duration;

use lab::{
    DeviceNews, FEW_DEVICES, Happening, LeftOut, Wanted,
    action::Outcome,
    view::{DeviceDetail, Side, TraceEntry},
};
use wire::timestamp::Timestamp;

use super::{Classroom, by_hand::explain, refused_by_bench};
use crate::message::{DeviceString, Report};

/// How many messages of the trace one batch of reports tells, if it is no answer to the learner.
const MOST_TRACED: usize = 100;

/// How many messages of the trace, and lines of each console, the answer to a learner's command tells.
const MOST_AT_ONCE: usize = 1_000;

/// How many of the newest lines of each console one batch of reports tells, and how many of the newest events, if it is
/// no answer to the learner.
const MOST_HAPPENED: usize = 100;

/// How often, in real time, it is told what has changed about many devices.
const MANY_DEVICES_EVERY: Duration = Duration::from_millis(500);

/// How often, in real time, it is looked whether the watched device has changed.
const WATCH_EVERY: Duration = Duration::from_millis(250);

/// What was told, and when, by real time.
#[derive(Default)]
pub(super) struct Telling {
    /// How many messages of the trace the batch under way may still tell.
    room: usize,
    /// Whether a learner waits for the batch.
    at_once: bool,
    devices_told: Timestamp,
    /// The device that is watched.
    watched: Option<String>,
    watched_told: Timestamp,
    /// What was told of the watched device.
    seen: Option<Seen>,
    /// The actions that have not been answered.
    pub(super) asked: Vec<u64>,
}

/// What there was to see of the watched device; nothing of one that is not in the registry.
#[derive(PartialEq)]
struct Seen(Option<DeviceDetail>);

impl Telling {
    /// A batch of reports begins.
    pub(super) fn begin(&mut self, at_once: bool) {
        self.at_once = at_once;
        self.room = if at_once { MOST_AT_ONCE } else { MOST_TRACED };
    }

    /// Whether a learner waits for the batch under way.
    pub(super) fn is_at_once(&self) -> bool {
        self.at_once
    }

    pub(super) fn watch(&mut self, device_id: Option<String>) {
        self.watched = device_id;
        self.seen = None;
    }

    pub(super) fn watched(&self) -> Option<String> {
        self.watched.clone()
    }

    fn is_due(&self, now: Timestamp, last: Timestamp, every: Duration) -> bool {
        self.at_once || now.since(last) >= every
    }
}

impl Classroom {
    /// Takes over what happened on the bench.
    pub(super) fn collect(&mut self) {
        let mut lines: Vec<(String, u32)> = Vec::new();
        for happening in self.what_happened() {
            let report = match happening {
                // Nobody sees the lines that a program passes through between two looks.
                Happening::Line { program, line } => {
                    // What programs share is in another file than the one that is shown.
                    if line.file().ends_with(&format!("{program}.rs")) {
                        lines.retain(|(known, _)| *known != program);
                        lines.push((program, line.line()));
                    }
                    continue;
                }
                Happening::Console(line) => Report::Console(line),
                Happening::Arrived(event) => Report::Arrived(event),
                Happening::Program { side, name, state } => Report::Program { side, name, state },
                Happening::Answered { id, outcome } => {
                    self.telling.asked.retain(|asked| *asked != id);
                    Report::Answered { id, outcome }
                }
            };
            self.reports.push_back(report);
        }
        let lines = lines.into_iter();
        self.reports
            .extend(lines.map(|(program, line)| Report::Line { program, line }));
        self.tell_trace();
        self.tell_devices();
        self.tell_device_string();
    }

    /// What the bench has to tell, in order. Of too many lines or events, the oldest are only counted.
    fn what_happened(&mut self) -> Vec<Happening> {
        let mut left_out = self.bench.take_left_out();
        let mut happened: Vec<_> = std::iter::from_fn(|| self.bench.poll()).collect();
        let most = if self.telling.at_once {
            MOST_AT_ONCE
        } else {
            MOST_HAPPENED
        };
        let mut rooms = [most; 3];
        // The newest first, which are those that are told.
        happened.reverse();
        happened.retain(|happening| {
            let kind = match happening {
                Happening::Console(line) => usize::from(line.side == Side::Cloud),
                Happening::Arrived(_) => 2,
                _ => return true,
            };
            let has_room = rooms[kind] > 0;
            rooms[kind] = rooms[kind].saturating_sub(1);
            if !has_room {
                left_out.count(happening);
            }
            has_room
        });
        happened.reverse();
        if left_out != LeftOut::default() {
            self.reports.push_back(Report::LeftOut {
                device_lines: left_out.device_lines,
                cloud_lines: left_out.cloud_lines,
                events: left_out.events,
            });
        }
        happened
    }

    fn tell_trace(&mut self) {
        let fleet = self.bench.hands().fleet();
        let watched = self.telling.watched.as_deref();
        let wanted = |entry: &TraceEntry| match fleet {
            Some(fleet) if fleet.has(&entry.party) && !is_of_interest(entry) => {
                if fleet.only_counts(&entry.party) && watched != Some(&entry.party) {
                    Wanted::Counted
                } else {
                    Wanted::IfThereIsRoom
                }
            }
            _ => Wanted::First,
        };
        let (entries, skipped) = self.bench.take_trace(self.telling.room, wanted);
        self.telling.room = self.telling.room.saturating_sub(entries.len());
        for entry in entries {
            self.reports.push_back(Report::Trace((**entry).clone()));
        }
        if skipped > 0 {
            self.reports
                .push_back(Report::TraceSkipped { count: skipped });
        }
    }

    fn tell_devices(&mut self) {
        let now = self.last_turn;
        let many = self.bench.hands().hub().device_count() > FEW_DEVICES;
        let last = self.telling.devices_told;
        if many && !self.telling.is_due(now, last, MANY_DEVICES_EVERY) {
            return;
        }
        let Some(news) = self.bench.take_device_news() else {
            return;
        };
        self.telling.devices_told = now;
        self.reports.push_back(match news {
            DeviceNews::All(devices) => Report::Devices(devices),
            DeviceNews::Changed { devices, gone } => Report::DevicesChanged { devices, gone },
        });
    }

    fn tell_device_string(&mut self) {
        let hands = self.bench.hands();
        if let Some(string) = hands.device_string() {
            self.show_device_string(DeviceString::Given {
                host_name: string.host_name,
                device_id: string.device_id,
            });
        } else if let Some(error) = hands.wrong_device_string() {
            // What a learner pasted was explained when it was pasted.
            if !matches!(self.device_string, DeviceString::Wrong { .. }) {
                self.show_device_string(DeviceString::Wrong {
                    message: explain(&error),
                    detail: error.to_string(),
                });
            }
        } else if matches!(self.device_string, DeviceString::Given { .. }) {
            self.show_device_string(DeviceString::Missing);
        }
    }

    pub(super) fn show_device_string(&mut self, state: DeviceString) {
        if self.device_string != state {
            self.device_string = state.clone();
            self.reports.push_back(Report::DeviceString(state));
        }
    }

    /// Tells of the watched device if anything about it is new.
    pub(super) fn tell_watched(&mut self) {
        let now = self.last_turn;
        let Some(device_id) = &self.telling.watched else {
            return;
        };
        if !self
            .telling
            .is_due(now, self.telling.watched_told, WATCH_EVERY)
        {
            return;
        }
        self.telling.watched_told = now;
        let detail = self.bench.hands().device_detail(device_id);
        let seen = Some(Seen(detail.clone()));
        if self.telling.seen == seen {
            return;
        }
        self.reports.push_back(Report::Watched {
            device_id: device_id.clone(),
            detail,
        });
        self.telling.seen = seen;
    }

    /// The bench is about to be replaced: what was asked of it is answered by nobody else.
    pub(super) fn end_asked(&mut self) {
        self.telling.seen = None;
        for id in std::mem::take(&mut self.telling.asked) {
            self.answer_refused(
                id,
                "the bench was made anew before the answer came; do it again",
            );
        }
    }

    /// Answers that something done by hand is not to be.
    pub(super) fn answer_refused(&mut self, id: u64, why: &str) {
        self.telling.asked.retain(|asked| *asked != id);
        let outcome = Outcome::Refused(refused_by_bench(why));
        self.reports.push_back(Report::Answered { id, outcome });
    }
}

/// Whether a message of a fleet's device is none of those that all of them exchange all the time.
fn is_of_interest(entry: &TraceEntry) -> bool {
    entry.mark.is_some() || entry.summary.starts_with("$iothub/")
}
