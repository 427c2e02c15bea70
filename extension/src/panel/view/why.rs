//! Why this priority: the points that add up to the percent, and how bad.

use aside_shared::analysis::{Assessment, SignalGroup, Verdict};
use leptos::prelude::*;

use super::chips::cites;
use super::head::word;
use super::icons::icon;
use super::shapes::Button;
use super::text::{sentence, visible};
use crate::panel::score::{Bar, odds, signed, waterfall};
use crate::panel::state::{Cited, Msg};
use crate::panel::store::Store;

/// The whole view, with its way back.
pub fn why(store: Store) -> AnyView {
    let shown = store.reading(|reading| reading.assessment.clone());
    let heading = move || {
        shown.get().map(|assessment| match assessment.verdict {
            Verdict::Benign | Verdict::Unknown => {
                format!("Why {}", word(&assessment).to_lowercase())
            }
            _ => format!("Why {:?} {}", assessment.priority, word(&assessment)),
        })
    };
    view! {
        <div class="back">
            {Button::of("ib").id("why-back").label("Back to the brief").sends(store, Msg::Back, icon("left"))}
            <h1 id="sub-t">{heading}</h1>
        </div>
        <div class="view" role="region" aria-labelledby="sub-t" tabindex="0">
            {move || shown.get().map(|assessment| view! {
                {how_sure(store, &assessment)}
                {how_bad(store, &assessment)}
                <div class="sec">
                    <p class="dim">
                        "By rule weights, not by outcomes: the starting point is assumed until Aside knows how such alerts ended."
                    </p>
                </div>
            })}
        </div>
    }
    .into_any()
}

fn how_sure(store: Store, assessment: &Assessment) -> AnyView {
    let score = &assessment.score;
    let drawn = waterfall(score);
    let axis = drawn.axis;
    let last = drawn.bars.len().saturating_sub(1);
    let bar = |at: usize| drawn.bars.get(at).copied();
    let base = view! {
        <li>
            <span class="what">"Where every alert starts: assumed"</span>
            {bar(0).map(|bar| plot(axis, bar, "base", true, true))}
            <span class="val">{signed(score.base)}</span>
        </li>
    };
    let groups = score
        .groups
        .iter()
        .enumerate()
        .map(|(at, group)| {
            let class = if group.points < 0 { "down" } else { "up" };
            view! {
                <li>
                    {group_words(store, at, group)}
                    {bar(at + 1).map(|bar| plot(axis, bar, class, false, at + 2 < last + 1))}
                    <span class="val">{signed(group.points)}</span>
                </li>
            }
        })
        .collect_view();
    let percent = assessment.malicious_percent;
    let foot = format!(
        "+3 points double the odds, +10 make them ten times as high. The sum {} is odds of {}: {percent} %.",
        signed(score.total),
        odds(score.total),
    );
    view! {
        <section class="sec" aria-labelledby="s-sure">
            <header>
                <h2 id="s-sure">{format!("How sure: {percent} % malicious")}</h2>
                <span class="more">"points"</span>
            </header>
            <ol class="wf">
                {base}
                {groups}
                <li class="total">
                    <span class="what">"Sum"</span>
                    {bar(last).map(|bar| plot(axis, bar, "sum", true, false))}
                    <span class="val">{signed(score.total)}</span>
                </li>
            </ol>
            <p class="key foot">
                <span>"raises"</span>
                <span class="lo">"lowers"</span>
                <span class="ba">"starting point"</span>
            </p>
            <p class="foot">{foot}</p>
        </section>
    }
    .into_any()
}

/// What was seen, with the group's further signals folded.
fn group_words(store: Store, at: usize, group: &SignalGroup) -> AnyView {
    let place = format!("w{at}");
    let mut signals = group.signals.iter();
    let first = signals.next().map(|signal| {
        view! {
            {sentence(&signal.sentence)}
            {cites(store, &signal.evidence, &Cited::Elsewhere, &place)}
        }
    });
    let rules = group
        .signals
        .iter()
        .map(|signal| {
            let weight = format!("{}, rule ", signed(signal.weight));
            view! { <li><span>{visible(&signal.title)}</span><small class="dim">{weight}<code>{signal.rule.to_string()}</code></small></li> }
        })
        .collect_view();
    let sum: i32 = group.signals.iter().map(|signal| signal.weight).sum();
    let capped = (sum != group.points).then(|| {
        let words = format!(
            "{} points together, counted as {}",
            signed(sum),
            signed(group.points)
        );
        view! { <p class="dim">{words}</p> }
    });
    let number = group.signals.len();
    let label = match number {
        1 => "1 rule".to_owned(),
        number => format!("{number} rules"),
    };
    view! {
        <span class="what">
            {first}
            {(number > 0).then(|| view! {
                <details><summary>{label}</summary><ul class="rules">{rules}</ul>{capped}</details>
            })}
        </span>
    }
    .into_any()
}

fn plot(axis: f64, bar: Bar, class: &'static str, from_zero: bool, goes_on: bool) -> AnyView {
    view! {
        <span class="plot">
            <svg aria-hidden="true">
                <rect class="axis" x=format!("{axis}%") width="1" height="100%"/>
                {(!from_zero).then(|| view! { <rect class="link" x=format!("{}%", bar.from) width="1" height="9"/> })}
                {goes_on.then(|| view! { <rect class="link" x=format!("{}%", bar.to) y="19" width="1" height="100%"/> })}
                <rect class=class x=format!("{}%", bar.x) y="9" width=format!("{}%", bar.width) height="10"/>
            </svg>
        </span>
    }
    .into_any()
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
        techniques.push(format!("{} {}", technique.id, technique.name));
    }
    if let Some((_, _, alert)) = &vendor {
        for attack in &alert.attacks {
            let parts = [&attack.technique_id, &attack.technique];
            let words: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
            if !words.is_empty() {
                techniques.push(words.join(" "));
            }
        }
    }
    techniques.sort();
    techniques.dedup();
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
    view! {
        <section class="sec" aria-labelledby="s-bad">
            <header><h2 id="s-bad">{heading}</h2></header>
            <dl class="kv">
                {(!assessment.cause.is_empty()).then(|| view! { <dt>"Because"</dt><dd>{visible(&assessment.cause)}</dd> })}
                {(!techniques.is_empty()).then(|| view! {
                    <dt>"Techniques"</dt>
                    <dd class="tags">
                        {techniques.iter().map(|name| view! { <span class="tag-t">{visible(name)}</span> }).collect_view()}
                    </dd>
                })}
                {vendor.map(|(label, severity, _)| view! {
                    <dt>{format!("{label} says")}</dt>
                    <dd>
                        {visible(&severity)}
                        {(!tactics.is_empty()).then(|| view! { <span class="sub">{visible(&tactics.join(", "))}</span> })}
                    </dd>
                })}
            </dl>
        </section>
    }
    .into_any()
}
