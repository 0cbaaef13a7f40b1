//! The measurements, one function each, and what is made of them.

use crate::bare::Rows;
use crate::load::{CONNECTIONS, Load, Requests, Slice, bodies, get, measure, post};
use crate::machine::{Quiet, pause};
use crate::product::{Account, Data, Server, bare_shopping, bare_token, binary, file, lines, pay, poll};
use crate::rounds::{Rounds, Runner, median};
use crate::sqlite::Beside;
use crate::{Fallible, Options, postgres, sqlite, webhook};
use serde_json::{Map, Value, json};
use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

/// Every measurement.
pub const NAMES: [&str; 12] = [
    "checkout",
    "token",
    "poll",
    "storefront",
    "catalogue",
    "admin_token",
    "cart_order",
    "webhook",
    "renewals",
    "postgres_checkout",
    "footprint",
    "growth",
];

/// Everything that the measurements share.
struct Bench {
    options: Options,
    runtime: Runtime,
    directory: tempfile::TempDir,
    quiet: RefCell<Quiet>,
    /// The server that does nothing: how fast the machine is at the moment.
    hello: Server,
    /// A database with some paid tokens, for copies.
    model: PathBuf,
    account: Account,
    paid: Vec<String>,
}

/// Measures something, and gives it names.
type Item = fn(&Bench) -> Fallible<Vec<(&'static str, Value)>>;

/// Measures what is asked for, prints it and writes it down.
pub fn run(options: Options) -> Fallible<()> {
    let start = Instant::now();
    let bench = Bench::new(options)?;
    let all: [(&str, Item); NAMES.len()] = [
        ("checkout", Bench::checkout),
        ("token", Bench::token),
        ("poll", Bench::poll),
        ("storefront", Bench::storefront),
        ("catalogue", Bench::catalogue),
        ("admin_token", Bench::admin_token),
        ("cart_order", Bench::cart_order),
        ("webhook", Bench::webhook),
        ("renewals", Bench::renewals),
        ("postgres_checkout", Bench::postgres_checkout),
        ("footprint", Bench::footprint),
        ("growth", Bench::growth),
    ];
    let mut results = Map::new();
    for (name, item) in all {
        if bench.options.wants(name) {
            println!("{name}");
            results.extend(item(&bench)?.into_iter().map(|(name, value)| (name.to_string(), value)));
        }
    }
    let busy = bench.quiet.borrow().gave_up;
    results.insert("machine".into(), machine(busy));
    results.insert("mode".into(), bench.options.mode.into());
    results.insert("seconds".into(), round(start.elapsed().as_secs_f64()));
    print!("{}", table(&results));
    if let Some(path) = &bench.options.json {
        let text = serde_json::to_string_pretty(&results).map_err(|e| e.to_string())?;
        std::fs::write(path, text + "\n").map_err(|e| format!("{}: {e}", path.display()))?;
        println!("\nAlso in {}.", path.display());
    }
    Ok(())
}

/// Three digits are more than these figures mean.
fn round(value: f64) -> Value {
    if !value.is_finite() {
        return Value::Null;
    }
    json!((value * 1000.0).round() / 1000.0)
}

fn machine(busy: bool) -> Value {
    let processor = std::fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| {
        let line = text.lines().find(|line| line.starts_with("model name"))?;
        Some(line.split_once(':')?.1.trim().to_string())
    });
    json!({
        "date": jiff::Timestamp::now().strftime("%Y-%m-%d").to_string(),
        "processors": std::thread::available_parallelism().map_or(0, usize::from),
        "processor": processor,
        "system": std::env::consts::OS,
        "architecture": std::env::consts::ARCH,
        // Something was measured while others used the machine.
        "busy": busy,
    })
}

/// One side of a comparison.
fn side(rounds: &Rounds, runner: usize) -> Value {
    json!({
        "per_second": round(rounds.median(runner, |s| s.rate)),
        "p50_us": round(rounds.median(runner, |s| s.p50)),
        "p99_us": round(rounds.median(runner, |s| s.p99)),
        "server_us": round(rounds.median(runner, |s| s.server_us.unwrap_or(f64::NAN))),
    })
}

