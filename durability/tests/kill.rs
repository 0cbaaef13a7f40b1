//! The process is killed, and what was acknowledged is there.

use coinslot_durability::kill;

#[test]
fn nothing_acknowledged_is_lost() {
    let binary = kill::binary().unwrap();
    let report = kill::life(&binary, 1);
    println!("{report:?}");
    assert!(report.findings.is_empty(), "{:#?}", report.findings);
    assert!(report.kills == kill::KILLS && report.acknowledged > 0 && report.effects > 0, "{report:?}");
}
