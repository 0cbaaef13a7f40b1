//! Items.

use crate::catalogue::{billionths, price};
use crate::engine::Row;
use crate::{StoreError, Tx, attribute, group, text};
use coinslot_domain::attribute::{Action, Condition, Operation};
use coinslot_domain::id::{ConditionId, GameId, GroupId, ItemId, ProjectId};
use coinslot_domain::item::{Advertisement, Content, Item, Kind, Part};
use coinslot_domain::money::Currency;
use std::collections::BTreeMap;

statements! {
    SAVE = "INSERT INTO item (project_id, item_id, sku, code, kind, default_currency, vc_price, enabled, permanent,
            expiration, image_url, purchase_limit, advertisement, hidden, deleted)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 0) ON CONFLICT (project_id, item_id)
        DO UPDATE SET sku = $3, code = $4, kind = $5, default_currency = $6, vc_price = $7, enabled = $8,
            permanent = $9, expiration = $10, image_url = $11, purchase_limit = $12, advertisement = $13, hidden = $14";
    DELETE = "UPDATE item SET deleted = 1 WHERE project_id = $1 AND item_id = $2 AND deleted = 0";
    BETWEEN = "SELECT item_id, sku, code, kind, default_currency, vc_price, enabled, permanent, expiration, image_url,
            purchase_limit, advertisement, deleted, hidden FROM item
        WHERE project_id = $1 AND item_id BETWEEN $2 AND $3 ORDER BY item_id";
    BY_SKU = "SELECT item_id FROM item WHERE project_id = $1 AND sku = $2 AND deleted = 0";
    EXISTS = "SELECT item_id FROM item WHERE project_id = $1 AND item_id = $2 AND deleted = 0";
    PAGE = "SELECT i.item_id FROM item i WHERE i.project_id = $1 AND i.deleted = 0 AND i.kind <> 'bundle'
        AND (CAST($2 AS BIGINT) = 0 OR i.vc_price IS NOT NULL)
        AND (CAST($3 AS BIGINT) = 0 OR EXISTS (SELECT 1 FROM item_price p WHERE p.project_id = $1 AND p.item_id = i.item_id))
        ORDER BY i.item_id LIMIT $4 OFFSET $5";
    CLEAR_CONTENT = "DELETE FROM bundle_content WHERE project_id = $1 AND item_id = $2";
    INSERT_CONTENT = "INSERT INTO bundle_content (project_id, item_id, seq, kind, reference, place, quantity)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    CONTENT = "SELECT item_id, kind, reference, place, quantity FROM bundle_content
        WHERE project_id = $1 AND item_id BETWEEN $2 AND $3 ORDER BY item_id, seq";
    CLEAR_PRICES = "DELETE FROM item_price WHERE project_id = $1 AND item_id = $2";
    INSERT_PRICE = "INSERT INTO item_price (project_id, item_id, currency, price) VALUES ($1, $2, $3, $4)";
    PRICES = "SELECT item_id, currency, price FROM item_price
        WHERE project_id = $1 AND item_id BETWEEN $2 AND $3 ORDER BY item_id, currency";
    CLEAR_KEYWORDS = "DELETE FROM item_keyword WHERE project_id = $1 AND item_id = $2";
    INSERT_KEYWORD = "INSERT INTO item_keyword (project_id, item_id, locale, seq, content)
        VALUES ($1, $2, $3, $4, $5)";
    KEYWORDS = "SELECT item_id, locale, content FROM item_keyword
        WHERE project_id = $1 AND item_id BETWEEN $2 AND $3 ORDER BY item_id, locale, seq";
    CLEAR_CONDITIONS = "DELETE FROM item_condition WHERE project_id = $1 AND item_id = $2";
    CLEAR_OPERANDS = "DELETE FROM item_condition_operand WHERE project_id = $1 AND item_id = $2";
    INSERT_CONDITION = "INSERT INTO item_condition (project_id, item_id, seq, condition_id, attribute_key, operation,
            action) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    INSERT_OPERAND = "INSERT INTO item_condition_operand (project_id, item_id, condition, seq, number, content)
        VALUES ($1, $2, $3, $4, $5, $6)";
    CONDITIONS = "SELECT item_id, seq, condition_id, attribute_key, operation, action FROM item_condition
        WHERE project_id = $1 AND item_id BETWEEN $2 AND $3 ORDER BY item_id, seq";
    OPERANDS = "SELECT item_id, condition, number, content FROM item_condition_operand
        WHERE project_id = $1 AND item_id BETWEEN $2 AND $3 ORDER BY item_id, condition, seq";
    GROUPS = "SELECT item_id, group_id FROM item_group_member
        WHERE project_id = $1 AND item_id BETWEEN $2 AND $3 ORDER BY item_id, group_id";
}

/// The kind of owner that the texts of items have.
const TEXTS: &str = "item";

