//! The invented organization: its hosts and people, drawn from the seed.

use serde::Serialize;

use crate::draw::Draw;

/// An operating system family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum System {
    /// Windows.
    Windows,
    /// macOS.
    Mac,
    /// Linux.
    Linux,
}

/// What a host is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A person's machine.
    Workstation,
    /// A server.
    Server,
    /// A domain controller.
    DomainController,
}

/// A machine with a sensor.
#[derive(Debug, Clone)]
pub struct Host {
    /// 32 hexadecimal digits; every platform derives its own id from it or uses it as it is.
    pub id: String,
    /// Name without a domain.
    pub hostname: String,
    /// Operating system family.
    pub system: System,
    /// Purpose.
    pub role: Role,
    /// DNS domain; empty outside one.
    pub domain: String,
    /// Address inside.
    pub local_ip: String,
    /// Address outside.
    pub external_ip: String,
    /// `aa-bb-cc-dd-ee-ff`.
    pub mac: String,
    /// Name of the system's version.
    pub os_version: &'static str,
    /// Build number.
    pub build: &'static str,
    /// Number in `\Device\HarddiskVolume<n>`.
    pub volume: u8,
    /// Connected when the lab starts.
    pub online: bool,
    /// Belongs to the child organization.
    pub member: bool,
    /// Index into [`Fleet::people`] of who mostly uses it.
    pub owner: usize,
}

/// Somebody with an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Account name.
    pub name: String,
    /// NetBIOS domain.
    pub domain: String,
    /// Security identifier (or a uid on Linux and macOS).
    pub sid: String,
    /// E-mail address.
    pub mail: String,
}

/// All hosts and people.
#[derive(Debug, Clone)]
pub struct Fleet {
    /// DNS domain, for example `harborlight.example`.
    pub domain: String,
    /// NetBIOS domain.
    pub netbios: String,
    /// Hosts; the first ones have fixed roles (see the constants).
    pub hosts: Vec<Host>,
    /// People; the first is an administrator.
    pub people: Vec<Person>,
}

/// The domain controller.
pub const DOMAIN_CONTROLLER: usize = 0;
/// A file server.
pub const FILE_SERVER: usize = 1;
/// A laptop that is not connected.
pub const OFFLINE: usize = 2;
/// A Mac.
pub const MAC: usize = 3;
/// A Linux server.
pub const LINUX: usize = 4;
/// The first of the connected Windows workstations.
pub const WORKSTATIONS: usize = 5;

/// Index of the administrator among the people.
pub const ADMINISTRATOR: usize = 0;

const FIRST: &[&str] = &[
    "amara", "bjorn", "celia", "dario", "edith", "farid", "greta", "hugo", "ines", "jonas",
    "katya", "liam", "mira", "noor",
];
const LAST: &[&str] = &[
    "adeyemi",
    "brandt",
    "castellan",
    "dufour",
    "eriksen",
    "falk",
    "garrido",
    "hollis",
    "ivanov",
    "jarvis",
    "kessler",
    "lindqvist",
];
const COMPANY: &[&str] = &[
    "harborlight",
    "meridiantools",
    "northgate-mills",
    "silverbrook",
    "oakfield-labs",
    "tidewater-freight",
];
const DEPARTMENT: &[&str] = &["FIN", "HR", "ENG", "SAL", "OPS", "LEG", "MKT", "PRC"];
const SITE: &[&str] = &["LYN", "OSL", "PDX", "BRN", "CRK"];

impl Fleet {
    /// Everybody and everything for a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let mut draw = Draw::new(seed, "fleet");
        let company = *draw.pick(COMPANY);
        let domain = format!("corp.{company}.example");
        let netbios = company.split('-').next().unwrap_or(company).to_uppercase();
        let sid_base = format!(
            "S-1-5-21-{}-{}-{}",
            draw.number(1_000_000_000, 4_000_000_000),
            draw.number(1_000_000_000, 4_000_000_000),
            draw.number(1_000_000_000, 4_000_000_000)
        );
        let people = people(&mut draw, company, &netbios, &sid_base);
        let hosts = hosts(&mut draw, &domain, people.len());
        Self {
            domain,
            netbios,
            hosts,
            people,
        }
    }
}

