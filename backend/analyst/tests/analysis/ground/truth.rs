//! Known truth: true claims in many wordings, and what is false made from each.
//!
//! A false claim may be dropped, or shown in Aside's own true words; its false words are never shown. The
//! wordings are written by somebody who has not seen the grammar; the grammar's author has examples of their own.

use std::collections::BTreeMap;

use aside_analyst::claims;
use aside_analyst::ground::Form;
use aside_shared::alert::Object;
use aside_shared::model::{Reading, Voice};
use serde_json::{Value, json};

use super::scene::{COUNT, Scene, VERBS, outcome, scene};
use crate::fixtures::Names;

#[derive(Clone, Debug)]
pub struct Wording {
    pub verb: &'static str,
    pub outcome: &'static str,
    pub template: String,
}

fn wordings(text: &str) -> Vec<Wording> {
    let lines = text
        .lines()
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    lines
        .map(|line| {
            let columns: Vec<&str> = line.splitn(3, '\t').collect();
            let [verb, outcome, template] = columns[..] else {
                panic!("not three columns: {line}")
            };
            let verb = VERBS.iter().find(|(name, _)| *name == verb).expect(line).0;
            let outcomes = ["happened", "attempted", "blocked"];
            let outcome = outcomes
                .into_iter()
                .find(|known| *known == outcome)
                .expect(line);
            Wording {
                verb,
                outcome,
                template: template.trim().to_owned(),
            }
        })
        .collect()
}

const EXAMPLES: &str = include_str!("../../ground_examples.txt");
/// Written by somebody who has not seen the grammar.
const UNSEEN: &str = include_str!("../../ground_wordings.txt");

/// The wordings of both files.
pub fn all_wordings() -> Vec<Wording> {
    [wordings(EXAMPLES), wordings(UNSEEN)].concat()
}

pub fn scene_of(wording: &Wording, names: &Names) -> Scene {
    let count = if wording.template.contains("{n}") {
        COUNT
    } else {
        1
    };
    scene(wording.verb, outcome(wording.outcome), count, names)
}

/// The voice of the only claim that is shown, if one is.
pub fn voice(reading: &Reading) -> Option<Voice> {
    assert!(reading.claims.len() <= 1, "{reading:?}");
    reading.claims.first().map(|told| told.voice)
}

#[derive(Default)]
struct Kept {
    own: usize,
    reworded: usize,
    dropped: usize,
}

fn kept(wordings: &[Wording]) -> BTreeMap<&'static str, Kept> {
    let mut figures: BTreeMap<&'static str, Kept> = BTreeMap::new();
    for names in [Names::first(), Names::second()] {
        for wording in wordings {
            let scene = scene_of(wording, &names);
            let form = scene.form();
            let text = scene.fill(&wording.template, &names);
            let reading = scene.ask(&form, &[scene.relation(&form)], &text);
            let figure = figures.entry(wording.verb).or_default();
            match voice(&reading) {
                Some(Voice::Model) => figure.own += 1,
                Some(_) => figure.reworded += 1,
                None => figure.dropped += 1,
            }
        }
    }
    figures
}

/// Prints the figures of a file and returns how many true claims there were, were shown, and in their own words.
fn print(name: &str, wordings: &[Wording]) -> (usize, usize, usize) {
    let figures = kept(wordings);
    let (mut all, mut shown, mut own) = (0, 0, 0);
    for (verb, kept) in &figures {
        let total = kept.own + kept.reworded + kept.dropped;
        println!(
            "{name}: {verb:18} {:4} of {total:4} in their own words, {} reworded, {} dropped",
            kept.own, kept.reworded, kept.dropped
        );
        all += total;
        shown += kept.own + kept.reworded;
        own += kept.own;
    }
    println!(
        "{name}: of {all} true claims {shown} are shown ({:.1} %), {own} in their own words ({:.1} %)",
        100.0 * shown as f64 / all as f64,
        100.0 * own as f64 / all as f64,
    );
    (all, shown, own)
}

#[test]
fn the_examples_of_the_grammar_are_kept_as_they_are() {
    let (all, _, own) = print("examples", &wordings(EXAMPLES));
    assert_eq!(own, all);
}

/// A way of making something false: the text and the relations that a model states.
struct Lie {
    how: &'static str,
    text: String,
    relations: Vec<Value>,
}

