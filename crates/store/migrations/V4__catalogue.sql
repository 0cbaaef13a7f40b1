-- What a project sells. Every change of it takes this row first and adds one:
-- changes happen one after the other, and whoever keeps a copy sees that it is
-- old.
CREATE TABLE catalogue_version (
    project_id BIGINT NOT NULL,
    version    BIGINT NOT NULL,
    PRIMARY KEY (project_id)
);

-- What games say of players.
CREATE TABLE attribute (
    project_id    BIGINT NOT NULL,
    attribute_id  BIGINT NOT NULL,
    attribute_key TEXT   NOT NULL,
    kind          TEXT   NOT NULL,
    visible       BIGINT NOT NULL,
    skip_absent   BIGINT NOT NULL,
    PRIMARY KEY (project_id, attribute_id),
    UNIQUE (project_id, attribute_key)
);

-- The values that an attribute of the kind enum has.
CREATE TABLE attribute_option (
    project_id   BIGINT NOT NULL,
    attribute_id BIGINT NOT NULL,
    seq          BIGINT NOT NULL,
    content      TEXT   NOT NULL,
    PRIMARY KEY (project_id, attribute_id, seq)
);

-- What was said of a player last: a number or a text.
CREATE TABLE player_attribute (
    project_id    BIGINT NOT NULL,
    user_id       TEXT   NOT NULL,
    attribute_key TEXT   NOT NULL,
    number        BIGINT,
    content       TEXT,
    PRIMARY KEY (project_id, user_id, attribute_key),
    CHECK ((number IS NULL) <> (content IS NULL))
);

CREATE TABLE item_group (
    project_id BIGINT NOT NULL,
    group_id   BIGINT NOT NULL,
    parent_id  BIGINT,
    code       TEXT,
    enabled    BIGINT NOT NULL,
    PRIMARY KEY (project_id, group_id)
);

CREATE INDEX item_group_of_parent ON item_group (project_id, parent_id);

-- Items are not deleted: players keep what they have, and what they see of it.
CREATE TABLE item (
    project_id       BIGINT NOT NULL,
    item_id          BIGINT NOT NULL,
    sku              TEXT   NOT NULL,
    code             TEXT,
    kind             TEXT   NOT NULL,
    default_currency TEXT,
    vc_price         BIGINT CHECK (vc_price >= 0),
    enabled          BIGINT NOT NULL,
    permanent        BIGINT NOT NULL,
    expiration       BIGINT CHECK (expiration > 0),
    image_url        TEXT,
    purchase_limit   BIGINT CHECK (purchase_limit > 0),
    advertisement    TEXT,
    deleted          BIGINT NOT NULL,
    PRIMARY KEY (project_id, item_id)
);

CREATE UNIQUE INDEX item_by_sku ON item (project_id, sku) WHERE deleted = 0;

-- Prices are counted in billionths, so that a catalogue price is kept exactly.
CREATE TABLE item_price (
    project_id BIGINT NOT NULL,
    item_id    BIGINT NOT NULL,
    currency   TEXT   NOT NULL,
    price      BIGINT NOT NULL CHECK (price >= 0),
    PRIMARY KEY (project_id, item_id, currency)
);

CREATE TABLE item_keyword (
    project_id BIGINT NOT NULL,
    item_id    BIGINT NOT NULL,
    locale     TEXT   NOT NULL,
    seq        BIGINT NOT NULL,
    content    TEXT   NOT NULL,
    PRIMARY KEY (project_id, item_id, locale, seq)
);

-- Who is offered an item, and what the player's attribute is compared with.
CREATE TABLE item_condition (
    project_id    BIGINT NOT NULL,
    item_id       BIGINT NOT NULL,
    seq           BIGINT NOT NULL,
    condition_id  BIGINT NOT NULL,
    attribute_key TEXT   NOT NULL,
    operation     TEXT   NOT NULL,
    action        TEXT   NOT NULL,
    PRIMARY KEY (project_id, item_id, seq)
);

