//! Keys of games. A key goes from free to reserved to used, and every step
//! names the state it starts from, so that of many who want the last one
//! exactly one gets it.

use crate::engine::Row;
use crate::{StoreError, Tx};
use coinslot_domain::game::{Codes, KeyEvent, KeyState};
use coinslot_domain::id::{GameId, KeyId, OrderId, ProjectId};
use coinslot_domain::time::Time;
use std::collections::BTreeMap;

statements! {
    ADD = "INSERT INTO game_key (project_id, key_id, game_id, drm_id, code, state, added_at, changed_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $7) ON CONFLICT (project_id, drm_id, code) DO NOTHING";
    OF_CODE = "SELECT key_id FROM game_key WHERE project_id = $1 AND drm_id = $2 AND code = $3";
    RESTOCK = "UPDATE game_key SET key_id = $4, game_id = $5, state = $7, order_id = NULL, changed_at = $8
        WHERE project_id = $1 AND drm_id = $2 AND code = $3 AND state = $6";
    HELD = "SELECT COUNT(*) FROM game_key
        WHERE project_id = $1 AND order_id = $2 AND game_id = $3 AND drm_id = $4";
    FREE = "SELECT e.key_id FROM game_key e
        WHERE e.project_id = $1 AND e.game_id = $2 AND e.drm_id = $3 AND e.state = $4
        ORDER BY e.key_id LIMIT $5 FOR UPDATE OF e SKIP LOCKED";
    RESERVE = "UPDATE game_key SET state = $4, order_id = $5, changed_at = $6
        WHERE project_id = $1 AND key_id = $2 AND state = $3";
    RELEASE = "UPDATE game_key SET state = $4, order_id = NULL, changed_at = $5
        WHERE project_id = $1 AND order_id = $2 AND state = $3";
    DELIVER = "INSERT INTO game_key (project_id, key_id, game_id, drm_id, code, state, order_id, added_at, changed_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8) ON CONFLICT (project_id, drm_id, code) DO NOTHING";
    MOVE = "UPDATE game_key SET state = $4, changed_at = $5 WHERE project_id = $1 AND order_id = $2 AND state = $3";
    OF_ORDER = "SELECT key_id, game_id, drm_id, code FROM game_key
        WHERE project_id = $1 AND order_id = $2 AND state = $3 ORDER BY +key_id";
    COUNT_GAME = "SELECT game_id, drm_id, state, COUNT(*) FROM game_key WHERE project_id = $1 AND game_id = $2
        GROUP BY game_id, drm_id, state";
    COUNT_ALL = "SELECT game_id, drm_id, state, COUNT(*) FROM game_key WHERE project_id = $1
        GROUP BY game_id, drm_id, state";
}

/// Which keys are meant: those of a game, to be redeemed in one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shelf {
    /// Where they live.
    pub project: ProjectId,
    /// The game.
    pub game: GameId,
    /// The number of the place.
    pub drm: i64,
}

/// A key that belongs to an order.
#[derive(Clone, PartialEq, Eq)]
pub struct Handed {
    /// Its number.
    pub id: KeyId,
    /// The game.
    pub game: GameId,
    /// The number of the place where it is redeemed.
    pub drm: i64,
    /// The key itself, for the player's eyes and nobody else's.
    pub code: String,
}

/// Without the key: what is logged must not be worth stealing.
impl std::fmt::Debug for Handed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Handed").field("id", &self.id).field("game", &self.game).field("drm", &self.drm).finish()
    }
}

/// Puts a key on a shelf; `false` when the project has it for this place
/// already. One that came back with a refund is put there again, as if it were
/// new.
pub fn add(tx: &mut Tx<'_>, shelf: Shelf, id: KeyId, code: &str, now: Time) -> Result<bool, StoreError> {
    let Shelf { project, game, drm } = shelf;
    let values = [
        project.get().into(),
        id.get().into(),
        game.get().into(),
        drm.into(),
        code.into(),
        KeyState::Free.name().into(),
        now.0.into(),
    ];
    if tx.execute(ADD, &values)? == 1 {
        return Ok(true);
    }
    let (from, to) = KeyEvent::Restocked.step();
    let values = [
        project.get().into(),
        drm.into(),
        code.into(),
        id.get().into(),
        game.get().into(),
        from.name().into(),
        to.name().into(),
        now.0.into(),
    ];
    if tx.execute(RESTOCK, &values)? == 1 {
        return Ok(true);
    }
    // Ours, of a run whose commit was not heard of.
    let found = tx.row(OF_CODE, &[project.get().into(), drm.into(), code.into()])?;
    Ok(found.map(|r| r.int(0)).transpose()? == Some(id.get()))
}

