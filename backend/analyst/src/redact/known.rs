//! What is known to be the customer's: the names that an alert gives, and the configured terms.

use hashbrown::HashMap;
use hashbrown::hash_map::Entry;

use super::candidate::{Candidate, What};
use super::values::run_end;
use super::view::folded;
use super::wiped::Wiped;
use super::{addresses, words};
use aside_shared::alert::{Alert, EntityKind};

/// Names that are the customer's. Built-in accounts among them are passed over.
#[derive(Clone, Default)]
pub struct Known {
    names: Vec<Name>,
    /// Where each stands in `names`.
    seen: HashMap<What, HashMap<Wiped, usize>>,
    /// Terms of two characters, as they are written.
    short_terms: Vec<Wiped>,
}

#[derive(Clone)]
struct Name {
    what: What,
    /// Folded.
    spelling: Wiped,
    /// What all spellings of one entity share.
    key: Wiped,
    matched: Matched,
}

/// Where a known name is matched.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Matched {
    Anywhere,
    /// Where it is written in capitals, as NetBIOS names are.
    InCapitals,
    /// Only where its surroundings say what it is.
    InItsPlace,
}

/// Takes a name over.
type Learn = fn(&mut Known, &str);

/// Fields of vendors' records that hold names, by the last part of the field's name.
const FIELDS: &[(&str, Learn)] = &[
    ("hostname", Known::host),
    ("host_name", Known::host),
    ("computer_name", Known::host),
    ("ComputerName", Known::host),
    ("machine_domain", Known::domain),
    ("logon_domain", Known::domain),
    ("user_name", Known::user),
    ("username", Known::user),
    ("UserName", Known::user),
    ("user_principal", Known::user),
    ("UserPrincipal", Known::user),
    ("source_account_name", Known::user),
    ("source_account_upn", Known::user),
    ("source_account_domain", Known::domain),
    ("target_account_name", Known::user),
    ("target_account_upn", Known::user),
    ("target_account_domain", Known::domain),
    ("local_ip", Known::address),
    ("external_ip", Known::address),
    ("connection_ip", Known::address),
    ("default_gateway_ip", Known::address),
    ("serial_number", Known::term),
    ("cid", Known::term),
];

impl Known {
    /// Everything that an alert's hosts, accounts and fields name, and the customer's own `terms`.
    pub fn of(alert: &Alert, terms: &[String]) -> Self {
        let mut known = Self::default();
        for entity in &alert.entities {
            match &entity.kind {
                EntityKind::Host(host) => {
                    let name = host.name.as_deref().unwrap_or(host.id.as_str());
                    known.host(name);
                    if let Some(domain) = &host.domain {
                        known.domain(domain);
                        known.host_in(name, domain);
                    }
                    known.also(What::Host, host.id.as_str(), &short(&folded(name)));
                    for address in &host.addresses {
                        known.address(address);
                    }
                }
                EntityKind::User(user) => {
                    known.user(&user.name);
                    if let Some(sid) = user.uid.as_deref().filter(|uid| uid.starts_with("S-1-")) {
                        known.sid(sid, &user.name);
                    }
                }
                _ => {}
            }
        }
        for evidence in &alert.evidence {
            for (field, value) in &evidence.fields {
                let last = field.rsplit('.').next().unwrap_or(field);
                if let Some((_, learn)) = FIELDS.iter().find(|(name, _)| *name == last) {
                    learn(&mut known, value);
                }
            }
        }
        known.term(alert.key.tenant.as_str());
        for term in terms {
            known.term(term);
        }
        known
    }

    /// A host, by its short or its full name.
    pub fn host(&mut self, name: &str) {
        let name = folded(name.trim());
        if name == "localhost" || name.starts_with("localhost.") {
            return;
        }
        let short = short(&name);
        if short.len() < name.len() {
            self.add(What::Host, &name, &short, Matched::Anywhere);
            self.domain(&name[short.len() + 1..]);
        }
        self.named(What::Host, &short, &short);
    }

    /// A host in its domain.
    fn host_in(&mut self, name: &str, domain: &str) {
        let short = short(&folded(name));
        if domain.contains('.') && !short.is_empty() {
            let full = format!("{short}.{}", folded(domain));
            self.add(What::Host, &full, &short, Matched::Anywhere);
        }
    }

