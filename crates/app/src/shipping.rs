//! Where the goods of a purchase are sent.

use crate::checkout::{Checkout, PageError};
use crate::{App, StoreError};
use coinslot_domain::id::{MerchantId, PaymentId};
use coinslot_domain::payment::PaymentState;
use coinslot_domain::shipping::Address;
use coinslot_store::{payment, shipping};

/// Keeps where the goods of what is open go. Once the purchase is paid, or is
/// being paid, that stays as it is.
pub async fn keep(app: &App, c: &Checkout, address: Address) -> Result<(), PageError> {
    let (project, until) = (c.project.id, c.expires_at);
    let token = c.token_hash().to_string();
    let keep = app.store.write(move |tx| {
        let payment = payment::of_token(tx, project, &token)?;
        if payment.is_none_or(|p| p.state == PaymentState::Declined) {
            shipping::keep(tx, project, &token, &address, until)?;
        }
        Ok::<_, StoreError>(())
    });
    Ok(keep.await?)
}

/// Where the goods of a transaction go; none if the merchant has no such
/// transaction, and none in that if nothing of it is sent.
pub async fn of_payment(app: &App, of: MerchantId, id: PaymentId) -> Result<Option<Option<Address>>, StoreError> {
    app.store
        .read(move |tx| {
            let Some(project) = payment::project_of(tx, of, id)? else { return Ok(None) };
            match payment::find(tx, project, id)? {
                Some(payment) => shipping::of_order(tx, project, payment.order).map(Some),
                None => Ok(None),
            }
        })
        .await
}
