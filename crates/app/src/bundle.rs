//! Bundles, as a game's server sets them up.

use crate::App;
use crate::catalogue::{self, EditError, edit};
use coinslot_domain::decimal::Decimal;
use coinslot_domain::game::{DRMS, Game};
use coinslot_domain::group::Group;
use coinslot_domain::id::{GroupId, ItemId, ProjectId};
use coinslot_domain::item::{Content, Item, Kind, Part};
use coinslot_store::{StoreError, Tx, game, group, item, promotion, virtual_currency};
use coinslot_wire::shape::Violation;
use coinslot_wire::shop::bundle::{BundleBody, shown};
use coinslot_wire::shop::item::external_id;
use coinslot_wire::shop::order::CURRENCY_SKU;
use serde_json::Value;
use std::collections::BTreeMap;

/// What is told of one that is not there.
pub const NOT_FOUND: &str = "There is no such bundle";
/// What is told of an SKU that something else has.
pub const TAKEN: &str = "Item with this SKU already exists";

/// Which bundles are listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Of {
    /// All.
    Everything,
    /// Those of the group of this number.
    GroupId(i64),
    /// Those of the group that the game calls so.
    Group(String),
}

/// Bundles of a project, by number: at most `limit`, from behind the first
/// `offset`. `None` when there is no such group.
pub async fn list(
    app: &App,
    project: ProjectId,
    of: Of,
    limit: usize,
    offset: usize,
) -> Result<Option<Vec<Value>>, StoreError> {
    let catalogue = catalogue::current(app, project).await?;
    let named = |g: &&Group| match &of {
        Of::Everything => false,
        Of::GroupId(id) => g.id.get() == *id,
        Of::Group(name) => external_id(g) == *name,
    };
    let group = catalogue.groups.values().find(named).map(|g| g.id);
    if group.is_none() && of != Of::Everything {
        return Ok(None);
    }
    let inside = |i: &&Item| i.kind == Kind::Bundle && group.is_none_or(|g| i.groups.contains(&g));
    let part: Vec<&Item> = catalogue.items.values().filter(inside).skip(offset).take(limit).collect();
    let games = games(app, project, &part).await?;
    Ok(Some(part.into_iter().map(|bundle| shown(bundle, &catalogue, &games)).collect()))
}

/// A bundle of a project.
pub async fn find(app: &App, project: ProjectId, sku: &str) -> Result<Option<Value>, StoreError> {
    let catalogue = catalogue::current(app, project).await?;
    let Some(bundle) = catalogue.item(sku).filter(|i| i.kind == Kind::Bundle) else { return Ok(None) };
    let games = games(app, project, &[bundle]).await?;
    Ok(Some(shown(bundle, &catalogue, &games)))
}

/// The games whose keys are in bundles.
async fn games(app: &App, project: ProjectId, bundles: &[&Item]) -> Result<Vec<Game>, StoreError> {
    let ids: Vec<_> = bundles.iter().flat_map(|b| &b.content).filter_map(Content::game).collect();
    if ids.is_empty() {
        return Ok(vec![]);
    }
    app.store
        .read(move |tx| {
            let all = ids.iter().map(|id| game::find(tx, project, *id)).collect::<Result<Vec<_>, StoreError>>()?;
            Ok::<_, StoreError>(all.into_iter().flatten().collect())
        })
        .await
}

/// Adds a bundle.
pub async fn create(app: &App, project: ProjectId, body: BundleBody) -> Result<(), EditError> {
    let id = app.id(ItemId::new).await?;
    edit(app, project, move |tx| save(tx, project, Item::new(id, ""), &body)).await
}

/// Puts a bundle in the place of the one with this SKU.
pub async fn update(app: &App, project: ProjectId, sku: String, body: BundleBody) -> Result<(), EditError> {
    edit(app, project, move |tx| {
        let old = living(tx, project, &sku)?;
        save(tx, project, old, &body)
    })
    .await
}

/// Has lists show a bundle, or leave it out.
pub async fn show(app: &App, project: ProjectId, sku: String, shown: bool) -> Result<(), EditError> {
    edit(app, project, move |tx| {
        let bundle = living(tx, project, &sku)?;
        Ok(item::save(tx, project, &Item { hidden: !shown, ..bundle })?)
    })
    .await
}

