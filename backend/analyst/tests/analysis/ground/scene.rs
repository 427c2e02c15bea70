//! An alert in which one relation is true, beside others that are true of something else.

use std::sync::LazyLock;

use aside_analyst::ground::{Form, Telemetry};
use aside_shared::alert::{Alert, EntityKind, File, Object, Outcome, Verb};
use aside_shared::analysis::{Analysis, Assessment, Priority, Score, Verdict};
use aside_shared::event::ContextState;
use aside_shared::id::EvidenceId;
use aside_shared::model::Reading;
use serde_json::{Value, json};

use crate::fixtures::{Names, at, empty, entity, host, process, seen, user};

/// How often the relation was seen where a count is said.
pub const COUNT: usize = 3;
/// Seconds after the fixture's beginning.
const SECOND: i64 = 72;

pub const VERBS: [(&str, Verb); 18] = [
    ("started", Verb::Started),
    ("ran", Verb::Ran),
    ("wrote", Verb::Wrote),
    ("read", Verb::Read),
    ("deleted", Verb::Deleted),
    ("renamed", Verb::Renamed),
    ("connected_to", Verb::ConnectedTo),
    ("accepted", Verb::Accepted),
    ("resolved", Verb::Resolved),
    ("set", Verb::Set),
    ("registered_task", Verb::RegisteredTask),
    ("installed_service", Verb::InstalledService),
    ("loaded", Verb::Loaded),
    ("ran_script", Verb::RanScript),
    ("accessed", Verb::Accessed),
    ("logged_on_to", Verb::LoggedOnTo),
    ("decoded_to", Verb::DecodedTo),
    ("detected", Verb::Detected),
];

pub fn outcome(name: &str) -> Outcome {
    match name {
        "attempted" => Outcome::Attempted,
        "blocked" => Outcome::Blocked,
        _ => Outcome::Happened,
    }
}

/// One true relation, and the alert that records it.
pub struct Scene {
    pub alert: Alert,
    pub analysis: Analysis,
    pub subject: String,
    pub object: Object,
    pub verb: &'static str,
    pub outcome: Outcome,
    pub subject_name: String,
    pub object_name: String,
    pub evidence: EvidenceId,
}

/// Telemetry that was read whole and asked about all that telemetry has.
pub fn whole_telemetry() -> &'static Telemetry {
    static WHOLE: LazyLock<Telemetry> = LazyLock::new(|| Telemetry {
        state: ContextState::Complete,
        looked_for: VERBS.iter().map(|(_, verb)| *verb).collect(),
    });
    &WHOLE
}

/// An analysis that says nothing.
pub fn silent() -> Analysis {
    Analysis {
        assessment: Assessment {
            verdict: Verdict::Unknown,
            priority: Priority::P3,
            cause: String::new(),
            malicious_percent: 25,
            score: Score {
                base: -5,
                groups: Vec::new(),
                total: -5,
            },
        },
        claims: Vec::new(),
        timeline: Vec::new(),
        recommendations: Vec::new(),
        derived: Vec::new(),
        dropped: 0,
    }
}

pub fn file(id: &str, path: &str) -> aside_shared::alert::Entity {
    entity(
        id,
        EntityKind::File(File {
            path: path.to_owned(),
            sha256: None,
        }),
    )
}

