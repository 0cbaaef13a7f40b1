//! A game and its players, as a seeded script, and what they were promised.

use crate::outside::lock;
use crate::seed::Seeded;
use std::sync::Mutex;

/// A request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// `GET`, `POST`, `PUT`.
    pub method: &'static str,
    /// With its query.
    pub path: String,
    /// The body's type; `None` for no body.
    pub content_type: Option<&'static str>,
    /// The body.
    pub body: String,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// Its status.
    pub status: u16,
    /// Its body.
    pub body: String,
}

impl Reply {
    fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

/// A way to a server.
pub trait Door: Sync {
    /// Sends a request; `None` when the server died before its answer came.
    fn send(&self, call: &Call) -> Option<Reply>;
}

/// The demo merchant's key, as the `Authorization` header.
pub const AUTHORIZATION: &str = "Basic MjM0MDpkZW1vX2FwaV9rZXk=";

const JSON: Option<&str> = Some("application/json");
const FORM: Option<&str> = Some("application/x-www-form-urlencoded");

/// Something bought or about to be, and what was acknowledged of it.
#[derive(Clone, Debug)]
pub struct Purchase {
    /// The token; that there is one was acknowledged.
    pub token: String,
    /// The price in cents.
    pub cents: i64,
    /// The page went on to the next step: there is a payment.
    pub began: bool,
    /// The payment's number, once its status was seen to be paid.
    pub paid: Option<i64>,
    /// Cents whose refund was acknowledged.
    pub refunded: i64,
    /// Cents whose refund was asked for and not answered, or with an error.
    pub in_doubt: i64,
}

fn money(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

/// Asks for a token.
pub fn token_call(cents: i64) -> Call {
    let body = format!(
        r#"{{"user":{{"id":{{"value":"1234567"}},"email":{{"value":"email@example.com"}}}},
            "settings":{{"project_id":18404,"mode":"sandbox"}},
            "purchase":{{"checkout":{{"currency":"USD","amount":{}}}}}}}"#,
        money(cents)
    );
    Call { method: "POST", path: "/merchant/v2/merchants/2340/token".into(), content_type: JSON, body }
}

/// Pays with a card.
pub fn pay_call(token: &str, card: &str) -> Call {
    let body = format!("access_token={token}&method=1380&card_number={card}&card_expiry=12%2F40&card_cvv=123");
    Call { method: "POST", path: "/paystation2/pay".into(), content_type: FORM, body }
}

/// Answers the bank's question with yes.
pub fn approve_call(token: &str) -> Call {
    let body = format!("access_token={token}&password=coinslot&answer=approve");
    Call { method: "POST", path: "/paystation2/3ds".into(), content_type: FORM, body }
}

/// Asks where a payment stands.
pub fn status_call(token: &str) -> Call {
    let path = format!("/paystation2/status.json?access_token={token}");
    Call { method: "GET", path, content_type: None, body: String::new() }
}

