//! What commerce is, without knowing how it is stored, sent or shown.
//!
//! Nothing here does I/O, reads a clock, draws a random number or knows JSON.
//! Time, ids and randomness arrive as arguments, so that every rule can be
//! tested as a plain function.

pub mod account;
pub mod attribute;
pub mod calendar;
pub mod card;
pub mod cart;
pub mod catalogue;
pub mod coupon;
pub mod decimal;
pub mod draw;
pub mod game;
pub mod gift;
pub mod group;
pub mod hub;
pub mod id;
pub mod idempotency;
pub mod inventory;
pub mod item;
pub mod ledger;
pub mod limit;
pub mod localized;
pub mod lootbox;
pub mod mail;
pub mod merchant;
pub mod message;
pub mod money;
pub mod order;
pub mod payment;
pub mod plan;
pub mod product;
pub mod project;
pub mod promotion;
pub mod purchase;
pub mod redirect;
pub mod refund;
pub mod region;
pub mod report;
pub mod shipping;
pub mod subscription;
pub mod tax;
pub mod ticket;
pub mod time;
pub mod token;
pub mod tv;
pub mod virtual_currency;
pub mod wallet;
pub mod webhook;

/// The published name of `value`.
fn name_of<T: Copy + PartialEq>(all: &[(&'static str, T)], value: T) -> &'static str {
    // Every value stands in its list, which the tests of each hold.
    all.iter().find(|(_, v)| *v == value).map_or("", |(name, _)| *name)
}

/// The value of a published name.
fn named<T: Copy>(all: &[(&'static str, T)], name: &str) -> Option<T> {
    all.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
}
