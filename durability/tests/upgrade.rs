//! Half an upgrade is none: the next start ends where an undisturbed one ends.
//! A sample of the points; `cargo xtask campaign` takes each, from each version.

use coinslot_durability::upgrade::{earlier, postgres, sqlite};

#[test]
fn on_sqlite_the_power_goes() {
    // The first start, the longest upgrade and the shortest.
    let versions = earlier();
    for (version, every) in [(versions[0], 25), (versions[1], 17), (versions[versions.len() - 1], 3)] {
        let report = sqlite(version, every);
        println!("from version {version}: {} cuts", report.cuts);
        assert!(report.findings.is_empty(), "{:#?}", report.findings);
        assert!(report.cuts > 3, "from version {version} nothing was cut");
    }
}

#[test]
fn on_postgresql_the_connection_goes() {
    // The longest upgrade has the statements of every migration.
    let report = postgres(earlier()[1], 7);
    println!("{} cuts", report.cuts);
    assert!(report.findings.is_empty(), "{:#?}", report.findings);
    assert!(report.cuts > 3, "nothing was cut");
}
