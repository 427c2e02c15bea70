//! What happened, told once and in no vendor's words: typed events that every renderer turns into its own records.

mod administrator_script;
pub mod background;
mod credential_dumping;
pub mod fleet;
mod hands_on_keyboard;
pub mod hostile;
mod lolbin_download;
mod phishing_document;
mod ransomware_staging;
mod scheduled_task;
mod software_update;

use crate::draw::{Draw, md5_of, sha256_of};
use fleet::{Fleet, Host, Person};

/// Secrets that the stories give away.
pub const SECRETS: &[&str] = &[hands_on_keyboard::SHARE_PASSWORD];

/// The account under which a process runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Account name.
    pub name: String,
    /// NetBIOS domain or machine authority.
    pub domain: String,
    /// Security identifier (Windows) or uid.
    pub sid: String,
    /// E-mail address, for people.
    pub mail: Option<String>,
}

impl Account {
    /// The machine's own account.
    #[must_use]
    pub fn system() -> Self {
        Self {
            name: "SYSTEM".to_owned(),
            domain: "NT AUTHORITY".to_owned(),
            sid: "S-1-5-18".to_owned(),
            mail: None,
        }
    }

    /// root on Linux and macOS.
    #[must_use]
    pub fn root() -> Self {
        Self {
            name: "root".to_owned(),
            domain: String::new(),
            sid: "0".to_owned(),
            mail: None,
        }
    }
}

impl From<&Person> for Account {
    fn from(person: &Person) -> Self {
        Self {
            name: person.name.clone(),
            domain: person.domain.clone(),
            sid: person.sid.clone(),
            mail: Some(person.mail.clone()),
        }
    }
}

/// A process of a story; an index into [`Story::processes`] names it.
#[derive(Debug, Clone)]
pub struct Process {
    /// Who started it; the first ancestor has none.
    pub parent: Option<usize>,
    /// Full path in the system's own writing (`C:\…`, `/…`).
    pub image: String,
    /// Command line as started.
    pub cmdline: String,
    /// Account.
    pub user: Account,
    /// The operating system's number.
    pub pid: u32,
    /// A number that no other process of any host has.
    pub uid: u64,
    /// Milliseconds since the story's start; negative for what ran long before.
    pub started: i64,
    /// Milliseconds since the story's start; none while it runs.
    pub ended: Option<i64>,
    /// Windows integrity (4096 low, 8192 medium, 12288 high, 16384 system).
    pub integrity: u32,
    /// SHA-256 of the image.
    pub sha256: String,
    /// MD5 of the image.
    pub md5: String,
}

impl Process {
    /// The image's last part.
    #[must_use]
    pub fn name(&self) -> &str {
        base_name(&self.image)
    }
}

/// The last part of a path of either writing.
#[must_use]
pub fn base_name(path: &str) -> &str {
    path.rsplit(['\\', '/']).next().unwrap_or(path)
}