/// What is false and made from one true wording. `others` are templates of other outcomes and other verbs.
fn lies(
    scene: &Scene,
    form: &Form<'_>,
    wording: &Wording,
    all: &[Wording],
    names: &Names,
) -> Vec<Lie> {
    let relation = scene.relation(form);
    let text = scene.fill(&wording.template, names);
    let mut lies: Vec<Lie> = Vec::new();
    let mut lie = |how, text: String, relation: &Value| {
        lies.push(Lie {
            how,
            text,
            relations: vec![relation.clone()],
        })
    };
    let handle = |id: &str| json!(form.handle_of(&Object::Entity(id.into())));
    let with = |field: &str, value: Value| {
        let mut changed = relation.clone();
        changed[field] = value;
        changed
    };
    // The relation is true, the words are not.
    let turned = wording
        .template
        .replace("{s}", "{x}")
        .replace("{o}", "{s}")
        .replace("{x}", "{o}");
    lie(
        "turned round in words",
        scene.fill(&turned, names),
        &relation,
    );
    for host in ["OTHER-HOST-7", "FIN-DC-01"] {
        let plain = text.trim_end_matches('.');
        lie("on another host", format!("{plain} on {host}."), &relation);
        if wording.template.contains("{h}") {
            lie(
                "on another host",
                text.replace(&names.host, host),
                &relation,
            );
        }
    }
    if wording.template.contains("{t}") {
        let other = scene.fill(&wording.template.replace("{t}", "04:05:06 UTC"), names);
        lie("at another time", other, &relation);
    } else {
        lie(
            "at another time",
            format!("At 04:05:06 UTC, {}", text),
            &relation,
        );
    }
    if wording.template.contains("{n}") {
        lie(
            "more often",
            scene.fill(&wording.template.replace("{n}", "7"), names),
            &relation,
        );
    } else {
        lie(
            "more often",
            format!("{} 7 times.", text.trim_end_matches('.')),
            &relation,
        );
    }
    if wording.template.contains("{u}") {
        let other = scene.fill(&wording.template.replace("{u}", r"OTHER\nobody"), names);
        lie("as another user", other, &relation);
    }
    for negated in [
        format!("It is not true that {text}"),
        text.replacen(
            &scene.subject_name,
            &format!("{} never", scene.subject_name),
            1,
        ),
        text.replacen(" was ", " was not ", 1),
        text.replacen(" tried ", " never tried ", 1),
        format!("No: {text}"),
    ] {
        if negated != text {
            lie("negated", negated, &relation);
        }
    }
    let plain = text.trim_end_matches('.');
    for clause in [
        ", which deleted backup.zip.".to_owned(),
        " and then deleted backup.zip.".to_owned(),
        " and moved on to FIN-DC-01.".to_owned(),
        format!(" and deleted {}.", scene.object_name),
        format!(". {} deleted {}.", scene.subject_name, scene.object_name),
        ", which is ransomware.".to_owned(),
        " to steal credentials.".to_owned(),
        " See https://evil.example/a for more.".to_owned(),
        " This is safe to close.".to_owned(),
    ] {
        lie(
            "with a further clause",
            format!("{plain}{clause}"),
            &relation,
        );
    }
    for quantified in [
        format!("Every {text}"),
        text.replacen(
            &scene.object_name,
            &format!("every {}", scene.object_name),
            1,
        ),
        text.replacen(
            &scene.subject_name,
            &format!("only {}", scene.subject_name),
            1,
        ),
        format!("{plain} and all other files."),
        format!("{plain} again."),
    ] {
        if quantified != text {
            lie("with a quantifier", quantified, &relation);
        }
    }
    let of_other_outcome = all
        .iter()
        .filter(|it| it.verb == wording.verb && it.outcome != wording.outcome);
    for other in of_other_outcome
        .filter(|it| !it.template.contains("{n}"))
        .skip(wording.template.len() % 2)
        .step_by(2)
    {
        lie(
            "with another outcome in words",
            scene.fill(&other.template, names),
            &relation,
        );
    }
    let opposite = if wording.verb == "deleted" {
        "renamed"
    } else {
        "deleted"
    };
    let of_other_verb = all
        .iter()
        .filter(|it| it.verb == opposite && it.outcome == wording.outcome);
    for other in of_other_verb.skip(wording.template.len() % 3).step_by(3) {
        lie(
            "with another deed in words",
            scene.fill(&other.template, names),
            &relation,
        );
    }
    // The words agree with the relation, and both are false.
    let object = relation["object"].clone();
    if object
        .as_str()
        .is_some_and(|object| !object.starts_with('V'))
    {
        let mut swapped = with("subject", object);
        swapped["object"] = relation["subject"].clone();
        lie("turned round", scene.fill(&turned, names), &swapped);
    }
    for outcome in ["happened", "attempted", "blocked", "unknown"] {
        if outcome != wording.outcome {
            lie(
                "with another outcome",
                text.clone(),
                &with("outcome", json!(outcome)),
            );
        }
    }
    lie(
        "of another of the same name",
        text.clone(),
        &with("subject", handle("twin")),
    );
    lie(
        "of another host",
        text.clone(),
        &with("subject", handle("elsewhere")),
    );
    lie("another deed", text.clone(), &with("verb", json!(opposite)));
    lie("more often", text.clone(), &with("count", json!("9")));
    lie(
        "to another",
        text.clone(),
        &with("object", handle("other-file")),
    );
    lie("to nothing", text, &with("object", json!("none")));
    lies
}

