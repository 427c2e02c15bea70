//! Programs whose arguments hold passwords, accounts and hosts in places of their own.

use super::candidate::{Candidate, What};
use super::values::{
    before, byte, is_blank, is_reference, is_word, past_blanks, quote, quoted_end, run_end,
    starts_with,
};
use super::words;

/// What an argument holds.
#[derive(Clone, Copy)]
enum Holds {
    Password,
    Hash,
    User,
    Host,
    Domain,
    /// An account and its password, joined by this byte.
    Pair(u8),
    /// A password behind a word and a colon, `pass:x`.
    Source,
    /// An account, and behind a colon its group.
    Owner,
    /// Cookies, `name=value; …`.
    Cookies,
}

/// Where a program has it. Flags are compared with their case.
#[derive(Clone, Copy)]
enum Place {
    /// The argument behind the flag, or what is joined to it by `=` or `:`.
    Next(&'static str, Holds),
    /// What follows the flag in the same argument.
    Joined(&'static str, Holds),
    /// The first argument that is no flag.
    First(Holds),
    /// The first argument, if it is no flag.
    Head(Holds),
    /// Every argument that begins so.
    Any(&'static str, Holds),
    /// The last argument of a line that has one of these flags.
    Last(&'static [&'static str], Holds),
}

use Holds::{Cookies, Domain, Hash, Host, Owner, Pair, Password, Source, User};
use Place::{Any, First, Head, Joined, Last, Next};

/// Programs that share their flags.
pub(super) struct Program {
    /// In small letters; a name of two words has its first argument in it.
    pub(super) names: &'static [&'static str],
    places: &'static [Place],
}

/// From the programs' manuals.
pub(super) const PROGRAMS: &[Program] = &[
    Program {
        names: &[
            "mysql",
            "mysqldump",
            "mysqladmin",
            "mysqlimport",
            "mysqlshow",
            "mysqlcheck",
            "mysqlsh",
            "mariadb",
            "mariadb-dump",
            "mycli",
        ],
        places: &[
            Joined("-p", Password),
            Next("-u", User),
            Joined("-u", User),
            Next("-h", Host),
            Joined("-h", Host),
        ],
    },
    Program {
        names: &["sshpass"],
        places: &[Next("-p", Password), Joined("-p", Password)],
    },
    Program {
        names: &[
            "psexec",
            "psexec64",
            "paexec",
            "pskill",
            "pslist",
            "psservice",
            "psloggedon",
            "psinfo",
            "psshutdown",
            "winexe",
            "remcom",
            "csexec",
        ],
        places: &[
            Next("-p", Password),
            Next("/p", Password),
            Next("-u", User),
            Next("/u", User),
        ],
    },
    Program {
        names: &["plink", "pscp", "psftp", "putty", "kitty", "klink"],
        places: &[Next("-pw", Password), Next("-l", User)],
    },
    Program {
        names: &["curl"],
        places: &[
            Next("-u", Pair(b':')),
            Joined("-u", Pair(b':')),
            Next("--user", Pair(b':')),
            Next("-U", Pair(b':')),
            Next("--proxy-user", Pair(b':')),
            Next("--oauth2-bearer", Password),
            Next("--pass", Password),
            Next("-b", Cookies),
            Next("--cookie", Cookies),
        ],
    },
    Program {
        names: &["cmdkey"],
        places: &[
            Joined("/pass:", Password),
            Joined("/p:", Password),
            Joined("/user:", User),
            Joined("/u:", User),
            Joined("/add:", Host),
            Joined("/generic:", Host),
        ],
    },
    Program {
        names: &["schtasks"],
        places: &[
            Next("/rp", Password),
            Next("/p", Password),
            Next("/ru", User),
            Next("/u", User),
            Next("/s", Host),
            Next("-rp", Password),
        ],
    },
    Program {
        names: &[
            "tasklist",
            "taskkill",
            "systeminfo",
            "driverquery",
            "getmac",
            "gpresult",
            "eventcreate",
            "wevtutil",
            "openfiles",
        ],
        places: &[
            Next("/p", Password),
            Next("/u", User),
            Next("/s", Host),
            Joined("/p:", Password),
            Joined("/u:", User),
            Joined("/r:", Host),
        ],
    },
    Program {
        names: &["wmic"],
        places: &[
            Joined("/password:", Password),
            Joined("/user:", User),
            Joined("/node:", Host),
        ],
    },
    Program {
        names: &[
            "winrs",
            "quser",
            "qwinsta",
            "query user",
            "logoff",
            "shutdown",
            "mstsc",
            "nltest",
            "wecutil",
        ],
        places: &[
            Joined("-r:", Host),
            Joined("/r:", Host),
            Joined("-p:", Password),
            Joined("/p:", Password),
            Joined("-u:", User),
            Joined("/u:", User),
            Joined("/server:", Host),
            Joined("/v:", Host),
            Next("/m", Host),
            Joined("/dclist:", Domain),
            Joined("/dsgetdc:", Domain),
        ],
    },
    Program {
        names: &["sqlcmd", "osql", "isql", "bcp", "tsql"],
        places: &[
            Next("-P", Password),
            Joined("-P", Password),
            Next("-U", User),
            Joined("-U", User),
            Next("-S", Host),
            Joined("-S", Host),
        ],
    },
    Program {
        names: &["7z", "7za", "7zr", "7zz", "7zg"],
        places: &[Joined("-p", Password)],
    },
    Program {
        names: &["rar", "winrar", "unrar"],
        places: &[Joined("-hp", Password), Joined("-p", Password)],
    },
    Program {
        names: &["unzip", "zip", "zipcloak"],
        places: &[
            Next("-P", Password),
            Joined("-P", Password),
            Next("--password", Password),
        ],
    },
    Program {
        names: &["openssl"],
        places: &[
            Next("-passin", Source),
            Next("-passout", Source),
            Next("-pass", Source),
            Next("-k", Password),
        ],
    },
    Program {
        names: &["htpasswd"],
        places: &[],
    },
    Program {
        names: &["vault login"],
        places: &[First(Password)],
    },
    Program {
        names: &[
            "docker login",
            "podman login",
            "az login",
            "helm registry login",
            "nuget",
            "buildah login",
            "skopeo login",
            "oc login",
            "az acr login",
            "cf login",
        ],
        places: &[Next("-p", Password), Next("-u", User)],
    },
    Program {
        names: &["redis-cli"],
        places: &[Next("-a", Password), Next("-h", Host)],
    },
    Program {
        names: &[
            "mongo",
            "mongosh",
            "mongodump",
            "mongorestore",
            "mongoexport",
            "mongoimport",
        ],
        places: &[
            Next("-p", Password),
            Joined("-p", Password),
            Next("-u", User),
            Next("-h", Host),
        ],
    },
    Program {
        names: &[
            "psql",
            "pg_dump",
            "pg_restore",
            "pg_dumpall",
            "createdb",
            "vacuumdb",
        ],
        places: &[Next("-U", User), Next("-h", Host)],
    },
    Program {
        names: &[
            "ldapsearch",
            "ldapmodify",
            "ldapadd",
            "ldapdelete",
            "ldappasswd",
            "ldapwhoami",
        ],
        places: &[Next("-w", Password), Joined("-w", Password)],
    },
    Program {
        names: &[
            "smbclient",
            "rpcclient",
            "net rpc",
            "smbget",
            "smbcacls",
            "nmblookup",
            "net ads",
        ],
        places: &[
            Next("-U", Pair(b'%')),
            Joined("-U", Pair(b'%')),
            Next("--user", Pair(b'%')),
            Next("-W", Domain),
            First(Host),
        ],
    },
    Program {
        names: &[
            "crackmapexec",
            "cme",
            "nxc",
            "netexec",
            "evil-winrm",
            "smbmap",
            "kerbrute",
            "bloodhound-python",
            "certipy",
            "hydra",
            "medusa",
            "ncrack",
            "ldapdomaindump",
            "sharphound",
            "rubeus",
            "enum4linux",
        ],
        places: &[
            Next("-p", Password),
            Next("-u", User),
            Next("-l", User),
            Next("-H", Hash),
            Next("-hashes", Hash),
            Next("-d", Domain),
            Next("--domain", Domain),
            Joined("/dc:", Host),
        ],
    },
    Program {
        names: &["xfreerdp", "wfreerdp", "xfreerdp3", "sdl-freerdp"],
        places: &[
            Joined("/p:", Password),
            Joined("/u:", User),
            Joined("/v:", Host),
            Joined("/d:", Domain),
            Joined("/pth:", Hash),
        ],
    },
    Program {
        names: &["rdesktop"],
        places: &[Next("-p", Password), Next("-u", User), Next("-d", Domain)],
    },
    Program {
        names: &["useradd", "usermod"],
        places: &[Next("-p", Password), Last(&[], User)],
    },
    Program {
        names: &["adduser", "userdel", "deluser", "chage", "passwd", "finger"],
        places: &[First(User)],
    },
    Program {
        names: &["dsadd", "dsmod", "dsrm", "dsquery", "dsget"],
        places: &[
            Next("-pwd", Password),
            Next("-p", Password),
            Next("-u", User),
            Next("-samid", User),
            Next("-s", Host),
        ],
    },
    Program {
        names: &["certutil", "signtool", "pvk2pfx"],
        places: &[
            Next("-p", Password),
            Next("/p", Password),
            Next("-pi", Password),
            Next("-po", Password),
        ],
    },
    Program {
        names: &["keytool", "jarsigner", "apksigner"],
        places: &[
            Next("-storepass", Password),
            Next("-keypass", Password),
            Next("-srcstorepass", Password),
            Next("-deststorepass", Password),
            Next("-destkeypass", Password),
            Next("--ks-pass", Source),
        ],
    },
    Program {
        names: &["ssh-keygen"],
        places: &[Next("-N", Password), Next("-P", Password)],
    },
    Program {
        names: &["snmpwalk", "snmpget", "snmpset", "snmpbulkwalk", "snmptrap"],
        places: &[
            Next("-c", Password),
            Next("-A", Password),
            Next("-X", Password),
            Next("-u", User),
        ],
    },
    Program {
        names: &["lftp", "ncftp", "ncftpput", "ncftpget"],
        places: &[Next("-u", Pair(b',')), Next("-p", Password)],
    },
    Program {
        names: &["runas"],
        places: &[Joined("/user:", User), Joined("/u:", User)],
    },
    Program {
        names: &["su", "sudo", "runuser", "crontab", "pkexec"],
        places: &[Next("-u", User), Next("--user", User)],
    },
    Program {
        names: &["ssh", "sftp", "mosh"],
        places: &[Next("-l", User), First(Host)],
    },
    Program {
        names: &[
            "ping",
            "tracert",
            "traceroute",
            "telnet",
            "nslookup",
            "pathping",
            "enter-pssession",
            "test-connection",
            "test-netconnection",
            "resolve-dnsname",
        ],
        places: &[First(Host)],
    },
    Program {
        names: &["net use", "net1 use"],
        places: &[Joined("/user:", User), Joined("/u:", User)],
    },
    Program {
        names: &["net user", "net1 user", "net accounts"],
        places: &[First(User)],
    },
    Program {
        names: &["rasdial"],
        places: &[],
    },
    Program {
        names: &[
            "get-aduser",
            "set-aduser",
            "unlock-adaccount",
            "disable-adaccount",
            "enable-adaccount",
            "get-localuser",
            "new-localuser",
            "set-adaccountpassword",
            "remove-aduser",
            "get-mailbox",
            "set-localuser",
            "remove-localuser",
            "enable-localuser",
            "disable-localuser",
        ],
        places: &[Head(User), Next("-Name", User), Next("-Identity", User)],
    },
    Program {
        names: &[
            "net localgroup",
            "net1 localgroup",
            "net group",
            "net1 group",
        ],
        places: &[],
    },
    Program {
        names: &[
            "getst.py",
            "gettgt.py",
            "psexec.py",
            "smbexec.py",
            "wmiexec.py",
            "atexec.py",
            "dcomexec.py",
            "secretsdump.py",
            "mssqlclient.py",
            "smbclient.py",
            "lookupsid.py",
            "getuserspns.py",
            "getnpusers.py",
            "samrdump.py",
            "rpcdump.py",
            "reg.py",
            "services.py",
            "impacket-psexec",
            "impacket-wmiexec",
            "impacket-secretsdump",
            "impacket-smbexec",
            "impacket-smbclient",
            "impacket-getuserspns",
            "impacket-mssqlclient",
        ],
        places: &[Next("-hashes", Hash), Next("-aesKey", Hash)],
    },
    Program {
        names: &["bitsadmin"],
        places: &[],
    },
    Program {
        names: &["sqlplus", "sqlldr", "expdp", "impdp"],
        places: &[First(Pair(b'/'))],
    },
    Program {
        names: &["kinit", "smbpasswd"],
        places: &[First(User)],
    },
    Program {
        names: &["netsh"],
        places: &[Joined("key=", Password), Joined("keymaterial=", Password)],
    },
    Program {
        names: &["nmcli"],
        places: &[Next("password", Password)],
    },
    Program {
        names: &["ipmitool", "racadm", "ipmipower"],
        places: &[
            Next("-P", Password),
            Next("-p", Password),
            Next("-U", User),
            Next("-u", User),
            Next("-H", Host),
            Next("-h", Host),
            Next("-r", Host),
        ],
    },
    Program {
        names: &["cqlsh", "mosquitto_pub", "mosquitto_sub"],
        places: &[
            Next("-P", Password),
            Next("-p", Password),
            Next("-pw", Password),
            Next("-u", User),
            Next("-h", Host),
        ],
    },
    Program {
        names: &["csvde", "ldifde"],
        places: &[Next("-s", Host)],
    },
    Program {
        names: &["adfind", "admod"],
        places: &[
            Next("-up", Password),
            Next("-u", User),
            Next("-h", Host),
            Next("-hh", Host),
        ],
    },
    Program {
        names: &[
            "netdom join",
            "netdom remove",
            "netdom resetpwd",
            "netdom verify",
            "netdom trust",
        ],
        places: &[
            Joined("/passwordd:", Password),
            Joined("/passwordo:", Password),
            Joined("/pd:", Password),
            Joined("/po:", Password),
            Joined("/userd:", User),
            Joined("/usero:", User),
            Joined("/ud:", User),
            Joined("/uo:", User),
            First(Host),
        ],
    },
    Program {
        names: &["dcdiag", "repadmin", "netdiag", "klist", "setspn"],
        places: &[
            Joined("/s:", Host),
            Joined("/u:", User),
            Joined("/p:", Password),
            Joined("/pw:", Password),
        ],
    },
    Program {
        names: &[
            "cargo login",
            "ngrok authtoken",
            "ngrok config add-authtoken",
            "pulumi login",
            "netlify login",
        ],
        places: &[First(Password)],
    },
    Program {
        names: &["twine upload", "flit publish", "poetry publish"],
        places: &[Next("-p", Password), Next("-u", User)],
    },
    Program {
        names: &["chown"],
        places: &[First(Owner)],
    },
    Program {
        names: &["gpasswd"],
        places: &[Next("-a", User), Next("-d", User)],
    },
    Program {
        names: &["ansible", "ansible-playbook", "ansible-console"],
        places: &[Next("-u", User), Next("-l", Host), Next("--limit", Host)],
    },
    Program {
        names: &["machine"],
        places: &[],
    },
    Program {
        names: &["mount", "mount.cifs", "umount"],
        places: &[Any("//", Host)],
    },
];

/// An argument: where it stands with its marks, and where its text does.
#[derive(Clone, Copy)]
struct Argument {
    start: usize,
    end: usize,
}

/// The most arguments of one program that are read.
const MOST: usize = 64;

/// Reads the arguments of a program, the first word of whose `name` stands at `start..end`, and says where they end.
pub(super) fn program(
    text: &str,
    (start, end): (usize, usize),
    name: &str,
    program: &Program,
    found: &mut Vec<Candidate>,
) -> Option<usize> {
    let bytes = text.as_bytes();
    let lead = before(bytes, start);
    if is_word(lead) || matches!(lead, b'-' | b'.' | b'$' | b'@') {
        return None;
    }
    let mut at = end;
    for ending in [".exe", ".py", ".com", ".cmd", ".bat"] {
        if starts_with(bytes, at, ending) {
            at += ending.len();
        }
    }
    let mut in_list = false;
    if let Some((length, _)) = quote(bytes, at) {
        at += length;
        in_list = byte(bytes, at) == b',';
    }
    for word in name.split(' ').skip(1) {
        let blanks = bytes[at..].iter().take_while(|c| is_blank(**c)).count();
        if blanks == 0 || !starts_with(bytes, at + blanks, word) {
            return None;
        }
        at += blanks + word.len();
    }
    if !is_blank(byte(bytes, at)) && !in_list {
        return None;
    }
    let (arguments, stop) = arguments(bytes, at, in_list);
    match name {
        "net use" | "net1 use" => net_use(text, &arguments, found),
        "net user" | "net1 user" => net_user(text, &arguments, found),
        "rasdial" => rasdial(text, &arguments, found),
        "net localgroup" | "net1 localgroup" | "net group" | "net1 group" => {
            net_group(text, &arguments, found)
        }
        _ if name.ends_with(".py") || name.starts_with("impacket-") => {
            impacket(text, &arguments, found)
        }
        "htpasswd" => htpasswd(text, &arguments, found),
        "bitsadmin" => bitsadmin(text, &arguments, found),
        "machine" => netrc(text, &arguments, found),
        "csvde" | "ldifde" => bound(text, &arguments, found),
        _ => {}
    }
    for place in program.places {
        read(text, &arguments, *place, found);
    }
    Some(stop)
}

fn read(text: &str, arguments: &[Argument], place: Place, found: &mut Vec<Candidate>) {
    let part = |argument: &Argument| text.get(argument.start..argument.end).unwrap_or_default();
    match place {
        Next(flag, what) => {
            for (number, argument) in arguments.iter().enumerate() {
                let own = part(argument);
                if is_flag(own, flag) {
                    if let Some(next) = arguments
                        .get(number + 1)
                        .filter(|next| !looks_like_flag(part(next), what))
                    {
                        holds(text, *next, what, found);
                    }
                } else if let Some(rest) = own.strip_prefix(flag)
                    && (rest.starts_with('=') || rest.starts_with(':') && flag.starts_with('/'))
                {
                    holds(
                        text,
                        without(text, argument.start + flag.len() + 1, argument.end),
                        what,
                        found,
                    );
                }
            }
        }
        Joined(flag, what) => {
            for argument in arguments {
                let own = part(argument);
                let is_long = flag.len() > 2;
                let is_there = match is_long {
                    true => own
                        .get(..flag.len())
                        .is_some_and(|start| start.eq_ignore_ascii_case(flag)),
                    false => own.starts_with(flag),
                };
                if is_there && own.len() > flag.len() {
                    // `-pw`, `-port`: another flag that begins the same way.
                    let rest = &own[flag.len()..];
                    let is_other = !is_long && is_other_flag(flag, rest);
                    if !is_other {
                        holds(
                            text,
                            without(text, argument.start + flag.len(), argument.end),
                            what,
                            found,
                        );
                    }
                }
            }
        }
        Head(what) => {
            if let Some(first) = arguments
                .first()
                .filter(|first| !part(first).starts_with('-'))
            {
                holds(text, *first, what, found);
            }
        }
        First(what) => {
            let mut skipped = false;
            for argument in arguments {
                let own = part(argument);
                let is_windows_flag =
                    own.starts_with('/') && !own.starts_with("//") && own.len() > 1;
                let is_flag = own.starts_with('-') || is_windows_flag;
                if !is_flag && !std::mem::take(&mut skipped) {
                    // In prose a word follows; a machine's name has a mark of its own.
                    if !matches!(what, Host)
                        || own
                            .bytes()
                            .any(|b| b.is_ascii_digit() || matches!(b, b'-' | b'@' | b'.' | b'/'))
                    {
                        holds(text, *argument, what, found);
                    } else {
                        found.push(Candidate::if_known(
                            argument.start,
                            argument.end,
                            What::Host,
                        ));
                    }
                    return;
                }
                // Flags of one letter with a value behind: `ssh -p 22 host`.
                skipped = matches!(
                    own,
                    "-p" | "-i"
                        | "-o"
                        | "-F"
                        | "-J"
                        | "-L"
                        | "-R"
                        | "-D"
                        | "-c"
                        | "-b"
                        | "-l"
                        | "-P"
                        | "-n"
                        | "-w"
                        | "-t"
                        | "-q"
                        | "-W"
                ) && !matches!(what, User);
                skipped |= matches!(what, Host) && matches!(own, "-Count" | "-Port" | "-m" | "-h");
            }
        }
        Any(start, what) => {
            for argument in arguments {
                if part(argument).starts_with(start) {
                    holds(text, *argument, what, found);
                }
            }
        }
        Last(flags, what) => {
            let is_meant = flags.is_empty()
                || arguments
                    .iter()
                    .any(|argument| flags.contains(&part(argument)));
            if let Some(last) = arguments
                .last()
                .filter(|last| is_meant && arguments.len() > 1 && !part(last).starts_with('-'))
            {
                holds(text, *last, what, found);
            }
        }
    }
}

/// Whether an argument is the flag: Windows' flags in any case, others as they are.
fn is_flag(own: &str, flag: &str) -> bool {
    own == flag
        || (flag.starts_with('/') || flag.len() > 3 && !flag.starts_with("--"))
            && own.eq_ignore_ascii_case(flag)
}

fn looks_like_flag(own: &str, what: Holds) -> bool {
    match what {
        Password | Source | Hash => {
            own.starts_with("--")
                || own.len() == 2 && own.starts_with('-')
                || own.starts_with('/') && own.len() <= 3
        }
        _ => own.starts_with(['-', '/']),
    }
}

/// Long flags that begin like a short one.
fn is_other_flag(flag: &str, rest: &str) -> bool {
    const OTHERS: &[(&str, &[&str])] = &[
        (
            "-p",
            &["ort", "rotocol", "w", "ager", "lugin", "ipe", "rint"],
        ),
        ("-u", &["ser", "nbuffered"]),
        ("-h", &["ost", "elp", "p"]),
        ("-P", &["ort"]),
        ("-U", &["sername"]),
        ("-S", &["erver"]),
    ];
    let small = rest.to_ascii_lowercase();
    OTHERS
        .iter()
        .filter(|(short, _)| *short == flag)
        .any(|(_, others)| {
            others.iter().any(|other| {
                small == *other
                    || small.starts_with(&format!("{other}="))
                    || small.starts_with(&format!("{other}:"))
            })
        })
}

/// A part of an argument without the quotation marks around it.
fn without(text: &str, start: usize, end: usize) -> Argument {
    let bytes = text.as_bytes();
    match quote(bytes, start) {
        Some(opening) if start + opening.0 < end => Argument {
            start: start + opening.0,
            end: quoted_end(bytes, start, opening).min(end),
        },
        _ => Argument { start, end },
    }
}

fn holds(text: &str, argument: Argument, what: Holds, found: &mut Vec<Candidate>) {
    let Argument { start, end } = argument;
    let Some(value) = text.get(start..end) else {
        return;
    };
    if value.is_empty() || is_reference(value.as_bytes(), false) && !matches!(what, Host) {
        return;
    }
    match what {
        Password => password(start, end, value, found),
        Hash => found.push(Candidate::sure(start, end, What::Secret("PASSWORD-HASH"))),
        User => account(text, start, end, found),
        Host => {
            let first = run_end(text.as_bytes(), start, 4, |b| matches!(b, b'\\' | b'/'));
            // `TERMSRV/srv` is read as a service's name.
            let first = if starts_with(text.as_bytes(), first, "tcp:") {
                first + 4
            } else if starts_with(text.as_bytes(), first, "termsrv/") {
                first + 8
            } else {
                first
            };
            let last = run_end(text.as_bytes(), first, 253, |b| {
                is_word(b) || matches!(b, b'.' | b'-')
            })
            .min(end);
            if last > first
                && !text[first..end].contains('@')
                && !starts_with(text.as_bytes(), last, "://")
                && (last == end
                    || matches!(byte(text.as_bytes(), last), b':' | b'\\' | b',' | b'/'))
            {
                found.push(Candidate::placed(first, last, What::Host));
            }
        }
        Domain => found.push(Candidate::placed(start, end, What::Domain)),
        // `user/password@database`
        Pair(b'/') => {
            let login = value.rfind('@').unwrap_or(value.len());
            if let Some(at) = value[..login].find('/') {
                account(text, start, start + at, found);
                password(start + at + 1, start + login, &value[at + 1..login], found);
            }
        }
        Pair(joint) => match value.bytes().position(|b| b == joint) {
            Some(at) => {
                account(text, start, start + at, found);
                if start + at + 1 < end {
                    password(start + at + 1, end, &value[at + 1..], found);
                }
            }
            None => account(text, start, end, found),
        },
        Owner => {
            let name = value.find(':').unwrap_or(value.len());
            account(text, start, start + name, found);
        }
        Cookies => super::secrets::pairs(text, start, found),
        Source => {
            if let Some(rest) = value.strip_prefix("pass:") {
                password(end - rest.len(), end, rest, found);
            }
        }
    }
}

fn password(start: usize, end: usize, value: &str, found: &mut Vec<Candidate>) {
    if !value.is_empty()
        && !is_reference(value.as_bytes(), false)
        && !matches!(value, "*" | "-" | "?" | "clear")
    {
        found.push(Candidate::sure(start, end, What::Secret("PASSWORD")));
    }
}

/// An account as it is given: `bob`, `ACME\bob`, `ACME/bob`, `.\bob`, `bob@acme.example`.
pub(super) fn account(text: &str, start: usize, end: usize, found: &mut Vec<Candidate>) {
    let Some(value) = text.get(start..end) else {
        return;
    };
    // `CN=Bob Ray,OU=Staff,DC=acme,DC=example`
    if let Some(name) = super::fields::common_name(value) {
        found.push(Candidate::placed(
            start + name.start,
            start + name.end,
            What::User,
        ));
        return;
    }
    if let Some(at) = value.find(['\\', '/']) {
        let slash = value.as_bytes()[at];
        let name = run_end(text.as_bytes(), start + at, 4, |b| b == slash);
        if at > 0 && value[..at] != *"." {
            found.push(Candidate::placed(start, start + at, What::Domain));
        }
        if name < end {
            let user = &text[name..end];
            match user.strip_suffix('$').filter(|user| !user.is_empty()) {
                Some(machine) => {
                    found.push(Candidate::placed(name, name + machine.len(), What::Host))
                }
                None => found.push(Candidate::placed(name, end, What::User)),
            }
        }
        return;
    }
    if super::fields::is_command(value) {
        return;
    }
    if words::is_no_value(&value.to_ascii_lowercase()) {
        found.push(Candidate::if_known(start, end, What::User));
        return;
    }
    // An address with an `@` is read by its form.
    if !value.contains('@') {
        let machine = value.strip_suffix('$').filter(|name| !name.is_empty());
        match machine {
            Some(machine) => {
                found.push(Candidate::placed(start, start + machine.len(), What::Host))
            }
            None => found.push(Candidate::placed(start, end, What::User)),
        }
    }
}

/// The arguments from `at` to the end of the command.
fn arguments(bytes: &[u8], at: usize, in_list: bool) -> (Vec<Argument>, usize) {
    let mut arguments = Vec::new();
    let mut at = at;
    while arguments.len() < MOST {
        at = run_end(bytes, at, 64, |b| is_blank(b) || in_list && b == b',');
        let first = byte(bytes, at);
        match first {
            0 | b'\n' | b'\r' | b'|' | b';' | b')' | b']' | b'}' => break,
            b'&' => break,
            b'<' if byte(bytes, at + 1) == b'/' => break,
            b'<' | b'>' => {
                at = past_blanks(bytes, run_end(bytes, at, 2, |b| matches!(b, b'<' | b'>')));
                at = run_end(bytes, at, 256, |b| !is_blank(b) && b != b'\n');
                continue;
            }
            b'\\' if matches!(byte(bytes, at + 1), b'\n' | b'\r') => {
                at = run_end(bytes, at + 1, 2, |b| matches!(b, b'\n' | b'\r'));
                continue;
            }
            _ => {}
        }
        if let Some(opening) = quote(bytes, at) {
            let (start, end) = (at + opening.0, quoted_end(bytes, at, opening));
            // The closing mark of a quotation around the command has nothing of an argument behind it.
            if end == start && byte(bytes, end) == 0 {
                break;
            }
            arguments.push(Argument { start, end });
            at = (end + opening.0).min(bytes.len());
            continue;
        }
        let start = at;
        let mut end = start;
        let most = bytes.len().min(start + 8 * 1024);
        let mut closed = false;
        while end < most {
            let b = bytes[end];
            if is_blank(b) || matches!(b, b'\n' | b'\r' | 0) {
                break;
            }
            if matches!(b, b'"' | b'\'') {
                let so_far = &bytes[start..end];
                let opens = matches!(before(bytes, end), b'=' | b':')
                    || so_far.starts_with(b"-") && so_far.len() <= 3;
                if opens && let Some(opening) = quote(bytes, end) {
                    let stop = quoted_end(bytes, end, opening);
                    if byte(bytes, stop) != b'\n' && stop < bytes.len() {
                        end = stop + opening.0;
                        continue;
                    }
                }
                // An apostrophe inside a password stays; a mark at the end closes what is around.
                if b == b'\'' && is_word(byte(bytes, end + 1)) && end > start {
                    end += 1;
                    continue;
                }
                closed = true;
                break;
            }
            if matches!(b, b';' | b'|' | b')' | b'&')
                && matches!(
                    byte(bytes, end + 1),
                    0 | b' ' | b'\n' | b'\r' | b'"' | b'|' | b'&'
                )
            {
                closed = true;
                break;
            }
            // A quotation or an element around the command is closed.
            if (b, byte(bytes, end + 1)) == (b'\\', b'"')
                || (b, byte(bytes, end + 1)) == (b'<', b'/')
            {
                closed = true;
                break;
            }
            end += 1;
        }
        if end > start {
            arguments.push(Argument { start, end });
        }
        if closed || end >= most {
            at = end;
            break;
        }
        at = end;
    }
    (arguments, at)
}

fn positional<'t>(text: &'t str, arguments: &[Argument]) -> Vec<(Argument, &'t str)> {
    arguments
        .iter()
        .filter_map(|argument| {
            text.get(argument.start..argument.end)
                .map(|own| (*argument, own))
        })
        .filter(|(_, own)| !own.starts_with('/') && !own.is_empty())
        .collect()
}

