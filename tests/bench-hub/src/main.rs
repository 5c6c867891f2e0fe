//! How fast and how small the hub is, beside programs that do the same work, measured in the same run.
//!
//! `cargo xtask bench hub` sets up what this needs, builds it and runs it.

mod aedes;
mod allocations;
mod fleet;
mod memory;
mod queries;
mod rounds;
mod site;
mod table;
mod telemetry;
mod tokens;

#[global_allocator]
static ALLOCATOR: allocations::Counting = allocations::Counting;

fn main() {
    let mut all_met = telemetry::bench();
    all_met &= tokens::bench();
    let (mut site, memory_is_met) = memory::bench();
    all_met &= memory_is_met;
    all_met &= queries::bench(&mut site);
    let closing = if all_met {
        "all targets are met"
    } else {
        "some targets are missed"
    };
    println!("\n{closing}");
}
