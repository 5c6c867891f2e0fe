//! `cargo xtask bench`: what is measured, always beside a peer in the same run.

mod hub;
mod page;
mod start;

use crate::error::Error;

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Benchmark {
    /// The start of the page.
    Start,
    /// The speed and the size of the hub.
    Hub,
    /// Messages a second in a browser.
    Page,
}

impl Benchmark {
    /// All benchmarks, in order.
    pub(crate) const ALL: &[Self] = &[Self::Start, Self::Hub, Self::Page];

    /// The name to type.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Hub => "hub",
            Self::Page => "page",
        }
    }
}

/// Runs one benchmark, or all of them.
pub(crate) fn bench(one: Option<Benchmark>) -> Result<(), Error> {
    match one {
        Some(Benchmark::Start) => start::bench(),
        Some(Benchmark::Hub) => hub::bench(),
        Some(Benchmark::Page) => page::bench(),
        None => Benchmark::ALL
            .iter()
            .try_for_each(|each| bench(Some(*each))),
    }
}
