//! What of merchants and projects is kept in memory: every request asks who
//! calls and for which project, and the answer hardly ever changes.
//!
//! What this server changes is seen at once. What another one on the same
//! database changes is seen within a second, as with catalogues.

use crate::{App, hash};
use coinslot_domain::id::{ItemId, MerchantId, ProjectId};
use coinslot_domain::merchant::{Caller, Project};
use coinslot_domain::time::{Span, Time};
use coinslot_store::{StoreError, merchant, purchase, wallet};
use foldhash::HashMap;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::{Arc, Mutex, PoisonError};
use subtle::ConstantTimeEq;

/// A project as it is known, with those who may not pay.
pub(crate) struct Known {
    /// The project.
    pub project: Arc<Project>,
    /// Players that are disabled; `None` where they are too many to keep.
    disabled: Option<BTreeSet<String>>,
}

/// Disabled players that are kept of a project.
const DISABLED: i64 = 1_000;
/// For so long a copy is taken for what the database has.
const FRESH: Span = Span::seconds(1);
/// Copies of a kind that are kept.
const KEPT: usize = 4_096;

/// Copies of API keys and projects.
#[derive(Default)]
pub(crate) struct Copies {
    keys: Shelf<(MerchantId, String), Caller>,
    /// Credentials by a hash of how they were shown, which nobody outside can
    /// work out: whoever guesses does not even meet another's.
    shown: Shelf<u64, Arc<Identity>>,
    hasher: RandomState,
    projects: Shelf<ProjectId, Arc<Known>>,
    bought: Shelf<(ProjectId, String), Arc<Bought>>,
    /// Players of whom it is certain that the wallet knows them: whoever is
    /// registered stays so.
    registered: Mutex<HashSet<(ProjectId, String)>>,
}

/// How many of each item a player bought.
pub(crate) type Bought = BTreeMap<ItemId, i64>;

/// Different items a player bought of whom a copy is kept.
const BOUGHT: usize = 64;

/// Credentials that were shown and are right.
pub struct Identity {
    /// Whose they are.
    pub caller: Caller,
    /// The API key itself.
    pub api_key: String,
    /// Its hash.
    pub key_hash: String,
    /// How they were shown.
    shown: Vec<u8>,
}

impl Identity {
    /// Credentials that were found to be right.
    pub fn new(caller: Caller, api_key: String, key_hash: String) -> Arc<Self> {
        Arc::new(Identity { caller, api_key, key_hash, shown: vec![] })
    }
}

/// Players that are kept.
const REGISTERED: usize = 16_384;

impl Copies {
    /// Whether a player is certainly registered.
    pub(crate) fn is_registered(&self, project: ProjectId, user: &str) -> bool {
        let all = self.registered.lock().unwrap_or_else(PoisonError::into_inner);
        all.contains(&(project, user.to_string()))
    }

    /// Notes that a player is registered, which is committed.
    pub(crate) fn registered(&self, project: ProjectId, user: &str) {
        let mut all = self.registered.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= REGISTERED {
            all.clear();
        }
        all.insert((project, user.to_string()));
    }
}

struct Shelf<K, V>(Mutex<HashMap<K, Copy<V>>>);

struct Copy<V> {
    value: V,
    epoch: u64,
    until: Time,
}

impl<K, V> Default for Shelf<K, V> {
    fn default() -> Self {
        Shelf(Mutex::default())
    }
}

impl<K: Eq + Hash, V: Clone> Shelf<K, V> {
    /// The copy, if it is as good as the database.
    fn fresh(&self, key: &K, epoch: u64, now: Time) -> Option<V> {
        self.fresh_until(key, epoch, now).map(|(value, _)| value)
    }

    /// The same, and how long it will be.
    fn fresh_until(&self, key: &K, epoch: u64, now: Time) -> Option<(V, Time)> {
        let copies = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let copy = copies.get(key)?;
        // A clock that was put back must not keep a copy fresh for long.
        let fresh = copy.epoch == epoch && now < copy.until && copy.until <= now + FRESH;
        fresh.then(|| (copy.value.clone(), copy.until))
    }

    /// Keeps what was read at `now`, after the epoch was asked for.
    fn keep(&self, key: K, value: V, epoch: u64, now: Time) {
        self.keep_until(key, value, epoch, now, now + FRESH);
    }

    /// Keeps what follows from another copy, and no longer than that.
    fn keep_until(&self, key: K, value: V, epoch: u64, now: Time, until: Time) {
        let mut copies = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if copies.len() >= KEPT {
            copies.retain(|_, copy| now < copy.until);
            if copies.len() >= KEPT {
                copies.clear();
            }
        }
        copies.insert(key, Copy { value, epoch, until });
    }
}

/// Who has an API key, by its hash. Keys that nobody has are not remembered.
pub(crate) async fn caller(app: &App, id: MerchantId, key_hash: String) -> Result<Option<Caller>, StoreError> {
    let (epoch, now) = (app.store.epoch(), app.outside.now());
    Ok(caller_until(app, id, key_hash, epoch, now).await?.map(|(caller, _)| caller))
}

