//! The power goes, and what was acknowledged is there.

use coinslot_domain::id::ProjectId;
use coinslot_domain::time::Time;
use coinslot_durability::disk::{Disk, Image, Syncing};
use coinslot_durability::power::{self, Report};
use coinslot_durability::vfs::Mount;
use coinslot_store::{Location, Store, StoreError, token};

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

/// Operations on a disk while ten transactions are written.
async fn operations(checkpoint_pages: Option<i32>) -> u64 {
    let mount = Mount::new(Disk::new(&Image::new(), Syncing::Honest, checkpoint_pages));
    let store = Store::open(&Location::File(mount.path("coinslot.db"))).unwrap();
    let before = mount.disk.operations();
    for n in 0..10 {
        let (project, hash, body) = (ProjectId::new(7).unwrap(), n.to_string(), String::new());
        let made = token::Stored { project, hash, dry_run: true, body, expires_at: Time(n) };
        let kept = store.write(move |tx| Ok::<_, StoreError>(token::keep(tx, &made, n + 1, false)));
        kept.await.unwrap();
    }
    mount.disk.operations() - before
}

/// Cuts fall on checkpoints only if there are any.
#[tokio::test]
async fn the_log_is_copied_as_often_as_the_disk_wants_it() {
    let (never, each) = (operations(None).await, operations(Some(1)).await);
    assert!(each >= never + 20, "{each} operations, and without checkpoints {never}");
}
