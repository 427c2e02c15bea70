//! 200 claims of a model against 2,000 pieces of evidence: how long grounding takes, how many of the true ones are
//! kept, and how many false ones are let through (none may be).

use aside_analyst::ground::{Form, Telemetry};
use aside_benches::fastest;
use aside_shared::alert::{
    Alert, AlertKey, Disposition, Entity, EntityKind, Evidence, EvidenceSource, File, Host, Object,
    Outcome, Process, Severity, SeverityLevel, Verb,
};
use aside_shared::analysis::{Analysis, Assessment, Priority, Score, Verdict};
use aside_shared::event::ContextState;
use aside_shared::id::EntityId;
use aside_shared::instant::{Clock, Instant};
use aside_shared::model::Voice;
use serde_json::{Value, json};

/// Pieces of evidence.
const EVIDENCE: usize = 2_000;
/// Claims of one answer.
const CLAIMS: usize = 200;

fn main() {
    let alert = alert();
    let analysis = silent();
    let telemetry = Telemetry {
        state: ContextState::Complete,
        looked_for: vec![Verb::Started, Verb::Wrote],
    };
    let form = Form::new(&alert, &analysis, Some(&telemetry), EVIDENCE);
    let rounds = 10;
    let answers: Vec<String> = [true, false]
        .into_iter()
        .map(|is_true| json!({ "claims": claims(&form, &alert, is_true) }).to_string())
        .collect();
    for (what, answer) in ["true", "false"].into_iter().zip(&answers) {
        let took = fastest(20, || {
            (0..rounds)
                .map(|_| ground(&form, answer).len())
                .sum::<usize>()
        });
        let milliseconds = took.as_secs_f64() * 1000.0 / f64::from(rounds);
        println!(
            "ground: {milliseconds:.2} ms for {CLAIMS} {what} claims against {} pieces of evidence; aim 2 ms, ratio {:.2}",
            alert.evidence.len(),
            milliseconds / 2.0,
        );
    }
    let count = |answer: &str, voice| {
        ground(&form, answer)
            .iter()
            .filter(|it| **it == voice)
            .count()
    };
    println!(
        "ground: of {CLAIMS} true claims {} kept in their own words, {} reworded; of {CLAIMS} false ones {} shown in their words (must be 0), {} told in true words",
        count(&answers[0], Voice::Model),
        count(&answers[0], Voice::Aside),
        count(&answers[1], Voice::Model),
        count(&answers[1], Voice::Aside),
    );
}

/// In whose words the claims of an answer are shown.
fn ground(form: &Form<'_>, answer: &str) -> Vec<Voice> {
    let answer = form.read(answer, str::to_owned).unwrap_or_default();
    form.summary(&answer)
        .claims
        .iter()
        .map(|told| told.voice)
        .collect()
}

/// Claims about every tenth piece of evidence; false ones say another verb, direction, time or entity.
fn claims(form: &Form<'_>, alert: &Alert, is_true: bool) -> Vec<Value> {
    let step = EVIDENCE / CLAIMS + 1;
    let cited = (0..CLAIMS).filter_map(|number| alert.evidence.get(number * step % EVIDENCE));
    cited
        .enumerate()
        .map(|(number, it)| {
            let handle = |object: &Object| form.handle_of(object).unwrap_or_default();
            let subject = handle(&Object::Entity(it.subject.clone()));
            let object = it.object.as_ref().map(handle).unwrap_or_default();
            let (from, to) = (name(alert, &it.subject), it.object.as_ref().map(|object| name_of(alert, object)).unwrap_or_default());
            let at = it.at.as_ref().map(Instant::utc_clock).unwrap_or_default();
            let (from, to, at) = match (is_true, number % 4) {
                (true, _) | (_, 3) => (from, to, at),
                (_, 0) => (to, from, at),
                (_, 1) => (from, to, "23:59:59".to_owned()),
                _ => (from, format!("other-{to}"), at),
            };
            let verb = match it.verb {
                _ if !is_true && number % 4 == 3 => "deleted",
                Verb::Started => "launched",
                Verb::Resolved => "looked up",
                Verb::ConnectedTo => "connected to",
                _ => "wrote",
            };
            // A false time has to be said.
            let wording = if !is_true && number % 4 == 1 { 1 } else { number % 3 };
            let text = match wording {
                0 => format!("{from} {verb} {to}."),
                1 => format!("At {at} UTC, {from} {verb} {to}."),
                _ => format!("It was {from} that {verb} {to} at {at} UTC."),
            };
            // Every other false claim is false in its relation as well.
            let is_typed = !is_true && number % 8 < 4;
            let (subject, object) = if is_typed { (object, subject) } else { (subject, object) };
            json!({
                "kind": "fact",
                "evidence": [form.number_of(&it.id)],
                "relations": [{ "subject": subject, "verb": it.verb, "object": object, "outcome": it.outcome }],
                "text": text,
            })
        })
        .collect()
}

