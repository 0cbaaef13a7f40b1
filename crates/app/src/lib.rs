//! What the server can do, whoever asks: the API, the page, a job or the
//! command line. This crate owns the transactions.
//!
//! Every write has one shape: load and lock, let the domain decide, write, book
//! it, put the event into the outbox, commit. A call to a gateway lies between
//! two transactions: what is about to happen is committed first, what came of it
//! second, and what stays open is asked again later. *Failed* is not *unknown*.

pub mod account;
pub mod attribute;
pub mod audit;
mod balance;
mod brake;
pub mod bundle;
pub mod cart;
pub mod catalogue;
pub mod checkout;
pub mod clock;
pub mod country;
pub mod coupon;
pub mod demo;
pub mod draw;
pub mod event;
pub mod game;
pub mod gift;
pub mod group;
pub mod hub;
pub mod idempotency;
pub mod inventory;
pub mod item;
mod known;
pub mod mail;
pub mod merchant;
mod merge;
pub mod message;
pub mod meter;
pub mod order;
pub mod pay2play;
mod pincode;
pub mod plan;
pub mod player;
pub mod port;
pub mod product;
pub mod profile;
pub mod project;
pub mod promotion;
pub mod purchase;
mod recent;
pub mod refund;
pub mod report;
pub mod shipping;
pub mod shop;
pub mod showcase;
pub mod signature;
pub mod storefront;
pub mod subscription;
pub mod ticket;
pub mod token;
pub mod tracking;
pub mod tv;
pub mod virtual_currency;
pub mod wallet;
pub mod webhook;

use coinslot_domain::id::ProjectId;
use coinslot_domain::money::Currency;
use coinslot_domain::time::{Span, Time};
use coinslot_store::Store;
pub use coinslot_store::StoreError;
use coinslot_store::id::Kind;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use tokio::sync::Notify;

/// What a server is made of.
pub struct Parts {
    /// The database.
    pub store: Store,
    /// Tells the time.
    pub clock: Arc<dyn port::Clock>,
    /// Draws secrets.
    pub random: Arc<dyn port::Random>,
    /// Takes the money.
    pub gateway: Arc<dyn port::Gateway>,
    /// Reaches the game.
    pub game: Arc<dyn port::Game>,
    /// Reaches the player; none where nothing is mailed.
    pub post: Option<Arc<dyn port::Post>>,
    /// Where players' browsers reach the server, without a slash at the end.
    pub public_url: String,
    /// Where they reach it to pay with play money, if that is elsewhere.
    pub sandbox_url: Option<String>,
}

/// The running server, without its doors. Its parts are its fields.
pub struct App {
    parts: Parts,
    ids: Numbers,
    token_pages: Numbers,
    runs: Numbers,
    wake: Notify,
    /// What it did so far.
    pub meter: meter::Meter,
    running: idempotency::Running,
    watchers: tracking::Watchers,
    catalogues: catalogue::Copies,
    storefronts: storefront::Views,
    turns: webhook::Turns,
    known: known::Copies,
    players: player::Verified,
    placed: order::Waiting,
    carts: cart::Filled,
    /// The clock as it is, for what belongs to no request.
    outside: Arc<dyn port::Clock>,
    unused: token::Unused,
    /// Codes of televisions that somebody guessed wrong.
    guesses: brake::Brake,
    /// Tokens that pages made of what browsers sent.
    visits: brake::Brake,
    /// How far the clocks of projects are ahead that are. What other servers
    /// move is seen within a second.
    ahead: RwLock<HashMap<ProjectId, Span>>,
}

impl std::ops::Deref for App {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.parts
    }
}

/// The address a request came from. The server that accepts connections puts
/// it into the request's extensions, since only it knows which proxies to
/// believe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientIp(pub Arc<str>);

/// The server as its doors hold it.
pub type Shared = Arc<App>;

/// Numbers taken from the database at once. What is left of a block at the end
/// is skipped, which nobody minds: ids are unique, not consecutive.
const BLOCK: i64 = 1000;

/// Numbers of one kind that were taken from the database.
struct Numbers {
    kind: Kind,
    left: Mutex<std::ops::Range<i64>>,
    /// Held by whoever takes more.
    taking: tokio::sync::Mutex<()>,
}

