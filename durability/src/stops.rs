//! The server ends at named places of a token, a checkout, a refund and a
//! delivery, each several times: not wherever a timer happens to strike, but
//! between the two statements or the two transactions that somebody had in mind.

use crate::client::{Script, promised};
use crate::http::{Serving, Tcp};
use crate::kill::{PATIENCE, Report, Server, build, look};
use crate::outside::{Outside, lock};
use crate::power::scratch;
use crate::seed::Seeded;
use coinslot_store::PLACES;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, mpsc};
use std::time::Duration;

/// Clients at one time.
const CLIENTS: usize = 3;
/// How often a place is passed at most before the server ends there.
const PASSES: u64 = 5;

/// The server that ends when it is told to.
pub fn binary() -> Result<PathBuf, String> {
    build("coinslot-durability", "coinslot-stopping")
}

/// A server's life: it ends `times` times at each place, in an order that the
/// seed makes, and is started again on the same data each time.
pub fn life(binary: &Path, seed: u64, times: usize) -> Report {
    let random = Seeded::new(seed);
    let outside = Outside::new(&random);
    let receiver = Serving::start(outside.receiver.clone());
    let scripts: Vec<_> = (0..CLIENTS).map(|_| Mutex::new(Script::new(random.branch()))).collect();
    let directory = scratch();
    let mut report = Report::default();
    let mut places: Vec<&str> = (0..times).flat_map(|_| PLACES).collect();
    while !places.is_empty() {
        let place = places.swap_remove(random.index(places.len()));
        let stop = format!("{place}:{}", 1 + random.below(PASSES));
        if let Err(e) = until_stopped(binary, directory.path(), receiver.address, &scripts, &stop) {
            let log = std::fs::read_to_string(directory.path().join("server.log")).unwrap_or_default();
            report.findings.wrong.push(format!("stops, seed {seed}, {stop}: {e}\n{log}"));
            return report;
        }
        report.kills += 1;
    }
    let promised = promised(&scripts);
    for script in &scripts {
        report.findings.wrong.extend(lock(script).surprises.iter().map(|s| format!("stops, seed {seed}: {s}")));
    }
    look(&mut report, outside, directory.path(), &promised, &format!("stops, seed {seed}"));
    report
}

fn until_stopped(
    binary: &Path,
    data: &Path,
    receiver: SocketAddr,
    scripts: &[Mutex<Script>],
    stop: &str,
) -> Result<(), String> {
    let mut server = Server::start(binary, data, receiver, Some(stop), None)?;
    // It may be its start that comes there first.
    let Ok(door) = server.ready() else { return server.ended() };
    // Nobody sends on this: a wait for it is a pause between two looks.
    let (_keep, never) = mpsc::channel::<()>();
    std::thread::scope(|scope| {
        for script in scripts {
            // Ends when the server does.
            scope.spawn(move || while lock(script).step(&Tcp(door)).is_ok() {});
        }
        let step = Duration::from_millis(5);
        for _ in 0..PATIENCE.as_millis() / step.as_millis() {
            if server.has_ended() {
                return server.ended();
            }
            never.recv_timeout(step).unwrap_or_default();
        }
        server.kill();
        Err("the server never came there".to_string())
    })
}
