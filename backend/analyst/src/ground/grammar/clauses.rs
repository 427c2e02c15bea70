//! Sentences and clauses: active, passive, cleft, by nouns, and what was tried or stopped.

use aside_shared::alert::{Outcome, Verb};

use super::super::inflection::Inflection;
use super::super::lexicon::{self, Verbs};
use super::super::tokens::Token;
use super::phrases::{BE, FINITE, HAVE, NOTED, READS, YIELDS};
use super::{Noun, Part, Reader, What};

use Inflection::{Base, Gerund, Participle};

impl Reader<'_> {
    /// One or more sentences.
    pub(super) fn text(&mut self) -> bool {
        loop {
            let is_read = self.attempt(Self::stop) || self.attempt(Self::not_seen) || {
                self.begins = self.said.facts.len();
                self.sentence()
            };
            if !is_read {
                return false;
            }
            while self.mark('.') || self.mark(';') {}
            if self.peek().is_none() {
                return !self.said.facts.is_empty();
            }
        }
    }

    pub(super) fn sentence(&mut self) -> bool {
        let place = self.place();
        let from = self.said.facts.len();
        let label = self.label();
        self.front(from);
        let clauses: [fn(&mut Self, Option<Outcome>) -> bool; 12] = [
            Self::cleft,
            Self::unnamed,
            Self::stopped_by_sensor,
            Self::attempt_noun,
            Self::by_noun,
            Self::terse,
            Self::observed,
            Self::not_done,
            Self::decoding,
            Self::name_changed,
            Self::subject_first,
            Self::reduced,
        ];
        for clause in clauses {
            self.topic = None;
            let is_read = self.attempt(|it| {
                let front = it.said.circumstances.len();
                clause(it, label) && it.rest(from, front)
            });
            if is_read {
                let is_labelled = label.is_none_or(|label| self.labelled(from, label));
                if is_labelled {
                    self.close(place);
                    return true;
                }
            }
        }
        self.back(place);
        false
    }

    /// `Blocked:`
    pub(super) fn label(&mut self) -> Option<Outcome> {
        let place = self.at;
        let label = if self.words("blocked") {
            Some(Outcome::Blocked)
        } else if self.words("attempted") {
            Some(Outcome::Attempted)
        } else {
            None
        };
        if label.is_some() && self.mark(':') {
            return label;
        }
        self.at = place;
        None
    }

    /// Whether what was read agrees with its label; what was tried and is labelled as blocked was stopped.
    pub(super) fn labelled(&mut self, from: usize, label: Outcome) -> bool {
        self.said.facts[from..].iter_mut().all(|fact| {
            if (fact.outcome, label) == (Outcome::Attempted, Outcome::Blocked) {
                fact.outcome = Outcome::Blocked;
            }
            fact.outcome == label
        })
    }

    /// What stands before a clause: times, places, adverbs, who observed it.
    pub(super) fn front(&mut self, from: usize) {
        loop {
            let is_read = self.attempt(|it| {
                let begin = it.at;
                it.adverbs();
                if it.at > begin {
                    it.mark(',');
                    return true;
                }
                let is_bracketed = it.mark('(');
                let is_read = it.attempt(|it| {
                    let place = it.at;
                    it.circumstances(from);
                    it.at > place
                }) || it.attempt(|it| it.one_of(&["according to"]) && it.sensor())
                    || it.attempt(|it| {
                        // Of what was decoded nothing else was done then.
                        let tells = it.verbs.meet(Verbs::all_of([Verb::DecodedTo]));
                        it.is_decoded = tells
                            && it.one_of(&[
                                "once decoded",
                                "when decoded",
                                "decoded",
                                "in decoded form",
                                "after decoding",
                            ]);
                        it.is_decoded && it.mark(',')
                    });
                if !is_read || is_bracketed && !it.mark(')') {
                    return false;
                }
                if !it.mark(',') && !it.mark(':') {
                    it.mark('-');
                }
                true
            });
            if !is_read {
                return;
            }
        }
    }

    /// What may follow a clause until its sentence ends. Circumstances from the one of number `front` on stand
    /// after facts: they are about the facts before them, and end where the next part begins.
    pub(super) fn rest(&mut self, mut from: usize, mut front: usize) -> bool {
        loop {
            self.circumstances(from);
            if self.is_end() {
                return true;
            }
            let (facts, circumstances) = (self.said.facts.len(), self.said.circumstances.len());
            let is_read = self.attempt(Self::stop)
                || self.attempt(Self::not_seen)
                || self.attempt(Self::further_verb)
                || self.attempt(Self::relative)
                || self.attempt(Self::further_clause);
            if !is_read {
                return false;
            }
            if self.said.facts.len() > facts && circumstances > front {
                let said = self.said.circumstances.get_mut(front..circumstances);
                for circumstance in said.into_iter().flatten() {
                    circumstance.to = circumstance.to.min(facts);
                }
                (from, front) = (facts, circumstances);
            }
        }
    }

    /// `and wrote d.bin`, `, then connected to ...`: the subject of the clause before, which of a passive is not who did it.
    pub(super) fn further_verb(&mut self) -> bool {
        let is_comma = self.mark(',');
        let is_joined = self.one_of(&["and"]);
        self.one_of(&["also"]);
        if !is_comma && !is_joined && !matches!(self.word(), Some("then" | "subsequently")) {
            return false;
        }
        let Some(subject) = self.topic else {
            return false;
        };
        self.predicate(&subject)
    }

    /// `, which wrote d.bin`, `that was started by cmd.exe`: about the name before it.
    pub(super) fn relative(&mut self) -> bool {
        let is_name = |token: &Token<'_>| matches!(token, Token::Name(..));
        let before = self.tokens.get(..self.at).unwrap_or_default();
        let (Some(last), Some(fact)) = (before.iter().rposition(is_name), self.said.facts.last())
        else {
            return false;
        };
        // A host or a user that stands between is not what the clause is about.
        let Some(noun) = [fact.object, fact.subject]
            .into_iter()
            .find(|mention| mention.at == last)
        else {
            return false;
        };
        self.mark(',');
        self.one_of(&["which", "that", "who", "and which"]) && self.predicate(&noun.into())
    }

    /// `and cmd.exe deleted it.txt`
    pub(super) fn further_clause(&mut self) -> bool {
        self.mark(',');
        if !self.one_of(&["and", "while", "whereupon", "and then", "then"]) {
            return false;
        }
        self.adverbs();
        let from = self.said.facts.len();
        self.attempt(|it| it.subject_first(None)) || {
            self.front(from);
            self.attempt(|it| it.by_noun(None))
        }
    }

    /// `cmd.exe started whoami.exe`
    pub(super) fn subject_first(&mut self, _: Option<Outcome>) -> bool {
        let Some(subject) = self.noun() else {
            return false;
        };
        let from = self.said.facts.len();
        self.circumstances(from);
        // What stands between commas beside the subject.
        self.mark(',');
        if self.attempt(|it| it.inserted(&subject)) {
            self.mark(',');
            // The relation in between is about the same name; what follows may only end it.
            return self.attempt(Self::stop) || self.predicate(&subject);
        }
        self.predicate(&subject)
    }

    /// `powershell.exe, started by winword.exe, ...`, `powershell.exe, which was started by winword.exe, ...`
    pub(super) fn inserted(&mut self, noun: &Noun) -> bool {
        let said = self.said.circumstances.len();
        let is_read = if self.one_of(&["which", "who", "that"]) {
            self.attempt(|it| it.predicate(noun)) || self.gapped(noun)
        } else {
            self.passive(noun, Outcome::Happened)
        };
        // What it would come after is told after it.
        let inside = self.said.circumstances.get(said..).unwrap_or_default();
        let is_later = inside.iter().any(|it| it.what == What::Later);
        is_read && !is_later && self.peek() == Some(Token::Mark(','))
    }

    /// `telemetry shows that ...`, `telemetry shows cmd.exe starting whoami.exe`
    pub(super) fn observed(&mut self, label: Option<Outcome>) -> bool {
        let is_passive = self
            .attempt(|it| it.words("it") && it.one_of(BE) && it.one_of(NOTED) && it.words("that"));
        let is_observer = is_passive || self.attempt(|it| it.observer());
        let is_label = label.is_some();
        if !is_observer && !is_label {
            return false;
        }
        let is_clause = is_observer && self.words("that");
        let from = self.said.facts.len();
        self.front(from);
        if self.attempt(|it| it.attempt_noun(None)) || self.attempt(|it| it.by_noun(label)) {
            return true;
        }
        if self.attempt(|it| it.subject_first(label)) {
            return true;
        }
        let Some(subject) = self.noun() else {
            return false;
        };
        let outcome = label.unwrap_or(Outcome::Happened);
        !is_clause
            && (self.attempt(|it| {
                it.phrase(&[Gerund, Base], |it, phrase| {
                    it.objects(phrase, &subject, outcome)
                })
            }) || self.attempt(|it| it.tried(&subject)))
    }

    /// `decoding the command line of powershell.exe yielded ...`
    pub(super) fn decoding(&mut self, _: Option<Outcome>) -> bool {
        if !self.one_of(&["decoding", "the decoding of"]) {
            return false;
        }
        let Some(subject) = self.noun() else {
            return false;
        };
        self.one_of(YIELDS) && self.decodes_to(&subject)
    }

    fn decodes_to(&mut self, subject: &Noun) -> bool {
        let Some(object) = self.noun() else {
            return false;
        };
        self.relation(
            subject,
            Verbs::of(Verb::DecodedTo),
            &object,
            Outcome::Happened,
        )
    }

    /// `the name of d.bin was changed by cmd.exe`
    pub(super) fn name_changed(&mut self, _: Option<Outcome>) -> bool {
        if !self.one_of(&["the name of"]) {
            return false;
        }
        let Some(object) = self.noun() else {
            return false;
        };
        let is_changed =
            self.one_of(BE) && self.one_of(&["changed by", "altered by", "modified by"]);
        let Some(subject) = is_changed.then(|| self.noun()).flatten() else {
            return false;
        };
        self.relation(
            &subject,
            Verbs::of(Verb::Renamed),
            &object,
            Outcome::Happened,
        )
    }

    /// `whoami.exe started by cmd.exe`
    pub(super) fn reduced(&mut self, _: Option<Outcome>) -> bool {
        let Some(object) = self.noun() else {
            return false;
        };
        self.passive(&object, Outcome::Happened)
    }

    /// `started by cmd.exe`
    pub(super) fn passive(&mut self, object: &Noun, outcome: Outcome) -> bool {
        let from = self.said.facts.len();
        self.attempt(|it| {
            it.adverbs();
            it.phrase(&[Participle], |it, phrase| {
                it.follow(phrase.verbs);
                it.circumstances(from);
                (it.words("by") || it.one_of(lexicon::doers(phrase.verbs))) && {
                    let Some(subject) = it.noun() else {
                        return false;
                    };
                    it.fact(phrase, &subject, object, outcome) && {
                        it.follow(phrase.verbs);
                        true
                    }
                }
            })
        })
    }

    /// What may follow an object.
    pub(super) fn follow(&mut self, verbs: lexicon::Verbs) {
        for words in lexicon::after(verbs) {
            if self.words(words) {
                return;
            }
        }
    }

    /// One object or several.
    pub(super) fn objects(
        &mut self,
        phrase: &lexicon::Phrase,
        subject: &Noun,
        outcome: Outcome,
    ) -> bool {
        let Some(object) = self.noun() else {
            return false;
        };
        if !self.fact(phrase, subject, &object, outcome) {
            return false;
        }
        self.follow(phrase.verbs);
        while self.attempt(|it| {
            let is_comma = it.mark(',');
            if !it.words("and") && !is_comma {
                return false;
            }
            let Some(object) = it.noun() else {
                return false;
            };
            // What is followed by a verb begins a clause of its own.
            let begins = it
                .word()
                .is_some_and(|word| lexicon::PHRASES.contains_key(word) || BE.contains(&word));
            !begins && it.fact(phrase, subject, &object, outcome)
        }) {}
        true
    }

    /// What a subject did.
    pub(super) fn predicate(&mut self, subject: &Noun) -> bool {
        self.topic = Some(*subject);
        self.adverbs();
        let from = self.said.facts.len();
        let is_decoded =
            subject.part == Part::Decoded || self.is_decoded && subject.part == Part::CommandLine;
        self.attempt(|it| is_decoded && it.one_of(READS) && it.decodes_to(subject))
            || self.attempt(|it| {
                it.phrase(FINITE, |it, phrase| {
                    it.objects(phrase, subject, Outcome::Happened)
                })
            })
            || self.attempt(|it| {
                it.one_of(HAVE) && {
                    it.adverbs();
                    it.phrase(&[Participle], |it, phrase| {
                        it.objects(phrase, subject, Outcome::Happened)
                    })
                }
            })
            || self.attempt(|it| {
                it.one_of(&[
                    "went on to",
                    "proceeded to",
                    "did",
                    "was used to",
                    "goes on to",
                    "proceeds to",
                ]) && it.phrase(&[Base], |it, phrase| {
                    it.objects(phrase, subject, Outcome::Happened)
                })
            })
            || self.attempt(|it| it.tried(subject))
            || self.attempt(|it| it.light(FINITE, subject, Outcome::Happened))
            || self.attempt(|it| {
                it.one_of(BE) && {
                    it.adverbs();
                    it.circumstances(from);
                    it.passive(subject, Outcome::Happened) || it.been(subject)
                }
            })
    }

    /// What may follow `was` beside a passive.
    pub(super) fn been(&mut self, subject: &Noun) -> bool {
        let happened = Outcome::Happened;
        self.attempt(|it| {
            it.phrase(&[Gerund], |it, phrase| {
                it.objects(phrase, subject, happened)
            })
        }) || self.attempt(|it| it.stopped(subject))
            || self.attempt(|it| {
                it.one_of(NOTED) && {
                    let from = it.said.facts.len();
                    it.circumstances(from);
                    it.attempt(|it| {
                        it.phrase(&[Gerund], |it, phrase| {
                            it.objects(phrase, subject, happened)
                        })
                    }) || it.attempt(|it| {
                        it.words("to")
                            && it
                                .phrase(&[Base], |it, phrase| it.objects(phrase, subject, happened))
                    }) || it.attempt(|it| it.words("being") && it.passive(subject, happened))
                        || it.attempt(|it| {
                            it.one_of(&["trying to", "attempting to"])
                                && it.phrase(&[Base], |it, phrase| {
                                    it.objects(phrase, subject, Outcome::Attempted)
                                })
                        })
                }
            })
            || self.attempt(|it| {
                it.one_of(&["trying to", "attempting to"])
                    && it.phrase(&[Base], |it, phrase| {
                        it.objects(phrase, subject, Outcome::Attempted)
                    })
            })
            || self.attempt(|it| {
                it.words("responsible for")
                    && (it.attempt(|it| {
                        it.phrase(&[Gerund], |it, phrase| {
                            it.objects(phrase, subject, happened)
                        })
                    }) || it.attempt(|it| it.deed(Some(*subject), happened)))
            })
            || self.attempt(|it| it.kin(subject))
    }
}
