//! Events on their way to the game.

use super::{Log, a_delivery, at, event_id, ours, payment_id, theirs};
use coinslot_domain::id::ProjectId;
use coinslot_domain::time::Time;
use coinslot_domain::webhook::EventState;
use coinslot_store::webhook::Delivery;
use coinslot_store::{StoreError, Tx, webhook};

/// Before all that waits.
const FIRST: webhook::Waiting = (Time(i64::MIN), 0, 0);

/// What is due, in its order.
fn due(
    tx: &mut Tx<'_>,
    log: &mut Log,
    project: ProjectId,
    now: i64,
    limit: i64,
) -> Result<Vec<webhook::Due>, StoreError> {
    Ok(call!(log, webhook::due(tx, project, at(now), FIRST, limit)))
}

/// The ids of what is due, with the attempts that were made.
fn due_ids(
    tx: &mut Tx<'_>,
    log: &mut Log,
    project: ProjectId,
    now: i64,
    limit: i64,
) -> Result<Vec<(i64, i64)>, StoreError> {
    Ok(due(tx, log, project, now, limit)?.iter().map(|d| (d.id.get(), d.attempts)).collect())
}

/// Settles what is due of one event as delivered.
fn told(tx: &mut Tx<'_>, log: &mut Log, project: ProjectId, event: i64, now: i64) -> Result<bool, StoreError> {
    let all = due(tx, log, project, now, 99)?;
    let seen = all.iter().find(|d| d.id == event_id(event)).unwrap();
    let delivery = a_delivery(project, event, seen.attempts + 1, now);
    Ok(call!(log, webhook::settle(tx, seen, &delivery, EventState::Delivered, at(now))))
}

pub(crate) fn order(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    assert_eq!(call!(log, webhook::next_due(tx)), None);
    assert_eq!(call!(log, webhook::projects_due(tx, at(99))), []);
    let (a, b) = (payment_id(900), payment_id(901));
    // Whoever takes ids in blocks may hand a later event a smaller one.
    call!(log, webhook::insert(tx, ours(), event_id(930), a, "user_validation", "{\"n\":1}", at(10)));
    call!(log, webhook::insert(tx, ours(), event_id(910), a, "payment", "{\"n\":2}", at(10)));
    call!(log, webhook::insert(tx, ours(), event_id(920), a, "refund", "{\"n\":3}", at(10)));
    call!(log, webhook::insert(tx, ours(), event_id(905), b, "payment", "{}", at(11)));
    call!(log, webhook::insert(tx, theirs(), event_id(905), a, "payment", "{}", at(12)));
    let events = call!(log, webhook::events_of(tx, ours(), a));
    assert_eq!(events.iter().map(|e| e.id.get()).collect::<Vec<_>>(), [930, 910, 920]);
    assert_eq!(events[0].state, EventState::Pending);
    assert_eq!(
        (events[0].kind.as_str(), events[0].body.as_str(), events[0].attempts),
        ("user_validation", "{\"n\":1}", 0)
    );
    assert_eq!(call!(log, webhook::events_of(tx, theirs(), b)), [], "those of another project");

    assert_eq!(call!(log, webhook::next_due(tx)), Some(at(10)));
    let waiting = call!(log, webhook::waiting(tx));
    assert!(waiting > 0);
    assert_eq!(call!(log, webhook::next_due_of(tx, ours(), at(9))), Some(at(10)));
    assert_eq!(call!(log, webhook::next_due_of(tx, ours(), at(1_000))), None);
    assert_eq!(call!(log, webhook::projects_due(tx, at(9))), []);
    assert_eq!(call!(log, webhook::projects_due(tx, at(10))), [ours()]);
    assert_eq!(call!(log, webhook::projects_due(tx, at(12))), [ours(), theirs()]);

    assert_eq!(due_ids(tx, log, ours(), 9, 9)?, [], "nothing is due");
    let all = due(tx, log, ours(), 20, 9)?;
    assert_eq!(all.iter().map(|d| d.id.get()).collect::<Vec<_>>(), [930, 905], "one of each payment");
    let expected = webhook::Due {
        project: ours(),
        id: event_id(930),
        payment: a,
        seq: 1,
        kind: "user_validation".into(),
        body: "{\"n\":1}".into(),
        attempts: 0,
        attempts_before: 0,
        due_at: at(10),
    };
    assert_eq!(all[0], expected);
    let after = (all[0].due_at, all[0].payment.get(), all[0].seq);
    let rest = call!(log, webhook::due(tx, ours(), at(20), after, 9));
    assert_eq!(rest.iter().map(|d| d.id.get()).collect::<Vec<_>>(), [905], "from behind the one before");
    assert_eq!(due_ids(tx, log, theirs(), 20, 9)?, [(905, 0)], "their event of the same number");

    assert!(told(tx, log, ours(), 930, 21)?);
    assert_eq!(due_ids(tx, log, ours(), 21, 1)?, [(910, 0)], "the next of the payment");
    assert!(told(tx, log, ours(), 910, 22)?);
    assert_eq!(due_ids(tx, log, ours(), 22, 1)?, [(920, 0)]);
    assert!(told(tx, log, ours(), 920, 23)?);
    assert_eq!(due_ids(tx, log, ours(), 23, 9)?, [(905, 0)]);
    assert_eq!(call!(log, webhook::next_due(tx)), Some(at(11)));
    Ok(())
}

