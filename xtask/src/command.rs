//! Runs other programs: quietly with a log, shown line by line, or in the background until dropped.
//! Whatever way it is run, a program ends when `cargo xtask` is interrupted.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, IsTerminal, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use std::{env, thread};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use crate::error::Error;
use crate::places::Places;
use crate::setup;

/// How often a running program and the interrupt flag are looked at.
const POLL: Duration = Duration::from_millis(50);
/// How long a quiet program may be silent on the terminal before its last line is shown.
const HEARTBEAT: Duration = Duration::from_secs(20);
/// What a program gets between the request to end and being killed.
const GRACE: Duration = Duration::from_secs(5);
/// How many of a failed program's last lines its error quotes.
const QUOTED_LINES: usize = 15;

static INTERRUPTED: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// Notes Ctrl-C, termination and hang-up from now on, for [`interrupted`]; a second one ends this process at once.
///
/// # Errors
/// When the handlers cannot be set.
pub fn watch_for_interrupts() -> io::Result<()> {
    let flag = INTERRUPTED.get_or_init(Arc::default);
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        // In this order the first signal finds the flag down and only raises it.
        signal_hook::flag::register_conditional_shutdown(signal, 130, Arc::clone(flag))?;
        signal_hook::flag::register(signal, Arc::clone(flag))?;
    }
    Ok(())
}

/// Whether the person wants everything to end.
pub fn interrupted() -> bool {
    INTERRUPTED
        .get()
        .is_some_and(|flag| flag.load(Ordering::Relaxed))
}

/// A program in the root of the tree, with the tools of the cache folder on its path and nothing to read from.
pub fn command(places: &Places, program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command
        .current_dir(&places.root)
        .stdin(Stdio::null())
        .env("PATH", setup::search_path(places));
    // What `cargo run` told us about ourselves would make build scripts of others run again.
    for (name, _) in env::vars_os().filter(|(name, _)| is_about_this_crate(name)) {
        command.env_remove(name);
    }
    command
}

fn is_about_this_crate(name: &OsString) -> bool {
    let Some(name) = name.to_str() else {
        return false;
    };
    ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_"]
        .iter()
        .any(|prefix| name.starts_with(prefix))
        || [
            "CARGO",
            "CARGO_CRATE_NAME",
            "CARGO_PRIMARY_PACKAGE",
            "OUT_DIR",
        ]
        .contains(&name)
}

