//! Secrets that are told by the name they are given to, not by their form: passwords, keys and
//! tokens in flags, variables, configuration, headers and connection strings.

use std::ops::Range;

use super::candidate::{Candidate, What};
use super::named::{Joint, Named, closes_around};
use super::values::{
    Value, before, byte, ends_with, is_end, is_reference, is_word, past_blanks, quote, quoted_end,
    run_end, run_start, starts_with, value,
};
use super::{placeholder, words};

/// What a name promises of its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Promise {
    /// A password: it may be any word.
    Password,
    /// A key, token or other secret: it looks like chance.
    Key,
}

/// Words of names, with what they promise.
pub(super) const NAMES: &[(&str, Promise)] = &[
    ("password", Promise::Password),
    ("passwd", Promise::Password),
    ("passphrase", Promise::Password),
    ("passwort", Promise::Password),
    ("passcode", Promise::Password),
    ("pwd", Promise::Password),
    ("pass", Promise::Password),
    ("psk", Promise::Password),
    // As `netsh wlan show profile` prints it.
    ("key content", Promise::Password),
    ("pw", Promise::Password),
    ("secret", Promise::Key),
    ("token", Promise::Key),
    ("key", Promise::Key),
    ("credential", Promise::Key),
    ("sessionid", Promise::Key),
    ("session_id", Promise::Key),
    ("sessid", Promise::Key),
    ("signature", Promise::Key),
    ("apikey", Promise::Key),
    ("auth", Promise::Key),
];

/// What may stand before `key` in a name whose value is secret.
const KEYS: &[&str] = &[
    "api",
    "access",
    "account",
    "shared",
    "sharedaccess",
    "secret",
    "secretaccess",
    "private",
    "encryption",
    "encrypt",
    "decryption",
    "master",
    "signing",
    "sign",
    "session",
    "auth",
    "storage",
    "storageaccount",
    "license",
    "admin",
    "consumer",
    "client",
    "app",
    "application",
    "service",
    "hmac",
    "jwt",
    "aes",
    "rsa",
    "ssh",
    "deploy",
    "primary",
    "secondary",
    "subscription",
    "subscriptionkeyocpapimsubscription",
    "functions",
    "webhook",
    "host",
    "machine",
    "validation",
    "security",
    "write",
    "read",
    "root",
    "unseal",
    "recovery",
    "crypto",
    "cipher",
    "authorization",
];

/// Names with these words in them are about a secret, and do not hold one.
const NOT_SECRET: &[&str] = &[
    "publickey",
    "publickeytoken",
    "primarykeycolumn",
    "foreignkey",
    "keyid",
    "keyname",
    "keytype",
    "keyfile",
    "keypath",
    "keyvault",
    "tokentype",
    "tokenurl",
    "tokenuri",
    "tokenendpoint",
    "tokenexpir",
    "tokenizer",
    "tokencount",
    "maxtoken",
    "tokenlimit",
    "tokenname",
    "tokenid",
    "cancellationtoken",
    "secretname",
    "secretid",
    "secretmanager",
    "secretref",
    "secretpath",
    "secretversion",
    "passwordpolicy",
    "passwordfile",
    "passwordlength",
    "passwordage",
    "passwordexpir",
    "passwordlast",
    "lastpassword",
    "passwordnever",
    "passwordreset",
    "passwordchange",
    "passwordrequired",
    "passwordhistory",
    "passwordprompt",
    "passwordfield",
    "passwordurl",
    "passwordhint",
    "passwordstore",
    "passwordmanager",
    "passwordcomplex",
    "passwordauth",
    "passwordnotrequired",
    "badpassword",
    "badpwd",
    "pwdlastset",
    "passwordexpired",
    "nopass",
    "passthru",
    "passthrough",
    "passive",
    "passed",
    "passport",
    "passes",
    "passing",
    "bypass",
    "compass",
    "oldpwd",
    "credentialtype",
    "credentialprovider",
    "credentialguard",
    "signaturestatus",
    "signatureversion",
    "signaturetype",
    "signaturemethod",
    "keyspec",
    "keylength",
    "keysize",
    "keyusage",
    "keyboard",
    "keyword",
    "keystore",
    "tokenelevation",
    "primarytoken",
    "keyed",
    "logintoken_type",
];

/// What may follow the word in a name.
const TAILS: &[&str] = &[
    "",
    "value",
    "text",
    "plain",
    "plaintext",
    "cleartext",
    "clear",
    "string",
    "base64",
    "b64",
    "hash",
    "prod",
    "production",
    "dev",
    "test",
    "staging",
    "live",
    "old",
    "new",
    "confirm",
    "again",
    "default",
    "encrypted",
    "primary",
    "secondary",
    "admin",
    "root",
    "user",
    "db",
    "raw",
    "salt",
    "base",
];

