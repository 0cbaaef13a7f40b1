//! A real PostgreSQL server for tests, started from the binaries installed on this machine. Never a mock.
//!
//! A test asks for [`database`] and gets an empty database of its own, dropped when the value is. The server
//! behind it is
//!
//! - the one that [`URL_VARIABLE`] names, when it is set: `cargo xtask test` starts one server for the whole run,
//!   because cargo-nextest gives each test its own process and `initdb` takes longer than most tests; or
//! - one that this process starts at its first database.
//!
//! `cargo xtask` compiles this file too, by its path: it must be able to run when the server does not compile. This
//! file therefore uses nothing but `std` and `tempfile`.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// Names the directory with PostgreSQL's server binaries, when it is not one of the usual places.
pub const BIN_VARIABLE: &str = "COINSLOT_POSTGRES_BIN";

/// Names a running server that tests may create databases in, as a URL of its `postgres` database.
pub const URL_VARIABLE: &str = "COINSLOT_TEST_POSTGRES_URL";

/// The role that a [`Cluster`] is created with. It is the superuser and needs no password.
const ROLE: &str = "coinslot";

/// What this module runs. A directory counts as PostgreSQL's only if it holds all of them.
const BINARIES: [&str; 4] = ["initdb", "postgres", "pg_ctl", "psql"];

/// Creates the cluster and starts its server, says `ready`, and stays until standard input closes. That is the moment
/// when the process that asked for the cluster drops it or dies, however it dies: the server and its files never
/// outlive it. When something fails it prints the log instead. Arguments: the binaries' directory, the cluster's, the
/// server's options.
const WATCH: &str = r#"
trap '' HUP INT TERM PIPE
if "$1/initdb" -U "$4" -A trust -E UTF8 --locale=C --no-sync -D "$2/data" >"$2/log" 2>&1 &&
    "$1/pg_ctl" start -s -w -t 60 -D "$2/data" -l "$2/log" -o "$3" >>"$2/log" 2>&1
then
    echo ready
    cat >/dev/null
    "$1/pg_ctl" stop -s -w -m immediate -D "$2/data" >/dev/null 2>&1
else
    cat "$2/log"
fi
cd /
rm -rf "$2"
"#;

/// Most tests need no durability: what a crash of this machine would lose is a temporary directory.
const FORGETFUL: &str = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off";

/// A private PostgreSQL server in a temporary directory. Dropping it stops the server and removes the directory.
#[derive(Debug)]
pub struct Cluster {
    watch: Child,
    dir: PathBuf,
    port: u16,
    bin: PathBuf,
    options: String,
    ids: Option<(u32, u32)>,
}

impl Cluster {
    /// Creates the cluster's files and starts its server; returns when it accepts connections.
    ///
    /// # Errors
    /// What is missing or went wrong, with the server's own words.
    pub fn start() -> Result<Self, String> {
        Self::started(FORGETFUL)
    }

    /// The same with a server that keeps what it acknowledged, whatever becomes of it.
    ///
    /// # Errors
    /// What is missing or went wrong, with the server's own words.
    pub fn start_durable() -> Result<Self, String> {
        Self::started("")
    }

    fn started(settings: &str) -> Result<Self, String> {
        let bin = bindir()?;
        // Between finding a free port and listening on it, somebody else can take it. Then another one is tried.
        let mut attempts = 0;
        loop {
            attempts += 1;
            match Self::start_on(free_port()?, &bin, settings) {
                Err(log) if log.contains("Address already in use") && attempts < 5 => {}
                Err(log) => return Err(format!("PostgreSQL in {} did not start:\n{log}", bin.display())),
                Ok(cluster) => return Ok(cluster),
            }
        }
    }

