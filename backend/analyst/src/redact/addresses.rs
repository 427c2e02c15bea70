//! What is found by its form: internal addresses, network cards' addresses, SIDs, e-mail addresses,
//! names of internal domains, and what URLs carry.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::candidate::{Candidate, What};
use super::known::{Names, labels_before};
use super::values::{before, byte, ends_with, is_word, run_end, run_start, starts_with};
use super::view::folded;
use super::{fields, words};

/// A name as Windows' and Amazon's set-up makes it for a machine, whose kind stands at `start..end`: `DESKTOP-8K3LMQ2`,
/// `LAPTOP-…`, `WIN-3F8K2L9QX1A`, `EC2AMAZ-1A2B3C4`, `ip-10-0-1-23`.
pub(super) fn generated_name(bytes: &[u8], start: usize, end: usize, found: &mut Vec<Candidate>) {
    let is_inside = |b: u8| is_word(b) || b == b'-';
    if is_inside(before(bytes, start)) {
        return;
    }
    let last = run_end(bytes, end, 16, is_inside);
    let made = &bytes[end..last];
    let is_made = match end - start {
        // Its first address.
        3 => {
            let parts = made.split(|b| *b == b'-');
            parts.clone().count() == 4
                && parts.into_iter().all(|part| {
                    (1..=3).contains(&part.len()) && part.iter().all(u8::is_ascii_digit)
                })
        }
        4 => made.len() == 11 && is_drawn(made),
        _ => matches!(made.len(), 7 | 8) && is_drawn(made),
    };
    if is_made {
        found.push(Candidate::placed(start, last, What::Host));
    }
}

/// Letters and digits as chance draws them.
fn is_drawn(made: &[u8]) -> bool {
    made.iter().all(u8::is_ascii_alphanumeric)
        && made.iter().any(u8::is_ascii_digit)
        && made.iter().any(u8::is_ascii_alphabetic)
}

/// Providers that give each customer a name of its own (small letters).
pub(super) const TENANTS: &[&str] = &[
    "onmicrosoft.com",
    "sharepoint.com",
    "okta.com",
    "auth0.com",
    "atlassian.net",
    "slack.com",
    "service-now.com",
    "my.salesforce.com",
    "zendesk.com",
];

/// Domains in which anybody may have a name (small letters).
const SHARED: &[&str] = &[
    "amazonaws.com",
    "compute.amazonaws.com",
    "azure.com",
    "cloudapp.azure.com",
    "azurewebsites.net",
    "windows.net",
    "core.windows.net",
    "microsoft.com",
    "onmicrosoft.com",
    "sharepoint.com",
    "cloudapp.net",
    "trafficmanager.net",
    "google.com",
    "googleapis.com",
    "googleusercontent.com",
    "appspot.com",
    "cloudfront.net",
    "akamai.net",
    "akamaiedge.net",
    "herokuapp.com",
    "github.com",
    "github.io",
    "gitlab.io",
    "pages.dev",
    "workers.dev",
    "netlify.app",
    "vercel.app",
    "digitalocean.com",
    "linode.com",
    "ovh.net",
    "dyndns.org",
    "duckdns.org",
    "no-ip.org",
    "in-addr.arpa",
    "ip6.arpa",
];

/// Whether anybody may have a name in a domain: a provider's, or the second level of a country's (`co.uk`).
pub(super) fn is_shared(domain: &str) -> bool {
    const SECOND: &[&str] = &[
        "co", "com", "net", "org", "gov", "edu", "ac", "or", "ne", "go", "gob", "mil", "nhs",
    ];
    let is_countrys = domain
        .split_once('.')
        .is_some_and(|(second, country)| country.len() == 2 && SECOND.contains(&second));
    is_countrys || SHARED.contains(&domain)
}

