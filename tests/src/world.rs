//! A server with everything around it under control.

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use coinslot::server::{self, Deadlines, Options};
use coinslot_app::port::{
    Answered, CardRefused, CardToken, Charge, ChargeAnswer, Clock, Game, Gateway, GiveBack, Later, Method, Outgoing,
    Random, RefundAnswer,
};
use coinslot_app::{App, Parts, Shared, demo, hash};
use coinslot_domain::card::Card;
use coinslot_domain::id::{AttemptId, MerchantId, PaymentId, ProjectId, RefundId};
use coinslot_domain::merchant::{Caller, Fees, KeyScope, Project};
use coinslot_domain::money::Currency;
use coinslot_domain::payment::{Decline, Payment};
use coinslot_domain::time::{Span, Time};
use coinslot_gateway::SandboxGateway;
use coinslot_paystation::ClientIp;
use coinslot_paystation::mail::Catcher;
use coinslot_store::{Location, Store, StoreError, merchant, payment};
use http_body_util::BodyExt;
use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use tower::ServiceExt;

/// Which database the world stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// The embedded one.
    Sqlite,
    /// A real PostgreSQL.
    Postgres,
}

impl Engine {
    /// Both: a promise holds on each.
    pub const BOTH: [Engine; 2] = [Engine::Sqlite, Engine::Postgres];
}

/// A clock that stands still until it is moved.
pub struct FixedClock(AtomicI64);

/// Where every world begins: 2026-01-02T03:04:05Z.
pub const START: Time = Time(1_767_323_045_000_000);

impl Clock for FixedClock {
    fn now(&self) -> Time {
        Time(self.0.load(Ordering::SeqCst))
    }
}

/// Randomness that repeats: the splitmix64 generator from a seed.
pub struct SeededRandom(AtomicU64);

impl SeededRandom {
    /// A source that always yields the same for the same seed.
    pub fn new(seed: u64) -> Self {
        SeededRandom(AtomicU64::new(seed))
    }

    /// The next number.
    pub fn number(&self) -> u64 {
        const STEP: u64 = 0x9E37_79B9_7F4A_7C15;
        let mut z = self.0.fetch_add(STEP, Ordering::SeqCst).wrapping_add(STEP);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

impl Random for SeededRandom {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.number().to_le_bytes()[..chunk.len()]);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// A game that records what it is told and answers as it was told to.
#[derive(Default)]
pub struct RecordingGame {
    told: Mutex<Vec<(Outgoing, Answered)>>,
    answers: Mutex<VecDeque<Answered>>,
    slow: Mutex<Option<Arc<FixedClock>>>,
}

/// An answer with a status and a body.
pub fn answered(status: u16, body: &str) -> Answered {
    Answered { status: Some(status), body: body.into(), error: None, took: Span::millis(3) }
}

/// No answer at all.
pub fn silence() -> Answered {
    Answered { status: None, body: String::new(), error: Some("timed out after 10 s".into()), took: Span::seconds(10) }
}

impl RecordingGame {
    /// Gives this answer to the next webhook; after the last such answer, 204.
    pub fn answer_next(&self, answer: Answered) {
        lock(&self.answers).push_back(answer);
    }

    /// From now on each answer takes as long on this clock as it says.
    pub fn take_time(&self, clock: Arc<FixedClock>) {
        *lock(&self.slow) = Some(clock);
    }

    /// What was told since the last call, with the answers.
    pub fn take(&self) -> Vec<(Outgoing, Answered)> {
        std::mem::take(&mut *lock(&self.told))
    }
}

impl Game for RecordingGame {
    fn post(&self, request: Outgoing) -> Later<'_, Answered> {
        let answer = lock(&self.answers).pop_front().unwrap_or_else(|| answered(204, ""));
        lock(&self.told).push((request, answer.clone()));
        if let Some(clock) = &*lock(&self.slow) {
            clock.0.fetch_add(answer.took.0, Ordering::SeqCst);
        }
        Box::pin(async move { answer })
    }

    fn get(&self, request: Outgoing) -> Later<'_, Answered> {
        self.post(request)
    }
}

/// The sandbox gateway, which counts what it really took and can lose answers.
#[derive(Default)]
pub struct CountingGateway {
    taken: Mutex<BTreeMap<AttemptId, i64>>,
    given_back: Mutex<BTreeMap<RefundId, i64>>,
    lose: Mutex<usize>,
    hang: Mutex<bool>,
    at_once: AtomicBool,
    /// Told when a call hangs.
    pub hanging: tokio::sync::Notify,
}