/// Ours against a ceiling, by the runners' places.
fn compared(rounds: &Rounds, ours: usize, ceiling: usize) -> Value {
    let (lowest, highest) = rounds.spread(ours, ceiling);
    let cpu = |s: &Slice| s.server_us.unwrap_or(f64::NAN);
    json!({
        "ours": round(rounds.median(ours, |s| s.rate)),
        "ceiling": round(rounds.median(ceiling, |s| s.rate)),
        "ratio": round(rounds.ratio(ours, ceiling, |s| s.rate)),
        "lowest": round(lowest),
        "highest": round(highest),
        "rounds": rounds.count(),
        "dropped": rounds.dropped,
        "of_hello": round(rounds.ratio(ours, 0, |s| s.rate)),
        "p99_over_hello": round(rounds.ratio(ours, 0, |s| s.p99)),
        "ceiling_p99_over_hello": round(rounds.ratio(ceiling, 0, |s| s.p99)),
        "server_time_over_ceiling": round(rounds.ratio(ours, ceiling, cpu)),
        "server_time_over_hello": round(rounds.ratio(ours, 0, cpu)),
        "detail": { "hello": side(rounds, 0), "ceiling": side(rounds, ceiling), "ours": side(rounds, ours) },
    })
}

impl Bench {
    fn new(options: Options) -> Fallible<Self> {
        let runtime = Runtime::new().map_err(|e| e.to_string())?;
        let directory = tempfile::tempdir().map_err(|e| e.to_string())?;
        let model = directory.path().join("model");
        println!("preparing {} payments", options.model);
        let data = Data::Directory(model.clone());
        let account = Account::found(&data)?;
        let server = Server::serve(&data)?;
        let paid = server.tokens(&runtime, &account, options.model)?;
        server.pay_all(&runtime, &paid)?;
        drop(server);
        let beside = Beside::open(&file(&model))?;
        if beside.payments()? != paid.len() || beside.rows()?.finish.is_empty() {
            return Err("what was paid is not in the database as paid".into());
        }
        // What the log still holds goes into the file, which can then be copied.
        beside.multiply(0)?;
        let quiet = RefCell::new(Quiet::new(options.wait));
        let hello = Server::bare(&["hello"])?;
        Ok(Bench { options, runtime, directory, quiet, hello, model, account, paid })
    }

    /// A database of its own for a measurement, as the model or made larger.
    fn copy(&self, name: &str, payments: usize) -> Fallible<PathBuf> {
        let directory = self.directory.path().join(name);
        copy(&self.model, &directory)?;
        if payments > self.options.model {
            Beside::open(&file(&directory))?.multiply(payments)?;
        }
        Ok(directory)
    }

    fn text(&self, name: &str) -> String {
        self.directory.path().join(name).display().to_string()
    }

    fn rounds(&self, runners: Vec<Runner<'_>>) -> Fallible<Rounds> {
        Rounds::run(self.options.rounds, &mut self.quiet.borrow_mut(), runners)
    }

    /// Runs a load for a slice.
    fn slice(&self, server: &Server, requests: Requests, status: u16) -> Fallible<Slice> {
        self.run(server, &server.load(requests, status, self.options.slice))
    }

    fn run(&self, server: &Server, load: &Load) -> Fallible<Slice> {
        measure(&self.runtime, load, &server.process())
    }

    fn hello(&self) -> Fallible<Slice> {
        self.slice(&self.hello, Requests::cycle(vec![get("/hello")]), 200)
    }

    fn runner<'s>(&'s self, server: &'s Server, request: Vec<u8>, status: u16) -> Runner<'s> {
        let requests = Requests::cycle(vec![request]);
        Box::new(move || self.slice(server, requests.clone(), status))
    }

