//! `kill -9` of the real binary at seeded moments, under load.

use crate::audit::{Findings, examine};
use crate::client::{Call, Door, Purchase, Reply, Script, promised};
use crate::http::{Serving, Tcp};
use crate::outside::{FixedClock, Outside, lock};
use crate::power::scratch;
use crate::seed::Seeded;
use crate::shop;
use coinslot::system::SystemClock;
use coinslot_app::port::Clock;
use coinslot_domain::time::Span;
use coinslot_domain::webhook::TIMEOUT;
use coinslot_worker::guard::Policy;
use coinslot_worker::outgoing::HttpGame;
use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

/// Kills in one life.
pub const KILLS: usize = 20;
/// Clients at one time, so that their transactions share commits.
const CLIENTS: usize = 4;
/// A server that does nothing for so long has failed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// What came of one life, or of several.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Processes killed.
    pub kills: usize,
    /// Of them before they were ready.
    pub early: usize,
    /// Payments and payments with refunds that were acknowledged.
    pub acknowledged: usize,
    /// Events that had their effect.
    pub effects: usize,
    /// The slowest start after a kill.
    pub slowest_start: Duration,
    /// What was wrong.
    pub findings: Findings,
}

impl Report {
    /// Adds another's.
    pub fn add(&mut self, other: Report) {
        self.kills += other.kills;
        self.early += other.early;
        self.acknowledged += other.acknowledged;
        self.effects += other.effects;
        self.slowest_start = self.slowest_start.max(other.slowest_start);
        self.findings.add(other.findings);
    }
}

/// The server's executable: `COINSLOT_BIN`, or what Cargo builds.
pub fn binary() -> Result<PathBuf, String> {
    if let Some(path) = std::env::var_os("COINSLOT_BIN").filter(|path| !path.is_empty()) {
        return Ok(path.into());
    }
    build("coinslot", "coinslot")
}

/// Has Cargo build an executable; where it is.
pub(crate) fn build(package: &str, executable: &str) -> Result<PathBuf, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    // What the Cargo above us set for its own package would make that below
    // build some dependencies anew, to and fro.
    let inherited = std::env::vars_os().map(|(name, _)| name);
    let packages = |name: &OsString| {
        let name = name.to_string_lossy();
        name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
    };
    for name in inherited.filter(packages) {
        build.env_remove(name);
    }
    let built = build
        .args(["build", "--locked", "--package", package, "--bin", executable])
        .args(["--message-format", "json-render-diagnostics"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stderr(Stdio::inherit())
        .output()
        .map_err(|e| format!("cannot run cargo: {e}"))?;
    let messages = String::from_utf8_lossy(&built.stdout).into_owned();
    let found = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| message["target"]["name"] == executable)
        .find_map(|message| message["executable"].as_str().map(PathBuf::from));
    found.ok_or_else(|| "the server does not build".to_string())
}

/// A server in a process of its own.
pub(crate) struct Server {
    process: Child,
    /// Kept open: a server that cannot say what it has to say ends.
    output: BufReader<ChildStdout>,
}

impl Server {
    pub(crate) fn start(
        binary: &Path,
        data: &Path,
        receiver: SocketAddr,
        stop: Option<&str>,
        url: Option<&str>,
    ) -> Result<Server, String> {
        let log = std::fs::File::options().create(true).append(true).open(data.join("server.log"));
        let mut command = Command::new(binary);
        if let Some(stop) = stop {
            command.env("COINSLOT_STOP", stop);
        }
        let mut process = command
            .args(["dev", "--listen", "127.0.0.1:0", "--webhook-url", &format!("http://{receiver}/"), "--data"])
            .arg(data)
            .args(url.into_iter().flat_map(|url| ["--database-url", url]))
            .env("COINSLOT_LOG", "error")
            .stdout(Stdio::piped())
            .stderr(log.map_err(|e| e.to_string())?)
            .spawn()
            .map_err(|e| format!("{}: {e}", binary.display()))?;
        let output = process.stdout.take().ok_or("the server has no output")?;
        Ok(Server { process, output: BufReader::new(output) })
    }

    /// Waits until it says that it is ready; where it listens.
    pub(crate) fn ready(&mut self) -> Result<SocketAddr, String> {
        let mut lines = (&mut self.output).lines().map_while(Result::ok);
        let address = lines.find_map(|line| {
            let url = line.trim().strip_prefix("Demo game")?.trim().strip_prefix("http://")?.strip_suffix("/demo")?;
            url.parse().ok()
        });
        address.ok_or_else(|| "the server ended before it was ready".to_string())
    }

    /// Whether its process is over.
    pub(crate) fn has_ended(&mut self) -> bool {
        !matches!(self.process.try_wait(), Ok(None))
    }

