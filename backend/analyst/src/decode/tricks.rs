//! Text that a shell reads otherwise than an eye: carets, backticks, empty quotes, slices, joined parts.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::LAYER_MAX;
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
    let mut left = Budget::default();
    let out = FORMAT.replace_all(text, |found: &Captures<'_>| {
        let parts: Vec<&str> = QUOTED
            .captures_iter(&found[2])
            .map(|part| part.get(1).or(part.get(2)).map_or("", |text| text.as_str()))
            .collect();
        PLACE
            .replace_all(&found[1], |place: &Captures<'_>| {
                let part = place[1].parse::<usize>().ok().and_then(|at| parts.get(at));
                left.spend(part.copied().unwrap_or_default()).to_owned()
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
    let quoted = QUOTED
        .captures_iter(text)
        .filter_map(|part| part.get(1).or(part.get(2)))
        .map(|part| part.as_str());
    let bare = text.split_whitespace().filter(|word| word.len() >= 8);
    quoted
        .chain(bare)
        .filter(|part| part.len() >= 4)
        .map(|part| part.chars().rev().collect())
        .collect()
}

static SET: LazyLock<Regex> =
    LazyLock::new(|| expression(r#"(?i)\bset\s+"?(\w{1,32})=([^&|"\r\n]*)"?"#));
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
    let mut left = Budget::default();
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
                let count = found.get(3).and_then(|count| count.as_str().parse().ok());
                left.spend(&sliced(&value, from, count)).to_owned()
            }
            (Some(value), None) if own.contains_key(&name) => {
                is_trick = true;
                left.spend(&value).to_owned()
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

static ASSIGNED: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r#"(?:\$(?P<ps>\w{1,32})\s*=\s*(?:'(?P<single>[^']+)'|"(?P<double>[^"]+)")|(?:^|[;&|\s('"])(?P<sh>[A-Za-z_]\w{0,31})=(?:'(?P<quoted>[^']+)'|(?P<bare>[\w./:@%+-]+)))"#,
    )
});
static NAMED: LazyLock<Regex> = LazyLock::new(|| expression(r"\$(?:\{(\w{1,32})\}|(\w{1,32}))"));
/// Two variables side by side: what one alone holds hides little.
static SIDE_BY_SIDE: LazyLock<Regex> =
    LazyLock::new(|| expression(r"\$(?:\{\w{1,32}\}|\w{1,32})\s*\+?\s*\$\{?\w"));

/// `$a='Down';$b='load';$a+$b`, `a=who;b=ami;$a$b`: what was put into variables, put in their place.
pub fn variables(text: &str) -> Vec<String> {
    if !text.contains('$') || !text.contains('=') || !SIDE_BY_SIDE.is_match(text) {
        return Vec::new();
    }
    let mut own: HashMap<String, (&str, bool)> = HashMap::new();
    let mut assignments = HashSet::new();
    for set in ASSIGNED.captures_iter(text) {
        let of = |name| set.name(name).map(|found| found.as_str());
        let value = ["single", "double", "quoted", "bare"]
            .into_iter()
            .find_map(of);
        let (Some(name), Some(value)) = (of("ps").or(of("sh")), value) else {
            continue;
        };
        assignments.extend(set.name("ps").map(|name| name.start()));
        own.insert(name.to_ascii_lowercase(), (value, of("ps").is_some()));
    }
    let mut left = Budget::default();
    let mut is_trick = false;
    let out = NAMED.replace_all(text, |found: &Captures<'_>| {
        let name = found.get(1).or(found.get(2));
        let is_assignment = name.is_some_and(|name| assignments.contains(&name.start()));
        let value = name.and_then(|name| own.get(&name.as_str().to_ascii_lowercase()));
        match value {
            Some((value, in_quotes)) if !is_assignment => {
                is_trick = true;
                let value = left.spend(value);
                if *in_quotes {
                    format!("'{value}'")
                } else {
                    value.to_owned()
                }
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

/// A script's text with what was put into variables in their place, where that is more than a trick:
/// rules then see the path or name where it is used. `None` if there is nothing to fill in.
pub fn filled_in(text: &str) -> Option<String> {
    if !text.contains('$') || !text.contains('=') {
        return None;
    }
    let mut own: HashMap<&str, &str> = HashMap::new();
    let mut assignments = HashSet::new();
    for set in ASSIGNED.captures_iter(text).take(64) {
        let of = |name| set.name(name).map(|found| found.as_str());
        let value = ["single", "double", "quoted", "bare"]
            .into_iter()
            .find_map(of);
        if let (Some(name), Some(value)) = (of("ps").or(of("sh")), value) {
            assignments.extend(set.name("ps").map(|name| name.start()));
            own.entry(name).or_insert(value);
        }
    }
    if own.is_empty() {
        return None;
    }
    let mut left = Budget::default();
    let out = NAMED.replace_all(text, |found: &Captures<'_>| {
        let name = found.get(1).or(found.get(2));
        match name.and_then(|name| Some((name, own.get(name.as_str())?))) {
            Some((name, value)) if !assignments.contains(&name.start()) => {
                left.spend(value).to_owned()
            }
            _ => found[0].to_owned(),
        }
    });
    (out != text).then(|| out.into_owned())
}

static REPLACE: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r#"(?i)(?:-[ci]?replace\s*\(?\s*|\.replace\s*\(\s*)(?:'([^']{1,40})'|"([^"]{1,40})")\s*,\s*(?:'([^']{0,40})'|"([^"]{0,40})")\s*\)?"#,
    )
});

