//! What the command line does.

use crate::arguments::{Cli, Clock, Command, Config, Dev, Doctor, Found, Key, Move, Of, Partner, Webhook};
use crate::clock::To;
use crate::config::{self, Database, Loaded, LogFormat, Settings};
use crate::doctor;
use crate::event::Again;
use crate::mail::Mailer;
use crate::metrics::{self, Requests};
use crate::server::{self, Options};
use crate::system::{SystemClock, SystemRandom};
use clap::CommandFactory;
use coinslot_app::event::Filter;
use coinslot_app::port::Post;
use coinslot_app::signature::StandardHeaders;
use coinslot_app::{App, Parts, Shared, demo};
use coinslot_domain::id::MerchantId;
use coinslot_domain::merchant::Project;
use coinslot_domain::webhook::{EventState, TIMEOUT};
use coinslot_gateway::SandboxGateway;
use coinslot_paystation::mail::Catcher;
use coinslot_store::{Alone, Checked, Location, Store, back_up, restore};
use coinslot_wire::clock::Advance;
use coinslot_worker::guard::{Policy, allowed_url};
use coinslot_worker::outgoing::HttpGame;
use coinslot_worker::smtp::Smtp;
use std::error::Error;
use std::ffi::OsString;
use std::io::{IsTerminal, Write};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use tokio::net::TcpListener;

type Fallible<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Does what the command line says.
pub fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().collect();
    let loaded = match config::load::<Cli>(&args) {
        Ok(loaded) => loaded,
        Err(faults) => {
            faults.iter().for_each(|fault| eprintln!("coinslot: {fault}"));
            return ExitCode::FAILURE;
        }
    };
    log(&loaded.command);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(e) => {
            eprintln!("coinslot: cannot start: {e}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(run(loaded)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("coinslot: {e}");
            ExitCode::FAILURE
        }
    }
}

/// Begins to log to standard error.
fn log(cli: &Cli) {
    let level = if matches!(cli.command, Command::Serve(_)) { "info" } else { "warn" };
    let filter = tracing_subscriber::EnvFilter::new(cli.logging.log.as_deref().unwrap_or(level));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match cli.logging.log_format {
        LogFormat::Text => log.with_ansi(std::io::stderr().is_terminal()).init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
}

async fn run(loaded: Loaded<Cli>) -> Fallible<()> {
    if let Command::Config(of) = &loaded.command.command {
        return match of {
            Config::Check(settings) => say(&config::check(&loaded, &settings.database)?),
            Config::Print(_) => say(&config::print(&loaded)),
        };
    }
    match loaded.command.command {
        Command::Config(_) => Ok(()),
        Command::Dev(dev) => run_dev(dev).await,
        Command::Serve(serve) => run_serve(serve).await,
        Command::Found(found) => run_found(found).await,
        Command::Key(key) => run_key(key).await,
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "coinslot", &mut std::io::stdout());
            Ok(())
        }
        Command::Backup { to, database } => {
            let found = back_up(&database.location()?, &to)?;
            println!("{}: {}", to.display(), holds(found));
            Ok(())
        }
        Command::Restore { from, database } => {
            let (found, kept) = restore(&from, &database.location()?)?;
            println!("Restored: {}", holds(found));
            if let Some(kept) = kept {
                println!("What was there is kept as {}", kept.display());
            }
            Ok(())
        }
        Command::Doctor(doctor) => run_doctor(doctor).await,
        Command::Ready(listen) => match doctor::ask(listen.listen, "/readyz") {
            Some((200, body)) => say(&format!("{body}\n")),
            Some((status, body)) => Err(format!("{} answers {status}: {body}", listen.listen).into()),
            None => Err(format!("nobody answers on {}", listen.listen).into()),
        },
        Command::Migrate(database) => {
            Store::open(&database.location()?)?;
            println!("The tables are up to date.");
            Ok(())
        }
        Command::Routes => {
            print!("{}", crate::routes());
            Ok(())
        }
        Command::Openapi { postman, public_url } => {
            let document = coinslot_api::openapi::document(public_url.trim_end_matches('/'));
            let chosen = if postman { coinslot_api::postman::collection(&document) } else { document };
            print!("{}", coinslot_api::openapi::printed(&chosen));
            Ok(())
        }
        Command::Clock(Clock::Show { json, of }) => {
            let (app, project) = open(&of, Policy::Public).await?;
            say(&crate::clock::show(&app, project.id, json).await?)
        }
        Command::Clock(Clock::Advance { value, unit, moved }) => {
            let by = Advance::of(value, unit.trim_end_matches('s'));
            run_clock(moved, To::Ahead(by)).await
        }
        Command::Clock(Clock::Set { to, moved }) => run_clock(moved, To::Date(to)).await,
        Command::Partner(command) => run_partner(command).await,
        Command::Webhook(Webhook::Events(events)) => {
            let (app, project) = open(&events.of, Policy::Public).await?;
            let state = events.status.as_deref().and_then(EventState::from_name);
            let filter = Filter { state, kind: events.kind, payment: events.transaction };
            say(&crate::event::list(&app, project.id, filter, events.before, events.limit).await?)
        }
        Command::Webhook(Webhook::Show { event, of }) => {
            let (app, project) = open(&of, Policy::Public).await?;
            say(&crate::event::show(&app, project.id, event).await?)
        }
        Command::Webhook(Webhook::Replay(replay)) => {
            let (app, project) = open(&replay.of, Policy::Public).await?;
            let what = match replay.event {
                Some(event) => Again::One(event),
                None => Again::All { failed: replay.failed, since: replay.since },
            };
            say(&crate::event::replay(&app, project.id, what).await?)
        }
        Command::Webhook(Webhook::Test(test)) => {
            let policy = if test.local { Policy::Loopback } else { Policy::Public };
            let (app, project) = open(&test.of, policy).await?;
            let body = test.body.as_deref().map(read).transpose()?;
            let told = (test.order_version, test.delivery);
            let (text, acknowledged) = crate::event::test(&app, project, test.kind, body, told).await?;
            say(&text)?;
            match (acknowledged, test.local) {
                (true, _) => Ok(()),
                (false, true) => Err("the game did not acknowledge it".into()),
                (false, false) => Err("the game did not acknowledge it; is it on this machine? Add --local".into()),
            }
        }
        Command::Webhook(Webhook::Tail { of }) => {
            let (app, project) = open(&of, Policy::Public).await?;
            crate::event::tail(&app, project.id).await
        }
        Command::Webhook(Webhook::Listen { listen, secret, answer }) => {
            Ok(crate::webhook::listen(listen, secret, answer).await?)
        }
        Command::Webhook(Webhook::Verify {
            body,
            authorization,
            webhook_id,
            webhook_timestamp,
            webhook_signature,
            secret,
        }) => {
            let body = read(&body)?;
            let standard = StandardHeaders {
                id: webhook_id.as_deref(),
                timestamp: webhook_timestamp.as_deref(),
                signature: webhook_signature.as_deref(),
            };
            // What was saved in a file is old; its age says nothing.
            println!("{}", crate::webhook::verify(&body, authorization.as_deref(), standard, &secret, None)?);
            Ok(())
        }
    }
}

