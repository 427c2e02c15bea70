//! The neutral stories as Falcon's alerts and hosts, with the real records' oddities.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Falcon, hosts, other_kinds};
use crate::{
    clock::{rfc3339_ms, rfc3339_ns, rfc3339_s},
    draw::{Draw, sha256_of},
    scenario::{
        Account, Activity, Detection, Disposition, Process, Story, base_name,
        fleet::{Host, Role, System},
    },
    world::World,
};

const NO_SHA1: &str = "0000000000000000000000000000000000000000";

/// All alerts at the lab's start, by composite id.
#[must_use]
pub fn alerts(world: &World, falcon: &Falcon) -> BTreeMap<String, Value> {
    let told = world.stories().flat_map(|story| {
        (0..story.detections.len()).map(move |index| alert(world, falcon, story, index))
    });
    told.chain(other_kinds::alerts(world, falcon))
        .filter_map(|alert| Some((alert["composite_id"].as_str()?.to_owned(), alert)))
        .collect()
}

/// The composite id of a detection.
#[must_use]
pub fn composite_id(world: &World, falcon: &Falcon, story: &Story, detection: usize) -> String {
    let host = &world.fleet.hosts[story.host];
    format!(
        "{}:{}",
        falcon.cid_of(host),
        indicator_id(world, story, detection)
    )
}

fn indicator_id(world: &World, story: &Story, detection: usize) -> String {
    let host = &world.fleet.hosts[story.host];
    let found = &story.detections[detection];
    let last = Draw::new(world.seed, &format!("{} indicator {detection}", story.name))
        .number(1_000, 199_999_999);
    format!(
        "ind:{}:{}-{}-{last}",
        host.id, story.processes[found.process].uid, found.pattern
    )
}

/// A path as the sensor writes it.
#[must_use]
pub fn device_path(host: &Host, path: &str) -> String {
    match path.strip_prefix("C:") {
        Some(rest) => format!(r"\Device\HarddiskVolume{}{rest}", host.volume),
        None => match path.strip_prefix("D:") {
            Some(rest) => format!(
                r"\Device\HarddiskVolume{}{rest}",
                u16::from(host.volume) + 1
            ),
            None => path.to_owned(),
        },
    }
}

/// The first process of a chain, for the tree's root.
fn root_of(story: &Story, mut process: usize) -> usize {
    // The session's first program stands for the tree: what came before it belongs to every tree of the host.
    while let Some(parent) = story.processes[process].parent {
        if matches!(
            story.processes[process].name().to_lowercase().as_str(),
            "explorer.exe" | "services.exe"
        ) {
            break;
        }
        process = parent;
    }
    process
}

/// The tree's number, shared by the alerts of one tree.
#[must_use]
pub fn tree_id(story: &Story, process: usize) -> u64 {
    story.processes[root_of(story, process)].uid / 7 + 4_294_967_296
}

struct Place<'a> {
    world: &'a World,
    host: &'a Host,
    story: &'a Story,
    began: i64,
}

