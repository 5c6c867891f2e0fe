//! Everything on a bench but the programs' futures: the hub, its links, timers, and what there is to tell.

use std::{
    collections::BTreeMap,
    panic::Location,
    task::{Poll, Waker},
    time::Duration,
};

use futures::channel::mpsc::UnboundedSender;
use futures::channel::oneshot;
use http::{Request, Response};
use hub::{CloseReason, Hub, Output, RequestId};
use rand_chacha::ChaCha20Rng;
use wire::{
    connection_string::{ConnectionStringError, DeviceConnectionString},
    sas::SharedAccessKey,
    timestamp::Timestamp,
};

use crate::{
    bench::Happening,
    by_name::ByName,
    devices::Devices,
    happenings::Happenings,
    journal::{Journal, Turn},
    links::{LinkId, LinkIsClosed, Links},
    live::{Answer, AnswerSender, Connected, Learned, Live, kind_of_refusal},
    on_bench::HubOnBench,
    outside::{Trouble, TroubleKind, Way},
    programs::Programs,
    trace::{self, Party, Trace, Traced},
    view::{ConsoleLine, Direction, ProgramState, Side, Span, Tone},
};

/// With so many devices counted, a live hub's that nobody deals with here are counted no more.
const MOST_STRANGERS: usize = 1_000;

