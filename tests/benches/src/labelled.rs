//! Texts of which it is known what has to be hidden: templates of many shapes, filled with made
//! values. Forms of tokens are their issuers' documented ones; nothing here looks at the redactor.

use std::fmt::Write;

/// A text and what has to be hidden in it.
pub struct Labelled {
    /// The text.
    pub text: String,
    /// What has to be hidden: first and last character (exclusive), and the type's word.
    pub truth: Vec<(usize, usize, &'static str)>,
    /// Names that are told to be the customer's.
    pub known: KnownNames,
}

/// Names that are told to be the customer's.
#[derive(Clone, Default)]
pub struct KnownNames {
    /// Host names, short or full.
    pub hosts: Vec<String>,
    /// Accounts.
    pub users: Vec<String>,
    /// Domains, by their DNS or NetBIOS names.
    pub domains: Vec<String>,
    /// The customer's own terms.
    pub terms: Vec<String>,
}

/// A fixed sequence of choices (SplitMix64).
pub struct Choices(u64);

impl Choices {
    /// The sequence of a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end.max(1) as u64).unwrap_or_default()
    }

    fn one<'t>(&mut self, of: &[&'t str]) -> &'t str {
        of[self.below(of.len())]
    }

    fn text(&mut self, alphabet: &str, length: usize) -> String {
        let letters: Vec<char> = alphabet.chars().collect();
        (0..length)
            .map(|_| letters[self.below(letters.len())])
            .collect()
    }

    /// Like [`Self::text`], with at least a digit and a letter of each case.
    fn mixed(&mut self, alphabet: &str, length: usize) -> String {
        loop {
            let text = self.text(alphabet, length);
            let has = |is: fn(char) -> bool| text.chars().any(is);
            if has(|c| c.is_ascii_digit())
                && has(|c| c.is_ascii_lowercase())
                && has(|c| c.is_ascii_uppercase())
            {
                return text;
            }
        }
    }
}

const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const ALNUM: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const UPPER_DIGITS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const HEX: &str = "0123456789abcdef";
const BASE64: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL64: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const DIGITS: &str = "0123456789";

const FIRST: &[&str] = &[
    "anna", "mateusz", "ingrid", "carlos", "yuki", "fatima", "oleg", "priya", "henrik", "leila",
    "tobias", "chiara", "sanjay", "marta", "dmitri", "aisha", "bjorn", "noemi", "rafael", "svenja",
];
const LAST: &[&str] = &[
    "kowalski",
    "lindqvist",
    "okafor",
    "moreau",
    "tanaka",
    "haddad",
    "petrov",
    "iyer",
    "vanderberg",
    "rossi",
    "nguyen",
    "schroeder",
    "almeida",
    "novak",
    "ferrante",
    "osterman",
    "castellano",
    "brzezinski",
    "holmqvist",
    "abernathy",
];
const COMPANIES: &[&str] = &[
    "zentavo",
    "norvik",
    "halcyra",
    "brightfen",
    "ostermark",
    "quillonex",
    "tarvane",
    "meridax",
];

/// Who a text is about.
struct Cast {
    host: String,
    other_host: String,
    user: String,
    other_user: String,
    netbios: String,
    dns: String,
    mail: String,
    term: String,
}

fn cast(choices: &mut Choices) -> Cast {
    let company = choices.one(COMPANIES);
    let host = |choices: &mut Choices| {
        let number = 10 + choices.below(980);
        match choices.below(4) {
            0 => format!(
                "{}-{}-{number}",
                choices.text(UPPER, 3),
                choices.one(&["WS", "LT", "PC", "SRV"])
            ),
            1 => format!(
                "{}{}{number:03}",
                choices.text(UPPER, 3),
                choices.one(&["DC", "SQL", "FS", "WEB"])
            ),
            2 => format!(
                "DESKTOP-{}",
                choices.text("ABCDEFGHJKLMNPQRSTUVW0123456789", 6) + "7"
            ),
            _ => format!(
                "{}-{}{number}",
                choices.one(LAST),
                choices.one(&["vm", "node", "app"])
            ),
        }
    };
    let user = |choices: &mut Choices| {
        let (first, last) = (choices.one(FIRST), choices.one(LAST));
        match choices.below(4) {
            0 => format!("{}.{last}", &first[..1]),
            1 => format!("{first}.{last}"),
            2 => format!("{}{last}", &first[..1]),
            _ => format!("svc_{last}{}", choices.below(90) + 10),
        }
    };
    Cast {
        host: host(choices),
        other_host: host(choices),
        user: user(choices),
        other_user: user(choices),
        netbios: company.to_ascii_uppercase(),
        dns: format!(
            "{company}.{}",
            choices.one(&["local", "corp", "internal", "lan"])
        ),
        mail: format!("{company}.{}", choices.one(&["com", "de", "co.uk", "io"])),
        term: format!(
            "{} {}",
            choices.one(&["Project", "Operation", "Platform"]),
            choices.one(&["Nightglass", "Verdigris", "Oriole", "Saltmarsh"])
        ),
    }
}

