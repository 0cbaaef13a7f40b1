//! The JSON of the Store API.

pub mod error;
pub mod order;
pub mod player;
pub mod token;
