//! Openings of lootboxes, and what the server is bound to for the next.

use crate::engine::Row;
use crate::{StoreError, Tx};
use coinslot_domain::draw::{Draw, Outcome};
use coinslot_domain::id::{DrawId, ItemId, ProjectId};
use coinslot_domain::lootbox::{Drawn, Prize, Table};
use coinslot_domain::time::Time;

statements! {
    SEED = "SELECT server_seed, nonce FROM lootbox_seed WHERE project_id = $1 AND user_id = $2";
    SET_SEED = "INSERT INTO lootbox_seed (project_id, user_id, server_seed, nonce) VALUES ($1, $2, $3, $4)
        ON CONFLICT (project_id, user_id) DO UPDATE SET server_seed = $3, nonce = $4";
    INSERT = "INSERT INTO draw (project_id, user_id, nonce, draw_id, lootbox_id, version, server_seed, client_seed,
            drawn_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    INSERT_OUTCOME = "INSERT INTO draw_outcome (project_id, user_id, nonce, slot, lootbox_id, place, item_id, instead)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    FIND = "SELECT user_id, nonce, draw_id, lootbox_id, version, server_seed, client_seed, drawn_at FROM draw
        WHERE project_id = $1 AND draw_id = $2";
    LIST = "SELECT user_id, nonce, draw_id, lootbox_id, version, server_seed, client_seed, drawn_at FROM draw
        WHERE project_id = $1 AND user_id = $2 ORDER BY nonce DESC LIMIT $3 OFFSET $4";
    OUTCOMES = "SELECT place, instead FROM draw_outcome WHERE project_id = $1 AND user_id = $2 AND nonce = $3
        ORDER BY slot";
    DRAWN = "SELECT item_id, COUNT(slot) FROM draw_outcome WHERE project_id = $1 AND user_id = $2 AND lootbox_id = $3
        AND nonce < $4 AND item_id IS NOT NULL GROUP BY item_id ORDER BY item_id";
    TAKES_ITEMS = "SELECT takes_items FROM lootbox_setting WHERE project_id = $1";
    SET_TAKES_ITEMS = "INSERT INTO lootbox_setting (project_id, takes_items) VALUES ($1, $2)
        ON CONFLICT (project_id) DO UPDATE SET takes_items = $2";
}

/// What the server chose for a player's next opening.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seed {
    /// 32 bytes in lower-case hexadecimal. Secret until the opening.
    pub server_seed: String,
    /// The number that the opening will have.
    pub nonce: i64,
}

/// The seed for a player's next opening, if one was chosen.
pub fn seed(tx: &mut Tx<'_>, project: ProjectId, user: &str) -> Result<Option<Seed>, StoreError> {
    let row = tx.row(SEED, &[project.get().into(), user.into()])?;
    row.map(|r| Ok(Seed { server_seed: r.text(0)?, nonce: r.int(1)? })).transpose()
}

/// Chooses the seed for a player's next opening. The player's row must be held.
pub fn set_seed(tx: &mut Tx<'_>, project: ProjectId, user: &str, seed: &Seed) -> Result<(), StoreError> {
    let values = [project.get().into(), user.into(), (&seed.server_seed).into(), seed.nonce.into()];
    tx.execute(SET_SEED, &values).map(drop)
}

/// Adds an opening, which drew from `table`.
pub fn insert(tx: &mut Tx<'_>, d: &Draw, table: &Table) -> Result<(), StoreError> {
    let values = [
        d.project.get().into(),
        (&d.user).into(),
        d.nonce.into(),
        d.id.get().into(),
        d.lootbox.get().into(),
        d.version.into(),
        (&d.server_seed).into(),
        (&d.client_seed).into(),
        d.at.0.into(),
    ];
    tx.execute(INSERT, &values)?;
    for ((seq, outcome), slot) in (1_i64..).zip(&d.outcomes).zip(&table.slots) {
        let place = outcome.place();
        let item = match place.and_then(|p| slot.entries.get(p)).map(|e| &e.prize) {
            Some(Prize::Item(item, _)) => Some(item.get()),
            _ => None,
        };
        let instead = match outcome {
            Outcome::Duplicate(_, instead) => Some(*instead),
            _ => None,
        };
        let values = [
            d.project.get().into(),
            (&d.user).into(),
            d.nonce.into(),
            seq.into(),
            d.lootbox.get().into(),
            place.and_then(|p| i64::try_from(p).ok()).into(),
            item.into(),
            instead.into(),
        ];
        tx.execute(INSERT_OUTCOME, &values)?;
    }
    Ok(())
}

/// An opening.
pub fn find(tx: &mut Tx<'_>, project: ProjectId, id: DrawId) -> Result<Option<Draw>, StoreError> {
    let row = tx.row(FIND, &[project.get().into(), id.get().into()])?;
    row.map(|r| draw(tx, project, &r)).transpose()
}

/// The openings of a player, newest first: `limit` of them after the first
/// `offset`.
pub fn list(tx: &mut Tx<'_>, project: ProjectId, user: &str, limit: i64, offset: i64) -> Result<Vec<Draw>, StoreError> {
    let rows = tx.rows(LIST, &[project.get().into(), user.into(), limit.into(), offset.into()])?;
    rows.iter().map(|r| draw(tx, project, r)).collect()
}

fn draw(tx: &mut Tx<'_>, project: ProjectId, r: &Row) -> Result<Draw, StoreError> {
    let (user, nonce) = (r.text(0)?, r.int(1)?);
    let rows = tx.rows(OUTCOMES, &[project.get().into(), (&user).into(), nonce.into()])?;
    let outcome = |r: &Row| {
        let place = r.maybe_int(0)?.and_then(|p| usize::try_from(p).ok());
        Ok(match (place, r.maybe_int(1)?) {
            (None, _) => Outcome::Nothing,
            (Some(place), None) => Outcome::Prize(place),
            (Some(place), Some(instead)) => Outcome::Duplicate(place, instead),
        })
    };
    Ok(Draw {
        project,
        id: r.numbered(2, DrawId::new)?,
        user,
        nonce,
        lootbox: r.numbered(3, ItemId::new)?,
        version: r.int(4)?,
        server_seed: r.text(5)?,
        client_seed: r.text(6)?,
        at: Time(r.int(7)?),
        outcomes: rows.iter().map(outcome).collect::<Result<_, StoreError>>()?,
    })
}

/// How often a player had drawn each item from a lootbox before the opening of
/// this number, over all versions of its table.
pub fn drawn(
    tx: &mut Tx<'_>,
    project: ProjectId,
    user: &str,
    lootbox: ItemId,
    nonce: i64,
) -> Result<Drawn, StoreError> {
    let rows = tx.rows(DRAWN, &[project.get().into(), user.into(), lootbox.get().into(), nonce.into()])?;
    rows.iter().map(|r| Ok((r.numbered(0, ItemId::new)?, r.int(1)?))).collect()
}

/// Whether opening a lootbox takes it and its key from the player; it does
/// unless the project said otherwise.
pub fn takes_items(tx: &mut Tx<'_>, project: ProjectId) -> Result<bool, StoreError> {
    tx.row(TAKES_ITEMS, &[project.get().into()])?.map_or(Ok(true), |r| r.flag(0))
}

/// Says whether it does.
pub fn set_takes_items(tx: &mut Tx<'_>, project: ProjectId, takes: bool) -> Result<(), StoreError> {
    tx.execute(SET_TAKES_ITEMS, &[project.get().into(), takes.into()]).map(drop)
}