/// What an event says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Activity {
    /// The process with this index began.
    ProcessStart(usize),
    /// A file was written.
    FileWrite {
        /// Full path.
        path: String,
        /// Of the content; none where a sensor does not hash it.
        sha256: Option<String>,
    },
    /// A file was read.
    FileRead {
        /// Full path.
        path: String,
    },
    /// A file got another name.
    FileRename {
        /// Before.
        from: String,
        /// After.
        to: String,
    },
    /// A name was resolved.
    Dns {
        /// The name asked for.
        name: String,
        /// Addresses answered.
        answers: Vec<String>,
    },
    /// A connection was opened.
    Connect {
        /// Far address.
        address: String,
        /// Far port.
        port: u16,
        /// User agent, where the connection was seen to be HTTP.
        user_agent: Option<String>,
        /// URL, where the connection was seen to be HTTP.
        url: Option<String>,
    },
    /// A registry value was set.
    RegistrySet {
        /// `HKLM\…` or `HKU\<sid>\…`.
        key: String,
        /// Name of the value.
        value: String,
        /// Data.
        data: String,
    },
    /// A scheduled task was registered.
    TaskRegistered {
        /// With its folder, `\Vendor\Name`.
        name: String,
        /// Program.
        command: String,
        /// Arguments.
        arguments: String,
    },
    /// A service was installed.
    ServiceInstalled {
        /// Name.
        name: String,
        /// Program with arguments.
        command: String,
    },
    /// Somebody signed in.
    Logon {
        /// Account.
        user: Account,
        /// Windows logon type (2 interactive, 3 network, 10 remote interactive).
        logon_type: u8,
        /// Address it came from.
        source: Option<String>,
    },
    /// A module was loaded.
    ModuleLoad {
        /// Full path.
        path: String,
        /// Subject of the certificate that it is signed with, where the sensor told it.
        signer: Option<String>,
    },
    /// A process was opened by another.
    ProcessAccess {
        /// Index of the opened process.
        target: usize,
        /// Access mask.
        granted: u32,
    },
    /// A script ran inside the process.
    Script {
        /// Its text.
        content: String,
    },
}

/// One thing that happened: when, where, by whom.
#[derive(Debug, Clone)]
pub struct Event {
    /// Milliseconds since the story's start.
    pub at: i64,
    /// Index of the host in the fleet.
    pub host: usize,
    /// Account.
    pub user: Account,
    /// Index of the acting process; none where only the system acted.
    pub actor: Option<usize>,
    /// What.
    pub activity: Activity,
}

/// What the sensor did about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disposition {
    /// Nothing but telling.
    Detected,
    /// The process was not allowed to start.
    Blocked,
    /// The process was ended.
    Killed,
    /// The written file was moved away.
    Quarantined,
}

/// An ATT&CK technique with its tactic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Technique {
    /// `TA0002`.
    pub tactic_id: &'static str,
    /// `Execution`.
    pub tactic: &'static str,
    /// `T1059.001`.
    pub id: &'static str,
    /// `PowerShell`.
    pub name: &'static str,
}

/// The moment at which a sensor spoke up.
#[derive(Debug, Clone)]
pub struct Detection {
    /// Milliseconds since the story's start.
    pub at: i64,
    /// Index of the process it is about.
    pub process: usize,
    /// A number for the pattern that matched.
    pub pattern: u32,
    /// Name of the pattern.
    pub name: &'static str,
    /// A sentence about the pattern.
    pub description: &'static str,
    /// 10 informational, 30 low, 50 medium, 70 high, 90 critical.
    pub severity: u8,
    /// 0 to 100.
    pub confidence: u8,
    /// What it is filed under.
    pub technique: Technique,
    /// What was done.
    pub disposition: Disposition,
    /// How common the image is everywhere and in this organization.
    pub prevalence: (&'static str, &'static str),
}

/// A sequence of events on one host with the alerts that came of it.
#[derive(Debug, Clone)]
pub struct Story {
    /// Name by which tests ask for it; no rendered record holds it.
    pub name: String,
    /// Index of the host in the fleet.
    pub host: usize,
    /// The person it is about.
    pub user: Account,
    /// Milliseconds before the lab's start at which it began.
    pub begins_before: i64,
    /// Processes with their ancestry.
    pub processes: Vec<Process>,
    /// Events in order of time.
    pub events: Vec<Event>,
    /// Alerts, the weightiest first.
    pub detections: Vec<Detection>,
}

/// What a scenario is told with: its host, its person, its draws, and the story so far.
#[derive(Debug)]
pub struct Cast<'a> {
    /// Everybody.
    pub fleet: &'a Fleet,
    /// The host.
    pub host: &'a Host,
    /// The person.
    pub user: Account,
    /// Draws of this scenario.
    pub draw: Draw,
    story: Story,
    next_uid: u64,
}

