//! The page of what works is of what works.

use coinslot_tests::compatibility::page;
use std::path::Path;

#[test]
fn the_page_of_what_works_is_of_this_server() {
    let (now, faults) = page();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/compatibility.md");
    if std::env::var("COINSLOT_GOLDEN").is_ok_and(|v| v == "update") {
        std::fs::write(&path, &now).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == now, "docs/compatibility.md is stale; `cargo xtask golden --update` writes it anew");
}
