//! Buying from a catalogue: what a token's wishes cost, what is set aside while
//! a payment is under way, what the player gets once it is paid, and what goes
//! back with the money.
//!
//! All of it runs inside the transactions of [`crate::checkout`] and
//! [`crate::refund`]; nothing here has one of its own.

use crate::checkout::{PageError, PayError};
use coinslot_domain::id::ItemId;
use coinslot_domain::merchant::Project;
use coinslot_domain::order::{Order, Player};
use coinslot_domain::payment::Payment;
use coinslot_domain::purchase::{Line, LineKind, Refusal, Wish};
use coinslot_domain::time::Time;
use coinslot_store::{StoreError, Tx, purchase};
use coinslot_wire::token::TokenBody;

/// Why a purchase did not begin.
#[derive(Debug)]
pub(crate) enum Refused {
    /// It cannot be sold now.
    Sale(Refusal),
    /// The database did not do it.
    Store(StoreError),
}

impl From<StoreError> for Refused {
    fn from(e: StoreError) -> Self {
        Refused::Store(e)
    }
}

impl From<Refusal> for Refused {
    fn from(why: Refusal) -> Self {
        Refused::Sale(why)
    }
}

impl From<Refused> for PageError {
    fn from(e: Refused) -> Self {
        match e {
            Refused::Sale(why) => PageError::Refused(why),
            Refused::Store(e) => e.into(),
        }
    }
}

impl From<Refused> for PayError {
    fn from(e: Refused) -> Self {
        PayError::Page(e.into())
    }
}

/// A purchase that is about to begin.
pub(crate) struct Buying<'a> {
    pub project: &'a Project,
    pub body: &'a TokenBody,
    pub order: &'a Order,
}

/// Whether a token asks for anything of a catalogue.
pub(crate) fn wanted(body: &TokenBody) -> bool {
    !body.wishes().is_empty()
}

/// The lines of an order for what a token asks for, at the prices of now.
pub(crate) fn quote(
    _tx: &mut Tx<'_>,
    _project: &Project,
    body: &TokenBody,
    _player: &Player,
    _now: Time,
) -> Result<Vec<Line>, Refused> {
    let name = |wish: &Wish| match wish {
        Wish::Items(items) => items.first().map(|(sku, _)| sku.clone()).unwrap_or_default(),
        Wish::Keys(keys) => keys.first().map(|(sku, _)| sku.clone()).unwrap_or_default(),
        Wish::VirtualCurrency(_) => "virtual currency".into(),
        Wish::Plan { external_id, .. } => external_id.clone(),
    };
    match body.wishes().first() {
        Some((wish, _)) => Err(Refusal::NotFound(name(wish)).into()),
        None => Ok(vec![]),
    }
}

/// Checks inside the transaction that an order is what its page showed: a page
/// may be hours old, and prices are the server's.
pub(crate) fn verify(tx: &mut Tx<'_>, buying: &Buying<'_>, now: Time) -> Result<(), Refused> {
    let Buying { project, body, order } = buying;
    if !wanted(body) || quote(tx, project, body, &order.player, now)? == order.lines {
        return Ok(());
    }
    Err(Refusal::Changed.into())
}

/// Sets aside what there is only so much of, until the payment is decided.
pub(crate) fn reserve(tx: &mut Tx<'_>, order: &Order) -> Result<(), Refused> {
    for (item, line) in items(order) {
        if !purchase::count(tx, order.project, &order.player.id, item, line.quantity, None)? {
            return Err(Refusal::Limit(line.name.clone()).into());
        }
    }
    Ok(())
}

/// Gives back what was set aside for an order whose payment failed.
pub(crate) fn release(tx: &mut Tx<'_>, order: &Order) -> Result<(), StoreError> {
    for (item, line) in items(order) {
        purchase::uncount(tx, order.project, &order.player.id, item, line.quantity)?;
    }
    Ok(())
}

/// Hands a paid order out.
pub(crate) fn fulfil(_tx: &mut Tx<'_>, _order: &Order, _payment: &Payment, _now: Time) -> Result<(), StoreError> {
    Ok(())
}

/// Takes back what a wholly refunded order handed out, as far as it is there,
/// and lets the player buy it again.
pub(crate) fn revoke(tx: &mut Tx<'_>, order: &Order, _payment: &Payment, _now: Time) -> Result<(), StoreError> {
    release(tx, order)
}

/// The items that were bought; what a promotion added counts for no limit.
fn items(order: &Order) -> impl Iterator<Item = (ItemId, &Line)> {
    let bought = order.lines.iter().filter(|l| l.kind == LineKind::Item && l.full_price.minor > 0);
    bought.filter_map(|l| Some((ItemId::new(l.reference?)?, l)))
}