    /// Waits for its end, which must have been a kill.
    pub(crate) fn ended(mut self) -> Result<(), String> {
        let status = self.process.wait().map_err(|e| e.to_string())?;
        // Whoever is killed has no exit code.
        status.code().map_or(Ok(()), |code| Err(format!("the server ended by itself with {code}")))
    }

    pub(crate) fn kill(mut self) {
        // SIGKILL; an error means that it is dead already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Tells of each request that is about to be sent, so that a kill can be aimed
/// between two.
pub(crate) struct Watched<'a> {
    pub(crate) door: Tcp,
    pub(crate) begun: &'a mpsc::Sender<()>,
}

impl Door for Watched<'_> {
    fn send(&self, call: &Call) -> Option<Reply> {
        let _ = self.begun.send(());
        self.door.send(call)
    }
}

/// A server's life: it is killed under load and started again on the same data,
/// [`KILLS`] times; then everything comes to rest and is looked at.
pub fn life(binary: &Path, seed: u64) -> Report {
    let random = Seeded::new(seed);
    let outside = Outside::new(&random);
    let receiver = Serving::start(outside.receiver.clone());
    let scripts: Vec<_> = (0..CLIENTS).map(|_| Mutex::new(Script::new(random.branch()))).collect();
    let directory = scratch();
    let mut report = Report::default();
    let place = format!("kill, seed {seed}");
    for kill in 0..KILLS {
        if let Err(e) = until_killed(binary, directory.path(), receiver.address, &scripts, &random, &mut report) {
            let log = std::fs::read_to_string(directory.path().join("server.log")).unwrap_or_default();
            report.findings.wrong.push(format!("{place}, kill {kill}: {e}\n{log}"));
            return report;
        }
    }
    let promised = promised(&scripts);
    for script in &scripts {
        report.findings.wrong.extend(lock(script).surprises.iter().map(|s| format!("{place}: {s}")));
    }
    look(&mut report, outside, directory.path(), &promised, &place);
    report
}

/// Brings what several killed servers left to rest, and looks at it.
pub(crate) fn look(report: &mut Report, outside: Outside, data: &Path, promised: &[Purchase], place: &str) {
    report.acknowledged =
        promised.iter().filter(|p| p.paid.is_some()).count() + promised.iter().filter(|p| p.refunded > 0).count();

    let runtime = shop::single();
    let game = match game(&runtime) {
        Ok(game) => game,
        Err(e) => {
            report.findings.wrong.push(format!("{place}: {e}"));
            return;
        }
    };
    let outside = Outside { clock: Arc::new(FixedClock::new(SystemClock.now() + Span::seconds(1))), ..outside };
    // The real sandbox has no memory, so the provider's is not asked for.
    let findings = examine(&runtime, &outside, game, &data.join("coinslot.db"), promised, false);
    report.effects = outside.receiver.effects().len();
    report.findings.add(findings.at(place));
}

#[expect(clippy::disallowed_methods, reason = "how long a start takes is one of the figures")]
fn now() -> Instant {
    Instant::now()
}

fn until_killed(
    binary: &Path,
    data: &Path,
    receiver: SocketAddr,
    scripts: &[Mutex<Script>],
    random: &Seeded,
    report: &mut Report,
) -> Result<(), String> {
    // Nobody sends on this: a wait for it is a delay, which picks the moment of
    // the kill and on which nothing else depends.
    let (_keep, never) = mpsc::channel::<()>();
    let delay = |micros: u64| never.recv_timeout(Duration::from_micros(micros)).unwrap_or_default();
    let start = now();
    let mut server = Server::start(binary, data, receiver, None, None)?;
    report.kills += 1;
    // In the middle of a start: of a migration, of a recovery.
    if random.chance(1, 5) {
        delay(random.below(40_000));
        report.early += 1;
        server.kill();
        return Ok(());
    }
    let door = match server.ready() {
        Ok(door) => door,
        Err(e) => {
            server.kill();
            return Err(e);
        }
    };
    report.slowest_start = report.slowest_start.max(start.elapsed());
    let (begun, beginnings) = mpsc::channel();
    let requests = 1 + random.below(60);
    let after = random.below(6_000);
    std::thread::scope(|scope| {
        for script in scripts {
            let begun = begun.clone();
            scope.spawn(move || {
                let door = Watched { door: Tcp(door), begun: &begun };
                // Ends when the server does.
                while lock(script).step(&door).is_ok() {}
            });
        }
        // Without clients there is nothing to wait for.
        drop(begun);
        let heard = (0..requests).all(|_| beginnings.recv_timeout(PATIENCE).is_ok());
        delay(after);
        server.kill();
        if heard { Ok(()) } else { Err("the server answers nobody".to_string()) }
    })
}

/// The product's own way to the game.
pub(crate) fn game(runtime: &tokio::runtime::Runtime) -> Result<Arc<HttpGame>, String> {
    let _inside = runtime.enter();
    HttpGame::new(Policy::Loopback, TIMEOUT).map(Arc::new).map_err(|e| e.to_string())
}
