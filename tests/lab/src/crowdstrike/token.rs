//! Tokens: given for a client's id and secret, good for half an hour, revocable.

use axum::http::{HeaderMap, header};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{Call, Falcon, basis, envelope::Reply, scopes::Client};
use crate::world::locked;

/// Seconds that a token lives, as the vendor tells it.
pub const LIFETIME_S: i64 = 1_799;

/// Where the lab's redirections to another cloud lead; the cloud's name follows.
pub const OTHER_CLOUDS: &str = "/lab/other-clouds/";

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
}

fn text<'a>(call: &'a Call, name: &str) -> Option<&'a str> {
    call.body
        .get(name)
        .and_then(Value::as_str)
        .filter(|value| !value.is_empty())
}

/// A redirection to another cloud. The link names the lab, never the internet, and what it names answers and redirects
/// no further: a client that follows comes to an end.
#[must_use]
pub fn elsewhere(falcon: &Falcon, status: u16, cloud: &str) -> Reply {
    let location = format!(
        "{}{OTHER_CLOUDS}{cloud}/oauth2/token",
        locked(&falcon.base_url)
    );
    Reply::empty(status)
        .with_header("x-cs-region", cloud)
        .with_header("location", location)
}

/// Id and secret in a Basic header: as they are, or percent-encoded as RFC 6749 (2.3.1) wants them.
fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = pair.split_once(':')?;
    let plain = |text: &str| {
        percent_encoding::percent_decode_str(text)
            .decode_utf8_lossy()
            .into_owned()
    };
    Some((plain(id), plain(secret)))
}

/// `POST /oauth2/token`, with id and secret in the form, or in a Basic header as OAuth libraries try first.
pub fn grant(falcon: &Falcon, call: &Call) -> Reply {
    if !matches!(text(call, "grant_type"), None | Some("client_credentials")) {
        return Reply::gateway(
            basis::GRANT_TYPE,
            400,
            "grant_type must be client_credentials",
        );
    }
    let in_form = text(call, "client_id")
        .zip(text(call, "client_secret"))
        .map(|(id, secret)| (id.to_owned(), secret.to_owned()));
    let Some((id, secret)) = in_form.or_else(|| basic(&call.headers)) else {
        return Reply::gateway(
            basis::TOKEN_FIELDS,
            400,
            "client_id and client_secret are required",
        );
    };
    let Some(client) = falcon.clients.iter().find(|client| client.id == id) else {
        return Reply::gateway(
            basis::TOKEN_REFUSED,
            403,
            "access denied, authorization failed",
        );
    };
    if let Some(cloud) = client.other_cloud {
        return elsewhere(falcon, 308, cloud);
    }
    if client.secret != secret {
        return Reply::gateway(
            basis::TOKEN_REFUSED,
            401,
            "access denied, invalid client credentials",
        );
    }
    let cid = match text(call, "member_cid") {
        None => falcon.cid.clone(),
        Some(member) if member == falcon.member_cid => member.to_owned(),
        Some(_) => {
            return Reply::gateway(basis::MEMBER, 403, "access denied, authorization failed");
        }
    };
    let token = format!(
        "{}.{}.{}",
        STANDARD.encode(r#"{"alg":"RS256","typ":"JWT"}"#),
        falcon.fresh(64),
        falcon.fresh(64)
    );
    let expires_ms = falcon.world.clock.now_ms() + LIFETIME_S * 1000;
    locked(&falcon.tokens).insert(
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
pub fn revoke(falcon: &Falcon, call: &Call) -> Reply {
    let known = basic(&call.headers).is_some_and(|(id, secret)| {
        falcon
            .clients
            .iter()
            .any(|client| client.id == id && client.secret == secret)
    });
    if !known {
        return Reply::gateway(
            basis::TOKEN_REFUSED,
            401,
            "access denied, invalid client credentials",
        );
    }
    let Some(token) = text(call, "token") else {
        return Reply::gateway(basis::TOKEN_FIELDS, 400, "token is required");
    };
    locked(&falcon.tokens).remove(token);
    Reply::json(
        200,
        json!({ "meta": super::envelope::meta("crowdstrike-api-gateway"), "resources": [], "errors": [] }),
    )
}
