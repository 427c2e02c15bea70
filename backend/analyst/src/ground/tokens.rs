//! A text cut into names, words, times, numbers and marks.
//!
//! Names are those of the things that a claim speaks of, in the spellings that its alert gives them.
//! Everything else is plain ASCII: a letter that only looks like another one, a hidden character or
//! markup ends the reading.

use super::things::Thing;

/// The longest text that is read, in bytes. Names in it may be long; what is longer is not a sentence.
pub(super) const LONGEST: usize = 4096;

/// A piece of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token<'t> {
    /// In lower case.
    Word(&'t str),
    /// One of these things (a bit for each of the claim's), where its name begins and ends.
    Name(u32, (usize, usize)),
    /// `14:33:18`, `14:33`, `14:33:18.250`
    Clock(Clock),
    /// `2026-03-02`, as days since 1970.
    Date(i64, (usize, usize)),
    /// Digits.
    Number(u32),
    /// `,` `.` `;` `:` `(` `)` `-` `@` `/`, `>` for an arrow.
    Mark(char),
    /// `'s`
    Possessive,
}

/// A time of day as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// Milliseconds since midnight, of what was written.
    pub ms: i64,
    /// What the last place that was written is worth, in milliseconds: 60,000, 1,000 or 1.
    pub step_ms: i64,
}

/// Cuts `text`; `lower` is the same text in lower case (ASCII).
pub fn tokens<'t>(
    text: &str,
    lower: &'t str,
    things: &[&Thing<'_>],
) -> Result<Vec<Token<'t>>, String> {
    if text.len() > LONGEST {
        return Err("It is longer than a sentence.".to_owned());
    }
    let mut cut = Cut {
        text,
        lower,
        things,
        at: 0,
        tokens: Vec::with_capacity(24),
    };
    while cut.at < text.len() {
        cut.next()?;
    }
    Ok(cut.tokens)
}

struct Cut<'s, 't> {
    text: &'s str,
    lower: &'t str,
    things: &'s [&'s Thing<'s>],
    at: usize,
    tokens: Vec<Token<'t>>,
}

impl Cut<'_, '_> {
    fn byte(&self, at: usize) -> u8 {
        self.text.as_bytes().get(at).copied().unwrap_or(b' ')
    }

    fn next(&mut self) -> Result<(), String> {
        let c = self.byte(self.at);
        if c == b' ' || c == b'\n' {
            self.at += 1;
            return Ok(());
        }
        if let Some((names, end)) = self.name(self.at) {
            self.tokens.push(Token::Name(names, (self.at, end)));
            self.at = end;
            self.possessive();
            return Ok(());
        }
        if self.quoted() {
            return Ok(());
        }
        match c {
            b'0'..=b'9' => self.digits(),
            b'A'..=b'Z' | b'a'..=b'z' => {
                let end = self.end_of(|c| c.is_ascii_alphabetic() || c == b'-' || c == b'\'');
                let word = self.lower[self.at..end].trim_end_matches(['-', '\'']);
                if self.byte(self.at + word.len()).is_ascii_digit() {
                    return Err(self.unread());
                }
                self.at += word.len();
                self.tokens.push(Token::Word(word));
                Ok(())
            }
            b'-' if self.text[self.at..].starts_with("->") => {
                self.at += 2;
                self.tokens.push(Token::Mark('>'));
                Ok(())
            }
            b',' | b'.' | b';' | b':' | b'(' | b')' | b'-' | b'[' | b']' | b'@' | b'/' => {
                let mark = match c {
                    b'[' => '(',
                    b']' => ')',
                    _ => char::from(c),
                };
                self.at += 1;
                self.tokens.push(Token::Mark(mark));
                Ok(())
            }
            _ if self.text[self.at..].starts_with('→') => {
                self.at += '→'.len_utf8();
                self.tokens.push(Token::Mark('>'));
                Ok(())
            }
            _ if self.text[self.at..].starts_with(['—', '–']) => {
                self.at += '—'.len_utf8();
                self.tokens.push(Token::Mark('-'));
                Ok(())
            }
            _ => Err(self.unread()),
        }
    }

    fn unread(&self) -> String {
        let rest: String = self.text[self.at..].chars().take(24).collect();
        format!("It says {:?}, which is no word for a relation.", rest)
    }

    fn end_of(&self, is_part: impl Fn(u8) -> bool) -> usize {
        let bytes = self.text.as_bytes();
        let rest = bytes.get(self.at..).unwrap_or_default();
        self.at + rest.iter().take_while(|c| is_part(**c)).count()
    }

    /// The longest name that begins at `at`, and where it ends.
    fn name(&self, at: usize) -> Option<(u32, usize)> {
        let rest = self.text.as_bytes().get(at..)?;
        let (mut names, mut longest) = (0_u32, 0);
        for (number, thing) in self.things.iter().enumerate() {
            let handle = Some(thing.handle.as_str()).filter(|handle| !self.is_a_name(handle));
            for spelling in thing.spellings.iter().map(AsRef::as_ref).chain(handle) {
                let length = spelling.len();
                let begins = rest
                    .get(..length)
                    .is_some_and(|start| start.eq_ignore_ascii_case(spelling.as_bytes()));
                if length < longest || !begins || !self.is_end(at, at + length) {
                    continue;
                }
                if length > longest {
                    names = 0;
                    longest = length;
                }
                names |= 1 << number;
            }
        }
        (longest > 0).then_some((names, at + longest))
    }

    /// Whether something is called as a handle is: a program may be named `P1`.
    fn is_a_name(&self, handle: &str) -> bool {
        let spellings = self.things.iter().flat_map(|thing| &thing.spellings);
        spellings
            .into_iter()
            .any(|spelling| spelling.eq_ignore_ascii_case(handle))
    }

