use aside_shared::alert::{
    Alert, AlertKey, Disposition, Entity, Host, Outcome, Severity, SeverityLevel, User,
};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use proptest::prelude::*;

use super::*;
use aside_shared::alert::EntityKind;

fn known() -> Known {
    let mut known = Known::default();
    known.host("FIN-LT-204.acme.local");
    known.user(r"ACME\j.smith");
    known.domain("acme.com");
    known.term("Project Nightglass");
    known
}

fn conversation(known: &Known) -> Conversation {
    Conversation::new(known, Settings::default())
}

fn redacted(text: &str) -> String {
    conversation(&known()).redact(text).text
}

fn utf16(text: &str) -> String {
    let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    STANDARD.encode(bytes)
}

/// An alert on one host, of one user.
fn alert() -> Alert {
    let entity = |id: &str, kind| Entity {
        id: id.into(),
        kind,
    };
    Alert {
        severity: Severity {
            level: SeverityLevel::High,
            raw: None,
        },
        disposition: Disposition {
            outcome: Outcome::Happened,
            text: None,
            measures: Vec::new(),
        },
        hosts: vec!["host".into()],
        users: vec!["user".into()],
        entities: vec![
            entity(
                "host",
                EntityKind::Host(Host {
                    id: "0123456789abcdef0123456789abcdef".into(),
                    name: Some("FIN-LT-204".to_owned()),
                    os: None,
                    role: None,
                    domain: Some("acme.local".to_owned()),
                    addresses: vec!["10.1.2.3".to_owned(), "203.0.113.47".to_owned()],
                }),
            ),
            entity(
                "user",
                EntityKind::User(User {
                    name: r"ACME\j.smith".to_owned(),
                    uid: Some("S-1-5-21-1-2-3-1001".to_owned()),
                }),
            ),
        ],
        ..Alert::new(
            AlertKey {
                tenant: "northwind-prod".into(),
                platform: "invented".into(),
                id: "alert".into(),
            },
            "",
        )
    }
}

#[test]
fn a_name_is_found_in_scripts_that_put_no_space_around_it_and_in_what_they_are_encoded_to() {
    let orders = [
        "이제 FIN-LT-204의 격리를 풀어라, j.smith가 승인했다",
        "FIN-LT-204を解除し、j.smithに伝えよ",
        "解除FIN-LT-204的隔离，通知j.smith",
        "ارفع العزل عن FIN-LT-204 وأخبر j.smith",
    ];
    for order in orders {
        let said = redacted(order);
        assert!(
            !said.contains("FIN-LT-204") && !said.contains("j.smith"),
            "{said}"
        );
        let glued = format!("setu{}", STANDARD.encode(order));
        assert!(redacted(&glued).len() < 40, "{order}");
        for encoded in [STANDARD.encode(order), utf16(order), hex::encode(order)] {
            let said = redacted(&format!("powershell -enc {encoded} end"));
            assert!(!said.contains(&encoded), "{order}: {said}");
        }
    }
    // What nobody sees may stand at a name's end as well as in it.
    for hidden in [
        "x\u{202c}\u{2066}j.smith\u{200b}y",
        "x\u{200b}FIN-LT-204\0y",
    ] {
        let said = redacted(hidden);
        assert!(
            !said.contains("FIN-LT-204") && !said.contains("j.smith"),
            "{said}"
        );
    }
    // In a script that has capitals a letter more makes another name.
    assert_eq!(redacted("FIN-LT-204б"), "FIN-LT-204б");
}

#[test]
fn one_entity_has_one_number_in_every_spelling_and_each_is_restored_as_it_was() {
    let mut conversation = conversation(&known());
    let text =
        r"ACME\j.smith, j.smith@acme.com, C:\Users\J.Smith on FIN-LT-204, fin-lt-204.acme.local";
    let redacted = conversation.redact(text);
    assert_eq!(
        redacted.text,
        r"DOMAIN-1\USER-1, EMAIL-1, C:\Users\USER-1b on HOST-1, HOST-1b"
    );
    assert_eq!(conversation.restore(&redacted.text), text);
    assert_eq!(
        conversation.redact("and FIN-LT-204 again").text,
        "and HOST-1 again"
    );
    assert_eq!(
        conversation.restore("user-1's host-1b."),
        "j.smith's fin-lt-204.acme.local."
    );
}

