//! Faults on demand: a status, a delay, a held or a lost answer for the next requests of an operation.

use std::{sync::Mutex, time::Duration};

use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::world::locked;

/// Before or after the request has its effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Moment {
    /// The request has had no effect yet.
    Before,
    /// The effect is there, the answer is not.
    After,
}

/// Marks a response that must never be sent: the connection is closed instead.
#[derive(Debug, Clone, Copy)]
pub struct Cut;

/// A fault as it is asked for.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// `crowdstrike`, …
    pub platform: String,
    /// The vendor's operation id, or `*` for all. Without it: all but those that give tokens.
    #[serde(default)]
    pub operation: Option<String>,
    /// How many requests it meets.
    #[serde(default = "one")]
    pub count: u32,
    /// Answer with this status.
    #[serde(default)]
    pub status: Option<u16>,
    /// Answer with this text as it is, malformed or not; the status is 200 if none is given.
    #[serde(default)]
    pub body: Option<String>,
    /// Whether `status` and `body` stand in place of the effect (`before`, unless said) or only of its answer (`after`).
    #[serde(default)]
    pub moment: Option<Moment>,
    /// With 429: seconds until the next request is welcome.
    #[serde(default)]
    pub retry_after_s: Option<i64>,
    /// Wait so long first.
    #[serde(default)]
    pub latency_ms: Option<u64>,
    /// Keep the request waiting until it is released.
    #[serde(default)]
    pub hold: Option<Moment>,
    /// Close the connection without an answer.
    #[serde(default)]
    pub drop: Option<Moment>,
}

fn one() -> u32 {
    1
}

impl Fault {
    /// Why this fault makes no sense, if it makes none.
    #[must_use]
    pub fn refusal(&self, known: &[&str]) -> Option<String> {
        if let Some(operation) = &self.operation
            && operation != "*"
            && !known.contains(&operation.as_str())
        {
            return Some(format!(
                "operation {operation:?} is not simulated; there are {}",
                known.join(", ")
            ));
        }
        let lowest = if self.body.is_some() { 200 } else { 300 };
        if self
            .status
            .is_some_and(|status| !(lowest..=599).contains(&status))
        {
            return Some(
                "status must be between 300 and 599 (with a body: 200 and 599)".to_owned(),
            );
        }
        if self.moment.is_some() && self.status.is_none() && self.body.is_none() {
            return Some(
                "moment goes with status or body; hold and drop name their own".to_owned(),
            );
        }
        if self.count == 0 {
            return Some("count must be at least 1".to_owned());
        }
        if self.status.is_none()
            && self.body.is_none()
            && self.latency_ms.is_none()
            && self.hold.is_none()
            && self.drop.is_none()
        {
            return Some("a fault needs one of status, body, latency_ms, hold, drop".to_owned());
        }
        None
    }

    /// Plays it: what to answer, or none when the connection must be closed without an answer. `instead` is what the
    /// fault itself wants to be answered, `perform` the request with its effect.
    pub async fn play<R>(
        self,
        mut holder: watch::Receiver<u64>,
        instead: impl FnOnce(&Self) -> Option<R>,
        perform: impl FnOnce() -> R,
    ) -> Option<R> {
        if let Some(latency) = self.latency_ms {
            tokio::time::sleep(Duration::from_millis(latency)).await;
        }
        if self.hold == Some(Moment::Before) {
            // An error would mean that the lab is ending.
            holder.changed().await.ok()?;
        }
        if self.drop == Some(Moment::Before) {
            return None;
        }
        let answer = match instead(&self) {
            Some(instead) => {
                if self.moment == Some(Moment::After) {
                    let _unsent = perform();
                }
                instead
            }
            None => perform(),
        };
        if self.hold == Some(Moment::After) {
            holder.changed().await.ok()?;
        }
        (self.drop != Some(Moment::After)).then_some(answer)
    }

    fn meets(&self, platform: &str, operation: &str, gives_tokens: bool) -> bool {
        self.platform == platform
            && match self.operation.as_deref() {
                Some("*") => true,
                Some(wanted) => wanted == operation,
                None => !gives_tokens,
            }
    }
}

/// The faults still to be made, in the order in which they were asked for.
#[derive(Debug)]
pub struct Faults {
    waiting: Mutex<Vec<Fault>>,
    released: watch::Sender<u64>,
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            waiting: Mutex::new(Vec::new()),
            released: watch::Sender::new(0),
        }
    }
}

impl Faults {
    /// Asks for a fault.
    pub fn add(&self, fault: Fault) {
        locked(&self.waiting).push(fault);
    }

    /// What is still to be made, with the remaining counts.
    #[must_use]
    pub fn all(&self) -> Vec<Fault> {
        locked(&self.waiting).clone()
    }

    /// No more faults, and nobody is kept waiting.
    pub fn clear(&self) {
        locked(&self.waiting).clear();
        self.release();
    }

    /// The fault for this request, used up by one.
    pub fn take(&self, platform: &str, operation: &str, gives_tokens: bool) -> Option<Fault> {
        let mut waiting = locked(&self.waiting);
        let position = waiting
            .iter()
            .position(|fault| fault.meets(platform, operation, gives_tokens))?;
        let taken = waiting[position].clone();
        waiting[position].count -= 1;
        if waiting[position].count == 0 {
            waiting.remove(position);
        }
        Some(taken)
    }

    /// Lets every held request go on.
    pub fn release(&self) {
        self.released.send_modify(|generation| *generation += 1);
    }

    /// What a request is held by: subscribed before it announces itself, so that a release cannot be missed.
    #[must_use]
    pub fn holder(&self) -> watch::Receiver<u64> {
        self.released.subscribe()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(json: serde_json::Value) -> Fault {
        serde_json::from_value(json).expect("a fault")
    }

    #[test]
    fn a_fault_meets_as_many_requests_as_it_says() {
        let faults = Faults::default();
        faults.add(fault(
            serde_json::json!({"platform": "crowdstrike", "status": 503, "count": 2}),
        ));
        assert!(
            faults
                .take("crowdstrike", "PerformActionV2", false)
                .is_some()
        );
        assert!(faults.take("other", "PerformActionV2", false).is_none());
        assert!(
            faults
                .take("crowdstrike", "oauth2AccessToken", true)
                .is_none()
        );
        assert!(
            faults
                .take("crowdstrike", "PerformActionV2", false)
                .is_some()
        );
        assert!(
            faults
                .take("crowdstrike", "PerformActionV2", false)
                .is_none()
        );
    }

    #[test]
    fn a_fault_that_does_nothing_or_names_no_operation_of_the_vendor_is_refused() {
        let known = ["PerformActionV2"];
        assert!(
            fault(serde_json::json!({"platform": "crowdstrike"}))
                .refusal(&known)
                .is_some()
        );
        assert!(fault(serde_json::json!({"platform": "crowdstrike", "status": 503, "operation": "Nonsense"})).refusal(&known).is_some());
        assert!(
            fault(serde_json::json!({"platform": "crowdstrike", "status": 200}))
                .refusal(&known)
                .is_some()
        );
        assert!(fault(serde_json::json!({"platform": "crowdstrike", "drop": "after", "operation": "PerformActionV2"})).refusal(&known).is_none());
    }
}