    fn start_on(port: u16, bin: &Path, settings: &str) -> Result<Self, String> {
        let dir = tempfile::Builder::new()
            .prefix("coinslot-pg-")
            .tempdir()
            .map_err(|error| format!("cannot create a temporary directory: {error}"))?;
        let account = Account::for_owner_of(dir.path())?;
        let options = format!(
            "-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories='{}' -c max_connections=200 \
             -c shared_buffers=64MB {settings}",
            dir.path().display()
        );
        let mut watch = watch(&account, bin, dir.path(), &options)?;
        // From here on the shell removes the directory: it can, even when this process is killed.
        let dir = dir.keep();
        // Bounded: initdb waits for nobody, and pg_ctl gives up after a minute.
        let mut said = String::new();
        if let Some(stdout) = watch.stdout.take() {
            let mut stdout = BufReader::new(stdout);
            let first = stdout.read_line(&mut said);
            first.map_err(|error| format!("cannot read from /bin/sh: {error}"))?;
            if said == "ready\n" {
                return Ok(Self { watch, dir, port, bin: bin.to_owned(), options, ids: account.ids });
            }
            let _ = stdout.read_to_string(&mut said);
        }
        let _ = watch.wait();
        Err(said)
    }

    /// The URL of the `postgres` database, over TCP.
    pub fn url(&self) -> String {
        format!("postgres://{ROLE}@127.0.0.1:{}/postgres", self.port)
    }

    /// The directory of the Unix socket, for a connection string such as `host=DIR port=PORT user=coinslot`.
    pub fn socket_dir(&self) -> &Path {
        &self.dir
    }

    /// Kills every process of the server at one time, as a machine that goes does.
    ///
    /// # Errors
    /// When they cannot be found or killed.
    pub fn kill(&self) -> Result<(), String> {
        let file = self.dir.join("data/postmaster.pid");
        let text = fs::read_to_string(&file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
        let first = text.lines().next().unwrap_or_default().trim().to_owned();
        let mut all = vec![first.clone()];
        for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
            // The name in the second field may hold anything, so the rest is counted from its end.
            let stat = fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
            let parent = stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(1));
            if parent == Some(first.as_str()) {
                all.push(entry.file_name().to_string_lossy().into_owned());
            }
        }
        // One of them may have ended by itself meanwhile.
        let pids = all.iter().map(String::as_str);
        run(Command::new("/bin/sh").args(["-c", "kill -9 \"$@\" 2>/dev/null || true", "kill"]).args(pids)).map(drop)
    }

    /// Starts the server again after [`kill`](Self::kill); returns when it has recovered.
    ///
    /// # Errors
    /// The server's own words.
    pub fn start_again(&self) -> Result<(), String> {
        // What was killed is not always gone at once, and holds its memory until it is.
        let mut last = Ok(());
        for _ in 0..20 {
            let mut command = Command::new(self.bin.join("pg_ctl"));
            if let Some((uid, gid)) = self.ids {
                command.uid(uid).gid(gid);
            }
            command.args(["start", "-s", "-w", "-t", "60", "-D"]).arg(self.dir.join("data"));
            command.arg("-l").arg(self.dir.join("log")).args(["-o", &self.options]).current_dir(&self.dir);
            // Its output would stay open for as long as the server runs.
            let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
            match status {
                Ok(status) if status.success() => return Ok(()),
                Ok(_) => last = Err(fs::read_to_string(self.dir.join("log")).unwrap_or_default()),
                Err(error) => last = Err(format!("cannot run pg_ctl: {error}")),
            }
        }
        last
    }

    /// The port, of TCP and in the name of the Unix socket.
    pub fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.watch.stdin.take());
        // Nothing useful can be done about a failure here, and the shell has nothing left to wait for.
        let _ = self.watch.wait();
    }
}

/// A database of one test. It is dropped with this value, whoever is still connected.
#[derive(Debug)]
pub struct Database {
    server: String,
    name: String,
    url: String,
}

impl Database {
    /// Where to connect.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its name, unique on its server.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // A panic here, while a failed test unwinds, would abort the process and hide why the test failed.
        if let Err(error) = psql(&self.server, &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name)) {
            eprintln!("the database {} stays behind: {error}", self.name);
        }
    }
}

