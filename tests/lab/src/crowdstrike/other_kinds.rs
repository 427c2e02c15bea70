//! One alert of each kind that is no endpoint story: identity, mobile, cloud, NG-SIEM, OverWatch, automated lead, and
//! an older endpoint id.

use serde_json::{Value, json};

use super::Falcon;
use crate::{
    clock::{rfc3339_ms, rfc3339_ns, rfc3339_s},
    draw::Draw,
    scenario::hostile,
    world::World,
};

/// The kinds by name, for tests to ask for.
pub const KINDS: &[&str] = &[
    "idp",
    "mobile",
    "fcs",
    "ngsiem",
    "overwatch",
    "automated-lead",
];

struct Pen<'a> {
    world: &'a World,
    falcon: &'a Falcon,
    draw: Draw,
    at: i64,
}

impl Pen<'_> {
    /// What all kinds have.
    fn common(&self, product: &str, kind: &str, id: &str, link: &str) -> Value {
        let cid = &self.falcon.cid;
        json!({
            "cid": cid,
            "composite_id": format!("{cid}:{id}"),
            "id": id,
            "product": product,
            "type": kind,
            "status": "new",
            "show_in_ui": true,
            "seconds_to_resolved": 0,
            "seconds_to_triaged": 0,
            "crawled_timestamp": rfc3339_ns(self.at + 70_000, 427_005),
            "created_timestamp": rfc3339_ns(self.at + 61_000, 424_647),
            "timestamp": rfc3339_ms(self.at + 2_600),
            "updated_timestamp": rfc3339_ns(self.at + 71_000, 448_779),
            "falcon_host_link": format!("https://falcon.crowdstrike.com/{link}"),
        })
    }
}

/// All of them, and the hostile ones.
#[must_use]
pub fn alerts(world: &World, falcon: &Falcon) -> Vec<Value> {
    let pen = |label: &str, minutes: i64| Pen {
        world,
        falcon,
        draw: Draw::new(world.seed, &format!("kind {label}")),
        at: world.started_ms - minutes * 60_000,
    };
    let mut told = vec![
        identity(&mut pen("idp", 41)),
        mobile(&mut pen("mobile", 133)),
        cloud(
            &mut pen("fcs", 66),
            "aws-cli/2.15.30 Python/3.11.8 Linux/6.1",
        ),
        siem(&mut pen("ngsiem", 27)),
        overwatch(&mut pen("overwatch", 58)),
        lead(&mut pen("automated-lead", 19)),
    ];
    told.extend(
        hostile_alerts(world, falcon)
            .into_iter()
            .map(|(_, alert)| alert),
    );
    told
}

/// What an attacker can write from afar without a process on a host: a cloud call's user agent, a mail's subject, a
/// certificate's subject. By field and payload.
#[must_use]
pub fn hostile_alerts(world: &World, falcon: &Falcon) -> Vec<(String, Value)> {
    let mut told = Vec::new();
    for (name, field) in [
        ("cloud_user_agent", ""),
        ("siem_email_subject", "email_subject"),
        ("siem_certificate_subject", "certificate_subject"),
    ] {
        for (kind, payload) in hostile::PAYLOADS {
            let name = format!("{name}-{kind}");
            let mut pen = Pen {
                world,
                falcon,
                draw: Draw::new(world.seed, &format!("kind {name}")),
                at: world.started_ms - (11_000 + i64::try_from(told.len()).unwrap_or(0)) * 60_000,
            };
            let alert = if field.is_empty() {
                cloud(&mut pen, payload)
            } else {
                let mut alert = siem(&mut pen);
                alert[field] = json!(payload);
                alert
            };
            told.push((name, alert));
        }
    }
    told
}

fn put(record: &mut Value, members: Value) {
    if let (Some(record), Value::Object(members)) = (record.as_object_mut(), members) {
        record.extend(members);
    }
}

