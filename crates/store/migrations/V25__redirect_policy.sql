-- When the payment page leads back to the game, where a token does not say. All
-- of it is empty for a project that has no such policy.
ALTER TABLE project ADD COLUMN redirect_conditions TEXT;
ALTER TABLE project ADD COLUMN redirect_delay BIGINT;
ALTER TABLE project ADD COLUMN redirect_manual TEXT;
ALTER TABLE project ADD COLUMN redirect_caption TEXT;