/// The state behind a bench.
pub(crate) struct World {
    pub(crate) hub: HubOnBench,
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
    answers: BTreeMap<RequestId, AnswerSender>,
    plugs: ByName<Plug>,
    watchers: Vec<Waker>,
    arrived: ByName<u64>,
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
    pub(crate) fn new(hub: HubOnBench, now: Timestamp, rng: ChaCha20Rng) -> Self {
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
            plugs: ByName::new(),
            watchers: Vec::new(),
            arrived: ByName::new(),
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

    /// Moves time on, and lets nobody notice yet. Time never goes back.
    pub(crate) fn show_time(&mut self, at: Timestamp) {
        self.now = self.now.max(at);
    }

    /// Moves time on and lets the hub and the timers notice.
    pub(crate) fn move_to(&mut self, at: Timestamp) {
        self.show_time(at);
        match &mut self.hub {
            HubOnBench::Emulated(hub) => hub.advance(self.now),
            HubOnBench::Live(live) => live.mirror.move_to(self.now),
        }
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
    /// Opens a link to the emulated hub; none if the hub is a live one.
    pub(crate) fn open_link(&mut self, party: &Party) -> Option<LinkId> {
        let connection = self.hub.emulated_mut()?.open(self.now);
        let id = self.links.open(connection, party.clone());
        self.drain();
        Some(id)
    }

    /// Carries bytes from a client to the hub. False if the link is no longer open.
    pub(crate) fn carry(&mut self, id: LinkId, bytes: &[u8]) -> bool {
        let Some(end) = self.links.get_open(id) else {
            return false;
        };
        for packet in end.packets(bytes) {
            let traced = trace::of_packet(self.now, Direction::ToHub, &end.party, &packet);
            self.trace.push(traced);
            if let Some(live) = self.hub.live_mut() {
                live.sent(id, &end.party.name, &packet);
            }
            end.note_sent(&packet);
        }
        let carried = match (&mut self.hub, id) {
            (HubOnBench::Emulated(hub), LinkId::Emulated(connection)) => {
                hub.receive(self.now, connection, bytes);
                true
            }
            _ => end.send_outside(bytes),
        };
        self.drain();
        carried
    }

    /// What came for a client on a link: `None` if the link is closed and all was read.
    pub(crate) fn poll_incoming(&mut self, id: LinkId, waker: &Waker) -> Poll<Option<Vec<u8>>> {
        self.links.poll_incoming(id, waker)
    }

    /// The client lets go of a link. The hub hears of it, unless the cable was pulled before.
    pub(crate) fn drop_link(&mut self, id: LinkId) {
        let Some(party) = self.links.drop_link(id) else {
            return;
        };
        match (&mut self.hub, id) {
            (HubOnBench::Emulated(hub), LinkId::Emulated(connection)) => {
                hub.closed(self.now, connection);
            }
            (HubOnBench::Live(live), _) => live.mirror.ended(id, &party.name),
            _ => {}
        }
        self.drain();
    }

    /// Hands a request to the emulated hub; gives back its entry in the trace, and by what the answer comes. None if the
    /// hub is a live one.
    pub(crate) fn request(
        &mut self,
        party: &Party,
        request: &Request<Vec<u8>>,
    ) -> Option<(u64, Answer)> {
        let hub = self.hub.emulated_mut()?;
        let (sender, receiver) = oneshot::channel();
        let id = hub.request(self.now, request);
        self.answers.insert(id, sender);
        let entry = self.trace_request(party, request, Way::Relay);
        self.drain();
        Some((entry, receiver))
    }

    /// Traces a request that goes a way.
    pub(crate) fn trace_request(
        &mut self,
        party: &Party,
        request: &Request<Vec<u8>>,
        way: Way,
    ) -> u64 {
        let traced = trace::of_request(self.now, party, request, way);
        self.trace.push(traced)
    }

    /// Traces the answer to the request with the entry `answers` when its program takes it.
    pub(crate) fn trace_response(
        &mut self,
        party: &Party,
        answers: u64,
        response: &Response<Vec<u8>>,
    ) {
        let request: Option<&Traced> = self.trace.get(answers).map(AsRef::as_ref);
        let traced = trace::of_response(self.now, party, answers, request, response);
        self.trace.push(traced);
    }

    /// Traces that the request with the entry `answers` got no answer.
    pub(crate) fn trace_trouble(&mut self, party: &Party, answers: u64, trouble: &Trouble) {
        let request: Option<&Traced> = self.trace.get(answers).map(AsRef::as_ref);
        let traced = trace::of_trouble(self.now, party, answers, request, trouble);
        self.trace.push(traced);
    }

    /// Does what the hub wants done.
    fn drain(&mut self) {
        while let Some(output) = self.hub.emulated_mut().and_then(Hub::poll) {
            match output {
                Output::Send { connection, bytes } => {
                    self.deliver(LinkId::Emulated(connection), bytes);
                }
                Output::Close {
                    connection, reason, ..
                } => {
                    // A DISCONNECT is in the trace already, and is no news.
                    let is_news = reason != CloseReason::Disconnected;
                    let told = is_news.then(|| (reason.id(), reason.to_string()));
                    self.hang_up(LinkId::Emulated(connection), told);
                }
                Output::Respond { request, response } => {
                    if let Some(answer) = self.answers.remove(&request) {
                        // A program that was stopped meanwhile wants no answer.
                        let _ = answer.send(Ok(response));
                    }
                }
            }
        }
        self.changed();
    }

    fn deliver(&mut self, id: LinkId, bytes: Vec<u8>) {
        let Some(end) = self.links.get_open(id) else {
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
        let answer = Connected::of(&bytes);
        if answer == Some(Connected::LetIn) {
            self.journal.note(self.now, device_id, Turn::Connected);
        }
        if let Some(live) = self.hub.live_mut() {
            live.came(id, device_id, &bytes, end.key());
        }
        if let Some(Connected::Refused(code)) = answer {
            end.note_refusal(code);
        }
        end.put(bytes);
    }

    /// Closes a link from the hub's side, and tells why unless that is no news.
    fn hang_up(&mut self, id: LinkId, told: Option<(&str, String)>) {
        let Some(end) = self.links.get_open(id) else {
            return;
        };
        end.close();
        if let Some((reason, why)) = told {
            let traced = trace::of_close(self.now, &end.party, reason, why);
            self.trace.push(traced);
        }
    }
}

/// Links to a live hub.
impl World {
    /// Takes a link into use that was opened. What the client sends goes into `outgoing`.
    pub(crate) fn open_live_link(
        &mut self,
        party: Party,
        key: Option<SharedAccessKey>,
        outgoing: UnboundedSender<Vec<u8>>,
    ) -> LinkId {
        self.links.open_live(party, key, outgoing)
    }

    /// Waits until a link has room for more from the live hub, or is no longer open.
    pub(crate) fn poll_room(&mut self, id: LinkId, waker: &Waker) -> Poll<()> {
        self.links.poll_room(id, waker)
    }

    /// Takes bytes of the live hub.
    pub(crate) fn receive_live(&mut self, id: LinkId, bytes: &[u8]) {
        if let Some(end) = self.links.get_open(id) {
            end.receive_outside(bytes);
        }
    }

    /// Hands the next packet of the live hub on to its client. False if none is there as a whole.
    pub(crate) fn hand_on(&mut self, id: LinkId) -> Result<bool, LinkIsClosed> {
        let end = self.links.get_open(id).ok_or(LinkIsClosed)?;
        match end.next_from_outside() {
            Ok(None) => return Ok(false),
            Ok(Some(packet)) => self.deliver(id, packet),
            Err(error) => {
                let why = format!("not MQTT 3.1.1: {error}");
                self.end_live_link(id, "malformed", TroubleKind::Protocol, why);
            }
        }
        self.changed();
        Ok(true)
    }

    /// The socket of a link has closed, for a reason that may be known.
    pub(crate) fn live_link_closed(&mut self, id: LinkId, closed_by: Option<Trouble>) {
        let refused = self.links.get_open(id).and_then(|end| end.refused());
        let (reason, kind, why) = match (refused, closed_by) {
            (Some(code), _) => (
                "refused",
                kind_of_refusal(code),
                format!("the hub refused the CONNECT with return code {code}, and closed the link"),
            ),
            (None, Some(Trouble { kind, detail })) if kind == TroubleKind::Offline => {
                ("offline", kind, detail)
            }
            (None, closed_by) => (
                "no-reason",
                TroubleKind::Closed,
                closed_by_hub(closed_by.as_ref()),
            ),
        };
        self.end_live_link(id, reason, kind, why);
    }

    fn end_live_link(&mut self, id: LinkId, reason: &str, kind: TroubleKind, why: String) {
        let Some(end) = self.links.get_open(id) else {
            return;
        };
        // Whoever has said goodbye is not surprised.
        let is_news = !end.has_left();
        let device_id = end.party.name.clone();
        if let Some(live) = self.hub.live_mut() {
            live.mirror.ended(id, &device_id);
            if is_news {
                live.link_lost(&device_id, kind, &why);
            }
        }
        self.hang_up(id, is_news.then_some((reason, why)));
        self.changed();
    }

    /// Learns from what a live hub answered.
    pub(crate) fn learn(&mut self, learned: &Learned<'_>) {
        if let Some(live) = self.hub.live_mut() {
            live.learn(learned);
        }
        self.changed();
    }
}

/// Cables.
impl World {
    pub(crate) fn is_plugged(&self, device_id: &str) -> bool {
        self.plugs.get(device_id).is_none_or(|plug| plug.plugged)
    }

    /// Pulls a device's cable or puts it back. The device notices at once. The emulated hub does not, it hears only
    /// silence; a live one hears that the socket is closed, without a DISCONNECT.
    pub(crate) fn set_plugged(&mut self, device_id: &str, plugged: bool) {
        let plug = self.plugs.entry(device_id.to_owned()).or_default();
        **plug = Plug {
            plugged,
            cut_at_next_answer: false,
        };
        let cut = if plugged {
            Vec::new()
        } else {
            self.links.cut(device_id)
        };
        if !cut.is_empty() {
            self.journal.note(self.now, device_id, Turn::Lost);
        }
        if let Some(live) = self.hub.live_mut() {
            for id in cut {
                live.mirror.ended(id, device_id);
            }
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
        self.count_arrived(&event.device_id);
        let fleet = self.devices.fleet();
        if fleet.is_some_and(|fleet| fleet.only_counts(&event.device_id)) {
            self.happenings.count_event();
        } else {
            self.happenings
                .push(Happening::Arrived(crate::reader::view_of(event)));
        }
        self.changed();
    }

    /// Counts an event of a device. Of a live hub, which may have very many, strangers are counted only up to a number.
    fn count_arrived(&mut self, device_id: &str) {
        if let Some(count) = self.arrived.get_mut(device_id) {
            **count += 1;
            return;
        }
        let is_stranger = |live: &Live| !live.mirror.deals_with(device_id);
        if self.arrived.len() < MOST_STRANGERS || !self.hub.live().is_some_and(is_stranger) {
            self.arrived.insert(device_id.to_owned(), Box::new(1));
        }
    }

    pub(crate) fn arrived(&self, device_id: &str) -> u64 {
        if let Some(live) = self.hub.live() {
            live.mirror.watch(device_id);
        }
        self.arrived.get(device_id).map_or(0, |count| **count)
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

/// Why a link has ended of which the hub says nothing, with what the socket tells.
fn closed_by_hub(closed_by: Option<&Trouble>) -> String {
    const WITHOUT_A_WORD: &str = "the hub, or something on the way to it, closed the link without a word: a hub does so \
                                  when the same device connects anew, when a token expires, and when it restarts";
    match closed_by {
        Some(trouble) => format!("{WITHOUT_A_WORD} ({trouble})"),
        None => WITHOUT_A_WORD.to_owned(),
    }
}
