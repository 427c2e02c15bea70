//! All that a text can be read as: itself, and what is written in it in one or two encodings.

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

use super::cues::{self, Written};

/// Encodings within encodings are followed so far.
const DEEPEST: usize = 2;
/// Letters of base64 or hexadecimal digits that are worth a try.
const SHORTEST: usize = 12;

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// The text itself, then what it holds in other writing.
#[must_use]
pub fn readings(text: &str) -> Vec<String> {
    let mut found = vec![text.to_owned()];
    for line in text.lines() {
        follow(line, 0, &mut found);
    }
    found
}

fn follow(line: &str, depth: usize, found: &mut Vec<String>) {
    if depth == DEEPEST {
        return;
    }
    for read in others(line) {
        if read != line && !found.contains(&read) {
            follow(&read, depth + 1, found);
            found.push(read);
        }
    }
}

/// Other readings of a line, each made only where the line shows a sign of it.
fn others(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    if !line.is_ascii() || line.contains(char::is_control) {
        found.push(visible(line));
        found.extend(tags(line));
    }
    if line.contains('&') {
        found.push(entities(line));
    }
    if line.contains('\\') {
        found.push(escapes(line));
    }
    if line.contains('%') {
        found.push(
            percent_encoding::percent_decode_str(line)
                .decode_utf8_lossy()
                .into_owned(),
        );
    }
    if line.contains(['\u{202e}', '\u{2067}']) {
        found.push(backwards(line));
    }
    encoded(line, &mut found);
    by_words(line, &mut found);
    found
}

/// Base64 and hexadecimal in the line, each as a reading of its own.
fn encoded(line: &str, found: &mut Vec<String>) {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=_-".contains(&byte);
    for token in line.split(|it: char| !it.is_ascii() || !letter(it as u8)) {
        if token.len() < SHORTEST {
            continue;
        }
        let hexadecimal = token.strip_prefix("0x").unwrap_or(token);
        if hexadecimal.len().is_multiple_of(2)
            && hexadecimal.bytes().all(|it| it.is_ascii_hexdigit())
        {
            found.extend(hex::decode(hexadecimal).ok().and_then(|it| written(&it)));
            continue;
        }
        let engine = if token.contains(['-', '_']) {
            &URL_SAFE
        } else {
            &STANDARD
        };
        let token = token.trim_end_matches('=');
        // A cut off end is no reason to give up on the rest.
        let whole = &token[..token.len() - usize::from(token.len() % 4 == 1)];
        found.extend(engine.decode(whole).ok().and_then(|it| written(&it)));
    }
    spaced_hexadecimal(line, found);
}

/// `49 67 6e`, `\x49\x67`, `49:67`: pairs with something between.
fn spaced_hexadecimal(line: &str, found: &mut Vec<String>) {
    let mut bytes = Vec::new();
    for token in line.split([' ', ':', ',', ';']) {
        let token = token.trim_start_matches("0x").trim_start_matches("\\x");
        match (token.len(), u8::from_str_radix(token, 16)) {
            (2, Ok(byte)) => bytes.push(byte),
            _ if bytes.len() >= SHORTEST / 2 => break,
            _ => bytes.clear(),
        }
    }
    if bytes.len() >= SHORTEST / 2 {
        found.extend(written(&bytes));
    }
}

/// Bytes as text, UTF-8 or UTF-16, if they are one.
fn written(bytes: &[u8]) -> Option<String> {
    let wide = bytes.len() >= 8 && bytes.len().is_multiple_of(2) && bytes[1] == 0 && bytes[3] == 0;
    let text = if wide {
        let units = bytes
            .chunks_exact(2)
            .map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
        String::from_utf16(&units.collect::<Vec<_>>()).ok()?
    } else {
        String::from_utf8(bytes.to_vec()).ok()?
    };
    let strange = text
        .chars()
        .filter(|it| it.is_control() && !it.is_whitespace())
        .count();
    (strange == 0 && text.chars().any(char::is_alphabetic)).then_some(text)
}

