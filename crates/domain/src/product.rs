//! Subscription products: what the plans of one group are plans of.

use crate::id::{ProductId, ProjectId};
use crate::time::Time;

/// A product. Plans belong to it by having its group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// Where it lives.
    pub project: ProjectId,
    /// Its id.
    pub id: ProductId,
    /// What it is called.
    pub name: String,
    /// The group of its plans.
    pub group: String,
    /// When it was deleted: it is not listed, and subscriptions of it show it
    /// still.
    pub deleted_at: Option<Time>,
}
