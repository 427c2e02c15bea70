//! The book of a conversation: which placeholder stands for what, and back.

use hashbrown::{HashMap, HashSet};

use sha2::{Digest, Sha256};

use super::wiped::Wiped;

/// What a placeholder begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Prefix {
    Host,
    User,
    Domain,
    Email,
    InternalAddress,
    Address,
    Mac,
    Sid,
    Term,
    /// What the text itself had in the shape of a placeholder that is taken.
    Literal,
}

impl Prefix {
    const ALL: [Self; 10] = [
        Self::Host,
        Self::User,
        Self::Domain,
        Self::Email,
        Self::InternalAddress,
        Self::Address,
        Self::Mac,
        Self::Sid,
        Self::Term,
        Self::Literal,
    ];

    fn text(self) -> &'static str {
        match self {
            Self::Host => "HOST",
            Self::User => "USER",
            Self::Domain => "DOMAIN",
            Self::Email => "EMAIL",
            Self::InternalAddress => "IP-INTERNAL",
            Self::Address => "IP",
            Self::Mac => "MAC",
            Self::Sid => "SID",
            Self::Term => "TERM",
            Self::Literal => "LITERAL",
        }
    }

    /// Which prefixes count together: an account, its e-mail address and its SID are one person.
    fn counter(self) -> Self {
        match self {
            Self::Email | Self::Sid => Self::User,
            other => other,
        }
    }
}

/// An entity under one spelling.
type Spelled = (Prefix, u32, u32);

#[derive(Default)]
pub(super) struct Book {
    /// By counter and by what makes the entity one: its number.
    entities: HashMap<Prefix, HashMap<Wiped, u32>>,
    numbers: HashMap<Prefix, u32>,
    spellings: HashMap<(Prefix, u32), Vec<Wiped>>,
    /// The second key of `spellings`, turned round.
    spelled: HashMap<(Prefix, u32), HashMap<Wiped, u32>>,
    /// Placeholders that texts had before they were given: never given.
    reserved: HashSet<Spelled>,
    /// Secrets by kind and digest, never by value.
    secrets: HashMap<(&'static str, [u8; 32]), u32>,
    secret_numbers: HashMap<&'static str, u32>,
}

impl Book {
    /// The placeholder of the entity `key`, as spelled in `original`.
    pub(super) fn placeholder(&mut self, prefix: Prefix, key: &str, original: &str) -> String {
        let counter = prefix.counter();
        let number = match self.entities.get(&counter).and_then(|of| of.get(key)) {
            Some(number) => *number,
            None => {
                let number = self.next(counter);
                let of = self.entities.entry(counter).or_default();
                of.insert(Wiped::from(key), number);
                number
            }
        };
        let spellings = self.spellings.entry((prefix, number)).or_default();
        let known = self.spelled.entry((prefix, number)).or_default();
        let variant = match known.get(original) {
            Some(variant) => *variant,
            None => {
                let mut variant = u32::try_from(spellings.len()).unwrap_or(u32::MAX);
                while self.reserved.contains(&(prefix, number, variant)) {
                    // The place stays empty: the text's own.
                    spellings.push(Wiped::from(""));
                    variant += 1;
                }
                spellings.push(Wiped::from(original));
                known.insert(Wiped::from(original), variant);
                variant
            }
        };
        format!("{}-{number}{}", prefix.text(), letters(variant))
    }

    /// A number of which no text had a placeholder before.
    fn next(&mut self, counter: Prefix) -> u32 {
        let number = self.numbers.entry(counter).or_default();
        loop {
            *number += 1;
            let is_reserved = Prefix::ALL
                .iter()
                .filter(|prefix| prefix.counter() == counter)
                .any(|prefix| self.reserved.contains(&(*prefix, *number, 0)));
            if !is_reserved {
                return *number;
            }
        }
    }

