//! Running other programs: with a time limit, and never in long silence.

use std::collections::VecDeque;
use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, LazyLock};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::Error;
use crate::workspace;

/// After this long without a line to show, a heartbeat line tells the time that has passed.
const HEARTBEAT: Duration = Duration::from_secs(20);

/// How often a running program is looked at.
const TICK: Duration = Duration::from_millis(100);

/// How long a program that was asked to stop may take before it is killed.
const GRACE: Duration = Duration::from_secs(3);

/// How many of the last lines of a quiet program are shown when it fails.
const TAIL: usize = 40;

static INTERRUPTED: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// Makes Ctrl-C and termination stop the running program first.
///
/// Programs run in process groups of their own, so that all they start can be stopped with them;
/// the price is that the terminal no longer tells them of Ctrl-C.
pub(crate) fn listen_for_signals() {
    #[cfg(unix)]
    for signal in [
        signal_hook::consts::SIGINT,
        signal_hook::consts::SIGTERM,
        signal_hook::consts::SIGHUP,
    ] {
        // Without a handler the default action still ends this program, only less tidily.
        let _ = signal_hook::flag::register(signal, Arc::clone(&INTERRUPTED));
    }
}

/// One run of another program.
#[derive(Debug)]
pub(crate) struct Job {
    what: String,
    command: Command,
    limit: Duration,
    hint: String,
    heartbeat: bool,
}

/// How a program ended, and what it printed.
#[derive(Debug)]
pub(crate) struct Outcome {
    what: String,
    hint: String,
    status: ExitStatus,
    shown: bool,
    /// Lines of standard output and standard error, as they came.
    pub(crate) lines: Vec<String>,
    /// How long it took.
    pub(crate) took: Duration,
}

impl Job {
    /// A run of `program`; `what` tells a person what it is for.
    pub(crate) fn new(what: impl Into<String>, program: impl AsRef<OsStr>) -> Self {
        let mut command = Command::new(program);
        forget_own_cargo(&mut command);
        Self {
            what: what.into(),
            command,
            limit: Duration::from_mins(10),
            hint: "read the lines above; the command can simply be run again".into(),
            heartbeat: true,
        }
    }

