-- Where the goods of a token go, as its player says before paying; from then on
-- that of the order. What nobody paid for is forgotten with its token.
CREATE TABLE shipping (
    project_id BIGINT NOT NULL,
    token_hash TEXT   NOT NULL,
    order_id   BIGINT,
    name       TEXT   NOT NULL,
    street     TEXT   NOT NULL,
    city       TEXT   NOT NULL,
    region     TEXT,
    zip        TEXT,
    country    TEXT   NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (project_id, token_hash)
);

CREATE INDEX shipping_of_order ON shipping (project_id, order_id);
CREATE INDEX shipping_unpaid ON shipping (project_id, expires_at) WHERE order_id IS NULL;