/// Whether an address belongs to a network of somebody's own: RFC 1918, RFC 6598, RFC 3927, RFC 4193,
/// RFC 4291 link-local. Loopback is not.
pub(super) fn is_internal(address: &IpAddr) -> bool {
    // Where clouds' metadata services answer is the same everywhere.
    const METADATA: [&str; 3] = ["169.254.169.254", "169.254.170.2", "fd00:ec2::254"];
    if METADATA.iter().any(|known| known.parse() == Ok(*address)) {
        return false;
    }
    match address {
        IpAddr::V4(v4) => {
            let [first, second, ..] = v4.octets();
            v4.is_private() || v4.is_link_local() || (first == 100 && second & 0xc0 == 64)
        }
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => is_internal(&IpAddr::V4(v4)),
            None => v6.is_unique_local() || v6.is_unicast_link_local(),
        },
    }
}

/// An IPv4 address whose first digit stands at `start`. With `any`, external ones too.
pub(super) fn ipv4(text: &str, start: usize, any: bool, found: &mut Vec<Candidate>) {
    let bytes = text.as_bytes();
    let lead = before(bytes, start);
    if is_word(lead) && !(lead == b'_' || escaped_break(bytes, start)) {
        return;
    }
    if lead == b'.' && before(bytes, start - 1).is_ascii_alphanumeric() {
        return;
    }
    if lead == b'-' && before(bytes, start - 1).is_ascii_digit() && !is_range(bytes, start - 1) {
        return;
    }
    let mut octets = [0_u8; 4];
    let mut at = start;
    for (number, octet) in octets.iter_mut().enumerate() {
        if number > 0 {
            if byte(bytes, at) != b'.' {
                return;
            }
            at += 1;
        }
        let end = run_end(bytes, at, 4, |b| b.is_ascii_digit());
        // `10.1.2.*`, `10.1.2.x`: a network.
        if number == 3 && end == at && matches!(byte(bytes, at), b'*' | b'x' | b'X') {
            at += 1;
            continue;
        }
        let digits = &text[at..end];
        let Ok(value) = digits.parse() else { return };
        if digits.len() > 1 && digits.starts_with('0') {
            return;
        }
        *octet = value;
        at = end;
    }
    let follows = byte(bytes, at);
    if (is_word(follows) && follows != b'_')
        || (follows == b'.' && is_word(byte(bytes, at + 1)) && !reversed_zone(bytes, at))
        || (follows == b'.' && is_file_name(text, at))
        || is_version(text, start)
    {
        return;
    }
    let address = IpAddr::V4(Ipv4Addr::from(octets));
    let is_named = !address.is_loopback() && !address.is_unspecified();
    if reversed_zone(bytes, at) {
        octets.reverse();
        let forward = IpAddr::V4(Ipv4Addr::from(octets));
        if is_internal(&forward) || (any && is_named) {
            found.push(Candidate::sure(start, at, What::Reversed));
        }
        return;
    }
    if is_internal(&address) || (any && is_named) {
        // A mapped address is one with what maps it.
        let mapped = run_start(bytes, start, 7, |b| {
            b == b':' || b.eq_ignore_ascii_case(&b'f')
        });
        let start = match starts_with(bytes, mapped, "::ffff:") && mapped + 7 == start {
            true => mapped,
            false => start,
        };
        found.push(Candidate::sure(start, at, What::Address));
    }
}

/// The address of a reverse lookup, `5.0.0.10.in-addr.arpa`, that ends at `end`.
pub(super) fn reversed(text: &str, end: usize, any: bool, found: &mut Vec<Candidate>) {
    let start = run_start(text.as_bytes(), end, 15, |b| {
        b.is_ascii_digit() || b == b'.'
    });
    ipv4(text, start, any, found);
}

/// Whether `\n`, `\t` or `\r`, as strings write them, stand before `at`.
fn escaped_break(bytes: &[u8], at: usize) -> bool {
    at >= 2 && bytes[at - 2] == b'\\' && matches!(bytes[at - 1], b'n' | b't' | b'r')
}

