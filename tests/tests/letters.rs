//! Letters about a subscription come for years, and what was bought with is
//! forgotten after a month.

use axum::body::Body;
use axum::http::Request;
use coinslot_app::port::Post;
use coinslot_app::{App, Parts, Shared, token};
use coinslot_domain::time::Span;
use coinslot_tests::world::merchant_request;
use coinslot_tests::{Engine, World};
use std::sync::Arc;

/// A server on the same database that remembers nothing, and sends mail or not.
fn restarted(world: &World, mails: bool) -> Shared {
    App::new(Parts {
        store: world.app.store.clone(),
        clock: world.clock.clone(),
        random: world.app.random.clone(),
        gateway: world.gateway.clone(),
        game: world.game.clone(),
        post: mails.then(|| world.post.clone() as Arc<_>),
        public_url: world.app.public_url.clone(),
        sandbox_url: world.app.sandbox_url.clone(),
    })
}

/// Subscribes a player whose token names a language or none, and whose browser
/// asks for German, at a server.
async fn subscribe(world: &World, app: &Shared, player: &str, language: &str) -> String {
    let bought = world
        .token_of(&format!(
            r#"{{"user":{{"id":{{"value":"{player}"}},"email":{{"value":"{player}@example.com"}}}},
                "settings":{{"project_id":18404,"mode":"sandbox"{language}}},
                "purchase":{{"subscription":{{"plan_id":"quarter"}}}}}}"#
        ))
        .await;
    let form = format!(
        "access_token={bought}&method=1380&card_number=4111111111111111&card_expiry=12%2F40&card_cvv=123&country=DE"
    );
    let request = Request::post("/paystation2/pay")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("accept-language", "de")
        .body(Body::from(form));
    let router = coinslot::server::router(app, coinslot_tests::world::OPTIONS);
    let paid = coinslot_tests::world::send(router, request.unwrap()).await;
    assert_eq!(paid.status, 303, "{}", paid.body);
    coinslot_worker::run_due(app).await.unwrap();
    bought
}

/// What letters to a player are about, the oldest first.
fn subjects(world: &World, player: &str) -> Vec<String> {
    let to = format!("{player}@example.com");
    let letters = world.post.caught().unwrap().into_iter().rev();
    letters.filter(|letter| letter.to == to).map(|letter| letter.subject).collect()
}

const GERMAN: &str = "Dein Kauf bei Starfall";
const FRENCH: &str = "Votre achat chez Starfall";
const ENGLISH: &str = "Your purchase from Starfall";

#[tokio::test(flavor = "multi_thread")]
async fn the_language_outlives_the_token() {
    for engine in Engine::BOTH {
        let world = World::new(engine).await;
        let plan = r#"{"external_id":"quarter","name":{"en":"A quarter"},
            "charge":{"period":{"value":3,"type":"month"},"amount":10,"currency":"USD"}}"#;
        let made = world.send(merchant_request("POST", "/merchant/v2/projects/18404/subscriptions/plans", plan)).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let mut tokens = vec![
            subscribe(&world, &world.app, "seen-in-german", "").await,
            subscribe(&world, &world.app, "asked-in-french", r#","language":"fr""#).await,
        ];
        // Nobody noted in which language a letter would be that was not to be sent.
        let mute = restarted(&world, false);
        tokens.push(subscribe(&world, &mute, "before-mail", r#","language":"fr""#).await);
        assert_eq!(subjects(&world, "seen-in-german"), [GERMAN]);
        assert_eq!(subjects(&world, "asked-in-french"), [FRENCH]);
        assert_eq!(subjects(&world, "before-mail"), [""; 0]);

        for _ in 0..4 {
            world.advance(Span::hours(24 * 92));
            let app = restarted(&world, true);
            token::purge(&app).await.unwrap();
            for token in &tokens {
                let page = Request::get(format!("/paystation2/?access_token={token}")).body(Body::empty()).unwrap();
                let router = coinslot::server::router(&app, coinslot_tests::world::OPTIONS);
                assert_ne!(coinslot_tests::world::send(router, page).await.status, 200, "{engine:?}: it is kept");
            }
            coinslot_worker::run_due(&app).await.unwrap();
        }
        assert_eq!(subjects(&world, "seen-in-german"), [GERMAN; 5], "{engine:?}");
        assert_eq!(subjects(&world, "asked-in-french"), [FRENCH; 5], "{engine:?}");
        assert_eq!(subjects(&world, "before-mail"), [ENGLISH; 4], "{engine:?}");
        world.check_books().await;
    }
}
