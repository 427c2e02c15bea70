//! Falcon Query Language: parsed strictly, held against JSON records.
//!
//! `field:[op]value`, `+` and, `,` or, parentheses; what alerts and hosts take differs and is told by [`Dialect`].

use std::cmp::Ordering;

use serde_json::Value;

use super::basis;
use crate::basis::Basis;

/// At most so many properties in a statement.
pub const MOST_PROPERTIES: usize = 20;

const DEEPEST: usize = 32;

/// Which service reads the filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Alerts: everything.
    Alerts,
    /// Hosts: comparisons on times only, no `!~`, no contains, no bare `*`.
    Hosts,
}

/// An operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// None written.
    Equal,
    /// `!`
    NotEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `~`
    Match,
    /// `!~`
    NotMatch,
    /// `*` before a quoted value
    Wildcard,
    /// `!*` before a quoted value
    NotWildcard,
}

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// In single quotes.
    Text(String),
    /// Bare.
    Number(f64),
    /// Bare.
    Flag(bool),
    /// Bare.
    Null,
    /// A bare `*`: the field is there.
    Any,
    /// In square brackets.
    Set(Vec<Literal>),
}

/// A filter.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// Everything: the empty filter.
    All,
    /// `+`
    And(Vec<Filter>),
    /// `,`
    Or(Vec<Filter>),
    /// One property.
    Property {
        /// With dots.
        name: String,
        /// Operator.
        op: Op,
        /// Value.
        value: Literal,
    },
}

/// Why a filter is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// Byte offset.
    pub at: usize,
    /// What was wrong.
    pub what: String,
    /// What the refusal rests on.
    pub basis: Basis,
}

impl std::fmt::Display for Malformed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "invalid filter expression: {} at position {}",
            self.what, self.at
        )
    }
}

/// Parses a filter.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn parse(text: &str, dialect: Dialect) -> Result<Filter, Malformed> {
    let mut parser = Parser {
        text,
        at: 0,
        dialect,
        properties: 0,
    };
    parser.skip_spaces();
    if parser.rest().is_empty() {
        return Ok(Filter::All);
    }
    let filter = parser.any_of(0)?;
    parser.skip_spaces();
    if parser.rest().is_empty() {
        Ok(filter)
    } else {
        Err(parser.error("unexpected text"))
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    dialect: Dialect,
    properties: usize,
}

