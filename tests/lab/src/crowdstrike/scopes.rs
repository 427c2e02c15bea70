//! API clients and what they may do.

use crate::draw::Draw;

/// A pair of service and right, as the console grants them to an API client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Alerts: read.
    AlertsRead,
    /// Alerts: write.
    AlertsWrite,
    /// Hosts: read.
    HostsRead,
    /// Hosts: write.
    HostsWrite,
    /// NGSIEM: read, for the result of a query job.
    NgsiemRead,
    /// NGSIEM: write, to start and stop a query job.
    NgsiemWrite,
}

/// An API client of the tenant.
#[derive(Debug, Clone)]
pub struct Client {
    /// Name in the lab's own records.
    pub name: &'static str,
    /// Client id.
    pub id: String,
    /// Client secret.
    pub secret: String,
    /// Scopes granted.
    pub scopes: &'static [Scope],
    /// The cloud where this client lives, if it is not this one.
    pub other_cloud: Option<&'static str>,
}

/// The tenant's clients: full, read-only, and one that lives in another cloud.
#[must_use]
pub fn clients(seed: u64) -> Vec<Client> {
    use Scope::{AlertsRead, AlertsWrite, HostsRead, HostsWrite, NgsiemRead, NgsiemWrite};
    let mut draw = Draw::new(seed, "crowdstrike clients");
    let mut client = |name, scopes, other_cloud| Client {
        name,
        id: draw.hex(32),
        secret: draw.secret(40),
        scopes,
        other_cloud,
    };
    vec![
        client(
            "full",
            &[
                HostsRead,
                HostsWrite,
                AlertsRead,
                AlertsWrite,
                NgsiemRead,
                NgsiemWrite,
            ],
            None,
        ),
        client(
            "readonly",
            &[AlertsRead, HostsRead, NgsiemRead, NgsiemWrite],
            None,
        ),
        client("other-cloud", &[], Some("us-2")),
    ]
}
