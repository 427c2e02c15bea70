//! A remote service removes backups, stops services and begins to rename documents on a server.

use super::{Account, Activity, Cast, Detection, Disposition, techniques as t};

pub fn tell(cast: &mut Cast<'_>) {
    let source = cast.fleet.hosts[super::fleet::WORKSTATIONS]
        .local_ip
        .clone();
    let (service, tail) = (cast.draw.letters(8), cast.draw.letters(5));
    let services = cast.services();
    let user = cast.user.clone();
    cast.does(
        -4_000,
        services,
        Activity::Logon {
            user: user.clone(),
            logon_type: 3,
            source: Some(source),
        },
    );
    let image = format!(r"C:\Windows\{service}.exe");
    cast.does(
        -1_500,
        services,
        Activity::ServiceInstalled {
            name: service.clone(),
            command: image.clone(),
        },
    );
    let worker = cast.process_as(0, Some(services), &image, &image, Account::system(), 16384);
    let shell = cast.process(
        2_100,
        worker,
        r"C:\Windows\System32\cmd.exe",
        r"cmd.exe /c C:\Windows\Temp\p.bat",
    );
    let mut shadows = 0;
    for (at, program, line) in [
        (
            3_000,
            "vssadmin.exe",
            "vssadmin.exe  delete shadows /all /quiet",
        ),
        (5_200, "wbem\\WMIC.exe", "wmic  shadowcopy delete"),
        (8_000, "wbadmin.exe", "wbadmin  delete catalog -quiet"),
        (
            10_400,
            "bcdedit.exe",
            "bcdedit  /set {default} recoveryenabled no",
        ),
        (
            11_900,
            "bcdedit.exe",
            "bcdedit  /set {default} bootstatuspolicy ignoreallfailures",
        ),
        (14_000, "net.exe", "net  stop MSSQLSERVER /y"),
        (16_500, "taskkill.exe", "taskkill  /f /im sqlservr.exe"),
        (18_800, "wevtutil.exe", "wevtutil  cl Security"),
    ] {
        let process = cast.process(at, shell, &format!(r"C:\Windows\System32\{program}"), line);
        cast.ends(process, at + 1_200);
        if at == 3_000 {
            shadows = process;
        }
    }
    let locker = cast.process(
        25_000,
        shell,
        &format!(r"C:\Windows\Temp\{tail}.exe"),
        &format!(r"C:\Windows\Temp\{tail}.exe -p D:\Shares -e {tail}"),
    );
    for (index, name) in [
        "Finance\\budget.xlsx",
        "Finance\\ledger.xlsx",
        "HR\\contracts.docx",
        "Projects\\plan.docx",
        "Projects\\drawings.pdf",
    ]
    .iter()
    .enumerate()
    {
        let at = 26_000 + i64::try_from(index).unwrap_or(0) * 350;
        cast.does(
            at,
            locker,
            Activity::FileRename {
                from: format!(r"D:\Shares\{name}"),
                to: format!(r"D:\Shares\{name}.{tail}"),
            },
        );
    }
    cast.writes(28_500, locker, r"D:\Shares\Finance\READ_ME_RESTORE.txt");
    cast.writes(28_900, locker, r"D:\Shares\HR\READ_ME_RESTORE.txt");
    cast.ends(locker, 29_300);

    cast.detects(Detection {
        at: 29_200,
        process: locker,
        pattern: 10197,
        name: "FilesEncrypted",
        description: "A process renamed many documents in a short time in the manner of ransomware. The process was terminated.",
        severity: 90,
        confidence: 100,
        technique: t::ENCRYPTED,
        disposition: Disposition::Killed,
        prevalence: ("unique", "unique"),
    });
    cast.detects(Detection {
        at: 3_100,
        process: shadows,
        pattern: 10203,
        name: "BackupDeletion",
        description: "A process deleted volume shadow copies. Ransomware does so to prevent recovery.",
        severity: 90,
        confidence: 80,
        technique: t::INHIBIT_RECOVERY,
        disposition: Disposition::Detected,
        prevalence: ("common", "low"),
    });
}
