//! Where goods are sent.

use crate::engine::Row;
use crate::{StoreError, Tx};
use coinslot_domain::id::{OrderId, ProjectId};
use coinslot_domain::shipping::Address;
use coinslot_domain::time::Time;

statements! {
    KEEP = "INSERT INTO shipping (project_id, token_hash, name, street, city, region, zip, country, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (project_id, token_hash) DO UPDATE SET name = $3, street = $4, city = $5, region = $6, zip = $7,
            country = $8, expires_at = $9";
    OF_TOKEN = "SELECT name, street, city, region, zip, country FROM shipping
        WHERE project_id = $1 AND token_hash = $2";
    ATTACH = "UPDATE shipping SET order_id = $3 WHERE project_id = $1 AND token_hash = $2";
    OF_ORDER = "SELECT name, street, city, region, zip, country FROM shipping
        WHERE project_id = $1 AND order_id = $2";
    PURGE = "DELETE FROM shipping WHERE project_id = $1 AND order_id IS NULL AND expires_at < $2";
}

/// Keeps the address of a token in place of the one before, until then if no
/// order is made of it.
pub fn keep(tx: &mut Tx<'_>, project: ProjectId, token: &str, a: &Address, until: Time) -> Result<(), StoreError> {
    let values = [
        project.get().into(),
        token.into(),
        (&a.name).into(),
        (&a.street).into(),
        (&a.city).into(),
        (&a.region).into(),
        (&a.zip).into(),
        (&a.country).into(),
        until.0.into(),
    ];
    tx.execute(KEEP, &values).map(drop)
}

/// The address of a token.
pub fn of_token(tx: &mut Tx<'_>, project: ProjectId, token: &str) -> Result<Option<Address>, StoreError> {
    tx.row(OF_TOKEN, &[project.get().into(), token.into()])?.as_ref().map(address).transpose()
}

/// Makes the address of a token that of its order; `false` when there is none.
pub fn attach(tx: &mut Tx<'_>, project: ProjectId, token: &str, order: OrderId) -> Result<bool, StoreError> {
    tx.change(ATTACH, &[project.get().into(), token.into(), order.get().into()])
}

/// The address of an order.
pub fn of_order(tx: &mut Tx<'_>, project: ProjectId, order: OrderId) -> Result<Option<Address>, StoreError> {
    tx.row(OF_ORDER, &[project.get().into(), order.get().into()])?.as_ref().map(address).transpose()
}

/// Forgets addresses that no order was made of before then. How many.
pub fn purge(tx: &mut Tx<'_>, project: ProjectId, before: Time) -> Result<u64, StoreError> {
    tx.execute(PURGE, &[project.get().into(), before.0.into()])
}

fn address(row: &Row) -> Result<Address, StoreError> {
    Ok(Address {
        name: row.text(0)?,
        street: row.text(1)?,
        city: row.text(2)?,
        region: row.maybe_text(3)?,
        zip: row.maybe_text(4)?,
        country: row.text(5)?,
    })
}
