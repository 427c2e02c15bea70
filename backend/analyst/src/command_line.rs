//! Reads a command line: its program, and the commands that a shell or a wrapper would run for it.
//!
//! The three shells' grammars are read just well enough to find where a command begins; nothing is
//! run or expanded. Every function is linear in its input and bounded.

use std::borrow::Cow;

use aside_shared::alert::base_name;

use crate::taxonomy::Product;

/// The most inner commands of one line.
const MOST_COMMANDS: usize = 32;
/// How deep a command may stand in another.
const DEEPEST: usize = 4;
/// Longer lines are read up to here, in bytes.
const LONGEST: usize = 32 * 1024;

/// The first word and what follows it. Quotes around the word are taken off.
pub fn first_word(line: &str) -> (&str, &str) {
    let line = line.trim_start();
    if let Some(quote @ ('"' | '\'')) = line.chars().next()
        && let Some((word, rest)) = line[1..].split_once(quote)
    {
        return (word, rest);
    }
    // `C:\Program Files\X\x.exe -a` without quotes: the program ends with its extension.
    let end = line
        .find(|c: char| c.is_whitespace() || matches!(c, '<' | '>'))
        .unwrap_or(line.len());
    let path = line.as_bytes();
    if path.len() > 2 && path[1] == b':' && path[2] == b'\\' {
        let head = head(line, 320);
        let lower = head.to_ascii_lowercase();
        if let Some(at) = lower.find(".exe")
            && at + 4 > end
            && !lower[..at].contains(['"', '/'])
            && lower[at + 4..]
                .chars()
                .next()
                .is_none_or(char::is_whitespace)
        {
            return line.split_at(at + 4);
        }
    }
    line.split_at(end)
}

/// At most `most` bytes of `text`, cut between characters.
pub fn head(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

/// The program's name in lower case, without folder and `.exe`.
pub fn program(word: &str) -> String {
    let name = base_name(word).to_ascii_lowercase();
    match name.strip_suffix(".exe") {
        Some(stem) => stem.to_owned(),
        None => name,
    }
}

/// What a text that begins a command is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speech {
    /// A program's call.
    Program,
    /// Built into `cmd.exe`.
    Cmd,
    /// PowerShell's own language.
    PowerShell,
    /// Built into the POSIX shells.
    Posix,
}

/// Verbs of PowerShell's cmdlets (Microsoft's approved verbs, and those in wide use).
const VERBS: &[&str] = &[
    "add",
    "approve",
    "backup",
    "block",
    "checkpoint",
    "clear",
    "close",
    "compare",
    "complete",
    "compress",
    "confirm",
    "connect",
    "convert",
    "convertfrom",
    "convertto",
    "copy",
    "debug",
    "deny",
    "disable",
    "disconnect",
    "dismount",
    "edit",
    "enable",
    "enter",
    "exit",
    "expand",
    "export",
    "find",
    "foreach",
    "format",
    "get",
    "grant",
    "group",
    "hide",
    "import",
    "initialize",
    "install",
    "invoke",
    "join",
    "limit",
    "lock",
    "measure",
    "merge",
    "mount",
    "move",
    "new",
    "open",
    "optimize",
    "out",
    "ping",
    "pop",
    "powerview",
    "protect",
    "publish",
    "push",
    "read",
    "receive",
    "redo",
    "register",
    "remove",
    "rename",
    "repair",
    "request",
    "reset",
    "resize",
    "resolve",
    "restart",
    "restore",
    "resume",
    "revoke",
    "save",
    "search",
    "select",
    "send",
    "set",
    "show",
    "skip",
    "sort",
    "split",
    "start",
    "step",
    "stop",
    "submit",
    "suspend",
    "switch",
    "sync",
    "tee",
    "test",
    "trace",
    "unblock",
    "undo",
    "uninstall",
    "unlock",
    "unprotect",
    "unpublish",
    "unregister",
    "update",
    "use",
    "wait",
    "watch",
    "where",
    "write",
];

