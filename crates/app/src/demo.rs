//! The demo shop: what `coinslot dev` puts into an empty database, and the
//! small game that buys there.

use crate::{App, Shared, hash, refund, signature, token};
use coinslot_domain::id::{MerchantId, PaymentId, ProjectId};
use coinslot_domain::merchant::{Caller, Fees, KeyScope, Project};
use coinslot_domain::money::BasisPoints;
use coinslot_domain::tax::{Tax, TaxKind, TaxRule};
use coinslot_domain::time::Time;
use coinslot_domain::virtual_currency::HUNDREDTHS;
use coinslot_store::webhook::Listed;
use coinslot_store::{StoreError, merchant, wallet, webhook};
use coinslot_wire::token::Draft;

/// The demo merchant.
pub const MERCHANT: i64 = 2340;
/// The demo project.
pub const PROJECT: i64 = 18404;
/// The demo merchant's API key.
pub const API_KEY: &str = "demo_api_key";
/// What the demo project's webhooks are signed with.
pub const SECRET: &str = "demo_secret_key";
/// The player of the demo game.
pub const PLAYER: &str = "1234567";

/// Where the demo game's own server is told what happens.
pub const WEBHOOK_PATH: &str = "/demo/webhook";

/// Something the demo game sells: a package of the demo shop's virtual currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// What it is called.
    pub name: &'static str,
    /// How many are paid for.
    pub gems: i64,
    /// How many come on top.
    pub bonus: i64,
    /// Its price in US cents.
    pub cents: i64,
}

/// What the demo game sells.
pub const OFFERS: [Offer; 3] = [
    Offer { name: "Pouch of 500 gems", gems: 500, bonus: 0, cents: 499 },
    Offer { name: "Chest of 1,200 gems", gems: 1_200, bonus: 0, cents: 999 },
    Offer { name: "Vault of 2,600 gems", gems: 2_600, bonus: 130, cents: 1_999 },
];

fn caller() -> Option<Caller> {
    Some(Caller { merchant: MerchantId::new(MERCHANT)?, scope: KeyScope::Company })
}

fn project() -> Result<ProjectId, StoreError> {
    ProjectId::new(PROJECT).ok_or_else(|| StoreError::Corrupt("the demo project has no number".into()))
}

/// Puts the demo merchant and project into the database, if they are not there,
/// and points the project's webhooks to `webhook_url`.
pub async fn seed(app: &App, webhook_url: Option<String>) -> Result<(), StoreError> {
    let project = Project {
        id: project()?,
        merchant: MerchantId::new(MERCHANT).ok_or_else(|| StoreError::Corrupt("no demo merchant".into()))?,
        name: "Starfall".into(),
        active: true,
        secret: SECRET.into(),
        webhook_url: None,
        fees: Fees { platform: BasisPoints(500), method: BasisPoints(290) },
        taxes: vec![TaxRule { country: "US".into(), tax: Tax { kind: TaxKind::SalesTax, rate: BasisPoints(888) } }],
        frame_ancestors: vec![],
        locales: vec!["en".into()],
        return_url: None,
        redirect_policy: None,
        external_id_required: false,
        optional: vec![],
        token_status: Default::default(),
    };
    let now = app.clock.now();
    app.store
        .write(move |tx| {
            let owner = Caller { merchant: project.merchant, scope: KeyScope::Company };
            merchant::insert(tx, project.merchant, "Demo Studio", now)?;
            merchant::insert_key(tx, owner, &hash(API_KEY), now)?;
            merchant::insert_project(tx, &project, now)?;
            merchant::set_webhook_url(tx, project.id, webhook_url.as_deref())
        })
        .await
}

