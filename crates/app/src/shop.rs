//! What the Store API shows of a project's offers: to anybody, as bytes that are
//! kept until the catalogue changes or a promotion begins or ends; to a player
//! who says who he or she is, with what that player may and still can buy.

use crate::known;
use crate::player::Known;
use crate::storefront::{self, Asked, Key, Own, Spot, kept_view};
use crate::{App, catalogue};
use bytes::Bytes;
use coinslot_domain::catalogue::Catalogue;
use coinslot_domain::game::Game;
use coinslot_domain::group::Group;
use coinslot_domain::id::{CampaignId, ItemId};
use coinslot_domain::item::{Item, Kind};
use coinslot_domain::merchant::Project;
use coinslot_domain::money::Currency;
use coinslot_domain::promotion::Promotion;
use coinslot_domain::time::Time;
use coinslot_store::{StoreError, Tx, coupon, game, inventory, key, purchase};
use coinslot_wire::shop::cart::Written;
use coinslot_wire::shop::item::{self as wire, Fields, Mine, Query, View};
use coinslot_wire::shop::order::CURRENCY_SKU;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

/// Who looks at what of a project.
#[derive(Clone, Debug)]
pub struct Looking {
    /// The project.
    pub project: Arc<Project>,
    /// The player, if one said so.
    pub known: Option<Arc<Known>>,
    /// What is asked for, and how.
    pub query: Query,
    /// Where the player is, if that can be told.
    pub country: Option<String>,
    /// The currency that is asked for.
    pub currency: Option<Currency>,
}

impl Looking {
    /// The currency to show prices in, if there is one to prefer.
    fn currency(&self) -> Option<Currency> {
        self.currency.or_else(|| self.country.as_deref().and_then(Currency::of_country))
    }
}

/// A list of things.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum List {
    /// Items that are no goods sent by mail; of a group, by its name.
    VirtualItems(Option<String>),
    /// The same in short, all at once.
    Short,
    /// Virtual currencies.
    Currencies,
    /// Packages of virtual currency.
    Packages,
    /// Bundles; of a group, by its name.
    Bundles(Option<String>),
    /// Everything that can be bought; of a group, by its name.
    Everything(Option<String>),
    /// Games; of a group, by its name.
    Games(Option<String>),
    /// Keys of games; of a group, by its name.
    Keys(Option<String>),
}

/// One thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum One {
    /// An item, by its SKU.
    VirtualItem(String),
    /// The virtual currency, by its SKU.
    Currency(String),
    /// A package of virtual currency, by its SKU.
    Package(String),
    /// A bundle, by its SKU.
    Bundle(String),
    /// Whatever has the SKU and can be bought.
    Sku(String),
    /// Whatever has the number and can be bought.
    Id(i64),
    /// A game, by its SKU.
    Game(String),
    /// A key of a game, by its SKU.
    Key(String),
}

/// The name of the group that everything is in.
const ALL: &str = "all";

/// Everything that a view needs, read at one time.
pub(crate) struct Seen {
    pub catalogue: Arc<Catalogue>,
    languages: [String; 1],
    project: Arc<Project>,
    currency: Option<Currency>,
    now: Time,
    mine: Option<Mine>,
    campaigns: Vec<CampaignId>,
    fields: Fields,
    scheme: &'static str,
    /// What bundles need that have keys in them.
    pub games: Games,
}

/// Games with how many keys of each can be sold, by the number of the place.
pub(crate) type Games = Vec<(Game, BTreeMap<i64, i64>)>;

impl Seen {
    /// The promotions that run for this player.
    pub fn running(&self) -> Vec<&Promotion> {
        let runs = |p: &&Promotion| p.is_active(self.now) && p.is_for(None, &self.campaigns);
        self.catalogue.promotions.iter().filter(runs).collect()
    }

    /// The view, with the promotions of [`Seen::running`].
    pub fn view<'a>(&'a self, running: &'a [&'a Promotion]) -> View<'a> {
        View {
            catalogue: &self.catalogue,
            running,
            languages: &self.languages,
            own: self.project.language(),
            currency: self.currency,
            now: self.now,
            mine: self.mine.as_ref(),
            fields: self.fields,
            scheme: self.scheme,
            games: &self.games,
        }
    }
}