fn identity(pen: &mut Pen<'_>) -> Value {
    let cid = pen.falcon.cid.clone();
    let number = pen.draw.uuid().to_uppercase();
    let id = format!("ind:{cid}:{number}");
    let person = pen.world.fleet.people[3].clone();
    let mut record = pen.common(
        "idp",
        "idp-user-endpoint-app-info",
        &id,
        &format!("identity-protection/detections/{cid}:{id}?cid={cid}"),
    );
    put(
        &mut record,
        json!({
            "added_privileges": ["AdministratorsRole"],
            "aggregate_id": format!("aggind:{cid}:{number}"),
            "comment": "seen by the service desk",
            "confidence": 20,
            "context_timestamp": rfc3339_ms(pen.at),
            "crawl_edge_ids": { "Sensor": ["XNWu1KJ3f7ck@.W>%?R;<dP:4XWOiGq9#dnSpb\"l0^f#1Kl9'<k^`t9\"ptE?07V_G^"] },
            "crawl_vertex_ids": { "Sensor": [format!("idpind:{cid}:{number}"), format!("uid:{cid}:{}", person.sid)] },
            "description": "A user received new privileges",
            "display_name": "Privilege escalation (user)",
            "end_time": rfc3339_ms(pen.at),
            "name": "IdpEntityPrivilegeEscalationUser",
            "objective": "Gain Access",
            "pattern_id": 51113,
            "platform": "Windows",
            "previous_privileges": "0",
            "privileges": "2177",
            "scenario": "privilege_escalation",
            "severity": 2,
            "source_account_domain": pen.world.fleet.domain.to_uppercase(),
            "source_account_name": person.name,
            "source_account_object_sid": person.sid,
            "source_account_sam_account_name": person.name,
            "source_account_upn": person.mail,
            "start_time": rfc3339_ms(pen.at),
            "tactic": "Privilege Escalation",
            "tactic_id": "TA0004",
            "tags": [],
            "technique": "Valid Accounts",
            "technique_id": "T1078",
        }),
    );
    record
}

fn mobile(pen: &mut Pen<'_>) -> Value {
    let agent = pen.draw.hex(32);
    let number = pen
        .draw
        .number(1_000_000_000_000_000_000, 9_000_000_000_000_000_000);
    let id = format!("ind:{agent}:{}|{number}", pen.draw.number(10_000, 99_999));
    let cid = pen.falcon.cid.clone();
    let person = pen.world.fleet.people[5].clone();
    let mut record = pen.common(
        "mobile",
        "mobile-android-attestation",
        &id,
        &format!(
            "mobile/detections/{cid}:{id}?_cid={}",
            pen.falcon.link_token
        ),
    );
    put(
        &mut record,
        json!({
            "agent_id": format!("{agent}-mobile"),
            "agent_load_flags": "0",
            "agent_version": "2024.04.4060003",
            "aggregate_id": "",
            "android_sdk_version": "31",
            "bootloader_unlocked": "1",
            "bootloader_version": "slider-1.0-7683913",
            "computer_name": format!("{} phone", person.name),
            "confidence": 100,
            "config_id_base": "65994769",
            "config_id_build": "4060003",
            "config_id_platform": "40",
            "config_version": "0",
            "context_timestamp": rfc3339_ms(pen.at),
            "data_domains": ["Endpoint"],
            "description": "The device does not meet the integrity that the organization asks for.",
            "developer_options_enabled": "1",
            "display_name": "DeviceIntegrityAndroid",
            "enrollment_email": person.mail,
            "falcon_app_trusted": true,
            "firmware_build_fingerprint": "Example/one/one:12/SD1A.210817.023/7683913:user/release-keys",
            "firmware_build_time": "2021-09-02T12:01:16.000Z",
            "firmware_build_type": "user",
            "fma_version_code": "4060003",
            "keystore_check_failed": false,
            "keystore_inconclusive": false,
            "keystore_insecure": false,
            "lock_screen_enabled": "0",
            "mobile_brand": "Example",
            "mobile_design": "one",
            "mobile_detection_id": number.to_string(),
            "mobile_hardware": "one",
            "mobile_manufacturer": "Example",
            "mobile_model": "Example One",
            "mobile_product": "one",
            "mobile_serial": "unknown",
            "name": "DeviceIntegrityAndroid",
            "objective": "Falcon Detection Method",
            "os_integrity_intact": "0",
            "os_major_version": "12",
            "os_minor_version": "0",
            "os_version": "Android 12",
            "pattern_id": "60012",
            "platform": "Android",
            "platform_version": "31",
            "playintegrity_compatibility_failed": false,
            "playintegrity_insecure_device": true,
            "playintegrity_meets_basic_integrity": false,
            "playintegrity_meets_device_integrity": false,
            "playintegrity_meets_partial_integrity": false,
            "playintegrity_meets_strong_integrity": false,
            "playintegrity_only_basic_integrity": false,
            "playintegrity_timestamp_expired": false,
            "poly_id": format!("AACG{}==", pen.draw.secret(92)),
            "radio_version": "g5123b-91479-210921",
            "safetynet_verify_apps_enabled": "1",
            "scenario": "attacker_methodology",
            "security_patch_level": "2021-10-05",
            "selinux_enforcement_policy": "1",
            "severity": 90,
            "severity_name": "Critical",
            "source_products": ["Falcon for Mobile"],
            "source_vendors": ["CrowdStrike"],
            "storage_encrypted": "1",
            "supported_arch": "7",
            "tactic": "Insecure security posture",
            "tactic_id": "CSTA0009",
            "technique": "Bad device settings",
            "technique_id": "CST0024",
            "user_name": person.mail,
            "verified_boot_state": 2,
        }),
    );
    record
}

