//! What tests stand on. Only tests depend on this crate; nothing in it is in the server.

pub mod postgres;