pub(crate) fn turns(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    assert_eq!(call!(log, webhook::take(tx, ours(), 0, at(20), at(100))), Some(1));
    assert_eq!(call!(log, webhook::take(tx, ours(), 0, at(99), at(200))), None, "it holds");
    assert_eq!(call!(log, webhook::take(tx, theirs(), 0, at(99), at(200))), Some(1), "each project's is its own");
    assert_eq!(call!(log, webhook::take(tx, ours(), 1, at(99), at(200))), Some(2), "whoever has it takes it again");
    assert!(!call!(log, webhook::keep(tx, ours(), 1, at(300))), "that turn is over");
    assert!(call!(log, webhook::keep(tx, ours(), 2, at(300))));
    assert_eq!(call!(log, webhook::take(tx, ours(), 1, at(299), at(400))), None, "it was kept");
    assert_eq!(call!(log, webhook::take(tx, ours(), 1, at(300), at(400))), Some(3), "anyone's again");
    call!(log, webhook::leave(tx, ours(), 2));
    assert_eq!(call!(log, webhook::take(tx, ours(), 2, at(301), at(400))), None, "who lost it cannot give it back");
    call!(log, webhook::leave(tx, ours(), 3));
    assert_eq!(call!(log, webhook::take(tx, ours(), 0, at(302), at(400))), Some(4), "given back");
    let hour = 3_600;
    assert_eq!(
        call!(log, webhook::take(tx, ours(), 0, at(303 - hour), at(304 - hour))),
        Some(5),
        "a clock was wrong by an hour"
    );
    assert_eq!(call!(log, webhook::turns(tx)), [(ours(), 5), (theirs(), 1)]);
    call!(log, webhook::leave(tx, ours(), 5));
    call!(log, webhook::leave(tx, theirs(), 1));
    assert_eq!(call!(log, webhook::turns(tx)), []);
    Ok(())
}

