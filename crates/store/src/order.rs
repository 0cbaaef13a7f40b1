//! Orders.

use crate::engine::Row;
use crate::{StoreError, Tx, contact};
use coinslot_domain::gift::Gift;
use coinslot_domain::id::{ItemId, OrderId, PaymentId, ProjectId, PromotionId};
use coinslot_domain::money::{Currency, Money};
use coinslot_domain::order::{Coins, Order, OrderEvent, OrderState, Placed, Player};
use coinslot_domain::purchase::{Line, LineKind};
use coinslot_domain::time::Time;

statements! {
    INSERT = "INSERT INTO orders (project_id, order_id, state, user_id, user_name, user_email, user_phone,
            user_country, user_zip, user_ip, currency, total, description, external_id, custom_parameters, created_at,
            lines, payment_id, placed_at, placed_until, token_hash, dry_run, cart_id, coins, full_coins, gift_giver,
            gift_receiver, gift_email, gift_message, gift_hidden)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
            $23, $24, $25, $26, $27, $28, $29, $30)";
    INSERT_BARE = "INSERT INTO orders (project_id, order_id, state, user_id, user_name, user_email, user_phone,
            user_country, user_zip, user_ip, currency, total, description, external_id, custom_parameters, created_at,
            lines, payment_id)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)";
    FIND = "SELECT state, user_id, user_name, user_email, user_phone, user_country, user_zip, user_ip, currency,
            total, description, external_id, custom_parameters, lines, placed_at, placed_until, token_hash, dry_run,
            cart_id, coins, full_coins, gift_giver, gift_receiver, gift_email, gift_message, gift_hidden
        FROM orders WHERE project_id = $1 AND order_id = $2";
    PLACED = "SELECT order_id FROM orders WHERE project_id = $1 AND placed_at >= $2 AND placed_at < $3
        ORDER BY placed_at, order_id LIMIT $4 OFFSET $5";
    RECENT = "SELECT order_id FROM orders WHERE project_id = $1 AND user_id = $2 AND placed_at >= $3
        ORDER BY order_id DESC LIMIT $4";
    COUNT_PLACED = "SELECT COUNT(*) FROM orders WHERE project_id = $1 AND placed_at >= $2 AND placed_at < $3";
    SET_PLAYER = "UPDATE orders SET user_email = $3, user_zip = $4, user_ip = $5, user_name = $6, user_phone = $7,
            state = $8, payment_id = $9 WHERE project_id = $1 AND order_id = $2 AND state = 'new'";
    SET_PAYMENT = "UPDATE orders SET payment_id = $3 WHERE project_id = $1 AND order_id = $2";
    INSERT_LINE = "INSERT INTO order_line (project_id, order_id, seq, kind, reference, sku, name, quantity, detail,
            price, full_price, promotion_id, bundle) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    LINES = "SELECT kind, reference, sku, name, quantity, detail, price, full_price, promotion_id, bundle FROM order_line
        WHERE project_id = $1 AND order_id = $2 ORDER BY seq";
    ADVANCE = "UPDATE orders SET state = $4 WHERE project_id = $1 AND order_id = $2 AND state = $3";
}

/// Values that every order has; what follows is said of gifts and of orders that
/// are made before they are paid.
const BARE: usize = 18;

/// Adds an order with its lines, and with the payment that pays it, if that is
/// begun.
pub fn insert(tx: &mut Tx<'_>, o: &Order, payment: Option<PaymentId>, now: Time) -> Result<(), StoreError> {
    let placed = o.placed.as_ref();
    let coins = placed.and_then(|p| p.coins);
    let gift = o.gift.as_ref();
    contact::note(tx, o.project, &o.player);
    let values = [
        o.project.get().into(),
        o.id.get().into(),
        o.state.name().into(),
        (&o.player.id).into(),
        (&o.player.name).into(),
        (&o.player.email).into(),
        (&o.player.phone).into(),
        (&o.player.country).into(),
        (&o.player.zip).into(),
        (&o.player.ip).into(),
        o.total.currency.code().into(),
        o.total.minor.into(),
        (&o.description).into(),
        (&o.external_id).into(),
        (&o.custom_parameters).into(),
        now.0.into(),
        (o.lines.len() as i64).into(),
        payment.map(PaymentId::get).into(),
        placed.map(|p| p.at.0).into(),
        placed.map(|p| p.until.0).into(),
        placed.and_then(|p| p.token_hash.as_deref()).into(),
        placed.is_some_and(|p| p.dry_run).into(),
        placed.and_then(|p| p.cart.as_deref()).into(),
        coins.map(|c| c.price).into(),
        coins.map(|c| c.full_price).into(),
        gift.map(|g| g.giver.as_str()).into(),
        gift.map(|g| g.receiver.as_str()).into(),
        gift.and_then(|g| g.receiver_email.as_deref()).into(),
        gift.and_then(|g| g.message.as_deref()).into(),
        gift.is_some_and(|g| g.hide_giver).into(),
    ];
    match (placed, gift) {
        (None, None) => tx.put(INSERT_BARE, &values[..BARE])?,
        _ => tx.put(INSERT, &values)?,
    }
    for (seq, line) in (1_i64..).zip(&o.lines) {
        let values = [
            o.project.get().into(),
            o.id.get().into(),
            seq.into(),
            line.kind.name().into(),
            line.reference.into(),
            (&line.sku).into(),
            (&line.name).into(),
            line.quantity.into(),
            (&line.detail).into(),
            line.price.minor.into(),
            line.full_price.minor.into(),
            line.promotion.map(PromotionId::get).into(),
            line.bundle.map(ItemId::get).into(),
        ];
        tx.put(INSERT_LINE, &values)?;
    }
    Ok(())
}

