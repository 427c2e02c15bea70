//! A real language model behind a server that others wrote: `cargo xtask test --model` starts both.
//!
//! It is small and was never taught to follow instructions; what it says is fluent and often false. So the journeys
//! are those of any model, and what is held to the truth is what of it was shown.

mod through;
mod truth;

use std::collections::BTreeMap;
use std::time::Duration;

use aside_journeys::{Backend, Lab, ModelEndpoint, Setup, alert_of, claims, names, report_of};
use aside_shared::alert::{Alert, Object};
use aside_shared::analysis::{ClaimKind, Relation};
use aside_shared::chat::{Answer, Question};
use aside_shared::model::{Came, Report, Voice};
use aside_shared::text::plain;

use through::{Exchange, Exchanges};
use truth::Truth;

/// Questions that no intent of Aside's own knows.
const QUESTIONS: [&str; 2] = ["Anything odd here?", "State the facts, one by one."];
/// For an analysis, while others use the machine: the longest that can be configured.
const DEADLINE_SECONDS: u64 = 300;

fn variable(name: &str) -> String {
    std::env::var(name)
        .unwrap_or_else(|_| panic!("{name} is not set: run this by `cargo xtask test --model`"))
}

/// What the model said in all, and what became of it.
#[derive(Default)]
struct Figures {
    answers: usize,
    claims: usize,
    kept: u32,
    reworded: u32,
    dropped: BTreeMap<String, usize>,
    fell_back: usize,
    shown: usize,
    untrue: Vec<String>,
    failed: Vec<String>,
    seconds: Vec<f64>,
    /// Read, as the server counts them, and written.
    tokens: Vec<(usize, usize)>,
}

impl Figures {
    /// Takes a report and what went through for it.
    fn add(
        &mut self,
        what: &str,
        report: &Report,
        went: &[Exchange],
        read: usize,
        alert: &Alert,
        truth: &Truth,
    ) {
        let sent: Vec<&str> = report.sent.iter().map(|sent| sent.body.as_str()).collect();
        let asked: Vec<&str> = went.iter().map(|it| it.asked.as_str()).collect();
        assert_eq!(sent, asked, "{what}: byte for byte");
        let seconds = report.took_ms as f64 / 1_000.0;
        let written = went.last().map(Exchange::tokens).unwrap_or_default();
        let ended = went.last().and_then(Exchange::ended).unwrap_or_default();
        let claims = went.last().and_then(Exchange::claims).unwrap_or_default();
        print!(
            "{what}: {seconds:.1} s, {} + {} tokens, {} request(s), ended “{ended}”, {claims} claim(s)",
            read,
            written,
            sent.len()
        );
        let reading = match &report.came {
            Came::Back { reading, .. } => reading,
            Came::Nothing { reason } => {
                println!("; nothing: {reason}");
                self.failed.push(format!("{what}: {reason}"));
                return;
            }
        };
        let fell_back = match reading.fell_back {
            true => "; the summary is the rules' own",
            false => "",
        };
        println!(
            ": {} kept, {} reworded, {} dropped{fell_back}",
            reading.kept,
            reading.reworded,
            reading.dropped.len()
        );
        self.answers += 1;
        self.claims += claims;
        self.seconds.push(seconds);
        self.tokens.push((read, written));
        self.kept += reading.kept;
        self.reworded += reading.reworded;
        self.fell_back += usize::from(reading.fell_back);
        for gone in &reading.dropped {
            println!("    dropped “{}”: {}", gone.text, gone.reason);
            *self.dropped.entry(sort_of(&gone.reason)).or_default() += 1;
        }
        let by_model = reading
            .claims
            .iter()
            .filter(|told| told.voice != Voice::Rules);
        for told in by_model {
            self.shown += 1;
            let sentence = plain(&told.claim.sentence);
            let verdict = truth.holds(alert, &told.claim);
            let word = if verdict.is_ok() { "true" } else { "UNTRUE" };
            println!("    shown ({:?}) “{sentence}”: {word}", told.voice);
            if let Err(reason) = verdict {
                self.untrue.push(format!("{what}: “{sentence}”: {reason}"));
            }
        }
    }

    fn print(&self) {
        let dropped: usize = self.dropped.values().sum();
        println!(
            "\nanswers that could be read: {}, others: {}",
            self.answers,
            self.failed.len()
        );
        self.failed.iter().for_each(|it| println!("    {it}"));
        println!(
            "claims made: {}; kept {}, reworded {}, dropped {dropped}; summaries that fell back to the rules: {}",
            self.claims, self.kept, self.reworded, self.fell_back
        );
        for (reason, count) in &self.dropped {
            println!("    dropped {count}: {reason}");
        }
        match self.shown {
            0 => println!("shown: none, which is no evidence either way"),
            shown => println!(
                "shown: {shown}; true by the lab's own record: {}",
                shown - self.untrue.len()
            ),
        }
        let mut seconds = self.seconds.clone();
        seconds.sort_by(f64::total_cmp);
        if let (Some(median), Some(most)) = (seconds.get(seconds.len() / 2), seconds.last()) {
            println!("time of an answer: median {median:.1} s, at most {most:.1} s");
        }
        let (asked, said) = self
            .tokens
            .iter()
            .fold((0, 0), |sum, it| (sum.0 + it.0, sum.1 + it.1));
        println!("tokens: {asked} read, {said} written");
    }
}

