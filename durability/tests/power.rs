//! The power goes, and what was acknowledged is there.

use coinslot_durability::disk::Syncing;
use coinslot_durability::power::{self, Report};

fn lives(seeds: std::ops::Range<u64>, syncing: Syncing) -> Report {
    let mut report = Report::default();
    seeds.for_each(|seed| report.add(power::life(seed, syncing)));
    println!("{} cuts, {} disks, {} acknowledged", report.cuts, report.images, report.acknowledged);
    report
}

#[test]
fn nothing_acknowledged_is_lost() {
    let report = lives(1..14, Syncing::Honest);
    assert!(report.findings.is_empty(), "{:#?}", report.findings);
    assert!(report.cuts >= 100 && report.acknowledged > 50, "{report:?}");
}

#[test]
fn one_seed_is_one_run() {
    for seed in [1, 5, 6] {
        assert_eq!(power::life(seed, Syncing::Honest).trace, power::life(seed, Syncing::Honest).trace, "{seed}");
    }
}

/// What the rig is for: had the engine `synchronous=NORMAL`, this is how the
/// first test would fail. The database stays well formed; the promises go.
#[test]
fn without_a_sync_for_each_commit_promises_are_lost() {
    let report = lives(1..14, Syncing::Normal);
    assert!(!report.findings.lost.is_empty(), "the rig does not notice synchronous=NORMAL");
    assert!(report.findings.damaged.is_empty(), "{:#?}", report.findings.damaged);
    println!("lost, for instance: {}", report.findings.lost[0]);
}

#[test]
fn on_a_disk_that_lies_promises_are_lost() {
    let report = lives(1..14, Syncing::Lying);
    assert!(!report.findings.lost.is_empty(), "the rig does not notice a disk that lies");
    println!("lost, for instance: {}", report.findings.lost[0]);
}