/// What a program prints to standard output if it exits with success within ten seconds or so; for asking versions.
pub fn answer(mut command: Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Runs a program to its end with its output in the file `log`; every 20 seconds a line says that it goes on.
///
/// # Errors
/// When it cannot be started, does not succeed (with its last lines), or takes longer than `limit`.
pub fn quiet(mut command: Command, log: &Path, limit: Option<Duration>) -> Result<(), Error> {
    let shown = line_of(&command);
    let cannot_log = |e| Error::new(format!("write {}", log.display()), e);
    if let Some(folder) = log.parent() {
        fs::create_dir_all(folder).map_err(cannot_log)?;
    }
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(log)
        .map_err(cannot_log)?;
    writeln!(file, "$ {shown}").map_err(cannot_log)?;
    let copy = file.try_clone().map_err(cannot_log)?;
    let mut child = command
        .stdout(file)
        .stderr(copy)
        .spawn()
        .map_err(|e| Error::new(format!("start `{shown}`"), e))?;

    let started = Instant::now();
    let mut next_beat = HEARTBEAT;
    let status = loop {
        if let Some(status) = child.try_wait().map_err(|e| Error::new("wait", e))? {
            break status;
        }
        if interrupted() {
            end(&mut child, false);
            return Err(Error::Interrupted);
        }
        if limit.is_some_and(|limit| started.elapsed() > limit) {
            end(&mut child, false);
            return Err(Error::new(
                format!("run `{shown}`"),
                format!("it had not ended after {} s", started.elapsed().as_secs()),
            ));
        }
        if started.elapsed() > next_beat {
            let last = last_lines(log, 1);
            println!("    {} s … {}", next_beat.as_secs(), last.trim());
            next_beat += HEARTBEAT;
        }
        thread::sleep(POLL);
    };
    if status.success() {
        return Ok(());
    }
    Err(Error::new(
        format!("run `{shown}`"),
        format!(
            "{status}; its last lines:\n{}\n(all of it: {})",
            last_lines(log, QUOTED_LINES),
            log.display()
        ),
    ))
}

/// What a program prints to standard output, whether it succeeds or not.
///
/// # Errors
/// When it cannot be started.
pub fn printed(mut command: Command) -> Result<String, Error> {
    let output = command
        .output()
        .map_err(|e| Error::new(format!("start `{}`", line_of(&command)), e))?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// How a shown program ended.
#[derive(Debug)]
pub struct Shown {
    /// Whether it exited with 0.
    pub success: bool,
    /// What it printed on both streams, in the order of arrival, without colours.
    pub lines: Vec<String>,
}

/// Runs a program to its end in a process group of its own, passing on each line that it prints as it comes.
///
/// # Errors
/// When it cannot be started, prints nothing for as long as `silence`, or the person interrupts;
/// a program that fails is no error here.
pub fn shown(mut command: Command, silence: Duration) -> Result<Shown, Error> {
    let line = line_of(&command);
    if io::stdout().is_terminal() {
        command
            .env("CARGO_TERM_COLOR", "always")
            .env("FORCE_COLOR", "1");
    }
    let mut child = command
        .process_group(0)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| Error::new(format!("start `{line}`"), e))?;
    let (sender, receiver) = mpsc::channel();
    if let Some(stdout) = child.stdout.take() {
        forward(stdout, sender.clone());
    }
    if let Some(stderr) = child.stderr.take() {
        forward(stderr, sender);
    }
    let mut lines = Vec::new();
    let mut ended: Option<(ExitStatus, Instant)> = None;
    let mut last_word = Instant::now();
    loop {
        match receiver.recv_timeout(POLL) {
            Ok(line) => {
                last_word = Instant::now();
                println!("{line}");
                lines.push(without_colours(&line));
            }
            Err(RecvTimeoutError::Disconnected) => break,
            // A grandchild may hold the pipes open for ever: what it says later is not waited for.
            Err(RecvTimeoutError::Timeout) => {
                if ended.is_some_and(|(_, at)| at.elapsed() > GRACE) {
                    break;
                }
            }
        }
        if interrupted() {
            end(&mut child, true);
            return Err(Error::Interrupted);
        }
        if last_word.elapsed() > silence {
            end(&mut child, true);
            return Err(Error::new(
                format!("run `{line}`"),
                format!("it printed nothing for {} s", silence.as_secs()),
            ));
        }
        if ended.is_none() {
            let status = child.try_wait().map_err(|e| Error::new("wait", e))?;
            ended = status.map(|status| (status, Instant::now()));
        }
    }
    let status = match ended {
        Some((status, _)) => status,
        None => child.wait().map_err(|e| Error::new("wait", e))?,
    };
    // What it started and left behind, such as a browser, ends with it.
    end(&mut child, true);
    Ok(Shown {
        success: status.success(),
        lines,
    })
}

fn forward(stream: impl Read + Send + 'static, to: mpsc::Sender<String>) {
    thread::spawn(move || {
        let mut reader = BufReader::new(stream);
        let mut bytes = Vec::new();
        while reader.read_until(b'\n', &mut bytes).is_ok_and(|n| n > 0) {
            let line = String::from_utf8_lossy(&bytes);
            if to
                .send(line.trim_end_matches(['\n', '\r']).to_owned())
                .is_err()
            {
                return;
            }
            bytes.clear();
        }
    });
}

/// A program in the background, with all that it starts; ended when dropped.
#[derive(Debug)]
pub struct Running {
    name: &'static str,
    child: Child,
    log: PathBuf,
}

impl Running {
    /// Starts `command` in a process group of its own, with its output in the file `log`.
    ///
    /// # Errors
    /// When the log cannot be written or the program cannot be started.
    pub fn start(name: &'static str, mut command: Command, log: &Path) -> Result<Self, Error> {
        let cannot = |e| Error::new(format!("start {name}"), e);
        let file = File::create(log).map_err(cannot)?;
        let copy = file.try_clone().map_err(cannot)?;
        let child = command
            .process_group(0)
            .stdout(file)
            .stderr(copy)
            .spawn()
            .map_err(cannot)?;
        Ok(Self {
            name,
            child,
            log: log.to_path_buf(),
        })
    }

    /// Waits until `ready` finds what it looks for in the output so far, or by other means.
    ///
    /// # Errors
    /// When the program ends before, or `limit` passes, or the person interrupts.
    pub fn wait_until<T>(
        &mut self,
        limit: Duration,
        mut ready: impl FnMut(&str) -> Option<T>,
    ) -> Result<T, Error> {
        let started = Instant::now();
        loop {
            let output = fs::read(&self.log).unwrap_or_default();
            if let Some(found) = ready(&String::from_utf8_lossy(&output)) {
                return Ok(found);
            }
            if self.has_ended() {
                return Err(self.failure("it ended"));
            }
            if started.elapsed() > limit {
                return Err(self.failure(&format!("it was not ready after {} s", limit.as_secs())));
            }
            if interrupted() {
                return Err(Error::Interrupted);
            }
            thread::sleep(POLL);
        }
    }

    /// Whether the program is no longer there.
    pub fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// The error that this program went wrong, with the end of what it printed.
    pub fn failure(&self, reason: &str) -> Error {
        Error::new(
            format!("keep {} running", self.name),
            format!(
                "{reason}; its last lines:\n{}",
                last_lines(&self.log, QUOTED_LINES)
            ),
        )
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        end(&mut self.child, true);
    }
}

/// Asks a program (and its group, if it has its own) to end, and kills what is still there after the grace time.
fn end(child: &mut Child, group: bool) {
    let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) else {
        return;
    };
    // That nothing is there any more is what we want: the results do not matter.
    let signal = |signal| {
        let _ = if group {
            kill_process_group(pid, signal)
        } else {
            kill_process(pid, signal)
        };
    };
    if matches!(child.try_wait(), Ok(None)) {
        signal(Signal::TERM);
        let asked = Instant::now();
        while matches!(child.try_wait(), Ok(None)) && asked.elapsed() < GRACE {
            thread::sleep(POLL);
        }
    }
    // Of a single program nothing else can be left, and its number may be another's by now.
    if group || matches!(child.try_wait(), Ok(None)) {
        signal(Signal::KILL);
    }
    let _ = child.wait();
}