/// Longer values than this are looked at once, however many names stand in them.
const LONG: usize = 512;

/// Reads what is given to the name around `start..end`, which holds a word of [`NAMES`]. Says where a
/// long value ends that was looked at.
pub(super) fn named(
    text: &str,
    start: usize,
    end: usize,
    promise: Promise,
    found: &mut Vec<Candidate>,
) -> Option<usize> {
    let bytes = text.as_bytes();
    if !is_word_of_name(bytes, start, end, promise) {
        return None;
    }
    let name = Named::around(bytes, start, end);
    let whole = text.get(name.start..name.end)?;
    // `-pSECRET-PASSWORD-1 x`: a placeholder names nothing.
    if whole
        .rfind("SECRET-")
        .is_some_and(|at| placeholder::is_one(&whole[at..]))
    {
        return None;
    }
    let joint = name.joint(bytes);
    if joint.is_none() && promise == Promise::Key {
        return None;
    }
    let plain = name.plain(bytes);
    if NOT_SECRET.iter().any(|word| plain.contains(word))
        || !promises(bytes, &name, start, end, promise)
    {
        return None;
    }
    match joint {
        Some((at, joint)) => {
            let value = value_of(bytes, &name, at, joint, promise);
            let (end, is_long) = (value.end, value.end - value.start > LONG && !value.quoted);
            given(text, &name, value, joint, promise, &plain, found);
            is_long.then_some(end)
        }
        None => {
            let data = registry_data(text, name.start, name.end);
            if promise == Promise::Password
                && let Some(data) = data
            {
                found.push(Candidate::sure(
                    data.start,
                    data.end,
                    What::Secret("PASSWORD"),
                ));
            } else if promise == Promise::Password {
                told(text, name.end, found);
            }
            None
        }
    }
}

/// The value that a name is given, as far as it goes.
fn value_of(bytes: &[u8], name: &Named, at: usize, joint: Joint, promise: Promise) -> Value {
    let lead = before(bytes, name.start);
    if joint == Joint::Equals && promise == Promise::Password && matches!(lead, b'"' | b'\'') {
        // `--data "password=two words"`: one pair in one quotation.
        let end = run_end(bytes, at, 64, |b| {
            !matches!(b, b'"' | b'\'' | b'=' | b'&' | b';' | b'\n')
        });
        if byte(bytes, end) == lead && bytes[at..end].contains(&b' ') {
            return Value {
                start: at,
                end,
                quoted: false,
            };
        }
    }
    let in_query = matches!(lead, b'?' | b'&');
    value(bytes, at, |at, b| match joint {
        Joint::Blank => is_blank_end(bytes, at, b),
        Joint::Tag => b == b'<' || b == b'\n',
        _ if in_query => is_end(b) || b == b'#' && is_word(byte(bytes, at + 1)),
        _ => ends_unquoted(bytes, at, b, promise),
    })
}

/// Whether the word stands for itself in the name, and is not the middle of another word.
fn is_word_of_name(bytes: &[u8], start: usize, end: usize, promise: Promise) -> bool {
    let word = &bytes[start..end];
    let lead = before(bytes, start);
    let follows = byte(bytes, end);
    let is_short = word.len() <= 4;
    let camel_start = word[0].is_ascii_uppercase() && lead.is_ascii_lowercase();
    const BEFORE_SHORT: &[&str] = &[
        "db",
        "user",
        "root",
        "my",
        "admin",
        "store",
        "key",
        "ssh",
        "sql",
        "ftp",
        "smtp",
        "mail",
        "http",
        "proxy",
        "login",
        "auth",
        "api",
        "access",
        "private",
        "master",
        "old",
        "new",
        "the",
        "mysql",
        "pg",
        "redis",
        "ldap",
        "bind",
        "vpn",
        "wifi",
        "pfx",
        "cert",
        "zip",
        "sudo",
        "default",
        "session",
        "account",
        "secret",
        "encryption",
    ];
    let starts = !lead.is_ascii_alphanumeric()
        || camel_start
        || !is_short
        || BEFORE_SHORT
            .iter()
            .any(|word| super::values::ends_with(bytes, start, word));
    let camel_end = follows.is_ascii_uppercase() && word[word.len() - 1].is_ascii_lowercase();
    let plural = promise == Promise::Key
        && follows.eq_ignore_ascii_case(&b's')
        && !byte(bytes, end + 1).is_ascii_alphanumeric();
    let ends = !follows.is_ascii_alphabetic() || camel_end || plural || !is_short;
    starts && ends
}

