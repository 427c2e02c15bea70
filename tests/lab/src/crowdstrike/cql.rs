//! The part of the LogScale query language that the lab runs: filters, `in()`, and a pipe of six functions.
//!
//! `or` binds tighter than `and` here, as in LogScale. What is beyond this part is refused by name; what is no query
//! at all finds nothing, as the vendor's engine answers it (except an unbalanced bracket, which is an error).

use std::{cmp::Ordering, collections::BTreeMap};

use regex::Regex;
use serde_json::{Map, Number, Value};

use super::{fql::wildcard, telemetry::Row};

/// A row while a query runs.
pub type Fields = BTreeMap<String, String>;

/// Rows that a query without head, tail or aggregate gives.
pub const IMPLIED_TAIL: usize = 200;
/// The largest head, tail and sort.
pub const CEILING: usize = 50_000;
/// The longest query text.
pub const LONGEST: usize = 66_000;

const DEEPEST: usize = 64;

/// Why a query is not run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// An error that the vendor's engine reports too.
    Broken(String),
    /// Valid, as far as known, but beyond the lab.
    NotSimulated(String),
    /// No query: the vendor's engine answers with nothing.
    Nonsense,
}

/// A condition on a row.
#[derive(Debug, Clone)]
pub enum Condition {
    /// Side by side, or `and`.
    And(Vec<Condition>),
    /// `or`.
    Or(Vec<Condition>),
    /// `not`, `!`.
    Not(Box<Condition>),
    /// `field = pattern`; `*` stands for any text.
    Equal(String, String),
    /// `field != pattern`: also true where the field is missing.
    Unequal(String, String),
    /// `field = /…/`.
    Matches(String, Regex),
    /// A word or text alone: found anywhere in the raw text.
    Free(String),
    /// A regular expression alone.
    FreeMatches(Regex),
    /// `in(field, values=[…])`.
    In {
        /// Field.
        field: String,
        /// Patterns.
        values: Vec<String>,
        /// `ignoreCase=true`.
        ignore_case: bool,
    },
}

/// A step of the pipe.
#[derive(Debug, Clone)]
pub enum Step {
    /// Keep what passes.
    Filter(Condition),
    /// `count()`: one row.
    Count(Counting),
    /// `groupBy([…], function=…)`.
    GroupBy(Vec<String>, Vec<Counting>),
    /// `sort([…], order=…, limit=…)`.
    Sort(Vec<String>, bool, usize),
    /// `head(n)`.
    Head(usize),
    /// `tail(n)`.
    Tail(usize),
    /// `select([…])`.
    Select(Vec<String>),
}

/// `count(field?, distinct?, as?)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counting {
    /// Counts rows that have it; none: all rows.
    pub field: Option<String>,
    /// Counts different values.
    pub distinct: bool,
    /// Name of the result.
    pub name: String,
}

/// A parsed query.
#[derive(Debug, Clone)]
pub struct Query {
    /// In order.
    pub steps: Vec<Step>,
}

/// What a query gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Rows as the service writes them.
    pub events: Vec<Value>,
    /// Count and groupBy make it an aggregate.
    pub aggregate: bool,
    /// Columns, for aggregates and `select`.
    pub field_order: Vec<String>,
}

