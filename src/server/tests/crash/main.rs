//! The program is killed at random moments while devices and services are busy. After each restart, all that was
//! acknowledged is there, and nothing that was not sent.
//!
//! `CRASHES=200 cargo test -p server --test crash` kills it that often, and `CRASH_SEED=…` does what an earlier run did
//! with the seed that it printed, as far as two processes allow.

mod commands;
mod kept;
mod process;
mod queues;
mod registry;
mod sessions;
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

use crate::{
    kept::Kept,
    process::Process,
    queues::Queues,
    registry::Registry,
    sessions::Sessions,
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

#[test]
fn nothing_acknowledged_is_lost_and_nothing_unsent_is_there() {
    let crashes = number("CRASHES").unwrap_or(6);
    let seed = number("CRASH_SEED").unwrap_or_else(|| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        since.subsec_nanos().into()
    });
    println!("CRASHES={crashes} CRASH_SEED={seed}");
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("data");
    let mut dice = Dice::seed_from_u64(seed);
    let mut users = users(&mut dice);
    kept::prepare(&folder, &names());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let started = Instant::now();
    let mut acknowledged = 0;
    for crash in 0..crashes {
        runtime.block_on(one_life(&folder, &mut users, &mut dice));
        let kept = Kept::read(&folder);
        for user in &mut users {
            user.check(&kept);
        }
        acknowledged = kept.sequence_numbers();
        if crash % 20 == 19 {
            println!("{} crashes, {acknowledged} events", crash + 1);
        }
    }
    println!(
        "{crashes} crashes in {:.1?}, {acknowledged} events in all",
        started.elapsed()
    );
    assert!(acknowledged > 0, "the hub was never up for long enough");
}

fn users(dice: &mut Dice) -> Vec<Box<dyn User>> {
    let mut own = || Dice::seed_from_u64(dice.next_u64());
    let mut users: Vec<Box<dyn User>> = Vec::new();
    for id in names() {
        match id.split_once('-').map(|(kind, _)| kind) {
            Some("sender") => users.push(Box::new(Telemetry::new(id, own()))),
            Some("twin") => users.push(Box::new(Twins::new(id, own()))),
            Some("session") => users.push(Box::new(Sessions::new(id, own()))),
            _ => {}
        }
    }
    users.push(Box::new(Queues::new(["queue-0", "queue-1"], own())));
    users.push(Box::new(Registry::new(own())));
    users
}

/// The devices that are there from the start.
fn names() -> Vec<String> {
    [("sender", 6), ("twin", 3), ("session", 2), ("queue", 2)]
        .into_iter()
        .flat_map(|(kind, count)| (0..count).map(move |number| format!("{kind}-{number}")))
        .collect()
}

/// Starts the program, uses it, and kills it: most often under load, sometimes while it starts.
async fn one_life(folder: &Path, users: &mut [Box<dyn User>], dice: &mut Dice) {
    let mut process = Process::start(folder);
    if below(dice, 5) == 0 {
        tokio::time::sleep(Duration::from_micros(below(dice, 60_000))).await;
        process.kill();
        return;
    }
    let ends = Ends::new(process.address().await);
    let life = Duration::from_micros(20_000 + below(dice, 400_000));
    let all_uses = join_all(users.iter_mut().map(|user| user.run(&ends)));
    let kill = async {
        tokio::time::sleep(life).await;
        process.kill();
    };
    let everything = async { tokio::join!(all_uses, kill) };
    let limit = Duration::from_mins(1);
    let ended = tokio::time::timeout(limit, everything).await;
    assert!(ended.is_ok(), "somebody still waits for a hub that is gone");
}

fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{name} is a number")),
    )
}