/// The URL of the server's `postgres` database. The first call may start the server.
///
/// # Panics
/// When there is no PostgreSQL on this machine, with what is missing: a test that cannot run has failed.
pub fn server() -> &'static str {
    // A static is never dropped. The shell that watches the server ends it when this process ends.
    static SERVER: OnceLock<(String, Option<Cluster>)> = OnceLock::new();
    let (url, _cluster) = SERVER.get_or_init(|| match std::env::var(URL_VARIABLE) {
        Ok(url) if !url.is_empty() => (url, None),
        _ => {
            let cluster = Cluster::start().unwrap_or_else(|error| panic!("{error}"));
            (cluster.url(), Some(cluster))
        }
    });
    url
}

/// A new, empty database: UTF-8, compared byte by byte.
///
/// # Panics
/// When there is no PostgreSQL on this machine or it refuses, with the reason: a test that cannot run has failed.
pub fn database() -> Database {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let server = server();
    // The process and a count are unique among what runs now; the random part keeps apart what a killed test left
    // behind.
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let random = RandomState::new().build_hasher().finish();
    let name = format!("coinslot_test_{}_{count}_{random:016x}", std::process::id());
    // template0 has no other visitors, so that many tests can copy it at the same time.
    let sql = format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'");
    psql(server, &sql).unwrap_or_else(|error| panic!("cannot create a database for this test: {error}"));
    let url = in_database(server, &name).unwrap_or_else(|error| panic!("{error}"));
    Database { server: server.to_owned(), name, url }
}

/// The directory with PostgreSQL's server binaries: what [`BIN_VARIABLE`] says, else on the `PATH`, else where
/// distributions put them (the highest version), else where `pg_config` says.
///
/// # Errors
/// Where it was looked for, and how to install it.
pub fn bindir() -> Result<PathBuf, String> {
    if let Some(dir) = std::env::var_os(BIN_VARIABLE).filter(|dir| !dir.is_empty()) {
        let dir = PathBuf::from(dir);
        return match missing(&dir) {
            None => Ok(dir),
            Some(name) => Err(format!("{BIN_VARIABLE} is {}, but there is no {name}", dir.display())),
        };
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places: Vec<PathBuf> = std::env::split_paths(&path).filter(|dir| dir.is_absolute()).collect();
    for (parent, prefix) in [
        ("/usr/lib/postgresql", ""),          // Debian, Ubuntu
        ("/usr", "pgsql-"),                   // the PostgreSQL project's RPMs
        ("/usr/libexec", "postgresql"),       // Alpine
        ("/opt/homebrew/opt", "postgresql@"), // macOS on Apple silicon
        ("/usr/local/opt", "postgresql@"),    // macOS on Intel
    ] {
        places.extend(versions(Path::new(parent), prefix));
    }
    if let Ok(output) = Command::new("pg_config").arg("--bindir").output() {
        places.push(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    }
    places.into_iter().find(|dir| missing(dir).is_none()).ok_or_else(|| {
        format!(
            "the PostgreSQL server is not installed: no directory on the PATH, in /usr/lib/postgresql/*/bin or where \
             pg_config points holds {}. Install it (Debian, Ubuntu: apt-get install postgresql; Fedora: dnf install \
             postgresql-server; macOS: brew install postgresql@17), or set {BIN_VARIABLE} to its bin directory",
            BINARIES.join(", ")
        )
    })
}

/// The first binary that a directory lacks.
fn missing(dir: &Path) -> Option<&'static str> {
    BINARIES.into_iter().find(|name| !dir.join(name).is_file())
}

/// The directories `PARENT/PREFIX<version>` and their `bin`, highest version first.
fn versions(parent: &Path, prefix: &str) -> Vec<PathBuf> {
    let found: BTreeSet<(u32, PathBuf)> = fs::read_dir(parent)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let version = name.strip_prefix(prefix)?.split('.').next()?.parse().ok()?;
            Some((version, entry.path()))
        })
        .collect();
    found.into_iter().rev().flat_map(|(_, dir)| [dir.join("bin"), dir]).collect()
}

