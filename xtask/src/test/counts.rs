//! How many tests ran, read from the closing lines of the three runners.

use std::ops::AddAssign;

/// Tests by outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub passed: u64,
    pub failed: u64,
    pub skipped: u64,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl Counts {
    /// The closing line of a whole run.
    pub fn line(self) -> String {
        let skipped = match self.skipped {
            0 => String::new(),
            some => format!(", {some} skipped"),
        };
        format!("{} passed, {} failed{skipped}", self.passed, self.failed)
    }
}

/// cargo-nextest: `Summary [ 0.2s] 31 tests run: 29 passed (1 slow), 1 failed, 1 timed out, 2 skipped`.
pub fn of_nextest(lines: &[String]) -> Counts {
    let mut counts = Counts::default();
    let summary = lines.iter().rev().find_map(|line| {
        let (head, tail) = line.split_once(" run: ")?;
        head.trim_start().starts_with("Summary [").then_some(tail)
    });
    for part in summary.unwrap_or_default().split(", ") {
        let mut words = part.split_whitespace();
        let (Some(Ok(number)), Some(word)) = (words.next().map(str::parse::<u64>), words.next())
        else {
            continue;
        };
        match word {
            "passed" => counts.passed += number,
            "skipped" => counts.skipped += number,
            "failed" | "timed" | "exec" => counts.failed += number,
            // What stands in brackets says more about tests that are counted already.
            _ => {}
        }
    }
    counts
}

/// `cargo test`, for documentation tests: `test result: ok. 3 passed; 0 failed; 1 ignored; …`, once a crate.
pub fn of_cargo_test(lines: &[String]) -> Counts {
    let mut counts = Counts::default();
    for result in lines
        .iter()
        .filter_map(|line| line.strip_prefix("test result: "))
    {
        for part in result.split(['.', ';']) {
            match part.trim().split_once(' ') {
                Some((number, "passed")) => counts.passed += number.parse().unwrap_or(0),
                Some((number, "failed")) => counts.failed += number.parse().unwrap_or(0),
                Some((number, "ignored")) => counts.skipped += number.parse().unwrap_or(0),
                _ => {}
            }
        }
    }
    counts
}

/// Node's `spec` reporter: `ℹ pass 3`, `ℹ fail 0`, `ℹ cancelled 0`, `ℹ skipped 0`, `ℹ todo 0`.
pub fn of_node(lines: &[String]) -> Counts {
    let number = |name: &str| {
        let wanted = format!("ℹ {name} ");
        lines
            .iter()
            .rev()
            .find_map(|line| line.trim().strip_prefix(&wanted)?.parse::<u64>().ok())
            .unwrap_or(0)
    };
    Counts {
        passed: number("pass"),
        failed: number("fail") + number("cancelled"),
        skipped: number("skipped") + number("todo"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    fn counts(passed: u64, failed: u64, skipped: u64) -> Counts {
        Counts {
            passed,
            failed,
            skipped,
        }
    }

    #[test]
    fn nextests_summary_is_read_whatever_its_parts() {
        for (line, expected) in [
            (
                "     Summary [   0.196s] 31 tests run: 31 passed, 0 skipped",
                counts(31, 0, 0),
            ),
            (
                "  Summary [ 9.1s] 5/7 tests run: 2 passed (1 slow, 1 flaky), 1 failed, 2 timed out, 3 skipped",
                counts(2, 3, 3),
            ),
            (
                "Summary [ 1s] 1 test run: 0 passed, 1 exec failed, 4 skipped",
                counts(0, 1, 4),
            ),
        ] {
            assert_eq!(of_nextest(&lines(line)), expected, "{line}");
        }
    }

    #[test]
    fn the_results_of_each_crates_documentation_are_summed() {
        let text = "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.10s\n\
                    running 1 test\n\
                    test result: FAILED. 0 passed; 2 failed; 0 ignored; 0 measured";
        assert_eq!(of_cargo_test(&lines(text)), counts(3, 2, 1));
    }

    #[test]
    fn nodes_closing_lines_are_read_and_cancelled_is_failed() {
        let text = "✔ it works\nℹ tests 9\nℹ suites 0\nℹ pass 5\nℹ fail 1\nℹ cancelled 1\nℹ skipped 1\nℹ todo 1\nℹ duration_ms 12.5";
        assert_eq!(of_node(&lines(text)), counts(5, 2, 2));
    }

    #[test]
    fn output_of_another_kind_counts_nothing() {
        let hostile = lines(
            "Summary [\ntest result: \nℹ pass many\n run: 3 passed\n\u{202e}7 passed\nℹ pass 99999999999999999999999",
        );
        assert_eq!(of_nextest(&hostile), Counts::default());
        assert_eq!(of_cargo_test(&hostile), Counts::default());
        assert_eq!(of_node(&hostile), Counts::default());
    }

    #[test]
    fn the_closing_line_names_the_skipped_only_where_there_are_some() {
        assert_eq!(counts(12, 0, 0).line(), "12 passed, 0 failed");
        assert_eq!(counts(12, 1, 3).line(), "12 passed, 1 failed, 3 skipped");
    }
}
