//! A working day of the vendor's own SDKs, request by request as they write them: FalconPy (its request and payload
//! builders) and gofalcon (its transport, generated parameters and models). A status that the SDK's table of answers does
//! not hold would be an error there, so it is one here.

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::scene::{Answer, Scene, send};

/// How an SDK writes its requests.
struct Sdk {
    name: &'static str,
    user_agent: &'static str,
    /// On GET and DELETE: FalconPy sends an empty object, gofalcon the header alone.
    empty_body: &'static str,
    /// gofalcon's models name every required member of an aggregation.
    aggregation: Value,
    job: Value,
}

fn falconpy() -> Sdk {
    Sdk {
        name: "FalconPy",
        user_agent: "crowdstrike-falconpy/1.6.6",
        empty_body: "{}",
        aggregation: json!({"field": "status", "name": "by status", "sort": "_count|desc", "type": "terms", "size": 5}),
        job: json!({"queryString": "#event_simpleName=ProcessRollup2 | head(3)", "start": "7d", "isLive": false}),
    }
}

fn gofalcon() -> Sdk {
    Sdk {
        name: "gofalcon",
        user_agent: "gofalcon/0.21.0",
        empty_body: "",
        aggregation: json!({
            "date_ranges": null, "exclude": "", "field": "status", "filter": "", "filters_spec": null, "from": 0, "include": "",
            "interval": "", "missing": "", "name": "by status", "percents": null, "q": "", "ranges": null, "size": 5,
            "sort": "_count|desc", "sub_aggregates": null, "time_zone": "", "type": "terms",
        }),
        job: json!({"queryString": "#event_simpleName=ProcessRollup2 | head(3)", "start": "7d"}),
    }
}

struct Session<'a> {
    scene: &'a Scene,
    sdk: &'a Sdk,
    token: String,
}

impl Sdk {
    fn marked(&self, request: RequestBuilder) -> RequestBuilder {
        request
            .header("user-agent", self.user_agent)
            .header("crowdstrike-sdk", self.user_agent)
            .header("accept", "application/json")
    }

    /// FalconPy sends a form with both; gofalcon's OAuth library tries a header first and a grant type with it.
    fn sign_in(&self, scene: &Scene) -> RequestBuilder {
        let client = &scene.falcon.clients[0];
        let request = self.marked(scene.request(Method::POST, "/oauth2/token"));
        if self.name == "FalconPy" {
            let form = [("client_id", &client.id), ("client_secret", &client.secret)];
            request.form(&form)
        } else {
            request
                .basic_auth(&client.id, Some(&client.secret))
                .form(&[("grant_type", "client_credentials")])
        }
    }

    fn sign_out(&self, scene: &Scene, token: &str) -> RequestBuilder {
        let client = &scene.falcon.clients[0];
        self.marked(scene.request(Method::POST, "/oauth2/revoke"))
            .basic_auth(&client.id, Some(&client.secret))
            .form(&[("token", token)])
    }
}

