//! Parts of a clause: names with what they are called, times, counts, hosts, users, and who observed it.

use aside_shared::alert::{EntityKind, Verb};

use super::super::lexicon::Verbs;
use super::super::things::Thing;
use super::super::tokens::{Clock, Token};
use super::{Noun, Part, Reader, Role, What};

/// Words that say that something comes after what was said before.
const LATER: &[&str] = &[
    "then",
    "subsequently",
    "later",
    "afterwards",
    "afterward",
    "next",
    "thereafter",
    "after that",
    "in turn",
    "following that",
    "thereupon",
];
/// Words that add nothing.
const EMPTY: &[&str] = &[
    "also",
    "additionally",
    "in addition",
    "here",
    "in this case",
];
/// Who records what happens.
const OBSERVERS: &[&str] = &[
    "sensor",
    "agent",
    "edr",
    "edr sensor",
    "endpoint sensor",
    "endpoint agent",
    "security sensor",
    "telemetry",
    "endpoint telemetry",
    "evidence",
    "record",
    "log",
    "logs",
    "alert",
    "event log",
    "event data",
    "timeline",
    "process telemetry",
    "network telemetry",
    "edr telemetry",
    "security agent",
    "endpoint",
];
/// Who stops what is tried.
const SENSORS: &[&str] = &[
    "sensor",
    "agent",
    "edr",
    "edr sensor",
    "edr agent",
    "endpoint sensor",
    "endpoint agent",
    "security sensor",
    "endpoint protection",
    "endpoint security",
    "security product",
    "security agent",
    "product",
    "security software",
];
/// Which verbs a new thing can be the object of.
const MAKING: [Verb; 5] = [
    Verb::Started,
    Verb::Ran,
    Verb::Wrote,
    Verb::RegisteredTask,
    Verb::InstalledService,
];