/// `10.0.0.1-10.0.0.9`: whether an address ends at the dash.
fn is_range(bytes: &[u8], dash: usize) -> bool {
    let start = run_start(bytes, dash, 15, |b| b.is_ascii_digit() || b == b'.');
    bytes[start..dash].iter().filter(|b| **b == b'.').count() == 3
}

fn reversed_zone(bytes: &[u8], at: usize) -> bool {
    starts_with(bytes, at, ".in-addr.arpa")
}

/// `lib-10.0.0.1.dll`
fn is_file_name(text: &str, dot: usize) -> bool {
    let bytes = text.as_bytes();
    let end = run_end(bytes, dot + 1, 8, |b| b.is_ascii_alphanumeric());
    words::is_file_ending(&text[dot + 1..end].to_ascii_lowercase())
}

/// Whether what stands before a number with three dots says that it is a version.
fn is_version(text: &str, start: usize) -> bool {
    let bytes = text.as_bytes();
    if matches!(before(bytes, start), b'v' | b'V') {
        return true;
    }
    let mut at = run_start(bytes, start, 12, |b| {
        matches!(
            b,
            b' ' | b'=' | b':' | b'"' | b'\'' | b'\t' | b'(' | b'>' | b'\\'
        )
    });
    if at == start && before(bytes, at) == b'/' {
        // `Chrome/10.0.0.1`, where no port follows.
        at -= 1;
        let name = run_start(bytes, at, 24, |b| b.is_ascii_alphabetic() || b == b'-');
        const PRODUCTS: &[&str] = &[
            "chrome",
            "safari",
            "firefox",
            "edg",
            "edge",
            "opr",
            "opera",
            "version",
            "mozilla",
            "applewebkit",
            "gecko",
            "trident",
            "windows",
            "curl",
            "wget",
            "java",
            "agent",
            "client",
            "update",
            "sensor",
            "build",
            "release",
        ];
        return PRODUCTS.contains(&text[name..at].to_ascii_lowercase().as_str());
    }
    if at > start {
        return false;
    }
    let word = run_start(bytes, at, 24, |b| {
        b.is_ascii_alphanumeric() || b == b'_' || b == b'-'
    });
    let word = text[word..at].to_ascii_lowercase();
    matches!(
        word.as_str(),
        "version"
            | "ver"
            | "build"
            | "release"
            | "revision"
            | "rev"
            | "upgrade"
            | "upgraded"
            | "section"
            | "chapter"
    ) || word.ends_with("version")
        || word.ends_with("_ver")
        || word.ends_with("-ver")
}

/// An IPv6 address around the colon at `colon`, if the group before it is one of an internal prefix.
pub(super) fn ipv6(text: &str, colon: usize, found: &mut Vec<Candidate>) {
    let bytes = text.as_bytes();
    let start = run_start(bytes, colon, 4, |b| b.is_ascii_hexdigit());
    if colon - start != 4
        || !bytes[start].eq_ignore_ascii_case(&b'f')
        || !matches!(bytes[start + 1] | 0x20, b'c' | b'd' | b'e')
        || is_word(before(bytes, start))
        || before(bytes, start) == b':'
    {
        return;
    }
    let end = run_end(bytes, start, 46, |b| {
        b.is_ascii_hexdigit() || matches!(b, b':' | b'.')
    });
    // `fe80::1:` and `fe80::1.` end before the last mark.
    let whole = text[start..end].trim_end_matches('.');
    let parsed = [whole, whole.strip_suffix(':').unwrap_or(whole)]
        .into_iter()
        .find_map(|form| {
            form.parse::<Ipv6Addr>()
                .ok()
                .map(|address| (form.len(), address))
        });
    let Some((length, address)) = parsed else {
        return;
    };
    if is_internal(&IpAddr::V6(address)) && !is_word(byte(bytes, start + length)) {
        found.push(Candidate::sure(start, start + length, What::Address));
    }
}