/// Looks at a project's offers.
pub(crate) async fn look(app: &App, looking: &Looking) -> Result<Seen, StoreError> {
    let catalogue = catalogue::current(app, looking.project.id).await?;
    let now = app.now(looking.project.id);
    let (mine, campaigns) = match (&looking.known, &looking.query.code) {
        (None, None) => (None, vec![]),
        (known, code) => {
            let (known, code, project) = (known.clone(), code.clone(), looking.project.clone());
            let read = app.store.read(move |tx| {
                let mine = match &known {
                    Some(known) => Some(mine(tx, &project, known, now)?),
                    None => None,
                };
                let campaign = match &code {
                    Some(code) => coupon::find_coupon(tx, project.id, code)?.map(|c| c.campaign),
                    None => None,
                };
                let campaign = match campaign {
                    Some(id) => coupon::find(tx, project.id, id)?.filter(|c| c.is_active(now)).map(|c| c.id),
                    None => None,
                };
                Ok::<_, StoreError>((mine, campaign.into_iter().collect()))
            });
            read.await?
        }
    };
    let games = if catalogue.bundles_keys() { all_games(app, &looking.project).await? } else { vec![] };
    Ok(Seen { games, ..seen(app, looking, catalogue, mine, campaigns) })
}

/// A look at offers with what is known of who looks.
pub(crate) fn seen(
    app: &App,
    looking: &Looking,
    catalogue: Arc<Catalogue>,
    mine: Option<Mine>,
    campaigns: Vec<CampaignId>,
) -> Seen {
    let wanted = looking.query.locale.clone().unwrap_or_else(|| "en".into());
    Seen {
        languages: [wanted],
        project: looking.project.clone(),
        currency: looking.currency(),
        now: app.now(looking.project.id),
        mine,
        campaigns,
        fields: looking.query.fields,
        scheme: if app.public_url.starts_with("http://") { "http:" } else { "https:" },
        games: vec![],
        catalogue,
    }
}

/// What is known of a player who looks.
pub(crate) fn mine(tx: &mut Tx<'_>, project: &Project, known: &Known, now: Time) -> Result<Mine, StoreError> {
    let user = &known.player.id;
    let owned = inventory::list(tx, project.id, user, now, i64::MAX, 0)?;
    Ok(Mine {
        bought: purchase::of_player(tx, project.id, user)?,
        owned: owned.into_iter().map(|h| h.item).collect(),
        values: known.values(tx, project)?,
    })
}

/// Every game of a project. Keys come and go without the catalogue's changing, so
/// they are read when they are asked for.
pub(crate) fn games(tx: &mut Tx<'_>, project: &Project) -> Result<Games, StoreError> {
    let mut counted: BTreeMap<_, BTreeMap<i64, i64>> = BTreeMap::new();
    for ((game, drm), codes) in key::count(tx, project.id, None)? {
        counted.entry(game).or_default().insert(drm, codes.active);
    }
    let all = game::list(tx, project.id, 0, i64::MAX)?;
    Ok(all.into_iter().map(|g| (counted.remove(&g.id).unwrap_or_default(), g)).map(|(n, g)| (g, n)).collect())
}

async fn all_games(app: &App, project: &Project) -> Result<Games, StoreError> {
    let project = project.clone();
    app.store.read(move |tx| games(tx, &project)).await
}

/// A list; `None` when its group is not there.
pub async fn list(app: &App, looking: &Looking, list: &List) -> Result<Option<Bytes>, StoreError> {
    let catalogue = catalogue::current(app, looking.project.id).await?;
    let has_keys = list.has_keys() || (matches!(list, List::Bundles(_)) && catalogue.bundles_keys());
    if looking.query.code.is_some() || has_keys {
        return Ok(listed(app, looking, list).await?.map(|(whole, _)| whole));
    }
    let now = app.now(looking.project.id);
    let key = key(looking, &catalogue, Asked::of_shop(list.clone(), &looking.query));
    let kept = match app.storefronts.find(&key, catalogue.version, now) {
        Some(kept) => kept,
        None => {
            let anybody = Looking { known: None, ..looking.clone() };
            let Some((whole, own)) = listed(app, &anybody, list).await? else { return Ok(None) };
            let kept = kept_view(&catalogue, now, whole, own);
            app.storefronts.keep(key, kept.clone());
            kept
        }
    };
    match &looking.known {
        // Bundles show limits of what is in them, too.
        Some(_) if kept.own.conditional || matches!(list, List::Bundles(_)) => {
            Ok(listed(app, looking, list).await?.map(|(whole, _)| whole))
        }
        Some(known) => for_player(app, looking, known, catalogue, &kept).await.map(Some),
        None => Ok(Some(kept.whole.clone())),
    }
}

