//! API keys from the command line: made, listed, replaced.

use axum::http::StatusCode;
use coinslot::key;
use coinslot_domain::id::{MerchantId, ProjectId};
use coinslot_tests::golden::{parse, play};
use coinslot_tests::{Engine, World};

/// The status of a call with this key.
async fn call(world: &World, key: &str, project: i64) -> u16 {
    let story = format!(
        "\n### A call\nGET /merchant/v2/projects/{project}/user_attributes\nAuthorization: Basic 2340:{key}\n<<<\n"
    );
    let (_, seen) = play(world, &parse(&story).1).await;
    seen[0].status
}

fn shown(text: &str, what: &str) -> String {
    let line = text.lines().find(|l| l.trim().starts_with(what)).unwrap_or_else(|| panic!("no {what} in {text}"));
    line.split_whitespace().last().unwrap().to_string()
}

async fn a_key_is_replaced(engine: Engine) {
    let world = World::new(engine).await;
    let merchant = MerchantId::new(2340).unwrap();
    let before = key::list(&world.app, merchant, false).await.unwrap();

    let all = shown(&key::add(&world.app, merchant, None).await.unwrap(), "API key");
    let one = shown(&key::add(&world.app, merchant, ProjectId::new(18404)).await.unwrap(), "API key");
    assert_eq!(call(&world, &all, 18404).await, StatusCode::OK);
    assert_eq!(call(&world, &one, 18404).await, StatusCode::OK);

    let listed = key::list(&world.app, merchant, true).await.unwrap();
    assert!(!listed.contains(&all) && !listed.contains(&one), "keys are not stored");
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    let made = listed.as_array().unwrap().iter().filter(|k| !before.contains(k["id"].as_str().unwrap()));
    let made: Vec<_> = made.collect();
    assert_eq!(made.len(), 2);
    let id = made.iter().find(|k| k["project_id"].is_null()).unwrap()["id"].as_str().unwrap().to_string();

    key::remove(&world.app, merchant, id.clone()).await.unwrap();
    assert_eq!(call(&world, &all, 18404).await, StatusCode::UNAUTHORIZED);
    assert_eq!(call(&world, &one, 18404).await, StatusCode::OK, "the other one goes on");
    for (whose, wrong) in [(2340, id.as_str()), (2340, ""), (9000, id.as_str())] {
        let refused = key::remove(&world.app, MerchantId::new(whose).unwrap(), wrong.into()).await.unwrap_err();
        assert_eq!(refused.to_string(), "the merchant has no such key; `coinslot key list` shows their ids");
    }
    let refused = key::add(&world.app, merchant, ProjectId::new(77)).await.unwrap_err().to_string();
    assert_eq!(refused, "the merchant has no such project; see --project");
    let refused = key::list(&world.app, MerchantId::new(77).unwrap(), false).await.unwrap_err().to_string();
    assert_eq!(refused, "there is no such merchant in this database; see --merchant and --data");
}

#[tokio::test]
async fn a_key_is_replaced_on_sqlite() {
    a_key_is_replaced(Engine::Sqlite).await;
}

#[tokio::test]
async fn a_key_is_replaced_on_postgresql() {
    a_key_is_replaced(Engine::Postgres).await;
}
