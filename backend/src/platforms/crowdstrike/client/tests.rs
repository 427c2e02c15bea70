//! The client against a vendor that misbehaves: each answer is written to the wire as it stands here.

use std::sync::{Arc, Mutex};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use super::*;

/// A request as it came: its first line, headers and body.
type Seen = String;

/// What is answered.
enum Reply {
    /// These bytes; then the connection is closed.
    Bytes(String),
    /// Nothing, for as long as the client waits.
    Silence,
    /// A body without an end.
    Endless,
}

/// A vendor on this machine. Tokens are `token-1`, `token-2` ...; every other request gets `reply`.
struct Vendor {
    client: Client,
    seen: mpsc::UnboundedReceiver<Seen>,
}

impl Vendor {
    async fn that(reply: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        let _first = rustls::crypto::ring::default_provider().install_default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let (tell, seen) = mpsc::unbounded_channel();
        let (reply, tokens) = (Arc::new(reply), Arc::new(Mutex::new(0)));
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let (reply, tokens, tell) = (Arc::clone(&reply), Arc::clone(&tokens), tell.clone());
                tokio::spawn(async move { serve(connection, &*reply, &tokens, &tell).await });
            }
        });
        Self {
            client: client(&base_url),
            seen,
        }
    }

    /// The requests so far, the sign-ins among them.
    fn seen(&mut self) -> Vec<Seen> {
        let mut all = Vec::new();
        while let Ok(seen) = self.seen.try_recv() {
            all.push(seen);
        }
        all
    }

    /// The requests so far, without sign-ins.
    fn calls(&mut self) -> Vec<Seen> {
        let mut all = self.seen();
        all.retain(|seen| !is_sign_in(seen));
        all
    }
}

fn is_sign_in(seen: &Seen) -> bool {
    seen.starts_with("POST /oauth2/token ")
}

fn client(base_url: &str) -> Client {
    Client {
        transport: Transport::new(VENDOR, LIMIT, ANSWER_WITHIN).unwrap(),
        base_url: base_url.to_owned(),
        client_id: "client-7".to_owned(),
        secret: SecretString::from("s3cret".to_owned()),
        token: TokenCache::default(),
    }
}

async fn serve(
    mut connection: TcpStream,
    reply: &(impl Fn(&Seen) -> Reply + ?Sized),
    tokens: &Mutex<u32>,
    tell: &mpsc::UnboundedSender<Seen>,
) -> std::io::Result<()> {
    let mut seen = String::new();
    let mut buffer = [0; 4096];
    while !is_whole(&seen) {
        match connection.read(&mut buffer).await? {
            0 => return Ok(()),
            count => seen.push_str(&String::from_utf8_lossy(&buffer[..count])),
        }
    }
    let answer = match is_sign_in(&seen) && !seen.contains("client_id=elsewhere") {
        true => {
            let mut number = tokens.lock().unwrap();
            *number += 1;
            let token = format!("token-{number}");
            answer(
                201,
                "",
                &json!({ "access_token": token, "expires_in": 1799 }).to_string(),
            )
        }
        false => reply(&seen),
    };
    // Whoever counts requests does it before the client has the answer.
    let _nobody = tell.send(seen);
    match answer {
        Reply::Bytes(bytes) => connection.write_all(bytes.as_bytes()).await,
        Reply::Silence => std::future::pending().await,
        Reply::Endless => {
            let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n";
            connection.write_all(head.as_bytes()).await?;
            loop {
                connection.write_all(&[b' '; 64 * 1024]).await?;
            }
        }
    }
}

fn is_whole(seen: &str) -> bool {
    let Some((head, body)) = seen.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse::<usize>().ok())?
    });
    body.len() >= length.unwrap_or(0)
}

fn answer(status: u16, headers: &str, body: &str) -> Reply {
    Reply::Bytes(format!(
        "HTTP/1.1 {status} Said\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n{body}",
        body.len()
    ))
}

const READ: Call<'_> = Call {
    what: "read alert",
    method: "POST",
    path: "/alerts/entities/alerts/v2",
    query: &[],
    body: None,
    scope: "Alerts: read",
};

