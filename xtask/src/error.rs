//! Why a command stopped, and what a person can do about it.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// Why a command stopped. Each says what was expected, what came, and what to do next.
#[derive(Debug)]
pub(crate) enum Error {
    /// The command line could not be read.
    Usage(String),
    /// Something this machine needs is not there, and could not be installed.
    Missing {
        /// What was looked for.
        what: String,
        /// What to do.
        hint: String,
    },
    /// A program ended badly.
    Failed {
        /// What it was doing.
        what: String,
        /// How it ended, such as `exit status: 1`.
        came: String,
        /// The end of what it printed, if that was not shown as it came.
        tail: String,
        /// What to do.
        hint: String,
    },
    /// A program did not end in time, and was stopped.
    TimedOut {
        /// What it was doing.
        what: String,
        /// The time it had.
        limit: Duration,
        /// What to do.
        hint: String,
    },
    /// The person asked to stop.
    Interrupted,
    /// A file could not be read or written.
    File {
        /// The file.
        path: PathBuf,
        /// What the system answered.
        source: std::io::Error,
    },
    /// A file does not hold what it should.
    Content {
        /// The file.
        path: PathBuf,
        /// What was expected in it.
        expected: String,
    },
    /// A text of the course has a mistake.
    Texts {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, and what to do.
        problem: String,
    },
    /// Some step of the tests failed; the summary has said which.
    TestsFailed,
}

impl Error {
    /// For `map_err` on what touches a file.
    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(problem) => write!(
                out,
                "{problem}\n  what to do: `cargo xtask help` lists the commands"
            ),
            Self::Missing { what, hint } => {
                write!(out, "{what} was not found\n  what to do: {hint}")
            }
            Self::Failed {
                what,
                came,
                tail,
                hint,
            } => {
                if !tail.is_empty() {
                    writeln!(out, "{what} printed last:\n{tail}")?;
                }
                write!(
                    out,
                    "{what} failed\n  expected: exit status 0\n  came: {came}\n  what to do: {hint}"
                )
            }
            Self::TimedOut { what, limit, hint } => write!(
                out,
                "{what} took too long\n  expected: an end within {} s\n  came: none, so it was \
                 stopped\n  what to do: {hint}",
                limit.as_secs()
            ),
            Self::Interrupted => write!(out, "stopped"),
            Self::File { path, source } => write!(
                out,
                "{}: {source}\n  what to do: see that the path exists and that you may write there",
                path.display()
            ),
            Self::Content { path, expected } => write!(
                out,
                "{} was expected to hold {expected}, and does not\n  what to do: restore the file \
                 from version control",
                path.display()
            ),
            Self::Texts { path, problem } => write!(out, "{}: {problem}", path.display()),
            Self::TestsFailed => write!(out, "some tests failed; the summary says which"),
        }
    }
}

impl From<lexopt::Error> for Error {
    fn from(error: lexopt::Error) -> Self {
        Self::Usage(error.to_string())
    }
}
