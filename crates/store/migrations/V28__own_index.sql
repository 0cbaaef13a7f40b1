-- Tables whose rows are found by their key alone are their own index on SQLite,
-- so that a row is one entry and not two. PostgreSQL has nothing like it: there
-- the tables stay as they are.
/* SQLite
ALTER TABLE order_line RENAME TO order_line_old;

CREATE TABLE order_line (
    project_id   BIGINT NOT NULL,
    order_id     BIGINT NOT NULL,
    seq          BIGINT NOT NULL,
    kind         TEXT   NOT NULL,
    reference    BIGINT,
    sku          TEXT   NOT NULL,
    name         TEXT   NOT NULL,
    quantity     BIGINT NOT NULL CHECK (quantity > 0),
    detail       TEXT,
    price        BIGINT NOT NULL CHECK (price >= 0),
    full_price   BIGINT NOT NULL CHECK (full_price >= price),
    promotion_id BIGINT,
    bundle       BIGINT,
    PRIMARY KEY (project_id, order_id, seq)
) WITHOUT ROWID;

INSERT INTO order_line (project_id, order_id, seq, kind, reference, sku, name, quantity, detail, price, full_price,
    promotion_id, bundle)
SELECT project_id, order_id, seq, kind, reference, sku, name, quantity, detail, price, full_price, promotion_id, bundle
FROM order_line_old ORDER BY project_id, order_id, seq;

DROP TABLE order_line_old;

ALTER TABLE bought RENAME TO bought_old;

CREATE TABLE bought (
    project_id BIGINT NOT NULL,
    user_id    TEXT   NOT NULL,
    item_id    BIGINT NOT NULL,
    quantity   BIGINT NOT NULL CHECK (quantity >= 0),
    PRIMARY KEY (project_id, user_id, item_id)
) WITHOUT ROWID;

INSERT INTO bought (project_id, user_id, item_id, quantity)
SELECT project_id, user_id, item_id, quantity FROM bought_old ORDER BY project_id, user_id, item_id;

DROP TABLE bought_old;

ALTER TABLE inventory RENAME TO inventory_old;

CREATE TABLE inventory (
    project_id BIGINT NOT NULL,
    user_id    TEXT   NOT NULL,
    item_id    BIGINT NOT NULL,
    amount     BIGINT NOT NULL CHECK (amount >= 0),
    expires_at BIGINT,
    PRIMARY KEY (project_id, user_id, item_id)
) WITHOUT ROWID;

INSERT INTO inventory (project_id, user_id, item_id, amount, expires_at)
SELECT project_id, user_id, item_id, amount, expires_at FROM inventory_old ORDER BY project_id, user_id, item_id;

DROP TABLE inventory_old;

DROP INDEX cart_by_age;
ALTER TABLE cart RENAME TO cart_old;

CREATE TABLE cart (
    project_id BIGINT NOT NULL,
    user_id    TEXT   NOT NULL,
    cart_id    TEXT   NOT NULL,
    coupon     TEXT,
    changed_at BIGINT NOT NULL,
    lines      TEXT,
    PRIMARY KEY (project_id, user_id, cart_id)
) WITHOUT ROWID;

INSERT INTO cart (project_id, user_id, cart_id, coupon, changed_at, lines)
SELECT project_id, user_id, cart_id, coupon, changed_at, lines FROM cart_old ORDER BY project_id, user_id, cart_id;

DROP TABLE cart_old;

CREATE INDEX cart_by_age ON cart (project_id, changed_at);

DROP INDEX attempt_open;
ALTER TABLE attempt RENAME TO attempt_old;

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
    keep       BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (project_id, attempt_id)
) WITHOUT ROWID;

INSERT INTO attempt (project_id, attempt_id, payment_id, state, method, card_token, decline, created_at, updated_at,
    keep)
SELECT project_id, attempt_id, payment_id, state, method, card_token, decline, created_at, updated_at, keep
FROM attempt_old ORDER BY project_id, attempt_id;

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
    PRIMARY KEY (project_id, entry_id, seq),
    CHECK (debit <> credit)
) WITHOUT ROWID;

INSERT INTO posting (project_id, entry_id, seq, kind, payment_id, debit, credit, currency, amount, booked_at)
SELECT project_id, entry_id, seq, kind, payment_id, debit, credit, currency, amount, booked_at
FROM posting_old ORDER BY project_id, entry_id, seq;

DROP TABLE posting_old;

CREATE INDEX posting_by_time ON posting (project_id, booked_at, entry_id) WHERE seq = 1 AND kind <> 'operation';
SQLite */
