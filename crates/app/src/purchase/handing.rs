//! What an order sets aside, hands out and takes back.

use super::{Buying, Refused, usable_coupon};
use crate::catalogue::AtHand;
use coinslot_domain::game::Drm;
use coinslot_domain::id::{CampaignId, EventId, GameId, ItemId, OperationId, PaymentId, PromotionId};
use coinslot_domain::item::Kind;
use coinslot_domain::money::Money;
use coinslot_domain::order::Order;
use coinslot_domain::payment::Payment;
use coinslot_domain::promotion::Promotion;
use coinslot_domain::purchase::{Line, LineKind, Refusal};
use coinslot_domain::time::Time;
use coinslot_domain::wallet::{Operation, OperationKind, OperationStatus};
use coinslot_store::coupon::Redemption;
use coinslot_store::key::{self, Handed};
use coinslot_store::wallet::Booked;
use coinslot_store::{StoreError, Tx, cart as store_cart, coupon, game, inventory, purchase, wallet};
use coinslot_wire::shop::order::CURRENCY_SKU;

/// Checks that an order whose payment failed may be paid for as it was priced:
/// a discount for a coupon's holders needs the coupon again, for it was given
/// back.
pub(crate) fn hold(tx: &mut Tx<'_>, buying: &Buying, order: &Order) -> Result<(), Refused> {
    let used: Vec<PromotionId> = order.lines.iter().filter_map(|l| l.promotion).collect();
    if used.is_empty() {
        return Ok(());
    }
    let coupons: Vec<CampaignId> = usable_coupon(tx, buying)?.iter().map(|c| c.campaign).collect();
    let shelf = buying.shelf(tx)?;
    let promotions = shelf.promotions(tx)?;
    let lacks = |p: &Promotion| !p.campaigns.is_empty() && !p.campaigns.iter().any(|c| coupons.contains(c));
    match promotions.iter().any(|p| used.contains(&p.id) && lacks(p)) {
        true => Err(Refusal::Coupon(None).into()),
        false => Ok(()),
    }
}

/// Sets aside what there is only so much of, until the payment is decided.
/// `number` is that of the try.
pub(crate) fn reserve(tx: &mut Tx<'_>, buying: &Buying, order: &Order, number: i64, now: Time) -> Result<(), Refused> {
    if let Some(coupon) = usable_coupon(tx, buying)? {
        let redemption = Redemption {
            // Each try uses it anew, after the one before gave it back.
            id: OperationId::new(number).ok_or_else(|| StoreError::Corrupt("a try without a number".into()))?,
            user: &order.player.id,
            order: Some(order.id),
        };
        let taken = crate::coupon::take(tx, order.project, &coupon, redemption, now)?;
        taken.map_err(|why| Refusal::Coupon(Some(why)))?;
    }
    let shelf = buying.shelf(tx)?;
    for (id, line) in items(order) {
        let item = shelf.item(tx, id)?.ok_or_else(|| Refusal::NotFound(line.sku.clone()))?;
        let user = order.receiver();
        let limit = if item.once_only() { Some(1) } else { item.purchase_limit };
        // What was given to the player counts for what can be had only once.
        let has = item.once_only() && inventory::owned(tx, order.project, user, id, now)? > 0;
        if has || !purchase::count(tx, order.project, user, id, line.quantity, limit)? {
            return Err(Refusal::Limit(line.sku.clone()).into());
        }
    }
    let shelves = stored_keys(tx, order)?;
    for (shelf, line) in &shelves {
        let wanted = shelves.iter().filter(|(other, _)| other == shelf).map(|(_, l)| l.quantity).sum();
        if !key::reserve(tx, *shelf, order.id, wanted, now)? {
            return Err(Refusal::SoldOut(line.sku.clone()).into());
        }
    }
    Ok(())
}

/// Gives back what was set aside for an order whose payment failed.
pub(crate) fn release(tx: &mut Tx<'_>, order: &Order, now: Time) -> Result<(), StoreError> {
    if order.lines.is_empty() {
        return Ok(());
    }
    coupon::give_back(tx, order.project, order.id)?;
    for (item, line) in items(order) {
        purchase::uncount(tx, order.project, order.receiver(), item, line.quantity)?;
    }
    if keys(order).next().is_some() {
        key::release(tx, order.project, order.id, now)?;
    }
    Ok(())
}