impl<'a> Cast<'a> {
    fn new(
        fleet: &'a Fleet,
        seed: u64,
        name: &str,
        host: usize,
        user: usize,
        begins_before: i64,
    ) -> Self {
        let mut draw = Draw::new(seed, &format!("story {name}"));
        let account = Account::from(&fleet.people[user]);
        let next_uid = draw.number(4_300_000_000, 980_000_000_000);
        let story = Story {
            name: name.to_owned(),
            host,
            user: account.clone(),
            begins_before,
            processes: Vec::new(),
            events: Vec::new(),
            detections: Vec::new(),
        };
        Self {
            fleet,
            host: &fleet.hosts[host],
            user: account,
            draw,
            story,
            next_uid,
        }
    }

    /// A process that `parent` started at `at`, under the story's person unless [`Self::process_as`] is used.
    pub fn process(&mut self, at: i64, parent: usize, image: &str, cmdline: &str) -> usize {
        let user = self.story.processes[parent].user.clone();
        let integrity = self.story.processes[parent].integrity;
        self.process_as(at, Some(parent), image, cmdline, user, integrity)
    }

    /// A process under an account and at an integrity level of its own.
    pub fn process_as(
        &mut self,
        at: i64,
        parent: Option<usize>,
        image: &str,
        cmdline: &str,
        user: Account,
        integrity: u32,
    ) -> usize {
        let index = self.story.processes.len();
        self.next_uid += self.draw.number(90_000, 9_000_000);
        // A system binary is the same file on every host of a build; anything else is this story's own.
        let lower = image.to_lowercase();
        let shared = lower.starts_with(r"c:\windows\") && !lower.contains(r"\temp\")
            || lower.starts_with("/usr/")
            || lower.starts_with("/bin/");
        let file = if shared || lower.starts_with(r"c:\program files") {
            format!("{lower} {}", self.host.build)
        } else {
            format!("{lower} {}", self.story.name)
        };
        let pid = u32::try_from(self.draw.number(220, 5200) * 4).unwrap_or(4000);
        self.story.processes.push(Process {
            parent,
            image: image.to_owned(),
            cmdline: cmdline.to_owned(),
            user: user.clone(),
            pid,
            uid: self.next_uid,
            started: at,
            ended: None,
            integrity,
            sha256: sha256_of(&file),
            md5: md5_of(&file),
        });
        self.story.events.push(Event {
            at,
            host: self.story.host,
            user,
            actor: parent,
            activity: Activity::ProcessStart(index),
        });
        index
    }

    /// The process ended at `at`.
    pub fn ends(&mut self, process: usize, at: i64) {
        self.story.processes[process].ended = Some(at);
    }

    /// `actor` did something at `at`.
    pub fn does(&mut self, at: i64, actor: usize, activity: Activity) {
        let user = self.story.processes[actor].user.clone();
        self.story.events.push(Event {
            at,
            host: self.story.host,
            user,
            actor: Some(actor),
            activity,
        });
    }

    /// `actor` wrote a file, whose hash comes from its path and the story.
    pub fn writes(&mut self, at: i64, actor: usize, path: &str) {
        let sha256 = Some(sha256_of(&format!(
            "{} {}",
            path.to_lowercase(),
            self.story.name
        )));
        self.does(
            at,
            actor,
            Activity::FileWrite {
                path: path.to_owned(),
                sha256,
            },
        );
    }

    /// `actor` resolved a name and connected to the answer.
    pub fn calls(&mut self, at: i64, actor: usize, name: &str, address: &str, port: u16) {
        self.does(
            at,
            actor,
            Activity::Dns {
                name: name.to_owned(),
                answers: vec![address.to_owned()],
            },
        );
        self.does(
            at + 120,
            actor,
            Activity::Connect {
                address: address.to_owned(),
                port,
                user_agent: None,
                url: None,
            },
        );
    }

    /// `actor` set a registry value.
    pub fn sets(&mut self, at: i64, actor: usize, key: &str, value: &str, data: &str) {
        self.does(
            at,
            actor,
            Activity::RegistrySet {
                key: key.to_owned(),
                value: value.to_owned(),
                data: data.to_owned(),
            },
        );
    }

    /// The sensor spoke up.
    pub fn detects(&mut self, detection: Detection) {
        self.story.detections.push(detection);
    }

    /// winlogon, userinit, explorer: where a person's programs come from. Returns explorer.
    pub fn desktop(&mut self) -> usize {
        let user = self.user.clone();
        let winlogon = self.process_as(
            -7_260_000,
            None,
            r"C:\Windows\System32\winlogon.exe",
            "winlogon.exe",
            Account::system(),
            16384,
        );
        let userinit = self.process_as(
            -7_258_000,
            Some(winlogon),
            r"C:\Windows\System32\userinit.exe",
            r"C:\Windows\system32\userinit.exe",
            user.clone(),
            8192,
        );
        self.ends(userinit, -7_230_000);
        let explorer = self.process_as(
            -7_257_000,
            Some(userinit),
            r"C:\Windows\explorer.exe",
            r"C:\Windows\Explorer.EXE",
            user.clone(),
            8192,
        );
        self.story.events.push(Event {
            at: -7_259_000,
            host: self.story.host,
            user: user.clone(),
            actor: Some(winlogon),
            activity: Activity::Logon {
                user,
                logon_type: 2,
                source: None,
            },
        });
        explorer
    }

    /// wininit, services: where services come from. Returns services.exe.
    pub fn services(&mut self) -> usize {
        let wininit = self.process_as(
            -90_000_000,
            None,
            r"C:\Windows\System32\wininit.exe",
            "wininit.exe",
            Account::system(),
            16384,
        );
        self.process_as(
            -89_999_000,
            Some(wininit),
            r"C:\Windows\System32\services.exe",
            r"C:\Windows\system32\services.exe",
            Account::system(),
            16384,
        )
    }

    /// The task scheduler's service host.
    pub fn task_scheduler(&mut self) -> usize {
        let services = self.services();
        self.process_as(
            -89_990_000,
            Some(services),
            r"C:\Windows\System32\svchost.exe",
            r"C:\Windows\system32\svchost.exe -k netsvcs -p -s Schedule",
            Account::system(),
            16384,
        )
    }

    /// The person's profile folder.
    #[must_use]
    pub fn profile(&self) -> String {
        format!(r"C:\Users\{}", self.user.name)
    }

    /// A name outside that nobody knows.
    pub fn strange_domain(&mut self) -> String {
        const FIRST: &[&str] = &[
            "cdn", "static", "sync", "edge", "files", "portal", "img", "mail",
        ];
        const LAST: &[&str] = &["example.net", "example.org"];
        let (word, tail) = (*self.draw.pick(FIRST), *self.draw.pick(LAST));
        format!("{word}-{}.{tail}", self.draw.letters(7))
    }

    /// An address outside.
    pub fn strange_address(&mut self) -> String {
        format!("203.0.113.{}", self.draw.number(3, 250))
    }

    fn finish(mut self) -> Story {
        self.story.events.sort_by_key(|event| event.at);
        self.story
    }
}

type Tell = fn(&mut Cast<'_>);

/// Every scenario: its name, its host, its person (none: the host's owner), minutes before the start, and its teller.
const SCENARIOS: &[(&str, usize, Option<usize>, i64, Tell)] = &[
    (
        "hands-on-keyboard-powershell",
        fleet::WORKSTATIONS,
        None,
        14,
        hands_on_keyboard::tell,
    ),
    (
        "lolbin-download",
        fleet::WORKSTATIONS + 1,
        None,
        31,
        lolbin_download::tell,
    ),
    (
        "credential-dumping",
        fleet::WORKSTATIONS + 2,
        Some(fleet::ADMINISTRATOR),
        52,
        credential_dumping::tell,
    ),
    (
        "ransomware-staging",
        fleet::FILE_SERVER,
        Some(fleet::ADMINISTRATOR),
        8,
        ransomware_staging::tell,
    ),
    (
        "phishing-document",
        fleet::WORKSTATIONS + 3,
        None,
        75,
        phishing_document::tell,
    ),
    (
        "scheduled-task-persistence",
        fleet::OFFLINE,
        None,
        190,
        scheduled_task::tell,
    ),
    (
        "administrator-script",
        fleet::DOMAIN_CONTROLLER,
        Some(fleet::ADMINISTRATOR),
        120,
        administrator_script::tell,
    ),
    (
        "software-update",
        fleet::WORKSTATIONS + 4,
        None,
        240,
        software_update::tell,
    ),
];

/// The eight scenarios of a seed.
#[must_use]
pub fn scenarios(seed: u64, fleet: &Fleet) -> Vec<Story> {
    SCENARIOS
        .iter()
        .map(|(name, host, user, minutes, tell)| {
            let user = user.unwrap_or(fleet.hosts[*host].owner);
            let mut cast = Cast::new(fleet, seed, name, *host, user, minutes * 60_000);
            tell(&mut cast);
            cast.finish()
        })
        .collect()
}

/// UTF-16LE in base64, as `-EncodedCommand` takes it.
#[must_use]
pub fn encoded_command(script: &str) -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let bytes: Vec<u8> = script.encode_utf16().flat_map(u16::to_le_bytes).collect();
    STANDARD.encode(bytes)
}

/// Techniques that the stories are filed under (ids and names as in ATT&CK).
pub mod techniques {
    use super::Technique;