/// `net use [X:] \\server\share [password] [/user:[domain\]name [password]]`
fn net_use(text: &str, arguments: &[Argument], found: &mut Vec<Candidate>) {
    for (argument, own) in positional(text, arguments) {
        let is_target = own.starts_with("\\\\")
            || own.ends_with(':') && own.len() <= 3
            || own.contains("://")
            || own == "*";
        let is_word = matches!(own.to_ascii_lowercase().as_str(), "yes" | "no" | "y" | "n");
        if !is_target && !is_word {
            holds(text, argument, Password, found);
        }
    }
}

/// `net user name password [/add] [/domain]`
fn net_user(text: &str, arguments: &[Argument], found: &mut Vec<Candidate>) {
    let given = positional(text, arguments);
    if let Some((argument, own)) = given.get(1)
        && !words::is_no_value(&own.to_ascii_lowercase())
    {
        holds(text, *argument, Password, found);
    }
}

/// `net localgroup group [name …] /add`
fn net_group(text: &str, arguments: &[Argument], found: &mut Vec<Candidate>) {
    for (argument, _) in positional(text, arguments).into_iter().skip(1) {
        account(text, argument.start, argument.end, found);
    }
}

/// `htpasswd -b file name password`
fn htpasswd(text: &str, arguments: &[Argument], found: &mut Vec<Candidate>) {
    let part = |argument: &Argument| text.get(argument.start..argument.end).unwrap_or_default();
    let is_given = |own: &str| own.starts_with('-') && own.contains('b');
    if arguments.iter().any(|argument| is_given(part(argument)))
        && let [.., name, secret] = arguments
    {
        account(text, name.start, name.end, found);
        holds(text, *secret, Password, found);
    }
}

