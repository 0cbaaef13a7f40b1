-- Bundles: items of a kind of their own, and what is in each. Nobody owns a
-- bundle; players get what is in it. kind says what a part is (item, currency,
-- key), place where a key is redeemed, and quantity counts pieces, keys, or
-- whole units of virtual currency.
CREATE TABLE bundle_content (
    project_id BIGINT NOT NULL,
    item_id    BIGINT NOT NULL,
    seq        BIGINT NOT NULL,
    kind       TEXT   NOT NULL,
    reference  BIGINT,
    place      BIGINT,
    quantity   BIGINT NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (project_id, item_id, seq)
);

-- What lists of the Store API leave out and sell all the same.
ALTER TABLE item ADD COLUMN hidden BIGINT NOT NULL DEFAULT 0;

-- The bundle that a line is part of.
ALTER TABLE order_line ADD COLUMN bundle BIGINT;
