//! Which candidates count: whether a value can be what its place says, and which of two that overlap
//! stands.

use std::net::IpAddr;

use super::addresses::has_internal_ending;
use super::candidate::{Candidate, Trust, What};
use super::known::Names;
use super::view::folded;
use super::{placeholder, words};

/// Whether a candidate of `text` counts.
pub(super) fn counts(text: &str, candidate: &Candidate, names: &Names) -> bool {
    let Some(value) = text.get(candidate.start..candidate.end) else {
        return false;
    };
    let is_secret = matches!(candidate.what, What::Secret(_));
    if candidate.trust == Trust::Sure {
        return !(is_secret && placeholder::is_one(value));
    }
    // What was replaced before stays as it is.
    if placeholder::is_one(value) {
        return false;
    }
    let name = folded(value);
    let is_known = names.key(candidate.what, &name).is_some();
    if is_known || candidate.trust == Trust::IfKnown {
        let is_everybodys = candidate.what == What::User && words::is_built_in_user(&name);
        return is_known && !is_everybodys;
    }
    match candidate.what {
        What::User => is_user(&name),
        What::Host => is_host(&name, names),
        What::Domain => is_domain(&name, names),
        _ => true,
    }
}

fn is_user(name: &str) -> bool {
    let is_possible = name.len() <= 64
        && name.chars().any(char::is_alphabetic)
        && !name.contains([
            '"', '/', '\\', '[', ']', ':', ';', '|', '=', ',', '+', '*', '?', '<', '>', '$', '%',
            '{', '}', '(', ')',
        ]);
    let is_everybodys = words::is_built_in_user(name) || words::is_service_user(name);
    let is_id = name.len() >= 32 && name.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    is_possible && !is_everybodys && !is_id && !name.starts_with("s-1-")
}

fn is_host(name: &str, names: &Names) -> bool {
    if name.parse::<IpAddr>().is_ok() || words::is_no_host(name) {
        return false;
    }
    let is_possible = name.len() <= 253
        && name.bytes().any(|b| b.is_ascii_alphabetic() || b >= 0x80)
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_') || b >= 0x80)
        && !name.starts_with(['-', '.']);
    is_possible
        && (!name.contains('.') || has_internal_ending(name) || names.is_within_domain(name))
}

fn is_domain(name: &str, names: &Names) -> bool {
    let is_possible = name.bytes().any(|b| b.is_ascii_alphabetic() || b >= 0x80)
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_') || b >= 0x80);
    is_possible
        && !words::is_no_domain(name)
        && (!name.contains('.') || has_internal_ending(name) || names.is_within_domain(name))
}

/// Whether a secret's kind says less than another's.
fn is_general(what: What) -> bool {
    matches!(what, What::Secret("PASSWORD" | "TOKEN" | "KEY"))
}

/// In the order of the text, without overlaps. Two that overlap become one over both, so that no part
/// of either is left: it is a secret if one of them is, else what the longer of them is.
pub(super) fn settled(mut found: Vec<Candidate>) -> Vec<Candidate> {
    found.sort_by_key(|candidate| (candidate.start, std::cmp::Reverse(candidate.end)));
    let mut settled: Vec<Candidate> = Vec::with_capacity(found.len());
    for candidate in found {
        match settled.last_mut() {
            Some(last) if candidate.start < last.end => {
                let is_secret = |candidate: &Candidate| matches!(candidate.what, What::Secret(_));
                let length = |candidate: &Candidate| candidate.end - candidate.start;
                let wins = match (is_secret(last), is_secret(&candidate)) {
                    (true, false) => false,
                    (false, true) => true,
                    (true, true) => {
                        is_general(last.what) && !is_general(candidate.what)
                            || length(&candidate) > length(last)
                    }
                    // A place that says `host` knows more than a name's ending.
                    _ if length(&candidate) == length(last) => candidate.what == What::Host,
                    _ => length(&candidate) > length(last),
                };
                if wins {
                    last.what = candidate.what;
                }
                last.end = last.end.max(candidate.end);
            }
            _ => settled.push(candidate),
        }
    }
    settled
}