/// The shell that runs the server and ends it with us.
fn watch(account: &Account, bin: &Path, dir: &Path, options: &str) -> Result<Child, String> {
    let mut command = Command::new("/bin/sh");
    if let Some((uid, gid)) = account.ids {
        command.uid(uid).gid(gid);
    }
    command
        .args([OsStr::new("-c"), OsStr::new(WATCH), OsStr::new("coinslot-pg"), bin.as_os_str(), dir.as_os_str()])
        .args([options, ROLE])
        // A directory that the account may enter, unlike, perhaps, ours.
        .current_dir(dir)
        .env("LC_ALL", "C")
        // In a group of its own, Ctrl-C in the terminal reaches only us, and the shell still cleans up.
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("cannot run /bin/sh: {error}"))
}

/// The account that runs the server: PostgreSQL refuses to run as root.
struct Account {
    ids: Option<(u32, u32)>,
}

impl Account {
    /// Ourselves; when that is root, the account `postgres`, else `nobody`, who is given the directory.
    fn for_owner_of(dir: &Path) -> Result<Self, String> {
        // We have just created the directory, so that its owner is who we are.
        let owner = fs::metadata(dir).map_err(|error| format!("cannot read {}: {error}", dir.display()))?.uid();
        if owner != 0 {
            return Ok(Self { ids: None });
        }
        let passwd = fs::read_to_string("/etc/passwd").map_err(|error| format!("cannot read /etc/passwd: {error}"))?;
        let (uid, gid) = ["postgres", "nobody"].into_iter().find_map(|name| account(&passwd, name)).ok_or(
            "PostgreSQL refuses to run as root, and there is no account `postgres` or `nobody` to run it as instead",
        )?;
        chown(dir, Some(uid), Some(gid)).map_err(|error| format!("cannot give {} away: {error}", dir.display()))?;
        Ok(Self { ids: Some((uid, gid)) })
    }
}

/// The user and group of a name in the text of `/etc/passwd`.
fn account(passwd: &str, name: &str) -> Option<(u32, u32)> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next()? == name).then_some(())?;
        let uid = fields.nth(1)?.parse().ok()?;
        Some((uid, fields.next()?.parse().ok()?))
    })
}

fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
    listener.map(|address| address.port()).map_err(|error| format!("cannot listen on 127.0.0.1: {error}"))
}

/// The same server's URL for another database.
fn in_database(url: &str, name: &str) -> Result<String, String> {
    let start = url.find("://").map(|at| at + 3).ok_or_else(|| format!("{URL_VARIABLE} must be a postgres:// URL"))?;
    let (base, query) = match url.split_once('?') {
        Some((base, query)) => (base, format!("?{query}")),
        None => (url, String::new()),
    };
    let end = base[start..].find('/').map_or(base.len(), |at| start + at);
    Ok(format!("{}/{name}{query}", &base[..end]))
}

/// Runs one statement and returns what it prints.
fn psql(url: &str, sql: &str) -> Result<String, String> {
    let mut command = Command::new(bindir()?.join("psql"));
    // -X: the settings of whoever runs the tests are not the tests' business.
    run(command.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", sql]).stdin(Stdio::null()))
}

/// Runs a command to its end: what it prints, or why it failed.
fn run(command: &mut Command) -> Result<String, String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| format!("cannot run {program}: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(format!("{program} failed ({}): {}", output.status, String::from_utf8_lossy(&output.stderr).trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_is_named_in_any_url() {
        let named = |url| in_database(url, "x").unwrap();
        assert_eq!(named("postgres://a@h:1/postgres"), "postgres://a@h:1/x");
        assert_eq!(named("postgres://a@h"), "postgres://a@h/x");
        assert_eq!(named("postgres://a@h/p?sslrootcert=/c"), "postgres://a@h/x?sslrootcert=/c");
        assert!(in_database("host=h", "x").is_err());
    }

    #[test]
    fn accounts_are_read_by_their_whole_name() {
        let passwd = "root:x:0:0::/root:/bin/sh\nnobody2:x:7:8::/:/x\nnobody:x:65534:65533::/:/x\n";
        assert_eq!(account(passwd, "nobody"), Some((65534, 65533)));
        assert_eq!(account(passwd, "postgres"), None);
    }
}