/// What the words themselves give away: rot13, backwards, digits for letters, letters one by one.
fn by_words(line: &str, found: &mut Vec<String>) {
    let (mut rot, mut back, mut digits) = (false, false, false);
    for word in line.split(|it: char| it.is_whitespace()) {
        if word.len() < 4 || word.len() > 40 {
            continue;
        }
        let core = word.trim_matches(|it: char| it.is_ascii_punctuation() && !"@$!|".contains(it));
        let lower = core.to_lowercase();
        match cues::cue(&lower) {
            Some((_, Written::Rot13)) => rot = true,
            Some((_, Written::Backwards)) => back = true,
            _ => {}
        }
        let mixed = core.contains(|it: char| it.is_ascii_digit() || "@$!|".contains(it))
            && core.contains(|it: char| it.is_ascii_alphabetic());
        digits = digits || (mixed && cues::cue(&letters(&lower)).is_some());
    }
    if rot {
        found.push(cues::rot13(line));
    }
    if back {
        found.push(backwards(line));
        let words: Vec<String> = line.split(' ').map(backwards).collect();
        found.push(words.join(" "));
    }
    if digits {
        found.push(letters(line));
    }
    found.extend(one_by_one(line));
    found.extend(run_together(line));
}

/// `i g n o r e   a l l`: the letters together, with a gap where the gap is wider.
fn one_by_one(line: &str) -> Option<String> {
    let (mut read, mut letters) = (String::new(), 0);
    for word in line.split(' ') {
        match word.chars().count() {
            0 => {
                if !read.is_empty() && !read.ends_with(' ') {
                    read.push(' ');
                }
            }
            1 => {
                read.push_str(word);
                letters += 1;
            }
            _ if letters >= SHORTEST => break,
            _ => {
                read.clear();
                letters = 0;
            }
        }
    }
    (letters >= SHORTEST).then_some(read)
}

/// `IgnoreAllPreviousInstructions`: the words apart.
fn run_together(line: &str) -> Option<String> {
    let mut read = String::new();
    for word in line.split(|it: char| !it.is_alphanumeric()) {
        let bytes = word.as_bytes();
        let rises = |pair: &&[u8]| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase();
        if word.len() < SHORTEST || bytes.windows(2).filter(rises).count() < 2 {
            continue;
        }
        let mut before = ' ';
        for letter in word.chars() {
            if before.is_ascii_lowercase() && letter.is_ascii_uppercase() {
                read.push(' ');
            }
            read.push(letter);
            before = letter;
        }
        read.push('\n');
    }
    (!read.is_empty()).then_some(read)
}

fn backwards(text: &str) -> String {
    text.chars().rev().collect()
}

/// Letters for the digits and signs that stand for them.
fn letters(text: &str) -> String {
    let one = |it| match it {
        '0' => 'o',
        '1' | '!' | '|' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        '8' => 'b',
        other => other,
    };
    text.chars().map(one).collect()
}

/// The letters that one sees: nothing without width, and the Latin letter for each that looks like one.
fn visible(text: &str) -> String {
    text.chars()
        .filter(|it| {
            !matches!(u32::from(*it), 0xad | 0x34f | 0x61c | 0x180e | 0x200b..=0x200f | 0x202a..=0x202e
                | 0..=8 | 0xe..=0x1f | 0x7f..=0x9f | 0x2060..=0x206f | 0xfe00..=0xfe0f | 0xfeff | 0xe0000..=0xe01ef | 0x300..=0x36f)
        })
        .map(latin)
        .collect()
}

