//! Words that say nothing about a customer: accounts and names that every system has, words that
//! are too common to be a name by themselves, endings of files.

use std::sync::LazyLock;

use hashbrown::HashSet;

/// Accounts that every system has, whoever's it is: never a customer's name.
const BUILT_IN_USERS: &str = "\
system administrator guest defaultaccount wdagutilityaccount krbtgt everyone administrators users guests \
local~service network~service localservice networkservice localsystem nt~authority anonymous~logon anonymous \
trustedinstaller authenticated~users public default default~user default.migrated all~users defaultuser0 \
defaultapppool shared root nobody nogroup daemon www-data systemd-network systemd-resolve systemd-timesync \
messagebus sshd linuxbrew _www _spotlight _windowserver _mdnsresponder dwm-1 dwm-2 dwm-3 umfd-0 umfd-1 umfd-2 \
domain~admins domain~users enterprise~admins";

/// Accounts that an image or a service brings along: a customer's name only if it is known to be one.
const SERVICE_USERS: &str = "\
bin sys sync games man lp mail news uucp proxy backup list irc gnats syslog dbus postfix ntp chrony polkitd ftp \
mysql postgres redis mongodb nginx apache httpd tomcat git jenkins docker ubuntu ec2-user centos debian fedora \
vagrant azureuser sa __token__ .net~v4.5 .net~v2.0 runner kali";

/// The left side of `X\name` where that is no customer's domain, and parts of the registry and of
/// paths that look like one.
const NO_DOMAINS: &str = "\
nt~authority nt~service nt~virtual~machine iis~apppool window~manager font~driver~host authority apppool manager builtin workgroup localhost \
azuread microsoftaccount mshome \
hklm hkcu hkcr hku hkcc hkey_local_machine hkey_current_user hkey_users hkey_classes_root hkey_current_config \
software system sam security machine registry microsoft windows winnt system32 syswow64 currentversion \
currentcontrolset controlset001 services policies classes wow6432node run runonce users user documents desktop \
downloads appdata local roaming locallow temp tmp programdata program files x86 programs common bin lib src \
root cimv2 device harddiskvolume drivers etc global basenamedobjects sessions pipe mailslot ipc share public \
default admin inetpub wwwroot perflogs sysprep panther downloads start profile parameters networkprovider \
ultravnc realvnc server client logs log data backup backups config scripts tools test build dist debug release \
com org net http https file ftp";

/// Names that reach a machine everywhere.
const NO_HOSTS: &str = "\
localhost localdomain localhost.localdomain broadcasthost ip6-localhost ip6-loopback tsclient wsl$ wsl.localhost \
host.docker.internal gateway.docker.internal kubernetes.docker.internal metadata.google.internal \
kubernetes.default.svc.cluster.local cluster.local svc.cluster.local home.arpa metadata example invalid test all any none null unknown";

/// What stands behind `user:` or `password` without being one.
const NO_VALUES: &str = "\
a an the this that these those is are was were be been has have had do does did will would can could may might must \
shall should to of for from with without in on at by as or and but not no yes if then else when while where which who \
your my our their his her its it you we they he she i all any some none null nil undefined true false \
required expired changed incorrect invalid wrong missing empty enabled disabled set unset reset unknown default \
policy protected protection field fields flag option argument parameter value values string text type types prompt \
hash hashes hashing length file files name names manager expires expiration never please enter again new old current \
account accounts user users username password passwd passwords passphrase pass secret token key login logon logged \
log in out added removed deleted created modified failed failure success successful denied accepted rejected error \
agent mode profile data name id group groups role roles input output n/a na - -- * ** *** \\* read-host get-credential \
security process workstation getpass stdin prompted hidden masked redacted removed example input await async new function \
return const let var class def param nt builtin iis x86_64 amd64 arm64 aarch64 i386 i686 x64 x86";