    /// Checkouts of tokens that are made before the time runs: half as many again as the last rate asks for.
    fn payer<'s>(&'s self, server: &'s Server, account: &'s Account, connections: usize) -> Runner<'s> {
        let time = self.options.slice;
        let pay_some = move |count: usize| {
            let tokens = server.tokens(&self.runtime, account, count)?;
            let requests = Requests::once(tokens.iter().map(|token| pay(token)).collect());
            self.run(server, &Load { connections, ..server.load(requests, 303, time) })
        };
        let mut rate = None;
        Box::new(move || {
            let expected = match rate {
                Some(rate) => rate,
                // Also warms up what the first requests have to prepare.
                None => pay_some(300)?.rate,
            };
            let slice = pay_some(100 + (expected * time.as_secs_f64() * 1.5) as usize)?;
            rate = Some(slice.rate);
            Ok(slice)
        })
    }

    fn checkout(&self) -> Fallible<Vec<(&'static str, Value)>> {
        let directory = self.copy("checkout", 0)?;
        let rows = sizes(&[Beside::open(&file(&directory))?.rows()?.all()]);
        println!("  a checkout leaves rows of {rows} bytes");
        let ours = Server::serve(&Data::Directory(directory.clone()))?;
        let ceiling = Server::bare(&["checkout", &self.text("checkout.db"), &rows])?;
        let request = || post("/pay", "application/x-www-form-urlencoded", None, "access_token=x");
        let rounds = self.rounds(vec![
            Box::new(|| self.hello()),
            self.runner(&ceiling, request(), 303),
            self.payer(&ours, &self.account, CONNECTIONS),
        ])?;
        let mut result = compared(&rounds, 2, 1);
        println!("  one connection");
        let alone = Requests::cycle(vec![request()]);
        let hello = Requests::cycle(vec![get("/hello")]);
        let one = |server: &Server, requests: &Requests, status| {
            let load = server.load(requests.clone(), status, self.options.slice);
            self.run(server, &Load { connections: 1, ..load })
        };
        let single = self.rounds(vec![
            Box::new(|| one(&self.hello, &hello, 200)),
            Box::new(|| one(&ceiling, &alone, 303)),
            self.payer(&ours, &self.account, 1),
        ])?;
        result["one_connection"] = json!({
            "p50_over_ceiling": round(single.ratio(2, 1, |s| s.p50)),
            "ours": side(&single, 2),
            "ceiling": side(&single, 1),
        });
        result["row_bytes"] = rows.into();
        let have = Beside::open(&file(&directory))?.payments()?;
        let tokens = ours.tokens(&self.runtime, &self.account, self.options.memory.saturating_sub(have))?;
        ours.pay_all(&self.runtime, &tokens)?;
        let payments = Beside::open(&file(&directory))?.payments()?;
        let (now, most) = ours.process().memory().unwrap_or((f64::NAN, f64::NAN));
        let memory = json!({ "payments": payments, "rss_mib": round(now), "highest_mib": round(most) });
        Ok(vec![("checkout", result), ("memory", memory)])
    }

    fn token(&self) -> Fallible<Vec<(&'static str, Value)>> {
        let ours = Server::serve(&Data::Directory(self.copy("token", 0)?))?;
        let bare = Server::bare(&["token"])?;
        let stored = Server::bare(&["token", &self.text("token.db")])?;
        let rounds = self.rounds(vec![
            Box::new(|| self.hello()),
            self.runner(&bare, bare_token(), 200),
            self.runner(&stored, bare_token(), 200),
            self.runner(&ours, self.account.token(), 200),
        ])?;
        Ok(vec![("token", compared(&rounds, 3, 1)), ("token_stored", compared(&rounds, 3, 2))])
    }

    fn poll(&self) -> Fallible<Vec<(&'static str, Value)>> {
        let ours = Server::serve(&Data::Directory(self.copy("poll", 0)?))?;
        let path = self.directory.path().join("poll.db");
        sqlite::fill(&path, &self.paid, &"x".repeat(200))?;
        let bare = Server::bare(&["poll", &path.display().to_string()])?;
        let many = |make: &dyn Fn(&str) -> Vec<u8>| Requests::cycle(self.paid.iter().map(|t| make(t)).collect());
        let bare_requests = many(&|token| get(&format!("/status.json?access_token={token}")));
        let requests = many(&poll);
        let rounds = self.rounds(vec![
            Box::new(|| self.hello()),
            Box::new(|| self.slice(&bare, bare_requests.clone(), 200)),
            Box::new(|| self.slice(&ours, requests.clone(), 200)),
        ])?;
        Ok(vec![("poll", compared(&rounds, 2, 1))])
    }

    /// A hundred items with limits and a promotion, against the same bytes from memory.
    fn storefront(&self) -> Fallible<Vec<(&'static str, Value)>> {
        let ours = Server::serve(&Data::Directory(self.copy("storefront", 0)?))?;
        let request = self.account.stock(&ours, &self.runtime, 100)?;
        let answer = ours.ask(&self.runtime, request.clone(), 200)?;
        let shown: Value = serde_json::from_slice(&answer).map_err(|e| e.to_string())?;
        let cheaper = |item: &&Value| item["amount"].as_f64() < item["amount_without_discount"].as_f64();
        let items = shown["items"].as_array().map_or(0, |items| items.iter().filter(cheaper).count());
        if items != 100 {
            return Err(format!("{items} of 100 items are shown and cheaper"));
        }
        println!("  100 items are {} bytes", answer.len());
        let path = self.text("storefront.json");
        std::fs::write(&path, &answer).map_err(|e| format!("{path}: {e}"))?;
        let bare = Server::bare(&["bytes", &path])?;
        let rounds = self.rounds(vec![
            Box::new(|| self.hello()),
            self.runner(&bare, get("/bytes"), 200),
            self.runner(&ours, request, 200),
        ])?;
        let mut result = compared(&rounds, 2, 1);
        result["bytes"] = answer.len().into();
        Ok(vec![("storefront", result)])
    }

    /// The same shop as the Store API shows it to one player who may buy, in the two pages of fifty that it has.
    fn catalogue(&self) -> Fallible<Vec<(&'static str, Value)>> {
        let ours = Server::serve(&Data::Directory(self.copy("catalogue", 0)?))?;
        self.account.stock(&ours, &self.runtime, 100)?;
        let page = |offset: usize| {
            let path = format!("items/virtual_items?locale=en&offset={offset}");
            self.account.call_of_player("GET", &path, "player-1", "")
        };
        let pages = [page(0), page(50)];
        let answer = ours.ask(&self.runtime, pages[0].clone(), 200)?;
        let shown: Value = serde_json::from_slice(&answer).map_err(|e| e.to_string())?;
        let cheaper = |item: &&Value| item["price"]["amount"] != item["price"]["amount_without_discount"];
        let items = shown["items"].as_array().map_or(0, |items| items.iter().filter(cheaper).count());
        if items != 50 || shown["has_more"] != true {
            return Err(format!("{items} of 50 items are shown and cheaper"));
        }
        println!("  50 items are {} bytes", answer.len());
        let path = self.text("catalogue.json");
        std::fs::write(&path, &answer).map_err(|e| format!("{path}: {e}"))?;
        let bare = Server::bare(&["bytes", &path])?;
        let requests = Requests::cycle(pages.to_vec());
        let rounds = self.rounds(vec![
            Box::new(|| self.hello()),
            self.runner(&bare, get("/bytes"), 200),
            Box::new(|| self.slice(&ours, requests.clone(), 200)),
        ])?;
        let mut result = compared(&rounds, 2, 1);
        result["bytes"] = answer.len().into();
        Ok(vec![("catalogue", result)])
    }

    /// A shop of a hundred items; and another database that has the least of it, for a ceiling.
    fn shop(&self, name: &str) -> Fallible<(PathBuf, Server, String)> {
        let directory = self.copy(name, 0)?;
        let ours = Server::serve(&Data::Directory(directory.clone()))?;
        self.account.goods(&ours, &self.runtime, 100, "")?;
        let bare = self.text(&format!("{name}.db"));
        let skus: Vec<String> = (0..100).map(|n| format!("sword-{n}")).collect();
        sqlite::fill(Path::new(&bare), &skus, &"x".repeat(200))?;
        Ok((directory, ours, bare))
    }

    /// Three items at the prices of the catalogue for a player: the order and its token.
    fn admin_token(&self) -> Fallible<Vec<(&'static str, Value)>> {
        let (directory, ours, bare) = self.shop("admin_token")?;
        let ordered: Vec<_> = (0..PLAYERS).map(|n| self.account.order(&format!("player-{n}"))).collect();
        let few = Requests::once(ordered.clone());
        bodies(&self.runtime, &ours.load(few, 200, Duration::from_secs(60)))?;
        let beside = Beside::open(&file(&directory))?;
        let mut rows = beside.placed(3)?;
        rows.push(crate::product::order_body("player-1").len());
        let rows = sizes(&[rows]);
        println!("  an order leaves rows of {rows} bytes");
        let ceiling = Server::bare(&["admin_token", &bare, &rows])?;
        let (user, key) = crate::bare::CREDENTIALS;
        let authorization = crate::product::basic(user, key);
        let body = crate::product::order_body("player-1");
        let request = crate::load::request("POST", "/token", &authorization, &body);
        let requests = Requests::cycle(ordered);
        let rounds = self.rounds(vec![
            Box::new(|| self.hello()),
            self.runner(&ceiling, request, 200),
            Box::new(|| self.slice(&ours, requests.clone(), 200)),
        ])?;
        let mut result = compared(&rounds, 2, 1);
        result["row_bytes"] = rows.into();
        Ok(vec![("admin_token", result)])
    }

    /// A player fills a cart with three items, orders what is in it, and pays: three requests that count as one.
    fn cart_order(&self) -> Fallible<Vec<(&'static str, Value)>> {
        let (directory, ours, bare) = self.shop("cart_order")?;
        let names: Vec<String> = (0..PLAYERS).map(|n| format!("player-{n}")).collect();
        let filled: Vec<_> =
            names.iter().map(|n| self.account.call_of_player("PUT", "cart/fill", n, &lines())).collect();
        bodies(&self.runtime, &ours.load(Requests::once(filled), 200, Duration::from_secs(60)))?;
        let beside = Beside::open(&file(&directory))?;
        let cart = beside.average(&[("cart", 1)])?;
        let requests = Requests::chains(names.iter().map(|name| self.account.shopping(name)).collect());
        let once = requests.clone().at_most(PLAYERS);
        bodies(&self.runtime, &ours.load(once, 303, Duration::from_secs(60)))?;
        let mut order = beside.placed(3)?;
        order.push(crate::product::order_body("player-1").len());
        let mut payment = beside.average(&[("payment", 1), ("attempt", 1), ("bought", 3), ("inventory", 3)])?;
        payment.extend(beside.rows()?.finish);
        let rows = sizes(&[cart, order, payment]);
        println!("  cart, order and payment leave rows of {rows} bytes in three transactions");
        let ceiling = Server::bare(&["cart_order", &bare, &rows])?;
        let bare_requests = Requests::chains(names.iter().map(|name| bare_shopping(name)).collect());
        let rounds = self.rounds(vec![
            Box::new(|| self.hello()),
            Box::new(|| self.slice(&ceiling, bare_requests.clone(), 303)),
            Box::new(|| self.slice(&ours, requests.clone(), 303)),
        ])?;
        let mut result = compared(&rounds, 2, 1);
        result["row_bytes"] = rows.into();
        Ok(vec![("cart_order", result)])
    }

    fn webhook(&self) -> Fallible<Vec<(&'static str, Value)>> {
        let receiver = Server::bare(&["receiver"])?;
        let directory = self.directory.path().join("webhook");
        let data = Data::Directory(directory.clone());
        let server = Server::dev(&data, receiver.address)?;
        let few = self.options.webhooks.div_ceil(20);
        server.pay_all(&self.runtime, &server.tokens(&self.runtime, &Account::demo(), few)?)?;
        let beside = Beside::open(&file(&directory))?;
        wait_until("the first webhooks are delivered", || Ok(beside.pending()? == 0))?;
        drop(server);
        beside.multiply(self.options.webhooks)?;
        let server = Server::dev(&data, receiver.address)?;
        let body = beside.webhook()?;
        println!("  {} webhooks of {} bytes a slice", self.options.webhooks, body.len());
        let count = self.options.webhooks;
        let bare = |count, keep| webhook::post(&self.runtime, receiver.address, &body, count, CONNECTIONS, keep);
        let rounds = self.rounds(vec![
            Box::new(|| self.hello()),
            // Ten times as many where it takes so little time.
            Box::new(|| bare(count * 10, true)),
            Box::new(|| bare(count, false)),
            Box::new(|| delivered(&beside, &server)),
        ])?;
        let mut result = compared(&rounds, 3, 1);
        result["ceiling_without_kept_connections"] = round(rounds.median(2, |s| s.rate));
        result["ratio_without_kept_connections"] = round(rounds.ratio(3, 2, |s| s.rate));
        Ok(vec![("webhook", result)])
    }

    /// Renewals of due subscriptions by the server's own worker, against their rows alone in one commit each; and what
    /// a thousand times as many subscriptions that are not due make of it.
    fn renewals(&self) -> Fallible<Vec<(&'static str, Value)>> {
        let due = self.options.renewals;
        let subscribed = |name: &str, live: usize| {
            let directory = self.directory.path().join(name);
            let data = Data::Directory(directory.clone());
            let project = Account::found(&data)?.project;
            let beside = Beside::open(&file(&directory))?;
            beside.subscribe(project, live)?;
            Ok::<_, String>((Server::serve(&data)?, beside, project))
        };
        let renew = |(server, beside, project): &(Server, Beside, i64), due: usize| {
            let left = || beside.due(*project, due);
            settled(server, || beside.make_due(*project, due), left, || Ok(left()? == 0))
        };
        let ours = subscribed("renewals", due)?;
        renew(&ours, due.min(200))?;
        let rows = ours.1.rows()?;
        let told = sizes(&[rows.all()]);
        println!("  {due} renewals a slice; each leaves rows of {told} bytes in one transaction");
        let writer = sqlite::Writer::open(self.directory.path().join("bare_renewals.db"))?;
        let rounds = self.rounds(vec![
            Box::new(|| self.hello()),
            Box::new(|| self.write_bare(&writer, &rows, due)),
            Box::new(|| renew(&ours, due)),
        ])?;
        let mut result = compared(&rounds, 2, 1);
        result["row_bytes"] = told.into();
        drop(ours);
        let (from, to, few) = (1_000, self.options.subscriptions, due.div_ceil(4));
        println!("  {few} due of {from} and of {to}");
        let (small, large) = (subscribed("few_subscriptions", from)?, subscribed("many_subscriptions", to)?);
        for each in [&small, &large] {
            renew(each, few)?;
        }
        let rounds = self.rounds(vec![
            Box::new(|| self.hello()),
            Box::new(|| renew(&small, few)),
            Box::new(|| renew(&large, few)),
        ])?;
        result["growth"] = json!({
            "from": from,
            "to": to,
            "due": few,
            "ratio": round(rounds.ratio(1, 2, |s| s.rate)),
            "server_time_ratio": round(rounds.ratio(2, 1, |s| s.server_us.unwrap_or(f64::NAN))),
        });
        Ok(vec![("renewals", result)])
    }

    /// The rows of `count` requests without a server, so many at one time as the server renews.
    fn write_bare(&self, writer: &sqlite::Writer, rows: &Rows, count: usize) -> Fallible<Slice> {
        const AT_ONCE: usize = 128;
        let start = Instant::now();
        let filled = Rows::fill(&rows.all());
        self.runtime.block_on(async {
            let mut writing = tokio::task::JoinSet::new();
            for n in 0..AT_ONCE.min(count) {
                let (writer, filled) = (writer.clone(), filled.clone());
                writing.spawn(async move {
                    for _ in (n..count).step_by(AT_ONCE) {
                        writer.write(filled.clone()).await?;
                    }
                    Ok::<_, String>(())
                });
            }
            while let Some(done) = writing.join_next().await {
                done.map_err(|e| e.to_string())??;
            }
            Ok::<_, String>(())
        })?;
        Ok(Slice::of_rate(count as f64 / start.elapsed().as_secs_f64()))
    }

    fn postgres_checkout(&self) -> Fallible<Vec<(&'static str, Value)>> {
        let Some(cluster) = postgres::Server::start()? else {
            println!("  skipped: there is no PostgreSQL here");
            return Ok(vec![("postgres_checkout", Value::Null)]);
        };
        let [url, ceiling_url] = &cluster.urls;
        let rows = sizes(&[Beside::open(&file(&self.model))?.rows()?.all()]);
        let data = Data::Postgres(url.clone());
        let account = Account::found(&data)?;
        let ours = Server::serve(&data)?;
        let ceiling = Server::bare(&["postgres_checkout", ceiling_url, &rows])?;
        let request = post("/pay", "application/x-www-form-urlencoded", None, "access_token=x");
        let rounds = self.rounds(vec![
            Box::new(|| self.hello()),
            self.runner(&ceiling, request, 303),
            self.payer(&ours, &account, CONNECTIONS),
        ])?;
        let mut result = compared(&rounds, 2, 1);
        // With a server that somebody named nobody knows.
        result["synchronous_commit"] = if cluster.durable { true.into() } else { Value::Null };
        Ok(vec![("postgres_checkout", result)])
    }

    fn footprint(&self) -> Fallible<Vec<(&'static str, Value)>> {
        let directory = self.copy("start", self.options.start)?;
        let data = Data::Directory(directory);
        let (mut ours, mut hello, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        let (mut memory, mut hello_memory) = (Vec::new(), Vec::new());
        let rss = |server: &Server| server.process().memory().map_or(f64::NAN, |(now, _)| now);
        for _ in 0..self.options.rounds.max(3) {
            self.quiet.borrow_mut().wait();
            let bare = Server::bare(&["hello"])?;
            let server = Server::serve(&data)?;
            // Whatever it does right after the start is part of being idle.
            pause(Duration::from_millis(300));
            let ms = |server: &Server| server.started_in.as_secs_f64() * 1000.0;
            ours.push(ms(&server));
            hello.push(ms(&bare));
            ratios.push(ms(&server) / ms(&bare));
            memory.push(rss(&server));
            hello_memory.push(rss(&bare));
        }
        let size = std::fs::metadata(binary()?).map_err(|e| e.to_string())?.len();
        let payments = Beside::open(&file(&self.directory.path().join("start")))?.payments()?;
        let (ours, memory) = (median(ours), median(memory));
        println!("  {ours:.1} ms, {memory:.1} MiB");
        Ok(vec![
            ("start_ms", round(ours)),
            ("start_payments", payments.into()),
            ("start_over_hello", round(median(ratios))),
            ("hello_start_ms", round(median(hello))),
            ("idle_rss_mib", round(memory)),
            ("hello_rss_mib", round(median(hello_memory))),
            ("binary_mib", round(size as f64 / (1024.0 * 1024.0))),
        ])
    }

    fn growth(&self) -> Fallible<Vec<(&'static str, Value)>> {
        println!("  making {} payments", self.options.growth);
        let large = self.copy("large", self.options.growth)?;
        let (small_name, turn) = (self.directory.path().join("small"), Cell::new(0));
        let server = Server::serve(&Data::Directory(large.clone()))?;
        let stored = Beside::open(&file(&large))?.payments()?;
        // The small database would not stay small, so each slice gets a new one.
        let fresh = || {
            turn.set(turn.get() + 1);
            let directory = small_name.with_extension(turn.get().to_string());
            copy(&self.model, &directory)?;
            Server::serve(&Data::Directory(directory))
        };
        let polls = || self.paid.iter().map(|token| poll(token)).collect::<Vec<_>>();
        let count = self.options.model;
        let long = Duration::from_secs(60);
        let kind = |server: &Server, what: usize| {
            let slice = |count: usize| {
                let (requests, status) = match what {
                    0 => {
                        let tokens = server.tokens(&self.runtime, &self.account, count)?;
                        (Requests::once(tokens.iter().map(|token| pay(token)).collect()), 303)
                    }
                    1 => (Requests::cycle(vec![self.account.token()]).at_most(count), 200),
                    _ => (Requests::cycle(polls()).at_most(count * 20), 200),
                };
                self.run(server, &server.load(requests, status, long))
            };
            slice(count.div_ceil(5))?;
            slice(count)
        };
        let mut runners: Vec<Runner<'_>> = vec![Box::new(|| self.hello())];
        for what in 0..3 {
            let (kind, fresh, server) = (&kind, &fresh, &server);
            runners.push(Box::new(move || kind(&fresh()?, what)));
            runners.push(Box::new(move || kind(server, what)));
        }
        let rounds = self.rounds(runners)?;
        // How many times dearer one request is.
        let cost = |what: usize| {
            json!({
                "ratio": round(rounds.ratio(1 + 2 * what, 2 + 2 * what, |s| s.rate)),
                "server_time_ratio": round(rounds.ratio(2 + 2 * what, 1 + 2 * what, |s| s.server_us.unwrap_or(f64::NAN))),
            })
        };
        let growth = json!({
            "from": self.options.model, "to": stored, "checkout": cost(0), "token": cost(1), "poll": cost(2),
        });
        Ok(vec![("growth", growth)])
    }
}