    macro_rules! technique {
        ($name:ident, $tactic_id:literal, $tactic:literal, $id:literal, $text:literal) => {
            #[doc = concat!($id, " ", $text)]
            pub const $name: Technique = Technique {
                tactic_id: $tactic_id,
                tactic: $tactic,
                id: $id,
                name: $text,
            };
        };
    }

    technique!(POWERSHELL, "TA0002", "Execution", "T1059.001", "PowerShell");
    technique!(
        COMMAND_SHELL,
        "TA0002",
        "Execution",
        "T1059.003",
        "Windows Command Shell"
    );
    technique!(UNIX_SHELL, "TA0002", "Execution", "T1059.004", "Unix Shell");
    technique!(
        USER_EXECUTION,
        "TA0002",
        "Execution",
        "T1204.002",
        "Malicious File"
    );
    technique!(
        DISABLE_TOOLS,
        "TA0005",
        "Defense Evasion",
        "T1562.001",
        "Disable or Modify Tools"
    );
    technique!(
        RUNDLL32,
        "TA0005",
        "Defense Evasion",
        "T1218.011",
        "Rundll32"
    );
    technique!(MSHTA, "TA0005", "Defense Evasion", "T1218.005", "Mshta");
    technique!(
        ACCOUNT_DISCOVERY,
        "TA0007",
        "Discovery",
        "T1087.002",
        "Domain Account"
    );
    technique!(
        NETWORK_DISCOVERY,
        "TA0007",
        "Discovery",
        "T1018",
        "Remote System Discovery"
    );
    technique!(
        TOOL_TRANSFER,
        "TA0011",
        "Command and Control",
        "T1105",
        "Ingress Tool Transfer"
    );
    technique!(
        REMOTE_ACCESS,
        "TA0011",
        "Command and Control",
        "T1219",
        "Remote Access Tools"
    );
    technique!(
        LSASS,
        "TA0006",
        "Credential Access",
        "T1003.001",
        "LSASS Memory"
    );
    technique!(
        SAM,
        "TA0006",
        "Credential Access",
        "T1003.002",
        "Security Account Manager"
    );
    technique!(
        BROWSER_PASSWORDS,
        "TA0006",
        "Credential Access",
        "T1555.003",
        "Credentials from Web Browsers"
    );
    technique!(
        INHIBIT_RECOVERY,
        "TA0040",
        "Impact",
        "T1490",
        "Inhibit System Recovery"
    );
    technique!(
        ENCRYPTED,
        "TA0040",
        "Impact",
        "T1486",
        "Data Encrypted for Impact"
    );
    technique!(
        ATTACHMENT,
        "TA0001",
        "Initial Access",
        "T1566.001",
        "Spearphishing Attachment"
    );
    technique!(
        SCHEDULED_TASK,
        "TA0003",
        "Persistence",
        "T1053.005",
        "Scheduled Task"
    );
    technique!(
        RUN_KEY,
        "TA0003",
        "Persistence",
        "T1547.001",
        "Registry Run Keys / Startup Folder"
    );
    technique!(CRON, "TA0003", "Persistence", "T1053.003", "Cron");
    technique!(
        OVERWATCH,
        "CSTA0006",
        "Falcon Overwatch",
        "CST0002",
        "Malicious Activity"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> (Fleet, Vec<Story>) {
        let fleet = Fleet::new(11);
        let stories = scenarios(11, &fleet);
        (fleet, stories)
    }

    #[test]
    fn the_eight_scenarios_have_between_eight_and_forty_events_and_at_least_one_detection() {
        let (_, stories) = all();
        assert_eq!(stories.len(), 8);
        for story in &stories {
            assert!(
                (8..=40).contains(&story.events.len()),
                "{} has {} events",
                story.name,
                story.events.len()
            );
            assert!(!story.detections.is_empty(), "{}", story.name);
        }
    }

    #[test]
    fn every_process_began_after_its_parent_and_every_event_while_its_actor_ran() {
        let (_, stories) = all();
        for story in &stories {
            for process in &story.processes {
                if let Some(parent) = process.parent {
                    let parent = &story.processes[parent];
                    assert!(
                        parent.started <= process.started,
                        "{}: {} before {}",
                        story.name,
                        process.cmdline,
                        parent.cmdline
                    );
                }
                assert!(
                    process.ended.is_none_or(|end| end >= process.started),
                    "{}: {}",
                    story.name,
                    process.cmdline
                );
            }
            for event in &story.events {
                if let Some(actor) = event.actor {
                    let actor = &story.processes[actor];
                    assert!(
                        event.at >= actor.started,
                        "{}: {:?} before {}",
                        story.name,
                        event.activity,
                        actor.cmdline
                    );
                    assert!(
                        actor.ended.is_none_or(|end| event.at <= end),
                        "{}: {:?} after {}",
                        story.name,
                        event.activity,
                        actor.cmdline
                    );
                }
            }
            for detection in &story.detections {
                assert!(
                    detection.at >= story.processes[detection.process].started,
                    "{}: {}",
                    story.name,
                    detection.name
                );
                assert!(
                    detection.at <= story.begins_before,
                    "{} is detected before the lab starts",
                    story.name
                );
            }
        }
    }

    #[test]
    fn windows_ancestry_leads_back_to_the_desktop_or_the_services() {
        let (_, stories) = all();
        for story in &stories {
            for detection in &story.detections {
                let mut process = detection.process;
                while let Some(parent) = story.processes[process].parent {
                    process = parent;
                }
                let root = story.processes[process].name().to_lowercase();
                assert!(
                    ["winlogon.exe", "wininit.exe"].contains(&root.as_str()),
                    "{}: {root}",
                    story.name
                );
            }
        }
    }

    #[test]
    fn another_seed_moves_every_host_id_and_process_id() {
        let one = scenarios(1, &Fleet::new(1));
        let two = scenarios(2, &Fleet::new(2));
        for (one, two) in one.iter().zip(&two) {
            assert_eq!(one.name, two.name);
            assert_ne!(one.processes[0].uid, two.processes[0].uid);
        }
    }
}