/// `00:1b:44:11:3a:b7` or with dashes, whose first mark stands at `mark`.
pub(super) fn mac(bytes: &[u8], mark: usize, found: &mut Vec<Candidate>) {
    let Some(start) = mark.checked_sub(2) else {
        return;
    };
    let sign = bytes[mark];
    let Some(form) = bytes.get(start..start + 17) else {
        return;
    };
    let is_form = form.iter().enumerate().all(|(at, b)| match at % 3 {
        2 => *b == sign,
        _ => b.is_ascii_hexdigit(),
    });
    if !is_form {
        return;
    }
    let (lead, follows) = (before(bytes, start), byte(bytes, start + 17));
    let goes_on = |b: u8| is_word(b) || b == sign;
    let is_part = goes_on(lead) && !(escaped_break(bytes, start))
        || (goes_on(follows) && byte(bytes, start + 18).is_ascii_hexdigit())
        || is_word(follows);
    let says_nothing = |digit: u8| {
        form.iter()
            .all(|b| *b == sign || b.eq_ignore_ascii_case(&digit))
    };
    let is_frame = is_frame(bytes, start, sign);
    if (is_frame || !is_part) && !says_nothing(b'0') && !says_nothing(b'f') {
        found.push(Candidate::sure(start, start + 17, What::Mac));
        if is_frame {
            found.push(Candidate::sure(start + 18, start + 35, What::Mac));
        }
        leaseholder(bytes, start + 17, found);
    }
}

/// `MAC=` of a netfilter line: the two addresses of a frame's head and its type, in one.
fn is_frame(bytes: &[u8], start: usize, sign: u8) -> bool {
    let end = run_end(bytes, start, 42, |b| b.is_ascii_hexdigit() || b == sign);
    ends_with(bytes, start, "MAC=") && end - start == 41
}

/// The machine in brackets behind a card's address, as DHCP's servers name whom they leased to.
fn leaseholder(bytes: &[u8], at: usize, found: &mut Vec<Candidate>) {
    let end = run_end(bytes, at + 2, 63, |b| {
        is_word(b) || matches!(b, b'-' | b'.')
    });
    if starts_with(bytes, at, " (") && byte(bytes, end) == b')' {
        found.push(Candidate::placed(at + 2, end, What::Host));
    }
}

/// `001b.4411.3ab7`, whose first dot stands at `dot`.
pub(super) fn dotted_mac(bytes: &[u8], dot: usize, found: &mut Vec<Candidate>) {
    let Some(start) = dot.checked_sub(4) else {
        return;
    };
    let Some(form) = bytes.get(start..start + 14) else {
        return;
    };
    let is_form = form.iter().enumerate().all(|(at, b)| match at % 5 {
        4 => *b == b'.',
        _ => b.is_ascii_hexdigit(),
    });
    let goes_on = |b: u8| is_word(b) || b == b'.' || b == b'-';
    let follows = byte(bytes, start + 14);
    let has_letters = form.iter().any(u8::is_ascii_alphabetic);
    let has_digits = form.iter().any(u8::is_ascii_digit);
    if is_form
        && has_letters
        && has_digits
        && !goes_on(before(bytes, start))
        && !is_word(follows)
        && !(follows == b'.' && is_word(byte(bytes, start + 15)))
    {
        found.push(Candidate::sure(start, start + 14, What::Mac));
    }
}

/// Whether a SID is of a customer's machine, domain or directory, and not well known.
pub(super) fn is_customers_sid(sid: &str) -> bool {
    let sid = sid.to_ascii_uppercase();
    sid.starts_with("S-1-5-21-") || sid.starts_with("S-1-12-1-")
}

/// A SID at `start` (`S-1-5-21-` or `S-1-12-1-` stand there).
pub(super) fn sid(bytes: &[u8], start: usize, found: &mut Vec<Candidate>) {
    if is_word(before(bytes, start)) && !escaped_break(bytes, start) {
        return;
    }
    let mut end = run_end(bytes, start + 1, 80, |b| b.is_ascii_digit() || b == b'-');
    while end > start && bytes[end - 1] == b'-' {
        end -= 1;
    }
    if bytes[start..end].iter().filter(|b| **b == b'-').count() >= 5 {
        found.push(Candidate::sure(start, end, What::Sid));
    }
}

