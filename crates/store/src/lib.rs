//! All SQL, and only here. One file per feature, one text for two engines.
//!
//! Every function takes a transaction and says what it does in terms of the
//! domain. Each statement stands in a constant, so that a test can prepare all
//! of them on both engines.

#[macro_use]
mod statement;

mod backup;
mod engine;
pub mod id;
pub mod ledger;
pub mod merchant;
pub mod order;
pub mod payment;
pub mod plan;
pub mod product;
pub mod purchase;
pub mod refund;
pub mod text;
pub mod token;
pub mod webhook;

pub use backup::{Checked, back_up, restore};
pub use engine::{Location, Store, StoreError, Tx};

// For the test that prepares every statement.
#[doc(hidden)]
pub use engine::for_sqlite;

/// Every statement, with the file and the constant it stands in.
pub fn statements() -> Vec<(&'static str, &'static str, &'static str)> {
    [
        ("id", id::STATEMENTS),
        ("ledger", ledger::STATEMENTS),
        ("merchant", merchant::STATEMENTS),
        ("order", order::STATEMENTS),
        ("payment", payment::STATEMENTS),
        ("plan", plan::STATEMENTS),
        ("product", product::STATEMENTS),
        ("purchase", purchase::STATEMENTS),
        ("refund", refund::STATEMENTS),
        ("text", text::STATEMENTS),
        ("token", token::STATEMENTS),
        ("webhook", webhook::STATEMENTS),
    ]
    .into_iter()
    .flat_map(|(file, all)| all.iter().map(move |(name, sql)| (file, *name, *sql)))
    .collect()
}
