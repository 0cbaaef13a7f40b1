-- Who gets what a token buys, as its player chose before paying.
CREATE TABLE gift_choice (
    project_id BIGINT NOT NULL,
    token_hash TEXT   NOT NULL,
    friend_id  TEXT   NOT NULL,
    name       TEXT,
    email      TEXT,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (project_id, token_hash)
);

CREATE INDEX gift_choice_by_expiry ON gift_choice (project_id, expires_at);

-- What makes an order a gift; all of it is empty for any other.
ALTER TABLE orders ADD COLUMN gift_giver TEXT;
ALTER TABLE orders ADD COLUMN gift_receiver TEXT;
ALTER TABLE orders ADD COLUMN gift_email TEXT;
ALTER TABLE orders ADD COLUMN gift_message TEXT;
ALTER TABLE orders ADD COLUMN gift_hidden BIGINT NOT NULL DEFAULT 0;
