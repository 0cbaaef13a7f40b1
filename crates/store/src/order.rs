//! Orders.

use crate::engine::Row;
use crate::{StoreError, Tx};
use coinslot_domain::id::{OrderId, ProjectId, PromotionId};
use coinslot_domain::money::{Currency, Money};
use coinslot_domain::order::{Order, OrderEvent, OrderState, Player};
use coinslot_domain::purchase::{Line, LineKind};
use coinslot_domain::time::Time;

statements! {
    INSERT = "INSERT INTO orders (project_id, order_id, state, user_id, user_name, user_email, user_phone,
            user_country, user_zip, user_ip, currency, total, description, external_id, custom_parameters, created_at,
            lines)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";
    FIND = "SELECT state, user_id, user_name, user_email, user_phone, user_country, user_zip, user_ip, currency,
            total, description, external_id, custom_parameters, lines FROM orders WHERE project_id = $1 AND order_id = $2";
    INSERT_LINE = "INSERT INTO order_line (project_id, order_id, seq, kind, reference, sku, name, quantity, detail,
            price, full_price, promotion_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    LINES = "SELECT kind, reference, sku, name, quantity, detail, price, full_price, promotion_id FROM order_line
        WHERE project_id = $1 AND order_id = $2 ORDER BY seq";
    ADVANCE = "UPDATE orders SET state = $4 WHERE project_id = $1 AND order_id = $2 AND state = $3";
}

/// Adds an order with its lines.
pub fn insert(tx: &mut Tx<'_>, o: &Order, now: Time) -> Result<(), StoreError> {
    tx.put(
        INSERT,
        &[
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
        ],
    )?;
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
    }))
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