const CONTAIN: Call<'_> = Call {
    what: "contain host",
    method: "POST",
    path: "/devices/entities/devices-actions/v2",
    query: &[("action_name", "contain")],
    body: None,
    scope: "Hosts: write",
};

#[tokio::test]
async fn a_credential_of_another_cloud_is_told_which_and_is_not_sent_there() {
    for (region, named) in [
        ("us-2", "https://api.us-2.crowdstrike.com"),
        ("eu-1", "https://api.eu-1.crowdstrike.com"),
        ("mars-1", "another cloud"),
    ] {
        let other = Vendor::that(|_| answer(200, "", "{}")).await;
        let location = other.client.base_url.clone();
        let headers = format!("X-Cs-Region: {region}\r\nLocation: {location}/oauth2/token\r\n");
        let mut vendor = Vendor::that(move |_| answer(308, &headers, "")).await;
        vendor.client.client_id = "elsewhere".to_owned();
        let error = vendor.client.read(READ).await.unwrap_err();
        assert_eq!(error.kind, PlatformErrorKind::Credential);
        assert!(error.detail.contains(named), "{error}");
        assert!(error.detail.contains("base_url"), "{error}");
        assert!(!error.detail.contains("s3cret"), "{error}");
        assert_eq!(vendor.seen().len(), 1);
        let mut other = other;
        assert!(other.seen().is_empty(), "a redirect was followed");
    }
}

#[tokio::test]
async fn a_read_without_an_answer_ends_at_its_deadline_and_a_change_may_have_been_carried_out() {
    let mut vendor = Vendor::that(|_| Reply::Silence).await;
    vendor.client.sign_in().await.unwrap();
    vendor.client.transport = Transport::new(VENDOR, LIMIT, Duration::from_millis(200)).unwrap();
    let error = vendor.client.read(READ).await.unwrap_err();
    assert_eq!(error.kind, PlatformErrorKind::Down);
    assert!(error.detail.contains("does not answer"), "{error}");
    let changed = vendor.client.change(CONTAIN).await;
    assert!(matches!(changed, Err(CallError::AnswerLost(_))));
    let sent = vendor.calls();
    assert!(
        sent.len() <= 2,
        "neither is sent again after its time: {sent:?}"
    );
}

#[tokio::test]
async fn an_answer_without_an_end_is_not_read_to_it() {
    let vendor = Vendor::that(|_| Reply::Endless).await;
    let CallError::AnswerLost(error) = vendor.client.change(CONTAIN).await.unwrap_err() else {
        panic!("it may have been carried out")
    };
    assert!(error.detail.contains("larger than"), "{error}");
}

#[tokio::test]
async fn a_body_that_is_cut_or_no_json_is_no_answer() {
    let cut = "HTTP/1.1 202 Accepted\r\nContent-Length: 500\r\n\r\n{\"resources\": [";
    let chunks =
        "HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n1f4\r\n{\"resources\": [";
    let page = "HTTP/1.1 202 Accepted\r\nContent-Type: text/html\r\nContent-Length: 21\r\n\r\n<html>sign in</html>\n";
    let empty = "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n";
    for (bytes, tries) in [(cut, 3), (chunks, 3), (page, 1), (empty, 1)] {
        let mut vendor = Vendor::that(move |_| Reply::Bytes(bytes.to_owned())).await;
        let error = vendor.client.read(READ).await.unwrap_err();
        assert_eq!(error.kind, PlatformErrorKind::Down, "{error}");
        assert_eq!(
            vendor.calls().len(),
            tries,
            "a read is repeated where that helps: {bytes}"
        );
        // What was accepted may have been carried out, whatever its answer looks like.
        let changed = vendor.client.change(CONTAIN).await;
        assert!(matches!(changed, Err(CallError::AnswerLost(_))), "{bytes}");
        assert_eq!(vendor.calls().len(), 1, "a change is not repeated: {bytes}");
    }
}

