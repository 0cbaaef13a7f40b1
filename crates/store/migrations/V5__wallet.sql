-- What players own. user_id is the game's own name for a player. Virtual
-- currency is counted in hundredths; a balance is at most a thousand million.
-- The columns that end in _key hold the text in lower case, for searching.
CREATE TABLE player (
    project_id    BIGINT NOT NULL,
    user_id       TEXT   NOT NULL,
    name          TEXT,
    name_key      TEXT,
    custom        TEXT,
    email         TEXT,
    email_key     TEXT,
    enabled       BIGINT NOT NULL,
    balance       BIGINT NOT NULL CHECK (0 <= balance AND balance <= 100000000000),
    operations    BIGINT NOT NULL,
    registered_at BIGINT NOT NULL,
    PRIMARY KEY (project_id, user_id)
);

CREATE INDEX player_by_time ON player (project_id, registered_at, user_id);

-- Every change of a player's virtual currency, and coupons that were refused.
-- seq counts a player's operations from 1; balance is what it left. sum and
-- currency say what was paid in money, if anything.
CREATE TABLE operation (
    project_id   BIGINT NOT NULL,
    user_id      TEXT   NOT NULL,
    seq          BIGINT NOT NULL,
    operation_id BIGINT NOT NULL,
    kind         TEXT   NOT NULL,
    status       TEXT   NOT NULL,
    amount       BIGINT NOT NULL,
    balance      BIGINT NOT NULL,
    payment_id   BIGINT,
    coupon_id    BIGINT,
    coupon_code  TEXT,
    currency     TEXT,
    sum          BIGINT,
    note         TEXT,
    booked_at    BIGINT NOT NULL,
    PRIMARY KEY (project_id, user_id, seq),
    UNIQUE (project_id, operation_id)
);

CREATE INDEX operation_by_time ON operation (project_id, user_id, booked_at);