/// Takes a bundle out of the catalogue, if it is there. Players keep what was in
/// those they bought.
pub async fn delete(app: &App, project: ProjectId, sku: String) -> Result<(), EditError> {
    edit(app, project, move |tx| {
        let Some(bundle) = item::by_sku(tx, project, &sku)?.filter(|i| i.kind == Kind::Bundle) else { return Ok(()) };
        promotion::forget_item(tx, project, &bundle.sku)?;
        item::delete(tx, project, bundle.id)?;
        Ok(())
    })
    .await
}

fn living(tx: &mut Tx<'_>, project: ProjectId, sku: &str) -> Result<Item, EditError> {
    let found = item::by_sku(tx, project, sku)?.filter(|i| i.kind == Kind::Bundle);
    found.ok_or(EditError::NotFound(NOT_FOUND))
}

/// Makes of `old` what the body says, if all of it is there.
fn save(tx: &mut Tx<'_>, project: ProjectId, old: Item, body: &BundleBody) -> Result<(), EditError> {
    let mut faults = Vec::new();
    let packages = virtual_currency::packages(tx, project)?;
    let taken = item::id_of(tx, project, &body.sku)?.is_some_and(|other| other != old.id)
        || packages.iter().any(|p| p.sku == body.sku)
        || body.sku == CURRENCY_SKU;
    if taken {
        faults.push(Violation::new("sku", TAKEN));
    }
    let known: BTreeMap<String, GroupId> =
        group::all(tx, project)?.into_iter().map(|g| (external_id(&g), g.id)).collect();
    let mut groups = Vec::new();
    for (i, name) in body.groups.iter().enumerate() {
        match known.get(name) {
            Some(id) if groups.contains(id) => {}
            Some(id) => groups.push(*id),
            None => faults.push(Violation::new(format!("groups[{i}]"), "is not a group of this project")),
        }
    }
    let mut content = Vec::new();
    for (i, (sku, quantity)) in body.content.iter().enumerate() {
        match part(tx, project, sku)? {
            Some(part) => content.push(Content { part, quantity: *quantity }),
            None => {
                let text = "is neither an item, nor the virtual currency, nor a key of this project";
                faults.push(Violation::new(format!("content[{i}].sku"), text));
            }
        }
    }
    if !faults.is_empty() {
        return Err(EditError::Invalid(faults));
    }
    let (mut prices, mut default_currency) = (body.prices.clone(), body.default_currency);
    if body.free {
        let currency = virtual_currency::settings(tx, project)?.default_currency;
        (prices, default_currency) = (BTreeMap::from([(currency, Decimal::ZERO)]), Some(currency));
    }
    let new = Item {
        sku: body.sku.clone(),
        kind: Kind::Bundle,
        name: body.name.clone(),
        description: body.description.clone(),
        long_description: body.long_description.clone(),
        prices,
        default_currency,
        vc_price: body.vc_price,
        enabled: body.enabled,
        image_url: body.image_url.clone(),
        groups,
        purchase_limit: body.limit,
        hidden: !body.shown,
        content,
        ..old
    };
    Ok(item::save(tx, project, &new)?)
}

/// What can be in a bundle and has this SKU.
fn part(tx: &mut Tx<'_>, project: ProjectId, sku: &str) -> Result<Option<Part>, StoreError> {
    if let Some(item) = item::by_sku(tx, project, sku)? {
        return Ok((item.kind != Kind::Bundle).then_some(Part::Item(item.id)));
    }
    if sku == CURRENCY_SKU {
        return Ok(Some(Part::Currency));
    }
    let place = sku.rsplit_once('_').and_then(|(game, place)| Some((game, DRMS.iter().find(|d| d.key == place)?.id)));
    let Some((name, drm)) = place else { return Ok(None) };
    let Some(id) = game::of_sku(tx, project, name)? else { return Ok(None) };
    let found = game::find(tx, project, id)?;
    Ok(found.filter(|g| g.editions.contains_key(&drm)).map(|g| Part::Key(g.id, drm)))
}
