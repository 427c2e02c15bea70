//! The words of the grammar: forms of the verbs, the nouns made of them, and what things are called.
//!
//! Nothing here knows an alert. A word that is in no table of this file or of [`super::grammar`] makes
//! a text unreadable, and an unreadable text is never shown.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use aside_shared::alert::Verb;

use super::form::VERBS;
use super::inflection::{Inflection, inflected, with_s};

/// A set of verbs, one bit each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verbs(u32);

impl Verbs {
    /// The set of one.
    pub const fn of(verb: Verb) -> Self {
        Self(1 << verb as u32)
    }

    /// Whether `verb` is one of them.
    pub fn has(self, verb: Verb) -> bool {
        self.0 & Self::of(verb).0 != 0
    }

    /// The set of some.
    pub fn all_of(verbs: impl IntoIterator<Item = Verb>) -> Self {
        verbs
            .into_iter()
            .fold(Self(0), |all, verb| all.with(Self::of(verb)))
    }

    /// Whether they have one in common.
    pub fn meet(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Those of `allowed` that are among them, if any is.
    pub fn among(self, allowed: &[Verb]) -> Option<Self> {
        let both = self.0 & Self::all_of(allowed.iter().copied()).0;
        (both != 0).then_some(Self(both))
    }

    /// Those of `other` that are among them.
    pub fn both(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// How a verb phrase begins, with what follows its first word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase {
    /// What it can say.
    pub verbs: Verbs,
    /// The form of its first word.
    pub inflection: Inflection,
    /// The words between the first one and the object: `to` of `connected to`.
    pub tail: Vec<&'static str>,
    /// Its grammatical subject is the relation's object: `cmd.exe stems from explorer.exe`.
    pub turned: bool,
}

/// A noun that says what a verb does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Noun {
    /// What it can say.
    pub verbs: Verbs,
    /// `dns`, `query`
    pub words: Vec<String>,
    /// Words that lead to the object.
    pub to: &'static [&'static str],
    /// Words that lead to the subject.
    pub by: &'static [&'static str],
    /// `queries`
    pub plural: bool,
}

struct Lexemes {
    verb: Verb,
    /// Infinitives with their tails.
    verbs: Vec<&'static str>,
    /// Infinitives with their tails whose grammatical subject is the relation's object.
    turned: Vec<&'static str>,
    nouns: Vec<&'static str>,
    to: Vec<&'static str>,
    by: Vec<&'static str>,
    /// Verbs that say nothing beside the noun: `made` of `made a connection to`.
    light: Vec<&'static str>,
    /// What may follow the object.
    after: Vec<&'static str>,
}

impl Lexemes {
    fn of(verb: Verb) -> Self {
        let none = Vec::new;
        Self {
            verb,
            verbs: none(),
            turned: none(),
            nouns: none(),
            to: none(),
            by: none(),
            light: none(),
            after: none(),
        }
    }

    fn set(&mut self, field: &str, phrases: Vec<&'static str>) {
        match field {
            "verbs" => self.verbs = phrases,
            "turned" => self.turned = phrases,
            "nouns" => self.nouns = phrases,
            "to" => self.to = phrases,
            "by" => self.by = phrases,
            "light" => self.light = phrases,
            "after" => self.after = phrases,
            _ => {}
        }
    }
}

static LEXEMES: LazyLock<Vec<Lexemes>> = LazyLock::new(|| {
    let mut all: Vec<Lexemes> = Vec::new();
    for line in include_str!("lexicon.txt").lines() {
        let name = line
            .strip_prefix('[')
            .and_then(|line| line.strip_suffix(']'));
        if let Some((_, verb)) =
            name.and_then(|name| VERBS.iter().find(|(known, _)| *known == name))
        {
            all.push(Lexemes::of(*verb));
        } else if let (Some((field, phrases)), Some(last)) = (line.split_once(": "), all.last_mut())
        {
            last.set(field, phrases.split(", ").collect());
        }
    }
    all
});

/// Verb phrases by their first word.
pub static PHRASES: LazyLock<HashMap<String, Vec<Phrase>>> = LazyLock::new(|| {
    let mut phrases: HashMap<String, Vec<Phrase>> = HashMap::new();
    let mut add = |verbs: Verbs, words: Vec<&'static str>, turned: bool| {
        let Some((base, tail)) = words.split_first() else {
            return;
        };
        let tail = tail.to_vec();
        for (inflection, form) in inflected(base) {
            let known = phrases.entry(form).or_default();
            let same = |it: &&mut Phrase| {
                it.tail == tail && it.inflection == inflection && it.turned == turned
            };
            match known.iter_mut().find(same) {
                Some(phrase) => phrase.verbs = phrase.verbs.with(verbs),
                None => known.push(Phrase {
                    verbs,
                    inflection,
                    tail: tail.clone(),
                    turned,
                }),
            }
        }
    };
    for lexemes in LEXEMES.iter() {
        for words in &lexemes.verbs {
            add(Verbs::of(lexemes.verb), words.split(' ').collect(), false);
        }
        for words in &lexemes.turned {
            add(Verbs::of(lexemes.verb), words.split(' ').collect(), true);
        }
    }
    // `FIN-LT-204 recorded a sign-in by j.smith`
    for verb in ["see", "record", "log", "register", "show"] {
        for noun in ["logon", "login", "sign-in", "log-in", "log-on"] {
            for by in ["by", "of", "for", "from"] {
                add(Verbs::of(Verb::LoggedOnTo), vec![verb, "a", noun, by], true);
            }
        }
    }
    for known in phrases.values_mut() {
        known.sort_by_key(|phrase| std::cmp::Reverse(phrase.tail.len()));
    }
    phrases
});

