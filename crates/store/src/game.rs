//! Games sold by key.

use crate::engine::Row;
use crate::text::{self, Texts};
use crate::{StoreError, Tx};
use coinslot_domain::decimal::Decimal;
use coinslot_domain::game::{Drm, Edition, FACTS, Game};
use coinslot_domain::id::{GameId, ProjectId};
use coinslot_domain::money::Currency;
use coinslot_domain::time::Time;
use std::collections::BTreeMap;

statements! {
    INSERT = "INSERT INTO game (project_id, game_id, sku, default_currency, release_date, tips, codes_from_api,
            codes_from_store, delivery, files) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT (project_id, game_id) DO UPDATE SET sku = $3, default_currency = $4, release_date = $5, tips = $6,
            codes_from_api = $7, codes_from_store = $8, delivery = $9, files = $10";
    OF_SKU = "SELECT game_id FROM game WHERE project_id = $1 AND sku = $2";
    FIND = "SELECT game_id, sku, default_currency, release_date, tips, codes_from_api, codes_from_store, delivery, files
        FROM game WHERE project_id = $1 AND game_id = $2";
    LIST = "SELECT game_id, sku, default_currency, release_date, tips, codes_from_api, codes_from_store, delivery, files
        FROM game WHERE project_id = $1 ORDER BY game_id LIMIT $2 OFFSET $3";
    CLEAR_FACTS = "DELETE FROM game_fact WHERE project_id = $1 AND game_id = $2";
    SET_FACT = "INSERT INTO game_fact (project_id, game_id, name, content) VALUES ($1, $2, $3, $4)";
    FACTS_OF = "SELECT name, content FROM game_fact WHERE project_id = $1 AND game_id = $2";
    CLEAR_EDITIONS = "DELETE FROM game_edition WHERE project_id = $1 AND game_id = $2";
    SET_EDITION = "INSERT INTO game_edition (project_id, game_id, drm_id, enabled, image, platforms)
        VALUES ($1, $2, $3, $4, $5, $6)";
    EDITIONS_OF = "SELECT drm_id, enabled, image, platforms FROM game_edition
        WHERE project_id = $1 AND game_id = $2 ORDER BY drm_id";
    CLEAR_PRICES = "DELETE FROM game_price WHERE project_id = $1 AND game_id = $2";
    SET_PRICE = "INSERT INTO game_price (project_id, game_id, drm_id, currency, price) VALUES ($1, $2, $3, $4, $5)";
    PRICES_OF = "SELECT drm_id, currency, price FROM game_price WHERE project_id = $1 AND game_id = $2
        ORDER BY drm_id, currency";
}

/// The kind of a game's texts.
const TEXTS: &str = "game";

/// Adds a game, or replaces it by what it is now; `false` when another game of
/// the project has its SKU, and then nothing is changed. The caller holds the
/// project.
pub fn put(tx: &mut Tx<'_>, g: &Game) -> Result<bool, StoreError> {
    if of_sku(tx, g.project, &g.sku)?.is_some_and(|other| other != g.id) {
        return Ok(false);
    }
    let key = [g.project.get().into(), g.id.get().into()];
    let values = [
        g.project.get().into(),
        g.id.get().into(),
        (&g.sku).into(),
        g.default_currency.map(Currency::code).into(),
        g.release_date.map(|t| t.0).into(),
        g.tips.into(),
        g.codes_from_api.into(),
        g.codes_from_store.into(),
        (&g.delivery).into(),
        (&g.files).into(),
    ];
    tx.execute(INSERT, &values)?;
    let texts = [("name", &g.names), ("description", &g.descriptions), ("long_description", &g.long_descriptions)];
    for (field, content) in texts {
        text::set(tx, g.project, TEXTS, g.id.get(), field, content)?;
    }
    tx.execute(CLEAR_FACTS, &key)?;
    for (name, content) in &g.facts {
        tx.execute(SET_FACT, &[g.project.get().into(), g.id.get().into(), (*name).into(), content.into()])?;
    }
    tx.execute(CLEAR_EDITIONS, &key)?;
    tx.execute(CLEAR_PRICES, &key)?;
    for (drm, edition) in &g.editions {
        let platforms = edition.platforms.iter().map(i64::to_string).collect::<Vec<_>>().join(" ");
        let values = [
            g.project.get().into(),
            g.id.get().into(),
            (*drm).into(),
            edition.enabled.into(),
            (&edition.image).into(),
            platforms.into(),
        ];
        tx.execute(SET_EDITION, &values)?;
        for (currency, price) in &edition.prices {
            let price = price.to_string().into();
            let values = [g.project.get().into(), g.id.get().into(), (*drm).into(), (*currency).into(), price];
            tx.execute(SET_PRICE, &values)?;
        }
    }
    Ok(true)
}

