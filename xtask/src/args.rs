//! The command line: every command in one list.

use std::ffi::OsString;
use std::fmt::Write as _;

use lexopt::prelude::{Long, Short, Value, ValueExt as _};

use crate::bench::Benchmark;
use crate::error::Error;
use crate::test::Step;

/// Every command, its arguments and what it is for, in the order that `help` shows them.
const COMMANDS: &[(&str, &str, &str)] = &[
    (
        "serve",
        "[--port 8080] [--release]",
        "build the playground and serve it on 127.0.0.1, rebuilding on every change",
    ),
    (
        "test",
        "[step]...",
        "run every check, or only the named steps",
    ),
    (
        "dist",
        "[--site-url https://…/]",
        "build the static site in dist/ and print its sizes",
    ),
    (
        "bench",
        "[start|hub|server|page|fleet|lighthouse]",
        "measure the page's start, the hub, the native program, messages a second, a thousand devices, Lighthouse's scores, or all",
    ),
    (
        "fuzz",
        "[target] [--seconds 600]",
        "search the parsers for panics, one target or all in turn",
    ),
    (
        "texts",
        "",
        "write src/hub/DIFFERENCES.md, and the texts into a build if Trunk calls",
    ),
];

/// What to do, as typed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Print the list of commands.
    Help,
    /// Serve the playground.
    Serve {
        /// TCP port on 127.0.0.1.
        port: u16,
        /// Build as small as the published site, which takes longer.
        release: bool,
    },
    /// Run checks.
    Test {
        /// The steps to run; empty means all of them.
        steps: Vec<Step>,
    },
    /// Build the static site.
    Dist {
        /// Where it will be published, for the map of the site and for search engines.
        site_url: Option<String>,
    },
    /// Measure.
    Bench {
        /// The one benchmark to run; `None` means all in turn.
        one: Option<Benchmark>,
    },
    /// Write what is made of texts: a document, and files in the folder that Trunk names.
    Texts,
    /// Run fuzz targets.
    Fuzz {
        /// The one target to run; `None` means all in turn.
        target: Option<String>,
        /// Seconds for each target.
        seconds: u64,
    },
}

/// Reads the arguments that follow `cargo xtask`.
pub(crate) fn parse<I>(arguments: I) -> Result<Action, Error>
where
    I: IntoIterator<Item = OsString>,
{
    let mut parser = lexopt::Parser::from_args(arguments);
    let action = match parser.next()? {
        None | Some(Long("help") | Short('h')) => return Ok(Action::Help),
        Some(Value(name)) => match name.to_string_lossy().as_ref() {
            "help" => return Ok(Action::Help),
            "serve" => serve(&mut parser)?,
            "test" => test(&mut parser)?,
            "dist" => dist(&mut parser)?,
            "bench" => bench(&mut parser)?,
            "texts" => Action::Texts,
            "fuzz" => fuzz(&mut parser)?,
            unknown => return Err(usage(&format!("there is no command `{unknown}`"))),
        },
        Some(other) => return Err(other.unexpected().into()),
    };
    match parser.next()? {
        None => Ok(action),
        Some(extra) => Err(extra.unexpected().into()),
    }
}

/// The list of commands and test steps, as text.
pub(crate) fn help() -> String {
    let mut text = String::from("cargo xtask <command>\n\n");
    for (name, arguments, purpose) in COMMANDS {
        let _ = writeln!(text, "  {:<40} {purpose}", format!("{name} {arguments}"));
    }
    let steps: Vec<&str> = Step::ALL.iter().map(|step| step.name()).collect();
    let _ = writeln!(text, "\nsteps of test: {}", steps.join(", "));
    text
}

