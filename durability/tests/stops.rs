//! The process ends at each named place, and what was acknowledged is there.

use coinslot_durability::stops;
use coinslot_store::PLACES;

#[test]
fn nothing_acknowledged_is_lost_at_any_place() {
    let report = stops::life(std::path::Path::new(env!("CARGO_BIN_EXE_coinslot-stopping")), 1, 1);
    println!("{report:?}");
    assert!(report.findings.is_empty(), "{:#?}", report.findings);
    assert!(report.kills == PLACES.len() && report.acknowledged > 0 && report.effects > 0, "{report:?}");
}
