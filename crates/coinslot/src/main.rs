//! The command line.

use clap::{Args, Parser, Subcommand};
use coinslot::server::{self, Options};
use coinslot::system::{SystemClock, SystemRandom};
use coinslot_app::signature::StandardHeaders;
use coinslot_app::{App, Parts, Profile, Shared, demo};
use coinslot_domain::webhook::TIMEOUT;
use coinslot_gateway::SandboxGateway;
use coinslot_store::{Checked, Location, Store, back_up, restore};
use coinslot_worker::outgoing::{HttpGame, Policy, allowed_url};
use std::error::Error;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use tokio::net::TcpListener;

/// A self-hosted commerce server for games.
///
/// Start with `coinslot dev`: it runs at once, with a demo shop and play money.
#[derive(Parser)]
#[command(version, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run with demo data, play money, and webhooks to this machine allowed.
    ///
    /// Everything that scripts need is fixed: merchant 2340, API key
    /// demo_api_key, project 18404, project secret demo_secret_key, player
    /// 1234567. `GET /healthz` answers 200 once the server is ready.
    Dev(Dev),
    /// Run for players: no demo data, webhooks to public https addresses only.
    Serve(Serve),
    /// Add a merchant with a project, and print its credentials once.
    ///
    /// This is how a server started with `coinslot serve` gets its first
    /// project; it may be running meanwhile.
    Found(Found),
    /// Copy the embedded database to a file, checked, while the server runs.
    Backup {
        /// The file to write; it must not exist.
        #[arg(value_name = "FILE")]
        to: PathBuf,
        #[command(flatten)]
        database: Database,
    },
    /// Put a backup in the place of the embedded database.
    ///
    /// The server must be stopped. A database that is there is kept beside it.
    Restore {
        /// The backup.
        #[arg(value_name = "FILE")]
        from: PathBuf,
        #[command(flatten)]
        database: Database,
    },
    /// Bring the database's tables up to date and stop.
    Migrate(Database),
    /// List every HTTP operation.
    Routes,
    /// Work with webhooks from your game's side.
    #[command(subcommand)]
    Webhook(Webhook),
}

#[derive(Args)]
struct Database {
    /// Directory of the embedded database; made if it is not there.
    #[arg(long, value_name = "DIR", default_value = "data", env = "COINSLOT_DATA")]
    data: PathBuf,
    /// A PostgreSQL database in place of the embedded one:
    /// postgres://user:password@host/name, also with several hosts.
    #[arg(long, value_name = "URL", env = "COINSLOT_DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
}

impl Database {
    fn location(&self) -> Location {
        match &self.database_url {
            Some(url) => Location::parse(url),
            None => Location::File(self.data.join("coinslot.db")),
        }
    }
}

#[derive(Args)]
struct Listen {
    /// Address and port to listen on; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080", env = "COINSLOT_LISTEN")]
    listen: SocketAddr,
    /// Where browsers reach the server, when that is not the address above.
    #[arg(long, value_name = "URL", env = "COINSLOT_PUBLIC_URL")]
    public_url: Option<String>,
    /// A reverse proxy stands in front and sets X-Forwarded-For.
    #[arg(long, env = "COINSLOT_BEHIND_PROXY")]
    behind_proxy: bool,
}

#[derive(Args)]
struct Dev {
    #[command(flatten)]
    listen: Listen,
    #[command(flatten)]
    database: Database,
    /// Where the demo project's webhooks go; the demo game's own receiver by
    /// default.
    #[arg(long, value_name = "URL")]
    webhook_url: Option<String>,
}

#[derive(Args)]
struct Serve {
    #[command(flatten)]
    listen: Listen,
    #[command(flatten)]
    database: Database,
}

#[derive(Args)]
struct Found {
    /// The company.
    #[arg(long, value_name = "NAME")]
    merchant: String,
    /// The game, as players see it on the payment page.
    #[arg(long, value_name = "NAME")]
    project: String,
    /// Where the game's server receives webhooks: a public https address.
    #[arg(long, value_name = "URL")]
    webhook_url: Option<String>,
    #[command(flatten)]
    database: Database,
}

#[derive(Subcommand)]
enum Webhook {
    /// Receive webhooks, check their signatures, and print what came.
    ///
    /// Point the server here with
    /// `coinslot dev --webhook-url http://127.0.0.1:9000/`.
    Listen {
        /// Address and port to listen on.
        #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:9000")]
        listen: SocketAddr,
        /// The project's secret.
        #[arg(long, default_value = demo::SECRET, env = "COINSLOT_SECRET", hide_env_values = true)]
        secret: String,
        /// What to answer to webhooks that are signed well; 500 shows retries.
        #[arg(long, value_name = "STATUS", default_value_t = 204, value_parser = clap::value_parser!(u16).range(200..600))]
        answer: u16,
    },
    /// Say whether a signature fits a body, and if not, which rule it breaks.
    Verify {
        /// File with the body exactly as it was received; - for standard input.
        #[arg(long, value_name = "FILE")]
        body: PathBuf,
        /// The Authorization header: "Signature …".
        #[arg(long, value_name = "HEADER")]
        authorization: Option<String>,
        /// The webhook-id header.
        #[arg(long, value_name = "HEADER")]
        webhook_id: Option<String>,
        /// The webhook-timestamp header.
        #[arg(long, value_name = "HEADER")]
        webhook_timestamp: Option<String>,
        /// The webhook-signature header.
        #[arg(long, value_name = "HEADER")]
        webhook_signature: Option<String>,
        /// The project's secret.
        #[arg(long, default_value = demo::SECRET, env = "COINSLOT_SECRET", hide_env_values = true)]
        secret: String,
    },
}

