//! What of a language model's answer may be shown: only what the evidence carries.
//!
//! Citing is not proof, and fluency is not truth. A model is asked in a closed form ([`Form`]): evidence
//! as numbered lines, entities by handles, an answer of typed claims. What it claims is compared with the
//! evidence by the one check for every voice ([`crate::claims`]); what it wrote beside a claim is kept only
//! where a closed grammar reads it back to exactly the claimed relations, else Aside's own sentence stands
//! in its place. What does not stand is dropped with its reason and never becomes something weaker.
//!
//! Order, choice and joining are the model's. Priority, actions, links and numbers never are. There is no
//! I/O here: whoever asks a model redacts what goes out and restores what comes back.

mod answer;
mod check;
mod form;
mod grammar;
mod inflection;
mod kinds;
mod lexicon;
mod prose;
mod question;
mod said;
mod schema;
mod summary;
mod things;
mod tokens;
mod wording;

pub use answer::{Answer, Unreadable};
pub use form::{Form, INSTRUCTIONS, Telemetry};
pub use schema::Schema;