#[tokio::test]
async fn a_revoked_token_is_replaced_once_for_all_who_hold_it() {
    let refuse =
        |seen: &Seen| match seen.contains("Bearer token-1") || seen.contains("bearer token-1") {
            true => answer(
                401,
                "",
                r#"{"errors":[{"code":401,"message":"access denied"}]}"#,
            ),
            false => answer(200, "", r#"{"resources":["a"]}"#),
        };
    let mut vendor = Vendor::that(refuse).await;
    let (one, two, three) = tokio::join!(
        vendor.client.read(READ),
        vendor.client.change(CONTAIN),
        vendor.client.read(READ),
    );
    assert!(one.is_ok() && two.is_ok() && three.is_ok());
    let seen = vendor.seen();
    let sign_ins = seen.iter().filter(|it| is_sign_in(it)).count();
    assert_eq!(sign_ins, 2, "{seen:?}");
}

#[tokio::test]
async fn a_token_that_is_refused_again_is_not_fetched_for_ever() {
    let mut vendor = Vendor::that(|_| answer(401, "", "{}")).await;
    let error = vendor.client.read(READ).await.unwrap_err();
    assert_eq!(error.kind, PlatformErrorKind::Credential);
    let seen = vendor.seen();
    assert_eq!(seen.len(), 4, "two tokens, two tries: {seen:?}");
    let changed = vendor.client.change(CONTAIN).await;
    assert!(matches!(changed, Err(CallError::Refused(_))));
}

#[tokio::test]
async fn a_missing_scope_is_named_with_the_vendors_own_id_of_the_request() {
    let body = r#"{"meta":{"trace_id":"t-1"},"errors":[{"code":403,"message":"access denied, authorization failed\u202e"}]}"#;
    let vendor = Vendor::that(move |_| answer(403, "", body)).await;
    let error = vendor.client.read(READ).await.unwrap_err();
    assert_eq!(error.kind, PlatformErrorKind::Credential);
    for part in ["client-7", "read alert", "Alerts: read", "access denied"] {
        assert!(error.detail.contains(part), "{part}: {error}");
    }
    assert!(!error.detail.contains('\u{202e}'), "{error}");
    assert_eq!(error.vendor_request_id.as_deref(), Some("t-1"));
    let Err(CallError::Refused(error)) = vendor.client.change(CONTAIN).await else {
        panic!("nothing has changed")
    };
    assert!(error.detail.contains("Hosts: write"), "{error}");
}

#[tokio::test]
async fn what_the_vendor_says_is_left_is_kept_to_before_it_refuses() {
    let little = "X-Ratelimit-Limit: 6000\r\nX-Ratelimit-Remaining: 4\r\n";
    let mut vendor = Vendor::that(move |_| answer(200, little, r#"{"resources":["a"]}"#)).await;
    vendor.client.read(READ).await.unwrap();
    vendor.client.read(READ).await.unwrap();
    assert_eq!(vendor.calls().len(), 2);
    let error = vendor.client.read(READ).await.unwrap_err();
    let PlatformErrorKind::Limit { retry_after_s } = error.kind else {
        panic!("{error}")
    };
    assert!((1..=15).contains(&retry_after_s), "{error}");
    assert!(vendor.calls().is_empty(), "it was not sent");
    vendor.client.change(CONTAIN).await.unwrap();
    assert_eq!(vendor.calls().len(), 1, "what acts goes first");
}

#[tokio::test]
async fn after_a_429_nothing_is_sent_before_the_time_that_it_names() {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs();
    for (header, expected) in [
        (format!("X-Ratelimit-Retryafter: {}\r\n", now + 45), 20..=45),
        (String::new(), 40..=60),
        // A clock that is wrong does not close the vendor for ever.
        (
            format!("X-Ratelimit-Retryafter: {}\r\n", u64::MAX),
            3000..=3600,
        ),
    ] {
        let mut vendor = Vendor::that(move |_| answer(429, &header, "{}")).await;
        vendor.client.sign_in().await.unwrap();
        for tries in [1, 0, 0] {
            let error = vendor.client.read(READ).await.unwrap_err();
            let PlatformErrorKind::Limit { retry_after_s } = error.kind else {
                panic!("{error}")
            };
            assert!(expected.contains(&retry_after_s), "{error}");
            assert_eq!(vendor.calls().len(), tries);
        }
        let refused = vendor.client.change(CONTAIN).await;
        assert!(
            matches!(refused, Err(CallError::NotSent(_))),
            "nothing has changed"
        );
        assert!(vendor.calls().is_empty());
    }
}
