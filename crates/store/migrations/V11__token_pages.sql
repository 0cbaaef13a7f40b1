-- Tokens that were made at one time, in one row: a project's tokens are many,
-- are written once and looked at once or twice. Tokens that were made before
-- are in the table token and stay there until they are forgotten.
CREATE TABLE token_page (
    project_id BIGINT NOT NULL,
    page_id    BIGINT NOT NULL,
    tokens     TEXT   NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (project_id, page_id)
);

CREATE INDEX token_page_by_expiry ON token_page (project_id, expires_at);

-- Who may not pay: few, and asked for with every token.
CREATE INDEX player_disabled ON player (project_id, user_id) WHERE enabled = 0;
