//! A predicate made ready to run: fields as indices, text lower-cased, searchers built.

use std::net::IpAddr;
use std::sync::OnceLock;

use aside_shared::hunt::{Order, Part, Predicate, Test};
use memchr::memmem::Finder;
use regex::bytes::{Regex, RegexBuilder};

use crate::taxonomy::{Event, Field, Value};

/// The most that a compiled expression may take, in bytes.
const REGEX_SIZE: usize = 1 << 20;

/// A condition that can be matched against an event.
#[derive(Debug)]
pub enum Matcher {
    /// All hold.
    All(Box<[Matcher]>),
    /// One holds.
    Any(Box<[Matcher]>),
    /// It does not hold.
    Not(Box<Matcher>),
    /// One of a field's values passes one of the tests. `None`: any field's values.
    Values(Option<Field>, Box<[ValueTest]>),
    /// The field has a value that is not empty (`true`), or has none (`false`).
    Exists(Field, bool),
    /// The field is there, empty or not (`true`), or is not (`false`).
    Present(Field, bool),
    /// Always or never: what a field that no event has comes to.
    Constant(bool),
}

/// A test of one value.
#[derive(Debug)]
pub enum ValueTest {
    /// The whole value.
    Equal(Text),
    /// Its start.
    Start(Text),
    /// Its end.
    End(Text),
    /// Anywhere in it.
    Contains(Box<Finder<'static>>, bool),
    /// A pattern.
    Like(Box<[Part]>, bool),
    /// An expression.
    Regex(Box<Pattern>),
    /// An address within a network.
    Cidr(Network),
    /// A number.
    Number(Order, i64),
    /// It is empty.
    Empty,
    /// Anything.
    Anything,
}

/// A text to compare with: lower case unless case counts.
#[derive(Debug)]
pub struct Text {
    text: Box<str>,
    cased: bool,
}

/// A regular expression, compiled when it is first needed: most rules are never reached.
#[derive(Debug)]
pub struct Pattern {
    source: Box<str>,
    /// For text that is ASCII, as nearly all is.
    ascii: OnceLock<Option<Regex>>,
    /// For all other text.
    any: OnceLock<Option<Regex>>,
}

impl Pattern {
    fn new(source: &str) -> Self {
        Self {
            source: source.into(),
            ascii: OnceLock::new(),
            any: OnceLock::new(),
        }
    }

    fn compile(&self) -> Result<Regex, regex::Error> {
        // Bytes and ASCII classes are what command lines need, and a tenth of the size.
        build(&self.source, !self.source.is_ascii())
    }

    /// The expression as it is for ASCII text: a letter beyond ASCII, in a class of dashes mostly,
    /// fits nothing there. Without Unicode a word's edge needs no slow engine.
    fn compile_for_ascii(&self) -> Result<Regex, regex::Error> {
        let ascii = self.source.chars().fold(String::new(), |mut out, letter| {
            if letter.is_ascii() {
                out.push(letter);
            } else {
                out.push_str(r"\x00");
            }
            out
        });
        build(&ascii, false)
    }

    fn is_match(&self, text: &str) -> bool {
        let compiled = if text.is_ascii() {
            self.ascii.get_or_init(|| self.compile_for_ascii().ok())
        } else {
            self.any.get_or_init(|| self.compile().ok())
        };
        compiled
            .as_ref()
            .is_some_and(|regex| regex.is_match(text.as_bytes()))
    }
}

fn build(source: &str, unicode: bool) -> Result<Regex, regex::Error> {
    RegexBuilder::new(source)
        .unicode(unicode)
        .size_limit(REGEX_SIZE)
        .dfa_size_limit(REGEX_SIZE)
        .build()
}

/// `10.0.0.0/8`
#[derive(Debug)]
pub struct Network {
    address: u128,
    mask: u128,
    v6: bool,
}

impl Network {
    fn parse(text: &str) -> Option<Self> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse::<u32>().ok()?)),
            None => (text, None),
        };
        let (address, v6) = number(address.parse().ok()?);
        let width = if v6 { 128 } else { 32 };
        let bits = bits.unwrap_or(width);
        if bits > width {
            return None;
        }
        let mask = match bits {
            0 => 0,
            bits => u128::MAX << (width - bits),
        };
        Some(Self { address, mask, v6 })
    }

    fn contains(&self, text: &str) -> bool {
        text.parse().is_ok_and(|address| {
            let (address, v6) = number(address);
            v6 == self.v6 && address & self.mask == self.address & self.mask
        })
    }
}

