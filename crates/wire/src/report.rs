//! What merchants ask about their payments, and the bodies of the calls that
//! give money back.

use crate::page::{LIMIT, OFFSET, required};
use crate::read::{checked, integer, number, time, truth};
use crate::shape::{Field, Shape, TextRule, Unknown, Violation};
use coinslot_domain::decimal::Decimal;
use coinslot_domain::id::{PaymentId, ProjectId};
use coinslot_domain::money::{BasisPoints, Currency, Money};
use coinslot_domain::order::Order;
use coinslot_domain::payment::{Breakdown, Payment};
use coinslot_domain::purchase::{Line, LineKind};
use coinslot_domain::report::{LONGEST, Range, Status};
use coinslot_domain::tax::TaxKind;
use coinslot_domain::time::{Span, Time};
use serde_json::Value;

const DESCRIPTION: Field = Field::required(
    "description",
    Shape::Text { min: 1, max: 4000, rule: None },
    "Why the money is given back; the game is told with the refund.",
);

const EMAIL: Field = Field::optional(
    "email",
    Shape::Text { min: 1, max: 100, rule: Some(TextRule::Email) },
    "Where to tell the player.",
);

/// The body of a refund of everything.
pub static REFUND: Shape = Shape::Object { fields: &[DESCRIPTION, EMAIL], unknown: Unknown::Ignore };

/// The body of a refund of a part.
pub static PARTIAL_REFUND: Shape = Shape::Object {
    fields: &[
        DESCRIPTION,
        Field::required(
            "refund_amount",
            // Clients written for older documentation send a string.
            Shape::Number { positive: true, text: true },
            "How much to give back, in the currency of the payment.",
        ),
    ],
    unknown: Unknown::Ignore,
};

/// A refund of everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundBody {
    /// Why.
    pub description: String,
    /// Where to tell the player.
    pub email: Option<String>,
}

impl RefundBody {
    /// Reads a body, or lists its faults.
    pub fn read(body: &Value) -> Result<Self, Vec<Violation>> {
        checked(&REFUND, body)?;
        Ok(RefundBody { description: text(body, "description").unwrap_or_default(), email: text(body, "email") })
    }
}

/// A refund of a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartialRefundBody {
    /// Why.
    pub description: String,
    /// How much, as the decimal text that was sent.
    pub amount_text: String,
}

impl PartialRefundBody {
    /// Reads a body, or lists its faults. Whether the amount fits the payment
    /// is not known here.
    pub fn read(body: &Value) -> Result<Self, Vec<Violation>> {
        checked(&PARTIAL_REFUND, body)?;
        let amount = match body.get("refund_amount") {
            Some(Value::Number(n)) => Some(n.to_string()),
            _ => text(body, "refund_amount"),
        };
        Ok(PartialRefundBody {
            description: text(body, "description").unwrap_or_default(),
            amount_text: amount.unwrap_or_default(),
        })
    }
}

fn text(body: &Value, key: &str) -> Option<String> {
    body.get(key).and_then(Value::as_str).map(str::to_string)
}

// --------------------------------------------------------------- reports ---

/// What happened to money, as the reports show it.
#[derive(Clone, Debug)]
pub struct Record<'a> {
    /// The payment.
    pub payment: &'a Payment,
    /// What it pays.
    pub order: &'a Order,
    /// The project's name.
    pub project_name: &'a str,
    /// The name of the payment method.
    pub method_name: &'a str,
    /// What the row is about: all of the payment, or what was given back, with
    /// amounts below zero.
    pub parts: Breakdown,
    /// Where it stands.
    pub status: Status,
    /// When the row's money moved.
    pub moved_at: Option<Time>,
    /// Why money was given back.
    pub refund_reason: Option<&'a str>,
}

