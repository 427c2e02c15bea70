//! Falcon as one of the lab's platforms.

use std::sync::Arc;

use axum::Router;
use serde_json::{Map, Value, json};

use super::{Falcon, PLATFORM, answer, basis, console, operations, other_kinds, render};
use crate::{
    basis::Basis,
    clock::{rfc3339_ms, rfc3339_ns},
    console::Site,
    platform::Platform,
    scenario::Story,
    world::locked,
};

/// What the control tells of every alert.
const SHORT: &[&str] = &[
    "composite_id",
    "cid",
    "product",
    "agent_id",
    "status",
    "show_in_ui",
    "tags",
    "comments",
    "assigned_to_name",
    "updated_timestamp",
];

impl Platform for Falcon {
    fn name(&self) -> &'static str {
        PLATFORM
    }

    fn operations(&self) -> Vec<&'static str> {
        operations::ids()
    }

    fn bases(&self) -> &'static [Basis] {
        basis::ALL
    }

    fn api(self: Arc<Self>) -> Router {
        Router::new().fallback(answer).with_state(self)
    }

    fn console(self: Arc<Self>) -> Site {
        console::site(self)
    }

    fn served_at(&self, base_url: &str) {
        base_url.clone_into(&mut locked(&self.base_url));
    }

    fn announcement(&self) -> Map<String, Value> {
        let mut told = Map::new();
        for client in &self.clients {
            let prefix = match client.name {
                "full" => String::new(),
                other => format!("{}_", other.replace('-', "_")),
            };
            told.insert(format!("{prefix}client_id"), json!(client.id));
            told.insert(format!("{prefix}client_secret"), json!(client.secret));
        }
        told.insert("cid".to_owned(), json!(self.cid));
        told.insert("member_cid".to_owned(), json!(self.member_cid));
        told.insert("link_token".to_owned(), json!(self.link_token));
        told
    }

    fn ids_of(&self, story: &Story) -> Map<String, Value> {
        let ids: Vec<String> = (0..story.detections.len())
            .map(|index| render::composite_id(&self.world, self, story, index))
            .collect();
        Map::from_iter([("composite_ids".to_owned(), json!(ids))])
    }

    fn alerts(&self) -> Vec<Value> {
        let short = |alert: &Value| {
            SHORT
                .iter()
                .filter_map(|name| Some(((*name).to_owned(), alert.get(*name)?.clone())))
                .collect::<Map<String, Value>>()
        };
        locked(&self.alerts)
            .values()
            .map(|alert| Value::Object(short(alert)))
            .collect()
    }

    fn alert(&self, id: &str) -> Option<Value> {
        locked(&self.alerts).get(id).cloned()
    }

    fn inject(&self, mut alert: Map<String, Value>) -> String {
        let now = self.world.clock.now_ms();
        let text = |name: &str| alert.get(name).and_then(Value::as_str).map(str::to_owned);
        let cid = text("cid").unwrap_or_else(|| self.cid.clone());
        let id = text("composite_id").unwrap_or_else(|| {
            let id = text("id").unwrap_or_else(|| {
                let number = self.chance(1_000_000_000, 9_000_000_000);
                format!("ind:{}:{number}-10000-1", self.fresh(32))
            });
            format!("{cid}:{id}")
        });
        alert.insert("composite_id".to_owned(), json!(id));
        for (name, value) in [
            ("cid", cid),
            ("timestamp", rfc3339_ms(now)),
            ("created_timestamp", rfc3339_ns(now, 1)),
            ("updated_timestamp", rfc3339_ns(now, 1)),
        ] {
            alert.entry(name).or_insert_with(|| json!(value));
        }
        locked(&self.alerts).insert(id.clone(), Value::Object(alert));
        id
    }

    fn withdraw(&self, id: &str) -> bool {
        locked(&self.alerts).remove(id).is_some()
    }

    fn specimens(&self) -> Map<String, Value> {
        let mut kinds = Map::new();
        for kind in other_kinds::KINDS {
            let alerts = locked(&self.alerts);
            let newest = alerts
                .values()
                .filter(|alert| alert["product"] == *kind)
                .max_by_key(|alert| alert["timestamp"].as_str());
            if let Some(alert) = newest {
                kinds.insert((*kind).to_owned(), alert["composite_id"].clone());
            }
        }
        let told = self.world.hostile.iter().map(|story| {
            let id = render::composite_id(&self.world, self, story, 0);
            let name = story.name.trim_start_matches("hostile-").to_owned();
            (name, json!(id))
        });
        let others = other_kinds::hostile_alerts(&self.world, self)
            .into_iter()
            .map(|(name, alert)| (name, alert["composite_id"].clone()));
        let hostile: Map<String, Value> = told.chain(others).collect();
        Map::from_iter([
            ("kinds".to_owned(), Value::Object(kinds)),
            ("hostile".to_owned(), Value::Object(hostile)),
        ])
    }

    fn expire_tokens(&self) -> usize {
        let mut tokens = locked(&self.tokens);
        let count = tokens.len();
        tokens.clear();
        count
    }

    fn reset(&self) {
        *locked(&self.alerts) = render::alerts(&self.world, self);
        locked(&self.jobs).clear();
        locked(&self.scrolls).clear();
        locked(&self.rate).clear();
    }
}
