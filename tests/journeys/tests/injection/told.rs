//! What a panel is told of an alert, and what it makes of it.

use aside_journeys::alert_of;
use aside_shared::alert::Alert;
use aside_shared::analysis::{Assessment, Claim};
use aside_shared::chat::Answer;
use aside_shared::event::{AnalysisEvent, ContextPlace, ContextState};
use aside_shared::model::Report;

/// What a panel is told.
#[derive(Clone)]
pub struct Told {
    /// The analysis' events.
    pub events: Vec<AnalysisEvent>,
    /// The answer to a question.
    pub answer: Answer,
}

impl Told {
    /// The alert, with all that was read around it and derived from it.
    pub fn alert(&self) -> Alert {
        alert_of(&self.events)
    }

    /// How complete the telemetry around it is, if it was read.
    pub fn telemetry(&self) -> Option<&ContextState> {
        self.events.iter().find_map(|event| match event {
            AnalysisEvent::Context(context) if context.place == ContextPlace::Telemetry => {
                Some(&context.state)
            }
            _ => None,
        })
    }

    /// How bad and how sure.
    pub fn assessment(&self) -> &Assessment {
        let assessments = self.events.iter().rev().find_map(|event| match event {
            AnalysisEvent::Priority(assessment) => Some(&**assessment),
            _ => None,
        });
        assessments.expect("a priority")
    }

    /// What the rules claim.
    pub fn claims(&self) -> impl Iterator<Item = &Claim> {
        self.events.iter().filter_map(|event| match event {
            AnalysisEvent::Claim(claim) => Some(claim),
            _ => None,
        })
    }

    /// What a model was asked and what came of it.
    pub fn report(&self) -> Option<&Report> {
        self.events.iter().find_map(|event| match event {
            AnalysisEvent::Model(report) => Some(&**report),
            _ => None,
        })
    }
}
