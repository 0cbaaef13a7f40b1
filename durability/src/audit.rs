//! Whether a database kept what was promised.

use crate::client::Purchase;
use crate::outside::Outside;
use crate::shop::Shop;
use coinslot_app::port::Game;
use coinslot_app::{Shared, StoreError, audit, demo, token, webhook};
use coinslot_domain::id::ProjectId;
use coinslot_domain::payment::PaymentState;
use coinslot_domain::time::Span;
use coinslot_store::{Location, ledger, payment, refund};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use tokio::runtime::Runtime;

/// What is wrong with a database.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// Acknowledged, and gone.
    pub lost: Vec<String>,
    /// SQLite cannot read it, or finds it malformed.
    pub damaged: Vec<String>,
    /// Half done, out of balance, told twice or not at all.
    pub wrong: Vec<String>,
}

impl Findings {
    /// Whether nothing is.
    pub fn is_empty(&self) -> bool {
        self.lost.is_empty() && self.damaged.is_empty() && self.wrong.is_empty()
    }

    /// Adds another's.
    pub fn add(&mut self, other: Findings) {
        self.lost.extend(other.lost);
        self.damaged.extend(other.damaged);
        self.wrong.extend(other.wrong);
    }

    /// Each with a word before it that says where it was found.
    pub fn at(mut self, place: &str) -> Self {
        for all in [&mut self.lost, &mut self.damaged, &mut self.wrong] {
            for finding in all {
                *finding = format!("{place}: {finding}");
            }
        }
        self
    }
}

/// Looks at a database after a crash: first as the crash left it, then again
/// after everything in it has come to rest. Webhooks go to `game`, which must
/// hand them to the outside's receiver.
pub fn examine(
    runtime: &Runtime,
    outside: &Outside,
    game: Arc<dyn Game>,
    path: &Path,
    promised: &[Purchase],
    provider_knows: bool,
) -> Findings {
    let mut findings = Findings::default();
    let integrity = rules(path, &[("malformed", "PRAGMA integrity_check")]);
    match integrity {
        Ok(rows) if rows == ["malformed: ok"] => {}
        Ok(rows) => findings.damaged.extend(rows),
        Err(e) => findings.damaged.push(e.to_string()),
    }
    if !findings.damaged.is_empty() {
        return findings;
    }
    let location = Location::File(path.to_path_buf());
    findings.add(rested(runtime, outside, game, &location, promised, provider_knows));
    match rules(path, &statements()) {
        Ok(broken) => findings.wrong.extend(broken),
        Err(e) => findings.damaged.push(e.to_string()),
    }
    findings
}

/// What a database of either engine says through the server itself: first as it
/// was left, then at rest.
pub fn rested(
    runtime: &Runtime,
    outside: &Outside,
    game: Arc<dyn Game>,
    location: &Location,
    promised: &[Purchase],
    provider_knows: bool,
) -> Findings {
    let mut findings = Findings::default();
    let app = match Shop::app(outside, location, game) {
        Ok(app) => app,
        Err(e) => {
            findings.damaged.push(format!("the server does not start: {e}"));
            return findings;
        }
    };
    let outcome = runtime.block_on(async {
        demo::seed(&app, Some(told_at(&app).await?)).await?;
        // Before anything could mend it.
        findings.lost.extend(gone(&app, promised, false).await?);
        if provider_knows {
            findings.lost.extend(unknown(&app, outside).await?);
        }
        settle(&app, outside).await?;
        findings.lost.extend(gone(&app, promised, true).await?);
        findings.wrong.extend(audit::books(&app, project()).await?);
        findings.wrong.extend(told(&app, outside).await?);
        if provider_knows {
            let balances = app.store.read(move |tx| ledger::balances(tx, project())).await?;
            let held: i64 = balances.iter().filter(|(account, ..)| account == "gateway").map(|(.., n)| n).sum();
            if held != outside.provider.held() {
                findings.wrong.push(format!("the books hold {held}, the provider {}", outside.provider.held()));
            }
        }
        Ok::<_, StoreError>(())
    });
    if let Err(e) = outcome {
        findings.damaged.push(e.to_string());
    }
    findings
}

fn project() -> ProjectId {
    ProjectId::new(demo::PROJECT).unwrap_or_else(|| unreachable!("the demo project has a number"))
}

/// Where webhooks went before, so that opening the shop again does not change it.
async fn told_at(app: &Shared) -> Result<String, StoreError> {
    let found = app.store.read(move |tx| coinslot_store::merchant::find_project(tx, project())).await?;
    Ok(found.and_then(|p| p.webhook_url).unwrap_or_else(|| "https://game.example/webhook".into()))
}

