//! Memory: what a device costs that does nothing.

use crate::{
    allocations::{Census, SizeClass},
    fleet::{self, DEVICES},
    site::Site,
    table::{self, Line, Target, number},
};

const MOST_BYTES: f64 = 4.0 * 1024.0;

/// Measures, and says whether the target is met. The fleet is left for other measurements, not connected.
pub(crate) fn bench() -> (Site, bool) {
    table::heading(&format!(
        "Memory: {} idle devices with a twin of {} bytes of JSON; bytes live",
        number(f64::from(DEVICES)),
        fleet::twin_bytes(0),
    ));
    let before = Census::take();
    let resident = resident_bytes();
    let mut site = fleet::gather();
    let registered = Census::take();
    let registered_is_met = line("a device that is not connected", &before, &registered);
    if let (Some(before), Some(now)) = (resident, resident_bytes()) {
        let each = (now - before) / f64::from(DEVICES);
        table::note(&format!(
            "the process grew by {} bytes a device, with what the allocator itself needs",
            number(each)
        ));
    }
    histogram(&registered.live_since(&before));

    let links: Vec<_> = (0..DEVICES)
        .map(|number| site.connect(&fleet::device_id(number)))
        .collect();
    let connected = Census::take();
    let connected_is_met = line("a device that is connected", &before, &connected);
    table::note("of which the connection:");
    histogram(&connected.live_since(&registered));
    for link in links {
        site.hub.closed(site.now, link);
    }
    (site, registered_is_met && connected_is_met)
}

fn line(what: &str, before: &Census, after: &Census) -> bool {
    let measured = each(after.growth_since(before));
    table::line(&Line {
        what,
        unit: "B",
        measured,
        target: Target::AtMost(MOST_BYTES),
        peer: None,
    })
}

/// Prints which blocks a device has: the sizes that take the most first.
fn histogram(classes: &[SizeClass]) {
    let mut classes: Vec<(f64, f64, usize)> = classes
        .iter()
        .map(|class| {
            let blocks = isize::try_from(class.blocks).unwrap_or_default();
            (each(class.bytes), each(blocks), class.largest)
        })
        .collect();
    classes.sort_by(|one, other| other.0.total_cmp(&one.0));
    let blocks: f64 = classes.iter().map(|(_, blocks, _)| blocks).sum();
    table::note(&format!(
        "{} blocks a device; the sizes that take the most:",
        number(blocks)
    ));
    for line in classes.chunks(5).take(4) {
        let words: Vec<_> = line
            .iter()
            .filter(|(bytes, ..)| *bytes >= 4.0)
            .map(|(bytes, blocks, size)| {
                if *blocks >= 0.01 {
                    format!("{bytes:.0} B in {blocks:.2} of {size} B")
                } else {
                    format!("{bytes:.0} B in tables of all devices")
                }
            })
            .collect();
        if !words.is_empty() {
            table::note(&format!("  {}", words.join(", ")));
        }
    }
}

#[allow(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn each(of_all: isize) -> f64 {
    of_all as f64 / f64::from(DEVICES)
}

/// How much of the process is in memory, where the system says so.
fn resident_bytes() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024.0)
}
