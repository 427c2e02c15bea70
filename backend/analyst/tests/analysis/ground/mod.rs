//! A model's answer against what the evidence carries.

mod answers;
mod edited;
mod joined;
mod scene;
mod truth;
mod unsaid;
