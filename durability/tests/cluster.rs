//! PostgreSQL is killed under load, and what was acknowledged is there.

use coinslot_durability::{cluster, kill};

#[test]
fn nothing_acknowledged_is_lost() {
    let report = cluster::life(&kill::binary().unwrap(), 1, 3);
    println!("{report:?}");
    assert!(report.findings.is_empty(), "{:#?}", report.findings);
    assert!(report.kills == 3 && report.acknowledged > 0 && report.effects > 0, "{report:?}");
}