fn alert(world: &World, falcon: &Falcon, story: &Story, index: usize) -> Value {
    let host = &world.fleet.hosts[story.host];
    let place = Place {
        world,
        host,
        story,
        began: world.began(story),
    };
    let found = &story.detections[index];
    let process = &story.processes[found.process];
    let cid = falcon.cid_of(host);
    let mut draw = Draw::new(world.seed, &format!("{} alert {index}", story.name));
    let (at, aid) = (place.began + found.at, host.id.as_str());
    let created = at + draw.signed(20_000, 65_000);
    let crawled = (created + 3_600_000).min(world.started_ms);
    let id = indicator_id(world, story, index);
    let composite_id = format!("{cid}:{id}");
    let tree = tree_id(story, found.process);
    let mut record = json!({
        "agent_id": aid,
        "aggregate_id": format!("aggind:{aid}:{tree}"),
        "cid": cid,
        "cloud_indicator": "false",
        "cmdline": process.cmdline,
        "composite_id": composite_id,
        "confidence": found.confidence,
        "context_timestamp": rfc3339_ms(at),
        "control_graph_id": format!("ctg:{aid}:{tree}"),
        "crawled_timestamp": rfc3339_ns(crawled, 218_776),
        "created_timestamp": rfc3339_ns(created, 231_503),
        "data_domains": ["Endpoint"],
        "description": found.description,
        "device": device_snapshot(world, falcon, story.host, at),
        "display_name": found.name,
        "email_sent": found.severity >= 70,
        "falcon_host_link": format!("https://falcon.crowdstrike.com/activity-v2/detections/{composite_id}?_cid={}", falcon.link_token),
        "filename": process.name(),
        "filepath": device_path(host, &process.image),
        "global_prevalence": found.prevalence.0,
        "id": id,
        "indicator_id": id,
        "ioc_context": [],
        "local_prevalence": found.prevalence.1,
        "local_process_id": process.pid.to_string(),
        "md5": process.md5,
        "mitre_attack": [{
            "pattern_id": found.pattern,
            "tactic_id": found.technique.tactic_id,
            "technique_id": found.technique.id,
            "tactic": found.technique.tactic,
            "technique": found.technique.name,
        }],
        "name": found.name,
        "objective": objective(found.technique.tactic_id),
        "pattern_disposition": disposition_number(found.disposition),
        "pattern_disposition_description": disposition_text(found.disposition),
        "pattern_disposition_details": disposition_details(found.disposition),
        "pattern_id": found.pattern,
        "platform": platform_word(host.system),
        "poly_id": format!("AACG{}==", draw.secret(92)),
        "priority_explanation": [
            format!("[MOD] The severity of the detection: {}", severity_name(found.severity)),
            format!("[MOD] The disposition for the detection: {}", if found.disposition == Disposition::Detected { "no preventative action was taken" } else { "a preventative action was taken" }),
        ],
        "priority_value": found.severity,
        "process_id": process.uid.to_string(),
        "process_start_time": ((place.began + process.started) / 1000).to_string(),
        "product": "epp",
        "scenario": "suspicious_activity",
        "seconds_to_resolved": 0,
        "seconds_to_triaged": 0,
        "severity": found.severity,
        "severity_name": severity_name(found.severity),
        "sha1": NO_SHA1,
        "sha256": process.sha256,
        "show_in_ui": true,
        "source_products": ["Falcon Insight"],
        "source_vendors": ["CrowdStrike"],
        "status": "new",
        "tactic": found.technique.tactic,
        "tactic_id": found.technique.tactic_id,
        "technique": found.technique.name,
        "technique_id": found.technique.id,
        "template_instance_id": draw.number(100, 9_999).to_string(),
        "timestamp": rfc3339_ms(at + 63),
        "tree_id": tree.to_string(),
        "tree_root": story.processes[root_of(story, found.process)].uid.to_string(),
        "triggering_process_graph_id": format!("pid:{aid}:{}", process.uid),
        "type": "ldt",
        "updated_timestamp": rfc3339_ns(crawled, 218_762),
        "user_id": process.user.sid,
        "user_name": process.user.name,
    });
    if let Some(members) = record.as_object_mut() {
        fill_sometimes(members, &place, found, process, &mut draw);
        fill_ancestry(members, &place, process);
        fill_activity(members, &place, found);
    }
    record
}

