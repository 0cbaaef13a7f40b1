//! Opening lootboxes, so that anybody can check that nobody cheated.
//!
//! Before an opening the server is bound to a seed: it shows the seed's hash.
//! The client adds a seed of its own. Both and a number make the random bytes,
//! and after the opening the server's seed is shown. How to check it is written
//! in `docs/lootboxes.md`.

use crate::App;
use crate::balance::{self, Teller, Things};
use crate::wallet::{WalletError, able};
use coinslot_domain::draw::{Draw, Outcome, outcome, weights};
use coinslot_domain::id::{DrawId, ItemId, OperationId, ProjectId};
use coinslot_domain::item::{Item, Kind};
use coinslot_domain::lootbox::{Lootbox, Prize, Table};
use coinslot_domain::time::Time;
use coinslot_domain::wallet::{Operation, OperationKind};
use coinslot_store::draw::Seed;
use coinslot_store::{StoreError, Tx, draw, inventory, item, lootbox, virtual_currency, wallet};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

/// Why a lootbox stays closed.
#[derive(Debug)]
pub enum OpenError {
    /// The project has no such item.
    NoItem,
    /// The item is not a lootbox.
    NoLootbox,
    /// The lootbox is not enabled.
    Disabled,
    /// What the player lacks to open it.
    Lacking(Vec<Lack>),
    /// The player.
    Wallet(WalletError),
    /// The database did not do it.
    Store(StoreError),
}

/// What is missing to open a lootbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lack {
    /// The lootbox itself.
    Lootbox,
    /// Its key.
    Key,
    /// Its price in virtual currency.
    Price,
}

impl Lack {
    /// What of the call or of the lootbox asks for it.
    pub fn member(self) -> &'static str {
        match self {
            Lack::Lootbox => "item_id",
            Lack::Key => "key_virtual_item_id",
            Lack::Price => "opening_price_vc",
        }
    }
}

impl std::fmt::Display for Lack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Lack::Lootbox => "The user does not have the lootbox",
            Lack::Key => "The user does not have the key of the lootbox",
            Lack::Price => "The user has too little virtual currency to open the lootbox",
        })
    }
}

impl std::fmt::Display for OpenError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            OpenError::NoItem => f.write_str("Item with specified ID does not exist."),
            OpenError::NoLootbox => f.write_str("The item is not a lootbox"),
            OpenError::Disabled => f.write_str("The lootbox is disabled"),
            OpenError::Lacking(lacks) => f.write_str(&lacks.iter().map(Lack::to_string).collect::<Vec<_>>().join("; ")),
            OpenError::Wallet(e) => e.fmt(f),
            OpenError::Store(e) => e.fmt(f),
        }
    }
}

impl From<StoreError> for OpenError {
    fn from(e: StoreError) -> Self {
        OpenError::Store(e)
    }
}

impl From<WalletError> for OpenError {
    fn from(e: WalletError) -> Self {
        match e {
            WalletError::Store(e) => OpenError::Store(e),
            e => OpenError::Wallet(e),
        }
    }
}

/// What was opened.
pub struct Opened {
    /// The opening.
    pub draw: Draw,
    /// What was in the box.
    pub table: Table,
    /// What the server is bound to for the player's next opening.
    pub next: Promise,
}

/// What the server is bound to for a player's next opening.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    /// SHA-256 of the seed's bytes, in lower-case hexadecimal.
    pub commitment: String,
    /// The number that the opening will have.
    pub nonce: i64,
}

impl Promise {
    fn of(seed: &Seed) -> Self {
        Promise { commitment: commitment(&seed.server_seed), nonce: seed.nonce }
    }
}

/// The hash that binds the server to a seed, which is given in hexadecimal;
/// empty for what is no seed.
pub fn commitment(server_seed: &str) -> String {
    unhex(server_seed).map(|bytes| hex(&Sha256::digest(bytes))).unwrap_or_default()
}

