//! What reads bytes of strangers, each as a function that may be given any:
//! `tests/fuzz.rs` gives them some on every run, `fuzz/` gives them more.

use crate::world::{OPTIONS, SeededRandom, World};
use crate::{Engine, world};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, Request, Uri, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use coinslot::server;
use coinslot_api::Auth;
use coinslot_app::signature::{StandardHeaders, documented, verify_documented, verify_standard};
use coinslot_domain::card::{Brand, CardNumber, Cvv, Expiry};
use coinslot_domain::decimal::Decimal;
use coinslot_domain::money::{Currency, Money};
use coinslot_domain::time::{Span, Time};
use coinslot_wire::shape::{self, Shape};
use coinslot_wire::{read, shop, token};
use coinslot_worker::guard::{Policy, allowed_url, forbidden};
use std::sync::OnceLock;

/// A target by its name. It panics when something is wrong.
pub type Target = (&'static str, fn(&[u8]));

/// All of them.
pub const TARGETS: &[Target] = &[
    ("body", body),
    ("query", query),
    ("text", text),
    ("signature", signature),
    ("webhook_url", webhook_url),
    ("router", router),
];

/// Gives a target bytes.
///
/// # Panics
/// When there is no such target, and when something is wrong.
pub fn run(name: &str, data: &[u8]) {
    let found = TARGETS.iter().find(|(known, _)| *known == name);
    found.unwrap_or_else(|| panic!("{name} is no target")).1(data);
}

/// The first byte, to choose with, and the rest.
fn choice(data: &[u8]) -> (usize, &[u8]) {
    data.split_first().map_or((0, data), |(first, rest)| (usize::from(*first), rest))
}

fn route_of(n: usize) -> &'static coinslot_api::Route {
    static ROUTES: OnceLock<Vec<coinslot_api::Route>> = OnceLock::new();
    let routes = ROUTES.get_or_init(coinslot_api::routes);
    &routes[n % routes.len()]
}

fn shapes() -> &'static [&'static Shape] {
    static SHAPES: OnceLock<Vec<&'static Shape>> = OnceLock::new();
    SHAPES.get_or_init(|| coinslot_api::routes().into_iter().flat_map(|r| [r.body, r.query]).flatten().collect())
}

/// A body, held against the shape of some route.
fn body(data: &[u8]) {
    let (n, bytes) = choice(data);
    let shape = shapes()[n % shapes().len()];
    let plain = token::Draft::plain(bytes);
    let Ok(value) = shape::parse(bytes) else { return assert_eq!(plain, None) };
    let faults = shape::check(shape, &value);
    assert!(faults.len() <= shape::MAX_VIOLATIONS);
    match read::checked(shape, &value) {
        // What passes passes again as what it was read as.
        Ok(read) => assert_eq!(shape::check(shape, &read), [], "{value}"),
        Err(told) => assert_eq!(told, faults, "{value}"),
    }
    // The strict one is read by hand, and in haste where it is plain.
    let _ = token::TokenBody::read(&value);
    if plain.is_some() {
        assert_eq!(plain, token::Draft::read(value).ok());
    }
}

/// What stands behind a path, held against the shape of some route.
fn query(data: &[u8]) {
    let (n, bytes) = choice(data);
    if let Ok(value) = read::query(shapes()[n % shapes().len()], &String::from_utf8_lossy(bytes)) {
        assert!(value.is_object());
    }
}

