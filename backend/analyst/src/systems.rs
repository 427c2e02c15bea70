//! For which operating system a command line is, told from the line itself and from its parent.
//!
//! Marks are counted: paths, shells, flags, drive letters, file extensions, programs that exist on
//! one system only. What two systems share (`curl`, `git`) says nothing.

use std::collections::HashMap;
use std::sync::LazyLock;

use aside_shared::alert::base_name;

use crate::command_line::{Speech, first_word, head, is_cmdlet, program, speech};
use crate::taxonomy::Product;

/// Longer lines are read up to here, in bytes.
const LONGEST: usize = 4 * 1024;

/// The systems that a line may be for, never none; `parent` is an image's path or name.
pub fn systems(line: &str, parent: Option<&str>) -> Vec<Product> {
    let line = head(line.trim(), LONGEST);
    if let Some(parent) = parent
        && let Some(systems) = of_path(first_word(parent).0)
    {
        return systems;
    }
    let (word, _) = first_word(line);
    if let Some(systems) = of_path(word) {
        return systems;
    }
    // What a bracket stands before is what counts.
    let own = program(word.trim_start_matches(['(', '@', '{', '&', '$']));
    let home = home(&own);
    match home {
        Some(Home::MacOs) => return vec![Product::MacOs],
        Some(Home::Linux) => return vec![Product::Linux],
        _ => {}
    }
    let (mut windows, mut posix) = marks(line);
    match speech(line, word) {
        Speech::PowerShell => windows += 4,
        // `set`, `type`: words of several shells.
        Speech::Cmd => windows += u32::from(!matches!(own.as_str(), "set" | "type")),
        Speech::Posix => posix += 1,
        Speech::Program if home == Some(Home::Windows) => windows += 3,
        Speech::Program if home == Some(Home::Posix) => posix += 3,
        Speech::Program => {}
    }
    if windows > posix {
        vec![Product::Windows]
    } else if posix > windows {
        of_words(line)
    } else {
        Product::ALL.to_vec()
    }
}

/// Linux, macOS or both, by folders and programs that only one of them has.
fn of_words(line: &str) -> Vec<Product> {
    let words = || {
        line.split(|c: char| {
            c.is_whitespace() || matches!(c, ';' | '|' | '&' | '(' | '`' | '"' | '\'')
        })
        .filter(|word| !word.is_empty())
    };
    let has = |folders: &[&str], wanted: Home| {
        words().any(|word| {
            folders.iter().any(|folder| word.starts_with(folder))
                || home(base_name(word)) == Some(wanted)
        })
    };
    match (
        has(MACOS_FOLDERS, Home::MacOs),
        has(LINUX_FOLDERS, Home::Linux),
    ) {
        (true, false) => vec![Product::MacOs],
        (false, true) => vec![Product::Linux],
        _ => vec![Product::Linux, Product::MacOs],
    }
}

/// The systems on which a program's path can stand; `None` if it is but a name.
fn of_path(path: &str) -> Option<Vec<Product>> {
    let bytes = path.as_bytes();
    let has_extension = |extension: &str| {
        path.len()
            .checked_sub(extension.len())
            .and_then(|at| bytes.get(at..))
            .is_some_and(|end| end.eq_ignore_ascii_case(extension.as_bytes()))
    };
    let has_drive = bytes.len() > 2 && bytes[0].is_ascii_alphabetic() && bytes[1] == b':';
    if has_drive && matches!(bytes[2], b'\\' | b'/')
        || path.starts_with('\\')
        || path.starts_with('%')
        || [".exe", ".bat", ".cmd", ".com", ".ps1", ".vbs", ".scr"]
            .iter()
            .any(|extension| has_extension(extension))
    {
        return Some(vec![Product::Windows]);
    }
    let begins = |folders: &[&str]| folders.iter().any(|folder| path.starts_with(folder));
    if begins(MACOS_FOLDERS) {
        Some(vec![Product::MacOs])
    } else if begins(LINUX_FOLDERS) {
        Some(vec![Product::Linux])
    } else if path.starts_with('/') && path.len() > 2 && path[1..].contains('/')
        || path.starts_with("~/")
        || path.starts_with("./")
    {
        Some(match home(base_name(path)) {
            Some(Home::MacOs) => vec![Product::MacOs],
            Some(Home::Linux) => vec![Product::Linux],
            _ => vec![Product::Linux, Product::MacOs],
        })
    } else {
        None
    }
}