/// Whether the whole name promises a secret.
fn promises(bytes: &[u8], name: &Named, start: usize, end: usize, promise: Promise) -> bool {
    let small = |from: usize, to: usize| -> String {
        bytes[from..to]
            .iter()
            .filter(|b| !matches!(b, b'-' | b'_' | b'.'))
            .map(|b| char::from(b.to_ascii_lowercase()))
            .collect()
    };
    let tail = small(end, name.end);
    let tail = tail.trim_end_matches(|c: char| c.is_ascii_digit());
    let tail = if promise == Promise::Key {
        tail.strip_prefix('s').unwrap_or(tail)
    } else {
        tail
    };
    let goes_on =
        NAMES.iter().any(|(word, _)| tail.starts_with(word)) || tail.starts_with("accesskey");
    if goes_on {
        // A later word of the same name is read by itself.
        return false;
    }
    if !TAILS.contains(&tail) {
        return false;
    }
    if bytes[start..end].eq_ignore_ascii_case(b"key") {
        let lead = small(name.start, start);
        let lead = lead.trim_start_matches(|c: char| c.is_ascii_digit());
        return KEYS.iter().any(|word| lead.ends_with(word));
    }
    if bytes[start..end].eq_ignore_ascii_case(b"signature") {
        return matches!(before(bytes, name.start), b'?' | b'&');
    }
    true
}

/// The value that a name is given.
fn given(
    text: &str,
    name: &Named,
    value: Value,
    joint: Joint,
    promise: Promise,
    plain: &str,
    found: &mut Vec<Candidate>,
) {
    let bytes = text.as_bytes();
    let Value {
        mut start,
        mut end,
        quoted,
    } = value;
    // A connection string of ODBC may have braces around a value.
    if !quoted && byte(bytes, start) == b'{' && before(bytes, name.start) == b';' {
        start += 1;
        end = run_end(bytes, start, 128, |b| !matches!(b, b'}' | b'\n' | b'"'));
    }
    // `-passin pass:x`, as openssl names where a password comes from.
    if joint == Joint::Blank {
        match bytes.get(start..end) {
            Some([b'p', b'a', b's', b's', b':', ..]) => start += 5,
            Some([b'e', b'n', b'v', b':', ..] | [b'f', b'i', b'l', b'e', b':', ..]) => return,
            _ => {}
        }
    }
    if !quoted {
        while end > start
            && matches!(bytes[end - 1], b'.' | b',' | b';' | b':' | b'\\')
            && (joint != Joint::Tag)
        {
            end -= 1;
        }
    }
    let Some(given) = text.get(start..end) else {
        return;
    };
    // `Authorization: Bearer x` is read with its scheme.
    if joint == Joint::Compared && !quoted {
        return;
    }
    // Maven writes what it encrypted in braces.
    let is_encrypted = joint == Joint::Tag
        && given
            .strip_prefix('{')
            .and_then(|given| given.strip_suffix('}'))
            .is_some_and(looks_like_chance);
    if given.is_empty() || is_reference(given.as_bytes(), quoted) && !is_encrypted {
        return;
    }
    let is_long_path = is_path(given) && given.matches(['/', '\\']).count() > 1;
    if promise == Promise::Password && (is_long_path || plain.ends_with("pwd") && is_path(given)) {
        return;
    }
    // `$pw = ConvertTo-SecureString …`
    if !quoted && super::fields::is_command(given) {
        return;
    }
    if !quoted && !is_encrypted && given.starts_with(['[', '{', '(', '<']) {
        return;
    }
    let small = given.to_ascii_lowercase();
    let is_value = match promise {
        Promise::Password => is_password(
            text,
            name,
            &Given {
                text: given,
                quoted,
            },
            joint,
            end,
            &small,
        ),
        Promise::Key => {
            let is_hash = plain.ends_with("hash");
            let is_login = plain.ends_with("auth")
                && super::encoded::basic(given).is_some_and(|pair| pair.contains(':'));
            is_hash
                || is_login
                || looks_like_chance(given)
                || (quoted || joint == Joint::Equals) && is_weak_key(given, plain)
        }
    };
    if is_value {
        found.push(Candidate::sure(
            start,
            end,
            What::Secret(label(plain, promise)),
        ));
    }
}

struct Given<'t> {
    text: &'t str,
    quoted: bool,
}

