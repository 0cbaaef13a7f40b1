//! The catalogue of a project: how it is changed, and the copy of it in memory
//! that storefronts and prices are made from.

use crate::App;
use coinslot_domain::attribute::Attribute;
use coinslot_domain::catalogue::Catalogue;
use coinslot_domain::id::{ItemId, ProjectId};
use coinslot_domain::item::Item;
use coinslot_domain::promotion::Promotion;
use coinslot_domain::time::{Span, Time};
use coinslot_domain::virtual_currency::{Package, Settings};
use coinslot_store::{StoreError, Tx, attribute, catalogue, group, item, plan, promotion, virtual_currency};
use coinslot_wire::shape::Violation;
use foldhash::HashMap;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Why the catalogue was not changed.
#[derive(Debug)]
pub enum EditError {
    /// What was to be changed is not there, in words for the caller.
    NotFound(&'static str),
    /// The request has faults.
    Invalid(Vec<Violation>),
    /// The database did not do it.
    Store(StoreError),
}

impl From<StoreError> for EditError {
    fn from(e: StoreError) -> Self {
        EditError::Store(e)
    }
}

/// Changes the catalogue of a project in one transaction. Changes of one project
/// happen one after the other, so that what `change` reads still holds when it
/// writes; and whoever asks this server for the catalogue afterwards sees it.
pub(crate) async fn edit<T, E>(
    app: &App,
    project: ProjectId,
    change: impl Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
) -> Result<T, E>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    let (version, made) = app
        .store
        .write(move |tx| {
            let version = catalogue::advance(tx, project)?;
            Ok::<_, E>((version, change(tx)?))
        })
        .await?;
    app.catalogues.changed(project, version);
    Ok(made)
}

/// For so long a copy is taken for the catalogue without asking the database;
/// what another server changed is seen after that.
const FRESH: Span = Span::seconds(1);
/// Projects whose catalogues are kept.
const KEPT: usize = 256;
/// How often a catalogue that changes all the time is read again to get hold of
/// one whole state of it.
const TRIES: usize = 5;

/// The catalogue of a project as it is now: with everything this server changed,
/// and with what others changed a second ago. Whoever takes an order asks for the
/// version again in its transaction.
pub async fn current(app: &App, project: ProjectId) -> Result<Arc<Catalogue>, StoreError> {
    let now = app.clock.now();
    if let Some(copy) = app.catalogues.fresh(project, now) {
        return Ok(copy);
    }
    let mut version = app.store.read(move |tx| catalogue::version(tx, project)).await?;
    if let Some(copy) = app.catalogues.confirm(project, version, now) {
        return Ok(copy);
    }
    for _ in 1..TRIES {
        let (copy, after) = app.store.read(move |tx| load(tx, project, version)).await?;
        if after == version {
            return Ok(app.catalogues.keep(project, copy, now));
        }
        version = after;
    }
    // Nothing changes it under the lock of a change that changes nothing.
    let copy = app
        .store
        .write(move |tx| {
            let version = catalogue::advance(tx, project)?;
            load(tx, project, version)
        })
        .await?;
    Ok(app.catalogues.keep(project, copy.0, now))
}

/// The catalogue, and the version it has after it was read: if that is another
/// one, what was read may be partly of the one and partly of the other.
fn load(tx: &mut Tx<'_>, project: ProjectId, version: i64) -> Result<(Catalogue, i64), StoreError> {
    let copy = Catalogue::new(
        version,
        attribute::all(tx, project)?,
        group::all(tx, project)?,
        item::all(tx, project)?,
        group::all_members(tx, project)?,
        virtual_currency::settings(tx, project)?,
        virtual_currency::packages(tx, project)?,
    );
    let plans = plan::list(tx, project, &plan::Filter::default(), 0, i64::MAX)?;
    let copy = copy.with(plans, promotion::of_project(tx, project)?);
    Ok((copy, catalogue::version(tx, project)?))
}

/// The copy of a catalogue that was in memory when somebody began to buy. A
/// transaction takes it for what the database has if the version is the same.
#[derive(Clone, Default)]
pub(crate) struct AtHand {
    copy: Option<Arc<Catalogue>>,
    /// Whether it is taken for what is sold without a look.
    shown: bool,
}

impl AtHand {
    /// The copy of a project's catalogue.
    pub(crate) async fn of(app: &App, project: ProjectId) -> Result<Self, StoreError> {
        Ok(AtHand { copy: Some(current(app, project).await?), shown: false })
    }

    /// This copy, for who is shown prices and buys nothing: it is as good as that
    /// of the storefronts.
    pub(crate) fn shown(copy: Arc<Catalogue>) -> Self {
        AtHand { copy: Some(copy), shown: true }
    }

