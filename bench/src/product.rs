//! The server under measurement: its own executable, started as its users start it, and spoken to by its doors.

use crate::load::{CONNECTIONS, Load, Requests, Step, bodies, get, post, request};
use crate::machine::{Process, pause};
use crate::{Fallible, bare};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Names the executable.
pub const BINARY: &str = "COINSLOT_BIN";

/// The server's executable: what the environment says, else what lies beside this one.
pub fn binary() -> Fallible<PathBuf> {
    let beside = std::env::current_exe().ok().map(|path| path.with_file_name("coinslot"));
    let path = std::env::var_os(BINARY).map(PathBuf::from).or(beside);
    path.filter(|path| path.is_file()).ok_or_else(|| format!("there is no server to measure: set {BINARY} to one"))
}

/// Where a server keeps its data.
#[derive(Clone, Debug)]
pub enum Data {
    /// In this directory.
    Directory(PathBuf),
    /// In this PostgreSQL database.
    Postgres(String),
}

impl Data {
    fn arguments(&self) -> [String; 2] {
        match self {
            Data::Directory(path) => ["--data".into(), path.display().to_string()],
            Data::Postgres(url) => ["--database-url".into(), url.clone()],
        }
    }
}

/// The embedded database in a directory.
pub fn file(directory: &Path) -> PathBuf {
    directory.join("coinslot.db")
}

/// Who may make tokens, and for what.
#[derive(Clone, Debug)]
pub struct Account {
    merchant: String,
    key: String,
    /// What signs the tokens of its players.
    pub secret: String,
    /// Whose tokens these are.
    pub project: i64,
}

impl Account {
    /// Adds a merchant with a project that has no webhook URL, so that a checkout is a checkout and not a webhook.
    pub fn found(data: &Data) -> Fallible<Self> {
        let mut command = Command::new(binary()?);
        command.args(["found", "--merchant", "Bench", "--project", "Bench"]).args(data.arguments());
        let output = command.stderr(Stdio::inherit()).output().map_err(|e| format!("cannot run the server: {e}"))?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let find = |name: &str| text.lines().find_map(|line| line.trim().strip_prefix(name).map(str::trim));
        let account = || {
            Some(Account {
                merchant: find("Merchant")?.into(),
                key: find("API key")?.into(),
                secret: find("Secret")?.into(),
                project: find("Project")?.parse().ok()?,
            })
        };
        account().ok_or_else(|| format!("`coinslot found` said something else:\n{text}"))
    }

    /// The one that `coinslot dev` comes with.
    pub fn demo() -> Self {
        let [merchant, key, secret] = ["2340", "demo_api_key", "demo_secret_key"].map(str::to_string);
        Account { merchant, key, secret, project: 18404 }
    }

    /// A call of the Merchant API about the project.
    pub fn call(&self, method: &str, path: &str, body: &str) -> Vec<u8> {
        let path = format!("/merchant/v2/projects/{}/{path}", self.project);
        request(method, &path, &basic(&self.merchant, &self.key), body)
    }

    /// A call about everything of the merchant.
    pub fn call_of_merchant(&self, method: &str, path: &str, body: &str) -> Vec<u8> {
        let path = format!("/merchant/v2/merchants/{}/{path}", self.merchant);
        request(method, &path, &basic(&self.merchant, &self.key), body)
    }

