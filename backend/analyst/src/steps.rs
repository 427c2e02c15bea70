//! What to do next, each with its reason and the evidence behind it. Nothing here acts.

use aside_shared::action::{Action, Risk, RiskLevel};
use aside_shared::alert::{Alert, EntityKind, Evidence, Object, Verb};
use aside_shared::analysis::{Assessment, Priority, Recommendation, Signal, Step, Verdict};
use aside_shared::id::EvidenceId;
use aside_shared::text::Span;

use crate::words::{name_of, text};

/// The steps, first things first.
pub fn recommendations(alert: &Alert, assessment: &Assessment) -> Vec<Recommendation> {
    let mut raising: Vec<&Signal> = assessment
        .score
        .groups
        .iter()
        .flat_map(|group| &group.signals)
        .filter(|signal| signal.weight > 0)
        .collect();
    raising.sort_by_key(|signal| std::cmp::Reverse(signal.weight));
    let mut steps = Vec::new();
    if matches!(assessment.verdict, Verdict::Malicious | Verdict::Suspicious) {
        steps.extend(isolate(alert, assessment, &raising));
        steps.extend(kill(alert, &raising));
        steps.extend(persistence(alert, &raising));
        steps.extend(credentials(alert, &raising));
        steps.extend(collect(alert, &raising));
        steps.extend(block(alert, &raising));
    }
    if assessment.verdict == Verdict::Benign {
        steps.extend(close(alert, assessment));
    }
    steps
}

fn risk(level: RiskLevel, reason: Option<&str>) -> Risk {
    Risk {
        level,
        reason: reason.map(str::to_owned),
    }
}

fn isolate(alert: &Alert, assessment: &Assessment, raising: &[&Signal]) -> Option<Recommendation> {
    let strongest = raising.first()?;
    if alert.hosts.is_empty() || assessment.priority > Priority::P2 {
        return None;
    }
    let title = match &alert.hosts[..] {
        [host] => vec![text("Isolate "), name_of(alert, host)],
        hosts => vec![text(format!("Isolate one of {} hosts", hosts.len()))],
    };
    let serves_others = alert.hosts.iter().filter_map(|id| alert.entity(id)).any(|entity| {
        matches!(&entity.kind, EntityKind::Host(host) if host.role.as_deref().is_some_and(|role| !role.eq_ignore_ascii_case("workstation")))
    });
    let risk = if serves_others {
        risk(RiskLevel::High, Some("others depend on it"))
    } else {
        risk(RiskLevel::Low, None)
    };
    Some(Recommendation {
        step: Step::Act {
            action: Action::IsolateHost,
            hosts: alert.hosts.clone(),
        },
        title,
        reason: "It cuts off whoever may be using the host. The agent stays reachable.".to_owned(),
        evidence: strongest.evidence.clone(),
        risk,
        undo: Some("Release host".to_owned()),
    })
}

/// The process that the strongest signal is about.
fn kill(alert: &Alert, raising: &[&Signal]) -> Option<Recommendation> {
    let (evidence, process) = raising.iter().find_map(|signal| {
        signal.evidence.iter().find_map(|id| {
            let evidence = alert.evidence.iter().find(|it| &it.id == id)?;
            let subject = match (&evidence.verb, &evidence.object) {
                (Verb::Started | Verb::Ran, Some(Object::Entity(child))) => child,
                _ => &evidence.subject,
            };
            match &alert.entity(subject)?.kind {
                EntityKind::Process(process) => Some((evidence, process)),
                _ => None,
            }
        })
    })?;
    let mut title = vec![text("Kill "), Span::Name(process.name.clone())];
    title.extend(process.pid.map(|pid| text(format!(" {pid}"))));
    title.push(text(" and what it started"));
    Some(elsewhere(
        "In the console",
        title,
        "It is the process that the strongest reason is about.",
        evidence,
        RiskLevel::Low,
        None,
    ))
}

fn elsewhere(
    place: &str,
    title: Vec<Span>,
    reason: &str,
    evidence: &Evidence,
    level: RiskLevel,
    undo: Option<&str>,
) -> Recommendation {
    Recommendation {
        step: Step::Elsewhere {
            place: place.to_owned(),
        },
        title,
        reason: reason.to_owned(),
        evidence: vec![evidence.id.clone()],
        risk: risk(level, None),
        undo: undo.map(str::to_owned),
    }
}

