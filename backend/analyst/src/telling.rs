//! What is said of an alert: facts with their evidence, views that are marked, and what is not known.
//!
//! Every claim is checked by [`claims::stands`] before it is said.

use std::collections::{HashMap, HashSet};

use aside_shared::alert::{Alert, EntityKind, Evidence, EvidenceSource, Object, Outcome, Verb};
use aside_shared::analysis::{Assessment, Claim, ClaimKind, Gap, Relation, Signal, Verdict, View};
use aside_shared::id::{EntityId, EvidenceId, RuleId};
use aside_shared::text::{Span, plain};

use crate::claims;
use crate::reading::doer;
use crate::words::{self, name_of, text, verb};

/// Facts beside the lead and the ancestry.
const FACTS: usize = 6;
/// Facts from signals, beside the lead.
const SIGNALS: usize = 4;
/// A signal of fewer points is told only where there is no stronger one.
const TELLING: i32 = 5;
/// Names in one enumeration.
const NAMES: usize = 3;

/// The summary, the lead first, and how many claims did not stand.
pub fn claims(alert: &Alert, assessment: &Assessment) -> (Vec<Claim>, u32) {
    // The vendor's severity is its opinion: it counts, and is told under Why, but it is no fact.
    let own = |signal: &Signal| signal.rule.as_str() != crate::score::VENDOR;
    let raising = one_a_group(
        signals(assessment, |signal| signal.weight > 0 && own(signal)),
        assessment,
    );
    let lowering = signals(assessment, |signal| signal.weight < 0 && own(signal));
    let family = family(alert, &raising);
    let mut made = Vec::new();
    made.extend(lead(alert, assessment, &raising, &lowering));
    let mut facts = signal_facts(alert, &raising);
    facts.extend(recorded(alert, &raising));
    facts.extend(uncovered(alert, &raising));
    facts.extend(stays(alert, &family));
    facts.extend(contacts(alert, &family));
    facts.extend(written(alert, &family));
    facts.truncate(FACTS);
    facts.extend(ancestry(alert));
    facts.sort_by_key(|fact| first_time(alert, fact));
    made.extend(facts);
    made.extend(usual(alert, assessment, &lowering));
    made.extend(technique(&raising));
    made.extend(gaps(alert, &raising, &family));
    let before = made.len();
    let record = claims::Record::of(alert);
    made.retain(|claim| record.stands(claim).is_ok());
    let dropped = u32::try_from(before - made.len()).unwrap_or(u32::MAX);
    (made, dropped)
}

fn signals(assessment: &Assessment, which: impl Fn(&Signal) -> bool) -> Vec<&Signal> {
    let mut signals: Vec<&Signal> = assessment
        .score
        .groups
        .iter()
        .flat_map(|group| &group.signals)
        .filter(|signal| which(signal))
        .collect();
    signals.sort_by_key(|signal| std::cmp::Reverse(signal.weight.abs()));
    signals
}

/// Of signals of one group about the same evidence only the strongest: the others say the same again.
fn one_a_group<'a>(signals: Vec<&'a Signal>, assessment: &Assessment) -> Vec<&'a Signal> {
    let groups: HashMap<&RuleId, &str> = assessment
        .score
        .groups
        .iter()
        .flat_map(|group| {
            group
                .signals
                .iter()
                .map(|it| (&it.rule, group.name.as_str()))
        })
        .collect();
    let mut kept: Vec<&Signal> = Vec::new();
    for signal in signals {
        let again = |known: &&Signal| {
            groups.get(&known.rule) == groups.get(&signal.rule)
                && signal.evidence.iter().all(|id| known.evidence.contains(id))
        };
        if !kept.iter().any(again) {
            kept.push(signal);
        }
    }
    kept
}

fn evidence<'a>(alert: &'a Alert, id: &EvidenceId) -> Option<&'a Evidence> {
    alert.evidence.iter().find(|it| &it.id == id)
}

