//! An alert of 500 events, analysed with the built-in rules, and with a public collection's number
//! of rules beside them.

use std::collections::BTreeMap;

use aside_analyst::analyse;
use aside_analyst::rules::RuleSet;
use aside_benches::{command_lines, fastest};
use aside_shared::alert::{
    Alert, AlertKey, Disposition, Entity, EntityKind, Evidence, EvidenceSource, File, Host, Object,
    Outcome, Process, Severity, SeverityLevel, Verb,
};
use aside_shared::id::EntityId;
use aside_shared::instant::{Clock, Instant};

/// Events of the alert.
const EVENTS: usize = 500;
/// Rules of the collection.
const COLLECTION: usize = 4_000;

fn main() {
    let rules = RuleSet::built_in();
    let alert = alert();
    let analyses = 20;
    let milliseconds = |rules: &RuleSet| {
        let took = fastest(5, || {
            (0..analyses)
                .map(|_| analyse(rules, &alert).claims.len())
                .sum::<usize>()
        });
        took.as_secs_f64() * 1000.0 / f64::from(analyses)
    };
    let own = milliseconds(rules);
    println!(
        "analyse: {own:.2} ms for an alert of {} events ({} rules); aim 2 ms, ratio {:.2}",
        alert.evidence.len(),
        rules.len(),
        own / 2.0,
    );
    let (more, problems) = RuleSet::with_folder_files(rules, collection());
    let added = milliseconds(&more) - own;
    println!(
        "analyse: {added:.2} ms more with {} more rules ({} not mapped); aim 10 ms, ratio {:.2}",
        more.len() - rules.len(),
        problems.len(),
        added / 10.0,
    );
}

/// One event in four starts a process; the others are lookups, connections and files.
fn alert() -> Alert {
    let mut entities = vec![Entity {
        id: "host".into(),
        kind: EntityKind::Host(Host {
            id: "host".into(),
            name: Some("HOST-1".to_owned()),
            os: Some("Windows".to_owned()),
            role: None,
            domain: None,
            addresses: Vec::new(),
        }),
    }];
    let mut evidence = Vec::new();
    for (number, line) in command_lines(EVENTS).into_iter().enumerate() {
        let process = |number: usize| EntityId(format!("process-{number}"));
        let own = number / 4;
        let (subject, verb, object) = match number % 4 {
            0 => (
                process(own.saturating_sub(1)),
                Verb::Started,
                started(process(own), process(own.saturating_sub(1)), line),
            ),
            1 => (process(own), Verb::Resolved, domain(number)),
            2 => (process(own), Verb::ConnectedTo, address(number)),
            _ => (process(own), Verb::Wrote, file(number)),
        };
        evidence.push(observed(number, subject, verb, object.id.clone()));
        entities.push(object);
    }
    let mut alert = empty();
    alert.merge(entities, evidence);
    alert
}

fn empty() -> Alert {
    Alert {
        severity: Severity {
            level: SeverityLevel::High,
            raw: None,
        },
        disposition: Disposition {
            outcome: Outcome::Happened,
            text: None,
            measures: Vec::new(),
        },
        hosts: vec!["host".into()],
        trigger: Some("process-1".into()),
        ..Alert::new(
            AlertKey {
                tenant: "tenant".into(),
                platform: "invented".into(),
                id: "alert".into(),
            },
            "An alert",
        )
    }
}

fn started(id: EntityId, parent: EntityId, line: String) -> Entity {
    let program = line
        .trim_start_matches('"')
        .split([' ', '"'])
        .next()
        .unwrap_or_default();
    let name = program.rsplit(['\\', '/']).next().unwrap_or_default();
    Entity {
        id,
        kind: EntityKind::Process(Box::new(Process {
            name: name.to_owned(),
            path: Some(format!(r"\Device\HarddiskVolume3\Windows\System32\{name}")),
            command_line: Some(line),
            sha256: Some("a".repeat(64)),
            parent: Some(parent),
            host: Some("host".into()),
            ..Process::default()
        })),
    }
}

fn domain(number: usize) -> Entity {
    Entity {
        id: EntityId(format!("domain-{number}")),
        kind: EntityKind::Domain {
            name: format!("host{number}.example"),
        },
    }
}

fn address(number: usize) -> Entity {
    Entity {
        id: EntityId(format!("address-{number}")),
        kind: EntityKind::Endpoint {
            ip: format!("192.0.2.{}", number % 250),
            port: Some(443),
        },
    }
}

fn file(number: usize) -> Entity {
    Entity {
        id: EntityId(format!("file-{number}")),
        kind: EntityKind::File(File {
            path: format!(r"C:\Users\user\AppData\Local\Vendor\cache-{number}.dat"),
            sha256: None,
        }),
    }
}

fn observed(number: usize, subject: EntityId, verb: Verb, object: EntityId) -> Evidence {
    let unix_ms = 1_794_321_060_000 + i64::try_from(number).unwrap_or_default() * 250;
    let object = Object::Entity(object);
    Evidence {
        at: Some(Instant::from_unix_ms(unix_ms, Clock::Cloud)),
        fields: BTreeMap::from([("event".to_owned(), format!("event-{number}"))]),
        ..Evidence::new(EvidenceSource::Telemetry, subject, verb, Some(object))
    }
    .identified()
}

/// Rules in the shapes of a public collection.
fn collection() -> impl Iterator<Item = (String, String)> {
    (0..COLLECTION).map(|number| {
        let (detection, condition) = match number % 4 {
            0 => (
                format!(
                    "    selection:\n        Image|endswith: '\\tool{number}.exe'\n        CommandLine|contains|all: [' -install{number}', 'silent']\n"
                ),
                "selection",
            ),
            1 => (
                format!(
                    "    selection:\n        - Image|endswith: '\\cmd.exe'\n        - OriginalFileName: 'Cmd.Exe'\n    other:\n        CommandLine|contains: ['payload{number}', 'stage{number}']\n"
                ),
                "selection and other",
            ),
            2 => (
                format!(
                    "    selection:\n        CommandLine|re: '(?i)\\bverb{number}\\s+[-/](all|any)\\b'\n"
                ),
                "selection",
            ),
            _ => (
                format!(
                    "    selection:\n        ParentImage|endswith: ['\\winword.exe', '\\parent{number}.exe']\n    other:\n        Image|endswith: ['\\child{number}.exe', '\\powershell.exe']\n"
                ),
                "selection and not other",
            ),
        };
        let text = format!(
            "title: Rule {number}\nlogsource:\n    category: process_creation\n    product: windows\ndetection:\n{detection}    condition: {condition}\nlevel: high\n"
        );
        (format!("rule-{number}.yml"), text)
    })
}
