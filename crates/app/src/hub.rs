//! The Distribution Hub: partners, the players and orders they bring, and the
//! payments they push.
//!
//! A partner has the money before the server hears of it, so no gateway is
//! asked: a payment and its cancellation are one transaction each.

use crate::balance::{self, Teller};
use crate::catalogue::{AtHand, Shelf};
use crate::order::{self, OrderError, Ordering};
use crate::purchase::{self, BoughtKey, Buying, Refused, Thing};
use crate::refund::Told;
use crate::webhook::{self, Asked};
use crate::{App, Shared, checkout, hash, merchant, pincode, player, refund, tracking};
use coinslot_domain::cart;
use coinslot_domain::hub::{self, BUYER, Claim, METHOD, Partner, Price, Pushed, Refusal, Sale, payable};
use coinslot_domain::id::{AttemptId, EventId, OperationId, OrderId, PartnerId, PaymentId, ProjectId, RefundId};
use coinslot_domain::merchant::Project;
use coinslot_domain::money::Money;
use coinslot_domain::order::{Coins, Order, OrderEvent, OrderState, Placed, Player, Status};
use coinslot_domain::payment::{AttemptState, Breakdown, Notified, Payment, PaymentState};
use coinslot_domain::purchase::{Choice, Line, LineKind, Refusal as SaleRefusal, Wish, total};
use coinslot_domain::tax;
use coinslot_domain::time::{Span, Time};
use coinslot_domain::wallet::{Operation, OperationKind};
use coinslot_store::payment::Attempt;
use coinslot_store::{StoreError, Tx, hub as store, order as orders, payment, wallet};
use coinslot_wire::hub::{NewPartner, PartnerChange, claims};
use coinslot_wire::shop::order::CURRENCY_SKU;
use coinslot_wire::token::TokenBody;
use std::sync::Arc;

/// Why a partner was not changed.
#[derive(Debug)]
pub enum PartnerError {
    /// The project has none with this number.
    NotFound,
    /// The database did not do it.
    Store(StoreError),
}

impl From<StoreError> for PartnerError {
    fn from(e: StoreError) -> Self {
        PartnerError::Store(e)
    }
}

/// Makes a partner; its number, and its key, which is shown once.
pub async fn create(app: &App, project: ProjectId, body: NewPartner) -> Result<(PartnerId, String), StoreError> {
    let (id, key) = (app.id(PartnerId::new).await?, merchant::secret(app));
    let partner = Partner { project, id, name: body.name, sandbox: body.sandbox, enabled: true };
    let (key_hash, now) = (hash(&key), app.now(project));
    app.store.write(move |tx| store::insert(tx, &partner, &key_hash, now)).await?;
    Ok((id, key))
}

/// The partners of a project, by their numbers.
pub async fn list(app: &App, project: ProjectId) -> Result<Vec<Partner>, StoreError> {
    app.store.read(move |tx| store::list(tx, project)).await
}

/// Changes a partner.
pub async fn update(app: &App, project: ProjectId, id: PartnerId, change: PartnerChange) -> Result<(), PartnerError> {
    app.store
        .write(move |tx| {
            let old = store::find(tx, project, id)?.ok_or(PartnerError::NotFound)?;
            let name = change.name.clone().unwrap_or_else(|| old.name.clone());
            let enabled = change.enabled.unwrap_or(old.enabled);
            Ok(store::update(tx, &Partner { name, enabled, ..old })?)
        })
        .await
}

/// Gives a partner another key, which is shown once. The old one is worth
/// nothing from then on.
pub async fn renew_key(app: &App, project: ProjectId, id: PartnerId) -> Result<String, PartnerError> {
    let key = merchant::secret(app);
    let key_hash = hash(&key);
    let known = app.store.write(move |tx| store::set_key(tx, project, id, &key_hash)).await?;
    if known { Ok(key) } else { Err(PartnerError::NotFound) }
}

/// The partner with this number and key, if it may call.
pub async fn authenticate(app: &App, id: PartnerId, key: &str) -> Result<Option<Partner>, StoreError> {
    let key_hash = hash(key);
    let found = app.store.read(move |tx| store::by_key(tx, id, &key_hash)).await?;
    Ok(found.filter(|p| p.enabled))
}

/// A partner that sells for a project.
pub async fn seller(app: &App, project: ProjectId, id: PartnerId) -> Result<Option<Partner>, StoreError> {
    let found = app.store.read(move |tx| store::find(tx, project, id)).await?;
    Ok(found.filter(|p| p.enabled))
}

