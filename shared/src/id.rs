//! Identifiers, a newtype each: a host's id cannot be passed where an alert's is meant.
//!
//! All are opaque text. Vendors' ids exceed 63 bits and hold `:` and `|`, so they are never parsed
//! as numbers and travel in bodies, not in paths.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! text_id {
    ($(#[$doc:meta] $name:ident;)*) => {$(
        #[$doc]
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(test, derive(proptest_derive::Arbitrary))]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }
    )*};
}

text_id! {
    /// A console product, as its route table names it: `crowdstrike`, later `sentinelone`, `sophos`, `trellix`.
    PlatformId;
    /// A tenant, by the name that the configuration gives it: `acme-prod`.
    TenantId;
    /// An alert's id as its vendor writes it.
    AlertId;
    /// A host's id as its vendor writes it (Falcon: the agent id, 32 hex digits).
    HostId;
    /// An account of Aside: the name its user signs in with.
    UserName;
    /// One proposed action, from opening to its outcome.
    ProposalId;
    /// One analysis. It carries no authority: whoever reads it is authorized anew.
    AnalysisId;
    /// One piece of evidence, derived from its content (`ev-` and 16 hex digits). `E1`, `E2` are display only.
    EvidenceId;
    /// One thing that evidence speaks of: a process, a file, an address. Two `powershell.exe` are two.
    EntityId;
    /// A rule of the analyst's knowledge.
    RuleId;
}
