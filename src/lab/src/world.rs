//! Everything on a bench but the programs' futures: the hub, its links, timers, and what there is to tell.

use std::{
    collections::BTreeMap,
    panic::Location,
    task::{Poll, Waker},
    time::Duration,
};

use futures::channel::oneshot;
use http::{Request, Response};
use hub::{CloseReason, ConnectionId, Hub, Output, RequestId};
use rand_chacha::ChaCha20Rng;
use wire::{
    connection_string::{ConnectionStringError, DeviceConnectionString},
    mqtt,
    timestamp::Timestamp,
};

use crate::{
    bench::Happening,
    devices::Devices,
    happenings::Happenings,
    journal::{Journal, Turn},
    links::Links,
    programs::Programs,
    trace::{self, Party, Trace, Traced},
    view::{ConsoleLine, Direction, ProgramState, Side, Span, Tone},
};

/// The state behind a bench.
pub(crate) struct World {
    pub(crate) hub: Hub,
    pub(crate) now: Timestamp,
    pub(crate) rng: ChaCha20Rng,
    pub(crate) happenings: Happenings,
    pub(crate) trace: Trace,
    pub(crate) programs: Programs,
    pub(crate) journal: Journal,
    pub(crate) devices: Devices,
    timers: BTreeMap<(Timestamp, u64), Waker>,
    timers_set: u64,
    links: Links,
    answers: BTreeMap<RequestId, oneshot::Sender<Response<Vec<u8>>>>,
    plugs: BTreeMap<String, Plug>,
    watchers: Vec<Waker>,
    arrived: BTreeMap<String, u64>,
    device_string: Option<DeviceConnectionString>,
    /// Why the text that the device was given last is no connection string for it.
    wrong_string: Option<ConnectionStringError>,
    printed: u64,
}

/// A device's network cable.
struct Plug {
    plugged: bool,
    /// To be pulled when the hub next sends something, which is lost.
    cut_at_next_answer: bool,
}

impl Default for Plug {
    fn default() -> Self {
        Self {
            plugged: true,
            cut_at_next_answer: false,
        }
    }
}

/// Time.
impl World {
    pub(crate) fn new(hub: Hub, now: Timestamp, rng: ChaCha20Rng) -> Self {
        Self {
            hub,
            now,
            rng,
            happenings: Happenings::default(),
            trace: Trace::default(),
            programs: Programs::default(),
            journal: Journal::default(),
            devices: Devices::default(),
            timers: BTreeMap::new(),
            timers_set: 0,
            links: Links::default(),
            answers: BTreeMap::new(),
            plugs: BTreeMap::new(),
            watchers: Vec::new(),
            arrived: BTreeMap::new(),
            device_string: None,
            wrong_string: None,
            printed: 0,
        }
    }

    /// The next moment at which something happens by itself.
    pub(crate) fn next_deadline(&self) -> Option<Timestamp> {
        let timer = self.next_timer();
        timer.into_iter().chain(self.hub.next_deadline()).min()
    }

    /// When the next program goes on that waits for a time.
    pub(crate) fn next_timer(&self) -> Option<Timestamp> {
        self.timers.keys().next().map(|(at, _)| *at)
    }

    /// Moves time on and lets the hub and the timers notice. Time never goes back.
    pub(crate) fn move_to(&mut self, at: Timestamp) {
        self.now = self.now.max(at);
        self.hub.advance(self.now);
        self.drain();
        let later = self
            .timers
            .split_off(&(self.now.plus(Duration::from_millis(1)), 0));
        for waker in std::mem::replace(&mut self.timers, later).into_values() {
            waker.wake();
        }
    }

    /// Wakes `waker` when the time has come. The key takes the timer off again.
    pub(crate) fn set_timer(&mut self, at: Timestamp, waker: Waker) -> (Timestamp, u64) {
        self.timers_set += 1;
        let key = (at, self.timers_set);
        self.timers.insert(key, waker);
        key
    }

    pub(crate) fn clear_timer(&mut self, key: (Timestamp, u64)) {
        self.timers.remove(&key);
    }

