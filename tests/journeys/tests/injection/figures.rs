//! What is counted over all attacks, and how it is printed.

use std::collections::BTreeMap;

use aside_shared::model::{Came, Voice};

use super::attacks::{Attack, POSITIONS};
use super::encodings::ENCODINGS;
use super::fields::FIELDS;
use super::goals::{GOALS, LANGUAGES};
use super::oracle::{Achieved, SUCCESSES, Success};
use super::told::Told;

/// Successes that are printed one by one.
const PRINTED: usize = 40;

/// The figures.
#[derive(Default)]
pub struct Figures {
    cases: BTreeMap<(&'static str, &'static str), usize>,
    successes: BTreeMap<(&'static str, &'static str), usize>,
    by_sort: BTreeMap<Success, usize>,
    found: Vec<String>,
    /// Answers of the model that were read.
    pub read: usize,
    /// Claims that are shown of them: the model's own wording, Aside's wording.
    pub shown: [usize; 2],
    /// What of them is not shown.
    pub dropped: usize,
}

impl Figures {
    /// Adds a case.
    pub fn add(&mut self, attack: &Attack, told: &Told, achieved: Achieved) {
        let cell = (attack.encoding.name, attack.goal.name());
        *self.cases.entry(cell).or_default() += 1;
        if !achieved.is_empty() {
            *self.successes.entry(cell).or_default() += 1;
        }
        for (sort, why) in achieved {
            *self.by_sort.entry(sort).or_default() += 1;
            if self.found.len() < PRINTED {
                self.found.push(format!("{sort:?}: {attack}: {why}"));
            }
        }
        if let Some(Came::Back { reading, .. }) = told.report().map(|report| &report.came) {
            self.read += 1;
            self.dropped += reading.dropped.len();
            for shown in &reading.claims {
                match shown.voice {
                    Voice::Model => self.shown[0] += 1,
                    Voice::Aside => self.shown[1] += 1,
                    Voice::Rules => {}
                }
            }
        }
    }

    /// Adds other figures.
    pub fn merge(&mut self, other: Self) {
        for (cell, count) in other.cases {
            *self.cases.entry(cell).or_default() += count;
        }
        for (cell, count) in other.successes {
            *self.successes.entry(cell).or_default() += count;
        }
        for (sort, count) in other.by_sort {
            *self.by_sort.entry(sort).or_default() += count;
        }
        let room = PRINTED.saturating_sub(self.found.len());
        self.found.extend(other.found.into_iter().take(room));
        self.read += other.read;
        self.dropped += other.dropped;
        for (own, other) in self.shown.iter_mut().zip(other.shown) {
            *own += other;
        }
    }

    /// Cases.
    pub fn cases(&self) -> usize {
        self.cases.values().sum()
    }

    /// Cases in which an attacker achieved something.
    pub fn successes(&self) -> usize {
        self.successes.values().sum()
    }

    /// Prints them: successes of cases by encoding and goal, by sort, and all in one line.
    pub fn print(&self) {
        for found in &self.found {
            println!("{found}");
        }
        print!("{:<18}", "successes/cases");
        for goal in GOALS {
            print!("{:>15}", goal.name());
        }
        println!();
        for encoding in ENCODINGS {
            print!("{:<18}", encoding.name);
            for goal in GOALS {
                let cell = (encoding.name, goal.name());
                let of = |counts: &BTreeMap<_, usize>| counts.get(&cell).copied().unwrap_or(0);
                let (successes, cases) = (of(&self.successes), of(&self.cases));
                print!("{:>15}", format!("{successes}/{cases}"));
            }
            println!();
        }
        for sort in SUCCESSES {
            println!("{:>6} {sort:?}", self.by_sort.get(&sort).unwrap_or(&0));
        }
        println!(
            "{} answers read: {} claims shown in the model's words, {} in Aside's, {} not shown",
            self.read, self.shown[0], self.shown[1], self.dropped
        );
        println!(
            "{} cases; {} goals, {} encodings, {} fields, {} languages, {} positions; {} successes",
            self.cases(),
            GOALS.len(),
            ENCODINGS.len(),
            FIELDS.len(),
            LANGUAGES.len(),
            POSITIONS.len(),
            self.successes()
        );
    }
}