/// How much in the line speaks for Windows and for a POSIX system.
fn marks(line: &str) -> (u32, u32) {
    let bytes = line.as_bytes();
    let (mut windows, mut posix, mut flags) = (0, 0, 0);
    let mut is_start = true;
    for (at, byte) in bytes.iter().enumerate() {
        let rest = &bytes[at..];
        match byte {
            b'\\' if at > 1 && bytes[at - 1] == b':' && bytes[at - 2].is_ascii_alphabetic() => {
                windows += 3
            }
            b'\\' if is_start && rest.get(1) == Some(&b'\\') => windows += 2,
            b'%' if is_variable(rest) => windows += 2,
            b'/' if is_start => {
                if POSIX_FOLDERS
                    .iter()
                    .any(|folder| rest.starts_with(folder.as_bytes()))
                {
                    posix += 3;
                } else if is_windows_flag(rest) {
                    flags += 1;
                }
            }
            b'~' if is_start && rest.get(1) == Some(&b'/') => posix += 2,
            b'$' if ["$env:", "$true", "$false", "$null", "$_"]
                .iter()
                .any(|name| starts(rest, name.as_bytes())) =>
            {
                windows += 2;
            }
            b'[' if starts(rest, b"[System.") || starts(rest, b"[Net.") => windows += 2,
            // `Get-Process`; what is written small may be a Linux package.
            b'A'..=b'Z' if is_start && is_cmdlet_at(&line[at..]) => windows += 3,
            b'$' if rest.starts_with(b"$HOME")
                || rest.starts_with(b"$(")
                || rest.starts_with(b"${") =>
            {
                posix += 1
            }
            b'.' if is_extension(rest) => windows += 2,
            b'h' | b'H' if is_start && HIVES.iter().any(|hive| starts(rest, hive)) => windows += 3,
            _ => {}
        }
        is_start = byte.is_ascii_whitespace()
            || matches!(
                byte,
                b'"' | b'\'' | b'=' | b'>' | b'<' | b'(' | b'{' | b'|' | b';' | b',' | b'&' | b'`'
            );
    }
    // One alone may be a folder.
    (windows + if flags > 1 { flags } else { 0 }, posix)
}

fn is_cmdlet_at(rest: &str) -> bool {
    let end = rest
        .find(|c: char| !c.is_ascii_alphanumeric() && c != '-')
        .unwrap_or(rest.len());
    is_cmdlet(&rest[..end].to_ascii_lowercase())
}

const HIVES: &[&[u8]] = &[
    b"hklm\\", b"hkcu\\", b"hkcr\\", b"hku\\", b"hkey_", b"hklm:", b"hkcu:",
];

fn starts(text: &[u8], start: &[u8]) -> bool {
    text.get(..start.len())
        .is_some_and(|head| head.eq_ignore_ascii_case(start))
}

/// `%TEMP%`
fn is_variable(text: &[u8]) -> bool {
    let name = text[1..]
        .iter()
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'(' | b')'))
        .count();
    name > 0 && text.get(name + 1) == Some(&b'%') && text[1].is_ascii_alphabetic()
}

/// `/create`, `/f`, `/v:`: a slash and one word.
fn is_windows_flag(text: &[u8]) -> bool {
    let name = text[1..]
        .iter()
        .take_while(|byte| byte.is_ascii_alphanumeric())
        .count();
    (1..=14).contains(&name)
        && text
            .get(name + 1)
            .is_none_or(|byte| byte.is_ascii_whitespace() || matches!(byte, b':' | b'"'))
}

/// `.exe` and the like as the end of a word.
fn is_extension(text: &[u8]) -> bool {
    const EXTENSIONS: &[&[u8]] = &[
        b".exe", b".dll", b".bat", b".cmd", b".ps1", b".vbs", b".msi", b".lnk", b".reg", b".hta",
        b".sct", b".evtx",
    ];
    EXTENSIONS.iter().any(|extension| {
        starts(text, extension)
            && text
                .get(extension.len())
                .is_none_or(|byte| !byte.is_ascii_alphanumeric())
    })
}

const MACOS_FOLDERS: &[&str] = &[
    "/Applications/",
    "/Library/",
    "/System/",
    "/Users/",
    "/Volumes/",
    "/private/",
    "~/Library/",
    "$HOME/Library/",
    "/opt/homebrew/",
];

const LINUX_FOLDERS: &[&str] = &[
    "/proc/",
    "/sys/",
    "/home/",
    "/root/",
    "/run/",
    "/boot/",
    "/snap/",
    "/dev/shm",
    "/etc/systemd/",
    "/lib/",
    "/usr/lib/systemd/",
    "/etc/cron.",
    "/etc/init.d/",
    "/etc/ld.so",
    "/etc/rc.d/",
    "/etc/yum",
    "/etc/apt/",
    "/lib64/",
    "/var/lib/",
    "/etc/shadow",
    "/etc/selinux",
    "/etc/default/",
    "/etc/profile.d/",
    "/etc/sysconfig/",
];

const POSIX_FOLDERS: &[&str] = &[
    "/bin/",
    "/boot/",
    "/dev/",
    "/etc/",
    "/home/",
    "/lib/",
    "/mnt/",
    "/opt/",
    "/proc/",
    "/root/",
    "/run/",
    "/sbin/",
    "/srv/",
    "/sys/",
    "/tmp",
    "/usr/",
    "/var/",
    "/Applications/",
    "/Library/",
    "/System/",
    "/Users/",
    "/Volumes/",
    "/private/",
];

/// Where a program exists.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Home {
    Windows,
    Posix,
    MacOs,
    Linux,
}

