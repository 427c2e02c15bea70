//! The reducer, without a browser.

use aside_shared::alert::{Alert, EntityKind, Host};
use aside_shared::alert::{
    AlertKind, Disposition, Entity, Evidence, EvidenceSource, Object, Outcome, Process, Severity,
    SeverityLevel, Verb,
};
use aside_shared::id::EvidenceId;
use aside_shared::instant::{Clock, Instant};

use super::*;

pub(crate) fn key() -> AlertKey {
    AlertKey {
        tenant: "t1".into(),
        platform: "crowdstrike".into(),
        id: "a:ind:b:1".into(),
    }
}

pub(crate) fn evidence(name: &str, at: i64) -> Evidence {
    Evidence {
        id: EvidenceId::from(""),
        at: Some(Instant {
            unix_ms: at,
            clock: Clock::Endpoint,
            raw: at.to_string(),
        }),
        source: EvidenceSource::Alert,
        subject: "parent".into(),
        verb: Verb::Started,
        object: Some(Object::Entity("child".into())),
        outcome: Outcome::Happened,
        derived_from: Vec::new(),
        fields: [("name".to_owned(), name.to_owned())].into(),
    }
    .identified()
}

pub(crate) fn alert() -> Alert {
    let process = |id: &str, pid, parent: Option<&str>| Entity {
        id: id.into(),
        kind: EntityKind::Process(Box::new(Process {
            name: format!("{id}.exe"),
            pid: Some(pid),
            parent: parent.map(Into::into),
            command_line: Some(format!("{id}.exe -x")),
            ..Process::default()
        })),
    };
    Alert {
        key: key(),
        kind: AlertKind::Endpoint,
        title: "A title".to_owned(),
        description: None,
        severity: Severity {
            level: SeverityLevel::High,
            raw: None,
        },
        vendor_confidence_percent: None,
        status: None,
        disposition: Disposition {
            outcome: Outcome::Unknown,
            text: None,
            measures: Vec::new(),
        },
        attacks: Vec::new(),
        tags: Vec::new(),
        occurred: None,
        created: None,
        updated: None,
        hosts: vec!["host".into()],
        users: Vec::new(),
        trigger: Some("child".into()),
        entities: vec![
            Entity {
                id: "host".into(),
                kind: EntityKind::Host(Host {
                    id: "h1".into(),
                    name: Some("HOST-1".to_owned()),
                    os: None,
                    role: None,
                    domain: None,
                    addresses: Vec::new(),
                }),
            },
            process("parent", 11, None),
            process("child", 12, Some("parent")),
        ],
        evidence: vec![evidence("one", 1)],
        console_url: Some("https://falcon.crowdstrike.com/activity-v2/detections/x".to_owned()),
    }
}