/// What makes an answer another one for who looks.
fn key(looking: &Looking, catalogue: &Catalogue, what: Asked) -> Key {
    Key {
        project: looking.project.id,
        what,
        currency: looking.currency().unwrap_or(catalogue.currency.default_currency),
        languages: looking.query.locale.clone().filter(|l| catalogue.speaks(l)).unwrap_or_default(),
        own: looking.project.language().to_string(),
    }
}

/// An item as it stands in carts of those to whom nothing of it is their own.
pub(crate) fn written(app: &App, looking: &Looking, view: &View<'_>, item: &Item) -> Arc<Written> {
    let key = key(looking, view.catalogue, Asked::in_cart(item.id));
    if let Some(written) = app.storefronts.find(&key, view.catalogue.version, view.now).and_then(|v| v.written.clone())
    {
        return written;
    }
    let written = Arc::new(Written::of(&view.item(item, 0)));
    app.storefronts.keep(key, storefront::written_view(view.catalogue, view.now, written.clone()));
    written
}

/// A list that anybody sees, for a player who may have bought some of it.
async fn for_player(
    app: &App,
    looking: &Looking,
    known: &Known,
    catalogue: Arc<Catalogue>,
    kept: &storefront::View,
) -> Result<Bytes, StoreError> {
    let spots = &kept.own.spots;
    if spots.is_empty() {
        return Ok(kept.whole.clone());
    }
    let (project, user) = (looking.project.id, known.player.id.clone());
    let bought = known::bought(app, project, &user).await?;
    let owned: BTreeSet<ItemId> = match kept.own.once {
        true => {
            let now = app.now(project);
            let read = app.store.read(move |tx| inventory::list(tx, project, &user, now, i64::MAX, 0));
            read.await?.into_iter().map(|h| h.item).collect()
        }
        false => BTreeSet::new(),
    };
    if bought.is_empty() && owned.is_empty() {
        return Ok(kept.whole.clone());
    }
    let changed = |s: &&Spot| bought.get(&s.item).is_some_and(|n| *n > 0) || owned.contains(&s.item);
    let changed: Vec<Spot> = spots.iter().filter(changed).cloned().collect();
    if changed.is_empty() {
        return Ok(kept.whole.clone());
    }
    let mine = Mine { bought: BTreeMap::clone(&bought), owned, ..Mine::default() };
    let seen = seen(app, looking, catalogue, Some(mine), vec![]);
    let running = seen.running();
    let view = seen.view(&running);
    let mut out = Vec::with_capacity(kept.whole.len() + 64);
    let mut from = 0;
    for Spot { at, item, place } in changed {
        let Some(item) = seen.catalogue.items.get(&item) else { continue };
        out.extend_from_slice(&kept.whole[from..at.start]);
        out.extend_from_slice(view.item(item, place).to_string().as_bytes());
        from = at.end;
    }
    out.extend_from_slice(&kept.whole[from..]);
    Ok(out.into())
}

impl List {
    /// Whether there are keys of games in it.
    fn has_keys(&self) -> bool {
        matches!(self, List::Everything(_) | List::Games(_) | List::Keys(_))
    }

    fn group(&self) -> Option<&str> {
        match self {
            List::VirtualItems(group)
            | List::Bundles(group)
            | List::Everything(group)
            | List::Games(group)
            | List::Keys(group) => group.as_deref().filter(|g| *g != ALL),
            List::Short | List::Currencies | List::Packages => None,
        }
    }
}

