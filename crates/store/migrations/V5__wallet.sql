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

-- What players have. What lasts for a time is gone at expires_at; rows stay
-- when there is nothing left of an item.
CREATE TABLE inventory (
    project_id BIGINT NOT NULL,
    user_id    TEXT   NOT NULL,
    item_id    BIGINT NOT NULL,
    amount     BIGINT NOT NULL CHECK (amount >= 0),
    expires_at BIGINT,
    PRIMARY KEY (project_id, user_id, item_id)
);

-- What the server is bound to for a player's next opening of a lootbox, and
-- the number it will have.
CREATE TABLE lootbox_seed (
    project_id  BIGINT NOT NULL,
    user_id     TEXT   NOT NULL,
    server_seed TEXT   NOT NULL,
    nonce       BIGINT NOT NULL,
    PRIMARY KEY (project_id, user_id)
);

-- Openings, with everything the outcome came from. nonce counts a player's
-- openings from 1, so that no two can have one seed.
CREATE TABLE draw (
    project_id  BIGINT NOT NULL,
    user_id     TEXT   NOT NULL,
    nonce       BIGINT NOT NULL,
    draw_id     BIGINT NOT NULL,
    lootbox_id  BIGINT NOT NULL,
    version     BIGINT NOT NULL,
    server_seed TEXT   NOT NULL,
    client_seed TEXT   NOT NULL,
    drawn_at    BIGINT NOT NULL,
    PRIMARY KEY (project_id, user_id, nonce),
    UNIQUE (project_id, draw_id)
);

-- What came out of each slot: the place of an entry, the item it is, and the
-- virtual currency that a player got instead of a duplicate.
CREATE TABLE draw_outcome (
    project_id BIGINT NOT NULL,
    user_id    TEXT   NOT NULL,
    nonce      BIGINT NOT NULL,
    slot       BIGINT NOT NULL,
    lootbox_id BIGINT NOT NULL,
    place      BIGINT,
    item_id    BIGINT,
    instead    BIGINT,
    PRIMARY KEY (project_id, user_id, nonce, slot)
);

CREATE INDEX draw_outcome_of_lootbox ON draw_outcome (project_id, user_id, lootbox_id, item_id);

-- Projects whose game keeps the inventory itself: opening takes no items.
CREATE TABLE lootbox_setting (
    project_id  BIGINT NOT NULL,
    takes_items BIGINT NOT NULL,
    PRIMARY KEY (project_id)
);
