-- What orders of a catalogue are made of. A plain checkout has no lines, and
-- orders.lines spares it the look.
ALTER TABLE orders ADD COLUMN lines BIGINT NOT NULL DEFAULT 0;

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
    PRIMARY KEY (project_id, order_id, seq)
);

-- How many of an item a player bought, for limits. Moved when an order begins,
-- taken back when its payment fails or is given back.
CREATE TABLE bought (
    project_id BIGINT NOT NULL,
    user_id    TEXT   NOT NULL,
    item_id    BIGINT NOT NULL,
    quantity   BIGINT NOT NULL CHECK (quantity >= 0),
    PRIMARY KEY (project_id, user_id, item_id)
);
