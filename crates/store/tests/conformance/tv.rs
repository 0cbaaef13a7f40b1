//! Codes of televisions, and second names of tokens.

use super::{Log, Step, at, ours, theirs};
use coinslot_domain::tv::Code;
use coinslot_store::{StoreError, Tx, tv};

pub(crate) const STEPS: &[Step] = &[
    Step::Write("codes of televisions", codes),
    Step::Refused("one second name for two tokens", name_twice),
    Step::Write("codes are forgotten", purge),
];

fn code(hash: &str, token: &str) -> Code {
    Code { project: ours(), hash: hash.into(), token_hash: token.into(), expires_at: at(10), opened_at: None }
}

fn codes(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let (first, second) = (code("c1", "t1"), code("c2", "t1"));
    assert!(call!(log, tv::insert(tx, &first, at(0))));
    assert!(call!(log, tv::insert(tx, &first, at(0))), "once more changes nothing");
    assert!(!call!(log, tv::insert(tx, &code("c1", "t2"), at(0))), "another token's");
    let elsewhere = Code { project: theirs(), ..first.clone() };
    assert!(!call!(log, tv::insert(tx, &elsewhere, at(0))), "another project's");
    assert_eq!(call!(log, tv::project_of(tx, "c1")), Some(ours()));
    assert_eq!(call!(log, tv::project_of(tx, "c9")), None);
    assert_eq!(call!(log, tv::find(tx, ours(), "c1")), Some(first.clone()));
    assert_eq!(call!(log, tv::find(tx, theirs(), "c1")), None);

    assert!(call!(log, tv::insert(tx, &second, at(3))));
    let superseded = Code { expires_at: at(3), ..first.clone() };
    assert_eq!(call!(log, tv::find(tx, ours(), "c1")), Some(superseded.clone()), "a newer one ends it");
    assert!(!call!(log, tv::open(tx, &superseded, at(4), "l0", at(99))), "expired");
    assert_eq!(call!(log, tv::linked(tx, ours(), "l0")), None);

    assert!(!call!(log, tv::open(tx, &second, at(10), "l1", at(99))), "in the moment it expires");
    assert!(call!(log, tv::open(tx, &second, at(5), "l1", at(99))));
    assert!(call!(log, tv::open(tx, &second, at(5), "l1", at(99))), "the same again");
    assert!(!call!(log, tv::open(tx, &second, at(6), "l2", at(99))), "used");
    assert_eq!(call!(log, tv::find(tx, ours(), "c2")), Some(Code { opened_at: Some(at(5)), ..second.clone() }));
    assert_eq!(call!(log, tv::linked(tx, ours(), "l1")), Some("t1".into()));
    assert_eq!(call!(log, tv::linked(tx, ours(), "l2")), None);
    assert_eq!(call!(log, tv::linked(tx, theirs(), "l1")), None);

    assert!(call!(log, tv::insert(tx, &code("c3", "t1"), at(7))));
    assert_eq!(call!(log, tv::find(tx, ours(), "c2")).map(|c| c.expires_at), Some(at(10)), "what was used stays");
    Ok(())
}

fn name_twice(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    call!(log, tv::insert(tx, &code("c4", "t4"), at(7)));
    call!(log, tv::open(tx, &code("c4", "t4"), at(8), "l1", at(99)));
    Ok(())
}

fn purge(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    assert_eq!(call!(log, tv::purge(tx, theirs(), at(999))), 0);
    assert_eq!(call!(log, tv::purge(tx, ours(), at(4))), 1, "its line in the directory says when it would have ended");
    assert_eq!(call!(log, tv::purge(tx, ours(), at(50))), 5, "two codes, three lines of the directory");
    assert_eq!(call!(log, tv::project_of(tx, "c1")), None);
    assert_eq!(call!(log, tv::linked(tx, ours(), "l1")), Some("t1".into()), "as long as its token");
    assert_eq!(call!(log, tv::purge(tx, ours(), at(100))), 1);
    Ok(())
}
