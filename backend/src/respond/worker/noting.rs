//! The note about an action: looked for, announced, written once.

use aside_shared::action::Action;
use aside_shared::approval::StepState;
use aside_shared::audit::AuditAction;
use aside_shared::instant::utc;

use super::{ATTEMPTS, GRACE_MS, Held, NOTE_MS, PAUSE_LATE_MAX_MS, Turn, WorkerError, wait};
use crate::auth::access::Tenant;
use crate::platforms::{CallError, NotePlace, PlatformError};
use crate::respond::Respond;
use crate::respond::execution::{Note, Track, Watch};
use crate::store::proposals::StoredProposal;

impl Respond {
    /// Writes the note, once: it is looked for before it is written, and what cannot be looked for
    /// is not written.
    pub(super) async fn advance_note(
        &self,
        stored: &Held<'_>,
        tenant: &Tenant,
        track: &Track<Note>,
    ) -> Result<(), WorkerError> {
        let NotePlace::At { words, notes } = &tenant.platform.notes else {
            return self.commit(stored, Turn::note(Note::Ended, 0)).await;
        };
        // The requests that may have arrived, and the reads since that do not show the note.
        let (sent, watch) = match track.at {
            Note::Due => (0, None),
            Note::Writing { attempt } => (attempt, None),
            Note::Unclear { attempt, watch } => (attempt, watch),
            Note::NotDue | Note::Ended => return Ok(()),
        };
        let standing = |sent, watch| match sent {
            0 => Note::Due,
            attempt => Note::Unclear { attempt, watch },
        };
        let vendor = &stored.view.platform_label;
        let give_up = |sent: u32, reason: String| {
            let what = if sent == 0 { "written" } else { "confirmed" };
            Turn::note(Note::Ended, 0)
                .record(AuditAction::Outcome, format!("note not {what}: {reason}"))
                .step(StepState::Failed, format!("Note not {what}: {reason}"))
        };
        // Later, unless it was tried for long enough.
        let later = |error: &PlatformError, now: i64| {
            let begun = track
                .delay
                .as_ref()
                .map_or(now, |delay| delay.since_unix_ms);
            if now - begun >= NOTE_MS {
                return give_up(sent, format!("{vendor} cannot be reached for it: {error}"));
            }
            let delay = track.delay.as_ref();
            let (delay, due) = wait(delay, error, now, PAUSE_LATE_MAX_MS, begun + NOTE_MS);
            Turn::note(standing(sent, None), due).delayed(delay, "the note is not written", vendor)
        };
        let asked = self.clock.now_unix_ms();
        let read = notes.has(&stored.view.alert.id, stored.id().as_str()).await;
        let now = self.clock.now_unix_ms();
        match read {
            Err(error) => return self.commit(stored, later(&error, now)).await,
            Ok(true) => {
                let turn =
                    Turn::note(Note::Ended, 0).step(StepState::Done, format!("Wrote {words}"));
                return self.commit(stored, turn).await;
            }
            Ok(false) => {}
        }
        if sent > 0 {
            let watch = Watch::more(watch, asked, now);
            if watch.lasted_ms() < GRACE_MS {
                let turn = Turn::note(standing(sent, Some(watch)), now + 1000);
                return self.commit(stored, turn).await;
            }
            if sent >= ATTEMPTS {
                let reason = format!("{sent} requests had no clear answer");
                return self.commit(stored, give_up(sent, reason)).await;
            }
        }
        let attempt = sent + 1;
        let announce = Turn::note(Note::Writing { attempt }, now).record(
            AuditAction::VendorCall,
            format!("writing {words} (request {attempt})"),
        );
        let seq = self.commit_with_seq(stored, announce).await?;
        let text = note_text(stored, seq.unwrap_or_default(), now);
        let answer = notes.write(&stored.view.alert.id, &text).await;
        let now = self.clock.now_unix_ms();
        let turn = match answer {
            Ok(()) => Turn::note(Note::Ended, 0)
                .record(AuditAction::VendorAnswer, format!("wrote {words}"))
                .step(StepState::Done, format!("Wrote {words}")),
            Err(CallError::Refused(error)) => give_up(sent, error.to_string()),
            Err(CallError::NotSent(error)) => later(&error, now),
            Err(CallError::AnswerLost(error)) => Turn::note(standing(attempt, None), now + 1000)
                .record(
                    AuditAction::VendorAnswer,
                    format!("the answer to the note was lost: {error}"),
                ),
        };
        self.commit(stored, turn).await
    }
}

/// The note. It carries no text that an attacker could have written.
fn note_text(stored: &StoredProposal, audit_seq: u64, now: i64) -> String {
    let by = stored
        .decided_by
        .as_ref()
        .map_or("nobody", |by| by.as_str());
    let what = match stored.view.action {
        Action::IsolateHost => "Host isolation",
        Action::ReleaseHost => "Host release",
    };
    format!(
        "Aside: {what} approved by {by}, noted {}. Proposal {}, audit entry {audit_seq}.",
        utc(now),
        stored.id()
    )
}
