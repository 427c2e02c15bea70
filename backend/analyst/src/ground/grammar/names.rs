//! Names with what the text calls them: `the process powershell.exe (PID 4242)`, `a file named d.bin`.

use super::super::lexicon::Verbs;
use super::super::things::Thing;
use super::super::tokens::Token;
use super::phrases::{COMMAND_LINE, MAKING, NAMED};
use super::{Noun, Part, Reader, Role};
use aside_shared::alert::Verb;

/// Which of `verbs` these two can be subject and object of.
pub(super) fn allowed(subject: &Noun, verbs: Verbs, object: &Noun) -> Option<Verbs> {
    let mut verbs = verbs;
    match subject.part {
        Part::Whole => {}
        Part::CommandLine | Part::Decoded => verbs = verbs.among(&[Verb::DecodedTo])?,
        Part::Memory | Part::Contents => return None,
    }
    match object.part {
        Part::Whole => {}
        Part::Memory => verbs = verbs.among(&[Verb::Accessed])?,
        Part::Contents => verbs = verbs.among(&[Verb::Read])?,
        Part::CommandLine | Part::Decoded => return None,
    }
    match subject.role {
        Role::Any => {}
        Role::Parent => verbs = verbs.among(&[Verb::Started])?,
        Role::Child | Role::New => return None,
    }
    match object.role {
        Role::Any => {}
        Role::Child => verbs = verbs.among(&[Verb::Started])?,
        Role::New => verbs = verbs.among(MAKING)?,
        Role::Parent => return None,
    }
    Some(verbs)
}

impl Reader<'_> {
    /// `the process powershell.exe (PID 4242)`, `a file named d.bin`, `the memory of lsass.exe`.
    pub(super) fn noun(&mut self) -> Option<Noun> {
        let place = self.place();
        let noun = self.noun_here();
        if noun.is_none() {
            self.back(place);
        }
        noun
    }

    pub(super) fn noun_here(&mut self) -> Option<Noun> {
        if let Some(part) = self.part_of() {
            let noun = self.noun()?;
            return Some(Noun { part, ..noun });
        }
        self.article();
        self.words("following");
        let role = self.role();
        let called = self.called();
        let is_apart = called.is_some() && self.mark(',');
        if called.is_some() {
            self.one_of(NAMED);
        }
        let Some(Token::Name(mut names, _)) = self.peek() else {
            return if is_apart {
                None
            } else {
                self.deferred(called, role)
            };
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
            names = self.apposition(names);
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

    /// `, a service,` after a name.
    fn apposition(&mut self, names: u32) -> u32 {
        let place = self.at;
        if self.mark(',') && self.one_of(&["a", "an", "the"]) {
            let called = self.called();
            let kept = called.and_then(|called| self.of_kind(names, Some(called)));
            if let Some(kept) = kept
                && (self.mark(',') || self.is_end())
            {
                return kept;
            }
        }
        self.at = place;
        names
    }

    /// An article or nothing.
    pub(super) fn article(&mut self) {
        self.one_of(&["the", "a", "an"]);
    }

    pub(super) fn role(&mut self) -> Role {
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
    pub(super) fn called(&mut self) -> Option<(usize, usize)> {
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
    pub(super) fn of_kind(&self, names: u32, called: Option<(usize, usize)>) -> Option<u32> {
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

    /// `the memory of`, `the encoded command passed to`
    pub(super) fn part_of(&mut self) -> Option<Part> {
        let place = self.at;
        self.article();
        let part = self.part();
        if part.is_some() && self.one_of(&["of", "passed to", "given to", "used by", "run by"]) {
            return part;
        }
        self.at = place;
        None
    }

    pub(super) fn part(&mut self) -> Option<Part> {
        if self.one_of(&[
            "process memory space",
            "process memory",
            "memory space",
            "address space",
            "memory",
        ]) {
            return Some(Part::Memory);
        }
        let place = self.at;
        let is_decoded = self.words("decoded");
        self.one_of(&["encoded", "base64-encoded", "obfuscated"]);
        let is_line = self.one_of(COMMAND_LINE);
        if is_line || is_decoded && self.one_of(&["contents", "content", "text", "form", "version"])
        {
            return Some(if is_decoded {
                Part::Decoded
            } else {
                Part::CommandLine
            });
        }
        self.at = place;
        self.one_of(&["contents", "content"])
            .then_some(Part::Contents)
    }

    /// `lsass.exe memory`, `the lsass.exe process memory`
    pub(super) fn attached_part(&mut self) -> Option<Part> {
        self.one_of(&["process memory", "memory"])
            .then_some(Part::Memory)
            .or_else(|| {
                self.one_of(&["command line", "command-line"])
                    .then_some(Part::CommandLine)
            })
    }

    /// `a file was deleted by cmd.exe: d.bin`: the name stands at the end of the sentence.
    fn deferred(&mut self, called: Option<(usize, usize)>, role: Role) -> Option<Noun> {
        if self.deferred.is_some() {
            return None;
        }
        let rest = self.tokens.get(self.at..)?;
        let length = rest
            .iter()
            .position(|token| matches!(token, Token::Mark('.' | ';')))
            .unwrap_or(rest.len());
        let colon = rest[..length]
            .iter()
            .rposition(|token| *token == Token::Mark(':'))?;
        let Some(Token::Name(names, _)) = rest.get(colon + 1).copied() else {
            return None;
        };
        let names = self.of_kind(names, Some(called?))?;
        self.deferred = Some(self.at + colon);
        Some(Noun {
            names,
            at: self.at + colon + 1,
            part: Part::Whole,
            role,
        })
    }

    /// `(PID 4242)`, `with PID 4242`, `4242`
    pub(super) fn with_pid(&mut self, names: u32) -> Option<u32> {
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
}