/// `'DownXYloadXYString'.Replace('XY','')`: quoted texts as they are after the replacing.
pub fn replaced(text: &str) -> Vec<String> {
    if !text.contains(['\'', '"']) || !text.to_ascii_lowercase().contains("replace") {
        return Vec::new();
    }
    let operations: Vec<(&str, &str)> = REPLACE
        .captures_iter(text)
        .take(8)
        .map(|found| {
            let of = |one, other| {
                let part = found.get(one).or(found.get(other));
                part.map_or("", |part| part.as_str())
            };
            (of(1, 2), of(3, 4))
        })
        .collect();
    if operations.is_empty() {
        return Vec::new();
    }
    let plain = REPLACE.replace_all(text, "");
    let mut left = Budget::default();
    let out = QUOTED.replace_all(&plain, |found: &Captures<'_>| {
        let quoted = found.get(1).or(found.get(2));
        let mut value = quoted.map_or("", |quoted| quoted.as_str()).to_owned();
        for (from, to) in &operations {
            value = value.replace(from, to);
            value.truncate(value.floor_char_boundary(LAYER_MAX));
        }
        format!("'{}'", left.spend(&value))
    });
    if out == plain {
        Vec::new()
    } else {
        vec![out.into_owned()]
    }
}

static INDEXED: LazyLock<Regex> = LazyLock::new(|| {
    expression(r"(?i)\$(?:env:)?\{?(\w{2,32})\}?\s*\[\s*(-?\d{1,3}(?:\s*,\s*-?\d{1,3}){0,64})\s*\]")
});

/// Variables of PowerShell that have one value nearly everywhere.
const OF_POWERSHELL: &[(&str, &str)] = &[
    ("pshome", r"C:\Windows\System32\WindowsPowerShell\v1.0"),
    ("shellid", "Microsoft.PowerShell"),
    ("verbosepreference", "SilentlyContinue"),
];

/// `$env:ComSpec[4,15,25]-join''`, `$PSHome[4]+$PSHome[30]+'x'`: letters out of variables that every
/// Windows has.
pub fn indexed(text: &str) -> Vec<String> {
    if !text.contains('$') || !text.contains('[') {
        return Vec::new();
    }
    let mut is_trick = false;
    let out = INDEXED.replace_all(text, |found: &Captures<'_>| {
        let name = found[1].to_ascii_lowercase();
        let known = USUAL
            .iter()
            .chain(OF_POWERSHELL)
            .find(|(known, _)| *known == name);
        let Some((_, value)) = known else {
            return found[0].to_owned();
        };
        let letters: Vec<char> = value.chars().collect();
        let length = i64::try_from(letters.len()).unwrap_or(0);
        let picked: String = found[2]
            .split(',')
            .filter_map(|number| number.trim().parse::<i64>().ok())
            .map(|at| if at < 0 { length + at } else { at })
            .filter_map(|at| letters.get(usize::try_from(at).ok()?))
            .collect();
        is_trick = true;
        format!("'{picked}'")
    });
    if is_trick {
        vec![out.into_owned()]
    } else {
        Vec::new()
    }
}

/// How much text replacing may add: a few letters must not become a flood.
struct Budget(usize);

impl Default for Budget {
    fn default() -> Self {
        Self(LAYER_MAX)
    }
}

impl Budget {
    /// As much of `text` as is left to spend.
    fn spend<'a>(&mut self, text: &'a str) -> &'a str {
        let spent = &text[..text.floor_char_boundary(self.0)];
        self.0 -= spent.len();
        spent
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_letters_do_not_become_a_flood() {
        let long = "x".repeat(4000);
        for line in [
            format!("cmd /c set a={long}& {}", "%a%".repeat(20_000)),
            format!("$a='{long}'; {}", "$a$a".repeat(20_000)),
            format!("(\"{}\" -f '{long}','y')", "{0}".repeat(20_000)),
            format!("'{}'.replace('x','{}')", "x".repeat(20_000), "y".repeat(40)),
        ] {
            for step in [environment, variables, format_operator, replaced] {
                for text in step(&line) {
                    assert!(
                        text.len() <= line.len() + 2 * LAYER_MAX,
                        "{} bytes",
                        text.len()
                    );
                }
            }
        }
    }
}