/// The random bytes of an opening, without end:
/// HMAC-SHA-256(server_seed, client_seed|nonce|0), then …|1, and so on.
pub fn bytes(server_seed: &[u8], client_seed: &str, nonce: i64) -> impl Iterator<Item = u8> {
    // A key may have any length.
    let keyed = Hmac::<Sha256>::new_from_slice(server_seed).ok();
    let message = format!("{client_seed}|{nonce}|");
    (0_u32..)
        .map_while(move |block| {
            let mut mac = keyed.clone()?;
            mac.update(message.as_bytes());
            mac.update(block.to_string().as_bytes());
            Some(<[u8; 32]>::from(mac.finalize().into_bytes()))
        })
        .flatten()
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = |i| text.get(i..i + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    (0..text.len()).step_by(2).map(digits).collect()
}

/// A seed that nobody can guess.
fn fresh_seed(app: &App) -> String {
    let mut seed = [0; 32];
    app.random.fill(&mut seed);
    hex(&seed)
}

/// Opens a lootbox of a player: takes the box, its key and its price, draws,
/// and gives what was drawn, all or nothing.
pub async fn open(
    app: &App,
    project: ProjectId,
    lootbox: ItemId,
    user: String,
    client_seed: String,
) -> Result<Opened, OpenError> {
    let id = app.id(DrawId::new).await?;
    let (paid, won) = (app.id(OperationId::new).await?, app.id(OperationId::new).await?);
    let tellers = [Teller::of(app, project).await?, Teller::of(app, project).await?];
    let telling = tellers.iter().any(Option::is_some);
    let (first, next) = (fresh_seed(app), fresh_seed(app));
    let now = app.now(project);
    let opened = app
        .store
        .write(move |tx| {
            // Ours already, of a run whose commit was not heard of.
            if let Some(draw) = draw::find(tx, project, id)? {
                let table = lootbox::table(tx, project, lootbox, draw.version)?;
                let seed = draw::seed(tx, project, &user)?.ok_or_else(|| lost("seed", &user))?;
                return Ok(Opened { draw, table, next: Promise::of(&seed) });
            }
            let player = able(tx, project, &user)?;
            let (item, found) = closed(tx, project, lootbox)?;
            let pay = Operation {
                kind: OperationKind::InGamePurchase,
                comment: Some(format!("Opened {}", item.sku)),
                ..Operation::internal(project, &user, paid, -found.opening_price, now)
            };
            let things = vec![(item.sku.clone(), 1)];
            consume(tx, &found, (&pay, &things, tellers[0].as_ref()), now)?;
            let seed = match draw::seed(tx, project, &user)? {
                Some(seed) => seed,
                None => Seed { server_seed: first.clone(), nonce: 1 },
            };
            let drawn = draw::drawn(tx, project, &user, lootbox, seed.nonce)?;
            let key = unhex(&seed.server_seed).ok_or_else(|| lost("seed", &user))?;
            let places = found.table.draw(&drawn, &mut bytes(&key, &client_seed, seed.nonce));
            let places = places.map_err(|_| lost("random bytes", &user))?;
            let (outcomes, coins) = give(tx, &found.table, &places, &player.user, project, now)?;
            if coins > 0 {
                let win = Operation {
                    comment: Some(format!("Found in {}", item.sku)),
                    ..Operation::internal(project, &user, won, coins, now)
                };
                balance::book(tx, &win, &vec![], tellers[1].as_ref())?.ok_or(WalletError::TooMuch)?;
            }
            let draw = Draw {
                project,
                id,
                user: user.clone(),
                nonce: seed.nonce,
                lootbox,
                version: found.table.version,
                server_seed: seed.server_seed,
                client_seed: client_seed.clone(),
                at: now,
                outcomes,
            };
            draw::insert(tx, &draw, &found.table)?;
            let seed = Seed { server_seed: next.clone(), nonce: seed.nonce + 1 };
            draw::set_seed(tx, project, &user, &seed)?;
            Ok::<_, OpenError>(Opened { draw, table: found.table, next: Promise::of(&seed) })
        })
        .await?;
    if telling {
        app.wake_worker();
    }
    Ok(opened)
}

fn lost(what: &str, user: &str) -> StoreError {
    StoreError::Corrupt(format!("the lootboxes of player {user:?} have lost their {what}"))
}

/// A lootbox that can be opened.
fn closed(tx: &mut Tx<'_>, project: ProjectId, id: ItemId) -> Result<(Item, Lootbox), OpenError> {
    let item = item::find(tx, project, id)?.filter(|item| !item.deleted).ok_or(OpenError::NoItem)?;
    if item.kind != Kind::Lootbox {
        return Err(OpenError::NoLootbox);
    }
    if !item.enabled {
        return Err(OpenError::Disabled);
    }
    let found = lootbox::find(tx, project, id)?.ok_or(OpenError::NoLootbox)?;
    Ok((item, found))
}

/// Takes what opening costs, or says all that is lacking; then the transaction
/// must not be kept.
fn consume(
    tx: &mut Tx<'_>,
    found: &Lootbox,
    (pay, things, teller): (&Operation, &Things, Option<&Teller>),
    now: Time,
) -> Result<(), OpenError> {
    let mut lacks = Vec::new();
    if draw::takes_items(tx, pay.project)? {
        let items = [(Some(found.item), Lack::Lootbox), (found.key, Lack::Key)];
        for (item, lack) in items.into_iter().filter_map(|(item, lack)| Some((item?, lack))) {
            if !inventory::take(tx, pay.project, &pay.user, item, 1, now)? {
                lacks.push(lack);
            }
        }
    }
    if pay.amount != 0 && balance::book(tx, pay, things, teller)?.is_none() {
        lacks.push(Lack::Price);
    }
    if lacks.is_empty() { Ok(()) } else { Err(OpenError::Lacking(lacks)) }
}

/// Gives the items that were drawn; what came of each slot, and the virtual
/// currency that is due, in hundredths.
fn give(
    tx: &mut Tx<'_>,
    table: &Table,
    places: &[Option<usize>],
    user: &str,
    project: ProjectId,
    now: Time,
) -> Result<(Vec<Outcome>, i64), StoreError> {
    let discrete = virtual_currency::settings(tx, project)?.discrete;
    let mut outcomes = Vec::with_capacity(places.len());
    let mut coins = 0_i64;
    for (slot, place) in table.slots.iter().zip(places) {
        let entry = place.and_then(|place| Some((place, slot.entries.get(place)?)));
        let outcome = match entry {
            None => Outcome::Nothing,
            Some((place, entry)) => match &entry.prize {
                Prize::Item(id, amount) => {
                    let item = item::find(tx, project, *id)?.ok_or_else(|| lost("prizes", user))?;
                    let owned = inventory::owned(tx, project, user, *id, now)?;
                    let outcome = outcome(slot, place, &item, owned, discrete);
                    match outcome {
                        Outcome::Duplicate(_, instead) => coins = coins.saturating_add(instead),
                        _ => drop(inventory::grant(tx, project, user, &item, *amount, now)?),
                    }
                    outcome
                }
                Prize::Currency(amount) => {
                    coins = coins.saturating_add(*amount);
                    Outcome::Prize(place)
                }
                // Never drawn.
                Prize::Attribute(_) => Outcome::Prize(place),
            },
        };
        outcomes.push(outcome);
    }
    Ok((outcomes, coins))
}

/// A table with the weights that a draw from it has, or had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Odds {
    /// The table.
    pub table: Table,
    /// The weights of each slot's entries.
    pub weights: Vec<Vec<u32>>,
}