pub(crate) fn overlap(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    // Two have read 905 at one time, as when the first fell silent for longer
    // than it may.
    let seen = due(tx, log, ours(), 100, 9)?.remove(0);
    assert_eq!((seen.id, seen.attempts), (event_id(905), 0));
    let unheard = Delivery { status: None, error: Some("timeout".into()), ..a_delivery(ours(), 905, 1, 102) };
    assert!(call!(log, webhook::settle(tx, &seen, &unheard, EventState::Pending, at(300))), "to be sent again");
    assert!(!call!(log, webhook::settle(tx, &seen, &unheard, EventState::Pending, at(300))), "that one again");
    let late = a_delivery(ours(), 905, 1, 20);
    assert!(!call!(log, webhook::settle(tx, &seen, &late, EventState::Delivered, at(301))), "it moved on");
    let attempts = call!(log, webhook::attempts_of(tx, ours(), event_id(905)));
    assert_eq!(attempts, [unheard, Delivery { attempt: 2, ..late }], "each request is noted, and once");
    let events = call!(log, webhook::events_of(tx, ours(), payment_id(901)));
    assert_eq!((events[0].state, events[0].attempts), (EventState::Pending, 2));

    assert_eq!(due_ids(tx, log, ours(), 299, 9)?, [], "not yet");
    let seen = due(tx, log, ours(), 300, 9)?.remove(0);
    assert_eq!((seen.id, seen.attempts), (event_id(905), 2));
    let elsewhere = webhook::Due { project: theirs(), ..seen.clone() };
    let third = a_delivery(ours(), 905, 3, 301);
    let theirs_of_it = a_delivery(theirs(), 905, 3, 301);
    let settled = call!(log, webhook::settle(tx, &elsewhere, &theirs_of_it, EventState::Delivered, at(301)));
    assert!(!settled, "theirs is of another payment");
    assert!(call!(log, webhook::settle(tx, &seen, &third, EventState::Delivered, at(301))));
    assert!(!call!(log, webhook::settle(tx, &seen, &third, EventState::Failed, at(302))), "settled already");
    let events = call!(log, webhook::events_of(tx, ours(), payment_id(901)));
    assert_eq!((events[0].state, events[0].attempts), (EventState::Delivered, 3));
    assert_eq!(due_ids(tx, log, ours(), 9999, 9)?, []);
    assert!(told(tx, log, theirs(), 905, 303)?);
    assert_eq!(call!(log, webhook::next_due(tx)), None, "all is told");
    assert_eq!(call!(log, webhook::waiting(tx)), 0);
    Ok(())
}

pub(crate) fn failed(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let a = payment_id(940);
    call!(log, webhook::insert(tx, ours(), event_id(941), a, "payment", "{}", at(10)));
    call!(log, webhook::insert(tx, ours(), event_id(942), a, "refund", "{}", at(10)));
    let seen = due(tx, log, ours(), 10, 9)?;
    assert_eq!(seen.len(), 1);
    let refused = Delivery { status: Some(404), answer: "no".into(), ..a_delivery(ours(), 941, 1, 11) };
    // Still pending, and due later than its successor: that one waits.
    assert!(call!(log, webhook::settle(tx, &seen[0], &refused, EventState::Pending, at(50))));
    assert_eq!(due_ids(tx, log, ours(), 11, 9)?, []);
    let seen = due(tx, log, ours(), 50, 9)?;
    assert_eq!((seen.len(), seen[0].id, seen[0].attempts), (1, event_id(941), 1));
    let refused = Delivery { attempt: 2, sent_at: at(51), ..refused };
    assert!(call!(log, webhook::settle(tx, &seen[0], &refused, EventState::Failed, at(51))));
    assert_eq!(due_ids(tx, log, ours(), 51, 9)?, [(942, 0)]);
    assert!(told(tx, log, ours(), 942, 52)?);
    let failed = call!(log, webhook::find(tx, ours(), event_id(941))).unwrap();
    assert_eq!((failed.state, failed.attempts), (EventState::Failed, 2));
    Ok(())
}

pub(crate) fn limit(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    for (event, due) in [(953, 10), (952, 11), (951, 12), (950, 12)] {
        call!(log, webhook::insert(tx, ours(), event_id(event), payment_id(event), "payment", "{}", at(due)));
    }
    assert_eq!(due_ids(tx, log, ours(), 20, 1)?, [(953, 0)], "the longest due");
    assert_eq!(due_ids(tx, log, ours(), 20, 3)?, [(953, 0), (952, 0), (950, 0)], "then by payment");
    for event in 950..=953 {
        assert!(told(tx, log, ours(), event, 110)?);
    }
    assert_eq!(call!(log, webhook::next_due(tx)), None);
    Ok(())
}

