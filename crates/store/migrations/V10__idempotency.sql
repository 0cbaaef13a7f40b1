-- Requests that came with an Idempotency-Key: that they changed something, how
-- far they got, and what was answered. project_id is that of the API key, 0 for
-- a key of the whole company. What stands in drawn and answer only whoever has
-- the API key and the Idempotency-Key can read.
CREATE TABLE idempotency (
    project_id  BIGINT NOT NULL,
    merchant_id BIGINT NOT NULL,
    key_hash    TEXT   NOT NULL,
    route       TEXT   NOT NULL,
    body_hash   TEXT   NOT NULL,
    run         TEXT   NOT NULL,
    step        BIGINT NOT NULL CHECK (step >= 0),
    drawn       TEXT   NOT NULL,
    answer      TEXT,
    begun_at    BIGINT NOT NULL,
    seen_at     BIGINT NOT NULL,
    PRIMARY KEY (project_id, merchant_id, key_hash)
);
CREATE INDEX idempotency_by_age ON idempotency (project_id, begun_at);
