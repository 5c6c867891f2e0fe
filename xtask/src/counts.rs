//! How many tests passed, read from what test runners print.

/// Numbers of tests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Tests that passed.
    pub(crate) passed: usize,
    /// Tests that failed.
    pub(crate) failed: usize,
}

impl Counts {
    /// Adds up the closing lines of every test program in `lines`.
    pub(crate) fn of(lines: &[String]) -> Self {
        lines
            .iter()
            .filter_map(|line| rust(line).or_else(|| node(line)).or_else(|| pytest(line)))
            .fold(Self::default(), Self::plus)
    }

    /// The sum of two counts.
    pub(crate) fn plus(self, other: Self) -> Self {
        Self {
            passed: self.passed + other.passed,
            failed: self.failed + other.failed,
        }
    }
}

/// `test result: ok. 3 passed; 1 failed; …`
fn rust(line: &str) -> Option<Counts> {
    let numbers = line.trim().strip_prefix("test result: ")?;
    let number = |word: &str| {
        let before = numbers.split(word).next()?.trim_end();
        before.rsplit(' ').next()?.parse().ok()
    };
    Some(Counts {
        passed: number("passed;")?,
        failed: number("failed;")?,
    })
}

/// `ℹ pass 3` or `ℹ fail 1`, the closing lines of Node.js's own runner.
fn node(line: &str) -> Option<Counts> {
    let mut words = line.trim().strip_prefix("ℹ ")?.split(' ');
    let (word, number) = (words.next()?, words.next()?.parse().ok()?);
    match word {
        "pass" => Some(Counts {
            passed: number,
            failed: 0,
        }),
        "fail" | "cancelled" => Some(Counts {
            passed: 0,
            failed: number,
        }),
        _ => None,
    }
}

/// `3 failed, 197 passed, 1 error in 75.31s (0:01:15)`, the closing line of pytest.
fn pytest(line: &str) -> Option<Counts> {
    let (numbers, time) = line.trim_matches(['=', ' ']).split_once(" in ")?;
    time.split(' ')
        .next()?
        .strip_suffix('s')?
        .parse::<f32>()
        .ok()?;
    let mut counts = Counts::default();
    for part in numbers.split(", ") {
        let (number, word) = part.split_once(' ')?;
        let number: usize = number.parse().ok()?;
        match word {
            "passed" => counts.passed += number,
            // What is skipped did not show what it should.
            "failed" | "error" | "errors" | "skipped" => counts.failed += number,
            "warning" | "warnings" | "deselected" => {}
            _ => return None,
        }
    }
    Some(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_lines_are_added_up() {
        let check = |text: &str, passed, failed| {
            let lines: Vec<String> = text.lines().map(str::to_owned).collect();
            assert_eq!(Counts::of(&lines), Counts { passed, failed }, "{text}");
        };
        check("", 0, 0);
        check("running 2 tests\nno result: 3 passed", 0, 0);
        check(
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out\n\
             test result: FAILED. 10 passed; 2 failed; 0 ignored; 0 filtered out",
            13,
            2,
        );
        check(
            "ℹ tests 5\nℹ pass 3\nℹ fail 1\nℹ cancelled 1\nℹ duration_ms 5",
            3,
            2,
        );
        check("4 passed in 0.12s", 4, 0);
        check("10 bytes in 3 parts", 0, 0);
        check(
            "== 3 failed, 197 passed, 2 warnings, 1 error in 75.31s (0:01:15) ==",
            197,
            4,
        );
    }
}