/// Dates, amounts, languages and cards.
fn text(data: &[u8]) {
    let (n, bytes) = choice(data);
    let text = String::from_utf8_lossy(bytes);
    if let Ok(time) = read::date(&text) {
        let again = Time::parse(&time.rfc3339()).unwrap_or_else(|| panic!("{text} is {time}, which is nothing"));
        assert_eq!(again.unix_seconds(), time.unix_seconds(), "{text}");
    }
    if let Ok(decimal) = Decimal::parse(&text) {
        assert_eq!(Decimal::parse(&decimal.to_string()), Ok(decimal), "{text}");
    }
    let currencies: Vec<Currency> = Currency::all().collect();
    let currency = currencies[n % currencies.len()];
    if let Ok(money) = Money::parse(&text, currency) {
        assert_eq!(Money::parse(&money.decimal(), currency), Ok(money), "{text} {currency:?}");
        assert_eq!(Money::parse(&money.shortest(), currency), Ok(money), "{text} {currency:?}");
    }
    if let Some(card) = CardNumber::parse(&text) {
        assert!(!card.masked().contains(&card.digits()[..8]), "more of a card is shown than may be");
    }
    let _ = (Expiry::parse(&text), Cvv::parse(&text, Brand::Amex), shape::is_url(&text));
    // What players say who they are with, and over a WebSocket.
    let _ = (shop::player::is_hs256(bytes), shop::player::Claims::read(bytes), shop::tracking::read(&text));
}

const SECRET: &str = "secret_of_nobody";

/// Headers that say that they sign a body.
fn signature(data: &[u8]) {
    let (n, bytes) = choice(data);
    let (head, body) = bytes.split_at(bytes.len() * (n % 4) / 4);
    let head = String::from_utf8_lossy(head);
    let mut lines = head.split('\n');
    let authorization = lines.next();
    let right = documented(body, SECRET);
    if verify_documented(body, authorization, SECRET).is_verified() {
        assert_eq!(authorization, Some(right.as_str()));
    }
    assert!(verify_documented(body, Some(&right), SECRET).is_verified());
    let headers = StandardHeaders { id: lines.next(), timestamp: lines.next(), signature: lines.next() };
    let now = Time(1_767_323_045_000_000);
    // To be right by chance takes longer than the sun will burn.
    assert!(!verify_standard(body, headers, SECRET, now, Span::minutes(5)).is_verified());
}

/// Where a webhook is to go.
fn webhook_url(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for policy in [Policy::Public, Policy::Loopback] {
        let Ok(url) = allowed_url(&text, policy) else { continue };
        assert!(url.scheme() == "https" || policy == Policy::Loopback, "{url}");
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        if let Ok(ip) = host.parse() {
            assert_eq!(forbidden(ip, policy), None, "{text}");
        }
        assert_eq!(allowed_url(url.as_str(), policy).as_ref(), Ok(&url), "{text}");
    }
}

/// A request, all the way to the database and back: the route, then the rest of
/// the path with its query, a header and the body, a line each.
fn router(data: &[u8]) {
    struct Serving {
        runtime: tokio::runtime::Runtime,
        router: Router,
        partner: String,
        _world: World,
    }
    static SERVING: OnceLock<Serving> = OnceLock::new();
    let serving = SERVING.get_or_init(|| {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.unwrap_or_else(|e| panic!("{e}"));
        let world = runtime.block_on(World::new(Engine::Sqlite));
        let partner = runtime.block_on(partner(&world));
        Serving { router: server::router(&world.app, OPTIONS), runtime, partner, _world: world }
    });
    let (n, bytes) = choice(data);
    let route = route_of(n);
    let mut lines = bytes.splitn(3, |b| *b == b'\n');
    let mut line = || lines.next().unwrap_or_default();
    let (target, value, body) = (line(), line(), line());
    let part = |p: &str| match p {
        "{merchant_id}" => "2340".to_string(),
        "{project_id}" => "18404".to_string(),
        p if p.starts_with('{') => "1".to_string(),
        p => p.to_string(),
    };
    let path = route.path.split('/').map(part).collect::<Vec<_>>().join("/");
    let Ok(uri) = format!("{path}{}", String::from_utf8_lossy(target)).parse::<Uri>() else { return };
    let mut request = Request::builder().method(route.method.clone()).uri(uri);
    let authorization = match route.auth {
        Auth::Player | Auth::Shopper | Auth::Visitor => world::player("1234567"),
        Auth::Partner => serving.partner.clone(),
        Auth::Merchant | Auth::Server | Auth::None => "Basic MjM0MDpkZW1vX2FwaV9rZXk=".to_string(),
    };
    request = request.header(header::AUTHORIZATION, authorization);
    request = request.header(header::CONTENT_TYPE, "application/json");
    if let Ok(value) = HeaderValue::from_bytes(value) {
        request = request.header("idempotency-key", value.clone()).header(header::ACCEPT_LANGUAGE, value);
    }
    let Ok(request) = request.body(Body::from(body.to_vec())) else { return };
    let reply = serving.runtime.block_on(world::send(serving.router.clone(), request));
    // One that says that the outbox is late says so with 503.
    let fails = reply.status.is_server_error() && route.name != "readiness";
    assert!(!fails, "{}: {reply:?} for {:?}", route.name, String::from_utf8_lossy(data));
}