/// The scene of a verb, seen `count` times.
pub fn scene(verb: &'static str, outcome: Outcome, count: usize, names: &Names) -> Scene {
    let kind = VERBS
        .iter()
        .find(|(name, _)| *name == verb)
        .map_or(Verb::Did, |(_, verb)| *verb);
    let shell = r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe";
    let mut entities = vec![
        host("host", &names.host, "Windows"),
        host("elsewhere", "OTHER-HOST-7", "Windows"),
        user("user", &names.user),
        user("other-user", r"OTHER\nobody"),
        process("shell", shell, "powershell.exe -nop", None),
        process("twin", shell, "powershell.exe -v", None),
        process(
            "child",
            r"C:\Windows\System32\whoami.exe",
            "whoami /all",
            Some("shell"),
        ),
        process("lsass", r"C:\Windows\System32\lsass.exe", "lsass.exe", None),
        file("file", &format!(r"{}\{}", names.folder, names.dump)),
        file("other-file", r"C:\Users\Public\backup.zip"),
        file("library", r"C:\Windows\System32\comsvcs.dll"),
    ];
    let endpoint = |ip: &str, port| EntityKind::Endpoint {
        ip: ip.to_owned(),
        port,
    };
    entities.extend([
        entity("address", endpoint(&names.address, Some(443))),
        entity("other-address", endpoint("192.0.2.77", Some(80))),
        entity(
            "domain",
            EntityKind::Domain {
                name: names.domain.clone(),
            },
        ),
        entity(
            "task",
            EntityKind::Task {
                name: names.task.clone(),
                command: None,
            },
        ),
        entity(
            "service",
            EntityKind::Service {
                name: "SyncSvc".to_owned(),
                command: None,
            },
        ),
        entity(
            "registry",
            EntityKind::Registry {
                key: r"HKLM\Software\Microsoft\Windows\CurrentVersion\Run".to_owned(),
                value_name: Some("Updater".to_owned()),
                data: None,
            },
        ),
    ]);
    let (subject, object_id, subject_name, object_name) = match kind {
        Verb::Started => ("shell", "child", "powershell.exe", "whoami.exe".to_owned()),
        Verb::Ran => (
            "user",
            "child",
            names.user.as_str(),
            "whoami.exe".to_owned(),
        ),
        Verb::Wrote | Verb::Read | Verb::Deleted | Verb::Renamed => {
            ("shell", "file", "powershell.exe", names.dump.clone())
        }
        Verb::ConnectedTo | Verb::Accepted => (
            "shell",
            "address",
            "powershell.exe",
            format!("{}:443", names.address),
        ),
        Verb::Resolved => ("shell", "domain", "powershell.exe", names.domain.clone()),
        Verb::Set => ("shell", "registry", "powershell.exe", "Updater".to_owned()),
        Verb::RegisteredTask => ("shell", "task", "powershell.exe", names.task.clone()),
        Verb::InstalledService => ("shell", "service", "powershell.exe", "SyncSvc".to_owned()),
        Verb::Loaded => (
            "shell",
            "library",
            "powershell.exe",
            "comsvcs.dll".to_owned(),
        ),
        Verb::Accessed => ("shell", "lsass", "powershell.exe", "lsass.exe".to_owned()),
        // As the product has it: the host saw the sign-in of the user.
        Verb::LoggedOnTo => ("host", "user", names.user.as_str(), names.host.clone()),
        Verb::RanScript => (
            "shell",
            "",
            "powershell.exe",
            "Get-ChildItem C:\\ | Out-File x.txt".to_owned(),
        ),
        Verb::DecodedTo => (
            "shell",
            "",
            "powershell.exe",
            "IEX (New-Object Net.WebClient)".to_owned(),
        ),
        _ => (
            "shell",
            "",
            "powershell.exe",
            "Suspicious activity".to_owned(),
        ),
    };
    let object = if object_id.is_empty() {
        Object::Value(object_name.clone())
    } else {
        Object::Entity(object_id.into())
    };
    let to = |id: &str| Some(Object::Entity(id.into()));
    let mut evidence = Vec::new();
    for number in 0..count {
        let mut it = seen(
            Some(at(names, SECOND)),
            subject,
            kind,
            Some(object.clone()),
            outcome,
        );
        it.fields.insert("number".to_owned(), number.to_string());
        evidence.push(it.identified());
    }
    let first = evidence[0].id.clone();
    // True of others.
    for (second, subject, verb, object) in [
        (3, "shell", Verb::Wrote, to("other-file")),
        (200, "twin", Verb::ConnectedTo, to("other-address")),
        (300, "lsass", Verb::Deleted, to("other-file")),
        (400, "elsewhere", Verb::LoggedOnTo, to("other-user")),
    ] {
        evidence.push(seen(
            Some(at(names, second)),
            subject,
            verb,
            object,
            Outcome::Happened,
        ));
    }
    let mut alert = empty("Suspicious activity");
    alert.hosts = vec!["host".into()];
    alert.users = vec!["user".into()];
    alert.merge(entities, evidence);
    Scene {
        alert,
        analysis: silent(),
        subject: subject.to_owned(),
        object,
        verb,
        outcome,
        subject_name: subject_name.to_owned(),
        object_name,
        evidence: first,
    }
}

impl Scene {
    pub fn form(&self) -> Form<'_> {
        Form::new(&self.alert, &self.analysis, Some(whole_telemetry()), 200)
    }

    /// The true relation, as a model states it.
    pub fn relation(&self, form: &Form<'_>) -> Value {
        let subject = form.handle_of(&Object::Entity(self.subject.as_str().into()));
        let outcome = serde_json::to_value(self.outcome).expect("an outcome");
        json!({
            "subject": subject, "verb": self.verb, "object": form.handle_of(&self.object),
            "outcome": outcome, "count": "not said", "span": "not said",
        })
    }

    /// What comes of an answer with these relations, said in this text, that cites the true evidence.
    pub fn ask(&self, form: &Form<'_>, relations: &[Value], text: &str) -> Reading {
        let number = form.number_of(&self.evidence);
        let answer = json!({ "claims": [
            { "kind": "fact", "evidence": [number], "relations": relations, "text": text }
        ] });
        let answer = form
            .read(&answer.to_string(), str::to_owned)
            .expect("an answer");
        form.summary(&answer)
    }

    /// A template with this scene's names.
    pub fn fill(&self, template: &str, names: &Names) -> String {
        template
            .replace("{s}", &self.subject_name)
            .replace("{o}", &self.object_name)
            .replace("{t}", &format!("{} UTC", at(names, SECOND).utc_clock()))
            .replace("{n}", &COUNT.to_string())
            .replace("{h}", &names.host)
            .replace("{u}", &names.user)
    }
}