/// The command as a person would type it, near enough to read.
fn line_of(command: &Command) -> String {
    let mut line = command.get_program().to_string_lossy().into_owned();
    for argument in command.get_args() {
        line.push(' ');
        line.push_str(&argument.to_string_lossy());
    }
    line
}

fn last_lines(log: &Path, count: usize) -> String {
    let bytes = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}

/// `line` without terminal colour sequences.
fn without_colours(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find("\u{1b}[") {
        plain.push_str(&rest[..at]);
        let after = &rest[at + 2..];
        let end = after.find(|c: char| c.is_ascii_alphabetic());
        rest = end.map_or("", |end| &after[end + 1..]);
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_secs(60);

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn a_quiet_failure_quotes_the_last_lines_and_names_the_log() {
        let folder = tempfile::tempdir().expect("a folder");
        let log = folder.path().join("deep/step.log");
        let error = quiet(
            shell("echo first; printf '\\377bad\\n'; exit 3"),
            &log,
            None,
        )
        .expect_err("it exits with 3")
        .to_string();
        for part in ["first", "\u{fffd}bad", "exit status: 3", "step.log"] {
            assert!(error.contains(part), "{part} in {error}");
        }
    }

    #[test]
    fn a_quiet_program_that_hangs_is_ended_at_its_limit() {
        let folder = tempfile::tempdir().expect("a folder");
        let log = folder.path().join("log");
        let error = quiet(shell("exec sleep 600"), &log, Some(Duration::ZERO))
            .expect_err("it hangs")
            .to_string();
        assert!(error.contains("had not ended"), "{error}");
    }

    #[test]
    fn a_shown_program_gives_its_lines_without_colours_and_its_success() {
        let script = "printf '\\033[32mgreen\\033[0m\\n'; echo bad >&2; exit 1";
        let result = shown(shell(script), SOON).expect("it starts");
        assert!(!result.success);
        let mut lines = result.lines;
        lines.sort();
        assert_eq!(lines, ["bad", "green"]);
    }

    #[test]
    fn a_shown_program_that_says_nothing_is_ended() {
        let error = shown(shell("exec sleep 600"), Duration::ZERO)
            .expect_err("it hangs")
            .to_string();
        assert!(error.contains("printed nothing"), "{error}");
    }

    #[test]
    fn what_a_shown_program_leaves_behind_ends_with_it() {
        let result = shown(shell("sleep 600 >/dev/null 2>&1 & echo $!"), SOON).expect("it runs");
        wait_until_gone(&result.lines[0]);
    }

    /// Returns once no process of that number runs; one that nobody has asked for its state yet does not.
    fn wait_until_gone(number: &str) {
        let stat = format!("/proc/{number}/stat");
        let asked = Instant::now();
        while fs::read_to_string(&stat).is_ok_and(|stat| !stat.contains(") Z")) {
            assert!(asked.elapsed() < SOON, "{number} still runs");
            thread::sleep(POLL);
        }
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let error = shown(Command::new("no-such-program"), SOON).expect_err("it cannot start");
        assert!(error.to_string().contains("no-such-program"));
    }

    #[test]
    fn dropping_a_running_program_ends_what_it_started_too() {
        let folder = tempfile::tempdir().expect("a folder");
        let log = folder.path().join("log");
        let mut running =
            Running::start("a shell", shell("sleep 600 & echo $!; wait"), &log).expect("it starts");
        let grandchild = running
            .wait_until(SOON, |output| output.strip_suffix('\n').map(str::to_owned))
            .expect("it says its child's number");
        drop(running);
        wait_until_gone(&grandchild);
    }

    #[test]
    fn a_running_program_that_ends_early_is_an_error_with_its_words() {
        let folder = tempfile::tempdir().expect("a folder");
        let log = folder.path().join("log");
        let mut running =
            Running::start("a shell", shell("echo no port left"), &log).expect("it starts");
        let error = running
            .wait_until(SOON, |_| None::<()>)
            .expect_err("it never gets ready");
        assert!(error.to_string().contains("no port left"), "{error}");
    }

    #[test]
    fn colours_go_and_the_rest_stays() {
        assert_eq!(without_colours("\u{1b}[1;32mok\u{1b}[0m é"), "ok é");
        assert_eq!(without_colours("cut \u{1b}[3"), "cut ");
        assert_eq!(without_colours("plain"), "plain");
    }
}
