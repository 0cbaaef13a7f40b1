//! Settings: by flag, environment variable, file or default, in this order of
//! strength.
//!
//! Each is defined once, as an argument of the command line. Its key in the
//! file is the flag with underscores, its variable the same in capitals behind
//! `COINSLOT_`. What the file says becomes the argument's default before the
//! command line is read, so the same code checks a value wherever it comes from.

use clap::builder::{BoolishValueParser, PossibleValue};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Args, Command, CommandFactory, FromArgMatches, ValueEnum};
use coinslot_domain::limit::Rate;
use coinslot_domain::time::Span;
use coinslot_store::Location;
use std::any::TypeId;
use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use toml::de::{DeTable, DeValue};

/// Read when `--config` names no other, and not missed when it is not there.
const DEFAULT_FILE: &str = "coinslot.toml";
/// Every variable begins so.
const PREFIX: &str = "COINSLOT_";
/// A setting of this name names the file with the secret in place of it.
const IN_FILE: &str = "_file";

/// What a server is told.
#[derive(Args)]
pub struct Settings {
    /// Its doors.
    #[command(flatten)]
    pub listen: Listen,
    /// Its database.
    #[command(flatten)]
    pub database: Database,
    /// Its mail.
    #[command(flatten)]
    pub mail: Mail,
}

/// How letters reach players.
#[derive(Args)]
#[command(next_help_heading = "Mail")]
pub struct Mail {
    /// The mail server that takes receipts and keys for players:
    /// smtps://user:password@host:465, or smtp://user:password@host:587?tls=required.
    /// Without one nothing is mailed; `coinslot dev` shows it at /demo/mail.
    #[arg(long, value_name = "URL", env = "COINSLOT_SMTP_URL", hide_env_values = true)]
    pub smtp_url: Option<String>,
    /// A file that holds the URL of the mail server, so that its password stands
    /// in no command line, environment or configuration file.
    #[arg(long, value_name = "FILE", env = "COINSLOT_SMTP_URL_FILE")]
    pub smtp_url_file: Option<PathBuf>,
    /// The address that letters come from.
    #[arg(long, value_name = "ADDRESS", env = "COINSLOT_MAIL_FROM")]
    pub mail_from: Option<String>,
}

impl Mail {
    /// The mail server's URL and the address that letters come from, or what is
    /// wrong with what was said; none if nothing is to be mailed.
    pub fn server(&self) -> Result<Option<(String, String)>, String> {
        let url = match (&self.smtp_url, &self.smtp_url_file) {
            (None, None) => return Ok(None),
            (Some(_), Some(_)) => {
                return Err("smtp_url and smtp_url_file are both set; `coinslot config print` says where".into());
            }
            (Some(url), None) => url.clone(),
            (None, Some(path)) => secret(path).map_err(|why| format!("smtp_url_file: {why}"))?,
        };
        match &self.mail_from {
            Some(from) => Ok(Some((url, from.clone()))),
            None => Err("smtp_url is set, and mail_from says no address that letters come from".into()),
        }
    }
}

/// Where a server is reached.
#[derive(Args)]
#[command(next_help_heading = "Serving")]
pub struct Listen {
    /// Address and port to listen on; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080", env = "COINSLOT_LISTEN", value_parser = address)]
    pub listen: SocketAddr,
    /// Where browsers reach the server, when that is not the address above.
    #[arg(long, value_name = "URL", env = "COINSLOT_PUBLIC_URL", value_parser = web_address)]
    pub public_url: Option<String>,
    /// Where browsers reach it to pay with play money, when that is not the
    /// address above. With two addresses, a payment page that is opened at the
    /// wrong one says so (0004-0008).
    #[arg(long, value_name = "URL", env = "COINSLOT_SANDBOX_URL", value_parser = web_address)]
    pub sandbox_url: Option<String>,
    /// A reverse proxy stands in front and sets X-Forwarded-For. Only the last
    /// entry of that header is believed.
    #[arg(long, value_name = "TRUTH", env = "COINSLOT_BEHIND_PROXY", num_args = 0..=1, require_equals = true)]
    #[arg(default_value = "false", default_missing_value = "true", value_parser = BoolishValueParser::new())]
    pub behind_proxy: bool,
    /// Calls of the API that one API key may make in a minute, and at once; off
    /// for no limit. `coinslot dev` has none.
    #[arg(long, value_name = "NUMBER", env = "COINSLOT_CALLS_PER_MINUTE", default_value = "6000", value_parser = pace)]
    pub calls_per_minute: Pace,
    /// Address and port to serve figures on for Prometheus, at /metrics; nobody
    /// is asked for a password there, so keep it on this machine or in a network
    /// of your own. Not served by default.
    #[arg(long, value_name = "ADDRESS", env = "COINSLOT_METRICS_LISTEN", value_parser = address)]
    pub metrics_listen: Option<SocketAddr>,
}