/// Members that a real record has only now and then.
fn fill_sometimes(
    members: &mut Map<String, Value>,
    place: &Place<'_>,
    found: &Detection,
    process: &Process,
    draw: &mut Draw,
) {
    let mut put = |name: &str, value: Value| {
        members.insert(name.to_owned(), value);
    };
    if place.host.system == System::Windows {
        put("alleged_filetype", json!("exe"));
        if !process.user.domain.is_empty() {
            put("logon_domain", json!(process.user.domain));
        }
    }
    if let Some(mail) = &process.user.mail {
        put("user_principal", json!(mail));
    }
    if let Some(ended) = process.ended.filter(|ended| *ended <= found.at + 60_000) {
        put(
            "process_end_time",
            json!(((place.began + ended) / 1000).to_string()),
        );
    }
    if found.severity >= 50 {
        let at = place.began + found.at;
        put(
            "incident",
            json!({
                "created": rfc3339_s(at),
                "end": rfc3339_s(at),
                "id": format!("inc:{}:{}", place.host.id, draw.hex(32)),
                "score": format!("{}.{}", draw.number(1, 60), draw.number(10_000_000_000_000, 99_999_999_999_999)),
                "start": rfc3339_s(at - 1_199_000),
            }),
        );
    }
    if found.severity <= 10 {
        put("tags", json!([]));
    }
    // A week's old alerts are partly dealt with.
    if place.story.name.starts_with("background") && draw.number(0, 9) < 4 {
        let (status, tag) = *draw.pick(&[
            ("closed", "false_positive"),
            ("closed", "true_positive"),
            ("closed", "ignored"),
            ("in_progress", ""),
        ]);
        put("status", json!(status));
        let person = draw.pick(&place.world.fleet.people).clone();
        put("assigned_to_name", json!(person.name));
        put("assigned_to_uid", json!(person.mail));
        put("assigned_to_uuid", json!(draw.uuid()));
        put("seconds_to_triaged", json!(draw.number(60, 9_000)));
        if !tag.is_empty() {
            put("tags", json!([tag]));
            put("resolution", json!(tag));
            put("seconds_to_resolved", json!(draw.number(9_001, 90_000)));
        }
    }
}

fn details(place: &Place<'_>, process: &Process) -> Value {
    let aid = &place.host.id;
    json!({
        "cmdline": process.cmdline,
        "filename": process.name(),
        "filepath": device_path(place.host, &process.image),
        "local_process_id": process.pid.to_string(),
        "md5": process.md5,
        "process_graph_id": format!("pid:{aid}:{}", process.uid),
        "process_id": process.uid.to_string(),
        "sha256": process.sha256,
        "timestamp": rfc3339_s(place.began + process.started),
        "user_graph_id": format!("uid:{aid}:{}", process.user.sid),
        "user_id": process.user.sid,
        "user_name": process.user.name,
    })
}

fn fill_ancestry(members: &mut Map<String, Value>, place: &Place<'_>, process: &Process) {
    let Some(parent) = process.parent.map(|parent| &place.story.processes[parent]) else {
        return;
    };
    members.insert("parent_details".to_owned(), details(place, parent));
    members.insert(
        "parent_process_id".to_owned(),
        json!(parent.uid.to_string()),
    );
    // Macs' records were seen without the grandparent.
    if let Some(grandparent) = parent.parent.filter(|_| place.host.system != System::Mac) {
        members.insert(
            "grandparent_details".to_owned(),
            details(place, &place.story.processes[grandparent]),
        );
    }
}

