//! The Distribution Hub: partners, what they sell, and what they paid.

use crate::engine::Row;
use crate::merchant::{tax_kind, tax_kind_name};
use crate::{StoreError, Tx, contact};
use coinslot_domain::hub::{Partner, Pushed, Sale};
use coinslot_domain::id::{OrderId, PartnerId, PaymentId, ProjectId, RefundId};
use coinslot_domain::money::BasisPoints;
use coinslot_domain::order::{Coins, Order};
use coinslot_domain::tax::Tax;
use coinslot_domain::time::Time;

statements! {
    INSERT = "INSERT INTO partner (partner_id, project_id, name, key_hash, sandbox, enabled, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (partner_id) DO NOTHING";
    UPDATE = "UPDATE partner SET name = $3, enabled = $4 WHERE project_id = $1 AND partner_id = $2";
    SET_KEY = "UPDATE partner SET key_hash = $3 WHERE project_id = $1 AND partner_id = $2";
    FIND = "SELECT partner_id, project_id, name, sandbox, enabled FROM partner
        WHERE project_id = $1 AND partner_id = $2";
    BY_KEY = "SELECT partner_id, project_id, name, sandbox, enabled FROM partner
        WHERE partner_id = $1 AND key_hash = $2";
    LIST = "SELECT partner_id, project_id, name, sandbox, enabled FROM partner
        WHERE project_id = $1 ORDER BY partner_id";
    INSERT_SALE = "INSERT INTO hub_order (project_id, order_id, partner_id, tax_kind, tax_rate, body, coins)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    SALE = "SELECT order_id, partner_id, tax_kind, tax_rate, body, coins FROM hub_order
        WHERE project_id = $1 AND order_id = $2";
    CLAIM = "INSERT INTO hub_transaction (project_id, partner_id, transaction_id, order_id) VALUES ($1, $2, $3, $4)
        ON CONFLICT (project_id, partner_id, transaction_id) DO NOTHING";
    CLAIMED = "SELECT order_id FROM hub_transaction
        WHERE project_id = $1 AND partner_id = $2 AND transaction_id = $3";
    PUSH = "INSERT INTO hub_payment (project_id, order_id, payment_id, partner_id, transaction_id, account_id,
            created_at) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (project_id, order_id) DO NOTHING";
    PUSHED = "SELECT order_id, payment_id, partner_id, transaction_id, account_id FROM hub_payment
        WHERE project_id = $1 AND order_id = $2";
    PUSHED_AS = "SELECT order_id, payment_id, partner_id, transaction_id, account_id FROM hub_payment
        WHERE project_id = $1 AND payment_id = $2";
    CANCEL = "UPDATE hub_payment SET cancel_id = $3
        WHERE project_id = $1 AND payment_id = $2 AND cancel_id IS NULL";
    CANCELED = "SELECT cancel_id FROM hub_payment WHERE project_id = $1 AND payment_id = $2";
    SET_SAID = "UPDATE orders SET user_email = $3, user_phone = $4, external_id = $5
        WHERE project_id = $1 AND order_id = $2 AND state = 'new'";
}

/// Adds a partner with the hash of its key; one that exists stays as it is.
pub fn insert(tx: &mut Tx<'_>, p: &Partner, key_hash: &str, now: Time) -> Result<(), StoreError> {
    let values = [
        p.id.get().into(),
        p.project.get().into(),
        (&p.name).into(),
        key_hash.into(),
        p.sandbox.into(),
        p.enabled.into(),
        now.0.into(),
    ];
    tx.execute(INSERT, &values).map(drop)
}

/// Changes what a partner is called and whether it may call.
pub fn update(tx: &mut Tx<'_>, p: &Partner) -> Result<(), StoreError> {
    tx.execute(UPDATE, &[p.project.get().into(), p.id.get().into(), (&p.name).into(), p.enabled.into()]).map(drop)
}

/// Gives a partner another key, by its hash; `false` when there is no such
/// partner.
pub fn set_key(tx: &mut Tx<'_>, project: ProjectId, id: PartnerId, key_hash: &str) -> Result<bool, StoreError> {
    Ok(tx.execute(SET_KEY, &[project.get().into(), id.get().into(), key_hash.into()])? == 1)
}

/// A partner of a project.
pub fn find(tx: &mut Tx<'_>, project: ProjectId, id: PartnerId) -> Result<Option<Partner>, StoreError> {
    tx.row(FIND, &[project.get().into(), id.get().into()])?.as_ref().map(partner).transpose()
}

/// Whose key this is, if it is this partner's.
pub fn by_key(tx: &mut Tx<'_>, id: PartnerId, key_hash: &str) -> Result<Option<Partner>, StoreError> {
    tx.row(BY_KEY, &[id.get().into(), key_hash.into()])?.as_ref().map(partner).transpose()
}

/// All partners of a project, by their numbers.
pub fn list(tx: &mut Tx<'_>, project: ProjectId) -> Result<Vec<Partner>, StoreError> {
    tx.rows(LIST, &[project.get().into()])?.iter().map(partner).collect()
}

fn partner(row: &Row) -> Result<Partner, StoreError> {
    Ok(Partner {
        id: row.numbered(0, PartnerId::new)?,
        project: row.numbered(1, ProjectId::new)?,
        name: row.text(2)?,
        sandbox: row.flag(3)?,
        enabled: row.flag(4)?,
    })
}