/// The vendor's own finding, or what comes first where there is none.
fn finding(alert: &Alert) -> Option<&Evidence> {
    alert.finding().or(alert.evidence.first())
}

fn relations(alert: &Alert, ids: &[EvidenceId]) -> Vec<Relation> {
    ids.iter()
        .filter_map(|id| evidence(alert, id))
        .map(claims::relation)
        .collect()
}

fn first_time(alert: &Alert, claim: &Claim) -> i64 {
    let times = claim
        .evidence
        .iter()
        .filter_map(|id| evidence(alert, id)?.at.as_ref());
    times.map(|at| at.unix_ms).min().unwrap_or(i64::MAX)
}

/// What happened, in one sentence.
fn lead(
    alert: &Alert,
    assessment: &Assessment,
    raising: &[&Signal],
    lowering: &[&Signal],
) -> Option<Claim> {
    let strongest = match assessment.verdict {
        Verdict::Benign => lowering.first().or(raising.first()),
        _ => raising.first(),
    };
    let Some(signal) = strongest else {
        return not_known(alert);
    };
    let mut sentence = signal.sentence.clone();
    sentence.extend(place(alert, None));
    sentence.push(text(ending(alert, signal)));
    let kind = if signal.weight < 0 {
        ClaimKind::View(View::Usual {
            rule: signal.rule.clone(),
        })
    } else {
        ClaimKind::Fact
    };
    Some(Claim {
        kind,
        sentence,
        relations: relations(alert, &signal.evidence),
        evidence: signal.evidence.clone(),
        lead: true,
    })
}

/// ` on FIN-LT-204, as ACME\j.smith`, as far as it is known and not what is spoken of.
fn place(alert: &Alert, spoken_of: Option<&EntityId>) -> Vec<Span> {
    let mut spans = Vec::new();
    match &alert.hosts[..] {
        [] => {}
        hosts if spoken_of.is_some_and(|id| hosts.contains(id)) => {}
        [host] => spans.extend([text(" on "), name_of(alert, host)]),
        [host, others @ ..] => {
            let more = match others.len() {
                1 => " and one more host".to_owned(),
                more => format!(" and {more} more hosts"),
            };
            spans.extend([text(" on "), name_of(alert, host), text(more)]);
        }
    }
    if let Some(user) = alert.users.first().filter(|user| spoken_of != Some(user)) {
        spans.extend([text(", as "), name_of(alert, user)]);
    }
    spans
}

/// An alert about which the rules know nothing: what its record says, and that this is all.
fn not_known(alert: &Alert) -> Option<Claim> {
    let detected = finding(alert)?;
    let subject = name_of(alert, &detected.subject);
    let mut sentence = vec![text("The alert "), Span::Name(alert.title.clone())];
    if subject == Span::Name(alert.title.clone()) {
        sentence.push(text(" names no process, host or account"));
    } else {
        sentence.extend([text(" is about "), subject]);
    }
    sentence.extend(place(alert, Some(&detected.subject)));
    sentence.push(text(". Nothing in its record is known to Aside's rules."));
    Some(Claim {
        kind: ClaimKind::Fact,
        sentence,
        relations: vec![claims::relation(detected)],
        evidence: vec![detected.id.clone()],
        lead: true,
    })
}

/// A full stop, after what the sensor did about it: a rule's sentence tells what was asked for.
fn ending(alert: &Alert, signal: &Signal) -> &'static str {
    let outcomes: Vec<Outcome> = signal
        .evidence
        .iter()
        .filter_map(|id| evidence(alert, id))
        .map(|it| it.outcome)
        .collect();
    if outcomes.iter().all(|outcome| *outcome == Outcome::Blocked) {
        ". The sensor stopped it."
    } else if outcomes
        .iter()
        .all(|outcome| *outcome == Outcome::Attempted)
    {
        ". Whether it succeeded was not seen."
    } else {
        "."
    }
}

