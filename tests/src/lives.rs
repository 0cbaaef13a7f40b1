//! Thirteen months of every shape of plan, as text: what the game was told, in
//! order.

use crate::world::merchant_request;
use crate::{Engine, World};
use axum::http::{Request, header};
use coinslot_app::{clock, demo};
use coinslot_domain::calendar::{Period, Zone};
use coinslot_domain::id::ProjectId;
use coinslot_domain::time::Time;
use serde_json::Value;
use std::fmt::Write;
use std::path::PathBuf;

const PROJECT: &str = "/merchant/v2/projects/18404";
const USER: &str = "/merchant/v2/projects/18404/users/1234567";

fn project() -> ProjectId {
    ProjectId::new(demo::PROJECT).unwrap()
}

struct Life {
    world: World,
    text: String,
}

impl Life {
    async fn begin((engine, at_once): (Engine, bool), title: &str, plan: &str) -> Life {
        let world = World::new(engine).await;
        if at_once {
            world.gateway.answer_at_once();
        }
        let mut life = Life { world, text: format!("# {title}\n") };
        // The 31st comes back or it does not: that is what to look at.
        life.to("2026-01-31T10:00:00Z").await;
        life.plan("gold", plan).await;
        life.buy("gold", "").await;
        life
    }

    async fn call(&self, method: &str, path: &str, body: &str) -> Value {
        let reply = self.world.send(merchant_request(method, path, body)).await;
        assert!(reply.status.is_success(), "{method} {path}: {}", reply.body);
        serde_json::from_str(&reply.body).unwrap_or(Value::Null)
    }

    async fn plan(&self, id: &str, rest: &str) {
        let body = format!(r#"{{"external_id":"{id}","name":{{"en":"{id}"}},"group_id":"g",{rest}}}"#);
        self.call("POST", &format!("{PROJECT}/subscriptions/plans"), &body).await;
    }

    async fn buy(&mut self, plan: &str, more: &str) {
        let token = self
            .world
            .token_of(&format!(
                r#"{{"user":{{"id":{{"value":"1234567"}}}},"settings":{{"project_id":18404,"mode":"sandbox"}},
                    "purchase":{{"subscription":{{"plan_id":"{plan}"{more}}}}}}}"#
            ))
            .await;
        let saved = self.accounts().await;
        let form = match saved {
            Some(id) => format!("access_token={token}&method=account-{id}"),
            None => format!(
                "access_token={token}&method=1380&card_number=4111111111111111&card_expiry=12%2F40&card_cvv=123"
            ),
        };
        let request = Request::post("/paystation2/pay")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form.into())
            .unwrap();
        assert_eq!(self.world.send(request).await.status, 303);
        self.world.run_due().await;
        self.tell();
    }

    async fn accounts(&self) -> Option<i64> {
        self.call("GET", &format!("{USER}/payment_accounts"), "").await[0]["id"].as_i64()
    }

    /// Goes to a date, through everything that falls due until then.
    async fn to(&mut self, date: &str) {
        clock::advance(&self.world.app, project(), Time::parse(date).unwrap()).await.unwrap();
        self.tell();
    }

    async fn months(&mut self, n: i64) {
        let to = Zone::UTC.after(self.world.app.now(project()), Period::months(n), 1).unwrap();
        clock::advance(&self.world.app, project(), to).await.unwrap();
        self.tell();
    }

    async fn put(&mut self, body: &str) {
        let all = self.call("GET", &format!("{USER}/subscriptions"), "").await;
        let _ = writeln!(self.text, "{} the merchant: {body}", self.day());
        self.call("PUT", &format!("{USER}/subscriptions/{}", all[0]["id"]), body).await;
        self.world.run_due().await;
        self.tell();
    }

    async fn decline(&mut self, charges: &str) {
        let id = self.accounts().await.unwrap();
        let body = format!(r#"{{"charges":{charges},"reason":"insufficient_funds"}}"#);
        let _ = writeln!(self.text, "{} charges {charges} to come are to be declined", self.day());
        self.call("POST", &format!("{USER}/payment_accounts/card/{id}/declines"), &body).await;
    }

    fn day(&self) -> String {
        self.world.app.now(project()).rfc3339()[..10].to_string()
    }

    /// Writes down what the game was told.
    fn tell(&mut self) {
        for (request, _) in self.world.game.take() {
            let body: Value = serde_json::from_str(&request.body).unwrap();
            let day = |v: &Value| v.as_str().map(|t| t[..10].to_string());
            let (purchase, told) = (&body["purchase"]["subscription"], &body["subscription"]);
            let line = match body["notification_type"].as_str().unwrap() {
                "user_validation" | "payment_account_add" => continue,
                kind @ ("payment" | "refund") => {
                    let date = day(&body["transaction"]["payment_date"]).unwrap();
                    let total = &body["purchase"]["total"];
                    format!("{date} {kind} {} {} for {}", total["amount"], total["currency"], purchase["plan_id"])
                }
                kind => {
                    let next = day(&told["date_next_charge"]).map(|d| format!(", next {d}"));
                    let end = day(&told["date_end"]).map(|d| format!(", ended {d}"));
                    let (next, end) = (next.unwrap_or_default(), end.unwrap_or_default());
                    format!("           {kind} {}{next}{end}", told["plan_id"])
                }
            };
            let _ = writeln!(self.text, "{}", line.replace('"', ""));
        }
    }

    async fn end(mut self) -> String {
        let s = &self.call("GET", &format!("{USER}/subscriptions"), "").await[0];
        let counters = &s["plan"]["status"]["counters"];
        let _ = writeln!(
            self.text,
            "{} status {}, last charge {}, next charge {}, end {}, counters {counters}\n",
            self.day(),
            s["status"],
            s["date_last_charge"],
            s["date_next_charge"],
            s["date_end"]
        );
        self.world.check_books().await;
        self.text
    }
}

