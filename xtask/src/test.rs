//! `cargo xtask test`: every check, in the order of what it costs.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::num::NonZero;
use std::panic::resume_unwind;
use std::thread;
use std::time::{Duration, Instant};

use crate::counts::Counts;
use crate::error::Error;
use crate::run::{Job, Outcome};
use crate::{browser, dist, emulator, npm, python, sdk, toolchain, tools, workspace};

/// The packages with tests that run inside a browser.
const WASM_TESTED: &[&str] = &["app"];

/// The packages that are programs for the page.
const WASM_PROGRAMS: &[&str] = &["app", "bench-page", "empty-page"];

/// The bench without live hubs, as www/index.html has it built.
const LIGHT_BENCH: &[&str] = &[
    "--package",
    "app",
    "--bin",
    "bench",
    "--no-default-features",
];

/// One step of the tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// The layout of the code.
    Fmt,
    /// Lints, for this machine and for the page.
    Clippy,
    /// The documentation builds without warnings.
    Docs,
    /// Tests on this machine.
    Native,
    /// Unit tests in a browser.
    Wasm,
    /// The built site in a browser.
    EndToEnd,
    /// The published SDKs against the emulator.
    Sdk,
}

impl Step {
    /// All steps, in order.
    pub(crate) const ALL: &[Self] = &[
        Self::Fmt,
        Self::Clippy,
        Self::Docs,
        Self::Native,
        Self::Wasm,
        Self::EndToEnd,
        Self::Sdk,
    ];

    /// The name to type.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Fmt => "fmt",
            Self::Clippy => "clippy",
            Self::Docs => "docs",
            Self::Native => "native",
            Self::Wasm => "wasm",
            Self::EndToEnd => "e2e",
            Self::Sdk => "sdk",
        }
    }

    fn purpose(self) -> &'static str {
        match self {
            Self::Fmt => "the code is formatted",
            Self::Clippy => "no lint is broken, on this machine and in the page",
            Self::Docs => "the documentation builds without warnings",
            Self::Native => "tests on this machine",
            Self::Wasm => "unit tests in a headless browser",
            Self::EndToEnd => "the built site in a headless browser",
            Self::Sdk => "the published SDKs against the emulator",
        }
    }

    fn run(self) -> Result<Counts, Error> {
        match self {
            Self::Fmt => fmt(),
            Self::Clippy => clippy(),
            Self::Docs => docs(),
            Self::Native => native(),
            Self::Wasm => wasm(),
            Self::EndToEnd => end_to_end(),
            Self::Sdk => with_sdks(),
        }
    }
}

/// How a step went.
struct Report {
    step: Step,
    took: Duration,
    counts: Counts,
    error: Option<Error>,
}

impl Report {
    fn passed(&self) -> bool {
        self.error.is_none() && self.counts.failed == 0
    }
}

/// Runs `steps`, or all of them, and prints a summary.
///
/// A failed step does not stop those after it: one run shows all that is wrong.
pub(crate) fn test(steps: &[Step]) -> Result<(), Error> {
    let steps = if steps.is_empty() { Step::ALL } else { steps };
    let started = Instant::now();
    let both = [Step::EndToEnd, Step::Sdk]
        .iter()
        .all(|it| steps.contains(it));
    let mut reports = Vec::new();
    for &step in steps {
        match step {
            Step::EndToEnd if both => reports.extend(end_to_end_beside_sdks()?),
            Step::Sdk if both => {}
            _ => {
                announce(step);
                let begun = Instant::now();
                reports.push(report(step, step.run(), begun.elapsed())?);
            }
        }
    }
    print!("\n{}", summary(&reports, started.elapsed()));
    if reports.iter().all(Report::passed) {
        Ok(())
    } else {
        Err(Error::TestsFailed)
    }
}

fn announce(step: Step) {
    println!("\n=== {}: {}", step.name(), step.purpose());
}

/// What is told of a step, unless somebody has interrupted it.
fn report(step: Step, outcome: Result<Counts, Error>, took: Duration) -> Result<Report, Error> {
    let (counts, error) = match outcome {
        Ok(counts) => (counts, None),
        Err(Error::Interrupted) => return Err(Error::Interrupted),
        Err(error) => (Counts::default(), Some(error)),
    };
    if let Some(error) = &error {
        println!("error: {error}");
    }
    Ok(Report {
        step,
        took,
        counts,
        error,
    })
}