fn holds(found: Checked) -> String {
    let Checked { projects, payments, bytes } = found;
    format!("checked, {projects} projects, {payments} payments, {} KiB", bytes.div_ceil(1024))
}

fn read(path: &std::path::Path) -> Fallible<Vec<u8>> {
    if path == std::path::Path::new("-") {
        let mut body = Vec::new();
        std::io::Read::read_to_end(&mut std::io::stdin(), &mut body)?;
        return Ok(body);
    }
    std::fs::read(path).map_err(|e| format!("{}: {e}", path.display()).into())
}

/// A server about to serve.
struct Ready {
    app: Shared,
    listener: TcpListener,
    address: SocketAddr,
    /// Where the figures are served, if they are.
    metrics: Option<TcpListener>,
    /// Given back when it has served.
    alone: Alone,
}

async fn prepare(settings: &Settings, policy: Policy) -> Fallible<Ready> {
    let Settings { listen, database, mail } = settings;
    let listener = bind(listen.listen, "--listen").await?;
    let metrics = match listen.metrics_listen {
        Some(address) => Some(bind(address, "--metrics-listen").await?),
        None => None,
    };
    let address = listener.local_addr()?;
    let public_url = listen.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
    let post: Option<Arc<dyn Post>> = match (mail.server()?, policy) {
        (Some((url, from)), _) => Some(Arc::new(Mailer(Smtp::new(&url, &from)?))),
        (None, Policy::Loopback) => Some(Arc::new(Catcher::default())),
        (None, Policy::Public) => None,
    };
    let urls = (public_url, listen.sandbox_url.clone());
    let alone = Alone::on(&database.location()?)?;
    Ok(Ready { app: assemble(database, policy, urls, post)?, listener, address, metrics, alone })
}

async fn bind(address: SocketAddr, flag: &str) -> Fallible<TcpListener> {
    let bound = TcpListener::bind(address).await;
    bound.map_err(|e| format!("cannot listen on {address}: {e}; choose another with {flag}").into())
}

