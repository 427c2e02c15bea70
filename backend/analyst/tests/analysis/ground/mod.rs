//! A model's answer against what the evidence carries.

mod answers;
mod scene;
mod truth;
