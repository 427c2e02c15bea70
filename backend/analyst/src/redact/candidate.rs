//! What a search proposes to replace, before it is decided.

/// A part of the text (bytes of the view) that may be something.
#[derive(Clone, Copy)]
pub(super) struct Candidate {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) what: What,
    pub(super) trust: Trust,
}

impl Candidate {
    pub(super) fn sure(start: usize, end: usize, what: What) -> Self {
        let trust = Trust::Sure;
        Self {
            start,
            end,
            what,
            trust,
        }
    }

    /// Like [`Self::placed`], in a place so telling that the name is then looked for everywhere.
    pub(super) fn owned(start: usize, end: usize, what: What) -> Self {
        let trust = Trust::Owned;
        Self {
            start,
            end,
            what,
            trust,
        }
    }

    /// What its surroundings say it is, if its value can be that.
    pub(super) fn placed(start: usize, end: usize, what: What) -> Self {
        let trust = Trust::Placed;
        Self {
            start,
            end,
            what,
            trust,
        }
    }

    /// What counts only if a name of that kind is known.
    pub(super) fn if_known(start: usize, end: usize, what: What) -> Self {
        let trust = Trust::IfKnown;
        Self {
            start,
            end,
            what,
            trust,
        }
    }
}

/// How much a candidate's place says.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Trust {
    /// The form or a known name decides.
    Sure,
    /// The place says what it is; the value has to be possible there.
    Placed,
    /// The same, and the name is worth learning: a path's user part, `DOMAIN\user`.
    Owned,
    /// The place is not telling: only a known name counts.
    IfKnown,
}

/// What a part of a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum What {
    Host,
    User,
    Domain,
    Email,
    Address,
    /// As reverse lookups write one.
    Reversed,
    Mac,
    Sid,
    Term,
    /// With the word that its placeholder shows.
    Secret(&'static str),
}