CREATE TABLE item_condition_operand (
    project_id BIGINT NOT NULL,
    item_id    BIGINT NOT NULL,
    condition  BIGINT NOT NULL,
    seq        BIGINT NOT NULL,
    number     BIGINT,
    content    TEXT,
    PRIMARY KEY (project_id, item_id, condition, seq),
    CHECK ((number IS NULL) <> (content IS NULL))
);

-- Which items are in which groups, and in which order.
CREATE TABLE item_group_member (
    project_id BIGINT NOT NULL,
    group_id   BIGINT NOT NULL,
    item_id    BIGINT NOT NULL,
    place      BIGINT NOT NULL,
    PRIMARY KEY (project_id, group_id, item_id)
);

CREATE INDEX item_group_member_of_item ON item_group_member (project_id, item_id);

-- A lootbox and the version of its table that is drawn from now.
CREATE TABLE lootbox (
    project_id    BIGINT NOT NULL,
    item_id       BIGINT NOT NULL,
    version       BIGINT NOT NULL,
    key_item_id   BIGINT,
    opening_price BIGINT NOT NULL CHECK (opening_price >= 0),
    PRIMARY KEY (project_id, item_id)
);

-- The tables, all that there ever were: rows are added, never changed, so that
-- every draw can be checked later.
CREATE TABLE lootbox_slot (
    project_id        BIGINT NOT NULL,
    item_id           BIGINT NOT NULL,
    version           BIGINT NOT NULL,
    seq               BIGINT NOT NULL,
    slot_id           BIGINT NOT NULL,
    duplicate_percent BIGINT NOT NULL,
    duplicate_value   BIGINT NOT NULL,
    PRIMARY KEY (project_id, item_id, version, seq)
);

-- A prize is an item and how many of it, an amount of virtual currency, or a
-- class of items.
CREATE TABLE lootbox_entry (
    project_id  BIGINT NOT NULL,
    item_id     BIGINT NOT NULL,
    version     BIGINT NOT NULL,
    slot        BIGINT NOT NULL,
    seq         BIGINT NOT NULL,
    prize       TEXT   NOT NULL,
    prize_id    BIGINT,
    amount      BIGINT,
    class_value TEXT,
    rate        BIGINT NOT NULL CHECK (rate >= 0),
    PRIMARY KEY (project_id, item_id, version, slot, seq)
);

CREATE INDEX lootbox_entry_of_prize ON lootbox_entry (project_id, prize_id);

CREATE TABLE lootbox_limit (
    project_id  BIGINT NOT NULL,
    item_id     BIGINT NOT NULL,
    version     BIGINT NOT NULL,
    seq         BIGINT NOT NULL,
    prize       TEXT   NOT NULL,
    prize_id    BIGINT NOT NULL,
    class_value TEXT,
    most        BIGINT NOT NULL,
    PRIMARY KEY (project_id, item_id, version, seq)
);

-- Amounts of virtual currency are hundredths of a unit, prices billionths.
CREATE TABLE virtual_currency (
    project_id       BIGINT NOT NULL,
    default_currency TEXT   NOT NULL,
    min_order        BIGINT NOT NULL CHECK (min_order >= 0),
    max_order        BIGINT NOT NULL CHECK (max_order >= 0),
    is_discrete      BIGINT NOT NULL,
    any_amount       BIGINT NOT NULL,
    kind             TEXT   NOT NULL,
    PRIMARY KEY (project_id)
);

CREATE TABLE virtual_currency_price (
    project_id BIGINT NOT NULL,
    currency   TEXT   NOT NULL,
    price      BIGINT NOT NULL CHECK (price >= 0),
    PRIMARY KEY (project_id, currency)
);

CREATE TABLE package (
    project_id    BIGINT NOT NULL,
    package_id    BIGINT NOT NULL,
    currency      TEXT   NOT NULL,
    place         BIGINT NOT NULL,
    sku           TEXT   NOT NULL,
    amount        BIGINT NOT NULL CHECK (amount >= 0),
    price         BIGINT NOT NULL CHECK (price >= 0),
    image_url     TEXT,
    bonus         BIGINT NOT NULL CHECK (bonus >= 0),
    advertisement TEXT,
    enabled       BIGINT NOT NULL,
    PRIMARY KEY (project_id, package_id),
    UNIQUE (project_id, sku)
);
