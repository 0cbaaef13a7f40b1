-- The language that a player chose on the payment page, for the letter about what
-- is paid there. Nothing stands here of who chose none.
CREATE TABLE mail_language (
    project_id BIGINT NOT NULL,
    token_hash TEXT   NOT NULL,
    spoken     TEXT   NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (project_id, token_hash)
);

CREATE INDEX mail_language_by_expiry ON mail_language (project_id, expires_at);
