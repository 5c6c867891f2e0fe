//! A hub through thousands of random schedules: devices that come, go and break off, service programs that write, send
//! and call, a clock that jumps, a store that fails, and a hub that is started anew from its journal. A plain model
//! says what must be true.
//!
//! A schedule follows from its seed alone. When one fails, its panic names the seed; run it alone with
//! `SIMULATION_SEED=<seed> cargo test -p tests --test simulation`.

mod device;
mod journal;
mod messages;
mod methods;
mod model;
mod schedule;
mod twins;
mod world;

use std::num::NonZero;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::thread;

use world::{Seen, World};

/// How many schedules a test run tries.
const SCHEDULES: u64 = 2_000;

/// How many steps a schedule has at most.
const STEPS: usize = 120;

#[test]
fn what_the_hub_promised_holds_in_every_schedule() {
    let seeds = match std::env::var("SIMULATION_SEED") {
        Ok(seed) => {
            let seed = seed.parse().expect("SIMULATION_SEED is a number");
            seed..seed + 1
        }
        Err(_) => 0..SCHEDULES,
    };
    let seen = run_side_by_side(seeds.clone());
    if seeds.end - seeds.start == SCHEDULES {
        seen.assert_that_much_was_tried();
    }
}

/// Deals the seeds out to as many threads as the machine runs at a time.
fn run_side_by_side(seeds: Range<u64>) -> Seen {
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        let running: Vec<_> = (0..threads)
            .map(|first| seeds.clone().skip(first).step_by(threads))
            .map(|its| scope.spawn(|| run_all(its)))
            .collect();
        let mut seen = Seen::default();
        for run in running {
            seen.add(&run.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        seen
    })
}

fn run_all(seeds: impl Iterator<Item = u64>) -> Seen {
    let mut seen = Seen::default();
    for seed in seeds {
        let run = catch_unwind(AssertUnwindSafe(|| {
            let mut world = World::new(seed);
            world.run(STEPS);
            world.end()
        }));
        match run {
            Ok(its) => seen.add(&its),
            Err(panic) => {
                eprintln!("replay: SIMULATION_SEED={seed} cargo test -p tests --test simulation");
                resume_unwind(panic);
            }
        }
    }
    seen
}
