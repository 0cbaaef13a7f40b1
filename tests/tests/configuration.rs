//! The reference of the settings says what the code does.

use std::path::Path;

#[test]
fn the_reference_page_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/configuration.md");
    let now = coinslot::config::reference();
    if std::env::var("COINSLOT_GOLDEN").is_ok_and(|v| v == "update") {
        std::fs::write(&path, &now).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == now, "docs/configuration.md is stale; `cargo xtask golden --update` writes it anew");
}