/// What the demo game's own server does when the player presses Buy: it asks
/// for a token.
pub async fn buy(
    app: &App,
    offer: usize,
    language: &str,
    theme: Option<&str>,
    country: Option<&str>,
) -> Result<String, String> {
    let offer = OFFERS.get(offer).ok_or("there is no such offer")?;
    let caller = caller().ok_or("there is no demo merchant")?;
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let country = country.map(|c| format!(r#","country":{{"value":{}}}"#, quoted(c))).unwrap_or_default();
    let theme = theme.map(|t| format!(r#","ui":{{"theme":{}}}"#, quoted(t))).unwrap_or_default();
    let language = quoted(language);
    let request = format!(
        r#"{{
            "user": {{"id": {{"value": "{PLAYER}"}}, "name": {{"value": "Nova", "hidden": false}},
                "email": {{"value": "nova@example.com"}}{country}}},
            "settings": {{"project_id": {PROJECT}, "mode": "sandbox", "language": {language}, "currency": "USD",
                "external_id": "demo", "return_url": "{url}/demo"{theme}}},
            "purchase": {{"virtual_currency": {{"quantity": {gems}}}, "description": {{"value": {name}}}}},
            "custom_parameters": {{"user_level": 7, "source": "demo"}}
        }}"#,
        url = app.public_url,
        gems = offer.gems,
        name = quoted(offer.name),
    );
    let value = coinslot_wire::shape::parse(request.as_bytes()).map_err(|e| e.to_string())?;
    let body = Draft::read(value).map_err(|v| format!("{v:?}"))?;
    token::create(app, caller, body).await.map_err(|e| format!("{e:?}"))
}

/// A webhook as the demo page lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// Unique, and the same when it is listed again.
    pub id: i64,
    /// When it was sent.
    pub at: Time,
    /// Its `notification_type`.
    pub notification: String,
    /// Which try it was, from 1.
    pub attempt: i64,
    /// The status of the answer.
    pub status: Option<u16>,
    /// Why there was none.
    pub error: Option<String>,
    /// How long it took, in milliseconds.
    pub took_ms: i64,
    /// The body that was sent.
    pub request: String,
    /// The body that came back.
    pub answer: String,
    /// The signature header that was sent.
    pub signature: String,
}

/// How many exchanges the demo page looks back.
const LISTED: i64 = 100;

/// The last webhooks of the demo project, oldest first.
pub async fn exchanges(app: &App) -> Result<Vec<Exchange>, StoreError> {
    let project = project()?;
    let listed = app.store.read(move |tx| webhook::deliveries(tx, project, Time(i64::MAX), LISTED)).await?;
    let exchange = |Listed { delivery: d, kind, body, .. }| Exchange {
        // A replay adds at most 14 attempts, so the two numbers do not overlap
        // for anyone who plays with the demo.
        id: d.event.get() * 10_000 + d.attempt,
        at: d.sent_at,
        notification: kind,
        attempt: d.attempt,
        status: d.status,
        error: d.error,
        took_ms: d.took.0 / 1_000,
        request: body,
        answer: d.answer,
        signature: d.signature,
    };
    Ok(listed.into_iter().rev().map(exchange).collect())
}

/// The gems of the demo player, which are the project's virtual currency.
pub async fn gems(app: &App) -> Result<i64, StoreError> {
    let project = project()?;
    let player = app.store.read(move |tx| wallet::find(tx, project, PLAYER)).await?;
    Ok(player.map_or(0, |player| player.balance / HUNDREDTHS))
}

/// Gives a payment of the demo shop back, wholly or in part.
pub async fn refund(app: &Shared, transaction: i64, amount: Option<String>) -> Result<(), String> {
    let id = PaymentId::new(transaction).ok_or("there is no such payment")?;
    let owner = caller().ok_or("there is no demo merchant")?.merchant;
    let done = refund::give_back(app, owner, id, amount, "Asked for on the demo page".into()).await;
    done.map(drop).map_err(|e| e.to_string())
}

/// What the demo game's own server answers to a webhook: 204 to a good one, and
/// the documented errors to one that is not signed with the project's secret or
/// asks for a player called `unknown…`.
pub fn receive(authorization: Option<&str>, body: &[u8]) -> (u16, &'static str) {
    if authorization != Some(signature::documented(body, SECRET).as_str()) {
        return (400, r#"{"error":{"code":"INVALID_SIGNATURE","message":"The signature does not match"}}"#);
    }
    let player = coinslot_wire::shape::parse(body).ok();
    // What is told of an order names the player so.
    let id = player.as_ref().and_then(|v| v.pointer("/user/id").or_else(|| v.pointer("/user/external_id")));
    let player = id.and_then(|id| id.as_str());
    if player.is_none_or(|id| id.starts_with("unknown")) {
        return (400, r#"{"error":{"code":"INVALID_USER","message":"There is no such player"}}"#);
    }
    (204, "")
}