    /// The placeholder of a secret: it leads nowhere, and says only of which kind it is and whether
    /// it is the same as another.
    pub(super) fn secret(&mut self, kind: &'static str, value: &str) -> String {
        let digest: [u8; 32] = Sha256::digest(value).into();
        let next = self.secret_numbers.entry(kind).or_default();
        let number = *self.secrets.entry((kind, digest)).or_insert_with(|| {
            *next += 1;
            *next
        });
        format!("SECRET-{kind}-{number}")
    }

    /// What to write for a text's own `shape`, as spelled in `original`: nothing if it can stay,
    /// since it will never be given.
    pub(super) fn reserve(&mut self, shape: &Shape, original: &str) -> Option<String> {
        let spelled = (shape.prefix, shape.number, shape.variant);
        if self.original(spelled).is_some() {
            return Some(self.placeholder(Prefix::Literal, original, original));
        }
        self.reserved.insert(spelled);
        None
    }

    fn original(&self, (prefix, number, variant): Spelled) -> Option<&str> {
        let spellings = self.spellings.get(&(prefix, number))?;
        let original = spellings.get(usize::try_from(variant).ok()?)?;
        (!original.is_empty()).then_some(&**original)
    }

    /// Puts originals in the place of the placeholders that were given.
    pub(super) fn restore(&self, text: &str) -> String {
        let mut restored = String::with_capacity(text.len());
        let mut copied = 0;
        for shape in shapes(text) {
            let spelled = (shape.prefix, shape.number, shape.variant);
            if let Some(original) = self.original(spelled) {
                restored.push_str(&text[copied..shape.start]);
                restored.push_str(original);
                copied = shape.end;
            }
        }
        restored.push_str(&text[copied..]);
        restored
    }
}

/// The first spelling has no letter, then `b`, `c` … `z`, `ba`, `bb` …: digits of base 26.
fn letters(variant: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = variant;
    while rest > 0 {
        letters.push(b'a' + u8::try_from(rest % 26).unwrap_or_default());
        rest /= 26;
    }
    letters.into_iter().rev().map(char::from).collect()
}

fn variant(letters: &[u8]) -> Option<u32> {
    if letters
        .first()
        .is_some_and(|b| b.eq_ignore_ascii_case(&b'a'))
    {
        return None;
    }
    letters.iter().try_fold(0_u32, |value, letter| {
        let digit = letter.to_ascii_lowercase() - b'a';
        value.checked_mul(26)?.checked_add(u32::from(digit))
    })
}

/// A part of a text in the shape of a placeholder.
pub(super) struct Shape {
    pub(super) start: usize,
    pub(super) end: usize,
    prefix: Prefix,
    number: u32,
    variant: u32,
}

/// What in `text` has the shape of a placeholder, in any case, with a typographic dash or a plain one.
pub(super) fn shapes(text: &str) -> impl Iterator<Item = Shape> + '_ {
    let bytes = text.as_bytes();
    let digits = memchr::memchr_iter(b'-', bytes).chain(
        // The dashes of U+2010 to U+2015 begin so.
        memchr::memchr_iter(0xe2, bytes),
    );
    let mut found: Vec<Shape> = digits.filter_map(|dash| shape(text, dash)).collect();
    found.sort_by_key(|shape| shape.start);
    found.into_iter()
}

/// Whether a value is a placeholder, of a secret or of anything else, and nothing more.
pub(super) fn is_one(value: &str) -> bool {
    let Some(dash) = value.rfind('-').filter(|_| value.len() < 64) else {
        return false;
    };
    let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let is_secret = value.starts_with("SECRET-")
        && is_number(&value[dash + 1..])
        && value[..dash]
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-');
    is_secret
        || shape(value, dash).is_some_and(|shape| shape.start == 0 && shape.end == value.len())
}

fn dash_length(rest: &[u8]) -> Option<usize> {
    match rest {
        [b'-', ..] => Some(1),
        [0xe2, 0x80, 0x90..=0x95, ..] => Some(3),
        _ => None,
    }
}

