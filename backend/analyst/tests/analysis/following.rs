//! Names, order and encodings may change as they like: what is said follows. Evidence that is taken
//! away takes its claims with it.

use aside_analyst::claims;
use aside_shared::alert::{Object, Outcome, Verb};
use aside_shared::analysis::{Priority, Step, Verdict};
use aside_shared::id::EvidenceId;

use crate::fixtures::{
    Names, analyse, empty, encoded, intrusion, process, said, script, seen, sentences,
    utf16_base64, whole,
};

#[test]
fn an_intrusion_is_told_with_its_evidence() {
    let alert = encoded(&Names::first());
    let analysis = analyse(&alert);
    assert_eq!(analysis.assessment.verdict, Verdict::Malicious);
    assert_eq!(analysis.assessment.priority, Priority::P1);
    assert_eq!(analysis.dropped, 0, "{:#?}", analysis.claims);
    assert!(analysis.claims.first().is_some_and(|claim| claim.lead));
    assert_eq!(analysis.claims.iter().filter(|claim| claim.lead).count(), 1);
    let whole = whole(&alert, &analysis);
    for claim in &analysis.claims {
        assert_eq!(claims::stands(claim, &whole), Ok(()), "{claim:?}");
    }
    let score = &analysis.assessment.score;
    let points: i32 = score.groups.iter().map(|group| group.points).sum();
    assert_eq!(score.base + points, score.total);
    assert!(analysis.timeline.is_sorted_by_key(|entry| entry.at.unix_ms));
    assert_eq!(analysis.timeline.len(), alert.evidence.len());
    let isolates = |step: &Step| matches!(step, Step::Act { hosts, .. } if *hosts == alert.hosts);
    assert!(analysis.recommendations.iter().any(|it| isolates(&it.step)));
    let told = said(&analysis);
    for step in [
        "Reset the credentials of ACME\\j.smith",
        "Remove the task Sync Helper",
        "Collect d.bin",
        "Block cdn-sync.example",
    ] {
        assert!(told.contains(step), "{step} is missing:\n{told}");
    }
    for step in &analysis.recommendations {
        let is_there = |id: &EvidenceId| whole.evidence.iter().any(|it| it.id == *id);
        assert!(!step.evidence.is_empty(), "{step:?}");
        assert!(step.evidence.iter().all(is_there), "{step:?}");
    }
}

#[test]
fn other_names_give_the_same_statements_about_other_names() {
    let (first, second) = (Names::first(), Names::second());
    let (one, two) = (analyse(&encoded(&first)), analyse(&encoded(&second)));
    assert_eq!(one.assessment.verdict, two.assessment.verdict);
    assert_eq!(one.assessment.priority, two.assessment.priority);
    assert_eq!(one.assessment.cause, two.assessment.cause);
    for (names, own, other) in [(&first, &one, &second), (&second, &two, &first)] {
        let text = said(own);
        for name in [&names.host, &names.domain, &names.dump, &names.task] {
            assert!(text.contains(name), "{name} is not told:\n{text}");
        }
        for name in other.all() {
            assert!(
                !text.contains(name),
                "{name} is said of another alert:\n{text}"
            );
        }
    }
}

#[test]
fn the_order_in_which_entities_come_changes_nothing() {
    let alert = encoded(&Names::first());
    let expected = analyse(&alert);
    let mut turned = alert.clone();
    turned.entities.reverse();
    assert_eq!(analyse(&turned), expected);
    turned.entities.rotate_left(3);
    assert_eq!(analyse(&turned), expected);
}

