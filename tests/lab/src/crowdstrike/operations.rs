//! The operations that are simulated: verb, path, scope, and every parameter that each takes.

use super::{
    Call, Falcon, alerts,
    envelope::Reply,
    hosts, queryjobs,
    scopes::Scope::{
        self, AlertsRead, AlertsWrite, HostsRead, HostsWrite, NgsiemRead, NgsiemWrite,
    },
    token,
};

/// What a body must be.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// Nothing, or the `{}` that the vendor's SDK sends with GET and DELETE.
    Nothing,
    /// A JSON object with some of these members.
    Object(&'static [&'static str]),
    /// A JSON list.
    List,
    /// A form with some of these fields.
    Form(&'static [&'static str]),
}

/// One operation.
#[derive(Debug)]
pub struct Operation {
    /// The vendor's operation id.
    pub id: &'static str,
    /// Verb.
    pub method: &'static str,
    /// Path; `{}` stands for one segment.
    pub path: &'static str,
    /// Needed scope; none for the token operations.
    pub scope: Option<Scope>,
    /// Query parameters that exist.
    pub query: &'static [&'static str],
    /// Body.
    pub body: Shape,
    /// What it does.
    pub perform: fn(&Falcon, &Call) -> Reply,
}

const PAGING: &[&str] = &["offset", "limit", "sort", "filter"];

/// All of them.
pub const OPERATIONS: &[Operation] = &[
    Operation {
        id: "oauth2AccessToken",
        method: "POST",
        path: "/oauth2/token",
        scope: None,
        query: &[],
        body: Shape::Form(&["client_id", "client_secret", "member_cid", "grant_type"]),
        perform: token::grant,
    },
    Operation {
        id: "oauth2RevokeToken",
        method: "POST",
        path: "/oauth2/revoke",
        scope: None,
        query: &[],
        body: Shape::Form(&["client_id", "token"]),
        perform: token::revoke,
    },
    Operation {
        id: "GetQueriesAlertsV2",
        method: "GET",
        path: "/alerts/queries/alerts/v2",
        scope: Some(AlertsRead),
        query: &["offset", "limit", "sort", "filter", "q", "include_hidden"],
        body: Shape::Nothing,
        perform: alerts::query,
    },
    Operation {
        id: "PostEntitiesAlertsV2",
        method: "POST",
        path: "/alerts/entities/alerts/v2",
        scope: Some(AlertsRead),
        query: &["include_hidden"],
        body: Shape::Object(&["composite_ids", "include_hidden"]),
        perform: alerts::entities,
    },
    Operation {
        id: "PostCombinedAlertsV1",
        method: "POST",
        path: "/alerts/combined/alerts/v1",
        scope: Some(AlertsRead),
        query: &[],
        body: Shape::Object(&["filter", "sort", "limit", "after"]),
        perform: alerts::combined,
    },
    Operation {
        id: "PostAggregatesAlertsV2",
        method: "POST",
        path: "/alerts/aggregates/alerts/v2",
        scope: Some(AlertsRead),
        query: &["include_hidden"],
        body: Shape::List,
        perform: alerts::aggregates,
    },
    Operation {
        id: "PatchEntitiesAlertsV3",
        method: "PATCH",
        path: "/alerts/entities/alerts/v3",
        scope: Some(AlertsWrite),
        query: &["include_hidden"],
        body: Shape::Object(&["composite_ids", "action_parameters", "include_hidden"]),
        perform: alerts::patch,
    },
    Operation {
        id: "PostDeviceDetailsV2",
        method: "POST",
        path: "/devices/entities/devices/v2",
        scope: Some(HostsRead),
        query: &[],
        body: Shape::Object(&["ids"]),
        perform: hosts::details,
    },
    Operation {
        id: "GetDeviceDetailsV2",
        method: "GET",
        path: "/devices/entities/devices/v2",
        scope: Some(HostsRead),
        query: &["ids"],
        body: Shape::Nothing,
        perform: hosts::details,
    },
    Operation {
        id: "GetDeviceDetailsV1",
        method: "GET",
        path: "/devices/entities/devices/v1",
        scope: Some(HostsRead),
        query: &["ids"],
        body: Shape::Nothing,
        perform: hosts::details,
    },
    Operation {
        id: "QueryDevicesByFilter",
        method: "GET",
        path: "/devices/queries/devices/v1",
        scope: Some(HostsRead),
        query: PAGING,
        body: Shape::Nothing,
        perform: hosts::query,
    },
    Operation {
        id: "QueryDevicesByFilterScroll",
        method: "GET",
        path: "/devices/queries/devices-scroll/v1",
        scope: Some(HostsRead),
        query: PAGING,
        body: Shape::Nothing,
        perform: hosts::scroll,
    },
    Operation {
        id: "CombinedDevicesByFilter",
        method: "GET",
        path: "/devices/combined/devices/v1",
        scope: Some(HostsRead),
        query: &["offset", "limit", "sort", "filter", "fields"],
        body: Shape::Nothing,
        perform: hosts::combined,
    },
    Operation {
        id: "GetOnlineState_V1",
        method: "GET",
        path: "/devices/entities/online-state/v1",
        scope: Some(HostsRead),
        query: &["ids"],
        body: Shape::Nothing,
        perform: hosts::online_state,
    },
    Operation {
        id: "PerformActionV2",
        method: "POST",
        path: "/devices/entities/devices-actions/v2",
        scope: Some(HostsWrite),
        query: &["action_name"],
        body: Shape::Object(&["ids", "action_parameters"]),
        perform: hosts::act,
    },
    Operation {
        id: "StartSearchV1",
        method: "POST",
        path: "/humio/api/v1/repositories/{}/queryjobs",
        scope: Some(NgsiemWrite),
        query: &[],
        body: Shape::Object(queryjobs::START_MEMBERS),
        perform: queryjobs::start,
    },
    Operation {
        id: "GetSearchStatusV1",
        method: "GET",
        path: "/humio/api/v1/repositories/{}/queryjobs/{}",
        scope: Some(NgsiemRead),
        query: &[],
        body: Shape::Nothing,
        perform: queryjobs::status,
    },
    Operation {
        id: "StopSearchV1",
        method: "DELETE",
        path: "/humio/api/v1/repositories/{}/queryjobs/{}",
        scope: Some(NgsiemWrite),
        query: &[],
        body: Shape::Nothing,
        perform: queryjobs::stop,
    },
];