/// Any case that systems write a name in.
fn in_some_case(choices: &mut Choices, name: &str) -> String {
    match choices.below(4) {
        0 => name.to_ascii_uppercase(),
        1 => name.to_ascii_lowercase(),
        _ => name.to_owned(),
    }
}

fn password(choices: &mut Choices) -> String {
    match choices.below(4) {
        0 => format!(
            "{}{}{}",
            choices.one(&["Winter", "Sommer", "Zebra", "Falkon"]),
            1000 + choices.below(9000),
            choices.one(&["!", "#", "?", ""])
        ),
        1 => choices.mixed(ALNUM, 12) + "9x",
        2 => format!("P{}@ss{}w0rd", choices.below(10), choices.below(100)),
        _ => format!(
            "{}-{}-{}",
            choices.mixed(ALNUM, 4),
            choices.mixed(ALNUM, 5),
            choices.mixed(ALNUM, 4)
        ),
    }
}

/// A token of a documented form.
fn token(choices: &mut Choices, which: &str) -> String {
    match which {
        "aws" => format!(
            "{}{}",
            choices.one(&["AKIA", "ASIA"]),
            choices.text(UPPER_DIGITS, 15) + "7"
        ),
        "awssecret" => choices.mixed(BASE64, 40),
        "github" => format!(
            "{}{}",
            choices.one(&["ghp_", "gho_", "ghu_", "ghs_", "ghr_"]),
            choices.mixed(ALNUM, 36)
        ),
        "githubfine" => format!(
            "github_pat_{}_{}",
            choices.mixed(ALNUM, 22),
            choices.mixed(ALNUM, 59)
        ),
        "gitlab" => format!("glpat-{}", choices.mixed(ALNUM, 20)),
        "slack" => format!(
            "{}-{}-{}-{}",
            choices.one(&["xoxb", "xoxp"]),
            choices.text("123456789", 12),
            choices.text("123456789", 12),
            choices.mixed(ALNUM, 24)
        ),
        "stripe" => format!(
            "{}{}",
            choices.one(&["sk_live_", "rk_live_", "sk_test_"]),
            choices.mixed(ALNUM, 24)
        ),
        "npm" => format!("npm_{}", choices.mixed(ALNUM, 36)),
        "pypi" => format!("pypi-AgEIcHlwaS5vcmc{}", choices.mixed(URL64, 120) + "Q"),
        "openai" => format!(
            "{}{}",
            choices.one(&["sk-proj-", "sk-svcacct-", "sk-"]),
            choices.mixed(ALNUM, 48)
        ),
        "telegram" => format!(
            "{}:AA{}",
            choices.text("123456789", 10),
            choices.mixed(ALNUM, 33)
        ),
        "discord" => format!(
            "M{}.{}.{}",
            choices.mixed(ALNUM, 23),
            choices.mixed(ALNUM, 6),
            choices.mixed(ALNUM, 27)
        ),
        "sendgrid" => format!(
            "SG.{}.{}",
            choices.mixed(ALNUM, 22),
            choices.mixed(ALNUM, 43)
        ),
        "twilio" => format!("SK{}", choices.text(HEX, 31) + "4"),
        "google" => format!("AIza{}", choices.mixed(ALNUM, 35)),
        "jwt" => format!(
            "eyJ{}.eyJ{}.{}",
            choices.mixed(ALNUM, 33),
            choices.mixed(ALNUM, 70),
            choices.mixed(ALNUM, 43)
        ),
        "azure" => format!("{}8Q~{}", choices.text(ALNUM, 3), choices.mixed(ALNUM, 34)),
        "storage" => choices.mixed(BASE64, 86) + "==",
        "vault" => format!("hvs.{}", choices.mixed(ALNUM, 90)),
        "digitalocean" => format!("dop_v1_{}", choices.text(HEX, 64)),
        "hex" => choices.text(HEX, 31) + "7",
        "opaque" => choices.mixed(ALNUM, 40),
        "nt" => choices.text(HEX, 32),
        "crypt" => format!(
            "$6${}${}",
            choices.mixed(ALNUM, 8),
            choices.mixed(ALNUM, 86)
        ),
        "krb" => format!(
            "$krb5tgs$23$*svc$X$x/y*${}${}",
            choices.text(HEX, 32),
            choices.text(HEX, 200)
        ),
        _ => unreachable!("no such token: {which}"),
    }
}