impl Parser<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn error(&self, what: &str) -> Malformed {
        Malformed {
            at: self.at,
            what: what.to_owned(),
            basis: basis::FQL,
        }
    }

    fn skip_spaces(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn eat(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    fn any_of(&mut self, depth: usize) -> Result<Filter, Malformed> {
        let mut parts = vec![self.all_of(depth)?];
        loop {
            self.skip_spaces();
            if !self.eat(",") {
                return Ok(single_or(parts, Filter::Or));
            }
            parts.push(self.all_of(depth)?);
        }
    }

    fn all_of(&mut self, depth: usize) -> Result<Filter, Malformed> {
        let mut parts = vec![self.term(depth)?];
        loop {
            self.skip_spaces();
            if !self.eat("+") {
                return Ok(single_or(parts, Filter::And));
            }
            parts.push(self.term(depth)?);
        }
    }

    fn term(&mut self, depth: usize) -> Result<Filter, Malformed> {
        self.skip_spaces();
        if depth > DEEPEST {
            return Err(self.error("too many parentheses"));
        }
        if self.eat("(") {
            let inner = self.any_of(depth + 1)?;
            self.skip_spaces();
            return if self.eat(")") {
                Ok(inner)
            } else {
                Err(self.error("expected )"))
            };
        }
        self.property()
    }

    fn property(&mut self) -> Result<Filter, Malformed> {
        let length = self
            .rest()
            .bytes()
            .take_while(|byte| {
                byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'.')
            })
            .count();
        if length == 0 {
            return Err(self.error("expected a property name in lower case"));
        }
        let name = self.rest()[..length].to_owned();
        self.at += length;
        if !self.eat(":") {
            return Err(self.error("expected :"));
        }
        self.properties += 1;
        if self.properties > MOST_PROPERTIES {
            return Err(self.error("more than 20 properties"));
        }
        let start = self.at;
        let op = self.operator();
        self.skip_spaces();
        let value = self.literal()?;
        check(self.dialect, &name, op, &value).map_err(|(basis, what)| Malformed {
            at: start,
            what,
            basis,
        })?;
        Ok(Filter::Property { name, op, value })
    }

    fn operator(&mut self) -> Op {
        // A star is an operator only before a quote; alone it is the value that means "is there".
        for (token, op) in [("!*'", Op::NotWildcard), ("*'", Op::Wildcard)] {
            if self.rest().starts_with(token) {
                self.at += token.len() - 1;
                return op;
            }
        }
        for (token, op) in [
            ("!~", Op::NotMatch),
            (">=", Op::GreaterEqual),
            ("<=", Op::LessEqual),
            ("!", Op::NotEqual),
            (">", Op::Greater),
            ("<", Op::Less),
            ("~", Op::Match),
        ] {
            if self.eat(token) {
                return op;
            }
        }
        Op::Equal
    }

    fn literal(&mut self) -> Result<Literal, Malformed> {
        if self.eat("[") {
            let mut items = Vec::new();
            loop {
                self.skip_spaces();
                items.push(self.scalar()?);
                self.skip_spaces();
                if self.eat("]") {
                    return Ok(Literal::Set(items));
                }
                if !self.eat(",") {
                    return Err(self.error("expected , or ]"));
                }
            }
        }
        self.scalar()
    }

    fn scalar(&mut self) -> Result<Literal, Malformed> {
        if self.eat("'") {
            return self.quoted();
        }
        if self.eat("*") {
            return Ok(Literal::Any);
        }
        let length = self
            .rest()
            .bytes()
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'))
            .count();
        let word = self.rest()[..length].to_owned();
        let literal = match word.as_str() {
            "true" => Literal::Flag(true),
            "false" => Literal::Flag(false),
            "null" => Literal::Null,
            _ => match word.parse::<f64>() {
                Ok(number)
                    if number.is_finite() && word.bytes().any(|byte| byte.is_ascii_digit()) =>
                {
                    Literal::Number(number)
                }
                _ => return Err(self.error("expected a value; text stands in single quotes")),
            },
        };
        self.at += length;
        Ok(literal)
    }

    fn quoted(&mut self) -> Result<Literal, Malformed> {
        let mut text = String::new();
        let mut characters = self.text[self.at..].char_indices();
        while let Some((offset, character)) = characters.next() {
            match character {
                '\'' => {
                    self.at += offset + 1;
                    return Ok(Literal::Text(text));
                }
                '\\' => match characters.next() {
                    Some((_, escaped)) => text.push(escaped),
                    None => break,
                },
                other => text.push(other),
            }
        }
        Err(self.error("unterminated quote"))
    }
}

fn single_or(mut parts: Vec<Filter>, join: fn(Vec<Filter>) -> Filter) -> Filter {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        Some(last) => {
            parts.push(last);
            join(parts)
        }
        None => Filter::All,
    }
}

fn is_time(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    last == "timestamp"
        || last.ends_with("_timestamp")
        || matches!(last, "first_seen" | "last_seen" | "last_reboot")
}

/// Properties of alerts that hold lists: they take exact values only.
const LISTS: &[&str] = &[
    "data_domains",
    "host_names",
    "linked_case_ids",
    "source_hosts",
    "source_ips",
    "source_products",
    "source_vendors",
    "tags",
    "user_names",
];
/// The property of alerts that takes one word of a comment.
const COMMENT: &str = "comments.value";
/// The property of hosts that takes a wildcard for an address: the same value as `local_ip`.
const ADDRESS_PATTERN: &str = "local_ip.raw";

/// `'*'` after `!`: the way to ask for what is not set.
const ANY_TEXT: &str = "*";