fn people(draw: &mut Draw, company: &str, netbios: &str, sid_base: &str) -> Vec<Person> {
    let mut people: Vec<Person> = Vec::new();
    while people.len() < 14 {
        let (first, last) = (*draw.pick(FIRST), *draw.pick(LAST));
        let plain = format!("{first}.{last}");
        if people.iter().any(|known| known.mail.starts_with(&plain)) {
            continue;
        }
        let name = if people.is_empty() {
            format!("adm-{first}")
        } else {
            plain.clone()
        };
        people.push(Person {
            name,
            domain: netbios.to_owned(),
            sid: format!("{sid_base}-{}", 1104 + people.len() * 7),
            mail: format!("{plain}@{company}.example"),
        });
    }
    people
}

fn hosts(draw: &mut Draw, domain: &str, people: usize) -> Vec<Host> {
    let site = *draw.pick(SITE);
    let mut hosts = Vec::new();
    for index in 0..26 {
        let number = index + 1;
        let department = *draw.pick(DEPARTMENT);
        let (hostname, system, role, os_version, build) = match index {
            DOMAIN_CONTROLLER => (
                format!("{site}-DC-01"),
                System::Windows,
                Role::DomainController,
                "Windows Server 2022",
                "20348",
            ),
            FILE_SERVER => (
                format!("{site}-FILE-02"),
                System::Windows,
                Role::Server,
                "Windows Server 2019",
                "17763",
            ),
            MAC => (
                format!("{}-MBP-{number:02}.local", department.to_lowercase()),
                System::Mac,
                Role::Workstation,
                "Sequoia (15)",
                "24F74",
            ),
            LINUX => (
                format!("{}-web-{number:02}", site.to_lowercase()),
                System::Linux,
                Role::Server,
                "Ubuntu 22.04",
                "15",
            ),
            24 => (
                "MEMBER-WS-01".to_owned(),
                System::Windows,
                Role::Workstation,
                "Windows 11",
                "22631",
            ),
            25 => (
                "MEMBER-WS-02".to_owned(),
                System::Windows,
                Role::Workstation,
                "Windows 10",
                "19045",
            ),
            _ if index % 3 == 0 => (
                format!("{site}-{department}-{number:02}"),
                System::Windows,
                Role::Workstation,
                "Windows 10",
                "19045",
            ),
            _ => (
                format!("{site}-{department}-{number:02}"),
                System::Windows,
                Role::Workstation,
                "Windows 11",
                "22631",
            ),
        };
        let member = index >= 24;
        hosts.push(Host {
            id: draw.hex(32),
            hostname,
            system,
            role,
            domain: if system == System::Windows {
                domain.to_owned()
            } else {
                String::new()
            },
            local_ip: format!(
                "10.{}.{}.{}",
                draw.number(10, 40),
                draw.number(0, 20),
                draw.number(10, 240)
            ),
            external_ip: format!("198.51.100.{}", draw.number(2, 250)),
            mac: (0..6).map(|_| draw.hex(2)).collect::<Vec<_>>().join("-"),
            os_version,
            build,
            volume: if index == WORKSTATIONS + 1 {
                12
            } else {
                u8::try_from(draw.number(2, 5)).unwrap_or(3)
            },
            online: index != OFFLINE,
            member,
            owner: match index {
                DOMAIN_CONTROLLER | FILE_SERVER => ADMINISTRATOR,
                _ => 1 + index % (people - 1),
            },
        });
    }
    hosts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_one_fleet_and_another_seed_another() {
        let (one, again, other) = (Fleet::new(1), Fleet::new(1), Fleet::new(2));
        assert_eq!(one.hosts[5].id, again.hosts[5].id);
        assert_ne!(one.hosts[5].id, other.hosts[5].id);
    }

    #[test]
    fn hosts_and_people_have_names_of_their_own() {
        for seed in 0..20 {
            let fleet = Fleet::new(seed);
            for (index, host) in fleet.hosts.iter().enumerate() {
                assert!(
                    fleet.hosts[..index]
                        .iter()
                        .all(|known| known.hostname != host.hostname && known.id != host.id)
                );
            }
            for (index, person) in fleet.people.iter().enumerate() {
                assert!(
                    fleet.people[..index]
                        .iter()
                        .all(|known| known.name != person.name && known.sid != person.sid)
                );
            }
        }
    }

    #[test]
    fn one_host_is_offline_and_the_fixed_roles_stand() {
        let fleet = Fleet::new(3);
        assert_eq!(fleet.hosts.iter().filter(|host| !host.online).count(), 1);
        assert_eq!(fleet.hosts[DOMAIN_CONTROLLER].role, Role::DomainController);
        assert_eq!(fleet.hosts[FILE_SERVER].role, Role::Server);
        assert_eq!(fleet.hosts[MAC].system, System::Mac);
    }
}
