//! Texts in several languages.

use super::{Log, Step, ours, theirs};
use coinslot_domain::localized::Localized;
use coinslot_store::{StoreError, Tx, text};

pub(crate) const STEPS: &[Step] = &[Step::Write("texts in several languages", texts)];

fn texts(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let two = Localized([("en", "Sword"), ("ru", "Меч")].map(|(l, t)| (l.into(), t.into())).into());
    call!(log, text::set(tx, ours(), "item", 1, "name", &two));
    call!(log, text::set(tx, ours(), "item", 1, "description", &Localized::of("en", "Sharp")));
    call!(log, text::set(tx, ours(), "item", 2, "name", &Localized::of("en", "Shield")));
    call!(log, text::set(tx, ours(), "group", 1, "name", &Localized::of("en", "Arms")));
    call!(log, text::set(tx, theirs(), "item", 1, "name", &Localized::of("en", "Theirs")));

    let found = call!(log, text::of_owner(tx, ours(), "item", 1));
    assert_eq!(found.len(), 2);
    assert_eq!(found["name"], two);
    let one = Localized::of("de", "Schwert");
    call!(log, text::set(tx, ours(), "item", 1, "name", &one));
    assert_eq!(call!(log, text::of_owner(tx, ours(), "item", 1))["name"], one, "the old languages are gone");
    call!(log, text::set(tx, ours(), "item", 1, "description", &Localized::default()));

    let all = call!(log, text::of_kind(tx, ours(), "item"));
    assert_eq!(all.keys().copied().collect::<Vec<_>>(), [1, 2]);
    assert!(!all[&1].contains_key("description"), "a text without languages is none");
    let some = call!(log, text::between(tx, ours(), "item", 2, 9));
    assert_eq!(some.keys().copied().collect::<Vec<_>>(), [2]);
    call!(log, text::forget(tx, ours(), "item", 1));
    assert_eq!(call!(log, text::of_kind(tx, ours(), "item")).keys().copied().collect::<Vec<_>>(), [2]);
    assert_eq!(call!(log, text::of_kind(tx, theirs(), "item")).len(), 1);
    Ok(())
}