/// What the process had done when the alert was written: files, names, connections, children.
fn fill_activity(members: &mut Map<String, Value>, place: &Place<'_>, found: &Detection) {
    let (mut written, mut read, mut names, mut connections, mut children, mut quarantined) = (
        Vec::new(),
        Vec::new(),
        Vec::new(),
        Vec::new(),
        Vec::new(),
        Vec::new(),
    );
    for event in place
        .story
        .events
        .iter()
        .filter(|event| event.actor == Some(found.process))
    {
        let at = place.began + event.at;
        let seconds = (at / 1000).to_string();
        let file = |path: &str| {
            let path = device_path(place.host, path);
            let name = base_name(&path).to_owned();
            let folder = path[..path.len() - name.len()].to_owned();
            json!({ "filename": name, "filepath": folder, "timestamp": seconds })
        };
        match &event.activity {
            Activity::FileWrite { path, sha256 } => {
                written.push(file(path));
                if found.disposition == Disposition::Quarantined {
                    let sha256 = sha256.clone().unwrap_or_else(|| sha256_of(path));
                    quarantined.push(json!({ "id": format!("{}_{sha256}", place.host.id), "filename": device_path(place.host, path), "sha256": sha256, "state": "quarantined" }));
                }
            }
            Activity::FileRename { to, .. } => written.push(file(to)),
            Activity::FileRead { path } => read.push(file(path)),
            Activity::Dns { name, .. } => names.push(json!({ "domain_name": name, "load_time": seconds, "request_type": "A", "interface_index": 0, "caused_detect": false })),
            Activity::Connect { address, port, .. } => connections.push(json!({
                "access_type": 0,
                "access_timestamp": seconds,
                "connection_direction": 0,
                "isIPV6": false,
                "local_address": place.host.local_ip,
                "local_port": 49_152 + event.at.rem_euclid(16_000),
                "protocol": "TCP",
                "remote_address": address,
                "remote_port": port,
            })),
            Activity::ProcessStart(child) => children.push(json!(format!("pid:{}:{}", place.host.id, place.story.processes[*child].uid))),
            _ => {}
        }
    }
    for (name, items) in [
        ("files_written", written),
        ("files_accessed", read),
        ("dns_requests", names),
        ("network_accesses", connections),
        ("child_process_ids", children),
        ("quarantined_files", quarantined),
    ] {
        if !items.is_empty() {
            members.insert(name.to_owned(), Value::Array(items));
        }
    }
    let hash = place
        .story
        .events
        .iter()
        .find_map(|event| match &event.activity {
            Activity::FileWrite {
                sha256: Some(sha256),
                path,
            } if event.actor == Some(found.process)
                && found.disposition == Disposition::Quarantined =>
            {
                Some((sha256.clone(), path.clone()))
            }
            _ => None,
        });
    if let Some((sha256, path)) = hash {
        members.insert("ioc_type".to_owned(), json!("hash_sha256"));
        members.insert("ioc_value".to_owned(), json!(sha256));
        members.insert("ioc_source".to_owned(), json!("library_load"));
        members.insert(
            "ioc_description".to_owned(),
            json!(device_path(place.host, &path)),
        );
    }
}

/// When a host was last seen: lately, unless it is away.
#[must_use]
pub fn last_seen(world: &World, index: usize) -> String {
    let state = world.host(index);
    rfc3339_s(if state.online {
        world.clock.now_ms() - 40_000
    } else {
        world.started_ms - 5_400_000
    })
}

/// The host as an alert carries it: a snapshot of its state when the alert was made.
fn device_snapshot(world: &World, falcon: &Falcon, index: usize, at: i64) -> Value {
    const COPIED: &[&str] = &[
        "agent_load_flags",
        "agent_version",
        "bios_manufacturer",
        "bios_version",
        "cid",
        "config_id_base",
        "config_id_build",
        "config_id_platform",
        "device_id",
        "external_ip",
        "first_seen",
        "groups",
        "hostname",
        "instance_id",
        "local_ip",
        "mac_address",
        "machine_domain",
        "major_version",
        "minor_version",
        "os_version",
        "ou",
        "platform_id",
        "platform_name",
        "product_type",
        "product_type_desc",
        "service_provider",
        "service_provider_account_id",
        "site_name",
        "system_manufacturer",
        "system_product_name",
        "tags",
    ];
    let whole = entity(world, falcon, index);
    let mut snapshot: Map<String, Value> = COPIED
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), whole.get(*name)?.clone())))
        .collect();
    let host = &world.fleet.hosts[index];
    let mut hostinfo = json!({ "domain": host.domain });
    if host.role == Role::DomainController {
        hostinfo["active_directory_dn_display"] = json!(["Domain Controllers"]);
    }
    snapshot.insert("hostinfo".to_owned(), hostinfo);
    // Some sensors' clocks are nonsense, and the record says it as it comes.
    let local = if host.system == System::Mac {
        "2610-01-05T13:11:22.705Z".to_owned()
    } else {
        rfc3339_ms(at - 86_400_000)
    };
    snapshot.insert("agent_local_time".to_owned(), json!(local));
    snapshot.insert("last_seen".to_owned(), json!(rfc3339_s(at - 300_000)));
    snapshot.insert(
        "modified_timestamp".to_owned(),
        json!(rfc3339_s(at - 120_000)),
    );
    snapshot.insert("status".to_owned(), json!("normal"));
    if host.domain.is_empty() {
        snapshot.insert("ou".to_owned(), Value::Null);
    }
    Value::Object(snapshot)
}