/// Adds an item, or changes the one with its number. Its SKU must not be that of
/// another item that is not deleted.
pub fn save(tx: &mut Tx<'_>, project: ProjectId, item: &Item) -> Result<(), StoreError> {
    let (p, id) = (project.get(), item.id.get());
    let values = [
        p.into(),
        id.into(),
        (&item.sku).into(),
        (&item.code).into(),
        item.kind.name().into(),
        item.default_currency.map(Currency::code).into(),
        item.vc_price.into(),
        item.enabled.into(),
        item.permanent.into(),
        item.expiration.into(),
        (&item.image_url).into(),
        item.purchase_limit.into(),
        item.advertisement.map(Advertisement::name).into(),
        item.hidden.into(),
    ];
    tx.execute(SAVE, &values)?;
    for (field, texts) in
        [("name", &item.name), ("description", &item.description), ("long_description", &item.long_description)]
    {
        text::set(tx, project, TEXTS, id, field, texts)?;
    }
    for clear in [CLEAR_PRICES, CLEAR_KEYWORDS, CLEAR_CONDITIONS, CLEAR_OPERANDS, CLEAR_CONTENT] {
        tx.execute(clear, &[p.into(), id.into()])?;
    }
    for (currency, price) in &item.prices {
        tx.execute(INSERT_PRICE, &[p.into(), id.into(), currency.code().into(), billionths(*price).into()])?;
    }
    for (locale, words) in &item.keywords {
        for (seq, word) in (1_i64..).zip(words) {
            tx.execute(INSERT_KEYWORD, &[p.into(), id.into(), locale.into(), seq.into(), word.into()])?;
        }
    }
    for (seq, content) in (1_i64..).zip(&item.content) {
        let (kind, reference, place) = match content.part {
            Part::Item(id) => (ITEM, Some(id.get()), None),
            Part::Currency => (CURRENCY, None, None),
            Part::Key(game, drm) => (KEY, Some(game.get()), Some(drm)),
        };
        let values =
            [p.into(), id.into(), seq.into(), kind.into(), reference.into(), place.into(), content.quantity.into()];
        tx.execute(INSERT_CONTENT, &values)?;
    }
    for (seq, condition) in (1_i64..).zip(&item.conditions) {
        insert_condition(tx, project, item.id, seq, condition)?;
    }
    group::put(tx, project, item.id, &item.groups)
}

fn insert_condition(
    tx: &mut Tx<'_>,
    project: ProjectId,
    item: ItemId,
    seq: i64,
    c: &Condition,
) -> Result<(), StoreError> {
    let (p, id) = (project.get(), item.get());
    let values = [
        p.into(),
        id.into(),
        seq.into(),
        c.id.get().into(),
        (&c.key).into(),
        c.operation.name().into(),
        c.action.name().into(),
    ];
    tx.execute(INSERT_CONDITION, &values)?;
    for (place, operand) in (1_i64..).zip(&c.operands) {
        let [number, content] = attribute::columns(operand);
        tx.execute(INSERT_OPERAND, &[p.into(), id.into(), seq.into(), place.into(), number, content])?;
    }
    Ok(())
}

/// Takes an item out of the catalogue and of its groups: its SKU is free again,
/// and what players have of it stays. Whether it was there.
pub fn delete(tx: &mut Tx<'_>, project: ProjectId, id: ItemId) -> Result<bool, StoreError> {
    group::put(tx, project, id, &[])?;
    Ok(tx.execute(DELETE, &[project.get().into(), id.get().into()])? > 0)
}

/// An item by its number, deleted or not.
pub fn find(tx: &mut Tx<'_>, project: ProjectId, id: ItemId) -> Result<Option<Item>, StoreError> {
    Ok(between(tx, project, id.get(), id.get())?.pop())
}

/// Whether there is an item of this number that is not deleted.
pub fn exists(tx: &mut Tx<'_>, project: ProjectId, id: ItemId) -> Result<bool, StoreError> {
    Ok(tx.row(EXISTS, &[project.get().into(), id.get().into()])?.is_some())
}

/// An item that is not deleted, by its SKU.
pub fn by_sku(tx: &mut Tx<'_>, project: ProjectId, sku: &str) -> Result<Option<Item>, StoreError> {
    match id_of(tx, project, sku)? {
        Some(id) => find(tx, project, id),
        None => Ok(None),
    }
}

/// The number of an item that is not deleted, by its SKU.
pub fn id_of(tx: &mut Tx<'_>, project: ProjectId, sku: &str) -> Result<Option<ItemId>, StoreError> {
    let row = tx.row(BY_SKU, &[project.get().into(), sku.into()])?;
    row.map(|row| row.numbered(0, ItemId::new)).transpose()
}

/// Every item that is not deleted, by number.
pub fn all(tx: &mut Tx<'_>, project: ProjectId) -> Result<Vec<Item>, StoreError> {
    let mut items = between(tx, project, 0, i64::MAX)?;
    items.retain(|i| !i.deleted);
    Ok(items)
}

/// Which items a list is to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sold {
    /// All.
    Any,
    /// Those that virtual currency buys.
    ForVirtualCurrency,
    /// Those that money buys.
    ForMoney,
}