/// Words too common to be taken for a name wherever they stand.
const COMMON: &str = "\
admin administrator user users guest test tester testing demo temp dummy sample example default public private shared \
system service services server servers client clients host hosts node nodes desktop laptop workstation printer scanner \
kiosk router gateway firewall proxy switch bridge cluster cloud edge core main master slave primary secondary replica \
mail email exchange smtp imap webmail web www site portal intranet internet vpn remote access app apps application api \
database data datastore sql mysql oracle postgres postgresql mongo mongodb redis elastic elasticsearch kafka rabbit \
backup backups restore archive storage share shares file files folder print media video audio image images photo photos \
music camera phone mobile tablet watch prod production stage staging devel develop developer development build builder \
release deploy deployer deployment pipeline runner agent agents worker workers jenkins gitlab github ansible puppet chef \
terraform docker podman kube kubernetes nginx apache tomcat httpd java python node perl ruby bash shell powershell pwsh \
cmd command console terminal script scripts task tasks schedule scheduler cron batch process processes program programs \
windows linux ubuntu debian centos redhat fedora macos android chrome firefox edge safari office word excel outlook teams \
slack zoom adobe reader acrobat java update updates updater upgrade install installer setup config configuration settings \
support help helpdesk desk info information sales marketing finance financial accounting account accounts payroll legal \
human resources training trainer student teacher staff manager director executive president office reception security \
guard audit auditor monitor monitoring nagios zabbix splunk sensor scan scanner scanning patch patching inventory asset \
root operator owner group groups local global domain domains network networks internal external home work lab labs \
helper loader john north south east west central europe america asia london paris berlin york \
mark will grant bill rose frank dick jack pat rob bob may june april august dawn hope faith grace joy amber ruby pearl \
drew rich chase hunter page carter cook baker taylor miller mason porter turner fisher smith king knight prince duke \
white black brown green gray grey gold silver stone wood woods forest field fields lake river brook hill hills dale \
rain snow storm wind winter summer spring autumn sunny star stars moon sun sky ocean sea beach sand rock mountain tiger \
lion bear wolf fox eagle hawk falcon dragon phoenix mercury venus mars jupiter saturn apollo zeus atlas titan thor odin \
loki alpha beta gamma delta omega sigma one two three four five six seven eight nine zero first second third last next \
new old big small long short high low fast slow hot cold open close closed start stop run read write copy move delete \
create make list show hide find search query view edit save load print send receive call check verify validate sign \
python2 python3 pip3 perl5 php7 php8 lua5 ruby3 java8 win32 win64 system32 base64 sha256 utf8 ipv4 ipv6 http2 log4j \
office365 o365 m365 7zip \
login logon logout session token secret password pass key keys lock unlock allow deny block drop accept reject error \
warn warning debug trace info log logs logger event events alert alerts report reports status state health time date \
year month week day hour minute daily weekly monthly note notes document documents download downloads upload uploads \
name names type types value values text string number count total size length index item items object class method \
function return true false null none empty full all any some other this that with from into over under about after before \
between during through against because while where when what which whose there their they them then than have been were \
will would could should must shall being does done just only also very much many more most less least each every both \
either neither such same different another again always never often once here now today tomorrow yesterday \
business company corp corporate enterprise group holding global solutions systems software hardware technology tech";

/// Endings that make `name.ending` a file and not a domain, and `x@y.ending` no e-mail address.
const FILE_ENDINGS: &str = "\
exe dll sys bat cmd ps1 psm1 psd1 vbs vbe js jse wsf hta msi msp msc cpl scr com_ lnk url ini inf cfg conf config xml json \
yaml yml toml txt log csv tsv md rst html htm php asp aspx jsp css scss less ts tsx jsx vue py pyc pyw rb pl pm sh bash zsh \
c h cpp hpp cc cs java class jar war go rs swift kt lua sql db sqlite mdb bak old tmp temp dat bin img iso vhd vhdx vmdk \
zip rar 7z gz tgz tar bz2 xz zst cab deb rpm apk dmg pkg doc docx docm xls xlsx xlsm xlsb ppt pptx pptm pdf rtf odt eml msg \
png jpg jpeg gif bmp svg ico webp mp3 mp4 avi mov wav service socket timer target mount slice scope path device so dylib o a \
lib key pem crt cer pfx p12 der kdbx dmp etl evtx pf ocx drv mui cat man local_ lock pid out err swp ttf woff woff2 map";

/// One of the lists above; `~` stands for a space inside a name.
struct Words(LazyLock<HashSet<String>>);

impl Words {
    fn contain(&self, word: &str) -> bool {
        self.0.contains(word)
    }
}

macro_rules! words {
    ($name:ident, $list:ident) => {
        static $name: Words = Words(LazyLock::new(|| {
            let words = $list.split_whitespace();
            words.map(|word| word.replace('~', " ")).collect()
        }));
    };
}

words!(USERS, BUILT_IN_USERS);
words!(SERVICES, SERVICE_USERS);
words!(DOMAINS, NO_DOMAINS);
words!(HOSTS, NO_HOSTS);
words!(VALUES, NO_VALUES);
words!(EVERYDAY, COMMON);
words!(ENDINGS, FILE_ENDINGS);

/// Whether every system has an account of that name (small letters).
pub(super) fn is_built_in_user(name: &str) -> bool {
    USERS.contain(name)
}

/// Whether an image or a service brings an account of that name along (small letters).
pub(super) fn is_service_user(name: &str) -> bool {
    SERVICES.contain(name)
}

/// Whether `name\` is no customer's domain (small letters).
pub(super) fn is_no_domain(name: &str) -> bool {
    DOMAINS.contain(name)
}

/// Whether a host of that name is reached everywhere (small letters).
pub(super) fn is_no_host(name: &str) -> bool {
    HOSTS.contain(name)
}

/// Whether what stands behind a field's or flag's name is a word about it, not its value (small letters).
pub(super) fn is_no_value(word: &str) -> bool {
    VALUES.contain(word)
}

/// Whether a word is the ending of a file's name (small letters).
pub(super) fn is_file_ending(word: &str) -> bool {
    ENDINGS.contain(word)
}

/// Whether a name (small letters) is so telling that it is meant wherever it stands: long enough, and
/// no everyday word.
pub(super) fn is_distinctive(name: &str) -> bool {
    let letters = name.chars().filter(|c| c.is_alphabetic()).count();
    let marks = name.chars().count() - letters;
    match (letters, marks) {
        (0, _) => false,
        (_, 0) => letters >= 4 && !EVERYDAY.contain(name) && !is_no_value(name),
        _ => letters + marks >= 4 && letters >= 2 && !EVERYDAY.contain(name),
    }
}