/// A list as it is made, and what of it is another one for some players.
async fn listed(app: &App, looking: &Looking, list: &List) -> Result<Option<(Bytes, Own)>, StoreError> {
    let seen = look(app, looking).await?;
    let running = seen.running();
    let view = seen.view(&running);
    let group = match list.group() {
        None => None,
        Some(name) => match group(&seen.catalogue, name) {
            Some(group) => Some(group),
            None => return Ok(None),
        },
    };
    let games = if list.has_keys() { all_games(app, &looking.project).await? } else { vec![] };
    // Packages and games are in no group.
    let ungrouped = group.is_none();
    let items = || -> Vec<&Item> {
        let all: Vec<&Item> = match group {
            Some(group) => seen.catalogue.in_group(group.id).collect(),
            None => seen.catalogue.items.values().collect(),
        };
        let sold = |i: &&Item| view.shows(i) && !i.hidden && (!i.prices.is_empty() || i.vc_price.is_some());
        all.into_iter().filter(sold).collect()
    };
    let keys = || {
        let enabled = |(game, free): &'_ (Game, BTreeMap<i64, i64>)| {
            let sold = game.editions.iter().filter(|(_, e)| e.enabled).map(|(drm, _)| *drm);
            sold.map(|drm| (game.clone(), drm, free.clone())).collect::<Vec<_>>()
        };
        games.iter().filter(|_| ungrouped).flat_map(enabled).collect::<Vec<_>>()
    };
    let virtual_items = || items().into_iter().filter(is_good).collect::<Vec<_>>();
    let bundles = || items().into_iter().filter(|i| i.kind == Kind::Bundle).collect::<Vec<_>>();
    let packages = || if ungrouped { view.packages() } else { vec![] };
    let page = Page::of(&looking.query);
    let mut own = Own::default();
    let shown = match list {
        List::Short => {
            let all: Vec<Value> = virtual_items().into_iter().map(|i| view.short(i)).collect();
            Shown { whole: json!({ "items": all }).to_string(), at: vec![] }
        }
        List::VirtualItems(_) | List::Bundles(_) => {
            let all = if matches!(list, List::Bundles(_)) { bundles() } else { virtual_items() };
            let shown = page.show(all.clone(), |i, n| view.item(i, n));
            let limited =
                all.iter().enumerate().skip(page.offset).zip(&shown.at).filter(|((_, i), _)| i.most().is_some());
            let limited: Vec<_> = limited.collect();
            own.once = limited.iter().any(|((_, i), _)| i.once_only());
            own.spots =
                limited.into_iter().map(|((place, i), at)| Spot { at: at.clone(), item: i.id, place }).collect();
            shown
        }
        List::Currencies => page.show(vec![()], |(), _| view.virtual_currency()),
        List::Packages => page.show(packages(), |p, n| view.package(p, n)),
        List::Games(_) => {
            let all: Vec<_> =
                games.iter().filter(|(g, _)| ungrouped && g.editions.values().any(|e| e.enabled)).collect();
            page.show(all, |(game, free), n| view.game(game, free, n))
        }
        List::Keys(_) => page.show(keys(), |(game, drm, free), n| view.key(&game, drm, &free, n)),
        List::Everything(_) => {
            // Made one by one, for only a page of them is shown.
            let all = items().into_iter().map(Sold::Item);
            let all = all.chain(packages().into_iter().map(Sold::Package));
            let units = ungrouped && seen.catalogue.currency.any_amount && !seen.catalogue.currency.base.is_empty();
            let all = all.chain(units.then_some(Sold::Currency));
            let all = all.chain(keys().into_iter().map(|(game, drm, free)| Sold::Key(Box::new(game), drm, free)));
            page.show(all.collect(), |sold, n| match sold {
                Sold::Item(item) => view.item(item, n),
                Sold::Package(package) => view.package(package, n),
                Sold::Currency => view.virtual_currency(),
                Sold::Key(game, drm, free) => view.key(&game, drm, &free, n),
            })
        }
    };
    // Of what is hidden from somebody, places and numbers are others for some.
    own.conditional = seen.catalogue.is_conditional();
    Ok(Some((shown.whole.into(), own)))
}

/// Whether an item is one of the virtual items of the Store API.
fn is_good(item: &&Item) -> bool {
    !matches!(item.kind, Kind::Physical | Kind::Bundle)
}