#[test]
fn a_script_is_uncovered_however_it_was_hidden() {
    let names = Names::first();
    let script = script(&names);
    let hex: String = script.bytes().map(|byte| format!("{byte:02x}")).collect();
    let codes: Vec<String> = script.bytes().map(|byte| byte.to_string()).collect();
    let codes = codes.join(",");
    let backward: String = script.replace('\'', "\"").chars().rev().collect();
    let encoded = utf16_base64(&script);
    for arguments in [
        format!("-enc {encoded}"),
        format!("-EncodedCommand {encoded}"),
        format!("-e {encoded}"),
        format!(
            "-c iex ([Text.Encoding]::Unicode.GetString([Convert]::FromBase64String('{encoded}')))"
        ),
        format!("-c iex ([Text.Encoding]::ASCII.GetString(([char[]]({codes}))))"),
        format!("-c iex (unhex '{hex}')"),
        format!("-c ('{backward}'[-1..-400] -join '') | iex"),
    ] {
        let analysis = analyse(&intrusion(&names, &arguments));
        let found = analysis.derived.iter().any(|it| {
            it.verb == Verb::DecodedTo
                && matches!(&it.object, Some(Object::Value(text))
                    if text.contains("DownloadString") && text.contains(&names.domain))
        });
        assert!(found, "{arguments} gave {:?}", analysis.derived);
        let groups = &analysis.assessment.score.groups;
        let technique = groups
            .iter()
            .flat_map(|group| &group.signals)
            .flat_map(|signal| &signal.techniques)
            .find(|technique| technique.id == "T1105" || technique.id == "T1059.001");
        assert!(technique.is_some(), "{arguments}");
    }
}

#[test]
fn evidence_that_is_taken_away_takes_its_claims_with_it() {
    let names = Names::first();
    let alert = encoded(&names);
    for gone in &alert.evidence {
        let mut less = alert.clone();
        less.evidence.retain(|it| it.id != gone.id);
        let analysis = analyse(&less);
        let whole = whole(&less, &analysis);
        for claim in &analysis.claims {
            assert!(!claim.evidence.contains(&gone.id), "{claim:?}");
            assert_eq!(claims::stands(claim, &whole), Ok(()), "{claim:?}");
        }
        assert!(
            analysis
                .timeline
                .iter()
                .all(|entry| entry.evidence != gone.id)
        );
    }
    let mut without_dump = alert.clone();
    without_dump.evidence.retain(|it| {
        it.subject.as_str() != "dumper" && it.object != Some(Object::Entity("dumper".into()))
    });
    without_dump.trigger = Some("shell".into());
    let analysis = analyse(&without_dump);
    assert!(!said(&analysis).contains("LSASS"), "{}", said(&analysis));
    let told = sentences(&analysis.claims).join("\n");
    assert!(!told.contains(&names.dump), "{told}");
}

#[test]
fn what_the_sensor_stopped_is_told_as_stopped_and_is_one_step_lower() {
    let mut alert = encoded(&Names::first());
    alert.disposition.outcome = Outcome::Blocked;
    for it in &mut alert.evidence {
        if it.object == Some(Object::Entity("dumper".into())) {
            it.outcome = Outcome::Blocked;
            *it = it.clone().identified();
        }
    }
    let analysis = analyse(&alert);
    assert_eq!(analysis.assessment.priority, Priority::P2);
    let told = sentences(&analysis.claims).join("\n");
    assert!(told.contains("stopped"), "{told}");
}

/// The session's own beginning is usual, and says nothing about what was started in it later.
#[test]
fn what_is_usual_beside_the_alert_does_not_speak_for_it() {
    let system = r"\Device\HarddiskVolume3\Windows\System32";
    let mut alert = empty("Something");
    let started = |id: &str, name: &str, parent: Option<&str>| {
        let path = format!(r"{system}\{name}");
        process(id, &path, name, parent)
    };
    let desktop = r"\Device\HarddiskVolume3\Windows\explorer.exe";
    alert.merge(
        vec![
            started("session", "userinit.exe", None),
            process("desktop", desktop, "explorer.exe", Some("session")),
            started("later", "later.exe", Some("desktop")),
        ],
        vec![
            seen(
                None,
                "session",
                Verb::Started,
                Some(Object::Entity("desktop".into())),
                Outcome::Happened,
            ),
            seen(
                None,
                "desktop",
                Verb::Started,
                Some(Object::Entity("later".into())),
                Outcome::Happened,
            ),
        ],
    );
    let verdict_on = |trigger: &str| {
        let mut alert = alert.clone();
        alert.trigger = Some(trigger.into());
        analyse(&alert).assessment.verdict
    };
    assert_eq!(verdict_on("desktop"), Verdict::Benign);
    assert_eq!(verdict_on("later"), Verdict::Unknown);
}
