//! What of merchants and projects is kept in memory: every request asks who
//! calls and for which project, and the answer hardly ever changes.
//!
//! What this server changes is seen at once. What another one on the same
//! database changes is seen within a second, as with catalogues.

use crate::App;
use coinslot_domain::id::{ItemId, MerchantId, ProjectId};
use coinslot_domain::merchant::{Caller, Project};
use coinslot_domain::time::{Span, Time};
use coinslot_store::{StoreError, merchant, purchase, wallet};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

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
        let copies = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let copy = copies.get(key)?;
        // A clock that was put back must not keep a copy fresh for long.
        let fresh = copy.epoch == epoch && now < copy.until && copy.until <= now + FRESH;
        fresh.then(|| copy.value.clone())
    }

    /// Keeps what was read at `now`, after the epoch was asked for.
    fn keep(&self, key: K, value: V, epoch: u64, now: Time) {
        let mut copies = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if copies.len() >= KEPT {
            copies.retain(|_, copy| now < copy.until);
            if copies.len() >= KEPT {
                copies.clear();
            }
        }
        copies.insert(key, Copy { value, epoch, until: now + FRESH });
    }
}

/// Who has an API key, by its hash. Keys that nobody has are not remembered.
pub(crate) async fn caller(app: &App, id: MerchantId, key_hash: String) -> Result<Option<Caller>, StoreError> {
    let (epoch, now) = (app.store.epoch(), app.outside.now());
    let key = (id, key_hash);
    if let Some(caller) = app.known.keys.fresh(&key, epoch, now) {
        return Ok(Some(caller));
    }
    let key_hash = key.1.clone();
    let found = app.store.read(move |tx| merchant::find_key(tx, id, &key_hash)).await?;
    if let Some(caller) = found {
        app.known.keys.keep(key, caller, epoch, now);
    }
    Ok(found)
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
    fn no_more_are_kept_than_fit() {
        let shelf = Shelf::<usize, usize>::default();
        for n in 0..3 * KEPT {
            shelf.keep(n, n, 7, Time(0));
            assert_eq!(shelf.fresh(&n, 7, Time(0)), Some(n));
            assert!(shelf.0.lock().unwrap().len() <= KEPT);
        }
    }
}
