//! Tokens: given for a client's id and secret, good for half an hour, revocable.

use axum::http::{HeaderMap, header};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{Call, Falcon, envelope::Reply, scopes::Client};
use crate::{Lab, world::locked};

/// Seconds that a token lives, as the vendor tells it.
pub const LIFETIME_S: i64 = 1_799;

/// A token's holder.
#[derive(Debug, Clone)]
pub struct Grant {
    /// The API client.
    pub client: Client,
    /// The tenant.
    pub cid: String,
    /// Milliseconds since the epoch.
    pub expires_ms: i64,
}

/// The token in an `Authorization: Bearer` header.
#[must_use]
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(token.trim())
}

impl Falcon {
    /// The holder of a token that is still good.
    #[must_use]
    pub fn grant_of(&self, token: &str, now_ms: i64) -> Option<Grant> {
        locked(&self.tokens)
            .get(token)
            .filter(|grant| grant.expires_ms > now_ms)
            .cloned()
    }

    /// Ends every token, as if their time were over.
    pub fn expire_tokens(&self) -> usize {
        let mut tokens = locked(&self.tokens);
        let count = tokens.len();
        tokens.clear();
        count
    }
}

fn text<'a>(call: &'a Call, name: &str) -> Option<&'a str> {
    call.body
        .get(name)
        .and_then(Value::as_str)
        .filter(|value| !value.is_empty())
}

/// `POST /oauth2/token`.
pub fn grant(lab: &Lab, call: &Call) -> Reply {
    let (Some(id), Some(secret)) = (text(call, "client_id"), text(call, "client_secret")) else {
        return Reply::gateway(400, "client_id and client_secret are required");
    };
    let Some(client) = lab.falcon.clients.iter().find(|client| client.id == id) else {
        return Reply::gateway(403, "access denied, authorization failed");
    };
    if let Some(cloud) = client.other_cloud {
        // The link names the lab, never the internet.
        let location = format!("{}/oauth2/token", locked(&lab.falcon.base_url));
        return Reply::empty(308)
            .with_header("x-cs-region", cloud)
            .with_header("location", location);
    }
    if client.secret != secret {
        return Reply::gateway(401, "access denied, invalid client credentials");
    }
    let cid = match text(call, "member_cid") {
        None => lab.falcon.cid.clone(),
        Some(member) if member == lab.falcon.member_cid => member.to_owned(),
        Some(_) => return Reply::gateway(403, "access denied, authorization failed"),
    };
    let token = format!(
        "{}.{}.{}",
        STANDARD.encode(r#"{"alg":"RS256","typ":"JWT"}"#),
        lab.falcon.fresh(64),
        lab.falcon.fresh(64)
    );
    let expires_ms = lab.world.clock.now_ms() + LIFETIME_S * 1000;
    locked(&lab.falcon.tokens).insert(
        token.clone(),
        Grant {
            client: client.clone(),
            cid,
            expires_ms,
        },
    );
    // No X-Cs-Region here: the vendor's own SDK would go to that cloud from then on, out of the lab.
    Reply::json(
        201,
        json!({ "access_token": token, "token_type": "bearer", "expires_in": LIFETIME_S }),
    )
}

/// `POST /oauth2/revoke`, with the client's id and secret in a Basic header.
pub fn revoke(lab: &Lab, call: &Call) -> Reply {
    let known = call
        .headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"))
        .and_then(|(_, encoded)| STANDARD.decode(encoded.trim()).ok())
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .and_then(|pair| {
            pair.split_once(':')
                .map(|(id, secret)| (id.to_owned(), secret.to_owned()))
        })
        .is_some_and(|(id, secret)| {
            lab.falcon
                .clients
                .iter()
                .any(|client| client.id == id && client.secret == secret)
        });
    if !known {
        return Reply::gateway(401, "access denied, invalid client credentials");
    }
    let Some(token) = text(call, "token") else {
        return Reply::gateway(400, "token is required");
    };
    locked(&lab.falcon.tokens).remove(token);
    Reply::json(
        200,
        json!({ "meta": super::envelope::meta("crowdstrike-api-gateway"), "resources": [], "errors": [] }),
    )
}
