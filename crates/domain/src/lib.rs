//! What commerce is, without knowing how it is stored, sent or shown.
//!
//! Nothing here does I/O, reads a clock, draws a random number or knows JSON.
//! Time, ids and randomness arrive as arguments, so that every rule can be
//! tested as a plain function.

pub mod calendar;
pub mod card;
pub mod decimal;
pub mod id;
pub mod ledger;
pub mod localized;
pub mod merchant;
pub mod money;
pub mod order;
pub mod payment;
pub mod plan;
pub mod product;
pub mod purchase;
pub mod refund;
pub mod tax;
pub mod time;
pub mod token;
pub mod webhook;
