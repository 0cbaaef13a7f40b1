//! The JSON this server reads and writes, and nothing else: what a request body
//! must look like, what an error looks like, and the bytes of a notification.
//!
//! Request bodies are described once, as data ([`shape::Shape`]); checking a
//! body and publishing its schema both walk that description. No number passes
//! through a float on its way: amounts stay the decimal text that was sent.

pub mod account;
pub mod attribute;
pub mod clock;
pub mod coupon;
pub mod draw;
pub mod error;
pub mod event;
pub mod game;
pub mod gift;
pub mod group;
pub mod hub;
pub mod inventory;
pub mod item;
pub mod look;
pub mod lootbox;
pub mod message;
pub mod notice;
pub mod openapi;
pub mod page;
pub mod pay2play;
mod plain;
pub mod plan;
pub mod product;
pub mod project;
pub mod promotion;
pub mod read;
pub mod redirect;
pub mod report;
pub mod table;
pub mod ticket;

pub mod sample;
pub mod shape;
pub mod shipping;
pub mod shop;
pub mod storefront;
pub mod subscription;
pub mod token;
pub mod virtual_currency;
pub mod wallet;
pub mod webhook;