/// Why a player has no token.
#[derive(Debug)]
pub enum UserError {
    /// The game does not know the player.
    Unknown,
    /// The game did not answer.
    NoAnswer,
    /// The database did not do it.
    Store(StoreError),
}

impl From<StoreError> for UserError {
    fn from(e: StoreError) -> Self {
        UserError::Store(e)
    }
}

/// How long the token of a player holds whom a partner named.
const TOKEN_LIFE: Span = Span::hours(24);

/// The id of somebody who only told an address.
fn buyer(email: &str) -> String {
    format!("{BUYER}{}", hash(email.to_lowercase()).split_at(32).0)
}

/// Whether somebody has no id in the game.
fn is_buyer(player: &Player) -> bool {
    player.id.starts_with(BUYER)
}

/// The token of a player whom a partner names, once the game knows the player.
/// It is not asked about somebody who has no id there.
pub async fn user_token(
    app: &App,
    project: &Project,
    partner: &Partner,
    mut player: Player,
) -> Result<String, UserError> {
    if player.id.is_empty() {
        player.id = buyer(player.email.as_deref().unwrap_or_default());
    } else {
        let body = coinslot_wire::webhook::user_validation(project.id, project.merchant, &player);
        match webhook::ask(app, project, "user_validation", body).await? {
            Asked::Yes | Asked::Nobody => {}
            Asked::No => return Err(UserError::Unknown),
            Asked::NoAnswer => return Err(UserError::NoAnswer),
        }
    }
    // Players' tokens are held against the server's clock.
    let now = app.clock.now();
    let signed = player::sign(&claims(partner, &player, now, now + TOKEN_LIFE), &project.secret);
    signed.ok_or_else(|| UserError::Store(StoreError::Corrupt(format!("project {} has no key", project.id))))
}

/// What stands in the place of a token's hash where a partner pays an order: no
/// hash looks like it, and there is one payment of each.
fn instead_of_token(order: OrderId) -> String {
    format!("hub:{order}")
}

/// An order that a partner sells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offered {
    /// The order.
    pub order: OrderId,
    /// What to charge for it.
    pub price: Price,
    /// The same taken apart, if it is money.
    pub parts: Option<Breakdown>,
}

/// Makes an order that a partner sells; `coins` is whether virtual currency is
/// to pay it.
pub async fn place(app: &App, partner: &Partner, ordering: Ordering, coins: bool) -> Result<Offered, OrderError> {
    let Ordering { project, body, cart, .. } = ordering;
    if !project.active && !partner.sandbox {
        return Err(OrderError::NotActive);
    }
    let id = app.id(OrderId::new).await?;
    let now = app.now(project.id);
    let placed = Placed { dry_run: partner.sandbox, ..order::placed(&body, cart, Some(instead_of_token(id)), now) };
    let player = body.player();
    let rule = tax::applicable(player.country.as_deref(), &project.taxes);
    let sale = Sale { order: id, partner: partner.id, tax: rule, body: body.to_stored().to_string(), coins: vec![] };
    let goods = AtHand::of(app, project.id).await?;
    let choice = Choice::default();
    let buying = Buying { player, project, body: Arc::new(body), choice, method: None, now, goods };
    app.store
        .write(move |tx| {
            // By a run of this whose commit was not heard of.
            if let Some(made) = orders::find(tx, buying.project.id, id)? {
                return offered(&made, &sale, &buying.project);
            }
            let shelf = buying.shelf(tx)?;
            let (made, prices) = match coins {
                true => for_coins(tx, &shelf, &buying, id, &placed)?,
                false => (order::quoted(tx, &shelf, &buying, id, placed.clone())?, vec![]),
            };
            if !coins && made.lines.iter().any(|l| l.price.minor == 0 && l.is_asked()) {
                return Err(OrderError::Free { all: made.total.minor == 0 });
            }
            // There is no game to give anything else to.
            let given = |l: &&Line| l.kind != LineKind::Key;
            if let Some(line) = made.lines.iter().find(given).filter(|_| is_buyer(&made.player)) {
                return Err(OrderError::Refused(SaleRefusal::NotForSale(line.sku.clone())));
            }
            purchase::within_limits(tx, &shelf, &made, now)?;
            orders::insert(tx, &made, None, now)?;
            store::insert_sale(tx, made.project, &Sale { coins: prices, ..sale.clone() })?;
            offered(&made, &sale, &buying.project)
        })
        .await
}

