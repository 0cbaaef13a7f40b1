//! Telling the game that a player's virtual currency changed, where the project
//! asked for that.

use crate::{App, known};
use coinslot_domain::id::{EventId, PaymentId, ProjectId};
use coinslot_domain::merchant::Project;
use coinslot_domain::order::Order;
use coinslot_domain::purchase::LineKind;
use coinslot_domain::wallet::Operation;
use coinslot_domain::webhook::Optional;
use coinslot_store::wallet::Booked;
use coinslot_store::{StoreError, Tx, wallet, webhook};
use coinslot_wire::notice::{self, BalanceNotice};
use std::sync::Arc;

/// What telling of one change needs.
#[derive(Clone)]
pub(crate) struct Teller {
    project: Arc<Project>,
    event: EventId,
}

/// Things that a change paid for, gave or took back: SKUs with how many.
pub(crate) type Things = Vec<(String, i64)>;

impl Teller {
    /// For a project that wants to know; `None` for all others, which cost
    /// nothing.
    pub(crate) async fn of(app: &App, project: ProjectId) -> Result<Option<Self>, StoreError> {
        match known::project(app, project).await? {
            Some(known) => Self::of_project(app, &known.project).await,
            None => Ok(None),
        }
    }

    /// The same, of a project in hand.
    pub(crate) async fn of_project(app: &App, project: &Arc<Project>) -> Result<Option<Self>, StoreError> {
        if project.webhook_url.is_none() || !project.wants(Optional::UserBalanceOperation) {
            return Ok(None);
        }
        Ok(Some(Teller { project: project.clone(), event: app.id(EventId::new).await? }))
    }
}

/// Books an operation, as [`wallet::book`] does, and tells of it.
pub(crate) fn book(
    tx: &mut Tx<'_>,
    operation: &Operation,
    things: &Things,
    teller: Option<&Teller>,
) -> Result<Option<i64>, StoreError> {
    if teller.is_some()
        && let Some(booked) = wallet::booked(tx, operation)?
    {
        // By a run whose commit was not heard of, and told of then.
        return Ok(Some(booked));
    }
    let balance = wallet::book(tx, operation)?;
    if let Some(balance) = balance {
        tell(tx, &(operation.clone(), balance), things, None, teller)?;
    }
    Ok(balance)
}

/// Tells of an operation that is booked. What belongs to a payment is told of
/// after what was told of the payment before; `campaign` is the code of a
/// coupon's campaign.
pub(crate) fn tell(
    tx: &mut Tx<'_>,
    (operation, balance): &Booked,
    things: &Things,
    campaign: Option<&str>,
    teller: Option<&Teller>,
) -> Result<(), StoreError> {
    let Some(Teller { project, event }) = teller else { return Ok(()) };
    let lost = || StoreError::Corrupt(format!("player {:?} is not there", operation.user));
    let player = wallet::find(tx, operation.project, &operation.user)?.ok_or_else(lost)?;
    let notice = BalanceNotice { operation, balance: *balance, player: &player, things, campaign };
    let body = notice::user_balance_operation(project, &notice);
    // Nothing waits for one that belongs to no payment.
    let place = operation.payment.or(PaymentId::new(event.get())).ok_or_else(lost)?;
    let kind = Optional::UserBalanceOperation.name();
    webhook::insert(tx, operation.project, *event, place, kind, &body, operation.at)
}

/// What an order is made of besides virtual currency.
pub(crate) fn things(order: &Order) -> Things {
    let named = order.lines.iter().filter(|l| l.kind != LineKind::VirtualCurrency && !l.is_content());
    named.map(|l| (l.sku.clone(), l.quantity)).collect()
}
