//! The command line.

use crate::clock::To;
use crate::config::{self, Database, Listen, Loaded, LogFormat, Logging, Settings};
use crate::doctor;
use crate::event::Again;
use crate::mail::Mailer;
use crate::metrics::{self, Requests};
use crate::server::{self, Options};
use crate::system::{SystemClock, SystemRandom};
use clap::{Args, CommandFactory, Parser, Subcommand};
use coinslot_app::event::Filter;
use coinslot_app::port::Post;
use coinslot_app::signature::StandardHeaders;
use coinslot_app::{App, Parts, Shared, demo};
use coinslot_domain::id::{EventId, MerchantId, PartnerId, PaymentId, ProjectId};
use coinslot_domain::merchant::Project;
use coinslot_domain::time::Time;
use coinslot_domain::webhook::{EventState, TIMEOUT};
use coinslot_gateway::SandboxGateway;
use coinslot_paystation::mail::Catcher;
use coinslot_store::{Checked, Location, Store, back_up, restore};
use coinslot_wire::clock::Advance;
use coinslot_worker::guard::{Policy, allowed_url};
use coinslot_worker::outgoing::HttpGame;
use coinslot_worker::smtp::Smtp;
use std::error::Error;
use std::ffi::OsString;
use std::io::{IsTerminal, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use tokio::net::TcpListener;

/// The commands by what one wants, which is more than a list can say.
const HELP: &str = "\
{about-with-newline}
{usage-heading} {usage}

Try it
  dev           Run with demo data and play money; start here
Run it for players
  found         Add a merchant with a project, and print its credentials once
  key           Make, list and remove API keys
  serve         Run: no demo data, webhooks to public https addresses only
  config        Check and print the settings: flag, environment, file, default
  doctor        Look at everything that the server stands on; say what to do
  ready         Say whether the server here is ready, for health checks
Keep it
  backup        Copy the embedded database, checked, while the server runs
  restore       Put a backup in the place of the embedded database
  migrate       Bring the database's tables up to date and stop
Talk with it
  webhook       Look up, replay and test webhooks, and receive them like a game
  clock         Move a project's clock: a year of subscriptions in a second
  partner       Make, list and disable partners of the Distribution Hub
  routes        List every HTTP operation
  openapi       Print the OpenAPI 3.1 document, or a Postman collection
  completions   Print a completion script for a shell
  help          Say more about a command: `coinslot help serve`

{options}

A setting is a flag, a variable (COINSLOT_LISTEN) or a line of coinslot.toml
(listen = \"127.0.0.1:8080\"); `coinslot config print` shows what counts.
";

/// A self-hosted commerce server for games.
///
/// Start with `coinslot dev`: it runs at once, with a demo shop and play money.
#[derive(Parser)]
#[command(version, propagate_version = true, help_template = HELP)]
struct Cli {
    #[command(flatten)]
    logging: Logging,
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
    Serve(Settings),
    /// Add a merchant with a project, and print its credentials once.
    ///
    /// This is how a server started with `coinslot serve` gets its first
    /// project; it may be running meanwhile.
    Found(Found),
    /// Make, list and remove a merchant's API keys; the server may be running.
    ///
    /// To replace a key: `coinslot key add`, give the new one to the game's
    /// server, then `coinslot key remove` the old one.
    #[command(subcommand)]
    Key(Key),
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
    /// Check and print the settings: flag, then environment, then file.
    #[command(subcommand)]
    Config(Config),
    /// Look at everything that the server stands on, and say what to do.
    ///
    /// Ports, limits, clock, data directory, disk space and database first,
    /// without changing anything. Then each project's webhook URL: it is sent a
    /// sample that is signed well, and one that is not and must be refused. The
    /// exit status says whether anything failed.
    Doctor(Doctor),
    /// Say whether the server that runs here is ready, for health checks.
    ///
    /// Asks GET /readyz at --listen; the exit status is the answer.
    Ready(Listen),
    /// Bring the database's tables up to date and stop.
    Migrate(Database),
    /// List every HTTP operation.
    Routes,
    /// Print the OpenAPI 3.1 document of the API; a server shows it at /docs.
    Openapi {
        /// Print a Postman collection in its place.
        #[arg(long)]
        postman: bool,
        /// Where the server is reached.
        #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080", env = "COINSLOT_PUBLIC_URL")]
        public_url: String,
    },
    /// Print a completion script for a shell.
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
    /// Look up, replay and test webhooks, and receive them like a game.
    #[command(subcommand)]
    Webhook(Webhook),
    /// Make, list and disable partners of the Distribution Hub.
    ///
    /// Works on the database, while the server runs or not; a running one knows
    /// of it with the partner's next call.
    #[command(subcommand)]
    Partner(Partner),
    /// Move a project's clock: a year of subscriptions in a second.
    ///
    /// A project that has only taken play money has a clock of its own, which
    /// shows what the server's does until it is moved. Try it with
    /// `coinslot dev`: buy a subscription, then
    /// `coinslot clock advance 13 month --local`, and look at what the game was
    /// told with `coinslot webhook events`.
    #[command(subcommand)]
    Clock(Clock),
}

#[derive(Args)]
struct Dev {
    #[command(flatten)]
    settings: Settings,
    /// Where the demo project's webhooks go; the demo game's own receiver by
    /// default.
    #[arg(long, value_name = "URL")]
    webhook_url: Option<String>,
}

#[derive(Args)]
struct Doctor {
    /// Call only this project's webhook URL.
    #[arg(long, value_name = "NUMBER", env = "COINSLOT_PROJECT")]
    project: Option<i64>,
    /// Call no webhook URL.
    #[arg(long)]
    no_webhooks: bool,
    /// Webhook URLs may be on this machine, as with `coinslot dev`.
    #[arg(long)]
    local: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Subcommand)]
enum Config {
    /// Say whether the settings are sound, and if not, what is wrong where.
    Check(Settings),
    /// Print every setting with its value and where it comes from.
    ///
    /// What is printed is a configuration file, but for passwords, which are
    /// masked.
    Print(Settings),
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
enum Key {
    /// Make a key, and print it once: it is stored as a hash only.
    Add {
        /// Let it reach this project only; every project by default.
        #[arg(long, value_name = "NUMBER", value_parser = id::<ProjectId>)]
        project: Option<ProjectId>,
        #[command(flatten)]
        whose: Whose,
    },
    /// List keys by their ids, which tell nothing of the keys themselves.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        whose: Whose,
    },
    /// Remove a key; running servers refuse it within a second.
    Remove {
        /// The key's id, as `coinslot key list` shows it.
        id: String,
        #[command(flatten)]
        whose: Whose,
    },
}

/// Which merchant, and where it is kept.
#[derive(Args)]
struct Whose {
    /// The merchant; the demo merchant by default.
    #[arg(long, value_name = "NUMBER", default_value_t = demo::MERCHANT, env = "COINSLOT_MERCHANT")]
    merchant: i64,
    #[command(flatten)]
    database: Database,
}

/// Which project, and where it is kept.
#[derive(Args)]
struct Of {
    /// The project; the demo project by default.
    #[arg(long, value_name = "NUMBER", default_value_t = demo::PROJECT, env = "COINSLOT_PROJECT")]
    project: i64,
    #[command(flatten)]
    database: Database,
}

#[derive(Subcommand)]
enum Partner {
    /// Make a partner, and print its number and its key once.
    Add {
        /// What you call it.
        #[arg(long, value_name = "NAME")]
        name: String,
        /// Its payments are play money, and stay so.
        #[arg(long)]
        sandbox: bool,
        #[command(flatten)]
        of: Of,
    },
    /// List the partners of a project, without their keys.
    List {
        #[command(flatten)]
        of: Of,
    },
    /// Have a partner do nothing any more.
    Disable {
        /// The partner, as `coinslot partner list` lists it.
        #[arg(value_name = "PARTNER", value_parser = id::<PartnerId>)]
        partner: PartnerId,
        #[command(flatten)]
        of: Of,
    },
    /// Have a disabled partner sell again.
    Enable {
        /// The partner, as `coinslot partner list` lists it.
        #[arg(value_name = "PARTNER", value_parser = id::<PartnerId>)]
        partner: PartnerId,
        #[command(flatten)]
        of: Of,
    },
    /// Give a partner another key, and print it once; the old one is worth
    /// nothing from then on.
    Key {
        /// The partner, as `coinslot partner list` lists it.
        #[arg(value_name = "PARTNER", value_parser = id::<PartnerId>)]
        partner: PartnerId,
        #[command(flatten)]
        of: Of,
    },
}

#[derive(Args)]
struct Events {
    /// Only events that stand there: pending is to be sent, delivered was
    /// acknowledged, failed was refused or given up.
    #[arg(long, value_name = "STATUS", value_parser = ["pending", "delivered", "failed"])]
    status: Option<String>,
    /// Only events of this notification_type, such as payment or refund.
    #[arg(long = "type", value_name = "TYPE")]
    kind: Option<String>,
    /// Only events of this transaction.
    #[arg(long, value_name = "NUMBER", value_parser = id::<PaymentId>)]
    transaction: Option<PaymentId>,
    /// At most so many.
    #[arg(long, value_name = "NUMBER", default_value_t = 20, value_parser = clap::value_parser!(i64).range(1..=1000))]
    limit: i64,
    /// Only events older than this one: the last line of a list says which.
    #[arg(long, value_name = "EVENT", value_parser = id::<EventId>)]
    before: Option<EventId>,
    #[command(flatten)]
    of: Of,
}

#[derive(Args)]
#[command(group(clap::ArgGroup::new("what").required(true).multiple(true).args(["event", "failed", "since"])))]
struct Replay {
    /// The event, as `coinslot webhook events` lists it.
    #[arg(value_name = "EVENT", value_parser = id::<EventId>, conflicts_with_all = ["failed", "since"])]
    event: Option<EventId>,
    /// All events that failed.
    #[arg(long)]
    failed: bool,
    /// All events that happened then or later: 2026-01-31,
    /// 2026-01-31T23:59:59Z or 2026-01-31T23:59:59+03:00. With --failed, only
    /// those of them that failed.
    #[arg(long, value_name = "DATE", value_parser = date)]
    since: Option<Time>,
    #[command(flatten)]
    of: Of,
}

#[derive(Args)]
struct Test {
    /// The notification_type to send. There is a sample of every published
    /// type; one of your own needs --body.
    #[arg(value_name = "TYPE")]
    kind: String,
    /// Of order_paid and order_canceled: in which version, if not in the
    /// project's own.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(i64).range(1..=2))]
    order_version: Option<i64>,
    /// Of order_paid and order_canceled: with the payment in it (combined) or
    /// without (separate), if not as the project is told.
    #[arg(long, value_name = "HOW", value_parser = ["separate", "combined"])]
    delivery: Option<String>,
    /// File with a JSON object to send in place of the sample; - for standard
    /// input. Its notification_type is set to TYPE.
    #[arg(long, value_name = "FILE")]
    body: Option<PathBuf>,
    /// The project's webhook URL is on this machine, as with `coinslot dev`;
    /// otherwise only public https addresses are called.
    #[arg(long)]
    local: bool,
    #[command(flatten)]
    of: Of,
}

#[derive(Subcommand)]
enum Webhook {
    /// List what the game was told or is to be told, newest first.
    ///
    /// Reads the database, so it works while no server runs. What to look for
    /// first when a purchase did not arrive: `--status failed`, then
    /// `coinslot webhook show EVENT`.
    Events(Events),
    /// Show an event: its exact body, and every attempt with what came of it.
    Show {
        /// The event, as `coinslot webhook events` lists it.
        #[arg(value_name = "EVENT", value_parser = id::<EventId>)]
        event: EventId,
        #[command(flatten)]
        of: Of,
    },
    /// Send events again: one, all that failed, or all since a time.
    ///
    /// The bytes and the webhook-id are the same as ever, so a game that keeps
    /// account of what it knows takes each once; events of one payment keep
    /// their order. A fresh schedule of 14 attempts begins. The server sends
    /// them, at once if it runs, else when it starts. Questions to the game
    /// (user_validation) and tests are not sent again.
    Replay(Replay),
    /// Send a webhook to the project's URL now, signed as ever, and show the
    /// answer.
    ///
    /// Samples have dry_run and a transaction.id that no payment has. The exit
    /// status says whether the game acknowledged it.
    Test(Test),
    /// Print each attempt as it is made, a line each, until Ctrl-C.
    Tail {
        #[command(flatten)]
        of: Of,
    },
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

#[derive(Subcommand)]
enum Clock {
    /// Print what the project's clock shows and how far it is ahead.
    Show {
        /// Print JSON.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        of: Of,
    },
    /// Move the clock forward: `coinslot clock advance 13 month`.
    ///
    /// Everything that falls due on the way happens in its order and nothing is
    /// waited for: renewals, tries after a decline, ends, webhooks and their
    /// repetition. Works beside a running server and without one. A clock never
    /// goes back.
    Advance {
        /// How many.
        #[arg(value_name = "NUMBER", value_parser = clap::value_parser!(i64).range(1..=1_000_000))]
        value: i64,
        /// Of what. Days and months are those of the project's time zone.
        #[arg(value_name = "UNIT", value_parser = unit_names())]
        unit: String,
        #[command(flatten)]
        moved: Move,
    },
    /// Move the clock forward to a date: `coinslot clock set 2027-01-31`.
    ///
    /// What falls due on the way happens as with `advance`.
    Set {
        /// What it is to show: 2027-01-31, which is its first moment in UTC,
        /// 2027-01-31T23:59:59Z or 2027-01-31T23:59:59+03:00.
        #[arg(value_name = "DATE", value_parser = date)]
        to: Time,
        #[command(flatten)]
        moved: Move,
    },
}

/// How a clock is moved.
#[derive(Args)]
struct Move {
    /// The project's webhook URL is on this machine, as with `coinslot dev`;
    /// otherwise only public https addresses are called.
    #[arg(long)]
    local: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    of: Of,
}

fn unit_names() -> clap::builder::PossibleValuesParser {
    // Whoever writes "30 days" means it.
    let name = |n: &'static str, many: &'static str| clap::builder::PossibleValue::new(n).alias(many);
    [
        name("second", "seconds"),
        name("minute", "minutes"),
        name("hour", "hours"),
        name("day", "days"),
        name("month", "months"),
    ]
    .into()
}

fn id<T: std::str::FromStr<Err = ()>>(text: &str) -> Result<T, String> {
    // As it stands in webhook-id, too.
    text.strip_prefix("evt_").unwrap_or(text).parse().map_err(|()| "not a number of this server".into())
}

fn date(text: &str) -> Result<Time, String> {
    coinslot_wire::read::date(text).map_err(str::to_string)
}

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
    Ok(Ready { app: assemble(database, policy, urls, post)?, listener, address, metrics })
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
    let app = assemble(&of.database, policy, (String::new(), None), None)?;
    let project = crate::event::project(&app, of.project).await?;
    Ok((app, project))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn replay(args: &str) -> Option<Replay> {
        let args = format!("coinslot webhook replay {args}");
        match Cli::try_parse_from(args.split_whitespace()).ok()?.command {
            Command::Webhook(Webhook::Replay(replay)) => Some(replay),
            _ => None,
        }
    }

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_help_names_each_command_once() {
        for command in Cli::command().get_subcommands() {
            let named = HELP.lines().filter(|line| line.starts_with(&format!("  {} ", command.get_name())));
            assert_eq!(named.count(), 1, "{}", command.get_name());
        }
        assert!(HELP.lines().all(|line| line.len() <= 80));
    }

    #[test]
    fn how_far_a_clock_goes_is_said() {
        let moves = |args: &str| {
            let args = format!("coinslot clock {args}");
            match Cli::try_parse_from(args.split_whitespace()).ok()?.command {
                Command::Clock(Clock::Advance { value, unit, .. }) => Some(format!("{value} {unit}")),
                Command::Clock(Clock::Set { to, .. }) => Some(to.rfc3339()),
                _ => None,
            }
        };
        assert_eq!(moves("advance 13 month").unwrap(), "13 month");
        assert_eq!(moves("advance 30 days --local --json").unwrap(), "30 days");
        assert_eq!(moves("set 2027-01-31").unwrap(), "2027-01-31T00:00:00+00:00");
        for wrong in ["advance", "advance 13", "advance 0 day", "advance -1 day", "advance 1 year", "set", "set soon"] {
            assert!(moves(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn what_to_replay_is_said() {
        assert_eq!(replay("100000005").unwrap().event, EventId::new(100_000_005));
        assert_eq!(replay("evt_100000005").unwrap().event, EventId::new(100_000_005));
        assert!(replay("--failed").unwrap().failed);
        let both = replay("--failed --since 1970-01-01T00:00:00Z").unwrap();
        assert_eq!((both.failed, both.since), (true, Some(Time(0))));
        for wrong in ["", "0", "x", "5 --failed", "5 --since 1970-01-01", "--since yesterday"] {
            assert!(replay(wrong).is_none(), "{wrong}");
        }
    }
}
