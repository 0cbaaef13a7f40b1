//! What the published documents name, and where each of it is proved: the
//! source of `docs/compatibility.md`.

use crate::golden::{parse, stories};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

/// How far something goes.
#[derive(Clone, Copy, Debug)]
pub enum State {
    /// As published.
    Works,
    /// It works, but for what is said here.
    But(&'static str),
    /// It is not there, for this reason.
    Missing(&'static str),
}

use State::{But, Missing, Works};

/// Something a document promises that is more than one operation: what it is,
/// how far it goes, and the files that prove it, from the root of the
/// repository; none only for what is missing.
type Feature = (&'static str, State, &'static [&'static str]);

/// A published document.
struct Document {
    title: &'static str,
    operations: &'static [(&'static str, &'static str)],
    features: &'static [Feature],
}

const HUB: Document = Document {
    title: "Digital Distribution Hub",
    operations: &[
        ("POST", "/v2/project/{project_id}/distribution_hub/user/auth"),
        ("GET", "/v2/project/{project_id}/items/virtual_items"),
        ("GET", "/v2/project/{project_id}/items/virtual_items/group/{external_id}"),
        ("GET", "/v2/project/{project_id}/items/virtual_currency"),
        ("GET", "/v2/project/{project_id}/items/virtual_currency/package"),
        ("GET", "/v2/project/{project_id}/items/groups"),
        ("GET", "/v2/project/{project_id}/items/bundle"),
        ("GET", "/v2/project/{project_id}/items/bundle/sku/{sku}"),
        ("GET", "/v2/project/{project_id}/items/game"),
        ("GET", "/v2/project/{project_id}/items/game/group/{external_id}"),
        ("GET", "/v2/project/{project_id}/items/game/sku/{item_sku}"),
        ("GET", "/v2/project/{project_id}/items/game/key/sku/{item_sku}"),
        ("GET", "/v2/project/{project_id}/items/game/key/group/{external_id}"),
        ("GET", "/v2/project/{project_id}/items/game/drm"),
        ("GET", "/v2/project/{project_id}/cart"),
        ("GET", "/v2/project/{project_id}/cart/{cart_id}"),
        ("PUT", "/v2/project/{project_id}/cart/fill"),
        ("PUT", "/v2/project/{project_id}/cart/{cart_id}/fill"),
        ("PUT", "/v2/project/{project_id}/cart/item/{item_sku}"),
        ("PUT", "/v2/project/{project_id}/cart/{cart_id}/item/{item_sku}"),
        ("DELETE", "/v2/project/{project_id}/cart/item/{item_sku}"),
        ("DELETE", "/v2/project/{project_id}/cart/{cart_id}/item/{item_sku}"),
        ("PUT", "/v2/project/{project_id}/cart/clear"),
        ("PUT", "/v2/project/{project_id}/cart/{cart_id}/clear"),
        ("POST", "/v2/project/{project_id}/distribution_hub/payment/cart"),
        ("POST", "/v2/project/{project_id}/distribution_hub/payment/cart/{cart_id}"),
        ("POST", "/v2/project/{project_id}/distribution_hub/payment/item/{item_sku}"),
        ("GET", "/v2/project/{project_id}/distribution_hub/order/{order_id}"),
        ("POST", "/push-payments/pay"),
        ("POST", "/push-payments/cancel"),
    ],
    features: &[
        (
            "Partners have a number and a key of their own; push payments are theirs only",
            Works,
            &["tests/golden/hub.http", "tests/tests/hub.rs"],
        ),
        ("The whole journey: browse, user, cart, order, charge, pay, cancel", Works, &["tests/tests/hub.rs"]),
        (
            "A payment that is sent again is answered with the same number and taken once",
            Works,
            &["tests/tests/hub.rs"],
        ),
        ("Several things are ordered at once for virtual currency", Works, &["tests/golden/shop_hub_coins.http"]),
    ],
};

const MERCHANT: Document = Document {
    title: "Merchant API v2",
    operations: &[
        ("POST", "/merchant/v2/merchants/{merchant_id}/token"),
        ("GET", "/merchant/v2/projects/{project_id}/storefront/virtual_currency"),
        ("GET", "/merchant/v2/projects/{project_id}/storefront/virtual_items/groups"),
        ("GET", "/merchant/v2/projects/{project_id}/storefront/virtual_items/items"),
        ("GET", "/merchant/v2/projects/{project_id}/storefront/subscriptions"),
        ("GET", "/merchant/v2/projects/{project_id}/storefront/bonus"),
        ("GET", "/merchant/v2/projects/{project_id}/users/{user_id}/payment_accounts"),
        ("POST", "/merchant/v2/projects/{project_id}/users/{user_id}/payments/{type}/{account_id}"),
        ("DELETE", "/merchant/v2/projects/{project_id}/users/{user_id}/payment_accounts/{type}/{account_id}"),
        ("POST", "/merchant/v2/projects/{project_id}/subscriptions/plans"),
        ("PUT", "/merchant/v2/projects/{project_id}/subscriptions/plans/{plan_id}"),
        ("DELETE", "/merchant/v2/projects/{project_id}/subscriptions/plans/{plan_id}/delete"),
        ("DELETE", "/merchant/v2/projects/{project_id}/subscriptions/plans/{plan_id}"),
        ("PATCH", "/merchant/v2/projects/{project_id}/subscriptions/plans/{plan_id}"),
        ("GET", "/merchant/v2/projects/{project_id}/subscriptions/plans"),
        ("POST", "/merchant/v2/projects/{project_id}/subscriptions/products"),
        ("PUT", "/merchant/v2/projects/{project_id}/subscriptions/products/{product_id}"),
        ("DELETE", "/merchant/v2/projects/{project_id}/subscriptions/products/{product_id}"),
        ("GET", "/merchant/v2/projects/{project_id}/subscriptions/products"),
        ("PUT", "/merchant/v2/projects/{project_id}/users/{user_id}/subscriptions/{subscription_id}"),
        ("GET", "/merchant/v2/projects/{project_id}/users/{user_id}/subscriptions"),
        ("GET", "/merchant/v2/projects/{project_id}/subscriptions/payments"),
        ("GET", "/merchant/v2/projects/{project_id}/users/{user_id}/subscriptions/payments"),
        ("GET", "/merchant/v2/projects/{project_id}/subscriptions/currencies"),
        ("GET", "/merchant/v2/projects/{project_id}/user_attributes"),
        ("GET", "/merchant/v2/projects/{project_id}/user_attributes/{user_attribute_id}"),
        ("POST", "/merchant/v2/projects/{project_id}/user_attributes"),
        ("PUT", "/merchant/v2/projects/{project_id}/user_attributes/{user_attribute_id}"),
        ("DELETE", "/merchant/v2/projects/{project_id}/user_attributes/{user_attribute_id}"),
        ("POST", "/merchant/v2/projects/{project_id}/virtual_items/items"),
        ("GET", "/merchant/v2/projects/{project_id}/virtual_items/items/{item_id}"),
        ("PUT", "/merchant/v2/projects/{project_id}/virtual_items/items/{item_id}"),
        ("DELETE", "/merchant/v2/projects/{project_id}/virtual_items/items/{item_id}"),
        ("GET", "/merchant/v2/projects/{project_id}/virtual_items/items"),
        ("POST", "/merchant/v2/projects/{project_id}/virtual_items/groups"),
        ("GET", "/merchant/v2/projects/{project_id}/virtual_items/groups/{group_id}"),
        ("PUT", "/merchant/v2/projects/{project_id}/virtual_items/groups/{group_id}"),
        ("DELETE", "/merchant/v2/projects/{project_id}/virtual_items/groups/{group_id}"),
        ("GET", "/merchant/v2/projects/{project_id}/virtual_items/groups"),
        ("POST", "/merchant/v2/projects/{project_id}/virtual_items/items/{item_id}/open"),
        ("GET", "/merchant/v2/projects/{project_id}/virtual_currency"),
        ("PUT", "/merchant/v2/projects/{project_id}/virtual_currency"),
        ("POST", "/merchant/v2/projects/{project_id}/users"),
        ("GET", "/merchant/v2/projects/{project_id}/users/{user_id}"),
        ("PUT", "/merchant/v2/projects/{project_id}/users/{user_id}"),
        ("GET", "/merchant/v2/projects/{project_id}/users"),
        ("GET", "/merchant/v2/projects/{project_id}/users/{user_id}/transactions"),
        ("POST", "/merchant/v2/projects/{project_id}/users/{user_id}/recharge"),
    ],
    features: &[
        ("Basic authentication, the unversioned paths, errors with four members", Works, &["tests/golden/token.http"]),
        ("The published PHP client's double space in a request line", Works, &["tests/tests/connection.rs"]),
        ("The script that opens the payment page in a lightbox or a window", Works, &["e2e/tests/widget.test.mjs"]),
        (
            "The payment page with its test cards and 3-D Secure",
            Works,
            &["e2e/tests/page.test.mjs", "e2e/tests/cards.test.mjs"],
        ),
        (
            "Pay2Play: the simple and the advanced integration",
            Works,
            &["e2e/tests/pay2play.test.mjs", "tests/golden/pay2play.http"],
        ),
        (
            "Every setting of a token: its looks, who may change what, the way back",
            Works,
            &["docs/payment-page.md", "tests/golden/looks.http", "e2e/tests/looks.test.mjs"],
        ),
        ("Gifts, with the friends that the game names", Works, &["tests/golden/gift.http"]),
        ("A postal address (`settings.shipping_enabled`)", Works, &["tests/golden/shipping.http"]),
        ("Sandbox and live payments told apart (0004-0008)", Works, &["tests/golden/hosts.http"]),
        ("Payments for real money", Missing("there is no live provider yet; the page says so with 0002-0004"), &[]),
        ("The page in every documented language", Works, &["e2e/tests/words.test.mjs"]),
        (
            "The player's country and currency, which the player may change where the token allows it",
            Works,
            &["e2e/tests/region.test.mjs", "tests/golden/region.http"],
        ),
        ("A token in the browser without a server (`access_data`)", Works, &["tests/golden/pay2play.http"]),
        ("Saved cards are offered first", Works, &["e2e/tests/saved.test.mjs", "tests/golden/payment_accounts.http"]),
        (
            "The player's own account (`settings.ui.mode`)",
            Works,
            &["e2e/tests/profile.test.mjs", "tests/golden/profile.http"],
        ),
        ("The shop inside the page", Works, &["e2e/tests/showcase.test.mjs", "tests/golden/showcase.http"]),
        ("Charging a saved card in the sandbox with scripted refusals", Works, &["tests/golden/payment_accounts.http"]),
        (
            "Prizes of a lootbox that are named by an attribute",
            But("they are stored and shown, and never drawn"),
            &["tests/golden/lootbox.http"],
        ),
        (
            "Numbers of users",
            But("`user_id` is always a text, also where a sample has a number, because games name their users"),
            &["tests/golden/wallet.http"],
        ),
        (
            "A player's balance in money",
            But("it is shown and stays 0: no documented call fills it"),
            &["tests/golden/wallet.http"],
        ),
    ],
};

const PAYMENT: Document = Document {
    title: "The `payment` webhook",
    operations: &[],
    features: &[
        (
            "The body with purchase, transaction, payment details, settings and user",
            Works,
            &["tests/golden/purchase.http"],
        ),
        ("`custom_parameters` as they were sent", Works, &["tests/golden/purchase.http"]),
        ("Signature, order, retries and the meaning of each answer", Works, &["tests/golden/webhooks.http"]),
        (
            "A signed sample of every published type, to try a listener out",
            Works,
            &["docs/webhooks.md", "tests/golden/events.http"],
        ),
    ],
};

const ADMIN_TOKEN: Document = Document {
    title: "Admin payment token v3",
    operations: &[("POST", "/v3/project/{project_id}/admin/payment/token")],
    features: &[
        ("An order and its token, both or none", Works, &["tests/golden/shop_token.http"]),
        (
            "The currency by the player's country, or by the address in `X-User-Ip`",
            Works,
            &["tests/golden/shop_token.http"],
        ),
        ("Promotions and limits are those of the shop", Works, &["tests/golden/shop_token.http"]),
        ("Bundles, and virtual currency by its SKU", Works, &["tests/golden/shop_bundle.http"]),
        ("201 in place of 200, where a project says so", Works, &["tests/golden/shop_token.http"]),
    ],
};

const TELEVISION: Document = Document {
    title: "Smart TV",
    operations: &[],
    features: &[
        ("`smart_tv=1` shows a QR code and a short link", Works, &["e2e/tests/tv.test.mjs", "tests/golden/tv.http"]),
        ("The telephone pays, the television follows", Works, &["e2e/tests/tv.test.mjs"]),
        ("Paying with a saved card by remote control", Works, &["e2e/tests/tv.test.mjs"]),
        ("The browser of televisions (Chromium 53)", Works, &["e2e/tests/tv.test.mjs"]),
    ],
};

const DOCUMENTS: [&Document; 5] = [&HUB, &MERCHANT, &PAYMENT, &ADMIN_TOKEN, &TELEVISION];

/// Every request of the stories: file, method, path and status.
fn requests() -> Vec<(String, String, Vec<String>, u16)> {
    let mut all = Vec::new();
    for file in stories() {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let (_, steps) = parse(&std::fs::read_to_string(&file).expect("a story"));
        for step in steps {
            let Some((method, target)) = step.input.lines().next().and_then(|l| l.split_once(' ')) else { continue };
            let path = target.split('?').next().unwrap_or(target).split('/').map(str::to_string).collect();
            let status = step.expected.get(..3).and_then(|s| s.parse().ok()).unwrap_or(0);
            all.push((name.clone(), method.to_string(), path, status));
        }
    }
    all
}

/// The story that shows most successes of an operation, from the root of the
/// repository.
fn shown(requests: &[(String, String, Vec<String>, u16)], method: &str, path: &str) -> Option<String> {
    let want: Vec<&str> = path.split('/').collect();
    let part = |(w, h): (&&str, &String)| w == h || (w.starts_with('{') && !h.is_empty());
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (file, m, have, status) in requests {
        let fits = m == method && have.len() == want.len() && want.iter().zip(have).all(part);
        if fits && (200..400).contains(status) {
            *counts.entry(file).or_default() += 1;
        }
    }
    let (best, _) = counts.iter().max_by_key(|(file, n)| (**n, std::cmp::Reverse(**file)))?;
    Some(format!("tests/golden/{best}"))
}

fn link(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    format!("[{name}](../{path})")
}

/// The page, and what is wrong with it: operations without a route or a story,
/// proofs that are not there.
pub fn page() -> (String, Vec<String>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let routes = coinslot_api::routes();
    let requests = requests();
    let mut faults = Vec::new();
    let mut text = String::from(HEAD);
    let mut told = Vec::new();
    for document in DOCUMENTS {
        let _ = write!(text, "\n## {}\n", document.title);
        if !document.operations.is_empty() {
            text.push_str("\n| operation | | shown in |\n|---|---|---|\n");
        }
        for (method, path) in document.operations {
            let Some(route) = routes.iter().find(|r| r.method.as_str() == *method && r.path == *path) else {
                faults.push(format!("{method} {path} has no route"));
                continue;
            };
            told.push(route.name);
            row(&mut text, &mut faults, route, &requests);
        }
        text.push_str("\n| feature | state | proved by |\n|---|---|---|\n");
        for (what, state, proofs) in document.features {
            let state = match state {
                Works => "works".to_string(),
                But(why) => format!("works; {why}"),
                Missing(why) => format!("missing: {why}"),
            };
            faults.extend(proofs.iter().filter(|p| !root.join(p).is_file()).map(|p| format!("{p} is not there")));
            if proofs.is_empty() && !state.starts_with("missing") {
                faults.push(format!("{what}: nothing proves it"));
            }
            let proofs: Vec<String> = proofs.iter().map(|p| link(p)).collect();
            let _ = writeln!(text, "| {what} | {state} | {} |", proofs.join(", "));
        }
    }
    text.push_str(BEYOND);
    for route in routes.iter().filter(|r| !told.contains(&r.name)) {
        row(&mut text, &mut faults, route, &requests);
    }
    (text, faults)
}

fn row(
    text: &mut String,
    faults: &mut Vec<String>,
    route: &coinslot_api::Route,
    requests: &[(String, String, Vec<String>, u16)],
) {
    let Some(shown) = shown(requests, route.method.as_str(), &route.path) else {
        faults.push(format!("no story shows {} {}", route.method, route.path));
        return;
    };
    let _ = writeln!(text, "| {} | `{} {}` | {} |", route.summary, route.method, route.path, link(&shown));
}

const HEAD: &str = "\
# Compatibility

What the published documents name, and what this server makes of it. `cargo xtask golden --update` writes this page from
the routes of the server; a test refuses it when it is stale, when an operation has no route, or when nothing shows that
it works. An operation that stands here works as published: each is called by a story, with every answer to the byte,
also without credentials and, where it has an owner, by another merchant.
";

const BEYOND: &str = "
## Beyond these documents

Operations of the same APIs that other published pages name, and our own.

| operation | | shown in |
|---|---|---|
";
