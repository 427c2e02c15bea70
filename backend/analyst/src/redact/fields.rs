//! Places that say what stands in them: fields of logs and records, PowerShell's parameters, the
//! sentences of sshd, sudo and PAM, the head of a syslog line.

use super::candidate::{Candidate, What};
use super::named::{Joint, Named};
use super::programs;
use super::values::{
    before, byte, ends_with, is_blank, is_end, is_reference, is_word, past_blanks, quote,
    quoted_end, run_end, run_start, starts_with, value_within,
};
use super::words;

/// Words in the names of fields that hold a name, in small letters. The whole name decides.
pub(super) const NAMES: &[&str] = &[
    "user",
    "account",
    "host",
    "computer",
    "workstation",
    "machine",
    "domain",
    "device",
    "server",
    "login",
    "logon",
    "uid",
    "identity",
    "owner",
    "member",
    "realm",
    "credential",
    "acct",
    "laptop",
    "data source",
    "node",
    "devname",
    "srcname",
    "dstname",
    "usrname",
    "full name",
    "fullname",
    "client name",
    "clientname",
];

/// What a field's whole name (small letters, without separators) says of its value.
fn field(name: &str) -> Option<What> {
    Some(match name {
        "user"
        | "username"
        | "useraccount"
        | "accountname"
        | "usrname"
        | "account"
        | "targetusername"
        | "subjectusername"
        | "targetuser"
        | "sourceuser"
        | "suser"
        | "duser"
        | "srcuser"
        | "dstuser"
        | "destuser"
        | "srcusername"
        | "dstusername"
        | "login"
        | "loginname"
        | "logonname"
        | "samaccountname"
        | "userid"
        | "uid"
        | "userprincipalname"
        | "owner"
        | "ownername"
        | "remoteuser"
        | "localuser"
        | "dbuser"
        | "dbusername"
        | "smtpuser"
        | "ftpuser"
        | "sshuser"
        | "mysqluser"
        | "pguser"
        | "postgresuser"
        | "redisuser"
        | "adminuser"
        | "adminusername"
        | "callerusername"
        | "callerusernameaccount"
        | "identity"
        | "useridentity"
        | "lastloginuser"
        | "lastloggedonuser"
        | "currentuser"
        | "processuser"
        | "parentuser"
        | "initiatinguser"
        | "accountupn"
        | "memberof"
        | "member"
        | "ruser"
        | "sudouser"
        | "euser"
        | "logonuser"
        | "loginuser"
        | "actoruser"
        | "targetaccount"
        | "subjectaccount"
        | "sourceaccount"
        | "serviceaccount"
        | "runasuser"
        | "fullname"
        | "runas" => What::User,
        "host"
        | "hostname"
        | "computername"
        | "computer"
        | "workstation"
        | "workstationname"
        | "sourceworkstation"
        | "machine"
        | "machinename"
        | "devicename"
        | "devicehostname"
        | "shost"
        | "dhost"
        | "dvchost"
        | "srchost"
        | "dsthost"
        | "desthost"
        | "sourcehost"
        | "targethost"
        | "sourcehostname"
        | "destinationhostname"
        | "srchostname"
        | "dsthostname"
        | "nodename"
        | "servername"
        | "serverhost"
        | "remotehost"
        | "remotecomputer"
        | "remotecomputername"
        | "targetcomputer"
        | "targetserver"
        | "targetservername"
        | "clientname"
        | "sourcecomputer"
        | "destinationhost"
        | "destinationcomputer"
        | "dbhost"
        | "dbserver"
        | "datasource"
        | "agenthostname"
        | "hostfqdn"
        | "targetmachine"
        | "rhost"
        | "rhosts"
        | "pghost"
        | "mysqlhost"
        | "winlogcomputername"
        | "endpointname"
        | "devname"
        | "srcname"
        | "dstname"
        | "devicedomainname" => What::Host,
        "domain"
        | "domainname"
        | "userdomain"
        | "accountdomain"
        | "logondomain"
        | "targetdomainname"
        | "subjectdomainname"
        | "targetdomain"
        | "userdnsdomain"
        | "logonserverdomain"
        | "machinedomain"
        | "ntdomain"
        | "realm"
        | "dnsdomain"
        | "computerdomain"
        | "domaincontrollerdomain"
        | "userdomainroamingprofile" => What::Domain,
        "logonserver" | "serverinstance" | "sqlinstance" => What::Host,
        "acct" => What::User,
        // `DB_USER`, `http-user`, `REDIS_HOST`
        _ if name.ends_with("user") || name.ends_with("username") => What::User,
        _ if name.ends_with("hostname")
            || (name.ends_with("host") && !name.ends_with("localhost")) =>
        {
            What::Host
        }
        _ => return None,
    })
}