/// Hands a paid order out; without a payment, one that money does not pay.
pub(crate) fn fulfil(
    tx: &mut Tx<'_>,
    goods: &AtHand,
    order: &Order,
    payment: Option<&Payment>,
    now: Time,
) -> Result<Option<Booked>, StoreError> {
    let lines = || order.lines.iter().filter(|l| l.kind == LineKind::Item);
    if lines().next().is_some() {
        let shelf = goods.shelf(tx, order.project)?;
        let mut held = false;
        for line in lines() {
            let Some(id) = line.reference.and_then(ItemId::new) else { continue };
            // What is sent by mail is in no inventory.
            let Some(item) = shelf.item(tx, id)?.filter(|i| i.kind != Kind::Physical) else { continue };
            // Whoever has something is one that the wallet knows, and who paid
            // was registered with that. What is only added to needs no turn.
            let registered = payment.is_some() && item.adds_up();
            if !held && !registered {
                wallet::ensure(tx, order.project, order.receiver(), now)?;
                held = true;
            }
            inventory::give(tx, order.project, order.receiver(), &item, line.quantity, now)?;
        }
    }
    if keys(order).next().is_some() {
        key::hand_out(tx, order.project, order.id, now)?;
    }
    let bought = |l: &&Line| l.kind == LineKind::VirtualCurrency;
    let amount: i64 = order.lines.iter().filter(bought).map(|l| l.quantity).sum();
    let mut booked = None;
    if amount > 0 {
        let price = order.lines.iter().filter(bought).map(|l| l.price.minor).sum();
        // A payment's attempt is captured once, so its number serves what came
        // of it; what is not paid for is handed out with its order.
        let id = OperationId::new(payment.map_or(order.id.get(), |p| p.attempt.get()));
        let kind = if payment.is_some() { OperationKind::Payment } else { OperationKind::Internal };
        let paid = payment.is_some().then_some(price);
        booked = book(tx, order, payment.map(|p| p.id), id, kind, amount, paid, now)?;
    }
    empty_cart(tx, order, now)?;
    Ok(booked)
}

/// What was bought leaves the cart it was in. What was put into it since stays.
fn empty_cart(tx: &mut Tx<'_>, order: &Order, now: Time) -> Result<(), StoreError> {
    let Some(placed) = &order.placed else { return Ok(()) };
    let Some(name) = &placed.cart else { return Ok(()) };
    let bought = bought(order);
    // Most carts are paid as they were ordered.
    if store_cart::empty(tx, order.project, &order.player.id, name, &bought)? {
        return Ok(());
    }
    let held = store_cart::hold_known(tx, order.project, &order.player.id, name, now)?;
    let Some(mut held) = held else { return Ok(()) };
    held.coupon = None;
    for (sku, pieces) in bought {
        let left = held.lines.iter().find(|(known, _)| *known == sku).map_or(0, |(_, n)| n - pieces);
        held.put(&sku, left);
    }
    store_cart::save(tx, &held)
}

/// What was ordered, by the SKUs under which it can be ordered, with how many.
pub(crate) fn bought(order: &Order) -> Vec<(String, i64)> {
    let mut all: Vec<(String, i64)> = Vec::new();
    for line in order.lines.iter().filter(|l| l.is_asked()) {
        let sku = sku_of(line);
        match all.iter_mut().find(|(known, _)| *known == sku) {
            Some((_, n)) => *n += line.pieces(),
            None => all.push((sku, line.pieces())),
        }
    }
    all
}

/// The SKU under which a line can be ordered.
pub(crate) fn sku_of(line: &Line) -> String {
    match (&line.kind, &line.detail) {
        (LineKind::Key, Some(place)) => format!("{}_{place}", line.sku),
        (LineKind::VirtualCurrency, _) if line.sku.is_empty() => CURRENCY_SKU.into(),
        _ => line.sku.clone(),
    }
}

/// Takes back what a wholly refunded order handed out, as far as it is there,
/// and lets the player buy it again.
pub(crate) fn revoke(
    tx: &mut Tx<'_>,
    order: &Order,
    payment: Option<PaymentId>,
    event: EventId,
    now: Time,
) -> Result<Option<Booked>, StoreError> {
    let (project, user) = (order.project, order.receiver());
    if order.lines.is_empty() {
        return Ok(None);
    }
    coupon::give_back(tx, project, order.id)?;
    for (item, line) in items(order) {
        purchase::uncount(tx, project, user, item, line.quantity)?;
    }
    for line in order.lines.iter().filter(|l| l.kind == LineKind::Item) {
        let Some(id) = line.reference.and_then(ItemId::new) else { continue };
        // As many as are left: what was used up is gone.
        let left = inventory::owned(tx, project, user, id, now)?.min(line.quantity);
        if left > 0 {
            inventory::take(tx, project, user, id, left, now)?;
        }
    }
    if keys(order).next().is_some() {
        key::take_back(tx, project, order.id, now)?;
    }
    let bought = |l: &&Line| l.kind == LineKind::VirtualCurrency;
    let amount: i64 = order.lines.iter().filter(bought).map(|l| l.quantity).sum();
    let held = wallet::lock(tx, project, user)?.map_or(0, |p| p.balance);
    // What was spent already is not there to take; a balance is never negative.
    let taken = amount.min(held);
    if amount > taken {
        tracing::warn!(%project, order = %order.id, missing = amount - taken, "refunded virtual currency was spent");
    }
    if taken == 0 {
        return Ok(None);
    }
    book(tx, order, payment, OperationId::new(event.get()), OperationKind::Cancellation, -taken, None, now)
}