/// The columns of a search.
pub const SEARCH_COLUMNS: &[&str] = &[
    "payment_details.payment.amount",
    "payment_details.payment.amount_from_ps",
    "payment_details.payment.currency",
    "payment_details.sales_tax.amount",
    "payment_details.sales_tax.percent",
    "payment_system.decline_reason",
    "purchase.pin_codes.amount",
    "purchase.pin_codes.content",
    "purchase.pin_codes.currency",
    "purchase.simple_checkout.amount",
    "purchase.simple_checkout.currency",
    "purchase.subscription.name",
    "purchase.virtual_currency.amount",
    "purchase.virtual_currency.name",
    "purchase.virtual_items",
    "transaction.create_date",
    "transaction.dry_run",
    "transaction.external_id",
    "transaction.id",
    "transaction.is_refund_allowed",
    "transaction.payment_date",
    "transaction.payment_method.id",
    "transaction.payment_method.name",
    "transaction.project.id",
    "transaction.project.name",
    "transaction.refund_reason",
    "transaction.status",
    "transaction.transfer_date",
    "user.country",
    "user.custom",
    "user.email",
    "user.id",
    "user.name",
    "user.phone",
];

/// The columns of the registry and of one transaction's details.
pub const REGISTRY_COLUMNS: &[&str] = &[
    "payment_details.chargebackPenalty",
    "payment_details.commission_agent.amount",
    "payment_details.commission_agent.percent",
    "payment_details.commission_agent_fixed",
    "payment_details.commission_ps.amount",
    "payment_details.commission_ps.fixed_amount",
    "payment_details.commission_ps.percent",
    "payment_details.commission_ps_from_vat",
    "payment_details.commission_user",
    "payment_details.commission_xsolla",
    "payment_details.cpa_network_commission",
    "payment_details.direct_wht.amount",
    "payment_details.direct_wht.percent",
    "payment_details.payment.amount",
    "payment_details.payment.amount_from_ps",
    "payment_details.payment.currency",
    "payment_details.payout.amount",
    "payment_details.payout.amount_from_ps",
    "payment_details.payout.currency",
    "payment_details.payout.fx_rate",
    "payment_details.payout.percent",
    "payment_details.refundPenalty",
    "payment_details.repatriation_costs",
    "payment_details.sales_tax.amount",
    "payment_details.sales_tax.percent",
    "payment_details.vat.amount",
    "payment_details.vat.percent",
    "payment_details.vat.user_amount",
    "payment_details.vat.user_percent",
    "payment_system.decline_reason",
    "purchase.friend.email",
    "purchase.friend.user_id",
    "purchase.items_amount",
    "purchase.pin_codes.amount",
    "purchase.pin_codes.content",
    "purchase.pin_codes.currency",
    "purchase.purchase_amount",
    "purchase.simple_checkout.amount",
    "purchase.simple_checkout.currency",
    "purchase.subscription.name",
    "purchase.subscription.plan_id",
    "purchase.subscription.subscription_id",
    "purchase.virtual_currency.amount",
    "purchase.virtual_currency.currency",
    "purchase.virtual_currency_amount",
    "purchase.virtual_items.amount",
    "purchase.virtual_items.currency",
    "purchase.virtual_items.name",
    "transaction.create_date",
    "transaction.dry_run",
    "transaction.external_id",
    "transaction.id",
    "transaction.is_refund_allowed",
    "transaction.payment_date",
    "transaction.payment_method.id",
    "transaction.payment_method.name",
    "transaction.project.id",
    "transaction.project.name",
    "transaction.refund_reason",
    "transaction.status",
    "transaction.transfer_date",
    "user.country",
    "user.custom",
    "user.email",
    "user.id",
    "user.name",
    "user.phone",
    "user_balance",
];

/// The columns of a fast search.
pub const SIMPLE_COLUMNS: &[&str] = &[
    "payment_details.payment.amount",
    "payment_details.payment.currency",
    "transaction.external_id",
    "transaction.id",
    "transaction.payment_date",
    "transaction.project.id",
    "transaction.project.name",
    "transaction.refund_reason",
    "transaction.status",
    "user.country",
    "user.email",
    "user.id",
    "user.name",
    "user.phone",
];

/// The row of a record.
pub fn row(columns: &[&str], record: &Record<'_>) -> Vec<Value> {
    columns.iter().map(|column| record.cell(column)).collect()
}

/// What rows of one currency add up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sum {
    /// Payments less what was given back, taken apart.
    pub parts: Breakdown,
    /// What of the tax is VAT; the rest is sales tax.
    pub vat: Money,
    /// Payments among them.
    pub payments: i64,
}

