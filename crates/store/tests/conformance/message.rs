//! Messages to merchants.

use super::{Log, Step, at, ours, theirs};
use coinslot_domain::id::{MessageId, PaymentId};
use coinslot_domain::message::{Message, MessageKind};
use coinslot_store::{StoreError, Tx, message};

pub(crate) const STEPS: &[Step] = &[Step::Write("messages", messages)];

fn messages(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let a_message = |n: i64| Message {
        project: ours(),
        id: MessageId::new(n).unwrap(),
        at: at(n / 2),
        kind: MessageKind::Refund,
        payment: PaymentId::new(n - 1),
        detail: "sorry".into(),
    };
    let [one, two, three] = [1, 2, 3].map(a_message);
    for m in [&two, &one, &three, &Message { project: theirs(), ..one.clone() }] {
        call!(log, message::insert(tx, m));
    }
    call!(log, message::insert(tx, &Message { detail: "again".into(), ..one.clone() }));
    let all = call!(log, message::list(tx, ours(), None, 9));
    assert_eq!(all, [three.clone(), two.clone(), one.clone()]);
    assert_eq!(call!(log, message::list(tx, ours(), Some((three.at, three.id)), 1)), [two]);
    assert_eq!(call!(log, message::list(tx, ours(), Some((one.at, one.id)), 1)), []);
    Ok(())
}
