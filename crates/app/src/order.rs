//! Orders that are made before they are paid: of SKUs, of a cart, of nothing
//! that costs money.

use crate::balance::{self, Teller};
use crate::catalogue::{AtHand, Shelf};
use crate::purchase::{self, Buying, Refused, Thing};
use crate::recent::Recent;
use crate::{App, attribute, hash, idempotency, known, pincode, tracking, webhook};
use coinslot_domain::attribute::Values;
use coinslot_domain::cart::Cart;
use coinslot_domain::id::{OperationId, OrderId, ProjectId};
use coinslot_domain::merchant::Project;
use coinslot_domain::money::Money;
use coinslot_domain::order::{Coins, LIFE, Order, OrderEvent, OrderState, Placed, Player, Status};
use coinslot_domain::payment::Payment;
use coinslot_domain::purchase::{Choice, Line, Refusal, total};
use coinslot_domain::time::Time;
use coinslot_domain::token::{self, Place};
use coinslot_domain::wallet::{Operation, OperationKind};
use coinslot_store::token::Stored;
use coinslot_store::{StoreError, Tx, cart as store_cart, order, payment, wallet};
use coinslot_wire::shop::order::CURRENCY_SKU;
use coinslot_wire::token::TokenBody;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Why no order was made. Nothing was changed.
#[derive(Debug)]
pub enum OrderError {
    /// Nothing is ordered.
    Empty,
    /// Something in it costs nothing, and it is to be paid.
    Free {
        /// Whether nothing in it costs anything.
        all: bool,
    },
    /// Something in it costs money, and it is to be free.
    NotFree,
    /// Not everything in it has a price in the currency that was asked for.
    NoPrice,
    /// It cannot be sold.
    Refused(Refusal),
    /// The player has too little virtual currency.
    TooLittle,
    /// The player is disabled.
    Disabled,
    /// The project is not active, and it is no test.
    NotActive,
    /// The project wants the game's own id of each transaction.
    NoExternalId,
    /// The cart is another one by now.
    Changed,
    /// The database did not do it.
    Store(StoreError),
}

impl From<StoreError> for OrderError {
    fn from(e: StoreError) -> Self {
        OrderError::Store(e)
    }
}

impl From<Refused> for OrderError {
    fn from(e: Refused) -> Self {
        match e {
            Refused::Sale(why) => OrderError::Refused(why),
            Refused::Store(e) => OrderError::Store(e),
        }
    }
}

/// What is to be ordered.
#[derive(Clone, Debug)]
pub struct Ordering {
    /// Who sells.
    pub project: Arc<Project>,
    /// Who buys what, and how the page behaves.
    pub body: TokenBody,
    /// The cart that it comes from.
    pub cart: Option<String>,
    /// The cart as it must be for the order to be right.
    pub seen: Option<Cart>,
}

/// What a transaction has to know that makes an order.
struct Placing {
    buying: Buying,
    stored: Stored,
    placed: Placed,
    /// What the game says of the player.
    said: Values,
    /// The cart as it must be.
    seen: Option<Cart>,
    /// The page of tokens, where none is open.
    number: i64,
}