/// The tests with the SDKs wait far more than they compute, so they cost nearly nothing beside those in a browser.
/// What they print comes when both are done.
fn end_to_end_beside_sdks() -> Result<[Report; 2], Error> {
    announce(Step::EndToEnd);
    let begun = Instant::now();
    let in_browser = end_to_end_tests();
    // A second build of the program would take the place of the one that the browser's tests run.
    let options = match in_browser {
        Ok(Some(_)) => &emulator::WITH_SITE[..],
        _ => &[],
    };
    let with_sdks = sdk::tests(options);
    println!("the tests with the SDKs run meanwhile, and are shown afterwards");
    thread::scope(|scope| {
        let sdks_begun = Instant::now();
        let sdks = scope.spawn(move || {
            let outcomes = with_sdks.map(|jobs| jobs.map(kept));
            (outcomes, sdks_begun.elapsed())
        });
        let outcome = in_browser.and_then(|job| job.map_or(Ok(Counts::default()), counted));
        let first = report(Step::EndToEnd, outcome, begun.elapsed());
        announce(Step::Sdk);
        let (outcomes, took) = sdks.join().unwrap_or_else(|panic| resume_unwind(panic));
        let outcome = outcomes.and_then(|outcomes| total(outcomes.map(shown)));
        Ok([first?, report(Step::Sdk, outcome, took)?])
    })
}

fn summary(reports: &[Report], took: Duration) -> String {
    let mut text = String::from("step      result   seconds   passed   failed\n");
    let mut total = Counts::default();
    for report in reports {
        let result = if report.passed() { "ok" } else { "FAILED" };
        let _ = writeln!(
            text,
            "{:<9} {result:<8} {:>7} {:>8} {:>8}",
            report.step.name(),
            report.took.as_secs(),
            report.counts.passed,
            report.counts.failed
        );
        total = total.plus(report.counts);
        // A step that broke before its tests could be counted is a failure too.
        if !report.passed() && report.counts.failed == 0 {
            total.failed += 1;
        }
    }
    let _ = writeln!(text, "total              {:>7}\n", took.as_secs());
    // With no tests among the steps, the steps themselves are what passed.
    if total.passed == 0 {
        total.passed = reports.iter().filter(|report| report.passed()).count();
    }
    let _ = writeln!(text, "{} passed, {} failed", total.passed, total.failed);
    text
}

fn cargo(what: &str, arguments: &[&str]) -> Job {
    Job::new(what, "cargo")
        .args(arguments)
        .dir(&workspace::root())
        .limit(Duration::from_mins(30))
}

fn fmt() -> Result<Counts, Error> {
    cargo("cargo fmt", &["fmt", "--all", "--check"])
        .hint("run `cargo fmt --all`")
        .show()?
        .require()?;
    Ok(Counts::default())
}

fn clippy() -> Result<Counts, Error> {
    const DENY: &[&str] = &["--", "-D", "warnings"];
    let hint = "each message above names the lint; the workspace's choice is in Cargo.toml";
    cargo("clippy", &["clippy", "--workspace", "--all-targets"])
        .args(DENY)
        .hint(hint)
        .show()?
        .require()?;
    clippy_with_site(DENY, hint)?;
    println!("--- the same for the page");
    let packages: Vec<_> = WASM_PROGRAMS
        .iter()
        .flat_map(|name| ["--package", name])
        .collect();
    clippy_for_the_page(&packages, DENY, hint)?;
    println!("--- the same for the bench that a first visit fetches");
    clippy_for_the_page(LIGHT_BENCH, DENY, hint)?;
    Ok(Counts::default())
}

fn clippy_for_the_page(what: &[&str], deny: &[&str], hint: &'static str) -> Result<(), Error> {
    let toolchain = toolchain::ensure()?;
    cargo(
        "clippy for the page",
        &["clippy", "--target", toolchain::TARGET],
    )
    .args(what)
    .args(deny)
    .envs(toolchain.variables)
    .hint(hint)
    .show()?
    .require()?;
    Ok(())
}

/// The program with the site in it cannot be built without one, and linting is not worth building one.
fn clippy_with_site(deny: &[&str], hint: &'static str) -> Result<(), Error> {
    println!("--- the same for the program with the site in it");
    if !workspace::dist().join("index.html").is_file() {
        println!("skipped: there is no site in dist/ yet; the end-to-end tests make one");
        return Ok(());
    }
    cargo(
        "clippy with the site",
        &["clippy", "--package", emulator::PACKAGE, "--all-targets"],
    )
    .args(emulator::WITH_SITE)
    .args(deny)
    .hint(hint)
    .show()?
    .require()?;
    Ok(())
}

fn docs() -> Result<Counts, Error> {
    cargo("rustdoc", &["doc", "--workspace", "--no-deps"])
        .env("RUSTDOCFLAGS", "-D warnings")
        .show()?
        .require()?;
    Ok(Counts::default())
}

fn native() -> Result<Counts, Error> {
    counted(cargo(
        "native tests",
        &["test", "--workspace", "--no-fail-fast"],
    ))
}