fn internal_address(choices: &mut Choices) -> String {
    let byte = |choices: &mut Choices| choices.below(250) + 1;
    let (a, b, c) = (byte(choices), byte(choices), byte(choices));
    match choices.below(4) {
        0 => format!("10.{a}.{b}.{c}"),
        1 => format!("192.168.{b}.{c}"),
        2 => format!("172.{}.{b}.{c}", 16 + choices.below(16)),
        _ => format!("100.{}.{b}.{c}", 64 + choices.below(64)),
    }
}

fn public_address(choices: &mut Choices) -> String {
    format!(
        "{}.{}.{}.{}",
        choices.one(&["203", "198", "8", "45", "185", "93"]),
        choices.below(255),
        choices.below(255),
        choices.below(254) + 1
    )
}

/// Fills one `{slot}` of a template.
fn fill(text: &mut Labelled, slot: &str, cast: &Cast, choices: &mut Choices) {
    let (slot, argument) = slot.split_once(':').unwrap_or((slot, ""));
    let (value, kind) = match slot {
        "host" => (in_some_case(choices, &cast.host), "host"),
        "host2" => (in_some_case(choices, &cast.other_host), "host"),
        "fqdn" => (
            format!("{}.{}", in_some_case(choices, &cast.host), cast.dns),
            "host",
        ),
        "user" => (in_some_case(choices, &cast.user), "user"),
        "user2" => (cast.other_user.clone(), "user"),
        "domain" => (cast.netbios.clone(), "domain"),
        "dns" => (in_some_case(choices, &cast.dns), "domain"),
        "subdomain" => (
            format!(
                "{}.{}",
                choices.one(&["wiki", "intranet", "portal", "vpn"]),
                cast.dns
            ),
            "domain",
        ),
        "email" => (
            format!("{}@{}", in_some_case(choices, &cast.user), cast.mail),
            "email",
        ),
        "foreignmail" => (
            format!("{}@{}.example", choices.one(LAST), choices.one(FIRST)),
            "email",
        ),
        "ip" => (internal_address(choices), "ip"),
        "ip6" => (
            format!(
                "{}:{}::{}",
                choices.one(&["fd12", "fe80", "fdab", "fc00"]),
                choices.text("123456789", 2),
                choices.text(HEX, 3) + "1"
            ),
            "ip",
        ),
        "mac" => {
            let sign = choices.one(&[":", "-"]);
            let groups: Vec<String> = (0..6)
                .map(|at| {
                    if at == 0 {
                        "3c".to_owned()
                    } else {
                        choices.text(HEX, 2)
                    }
                })
                .collect();
            (groups.join(sign), "mac")
        }
        "sid" => (
            format!(
                "S-1-5-21-{}-{}-{}-{}",
                choices.text("123456789", 10),
                choices.text("123456789", 9),
                choices.text("123456789", 10),
                1000 + choices.below(8000)
            ),
            "sid",
        ),
        "term" => (cast.term.clone(), "term"),
        "pw" => (password(choices), "secret"),
        "t" => (token(choices, argument), "secret"),
        // What stays.
        "pubip" => (public_address(choices), ""),
        "pubdomain" => (
            format!(
                "{}-{}.{}",
                choices.one(&["cdn", "update", "files", "static"]),
                choices.text("abcdefgh", 5),
                choices.one(&["com", "net", "ru", "xyz"])
            ),
            "",
        ),
        "sha256" => (choices.text(HEX, 64), ""),
        "md5" => (choices.text(HEX, 32), ""),
        "guid" => (
            format!(
                "{}-{}-4{}-a{}-{}",
                choices.text(HEX, 8),
                choices.text(HEX, 4),
                choices.text(HEX, 3),
                choices.text(HEX, 3),
                choices.text(HEX, 12)
            ),
            "",
        ),
        "n" => (choices.text("123456789", 1) + &choices.text(DIGITS, 3), ""),
        _ => unreachable!("no such slot: {slot}"),
    };
    let start = text.text.chars().count();
    text.text.push_str(&value);
    if !kind.is_empty() {
        let end = start + value.chars().count();
        text.truth.push((start, end, kind));
    }
}