/// An address and a port, as numbers: names stand for several.
pub fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "must be an IP address and a port, such as 127.0.0.1:8080 or [::]:8080".into())
}

fn web_address(text: &str) -> Result<String, String> {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    match host.is_some_and(|host| !host.is_empty() && !host.starts_with(['/', '?', '#'])) {
        true => Ok(text.into()),
        false => Err("must be an address that begins with https:// or http://".into()),
    }
}

/// How often an API key may call, or no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace(pub Option<Rate>);

fn pace(text: &str) -> Result<Pace, String> {
    if text == "off" {
        return Ok(Pace(None));
    }
    let rate =
        text.parse().ok().filter(|calls| *calls <= 1_000_000).and_then(|calls| Rate::new(calls, Span::minutes(1)));
    rate.map(|rate| Pace(Some(rate))).ok_or_else(|| "must be a number from 1 to 1000000, or off".into())
}

/// Where everything is kept.
#[derive(Args)]
#[command(next_help_heading = "Database")]
pub struct Database {
    /// Directory of the embedded database; made if it is not there.
    #[arg(long, value_name = "DIR", default_value = "data", env = "COINSLOT_DATA")]
    pub data: PathBuf,
    /// A PostgreSQL database in place of the embedded one:
    /// postgres://user:password@host/name, also with several hosts.
    #[arg(long, value_name = "URL", env = "COINSLOT_DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// A file that holds the URL of the PostgreSQL database, so that its
    /// password stands in no command line, environment or configuration file.
    #[arg(long, value_name = "FILE", env = "COINSLOT_DATABASE_URL_FILE")]
    pub database_url_file: Option<PathBuf>,
}

impl Database {
    /// Which database is meant, or what is wrong with what was said.
    pub fn location(&self) -> Result<Location, String> {
        let url = match (&self.database_url, &self.database_url_file) {
            (None, None) => return Ok(Location::File(self.data.join("coinslot.db"))),
            (Some(_), Some(_)) => {
                let why = "database_url and database_url_file are both set; `coinslot config print` says where";
                return Err(why.into());
            }
            (Some(url), None) => url.clone(),
            (None, Some(path)) => secret(path).map_err(|why| format!("database_url_file: {why}"))?,
        };
        // Anything else would be taken for the name of a file.
        match Location::parse(&url) {
            postgres @ Location::Postgres(_) => Ok(postgres),
            Location::File(_) => Err("database_url must begin with postgres:// or postgresql://".into()),
        }
    }
}

/// A secret from a file, without the line break that editors add.
fn secret(path: &Path) -> Result<String, String> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    match text.trim() {
        "" => Err(format!("{} is empty", path.display())),
        text => Ok(text.to_string()),
    }
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// A JSON object a line, for collectors.
    Json,
}

/// What is said on standard error.
#[derive(Args)]
#[command(next_help_heading = "Logs and configuration")]
pub struct Logging {
    /// What to log: error, warn, info, debug or trace, also by part, as in
    /// coinslot_app=debug,warn. By default info while serving for players and
    /// warn otherwise.
    #[arg(long, value_name = "FILTER", env = "COINSLOT_LOG", global = true, value_parser = filter)]
    pub log: Option<String>,
    /// How log lines look.
    #[arg(long, value_name = "FORMAT", env = "COINSLOT_LOG_FORMAT", global = true, default_value = "text")]
    pub log_format: LogFormat,
    /// The configuration file; coinslot.toml by default, if it is there.
    #[arg(long, value_name = "FILE", env = "COINSLOT_CONFIG", global = true)]
    pub config: Option<PathBuf>,
}