impl Session<'_> {
    /// Without a body of its own.
    async fn bare(&self, method: Method, path: &str, query: &[(&str, &str)]) -> Answer {
        let request = self.sdk.marked(self.scene.request(method, path));
        let request = request
            .bearer_auth(&self.token)
            .header("content-type", "application/json")
            .query(query)
            .body(self.sdk.empty_body);
        send(request).await
    }

    async fn get(&self, path: &str, query: &[(&str, &str)]) -> Answer {
        let answer = self.bare(Method::GET, path, query).await;
        assert_eq!(
            answer.status, 200,
            "{} {path}: {:?}",
            self.sdk.name, answer.body
        );
        answer
    }

    async fn write(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        body: Value,
    ) -> Answer {
        let request = self.sdk.marked(self.scene.request(method, path));
        // gofalcon's encoder ends every body with a new line.
        let request = request
            .bearer_auth(&self.token)
            .header("content-type", "application/json")
            .query(query)
            .body(format!("{body}\n"));
        let answer = send(request).await;
        let expected = if path.contains("devices-actions") {
            202
        } else {
            200
        };
        assert_eq!(
            answer.status, expected,
            "{} {path}: {:?}",
            self.sdk.name, answer.body
        );
        answer
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        self.write(Method::POST, path, &[], body).await
    }

    async fn read_and_change_an_alert(&self) {
        let query = [
            ("filter", "product:'epp'+status:'new'"),
            ("limit", "5"),
            ("sort", "timestamp.desc"),
            ("offset", "0"),
        ];
        let ids = self.get("/alerts/queries/alerts/v2", &query).await.ids();
        assert_eq!(ids.len(), 5);
        let path = "/alerts/entities/alerts/v2";
        let hidden = [("include_hidden", "true")];
        let alerts = self
            .write(Method::POST, path, &hidden, json!({"composite_ids": ids}))
            .await;
        assert_eq!(alerts.body["resources"].as_array().map(Vec::len), Some(5));
        let page = self
            .post(
                "/alerts/combined/alerts/v1",
                json!({"filter": "severity:>=50", "limit": 2, "sort": "timestamp|desc"}),
            )
            .await;
        let after = page.body["meta"]["pagination"]["after"].clone();
        let next = json!({"filter": "severity:>=50", "limit": 2, "sort": "timestamp|desc", "after": after});
        assert_eq!(
            self.post("/alerts/combined/alerts/v1", next).await.body["resources"]
                .as_array()
                .map(Vec::len),
            Some(2)
        );
        let counted = self
            .post(
                "/alerts/aggregates/alerts/v2",
                json!([self.sdk.aggregation]),
            )
            .await;
        assert_eq!(counted.body["resources"][0]["buckets"][0]["label"], "new");
        let comment = format!("seen with {}", self.sdk.name);
        let steps = json!([{"name": "append_comment", "value": comment}, {"name": "update_status", "value": "in_progress"}]);
        let change = json!({"composite_ids": [ids[0]], "action_parameters": steps});
        let path = "/alerts/entities/alerts/v3";
        let changed = self.write(Method::PATCH, path, &hidden, change).await;
        assert_eq!(changed.body["errors"], json!([]));
        let alert = self.scene.alert(&self.token, &ids[0]).await;
        assert_eq!(alert["comments"][0]["value"], comment);
    }

    async fn contain_and_lift_a_host(&self) {
        let query = [("limit", "5"), ("filter", "platform_name:'Windows'")];
        let page = self.get("/devices/queries/devices-scroll/v1", &query).await;
        let token = page.body["meta"]["pagination"]["offset"]
            .as_str()
            .expect("a token")
            .to_owned();
        self.get(
            "/devices/queries/devices-scroll/v1",
            &[("offset", &token), ("limit", "5")],
        )
        .await;
        let ids = page.ids();
        let id = ids.last().expect("a host");
        // A list of ids is repeated, not joined.
        self.get(
            "/devices/entities/devices/v2",
            &[("ids", &ids[0]), ("ids", id)],
        )
        .await;
        self.get("/devices/entities/online-state/v1", &[("ids", id)])
            .await;
        let path = "/devices/entities/devices-actions/v2";
        for (action, end) in [("contain", "contained"), ("lift_containment", "normal")] {
            self.write(
                Method::POST,
                path,
                &[("action_name", action)],
                json!({"ids": [id]}),
            )
            .await;
            self.scene.advance(3_000);
            let details = self
                .post("/devices/entities/devices/v2", json!({"ids": [id]}))
                .await;
            assert_eq!(details.body["resources"][0]["status"], end);
        }
    }

    async fn search(&self) {
        let path = "/humio/api/v1/repositories/search-all/queryjobs";
        let started = self.post(path, self.sdk.job.clone()).await;
        assert!(started.body["hashedQueryOnView"].is_string());
        let job = format!("{path}/{}", started.body["id"].as_str().expect("an id"));
        let first = self.get(&job, &[]).await;
        assert_eq!(first.body["done"], false);
        self.scene.advance(3_000);
        let done = self.get(&job, &[]).await.body;
        assert_eq!(
            (&done["done"], done["events"].as_array().map(Vec::len)),
            (&json!(true), Some(3))
        );
        // What gofalcon's models require is there.
        for name in [
            "cancelled",
            "filesUsed",
            "filterMatches",
            "metaData",
            "queryEventDistribution",
            "warnings",
        ] {
            assert!(done.get(name).is_some(), "{name}");
        }
        for name in [
            "costs",
            "digestFlow",
            "eventCount",
            "extraData",
            "fieldOrder",
            "filterQuery",
            "isAggregate",
            "pollAfter",
            "processedBytes",
            "processedEvents",
            "queryEnd",
            "querySpent",
            "queryStart",
            "queuedMillis",
            "quotaTotalSpent",
            "responderVHost",
            "resultBufferSize",
            "timeMillis",
            "totalWork",
            "warning",
            "warnings",
            "workDone",
        ] {
            assert!(done["metaData"].get(name).is_some(), "metaData.{name}");
        }
        assert_eq!(self.bare(Method::DELETE, &job, &[]).await.status, 200);
    }
}

async fn a_day_of(sdk: &Sdk) {
    let scene = Scene::new().await;
    let granted = send(sdk.sign_in(&scene)).await;
    assert_eq!(granted.status, 201, "{}: {:?}", sdk.name, granted.body);
    assert_eq!(
        (&granted.body["token_type"], &granted.body["expires_in"]),
        (&json!("bearer"), &json!(1799))
    );
    let token = granted.body["access_token"]
        .as_str()
        .expect("a token")
        .to_owned();
    let session = Session {
        scene: &scene,
        sdk,
        token,
    };
    session.read_and_change_an_alert().await;
    session.contain_and_lift_a_host().await;
    session.search().await;
    assert_eq!(send(sdk.sign_out(&scene, &session.token)).await.status, 200);
    let late = session
        .bare(Method::GET, "/alerts/queries/alerts/v2", &[])
        .await;
    assert_eq!(late.status, 401);
}

#[tokio::test]
async fn falconpy_reads_acts_searches_and_signs_out() {
    a_day_of(&falconpy()).await;
}

#[tokio::test]
async fn gofalcon_reads_acts_searches_and_signs_out() {
    a_day_of(&gofalcon()).await;
}