/// Parses a query.
///
/// # Errors
/// See [`Refusal`].
pub fn parse(text: &str) -> Result<Query, Refusal> {
    if text.len() > LONGEST {
        return Err(Refusal::Broken(
            "the query is longer than 66000 characters".to_owned(),
        ));
    }
    let tokens = tokens(text)?;
    balanced(&tokens)?;
    let mut parser = Parser { tokens, at: 0 };
    let mut steps = Vec::new();
    loop {
        if let Some(step) = parser.step()? {
            steps.push(step);
        }
        match parser.next() {
            None => break,
            Some(Token::Pipe) => {}
            Some(_) => return Err(Refusal::Nonsense),
        }
    }
    Ok(Query { steps })
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Word(String),
    Text(String),
    Regex(String, String),
    Mark(&'static str),
    Pipe,
}

const MARKS: &[&str] = &[
    "!=", ":=", ">=", "<=", "=~", "==", "=", "!", "(", ")", "[", "]", ",", ">", "<", "{", "}", ";",
    "+", "-", "/", "%",
];

fn tokens(text: &str) -> Result<Vec<Token>, Refusal> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if first.is_whitespace() {
            rest = rest.trim_start();
        } else if let Some(comment) = rest.strip_prefix("//") {
            rest = comment.find('\n').map_or("", |end| &comment[end..]);
        } else if let Some(comment) = rest.strip_prefix("/*") {
            rest = comment
                .find("*/")
                .map(|end| &comment[end + 2..])
                .ok_or_else(|| Refusal::Broken("unterminated comment".to_owned()))?;
        } else if first == '"' {
            let (token, after) = quoted(&rest[1..])?;
            tokens.push(Token::Text(token));
            rest = after;
        } else if first == '/'
            && matches!(
                tokens.last(),
                None | Some(Token::Mark("=" | "!=" | "(" | "," | "!" | "=~") | Token::Pipe)
            )
        {
            let (token, after) = regex_literal(&rest[1..])?;
            tokens.push(token);
            rest = after;
        } else if let Some(after) = rest.strip_prefix('|') {
            tokens.push(Token::Pipe);
            rest = after;
        } else if word_length(rest) > 0 {
            let length = word_length(rest);
            tokens.push(Token::Word(rest[..length].to_owned()));
            rest = &rest[length..];
        } else if let Some(mark) = MARKS.iter().find(|mark| rest.starts_with(**mark)) {
            tokens.push(Token::Mark(mark));
            rest = &rest[mark.len()..];
        } else {
            return Err(Refusal::Nonsense);
        }
    }
    Ok(tokens)
}

fn word_length(text: &str) -> usize {
    let length = text
        .find(|c: char| {
            !(c.is_alphanumeric()
                || matches!(c, '#' | '@' | '_' | '.' | '*' | '\\' | ':' | '$' | '-'))
        })
        .unwrap_or(text.len());
    // `a := b` is an assignment, no word that ends in a colon.
    match text[..length].strip_suffix(':') {
        Some(word) if text[length..].starts_with('=') => word.len(),
        _ => length,
    }
}

fn quoted(text: &str) -> Result<(String, &str), Refusal> {
    let mut out = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Ok((out, &text[at + 1..])),
            '\\' => match characters.next() {
                Some((_, 'n')) => out.push('\n'),
                Some((_, 't')) => out.push('\t'),
                Some((_, escaped @ ('"' | '\\'))) => out.push(escaped),
                Some((_, other)) => {
                    out.push('\\');
                    out.push(other);
                }
                None => break,
            },
            other => out.push(other),
        }
    }
    Err(Refusal::Broken("unterminated text".to_owned()))
}

fn regex_literal(text: &str) -> Result<(Token, &str), Refusal> {
    let mut pattern = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '/' => {
                let after = &text[at + 1..];
                let flags = after
                    .find(|c: char| !c.is_ascii_alphabetic())
                    .unwrap_or(after.len());
                return Ok((
                    Token::Regex(pattern, after[..flags].to_owned()),
                    &after[flags..],
                ));
            }
            '\\' => match characters.next() {
                Some((_, '/')) => pattern.push('/'),
                Some((_, other)) => {
                    pattern.push('\\');
                    pattern.push(other);
                }
                None => break,
            },
            other => pattern.push(other),
        }
    }
    Err(Refusal::Broken(
        "unterminated regular expression".to_owned(),
    ))
}

fn balanced(tokens: &[Token]) -> Result<(), Refusal> {
    let mut open = Vec::new();
    for token in tokens {
        let Token::Mark(mark) = token else { continue };
        match *mark {
            "(" | "[" | "{" => open.push(*mark),
            ")" | "]" | "}" => {
                let wanted = match *mark {
                    ")" => "(",
                    "]" => "[",
                    _ => "{",
                };
                if open.pop() != Some(wanted) {
                    return Err(Refusal::Broken(format!("unbalanced {mark}")));
                }
            }
            _ => {}
        }
    }
    match open.last() {
        None => Ok(()),
        Some(mark) => Err(Refusal::Broken(format!("unbalanced {mark}"))),
    }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
}

/// A function's name and its arguments.
type Call = (String, Arguments);

/// An argument of a function.
#[derive(Debug, Clone)]
enum Argument {
    One(String),
    Many(Vec<String>),
    Calls(Vec<Call>),
}

