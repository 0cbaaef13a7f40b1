//! Partners of the Distribution Hub, many at one time and after lost answers.

use axum::body::Body;
use axum::http::Request;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use coinslot_domain::payment::PaymentState;
use coinslot_tests::world::{merchant_request, player};
use coinslot_tests::{Engine, World};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::task::JoinSet;

const AT_ONCE: usize = 30;

/// A partner of the demo project, and what it can order.
struct Kiosk {
    world: Arc<World>,
    number: i64,
    key: String,
}

fn with(request: &str, path: &str, authorization: &str, body: &Value) -> Request<Body> {
    let request = Request::builder().method(request).uri(path).header("authorization", authorization);
    request.header("content-type", "application/json").body(Body::from(body.to_string())).unwrap()
}

impl Kiosk {
    async fn new(engine: Engine) -> Self {
        let world = Arc::new(World::new(engine).await);
        let project = "/merchant/v2/projects/18404";
        let items = [
            json!({ "sku": "sword", "name": { "en": "Sword" }, "prices": { "USD": "4.99" }, "default_currency": "USD" }),
            json!({
                "sku": "crown", "name": { "en": "Crown" }, "prices": { "USD": 9 }, "default_currency": "USD",
                "virtual_currency_price": 50,
            }),
        ];
        for item in items {
            let path = format!("{project}/virtual_items/items");
            let reply = world.send(merchant_request("POST", &path, &item.to_string())).await;
            assert_eq!(reply.status, 201, "{}", reply.body);
        }
        let path = format!("{project}/distribution_hub/partners");
        let made = world.send(merchant_request("POST", &path, r#"{"name":"Kiosk","sandbox":true}"#)).await.json();
        let key = made["key"].as_str().unwrap().to_string();
        Kiosk { world, number: made["geotype_id"].as_i64().unwrap(), key }
    }

    fn credentials(&self) -> String {
        format!("Basic {}", STANDARD.encode(format!("{}:{}", self.number, self.key)))
    }

    async fn order(&self, sku: &str, currency: &str) -> i64 {
        let path = format!("/v2/project/18404/distribution_hub/payment/item/{sku}");
        let body = json!({ "geotype": self.number, "currency": currency });
        let reply = self.world.send(with("POST", &path, &player("1234567"), &body)).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.json()["order_id"].as_i64().unwrap()
    }

    fn pay(&self, order: i64, (amount, currency): (&str, &str), transaction: Option<&str>) -> Request<Body> {
        let amount: Value = serde_json::from_str(amount).unwrap();
        let mut body = json!({
            "project_id": 18404,
            "payment": { "geotype_id": self.number, "amount": amount, "currency": currency },
            "purchase": { "order_id": order },
            "user": { "id": "1234567" },
        });
        if let Some(transaction) = transaction {
            body["payment"]["ps_transaction_id"] = transaction.into();
        }
        with("POST", "/push-payments/pay", &self.credentials(), &body)
    }

    fn cancel(&self, payment: i64) -> Request<Body> {
        with("POST", "/push-payments/cancel", &self.credentials(), &json!({ "payment_id": payment }))
    }

    /// Sends requests at one time; the statuses and bodies, by status.
    async fn burst(&self, make: impl Fn(usize) -> Request<Body>) -> Vec<(u16, Value)> {
        let mut running = JoinSet::new();
        for i in 0..AT_ONCE {
            let (world, request) = (self.world.clone(), make(i));
            running.spawn(async move {
                let reply = world.send(request).await;
                (reply.status.as_u16(), reply.json())
            });
        }
        let mut all = running.join_all().await;
        all.sort_by_key(|(status, _)| *status);
        all
    }

    /// How many of an SKU the player owns, and the virtual currency.
    async fn owns(&self) -> (i64, Value) {
        let path = "/merchant/v2/projects/18404/users/1234567/virtual_items?limit=9&offset=0";
        let items = self.world.send(merchant_request("GET", path, "")).await;
        let path = "/merchant/v2/projects/18404/users/1234567";
        let user = self.world.send(merchant_request("GET", path, "")).await.json();
        assert_eq!(items.status, 200, "{}", items.body);
        let sum = items.json().as_array().unwrap().iter().map(|item| item["amount"].as_i64().unwrap()).sum();
        (sum, user["balance"].clone())
    }

    async fn told(&self, kind: &str) -> usize {
        self.world.run_due().await;
        let kind = format!(r#""notification_type":"{kind}""#);
        self.world.game.take().iter().filter(|(request, _)| request.body.contains(&kind)).count()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn thirty_pays_of_one_order_are_one_payment() {
    for engine in Engine::BOTH {
        let kiosk = Kiosk::new(engine).await;

        // The same transaction: all hear of one payment.
        let order = kiosk.order("sword", "USD").await;
        let all = kiosk.burst(|_| kiosk.pay(order, ("4.99", "USD"), Some("t1"))).await;
        let first = &all[0].1["payment_id"];
        assert!(all.iter().all(|(status, body)| *status == 200 && body["payment_id"] == *first), "{engine:?} {all:?}");

        // Each another: one is the payment, the others come too late.
        let order = kiosk.order("sword", "USD").await;
        let all = kiosk.burst(|i| kiosk.pay(order, ("4.99", "USD"), Some(&format!("u{i}")))).await;
        let statuses: Vec<u16> = all.iter().map(|(status, _)| *status).collect();
        assert_eq!((statuses[0], statuses[1], statuses[AT_ONCE - 1]), (200, 409, 409), "{engine:?} {all:?}");

        // One transaction for two orders pays one of them.
        let orders = [kiosk.order("sword", "USD").await, kiosk.order("sword", "USD").await];
        let all = kiosk.burst(|i| kiosk.pay(orders[i % 2], ("4.99", "USD"), Some("v"))).await;
        let good = all.iter().filter(|(status, _)| *status == 200).count();
        assert!(all.iter().all(|(status, _)| [200, 422].contains(status)), "{engine:?} {all:?}");
        assert_eq!(good, AT_ONCE / 2, "{engine:?} {all:?}");

        let payments = kiosk.world.payments().await;
        assert_eq!(payments.len(), 3, "{engine:?}");
        assert!(payments.iter().all(|p| p.state == PaymentState::Captured), "{engine:?}");
        assert_eq!(kiosk.world.held().await, 3 * 499, "{engine:?}");
        assert_eq!(kiosk.world.gateway.charges(), 0, "the gateway has nothing to do with it");
        assert_eq!(kiosk.owns().await.0, 3, "{engine:?}");
        assert_eq!(kiosk.told("payment").await, 3, "{engine:?}");
        kiosk.world.check_books().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn paying_again_and_cancelling_at_once() {
    for engine in Engine::BOTH {
        let kiosk = Kiosk::new(engine).await;
        let order = kiosk.order("sword", "USD").await;
        let paid = kiosk.world.send(kiosk.pay(order, ("4.99", "USD"), Some("t1"))).await.json();
        let payment = paid["payment_id"].as_i64().unwrap();
        let all = kiosk
            .burst(|i| match i % 3 {
                0 => kiosk.cancel(payment),
                1 => kiosk.pay(order, ("4.99", "USD"), Some("t1")),
                _ => kiosk.pay(order, ("4.99", "USD"), None),
            })
            .await;
        let canceled = all.iter().filter(|(status, body)| *status == 200 && body == &json!({})).count();
        assert_eq!(canceled, 1, "{engine:?} {all:?}");
        for (status, body) in &all {
            let fits = match status {
                200 => *body == json!({}) || body["payment_id"] == payment,
                status => *status == 409,
            };
            assert!(fits, "{engine:?} {status} {body}");
        }
        assert_eq!(kiosk.world.payment(payment).await.unwrap().state, PaymentState::Refunded, "{engine:?}");
        assert_eq!(kiosk.world.payments().await.len(), 1, "{engine:?}");
        assert_eq!((kiosk.world.held().await, kiosk.owns().await.0), (0, 0), "{engine:?}");
        assert_eq!(kiosk.world.gateway.given_back(), 0, "the partner gives back");
        kiosk.world.run_due().await;
        kiosk.world.run_due().await;
        let told = kiosk.world.game.take();
        for kind in ["payment", "refund"] {
            let kind = format!(r#"{{"notification_type":"{kind}""#);
            assert_eq!(told.iter().filter(|(r, _)| r.body.starts_with(&kind)).count(), 1, "{engine:?} {kind}");
        }
        kiosk.world.check_books().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn virtual_currency_pays_once_and_comes_back_once() {
    for engine in Engine::BOTH {
        let kiosk = Kiosk::new(engine).await;
        let path = "/merchant/v2/projects/18404/users";
        let reply = kiosk.world.send(merchant_request("POST", path, r#"{"user_id":"1234567"}"#)).await;
        assert!(reply.status.is_success(), "{}", reply.body);
        let path = "/merchant/v2/projects/18404/users/1234567/recharge";
        let reply = kiosk.world.send(merchant_request("POST", path, r#"{"amount":120,"comment":"x"}"#)).await;
        assert!(reply.status.is_success(), "{}", reply.body);
        let before = kiosk.owns().await.1;
        let orders = [kiosk.order("crown", "virtual_currency").await, kiosk.order("crown", "virtual_currency").await];
        let price = ("50", "virtual_currency");
        let mut ids = Vec::new();
        for (n, order) in orders.into_iter().enumerate() {
            let all = kiosk.burst(|_| kiosk.pay(order, price, Some(&format!("t{n}")))).await;
            let first = all[0].1["payment_id"].as_i64().unwrap();
            assert!(all.iter().all(|(status, b)| *status == 200 && b["payment_id"] == first), "{engine:?} {all:?}");
            ids.push(first);
        }
        // There are 20 left.
        let third = kiosk.order("crown", "virtual_currency").await;
        let all = kiosk.burst(|_| kiosk.pay(third, price, Some("t3"))).await;
        assert!(all.iter().all(|(status, body)| *status == 422 && body["errorCode"] == 5006), "{engine:?} {all:?}");
        assert_eq!(kiosk.owns().await.0, 2, "{engine:?}");
        for id in ids {
            let all = kiosk.burst(|_| kiosk.cancel(id)).await;
            let statuses: Vec<u16> = all.iter().map(|(status, _)| *status).collect();
            assert_eq!((statuses[0], statuses[1]), (200, 409), "{engine:?} {all:?}");
        }
        assert_eq!(kiosk.owns().await, (0, before), "{engine:?}");
        assert_eq!(kiosk.world.payments().await.len(), 0, "{engine:?}: no money was paid");
        kiosk.world.check_books().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn another_server_gives_the_answer_that_was_lost() {
    for engine in Engine::BOTH {
        let kiosk = Kiosk::new(engine).await;
        let order = kiosk.order("sword", "USD").await;
        let first = kiosk.world.send(kiosk.pay(order, ("4.99", "USD"), Some("t1"))).await.json();
        let other = coinslot::server::router(&kiosk.world.beside(), coinslot_tests::world::OPTIONS);
        let again = coinslot_tests::world::send(other.clone(), kiosk.pay(order, ("4.99", "USD"), Some("t1"))).await;
        assert_eq!(again.json()["payment_id"], first["payment_id"], "{engine:?}");
        let payment = first["payment_id"].as_i64().unwrap();
        let statuses = [
            kiosk.world.send(kiosk.cancel(payment)).await.status.as_u16(),
            coinslot_tests::world::send(other, kiosk.cancel(payment)).await.status.as_u16(),
            kiosk.world.send(kiosk.pay(order, ("4.99", "USD"), Some("t1"))).await.status.as_u16(),
        ];
        assert_eq!(statuses, [200, 409, 409], "{engine:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_no_longer_sold_is_paid_in_neither_currency() {
    for engine in Engine::BOTH {
        let kiosk = Kiosk::new(engine).await;
        let world = &kiosk.world;
        let users = "/merchant/v2/projects/18404/users";
        world.send(merchant_request("POST", users, r#"{"user_id":"1234567"}"#)).await;
        let path = format!("{users}/1234567/recharge");
        let reply = world.send(merchant_request("POST", &path, r#"{"amount":120,"comment":"x"}"#)).await;
        assert!(reply.status.is_success(), "{}", reply.body);
        let before = kiosk.owns().await;
        let coins = |balance: &Value| balance.as_i64().unwrap();

        let items = "/merchant/v2/projects/18404/virtual_items/items";
        let all = world.send(merchant_request("GET", items, "")).await.json();
        let crown = all.as_array().unwrap().iter().find(|item| item["sku"] == "crown").unwrap()["id"].clone();
        let crown = format!("{items}/{crown}");
        let change = async |method: &str, body: &str| {
            let reply = world.send(merchant_request(method, &crown, body)).await;
            assert_eq!(reply.status, 204, "{engine:?} {}", reply.body);
        };
        let prices = [("9", "USD"), ("50", "virtual_currency")];
        let order = async || [kiosk.order("crown", "USD").await, kiosk.order("crown", "virtual_currency").await];
        let pay = async |orders: [i64; 2], transaction: &str| {
            let mut said = Vec::new();
            for (order, price) in orders.into_iter().zip(prices) {
                let reply = world.send(kiosk.pay(order, price, Some(&format!("{transaction} {order}")))).await;
                said.push((reply.status.as_u16(), reply.json()["errorCode"].clone()));
            }
            said
        };

        let orders = order().await;
        change("PUT", r#"{"enabled":false}"#).await;
        assert_eq!(pay(orders, "t").await, vec![(422, 1411.into()); 2], "{engine:?}");
        // With no price in virtual currency it is sold for money.
        change("PUT", r#"{"enabled":true,"virtual_currency_price":null}"#).await;
        assert_eq!(pay(orders, "t").await, [(200, Value::Null), (422, 4054.into())], "{engine:?}");
        assert_eq!((kiosk.owns().await.0, coins(&kiosk.owns().await.1)), (1, coins(&before.1)), "{engine:?}");
        assert_eq!(world.payments().await.len(), 1, "{engine:?}");
        // Sold again, and dearer: the order keeps its price, and the tries before
        // are not in the way.
        change("PUT", r#"{"virtual_currency_price":55}"#).await;
        assert_eq!(pay(orders, "t").await, vec![(200, Value::Null); 2], "{engine:?}");
        let after = kiosk.owns().await;
        assert_eq!((after.0, coins(&after.1)), (2, coins(&before.1) - 50), "{engine:?}");

        change("PUT", r#"{"virtual_currency_price":50}"#).await;
        let orders = order().await;
        change("DELETE", "").await;
        assert_eq!(pay(orders, "u").await, vec![(422, 1411.into()); 2], "{engine:?}");
        assert_eq!(kiosk.owns().await.1, after.1, "{engine:?}");
        assert_eq!((world.payments().await.len(), world.held().await), (1, 900), "{engine:?}");
        assert_eq!(kiosk.told("order_paid").await, 2, "{engine:?}");
        world.check_books().await;
    }
}
