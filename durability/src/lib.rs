//! Rigs that take the server's process, power and disk away, and look at what
//! is left. `docs/reliability.md` says what they prove and what they do not.

pub mod audit;
pub mod client;
pub mod cluster;
pub mod disk;
pub mod fault;
pub mod http;
pub mod kill;
pub mod outside;
pub mod power;
pub mod seed;
pub mod shop;
pub mod stops;
pub mod upgrade;
pub mod vfs;
