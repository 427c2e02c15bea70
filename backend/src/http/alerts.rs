//! Which alert is meant, recent alerts, a host's state, an alert's activity.

#[cfg(test)]
mod tests;

use aside_shared::action::HostState;
use aside_shared::api::{
    Activity, HostNow, ReadActivity, ReadHost, Recent, RecentAlert, Resolve, ResolveFrom, Resolved,
};
use aside_shared::console::{self, AlertRef};
use aside_shared::id::{HostId, TenantId};
use aside_shared::problem::{Problem, ProblemKind};
use axum::Json;
use axum::extract::State;

use super::body::Body;
use super::{App, Fault};
use crate::auth::access::{Access, Need, Tenant};

/// The longest text that is looked at for a link or an id, in bytes.
const PASTED_MAX: usize = 4096;

/// `POST /alerts/resolve`
pub async fn resolve(
    State(app): State<App>,
    access: Access,
    Body(request): Body<Resolve>,
) -> Result<Json<Resolved>, Fault> {
    let (reference, host) = match &request.from {
        ResolveFrom::Page(location) => (
            console::locate(app.consoles, location),
            location.host.clone(),
        ),
        ResolveFrom::Pasted(text) if text.len() > PASTED_MAX => {
            return Err(Problem::new(
                ProblemKind::BadRequest,
                "That is too long for a link or an id.",
            )
            .into());
        }
        ResolveFrom::Pasted(text) => {
            let reference = console::pasted(app.consoles, text);
            if reference.is_none() {
                let detail = "That is no link to an alert and no alert id of a known console. Paste the address of the alert's page, or its id.";
                return Err(Problem::new(ProblemKind::BadRequest, detail).into());
            }
            let host = reference
                .as_ref()
                .map(|reference| reference.console_host.clone())
                .unwrap_or_default();
            (reference, host)
        }
    };
    let resolved = match reference {
        Some(reference) => which_tenant(&app, &access, reference, request.tenant.as_ref())?,
        None => Resolved::NoAlert {
            tenants: readable_on(&app, &access, &host)?,
        },
    };
    Ok(Json(resolved))
}

/// The tenants of a console host that the caller may read; an error if no tenant uses the host.
fn readable_on(app: &App, access: &Access, host: &str) -> Result<Vec<TenantId>, Problem> {
    let uses = |tenant: &&Tenant| {
        tenant
            .config
            .console_hosts
            .iter()
            .any(|known| known == host)
    };
    let names: Vec<&TenantId> = app
        .tenants
        .values()
        .filter(uses)
        .map(|tenant| &tenant.config.name)
        .collect();
    if names.is_empty() {
        return Err(Problem::new(
            ProblemKind::UnknownTenant,
            format!(
                "No configured tenant uses the console {host}. An administrator adds it under console_hosts."
            ),
        ));
    }
    Ok(names
        .into_iter()
        .filter(|name| access.require(name, Need::Read).is_ok())
        .cloned()
        .collect())
}