fn filter(text: &str) -> Result<String, String> {
    match tracing_subscriber::EnvFilter::try_new(text) {
        Ok(_) => Ok(text.to_string()),
        Err(e) => Err(e.to_string()),
    }
}

/// Every setting, as arguments of a command.
fn all() -> Command {
    let mut all = Settings::augment_args(Command::new("coinslot"));
    all = Logging::augment_args(all).disable_help_flag(true);
    all.build();
    all
}

/// Where the file is named is no place for the file to say.
fn of_file(command: &Command) -> impl Iterator<Item = &Arg> {
    command.get_arguments().filter(|arg| arg.get_env().is_some() && arg.get_id() != "config")
}

fn variable(id: &str) -> String {
    format!("{PREFIX}{}", id.to_ascii_uppercase())
}

/// A setting that a file makes.
#[derive(Debug, PartialEq, Eq)]
struct Entry {
    key: String,
    value: String,
    line: usize,
}

/// A configuration file that was read.
#[derive(Debug)]
pub struct File {
    path: PathBuf,
    entries: Vec<Entry>,
}

impl File {
    /// Reads a file; every fault in it, each with file, line and key.
    fn read(path: &Path) -> Result<File, Vec<String>> {
        let shown = path.display();
        let text = std::fs::read_to_string(path).map_err(|e| vec![format!("{shown}: {e}")])?;
        let line = |at: usize| text.get(..at).map_or(0, |before| before.matches('\n').count()) + 1;
        let table = DeTable::parse(&text).map_err(|e| {
            let at = e.span().map_or(String::new(), |span| format!(":{}", line(span.start)));
            vec![format!("{shown}{at}: {}", e.message().replace('\n', "; "))]
        })?;
        let known = all();
        let mut entries = Vec::new();
        let mut faults = Vec::new();
        for (key, value) in table.get_ref() {
            let place = format!("{shown}:{}: {}", line(key.span().start), key.get_ref());
            match entry(&known, key.get_ref(), value.get_ref()) {
                Ok(value) => {
                    entries.push(Entry { key: key.get_ref().to_string(), value, line: line(key.span().start) })
                }
                Err(why) => faults.push((key.span().start, format!("{place}: {why}"))),
            }
        }
        for e in &entries {
            if let Some(other) = entries.iter().find(|other| other.key == format!("{}{IN_FILE}", e.key)) {
                faults.push((
                    usize::MAX,
                    format!("{shown}:{}: {}: {} is set, too; keep one", other.line, other.key, e.key),
                ));
            }
        }
        entries.sort_by_key(|e| e.line);
        faults.sort();
        match faults.is_empty() {
            true => Ok(File { path: path.to_path_buf(), entries }),
            false => Err(faults.into_iter().map(|(_, fault)| fault).collect()),
        }
    }

    fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|e| e.key == key)
    }
}

/// The value of a key as the command line would have it.
fn entry(known: &Command, key: &str, value: &DeValue<'_>) -> Result<String, String> {
    let Some(arg) = of_file(known).find(|arg| arg.get_id() == key) else { return Err(unknown(known, key)) };
    let is_truth = arg.get_value_parser().type_id() == TypeId::of::<bool>();
    let text = match value {
        DeValue::Boolean(truth) if is_truth => truth.to_string(),
        DeValue::String(text) if !is_truth => text.to_string(),
        other => {
            let wanted = if is_truth { "true or false, without quotes" } else { "a text in quotes" };
            return Err(format!("must be {wanted}, and is of type {}", other.type_str()));
        }
    };
    well(arg, &text).map(|()| text)
}

fn unknown(known: &Command, key: &str) -> String {
    let flag = format!("--{}", key.replace('_', "-"));
    let tried = known.clone().try_get_matches_from(["coinslot", &flag]);
    let meant = match tried.as_ref().err().and_then(|e| e.get(ContextKind::SuggestedArg)) {
        Some(ContextValue::String(flag)) => Some(flag.trim_start_matches('-').replace('-', "_")),
        _ => None,
    };
    match meant {
        Some(meant) => format!("there is no such setting; did you mean {meant}?"),
        None => {
            let names: Vec<&str> = of_file(known).map(|arg| arg.get_id().as_str()).collect();
            format!("there is no such setting; there are {}", names.join(", "))
        }
    }
}