    /// Adds arguments.
    pub(crate) fn args<I, S>(mut self, arguments: I) -> Self
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        self.command.args(arguments);
        self
    }

    /// Adds a flag and the path that belongs to it.
    pub(crate) fn arg_path(mut self, flag: &str, path: &Path) -> Self {
        self.command.arg(flag).arg(path);
        self
    }

    /// Sets an environment variable.
    pub(crate) fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Sets several environment variables.
    pub(crate) fn envs<I, N, V>(mut self, variables: I) -> Self
    where
        I: IntoIterator<Item = (N, V)>,
        N: AsRef<OsStr>,
        V: AsRef<OsStr>,
    {
        self.command.envs(variables);
        self
    }

    /// Sets the folder to run in.
    pub(crate) fn dir(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// Sets the time after which the program is stopped (ten minutes unless told).
    pub(crate) fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Sets what a person is told to do when the program fails.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// For a program that is silent because it has nothing to do.
    pub(crate) fn without_heartbeat(mut self) -> Self {
        self.heartbeat = false;
        self
    }

    /// Runs it and shows each line as it comes.
    pub(crate) fn show(self) -> Result<Outcome, Error> {
        self.run(|line| println!("{line}"), true)
    }

    /// Runs it and shows only heartbeats.
    pub(crate) fn quiet(self) -> Result<Outcome, Error> {
        self.run(|_| (), false)
    }

    /// Runs it, and hands each line to `each`, which shows what it likes of it.
    pub(crate) fn with_lines(self, each: impl FnMut(&str)) -> Result<Outcome, Error> {
        self.run(each, true)
    }

    fn run(mut self, mut each: impl FnMut(&str), shown: bool) -> Result<Outcome, Error> {
        let started = Instant::now();
        let mut child = self.start()?;
        let lines_in = read_lines(&mut child);
        let mut lines: Vec<String> = Vec::new();
        let mut last_shown = started;
        let mut ended: Option<(ExitStatus, Instant)> = None;
        loop {
            match lines_in.recv_timeout(TICK) {
                Ok(line) => {
                    each(&line);
                    lines.push(line);
                    if shown {
                        last_shown = Instant::now();
                    }
                }
                // All output is closed: the end is a moment away.
                Err(RecvTimeoutError::Disconnected) => thread::sleep(Duration::from_millis(5)),
                Err(RecvTimeoutError::Timeout) => {
                    // A grandchild that lives on may hold the output open for ever.
                    if ended.is_some_and(|(_, at)| at.elapsed() > Duration::from_secs(1)) {
                        break;
                    }
                }
            }
            if ended.is_none() {
                ended = exit_status(&mut child).map(|status| (status, Instant::now()));
            }
            if ended.is_some() && lines_in_are_over(&lines_in, &mut lines, &mut each) {
                break;
            }
            if INTERRUPTED.load(Ordering::Relaxed) {
                stop(&mut child);
                return Err(Error::Interrupted);
            }
            if started.elapsed() > self.limit {
                stop(&mut child);
                return Err(Error::TimedOut {
                    what: self.what,
                    limit: self.limit,
                    hint: self.hint,
                });
            }
            if self.heartbeat && last_shown.elapsed() > HEARTBEAT {
                last_shown = Instant::now();
                let latest = lines.last().map_or("", |line| line.trim());
                println!("   … {} s: {latest}", started.elapsed().as_secs());
            }
        }
        let status = ended.map(|(status, _)| status);
        Ok(Outcome {
            status: status.unwrap_or_default(),
            what: self.what,
            hint: self.hint,
            shown,
            lines,
            took: started.elapsed(),
        })
    }

    fn start(&mut self) -> Result<Child, Error> {
        self.command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        #[cfg(unix)]
        {
            use std::os::unix::process::CommandExt as _;
            self.command.process_group(0);
        }
        self.command.spawn().map_err(|source| Error::Failed {
            what: self.what.clone(),
            came: format!(
                "`{}` could not be started: {source}",
                self.command.get_program().to_string_lossy()
            ),
            tail: String::new(),
            hint: self.hint.clone(),
        })
    }
}

impl Outcome {
    /// Whether the program ended well.
    pub(crate) fn success(&self) -> bool {
        self.status.success()
    }

    /// Turns a bad end into an error.
    pub(crate) fn require(self) -> Result<Self, Error> {
        if self.success() {
            return Ok(self);
        }
        let hidden = if self.shown { &[][..] } else { &self.lines };
        let tail: VecDeque<&str> = hidden.iter().rev().take(TAIL).map(String::as_str).collect();
        Err(Error::Failed {
            tail: tail.into_iter().rev().collect::<Vec<_>>().join("\n"),
            what: self.what,
            came: self.status.to_string(),
            hint: self.hint,
        })
    }
}

/// The first line that `program arguments…` prints, or `None` if it is not there or fails.
pub(crate) fn first_line(program: impl AsRef<OsStr>, arguments: &[&str]) -> Option<String> {
    let job = Job::new("asking a program for one line", program)
        .args(arguments)
        .limit(Duration::from_secs(20));
    let outcome = job.quiet().ok()?;
    outcome
        .success()
        .then(|| outcome.lines.first().cloned())
        .flatten()
}

/// Cargo describes the package that it runs in variables; a cargo started from here must not
/// take them for its own, and another toolchain's compiler must not load this one's libraries.
fn forget_own_cargo(command: &mut Command) {
    for (name, value) in std::env::vars_os() {
        match name.to_string_lossy().as_ref() {
            "CARGO" | "RUST_RECURSION_COUNT" => command.env_remove(&name),
            "LD_LIBRARY_PATH" | "DYLD_FALLBACK_LIBRARY_PATH" => {
                let kept = std::env::split_paths(&value).filter(|folder| !is_cargos(folder));
                command.env(&name, std::env::join_paths(kept).unwrap_or_default())
            }
            name if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") => {
                command.env_remove(name)
            }
            _ => command,
        };
    }
}

