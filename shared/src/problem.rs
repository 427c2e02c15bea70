//! Errors as RFC 9457 problem details.

use serde::{Deserialize, Serialize};

/// What went wrong, as the client branches on it. On the wire it is the last part of
/// [`Problem::type_uri`], so a kind's name is stable once it has been released.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(rename_all = "kebab-case")]
pub enum ProblemKind {
    /// The request could not be read: malformed, too large, unknown field. 400, 413, 415, 422.
    BadRequest,
    /// No token, or one that is unknown, expired or revoked. 401.
    SignedOut,
    /// Name or password is wrong. 401.
    BadCredentials,
    /// The caller's role does not allow this. 403.
    NotAllowed,
    /// The tenant's phase, policy or credentials do not allow this action for anybody. 403.
    NotOffered,
    /// Nothing is there by that id. 404.
    NotFound,
    /// No such alert at the vendor. 404.
    AlertNotFound,
    /// The page belongs to no configured tenant. 404.
    UnknownTenant,
    /// The page's link does not say which of several tenants is meant. 409.
    AmbiguousTenant,
    /// What was shown is not what is so now: digest, state or policy changed. 409.
    Changed,
    /// The proposal is decided, expired or ended. 409.
    NotOpen,
    /// Too many requests from this caller. 429.
    TooManyRequests,
    /// The vendor does not answer, or answers with an error. 502, 504.
    VendorDown,
    /// The vendor refuses Aside's own credential. 502.
    VendorCredential,
    /// The vendor's limit is reached. 503 with `retry_after_s`.
    VendorLimit,
    /// A fault of Aside's own. 500.
    Internal,
}

/// `application/problem+json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
pub struct Problem {
    /// `urn:aside:problem:<kind>`.
    #[serde(rename = "type")]
    pub type_uri: String,
    /// The kind, in one line.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What was tried, on what, why it failed, what to do.
    pub detail: String,
    /// The request's id, as in the backend's log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// Seconds after which a new try makes sense.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<u32>,
    /// The id under which the vendor knows the request, for its support.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vendor_request_id: Option<String>,
}

const TYPE_PREFIX: &str = "urn:aside:problem:";

impl Problem {
    /// A problem of `kind` with the status and title that belong to it.
    pub fn new(kind: ProblemKind, detail: impl Into<String>) -> Self {
        let (status, title) = kind.status_and_title();
        Self {
            type_uri: format!("{TYPE_PREFIX}{}", kind.name()),
            title: title.to_owned(),
            status,
            detail: detail.into(),
            instance: None,
            retry_after_s: None,
            vendor_request_id: None,
        }
    }

    /// The kind, if this version knows it.
    pub fn kind(&self) -> Option<ProblemKind> {
        let name = self.type_uri.strip_prefix(TYPE_PREFIX)?;
        serde_json::from_value(serde_json::Value::String(name.to_owned())).ok()
    }
}

impl ProblemKind {
    fn name(self) -> String {
        match serde_json::to_value(self) {
            Ok(serde_json::Value::String(name)) => name,
            _ => unreachable!("a unit variant serializes as its name"),
        }
    }

    fn status_and_title(self) -> (u16, &'static str) {
        match self {
            Self::BadRequest => (400, "The request cannot be read"),
            Self::SignedOut => (401, "Signed out"),
            Self::BadCredentials => (401, "Name or password is wrong"),
            Self::NotAllowed => (403, "Your role does not allow this"),
            Self::NotOffered => (403, "Not offered on this tenant"),
            Self::NotFound => (404, "Not found"),
            Self::AlertNotFound => (404, "No such alert"),
            Self::UnknownTenant => (404, "No configured tenant"),
            Self::AmbiguousTenant => (409, "Several tenants are possible"),
            Self::Changed => (409, "Changed while you read"),
            Self::NotOpen => (409, "No longer open"),
            Self::TooManyRequests => (429, "Too many requests"),
            Self::VendorDown => (502, "The vendor does not answer"),
            Self::VendorCredential => (502, "The vendor refuses the credential"),
            Self::VendorLimit => (503, "The vendor's limit is reached"),
            Self::Internal => (500, "A fault of Aside"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_keeps_its_kind_across_the_wire() {
        let problem = Problem::new(ProblemKind::AlertNotFound, "Falcon knows no alert x.");
        let json = serde_json::to_value(&problem).unwrap();
        assert_eq!(json["type"], "urn:aside:problem:alert-not-found");
        assert_eq!(json["status"], 404);
        let back: Problem = serde_json::from_value(json).unwrap();
        assert_eq!(back.kind(), Some(ProblemKind::AlertNotFound));
    }

    #[test]
    fn a_kind_of_a_later_version_is_unknown_and_no_error() {
        let mut problem = Problem::new(ProblemKind::Internal, "x");
        problem.type_uri = "urn:aside:problem:of-the-future".to_owned();
        assert_eq!(problem.kind(), None);
    }
}
