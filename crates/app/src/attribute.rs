//! Attributes of players.

use crate::App;
use crate::catalogue::{EditError, edit};
use coinslot_domain::attribute::{Attribute, Kind, Values};
use coinslot_domain::id::{AttributeId, ProjectId};
use coinslot_domain::localized::Localized;
use coinslot_store::{StoreError, Tx, attribute};
use coinslot_wire::attribute::AttributeBody;
use coinslot_wire::shape::Violation;
use std::collections::BTreeSet;

/// What is told of one that is not there.
pub const NOT_FOUND: &str = "User attribute with specified ID does not exist.";

/// The attributes of a project, by number.
pub async fn list(app: &App, project: ProjectId) -> Result<Vec<Attribute>, StoreError> {
    app.store.read(move |tx| attribute::all(tx, project)).await
}

/// An attribute of a project.
pub async fn find(app: &App, project: ProjectId, id: AttributeId) -> Result<Attribute, EditError> {
    app.store.read(move |tx| attribute::find(tx, project, id)).await?.ok_or(EditError::NotFound(NOT_FOUND))
}

/// Adds an attribute; its number.
pub async fn create(app: &App, project: ProjectId, body: AttributeBody) -> Result<AttributeId, EditError> {
    let id = app.id(AttributeId::new).await?;
    let bare = Attribute {
        id,
        key: String::new(),
        name: Localized::default(),
        kind: Kind::Text,
        values: vec![],
        visible: true,
        skip_absent: false,
    };
    edit(app, project, move |tx| save(tx, project, &body.onto(bare.clone()))).await?;
    Ok(id)
}

/// Changes an attribute.
pub async fn update(app: &App, project: ProjectId, id: AttributeId, body: AttributeBody) -> Result<(), EditError> {
    edit(app, project, move |tx| {
        let old = attribute::find(tx, project, id)?.ok_or(EditError::NotFound(NOT_FOUND))?;
        save(tx, project, &body.onto(old))
    })
    .await
}

/// Deletes an attribute. Conditions on it stay, and hold for nobody.
pub async fn delete(app: &App, project: ProjectId, id: AttributeId) -> Result<(), EditError> {
    edit(app, project, move |tx| match attribute::delete(tx, project, id)? {
        true => Ok(()),
        false => Err(EditError::NotFound(NOT_FOUND)),
    })
    .await
}

/// Notes what a game says of a player, of the attributes that its project has:
/// others decide nothing, and their number has no end.
pub(crate) fn note(tx: &mut Tx<'_>, project: ProjectId, user: &str, said: &Values) -> Result<(), StoreError> {
    if said.is_empty() {
        return Ok(());
    }
    let known: BTreeSet<String> = attribute::all(tx, project)?.into_iter().map(|a| a.key).collect();
    let known = said.iter().filter(|(key, _)| known.contains(*key));
    attribute::set_values(tx, project, user, &known.map(|(k, v)| (k.clone(), v.clone())).collect())
}

fn save(tx: &mut Tx<'_>, project: ProjectId, new: &Attribute) -> Result<(), EditError> {
    let mut faults = Vec::new();
    if attribute::all(tx, project)?.iter().any(|a| a.key == new.key && a.id != new.id) {
        faults.push(Violation::new("key", "A user attribute with this key already exists"));
    }
    if new.kind == Kind::Enum && new.values.is_empty() {
        faults.push(Violation::new("list_of_values", "must have at least one value for an enum"));
    }
    if !faults.is_empty() {
        return Err(EditError::Invalid(faults));
    }
    Ok(attribute::save(tx, project, new)?)
}