/// What is to be charged for an order.
fn offered(order: &Order, sale: &Sale, project: &Project) -> Result<Offered, OrderError> {
    if let Some(coins) = order.placed.as_ref().and_then(|p| p.coins) {
        return Ok(Offered { order: order.id, price: Price::Virtual(coins.price), parts: None });
    }
    let beyond = |_| {
        let sku = order.lines.first().map(|l| l.sku.clone()).unwrap_or_default();
        OrderError::Refused(SaleRefusal::Quantity(sku))
    };
    let parts = Breakdown::quote(order.total, sale.tax, project.fees).map_err(beyond)?;
    Ok(Offered { order: order.id, price: Price::Money(parts.payment), parts: Some(parts) })
}

/// The order that virtual currency is to pay, and what each thing in it costs.
fn for_coins(
    tx: &mut Tx<'_>,
    shelf: &Shelf,
    buying: &Buying,
    id: OrderId,
    placed: &Placed,
) -> Result<(Order, Vec<Coins>), OrderError> {
    order::able(tx, buying.project.id, &buying.player.id)?;
    let (lines, prices) = in_virtual_currency(tx, shelf, buying).map_err(|e| match e {
        Refused::Sale(SaleRefusal::NoPrice(_)) => OrderError::NoPrice,
        e => e.into(),
    })?;
    let money = total(&lines).ok().flatten().ok_or(OrderError::Empty)?;
    let coins = Coins::total(&prices).ok_or_else(|| {
        let sku = lines.first().map(|l| l.sku.clone()).unwrap_or_default();
        OrderError::Refused(SaleRefusal::Quantity(sku))
    })?;
    if prices.iter().any(|c| c.price == 0) {
        return Err(OrderError::Free { all: coins.price == 0 });
    }
    // No payment stands behind it.
    let placed = Placed { coins: Some(coins), token_hash: None, ..placed.clone() };
    Ok((order::new(buying, id, lines, money, placed), prices))
}

/// The lines of what is ordered, and what each thing in them costs in virtual
/// currency, as things are now.
fn in_virtual_currency(tx: &mut Tx<'_>, shelf: &Shelf, buying: &Buying) -> Result<(Vec<Line>, Vec<Coins>), Refused> {
    let wanted = buying.body.wishes().into_iter().flat_map(|(wish, _)| match wish {
        Wish::Skus(skus) => skus,
        // An order of a partner is one of SKUs.
        Wish::Items(_) | Wish::VirtualCurrency(_) | Wish::Keys(_) | Wish::Plan { .. } => vec![],
    });
    let wanted: Vec<(String, i64)> = wanted.collect();
    let first = || wanted.first().map(|(sku, _)| sku.clone()).unwrap_or_default();
    let mut items = Vec::new();
    let summed = cart::summed(wanted.iter().cloned()).ok_or_else(|| SaleRefusal::Quantity(first()))?;
    for (sku, quantity) in summed {
        let missing = || SaleRefusal::NotFound(sku.clone());
        let Thing::Item(item) = purchase::thing(tx, shelf, buying.project.id, &sku)?.ok_or_else(missing)? else {
            // Only items have such prices.
            return Err(SaleRefusal::NoPrice(sku).into());
        };
        items.push((item, quantity));
    }
    let items: Vec<_> = items.iter().map(|(item, quantity)| (&**item, *quantity)).collect();
    let found = purchase::for_coins(tx, shelf, buying, &items)?;
    found.ok_or_else(|| SaleRefusal::NoPrice(first()).into())
}

/// An order that a partner sells to this player: where it stands, and the keys
/// that it handed out. `None` for one of another player, which looks like one
/// that is not there.
pub async fn find(
    app: &App,
    project: ProjectId,
    player: &Player,
    id: OrderId,
) -> Result<Option<(Order, Status, Vec<BoughtKey>)>, StoreError> {
    let (user, now) = (player.id.clone(), app.now(project));
    app.store
        .read(move |tx| {
            let Some(order) = orders::find(tx, project, id)?.filter(|o| o.player.id == user) else { return Ok(None) };
            if store::sale(tx, project, id)?.is_none() {
                return Ok(None);
            }
            let (order, status) = order::with_status(tx, order, now)?;
            let paid = matches!(status, Status::Paid | Status::Done);
            let keys = if paid { purchase::bought_keys(tx, &order)? } else { vec![] };
            Ok(Some((order, status, keys)))
        })
        .await
}