fn assemble(
    database: &Database,
    policy: Policy,
    (public_url, sandbox_url): (String, Option<String>),
    post: Option<Arc<dyn Post>>,
) -> Fallible<Shared> {
    Ok(App::new(Parts {
        store: Store::open(&database.location()?)?,
        clock: Arc::new(SystemClock),
        random: Arc::new(SystemRandom),
        gateway: Arc::new(SandboxGateway),
        game: Arc::new(HttpGame::new(policy, TIMEOUT)?),
        post,
        public_url,
        sandbox_url,
    }))
}

/// The project that a command is about, and the server without its
/// doors.
async fn open(of: &Of, policy: Policy) -> Fallible<(Shared, Project)> {
    is_there(&of.database)?;
    let app = assemble(&of.database, policy, (String::new(), None), None)?;
    let project = crate::event::project(&app, of.project).await?;
    Ok((app, project))
}

/// Says no where no database is: a command about what is in one makes none.
fn is_there(database: &Database) -> Fallible<()> {
    match database.location()? {
        Location::File(path) if !path.exists() => {
            Err(format!("there is no database at {}; see --data and --database-url", path.display()).into())
        }
        _ => Ok(()),
    }
}

/// Prints; a reader that has seen enough is no fault.
fn say(text: &str) -> Fallible<()> {
    match std::io::Write::write_all(&mut std::io::stdout(), text.as_bytes()) {
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => Err(e.into()),
        _ => Ok(()),
    }
}

async fn run_clock(moved: Move, to: To) -> Fallible<()> {
    let policy = if moved.local { Policy::Loopback } else { Policy::Public };
    let (app, project) = open(&moved.of, policy).await?;
    say(&crate::clock::go(&app, &project, to, policy, moved.json).await?)
}

async fn run_partner(command: Partner) -> Fallible<()> {
    match command {
        Partner::Add { name, sandbox, of } => {
            let (app, project) = open(&of, Policy::Public).await?;
            say(&crate::partner::add(&app, project.id, &name, sandbox).await?)
        }
        Partner::List { of } => {
            let (app, project) = open(&of, Policy::Public).await?;
            say(&crate::partner::list(&app, project.id).await?)
        }
        Partner::Disable { partner, of } => {
            let (app, project) = open(&of, Policy::Public).await?;
            say(&crate::partner::enable(&app, project.id, partner, false).await?)
        }
        Partner::Enable { partner, of } => {
            let (app, project) = open(&of, Policy::Public).await?;
            say(&crate::partner::enable(&app, project.id, partner, true).await?)
        }
        Partner::Key { partner, of } => {
            let (app, project) = open(&of, Policy::Public).await?;
            say(&crate::partner::key(&app, project.id, partner).await?)
        }
    }
}

async fn run_found(command: Found) -> Fallible<()> {
    if let Some(url) = &command.webhook_url {
        allowed_url(url, Policy::Public).map_err(|why| format!("--webhook-url: {why}"))?;
    }
    let app = assemble(&command.database, Policy::Public, (String::new(), None), None)?;
    let f = coinslot_app::merchant::found(&app, command.merchant, command.project, command.webhook_url).await?;
    println!(
        "Keep these; the API key is not shown again.

  Merchant  {}
  API key   {}
  Project   {}
  Secret    {}",
        f.merchant, f.api_key, f.project, f.secret
    );
    Ok(())
}

async fn run_key(command: Key) -> Fallible<()> {
    let (Key::Add { whose, .. } | Key::List { whose, .. } | Key::Remove { whose, .. }) = &command;
    let merchant = MerchantId::new(whose.merchant).ok_or("--merchant: not a number of this server")?;
    is_there(&whose.database)?;
    let app = assemble(&whose.database, Policy::Public, (String::new(), None), None)?;
    say(&match command {
        Key::Add { project, .. } => crate::key::add(&app, merchant, project).await?,
        Key::List { json, .. } => crate::key::list(&app, merchant, json).await?,
        Key::Remove { id, .. } => crate::key::remove(&app, merchant, id).await?,
    })
}

async fn projects(command: &Doctor) -> Fallible<Vec<doctor::Finding>> {
    let policy = if command.local { Policy::Loopback } else { Policy::Public };
    let app = assemble(&command.settings.database, policy, (String::new(), None), None)?;
    let projects = match command.project {
        Some(id) => vec![crate::event::project(&app, id).await?],
        None => coinslot_app::merchant::projects(&app).await?,
    };
    let mut found = Vec::new();
    for project in projects {
        found.extend(doctor::project(&app, project, policy).await?);
    }
    Ok(found)
}