/// Promises that the database does not know of. At rest nothing may have
/// happened either that nobody asked for.
async fn gone(app: &Shared, promised: &[Purchase], at_rest: bool) -> Result<Vec<String>, StoreError> {
    let mut gone = Vec::new();
    for p in promised {
        let (token, key) = (p.token.clone(), token::key(&p.token).map(|(_, key)| key).unwrap_or_default());
        let (found, payment) = app
            .store
            .read(move |tx| Ok::<_, StoreError>((token::is_kept(tx, &token)?, payment::of_token(tx, project(), &key)?)))
            .await?;
        if !found {
            gone.push(format!("the token {:.8}…", p.token));
        }
        let Some(payment) = payment else {
            if p.began || p.paid.is_some() {
                gone.push(format!("the payment {:?} of the token {:.8}…", p.paid, p.token));
            }
            continue;
        };
        if let Some(id) = p.paid
            && (payment.id.get() != id || !payment.state.was_captured())
        {
            gone.push(format!("payment {id} was paid, and is {} now", payment.state.name()));
        }
        let refunded = payment.refunded.minor;
        if refunded < p.refunded {
            gone.push(format!("of payment {} {} were refunded, and {refunded} are now", payment.id, p.refunded));
        }
        if at_rest && refunded > p.refunded + p.in_doubt {
            gone.push(format!("of payment {} more than was asked for is refunded: {refunded}", payment.id));
        }
        if at_rest && payment.state == PaymentState::Refunded && refunded != p.cents {
            gone.push(format!("payment {} is refunded by less than its price", payment.id));
        }
    }
    Ok(gone)
}

/// What the provider did on an order that the database has forgotten.
async fn unknown(app: &Shared, outside: &Outside) -> Result<Vec<String>, StoreError> {
    let mut unknown = Vec::new();
    for id in outside.provider.attempts() {
        if app.store.read(move |tx| payment::find_attempt(tx, project(), id)).await?.is_none() {
            unknown.push(format!("attempt {id}, for which the provider took money"));
        }
    }
    for id in outside.provider.refunds() {
        if app.store.read(move |tx| refund::find(tx, project(), id)).await?.is_none() {
            unknown.push(format!("refund {id}, for which the provider gave money back"));
        }
    }
    Ok(unknown)
}

/// Lets time pass until nothing is due any more.
async fn settle(app: &Shared, outside: &Outside) -> Result<(), StoreError> {
    // What the longest schedule needs, with what a killed worker held.
    for turn in 0..40 {
        outside.clock.advance(Span::hours(8));
        coinslot_worker::run_due(app).await?;
        // Four turns close what is asked again: a charge, then its challenge.
        if turn >= 3 && webhook::next_due(app).await?.is_none() {
            break;
        }
    }
    Ok(())
}

/// Whether the game acted once on each event, and on nothing else.
async fn told(app: &Shared, outside: &Outside) -> Result<Vec<String>, StoreError> {
    let mut wrong = outside.receiver.faults();
    let mut effects = outside.receiver.effects();
    let payments = app.store.read(move |tx| payment::recent(tx, project(), 1_000_000)).await?;
    for p in payments {
        let id = p.id;
        for event in app.store.read(move |tx| coinslot_store::webhook::events_of(tx, project(), id)).await? {
            match effects.remove(&format!("evt_{}", event.id)) {
                Some(effect) if effect.kind == event.kind && effect.transaction == id.get() => {}
                Some(effect) => wrong.push(format!("event {} did {effect:?}", event.id)),
                None => wrong.push(format!("event {} ({}) of payment {id} had no effect", event.id, event.kind)),
            }
        }
    }
    wrong.extend(effects.into_iter().map(|(id, effect)| format!("{id} did {effect:?} and is no event")));
    Ok(wrong)
}

fn statements() -> Vec<(&'static str, &'static str)> {
    let parts = include_str!("audit.sql").split("-- rule: ").skip(1);
    parts.filter_map(|part| part.split_once('\n')).collect()
}

/// The rows that break rules, by rule.
fn rules(path: &Path, rules: &[(&str, &str)]) -> rusqlite::Result<Vec<String>> {
    let connection = rusqlite::Connection::open(path)?;
    let mut broken: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (rule, sql) in rules {
        let mut statement = connection.prepare(sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let value: rusqlite::types::Value = row.get(0)?;
            let text = match value {
                rusqlite::types::Value::Text(text) => text,
                rusqlite::types::Value::Integer(n) => n.to_string(),
                other => format!("{other:?}"),
            };
            broken.entry(rule).or_default().push(text);
        }
    }
    Ok(broken.into_iter().map(|(rule, rows)| format!("{rule}: {}", rows.join(", "))).collect())
}
