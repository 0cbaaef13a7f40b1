-- The documented paths name a merchant and a promotion and no project: this is
-- where the project is found. Small, and the same everywhere.
CREATE TABLE promotion_directory (
    merchant_id  BIGINT NOT NULL,
    promotion_id BIGINT NOT NULL,
    project_id   BIGINT NOT NULL,
    PRIMARY KEY (merchant_id, promotion_id)
);

CREATE TABLE promotion (
    project_id        BIGINT NOT NULL,
    promotion_id      BIGINT NOT NULL,
    technical_name    TEXT   NOT NULL,
    enabled_since     BIGINT,
    ran               BIGINT NOT NULL,
    purchase          BIGINT NOT NULL,
    purchase_discount BIGINT CHECK (1 <= purchase_discount AND purchase_discount <= 100),
    bonus_percent     BIGINT,
    bonus_amount      BIGINT,
    trial_days        BIGINT,
    created_at        BIGINT NOT NULL,
    PRIMARY KEY (project_id, promotion_id)
);

CREATE TABLE promotion_period (
    project_id   BIGINT NOT NULL,
    promotion_id BIGINT NOT NULL,
    starts_at    BIGINT NOT NULL,
    ends_at      BIGINT,
    PRIMARY KEY (project_id, promotion_id, starts_at),
    CHECK (starts_at < ends_at)
);

-- What a promotion names: kind says what (item, package, plan, game, method,
-- campaign), name is its SKU or number; a plan * stands for all.
CREATE TABLE promotion_scope (
    project_id   BIGINT NOT NULL,
    promotion_id BIGINT NOT NULL,
    kind         TEXT   NOT NULL,
    seq          BIGINT NOT NULL,
    name         TEXT   NOT NULL,
    PRIMARY KEY (project_id, promotion_id, kind, seq)
);

-- Items in the rewards of a promotion. A discount has percent, a bonus has
-- quantity; of a discount, quantity says how many pieces it is for at most.
CREATE TABLE promotion_item (
    project_id   BIGINT NOT NULL,
    promotion_id BIGINT NOT NULL,
    kind         TEXT   NOT NULL,
    seq          BIGINT NOT NULL,
    sku          TEXT   NOT NULL,
    percent      BIGINT CHECK (1 <= percent AND percent <= 100),
    quantity     BIGINT CHECK (quantity > 0),
    PRIMARY KEY (project_id, promotion_id, kind, seq)
);

-- As promotion_directory. The code of a coupon promotion is unique among the
-- merchant's.
CREATE TABLE campaign_directory (
    merchant_id BIGINT NOT NULL,
    campaign_id BIGINT NOT NULL,
    code        TEXT   NOT NULL,
    project_id  BIGINT NOT NULL,
    PRIMARY KEY (merchant_id, campaign_id),
    UNIQUE (merchant_id, code)
);

-- redeems limits redeemed, redeems_of_coupon and redeems_of_player what one
-- player uses of one coupon and of all; NULL is without limit.
CREATE TABLE campaign (
    project_id        BIGINT NOT NULL,
    campaign_id       BIGINT NOT NULL,
    code              TEXT   NOT NULL,
    redeems           BIGINT,
    redeems_of_coupon BIGINT,
    redeems_of_player BIGINT,
    expires_at        BIGINT,
    virtual_currency  BIGINT NOT NULL,
    plan_id           BIGINT,
    product_id        BIGINT,
    trial_days        BIGINT,
    redeemed          BIGINT NOT NULL,
    created_at        BIGINT NOT NULL,
    PRIMARY KEY (project_id, campaign_id),
    CHECK (0 <= redeemed AND redeemed <= redeems)
);

CREATE TABLE campaign_item (
    project_id  BIGINT NOT NULL,
    campaign_id BIGINT NOT NULL,
    sku         TEXT   NOT NULL,
    quantity    BIGINT NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (project_id, campaign_id, sku)
);

CREATE TABLE coupon (
    project_id  BIGINT NOT NULL,
    coupon_id   BIGINT NOT NULL,
    campaign_id BIGINT NOT NULL,
    code        TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (project_id, coupon_id),
    UNIQUE (project_id, code)
);

-- Uses of coupons. One that belongs to an order is given back when the order
-- comes to nothing, and then counts no more.
CREATE TABLE redemption (
    project_id    BIGINT NOT NULL,
    redemption_id BIGINT NOT NULL,
    campaign_id   BIGINT NOT NULL,
    coupon_id     BIGINT NOT NULL,
    user_id       TEXT   NOT NULL,
    order_id      BIGINT,
    state         TEXT   NOT NULL,
    created_at    BIGINT NOT NULL,
    PRIMARY KEY (project_id, redemption_id)
);

-- One use in force for an order; an order whose payment failed gave its use
-- back, and takes another with the next try.
CREATE UNIQUE INDEX redemption_of_order ON redemption (project_id, order_id) WHERE state = 'used';

CREATE INDEX redemption_of_player ON redemption (project_id, campaign_id, user_id);