/// `bitsadmin /setcredentials job target scheme user password`
fn bitsadmin(text: &str, arguments: &[Argument], found: &mut Vec<Candidate>) {
    let is_flag = |argument: &Argument| {
        let own = text.get(argument.start..argument.end).unwrap_or_default();
        own.eq_ignore_ascii_case("/setcredentials")
    };
    let place = arguments.iter().position(is_flag);
    if let Some([_, _, _, name, secret, ..]) = place.and_then(|place| arguments.get(place + 1..)) {
        account(text, name.start, name.end, found);
        holds(text, *secret, Password, found);
    }
}

/// A line of a `.netrc`: `machine host login bob password x`.
fn netrc(text: &str, arguments: &[Argument], found: &mut Vec<Candidate>) {
    let part = |argument: &Argument| text.get(argument.start..argument.end).unwrap_or_default();
    let [host, rest @ ..] = arguments else {
        return;
    };
    if !rest
        .first()
        .is_some_and(|first| matches!(part(first), "login" | "password" | "account"))
    {
        return;
    }
    holds(text, *host, Host, found);
    for pair in rest.chunks_exact(2) {
        match part(&pair[0]) {
            "login" | "account" => holds(text, pair[1], User, found),
            "password" => holds(text, pair[1], Password, found),
            _ => return,
        }
    }
}