    /// Fills the project's shop with a group of `items`, each with a limit, and with a promotion that runs: it makes
    /// everything cheaper, and every tenth item still more. The request for the group as a player sees it.
    pub fn stock(&self, server: &Server, runtime: &tokio::runtime::Runtime, items: usize) -> Fallible<Vec<u8>> {
        let group = self.goods(server, runtime, items, r#","purchase_limit":5"#)?;
        let promotion =
            format!(r#"{{"technical_name":"sale","project_id":{},"label":{{"en":"-10 %"}}}}"#, self.project);
        let made = server.ask(runtime, self.call_of_merchant("POST", "promotions", &promotion), 201)?;
        let id = number(&made, "id")?;
        let tenth = |n: usize| format!(r#"{{"sku":"sword-{n}","discount_percent":30}}"#);
        let tenths = (0..items).step_by(10).map(tenth).collect::<Vec<_>>().join(",");
        for (part, body) in [
            ("subject", r#"{"purchase":true}"#.to_string()),
            ("periods", r#"{"periods":[{"from":"2026-01-01"}]}"#.to_string()),
            ("rewards", format!(r#"{{"purchase":{{"discount_percent":10}},"item":{{"discount":[{tenths}]}}}}"#)),
            ("toggle", String::new()),
        ] {
            server.ask(runtime, self.call_of_merchant("PUT", &format!("promotions/{id}/{part}"), &body), 204)?;
        }
        let path = format!("storefront/virtual_items/items?user_id=player&currency=USD&language=en&group_id={group}");
        Ok(self.call("GET", &path, ""))
    }

    /// Fills the project's shop with a group of items, each with these further properties. The group's number.
    pub fn goods(
        &self,
        server: &Server,
        runtime: &tokio::runtime::Runtime,
        items: usize,
        properties: &str,
    ) -> Fallible<i64> {
        let group = r#"{"name":{"en":"Arms"},"description":{"en":"What a knight needs"}}"#;
        let made = server.ask(runtime, self.call("POST", "virtual_items/groups", group), 201)?;
        let group = number(&made, "group_id")?;
        for n in 0..items {
            let item = format!(
                r#"{{"sku":"sword-{n}","name":{{"en":"Sword number {n}","de":"Schwert {n}"}},"description":{{"en":"A blade of the northern smiths"}},"prices":{{"USD":{n}.99,"EUR":{n}.49}},"default_currency":"USD","image_url":"https://cdn.example/{n}.png","groups":[{group}]{properties}}}"#
            );
            server.ask(runtime, self.call("POST", "virtual_items/items", &item), 201)?;
        }
        Ok(group)
    }

    /// A call of the Store API by a player.
    pub fn call_of_player(&self, method: &str, path: &str, user: &str, body: &str) -> Vec<u8> {
        let bearer = format!("Bearer {}", bare::player_token(user, &self.secret));
        request(method, &format!("/api/v2/project/{}/{path}", self.project), &bearer, body)
    }

    /// An order of three items for a player, and the token that pays for it.
    pub fn order(&self, user: &str) -> Vec<u8> {
        let path = format!("/api/v3/project/{}/admin/payment/token", self.project);
        request("POST", &path, &basic(&self.merchant, &self.key), &order_body(user))
    }

    /// What a player does who fills a cart with three items, orders and pays.
    pub fn shopping(&self, user: &str) -> Vec<Step> {
        let fill = self.call_of_player("PUT", "cart/fill", user, &lines());
        let order = self.call_of_player("POST", "payment/cart", user, r#"{"currency":"USD","sandbox":true}"#);
        vec![Step::Given(fill), Step::Given(order), Step::After(pay_for)]
    }

    /// A request for a token.
    pub fn token(&self) -> Vec<u8> {
        let path = format!("/merchant/v2/merchants/{}/token", self.merchant);
        post(&path, "application/json", Some(&basic(&self.merchant, &self.key)), &token_body(self.project))
    }
}

/// The value of an `Authorization` header.
pub fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

/// What a game asks for: about 600 bytes, as in the documentation's examples.
pub fn token_body(project: i64) -> String {
    format!(
        r#"{{"user":{{"id":{{"value":"user-4711-0815"}},"name":{{"value":"Nova of the Northern Lights"}},"email":{{"value":"nova@example.com"}},"country":{{"value":"DE"}}}},"settings":{{"project_id":{project},"mode":"sandbox","currency":"USD","language":"en","external_id":"order-2026-000123456","return_url":"https://game.example/shop/after-payment","ui":{{"theme":"dark","size":"medium"}}}},"purchase":{{"checkout":{{"currency":"USD","amount":19.99}},"description":{{"value":"Vault of 2,600 gems and a golden spoon"}}}},"custom_parameters":{{"character_level":42,"server":"eu-north-1","source":"shop_banner_winter_sale","registered_at":"2024-05-06"}}}}"#
    )
}

/// Three things of a shop that [`Account::goods`] filled.
pub fn lines() -> String {
    let line = |n: usize| format!(r#"{{"sku":"sword-{n}","quantity":{}}}"#, n % 2 + 1);
    format!(r#"{{"items":[{}]}}"#, [7, 23, 42].map(line).join(","))
}

/// What a game's server orders for a player: about 450 bytes.
pub fn order_body(user: &str) -> String {
    format!(
        r#"{{"sandbox":true,"user":{{"id":{{"value":"{user}"}},"name":{{"value":"Nova of the Northern Lights"}},"email":{{"value":"nova@example.com"}},"country":{{"value":"US"}}}},"purchase":{},"settings":{{"currency":"USD","language":"en","external_id":"order-2026-000123456","return_url":"https://game.example/shop/after-payment"}},"custom_parameters":{{"character_level":42,"server":"eu-north-1"}}}}"#,
        lines()
    )
}

/// The payment of the order that was just made.
fn pay_for(answer: &[u8]) -> Vec<u8> {
    let value: serde_json::Value = serde_json::from_slice(answer).unwrap_or_default();
    pay(value["token"].as_str().unwrap_or_default())
}

fn number(body: &[u8], key: &str) -> Fallible<i64> {
    let value: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    value[key].as_i64().ok_or_else(|| format!("no {key} in {}", String::from_utf8_lossy(body)))
}

/// The payment of a token with the card that always pays.
pub fn pay(token: &str) -> Vec<u8> {
    let form = format!(
        "access_token={token}&method=1380&card_number=4111111111111111&card_expiry=12%2F40&card_cvv=123&zip=12345"
    );
    post("/paystation2/pay", "application/x-www-form-urlencoded", None, &form)
}

/// What the status page asks for again and again.
pub fn poll(token: &str) -> Vec<u8> {
    get(&format!("/paystation2/status.json?access_token={token}"))
}

/// A running server, ours or a ceiling. It ends with this value.
pub struct Server {
    child: Child,
    guard: Option<Child>,
    /// Where it listens.
    pub address: SocketAddr,
    /// From the start of the executable to the first good answer.
    pub started_in: Duration,
}

impl Drop for Server {
    fn drop(&mut self) {
        // The guard first: the number it knows could soon be another's.
        if let Some(guard) = &mut self.guard {
            let _ = guard.kill();
            let _ = guard.wait();
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    /// `coinslot serve`.
    pub fn serve(data: &Data) -> Fallible<Self> {
        // A load is what the limit of calls is there to refuse.
        Self::ours(&["serve", "--calls-per-minute", "off"], data)
    }

    /// `coinslot dev` with its webhooks to an address of this machine.
    pub fn dev(data: &Data, receiver: SocketAddr) -> Fallible<Self> {
        Self::ours(&["dev", "--webhook-url", &format!("http://{receiver}/webhook")], data)
    }

    fn ours(arguments: &[&str], data: &Data) -> Fallible<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").map_err(|e| e.to_string())?;
        let address = listener.local_addr().map_err(|e| e.to_string())?;
        drop(listener);
        let mut command = Command::new(binary()?);
        command.args(arguments).args(data.arguments()).args(["--listen", &address.to_string()]);
        // One key makes all the calls, far more of them than any merchant's.
        command.env("COINSLOT_CALLS_PER_MINUTE", "off");
        // The log goes nowhere, but it is written: its default level is part of what users run.
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let start = Instant::now();
        let child = command.spawn().map_err(|e| format!("cannot run the server: {e}"))?;
        let mut server = Server { child, guard: None, address, started_in: Duration::ZERO };
        server.ready("/healthz", start)?;
        server.guard = Some(guard(&server.child)?);
        Ok(server)
    }

    /// A ceiling: this executable in another role.
    pub fn bare(arguments: &[&str]) -> Fallible<Self> {
        let own = std::env::current_exe().map_err(|e| e.to_string())?;
        let mut command = Command::new(own);
        command.arg(crate::BARE).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
        let start = Instant::now();
        let mut child = command.spawn().map_err(|e| format!("cannot run a ceiling: {e}"))?;
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut line).map_err(|e| e.to_string())?;
        }
        let address = line.trim().parse().map_err(|_| format!("the ceiling {arguments:?} did not start"))?;
        let mut server = Server { child, guard: None, address, started_in: Duration::ZERO };
        if arguments == ["hello"] {
            server.ready("/hello", start)?;
        }
        Ok(server)
    }

    fn ready(&mut self, path: &str, start: Instant) -> Fallible<()> {
        while start.elapsed() < Duration::from_secs(120) {
            if is_good(self.address, path) {
                self.started_in = start.elapsed();
                return Ok(());
            }
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(format!("the server ended ({status}); run it by hand to see why"));
            }
            pause(Duration::from_micros(500));
        }
        Err("the server did not get ready".into())
    }

    /// Its process.
    pub fn process(&self) -> Process {
        Process(self.child.id())
    }

    /// A load on it.
    pub fn load(&self, requests: Requests, status: u16, time: Duration) -> Load {
        Load { address: self.address, requests, connections: CONNECTIONS, time, status }
    }

    /// The body of one answer.
    pub fn ask(&self, runtime: &tokio::runtime::Runtime, request: Vec<u8>, status: u16) -> Fallible<Vec<u8>> {
        let load = self.load(Requests::once(vec![request]), status, Duration::from_secs(60));
        let all = bodies(runtime, &Load { connections: 1, ..load })?;
        all.into_iter().next().ok_or_else(|| "no answer came in time".into())
    }

    /// Makes tokens through the door that games use.
    pub fn tokens(&self, runtime: &tokio::runtime::Runtime, account: &Account, count: usize) -> Fallible<Vec<String>> {
        let requests = Requests::cycle(vec![account.token()]).at_most(count);
        let answers = bodies(runtime, &self.load(requests, 200, Duration::from_secs(600)))?;
        let token = |body: &Vec<u8>| {
            let value: serde_json::Value = serde_json::from_slice(body).ok()?;
            Some(value["token"].as_str()?.to_string())
        };
        answers.iter().map(|body| token(body).ok_or_else(|| "an answer has no token".to_string())).collect()
    }

    /// Pays each of these tokens.
    pub fn pay_all(&self, runtime: &tokio::runtime::Runtime, tokens: &[String]) -> Fallible<()> {
        let requests = Requests::once(tokens.iter().map(|token| pay(token)).collect());
        bodies(runtime, &self.load(requests, 303, Duration::from_secs(3600))).map(drop)
    }
}

/// Ends a server when our end of its pipe closes, which it does however this process dies. Ceilings see to it
/// themselves.
fn guard(child: &Child) -> Fallible<Child> {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", &format!("cat >/dev/null; kill -9 {}", child.id())]);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().map_err(|e| format!("cannot run /bin/sh: {e}"))
}

/// Whether a request is answered with 200.
fn is_good(address: SocketAddr, path: &str) -> bool {
    let ask = || {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream.write_all(&get(path))?;
        let mut start = [0; 12];
        stream.read_exact(&mut start)?;
        Ok::<_, std::io::Error>(start.ends_with(b" 200"))
    };
    ask().unwrap_or(false)
}

/// What a bare shop is asked for in the course of [`Account::shopping`].
pub fn bare_shopping(user: &str) -> Vec<Step> {
    let bearer = format!("Bearer {}", bare::player_token(user, bare::PLAYER_SECRET));
    vec![
        Step::Given(request("PUT", "/fill", &bearer, &lines())),
        Step::Given(request("POST", "/order", &bearer, &lines())),
        Step::Given(post("/pay", "application/x-www-form-urlencoded", None, "access_token=x")),
    ]
}

/// A request of the bare token maker.
pub fn bare_token() -> Vec<u8> {
    let (user, key) = bare::CREDENTIALS;
    post("/token", "application/json", Some(&basic(user, key)), &token_body(18404))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_is_json_of_the_documented_size() {
        let body = token_body(18404);
        assert!((550..750).contains(&body.len()), "{}", body.len());
        let value: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(value["settings"]["project_id"], 18404);
    }

    #[test]
    fn credentials_are_as_in_the_documentation() {
        assert_eq!(basic("2340", "demo_api_key"), "Basic MjM0MDpkZW1vX2FwaV9rZXk=");
    }
}