/// An order with its lines.
pub fn find(tx: &mut Tx<'_>, project: ProjectId, id: OrderId) -> Result<Option<Order>, StoreError> {
    let Some(row) = tx.row(FIND, &[project.get().into(), id.get().into()])? else { return Ok(None) };
    let currency = row.named(8, Currency::from_code)?;
    let lines = match row.int(13)? {
        0 => vec![],
        _ => lines(tx, project, id, currency)?,
    };
    Ok(Some(Order {
        project,
        id,
        state: row.named(0, OrderState::from_name)?,
        player: Player {
            id: row.text(1)?,
            name: row.maybe_text(2)?,
            email: row.maybe_text(3)?,
            phone: row.maybe_text(4)?,
            country: row.maybe_text(5)?,
            zip: row.maybe_text(6)?,
            ip: row.maybe_text(7)?,
        },
        total: Money::new(row.int(9)?, currency),
        lines,
        description: row.maybe_text(10)?,
        external_id: row.maybe_text(11)?,
        custom_parameters: row.maybe_text(12)?,
        placed: placed(&row)?,
        gift: gift(&row)?,
    }))
}

fn gift(row: &Row) -> Result<Option<Gift>, StoreError> {
    let (Some(giver), Some(receiver)) = (row.maybe_text(21)?, row.maybe_text(22)?) else { return Ok(None) };
    let (receiver_email, message) = (row.maybe_text(23)?, row.maybe_text(24)?);
    Ok(Some(Gift { giver, receiver, receiver_email, message, hide_giver: row.flag(25)? }))
}

fn placed(row: &Row) -> Result<Option<Placed>, StoreError> {
    let Some(at) = row.maybe_int(14)? else { return Ok(None) };
    let coins = match (row.maybe_int(19)?, row.maybe_int(20)?) {
        (Some(price), Some(full_price)) => Some(Coins { price, full_price }),
        _ => None,
    };
    Ok(Some(Placed {
        at: Time(at),
        until: Time(row.int(15)?),
        token_hash: row.maybe_text(16)?,
        dry_run: row.flag(17)?,
        cart: row.maybe_text(18)?,
        coins,
    }))
}

/// Orders that were made before they are paid, in `[from, to)`, oldest first:
/// `limit` of them after the first `offset`; and how many there are in all.
pub fn placed_between(
    tx: &mut Tx<'_>,
    project: ProjectId,
    (from, to): (Time, Time),
    limit: i64,
    offset: i64,
) -> Result<(i64, Vec<Order>), StoreError> {
    let key = [project.get().into(), from.0.into(), to.0.into()];
    let total = tx.row(COUNT_PLACED, &key)?.map_or(Ok(0), |r| r.int(0))?;
    let [a, b, c] = key;
    let mut all = Vec::new();
    for row in tx.rows(PLACED, &[a, b, c, limit.into(), offset.into()])? {
        all.extend(find(tx, project, row.numbered(0, OrderId::new)?)?);
    }
    Ok((total, all))
}

/// Orders of a player that were made before they are paid, at `since` or later:
/// at most `limit`, the newest first.
pub fn recent_of_player(
    tx: &mut Tx<'_>,
    project: ProjectId,
    user: &str,
    since: Time,
    limit: i64,
) -> Result<Vec<OrderId>, StoreError> {
    let rows = tx.rows(RECENT, &[project.get().into(), user.into(), since.0.into(), limit.into()])?;
    rows.iter().map(|r| r.numbered(0, OrderId::new)).collect()
}

/// Notes what the player of an order that waits to be paid filled in, the payment
/// that pays it, and its state, which is another one when it is paid at once;
/// `false` when it does not wait.
pub fn set_player(tx: &mut Tx<'_>, o: &Order, payment: PaymentId) -> Result<bool, StoreError> {
    let Player { email, zip, ip, name, phone, .. } = &o.player;
    let [project, order] = [o.project.get().into(), o.id.get().into()];
    let state = o.state.name().into();
    let payment = payment.get().into();
    let values = [project, order, email.into(), zip.into(), ip.into(), name.into(), phone.into(), state, payment];
    contact::note(tx, o.project, &o.player);
    Ok(tx.execute(SET_PLAYER, &values)? == 1)
}

/// Notes the payment that pays an order.
pub fn set_payment(tx: &mut Tx<'_>, o: &Order, payment: PaymentId) -> Result<(), StoreError> {
    tx.execute(SET_PAYMENT, &[o.project.get().into(), o.id.get().into(), payment.get().into()]).map(drop)
}

fn lines(tx: &mut Tx<'_>, project: ProjectId, id: OrderId, currency: Currency) -> Result<Vec<Line>, StoreError> {
    let line = |row: &Row| {
        Ok(Line {
            kind: row.named(0, LineKind::from_name)?,
            reference: row.maybe_int(1)?,
            sku: row.text(2)?,
            name: row.text(3)?,
            quantity: row.int(4)?,
            detail: row.maybe_text(5)?,
            price: Money::new(row.int(6)?, currency),
            full_price: Money::new(row.int(7)?, currency),
            promotion: row.maybe_int(8)?.and_then(PromotionId::new),
            bundle: row.maybe_int(9)?.and_then(ItemId::new),
        })
    };
    tx.rows(LINES, &[project.get().into(), id.get().into()])?.iter().map(line).collect()
}

/// Moves an order on; `None` when the domain refuses or someone was faster.
pub fn advance(tx: &mut Tx<'_>, order: Order, event: OrderEvent) -> Result<Option<Order>, StoreError> {
    let Some(next) = order.state.after(event) else { return Ok(None) };
    let key = [order.project.get().into(), order.id.get().into(), order.state.name().into(), next.name().into()];
    Ok(tx.change(ADVANCE, &key)?.then_some(Order { state: next, ..order }))
}
