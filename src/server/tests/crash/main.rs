//! The program is killed at random moments while devices and services are busy. After each restart, all that was
//! acknowledged is there, and nothing that was not sent.
//!
//! The same happens to a hub with little room, which forgets its oldest events meanwhile.
//! `CRASHES=200 cargo test -p server --test crash` kills both that often, and `CRASH_SEED=…` does what an earlier run did
//! with the seed that it printed, as far as two processes allow.

mod deliveries;
mod kept;
mod process;
mod queues;
mod registry;
mod sessions;
mod subject;
mod telemetry;
mod twins;
mod uncertain;
mod wire_ends;

use std::{
    path::Path,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use futures::future::{BoxFuture, join_all};
use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng as _, SeedableRng as _},
};
use tokio::sync::Mutex;

use crate::{
    deliveries::Deliveries,
    kept::Kept,
    process::Process,
    queues::Queues,
    registry::Registry,
    sessions::Sessions,
    subject::Subject,
    telemetry::Telemetry,
    twins::Twins,
    wire_ends::{Broken, Ends},
};

/// Somebody who uses the hub, and remembers what it acknowledged.
trait User {
    /// Uses the hub until it is gone.
    fn run<'a>(&'a mut self, ends: &'a Ends) -> BoxFuture<'a, Broken>;

    /// Compares what the hub has kept with what was acknowledged, and takes it as what is so from now on.
    fn check(&mut self, kept: &Kept);
}

/// Dice that every user has its own of.
type Dice = ChaCha8Rng;

/// A number below `end`.
fn below(dice: &mut Dice, end: u64) -> u64 {
    dice.next_u64() % end
}

/// How long the first start may take; of each later one, it is known how long the one before took.
const FIRST_START: Duration = Duration::from_millis(100);
/// Longer than anything here takes, on a busy machine too.
const LIMIT: Duration = Duration::from_mins(1);

/// One test at a time: a process that is started while another test looks into a folder has that folder's lock for a
/// moment as well, and longer than the test.
static ALONE: Mutex<()> = Mutex::const_new(());

/// A part of a time.
fn some_of(time: Duration, dice: &mut Dice) -> Duration {
    let most = u64::try_from(time.as_micros()).unwrap();
    Duration::from_micros(below(dice, most))
}

#[tokio::test]
async fn the_program_loses_nothing_acknowledged_and_has_nothing_unsent() {
    crash(Subject::Program).await;
}

#[tokio::test]
async fn a_hub_that_forgets_loses_nothing_else_and_has_nothing_unsent() {
    crash(Subject::SmallHub).await;
}

#[tokio::test]
async fn a_first_start_that_is_killed_is_in_the_way_of_no_other() {
    let _alone = ALONE.lock().await;
    let (starts, mut dice) = begin("first starts");
    let mut start = FIRST_START;
    for _ in 0..starts {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("data");
        let mut process = Process::start(Subject::Program, &folder);
        tokio::time::sleep(some_of(start, &mut dice)).await;
        process.kill().await;
        let mut process = Process::start(Subject::Program, &folder);
        let ends = process.ends(&folder).await;
        start = process.age();
        // What was written by then, certificates above all, is whole, or was written anew.
        assert!(ends.rest().await.is_ok());
        process.kill().await;
    }
}

/// Lives one life after another, and compares what is kept after each.
async fn crash(subject: Subject) {
    let _alone = ALONE.lock().await;
    let (crashes, mut dice) = begin(&format!("{subject:?}"));
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("data");
    let mut users = users(&mut dice);
    kept::prepare(subject, &folder, &names());
    let mut lives = Lives::new(subject, &folder);
    let began = Instant::now();
    let mut events = 0;
    for crash in 1..=crashes {
        lives.one(&mut users, &mut dice).await;
        let kept = Kept::read(subject, &folder);
        for user in &mut users {
            user.check(&kept);
        }
        events = kept.sequence_numbers();
        if crash % 20 == 0 {
            println!("{subject:?}: {crash} crashes, {events} events");
        }
    }
    println!(
        "{subject:?}: {crashes} crashes in {:.1?}, {} of them while it started; {events} events in all",
        began.elapsed(),
        lives.cut_short
    );
    assert!(events > 0);
}

