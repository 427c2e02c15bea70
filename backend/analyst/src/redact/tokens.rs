//! Tokens and keys that show what they are by their form, as their issuers document it.

use super::candidate::{Candidate, What};
use super::values::{before, byte, is_word, run_end, run_start, starts_with};

/// The characters of a token's body.
#[derive(Clone, Copy)]
enum Body {
    /// Letters and digits.
    Alphanumeric,
    /// Capitals and digits.
    Capitals,
    /// Letters, digits, `-` and `_` (base64url, RFC 4648).
    UrlSafe,
    /// `UrlSafe` and `.`, `=`, `~`, `+`, `/`.
    Wide,
    /// `UrlSafe`, `/` and `@`.
    Path,
    /// Hex digits.
    Hex,
}

impl Body {
    fn has(self, b: u8) -> bool {
        match self {
            Self::Alphanumeric => b.is_ascii_alphanumeric(),
            Self::Capitals => b.is_ascii_uppercase() || b.is_ascii_digit(),
            Self::UrlSafe => b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'),
            Self::Wide => {
                b.is_ascii_alphanumeric()
                    || matches!(b, b'-' | b'_' | b'.' | b'=' | b'~' | b'+' | b'/')
            }
            Self::Path => b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'/' | b'@'),
            Self::Hex => b.is_ascii_hexdigit(),
        }
    }
}

/// A form of token: how it begins, the word its placeholder shows, and its body with the least and
/// the greatest length.
pub(super) struct Form {
    pub(super) prefix: &'static str,
    label: &'static str,
    body: Body,
    least: usize,
    most: usize,
}

const fn form(
    prefix: &'static str,
    label: &'static str,
    body: Body,
    least: usize,
    most: usize,
) -> Form {
    Form {
        prefix,
        label,
        body,
        least,
        most,
    }
}

use Body::{Alphanumeric, Capitals, Hex, Path, UrlSafe, Wide};

