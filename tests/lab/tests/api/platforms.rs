//! A platform is what implements the trait: an invented one beside Falcon is served, announced and controlled like it.

use std::sync::{Arc, Mutex};

use aside_lab::{
    Lab,
    basis::Basis,
    clock::Clock,
    console::Site,
    crowdstrike::Falcon,
    model::Model,
    platform::Platform,
    scenario::Story,
    serve::{Options, start},
    world::World,
};
use axum::{Router, routing::get};
use serde_json::{Map, Value, json};

use crate::scene::{START, send};

/// A vendor whose alerts have a number and nothing else.
#[derive(Debug, Default)]
struct Invented {
    base_url: Mutex<String>,
    injected: Mutex<Vec<(String, Value)>>,
}

impl Platform for Invented {
    fn name(&self) -> &'static str {
        "invented"
    }

    fn operations(&self) -> Vec<&'static str> {
        vec!["list"]
    }

    fn bases(&self) -> &'static [Basis] {
        &[]
    }

    fn api(self: Arc<Self>) -> Router {
        let link = self.base_url.lock().expect("not poisoned").clone();
        Router::new().route("/list", get(|| async { link }))
    }

    fn console(self: Arc<Self>) -> Site {
        Site {
            hosts: &["console.invented.example"],
            page: "<!doctype html><title>invented</title>",
            style: "",
            script: "",
            data: Router::new(),
        }
    }

    fn served_at(&self, base_url: &str) {
        base_url.clone_into(&mut self.base_url.lock().expect("not poisoned"));
    }

    fn announcement(&self) -> Map<String, Value> {
        Map::from_iter([("api_key".to_owned(), json!("k"))])
    }

    fn ids_of(&self, story: &Story) -> Map<String, Value> {
        Map::from_iter([("numbers".to_owned(), json!([story.name.len()]))])
    }

    fn alerts(&self) -> Vec<Value> {
        let injected = self.injected.lock().expect("not poisoned");
        injected
            .iter()
            .map(|(id, _)| json!({ "number": id }))
            .collect()
    }

    fn alert(&self, id: &str) -> Option<Value> {
        let injected = self.injected.lock().expect("not poisoned");
        let found = injected.iter().find(|(known, _)| known == id)?;
        Some(found.1.clone())
    }

    fn inject(&self, alert: Map<String, Value>) -> String {
        let mut injected = self.injected.lock().expect("not poisoned");
        let id = (injected.len() + 1).to_string();
        injected.push((id.clone(), Value::Object(alert)));
        id
    }

    fn withdraw(&self, id: &str) -> bool {
        let mut injected = self.injected.lock().expect("not poisoned");
        let before = injected.len();
        injected.retain(|(known, _)| known != id);
        injected.len() < before
    }

    fn specimens(&self) -> Map<String, Value> {
        Map::new()
    }

    fn expire_tokens(&self) -> usize {
        3
    }

    fn reset(&self) {
        self.injected.lock().expect("not poisoned").clear();
    }
}

#[tokio::test]
async fn a_second_platform_is_served_announced_and_controlled_like_the_first() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let world = Arc::new(World::new(7, Clock::manual(START)));
    let platforms: Vec<Arc<dyn Platform>> =
        vec![Falcon::new(&world), Arc::new(Invented::default())];
    let lab = Arc::new(Lab {
        world,
        platforms,
        model: Model::new(7, Clock::manual(START)),
    });
    let running = start(
        &lab,
        Options {
            port: None,
            tls: true,
        },
    )
    .await
    .expect("free ports");
    let line = running.announcement(&lab);
    assert!(line["crowdstrike"]["client_id"].is_string());
    assert_eq!(
        (
            &line["invented"]["api_key"],
            &line["invented"]["console_host"]
        ),
        (&json!("k"), &json!("console.invented.example"))
    );

    // One certificate is good for every console.
    let authority = std::fs::read(running.ca_file.as_ref().expect("with TLS")).expect("readable");
    let console: std::net::SocketAddr = running.platforms[1].console_url["https://".len()..]
        .parse()
        .expect("an address");
    let http = reqwest::Client::builder()
        .tls_certs_only([reqwest::Certificate::from_pem(&authority).expect("a certificate")])
        .resolve("console.invented.example", console)
        .build()
        .expect("a client");
    let page = format!("https://console.invented.example:{}/any", console.port());
    assert_eq!(send(http.get(page)).await.status, 200);
    let api = &running.platforms[1].base_url;
    let list = send(http.get(format!("{api}/list"))).await;
    assert_eq!(list.body, json!(api), "its links name the lab");

    let control = |path: &str| format!("{}{path}", running.control_url);
    let faults = |fault: Value| send(http.post(control("/faults")).json(&fault));
    let fault = json!({"platform": "invented", "operation": "list", "status": 500});
    assert_eq!(faults(fault).await.status, 201);
    let others = json!({"platform": "invented", "operation": "PerformActionV2", "status": 500});
    assert_eq!(
        faults(others).await.status,
        400,
        "an operation of another vendor"
    );

    let injected = send(
        http.post(control("/alerts?platform=invented"))
            .json(&json!({"a": 1})),
    )
    .await;
    assert_eq!(injected.status, 201);
    let alert = send(http.get(control("/alerts/1"))).await;
    assert_eq!(alert.body, json!({"a": 1}));
    let state = send(http.get(control("/state"))).await.body;
    let of = |platform: &str| {
        let alerts = state["alerts"].as_array().expect("alerts").iter();
        alerts.filter(|alert| alert["platform"] == platform).count()
    };
    assert_eq!(of("invented"), 1);
    assert!(of("crowdstrike") > 50);
    let scenarios = send(http.get(control("/scenarios?platform=invented")))
        .await
        .body;
    assert!(scenarios["lolbin-download"]["numbers"].is_array());
    assert!(scenarios["lolbin-download"]["host_id"].is_string());
    let nobody = send(http.get(control("/scenarios?platform=nobody"))).await;
    assert_eq!(nobody.status, 400);

    assert_eq!(
        send(http.post(control("/tokens/expire"))).await.body["expired"],
        3
    );
    assert_eq!(send(http.post(control("/reset"))).await.status, 200);
    assert_eq!(send(http.get(control("/alerts/1"))).await.status, 404);
}
