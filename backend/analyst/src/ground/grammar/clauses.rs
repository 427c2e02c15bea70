//! Sentences and clauses: active, passive, cleft, by nouns, and what was tried or stopped.

use aside_shared::alert::{Outcome, Verb};

use super::super::lexicon::{self, Inflection, LIGHT_PHRASES, NOUNS};
use super::super::tokens::Token;
use super::{Noun, Reader, What};

use Inflection::{Base, Gerund, Participle, Past, Present};

const FINITE: &[Inflection] = &[Past, Present];
const BE: &[&str] = &[
    "was",
    "were",
    "is",
    "are",
    "has been",
    "had been",
    "have been",
    "being",
];
const HAVE: &[&str] = &["has", "had", "have"];
/// What a sensor did to an attempt.
const STOPPED: &[&str] = &[
    "blocked",
    "stopped",
    "prevented",
    "denied",
    "thwarted",
    "halted",
    "foiled",
    "refused",
    "intercepted",
    "blocks",
    "stops",
    "prevents",
];
/// What became of something that was noted and nothing else.
const NOTED: &[&str] = &[
    "seen",
    "observed",
    "recorded",
    "logged",
    "noted",
    "detected",
    "registered",
    "captured",
    "reported",
    "witnessed",
];
const HAPPENED: &[&str] = &[
    "occurred",
    "took place",
    "happened",
    "was made",
    "were made",
];
/// A thing without its name, in `the process that`.
const UNNAMED: &[&str] = &[
    "process",
    "program",
    "one",
    "file",
    "domain",
    "address",
    "task",
    "service",
    "host",
    "user",
    "account",
    "script",
    "domain name",
    "scheduled task",
    "registry value",
    "value",
    "key",
    "executable",
    "ip address",
    "destination",
    "library",
    "module",
    "text",
];
const PARENT: &[&str] = &["parent process of", "parent of", "direct parent of"];
const CHILD: &[&str] = &[
    "child process of",
    "child of",
    "direct child of",
    "subprocess of",
];
/// Outcomes that were not seen, of what was tried.
const NOT_SEEN: &[&str] = &[
    "whether it succeeded was not seen",
    "whether it succeeded was not recorded",
    "whether it succeeded is not known",
    "whether it succeeded is unknown",
    "whether it succeeded was not observed",
    "whether this succeeded is unknown",
    "whether this succeeded was not recorded",
    "whether it succeeded is not recorded",
    "the outcome is unknown",
    "the outcome is not known",
    "the outcome was not seen",
    "the outcome was not recorded",
    "the outcome was not observed",
    "the result is unknown",
    "the result is not known",
    "the result was not seen",
    "the result was not recorded",
    "success was not confirmed",
    "success is not confirmed",
    "it is unknown whether it succeeded",
    "it is not known whether it succeeded",
    "success was not observed",
    "the outcome is not recorded",
];