/// The row of a sum: money and nothing else.
pub fn total_row(columns: &[&str], sum: &Sum) -> Vec<Value> {
    let sales_tax = Money::new(sum.parts.tax.minor - sum.vat.minor, sum.vat.currency);
    let cell = |column: &&str| match column.strip_prefix("payment_details.") {
        // A sum of several rates has none.
        Some(rest) if rest.ends_with("percent") => Value::Null,
        Some("vat.amount" | "vat.user_amount") => number(sum.vat.shortest()),
        Some("sales_tax.amount") => number(sales_tax.shortest()),
        Some(rest) => money_cell(rest, &sum.parts),
        None => Value::Null,
    };
    columns.iter().map(cell).collect()
}

/// What is below `payment_details`. The platform's share is the agent's
/// commission, the payment method's is the payment system's; the documents'
/// other commissions do not arise here.
fn money_cell(column: &str, b: &Breakdown) -> Value {
    let zero = || Value::from(0);
    let money = |m: Money| number(m.shortest());
    let of = |kind: TaxKind| if b.tax_rule.kind == kind { b.tax } else { Money::zero(b.tax.currency) };
    let rate = |kind: TaxKind| if b.tax_rule.kind == kind { b.tax_rule.rate } else { BasisPoints(0) };
    let share = |m: Money| number(m.share_of(b.payment).percent());
    match column {
        "payment.amount" | "payment.amount_from_ps" => money(b.payment),
        "payment.currency" | "payout.currency" => b.payment.currency.code().into(),
        "payout.amount" | "payout.amount_from_ps" => money(b.payout),
        "payout.fx_rate" => 1.into(),
        "payout.percent" => share(b.payout),
        "commission_agent.amount" => money(b.platform_fee),
        "commission_agent.percent" => share(b.platform_fee),
        "commission_ps.amount" => money(b.method_fee),
        "commission_ps.percent" => share(b.method_fee),
        "sales_tax.amount" => money(of(TaxKind::SalesTax)),
        "sales_tax.percent" => number(rate(TaxKind::SalesTax).percent()),
        "vat.amount" | "vat.user_amount" => money(of(TaxKind::Vat)),
        "vat.percent" | "vat.user_percent" => number(rate(TaxKind::Vat).percent()),
        _ => zero(),
    }
}

