//! The server put together: doors, adapters and commands.

mod alarm;
mod arguments;
pub mod cli;
pub mod clock;
pub mod config;
pub mod doctor;
pub mod event;
pub mod key;
pub mod mail;
pub mod metrics;
pub mod partner;
pub mod server;
pub mod shop;
pub mod system;
pub mod webhook;

/// Every HTTP operation, a line each: method, path, who may call it, name.
pub fn routes() -> String {
    let mut lines: Vec<(String, String)> = coinslot_api::routes()
        .into_iter()
        .map(|r| {
            let auth = match r.auth {
                coinslot_api::Auth::Merchant => "merchant",
                coinslot_api::Auth::Server => "server",
                coinslot_api::Auth::Partner => "partner",
                coinslot_api::Auth::Player => "player",
                coinslot_api::Auth::Shopper => "shopper",
                coinslot_api::Auth::Visitor | coinslot_api::Auth::None => "anyone",
            };
            (r.path.clone(), format!("{:6} {:97} {auth:9} {}\n", r.method.as_str(), r.path, r.name))
        })
        .collect();
    lines.extend(
        coinslot_paystation::routes()
            .into_iter()
            .map(|r| (r.path.to_string(), format!("{:6} {:97} {:9} {}\n", r.method, r.path, "player", r.name))),
    );
    lines.sort();
    lines.into_iter().map(|(_, line)| line).collect()
}
