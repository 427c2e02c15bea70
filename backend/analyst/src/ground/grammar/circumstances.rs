//! Times, counts, hosts, users, adverbs, and who observed it.

use aside_shared::alert::{EntityKind, Verb};

use super::super::lexicon::Verbs;
use super::super::things::Thing;
use super::super::tokens::{Clock, Token};
use super::phrases::{EMPTY, LATER, OBSERVERS, SENSORS};
use super::{Reader, What};

impl Reader<'_> {
    /// Words that change nothing, or only say that it came later.
    pub(super) fn adverbs(&mut self) {
        loop {
            if self.one_of(LATER) {
                let from = self.said.facts.len();
                self.circumstance(from, What::Later);
            } else if self.words("successfully") {
                let from = self.said.facts.len();
                self.circumstance(from, What::Succeeded);
            } else if !self.one_of(EMPTY) {
                return;
            }
        }
    }

    /// Times, counts, host and user, as many as there are; they are about the facts from `from` on.
    pub(super) fn circumstances(&mut self, from: usize) {
        loop {
            if self.deferred == Some(self.at) {
                self.advance();
                self.advance();
                self.mark(',');
            }
            let is_read = self.attempt(|it| {
                it.mark(',');
                if it.mark('(') {
                    return it.circumstance_here(from) && {
                        while it.attempt(|it| {
                            it.mark(',');
                            it.circumstance_here(from)
                        }) {}
                        it.mark(')')
                    };
                }
                it.circumstance_here(from)
            });
            if !is_read {
                return;
            }
        }
    }

    pub(super) fn circumstance_here(&mut self, from: usize) -> bool {
        self.attempt(|it| it.time(from))
            || self.attempt(|it| it.count(from))
            || self.attempt(|it| it.host(from))
            || self.attempt(|it| it.user(from))
            || self.attempt(|it| {
                it.one_of(&["on port", "over port", "on tcp port", "over tcp port"]) && {
                    // It is the last address' port, whatever else the sentence says.
                    let last = it.said.facts.len().saturating_sub(1).max(from);
                    let port = it.number();
                    port.inspect(|port| it.circumstance(last, What::Port(*port)))
                        .is_some()
                }
            })
    }

    pub(super) fn clock(&mut self) -> Option<Clock> {
        match self.peek()? {
            Token::Clock(clock) => {
                self.advance();
                self.words("utc");
                Some(clock)
            }
            _ => None,
        }
    }

    pub(super) fn date(&mut self) -> Option<i64> {
        match self.peek()? {
            Token::Date(days, _) => {
                self.advance();
                Some(days)
            }
            _ => None,
        }
    }

    pub(super) fn time(&mut self, from: usize) -> bool {
        if self.words("on") {
            let Some(days) = self.date() else {
                return false;
            };
            self.circumstance(from, What::On(days));
            if self.words("at") {
                let Some(clock) = self.clock() else {
                    return false;
                };
                self.circumstance(from, What::At(clock));
            }
            return true;
        }
        let is_span = self.one_of(&["between", "from"]);
        if is_span {
            let first = self.moment(from);
            let joined = self.one_of(&["and", "to", "until", "through"]) || self.mark('-');
            let (Some(first), true, Some(last)) = (first, joined, self.moment(from)) else {
                return false;
            };
            self.circumstance(from, What::Span(first, last));
            return true;
        }
        self.one_of(&[
            "at exactly",
            "at about",
            "at around",
            "at approximately",
            "at",
            "around",
        ]);
        let Some(clock) = self.moment(from) else {
            return false;
        };
        self.circumstance(from, What::At(clock));
        self.attempt(|it| {
            let days = it.words("on").then(|| it.date()).flatten();
            days.inspect(|days| it.circumstance(from, What::On(*days)))
                .is_some()
        });
        true
    }

    /// A time of day, with its date before it or not.
    pub(super) fn moment(&mut self, from: usize) -> Option<Clock> {
        if let Some(days) = self.date() {
            self.circumstance(from, What::On(days));
            self.words("at");
        }
        self.clock()
    }

    pub(super) fn count(&mut self, from: usize) -> bool {
        let times = if self.words("once") {
            1
        } else if self.words("twice") {
            2
        } else {
            let is_on = self.words("on");
            self.one_of(&["for a total of", "a total of"]);
            let Some(number) = self.number() else {
                return false;
            };
            let is_count = if is_on {
                self.one_of(&["occasions", "separate occasions"])
            } else {
                self.one_of(&["times", "separate times", "times in total"])
            };
            if !is_count {
                return false;
            }
            self.one_of(&["in total"]);
            number
        };
        self.circumstance(from, What::Times(times));
        true
    }

    pub(super) fn host(&mut self, from: usize) -> bool {
        // An address is nobody's host; from where somebody signed in or connected is not on which host he did.
        let is_from_there = self
            .verbs
            .meet(Verbs::all_of([Verb::LoggedOnTo, Verb::Accepted]));
        let is_said = self.one_of(&["on", "on board"])
            || self.is_after_process() && self.words("of")
            || !is_from_there && self.words("from");
        if !is_said {
            return false;
        }
        let Some(noun) = self.noun() else {
            return false;
        };
        let is_host = |thing: &Thing<'_>| matches!(thing.kind, Some(EntityKind::Host(_)));
        let hosts = self.those(noun.names, is_host);
        hosts
            .inspect(|hosts| self.circumstance(from, What::Host(*hosts)))
            .is_some()
    }

    fn is_after_process(&self) -> bool {
        let before = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        let is_process = |thing: &Thing<'_>| matches!(thing.kind, Some(EntityKind::Process(_)));
        matches!(before, Some(Token::Name(names, _)) if self.those(*names, is_process) == Some(*names))
    }

    pub(super) fn user(&mut self, from: usize) -> bool {
        let is_context = self.one_of(&[
            "in the context of",
            "in the security context of",
            "under the context of",
        ]);
        let is_labelled = self.attempt(|it| it.words("user") && it.mark(':'));
        let is_user = is_context
            || is_labelled
            || self.one_of(&[
                "running as",
                "running under",
                "executing as",
                "acting as",
                "run as",
                "run by",
                "on behalf of",
                "operating as",
                "as",
                "under",
                "using",
            ]);
        if !is_user {
            return false;
        }
        let Some(noun) = self.noun() else {
            return false;
        };
        let is_user = |thing: &Thing<'_>| matches!(thing.kind, Some(EntityKind::User(_)));
        let users = self.those(noun.names, is_user);
        users
            .inspect(|users| self.circumstance(from, What::User(*users)))
            .is_some()
    }

    /// `the sensor recorded that`, `telemetry shows`
    pub(super) fn observer(&mut self) -> bool {
        if self.one_of(&["we", "i"]) {
            return self.one_of(&[
                "see",
                "saw",
                "observe",
                "observed",
                "see that",
                "observed that",
            ]);
        }
        self.article();
        self.one_of(OBSERVERS)
            && self.one_of(&[
                "shows",
                "show",
                "showed",
                "recorded",
                "records",
                "record",
                "saw",
                "observed",
                "logged",
                "captured",
                "reports",
                "reported",
                "noted",
                "registered",
            ])
    }

    pub(super) fn sensor(&mut self) -> bool {
        self.article();
        self.one_of(SENSORS)
    }
}
