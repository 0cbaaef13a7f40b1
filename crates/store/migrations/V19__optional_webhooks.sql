-- Webhooks that a project gets only because its owner asked for them, by type.
ALTER TABLE project ADD COLUMN optional_webhooks TEXT NOT NULL DEFAULT '';
