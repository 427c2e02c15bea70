//! Names in paths: whose folder it is, which server shares it, and `DOMAIN\user`, which looks like one.

use std::net::IpAddr;

use super::addresses::is_internal;
use super::candidate::{Candidate, What};
use super::known::Names;
use super::values::{before, byte, ends_with, is_word, quote, run_end, run_start, starts_with};
use super::view::folded;
use super::words;

fn is_slash(b: u8) -> bool {
    b == b'\\' || b == b'/'
}

/// What cannot stand in a path's part.
fn ends_part(b: u8) -> bool {
    b < 0x20
        || matches!(
            b,
            b'\\'
                | b'/'
                | b'"'
                | b'<'
                | b'>'
                | b'|'
                | b':'
                | b'*'
                | b'?'
                | b';'
                | b','
                | b'\''
                | b'`'
                | b')'
                | b'('
                | b'}'
                | b']'
                | b'&'
                | b'='
        )
}

/// The user part behind `Users`, `home` or `Documents and Settings`, whose word stands at
/// `start..end`.
pub(super) fn user_folder(text: &str, start: usize, end: usize, found: &mut Vec<Candidate>) {
    let bytes = text.as_bytes();
    let slash = byte(bytes, end);
    if !is_slash(slash) || !is_slash(before(bytes, start)) {
        return;
    }
    let first = run_end(bytes, end, 8, |b| b == slash);
    let lead = run_start(bytes, start, 8, is_slash);
    if !is_root(text, lead, &text[start..end]) {
        return;
    }
    let mut last = run_end(bytes, first, 64, |b| {
        !ends_part(b) && b != b' ' && b != b'@'
    });
    // A name with spaces goes on where its path does, or to the mark that closes the path.
    if byte(bytes, last) == b' ' {
        let whole = run_end(bytes, first, 64, |b| !ends_part(b));
        let goes_on = byte(bytes, whole) == slash || closes(bytes, lead, whole);
        let words = text
            .get(first..whole)
            .unwrap_or_default()
            .trim_end()
            .split(' ');
        let is_name = words.clone().count() <= 3
            && words
                .clone()
                .all(|word| word.chars().next().is_some_and(char::is_uppercase));
        if goes_on && is_name {
            last = whole;
        }
    }
    while last > first && (matches!(bytes[last - 1], b'.' | b' ') || !text.is_char_boundary(last)) {
        last -= 1;
    }
    let Some(name) = text.get(first..last) else {
        return;
    };
    // `/home/index.html` is a page, `/Users/desktop.ini` a file of all.
    let ending = name
        .rsplit_once('.')
        .map(|(_, ending)| ending.to_ascii_lowercase());
    let is_file =
        !is_slash(byte(bytes, last)) && ending.is_some_and(|ending| words::is_file_ending(&ending));
    if !name.is_empty() && !is_file && !name.starts_with(['$', '%', '*', '<', '{', '~']) {
        found.push(Candidate::owned(first, last, What::User));
    }
}

/// Whether a quotation that began before `start` ends at `end`.
fn closes(bytes: &[u8], start: usize, end: usize) -> bool {
    let Some((_, mark)) = quote(bytes, end) else {
        return false;
    };
    let begin = run_start(bytes, start, 12, |b| b != mark);
    begin > 0 && bytes[begin - 1] == mark
}

