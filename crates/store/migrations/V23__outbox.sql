-- What happened never changes, so an event is one row that is written once. What
-- changes while it is told of is narrow and lives apart: what is to be sent is
-- in the outbox, what was given up in given_up, and what is in neither was
-- acknowledged.
CREATE TABLE outbox (
    project_id      BIGINT NOT NULL,
    payment_id      BIGINT NOT NULL,
    seq             BIGINT NOT NULL,
    event_id        BIGINT NOT NULL,
    attempts        BIGINT NOT NULL,
    attempts_before BIGINT NOT NULL,
    due_at          BIGINT NOT NULL,
    PRIMARY KEY (project_id, payment_id, seq)
) /* WITHOUT ROWID */;

INSERT INTO outbox (project_id, payment_id, seq, event_id, attempts, attempts_before, due_at)
SELECT e.project_id, e.payment_id, e.seq, e.event_id, e.attempts, e.attempts_before, e.due_at
FROM event e WHERE e.state = 'pending' AND e.payment_id IS NOT NULL;

CREATE INDEX outbox_due ON outbox (project_id, due_at, payment_id, seq);

CREATE TABLE given_up (
    project_id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    event_id   BIGINT NOT NULL,
    PRIMARY KEY (project_id, created_at, event_id)
) /* WITHOUT ROWID */;

INSERT INTO given_up (project_id, created_at, event_id)
SELECT e.project_id, e.created_at, e.event_id FROM event e WHERE e.state = 'failed';

DROP INDEX event_due;
DROP INDEX event_undelivered;
ALTER TABLE event DROP COLUMN state;
ALTER TABLE event DROP COLUMN attempts;
ALTER TABLE event DROP COLUMN attempts_before;
ALTER TABLE event DROP COLUMN due_at;

-- Which server sends what a project's outbox holds, until when. Each holder has
-- a turn of its own, so that one that comes back late knows that it is over.
CREATE TABLE sending (
    project_id BIGINT NOT NULL,
    turn       BIGINT NOT NULL,
    ends_at    BIGINT NOT NULL,
    PRIMARY KEY (project_id)
);

-- Requests are found by their event, or in the order they were made; on SQLite
-- the first of the two is the table itself.
ALTER TABLE delivery RENAME TO delivery_old;
DROP INDEX delivery_by_time;

CREATE TABLE delivery (
    project_id BIGINT NOT NULL,
    event_id   BIGINT NOT NULL,
    attempt    BIGINT NOT NULL,
    url        TEXT   NOT NULL,
    signature  TEXT   NOT NULL,
    sent_at    BIGINT NOT NULL,
    took       BIGINT NOT NULL,
    status     BIGINT,
    answer     TEXT   NOT NULL,
    error      TEXT,
    CONSTRAINT delivery_key PRIMARY KEY (project_id, event_id, attempt)
) /* WITHOUT ROWID */;

INSERT INTO delivery (project_id, event_id, attempt, url, signature, sent_at, took, status, answer, error)
SELECT project_id, event_id, attempt, url, signature, sent_at, took, status, answer, error FROM delivery_old;

DROP TABLE delivery_old;

CREATE INDEX delivery_by_time ON delivery (project_id, sent_at);
