//! What players see of a project's offers: answers as bytes, kept until the
//! catalogue changes or a promotion begins or ends.

use crate::shop::List;
use crate::{App, catalogue};
use bytes::Bytes;
use coinslot_domain::attribute::{Access, access};
use coinslot_domain::catalogue::Catalogue;
use coinslot_domain::id::{GroupId, ItemId, ProjectId};
use coinslot_domain::merchant::Project;
use coinslot_domain::money::Currency;
use coinslot_domain::promotion::Promotion;
use coinslot_domain::time::Time;
use coinslot_store::{StoreError, Tx, attribute, plan, purchase, subscription};
use coinslot_wire::shop::cart::Written;
use coinslot_wire::shop::item::{Fields, Query};
use coinslot_wire::storefront::{self as wire, Part, Reader};
use foldhash::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

/// Who looks at a storefront.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// The player.
    pub user: String,
    /// The currency to show prices in.
    pub currency: Currency,
    /// The languages the player reads, the best first.
    pub languages: Vec<String>,
}

/// What of a storefront is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum What {
    Packages,
    Groups,
    Items(Option<GroupId>),
    Plans,
}

/// What of the answers that are kept.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Asked(About);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum About {
    Storefront(What),
    Shop { list: List, limit: i64, offset: i64, fields: Fields },
    Cart(ItemId),
}

impl Asked {
    /// A list of the Store API, by everything that makes it another one.
    pub(crate) fn of_shop(list: List, query: &Query) -> Self {
        let Query { limit, offset, fields, .. } = *query;
        Asked(About::Shop { list, limit, offset, fields })
    }

    /// An item as it stands in a cart.
    pub(crate) fn in_cart(item: ItemId) -> Self {
        Asked(About::Cart(item))
    }
}

/// The packages of virtual currency.
pub async fn packages(app: &App, project: &Project, visitor: Visitor) -> Result<Bytes, StoreError> {
    Ok(view(app, project, &visitor, What::Packages).await?.1.whole.clone())
}

/// The tree of groups.
pub async fn groups(app: &App, project: &Project, visitor: Visitor) -> Result<Bytes, StoreError> {
    Ok(view(app, project, &visitor, What::Groups).await?.1.whole.clone())
}

/// The items of a group that the player may see. What is known of the player is
/// read only where the group asks for it.
pub async fn items(
    app: &App,
    project: &Project,
    visitor: Visitor,
    group: Option<GroupId>,
) -> Result<Bytes, StoreError> {
    let (catalogue, view) = view(app, project, &visitor, What::Items(group)).await?;
    let conditional = view.parts.iter().any(|p| p.conditional);
    let limited = view.parts.iter().any(|p| p.limit.is_some());
    if !conditional && !limited {
        return Ok(view.whole.clone());
    }
    let (id, user) = (project.id, visitor.user);
    let (said, bought) = app
        .store
        .read(move |tx| {
            let said = if conditional { attribute::values_of(tx, id, &user)? } else { Default::default() };
            let bought = if limited { purchase::of_player(tx, id, &user)? } else { Default::default() };
            Ok::<_, StoreError>((said, bought))
        })
        .await?;
    let hidden = |part: &Part| {
        let conditions = catalogue.items.get(&part.item).map_or(&[][..], |i| &i.conditions);
        access(conditions, &catalogue.attributes, &said) == Access::Hidden
    };
    let sees = |part: &Part| {
        let more = |limit| bought.get(&part.item).is_none_or(|n| *n < limit);
        part.limit.is_none_or(more) && !(part.conditional && hidden(part))
    };
    if view.parts.iter().all(sees) {
        Ok(view.whole.clone())
    } else {
        Ok(wire::only(&view.whole, &view.parts, sees).into())
    }
}

/// The subscription plans, and the player's subscription.
pub async fn plans(app: &App, project: &Project, visitor: Visitor) -> Result<Bytes, StoreError> {
    let (_, view) = view(app, project, &visitor, What::Plans).await?;
    let (id, user) = (project.id, visitor.user);
    let next = app.store.read(move |tx| next_charge(tx, id, &user)).await?;
    let next = next.as_ref().map(|(at, plan)| (*at, plan.as_str()));
    Ok([view.whole.as_ref(), &wire::active_package(next)].concat().into())
}