impl CountingGateway {
    /// Does what it is asked but loses the next `n` answers.
    pub fn lose_answers(&self, n: usize) {
        *lock(&self.lose) = n;
    }

    /// Does what the next charge asks and then never answers.
    pub fn hang_next(&self, hang: bool) {
        *lock(&self.hang) = hang;
    }

    /// From now on it says at once what becomes of a charge, as the sandbox
    /// does, and counts none of them.
    pub fn answer_at_once(&self) {
        self.at_once.store(true, Ordering::SeqCst);
    }

    /// Whether it does.
    pub fn answers_at_once(&self) -> bool {
        self.at_once.load(Ordering::SeqCst)
    }

    /// Minor units taken, over all attempts.
    pub fn taken(&self) -> i64 {
        lock(&self.taken).values().sum()
    }

    /// Attempts that took money.
    pub fn charges(&self) -> usize {
        lock(&self.taken).len()
    }

    /// Minor units given back, over all refunds.
    pub fn given_back(&self) -> i64 {
        lock(&self.given_back).values().sum()
    }

    fn note(&self, charge: &Charge, answer: ChargeAnswer) -> ChargeAnswer {
        if answer == ChargeAnswer::Succeeded {
            lock(&self.taken).insert(charge.attempt, charge.amount.minor);
        }
        if self.loses() { ChargeAnswer::Unknown } else { answer }
    }

    fn loses(&self) -> bool {
        let mut left = lock(&self.lose);
        let loses = *left > 0;
        *left = left.saturating_sub(1);
        loses
    }
}

impl Gateway for CountingGateway {
    fn methods(&self, currency: Currency) -> Vec<Method> {
        SandboxGateway.methods(currency)
    }
    fn tokenize(&self, card: &Card, today: (i16, i8)) -> Result<CardToken, CardRefused> {
        SandboxGateway.tokenize(card, today)
    }
    fn keep(&self, token: &str) -> String {
        SandboxGateway.keep(token)
    }
    fn declining(&self) -> Vec<(Decline, String)> {
        SandboxGateway.declining()
    }
    fn at_once(&self, charge: &Charge) -> Option<ChargeAnswer> {
        SandboxGateway.at_once(charge).filter(|_| self.answers_at_once())
    }
    fn charge(&self, charge: Charge) -> Later<'_, ChargeAnswer> {
        Box::pin(async move {
            let answer = SandboxGateway.charge(charge.clone()).await;
            let answer = self.note(&charge, answer);
            if std::mem::take(&mut *lock(&self.hang)) {
                self.hanging.notify_one();
                std::future::pending::<()>().await;
            }
            answer
        })
    }
    fn answer_challenge(&self, charge: Charge, approved: bool) -> Later<'_, ChargeAnswer> {
        Box::pin(async move {
            let answer = SandboxGateway.answer_challenge(charge.clone(), approved).await;
            self.note(&charge, answer)
        })
    }
    fn inquire(&self, charge: Charge) -> Later<'_, ChargeAnswer> {
        Box::pin(async move {
            // What was taken and whose answer was lost is taken.
            if lock(&self.taken).contains_key(&charge.attempt) {
                return if self.loses() { ChargeAnswer::Unknown } else { ChargeAnswer::Succeeded };
            }
            let answer = SandboxGateway.inquire(charge.clone()).await;
            self.note(&charge, answer)
        })
    }
    fn refund(&self, order: GiveBack) -> Later<'_, RefundAnswer> {
        Box::pin(async move {
            lock(&self.given_back).insert(order.refund, order.amount.minor);
            if self.loses() { RefundAnswer::Unknown } else { RefundAnswer::Succeeded }
        })
    }
}

/// The server as a developer runs it.
pub const OPTIONS: Options =
    Options { demo: true, behind_proxy: false, connections_per_address: None, rate: None, deadlines: Deadlines::USUAL };

/// The API key of [`World::OTHER`].
pub const OTHER_KEY: &str = "other_api_key";
/// An API key of the demo merchant that reaches only the demo project.
pub const PROJECT_KEY: &str = "project_api_key";
/// Where the demo project's webhooks go.
pub const WEBHOOK_URL: &str = "https://game.example/webhook";

/// A server with everything around it under control.
pub struct World {
    /// The server without its doors.
    pub app: Shared,
    /// Its clock.
    pub clock: Arc<FixedClock>,
    /// The game.
    pub game: Arc<RecordingGame>,
    /// The payment provider.
    pub gateway: Arc<CountingGateway>,
    /// The mail.
    pub post: Arc<Catcher>,
    /// Its doors.
    pub router: Router,
    location: Location,
    directory: tempfile::TempDir,
    _database: Option<coinslot_testkit::postgres::Database>,
}

