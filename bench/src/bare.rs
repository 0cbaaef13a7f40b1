//! The ceilings: the least code that does the work of one request of ours with the same libraries. Each runs in a
//! process of its own, as the server does.

use crate::{Fallible, postgres, sqlite};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post, put};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use subtle::ConstantTimeEq;

/// The rows that a payment leaves behind, by the bytes in each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    /// What there is before the provider is asked. Where the provider answers at once, this and the rest are one
    /// transaction.
    pub begin: Vec<usize>,
    /// What there is besides when it has answered.
    pub finish: Vec<usize>,
}

impl Rows {
    /// All of them.
    pub fn all(&self) -> Vec<usize> {
        [&self.begin[..], &self.finish].concat()
    }

    /// The rows themselves.
    pub fn fill(sizes: &[usize]) -> Arc<Vec<String>> {
        Arc::new(sizes.iter().map(|size| "x".repeat(*size)).collect())
    }
}

/// The user and the password of the bare token maker.
pub const CREDENTIALS: (&str, &str) = ("2340", "demo_api_key");

/// Serves one ceiling until standard input closes, which it does when whoever started this is gone. The first line of
/// the output is the address.
pub fn serve(arguments: &[String]) -> Fallible<()> {
    std::thread::spawn(|| {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    let runtime = tokio::runtime::Runtime::new().map_err(|e| e.to_string())?;
    runtime.block_on(async {
        let router = router(arguments).await?;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.map_err(|e| e.to_string())?;
        println!("{}", listener.local_addr().map_err(|e| e.to_string())?);
        loop {
            let (stream, _) = listener.accept().await.map_err(|e| e.to_string())?;
            let _ = stream.set_nodelay(true);
            let service = TowerToHyperService::new(router.clone());
            tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    })
}

async fn router(arguments: &[String]) -> Fallible<Router> {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    Ok(match arguments[..] {
        ["hello"] => Router::new().route("/hello", get(hello)),
        // What a game's server says to a webhook that it likes.
        ["receiver"] => Router::new().fallback(any(|_: Bytes| async { StatusCode::NO_CONTENT })),
        ["token"] => Router::new().route("/token", post(token)),
        ["token", file] => {
            Router::new().route("/token", post(token_stored)).with_state(sqlite::Writer::open(PathBuf::from(file))?)
        }
        ["checkout", file, rows] => {
            let writer = sqlite::Writer::open(PathBuf::from(file))?;
            Router::new().route("/pay", post(checkout)).with_state((writer, filled(rows)?))
        }
        ["admin_token", file, rows] => {
            let shop = Shop { writer: sqlite::Writer::open(PathBuf::from(file))?, rows: lists(rows)? };
            Router::new().route("/token", post(admin_token)).with_state(shop)
        }
        ["cart_order", file, rows] => {
            let shop = Shop { writer: sqlite::Writer::open(PathBuf::from(file))?, rows: lists(rows)? };
            let router = Router::new().route("/fill", put(cart_fill)).route("/order", post(cart_order));
            router.route("/pay", post(cart_pay)).with_state(shop)
        }
        // Bytes that somebody else has made, shared and not copied.
        ["bytes", file] => {
            let whole = Bytes::from(std::fs::read(file).map_err(|e| format!("{file}: {e}"))?);
            Router::new().route("/bytes", get(prepared)).with_state(whole)
        }
        ["poll", file] => {
            let readers = Arc::new(Readers { path: PathBuf::from(file), idle: Mutex::default() });
            Router::new().route("/status.json", get(poll)).with_state(readers)
        }
        ["postgres_checkout", url, rows] => {
            let writer = postgres::Writer::open(url).await?;
            Router::new().route("/pay", post(checkout_postgres)).with_state((writer, filled(rows)?))
        }
        _ => return Err(format!("there is no ceiling {arguments:?}")),
    })
}

/// What a request leaves, of a command's argument like `1,2,3`.
fn filled(rows: &str) -> Fallible<Arc<Vec<String>>> {
    lists(rows)?.pop().ok_or_else(|| "there are no rows".into())
}

async fn hello() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], r#"{"hello":"world"}"#).into_response()
}

async fn prepared(State(whole): State<Bytes>) -> Response {
    ([(header::CONTENT_TYPE, "application/json; charset=UTF-8")], whole).into_response()
}

/// A body of the Merchant API as far as the bench sends it, typed, so that nothing faster reads it.
#[derive(Deserialize)]
struct TokenBody {
    user: BTreeMap<String, Valued>,
    settings: Settings,
    purchase: Purchase,
    custom_parameters: BTreeMap<String, serde_json::Value>,
}

#[derive(Deserialize)]
struct Valued {
    value: String,
}

#[derive(Deserialize)]
struct Settings {
    project_id: i64,
    mode: String,
    external_id: String,
    return_url: String,
}

#[derive(Deserialize)]
struct Purchase {
    checkout: Price,
    description: Valued,
}

#[derive(Deserialize)]
struct Price {
    currency: String,
    amount: serde_json::Number,
}

impl TokenBody {
    fn is_good(&self) -> bool {
        let user = self.user.get("id").is_some_and(|id| !id.value.is_empty());
        let Settings { project_id, mode, external_id, return_url } = &self.settings;
        let settings = *project_id > 0 && mode == "sandbox" && !external_id.is_empty() && !return_url.is_empty();
        let Price { currency, amount } = &self.purchase.checkout;
        let price = currency.len() == 3 && amount.as_str().len() < 20 && !self.purchase.description.value.is_empty();
        user && settings && price && self.custom_parameters.len() < 100
    }
}

/// Reads the body and the credentials, and draws a token.
fn make(headers: &HeaderMap, body: &[u8]) -> Result<String, StatusCode> {
    credentials(headers)?;
    let body: TokenBody = serde_json::from_slice(body).map_err(|_| StatusCode::BAD_REQUEST)?;
    if !body.is_good() {
        return Err(StatusCode::UNPROCESSABLE_ENTITY);
    }
    drawn()
}

fn drawn() -> Result<String, StatusCode> {
    let mut random = [0; 24];
    getrandom::fill(&mut random).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(hex(&random))
}

/// Checks who calls, as a game's server does.
fn credentials(headers: &HeaderMap) -> Result<(), StatusCode> {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Basic "));
    let given = given.and_then(|value| STANDARD.decode(value).ok()).ok_or(StatusCode::UNAUTHORIZED)?;
    let (user, key) = str::from_utf8(&given).ok().and_then(|text| text.split_once(':')).unwrap_or_default();
    let (right_user, right_key) = CREDENTIALS;
    let same = Sha256::digest(key).ct_eq(&Sha256::digest(right_key));
    if user != right_user || !bool::from(same) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|four| char::from(DIGITS[usize::from(four)])).collect()
}

