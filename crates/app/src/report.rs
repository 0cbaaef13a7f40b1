//! What merchants ask about their payments.
//!
//! A search looks at payments as they stand. The registry looks at the journal:
//! a row for each booking, with amounts below zero where money went back, so
//! that its sums are the ledger's by construction and its rows never change.

use crate::merge::merge;
use crate::{App, project};
use coinslot_domain::id::{EntryId, MerchantId, PaymentId, ProjectId};
use coinslot_domain::ledger::Account;
use coinslot_domain::money::{Currency, Money};
use coinslot_domain::payment::{Breakdown, Payment, PaymentState};
use coinslot_domain::report::{Range, Status};
use coinslot_domain::tax::TaxKind;
use coinslot_store::report::{self, Booking, Bookings, Place, Wanted};
use coinslot_store::{StoreError, Tx, merchant, order, payment};
use coinslot_wire::report::{
    ListQuery, REGISTRY_COLUMNS, Record, RegistryQuery, SEARCH_COLUMNS, SIMPLE_COLUMNS, SearchQuery, Sum, report_of,
    row, total_row,
};
use coinslot_wire::table::Table;
use serde_json::Value;
use std::collections::BTreeMap;

/// A part of a list, and where the next begins; none behind the last.
#[derive(Clone, Debug)]
pub struct Page {
    /// The rows.
    pub table: Table,
    /// Where the next page goes on.
    pub next: Option<Place>,
}

/// Transactions as they stand, in the order in which they began; `None` for a
/// project that is not the merchant's.
pub async fn search(app: &App, of: MerchantId, query: SearchQuery) -> Result<Option<Page>, StoreError> {
    let columns = SEARCH_COLUMNS;
    // Nothing was ever paid out.
    let wanted = (!query.transferred).then(|| wanted(&query));
    let methods = methods(app);
    app.store
        .read(move |tx| {
            let Some(projects) = projects(tx, of, query.page.project)? else { return Ok(None) };
            let found = match &wanted {
                Some(wanted) => find(tx, &projects, wanted, &query.page)?,
                None => vec![],
            };
            let mut rows = Vec::with_capacity(found.len());
            for (n, (_, id)) in &found {
                rows.extend(with_record(tx, projects[*n], PaymentId::new(*id), None, &methods, |r| row(columns, r))?);
            }
            let next = full(&found, query.page.limit).map(|(_, place)| *place);
            Ok(Some(Page { table: Table { columns, rows }, next }))
        })
        .await
}

/// The last entry of a page that has no room for more.
fn full<T>(found: &[T], limit: i64) -> Option<&T> {
    found.last().filter(|_| i64::try_from(found.len()) == Ok(limit))
}

fn wanted(query: &SearchQuery) -> Wanted {
    let names = |states: &[PaymentState]| states.iter().map(|s| s.name()).collect::<Vec<_>>();
    let given_back = [PaymentState::Refunded, PaymentState::ChargedBack, PaymentState::PartiallyRefunded];
    let mut wanted = Wanted {
        dry_run: query.page.dry_run,
        states: query.canceled.then(|| names(&given_back)),
        awaiting_refund: None,
        id: query.transaction,
        external_id: query.external_id.clone(),
        user_id: query.user_id.clone(),
        email: query.email.clone(),
        phone: query.phone.clone(),
        user_name: query.user_name.clone(),
        custom: query.custom.clone(),
    };
    if let Some(status) = query.page.status {
        let (states, awaiting) = status.states();
        wanted.awaiting_refund = Some(awaiting);
        let both = names(states).into_iter().filter(|s| wanted.states.as_ref().is_none_or(|w| w.contains(s)));
        wanted.states = Some(both.collect());
    }
    wanted
}

/// The merchant's projects, or the one that is asked for.
fn projects(tx: &mut Tx<'_>, of: MerchantId, one: Option<ProjectId>) -> Result<Option<Vec<ProjectId>>, StoreError> {
    let all = project::of_merchant(tx, of)?;
    Ok(match one {
        None => Some(all),
        Some(one) => all.contains(&one).then(|| vec![one]),
    })
}

fn find(
    tx: &mut Tx<'_>,
    projects: &[ProjectId],
    wanted: &Wanted,
    page: &ListQuery,
) -> Result<Vec<(usize, Place)>, StoreError> {
    let more = |n: usize, last: Option<&Place>, limit: i64| {
        report::search(tx, projects[n], wanted, page.range, last.copied().or(page.after), limit)
    };
    merge(projects.len(), |place: &Place| *place, more, page.offset, page.limit)
}

/// Names of payment methods by number.
fn methods(app: &App) -> BTreeMap<i64, &'static str> {
    Currency::all().flat_map(|c| app.gateway.methods(c)).map(|m| (m.id, m.name)).collect()
}