    /// An account: `j.smith`, `ACME\j.smith` or `j.smith@acme.example`.
    pub fn user(&mut self, name: &str) {
        let spelled = in_two_letters(name.trim());
        let name = folded(name.trim());
        let (domain, user) = in_domain(&name);
        if user.is_empty() || words::is_built_in_user(user) {
            return;
        }
        if let Some(machine) = user.strip_suffix('$') {
            self.host(machine);
        } else {
            self.named(What::User, user, user);
            if let Some(spelled) = &spelled {
                self.also(What::User, in_domain(spelled).1, user);
            }
        }
        if let Some(domain) = domain.filter(|domain| !words::is_no_domain(domain)) {
            self.domain(domain);
        }
    }

    /// A domain, by its DNS or its NetBIOS name.
    pub fn domain(&mut self, name: &str) {
        let name = folded(name.trim().trim_matches('.'));
        if name.len() < 2 || words::is_no_domain(&name) {
            return;
        }
        match name.split_once('.') {
            Some((first, rest)) => {
                let key = if rest.contains('.') { &name } else { first };
                self.add(What::Domain, &name, key, Matched::Anywhere);
                // Whoever has `corp.acme.example` has `acme.example`.
                if rest.contains('.') && !addresses::is_shared(rest) {
                    self.add(What::Domain, rest, rest, Matched::Anywhere);
                }
                if !rest.contains('.') {
                    self.tenants(first);
                    let matched = match words::is_distinctive(first) {
                        true => Matched::InCapitals,
                        false => Matched::InItsPlace,
                    };
                    self.add(What::Domain, first, first, matched);
                }
            }
            None => {
                self.tenants(&name);
                self.named(What::Domain, &name, &name);
            }
        }
    }

    /// What a customer of this name is called at providers that give each one a name of its own.
    fn tenants(&mut self, name: &str) {
        if words::is_distinctive(name) {
            for provider in addresses::TENANTS {
                let tenant = format!("{name}.{provider}");
                self.add(What::Domain, &tenant, &tenant, Matched::Anywhere);
            }
        }
    }

    /// An address of the customer's, internal or external.
    pub fn address(&mut self, address: &str) {
        if let Ok(address) = address.trim().parse::<std::net::IpAddr>()
            && !address.is_loopback()
            && !address.is_unspecified()
        {
            let text = address.to_string();
            self.add(What::Address, &text, &text, Matched::Anywhere);
        }
    }

    /// An account's SID.
    fn sid(&mut self, sid: &str, user: &str) {
        let user = folded(user);
        let user = user.rsplit('\\').next().unwrap_or(&user);
        let user = user.split('@').next().unwrap_or(user);
        if addresses::is_customers_sid(sid) && !words::is_built_in_user(user) {
            self.add(What::Sid, &folded(sid), user, Matched::Anywhere);
        }
    }

    /// A term of the customer's own: a project, a product, the company. One of two characters is
    /// matched only as it is written here; one of a single character is passed over.
    pub fn term(&mut self, term: &str) {
        let written = term.trim();
        let term = folded(written);
        match term.len() {
            0 | 1 => return,
            2 if written.len() == 2 => {
                self.add(What::Term, &term, &term, Matched::InItsPlace);
                if !self.short_terms.iter().any(|short| **short == *written) {
                    self.short_terms.push(Wiped::from(written));
                }
                return;
            }
            _ => {}
        }
        self.add(What::Term, &term, &term, Matched::Anywhere);
        let parts: Vec<&str> = term
            .split(|c: char| c.is_whitespace() || matches!(c, '-' | '_' | '.' | '+'))
            .filter(|part| !part.is_empty())
            .collect();
        if parts.len() > 1 {
            for between in [" ", "-", "_", ".", "+"] {
                self.add(What::Term, &parts.join(between), &term, Matched::Anywhere);
            }
            // `a-b` in one word would be any `ab`.
            let joined = parts.concat();
            if joined.len() >= LONG {
                self.add(What::Term, &joined, &term, Matched::Anywhere);
            }
        }
    }

    /// A name that is matched anywhere only if it is telling enough.
    fn named(&mut self, what: What, name: &str, key: &str) {
        let is_distinctive = words::is_distinctive(name);
        let matched = match is_distinctive {
            true => Matched::Anywhere,
            false => Matched::InItsPlace,
        };
        self.add(what, name, key, matched);
    }

    /// Another spelling of an entity.
    fn also(&mut self, what: What, name: &str, key: &str) {
        let name = folded(name);
        self.named(what, &name, key);
    }

