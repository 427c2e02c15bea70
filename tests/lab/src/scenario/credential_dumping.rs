//! LSASS memory and the account database are written to files and packed.

use super::{Account, Activity, Cast, Detection, Disposition, techniques as t};

pub fn tell(cast: &mut Cast<'_>) {
    let folder = format!(r"C:\Windows\Temp\{}", cast.draw.letters(4));
    let dump = format!(r"{folder}\{}.log", cast.draw.letters(5));
    let lsass = {
        let wininit = cast.services();
        let parent = cast.story.processes[wininit].parent;
        cast.process_as(
            -89_998_000,
            parent,
            r"C:\Windows\System32\lsass.exe",
            r"C:\Windows\system32\lsass.exe",
            Account::system(),
            16384,
        )
    };
    let explorer = cast.desktop();
    let user = cast.user.clone();
    let shell = cast.process_as(
        0,
        Some(explorer),
        r"C:\Windows\System32\cmd.exe",
        r#""C:\Windows\System32\cmd.exe" "#,
        user,
        12288,
    );
    let list = cast.process(
        9_000,
        shell,
        r"C:\Windows\System32\tasklist.exe",
        r#"tasklist  /fi "imagename eq lsass.exe""#,
    );
    cast.ends(list, 9_600);
    let pid = cast.story.processes[lsass].pid;
    let writer = cast.process(
        22_000,
        shell,
        r"C:\Windows\System32\rundll32.exe",
        &format!(r"rundll32.exe  C:\Windows\System32\comsvcs.dll, MiniDump {pid} {dump} full"),
    );
    cast.does(
        22_100,
        writer,
        Activity::ModuleLoad {
            path: r"C:\Windows\System32\comsvcs.dll".to_owned(),
            signer: None,
        },
    );
    cast.does(
        22_200,
        writer,
        Activity::ModuleLoad {
            path: r"C:\Windows\System32\dbgcore.dll".to_owned(),
            signer: None,
        },
    );
    cast.does(
        22_300,
        writer,
        Activity::ProcessAccess {
            target: lsass,
            granted: 0x001F_FFFF,
        },
    );
    cast.does(
        23_900,
        writer,
        Activity::FileWrite {
            path: dump.clone(),
            sha256: None,
        },
    );
    cast.ends(writer, 24_500);
    for (at, hive) in [(41_000, "SAM"), (44_500, "SYSTEM")] {
        let file = format!(r"{folder}\{}.hiv", hive.to_lowercase());
        let save = cast.process(
            at,
            shell,
            r"C:\Windows\System32\reg.exe",
            &format!(r"reg  save HKLM\{hive} {file} /y"),
        );
        cast.does(
            at + 300,
            save,
            Activity::FileWrite {
                path: file,
                sha256: None,
            },
        );
        cast.ends(save, at + 700);
    }
    let pack = cast.process(
        70_000,
        shell,
        r"C:\Windows\System32\makecab.exe",
        &format!(r"makecab  {dump} {folder}\b.cab"),
    );
    cast.does(70_200, pack, Activity::FileRead { path: dump });
    cast.writes(71_500, pack, &format!(r"{folder}\b.cab"));
    cast.ends(pack, 72_000);

    cast.detects(Detection {
        at: 22_400,
        process: writer,
        pattern: 10278,
        name: "LsassMemoryDump",
        description: "A process tried to read the memory of LSASS. Adversaries do so to take credentials. Review the process tree.",
        severity: 90,
        confidence: 90,
        technique: t::LSASS,
        disposition: Disposition::Detected,
        prevalence: ("common", "common"),
    });
    cast.detects(Detection {
        at: 41_400,
        process: writer + 1,
        pattern: 10284,
        name: "RegistryHiveSaved",
        description: "A registry hive that holds credentials was saved to a file.",
        severity: 70,
        confidence: 80,
        technique: t::SAM,
        disposition: Disposition::Detected,
        prevalence: ("common", "low"),
    });
}