const CMD_BUILT_IN: &[&str] = &[
    "assoc", "call", "copy", "del", "dir", "endlocal", "erase", "ftype", "md", "mklink", "move",
    "pause", "rd", "rem", "ren", "rename", "rmdir", "set", "setlocal", "start", "title", "type",
    "ver", "vol",
];

const POSIX_BUILT_IN: &[&str] = &[
    "alias", "declare", "eval", "exec", "export", "history", "local", "printf", "read", "readonly",
    "source", "trap", "typeset", "ulimit", "umask", "unalias", "unset", "shopt", "hash",
];

/// `get-process`: a verb and a noun, in lower case.
pub fn is_cmdlet(name: &str) -> bool {
    name.split_once('-').is_some_and(|(verb, noun)| {
        VERBS.contains(&verb)
            && noun.starts_with(|c: char| c.is_ascii_alphabetic())
            && !noun.contains(['.', '/', '\\'])
    })
}

/// What the command that begins with `word` is. Only what is sure is said; else it is a program.
pub fn speech(line: &str, word: &str) -> Speech {
    let line = line.trim_start();
    let lower = word.to_ascii_lowercase();
    let begins = |start: &str| line.starts_with(start);
    let name = lower.trim_start_matches(['(', '&', '.', '{', ' ']);
    if is_cmdlet(name)
        || begins("[")
            && line[1..].split_once(']').is_some_and(|(name, rest)| {
                rest.starts_with("::") || rest.starts_with('$') || name.contains("char")
            })
        || begins("$")
            && line[1..]
                .trim_start_matches(|c: char| {
                    c.is_ascii_alphanumeric() || matches!(c, '_' | ':' | '{' | '}')
                })
                .trim_start()
                .starts_with(['=', '.', '|', '['])
        || matches!(
            name,
            "iex" | "iwr" | "irm" | "icm" | "gwmi" | "gcim" | "gci" | "saps" | "sal"
        )
        || begins("&{")
        || begins("& {")
        || begins("&(")
        || begins("& (")
        || begins("(new-object")
        || begins("(New-Object")
    {
        return Speech::PowerShell;
    }
    // `set -e`, `set +o history`
    let is_posix_set = name == "set"
        && line
            .get(word.len()..)
            .is_some_and(|rest| rest.trim_start().starts_with(['-', '+']));
    if is_posix_set {
        Speech::Posix
    } else if CMD_BUILT_IN.contains(&name) {
        Speech::Cmd
    } else if POSIX_BUILT_IN.contains(&name) {
        Speech::Posix
    } else {
        Speech::Program
    }
}

/// Paths by which rules may know the program that `word` names: with a separator before a bare name
/// and, on Windows, with its extension. Where the system is not known, both spellings.
pub fn images(word: &str, product: Option<Product>) -> Vec<Cow<'_, str>> {
    let word = word.trim_matches(['"', '\'']);
    if word.is_empty() {
        return Vec::new();
    }
    let has_folder = word.contains(['\\', '/']);
    let windows = || -> Cow<'_, str> {
        let name = base_name(word);
        let extension = if name.contains('.') { "" } else { ".exe" };
        match (has_folder, extension) {
            (true, "") => Cow::Borrowed(word),
            (true, _) => Cow::Owned(format!("{word}.exe")),
            (false, _) => Cow::Owned(format!("\\{word}{extension}")),
        }
    };
    let posix = || -> Cow<'_, str> {
        if has_folder {
            Cow::Borrowed(word)
        } else {
            Cow::Owned(format!("/{word}"))
        }
    };
    match product {
        Some(Product::Windows) => vec![windows()],
        Some(Product::Linux | Product::MacOs) => vec![posix()],
        None if word.contains('\\') => vec![windows()],
        None if word.starts_with('/') => vec![posix()],
        None => vec![windows(), posix()],
    }
}

fn ends_with(text: &str, end: &str) -> bool {
    text.len() >= end.len()
        && text.as_bytes()[text.len() - end.len()..].eq_ignore_ascii_case(end.as_bytes())
}

/// A command that stands in a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inner<'a> {
    /// Its text.
    pub text: &'a str,
    /// The program that runs it, lower case without folder and extension, where it stands in that
    /// one's line.
    pub runner: Option<String>,
}