    fn add(&mut self, what: What, spelling: &str, key: &str, matched: Matched) {
        if spelling.is_empty() {
            return;
        }
        let place = self
            .seen
            .entry(what)
            .or_default()
            .entry(Wiped::from(spelling));
        match place {
            Entry::Vacant(vacant) => {
                vacant.insert(self.names.len());
                self.names.push(Name {
                    what,
                    spelling: Wiped::from(spelling),
                    key: Wiped::from(key),
                    matched,
                });
            }
            // What is told outright counts for more than what was concluded.
            Entry::Occupied(at) => {
                let name = &mut self.names[*at.get()];
                name.matched = name.matched.min(matched);
            }
        }
    }

    /// How many spellings are known.
    pub(super) fn len(&self) -> usize {
        self.names.len()
    }
}

/// The domain and the name of an account as it is given.
fn in_domain(name: &str) -> (Option<&str>, &str) {
    match name.split_once('\\') {
        Some((domain, user)) => (Some(domain), user),
        None => match name.split_once('@') {
            Some((user, domain)) => (Some(domain), user),
            None => (None, name),
        },
    }
}

/// `Mueller` for `Müller`: umlauts as German account names have them, where there are some.
fn in_two_letters(name: &str) -> Option<String> {
    let small = name.to_lowercase();
    small
        .contains(['ä', 'ö', 'ü', 'ß', 'ø', 'å', 'æ'])
        .then(|| {
            small
                .replace(['ä', 'æ'], "ae")
                .replace(['ö', 'ø'], "oe")
                .replace('ü', "ue")
                .replace('ß', "ss")
                .replace('å', "aa")
        })
}

/// A name's first label.
fn short(name: &str) -> String {
    name.split('.').next().unwrap_or(name).to_owned()
}

/// Known names, ready to be found: wherever a word begins, its first three bytes tell in one look
/// whether a name may begin there. Adding a name costs no more than its own length.
#[derive(Default)]
pub(super) struct Names {
    keys: HashMap<What, HashMap<Wiped, Wiped>>,
    /// What a name that is matched by itself is, and whether only in capitals.
    alone: HashMap<Wiped, Vec<(What, bool)>>,
    /// By the beginnings of those names, how long they are.
    lengths: HashMap<u32, Vec<usize>>,
    /// One bit for each of [`filter_bit`].
    filter: Vec<u64>,
    /// Terms of two characters, which are looked for as they are written.
    short_terms: Vec<Wiped>,
}

/// From so many bytes on a name is found at the beginning of a longer word, too, where digits or capitals show that
/// more was joined to it: `jsmith2`, `JSmithAdmin`, `FINLT204a`. That is another name, and goes whole: of a part,
/// the letters behind would make another placeholder. Joined in front, or of small letters alone (`martini`), it is
/// a word of its own, and a number's further digits make another number (`FIN-LT-20`, `FIN-LT-204`).
const LONG: usize = 6;
/// How much of what is joined to a name goes with it, in bytes.
const JOINED_MAX: usize = 64;

/// The shortest name that is matched by itself, in bytes.
const SHORTEST: usize = 3;
/// Bits of the filter; a power of two.
const FILTER: u32 = 1 << 16;

/// The first three bytes of a name, in small letters (and some marks as others, which does no harm).
fn beginning(name: &[u8]) -> u32 {
    u32::from_le_bytes([name[0], name[1], name[2], 0]) | 0x0020_2020
}

fn filter_bit(beginning: u32) -> (usize, u64) {
    let bit = beginning.wrapping_mul(0x9e37_79b1) >> (32 - FILTER.trailing_zeros());
    ((bit / 64) as usize, 1 << (bit % 64))
}

impl Names {
    pub(super) fn of(known: &Known) -> Self {
        let mut names = Self::default();
        names.learn(known);
        names
    }