async fn run_doctor(command: Doctor) -> Fallible<()> {
    let mut report = doctor::machine(&command.settings, &SystemClock);
    if !command.no_webhooks && doctor::is_current(&report) {
        match projects(&command).await {
            Ok(found) => report.0.extend(found),
            Err(e) => report.0.push(doctor::broken(&e.to_string())),
        }
    }
    say(&if command.json { report.json() } else { report.text() })?;
    match report.is_well() {
        true => Ok(()),
        false => Err("something is not well; what to do stands behind each →".into()),
    }
}

async fn run_dev(dev: Dev) -> Fallible<()> {
    if let Some(url) = &dev.webhook_url {
        allowed_url(url, Policy::Loopback).map_err(|why| format!("--webhook-url: {why}"))?;
    }
    let ready = prepare(&dev.settings, Policy::Loopback).await?;
    let webhook_url = dev.webhook_url.unwrap_or_else(|| format!("http://{}{}", ready.address, demo::WEBHOOK_PATH));
    // The shop has a history of which nobody needs to be told.
    demo::seed(&ready.app, None).await?;
    let options = Options { demo: true, behind_proxy: dev.settings.listen.behind_proxy, ..Options::default() };
    crate::shop::fill(&server::router(&ready.app, options), &ready.app.public_url).await?;
    demo::seed(&ready.app, Some(webhook_url.clone())).await?;
    let data = match dev.settings.database.location()? {
        Location::File(path) => path.display().to_string(),
        Location::Postgres(_) => "PostgreSQL".to_string(),
    };
    let url = ready.app.public_url.clone();
    // Whoever started us may not be reading; that is no reason to stop.
    let _ = writeln!(
        std::io::stdout(),
        "Coinslot {version} is ready, with play money only.

  Demo game      {url}/demo
  Caught mail    {url}/demo/mail
  Token request  curl -u {merchant}:{key} {url}/merchant/v2/merchants/{merchant}/token \\
                   -H 'Content-Type: application/json' -d '{{\"user\":{{\"id\":{{\"value\":\"{player}\"}}}},
                   \"settings\":{{\"project_id\":{project},\"mode\":\"sandbox\"}},
                   \"purchase\":{{\"checkout\":{{\"currency\":\"USD\",\"amount\":9.99}}}}}}'
  Payment page   {url}/paystation2/?access_token=TOKEN
  Test card      4111 1111 1111 1111, 12/40, 123

  Merchant       {merchant}            API key  {key}
  Project        {project}           Secret   {secret}
  Webhooks to    {webhook_url}
  Data in        {data}

Stop with Ctrl-C.",
        version = env!("CARGO_PKG_VERSION"),
        merchant = demo::MERCHANT,
        key = demo::API_KEY,
        project = demo::PROJECT,
        secret = demo::SECRET,
        player = demo::PLAYER,
    );
    serve(ready, options).await
}

async fn run_serve(settings: Settings) -> Fallible<()> {
    let ready = prepare(&settings, Policy::Public).await?;
    tracing::info!(address = %ready.address, public_url = ready.app.public_url, "serving");
    if coinslot_app::merchant::projects(&ready.app).await?.is_empty() {
        tracing::warn!("there is no project yet: `coinslot found` adds a merchant with one");
    }
    let behind_proxy = settings.listen.behind_proxy;
    let connections_per_address = (!behind_proxy).then_some(Options::CONNECTIONS_PER_ADDRESS);
    let rate = settings.listen.calls_per_minute.0;
    let options = Options { behind_proxy, connections_per_address, rate, ..Options::default() };
    serve(ready, options).await
}

async fn serve(ready: Ready, options: Options) -> Fallible<()> {
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let worker = tokio::spawn(coinslot_worker::run(ready.app.clone(), stopped));
    let mut doors = server::doors(&ready.app, options);
    if let Some(listener) = ready.metrics {
        tracing::info!(address = %listener.local_addr()?, "serving metrics");
        let requests = Arc::new(Requests::default());
        doors = doors.counting(&requests);
        let figures = metrics::router(ready.app.clone(), requests);
        // Ends with the process: there is nothing in it to finish.
        tokio::spawn(server::serve(listener, figures, Options::default(), std::future::pending()));
    }
    server::serve(ready.listener, doors, options, told_to_stop()?).await;
    // Requests are done; now what they caused.
    let _ = stop.send(true);
    worker.await?;
    drop(ready.alone);
    Ok(())
}

/// Ctrl-C, or what service managers send.
fn told_to_stop() -> Fallible<impl Future<Output = ()>> {
    #[cfg(unix)]
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    Ok(async move {
        #[cfg(unix)]
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
    })
}
