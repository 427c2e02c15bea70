//! What was tried, what was stopped, and what is said not to be known.

use aside_shared::alert::Outcome;

use super::super::inflection::Inflection;
use super::super::lexicon::{self, NOUNS};
use super::phrases::{BE, CAME_TO, NOT_KNOWN, NOTED, OUTCOME, STOPPED};
use super::{Noun, Reader, What};

use Inflection::{Base, Gerund, Participle, Past};

impl Reader<'_> {
    /// `, but the sensor blocked it`: what was tried is now what was stopped.
    pub(super) fn stop(&mut self) -> bool {
        let is_bracketed = self.mark('(');
        if !self.mark(',') && !self.mark(';') && !self.mark(':') {
            self.mark('-');
        }
        let is_joined = self.one_of(&["but", "and", "though", "although", "however", "yet"]);
        self.mark(',');
        let is_stopped = self.attempt(|it| {
            it.sensor()
                && it.one_of(STOPPED)
                && (it.attempt(Self::the_deed)
                    || it.one_of(&["it", "this", "that", "the attempt", "the action"]))
        }) || self.attempt(|it| {
            let is_named = it.attempt(Self::the_deed)
                || it.one_of(&[
                    "it",
                    "this",
                    "which",
                    "the attempt",
                    "this attempt",
                    "the action",
                    "the operation",
                    "that",
                    "that attempt",
                ]);
            let is_passive = it.one_of(&["was", "is", "has been", "were", "got"]);
            // `and stopped` says that the subject gave up.
            (is_passive || !is_joined && !is_named) && it.one_of(STOPPED) && {
                it.by_sensor();
                it.one_of(&["from doing so", "from doing it"]);
                if it.one_of(&["each time", "every time", "on each occasion"]) {
                    let last = it.said.facts.len().saturating_sub(1);
                    it.circumstance(last, What::Often);
                }
                true
            }
        });
        if !is_stopped || is_bracketed && !self.mark(')') {
            return false;
        }
        // It may be said twice. What no place goes back over is changed only where it is read.
        let last = self.said.facts.last().map(|fact| fact.outcome);
        if !matches!(last, Some(Outcome::Attempted | Outcome::Blocked)) {
            return false;
        }
        // What was tried in one sentence was stopped together.
        let facts = self.said.facts.iter_mut().skip(self.begins);
        for fact in facts.filter(|fact| fact.outcome == Outcome::Attempted) {
            fact.outcome = Outcome::Blocked;
        }
        true
    }

    /// `, but whether it succeeded was not seen`
    pub(super) fn not_seen(&mut self) -> bool {
        let is_bracketed = self.mark('(');
        if !self.mark(',') {
            self.mark('-');
        }
        self.one_of(&["but", "and", "though", "although"]);
        let is_said = self.attempt(|it| {
            // `whether it succeeded was not seen`, `it is not known whether it succeeded`
            let is_front = it.one_of(&["it is", "it was"]) && it.one_of(NOT_KNOWN);
            it.words("whether")
                && it.came_to()
                && (is_front || it.one_of(BE) && it.one_of(NOT_KNOWN))
        }) || self.attempt(|it| {
            // `the outcome is unknown`
            it.article();
            it.one_of(OUTCOME) && it.one_of(BE) && it.one_of(NOT_KNOWN)
        }) || self.attempt(|it| {
            // `no outcome was recorded`, `with no outcome recorded`
            it.words("with");
            it.words("no") && it.one_of(OUTCOME) && {
                it.one_of(BE);
                it.one_of(NOTED) || it.words("known")
            }
        });
        is_said
            && (!is_bracketed || self.mark(')'))
            && self
                .said
                .facts
                .last()
                .is_some_and(|fact| fact.outcome == Outcome::Attempted)
    }

    /// `whoami.exe was not started, because the sensor blocked cmd.exe`
    pub(super) fn not_done(&mut self, _: Option<Outcome>) -> bool {
        let Some(object) = self.noun() else {
            return false;
        };
        if !self.one_of(BE) || !self.words("not") {
            return false;
        }
        let blocked = Outcome::Blocked;
        self.phrase(&[Participle], |it, phrase| {
            it.follow(phrase.verbs);
            let is_marked = it.mark(',') || it.mark(';') || it.mark(':') || it.mark('-');
            let is_joined = it.one_of(&["because", "as", "since"]);
            (is_marked || is_joined) && it.sensor() && it.one_of(STOPPED) && {
                let Some(subject) = it.noun() else {
                    return false;
                };
                it.fact(phrase, &subject, &object, blocked)
            }
        })
    }

    /// `it succeeded`, `it ran`, `it was registered`
    fn came_to(&mut self) -> bool {
        if self.attempt(|it| it.one_of(CAME_TO)) {
            return true;
        }
        self.one_of(&["it", "this"]) && {
            let begins = self.at;
            let is_passive = self.one_of(BE);
            let forms: &[Inflection] = if is_passive { &[Participle] } else { &[Past] };
            let is_verb = self.phrase(forms, |_, _| true);
            is_verb && self.at > begins
        }
    }

    /// `the logon`, of what was tried.
    fn the_deed(&mut self) -> bool {
        let verbs = self.verbs;
        self.one_of(&["the", "this", "that"]) && {
            let Some(known) = self.word().and_then(|word| NOUNS.get(word)) else {
                return false;
            };
            let fits = |noun: &&lexicon::Noun| noun.verbs.meet(verbs) && !noun.plural;
            known.iter().filter(fits).any(|noun| {
                self.attempt(|it| {
                    noun.words.iter().all(|word| it.words(word)) && {
                        it.words("attempt");
                        true
                    }
                })
            })
        }
    }

    pub(super) fn by_sensor(&mut self) {
        self.attempt(|it| it.words("by") && it.sensor());
    }

    /// `tried to start`, `attempted a connection to`
    pub(super) fn tried(&mut self, subject: &Noun) -> bool {
        let attempted = Outcome::Attempted;
        self.adverbs();
        let from = self.said.facts.len();
        self.attempt(|it| {
            // `tried 3 times to start`
            it.one_of(&["tried", "attempted", "has tried", "has attempted"])
                && it.attempt(|it| it.count(from))
                && it.words("to")
                && it.phrase(&[Base], |it, phrase| it.objects(phrase, subject, attempted))
        }) || self.attempt(|it| {
            // `made 3 attempts to start`
            it.one_of(&["made", "has made"]) && {
                let Some(count) = it.number() else {
                    return false;
                };
                it.circumstance(from, What::Times(count));
                it.one_of(&["attempts to", "attempt to"])
                    && it.phrase(&[Base], |it, phrase| it.objects(phrase, subject, attempted))
            }
        }) || self.attempt(|it| {
            it.one_of(&["tried to", "attempted to", "tries to", "attempts to"])
                && it.light(&[Base], subject, attempted)
        }) || self.attempt(|it| {
            it.one_of(&[
                "tried to",
                "attempted to",
                "tries to",
                "attempts to",
                "made an attempt to",
                "sought to",
                "has tried to",
                "has attempted to",
                "had tried to",
                "had attempted to",
                "trying to",
                "attempting to",
            ]) && it.phrase(&[Base], |it, phrase| it.objects(phrase, subject, attempted))
        }) || self.attempt(|it| {
            it.one_of(&["attempted", "tried", "has attempted"])
                && (it.attempt(|it| {
                    it.phrase(&[Gerund], |it, phrase| {
                        it.objects(phrase, subject, attempted)
                    })
                }) || it.attempt(|it| it.deed(Some(*subject), attempted)))
        })
    }

    /// `blocked from starting whoami.exe`, `stopped by the sensor when it tried to start whoami.exe`
    pub(super) fn stopped(&mut self, subject: &Noun) -> bool {
        let blocked = Outcome::Blocked;
        if !self.one_of(STOPPED) && !self.one_of(&["kept", "barred"]) {
            return false;
        }
        self.by_sensor();
        let from = self.said.facts.len();
        self.circumstances(from);
        self.attempt(|it| {
            it.words("from")
                && (it.attempt(|it| {
                    it.phrase(&[Gerund], |it, phrase| it.objects(phrase, subject, blocked))
                }) || it.attempt(|it| it.words("being") && it.passive(subject, blocked))
                    || it.attempt(|it| it.light(&[Gerund], subject, blocked)))
        }) || self.attempt(|it| {
            it.one_of(&[
                "when it tried to",
                "as it tried to",
                "while it tried to",
                "when trying to",
                "while trying to",
                "when it attempted to",
                "as it attempted to",
                "while attempting to",
                "when attempting to",
                "before it could",
                "trying to",
                "attempting to",
                "in its attempt to",
                "in an attempt to",
            ]) && it.phrase(&[Base], |it, phrase| it.objects(phrase, subject, blocked))
        })
    }

    /// `the sensor stopped cmd.exe from starting whoami.exe`, `... blocked the launch of ...`
    pub(super) fn stopped_by_sensor(&mut self, _: Option<Outcome>) -> bool {
        if !self.sensor() {
            return false;
        }
        self.adverbs();
        if !self.one_of(STOPPED) && !self.words("kept") {
            return false;
        }
        self.attempt(|it| it.attempt_of(Outcome::Blocked))
            || self.attempt(|it| it.deed(None, Outcome::Blocked))
            || self.attempt(|it| {
                let from = it.said.facts.len();
                let Some(subject) = it.noun() else {
                    return false;
                };
                it.circumstances(from);
                it.mark(',');
                it.words("from");
                let blocked = Outcome::Blocked;
                it.attempt(|it| {
                    it.phrase(&[Gerund], |it, phrase| {
                        it.objects(phrase, &subject, blocked)
                    })
                }) || it.attempt(|it| it.words("being") && it.passive(&subject, blocked))
                    || it.attempt(|it| it.light(&[Gerund], &subject, blocked))
            })
    }

    /// `an attempt by cmd.exe to start whoami.exe was blocked`
    pub(super) fn attempt_noun(&mut self, _: Option<Outcome>) -> bool {
        let from = self.said.facts.len();
        if !self.attempt_of(Outcome::Attempted) {
            return false;
        }
        self.circumstances(from);
        // What became of it may be said, or not.
        if !self.attempt(|it| it.was_stopped(from)) {
            self.attempt(Self::noted);
        }
        true
    }

    /// `was blocked by the sensor`, of the facts from `from` on.
    pub(super) fn was_stopped(&mut self, from: usize) -> bool {
        if !self.one_of(BE) {
            return false;
        }
        self.adverbs();
        self.one_of(STOPPED) && {
            self.by_sensor();
            self.turns_out(from, Outcome::Blocked)
        }
    }

    pub(super) fn turns_out(&mut self, from: usize, outcome: Outcome) -> bool {
        let facts = self.said.facts.iter_mut().skip(from);
        facts.for_each(|fact| fact.outcome = outcome);
        true
    }

    /// `an attempt by cmd.exe to start whoami.exe`, `cmd.exe's attempt to start whoami.exe`
    pub(super) fn attempt_of(&mut self, outcome: Outcome) -> bool {
        let owner = self.owner();
        self.article();
        let outcome = if self.words("blocked") {
            Outcome::Blocked
        } else {
            outcome
        };
        let from = self.said.facts.len();
        let count = self.number();
        let is_one = self.one_of(&["attempt", "try"]);
        if !is_one && !self.words("attempts") {
            return false;
        }
        match count {
            Some(count) => self.circumstance(from, What::Times(count)),
            None if is_one => {}
            None => self.circumstance(from, What::Often),
        }
        let by = |it: &mut Self| -> Option<Noun> {
            it.one_of(&["by", "from", "of"]).then(|| it.noun())?
        };
        let subject = match owner {
            Some(owner) => Some(owner),
            None => by(self),
        };
        self.circumstances(from);
        self.attempt(|it| {
            it.words("to")
                && it.phrase(&[Base], |it, phrase| match subject {
                    Some(subject) => it.objects(phrase, &subject, outcome),
                    None => {
                        let Some(object) = it.noun() else {
                            return false;
                        };
                        it.follow(phrase.verbs);
                        it.one_of(&["was made", "was seen", "was observed"]);
                        let Some(subject) = by(it) else { return false };
                        it.fact(phrase, &subject, &object, outcome)
                    }
                })
        }) || self.attempt(|it| {
            it.words("at")
                && it.phrase(&[Gerund], |it, phrase| {
                    subject.is_some_and(|subject| it.objects(phrase, &subject, outcome))
                })
        })
    }

    /// `(blocked by the sensor)`, `, which was blocked`
    pub(super) fn marked_stopped(&mut self, from: usize) -> bool {
        let is_bracketed = self.mark('(');
        let is_marked = is_bracketed
            || self.mark(':')
            || self.mark('-')
            || self.mark(',') && self.one_of(&["which was", "but was", "and was"]);
        if !is_marked || !self.one_of(STOPPED) {
            return false;
        }
        self.by_sensor();
        (!is_bracketed || self.mark(')')) && self.turns_out(from, Outcome::Blocked)
    }
}