/// A form of a light verb.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Light {
    /// Which form.
    pub inflection: Inflection,
    /// Its particle: `out` of `carried out`.
    pub tail: Option<&'static str>,
    /// With the nouns of which verbs it says nothing: who `accepts` a connection did not make it.
    pub verbs: Verbs,
}

/// Light verbs by their first word.
pub static LIGHT_PHRASES: LazyLock<HashMap<String, Vec<Light>>> = LazyLock::new(|| {
    let mut phrases: HashMap<String, Vec<Light>> = HashMap::new();
    for lexemes in LEXEMES.iter() {
        for words in &lexemes.light {
            let (base, tail) = match words.split_once(' ') {
                Some((base, tail)) => (base, Some(tail)),
                None => (*words, None),
            };
            for (inflection, form) in inflected(base) {
                let known = phrases.entry(form).or_default();
                let same = |it: &&mut Light| it.inflection == inflection && it.tail == tail;
                match known.iter_mut().find(same) {
                    Some(light) => light.verbs = light.verbs.with(Verbs::of(lexemes.verb)),
                    None => known.push(Light {
                        inflection,
                        tail,
                        verbs: Verbs::of(lexemes.verb),
                    }),
                }
            }
        }
    }
    phrases
});

/// Nouns by their first word, longest first.
pub static NOUNS: LazyLock<HashMap<String, Vec<Noun>>> = LazyLock::new(|| {
    let mut nouns: HashMap<String, Vec<Noun>> = HashMap::new();
    for lexemes in LEXEMES.iter() {
        for words in &lexemes.nouns {
            for plural in [false, true] {
                let mut words: Vec<String> = words.split(' ').map(str::to_owned).collect();
                if let (true, Some(last)) = (plural, words.last_mut()) {
                    *last = with_s(last);
                }
                let first = words.first().cloned().unwrap_or_default();
                nouns.entry(first).or_default().push(Noun {
                    verbs: Verbs::of(lexemes.verb),
                    words,
                    to: &lexemes.to,
                    by: &lexemes.by,
                    plural,
                });
            }
        }
    }
    for known in nouns.values_mut() {
        known.sort_by_key(|noun| std::cmp::Reverse(noun.words.len()));
    }
    nouns
});

/// Phrases that may follow the object of one of `verbs`.
pub fn after(verbs: Verbs) -> impl Iterator<Item = &'static str> {
    LEXEMES
        .iter()
        .filter(move |lexemes| verbs.has(lexemes.verb))
        .flat_map(|lexemes| lexemes.after.iter().copied())
}

/// Words beside `by` that lead from a passive to who did it.
pub fn doers(verbs: Verbs) -> &'static [&'static str] {
    if verbs.meet(Verbs::all_of([Verb::Started, Verb::Ran])) {
        &["from"]
    } else if verbs.has(Verb::Loaded) {
        &["into", "in"]
    } else if verbs.has(Verb::RanScript) {
        &["in", "inside", "within"]
    } else {
        &[]
    }
}

/// Function words: what joins, points and dates.
const FUNCTION_WORDS: &[&str] = &[
    "a",
    "an",
    "the",
    "this",
    "that",
    "which",
    "who",
    "what",
    "it",
    "its",
    "by",
    "from",
    "to",
    "of",
    "on",
    "at",
    "as",
    "in",
    "for",
    "with",
    "and",
    "but",
    "then",
    "was",
    "were",
    "is",
    "are",
    "been",
    "being",
    "has",
    "had",
    "have",
    "did",
    "utc",
    "pid",
    "between",
    "until",
    "times",
    "once",
    "twice",
    "under",
    "running",
    "named",
    "called",
    "sensor",
    "blocked",
    "stopped",
    "prevented",
    "attempted",
    "tried",
    "not",
    "no",
    "seen",
    "observed",
    "recorded",
    "new",
    "child",
    "parent",
    "port",
    "user",
    "all",
    "any",
    "every",
    "never",
    "only",
    "also",
    "later",
    "after",
    "before",
    "or",
    "via",
    "whether",
    "unknown",
];

static WORDS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    let mut words: HashSet<&'static str> = FUNCTION_WORDS.iter().copied().collect();
    words.extend(PHRASES.keys().map(String::as_str));
    words.extend(
        NOUNS
            .values()
            .flatten()
            .flat_map(|noun| &noun.words)
            .map(String::as_str),
    );
    for lexemes in LEXEMES.iter() {
        let phrases = lexemes
            .verbs
            .iter()
            .chain(&lexemes.turned)
            .chain(&lexemes.after);
        words.extend(phrases.flat_map(|phrase| phrase.split(' ')));
    }
    words
});

/// Whether a word is the grammar's own, and so can be no name.
pub fn is_word(word: &str) -> bool {
    WORDS.contains(word)
}