/// How often to kill, and the dice. A run that fails says what it was begun with.
fn begin(what: &str) -> (u64, Dice) {
    let crashes = number("CRASHES").unwrap_or(6);
    let seed = number("CRASH_SEED").unwrap_or_else(|| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        since.subsec_nanos().into()
    });
    println!("{what}: CRASHES={crashes} CRASH_SEED={seed}");
    (crashes, Dice::seed_from_u64(seed))
}

fn users(dice: &mut Dice) -> Vec<Box<dyn User>> {
    let mut own = || Dice::seed_from_u64(dice.next_u64());
    let mut users: Vec<Box<dyn User>> = Vec::new();
    for id in names() {
        match id.split_once('-').map(|(kind, _)| kind) {
            Some("sender") => users.push(Box::new(Telemetry::new(id, own()))),
            Some("twin") => users.push(Box::new(Twins::new(id, own()))),
            Some("session") => users.push(Box::new(Sessions::new(id, own()))),
            Some("receiver") => users.push(Box::new(Deliveries::new(id, own()))),
            _ => {}
        }
    }
    users.push(Box::new(Queues::new(["queue-0", "queue-1"], own())));
    users.push(Box::new(Registry::new(own())));
    users
}

/// The devices that are there from the start.
fn names() -> Vec<String> {
    let kinds = [
        ("sender", 6),
        ("twin", 3),
        ("session", 2),
        ("receiver", 2),
        ("queue", 2),
    ];
    let names = |(kind, count)| (0..count).map(move |number| format!("{kind}-{number}"));
    kinds.into_iter().flat_map(names).collect()
}

/// What is started again and again.
struct Lives<'a> {
    subject: Subject,
    folder: &'a Path,
    /// How long the last start took.
    start: Duration,
    /// How many lives ended while they began.
    cut_short: usize,
    /// The certificate that clients were told to trust first.
    authority: Option<Vec<u8>>,
}

/// When a life ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    WhileItStarts,
    /// Or later, if the machine is quick.
    WhileUsersConnect,
    /// Some time after the first event is acknowledged.
    UnderLoad,
}

impl Fate {
    fn draw(dice: &mut Dice) -> Self {
        match below(dice, 8) {
            0 => Self::WhileItStarts,
            1 => Self::WhileUsersConnect,
            _ => Self::UnderLoad,
        }
    }
}

impl<'a> Lives<'a> {
    fn new(subject: Subject, folder: &'a Path) -> Self {
        Self {
            subject,
            folder,
            start: FIRST_START,
            cut_short: 0,
            authority: None,
        }
    }

    /// Starts a process, uses it, and kills it: most often under load, sometimes while it starts, or while its users
    /// connect.
    async fn one(&mut self, users: &mut [Box<dyn User>], dice: &mut Dice) {
        let mut process = Process::start(self.subject, self.folder);
        let fate = if self.authority.is_none() {
            Fate::UnderLoad
        } else {
            Fate::draw(dice)
        };
        if fate == Fate::WhileItStarts {
            tokio::time::sleep(some_of(self.start, dice)).await;
            process.kill().await;
            self.cut_short += 1;
            return;
        }
        let ends = process.ends(self.folder).await;
        self.start = process.age();
        let authority = self.authority.get_or_insert_with(|| ends.authority.clone());
        assert_eq!(*authority, ends.authority, "clients trust another one");
        let life = some_of(Duration::from_millis(400), dice);
        let all_uses = join_all(users.iter_mut().map(|user| user.run(&ends)));
        let kill = async {
            if fate == Fate::UnderLoad {
                ends.acknowledged.notified().await;
            }
            tokio::time::sleep(life).await;
            process.kill().await;
        };
        let everything = async { tokio::join!(all_uses, kill) };
        let ended = tokio::time::timeout(LIMIT, everything).await;
        assert!(ended.is_ok(), "somebody still waits for a hub that is gone");
    }
}

fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{name} is a number")),
    )
}