/// Whether an argument takes a value, tried out on a command with nothing else.
fn well(arg: &Arg, value: &str) -> Result<(), String> {
    let alone = Command::new("coinslot").arg(arg.clone().env(format!("{PREFIX}NOWHERE")));
    let flag = format!("--{}={value}", arg.get_long().unwrap_or_default());
    let Err(e) = alone.try_get_matches_from(["coinslot", &flag]) else { return Ok(()) };
    if let Some(ContextValue::Strings(values)) =
        e.get(ContextKind::ValidValue).filter(|_| e.kind() == ErrorKind::InvalidValue)
    {
        return Err(format!("must be one of {}", values.join(", ")));
    }
    let cause = std::error::Error::source(&e).map(ToString::to_string);
    Err(cause.unwrap_or_else(|| e.to_string().lines().next().unwrap_or_default().to_string()))
}

/// Variables that hold what their setting does not take.
fn bad_variables() -> Vec<String> {
    let known = all();
    let bad = |arg: &Arg| {
        let name = variable(arg.get_id().as_str());
        let value = std::env::var(&name).ok()?;
        well(arg, &value).err().map(|why| format!("{name}: {why}"))
    };
    known.get_arguments().filter_map(bad).collect()
}

/// A command line that was read, with the file behind it.
pub struct Loaded<C> {
    /// The command.
    pub command: C,
    /// The file.
    pub file: Option<File>,
    /// What the innermost command was told, and whence.
    matches: ArgMatches,
}

/// Reads the command line, the environment and the file. Prints help and faults
/// of the command line itself and ends the process; every other fault is
/// returned, a line each.
pub fn load<C: CommandFactory + FromArgMatches>(args: &[OsString]) -> Result<Loaded<C>, Vec<String>> {
    let first = match C::command().try_get_matches_from(args) {
        Ok(matches) => matches,
        Err(e) => {
            // Clap would speak of a flag that nobody wrote.
            let bad = bad_variables();
            if !bad.is_empty() && matches!(e.kind(), ErrorKind::ValueValidation | ErrorKind::InvalidValue) {
                return Err(bad);
            }
            e.exit()
        }
    };
    let first = innermost(&first);
    let given = first.try_get_one::<PathBuf>("config").ok().flatten();
    let path = given.cloned().or_else(|| Some(DEFAULT_FILE.into()).filter(|path: &PathBuf| path.exists()));
    let file = path.as_deref().map(File::read).transpose()?;
    let stronger = |id: &str| {
        let source = first.try_contains_id(id).ok().and_then(|_| first.value_source(id));
        matches!(source, Some(ValueSource::CommandLine | ValueSource::EnvVariable))
    };
    // A secret and its file are one setting in two forms.
    let hidden = |key: &str| match key.strip_suffix(IN_FILE) {
        Some(plain) => stronger(plain),
        None => stronger(&format!("{key}{IN_FILE}")),
    };
    let mut command = C::command();
    if let Some(file) = &file {
        command =
            with_defaults(command, &|id: &str| file.entry(id).filter(|e| !hidden(&e.key)).map(|e| e.value.clone()));
    }
    let matches = command.try_get_matches_from(args).unwrap_or_else(|e| e.exit());
    let command = C::from_arg_matches(&matches).unwrap_or_else(|e| e.exit());
    Ok(Loaded { command, file, matches: innermost(&matches).clone() })
}

fn innermost(matches: &ArgMatches) -> &ArgMatches {
    matches.subcommand().map_or(matches, |(_, inner)| innermost(inner))
}

/// A command in which what the file says is what is taken by default.
fn with_defaults(command: Command, value: &dyn Fn(&str) -> Option<String>) -> Command {
    let with = |arg: Arg| {
        let id = arg.get_id().as_str();
        // Other commands have arguments of the same name that are no settings.
        let is_setting = arg.get_env() == Some(OsStr::new(&variable(id)));
        match value(id).filter(|_| is_setting) {
            Some(value) => arg.default_value(value),
            None => arg,
        }
    };
    command.mut_args(with).mut_subcommands(|inner| with_defaults(inner, value))
}

