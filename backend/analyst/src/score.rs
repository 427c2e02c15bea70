//! How sure and how bad: additive log-odds points from signals, grouped and capped.
//!
//! The percent is by rule weights until outcomes exist, and the base rate is assumed. How bad it is
//! if it is true is a thing of its own and never moves the percent.

use aside_shared::alert::{Alert, AlertKind, Outcome, SeverityLevel};
use aside_shared::analysis::{Assessment, Priority, Score, Signal, SignalGroup, Verdict};
use aside_shared::id::{EvidenceId, RuleId};
use aside_shared::text::Span;

use crate::reading::Observed;
use crate::rules::{Rule, RuleSet};

/// The assumed base rate: about one alert in four is what it says.
pub const BASE: i32 = -5;
/// A signal of so many points is strong.
const STRONG: i32 = 10;
/// Two groups of so many points are as good as a strong signal.
const TELLING: i32 = 6;
/// A single group of fewer points names a technique, but is too common to suspect anybody for.
const WORTH_A_LOOK: i32 = 4;
/// Weaker groups that together come to so many are worth a look as well.
const ADDING_UP: i32 = 6;
/// A verdict of malicious needs so many points in all: 80 percent.
const MALICIOUS: i32 = 6;

/// A rule that matched, with what it matched.
pub struct Fired<'a> {
    /// The rule.
    pub rule: &'a Rule,
    /// What was seen.
    pub sentence: Vec<Span>,
    /// What it rests on.
    pub evidence: Vec<EvidenceId>,
}

/// Every rule that matches, once, with all evidence that it matched.
///
/// A lowering one matches only what is about the alert's trigger: that something usual went on beside it says
/// nothing about it.
pub fn fired<'a>(alert: &Alert, rules: &'a RuleSet, observed: &[Observed<'_>]) -> Vec<Fired<'a>> {
    let mut fired: Vec<Fired<'a>> = Vec::new();
    for (seen, event) in observed
        .iter()
        .flat_map(|seen| seen.events.iter().map(move |event| (seen, event)))
    {
        for rule in rules.matching(event) {
            if rule.knowledge.weight < 0 && !alert.is_about_trigger(seen.evidence) {
                continue;
            }
            match fired.iter_mut().find(|known| known.rule.id == rule.id) {
                Some(known) if !known.evidence.contains(&seen.evidence.id) => {
                    known.evidence.push(seen.evidence.id.clone())
                }
                Some(_) => {}
                None => fired.push(Fired {
                    rule,
                    sentence: rule.knowledge.sentence.about(event),
                    evidence: vec![seen.evidence.id.clone()],
                }),
            }
        }
    }
    fired
}

/// Points by group; what counts together is capped together.
pub fn score(signals: Vec<(String, Signal)>) -> Score {
    let mut groups: Vec<SignalGroup> = Vec::new();
    for (name, signal) in signals {
        match groups
            .iter_mut()
            .find(|group| group.name == name && (group.points < 0) == (signal.weight < 0))
        {
            Some(group) => group.signals.push(signal),
            None => groups.push(SignalGroup {
                name,
                points: signal.weight,
                signals: vec![signal],
            }),
        }
    }
    for group in &mut groups {
        group
            .signals
            .sort_by_key(|signal| std::cmp::Reverse(signal.weight.abs()));
        group.points = capped(&group.signals);
    }
    hold_up_strong(&mut groups);
    groups.sort_by_key(|group| (std::cmp::Reverse(group.points.abs()), group.name.clone()));
    let total = BASE + groups.iter().map(|group| group.points).sum::<i32>();
    Score {
        base: BASE,
        groups,
        total,
    }
}

/// Lowering signals rest on paths and parents, which an attacker can choose: they take nothing from
/// what a strong signal needs to be called malicious.
fn hold_up_strong(groups: &mut [SignalGroup]) {
    let raising = || {
        groups
            .iter()
            .filter(|it| it.name != VENDOR && it.points > 0)
    };
    if !raising().any(|group| group.points >= STRONG) {
        return;
    }
    let raised: i32 = raising().map(|group| group.points).sum();
    let mut spare = (BASE + raised - MALICIOUS).max(0);
    let lowering = groups
        .iter_mut()
        .filter(|it| it.name != VENDOR && it.points < 0);
    for group in lowering {
        group.points = group.points.max(-spare);
        spare += group.points;
    }
}

/// The strongest whole, each further one a quarter, together at most one and a half times the strongest.
fn capped(signals: &[Signal]) -> i32 {
    let Some((first, others)) = signals.split_first() else {
        return 0;
    };
    let further: i32 = others.iter().map(|signal| signal.weight.abs() / 4).sum();
    let points = first.weight.abs() + further.min(first.weight.abs() / 2);
    if first.weight < 0 { -points } else { points }
}

/// Log-odds points as a percent, 1 to 99: nothing is certain.
pub fn percent(points: i32) -> u8 {
    let odds = 10_f64.powf(f64::from(points) / 10.0);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 1 and 99"
    )]
    let percent = (100.0 * odds / (1.0 + odds)).round().clamp(1.0, 99.0) as u8;
    percent
}

