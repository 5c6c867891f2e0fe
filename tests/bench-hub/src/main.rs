//! How fast and how small the hub is, beside programs that do the same work, measured in the same run.
//!
//! `cargo xtask bench hub` sets up what this needs, builds it and runs it.

mod aedes;
mod allocations;
mod rounds;
mod site;
mod table;
mod telemetry;

#[global_allocator]
static ALLOCATOR: allocations::Counting = allocations::Counting;

fn main() {
    let all_met = telemetry::bench();
    println!(
        "\n{}",
        if all_met {
            "all targets are met"
        } else {
            "some targets are missed"
        }
    );
}