/// What a dialect refuses.
fn check(dialect: Dialect, name: &str, op: Op, value: &Literal) -> Result<(), (Basis, String)> {
    let compares = matches!(
        op,
        Op::Greater | Op::GreaterEqual | Op::Less | Op::LessEqual
    );
    if compares
        && matches!(
            value,
            Literal::Set(_) | Literal::Null | Literal::Flag(_) | Literal::Any
        )
    {
        return Err((
            basis::FQL,
            "a comparison needs a number or a text".to_owned(),
        ));
    }
    if matches!(op, Op::Match | Op::NotMatch) && !matches!(value, Literal::Text(_)) {
        return Err((basis::FQL, "~ needs a text".to_owned()));
    }
    if compares
        && !is_time(name)
        && matches!(value, Literal::Text(text) if as_number(&Value::from(text.as_str())).is_none())
    {
        return Err((basis::FQL, format!("a comparison on {name} needs a number")));
    }
    if dialect == Dialect::Alerts && (LISTS.contains(&name) || name == COMMENT) {
        check_exact(name, op, value)?;
    }
    if is_time(name) {
        let starred = matches!(value, Literal::Text(text) if text.contains('*'))
            || matches!(op, Op::Wildcard | Op::NotWildcard);
        if starred {
            return Err((
                basis::FQL,
                format!("wildcards are not allowed on the time {name}"),
            ));
        }
        if let Literal::Text(text) = value
            && instant(text, 0).is_none()
        {
            return Err((basis::FQL, format!("{name} needs a time, not {text:?}")));
        }
    }
    if dialect == Dialect::Hosts {
        if compares && !is_time(name) {
            return Err((
                basis::FQL_HOSTS,
                format!("comparisons are only allowed on times, not on {name}"),
            ));
        }
        if op == Op::NotMatch {
            return Err((basis::FQL_HOSTS, "!~ is not supported".to_owned()));
        }
        if *value == Literal::Any {
            return Err((
                basis::FQL_HOSTS,
                format!("a bare * is not allowed on {name}"),
            ));
        }
        if let Literal::Text(text) = value
            && name != ADDRESS_PATTERN
        {
            check_host_pattern(name, text)?;
        }
    }
    Ok(())
}

/// Lists take whole values, comments one word.
fn check_exact(name: &str, op: Op, value: &Literal) -> Result<(), (Basis, String)> {
    let starred = matches!(value, Literal::Text(text) if text.contains('*') && text != ANY_TEXT);
    if starred || !matches!(op, Op::Equal | Op::NotEqual) {
        return Err((basis::FQL_ARRAYS, format!("{name} takes exact values only")));
    }
    if name == COMMENT
        && matches!(value, Literal::Text(text) if text.split_whitespace().count() > 1)
    {
        return Err((basis::FQL_ARRAYS, format!("{name} takes one word")));
    }
    Ok(())
}

/// On hosts a star stands at one end of a text, however the operator is written.
fn check_host_pattern(name: &str, text: &str) -> Result<(), (Basis, String)> {
    if name == "local_ip" && text.contains('*') {
        return Err((
            basis::FQL_HOSTS,
            format!("a wildcard on an address is for {ADDRESS_PATTERN}"),
        ));
    }
    let inner = text.strip_suffix('*').unwrap_or(text);
    let inner = if inner.len() == text.len() {
        text.strip_prefix('*').unwrap_or(text)
    } else {
        inner
    };
    if inner.contains('*') {
        return Err((
            basis::FQL_HOSTS,
            format!("contains is not supported on {name}"),
        ));
    }
    Ok(())
}