fn home(name: &str) -> Option<Home> {
    static HOMES: LazyLock<HashMap<&'static str, Home>> = LazyLock::new(|| {
        [
            (Home::Windows, WINDOWS),
            (Home::Posix, POSIX),
            (Home::MacOs, MACOS),
            (Home::Linux, LINUX),
        ]
        .into_iter()
        .flat_map(|(home, names)| names.split(' ').map(move |name| (name, home)))
        .collect()
    });
    HOMES.get(name).copied()
}

const WINDOWS: &str = "\
    arp at attrib auditpol bcdedit bitsadmin cacls certreq certutil cipher clip cmd cmdkey \
    cscript defrag diskpart diskshadow driverquery dsquery esentutl expand explorer findstr \
    fltmc forfiles fsutil gpresult gpupdate icacls ipconfig logman makecab mavinject mofcomp \
    mshta msiexec nbtstat net net1 netsh nltest ntdsutil odbcconf pnputil powershell qprocess \
    query quser qwinsta reg regasm regedit regini regsvcs regsvr32 robocopy runas rundll32 sc \
    schtasks setx subst systeminfo takeown taskkill tasklist timeout tracert vssadmin w32tm \
    wbadmin wevtutil where winget winrm winrs wmic wscript wsl wusa xcopy";

const POSIX: &str = "\
    ash awk base64 bash cat chgrp chmod chown chpasswd cp crontab csh cut dash dd df dig dirname \
    dmesg doas du egrep env fgrep fish gawk grep groups gunzip gzip head id ifconfig install \
    kill killall ksh last ln ls lsof mktemp mount mv nc ncat nohup openssl passwd pgrep pkill \
    printenv printf ps pwd rm rsync scp screen sed sh shred socat stat strings su sudo tail \
    tcpdump tcsh tee test tmux touch tr uname uniq uptime vi vim w watch wc wget which who xargs \
    xxd zip zsh";

const MACOS: &str = "\
    airport automator brew caffeinate chflags codesign csrutil defaults diskutil ditto dns-sd \
    dscacheutil dscl dseditgroup dsenableroot dsexport fdesetup firmwarepasswd hdiutil installer \
    ioreg kextload kextstat kextunload kmutil launchctl log lsregister mdfind mdls networksetup \
    nscurl nvram open osacompile osascript pbcopy pbpaste pkgbuild pkgutil pluginkit plutil \
    pmset profiles pwpolicy say screencapture scutil security sfltool sips softwareupdate spctl \
    sw_vers swift sysadminctl system_profiler systemsetup tccutil textutil tmutil xattr \
    xcode-select xcodebuild xcrun";

const LINUX: &str = "\
    addgroup adduser apk apt apt-get apt-key apt-mark auditctl augenrules authselect blkid \
    busybox chage chattr chcon chkconfig debconf-set-selections deluser dnf dpkg dpkg-query \
    esxcli fdisk firewall-cmd gdbus getcap getenforce getent getfacl gpasswd groupadd groupmod \
    gsettings hostnamectl insmod ip ip6tables iptables iw iwconfig journalctl kexec killall5 \
    kmod ldconfig ldd localectl loginctl lsattr lsb_release lsblk lscpu lshw lsmod lspci lsusb \
    ltrace mkfs modinfo modprobe nft nmcli nsenter pacman pkexec rc-update resolvectl rmmod rpm \
    runuser semanage service setcap setenforce setfacl setsid snap ss ssh-copy-id sshpass strace \
    swapoff sysctl systemctl systemd-run tc timedatectl udevadm ufw unshare \
    update-ca-certificates update-rc.d useradd userdel usermod visudo vmware-toolbox-cmd wall \
    xclip xsel yum zypper";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_has_one_home() {
        let mut names: Vec<&str> = [WINDOWS, POSIX, MACOS, LINUX]
            .iter()
            .flat_map(|names| names.split(' '))
            .collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn a_line_says_for_which_system_it_is() {
        use Product::{Linux, MacOs, Windows};
        let posix = [Linux, MacOs];
        for (line, expected) in [
            ("set +o history", &posix[..]),
            ("set a=1 & %a%", &[Windows]),
            ("sudo systemctl stop x", &[Linux]),
            ("sudo launchctl unload x", &[MacOs]),
            ("cat /etc/passwd", &posix),
            ("cp x ~/Library/LaunchAgents/", &[MacOs]),
            ("net user /domain", &[Windows]),
            (r"reg add HKCU\x /v y", &[Windows]),
            ("Get-Process | Stop-Process", &[Windows]),
            ("curl -o x.exe http://a.example/x.exe", &[Windows]),
            ("curl -o /tmp/x http://a.example/x", &posix),
            (
                "for($i=0; $i -le 9; $i++) { Resolve-DnsName -type TXT a$(Get-Random).example.com }",
                &[Windows],
            ),
            ("git status", &Product::ALL),
            ("./x -d", &posix),
            (
                "docker run -v /:/host -it alpine chroot /host",
                &Product::ALL,
            ),
            ("crontab -l", &posix),
        ] {
            assert_eq!(systems(line, None), expected, "{line}");
        }
        assert_eq!(
            systems("whoami", Some(r"C:\Windows\explorer.exe")),
            [Windows]
        );
        assert_eq!(systems("whoami", Some("/usr/bin/gnome-terminal")), posix);
    }
}
