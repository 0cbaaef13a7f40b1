//! All SQL, and only here. One file per feature, one text for two engines.
//!
//! Every function takes a transaction and says what it does in terms of the
//! domain. Each statement stands in a constant, so that a test can prepare all
//! of them on both engines.

#[macro_use]
mod statement;

pub mod account;
mod alone;
pub mod attribute;
mod backup;
pub mod cart;
pub mod catalogue;
pub mod clock;
mod contact;
pub mod coupon;
mod doctor;
pub mod draw;
mod engine;
pub mod game;
pub mod gift;
pub mod group;
pub mod hub;
pub mod id;
pub mod idempotency;
pub mod inventory;
pub mod item;
pub mod key;
pub mod ledger;
pub mod lootbox;
pub mod mail;
pub mod merchant;
pub mod message;
mod meter;
pub mod order;
pub mod payment;
pub mod plan;
pub mod product;
pub mod project;
pub mod promotion;
pub mod purchase;
pub mod refund;
pub mod report;
pub mod shipping;
mod stop;
pub mod subscription;
pub mod text;
pub mod ticket;
pub mod token;
pub mod tv;
pub mod virtual_currency;
pub mod wallet;
pub mod webhook;

pub use alone::Alone;
pub use backup::{Checked, back_up, restore};
pub use doctor::{Inspection, inspect};
pub use engine::{Location, Store, StoreError, Tx};
#[cfg(feature = "rigs")]
pub use engine::{migrate_to, versions};
pub use meter::{Counter, Figures, Histogram, SIZES, TIMES, Watch};
pub use stop::{PLACES, reached};
#[cfg(feature = "rigs")]
pub use stop::{lose_answers, when_reached};

// For the test that prepares every statement.
#[doc(hidden)]
pub use engine::for_sqlite;

/// Every statement, with the file and the constant it stands in.
pub fn statements() -> Vec<(&'static str, &'static str, &'static str)> {
    [
        ("account", account::STATEMENTS),
        ("attribute", attribute::STATEMENTS),
        ("cart", cart::STATEMENTS),
        ("catalogue", catalogue::STATEMENTS),
        ("clock", clock::STATEMENTS),
        ("contact", contact::STATEMENTS),
        ("coupon", coupon::STATEMENTS),
        ("draw", draw::STATEMENTS),
        ("game", game::STATEMENTS),
        ("gift", gift::STATEMENTS),
        ("group", group::STATEMENTS),
        ("hub", hub::STATEMENTS),
        ("id", id::STATEMENTS),
        ("idempotency", idempotency::STATEMENTS),
        ("inventory", inventory::STATEMENTS),
        ("item", item::STATEMENTS),
        ("key", key::STATEMENTS),
        ("ledger", ledger::STATEMENTS),
        ("lootbox", lootbox::STATEMENTS),
        ("mail", mail::STATEMENTS),
        ("merchant", merchant::STATEMENTS),
        ("message", message::STATEMENTS),
        ("order", order::STATEMENTS),
        ("payment", payment::STATEMENTS),
        ("plan", plan::STATEMENTS),
        ("product", product::STATEMENTS),
        ("project", project::STATEMENTS),
        ("promotion", promotion::STATEMENTS),
        ("purchase", purchase::STATEMENTS),
        ("refund", refund::STATEMENTS),
        ("report", report::STATEMENTS),
        ("shipping", shipping::STATEMENTS),
        ("subscription", subscription::STATEMENTS),
        ("text", text::STATEMENTS),
        ("ticket", ticket::STATEMENTS),
        ("token", token::STATEMENTS),
        ("tv", tv::STATEMENTS),
        ("virtual_currency", virtual_currency::STATEMENTS),
        ("wallet", wallet::STATEMENTS),
        ("webhook", webhook::STATEMENTS),
    ]
    .into_iter()
    .flat_map(|(file, all)| all.iter().map(move |(name, sql)| (file, *name, *sql)))
    .collect()
}
