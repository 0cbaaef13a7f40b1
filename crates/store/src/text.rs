//! Texts in several languages, of whatever has them.

use crate::{StoreError, Tx};
use coinslot_domain::id::ProjectId;
use coinslot_domain::localized::Localized;
use std::collections::BTreeMap;

statements! {
    CLEAR = "DELETE FROM localized_text WHERE project_id = $1 AND kind = $2 AND owner_id = $3 AND field = $4";
    INSERT = "INSERT INTO localized_text (project_id, kind, owner_id, field, locale, content)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (project_id, kind, owner_id, field, locale) DO UPDATE SET content = $6";
    OF_OWNER = "SELECT field, locale, content FROM localized_text
        WHERE project_id = $1 AND kind = $2 AND owner_id = $3 ORDER BY field, locale";
    BETWEEN = "SELECT owner_id, field, locale, content FROM localized_text
        WHERE project_id = $1 AND kind = $2 AND owner_id BETWEEN $3 AND $4 ORDER BY owner_id, field, locale";
    FORGET = "DELETE FROM localized_text WHERE project_id = $1 AND kind = $2 AND owner_id = $3";
}

/// The texts of one owner, by field. A field without texts is not there.
pub type Texts = BTreeMap<String, Localized>;

/// Replaces one text of an owner in all its languages.
pub fn set(
    tx: &mut Tx<'_>,
    project: ProjectId,
    kind: &str,
    owner: i64,
    field: &str,
    text: &Localized,
) -> Result<(), StoreError> {
    tx.execute(CLEAR, &[project.get().into(), kind.into(), owner.into(), field.into()])?;
    for (locale, content) in &text.0 {
        let values = [project.get().into(), kind.into(), owner.into(), field.into(), locale.into(), content.into()];
        tx.execute(INSERT, &values)?;
    }
    Ok(())
}

/// All texts of an owner.
pub fn of_owner(tx: &mut Tx<'_>, project: ProjectId, kind: &str, owner: i64) -> Result<Texts, StoreError> {
    let mut texts = Texts::new();
    for row in tx.rows(OF_OWNER, &[project.get().into(), kind.into(), owner.into()])? {
        texts.entry(row.text(0)?).or_default().0.insert(row.text(1)?, row.text(2)?);
    }
    Ok(texts)
}

/// All texts of a kind of owner, by owner.
pub fn of_kind(tx: &mut Tx<'_>, project: ProjectId, kind: &str) -> Result<BTreeMap<i64, Texts>, StoreError> {
    between(tx, project, kind, 0, i64::MAX)
}

/// All texts of the owners of a kind with numbers from `first` to `last`, by
/// owner.
pub fn between(
    tx: &mut Tx<'_>,
    project: ProjectId,
    kind: &str,
    first: i64,
    last: i64,
) -> Result<BTreeMap<i64, Texts>, StoreError> {
    let mut all: BTreeMap<i64, Texts> = BTreeMap::new();
    for row in tx.rows(BETWEEN, &[project.get().into(), kind.into(), first.into(), last.into()])? {
        let texts = all.entry(row.int(0)?).or_default();
        texts.entry(row.text(1)?).or_default().0.insert(row.text(2)?, row.text(3)?);
    }
    Ok(all)
}

/// Forgets all texts of an owner.
pub fn forget(tx: &mut Tx<'_>, project: ProjectId, kind: &str, owner: i64) -> Result<(), StoreError> {
    tx.execute(FORGET, &[project.get().into(), kind.into(), owner.into()]).map(drop)
}
