-- Partners who sell for a project with a checkout of their own. They
-- authenticate by their number, so that it alone finds one.
CREATE TABLE partner (
    partner_id BIGINT NOT NULL,
    project_id BIGINT NOT NULL,
    name       TEXT   NOT NULL,
    key_hash   TEXT   NOT NULL,
    sandbox    BIGINT NOT NULL,
    enabled    BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (partner_id)
);

CREATE INDEX partner_of_project ON partner (project_id, partner_id);

-- Orders that a partner sells, with the tax that the partner was told.
CREATE TABLE hub_order (
    project_id BIGINT NOT NULL,
    order_id   BIGINT NOT NULL,
    partner_id BIGINT NOT NULL,
    tax_kind   TEXT   NOT NULL,
    tax_rate   BIGINT NOT NULL,
    body       TEXT   NOT NULL,
    PRIMARY KEY (project_id, order_id)
);

-- What partners paid: an order once.
CREATE TABLE hub_payment (
    project_id     BIGINT NOT NULL,
    order_id       BIGINT NOT NULL,
    payment_id     BIGINT NOT NULL,
    partner_id     BIGINT NOT NULL,
    transaction_id TEXT,
    account_id     TEXT,
    cancel_id      BIGINT,
    created_at     BIGINT NOT NULL,
    PRIMARY KEY (project_id, order_id)
);

CREATE UNIQUE INDEX hub_payment_by_payment ON hub_payment (project_id, payment_id);

-- Which order a partner's own id of a transaction pays: one.
CREATE TABLE hub_transaction (
    project_id     BIGINT NOT NULL,
    partner_id     BIGINT NOT NULL,
    transaction_id TEXT   NOT NULL,
    order_id       BIGINT NOT NULL,
    PRIMARY KEY (project_id, partner_id, transaction_id)
);
