//! A script from the downloads folder registers a task that keeps calling out.

use super::{Activity, Cast, Detection, Disposition, techniques as t};

pub fn tell(cast: &mut Cast<'_>) {
    let (domain, address) = (cast.strange_domain(), cast.strange_address());
    let name = format!("AdobeFlashSync{}", cast.draw.number(10, 99));
    let script = format!(
        r"{}\AppData\Roaming\Microsoft\{}.ps1",
        cast.profile(),
        cast.draw.letters(6)
    );
    let download = format!(
        r"{}\Downloads\statement_{}.vbs",
        cast.profile(),
        cast.draw.number(100, 999)
    );
    let scheduler = cast.task_scheduler();
    let explorer = cast.desktop();
    let host = cast.process(
        0,
        explorer,
        r"C:\Windows\System32\wscript.exe",
        &format!(r#""C:\Windows\System32\WScript.exe" "{download}" "#),
    );
    cast.does(
        200,
        host,
        Activity::FileRead {
            path: download.clone(),
        },
    );
    cast.writes(1_900, host, &script);
    let line = format!("-w hidden -ep bypass -f {script}");
    let register = cast.process(
        3_400,
        host,
        r"C:\Windows\System32\schtasks.exe",
        &format!(
            r#"schtasks.exe  /create /f /sc minute /mo 15 /tn "{name}" /tr "powershell.exe {line}""#
        ),
    );
    cast.ends(register, 3_900);
    cast.does(
        3_800,
        register,
        Activity::TaskRegistered {
            name: format!(r"\{name}"),
            command: "powershell.exe".to_owned(),
            arguments: line.clone(),
        },
    );
    let id = format!("{{{}}}", cast.draw.uuid().to_uppercase());
    cast.sets(
        3_850,
        scheduler,
        &format!(
            r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Schedule\TaskCache\Tree\{name}"
        ),
        "Id",
        &id,
    );
    let user = cast.user.clone();
    for round in 0..3 {
        let at = 60_000 + round * 900_000;
        let run = cast.process_as(
            at,
            Some(scheduler),
            r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe",
            &format!("powershell.exe {line}"),
            user.clone(),
            8192,
        );
        cast.calls(at + 1_500, run, &domain, &address, 8080);
        cast.ends(run, at + 9_000);
    }

    cast.detects(Detection {
        at: 3_900,
        process: register,
        pattern: 10413,
        name: "ScheduledTaskHiddenScript",
        description: "A scheduled task was registered that starts a hidden script interpreter from a user's profile.",
        severity: 50,
        confidence: 70,
        technique: t::SCHEDULED_TASK,
        disposition: Disposition::Detected,
        prevalence: ("common", "low"),
    });
}