/// The commands that `line` would make a shell or a wrapper run, outermost first. The line's own
/// command is among them only if others stand beside it. `typed`: the line is what somebody typed
/// into a shell, so its own separators count too.
pub fn commands(line: &str, typed: bool) -> Vec<Inner<'_>> {
    let mut found = Vec::new();
    if typed {
        sequence(head(line, LONGEST), None, 0, &mut found);
        if found.first().is_some_and(|first| first.text == line.trim()) {
            found.remove(0);
        }
    } else {
        unwrap(head(line, LONGEST), 0, &mut found);
    }
    found
}

/// Adds every command of a shell's `text`.
fn sequence<'a>(text: &'a str, runner: Option<&str>, depth: usize, found: &mut Vec<Inner<'a>>) {
    if depth > DEEPEST {
        return;
    }
    for part in split(text) {
        let part = trimmed(part);
        if part.is_empty() || found.len() >= MOST_COMMANDS {
            continue;
        }
        found.push(Inner {
            text: part,
            runner: runner.map(str::to_owned),
        });
        unwrap(part, depth + 1, found);
    }
}

/// `part` without the words and brackets of the shell's grammar before it.
fn trimmed(part: &str) -> &str {
    let mut part = part.trim();
    loop {
        let before = part;
        part = part.trim_start_matches(['(', '{', '@', '!']).trim();
        for (open, close) in [('(', ')'), ('{', '}')] {
            if part.ends_with(close) && part.matches(open).count() < part.matches(close).count() {
                part = part[..part.len() - 1].trim_end();
            }
        }
        for word in [
            "then ", "do ", "else ", "if ", "while ", "until ", "time ", "exec ", "call ", "& ",
            "&",
        ] {
            if let Some(rest) = part.strip_prefix(word)
                && !(word == "if " && is_cmd_condition(rest))
            {
                part = rest.trim_start();
            }
        }
        // `$out = Get-Process`
        if let Some(rest) = assigned(part) {
            part = rest;
        }
        // A variable set for one command: `LANG=C sort`.
        let (word, rest) = part.split_at(part.find(' ').unwrap_or(part.len()));
        if let Some((name, _)) = word.split_once('=')
            && !name.is_empty()
            && !rest.is_empty()
            && !word.contains(['"', '\'', '$', '('])
            && name.bytes().all(|c| c.is_ascii_uppercase() || c == b'_')
        {
            part = rest.trim_start();
        }
        if part == before {
            return part;
        }
    }
}

/// `"%A%"=="b" (x)`, `exist a.txt (x)`: a condition of `cmd.exe`.
fn is_cmd_condition(rest: &str) -> bool {
    let lower = head(rest, 512).to_ascii_lowercase();
    let begins = |word: &str| lower.trim_start().starts_with(word);
    lower.contains("==")
        || [
            "exist ",
            "not exist ",
            "defined ",
            "not defined ",
            "errorlevel ",
        ]
        .into_iter()
        .any(begins)
}

/// The command whose output a PowerShell variable gets.
fn assigned(part: &str) -> Option<&str> {
    let name = part.strip_prefix('$')?;
    let (name, rest) = name.split_once('=')?;
    let rest = rest.trim_start();
    let is_name = name
        .trim_end()
        .bytes()
        .all(|c| c.is_ascii_alphanumeric() || c == b'_');
    (is_name && rest.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '&' | '(')))
        .then_some(rest)
}