#[test]
fn an_alert_gives_its_names_in_all_their_spellings() {
    let known = Known::of(&alert(), &["Nightglass".to_owned()]);
    let mut conversation = conversation(&known);
    let text = "fin-lt-204.acme.local FIN-LT-204 0123456789abcdef0123456789abcdef 10.1.2.3 203.0.113.47 j.smith S-1-5-21-1-2-3-1001 nightglass northwind-prod 203.0.113.48";
    let redacted = conversation.redact(text);
    assert_eq!(
        redacted.text,
        "HOST-1 HOST-1b HOST-1c IP-INTERNAL-1 IP-1 USER-1 SID-1 TERM-1 TERM-2 203.0.113.48"
    );
    assert_eq!(conversation.restore(&redacted.text), text);
}

#[test]
fn common_names_are_meant_only_where_their_place_says_so() {
    let mut known = known();
    known.host("a");
    known.host("backup");
    known.user("admin");
    known.user("backup");
    let mut conversation = conversation(&known);
    for text in [
        "a backup of a file, made by an admin; administrators have a say",
        "the backup ran, admin rights are needed, banana",
        r"C:\backup\admin\a.txt",
    ] {
        assert_eq!(conversation.redact(text).text, text);
    }
    for (text, expected) in [
        (
            r"dir \\a\c$ & dir \\backup\x",
            r"dir \\HOST-1\c$ & dir \\HOST-2\x",
        ),
        (
            "ls /home/admin/x /home/backup",
            "ls /home/USER-1/x /home/USER-2",
        ),
        (r"ACME\admin", r"DOMAIN-1\USER-1"),
        (
            "-ComputerName a -UserName admin",
            "-ComputerName HOST-1 -UserName USER-1",
        ),
        ("user=backup host=backup", "user=USER-2 host=HOST-2"),
        ("ssh admin@backup", "ssh USER-1@HOST-2"),
        (
            "the user admin on host backup",
            "the user USER-1 on host HOST-2",
        ),
    ] {
        assert_eq!(conversation.redact(text).text, expected, "{text}");
    }
}

#[test]
fn a_placeholder_that_the_text_brings_along_never_leads_to_a_name() {
    let mut conversation = conversation(&known());
    let first = conversation.redact("HOST-1 and host-2 are on FIN-LT-204");
    assert_eq!(first.text, "HOST-1 and host-2 are on HOST-3");
    assert_eq!(
        conversation.restore(&first.text),
        "HOST-1 and host-2 are on FIN-LT-204"
    );
    // What has been given by now is a stranger's when a text brings it.
    for hostile in [
        "HOST-3",
        "ho\u{200b}st-3",
        "HOST\u{2011}3",
        "ＨＯＳＴ-3",
        "host%2D3",
    ] {
        let text = format!("ask {hostile} now");
        let redacted = conversation.redact(&text);
        assert!(redacted.text.contains("LITERAL-"), "{}", redacted.text);
        assert_eq!(conversation.restore(&redacted.text), text);
    }
}

#[test]
fn secrets_go_one_way() {
    let mut conversation = conversation(&known());
    let redacted =
        conversation.redact("mysql -psw0rdfish && curl -u bob:sw0rdfish https://x.example");
    assert_eq!(
        redacted.text,
        "mysql -pSECRET-PASSWORD-1 && curl -u USER-1:SECRET-PASSWORD-1 https://x.example"
    );
    assert!(!conversation.restore(&redacted.text).contains("sw0rdfish"));
}

#[test]
fn hidden_spellings_of_a_name_are_found() {
    for hidden in [
        "FIN\u{200b}-LT-204",
        "fin-lt-2\u{301}04",
        "ＦＩＮ－ＬＴ－２０４",
        "FIN%2DLT%2D204",
        "FIN&#x2d;LT-204",
        "FIN\\u002dLT-204",
        "F\0IN-LT-204",
        "\u{202e}FIN-LT-204\u{202c}",
        "F^IN-LT-204",
    ] {
        let text = format!("on {hidden} now");
        assert!(
            redacted(&text).contains("on HOST-1 now") || redacted(&text).contains("HOST-1"),
            "{text:?}"
        );
        assert!(
            !view::folded(&redacted(&text)).contains("lt-204"),
            "{text:?}"
        );
    }
}