/// Something that is sold.
enum Sold<'a> {
    Item(&'a Item),
    Package(&'a coinslot_domain::virtual_currency::Package),
    Currency,
    Key(Box<Game>, i64, BTreeMap<i64, i64>),
}

/// A part of a list.
struct Page {
    offset: usize,
    limit: usize,
}

impl Page {
    fn of(query: &Query) -> Self {
        let [offset, limit] = [query.offset, query.limit].map(|n| usize::try_from(n).unwrap_or(usize::MAX));
        Page { offset, limit }
    }

    fn show<T>(&self, all: Vec<T>, show: impl Fn(T, usize) -> Value) -> Shown {
        let has_more = all.len() > self.offset.saturating_add(self.limit);
        let part = all.into_iter().enumerate().skip(self.offset).take(self.limit);
        let (mut whole, mut at) = (format!(r#"{{"has_more":{has_more},"items":["#), Vec::new());
        for (n, thing) in part {
            if !at.is_empty() {
                whole.push(',');
            }
            let start = whole.len();
            whole.push_str(&show(thing, n).to_string());
            at.push(start..whole.len());
        }
        whole.push_str("]}");
        Shown { whole, at }
    }
}

/// A list as it is written down, and where its entries stand.
struct Shown {
    whole: String,
    at: Vec<Range<usize>>,
}

/// A group that is shown, by the game's own name of it or by our number.
fn group<'a>(catalogue: &'a Catalogue, name: &str) -> Option<&'a Group> {
    let shown = |g: &&Group| wire::is_shown(catalogue, g.id);
    catalogue.groups.values().filter(shown).find(|g| wire::external_id(g) == name)
}

/// One thing; `None` when it is not there or not shown to this player.
pub async fn one(app: &App, looking: &Looking, one: &One) -> Result<Option<Value>, StoreError> {
    let seen = look(app, looking).await?;
    let running = seen.running();
    let view = seen.view(&running);
    let all = &seen.catalogue;
    let shown = |item: &'_ &Item| view.shows(item);
    let item = |sku: &str| all.item(sku).filter(shown).map(|item| view.item(item, 0));
    let package = |sku: &str| all.package_by_sku(sku).filter(|p| p.enabled).map(|p| view.package(p, 0));
    let found = match one {
        One::VirtualItem(sku) => all.item(sku).filter(is_good).filter(shown).map(|item| view.item(item, 0)),
        One::Currency(sku) => (sku == CURRENCY_SKU).then(|| view.virtual_currency()),
        One::Package(sku) => package(sku),
        One::Bundle(sku) => {
            let bundle = all.item(sku).filter(|i| i.kind == Kind::Bundle);
            bundle.filter(shown).map(|item| view.item(item, 0))
        }
        One::Sku(sku) if sku == CURRENCY_SKU && all.item(sku).is_none() => Some(view.virtual_currency()),
        One::Sku(sku) => item(sku).or_else(|| package(sku)),
        One::Id(id) => {
            let of_item = ItemId::new(*id).and_then(|id| all.items.get(&id)).filter(shown);
            let of_package = || all.packages.iter().find(|p| p.enabled && p.id.get() == *id);
            of_item.map(|i| view.item(i, 0)).or_else(|| of_package().map(|p| view.package(p, 0)))
        }
        One::Game(_) | One::Key(_) => None,
    };
    if found.is_some() {
        return Ok(found);
    }
    let games = match one {
        One::Game(_) | One::Key(_) | One::Sku(_) => all_games(app, &looking.project).await?,
        _ => return Ok(None),
    };
    Ok(match one {
        One::Game(sku) => {
            let sold = |(g, _): &&(Game, _)| g.sku == *sku && g.editions.values().any(|e| e.enabled);
            games.iter().find(sold).map(|(game, free)| view.game(game, free, 0))
        }
        One::Key(sku) | One::Sku(sku) => key_of(&view, &games, sku),
        _ => None,
    })
}

/// A key by its SKU.
fn key_of(view: &View<'_>, games: &Games, sku: &str) -> Option<Value> {
    games.iter().find_map(|(game, free)| {
        let mut sold = game.editions.iter().filter(|(_, e)| e.enabled).map(|(drm, _)| *drm);
        let drm = sold.find(|drm| wire::key_sku(game, *drm) == sku)?;
        Some(view.key(game, drm, free, 0))
    })
}

/// The groups.
pub async fn groups(app: &App, looking: &Looking) -> Result<Value, StoreError> {
    let seen = look(app, looking).await?;
    let running = seen.running();
    Ok(seen.view(&running).groups())
}

/// What an SKU is, for a cart.
pub(crate) fn described(view: &View<'_>, games: &Games, sku: &str) -> Option<Value> {
    let all = view.catalogue;
    let item = all.item(sku).map(|item| view.item(item, 0));
    let package = || all.package_by_sku(sku).map(|p| view.package(p, 0));
    let units = || (sku == CURRENCY_SKU).then(|| view.virtual_currency());
    item.or_else(package).or_else(units).or_else(|| {
        let (game, drm, free) = games.iter().find_map(|(game, free)| {
            let drm = game.editions.keys().copied().find(|drm| wire::key_sku(game, *drm) == sku);
            drm.map(|drm| (game, drm, free))
        })?;
        Some(view.key(game, drm, free, 0))
    })
}