#[expect(clippy::too_many_arguments, reason = "each is a member of the operation")]
fn book(
    tx: &mut Tx<'_>,
    order: &Order,
    payment: Option<PaymentId>,
    id: Option<OperationId>,
    kind: OperationKind,
    amount: i64,
    paid: Option<i64>,
    now: Time,
) -> Result<Option<Booked>, StoreError> {
    let operation = Operation {
        project: order.project,
        user: order.receiver().to_string(),
        id: id.ok_or_else(|| StoreError::Corrupt("an operation without a number".into()))?,
        kind,
        status: OperationStatus::Completed,
        amount,
        payment,
        coupon: None,
        paid: paid.map(|minor| Money::new(minor, order.total.currency)),
        comment: None,
        at: now,
    };
    let balance = wallet::book(tx, &operation)?;
    if balance.is_none() {
        tracing::error!(project = %order.project, order = %order.id, amount, "a balance has no room for virtual currency");
    }
    Ok(balance.map(|balance| (operation, balance)))
}

/// The items and bundles that were bought; neither what a promotion added nor
/// what is in a bundle counts for a limit.
pub(super) fn items(order: &Order) -> impl Iterator<Item = (ItemId, &Line)> {
    let added = |l: &Line| l.full_price.minor == 0 && l.promotion.is_some();
    let bought = order.lines.iter().filter(move |l| !added(l) && !l.is_content());
    let bought = bought.filter(|l| matches!(l.kind, LineKind::Item | LineKind::Bundle));
    bought.filter_map(|l| Some((ItemId::new(l.reference?)?, l)))
}

/// The keys that were bought, with the shelf each comes from.
fn keys(order: &Order) -> impl Iterator<Item = (key::Shelf, &Line)> {
    let project = order.project;
    order.lines.iter().filter(|l| l.kind == LineKind::Key).filter_map(move |l| {
        let game = GameId::new(l.reference?)?;
        let drm = Drm::of_text(l.detail.as_deref()?)?.id;
        Some((key::Shelf { project, game, drm }, l))
    })
}

/// The keys that were bought and that are stored here; the game has the others.
pub(super) fn stored_keys<'a>(tx: &mut Tx<'_>, order: &'a Order) -> Result<Vec<(key::Shelf, &'a Line)>, StoreError> {
    let mut stored = Vec::new();
    for (shelf, line) in keys(order) {
        if !game::find(tx, shelf.project, shelf.game)?.is_some_and(|game| game.has_its_own_keys()) {
            stored.push((shelf, line));
        }
    }
    Ok(stored)
}

/// What a paid order has no keys for though the game has some: the shelf of
/// each, its SKU and where it is redeemed.
pub(crate) fn missing_keys(
    tx: &mut Tx<'_>,
    order: &Order,
) -> Result<Vec<(key::Shelf, String, &'static str)>, StoreError> {
    if keys(order).next().is_none() {
        return Ok(vec![]);
    }
    let mut had = key::of_order(tx, order.project, order.id)?;
    let mut missing = Vec::new();
    for (shelf, line) in keys(order) {
        let at = had.iter().position(|k| k.game == shelf.game && k.drm == shelf.drm);
        if let Some(at) = at {
            had.swap_remove(at);
        } else if game::find(tx, shelf.project, shelf.game)?.is_some_and(|game| game.has_its_own_keys()) {
            missing.push((shelf, line.sku.clone(), Drm::of_id(shelf.drm).map_or("", |d| d.key)));
        }
    }
    Ok(missing)
}

/// A key that a player bought.
#[derive(Clone, PartialEq, Eq)]
pub struct BoughtKey {
    /// The game, as the order calls it.
    pub game: String,
    /// Where it is redeemed.
    pub place: &'static str,
    /// The key, for the player's eyes and nobody else's.
    pub code: String,
}

/// The keys that an order handed out.
pub(crate) fn bought_keys(tx: &mut Tx<'_>, order: &Order) -> Result<Vec<BoughtKey>, StoreError> {
    if keys(order).next().is_none() {
        return Ok(vec![]);
    }
    let all = key::of_order(tx, order.project, order.id)?;
    let bought = |k: Handed| {
        let line = order.lines.iter().find(|l| l.kind == LineKind::Key && l.reference == Some(k.game.get()));
        BoughtKey {
            game: line.map(|l| l.name.clone()).unwrap_or_default(),
            place: Drm::of_id(k.drm).map_or("", |d| d.name),
            code: k.code,
        }
    };
    Ok(all.into_iter().map(bought).collect())
}