/// Splits at `&`, `&&`, `|`, `||`, `;` and line breaks outside quotes.
fn split(text: &str) -> Vec<&str> {
    let bytes = text.as_bytes();
    let mut parts = Vec::new();
    let mut start = 0;
    let mut at = 0;
    // From here on there is no closing quote of that kind any more.
    let mut unclosed = [false; 2];
    while at < bytes.len() && parts.len() < MOST_COMMANDS {
        match bytes[at] {
            quote @ (b'"' | b'\'') => {
                let kind = usize::from(quote == b'\'');
                if !unclosed[kind] {
                    match closing(bytes, at) {
                        Some(end) => at = end,
                        None => unclosed[kind] = true,
                    }
                }
            }
            b'^' | b'`' => at += 1,
            b'\\' if matches!(bytes.get(at + 1), Some(b'"' | b'\'' | b';' | b'|' | b'&')) => {
                at += 1;
            }
            // `2>&1`, `&>file`, `<&3`
            b'&' if at > 0 && matches!(bytes[at - 1], b'>' | b'<') => {}
            b'&' if bytes.get(at + 1) == Some(&b'>') => {}
            // PowerShell's call: `$a = & 'x.exe'`
            b'&' if text[start..at].trim_end().ends_with('=') => {}
            b'&' | b'|' | b';' | b'\n' | b'\r' => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    parts.push(text.get(start..).unwrap_or_default());
    parts
}

/// Where the quote that opens at `at` closes.
fn closing(bytes: &[u8], at: usize) -> Option<usize> {
    let quote = bytes[at];
    let mut end = at + 1;
    while end < bytes.len() {
        match bytes[end] {
            b'\\' if quote == b'"' && bytes.get(end + 1) == Some(&b'"') => {
                // `"C:\x\" & y`: a path's last backslash escapes nothing.
                if matches!(bytes.get(end + 2), None | Some(b' ' | b'&' | b'|')) {
                    return Some(end + 1);
                }
                end += 1;
            }
            c if c == quote => return Some(end),
            _ => {}
        }
        end += 1;
    }
    None
}

/// The next word of `text`, with its quotes, and what follows.
fn word(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() && !bytes[at].is_ascii_whitespace() {
        if matches!(bytes[at], b'"' | b'\'')
            && let Some(end) = closing(bytes, at)
        {
            at = end;
        }
        at += 1;
    }
    text.split_at(at.min(text.len()))
}

/// `text` without the quotes around the whole of it.
fn unquoted(text: &str) -> &str {
    let text = text.trim();
    for quote in ['"', '\''] {
        if let Some(inner) = text
            .strip_prefix(quote)
            .map(|inner| inner.strip_suffix(quote).unwrap_or(inner))
        {
            return inner;
        }
    }
    text
}

/// Adds the commands that the program of `line` is asked to run.
fn unwrap<'a>(line: &'a str, depth: usize, found: &mut Vec<Inner<'a>>) {
    if depth > DEEPEST || found.len() >= MOST_COMMANDS {
        return;
    }
    let (name, rest) = first_word(line);
    let program = program(name);
    match program.as_str() {
        "cmd" => {
            if let Some(payload) = after_flag(rest, |flag| {
                let mut letters = flag.bytes();
                letters.next() == Some(b'/')
                    && letters
                        .next()
                        .is_some_and(|c| matches!(c | 32, b'c' | b'k' | b'r'))
            }) {
                sequence(unquoted(payload), Some("cmd"), depth + 1, found);
            }
        }
        "powershell" | "pwsh" => {
            if let Some(payload) = powershell_text(rest) {
                sequence(payload, Some(&program), depth + 1, found);
            }
        }
        "sh" | "bash" | "zsh" | "dash" | "ksh" | "ash" | "su" | "runuser" | "script" => {
            if let Some(payload) = after_flag(rest, |flag| {
                flag.starts_with('-') && !flag.starts_with("--") && flag.ends_with('c')
                    || flag == "--command"
            }) {
                sequence(shell_payload(payload), Some(&program), depth + 1, found);
            }
        }
        "sudo" | "doas" | "nohup" | "setsid" | "env" | "timeout" | "gtimeout" | "nice"
        | "ionice" | "stdbuf" | "xargs" | "busybox" | "toybox" | "watch" | "wsl" | "conhost"
        | "start" | "caffeinate" | "unshare" | "chroot" | "proxychains" | "proxychains4"
        | "torsocks" | "rlwrap" | "strace" | "exec" | "command" | "builtin" | "call" => {
            if let Some(inner) = wrapped(&program, rest) {
                sequence(inner, Some(&program), depth + 1, found);
            }
        }
        "find" => {
            for flag in ["-exec ", "-execdir ", "-ok "] {
                if let Some((_, inner)) = rest.split_once(flag) {
                    let inner = inner.trim_end_matches(['+', ';', '\\', ' ']);
                    sequence(inner, Some("find"), depth + 1, found);
                }
            }
        }
        "forfiles" => flag_value(rest, &["/c"], "forfiles", depth, found),
        "schtasks" => flag_value(rest, &["/tr", "-tr"], "schtasks", depth, found),
        "sc" => flag_value(rest, &["binpath="], "sc", depth, found),
        "pcalua" => flag_value(rest, &["-a"], "pcalua", depth, found),
        "wmic" => {
            let lower = rest.to_ascii_lowercase();
            if let Some(at) = lower.find(" create ").or_else(|| lower.find(" create\""))
                && lower[..at].contains("call")
            {
                sequence(unquoted(&rest[at + 7..]), Some("wmic"), depth + 1, found);
            }
        }
        "osascript" => {
            if let Some((_, after)) = rest.split_once("do shell script ") {
                let (payload, _) = word(after);
                sequence(
                    payload.trim_matches(['"', '\'', '\\']),
                    Some("osascript"),
                    depth + 1,
                    found,
                );
            }
        }
        "start-process" | "saps" => {
            if let Some(inner) = started(rest) {
                sequence(inner, Some("powershell"), depth + 1, found);
            }
        }
        "if" if is_cmd_condition(rest) => conditional(rest, depth, found),
        "for" => {
            if let Some((list, body)) = rest.split_once(" do ") {
                if let Some((_, inner)) = list.split_once("('") {
                    let inner = inner.split_once("')").map_or(inner, |(inner, _)| inner);
                    sequence(inner, Some("cmd"), depth + 1, found);
                }
                sequence(body, Some("cmd"), depth + 1, found);
            }
        }
        _ => {}
    }
}

/// The program that `Start-Process` is asked for, and what follows it.
fn started(rest: &str) -> Option<&str> {
    let mut rest = rest.trim_start();
    for _ in 0..12 {
        let (flag, after) = word(rest);
        let Some(name) = flag.strip_prefix('-') else {
            return (!flag.is_empty()).then_some(rest);
        };
        let name = name.to_ascii_lowercase();
        let is_switch = matches!(name.as_str(), "wait" | "passthru" | "nonewwindow");
        let is_path = name.len() > 1 && "filepath".starts_with(&name);
        rest = if is_switch || is_path {
            after.trim_start()
        } else {
            word(after).1.trim_start()
        };
    }
    None
}

/// The commands of `if "%A%"=="b" (x) else (y)`, as `cmd.exe` knows it.
fn conditional<'a>(rest: &'a str, depth: usize, found: &mut Vec<Inner<'a>>) {
    let lower = rest.to_ascii_lowercase();
    let mut from = 0;
    for _ in 0..2 {
        let Some(open) = rest[from..].find('(').map(|at| from + at + 1) else {
            return;
        };
        let end = lower[open..]
            .find(") else")
            .map_or(rest.len(), |at| open + at);
        sequence(
            rest[open..end].trim_end_matches([')', ' ']),
            Some("cmd"),
            depth + 1,
            found,
        );
        from = end;
    }
}