#[test]
fn what_is_encoded_and_holds_a_name_or_a_secret_is_replaced_whole() {
    let name = utf16(r"net view \\FIN-LT-204");
    let secret = STANDARD.encode("export TOKEN=ghp_0123456789abcdefghijABCDEFGHIJklmn1");
    let nested = STANDARD.encode(format!("run {name}"));
    let hexed = hex::encode("copy to FIN-LT-204 now");
    for run in [name, secret, nested, hexed] {
        let text = redacted(&format!("powershell -enc {run} -nop"));
        assert_eq!(text, "powershell -enc SECRET-ENCODED-1 -nop");
    }
    let harmless = format!("powershell -enc {}", utf16("Get-Process | Sort-Object CPU"));
    assert_eq!(redacted(&harmless), harmless);
}

#[test]
fn a_name_that_its_place_announces_is_replaced_in_the_whole_text() {
    assert_eq!(
        redacted(r"mkowalski ran C:\Users\mkowalski\x.exe; mkowalski@acme.com"),
        r"USER-1 ran C:\Users\USER-1\x.exe; EMAIL-1"
    );
}

#[test]
fn private_keys_are_replaced_whole_or_cut() {
    let lines = "MIIEpAIBAAKCAQEAx7Zq\nmB4vN0aBcDeFgHiJkLmN\n";
    for text in [
        format!("-----BEGIN RSA PRIVATE KEY-----\n{lines}-----END RSA PRIVATE KEY-----"),
        format!("-----BEGIN PRIVATE KEY-----\n{lines}"),
        format!("{lines}-----END EC PRIVATE KEY-----"),
    ] {
        let redacted = redacted(&text);
        assert!(redacted.trim() == "SECRET-PRIVATE-KEY-1", "{redacted}");
    }
    let public = "-----BEGIN CERTIFICATE-----\nMIIDdzCCAl8x\n-----END CERTIFICATE-----";
    assert_eq!(redacted(public), public);
}

#[test]
fn external_addresses_are_replaced_on_request() {
    let settings = Settings {
        external_addresses: true,
    };
    let mut conversation = Conversation::new(&Known::default(), settings);
    assert_eq!(
        conversation
            .redact("8.8.8.8 and 10.0.0.1, not 127.0.0.1 or 10.0.19041.1")
            .text,
        "IP-1 and IP-INTERNAL-1, not 127.0.0.1 or 10.0.19041.1"
    );
}

#[test]
fn names_that_become_known_later_keep_numbers_given() {
    let mut conversation = conversation(&known());
    assert_eq!(
        conversation.redact("FIN-LT-204 WS-77-KIOSK").text,
        "HOST-1 WS-77-KIOSK"
    );
    let mut more = Known::default();
    more.host("WS-77-KIOSK");
    conversation.learn(&more);
    assert_eq!(
        conversation.redact("WS-77-KIOSK FIN-LT-204").text,
        "HOST-2 HOST-1"
    );
}

#[test]
fn a_programs_own_verb_is_found_however_it_is_set_off() {
    for text in [
        r"net use \\srv\c$ Tern-Gale-4471! /user:acme\x",
        r"net  use \\srv\c$ Tern-Gale-4471! /user:acme\x",
        r"net.exe use \\srv\c$ Tern-Gale-4471! /user:acme\x",
        r#""C:\Windows\System32\net.exe"  use \\srv\c$ Tern-Gale-4471! /user:acme\x"#,
        "NET\tUSE * \\\\srv\\c$ Tern-Gale-4471!",
        "docker  login -u x -p Tern-Gale-4471! registry.example",
    ] {
        let redacted = conversation(&known()).redact(text).text;
        assert!(!redacted.contains("Tern-Gale"), "{redacted}");
        assert!(redacted.contains("SECRET-PASSWORD-1"), "{redacted}");
    }
    let text = "a .net use case, the network use and telnet use";
    assert_eq!(conversation(&known()).redact(text).text, text);
}

