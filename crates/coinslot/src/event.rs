//! Events and deliveries on the command line, straight from the database, so
//! that they can be looked at while no server runs.

use crate::webhook::{print, printable};
use coinslot_app::event::{self, Delivery, Event, Filter, Listed, Page, Tail};
use coinslot_app::{App, Shared, StoreError};
use coinslot_domain::id::{EventId, ProjectId};
use coinslot_domain::merchant::Project;
use coinslot_domain::time::Time;
use coinslot_domain::webhook::EventState;
use coinslot_wire::event::TestBody;
use coinslot_wire::sample::KINDS;
use serde_json::json;
use std::error::Error;
use std::fmt::Write as _;
use std::io;
use std::time::Duration;

type Fallible<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// What is to be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// One event.
    One(EventId),
    /// All that fit.
    All {
        /// Only those that failed.
        failed: bool,
        /// Only those that happened then or later.
        since: Option<Time>,
    },
}

/// The project of a number, or what to do about it.
pub async fn project(app: &App, id: i64) -> Fallible<Project> {
    let found = match ProjectId::new(id) {
        Some(id) => event::project(app, id).await?,
        None => None,
    };
    found.ok_or_else(|| format!("there is no project {id} in this database; see --project and --data").into())
}

/// A list of events, newest first, and how to get older ones.
pub async fn list(
    app: &App,
    project: ProjectId,
    filter: Filter,
    before: Option<EventId>,
    limit: i64,
) -> Fallible<String> {
    let page = event::list(app, project, filter, before, limit).await?;
    Ok(table(&page.ok_or("--before is not an event of this project")?))
}

fn table(page: &Page) -> String {
    let Some(last) = page.events.last() else { return "There are no such events.\n".into() };
    let mut text = format!(
        "{:<12}{:<27}{:<11}{:>8}  {:<20}{}\n",
        "EVENT", "HAPPENED", "STATUS", "ATTEMPTS", "TYPE", "TRANSACTION"
    );
    for e in &page.events {
        let of = e.payment.map_or("-".to_string(), |id| id.to_string());
        let next = if e.state == EventState::Pending { format!("  next {}", e.due_at) } else { String::new() };
        let (id, state, kind) = (e.id.get(), e.state.name(), line(&e.kind));
        // Formatting into a string does not fail.
        let _ =
            writeln!(text, "{id:<12}{:<27}{state:<11}{:>8}  {kind:<20}{of}{next}", e.created_at.rfc3339(), e.attempts);
    }
    if page.more {
        let _ = writeln!(text, "There are older ones: --before {}", last.id);
    }
    text
}

/// An event with its exact body and every attempt.
pub async fn show(app: &App, project: ProjectId, id: EventId) -> Fallible<String> {
    let (event, deliveries) = event::find(app, project, id).await?.ok_or("there is no such event in this project")?;
    Ok(whole(&event, &deliveries))
}

fn whole(e: &Event, deliveries: &[Delivery]) -> String {
    let mut text = format!(
        "Event        {id}\nwebhook-id   evt_{id}\nType         {}\nStatus       {}\nHappened     {}\n",
        line(&e.kind),
        e.state.name(),
        e.created_at,
        id = e.id,
    );
    if let Some(id) = e.payment {
        let _ = writeln!(text, "Transaction  {id}");
    }
    if e.state == EventState::Pending {
        let _ = writeln!(text, "Next         {}", e.due_at);
    }
    let _ = writeln!(text, "\n{}", printable(&e.body));
    for d in deliveries {
        let _ = write!(text, "\n{}", attempt(d));
    }
    if deliveries.is_empty() {
        text.push_str("\nIt was not sent yet.\n");
    }
    text
}

fn attempt(d: &Delivery) -> String {
    let mut text = format!("Attempt {}    {}, {} ms\n", d.attempt, d.sent_at, d.took.0 / 1_000);
    let answer = printable(&d.answer);
    for (name, value) in [
        ("To", d.url.clone()),
        ("Signature", d.signature.strip_prefix("Signature ").unwrap_or(&d.signature).to_string()),
        ("Status", d.status.map_or(String::new(), |s| s.to_string())),
        ("Error", line(d.error.as_deref().unwrap_or_default())),
        ("Answer", answer.trim_end().to_string()),
    ] {
        if !value.is_empty() {
            let _ = writeln!(text, "  {name:<11}{value}");
        }
    }
    text
}

/// Has events sent again; what becomes of them, in a line.
pub async fn replay(app: &App, project: ProjectId, what: Again) -> Fallible<String> {
    let done = match what {
        Again::One(id) => {
            let event = event::replay(app, project, id).await.map_err(|e| e.to_string())?;
            format!("Event {} is sent again", event.id)
        }
        Again::All { failed, since } => match event::replay_all(app, project, failed, since).await? {
            0 => return Ok("No event fits, and none is sent.\n".into()),
            1 => "1 event is sent again".into(),
            n => format!("{n} events are sent again"),
        },
    };
    Ok(format!("{done} as soon as a server runs; watch it with `coinslot webhook tail`.\n"))
}

