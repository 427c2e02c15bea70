//! How values are written in command lines, scripts, logs and configuration: what stands before a
//! place, where a name ends, what a quotation holds.

/// The byte before `at`; NUL at the start.
pub(super) fn before(bytes: &[u8], at: usize) -> u8 {
    at.checked_sub(1)
        .and_then(|at| bytes.get(at))
        .copied()
        .unwrap_or(0)
}

/// The byte at `at`; NUL behind the end.
pub(super) fn byte(bytes: &[u8], at: usize) -> u8 {
    bytes.get(at).copied().unwrap_or(0)
}

/// A byte of a word; those of longer characters count as letters.
pub(super) fn is_word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_' || b >= 0x80
}

/// Whether `text` ends, in any case, with `ending` at `at`.
pub(super) fn ends_with(bytes: &[u8], at: usize, ending: &str) -> bool {
    at.checked_sub(ending.len())
        .and_then(|start| bytes.get(start..at))
        .is_some_and(|part| part.eq_ignore_ascii_case(ending.as_bytes()))
}

/// Whether `start` stands, in any case, at `at`.
pub(super) fn starts_with(bytes: &[u8], at: usize, start: &str) -> bool {
    bytes
        .get(at..at + start.len())
        .is_some_and(|part| part.eq_ignore_ascii_case(start.as_bytes()))
}

/// The first place from `at` on where `is` does not hold, at most `most` bytes on.
pub(super) fn run_end(bytes: &[u8], at: usize, most: usize, is: impl Fn(u8) -> bool) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().take(most).take_while(|b| is(**b)).count()
}

/// Where the run before `at` begins whose bytes all are so, at most `most` bytes back.
pub(super) fn run_start(bytes: &[u8], at: usize, most: usize, is: impl Fn(u8) -> bool) -> usize {
    let back = bytes[..at.min(bytes.len())].iter().rev();
    at - back.take(most).take_while(|b| is(**b)).count()
}

pub(super) fn is_blank(b: u8) -> bool {
    b == b' ' || b == b'\t'
}

/// The next place from `at` on that is no blank.
pub(super) fn past_blanks(bytes: &[u8], at: usize) -> usize {
    run_end(bytes, at, 64, is_blank)
}

/// An opening quotation mark at `at`: its length, and the mark. A mark may be escaped (`\"`, `\\"`)
/// when the text itself is a string.
pub(super) fn quote(bytes: &[u8], at: usize) -> Option<(usize, u8)> {
    let escapes = run_end(bytes, at, 4, |b| b == b'\\') - at;
    match byte(bytes, at + escapes) {
        mark @ (b'"' | b'\'' | b'`') => Some((escapes + 1, mark)),
        _ => None,
    }
}

/// The longest quoted value.
const LONGEST: usize = 8 * 1024;

/// The end of what a quotation at `at` holds: the place of its closing mark. A mark that is missing
/// ends the value at the line's end.
pub(super) fn quoted_end(bytes: &[u8], at: usize, opening: (usize, u8)) -> usize {
    let (length, mark) = opening;
    let escapes = length - 1;
    let first = at + length;
    let most = bytes.len().min(first + LONGEST);
    let mut end = first;
    while end < most {
        match bytes[end] {
            b'\n' | b'\r' => return end,
            b'\\' => {
                let run = run_end(bytes, end, 16, |b| b == b'\\') - end;
                if byte(bytes, end + run) == mark && run == escapes {
                    return end;
                }
                // A path may end with a backslash before the mark; an escaped mark is inside.
                if byte(bytes, end + run) == mark && run > escapes && (run - escapes) % 2 == 1 {
                    end += run + 1;
                } else {
                    end += run;
                }
            }
            b if b == mark && escapes == 0 => return end,
            _ => end += 1,
        }
    }
    end
}

/// A value at `at`, quoted or up to where an unquoted one ends.
pub(super) struct Value {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) quoted: bool,
}

/// Reads a value; `ends` says which bytes end an unquoted one.
pub(super) fn value(bytes: &[u8], at: usize, ends: impl Fn(usize, u8) -> bool) -> Value {
    value_within(bytes, at, LONGEST, ends)
}

/// Reads a value of at most `longest` bytes.
pub(super) fn value_within(
    bytes: &[u8],
    at: usize,
    longest: usize,
    ends: impl Fn(usize, u8) -> bool,
) -> Value {
    let bytes = &bytes[..bytes.len().min(at + longest)];
    if let Some(opening) = quote(bytes, at) {
        return Value {
            start: at + opening.0,
            end: quoted_end(bytes, at, opening),
            quoted: true,
        };
    }
    let most = bytes.len().min(at + LONGEST);
    let mut end = at;
    while end < most && !ends(end, bytes[end]) {
        end += 1;
    }
    Value {
        start: at,
        end,
        quoted: false,
    }
}

/// What ends an unquoted value nearly everywhere.
pub(super) fn is_end(b: u8) -> bool {
    matches!(
        b,
        b' ' | b'\t'
            | b'\n'
            | b'\r'
            | b'"'
            | b'\''
            | b'`'
            | b'<'
            | b'>'
            | b'|'
            | b')'
            | b'}'
            | b']'
            | b','
            | b';'
            | b'&'
            | 0
    )
}

/// Whether a value is a variable, a template's place or a call: the secret or name is elsewhere.
pub(super) fn is_reference(value: &[u8], quoted: bool) -> bool {
    match value {
        [] => true,
        [b'$', rest @ ..] => {
            // `$ecret!` is a value where quotes keep the shell from it.
            let name = rest
                .strip_prefix(b"{")
                .or(rest.strip_prefix(b"("))
                .map_or(rest, |_| b"");
            !quoted
                || name
                    .iter()
                    .all(|b| is_word(*b) || matches!(b, b':' | b'.' | b'}'))
        }
        [b'%', middle @ .., b'%'] => !middle.is_empty() && middle.iter().all(|b| is_word(*b)),
        // `%1`, `%p`, `%%h` of a batch file.
        [b'%', b'%', _] | [b'%', _] => true,
        [b'<', .., b'>'] | [b'{', .., b'}'] | [b'[', .., b']'] => true,
        [b'@', b'{', ..] | [b'!', .., b'!'] => true,
        _ => {
            value
                .iter()
                .all(|b| matches!(b, b'*' | b'.' | b'x' | b'X' | b'#' | b'?'))
                || (!quoted && value.contains(&b'('))
        }
    }
}