/// The forms. Prefixes are matched with their case.
pub(super) const FORMS: &[Form] = &[
    form("AKIA", "AWS-KEY", Capitals, 16, 16),
    form("ASIA", "AWS-KEY", Capitals, 16, 16),
    form("ABIA", "AWS-KEY", Capitals, 16, 16),
    form("ACCA", "AWS-KEY", Capitals, 16, 16),
    form("amzn.mws.", "AWS-KEY", UrlSafe, 36, 36),
    form("LTAI", "ALIBABA-KEY", Alphanumeric, 12, 24),
    form("AIza", "GCP-KEY", UrlSafe, 35, 35),
    form("GOCSPX-", "GCP-KEY", UrlSafe, 24, 40),
    form("ya29.", "GCP-TOKEN", UrlSafe, 20, 2048),
    form("1//0", "GCP-TOKEN", UrlSafe, 40, 512),
    form("ghp_", "GITHUB-TOKEN", Alphanumeric, 30, 255),
    form("gho_", "GITHUB-TOKEN", Alphanumeric, 30, 255),
    form("ghu_", "GITHUB-TOKEN", Alphanumeric, 30, 255),
    form("ghs_", "GITHUB-TOKEN", Wide, 30, 1024),
    form("ghr_", "GITHUB-TOKEN", Alphanumeric, 30, 255),
    form("github_pat_", "GITHUB-TOKEN", UrlSafe, 40, 255),
    form("glpat-", "GITLAB-TOKEN", Wide, 20, 320),
    form("gldt-", "GITLAB-TOKEN", UrlSafe, 20, 64),
    form("glrt-", "GITLAB-TOKEN", Wide, 20, 320),
    form("glptt-", "GITLAB-TOKEN", UrlSafe, 20, 64),
    form("glcbt-", "GITLAB-TOKEN", UrlSafe, 20, 96),
    form("glft-", "GITLAB-TOKEN", UrlSafe, 20, 64),
    form("glsoat-", "GITLAB-TOKEN", UrlSafe, 20, 64),
    form("glimt-", "GITLAB-TOKEN", UrlSafe, 20, 64),
    form("glagent-", "GITLAB-TOKEN", UrlSafe, 20, 96),
    form("gloas-", "GITLAB-TOKEN", UrlSafe, 20, 96),
    form("GR1348941", "GITLAB-TOKEN", UrlSafe, 20, 64),
    form("xoxb-", "SLACK-TOKEN", UrlSafe, 10, 255),
    form("xoxp-", "SLACK-TOKEN", UrlSafe, 10, 255),
    form("xoxa-", "SLACK-TOKEN", UrlSafe, 10, 255),
    form("xoxr-", "SLACK-TOKEN", UrlSafe, 10, 255),
    form("xoxs-", "SLACK-TOKEN", UrlSafe, 10, 255),
    form("xoxo-", "SLACK-TOKEN", UrlSafe, 10, 255),
    form("xoxe-", "SLACK-TOKEN", UrlSafe, 10, 400),
    form("xoxe.xox", "SLACK-TOKEN", UrlSafe, 10, 400),
    form("xoxd-", "SLACK-TOKEN", Wide, 10, 400),
    form("xoxc-", "SLACK-TOKEN", UrlSafe, 10, 255),
    form("xapp-", "SLACK-TOKEN", UrlSafe, 20, 255),
    form("hooks.slack.com/services/", "SLACK-TOKEN", Wide, 20, 128),
    form("discord.com/api/webhooks/", "DISCORD-TOKEN", Wide, 40, 160),
    form("outlook.office.com/webhook/", "TEAMS-TOKEN", Path, 60, 255),
    form(
        "webhook.office.com/webhookb2/",
        "TEAMS-TOKEN",
        Path,
        60,
        255,
    ),
    form(
        "discordapp.com/api/webhooks/",
        "DISCORD-TOKEN",
        Wide,
        40,
        160,
    ),
    form("sk_live_", "STRIPE-KEY", Alphanumeric, 16, 255),
    form("sk_test_", "STRIPE-KEY", Alphanumeric, 16, 255),
    form("rk_live_", "STRIPE-KEY", Alphanumeric, 16, 255),
    form("rk_test_", "STRIPE-KEY", Alphanumeric, 16, 255),
    form("whsec_", "STRIPE-KEY", Wide, 24, 128),
    form("npm_", "NPM-TOKEN", Alphanumeric, 36, 36),
    form("pypi-", "PYPI-TOKEN", UrlSafe, 50, 1024),
    form("rubygems_", "RUBYGEMS-KEY", Hex, 48, 48),
    form("dckr_pat_", "DOCKER-TOKEN", UrlSafe, 20, 64),
    form("dckr_oat_", "DOCKER-TOKEN", UrlSafe, 20, 64),
    form("sk-proj-", "OPENAI-KEY", UrlSafe, 20, 255),
    form("sk-svcacct-", "OPENAI-KEY", UrlSafe, 20, 255),
    form("sk-admin-", "OPENAI-KEY", UrlSafe, 20, 255),
    form("sk-ant-", "ANTHROPIC-KEY", UrlSafe, 20, 255),
    form("sk-or-", "OPENROUTER-KEY", UrlSafe, 20, 255),
    form("sk-", "OPENAI-KEY", Alphanumeric, 32, 255),
    form("gsk_", "GROQ-KEY", Alphanumeric, 40, 64),
    form("xai-", "XAI-KEY", Alphanumeric, 60, 128),
    form("hf_", "HUGGINGFACE-TOKEN", Alphanumeric, 30, 64),
    form("r8_", "REPLICATE-TOKEN", Alphanumeric, 37, 40),
    form("pplx-", "PERPLEXITY-KEY", Alphanumeric, 40, 64),
    form("SG.", "SENDGRID-KEY", Wide, 60, 80),
    form("hvs.", "VAULT-TOKEN", UrlSafe, 20, 255),
    form("hvb.", "VAULT-TOKEN", UrlSafe, 20, 400),
    form("hvr.", "VAULT-TOKEN", UrlSafe, 20, 255),
    form("dop_v1_", "DIGITALOCEAN-TOKEN", Hex, 64, 64),
    form("doo_v1_", "DIGITALOCEAN-TOKEN", Hex, 64, 64),
    form("dor_v1_", "DIGITALOCEAN-TOKEN", Hex, 64, 64),
    form("shpat_", "SHOPIFY-TOKEN", Hex, 32, 32),
    form("shpss_", "SHOPIFY-TOKEN", Hex, 32, 32),
    form("shpca_", "SHOPIFY-TOKEN", Hex, 32, 32),
    form("shppa_", "SHOPIFY-TOKEN", Hex, 32, 32),
    form("sq0atp-", "SQUARE-TOKEN", UrlSafe, 22, 64),
    form("sq0csp-", "SQUARE-TOKEN", UrlSafe, 43, 64),
    form("glsa_", "GRAFANA-TOKEN", UrlSafe, 40, 64),
    form("glc_", "GRAFANA-TOKEN", Wide, 32, 400),
    form("lin_api_", "LINEAR-KEY", Alphanumeric, 32, 64),
    form("ntn_", "NOTION-TOKEN", Alphanumeric, 40, 64),
    form("figd_", "FIGMA-TOKEN", UrlSafe, 32, 64),
    form("AGE-SECRET-KEY-1", "PRIVATE-KEY", Capitals, 58, 58),
    form("PMAK-", "POSTMAN-KEY", UrlSafe, 50, 70),
    form("sbp_", "SUPABASE-KEY", Hex, 40, 40),
    form("ATATT3", "ATLASSIAN-TOKEN", Wide, 40, 255),
    form("ATCTT3", "ATLASSIAN-TOKEN", Wide, 40, 255),
    form("ATBB", "ATLASSIAN-TOKEN", Alphanumeric, 24, 36),
    form("dapi", "DATABRICKS-TOKEN", Hex, 32, 32),
    form("NRAK-", "NEWRELIC-KEY", Capitals, 27, 27),
    form("pul-", "PULUMI-TOKEN", Hex, 40, 40),
    form("tskey-", "TAILSCALE-KEY", UrlSafe, 20, 96),
    form("oy2", "NUGET-KEY", Alphanumeric, 43, 43),
    form("sntrys_", "SENTRY-TOKEN", Wide, 40, 400),
    form("sntryu_", "SENTRY-TOKEN", Hex, 64, 64),
    form("dp.pt.", "DOPPLER-TOKEN", Alphanumeric, 40, 44),
    form("FlyV1 fm", "FLY-TOKEN", Wide, 40, 1024),
    form("ops_eyJ", "ONEPASSWORD-TOKEN", Wide, 100, 2048),
    form("key-", "MAILGUN-KEY", Hex, 32, 32),
    form("EAACEdEose0cBA", "FACEBOOK-TOKEN", Alphanumeric, 10, 255),
    form("PSEC-", "TOKEN", UrlSafe, 30, 128),
];

