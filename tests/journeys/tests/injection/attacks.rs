//! The attacks: every goal in every encoding, over all fields, languages and places in a field.

use std::fmt;

use super::encodings::{ENCODINGS, Encoding};
use super::fields::{FIELDS, Field, HOST, Records, USER};
use super::goals::{GOALS, Goal, LANGUAGES};

/// Where in a field the order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Position {
    /// It is the field.
    Whole,
    /// Before what usually stands there.
    Start,
    /// In the middle of it.
    Middle,
    /// Behind it.
    End,
    /// Behind it, as an argument in quotation marks.
    Quoted,
    /// Behind 4 KiB that say nothing.
    AfterFiller,
    /// On lines of its own.
    Lines,
    /// Forty times.
    Repeated,
    /// Its second half in another field.
    Split,
}

/// All positions.
pub const POSITIONS: [Position; 9] = [
    Position::Whole,
    Position::Start,
    Position::Middle,
    Position::End,
    Position::Quoted,
    Position::AfterFiller,
    Position::Lines,
    Position::Repeated,
    Position::Split,
];

/// One attack.
#[derive(Clone, Copy)]
pub struct Attack {
    /// Its number, which all else follows from.
    pub number: usize,
    /// What it is after.
    pub goal: Goal,
    /// Which of [`LANGUAGES`].
    pub language: usize,
    /// How it is written.
    pub encoding: &'static Encoding,
    /// In which field.
    pub field: &'static Field,
    /// Where in it.
    pub position: Position,
}

impl Attack {
    /// Attack number `number`. Goals and encodings turn fastest, so that any run of numbers has all pairs of them;
    /// the rest is drawn, each by itself.
    pub fn number(number: usize) -> Self {
        let pairs = GOALS.len() * ENCODINGS.len();
        let round = number / pairs;
        // A field comes up once in so many numbers, and with another goal and encoding each time.
        let field = (number + round * 17) % FIELDS.len();
        Self {
            number,
            goal: GOALS[number % GOALS.len()],
            encoding: &ENCODINGS[number / GOALS.len() % ENCODINGS.len()],
            field: &FIELDS[field],
            language: drawn(number, 1) % LANGUAGES.len(),
            position: POSITIONS[drawn(number, 2) % POSITIONS.len()],
        }
    }

    /// The order in clear.
    pub fn order(&self, link: &str) -> String {
        let order = self.goal.orders()[self.language];
        let order = order.replace("{host}", HOST).replace("{user}", USER);
        order.replace("{link}", link)
    }

    /// The order as it is written.
    pub fn text(&self, link: &str) -> String {
        (self.encoding.write)(&self.order(link))
    }

    /// Puts `text` into the vendor's records, where this attack stands.
    pub fn put(&self, text: &str, records: &mut Records) {
        let usual = records.text(self.field.place).to_owned();
        let halves = |text: &str| {
            let characters: Vec<char> = text.chars().collect();
            let (first, second) = characters.split_at(characters.len() / 2);
            (String::from_iter(first), String::from_iter(second))
        };
        let written = match self.position {
            Position::Whole => text.to_owned(),
            Position::Start => format!("{text} {usual}"),
            Position::Middle => {
                let (first, second) = halves(&usual);
                format!("{first}{text}{second}")
            }
            Position::End => format!("{usual} {text}"),
            Position::Quoted => format!("{usual} \"{text}\""),
            Position::AfterFiller => format!("{usual} {}{text}", "lorem ipsum ".repeat(341)),
            Position::Lines => format!("{usual}\r\n\n{text}\n"),
            Position::Repeated => vec![text; 40].join(" "),
            Position::Split => {
                let (first, second) = halves(text);
                records.put(self.field.beside, format!("{usual} {second}"));
                first
            }
        };
        records.put(self.field.place, written);
    }
}

impl fmt::Display for Attack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "attack {}: {} in {}, {}, {:?} of the {}",
            self.number,
            self.goal.name(),
            LANGUAGES[self.language],
            self.encoding.name,
            self.position,
            self.field.name
        )
    }
}

/// A number that looks like chance and is the same every time (SplitMix64).
fn drawn(number: usize, stream: u64) -> usize {
    let mut z = (number as u64 ^ stream << 40).wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    usize::try_from((z ^ z >> 31) >> 8).unwrap_or(0)
}