/// Endings of names that only an own network knows.
pub(super) const INTERNAL_ENDINGS: &[&str] = &[
    ".local",
    ".corp",
    ".internal",
    ".lan",
    ".intranet",
    ".localdomain",
    ".intra",
    ".home.arpa",
    ".localnet",
];

/// Whether a folded name ends so.
pub(super) fn has_internal_ending(name: &str) -> bool {
    INTERNAL_ENDINGS
        .iter()
        .any(|ending| name.len() > ending.len() && name.ends_with(ending))
        && !words::is_no_host(name)
        && !name.ends_with(".docker.internal")
}

/// A name that ends with an internal ending, from `dot` to `end`.
pub(super) fn internal_name(
    text: &str,
    dot: usize,
    end: usize,
    names: &Names,
    found: &mut Vec<Candidate>,
) {
    let bytes = text.as_bytes();
    let follows = byte(bytes, end);
    if is_word(follows)
        || (follows == b'.' && is_word(byte(bytes, end + 1)))
        || (follows == b'-' && is_word(byte(bytes, end + 1)))
        || follows == b'('
    {
        return;
    }
    let mut start = run_start(bytes, dot, 200, |b| is_word(b) || matches!(b, b'-' | b'.'));
    while start < dot && !text.is_char_boundary(start) {
        start += 1;
    }
    if text[start..end].starts_with('_') || text[start..end].contains("._") {
        start = dot + 1 - labels_before(&bytes[..=dot]);
    }
    let name = &text[start..end];
    let lead = before(bytes, start);
    if name.starts_with(['.', '_']) || matches!(lead, b'$' | b'%' | b'{') || dot == start {
        return;
    }
    let trimmed = name.trim_start_matches('-');
    let start = end - trimmed.len();
    let name = folded(trimmed);
    let first = name.split('.').next().unwrap_or_default();
    const PACKAGES: &[&str] = &[
        "com",
        "org",
        "net",
        "io",
        "java",
        "javax",
        "jdk",
        "sun",
        "this",
        "self",
        "window",
        "env",
        "settings",
        "config",
        "docker-compose",
        "application",
        "appsettings",
        "module",
        "state",
        "storage",
        "chrome",
        "rc",
    ];
    if !has_internal_ending(&name) || PACKAGES.contains(&first) || name.contains("..") {
        return;
    }
    found.push(Candidate::sure(start, end, names.internal(&name)));
}

