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