/// A token whose prefix stands, in any case, at `start`.
pub(super) fn token(text: &str, start: usize, form: &Form, found: &mut Vec<Candidate>) {
    let bytes = text.as_bytes();
    if !bytes[start..].starts_with(form.prefix.as_bytes()) || is_inside(bytes, start) {
        return;
    }
    let body = start + form.prefix.len();
    let mut end = run_end(bytes, body, form.most + 1, |b| form.body.has(b));
    if matches!(form.body, Wide) {
        while end > body && matches!(bytes[end - 1], b'.' | b'-' | b'+' | b'/') {
            end -= 1;
        }
    }
    let length = end - body;
    if length < form.least || length > form.most || byte(bytes, end).is_ascii_alphanumeric() {
        return;
    }
    let part = &bytes[body..end];
    let has_digit = part.iter().any(u8::is_ascii_digit);
    let differs = part.iter().any(|b| *b != part[0]);
    let is_mixed =
        part.iter().any(u8::is_ascii_lowercase) && part.iter().any(u8::is_ascii_uppercase);
    if !(has_digit || length >= 40 || length >= 30 && is_mixed) || !differs {
        return;
    }
    // The addresses of webhooks stay readable up to what is secret in them.
    let start = match form.prefix.ends_with('/') {
        true => body,
        false => start,
    };
    found.push(Candidate::sure(start, end, What::Secret(form.label)));
    if form.label == "AWS-KEY" {
        secret_beside(bytes, end, found);
    }
}

/// Whether a prefix at `start` is the middle of a word; `\n`, as strings write it, ends one.
fn is_inside(bytes: &[u8], start: usize) -> bool {
    let lead = before(bytes, start);
    let is_escape = start >= 2 && bytes[start - 2] == b'\\' && matches!(lead, b'n' | b't' | b'r');
    (is_word(lead) && lead != b'_' && !is_escape)
        || (lead == b'-'
            && byte(bytes, start) != b's'
            && start >= 2
            && is_word(bytes[start - 2])
            && byte(bytes, start) == b'k')
}