/// The verdict that points and signals give.
///
/// A strong signal is never argued away by lowering ones: those rest on paths and parents, which
/// an attacker can choose.
pub fn verdict(score: &Score) -> Verdict {
    let own = || score.groups.iter().filter(|group| group.name != VENDOR);
    let raising = || {
        own()
            .filter(|group| group.points > 0)
            .map(|group| group.points)
    };
    let lowered: i32 = own().map(|group| group.points.min(0)).sum();
    let strongest = raising().max().unwrap_or(0);
    let raised: i32 = raising().sum();
    let is_decisive =
        strongest >= STRONG || raising().filter(|points| *points >= TELLING).count() >= 2;
    let is_worth_a_look = strongest >= WORTH_A_LOOK || raised >= ADDING_UP;
    if score.total >= MALICIOUS && is_decisive {
        Verdict::Malicious
    } else if strongest >= STRONG || is_worth_a_look && raised + lowered >= 0 {
        Verdict::Suspicious
    } else if lowered < 0 && raised + lowered < 0 {
        Verdict::Benign
    } else {
        Verdict::Unknown
    }
}

/// Group and rule of what the vendor itself says.
pub const VENDOR: &str = "vendor-severity";

/// How bad and how sure.
pub fn assess(alert: &Alert, fired: &[Fired<'_>]) -> Assessment {
    let mut signals: Vec<(String, Signal)> = fired
        .iter()
        .map(|fired| (fired.rule.knowledge.group.clone(), signal(fired)))
        .collect();
    signals.extend(vendor_severity(alert).map(|signal| (VENDOR.to_owned(), signal)));
    let score = score(signals);
    let verdict = verdict(&score);
    Assessment {
        verdict,
        priority: priority(alert, fired, verdict),
        cause: cause(alert, fired, verdict),
        malicious_percent: percent(score.total),
        score,
    }
}

fn signal(fired: &Fired<'_>) -> Signal {
    Signal {
        sentence: fired.sentence.clone(),
        evidence: fired.evidence.clone(),
        ..bare(fired.rule)
    }
}

/// A rule's signal without sentence and evidence.
pub fn bare(rule: &Rule) -> Signal {
    Signal {
        rule: rule.id.clone(),
        title: rule.title.clone(),
        weight: rule.knowledge.weight,
        sentence: Vec::new(),
        evidence: Vec::new(),
        techniques: rule.knowledge.techniques.clone(),
    }
}

/// The vendor's severity is one signal among others, and never a decisive one.
fn vendor_severity(alert: &Alert) -> Option<Signal> {
    let (weight, word) = match alert.severity.level {
        SeverityLevel::Critical => (5, "critical"),
        SeverityLevel::High => (3, "high"),
        SeverityLevel::Medium => (1, "medium"),
        SeverityLevel::Low => (-1, "low"),
        SeverityLevel::Informational => (-2, "informational"),
        SeverityLevel::Unknown => return None,
    };
    let detected = alert.finding()?;
    Some(Signal {
        rule: RuleId::from(VENDOR),
        title: "The vendor's severity".to_owned(),
        weight,
        sentence: vec![Span::Text(format!("The vendor calls it {word}"))],
        evidence: vec![detected.id.clone()],
        techniques: Vec::new(),
    })
}

/// How bad if true: by the worst strong signal, a step less where the sensor stopped it.
fn priority(alert: &Alert, fired: &[Fired<'_>], verdict: Verdict) -> Priority {
    if verdict == Verdict::Benign {
        return Priority::P4;
    }
    let raising = || fired.iter().filter(|fired| fired.rule.knowledge.weight > 0);
    let strong = raising()
        .filter(|fired| fired.rule.knowledge.weight >= TELLING)
        .map(|fired| fired.rule.knowledge.impact)
        .min();
    let weak = raising()
        .map(|fired| fired.rule.knowledge.impact.max(3))
        .min();
    // Where no rule knows it, the vendor's word is all there is; a hunting team's is a person's.
    let is_hunted = alert.kind == AlertKind::ManagedHunting;
    let vendor = match alert.severity.level {
        SeverityLevel::Critical if is_hunted => 1,
        SeverityLevel::High if is_hunted => 2,
        SeverityLevel::Critical => 2,
        SeverityLevel::High | SeverityLevel::Unknown => 3,
        _ => 4,
    };
    // What only hints at something takes nothing from the vendor's word: anybody can add a hint.
    let hinted = weak.map_or(vendor, |weak| weak.min(vendor));
    let mut level = strong.unwrap_or(hinted);
    if verdict == Verdict::Suspicious {
        level = level.max(2);
    }
    if alert.disposition.outcome == Outcome::Blocked {
        level += 1;
    }
    match level {
        0 | 1 => Priority::P1,
        2 => Priority::P2,
        3 => Priority::P3,
        _ => Priority::P4,
    }
}

/// The strongest reasons in a few words.
fn cause(alert: &Alert, fired: &[Fired<'_>], verdict: Verdict) -> String {
    let mut by_weight: Vec<&Fired<'_>> = fired.iter().collect();
    by_weight.sort_by_key(|fired| std::cmp::Reverse(fired.rule.knowledge.weight.abs()));
    if verdict == Verdict::Benign {
        let usual = by_weight
            .iter()
            .find(|fired| fired.rule.knowledge.weight < 0);
        return usual.map_or_else(|| "Usual work".to_owned(), |fired| fired.rule.title.clone());
    }
    let mut causes: Vec<String> = Vec::new();
    let mut groups: Vec<&str> = Vec::new();
    for fired in by_weight
        .iter()
        .filter(|fired| fired.rule.knowledge.weight > 0)
    {
        if groups.contains(&fired.rule.knowledge.group.as_str()) {
            continue;
        }
        groups.push(&fired.rule.knowledge.group);
        let cause = fired
            .rule
            .knowledge
            .cause
            .clone()
            .unwrap_or_else(|| fired.rule.title.clone());
        if causes.len() < 2 && !causes.contains(&cause) {
            causes.push(cause);
        }
    }
    match (causes.is_empty(), verdict) {
        (false, _) => {
            let mut joined = causes.remove(0);
            for cause in causes {
                let mut letters = cause.chars();
                let first = letters
                    .next()
                    .map(|letter| letter.to_lowercase().collect::<String>())
                    .unwrap_or_default();
                joined = format!("{joined}, {first}{}", letters.as_str());
            }
            joined
        }
        (true, _) if alert.trigger.is_none() => {
            "Not an endpoint's process: nothing known speaks either way".to_owned()
        }
        (true, _) => "Nothing known speaks either way".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(weights: &[i32]) -> Score {
        let signal = |weight: i32| Signal {
            rule: RuleId::from("r"),
            title: String::new(),
            weight,
            sentence: Vec::new(),
            evidence: Vec::new(),
            techniques: Vec::new(),
        };
        score(
            weights
                .iter()
                .enumerate()
                .map(|(group, weight)| (group.to_string(), signal(*weight)))
                .collect(),
        )
    }

    #[test]
    fn a_weak_signal_alone_suspects_nobody() {
        assert_eq!(verdict(&of(&[3])), Verdict::Unknown);
        assert_eq!(verdict(&of(&[3, -5])), Verdict::Benign);
        assert_eq!(verdict(&of(&[4])), Verdict::Suspicious);
        assert_eq!(verdict(&of(&[3, 3])), Verdict::Suspicious);
        assert_eq!(verdict(&of(&[])), Verdict::Unknown);
    }

    #[test]
    fn lowering_takes_nothing_from_what_a_strong_signal_needs() {
        for lowering in [&[][..], &[-8], &[-8, -7, -6]] {
            let score = of(&[&[18], lowering].concat());
            assert_eq!(verdict(&score), Verdict::Malicious, "{lowering:?}");
            let sum: i32 = score.groups.iter().map(|group| group.points).sum();
            assert_eq!(score.total, BASE + sum);
        }
        assert_eq!(verdict(&of(&[10, -8])), Verdict::Suspicious);
    }
}
