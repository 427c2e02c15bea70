//! Text that a shell reads otherwise than an eye: carets, backticks, empty quotes, slices, joined parts.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::encodings::expression;

/// `w^ho^am^i`: cmd drops a caret and keeps what follows.
pub fn carets(text: &str) -> Vec<String> {
    if text.matches('^').count() < 2 {
        return Vec::new();
    }
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '^' => out.extend(letters.next()),
            other => out.push(other),
        }
    }
    vec![out]
}

/// `I`E`X`: PowerShell drops a backtick before most letters.
pub fn backticks(text: &str) -> Vec<String> {
    let bytes = text.as_bytes();
    let is_trick = |at: usize| {
        bytes[at] == b'`'
            && at > 0
            && bytes[at - 1].is_ascii_alphanumeric()
            && bytes.get(at + 1).is_some_and(u8::is_ascii_alphanumeric)
    };
    if !(0..bytes.len()).any(is_trick) {
        return Vec::new();
    }
    vec![text.replace('`', "")]
}

static EMPTY_IN_WORD: LazyLock<Regex> = LazyLock::new(|| expression(r#"(\w)(?:""|'')+(\w)"#));
static LETTER_IN_QUOTES: LazyLock<Regex> =
    LazyLock::new(|| expression(r#"(\w)(?:'(\w{1,3})'|"(\w{1,3})")(\w|\s|$)"#));
static SHELL_NOTHING: LazyLock<Regex> = LazyLock::new(|| expression(r"\$@|\$\{?IFS\}?(?:\$\d)?"));

/// `po""wer""shell`, `w'h'oami`, `cat${IFS}/etc/shadow`, `who$@ami`.
pub fn quotes(text: &str) -> Vec<String> {
    let mut out = text.to_owned();
    if out.contains("$@") || out.contains("IFS") {
        let nothing = |found: &Captures<'_>| if &found[0] == "$@" { "" } else { " " };
        out = SHELL_NOTHING.replace_all(&out, nothing).into_owned();
    }
    if out.contains("\"\"") || out.contains("''") {
        // Twice, since neighbours share a letter.
        for _ in 0..2 {
            out = EMPTY_IN_WORD.replace_all(&out, "$1$2").into_owned();
        }
    }
    if out.contains(['\'', '"']) {
        for _ in 0..2 {
            out = LETTER_IN_QUOTES.replace_all(&out, "$1$2$3$4").into_owned();
        }
    }
    if out == text { Vec::new() } else { vec![out] }
}

static JOINED: LazyLock<Regex> = LazyLock::new(|| expression(r#"'\s*[+&]\s*'|"\s*[+&]\s*""#));

/// `'Down'+'load'`.
pub fn concatenation(text: &str) -> Vec<String> {
    if !text.contains(['+', '&']) {
        return Vec::new();
    }
    let out = JOINED.replace_all(text, "");
    if out == text {
        Vec::new()
    } else {
        vec![out.into_owned()]
    }
}

static FORMAT: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r#"(?i)["']((?:[^"'{}]*\{\d{1,3}\})+[^"'{}]*)["']\s*\)?\s*-f\s*\(?((?:\s*(?:'[^']*'|"[^"]*")\s*,?)+)"#,
    )
});
static QUOTED: LazyLock<Regex> = LazyLock::new(|| expression(r#"'([^']*)'|"([^"]*)""#));
static PLACE: LazyLock<Regex> = LazyLock::new(|| expression(r"\{(\d{1,3})\}"));

/// `"{1}{0}" -f 'X','IE'`.
pub fn format_operator(text: &str) -> Vec<String> {
    if !text.contains("{0}") {
        return Vec::new();
    }
    let out = FORMAT.replace_all(text, |found: &Captures<'_>| {
        let parts: Vec<&str> = QUOTED
            .captures_iter(&found[2])
            .map(|part| part.get(1).or(part.get(2)).map_or("", |text| text.as_str()))
            .collect();
        PLACE
            .replace_all(&found[1], |place: &Captures<'_>| {
                place[1]
                    .parse::<usize>()
                    .ok()
                    .and_then(|at| parts.get(at))
                    .copied()
                    .unwrap_or("")
                    .to_owned()
            })
            .into_owned()
    });
    if out == text {
        Vec::new()
    } else {
        vec![out.into_owned()]
    }
}

/// The quoted texts of a line that says that it reverses one.
pub fn reversed(text: &str) -> Vec<String> {
    let lower = text.to_ascii_lowercase();
    let says_so = [
        "[-1..",
        "[::-1]",
        "strreverse",
        "array]::reverse",
        "righttoleft",
        "| rev",
        "|rev",
    ]
    .iter()
    .any(|sign| lower.contains(sign));
    if !says_so {
        return Vec::new();
    }
    QUOTED
        .captures_iter(text)
        .filter_map(|part| part.get(1).or(part.get(2)))
        .map(|part| part.as_str())
        .filter(|part| part.len() >= 4)
        .map(|part| part.chars().rev().collect())
        .collect()
}

static SET: LazyLock<Regex> =
    LazyLock::new(|| expression(r#"(?i)\bset\s+"?(\w{1,32})=([^&|"\r\n]{0,2000})"?"#));
static USE: LazyLock<Regex> =
    LazyLock::new(|| expression(r"[%!](\w{1,32})(?::~(-?\d{1,4})(?:,(-?\d{1,4}))?)?[%!]"));

/// Values that variables have on nearly every Windows.
const USUAL: &[(&str, &str)] = &[
    ("comspec", r"C:\Windows\system32\cmd.exe"),
    ("systemroot", r"C:\Windows"),
    ("windir", r"C:\Windows"),
    ("programfiles", r"C:\Program Files"),
    ("programdata", r"C:\ProgramData"),
    ("public", r"C:\Users\Public"),
    ("systemdrive", "C:"),
    (
        "pathext",
        ".COM;.EXE;.BAT;.CMD;.VBS;.VBE;.JS;.JSE;.WSF;.WSH;.MSC",
    ),
];

/// `set a=who& call %a%`, `%COMSPEC:~-7,3%`.
pub fn environment(text: &str) -> Vec<String> {
    if !text.contains(['%', '!']) {
        return Vec::new();
    }
    let own: HashMap<String, String> = SET
        .captures_iter(text)
        .map(|set| (set[1].to_ascii_lowercase(), set[2].trim_end().to_owned()))
        .collect();
    let mut is_trick = false;
    let out = USE.replace_all(text, |found: &Captures<'_>| {
        let name = found[1].to_ascii_lowercase();
        let slice = found
            .get(2)
            .and_then(|from| from.as_str().parse::<i64>().ok());
        let usual = || {
            USUAL
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| (*value).to_owned())
        };
        match (own.get(&name).cloned().or_else(usual), slice) {
            (Some(value), Some(from)) => {
                is_trick = true;
                sliced(
                    &value,
                    from,
                    found.get(3).and_then(|count| count.as_str().parse().ok()),
                )
            }
            (Some(value), None) if own.contains_key(&name) => {
                is_trick = true;
                value
            }
            _ => found[0].to_owned(),
        }
    });
    if is_trick {
        vec![out.into_owned()]
    } else {
        Vec::new()
    }
}

/// cmd's `%var:~from,count%`; negative numbers count from the end.
fn sliced(value: &str, from: i64, count: Option<i64>) -> String {
    let letters: Vec<char> = value.chars().collect();
    let length = i64::try_from(letters.len()).unwrap_or(0);
    let start = if from < 0 { length + from } else { from }.clamp(0, length);
    let end = match count {
        None => length,
        Some(count) if count < 0 => length + count,
        Some(count) => start + count,
    }
    .clamp(start, length);
    letters
        .iter()
        .skip(usize::try_from(start).unwrap_or(0))
        .take(usize::try_from(end - start).unwrap_or(0))
        .collect()
}