/// Whether the folder at `at` hangs from the root of a file system, and not from a page's address or
/// a folder of a project.
fn is_root(text: &str, at: usize, folder: &str) -> bool {
    let bytes = text.as_bytes();
    let is_path = |b: u8| {
        is_word(b)
            || matches!(
                b,
                b'.' | b'-' | b'/' | b'\\' | b':' | b'$' | b'~' | b'?' | b'%' | b'{' | b'}'
            )
    };
    let start = run_start(bytes, at, 160, is_path);
    let path = text.get(start..at).unwrap_or_default();
    let is_windows = path.contains('\\') || byte(bytes, at) == b'\\' || path.ends_with(':');
    if let Some(mark) = path.find("://") {
        return path[..mark].to_ascii_lowercase().ends_with("file");
    }
    if is_windows {
        // `Users\x` needs a drive, a device or a share before it; a path that was cut at its start
        // has nothing before.
        return true;
    }
    // `/home/x` in small letters, `/Users/x` with a capital, as the systems have them; what is asked
    // of a web server is no path.
    let is_form = matches!(folder, "home" | "Users")
        || (folder.eq_ignore_ascii_case("users") && path.ends_with(':'));
    const METHODS: &[&str] = &[
        "GET ", "POST ", "PUT ", "HEAD ", "DELETE ", "PATCH ", "OPTIONS ",
    ];
    let is_request = METHODS.iter().any(|method| {
        let ends = |at: usize| bytes[..at].ends_with(method.as_bytes());
        ends(start) || ends(start.saturating_sub(1))
    });
    let is_absolute = path.is_empty()
        || path.starts_with('/')
        || path.ends_with(':')
        || path.starts_with(['-', '%', '$'])
        || path.contains(':');
    is_form && is_absolute && !is_request
}

/// What a run of backslashes at `at` begins or joins.
pub(super) fn backslashes(
    text: &str,
    at: usize,
    names: &Names,
    found: &mut Vec<Candidate>,
) -> usize {
    let bytes = text.as_bytes();
    let end = run_end(bytes, at, 64, |b| b == b'\\');
    let length = end - at;
    let lead = before(bytes, at);
    if matches!(length, 2 | 4 | 8)
        && (lead.is_ascii_whitespace()
            || matches!(
                lead,
                0 | b'"' | b'\'' | b'`' | b'=' | b',' | b':' | b'>' | b'<' | b'@' | b';'
            ))
    {
        share(text, at, end, found);
    } else if matches!(length, 1 | 2 | 4) && is_word(lead) {
        account(text, at, end, names, found);
    }
    end
}

/// `\\server\share`, also with doubled backslashes.
fn share(text: &str, at: usize, start: usize, found: &mut Vec<Candidate>) {
    let bytes = text.as_bytes();
    if before(bytes, at) == b':'
        && at >= 2
        && bytes[at - 2].is_ascii_alphabetic()
        && !is_word(before(bytes, at - 2))
    {
        // `C:\\Users`
        return;
    }
    let is_name = |b: u8| is_word(b) || matches!(b, b'.' | b'-' | b'$');
    let mut end = run_end(bytes, start, 253, is_name);
    let follows = run_end(bytes, end, 64, |b| b == b'\\') - end;
    let length = start - at;
    let is_share = follows == length / 2 || (length == 2 && follows == 1);
    // `\\server` alone: the end of an argument.
    let is_alone = follows == 0
        && !matches!(
            byte(bytes, end),
            b'(' | b'+' | b'*' | b'{' | b'[' | b'@' | b':' | b'|' | b'?'
        );
    let is_port = byte(bytes, end) == b'@' && byte(bytes, end + 1).is_ascii_alphanumeric();
    if !(is_share || is_alone || is_port) || end == start {
        return;
    }
    while end > start && matches!(bytes[end - 1], b'.' | b'-') {
        end -= 1;
    }
    let Some(name) = text.get(start..end) else {
        return;
    };
    // `\\Windows\\` and the like are a pattern's or an escaped path's.
    if words::is_no_domain(&folded(name)) {
        found.push(Candidate::if_known(start, end, What::Host));
        return;
    }
    if is_alone && name.len() < 2 && !is_share {
        found.push(Candidate::if_known(start, end, What::Host));
        return;
    }
    if name
        .parse::<IpAddr>()
        .is_ok_and(|address| is_internal(&address) || !address.is_unspecified())
    {
        return;
    }
    // A share of a domain (`\\acme.local\sysvol`) is read by its name's ending.
    if !super::addresses::has_internal_ending(&folded(name)) {
        found.push(Candidate::placed(start, end, What::Host));
    }
}

