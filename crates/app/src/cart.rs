//! Carts: filled by their players or by the game's server, reckoned when they
//! are looked at, and ordered.

use crate::catalogue::{self, AtHand};
use crate::player::Known;
use crate::purchase::{self, Buying, Refused};
use crate::recent::Recent;
use crate::shop::{self, Looking};
use crate::{App, coupon, idempotency};
use coinslot_domain::cart::Cart;
use coinslot_domain::coupon::{Coupon, Refusal as CouponRefusal, Reward};
use coinslot_domain::id::ProjectId;
use coinslot_domain::item::Kind;
use coinslot_domain::merchant::Project;
use coinslot_domain::money::Currency;
use coinslot_domain::order::Player;
use coinslot_domain::promotion::Promotion;
use coinslot_domain::purchase::{Choice, Line, Refusal};
use coinslot_domain::time::{Span, Time};
use coinslot_store::{StoreError, Tx, cart, promotion};
use coinslot_wire::shop::cart::{self as wire, Written};
use coinslot_wire::shop::item::Query;
use coinslot_wire::shop::order::CURRENCY_SKU;
use coinslot_wire::token::TokenBody;
use serde_json::Value;
use std::sync::Arc;

/// Whose cart is meant, and how it is shown.
#[derive(Clone, Debug)]
pub struct Whose {
    /// The project.
    pub project: Arc<Project>,
    /// The player.
    pub known: Arc<Known>,
    /// The cart's name.
    pub name: String,
    /// Where the player is, if that can be told.
    pub country: Option<String>,
    /// The currency that is asked for.
    pub currency: Option<Currency>,
    /// The language of texts.
    pub locale: Option<String>,
}

/// Why a cart stays as it is.
#[derive(Debug)]
pub enum CartError {
    /// There is nothing with this SKU.
    NotFound,
    /// It has as many lines as an order may.
    Full,
    /// There is no such cart.
    NoCart,
    /// The code is not taken; it is not known if nothing is said.
    Code(Option<CouponRefusal>),
    /// The database did not do it.
    Store(StoreError),
}

impl From<StoreError> for CartError {
    fn from(e: StoreError) -> Self {
        CartError::Store(e)
    }
}

/// A line that a cart was not filled with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// What.
    pub sku: String,
    /// How many.
    pub quantity: i64,
    /// Whether there is no such thing; else the cart is full.
    pub missing: bool,
}

impl Whose {
    fn key(&self) -> Key {
        (self.project.id, self.known.player.id.clone(), self.name.clone())
    }

    fn looking(&self) -> Looking {
        let query = Query { locale: self.locale.clone(), ..Query::default() };
        Looking {
            project: self.project.clone(),
            known: Some(self.known.clone()),
            query,
            country: self.country.clone(),
            currency: self.currency,
        }
    }

    /// Who buys what, as an order of these lines would be.
    fn buying(
        &self,
        lines: &[(String, i64)],
        code: Option<&str>,
        currency: Option<Currency>,
        (now, goods): (Time, &AtHand),
    ) -> Buying {
        let attributes = self.known.attributes.as_ref();
        let body = TokenBody::to_price(self.project.id, lines, attributes, code, (currency, self.locale.as_deref()));
        let player = Player { country: self.country.clone(), ..self.known.player.clone() };
        let (project, choice) = (self.project.clone(), Choice::default());
        Buying { project, player, body: Arc::new(body), choice, method: None, now, goods: goods.clone() }
    }
}

/// How often something is left out of a cart to see what the rest costs.
const TRIES: usize = 16;