/// An answer, whole.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// Header names and values, in the order of names.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl Reply {
    /// A header's value, or nothing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v)
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// When it is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e} in {}", self.body))
    }
}

impl World {
    /// Another merchant, whose key is [`OTHER_KEY`].
    pub const OTHER: i64 = 9000;
    /// A project of the demo merchant that is not active.
    pub const INACTIVE_PROJECT: i64 = 18405;
    /// A project of the other merchant.
    pub const OTHER_PROJECT: i64 = 19000;

    /// A fresh server with the demo data.
    pub async fn new(engine: Engine) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let database = (engine == Engine::Postgres).then(coinslot_testkit::postgres::database);
        let location = match &database {
            Some(database) => Location::Postgres(database.url().to_string()),
            None => Location::File(directory.path().join("coinslot.db")),
        };
        let clock = Arc::new(FixedClock(AtomicI64::new(START.0)));
        let game = Arc::new(RecordingGame::default());
        let gateway = Arc::new(CountingGateway::default());
        let post = Arc::new(Catcher::default());
        let app = App::new(Parts {
            store: Store::open(&location).unwrap(),
            clock: clock.clone(),
            random: Arc::new(SeededRandom::new(1)),
            gateway: gateway.clone(),
            game: game.clone(),
            post: Some(post.clone()),
            public_url: "http://coinslot.example".into(),
            sandbox_url: Some("http://sandbox.coinslot.example".into()),
        });
        demo::seed(&app, Some(WEBHOOK_URL.into())).await.unwrap();
        seed_others(&app).await.unwrap();
        let router = server::router(&app, OPTIONS);
        World { app, clock, game, gateway, post, router, location, directory, _database: database }
    }

    /// Its database, for another server on it.
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// Another server on the same database.
    pub fn beside(&self) -> Shared {
        App::new(Parts {
            store: self.app.store.clone(),
            clock: self.clock.clone(),
            random: self.app.random.clone(),
            gateway: self.gateway.clone(),
            game: self.game.clone(),
            post: Some(self.post.clone()),
            public_url: self.app.public_url.clone(),
            sandbox_url: self.app.sandbox_url.clone(),
        })
    }

    /// Where the embedded database lies.
    pub fn directory(&self) -> &std::path::Path {
        self.directory.path()
    }

    /// Moves the clock.
    pub fn advance(&self, span: Span) {
        self.clock.0.fetch_add(span.0, Ordering::SeqCst);
    }

    /// Sends a request, as a player at 203.0.113.7 would.
    pub async fn send(&self, request: Request<Body>) -> Reply {
        send(self.router.clone(), request).await
    }

    /// Makes a token of the demo project from a request body.
    pub async fn token_of(&self, body: &str) -> String {
        let reply = self.send(merchant_request("POST", "/merchant/v2/merchants/2340/token", body)).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.json()["token"].as_str().unwrap().to_string()
    }

    /// Makes a token for a checkout of an amount.
    pub async fn token(&self, amount: &str, currency: &str) -> String {
        self.token_of(&checkout_body(amount, currency)).await
    }

    /// Pays a token with a card number; the status of the answer and where it
    /// sends the player.
    pub async fn pay(&self, token: &str, card: &str) -> Reply {
        self.send(pay_request(token, card)).await
    }

    /// Does everything that is due now.
    pub async fn run_due(&self) {
        coinslot_worker::run_due(&self.app).await.unwrap();
    }

    /// The payment of a project.
    pub async fn payment(&self, id: i64) -> Option<Payment> {
        let (project, id) = (ProjectId::new(demo::PROJECT).unwrap(), PaymentId::new(id).unwrap());
        self.app
            .store
            .read(move |tx| payment::find(tx, project, id))
            .await
            .unwrap_or_else(|e: StoreError| panic!("{e}"))
    }

    /// All payments of the demo project, newest first.
    pub async fn payments(&self) -> Vec<Payment> {
        let project = ProjectId::new(demo::PROJECT).unwrap();
        let all = self.app.store.read(move |tx| payment::recent(tx, project, 1_000_000)).await;
        all.unwrap_or_else(|e: StoreError| panic!("{e}"))
    }

    /// Checks what must be true at any time: the books balance, and what the
    /// ledger says was taken is what the gateway took.
    pub async fn check_books(&self) {
        let project = ProjectId::new(demo::PROJECT).unwrap();
        let faults = coinslot_app::audit::books(&self.app, project).await.unwrap();
        assert!(faults.is_empty(), "{faults:?}");
        for p in self.payments().await {
            assert_eq!(p.breakdown.parts().iter().sum::<i64>(), p.breakdown.payment.minor);
            assert!(p.refunded.minor <= p.reserved.minor && p.reserved.minor <= p.breakdown.payment.minor);
        }
    }

    /// What the ledger says the gateway holds, in minor units of any currency.
    pub async fn held(&self) -> i64 {
        let project = ProjectId::new(demo::PROJECT).unwrap();
        let all = self.app.store.read(move |tx| coinslot_store::ledger::balances(tx, project)).await;
        let all = all.unwrap_or_else(|e: StoreError| panic!("{e}"));
        all.iter().filter(|(account, ..)| account == "gateway").map(|(_, _, amount)| amount).sum()
    }
}