/// Milliseconds since the epoch of `2026-01-02T03:04:05Z`, `2026-01-02`, or `now-7d` seen from `now_ms`.
#[must_use]
pub fn instant(text: &str, now_ms: i64) -> Option<i64> {
    if let Some(rest) = text.strip_prefix("now") {
        if rest.is_empty() {
            return Some(now_ms);
        }
        let (sign, rest) = match rest.split_at_checked(1)? {
            ("-", rest) => (-1, rest),
            ("+", rest) => (1, rest),
            _ => return None,
        };
        let unit = rest.chars().last()?;
        let amount: i64 = rest
            .strip_suffix(unit)?
            .parse()
            .ok()
            .filter(|amount| (0..1_000_000).contains(amount))?;
        let unit_ms = match unit {
            's' => 1_000,
            'm' => 60_000,
            'h' => 3_600_000,
            'd' => 86_400_000,
            'w' => 7 * 86_400_000,
            _ => return None,
        };
        return Some(now_ms + sign * amount * unit_ms);
    }
    if let Ok(stamp) = text.parse::<jiff::Timestamp>() {
        return Some(stamp.as_millisecond());
    }
    if let Ok(civil) = text.parse::<jiff::civil::DateTime>() {
        return civil
            .to_zoned(jiff::tz::TimeZone::UTC)
            .ok()
            .map(|zoned| zoned.timestamp().as_millisecond());
    }
    None
}

/// All values of a dotted name in a record; lists are looked into.
#[must_use]
pub fn values<'a>(record: &'a Value, name: &str) -> Vec<&'a Value> {
    let mut found = vec![record];
    for part in name.split('.') {
        found = found
            .into_iter()
            .flat_map(|value| match value {
                Value::Array(items) => items
                    .iter()
                    .filter_map(|item| item.get(part))
                    .collect::<Vec<_>>(),
                other => other.get(part).into_iter().collect(),
            })
            .collect();
    }
    found
        .into_iter()
        .flat_map(|value| match value {
            Value::Array(items) => items.iter().collect::<Vec<_>>(),
            other => vec![other],
        })
        .collect()
}

impl Filter {
    /// Whether a record passes.
    #[must_use]
    pub fn matches(&self, record: &Value, dialect: Dialect, now_ms: i64) -> bool {
        match self {
            Self::All => true,
            Self::And(parts) => parts
                .iter()
                .all(|part| part.matches(record, dialect, now_ms)),
            Self::Or(parts) => parts
                .iter()
                .any(|part| part.matches(record, dialect, now_ms)),
            Self::Property { name, op, value } => {
                property_matches(record, dialect, now_ms, name, *op, value)
            }
        }
    }
}

fn property_matches(
    record: &Value,
    dialect: Dialect,
    now_ms: i64,
    name: &str,
    op: Op,
    wanted: &Literal,
) -> bool {
    let plain = match (dialect, name) {
        (Dialect::Hosts, ADDRESS_PATTERN) => "local_ip",
        _ => name,
    };
    let found: Vec<&Value> = values(record, plain)
        .into_iter()
        .filter(|value| !value.is_null())
        .collect();
    let negated = matches!(op, Op::NotEqual | Op::NotMatch | Op::NotWildcard);
    let positive = match op {
        Op::NotEqual => Op::Equal,
        Op::NotMatch => Op::Match,
        Op::NotWildcard => Op::Wildcard,
        other => other,
    };
    if op == Op::NotEqual && matches!(wanted, Literal::Text(text) if text.is_empty()) {
        // `!''` asks whether there is anything.
        return found.iter().any(|value| !as_text(value).is_empty());
    }
    let hit = match wanted {
        Literal::Null => found.is_empty(),
        Literal::Any => !found.is_empty(),
        Literal::Set(items) => items
            .iter()
            .any(|item| found.iter().any(|value| equal_exactly(value, item))),
        _ => found
            .iter()
            .any(|value| one_matches(value, dialect, now_ms, plain, positive, wanted)),
    };
    hit != negated
}

fn equal_exactly(value: &Value, wanted: &Literal) -> bool {
    match wanted {
        Literal::Text(text) => as_text(value) == *text,
        Literal::Number(number) => as_number(value) == Some(*number),
        Literal::Flag(flag) => value.as_bool() == Some(*flag),
        Literal::Null => value.is_null(),
        Literal::Any | Literal::Set(_) => false,
    }
}

