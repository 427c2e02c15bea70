//! A predicate over the fields of one event: what a Sigma rule says, and later what a hunt asks.
//!
//! The tree is data: it is evaluated in the analyst and, with the hunting language, compiled to the
//! vendors' query languages. Patterns are text; this crate runs none.

use serde::{Deserialize, Serialize};

/// A condition on an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Predicate {
    /// All hold; an empty list holds.
    All(Vec<Predicate>),
    /// At least one holds; an empty list does not.
    Any(Vec<Predicate>),
    /// It does not hold.
    Not(Box<Predicate>),
    /// A comparison with one field.
    Field {
        /// The field, in Sigma's taxonomy. `None`: any field (Sigma's keywords).
        name: Option<String>,
        /// The comparison. A field of several values holds if one of them does.
        test: Test,
    },
}

/// A comparison with one value. Text is compared without regard to case unless `cased`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// A pattern of literal parts, with any text where `*` and any character where `?` stood.
    Like {
        /// The parts in order.
        parts: Vec<Part>,
        /// Upper and lower case differ.
        cased: bool,
    },
    /// A regular expression, searched for anywhere in the value.
    Regex(String),
    /// An address within a network: `10.0.0.0/8`.
    Cidr(String),
    /// A number compares so.
    Number {
        /// How.
        order: Order,
        /// With what.
        value: i64,
    },
    /// The field is there (`true`) or not.
    Exists(bool),
    /// The field is there and empty, or not there.
    Absent,
}

/// A part of a pattern.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Exactly this text.
    Literal(String),
    /// Any text, none included.
    AnyText,
    /// One character.
    AnyChar,
}

/// How numbers compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
    /// `=`
    Equal,
}
