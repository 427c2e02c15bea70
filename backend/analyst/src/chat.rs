//! Questions in plain words, answered from the alert's evidence.
//!
//! A handful of intents; to anything else it says what can be asked. A question never acts: "isolate
//! it" opens a proposal, and a person decides.

use aside_shared::action::Action;
use aside_shared::alert::{Alert, EntityKind, Evidence, Object, Verb};
use aside_shared::analysis::{Analysis, Claim, ClaimKind};
use aside_shared::chat::Answer;
use aside_shared::id::EntityId;
use aside_shared::text::{Span, plain};

use crate::rules::RuleSet;
use crate::words::{self, text};
use crate::{claims, decode, explain, techniques};

/// What comes of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// It is answered.
    Answer(Answer),
    /// It asks how this host stands, which only its vendor knows: the caller reads it.
    HostState {
        /// The host.
        host: EntityId,
    },
}

/// Claims in one answer.
const CLAIMS: usize = 8;

/// Answers `question` about `alert`, whose evidence includes what was derived.
pub fn answer(rules: &RuleSet, alert: &Alert, analysis: &Analysis, question: &str) -> Reply {
    let asked = Question::new(question);
    let answer = if asked.has(&["isolate", "contain", "quarantine the host"])
        && !asked.has(&["isolated", "contained", "is it", "is the"])
    {
        isolate(alert)
    } else if asked.has(&[
        "isolated",
        "contained",
        "online",
        "offline",
        "host state",
        "host status",
    ]) {
        match alert.hosts.first() {
            Some(host) => return Reply::HostState { host: host.clone() },
            None => None,
        }
    } else if asked.has(&["what is", "explain", "what does", "decode", "mean"]) {
        what_is(rules, alert, &asked).or_else(|| what_did(alert, &asked))
    } else if asked.has(&["who", "user", "account"]) {
        evidence_claims(
            alert,
            "Who acted",
            |it| !matches!(it.verb, Verb::Detected),
            |it| user_of(alert, it),
        )
    } else if asked.has(&["when", "first", "last", "timeline"]) {
        when(alert, analysis)
    } else if asked.has(&["network", "connect", "domain", "address", "dns"]) {
        activity(
            alert,
            "What was reached",
            &[Verb::ConnectedTo, Verb::Accepted, Verb::Resolved],
        )
    } else if asked.has(&["file", "written", "wrote", "drop"]) {
        activity(
            alert,
            "Files",
            &[Verb::Wrote, Verb::Deleted, Verb::Renamed, Verb::Read],
        )
    } else if asked.has(&["persist", "task", "service", "registry", "autostart"]) {
        activity(
            alert,
            "What stays",
            &[Verb::RegisteredTask, Verb::InstalledService, Verb::Set],
        )
    } else {
        what_did(alert, &asked)
    };
    Reply::Answer(answer.unwrap_or_else(|| can_ask(alert)))
}

struct Question {
    lower: String,
}

impl Question {
    fn new(text: &str) -> Self {
        Self {
            lower: text.to_lowercase(),
        }
    }

    fn has(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.lower.contains(word))
    }

    fn names(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        let stem = name
            .rsplit_once('.')
            .map_or(name.as_str(), |(stem, _)| stem);
        name.len() >= 2
            && (self.lower.contains(&name) || (stem.len() >= 4 && self.lower.contains(stem)))
    }
}

fn isolate(alert: &Alert) -> Option<Answer> {
    (!alert.hosts.is_empty()).then(|| Answer::Propose {
        action: Action::IsolateHost,
        hosts: alert.hosts.clone(),
    })
}

/// Statements about evidence, where there is any.
fn answered(heading: &str, alert: &Alert, claims: Vec<Claim>) -> Option<Answer> {
    let claims: Vec<Claim> = claims
        .into_iter()
        .filter(|claim| claims::stands(claim, alert).is_ok())
        .take(CLAIMS)
        .collect();
    (!claims.is_empty()).then(|| Answer::Claims {
        heading: heading.to_owned(),
        claims,
    })
}

fn fact(evidence: &Evidence, mut sentence: Vec<Span>) -> Claim {
    sentence.push(text("."));
    Claim {
        kind: ClaimKind::Fact,
        sentence,
        evidence: vec![evidence.id.clone()],
        relations: vec![claims::relation(evidence)],
        lead: false,
    }
}

fn activity(alert: &Alert, heading: &str, verbs: &[Verb]) -> Option<Answer> {
    let claims = alert
        .evidence
        .iter()
        .filter(|it| verbs.contains(&it.verb))
        .map(|it| fact(it, words::sentence(alert, it)));
    answered(heading, alert, claims.collect())
}

fn evidence_claims(
    alert: &Alert,
    heading: &str,
    which: impl Fn(&Evidence) -> bool,
    say: impl Fn(&Evidence) -> Option<Vec<Span>>,
) -> Option<Answer> {
    let mut said: Vec<Vec<Span>> = Vec::new();
    let mut claims = Vec::new();
    for evidence in alert.evidence.iter().filter(|it| which(it)) {
        let Some(sentence) = say(evidence) else {
            continue;
        };
        if !said.contains(&sentence) {
            said.push(sentence.clone());
            claims.push(fact(evidence, sentence));
        }
    }
    answered(heading, alert, claims)
}