/// `DOMAIN\user`, joined by the backslashes at `at..start`.
fn account(text: &str, at: usize, start: usize, names: &Names, found: &mut Vec<Candidate>) {
    let bytes = text.as_bytes();
    let is_domain = |b: u8| is_word(b) || matches!(b, b'.' | b'-');
    let first = run_start(bytes, at, 64, is_domain);
    let lead = before(bytes, first);
    if at - first > 63 || is_slash(lead) || matches!(lead, b'%' | b'$' | b'~') {
        return;
    }
    // `NT AUTHORITY\x` and `C:\x`; `/user:ACME\x` has a word before its colon.
    if lead == b':' && !is_word(before(bytes, first - 1)) {
        return;
    }
    // The instance of a database's server, which is read with its field.
    let is_instance = ["source=", "server=", "instance "]
        .iter()
        .any(|field| ends_with(bytes, first, field));
    if is_instance {
        return;
    }
    let last = run_end(bytes, start, 64, |b| {
        is_word(b) || matches!(b, b'.' | b'-' | b'$' | b'~')
    });
    let mut last = last;
    while last > start && matches!(bytes[last - 1], b'.' | b'-') {
        last -= 1;
    }
    if last == start || is_slash(byte(bytes, last)) {
        return;
    }
    let (Some(domain), Some(user)) = (text.get(first..at), text.get(start..last)) else {
        return;
    };
    let (folded_domain, folded_user) = (folded(domain), folded(user));
    if words::is_no_domain(&folded_domain)
        || words::is_built_in_user(&folded_user) && !is_known(names, &folded_domain)
    {
        return;
    }
    if is_known(names, &folded_domain) {
        let what = match names.key(What::Host, &folded_domain) {
            Some(_) if names.key(What::Domain, &folded_domain).is_none() => What::Host,
            _ => What::Domain,
        };
        found.push(Candidate::sure(first, at, what));
        let machine = user.strip_suffix('$');
        match machine {
            Some(machine) => {
                found.push(Candidate::placed(start, start + machine.len(), What::Host))
            }
            None => found.push(Candidate::owned(start, last, What::User)),
        }
        return;
    }
    if names.key(What::User, &folded_user).is_some() && words::is_distinctive(&folded_user) {
        found.push(Candidate::placed(first, at, What::Domain));
        return;
    }
    // Nothing is known: a NetBIOS name in capitals and a name that is no folder's.
    let is_netbios = (2..=15).contains(&domain.len())
        && domain
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-')
        && domain.bytes().any(|b| b.is_ascii_uppercase());
    let ending = user
        .rsplit_once('.')
        .map(|(_, ending)| ending.to_ascii_lowercase());
    let is_user = user.bytes().any(|b| b.is_ascii_lowercase())
        && (user.bytes().next().is_some_and(|b| b.is_ascii_lowercase()) || user.contains('.'))
        && user.len() >= 2
        && !ending.is_some_and(|ending| words::is_file_ending(&ending));
    let is_escape =
        start - at == 1 && matches!(user, "n" | "r" | "t") || starts_with(bytes, start, "u00");
    let is_alone = matches!(lead, 0 | b'\n')
        && matches!(byte(bytes, last), 0 | b'\n' | b'\r')
        && domain.len() <= 15
        && is_user;
    if (is_netbios || is_alone) && is_user && !is_escape && !words::is_no_value(&folded_user) {
        found.push(Candidate::placed(first, at, What::Domain));
        found.push(Candidate::placed(start, last, What::User));
    }
}

fn is_known(names: &Names, name: &str) -> bool {
    names.key(What::Domain, name).is_some() || names.key(What::Host, name).is_some()
}
