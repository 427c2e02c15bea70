//! Names of fields, variables and flags, and the value that is given to each: what `user=`,
//! `-ComputerName`, `"hostname":` or `Account Name:` have behind them.

use super::values::{
    before, byte, ends_with, is_word, past_blanks, quote, run_end, run_start, starts_with,
};

/// A name in a text.
pub(super) struct Named {
    pub(super) start: usize,
    pub(super) end: usize,
    /// It is a flag: `-name`, `--name`, `/name`.
    pub(super) flag: bool,
}

/// How a name and its value are joined.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Joint {
    Equals,
    /// `==`: a comparison.
    Compared,
    Colon,
    /// `<name>value<`, or `Name="name">value<`.
    Tag,
    /// A flag's value behind a blank.
    Blank,
}

impl Named {
    /// The name around `start..end`, which is a part of it.
    pub(super) fn around(bytes: &[u8], start: usize, end: usize) -> Self {
        let is = |b: u8| is_word(b) || matches!(b, b'-' | b'.');
        let mut first = run_start(bytes, start, 48, is);
        let end = run_end(bytes, end, 48, is);
        let dashes = run_end(bytes, first, 3, |b| b == b'-') - first;
        first += dashes;
        while first < start && byte(bytes, first) == b'.' {
            first += 1;
        }
        let lead = before(bytes, first);
        let is_slash = lead == b'/'
            && !is_word(before(bytes, first - 1))
            && before(bytes, first - 1) != b'/'
            && before(bytes, first - 1) != b'<';
        Self {
            start: first,
            end,
            flag: dashes > 0 || is_slash,
        }
    }

    /// Whether something may be given to the name: most words of these kinds stand in a sentence or a
    /// path, and need no further look.
    pub(super) fn may_have_value(&self, bytes: &[u8]) -> bool {
        matches!(
            byte(bytes, self.end),
            b'=' | b':'
                | b' '
                | b'\t'
                | b'"'
                | b'\''
                | b'`'
                | b'\\'
                | b']'
                | b')'
                | b'>'
                | b'+'
                | b'?'
                | b'<'
        )
    }

    /// The name in small letters without what separates its words.
    pub(super) fn plain(&self, bytes: &[u8]) -> String {
        bytes[self.start..self.end]
            .iter()
            .filter(|b| !matches!(b, b'-' | b'_' | b'.'))
            .map(|b| char::from(b.to_ascii_lowercase()))
            .collect()
    }

    /// Where the value begins that is given to the name, and how.
    pub(super) fn joint(&self, bytes: &[u8]) -> Option<(usize, Joint)> {
        let mut at = self.end;
        let mut closed = false;
        if let Some((length, _)) = quote(bytes, at) {
            at += length;
            closed = true;
        }
        if matches!(byte(bytes, at), b']' | b')') {
            at += 1;
        }
        let blank = past_blanks(bytes, at);
        let inside = |at: usize| !closed && closes_around(bytes, self.start, at);
        let joined = |length: usize, joint| {
            let mut at = past_blanks(bytes, blank + length);
            // `os.environ["X"] = r'...'`, `u'...'`, `@"..."`
            if matches!(byte(bytes, at), b'u' | b'r' | b'b' | b'@' | b'f' | b'N')
                && quote(bytes, at + 1).is_some_and(|(length, _)| length == 1)
            {
                at += 1;
            }
            (!inside(at)).then_some((at, joint))
        };
        match (byte(bytes, blank), byte(bytes, blank + 1)) {
            (b'=', b'>') | (b':' | b'+' | b'?', b'=') => joined(2, Joint::Equals),
            (b'=', b'=') => joined(
                if byte(bytes, blank + 2) == b'=' { 3 } else { 2 },
                Joint::Compared,
            ),
            (b'=', _) => joined(1, Joint::Equals),
            (b':', b':') => None,
            (b':', _) => joined(1, Joint::Colon),
            (b'>', next) if !next.is_ascii_whitespace() => {
                // `<Password><Value>x</Value>` of an answer file.
                let inner = if starts_with(bytes, blank + 1, "<value>") {
                    7
                } else {
                    0
                };
                Some((blank + 1 + inner, Joint::Tag))
            }
            (b'>', _) => None,
            (b'<', _) => None,
            _ if closed && starts_with(bytes, blank, "value=") => Some((blank + 6, Joint::Equals)),
            _ if closed && byte(bytes, at) == b',' && opens_call(bytes, self.start) => {
                // `setRequestHeader("X-Api-Key", "...")`
                let next = past_blanks(bytes, at + 1);
                quote(bytes, next).map(|_| (next, Joint::Equals))
            }
            // `SamAccountName -eq 'bob'`, as PowerShell compares.
            (b'-', _) if !self.flag && blank > at => COMPARISONS
                .iter()
                .find(|sign| starts_with(bytes, blank, sign))
                .map(|sign| past_blanks(bytes, blank + sign.len()))
                .filter(|next| quote(bytes, *next).is_some() && !closed)
                .map(|next| (next, Joint::Blank)),
            // `aws configure set aws_secret_access_key x`
            _ if blank > at && !closed && (self.flag || ends_with(bytes, self.start, "set ")) => {
                Some((blank, Joint::Blank))
            }
            _ => None,
        }
    }
}

/// PowerShell's comparisons that a name or its beginning may follow.
const COMPARISONS: [&str; 4] = ["-eq ", "-like ", "-match ", "-contains "];

/// Whether the quoted name at `start` is the first argument of a call.
fn opens_call(bytes: &[u8], start: usize) -> bool {
    let mark = run_start(bytes, start, 3, |b| matches!(b, b'"' | b'\'' | b'\\'));
    before(bytes, mark) == b'('
}

/// Whether a quotation mark at `at` closes a quotation that was opened before `start`, as in
/// `"Password: "`.
pub(super) fn closes_around(bytes: &[u8], start: usize, at: usize) -> bool {
    let Some((_, mark)) = quote(bytes, at) else {
        return false;
    };
    let line = run_start(bytes, start, 256, |b| b != b'\n');
    let marks = (line..start)
        .filter(|place| bytes[*place] == mark)
        // An apostrophe inside a word opens nothing.
        .filter(|place| !(is_word(before(bytes, *place)) && is_word(byte(bytes, place + 1))));
    marks.count() % 2 == 1
}
