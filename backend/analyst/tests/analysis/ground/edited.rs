//! Wordings edited at random, as no author writes them: words left out, doubled, exchanged, put in from others, the
//! beginning of one before the end of another. What of them is kept in its own words is printed, for a person to read
//! (`--no-capture`); none of it may deny, doubt or widen what is so.

use std::collections::BTreeSet;

use aside_shared::model::Voice;
use proptest::prelude::Rng as _;
use proptest::test_runner::{RngAlgorithm, TestRng};

use super::scene::Scene;
use super::truth::{Wording, all_wordings, scene_of, voice};
use crate::fixtures::Names;

/// Edits of each wording.
const EDITS: usize = 60;

/// Words with which a sentence says something else than that a thing was so.
const TURNING: &[&str] = &[
    "not",
    "never",
    "no",
    "nobody",
    "nothing",
    "neither",
    "nor",
    "without",
    "failed",
    "unless",
    "if",
    "might",
    "may",
    "could",
    "would",
    "should",
    "must",
    "can",
    "will",
    "perhaps",
    "possibly",
    "likely",
    "probably",
    "allegedly",
    "reportedly",
    "only",
    "every",
    "each",
    "all",
    "any",
    "both",
    "other",
    "another",
    "again",
    "still",
    "always",
    "safe",
    "malicious",
    "because",
    "although",
    "before",
    "until",
    "instead",
    "except",
    "almost",
    "twice",
];

struct Chance(TestRng);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        (self.0.next_u64() % end.max(1) as u64) as usize
    }

    fn of<'a>(&mut self, list: &'a [String]) -> &'a str {
        &list[self.below(list.len())]
    }
}

/// One edit of a wording's words. `like` are wordings of the same deed and outcome.
fn edited(
    words: &[String],
    vocabulary: &[String],
    like: &[Vec<String>],
    chance: &mut Chance,
) -> Vec<String> {
    let mut edited = words.to_vec();
    let at = chance.below(edited.len());
    match chance.below(7) {
        0 => drop(edited.remove(at)),
        1 => edited.insert(at, edited[at].clone()),
        2 => edited.swap(at, (at + 1) % words.len()),
        3 => edited.insert(at, chance.of(vocabulary).to_owned()),
        4 => chance.of(vocabulary).clone_into(&mut edited[at]),
        5 => {
            let turning = TURNING[chance.below(TURNING.len())];
            edited.insert(at, turning.to_owned());
        }
        _ => {
            let other = &like[chance.below(like.len())];
            edited.truncate(at + 1);
            edited.extend_from_slice(&other[chance.below(other.len())..]);
        }
    }
    edited
}

fn words(template: &str) -> Vec<String> {
    template.split(' ').map(str::to_owned).collect()
}

/// Whether a sentence has a word that turns it.
fn turns(text: &str) -> bool {
    let mut words = text.split(|c: char| !c.is_alphanumeric());
    words.any(|word| TURNING.contains(&word.to_lowercase().as_str()))
}

#[test]
fn no_edit_of_a_true_wording_is_kept_that_denies_doubts_or_widens_it() {
    let all = all_wordings();
    let vocabulary: Vec<String> = all
        .iter()
        .flat_map(|wording| words(&wording.template))
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    let written: BTreeSet<&str> = all
        .iter()
        .map(|wording| wording.template.as_str())
        .collect();
    let mut chance = Chance(TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let names = Names::first();
    let mut kept: BTreeSet<(&str, &str, String)> = BTreeSet::new();
    let mut made = 0;
    for wording in &all {
        let scene: Scene = scene_of(wording, &names);
        let form = scene.form();
        let relation = [scene.relation(&form)];
        let like: Vec<Vec<String>> = all
            .iter()
            .filter(|other: &&Wording| {
                (other.verb, other.outcome) == (wording.verb, wording.outcome)
            })
            .map(|other| words(&other.template))
            .collect();
        let original = words(&wording.template);
        for _ in 0..EDITS {
            let mut edit = edited(&original, &vocabulary, &like, &mut chance);
            if chance.below(3) == 0 && !edit.is_empty() {
                edit = edited(&edit, &vocabulary, &like, &mut chance);
            }
            let template = edit.join(" ");
            if edit.is_empty() || written.contains(template.as_str()) {
                continue;
            }
            made += 1;
            let reading = scene.ask(&form, &relation, &scene.fill(&template, &names));
            if voice(&reading) == Some(Voice::Model) {
                kept.insert((wording.verb, wording.outcome, template));
            }
        }
    }
    for (verb, outcome, template) in &kept {
        println!("KEPT {verb} {outcome}: {template}");
    }
    println!("of {made} edits {} are kept in their own words", kept.len());
    assert!(made > 10_000 && kept.len() > 100);
    let turned: Vec<_> = kept
        .iter()
        .filter(|(_, outcome, template)| *outcome == "happened" && turns(template))
        .collect();
    assert!(turned.is_empty(), "{turned:?}");
}