/// One text of a template.
fn filled(template: &str, is_told: bool, choices: &mut Choices) -> Labelled {
    let cast = cast(choices);
    let mut text = Labelled {
        text: String::new(),
        truth: Vec::new(),
        known: KnownNames::default(),
    };
    if is_told {
        text.known = KnownNames {
            hosts: vec![cast.host.clone(), cast.other_host.clone()],
            users: vec![
                format!("{}\\{}", cast.netbios, cast.user),
                cast.other_user.clone(),
            ],
            domains: vec![cast.dns.clone(), cast.mail.clone()],
            terms: vec![cast.term.clone()],
        };
    }
    let mut rest = template;
    while let Some(open) = rest.find("⟨") {
        text.text.push_str(&rest[..open]);
        let after = &rest[open + '⟨'.len_utf8()..];
        let close = after.find('⟩').unwrap_or(after.len());
        fill(&mut text, &after[..close], &cast, choices);
        rest = after.get(close + '⟩'.len_utf8()..).unwrap_or_default();
    }
    text.text.push_str(rest);
    text
}

/// `rounds` texts of each template, in a fixed order.
pub fn corpus(rounds: usize) -> Vec<Labelled> {
    let mut choices = Choices::new(0x5eed);
    let mut texts = Vec::new();
    for _ in 0..rounds {
        for template in TOLD {
            texts.push(filled(template, true, &mut choices));
        }
        for template in UNTOLD {
            texts.push(filled(template, false, &mut choices));
        }
        for template in NOTHING {
            let is_told = choices.below(2) == 0;
            texts.push(filled(template, is_told, &mut choices));
        }
    }
    texts
}

/// The corpus as one log, for speed: what is said of it is measured, not judged.
pub fn log(bytes: usize) -> String {
    let mut choices = Choices::new(7);
    let mut log = String::with_capacity(bytes + 512);
    let ordinary = crate::command_lines(240);
    let mut number = 0;
    while log.len() < bytes {
        let line = match number % 8 {
            0 => filled(TOLD[number / 8 % TOLD.len()], true, &mut choices).text,
            1 => filled(UNTOLD[number / 8 % UNTOLD.len()], false, &mut choices).text,
            2 | 3 => filled(NOTHING[number / 4 % NOTHING.len()], false, &mut choices).text,
            _ => ordinary[number % ordinary.len()].clone(),
        };
        number += 1;
        let _written = writeln!(log, "{line}");
    }
    log
}

/// Texts whose names are told.
const TOLD: &[&str] = &[
    r"cmd.exe /c copy report.xlsx \\⟨host⟩\finance$\⟨user⟩",
    r"The process ran on ⟨host⟩ as ⟨domain⟩\⟨user⟩ at 10:14.",
    r"⟨user⟩ logged on to ⟨host⟩ from ⟨ip⟩ (logon type 10)",
    r"powershell -c Get-ChildItem C:\Users\⟨user⟩\Documents -Recurse",
    r#"{"hostname":"⟨host⟩","user_name":"⟨user⟩","local_ip":"⟨ip⟩","mac_address":"⟨mac⟩"}"#,
    r"Resolve-DnsName ⟨fqdn⟩ -Server ⟨ip⟩",
    r"https://⟨fqdn⟩:8443/api/v1/status?node=⟨host2⟩",
    r"ping -n 1 ⟨host⟩ && net view \\⟨host2⟩",
    r"mail from ⟨email⟩ to ⟨foreignmail⟩ subject Invoice",
    r"schtasks /create /s ⟨host⟩ /u ⟨domain⟩\⟨user⟩ /p ⟨pw⟩ /tn Upd /tr C:\Windows\Temp\a.exe",
    r"wmic /node:⟨host⟩ /user:⟨domain⟩\⟨user⟩ /password:⟨pw⟩ process call create calc.exe",
    r"psexec.exe \\⟨host⟩ -u ⟨domain⟩\⟨user⟩ -p ⟨pw⟩ cmd.exe",
    r"net use Z: \\⟨host⟩\share ⟨pw⟩ /user:⟨domain⟩\⟨user⟩ /persistent:yes",
    r"the ⟨term⟩ plan was opened by ⟨user⟩ on ⟨host⟩",
    r"⟨host⟩.zip, backup_⟨host⟩_full.bak and ⟨user⟩.pst were packed",
    r"Account Name:		⟨user⟩  Account Domain:		⟨domain⟩  Security ID:		⟨sid⟩",
    r"LDAP://⟨dns⟩ query (samaccountname=⟨user⟩)",
    r"curl -k https://⟨host⟩/login -d user=⟨user⟩",
    r"ssh ⟨user⟩@⟨host⟩ 'sudo tail -n 50 /var/log/syslog'",
    r"rundll32 C:\Users\⟨user⟩\AppData\Local\Temp\x.dll,Start ⟨pubip⟩ 443",
    r"Kerberos ticket for ⟨user⟩ at ⟨dns⟩ from ⟨ip⟩",
    r"cmd /c echo ⟨host⟩ > \\⟨host2⟩\c$\ProgramData\list.txt",
    "⟨host⟩\t⟨ip⟩\t⟨mac⟩\t⟨user⟩\tok",
    r"explorer.exe \\⟨dns⟩\netlogon\⟨user⟩.bat",
    r"Tell me what ⟨user⟩ did on ⟨host⟩, and whether ⟨host2⟩ is touched.",
    r"Invoke-Command -ComputerName ⟨host⟩,⟨host2⟩ -ScriptBlock { whoami }",
    r"runas /user:⟨domain⟩\⟨user⟩ cmd.exe",
    r"dir \\⟨ip⟩\c$\Users\⟨user⟩\Desktop",
    r#""C:\\Users\\⟨user⟩\\AppData\\Roaming\\⟨guid⟩.tmp""#,
    r"⟨user⟩'s machine ⟨host⟩ asked ⟨pubdomain⟩ for ⟨pubip⟩",
];