type Arguments = Vec<(Option<String>, Argument)>;

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn peek_after(&self) -> Option<&Token> {
        self.tokens.get(self.at + 1)
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += usize::from(token.is_some());
        token
    }

    fn eat(&mut self, mark: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Mark(found)) if *found == mark);
        self.at += usize::from(found);
        found
    }

    fn eat_word(&mut self, word: &str) -> bool {
        let found =
            matches!(self.peek(), Some(Token::Word(found)) if found.eq_ignore_ascii_case(word));
        self.at += usize::from(found);
        found
    }

    fn at_end(&self) -> bool {
        matches!(self.peek(), None | Some(Token::Pipe))
    }

    fn step(&mut self) -> Result<Option<Step>, Refusal> {
        if self.at_end() {
            return Ok(None);
        }
        if let (Some(Token::Word(name)), Some(Token::Mark("("))) = (self.peek(), self.peek_after())
        {
            let name = name.clone();
            if matches!(
                name.as_str(),
                "count" | "groupBy" | "sort" | "head" | "tail" | "select"
            ) {
                self.at += 1;
                let arguments = self.arguments(0)?;
                return function(&name, &arguments).map(Some);
            }
        }
        let condition = self.all_of(0)?;
        Ok(Some(Step::Filter(condition)))
    }

    fn all_of(&mut self, depth: usize) -> Result<Condition, Refusal> {
        let mut parts = vec![self.any_of(depth)?];
        loop {
            if self.eat_word("and") {
                parts.push(self.any_of(depth)?);
            } else if self.at_end() || matches!(self.peek(), Some(Token::Mark(")"))) {
                break;
            } else {
                parts.push(self.any_of(depth)?);
            }
        }
        Ok(if parts.len() == 1 {
            parts.remove(0)
        } else {
            Condition::And(parts)
        })
    }

    fn any_of(&mut self, depth: usize) -> Result<Condition, Refusal> {
        let mut parts = vec![self.unary(depth)?];
        while self.eat_word("or") {
            parts.push(self.unary(depth)?);
        }
        Ok(if parts.len() == 1 {
            parts.remove(0)
        } else {
            Condition::Or(parts)
        })
    }

    fn unary(&mut self, depth: usize) -> Result<Condition, Refusal> {
        if depth > DEEPEST {
            return Err(Refusal::Broken("too many brackets".to_owned()));
        }
        if self.eat("!") || self.eat_word("not") {
            return Ok(Condition::Not(Box::new(self.unary(depth + 1)?)));
        }
        if self.eat("(") {
            let inner = self.all_of(depth + 1)?;
            return if self.eat(")") {
                Ok(inner)
            } else {
                Err(Refusal::Nonsense)
            };
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Result<Condition, Refusal> {
        if matches!(self.peek(), Some(Token::Word(word)) if is_operator(word)) {
            return Err(Refusal::Nonsense);
        }
        let quoted = matches!(self.peek(), Some(Token::Text(_)));
        let left = match self.next() {
            Some(Token::Word(word) | Token::Text(word)) => word,
            Some(Token::Regex(pattern, flags)) => {
                return Ok(Condition::FreeMatches(compile(&pattern, &flags)?));
            }
            Some(Token::Mark("{" | ";")) => return Err(Refusal::NotSimulated("blocks".to_owned())),
            _ => return Err(Refusal::Nonsense),
        };
        match self.peek() {
            Some(Token::Mark("(")) if !quoted && left == "in" => {
                let arguments = self.arguments(0)?;
                membership(&arguments)
            }
            Some(Token::Mark("(")) if !quoted => {
                Err(Refusal::NotSimulated(format!("function {left}()")))
            }
            Some(Token::Mark("=")) => {
                self.at += 1;
                match self.next() {
                    Some(Token::Regex(pattern, flags)) => {
                        Ok(Condition::Matches(left, compile(&pattern, &flags)?))
                    }
                    Some(Token::Word(value) | Token::Text(value))
                        if !matches!(self.peek(), Some(Token::Mark("("))) =>
                    {
                        Ok(Condition::Equal(left, value))
                    }
                    Some(Token::Word(value)) => {
                        Err(Refusal::NotSimulated(format!("function {value}()")))
                    }
                    _ => Err(Refusal::Nonsense),
                }
            }
            Some(Token::Mark("!=")) => {
                self.at += 1;
                match self.next() {
                    Some(Token::Regex(pattern, flags)) => Ok(Condition::Not(Box::new(
                        Condition::Matches(left, compile(&pattern, &flags)?),
                    ))),
                    Some(Token::Word(value) | Token::Text(value)) => {
                        Ok(Condition::Unequal(left, value))
                    }
                    _ => Err(Refusal::Nonsense),
                }
            }
            Some(Token::Mark(mark @ (">" | "<" | ">=" | "<=" | ":=" | "=~" | "=="))) => {
                Err(Refusal::NotSimulated(format!("operator {mark}")))
            }
            Some(Token::Word(word)) if word == "like" => {
                Err(Refusal::NotSimulated("operator like".to_owned()))
            }
            _ => Ok(Condition::Free(left)),
        }
    }

    /// `(…)` after a function's name.
    fn arguments(&mut self, depth: usize) -> Result<Arguments, Refusal> {
        if depth > 3 {
            return Err(Refusal::NotSimulated("deeply nested functions".to_owned()));
        }
        if !self.eat("(") {
            return Err(Refusal::Nonsense);
        }
        let mut arguments = Vec::new();
        while !self.eat(")") {
            let name = match (self.peek(), self.peek_after()) {
                (Some(Token::Word(name)), Some(Token::Mark("="))) => {
                    let name = name.clone();
                    self.at += 2;
                    Some(name)
                }
                _ => None,
            };
            arguments.push((name, self.argument(depth)?));
            if !self.eat(",") && !matches!(self.peek(), Some(Token::Mark(")"))) {
                return Err(Refusal::Nonsense);
            }
        }
        Ok(arguments)
    }

    fn argument(&mut self, depth: usize) -> Result<Argument, Refusal> {
        if self.eat("[") {
            let (mut words, mut calls) = (Vec::new(), Vec::new());
            while !self.eat("]") {
                match self.next() {
                    Some(Token::Word(name)) if matches!(self.peek(), Some(Token::Mark("("))) => {
                        calls.push((name, self.arguments(depth + 1)?))
                    }
                    Some(Token::Word(word) | Token::Text(word)) => words.push(word),
                    _ => return Err(Refusal::Nonsense),
                }
                if !self.eat(",") && !matches!(self.peek(), Some(Token::Mark("]"))) {
                    return Err(Refusal::Nonsense);
                }
            }
            return Ok(if calls.is_empty() {
                Argument::Many(words)
            } else {
                Argument::Calls(calls)
            });
        }
        match self.next() {
            Some(Token::Word(name)) if matches!(self.peek(), Some(Token::Mark("("))) => {
                Ok(Argument::Calls(vec![(name, self.arguments(depth + 1)?)]))
            }
            Some(Token::Word(word) | Token::Text(word)) => Ok(Argument::One(word)),
            Some(Token::Mark("{")) => Err(Refusal::NotSimulated("blocks".to_owned())),
            _ => Err(Refusal::Nonsense),
        }
    }
}

fn compile(pattern: &str, flags: &str) -> Result<Regex, Refusal> {
    let mut builder = regex::RegexBuilder::new(pattern);
    builder.size_limit(1 << 20);
    for flag in flags.chars() {
        match flag {
            'i' => builder.case_insensitive(true),
            'm' => builder.multi_line(true),
            'd' => builder.dot_matches_new_line(true),
            // All matches, and the second engine: the same answer for a filter.
            'g' | 'F' => &mut builder,
            _ => return Err(Refusal::Nonsense),
        };
    }
    builder.build().map_err(|_| Refusal::Nonsense)
}

fn words(argument: &Argument) -> Result<Vec<String>, Refusal> {
    match argument {
        Argument::One(word) => Ok(vec![word.clone()]),
        Argument::Many(words) => Ok(words.clone()),
        Argument::Calls(_) => Err(Refusal::Nonsense),
    }
}

fn word(argument: &Argument) -> Result<String, Refusal> {
    match argument {
        Argument::One(word) => Ok(word.clone()),
        _ => Err(Refusal::Nonsense),
    }
}

fn amount(argument: &Argument) -> Result<usize, Refusal> {
    let word = word(argument)?;
    if word == "max" {
        return Ok(CEILING);
    }
    let amount: usize = word.parse().map_err(|_| Refusal::Nonsense)?;
    if amount > CEILING {
        Err(Refusal::Broken(format!("limit must not exceed {CEILING}")))
    } else {
        Ok(amount)
    }
}

fn membership(arguments: &Arguments) -> Result<Condition, Refusal> {
    let (mut field, mut values, mut ignore_case) = (None, None, false);
    for (name, argument) in arguments {
        match name.as_deref() {
            None | Some("field") if field.is_none() => field = Some(word(argument)?),
            Some("values") => values = Some(words(argument)?),
            Some("ignoreCase") => ignore_case = word(argument)? == "true",
            _ => return Err(Refusal::Nonsense),
        }
    }
    match (field, values) {
        (Some(field), Some(values)) => Ok(Condition::In {
            field,
            values,
            ignore_case,
        }),
        _ => Err(Refusal::Nonsense),
    }
}

fn counting(arguments: &Arguments) -> Result<Counting, Refusal> {
    let mut counting = Counting {
        field: None,
        distinct: false,
        name: "_count".to_owned(),
    };
    for (name, argument) in arguments {
        match name.as_deref() {
            None | Some("field") => counting.field = Some(word(argument)?),
            Some("distinct") => counting.distinct = word(argument)? == "true",
            Some("as") => counting.name = word(argument)?,
            Some(_) => return Err(Refusal::Nonsense),
        }
    }
    Ok(counting)
}

fn function(name: &str, arguments: &Arguments) -> Result<Step, Refusal> {
    match name {
        "count" => counting(arguments).map(Step::Count),
        "head" | "tail" => {
            let mut limit = IMPLIED_TAIL;
            for (name, argument) in arguments {
                match name.as_deref() {
                    None | Some("limit") => limit = amount(argument)?,
                    Some(_) => return Err(Refusal::Nonsense),
                }
            }
            Ok(if name == "head" {
                Step::Head(limit)
            } else {
                Step::Tail(limit)
            })
        }
        "select" => {
            let fields = match arguments.as_slice() {
                [(None, argument)] => words(argument)?,
                [(Some(name), argument)] if name == "fields" => words(argument)?,
                _ => return Err(Refusal::Nonsense),
            };
            if fields.is_empty() {
                return Err(Refusal::Nonsense);
            }
            Ok(Step::Select(fields))
        }
        "sort" => {
            let (mut fields, mut descending, mut limit) =
                (vec!["_count".to_owned()], true, IMPLIED_TAIL);
            for (name, argument) in arguments {
                match name.as_deref() {
                    None | Some("field") => fields = words(argument)?,
                    Some("order") => {
                        descending = match word(argument)?.as_str() {
                            "desc" => true,
                            "asc" => false,
                            _ => return Err(Refusal::Nonsense),
                        }
                    }
                    Some("limit") => limit = amount(argument)?,
                    // The kind of comparison is found out anyway.
                    Some("type") => {}
                    Some(_) => return Err(Refusal::Nonsense),
                }
            }
            Ok(Step::Sort(fields, descending, limit))
        }
        _ => group_by(arguments),
    }
}

fn group_by(arguments: &Arguments) -> Result<Step, Refusal> {
    let (mut fields, mut functions) = (Vec::new(), None);
    for (name, argument) in arguments {
        match (name.as_deref(), argument) {
            (None | Some("field"), _) => fields = words(argument)?,
            (Some("function"), Argument::Calls(calls)) => {
                let mut counts = Vec::new();
                for (name, arguments) in calls {
                    if name != "count" {
                        return Err(Refusal::NotSimulated(format!(
                            "function {name}() in groupBy"
                        )));
                    }
                    counts.push(counting(arguments)?);
                }
                functions = Some(counts);
            }
            (Some("function"), Argument::Many(none)) if none.is_empty() => {
                functions = Some(Vec::new())
            }
            // Larger than what the lab ever has.
            (Some("limit"), _) => {
                word(argument)?;
            }
            _ => return Err(Refusal::Nonsense),
        }
    }
    if fields.is_empty() {
        return Err(Refusal::Nonsense);
    }
    let functions = functions.unwrap_or_else(|| {
        vec![Counting {
            field: None,
            distinct: false,
            name: "_count".to_owned(),
        }]
    });
    Ok(Step::GroupBy(fields, functions))
}

/// The words that join conditions and are none themselves.
fn is_operator(word: &str) -> bool {
    ["and", "or", "not"]
        .iter()
        .any(|known| word.eq_ignore_ascii_case(known))
}

impl Condition {
    /// Whether a row passes.
    #[must_use]
    pub fn holds(&self, row: &Fields) -> bool {
        let get = |name: &str| row.get(name).map(String::as_str);
        match self {
            Self::And(parts) => parts.iter().all(|part| part.holds(row)),
            Self::Or(parts) => parts.iter().any(|part| part.holds(row)),
            Self::Not(inner) => !inner.holds(row),
            Self::Equal(field, pattern) => get(field).is_some_and(|value| wildcard(value, pattern)),
            Self::Unequal(field, pattern) => {
                get(field).is_none_or(|value| !wildcard(value, pattern))
            }
            Self::Matches(field, regex) => get(field).is_some_and(|value| regex.is_match(value)),
            Self::Free(text) => get("@rawstring").is_some_and(|raw| {
                wildcard(&raw.to_lowercase(), &format!("*{}*", text.to_lowercase()))
            }),
            Self::FreeMatches(regex) => get("@rawstring").is_some_and(|raw| regex.is_match(raw)),
            Self::In {
                field,
                values,
                ignore_case,
            } => get(field).is_some_and(|value| {
                values.iter().any(|pattern| {
                    if *ignore_case {
                        wildcard(&value.to_lowercase(), &pattern.to_lowercase())
                    } else {
                        wildcard(value, pattern)
                    }
                })
            }),
        }
    }
}

impl Query {
    /// Runs over rows in order of time.
    #[must_use]
    pub fn run<'a>(&self, rows: impl Iterator<Item = &'a Row>) -> Outcome {
        let mut rows: Vec<Fields> = rows
            .map(|row| {
                let mut fields = row.fields.clone();
                fields.insert("@timestamp".to_owned(), row.at_ms.to_string());
                fields
            })
            .collect();
        let (mut aggregate, mut limited, mut order) = (false, false, Vec::new());
        for step in &self.steps {
            match step {
                Step::Filter(condition) => rows.retain(|row| condition.holds(row)),
                Step::Count(counting) => {
                    rows = vec![Fields::from([(
                        counting.name.clone(),
                        count(&rows, counting).to_string(),
                    )])];
                    order = vec![counting.name.clone()];
                    aggregate = true;
                }
                Step::GroupBy(fields, counts) => {
                    rows = group(&rows, fields, counts);
                    order = fields
                        .iter()
                        .cloned()
                        .chain(counts.iter().map(|counting| counting.name.clone()))
                        .collect();
                    aggregate = true;
                }
                Step::Sort(fields, descending, limit) => {
                    rows.sort_by(|one, other| {
                        let by = fields
                            .iter()
                            .map(|field| compare(one.get(field), other.get(field)))
                            .find(|order| order.is_ne())
                            .unwrap_or(Ordering::Equal);
                        if *descending { by.reverse() } else { by }
                    });
                    rows.truncate(*limit);
                    limited = true;
                }
                Step::Head(limit) => {
                    rows.truncate(*limit);
                    limited = true;
                }
                Step::Tail(limit) => {
                    rows = rows.split_off(rows.len().saturating_sub(*limit));
                    limited = true;
                }
                Step::Select(fields) => {
                    for row in &mut rows {
                        row.retain(|name, _| {
                            fields.contains(name) || name == "@timestamp" && !aggregate
                        });
                    }
                    order.clone_from(fields);
                }
            }
        }
        if !aggregate && !limited {
            rows = rows.split_off(rows.len().saturating_sub(IMPLIED_TAIL));
        }
        Outcome {
            events: rows.into_iter().map(written).collect(),
            aggregate,
            field_order: order,
        }
    }
}

