//! Whether a model's own wording says exactly what its relations say, and the wording as it is shown.

use std::collections::HashMap;

use aside_shared::alert::{EntityKind, Outcome, Verb};
use aside_shared::analysis::Relation;
use aside_shared::id::EntityId;
use aside_shared::instant::utc;
use aside_shared::text::Span;

use super::grammar::{self, Fact, Mention, Said, What};
use super::lexicon::Verbs;
use super::things::Thing;
use super::tokens::{self, Clock, Token};

const MS_A_DAY: i64 = 86_400_000;

/// Days since 1970.
pub fn day(unix_ms: i64) -> i64 {
    unix_ms.div_euclid(MS_A_DAY)
}

/// A relation, with what its alert records of it.
pub struct Recorded<'r> {
    /// The relation as it is claimed.
    pub relation: &'r Relation,
    /// When each piece of evidence that says it was seen (milliseconds since the epoch).
    pub times: Vec<Option<i64>>,
}

impl Recorded<'_> {
    fn first(&self) -> Option<i64> {
        self.times.iter().flatten().min().copied()
    }

    /// Of whom it is said and to what: who signs in is the user, wherever the evidence puts it.
    fn roles(&self, things: &[&Thing<'_>]) -> Option<(usize, usize)> {
        let of = |object: &aside_shared::alert::Object| {
            things.iter().position(|thing| &thing.object == object)
        };
        let subject = things
            .iter()
            .position(|thing| thing.id() == Some(&self.relation.subject))?;
        let object = of(self.relation.object.as_ref()?)?;
        let is_host = matches!(things.get(subject)?.kind, Some(EntityKind::Host(_)));
        let is_user = matches!(things.get(object)?.kind, Some(EntityKind::User(_)));
        if self.relation.verb == Verb::LoggedOnTo && is_host && is_user {
            Some((object, subject))
        } else {
            Some((subject, object))
        }
    }
}

/// A wording that may be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The words are Aside's list's, the names the evidence's.
    pub sentence: Vec<Span>,
    /// It says that it came after what was said before it.
    pub is_later: bool,
}

/// Keeps `text` if it says these relations and nothing else; `hosts` are the alert's.
pub fn keep(
    text: &str,
    recorded: &[Recorded<'_>],
    things: &[&Thing<'_>],
    hosts: &[EntityId],
) -> Result<Kept, String> {
    let lower = text.to_ascii_lowercase();
    let tokens = tokens::tokens(text, &lower, things)?;
    let verbs = recorded.iter().map(|it| it.relation.verb);
    let said = grammar::read(&tokens, things, Verbs::all_of(verbs))
        .map_err(|at| unread(tokens.get(at), text))?;
    let checked = Checked {
        said: &said,
        recorded,
        things,
        hosts,
    };
    let is_later = checked.matched()?;
    Ok(Kept {
        sentence: shown(&tokens, text, things),
        is_later,
    })
}

fn unread(token: Option<&Token<'_>>, text: &str) -> String {
    match token {
        Some(Token::Word(word)) => {
            format!("It says {word:?} where no relation of the claim has a word for it.")
        }
        Some(Token::Name(_, (from, to))) => {
            format!(
                "It names {:?} where no relation of the claim does.",
                text.get(*from..*to).unwrap_or_default()
            )
        }
        Some(_) => "It says more than its relations.".to_owned(),
        None => "It does not say its relations to the end.".to_owned(),
    }
}

struct Checked<'c> {
    said: &'c Said,
    recorded: &'c [Recorded<'c>],
    things: &'c [&'c Thing<'c>],
    hosts: &'c [EntityId],
}

/// Which thing each mention means.
type Meaning = HashMap<usize, usize>;

