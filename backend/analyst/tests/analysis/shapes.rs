//! Alerts of other shapes: no host, many hosts, no evidence, an unknown kind, ordinary work.

use aside_analyst::claims;
use aside_shared::alert::{
    AlertKind, EntityKind, EvidenceSource, Object, Outcome, SeverityLevel, Verb,
};
use aside_shared::analysis::{Analysis, Priority, Step, Verdict};

use crate::fixtures::{
    Names, analyse, at, empty, encoded, entity, host, process, seen, sentences, user, whole,
};

fn hosts_to_act_on(analysis: &Analysis) -> Vec<usize> {
    analysis
        .recommendations
        .iter()
        .filter_map(|it| match &it.step {
            Step::Act { hosts, .. } => Some(hosts.len()),
            Step::Elsewhere { .. } => None,
        })
        .collect()
}

#[test]
fn an_alert_without_a_host_offers_no_isolation_and_of_many_hosts_one_is_chosen() {
    let mut alert = encoded(&Names::first());
    alert.hosts.clear();
    assert!(hosts_to_act_on(&analyse(&alert)).is_empty());
    alert.hosts = vec!["host".into(), "other".into()];
    alert.merge(vec![host("other", "other-host", "linux")], Vec::new());
    assert_eq!(hosts_to_act_on(&analyse(&alert)), [2]);
}

#[test]
fn an_alert_of_unknown_kind_is_said_to_be_not_known() {
    let mut alert = empty("Quantum flux");
    alert.kind = AlertKind::Unknown("automated-lead".to_owned());
    let lead = EntityKind::Resource {
        what: "lead".to_owned(),
        name: "lead-17".to_owned(),
    };
    let title = Some(Object::Value("Quantum flux".to_owned()));
    alert.merge(
        vec![entity("thing", lead)],
        vec![seen(None, "thing", Verb::Detected, title, Outcome::Unknown)],
    );
    let analysis = analyse(&alert);
    assert_eq!(analysis.assessment.verdict, Verdict::Unknown);
    let told = sentences(&analysis.claims).join("\n");
    assert!(
        told.contains("Quantum flux") && told.contains("lead-17"),
        "{told}"
    );
    assert_eq!(analysis.recommendations, []);
}

#[test]
fn an_alert_without_any_evidence_still_says_what_it_is_called() {
    let alert = empty("Something was found");
    let analysis = analyse(&alert);
    assert_eq!(analysis.assessment.verdict, Verdict::Unknown);
    let told = sentences(&analysis.claims).join("\n");
    assert!(told.contains("Something was found"), "{told}");
    let whole = whole(&alert, &analysis);
    for claim in &analysis.claims {
        assert_eq!(claims::stands(claim, &whole), Ok(()));
    }
}

#[test]
fn how_bad_it_is_if_no_rule_knows_it_is_the_vendors_word_and_a_hunting_teams_weighs_more() {
    let priority = |kind: AlertKind, level| {
        let mut alert = empty("Rated");
        alert.kind = kind;
        alert.severity.level = level;
        analyse(&alert).assessment.priority
    };
    for (level, seen, hunted) in [
        (SeverityLevel::Critical, Priority::P2, Priority::P1),
        (SeverityLevel::High, Priority::P3, Priority::P2),
        (SeverityLevel::Unknown, Priority::P3, Priority::P3),
        (SeverityLevel::Medium, Priority::P4, Priority::P4),
    ] {
        assert_eq!(priority(AlertKind::Endpoint, level), seen, "{level:?}");
        assert_eq!(
            priority(AlertKind::ManagedHunting, level),
            hunted,
            "{level:?}"
        );
    }
}

#[test]
fn of_an_alert_that_no_rule_knows_nobody_is_named_twice_and_the_record_is_told() {
    let mut alert = empty("Security group opened");
    let called = Some(Object::Value("AuthorizeIngress".to_owned()));
    let title = Some(Object::Value("Security group opened".to_owned()));
    alert.users = vec!["kim".into()];
    let mut record = vec![
        seen(None, "kim", Verb::Detected, title, Outcome::Unknown),
        seen(None, "kim", Verb::Did, called, Outcome::Happened),
    ];
    for evidence in &mut record {
        evidence.source = EvidenceSource::Alert;
    }
    alert.merge(vec![user("kim", "kim")], record);
    let told = sentences(&analyse(&alert).claims);
    assert!(told[0].contains("is about kim. "), "{told:?}");
    assert_eq!(told[1], "kim did AuthorizeIngress.");
}

#[test]
fn the_vendors_severity_alone_decides_nothing() {
    for level in [SeverityLevel::Critical, SeverityLevel::Informational] {
        let mut alert = empty("Rated");
        alert.severity.level = level;
        alert.merge(
            vec![host("host", "a-host", "windows")],
            vec![seen(None, "host", Verb::Detected, None, Outcome::Unknown)],
        );
        alert.hosts = vec!["host".into()];
        let verdict = analyse(&alert).assessment.verdict;
        assert_eq!(verdict, Verdict::Unknown, "{level:?}");
    }
}

#[test]
fn ordinary_work_is_benign_however_the_vendor_rates_it() {
    let mut alert = empty("Script from a service account");
    alert.hosts = vec!["host".into()];
    alert.users = vec!["user".into()];
    alert.trigger = Some("shell".into());
    let names = Names::first();
    let shell = Some(Object::Entity("shell".into()));
    let title = Some(Object::Value("Script".to_owned()));
    alert.merge(
        vec![
            host("host", "MGMT-01", "Windows 11"),
            user("user", r"NT AUTHORITY\SYSTEM"),
            process(
                "agent",
                r"C:\Windows\CCM\CcmExec.exe",
                r"C:\Windows\CCM\CcmExec.exe",
                None,
            ),
            process(
                "shell",
                r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe",
                r"powershell.exe -NoLogo -NoProfile -ExecutionPolicy Bypass -File C:\Windows\CCM\SystemTemp\inventory.ps1",
                Some("agent"),
            ),
        ],
        vec![
            seen(
                Some(at(&names, 0)),
                "agent",
                Verb::Started,
                shell,
                Outcome::Happened,
            ),
            seen(
                Some(at(&names, 1)),
                "shell",
                Verb::Detected,
                title,
                Outcome::Happened,
            ),
        ],
    );
    let analysis = analyse(&alert);
    let assessment = &analysis.assessment;
    assert_eq!(assessment.verdict, Verdict::Benign, "{assessment:?}");
    assert!(hosts_to_act_on(&analysis).is_empty());
}