    /// Wakes `waker` whenever anything has changed.
    pub(crate) fn watch(&mut self, waker: Waker) {
        // Whoever looks again has the same waker: one entry for each is enough.
        if !self.watchers.iter().any(|known| known.will_wake(&waker)) {
            self.watchers.push(waker);
        }
    }

    pub(crate) fn changed(&mut self) {
        self.devices.may_have_changed();
        for waker in self.watchers.drain(..) {
            waker.wake();
        }
    }
}

/// What crosses the wire.
impl World {
    /// Opens a link to the hub.
    pub(crate) fn open_link(&mut self, party: Party) -> ConnectionId {
        let id = self.hub.open(self.now);
        self.links.open(id, party);
        self.drain();
        id
    }

    /// Carries bytes from a client to the hub. False if the link is no longer open.
    pub(crate) fn carry(&mut self, id: ConnectionId, bytes: &[u8]) -> bool {
        let Some(end) = self.links.get_open(id) else {
            return false;
        };
        for packet in end.packets(bytes) {
            let traced = trace::of_packet(self.now, Direction::ToHub, &end.party, &packet);
            self.trace.push(traced);
        }
        self.hub.receive(self.now, id, bytes);
        self.drain();
        true
    }

    /// What came for a client on a link: `None` if the link is closed and all was read.
    pub(crate) fn poll_incoming(
        &mut self,
        id: ConnectionId,
        waker: &Waker,
    ) -> Poll<Option<Vec<u8>>> {
        self.links.poll_incoming(id, waker)
    }

    /// The client lets go of a link. The hub hears of it, unless the cable was pulled before.
    pub(crate) fn drop_link(&mut self, id: ConnectionId) {
        if self.links.drop_link(id) {
            self.hub.closed(self.now, id);
            self.drain();
        }
    }

    /// Hands a request to the hub; gives back its entry in the trace, and by what the answer comes.
    pub(crate) fn request(
        &mut self,
        party: &Party,
        request: &Request<Vec<u8>>,
    ) -> (u64, oneshot::Receiver<Response<Vec<u8>>>) {
        let (sender, receiver) = oneshot::channel();
        let entry = self.trace.push(trace::of_request(self.now, party, request));
        let id = self.hub.request(self.now, request);
        self.answers.insert(id, sender);
        self.drain();
        (entry, receiver)
    }

    /// Traces the answer to the request with the entry `answers` when its program takes it.
    pub(crate) fn trace_response(
        &mut self,
        party: &Party,
        answers: u64,
        response: &Response<Vec<u8>>,
    ) {
        let request: Option<&Traced> = self.trace.get(answers).map(AsRef::as_ref);
        let device_id = request.and_then(|request| request.device_id.clone());
        let traced = trace::of_response(self.now, party, answers, device_id, response);
        self.trace.push(traced);
    }

    /// Does what the hub wants done.
    fn drain(&mut self) {
        while let Some(output) = self.hub.poll() {
            match output {
                Output::Send { connection, bytes } => self.deliver(connection, bytes),
                Output::Close {
                    connection, reason, ..
                } => self.hang_up(connection, &reason),
                Output::Respond { request, response } => {
                    if let Some(answer) = self.answers.remove(&request) {
                        // A program that was stopped meanwhile wants no answer.
                        let _ = answer.send(response);
                    }
                }
            }
        }
        self.changed();
    }

    fn deliver(&mut self, connection: ConnectionId, bytes: Vec<u8>) {
        let Some(end) = self.links.get_open(connection) else {
            return;
        };
        let device_id = &end.party.name;
        let traced = trace::of_packet(self.now, Direction::FromHub, &end.party, &bytes);
        self.trace.push(traced);
        let plug = self.plugs.get(device_id);
        if plug.is_some_and(|plug| plug.cut_at_next_answer) {
            let device_id = device_id.clone();
            self.set_plugged(&device_id, false);
            return;
        }
        if is_welcome(&bytes) {
            self.journal.note(self.now, device_id, Turn::Connected);
        }
        end.put(bytes);
    }

