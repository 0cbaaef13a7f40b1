//! Groups of items.

use crate::engine::Row;
use crate::{StoreError, Tx, text};
use coinslot_domain::group::Group;
use coinslot_domain::id::{GroupId, ItemId, ProjectId};
use std::collections::BTreeMap;

statements! {
    SAVE = "INSERT INTO item_group (project_id, group_id, parent_id, code, enabled) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (project_id, group_id) DO UPDATE SET parent_id = $3, code = $4, enabled = $5";
    OF_PROJECT = "SELECT group_id, parent_id, code, enabled FROM item_group WHERE project_id = $1 ORDER BY group_id";
    ADOPT = "UPDATE item_group SET parent_id = $3 WHERE project_id = $1 AND parent_id = $2";
    DELETE = "DELETE FROM item_group WHERE project_id = $1 AND group_id = $2";
    EMPTY = "DELETE FROM item_group_member WHERE project_id = $1 AND group_id = $2";
    JOIN = "INSERT INTO item_group_member (project_id, group_id, item_id, place)
        SELECT $1, $2, CAST($3 AS BIGINT), COALESCE(MAX(m.place), 0) + 1 FROM item_group_member m
        WHERE m.project_id = $1 AND m.group_id = $2
        ON CONFLICT (project_id, group_id, item_id) DO NOTHING";
    LEAVE = "DELETE FROM item_group_member WHERE project_id = $1 AND item_id = $2 AND group_id = $3";
    OF_ITEM = "SELECT group_id FROM item_group_member WHERE project_id = $1 AND item_id = $2 ORDER BY group_id";
    SET_PLACE = "UPDATE item_group_member SET place = $4 WHERE project_id = $1 AND group_id = $2 AND item_id = $3";
    MEMBERS = "SELECT group_id, item_id FROM item_group_member WHERE project_id = $1
        ORDER BY group_id, place, item_id";
    MEMBERS_OF = "SELECT item_id FROM item_group_member WHERE project_id = $1 AND group_id = $2 ORDER BY place, item_id";
    COUNTS = "SELECT group_id, COUNT(*) FROM item_group_member WHERE project_id = $1 GROUP BY group_id
        ORDER BY group_id";
}

/// The kind of owner that the texts of groups have.
const TEXTS: &str = "group";

/// Adds a group, or changes the one with its number. That its parent is sound is
/// for the caller to see, within a change of the catalogue.
pub fn save(tx: &mut Tx<'_>, project: ProjectId, g: &Group) -> Result<(), StoreError> {
    let parent = g.parent.map(GroupId::get);
    let values = [project.get().into(), g.id.get().into(), parent.into(), (&g.code).into(), g.enabled.into()];
    tx.execute(SAVE, &values)?;
    text::set(tx, project, TEXTS, g.id.get(), "name", &g.name)?;
    text::set(tx, project, TEXTS, g.id.get(), "description", &g.description)
}

/// Deletes a group: its items leave it, and its children move to its parent.
pub fn delete(tx: &mut Tx<'_>, project: ProjectId, g: &Group) -> Result<(), StoreError> {
    let (p, id) = (project.get(), g.id.get());
    tx.execute(ADOPT, &[p.into(), id.into(), g.parent.map(GroupId::get).into()])?;
    tx.execute(EMPTY, &[p.into(), id.into()])?;
    text::forget(tx, project, TEXTS, id)?;
    tx.execute(DELETE, &[p.into(), id.into()]).map(drop)
}

/// The groups of a project, by number.
pub fn all(tx: &mut Tx<'_>, project: ProjectId) -> Result<Vec<Group>, StoreError> {
    let rows = tx.rows(OF_PROJECT, &[project.get().into()])?;
    let mut texts = text::of_kind(tx, project, TEXTS)?;
    let group = |row: &Row| {
        let id = row.numbered(0, GroupId::new)?;
        let mut texts = texts.remove(&id.get()).unwrap_or_default();
        Ok(Group {
            id,
            name: texts.remove("name").unwrap_or_default(),
            description: texts.remove("description").unwrap_or_default(),
            enabled: row.flag(3)?,
            parent: row.maybe_int(1)?.and_then(GroupId::new),
            code: row.maybe_text(2)?,
        })
    };
    rows.iter().map(group).collect()
}

/// A group by its number. A project has few, so that this reads them all.
pub fn find(tx: &mut Tx<'_>, project: ProjectId, id: GroupId) -> Result<Option<Group>, StoreError> {
    Ok(all(tx, project)?.into_iter().find(|g| g.id == id))
}

/// Puts an item into exactly these groups. In those where it is already it keeps
/// its place; in others it comes last.
pub fn put(tx: &mut Tx<'_>, project: ProjectId, item: ItemId, groups: &[GroupId]) -> Result<(), StoreError> {
    let (p, i) = (project.get(), item.get());
    for row in tx.rows(OF_ITEM, &[p.into(), i.into()])? {
        let group = row.int(0)?;
        if groups.iter().all(|g| g.get() != group) {
            tx.execute(LEAVE, &[p.into(), i.into(), group.into()])?;
        }
    }
    for group in groups {
        tx.execute(JOIN, &[p.into(), group.get().into(), i.into()])?;
    }
    Ok(())
}

/// Gives the items of a group their places, in this order.
pub fn sort(tx: &mut Tx<'_>, project: ProjectId, group: GroupId, items: &[ItemId]) -> Result<(), StoreError> {
    for (place, item) in (1_i64..).zip(items) {
        tx.execute(SET_PLACE, &[project.get().into(), group.get().into(), item.get().into(), place.into()])?;
    }
    Ok(())
}

/// The items of a group, in its order.
pub fn members(tx: &mut Tx<'_>, project: ProjectId, group: GroupId) -> Result<Vec<ItemId>, StoreError> {
    let rows = tx.rows(MEMBERS_OF, &[project.get().into(), group.get().into()])?;
    rows.iter().map(|row| row.numbered(0, ItemId::new)).collect()
}

/// The items of every group that has any, in its order.
pub fn all_members(tx: &mut Tx<'_>, project: ProjectId) -> Result<BTreeMap<GroupId, Vec<ItemId>>, StoreError> {
    let mut all: BTreeMap<GroupId, Vec<ItemId>> = BTreeMap::new();
    for row in tx.rows(MEMBERS, &[project.get().into()])? {
        all.entry(row.numbered(0, GroupId::new)?).or_default().push(row.numbered(1, ItemId::new)?);
    }
    Ok(all)
}

/// How many items are in each group that has any.
pub fn counts(tx: &mut Tx<'_>, project: ProjectId) -> Result<BTreeMap<GroupId, i64>, StoreError> {
    let rows = tx.rows(COUNTS, &[project.get().into()])?;
    rows.iter().map(|row| Ok((row.numbered(0, GroupId::new)?, row.int(1)?))).collect()
}