fn cloud(pen: &mut Pen<'_>, user_agent: &str) -> Value {
    let event = pen.draw.uuid();
    let cid = pen.falcon.cid.clone();
    let id = format!("fcs:ioa-211:{event}");
    let group = format!("sg-{}", pen.draw.hex(17));
    let mut record = pen.common(
        "fcs",
        "cloud-ioa",
        &id,
        &format!("unified-detections/{cid}:{id}"),
    );
    let name = "EC2 security group modified with new ingress rule allowing traffic from the public internet";
    put(
        &mut record,
        json!({
            "aggregate_id": "",
            "attack_types": ["Impair Defenses"],
            "aws_access_key_id": "EXAMPLEACCESSKEY0000",
            "aws_recipient_account_id": "000000000001",
            "aws_user_account_id": "000000000001",
            "cloud_account_id": "000000000001",
            "cloud_provider": "aws",
            "cloud_region": "eu-north-1",
            "data_domains": ["Cloud"],
            "description": "An EC2 Security Group was modified to allow ingress network traffic from the public internet.",
            "device": { "service_provider": "aws", "service_provider_account_id": "000000000001" },
            "display_name": name,
            "event_category": "Management",
            "event_count": 1,
            "event_id": event,
            "event_name": "AuthorizeSecurityGroupIngress",
            "event_source": "ec2.amazonaws.com",
            "event_type": "AwsApiCall",
            "fcs_vertex_id": format!("211:{event}:ioa"),
            "first_timestamp": rfc3339_s(pen.at - 588_000),
            "last_timestamp": rfc3339_s(pen.at - 588_000),
            "mfa_authenticated": "false",
            "mitre_attack": [{ "pattern_id": 2036, "tactic_id": "TA0005", "technique_id": "T1562.007", "tactic": "Defense Evasion", "technique": "Impair Defenses: Disable or Modify Cloud Firewall" }],
            "name": name,
            "origin_cid": cid,
            "pattern_id": 2036,
            "policy_id": "211",
            "policy_statement": name,
            "poly_id": format!("AACG{}==", pen.draw.secret(92)),
            "request_parameters": json!({ "groupId": group, "ipPermissions": { "items": [{ "ipRanges": { "items": [{ "cidrIp": "0.0.0.0/0" }] } }] } }).to_string(),
            "resource_gcrn": format!("{cid}|aws|000000000001|eu-north-1|AWS::EC2::SecurityGroup|{group}"),
            "resource_id": group,
            "resource_uuid": pen.draw.hex(64),
            "response_elements": "{\"_return\":true}",
            "rule_id": pen.draw.uuid(),
            "service": "EC2",
            "severity": 70,
            "severity_name": "High",
            "source_account_name": "build-account",
            "source_ip_address": "192.0.2.1",
            "source_ips": ["192.0.2.1"],
            "source_products": ["Falcon Cloud Security"],
            "source_vendors": ["CrowdStrike"],
            "tactic": "Defense Evasion",
            "tactic_id": "TA0005",
            "technique": "Impair Defenses: Disable or Modify Cloud Firewall",
            "technique_id": "T1562.007",
            "user_agent": user_agent,
            "user_display_name": "deploy",
            "user_name": "deploy",
            "user_names": ["deploy"],
            "user_principal_id": "AROAEXAMPLE0000000000:deploy@example.com",
        }),
    );
    record
}

