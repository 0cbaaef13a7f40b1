//! Power cuts at seeded moments, on a disk that keeps only what was synced.

use crate::audit::{Findings, examine};
use crate::client::{Script, promised};
use crate::disk::{Disk, Image, Syncing, Trouble};
use crate::outside::{Outside, lock};
use crate::seed::Seeded;
use crate::shop::{self, Shop};
use crate::vfs::Mount;
use coinslot_app::StoreError;
use coinslot_domain::time::Span;
use std::path::Path;
use std::sync::Mutex;
use tokio::runtime::Runtime;

/// What came of one life, or of several.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Times the power went.
    pub cuts: usize,
    /// Disks that were looked at afterwards, several to a cut.
    pub images: usize,
    /// Payments and refunds acknowledged before a cut.
    pub acknowledged: usize,
    /// What was wrong.
    pub findings: Findings,
    /// The same for the same operations on the disk in the same order.
    pub trace: u64,
}

impl Report {
    /// Adds another's.
    pub fn add(&mut self, other: Report) {
        self.cuts += other.cuts;
        self.images += other.images;
        self.acknowledged += other.acknowledged;
        self.findings.add(other.findings);
        self.trace = crate::seed::mix(self.trace ^ other.trace);
    }
}

/// Power cuts in one life of a server.
pub const CUTS: usize = 8;
/// Possible disks that are looked at for each.
const IMAGES: usize = 3;
/// What a client does at most between two cuts.
const STEPS: usize = 60;

/// A server's life: it starts on what the last power cut left, works until the
/// next one, and so on. Three lives of four have one client and can be repeated
/// step by step from their seed; in the fourth, three clients at one time fill
/// common transactions, and only their wishes repeat.
pub fn life(seed: u64, syncing: Syncing) -> Report {
    let random = Seeded::new(seed);
    let outside = Outside::new(&random);
    let clients = if seed % 4 == 3 { 3 } else { 1 };
    let runtime = if clients > 1 { shop::several() } else { shop::single() };
    let scripts: Vec<_> = (0..clients).map(|_| Mutex::new(Script::new(random.branch()))).collect();
    let mut image = Image::new();
    let mut report = Report::default();
    for cut in 0..CUTS {
        let pages = [None, Some(1), Some(8), Some(50)][random.index(4)];
        let mount = Mount::new(Disk::new(&image, syncing, pages));
        // Early ones as often as late ones.
        let reach = 1 << (3 + random.below(9));
        mount.disk.set(Trouble::Cut { at: 1 + random.below(reach) });
        let place = format!("power, seed {seed}, cut {cut}");
        if let Err(e) = work(&runtime, &outside, &mount, &scripts, &random) {
            report.findings.wrong.push(format!("{place}: with power on the server does not start: {e}"));
        }
        report.cuts += 1;
        report.trace = crate::seed::mix(report.trace ^ mount.disk.trace());
        let promised = promised(&scripts);
        for n in 0..IMAGES {
            let kept = [0, 1, 8, 15, 16][random.index(5)];
            image = mount.disk.image(kept, &random);
            report.images += 1;
            let directory = scratch();
            let path = write(directory.path(), &image);
            let world = outside.fork();
            let findings = examine(&runtime, &world, world.receiver.clone(), &path, &promised, true);
            report.findings.add(findings.at(&format!("{place}, image {n} with {kept}/16 kept")));
        }
        if !report.findings.is_empty() {
            // Another cut would only find the same again.
            break;
        }
    }
    for script in &scripts {
        let script = lock(script);
        let surprises = script.surprises.iter().map(|s| format!("power, seed {seed}: {s}"));
        report.findings.wrong.extend(surprises);
    }
    let promised = promised(&scripts);
    report.acknowledged =
        promised.iter().filter(|p| p.paid.is_some()).count() + promised.iter().filter(|p| p.refunded > 0).count();
    report
}

/// Works until the power goes or nothing is left to do.
fn work(
    runtime: &Runtime,
    outside: &Outside,
    mount: &Mount,
    scripts: &[Mutex<Script>],
    random: &Seeded,
) -> Result<(), String> {
    let shop = match Shop::open(runtime, outside, &mount.path("coinslot.db"), Some(mount.disk.clone())) {
        Ok(shop) => shop,
        Err(_) if !mount.disk.is_on() => return Ok(()),
        Err(e) => return Err(e.to_string()),
    };
    let seeds: Vec<_> = scripts.iter().map(|_| random.branch()).collect();
    let play = |script: &Mutex<Script>, random: &Seeded| {
        let mut script = lock(script);
        for _ in 0..STEPS {
            outside.clock.advance(Span::millis(7));
            if script.step(&shop).is_err() {
                return;
            }
            // It may fail when the power goes; what it left open is the next
            // server's.
            let _ = later(&shop, outside, random, scripts.len() == 1);
        }
    };
    match scripts {
        [only] => play(only, &seeds[0]),
        several => std::thread::scope(|scope| {
            for (script, random) in several.iter().zip(&seeds) {
                scope.spawn(|| play(script, random));
            }
        }),
    }
    // Before the server closes its files, in a thread that nobody waits for.
    mount.disk.cut();
    Ok(())
}

/// A directory for looking at an image with SQLite's own file system. Nothing in
/// it has to last, so it is in memory where the system has a place for that.
///
/// # Panics
/// When no directory can be made.
pub fn scratch() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.unwrap()
}

/// Writes an image out; where the database is.
///
/// # Panics
/// When it cannot be written.
pub fn write(directory: &Path, image: &Image) -> std::path::PathBuf {
    for (name, bytes) in image {
        std::fs::write(directory.join(name), bytes).unwrap();
    }
    directory.join("coinslot.db")
}

/// Sends webhooks. For one client one at a time, each at its own moment: several
/// at once would meet in the writer's commits as the threads happen to run.
fn later(shop: &Shop<'_>, outside: &Outside, random: &Seeded, alone: bool) -> Result<(), StoreError> {
    let waits = random.chance(1, 12);
    if alone {
        shop.run_due()?;
        if let Some(due) = shop.next_due()?.filter(|_| waits) {
            outside.clock.reach(due);
            shop.run_due()?;
        }
    } else if waits {
        outside.clock.advance(Span::seconds(61));
        shop.run_due()?;
    }
    Ok(())
}