/// The secret access key (40 characters of base64) that stands beside a key id.
fn secret_beside(bytes: &[u8], end: usize, found: &mut Vec<Candidate>) {
    let is_letter = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/');
    let mut at = end;
    let stop = bytes.len().min(end + 96);
    while at < stop {
        if bytes[at] == b'\n' {
            return;
        }
        if !is_letter(bytes[at]) {
            at += 1;
            continue;
        }
        let last = run_end(bytes, at, 64, is_letter);
        let part = &bytes[at..last];
        if part.len() == 40
            && part.iter().any(u8::is_ascii_uppercase)
            && part.iter().any(u8::is_ascii_lowercase)
            && part.iter().any(u8::is_ascii_digit)
        {
            found.push(Candidate::sure(at, last, What::Secret("AWS-KEY")));
            return;
        }
        at = last;
    }
}

/// A JSON web token (RFC 7519) that begins at `start` with `eyJ`; a cut one too. Says how far it was
/// read.
pub(super) fn jwt(bytes: &[u8], start: usize, found: &mut Vec<Candidate>) -> usize {
    if !bytes[start..].starts_with(b"eyJ") || is_inside(bytes, start) {
        return start;
    }
    let part = |at: usize| run_end(bytes, at, 16 * 1024, |b| UrlSafe.has(b) || b == b'=');
    let header = part(start);
    if header - start < 12
        || byte(bytes, header) != b'.'
        || !bytes[header + 1..].starts_with(b"eyJ")
    {
        // An encrypted one (RFC 7516) has five parts, and no claims to read.
        let mut end = header;
        let mut parts = 1;
        while parts < 5 && byte(bytes, end) == b'.' && header - start >= 12 {
            end = part(end + 1);
            parts += 1;
        }
        if parts == 5 {
            found.push(Candidate::sure(start, end, What::Secret("JWT")));
        }
        return header;
    }
    let mut end = part(header + 1);
    if end - header < 8 {
        return end;
    }
    if byte(bytes, end) == b'.' {
        let signature = part(end + 1);
        end = if signature > end + 1 { signature } else { end };
    }
    found.push(Candidate::sure(start, end, What::Secret("JWT")));
    end
}

/// A token of HCP Terraform, whose `.atlasv1.` stands at `start..end`.
pub(super) fn atlas(bytes: &[u8], start: usize, end: usize, found: &mut Vec<Candidate>) {
    let first = run_start(bytes, start, 15, |b| b.is_ascii_alphanumeric());
    let last = run_end(bytes, end, 96, |b| UrlSafe.has(b));
    if start - first == 14 && last - end >= 60 {
        found.push(Candidate::sure(
            first,
            last,
            What::Secret("TERRAFORM-TOKEN"),
        ));
    }
}

/// A Telegram bot's token, `123456789:AA…`, whose colon stands at `colon`.
pub(super) fn telegram(bytes: &[u8], colon: usize, found: &mut Vec<Candidate>) {
    let mut start = run_start(bytes, colon, 11, |b| b.is_ascii_digit());
    let end = run_end(bytes, colon + 1, 64, |b| UrlSafe.has(b));
    if !(8..=10).contains(&(colon - start))
        || !(33..=36).contains(&(end - colon - 1))
        || !starts_with(bytes, colon + 1, "AA")
    {
        return;
    }
    if is_word(before(bytes, start)) && !super::values::ends_with(bytes, start, "bot") {
        start = colon;
    }
    if start < colon {
        found.push(Candidate::sure(start, end, What::Secret("TELEGRAM-TOKEN")));
    }
}

/// A Discord bot's token, three parts of base64url of which the second has six characters; `dot` is
/// the first dot.
pub(super) fn discord(bytes: &[u8], dot: usize, found: &mut Vec<Candidate>) {
    if byte(bytes, dot + 7) != b'.' {
        return;
    }
    let start = run_start(bytes, dot, 30, |b| UrlSafe.has(b));
    let end = run_end(bytes, dot + 8, 48, |b| UrlSafe.has(b));
    let middle = &bytes[dot + 1..dot + 7];
    if (23..=28).contains(&(dot - start))
        && (27..=40).contains(&(end - dot - 8))
        && matches!(bytes[start], b'M' | b'N' | b'O')
        && middle.iter().all(|b| UrlSafe.has(*b))
    {
        found.push(Candidate::sure(start, end, What::Secret("DISCORD-TOKEN")));
    }
}