/// Sends a test and says what came of it; an error when the game did not
/// acknowledge it, so that scripts notice.
pub async fn test(
    app: &Shared,
    project: Project,
    kind: String,
    body: Option<Vec<u8>>,
    (version, delivery): (Option<i64>, Option<String>),
) -> Fallible<(String, bool)> {
    let mut wish = json!({ "notification_type": kind });
    if let Some(version) = version {
        wish["version"] = version.into();
    }
    if let Some(delivery) = delivery {
        wish["delivery"] = delivery.into();
    }
    if let Some(bytes) = body {
        wish["body"] = coinslot_wire::shape::parse(&bytes).map_err(|e| format!("--body: {e}"))?;
    }
    let asked = TestBody::read(&wish).map_err(|faults| {
        let faults: Vec<String> = faults.iter().map(|f| format!("{}: {}", f.path, f.text)).collect();
        faults.join("; ")
    })?;
    let (event, delivery) = event::test(app, project, asked).await.map_err(|e| match e {
        event::TestError::NoSample => format!("{e} with --body; there are samples of {}", KINDS.join(", ")),
        e => e.to_string(),
    })?;
    let text = format!("Event {}\n{}\n\n{}", event.id, printable(&event.body), attempt(&delivery));
    Ok((text, event.state == EventState::Delivered))
}

/// Prints attempts as they are made, a line each, until Ctrl-C or until nobody
/// reads any more.
pub async fn tail(app: &App, project: ProjectId) -> Fallible<()> {
    let mut tail = Tail::new(app, project).await?;
    eprintln!("Waiting for attempts; Ctrl-C ends.");
    loop {
        tokio::select! {
            stopped = tokio::signal::ctrl_c() => return Ok(stopped?),
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
        }
        match tail.next(app).await {
            Ok(new) => {
                for listed in new {
                    match print(&tail_line(&listed)) {
                        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
                        printed => printed?,
                    }
                }
            }
            // It may come back.
            Err(e @ StoreError::Unavailable(_)) => eprintln!("coinslot: {e}"),
            Err(e) => return Err(e.into()),
        }
    }
}

fn tail_line(l: &Listed) -> String {
    let d = &l.delivery;
    let came = match (d.status, &d.error) {
        (Some(status), _) => status.to_string(),
        (None, Some(error)) => line(error),
        (None, None) => "no answer".into(),
    };
    let (kind, ms) = (line(&l.kind), d.took.0 / 1_000);
    format!(
        "{}  {kind:<20}event {}  attempt {}  {came} in {ms} ms, {}\n",
        d.sent_at,
        d.event,
        d.attempt,
        l.state.name()
    )
}

/// Text from elsewhere on one line.
pub(crate) fn line(text: &str) -> String {
    printable(text).replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use coinslot_domain::id::PaymentId;
    use coinslot_domain::time::Span;

    fn an_event() -> Event {
        Event {
            id: EventId::new(100_000_005).unwrap(),
            payment: PaymentId::new(100_000_004),
            seq: 1,
            kind: "payment".into(),
            body: "{\"a\":1}".into(),
            state: EventState::Pending,
            attempts: 1,
            due_at: Time(0) + Span::minutes(1),
            created_at: Time(0),
        }
    }

    fn a_delivery() -> Delivery {
        Delivery {
            project: ProjectId::new(18404).unwrap(),
            event: EventId::new(100_000_005).unwrap(),
            attempt: 1,
            url: "https://game.example/webhook".into(),
            signature: "Signature 0123abcd".into(),
            sent_at: Time(0),
            took: Span::millis(12),
            status: Some(500),
            answer: "oops\n\u{1b}[2J".into(),
            error: None,
        }
    }

    #[test]
    fn a_list() {
        let question = Event { payment: None, kind: "user\nx".into(), state: EventState::Delivered, ..an_event() };
        let page = Page { events: vec![an_event(), question], more: true };
        assert_eq!(
            table(&page),
            "EVENT       HAPPENED                   STATUS     ATTEMPTS  TYPE                TRANSACTION\n\
             100000005   1970-01-01T00:00:00+00:00  pending           1  payment             100000004  \
             next 1970-01-01T00:01:00+00:00\n\
             100000005   1970-01-01T00:00:00+00:00  delivered         1  user x              -\n\
             There are older ones: --before 100000005\n"
        );
        assert_eq!(table(&Page { events: vec![], more: false }), "There are no such events.\n");
    }

    #[test]
    fn an_event_whole() {
        assert_eq!(
            whole(&an_event(), &[a_delivery()]),
            "Event        100000005\nwebhook-id   evt_100000005\nType         payment\nStatus       pending\n\
             Happened     1970-01-01T00:00:00+00:00\nTransaction  100000004\n\
             Next         1970-01-01T00:01:00+00:00\n\n{\"a\":1}\n\n\
             Attempt 1    1970-01-01T00:00:00+00:00, 12 ms\n  To         https://game.example/webhook\n  \
             Signature  0123abcd\n  Status     500\n  Answer     oops\n\\u{1b}[2J\n"
        );
        let unsent = Event { payment: None, state: EventState::Failed, ..an_event() };
        let text = whole(&unsent, &[]);
        assert!(text.ends_with("\n{\"a\":1}\n\nIt was not sent yet.\n"), "{text}");
        assert!(!text.contains("Next") && !text.contains("Transaction"), "{text}");
    }

    #[test]
    fn a_line_of_the_tail() {
        let listed =
            |delivery| Listed { delivery, kind: "payment".into(), body: "{}".into(), state: EventState::Pending };
        assert_eq!(
            tail_line(&listed(a_delivery())),
            "1970-01-01T00:00:00+00:00  payment             event 100000005  attempt 1  500 in 12 ms, pending\n"
        );
        let silent = Delivery { status: None, error: Some("timed out\nafter 10 s".into()), ..a_delivery() };
        let text = tail_line(&listed(silent));
        assert!(text.ends_with("attempt 1  timed out after 10 s in 12 ms, pending\n"), "{text}");
    }
}