/// What the signals after the strongest, which is the lead, are about.
fn signal_facts(alert: &Alert, raising: &[&Signal]) -> Vec<Claim> {
    let mut facts: Vec<Claim> = Vec::new();
    for signal in raising.iter().skip(1) {
        let fact = signal_fact(alert, signal);
        let is_said = facts.iter().any(|known| known.sentence == fact.sentence);
        let is_weak = signal.weight < TELLING && !facts.is_empty();
        // That one process started another is told with the ancestry.
        let is_ancestry = signal
            .evidence
            .iter()
            .filter_map(|id| evidence(alert, id))
            .any(|it| {
                it.verb == Verb::Started
                    && plain(&words::sentence(alert, it)) == plain(&signal.sentence)
            });
        if !is_said && !is_weak && !is_ancestry {
            facts.push(fact);
        }
    }
    facts.truncate(SIGNALS);
    facts
}

/// The processes that the alert is about, with everything that they started: its trigger's and the
/// telling signals' own.
pub fn family<'a>(alert: &'a Alert, raising: &[&Signal]) -> HashSet<&'a EntityId> {
    let telling = raising
        .iter()
        .filter(|signal| signal.weight >= TELLING)
        .flat_map(|signal| &signal.evidence)
        .filter_map(|id| evidence(alert, id))
        .map(|it| doer(alert, it))
        .filter(|id| {
            matches!(
                alert.entity(id).map(|it| &it.kind),
                Some(EntityKind::Process(_))
            )
        });
    let roots: Vec<&EntityId> = alert.trigger.iter().chain(telling).collect();
    descendants(alert, roots)
}

/// What was uncovered in the line or script that a signal rests on.
fn uncovered(alert: &Alert, raising: &[&Signal]) -> Option<Claim> {
    let telling = |id: &EvidenceId| {
        raising
            .iter()
            .any(|signal| signal.weight >= TELLING && signal.evidence.contains(id))
    };
    let it = alert
        .evidence
        .iter()
        .find(|it| it.verb == Verb::DecodedTo && it.derived_from.iter().any(telling))?;
    Some(evidence_fact(alert, it))
}

/// What starts again by itself.
fn stays(alert: &Alert, family: &HashSet<&EntityId>) -> Option<Claim> {
    let it = alert.evidence.iter().find(|it| {
        matches!(it.verb, Verb::RegisteredTask | Verb::InstalledService)
            && family.contains(&it.subject)
    })?;
    Some(evidence_fact(alert, it))
}

/// The last file that was written.
fn written(alert: &Alert, family: &HashSet<&EntityId>) -> Option<Claim> {
    Some(evidence_fact(alert, last_written(alert, family)?))
}

fn last_written<'a>(alert: &'a Alert, family: &HashSet<&EntityId>) -> Option<&'a Evidence> {
    alert
        .evidence
        .iter()
        .rev()
        .find(|it| it.verb == Verb::Wrote && family.contains(&it.subject))
}

/// What the record itself tells of an alert without a process, where no rule knows it.
fn recorded(alert: &Alert, raising: &[&Signal]) -> Vec<Claim> {
    if alert.trigger.is_some() || !raising.is_empty() {
        return Vec::new();
    }
    let own = alert
        .evidence
        .iter()
        .filter(|it| it.source == EvidenceSource::Alert && it.verb != Verb::Detected);
    own.take(NAMES).map(|it| evidence_fact(alert, it)).collect()
}

fn evidence_fact(alert: &Alert, it: &Evidence) -> Claim {
    let mut sentence = words::sentence(alert, it);
    sentence.push(text("."));
    Claim {
        kind: ClaimKind::Fact,
        sentence,
        relations: vec![claims::relation(it)],
        evidence: vec![it.id.clone()],
        lead: false,
    }
}

