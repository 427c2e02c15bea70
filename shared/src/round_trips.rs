//! Every type that crosses the wire comes back from it as it was, whatever it holds.

use std::fmt::Debug;

use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::alert::Alert;
use crate::analysis::Analysis;
use crate::api::{
    Activity, Analyse, AnalysisStarted, ReadActivity, ReadHost, Recent, RecentAlert, Resolve,
    Resolved,
};
use crate::approval::{Decide, Proposal, Propose};
use crate::audit::{AuditEntry, AuditHead};
use crate::chat::{Answer, Question};
use crate::console::AlertRef;
use crate::event::AnalysisEvent;
use crate::problem::Problem;
use crate::session::Me;

fn comes_back<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) {
    let text = serde_json::to_string(value).expect("JSON");
    let back: T = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}"));
    assert_eq!(&back, value, "{text}");
}

macro_rules! round_trips {
    ($($name:ident: $of:ty;)*) => {
        proptest! {
            #![proptest_config(ProptestConfig::with_cases(48))]
            $(
                #[test]
                fn $name(value: $of) {
                    comes_back(&value);
                }
            )*
        }
    };
}

round_trips! {
    an_alert_comes_back: Alert;
    an_analysis_comes_back: Analysis;
    an_event_comes_back: AnalysisEvent;
    a_proposal_comes_back: Proposal;
    a_proposal_asked_for_comes_back: Propose;
    a_decision_comes_back: Decide;
    an_answer_comes_back: Answer;
    a_question_comes_back: Question;
    a_problem_comes_back: Problem;
    an_audit_entry_comes_back: AuditEntry;
    an_audit_head_comes_back: AuditHead;
    a_reference_comes_back: AlertRef;
    what_is_resolved_comes_back: Resolved;
    what_is_to_be_resolved_comes_back: Resolve;
    the_recent_alerts_come_back: Vec<RecentAlert>;
    requests_come_back: (Recent, Analyse, AnalysisStarted, ReadHost, ReadActivity);
    an_activity_comes_back: Activity;
    who_one_is_comes_back: Me;
}