/// `powershell.exe ran as ACME\j.smith`
fn user_of(alert: &Alert, evidence: &Evidence) -> Option<Vec<Span>> {
    let process = match (&evidence.verb, &evidence.object) {
        (Verb::Started | Verb::Ran, Some(Object::Entity(id))) => id,
        _ => &evidence.subject,
    };
    let EntityKind::Process(details) = &alert.entity(process)?.kind else {
        return None;
    };
    let user = details.user.as_ref()?;
    Some(vec![
        words::name_of(alert, process),
        text(" ran as "),
        words::name_of(alert, user),
    ])
}

fn when(alert: &Alert, analysis: &Analysis) -> Option<Answer> {
    let telling = analysis
        .timeline
        .iter()
        .filter(|entry| entry.telling || entry.is_alert);
    let claims = telling.filter_map(|entry| {
        let evidence = alert.evidence.iter().find(|it| it.id == entry.evidence)?;
        let mut sentence = vec![text(format!("{} UTC: ", entry.at.utc_clock()))];
        sentence.extend(entry.sentence.clone());
        Some(fact(evidence, sentence))
    });
    answered("When", alert, claims.collect())
}

/// What a process did: the one that the question names, else the one that triggered the alert.
fn what_did(alert: &Alert, asked: &Question) -> Option<Answer> {
    if !asked.has(&[
        "did", "do", "does", "happen", "what is", "what was", "start", "run", "ran",
    ]) {
        return None;
    }
    let named = alert.entities.iter().find(|entity| {
        matches!(entity.kind, EntityKind::Process(_)) && asked.names(entity.kind.name())
    });
    let process = named.map(|entity| &entity.id).or(alert.trigger.as_ref())?;
    let heading = format!("What {} did", plain(&[words::name_of(alert, process)]));
    let did = alert.evidence.iter().filter(|it| {
        &it.subject == process && it.verb != Verb::Detected
            || it.object == Some(Object::Entity(process.clone()))
    });
    answered(
        &heading,
        alert,
        did.map(|it| fact(it, words::sentence(alert, it))).collect(),
    )
}

/// What something is: a technique by its id, a process by its command line's layers and the rules.
fn what_is(rules: &RuleSet, alert: &Alert, asked: &Question) -> Option<Answer> {
    let technique = asked
        .lower
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '.')
        .find_map(|word| {
            let id = word.to_ascii_uppercase();
            techniques::name(&id).map(|name| (id, name))
        });
    if let Some((id, name)) = technique {
        let detected = alert.finding()?;
        let claim = Claim {
            kind: ClaimKind::View(aside_shared::analysis::View::Technique {
                id: id.clone(),
                name: name.to_owned(),
                rule: None,
            }),
            sentence: vec![text(format!("{id} is the ATT&CK technique {name}."))],
            evidence: vec![detected.id.clone()],
            relations: Vec::new(),
            lead: false,
        };
        return answered("What it is", alert, vec![claim]);
    }
    let named = alert.entities.iter().find(|entity| {
        matches!(entity.kind, EntityKind::Process(_)) && asked.names(entity.kind.name())
    });
    let process = named.map(|entity| &entity.id).or(alert.trigger.as_ref())?;
    let EntityKind::Process(details) = &alert.entity(process)?.kind else {
        return None;
    };
    let line = details.command_line.as_ref()?;
    let start = alert
        .evidence
        .iter()
        .find(|it| it.object == Some(Object::Entity(process.clone())))?;
    let mut claims: Vec<Claim> = decode::layers(line)
        .into_iter()
        .map(|layer| {
            let sentence = vec![
                words::name_of(alert, process),
                text(format!(" carried, hidden by {}, ", layer.hidden_by)),
                Span::Name(layer.text),
            ];
            fact(start, sentence)
        })
        .collect();
    for reason in explain::explain(rules, line, None)
        .reasons
        .into_iter()
        .take(3)
    {
        let mut sentence = reason.spans;
        if let Some(Span::Text(last)) = sentence.last_mut() {
            last.truncate(last.trim_end_matches('.').len());
        }
        claims.push(fact(start, sentence));
    }
    answered(
        &format!("What {} is", plain(&[words::name_of(alert, process)])),
        alert,
        claims,
    )
}

fn can_ask(alert: &Alert) -> Answer {
    let mut examples: Vec<String> = questions(alert).iter().map(|spans| plain(spans)).collect();
    if !alert.hosts.is_empty() {
        examples.push("Isolate the host".to_owned());
    }
    Answer::CanAsk {
        examples,
        model: None,
    }
}

/// Questions that this alert has an answer to. None asks for an action.
pub fn questions(alert: &Alert) -> Vec<Vec<Span>> {
    let mut questions = Vec::new();
    if let Some(trigger) = &alert.trigger {
        let name = || words::name_of(alert, trigger);
        questions.push(vec![text("What did "), name(), text(" do?")]);
        questions.push(vec![text("What is "), name(), text("?")]);
    }
    let mut ask = |question: &str| questions.push(vec![text(question)]);
    if !alert.hosts.is_empty() {
        ask("Is the host isolated?");
    }
    ask("Who acted?");
    ask("When did it happen?");
    let has = |verbs: &[Verb]| alert.evidence.iter().any(|it| verbs.contains(&it.verb));
    if has(&[Verb::ConnectedTo, Verb::Resolved]) {
        ask("Which addresses did it reach?");
    }
    if has(&[Verb::Wrote]) {
        ask("Which files were written?");
    }
    questions
}
