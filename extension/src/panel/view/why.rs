//! Why this priority: the points that add up to the percent, and how bad.

use aside_shared::analysis::{Assessment, SignalGroup, Verdict};
use leptos::prelude::*;

use super::element::{El, el, live, several};

use super::chips::cites;
use super::head::word;
use super::shapes::over_tabs;
use super::text::{sentence, visible};
use crate::panel::score::{Bar, odds, signed, waterfall};
use crate::panel::state::Cited;
use crate::panel::store::Store;
use crate::panel::words::{add, count, percent};

/// The whole view, with its way back.
pub fn why(store: Store) -> AnyView {
    let shown = store.reading(|reading| reading.assessment.clone());
    let heading = move || {
        shown.get().map(|assessment| match assessment.verdict {
            Verdict::Benign | Verdict::Unknown => {
                format!("Why {}", word(&assessment).to_ascii_lowercase())
            }
            _ => format!("Why {:?} {}", assessment.priority, word(&assessment)),
        })
    };
    let body = move || {
        shown.get().map(|assessment| {
            several()
                .with(how_sure(store, &assessment))
                .with(how_bad(store, &assessment))
                .with(el("div", "sec").with(el("p", "dim").with("By rule weights, not by outcomes: the starting point is assumed until Aside knows how such alerts ended.")))
        })
    };
    over_tabs(store, live(heading), live(body))
}

fn how_sure(store: Store, assessment: &Assessment) -> AnyView {
    let score = &assessment.score;
    let drawn = waterfall(score);
    let axis = drawn.axis;
    let last = drawn.bars.len().saturating_sub(1);
    let bar = |at: usize| drawn.bars.get(at).copied();
    let base = el("li", "")
        .with(el("span", "what").with("Where every alert starts: assumed"))
        .with(bar(0).map(|bar| plot(axis, bar, "base", true, true)))
        .with(el("span", "val").with(signed(score.base)));
    let groups = score
        .groups
        .iter()
        .enumerate()
        .map(|(at, group)| {
            let class = if group.points < 0 { "down" } else { "up" };
            el("li", "")
                .with(group_words(store, at, group))
                .with(bar(at + 1).map(|bar| plot(axis, bar, class, false, at + 2 < last + 1)))
                .with(el("span", "val").with(signed(group.points)))
                .with(rules(group))
        })
        .collect::<Vec<_>>();
    let percent = assessment.malicious_percent;
    let foot = format!(
        "+3 points double the odds, +10 make them ten times as high. The sum {} is odds of {}: {percent} %.",
        signed(score.total),
        odds(score.total),
    );
    el("section", "sec")
        .attr("aria-labelledby", "s-sure")
        .with(
            el("header", "")
                .with(
                    el("h2", "")
                        .attr("id", "s-sure")
                        .with(format!("How sure: {percent} % malicious")),
                )
                .with(el("span", "more").with("points")),
        )
        .with(
            el("ol", "wf").with(base).with(groups).with(
                el("li", "total")
                    .with(el("span", "what").with("Sum"))
                    .with(bar(last).map(|bar| plot(axis, bar, "sum", true, false)))
                    .with(el("span", "val").with(signed(score.total))),
            ),
        )
        .with(
            el("p", "key foot")
                .with(el("span", "").with("raises"))
                .with(el("span", "lo").with("lowers"))
                .with(el("span", "ba").with("starting point")),
        )
        .with(el("p", "foot").with(foot))
        .draw()
}

/// What was seen.
fn group_words(store: Store, at: usize, group: &SignalGroup) -> AnyView {
    let place = format!("w{at}");
    let first = group.signals.first().map(|signal| {
        let chips = cites(store, &signal.evidence, &Cited::Elsewhere, &place);
        several().with(sentence(&signal.sentence)).with(chips)
    });
    el("span", "what").with(first).draw()
}

