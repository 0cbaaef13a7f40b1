-- Plans keep their price in minor units. A period is a value and a unit, day or
-- month; the unit of a plan that is charged once is lifetime.
CREATE TABLE plan (
    project_id       BIGINT NOT NULL,
    plan_id          BIGINT NOT NULL,
    external_id      TEXT   NOT NULL,
    group_id         TEXT,
    period_value     BIGINT NOT NULL,
    period_unit      TEXT   NOT NULL,
    currency         TEXT   NOT NULL,
    amount           BIGINT NOT NULL CHECK (amount > 0),
    expiration_value BIGINT NOT NULL,
    expiration_unit  TEXT,
    trial_days       BIGINT NOT NULL,
    grace_days       BIGINT NOT NULL,
    retry_days       BIGINT NOT NULL CHECK (retry_days > 0),
    tags             TEXT   NOT NULL,
    enabled          BIGINT NOT NULL,
    deleted_at       BIGINT,
    created_at       BIGINT NOT NULL,
    PRIMARY KEY (project_id, plan_id)
);

-- A deleted plan frees its name.
CREATE UNIQUE INDEX plan_by_name ON plan (project_id, external_id) WHERE deleted_at IS NULL;

CREATE TABLE product (
    project_id BIGINT NOT NULL,
    product_id BIGINT NOT NULL,
    name       TEXT   NOT NULL,
    group_id   TEXT   NOT NULL,
    deleted_at BIGINT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (project_id, product_id)
);

-- How many subscriptions of a plan stand where, moved with each step of a
-- subscription. Spread over stripes, so that players rarely wait for each other.
CREATE TABLE plan_count (
    project_id BIGINT NOT NULL,
    plan_id    BIGINT NOT NULL,
    state      TEXT   NOT NULL,
    stripe     BIGINT NOT NULL,
    number     BIGINT NOT NULL,
    PRIMARY KEY (project_id, plan_id, state, stripe)
);

-- A subscription with the terms it was bought with. due_at is when it is to be
-- looked at: its next charge, its end or another try, and while someone looks,
-- when that one is taken for dead. token_hash makes a trial begin once.
CREATE TABLE subscription (
    project_id        BIGINT NOT NULL,
    subscription_id   BIGINT NOT NULL,
    token_hash        TEXT,
    user_id           TEXT   NOT NULL,
    user_name         TEXT,
    user_email        TEXT,
    user_country      TEXT,
    custom_parameters TEXT,
    plan_id           BIGINT NOT NULL,
    product_id        BIGINT,
    state             TEXT   NOT NULL,
    period_value      BIGINT NOT NULL,
    period_unit       TEXT   NOT NULL,
    currency          TEXT   NOT NULL,
    amount            BIGINT NOT NULL CHECK (amount > 0),
    expiration_value  BIGINT NOT NULL,
    expiration_unit   TEXT,
    trial_days        BIGINT NOT NULL,
    grace_days        BIGINT NOT NULL,
    retry_days        BIGINT NOT NULL CHECK (retry_days > 0),
    anchor            BIGINT NOT NULL,
    cycle             BIGINT NOT NULL,
    charges           BIGINT NOT NULL,
    tries             BIGINT NOT NULL,
    next_charge       BIGINT,
    due_at            BIGINT,
    last_charge       BIGINT,
    expires_at        BIGINT,
    ended_at          BIGINT,
    frozen_at         BIGINT,
    account_id        BIGINT,
    dry_run           BIGINT NOT NULL,
    created_at        BIGINT NOT NULL,
    PRIMARY KEY (project_id, subscription_id),
    UNIQUE (project_id, token_hash)
);

CREATE INDEX subscription_due ON subscription (project_id, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX subscription_of_user ON subscription (project_id, user_id, subscription_id);

-- The charges of a subscription: one a period, whatever happens. The payment of
-- a period that is tried again is the same.
CREATE TABLE subscription_charge (
    project_id      BIGINT NOT NULL,
    payment_id      BIGINT NOT NULL,
    subscription_id BIGINT NOT NULL,
    number          BIGINT NOT NULL,
    user_id         TEXT   NOT NULL,
    charged_for     BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    PRIMARY KEY (project_id, payment_id),
    UNIQUE (project_id, subscription_id, number)
);

CREATE INDEX charge_of_user ON subscription_charge (project_id, user_id, payment_id);

-- Saved ways to pay. token is the gateway's name of a card; no number of a card
-- is kept anywhere. charges counts for declines that a test asks for.
CREATE TABLE payment_account (
    project_id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    user_id    TEXT   NOT NULL,
    kind       TEXT   NOT NULL,
    method     BIGINT NOT NULL,
    token      TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    charges    BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (project_id, account_id),
    UNIQUE (project_id, user_id, kind, token)
);

-- Which charge of a saved way to pay is to be declined, for tests.
CREATE TABLE scripted_decline (
    project_id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    number     BIGINT NOT NULL,
    reason     TEXT   NOT NULL,
    PRIMARY KEY (project_id, account_id, number)
);

-- Whether a way to pay is saved once an attempt with it succeeds.
ALTER TABLE attempt ADD COLUMN keep BIGINT NOT NULL DEFAULT 0;

-- How far a project's clock is ahead of the server's, in microseconds, and the
-- time zone in which its days begin.
CREATE TABLE project_clock (
    project_id BIGINT NOT NULL PRIMARY KEY,
    ahead      BIGINT NOT NULL CHECK (ahead >= 0),
    time_zone  TEXT   NOT NULL
);

-- A project that took money outside the sandbox has no clock to play with.
CREATE INDEX payment_live ON payment (project_id) WHERE dry_run = 0;