/// What a parameter of a command says of its value, where its name alone would not as a field.
fn parameter(name: &str) -> Option<What> {
    Some(match name {
        "server" | "node" | "domaincontroller" | "dc" => What::Host,
        "credential" => What::User,
        _ => return None,
    })
}

/// Reads what a field around `start..end` is given.
pub(super) fn named(text: &str, start: usize, end: usize, found: &mut Vec<Candidate>) {
    let bytes = text.as_bytes();
    let mut name = Named::around(bytes, start, end);
    if !name.may_have_value(bytes) {
        return;
    }
    if text.get(name.start..name.end).is_none() {
        return;
    }
    // `Account Name`, `Workstation Name`, `User ID`, `Data Source`: two words.
    let second = past_blanks(bytes, name.end);
    if second == name.end + 1 && !name.flag {
        for word in ["name", "domain", "id", "host"] {
            if starts_with(bytes, second, word) && !is_word(byte(bytes, second + word.len())) {
                name.end = second + word.len();
                break;
            }
        }
    }
    let plain = name.plain(bytes).replace(' ', "");
    let parts = || {
        text[name.start..name.end]
            .rsplit_once('.')
            .map(|(_, last)| last)
    };
    let what = field(&plain)
        .or_else(|| {
            parts().and_then(|last| field(&last.to_ascii_lowercase().replace(['_', '-'], "")))
        })
        .or_else(|| if name.flag { parameter(&plain) } else { None });
    let Some(what) = what.or_else(|| server_of_connection(bytes, &name, &plain)) else {
        machine_in_prose(text, &name, &plain, found);
        return;
    };
    if is_storage_account(bytes, &name, &plain) {
        return;
    }
    let Some((at, joint)) = name.joint(bytes) else {
        if what == What::User
            && let Some(data) = super::secrets::registry_data(text, name.start, name.end)
        {
            programs::account(text, data.start, data.end, found);
            return;
        }
        if plain == "user" && ftp_login(text, &name, found) {
            return;
        }
        // `user admin logged in`, `host backup`: only a known name counts there.
        machine_in_prose(text, &name, &plain, found);
        let at = past_blanks(bytes, name.end);
        if is_printed(bytes, &name, at) {
            let end = persons_name(bytes, run_end(bytes, at, 64, |b| b.is_ascii_graphic()));
            programs::account(text, at, end, found);
        } else if at > name.end && is_told(bytes, &name, &plain, at) {
            let opening = quote(bytes, at).map_or(0, |(length, _)| length);
            let end = run_end(bytes, at + opening, 64, |b| {
                is_word(b) || matches!(b, b'.' | b'-' | b'\\' | b'$')
            });
            unquoted_name(text, at + opening, end, what, true, found);
        } else if at > name.end {
            let end = run_end(bytes, at, 64, |b| {
                is_word(b) || matches!(b, b'.' | b'-' | b'\\' | b'$')
            });
            unquoted_name(text, at, end, what, false, found);
        }
        return;
    };
    if byte(bytes, at) == b'{' && joint == Joint::Colon {
        nested(text, at, what, found);
        return;
    }
    let value = value_within(bytes, at, 256, |at, b| match joint {
        Joint::Tag => matches!(b, b'<' | b'\n'),
        _ => is_end(b) && !(b == b',' && is_word(byte(bytes, at + 1)) && joint == Joint::Blank),
    });
    if value.quoted {
        let whole = text.get(value.start..value.end).unwrap_or_default();
        if whole.len() <= 64 {
            placed(text, value.start, value.end, what, true, found);
        }
        return;
    }
    let rest = text.get(value.start..).unwrap_or_default();
    if what == What::User
        && let Some(name) = common_name(rest)
    {
        placed(text, at + name.start, at + name.end, what, true, found);
        return;
    }
    if matches!(plain.as_str(), "owner" | "fullname") {
        let end = persons_name(bytes, value.end);
        if end > value.end {
            programs::account(text, value.start, end, found);
            return;
        }
    }
    // `Client(host=host)`
    let is_variable = text
        .get(value.start..value.end)
        .is_some_and(|value| value.eq_ignore_ascii_case(&text[name.start..name.end]));
    if is_variable && joint == Joint::Equals {
        return;
    }
    // `-ComputerName A,B`
    let mut at = value.start;
    for part in text
        .get(value.start..value.end)
        .unwrap_or_default()
        .split(',')
    {
        let end = at + part.len();
        let follows_colon = joint == Joint::Colon && before(bytes, value.start) == b' ';
        // In prose, words follow: `User: please check`.
        let is_sure = !(follows_colon && is_prose(bytes, end));
        unquoted_name(text, at, end, what, is_sure, found);
        at = end + 1;
    }
}