/// Sets `quantity` keys aside for an order; `false` when there are not as many,
/// and then the caller's transaction must not be kept. Doing it twice sets
/// aside no more.
pub fn reserve(tx: &mut Tx<'_>, shelf: Shelf, order: OrderId, quantity: i64, now: Time) -> Result<bool, StoreError> {
    let Shelf { project, game, drm } = shelf;
    let key = [project.get().into(), order.get().into(), game.get().into(), drm.into()];
    let held = tx.row(HELD, &key)?.map_or(Ok(0), |r| r.int(0))?;
    if held >= quantity {
        return Ok(true);
    }
    let (from, to) = KeyEvent::Reserved.step();
    // Picked first and taken one by one: a database may run a picking query
    // inside of an update more than once, and then takes more than were asked for.
    let free = [project.get().into(), game.get().into(), drm.into(), from.name().into(), (quantity - held).into()];
    let mut taken = 0;
    for row in tx.rows(FREE, &free)? {
        let values = [
            project.get().into(),
            row.int(0)?.into(),
            from.name().into(),
            to.name().into(),
            order.get().into(),
            now.0.into(),
        ];
        taken += i64::try_from(tx.execute(RESERVE, &values)?).unwrap_or_default();
    }
    Ok(held + taken == quantity)
}

/// Gives back what was set aside for an order that was not paid.
pub fn release(tx: &mut Tx<'_>, project: ProjectId, order: OrderId, now: Time) -> Result<(), StoreError> {
    step(tx, RELEASE, KeyEvent::Released, project, order, now)
}

/// Hands the keys that were set aside for an order out to its player. Asked
/// again, the same keys.
pub fn hand_out(tx: &mut Tx<'_>, project: ProjectId, order: OrderId, now: Time) -> Result<Vec<Handed>, StoreError> {
    step(tx, MOVE, KeyEvent::HandedOut, project, order, now)?;
    of_order(tx, project, order)
}

/// Notes a key that the game gave out for an order that is paid; `false` when
/// the project has it for this place already. Doing it twice changes nothing.
pub fn deliver(
    tx: &mut Tx<'_>,
    shelf: Shelf,
    order: OrderId,
    id: KeyId,
    code: &str,
    now: Time,
) -> Result<bool, StoreError> {
    let Shelf { project, game, drm } = shelf;
    let values = [
        project.get().into(),
        id.get().into(),
        game.get().into(),
        drm.into(),
        code.into(),
        KeyState::Used.name().into(),
        order.get().into(),
        now.0.into(),
    ];
    if tx.execute(DELIVER, &values)? == 1 {
        return Ok(true);
    }
    let found = tx.row(OF_CODE, &[project.get().into(), drm.into(), code.into()])?;
    Ok(found.map(|r| r.int(0)).transpose()? == Some(id.get()))
}

/// The keys that an order's player has.
pub fn of_order(tx: &mut Tx<'_>, project: ProjectId, order: OrderId) -> Result<Vec<Handed>, StoreError> {
    let row = |r: &Row| {
        let (id, game) = (r.numbered(0, KeyId::new)?, r.numbered(1, GameId::new)?);
        Ok(Handed { id, game, drm: r.int(2)?, code: r.text(3)? })
    };
    let values = [project.get().into(), order.get().into(), KeyState::Used.name().into()];
    tx.rows(OF_ORDER, &values)?.iter().map(row).collect()
}

/// Notes that an order's money went back. Its keys are not sold before they
/// are stored again.
pub fn take_back(tx: &mut Tx<'_>, project: ProjectId, order: OrderId, now: Time) -> Result<(), StoreError> {
    step(tx, MOVE, KeyEvent::TakenBack, project, order, now)
}

fn step(
    tx: &mut Tx<'_>,
    sql: &'static str,
    event: KeyEvent,
    project: ProjectId,
    order: OrderId,
    now: Time,
) -> Result<(), StoreError> {
    let (from, to) = event.step();
    let values = [project.get().into(), order.get().into(), from.name().into(), to.name().into(), now.0.into()];
    tx.execute(sql, &values).map(drop)
}

/// How many keys there are of a game, or of all of a project's, by game and
/// the number of the place.
pub fn count(
    tx: &mut Tx<'_>,
    project: ProjectId,
    game: Option<GameId>,
) -> Result<BTreeMap<(GameId, i64), Codes>, StoreError> {
    let rows = match game {
        Some(game) => tx.rows(COUNT_GAME, &[project.get().into(), game.get().into()])?,
        None => tx.rows(COUNT_ALL, &[project.get().into()])?,
    };
    let mut all = BTreeMap::<_, Codes>::new();
    for row in rows {
        let codes = all.entry((row.numbered(0, GameId::new)?, row.int(1)?)).or_default();
        codes.add(row.named(2, KeyState::from_name)?, row.int(3)?);
    }
    Ok(all)
}