/// What follows the first flag that `is_it`.
fn after_flag(rest: &str, is_it: impl Fn(&str) -> bool) -> Option<&str> {
    let mut rest = rest.trim_start();
    for _ in 0..12 {
        let (flag, after) = word(rest);
        if flag.is_empty() {
            return None;
        }
        if is_it(flag) {
            return Some(after.trim_start());
        }
        // `cmd /cwhoami`
        if flag.len() > 2 && flag.is_char_boundary(2) && flag.starts_with('/') && is_it(&flag[..2])
        {
            let at = rest.len() - rest.trim_start().len() + 2;
            return rest.get(at..);
        }
        rest = after.trim_start();
    }
    None
}

/// The text that PowerShell is asked to run by `-Command`, or that simply follows its options.
pub fn powershell_text(rest: &str) -> Option<&str> {
    let mut rest = rest.trim_start();
    for _ in 0..16 {
        let (flag, after) = word(rest);
        if flag.is_empty() {
            return None;
        }
        let Some(name) = flag.strip_prefix(['-', '/', '\u{2013}', '\u{2014}', '\u{2015}']) else {
            return Some(unquoted(rest)).filter(|text| !is_script_path(text));
        };
        let name = name.to_ascii_lowercase();
        let is = |whole: &str, least: usize| name.len() >= least && whole.starts_with(&name);
        if is("command", 1) {
            let text = unquoted(after);
            return (text != "-").then_some(text);
        }
        if is("file", 1) || name.starts_with('e') && !is("executionpolicy", 2) && name != "ex" {
            return None;
        }
        let takes_value = is("executionpolicy", 2)
            || is("windowstyle", 1)
            || is("version", 1)
            || is("inputformat", 2)
            || is("outputformat", 1)
            || is("configurationname", 2)
            || is("psconsolefile", 1)
            || is("workingdirectory", 2);
        rest = if takes_value { word(after).1 } else { after }.trim_start();
    }
    None
}