fn count(rows: &[Fields], counting: &Counting) -> usize {
    match &counting.field {
        None => rows.len(),
        Some(field) if counting.distinct => rows
            .iter()
            .filter_map(|row| row.get(field))
            .collect::<std::collections::BTreeSet<_>>()
            .len(),
        Some(field) => rows.iter().filter(|row| row.contains_key(field)).count(),
    }
}

fn group(rows: &[Fields], fields: &[String], counts: &[Counting]) -> Vec<Fields> {
    let mut groups: BTreeMap<Vec<String>, Vec<Fields>> = BTreeMap::new();
    for row in rows {
        // A row without one of the fields belongs to no group.
        let key: Option<Vec<String>> = fields.iter().map(|field| row.get(field).cloned()).collect();
        if let Some(key) = key {
            groups.entry(key).or_default().push(row.clone());
        }
    }
    groups
        .into_iter()
        .map(|(key, rows)| {
            let mut row: Fields = fields.iter().cloned().zip(key).collect();
            for counting in counts {
                row.insert(counting.name.clone(), count(&rows, counting).to_string());
            }
            row
        })
        .collect()
}

fn compare(one: Option<&String>, other: Option<&String>) -> Ordering {
    match (one, other) {
        (Some(one), Some(other)) => match (one.parse::<f64>(), other.parse::<f64>()) {
            (Ok(one), Ok(other)) => one.total_cmp(&other),
            _ => one.cmp(other),
        },
        (one, other) => one.is_some().cmp(&other.is_some()),
    }
}

