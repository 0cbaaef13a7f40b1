//! Subscription products.

use crate::engine::Row;
use crate::{StoreError, Tx};
use coinslot_domain::id::{ProductId, ProjectId};
use coinslot_domain::product::Product;
use coinslot_domain::time::Time;

statements! {
    INSERT = "INSERT INTO product (project_id, product_id, name, group_id, created_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (project_id, product_id) DO NOTHING";
    UPDATE = "UPDATE product SET name = $3, group_id = $4
        WHERE project_id = $1 AND product_id = $2 AND deleted_at IS NULL";
    DELETE = "UPDATE product SET deleted_at = $3 WHERE project_id = $1 AND product_id = $2 AND deleted_at IS NULL";
    FIND = "SELECT product_id, name, group_id, deleted_at FROM product WHERE project_id = $1 AND product_id = $2";
    LIST = "SELECT product_id, name, group_id, deleted_at FROM product
        WHERE project_id = $1 AND deleted_at IS NULL AND (group_id = $2 OR $2 = '') AND (product_id = $3 OR $3 = 0)
        ORDER BY product_id LIMIT $4 OFFSET $5";
}

/// Adds a product.
pub fn insert(tx: &mut Tx<'_>, p: &Product, now: Time) -> Result<(), StoreError> {
    let values = [p.project.get().into(), p.id.get().into(), (&p.name).into(), (&p.group).into(), now.0.into()];
    tx.execute(INSERT, &values).map(drop)
}

/// Changes a product; `false` when it is gone.
pub fn update(tx: &mut Tx<'_>, p: &Product) -> Result<bool, StoreError> {
    let values = [p.project.get().into(), p.id.get().into(), (&p.name).into(), (&p.group).into()];
    Ok(tx.execute(UPDATE, &values)? == 1)
}

/// Deletes a product; `false` when it is gone.
pub fn delete(tx: &mut Tx<'_>, project: ProjectId, id: ProductId, now: Time) -> Result<bool, StoreError> {
    Ok(tx.execute(DELETE, &[project.get().into(), id.get().into(), now.0.into()])? == 1)
}

/// A product, deleted or not.
pub fn find(tx: &mut Tx<'_>, project: ProjectId, id: ProductId) -> Result<Option<Product>, StoreError> {
    tx.row(FIND, &[project.get().into(), id.get().into()])?.map(|r| product(&r, project)).transpose()
}

/// Products that are not deleted, in the order of their ids: those of `group`,
/// that with `id`, or all; at most `limit` of them, behind the first `offset`.
pub fn list(
    tx: &mut Tx<'_>,
    project: ProjectId,
    group: Option<&str>,
    id: Option<ProductId>,
    offset: i64,
    limit: i64,
) -> Result<Vec<Product>, StoreError> {
    let values = [
        project.get().into(),
        group.unwrap_or_default().into(),
        id.map_or(0, ProductId::get).into(),
        limit.into(),
        offset.into(),
    ];
    tx.rows(LIST, &values)?.iter().map(|r| product(r, project)).collect()
}

fn product(row: &Row, project: ProjectId) -> Result<Product, StoreError> {
    Ok(Product {
        project,
        id: row.numbered(0, ProductId::new)?,
        name: row.text(1)?,
        group: row.text(2)?,
        deleted_at: row.maybe_int(3)?.map(Time),
    })
}