/// Makes an order and the token that pays for it, in one transaction. What
/// there is only so much of is set aside when the payment begins.
pub async fn place(app: &App, ordering: Ordering) -> Result<(OrderId, String), OrderError> {
    let Ordering { project, body, cart, seen } = ordering;
    if !project.active && !body.sandbox() {
        return Err(OrderError::NotActive);
    }
    if project.external_id_required && body.external_id().is_none() {
        return Err(OrderError::NoExternalId);
    }
    // A request that may be taken up again has to get the same token again,
    // whatever became of the player since.
    let alone = idempotency::is_served();
    if !alone
        && let Some(known) = known::project(app, project.id).await?
        && known.is_disabled(app, body.user_id()).await?
    {
        return Err(OrderError::Disabled);
    }
    let secret = token::letters(app.bytes());
    let id = app.id(OrderId::new).await?;
    let now = app.now(project.id);
    let project_id = project.id;
    let body = body.with_order(id).ok_or_else(|| StoreError::Corrupt("an order's token cannot be read".into()))?;
    let stored = Stored {
        project: project_id,
        hash: hash(&secret),
        dry_run: body.sandbox(),
        body: body.to_stored().to_string(),
        expires_at: now + token::LIFE,
    };
    let number = app.token_page().await?;
    let placed = placed(&body, cart, None, now);
    let said = body.attributes().map(coinslot_wire::attribute::values).unwrap_or_default();
    let buying = buying(app, project, Arc::new(body), now).await?;
    // Dropped here in the end: what the writer need not take apart, it does not.
    let all = Arc::new(Placing { buying, stored, placed, said, seen, number });
    let (what, ran) = (all.clone(), AtomicBool::new(false));
    let (order, sold_at) = app
        .store
        .write(move |tx| {
            let Placing { buying, stored, placed, said, seen, number } = &*what;
            // By a run of this whose commit was not heard of, which the first one
            // cannot find.
            if (alone || ran.swap(true, std::sync::atomic::Ordering::SeqCst))
                && let Some(made) = order::find(tx, project_id, id)?
            {
                return Ok((made, None));
            }
            if let Some(seen) = seen
                && store_cart::find(tx, seen.project, &seen.user, &seen.name)? != *seen
            {
                return Err(OrderError::Changed);
            }
            if alone {
                able(tx, project_id, &buying.player.id)?;
            }
            let shelf = buying.shelf(tx)?;
            let made = priced(tx, &shelf, buying, id, placed.clone())?;
            let is_free = |l: &Line| l.price.minor == 0 && l.is_asked();
            if made.lines.iter().any(is_free) {
                return Err(OrderError::Free { all: made.total.minor == 0 });
            }
            purchase::within_limits(tx, &shelf, &made, now)?;
            let place = coinslot_store::token::keep(tx, stored, *number, alone);
            let placed = Placed { token_hash: Some(place.name()), ..placed.clone() };
            let made = Order { placed: Some(placed), ..made };
            order::insert(tx, &made, None, now)?;
            attribute::note(tx, project_id, &buying.player.id, said)?;
            let sold_at = purchase::sold_at(&shelf, buying, &made);
            Ok::<_, OrderError>((made, sold_at))
        })
        .await?;
    let place = order.placed.as_ref().and_then(|p| p.token_hash.as_deref()).and_then(Place::of_name);
    let place = place.ok_or_else(|| StoreError::Corrupt("an order without a token".into()))?;
    app.unused.made(project_id, place);
    let Placing { buying, stored, .. } = &*all;
    let (body, hash, expires_at) = (buying.body.clone(), stored.hash.clone(), stored.expires_at);
    app.placed.keep(place, Made { order, body, hash, expires_at, sold_at });
    let token = token::write(project_id, place, &secret);
    Ok((id, token))
}

/// An order as it was made, and the token that pays for it.
pub(crate) struct Made {
    pub order: Order,
    /// What the token says.
    pub body: Arc<TokenBody>,
    /// The hash of its secret.
    pub hash: String,
    /// From when on it opens nothing any more.
    pub expires_at: Time,
    /// As long as the catalogue has this version, all of the order is sold.
    pub sold_at: Option<i64>,
}

/// Bytes of orders that are kept in each of two halves.
const KEPT: usize = 2 << 20;
/// About what an order takes besides the text of its token.
const APART: usize = 1 << 10;

/// Orders that this server made and that wait to be paid: nothing changes one
/// before somebody begins to pay, and whoever does pays it soon.
pub(crate) struct Waiting(Recent<(ProjectId, Place), Arc<Made>>);

impl Default for Waiting {
    fn default() -> Self {
        Waiting(Recent::new(KEPT))
    }
}

impl Waiting {
    fn keep(&self, place: Place, made: Made) {
        let weight = APART + made.body.to_stored().len();
        self.0.keep((made.order.project, place), Arc::new(made), weight);
    }

    /// What was made with the token in this place.
    pub(crate) fn find(&self, project: ProjectId, place: Place) -> Option<Arc<Made>> {
        self.0.find(&(project, place))
    }
}

/// Makes an order of things that cost nothing, and hands them out at once.
pub async fn place_free(app: &App, ordering: Ordering) -> Result<OrderId, OrderError> {
    let Ordering { project, body, cart, .. } = ordering;
    let id = app.id(OrderId::new).await?;
    let (project_id, now) = (project.id, app.now(project.id));
    let placed = placed(&body, cart, None, now);
    let teller = Teller::of_project(app, &project).await?;
    let buying = buying(app, project, Arc::new(body), now).await?;
    app.store
        .write(move |tx| {
            if order::find(tx, buying.project.id, id)?.is_some() {
                return Ok(());
            }
            let shelf = buying.shelf(tx)?;
            let made = quoted(tx, &shelf, &buying, id, placed.clone())?;
            if made.total.minor > 0 {
                return Err(OrderError::NotFree);
            }
            // What tells that a limit is reached tells whose it is.
            purchase::within_limits(tx, &shelf, &made, now)?;
            hand_out(tx, &buying, made, teller.as_ref(), now)
        })
        .await?;
    pincode::fetch(app, project_id, id, None).await?;
    tracking::tell(app, project_id, id).await;
    app.wake_worker();
    Ok(id)
}