/// An address as a number. An IPv4 address written as IPv6 is the IPv4 address.
fn number(address: IpAddr) -> (u128, bool) {
    match address.to_canonical() {
        IpAddr::V4(v4) => (u128::from(u32::from(v4)), false),
        IpAddr::V6(v6) => (u128::from(v6), true),
    }
}

/// Why a predicate cannot be compiled: the field and the reason.
pub type Uncompiled = (Option<String>, String);

impl Matcher {
    /// Compiles `predicate`, whose expressions were checked ([`super::needed`]) and are compiled later.
    pub fn compile(predicate: &Predicate) -> Result<Matcher, Uncompiled> {
        Ok(match predicate {
            Predicate::All(parts) => {
                let parts = compile_all(parts)?;
                if parts.iter().any(|p| matches!(p, Matcher::Constant(false))) {
                    Matcher::Constant(false)
                } else {
                    Matcher::All(cheapest_first(parts))
                }
            }
            Predicate::Any(parts) => {
                let mut joined = Vec::<Matcher>::new();
                for part in compile_all(parts)? {
                    match (joined.last_mut(), part) {
                        (_, Matcher::Constant(false)) => {}
                        (Some(Matcher::Values(known, tests)), Matcher::Values(field, more))
                            if *known == field =>
                        {
                            let mut both = std::mem::take(tests).into_vec();
                            both.extend(more);
                            *tests = both.into_boxed_slice();
                        }
                        (_, part) => joined.push(part),
                    }
                }
                match joined.len() {
                    0 => Matcher::Constant(false),
                    1 => joined.remove(0),
                    _ => Matcher::Any(cheapest_first(joined)),
                }
            }
            Predicate::Not(part) => match Matcher::compile(part)? {
                Matcher::Constant(value) => Matcher::Constant(!value),
                part => Matcher::Not(Box::new(part)),
            },
            Predicate::Field { name, test } => {
                let field = match name {
                    None => None,
                    Some(name) => match Field::named(name) {
                        None => return Ok(Matcher::Constant(holds_without_field(test))),
                        field => field,
                    },
                };
                match (field, test) {
                    (Some(field), Test::Exists(wanted)) => Matcher::Present(field, *wanted),
                    (Some(field), Test::Absent) => Matcher::Exists(field, false),
                    (None, Test::Exists(_) | Test::Absent) => Matcher::Constant(false),
                    (field, test) => Matcher::Values(
                        field,
                        Box::new([
                            ValueTest::compile(test).map_err(|reason| (name.clone(), reason))?
                        ]),
                    ),
                }
            }
        })
    }

