-- The same text runs on SQLite and PostgreSQL. Money is in minor units, time in
-- microseconds since 1970, truth values are 0 and 1. project_id leads every key
-- of what belongs to a project, so that a project's rows can live together.

CREATE TABLE merchant (
    merchant_id BIGINT NOT NULL PRIMARY KEY,
    name        TEXT   NOT NULL,
    created_at  BIGINT NOT NULL
);

-- project_id is 0 for a key that reaches the whole company.
CREATE TABLE api_key (
    merchant_id BIGINT NOT NULL,
    key_hash    TEXT   NOT NULL,
    project_id  BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (merchant_id, key_hash)
);

CREATE TABLE project (
    project_id      BIGINT NOT NULL PRIMARY KEY,
    merchant_id     BIGINT NOT NULL,
    name            TEXT   NOT NULL,
    active          BIGINT NOT NULL,
    secret          TEXT   NOT NULL,
    webhook_url     TEXT,
    platform_fee    BIGINT NOT NULL,
    method_fee      BIGINT NOT NULL,
    frame_ancestors TEXT   NOT NULL,
    created_at      BIGINT NOT NULL
);

CREATE INDEX project_of_merchant ON project (merchant_id, project_id);

CREATE TABLE project_tax (
    project_id BIGINT NOT NULL,
    country    TEXT   NOT NULL,
    kind       TEXT   NOT NULL,
    rate       BIGINT NOT NULL,
    PRIMARY KEY (project_id, country)
);

CREATE TABLE id_block (
    name    TEXT   NOT NULL PRIMARY KEY,
    next_id BIGINT NOT NULL
);

CREATE TABLE token (
    project_id BIGINT NOT NULL,
    token_hash TEXT   NOT NULL,
    user_id    TEXT   NOT NULL,
    dry_run    BIGINT NOT NULL,
    body       TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (project_id, token_hash)
);

CREATE INDEX token_by_expiry ON token (project_id, expires_at);

CREATE TABLE orders (
    project_id        BIGINT NOT NULL,
    order_id          BIGINT NOT NULL,
    state             TEXT   NOT NULL,
    user_id           TEXT   NOT NULL,
    user_name         TEXT,
    user_email        TEXT,
    user_phone        TEXT,
    user_country      TEXT,
    user_zip          TEXT,
    user_ip           TEXT,
    currency          TEXT   NOT NULL,
    total             BIGINT NOT NULL CHECK (total > 0),
    description       TEXT,
    external_id       TEXT,
    custom_parameters TEXT,
    created_at        BIGINT NOT NULL,
    PRIMARY KEY (project_id, order_id)
);

-- One payment per token: the constraint that makes a double click harmless.
CREATE TABLE payment (
    project_id   BIGINT NOT NULL,
    payment_id   BIGINT NOT NULL,
    order_id     BIGINT NOT NULL,
    token_hash   TEXT   NOT NULL,
    state        TEXT   NOT NULL,
    attempt_id   BIGINT NOT NULL,
    method       BIGINT NOT NULL,
    card         TEXT,
    decline      TEXT,
    currency     TEXT   NOT NULL,
    amount       BIGINT NOT NULL CHECK (amount > 0),
    tax_kind     TEXT   NOT NULL,
    tax_rate     BIGINT NOT NULL,
    tax          BIGINT NOT NULL,
    platform_fee BIGINT NOT NULL,
    method_fee   BIGINT NOT NULL,
    payout       BIGINT NOT NULL,
    reserved     BIGINT NOT NULL,
    refunded     BIGINT NOT NULL,
    dry_run      BIGINT NOT NULL,
    notified     TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    paid_at      BIGINT,
    PRIMARY KEY (project_id, payment_id),
    UNIQUE (project_id, token_hash),
    CHECK (amount = payout + tax + platform_fee + method_fee),
    CHECK (0 <= refunded AND refunded <= reserved AND reserved <= amount)
);

CREATE TABLE attempt (
    project_id BIGINT NOT NULL,
    attempt_id BIGINT NOT NULL,
    payment_id BIGINT NOT NULL,
    state      TEXT   NOT NULL,
    method     BIGINT NOT NULL,
    card_token TEXT,
    decline    TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (project_id, attempt_id)
);

CREATE INDEX attempt_open ON attempt (project_id, updated_at) WHERE state IN ('pending', 'challenged');

CREATE TABLE refund (
    project_id   BIGINT NOT NULL,
    refund_id    BIGINT NOT NULL,
    payment_id   BIGINT NOT NULL,
    state        TEXT   NOT NULL,
    currency     TEXT   NOT NULL,
    amount       BIGINT NOT NULL CHECK (amount > 0),
    payout       BIGINT NOT NULL,
    tax          BIGINT NOT NULL,
    platform_fee BIGINT NOT NULL,
    method_fee   BIGINT NOT NULL,
    reason       TEXT   NOT NULL,
    partial      BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    PRIMARY KEY (project_id, refund_id)
);

CREATE INDEX refund_of_payment ON refund (project_id, payment_id);
CREATE INDEX refund_open ON refund (project_id, updated_at) WHERE state = 'pending';

-- The journal. Rows are added, never changed.
CREATE TABLE posting (
    project_id BIGINT NOT NULL,
    entry_id   BIGINT NOT NULL,
    seq        BIGINT NOT NULL,
    kind       TEXT   NOT NULL,
    payment_id BIGINT NOT NULL,
    debit      TEXT   NOT NULL,
    credit     TEXT   NOT NULL,
    currency   TEXT   NOT NULL,
    amount     BIGINT NOT NULL CHECK (amount > 0),
    booked_at  BIGINT NOT NULL,
    PRIMARY KEY (project_id, entry_id, seq),
    CHECK (debit <> credit)
);

-- What the journal adds up to, moved in the same transaction. Spread over
-- stripes, so that two payments of a project rarely wait for each other.
CREATE TABLE balance (
    project_id BIGINT NOT NULL,
    account    TEXT   NOT NULL,
    currency   TEXT   NOT NULL,
    stripe     BIGINT NOT NULL,
    amount     BIGINT NOT NULL,
    PRIMARY KEY (project_id, account, currency, stripe)
);

-- Webhooks to send and sent. seq orders the events of one payment; both are
-- NULL for a question that belongs to none.
CREATE TABLE event (
    project_id BIGINT NOT NULL,
    event_id   BIGINT NOT NULL,
    payment_id BIGINT,
    seq        BIGINT,
    kind       TEXT   NOT NULL,
    body       TEXT   NOT NULL,
    state      TEXT   NOT NULL,
    attempts   BIGINT NOT NULL,
    due_at     BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (project_id, event_id),
    UNIQUE (project_id, payment_id, seq)
);

CREATE INDEX event_due ON event (project_id, due_at) WHERE state = 'pending';

-- Every request that was made for an event, and what came of it.
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
    PRIMARY KEY (project_id, event_id, attempt)
);

CREATE INDEX delivery_by_time ON delivery (project_id, sent_at);
