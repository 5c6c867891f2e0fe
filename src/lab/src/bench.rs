//! The bench itself: its time, and what there is to tell of it.

use std::{cell::RefCell, panic::Location, rc::Rc};

use hub::{Hub, HubOptions, MemoryStore, SnapshotError};
use rand_chacha::{
    ChaCha20Rng,
    rand_core::{Rng as _, SeedableRng as _},
};
use wire::{event::EventPosition, timestamp::Timestamp};

use crate::{
    action::Outcome,
    devices::DeviceNews,
    executor::Executor,
    hands::Hands,
    happenings::LeftOut,
    live::Live,
    on_bench::HubOnBench,
    outside::{Target, Ways},
    reader::EventReader,
    trace::{Traced, Wanted},
    view::{ConsoleLine, EventView, ProgramState, Side, TraceEntry},
    world::World,
};

/// How many bytes of events each partition keeps: a page has less room than a service.
const PARTITION_BYTES: usize = 4 * 1024 * 1024;

/// The name under which the bench itself reads events.
const MONITOR: &str = "monitor";

/// What a bench is made from.
pub struct BenchOptions {
    /// The hub's host name.
    pub host_name: String,
    /// Where all chance comes from. Keys can be guessed by whoever knows it.
    pub seed: [u8; 32],
    /// The bench's time at the start.
    pub start: Timestamp,
}

impl BenchOptions {
    /// The options of the bench's hub, and what chance is left for the rest of the bench.
    fn of_hub(&self) -> (HubOptions, ChaCha20Rng) {
        let mut rng = ChaCha20Rng::from_seed(self.seed);
        let mut seed = [0; 32];
        rng.fill_bytes(&mut seed);
        let options = HubOptions {
            partition_bytes: PARTITION_BYTES,
            ..HubOptions::new(self.host_name.clone(), seed)
        };
        (options, rng)
    }
}

/// Something that a page may want to show.
#[derive(Clone, Debug, PartialEq)]
pub enum Happening {
    /// A program printed a line.
    Console(ConsoleLine),
    /// A reader received an event.
    Arrived(EventView),
    /// A program started or ended.
    Program {
        /// Its side.
        side: Side,
        /// Its name.
        name: String,
        /// What it does now.
        state: ProgramState,
    },
    /// A program came to another line of its source.
    Line {
        /// Its name.
        program: String,
        /// Where it is, and in which file.
        line: &'static Location<'static>,
    },
    /// Something that was done by hand has come to something.
    Answered {
        /// The id that it was given.
        id: u64,
        /// What came of it.
        outcome: Outcome,
    },
}

/// A hub and everything around it.
///
/// After [`run_until`](Self::run_until), call [`poll`](Self::poll) until it returns `None`.
/// What is done through [`hands`](Self::hands) takes effect at the next `run_until`.
pub struct Bench {
    // The executor goes first: the futures in it hold links, which the world behind the hands then closes.
    executor: Executor,
    hands: Hands,
}

impl Bench {
    /// A bench with a new hub and nothing else on it.
    pub fn new(options: &BenchOptions) -> Self {
        let (hub_options, rng) = options.of_hub();
        let hub = HubOnBench::Emulated(Box::new(Hub::new(hub_options)));
        Self::around(hub, options.start, rng)
    }

    /// A bench with the hub that a snapshot tells of, and nothing else on it. Of a snapshot without keys, the hub's keys
    /// are new ones.
    pub fn restored(options: &BenchOptions, snapshot: &str) -> Result<Self, SnapshotError> {
        let (hub_options, rng) = options.of_hub();
        let hub = Hub::restore(hub_options, Box::new(MemoryStore), options.start, snapshot)?;
        let hub = HubOnBench::Emulated(Box::new(hub));
        Ok(Self::around(hub, options.start, rng))
    }

    /// A bench with a live hub and nothing else on it. Its time is real: whoever runs it gives the time of day, and runs
    /// it again whenever [`next_deadline`](Self::next_deadline) has come or something of `ways` can go on. Of the
    /// options, the host name does not count: the target names the hub.
    pub fn live(options: &BenchOptions, target: Target, ways: Ways) -> Self {
        let (_, rng) = options.of_hub();
        let live = Live::new(target, ways, options.start);
        let bench = Self::around(HubOnBench::Live(live), options.start, rng);
        bench.hands.keep_live();
        bench
    }

    fn around(hub: HubOnBench, start: Timestamp, rng: ChaCha20Rng) -> Self {
        let world = Rc::new(RefCell::new(World::new(hub, start, rng)));
        let executor = Executor::new();
        let hands = Hands::new(world, executor.spawner());
        Self { executor, hands }
    }

    /// What can be done at this bench.
    pub fn hands(&self) -> Hands {
        self.hands.clone()
    }

    /// Starts a piece of work that belongs to nobody's program, such as a step's script. Stopped by its name.
    pub fn spawn(&self, name: &str, work: impl Future<Output = ()> + 'static) {
        self.hands.spawner().spawn(name, Box::pin(work));
    }

    /// Has the hub's events read from the oldest on, by no program. Those of a live hub are read from the bench's start
    /// on, and not at all before this is called or something else wants them.
    pub fn read_events(&self) {
        let hands = self.hands.clone();
        let mut reader = EventReader::new(hands, MONITOR, EventPosition::Earliest);
        self.spawn(MONITOR, async move {
            loop {
                reader.receive().await;
            }
        });
    }

    /// Stops the work that was started under a name.
    pub fn stop(&self, name: &str) {
        self.hands.spawner().stop(name);
    }

    /// Lets everything happen that is planned up to `at`, each thing at its own time; around a live hub all at `at`, for
    /// nothing can be done there at a time that is over. With `at` in the past, only what can go on now does.
    pub fn run_until(&mut self, at: Timestamp) {
        if self.hands.look().hub.live().is_some() {
            self.wake_at(at);
            return;
        }
        self.executor.run_until_stalled();
        while let Some(next) = self.next_deadline().filter(|next| *next <= at) {
            self.move_to(next);
        }
        self.move_to(at);
    }

    /// Goes to `at` at once, as a machine does that has slept. What has come meanwhile is taken before timers go off: an
    /// answer that is there already must not be taken for missing.
    fn wake_at(&mut self, at: Timestamp) {
        self.hands.world().show_time(at);
        self.executor.run_until_stalled();
        self.move_to(at);
    }

    fn move_to(&mut self, at: Timestamp) {
        self.hands.world().move_to(at);
        self.executor.run_until_stalled();
    }

    /// The next moment at which something will happen by itself.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.hands.look().next_deadline()
    }

    /// The next thing to tell, in the order in which things happened.
    pub fn poll(&mut self) -> Option<Happening> {
        self.hands.world().happenings.pop()
    }

    /// How much happened since this was asked last that [`poll`](Self::poll) does not give, because it was too much.
    pub fn take_left_out(&mut self) -> LeftOut {
        self.hands.world().happenings.take_left_out()
    }

    /// What crossed the wire since this was asked last, in order: the newest `most` of the wanted messages. Beside it,
    /// how many others there were.
    pub fn take_trace(
        &mut self,
        most: usize,
        wanted: impl Fn(&TraceEntry) -> Wanted,
    ) -> (Vec<Rc<Traced>>, u64) {
        self.hands.world().trace.tell(most, wanted)
    }

    /// What is new about the devices since this was asked last, if anything is.
    pub fn take_device_news(&mut self) -> Option<DeviceNews> {
        self.hands.world().device_news()
    }
}