/// `User name                    bob`, `Full Name                    Bob Smith`, as `net user` prints an account.
fn is_printed(bytes: &[u8], name: &Named, at: usize) -> bool {
    matches!(&bytes[name.start..name.end], b"User name" | b"Full Name")
        && at >= name.end + 4
        && matches!(before(bytes, name.start), b'\n' | 0)
}

/// The end of a person's name whose first part ends at `end`: further parts begin with a capital.
fn persons_name(bytes: &[u8], end: usize) -> usize {
    let mut end = end;
    for _ in 0..3 {
        let next = end + 1;
        let last = run_end(bytes, next, 32, |b| {
            b.is_ascii_alphabetic() || b >= 0x80 || matches!(b, b'-' | b'\'')
        });
        let is_part = byte(bytes, end) == b' '
            && byte(bytes, next).is_ascii_uppercase()
            && last >= next + 2
            && byte(bytes, last) != b':';
        if !is_part {
            break;
        }
        end = last;
    }
    end
}

/// Whether a name follows without anything that joins them: `denied for user 'bob'`, or a line of its
/// own, `User bob`, as OpenSSH is configured.
fn is_told(bytes: &[u8], name: &Named, plain: &str, at: usize) -> bool {
    let is_name = |b: u8| is_word(b) || matches!(b, b'.' | b'-' | b'\\' | b'$');
    if let Some((length, mark)) = quote(bytes, at) {
        let end = run_end(bytes, at + length, 64, is_name);
        return length == 1
            && end > at + 1
            && byte(bytes, end) == mark
            && matches!(plain, "user" | "account");
    }
    let start = run_start(bytes, name.start, 16, is_blank);
    let end = run_end(bytes, at, 64, is_name);
    matches!(plain, "user" | "hostname")
        && start < name.start
        && before(bytes, start) == b'\n'
        && matches!(byte(bytes, end), 0 | b'\n' | b'\r')
}