pub(crate) fn deliveries(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let asked = Delivery { answer: "{\"ok\":true}".into(), ..a_delivery(ours(), 990, 1, 1000) };
    call!(log, webhook::insert_asked(tx, "user_search", "{\"q\":1}", EventState::Delivered, &asked));
    let unheard = Delivery { status: None, error: Some("refused".into()), ..a_delivery(ours(), 991, 1, 1001) };
    call!(log, webhook::insert_asked(tx, "user_validation", "{}", EventState::Failed, &unheard));
    assert_eq!(due_ids(tx, log, ours(), 9999, 9)?, [], "a question is not asked again");
    assert_eq!(call!(log, webhook::next_due(tx)), None);

    let listed = call!(log, webhook::deliveries(tx, ours(), at(9999), 2));
    let expected = [
        webhook::Listed {
            delivery: unheard,
            kind: "user_validation".into(),
            body: "{}".into(),
            state: EventState::Failed,
        },
        webhook::Listed {
            delivery: asked,
            kind: "user_search".into(),
            body: "{\"q\":1}".into(),
            state: EventState::Delivered,
        },
    ];
    assert_eq!(listed, expected, "newest first");
    assert_eq!(
        call!(log, webhook::deliveries(tx, ours(), at(1000), 1))[0].delivery.sent_at,
        at(301),
        "strictly before"
    );
    assert_eq!(call!(log, webhook::deliveries(tx, ours(), at(11), 9)), []);
    let old = call!(log, webhook::deliveries(tx, ours(), at(53), 99));
    // Each request once, though one of 905 was settled twice; 941 has two.
    let keys: Vec<_> = old.iter().map(|l| (l.delivery.event.get(), l.delivery.attempt)).collect();
    assert_eq!(keys, [(942, 1), (941, 2), (920, 1), (910, 1), (930, 1), (905, 2), (941, 1)]);
    let theirs_only = call!(log, webhook::deliveries(tx, theirs(), at(9999), 99));
    assert!(theirs_only.iter().all(|l| l.delivery.project == theirs() && l.delivery.event == event_id(905)));
    assert_eq!(call!(log, webhook::deliveries(tx, ProjectId::new(9).unwrap(), at(9999), 99)), []);
    Ok(())
}

