//! `cargo xtask bench`: what is measured, always beside a peer in the same run.

mod fleet;
mod hub;
mod lighthouse;
mod page;
mod server;
mod start;

use crate::error::Error;

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Benchmark {
    /// The start of the page.
    Start,
    /// The speed and the size of the hub.
    Hub,
    /// The speed and the size of the native program.
    Server,
    /// Messages a second in a browser.
    Page,
    /// A thousand devices in one tab.
    Fleet,
    /// What Lighthouse says of the site.
    Lighthouse,
}

impl Benchmark {
    /// All benchmarks, in order.
    pub(crate) const ALL: &[Self] = &[
        Self::Start,
        Self::Hub,
        Self::Server,
        Self::Page,
        Self::Fleet,
        Self::Lighthouse,
    ];

    /// The name to type.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Hub => "hub",
            Self::Server => "server",
            Self::Page => "page",
            Self::Fleet => "fleet",
            Self::Lighthouse => "lighthouse",
        }
    }
}

/// Runs one benchmark, or all of them.
pub(crate) fn bench(one: Option<Benchmark>) -> Result<(), Error> {
    match one {
        Some(Benchmark::Start) => start::bench(),
        Some(Benchmark::Hub) => hub::bench(),
        Some(Benchmark::Server) => server::bench(),
        Some(Benchmark::Page) => page::bench(),
        Some(Benchmark::Fleet) => fleet::bench(),
        Some(Benchmark::Lighthouse) => lighthouse::bench(),
        None => Benchmark::ALL
            .iter()
            .try_for_each(|each| bench(Some(*each))),
    }
}