/// What a new partner of the demo project says who it is with.
async fn partner(world: &World) -> String {
    let path = "/merchant/v2/projects/18404/distribution_hub/partners";
    let made = world.send(world::merchant_request("POST", path, r#"{"name":"Kiosk","sandbox":true}"#)).await.json();
    let key = made["key"].as_str().unwrap_or_else(|| panic!("no partner was made: {made}"));
    format!("Basic {}", STANDARD.encode(format!("{}:{key}", made["geotype_id"])))
}

/// Bytes to begin with: what is right, or nearly so.
pub fn corpus() -> Vec<Vec<u8>> {
    let mut all: Vec<Vec<u8>> = Vec::new();
    for (n, route) in coinslot_api::routes().iter().enumerate() {
        if let Some(example) = route.example {
            all.push([&[n as u8], example.as_bytes()].concat());
            all.push([&[n as u8][..], b"\nkey\n", example.as_bytes()].concat());
        }
        all.push([&[n as u8][..], b"?limit=10&offset=0&user_id=1&status[]=a&datetime_from=2026-01-02"].concat());
    }
    let texts = [
        "\x012026-01-02T03:04:05+03:00",
        "\x012015-01-01T00:00:00 UTC",
        "\x011e2",
        "\x0b-999999999.999999999",
        "\x104111 1111 1111 1111",
        "\x0112/40",
        "\x01Signature 0123456789abcdef0123456789abcdef01234567\nevt_1\n1767323045\nv1,AAAA{\"a\":1}",
        "https://game.example:8443/webhook?a=b",
        "https://[::ffff:127.0.0.1]/",
        "http://0x7f.1/",
        "\x01de-CH, en;q=0.8, *;q=0.1",
        "\x01{\"sub\":\"p\",\"exp\":4102444800,\"project_id\":18404}",
        "\x01{\"id\":1,\"connect\":{\"data\":{\"auth\":\"a.b.c\",\"project_id\":18404}}}",
    ];
    all.extend(texts.iter().map(|text| text.as_bytes().to_vec()));
    all
}

/// Pieces that readers trip over.
const PIECES: &[&str] = &[
    "1e999",
    "-1",
    "99999999999999999999",
    "null",
    "[]",
    "{}",
    "\"\\ud800\"",
    "1.0",
    "\"",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\\",
    "\0",
    "%00",
    "%ff",
    "-",
    ".",
    "e",
    "+",
    "T",
    "Z",
    "&",
    "=",
    "\n",
    "\u{1F480}",
    "\u{202e}",
];

/// A text with some of its bytes changed, doubled or gone.
pub fn mutated(random: &SeededRandom, text: &[u8]) -> Vec<u8> {
    let mut bytes = text.to_vec();
    let below = |n: usize| (random.number() % n.max(1) as u64) as usize;
    for _ in 0..1 + below(4) {
        let at = below(bytes.len() + 1);
        match below(6) {
            0 if at < bytes.len() => bytes[at] = random.number() as u8,
            1 => bytes.truncate(at),
            2 if at < bytes.len() => drop(bytes.remove(at)),
            3 if bytes.len() < 10_000 => {
                let again = bytes[at..].to_vec();
                bytes.extend(again);
            }
            4 => bytes.insert(at, random.number() as u8),
            _ => drop(bytes.splice(at..at, PIECES[below(PIECES.len())].bytes())),
        }
    }
    bytes
}