/// Everything is text but `@timestamp`.
fn written(row: Fields) -> Value {
    let members: Map<String, Value> = row
        .into_iter()
        .map(|(name, value)| {
            let value = match value.parse::<i64>() {
                Ok(number) if name == "@timestamp" => Value::Number(Number::from(number)),
                _ => Value::String(value),
            };
            (name, value)
        })
        .collect();
    Value::Object(members)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rows() -> Vec<Row> {
        [
            (
                1,
                "ProcessRollup2",
                "a1",
                "HOST-A",
                "powershell.exe",
                "powershell -enc AAA",
            ),
            (
                2,
                "ProcessRollup2",
                "a1",
                "HOST-A",
                "cmd.exe",
                r#"cmd /c "C:\x y""#,
            ),
            (3, "DnsRequest", "a2", "HOST-B", "chrome.exe", ""),
            (4, "ProcessRollup2", "a2", "HOST-B", "cmd.exe", "cmd /c dir"),
        ]
        .into_iter()
        .map(|(at_ms, event, aid, host, file, line)| {
            let mut fields = Fields::from([
                ("#event_simpleName".to_owned(), event.to_owned()),
                ("aid".to_owned(), aid.to_owned()),
                ("ComputerName".to_owned(), host.to_owned()),
                ("FileName".to_owned(), file.to_owned()),
            ]);
            if !line.is_empty() {
                fields.insert("CommandLine".to_owned(), line.to_owned());
            }
            fields.insert("@rawstring".to_owned(), format!("{event} {file} {line}"));
            Row {
                at_ms,
                cid: "c".to_owned(),
                fields,
            }
        })
        .collect()
    }

    fn run(query: &str) -> Vec<Value> {
        parse(query)
            .unwrap_or_else(|refusal| panic!("{query}: {refusal:?}"))
            .run(rows().iter())
            .events
    }

    fn times(query: &str) -> Vec<i64> {
        run(query)
            .iter()
            .map(|event| event["@timestamp"].as_i64().expect("a number"))
            .collect()
    }

    #[test]
    fn filters_find_what_they_say() {
        for (query, expected) in [
            ("", vec![1, 2, 3, 4]),
            ("*", vec![1, 2, 3, 4]),
            ("#event_simpleName=ProcessRollup2", vec![1, 2, 4]),
            ("#event_simpleName=ProcessRollup2 aid=a1", vec![1, 2]),
            (
                "#event_simpleName=\"ProcessRollup2\" and aid=\"a1\"",
                vec![1, 2],
            ),
            ("FileName=cmd.exe or FileName=chrome.exe", vec![2, 3, 4]),
            // or binds tighter than and
            (
                "aid=a1 and FileName=cmd.exe or FileName=chrome.exe",
                vec![2],
            ),
            (
                "(aid=a1 and FileName=cmd.exe) or FileName=chrome.exe",
                vec![2, 3],
            ),
            // A tag field is found with its # alone.
            ("event_simpleName=ProcessRollup2", vec![]),
            ("\"and\"", vec![]),
            ("FileName!=cmd.exe", vec![1, 3]),
            ("CommandLine!=x", vec![1, 2, 3, 4]),
            ("not FileName=cmd.exe", vec![1, 3]),
            ("!(FileName=cmd.exe)", vec![1, 3]),
            ("CommandLine=*", vec![1, 2, 4]),
            ("CommandLine=\"*-enc*\"", vec![1]),
            ("FileName=/^CMD\\.exe$/i", vec![2, 4]),
            ("FileName=/^CMD\\.exe$/", vec![]),
            ("FileName!=/^cmd/", vec![1, 3]),
            (r#"CommandLine="cmd /c \"C:\\x y\"""#, vec![2]),
            (
                "in(FileName, values=[\"cmd.exe\", \"power*\"])",
                vec![1, 2, 4],
            ),
            (
                "in(field=FileName, values=[\"CMD.EXE\"], ignoreCase=true)",
                vec![2, 4],
            ),
            ("!in(\"FileName\", values=[\"cmd.exe\"])", vec![1, 3]),
            ("powershell", vec![1]),
            ("FileName=cmd.exe | head(1)", vec![2]),
            ("FileName=cmd.exe | tail(1)", vec![4]),
            ("* | sort(@timestamp, order=desc, limit=2)", vec![4, 3]),
            ("* // everything\n | head(1) /* one */", vec![1]),
        ] {
            assert_eq!(times(query), expected, "{query}");
        }
    }

    #[test]
    fn aggregates_count_and_group() {
        assert_eq!(run("* | count()"), vec![serde_json::json!({"_count": "4"})]);
        assert_eq!(
            run("* | count(CommandLine, as=n)"),
            vec![serde_json::json!({"n": "3"})]
        );
        assert_eq!(
            run(
                "* | groupBy([FileName], function=[count(as=n), count(aid, distinct=true, as=hosts)]) | sort(n, order=desc, limit=1)"
            ),
            vec![serde_json::json!({"FileName": "cmd.exe", "n": "2", "hosts": "2"})]
        );
        assert_eq!(
            run("aid=a1 | select([FileName]) | head(1)"),
            vec![serde_json::json!({"@timestamp": 1, "FileName": "powershell.exe"})]
        );
    }

    #[test]
    fn what_is_beyond_the_lab_is_refused_by_name() {
        for query in [
            "* | n > 5",
            "test(a==b)",
            "a like \"b\"",
            "* | join({b=c}, field=a)",
            "x := y",
            "cidr(RemoteAddressIP4, subnet=[\"10.0.0.0/8\"])",
            "* | groupBy(a, function=sum(b))",
            "a = lower(b)",
        ] {
            assert!(
                matches!(parse(query), Err(Refusal::NotSimulated(_))),
                "{query}: {:?}",
                parse(query)
            );
        }
    }

    #[test]
    fn an_unbalanced_bracket_is_an_error_and_other_nonsense_finds_nothing() {
        for query in ["(a=b", "a=b)", "in(a, values=[\"b\")", "\"a", "a=/b"] {
            assert!(matches!(parse(query), Err(Refusal::Broken(_))), "{query}");
        }
        for query in [
            "a=",
            "= b",
            "a=/x/s",
            "a=/(/",
            "* | head(x)",
            "* | sort(a, order=up)",
            "AND",
            "or",
            "not",
            "aid=a1 and",
            "aid=a1 or or aid=a2",
            "* | select([])",
        ] {
            assert!(
                matches!(parse(query), Err(Refusal::Nonsense | Refusal::Broken(_))),
                "{query}"
            );
        }
    }

    #[test]
    fn without_a_limit_the_last_two_hundred_come() {
        let many: Vec<Row> = (0..300)
            .map(|at_ms| Row {
                at_ms,
                cid: "c".to_owned(),
                fields: Fields::from([("a".to_owned(), "b".to_owned())]),
            })
            .collect();
        let outcome = parse("a=b").expect("a query").run(many.iter());
        assert_eq!(outcome.events.len(), 200);
        assert_eq!(outcome.events[0]["@timestamp"], 100);
    }

    #[test]
    fn a_query_that_is_too_long_or_too_deep_is_an_error() {
        assert!(matches!(
            parse(&"a ".repeat(40_000)),
            Err(Refusal::Broken(_))
        ));
        assert!(matches!(
            parse(&format!("{}a{}", "(".repeat(20_000), ")".repeat(20_000))),
            Err(Refusal::Broken(_))
        ));
    }

    proptest! {
        #[test]
        fn parsing_never_panics(text in "\\PC{0,200}") {
            let _ = parse(&text);
        }

        #[test]
        fn parsing_of_the_languages_own_marks_never_panics(text in "[a-c=!()\\[\\],|/\"*# ]{0,60}") {
            if let Ok(query) = parse(&text) {
                prop_assert!(query.run(rows().iter()).events.len() <= 4);
            }
        }

        #[test]
        fn a_quoted_text_without_a_star_equals_itself(text in "[^*]{0,40}") {
            let quoted = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\t', "\\t");
            let query = parse(&format!("CommandLine=\"{quoted}\"")).expect("quoted text parses");
            let row = Row { at_ms: 1, cid: "c".to_owned(), fields: Fields::from([("CommandLine".to_owned(), text)]) };
            prop_assert_eq!(query.run([row].iter()).events.len(), 1);
        }
    }
}