fn siem(pen: &mut Pen<'_>) -> Value {
    let cid = pen.falcon.cid.clone();
    let id = format!("ngsiem:{cid}:{}", pen.draw.hex(32));
    let person = pen.world.fleet.people[4].clone();
    let mut record = pen.common(
        "ngsiem",
        "ngsiem-rule-trigger-event",
        &id,
        &format!("unified-detections/{cid}:{id}"),
    );
    put(
        &mut record,
        json!({
            "aggregate_id": format!("aggind:{cid}:{}", pen.draw.hex(32)),
            "confidence": 50,
            "correlation_rule_id": pen.draw.hex(32),
            "correlation_rule_execution_id": pen.draw.hex(32),
            "correlation_rule_version_id": pen.draw.hex(32),
            "correlation_rule_user_uuid": pen.draw.uuid(),
            "correlation_rule_create_case": false,
            "data_domains": ["Identity"],
            "description": "More than twenty failed sign-ins of one account from different countries.",
            "display_name": "Failed sign-ins from several countries",
            "end_time": rfc3339_ms(pen.at),
            "event_ids": format!("{}_{}_{}", pen.draw.secret(32), pen.draw.number(1, 99), pen.at / 1000),
            "mitre_attack": [],
            "name": "Failed sign-ins from several countries",
            "severity": 50,
            "severity_name": "Medium",
            "source_products": ["Next-Gen SIEM"],
            "source_vendors": ["CrowdStrike"],
            "source_ips": ["192.0.2.77", "198.51.100.9"],
            "start_time": rfc3339_ms(pen.at - 900_000),
            "users": [person.mail],
        }),
    );
    record
}