/// The word of the placeholder.
fn label(plain: &str, promise: Promise) -> &'static str {
    if plain.contains("hash") {
        "PASSWORD-HASH"
    } else if plain.contains("aws") || plain.contains("secretaccesskey") {
        "AWS-KEY"
    } else if plain.contains("azure")
        || plain.contains("accountkey")
        || plain.contains("sharedaccess")
    {
        "AZURE-KEY"
    } else if promise == Promise::Password {
        "PASSWORD"
    } else if plain.contains("token") || plain.contains("sess") {
        "TOKEN"
    } else {
        "KEY"
    }
}

fn is_blank_end(bytes: &[u8], at: usize, b: u8) -> bool {
    matches!(b, b' ' | b'\t' | b'\n' | b'\r' | b'"' | b'`')
        || (matches!(b, b';' | b'|' | b'&' | b')' | b',')
            && matches!(byte(bytes, at + 1), b' ' | b'\n' | b'\r' | 0 | b'&' | b'|'))
        || (b == b'\'' && !is_word(byte(bytes, at + 1)))
}

/// What ends a value behind `=` or `:`. In a password a comma or a bracket may be part of it.
fn ends_unquoted(bytes: &[u8], at: usize, b: u8, promise: Promise) -> bool {
    match b {
        b' ' | b'\t' | b'\n' | b'\r' | b';' | b'"' | b'`' | b'|' | 0 => true,
        b'\'' | b'<' | b'>' => true,
        b'&' => {
            promise == Promise::Key
                || is_pair(bytes, at + 1)
                || matches!(byte(bytes, at + 1), b' ' | b'&')
        }
        b',' => {
            promise == Promise::Key
                || is_pair(bytes, past_blanks(bytes, at + 1))
                || matches!(byte(bytes, at + 1), b' ' | b'\n' | b'\r' | 0)
        }
        b')' | b'}' | b']' => promise == Promise::Key || !is_word(byte(bytes, at + 1)),
        _ => false,
    }
}

/// `name=` at `at`
fn is_pair(bytes: &[u8], at: usize) -> bool {
    let end = run_end(bytes, at, 40, |b| is_word(b) || matches!(b, b'-' | b'.'));
    end > at && matches!(byte(bytes, end), b'=' | b':')
}

fn is_path(value: &str) -> bool {
    value.starts_with(['/', '~', '.', '\\']) || value.as_bytes().get(1) == Some(&b':')
}

/// Whether what stands behind a password's name is one, and not a sentence about it.
fn is_password(
    text: &str,
    name: &Named,
    given: &Given<'_>,
    joint: Joint,
    end: usize,
    small: &str,
) -> bool {
    let bytes = text.as_bytes();
    let trimmed = small.trim_end_matches(['.', ',', '!', '?']);
    let is_code = !given.quoted
        && (given.text.contains("::")
            || is_dotted_name(given.text)
            || starts_with(given.text.as_bytes(), 0, "getpass"));
    let mut is_about = words::is_no_value(trimmed) || trimmed.len() < 2 && !given.quoted;
    if given.quoted && joint != Joint::Colon {
        // In quotes even a common word is a value, unless it names a kind of field.
        is_about = matches!(
            small,
            "password" | "text" | "hidden" | "true" | "false" | "null" | "none" | "" | "*"
        );
    }
    if is_about || is_code {
        return false;
    }
    if joint == Joint::Blank
        && given.text.starts_with('-')
        && given.text[1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '-')
    {
        return false;
    }
    if joint == Joint::Blank
        && given.text.starts_with('/')
        && name.flag
        && is_pair(bytes, end - given.text.len() + 1)
    {
        return false;
    }
    // `Password: must be changed`: prose goes on with words; a value ends its line or looks like one.
    let is_spaced = joint == Joint::Colon
        && bytes[..end]
            .get(end - given.text.len() - 1)
            .is_some_and(|b| *b == b' ');
    let is_word_only = given.text.bytes().all(|b| b.is_ascii_alphabetic());
    if !given.quoted && is_spaced && is_word_only {
        let next = past_blanks(bytes, end);
        return matches!(
            byte(bytes, next),
            0 | b'\n' | b'\r' | b',' | b'}' | b'#' | b'\\' | b'"'
        );
    }
    if joint == Joint::Tag {
        return !given.text.contains(' ') || given.text.len() < 64;
    }
    true
}