fn signal_fact(alert: &Alert, signal: &Signal) -> Claim {
    let mut sentence = signal.sentence.clone();
    sentence.push(text(ending(alert, signal)));
    Claim {
        kind: ClaimKind::Fact,
        sentence,
        relations: relations(alert, &signal.evidence),
        evidence: signal.evidence.clone(),
        lead: false,
    }
}

/// Who started the process that triggered the alert: `explorer.exe started winword.exe, which started powershell.exe.`
fn ancestry(alert: &Alert) -> Option<Claim> {
    let mut chain: Vec<&Evidence> = Vec::new();
    let mut process = alert.trigger.clone()?;
    while let Some(started) = started(alert, &process) {
        if chain.len() == NAMES || chain.iter().any(|it| it.id == started.id) {
            break;
        }
        process = started.subject.clone();
        chain.insert(0, started);
    }
    let first = chain.first()?;
    let mut sentence = vec![name_of(alert, &first.subject)];
    for (at, step) in chain.iter().enumerate() {
        let words = verb(step.verb, step.outcome);
        sentence.push(text(if at == 0 {
            format!(" {words} ")
        } else {
            format!(", which {words} ")
        }));
        if let Some(Object::Entity(id)) = &step.object {
            sentence.push(name_of(alert, id));
        }
    }
    sentence.push(text("."));
    Some(Claim {
        kind: ClaimKind::Fact,
        sentence,
        relations: chain.iter().map(|it| claims::relation(it)).collect(),
        evidence: chain.iter().map(|it| it.id.clone()).collect(),
        lead: false,
    })
}

fn started<'a>(alert: &'a Alert, process: &EntityId) -> Option<&'a Evidence> {
    alert
        .evidence
        .iter()
        .find(|it| it.verb == Verb::Started && it.object == Some(Object::Entity(process.clone())))
}

/// Names and addresses that the processes of the alert's own chain reached.
fn contacts(alert: &Alert, family: &HashSet<&EntityId>) -> Option<Claim> {
    let seen: Vec<&Evidence> = alert
        .evidence
        .iter()
        .filter(|it| {
            matches!(it.verb, Verb::Resolved | Verb::ConnectedTo) && family.contains(&it.subject)
        })
        .collect();
    let subject = &seen.first()?.subject;
    let mut named: Vec<(Span, &Evidence)> = Vec::new();
    for it in seen.iter().filter(|it| &it.subject == subject) {
        let Some(Object::Entity(id)) = &it.object else {
            continue;
        };
        let name = name_of(alert, id);
        if !named.iter().any(|(known, _)| *known == name) {
            named.push((name, it));
        }
        if named.len() == NAMES {
            break;
        }
    }
    let mut sentence = vec![name_of(alert, subject)];
    let mut last = None;
    for (at, (name, it)) in named.iter().enumerate() {
        let words = verb(it.verb, it.outcome);
        let joint = match (at, last == Some(it.verb)) {
            (0, _) => format!(" {words} "),
            (_, true) => ", ".to_owned(),
            (_, false) => format!(" and {words} "),
        };
        sentence.extend([text(joint), name.clone()]);
        last = Some(it.verb);
    }
    sentence.push(text("."));
    Some(Claim {
        kind: ClaimKind::Fact,
        sentence,
        relations: named.iter().map(|(_, it)| claims::relation(it)).collect(),
        evidence: named.iter().map(|(_, it)| it.id.clone()).collect(),
        lead: false,
    })
}

/// Processes and everything that they started, directly or not.
fn descendants<'a>(alert: &'a Alert, roots: Vec<&'a EntityId>) -> HashSet<&'a EntityId> {
    let mut children: HashMap<&EntityId, Vec<&EntityId>> = HashMap::new();
    for it in &alert.evidence {
        if let (Verb::Started, Some(Object::Entity(child))) = (it.verb, &it.object) {
            children.entry(&it.subject).or_default().push(child);
        }
    }
    let mut family: HashSet<&EntityId> = roots.iter().copied().collect();
    let mut left = roots;
    while let Some(process) = left.pop() {
        for child in children.get(process).into_iter().flatten() {
            if family.insert(child) {
                left.push(child);
            }
        }
    }
    family
}

