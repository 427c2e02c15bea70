//! The administrator's own maintenance task: encoded, elevated, asking the directory, and harmless.

use super::{Account, Activity, Cast, Detection, Disposition, encoded_command, techniques as t};

const POWERSHELL: &str = r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe";

pub fn tell(cast: &mut Cast<'_>) {
    let scheduler = cast.task_scheduler();
    let file_server = cast.fleet.hosts[super::fleet::FILE_SERVER].clone();
    let script = r"C:\Scripts\Maintenance\Get-StaleAccounts.ps1";
    let user: Account = cast.user.clone();
    cast.does(
        -2_000,
        scheduler,
        Activity::Logon {
            user: user.clone(),
            logon_type: 4,
            source: None,
        },
    );
    let outer = cast.process_as(
        0,
        Some(scheduler),
        POWERSHELL,
        &format!(
            "powershell.exe -NoProfile -NonInteractive -ExecutionPolicy AllSigned -File {script}"
        ),
        user,
        12288,
    );
    cast.does(
        400,
        outer,
        Activity::FileRead {
            path: script.to_owned(),
        },
    );
    let query = "Get-ADUser -Filter * -Properties LastLogonDate | Where-Object { $_.LastLogonDate -lt (Get-Date).AddDays(-90) } | Select-Object SamAccountName, LastLogonDate | Export-Csv C:\\Reports\\stale-accounts.csv -NoTypeInformation";
    let inner = cast.process(
        2_300,
        outer,
        POWERSHELL,
        &format!(
            "\"{POWERSHELL}\" -NoProfile -EncodedCommand {}",
            encoded_command(query)
        ),
    );
    cast.does(
        2_700,
        inner,
        Activity::Script {
            content: query.to_owned(),
        },
    );
    cast.does(3_100, inner, Activity::ModuleLoad { path: r"C:\Windows\System32\WindowsPowerShell\v1.0\Modules\ActiveDirectory\Microsoft.ActiveDirectory.Management.dll".to_owned(), signer: None });
    cast.does(
        3_400,
        inner,
        Activity::Connect {
            address: cast.host.local_ip.clone(),
            port: 9389,
            user_agent: None,
            url: None,
        },
    );
    cast.writes(8_900, inner, r"C:\Reports\stale-accounts.csv");
    cast.ends(inner, 9_400);
    for (at, program, line) in [
        (10_000, "net.exe", r#"net  group "Domain Admins" /domain"#),
        (11_400, "nltest.exe", "nltest  /domain_trusts"),
        (12_800, "repadmin.exe", "repadmin  /replsummary"),
    ] {
        let process = cast.process(at, outer, &format!(r"C:\Windows\System32\{program}"), line);
        cast.ends(process, at + 1_000);
    }
    cast.does(
        15_000,
        outer,
        Activity::Dns {
            name: format!(
                "{}.{}",
                file_server.hostname.to_lowercase(),
                file_server.domain
            ),
            answers: vec![file_server.local_ip.clone()],
        },
    );
    cast.does(
        15_200,
        outer,
        Activity::Connect {
            address: file_server.local_ip,
            port: 445,
            user_agent: None,
            url: None,
        },
    );
    cast.does(
        15_900,
        outer,
        Activity::FileWrite {
            path: format!(r"\\{}\Reports$\stale-accounts.csv", file_server.hostname),
            sha256: None,
        },
    );
    cast.ends(outer, 17_000);

    cast.detects(Detection {
        at: 2_600,
        process: inner,
        pattern: 10417,
        name: "PowershellEncodedCommand",
        description: "A PowerShell process ran an encoded command. Review the command line and the script.",
        severity: 50,
        confidence: 60,
        technique: t::POWERSHELL,
        disposition: Disposition::Detected,
        prevalence: ("common", "common"),
    });
}
