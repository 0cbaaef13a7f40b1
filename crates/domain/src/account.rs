//! Saved ways to pay.

use crate::id::{AccountId, ProjectId};

/// A way to pay that a player had saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Where it lives.
    pub project: ProjectId,
    /// Its id.
    pub id: AccountId,
    /// Whose it is.
    pub user: String,
    /// The documented number of its payment method.
    pub method: i64,
    /// The method's short name, its `type` on the wire: `card`, `paypal`.
    pub kind: String,
    /// What it may be shown as: brand and last four digits of a card.
    pub name: String,
    /// The gateway's name for it; empty for methods that need none.
    pub token: String,
}
