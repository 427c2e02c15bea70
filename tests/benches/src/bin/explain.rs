//! Command lines a second, explained on one core.

use aside_analyst::explain::explain;
use aside_analyst::rules::RuleSet;
use aside_benches::{command_lines, fastest};

fn main() {
    let rules = RuleSet::built_in();
    let lines = command_lines(20_000);
    let bytes: usize = lines.iter().map(String::len).sum();
    let took = fastest(5, || {
        lines
            .iter()
            .map(|line| explain(rules, line, None).reasons.len())
            .sum::<usize>()
    });
    let each = took / u32::try_from(lines.len()).unwrap_or(1);
    println!(
        "explain: {:.0} command lines a second on one core ({each:?} each, {} bytes on average, {} rules); aim 100000, ratio {:.2}",
        lines.len() as f64 / took.as_secs_f64(),
        bytes / lines.len(),
        rules.len(),
        lines.len() as f64 / took.as_secs_f64() / 100_000.0,
    );
}