/// Why a payment was not booked. Nothing was changed.
#[derive(Debug)]
pub enum PushError {
    /// It is another partner's order, or another partner is named.
    Denied,
    /// There is no such order.
    NoOrder,
    /// It does not pay the order.
    Refused(Refusal),
    /// What was ordered cannot be sold any more.
    Sale(SaleRefusal),
    /// The player has too little virtual currency.
    TooLittle,
    /// The player is disabled.
    Disabled,
    /// The database did not do it.
    Store(StoreError),
}

impl From<StoreError> for PushError {
    fn from(e: StoreError) -> Self {
        PushError::Store(e)
    }
}

impl From<Refused> for PushError {
    fn from(e: Refused) -> Self {
        match e {
            Refused::Sale(why) => PushError::Sale(why),
            Refused::Store(e) => PushError::Store(e),
        }
    }
}

/// The numbers of what a payment makes, and when the player's letter is due, if
/// there is post.
#[derive(Clone)]
struct Numbers {
    payment: PaymentId,
    attempt: AttemptId,
    event: EventId,
    operation: OperationId,
    mail_at: Option<Time>,
    teller: Option<Teller>,
}

/// Books what a partner was paid: its order is paid and handed out, and the
/// game is told. The same again, by the partner's own id of the transaction, is
/// the same payment.
pub async fn pay(app: &Shared, partner: &Partner, claim: Claim) -> Result<PaymentId, PushError> {
    if claim.partner != partner.id.get() {
        return Err(PushError::Denied);
    }
    if claim.project != partner.project.get() {
        return Err(PushError::NoOrder);
    }
    let project = merchant::anyones(app, partner.project).await?.ok_or(PushError::NoOrder)?;
    let numbers = Numbers {
        payment: app.id(PaymentId::new).await?,
        attempt: app.id(AttemptId::new).await?,
        event: app.id(EventId::new).await?,
        operation: app.id(OperationId::new).await?,
        mail_at: app.post.is_some().then(|| app.clock.now()),
        teller: Teller::of_project(app, &project).await?,
    };
    let (seller, now) = (partner.id, app.now(project.id));
    let (id, order) = (project.id, claim.order);
    let goods = AtHand::of(app, id).await?;
    let paid = app.store.write(move |tx| book(tx, (&project, &goods), seller, &claim, numbers.clone(), now)).await?;
    pincode::fetch(app, id, order, Some(paid)).await?;
    app.wake_worker();
    tracking::tell(app, id, order).await;
    Ok(paid)
}

fn book(
    tx: &mut Tx<'_>,
    (project, goods): (&Arc<Project>, &AtHand),
    partner: PartnerId,
    claim: &Claim,
    numbers: Numbers,
    now: Time,
) -> Result<PaymentId, PushError> {
    let sale = store::sale(tx, project.id, claim.order)?.ok_or(PushError::NoOrder)?;
    if sale.partner != partner {
        return Err(PushError::Denied);
    }
    let order = orders::find(tx, project.id, claim.order)?.ok_or(PushError::NoOrder)?;
    let Offered { price, parts, .. } = offered(&order, &sale, project).map_err(|_| PushError::NoOrder)?;
    // Who has no id in the game is known by the address.
    let user = if is_buyer(&order.player) { buyer(&claim.user) } else { claim.user.clone() };
    Claim { user, ..claim.clone() }.fits(&order, price, CURRENCY_SKU).map_err(PushError::Refused)?;
    if let Some(transaction) = &claim.transaction
        && store::claim(tx, project.id, partner, transaction, order.id)? != order.id
    {
        return Err(PushError::Refused(Refusal::Transaction));
    }
    let pushed = Pushed {
        order: order.id,
        payment: numbers.payment,
        partner,
        transaction: claim.transaction.clone(),
        account: claim.account.clone(),
    };
    if !store::push(tx, project.id, &pushed, now)? {
        return already(tx, project.id, &pushed, now);
    }
    payable(order.status(None, now)).map_err(PushError::Refused)?;
    order::able(tx, project.id, &order.player.id).map_err(|e| match e {
        OrderError::Store(e) => PushError::Store(e),
        _ => PushError::Disabled,
    })?;
    let order = said(tx, order, claim)?;
    let body = TokenBody::from_stored(&sale.body)
        .ok_or_else(|| StoreError::Corrupt(format!("order {} cannot be read", order.id)))?;
    let player = order.player.clone();
    let (project, choice, goods) = (project.clone(), Choice::default(), goods.clone());
    let buying = Buying { project, body: Arc::new(body), choice, player, method: Some(METHOD), now, goods };
    match parts {
        Some(parts) => in_money(tx, &buying, &order, parts, &numbers)?,
        None => in_coins(tx, &buying, order, &sale.coins, &numbers)?,
    }
    Ok(numbers.payment)
}