fn token_answer(token: &str) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], [r#"{"token":""#, token, r#""}"#].concat()).into_response()
}

async fn token(headers: HeaderMap, body: Bytes) -> Result<Response, StatusCode> {
    make(&headers, &body).map(|token| token_answer(&token))
}

async fn token_stored(
    State(writer): State<sqlite::Writer>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, StatusCode> {
    let token = make(&headers, &body)?;
    let row = [&hex(&Sha256::digest(&token)), str::from_utf8(&body).unwrap_or_default()].concat();
    writer.write(Arc::new(vec![row])).await.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
    Ok(token_answer(&token))
}

/// A shop: what its requests leave in the database, and where the prices are.
#[derive(Clone)]
struct Shop {
    writer: sqlite::Writer,
    rows: Vec<Arc<Vec<String>>>,
}

/// Sizes of rows, as `1,2/3`: of each transaction, separated by slashes.
fn lists(text: &str) -> Fallible<Vec<Arc<Vec<String>>>> {
    let list = |text: &str| text.split(',').map(|size| size.parse().ok()).collect::<Option<Vec<usize>>>();
    let all = text.split('/').map(|part| list(part).map(|sizes| Rows::fill(&sizes))).collect::<Option<_>>();
    all.ok_or_else(|| "the rows are to be like 10,20/30".into())
}

impl Shop {
    /// The transaction of this number, which reads what these cost.
    async fn write(&self, number: usize, lines: &[Ordered]) -> Result<(), StatusCode> {
        let read = Arc::new(lines.iter().map(|line| line.sku.clone()).collect());
        let rows = self.rows.get(number).cloned().ok_or(StatusCode::INTERNAL_SERVER_ERROR)?;
        self.writer.run(sqlite::Work { read, rows }).await.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)
    }
}

