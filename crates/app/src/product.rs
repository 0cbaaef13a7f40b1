//! Subscription products: making, changing and listing them.

use crate::App;
use coinslot_domain::id::{ProductId, ProjectId};
use coinslot_domain::product::Product;
use coinslot_store::{StoreError, product};
use coinslot_wire::product::{ListQuery, ProductBody};

/// Why a product was not changed.
#[derive(Debug)]
pub enum ProductError {
    /// There is none.
    NotFound,
    /// The database did not do it.
    Store(StoreError),
}

impl From<StoreError> for ProductError {
    fn from(e: StoreError) -> Self {
        ProductError::Store(e)
    }
}

impl std::fmt::Display for ProductError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ProductError::NotFound => f.write_str("Product with specified ID does not exist."),
            ProductError::Store(e) => e.fmt(f),
        }
    }
}

/// Makes a product.
pub async fn create(app: &App, project: ProjectId, body: ProductBody) -> Result<ProductId, StoreError> {
    let id = app.id(ProductId::new).await?;
    let product = Product { project, id, name: body.name, group: body.group, deleted_at: None };
    let now = app.now(project);
    app.store.write(move |tx| product::insert(tx, &product, now)).await?;
    Ok(id)
}

/// Changes a product.
pub async fn update(app: &App, project: ProjectId, id: ProductId, body: ProductBody) -> Result<Product, ProductError> {
    let product = Product { project, id, name: body.name, group: body.group, deleted_at: None };
    let changed = product.clone();
    let found = app.store.write(move |tx| product::update(tx, &changed)).await?;
    if found { Ok(product) } else { Err(ProductError::NotFound) }
}

/// Deletes a product. Its plans and the subscriptions to them stay.
pub async fn delete(app: &App, project: ProjectId, id: ProductId) -> Result<(), ProductError> {
    let now = app.now(project);
    let found = app.store.write(move |tx| product::delete(tx, project, id, now)).await?;
    if found { Ok(()) } else { Err(ProductError::NotFound) }
}

/// Products, in the order of their ids.
pub async fn list(app: &App, project: ProjectId, query: ListQuery) -> Result<Vec<Product>, StoreError> {
    app.store
        .read(move |tx| product::list(tx, project, query.group.as_deref(), query.product, query.offset, query.limit))
        .await
}