/// What an `@` joins: an e-mail address, or an account and its host.
pub(super) fn at_sign(text: &str, at: usize, found: &mut Vec<Candidate>) {
    let bytes = text.as_bytes();
    let is_local = |b: u8| is_word(b) || matches!(b, b'.' | b'+' | b'-' | b'\'');
    let mut start = run_start(bytes, at, 64, is_local);
    while start < at
        && !(bytes[start].is_ascii_alphanumeric() || bytes[start] >= 0x80 || bytes[start] == b'_')
    {
        start += 1;
    }
    while !text.is_char_boundary(start) {
        start += 1;
    }
    let is_domain = |b: u8| is_word(b) || matches!(b, b'.' | b'-');
    let mut end = run_end(bytes, at + 1, 253, is_domain);
    while end > at + 1 && matches!(bytes[end - 1], b'.' | b'-' | b'_') {
        end -= 1;
    }
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    if start == at || end == at + 1 {
        return;
    }
    // What stands between `//` and `@` is read with the URL.
    if in_authority(bytes, start) {
        return;
    }
    let domain = folded(&text[at + 1..end]);
    let last = domain.rsplit('.').next().unwrap_or_default();
    let is_dotted = domain.contains('.');
    let is_name = last.len() >= 2 && last.bytes().all(|b| b.is_ascii_alphabetic() || b >= 0x80);
    if text[start..at].eq_ignore_ascii_case("git") && is_dotted && !has_internal_ending(&domain) {
        return;
    }
    // `HTTP/web1.acme.example@ACME.EXAMPLE`: a service, its host and its realm.
    let is_service = before(bytes, start) == b'/'
        && is_word(before(bytes, start - 1))
        && !text[at + 1..end].bytes().any(|b| b.is_ascii_lowercase())
        && is_name;
    if is_service && is_dotted {
        found.push(Candidate::placed(start, at, What::Host));
        found.push(Candidate::placed(at + 1, end, What::Domain));
        return;
    }
    let is_remote = fields::is_remote_shell(bytes, start);
    if domain.parse::<Ipv4Addr>().is_ok() {
        found.push(Candidate::placed(start, at, What::User));
    } else if is_dotted && is_name && !words::is_file_ending(last) {
        if is_remote {
            found.push(Candidate::placed(start, at, What::User));
            found.push(Candidate::placed(at + 1, end, What::Host));
        } else {
            found.push(Candidate::sure(start, end, What::Email));
        }
    } else if !is_dotted {
        // `bob@web01:~$`, `[bob@web01 ~]$`
        let is_prompt = matches!(byte(bytes, end + 1), b'~' | b'/')
            && (byte(bytes, end) == b':'
                || before(bytes, start) == b'[' && byte(bytes, end) == b' ');
        let make = match is_remote || is_prompt {
            true => Candidate::placed,
            false => Candidate::if_known,
        };
        found.push(make(start, at, What::User));
        found.push(make(at + 1, end, What::Host));
    }
}

/// Whether `at` stands behind `//` with nothing but an account in between.
fn in_authority(bytes: &[u8], at: usize) -> bool {
    let start = run_start(bytes, at, 128, |b| {
        !matches!(b, b'/' | b' ' | b'"' | b'\'' | b'\n' | b'\t')
    });
    ends_with(bytes, start, "//")
}

/// What a URL carries before its path: account, password, an internal host. `mark` is the place of `://`.
pub(super) fn url(text: &str, mark: usize, found: &mut Vec<Candidate>) {
    let bytes = text.as_bytes();
    let scheme = run_start(bytes, mark, 24, |b| {
        b.is_ascii_alphanumeric() || matches!(b, b'+' | b'.' | b'-')
    });
    let scheme = text[scheme..mark].to_ascii_lowercase();
    let start = mark + 3;
    let is_end = |b: u8| {
        matches!(
            b,
            b'/' | b'?'
                | b'#'
                | b' '
                | b'\t'
                | b'\n'
                | b'\r'
                | b'"'
                | b'\''
                | b'`'
                | b'<'
                | b'>'
                | b'\\'
                | b'|'
                | 0
        )
    };
    let mut end = run_end(bytes, start, 512, |b| !is_end(b));
    // A password may hold a slash or another mark.
    if let Some(sign) = password_with_mark(bytes, start, end) {
        end = run_end(bytes, sign, 512, |b| !is_end(b));
    }
    let authority = &text[start..end.max(start)];
    let host = match authority.rfind('@') {
        Some(sign) => {
            let (user, password) = match authority[..sign].find(':') {
                Some(colon) => (colon, Some(colon + 1)),
                None => (sign, None),
            };
            if let Some(password) = password.filter(|password| *password < sign) {
                let value = &authority.as_bytes()[password..sign];
                if !super::values::is_reference(value, false) {
                    found.push(Candidate::sure(
                        start + password,
                        start + sign,
                        What::Secret("PASSWORD"),
                    ));
                }
            }
            if user > 0 {
                let is_token = password.is_none() && user >= 20 && scheme.starts_with("http");
                match is_token {
                    true => found.push(Candidate::sure(start, start + user, What::Secret("TOKEN"))),
                    false => found.push(Candidate::placed(start, start + user, What::User)),
                }
            }
            start + sign + 1
        }
        None => start,
    };
    const NETWORK: &[&str] = &[
        "http",
        "https",
        "ftp",
        "ftps",
        "sftp",
        "ssh",
        "smb",
        "cifs",
        "file",
        "ldap",
        "ldaps",
        "rdp",
        "vnc",
        "telnet",
        "mongodb",
        "postgres",
        "postgresql",
        "mysql",
        "mariadb",
        "redis",
        "rediss",
        "amqp",
        "amqps",
        "sqlserver",
        "mssql",
        "oracle",
        "nfs",
        "tcp",
        "udp",
        "ws",
        "wss",
        "git",
        "winrm",
        "kafka",
        "ldapi",
        "rsync",
        "scp",
        "imap",
        "smtp",
        "dav",
        "davs",
    ];
    let scheme = scheme.rsplit(':').next().unwrap_or_default();
    if NETWORK.contains(&scheme) {
        let length = run_end(bytes, host, 253, |b| is_word(b) || matches!(b, b'.' | b'-')) - host;
        let name = text.get(host..host + length).unwrap_or_default();
        let name = name.trim_end_matches(['.', '-']);
        let follows = (byte(bytes, host + length), byte(bytes, host + length + 1));
        let is_other = matches!(follows, (b'(' | b'$' | b'{' | b'[', _))
            || follows.0 == b':' && !follows.1.is_ascii_digit();
        if odd_address(name).is_some_and(|address| is_internal(&address.into())) {
            found.push(Candidate::sure(host, host + name.len(), What::Address));
        } else if !name.is_empty() && !name.contains('.') && !is_other {
            found.push(Candidate::placed(host, host + name.len(), What::Host));
        }
    }
}

