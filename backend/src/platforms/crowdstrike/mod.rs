//! CrowdStrike Falcon.
//!
//! Facts: the vendor's public SDK operation tables and models, and recorded payloads.

mod alerts;
mod client;
mod export;
mod hosts;
mod normalise;
mod notes;
mod probes;
mod response;
mod telemetry;
mod wire;

use std::sync::Arc;

use super::transport::Transport;
use super::{NotePlace, Platform, Registration};
use crate::config::{TenantConfig, Wrong};
use client::Client;

/// Falcon's registration.
pub const REGISTRATION: Registration = Registration {
    platform: "crowdstrike",
    connect,
    validate,
    normalise: export::alerts,
};

/// How messages call the vendor.
const VENDOR: &str = "Falcon";

/// The cid with which composite ids begin has 32 hex digits; the console shows it with a checksum
/// behind a dash.
fn validate(tenant: &TenantConfig) -> Result<(), Wrong> {
    let Some(cid) = &tenant.vendor_tenant else {
        return Ok(());
    };
    let is_digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    if cid.len() == 32 && cid.bytes().all(is_digit) {
        return Ok(());
    }
    Err(Wrong {
        key: "vendor_tenant",
        value: cid.clone(),
        problem: format!(
            "{cid:?} must be the cid: 32 hex digits in lower case, without the dash and the checksum"
        ),
    })
}

fn connect(tenant: &TenantConfig) -> Result<Platform, String> {
    let transport = Transport::new(VENDOR, client::LIMIT, client::ANSWER_WITHIN)?;
    let client =
        |credential| Client::new(transport.clone(), &tenant.base_url, credential).map(Arc::new);
    let read = client(&tenant.read)?;
    let respond = tenant.respond.as_ref().map(client).transpose()?;
    let notes = match &respond {
        Some(respond) => NotePlace::At {
            words: "a comment on the alert",
            notes: Arc::new(notes::Comments {
                read: Arc::clone(&read),
                respond: Arc::clone(respond),
            }),
        },
        None => NotePlace::Nowhere {
            reason: "The tenant has no respond credential.".to_owned(),
        },
    };
    Ok(Platform {
        place: place(&tenant.base_url),
        service_account: tenant.respond.as_ref().unwrap_or(&tenant.read).shown_as(),
        alerts: Arc::new(alerts::FalconAlerts {
            read: Arc::clone(&read),
        }),
        context: Some(Arc::new(telemetry::NextGenSiem {
            read: Arc::clone(&read),
        })),
        hosts: Some(Arc::new(hosts::FalconHosts {
            read: Arc::clone(&read),
        })),
        isolation: respond.as_ref().map(|respond| {
            Arc::new(response::Containment {
                respond: Arc::clone(respond),
            }) as Arc<dyn super::HostIsolation>
        }),
        notes,
        probes: Arc::new(probes::FalconProbes { read, respond }),
    })
}

/// The cloud's name, as the vendor calls it, or the address if it is none of its clouds.
fn place(base_url: &str) -> String {
    let known = client::CLOUDS
        .iter()
        .find(|(_, url)| *url == base_url.trim_end_matches('/'));
    known.map_or_else(|| base_url.to_owned(), |(name, _)| (*name).to_owned())
}
