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
required clear expired changed incorrect invalid wrong missing empty enabled disabled set unset reset unknown default \
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
business company corp corporate enterprise group holding global solutions systems software hardware technology tech \
able above absent abstract academy accent accident accord action active actual address advance adventure advice \
affair afraid afternoon agency agenda agree ahead aircraft airline airport album alien alike alive almost alone \
along already alter amount anchor ancient angel anger angle animal ankle anniversary announce annual answer anxiety \
apart apple appoint approve apron arch area arena argue arise armor arms army around arrange arrest arrival arrive \
arrow article artist aside aspect assembly assess assign assist assume attach attack attempt attend attitude \
attract auction author authority average avoid awake award aware away awful baby back badge balance ball balloon \
banana band bank banner barrel barrier base basic basis basket battery battle beam bean beat beauty become beef \
beer begin behavior behind belief believe bell belong below belt bench benefit best better beyond bike binary bind \
bird birth bitter blade blame blank blanket blast blend bless blind blood bloom blow board boat body boil bold bomb \
bond bone bonus book boost boot border born borrow boss bottle bottom bound bowl brain brake branch brand brave \
bread break breath brief bright bring broad broken brother brush bubble budget buffer bullet bundle burden burn \
burst bush busy butter button buyer byte cabin cabinet cable cache cake calm camp campaign canal candidate candle \
canvas capable capacity capital captain capture carbon care career cargo carpet carrier carry cart case cash cast \
castle catalog catch category cattle cause caution cave ceiling cell cement census cent center century ceramic \
certain chain chair chairman chalk challenge chamber champion chance change channel chapter character charge \
charity chart cheap cheese chemical chest chicken chief child childhood chip chocolate choice choose chunk church \
cinema circle circuit circus citizen city civil claim clash clay clean clerk clever cliff climate climb clinic clip \
clock cloth clothes club clue coach coal coast coat code coffee coin collar collect college colony color column \
combat combine comfort comic comment commerce commit common compact compare compass compete complex compose \
compound compute concept concern concert conclude concrete conduct conference confirm conflict confuse connect \
consent consider consist constant consult consume contact contain content contest context continue contract \
contrast control convert convince cookie copper corn corner correct cost costume cottage cotton couch council \
counter country county couple courage course court cousin cover craft crane crash crazy cream credit crew crime \
crisis crop cross crowd crown cruise crush crystal culture curious curtain curve custom customer cycle damage dance \
danger dark dash dead deaf deal dear death debate debt decade decay decide deck decline decor deep deer defeat \
defend deficit define degree delay deliver demand density dentist depart depend depth deputy derive desert design \
desire detail detect device devil dial diamond diary dice diet differ digit dinner direct dirt discount discover \
discuss disease dish disk dismiss display distance district divide doctor dollar door dose double doubt down dozen \
draft drag drama draw dream dress drift drill drink drive drum duck dump dust duty dynamic eager early earn earth \
ease easy echo economy editor educate effect effort elbow elder election electric elegant element elevator elite \
emerge emotion employ enable encounter encourage ending enemy energy engage engine engineer enhance enjoy enormous \
ensure entire entry envelope episode equal equip escape essay essence estate ethics evening ever evidence evil \
evolve exact exam exceed except excite exclude excuse execute exercise exhibit exist exit expand expect expert \
explain explode explore export expose express extend extra fabric face fact factor factory fade fail faint fair \
fall fame family famous fancy farm farmer fashion fatal fate father fault favor fear feast feature federal feed \
feel fellow female fence festival fever fiber fiction fight figure film filter final fine finger finish fire firm \
fiscal fish flame flash flat flavor fleet flesh flight float flood floor flour flow flower fluid focus fold folk \
follow food foot force foreign forever forget fork form formal format former formula fort forum forward fossil \
found founder frame fraud free freedom freeze frequent fresh friend front frost fruit fuel fund funny future gain \
galaxy gallery game gang garage garden garlic gate gather gauge gear gender gene general genius genre gentle \
genuine ghost giant gift girl give glad glance glass globe glory glove glue goal goat golden good goods govern grab \
grade grain grand grape graph grass grave gravity great grid grief grip grocery ground grow growth guess guide \
guilt guitar habit hair half hall hammer hand handle hang happen happy harbor hard harm harvest hate haul haven \
head heal heap hear heart heat heaven heavy height hello helmet herb hero highway hint hire history hobby hockey \
hold hole holiday hollow holy honest honey honor hook horizon horn horror horse hospital hotel house housing huge \
humble humor hundred hunger hunt hurry hurt husband hybrid icon idea ideal idle ignore imagine impact import impose \
improve impulse inch include income increase indicate indoor industry infant inform inhale initial inject injury \
inner inquiry insect inside inspect inspire instant intact intend intent interest interior invest invite involve \
iron island isolate issue ivory jacket jail jazz jeans jelly jewel join joint joke journal journey judge juice jump \
junction jungle junior jury justice keen keep kernel kick kidney kind kingdom kitchen knee knife knock know label \
labor lack ladder lady lamp land lane language large laser late later latin laugh launch laundry lava lawn lawyer \
layer lazy lead leader leaf league learn lease leather leave lecture left legend leisure lemon lend lens lesson \
letter level liberty library license life lift light like limit line linear link liquid listen liter little live \
lively liver loan lobby location logic lonely loop loose lord lose loss lost loud lounge love loyal lucky luggage \
lunch lung luxury lyrics machine magic magnet maid major maker male mall mammal manage mandate manual maple marble \
march margin marine market marriage marvel mask mass match mate material math matrix matter maximum maybe meadow \
meal mean measure meat mechanic medal medical medium meet melt member memory mental mention menu merchant mercy \
merge merit merry mesh message metal meter middle midnight mild milk mill mind mineral minimum minor mirror misery \
miss mission mistake mixture model modest module moment monkey mood moral morning mother motion motor mount mouse \
mouth movie muscle museum mushroom mutual myself mystery myth narrow nation native nature navy near neck need \
negative neglect nerve nest neutral news nice night noble noise normal notable notice novel nuclear nurse oath obey \
oblige obscure observe obtain obvious occasion occur odor offer olive onion online opera opinion oppose orange \
orbit orchard ordinary organ orient origin orphan outdoor outer outline outside oval oven oxygen pace pack package \
packet paid pain paint pair palace palm panda panel panic paper parade parent park parking parrot part partner \
party passage passion past path patient patrol pattern pause peace peak peanut pencil people pepper percent perfect \
perform perhaps period permit person phase phrase physical piano pick picture piece pilot pink pioneer pipe pitch \
pizza place plain plan plane planet plant plastic plate platform play player pledge plenty plug plus pocket poem \
poet point polar pole police polish polite poll pond pony pool poor popular portion position possible post potato \
pottery pound poverty powder power practice praise predict prefer prepare present preserve press pretty prevent \
price pride priest prime prior prison prize probe problem produce product profit project promise promote proof \
proper property prosper protect proud prove provide pull pulse pump punch pupil puppy purchase pure purple purpose \
purse push puzzle pyramid quality quantity quarter queen question queue quick quiet quit quiz quota quote race rack \
radar radio rail raise rally ramp ranch random range rank rapid rare rate ratio raven razor reach react ready real \
reason rebel rebuild recall recipe record recover recycle reduce reef refer reflect reform refuse regard region \
regret regular relate relax relay relief rely remain remark remedy remind remove render renew rent repair repeat \
replace rescue resist resort resource respond rest result retail retire reveal review reward rhythm ribbon rice \
ride rifle right rigid ring riot ripple rise risk rival road roast robot robust rocket roll roof room rotate rough \
round route royal rubber rude rule rural rush saddle safe safety sail saint salad salary sale salmon salon salt \
satellite satisfy sauce scale scare scatter scene scheme school science scissors scope score scout scrap screen \
scrub season seat section secure seed seek segment select self sell senate senior sense sentence separate series \
serious settle shadow shaft shallow shape sharp shed sheep sheet shelf shelter shield shift shine ship shirt shock \
shoe shoot shop shore shoulder shout shrimp shuffle shut sibling side siege sight signal silent silk silly similar \
simple since sing single sink sister situation skate sketch skill skin skirt skull slab slam sleep slender slice \
slide slight slim slip slogan slot smart smile smoke smooth snack snake snap soap soccer social sock soft soil \
solar soldier solid solution solve song soon sort soul sound soup source space spare spark speak special speech \
speed spell spend sphere spice spider spike spin spirit split spoil sponsor spoon sport spot spray spread square \
squeeze stable stadium stairs stamp stand station statue stay steak steel stem step stereo stick still sting stock \
stomach stool store story stove strategy street strike strong struggle studio stuff style subject submit subway \
sudden suffer sugar suggest suit sunset super supply supreme sure surface surge surprise surround survey suspect \
sustain swallow swamp swap swarm swear sweet swift swim swing sword symbol symptom syrup table tackle tail talent \
talk tank tape target taste taxi teach team tell tenant tennis tent term thank theme theory thing think thought \
thousand thread throw thumb thunder ticket tide tier tiers tight tile till timber tiny tired tissue title toast \
tobacco toddler together toilet tomato tone tongue tonight tool tooth topic torch touch tough tour toward tower \
town track trade traffic tragic train transfer trap trash travel tray treat tree trend trial tribe trick trigger \
trim trip trophy trouble truck truly trumpet trust truth tube tuition tumble tuna tunnel turkey turn turtle twelve \
twenty twice twin twist typical ugly unable unaware uncle undo unfair unfold unhappy uniform union unique unit \
universe until unusual unveil uphold upon upper upset urban urge usage used useful useless usual utility vacant \
vacuum vague valid valley valve vanish vapor various vast vault vehicle velvet vendor venture venue verb version \
vessel veteran viable vibrant vicious victory village vintage violin virtual virus visa visit visual vital vivid \
vocal voice void volcano volume vote voyage wage wagon wait walk wall walnut want warm warrior wash waste water \
wave wealth weapon wear weather wedding weekend weird welcome whale wheat wheel whip whisper wide width wife wild \
window wine wing wink winner wire wisdom wise wish witness woman wonder wool world worry worth wrap wreck wrestle \
wrist yard yellow yield young youth zebra zone";

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