/// A reason without the numbers of lines and the names in it.
fn sort_of(reason: &str) -> String {
    let is_handle = |word: &str| {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        bare.starts_with(|c: char| c.is_ascii_uppercase())
            && bare.chars().any(|c| c.is_ascii_digit())
    };
    let words = reason.split(' ').map(|word| match is_handle(word) {
        true => "…",
        false => word,
    });
    let mut words: Vec<&str> = words.collect();
    words.dedup();
    words.join(" ")
}

fn since(exchanges: &Exchanges, before: usize) -> Vec<Exchange> {
    exchanges.lock().expect("the exchanges")[before..].to_vec()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes and a model's server, which `cargo xtask test --model` starts"]
async fn of_what_a_real_model_says_only_what_is_true_is_shown() {
    let server = variable("ASIDE_MODEL_URL");
    let (base_url, exchanges) = through::listen(&server).await;
    let lab = Lab::start().await;
    let setup = Setup {
        model: Some(ModelEndpoint::at(base_url)),
        model_settings: format!(
            "deadline_seconds = {DEADLINE_SECONDS}\nmax_tokens = 900\ncontext_tokens = {}",
            variable("ASIDE_MODEL_CONTEXT")
        ),
        ..Setup::default()
    };
    let backend = Backend::start(&lab, &setup).await;
    let (is_good, printed) = backend.verb(&["check"]);
    println!("aside check:\n{printed}");
    assert!(is_good, "{printed}");
    let analyst = backend.sign_in("analyst").await;
    let analyst = analyst.waiting(Duration::from_secs(DEADLINE_SECONDS + 60));
    let (mut figures, mut canaries) = (Figures::default(), Vec::new());
    for scenario in lab.scenarios().await {
        let (key, host) = lab.scenario(&scenario).await;
        let truth = Truth::of(&lab, &host).await;
        let before = since(&exchanges, 0).len();
        let events = analyst.analysis(&key).await;
        let alert = alert_of(&events);
        canaries.extend(names(&alert));
        let went = since(&exchanges, before);
        let read = through::tokens_read(&server, &went).await;
        let report = report_of(&events);
        figures.add(&scenario, report, &went, read, &alert, &truth);
        for text in QUESTIONS {
            let before = since(&exchanges, 0).len();
            let question = Question {
                alert: key.clone(),
                text: text.to_owned(),
            };
            let report = match analyst.ask("/questions", &question).await {
                Answer::Model { report } => report,
                Answer::CanAsk { model, .. } => model.expect("the model was asked"),
                other => panic!("{text}: {other:?}"),
            };
            let went = since(&exchanges, before);
            let what = format!("{scenario}, “{text}”");
            let read = through::tokens_read(&server, &went).await;
            figures.add(&what, &report, &went, read, &alert, &truth);
        }
    }
    figures.print();
    assert!(figures.answers > 0, "no answer could be read");
    assert_eq!(figures.untrue, [""; 0]);
    assert_eq!(lab.count("PerformActionV2").await, 0, "nothing acted");
    canaries.sort();
    canaries.dedup();
    assert!(canaries.len() >= 10, "{canaries:?}");
    for exchange in since(&exchanges, 0) {
        let asked = exchange.asked.to_lowercase();
        for canary in &canaries {
            assert!(!asked.contains(canary.as_str()), "{canary} in {asked}");
        }
    }
}

/// What the model is held to holds the rules too, and can tell a false statement.
#[tokio::test]
async fn what_the_rules_state_is_true_by_the_labs_own_record_and_made_false_it_is_not() {
    let lab = Lab::start().await;
    let backend = Backend::start(&lab, &Setup::default()).await;
    let analyst = backend.sign_in("analyst").await;
    let (mut stated, mut turned, mut wrong) = (0, 0, Vec::new());
    for scenario in lab.scenarios().await {
        let (key, host) = lab.scenario(&scenario).await;
        let truth = Truth::of(&lab, &host).await;
        let events = analyst.analysis(&key).await;
        let alert = alert_of(&events);
        let facts = claims(&events)
            .into_iter()
            .filter(|claim| claim.kind == ClaimKind::Fact && !claim.relations.is_empty());
        for claim in facts {
            if let Err(reason) = truth.holds(&alert, claim) {
                let sentence = plain(&claim.sentence);
                wrong.push(format!("{scenario}: “{sentence}”: {reason}"));
            }
            stated += 1;
            for relation in &claim.relations {
                let Some(Object::Entity(object)) = &relation.object else {
                    continue;
                };
                let around = Relation {
                    subject: object.clone(),
                    object: Some(Object::Entity(relation.subject.clone())),
                    ..relation.clone()
                };
                assert!(
                    truth.says(&alert, &around).is_err(),
                    "{scenario}: {around:?}"
                );
                turned += 1;
            }
        }
    }
    assert!(wrong.is_empty(), "of {stated}:\n{}", wrong.join("\n"));
    assert!(
        stated >= 16 && turned >= 8,
        "{stated} stated, {turned} turned"
    );
}