fn serve(parser: &mut lexopt::Parser) -> Result<Action, Error> {
    let (mut port, mut release) = (8080, false);
    while let Some(argument) = parser.next()? {
        match argument {
            Long("port") | Short('p') => port = parser.value()?.parse()?,
            Long("release") => release = true,
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Action::Serve { port, release })
}

fn test(parser: &mut lexopt::Parser) -> Result<Action, Error> {
    let mut steps = Vec::new();
    while let Some(argument) = parser.next()? {
        match argument {
            Value(name) => steps.push(step(&name.to_string_lossy())?),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Action::Test { steps })
}

fn dist(parser: &mut lexopt::Parser) -> Result<Action, Error> {
    let mut site_url = None;
    while let Some(argument) = parser.next()? {
        match argument {
            Long("site-url") => site_url = Some(parser.value()?.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    match &site_url {
        Some(url) if !url.starts_with("https://") && !url.starts_with("http://") => {
            Err(usage(&format!(
                "`{url}` is no address; give the whole one, such as https://example.org/playground/"
            )))
        }
        _ => Ok(Action::Dist { site_url }),
    }
}

fn step(name: &str) -> Result<Step, Error> {
    Step::ALL
        .iter()
        .find(|step| step.name() == name)
        .copied()
        .ok_or_else(|| usage(&format!("there is no test step `{name}`")))
}

fn fuzz(parser: &mut lexopt::Parser) -> Result<Action, Error> {
    let (mut target, mut seconds) = (None, 600);
    while let Some(argument) = parser.next()? {
        match argument {
            Long("seconds") => seconds = parser.value()?.parse()?,
            Value(name) if target.is_none() => target = Some(name.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Action::Fuzz { target, seconds })
}

fn bench(parser: &mut lexopt::Parser) -> Result<Action, Error> {
    let Some(argument) = parser.next()? else {
        return Ok(Action::Bench { one: None });
    };
    let Value(name) = argument else {
        return Err(argument.unexpected().into());
    };
    let name = name.to_string_lossy();
    let known = Benchmark::ALL.iter().find(|known| known.name() == name);
    match known {
        Some(known) => Ok(Action::Bench { one: Some(*known) }),
        None => Err(usage(&format!("there is no benchmark `{name}`"))),
    }
}

fn usage(problem: &str) -> Error {
    Error::Usage(problem.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: &Action) {
        let words = line.split_whitespace().map(OsString::from);
        assert_eq!(&parse(words).expect(line), expected, "{line}");
    }

    fn check_refused(line: &str, expected: &str) {
        let words = line.split_whitespace().map(OsString::from);
        let message = parse(words).expect_err(line).to_string();
        assert!(message.contains(expected), "{line}: {message}");
    }

    #[test]
    fn commands_are_read() {
        check("", &Action::Help);
        check("--help", &Action::Help);
        check(
            "serve",
            &Action::Serve {
                port: 8080,
                release: false,
            },
        );
        check(
            "serve --release --port 9000",
            &Action::Serve {
                port: 9000,
                release: true,
            },
        );
        check("test", &Action::Test { steps: vec![] });
        check(
            "test fmt e2e",
            &Action::Test {
                steps: vec![Step::Fmt, Step::EndToEnd],
            },
        );
        check("dist", &Action::Dist { site_url: None });
        let site_url = Some("https://example.org/p/".into());
        check(
            "dist --site-url https://example.org/p/",
            &Action::Dist { site_url },
        );
        check("bench", &Action::Bench { one: None });
        for &benchmark in Benchmark::ALL {
            let line = format!("bench {}", benchmark.name());
            let one = Some(benchmark);
            check(&line, &Action::Bench { one });
        }
        check(
            "fuzz mqtt --seconds 5",
            &Action::Fuzz {
                target: Some("mqtt".into()),
                seconds: 5,
            },
        );
    }

    #[test]
    fn mistakes_are_named() {
        check_refused("sevre", "no command `sevre`");
        check_refused("test speed", "no test step `speed`");
        check_refused("serve --port many", "many");
        check_refused("dist now", "now");
        check_refused("dist --site-url example.org", "whole one");
        check_refused("bench twins", "no benchmark `twins`");
        check_refused("bench hub start", "start");
    }

    #[test]
    fn every_command_is_in_the_list() {
        for (name, ..) in COMMANDS {
            assert!(parse([OsString::from(name)]).is_ok(), "{name}");
        }
    }
}