/// Players of a shop, more than there are connections, so that nobody does two things at one time.
const PLAYERS: usize = 512;

/// Sizes of the rows of several transactions, as an argument of a ceiling.
fn sizes(all: &[Vec<usize>]) -> String {
    let list = |sizes: &Vec<usize>| sizes.iter().map(usize::to_string).collect::<Vec<_>>().join(",");
    all.iter().map(list).collect::<Vec<_>>().join("/")
}

/// Copies a database that nobody has open.
fn copy(from: &Path, to: &Path) -> Fallible<()> {
    std::fs::create_dir_all(to).map_err(|e| format!("{}: {e}", to.display()))?;
    std::fs::copy(file(from), file(to)).map(drop).map_err(|e| format!("{}: {e}", to.display()))
}

/// How fast webhooks become delivered, from the first that is to the last. Whoever waits for the server to look has
/// not measured how it sends.
fn delivered(beside: &Beside, server: &Server) -> Fallible<Slice> {
    settled(server, || beside.rearm(), || beside.pending(), || beside.is_told())
}

/// How fast what is made due gets settled, from the first that is to the last.
fn settled(
    server: &Server,
    arm: impl FnOnce() -> Fallible<usize>,
    left: impl Fn() -> Fallible<usize>,
    done: impl Fn() -> Fallible<bool>,
) -> Fallible<Slice> {
    let before = server.process().cpu();
    let all = arm()?;
    let mut first = (Instant::now(), all);
    wait_until("the first of a slice is settled", || {
        first = (Instant::now(), left()?);
        Ok(first.1 < all)
    })?;
    wait_until("all of a slice are settled", done)?;
    let (since, count) = (first.0.elapsed(), first.1);
    let spent = before.zip(server.process().cpu()).map(|(before, after)| after.saturating_sub(before));
    let server_us = spent.map(|spent| spent.as_secs_f64() * 1e6 / all as f64);
    Ok(Slice { server_us, ..Slice::of_rate(count as f64 / since.as_secs_f64()) })
}