/// A host as the hosts service tells it now.
#[must_use]
pub fn device(world: &World, falcon: &Falcon, index: usize) -> Value {
    let mut device = entity(world, falcon, index);
    let state = world.host(index);
    device["status"] = json!(hosts::status_word(state.containment));
    device["last_seen"] = json!(last_seen(world, index));
    device["modified_timestamp"] = json!(rfc3339_s(state.changed_at));
    device
}

fn entity(world: &World, falcon: &Falcon, index: usize) -> Value {
    let host = &world.fleet.hosts[index];
    let mut draw = Draw::new(world.seed, &format!("device {}", host.id));
    let owner = Account::from(&world.fleet.people[host.owner]);
    let first = world.started_ms - draw.signed(30, 400) * 86_400_000;
    let stamp = |ms| rfc3339_ns(ms, 463_411);
    let (policies, device_policies) =
        hosts::policies(&mut draw, &stamp(first + 60_000), &stamp(first + 75_000));
    let (product_type, product) = match host.role {
        Role::Workstation => ("1", "Workstation"),
        Role::DomainController => ("2", "Domain Controller"),
        Role::Server => ("3", "Server"),
    };
    let (platform_id, config_platform) = match host.system {
        System::Windows => ("0", "3"),
        System::Mac => ("1", "4"),
        System::Linux => ("3", "8"),
    };
    let (maker, model) = match (host.system, host.role) {
        (System::Mac, _) => ("Apple Inc.", "MacBookPro18,1"),
        (System::Linux, _) => ("Amazon EC2", "t3.small"),
        (_, Role::Workstation) => *draw.pick(&[
            ("Dell Inc.", "Latitude 7440"),
            ("LENOVO", "21HMCTO1WW"),
            ("HP", "HP EliteBook 840 G10"),
        ]),
        _ => ("VMware, Inc.", "VMware20,1"),
    };
    let mut device = json!({
        "device_id": host.id,
        "cid": falcon.cid_of(host),
        "agent_load_flags": if host.system == System::Windows { "1" } else { "0" },
        "agent_local_time": rfc3339_ms(world.started_ms - 7_200_000),
        "agent_version": "7.24.19607.0",
        "bios_manufacturer": maker,
        "bios_version": format!("{}.{}.0", draw.number(1, 9), draw.number(0, 30)),
        "build_number": host.build,
        "config_id_base": "65994767",
        "config_id_build": "19607",
        "config_id_platform": config_platform,
        "cpu_signature": "526017",
        "cpu_vendor": "0",
        "external_ip": host.external_ip,
        "mac_address": host.mac,
        "hostname": host.hostname,
        "filesystem_containment_status": "normal",
        "first_seen": rfc3339_s(first),
        "last_login_timestamp": rfc3339_s(world.started_ms - draw.signed(1_000_000, 30_000_000)),
        "last_login_user": owner.name,
        "last_login_user_sid": owner.sid,
        "local_ip": host.local_ip,
        "machine_domain": host.domain,
        "major_version": "10",
        "minor_version": "0",
        "os_version": host.os_version,
        "os_build": host.build,
        "platform_id": platform_id,
        "platform_name": platform_word(host.system),
        "policies": policies,
        "reduced_functionality_mode": "no",
        "rtr_state": "enabled",
        "device_policies": device_policies,
        "groups": [draw.hex(32)],
        "group_hash": draw.hex(64),
        "product_type": product_type,
        "product_type_desc": product,
        "provision_status": "Provisioned",
        "serial_number": draw.uuid(),
        "service_pack_minor": "0",
        "pointer_size": "8",
        "status": "normal",
        "system_manufacturer": maker,
        "system_product_name": model,
        "tags": if host.role == Role::Server { json!(["FalconGroupingTags/production"]) } else { json!([]) },
        "meta": { "version": draw.number(100, 9_999).to_string(), "version_string": format!("3:{}", draw.number(100_000_000, 999_999_999)) },
        "kernel_version": format!("10.0.{}.3089", host.build),
        "chassis_type": "10",
        "chassis_type_desc": "Notebook",
        "last_reboot": rfc3339_s(world.started_ms - 260_000_000),
        "connection_ip": host.local_ip,
        "default_gateway_ip": host.local_ip.rsplit_once('.').map_or_else(String::new, |(net, _)| format!("{net}.1")),
        "connection_mac_address": host.mac,
    });
    // A host outside a domain has neither an organizational unit nor a site.
    if !host.domain.is_empty() {
        let unit = match host.role {
            Role::DomainController => "Domain Controllers",
            Role::Server => "Servers",
            Role::Workstation => "Workstations",
        };
        device["ou"] = json!([unit]);
        device["site_name"] = json!("Default-First-Site-Name");
    }
    if host.system == System::Linux {
        device["service_provider"] = json!("AWS_EC2_V2");
        device["service_provider_account_id"] = json!("000000000001");
        device["instance_id"] = json!(format!("i-{}", draw.hex(17)));
        device["zone_group"] = json!("us-east-1a");
    }
    device
}

