//! What can be done at a bench.

use std::{
    cell::{Ref, RefCell, RefMut},
    collections::{BTreeMap, VecDeque},
    future::poll_fn,
    rc::Rc,
    task::Poll,
    time::Duration,
};

use futures::future::LocalBoxFuture;
use hub::{Hub, Tier};
use rand_chacha::rand_core::Rng as _;
use wire::{
    connection_string::{ConnectionStringError, DeviceConnectionString},
    timestamp::Timestamp,
};

use crate::{
    action::Outcome,
    bench::Happening,
    context::{Context, Program, ProgramError},
    detail::device_detail,
    executor::Spawner,
    journal::Turn,
    sight::Sight,
    trace::{Party, Traced},
    view::{DeviceDetail, ProgramState, Span, Tone},
    world::World,
};

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

    /// All of the bench, to look at. Several may look at once, as whoever holds a [`Sight`] does.
    pub(crate) fn look(&self) -> Ref<'_, World> {
        self.world.borrow()
    }

    /// All of the bench, to change it. Nobody may look at it meanwhile.
    pub(crate) fn world(&self) -> RefMut<'_, World> {
        self.world.borrow_mut()
    }

    pub(crate) fn spawner(&self) -> &Spawner {
        &self.spawner
    }

    /// What is known of the hub.
    pub fn hub(&self) -> Sight<'_> {
        Sight::of(Ref::map(self.look(), |world| &world.hub))
    }

    /// The hub itself, if it is an emulated one.
    pub fn emulated(&self) -> Option<Ref<'_, Hub>> {
        Ref::filter_map(self.look(), |world| world.hub.emulated()).ok()
    }

    /// The bench's time.
    pub fn now(&self) -> Timestamp {
        self.look().now
    }

    /// Starts a program. An earlier run of it is stopped first.
    pub fn start(&self, program: &'static Program, settings: BTreeMap<String, String>) {
        let party = Party {
            side: program.side,
            name: program.name.to_owned(),
        };
        let run = program.run;
        self.run(&party, settings, move |context| run(context));
    }

    /// Runs something as the program of a party. An earlier run under its name is stopped first.
    pub(crate) fn run(
        &self,
        party: &Party,
        settings: BTreeMap<String, String>,
        program: impl FnOnce(Context) -> LocalBoxFuture<'static, Result<(), ProgramError>>,
    ) {
        self.stop(&party.name);
        self.world().start_program(party);
        let run = program(Context::new(self.clone(), party.clone(), settings));
        let (hands, party) = (self.clone(), party.clone());
        let name = party.name.clone();
        let work = async move {
            let state = match run.await {
                Ok(()) => ProgramState::Finished,
                Err(error) => {
                    let spans = vec![Span::Text(error.to_string())];
                    let mut world = hands.world();
                    world.print(party.side, &party.name, Tone::Error, spans);
                    ProgramState::Failed
                }
            };
            let mut world = hands.world();
            if let Some(live) = world.hub.live_mut() {
                match state {
                    ProgramState::Failed => live.clients_gave_up(&party.name),
                    _ => live.clients_left(&party.name),
                }
            }
            world.set_state(&party.name, state);
        };
        self.spawner.spawn(&name, Box::pin(work));
    }

    /// Stops a program where it is. Its connections are closed without a word.
    pub fn stop(&self, name: &str) {
        self.spawner.stop(name);
        let mut world = self.world();
        if let Some(live) = world.hub.live_mut() {
            live.clients_left(name);
        }
        if world.programs.is_running(name) {
            world.set_state(name, ProgramState::Stopped);
        }
    }

    /// Stops all programs.
    pub fn stop_all(&self) {
        let names = self.look().programs.names();
        for name in names {
            self.stop(&name);
        }
    }

    /// What a program's latest run came to; `None` if it never ran.
    pub fn program_state(&self, name: &str) -> Option<ProgramState> {
        self.look().programs.get(name).map(|run| run.state)
    }

    /// When a program's latest run was started.
    pub fn program_started(&self, name: &str) -> Option<Timestamp> {
        let world = self.look();
        world.programs.get(name).map(|run| run.started)
    }

    /// Whether a program is running.
    pub fn is_running(&self) -> bool {
        self.look().programs.is_any_running()
    }

    /// Pulls a device's network cable, or puts it back.
    pub fn set_plugged(&self, device_id: &str, plugged: bool) {
        self.world().set_plugged(device_id, plugged);
    }

    /// Pulls a device's cable at the moment when the hub next sends something to it, which gets lost.
    pub fn cut_at_next_answer(&self, device_id: &str) {
        self.world().cut_at_next_answer(device_id);
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
        let last = self.look().journal.last(device_id, turn);
        last.filter(|at| *at >= since)
    }

    /// How many events of a device the readers on this bench have received.
    pub fn arrived(&self, device_id: &str) -> u64 {
        self.look().arrived(device_id)
    }

    /// What crossed the wire, the newest last: at most 10,000 messages, and at most 8 MiB of them.
    pub fn trace(&self) -> Ref<'_, VecDeque<Rc<Traced>>> {
        Ref::map(self.look(), |world| world.trace.entries())
    }

    /// The connection string that the simulated device was given.
    pub fn device_string(&self) -> Option<DeviceConnectionString> {
        self.look().device_string().cloned()
    }

    /// Gives the simulated device its connection string, or takes it away.
    pub fn set_device_string(&self, string: Option<DeviceConnectionString>) {
        self.world().set_device_string(string);
    }

    /// Why the text that the device was given last is no connection string for it; none if it was given none, or a
    /// right one.
    pub fn wrong_device_string(&self) -> Option<ConnectionStringError> {
        self.look().wrong_string().cloned()
    }

    /// Gives the simulated device a text that is no connection string for it, and takes away what it had.
    pub fn set_wrong_device_string(&self, error: ConnectionStringError) {
        self.world().set_wrong_string(error);
    }

    /// Enforces the limits of a tier from now on, or no more than the hub did at first. A live hub has limits of its own.
    pub fn enforce_limits(&self, tier: Option<Tier>) {
        let mut world = self.world();
        if let Some(hub) = world.hub.emulated_mut() {
            hub.enforce_limits(tier);
        }
        world.changed();
    }

    /// Sets how far queries of an emulated hub lag behind.
    pub fn set_query_lag(&self, lag: Duration) {
        let mut world = self.world();
        let now = world.now;
        if let Some(hub) = world.hub.emulated_mut() {
            hub.set_query_lag(now, lag);
        }
        world.changed();
    }

    /// All there is to see of a device; none if it is not in the registry.
    pub fn device_detail(&self, device_id: &str) -> Option<DeviceDetail> {
        device_detail(&self.hub(), device_id)
    }

    /// Tells what came of something done by hand.
    pub(crate) fn answer(&self, id: u64, outcome: Outcome) {
        let happening = Happening::Answered { id, outcome };
        self.world().happenings.push(happening);
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

    /// Waits until anything has changed.
    pub(crate) async fn next_change(&self) {
        let mut looked = false;
        self.wait_until(|_| std::mem::replace(&mut looked, true))
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