impl Record<'_> {
    /// The lines of a kind: what they cost, and their names.
    fn lines(&self, kind: LineKind) -> Option<(Money, Vec<String>)> {
        let lines: Vec<_> = self.order.lines.iter().filter(|l| l.kind == kind).collect();
        let first = lines.first()?.price;
        let sum = Money::new(lines.iter().map(|l| l.price.minor).sum(), first.currency);
        let name = |l: &Line| match l.kind {
            LineKind::Item if l.quantity > 1 => format!("{} ×{}", l.name, l.quantity),
            _ => l.name.clone(),
        };
        Some((sum, lines.iter().map(|l| name(l)).collect()))
    }

    fn cell(&self, column: &str) -> Value {
        let Record { payment, order, .. } = self;
        let text = |t: &Option<String>| t.as_deref().map_or(Value::Null, Value::from);
        let date = |t: Option<Time>| t.map_or(Value::Null, |t| t.rfc3339().into());
        if let Some(rest) = column.strip_prefix("payment_details.") {
            return money_cell(rest, &self.parts);
        }
        if let Some(rest) = column.strip_prefix("purchase.") {
            return self.purchase(rest);
        }
        match column {
            "payment_system.decline_reason" => payment.decline.map_or(Value::Null, |d| d.name().into()),
            "transaction.create_date" => date(Some(payment.created_at)),
            "transaction.dry_run" => i64::from(payment.dry_run).into(),
            "transaction.external_id" => text(&order.external_id),
            "transaction.id" => payment.id.get().into(),
            "transaction.is_refund_allowed" => {
                let open = matches!(self.status, Status::Done | Status::PartiallyRefunded);
                i64::from(open && payment.reserved.minor < payment.breakdown.payment.minor).into()
            }
            "transaction.payment_date" => date(self.moved_at),
            "transaction.payment_method.id" => payment.method.into(),
            "transaction.payment_method.name" => self.method_name.into(),
            "transaction.project.id" => payment.project.get().into(),
            "transaction.project.name" => self.project_name.into(),
            "transaction.refund_reason" => self.refund_reason.map_or(Value::Null, Value::from),
            "transaction.status" => self.status.name().into(),
            "user.country" => text(&order.player.country),
            "user.custom" => text(&order.custom_parameters),
            "user.email" => text(&order.player.email),
            "user.id" => order.player.id.as_str().into(),
            "user.name" => text(&order.player.name),
            "user.phone" => text(&order.player.phone),
            "user_balance" => 0.into(),
            _ => Value::Null,
        }
    }

    fn purchase(&self, column: &str) -> Value {
        let money = |m: Money| number(m.shortest());
        let of = |kind: LineKind, what: &str| match (self.lines(kind), what) {
            (Some((sum, _)), "amount") => money(sum),
            (Some((sum, _)), "currency") => sum.currency.code().into(),
            (Some((_, names)), "name") => names.join(", ").into(),
            _ => Value::Null,
        };
        let checkout = self.order.lines.is_empty().then_some(self.order.total);
        match column {
            "pin_codes.amount" => of(LineKind::Key, "amount"),
            "pin_codes.content" => of(LineKind::Key, "name"),
            "pin_codes.currency" => of(LineKind::Key, "currency"),
            "purchase_amount" => money(self.order.total),
            "simple_checkout.amount" => checkout.map_or(Value::Null, money),
            "simple_checkout.currency" => checkout.map_or(Value::Null, |m| m.currency.code().into()),
            "subscription.name" => of(LineKind::Plan, "name"),
            "subscription.plan_id" => {
                let plan = self.order.lines.iter().find(|l| l.kind == LineKind::Plan);
                plan.map_or(Value::Null, |l| l.sku.as_str().into())
            }
            "virtual_currency.amount" | "virtual_currency_amount" => {
                let bought = self.order.lines.iter().filter(|l| l.kind == LineKind::VirtualCurrency);
                let hundredths: Option<i64> = bought.map(|l| l.quantity).reduce(|a, b| a + b);
                hundredths.and_then(|n| Decimal::from_units(n, 100)).map_or(Value::Null, number)
            }
            "virtual_currency.name" => of(LineKind::VirtualCurrency, "name"),
            "virtual_currency.currency" => of(LineKind::VirtualCurrency, "currency"),
            "virtual_items" | "virtual_items.name" => of(LineKind::Item, "name"),
            "virtual_items.amount" | "items_amount" => of(LineKind::Item, "amount"),
            "virtual_items.currency" => of(LineKind::Item, "currency"),
            _ => Value::Null,
        }
    }
}

const TEXT: Shape = Shape::Text { min: 1, max: 255, rule: None };
const ID: Shape = Shape::Count { min: 1, max: crate::shape::MAX_INTEGER };
const STATUS: Field = Field::optional("status", Shape::Enum(&Status::NAMES), "Only those that stand there.");
const FROM: Field = Field::optional("datetime_from", Shape::Date, "Only what happened then or later.");
const TO: Field =
    Field::optional("datetime_to", Shape::Date, "Only what happened before; a date alone includes that day.");
const PROJECT: Field = Field::optional("project_id", ID, "Only those of one project.");
const DRY_RUN: Field =
    Field::optional("show_dry_run", Shape::Flag, "Whether sandbox payments count; 0 unless told otherwise.");
const SNAPSHOT: Field = Field::optional(
    "snapshot",
    Shape::Text { min: 3, max: 64, rule: None },
    "Go on behind the page that this came with, in its header X-Snapshot; offset does not count then. What arrives or \
     changes meanwhile neither repeats nor vanishes.",
);

/// The parameters of a search.
pub static SEARCH: Shape = Shape::Object {
    fields: &[
        required(Field::optional(
            "type",
            Shape::Enum(&["all", "transferred", "canceled", "test"]),
            "All, those paid out, those given back, or those of the sandbox.",
        )),
        required(LIMIT),
        required(OFFSET),
        FROM,
        TO,
        PROJECT,
        DRY_RUN,
        Field::optional("transaction_id", ID, "Only this one."),
        Field::optional("external_id", TEXT, "Only those with this id of the game's."),
        Field::optional("user_id", TEXT, "Only those of this player."),
        Field::optional("user_name", TEXT, "Only those of players of this name."),
        Field::optional(
            "user_custom",
            Shape::Text { min: 1, max: 4000, rule: None },
            "Only those with these custom parameters, as JSON text.",
        ),
        Field::optional("email", Shape::Text { min: 1, max: 100, rule: None }, "Only those of this address."),
        Field::optional("phone", TEXT, "Only those of this number."),
        STATUS,
        SNAPSHOT,
    ],
    unknown: Unknown::Ignore,
};