/// Why it may be usual, where something speaks for that and the lead does not say it.
fn usual(alert: &Alert, assessment: &Assessment, lowering: &[&Signal]) -> Option<Claim> {
    let skip = usize::from(assessment.verdict == Verdict::Benign);
    let signal = lowering.get(skip)?;
    let mut sentence = vec![text("Speaks for usual work: ")];
    sentence.extend(signal.sentence.clone());
    sentence.push(text("."));
    Some(Claim {
        kind: ClaimKind::View(View::Usual {
            rule: signal.rule.clone(),
        }),
        sentence,
        relations: relations(alert, &signal.evidence),
        evidence: signal.evidence.clone(),
        lead: false,
    })
}

/// The technique that the strongest signal's rule names, marked as a view.
fn technique(raising: &[&Signal]) -> Option<Claim> {
    let (signal, technique) = raising
        .iter()
        .find_map(|signal| Some((signal, signal.techniques.first()?)))?;
    Some(Claim {
        kind: ClaimKind::View(View::Technique {
            id: technique.id.clone(),
            name: technique.name.clone(),
            rule: Some(signal.rule.clone()),
        }),
        sentence: vec![text(format!(
            "May be {} ({}).",
            technique.name, technique.id
        ))],
        relations: Vec::new(),
        evidence: signal.evidence.clone(),
        lead: false,
    })
}

/// What was looked for and not found.
fn gaps(alert: &Alert, raising: &[&Signal], family: &HashSet<&EntityId>) -> Vec<Claim> {
    let mut gaps = Vec::new();
    let telemetry = alert
        .evidence
        .iter()
        .any(|it| it.source == EvidenceSource::Telemetry);
    let Some(anchor) = finding(alert) else {
        return gaps;
    };
    if !telemetry && alert.trigger.is_some() {
        gaps.push(gap(
            "what else happened on the host",
            vec![
                text("what else happened on the host."),
                text(" Only the alert's own record was read; there is no telemetry beside it."),
            ],
            "telemetry",
            anchor,
            None,
        ));
    }
    if raising.is_empty() {
        return gaps;
    }
    gaps.extend(left_the_host(alert, family));
    gaps.extend(whether_it_ran(alert, family));
    if let Some(trigger) = &alert.trigger {
        gaps.extend(beginning(alert, trigger, anchor));
    }
    gaps
}

/// Whether a file that was written left the host: the last network event is the last that is known.
fn left_the_host(alert: &Alert, family: &HashSet<&EntityId>) -> Option<Claim> {
    let wrote = last_written(alert, family)?;
    let Some(Object::Entity(file)) = &wrote.object else {
        return None;
    };
    let is_network = |it: &&Evidence| {
        matches!(it.verb, Verb::ConnectedTo | Verb::Accepted | Verb::Resolved) && it.at.is_some()
    };
    let last = alert
        .evidence
        .iter()
        .filter(is_network)
        .max_by_key(|it| it.at.as_ref().map(|at| at.unix_ms));
    let (words, cited, until) = match last {
        Some(last) => {
            let clock = last
                .at
                .as_ref()
                .map(|at| at.utc_clock())
                .unwrap_or_default();
            let words = format!(" left the host. Its network events stop at {clock}.");
            (words, last, last.at.clone())
        }
        None => {
            let words = " left the host. No network event was read.".to_owned();
            (words, wrote, None)
        }
    };
    let sentence = vec![text("whether "), name_of(alert, file), text(words)];
    let mut claim = gap(
        "whether a file left the host",
        sentence,
        "network events",
        cited,
        until,
    );
    claim.evidence.insert(0, wrote.id.clone());
    claim.evidence.dedup();
    Some(claim)
}

