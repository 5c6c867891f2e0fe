//! Everything on a bench but the programs' futures: the hub, its links, timers, and what there is to tell.

use std::{
    cell::{Ref, RefCell, RefMut},
    collections::{BTreeMap, VecDeque},
    future::poll_fn,
    panic::Location,
    rc::Rc,
    task::{Poll, Waker},
    time::Duration,
};

use futures::channel::oneshot;
use http::{Request, Response};
use hub::{CloseReason, ConnectionId, Hub, Output, RequestId};
use rand_chacha::{ChaCha20Rng, rand_core::Rng as _};
use wire::{
    connection_string::DeviceConnectionString,
    mqtt::{self, Splitter},
    rest::{ConnectionState, DeviceStatus},
    timestamp::Timestamp,
};

use crate::{
    bench::Happening,
    context::{Context, Program},
    executor::Spawner,
    trace::{self, Party},
    view::{ConsoleLine, DeviceView, Direction, ProgramState, Side, Span, Tone, TraceEntry},
};

/// How many messages the trace keeps.
const TRACE_LIMIT: usize = 10_000;

/// The largest packet that a link's trace puts together.
const MOST_TRACED: usize = 1024 * 1024;

/// The state behind a bench.
pub(crate) struct World {
    pub(crate) hub: Hub,
    pub(crate) now: Timestamp,
    pub(crate) rng: ChaCha20Rng,
    pub(crate) happenings: VecDeque<Happening>,
    timers: BTreeMap<(Timestamp, u64), Waker>,
    timers_set: u64,
    /// A handful at most, like the rest of what is searched from end to end here.
    links: Vec<(ConnectionId, LinkEnd)>,
    answers: Vec<(RequestId, oneshot::Sender<Response<Vec<u8>>>)>,
    plugs: BTreeMap<String, Plug>,
    watchers: Vec<Waker>,
    programs: BTreeMap<&'static str, Run>,
    journal: Vec<Moment>,
    arrived: BTreeMap<String, u64>,
    device_string: Option<DeviceConnectionString>,
    shown: Vec<DeviceView>,
    /// What crossed the wire, the newest last.
    trace: VecDeque<Rc<TraceEntry>>,
    traced: u64,
    printed: u64,
}

/// A program's latest run.
struct Run {
    side: Side,
    state: ProgramState,
    started: Timestamp,
    /// The line that it came to last.
    line: Option<&'static Location<'static>>,
}

/// The client's end of a link: what came for it and was not read yet.
struct LinkEnd {
    party: Party,
    incoming: VecDeque<Vec<u8>>,
    open: bool,
    waker: Option<Waker>,
    /// Puts packets together for the trace: a client may send them in pieces.
    sent: Splitter,
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

/// A turn in a device's connection, as the bench saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Moment {
    at: Timestamp,
    device_id: String,
    turn: Turn,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    /// The hub accepted a CONNECT.
    Connected,
    /// The cable was pulled while a link was open.
    Lost,
}

impl World {
    pub(crate) fn new(hub: Hub, now: Timestamp, rng: ChaCha20Rng) -> Self {
        Self {
            hub,
            now,
            rng,
            happenings: VecDeque::new(),
            timers: BTreeMap::new(),
            timers_set: 0,
            links: Vec::new(),
            answers: Vec::new(),
            plugs: BTreeMap::new(),
            watchers: Vec::new(),
            programs: BTreeMap::new(),
            journal: Vec::new(),
            arrived: BTreeMap::new(),
            device_string: None,
            shown: Vec::new(),
            trace: VecDeque::new(),
            traced: 0,
            printed: 0,
        }
    }

    /// The next moment at which something happens by itself.
    pub(crate) fn next_deadline(&self) -> Option<Timestamp> {
        let timer = self.timers.keys().next().map(|(at, _)| *at);
        timer.into_iter().chain(self.hub.next_deadline()).min()
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
        self.watchers.push(waker);
    }

    fn changed(&mut self) {
        for waker in self.watchers.drain(..) {
            waker.wake();
        }
    }

    pub(crate) fn is_plugged(&self, device_id: &str) -> bool {
        self.plugs.get(device_id).is_none_or(|plug| plug.plugged)
    }

    /// Opens a link to the hub.
    pub(crate) fn open_link(&mut self, party: Party) -> ConnectionId {
        let id = self.hub.open(self.now);
        let end = LinkEnd {
            party,
            incoming: VecDeque::new(),
            open: true,
            waker: None,
            sent: Splitter::new(MOST_TRACED),
        };
        self.links.push((id, end));
        self.drain();
        id
    }

    fn link(&mut self, id: ConnectionId) -> Option<&mut LinkEnd> {
        let mut links = self.links.iter_mut();
        links.find(|(own, _)| *own == id).map(|(_, end)| end)
    }