/// `user bob S0mmer!` on a line of its own or behind `echo`, as a script gives it to `ftp`.
fn ftp_login(text: &str, name: &Named, found: &mut Vec<Candidate>) -> bool {
    let bytes = text.as_bytes();
    let is_inside = |b: u8| b.is_ascii_graphic() && !matches!(b, b'>' | b'|' | b'&' | b'<');
    let is_line = matches!(before(bytes, name.start), b'\n' | 0);
    let start = name.end + 1;
    let end = run_end(bytes, start, 64, is_inside);
    let last = run_end(bytes, end + 1, 64, is_inside);
    let ends = past_blanks(bytes, last);
    let is_pair = (is_line || ends_with(bytes, name.start, "echo "))
        && end > start
        && byte(bytes, end) == b' '
        && matches!(byte(bytes, ends), b'\n' | b'\r' | b'>' | b'&' | 0);
    let Some(password) = text.get(end + 1..last).filter(|_| is_pair) else {
        return false;
    };
    let is_word = password
        .bytes()
        .all(|b| b.is_ascii_lowercase() || matches!(b, b'.' | b'-'));
    if password.len() < 4 || is_word {
        return false;
    }
    programs::account(text, start, end, found);
    found.push(Candidate::sure(end + 1, last, What::Secret("PASSWORD")));
    true
}

/// The `name` in what a field holds between braces, `"user":{"name":"bob"}`, as ECS writes it.
fn nested(text: &str, at: usize, what: What, found: &mut Vec<Candidate>) {
    let bytes = text.as_bytes();
    let end = run_end(bytes, at, 256, |b| !matches!(b, b'}' | b'\n'));
    let Some(place) = memchr::memmem::find(&bytes[at..end], b"\"name\"") else {
        return;
    };
    let mut at = past_blanks(bytes, at + place + 6);
    if byte(bytes, at) != b':' {
        return;
    }
    at = past_blanks(bytes, at + 1);
    if let Some(opening) = quote(bytes, at) {
        placed(
            text,
            at + opening.0,
            quoted_end(bytes, at, opening),
            what,
            true,
            found,
        );
    }
}

/// `AccountName=` of a connection string, `--account-name` of Azure's tools: no person's account.
fn is_storage_account(bytes: &[u8], name: &Named, plain: &str) -> bool {
    let rest = &bytes[name.end..bytes.len().min(name.end + 64)];
    plain == "accountname" && (name.flag || memchr::memmem::find(rest, b";AccountKey=").is_some())
}

/// `from host LAPTOP-9KD2`: what looks like a machine's name behind a word for machines.
fn machine_in_prose(text: &str, name: &Named, plain: &str, found: &mut Vec<Candidate>) {
    let bytes = text.as_bytes();
    let start = name.end + 1;
    let is_machine = matches!(
        plain,
        "host" | "server" | "workstation" | "computer" | "machine" | "laptop" | "device" | "node"
    );
    if !is_machine || byte(bytes, name.end) != b' ' {
        return;
    }
    let end = run_end(bytes, start, 64, |b| b.is_ascii_alphanumeric() || b == b'-');
    let Some(value) = bytes.get(start..end) else {
        return;
    };
    let count = |is: fn(&u8) -> bool| value.iter().filter(|b| is(b)).count();
    let looks = (4..=15).contains(&value.len())
        && count(u8::is_ascii_digit) > 0
        && count(u8::is_ascii_alphabetic) >= 2
        && value[0].is_ascii_alphabetic()
        && value[value.len() - 1] != b'-'
        && (value.contains(&b'-') || count(u8::is_ascii_uppercase) >= 3);
    if looks && !is_word(byte(bytes, end)) && !matches!(byte(bytes, end), b'=' | b'(') {
        found.push(Candidate::placed(start, end, What::Host));
    }
}

/// `Server=` and `Addr=` of a connection string, which has other pairs beside.
fn server_of_connection(bytes: &[u8], name: &Named, plain: &str) -> Option<What> {
    if !matches!(plain, "server" | "address" | "addr") {
        return None;
    }
    let is_first = matches!(before(bytes, name.start), b'"' | b'\'' | b';' | b'=');
    let end = run_end(bytes, name.end, 80, |b| {
        !matches!(b, b';' | b'"' | b'\'' | b'\n')
    });
    (is_first && byte(bytes, name.end) == b'=' && byte(bytes, end) == b';').then_some(What::Host)
}