/// Items that are not deleted, without bundles, by number: at most `limit`, from behind the first
/// `offset`.
pub fn page(tx: &mut Tx<'_>, project: ProjectId, sold: Sold, limit: i64, offset: i64) -> Result<Vec<Item>, StoreError> {
    let (virtual_currency, money) = (sold == Sold::ForVirtualCurrency, sold == Sold::ForMoney);
    let values = [project.get().into(), virtual_currency.into(), money.into(), limit.into(), offset.into()];
    let ids: Vec<i64> = tx.rows(PAGE, &values)?.iter().map(|row| row.int(0)).collect::<Result<_, _>>()?;
    let (Some(first), Some(last)) = (ids.first(), ids.last()) else { return Ok(vec![]) };
    let mut items = between(tx, project, *first, *last)?;
    items.retain(|i| ids.binary_search(&i.id.get()).is_ok());
    Ok(items)
}

/// The items with numbers from `first` to `last`, whole.
fn between(tx: &mut Tx<'_>, project: ProjectId, first: i64, last: i64) -> Result<Vec<Item>, StoreError> {
    let range = [project.get().into(), first.into(), last.into()];
    let mut items: BTreeMap<i64, Item> = BTreeMap::new();
    for row in tx.rows(BETWEEN, &range)? {
        items.insert(row.int(0)?, item(&row)?);
    }
    if items.is_empty() {
        return Ok(vec![]);
    }
    for (id, mut texts) in text::between(tx, project, TEXTS, first, last)? {
        let Some(item) = items.get_mut(&id) else { continue };
        item.name = texts.remove("name").unwrap_or_default();
        item.description = texts.remove("description").unwrap_or_default();
        item.long_description = texts.remove("long_description").unwrap_or_default();
    }
    for row in tx.rows(PRICES, &range)? {
        if let Some(item) = items.get_mut(&row.int(0)?) {
            item.prices.insert(row.named(1, Currency::from_code)?, row.numbered(2, price)?);
        }
    }
    for row in tx.rows(KEYWORDS, &range)? {
        if let Some(item) = items.get_mut(&row.int(0)?) {
            item.keywords.entry(row.text(1)?).or_default().push(row.text(2)?);
        }
    }
    let mut operands: BTreeMap<(i64, i64), Vec<_>> = BTreeMap::new();
    for row in tx.rows(OPERANDS, &range)? {
        operands.entry((row.int(0)?, row.int(1)?)).or_default().push(attribute::value(&row, 2)?);
    }
    for row in tx.rows(CONDITIONS, &range)? {
        if let Some(item) = items.get_mut(&row.int(0)?) {
            item.conditions.push(Condition {
                id: row.numbered(2, ConditionId::new)?,
                key: row.text(3)?,
                operation: row.named(4, Operation::of)?,
                operands: operands.remove(&(row.int(0)?, row.int(1)?)).unwrap_or_default(),
                action: row.named(5, Action::of)?,
            });
        }
    }
    if items.values().any(|i| i.kind == Kind::Bundle) {
        for row in tx.rows(CONTENT, &range)? {
            if let Some(item) = items.get_mut(&row.int(0)?) {
                item.content.push(content(&row)?);
            }
        }
    }
    for row in tx.rows(GROUPS, &range)? {
        if let Some(item) = items.get_mut(&row.int(0)?) {
            item.groups.push(row.numbered(1, GroupId::new)?);
        }
    }
    Ok(items.into_values().collect())
}

/// Names of the parts of bundles.
const ITEM: &str = "item";
const CURRENCY: &str = "currency";
const KEY: &str = "key";

fn content(row: &Row) -> Result<Content, StoreError> {
    let kind = row.text(1)?;
    let part = match kind.as_str() {
        ITEM => Part::Item(row.numbered(2, ItemId::new)?),
        CURRENCY => Part::Currency,
        KEY => Part::Key(row.numbered(2, GameId::new)?, row.int(3)?),
        _ => return Err(StoreError::Corrupt(format!("a bundle contains {kind:?}"))),
    };
    Ok(Content { part, quantity: row.int(4)? })
}

/// What stands in the row of an item itself.
fn item(row: &Row) -> Result<Item, StoreError> {
    let mut item = Item::new(row.numbered(0, ItemId::new)?, &row.text(1)?);
    item.code = row.maybe_text(2)?;
    item.kind = row.named(3, Kind::of)?;
    item.default_currency = row.maybe_text(4)?.and_then(|code| Currency::from_code(&code));
    item.vc_price = row.maybe_int(5)?;
    item.enabled = row.flag(6)?;
    item.permanent = row.flag(7)?;
    item.expiration = row.maybe_int(8)?;
    item.image_url = row.maybe_text(9)?;
    item.purchase_limit = row.maybe_int(10)?;
    item.advertisement = row.maybe_text(11)?.and_then(|name| Advertisement::of(&name));
    item.deleted = row.flag(12)?;
    item.hidden = row.flag(13)?;
    Ok(item)
}
