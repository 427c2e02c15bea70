//! What was done, said by a noun: `the launch of whoami.exe by cmd.exe`.

use aside_shared::alert::Outcome;

use super::super::inflection::Inflection;
use super::super::lexicon::{self, LIGHT_PHRASES, NOUNS};
use super::super::tokens::Token;
use super::phrases::{BE, HAPPENED, NOTED, STOPPED};
use super::{Noun, Reader, What};

use Inflection::Participle;

impl Reader<'_> {
    /// `cmd.exe's`
    pub(super) fn owner(&mut self) -> Option<Noun> {
        let place = self.place();
        let noun = self.noun();
        if noun.is_some() && self.peek() == Some(Token::Possessive) {
            self.advance();
            return noun;
        }
        self.back(place);
        None
    }

    /// `was observed`, `took place`, `was made`
    pub(super) fn noted(&mut self) -> bool {
        self.one_of(HAPPENED)
            || self.one_of(BE) && {
                self.adverbs();
                self.one_of(NOTED) && {
                    self.by_sensor();
                    true
                }
            }
    }

    /// `made a connection to 203.0.113.7`
    pub(super) fn light(&mut self, forms: &[Inflection], subject: &Noun, outcome: Outcome) -> bool {
        let Some(known) = self.word().and_then(|word| LIGHT_PHRASES.get(word)) else {
            return false;
        };
        known
            .iter()
            .filter(|light| forms.contains(&light.inflection))
            .any(|light| {
                self.attempt(|it| {
                    it.advance();
                    light.tail.is_none_or(|tail| it.words(tail))
                        && it.deed_of(light.verbs, Some(*subject), outcome)
                })
            })
    }

    /// `the launch of whoami.exe by cmd.exe was observed`, `a connection was made from ... to ...`
    pub(super) fn by_noun(&mut self, label: Option<Outcome>) -> bool {
        let from = self.said.facts.len();
        if !self.deed(None, label.unwrap_or(Outcome::Happened)) {
            return false;
        }
        self.circumstances(from);
        let Some((verbs, outcome)) = self
            .said
            .facts
            .last()
            .map(|fact| (fact.verbs, fact.outcome))
        else {
            return false;
        };
        let is_plain = outcome == Outcome::Happened;
        // What became of it may be said, or not.
        let _ = self.attempt(|it| it.was_stopped(from))
            || self.attempt(|it| it.marked_stopped(from))
            || self.attempt(Self::noted)
            || self.attempt(|it| {
                let mut came_to = outcome;
                is_plain && it.made(verbs, &mut came_to) && it.turns_out(from, came_to)
            });
        true
    }

    /// `Attempted logon: ACME\\j.smith @ FIN-LT-204`, `Process start blocked: cmd.exe -> whoami.exe`, `Task registered: Sync by cmd.exe`
    pub(super) fn terse(&mut self, _: Option<Outcome>) -> bool {
        let outcome = match self.words("attempted") {
            true => Outcome::Attempted,
            false => Outcome::Happened,
        };
        self.attempt(|it| {
            let Some(known) = it.word().and_then(|word| NOUNS.get(word)) else {
                return false;
            };
            let verbs = it.verbs;
            known
                .iter()
                .filter(|noun| noun.verbs.meet(verbs) && !noun.plural)
                .any(|noun| {
                    it.attempt(|it| {
                        let is_noun = noun.words.iter().all(|word| it.words(word));
                        let mut outcome = outcome;
                        if it.words("attempt") {
                            outcome = Outcome::Attempted;
                        }
                        if it.one_of(STOPPED) {
                            outcome = Outcome::Blocked;
                        }
                        is_noun
                            && it.mark(':')
                            && it.ends_of_line(noun.verbs, noun.to.contains(&"from"), outcome)
                    })
                })
        }) || self.attempt(|it| {
            // What was done to what kind of thing: the kind has to fit.
            let Some(called) = it.called() else {
                return false;
            };
            it.phrase(&[Participle], |it, phrase| {
                let begins = it.said.facts.len();
                it.mark(':')
                    && it.ends_of_line(phrase.verbs, false, outcome)
                    && it.said.facts.get(begins).is_some_and(|fact| {
                        it.of_kind(fact.object.names, Some(called)) == Some(fact.object.names)
                    })
            })
        })
    }

    /// Subject and object after a label; `is_turned` where an arrow leads from the object to the subject.
    fn ends_of_line(&mut self, verbs: lexicon::Verbs, is_turned: bool, outcome: Outcome) -> bool {
        let Some(first) = self.noun() else {
            return false;
        };
        let from = self.said.facts.len();
        let is_arrow = self.mark('>');
        let is_forward = is_arrow && !is_turned || self.mark('@');
        if !is_arrow && !is_forward {
            self.circumstances(from);
            let is_bracketed = self.mark('(');
            if !is_bracketed {
                self.mark(',');
            }
            if !self.words("by") && !self.one_of(lexicon::doers(verbs)) {
                return false;
            }
            let Some(second) = self.noun() else {
                return false;
            };
            return self.relation(&second, verbs, &first, outcome)
                && (!is_bracketed || self.mark(')'));
        }
        let Some(second) = self.noun() else {
            return false;
        };
        if is_forward {
            self.relation(&first, verbs, &second, outcome)
        } else {
            self.relation(&second, verbs, &first, outcome)
        }
    }

    /// A noun for what was done, with subject and object in any order; `subject` where it is known.
    pub(super) fn deed(&mut self, subject: Option<Noun>, outcome: Outcome) -> bool {
        self.deed_of(self.verbs, subject, outcome)
    }

    /// The same for nouns of some of the verbs.
    fn deed_of(&mut self, of: lexicon::Verbs, subject: Option<Noun>, outcome: Outcome) -> bool {
        let owner = match subject {
            Some(_) => None,
            None => self.owner(),
        };
        let from = self.said.facts.len();
        self.article();
        let count = self.number();
        let outcome = match (self.words("attempted"), self.words("blocked"), outcome) {
            (_, true, _) | (_, _, Outcome::Blocked) => Outcome::Blocked,
            (true, ..) => Outcome::Attempted,
            _ => outcome,
        };
        let Some(known) = self.word().and_then(|word| NOUNS.get(word)) else {
            return false;
        };
        let verbs = self.verbs.both(of);
        known
            .iter()
            .filter(|noun| noun.verbs.meet(verbs))
            .any(|noun| {
                self.attempt(|it| {
                    if !noun.words.iter().all(|word| it.words(word)) {
                        return false;
                    }
                    let is_attempts = it.words("attempts");
                    let is_attempt = is_attempts || it.words("attempt");
                    let outcome = match outcome {
                        Outcome::Happened if is_attempt => Outcome::Attempted,
                        other => other,
                    };
                    match count {
                        Some(count) => it.circumstance(from, What::Times(count)),
                        None if noun.plural || is_attempts => it.circumstance(from, What::Often),
                        None => {}
                    }
                    it.ends(noun, subject.or(owner), from, outcome)
                })
            })
    }

    /// The subject and the object of a noun.
    pub(super) fn ends(
        &mut self,
        noun: &lexicon::Noun,
        known: Option<Noun>,
        from: usize,
        outcome: Outcome,
    ) -> bool {
        let (mut subject, mut object, mut outcome) = (known, None, outcome);
        let mut is_made = false;
        loop {
            if object.is_none()
                && self.attempt(|it| it.one_of(noun.to) && set_noun(&mut object, it.noun()))
            {
                continue;
            }
            if subject.is_none()
                && self.attempt(|it| it.one_of(noun.by) && set_noun(&mut subject, it.noun()))
            {
                continue;
            }
            let is_open = subject.is_none() || object.is_none();
            if !is_made
                && is_open
                && outcome != Outcome::Blocked
                && self.attempt(|it| it.made(noun.verbs, &mut outcome))
            {
                is_made = true;
                continue;
            }
            let place = self.at;
            if subject.is_none() || object.is_none() {
                self.circumstances(from);
            }
            if self.at == place {
                break;
            }
        }
        match (subject, object) {
            (Some(subject), Some(object)) => self.relation(&subject, noun.verbs, &object, outcome),
            _ => false,
        }
    }

    /// `was made`, `was performed`, between a noun and its subject.
    pub(super) fn made(&mut self, verbs: lexicon::Verbs, outcome: &mut Outcome) -> bool {
        if !self.one_of(BE) {
            return false;
        }
        self.adverbs();
        if self.one_of(NOTED) {
            return true;
        }
        if self.one_of(&["attempted", "tried"]) {
            *outcome = Outcome::Attempted;
            return true;
        }
        if *outcome != Outcome::Happened {
            return false;
        }
        let Some(known) = self.word().and_then(|word| LIGHT_PHRASES.get(word)) else {
            return false;
        };
        known
            .iter()
            .filter(|light| light.inflection == Participle && light.verbs.meet(verbs))
            .any(|light| {
                self.attempt(|it| {
                    it.advance();
                    light.tail.is_none_or(|tail| it.words(tail))
                })
            })
    }
}

fn set_noun(place: &mut Option<Noun>, noun: Option<Noun>) -> bool {
    *place = noun;
    noun.is_some()
}
