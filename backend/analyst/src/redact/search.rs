//! One text searched for everything that has to be hidden: a pass for words that announce something, a
//! pass over punctuation, and one over encoded runs; what they announce is then looked for with the
//! names that are known. What is found is verified in place, with bounded looks to both sides, so that
//! the whole is linear.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::candidate::Candidate;
use super::fields;
use super::known::Names;
use super::programs::{self, PROGRAMS};
use super::secrets::{self, Promise};
use super::tokens::{self, FORMS};
use super::values::{before, byte, is_word};
use super::{addresses, encoded, paths};

/// How often an encoded run may hide another.
const DEEPEST: usize = 3;

/// A word that announces something, and what.
#[derive(Clone, Copy)]
enum Anchor {
    Secret(Promise),
    Token(usize),
    Jwt,
    Entra,
    Pem,
    PemEnd,
    Putty,
    Hash,
    HashFlag,
    Bearer,
    Basic,
    Signature,
    Identified,
    SecureString,
    NetworkCredential,
    PsCredential,
    Program(usize, &'static str),
    Chpasswd,
    PasswdLine,
    PipedPassword,
    Field,
    Sentence,
    Sudo,
    Distinguished,
    UserFolder,
    Ending,
    Sid,
    Ipv4,
    Reversed,
    Pair,
    Oracle,
    Url,
    Obscured,
    Community,
    Authorization,
    Ntlm,
    Cookie,
    Code,
    Uid,
    Atlas,
    Terminal,
    Generated,
    Proxied,
    Service,
}

struct Anchors {
    search: AhoCorasick,
    what: Vec<Anchor>,
}

static ANCHORS: LazyLock<Anchors> = LazyLock::new(|| {
    let mut words: Vec<&str> = Vec::new();
    let mut what = Vec::new();
    let mut add = |word: &'static str, anchor: Anchor| {
        words.push(word);
        what.push(anchor);
    };
    for (word, promise) in secrets::NAMES {
        add(word, Anchor::Secret(*promise));
    }
    for (number, form) in FORMS.iter().enumerate() {
        add(form.prefix, Anchor::Token(number));
    }
    for (number, program) in PROGRAMS.iter().enumerate() {
        for name in program.names {
            // What stands between `net` and its `use` is for the program.
            let first = name.split(' ').next().unwrap_or(name);
            add(first, Anchor::Program(number, name));
        }
    }
    for word in fields::NAMES {
        add(word, Anchor::Field);
    }
    for sentence in fields::SENTENCES {
        add(sentence, Anchor::Sentence);
    }
    for ending in addresses::INTERNAL_ENDINGS {
        add(ending, Anchor::Ending);
    }
    for prefix in [
        "$1$", "$5$", "$6$", "$y$", "$7$", "$2a$", "$2b$", "$2y$", "$apr1$", "$argon2", "$dcc2$",
        "$krb5", "$nt$", "$pbkdf2",
    ] {
        add(prefix, Anchor::Hash);
    }
    for flag in [
        "/ntlm:", "/rc4:", "/aes256:", "/aes128:", "/ticket:", "/hash:", "/lmhash:", "/krbkey:",
        "/krbtgt:",
    ] {
        add(flag, Anchor::HashFlag);
    }
    for network in [
        "10.", "192.168.", "169.254.", "172.1", "172.2", "172.3", "100.6", "100.7", "100.8",
        "100.9", "100.10", "100.11", "100.12",
    ] {
        add(network, Anchor::Ipv4);
    }
    for (word, anchor) in [
        ("eyJ", Anchor::Jwt),
        ("Q~", Anchor::Entra),
        ("-----BEGIN", Anchor::Pem),
        ("-----END", Anchor::PemEnd),
        ("Private-Lines:", Anchor::Putty),
        ("bearer ", Anchor::Bearer),
        ("basic ", Anchor::Basic),
        ("sig=", Anchor::Signature),
        ("x-amz-signature=", Anchor::Signature),
        ("x-goog-signature=", Anchor::Signature),
        ("identified by ", Anchor::Identified),
        ("convertto-securestring", Anchor::SecureString),
        ("networkcredential", Anchor::NetworkCredential),
        ("pscredential", Anchor::PsCredential),
        ("chpasswd", Anchor::Chpasswd),
        (":x:", Anchor::PasswdLine),
        ("passwd --stdin", Anchor::PipedPassword),
        ("sudo -s", Anchor::PipedPassword),
        ("su -", Anchor::PipedPassword),
        ("--set-password", Anchor::PipedPassword),
        ("--password-stdin", Anchor::PipedPassword),
        ("--passphrase-fd", Anchor::PipedPassword),
        ("key 7 ", Anchor::Obscured),
        ("password 7 ", Anchor::Obscured),
        ("password 5 ", Anchor::Obscured),
        ("secret 5 ", Anchor::Obscured),
        ("secret 8 ", Anchor::Obscured),
        ("secret 9 ", Anchor::Obscured),
        ("snmp-server community ", Anchor::Community),
        ("authorization", Anchor::Authorization),
        ("ntlm", Anchor::Ntlm),
        ("nt hash", Anchor::Ntlm),
        ("aes256_hmac", Anchor::Ntlm),
        ("aes128_hmac", Anchor::Ntlm),
        ("cookie", Anchor::Cookie),
        ("?code=", Anchor::Code),
        ("&code=", Anchor::Code),
        ("(uid=", Anchor::Uid),
        (".atlasv1.", Anchor::Atlas),
        (" pts/", Anchor::Terminal),
        ("desktop-", Anchor::Generated),
        ("laptop-", Anchor::Generated),
        ("win-", Anchor::Generated),
        ("ec2amaz-", Anchor::Generated),
        ("ip-", Anchor::Generated),
        (" hier_", Anchor::Proxied),
        ("mssqlsvc/", Anchor::Service),
        ("termsrv/", Anchor::Service),
        ("wsman/", Anchor::Service),
        ("cifs/", Anchor::Service),
        ("sudo:", Anchor::Sudo),
        ("dc=", Anchor::Distinguished),
        ("users", Anchor::UserFolder),
        ("home", Anchor::UserFolder),
        ("documents and settings", Anchor::UserFolder),
        ("docume~1", Anchor::UserFolder),
        ("s-1-5-21-", Anchor::Sid),
        ("s-1-12-1-", Anchor::Sid),
        ("://", Anchor::Url),
        (".in-addr.arpa", Anchor::Reversed),
        ("auth=(", Anchor::Pair),
        ("basicauth(", Anchor::Pair),
        ("oracle:thin:", Anchor::Oracle),
    ] {
        add(word, anchor);
    }
    let search = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::Standard)
        .kind(Some(AhoCorasickKind::DFA))
        .build(&words)
        .unwrap_or_else(|error| unreachable!("the words of this module: {error}"));
    Anchors { search, what }
});