/// Whether a sentence goes on behind `at`: a blank and a small word.
fn is_prose(bytes: &[u8], at: usize) -> bool {
    let next = past_blanks(bytes, at);
    let end = run_end(bytes, next, 24, |b| b.is_ascii_lowercase());
    next == at + 1 && end > next && matches!(byte(bytes, end), b' ' | b'.') && {
        let word = &bytes[next..end];
        std::str::from_utf8(word).is_ok_and(|word| {
            words::is_no_value(word)
                && !matches!(
                    word,
                    "from"
                        | "in"
                        | "on"
                        | "at"
                        | "logged"
                        | "by"
                        | "has"
                        | "was"
                        | "with"
                        | "failed"
                )
        })
    }
}

/// A name without quotation marks; what trails a sentence is no part of it.
fn unquoted_name(
    text: &str,
    start: usize,
    end: usize,
    what: What,
    is_sure: bool,
    found: &mut Vec<Candidate>,
) {
    let bytes = text.as_bytes();
    let mut end = end;
    while end > start
        && matches!(
            bytes[end - 1],
            b'.' | b':' | b',' | b'!' | b'?' | b'(' | b'-'
        )
    {
        end -= 1;
    }
    // `uid=1000(bob)`, `user=bob(uid=0)`
    if let Some(open) = bytes
        .get(start..end)
        .and_then(|part| part.iter().position(|b| *b == b'('))
    {
        let digits = open > 0 && bytes[start..start + open].iter().all(u8::is_ascii_digit);
        let inner = run_end(bytes, start + open + 1, 64, |b| {
            is_word(b) || matches!(b, b'.' | b'-')
        });
        if digits && byte(bytes, inner) == b')' {
            placed(text, start + open + 1, inner, what, is_sure, found);
            return;
        }
        // Anything else in brackets makes it a call.
        if !starts_with(bytes, start + open + 1, "uid=")
            && bytes[start..start + open]
                .iter()
                .any(|b| !b.is_ascii_digit())
        {
            return;
        }
        end = start + open;
    }
    if end > start {
        placed(text, start, end, what, is_sure, found);
    }
}

fn placed(
    text: &str,
    start: usize,
    end: usize,
    what: What,
    is_sure: bool,
    found: &mut Vec<Candidate>,
) {
    let bytes = text.as_bytes();
    if text.get(start..end).is_none_or(str::is_empty) || is_reference(&bytes[start..end], false) {
        return;
    }
    if is_command(&text[start..end])
        || byte(bytes, end) == b'(' && !starts_with(bytes, end, "(uid=")
    {
        return;
    }
    // A word about the field is no name, unless it is known to be one.
    let is_sure = is_sure && !words::is_no_value(&text[start..end].to_ascii_lowercase());
    let make = if is_sure {
        Candidate::placed
    } else {
        Candidate::if_known
    };
    match what {
        What::User if is_sure => programs::account(text, start, end, found),
        What::Host => {
            // `tcp:srv\INSTANCE,1433`, `srv:1433`, `\\srv`
            let first = run_end(bytes, start, 4, |b| b == b'\\');
            let first = if starts_with(bytes, first, "tcp:") {
                first + 4
            } else {
                first
            };
            let last = run_end(bytes, first, 253, |b| {
                is_word(b) || matches!(b, b'.' | b'-')
            })
            .min(end);
            let follows = matches!(byte(bytes, last), b'\\' | b':' | b',' | b'$');
            if last > first && follows && !starts_with(bytes, last, "://") || last == end {
                found.push(make(first, last, What::Host));
            }
        }
        _ => found.push(make(start, end, what)),
    }
}

/// `Get-User`: PowerShell's commands are a verb and a noun.
pub(super) fn is_command(value: &str) -> bool {
    const VERBS: &[&str] = &[
        "Get-",
        "Set-",
        "New-",
        "Read-",
        "Import-",
        "Invoke-",
        "ConvertTo-",
        "ConvertFrom-",
        "Select-",
        "Where-",
        "ForEach-",
        "Out-",
        "Add-",
        "Remove-",
        "Test-",
        "Start-",
    ];
    VERBS.iter().any(|verb| {
        value.starts_with(verb)
            && value
                .as_bytes()
                .get(verb.len())
                .is_some_and(u8::is_ascii_uppercase)
    })
}