    /// Carries bytes from a client to the hub. False if the link is no longer open.
    pub(crate) fn carry(&mut self, id: ConnectionId, bytes: &[u8]) -> bool {
        let Some(end) = self.link(id).filter(|end| end.open) else {
            return false;
        };
        end.sent.push(bytes);
        let party = end.party.clone();
        let mut packets = Vec::new();
        while let Ok(Some(frame)) = end.sent.next_frame() {
            packets.push(frame.into_bytes());
        }
        for packet in packets {
            self.trace(trace::of_packet(
                self.now,
                Direction::ToHub,
                &party,
                &packet,
            ));
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
        let Some(end) = self.link(id) else {
            return Poll::Ready(None);
        };
        match end.incoming.pop_front() {
            Some(bytes) => Poll::Ready(Some(bytes)),
            None if !end.open => Poll::Ready(None),
            None => {
                end.waker = Some(waker.clone());
                Poll::Pending
            }
        }
    }

    /// The client lets go of a link. The hub hears of it, unless the cable was pulled before.
    pub(crate) fn drop_link(&mut self, id: ConnectionId) {
        let was_open = self.link(id).is_some_and(|end| end.open);
        self.links.retain(|(own, _)| *own != id);
        if was_open {
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
        let entry = self.trace(trace::of_request(self.now, party, request));
        let id = self.hub.request(self.now, request);
        self.answers.push((id, sender));
        self.drain();
        (entry, receiver)
    }

    /// Does what the hub wants done.
    fn drain(&mut self) {
        while let Some(output) = self.hub.poll() {
            match output {
                Output::Send { connection, bytes } => self.deliver(connection, bytes),
                Output::Close { connection, reason } => self.hang_up(connection, &reason),
                Output::Respond { request, response } => {
                    let mut waiting = self.answers.iter();
                    if let Some(place) = waiting.position(|(own, _)| *own == request) {
                        let (_, answer) = self.answers.swap_remove(place);
                        // A program that was stopped meanwhile wants no answer.
                        let _ = answer.send(response);
                    }
                }
            }
        }
        self.show_devices();
        self.changed();
    }

    fn deliver(&mut self, connection: ConnectionId, bytes: Vec<u8>) {
        let Some(party) = self
            .link(connection)
            .filter(|end| end.open)
            .map(|end| end.party.clone())
        else {
            return;
        };
        self.trace(trace::of_packet(
            self.now,
            Direction::FromHub,
            &party,
            &bytes,
        ));
        if self
            .plugs
            .get(&party.name)
            .is_some_and(|plug| plug.cut_at_next_answer)
        {
            self.set_plugged(&party.name, false);
            return;
        }
        if is_welcome(&bytes) {
            self.note(&party.name, Turn::Connected);
        }
        if let Some(end) = self.link(connection) {
            end.incoming.push_back(bytes);
            wake(end);
        }
    }

    fn hang_up(&mut self, connection: ConnectionId, reason: &CloseReason) {
        let Some(end) = self.link(connection) else {
            return;
        };
        let party = end.party.clone();
        end.open = false;
        wake(end);
        // A DISCONNECT is in the trace already, and is no news.
        if *reason != CloseReason::Disconnected {
            self.trace(trace::of_close(self.now, &party, reason));
        }
    }

    /// Pulls a device's cable or puts it back. The device notices at once; the hub does not, it hears only silence.
    pub(crate) fn set_plugged(&mut self, device_id: &str, plugged: bool) {
        self.plugs.insert(
            device_id.to_owned(),
            Plug {
                plugged,
                cut_at_next_answer: false,
            },
        );
        if !plugged {
            let mut lost = false;
            for (_, end) in self
                .links
                .iter_mut()
                .filter(|(_, end)| end.open && end.party.name == device_id)
            {
                end.open = false;
                end.incoming.clear();
                wake(end);
                lost = true;
            }
            if lost {
                self.note(device_id, Turn::Lost);
            }
        }
        self.show_devices();
        self.changed();
    }

    fn note(&mut self, device_id: &str, turn: Turn) {
        self.journal.push(Moment {
            at: self.now,
            device_id: device_id.to_owned(),
            turn,
        });
    }

    /// Records a message, and gives it the next id.
    fn trace(&mut self, mut entry: TraceEntry) -> u64 {
        self.traced += 1;
        entry.id = self.traced;
        if self.trace.len() == TRACE_LIMIT {
            self.trace.pop_front();
        }
        self.trace.push_back(Rc::new(entry.clone()));
        self.happenings.push_back(Happening::Trace(entry));
        self.traced
    }

    /// Traces the answer to the request with the entry `answers` when its program takes it.
    pub(crate) fn trace_response(
        &mut self,
        party: &Party,
        answers: u64,
        response: &Response<Vec<u8>>,
    ) {
        self.trace(trace::of_response(self.now, party, answers, response));
    }

    pub(crate) fn print(&mut self, party: &Party, tone: Tone, spans: Vec<Span>) {
        self.printed += 1;
        self.happenings.push_back(Happening::Console(ConsoleLine {
            id: self.printed,
            at: self.now,
            side: party.side,
            program: party.name.clone(),
            tone,
            spans,
        }));
    }

    /// Notes that a program has come to a line. Telling of each line once is enough.
    pub(crate) fn reach(&mut self, program: &str, line: &'static Location<'static>) {
        if let Some(run) = self.programs.get_mut(program)
            && run.line != Some(line)
        {
            run.line = Some(line);
            self.happenings.push_back(Happening::Line {
                program: program.to_owned(),
                line,
            });
        }
    }

    /// Counts an event that a reader received.
    pub(crate) fn arrive(&mut self, event: &wire::event::Event) {
        *self.arrived.entry(event.device_id.clone()).or_default() += 1;
        self.happenings
            .push_back(Happening::Arrived(crate::reader::view_of(event)));
        self.changed();
    }

    fn set_state(&mut self, name: &'static str, state: ProgramState) {
        if let Some(run) = self.programs.get_mut(name) {
            run.state = state;
            let side = run.side;
            self.happenings.push_back(Happening::Program {
                side,
                name: name.to_owned(),
                state,
            });
        }
        self.changed();
    }

    /// Tells of the devices if anything about them is new.
    fn show_devices(&mut self) {
        let devices: Vec<_> = self
            .hub
            .devices()
            .map(|identity| DeviceView {
                device_id: identity.device_id.clone(),
                enabled: identity.status == DeviceStatus::Enabled,
                connected: identity.connection_state == ConnectionState::Connected,
                plugged: self.is_plugged(&identity.device_id),
                last_activity: identity.last_activity_time,
                generation_id: identity.generation_id.clone(),
                etag: identity.etag.clone(),
                queued: 0,
                switched_on: false,
            })
            .collect();
        if devices != self.shown {
            self.shown.clone_from(&devices);
            self.happenings.push_back(Happening::Devices(devices));
        }
    }
}

fn wake(end: &mut LinkEnd) {
    if let Some(waker) = end.waker.take() {
        waker.wake();
    }
}

/// Whether a packet is a CONNACK that lets the client in.
fn is_welcome(packet: &[u8]) -> bool {
    mqtt::packet_name(packet) == "CONNACK" && packet.get(3) == Some(&0)
}

/// What can be done at a bench: start and stop programs, pull cables, look at the hub.
/// Cloned freely; all clones are of the same bench.
#[derive(Clone)]
pub struct Hands {
    world: Rc<RefCell<World>>,
    spawner: Spawner,
}

impl Hands {
    pub(crate) fn new(world: Rc<RefCell<World>>, spawner: Spawner) -> Self {
        Self { world, spawner }
    }

    pub(crate) fn world(&self) -> RefMut<'_, World> {
        self.world.borrow_mut()
    }

    pub(crate) fn spawner(&self) -> &Spawner {
        &self.spawner
    }

    /// The hub, to look at.
    pub fn hub(&self) -> Ref<'_, Hub> {
        Ref::map(self.world.borrow(), |world| &world.hub)
    }