fn name(alert: &Alert, id: &EntityId) -> String {
    alert
        .entity(id)
        .map(|entity| entity.kind.name().to_owned())
        .unwrap_or_default()
}

fn name_of(alert: &Alert, object: &Object) -> String {
    match object {
        Object::Entity(id) => name(alert, id),
        Object::Value(value) => value.clone(),
    }
}

fn silent() -> Analysis {
    Analysis {
        assessment: Assessment {
            verdict: Verdict::Unknown,
            priority: Priority::P3,
            cause: String::new(),
            malicious_percent: 25,
            score: Score {
                base: -5,
                groups: Vec::new(),
                total: -5,
            },
        },
        claims: Vec::new(),
        timeline: Vec::new(),
        recommendations: Vec::new(),
        derived: Vec::new(),
        dropped: 0,
    }
}

/// One event in four starts a process; the others are lookups, connections and files.
fn alert() -> Alert {
    let mut entities = vec![entity(
        "host",
        EntityKind::Host(Host {
            id: "host".into(),
            name: Some("HOST-1".to_owned()),
            os: Some("Windows".to_owned()),
            role: None,
            domain: None,
            addresses: Vec::new(),
        }),
    )];
    entities.push(process(0));
    let mut evidence = Vec::new();
    for number in 0..EVIDENCE {
        let own = number / 4 + 1;
        let id = format!("object-{number}");
        let (subject, verb, object) = match number % 4 {
            0 => (own - 1, Verb::Started, process(own)),
            1 => (
                own,
                Verb::Resolved,
                entity(
                    &id,
                    EntityKind::Domain {
                        name: format!("host{number}.example"),
                    },
                ),
            ),
            2 => {
                let ip = format!("192.0.{}.{}", number / 250, number % 250);
                (
                    own,
                    Verb::ConnectedTo,
                    entity(
                        &id,
                        EntityKind::Endpoint {
                            ip,
                            port: Some(443),
                        },
                    ),
                )
            }
            _ => {
                let path = format!(r"C:\Users\user\AppData\Local\Vendor\cache-{number}.dat");
                (
                    own,
                    Verb::Wrote,
                    entity(&id, EntityKind::File(File { path, sha256: None })),
                )
            }
        };
        let unix_ms = 1_794_321_060_000 + i64::try_from(number).unwrap_or_default() * 250;
        let it = Evidence {
            at: Some(Instant::from_unix_ms(unix_ms, Clock::Cloud)),
            fields: [("event".to_owned(), format!("event-{number}"))].into(),
            ..Evidence::new(
                EvidenceSource::Telemetry,
                format!("process-{subject}").as_str(),
                verb,
                Some(Object::Entity(object.id.clone())),
            )
        };
        evidence.push(it.identified());
        entities.push(object);
    }
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
        entities,
        evidence,
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

fn entity(id: &str, kind: EntityKind) -> Entity {
    Entity {
        id: id.into(),
        kind,
    }
}

fn process(number: usize) -> Entity {
    let name = format!("program{number}.exe");
    let details = Process {
        path: Some(format!(r"\Device\HarddiskVolume3\Windows\System32\{name}")),
        command_line: Some(format!("{name} --number {number}")),
        host: Some("host".into()),
        name,
        ..Process::default()
    };
    entity(
        &format!("process-{number}"),
        EntityKind::Process(Box::new(details)),
    )
}