/// An order that something pays already: this very call, or the same in another
/// one, or something else.
fn already(tx: &mut Tx<'_>, project: ProjectId, pushed: &Pushed, now: Time) -> Result<PaymentId, PushError> {
    let lost = || StoreError::Corrupt(format!("order {} has lost its payment", pushed.order));
    let first = store::pushed(tx, project, pushed.order)?.ok_or_else(lost)?;
    // Ours, of a run whose commit was not heard of.
    if first.payment == pushed.payment {
        return Ok(first.payment);
    }
    let order = orders::find(tx, project, pushed.order)?.ok_or_else(lost)?;
    let (_, status) = order::with_status(tx, order, now)?;
    match payable(status) {
        Err(Refusal::Canceled) => Err(PushError::Refused(Refusal::Canceled)),
        _ if first.transaction.is_some() && first.transaction == pushed.transaction => Ok(first.payment),
        _ => Err(PushError::Refused(Refusal::Paid)),
    }
}

/// Notes what the partner says of the player and the transaction.
fn said(tx: &mut Tx<'_>, order: Order, claim: &Claim) -> Result<Order, StoreError> {
    let player = Player {
        email: claim.email.clone().or(order.player.email),
        phone: claim.phone.clone().or(order.player.phone),
        ..order.player
    };
    let external_id = claim.external_id.clone().or(order.external_id);
    let order = Order { player, external_id, ..order };
    store::set_said(tx, &order)?;
    Ok(order)
}

fn in_money(
    tx: &mut Tx<'_>,
    buying: &Buying,
    order: &Order,
    breakdown: Breakdown,
    numbers: &Numbers,
) -> Result<(), PushError> {
    let zero = Money::zero(order.total.currency);
    let fresh = Payment {
        project: order.project,
        id: numbers.payment,
        order: order.id,
        state: PaymentState::Pending,
        attempt: numbers.attempt,
        method: METHOD,
        breakdown,
        refunded: zero,
        reserved: zero,
        dry_run: order.placed.as_ref().is_some_and(|p| p.dry_run),
        notified: Notified::NotNeeded,
        created_at: buying.now,
        paid_at: None,
        decline: None,
        card: None,
    };
    if !payment::insert(tx, &fresh, &instead_of_token(order.id))? {
        return Err(StoreError::Corrupt(format!("order {} is paid by nobody", order.id)).into());
    }
    orders::set_payment(tx, order, fresh.id)?;
    // It keeps its prices, but not what is no longer sold.
    purchase::quote(tx, &Buying { method: None, ..buying.clone() })?;
    purchase::reserve(tx, buying, order, numbers.attempt.get(), buying.now)?;
    let attempt = Attempt {
        project: fresh.project,
        id: fresh.attempt,
        payment: fresh.id,
        state: AttemptState::Pending,
        method: METHOD,
        card_token: None,
        keep: false,
    };
    payment::insert_attempt(tx, &attempt, buying.now)?;
    let told = (numbers.event, numbers.mail_at, numbers.teller.clone());
    let captured =
        checkout::capture_pushed(tx, fresh, &attempt, (&buying.project, order), &buying.goods, told, buying.now)?;
    captured.map(drop).ok_or_else(|| StoreError::Corrupt("a new payment is not new".into()).into())
}

fn in_coins(
    tx: &mut Tx<'_>,
    buying: &Buying,
    order: Order,
    prices: &[Coins],
    numbers: &Numbers,
) -> Result<(), PushError> {
    let (project, user, now) = (order.project, order.player.id.clone(), buying.now);
    let coins = order.placed.as_ref().and_then(|p| p.coins);
    let price = coins.ok_or_else(|| StoreError::Corrupt(format!("order {} has no price", order.id)))?.price;
    // It keeps its price, but not what is no longer sold.
    let shelf = buying.shelf(tx)?;
    in_virtual_currency(tx, &shelf, buying)?;
    wallet::ensure(tx, project, &user, now)?;
    let operation = Operation {
        kind: OperationKind::InGamePurchase,
        ..Operation::internal(project, &user, numbers.operation, -price, now)
    };
    let things = balance::things(&order);
    balance::book(tx, &operation, &things, numbers.teller.as_ref())?.ok_or(PushError::TooLittle)?;
    purchase::reserve(tx, buying, &order, numbers.attempt.get(), now)?;
    let paid = orders::advance(tx, order, OrderEvent::Paid)?;
    let paid = paid.ok_or(PushError::Refused(Refusal::Paid))?;
    purchase::fulfil(tx, &buying.goods, &paid, None, now)?;
    Ok(webhook::tell_coins(tx, &buying.project, &paid, prices, (numbers.payment, paid.id.get()), now)?)
}