    /// Knows more names.
    pub(super) fn learn(&mut self, more: &Known) {
        for term in &more.short_terms {
            if !self.short_terms.iter().any(|short| **short == **term) {
                self.short_terms.push(term.clone());
            }
        }
        for name in &more.names {
            self.keys
                .entry(name.what)
                .or_default()
                .entry(name.spelling.clone())
                .or_insert_with(|| name.key.clone());
            if name.matched == Matched::InItsPlace || name.spelling.len() < SHORTEST {
                continue;
            }
            let in_capitals = name.matched == Matched::InCapitals;
            let alone = self.alone.entry(name.spelling.clone()).or_default();
            alone.retain(|(what, _)| in_capitals || *what != name.what);
            if !alone.iter().any(|(what, _)| *what == name.what) {
                alone.push((name.what, in_capitals));
            }
            let beginning = beginning(name.spelling.as_bytes());
            let lengths = self.lengths.entry(beginning).or_default();
            if !lengths.contains(&name.spelling.len()) {
                lengths.push(name.spelling.len());
            }
            self.filter.resize(FILTER as usize / 64, 0);
            let (word, bit) = filter_bit(beginning);
            self.filter[word] |= bit;
        }
    }

    /// What makes a folded name one with other spellings, where it is known.
    pub(super) fn key(&self, what: What, folded: &str) -> Option<&str> {
        self.keys.get(&what)?.get(folded).map(|key| &**key)
    }

    /// Whether a folded dotted name lies in a known domain.
    pub(super) fn is_within_domain(&self, name: &str) -> bool {
        let mut rest = name;
        loop {
            if rest.contains('.') && self.key(What::Domain, rest).is_some() {
                return true;
            }
            match rest.split_once('.') {
                Some((_, parent)) => rest = parent,
                None => return false,
            }
        }
    }

    /// The known names that stand in `text`; at `seams` a name may begin or end in whatever surroundings.
    pub(super) fn find(&self, text: &str, seams: &[usize], found: &mut Vec<Candidate>) {
        let bytes = text.as_bytes();
        for term in &self.short_terms {
            let hits = memchr::memmem::find_iter(bytes, term.as_bytes());
            let end = |at: usize| at + term.len();
            found.extend(hits.filter_map(|at| self.whole(text, What::Term, at, end(at), seams)));
        }
        if self.filter.is_empty() || bytes.len() < SHORTEST {
            return;
        }
        for (at, three) in bytes.windows(SHORTEST).enumerate() {
            let beginning = beginning(three);
            let (word, bit) = filter_bit(beginning);
            // The filter first, since it nearly always says no: where words begin is hard to foresee
            // for a processor.
            if self.filter[word] & bit != 0
                && (begins_word(bytes, at) || seams.binary_search(&at).is_ok())
            {
                self.begun(text, at, beginning, seams, found);
            }
        }
    }

    /// The names that begin at `at`.
    fn begun(
        &self,
        text: &str,
        at: usize,
        beginning: u32,
        seams: &[usize],
        found: &mut Vec<Candidate>,
    ) {
        for length in self.lengths.get(&beginning).into_iter().flatten() {
            let end = at + length;
            let Some(part) = text.get(at..end) else {
                continue;
            };
            let alone = self.alone.get(part.to_ascii_lowercase().as_str());
            for (what, in_capitals) in alone.into_iter().flatten() {
                if *in_capitals && part.bytes().any(|b| b.is_ascii_lowercase()) {
                    continue;
                }
                found.extend(self.whole(text, *what, at, end, seams));
            }
        }
    }