/// Sentences behind whose words an account's name stands.
pub(super) const SENTENCES: &[&str] = &[
    "failed password for ",
    "accepted password for ",
    "accepted publickey for ",
    "failed publickey for ",
    "accepted keyboard-interactive/pam for ",
    "failed none for ",
    "failed password for invalid user ",
    "failed none for invalid user ",
    "invalid user ",
    "authenticating user ",
    "opened for user ",
    "closed for user ",
    "for user ",
    "by user ",
    "session of user ",
    "of user ",
    "user account ",
    "su: (to root) ",
    "su - ",
    "disconnected from user ",
    "new user: name=",
    "useradd: ",
    "logged in as ",
    "logged on as ",
    "sign-in by ",
    "signed in as ",
    "for account ",
    "[sudo] password for ",
    "sudo password for ",
    "create user ",
    "alter user ",
    "drop user ",
    "create login ",
    "alter login ",
    "create role ",
];

/// Reads the name that follows a sentence at `start..at`.
pub(super) fn sentence(text: &str, start: usize, at: usize, found: &mut Vec<Candidate>) {
    let bytes = text.as_bytes();
    // `Started Session 91 of user bob.`; without a number it may be anything of anybody's.
    if starts_with(bytes, start, "of user ")
        && !before(bytes, start.saturating_sub(1)).is_ascii_digit()
    {
        return;
    }
    let at = at + usize::from(matches!(byte(bytes, at), b'\'' | b'"' | b'`'));
    let end = run_end(bytes, at, 64, |b| {
        is_word(b) || matches!(b, b'.' | b'-' | b'\\' | b'$' | b'@')
    });
    // `su - ID47 - …`: a program and a message's number in the head of a line (RFC 5424).
    if starts_with(bytes, start, "su - ") && starts_with(bytes, end, " - ") {
        return;
    }
    unquoted_name(text, at, end, What::User, true, found);
}

/// `bob pts/0 10.0.0.5`, as `who` and `last` list sessions; `end` is the blank before the terminal.
pub(super) fn terminal(text: &str, end: usize, found: &mut Vec<Candidate>) {
    let bytes = text.as_bytes();
    let end = run_start(bytes, end, 24, is_blank);
    let start = run_start(bytes, end, 64, |b| is_word(b) || matches!(b, b'.' | b'-'));
    if start == 0 || before(bytes, start) == b'\n' || ends_with(bytes, start, ": ") {
        found.push(Candidate::placed(start, end, What::User));
    }
}

/// The account before the blank at `end`, as Squid's log has it before `HIER_DIRECT`.
pub(super) fn before_blank(text: &str, end: usize, found: &mut Vec<Candidate>) {
    let bytes = text.as_bytes();
    let start = run_start(bytes, end, 64, |b| !is_blank(b) && b != b'\n');
    programs::account(text, start, end, found);
}

/// A service's principal name, `MSSQLSvc/db1:1433`: its class stands at `start..end`.
pub(super) fn service(text: &str, start: usize, end: usize, found: &mut Vec<Candidate>) {
    let bytes = text.as_bytes();
    if is_word(before(bytes, start)) || matches!(before(bytes, start), b'/' | b'\\' | b'.') {
        return;
    }
    let last = run_end(bytes, end, 253, |b| is_word(b) || matches!(b, b'.' | b'-'));
    found.push(Candidate::placed(end, last, What::Host));
}