/// A client secret of Microsoft Entra ID, which has `Q~` behind a digit; `mark` is the place of `Q~`.
pub(super) fn entra(bytes: &[u8], mark: usize, found: &mut Vec<Candidate>) {
    if !bytes[mark..].starts_with(b"Q~") {
        return;
    }
    let is = |b: u8| UrlSafe.has(b) || matches!(b, b'~' | b'.');
    let start = run_start(bytes, mark, 5, is);
    let end = run_end(bytes, mark + 2, 48, is);
    if mark - start == 4
        && bytes[mark - 1].is_ascii_digit()
        && (30..=36).contains(&(end - mark - 2))
    {
        found.push(Candidate::sure(start, end, What::Secret("AZURE-KEY")));
    }
}

/// A private key that begins at `start` (`-----BEGIN`), whole or cut.
pub(super) fn pem(text: &str, start: usize, found: &mut Vec<Candidate>) -> Option<usize> {
    let bytes = text.as_bytes();
    let title = run_end(bytes, start + 5, 64, |b| {
        b.is_ascii_uppercase() || b.is_ascii_digit() || b == b' '
    });
    let title = text.get(start + 5..title)?;
    if !title.contains("PRIVATE KEY") {
        return None;
    }
    let body = start + 5 + title.len() + run_end(bytes, start + 5 + title.len(), 5, |b| b == b'-')
        - (start + 5 + title.len());
    let closing = find_within(bytes, body, 64 * 1024, b"-----END").map(|at| {
        let end = run_end(bytes, at + 5, 64, |b| {
            b.is_ascii_uppercase() || b.is_ascii_digit() || b == b' '
        });
        run_end(bytes, end, 5, |b| b == b'-')
    });
    let end = match closing {
        Some(end) => end,
        // Cut: as far as it reads like a key's lines.
        None => key_lines_end(bytes, body),
    };
    found.push(Candidate::sure(start, end, What::Secret("PRIVATE-KEY")));
    Some(end)
}

/// The end of a private key of which the beginning was cut off: `start` is the place of `-----END`.
pub(super) fn pem_end(text: &str, start: usize, found: &mut Vec<Candidate>) {
    let bytes = text.as_bytes();
    let title = run_end(bytes, start + 5, 64, |b| {
        b.is_ascii_uppercase() || b.is_ascii_digit() || b == b' '
    });
    if !text
        .get(start + 5..title)
        .is_some_and(|title| title.contains("PRIVATE KEY"))
    {
        return;
    }
    let end = run_end(bytes, title, 5, |b| b == b'-');
    let mut first = start;
    for _ in 0..1024 {
        // Lines of a key, also when blanks have taken the place of their ends.
        let blank = run_start(bytes, first, 2, |b| b == b' ' || b == b'\t');
        let line = run_start(bytes, blank, 64 * 1024, is_key_line);
        if blank - line < 16 && line < blank || line == blank {
            break;
        }
        first = line;
    }
    while first < start && !bytes[first].is_ascii_alphanumeric() {
        first += 1;
    }
    found.push(Candidate::sure(first, end, What::Secret("PRIVATE-KEY")));
}

fn is_key_line(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=' | b'\n' | b'\r' | b'\\')
}

fn key_lines_end(bytes: &[u8], body: usize) -> usize {
    let is = |b: u8| is_key_line(b) || matches!(b, b' ' | b'\t' | b':' | b',' | b'-');
    let mut end = run_end(bytes, body, 64 * 1024, is);
    while end > body && !is_key_line(bytes[end - 1]) {
        end -= 1;
    }
    end
}

fn find_within(bytes: &[u8], from: usize, most: usize, needle: &[u8]) -> Option<usize> {
    let end = bytes.len().min(from + most);
    memchr::memmem::find(bytes.get(from..end)?, needle).map(|at| from + at)
}