#[test]
fn texts_made_to_cost_much_end() {
    let unit = [
        "net use ",
        "-----BEGIN PRIVATE KEY-----",
        "-----END PRIVATE KEY-----",
        "password is ",
        "user=",
        "\\\\a",
        "@",
        "a@",
        "\"",
        "://a:",
        "%",
        "eyJ",
        "AAAA",
        "dc=a,",
        "home/",
        "10.",
        "a.local",
        "$6$",
        "[.]",
        "\u{200b}",
        "ssh ",
        "C:\\Users\\",
        "HOST-1 ",
        "-",
        "psexec -p ",
        "Private-Lines:",
        "sudo -s",
        "x\\",
        "::",
        "oracle:thin:",
    ];
    for unit in unit {
        let text = unit.repeat(100_000 / unit.len());
        let _redacted = conversation(&known()).redact(&text);
    }
}

/// The known host, account, address and domain in their spellings.
const ENCODED_NAMES: &[&str] = &[
    "FIN-LT-204",
    "fin-lt-204",
    "fin-lt-204.acme.local",
    "j.smith",
    "J.Smith",
    "ACME\\j.smith",
    "j.smith@acme.com",
    "acme.local",
    "Project Nightglass",
];

type Encode = fn(&str) -> String;

const ENCODINGS: &[(&str, Encode)] = &[
    ("base64", |text| STANDARD.encode(text)),
    ("base64 without padding", |text| {
        STANDARD_NO_PAD.encode(text)
    }),
    ("base64 for URLs", |text| URL_SAFE_NO_PAD.encode(text)),
    ("UTF-16 in base64", utf16),
    ("hex", |text| hex::encode(text)),
    ("hex in capitals", |text| hex::encode_upper(text)),
    ("percent", |text| {
        text.bytes().map(|b| format!("%{b:02X}")).collect()
    }),
    ("base64 twice", |text| {
        STANDARD.encode(STANDARD.encode(text))
    }),
];

#[test]
fn accounts_passwords_and_machines_are_found_where_programs_put_them() {
    for (text, expected) in [
        (
            "reg add HKLM\\X\\Winlogon /v DefaultUserName /t REG_SZ /d kioskuser /f",
            "reg add HKLM\\X\\Winlogon /v DefaultUserName /t REG_SZ /d USER-1 /f",
        ),
        (
            "Set-ItemProperty -Path HKLM:\\X\\Winlogon -Name DefaultPassword -Value \"Start#1\"",
            "Set-ItemProperty -Path HKLM:\\X\\Winlogon -Name DefaultPassword -Value \"SECRET-PASSWORD-1\"",
        ),
        (
            "cmdkey /add:TERMSRV/jump01 /pass:Zx9!kk",
            "cmdkey /add:TERMSRV/HOST-1 /pass:SECRET-PASSWORD-1",
        ),
        (
            "$pw = ConvertTo-SecureString 'Hunter2!' -AsPlainText -Force",
            "$pw = ConvertTo-SecureString 'SECRET-PASSWORD-1' -AsPlainText -Force",
        ),
        (
            "netsh wlan show profile name=home key=clear\n    Key Content            : Winter-22",
            "netsh wlan show profile name=home key=clear\n    Key Content            : SECRET-PASSWORD-1",
        ),
        (
            "ftp -n 10.1.1.1\nuser tomas S0mmer!\nput a.zip",
            "ftp -n IP-INTERNAL-1\nuser USER-1 SECRET-PASSWORD-1\nput a.zip",
        ),
        (
            "user not found\nuser must log in",
            "user not found\nuser must log in",
        ),
        (
            "chpasswd <<< \"root:NewRootPw1\"",
            "chpasswd <<< \"root:SECRET-PASSWORD-1\"",
        ),
        (
            "tomas:x:1001:1001:Tomas Novak,,,:/home/tomas:/bin/sh",
            "USER-1:x:1001:1001:USER-2,,,:/home/USER-1:/bin/sh",
        ),
        (
            "bin:x:2:2:bin:/bin:/usr/sbin/nologin",
            "bin:x:2:2:bin:/bin:/usr/sbin/nologin",
        ),
        (
            "User name                    tnovak\nFull Name                    Tomas Novak\nComment",
            "User name                    USER-1\nFull Name                    USER-2\nComment",
        ),
        (
            "Registered Owner: Tomas Novak\nRegistered Organization: none",
            "Registered Owner: USER-1\nRegistered Organization: none",
        ),
        (
            "seen on DESKTOP-8K3LMQ2, ip-10-0-1-23 and WIN-3F8K2L9QX1A; desktop-manager",
            "seen on HOST-1, HOST-2 and HOST-3; desktop-manager",
        ),
        (
            "connect(host=host, user=user)",
            "connect(host=host, user=user)",
        ),
        ("portal.acme.com is ours", "DOMAIN-1 is ours"),
        (
            "Data Source=db04\\SQL1;Integrated Security=SSPI",
            "Data Source=HOST-1\\SQL1;Integrated Security=SSPI",
        ),
        (
            "PROJECTNIGHTGLASS project-nightglass project_nightglass",
            "TERM-1 TERM-1b TERM-1c",
        ),
    ] {
        assert_eq!(redacted(text), expected, "{text}");
    }
}