impl Reader<'_> {
    /// One or more sentences.
    pub(super) fn text(&mut self) -> bool {
        loop {
            let is_read =
                self.attempt(Self::stop) || self.attempt(Self::not_seen) || self.sentence();
            if !is_read {
                return false;
            }
            while self.mark('.') || self.mark(';') {}
            if self.peek().is_none() {
                return !self.said.facts.is_empty();
            }
        }
    }

    fn sentence(&mut self) -> bool {
        let place = self.place();
        let from = self.said.facts.len();
        let label = self.label();
        self.front(from);
        let clauses: [fn(&mut Self, Option<Outcome>) -> bool; 8] = [
            Self::cleft,
            Self::unnamed,
            Self::stopped_by_sensor,
            Self::attempt_noun,
            Self::by_noun,
            Self::observed,
            Self::subject_first,
            Self::reduced,
        ];
        for clause in clauses {
            let is_read = self.attempt(|it| clause(it, label) && it.rest(from));
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
    fn label(&mut self) -> Option<Outcome> {
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
    fn labelled(&mut self, from: usize, label: Outcome) -> bool {
        self.said.facts[from..].iter_mut().all(|fact| {
            if (fact.outcome, label) == (Outcome::Attempted, Outcome::Blocked) {
                fact.outcome = Outcome::Blocked;
            }
            fact.outcome == label
        })
    }

    /// What stands before a clause: times, places, adverbs, who observed it.
    fn front(&mut self, from: usize) {
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
                }) || it.attempt(|it| it.one_of(&["according to"]) && it.sensor());
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

    /// What may follow a clause until its sentence ends.
    fn rest(&mut self, from: usize) -> bool {
        loop {
            self.circumstances(from);
            if self.is_end() {
                return true;
            }
            let is_read = self.attempt(Self::stop)
                || self.attempt(Self::not_seen)
                || self.attempt(Self::further_verb)
                || self.attempt(Self::relative)
                || self.attempt(Self::further_clause);
            if !is_read {
                return false;
            }
        }
    }

    /// `, but the sensor blocked it`: what was tried is now what was stopped.
    fn stop(&mut self) -> bool {
        let is_bracketed = self.mark('(');
        if !self.mark(',') && !self.mark(';') && !self.mark(':') {
            self.mark('-');
        }
        self.one_of(&["but", "and", "though", "although", "however", "yet"]);
        self.mark(',');
        let is_stopped = self.attempt(|it| {
            it.sensor()
                && it.one_of(STOPPED)
                && it.one_of(&["it", "this", "that", "the attempt", "the action"])
        }) || self.attempt(|it| {
            it.one_of(&[
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
            it.one_of(&["was", "is", "has been", "were", "got"]);
            it.one_of(STOPPED) && {
                it.by_sensor();
                true
            }
        });
        if !is_stopped || is_bracketed && !self.mark(')') {
            return false;
        }
        match self.said.facts.last_mut() {
            Some(fact) if fact.outcome == Outcome::Attempted => {
                fact.outcome = Outcome::Blocked;
                true
            }
            // It may be said twice.
            Some(fact) => fact.outcome == Outcome::Blocked,
            None => false,
        }
    }

    /// `, but whether it succeeded was not seen`
    fn not_seen(&mut self) -> bool {
        let is_bracketed = self.mark('(');
        if !self.mark(',') {
            self.mark('-');
        }
        self.one_of(&["but", "and", "though", "although"]);
        self.one_of(NOT_SEEN)
            && (!is_bracketed || self.mark(')'))
            && self
                .said
                .facts
                .last()
                .is_some_and(|fact| fact.outcome == Outcome::Attempted)
    }

    fn by_sensor(&mut self) {
        self.attempt(|it| it.words("by") && it.sensor());
    }

    /// `and wrote d.bin`, `, then connected to ...`: the subject of the fact before.
    fn further_verb(&mut self) -> bool {
        let is_comma = self.mark(',');
        let is_joined = self.one_of(&["and", "before it", "and it"]);
        self.one_of(&["also"]);
        if !is_comma && !is_joined && !matches!(self.word(), Some("then" | "subsequently")) {
            return false;
        }
        let Some(fact) = self.said.facts.last() else {
            return false;
        };
        let subject = Noun::from(fact.subject);
        self.predicate(&subject)
    }

    /// `, which wrote d.bin`, `that was started by cmd.exe`: about the name just before.
    fn relative(&mut self) -> bool {
        let (Some(before), Some(fact)) = (self.at.checked_sub(1), self.said.facts.last()) else {
            return false;
        };
        // A host or a user that stands between is not what the clause is about.
        let Some(noun) = [fact.object, fact.subject]
            .into_iter()
            .find(|mention| mention.at == before)
        else {
            return false;
        };
        self.mark(',');
        self.one_of(&["which", "that", "who", "and which"]) && self.predicate(&noun.into())
    }

    /// `and cmd.exe deleted it.txt`
    fn further_clause(&mut self) -> bool {
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
    fn subject_first(&mut self, _: Option<Outcome>) -> bool {
        let Some(subject) = self.noun() else {
            return false;
        };
        let from = self.said.facts.len();
        self.circumstances(from);
        // What stands between commas beside the subject.
        self.mark(',');
        if self.attempt(|it| it.inserted(&subject)) {
            self.mark(',');
            // The relation in between is about the same subject.
            return self.predicate(&subject);
        }
        self.predicate(&subject)
    }

    /// `powershell.exe, started by winword.exe, ...`, `powershell.exe, which was started by winword.exe, ...`
    fn inserted(&mut self, noun: &Noun) -> bool {
        let is_read = if self.one_of(&["which", "who", "that"]) {
            self.predicate(noun)
        } else {
            self.passive(noun, Outcome::Happened)
        };
        is_read && self.peek() == Some(Token::Mark(','))
    }

    /// `it was cmd.exe that started whoami.exe`, `what cmd.exe started was whoami.exe`
    fn cleft(&mut self, _: Option<Outcome>) -> bool {
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
    fn unnamed(&mut self, _: Option<Outcome>) -> bool {
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
            it.relation(
                &parent,
                lexicon::Verbs::of(Verb::Started),
                &child,
                Outcome::Happened,
            )
        })
    }

    /// A noun for a thing whose name is said elsewhere, that it may be called.
    fn unnamed_thing(&mut self, noun: &Noun) -> bool {
        UNNAMED
            .iter()
            .any(|words| self.can_be(noun, words) && self.words(words))
    }

    fn can_be(&self, noun: &Noun, words: &str) -> bool {
        words == "one"
            || self
                .those(noun.names, |thing| thing.is_called(words))
                .is_some()
    }

    /// `cmd.exe started`, of which `object` is the object.
    fn gapped(&mut self, object: &Noun) -> bool {
        let Some(subject) = self.noun() else {
            return false;
        };
        let from = self.said.facts.len();
        self.circumstances(from);
        self.adverbs();
        self.phrase(FINITE, |it, phrase| {
            it.fact(phrase, &subject, object, Outcome::Happened)
        })
    }

    /// A clause with a gap, and the name that fills it after `was`.
    fn open_clause(&mut self, words: &str) -> bool {
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

    /// `telemetry shows that ...`, `telemetry shows cmd.exe starting whoami.exe`
    fn observed(&mut self, label: Option<Outcome>) -> bool {
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

    /// `whoami.exe started by cmd.exe`
    fn reduced(&mut self, _: Option<Outcome>) -> bool {
        let Some(object) = self.noun() else {
            return false;
        };
        self.passive(&object, Outcome::Happened)
    }

    /// `started by cmd.exe`
    fn passive(&mut self, object: &Noun, outcome: Outcome) -> bool {
        let from = self.said.facts.len();
        self.attempt(|it| {
            it.adverbs();
            it.phrase(&[Participle], |it, phrase| {
                it.follow(phrase.verbs);
                it.circumstances(from);
                let is_start = phrase
                    .verbs
                    .meet(lexicon::Verbs::all_of([Verb::Started, Verb::Ran]));
                (it.words("by") || is_start && it.words("from")) && {
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
    fn follow(&mut self, verbs: lexicon::Verbs) {
        for words in lexicon::after(verbs) {
            if self.words(words) {
                return;
            }
        }
    }

    /// One object or several.
    fn objects(&mut self, phrase: &lexicon::Phrase, subject: &Noun, outcome: Outcome) -> bool {
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
    fn predicate(&mut self, subject: &Noun) -> bool {
        self.adverbs();
        let from = self.said.facts.len();
        self.attempt(|it| {
            it.phrase(FINITE, |it, phrase| {
                it.objects(phrase, subject, Outcome::Happened)
            })
        }) || self.attempt(|it| {
            it.one_of(HAVE) && {
                it.adverbs();
                it.phrase(&[Participle], |it, phrase| {
                    it.objects(phrase, subject, Outcome::Happened)
                })
            }
        }) || self.attempt(|it| {
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
        }) || self.attempt(|it| it.tried(subject))
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
    fn been(&mut self, subject: &Noun) -> bool {
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

    /// `the parent of whoami.exe`, `a child process of cmd.exe`
    fn kin(&mut self, subject: &Noun) -> bool {
        self.article();
        let is_parent = self.one_of(PARENT);
        let is_child = !is_parent && self.one_of(CHILD);
        if !is_parent && !is_child {
            return false;
        }
        let Some(other) = self.noun() else {
            return false;
        };
        let started = lexicon::Verbs::of(Verb::Started);
        if is_parent {
            self.relation(subject, started, &other, Outcome::Happened)
        } else {
            self.relation(&other, started, subject, Outcome::Happened)
        }
    }

    /// `tried to start`, `attempted a connection to`
    fn tried(&mut self, subject: &Noun) -> bool {
        let attempted = Outcome::Attempted;
        self.adverbs();
        self.attempt(|it| {
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
    fn stopped(&mut self, subject: &Noun) -> bool {
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
    fn stopped_by_sensor(&mut self, _: Option<Outcome>) -> bool {
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
                let Some(subject) = it.noun() else {
                    return false;
                };
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
    fn attempt_noun(&mut self, _: Option<Outcome>) -> bool {
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
    fn was_stopped(&mut self, from: usize) -> bool {
        if !self.one_of(BE) {
            return false;
        }
        self.adverbs();
        self.one_of(STOPPED) && {
            self.by_sensor();
            self.turns_out(from, Outcome::Blocked)
        }
    }

    fn turns_out(&mut self, from: usize, outcome: Outcome) -> bool {
        let facts = self.said.facts.iter_mut().skip(from);
        facts.for_each(|fact| fact.outcome = outcome);
        true
    }

    /// `an attempt by cmd.exe to start whoami.exe`, `cmd.exe's attempt to start whoami.exe`
    fn attempt_of(&mut self, outcome: Outcome) -> bool {
        let owner = self.owner();
        self.article();
        let outcome = if self.words("blocked") {
            Outcome::Blocked
        } else {
            outcome
        };
        if !self.one_of(&["attempt", "try"]) {
            return false;
        }
        let by = |it: &mut Self| -> Option<Noun> {
            it.one_of(&["by", "from", "of"]).then(|| it.noun())?
        };
        let subject = match owner {
            Some(owner) => Some(owner),
            None => by(self),
        };
        let from = self.said.facts.len();
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

    /// `cmd.exe's`
    fn owner(&mut self) -> Option<Noun> {
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
    fn noted(&mut self) -> bool {
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
    fn light(&mut self, forms: &[Inflection], subject: &Noun, outcome: Outcome) -> bool {
        let Some(known) = self.word().and_then(|word| LIGHT_PHRASES.get(word)) else {
            return false;
        };
        known
            .iter()
            .filter(|(form, _)| forms.contains(form))
            .any(|(_, tail)| {
                self.attempt(|it| {
                    it.advance();
                    tail.is_none_or(|tail| it.words(tail)) && it.deed(Some(*subject), outcome)
                })
            })
    }

    /// `the launch of whoami.exe by cmd.exe was observed`, `a connection was made from ... to ...`
    fn by_noun(&mut self, label: Option<Outcome>) -> bool {
        let from = self.said.facts.len();
        if !self.deed(None, label.unwrap_or(Outcome::Happened)) {
            return false;
        }
        self.circumstances(from);
        let Some(outcome) = self.said.facts.last().map(|fact| fact.outcome) else {
            return false;
        };
        let is_plain = outcome == Outcome::Happened;
        // What became of it may be said, or not.
        let _ = self.attempt(|it| it.was_stopped(from))
            || self.attempt(|it| {
                is_plain
                    && it.one_of(&["was attempted", "was tried"])
                    && it.turns_out(from, Outcome::Attempted)
            })
            || self.attempt(|it| it.marked_stopped(from))
            || self.attempt(Self::noted)
            || self.attempt(|it| is_plain && it.made(&mut { outcome }));
        true
    }

    /// `(blocked by the sensor)`, `, which was blocked`
    fn marked_stopped(&mut self, from: usize) -> bool {
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

    /// A noun for what was done, with subject and object in any order; `subject` where it is known.
    fn deed(&mut self, subject: Option<Noun>, outcome: Outcome) -> bool {
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
        let verbs = self.verbs;
        known
            .iter()
            .filter(|noun| noun.verbs.meet(verbs))
            .any(|noun| {
                self.attempt(|it| {
                    if !noun.words.iter().all(|word| it.words(word)) {
                        return false;
                    }
                    match count {
                        Some(count) => it.circumstance(from, What::Times(count)),
                        None if noun.plural => it.circumstance(from, What::Often),
                        None => {}
                    }
                    it.ends(noun, subject.or(owner), from, outcome)
                })
            })
    }

    /// The subject and the object of a noun.
    fn ends(
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
                && self.attempt(|it| it.made(&mut outcome))
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
    fn made(&mut self, outcome: &mut Outcome) -> bool {
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
            .filter(|(form, _)| *form == Participle)
            .any(|(_, tail)| {
                self.attempt(|it| {
                    it.advance();
                    tail.is_none_or(|tail| it.words(tail))
                })
            })
    }
}

fn set_noun(place: &mut Option<Noun>, noun: Option<Noun>) -> bool {
    *place = noun;
    noun.is_some()
}