fn overwatch(pen: &mut Pen<'_>) -> Value {
    // A hunter's alert about a process that one of the stories tells.
    let story = &pen.world.scenarios[2];
    let host = &pen.world.fleet.hosts[story.host];
    let process = &story.processes[story.detections[0].process];
    let aid = &host.id;
    let tree = super::render::tree_id(story, story.detections[0].process);
    let id = format!(
        "ind:{aid}:{}-50005-{}",
        process.uid,
        pen.draw.number(1_000, 99_999)
    );
    // A hunter looks at it a while after it happened.
    pen.at = pen.world.began(story) + story.detections[0].at + 600_000;
    let mut record = pen.common(
        "overwatch",
        "ldt",
        &id,
        &format!(
            "activity-v2/detections/{}:{id}?_cid={}",
            pen.falcon.cid, pen.falcon.link_token
        ),
    );
    put(
        &mut record,
        json!({
            "agent_id": aid,
            "aggregate_id": format!("aggind:{aid}:{tree}"),
            "cmdline": process.cmdline,
            "confidence": 100,
            "context_timestamp": rfc3339_ms(pen.at),
            "control_graph_id": format!("ctg:{aid}:{tree}"),
            "data_domains": ["Endpoint"],
            "description": "Falcon OverWatch has identified malicious activity. Review the process tree.",
            "device": {
                "cid": pen.falcon.cid, "device_id": aid, "hostname": host.hostname, "local_ip": host.local_ip, "external_ip": host.external_ip,
                "machine_domain": host.domain, "os_version": host.os_version, "platform_name": "Windows", "product_type": "1", "product_type_desc": "Workstation", "status": "normal",
            },
            "display_name": "OverWatchMaliciousActivity",
            "filename": process.name(),
            "filepath": super::render::device_path(host, &process.image),
            "local_process_id": process.pid.to_string(),
            "md5": process.md5,
            "mitre_attack": [{ "pattern_id": 50005, "tactic_id": "CSTA0006", "technique_id": "CST0002", "tactic": "Falcon Overwatch", "technique": "Malicious Activity" }],
            "name": "OverWatchMaliciousActivity",
            "objective": "Falcon Detection Method",
            "pattern_disposition": 0,
            "pattern_disposition_description": "Detection, standard detection.",
            "pattern_id": 50005,
            "platform": "Windows",
            "process_id": process.uid.to_string(),
            "process_start_time": ((pen.world.began(story) + process.started) / 1000).to_string(),
            "scenario": "suspicious_activity",
            "severity": 90,
            "severity_name": "Critical",
            "sha1": "0000000000000000000000000000000000000000",
            "sha256": process.sha256,
            "source_products": ["Falcon OverWatch"],
            "source_vendors": ["CrowdStrike"],
            "tactic": "Falcon Overwatch",
            "tactic_id": "CSTA0006",
            "technique": "Malicious Activity",
            "technique_id": "CST0002",
            "tree_id": tree.to_string(),
            "triggering_process_graph_id": format!("pid:{aid}:{}", process.uid),
            "user_id": process.user.sid,
            "user_name": process.user.name,
        }),
    );
    record
}

fn lead(pen: &mut Pen<'_>) -> Value {
    let cid = pen.falcon.cid.clone();
    let id = format!("automated-lead:{cid}:{}", pen.draw.hex(64));
    let story = &pen.world.scenarios[0];
    let host = &pen.world.fleet.hosts[story.host];
    let indicators: Vec<Value> = story
        .detections
        .iter()
        .map(|found| {
            json!({
                "indicator_id": format!("ind:{}:{}", host.id, story.processes[found.process].uid),
                "display_name": found.name,
                "description": found.description,
                "host_id": host.id,
                "hostname": host.hostname,
                "process_id": story.processes[found.process].uid.to_string(),
                "pattern_id": found.pattern,
                "pattern_disposition": 0,
            })
        })
        .collect();
    let patterns: Vec<Value> = story
        .detections
        .iter()
        .map(|found| json!({ "pattern_id": found.pattern }))
        .collect();
    let mut record = pen.common(
        "automated-lead",
        "signal",
        &id,
        &format!("automated-leads/{cid}:{id}"),
    );
    put(
        &mut record,
        json!({
            "confidence": 80,
            "description": "Several indicators on one host point to one activity.",
            "display_name": "Automated lead",
            "host_names": [host.hostname],
            "is_closed": false,
            "lead_id": id,
            "lead_type": "host",
            "mitre_attack": patterns,
            "name": "Automated lead",
            "score": 71.5,
            "signal_start_timestamp": rfc3339_ms(pen.at - 600_000),
            "signal_end_timestamp": rfc3339_ms(pen.at),
            "signal_updated_timestamp": rfc3339_ms(pen.at + 30_000),
            "source_products": ["Falcon Insight"],
            "source_vendors": ["CrowdStrike"],
            "threatgraph_indicators": indicators,
            "user_names": [story.user.name],
        }),
    );
    record
}