    fn hang_up(&mut self, connection: ConnectionId, reason: &CloseReason) {
        let Some(end) = self.links.get_open(connection) else {
            return;
        };
        end.close();
        // A DISCONNECT is in the trace already, and is no news.
        if *reason != CloseReason::Disconnected {
            let traced = trace::of_close(self.now, &end.party, reason);
            self.trace.push(traced);
        }
    }
}

/// Cables.
impl World {
    pub(crate) fn is_plugged(&self, device_id: &str) -> bool {
        self.plugs.get(device_id).is_none_or(|plug| plug.plugged)
    }

    /// Pulls a device's cable or puts it back. The device notices at once; the hub does not, it hears only silence.
    pub(crate) fn set_plugged(&mut self, device_id: &str, plugged: bool) {
        let plug = self.plugs.entry(device_id.to_owned()).or_default();
        *plug = Plug {
            plugged,
            cut_at_next_answer: false,
        };
        if !plugged && self.links.cut(device_id) {
            self.journal.note(self.now, device_id, Turn::Lost);
        }
        self.changed();
    }

    /// Pulls a device's cable at the moment when the hub next sends something to it, which gets lost.
    pub(crate) fn cut_at_next_answer(&mut self, device_id: &str) {
        let plug = self.plugs.entry(device_id.to_owned()).or_default();
        plug.cut_at_next_answer = true;
    }

    /// Forgets all that the bench remembers of a device that is no more.
    pub(crate) fn forget_device(&mut self, device_id: &str) {
        self.plugs.remove(device_id);
        self.arrived.remove(device_id);
        self.journal.forget(device_id);
    }
}

/// Programs, and what they print and read.
impl World {
    pub(crate) fn start_program(&mut self, party: &Party) {
        self.programs.start(&party.name, party.side, self.now);
        self.set_state(&party.name, ProgramState::Running);
    }

    pub(crate) fn set_state(&mut self, name: &str, state: ProgramState) {
        if let Some(side) = self.programs.set_state(name, state) {
            self.happenings.push(Happening::Program {
                side,
                name: name.to_owned(),
                state,
            });
        }
        self.changed();
    }

    pub(crate) fn print(&mut self, side: Side, program: &str, tone: Tone, spans: Vec<Span>) {
        self.printed += 1;
        self.happenings.push(Happening::Console(ConsoleLine {
            id: self.printed,
            at: self.now,
            side,
            program: program.to_owned(),
            tone,
            spans,
        }));
    }

    /// Notes that a program has come to a line.
    pub(crate) fn reach(&mut self, program: &str, line: &'static Location<'static>) {
        if self.programs.reach(program, line) {
            self.happenings.push(Happening::Line {
                program: program.to_owned(),
                line,
            });
        }
    }

    /// Counts an event that a reader received.
    pub(crate) fn arrive(&mut self, event: &wire::event::Event) {
        *self.arrived.entry(event.device_id.clone()).or_default() += 1;
        let fleet = self.devices.fleet();
        if fleet.is_some_and(|fleet| fleet.only_counts(&event.device_id)) {
            self.happenings.count_event();
        } else {
            self.happenings
                .push(Happening::Arrived(crate::reader::view_of(event)));
        }
        self.changed();
    }

    pub(crate) fn arrived(&self, device_id: &str) -> u64 {
        self.arrived.get(device_id).copied().unwrap_or_default()
    }

    pub(crate) fn device_string(&self) -> Option<&DeviceConnectionString> {
        self.device_string.as_ref()
    }

    pub(crate) fn set_device_string(&mut self, string: Option<DeviceConnectionString>) {
        self.device_string = string;
        self.wrong_string = None;
        self.changed();
    }

    pub(crate) fn wrong_string(&self) -> Option<&ConnectionStringError> {
        self.wrong_string.as_ref()
    }

    pub(crate) fn set_wrong_string(&mut self, error: ConnectionStringError) {
        self.device_string = None;
        self.wrong_string = Some(error);
        self.changed();
    }
}

/// Whether a packet is a CONNACK that lets the client in.
fn is_welcome(packet: &[u8]) -> bool {
    mqtt::packet_name(packet) == "CONNACK" && packet.get(3) == Some(&0)
}
