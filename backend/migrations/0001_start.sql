-- Accounts. Roles are held by (user, tenant); tenant '*' stands for every configured tenant.
CREATE TABLE users (
    name            TEXT PRIMARY KEY,
    password_hash   TEXT NOT NULL,
    disabled        INTEGER NOT NULL DEFAULT 0,
    created_unix_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE roles (
    user   TEXT NOT NULL REFERENCES users (name),
    tenant TEXT NOT NULL,
    role   TEXT NOT NULL,
    PRIMARY KEY (user, tenant, role)
) STRICT;

-- A session: one sign-in and all tokens that descend from it. Tokens are stored as SHA-256.
CREATE TABLE sessions (
    id              TEXT PRIMARY KEY,
    user            TEXT NOT NULL REFERENCES users (name),
    started_unix_ms INTEGER NOT NULL,
    ends_unix_ms    INTEGER NOT NULL,
    ended           INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE access_tokens (
    hash            TEXT PRIMARY KEY,
    session         TEXT NOT NULL REFERENCES sessions (id),
    expires_unix_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE refresh_tokens (
    hash    TEXT PRIMARY KEY,
    session TEXT NOT NULL REFERENCES sessions (id),
    used    INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Proposals. `view` is the ApprovalView as it was shown, JSON; the rest is what is asked for.
CREATE TABLE proposals (
    id              TEXT PRIMARY KEY,
    tenant          TEXT NOT NULL,
    host            TEXT NOT NULL,
    action          TEXT NOT NULL,
    alert           TEXT NOT NULL,
    view            TEXT NOT NULL,
    status          TEXT NOT NULL,
    live            INTEGER NOT NULL DEFAULT 1,
    opened_unix_ms  INTEGER NOT NULL,
    expires_unix_ms INTEGER NOT NULL,
    decided_by      TEXT,
    undoes          TEXT REFERENCES proposals (id),
    revision        INTEGER NOT NULL DEFAULT 1
) STRICT;

-- One live proposal for (tenant, host, action), whoever and wherever it was opened.
CREATE UNIQUE INDEX one_live_proposal ON proposals (tenant, host, action) WHERE live = 1;
CREATE INDEX proposals_by_alert ON proposals (alert);

CREATE TABLE proposal_steps (
    proposal   TEXT NOT NULL REFERENCES proposals (id),
    number     INTEGER NOT NULL,
    text       TEXT NOT NULL,
    state      TEXT NOT NULL,
    at_unix_ms INTEGER NOT NULL,
    audit_seq  INTEGER,
    PRIMARY KEY (proposal, number)
) STRICT;

-- The outbox: written in the transaction of the decision, worked off under a lease.
CREATE TABLE executions (
    proposal      TEXT PRIMARY KEY REFERENCES proposals (id),
    state         TEXT NOT NULL,
    due_unix_ms   INTEGER NOT NULL,
    lease_owner   TEXT,
    lease_unix_ms INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX executions_due ON executions (due_unix_ms);

-- The audit log. Only ever appended to; `hash` commits to the entry and to the one before.
CREATE TABLE audit (
    seq        INTEGER PRIMARY KEY,
    at_unix_ms INTEGER NOT NULL,
    actor      TEXT NOT NULL,
    action     TEXT NOT NULL,
    tenant     TEXT,
    alert      TEXT,
    proposal   TEXT,
    detail     TEXT NOT NULL,
    hash       TEXT NOT NULL
) STRICT;

CREATE INDEX audit_by_alert ON audit (alert);

CREATE TABLE checkpoints (
    count      INTEGER PRIMARY KEY,
    head       TEXT NOT NULL,
    at_unix_ms INTEGER NOT NULL,
    signature  TEXT NOT NULL
) STRICT;