/// Subscriptions of one player that are looked at.
const SUBSCRIPTIONS: i64 = 100;

/// When the player is charged next for a subscription, and the external id of
/// its plan, which may be deleted.
fn next_charge(tx: &mut Tx<'_>, project: ProjectId, user: &str) -> Result<Option<(Time, String)>, StoreError> {
    let ever = (Time(i64::MIN), Time(i64::MAX));
    let all = subscription::list(tx, project, Some(user), ever, 0, SUBSCRIPTIONS)?;
    let running = all.iter().filter(|s| !s.state.is_over());
    let Some((at, plan)) = running.filter_map(|s| Some((s.next_charge?, s.plan))).min() else { return Ok(None) };
    Ok(plan::find(tx, project, plan)?.map(|plan| (at, plan.external_id)))
}

/// The promotion that ends first.
pub async fn bonus(app: &App, project: &Project, visitor: Visitor) -> Result<Bytes, StoreError> {
    let catalogue = catalogue::current(app, project.id).await?;
    let now = app.now(project.id);
    let reader = reader(project, &visitor, &visitor.languages);
    Ok(wire::bonus(&running(&catalogue, now), &reader, now).into())
}

fn reader<'a>(project: &'a Project, visitor: &Visitor, languages: &'a [String]) -> Reader<'a> {
    Reader { languages, own: project.language(), currency: visitor.currency }
}

/// The promotions that run for everybody, however they pay.
fn running(catalogue: &Catalogue, now: Time) -> Vec<&Promotion> {
    catalogue.promotions.iter().filter(|p| p.is_active(now) && p.is_for(None, &[])).collect()
}

/// An answer, made when it is first asked for.
async fn view(
    app: &App,
    project: &Project,
    visitor: &Visitor,
    what: What,
) -> Result<(Arc<Catalogue>, Arc<View>), StoreError> {
    let catalogue = catalogue::current(app, project.id).await?;
    let now = app.now(project.id);
    // Languages in which nothing is written would only make copies of one answer.
    let languages: Vec<String> = visitor.languages.iter().filter(|l| catalogue.speaks(l)).cloned().collect();
    let key = Key {
        project: project.id,
        what: Asked(About::Storefront(what)),
        currency: visitor.currency,
        languages: languages.join(","),
        own: project.language().to_string(),
    };
    if let Some(view) = app.storefronts.find(&key, catalogue.version, now) {
        return Ok((catalogue, view));
    }
    let running = running(&catalogue, now);
    let reader = reader(project, visitor, &languages);
    let listing = match what {
        What::Packages => wire::packages(&catalogue, &running, &reader),
        What::Groups => wire::groups(&catalogue, &reader),
        What::Items(group) => wire::items(&catalogue, &running, &reader, group),
        What::Plans => wire::plans(&catalogue, &running, &reader),
    };
    let until = catalogue.promotions.iter().filter_map(|p| p.next_change(now)).min();
    let view = View {
        version: catalogue.version,
        from: now,
        until,
        whole: listing.whole.into(),
        parts: listing.parts,
        own: Own::default(),
        written: None,
    };
    let view = Arc::new(view);
    app.storefronts.keep(key, view.clone());
    Ok((catalogue, view))
}

/// An answer of the Store API, to be kept.
pub(crate) fn kept_view(catalogue: &Catalogue, now: Time, whole: Bytes, own: Own) -> Arc<View> {
    let until = catalogue.promotions.iter().filter_map(|p| p.next_change(now)).min();
    Arc::new(View { version: catalogue.version, from: now, until, whole, parts: vec![], own, written: None })
}

/// The same of an item in a cart.
pub(crate) fn written_view(catalogue: &Catalogue, now: Time, written: Arc<Written>) -> Arc<View> {
    let until = catalogue.promotions.iter().filter_map(|p| p.next_change(now)).min();
    let (version, whole, own) = (catalogue.version, Bytes::new(), Own::default());
    Arc::new(View { version, from: now, until, whole, parts: vec![], own, written: Some(written) })
}

