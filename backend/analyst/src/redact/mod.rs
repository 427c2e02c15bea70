//! Redaction: what stands before a language model. Of every text that goes out, what identifies the
//! customer is replaced by a typed placeholder that can be put back, and secrets one way.
//!
//! A [`Conversation`] holds the book of one exchange: the same entity has the same number in all its
//! texts (`HOST-1`), a second spelling of it a letter more (`HOST-1b`), so that [`Conversation::restore`]
//! gives back each as it was. An account, its e-mail address and its SID share their number (`USER-2`,
//! `EMAIL-2`, `SID-2`). Internal addresses stay recognisably so (`IP-INTERNAL-1`). A secret's placeholder
//! keeps its kind (`SECRET-PASSWORD-1`, `SECRET-AWS-KEY-1`) and leads nowhere. A text that brings
//! something of a placeholder's shape along keeps it if that was never given, and its number is then
//! never given; else it becomes `LITERAL-1`.
//!
//! What is found: names that are known ([`Known`]), wherever they stand if they are telling, else only
//! where their surroundings say what they are; names that the surroundings alone announce (the user
//! part of a path, the server of a share, fields, flags, log lines); what has a form of its own
//! (addresses, SIDs, e-mail, internal domains); and secrets. Public addresses and domains, hashes,
//! ids, built-in accounts and program paths stay readable: an analysis needs them.
//!
//! The book is never serialised and has no `Debug`; spellings are wiped when it is dropped, and of
//! secrets only digests are kept. Everything here is pure, deterministic and linear in its input.

mod addresses;
mod candidate;
mod decide;
mod encoded;
mod fields;
mod known;
mod named;
mod paths;
mod placeholder;
mod programs;
mod search;
mod secrets;
mod tokens;
mod values;
mod view;
mod wiped;
mod words;

#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::ops::Range;

pub use known::Known;

use candidate::{Candidate, Trust, What};
use known::Names;
use placeholder::{Book, Prefix};
use search::{Wanted, search};
use view::{View, folded};

/// What a replaced part was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A machine's name.
    Host,
    /// An account's name.
    User,
    /// A DNS, NetBIOS or Kerberos domain.
    Domain,
    /// An e-mail address or user principal name.
    Email,
    /// An IPv4 or IPv6 address.
    Ip,
    /// A network card's address.
    Mac,
    /// A Windows security identifier of the customer's.
    Sid,
    /// One of the customer's own terms.
    Term,
    /// A password, key, token, hash of a password, or something encoded that holds what is hidden.
    Secret,
    /// No entity: the text's own, in the shape of a placeholder that had been given.
    Literal,
}

impl Kind {
    /// The word for it: `host`, `user`, `domain`, `email`, `ip`, `mac`, `sid`, `term`, `secret`, `literal`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::User => "user",
            Self::Domain => "domain",
            Self::Email => "email",
            Self::Ip => "ip",
            Self::Mac => "mac",
            Self::Sid => "sid",
            Self::Term => "term",
            Self::Secret => "secret",
            Self::Literal => "literal",
        }
    }
}

/// A part that was replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Where it stood, in bytes of the input.
    pub bytes: Range<usize>,
    /// Where it stood, in characters (Unicode scalar values) of the input.
    pub characters: Range<usize>,
    /// What it was.
    pub kind: Kind,
    /// What stands in its place.
    pub placeholder: String,
}

/// A redacted text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redacted {
    /// The text with placeholders.
    pub text: String,
    /// What was replaced, in the order of the text.
    pub found: Vec<Found>,
}

/// What is a matter of choice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Replace public addresses too. Known ones of the customer's always are.
    pub external_addresses: bool,
}

/// The most names that a conversation learns from its texts; more are still replaced where their
/// surroundings announce them.
const LEARNED_MAX: usize = 2_000;

/// One exchange with a model: texts out, answers back.
pub struct Conversation {
    settings: Settings,
    names: Names,
    learned: usize,
    book: Book,
}

impl Conversation {
    /// An exchange about what is `known`.
    pub fn new(known: &Known, settings: Settings) -> Self {
        Self {
            settings,
            names: Names::of(known),
            learned: 0,
            book: Book::default(),
        }
    }

    /// Adds names that became known since (telemetry, a further alert). Numbers given stay.
    pub fn learn(&mut self, more: &Known) {
        self.names.learn(more);
    }

    /// Replaces what has to be hidden in `text`.
    pub fn redact(&mut self, text: &str) -> Redacted {
        let view = View::of(text);
        let found = self.found(&view);
        let mut writer = Writer::new(text);
        // Both lists are in the order of the text.
        let mut shapes = placeholder::shapes(view.text()).peekable();
        for candidate in found {
            while let Some(shape) = shapes.next_if(|shape| shape.start < candidate.end) {
                if shape.end <= candidate.start {
                    self.literal(&view, &shape, &mut writer);
                }
            }
            let range = view.original(&(candidate.start..candidate.end));
            let name = &view.text()[candidate.start..candidate.end];
            let (kind, placeholder) = self.replacement(candidate.what, name, &text[range.clone()]);
            writer.replace(range, kind, placeholder);
        }
        for shape in shapes {
            self.literal(&view, &shape, &mut writer);
        }
        writer.finish()
    }

    /// Puts back what a model's answer names by placeholders, in any case. What was never given stays,
    /// and secrets are not put back.
    pub fn restore(&self, text: &str) -> String {
        self.book.restore(text)
    }

