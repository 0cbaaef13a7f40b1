//! The rigs for as long as you like: `cargo run -p coinslot-durability -- --help`.

use clap::{Args, Parser, Subcommand};
use coinslot::system::SystemClock;
use coinslot_app::port::Clock;
use coinslot_domain::time::{Span, Time};
use coinslot_durability::audit::Findings;
use coinslot_durability::disk::Syncing;
use coinslot_durability::fault::{self, Flow, How};
use coinslot_durability::{cluster, kill, power, stops, upgrade};
use std::process::ExitCode;

/// Takes the server's process, power and disk away, and says what was lost.
///
/// Each rig prints one line for a log of campaigns. A failure is told on
/// standard error with its seed; `power --seed SEED` repeats it.
#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    rig: Rig,
}

#[derive(Subcommand)]
enum Rig {
    /// kill -9 of the real binary under load; a life has 20 kills.
    Kill(Length),
    /// The server ends at each named place of a checkout, a refund and a
    /// delivery; in a life three times at each.
    Stops(Length),
    /// kill -9 of all of PostgreSQL under load; a life has 5 kills.
    Cluster(Length),
    /// Starts that bring older tables up to date are cut short at each point, on
    /// both databases, from each version. Has no seeds.
    Upgrade(Commit),
    /// Power cuts on a disk that keeps only what was synced; a life has 8.
    Power(Length),
    /// The same on a disk that syncs as with synchronous=NORMAL. It must lose
    /// something, and fails when it does not.
    Control(Length),
    /// Each write, sync and truncation of each flow fails once. Has no seeds.
    Disk(Commit),
}

#[derive(Args)]
struct Length {
    /// The first seed; each life takes the next.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many lives.
    #[arg(long, default_value_t = 1)]
    lives: u64,
    /// Go on for so many minutes, whatever --lives says.
    #[arg(long)]
    minutes: Option<i64>,
    #[command(flatten)]
    commit: Commit,
}

#[derive(Args)]
struct Commit {
    /// What was tested, for the line.
    #[arg(long, default_value = "unknown")]
    commit: String,
}

impl Length {
    /// Runs lives until they or the time are over; the last seed.
    fn run(&self, mut life: impl FnMut(u64)) -> u64 {
        let start = SystemClock.now();
        let end = self.minutes.map(|minutes| start + Span::minutes(minutes));
        let mut seed = self.seed;
        loop {
            life(seed);
            let over = match end {
                Some(end) => SystemClock.now() >= end,
                None => seed + 1 >= self.seed + self.lives,
            };
            if over {
                return seed;
            }
            seed += 1;
        }
    }
}

fn main() -> ExitCode {
    let began = SystemClock.now();
    match Cli::parse().rig {
        Rig::Kill(length) => {
            let Ok(binary) = kill::binary().inspect_err(complain) else { return ExitCode::FAILURE };
            let mut all = kill::Report::default();
            let last = length.run(|seed| all.add(kill::life(&binary, seed)));
            let count = format!(
                "{} kills ({} during a start), {} payments acknowledged, {} events, slowest start {} ms",
                all.kills,
                all.early,
                all.acknowledged,
                all.effects,
                all.slowest_start.as_millis()
            );
            line(began, "kill -9", &count, &seeds(&length, last), &length.commit, &all.findings)
        }
        Rig::Cluster(length) => {
            let Ok(binary) = kill::binary().inspect_err(complain) else { return ExitCode::FAILURE };
            let mut all = kill::Report::default();
            let last = length.run(|seed| all.add(cluster::life(&binary, seed, 5)));
            let count =
                format!("{} kills, {} payments acknowledged, {} events", all.kills, all.acknowledged, all.effects);
            line(began, "kill -9 of PostgreSQL", &count, &seeds(&length, last), &length.commit, &all.findings)
        }
        Rig::Upgrade(commit) => {
            let mut all = upgrade::Report::default();
            let versions = upgrade::earlier();
            let (mut disk, mut statements) = (0, 0);
            for version in &versions {
                let (lite, pg) = (upgrade::sqlite(*version, 1), upgrade::postgres(*version, 1));
                (disk, statements) = (disk + lite.cuts, statements + pg.cuts);
                all.add(lite);
                all.add(pg);
            }
            let count = format!(
                "{disk} cuts on SQLite, {} disks, {statements} on PostgreSQL, from {} versions",
                disk * 3,
                versions.len()
            );
            line(began, "upgrades cut short", &count, "no seeds", &commit, &all.findings)
        }
        Rig::Stops(length) => {
            let Ok(binary) = stops::binary().inspect_err(complain) else { return ExitCode::FAILURE };
            let mut all = kill::Report::default();
            let last = length.run(|seed| all.add(stops::life(&binary, seed, 3)));
            let (places, kills) = (coinslot_store::PLACES.len(), all.kills);
            let count = format!(
                "{kills} kills at {places} places, {} payments acknowledged, {} events",
                all.acknowledged, all.effects
            );
            line(began, "kill -9 at named places", &count, &seeds(&length, last), &length.commit, &all.findings)
        }
        Rig::Power(length) => {
            let (all, last) = lives(&length, Syncing::Honest);
            line(began, "power", &count(&all), &seeds(&length, last), &length.commit, &all.findings)
        }
        Rig::Control(length) => {
            let (all, last) = lives(&length, Syncing::Normal);
            let lost = all.findings.lost.len();
            // That it was found is the success of this one.
            let found = match lost {
                0 => Findings { wrong: vec!["nothing was lost: the rig is blind".into()], ..Findings::default() },
                _ => Findings { damaged: all.findings.damaged.clone(), ..Findings::default() },
            };
            let count = format!("{}, {lost} promises found lost, as they must be", count(&all));
            line(began, "power, synchronous=NORMAL", &count, &seeds(&length, last), &length.commit, &found)
        }
        Rig::Disk(commit) => {
            let mut all = fault::Report::default();
            for flow in Flow::ALL {
                How::all().into_iter().for_each(|how| all.add(fault::each(flow, how)));
            }
            let count = format!("{} faults, {} refused, {} kept", all.faults, all.refused, all.promised);
            line(began, "disk errors", &count, "no seeds", &commit, &all.findings)
        }
    }
}

fn complain(why: &String) {
    eprintln!("coinslot-durability: {why}");
}

fn lives(length: &Length, syncing: Syncing) -> (power::Report, u64) {
    let mut all = power::Report::default();
    let last = length.run(|seed| all.add(power::life(seed, syncing)));
    (all, last)
}

fn count(report: &power::Report) -> String {
    let (cuts, disks, acknowledged) = (report.cuts, report.images, report.acknowledged);
    format!("{cuts} cuts, {disks} disks, {acknowledged} payments acknowledged")
}

fn seeds(length: &Length, last: u64) -> String {
    format!("seeds {}–{last}", length.seed)
}

fn line(began: Time, rig: &str, count: &str, seeds: &str, commit: &Commit, findings: &Findings) -> ExitCode {
    let (lost, damaged, wrong) = (findings.lost.len(), findings.damaged.len(), findings.wrong.len());
    let result = if findings.is_empty() { "passed" } else { "FAILED" };
    println!(
        "{} | {rig} | {count} | {seeds} | {} | {result}: {lost} lost, {damaged} damaged, {wrong} wrong",
        began.rfc3339(),
        commit.commit
    );
    for finding in [&findings.lost, &findings.damaged, &findings.wrong].into_iter().flatten() {
        eprintln!("{finding}");
    }
    if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