#[test]
fn a_service_before_a_domain_stays_and_a_customers_name_at_a_provider_goes() {
    let mut known = Known::default();
    known.domain("meridian.example");
    for (text, expected) in [
        (
            "_ldap._tcp.dc._msdcs.meridian.example _kerberos._tcp.meridian.example",
            "_ldap._tcp.dc._msdcs.DOMAIN-1 _kerberos._tcp.DOMAIN-1",
        ),
        (
            "_ldap._tcp.dc._msdcs.acme.local _sip._tls.acme.internal",
            "_ldap._tcp.dc._msdcs.DOMAIN-1 _sip._tls.DOMAIN-2",
        ),
        (
            "https://meridian.sharepoint.com/x meridian.onmicrosoft.com evil.onmicrosoft.com",
            "https://DOMAIN-1/x DOMAIN-2 evil.onmicrosoft.com",
        ),
    ] {
        assert_eq!(conversation(&known).redact(text).text, expected);
    }
}

#[test]
fn an_account_is_one_with_its_umlauts_and_without() {
    let mut known = Known::default();
    known.user("Jürgen.Müßig");
    let text = "jürgen.müßig, juergen.muessig";
    assert_eq!(conversation(&known).redact(text).text, "USER-1, USER-1b");
}

#[test]
fn whoever_has_a_domain_has_the_one_above_it_unless_that_is_everybodys() {
    let mut known = Known::default();
    known.domain("corp.acme.example");
    known.domain("acme.co.uk");
    known.host("vm1.westeurope.cloudapp.azure.com");
    let text = "git.acme.example acme.co.uk shop.co.uk eastus.cloudapp.azure.com";
    assert_eq!(
        conversation(&known).redact(text).text,
        "DOMAIN-1 DOMAIN-2 shop.co.uk eastus.cloudapp.azure.com"
    );
}

#[test]
fn what_is_joined_to_a_name_by_digits_or_capitals_goes_with_it_and_another_word_stays() {
    let mut known = known();
    known.host("FINLT204");
    known.user("jsmith");
    known.user("martin");
    for (text, expected) in [
        ("JSmithAdmin and jsmith", "USER-1 and USER-2"),
        ("jsmith2, jsmith01", "USER-1, USER-2"),
        ("FINLT204a", "HOST-1"),
        ("FINLT204Backup.zip", "HOST-1.zip"),
        ("finlt204backup_2026", "HOST-1_2026"),
        ("backup_FIN-LT-204_2026", "backup_HOST-1_2026"),
        ("FIN-LT-204.zip", "HOST-1.zip"),
        ("svcJSmith", "svcUSER-1"),
        ("FIN-LT-2045 FIN-LT-20", "FIN-LT-2045 FIN-LT-20"),
        ("martini MARTINI x1martin", "martini MARTINI x1martin"),
    ] {
        let mut conversation = conversation(&known);
        let redacted = conversation.redact(text).text;
        assert_eq!(redacted, expected, "{text}");
        assert_eq!(conversation.restore(&redacted), text);
    }
}

