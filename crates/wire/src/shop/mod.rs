//! The JSON of the Store API.

pub mod bundle;
pub mod cart;
pub mod compat;
pub mod error;
pub mod inventory;
pub mod item;
pub mod order;
pub mod player;
pub mod token;
pub mod tracking;
pub mod webhook;
