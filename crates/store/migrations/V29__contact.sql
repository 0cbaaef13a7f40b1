-- Under which addresses, names and telephone numbers players bought. Searches for
-- payments by one of them go from here to the player's orders, which need no
-- indexes by them any more.
CREATE TABLE contact (
    project_id BIGINT NOT NULL,
    kind       TEXT   NOT NULL,
    content    TEXT   NOT NULL,
    user_id    TEXT   NOT NULL,
    PRIMARY KEY (project_id, kind, content, user_id)
) /* WITHOUT ROWID */;

INSERT INTO contact (project_id, kind, content, user_id)
SELECT DISTINCT project_id, 'email', user_email, user_id FROM orders WHERE user_email IS NOT NULL;

INSERT INTO contact (project_id, kind, content, user_id)
SELECT DISTINCT project_id, 'name', user_name, user_id FROM orders WHERE user_name IS NOT NULL;

INSERT INTO contact (project_id, kind, content, user_id)
SELECT DISTINCT project_id, 'phone', user_phone, user_id FROM orders WHERE user_phone IS NOT NULL;

DROP INDEX order_by_email;
DROP INDEX order_by_phone;
DROP INDEX order_by_user_name;