fn latin(letter: char) -> char {
    const ALIKE: &[(&str, char)] = &[
        ("аα", 'a'),
        ("вβ", 'b'),
        ("сϲ", 'c'),
        ("ԁ", 'd'),
        ("еεё", 'e'),
        ("ɡ", 'g'),
        ("һ", 'h'),
        ("іι", 'i'),
        ("ј", 'j'),
        ("кκ", 'k'),
        ("ӏ", 'l'),
        ("м", 'm'),
        ("п", 'n'),
        ("оοσ", 'o'),
        ("рρ", 'p'),
        ("ԛ", 'q'),
        ("г", 'r'),
        ("ѕ", 's'),
        ("тτ", 't'),
        ("υ", 'u'),
        ("ѵν", 'v'),
        ("ѡω", 'w'),
        ("хχ", 'x'),
        ("уγ", 'y'),
        ("АΑ", 'A'),
        ("ВΒ", 'B'),
        ("С", 'C'),
        ("ЕΕ", 'E'),
        ("НΗ", 'H'),
        ("ІΙ", 'I'),
        ("КΚ", 'K'),
        ("МΜ", 'M'),
        ("ΝN", 'N'),
        ("ОΟ", 'O'),
        ("РΡ", 'P'),
        ("Ѕ", 'S'),
        ("ТΤ", 'T'),
        ("Χ", 'X'),
        ("Υ", 'Y'),
        ("Ζ", 'Z'),
    ];
    let code = u32::from(letter);
    let shifted = match code {
        // Full width, and letters of mathematics, which come in rows of 26.
        0xff01..=0xff5e => Some(code - 0xfee0),
        0x1d400..=0x1d6a3 => {
            let place = (code - 0x1d400) % 52;
            Some(if place < 26 {
                0x41 + place
            } else {
                0x61 + place - 26
            })
        }
        0x24d0..=0x24e9 => Some(code - 0x24d0 + 0x61),
        0x24b6..=0x24cf => Some(code - 0x24b6 + 0x41),
        _ => None,
    };
    if let Some(plain) = shifted.and_then(char::from_u32) {
        return plain;
    }
    let alike = ALIKE.iter().find(|(letters, _)| letters.contains(letter));
    alike.map_or(letter, |(_, plain)| *plain)
}

/// What is written in tag characters, which nobody sees.
fn tags(text: &str) -> Option<String> {
    let hidden: String = text
        .chars()
        .filter_map(|it| match u32::from(it) {
            code @ 0xe0020..=0xe007e => char::from_u32(code - 0xe0000),
            _ => None,
        })
        .collect();
    (!hidden.is_empty()).then_some(hidden)
}

/// HTML's entities: numbers and the common names.
fn entities(text: &str) -> String {
    const NAMES: &[(&str, char)] = &[
        ("lt", '<'),
        ("gt", '>'),
        ("amp", '&'),
        ("quot", '"'),
        ("apos", '\''),
        ("nbsp", ' '),
        ("excl", '!'),
        ("lpar", '('),
        ("rpar", ')'),
        ("lsqb", '['),
        ("rsqb", ']'),
        ("colon", ':'),
        ("sol", '/'),
        ("NewLine", '\n'),
        ("Tab", '\t'),
    ];
    let mut read = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        read.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let known = after.find(';').filter(|end| *end <= 10).and_then(|end| {
            let name = &after[..end];
            let letter = match name.strip_prefix('#') {
                Some(number) => match number.strip_prefix(['x', 'X']) {
                    Some(number) => u32::from_str_radix(number, 16)
                        .ok()
                        .and_then(char::from_u32),
                    None => number.parse().ok().and_then(char::from_u32),
                },
                None => NAMES
                    .iter()
                    .find(|(known, _)| *known == name)
                    .map(|(_, letter)| *letter),
            };
            letter.map(|letter| (letter, end))
        });
        match known {
            Some((letter, end)) => {
                read.push(letter);
                rest = &after[end + 1..];
            }
            None => {
                read.push('&');
                rest = after;
            }
        }
    }
    read.push_str(rest);
    read
}

/// Escapes of JSON and of shells: `\u0049`, `\x49`, `\n`, `\"`.
fn escapes(text: &str) -> String {
    let mut read = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        read.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let code = |from: usize, digits: usize| {
            let number = after.get(from..from + digits)?;
            let letter = u32::from_str_radix(number, 16)
                .ok()
                .and_then(char::from_u32)?;
            Some((letter, from + digits))
        };
        let known = match after.chars().next() {
            Some('u') => code(1, 4),
            Some('x') => code(1, 2),
            Some('n' | 'r') => Some(('\n', 1)),
            Some('t') => Some(('\t', 1)),
            Some(sign @ ('"' | '\'' | '\\' | '/')) => Some((sign, 1)),
            _ => None,
        };
        match known {
            Some((letter, length)) => {
                read.push(letter);
                rest = &after[length..];
            }
            None => {
                read.push('\\');
                rest = after;
            }
        }
    }
    read.push_str(rest);
    read
}