/// The parameters of the registry.
pub static REGISTRY: Shape = Shape::Object {
    fields: &[
        required(FROM),
        required(TO),
        required(Field::optional(
            "in_transfer_currency",
            Shape::Flag,
            "Whether sums are shown in the currency of payouts. Payouts are made in the currency of the payment, so \
             both are the same.",
        )),
        required(Field::optional(
            "show_total",
            Shape::Flag,
            "Whether a row for each currency follows that adds up everything in the range, not only this page.",
        )),
        required(LIMIT),
        required(OFFSET),
        PROJECT,
        DRY_RUN,
        Field::optional("transfer_id", ID, "Only what was paid out with it."),
        Field::optional("report_id", ID, "Only what is in this report."),
        Field::optional("merchant_of_records", TEXT, "There is one seller here, so it does not matter."),
        STATUS,
        SNAPSHOT,
    ],
    unknown: Unknown::Ignore,
};

/// The parameters of a fast search: one of them.
pub static SIMPLE: Shape = Shape::Object {
    fields: &[
        Field::optional("transaction_id", ID, "The transaction."),
        Field::optional("external_id", TEXT, "The game's own id of it."),
    ],
    unknown: Unknown::Ignore,
};

/// The parameters of what is about a range of time, at most 92 days of it, the
/// last unless told otherwise.
pub static DATES: Shape = Shape::Object { fields: &[FROM, TO, DRY_RUN], unknown: Unknown::Ignore };

/// What a list of transactions is to show.
#[derive(Clone, Debug)]
pub struct SearchQuery {
    /// Nothing was paid out, so that some searches find nothing.
    pub transferred: bool,
    /// Only those that were given back, wholly or in part.
    pub canceled: bool,
    /// Which.
    pub page: ListQuery,
    /// The transaction.
    pub transaction: Option<PaymentId>,
    /// The game's own id.
    pub external_id: String,
    /// The player.
    pub user_id: String,
    /// The player's name.
    pub user_name: String,
    /// Custom parameters.
    pub custom: String,
    /// The player's address.
    pub email: String,
    /// The player's number.
    pub phone: String,
}

/// What lists have in common.
#[derive(Clone, Debug)]
pub struct ListQuery {
    /// When.
    pub range: Range,
    /// Of which project.
    pub project: Option<ProjectId>,
    /// Sandbox payments: only those, or none, or both.
    pub dry_run: Option<bool>,
    /// Where it stands.
    pub status: Option<Status>,
    /// How many to pass over.
    pub offset: i64,
    /// How many to show.
    pub limit: i64,
    /// Where to go on.
    pub after: Option<(Time, i64)>,
}

impl ListQuery {
    fn read(query: &Value) -> Result<Self, Vec<Violation>> {
        let (offset, limit) = crate::page::read(query);
        let after = match query.get("snapshot").and_then(Value::as_str) {
            Some(text) => Some(snapshot(text).ok_or_else(|| vec![Violation::new("snapshot", "is none of ours")])?),
            None => None,
        };
        Ok(ListQuery {
            range: range(query)?,
            project: query.get("project_id").and_then(integer).and_then(ProjectId::new),
            dry_run: match query.get("show_dry_run").and_then(truth) {
                Some(true) => None,
                _ => Some(false),
            },
            status: query.get("status").and_then(Value::as_str).and_then(Status::from_name),
            offset: if after.is_some() { 0 } else { offset },
            limit,
            after,
        })
    }
}

/// A place in a list, as the header `X-Snapshot` says it.
pub fn snapshot_text((time, id): (Time, i64)) -> String {
    format!("{}.{id}", time.0)
}

fn snapshot(text: &str) -> Option<(Time, i64)> {
    let (time, id) = text.split_once('.')?;
    Some((Time(time.parse().ok()?), id.parse().ok()?))
}