/// Every setting with its value and where it comes from, as a configuration
/// file. Passwords are masked.
pub fn print<C>(loaded: &Loaded<C>) -> String {
    let mut text = String::new();
    for arg in of_file(&all()) {
        let id = arg.get_id().as_str();
        let value = loaded.matches.get_raw(id).and_then(|mut values| values.next()).map(|v| v.to_string_lossy());
        let from_file = loaded.file.as_ref().and_then(|file| Some((file, file.entry(id)?)));
        let source = match (loaded.matches.value_source(id), from_file) {
            (Some(ValueSource::CommandLine), _) => "the command line".to_string(),
            (Some(ValueSource::EnvVariable), _) => variable(id),
            (_, Some((file, entry))) => format!("{}:{}", file.path.display(), entry.line),
            _ => "the default".to_string(),
        };
        // Formatting into a string does not fail.
        let _ = match value {
            None => writeln!(text, "# {id} is not set"),
            Some(value) if arg.get_value_parser().type_id() == TypeId::of::<bool>() => {
                let truth = matches!(loaded.matches.get_one::<bool>(id), Some(true));
                let _ = value;
                writeln!(text, "{id} = {truth} # {source}")
            }
            Some(value) => {
                let shown = if arg.is_hide_env_values_set() { masked(&value) } else { value.into_owned() };
                writeln!(text, "{id} = {} # {source}", toml::Value::String(shown))
            }
        };
    }
    text
}

/// A URL without its password; anything else that is secret is not shown at all.
pub fn masked(url: &str) -> String {
    const MASK: &str = "****";
    match url::Url::parse(url) {
        Ok(mut parsed) => {
            if parsed.password().is_some() && parsed.set_password(Some(MASK)).is_err() {
                return MASK.into();
            }
            // PostgreSQL takes a password there, too.
            let pairs: Vec<(String, String)> = parsed.query_pairs().into_owned().collect();
            if pairs.iter().any(|(name, _)| name == "password") {
                let shown = pairs.iter().map(|(n, v)| (n, if n == "password" { MASK } else { v }));
                parsed.query_pairs_mut().clear().extend_pairs(shown);
            }
            parsed.into()
        }
        Err(_) => MASK.into(),
    }
}

/// What to say when nothing is wrong, and variables that look like settings and
/// are none.
pub fn check<C: CommandFactory>(loaded: &Loaded<C>, database: &Database) -> Result<String, String> {
    database.location()?;
    let mut text = match &loaded.file {
        Some(file) => format!("{}: {} settings, all sound.\n", file.path.display(), file.entries.len()),
        None => format!("There is no {DEFAULT_FILE} here and no --config; flags and environment are sound.\n"),
    };
    let mut known = BTreeSet::new();
    variables(&C::command(), &mut known);
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if name.starts_with(PREFIX) && !known.contains(&name) {
            let _ = writeln!(text, "Warning: the variable {name} is set, and nothing reads it.");
        }
    }
    Ok(text)
}

fn variables(command: &Command, into: &mut BTreeSet<String>) {
    into.extend(command.get_arguments().filter_map(|arg| Some(arg.get_env()?.to_string_lossy().into_owned())));
    command.get_subcommands().for_each(|inner| variables(inner, into));
}

