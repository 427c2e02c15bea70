//! Redaction: megabytes a second over mixed command lines and logs, the time for a text of 8 KB, and
//! recall and precision by class on the labelled corpus.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use aside_analyst::redact::{Conversation, Known, Settings};
use aside_benches::fastest;
use aside_benches::labelled::{KnownNames, corpus, log};
use aside_benches::written;

/// Microsoft Presidio with its pattern recognisers on such text, megabytes a second.
const PRESIDIO: f64 = 0.08;
/// The aim, megabytes a second.
const AIM: f64 = 100.0;
/// A prompt's size in bytes.
const PROMPT: usize = 8 * 1024;

fn main() {
    let mut known = Known::default();
    known.host("FIN-LT-204.acme.local");
    known.user(r"ACME\j.smith");
    known.domain("acme.example");
    known.address("203.0.113.47");
    known.term("Project Nightglass");

    let text = log(4 << 20);
    let mut replaced = 0;
    let took = fastest(5, || {
        let redacted = Conversation::new(&known, Settings::default()).redact(&text);
        replaced = redacted.found.len();
        redacted
    });
    let speed = text.len() as f64 / 1e6 / took.as_secs_f64();
    println!(
        "redact: {speed:.0} MB/s over {:.1} MB of command lines and logs ({replaced} parts replaced); aim {AIM:.0}, ratio {:.2}; {:.0} times Presidio's pattern recognisers ({PRESIDIO} MB/s)",
        text.len() as f64 / 1e6,
        speed / AIM,
        speed / PRESIDIO,
    );

    let ordinary = aside_benches::command_lines(40_000).join("\n");
    let took = fastest(5, || {
        Conversation::new(&known, Settings::default()).redact(&ordinary)
    });
    println!(
        "redact: {:.0} MB/s over {:.1} MB of ordinary command lines",
        ordinary.len() as f64 / 1e6 / took.as_secs_f64(),
        ordinary.len() as f64 / 1e6,
    );

    let mut times = prompts(&text, &known);
    times.sort();
    let at = |part: usize| {
        times
            .get(times.len() * part / 100)
            .copied()
            .unwrap_or_default()
    };
    println!(
        "redact: {:?} for 8 KB in the middle (p50), {:?} at worst of 99 in 100 (p99), {} prompts",
        at(50),
        at(99),
        times.len(),
    );
    judge();
    judge_written();
}

/// The time of each prompt, in a conversation of its own that is made for it.
fn prompts(text: &str, known: &Known) -> Vec<Duration> {
    let mut times = Vec::new();
    let mut rest = text;
    while rest.len() > PROMPT {
        let end = rest[..PROMPT].rfind('\n').unwrap_or(PROMPT);
        let prompt = &rest[..end];
        let once = || {
            let start = Instant::now();
            let mut conversation = Conversation::new(known, Settings::default());
            std::hint::black_box(conversation.redact(prompt));
            start.elapsed()
        };
        // The least of a few: a busy machine then changes little.
        times.push((0..5).map(|_| once()).min().unwrap_or_default());
        rest = &rest[end + 1..];
    }
    times
}

fn judge() {
    let mut classes: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    for labelled in corpus(20) {
        let redacted = conversation(&labelled.known).redact(&labelled.text);
        let found: Vec<_> = redacted
            .found
            .iter()
            .map(|found| {
                (
                    found.characters.start,
                    found.characters.end,
                    found.kind.word(),
                )
            })
            .collect();
        for truth in &labelled.truth {
            let class = classes.entry(truth.2).or_default();
            class[usize::from(!found.contains(truth))] += 1;
        }
        for (.., class) in found.iter().filter(|found| !labelled.truth.contains(found)) {
            classes.entry(class).or_default()[2] += 1;
        }
    }
    for (class, [hit, missed, too_much]) in classes {
        println!(
            "redact: {class}: recall {:.4}, precision {:.4} of {} to hide",
            hit as f64 / (hit + missed) as f64,
            hit as f64 / (hit + too_much) as f64,
            hit + missed,
        );
    }
}

/// The corpus by another hand, in its two halves.
fn judge_written() {
    let lines = written::lines();
    for (half, held_out) in [("seen", false), ("held out", true)] {
        for (class, count) in written::judged(&lines, held_out) {
            println!(
                "redact: by another hand, {half}, {class}: recall {:.4}, precision {:.4} of {} to hide",
                count.recall(),
                count.precision(),
                count.hidden + count.missed,
            );
        }
    }
}

fn conversation(names: &KnownNames) -> Conversation {
    let mut known = Known::default();
    names.hosts.iter().for_each(|name| known.host(name));
    names.users.iter().for_each(|name| known.user(name));
    names.domains.iter().for_each(|name| known.domain(name));
    names.terms.iter().for_each(|name| known.term(name));
    Conversation::new(&known, Settings::default())
}