/// What a verb and a path lead to.
#[derive(Debug)]
pub enum Route {
    /// An operation with the path's arguments.
    Found(&'static Operation, Vec<String>),
    /// The path exists for these verbs.
    WrongVerb(Vec<&'static str>),
    /// The vendor has it, the lab does not.
    NotSimulated(String),
    /// There is no such path.
    Nowhere,
}

/// Operations of the simulated services that the lab does not have: verb, path, the vendor's id.
const NOT_SIMULATED: &[(&str, &str, &str)] = &[
    (
        "POST",
        "/devices/combined/devices/login-history/v1",
        "QueryDeviceLoginHistory",
    ),
    (
        "POST",
        "/devices/combined/devices/login-history/v2",
        "QueryDeviceLoginHistoryV2",
    ),
    (
        "POST",
        "/devices/combined/devices/network-address-history/v1",
        "QueryGetNetworkAddressHistoryV1",
    ),
    (
        "PATCH",
        "/devices/entities/devices/tags/v1",
        "UpdateDeviceTags",
    ),
    (
        "POST",
        "/devices/entities/group-actions/v1",
        "entities_perform_action",
    ),
    (
        "GET",
        "/devices/queries/devices-hidden/v1",
        "QueryHiddenDevices",
    ),
    (
        "GET",
        "/devices/combined/devices-hidden/v1",
        "CombinedHiddenDevicesByFilter",
    ),
    (
        "GET",
        "/devices/combined/host-groups/v1",
        "queryCombinedHostGroups",
    ),
    (
        "POST",
        "/devices/entities/host-group-actions/v1",
        "performGroupAction",
    ),
    ("GET", "/devices/entities/host-groups/v1", "getHostGroups"),
    ("GET", "/devices/queries/host-groups/v1", "queryHostGroups"),
];

/// First segments of the paths of services of which the lab has nothing.
const OTHER_SERVICES: &[&str] = &[
    "casemgmt",
    "cases",
    "correlation-rules",
    "discover",
    "exclusions",
    "identity-protection",
    "incidents",
    "intel",
    "ioarules",
    "iocs",
    "policy",
    "quarantine",
    "real-time-response",
    "real-time-response-audit",
    "sensors",
    "spotlight",
    "user-management",
    "workflows",
];

impl Operation {
    /// True for the operations that need no token.
    #[must_use]
    pub fn gives_tokens(&self) -> bool {
        self.scope.is_none()
    }

    fn arguments(&self, path: &str) -> Option<Vec<String>> {
        let (wanted, given): (Vec<_>, Vec<_>) =
            (self.path.split('/').collect(), path.split('/').collect());
        if wanted.len() != given.len() {
            return None;
        }
        let mut arguments = Vec::new();
        for (wanted, given) in wanted.iter().zip(&given) {
            if *wanted == "{}" && !given.is_empty() {
                arguments.push(
                    percent_encoding::percent_decode_str(given)
                        .decode_utf8_lossy()
                        .into_owned(),
                );
            } else if wanted != given {
                return None;
            }
        }
        Some(arguments)
    }
}

/// The operation for a verb and a path.
#[must_use]
pub fn route(method: &str, path: &str) -> Route {
    let mut verbs = Vec::new();
    for operation in OPERATIONS {
        if let Some(arguments) = operation.arguments(path) {
            if operation.method == method {
                return Route::Found(operation, arguments);
            }
            verbs.push(operation.method);
        }
    }
    if let Some((_, _, id)) = NOT_SIMULATED
        .iter()
        .find(|(verb, known, _)| *verb == method && *known == path)
    {
        return Route::NotSimulated((*id).to_owned());
    }
    if let Some(rest) = path.strip_prefix(super::token::OTHER_CLOUDS) {
        let cloud = rest.split('/').next().unwrap_or(rest);
        return Route::NotSimulated(format!("the cloud {cloud}"));
    }
    let service = path.trim_start_matches('/').split('/').next().unwrap_or("");
    if OTHER_SERVICES.contains(&service) {
        return Route::NotSimulated(format!("the service {service}"));
    }
    if verbs.is_empty() {
        Route::Nowhere
    } else {
        Route::WrongVerb(verbs)
    }
}

/// All operation ids.
#[must_use]
pub fn ids() -> Vec<&'static str> {
    OPERATIONS.iter().map(|operation| operation.id).collect()
}