/// The account in the Common Log Format, ` - bob [02/Nov/2026:…`; `open` is the place of its `[`.
pub(super) fn common_log(text: &str, open: usize, found: &mut Vec<Candidate>) {
    let bytes = text.as_bytes();
    let is_date = byte(bytes, open + 3) == b'/'
        && byte(bytes, open + 7) == b'/'
        && byte(bytes, open + 1).is_ascii_digit();
    let start = run_start(bytes, open.saturating_sub(1), 64, |b| {
        !is_blank(b) && b != b'\n'
    });
    if is_date && before(bytes, open) == b' ' && ends_with(bytes, start, " - ") {
        programs::account(text, start, open - 1, found);
    }
}

/// `sudo: bob : TTY=pts/0`; `at` is behind `sudo:`.
pub(super) fn sudo(text: &str, at: usize, found: &mut Vec<Candidate>) {
    let bytes = text.as_bytes();
    let start = past_blanks(bytes, at);
    let end = run_end(bytes, start, 64, |b| is_word(b) || matches!(b, b'.' | b'-'));
    if starts_with(bytes, end, " : ") && end > start {
        found.push(Candidate::placed(start, end, What::User));
    }
}

const MONTHS: &[&str] = &[
    "Jan ", "Feb ", "Mar ", "Apr ", "May ", "Jun ", "Jul ", "Aug ", "Sep ", "Oct ", "Nov ", "Dec ",
];

/// The host in the head of a syslog line (RFC 3164, RFC 5424) that begins at `start`.
pub(super) fn syslog(text: &str, start: usize, found: &mut Vec<Candidate>) {
    let bytes = text.as_bytes();
    let mut at = start;
    if byte(bytes, at) == b'<' {
        let end = run_end(bytes, at + 1, 4, |b| b.is_ascii_digit());
        if byte(bytes, end) != b'>' {
            return;
        }
        at = end + 1;
        if byte(bytes, at) == b'1' && byte(bytes, at + 1) == b' ' {
            at += 2;
        }
    }
    let is_time =
        |b: u8| b.is_ascii_digit() || matches!(b, b':' | b'.' | b'-' | b'+' | b'T' | b'Z');
    if MONTHS
        .iter()
        .any(|month| bytes[at..].starts_with(month.as_bytes()))
    {
        let day = run_end(bytes, at + 4, 3, |b| b == b' ' || b.is_ascii_digit());
        let time = run_end(bytes, day, 16, is_time);
        let is_clock =
            time >= day + 8 && bytes[day..time].iter().filter(|b| **b == b':').count() == 2;
        if !is_clock {
            return;
        }
        at = time;
    } else {
        let time = run_end(bytes, at, 40, is_time);
        let is_stamp = time >= at + 19
            && bytes[at..time].contains(&b'T')
            && bytes[at..at + 4].iter().all(u8::is_ascii_digit);
        if !is_stamp {
            return;
        }
        at = time;
    }
    if byte(bytes, at) != b' ' {
        return;
    }
    let host = at + 1;
    let end = run_end(bytes, host, 253, |b| is_word(b) || matches!(b, b'.' | b'-'));
    // A program with its number, and not a level or a sentence, follows.
    let program = run_end(bytes, end + 1, 48, |b| {
        is_word(b) || matches!(b, b'.' | b'-' | b'/' | b'(' | b')')
    });
    let is_program = byte(bytes, end) == b' '
        && program > end + 1
        && (byte(bytes, program) == b'[' && byte(bytes, program + 1).is_ascii_digit()
            || byte(bytes, program) == b':' && byte(bytes, program + 1) == b' '
            || byte(bytes, program) == b' ' && byte(bytes, start) == b'<');
    const LEVELS: &[&str] = &[
        "info", "warn", "warning", "error", "debug", "trace", "fatal", "notice", "critical",
        "last", "message",
    ];
    let name = text.get(host..end).unwrap_or_default();
    if is_program && end > host && !LEVELS.contains(&name.to_ascii_lowercase().as_str()) {
        found.push(Candidate::placed(host, end, What::Host));
    }
}

