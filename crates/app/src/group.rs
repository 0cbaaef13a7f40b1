//! Groups of items.

use crate::App;
use crate::catalogue::{EditError, edit};
use coinslot_domain::group::{Group, Parents, place};
use coinslot_domain::id::{GroupId, ItemId, ProjectId};
use coinslot_domain::localized::Localized;
use coinslot_store::{StoreError, Tx, group, item};
use coinslot_wire::group::{GroupBody, SortBody};
use coinslot_wire::shape::{MAX_VIOLATIONS, Violation};
use std::collections::BTreeSet;

/// What is told of one that is not there.
pub const NOT_FOUND: &str = "Group with specified ID does not exist.";

/// A group as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The group.
    pub group: Group,
    /// Whether there are groups in it.
    pub has_groups: bool,
    /// How many items are in it.
    pub items: i64,
}

/// The groups of a project, by parent and number.
pub async fn list(app: &App, project: ProjectId) -> Result<Vec<Listed>, StoreError> {
    let (mut groups, counts) =
        app.store.read(move |tx| Ok::<_, StoreError>((group::all(tx, project)?, group::counts(tx, project)?))).await?;
    groups.sort_by_key(|g| (g.parent, g.id));
    let parents: BTreeSet<GroupId> = groups.iter().filter_map(|g| g.parent).collect();
    let of = |group: &Group| Listed {
        group: group.clone(),
        has_groups: parents.contains(&group.id),
        items: counts.get(&group.id).copied().unwrap_or(0),
    };
    Ok(groups.iter().map(of).collect())
}

/// A group of a project.
pub async fn find(app: &App, project: ProjectId, id: GroupId) -> Result<Group, EditError> {
    app.store.read(move |tx| group::find(tx, project, id)).await?.ok_or(EditError::NotFound(NOT_FOUND))
}

/// Adds a group; its number.
pub async fn create(app: &App, project: ProjectId, body: GroupBody) -> Result<GroupId, EditError> {
    let id = app.id(GroupId::new).await?;
    let bare = Group {
        id,
        name: Localized::default(),
        description: Localized::default(),
        enabled: true,
        parent: None,
        code: None,
    };
    edit(app, project, move |tx| {
        let groups = group::all(tx, project)?;
        save(tx, project, &groups, &body.onto(bare.clone()))
    })
    .await?;
    Ok(id)
}

/// Changes a group.
pub async fn update(app: &App, project: ProjectId, id: GroupId, body: GroupBody) -> Result<(), EditError> {
    edit(app, project, move |tx| {
        let groups = group::all(tx, project)?;
        let old = groups.iter().find(|g| g.id == id).ok_or(EditError::NotFound(NOT_FOUND))?;
        save(tx, project, &groups, &body.onto(old.clone()))
    })
    .await
}

/// Deletes a group: its items stay without it, and its children move up.
pub async fn delete(app: &App, project: ProjectId, id: GroupId) -> Result<(), EditError> {
    edit(app, project, move |tx| {
        let old = group::find(tx, project, id)?.ok_or(EditError::NotFound(NOT_FOUND))?;
        Ok(group::delete(tx, project, &old)?)
    })
    .await
}

/// Puts items of a group into a new order; those that are not named follow in
/// the old one.
pub async fn sort(app: &App, project: ProjectId, body: SortBody) -> Result<(), EditError> {
    edit(app, project, move |tx| {
        let id = body.group.ok_or(EditError::NotFound(NOT_FOUND))?;
        group::find(tx, project, id)?.ok_or(EditError::NotFound(NOT_FOUND))?;
        let old = group::members(tx, project, id)?;
        let members: BTreeSet<ItemId> = old.iter().copied().collect();
        let (mut order, mut asked, mut faults) = (Vec::new(), BTreeSet::new(), Vec::new());
        for (i, sku) in body.skus.iter().enumerate().filter(|(_, sku)| asked.insert(*sku)) {
            match item::id_of(tx, project, sku)?.filter(|item| members.contains(item)) {
                Some(item) => order.push(item),
                None => faults.push(Violation::new(format!("virtual_items[{i}]"), "is not an item of this group")),
            }
            if faults.len() >= MAX_VIOLATIONS {
                break;
            }
        }
        if !faults.is_empty() {
            return Err(EditError::Invalid(faults));
        }
        let first: BTreeSet<ItemId> = order.iter().copied().collect();
        order.extend(old.into_iter().filter(|item| !first.contains(item)));
        Ok(group::sort(tx, project, id, &order)?)
    })
    .await
}

fn save(tx: &mut Tx<'_>, project: ProjectId, groups: &[Group], new: &Group) -> Result<(), EditError> {
    let parents: Parents = groups.iter().map(|g| (g.id, g.parent)).collect();
    place(new.id, new.parent, &parents)
        .map_err(|why| EditError::Invalid(vec![Violation::new("parent_id", why.to_string())]))?;
    Ok(group::save(tx, project, new)?)
}
