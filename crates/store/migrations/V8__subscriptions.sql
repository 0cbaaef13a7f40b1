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