    /// Whether a name from `at` may end at `end`: no part of a longer word, path, address or name.
    fn is_end(&self, at: usize, end: usize) -> bool {
        let Some(after) = self.text.get(end..) else {
            return false;
        };
        if !self.text.is_char_boundary(at) {
            return false;
        }
        let last = self.byte(end.saturating_sub(1));
        if !(last.is_ascii_alphanumeric() || last >= 0x80) {
            return true;
        }
        let mut after = after.chars();
        match after.next() {
            None => true,
            Some(c) if c.is_alphanumeric() || matches!(c, '_' | '\\' | '/' | '@' | '$') => false,
            Some('.' | '-' | ':') => !after.next().is_some_and(char::is_alphanumeric),
            Some(_) => true,
        }
    }

    fn possessive(&mut self) {
        let rest = &self.text[self.at..];
        let apostrophe = rest.chars().next().filter(|c| matches!(c, '\'' | '’'));
        if let Some(c) = apostrophe {
            let after = &rest[c.len_utf8()..];
            let is_end = |at: usize| !after[at..].starts_with(|c: char| c.is_alphanumeric());
            if after.starts_with(['s', 'S']) && is_end(1) {
                self.at += c.len_utf8() + 1;
                self.tokens.push(Token::Possessive);
            }
        }
    }

    /// A name in quotation marks or code marks is that name.
    fn quoted(&mut self) -> bool {
        const QUOTES: [(char, char); 5] =
            [('`', '`'), ('"', '"'), ('\'', '\''), ('“', '”'), ('‘', '’')];
        let rest = &self.text[self.at..];
        let Some((open, close)) = QUOTES.iter().find(|(open, _)| rest.starts_with(*open)) else {
            return false;
        };
        let start = self.at + open.len_utf8();
        let Some((names, end)) = self.name(start) else {
            return false;
        };
        if !self.text[end..].starts_with(*close) {
            return false;
        }
        self.tokens.push(Token::Name(names, (start, end)));
        self.at = end + close.len_utf8();
        self.possessive();
        true
    }

    /// A time, a date or a number.
    fn digits(&mut self) -> Result<(), String> {
        let bytes = self.text.as_bytes();
        let start = self.at;
        let end =
            self.end_of(|c| c.is_ascii_digit() || matches!(c, b':' | b'-' | b'.' | b'T' | b'Z'));
        let written = self.text[start..end].trim_end_matches([':', '-', '.']);
        let end = start + written.len();
        if bytes
            .get(end)
            .is_some_and(|c| c.is_ascii_alphanumeric() || *c >= 0x80)
        {
            return Err(self.unread());
        }
        let (date, clock) = match written.split_once('T') {
            Some((date, clock)) => (Some(date), Some(clock)),
            None if written.contains(':') => (None, Some(written)),
            None if written.contains('-') => (Some(written), None),
            None => {
                let number = written.parse().map_err(|_| self.unread())?;
                self.at = end;
                self.tokens.push(Token::Number(number));
                return Ok(());
            }
        };
        if let Some(date) = date {
            let days = days(date).ok_or_else(|| self.unread())?;
            self.tokens
                .push(Token::Date(days, (start, start + date.len())));
        }
        if let Some(clock) = clock {
            let clock = self::clock(clock.trim_end_matches('Z')).ok_or_else(|| self.unread())?;
            self.tokens.push(Token::Clock(clock));
        }
        self.at = end;
        Ok(())
    }
}

/// `14:33:18.250`
fn clock(text: &str) -> Option<Clock> {
    let mut parts = text.split(':');
    let two = |part: &str| (part.len() == 2).then(|| part.parse::<i64>().ok())?;
    let (hours, minutes) = (two(parts.next()?)?, two(parts.next()?)?);
    let (seconds, step_ms) = match parts.next() {
        None => (0, 60_000),
        Some(seconds) => match seconds.split_once('.') {
            None => (two(seconds)? * 1000, 1000),
            Some((seconds, ms)) if ms.len() == 3 => {
                (two(seconds)? * 1000 + ms.parse::<i64>().ok()?, 1)
            }
            Some(_) => return None,
        },
    };
    let is_time = parts.next().is_none() && hours < 24 && minutes < 60 && seconds < 60_000;
    is_time.then_some(Clock {
        ms: hours * 3_600_000 + minutes * 60_000 + seconds,
        step_ms,
    })
}

/// The day number of `2026-03-02`: Howard Hinnant's `days_from_civil`.
fn days(date: &str) -> Option<i64> {
    let mut parts = date.split('-');
    let mut part = |length: usize| {
        parts
            .next()
            .filter(|it| it.len() == length)?
            .parse::<i64>()
            .ok()
    };
    let (year, month, day) = (part(4)?, part(2)?, part(2)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || date.len() != 10 {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

#[cfg(test)]
mod tests {
    use aside_shared::instant::utc;

    use super::*;

    #[test]
    fn times_and_dates_are_read_as_they_are_written() {
        assert_eq!(
            clock("14:33:18"),
            Some(Clock {
                ms: 52_398_000,
                step_ms: 1000
            })
        );
        assert_eq!(
            clock("14:33"),
            Some(Clock {
                ms: 52_380_000,
                step_ms: 60_000
            })
        );
        assert_eq!(clock("24:33"), None);
        assert_eq!(clock("1:33"), None);
        for date in ["1970-01-01", "2000-02-29", "2026-11-25"] {
            let days = days(date).expect("a date");
            assert!(utc(days * 86_400_000).starts_with(date), "{date}");
        }
        assert_eq!(days("2026-13-01"), None);
    }
}