/// The range of `datetime_from` and `datetime_to`; what is missing is open.
pub(crate) fn range(query: &Value) -> Result<Range, Vec<Violation>> {
    let at = |key: &str| query.get(key).and_then(time);
    // "Until the 31st" includes the 31st.
    let day = query.get("datetime_to").and_then(Value::as_str).is_some_and(|t| t.trim().len() == "2026-01-31".len());
    let until = at("datetime_to").map(|t| if day { t + Span::hours(24) } else { t });
    let range =
        Range { from: at("datetime_from").unwrap_or(Range::ALL.from), until: until.unwrap_or(Range::ALL.until) };
    if range.until < range.from {
        return Err(vec![Violation::new("datetime_to", "must not be before datetime_from")]);
    }
    Ok(range)
}

/// A range of at most 92 days; where an end is missing, the last ones.
fn short_range(query: &Value, now: Time) -> Result<Range, Vec<Violation>> {
    let mut range = range(query)?;
    if range.until == Range::ALL.until {
        range.until = now.max(range.from) + Span::seconds(1);
    }
    if range.from == Range::ALL.from {
        range.from = range.until - LONGEST;
    }
    if range.until - range.from > LONGEST {
        return Err(vec![Violation::new("datetime_to", "must be at most 92 days after datetime_from")]);
    }
    Ok(range)
}

impl SearchQuery {
    /// Reads parameters that [`SEARCH`] accepted, or lists their faults.
    pub fn read(query: &Value) -> Result<Self, Vec<Violation>> {
        let line = |key: &str| text(query, key).unwrap_or_default();
        let kind = line("type");
        let mut page = ListQuery::read(query)?;
        if kind == "test" {
            page.dry_run = Some(true);
        }
        Ok(SearchQuery {
            transferred: kind == "transferred",
            canceled: kind == "canceled",
            page,
            transaction: query.get("transaction_id").and_then(integer).and_then(PaymentId::new),
            external_id: line("external_id"),
            user_id: line("user_id"),
            user_name: line("user_name"),
            custom: line("user_custom"),
            email: line("email"),
            phone: line("phone"),
        })
    }
}

/// What the registry is to show.
#[derive(Clone, Debug)]
pub struct RegistryQuery {
    /// Which.
    pub page: ListQuery,
    /// Whether sums follow.
    pub totals: bool,
    /// Only what a payout carried.
    pub transferred: bool,
    /// Only what one report is about.
    pub report: Option<i64>,
}

impl RegistryQuery {
    /// Reads parameters that [`REGISTRY`] accepted, or lists their faults.
    pub fn read(query: &Value, now: Time) -> Result<Self, Vec<Violation>> {
        let range = short_range(query, now)?;
        Ok(RegistryQuery {
            page: ListQuery { range, ..ListQuery::read(query)? },
            totals: query.get("show_total").and_then(truth).unwrap_or(false),
            transferred: query.get("transfer_id").is_some(),
            report: query.get("report_id").and_then(integer),
        })
    }
}

/// Reads parameters that [`DATES`] accepted, or lists their faults: the range,
/// and whether sandbox payments count.
pub fn dates(query: &Value, now: Time) -> Result<(Range, bool), Vec<Violation>> {
    Ok((short_range(query, now)?, query.get("show_dry_run").and_then(truth).unwrap_or(false)))
}

/// Reads parameters that [`SIMPLE`] accepted: a number or the game's own id,
/// and not both.
pub fn simple(query: &Value) -> Result<(Option<PaymentId>, String), Vec<Violation>> {
    let id = query.get("transaction_id").and_then(integer).and_then(PaymentId::new);
    match (id, text(query, "external_id")) {
        (Some(_), Some(_)) => {
            Err(vec![Violation::new("external_id", "must not be given together with transaction_id")])
        }
        (None, None) => {
            Err(vec![Violation::new("transaction_id", "is missing, and so is external_id: one is required")])
        }
        (id, external_id) => Ok((id, external_id.unwrap_or_default())),
    }
}

/// What is owed of a currency, as the breakdown of payouts shows it.
pub fn summary(sum: &Sum) -> Value {
    let (parts, money) = (&sum.parts, |m: Money| number(m.shortest()));
    serde_json::json!({
        "IsoCurrency": parts.payment.currency.code(),
        "PaymentsAmount": sum.payments,
        "SumNominalSum": money(parts.payment),
        "SumItems": money(parts.payment),
        "SumCommissionAgent": money(parts.platform_fee),
        "SumCommissionUserTaxes": 0,
        "SumOutProject": money(parts.payout),
        "SumPayoutSum": money(parts.payout),
        "TaxesOfPayments": money(parts.tax),
        "DirectTaxesOfPayments": 0,
    })
}

