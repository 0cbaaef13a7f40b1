//! Attributes of players, and what is known of each player.

use crate::engine::{Row, Value as Sql};
use crate::{StoreError, Tx, text};
use coinslot_domain::attribute::{Attribute, Kind, Value, Values};
use coinslot_domain::id::{AttributeId, ProjectId};
use std::collections::BTreeMap;

statements! {
    SAVE = "INSERT INTO attribute (project_id, attribute_id, attribute_key, kind, visible, skip_absent)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (project_id, attribute_id)
        DO UPDATE SET attribute_key = $3, kind = $4, visible = $5, skip_absent = $6";
    DELETE = "DELETE FROM attribute WHERE project_id = $1 AND attribute_id = $2";
    OF_PROJECT = "SELECT attribute_id, attribute_key, kind, visible, skip_absent FROM attribute
        WHERE project_id = $1 ORDER BY attribute_id";
    CLEAR_OPTIONS = "DELETE FROM attribute_option WHERE project_id = $1 AND attribute_id = $2";
    INSERT_OPTION = "INSERT INTO attribute_option (project_id, attribute_id, seq, content) VALUES ($1, $2, $3, $4)";
    OPTIONS = "SELECT attribute_id, content FROM attribute_option WHERE project_id = $1 ORDER BY attribute_id, seq";
    SET_VALUE = "INSERT INTO player_attribute (project_id, user_id, attribute_key, number, content)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (project_id, user_id, attribute_key) DO UPDATE SET number = $4, content = $5";
    VALUES_OF = "SELECT attribute_key, number, content FROM player_attribute WHERE project_id = $1 AND user_id = $2
        ORDER BY attribute_key";
}

/// The kind of owner that the names of attributes have.
const TEXTS: &str = "attribute";

/// Adds an attribute, or changes the one with its number. Its key must not be
/// another's.
pub fn save(tx: &mut Tx<'_>, project: ProjectId, a: &Attribute) -> Result<(), StoreError> {
    let (p, id) = (project.get(), a.id.get());
    let values = [p.into(), id.into(), (&a.key).into(), a.kind.name().into(), a.visible.into(), a.skip_absent.into()];
    tx.execute(SAVE, &values)?;
    tx.execute(CLEAR_OPTIONS, &[p.into(), id.into()])?;
    for (seq, option) in (1_i64..).zip(&a.values) {
        tx.execute(INSERT_OPTION, &[p.into(), id.into(), seq.into(), option.into()])?;
    }
    text::set(tx, project, TEXTS, id, "name", &a.name)
}

/// Deletes an attribute; whether it was there.
pub fn delete(tx: &mut Tx<'_>, project: ProjectId, id: AttributeId) -> Result<bool, StoreError> {
    tx.execute(CLEAR_OPTIONS, &[project.get().into(), id.get().into()])?;
    text::forget(tx, project, TEXTS, id.get())?;
    Ok(tx.execute(DELETE, &[project.get().into(), id.get().into()])? > 0)
}

/// The attributes of a project, by number.
pub fn all(tx: &mut Tx<'_>, project: ProjectId) -> Result<Vec<Attribute>, StoreError> {
    let rows = tx.rows(OF_PROJECT, &[project.get().into()])?;
    let mut texts = text::of_kind(tx, project, TEXTS)?;
    let mut options: BTreeMap<i64, Vec<String>> = BTreeMap::new();
    for row in tx.rows(OPTIONS, &[project.get().into()])? {
        options.entry(row.int(0)?).or_default().push(row.text(1)?);
    }
    let attribute = |row: &Row| {
        let id = row.numbered(0, AttributeId::new)?;
        Ok(Attribute {
            id,
            key: row.text(1)?,
            name: texts.get_mut(&id.get()).and_then(|t| t.remove("name")).unwrap_or_default(),
            kind: row.named(2, Kind::of)?,
            values: options.remove(&id.get()).unwrap_or_default(),
            visible: row.flag(3)?,
            skip_absent: row.flag(4)?,
        })
    };
    rows.iter().map(attribute).collect()
}

/// An attribute by its number. A project has few, so that this reads them all.
pub fn find(tx: &mut Tx<'_>, project: ProjectId, id: AttributeId) -> Result<Option<Attribute>, StoreError> {
    Ok(all(tx, project)?.into_iter().find(|a| a.id == id))
}

/// Notes what is said of a player. What was said earlier of other keys stays.
pub fn set_values(tx: &mut Tx<'_>, project: ProjectId, user: &str, values: &Values) -> Result<(), StoreError> {
    for (key, value) in values {
        let [number, content] = columns(value);
        tx.execute(SET_VALUE, &[project.get().into(), user.into(), key.into(), number, content])?;
    }
    Ok(())
}

/// What is known of a player; nothing of one that is not known.
pub fn values_of(tx: &mut Tx<'_>, project: ProjectId, user: &str) -> Result<Values, StoreError> {
    let rows = tx.rows(VALUES_OF, &[project.get().into(), user.into()])?;
    rows.iter().map(|row| Ok((row.text(0)?, value(row, 1)?))).collect()
}

/// A value as the two columns for a number and a text.
pub(crate) fn columns(value: &Value) -> [Sql<'_>; 2] {
    match value {
        Value::Int(n) => [(*n).into(), Sql::Null],
        Value::Text(text) => [Sql::Null, text.into()],
    }
}

/// A value from two such columns, of which `column` is the first.
pub(crate) fn value(row: &Row, column: usize) -> Result<Value, StoreError> {
    match row.maybe_int(column)? {
        Some(n) => Ok(Value::Int(n)),
        None => Ok(Value::Text(row.text(column + 1)?)),
    }
}