/// What of an answer of the Store API is another one for some players.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Own {
    /// Whether who the player is decides what is in it.
    pub conditional: bool,
    /// Entries that change with what the player bought or has.
    pub spots: Vec<Spot>,
    /// Whether any of them can be had only once, so that what the player has
    /// counts.
    pub once: bool,
}

/// An entry of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Spot {
    /// Where it stands in the bytes.
    pub at: Range<usize>,
    /// What it is.
    pub item: ItemId,
    /// Its place in the list.
    pub place: usize,
}

/// An answer, and for how long it holds.
pub(crate) struct View {
    /// The catalogue it was made from.
    version: i64,
    /// When it was made.
    from: Time,
    /// When a promotion begins or ends.
    until: Option<Time>,
    pub whole: Bytes,
    parts: Vec<Part>,
    /// Of an answer of the Store API.
    pub own: Own,
    /// An item in a cart.
    pub written: Option<Arc<Written>>,
}

/// What makes an answer another one.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub project: ProjectId,
    pub what: Asked,
    pub currency: Currency,
    pub languages: String,
    pub own: String,
}

/// Bytes of answers that are kept. When they are full all are forgotten: what is
/// in use is made again at once.
const KEPT: usize = 32 << 20;

/// Answers that were made, of all projects.
#[derive(Default)]
pub(crate) struct Views(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    views: HashMap<Key, Arc<View>>,
    bytes: usize,
}

impl View {
    /// What it takes to keep it, about.
    fn size(&self) -> usize {
        let parts = self.parts.len() * size_of::<Part>() + self.own.spots.len() * size_of::<Spot>();
        512 + self.whole.len() + parts + self.written.as_ref().map_or(0, |w| w.size())
    }
}

impl Views {
    pub(crate) fn find(&self, key: &Key, version: i64, now: Time) -> Option<Arc<View>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let view = kept.views.get(key)?;
        // A clock that was put back makes an old answer wrong, too.
        let holds = view.version == version && view.from <= now && view.until.is_none_or(|until| now < until);
        holds.then(|| view.clone())
    }

    pub(crate) fn keep(&self, key: Key, view: Arc<View>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.bytes + view.size() > KEPT {
            *kept = Kept::default();
        }
        kept.bytes += view.size();
        if let Some(old) = kept.views.insert(key, view) {
            kept.bytes -= old.size();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(n: i64) -> Key {
        Key {
            project: ProjectId::new(n).unwrap(),
            what: Asked(About::Storefront(What::Groups)),
            currency: Currency::from_code("USD").unwrap(),
            languages: "en".into(),
            own: "en".into(),
        }
    }

    fn view(version: i64, bytes: usize) -> Arc<View> {
        Arc::new(View {
            version,
            from: Time(10),
            until: Some(Time(20)),
            whole: vec![0; bytes].into(),
            parts: vec![],
            own: Own::default(),
            written: None,
        })
    }

    #[test]
    fn an_answer_holds_for_its_catalogue_until_a_promotion_changes() {
        let views = Views::default();
        views.keep(key(1), view(3, 5));
        let found = |version, now| views.find(&key(1), version, Time(now)).is_some();
        assert!(found(3, 10) && found(3, 19));
        assert!(!found(3, 20) && !found(3, 9) && !found(4, 10));
        assert!(views.find(&key(2), 3, Time(10)).is_none());
        views.keep(key(1), view(4, 5));
        assert!(found(4, 10) && !found(3, 10), "a newer one takes its place");
    }

    #[test]
    fn no_more_is_kept_than_fits() {
        let views = Views::default();
        for n in 1..=100 {
            views.keep(key(n), view(1, KEPT / 10));
            assert!(views.find(&key(n), 1, Time(10)).is_some());
            let kept = views.0.lock().unwrap();
            assert!(kept.bytes <= KEPT && kept.bytes == kept.views.values().map(|v| v.size()).sum::<usize>());
        }
    }
}