/// Sends a request through a router.
pub async fn send(router: Router, mut request: Request<Body>) -> Reply {
    request.extensions_mut().insert(ClientIp("203.0.113.7".into()));
    let response = router.oneshot(request).await.unwrap_or_else(|e| match e {});
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    let mut headers: Vec<(String, String)> = parts
        .headers
        .iter()
        .map(|(n, v)| (n.to_string(), String::from_utf8_lossy(v.as_bytes()).into_owned()))
        .collect();
    headers.sort();
    Reply { status: parts.status, headers, body: String::from_utf8_lossy(&bytes).into_owned() }
}

/// A request of the demo merchant.
pub fn merchant_request(method: &str, path: &str, body: &str) -> Request<Body> {
    Request::builder()
        .method(method)
        .uri(path)
        .header(header::AUTHORIZATION, "Basic MjM0MDpkZW1vX2FwaV9rZXk=")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(body.to_string()))
        .unwrap()
}

/// The `Authorization` header of a player of the demo project.
pub fn player(id: &str) -> String {
    let claims = format!(r#"{{"sub":"{id}","email":"{id}@example.com","exp":4102444800}}"#);
    format!("Bearer {}", coinslot_app::player::sign(&claims, demo::SECRET).expect("a key"))
}

/// The body of a token request for a checkout.
pub fn checkout_body(amount: &str, currency: &str) -> String {
    format!(
        r#"{{"user":{{"id":{{"value":"1234567"}},"email":{{"value":"email@example.com"}}}},
            "settings":{{"project_id":18404,"mode":"sandbox","external_id":"ext-1"}},
            "purchase":{{"checkout":{{"currency":"{currency}","amount":{amount}}}}}}}"#
    )
}

/// The payment form, filled in with a card.
pub fn pay_request(token: &str, card: &str) -> Request<Body> {
    let form = format!("access_token={token}&method=1380&card_number={card}&card_expiry=12%2F40&card_cvv=123");
    Request::builder()
        .method("POST")
        .uri("/paystation2/pay")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(form))
        .unwrap()
}

async fn seed_others(app: &App) -> Result<(), StoreError> {
    let now = app.clock.now();
    let demo_merchant = MerchantId::new(demo::MERCHANT).unwrap();
    let other = MerchantId::new(World::OTHER).unwrap();
    let project = |id: i64, merchant: MerchantId, active: bool| Project {
        id: ProjectId::new(id).unwrap(),
        merchant,
        name: format!("Project {id}"),
        active,
        secret: format!("secret_of_{id}"),
        webhook_url: None,
        fees: Fees::default(),
        taxes: vec![],
        frame_ancestors: vec!["https://shop.example".into()],
        locales: vec!["en".into()],
        return_url: None,
        redirect_policy: None,
        external_id_required: false,
        optional: vec![],
        token_status: Default::default(),
    };
    let inactive = project(World::INACTIVE_PROJECT, demo_merchant, false);
    let foreign = project(World::OTHER_PROJECT, other, true);
    app.store
        .write(move |tx| {
            merchant::insert(tx, other, "Other Studio", now)?;
            let all = Caller { merchant: other, scope: KeyScope::Company };
            merchant::insert_key(tx, all, &hash(OTHER_KEY), now)?;
            let one = KeyScope::Project(ProjectId::new(demo::PROJECT).unwrap());
            let one = Caller { merchant: demo_merchant, scope: one };
            merchant::insert_key(tx, one, &hash(PROJECT_KEY), now)?;
            merchant::insert_project(tx, &inactive, now)?;
            merchant::insert_project(tx, &foreign, now)
        })
        .await
}