/// What a cart comes to without what cannot be bought; the code, if it holds.
fn priced(
    tx: &mut Tx<'_>,
    whose: &Whose,
    cart: &Cart,
    (now, goods): (Time, &AtHand),
) -> Result<(Vec<Line>, bool), StoreError> {
    let (mut lines, mut code, mut currency) = (cart.lines.clone(), cart.coupon.as_deref(), whose.currency);
    for _ in 0..TRIES {
        if lines.is_empty() {
            break;
        }
        let buying = whose.buying(&lines, code, currency, (now, goods));
        let why = match purchase::quote(tx, &buying) {
            Ok(priced) => return Ok((priced, code.is_some())),
            Err(Refused::Store(e)) => return Err(e),
            Err(Refused::Sale(why)) => why,
        };
        match why {
            Refusal::Coupon(_) => code = None,
            Refusal::NoPrice(_) if currency.is_some() => currency = None,
            Refusal::NotFound(sku)
            | Refusal::NoDrm(sku)
            | Refusal::NotForSale(sku)
            | Refusal::NoPrice(sku)
            | Refusal::Limit(sku)
            | Refusal::Owned(sku)
            | Refusal::SoldOut(sku)
            | Refusal::TooLittle(sku)
            | Refusal::Quantity(sku) => {
                let before = lines.len();
                lines.retain(|(known, _)| *known != sku);
                if lines.len() == before {
                    break;
                }
            }
            Refusal::Changed => break,
        }
    }
    Ok((vec![], code.is_some()))
}

/// A cart as its player sees it, as JSON; one that was never used is empty.
/// `more` is what stands in it besides, by a key that comes after all others.
pub async fn show(app: &App, whose: &Whose, more: Option<wire::More<'_>>) -> Result<String, StoreError> {
    shown(app, whose, None, more).await
}

/// The same of one that was read just now.
pub async fn show_filled(
    app: &App,
    whose: &Whose,
    cart: Cart,
    more: Option<wire::More<'_>>,
) -> Result<String, StoreError> {
    shown(app, whose, Some(cart), more).await
}

async fn shown(
    app: &App,
    whose: &Whose,
    cart: Option<Cart>,
    more: Option<wire::More<'_>>,
) -> Result<String, StoreError> {
    let looking = whose.looking();
    let catalogue = catalogue::current(app, whose.project.id).await?;
    let now = app.now(whose.project.id);
    let (of, goods) = (whose.clone(), AtHand::shown(catalogue.clone()));
    let all = catalogue.clone();
    let read = app.store.read(move |tx| {
        let known = |(sku, _): &(String, i64)| {
            all.item(sku).is_some() || all.package_by_sku(sku).is_some() || sku == CURRENCY_SKU
        };
        let cart = match &cart {
            Some(cart) => cart.clone(),
            None => {
                let (project, user, name) = of.key();
                cart::find(tx, project, &user, &name)?
            }
        };
        let (lines, _) = priced(tx, &of, &cart, (now, &goods))?;
        let unknown = !cart.lines.iter().all(known);
        let games = if unknown || all.bundles_keys() { shop::games(tx, &of.project)? } else { vec![] };
        let own = |sku: &str| all.item(sku).is_some_and(|item| item.most().is_some() || item.kind == Kind::Bundle);
        let skus = cart.lines.iter().map(|(sku, _)| sku).chain(lines.iter().map(|l| &l.sku));
        let mine = match all.is_conditional() || skus.into_iter().any(|sku| own(sku)) {
            true => Some(shop::mine(tx, &of.project, &of.known, now)?),
            false => None,
        };
        Ok::<_, StoreError>((cart, lines, games, mine))
    });
    let (cart, lines, games, mine) = read.await?;
    let personal = mine.is_some();
    let mut seen = shop::seen(app, &looking, catalogue, mine, vec![]);
    seen.games = games;
    let running = seen.running();
    let view = seen.view(&running);
    let shown = |sku: &str, is_bonus: bool| match seen.catalogue.item(sku) {
        // The same for everybody who is not shown what he or she bought.
        Some(item) if !personal => Some(shop::written(app, &looking, &view, item)),
        Some(item) => Some(Arc::new(Written::of(&view.item(item, 0)))),
        None if is_bonus => Some(Arc::new(Written::of(&view.virtual_currency()))),
        None => shop::described(&view, &seen.games, sku).map(|thing| Arc::new(Written::of(&thing))),
    };
    Ok(wire::cart(&cart, &lines, shown, more))
}