/// Whether an argument at `at` is one of a remote shell or copy: its `user@host` names a login.
pub(super) fn is_remote_shell(bytes: &[u8], at: usize) -> bool {
    const PROGRAMS: &[&str] = &[
        "ssh",
        "scp",
        "sftp",
        "rsync",
        "ssh-copy-id",
        "mosh",
        "sshfs",
    ];
    let start = run_start(bytes, at, 160, |b| !matches!(b, b'\n' | b'|' | b';'));
    let ends_word = |b: &u8| is_blank(*b) || matches!(b, b'"' | b'\'' | b'/' | b'\\');
    bytes[start..at].split(ends_word).any(|word| {
        let word = word.strip_suffix(b".exe").unwrap_or(word);
        PROGRAMS.iter().any(|program| word == program.as_bytes())
    })
}

/// Containers of a directory, not somebody's name.
const CONTAINERS: &[&str] = &[
    "users",
    "computers",
    "configuration",
    "schema",
    "services",
    "sites",
    "system",
    "builtin",
    "policies",
    "partitions",
    "public key services",
    "dns",
    "microsoftdns",
    "password settings container",
];

/// The name that a distinguished name begins with: `CN=Bob Ray,OU=…`, `uid=bob,ou=…`.
pub(super) fn common_name(value: &str) -> Option<std::ops::Range<usize>> {
    let bytes = value.as_bytes();
    let start = ["cn=", "uid="]
        .into_iter()
        .find(|start| starts_with(bytes, 0, start))?
        .len();
    let end = run_end(bytes, start, 64, |b| b != b',');
    let name = value.get(start..end)?;
    let is_container = CONTAINERS.contains(&name.to_ascii_lowercase().as_str());
    (end > start && !is_container).then_some(start..end)
}

/// The entry of the distinguished name whose first `DC=` stands at `dc`: a machine under computers,
/// servers or workstations, nobody's under groups, else an account.
fn entry(text: &str, dc: usize, found: &mut Vec<Candidate>) {
    let bytes = text.as_bytes();
    let from = run_start(bytes, dc, 200, |b| {
        !matches!(b, b'\n' | b'"' | b'\'' | b';' | b':' | b'<' | b'>')
    });
    let Some(lead) = text.get(from..dc) else {
        return;
    };
    let small = lead.to_ascii_lowercase();
    let first = ["cn=", "uid="]
        .into_iter()
        .filter_map(|start| small.find(start))
        .min();
    let Some(name) = first.and_then(|first| {
        common_name(&lead[first..]).map(|name| from + first + name.start..from + first + name.end)
    }) else {
        return;
    };
    let folders = &small[name.end - from..];
    let is_group = folders.contains("group") || ends_with(bytes, name.start, "memberof: cn=");
    let is_machine = [
        "computer",
        "workstation",
        "server",
        "domain controller",
        "laptop",
        "desktop",
    ]
    .iter()
    .any(|word| folders.contains(word));
    if !is_group && folders.len() > 1 {
        let what = if is_machine { What::Host } else { What::User };
        found.push(Candidate::placed(name.start, name.end, what));
    }
}

/// A distinguished name's domain, `DC=acme,DC=example`, whose first part stands at `start`.
pub(super) fn distinguished(text: &str, start: usize, found: &mut Vec<Candidate>) -> usize {
    let bytes = text.as_bytes();
    let mut at = start;
    let mut first = None;
    let mut end = start;
    while starts_with(bytes, at, "dc=") {
        let part = at + 3;
        end = run_end(bytes, part, 63, |b| is_word(b) || b == b'-');
        first.get_or_insert(part);
        if byte(bytes, end) != b',' {
            break;
        }
        at = past_blanks(bytes, end + 1);
    }
    let is_name = first.is_some_and(|first| end > first && bytes[first..end].contains(&b','));
    if let Some(first) =
        first.filter(|_| is_name && !is_word(before(bytes, start)) && !ends_with(bytes, start, "_"))
    {
        found.push(Candidate::sure(first, end, What::Domain));
        entry(text, start, found);
    }
    end.max(start + 3)
}