impl Checked<'_> {
    /// Whether the facts are the relations, one by one, and their circumstances are so.
    fn matched(&self) -> Result<bool, String> {
        if self.said.facts.len() != self.recorded.len() {
            return Err("It says more or less than its relations.".to_owned());
        }
        let mut chosen = Vec::with_capacity(self.recorded.len());
        let mut problem = "It says other relations than it claims.".to_owned();
        if self.assign(&mut chosen, &Meaning::new(), &mut problem) {
            let leads = |it: &grammar::Circumstance| it.what == What::Later && it.from == 0;
            Ok(self.said.circumstances.iter().any(leads))
        } else {
            Err(problem)
        }
    }

    /// Finds a relation for each fact.
    fn assign(&self, chosen: &mut Vec<usize>, meaning: &Meaning, problem: &mut String) -> bool {
        let Some(fact) = self.said.facts.get(chosen.len()) else {
            return match self.circumstances(chosen) {
                Ok(()) => true,
                Err(reason) => {
                    *problem = reason;
                    false
                }
            };
        };
        for at in 0..self.recorded.len() {
            if chosen.contains(&at) {
                continue;
            }
            let Some(meaning) = self.meant(fact, &self.recorded[at], meaning) else {
                continue;
            };
            chosen.push(at);
            if self.assign(chosen, &meaning, problem) {
                return true;
            }
            chosen.pop();
        }
        false
    }

    /// What the mentions mean if `fact` is this relation.
    fn meant(&self, fact: &Fact, recorded: &Recorded<'_>, meaning: &Meaning) -> Option<Meaning> {
        let relation = recorded.relation;
        if !fact.verbs.has(relation.verb) || fact.outcome != relation.outcome {
            return None;
        }
        let (subject, object) = recorded.roles(self.things)?;
        let mut meaning = meaning.clone();
        for (mention, thing) in [(fact.subject, subject), (fact.object, object)] {
            let Mention { names, at } = mention;
            if names & 1 << thing == 0 || *meaning.entry(at).or_insert(thing) != thing {
                return None;
            }
        }
        Some(meaning)
    }

    fn circumstances(&self, chosen: &[usize]) -> Result<(), String> {
        for (number, at) in chosen.iter().enumerate() {
            let of_it = |it: &&grammar::Circumstance| it.from <= number && number < it.to;
            let all: Vec<What> = self
                .said
                .circumstances
                .iter()
                .filter(of_it)
                .map(|it| it.what)
                .collect();
            let recorded = &self.recorded[*at];
            times(&all, recorded)?;
            for what in &all {
                self.place(*what, recorded)?;
            }
        }
        for it in self
            .said
            .circumstances
            .iter()
            .filter(|it| it.what == What::Later && it.from > 0)
        {
            let first = |fact: usize| chosen.get(fact).and_then(|at| self.recorded[*at].first());
            match (first(it.from - 1), first(it.from)) {
                (Some(before), Some(after)) if before <= after => {}
                _ => return Err("It tells another order than the evidence.".to_owned()),
            }
        }
        Ok(())
    }

    /// Host, user and port.
    fn place(&self, what: What, recorded: &Recorded<'_>) -> Result<(), String> {
        let Some((subject, object)) = recorded.roles(self.things) else {
            return Ok(());
        };
        let (subject, object) = (self.things[subject], self.things[object]);
        let is_one_of = |names: u32, id: &EntityId| {
            let named = |(number, thing): (usize, &&Thing<'_>)| {
                names & 1 << number != 0 && thing.id() == Some(id)
            };
            self.things.iter().enumerate().any(named)
        };
        let process = |thing: &Thing<'_>| match thing.kind {
            Some(EntityKind::Process(process)) => {
                Some((process.host.clone(), process.user.clone()))
            }
            _ => None,
        };
        let processes = || [subject, object].into_iter().filter_map(process);
        let is_so = match what {
            What::Host(names) => {
                let mut known: Vec<EntityId> = processes().filter_map(|(host, _)| host).collect();
                let is_host = |thing: &&Thing<'_>| matches!(thing.kind, Some(EntityKind::Host(_)));
                known.extend(
                    [subject, object]
                        .into_iter()
                        .filter(is_host)
                        .filter_map(|it| it.id().cloned()),
                );
                match self.hosts {
                    [host] if known.is_empty() => is_one_of(names, host),
                    _ => !known.is_empty() && known.iter().all(|host| is_one_of(names, host)),
                }
            }
            What::User(names) => {
                let known = process(subject).and_then(|(_, user)| user);
                known.is_some()
                    && processes()
                        .filter_map(|(_, user)| user)
                        .all(|user| is_one_of(names, &user))
            }
            What::Port(port) => object.port().is_some_and(|known| u32::from(known) == port),
            What::Succeeded => recorded.relation.outcome == Outcome::Happened,
            What::At(_)
            | What::On(_)
            | What::Span(..)
            | What::Times(_)
            | What::Often
            | What::Later => true,
        };
        if is_so {
            Ok(())
        } else {
            Err("It names another host, user, port or outcome than the evidence.".to_owned())
        }
    }
}

/// Times and counts.
fn times(said: &[What], recorded: &Recorded<'_>) -> Result<(), String> {
    let at = |what: &What, time: i64| match what {
        What::At(clock) => is_at(*clock, time),
        What::On(known) => day(time) == *known,
        _ => true,
    };
    let is_dated = said
        .iter()
        .any(|what| matches!(what, What::At(_) | What::On(_)));
    let is_counted = said
        .iter()
        .any(|what| matches!(what, What::Times(2..) | What::Often));
    let fits = |time: &Option<i64>| time.is_some_and(|time| said.iter().all(|what| at(what, time)));
    let is_so = !is_dated
        || if is_counted {
            recorded.times.iter().all(fits)
        } else {
            recorded.times.iter().any(fits)
        };
    if !is_so {
        return Err("It was seen at another time.".to_owned());
    }
    for what in said {
        let is_so = match what {
            What::Times(times) => recorded.times.len() == *times as usize,
            What::Often => recorded.times.len() > 1,
            What::Span(from, to) => {
                let known: Vec<i64> = recorded.times.iter().flatten().copied().collect();
                known.len() == recorded.times.len()
                    && is_one_day(&known)
                    && known.iter().min().is_some_and(|first| is_at(*from, *first))
                    && known.iter().max().is_some_and(|last| is_at(*to, *last))
            }
            _ => true,
        };
        if !is_so {
            return Err("It was not seen so often, or not for so long.".to_owned());
        }
    }
    Ok(())
}