/// Gives money back: a part, or all of it.
pub fn refund_call(transaction: i64, part: Option<i64>) -> Call {
    let (what, body) = match part {
        None => ("refund", r#"{"description":"rig"}"#.to_string()),
        Some(cents) => ("partial_refund", format!(r#"{{"description":"rig","refund_amount":{}}}"#, money(cents))),
    };
    let path = format!("/merchant/v2/merchants/2340/reports/transactions/{transaction}/{what}");
    Call { method: "PUT", path, content_type: JSON, body }
}

/// A card that is taken at once, and one that needs 3-D Secure.
pub const CARDS: [&str; 2] = ["4111111111111111", "4000000000000010"];
const NO_MONEY: &str = "4000000000000002";

/// Goes through the answers of one server life after another.
pub struct Script {
    random: Seeded,
    /// What was bought.
    pub purchases: Vec<Purchase>,
    /// Answers that a sound server does not give.
    pub surprises: Vec<String>,
}

/// The server died.
pub struct Dead;

impl Script {
    /// The same wishes for the same seed.
    pub fn new(random: Seeded) -> Self {
        Script { random, purchases: Vec::new(), surprises: Vec::new() }
    }

    fn send(&mut self, door: &dyn Door, call: &Call, fine: &[u16]) -> Result<Option<Reply>, Dead> {
        let reply = door.send(call).ok_or(Dead)?;
        if fine.contains(&reply.status) {
            return Ok(Some(reply));
        }
        // The game refuses three questions of ten, and says so through these.
        if ![403, 422, 502, 503].contains(&reply.status) {
            self.surprises.push(format!("{} {}: {} {}", call.method, call.path, reply.status, reply.body));
        }
        Ok(None)
    }

    /// Does one thing.
    pub fn step(&mut self, door: &dyn Door) -> Result<(), Dead> {
        let drawn = self.random.below(10);
        let open: Vec<usize> = (0..self.purchases.len()).filter(|i| self.purchases[*i].paid.is_none()).collect();
        let paid: Vec<usize> = (0..self.purchases.len()).filter(|i| self.purchases[*i].paid.is_some()).collect();
        match drawn {
            0..=2 => self.token(door),
            3..=6 if !open.is_empty() => {
                let which = open[self.random.index(open.len())];
                self.pay(door, which)
            }
            7..=8 if !paid.is_empty() => {
                let which = paid[self.random.index(paid.len())];
                self.refund(door, which)
            }
            _ => Ok(()),
        }
    }

    fn token(&mut self, door: &dyn Door) -> Result<(), Dead> {
        let cents = 1 + i64::try_from(self.random.below(5_000)).unwrap_or(0);
        let Some(reply) = self.send(door, &token_call(cents), &[200])? else { return Ok(()) };
        let token = reply.json()["token"].as_str().unwrap_or_default().to_string();
        self.purchases.push(Purchase { token, cents, began: false, paid: None, refunded: 0, in_doubt: 0 });
        Ok(())
    }

    fn pay(&mut self, door: &dyn Door, which: usize) -> Result<(), Dead> {
        let token = self.purchases[which].token.clone();
        let card = match self.random.below(8) {
            0 => NO_MONEY,
            1..=3 => CARDS[1],
            _ => CARDS[0],
        };
        if self.send(door, &pay_call(&token, card), &[303])?.is_none() {
            return Ok(());
        }
        self.purchases[which].began = true;
        let Some(status) = self.status(door, which)? else { return Ok(()) };
        if status["challenge"] == true && self.send(door, &approve_call(&token), &[303])?.is_some() {
            self.status(door, which)?;
        }
        Ok(())
    }

    fn status(&mut self, door: &dyn Door, which: usize) -> Result<Option<serde_json::Value>, Dead> {
        let call = status_call(&self.purchases[which].token);
        let Some(reply) = self.send(door, &call, &[200])? else { return Ok(None) };
        let status = reply.json();
        if matches!(status["status"].as_str(), Some("delivering" | "done")) {
            self.purchases[which].paid = status["invoice"].as_i64();
        }
        Ok(Some(status))
    }

    fn refund(&mut self, door: &dyn Door, which: usize) -> Result<(), Dead> {
        let part = self.random.chance(2, 3);
        let purchase = &mut self.purchases[which];
        let Some(transaction) = purchase.paid else { return Ok(()) };
        let left = purchase.cents - purchase.refunded;
        if left < 1 {
            return Ok(());
        }
        let part = part.then(|| 1 + i64::try_from(self.random.number() % left.unsigned_abs()).unwrap_or(0));
        let cents = part.unwrap_or(purchase.cents);
        // In doubt until it is answered.
        purchase.in_doubt += cents;
        let reply = self.send(door, &refund_call(transaction, part), &[204, 422])?;
        let purchase = &mut self.purchases[which];
        match reply.map(|reply| reply.status) {
            Some(204) => {
                purchase.in_doubt -= cents;
                purchase.refunded += cents;
            }
            Some(_) => purchase.in_doubt -= cents,
            None => {}
        }
        Ok(())
    }
}

/// What several scripts were promised together.
pub fn promised(scripts: &[Mutex<Script>]) -> Vec<Purchase> {
    scripts.iter().flat_map(|script| lock(script).purchases.clone()).collect()
}