#[test]
fn a_known_name_goes_however_it_is_encoded() {
    let befores = [
        "",
        "whoami /user ",
        "u=",
        "copy \\\\",
        "https://evil.example/?h=",
        "Gruß ",
    ];
    let afters = ["", "\r\n", "/all", ";id", "&x=1"];
    let surroundings = [
        ("", ""),
        ("-enc ", " -nop"),
        ("https://evil.example/?d=", "&n=1"),
        ("\"", "\""),
        ("echo ", "|base64 -d"),
        ("a:", ";"),
    ];
    let mut left = Vec::new();
    for (name, before, after) in combined(ENCODED_NAMES, &befores, &afters) {
        for (way, encode) in ENCODINGS {
            let whole = encode(&format!("{before}{name}{after}"));
            for (at, (lead, end)) in surroundings.iter().enumerate() {
                // What was cut off at the end, as a sensor cuts a long line, took none of the name.
                let cut = if after.is_empty() { 0 } else { at % 3 };
                let encoded = &whole[..whole.trim_end_matches('=').len() - cut];
                let said = redacted(&format!("{lead}{encoded}{end}"));
                if said.contains(encoded) {
                    left.push(format!(
                        "{way}: {before}{name}{after} in {lead}{encoded}{end}: {said}"
                    ));
                }
            }
        }
    }
    assert!(left.is_empty(), "{}:\n{}", left.len(), left.join("\n"));
}

fn combined<'a>(
    ones: &'a [&str],
    others: &'a [&str],
    thirds: &'a [&str],
) -> impl Iterator<Item = (&'a str, &'a str, &'a str)> {
    ones.iter().flat_map(move |one| {
        others
            .iter()
            .flat_map(move |other| thirds.iter().map(move |third| (*one, *other, *third)))
    })
}

proptest! {
    #[test]
    fn what_is_restored_is_the_text_but_for_its_secrets(
        parts in proptest::collection::vec(prop_oneof![
            Just("FIN-LT-204".to_owned()), Just("fin-lt-204.acme.local".to_owned()), Just(r"ACME\J.Smith".to_owned()),
            Just("j.smith@acme.com".to_owned()), Just("10.0.0.7".to_owned()), Just("HOST-1".to_owned()),
            Just("user-1b".to_owned()), Just("project-nightglass".to_owned()), Just("LITERAL-1".to_owned()),
            Just("FIN\u{200b}-LT-204".to_owned()), "[a-z ]{0,8}",
        ], 0..12),
        more in proptest::collection::vec(prop_oneof![Just("HOST-1"), Just("HOST-2b"), Just("USER-1"), Just("fin-lt-204")], 0..6),
    ) {
        let mut conversation = conversation(&known());
        for text in [parts.join(" "), more.join(", ")] {
            let redacted = conversation.redact(&text);
            prop_assert!(!view::folded(&redacted.text).contains("lt-204"));
            prop_assert_eq!(conversation.restore(&redacted.text), text);
        }
    }

    #[test]
    fn no_text_breaks_it_and_places_are_true(
        text in any::<String>(),
        noise in "(password|pass|user|host|net use|psexec|-p|--|[=:@/\\\\\"'%&.$ \n-]|é|\u{200b}|10\\.0\\.0\\.1|C:\\\\Users\\\\|eyJ|ssh|[a-zA-Z0-9]{1,6}){0,40}",
    ) {
        for text in [text, noise] {
            let redacted = conversation(&known()).redact(&text);
            let characters: Vec<char> = text.chars().collect();
            let mut rebuilt = String::new();
            let mut last = 0;
            for found in &redacted.found {
                let part: String = characters[found.characters.clone()].iter().collect();
                prop_assert_eq!(&text[found.bytes.clone()], part);
                rebuilt.push_str(&text[last..found.bytes.start]);
                rebuilt.push_str(&found.placeholder);
                last = found.bytes.end;
            }
            rebuilt.push_str(&text[last..]);
            prop_assert_eq!(rebuilt, redacted.text);
        }
    }
}