/// `config.password`, `os.environ`: code that leads to a value.
fn is_dotted_name(value: &str) -> bool {
    const ROOTS: &[&str] = &[
        "os.",
        "env.",
        "process.",
        "config.",
        "self.",
        "this.",
        "settings.",
        "args.",
        "request.",
        "req.",
        "params.",
        "options.",
        "opts.",
        "user.",
        "data.",
        "var.",
        "local.",
        "secrets.",
        "vars.",
    ];
    ROOTS.iter().any(|root| value.starts_with(root))
}

/// Where the data of a registry value stands whose name is `start..end`: `reg add … /v DefaultPassword /t REG_SZ /d x`,
/// `Set-ItemProperty … -Name DefaultPassword -Value x`.
pub(super) fn registry_data(text: &str, start: usize, end: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let opening = run_start(bytes, start, 1, |b| matches!(b, b'"' | b'\''));
    let (_, flag) = [("/v ", " /d "), ("-name ", " -value ")]
        .into_iter()
        .find(|(named, _)| ends_with(bytes, opening, named))?;
    let line = run_end(bytes, end, 64, |b| b != b'\n');
    let at = (end..line).find(|place| starts_with(bytes, *place, flag))?;
    let at = past_blanks(bytes, at + flag.len());
    let data = value(bytes, at, |at, b| is_blank_end(bytes, at, b));
    let given = bytes.get(data.start..data.end)?;
    let is_path = text.get(data.start..data.end).is_none_or(is_path);
    let is_data = given.len() > 1 && !is_reference(given, data.quoted) && !is_path;
    is_data.then_some(data.start..data.end)
}

/// `the password is Summer2024!`: a password that is told in a sentence.
fn told(text: &str, at: usize, found: &mut Vec<Candidate>) {
    let bytes = text.as_bytes();
    // `WITH PASSWORD 'x'`
    let mark = past_blanks(bytes, at);
    if let Some(opening) = quote(bytes, mark)
        && mark > at
        && !closes_around(bytes, at, mark)
    {
        let (start, end) = (mark + opening.0, quoted_end(bytes, mark, opening));
        let quoted = text.get(start..end).unwrap_or_default();
        let is_value = quoted.len() >= 4
            && !quoted.contains([' ', ':'])
            && !words::is_no_value(&quoted.to_ascii_lowercase());
        if is_value && !is_reference(quoted.as_bytes(), true) {
            found.push(Candidate::sure(start, end, What::Secret("PASSWORD")));
        }
        return;
    }
    // `password for the account is …`
    let stop = run_end(bytes, at, 64, |b| {
        !matches!(b, b'.' | b'\n' | b'"' | b';' | b',' | b'=')
    });
    let Some(between) = bytes.get(at..stop) else {
        return;
    };
    for verb in [&b" is "[..], b" was ", b" to "] {
        let Some(place) = memchr::memmem::find(between, verb) else {
            continue;
        };
        let mut start = at + place + verb.len();
        if byte(bytes, start) == b':' {
            start = past_blanks(bytes, start + 1);
        }
        let value = value(bytes, start, |at, b| is_blank_end(bytes, at, b));
        let mut end = value.end;
        while end > value.start
            && !value.quoted
            && matches!(bytes[end - 1], b'.' | b',' | b')' | b';')
        {
            end -= 1;
        }
        let Some(told) = text.get(value.start..end) else {
            return;
        };
        let has = |is: fn(&u8) -> bool| told.bytes().any(|b| is(&b));
        let is_mixed = has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic)
            || has(u8::is_ascii_alphabetic)
                && told
                    .bytes()
                    .any(|b| matches!(b, b'!' | b'@' | b'#' | b'$' | b'%' | b'^' | b'*'));
        if told.len() >= 5
            && is_mixed
            && !is_reference(told.as_bytes(), value.quoted)
            && !is_path(told)
            && !told.contains("://")
        {
            found.push(Candidate::sure(value.start, end, What::Secret("PASSWORD")));
            return;
        }
    }
}

/// Whether a value looks like chance, as keys and tokens do: long, of several kinds of characters,
/// and no path, address, name or number.
pub(super) fn looks_like_chance(value: &str) -> bool {
    let length = value.len();
    if !(12..=8192).contains(&length)
        || value.contains("://")
        || value.contains(' ')
        || (is_path(value) && !is_base64_key(value))
    {
        return false;
    }
    let bytes = value.as_bytes();
    let count = |is: fn(&u8) -> bool| bytes.iter().filter(|b| is(b)).count();
    let digits = count(u8::is_ascii_digit);
    let small = count(u8::is_ascii_lowercase);
    let large = count(u8::is_ascii_uppercase);
    let letters = small + large;
    if !bytes.iter().all(u8::is_ascii_graphic) || letters == 0 {
        return false;
    }
    // Random text of base64 has nearly always digits and both cases; of hex, digits and letters.
    let is_hex =
        length >= 16 && bytes.iter().all(|b| b.is_ascii_hexdigit() || *b == b'-') && digits > 0;
    let is_mixed = digits > 0 && letters > 0 && (small > 0 && large > 0 || length >= 16);
    let has_dots = bytes.iter().filter(|b| **b == b'.').count();
    (is_hex || is_mixed || (small > 0 && large > 0 && length >= 20))
        && has_dots < 4
        && entropy(bytes) >= 2.8
        && !is_slug(value)
}