/// Puts lines into a cart, each in place of what there was of its SKU; those
/// that were left out, and the cart.
pub async fn fill(app: &App, whose: &Whose, lines: Vec<(String, i64)>) -> Result<(Vec<Left>, Cart), StoreError> {
    let now = app.now(whose.project.id);
    let (project, user, name) = whose.key();
    let goods = AtHand::of(app, project).await?;
    let filled = app
        .store
        .write(move |tx| {
            let shelf = goods.shelf(tx, project)?;
            let mut held = cart::hold(tx, project, &user, &name, now)?;
            let mut left = Vec::new();
            for (sku, quantity) in &lines {
                let missing = purchase::thing(tx, &shelf, project, sku)?.is_none();
                if missing || !held.put(sku, *quantity) {
                    left.push(Left { sku: sku.clone(), quantity: *quantity, missing });
                }
            }
            cart::save(tx, &held)?;
            Ok::<_, StoreError>((left, held))
        })
        .await?;
    app.carts.keep(&filled.1);
    Ok(filled)
}

/// Puts so many of a thing into a cart; none takes it out.
pub async fn put(app: &App, whose: &Whose, sku: String, quantity: i64) -> Result<(), CartError> {
    let now = app.now(whose.project.id);
    app.carts.take(&whose.key());
    let (project, user, name) = whose.key();
    let goods = AtHand::of(app, project).await?;
    app.store
        .write(move |tx| {
            let shelf = goods.shelf(tx, project)?;
            purchase::thing(tx, &shelf, project, &sku)?.ok_or(CartError::NotFound)?;
            let mut held = cart::hold(tx, project, &user, &name, now)?;
            if !held.put(&sku, quantity) {
                return Err(CartError::Full);
            }
            Ok(cart::save(tx, &held)?)
        })
        .await
}

/// Takes a thing out of a cart. What is in it but no longer in the catalogue can
/// be taken out as well.
pub async fn take_out(app: &App, whose: &Whose, sku: String) -> Result<(), CartError> {
    let now = app.now(whose.project.id);
    app.carts.take(&whose.key());
    let (project, user, name) = whose.key();
    let goods = AtHand::of(app, project).await?;
    app.store
        .write(move |tx| {
            let found = cart::find(tx, project, &user, &name)?;
            if !found.has(&sku) {
                let shelf = goods.shelf(tx, project)?;
                return purchase::thing(tx, &shelf, project, &sku)?.map(drop).ok_or(CartError::NotFound);
            }
            let mut held = cart::hold(tx, project, &user, &name, now)?;
            held.put(&sku, 0);
            Ok(cart::save(tx, &held)?)
        })
        .await
}

/// Takes everything out of a cart.
pub async fn clear(app: &App, whose: &Whose) -> Result<(), StoreError> {
    app.carts.take(&whose.key());
    let (project, user, name) = whose.key();
    app.store.write(move |tx| cart::remove(tx, project, &user, &name)).await
}

/// What is in a cart and is to be ordered.
pub async fn contents(app: &App, whose: &Whose) -> Result<Cart, StoreError> {
    let (project, user, name) = whose.key();
    app.store.read(move |tx| cart::find(tx, project, &user, &name)).await
}

/// The same as this server filled it last, which may be out of date: whoever
/// orders it compares. None where it did not, and where that was told already.
pub fn filled_last(app: &App, whose: &Whose) -> Option<Cart> {
    // A request that may be taken up again does not ask twice.
    if idempotency::is_served() { None } else { app.carts.take(&whose.key()) }
}

/// Carts that are kept in each of two halves.
const FILLED: usize = 1_024;

/// Carts as they were filled last: most are ordered next.
pub(crate) struct Filled(Recent<Key, Cart>);

type Key = (ProjectId, String, String);

impl Default for Filled {
    fn default() -> Self {
        Filled(Recent::new(FILLED))
    }
}

impl Filled {
    fn keep(&self, cart: &Cart) {
        self.0.keep((cart.project, cart.user.clone(), cart.name.clone()), cart.clone(), 1);
    }

    fn take(&self, key: &Key) -> Option<Cart> {
        self.0.take(key)
    }
}

/// Has a code count for a cart; what it gives. Used it is when the order is
/// paid.
pub async fn redeem(app: &App, whose: &Whose, code: String) -> Result<(), CartError> {
    let now = app.now(whose.project.id);
    app.carts.take(&whose.key());
    let (project, user, name) = whose.key();
    app.store
        .write(move |tx| {
            let found = coupon::admitted(tx, project, &code, &user, now)?;
            found.map_err(CartError::Code)?;
            let held = cart::hold(tx, project, &user, &name, now)?;
            Ok(cart::save(tx, &Cart { coupon: Some(code.clone()), ..held })?)
        })
        .await
}