pub(crate) fn replays(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let a = payment_id(960);
    call!(log, webhook::insert(tx, ours(), event_id(961), a, "payment", "{\"n\":1}", at(2000)));
    let new = call!(log, webhook::find(tx, ours(), event_id(961))).unwrap();
    let expected = webhook::Event {
        id: event_id(961),
        payment: Some(a),
        seq: 1,
        kind: "payment".into(),
        body: "{\"n\":1}".into(),
        state: EventState::Pending,
        attempts: 0,
        due_at: at(2000),
        created_at: at(2000),
    };
    assert_eq!(new, expected);
    assert_eq!(call!(log, webhook::find(tx, theirs(), event_id(961))), None, "that of another project");
    // Replayed while it is being sent: what is answered counts, unless it failed.
    let seen = due(tx, log, ours(), 2000, 9)?.remove(0);
    assert!(call!(log, webhook::replay(tx, ours(), &new, at(2001))), "it is due anyway");
    let now_due = due(tx, log, ours(), 2001, 9)?.remove(0);
    assert_eq!(webhook::Due { due_at: seen.due_at, ..now_due.clone() }, seen, "it keeps its place");
    let seen = now_due;
    let refused = Delivery { status: Some(404), ..a_delivery(ours(), 961, 1, 2002) };
    assert!(call!(log, webhook::settle(tx, &seen, &refused, EventState::Failed, at(2002))));

    let failed = call!(log, webhook::find(tx, ours(), event_id(961))).unwrap();
    assert_eq!((failed.state, failed.attempts), (EventState::Failed, 1));
    assert!(!call!(log, webhook::replay(tx, theirs(), &failed, at(2003))), "in another project");
    assert!(call!(log, webhook::replay(tx, ours(), &failed, at(2003))));
    assert!(!call!(log, webhook::replay(tx, ours(), &failed, at(2004))), "moved on since it was seen");
    let waiting = call!(log, webhook::find(tx, ours(), event_id(961))).unwrap();
    assert_eq!((waiting.state, waiting.attempts, waiting.due_at), (EventState::Pending, 1, at(2003)));

    let again = due(tx, log, ours(), 2003, 9)?.remove(0);
    assert_eq!((again.attempts, again.attempts_before), (1, 1), "a fresh schedule");
    assert_eq!((again.id, again.body.as_str()), (event_id(961), "{\"n\":1}"));
    let unheard = Delivery { status: None, error: Some("timeout".into()), ..a_delivery(ours(), 961, 2, 2004) };
    assert!(call!(log, webhook::settle(tx, &again, &unheard, EventState::Pending, at(2900))));
    let waiting = call!(log, webhook::find(tx, ours(), event_id(961))).unwrap();
    assert!(call!(log, webhook::replay(tx, ours(), &waiting, at(2005))), "it need not wait");
    assert!(!call!(log, webhook::replay(tx, ours(), &failed, at(2005))), "moved on since it was seen");
    let again = due(tx, log, ours(), 2005, 9)?.remove(0);
    assert_eq!((again.attempts, again.attempts_before), (2, 2));
    // Replayed while the third attempt is under way, which then fails for good.
    let third = Delivery { status: Some(404), ..a_delivery(ours(), 961, 3, 2006) };
    let before = again.clone();
    let waiting = call!(log, webhook::find(tx, ours(), event_id(961))).unwrap();
    assert!(call!(log, webhook::replay(tx, ours(), &waiting, at(2006))));
    assert!(!call!(log, webhook::settle(tx, &before, &third, EventState::Failed, at(2006))), "it is sent again");
    let before = due(tx, log, ours(), 2006, 9)?.remove(0);
    assert_eq!((before.attempts, before.attempts_before), (3, 2));
    let waiting = call!(log, webhook::find(tx, ours(), event_id(961))).unwrap();
    assert!(call!(log, webhook::replay(tx, ours(), &waiting, at(2006))));
    let fourth = a_delivery(ours(), 961, 4, 2007);
    assert!(
        call!(log, webhook::settle(tx, &before, &fourth, EventState::Delivered, at(2007))),
        "it has what it wanted"
    );
    let attempts = call!(log, webhook::attempts_of(tx, ours(), event_id(961)));
    assert_eq!(attempts, [refused, unheard, third, fourth]);
    assert_eq!(call!(log, webhook::attempts_of(tx, theirs(), event_id(961))), []);

    let question = call!(log, webhook::find(tx, ours(), event_id(991))).unwrap();
    assert_eq!((question.payment, question.seq, question.state), (None, 0, EventState::Failed));
    assert!(!call!(log, webhook::replay(tx, ours(), &question, at(2007))), "a question is not asked again");
    Ok(())
}

pub(crate) fn replay_order(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    // The later event has the smaller number, and all happened at one time.
    let (a, b) = (payment_id(970), payment_id(969));
    call!(log, webhook::insert(tx, ours(), event_id(973), a, "payment", "{}", at(3000)));
    call!(log, webhook::insert(tx, ours(), event_id(972), a, "partial_refund", "{}", at(3000)));
    call!(log, webhook::insert(tx, ours(), event_id(971), a, "refund", "{}", at(3001)));
    call!(log, webhook::insert(tx, ours(), event_id(974), b, "payment", "{}", at(3002)));
    for event in [973, 972, 971] {
        let seen = due(tx, log, ours(), 3002, 1)?.remove(0);
        assert_eq!(seen.id, event_id(event));
        let refused = Delivery { status: Some(404), ..a_delivery(ours(), event, 1, 3003) };
        assert!(call!(log, webhook::settle(tx, &seen, &refused, EventState::Failed, at(3003))));
    }
    assert_eq!(due_ids(tx, log, ours(), 3002, 9)?, [(974, 0)]);
    assert!(told(tx, log, ours(), 974, 3003)?);

    let ids = |events: &[webhook::Event]| events.iter().map(|e| e.id.get()).collect::<Vec<_>>();
    let start = (at(2999), 0, 0);
    let failed = call!(log, webhook::since(tx, ours(), true, start, at(9999), 9));
    assert_eq!(ids(&failed), [973, 972, 971], "in the order of their payment");
    let two = call!(log, webhook::since(tx, ours(), true, start, at(9999), 2));
    assert_eq!(ids(&two), [973, 972]);
    let last = (two[1].created_at, a.get(), two[1].seq);
    assert_eq!(ids(&call!(log, webhook::since(tx, ours(), true, last, at(9999), 2))), [971], "the next page");
    assert_eq!(ids(&call!(log, webhook::since(tx, ours(), false, start, at(9999), 9))), [973, 972, 971, 974]);
    assert_eq!(ids(&call!(log, webhook::since(tx, ours(), false, start, at(3000), 9))), [973, 972], "until, inclusive");
    assert_eq!(ids(&call!(log, webhook::since(tx, ours(), false, (at(3001), 0, 0), at(9999), 9))), [971, 974]);
    let questions = call!(log, webhook::since(tx, ours(), false, (at(999), 0, 0), at(1001), 9));
    assert_eq!(questions, [], "questions are not sent again");
    assert_eq!(call!(log, webhook::since(tx, theirs(), false, start, at(9999), 9)), []);

    for event in failed.iter().rev() {
        assert!(call!(log, webhook::replay(tx, ours(), event, at(3010))));
    }
    for event in [973, 972, 971] {
        assert_eq!(due_ids(tx, log, ours(), 3010, 9)?, [(event, 1)], "nothing overtakes");
        assert!(told(tx, log, ours(), event, 3011)?);
    }
    assert_eq!(call!(log, webhook::next_due(tx)), None);
    Ok(())
}