/// Makes an order of one item that virtual currency pays, by the SKUs of both:
/// the player is charged and has the item at once, or neither.
pub async fn place_for_coins(
    app: &App,
    project: Arc<Project>,
    body: TokenBody,
    sku: String,
    currency: String,
) -> Result<OrderId, OrderError> {
    let id = app.id(OrderId::new).await?;
    let spent = app.id(OperationId::new).await?;
    let teller = Teller::of_project(app, &project).await?;
    let (project_id, now) = (project.id, app.now(project.id));
    let placed = placed(&body, None, None, now);
    let buying = buying(app, project, Arc::new(body), now).await?;
    app.store
        .write(move |tx| {
            let (project, user) = (buying.project.id, buying.player.id.as_str());
            if order::find(tx, project, id)?.is_some() {
                return Ok(());
            }
            let missing = || OrderError::Refused(Refusal::NotFound(sku.clone()));
            let shelf = buying.shelf(tx)?;
            let item = match purchase::thing(tx, &shelf, project, &sku)?.ok_or_else(missing)? {
                Thing::Item(item) if currency == CURRENCY_SKU => item,
                // Only items have such prices, and in no other currency.
                _ => return Err(OrderError::NoPrice),
            };
            // Held, so that nobody else spends what is looked at here.
            if !wallet::ensure(tx, project, user, now)?.enabled {
                return Err(OrderError::Disabled);
            }
            let (lines, coins) = purchase::for_coins(tx, &shelf, &buying, &[(&item, 1)])?.ok_or(OrderError::NoPrice)?;
            let money = total(&lines).ok().flatten().ok_or(OrderError::Empty)?;
            let coins = Coins::total(&coins).ok_or(OrderError::TooLittle)?;
            let placed = Placed { coins: Some(coins), ..placed.clone() };
            let made = new(&buying, id, lines, money, placed);
            purchase::within_limits(tx, &shelf, &made, now)?;
            let operation = Operation {
                kind: OperationKind::InGamePurchase,
                ..Operation::internal(project, user, spent, -coins.price, now)
            };
            let things = balance::things(&made);
            balance::book(tx, &operation, &things, teller.as_ref())?.ok_or(OrderError::TooLittle)?;
            hand_out(tx, &buying, made, None, now)
        })
        .await?;
    pincode::fetch(app, project_id, id, None).await?;
    tracking::tell(app, project_id, id).await;
    app.wake_worker();
    Ok(id)
}

/// Orders of a project that were made in `[from, to)`, oldest first, with where
/// each stands and the payment that was begun for it; and how many there are.
pub async fn search(
    app: &App,
    project: ProjectId,
    span: (Time, Time),
    limit: i64,
    offset: i64,
) -> Result<(i64, Vec<(Order, Status, Option<Payment>)>), StoreError> {
    let now = app.now(project);
    app.store
        .read(move |tx| {
            let (total, orders) = order::placed_between(tx, project, span, limit, offset)?;
            let mut all = Vec::with_capacity(orders.len());
            for order in orders {
                let paid = payment_of(tx, &order)?;
                let status = order.status(paid.as_ref(), now);
                all.push((order, status, paid));
            }
            Ok::<_, StoreError>((total, all))
        })
        .await
}

/// Who orders what. The way to pay is chosen later.
async fn buying(app: &App, project: Arc<Project>, body: Arc<TokenBody>, now: Time) -> Result<Buying, StoreError> {
    let goods = AtHand::of(app, project.id).await?;
    let (player, choice) = (body.player(), Choice::default());
    Ok(Buying { player, project, body, choice, method: None, now, goods })
}

/// Notes an order that money does not pay as paid, and hands it out.
fn hand_out(
    tx: &mut Tx<'_>,
    buying: &Buying,
    made: Order,
    teller: Option<&Teller>,
    now: Time,
) -> Result<(), OrderError> {
    order::insert(tx, &made, None, now)?;
    purchase::reserve(tx, buying, &made, made.id.get(), now)?;
    let paid = order::advance(tx, made, OrderEvent::Paid)?;
    let paid = paid.ok_or_else(|| StoreError::Corrupt("a new order is not new".into()))?;
    if let Some(booked) = purchase::fulfil(tx, &buying.goods, &paid, None, now)? {
        balance::tell(tx, &booked, &vec![], None, teller)?;
    }
    Ok(webhook::tell_unpaid(tx, &buying.project, &paid, now)?)
}

pub(crate) fn placed(body: &TokenBody, cart: Option<String>, token_hash: Option<String>, now: Time) -> Placed {
    Placed { at: now, until: now + LIFE, token_hash, dry_run: body.sandbox(), cart, coins: None }
}