fn wasm() -> Result<Counts, Error> {
    let toolchain = toolchain::ensure()?;
    let tools = tools::for_wasm_tests()?;
    browser::ensure()?;
    let driver = browser::ensure_driver()?;
    let settings = workspace::root().join("tests").join("webdriver.json");
    let job = cargo(
        "tests in the browser",
        &["test", "--tests", "--no-fail-fast"],
    )
    .args(["--target", toolchain::TARGET])
    .args(WASM_TESTED.iter().flat_map(|name| ["--package", name]))
    .envs(toolchain.variables)
    .env("PATH", tools.path())
    .env(
        "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER",
        "wasm-bindgen-test-runner",
    )
    .env("CHROMEDRIVER", driver)
    .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", settings);
    counted(job)
}

fn end_to_end() -> Result<Counts, Error> {
    end_to_end_tests()?.map_or(Ok(Counts::default()), counted)
}

/// The tests in a browser, ready to be run, with all that they want; `None` if there are none.
fn end_to_end_tests() -> Result<Option<Job>, Error> {
    let folder = workspace::root().join("tests").join("e2e");
    let files = workspace::test_files(&folder)?;
    if files.is_empty() {
        println!("skipped: no *.test.mjs in tests/e2e");
        return Ok(None);
    }
    dist::build(None)?;
    let chromium = browser::ensure()?;
    npm::ensure(&folder)?;
    let program = emulator::build(&emulator::WITH_SITE)?;
    // On the other end of a live hub is a published SDK.
    let python = python::ensure(&workspace::root().join("tests").join("sdk"))?;
    let certutil = browser::ensure_certutil()?;
    let mut variables: BTreeMap<&str, OsString> = BTreeMap::from([
        (emulator::VARIABLE, program.into()),
        ("IOTHUB_CHROMIUM", chromium.into()),
        ("IOTHUB_PYTHON", python.into()),
        ("IOTHUB_DIST", workspace::dist().into()),
        (
            "IOTHUB_DIST_SIZES",
            workspace::target().join("dist-sizes.json").into(),
        ),
    ]);
    variables.extend(certutil.map(|it| ("IOTHUB_CERTUTIL", it.into())));
    let job = Job::new("end-to-end tests", "node")
        .args(["--test", "--test-reporter=spec"])
        .args([format!("--test-concurrency={}", files_at_a_time())])
        .args(files)
        .envs(variables)
        .dir(&workspace::root())
        .limit(Duration::from_mins(30));
    Ok(Some(job))
}

/// Much of a test is waiting for the page, so a machine has the time for one file more than it has cores.
fn files_at_a_time() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get) + 1
}

fn with_sdks() -> Result<Counts, Error> {
    total(sdk::tests(&[])?.map(counted))
}

/// What is wrong with some of the tests must not hide the others, so all of them have been run.
fn total(outcomes: [Result<Counts, Error>; 2]) -> Result<Counts, Error> {
    let counts = outcomes.into_iter().collect::<Result<Vec<_>, _>>()?;
    Ok(counts.into_iter().fold(Counts::default(), Counts::plus))
}

/// A run of tests that is to be shown later.
struct Kept {
    lines: Vec<String>,
    outcome: Result<Outcome, Error>,
}

/// Runs tests and keeps what they print, even if they do not come to an end.
fn kept(job: Job) -> Kept {
    let mut lines = Vec::new();
    let outcome = job
        .without_heartbeat()
        .with_lines(|line| lines.push(line.to_owned()));
    Kept { lines, outcome }
}

/// Shows and counts tests that have been run.
fn shown(kept: Kept) -> Result<Counts, Error> {
    for line in &kept.lines {
        println!("{line}");
    }
    count(kept.outcome?)
}

/// Runs tests, and shows each line as it comes.
fn counted(job: Job) -> Result<Counts, Error> {
    count(job.show()?)
}

/// Counts tests; those that failed are a number, and anything else that went wrong is an error.
fn count(outcome: Outcome) -> Result<Counts, Error> {
    let counts = Counts::of(&outcome.lines);
    if counts.failed == 0 {
        outcome.require()?;
    }
    Ok(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn went(step: Step, passed: usize, failed: usize, error: Option<Error>) -> Report {
        Report {
            step,
            took: Duration::from_secs(7),
            counts: Counts { passed, failed },
            error,
        }
    }

    fn check(reports: &[Report], closing: &str) {
        let text = summary(reports, Duration::from_secs(9));
        assert_eq!(text.lines().last(), Some(closing));
    }

    #[test]
    fn the_closing_line_counts_tests() {
        check(
            &[
                went(Step::Fmt, 0, 0, None),
                went(Step::Native, 40, 0, None),
                went(Step::EndToEnd, 2, 1, None),
            ],
            "42 passed, 1 failed",
        );
    }

    #[test]
    fn a_step_that_broke_is_a_failure() {
        check(
            &[
                went(Step::Clippy, 0, 0, Some(Error::TestsFailed)),
                went(Step::Native, 5, 0, None),
            ],
            "5 passed, 1 failed",
        );
    }

    #[test]
    fn steps_without_tests_count_themselves() {
        check(&[went(Step::Fmt, 0, 0, None)], "1 passed, 0 failed");
    }
}
