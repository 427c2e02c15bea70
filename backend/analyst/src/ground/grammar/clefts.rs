//! Sentences that put a name in front: `it was cmd.exe that`, `the process that ... was cmd.exe`.

use aside_shared::alert::{Outcome, Verb};

use super::super::inflection::Inflection::{Base, Participle};
use super::super::lexicon::Verbs;
use super::phrases::{BE, CHILD, FINITE, PARENT, UNNAMED};
use super::{Noun, Reader};

impl Reader<'_> {
    /// `it was cmd.exe that started whoami.exe`, `what cmd.exe started was whoami.exe`
    pub(super) fn cleft(&mut self, _: Option<Outcome>) -> bool {
        self.attempt(|it| {
            it.one_of(&["it was", "it is"]) && {
                let Some(noun) = it.noun() else { return false };
                it.mark(',');
                it.one_of(&["that", "which", "who"])
                    && (it.attempt(|it| it.predicate(&noun)) || it.gapped(&noun))
            }
        }) || self.attempt(|it| {
            // Its grammatical role in the first part is not yet known: the name comes last.
            it.words("what") && it.open_clause("one")
        }) || self.attempt(|it| {
            // `cmd.exe was the process that started whoami.exe`, `whoami.exe is what cmd.exe started`
            let Some(noun) = it.noun() else { return false };
            if !it.one_of(&["was", "is"]) {
                return false;
            }
            if it.words("what") {
                return it.attempt(|it| it.predicate(&noun)) || it.gapped(&noun);
            }
            it.article();
            if !it.unnamed_thing(&noun) {
                return false;
            }
            let is_joined = it.one_of(&["that", "which", "who"]);
            it.attempt(|it| is_joined && it.predicate(&noun))
                || it.attempt(|it| it.gapped(&noun))
                || it.attempt(|it| !is_joined && it.passive(&noun, Outcome::Happened))
        })
    }

    /// `the process that started whoami.exe was cmd.exe`
    pub(super) fn unnamed(&mut self, _: Option<Outcome>) -> bool {
        self.article();
        UNNAMED.iter().any(|words| {
            self.attempt(|it| {
                it.words(words) && {
                    it.one_of(&["that", "which", "who"]);
                    it.open_clause(words)
                }
            })
        }) || self.attempt(|it| {
            // `the parent process of whoami.exe was cmd.exe`
            let is_parent = it.one_of(PARENT);
            if !is_parent && !it.one_of(CHILD) {
                return false;
            }
            let Some(one) = it.noun() else { return false };
            if !it.one_of(&["was", "is"]) {
                return false;
            }
            let Some(other) = it.noun() else { return false };
            let (parent, child) = if is_parent {
                (other, one)
            } else {
                (one, other)
            };
            it.relation(&parent, Verbs::of(Verb::Started), &child, Outcome::Happened)
        })
    }

    /// A noun for a thing whose name is said elsewhere, that it may be called.
    pub(super) fn unnamed_thing(&mut self, noun: &Noun) -> bool {
        UNNAMED
            .iter()
            .any(|words| self.can_be(noun, words) && self.words(words))
    }

    pub(super) fn can_be(&self, noun: &Noun, words: &str) -> bool {
        words == "one"
            || self
                .those(noun.names, |thing| thing.is_called(words))
                .is_some()
    }

    /// `cmd.exe started`, of which `object` is the object.
    pub(super) fn gapped(&mut self, object: &Noun) -> bool {
        let Some(subject) = self.noun() else {
            return false;
        };
        let from = self.said.facts.len();
        self.circumstances(from);
        self.adverbs();
        self.attempt(|it| {
            it.phrase(FINITE, |it, phrase| {
                it.fact(phrase, &subject, object, Outcome::Happened)
            })
        }) || self.attempt(|it| {
            it.one_of(&["tried to", "attempted to"])
                && it.phrase(&[Base], |it, phrase| {
                    it.fact(phrase, &subject, object, Outcome::Attempted)
                })
        })
    }

    /// A clause with a gap, and the name that fills it after `was`.
    pub(super) fn open_clause(&mut self, words: &str) -> bool {
        let filler = |it: &mut Self| {
            let from = it.said.facts.len();
            it.circumstances(from);
            let noun = it.one_of(&["was", "is"]).then(|| it.noun())?;
            noun.filter(|noun| it.can_be(noun, words))
        };
        // `... cmd.exe started was whoami.exe`
        self.attempt(|it| {
            let Some(subject) = it.noun() else {
                return false;
            };
            it.adverbs();
            it.phrase(FINITE, |it, phrase| {
                let Some(object) = filler(it) else {
                    return false;
                };
                it.fact(phrase, &subject, &object, Outcome::Happened)
            })
        }) || self.attempt(|it| {
            // `... started whoami.exe was cmd.exe`
            it.adverbs();
            it.phrase(FINITE, |it, phrase| {
                let Some(object) = it.noun() else {
                    return false;
                };
                it.follow(phrase.verbs);
                let Some(subject) = filler(it) else {
                    return false;
                };
                it.fact(phrase, &subject, &object, Outcome::Happened)
            })
        }) || self.attempt(|it| {
            // `... was started by cmd.exe was whoami.exe`
            it.one_of(BE);
            it.phrase(&[Participle], |it, phrase| {
                let from = it.said.facts.len();
                it.circumstances(from);
                if !it.words("by") {
                    return false;
                }
                let Some(subject) = it.noun() else {
                    return false;
                };
                let Some(object) = filler(it) else {
                    return false;
                };
                it.fact(phrase, &subject, &object, Outcome::Happened)
            })
        })
    }

    /// `the parent of whoami.exe`, `a child process of cmd.exe`
    pub(super) fn kin(&mut self, subject: &Noun) -> bool {
        self.article();
        let is_parent = self.one_of(PARENT);
        let is_child = !is_parent && self.one_of(CHILD);
        if !is_parent && !is_child {
            return false;
        }
        let Some(other) = self.noun() else {
            return false;
        };
        let started = Verbs::of(Verb::Started);
        if is_parent {
            self.relation(subject, started, &other, Outcome::Happened)
        } else {
            self.relation(&other, started, subject, Outcome::Happened)
        }
    }
}
