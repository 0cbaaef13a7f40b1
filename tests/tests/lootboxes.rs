//! What is promised of lootboxes: the odds that are shown are the odds that are
//! used, every opening can be derived again, and limits hold.

use coinslot_tests::fairness;
use coinslot_tests::shop::shop;
use coinslot_tests::world::{SeededRandom, merchant_request};
use coinslot_tests::{Engine, World};
use serde_json::{Value, json};

const USERS: &str = "/merchant/v2/projects/18404/users";

async fn call(world: &World, method: &str, path: &str, body: &str) -> (u16, Value) {
    let reply = world.send(merchant_request(method, path, body)).await;
    (reply.status.as_u16(), if reply.body.is_empty() { Value::Null } else { reply.json() })
}

async fn all_draws(world: &World) -> Vec<Value> {
    let mut all = Vec::new();
    loop {
        let path = format!("{USERS}/p/lootbox/draws?limit=100&offset={}", all.len());
        let (status, page) = call(world, "GET", &path, "").await;
        assert_eq!(status, 200);
        match page.as_array().unwrap() {
            none if none.is_empty() => break,
            page => all.extend(page.clone()),
        }
    }
    all.reverse();
    all
}

#[test]
fn the_example_in_the_document() {
    let document = include_str!("../../docs/lootboxes.md");
    let seed: String = (0..32).map(|b| format!("{b:02x}")).collect();
    let block = fairness::block(&seed, "my own luck", 1, 0);
    for shown in [&seed, &fairness::commitment(&seed), &fairness::hex(&block)] {
        assert!(document.contains(shown.as_str()), "{shown}");
    }
    let number = |i: usize| u32::from_be_bytes(block[i..i + 4].try_into().unwrap());
    assert!(document.contains(&format!("are {}, which is below 4294960000", number(0))));
    assert!(document.contains(&format!("are {}; the rest by 10000 is\n{}", number(4), number(4) % 10000)));
    assert_eq!((number(0) % 8000, number(4) % 10000), (4160, 5869));
    let places = fairness::drawn_from((&seed, "my own luck", 1), &[vec![2000, 5000, 0, 1000], vec![5000, 5000]]);
    assert_eq!(places, [Some(1), Some(1)]);
    // And the server's own arithmetic is the same.
    let bytes: Vec<u8> = (0..32).collect();
    let own: Vec<u8> = coinslot_app::draw::bytes(&bytes, "my own luck", 1).take(64).collect();
    assert_eq!(own, [block, fairness::block(&seed, "my own luck", 1, 1)].concat());
    assert_eq!(coinslot_app::draw::commitment(&seed), fairness::commitment(&seed));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_random_life_can_be_derived_again() {
    for engine in Engine::BOTH {
        let world = World::new(engine).await;
        let random = SeededRandom::new(7);
        let below = |n: u64| random.number() % n;
        shop(&world, 1).await;
        assert_eq!(call(&world, "POST", USERS, r#"{"user_id":"p"}"#).await.0, 204);
        let (mut opened, mut bound) = (0, None);
        for turn in 0..200 {
            let (method, path, body) = match below(10) {
                0 => ("POST", format!("{USERS}/p/recharge"), r#"{"amount":9}"#.to_string()),
                1 | 2 => {
                    let (sku, n) = (["box", "chest", "key"][below(3) as usize], 1 + below(4));
                    let body = json!({ "virtual_items": [{ "virtual_item": { "sku": sku }, "amount": n }] });
                    ("POST", format!("{USERS}/p/virtual_items/add"), body.to_string())
                }
                3 => ("GET", format!("{USERS}/p/lootbox/commitment?item_id={}", 5 + below(2)), String::new()),
                n => {
                    let body = json!({ "user_id": "p", "client_seed": "x".repeat(below(3) as usize) });
                    let item = if n < 8 { 5 } else { 6 };
                    ("POST", format!("/merchant/v2/projects/18404/virtual_items/items/{item}/open"), body.to_string())
                }
            };
            if turn == 100 {
                // The odds change; what was opened before can still be checked.
                shop(&world, 2).await;
            }
            let (status, answer) = call(&world, method, &path, &body).await;
            assert!(matches!(status, 200 | 204 | 422), "{path} {answer}");
            let next = if path.ends_with("/open") && status == 200 {
                opened += 1;
                if let Some(promised) = bound.take() {
                    assert_eq!(answer["draw"]["commitment"], promised, "what was promised is what was used");
                }
                Some(answer["next_commitment"].clone())
            } else {
                answer.get("commitment").cloned()
            };
            bound = next.or(bound);
            world.advance(coinslot_domain::time::Span::minutes(20));
        }
        let draws = all_draws(&world).await;
        assert_eq!(fairness::check(&draws), opened, "{engine:?}");
        assert!(opened > 30, "{engine:?} {opened}");
        assert!(draws.iter().any(|d| d["table_version"] == 2) && draws.iter().any(|d| d["table_version"] == 1));
        let used_up = |d: &Value| d["slots"][0]["entries"][0]["weight"] == 0;
        assert!(draws.iter().any(used_up), "the limit was reached");
        assert!(draws.iter().any(|d| d["slots"][0]["compensation"] == 5), "half the crown's price");
        world.check_books().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_odds_that_are_shown_are_used() {
    let world = World::new(Engine::Sqlite).await;
    shop(&world, 1).await;
    call(&world, "POST", USERS, r#"{"user_id":"p"}"#).await;
    call(&world, "POST", &format!("{USERS}/p/recharge"), r#"{"amount":900}"#).await;
    let body = r#"{"virtual_items":[{"virtual_item":{"sku":"box"},"amount":60}]}"#;
    call(&world, "POST", &format!("{USERS}/p/virtual_items/add"), body).await;
    for _ in 0..60 {
        let (_, shown) = call(&world, "GET", &format!("{USERS}/p/lootbox/commitment?item_id=5"), "").await;
        let open = "/merchant/v2/projects/18404/virtual_items/items/5/open?user_id=p";
        let (status, opened) = call(&world, "POST", open, "").await;
        assert_eq!(status, 200, "{opened}");
        for member in ["commitment", "nonce", "table_version", "item_id"] {
            assert_eq!(shown[member], opened["draw"][member]);
        }
        let (_, draws) = call(&world, "GET", &format!("{USERS}/p/lootbox/draws?limit=1"), "").await;
        let first = |v: &Value| v["slots"][0]["entries"].clone();
        assert_eq!(first(&shown), first(&draws[0]));
        assert_eq!(shown["limits"], draws[0]["limits"]);
    }
    let sword = |d: &Value| {
        let of = |s: &Value| s["place"].as_u64().map(|p| s["entries"][p as usize]["virtual_item"]["id"] == 1);
        d["slots"].as_array().unwrap().iter().filter(|s| of(s) == Some(true)).count()
    };
    let draws = all_draws(&world).await;
    assert_eq!(draws.iter().map(sword).sum::<usize>(), 7, "as often as allowed");
    assert!(draws.last().unwrap()["slots"][1]["place"].is_null(), "all is used up");
    fairness::check(&draws);
    world.check_books().await;
}