/// Which of `verbs` these two can be subject and object of.
pub(super) fn allowed(subject: &Noun, verbs: Verbs, object: &Noun) -> Option<Verbs> {
    let mut verbs = verbs;
    match subject.part {
        Part::Whole => {}
        Part::CommandLine => verbs = verbs.among(&[Verb::DecodedTo])?,
        Part::Memory => return None,
    }
    match object.part {
        Part::Whole => {}
        Part::Memory => verbs = verbs.among(&[Verb::Accessed])?,
        Part::CommandLine => return None,
    }
    match subject.role {
        Role::Any => {}
        Role::Parent => verbs = verbs.among(&[Verb::Started])?,
        Role::Child | Role::New => return None,
    }
    match object.role {
        Role::Any => {}
        Role::Child => verbs = verbs.among(&[Verb::Started])?,
        Role::New => verbs = verbs.among(&MAKING)?,
        Role::Parent => return None,
    }
    Some(verbs)
}

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

    /// `the process powershell.exe (PID 4242)`, `a file named d.bin`, `the memory of lsass.exe`.
    pub(super) fn noun(&mut self) -> Option<Noun> {
        let place = self.place();
        let noun = self.noun_here();
        if noun.is_none() {
            self.back(place);
        }
        noun
    }

    fn noun_here(&mut self) -> Option<Noun> {
        if let Some(part) = self.part_of() {
            let noun = self.noun()?;
            return Some(Noun { part, ..noun });
        }
        self.article();
        let role = self.role();
        let called = self.called();
        let is_apart = called.is_some() && self.mark(',');
        self.one_of(&[
            "named",
            "called",
            "titled",
            "known as",
            "with the name",
            "by the name of",
        ]);
        let Some(Token::Name(mut names, _)) = self.peek() else {
            return None;
        };
        let at = self.at;
        self.advance();
        let mut part = Part::Whole;
        if self.peek() == Some(Token::Possessive) {
            let place = self.at;
            self.advance();
            match self.part() {
                Some(of) => part = of,
                None => self.at = place,
            }
        } else if let Some(of) = self.attached_part() {
            part = of;
        }
        names = self.of_kind(names, called)?;
        if part == Part::Whole {
            let after = self.called();
            names = self.of_kind(names, after)?;
        }
        names = self.with_pid(names)?;
        if is_apart && !self.mark(',') && !self.is_end() {
            return None;
        }
        Some(Noun {
            names,
            at,
            part,
            role,
        })
    }

    /// An article or nothing.
    pub(super) fn article(&mut self) {
        self.one_of(&["the", "a", "an"]);
    }

    fn role(&mut self) -> Role {
        if self.one_of(&["newly created", "new", "newly spawned"]) {
            return Role::New;
        }
        match self.word() {
            Some("child") => self.advance(),
            Some("parent") => {
                self.advance();
                return Role::Parent;
            }
            _ => return Role::Any,
        }
        Role::Child
    }

    /// What a name is called, as the place of its words.
    fn called(&mut self) -> Option<(usize, usize)> {
        for length in [3, 2, 1] {
            let words: Vec<&str> = self.tokens[self.at.min(self.tokens.len())..]
                .iter()
                .take(length)
                .map_while(|token| match token {
                    Token::Word(word) => Some(*word),
                    _ => None,
                })
                .collect();
            if words.len() < length {
                continue;
            }
            let phrase = words.join(" ");
            if self.things.iter().any(|thing| thing.is_called(&phrase)) {
                let from = self.at;
                for _ in 0..length {
                    self.advance();
                }
                return Some((from, self.at));
            }
        }
        None
    }

    /// Those of `names` that may be called so.
    fn of_kind(&self, names: u32, called: Option<(usize, usize)>) -> Option<u32> {
        let Some((from, to)) = called else {
            return Some(names);
        };
        let words: Vec<&str> = self.tokens[from..to]
            .iter()
            .filter_map(|token| match token {
                Token::Word(word) => Some(*word),
                _ => None,
            })
            .collect();
        let phrase = words.join(" ");
        self.those(names, |thing| thing.is_called(&phrase))
    }

    /// Those of `names` that are so, if any is.
    pub(super) fn those(&self, names: u32, is_so: impl Fn(&Thing<'_>) -> bool) -> Option<u32> {
        let mut kept = 0;
        for (number, thing) in self.things.iter().enumerate() {
            if names & 1 << number != 0 && is_so(thing) {
                kept |= 1 << number;
            }
        }
        (kept != 0).then_some(kept)
    }

    /// `the memory of`
    fn part_of(&mut self) -> Option<Part> {
        let place = self.at;
        self.article();
        let part = self.part();
        if part.is_some() && self.words("of") {
            return part;
        }
        self.at = place;
        None
    }

    fn part(&mut self) -> Option<Part> {
        if self.one_of(&["process memory", "memory", "address space", "memory space"]) {
            return Some(Part::Memory);
        }
        self.one_of(&[
            "command line",
            "command-line",
            "arguments",
            "command line arguments",
            "encoded command",
        ])
        .then_some(Part::CommandLine)
    }

    /// `lsass.exe memory`, `the lsass.exe process memory`
    fn attached_part(&mut self) -> Option<Part> {
        self.one_of(&["process memory", "memory"])
            .then_some(Part::Memory)
            .or_else(|| {
                self.one_of(&["command line", "command-line"])
                    .then_some(Part::CommandLine)
            })
    }

    /// `(PID 4242)`, `with PID 4242`, `4242`
    fn with_pid(&mut self, names: u32) -> Option<u32> {
        let place = self.at;
        let is_bracketed = self.mark('(');
        self.words("with");
        let is_said = self.one_of(&["pid", "process id"]);
        if is_said {
            self.mark(':');
        }
        let pid = match self.peek() {
            Some(Token::Number(pid)) => Some(pid),
            _ => None,
        };
        let follows = self.tokens.get(self.at + 1);
        let is_count = matches!(follows, Some(Token::Word("times" | "time" | "separate")));
        let of_pid = pid
            .filter(|_| !is_count)
            .and_then(|pid| self.those(names, |thing| thing.pid() == Some(u64::from(pid))));
        match of_pid {
            Some(names) => {
                self.advance();
                if is_bracketed && !self.mark(')') {
                    return None;
                }
                Some(names)
            }
            None => {
                self.at = place;
                Some(names)
            }
        }
    }

    /// Times, counts, host and user, as many as there are; they are about the facts from `from` on.
    pub(super) fn circumstances(&mut self, from: usize) {
        loop {
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

    fn circumstance_here(&mut self, from: usize) -> bool {
        self.attempt(|it| it.time(from))
            || self.attempt(|it| it.count(from))
            || self.attempt(|it| it.host(from))
            || self.attempt(|it| it.user(from))
            || self.attempt(|it| {
                it.one_of(&["on port", "over port", "on tcp port", "over tcp port"]) && {
                    let port = it.number();
                    port.inspect(|port| it.circumstance(from, What::Port(*port)))
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

    fn date(&mut self) -> Option<i64> {
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
    fn moment(&mut self, from: usize) -> Option<Clock> {
        if let Some(days) = self.date() {
            self.circumstance(from, What::On(days));
            self.words("at");
        }
        self.clock()
    }

    fn count(&mut self, from: usize) -> bool {
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

    fn host(&mut self, from: usize) -> bool {
        if !self.one_of(&["on", "from"]) {
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

    fn user(&mut self, from: usize) -> bool {
        let is_context = self.one_of(&[
            "in the context of",
            "in the security context of",
            "under the context of",
        ]);
        let is_user = is_context
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