fn one_matches(
    value: &Value,
    dialect: Dialect,
    now_ms: i64,
    name: &str,
    op: Op,
    wanted: &Literal,
) -> bool {
    let order = |wanted: &Literal| match wanted {
        Literal::Number(number) => as_number(value).and_then(|found| found.partial_cmp(number)),
        Literal::Text(text) if is_time(name) => {
            Some(instant(&as_text(value), now_ms)?.cmp(&instant(text, now_ms)?))
        }
        Literal::Text(text) => match (as_number(value), text.parse::<f64>().ok()) {
            (Some(found), Some(wanted)) => found.partial_cmp(&wanted),
            _ => Some(as_text(value).cmp(text)),
        },
        _ => None,
    };
    match op {
        Op::Greater => order(wanted) == Some(Ordering::Greater),
        Op::GreaterEqual => matches!(order(wanted), Some(Ordering::Greater | Ordering::Equal)),
        Op::Less => order(wanted) == Some(Ordering::Less),
        Op::LessEqual => matches!(order(wanted), Some(Ordering::Less | Ordering::Equal)),
        Op::Match => matches!(wanted, Literal::Text(text) if tokens_match(&as_text(value), text)),
        Op::Wildcard => matches!(wanted, Literal::Text(text) if wildcard(&as_text(value), text)),
        _ => match wanted {
            Literal::Text(_) if is_time(name) => order(wanted) == Some(Ordering::Equal),
            Literal::Text(text) if text.contains('*') => wildcard(&as_text(value), text),
            Literal::Text(text) if dialect == Dialect::Alerts && name == COMMENT => {
                has_word(&as_text(value), text)
            }
            // A host's name in plain quotes finds every host that has the word in its name.
            Literal::Text(text) if dialect == Dialect::Hosts && name == "hostname" => {
                tokens_match(&as_text(value), text)
            }
            other => equal_exactly(value, other),
        },
    }
}

fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn as_number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.parse().ok().filter(|number: &f64| number.is_finite()),
        _ => None,
    }
}

/// `wanted` is a word of `text` as it stands there; punctuation around either does not count.
fn has_word(text: &str, wanted: &str) -> bool {
    fn bare(word: &str) -> &str {
        word.trim_matches(|c: char| c.is_ascii_punctuation())
    }
    text == wanted
        || text
            .split_whitespace()
            .any(|word| !bare(word).is_empty() && bare(word) == bare(wanted))
}

/// Every word of `wanted` is a word of `text`; case, spaces and punctuation do not count.
fn tokens_match(text: &str, wanted: &str) -> bool {
    fn words(text: &str) -> Vec<String> {
        text.split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect()
    }
    let (have, want) = (words(text), words(wanted));
    !want.is_empty() && want.iter().all(|word| have.contains(word))
}

/// `*` stands for any text.
#[must_use]
pub fn wildcard(text: &str, pattern: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or("");
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else {
        return rest.is_empty();
    };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// `field.desc` or `field|desc`: the field and whether it descends.
///
/// # Errors
/// What is wrong with it.
pub fn sort_order(text: &str) -> Result<(String, bool), String> {
    let (field, direction) = text
        .rsplit_once('|')
        .or_else(|| text.rsplit_once('.'))
        .ok_or_else(|| format!("invalid sort {text:?}"))?;
    let descending = match direction {
        "asc" => false,
        "desc" => true,
        _ => return Err(format!("invalid sort direction {direction:?}")),
    };
    if field.is_empty()
        || !field.bytes().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'.')
        })
    {
        return Err(format!("invalid sort field {field:?}"));
    }
    Ok((field.to_owned(), descending))
}

/// Whether any record has the field that is sorted by.
#[must_use]
pub fn known<'a>(mut records: impl Iterator<Item = &'a Value>, field: &str) -> bool {
    records.any(|record| !values(record, field).is_empty())
}