impl Numbers {
    fn of(kind: Kind) -> Self {
        Numbers { kind, left: Mutex::new(0..0), taking: tokio::sync::Mutex::default() }
    }

    async fn next(&self, app: &App) -> Result<i64, StoreError> {
        if let Some(n) = self.one_left() {
            return Ok(n);
        }
        let _taking = self.taking.lock().await;
        // Somebody else was here first.
        if let Some(n) = self.one_left() {
            return Ok(n);
        }
        let kind = self.kind;
        let first = app.store.write(move |tx| coinslot_store::id::take(tx, kind, BLOCK)).await?;
        app.meter.id_blocks.count();
        *self.left.lock().unwrap_or_else(PoisonError::into_inner) = first + 1..first + BLOCK;
        Ok(first)
    }

    fn one_left(&self) -> Option<i64> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner).next()
    }
}

/// A transaction of which nothing else tells whether it is committed.
#[derive(Clone, Copy)]
struct Run {
    number: i64,
    at: Time,
}

impl Run {
    /// Whether it runs for the first time. Otherwise it is committed already, and
    /// nobody heard of it.
    fn is_first(self, tx: &mut coinslot_store::Tx<'_>, project: ProjectId) -> Result<bool, StoreError> {
        coinslot_store::idempotency::is_first(tx, project, self.number, self.at)
    }
}

/// Host and port of an address.
fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?']).next().unwrap_or_default()
}

impl App {
    /// Where players' browsers reach the page of a payment with play money, or
    /// with real money.
    pub fn page_url(&self, sandbox: bool) -> &str {
        self.sandbox_url.as_deref().filter(|_| sandbox).unwrap_or(&self.public_url)
    }

    /// Whether a browser that came to `host` came to the right place for play
    /// money, or for real money. Where both are in one place, and at addresses
    /// that nobody was told of, every place is right.
    pub fn is_at_home(&self, host: &str, sandbox: bool) -> bool {
        let other = host_of(self.page_url(!sandbox));
        host_of(self.page_url(sandbox)) == other || !host.eq_ignore_ascii_case(other)
    }

    /// Puts a server together.
    pub fn new(parts: Parts) -> Shared {
        let outside = parts.clock.clone();
        let parts = Parts {
            public_url: parts.public_url.trim_end_matches('/').to_string(),
            sandbox_url: parts.sandbox_url.map(|url| url.trim_end_matches('/').to_string()),
            clock: Arc::new(idempotency::Again(parts.clock)),
            random: Arc::new(idempotency::Again(parts.random)),
            ..parts
        };
        Arc::new(App {
            parts,
            ids: Numbers::of(Kind::Id),
            token_pages: Numbers::of(Kind::TokenPage),
            runs: Numbers::of(Kind::Run),
            wake: Notify::new(),
            meter: meter::Meter::default(),
            running: idempotency::Running::default(),
            watchers: tracking::Watchers::default(),
            catalogues: catalogue::Copies::default(),
            storefronts: storefront::Views::default(),
            turns: webhook::Turns::default(),
            known: known::Copies::default(),
            players: player::Verified::default(),
            placed: order::Waiting::default(),
            carts: cart::Filled::default(),
            outside,
            unused: token::Unused::default(),
            guesses: brake::Brake::new(coinslot_domain::tv::GUESSES),
            visits: brake::Brake::new(coinslot_domain::token::VISITS),
            ahead: RwLock::default(),
        })
    }

    /// A fresh id, as what `make` makes of it.
    pub async fn id<T>(&self, make: impl Fn(i64) -> Option<T>) -> Result<T, StoreError> {
        make(self.draw(&self.ids).await?).ok_or_else(|| StoreError::Corrupt("the ids have run out".into()))
    }

    /// The number of a page of tokens, which nothing else gets.
    async fn token_page(&self) -> Result<i64, StoreError> {
        self.draw(&self.token_pages).await
    }

