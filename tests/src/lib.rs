//! The server in one process, with a clock that stands still until it is moved,
//! randomness that repeats, a game that records what it is told, and a gateway
//! that can be told to misbehave.

pub mod compatibility;
pub mod fairness;
pub mod golden;
pub mod lives;
pub mod races;
pub mod shop;
pub mod targets;
pub mod world;

pub use world::{Engine, World};