/// `csvde -b user domain password`
fn bound(text: &str, arguments: &[Argument], found: &mut Vec<Candidate>) {
    let is_flag = |argument: &Argument| {
        let own = text.get(argument.start..argument.end).unwrap_or_default();
        own.eq_ignore_ascii_case("-b") || own.eq_ignore_ascii_case("/b")
    };
    let place = arguments.iter().position(is_flag);
    if let Some([name, domain, secret, ..]) = place.and_then(|place| arguments.get(place + 1..)) {
        account(text, name.start, name.end, found);
        holds(text, *domain, Domain, found);
        holds(text, *secret, Password, found);
    }
}

/// The login of an Oracle address, `thin:user/password@…`; `at` is where it begins.
pub(super) fn oracle(text: &str, at: usize, found: &mut Vec<Candidate>) {
    let end = run_end(text.as_bytes(), at, 256, |b| {
        !matches!(b, b' ' | b'"' | b'\'' | b'\n')
    });
    if text.get(at..end).is_some_and(|login| login.contains('@')) {
        holds(text, Argument { start: at, end }, Pair(b'/'), found);
        // `@//server:1521/service`, `@server:1521:sid`
        let sign = text[at..end].rfind('@').map_or(end, |sign| at + sign + 1);
        let start = run_end(text.as_bytes(), sign, 2, |b| b == b'/');
        let last = run_end(text.as_bytes(), start, 253, |b| {
            is_word(b) || matches!(b, b'.' | b'-')
        });
        holds(text, Argument { start, end: last }, Host, found);
    }
}