/// Texts of which nothing is told: forms and places alone.
const UNTOLD: &[&str] = &[
    r"aws configure set aws_access_key_id ⟨t:aws⟩",
    r"export AWS_SECRET_ACCESS_KEY=⟨t:awssecret⟩",
    r"aws_secret_access_key = ⟨t:awssecret⟩",
    r#"{"accessKeyId": "⟨t:aws⟩", "secretAccessKey": "⟨t:awssecret⟩"}"#,
    r"git clone https://⟨t:github⟩@github.com/org/repo.git",
    r"GITHUB_TOKEN=⟨t:githubfine⟩ gh api /user",
    r#"curl -H "Authorization: token ⟨t:github⟩" https://api.github.com/user"#,
    r#"curl --header "PRIVATE-TOKEN: ⟨t:gitlab⟩" https://gitlab.com/api/v4/projects"#,
    r#"curl -H "Authorization: Bearer ⟨t:jwt⟩" https://api.example.com/v2/items"#,
    r#"curl -H "Authorization: Bearer ⟨t:opaque⟩" https://api.example.com/v2/items"#,
    r#"Invoke-RestMethod -Headers @{ "X-Api-Key" = "⟨t:opaque⟩" } -Uri https://example.com"#,
    r"slack_token: ⟨t:slack⟩",
    r"STRIPE_SECRET_KEY=⟨t:stripe⟩ node server.js",
    r"//registry.npmjs.org/:_authToken=⟨t:npm⟩",
    r"twine upload -u __token__ -p ⟨t:pypi⟩ dist/*",
    r"export OPENAI_API_KEY='⟨t:openai⟩'",
    r"https://api.telegram.org/bot⟨t:telegram⟩/sendMessage?chat_id=⟨n⟩",
    r"bot.run('⟨t:discord⟩')",
    r"SENDGRID_API_KEY=⟨t:sendgrid⟩",
    r"TWILIO_API_KEY=⟨t:twilio⟩ python notify.py",
    r"https://maps.googleapis.com/maps/api/geocode/json?address=x&key=⟨t:google⟩",
    r"az login --service-principal -u ⟨guid⟩ -p ⟨t:azure⟩ --tenant ⟨guid⟩",
    r"DefaultEndpointsProtocol=https;AccountName=files;AccountKey=⟨t:storage⟩;EndpointSuffix=core.windows.net",
    r"VAULT_TOKEN=⟨t:vault⟩ vault kv list secret/",
    r"doctl auth init -t ⟨t:digitalocean⟩",
    r"client_secret=⟨t:opaque⟩&grant_type=client_credentials",
    r"https://example.com/callback?access_token=⟨t:opaque⟩&state=1",
    r"mysql -h 127.0.0.1 -u root -p⟨pw⟩ -e 'show tables'",
    r#"mysqldump --password="⟨pw⟩" --all-databases"#,
    r"sshpass -p '⟨pw⟩' ssh root@⟨ip⟩ uptime",
    r"curl -u ⟨user⟩:⟨pw⟩ https://example.com/artifact.zip",
    r"PGPASSWORD=⟨pw⟩ pg_dump -h ⟨ip⟩ -U postgres prod",
    r#"$p = ConvertTo-SecureString "⟨pw⟩" -AsPlainText -Force"#,
    r"ConvertTo-SecureString -String '⟨pw⟩' -AsPlainText -Force",
    r"sqlcmd -S ⟨ip⟩ -U sa -P ⟨pw⟩ -Q 'select 1'",
    r"Server=⟨ip⟩;Database=app;User Id=sa;Password=⟨pw⟩;Encrypt=true;",
    r"Driver={ODBC Driver 17};Server=⟨ip⟩;UID=sa;PWD=⟨pw⟩",
    r"jdbc:postgresql://⟨ip⟩:5432/app?user=postgres&password=⟨pw⟩",
    r"amqp://root:⟨pw⟩@⟨ip⟩:5672/vhost",
    r"redis://:⟨t:opaque⟩@⟨ip⟩:6379/0",
    r"redis-cli -h 127.0.0.1 -a ⟨pw⟩ info",
    r"7z a -p⟨pw⟩ -mhe=on out.7z C:\Data",
    r"rar a -hp⟨pw⟩ out.rar C:\Data",
    r"openssl enc -aes-256-cbc -in a -out b -pass pass:⟨pw⟩",
    r"openssl rsa -in key.pem -passin pass:⟨pw⟩",
    r"htpasswd -cb /etc/nginx/.htpasswd ⟨user⟩ ⟨pw⟩",
    r"cmdkey /add:⟨host⟩ /user:⟨domain⟩\⟨user⟩ /pass:⟨pw⟩",
    r"net user ⟨user⟩ ⟨pw⟩ /add",
    r"plink.exe -ssh -pw ⟨pw⟩ root@⟨pubip⟩",
    r"docker login -u ⟨user⟩ -p ⟨t:opaque⟩ registry.example.com",
    r"xfreerdp /v:⟨ip⟩ /u:⟨user⟩ /p:⟨pw⟩",
    r"crackmapexec smb ⟨ip⟩ -u ⟨user⟩ -p ⟨pw⟩",
    r"secretsdump.py ⟨domain⟩/⟨user⟩:⟨pw⟩@⟨ip⟩",
    r"evil-winrm -i ⟨ip⟩ -u ⟨user⟩ -H ⟨t:nt⟩",
    r"root:⟨t:crypt⟩:19000:0:99999:7:::",
    r"hash ⟨t:krb⟩",
    r"db_password: ⟨pw⟩",
    r#"<add key="SmtpPassword" value="⟨pw⟩" />"#,
    r"<password>⟨pw⟩</password>",
    r#"{"username": "⟨user⟩", "password": "⟨pw⟩"}"#,
    r#"new NetworkCredential("⟨user⟩", "⟨pw⟩", "⟨domain⟩")"#,
    r"The new password is ⟨pw⟩, please change it.",
    r"tool.exe --user ⟨user⟩ --password ⟨pw⟩ --verbose",
    r"setup.exe /S /password:⟨pw⟩ /log:C:\a.log",
    r"login failed for user '⟨user⟩' from ⟨ip⟩",
    r"Nov 25 10:14:03 ⟨host⟩ sshd[⟨n⟩]: Failed password for ⟨user⟩ from ⟨ip⟩ port 51514 ssh2",
    r"Nov 25 10:14:03 ⟨host⟩ sshd[⟨n⟩]: Accepted publickey for ⟨user⟩ from ⟨pubip⟩ port 22 ssh2",
    r"Nov 25 10:14:03 ⟨host⟩ sudo:  ⟨user⟩ : TTY=pts/0 ; PWD=/opt/app ; USER=root ; COMMAND=/bin/ls",
    r"type C:\Users\⟨user⟩\Desktop\notes.txt",
    r"cat /home/⟨user⟩/.ssh/config /Users/⟨user2⟩/Library/Keychains/login.keychain-db",
    r"C:\Documents and Settings\⟨user⟩\Local Settings\Temp\a.exe",
    r"\Device\HarddiskVolume4\Users\⟨user⟩\AppData\Local\x.exe",
    r"file:///C:/Users/⟨user⟩/Downloads/invoice.html",
    r"copy a.txt \\⟨host⟩\c$\Windows\Temp\ & copy a.txt \\⟨host2⟩\admin$\a.txt",
    r"mstsc /v:⟨host⟩ /admin",
    r"http://⟨subdomain⟩/wiki/Runbooks and http://⟨ip⟩:8080/x",
    r"route add ⟨ip⟩ mask 255.255.255.0 ⟨ip⟩; ping ⟨ip6⟩",
    r"arp: ⟨ip⟩ at ⟨mac⟩ [ether] on eth0",
    r"allowed ⟨ip⟩/24 to ⟨pubip⟩:443 via [⟨ip6⟩]:8443",
    r"owner ⟨sid⟩ group S-1-5-32-544 system S-1-5-18",
    r"contact ⟨foreignmail⟩ or mailto:⟨foreignmail⟩?subject=x",
    r"suser=⟨user⟩ shost=⟨host⟩ src=⟨ip⟩ dst=⟨pubip⟩ act=blocked",
    r#"<Data Name="TargetUserName">⟨user⟩</Data><Data Name="WorkstationName">⟨host⟩</Data><Data Name="IpAddress">⟨ip⟩</Data>"#,
    r"Get-ADUser ⟨user⟩ -Properties *",
    r"Enter-PSSession -ComputerName ⟨host⟩",
    r"nltest /server:⟨host⟩ /query",
    r"net group x /domain & dir \\⟨host⟩\sysvol",
];