/// Whether cargo or rustup put `folder` on the library path for this very program.
fn is_cargos(folder: &Path) -> bool {
    folder.starts_with(workspace::target())
        || folder
            .components()
            .any(|part| part.as_os_str() == "toolchains")
}

fn read_lines(child: &mut Child) -> Receiver<String> {
    let (sender, receiver) = channel();
    if let Some(output) = child.stdout.take() {
        forward(output, sender.clone());
    }
    if let Some(errors) = child.stderr.take() {
        forward(errors, sender);
    }
    receiver
}

fn forward(stream: impl Read + Send + 'static, lines: Sender<String>) {
    thread::spawn(move || {
        let mut reader = BufReader::new(stream);
        let mut bytes = Vec::new();
        while matches!(reader.read_until(b'\n', &mut bytes), Ok(count) if count > 0) {
            let line = String::from_utf8_lossy(&bytes);
            if lines.send(line.trim_end().to_owned()).is_err() {
                break;
            }
            bytes.clear();
        }
    });
}

fn exit_status(child: &mut Child) -> Option<ExitStatus> {
    child.try_wait().ok().flatten()
}

/// Takes what is left of the output; true once nothing more can come.
fn lines_in_are_over(
    lines_in: &Receiver<String>,
    lines: &mut Vec<String>,
    each: &mut impl FnMut(&str),
) -> bool {
    loop {
        match lines_in.recv_timeout(TICK) {
            Ok(line) => {
                each(&line);
                lines.push(line);
            }
            Err(RecvTimeoutError::Timeout) => return false,
            Err(RecvTimeoutError::Disconnected) => return true,
        }
    }
}

/// Stops a program and all that it started: asked first, then killed.
fn stop(child: &mut Child) {
    signal_group(child, "TERM");
    let asked = Instant::now();
    while asked.elapsed() < GRACE && exit_status(child).is_none() {
        thread::sleep(TICK);
    }
    // The group may outlive its leader.
    signal_group(child, "KILL");
    let _ = child.kill();
    let _ = child.wait();
}

fn signal_group(child: &Child, signal: &str) {
    let id = child.id();
    let mut command = if cfg!(windows) {
        let mut command = Command::new("taskkill");
        command.args(["/T", "/F", "/PID", &id.to_string()]);
        command
    } else {
        // `kill` is part of every shell, but not every system has it as a program.
        let mut command = Command::new("sh");
        command.args(["-c", &format!("kill -{signal} -{id}")]);
        command
    };
    let _ = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str) -> Job {
        Job::new("a test script", "sh").args(["-c", script])
    }

    #[test]
    fn output_and_errors_are_kept() {
        let outcome = shell("echo one; echo two >&2").quiet().expect("it runs");
        let mut lines = outcome.lines.clone();
        lines.sort();
        assert_eq!(lines, ["one", "two"]);
        assert!(outcome.success());
    }

    #[test]
    fn a_bad_end_shows_the_last_lines_and_the_hint() {
        let outcome = shell("echo too bad; exit 3").hint("try again").quiet();
        let message = outcome
            .and_then(Outcome::require)
            .expect_err("it fails")
            .to_string();
        for part in ["too bad", "exit status: 3", "try again"] {
            assert!(message.contains(part), "{message}");
        }
    }

    #[test]
    fn a_slow_program_and_its_children_are_stopped() {
        let started = Instant::now();
        let result = shell("sleep 60 & sleep 60")
            .limit(Duration::from_millis(300))
            .quiet();
        assert!(matches!(result, Err(Error::TimedOut { .. })), "{result:?}");
        assert!(started.elapsed() < Duration::from_secs(20));
    }

    #[test]
    fn a_child_that_lives_on_does_not_hold_the_run() {
        let started = Instant::now();
        let outcome = shell("sleep 30 & echo done").quiet().expect("it runs");
        assert_eq!(outcome.lines, ["done"]);
        assert!(started.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn a_missing_program_is_named() {
        let message = Job::new("a test", "no-such-program-here")
            .quiet()
            .expect_err("it cannot start")
            .to_string();
        assert!(message.contains("no-such-program-here"), "{message}");
    }
}
