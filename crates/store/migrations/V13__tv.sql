-- Codes that televisions show, by the SHA-256 of each. Whoever types one names
-- no project, so that the directory says which; it is kept as small as the
-- codes are short-lived.
CREATE TABLE tv_directory (
    code_hash  TEXT   NOT NULL PRIMARY KEY,
    project_id BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX tv_directory_by_expiry ON tv_directory (project_id, expires_at);

CREATE TABLE tv_code (
    project_id BIGINT NOT NULL,
    code_hash  TEXT   NOT NULL,
    token_hash TEXT   NOT NULL,
    expires_at BIGINT NOT NULL,
    opened_at  BIGINT,
    PRIMARY KEY (project_id, code_hash)
);

CREATE INDEX tv_code_of_token ON tv_code (project_id, token_hash);
CREATE INDEX tv_code_by_expiry ON tv_code (project_id, expires_at);

-- A second name for a token: what a telephone got for a code.
CREATE TABLE token_link (
    project_id BIGINT NOT NULL,
    link_hash  TEXT   NOT NULL,
    token_hash TEXT   NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (project_id, link_hash)
);

CREATE INDEX token_link_by_expiry ON token_link (project_id, expires_at);