/// What a server orders for a player, as far as the bench sends it.
#[derive(Deserialize)]
struct AdminBody {
    user: BTreeMap<String, Valued>,
    sandbox: bool,
    settings: BTreeMap<String, String>,
    purchase: Lines,
    custom_parameters: BTreeMap<String, serde_json::Value>,
}

#[derive(Deserialize)]
struct Lines {
    items: Vec<Ordered>,
}

#[derive(Deserialize)]
struct Ordered {
    sku: String,
    quantity: u32,
}

impl Lines {
    fn are_good(&self) -> bool {
        !self.items.is_empty() && self.items.iter().all(|item| !item.sku.is_empty() && item.quantity > 0)
    }
}

fn order_answer(token: &str) -> Response {
    let body = [r#"{"token":""#, token, r#"","order_id":100000001}"#].concat();
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

async fn admin_token(State(shop): State<Shop>, headers: HeaderMap, body: Bytes) -> Result<Response, StatusCode> {
    credentials(&headers)?;
    let body: AdminBody = serde_json::from_slice(&body).map_err(|_| StatusCode::BAD_REQUEST)?;
    let known = body.user.get("id").is_some_and(|id| !id.value.is_empty()) && body.settings.contains_key("currency");
    if !known || !body.sandbox || !body.purchase.are_good() || body.custom_parameters.len() > 100 {
        return Err(StatusCode::UNPROCESSABLE_ENTITY);
    }
    let token = drawn()?;
    shop.write(0, &body.purchase.items).await?;
    Ok(order_answer(&token))
}

/// The secret of the players' tokens.
pub const PLAYER_SECRET: &str = "players_secret";

/// A JSON Web Token of a player, by HMAC and SHA-256.
pub fn player_token(user: &str, secret: &str) -> String {
    let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let head = encode(r#"{"alg":"HS256","typ":"JWT"}"#);
    // The year 2286.
    let claims = format!(r#"{{"sub":"{user}","exp":9999999999,"country":"US","email":"nova@example.com"}}"#);
    let signed = [&head, ".", &encode(&claims)].concat();
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    exp: u64,
}

/// The player who calls.
fn player(headers: &HeaderMap) -> Result<String, StatusCode> {
    let token = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let (signed, signature) = token.and_then(|token| token.rsplit_once('.')).ok_or(StatusCode::UNAUTHORIZED)?;
    let read = || {
        let mut mac = Hmac::<Sha256>::new_from_slice(PLAYER_SECRET.as_bytes()).ok()?;
        mac.update(signed.as_bytes());
        mac.verify_slice(&URL_SAFE_NO_PAD.decode(signature).ok()?).ok()?;
        let claims = URL_SAFE_NO_PAD.decode(signed.split_once('.')?.1).ok()?;
        serde_json::from_slice::<Claims>(&claims).ok().filter(|claims| claims.exp > 1)
    };
    read().map(|claims| claims.sub).ok_or(StatusCode::UNAUTHORIZED)
}

async fn cart_fill(State(shop): State<Shop>, headers: HeaderMap, body: Bytes) -> Result<Response, StatusCode> {
    let player = player(&headers)?;
    let lines: Lines = serde_json::from_slice(&body).map_err(|_| StatusCode::BAD_REQUEST)?;
    if !lines.are_good() {
        return Err(StatusCode::UNPROCESSABLE_ENTITY);
    }
    shop.write(0, &lines.items).await?;
    let shown: Vec<_> = lines.items.iter().map(|line| json!({ "sku": line.sku, "quantity": line.quantity })).collect();
    let cart = json!({ "cart_id": "current", "player": player, "items": shown });
    Ok(([(header::CONTENT_TYPE, "application/json")], cart.to_string()).into_response())
}

/// The lines come with the order, where ours reads them from the cart.
async fn cart_order(State(shop): State<Shop>, headers: HeaderMap, body: Bytes) -> Result<Response, StatusCode> {
    player(&headers)?;
    let lines: Lines = serde_json::from_slice(&body).map_err(|_| StatusCode::BAD_REQUEST)?;
    let token = drawn()?;
    shop.write(1, &lines.items).await?;
    Ok(order_answer(&token))
}

async fn cart_pay(State(shop): State<Shop>, _body: Bytes) -> Result<Response, StatusCode> {
    shop.write(2, &[]).await?;
    Ok(sent_on())
}

fn sent_on() -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, "/status")]).into_response()
}