fn wait_until(what: &str, mut done: impl FnMut() -> Fallible<bool>) -> Fallible<()> {
    let start = Instant::now();
    while !done()? {
        if start.elapsed() > Duration::from_secs(60) {
            return Err(format!("it took too long until {what}"));
        }
        pause(Duration::from_millis(3));
    }
    Ok(())
}

/// The figures for people.
fn table(results: &Map<String, Value>) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    let number = |value: &Value, digits: usize| match value.as_f64() {
        Some(value) => format!("{value:.digits$}"),
        None => "-".to_string(),
    };
    let head = ["", "ours/s", "ceiling/s", "ratio", "lowest", "highest", "p99/hello", "server time/ceiling"];
    let [a, b, c, d, e, f, g, h] = head;
    let _ = writeln!(text, "\n{a:20} {b:>9} {c:>9} {d:>7} {e:>7} {f:>7} {g:>9} {h:>20}");
    for name in NAMES.into_iter().chain(["token_stored"]) {
        let Some(value) = results.get(name).filter(|value| value.is_object()) else { continue };
        let of = |key: &str, digits| number(&value[key], digits);
        let _ = writeln!(
            text,
            "{name:20} {:>9} {:>9} {:>7} {:>7} {:>7} {:>9} {:>20}",
            of("ours", 0),
            of("ceiling", 0),
            of("ratio", 3),
            of("lowest", 3),
            of("highest", 3),
            of("p99_over_hello", 1),
            of("server_time_over_ceiling", 1),
        );
    }
    let mut line = |name: &str, value: String| {
        let _ = writeln!(text, "{name:40} {value}");
    };
    if let Some(start) = results.get("start_ms") {
        line("start to the first answer", format!("{} ms", number(start, 1)));
        line("  times a bare server's", number(&results["start_over_hello"], 1));
        line("idle memory", format!("{} MiB", number(&results["idle_rss_mib"], 1)));
        line("executable", format!("{} MiB", number(&results["binary_mib"], 1)));
    }
    if let Some(memory) = results.get("memory") {
        let name = format!("memory after {} payments", memory["payments"]);
        line(&name, format!("{} MiB", number(&memory["rss_mib"], 1)));
    }
    if let Some(growth) = results.get("growth") {
        for kind in ["checkout", "token", "poll"] {
            let name = format!("{kind}: cost at {} / at {} payments", growth["to"], growth["from"]);
            line(&name, number(&growth[kind]["ratio"], 2));
        }
    }
    if let Some(growth) = results.get("renewals").map(|renewals| &renewals["growth"]) {
        let name = format!("renewals: cost at {} / at {} live", growth["to"], growth["from"]);
        line(&name, number(&growth["ratio"], 2));
    }
    if results["machine"]["busy"] == true {
        line("others used the machine meanwhile", "yes: trust the ratios, and those with care".into());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_rounded_and_never_nonsense() {
        assert_eq!(round(0.123456), json!(0.123));
        assert_eq!(round(f64::NAN), Value::Null);
    }

    #[test]
    fn the_table_has_what_was_measured_only() {
        let mut results = Map::new();
        results.insert("machine".into(), json!({ "busy": false }));
        results.insert("postgres_checkout".into(), Value::Null);
        results.insert("poll".into(), json!({ "ours": 100.0, "ceiling": 200.0, "ratio": 0.5 }));
        let table = table(&results);
        assert!(table.contains("poll") && table.contains("0.500"), "{table}");
        assert!(!table.contains("checkout") && !table.contains("memory"), "{table}");
    }
}