    /// Where this transaction reads what is sold: one look at the version
    /// instead of a dozen statements, unless the catalogue was changed since.
    pub(crate) fn shelf(&self, tx: &mut Tx<'_>, project: ProjectId) -> Result<Shelf, StoreError> {
        let Some(copy) = &self.copy else { return Ok(Shelf { project, copy: None }) };
        let same = self.shown || catalogue::version_seen(tx, project)? == copy.version;
        Ok(Shelf { project, copy: same.then(|| copy.clone()) })
    }
}

/// Something that is sold: in the copy, or read for who asked.
pub(crate) enum Goods<'s, T> {
    Shared(&'s T),
    Read(Box<T>),
}

impl<T> std::ops::Deref for Goods<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        match self {
            Goods::Shared(all) => all,
            Goods::Read(own) => own,
        }
    }
}

/// What a project sells, as a transaction reads it.
pub(crate) struct Shelf {
    project: ProjectId,
    /// Nothing where the database is to be read.
    copy: Option<Arc<Catalogue>>,
}

impl Shelf {
    /// The version of the catalogue, where it is in memory.
    pub(crate) fn version(&self) -> Option<i64> {
        self.copy.as_ref().map(|copy| copy.version)
    }

    /// Whether an item is in memory and sold to whoever comes.
    pub(crate) fn sells_to_all(&self, id: ItemId) -> bool {
        let item = self.copy.as_ref().and_then(|copy| copy.items.get(&id));
        item.is_some_and(|item| item.enabled && item.conditions.is_empty())
    }

