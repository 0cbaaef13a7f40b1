//! The clocks of projects.

use super::{Log, Step, ours, theirs};
use coinslot_domain::calendar::Zone;
use coinslot_domain::time::Span;
use coinslot_store::{StoreError, Tx, clock};

pub(crate) const STEPS: &[Step] = &[Step::Write("clocks of projects", clocks)];

fn clocks(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    assert_eq!(call!(log, clock::ahead(tx, ours())), Span(0));
    assert_eq!(call!(log, clock::zone(tx, ours())), Zone::UTC);
    let berlin = Zone::named("Europe/Berlin").unwrap();
    call!(log, clock::set_zone(tx, ours(), &berlin));
    assert_eq!(call!(log, clock::all(tx)), [], "none is ahead");
    assert!(call!(log, clock::move_ahead(tx, ours(), Span::hours(2))));
    assert!(call!(log, clock::move_ahead(tx, ours(), Span::hours(2))), "where it is already");
    assert!(!call!(log, clock::move_ahead(tx, ours(), Span::hours(1))), "it never goes back");
    assert!(call!(log, clock::move_ahead(tx, theirs(), Span(1))));
    assert_eq!(call!(log, clock::ahead(tx, ours())), Span::hours(2));
    assert_eq!(call!(log, clock::zone(tx, ours())), berlin);
    assert_eq!(call!(log, clock::all(tx)), [(ours(), Span::hours(2)), (theirs(), Span(1))]);
    call!(log, clock::is_live(tx, theirs()));
    Ok(())
}