/// The game with a SKU.
pub fn of_sku(tx: &mut Tx<'_>, project: ProjectId, sku: &str) -> Result<Option<GameId>, StoreError> {
    tx.row(OF_SKU, &[project.get().into(), sku.into()])?.map(|r| r.numbered(0, GameId::new)).transpose()
}

/// A game.
pub fn find(tx: &mut Tx<'_>, project: ProjectId, id: GameId) -> Result<Option<Game>, StoreError> {
    let Some(row) = tx.row(FIND, &[project.get().into(), id.get().into()])? else { return Ok(None) };
    whole(tx, project, &row).map(Some)
}

/// Games of a project by their numbers, `limit` of them behind the first
/// `offset`.
pub fn list(tx: &mut Tx<'_>, project: ProjectId, offset: i64, limit: i64) -> Result<Vec<Game>, StoreError> {
    let rows = tx.rows(LIST, &[project.get().into(), limit.into(), offset.into()])?;
    rows.iter().map(|row| whole(tx, project, row)).collect()
}

fn whole(tx: &mut Tx<'_>, project: ProjectId, row: &Row) -> Result<Game, StoreError> {
    let id = row.numbered(0, GameId::new)?;
    let key = [project.get().into(), id.get().into()];
    let mut texts: Texts = text::of_owner(tx, project, TEXTS, id.get())?;
    let mut text = |field: &str| texts.remove(field).unwrap_or_default();
    let mut facts = BTreeMap::new();
    for row in tx.rows(FACTS_OF, &key)? {
        facts.insert(row.named(0, |name| FACTS.into_iter().find(|f| *f == name))?, row.text(1)?);
    }
    let mut editions = BTreeMap::new();
    for row in tx.rows(EDITIONS_OF, &key)? {
        let platforms = row.text(3)?.split_whitespace().filter_map(|p| p.parse().ok()).collect();
        let edition = Edition { enabled: row.flag(1)?, image: row.maybe_text(2)?, platforms, prices: BTreeMap::new() };
        editions.insert(row.numbered(0, |id| Drm::of_id(id).map(|d| d.id))?, edition);
    }
    for row in tx.rows(PRICES_OF, &key)? {
        let currency = row.named(1, Currency::from_code)?.code();
        let price = row.named(2, |text| Decimal::parse(text).ok())?;
        editions.entry(row.int(0)?).or_default().prices.insert(currency, price);
    }
    Ok(Game {
        project,
        id,
        sku: row.text(1)?,
        names: text("name"),
        descriptions: text("description"),
        long_descriptions: text("long_description"),
        default_currency: match row.maybe_text(2)? {
            Some(_) => Some(row.named(2, Currency::from_code)?),
            None => None,
        },
        release_date: row.maybe_int(3)?.map(Time),
        facts,
        editions,
        tips: row.flag(4)?,
        codes_from_api: row.flag(5)?,
        codes_from_store: row.flag(6)?,
        delivery: row.maybe_text(7)?,
        files: row.maybe_text(8)?,
    })
}