/// `rasdial connection user password`
fn rasdial(text: &str, arguments: &[Argument], found: &mut Vec<Candidate>) {
    if let [_, (user, _), (secret, _), ..] = positional(text, arguments)[..] {
        account(text, user.start, user.end, found);
        holds(text, secret, Password, found);
    }
}

/// `psexec.py domain/user:password@host`
fn impacket(text: &str, arguments: &[Argument], found: &mut Vec<Candidate>) {
    for argument in arguments {
        let Some(own) = text.get(argument.start..argument.end) else {
            continue;
        };
        if own.starts_with('-') {
            continue;
        }
        let (login, host) = match own.rfind('@') {
            Some(at) => (&own[..at], Some(at + 1)),
            None if own.contains('/') => (own, None),
            None => continue,
        };
        let name = match login.find(':') {
            Some(colon) => {
                let (start, end) = (argument.start + colon + 1, argument.start + login.len());
                if start < end {
                    password(start, end, &login[colon + 1..], found);
                }
                colon
            }
            None => login.len(),
        };
        account(text, argument.start, argument.start + name, found);
        if let Some(host) = host {
            holds(
                text,
                Argument {
                    start: argument.start + host,
                    end: argument.end,
                },
                Host,
                found,
            );
        }
        return;
    }
}

