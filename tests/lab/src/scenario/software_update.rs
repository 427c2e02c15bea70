//! Software deployment by the management agent: bypassed policy, a service, a task, a download, and harmless.

use super::{Account, Activity, Cast, Detection, Disposition, techniques as t};

pub fn tell(cast: &mut Cast<'_>) {
    let agent_folder = r"C:\Program Files (x86)\Microsoft Intune Management Extension";
    let policy = cast.draw.uuid();
    let version = format!("24.{:02}", cast.draw.number(5, 9));
    let services = cast.services();
    let agent = cast.process_as(
        -80_000_000,
        Some(services),
        &format!(r"{agent_folder}\Microsoft.Management.Services.IntuneWindowsAgent.exe"),
        &format!(r#""{agent_folder}\Microsoft.Management.Services.IntuneWindowsAgent.exe""#),
        Account::system(),
        16384,
    );
    let package = format!(
        r"C:\Windows\IMECache\{policy}\7z{}-x64.msi",
        version.replace('.', "")
    );
    let script = format!(r"{agent_folder}\Policies\Scripts\{policy}_1.ps1");
    cast.calls(
        0,
        agent,
        "swda01-mscdn.manage.microsoft.com",
        "13.107.213.41",
        443,
    );
    cast.writes(3_500, agent, &package);
    cast.writes(3_900, agent, &script);
    let executor = cast.process(5_000, agent, &format!(r"{agent_folder}\AgentExecutor.exe"), &format!(r#""{agent_folder}\AgentExecutor.exe" -powershell "{script}" "{agent_folder}\Policies\Results\{policy}.output" 3600"#));
    let shell = cast.process(6_200, executor, r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe", &format!(r#""C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe" -NoProfile -executionPolicy bypass -windowstyle hidden -file "{script}""#));
    cast.does(6_500, shell, Activity::FileRead { path: script });
    let stop = cast.process(
        8_000,
        shell,
        r"C:\Windows\System32\taskkill.exe",
        "taskkill  /f /im 7zFM.exe",
    );
    cast.ends(stop, 8_300);
    let installer = cast.process(
        9_000,
        shell,
        r"C:\Windows\System32\msiexec.exe",
        &format!(r#"msiexec.exe  /i "{package}" /qn /norestart REBOOT=ReallySuppress"#),
    );
    cast.does(9_800, installer, Activity::FileRead { path: package });
    cast.writes(13_000, installer, r"C:\Program Files\7-Zip\7z.exe");
    cast.writes(13_400, installer, r"C:\Program Files\7-Zip\7zFM.exe");
    cast.sets(14_000, installer, &format!(r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall\{{23170F69-40C1-2702-{}-000001000000}}", version.replace('.', "")), "DisplayVersion", &version);
    cast.ends(installer, 16_000);
    let check = cast.process(
        17_000,
        shell,
        r"C:\Windows\System32\reg.exe",
        r"reg  query HKLM\SOFTWARE\7-Zip /v Path",
    );
    cast.ends(check, 17_200);
    cast.ends(shell, 18_000);
    cast.ends(executor, 18_600);
    cast.writes(
        18_500,
        executor,
        &format!(r"{agent_folder}\Policies\Results\{policy}.output"),
    );

    cast.detects(Detection {
        at: 6_400,
        process: shell,
        pattern: 10423,
        name: "PowershellPolicyBypass",
        description: "A hidden PowerShell process ran a script with its execution policy bypassed.",
        severity: 30,
        confidence: 50,
        technique: t::POWERSHELL,
        disposition: Disposition::Detected,
        prevalence: ("common", "common"),
    });
}