/// Notes that a partner sells an order.
pub fn insert_sale(tx: &mut Tx<'_>, project: ProjectId, s: &Sale) -> Result<(), StoreError> {
    let values = [
        project.get().into(),
        s.order.get().into(),
        s.partner.get().into(),
        tax_kind_name(s.tax.kind).into(),
        s.tax.rate.0.into(),
        (&s.body).into(),
        coins_text(&s.coins).into(),
    ];
    tx.execute(INSERT_SALE, &values).map(drop)
}

/// What is known of an order that a partner sells.
pub fn sale(tx: &mut Tx<'_>, project: ProjectId, order: OrderId) -> Result<Option<Sale>, StoreError> {
    let Some(row) = tx.row(SALE, &[project.get().into(), order.get().into()])? else { return Ok(None) };
    Ok(Some(Sale {
        order: row.numbered(0, OrderId::new)?,
        partner: row.numbered(1, PartnerId::new)?,
        tax: Tax { kind: row.named(2, tax_kind)?, rate: BasisPoints(row.int(3)?) },
        body: row.text(4)?,
        coins: coins(&row.text(5)?).ok_or_else(|| StoreError::Corrupt(format!("prices of order {order}")))?,
    }))
}

/// Prices in virtual currency as one text.
fn coins_text(all: &[Coins]) -> String {
    all.iter().map(|c| format!("{}/{}", c.price, c.full_price)).collect::<Vec<_>>().join(" ")
}

/// The same, read.
fn coins(text: &str) -> Option<Vec<Coins>> {
    let one = |said: &str| {
        let (price, full) = said.split_once('/')?;
        Some(Coins { price: price.parse().ok()?, full_price: full.parse().ok()? })
    };
    text.split_whitespace().map(one).collect()
}

/// Has a partner's id of a transaction stand for an order; for which it stands,
/// which is another one if it did before.
pub fn claim(
    tx: &mut Tx<'_>,
    project: ProjectId,
    partner: PartnerId,
    transaction: &str,
    order: OrderId,
) -> Result<OrderId, StoreError> {
    let key = [project.get().into(), partner.get().into(), transaction.into()];
    let [a, b, c] = key.clone();
    if tx.execute(CLAIM, &[a, b, c, order.get().into()])? == 1 {
        return Ok(order);
    }
    let vanished = || StoreError::Corrupt("a partner's transaction vanished".into());
    tx.row(CLAIMED, &key)?.ok_or_else(vanished)?.numbered(0, OrderId::new)
}

/// Notes what pays an order, which is held until the transaction ends. `false`
/// when something does already: then nothing was changed.
pub fn push(tx: &mut Tx<'_>, project: ProjectId, p: &Pushed, now: Time) -> Result<bool, StoreError> {
    let values = [
        project.get().into(),
        p.order.get().into(),
        p.payment.get().into(),
        p.partner.get().into(),
        (&p.transaction).into(),
        (&p.account).into(),
        now.0.into(),
    ];
    Ok(tx.execute(PUSH, &values)? == 1)
}

/// What paid an order.
pub fn pushed(tx: &mut Tx<'_>, project: ProjectId, order: OrderId) -> Result<Option<Pushed>, StoreError> {
    tx.row(PUSHED, &[project.get().into(), order.get().into()])?.as_ref().map(payment).transpose()
}

/// What was paid as this payment.
pub fn pushed_as(tx: &mut Tx<'_>, project: ProjectId, id: PaymentId) -> Result<Option<Pushed>, StoreError> {
    tx.row(PUSHED_AS, &[project.get().into(), id.get().into()])?.as_ref().map(payment).transpose()
}

/// Notes that a payment is cancelled, by the number of what gives it back;
/// `false` when it was cancelled by another one.
pub fn cancel(tx: &mut Tx<'_>, project: ProjectId, id: PaymentId, by: RefundId) -> Result<bool, StoreError> {
    let key = [project.get().into(), id.get().into()];
    let [a, b] = key.clone();
    if tx.execute(CANCEL, &[a, b, by.get().into()])? == 1 {
        return Ok(true);
    }
    let by_whom = tx.row(CANCELED, &key)?.map(|r| r.maybe_int(0)).transpose()?.flatten();
    Ok(by_whom == Some(by.get()))
}

fn payment(row: &Row) -> Result<Pushed, StoreError> {
    Ok(Pushed {
        order: row.numbered(0, OrderId::new)?,
        payment: row.numbered(1, PaymentId::new)?,
        partner: row.numbered(2, PartnerId::new)?,
        transaction: row.maybe_text(3)?,
        account: row.maybe_text(4)?,
    })
}

/// Notes what a partner said of an order that is about to be paid: the player's
/// address and telephone, and the number of the transaction.
pub fn set_said(tx: &mut Tx<'_>, o: &Order) -> Result<(), StoreError> {
    contact::note(tx, o.project, &o.player);
    let [email, phone] = [(&o.player.email).into(), (&o.player.phone).into()];
    let values = [o.project.get().into(), o.id.get().into(), email, phone, (&o.external_id).into()];
    tx.execute(SET_SAID, &values).map(drop)
}