/// `echo 'name:password' | chpasswd`, `chpasswd <<< name:password`: what stands before the pipe or behind the arrows;
/// the program's name begins at `at`.
pub(super) fn chpasswd(text: &str, at: usize, found: &mut Vec<Candidate>) {
    let bytes = text.as_bytes();
    let is_inside = |b: u8| !matches!(b, b' ' | b'"' | b'\'' | b'\n');
    let arrows = past_blanks(bytes, at + "chpasswd".len());
    let (start, end) = if starts_with(bytes, arrows, "<<<") {
        let open = past_blanks(bytes, arrows + 3);
        let start = run_end(bytes, open, 1, |b| matches!(b, b'"' | b'\''));
        (start, run_end(bytes, start, 128, is_inside))
    } else {
        let pipe = super::values::run_start(bytes, at, 24, |b| b != b'|');
        if before(bytes, pipe) != b'|' {
            return;
        }
        let mut end = pipe - 1;
        while end > 0 && matches!(bytes[end - 1], b' ' | b'"' | b'\'' | b'\\') {
            end -= 1;
        }
        (super::values::run_start(bytes, end, 128, is_inside), end)
    };
    let Some(pair) = text.get(start..end) else {
        return;
    };
    if let Some(colon) = pair.find(':').filter(|colon| *colon > 0) {
        account(text, start, start + colon, found);
        password(start + colon + 1, end, &pair[colon + 1..], found);
    }
}