/// A key of Amazon's (40 characters) or Azure's (88) may begin with a slash.
fn is_base64_key(value: &str) -> bool {
    matches!(value.len(), 40 | 44 | 88)
        && !value.contains(['.', '-', '_', '~', '\\'])
        && value.bytes().any(|b| b.is_ascii_uppercase())
        && value.bytes().any(|b| b.is_ascii_digit())
}

/// `my-app-config-2`, `prod_db_main_1`: words with a number.
fn is_slug(value: &str) -> bool {
    let parts: Vec<&str> = value.split(['-', '_', '.', ':', '/']).collect();
    parts.len() > 1
        && parts.iter().all(|part| {
            let is_word = part.bytes().all(|b| b.is_ascii_alphabetic()) && part.len() <= 14;
            let is_number = part.len() <= 4 && part.bytes().all(|b| b.is_ascii_digit());
            let is_version = part.len() <= 3;
            is_word || is_number || is_version
        })
}

/// A short value behind the name of a secret or token: at least it is no word and no number.
fn is_weak_key(value: &str, plain: &str) -> bool {
    let is_secret = plain.ends_with("secret")
        || plain.ends_with("token")
        || plain.ends_with("apikey")
        || plain.ends_with("sessid")
        || plain.ends_with("sessionid")
        || plain.ends_with("accesskey");
    let has_digit = value.bytes().any(|b| b.is_ascii_digit());
    let has_letter = value.bytes().any(|b| b.is_ascii_alphabetic());
    is_secret
        && value.len() >= 6
        && has_digit
        && has_letter
        && !value.contains(['/', ' ', '(', ':', '\\'])
        && !value.contains("0x")
        && !is_slug(value)
}

/// Shannon's entropy, in bits a byte.
fn entropy(bytes: &[u8]) -> f64 {
    let mut counts = [0_u32; 256];
    for b in bytes {
        counts[usize::from(*b)] += 1;
    }
    let total = bytes.len() as f64;
    counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| {
            let share = f64::from(*count) / total;
            -share * share.log2()
        })
        .sum()
}

/// What follows `Bearer ` or another scheme of an `Authorization` header; `at` is behind the blank.
pub(super) fn authorization(text: &str, at: usize, is_basic: bool, found: &mut Vec<Candidate>) {
    let bytes = text.as_bytes();
    let is = |b: u8| {
        b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'=' | b'~' | b'+' | b'/')
    };
    let mut end = run_end(bytes, at, 8 * 1024, is);
    while end > at && bytes[end - 1] == b'.' {
        end -= 1;
    }
    let Some(value) = text.get(at..end) else {
        return;
    };
    let is_secret = match is_basic {
        true => super::encoded::basic(value).is_some_and(|pair| pair.contains(':')),
        false => {
            let has_digit = value.bytes().any(|b| b.is_ascii_digit());
            value.len() >= 8
                && has_digit
                && value.bytes().any(|b| b.is_ascii_alphabetic())
                && !is_slug(value)
                || looks_like_chance(value)
        }
    };
    if is_secret {
        let label = if is_basic { "PASSWORD" } else { "TOKEN" };
        found.push(Candidate::sure(at, end, What::Secret(label)));
    }
}

/// The signature of a shared access signature (Azure) or a signed address: `sig=` ends at `at`.
pub(super) fn signature(bytes: &[u8], start: usize, at: usize, found: &mut Vec<Candidate>) {
    if !matches!(
        before(bytes, start),
        b'?' | b'&' | b'-' | b';' | b' ' | b'"' | b'\''
    ) {
        return;
    }
    let end = run_end(bytes, at, 512, |b| {
        b.is_ascii_alphanumeric() || matches!(b, b'%' | b'+' | b'/' | b'=' | b'-' | b'_')
    });
    if end - at >= 16 {
        found.push(Candidate::sure(at, end, What::Secret("SIGNATURE")));
    }
}

