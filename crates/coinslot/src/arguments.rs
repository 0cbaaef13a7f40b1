//! What can be said on the command line.

use crate::config::{Database, Listen, Logging, Settings};
use clap::{Args, Parser, Subcommand};
use coinslot_app::demo;
use coinslot_domain::id::{EventId, PartnerId, PaymentId, ProjectId};
use coinslot_domain::time::Time;
use std::net::SocketAddr;
use std::path::PathBuf;

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
pub struct Cli {
    #[command(flatten)]
    pub logging: Logging,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
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
pub struct Dev {
    #[command(flatten)]
    pub settings: Settings,
    /// Where the demo project's webhooks go; the demo game's own receiver by
    /// default.
    #[arg(long, value_name = "URL")]
    pub webhook_url: Option<String>,
}

#[derive(Args)]
pub struct Doctor {
    /// Call only this project's webhook URL.
    #[arg(long, value_name = "NUMBER", env = "COINSLOT_PROJECT")]
    pub project: Option<i64>,
    /// Call no webhook URL.
    #[arg(long)]
    pub no_webhooks: bool,
    /// Webhook URLs may be on this machine, as with `coinslot dev`.
    #[arg(long)]
    pub local: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub settings: Settings,
}

#[derive(Subcommand)]
pub enum Config {
    /// Say whether the settings are sound, and if not, what is wrong where.
    Check(Settings),
    /// Print every setting with its value and where it comes from.
    ///
    /// What is printed is a configuration file, but for passwords, which are
    /// masked.
    Print(Settings),
}

#[derive(Args)]
pub struct Found {
    /// The company.
    #[arg(long, value_name = "NAME", value_parser = name)]
    pub merchant: String,
    /// The game, as players see it on the payment page.
    #[arg(long, value_name = "NAME", value_parser = name)]
    pub project: String,
    /// Where the game's server receives webhooks: a public https address.
    #[arg(long, value_name = "URL")]
    pub webhook_url: Option<String>,
    #[command(flatten)]
    pub database: Database,
}

#[derive(Subcommand)]
pub enum Key {
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
pub struct Whose {
    /// The merchant; the demo merchant by default.
    #[arg(long, value_name = "NUMBER", default_value_t = demo::MERCHANT, env = "COINSLOT_MERCHANT")]
    pub merchant: i64,
    #[command(flatten)]
    pub database: Database,
}

/// Which project, and where it is kept.
#[derive(Args)]
pub struct Of {
    /// The project; the demo project by default.
    #[arg(long, value_name = "NUMBER", default_value_t = demo::PROJECT, env = "COINSLOT_PROJECT")]
    pub project: i64,
    #[command(flatten)]
    pub database: Database,
}

#[derive(Subcommand)]
pub enum Partner {
    /// Make a partner, and print its number and its key once.
    Add {
        /// What you call it.
        #[arg(long, value_name = "NAME", value_parser = name)]
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
pub struct Events {
    /// Only events that stand there: pending is to be sent, delivered was
    /// acknowledged, failed was refused or given up.
    #[arg(long, value_name = "STATUS", value_parser = ["pending", "delivered", "failed"])]
    pub status: Option<String>,
    /// Only events of this notification_type, such as payment or refund.
    #[arg(long = "type", value_name = "TYPE")]
    pub kind: Option<String>,
    /// Only events of this transaction.
    #[arg(long, value_name = "NUMBER", value_parser = id::<PaymentId>)]
    pub transaction: Option<PaymentId>,
    /// At most so many.
    #[arg(long, value_name = "NUMBER", default_value_t = 20, value_parser = clap::value_parser!(i64).range(1..=1000))]
    pub limit: i64,
    /// Only events older than this one: the last line of a list says which.
    #[arg(long, value_name = "EVENT", value_parser = id::<EventId>)]
    pub before: Option<EventId>,
    #[command(flatten)]
    pub of: Of,
}

#[derive(Args)]
#[command(group(clap::ArgGroup::new("what").required(true).multiple(true).args(["event", "failed", "since"])))]
pub struct Replay {
    /// The event, as `coinslot webhook events` lists it.
    #[arg(value_name = "EVENT", value_parser = id::<EventId>, conflicts_with_all = ["failed", "since"])]
    pub event: Option<EventId>,
    /// All events that failed.
    #[arg(long)]
    pub failed: bool,
    /// All events that happened then or later: 2026-01-31,
    /// 2026-01-31T23:59:59Z or 2026-01-31T23:59:59+03:00. With --failed, only
    /// those of them that failed.
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub since: Option<Time>,
    #[command(flatten)]
    pub of: Of,
}

#[derive(Args)]
pub struct Test {
    /// The notification_type to send. There is a sample of every published
    /// type; one of your own needs --body.
    #[arg(value_name = "TYPE")]
    pub kind: String,
    /// Of order_paid and order_canceled: in which version, if not in the
    /// project's own.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(i64).range(1..=2))]
    pub order_version: Option<i64>,
    /// Of order_paid and order_canceled: with the payment in it (combined) or
    /// without (separate), if not as the project is told.
    #[arg(long, value_name = "HOW", value_parser = ["separate", "combined"])]
    pub delivery: Option<String>,
    /// File with a JSON object to send in place of the sample; - for standard
    /// input. Its notification_type is set to TYPE.
    #[arg(long, value_name = "FILE")]
    pub body: Option<PathBuf>,
    /// The project's webhook URL is on this machine, as with `coinslot dev`;
    /// otherwise only public https addresses are called.
    #[arg(long)]
    pub local: bool,
    #[command(flatten)]
    pub of: Of,
}

#[derive(Subcommand)]
pub enum Webhook {
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
pub enum Clock {
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
        #[arg(value_name = "NUMBER", value_parser = how_many)]
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
pub struct Move {
    /// The project's webhook URL is on this machine, as with `coinslot dev`;
    /// otherwise only public https addresses are called.
    #[arg(long)]
    pub local: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub of: Of,
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

fn name(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("must not be empty".into()),
        name => Ok(name.into()),
    }
}

fn how_many(text: &str) -> Result<i64, String> {
    let number = text.parse().ok().filter(|n| (1..=1_000_000).contains(n));
    number.ok_or_else(|| "must be a number from 1 to 1000000; the unit stands behind it, as in 13 month".into())
}

fn date(text: &str) -> Result<Time, String> {
    coinslot_wire::read::date(text).map_err(str::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

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
