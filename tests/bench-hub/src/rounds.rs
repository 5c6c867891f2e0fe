//! Rounds of what is measured and of what it is measured against, in turn.

use std::time::{Duration, Instant};

/// Numbers of one thing that was measured several times.
pub(crate) struct Samples(Vec<f64>);

impl Samples {
    pub(crate) fn median(&self) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let middle = sorted.len() / 2;
        match sorted.get(middle) {
            Some(upper) if sorted.len().is_multiple_of(2) => (sorted[middle - 1] + upper) / 2.0,
            Some(middle) => *middle,
            None => f64::NAN,
        }
    }

    pub(crate) fn least(&self) -> f64 {
        self.0.iter().copied().fold(f64::INFINITY, f64::min)
    }

    pub(crate) fn most(&self) -> f64 {
        self.0.iter().copied().fold(f64::NEG_INFINITY, f64::max)
    }
}

/// Runs all contestants in turn, `rounds` times after a first time that does not count.
pub(crate) fn in_turn<const N: usize>(
    rounds: usize,
    mut contestants: [&mut dyn FnMut() -> f64; N],
) -> [Samples; N] {
    let mut samples = [const { Samples(Vec::new()) }; N];
    for round in 0..=rounds {
        for (contestant, samples) in contestants.iter_mut().zip(&mut samples) {
            let sample = contestant();
            if round > 0 {
                samples.0.push(sample);
            }
        }
    }
    samples
}

/// How long something takes.
pub(crate) fn time(work: impl FnOnce()) -> Duration {
    let started = Instant::now();
    work();
    started.elapsed()
}