fn is_script_path(text: &str) -> bool {
    let (first, _) = word(text);
    ends_with(first.trim_matches(['"', '\'']), ".ps1") && !first.starts_with('&')
}

/// A shell's `-c` text: quoted, or (as recorded by joining arguments) all that follows.
fn shell_payload(text: &str) -> &str {
    let (first, rest) = word(text);
    if first.starts_with(['"', '\'']) && first.len() > 1 {
        unquoted(first)
    } else if rest.is_empty() {
        first
    } else {
        text
    }
}

/// What a program that runs another is asked to run: what follows its own options.
fn wrapped<'a>(program: &str, rest: &'a str) -> Option<&'a str> {
    let mut rest = rest.trim_start();
    // `timeout 5 x`, `chroot /mnt x`
    let mut own_words = usize::from(matches!(program, "timeout" | "gtimeout" | "chroot"));
    for _ in 0..16 {
        let (flag, after) = word(rest);
        if flag.is_empty() {
            return None;
        }
        let is_flag = flag.starts_with('-')
            || matches!(program, "start")
                && (flag.starts_with('/') && flag.len() <= 8 || flag.starts_with('"'));
        let is_setting = program == "env" && flag.contains('=');
        let takes_value = matches!(
            (program, flag),
            ("sudo" | "doas", "-u" | "-g" | "-U" | "-p" | "-C" | "-h")
                | ("nice", "-n")
                | ("ionice", "-c" | "-n" | "-p")
                | ("timeout" | "gtimeout", "-s" | "-k")
                | ("xargs", "-I" | "-n" | "-P" | "-L" | "-a" | "-d" | "-s")
                | ("watch", "-n" | "--interval")
                | ("wsl", "-d" | "-u" | "--distribution" | "--user")
                | ("env", "-u")
                | ("start", "/d")
        );
        if is_flag || is_setting {
            rest = if takes_value { word(after).1 } else { after }.trim_start();
        } else if own_words > 0 {
            own_words -= 1;
            rest = after.trim_start();
        } else {
            return Some(rest);
        }
    }
    None
}