/// The shape whose number begins behind the dash at `dash`.
fn shape(text: &str, dash: usize) -> Option<Shape> {
    let bytes = text.as_bytes();
    let first = dash + dash_length(&bytes[dash..])?;
    let rest = &bytes[first..];
    let digits = rest
        .iter()
        .take(10)
        .take_while(|b| b.is_ascii_digit())
        .count();
    let marks = rest[digits..]
        .iter()
        .take(7)
        .take_while(|b| b.is_ascii_alphabetic())
        .count();
    let end = first + digits + marks;
    if digits == 0 || rest[0] == b'0' || bytes.get(end).is_some_and(u8::is_ascii_alphanumeric) {
        return None;
    }
    let number = text[first..first + digits].parse().ok()?;
    let variant = variant(&bytes[first + digits..end])?;
    let before = &bytes[..dash];
    let ends = |word: &str, end: usize| {
        let start = end.checked_sub(word.len())?;
        before[start..end]
            .eq_ignore_ascii_case(word.as_bytes())
            .then_some(start)
    };
    let (start, prefix) = match ends("INTERNAL", dash) {
        Some(start) => {
            let dash = match &before[..start] {
                [.., b'-'] => start - 1,
                [.., 0xe2, 0x80, 0x90..=0x95] => start - 3,
                _ => return None,
            };
            (ends("IP", dash)?, Prefix::InternalAddress)
        }
        None => Prefix::ALL
            .into_iter()
            .find_map(|prefix| Some((ends(prefix.text(), dash)?, prefix)))?,
    };
    stands_alone(before, start).then_some(Shape {
        start,
        end,
        prefix,
        number,
        variant,
    })
}

/// Whether nothing before `start` makes a shape the end of a longer word. An escape (`\n`, `%2F`) is no
/// part of a word, and capitals behind a small letter begin another, as where names are found.
fn stands_alone(before: &[u8], start: usize) -> bool {
    match &before[..start] {
        [.., b'\\', b'n' | b'r' | b't'] => true,
        [.., b'%', one, two] if one.is_ascii_hexdigit() && two.is_ascii_hexdigit() => true,
        [.., last] if last.is_ascii_lowercase() => before[start].is_ascii_uppercase(),
        [.., last] => !last.is_ascii_alphanumeric(),
        [] => true,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn placeholders_are_put_back_in_every_form_that_a_model_writes() {
        let mut book = Book::default();
        assert_eq!(book.placeholder(Prefix::Host, "fin", "FIN"), "HOST-1");
        assert_eq!(book.placeholder(Prefix::Host, "fin", "fin"), "HOST-1b");
        assert_eq!(
            book.placeholder(Prefix::InternalAddress, "10.0.0.1", "10.0.0.1"),
            "IP-INTERNAL-1"
        );
        assert_eq!(
            book.restore("(host-1, HOST\u{2011}1b's) **IP-Internal-1**; HOST-11 GHOST-1 HOST-1c HOST-1x9 HOST-01"),
            "(FIN, fin's) **10.0.0.1**; HOST-11 GHOST-1 HOST-1c HOST-1x9 HOST-01"
        );
    }

    #[test]
    fn a_secret_leads_nowhere() {
        let mut book = Book::default();
        assert_eq!(book.secret("PASSWORD", "x"), "SECRET-PASSWORD-1");
        assert_eq!(book.secret("PASSWORD", "y"), "SECRET-PASSWORD-2");
        assert_eq!(book.secret("PASSWORD", "x"), "SECRET-PASSWORD-1");
        assert_eq!(book.restore("SECRET-PASSWORD-1"), "SECRET-PASSWORD-1");
    }

    proptest! {
        #[test]
        fn letters_count_without_a_gap(variant_number in 1_u32..200_000) {
            prop_assert_eq!(variant(letters(variant_number).as_bytes()), Some(variant_number));
        }
    }
}