/// Loads what a row is about and hands it to `see`.
fn with_record<T>(
    tx: &mut Tx<'_>,
    project: ProjectId,
    id: Option<PaymentId>,
    booking: Option<&Booking>,
    methods: &BTreeMap<i64, &'static str>,
    see: impl FnOnce(&Record<'_>) -> T,
) -> Result<Option<T>, StoreError> {
    let Some(id) = id else { return Ok(None) };
    let Some(payment) = payment::find(tx, project, id)? else { return Ok(None) };
    let Some(order) = order::find(tx, project, payment.order)? else { return Ok(None) };
    let Some(row) = merchant::find_project(tx, project)? else { return Ok(None) };
    let reason = match payment.refunded.minor {
        0 => None,
        _ => report::reason(tx, project, id)?,
    };
    let (parts, status, moved_at) = match booking {
        None => (payment.breakdown, Status::of(&payment), payment.paid_at),
        Some(b) => (moved(tx, project, b, &payment)?, booked_status(b), Some(b.place.0)),
    };
    Ok(Some(see(&Record {
        parts,
        status,
        moved_at,
        payment: &payment,
        order: &order,
        project_name: &row.name,
        method_name: methods.get(&payment.method).copied().unwrap_or("Unknown"),
        refund_reason: reason.as_deref().filter(|_| booking.is_none_or(|b| b.kind != CAPTURE)),
    })))
}

/// The kinds of bookings of money.
const CAPTURE: &str = "capture";
const REFUND: &str = "refund";

fn booked_status(b: &Booking) -> Status {
    match (b.kind.as_str(), b.partial) {
        (CAPTURE, _) => Status::Done,
        (REFUND, true) => Status::PartiallyRefunded,
        _ => Status::Refunded,
    }
}

/// Bookings by the status that [`booked_status`] gives them.
fn kinds(status: Status) -> Vec<String> {
    let kinds: &[&str] = match status {
        Status::Done => &["capture:0"],
        Status::PartiallyRefunded => &["refund:1"],
        Status::Refunded => &["refund:0", "chargeback:0"],
        _ => &[],
    };
    kinds.iter().map(|k| k.to_string()).collect()
}

/// What a booking moved, from the journal itself: positive where money came in.
fn moved(tx: &mut Tx<'_>, project: ProjectId, b: &Booking, payment: &Payment) -> Result<Breakdown, StoreError> {
    let entry = EntryId::new(b.place.1).ok_or_else(|| StoreError::Corrupt("a booking without a number".into()))?;
    let mut parts = Parts::default();
    for (debit, credit, amount) in report::parts(tx, project, entry)? {
        parts.add(&debit, &credit, amount);
    }
    Ok(payment.breakdown.with_parts(parts.0))
}

/// Payout, tax, platform fee and method fee.
#[derive(Clone, Copy, Default)]
struct Parts([i64; 4]);

const OWED: [Account; 4] = [Account::Merchant, Account::Tax, Account::PlatformFee, Account::MethodFee];

impl Parts {
    fn add(&mut self, debit: &str, credit: &str, amount: i64) {
        for (part, account) in self.0.iter_mut().zip(OWED) {
            if credit == account.name() {
                *part += amount;
            }
            if debit == account.name() {
                *part -= amount;
            }
        }
    }
}

/// Bookings of a range of time, and what they add up to if that is wanted;
/// `None` for a project that is not the merchant's.
pub async fn registry(app: &App, of: MerchantId, query: RegistryQuery) -> Result<Option<Page>, StoreError> {
    let columns = REGISTRY_COLUMNS;
    let methods = methods(app);
    app.store
        .read(move |tx| {
            let Some(projects) = projects(tx, of, query.page.project)? else { return Ok(None) };
            let mut page = query.page.clone();
            let mut which = Bookings {
                dry_run: page.dry_run != Some(false),
                kinds: page.status.map(kinds),
                currency: String::new(),
            };
            match query.report.map(report_of) {
                None => {}
                Some(Some((month, currency))) => {
                    page.range = page.range.within(month);
                    which.currency = currency.code().into();
                }
                Some(None) => which.kinds = Some(vec![]),
            }
            if query.transferred {
                // Nothing was ever paid out.
                which.kinds = Some(vec![]);
            }
            let more = |n: usize, last: Option<&Booking>, limit: i64| {
                report::booked(tx, projects[n], &which, page.range, last.map(|b| b.place).or(page.after), limit)
            };
            let found = merge(projects.len(), |b: &Booking| b.place, more, page.offset, page.limit)?;
            let mut rows = Vec::with_capacity(found.len());
            for (n, booking) in &found {
                let id = Some(booking.payment);
                rows.extend(with_record(tx, projects[*n], id, Some(booking), &methods, |r| row(columns, r))?);
            }
            if query.totals {
                let sums = sums(tx, &projects, &which, page.range)?;
                rows.extend(sums.iter().map(|sum| total_row(columns, sum)));
            }
            let next = full(&found, page.limit).map(|(_, b)| b.place);
            Ok(Some(Page { table: Table { columns, rows }, next }))
        })
        .await
}

/// What bookings add up to, by currency.
fn sums(tx: &mut Tx<'_>, projects: &[ProjectId], which: &Bookings, range: Range) -> Result<Vec<Sum>, StoreError> {
    #[derive(Default)]
    struct Adding {
        parts: Parts,
        vat: Parts,
        payments: i64,
    }
    let mut all: BTreeMap<String, Adding> = BTreeMap::new();
    for project in projects {
        for moved in report::totals(tx, *project, which, range)? {
            let sum = all.entry(moved.currency).or_default();
            sum.parts.add(&moved.debit, &moved.credit, moved.amount);
            if moved.tax_kind == TaxKind::Vat {
                sum.vat.add(&moved.debit, &moved.credit, moved.amount);
            }
            sum.payments += moved.captures;
        }
    }
    let whole = |(code, sum): (String, Adding)| {
        let currency = Currency::from_code(&code)?;
        let [_, vat, ..] = sum.vat.0;
        let parts = Breakdown::of_parts(sum.parts.0, currency);
        Some(Sum { parts, vat: Money::new(vat, currency), payments: sum.payments })
    };
    Ok(all.into_iter().filter_map(whole).collect())
}

/// What is owed to the merchant from a range of time, by currency, with or
/// without sandbox payments.
pub async fn owed(app: &App, of: MerchantId, range: Range, dry_run: bool) -> Result<Vec<Sum>, StoreError> {
    app.store
        .read(move |tx| {
            let projects = project::of_merchant(tx, of)?;
            sums(tx, &projects, &Bookings { dry_run, ..Bookings::default() }, range)
        })
        .await
}

/// One transaction with all that is known of it, as a table of one row.
pub async fn details(app: &App, of: MerchantId, id: PaymentId) -> Result<Option<Table>, StoreError> {
    let columns = REGISTRY_COLUMNS;
    let methods = methods(app);
    app.store
        .read(move |tx| {
            let Some(project) = payment::project_of(tx, of, id)? else { return Ok(None) };
            let found = with_record(tx, project, Some(id), None, &methods, |r| row(columns, r))?;
            Ok(found.map(|row| Table { columns, rows: vec![row] }))
        })
        .await
}

/// Transactions with a number or an id of the game's; sandbox payments too.
pub async fn simple(
    app: &App,
    of: MerchantId,
    id: Option<PaymentId>,
    external_id: String,
) -> Result<Table, StoreError> {
    let columns = SIMPLE_COLUMNS;
    let methods = methods(app);
    app.store
        .read(move |tx| {
            let projects = project::of_merchant(tx, of)?;
            let wanted = Wanted { id, external_id: external_id.clone(), ..Wanted::default() };
            let more = |n: usize, last: Option<&Place>, limit: i64| {
                report::search(tx, projects[n], &wanted, Range::ALL, last.copied(), limit)
            };
            let found = merge(projects.len(), |place: &Place| *place, more, 0, coinslot_wire::page::MOST)?;
            let mut rows = Vec::with_capacity(found.len());
            for (n, (_, id)) in found {
                rows.extend(with_record(tx, projects[n], PaymentId::new(id), None, &methods, |r| row(columns, r))?);
            }
            Ok(Table { columns, rows })
        })
        .await
}

/// The reports of a range of time: one for each month and currency that money
/// was booked in, with or without sandbox payments.
pub async fn reports(app: &App, of: MerchantId, range: Range, dry_run: bool) -> Result<Vec<Value>, StoreError> {
    app.store
        .read(move |tx| {
            let mut found = std::collections::BTreeSet::new();
            for project in project::of_merchant(tx, of)? {
                let Some(first) = report::first(tx, project)? else { continue };
                let codes = report::currencies(tx, project)?;
                for currency in codes.iter().filter_map(|c| Currency::from_code(c)) {
                    for (year, month, within) in months(range.within(Range { from: first, until: range.until })) {
                        let which = Bookings { currency: currency.code().into(), dry_run, kinds: None };
                        if !report::booked(tx, project, &which, within, None, 1)?.is_empty() {
                            found.insert((year, month, currency.code()));
                        }
                    }
                }
            }
            let shown = |(year, month, code): (i64, i64, &str)| {
                Some(coinslot_wire::report::report(year, month, Currency::from_code(code)?))
            };
            Ok(found.into_iter().filter_map(shown).collect())
        })
        .await
}

/// The calendar months that a range touches, with what of each lies in it.
fn months(range: Range) -> Vec<(i64, i64, Range)> {
    let mut all = Vec::new();
    let mut at = range.from;
    while at < range.until {
        let (year, month, _) = at.date();
        let (year, month) = (i64::from(year), i64::from(month));
        let Some(whole) = Range::month(year, month) else { break };
        all.push((year, month, whole.within(range)));
        at = whole.until;
    }
    all
}