/// Texts with nothing to hide.
const NOTHING: &[&str] = &[
    r"C:\Windows\System32\svchost.exe -k netsvcs -p -s Schedule",
    r"powershell.exe -NoProfile -ExecutionPolicy Bypass -File C:\ProgramData\Inventory\run.ps1",
    r"reg query HKLM\Software\Microsoft\Windows\CurrentVersion\Run /v Updater",
    r"Microsoft Windows [Version 10.0.19041.1] build 10.0.22621.2428",
    r"assembly Version=10.0.0.0, Culture=neutral, PublicKeyToken=b77a5c561934e089",
    r"nslookup ⟨pubdomain⟩ 8.8.8.8 answered ⟨pubip⟩",
    r"sha256 ⟨sha256⟩ md5 ⟨md5⟩ id {⟨guid⟩}",
    r"certutil -urlcache -split -f http://⟨pubdomain⟩/a.txt C:\Users\Public\a.txt",
    r"curl -s https://⟨pubdomain⟩/install.sh | bash",
    r"NT AUTHORITY\SYSTEM started BUILTIN\Administrators task as root and www-data",
    r"The password policy requires 12 characters; enter password: ",
    r"Reset your password at https://⟨pubdomain⟩/reset. Password changed. Password: required",
    r"net accounts /minpwlen:12 & net user & net localgroup administrators",
    r"mysql -u root -p app < dump.sql",
    r"ssh -p 22 -i key.pem root@⟨pubip⟩",
    r"docker run -p 8080:80 -e NODE_ENV=production nginx:1.25.3",
    r"git commit -m 'rotate token handling' 3f786850e387550fdab836ed7e6dc881de23001b",
    r"oid 1.3.6.1.4.1.311.10.3.4 and 2.5.29.37 at 2026-11-25T10:14:03.123Z",
    r"C:\Program Files\Common Files\microsoft shared\ClickToRun\OfficeClickToRun.exe /service",
    r"GET /home/index.html HTTP/1.1 Host: ⟨pubdomain⟩ User-Agent: Mozilla/5.0 Chrome/119.0.0.0",
    r"read -s -p 'password: ' PW; echo token=$TOKEN password=${DB_PASSWORD} %PASSWORD%",
    r"param([string]$Password, [securestring]$Token) $cred = Get-Credential",
    r"dotnet test --filter Category=Unit --logger trx -p:Version=1.2.3.4",
    r"127.0.0.1 localhost ::1 0.0.0.0 255.255.255.255 224.0.0.251",
    r"schtasks /create /ru SYSTEM /tn Upd /tr C:\Windows\Temp\a.exe /sc onlogon",
    r"npm install lodash@4.17.21 @types/node@20.1.0 && python -m pip install requests==2.31.0",
    r"SELECT user, host FROM mysql.user WHERE user = 'root'",
    r"tokenizer.json max_tokens=4096 token_type=bearer key=value sort_key=name",
    r"the user opened the file and the host was slow; a user may log on to any host",
    r"echo aGVsbG8gd29ybGQsIHRoaXMgaXMgYSB0ZXN0 | base64 -d",
    r"C:\Users\Public\Documents\x.lnk C:\Users\Default\NTUSER.DAT /root/.bashrc /home/ubuntu/app",
    r"\\.\pipe\lsass \\?\C:\Windows\Temp \\127.0.0.1\c$ \\localhost\admin$",
    r"time 10:14:03 ratio 3:4 port ⟨pubip⟩:8443 c:d drwxr-xr-x",
    r"msiexec /i {⟨guid⟩} /qn REBOOT=ReallySuppress",
    r"settings.local.json docker-compose.local.yml app.internal.js",
    r"java -cp lib/a.jar com.sun.internal.Main jdk.internal.misc.Unsafe",
    r"secret santa, token ring, key results and pass the salt",
];