/// The reference page, in Markdown.
pub fn reference() -> String {
    let mut text = String::from(
        "# Configuration\n\n\
         <!-- Generated from crates/coinslot/src/config.rs: cargo xtask golden --update rewrites it. -->\n\n\
         A setting can be given by flag, by environment variable or in a file; of several the first of these counts, and\n\
         without any the default. The file is TOML. It is the one that `--config` or `COINSLOT_CONFIG` names, else\n\
         `coinslot.toml` in the directory where the server starts, if there is one.\n\n\
         ```toml\n\
         # coinslot.toml\n\
         public_url = \"https://pay.example.com\"\n\
         behind_proxy = true\n\
         database_url_file = \"/run/secrets/database_url\"\n\
         ```\n\n\
         ```sh\n\
         coinslot config check      # says what is wrong with the settings, with file, line and key\n\
         coinslot config print      # every setting with its value and where it comes from; passwords are masked\n\
         ```\n\n\
         A key that is none, a value of another type and a file that cannot be read are errors: the server does not start\n\
         with half of what it was told. Paths are relative to the directory where the server starts. A secret is given\n\
         either itself or as the file that holds it (`…_file`); a line break at the end of that file does not count.\n\
         `coinslot dev` reads the same settings.\n",
    );
    let all = all();
    let mut heading = None;
    for arg in of_file(&all) {
        if arg.get_help_heading() != heading {
            heading = arg.get_help_heading();
            let _ = writeln!(text, "\n## {}\n", heading.unwrap_or_default());
            text.push_str("| key | flag | variable | default | what it is |\n|---|---|---|---|---|\n");
        }
        let id = arg.get_id().as_str();
        let default = arg.get_default_values().iter().map(|v| format!("`{}`", v.to_string_lossy()));
        let default = default.collect::<Vec<_>>().join(", ");
        let help = arg.get_long_help().or_else(|| arg.get_help()).map(ToString::to_string).unwrap_or_default();
        let values: Vec<PossibleValue> = arg.get_possible_values();
        let is_truth = arg.get_value_parser().type_id() == TypeId::of::<bool>();
        let values = match is_truth {
            true => " `true` or `false`.".to_string(),
            false => values.iter().fold(String::new(), |mut text, v| {
                let help = v.get_help().map(|h| format!(": {h}")).unwrap_or_default();
                let _ = write!(text, " `{}`{}", v.get_name(), help.trim_end_matches('.').to_string() + ".");
                text
            }),
        };
        let _ = writeln!(
            text,
            "| `{id}` | `--{}` | `{}` | {default} | {}.{values} |",
            arg.get_long().unwrap_or_default(),
            variable(id),
            help.replace('\n', " ").trim_end_matches('.'),
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        logging: Logging,
        #[command(subcommand)]
        command: Sub,
    }

    #[derive(clap::Subcommand)]
    enum Sub {
        Serve(Box<Settings>),
        /// Has a flag of the same name that is no setting.
        Other {
            #[arg(long, default_value = "127.0.0.1:9000")]
            listen: SocketAddr,
        },
    }

    fn file(text: &str) -> (tempfile::TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("c.toml");
        std::fs::write(&path, text).unwrap();
        (directory, path)
    }

    fn loaded(text: &str, args: &[&str]) -> Result<Loaded<Cli>, Vec<String>> {
        let (directory, path) = file(text);
        let mut all: Vec<OsString> = vec!["coinslot".into()];
        all.extend(args.iter().map(OsString::from));
        all.extend(["--config".into(), path.clone().into()]);
        let shown = directory.path().display().to_string() + "/";
        load(&all).map_err(|faults| faults.iter().map(|f| f.replace(&shown, "")).collect())
    }

    fn faults(text: &str) -> Vec<String> {
        loaded(text, &["serve"]).err().unwrap_or_default()
    }

    #[test]
    fn every_setting_has_its_names() {
        for arg in all().get_arguments() {
            let id = arg.get_id().as_str();
            assert_eq!(arg.get_env(), Some(OsStr::new(&variable(id))), "{id}");
            assert_eq!(arg.get_long(), Some(id.replace('_', "-").as_str()));
            assert!(arg.get_help_heading().is_some() && arg.get_help().is_some(), "{id}");
        }
    }

    #[test]
    fn a_flag_is_stronger_than_the_file_and_the_file_than_the_default() {
        let text = "listen = \"127.0.0.1:1\"\nbehind_proxy = true\nlog_format = \"json\"\n";
        let by_file = loaded(text, &["serve"]).unwrap();
        let Sub::Serve(settings) = &by_file.command.command else { panic!() };
        assert_eq!((settings.listen.listen.port(), settings.listen.behind_proxy), (1, true));
        assert_eq!(by_file.command.logging.log_format, LogFormat::Json);
        assert_eq!(settings.database.data, PathBuf::from("data"));

        let args = ["serve", "--listen", "127.0.0.1:2", "--behind-proxy=false", "--log-format", "text"];
        let by_flag = loaded(text, &args).unwrap();
        let Sub::Serve(settings) = &by_flag.command.command else { panic!() };
        assert_eq!((settings.listen.listen.port(), settings.listen.behind_proxy), (2, false));
        assert_eq!(by_flag.command.logging.log_format, LogFormat::Text);

        let Sub::Other { listen } = loaded(text, &["other"]).unwrap().command.command else { panic!() };
        assert_eq!(listen.port(), 9000, "a flag of the same name that is no setting");
    }

    #[test]
    fn faults_are_told_with_file_line_and_key() {
        assert_eq!(
            faults("# fine\nlistn = \"x\"\n"),
            ["c.toml:2: listn: there is no such setting; did you mean listen?"]
        );
        let all = faults("data = 1\nbehind_proxy = \"yes\"\nlog_format = \"xml\"\nlisten = \"here\"\n");
        assert_eq!(
            all,
            [
                "c.toml:1: data: must be a text in quotes, and is of type integer",
                "c.toml:2: behind_proxy: must be true or false, without quotes, and is of type string",
                "c.toml:3: log_format: must be one of text, json",
                "c.toml:4: listen: must be an IP address and a port, such as 127.0.0.1:8080 or [::]:8080",
            ]
        );
        let [url] = &faults("public_url = \"pay.example.com\"\n")[..] else { panic!() };
        assert_eq!(url, "c.toml:1: public_url: must be an address that begins with https:// or http://");
        let [broken] = &faults("\ndata = \n")[..] else { panic!() };
        assert!(broken.starts_with("c.toml:2: "), "{broken}");
        let [table] = &faults("[server]\nlisten = \"x\"\n")[..] else { panic!() };
        assert!(table.starts_with("c.toml:1: server: there is no such setting; there are listen, "), "{table}");
        let [config] = &faults("config = \"x\"\n")[..] else { panic!() };
        assert!(config.contains("no such setting"), "{config}");
        let missing: Vec<OsString> = ["coinslot", "serve", "--config", "nowhere.toml"].map(OsString::from).into();
        assert!(load::<Cli>(&missing).err().unwrap()[0].starts_with("nowhere.toml: "));
    }

    #[test]
    fn a_secret_or_its_file() {
        let both = "database_url = \"postgres://h/d\"\ndatabase_url_file = \"x\"\n";
        assert_eq!(faults(both), ["c.toml:2: database_url_file: database_url is set, too; keep one"]);

        let (_directory, path) = file("postgres://u:p@h/d\n");
        let text = format!("database_url_file = \"{}\"\n", path.display());
        let location = |args: &[&str]| {
            let Sub::Serve(settings) = loaded(&text, args).unwrap().command.command else { panic!() };
            settings.database.location()
        };
        assert_eq!(location(&["serve"]), Ok(Location::Postgres("postgres://u:p@h/d".into())));
        // The stronger of the two forms counts.
        let flag = location(&["serve", "--database-url", "postgres://other/d"]);
        assert_eq!(flag, Ok(Location::Postgres("postgres://other/d".into())));
        let wrong = location(&["serve", "--database-url", "mysql://u:secret@h/d"]).unwrap_err();
        assert!(wrong.contains("postgres://") && !wrong.contains("secret"), "{wrong}");
    }

    #[test]
    fn passwords_are_not_printed() {
        assert_eq!(masked("postgres://u:p%40ss@h:1/d?sslmode=require"), "postgres://u:****@h:1/d?sslmode=require");
        assert_eq!(masked("postgres://u@h/d?password=pass&a=b"), "postgres://u@h/d?password=****&a=b");
        assert_eq!(masked("postgres://u@h/d"), "postgres://u@h/d");
        // Several hosts are no URL to everybody.
        assert!(!masked("postgres://u:pass@h:1,i:2/d").contains("pass"));
        let text = "database_url = \"postgres://u:pass@h/d\"\nbehind_proxy = true\n";
        let printed = print(&loaded(text, &["serve", "--data", "x"]).unwrap());
        assert!(printed.contains("data = \"x\" # the command line\n"), "{printed}");
        assert!(printed.contains("database_url = \"postgres://u:****@h/d\" # "), "{printed}");
        assert!(printed.contains("c.toml:2\n") && printed.contains("# public_url is not set\n"), "{printed}");
        assert!(!printed.contains("pass@"));
        // What is printed can be read again.
        let (_directory, path) = file(&printed);
        File::read(&path).unwrap();
    }
}