/// A flag that has a hash or a ticket behind it (`/ntlm:`, `/rc4:`, `-aesKey `, `/ticket:`).
pub(super) fn hash_flag(text: &str, at: usize, found: &mut Vec<Candidate>) {
    let bytes = text.as_bytes();
    let at = past_blanks(bytes, at);
    let value = value(bytes, at, |_, b| is_end(b));
    let Some(hash) = text.get(value.start..value.end) else {
        return;
    };
    let is_ticket = hash.starts_with("doI") && hash.len() >= 40;
    let is_hash = hash.len() >= 32 && hash.bytes().all(|b| b.is_ascii_hexdigit() || b == b':')
        || hash.starts_with(':') && hash.len() == 33;
    if is_ticket || is_hash {
        found.push(Candidate::sure(
            value.start,
            value.end,
            What::Secret("PASSWORD-HASH"),
        ));
    }
}

/// The community of `snmp-server community x RO`, at `at`.
pub(super) fn community(text: &str, at: usize, found: &mut Vec<Candidate>) {
    let end = run_end(text.as_bytes(), at, 64, |b| b.is_ascii_graphic());
    if text
        .get(at..end)
        .is_some_and(|value| !value.is_empty() && !is_reference(value.as_bytes(), false))
    {
        found.push(Candidate::sure(at, end, What::Secret("PASSWORD")));
    }
}

/// What follows the scheme of an `Authorization` header, whichever it is (RFC 9110); `at` is behind
/// the header's name.
pub(super) fn scheme(text: &str, at: usize, found: &mut Vec<Candidate>) {
    let bytes = text.as_bytes();
    let start = run_end(bytes, at, 8, |b| {
        matches!(b, b'"' | b'\'' | b'\\' | b':' | b'=' | b' ' | b',')
    });
    let end = run_end(bytes, start, 24, |b| is_word(b) || b == b'-');
    if start > at && end > start && byte(bytes, end) == b' ' {
        authorization(text, end + 1, false, found);
    }
}

/// A password's hash as tools print it, `* NTLM : 8846f7ea…`, `aes256_hmac  0e1f…`, `NTLM hash of bob: …`:
/// the name of its kind stands at `start..end`.
pub(super) fn printed_hash(bytes: &[u8], start: usize, end: usize, found: &mut Vec<Candidate>) {
    if is_word(before(bytes, start)) {
        return;
    }
    let line = run_end(bytes, end, 64, |b| b != b'\n');
    let mut at = end;
    while at < line {
        let last = run_end(bytes, at, 65, is_word);
        let word = &bytes[at..last];
        if matches!(word.len(), 32 | 64) && word.iter().all(u8::is_ascii_hexdigit) {
            found.push(Candidate::sure(at, last, What::Secret("PASSWORD-HASH")));
            return;
        }
        at = last + 1;
    }
}

/// The values of cookies that look like chance; `at` is behind `Cookie` or `Set-Cookie`.
pub(super) fn cookies(text: &str, at: usize, found: &mut Vec<Candidate>) {
    let bytes = text.as_bytes();
    let at = run_end(bytes, at, 4, |b| matches!(b, b'"' | b'\''));
    let start = past_blanks(bytes, at + 1);
    if !matches!(byte(bytes, at), b':' | b'=' | b' ') {
        return;
    }
    pairs(
        text,
        start + usize::from(matches!(byte(bytes, start), b'"' | b'\'')),
        found,
    );
}

/// `name=value; name=value` of cookies, from `start` on.
pub(super) fn pairs(text: &str, start: usize, found: &mut Vec<Candidate>) {
    let bytes = text.as_bytes();
    let mut start = start;
    for _ in 0..32 {
        let name = run_end(bytes, start, 64, |b| is_word(b) || matches!(b, b'-' | b'.'));
        if byte(bytes, name) != b'=' || name == start {
            return;
        }
        let end = run_end(bytes, name + 1, 4096, |b| {
            b.is_ascii_graphic() && !matches!(b, b';' | b'"' | b'\'')
        });
        // `s:` before a signed value of Express.
        let value = text.get(name + 1..end).unwrap_or_default();
        let value = value.strip_prefix("s:").unwrap_or(value);
        if value.len() >= 16 && looks_like_chance(value) {
            found.push(Candidate::sure(name + 1, end, What::Secret("TOKEN")));
        }
        if byte(bytes, end) != b';' {
            return;
        }
        start = past_blanks(bytes, end + 1);
    }
}