    /// The bench's time.
    pub fn now(&self) -> Timestamp {
        self.world.borrow().now
    }

    /// Starts a program. An earlier run of it is stopped first.
    pub fn start(&self, program: &'static Program, settings: BTreeMap<String, String>) {
        self.stop(program.name);
        {
            let mut world = self.world();
            let run = Run {
                side: program.side,
                state: ProgramState::Running,
                started: world.now,
                line: None,
            };
            world.programs.insert(program.name, run);
            world.set_state(program.name, ProgramState::Running);
        }
        let context = Context::new(self.clone(), program, settings);
        let hands = self.clone();
        let party = Party {
            side: program.side,
            name: program.name.to_owned(),
        };
        let run = (program.run)(context);
        self.spawner.spawn(
            program.name,
            Box::pin(async move {
                let state = match run.await {
                    Ok(()) => ProgramState::Finished,
                    Err(error) => {
                        hands.world().print(
                            &party,
                            Tone::Error,
                            vec![Span::Text(error.to_string())],
                        );
                        ProgramState::Failed
                    }
                };
                hands.world().set_state(program.name, state);
            }),
        );
    }

    /// Stops a program where it is. Its connections are closed without a word.
    pub fn stop(&self, name: &str) {
        self.spawner.stop(name);
        let mut world = self.world();
        let running = world
            .programs
            .iter()
            .find(|(known, run)| **known == name && run.state == ProgramState::Running);
        if let Some(name) = running.map(|(name, _)| *name) {
            world.set_state(name, ProgramState::Stopped);
        }
    }