/// The rules that saw it, folded.
fn rules(group: &SignalGroup) -> Option<El> {
    let rules = group
        .signals
        .iter()
        .map(|signal| {
            el("li", "")
                .with(el("span", "").with(visible(&signal.title)))
                .with(el("span", "val").with(signed(signal.weight)))
                .with(el("code", "dim").with(signal.rule.to_string()))
        })
        .collect::<Vec<_>>();
    let sum: i32 = group.signals.iter().map(|signal| signal.weight).sum();
    let capped = (sum != group.points).then(|| {
        let words = format!(
            "{} points together, counted as {}",
            signed(sum),
            signed(group.points)
        );
        el("li", "dim").with(words)
    });
    (!rules.is_empty()).then(|| {
        el("details", "")
            .with(el("summary", "").with(count(rules.len(), "rule")))
            .with(el("ul", "rules").with(rules).with(capped))
    })
}

fn plot(axis: f64, bar: Bar, class: &'static str, from_zero: bool, goes_on: bool) -> AnyView {
    let drawn = view! {
            <svg aria-hidden="true">
                <rect class="axis" x=percent(axis) width="1" height="100%"/>
                {(!from_zero).then(|| view! { <rect class="link" x=percent(bar.from) width="1" height="9"/> })}
                {goes_on.then(|| view! { <rect class="link" x=percent(bar.to) y="19" width="1" height="100%"/> })}
                <rect class=class x=percent(bar.x) y="9" width=percent(bar.width) height="10"/>
            </svg>
    };
    el("span", "plot").with(drawn.into_any()).draw()
}

fn how_bad(store: Store, assessment: &Assessment) -> AnyView {
    let vendor = store.peek(|state| {
        let alert = state.reading()?.alert.clone()?;
        let word = match &alert.severity.raw {
            Some(raw) => raw.clone(),
            None => format!("{:?}", alert.severity.level),
        };
        Some((state.platform_label(&alert.key.tenant), word, alert))
    });
    let mut techniques: Vec<String> = Vec::new();
    let groups = assessment
        .score
        .groups
        .iter()
        .flat_map(|group| &group.signals);
    for technique in groups.flat_map(|signal| &signal.techniques) {
        add(
            &mut techniques,
            format!("{} {}", technique.id, technique.name),
        );
    }
    if let Some((_, _, alert)) = &vendor {
        for attack in &alert.attacks {
            let parts = [&attack.technique_id, &attack.technique];
            let words: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
            if !words.is_empty() {
                add(&mut techniques, words.join(" "));
            }
        }
    }
    let tactics: Vec<String> = vendor
        .iter()
        .flat_map(|(_, _, alert)| {
            alert
                .attacks
                .iter()
                .filter_map(|attack| attack.tactic.clone())
        })
        .fold(Vec::new(), |mut all, tactic| {
            if !all.contains(&tactic) {
                all.push(tactic);
            }
            all
        });
    let heading = format!("How bad: {}", assessment.priority.word());
    el("section", "sec")
        .attr("aria-labelledby", "s-bad")
        .with(el("header", "").with(el("h2", "").attr("id", "s-bad").with(heading)))
        .with(
            el("dl", "kv")
                .with((!assessment.cause.is_empty()).then(|| {
                    several()
                        .with(el("dt", "").with("Because"))
                        .with(el("dd", "").with(visible(&assessment.cause)))
                }))
                .with((!techniques.is_empty()).then(|| {
                    several().with(el("dt", "").with("Techniques")).with(
                        el("dd", "tags").with(
                            techniques
                                .iter()
                                .map(|name| el("span", "tag-t").with(visible(name)))
                                .collect::<Vec<_>>(),
                        ),
                    )
                }))
                .with(vendor.map(|(label, severity, _)| {
                    several()
                        .with(el("dt", "").with(format!("{label} says")))
                        .with(
                            el("dd", "").with(visible(&severity)).with(
                                (!tactics.is_empty())
                                    .then(|| el("span", "sub").with(visible(&tactics.join(", ")))),
                            ),
                        )
                })),
        )
        .draw()
}
