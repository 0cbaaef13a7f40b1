-- Texts in several languages, of whatever has them: kind and owner_id say of
-- what, field says which of its texts.
CREATE TABLE localized_text (
    project_id BIGINT NOT NULL,
    kind       TEXT   NOT NULL,
    owner_id   BIGINT NOT NULL,
    field      TEXT   NOT NULL,
    locale     TEXT   NOT NULL,
    content    TEXT   NOT NULL,
    PRIMARY KEY (project_id, kind, owner_id, field, locale)
);
