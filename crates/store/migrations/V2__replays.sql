-- An event may be sent again after it was acknowledged or given up. Its
-- attempts go on counting, but its schedule begins anew: attempts_before is how
-- many belong to earlier schedules.
ALTER TABLE event ADD COLUMN attempts_before BIGINT NOT NULL DEFAULT 0;

-- For lists, newest first; most events are delivered, so those that are not
-- have a list of their own, which stays short.
CREATE INDEX event_by_time ON event (project_id, created_at, event_id);
CREATE INDEX event_undelivered ON event (project_id, state, created_at) WHERE state <> 'delivered';
