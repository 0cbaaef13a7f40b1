-- What the owner of a project sets. locales are separated by blanks, the first
-- is the project's own. The rest of its texts are in localized_text.
ALTER TABLE project ADD COLUMN locales TEXT NOT NULL DEFAULT 'en';
ALTER TABLE project ADD COLUMN descriptor TEXT;
ALTER TABLE project ADD COLUMN url TEXT;
ALTER TABLE project ADD COLUMN return_url TEXT;
ALTER TABLE project ADD COLUMN ipn_enabled BIGINT NOT NULL DEFAULT 1;
ALTER TABLE project ADD COLUMN external_id_required BIGINT NOT NULL DEFAULT 0;
ALTER TABLE project ADD COLUMN user_billing BIGINT NOT NULL DEFAULT 0;
ALTER TABLE project ADD COLUMN show_user BIGINT NOT NULL DEFAULT 1;
ALTER TABLE project ADD COLUMN user_public_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE project ADD COLUMN send_json BIGINT NOT NULL DEFAULT 0;

CREATE TABLE project_component (
    project_id BIGINT NOT NULL,
    name       TEXT   NOT NULL,
    enabled    BIGINT NOT NULL,
    PRIMARY KEY (project_id, name)
);

-- Games sold by key. delivery and files are JSON of the owner's, kept as it is.
CREATE TABLE game (
    project_id       BIGINT NOT NULL,
    game_id          BIGINT NOT NULL,
    sku              TEXT   NOT NULL,
    default_currency TEXT,
    release_date     BIGINT,
    tips             BIGINT NOT NULL,
    codes_from_api   BIGINT NOT NULL,
    codes_from_store BIGINT NOT NULL,
    delivery         TEXT,
    files            TEXT,
    PRIMARY KEY (project_id, game_id),
    UNIQUE (project_id, sku)
);

CREATE TABLE game_fact (
    project_id BIGINT NOT NULL,
    game_id    BIGINT NOT NULL,
    name       TEXT   NOT NULL,
    content    TEXT   NOT NULL,
    PRIMARY KEY (project_id, game_id, name)
);

-- platforms are numbers, separated by blanks.
CREATE TABLE game_edition (
    project_id BIGINT NOT NULL,
    game_id    BIGINT NOT NULL,
    drm_id     BIGINT NOT NULL,
    enabled    BIGINT NOT NULL,
    image      TEXT,
    platforms  TEXT   NOT NULL,
    PRIMARY KEY (project_id, game_id, drm_id)
);

CREATE TABLE game_price (
    project_id BIGINT NOT NULL,
    game_id    BIGINT NOT NULL,
    drm_id     BIGINT NOT NULL,
    currency   TEXT   NOT NULL,
    price      TEXT   NOT NULL,
    PRIMARY KEY (project_id, game_id, drm_id, currency)
);

-- A key is in one row for good, so that none is sold twice.
CREATE TABLE game_key (
    project_id BIGINT NOT NULL,
    key_id     BIGINT NOT NULL,
    game_id    BIGINT NOT NULL,
    drm_id     BIGINT NOT NULL,
    code       TEXT   NOT NULL,
    state      TEXT   NOT NULL,
    order_id   BIGINT,
    added_at   BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (project_id, key_id),
    UNIQUE (project_id, drm_id, code),
    CHECK ((state = 'free') = (order_id IS NULL))
);

CREATE INDEX game_key_on_shelf ON game_key (project_id, game_id, drm_id, state, key_id);
CREATE INDEX game_key_of_order ON game_key (project_id, order_id) WHERE order_id IS NOT NULL;

-- What the bank called back is a refund that nobody asked for.
ALTER TABLE refund ADD COLUMN chargeback BIGINT NOT NULL DEFAULT 0;

-- Ways to find a payment: when it began, what it pays, and what its merchant
-- knows of it.
CREATE INDEX payment_by_time ON payment (project_id, created_at, payment_id);
CREATE INDEX payment_of_order ON payment (project_id, order_id);
CREATE INDEX order_of_user ON orders (project_id, user_id);
CREATE INDEX order_by_external_id ON orders (project_id, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX order_by_email ON orders (project_id, user_email) WHERE user_email IS NOT NULL;
CREATE INDEX order_by_phone ON orders (project_id, user_phone) WHERE user_phone IS NOT NULL;
CREATE INDEX order_by_user_name ON orders (project_id, user_name) WHERE user_name IS NOT NULL;

-- The registry: money entries by time, each once.
CREATE INDEX posting_by_time ON posting (project_id, booked_at, entry_id)
    WHERE seq = 1 AND kind IN ('capture', 'refund', 'chargeback');

-- Questions of players, and what was said about them.
CREATE TABLE ticket (
    project_id BIGINT NOT NULL,
    ticket_id  BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    subject    TEXT   NOT NULL,
    state      TEXT   NOT NULL,
    kind       TEXT   NOT NULL,
    sender     TEXT   NOT NULL,
    user_id    TEXT,
    user_email TEXT,
    user_name  TEXT,
    PRIMARY KEY (project_id, ticket_id)
);

CREATE INDEX ticket_by_time ON ticket (project_id, created_at, ticket_id);

CREATE TABLE ticket_comment (
    project_id BIGINT NOT NULL,
    ticket_id  BIGINT NOT NULL,
    comment_id BIGINT NOT NULL,
    written_at BIGINT NOT NULL,
    author     TEXT   NOT NULL,
    content    TEXT   NOT NULL,
    PRIMARY KEY (project_id, ticket_id, comment_id)
);

-- What the merchant is told that no webhook tells. Each is about something that
-- has a number of its own, which is the message's too.
CREATE TABLE message (
    project_id BIGINT NOT NULL,
    message_id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    kind       TEXT   NOT NULL,
    payment_id BIGINT,
    detail     TEXT   NOT NULL,
    PRIMARY KEY (project_id, message_id)
);

CREATE INDEX message_by_time ON message (project_id, created_at, message_id);