/// The code of an OAuth answer (RFC 6749), at `at`.
pub(super) fn code(text: &str, at: usize, found: &mut Vec<Candidate>) {
    let end = run_end(text.as_bytes(), at, 512, |b| {
        b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'/' | b'%' | b'~')
    });
    if text
        .get(at..end)
        .is_some_and(|value| value.len() >= 20 && looks_like_chance(value))
    {
        found.push(Candidate::sure(at, end, What::Secret("TOKEN")));
    }
}

/// A password as a network device keeps it, `key 7 094F471A1A0A`, `secret 5 $1$…`; `at` is behind the
/// number of its form.
pub(super) fn obscured(text: &str, at: usize, found: &mut Vec<Candidate>) {
    let end = run_end(text.as_bytes(), at, 128, |b| {
        b.is_ascii_graphic() && b != b'"'
    });
    let value = text.get(at..end).unwrap_or_default();
    let is_hex = value.len() >= 6 && value.bytes().all(|b| b.is_ascii_hexdigit());
    if is_hex || value.starts_with('$') && value.len() >= 20 {
        found.push(Candidate::sure(at, end, What::Secret("PASSWORD-HASH")));
    }
}

/// What `IDENTIFIED BY` of SQL, ending at `at`, gives: `'x'`, `BY PASSWORD 'x'`.
pub(super) fn identified(text: &str, at: usize, found: &mut Vec<Candidate>) {
    let bytes = text.as_bytes();
    let mut at = past_blanks(bytes, at);
    if starts_with(bytes, at, "values ") {
        at += "values ".len();
    }
    let value = value(bytes, at, |_, b| is_end(b));
    if value.end > value.start
        && !is_reference(&bytes[value.start..value.end], value.quoted)
        && !starts_with(bytes, value.start, "password")
    {
        found.push(Candidate::sure(
            value.start,
            value.end,
            What::Secret("PASSWORD"),
        ));
    }
}

/// The text that `ConvertTo-SecureString`, ending at `at`, is given in clear.
pub(super) fn secure_string(text: &str, at: usize, found: &mut Vec<Candidate>) {
    let bytes = text.as_bytes();
    let mut at = past_blanks(bytes, at);
    for _ in 0..6 {
        if matches!(byte(bytes, at), b'(') {
            at = past_blanks(bytes, at + 1);
        }
        if byte(bytes, at) == b'-' {
            // `-String`, `-AsPlainText`, `-Force`; `-Key (1..16)` has a value of its own.
            let end = run_end(bytes, at, 24, |b| is_word(b) || matches!(b, b'-' | b':'));
            at = past_blanks(bytes, end);
            continue;
        }
        break;
    }
    let value = value(bytes, at, |_, b| is_end(b));
    if value.end > value.start
        && !is_reference(&bytes[value.start..value.end], value.quoted)
        && text.get(value.start..value.end).is_some()
    {
        found.push(Candidate::sure(
            value.start,
            value.end,
            What::Secret("PASSWORD"),
        ));
    }
}

/// `NetworkCredential("user", "password", "domain")` and `PSCredential("user", …)`; `at` is behind
/// the name.
pub(super) fn credential(text: &str, at: usize, has_password: bool, found: &mut Vec<Candidate>) {
    let bytes = text.as_bytes();
    let mut at = run_end(bytes, at, 24, |b| {
        matches!(b, b']' | b':' | b' ' | b'(' | b'n' | b'e' | b'w' | b',')
            || b.is_ascii_alphabetic() && byte(bytes, at) == b']'
    });
    if starts_with(bytes, at, "-ArgumentList") {
        at = run_end(bytes, at + "-ArgumentList".len(), 4, |b| {
            matches!(b, b' ' | b'(')
        });
    }
    for number in 0..3 {
        let Some(opening) = quote(bytes, at) else {
            let comma = run_end(bytes, at, 64, |b| is_word(b) || b == b'$');
            if byte(bytes, comma) == b',' && comma > at {
                at = past_blanks(bytes, comma + 1);
                continue;
            }
            return;
        };
        let (start, end) = (at + opening.0, quoted_end(bytes, at, opening));
        if let Some(given) = text.get(start..end)
            && !given.is_empty()
            && !is_reference(given.as_bytes(), true)
        {
            match number {
                0 => super::programs::account(text, start, end, found),
                1 if has_password => {
                    found.push(Candidate::sure(start, end, What::Secret("PASSWORD")))
                }
                2 => found.push(Candidate::placed(start, end, What::Domain)),
                _ => {}
            }
        }
        at = past_blanks(bytes, end + opening.0);
        if byte(bytes, at) != b',' {
            return;
        }
        at = past_blanks(bytes, at + 1);
    }
}