fn which_tenant(
    app: &App,
    access: &Access,
    reference: AlertRef,
    picked: Option<&TenantId>,
) -> Result<Resolved, Problem> {
    let of_platform = || {
        app.tenants
            .values()
            .filter(|tenant| tenant.config.platform == reference.platform)
    };
    let candidates: Vec<&Tenant> = match &reference.tenant_hint {
        // The id names its tenant: the page's host does not matter, and nothing is guessed.
        Some(hint) => of_platform()
            .filter(|tenant| tenant.config.vendor_tenant.as_deref() == Some(hint))
            .collect(),
        None if reference.route == console::PASTED => of_platform().collect(),
        None => of_platform()
            .filter(|tenant| {
                tenant
                    .config
                    .console_hosts
                    .contains(&reference.console_host)
            })
            .collect(),
    };
    if candidates.is_empty() {
        let detail = match &reference.tenant_hint {
            Some(hint) => format!(
                "No configured tenant has the id {hint}, with which this alert's id begins. An administrator adds it as vendor_tenant."
            ),
            None => format!(
                "No configured tenant uses the console {}. An administrator adds it under console_hosts.",
                reference.console_host
            ),
        };
        return Err(Problem::new(ProblemKind::UnknownTenant, detail));
    }
    let chosen = match (picked, &candidates[..]) {
        (_, [only]) => Some(*only),
        (Some(picked), several) => several
            .iter()
            .find(|tenant| &tenant.config.name == picked)
            .copied(),
        (None, _) => None,
    };
    let Some(tenant) = chosen else {
        let tenants: Vec<TenantId> = candidates
            .iter()
            .map(|tenant| tenant.config.name.clone())
            .filter(|name| access.require(name, Need::Read).is_ok())
            .collect();
        return Ok(Resolved::Pick { reference, tenants });
    };
    access.require(&tenant.config.name, Need::Read)?;
    let key = aside_shared::alert::AlertKey {
        tenant: tenant.config.name.clone(),
        platform: reference.platform,
        id: reference.id,
    };
    Ok(Resolved::Alert { key })
}

const RECENT: u32 = 50;

/// `POST /alerts/recent`
pub async fn recent(
    State(app): State<App>,
    access: Access,
    Body(request): Body<Recent>,
) -> Result<Json<Vec<RecentAlert>>, Fault> {
    access.require(&request.tenant, Need::Read)?;
    let tenant = configured(&app, &request.tenant)?;
    let alerts = tenant
        .platform
        .alerts
        .recent(&request.tenant, RECENT)
        .await
        .map_err(Problem::from)?;
    Ok(Json(alerts))
}

/// `POST /hosts/state`
pub async fn host_state(
    State(app): State<App>,
    access: Access,
    Body(request): Body<ReadHost>,
) -> Result<Json<HostNow>, Fault> {
    let alert = app.analyses.latest(&access, &request.alert).await?.alert;
    let named = alert.hosts.iter().filter_map(|id| alert.entity(id)).any(|entity| {
        matches!(&entity.kind, aside_shared::alert::EntityKind::Host(host) if host.id == request.host)
    });
    if !named {
        return Err(Problem::new(ProblemKind::NotFound, "The alert names no such host.").into());
    }
    let tenant = configured(&app, &request.alert.tenant)?;
    let state = app.respond.host_state(tenant, &request.host).await?;
    let isolated_by = app.respond.isolated_by(&access, tenant, &state).await?;
    Ok(Json(HostNow { state, isolated_by }))
}

/// The host's state now. The caller was authorized for the tenant.
pub(super) async fn read_host(
    app: &App,
    tenant: &TenantId,
    host: &HostId,
) -> Result<HostState, Fault> {
    let tenant = configured(app, tenant)?;
    Ok(app.respond.host_state(tenant, host).await?)
}

/// `POST /alerts/activity`
pub async fn activity(
    State(app): State<App>,
    access: Access,
    Body(request): Body<ReadActivity>,
) -> Result<Json<Activity>, Fault> {
    access.require(&request.alert.tenant, Need::Read)?;
    let proposals = app.respond.of_alert(&access, &request.alert).await?;
    // Where there is nothing to tell, nothing of the alert is read: the id may be anybody's invention.
    let entries = app.store.audit_of_alert(&request.alert).await?;
    if !(proposals.is_empty() && entries.is_empty()) {
        app.analyses.record_look(&access, &request.alert).await?;
    }
    Ok(Json(Activity {
        proposals,
        entries,
        head: app.store.audit_head().await?,
    }))
}

fn configured<'a>(app: &'a App, name: &TenantId) -> Result<&'a Tenant, Problem> {
    app.tenants.get(name).ok_or_else(|| {
        Problem::new(
            ProblemKind::UnknownTenant,
            format!("No tenant {name} is configured."),
        )
    })
}