    /// Stops all programs.
    pub fn stop_all(&self) {
        let names: Vec<_> = self.world.borrow().programs.keys().copied().collect();
        for name in names {
            self.stop(name);
        }
    }

    /// What a program's latest run came to; `None` if it never ran.
    pub fn program_state(&self, name: &str) -> Option<ProgramState> {
        self.world.borrow().programs.get(name).map(|run| run.state)
    }

    /// When a program's latest run was started.
    pub fn program_started(&self, name: &str) -> Option<Timestamp> {
        self.world
            .borrow()
            .programs
            .get(name)
            .map(|run| run.started)
    }

    /// Whether a program is running.
    pub fn is_running(&self) -> bool {
        self.world
            .borrow()
            .programs
            .values()
            .any(|run| run.state == ProgramState::Running)
    }

    /// Pulls a device's network cable, or puts it back.
    pub fn set_plugged(&self, device_id: &str, plugged: bool) {
        self.world().set_plugged(device_id, plugged);
    }

    /// Pulls a device's cable at the moment when the hub next sends something to it, which gets lost.
    pub fn cut_at_next_answer(&self, device_id: &str) {
        self.world()
            .plugs
            .entry(device_id.to_owned())
            .or_default()
            .cut_at_next_answer = true;
    }

    /// When a device's cable was pulled with a link open, at or after `since`, for the last time.
    pub fn last_lost(&self, device_id: &str, since: Timestamp) -> Option<Timestamp> {
        self.last_turn(device_id, since, Turn::Lost)
    }

    /// When the hub accepted a device's connection, at or after `since`, for the last time.
    pub fn last_connected(&self, device_id: &str, since: Timestamp) -> Option<Timestamp> {
        self.last_turn(device_id, since, Turn::Connected)
    }

    fn last_turn(&self, device_id: &str, since: Timestamp, turn: Turn) -> Option<Timestamp> {
        let world = self.world.borrow();
        let mut moments = world.journal.iter().rev();
        let moment = moments.find(|moment| moment.device_id == device_id && moment.turn == turn)?;
        (moment.at >= since).then_some(moment.at)
    }

    /// How many events of a device the readers on this bench have received.
    pub fn arrived(&self, device_id: &str) -> u64 {
        self.world
            .borrow()
            .arrived
            .get(device_id)
            .copied()
            .unwrap_or_default()
    }

    /// What crossed the wire, the newest last: at most 10,000 messages.
    pub fn trace(&self) -> Ref<'_, VecDeque<Rc<TraceEntry>>> {
        Ref::map(self.world.borrow(), |world| &world.trace)
    }

    /// The connection string that the simulated device was given.
    pub fn device_string(&self) -> Option<DeviceConnectionString> {
        self.world.borrow().device_string.clone()
    }

    /// Gives the simulated device its connection string, or takes it away.
    pub fn set_device_string(&self, string: Option<DeviceConnectionString>) {
        let mut world = self.world();
        world.device_string = string;
        world.changed();
    }

    /// Waits until something is so; looks whenever anything has changed.
    pub async fn wait_until(&self, mut is_so: impl FnMut(&Self) -> bool) {
        poll_fn(|context| {
            if is_so(self) {
                return Poll::Ready(());
            }
            self.world().watch(context.waker().clone());
            Poll::Pending
        })
        .await;
    }

    /// Waits for some of the bench's time.
    pub async fn sleep(&self, duration: Duration) {
        let at = self.now().plus(duration);
        self.sleep_until(at).await;
    }

    /// Waits until the bench's clock shows `at`.
    pub async fn sleep_until(&self, at: Timestamp) {
        let mut timer = Timer {
            hands: self,
            key: None,
        };
        poll_fn(|context| {
            let mut world = timer.hands.world();
            if let Some(key) = timer.key.take() {
                world.clear_timer(key);
            }
            if world.now >= at {
                return Poll::Ready(());
            }
            timer.key = Some(world.set_timer(at, context.waker().clone()));
            Poll::Pending
        })
        .await;
    }

    /// A number from 0 up to, but not including, 1.
    pub fn random(&self) -> f64 {
        // 53 bits are what a double holds exactly.
        let bits = self.world().rng.next_u64() >> 11;
        #[expect(clippy::cast_precision_loss, reason = "53 bits fit a double")]
        let fraction = bits as f64 / (1_u64 << 53) as f64;
        fraction
    }
}

/// A timer that is taken off when whoever waited for it is gone.
struct Timer<'a> {
    hands: &'a Hands,
    key: Option<(Timestamp, u64)>,
}

impl Drop for Timer<'_> {
    fn drop(&mut self) {
        if let Some(key) = self.key {
            self.hands.world().clear_timer(key);
        }
    }
}
