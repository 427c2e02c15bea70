//! What each credential may do, tried without changing anything.

use std::sync::Arc;

use async_trait::async_trait;

use super::client::{Call, Client};
use crate::platforms::{PlatformError, PlatformErrorKind, Probe, ProbeResult, Probes};

/// Tries credentials.
pub struct FalconProbes {
    /// The read credential.
    pub read: Arc<Client>,
    /// The respond credential.
    pub respond: Option<Arc<Client>>,
}

#[async_trait]
impl Probes for FalconProbes {
    async fn probe(&self) -> Vec<Probe> {
        let mut probes = Vec::new();
        let credentials = [
            ("read", Some(&self.read)),
            ("respond", self.respond.as_ref()),
        ];
        for (credential, client) in credentials {
            let Some(client) = client else { continue };
            let mut add = |what: &str, result| {
                probes.push(Probe {
                    credential,
                    what: what.to_owned(),
                    result,
                })
            };
            let signed_in = result(client.sign_in().await);
            let is_in = signed_in == ProbeResult::Allowed;
            add("sign in", signed_in);
            if !is_in {
                continue;
            }
            let one = [("limit", "1")];
            add(
                "Alerts: read",
                result(
                    client
                        .read(get("/alerts/queries/alerts/v2", &one, "Alerts: read"))
                        .await
                        .map(|_| ()),
                ),
            );
            add(
                "Hosts: read",
                result(
                    client
                        .read(get("/devices/queries/devices/v1", &one, "Hosts: read"))
                        .await
                        .map(|_| ()),
                ),
            );
            if credential == "read" {
                add("NGSIEM: read and write", ProbeResult::NotProvable(
                    "write cannot be tried without starting a search; without it the analysis rests on the alert's own record".to_owned(),
                ));
            } else {
                for scope in ["Hosts: write (isolate, release)", "Alerts: write (comment)"] {
                    add(
                        scope,
                        ProbeResult::NotProvable("it cannot be tried without acting".to_owned()),
                    );
                }
            }
        }
        probes
    }
}

fn get<'a>(path: &'a str, query: &'a [(&'a str, &'a str)], scope: &'a str) -> Call<'a> {
    Call {
        what: scope,
        method: "GET",
        path,
        query,
        body: None,
        scope,
    }
}

fn result(tried: Result<(), PlatformError>) -> ProbeResult {
    match tried {
        Ok(()) => ProbeResult::Allowed,
        Err(error) if error.kind == PlatformErrorKind::Credential => {
            ProbeResult::Refused(error.detail)
        }
        Err(error) => ProbeResult::Failed(error.detail),
    }
}