pub(crate) fn lists(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let ids = |events: &[webhook::Event]| events.iter().map(|e| e.id.get()).collect::<Vec<_>>();
    let all = webhook::Filter::default();
    let page = call!(log, webhook::list(tx, ours(), &all, None, 3));
    assert_eq!(ids(&page), [974, 971, 973], "newest first, then by number");
    let before = Some((page[2].created_at, page[2].id));
    let page = call!(log, webhook::list(tx, ours(), &all, before, 4));
    assert_eq!(ids(&page), [972, 961, 991, 990]);

    let state = |state| webhook::Filter { state: Some(state), ..webhook::Filter::default() };
    assert_eq!(ids(&call!(log, webhook::list(tx, ours(), &state(EventState::Pending), None, 9))), []);
    assert_eq!(ids(&call!(log, webhook::list(tx, ours(), &state(EventState::Failed), None, 9))), [991, 941]);
    let delivered = call!(log, webhook::list(tx, ours(), &state(EventState::Delivered), before, 3));
    assert_eq!(ids(&delivered), [972, 961, 990]);
    let payments = webhook::Filter { kind: Some("payment".into()), ..webhook::Filter::default() };
    assert_eq!(ids(&call!(log, webhook::list(tx, ours(), &payments, None, 3))), [974, 973, 961]);
    let both = webhook::Filter { kind: Some("payment".into()), ..state(EventState::Failed) };
    assert_eq!(ids(&call!(log, webhook::list(tx, ours(), &both, None, 3))), [941]);
    let of = webhook::Filter { payment: Some(payment_id(970)), ..webhook::Filter::default() };
    assert_eq!(ids(&call!(log, webhook::list(tx, ours(), &of, None, 9))), [971, 973, 972]);
    assert_eq!(ids(&call!(log, webhook::list(tx, ours(), &of, before, 9))), [972]);
    let none = webhook::Filter { state: Some(EventState::Failed), ..of.clone() };
    assert_eq!(ids(&call!(log, webhook::list(tx, ours(), &none, None, 9))), []);
    assert_eq!(ids(&call!(log, webhook::list(tx, theirs(), &of, None, 9))), []);

    let sent = call!(log, webhook::sent_after(tx, ours(), (at(2006), 961, 3), 3));
    let keys: Vec<_> = sent.iter().map(|l| (l.delivery.event.get(), l.delivery.attempt)).collect();
    assert_eq!(keys, [(961, 4), (971, 1), (972, 1)], "oldest first");
    let sent = call!(log, webhook::sent_after(tx, ours(), (at(3003), 974, 1), 9));
    let keys: Vec<_> = sent.iter().map(|l| (l.delivery.event.get(), l.delivery.attempt)).collect();
    assert_eq!(keys, [(971, 2), (972, 2), (973, 2)]);
    assert_eq!(call!(log, webhook::sent_after(tx, theirs(), (at(3000), 0, 0), 9)), []);
    Ok(())
}