/// What the server is bound to for a player's next opening; and, of a lootbox,
/// the odds that the player has when it is opened next.
pub async fn promise(
    app: &App,
    project: ProjectId,
    user: String,
    lootbox: Option<ItemId>,
) -> Result<(Promise, Option<Odds>), OpenError> {
    let first = fresh_seed(app);
    app.store
        .write(move |tx| {
            wallet::lock(tx, project, &user)?.ok_or(WalletError::NotFound)?;
            let seed = match draw::seed(tx, project, &user)? {
                Some(seed) => seed,
                None => {
                    let seed = Seed { server_seed: first.clone(), nonce: 1 };
                    draw::set_seed(tx, project, &user, &seed)?;
                    seed
                }
            };
            let odds = match lootbox {
                None => None,
                Some(id) => {
                    let (_, found) = closed(tx, project, id)?;
                    let drawn = draw::drawn(tx, project, &user, id, seed.nonce)?;
                    Some(Odds { weights: weights(&found.table, drawn, &[]), table: found.table })
                }
            };
            Ok((Promise::of(&seed), odds))
        })
        .await
}

/// The openings of a player, newest first, each with the odds it had: `limit`
/// of them after the first `offset`.
pub async fn list(
    app: &App,
    project: ProjectId,
    user: String,
    limit: i64,
    offset: i64,
) -> Result<Vec<(Draw, Odds)>, OpenError> {
    app.store
        .read(move |tx| {
            wallet::find(tx, project, &user)?.ok_or(WalletError::NotFound)?;
            let draws = draw::list(tx, project, &user, limit, offset)?;
            let odds = |draw: Draw| {
                let table = lootbox::table(tx, project, draw.lootbox, draw.version)?;
                let drawn = draw::drawn(tx, project, &user, draw.lootbox, draw.nonce)?;
                let places: Vec<_> = draw.outcomes.iter().map(|o| o.place()).collect();
                Ok((draw, Odds { weights: weights(&table, drawn, &places), table }))
            };
            draws.into_iter().map(odds).collect()
        })
        .await
}

/// Whether opening a lootbox takes it and its key from the player. A game that
/// keeps the inventory itself turns that off, and takes them itself.
pub async fn takes_items(app: &App, project: ProjectId) -> Result<bool, StoreError> {
    app.store.read(move |tx| draw::takes_items(tx, project)).await
}

/// Turns that on or off.
pub async fn set_takes_items(app: &App, project: ProjectId, takes: bool) -> Result<(), StoreError> {
    app.store.write(move |tx| draw::set_takes_items(tx, project, takes)).await
}
