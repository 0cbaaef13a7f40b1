-- The same rows in the same order as before. SQLite makes a table of a list of
-- three values each time a row is added, and nothing of one comparison.
DROP INDEX posting_by_time;
CREATE INDEX posting_by_time ON posting (project_id, booked_at, entry_id) WHERE seq = 1 AND kind <> 'operation';