/// Why a payment was not cancelled.
#[derive(Debug)]
pub enum CancelError {
    /// The partner has no such payment.
    NotFound,
    /// It was cancelled before, or its money went back another way.
    Canceled,
    /// The database did not do it.
    Store(StoreError),
}

impl From<StoreError> for CancelError {
    fn from(e: StoreError) -> Self {
        CancelError::Store(e)
    }
}

/// Cancels what a partner was paid and gave back: what was handed out is taken
/// back as far as it is there, and the game is told.
pub async fn cancel(app: &Shared, partner: &Partner, id: PaymentId) -> Result<(), CancelError> {
    let (project, seller) = (partner.project, partner.id);
    let refund_id = app.id(RefundId::new).await?;
    let (event, operation) = (app.id(EventId::new).await?, app.id(OperationId::new).await?);
    let told = Told { event, teller: Teller::of(app, project).await? };
    let sells = merchant::anyones(app, project).await?.ok_or(CancelError::NotFound)?;
    let now = app.now(project);
    let order = app
        .store
        .write(move |tx| {
            let pushed = store::pushed_as(tx, project, id)?.filter(|p| p.partner == seller);
            let pushed = pushed.ok_or(CancelError::NotFound)?;
            // Held from here on; it stays ours if this runs again.
            if !store::cancel(tx, project, id, refund_id)? {
                return Err(CancelError::Canceled);
            }
            let order = orders::find(tx, project, pushed.order)?.ok_or(CancelError::NotFound)?;
            match order.placed.as_ref().and_then(|p| p.coins) {
                None => {
                    if !refund::cancel(tx, project, id, refund_id, &told, now)? {
                        return Err(CancelError::Canceled);
                    }
                }
                // Done, by a run of this whose commit was not heard of.
                Some(_) if order.state == OrderState::Refunded => {}
                Some(coins) => {
                    give_back(tx, order, coins.price, (&told, operation), now)?;
                    let order = orders::find(tx, project, pushed.order)?.ok_or(CancelError::NotFound)?;
                    let prices = store::sale(tx, project, order.id)?.map(|sale| sale.coins).unwrap_or_default();
                    webhook::tell_coins(tx, &sells, &order, &prices, (id, refund_id.get()), now)?;
                }
            }
            Ok(pushed.order)
        })
        .await?;
    app.wake_worker();
    tracking::tell(app, project, order).await;
    Ok(())
}

/// Gives virtual currency back that paid an order.
fn give_back(
    tx: &mut Tx<'_>,
    order: Order,
    price: i64,
    (told, operation): (&Told, OperationId),
    now: Time,
) -> Result<(), StoreError> {
    let (project, user) = (order.project, order.player.id.clone());
    let back = orders::advance(tx, order, OrderEvent::FullyRefunded)?;
    let back = back.ok_or_else(|| StoreError::Corrupt("an order of a payment is not paid".into()))?;
    purchase::revoke(tx, &back, None, told.event, now)?;
    let operation =
        Operation { kind: OperationKind::Cancellation, ..Operation::internal(project, &user, operation, price, now) };
    if balance::book(tx, &operation, &balance::things(&back), told.teller.as_ref())?.is_none() {
        tracing::error!(%project, order = %back.id, price, "a balance has no room for virtual currency");
    }
    Ok(())
}

/// By what whoever took the money knows a payment: a partner by its own id.
pub(crate) fn known_as(tx: &mut Tx<'_>, payment: &Payment) -> Result<String, StoreError> {
    let pushed = match payment.method {
        METHOD => store::pushed_as(tx, payment.project, payment.id)?.and_then(|p| p.transaction),
        _ => None,
    };
    Ok(pushed.unwrap_or_else(|| payment.attempt.to_string()))
}

/// What the payments of partners are called.
pub(crate) fn method_name(id: i64) -> Option<&'static str> {
    (id == METHOD).then_some(hub::METHOD_NAME)
}