    /// The next of these numbers; for a run that goes on the one that it drew
    /// before.
    async fn draw(&self, numbers: &Numbers) -> Result<i64, StoreError> {
        // Nearly always one is left, and no run has to know of it. The rest is too
        // large to be part of every request.
        if !idempotency::is_served()
            && let Some(n) = numbers.one_left()
        {
            return Ok(n);
        }
        Box::pin(async {
            match idempotency::id_again() {
                Some(n) => Ok(n),
                None => idempotency::id_first(numbers.next(self)).await,
            }
        })
        .await
    }

    /// What a transaction is known by of which nothing else tells whether it is
    /// committed; see [`coinslot_store::idempotency::is_first`].
    async fn run(&self) -> Result<Run, StoreError> {
        Ok(Run { number: self.draw(&self.runs).await?, at: self.clock.now() })
    }

    /// Now, as a project sees it. What belongs to a project is dated and due by
    /// its own clock, never by the server's.
    pub fn now(&self, project: ProjectId) -> Time {
        let ahead = self.ahead.read().unwrap_or_else(PoisonError::into_inner).get(&project).copied();
        self.clock.now() + ahead.unwrap_or(Span(0))
    }

    /// Notes how far a project's clock is ahead. It never goes back, so an
    /// older note changes nothing.
    fn note_ahead(&self, project: ProjectId, ahead: Span) {
        if ahead > Span(0) {
            let mut all = self.ahead.write().unwrap_or_else(PoisonError::into_inner);
            let known = all.entry(project).or_insert(ahead);
            *known = ahead.max(*known);
        }
    }

    /// Projects whose clocks are ahead. What is due there is later than what
    /// the server's clock calls due.
    fn moved(&self) -> Vec<ProjectId> {
        let all = self.ahead.read().unwrap_or_else(PoisonError::into_inner);
        let mut projects: Vec<_> = all.keys().copied().collect();
        projects.sort_unstable();
        projects
    }

    /// Seven hex digits that name a request in answers and logs.
    pub fn request_id(&self) -> String {
        let mut bytes = [0; 4];
        self.random.fill(&mut bytes);
        let mut id = hex(&bytes);
        id.remove(0);
        id
    }

    /// Thirty-two hex digits that name a request in answers of the Store API and
    /// in logs.
    pub fn transaction_id(&self) -> String {
        let mut bytes = [0; 16];
        self.random.fill(&mut bytes);
        hex(&bytes)
    }

    /// Random bytes for as long as they are asked for.
    pub(crate) fn bytes(&self) -> impl FnMut() -> u8 {
        let mut pool = [0; 64];
        let mut at = pool.len();
        move || {
            if at == pool.len() {
                self.random.fill(&mut pool);
                at = 0;
            }
            at += 1;
            pool[at - 1]
        }
    }

    /// What webhooks and receipts call a payment method.
    pub fn method_name(&self, id: i64, currency: Currency) -> &'static str {
        let name = hub::method_name(id);
        let known = || self.gateway.methods(currency).iter().find(|m| m.id == id).map(|m| m.name);
        name.or_else(known).unwrap_or("Unknown")
    }

    /// What a payment method is called, if it is offered for any currency.
    pub fn known_method(&self, id: i64) -> Option<&'static str> {
        if let Some(name) = hub::method_name(id) {
            return Some(name);
        }
        let all = Currency::all().flat_map(|c| self.gateway.methods(c));
        all.into_iter().find(|m| m.id == id).map(|m| m.name)
    }

    /// Tells the worker that there is an event to send.
    pub(crate) fn wake_worker(&self) {
        self.wake.notify_one();
    }

    /// Waits until there may be an event to send.
    pub async fn woken(&self) {
        self.wake.notified().await;
    }
}

/// SHA-256 in hex: how keys and tokens are stored and looked up.
pub fn hash(secret: impl AsRef<[u8]>) -> String {
    use sha2::Digest;
    hex(&sha2::Sha256::digest(secret))
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = Vec::with_capacity(2 * bytes.len());
    for byte in bytes {
        text.extend_from_slice(&[byte >> 4, byte & 15].map(|four| DIGITS[usize::from(four)]));
    }
    // Those are letters and digits, so that there is nothing to replace.
    String::from_utf8(text).unwrap_or_default()
}
