-- With which status the Store API answers the call that makes an order's token:
-- 200 as the older pages say, or 201 as the newer ones do.
ALTER TABLE project ADD COLUMN token_status BIGINT NOT NULL DEFAULT 200;
