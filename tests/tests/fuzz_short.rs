//! A short, repeatable run of what the fuzz targets search for hours: the seed inputs, inputs made
//! from them by a few changes, and noise.

use std::fs;
use std::ops::Range;
use std::path::Path;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// How many inputs are made in a run.
const INPUTS: usize = 4000;
/// How many bytes of noise there are at most.
const MOST_NOISE: usize = 200;

#[test]
fn strings() {
    run("strings", tests::strings::strings);
}

#[test]
fn packets() {
    run("packets", tests::packets::packets);
}

#[test]
fn amqp() {
    run("amqp", tests::amqp::amqp);
}

#[test]
fn sessions() {
    run("sessions", tests::sessions::sessions);
}

#[test]
fn requests() {
    run("requests", tests::requests::requests);
}

#[test]
fn queries() {
    run("queries", tests::queries::queries);
}

#[test]
fn patches() {
    run("patches", tests::patches::patches);
}

#[test]
fn snapshots() {
    run("snapshots", tests::snapshots::snapshots);
}

fn run(target: &str, check: fn(&[u8])) {
    let seeds = seeds(target);
    for seed in &seeds {
        check(seed);
    }
    let mut random = Random(ChaCha8Rng::seed_from_u64(1));
    for number in 0..INPUTS {
        let input = match number % 4 {
            0 => random.bytes(MOST_NOISE),
            _ => random.changed(&seeds),
        };
        if let Err(panic) = std::panic::catch_unwind(|| check(&input)) {
            eprintln!("input {number} of {target}: {}", input.escape_ascii());
            std::panic::resume_unwind(panic);
        }
    }
}

/// The committed inputs, in the order of their names.
fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/seeds")
        .join(target);
    let entries = fs::read_dir(&folder).expect("the seeds are in the repository");
    let mut files: Vec<_> = entries
        .map(|entry| entry.expect("readable").path())
        .collect();
    files.sort();
    assert!(!files.is_empty(), "no seeds in {}", folder.display());
    files
        .iter()
        .map(|file| fs::read(file).expect("readable"))
        .collect()
}

struct Random(ChaCha8Rng);

impl Random {
    /// Less than `end`, or zero.
    fn below(&mut self, end: usize) -> usize {
        let number = usize::try_from(self.0.next_u32()).expect("32 bits fit");
        number.checked_rem(end).unwrap_or(0)
    }

    fn byte(&mut self) -> u8 {
        self.0.next_u32().to_le_bytes()[0]
    }

    fn bytes(&mut self, most: usize) -> Vec<u8> {
        (0..self.below(most)).map(|_| self.byte()).collect()
    }

    fn range(&mut self, length: usize) -> Range<usize> {
        let (a, b) = (self.below(length + 1), self.below(length + 1));
        a.min(b)..a.max(b)
    }

    /// A seed with one to four changes.
    fn changed(&mut self, seeds: &[Vec<u8>]) -> Vec<u8> {
        let mut input = seeds[self.below(seeds.len())].clone();
        for _ in 0..=self.below(4) {
            self.change(&mut input, seeds);
        }
        input
    }

    fn change(&mut self, input: &mut Vec<u8>, seeds: &[Vec<u8>]) {
        let range = self.range(input.len());
        match self.below(6) {
            // One bit, one byte, one byte more.
            0 if !input.is_empty() => {
                let at = self.below(input.len());
                input[at] ^= 1 << self.below(8);
            }
            1 if !input.is_empty() => {
                let at = self.below(input.len());
                input[at] = self.byte();
            }
            2 => input.insert(range.start, self.byte()),
            // A piece less, or twice, or of another seed.
            3 => drop(input.drain(range)),
            4 => {
                let piece = input[range.clone()].to_vec();
                input.splice(range.start..range.start, piece);
            }
            _ => {
                let other = &seeds[self.below(seeds.len())];
                let piece = other[self.range(other.len())].to_vec();
                input.splice(range, piece);
            }
        }
    }
}
