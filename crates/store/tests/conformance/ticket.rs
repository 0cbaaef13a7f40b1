//! Tickets.

use super::{Log, Step, at, ours, theirs};
use coinslot_domain::id::{CommentId, TicketId};
use coinslot_domain::report::Range;
use coinslot_domain::ticket::{Comment, Sender, Ticket, TicketKind, TicketState};
use coinslot_store::ticket::Filter;
use coinslot_store::{StoreError, Tx, ticket};

pub(crate) const STEPS: &[Step] = &[Step::Write("tickets", tickets)];

fn tickets(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let a_ticket = |n: i64, kind: TicketKind| Ticket {
        project: ours(),
        id: TicketId::new(n).unwrap(),
        created_at: at(n / 2),
        subject: "Where are my gems?".into(),
        state: TicketState::New,
        kind,
        sender: Sender::User,
        user_id: Some("p1".into()),
        user_email: None,
        user_name: None,
    };
    let [one, two, three] = [1, 2, 3].map(|n| a_ticket(n, TicketKind::Question));
    let four = Ticket { sender: Sender::Merchant, ..a_ticket(4, TicketKind::Task) };
    for t in [&one, &two, &three, &four, &Ticket { project: theirs(), ..one.clone() }] {
        call!(log, ticket::insert(tx, t));
    }
    call!(log, ticket::insert(tx, &Ticket { subject: "again".into(), ..one.clone() }));
    assert_eq!(call!(log, ticket::find(tx, ours(), one.id)), Some(one.clone()));
    assert_eq!(call!(log, ticket::find(tx, theirs(), two.id)), None);

    assert_eq!(call!(log, ticket::lock(tx, ours(), one.id)), Some(one.clone()));

    let all = Filter { range: Range::ALL, state: None, kind: None, sender: None };
    let newest = [four.clone(), three.clone(), two.clone(), one.clone()];
    assert_eq!(call!(log, ticket::list(tx, ours(), all, None, 9)), newest);
    assert_eq!(call!(log, ticket::list(tx, ours(), all, Some((three.created_at, three.id)), 1)), newest[2..3]);
    let tasks = Filter { kind: Some(TicketKind::Task), ..all };
    assert_eq!(call!(log, ticket::list(tx, ours(), tasks, None, 9)), newest[..1]);
    let users = Filter { sender: Some(Sender::User), range: Range { from: at(1), until: at(2) }, ..all };
    assert_eq!(call!(log, ticket::list(tx, ours(), users, None, 9)), newest[1..3]);

    assert!(call!(log, ticket::advance(tx, &one, TicketState::Solved)));
    assert!(!call!(log, ticket::advance(tx, &one, TicketState::Open)), "it moved meanwhile");
    let solved = Filter { state: Some(TicketState::Solved), ..all };
    let found = call!(log, ticket::list(tx, ours(), solved, None, 9));
    assert_eq!(found, [Ticket { state: TicketState::Solved, ..one.clone() }]);

    let said =
        |n: i64| Comment { id: CommentId::new(n).unwrap(), at: at(9 - n), author: Sender::User, text: "?".into() };
    for n in [1, 2] {
        call!(log, ticket::comment(tx, ours(), one.id, &said(n)));
    }
    call!(log, ticket::comment(tx, ours(), one.id, &Comment { text: "again".into(), ..said(1) }));
    assert_eq!(call!(log, ticket::comments(tx, ours(), one.id, 0, 9)), [said(2), said(1)]);
    assert_eq!(call!(log, ticket::comments(tx, ours(), one.id, 1, 9)), [said(1)]);
    assert_eq!(call!(log, ticket::comments(tx, ours(), two.id, 0, 9)), []);
    assert!(call!(log, ticket::has_comment(tx, ours(), one.id, said(1).id)));
    assert!(!call!(log, ticket::has_comment(tx, ours(), two.id, said(1).id)));
    Ok(())
}
