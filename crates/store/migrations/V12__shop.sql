-- Orders of the Store API are made before they are paid: placed_at says when.
-- Such an order may cost nothing, or virtual currency, which no order of a
-- payment may, so the table is made anew with another check.
CREATE TABLE orders_placed (
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
    PRIMARY KEY (project_id, order_id),
    CHECK (total > 0 OR placed_at IS NOT NULL)
);

INSERT INTO orders_placed (project_id, order_id, state, user_id, user_name, user_email, user_phone, user_country,
        user_zip, user_ip, currency, total, description, external_id, custom_parameters, created_at, lines)
    SELECT project_id, order_id, state, user_id, user_name, user_email, user_phone, user_country,
        user_zip, user_ip, currency, total, description, external_id, custom_parameters, created_at, lines FROM orders;

DROP TABLE orders;

ALTER TABLE orders_placed RENAME TO orders;

CREATE INDEX order_of_user ON orders (project_id, user_id);
CREATE INDEX order_by_external_id ON orders (project_id, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX order_by_email ON orders (project_id, user_email) WHERE user_email IS NOT NULL;
CREATE INDEX order_by_phone ON orders (project_id, user_phone) WHERE user_phone IS NOT NULL;
CREATE INDEX order_by_user_name ON orders (project_id, user_name) WHERE user_name IS NOT NULL;
CREATE INDEX order_placed ON orders (project_id, placed_at, order_id) WHERE placed_at IS NOT NULL;

-- What players put into carts. A cart belongs to a player, who gives it its
-- name; seq is the order in which things came into it.
CREATE TABLE cart (
    project_id BIGINT NOT NULL,
    user_id    TEXT   NOT NULL,
    cart_id    TEXT   NOT NULL,
    coupon     TEXT,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (project_id, user_id, cart_id)
);

CREATE INDEX cart_by_age ON cart (project_id, changed_at);

CREATE TABLE cart_line (
    project_id BIGINT NOT NULL,
    user_id    TEXT   NOT NULL,
    cart_id    TEXT   NOT NULL,
    sku        TEXT   NOT NULL,
    seq        BIGINT NOT NULL,
    quantity   BIGINT NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (project_id, user_id, cart_id, sku)
);