async fn checkout(
    State((writer, rows)): State<(sqlite::Writer, Arc<Vec<String>>)>,
    _body: Bytes,
) -> Result<Response, StatusCode> {
    writer.write(rows).await.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
    Ok(sent_on())
}

async fn checkout_postgres(
    State((writer, rows)): State<(postgres::Writer, Arc<Vec<String>>)>,
    _body: Bytes,
) -> Result<Response, StatusCode> {
    writer.write(rows).await.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
    Ok(sent_on())
}

/// Connections for reading, made when needed and kept.
struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<rusqlite::Connection>>,
}

async fn poll(
    State(readers): State<Arc<Readers>>,
    RawQuery(query): RawQuery,
) -> Result<Response, (StatusCode, String)> {
    let failed = |e: rusqlite::Error| (StatusCode::SERVICE_UNAVAILABLE, e.to_string());
    let query = query.unwrap_or_default();
    let key = query.strip_prefix("access_token=").unwrap_or_default();
    let idle = readers.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
    let connection = match idle {
        Some(connection) => connection,
        None => rusqlite::Connection::open(&readers.path).map_err(failed)?,
    };
    let body = sqlite::find(&connection, key).map_err(failed)?;
    readers.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
    Ok(([(header::CONTENT_TYPE, "application/json")], body).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_shop_knows_its_players() {
        let mut headers = HeaderMap::new();
        let bearer = |secret| format!("Bearer {}", player_token("player-1", secret)).parse().unwrap();
        headers.insert(header::AUTHORIZATION, bearer(PLAYER_SECRET));
        assert_eq!(player(&headers), Ok("player-1".into()));
        headers.insert(header::AUTHORIZATION, bearer("another"));
        assert_eq!(player(&headers), Err(StatusCode::UNAUTHORIZED));
        assert_eq!(lists("1,2/3").unwrap().iter().map(|list| list.len()).collect::<Vec<_>>(), [2, 1]);
        assert!(lists("1,x").is_err());
        assert_eq!(filled("3,1").map(|rows| rows.len()), Ok(2));
    }

    #[test]
    fn the_bare_maker_takes_what_the_bench_sends() {
        let mut headers = HeaderMap::new();
        let body = crate::product::token_body(18404);
        assert_eq!(make(&headers, body.as_bytes()), Err(StatusCode::UNAUTHORIZED));
        let basic = crate::product::basic(CREDENTIALS.0, CREDENTIALS.1);
        headers.insert(header::AUTHORIZATION, basic.parse().unwrap());
        assert_eq!(make(&headers, body.as_bytes()).map(|token| token.len()), Ok(48));
        assert_eq!(make(&headers, b"{}"), Err(StatusCode::BAD_REQUEST));
    }
}
