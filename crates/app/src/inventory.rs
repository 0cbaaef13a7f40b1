//! What players have.

use crate::App;
use crate::player::Known;
use crate::shop::{self, Looking};
use coinslot_domain::id::ProjectId;
use coinslot_domain::inventory::Holding;
use coinslot_domain::item::Item;
use coinslot_domain::merchant::Project;
use coinslot_store::{StoreError, Tx, inventory, item, wallet};
use coinslot_wire::inventory::ItemLine;
use coinslot_wire::shop::inventory as wire;
use coinslot_wire::shop::item::Query;
use serde_json::Value;
use std::sync::Arc;

/// Why a player keeps what there was.
#[derive(Debug)]
pub enum InventoryError {
    /// The project knows no such player.
    NoPlayer,
    /// Lines, by their place, and what is wrong with each.
    Lines(Vec<(usize, LineFault)>),
    /// The database did not do it.
    Store(StoreError),
}

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineFault {
    /// The project has no item of this SKU.
    UnknownSku,
    /// The player has only so many.
    TooFew(i64),
}

impl std::fmt::Display for LineFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            LineFault::UnknownSku => f.write_str("The project has no item with this SKU"),
            LineFault::TooFew(owned) => write!(f, "The user has only {owned}"),
        }
    }
}

impl From<StoreError> for InventoryError {
    fn from(e: StoreError) -> Self {
        InventoryError::Store(e)
    }
}

/// What a player has, by the items' numbers: `limit` of them after the first
/// `offset`.
pub async fn list(
    app: &App,
    project: ProjectId,
    user: String,
    limit: i64,
    offset: i64,
) -> Result<Vec<(Holding, Item)>, InventoryError> {
    let now = app.now(project);
    app.store
        .read(move |tx| {
            wallet::find(tx, project, &user)?.ok_or(InventoryError::NoPlayer)?;
            let mut all = Vec::new();
            for holding in inventory::list(tx, project, &user, now, limit, offset)? {
                let lost = || StoreError::Corrupt(format!("item {} of a player is not there", holding.item));
                all.push((holding, item::find(tx, project, holding.item)?.ok_or_else(lost)?));
            }
            Ok(all)
        })
        .await
}

/// What a player has, as the player is told; nothing of one whom the project
/// does not know.
pub async fn shown(
    app: &App,
    project: Arc<Project>,
    known: Arc<Known>,
    limit: i64,
    offset: i64,
) -> Result<Value, StoreError> {
    let all = held(app, &project, &known, limit, offset).await?;
    let seen = shop::look(app, &looking(project, known)).await?;
    let running = seen.running();
    Ok(wire::items(&seen.view(&running), &all))
}

/// The items that last for a time, with what the player has of them.
pub async fn lasting(app: &App, project: Arc<Project>, known: Arc<Known>) -> Result<Value, StoreError> {
    let now = app.now(project.id);
    let all = held(app, &project, &known, i64::MAX, 0).await?;
    let seen = shop::look(app, &looking(project, known)).await?;
    let running = seen.running();
    Ok(wire::lasting(&seen.view(&running), &all, now))
}

/// How much virtual currency a player has, as the player is told.
pub async fn balance(app: &App, project: Arc<Project>, known: Arc<Known>) -> Result<Value, StoreError> {
    let (id, user) = (project.id, known.player.id.clone());
    let player = app.store.read(move |tx| wallet::find(tx, id, &user)).await?;
    let seen = shop::look(app, &looking(project, known)).await?;
    let running = seen.running();
    Ok(wire::balance(&seen.view(&running), player.map_or(0, |p| p.balance)))
}

async fn held(
    app: &App,
    project: &Project,
    known: &Known,
    limit: i64,
    offset: i64,
) -> Result<Vec<(Holding, Item)>, StoreError> {
    match list(app, project.id, known.player.id.clone(), limit, offset).await {
        Ok(all) => Ok(all),
        Err(InventoryError::Store(e)) => Err(e),
        // Who is not known has nothing; and there are no lines that could have faults.
        Err(InventoryError::NoPlayer | InventoryError::Lines(_)) => Ok(vec![]),
    }
}

fn looking(project: Arc<Project>, known: Arc<Known>) -> Looking {
    Looking { project, known: Some(known), query: Query::default(), country: None, currency: None }
}

/// Gives a player items, all or none.
pub async fn add(app: &App, project: ProjectId, user: String, lines: Vec<ItemLine>) -> Result<(), InventoryError> {
    let (now, run) = (app.now(project), app.run().await?);
    app.store
        .write(move |tx| {
            wallet::lock(tx, project, &user)?.ok_or(InventoryError::NoPlayer)?;
            if !run.is_first(tx, project)? {
                return Ok(());
            }
            for (_, item, amount) in summed(tx, project, &lines)? {
                inventory::grant(tx, project, &user, &item, amount, now)?;
            }
            Ok(())
        })
        .await
}

/// Takes items from a player, all or none.
pub async fn remove(app: &App, project: ProjectId, user: String, lines: Vec<ItemLine>) -> Result<(), InventoryError> {
    let (now, run) = (app.now(project), app.run().await?);
    app.store
        .write(move |tx| {
            wallet::lock(tx, project, &user)?.ok_or(InventoryError::NoPlayer)?;
            if !run.is_first(tx, project)? {
                return Ok(());
            }
            let mut faults = Vec::new();
            for (place, item, amount) in summed(tx, project, &lines)? {
                if !inventory::take(tx, project, &user, item.id, amount, now)? {
                    let owned = inventory::owned(tx, project, &user, item.id, now)?;
                    faults.push((place, LineFault::TooFew(owned)));
                }
            }
            if faults.is_empty() { Ok(()) } else { Err(InventoryError::Lines(faults)) }
        })
        .await
}

/// The items of the lines, lines with one SKU added up, each with the place of
/// its first line.
fn summed(tx: &mut Tx<'_>, project: ProjectId, lines: &[ItemLine]) -> Result<Vec<(usize, Item, i64)>, InventoryError> {
    let mut all: Vec<(usize, Item, i64)> = Vec::new();
    let mut faults = Vec::new();
    for (place, line) in lines.iter().enumerate() {
        if let Some((_, _, amount)) = all.iter_mut().find(|(_, item, _)| item.sku == line.sku) {
            *amount += line.amount;
        } else {
            match item::by_sku(tx, project, &line.sku)? {
                Some(item) => all.push((place, item, line.amount)),
                None => faults.push((place, LineFault::UnknownSku)),
            }
        }
    }
    if faults.is_empty() { Ok(all) } else { Err(InventoryError::Lines(faults)) }
}