fn charge(value: i64, unit: &str, more: &str) -> String {
    format!(r#""charge":{{"period":{{"value":{value},"type":"{unit}"}},"amount":10,"currency":"USD"}}{more}"#)
}

/// Where the text is that it should be.
pub fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden").join("lives.txt")
}

/// All lives, one after the other; and whether the gateway says at once what
/// becomes of a charge.
pub async fn lives(how: (Engine, bool)) -> String {
    let mut all = String::new();
    let month = |more: &str| charge(1, "month", more);
    for (title, plan) in [
        ("A month", month("")),
        ("A month with a trial of 14 days", month(r#","trial":{"value":14,"type":"day"}"#)),
        ("A month that ends after 6 months", month(r#","expiration":{"value":6,"type":"month"}"#)),
        ("A month that ends after 90 days", month(r#","expiration":{"value":90,"type":"day"}"#)),
        ("30 days", charge(30, "day", "")),
        ("3 months", charge(3, "month", "")),
        ("A year", charge(12, "month", "")),
        ("For life", charge(0, "lifetime", "")),
        ("For life after a trial", charge(0, "lifetime", r#","trial":{"value":7,"type":"day"}"#)),
    ] {
        let mut life = Life::begin(how, title, &plan).await;
        life.months(13).await;
        all += &life.end().await;
    }

    let grace = month(r#","grace_period":{"value":3,"type":"day"}"#);
    let mut life = Life::begin(how, "Declined twice, paid in grace", &grace).await;
    life.decline("[2,3]").await;
    life.months(13).await;
    all += &life.end().await;

    let mut life = Life::begin(how, "Declined until grace is over", &grace).await;
    life.decline("[3,4,5,6]").await;
    life.months(13).await;
    all += &life.end().await;

    let mut life = Life::begin(how, "Declined without grace", &month("")).await;
    life.decline("[2]").await;
    life.months(13).await;
    all += &life.end().await;

    let mut life = Life::begin(how, "Frozen for a month and a half", &month("")).await;
    life.to("2026-03-10T10:00:00Z").await;
    life.put(r#"{"status":"frozen"}"#).await;
    life.to("2026-04-25T10:00:00Z").await;
    life.put(r#"{"status":"active"}"#).await;
    life.months(3).await;
    all += &life.end().await;

    let mut life = Life::begin(how, "Put off, then ended with what is paid", &month("")).await;
    life.months(1).await;
    life.put(r#"{"timeshift":{"value":1,"type":"month"}}"#).await;
    life.months(3).await;
    life.put(r#"{"status":"non_renewing"}"#).await;
    life.months(3).await;
    all += &life.end().await;

    let mut life = Life::begin(how, "Canceled, and the last payment goes back", &month("")).await;
    life.months(2).await;
    life.put(r#"{"status":"canceled","cancel_subscription_payment":true}"#).await;
    life.months(11).await;
    all += &life.end().await;

    let mut life = Life::begin(how, "To a dearer plan, and to a cheaper one", &month("")).await;
    life.plan("platinum", &charge(1, "month", "").replace(":10,", ":25,")).await;
    life.plan("bronze", &charge(1, "month", "").replace(":10,", ":3,")).await;
    life.to("2026-03-15T10:00:00Z").await;
    life.buy("platinum", r#","operation":"change_plan""#).await;
    life.months(2).await;
    life.buy("bronze", r#","operation":"change_plan""#).await;
    life.months(3).await;
    all += &life.end().await;
    all
}