/// What to look for.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'n> {
    pub(super) names: &'n Names,
    /// Addresses of anybody's, not only internal ones.
    pub(super) external_addresses: bool,
}

/// Everything in `text` (a view) that may have to be hidden but for the names that are known, in no order.
/// Whether a candidate can be what its place says is for [`super::decide`].
pub(super) fn search(text: &str, wanted: Wanted<'_>, depth: usize) -> Vec<Candidate> {
    let mut found = Vec::new();
    announced(text, wanted, &mut found);
    punctuation(text, wanted, &mut found);
    if depth < DEEPEST {
        let holds = |decoded: &str| holds(decoded, wanted, depth + 1);
        encoded::runs(text, &holds, &mut found);
    }
    found
}

/// Whether a text that another one hides has something to hide.
fn holds(text: &str, wanted: Wanted<'_>, depth: usize) -> bool {
    let view = super::view::View::of(text);
    let mut named = Vec::new();
    wanted.names.find(view.text(), &view.seams(), &mut named);
    let counts =
        |candidate: &Candidate| super::decide::counts(view.text(), candidate, wanted.names);
    !named.is_empty() || search(view.text(), wanted, depth).iter().any(counts)
}

fn announced(text: &str, wanted: Wanted<'_>, found: &mut Vec<Candidate>) {
    let bytes = text.as_bytes();
    let Anchors { search, what } = &*ANCHORS;
    // A program's arguments are read once, however often its name stands in them.
    let mut read_until = vec![0; PROGRAMS.len()];
    // What was read to its end is not read again from each of its parts.
    let (mut past, mut past_value, mut past_token) = (0, 0, 0);
    for hit in search.find_overlapping_iter(text) {
        let (start, end) = (hit.start(), hit.end());
        match what[hit.pattern().as_usize()] {
            Anchor::Secret(promise) => {
                if start >= past_value {
                    let past = secrets::named(text, start, end, promise, found);
                    past_value = past.unwrap_or(past_value);
                }
            }
            Anchor::Token(number) => tokens::token(text, start, &FORMS[number], found),
            Anchor::Jwt if start >= past_token => past_token = tokens::jwt(bytes, start, found),
            Anchor::Entra => tokens::entra(bytes, start, found),
            Anchor::Pem if start >= past => {
                if let Some(end) = tokens::pem(text, start, found) {
                    past = end;
                }
            }
            Anchor::PemEnd if start >= past => {
                tokens::pem_end(text, start, found);
                past = end;
            }
            Anchor::Pem | Anchor::PemEnd => {}
            Anchor::Putty if start >= past => past = tokens::putty(bytes, start, found),
            Anchor::Hash if start >= past_token => {
                past_token = tokens::crypt_hash(bytes, start, end - start, found);
            }
            Anchor::Putty | Anchor::Hash | Anchor::Jwt => {}
            Anchor::HashFlag => secrets::hash_flag(text, end, found),
            Anchor::Bearer => secrets::authorization(text, end, false, found),
            Anchor::Basic => secrets::authorization(text, end, true, found),
            Anchor::Signature => secrets::signature(bytes, start, end, found),
            Anchor::Identified => secrets::identified(text, end, found),
            Anchor::SecureString => secrets::secure_string(text, end, found),
            Anchor::NetworkCredential => secrets::credential(text, end, true, found),
            Anchor::PsCredential => secrets::credential(text, end, false, found),
            Anchor::Program(number, name) => {
                if start >= read_until[number]
                    && let Some(stop) =
                        programs::program(text, (start, end), name, &PROGRAMS[number], found)
                {
                    read_until[number] = stop;
                }
            }
            Anchor::Chpasswd => programs::chpasswd(text, start, found),
            Anchor::PasswdLine => programs::passwd_line(text, start, found),
            Anchor::PipedPassword => programs::piped_password(text, start, found),
            Anchor::Field => fields::named(text, start, end, found),
            Anchor::Sentence if !is_word(before(bytes, start)) => {
                fields::sentence(text, start, end, found);
            }
            Anchor::Sentence => {}
            Anchor::Sudo => fields::sudo(text, end, found),
            Anchor::Distinguished => {
                if start >= past {
                    past = fields::distinguished(text, start, found);
                }
            }
            Anchor::UserFolder => paths::user_folder(text, start, end, found),
            Anchor::Ending => addresses::internal_name(text, start, end, wanted.names, found),
            Anchor::Sid => addresses::sid(bytes, start, found),
            Anchor::Ipv4 if !wanted.external_addresses => {
                addresses::ipv4(text, start, false, found)
            }
            Anchor::Ipv4 => {}
            Anchor::Reversed => addresses::reversed(text, start, wanted.external_addresses, found),
            Anchor::Pair => secrets::credential(text, end - 1, true, found),
            Anchor::Oracle => programs::oracle(text, end, found),
            Anchor::Url => addresses::url(text, start, found),
            Anchor::Community => secrets::community(text, end, found),
            Anchor::Authorization => secrets::scheme(text, end, found),
            Anchor::Ntlm => secrets::printed_hash(bytes, start, end, found),
            Anchor::Cookie => secrets::cookies(text, end, found),
            Anchor::Uid => fields::before_blank(text, start, found),
            Anchor::Code => secrets::code(text, end, found),
            Anchor::Obscured => secrets::obscured(text, end, found),
            Anchor::Atlas => tokens::atlas(bytes, start, end, found),
            Anchor::Terminal => fields::terminal(text, start, found),
            Anchor::Generated => addresses::generated_name(bytes, start, end, found),
            Anchor::Proxied => fields::before_blank(text, start, found),
            Anchor::Service => fields::service(text, start, end, found),
        }
    }
}