/// What is ordered, at the prices of now.
pub(crate) fn quoted(
    tx: &mut Tx<'_>,
    shelf: &Shelf,
    buying: &Buying,
    id: OrderId,
    placed: Placed,
) -> Result<Order, OrderError> {
    able(tx, buying.project.id, &buying.player.id)?;
    priced(tx, shelf, buying, id, placed)
}

/// The same for a player of whom it is known that he or she may order.
fn priced(tx: &mut Tx<'_>, shelf: &Shelf, buying: &Buying, id: OrderId, placed: Placed) -> Result<Order, OrderError> {
    let (lines, _) = purchase::quote_of(tx, shelf, buying).map_err(|e| match e {
        Refused::Sale(Refusal::NoPrice(_)) if buying.body.currency().is_some() => OrderError::NoPrice,
        e => e.into(),
    })?;
    let beyond = || OrderError::Refused(Refusal::Quantity(lines.first().map(|l| l.sku.clone()).unwrap_or_default()));
    let total = total(&lines).map_err(|_| beyond())?.ok_or(OrderError::Empty)?;
    if total.minor > coinslot_domain::money::largest(total.currency).minor {
        return Err(beyond());
    }
    Ok(new(buying, id, lines, total, placed))
}

/// Whether a player may order.
pub(crate) fn able(tx: &mut Tx<'_>, project: ProjectId, user: &str) -> Result<(), OrderError> {
    match wallet::find(tx, project, user)?.is_some_and(|p| !p.enabled) {
        true => Err(OrderError::Disabled),
        false => Ok(()),
    }
}

pub(crate) fn new(buying: &Buying, id: OrderId, lines: Vec<Line>, total: Money, placed: Placed) -> Order {
    let body = &buying.body;
    Order {
        project: buying.project.id,
        id,
        state: OrderState::New,
        player: buying.player.clone(),
        total,
        lines,
        description: None,
        external_id: body.external_id().map(str::to_string),
        custom_parameters: body.custom_parameters_text(),
        placed: Some(placed),
        gift: None,
    }
}

/// An order with where it stands, as its player may know it; `None` for one of
/// another player, which looks like one that is not there.
pub async fn find(
    app: &App,
    project: ProjectId,
    player: &Player,
    id: OrderId,
) -> Result<Option<(Order, Status)>, StoreError> {
    let (user, now) = (player.id.clone(), app.now(project));
    app.store
        .read(move |tx| {
            let found = order::find(tx, project, id)?.filter(|o| o.placed.is_some() && o.player.id == user);
            found.map(|o| with_status(tx, o, now)).transpose()
        })
        .await
}

/// An order that was made before it is paid, and where it stands.
pub(crate) fn with_status(tx: &mut Tx<'_>, order: Order, now: Time) -> Result<(Order, Status), StoreError> {
    let paid = payment_of(tx, &order)?;
    let status = order.status(paid.as_ref(), now);
    Ok((order, status))
}

/// The payment that was begun for an order.
pub(crate) fn payment_of(tx: &mut Tx<'_>, order: &Order) -> Result<Option<Payment>, StoreError> {
    match order.placed.as_ref().and_then(|p| p.token_hash.as_deref()) {
        Some(token) => payment::of_token(tx, order.project, token),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use coinslot_domain::money::Currency;

    fn order(n: i64) -> Order {
        Order {
            project: ProjectId::new(1).unwrap(),
            id: OrderId::new(n).unwrap(),
            state: OrderState::New,
            player: Player::default(),
            total: Money::new(n, Currency::from_code("USD").unwrap()),
            lines: vec![],
            description: None,
            external_id: None,
            custom_parameters: None,
            placed: None,
            gift: None,
        }
    }

    #[test]
    fn the_orders_that_were_made_last_are_kept() {
        let waiting = Waiting::default();
        let place = |n| Place { page: n, slot: 1 };
        let found = |project: i64, n| {
            waiting.find(ProjectId::new(project).unwrap(), place(n)).map(|made| made.order.total.minor)
        };
        let body = Arc::new(TokenBody::for_virtual_currency(ProjectId::new(1).unwrap(), "p", 100, None).unwrap());
        let fit = (KEPT / (APART + body.to_stored().len())) as i64;
        for n in 1..=5 * fit {
            let (body, hash) = (body.clone(), String::new());
            waiting.keep(place(n), Made { order: order(n), body, hash, expires_at: Time(0), sold_at: None });
            assert_eq!((found(1, n), found(2, n)), (Some(n), None), "of its own project");
            assert!(waiting.0.is_within_bounds());
        }
        assert_eq!(found(1, 4 * fit + 1), Some(4 * fit + 1));
        assert_eq!(found(1, 3 * fit), None);
    }
}