/// A line of `/etc/passwd`, `bob:x:1001:1001:Bob Smith,,,:/home/bob:/bin/sh`: the account and whose it is; `:x:` stands
/// at `at`.
pub(super) fn passwd_line(text: &str, at: usize, found: &mut Vec<Candidate>) {
    let bytes = text.as_bytes();
    let is_id = |at: usize| {
        let end = run_end(bytes, at, 10, |b| b.is_ascii_digit());
        (end > at && byte(bytes, end) == b':').then_some(end + 1)
    };
    let Some(whose) = is_id(at + 3).and_then(is_id) else {
        return;
    };
    let start = super::values::run_start(bytes, at, 32, |b| is_word(b) || matches!(b, b'.' | b'-'));
    account(text, start, at, found);
    let end = run_end(bytes, whose, 64, |b| {
        b.is_ascii_alphabetic() || b >= 0x80 || matches!(b, b' ' | b'.' | b'-' | b'\'')
    });
    // A person has two names or more; a service is one word or written small.
    let is_person = text.get(whose..end).is_some_and(|name| {
        let mut names = name.split(' ');
        name.contains(' ') && names.all(|name| name.starts_with(char::is_uppercase))
    });
    if is_person && matches!(byte(bytes, end), b',' | b':') {
        found.push(Candidate::placed(whose, end, What::User));
    }
}