/// A month's report in a currency. Its number says which: year, month and the
/// currency's standard number.
pub fn report(year: i64, month: i64, currency: Currency) -> Value {
    let name = MONTHS.get(usize::try_from(month - 1).unwrap_or(usize::MAX)).copied().unwrap_or_default();
    serde_json::json!({
        "report_id": report_id(year, month, currency),
        "month": name,
        "year": year,
        "currency": currency.code(),
        "agreement_document_id": "",
        "is_direct_payout": false,
        "is_draft_by_agreement": false,
    })
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

fn report_id(year: i64, month: i64, currency: Currency) -> i64 {
    (year * 100 + month) * 1000 + currency.number()
}

/// The month and the currency of a report's number.
pub fn report_of(id: i64) -> Option<(Range, Currency)> {
    let currency = Currency::all().find(|c| c.number() == id % 1000)?;
    Some((Range::month(id / 100_000, id / 1000 % 100)?, currency))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape;
    use proptest::prelude::*;
    use serde_json::json;

    fn faults(result: Result<impl std::fmt::Debug, Vec<Violation>>) -> Vec<(String, String)> {
        result.unwrap_err().into_iter().map(|v| (v.path, v.text)).collect()
    }

    fn fault(path: &str, text: &str) -> (String, String) {
        (path.to_string(), text.to_string())
    }

    #[test]
    fn refunds() {
        let body = RefundBody::read(&json!({"description": "Sorry", "email": "a@b.example", "more": 1})).unwrap();
        assert_eq!(body, RefundBody { description: "Sorry".into(), email: Some("a@b.example".into()) });
        assert_eq!(faults(RefundBody::read(&json!([]))), [fault("description", "is missing and it is required")]);
        assert_eq!(
            faults(RefundBody::read(&json!({"description": "x".repeat(4001), "email": "x@".repeat(60)}))),
            [
                fault("description", "must be at most 4000 characters long"),
                fault("email", "must be at most 100 characters long"),
            ]
        );
        assert_eq!(
            faults(RefundBody::read(&json!({"description": "", "email": "x"}))),
            [fault("description", "must be at least 1 characters long"), fault("email", "Invalid email")]
        );
    }

    #[test]
    fn partial_refunds() {
        for (amount, text) in [("1.50", "1.50"), ("\"1.5\"", "1.5"), ("3", "3"), ("1e2", "1e+2")] {
            let body = format!(r#"{{"description":"x","refund_amount":{amount}}}"#);
            let body = PartialRefundBody::read(&shape::parse(body.as_bytes()).unwrap()).unwrap();
            assert_eq!(body.amount_text, text);
        }
        let wrong =
            |amount: Value| faults(PartialRefundBody::read(&json!({"description": "x", "refund_amount": amount})));
        for amount in [json!(0), json!(-1), json!("0.00"), json!("-1")] {
            assert_eq!(wrong(amount), [fault("refund_amount", shape::NOT_POSITIVE)]);
        }
        for amount in [json!(""), json!("1,5"), json!(" 1"), json!("1."), json!(".5"), json!("x")] {
            assert_eq!(wrong(amount), [fault("refund_amount", "string value found, but a number is required")]);
        }
        assert_eq!(wrong(json!(null)), [fault("refund_amount", "NULL value found, but a number is required")]);
        assert_eq!(
            faults(PartialRefundBody::read(&json!({}))),
            [
                fault("description", "is missing and it is required"),
                fault("refund_amount", "is missing and it is required"),
            ]
        );
    }

    proptest! {
        #[test]
        fn accepted_amounts_are_money(text in "[0-9.eE+-]{1,8}", quoted in any::<bool>()) {
            let usd = coinslot_domain::money::Currency::from_code("CLF").unwrap();
            let amount = if quoted { format!("\"{text}\"") } else { text };
            let body = format!(r#"{{"description":"x","refund_amount":{amount}}}"#);
            if let Ok(body) = shape::parse(body.as_bytes()) && let Ok(body) = PartialRefundBody::read(&body) {
                let money = coinslot_domain::money::Money::parse(&body.amount_text, usd);
                prop_assert_ne!(money, Err(coinslot_domain::money::MoneyError::NotANumber));
            }
        }
    }
}