    /// Whether the event is such a one.
    pub fn matches(&self, event: &Event<'_>) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.matches(event)),
            Self::Any(parts) => parts.iter().any(|part| part.matches(event)),
            Self::Not(part) => !part.matches(event),
            Self::Values(field, tests) => event
                .values
                .iter()
                .filter(|value| field.is_none_or(|field| value.field == field))
                .any(|value| tests.iter().any(|test| test.holds(value))),
            Self::Exists(field, wanted) => {
                event.of(*field).any(|value| !value.raw.is_empty()) == *wanted
            }
            Self::Present(field, wanted) => event.of(*field).next().is_some() == *wanted,
            Self::Constant(value) => *value,
        }
    }

    /// The expressions in it that cannot be compiled.
    pub fn faulty_expressions(&self) -> Vec<(Option<Field>, String)> {
        match self {
            Self::All(parts) | Self::Any(parts) => {
                parts.iter().flat_map(Matcher::faulty_expressions).collect()
            }
            Self::Not(part) => part.faulty_expressions(),
            Self::Values(field, tests) => tests
                .iter()
                .filter_map(|test| match test {
                    ValueTest::Regex(pattern) => pattern.compile().err(),
                    _ => None,
                })
                .map(|error| (*field, error.to_string()))
                .collect(),
            Self::Exists(..) | Self::Present(..) | Self::Constant(_) => Vec::new(),
        }
    }

    fn cost(&self) -> u32 {
        match self {
            Self::Constant(_) | Self::Exists(..) | Self::Present(..) => 0,
            Self::Values(_, tests) => tests.iter().map(ValueTest::cost).sum(),
            Self::Not(part) => part.cost(),
            Self::All(parts) | Self::Any(parts) => parts.iter().map(Matcher::cost).sum(),
        }
    }
}

fn compile_all(parts: &[Predicate]) -> Result<Vec<Matcher>, Uncompiled> {
    parts.iter().map(Matcher::compile).collect()
}

fn cheapest_first(mut parts: Vec<Matcher>) -> Box<[Matcher]> {
    parts.sort_by_key(Matcher::cost);
    parts.into_boxed_slice()
}

fn holds_without_field(test: &Test) -> bool {
    matches!(test, Test::Exists(false) | Test::Absent)
}

impl ValueTest {
    fn compile(test: &Test) -> Result<Self, String> {
        Ok(match test {
            Test::Like { parts, cased } => Self::pattern(parts, *cased),
            Test::Regex(source) => Self::Regex(Box::new(Pattern::new(source))),
            Test::Cidr(text) => Self::Cidr(
                Network::parse(text).ok_or_else(|| format!("{text:?} is not a network."))?,
            ),
            Test::Number { order, value } => Self::Number(*order, *value),
            Test::Absent => Self::Empty,
            Test::Exists(_) => Self::Anything,
        })
    }

    fn pattern(parts: &[Part], cased: bool) -> Self {
        let fold = |text: &str| -> Box<str> {
            if cased {
                text.into()
            } else {
                text.to_ascii_lowercase().into()
            }
        };
        let text = |literal: &str| Text {
            text: fold(literal),
            cased,
        };
        match parts {
            [] => Self::Empty,
            [Part::AnyText] => Self::Anything,
            [Part::Literal(literal)] => Self::Equal(text(literal)),
            [Part::Literal(literal), Part::AnyText] => Self::Start(text(literal)),
            [Part::AnyText, Part::Literal(literal)] => Self::End(text(literal)),
            [Part::AnyText, Part::Literal(literal), Part::AnyText] => Self::Contains(
                Box::new(Finder::new(fold(literal).as_bytes()).into_owned()),
                cased,
            ),
            parts => Self::Like(
                parts
                    .iter()
                    .map(|part| match part {
                        Part::Literal(literal) => Part::Literal(fold(literal).into()),
                        other => other.clone(),
                    })
                    .collect(),
                cased,
            ),
        }
    }

    fn holds(&self, value: &Value<'_>) -> bool {
        let of = |cased: bool| -> &str { if cased { &value.raw } else { &value.lower } };
        match self {
            Self::Equal(text) => of(text.cased) == &*text.text,
            Self::Start(text) => of(text.cased).starts_with(&*text.text),
            Self::End(text) => of(text.cased).ends_with(&*text.text),
            Self::Contains(finder, cased) => finder.find(of(*cased).as_bytes()).is_some(),
            Self::Like(parts, cased) => fits(parts, of(*cased)),
            Self::Regex(pattern) => pattern.is_match(&value.raw),
            Self::Cidr(network) => network.contains(&value.raw),
            Self::Number(order, wanted) => {
                value
                    .raw
                    .trim()
                    .parse::<i64>()
                    .is_ok_and(|number| match order {
                        Order::Less => number < *wanted,
                        Order::AtMost => number <= *wanted,
                        Order::Greater => number > *wanted,
                        Order::AtLeast => number >= *wanted,
                        Order::Equal => number == *wanted,
                    })
            }
            Self::Empty => value.raw.is_empty(),
            Self::Anything => true,
        }
    }