/// `echo password | passwd --stdin bob`, `echo password | sudo -S …`, `… <<< password`: what a program
/// is fed by a pipe before it, or by a word behind it; `at` is where its name or its flag begins.
pub(super) fn piped_password(text: &str, at: usize, found: &mut Vec<Candidate>) {
    let bytes = text.as_bytes();
    let is_inside = |b: u8| !matches!(b, b'|' | b';' | b'&' | b'\n');
    let line = run_end(bytes, at, 128, is_inside);
    if let Some(mark) = memchr::memmem::find(&bytes[at..line], b"<<<") {
        let start = past_blanks(bytes, at + mark + 3);
        let word = without(
            text,
            start,
            run_end(bytes, start, 128, |b| !is_blank(b) && is_inside(b)),
        );
        holds(text, word, Password, found);
        return;
    }
    let pipe = super::values::run_start(bytes, at, 160, is_inside);
    if before(bytes, pipe) != b'|' {
        return;
    }
    let mut end = pipe - 1;
    while end > 0 && matches!(bytes[end - 1], b' ' | b'"' | b'\'') {
        end -= 1;
    }
    let start = super::values::run_start(bytes, end, 128, |b| {
        !matches!(b, b' ' | b'"' | b'\'' | b'\n')
    });
    let echo = super::values::run_start(bytes, start, 8, |b| {
        matches!(b, b' ' | b'"' | b'\'' | b'-' | b'e' | b'n')
    });
    let is_echo = super::values::ends_with(bytes, echo + 4, "echo")
        || memchr::memmem::find(&bytes[start.saturating_sub(12)..start], b"echo").is_some();
    if let Some(value) = text.get(start..end).filter(|_| is_echo) {
        password(start, end, value, found);
    }
}
