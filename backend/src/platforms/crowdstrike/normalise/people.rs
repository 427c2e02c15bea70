//! Accounts that an alert names, each once: products call one account by several names.

use aside_shared::alert::{Entity, EntityKind, User};
use aside_shared::id::EntityId;
use serde_json::Value;

use super::super::wire::{any_at, at, list, text};

/// The entity of an account, by SID where there is one, else by name.
pub fn user(name: String, uid: Option<String>) -> Entity {
    let key = uid.clone().unwrap_or_else(|| name.to_lowercase());
    Entity {
        id: EntityId(format!("user:{key}")),
        kind: EntityKind::User(User { name, uid }),
    }
}

/// The account that `part` was done as, by name and Windows SID.
pub fn own(part: &Value, domain: Option<String>) -> Option<Entity> {
    let name = in_domain(at(part, "user_name")?, domain);
    let sid = any_at(part, &["user_id", "user_sid"]).filter(|id| id.starts_with("S-1-"));
    Some(user(name, sid))
}

fn in_domain(name: String, domain: Option<String>) -> String {
    match domain {
        Some(domain) if !name.contains(['\\', '@']) => format!("{domain}\\{name}"),
        _ => name,
    }
}

/// A name without its domain, in lower case: what two spellings of one account share.
fn bare(name: &str) -> String {
    let name = name.rsplit('\\').next().unwrap_or(name);
    name.split('@').next().unwrap_or(name).to_lowercase()
}

/// The accounts of an alert, first the one that it is about. `accounts` says whether
/// `source_account_*` names an account of a directory: a cloud alert's is the cloud account.
pub fn all(raw: &Value, parts: &[&Value], accounts: bool) -> Vec<Entity> {
    let mut users: Vec<Entity> = Vec::new();
    let mut names: Vec<String> = Vec::new();
    if accounts {
        for which in ["source_account", "target_account"] {
            directory_account(raw, which, &mut users, &mut names);
        }
    }
    let mut own_users = Vec::new();
    for part in parts {
        let Some(entity) = own(part, at(part, "logon_domain")) else {
            continue;
        };
        let name = bare(entity.kind.name());
        let is_known =
            names.contains(&name) || users.iter().chain(&own_users).any(|it| it.id == entity.id);
        if !is_known {
            own_users.push(entity);
        }
        names.push(name);
        names.extend(any_at(part, &["user_principal", "user_principal_id"]).map(|it| bare(&it)));
    }
    own_users.append(&mut users);
    let mut users = own_users;
    let listed = ["user_names", "usernames", "users"]
        .into_iter()
        .flat_map(|name| list(raw, name));
    for item in listed {
        let Some(name) = text(item).or_else(|| any_at(item, &["user_name", "name", "full_name"]))
        else {
            continue;
        };
        if !names.contains(&bare(&name)) {
            names.push(bare(&name));
            users.push(user(name, any_at(item, &["sid", "user_sid"])));
        }
    }
    users
}

/// The source or target of an identity alert, under all its names.
fn directory_account(raw: &Value, which: &str, users: &mut Vec<Entity>, names: &mut Vec<String>) {
    let called: Vec<String> = ["name", "sam_account_name", "upn"]
        .iter()
        .filter_map(|name| at(raw, &format!("{which}_{name}")))
        .collect();
    let Some(name) = called.first().cloned() else {
        return;
    };
    let name = in_domain(name, at(raw, &format!("{which}_domain")));
    let entity = user(name, at(raw, &format!("{which}_object_sid")));
    names.extend(called.iter().map(|name| bare(name)));
    if !users.iter().any(|it| it.id == entity.id) {
        users.push(entity);
    }
}
