//! A JSON text as a tree. It knows whole numbers only, since nothing that the panel reads has others.

/// A JSON value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number: its sign, and its digits if it is whole and they fit.
    Number {
        /// It is below zero.
        negative: bool,
        /// Without the sign.
        whole: Option<u64>,
    },
    /// A string.
    Text(String),
    /// An array.
    Array(Vec<Json>),
    /// An object, in its order; of a name that stands there twice the last counts.
    Object(Vec<(String, Json)>),
}

/// Deeper than this nothing of ours is, and a hostile text could use up the stack.
const DEPTH_MAX: usize = 128;

impl Json {
    /// Parses a whole text; nothing for what is no JSON.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parser = Parser {
            text,
            at: 0,
            depth: 0,
        };
        let value = parser.value()?;
        parser.space();
        (parser.at == text.len()).then_some(value)
    }

    /// A field of an object.
    pub fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(fields) => {
                let mut last_first = fields.iter().rev();
                let found = last_first.find(|(field, _)| field == name);
                found.map(|(_, value)| value)
            }
            _ => None,
        }
    }

    /// The text, of a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A whole number without a sign.
    pub fn as_u64(&self) -> Option<u64> {
        match self {
            Self::Number {
                negative: false,
                whole,
            } => *whole,
            _ => None,
        }
    }

    /// A whole number.
    pub fn as_i64(&self) -> Option<i64> {
        match *self {
            Self::Number {
                negative,
                whole: Some(whole),
            } => match negative {
                false => whole.try_into().ok(),
                true => 0i64.checked_sub_unsigned(whole),
            },
            _ => None,
        }
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn takes(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    fn value(&mut self) -> Option<Json> {
        self.space();
        match self.peek()? {
            b'"' => self.string().map(Json::Text),
            b'[' => {
                let mut items = Vec::new();
                self.several(b']', |parser| {
                    items.push(parser.value()?);
                    Some(())
                })?;
                Some(Json::Array(items))
            }
            b'{' => {
                let mut fields = Vec::new();
                self.several(b'}', |parser| {
                    let name = parser.string()?;
                    parser.space();
                    parser.takes(b':').then_some(())?;
                    fields.push((name, parser.value()?));
                    Some(())
                })?;
                Some(Json::Object(fields))
            }
            b'-' | b'0'..=b'9' => self.number(),
            _ => {
                let words = [
                    ("null", Json::Null),
                    ("true", Json::Bool(true)),
                    ("false", Json::Bool(false)),
                ];
                let rest = self.text.get(self.at..)?;
                let mut words = words.into_iter();
                let (word, value) = words.find(|(word, _)| rest.starts_with(word))?;
                self.at += word.len();
                Some(value)
            }
        }
    }

    /// What stands between brackets, with commas between.
    fn several(&mut self, end: u8, mut one: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.at += 1;
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return None;
        }
        self.space();
        if !self.takes(end) {
            loop {
                self.space();
                one(self)?;
                self.space();
                if self.takes(end) {
                    break;
                }
                self.takes(b',').then_some(())?;
            }
        }
        self.depth -= 1;
        Some(())
    }

    fn number(&mut self) -> Option<Json> {
        let negative = self.takes(b'-');
        let zero = self.peek() == Some(b'0');
        let (count, mut whole) = self.digits()?;
        if zero && count > 1 {
            return None;
        }
        if self.takes(b'.') {
            self.digits()?;
            whole = None;
        }
        if self.takes(b'e') || self.takes(b'E') {
            let _sign = self.takes(b'+') || self.takes(b'-');
            self.digits()?;
            whole = None;
        }
        // A zero below zero is no whole number.
        let whole = whole.filter(|whole| !(negative && *whole == 0));
        Some(Json::Number { negative, whole })
    }

    /// At least one digit: how many, and their number if it fits.
    fn digits(&mut self) -> Option<(usize, Option<u64>)> {
        let start = self.at;
        let mut number = Some(0u64);
        while let Some(digit) = self.peek().filter(u8::is_ascii_digit) {
            let so_far = number.and_then(|number| number.checked_mul(10));
            number = so_far.and_then(|number| number.checked_add(u64::from(digit - b'0')));
            self.at += 1;
        }
        (self.at > start).then_some((self.at - start, number))
    }

    fn string(&mut self) -> Option<String> {
        self.takes(b'"').then_some(())?;
        let mut text = String::new();
        loop {
            let start = self.at;
            while !matches!(self.peek()?, b'"' | b'\\' | 0..0x20) {
                self.at += 1;
            }
            text.push_str(self.text.get(start..self.at)?);
            match self.next()? {
                b'"' => return Some(text),
                b'\\' => text.push(self.escaped()?),
                _ => return None,
            }
        }
    }

    fn escaped(&mut self) -> Option<char> {
        Some(match self.next()? {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let first = self.unit()?;
                if !(0xd800..0xdc00).contains(&first) {
                    return char::from_u32(first);
                }
                (self.takes(b'\\') && self.takes(b'u')).then_some(())?;
                let second = self.unit()?.checked_sub(0xdc00)?;
                let both = 0x1_0000 + ((first - 0xd800) << 10) + second;
                char::from_u32(both).filter(|_| second < 0x400)?
            }
            _ => return None,
        })
    }

    /// Four hexadecimal digits.
    fn unit(&mut self) -> Option<u32> {
        (0..4).try_fold(0, |unit, _| {
            let digit = char::from(self.next()?).to_digit(16)?;
            Some(unit * 16 + digit)
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    /// What serde makes of the same text; nothing where the tree does not tell, as of fractions.
    fn same(json: &Json, value: &Value) -> bool {
        match (json, value) {
            (Json::Null, Value::Null) => true,
            (Json::Bool(one), Value::Bool(other)) => one == other,
            (Json::Number { .. }, Value::Number(number)) => {
                let whole = json.as_u64().is_some() || json.as_i64().is_some();
                (json.as_u64(), json.as_i64()) == (number.as_u64(), number.as_i64())
                    || (!whole && number.is_f64())
            }
            (Json::Text(one), Value::String(other)) => one == other,
            (Json::Array(ones), Value::Array(others)) => {
                ones.len() == others.len()
                    && ones.iter().zip(others).all(|(one, other)| same(one, other))
            }
            (Json::Object(_), Value::Object(others)) => others
                .iter()
                .all(|(name, other)| json.get(name).is_some_and(|one| same(one, other))),
            _ => false,
        }
    }

    fn is_read_as_serde_reads_it(text: &str) {
        match (Json::parse(text), serde_json::from_str::<Value>(text)) {
            (Some(json), Ok(value)) => assert!(same(&json, &value), "{text}: {json:?}"),
            (None, Err(_)) => {}
            // A number that no float can be is still a number.
            (Some(_), Err(error)) => {
                assert!(
                    error.to_string().contains("out of range"),
                    "{text}: {error}"
                );
            }
            (None, Ok(value)) => panic!("{text}: {value}"),
        }
    }

    #[test]
    fn every_corner_of_json_is_read_as_serde_reads_it() {
        let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        for text in [
            "",
            " ",
            "nul",
            "null",
            " true ",
            "false,",
            "0",
            "-0",
            "00",
            "01",
            "-",
            "-1",
            "1.",
            "1.5",
            ".5",
            "1e5",
            "1e",
            "1E+2",
            "1e-2",
            "18446744073709551615",
            "18446744073709551616",
            "-9223372036854775808",
            "-9223372036854775809",
            r#""""#,
            r#""a"#,
            r#""\""#,
            r#""\"\\\/\b\f\n\r\t""#,
            r#""\u0041\u00e9""#,
            r#""\ud83d\ude00""#,
            r#""\ud83d""#,
            r#""\ud83dx""#,
            r#""\ud83d\u0041""#,
            r#""\ude00""#,
            r#""\u00g0""#,
            r#""\u00"#,
            r#""\x""#,
            "\"\t\"",
            "\"\u{7f}\u{202e}é😀\"",
            "[]",
            "[1,]",
            "[,1]",
            "[1 2]",
            "[1,[2,{}]]",
            "{}",
            r#"{"a":1,"a":2}"#,
            r#"{"a"}"#,
            r#"{"a":}"#,
            r#"{"a":1,}"#,
            r#"{a:1}"#,
            r#" { "a" : [ ] , "b" : "c" } "#,
            r#"{"a":1}}"#,
            "1 2",
            "\u{feff}1",
            "[}",
            "{]",
        ] {
            is_read_as_serde_reads_it(text);
        }
        is_read_as_serde_reads_it(&deep(127));
        is_read_as_serde_reads_it(&deep(100_000));
    }

    proptest! {
        #[test]
        fn no_text_is_read_otherwise_than_serde_reads_it(text in r#"[\[\]{}:,"a-f0-9.\\u+\-e \n]{0,24}"#) {
            is_read_as_serde_reads_it(&text);
        }

        #[test]
        fn any_string_comes_back(text in any::<String>()) {
            let written = serde_json::to_string(&text).unwrap();
            prop_assert_eq!(Json::parse(&written), Some(Json::Text(text)));
        }
    }
}