/// How many false claims there were, and how many were shown in their false words.
fn told(wordings: &[Wording]) -> BTreeMap<&'static str, (usize, usize, usize)> {
    let mut figures: BTreeMap<&'static str, (usize, usize, usize)> = BTreeMap::new();
    let names = Names::first();
    for wording in wordings {
        let scene = scene_of(wording, &names);
        let form = scene.form();
        let honest = scene.fill(&wording.template, &names);
        for lie in lies(&scene, &form, wording, wordings, &names) {
            if lie.text == honest && lie.relations == [scene.relation(&form)] {
                continue;
            }
            let reading = scene.ask(&form, &lie.relations, &lie.text);
            let figure = figures.entry(lie.how).or_default();
            figure.0 += 1;
            match voice(&reading) {
                None => figure.1 += 1,
                Some(Voice::Model) => {
                    figure.2 += 1;
                    println!("SHOWN {}: {:?} with {:?}", lie.how, lie.text, lie.relations);
                }
                Some(_) => {
                    let claim = &reading.claims[0].claim;
                    let truth = claims::stands(claim, &scene.alert);
                    assert_eq!(truth, Ok(()));
                    let relation = claims::relation(
                        scene
                            .alert
                            .evidence
                            .iter()
                            .find(|it| it.id == scene.evidence)
                            .expect("there"),
                    );
                    assert_eq!(claim.relations, [relation]);
                }
            }
        }
    }
    figures
}

fn nothing_false_is_shown(name: &str, wordings: &[Wording]) {
    let figures = told(wordings);
    let (mut all, mut shown) = (0, 0);
    for (how, (made, dropped, let_through)) in figures {
        println!(
            "{name}: {how:30} {made:6} false claims, {dropped:6} dropped, {} told in true words, {let_through} shown",
            made - dropped - let_through
        );
        all += made;
        shown += let_through;
    }
    println!("{name}: of {all} false claims {shown} are shown");
    assert!(all > wordings.len() * 10);
    assert_eq!(shown, 0);
}

#[test]
fn nothing_false_made_from_the_examples_is_shown() {
    nothing_false_is_shown("examples", &wordings(EXAMPLES));
}

#[test]
fn nothing_false_made_from_unseen_wordings_is_shown() {
    nothing_false_is_shown("unseen", &wordings(UNSEEN));
}

#[test]
fn nine_in_ten_true_claims_in_unseen_wordings_are_shown() {
    let all = wordings(UNSEEN);
    let (all_of_it, shown, _) = print("unseen", &all);
    assert!(shown * 10 >= all_of_it * 9);
    // When the grammar was widened, its author read what it did not keep of every second line, from the first on;
    // the lines between were never read.
    let half = |rest| {
        all.iter()
            .enumerate()
            .filter(|(at, _)| at % 2 == rest)
            .map(|(_, it)| it.clone())
            .collect::<Vec<_>>()
    };
    print("read", &half(0));
    let (held_out, _, own) = print("held out", &half(1));
    assert!(own * 4 >= held_out * 3);
}