async fn caller_until(
    app: &App,
    id: MerchantId,
    key_hash: String,
    epoch: u64,
    now: Time,
) -> Result<Option<(Caller, Time)>, StoreError> {
    let key = (id, key_hash);
    if let Some(known) = app.known.keys.fresh_until(&key, epoch, now) {
        return Ok(Some(known));
    }
    let key_hash = key.1.clone();
    let found = app.store.read(move |tx| merchant::find_key(tx, id, &key_hash)).await?;
    if let Some(caller) = found {
        app.known.keys.keep(key, caller, epoch, now);
    }
    Ok(found.map(|caller| (caller, now + FRESH)))
}

/// Whose credentials these are, which `read` understands: a merchant and an API
/// key. Those that were right a moment ago need not be taken apart again.
pub(crate) async fn identity(
    app: &App,
    shown: &[u8],
    read: impl FnOnce() -> Option<(MerchantId, String)>,
) -> Result<Option<Arc<Identity>>, StoreError> {
    let (epoch, now) = (app.store.epoch(), app.outside.now());
    let place = app.known.hasher.hash_one(shown);
    let known = app.known.shown.fresh(&place, epoch, now);
    if let Some(known) = known.filter(|known| bool::from(known.shown.ct_eq(shown))) {
        return Ok(Some(known));
    }
    let Some((id, api_key)) = read() else { return Ok(None) };
    let key_hash = hash(&api_key);
    let Some((caller, until)) = caller_until(app, id, key_hash.clone(), epoch, now).await? else { return Ok(None) };
    let identity = Arc::new(Identity { caller, api_key, key_hash, shown: shown.to_vec() });
    app.known.shown.keep_until(place, identity.clone(), epoch, now, until);
    Ok(Some(identity))
}

/// A project.
pub(crate) async fn project(app: &App, id: ProjectId) -> Result<Option<Arc<Known>>, StoreError> {
    let (epoch, now) = (app.store.epoch(), app.outside.now());
    if let Some(known) = app.known.projects.fresh(&id, epoch, now) {
        return Ok(Some(known));
    }
    let read = app.store.read(move |tx| {
        let Some(project) = merchant::find_project(tx, id)? else { return Ok(None) };
        Ok::<_, StoreError>(Some((project, wallet::disabled(tx, id, DISABLED + 1)?)))
    });
    let Some((project, disabled)) = read.await? else { return Ok(None) };
    let few = disabled.len() as i64 <= DISABLED;
    let disabled = few.then(|| disabled.into_iter().collect());
    let known = Arc::new(Known { project: Arc::new(project), disabled });
    app.known.projects.keep(id, known.clone(), epoch, now);
    Ok(Some(known))
}

/// How many of each item a player bought, for whoever is shown limits. Whether
/// one is reached when something is bought, only the database says.
pub(crate) async fn bought(app: &App, project: ProjectId, user: &str) -> Result<Arc<Bought>, StoreError> {
    let (epoch, now) = (app.store.epoch_of_player(project, user), app.outside.now());
    let key = (project, user.to_string());
    if let Some(bought) = app.known.bought.fresh(&key, epoch, now) {
        return Ok(bought);
    }
    let user = key.1.clone();
    let bought = Arc::new(app.store.read(move |tx| purchase::of_player(tx, project, &user)).await?);
    if bought.len() <= BOUGHT {
        app.known.bought.keep(key, bought.clone(), epoch, now);
    }
    Ok(bought)
}

impl Known {
    /// Whether a player may not pay.
    pub(crate) async fn is_disabled(&self, app: &App, user: &str) -> Result<bool, StoreError> {
        if let Some(disabled) = &self.disabled {
            return Ok(disabled.contains(user));
        }
        let (project, user) = (self.project.id, user.to_string());
        let found = app.store.read(move |tx| wallet::find(tx, project, &user)).await?;
        Ok(found.is_some_and(|player| !player.enabled))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_fresh_for_a_second_and_until_something_changes() {
        let (shelf, start) = (Shelf::<i64, i64>::default(), Time(0));
        assert_eq!(shelf.fresh(&1, 7, start), None);
        shelf.keep(1, 10, 7, start);
        assert_eq!(shelf.fresh(&1, 7, start + Span::millis(999)), Some(10));
        assert_eq!(shelf.fresh(&1, 7, start + FRESH), None);
        assert_eq!(shelf.fresh(&1, 8, start), None, "something was changed");
        assert_eq!(shelf.fresh(&1, 7, start - Span::seconds(60)), None, "the clock was put back");
        assert_eq!(shelf.fresh(&2, 7, start), None);
    }

    #[test]
    fn what_follows_from_a_copy_is_fresh_no_longer() {
        let (first, second) = (Shelf::<i64, i64>::default(), Shelf::<i64, i64>::default());
        first.keep(1, 10, 7, Time(0));
        let later = Time(0) + Span::millis(900);
        let (value, until) = first.fresh_until(&1, 7, later).unwrap();
        second.keep_until(2, value, 7, later, until);
        assert_eq!(second.fresh(&2, 7, Time(0) + Span::millis(999)), Some(10));
        assert_eq!(second.fresh(&2, 7, Time(0) + FRESH), None);
        assert_eq!(second.fresh(&2, 8, later), None, "something was changed");
    }

    #[test]
    fn no_more_are_kept_than_fit() {
        let shelf = Shelf::<usize, usize>::default();
        for n in 0..3 * KEPT {
            shelf.keep(n, n, 7, Time(0));
            assert_eq!(shelf.fresh(&n, 7, Time(0)), Some(n));
            assert!(shelf.0.lock().unwrap().len() <= KEPT);
        }
    }
}
