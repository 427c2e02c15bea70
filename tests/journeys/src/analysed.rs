//! What an analysis' events say, taken together.

use aside_shared::alert::{Alert, EntityKind};
use aside_shared::event::AnalysisEvent;
use aside_shared::model::Report;

/// Names of the alert that nobody outside may learn, in small letters.
pub fn names(alert: &Alert) -> Vec<String> {
    let mut names = Vec::new();
    for entity in &alert.entities {
        match &entity.kind {
            EntityKind::Host(host) => {
                names.push(host.id.to_string());
                names.extend(host.name.clone());
                names.extend(host.domain.clone());
                names.extend(host.addresses.clone());
            }
            EntityKind::User(user) => {
                let is_built_in = user.name.to_uppercase().contains("SYSTEM")
                    || user.name.to_uppercase().contains("SERVICE");
                if !is_built_in {
                    names.push(user.name.clone());
                    names.extend(user.name.rsplit(['\\']).next().map(str::to_owned));
                    names.extend(user.uid.clone());
                }
            }
            _ => {}
        }
    }
    names.retain(|name| name.len() >= 4);
    names.iter().map(|name| name.to_lowercase()).collect()
}

/// The alert with everything that was read around it.
pub fn alert_of(events: &[AnalysisEvent]) -> Alert {
    let mut alert = None;
    for event in events {
        match (event, &mut alert) {
            (AnalysisEvent::Alert(read), _) => alert = Some((**read).clone()),
            (AnalysisEvent::Context(more), Some(alert)) => {
                alert.merge(more.entities.clone(), more.evidence.clone());
            }
            _ => {}
        }
    }
    alert.expect("an alert")
}

/// What the model said.
pub fn report_of(events: &[AnalysisEvent]) -> &Report {
    let [.., AnalysisEvent::Model(report), AnalysisEvent::Done(_)] = events else {
        panic!("{events:?}")
    };
    report
}