/// An IPv4 address as browsers take it beside its plain form: `0xc0a80107`, `3232235786`, `012.0.0.017`.
fn odd_address(name: &str) -> Option<Ipv4Addr> {
    let part = |part: &str| -> Option<u32> {
        match part.get(..2) {
            Some("0x" | "0X") => u32::from_str_radix(&part[2..], 16).ok(),
            _ if part.len() > 1 && part.starts_with('0') => u32::from_str_radix(part, 8).ok(),
            _ => part.parse().ok(),
        }
    };
    let mut parts = name.split('.');
    let mut values = [0; 4];
    let mut count = 0;
    for value in values.iter_mut() {
        let Some(own) = parts.next() else { break };
        *value = part(own)?;
        count += 1;
    }
    if parts.next().is_some() || count == 0 {
        return None;
    }
    // The last part fills what the others leave.
    let last = values[count - 1];
    let room = 8 * (5 - u32::try_from(count).ok()?);
    if room < 32 && last >> room != 0 || values[..count - 1].iter().any(|value| *value > 255) {
        return None;
    }
    let lead = values[..count - 1]
        .iter()
        .zip([24, 16, 8])
        .map(|(value, place)| value << place)
        .sum::<u32>();
    let address = Ipv4Addr::from(lead | last);
    (address.to_string() != name && (count > 1 || last > 0xff_ffff)).then_some(address)
}

/// The `@` of `user:pass/word@host`, if what comes before it has no blank and no second `//`.
fn password_with_mark(bytes: &[u8], start: usize, end: usize) -> Option<usize> {
    let has_colon = bytes[start..end].contains(&b':');
    let has_sign = bytes[start..end].contains(&b'@');
    if !has_colon || has_sign || !matches!(byte(bytes, end), b'/' | b'#' | b'?') {
        return None;
    }
    // `host:443/path@x` is no password: digits up to the slash are a port.
    let colon = start + bytes[start..end].iter().position(|b| *b == b':')?;
    if bytes[colon + 1..end].iter().all(u8::is_ascii_digit) {
        return None;
    }
    let stop = run_end(bytes, end, 64, |b| {
        !matches!(b, b' ' | b'"' | b'\'' | b'\n' | b'@' | b'<')
    });
    (byte(bytes, stop) == b'@' && !bytes[end..stop].windows(2).any(|two| two == b"//"))
        .then_some(stop)
}
