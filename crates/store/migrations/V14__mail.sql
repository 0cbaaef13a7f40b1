-- Letters to players: one for each payment that was captured while the server
-- knew how to send mail. What a letter says is written when it is sent, so that
-- no key stands here.
CREATE TABLE mail (
    project_id BIGINT NOT NULL,
    payment_id BIGINT NOT NULL,
    address    TEXT   NOT NULL,
    state      TEXT   NOT NULL,
    attempts   BIGINT NOT NULL,
    due_at     BIGINT NOT NULL,
    error      TEXT,
    PRIMARY KEY (project_id, payment_id)
);

CREATE INDEX mail_due ON mail (project_id, due_at) WHERE state = 'pending';
