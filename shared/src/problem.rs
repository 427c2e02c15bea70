//! Errors as RFC 9457 problem details.

use serde::{Deserialize, Serialize};

/// What went wrong, as the client branches on it. On the wire it is the last part of
/// [`Problem::type_uri`], so a kind's name is stable once it has been released.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
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
        let (name, status, title) = kind.told();
        Self {
            type_uri: format!("{TYPE_PREFIX}{name}"),
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
        let mut all = ProblemKind::ALL.into_iter();
        all.find(|kind| kind.told().0 == name)
    }
}

impl ProblemKind {
    /// All of them.
    const ALL: [Self; 16] = [
        Self::BadRequest,
        Self::SignedOut,
        Self::BadCredentials,
        Self::NotAllowed,
        Self::NotOffered,
        Self::NotFound,
        Self::AlertNotFound,
        Self::UnknownTenant,
        Self::AmbiguousTenant,
        Self::Changed,
        Self::NotOpen,
        Self::TooManyRequests,
        Self::VendorDown,
        Self::VendorCredential,
        Self::VendorLimit,
        Self::Internal,
    ];

    /// Its name, status and title. By hand, since serde's way to a name weighs in the panel.
    fn told(self) -> (&'static str, u16, &'static str) {
        match self {
            Self::BadRequest => ("bad-request", 400, "The request cannot be read"),
            Self::SignedOut => ("signed-out", 401, "Signed out"),
            Self::BadCredentials => ("bad-credentials", 401, "Name or password is wrong"),
            Self::NotAllowed => ("not-allowed", 403, "Your role does not allow this"),
            Self::NotOffered => ("not-offered", 403, "Not offered on this tenant"),
            Self::NotFound => ("not-found", 404, "Not found"),
            Self::AlertNotFound => ("alert-not-found", 404, "No such alert"),
            Self::UnknownTenant => ("unknown-tenant", 404, "No configured tenant"),
            Self::AmbiguousTenant => ("ambiguous-tenant", 409, "Several tenants are possible"),
            Self::Changed => ("changed", 409, "Changed while you read"),
            Self::NotOpen => ("not-open", 409, "No longer open"),
            Self::TooManyRequests => ("too-many-requests", 429, "Too many requests"),
            Self::VendorDown => ("vendor-down", 502, "The vendor does not answer"),
            Self::VendorCredential => (
                "vendor-credential",
                502,
                "The vendor refuses the credential",
            ),
            Self::VendorLimit => ("vendor-limit", 503, "The vendor's limit is reached"),
            Self::Internal => ("internal", 500, "A fault of Aside"),
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
    fn every_kind_has_a_name_of_its_own() {
        for kind in ProblemKind::ALL {
            assert_eq!(Problem::new(kind, "x").kind(), Some(kind));
        }
        assert_eq!(ProblemKind::ALL.len(), ProblemKind::Internal as usize + 1);
    }

    #[test]
    fn a_kind_of_a_later_version_is_unknown_and_no_error() {
        let mut problem = Problem::new(ProblemKind::Internal, "x");
        problem.type_uri = "urn:aside:problem:of-the-future".to_owned();
        assert_eq!(problem.kind(), None);
    }
}