    fn cost(&self) -> u32 {
        match self {
            Self::Regex(_) => 50,
            Self::Like(..) => 10,
            Self::Contains(..) => 4,
            Self::Cidr(_) => 8,
            Self::Number(..) => 3,
            Self::Equal(_) | Self::Start(_) | Self::End(_) | Self::Empty | Self::Anything => 1,
        }
    }
}

/// Whether `text` as a whole fits the pattern. Linear but for backing up to the last `*`.
pub fn fits(parts: &[Part], text: &str) -> bool {
    let mut rest = text;
    let mut at = 0;
    let mut last_star: Option<(usize, &str)> = None;
    loop {
        let step = match parts.get(at) {
            Some(Part::AnyText) => {
                if at + 1 == parts.len() {
                    return true;
                }
                last_star = Some((at, rest));
                Some(rest)
            }
            Some(Part::AnyChar) => {
                let mut chars = rest.chars();
                chars.next().map(|_| chars.as_str())
            }
            Some(Part::Literal(literal)) => rest.strip_prefix(literal.as_str()),
            None if rest.is_empty() => return true,
            None => None,
        };
        match (step, last_star) {
            (Some(next), _) => {
                rest = next;
                at += 1;
            }
            (None, Some((star, from))) => {
                // One character more belongs to the star; a literal after it says how many at least.
                let next = match parts.get(star + 1) {
                    Some(Part::Literal(literal)) => {
                        let mut chars = from.chars();
                        if chars.next().is_none() {
                            return false;
                        }
                        match chars.as_str().find(literal.as_str()) {
                            Some(found) => &chars.as_str()[found..],
                            None => return false,
                        }
                    }
                    _ => {
                        let mut chars = from.chars();
                        if chars.next().is_none() {
                            return false;
                        }
                        chars.as_str()
                    }
                };
                last_star = Some((star, next));
                rest = next;
                at = star + 1;
            }
            (None, None) => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(pattern: &str) -> Vec<Part> {
        let mut parts = Vec::new();
        for c in pattern.chars() {
            match (c, parts.last_mut()) {
                ('*', _) => parts.push(Part::AnyText),
                ('?', _) => parts.push(Part::AnyChar),
                (c, Some(Part::Literal(text))) => text.push(c),
                (c, _) => parts.push(Part::Literal(c.to_string())),
            }
        }
        parts
    }

    #[test]
    fn a_pattern_fits_as_a_whole() {
        for (pattern, text, expected) in [
            ("a*b", "ab", true),
            ("a*b", "axxb", true),
            ("a*b", "axxbc", false),
            ("a*b*c", "abbbc", true),
            ("*ab?d*", "xxabcdxx", true),
            ("*ab?d", "ababcd", true),
            ("?", "", false),
            ("?", "ö", true),
            ("*aab", "aaaab", true),
            ("", "", true),
            ("", "a", false),
            ("*?b", "b", false),
        ] {
            assert_eq!(fits(&parts(pattern), text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn an_address_is_in_its_network_only() {
        let network = Network::parse("10.0.0.0/8").expect("a network");
        assert!(network.contains("10.200.3.4"));
        assert!(network.contains("::ffff:10.1.1.1"));
        assert!(!network.contains("11.0.0.1"));
        assert!(!network.contains("::a00:1"));
        assert!(!network.contains("10.0.0"));
        assert!(Network::parse("10.0.0.0/33").is_none());
        assert!(Network::parse("fe80::/10").is_some_and(|n| n.contains("fe80::1")));
        assert!(Network::parse("0.0.0.0/0").is_some_and(|n| n.contains("1.2.3.4")));
    }
}