/// The private part of a key file of PuTTY, whose `Private-Lines:` stands at `start`. Says
/// where it ends.
pub(super) fn putty(bytes: &[u8], start: usize, found: &mut Vec<Candidate>) -> usize {
    let body = run_end(bytes, start + "Private-Lines:".len(), 8, |b| {
        b == b' ' || b.is_ascii_digit()
    });
    let end = match find_within(bytes, body, 32 * 1024, b"Private-MAC:") {
        Some(mac) => run_end(bytes, mac + "Private-MAC:".len(), 80, |b| {
            b == b' ' || b.is_ascii_hexdigit()
        }),
        None => run_end(bytes, body, 32 * 1024, is_key_line),
    };
    found.push(Candidate::sure(start, end, What::Secret("PRIVATE-KEY")));
    end
}

/// A password's hash in the modular crypt format, or a Kerberos ticket's, that begins at `start`
/// with `$`. Says how far it was read.
pub(super) fn crypt_hash(
    bytes: &[u8],
    start: usize,
    prefix: usize,
    found: &mut Vec<Candidate>,
) -> usize {
    let is = |b: u8| {
        b.is_ascii_alphanumeric()
            || matches!(
                b,
                b'.' | b'/' | b'$' | b'=' | b',' | b'+' | b'*' | b'@' | b'_' | b'-' | b'#' | b':'
            )
    };
    let is_ticket = starts_with(bytes, start, "$krb5") || starts_with(bytes, start, "$dcc2");
    let mut end = run_end(bytes, start, 16 * 1024, |b| {
        is(b) && (b != b':' || is_ticket)
    });
    while end > start && matches!(bytes[end - 1], b'.' | b',' | b':') {
        end -= 1;
    }
    if end - start >= prefix + 20 {
        found.push(Candidate::sure(start, end, What::Secret("PASSWORD-HASH")));
    }
    end
}

/// LM and NT hashes joined by the colon at `colon`.
pub(super) fn hash_pair(bytes: &[u8], colon: usize, found: &mut Vec<Candidate>) {
    let Some(start) = colon.checked_sub(32) else {
        return;
    };
    let is_hex = |from: usize| {
        bytes
            .get(from..from + 32)
            .is_some_and(|part| part.iter().all(u8::is_ascii_hexdigit))
    };
    if !is_hex(start) || !is_hex(colon + 1) {
        return;
    }
    let end = colon + 33;
    if is_word(before(bytes, start)) || is_word(byte(bytes, end)) {
        return;
    }
    // The LM hash of nothing, a dump's line, or a flag says that these are passwords'.
    let is_dump = starts_with(bytes, end, ":::");
    let is_empty = starts_with(bytes, start, "aad3b435b51404ee");
    let flag = super::values::ends_with(bytes, start, "hashes ")
        || super::values::ends_with(bytes, start, "-H ");
    // `bob:1105:…:::`, a line of a dump.
    let number = run_start(bytes, start.saturating_sub(1), 10, |b| b.is_ascii_digit());
    let name = run_start(bytes, number.saturating_sub(1), 64, |b| {
        is_word(b) || matches!(b, b'.' | b'-' | b'$')
    });
    if is_dump && before(bytes, start) == b':' && before(bytes, number) == b':' && name + 1 < number
    {
        found.push(Candidate::placed(name, number - 1, What::User));
    }
    if is_dump || is_empty || flag {
        found.push(Candidate::sure(start, end, What::Secret("PASSWORD-HASH")));
    }
}

/// A NetNTLM answer, `user::DOMAIN:challenge:proof:blob`, whose `::` stands at `mark`.
pub(super) fn net_ntlm(bytes: &[u8], mark: usize, found: &mut Vec<Candidate>) {
    let is_name = |b: u8| is_word(b) || matches!(b, b'.' | b'-' | b'$');
    let domain = run_end(bytes, mark + 2, 64, is_name);
    let is_hex = |b: u8| b.is_ascii_hexdigit();
    let challenge = run_end(bytes, domain + 1, 64, is_hex);
    if byte(bytes, domain) != b':' || challenge - domain < 17 || byte(bytes, challenge) != b':' {
        return;
    }
    let end = run_end(bytes, challenge + 1, 8 * 1024, |b| is_hex(b) || b == b':');
    let user = run_start(bytes, mark, 64, is_name);
    if end - challenge < 33 {
        return;
    }
    if user < mark {
        found.push(Candidate::placed(user, mark, What::User));
    }
    if domain > mark + 2 {
        found.push(Candidate::placed(mark + 2, domain, What::Domain));
    }
    found.push(Candidate::sure(
        domain + 1,
        end,
        What::Secret("PASSWORD-HASH"),
    ));
}
