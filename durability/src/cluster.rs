//! PostgreSQL is killed under load, all its processes at once, and started
//! again; the server in front of it stays up and must lose nothing that it
//! acknowledged.

use crate::audit;
use crate::client::{Script, promised};
use crate::http::{Serving, Tcp};
use crate::kill::{PATIENCE, Report, Server, Watched, game};
use crate::outside::{FixedClock, Outside, lock};
use crate::power::scratch;
use crate::seed::Seeded;
use crate::shop;
use coinslot::system::SystemClock;
use coinslot_app::port::Clock;
use coinslot_domain::time::Span;
use coinslot_store::Location;
use coinslot_testkit::postgres::Cluster;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};

/// Clients at one time.
const CLIENTS: usize = 3;

/// A life of a server, in which its PostgreSQL is killed so many times.
///
/// # Panics
/// When there is no PostgreSQL on this machine.
pub fn life(binary: &Path, seed: u64, kills: usize) -> Report {
    let mut report = Report::default();
    if let Err(e) = lived(binary, seed, kills, &mut report) {
        report.findings.wrong.push(format!("PostgreSQL killed, seed {seed}: {e}"));
    }
    report
}

fn lived(binary: &Path, seed: u64, kills: usize, report: &mut Report) -> Result<(), String> {
    let random = Seeded::new(seed);
    let outside = Outside::new(&random);
    let receiver = Serving::start(outside.receiver.clone());
    let scripts: Vec<_> = (0..CLIENTS).map(|_| Mutex::new(Script::new(random.branch()))).collect();
    let directory = scratch();
    let cluster = Cluster::start_durable()?;
    let mut server = Server::start(binary, directory.path(), receiver.address, None, Some(&cluster.url()))?;
    let door = server.ready()?;
    let over = AtomicBool::new(false);
    let (begun, beginnings) = mpsc::channel();
    let outcome = std::thread::scope(|scope| {
        for script in &scripts {
            let (begun, over) = (begun.clone(), &over);
            scope.spawn(move || {
                let door = Watched { door: Tcp(door), begun: &begun };
                // A request that broke off is no end here: the server lives.
                while !over.load(Ordering::SeqCst) {
                    let _ = lock(script).step(&door);
                }
            });
        }
        let wait = |requests: u64| (0..requests).all(|_| beginnings.recv_timeout(PATIENCE).is_ok());
        let outcome = (|| {
            for _ in 0..kills {
                if !wait(20 + random.below(100)) {
                    return Err("the server answers nobody".to_string());
                }
                cluster.kill()?;
                report.kills += 1;
                cluster.start_again()?;
            }
            // It goes on afterwards.
            if wait(60) { Ok(()) } else { Err("the server does not come back".to_string()) }
        })();
        over.store(true, Ordering::SeqCst);
        outcome
    });
    server.kill();
    let said = || std::fs::read_to_string(directory.path().join("server.log")).unwrap_or_default();
    outcome.map_err(|e| format!("{e}\n{}", said()))?;
    let promised = promised(&scripts);
    for script in &scripts {
        report.findings.wrong.extend(lock(script).surprises.iter().map(|s| format!("seed {seed}: {s}")));
    }
    report.acknowledged =
        promised.iter().filter(|p| p.paid.is_some()).count() + promised.iter().filter(|p| p.refunded > 0).count();
    let runtime = shop::single();
    let game = game(&runtime)?;
    let outside = Outside { clock: Arc::new(FixedClock::new(SystemClock.now() + Span::seconds(1))), ..outside };
    let findings = audit::rested(&runtime, &outside, game, &Location::Postgres(cluster.url()), &promised, false);
    report.effects = outside.receiver.effects().len();
    report.findings.add(findings.at(&format!("PostgreSQL killed, seed {seed}")));
    Ok(())
}