    /// The whole name around a hit, if it is one.
    fn whole(
        &self,
        text: &str,
        what: What,
        start: usize,
        end: usize,
        seams: &[usize],
    ) -> Option<Candidate> {
        let bytes = text.as_bytes();
        let is_whole = |at: usize| seams.binary_search(&at).is_err();
        let before = text[..start].chars().next_back();
        let before = before.filter(|_| is_whole(start));
        let after = text[end..].chars().next().filter(|_| is_whole(end));
        let is_long = end - start >= LONG;
        if joined(before, bytes[start] as char, is_long) {
            return None;
        }
        let last = bytes[end - 1] as char;
        if let Some(after) = after.filter(|c| c.is_ascii_alphanumeric()) {
            let is_name = matches!(what, What::Host | What::User | What::Domain | What::Term);
            let is_two = last.is_lowercase() && after.is_uppercase()
                || last.is_ascii_digit() != after.is_ascii_digit();
            return (is_long && is_name && is_two).then(|| {
                let end = run_end(bytes, end, JOINED_MAX, |b| b.is_ascii_alphanumeric());
                Candidate::sure(start, end, what)
            });
        }
        if after.is_some_and(|after| joined(Some(last), after, is_long)) {
            return None;
        }
        let (mut start, mut end) = (start, end);
        let mut what = what;
        match what {
            What::Host => end = self.full_name(text, end),
            What::Domain if text[start..end].contains('.') => {
                start -= labels_before(&bytes[..start]);
                if start < end {
                    what = self.internal(&folded(&text[start..end]));
                }
            }
            What::Domain => {
                let follows = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphanumeric);
                let is_part = matches!(before, Some('-' | '.'))
                    || (matches!(after, Some('-' | '.')) && follows(end + 1));
                if is_part {
                    return None;
                }
            }
            What::Address => {
                let is_part = matches!(before, Some('.' | ':'))
                    && start >= 2
                    && bytes[start - 2].is_ascii_hexdigit()
                    && before == Some('.')
                    || after == Some('.') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit);
                if is_part {
                    return None;
                }
            }
            _ => {}
        }
        Some(Candidate::sure(start, end, what))
    }

    /// The end of a host's name at `end` with the domain that follows it.
    fn full_name(&self, text: &str, end: usize) -> usize {
        let rest = &text.as_bytes()[end..];
        if rest.first() != Some(&b'.') {
            return end;
        }
        let length = rest
            .iter()
            .take(254)
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'))
            .count();
        let suffix = text[end + 1..end + length].trim_end_matches(['.', '-']);
        let name = folded(suffix);
        let last = name.rsplit('.').next().unwrap_or_default();
        let is_domain = self.is_within_domain(&name)
            || addresses::has_internal_ending(&format!("x.{name}"))
            || (name.contains('.')
                && last.len() >= 2
                && last.bytes().all(|b| b.is_ascii_alphabetic())
                && !words::is_file_ending(last));
        if is_domain {
            end + 1 + suffix.len()
        } else {
            end
        }
    }

    /// Whether a name in the customer's domains names a machine or a domain.
    pub(super) fn internal(&self, name: &str) -> What {
        let first = name.split('.').next().unwrap_or(name);
        let labels = name.split('.').count();
        let is_machine = self.key(What::Domain, name).is_none()
            && labels > 1
            && (self.key(What::Host, first).is_some() || first.bytes().any(|b| b.is_ascii_digit()));
        if is_machine { What::Host } else { What::Domain }
    }
}

/// Whether a word begins at `at`, after anything else or after a small letter in camel case.
fn begins_word(bytes: &[u8], at: usize) -> bool {
    let (before, first) = (super::values::before(bytes, at), bytes[at]);
    let in_camel_case = before.is_ascii_lowercase() && first.is_ascii_uppercase();
    // Whether a longer character ends a word is for `joined`.
    let is_after_longer = before >= 0x80 && first.is_ascii();
    !(is_letter(before) && is_letter(first)) || in_camel_case || is_after_longer
}

/// A byte of a letter or digit; those of longer characters count as such.
fn is_letter(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b >= 0x80
}

/// Whether two characters stand inside one word. In a long name a change from small letters to
/// capitals ends a word, in every name a change to or from a script without capitals.
fn joined(before: Option<char>, after: char, is_long: bool) -> bool {
    let Some(before) = before else { return false };
    if !before.is_alphanumeric() || !after.is_alphanumeric() {
        return false;
    }
    // Japanese, Korean, Chinese, Thai, Arabic ... write a name in Latin letters without a space around it.
    if before.is_ascii() && is_caseless(after) || is_caseless(before) && after.is_ascii() {
        return false;
    }
    !(is_long && before.is_lowercase() && after.is_uppercase())
}

/// A letter of a script that has no capitals.
fn is_caseless(c: char) -> bool {
    c.is_alphabetic() && !c.is_lowercase() && !c.is_uppercase()
}

/// How many bytes of labels and dots end `before`. Those of a service, `_ldap._tcp`, are nobody's.
pub(super) fn labels_before(before: &[u8]) -> usize {
    let Some((b'.', before)) = before.split_last() else {
        return 0;
    };
    let near = &before[before.len().saturating_sub(200)..];
    let mut length = 0;
    for label in near.rsplit(|b| *b == b'.') {
        let is_inside = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
        let own = label.iter().rev().take_while(|b| is_inside(b)).count();
        let name = &label[label.len() - own..];
        let lead = name
            .iter()
            .take_while(|b| !b.is_ascii_alphanumeric())
            .count();
        if name.starts_with(b"_") || lead == own {
            break;
        }
        length += own - lead + 1;
        if own < label.len() || lead > 0 {
            break;
        }
    }
    length
}
