-- On SQLite what has a number that no two projects share is found by that alone,
-- which is the number that a row has anyway: no index stands before it. What is
-- found by something else is found by what tells most rows apart first, and by
-- its project last. PostgreSQL has nothing like it, and may have the projects on
-- several machines: there the tables stay as they are.
/* SQLite
DROP INDEX token_page_by_expiry;
ALTER TABLE token_page RENAME TO token_page_old;

CREATE TABLE token_page (
    project_id BIGINT NOT NULL,
    page_id    INTEGER NOT NULL PRIMARY KEY,
    tokens     TEXT   NOT NULL,
    expires_at BIGINT NOT NULL
);

INSERT INTO token_page (page_id, project_id, tokens, expires_at)
SELECT page_id, project_id, tokens, expires_at FROM token_page_old ORDER BY page_id;

DROP TABLE token_page_old;

CREATE INDEX token_page_by_expiry ON token_page (project_id, expires_at);

DROP INDEX order_of_user;
DROP INDEX order_by_external_id;
DROP INDEX order_placed;
ALTER TABLE orders RENAME TO orders_old;

CREATE TABLE orders (
    project_id        BIGINT NOT NULL,
    order_id          INTEGER NOT NULL PRIMARY KEY,
    state             TEXT   NOT NULL,
    user_id           TEXT   NOT NULL,
    user_name         TEXT,
    user_email        TEXT,
    user_phone        TEXT,
    user_country      TEXT,
    user_zip          TEXT,
    user_ip           TEXT,
    currency          TEXT   NOT NULL,
    total             BIGINT NOT NULL CHECK (total >= 0),
    description       TEXT,
    external_id       TEXT,
    custom_parameters TEXT,
    created_at        BIGINT NOT NULL,
    lines             BIGINT NOT NULL DEFAULT 0,
    placed_at         BIGINT,
    placed_until      BIGINT,
    token_hash        TEXT,
    dry_run           BIGINT NOT NULL DEFAULT 0,
    cart_id           TEXT,
    coins             BIGINT CHECK (coins >= 0),
    full_coins        BIGINT CHECK (full_coins >= coins),
    gift_giver        TEXT,
    gift_receiver     TEXT,
    gift_email        TEXT,
    gift_message      TEXT,
    gift_hidden       BIGINT NOT NULL DEFAULT 0,
    CHECK (total > 0 OR placed_at IS NOT NULL)
);

INSERT INTO orders (order_id, project_id, state, user_id, user_name, user_email, user_phone, user_country, user_zip,
    user_ip, currency, total, description, external_id, custom_parameters, created_at, lines, placed_at, placed_until,
    token_hash, dry_run, cart_id, coins, full_coins, gift_giver, gift_receiver, gift_email, gift_message, gift_hidden)
SELECT order_id, project_id, state, user_id, user_name, user_email, user_phone, user_country, user_zip,
    user_ip, currency, total, description, external_id, custom_parameters, created_at, lines, placed_at, placed_until,
    token_hash, dry_run, cart_id, coins, full_coins, gift_giver, gift_receiver, gift_email, gift_message, gift_hidden
FROM orders_old ORDER BY order_id;

DROP TABLE orders_old;

CREATE INDEX order_of_user ON orders (user_id, project_id);
CREATE INDEX order_by_external_id ON orders (external_id, project_id) WHERE external_id IS NOT NULL;
CREATE INDEX order_placed ON orders (project_id, placed_at, order_id) WHERE placed_at IS NOT NULL;

DROP INDEX payment_by_time;
DROP INDEX payment_of_order;
DROP INDEX payment_live;
ALTER TABLE payment RENAME TO payment_old;

CREATE TABLE payment (
    project_id   BIGINT NOT NULL,
    payment_id   INTEGER NOT NULL PRIMARY KEY,
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
    UNIQUE (token_hash, project_id),
    CHECK (amount = payout + tax + platform_fee + method_fee),
    CHECK (0 <= refunded AND refunded <= reserved AND reserved <= amount)
);

INSERT INTO payment (payment_id, project_id, order_id, token_hash, state, attempt_id, method, card, decline, currency,
    amount, tax_kind, tax_rate, tax, platform_fee, method_fee, payout, reserved, refunded, dry_run, notified, created_at,
    paid_at)
SELECT payment_id, project_id, order_id, token_hash, state, attempt_id, method, card, decline, currency,
    amount, tax_kind, tax_rate, tax, platform_fee, method_fee, payout, reserved, refunded, dry_run, notified, created_at,
    paid_at
FROM payment_old ORDER BY payment_id;

DROP TABLE payment_old;

CREATE INDEX payment_by_time ON payment (project_id, created_at, payment_id);
CREATE INDEX payment_of_order ON payment (order_id, project_id);
CREATE INDEX payment_live ON payment (project_id) WHERE dry_run = 0;

DROP INDEX attempt_open;
ALTER TABLE attempt RENAME TO attempt_old;

CREATE TABLE attempt (
    project_id BIGINT NOT NULL,
    attempt_id INTEGER NOT NULL PRIMARY KEY,
    payment_id BIGINT NOT NULL,
    state      TEXT   NOT NULL,
    method     BIGINT NOT NULL,
    card_token TEXT,
    decline    TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    keep       BIGINT NOT NULL DEFAULT 0
);

INSERT INTO attempt (attempt_id, project_id, payment_id, state, method, card_token, decline, created_at, updated_at, keep)
SELECT attempt_id, project_id, payment_id, state, method, card_token, decline, created_at, updated_at, keep
FROM attempt_old ORDER BY attempt_id;

DROP TABLE attempt_old;

CREATE INDEX attempt_open ON attempt (project_id, updated_at) WHERE state IN ('pending', 'challenged');

DROP INDEX posting_by_time;
ALTER TABLE posting RENAME TO posting_old;

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
    PRIMARY KEY (entry_id, seq),
    CHECK (debit <> credit)
) WITHOUT ROWID;

INSERT INTO posting (entry_id, seq, project_id, kind, payment_id, debit, credit, currency, amount, booked_at)
SELECT entry_id, seq, project_id, kind, payment_id, debit, credit, currency, amount, booked_at
FROM posting_old ORDER BY entry_id, seq;

DROP TABLE posting_old;

CREATE INDEX posting_by_time ON posting (project_id, booked_at, entry_id) WHERE seq = 1 AND kind <> 'operation';
SQLite */