/// Has no code count for a cart, which must have been used before.
pub async fn forget_code(app: &App, whose: &Whose) -> Result<(), CartError> {
    let now = app.now(whose.project.id);
    app.carts.take(&whose.key());
    let (project, user, name) = whose.key();
    app.store
        .write(move |tx| {
            cart::known(tx, project, &user, &name)?.ok_or(CartError::NoCart)?;
            let held = cart::hold(tx, project, &user, &name, now)?;
            Ok(cart::save(tx, &Cart { coupon: None, ..held })?)
        })
        .await
}

/// What a code gives on top of a purchase.
pub async fn rewards(app: &App, whose: &Whose, code: String) -> Result<Value, CartError> {
    let seen = shop::look(app, &whose.looking()).await?;
    let now = app.now(whose.project.id);
    let (project, user, _) = whose.key();
    let (coupon, promotions) = app
        .store
        .read(move |tx| {
            let found = coupon::admitted(tx, project, &code, &user, now)?;
            let coupon = found.map_err(CartError::Code)?;
            Ok::<(Coupon, Vec<Promotion>), CartError>((coupon, promotion::of_project(tx, project)?))
        })
        .await?;
    let own = |p: &&Promotion| {
        p.campaigns.contains(&coupon.campaign) && p.is_active(now) && p.is_for(None, &[coupon.campaign])
    };
    let promotions: Vec<&Promotion> = promotions.iter().filter(own).collect();
    let mut reward = Reward::default();
    for p in &promotions {
        reward.virtual_currency = reward.virtual_currency.saturating_add(p.rewards.bonus_amount.unwrap_or(0));
        reward.items.extend(p.rewards.item_bonuses.iter().cloned());
    }
    let running = seen.running();
    Ok(wire::rewards(&seen.view(&running), &reward, &promotions))
}

/// What a coupon gives or gave by itself, as the player sees it.
pub async fn given(app: &App, whose: &Whose, shown: &coupon::Shown) -> Result<Value, StoreError> {
    let seen = shop::look(app, &whose.looking()).await?;
    let running = seen.running();
    let view = seen.view(&running);
    let pieces = shown.items.iter().map(|(item, n)| (item.sku.clone(), *n)).collect();
    let reward = Reward { virtual_currency: shown.virtual_currency, items: pieces };
    Ok(wire::rewards(&view, &reward, &[]))
}

/// How long a cart is kept that nobody changes.
const KEPT: Span = Span(Span::hours(90 * 24).0 + cart::NOTED.0);
/// Carts forgotten in one transaction.
const PURGED: i64 = 1000;

/// Forgets carts that nobody changed for long; how many.
pub async fn purge(app: &App) -> Result<u64, StoreError> {
    let before = app.clock.now() - KEPT;
    let projects = app.store.read(move |tx| cart::projects_to_purge(tx, before)).await?;
    let mut purged = 0;
    for project in projects {
        purged += app.store.write(move |tx| cart::purge(tx, project, before, PURGED)).await?;
    }
    Ok(purged)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carts_are_known_once_and_not_too_many() {
        let (filled, project) = (Filled::default(), ProjectId::new(1).unwrap());
        let cart = |user: usize, n| Cart {
            lines: vec![("a".into(), n)],
            ..Cart::empty(project, &user.to_string(), "current")
        };
        let take = |user: usize| filled.take(&(project, user.to_string(), "current".into())).map(|c| c.lines[0].1);
        filled.keep(&cart(1, 1));
        filled.keep(&cart(1, 2));
        assert_eq!((take(1), take(1), take(2)), (Some(2), None, None));
        filled.keep(&cart(0, 1));
        for user in 1..=FILLED + 1 {
            filled.keep(&cart(user, 1));
        }
        filled.keep(&cart(0, 2));
        assert_eq!((take(0), take(0)), (Some(2), None), "an older one is gone with it");
        for user in 0..9 * FILLED {
            filled.keep(&cart(user, 1));
            assert!(filled.0.is_within_bounds());
        }
    }
}