/// Times of day tell a span only within one day.
fn is_one_day(times: &[i64]) -> bool {
    let mut days = times.iter().map(|time| day(*time));
    let first = days.next();
    days.all(|other| Some(other) == first)
}

fn is_at(clock: Clock, unix_ms: i64) -> bool {
    let of_day = unix_ms.rem_euclid(MS_A_DAY);
    of_day - of_day % clock.step_ms == clock.ms
}

/// Whether a relation's own wording can be read: what is not said whether it happened has none.
pub fn has_words(relation: &Relation) -> bool {
    relation.outcome != Outcome::Unknown
}

/// The tokens as they are shown: words from the grammar, names as the evidence writes them.
fn shown(tokens: &[Token<'_>], text: &str, things: &[&Thing<'_>]) -> Vec<Span> {
    const UPPER: [&str; 8] = ["utc", "dns", "pid", "edr", "ip", "dll", "id", "tcp"];
    let mut spans: Vec<Span> = Vec::new();
    let mut words = String::new();
    let (mut begins, mut is_open) = (true, true);
    for token in tokens {
        let attaches = matches!(
            token,
            Token::Possessive | Token::Mark(',' | '.' | ';' | ':' | ')')
        );
        if !attaches && !is_open {
            words.push(' ');
        }
        is_open = *token == Token::Mark('(');
        match token {
            Token::Word(word) if UPPER.contains(word) => words.push_str(&word.to_ascii_uppercase()),
            Token::Word(word) if begins => {
                let (first, rest) = word.split_at(1);
                words.push_str(&first.to_ascii_uppercase());
                words.push_str(rest);
            }
            Token::Word(word) => words.push_str(word),
            Token::Name(names, (from, to)) => {
                let written = text.get(*from..*to).unwrap_or_default();
                if !words.is_empty() {
                    spans.push(Span::Text(std::mem::take(&mut words)));
                }
                spans.push(Span::Name(spelt(*names, written, things)));
            }
            Token::Clock(clock) => words.push_str(&clock_text(*clock)),
            Token::Date(days, _) => words.push_str(&utc(days * MS_A_DAY)[..10]),
            Token::Number(number) => words.push_str(&number.to_string()),
            Token::Mark('>') => words.push('→'),
            Token::Mark(mark) => words.push(*mark),
            Token::Possessive => words.push_str("'s"),
        }
        begins = *token == Token::Mark('.');
    }
    if !words.ends_with('.') {
        words.push('.');
    }
    spans.push(Span::Text(words));
    spans
}

/// A name as the evidence writes it; of a handle, what it stands for.
fn spelt(names: u32, written: &str, things: &[&Thing<'_>]) -> String {
    let named = || {
        things
            .iter()
            .enumerate()
            .filter(|(number, _)| names & 1 << number != 0)
            .map(|(_, thing)| thing)
    };
    let as_written = named()
        .flat_map(|thing| &thing.spellings)
        .find(|spelling| spelling.eq_ignore_ascii_case(written));
    let mut wholes = named().filter_map(|thing| thing.spellings.first());
    let whole = wholes.next();
    // `nothing` of `nothing.exe` is a name, and does not look like one. Of two that share it neither is meant more.
    let is_plain = as_written.is_some_and(|name| name.chars().all(char::is_alphabetic));
    let is_one = wholes.all(|other| Some(other) == whole);
    let known = match as_written {
        Some(name) if !(is_plain && is_one) => Some(name),
        _ => whole,
    };
    known.map_or(written, AsRef::as_ref).to_owned()
}

fn clock_text(clock: Clock) -> String {
    let whole = aside_shared::instant::utc_clock(clock.ms);
    match clock.step_ms {
        60_000 => whole[..5].to_owned(),
        1 => format!("{whole}.{:03}", clock.ms % 1000),
        _ => whole,
    }
}

#[cfg(test)]
mod tests {
    use aside_shared::alert::{Process, User};

    use super::*;

    #[test]
    fn a_short_name_is_shown_whole_unless_two_things_share_it() {
        let user = |name: &str| {
            EntityKind::User(User {
                name: name.to_owned(),
                uid: None,
            })
        };
        let kinds = [
            user(r"ACME\maria"),
            user(r"CORP\maria"),
            EntityKind::Process(Box::new(Process {
                name: "nothing.exe".to_owned(),
                ..Process::default()
            })),
        ];
        let things: Vec<Thing<'_>> = kinds
            .iter()
            .enumerate()
            .map(|(at, kind)| Thing::entity(format!("X{at}"), &at.to_string().into(), Some(kind)))
            .collect();
        let things: Vec<&Thing<'_>> = things.iter().collect();
        for (names, written, shown) in [
            (0b001, "maria", r"ACME\maria"),
            (0b011, "Maria", "maria"),
            (0b100, "nothing", "nothing.exe"),
            (0b100, "X2", "nothing.exe"),
        ] {
            assert_eq!(spelt(names, written, &things), shown);
        }
    }
}
