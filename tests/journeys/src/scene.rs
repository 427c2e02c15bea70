//! Where most journeys begin: the lab, the backend over it, and one of the lab's alerts.

use aside_shared::action::Action;
use aside_shared::alert::AlertKey;
use aside_shared::approval::{Proposal, Propose};
use serde_json::Value;

use crate::{Backend, Caller, Lab, Setup};

const SCENARIO: &str = "hands-on-keyboard-powershell";

/// A vendor, a backend, an alert of one host.
pub struct Scene {
    /// The vendor.
    pub lab: Lab,
    /// The backend.
    pub backend: Backend,
    /// The alert.
    pub alert: AlertKey,
    /// The id of the host that it is about.
    pub host: String,
}

impl Scene {
    /// Starts both.
    pub async fn new(setup: Setup) -> Self {
        let lab = Lab::start().await;
        let backend = Backend::start(&lab, &setup).await;
        let (alert, host) = lab.scenario(SCENARIO).await;
        Self {
            lab,
            backend,
            alert,
            host,
        }
    }

    /// What is asked for to isolate the host.
    pub fn isolate(&self) -> Propose {
        Propose {
            alert: self.alert.clone(),
            action: Action::IsolateHost,
            host: self.host.as_str().into(),
        }
    }

    /// Opens the proposal to isolate the host.
    pub async fn propose(&self, by: &Caller) -> Proposal {
        by.ask("/proposals", &self.isolate()).await
    }

    /// How often the vendor's own record says that this changed something.
    pub async fn changes(&self, action: &str) -> usize {
        let state = self.lab.control("/state").await;
        let actions = state["actions"].as_array().expect("actions");
        let is = |it: &&Value| it["action"] == action && it["changed"] == true;
        actions.iter().filter(is).count()
    }

    /// Nothing in the log was changed, and everything is accounted for.
    pub fn audit_holds(&self) {
        let (good, text) = self.backend.verb(&["audit", "verify"]);
        assert!(good, "{text}");
    }
}
