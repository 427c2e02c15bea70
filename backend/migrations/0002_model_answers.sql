-- What models answered, as it came: redacted questions, answers that name placeholders. What the placeholders
-- stand for is nowhere here. Kept for a day and up to a number of rows; see store/model_answers.rs.
CREATE TABLE model_answers (
    tenant     TEXT NOT NULL,
    model      TEXT NOT NULL,
    prompt     INTEGER NOT NULL,
    content    TEXT NOT NULL,
    answer     TEXT NOT NULL,
    at_unix_ms INTEGER NOT NULL,
    PRIMARY KEY (tenant, model, prompt, content)
) STRICT;

CREATE INDEX model_answers_by_age ON model_answers (at_unix_ms);