/// Compares two records by a field, numbers as numbers.
#[must_use]
pub fn compare(one: &Value, other: &Value, field: &str) -> Ordering {
    let (one, other) = (values(one, field), values(other, field));
    match (one.first(), other.first()) {
        // Times come with and without fractions, which no text order gets right.
        (Some(one), Some(other)) if is_time(field) => {
            let (one, other) = (as_text(one), as_text(other));
            instant(&one, 0)
                .cmp(&instant(&other, 0))
                .then_with(|| one.cmp(&other))
        }
        (Some(one), Some(other)) => match (as_number(one), as_number(other)) {
            (Some(one), Some(other)) => one.total_cmp(&other),
            _ => as_text(one).cmp(&as_text(other)),
        },
        (one, other) => one.is_some().cmp(&other.is_some()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_780_000_000_000;

    fn passes(filter: &str, record: &Value) -> bool {
        parse(filter, Dialect::Alerts)
            .unwrap_or_else(|error| panic!("{filter}: {error}"))
            .matches(record, Dialect::Alerts, NOW)
    }

    fn alert() -> Value {
        json!({
            "status": "new", "severity": 70, "tags": ["a", "b"], "show_in_ui": true, "cmdline": r"cmd /c 'x' C:\t",
            "device": {"hostname": "LYN-FIN-07"}, "comments": [{"value": "One"}, {"value": "two"}, {"value": "Host isolated, by Aside."}], "empty": "",
            "created_timestamp": "2026-05-28T20:26:40.123456789Z", "assigned_to_name": null
        })
    }

    #[test]
    fn operators_do_what_the_sheet_says() {
        let alert = alert();
        for (filter, expected) in [
            ("status:'new'", true),
            ("status:!'new'", false),
            ("severity:>=70", true),
            ("severity:>70", false),
            ("severity:<'90'", true),
            ("status:['closed','new']", true),
            ("status:!['closed','new']", false),
            ("tags:'b'", true),
            ("show_in_ui:true", true),
            ("assigned_to_name:null", true),
            ("assigned_to_name:!'*'", true),
            ("nothing:null", true),
            ("device.hostname:'LYN-FIN-07'", true),
            ("device.hostname:'lyn-fin-07'", false),
            ("device.hostname:~'fin lyn'", true),
            ("device.hostname:!~'fin'", false),
            ("device.hostname:*'*FIN*'", true),
            ("device.hostname:*'FIN*'", false),
            ("device.hostname:!*'FIN*'", true),
            ("device.hostname:'LYN*'", true),
            ("comments.value:'two'", true),
            ("comments.value:'Two'", false),
            ("comments.value:'isolated'", true),
            ("comments.value:'isolate'", false),
            ("comments.value:!'isolated'", false),
            ("status:!''", true),
            ("empty:!''", false),
            ("assigned_to_name:!''", false),
            ("nothing:!''", false),
            ("tags:!'*'", false),
            ("linked_case_ids:!'*'", true),
            ("device.hostname.raw:'LYN-FIN-07'", false),
            (r"cmdline:'cmd /c \'x\' C:\\t'", true),
            ("created_timestamp:>'2026-05-28'", true),
            ("created_timestamp:>'now-1d'", true),
            ("status:'new'+severity:70,status:'closed'", true),
            ("status:'closed'+(severity:70,severity:90)", false),
            ("(status:'closed',status:'new')+severity:70", true),
            ("nothing:*", false),
            ("status:*", true),
        ] {
            assert_eq!(passes(filter, &alert), expected, "{filter}");
        }
    }

    #[test]
    fn malformed_filters_are_refused() {
        for filter in [
            "status",
            "status:",
            "status:new",
            "Status:'new'",
            "status:'new",
            "status='new'",
            "status:'new' status:'x'",
            "(status:'new'",
            "status:'new')",
            "status:[]",
            "status:['a'",
            "status:\"new\"",
            "+status:'a'",
            "status:'a'+",
            "status:>null",
            "severity:~70",
            "status:'a' and severity:70",
            "created_timestamp:*'2026*'",
            "created_timestamp:'2026-*'",
            "created_timestamp:>'yesterday'",
            "severity:>--5",
            "severity:>='x'",
            "tags:'a*'",
            "tags:*'*b*'",
            "tags:~'a'",
            "tags:>'a'",
            "data_domains:'End*'",
            "comments.value:'two words'",
            "comments.value:*'*wo*'",
            "comments.value:~'two'",
        ] {
            assert!(parse(filter, Dialect::Alerts).is_err(), "{filter}");
        }
    }

    #[test]
    fn hosts_refuse_what_alerts_take() {
        for filter in [
            "agent_version:>'7'",
            "hostname:!~'x'",
            "hostname:'*x*'",
            "hostname:*",
            "severity:>=4",
            "hostname:*'*x*'",
            "hostname:'a*b'",
            "local_ip:*'10.*'",
        ] {
            assert!(parse(filter, Dialect::Hosts).is_err(), "{filter}");
            assert!(parse(filter, Dialect::Alerts).is_ok(), "{filter}");
        }
        for filter in [
            "last_seen:>'now-7d'",
            "hostname:'a'",
            "hostname:['A']",
            "local_ip.raw:*'10.*'",
            "local_ip.raw:*'*.0.2.*'",
            "hostname:'lyn*'",
            "hostname:'*-01'",
        ] {
            assert!(parse(filter, Dialect::Hosts).is_ok(), "{filter}");
        }
    }

    #[test]
    fn a_host_name_in_quotes_finds_several_and_in_a_set_exactly_one() {
        let host = json!({"hostname": "LYN-FIN-07"});
        let hit = |filter: &str| {
            parse(filter, Dialect::Hosts)
                .expect(filter)
                .matches(&host, Dialect::Hosts, NOW)
        };
        assert!(hit("hostname:'fin'"));
        assert!(!hit("hostname:['lyn-fin-07']"));
        assert!(hit("hostname:['LYN-FIN-07']"));
    }

    #[test]
    fn more_than_twenty_properties_are_refused() {
        let filter = |count: usize| vec!["status:'new'"; count].join("+");
        assert!(parse(&filter(20), Dialect::Alerts).is_ok());
        assert!(parse(&filter(21), Dialect::Alerts).is_err());
    }

    #[test]
    fn deep_nesting_is_refused_and_not_followed() {
        let filter = format!("{}status:'a'{}", "(".repeat(100_000), ")".repeat(100_000));
        assert!(parse(&filter, Dialect::Alerts).is_err());
    }

    #[test]
    fn times_are_ordered_as_times_with_or_without_fractions() {
        let at = |text: &str| json!({ "timestamp": text });
        let (whole, later) = (at("2026-01-02T03:04:05Z"), at("2026-01-02T03:04:05.5Z"));
        assert_eq!(compare(&whole, &later, "timestamp"), Ordering::Less);
        assert_eq!(compare(&later, &whole, "timestamp"), Ordering::Greater);
    }

    #[test]
    fn sort_orders_take_both_writings() {
        assert_eq!(
            sort_order("severity.desc"),
            Ok(("severity".to_owned(), true))
        );
        assert_eq!(
            sort_order("device.hostname|asc"),
            Ok(("device.hostname".to_owned(), false))
        );
        assert!(sort_order("severity").is_err());
        assert!(sort_order("severity.down").is_err());
    }

    fn quote(text: &str) -> String {
        format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
    }

    proptest! {
        #[test]
        fn parsing_never_panics(text in "\\PC{0,200}") {
            let _ = parse(&text, Dialect::Alerts);
            let _ = parse(&text, Dialect::Hosts);
        }

        #[test]
        fn any_escaped_text_without_a_star_equals_itself(text in "[^*]{0,60}", other in "[^*]{0,60}") {
            let filter = parse(&format!("cmdline:{}", quote(&text)), Dialect::Alerts).expect("quoted text parses");
            let itself = json!({ "cmdline": text });
            prop_assert!(filter.matches(&itself, Dialect::Alerts, NOW));
            prop_assert_eq!(filter.matches(&json!({"cmdline": other.clone()}), Dialect::Alerts, NOW), text == other);
        }

        #[test]
        fn a_wildcard_agrees_with_its_regular_expression(text in "[ab]{0,12}", pattern in "[ab*]{0,6}") {
            let regex = regex::Regex::new(&format!("^{}$", pattern.replace('*', ".*"))).expect("a plain pattern");
            prop_assert_eq!(wildcard(&text, &pattern), regex.is_match(&text));
        }
    }
}
