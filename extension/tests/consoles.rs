//! The worker's table of consoles is the route table of `aside_shared`, written down for JavaScript.
//!
//! `ASIDE_UPDATE=1 cargo test -p aside-extension --test consoles` writes it anew.

use std::path::Path;

use aside_shared::console::CONSOLES;
use serde_json::json;

fn table() -> String {
    let consoles: Vec<_> = CONSOLES
        .iter()
        .map(|console| {
            let routes: Vec<&str> = console.routes.iter().map(|route| route.pattern).collect();
            json!({ "platform": console.platform, "hosts": console.hosts, "routes": routes })
        })
        .collect();
    let json = serde_json::to_string_pretty(&consoles).expect("texts are JSON");
    format!(
        "// Written from `shared/src/console.rs` by `ASIDE_UPDATE=1 cargo test -p aside-extension --test consoles`.\n\n\
         /** Console products: `routes` are patterns as `shared::console::Route` explains them. */\n\
         export const CONSOLES = {json};\n"
    )
}

#[test]
fn the_workers_table_of_consoles_is_the_route_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/background/console_table.js");
    if std::env::var_os("ASIDE_UPDATE").is_some() {
        std::fs::write(&path, table()).expect("the table can be written");
    }
    let written = std::fs::read_to_string(&path).expect("the table is there");
    assert!(
        written == table(),
        "{} is not the route table: run this test once with ASIDE_UPDATE=1",
        path.display()
    );
}

#[test]
fn the_manifest_names_every_console_wherever_it_names_hosts() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../manifest.json");
    let manifest: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(path).expect("the manifest is there"))
            .expect("the manifest is JSON");
    let hosts = || CONSOLES.iter().flat_map(|console| console.hosts);
    let patterns: Vec<String> = hosts().map(|host| format!("https://{host}/*")).collect();
    for place in [
        "/host_permissions",
        "/content_scripts/0/matches",
        "/web_accessible_resources/0/matches",
    ] {
        assert_eq!(manifest.pointer(place), Some(&json!(patterns)), "{place}");
    }
    let ancestors: Vec<String> = hosts().map(|host| format!("https://{host}")).collect();
    let policy = manifest["content_security_policy"]["extension_pages"]
        .as_str()
        .expect("a policy");
    let wanted = format!("frame-ancestors {}", ancestors.join(" "));
    assert!(
        policy.split(';').any(|rule| rule.trim() == wanted),
        "{policy}"
    );
}