fn flag_value<'a>(
    rest: &'a str,
    flags: &[&str],
    runner: &str,
    depth: usize,
    found: &mut Vec<Inner<'a>>,
) {
    let mut text = rest;
    for _ in 0..24 {
        let (flag, after) = word(text);
        if flag.is_empty() {
            return;
        }
        let joined = flags.iter().find_map(|wanted| {
            (flag.len() > wanted.len()
                && wanted.ends_with('=')
                && flag.is_char_boundary(wanted.len())
                && flag[..wanted.len()].eq_ignore_ascii_case(wanted))
            .then(|| &flag[wanted.len()..])
        });
        if let Some(value) = joined {
            sequence(unquoted(value), Some(runner), depth + 1, found);
            return;
        }
        if flags.iter().any(|wanted| flag.eq_ignore_ascii_case(wanted)) {
            let (value, _) = word(after);
            sequence(unquoted(value), Some(runner), depth + 1, found);
            return;
        }
        text = after;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn inner(line: &str) -> Vec<&str> {
        commands(line, false)
            .iter()
            .map(|inner| inner.text)
            .collect()
    }

    #[test]
    fn the_first_word_is_the_program() {
        assert_eq!(first_word(r#""C:\A B\x.exe" -y"#), (r"C:\A B\x.exe", " -y"));
        assert_eq!(
            first_word(r"C:\Program Files\A\x.exe -y"),
            (r"C:\Program Files\A\x.exe", " -y")
        );
        assert_eq!(first_word("  curl -o x"), ("curl", " -o x"));
        assert_eq!(first_word("'"), ("'", ""));
        assert_eq!(first_word(""), ("", ""));
    }

    #[test]
    fn a_bare_name_becomes_a_path_of_its_system() {
        assert_eq!(
            images("certutil", Some(Product::Windows)),
            [r"\certutil.exe"]
        );
        assert_eq!(images("curl", Some(Product::Linux)), ["/curl"]);
        assert_eq!(images("curl", None), [r"\curl.exe", "/curl"]);
        assert_eq!(images(r"C:\x\certutil", None), [r"C:\x\certutil.exe"]);
        assert_eq!(images("/usr/bin/python3.11", None), ["/usr/bin/python3.11"]);
    }

    #[test]
    fn what_a_shell_is_asked_to_run_is_found() {
        assert_eq!(
            inner("cmd.exe /c whoami & net user"),
            ["whoami", "net user"]
        );
        assert_eq!(
            inner(r#"cmd /S /C "vssadmin delete shadows && wbadmin x""#),
            ["vssadmin delete shadows", "wbadmin x"]
        );
        assert_eq!(
            inner(r#"powershell -nop -w hidden -c "whoami; net user""#),
            ["whoami", "net user"]
        );
        assert_eq!(inner("powershell -File C:\\x.ps1"), Vec::<&str>::new());
        assert_eq!(inner("bash -lc 'curl x|sh'"), ["curl x", "sh"]);
        assert_eq!(inner("bash -c cd /tmp; ./x"), ["cd /tmp", "./x"]);
        assert_eq!(inner("sudo -u root nohup id"), ["nohup id", "id"]);
        assert_eq!(
            inner(r#"schtasks /create /tn a /tr "cmd /c calc" /sc daily"#),
            ["cmd /c calc", "calc"]
        );
        assert_eq!(
            inner("sc create x binPath= \"cmd /c id\""),
            ["cmd /c id", "id"]
        );
        assert_eq!(
            inner(r#"powershell -c Start-Process -Wait -FilePath "C:\a b\c.exe" -ArgumentList x"#),
            [
                r#"Start-Process -Wait -FilePath "C:\a b\c.exe" -ArgumentList x"#,
                r#""C:\a b\c.exe" -ArgumentList x"#
            ]
        );
        assert_eq!(
            inner(r#"cmd /c if "%A%"=="64" (regsvr32 /s a.dll) ELSE (regsvr32 /s b.dll)"#)[1..],
            ["regsvr32 /s a.dll", "regsvr32 /s b.dll"]
        );
        assert_eq!(
            inner(r"powershell -c $p = &'C:\x.exe' -y")[0],
            r"'C:\x.exe' -y"
        );
        assert_eq!(inner("java -cp a;b;c Main"), Vec::<&str>::new());
        assert_eq!(inner("find / -perm -4000 -exec ls -l {} \\;"), ["ls -l {}"]);
    }

    #[test]
    fn quotes_and_escapes_hold_a_command_together() {
        assert_eq!(
            inner(r#"cmd /c echo "a & b" 2>&1 & dir"#),
            [r#"echo "a & b" 2>&1"#, "dir"]
        );
        assert_eq!(inner("cmd /c echo a ^& b"), ["echo a ^& b"]);
        assert_eq!(inner("sh -c \"it's; id\""), ["it's", "id"]);
    }

    proptest! {
        #[test]
        fn any_text_is_read_within_bounds(line in ".{0,400}", typed: bool) {
            let found = commands(&line, typed);
            prop_assert!(found.len() <= MOST_COMMANDS * 2);
            let (word, rest) = first_word(&line);
            prop_assert!(word.len() + rest.len() <= line.len());
            let _ = crate::systems::systems(&line, Some(word));
            let _ = powershell_text(&line);
        }
    }
}