/// Endings of files that are run.
const RUNNABLE: &[&str] = &[
    ".exe", ".dll", ".scr", ".com", ".msi", ".ps1", ".bat", ".cmd", ".vbs", ".js", ".hta", ".jar",
    ".py", ".sh", ".elf", ".dylib", ".so", ".lnk",
];

/// Whether a program or script that was written ran: no start of it was read.
fn whether_it_ran(alert: &Alert, family: &HashSet<&EntityId>) -> Option<Claim> {
    let starts: Vec<&str> = alert
        .entities
        .iter()
        .filter_map(|entity| match &entity.kind {
            EntityKind::Process(process) => Some(process),
            _ => None,
        })
        .flat_map(|process| [process.path.as_deref(), process.command_line.as_deref()])
        .flatten()
        .collect();
    let (wrote, file) = alert.evidence.iter().rev().find_map(|it| {
        let Some(Object::Entity(id)) = &it.object else {
            return None;
        };
        let kind = &alert.entity(id)?.kind;
        let name = kind.name();
        let is_runnable = matches!(kind, EntityKind::File(_))
            && RUNNABLE
                .iter()
                .any(|end| name.to_lowercase().ends_with(end));
        let is_started = starts.iter().any(|text| text.contains(name));
        (it.verb == Verb::Wrote && family.contains(&it.subject) && is_runnable && !is_started)
            .then_some((it, id))
    })?;
    let last = alert
        .evidence
        .iter()
        .filter(|it| matches!(it.verb, Verb::Started | Verb::Ran) && it.at.is_some());
    let last = last.max_by_key(|it| it.at.as_ref().map(|at| at.unix_ms));
    let until = last.and_then(|it| it.at.clone());
    let words = match &until {
        Some(at) => format!(
            " ran. The last start that was read is from {}.",
            at.utc_clock()
        ),
        None => " ran. No start was read.".to_owned(),
    };
    let sentence = vec![text("whether "), name_of(alert, file), text(words)];
    let mut claim = gap(
        "whether a file ran",
        sentence,
        "process starts",
        wrote,
        until,
    );
    claim.evidence.extend(last.map(|it| it.id.clone()));
    Some(claim)
}

/// How it began, where the chain of processes stops at something that does not start by itself.
fn beginning(alert: &Alert, trigger: &EntityId, anchor: &Evidence) -> Option<Claim> {
    let mut first = trigger.clone();
    let mut steps = 0;
    while let Some(started) = started(alert, &first) {
        first = started.subject.clone();
        steps += 1;
        if steps > 32 {
            return None;
        }
    }
    let EntityKind::Process(process) = &alert.entity(&first)?.kind else {
        return None;
    };
    let is_origin = [
        "explorer.exe",
        "svchost.exe",
        "services.exe",
        "wininit.exe",
        "userinit.exe",
        "winlogon.exe",
        "smss.exe",
        "systemd",
        "launchd",
        "init",
    ]
    .iter()
    .any(|origin| process.name.eq_ignore_ascii_case(origin));
    if is_origin {
        return None;
    }
    let sentence = vec![
        text("how it began. What started "),
        name_of(alert, &first),
        text(" is not recorded."),
    ];
    Some(gap(
        "how it began",
        sentence,
        "the chain of processes",
        anchor,
        None,
    ))
}

/// The sentence follows "Not known: ".
fn gap(
    looked_for: &str,
    sentence: Vec<Span>,
    place: &str,
    cited: &Evidence,
    until: Option<aside_shared::instant::Instant>,
) -> Claim {
    Claim {
        kind: ClaimKind::Gap(Gap {
            looked_for: looked_for.to_owned(),
            place: place.to_owned(),
            until,
        }),
        sentence,
        relations: Vec::new(),
        evidence: vec![cited.id.clone()],
        lead: false,
    }
}
