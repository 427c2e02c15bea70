//! Whether a claim stands: the one check for every voice.

use aside_shared::alert::Alert;
use aside_shared::analysis::Claim;

/// Why a claim is not shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Dropped {
    /// In one sentence: `No evidence names FIN-DC-01.`
    pub reason: String,
}

/// Whether `claim` stands in `alert`, whose evidence includes what was derived ([`Alert::merge`]).
pub fn stands(claim: &Claim, alert: &Alert) -> Result<(), Dropped> {
    match claim
        .evidence
        .iter()
        .find(|id| !alert.evidence.iter().any(|known| &known.id == *id))
    {
        Some(id) => Err(Dropped {
            reason: format!("There is no evidence {id}."),
        }),
        None => Ok(()),
    }
}