    /// An item that is not deleted, by its SKU.
    pub(crate) fn item_by_sku(&self, tx: &mut Tx<'_>, sku: &str) -> Result<Option<Goods<'_, Item>>, StoreError> {
        match &self.copy {
            Some(copy) => Ok(copy.item(sku).map(Goods::Shared)),
            None => Ok(item::by_sku(tx, self.project, sku)?.map(|item| Goods::Read(Box::new(item)))),
        }
    }

    /// A package of virtual currency, enabled or not, by its SKU.
    pub(crate) fn package_by_sku(&self, tx: &mut Tx<'_>, sku: &str) -> Result<Option<Goods<'_, Package>>, StoreError> {
        match &self.copy {
            Some(copy) => Ok(copy.package_by_sku(sku).map(Goods::Shared)),
            None => {
                let all = virtual_currency::packages(tx, self.project)?;
                Ok(all.into_iter().find(|p| p.sku == sku).map(|package| Goods::Read(Box::new(package))))
            }
        }
    }

    /// An item by its number, deleted or not.
    pub(crate) fn item(&self, tx: &mut Tx<'_>, id: ItemId) -> Result<Option<Cow<'_, Item>>, StoreError> {
        match self.copy.as_ref().and_then(|copy| copy.items.get(&id)) {
            Some(item) => Ok(Some(Cow::Borrowed(item))),
            None => Ok(item::find(tx, self.project, id)?.map(Cow::Owned)),
        }
    }

    /// Packages of virtual currency.
    pub(crate) fn packages(&self, tx: &mut Tx<'_>) -> Result<Cow<'_, [Package]>, StoreError> {
        match &self.copy {
            Some(copy) => Ok(Cow::Borrowed(&copy.packages)),
            None => Ok(Cow::Owned(virtual_currency::packages(tx, self.project)?)),
        }
    }

    /// What holds for virtual currency.
    pub(crate) fn currency(&self, tx: &mut Tx<'_>) -> Result<Cow<'_, Settings>, StoreError> {
        match &self.copy {
            Some(copy) => Ok(Cow::Borrowed(&copy.currency)),
            None => Ok(Cow::Owned(virtual_currency::settings(tx, self.project)?)),
        }
    }

    /// Promotions, whether they run or not.
    pub(crate) fn promotions(&self, tx: &mut Tx<'_>) -> Result<Cow<'_, [Promotion]>, StoreError> {
        match &self.copy {
            Some(copy) => Ok(Cow::Borrowed(&copy.promotions)),
            None => Ok(Cow::Owned(promotion::of_project(tx, self.project)?)),
        }
    }

    /// Attributes of players, by key.
    pub(crate) fn attributes(&self, tx: &mut Tx<'_>) -> Result<Cow<'_, BTreeMap<String, Attribute>>, StoreError> {
        match &self.copy {
            Some(copy) => Ok(Cow::Borrowed(&copy.attributes)),
            None => {
                let all = attribute::all(tx, self.project)?;
                Ok(Cow::Owned(all.into_iter().map(|a| (a.key.clone(), a)).collect()))
            }
        }
    }
}

/// Copies of catalogues, of the projects that were asked for last.
#[derive(Default)]
pub(crate) struct Copies(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    copies: HashMap<ProjectId, Copy>,
    /// How often any was looked at.
    uses: u64,
}

/// The copy of one project.
#[derive(Default)]
struct Copy {
    catalogue: Option<Arc<Catalogue>>,
    /// Until when it is fresh.
    until: Option<Time>,
    /// What this server changed last: an older copy, which somebody may still be
    /// loading, is of no use.
    at_least: i64,
    /// The last look at it, counted in looks at any.
    used: u64,
}

impl Copies {
    /// The copy of a project, if it need not be compared with the database.
    fn fresh(&self, project: ProjectId, now: Time) -> Option<Arc<Catalogue>> {
        self.with(project, |copy| {
            // A clock that was put back must not keep a copy fresh for long.
            let fresh = copy.until.is_some_and(|until| now < until && until <= now + FRESH);
            copy.catalogue.clone().filter(|c| fresh && c.version >= copy.at_least)
        })
    }

    /// The copy of a project, if it is what the database had at `now`.
    fn confirm(&self, project: ProjectId, version: i64, now: Time) -> Option<Arc<Catalogue>> {
        self.with(project, |copy| {
            let same = copy.catalogue.clone().filter(|c| c.version == version && version >= copy.at_least)?;
            copy.until = Some(now + FRESH);
            Some(same)
        })
    }

    /// Keeps a copy of what the database had at `now`, unless there is a newer
    /// one.
    fn keep(&self, project: ProjectId, loaded: Catalogue, now: Time) -> Arc<Catalogue> {
        let loaded = Arc::new(loaded);
        self.with(project, |copy| {
            let newest = copy.catalogue.as_ref().map_or(0, |c| c.version).max(copy.at_least);
            if loaded.version >= newest {
                copy.catalogue = Some(loaded.clone());
                copy.until = Some(now + FRESH);
            }
        });
        loaded
    }

    /// Notes that this server changed a catalogue, which has this version now.
    pub(crate) fn changed(&self, project: ProjectId, version: i64) {
        self.with(project, |copy| copy.at_least = copy.at_least.max(version));
    }

    fn with<T>(&self, project: ProjectId, f: impl FnOnce(&mut Copy) -> T) -> T {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Kept { copies, uses } = &mut *kept;
        if copies.len() >= KEPT && !copies.contains_key(&project) {
            let oldest = copies.iter().min_by_key(|(_, copy)| copy.used).map(|(project, _)| *project);
            oldest.and_then(|project| copies.remove(&project));
        }
        *uses += 1;
        let copy = copies.entry(project).or_default();
        copy.used = *uses;
        f(copy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use coinslot_domain::virtual_currency::Settings;
    use std::collections::BTreeMap;

    fn project(n: i64) -> ProjectId {
        ProjectId::new(n).unwrap()
    }

    fn catalogue(version: i64) -> Catalogue {
        Catalogue::new(version, vec![], vec![], vec![], BTreeMap::new(), Settings::initial().unwrap(), vec![])
    }

    #[test]
    fn a_copy_is_fresh_for_a_second() {
        let (copies, p, start) = (Copies::default(), project(1), Time(0));
        let found = |now| copies.fresh(p, now).map(|c| c.version);
        assert_eq!(found(start), None);
        copies.keep(p, catalogue(3), start);
        assert_eq!(found(start), Some(3));
        assert_eq!(found(start + Span::millis(999)), Some(3));
        assert_eq!(found(start + FRESH), None);
        assert_eq!(found(start - Span::seconds(60)), None, "the clock was put back");
        assert_eq!(copies.confirm(p, 4, start + FRESH), None, "the database has a newer one");
        assert!(copies.confirm(p, 3, start + FRESH).is_some());
        assert_eq!(found(start + Span::millis(1_999)), Some(3));
    }

    #[test]
    fn what_this_server_changed_is_seen_at_once() {
        let (copies, p, now) = (Copies::default(), project(1), Time(0));
        copies.keep(p, catalogue(3), now);
        copies.changed(p, 4);
        assert_eq!(copies.fresh(p, now), None);
        assert_eq!(copies.confirm(p, 3, now), None);
        // Somebody began to load before the change and comes late.
        copies.keep(p, catalogue(3), now);
        assert_eq!(copies.fresh(p, now), None);
        copies.keep(p, catalogue(4), now);
        copies.keep(p, catalogue(3), now);
        assert_eq!(copies.fresh(p, now).map(|c| c.version), Some(4));
        copies.changed(p, 2);
        assert!(copies.fresh(p, now).is_some(), "changes may be told out of order");
    }

    #[test]
    fn no_more_are_kept_than_fit() {
        let copies = Copies::default();
        for n in 1..=KEPT as i64 + 10 {
            copies.keep(project(n), catalogue(1), Time(0));
            assert!(copies.fresh(project(1), Time(0)).is_some(), "what is in use stays");
        }
        assert_eq!(copies.0.lock().unwrap().copies.len(), KEPT);
        assert_eq!(copies.fresh(project(2), Time(0)), None, "the oldest went");
    }
}
