//! Every answer of the server, to the byte, and that no route is forgotten.

use coinslot_api::Auth;
use coinslot_tests::golden::{Seen, parse, play, stories, write};
use coinslot_tests::{Engine, World};

fn updating() -> bool {
    std::env::var("COINSLOT_GOLDEN").is_ok_and(|v| v == "update")
}

async fn play_all(engine: Engine, at_once: bool) -> Vec<Seen> {
    let mut all = Vec::new();
    let mut wrong = Vec::new();
    for path in stories() {
        let text = std::fs::read_to_string(&path).unwrap();
        let (introduction, steps) = parse(&text);
        let world = World::new(engine).await;
        if at_once {
            let name = path.file_name().unwrap().to_string_lossy();
            if REFUSED.contains(&&*name) {
                continue;
            }
            world.gateway.answer_at_once();
        }
        let (played, seen) = play(&world, &steps).await;
        world.check_books().await;
        all.extend(seen);
        if updating() {
            std::fs::write(&path, write(&introduction, &played)).unwrap();
            continue;
        }
        for (step, now) in steps.iter().zip(&played) {
            if step.expected != now.expected {
                let name = path.file_name().unwrap().to_string_lossy();
                wrong.push(format!(
                    "{name}, \"{}\"\n--- the file says\n{}\n--- the server says\n{}\n",
                    step.title, step.expected, now.expected
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{} answers differ on {engine:?}:\n\n{}", wrong.len(), wrong.join("\n"));
    all
}

// On one thread, so that what happens at one time happens in one order.
#[tokio::test]
async fn answers_are_as_written_and_cover_every_route() {
    let seen = play_all(Engine::Sqlite, false).await;
    let mut missing = Vec::new();
    let mut demand = |name: &str, what: &str, have: bool| {
        if !have {
            missing.push(format!("{name}: no story shows {what}"));
        }
    };
    for route in coinslot_api::routes() {
        let of: Vec<&Seen> = seen.iter().filter(|s| s.fits(route.method.as_str(), &route.path)).collect();
        demand(route.name, "a success", of.iter().any(|s| s.status < 400));
        if route.auth == Auth::Merchant {
            demand(route.name, "a call without credentials", of.iter().any(|s| s.status == 401));
            let other = |s: &&&Seen| s.authorization.ends_with(OTHER_MERCHANT);
            let foreign = |s: &Seen| s.status == 403 || s.status == 404;
            demand(route.name, "another merchant's attempt", of.iter().filter(other).any(|s| foreign(s)));
        }
        if route.auth == Auth::Server {
            let without = |s: &&&Seen| s.authorization.is_empty();
            demand(route.name, "a call without credentials", of.iter().filter(without).any(|s| s.status == 401));
            let other = |s: &&&Seen| s.authorization.ends_with(OTHER_MERCHANT);
            demand(route.name, "another merchant's attempt", of.iter().filter(other).any(|s| s.status == 401));
        }
        if route.auth == Auth::Partner {
            let denied = |s: &Seen| [401, 403].contains(&s.status);
            let without = |s: &&&Seen| s.authorization.is_empty();
            demand(route.name, "a call of nobody", of.iter().filter(without).any(|s| denied(s)));
            let other = |s: &&&Seen| s.authorization.ends_with(OTHER_MERCHANT);
            demand(route.name, "a merchant's attempt", of.iter().filter(other).any(|s| denied(s)));
        }
        if [Auth::Player, Auth::Shopper].contains(&route.auth) {
            let without = |s: &&&Seen| s.authorization.is_empty();
            // Some operations deny what others ask to be authorized.
            demand(route.name, "a call of nobody", of.iter().filter(without).any(|s| [401, 403].contains(&s.status)));
        }
    }
    for route in coinslot_paystation::routes() {
        let of: Vec<&Seen> = seen.iter().filter(|s| s.fits(route.method, route.path)).collect();
        demand(route.name, "a success", of.iter().any(|s| s.status < 400));
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

/// `9000:other_api_key` in Base64.
const OTHER_MERCHANT: &str = "OTAwMDpvdGhlcl9hcGlfa2V5";

#[tokio::test]
async fn answers_are_the_same_on_postgresql() {
    // While the files are being written there is nothing to hold it against.
    if !updating() {
        play_all(Engine::Postgres, false).await;
    }
}

/// Stories in which a purchase is refused when it is paid. One that would be taken at once has used up a number then,
/// so that all numbers after it are others.
const REFUSED: [&str; 10] = [
    "catalogue_purchase.http",
    "key_purchase.http",
    "looks.http",
    "messages.http",
    "optional.http",
    "payment_accounts.http",
    "shipping.http",
    "shop_token.http",
    "showcase.http",
    "three_d_secure.http",
];

#[tokio::test]
async fn nobody_can_tell_whether_a_payment_is_one_transaction_or_two() {
    if !updating() {
        play_all(Engine::Sqlite, true).await;
    }
}