/// Tasks and services that the alert's own processes registered, and registry values that a reason
/// rests on.
fn persistence(alert: &Alert, raising: &[&Signal]) -> Vec<Recommendation> {
    let family = crate::telling::family(alert, raising);
    let is_reason = |it: &Evidence| {
        raising
            .iter()
            .any(|signal| signal.weight >= 5 && signal.evidence.contains(&it.id))
    };
    let made = alert.evidence.iter().filter(|it| match it.verb {
        Verb::RegisteredTask | Verb::InstalledService => {
            family.contains(&it.subject) || is_reason(it)
        }
        Verb::Set => is_reason(it),
        _ => false,
    });
    made.take(2)
        .filter_map(|evidence| {
            let Some(Object::Entity(id)) = &evidence.object else {
                return None;
            };
            let what = match evidence.verb {
                Verb::RegisteredTask => "task",
                Verb::InstalledService => "service",
                _ => "registry value",
            };
            let title = vec![text(format!("Remove the {what} ")), name_of(alert, id)];
            Some(elsewhere(
                "In the console",
                title,
                "It would start again what was started here.",
                evidence,
                RiskLevel::Low,
                Some("Restore it"),
            ))
        })
        .collect()
}

fn credentials(alert: &Alert, raising: &[&Signal]) -> Option<Recommendation> {
    let signal = raising.iter().find(|signal| {
        signal.techniques.iter().any(|technique| {
            crate::techniques::tactics(&technique.id).any(|tactic| tactic == "credential-access")
        })
    })?;
    let user = alert.users.first()?;
    let evidence = alert
        .evidence
        .iter()
        .find(|it| Some(&it.id) == signal.evidence.first())?;
    let title = vec![text("Reset the credentials of "), name_of(alert, user)];
    Some(elsewhere(
        "In your directory",
        title,
        "They may have been read.",
        evidence,
        RiskLevel::Medium,
        None,
    ))
}

/// The last file that the alert's own processes wrote.
fn collect(alert: &Alert, raising: &[&Signal]) -> Option<Recommendation> {
    let family = crate::telling::family(alert, raising);
    let wrote = alert
        .evidence
        .iter()
        .rev()
        .find(|it| it.verb == Verb::Wrote && family.contains(&it.subject))?;
    let Some(Object::Entity(file)) = &wrote.object else {
        return None;
    };
    Some(elsewhere(
        "In the console",
        vec![text("Collect "), name_of(alert, file)],
        "A process that the reasons are about wrote it.",
        wrote,
        RiskLevel::Low,
        None,
    ))
}

/// The first name, else the first address, that the alert's own processes reached.
fn block(alert: &Alert, raising: &[&Signal]) -> Option<Recommendation> {
    let family = crate::telling::family(alert, raising);
    let first = |verb: Verb| {
        alert
            .evidence
            .iter()
            .find(|it| it.verb == verb && family.contains(&it.subject))
    };
    let reached = first(Verb::Resolved).or_else(|| first(Verb::ConnectedTo))?;
    let Some(Object::Entity(name)) = &reached.object else {
        return None;
    };
    let mut step = elsewhere(
        "In your proxy or DNS",
        vec![text("Block "), name_of(alert, name)],
        "A process that the reasons are about reached it.",
        reached,
        RiskLevel::Medium,
        Some("Allow it again"),
    );
    step.risk.reason = Some("others may use it".to_owned());
    Some(step)
}

fn close(alert: &Alert, assessment: &Assessment) -> Option<Recommendation> {
    let lowering = assessment
        .score
        .groups
        .iter()
        .flat_map(|group| &group.signals)
        .filter(|signal| signal.weight < 0);
    let evidence: Vec<EvidenceId> = lowering
        .min_by_key(|signal| signal.weight)?
        .evidence
        .clone();
    let evidence = alert.evidence.iter().find(|it| evidence.contains(&it.id))?;
    let title = vec![text("Close the alert as benign")];
    Some(elsewhere(
        "In the console",
        title,
        "What was seen is usual here, for the reasons above.",
        evidence,
        RiskLevel::Low,
        Some("Reopen it"),
    ))
}