/// Falcon's word for a system.
#[must_use]
pub fn platform_word(system: System) -> &'static str {
    match system {
        System::Windows => "Windows",
        System::Mac => "Mac",
        System::Linux => "Linux",
    }
}

fn severity_name(severity: u8) -> &'static str {
    match severity {
        0..20 => "Informational",
        20..40 => "Low",
        40..60 => "Medium",
        60..80 => "High",
        _ => "Critical",
    }
}

fn objective(tactic_id: &str) -> &'static str {
    match tactic_id {
        "TA0001" | "TA0006" => "Gain Access",
        "TA0003" | "TA0005" => "Keep Access",
        "TA0007" => "Explore",
        "TA0011" => "Contact Controlled Systems",
        "CSTA0006" => "Falcon Detection Method",
        _ => "Follow Through",
    }
}

fn disposition_number(disposition: Disposition) -> u32 {
    match disposition {
        Disposition::Detected => 0,
        Disposition::Killed => 16,
        Disposition::Quarantined => 128,
        Disposition::Blocked => 2048,
    }
}

fn disposition_text(disposition: Disposition) -> &'static str {
    match disposition {
        Disposition::Detected => "Detection, standard detection.",
        Disposition::Killed => "Prevention, process killed.",
        Disposition::Quarantined => "Prevention, file quarantined.",
        Disposition::Blocked => "Prevention, process was blocked from execution.",
    }
}

fn disposition_details(disposition: Disposition) -> Value {
    const ALL: &[&str] = &[
        "blocking_unsupported_or_disabled",
        "bootup_safeguard_enabled",
        "containment_file_system",
        "critical_process_disabled",
        "detect",
        "fs_operation_blocked",
        "handle_operation_downgraded",
        "inddet_mask",
        "indicator",
        "kill_action_failed",
        "kill_parent",
        "kill_process",
        "kill_subprocess",
        "mfa_required",
        "operation_blocked",
        "policy_disabled",
        "prevention_provisioning_enabled",
        "process_blocked",
        "quarantine_file",
        "quarantine_machine",
        "registry_operation_blocked",
        "response_action_already_applied",
        "response_action_failed",
        "response_action_triggered",
        "rooting",
        "sensor_only",
        "suspend_parent",
        "suspend_process",
    ];
    let set = match disposition {
        Disposition::Detected => "",
        Disposition::Killed => "kill_process",
        Disposition::Quarantined => "quarantine_file",
        Disposition::Blocked => "process_blocked",
    };
    Value::Object(
        ALL.iter()
            .map(|name| ((*name).to_owned(), json!(*name == set)))
            .collect(),
    )
}