    /// What counts in a view, in order; names that it announces are then found in all of it.
    fn found(&mut self, view: &View<'_>) -> Vec<Candidate> {
        let text = view.text();
        let wanted = Wanted {
            names: &self.names,
            external_addresses: self.settings.external_addresses,
        };
        let mut found = search(text, wanted, 0);
        found.retain(|candidate| decide::counts(text, candidate, &self.names));
        if let Some(news) = self.news(text, &found) {
            self.learned += news.len();
            self.names.learn(&news);
        }
        self.names.find(text, &view.seams(), &mut found);
        decide::settled(found)
    }

    /// Telling names that a text announced and nobody knew.
    fn news(&self, text: &str, found: &[Candidate]) -> Option<Known> {
        let mut news = Known::default();
        for candidate in found {
            if self.learned + news.len() >= LEARNED_MAX {
                break;
            }
            let value = match candidate.what {
                What::User | What::Host => text.get(candidate.start..candidate.end),
                _ => None,
            };
            let Some(name) = value.map(folded) else {
                continue;
            };
            if self.names.key(candidate.what, &name).is_some() || !words::is_distinctive(&name) {
                continue;
            }
            // A word alone is learned only from a place that leaves no doubt.
            let is_marked = name
                .bytes()
                .any(|b| b.is_ascii_digit() || matches!(b, b'-' | b'.'));
            match candidate.what {
                What::User if is_marked || candidate.trust == Trust::Owned => news.user(&name),
                What::Host if is_marked => news.host(&name),
                _ => {}
            }
        }
        (news.len() > 0).then_some(news)
    }

    /// The placeholder of a candidate that counts.
    fn replacement(&mut self, what: What, name: &str, original: &str) -> (Kind, String) {
        let name = match what {
            What::Secret(_) => String::new(),
            _ => folded(name),
        };
        let known = |what: What| self.names.key(what, &name).map(str::to_owned);
        let (kind, prefix, key) = match what {
            What::Secret(label) => return (Kind::Secret, self.book.secret(label, original)),
            What::Host => (
                Kind::Host,
                Prefix::Host,
                known(what).unwrap_or_else(|| self.host_key(&name)),
            ),
            What::User => (Kind::User, Prefix::User, known(what).unwrap_or(name)),
            What::Domain => (Kind::Domain, Prefix::Domain, known(what).unwrap_or(name)),
            What::Email => (Kind::Email, Prefix::Email, self.person(&name)),
            What::Sid => (Kind::Sid, Prefix::Sid, known(what).unwrap_or(name)),
            What::Mac => {
                let digits = name.chars().filter(char::is_ascii_hexdigit).collect();
                (Kind::Mac, Prefix::Mac, digits)
            }
            What::Term => (Kind::Term, Prefix::Term, known(what).unwrap_or(name)),
            What::Address | What::Reversed => {
                let address = match what {
                    What::Reversed => name.rsplit('.').collect::<Vec<_>>().join(".").parse(),
                    _ => name.parse::<IpAddr>(),
                };
                let prefix = match &address {
                    Ok(address) if !addresses::is_internal(address) => Prefix::Address,
                    _ => Prefix::InternalAddress,
                };
                let key = address.map_or(name, |address| address.to_canonical().to_string());
                (Kind::Ip, prefix, key)
            }
        };
        (kind, self.book.placeholder(prefix, &key, original))
    }

    /// A full name whose first label is a known host's is that host, if it lies in a known domain.
    fn host_key(&self, name: &str) -> String {
        let first = name.split('.').next().unwrap_or(name);
        match self.names.key(What::Host, first) {
            Some(key)
                if self.names.is_within_domain(name) || addresses::has_internal_ending(name) =>
            {
                key.to_owned()
            }
            _ => name.to_owned(),
        }
    }

    /// An e-mail address of a known account in a known domain is that account's.
    fn person(&self, address: &str) -> String {
        if let Some((local, domain)) = address.split_once('@')
            && (self.names.is_within_domain(domain) || addresses::has_internal_ending(domain))
            && let Some(key) = self.names.key(What::User, local)
        {
            return key.to_owned();
        }
        address.to_owned()
    }

    fn literal(&mut self, view: &View<'_>, shape: &placeholder::Shape, writer: &mut Writer<'_>) {
        let range = view.original(&(shape.start..shape.end));
        if let Some(placeholder) = self.book.reserve(shape, &writer.text[range.clone()]) {
            writer.replace(range, Kind::Literal, placeholder);
        }
    }
}

/// Writes the redacted text.
struct Writer<'t> {
    text: &'t str,
    out: String,
    found: Vec<Found>,
    copied: usize,
    characters: usize,
}

impl<'t> Writer<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            text,
            out: String::with_capacity(text.len()),
            found: Vec::new(),
            copied: 0,
            characters: 0,
        }
    }

    fn replace(&mut self, range: Range<usize>, kind: Kind, placeholder: String) {
        let before = &self.text[self.copied..range.start];
        self.out.push_str(before);
        self.out.push_str(&placeholder);
        let first = self.characters + characters(before);
        self.characters = first + characters(&self.text[range.clone()]);
        self.copied = range.end;
        self.found.push(Found {
            bytes: range,
            characters: first..self.characters,
            kind,
            placeholder,
        });
    }

    fn finish(mut self) -> Redacted {
        self.out.push_str(&self.text[self.copied..]);
        Redacted {
            text: self.out,
            found: self.found,
        }
    }
}

fn characters(text: &str) -> usize {
    // Every byte but those that continue a character.
    text.bytes().filter(|b| (*b as i8) >= -0x40).count()
}
