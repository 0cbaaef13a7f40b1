//! Games sold by key: what their owners say of them, and the keys.

use crate::App;
use coinslot_domain::game::{Codes, Game};
use coinslot_domain::id::{GameId, KeyId, ProjectId};
use coinslot_domain::localized::Localized;
use coinslot_store::key::{self, Shelf};
use coinslot_store::{StoreError, Tx, game, project};
use coinslot_wire::game::{GameBody, KeysBody};
use std::collections::BTreeMap;

/// Why a game was not changed.
#[derive(Debug)]
pub enum GameError {
    /// The project has no such game.
    NotFound,
    /// Another game of the project has this SKU.
    SkuTaken,
    /// The game has no such edition.
    NoEdition,
    /// The database did not do it.
    Store(StoreError),
}

impl From<StoreError> for GameError {
    fn from(e: StoreError) -> Self {
        GameError::Store(e)
    }
}

/// A game with how many keys there are, by the number of the place.
pub type Counted = (Game, BTreeMap<i64, Codes>);

/// Adds a game.
pub async fn create(app: &App, of: ProjectId, body: GameBody) -> Result<GameId, GameError> {
    let id = app.id(GameId::new).await?;
    let game = body.apply(Game {
        project: of,
        id,
        sku: String::new(),
        names: Localized::default(),
        descriptions: Localized::default(),
        long_descriptions: Localized::default(),
        default_currency: None,
        release_date: None,
        facts: BTreeMap::new(),
        editions: BTreeMap::new(),
        tips: false,
        codes_from_api: false,
        codes_from_store: false,
        delivery: None,
        files: None,
    });
    app.store.write(move |tx| put(tx, &game)).await?;
    Ok(id)
}

fn put(tx: &mut Tx<'_>, g: &Game) -> Result<(), GameError> {
    // Of two who want one SKU at one time the second waits, and then sees it.
    project::lock(tx, g.project)?;
    if game::put(tx, g)? { Ok(()) } else { Err(GameError::SkuTaken) }
}

/// Changes a game.
pub async fn update(app: &App, of: ProjectId, id: GameId, body: GameBody) -> Result<(), GameError> {
    app.store
        .write(move |tx| {
            project::lock(tx, of)?;
            let old = game::find(tx, of, id)?.ok_or(GameError::NotFound)?;
            put(tx, &body.apply(old))
        })
        .await
}

/// A game, with how many keys there are.
pub async fn find(app: &App, of: ProjectId, id: GameId) -> Result<Option<Counted>, StoreError> {
    app.store
        .read(move |tx| {
            let Some(game) = game::find(tx, of, id)? else { return Ok(None) };
            let codes = key::count(tx, of, Some(id))?;
            Ok(Some(counted(game, &codes)))
        })
        .await
}

fn counted(game: Game, codes: &BTreeMap<(GameId, i64), Codes>) -> Counted {
    let own = codes.iter().filter(|((of, _), _)| *of == game.id).map(|((_, drm), codes)| (*drm, *codes)).collect();
    (game, own)
}

/// Games of a project by their numbers, with how many keys there are.
pub async fn list(app: &App, of: ProjectId, offset: i64, limit: i64) -> Result<Vec<Counted>, StoreError> {
    app.store
        .read(move |tx| {
            let games = game::list(tx, of, offset, limit)?;
            let codes = key::count(tx, of, None)?;
            Ok(games.into_iter().map(|g| counted(g, &codes)).collect())
        })
        .await
}

/// Keys stored in one transaction, so that payments do not wait long for it.
const AT_ONCE: usize = 500;

/// What came of storing keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stored {
    /// So many are new.
    pub added: i64,
    /// Places in the list of those that were there before.
    pub duplicates: Vec<i64>,
}

/// Stores keys of an edition. If it fails on the way, sending all of them
/// again stores the rest.
pub async fn add_keys(app: &App, of: ProjectId, id: GameId, body: KeysBody) -> Result<Stored, GameError> {
    let shelf = Shelf { project: of, game: id, drm: body.drm };
    let game = app.store.read(move |tx| game::find(tx, of, id)).await?.ok_or(GameError::NotFound)?;
    if !game.editions.contains_key(&body.drm) {
        return Err(GameError::NoEdition);
    }
    let now = app.now(of);
    let mut stored = Stored::default();
    for some in body.keys.chunks(AT_ONCE) {
        let mut batch = Vec::with_capacity(some.len());
        for (place, code) in some {
            batch.push((*place, app.id(KeyId::new).await?, code.clone()));
        }
        let done = app
            .store
            .write(move |tx| {
                let mut stored = Stored::default();
                for (place, id, code) in &batch {
                    if key::add(tx, shelf, *id, code, now)? {
                        stored.added += 1;
                    } else {
                        stored.duplicates.push(*place);
                    }
                }
                Ok::<_, StoreError>(stored)
            })
            .await?;
        stored.added += done.added;
        stored.duplicates.extend(done.duplicates);
    }
    Ok(stored)
}