/// What looks like something to hide, and is not: no part of these texts may be replaced.
pub const LOOK_ALIKES: &[&str] = &[
    r"Chrome/10.0.0.1 v10.0.0.1 version: 10.0.0.1 1.10.0.0.1 10.0.0.1.5 10.0.0.256 10.0.19041.1",
    r"lib-10.0.0.1.dll FileVersion=10.1.2.3 ProductVersion: 10.4.0.7 oid 1.2.840.10.0.0.1",
    r"127.0.0.1:8080 [::1]:443 2001:db8::1 8.8.4.4 0.0.0.0/0 239.255.255.250",
    r"ff:ff:ff:ff:ff:ff 00:00:00:00:00:00 fingerprint aa:bb:cc:dd:ee:ff:00:11:22:33:44:55:66:77:88:99",
    r"S-1-5-18 S-1-5-19 S-1-5-32-544 S-1-1-0 S-1-15-2-1 S-1-5-80-956008885",
    r"pkg@1.2.3 icon@2x.png @scope/name getty@tty1.service git@github.com:org/repo.git",
    r"settings.local.json module.internal.js com.example.internal java.lan() _http._tcp.local",
    r"https://api.github.com/users/octocat https://example.com/Users/x/home src/home/index.tsx GET /home/login.php HTTP/1.1",
    r"C:\Users\Public\a C:\Users\Default\b C:\Users\All Users\c C:\Users\%USERNAME%\d C:\Users\$env:USERNAME\e /home/$USER/f",
    r"\\.\pipe\x \\?\C:\y \\localhost\c$ \\live.sysinternals.com\tools \Device\HarddiskVolume3\Windows\explorer.exe",
    r"Password last set 11/25/2026; Password expires Never; Password required Yes; User may change password Yes",
    r"enter your password: or reset it; the password is required; password must be changed; secret: the cake is a lie",
    r#"{"type":"password","name":"password","placeholder":"Password"} <input type="password" name="password">"#,
    r"$password $env:DB_PASSWORD ${TOKEN} %PASS% <password> {{ secret }} password=$PW --password ${PW} token=***",
    r"const password = req.body.password; if (password === confirm) { token = getToken() }",
    r"user=root uid=0 user=SYSTEM owner=root su - root sudo -u postgres psql",
    r"tokens: 4096, max_tokens: 128, token_type=Bearer, PublicKeyToken=31bf3856ad364e35, sort_key=name, keyid=4",
    r"net use; net user; net user /domain; net use * /delete /y; net group /domain; net stop WinDefend",
    r"mysql -p -u root; psexec -p; ssh -p 22 root@203.0.113.9; docker run -p 80:80 nginx; cp -p a b; 7z x a.7z",
    r"-----BEGIN CERTIFICATE----- MIIDdzCCAl8x -----END CERTIFICATE----- -----BEGIN PUBLIC KEY-----",
    r"3f786850e387550fdab836ed7e6dc881de23001b d41d8cd98f00b204e9800998ecf8427e 550e8400-e29b-41d4-a716-446655440000",
    r"npm_config_registry npm_lifecycle_event sk-learn task-force ghp_short AKIASHORT xoxb hf_model eyJust a word",
    r"HKLM\Software\Vendor SYSTEM\CurrentControlSet NT AUTHORITY\SYSTEM BUILTIN\Users NT SERVICE\TrustedInstaller",
    r"the user clicked; the host rebooted; a domain controller; machine learning; account lockout; member server",
    r"User: please check the file. Host: none. Domain: example.com login: required machine: x86_64",
    r"function Get-User { param($UserName) } $user = Get-User; user = await User.findOne(); user: { id: 5 }",
    r"for /f %u in (users.txt) do net use \\%1\ipc$ /user:%u %p",
    r"bearer of bad news; basic authentication; basic training; Authorization: Bearer <token>",
    r"$1$2 $5$6 awk '{print $1$2}' s/\$6\$/x/ price $5$",
    r"time 10:14:03 12:00:00 ratio 1:2:3 std::string a::b::c C:\a D:\b",
];