/// Bytes that join or begin something.
static MARKS: [bool; 256] = marks();

const fn marks() -> [bool; 256] {
    let mut table = [false; 256];
    let bytes = b"@\\:-.[\n";
    let mut at = 0;
    while at < bytes.len() {
        table[bytes[at] as usize] = true;
        at += 1;
    }
    table
}

fn punctuation(text: &str, wanted: Wanted<'_>, found: &mut Vec<Candidate>) {
    let bytes = text.as_bytes();
    fields::syslog(text, 0, found);
    let mut at = 0;
    while let Some(skipped) = bytes[at..].iter().position(|b| MARKS[usize::from(*b)]) {
        at += skipped;
        match bytes[at] {
            b'@' => addresses::at_sign(text, at, found),
            b'\\' => {
                at = paths::backslashes(text, at, wanted.names, found);
                continue;
            }
            b'\n' => fields::syslog(text, at + 1, found),
            b'[' if byte(bytes, at + 3) == b'/' => fields::common_log(text, at, found),
            b':' => {
                if byte(bytes, at + 3) == b':' {
                    addresses::mac(bytes, at, found);
                }
                if byte(bytes, at + 1) == b'A' {
                    tokens::telegram(bytes, at, found);
                }
                if byte(bytes, at + 1) == b':' {
                    tokens::net_ntlm(bytes, at, found);
                }
                if at >= 32
                    && bytes[at - 32].is_ascii_hexdigit()
                    && byte(bytes, at + 32).is_ascii_hexdigit()
                {
                    tokens::hash_pair(bytes, at, found);
                }
                if at >= 4 && bytes[at - 4] | 0x20 == b'f' {
                    addresses::ipv6(text, at, found);
                }
            }
            b'-' if byte(bytes, at + 3) == b'-' => addresses::mac(bytes, at, found),
            b'.' => {
                if byte(bytes, at + 5) == b'.' {
                    addresses::dotted_mac(bytes, at, found);
                }
                if byte(bytes, at + 7) == b'.' {
                    tokens::discord(bytes, at, found);
                }
                if wanted.external_addresses && before(bytes, at).is_ascii_digit() {
                    let start = super::values::run_start(bytes, at, 3, |b| b.is_ascii_digit());
                    addresses::ipv4(text, start, true, found);
                }
            }
            _ => {}
        }
        at += 1;
    }
}