type Fallible<T> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let level = if matches!(cli.command, Command::Serve(_)) { "info" } else { "warn" };
    let filter = tracing_subscriber::EnvFilter::try_from_env("COINSLOT_LOG");
    tracing_subscriber::fmt()
        .with_env_filter(filter.unwrap_or_else(|_| level.into()))
        .with_writer(std::io::stderr)
        .init();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(e) => {
            eprintln!("coinslot: cannot start: {e}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(run(cli.command)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("coinslot: {e}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> Fallible<()> {
    match command {
        Command::Dev(dev) => run_dev(dev).await,
        Command::Serve(serve) => run_serve(serve).await,
        Command::Found(found) => run_found(found).await,
        Command::Backup { to, database } => {
            let found = back_up(&database.location(), &to)?;
            println!("{}: {}", to.display(), holds(found));
            Ok(())
        }
        Command::Restore { from, database } => {
            let (found, kept) = restore(&from, &database.location())?;
            println!("Restored: {}", holds(found));
            if let Some(kept) = kept {
                println!("What was there is kept as {}", kept.display());
            }
            Ok(())
        }
        Command::Migrate(database) => {
            Store::open(&database.location())?;
            println!("The tables are up to date.");
            Ok(())
        }
        Command::Routes => {
            print!("{}", coinslot::routes());
            Ok(())
        }
        Command::Webhook(Webhook::Listen { listen, secret, answer }) => {
            Ok(coinslot::webhook::listen(listen, secret, answer).await?)
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
            println!("{}", coinslot::webhook::verify(&body, authorization.as_deref(), standard, &secret, None)?);
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
}

async fn prepare(listen: &Listen, database: &Database, profile: Profile) -> Fallible<Ready> {
    let listener = TcpListener::bind(listen.listen)
        .await
        .map_err(|e| format!("cannot listen on {}: {e}; choose another with --listen", listen.listen))?;
    let address = listener.local_addr()?;
    let public_url = listen.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
    Ok(Ready { app: assemble(database, profile, public_url)?, listener, address })
}

fn assemble(database: &Database, profile: Profile, public_url: String) -> Fallible<Shared> {
    let policy = match profile {
        Profile::Dev => Policy::Loopback,
        Profile::Live => Policy::Public,
    };
    Ok(App::new(Parts {
        store: Store::open(&database.location())?,
        clock: Arc::new(SystemClock),
        random: Arc::new(SystemRandom),
        gateway: Arc::new(SandboxGateway),
        game: Arc::new(HttpGame::new(policy, TIMEOUT)?),
        profile,
        public_url,
    }))
}

async fn run_found(command: Found) -> Fallible<()> {
    if let Some(url) = &command.webhook_url {
        allowed_url(url, Policy::Public).map_err(|why| format!("--webhook-url: {why}"))?;
    }
    let app = assemble(&command.database, Profile::Live, String::new())?;
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

async fn run_dev(dev: Dev) -> Fallible<()> {
    let ready = prepare(&dev.listen, &dev.database, Profile::Dev).await?;
    let webhook_url = dev.webhook_url.unwrap_or_else(|| format!("http://{}{}", ready.address, demo::WEBHOOK_PATH));
    demo::seed(&ready.app, Some(webhook_url.clone())).await?;
    let data = match dev.database.location() {
        Location::File(path) => path.display().to_string(),
        Location::Postgres(_) => "PostgreSQL".to_string(),
    };
    let url = ready.app.public_url.clone();
    println!(
        "Coinslot {version} is ready, with play money only.

  Demo game      {url}/demo
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
    let options = Options { demo: true, behind_proxy: dev.listen.behind_proxy };
    serve(ready, options).await
}

async fn run_serve(command: Serve) -> Fallible<()> {
    let ready = prepare(&command.listen, &command.database, Profile::Live).await?;
    tracing::info!(address = %ready.address, public_url = ready.app.public_url, "serving");
    let options = Options { demo: false, behind_proxy: command.listen.behind_proxy };
    serve(ready, options).await
}

async fn serve(ready: Ready, options: Options) -> Fallible<()> {
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let worker = tokio::spawn(coinslot_worker::run(ready.app.clone(), stopped));
    server::serve(ready.listener, server::router(&ready.app, options), options, told_to_stop()?).await;
    // Requests are done; now what they caused.
    let _ = stop.send(true);
    worker.await?;
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
