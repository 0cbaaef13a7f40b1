//! Keys of games that live at the game (`obtain_code_from_api`): it is asked for
//! each once it is paid.

use crate::webhook::{self, Asked};
use crate::{App, StoreError, known, message, purchase};
use coinslot_domain::id::{KeyId, OrderId, PaymentId, ProjectId};
use coinslot_domain::message::MessageKind;
use coinslot_domain::order::OrderState;
use coinslot_store::{Tx, key, order, payment};
use coinslot_wire::notice;

const GET_PINCODE: &str = "get_pincode";

/// Asks the game for the keys that a paid order's player does not have yet. What
/// the game does not give is asked for again when the player looks, and the
/// project's owner is told.
pub(crate) async fn fetch(
    app: &App,
    project: ProjectId,
    number: OrderId,
    paid: Option<PaymentId>,
) -> Result<(), StoreError> {
    let read = app.store.read(move |tx| {
        let Some(order) = order::find(tx, project, number)? else { return Ok(None) };
        let missing = match order.state {
            OrderState::Paid | OrderState::PartiallyRefunded => purchase::missing_keys(tx, &order)?,
            OrderState::New | OrderState::Refunded | OrderState::ChargedBack => vec![],
        };
        Ok::<_, StoreError>(Some((order, missing)))
    });
    let Some((order, missing)) = read.await?.filter(|(_, missing)| !missing.is_empty()) else { return Ok(()) };
    let Some(known) = known::project(app, project).await? else { return Ok(()) };
    for (shelf, sku, drm) in missing {
        let id = app.id(KeyId::new).await?;
        let body = notice::get_pincode(&known.project, &order.player, &sku, drm);
        let (asked, answer) = webhook::question(app, &known.project, GET_PINCODE, body).await?;
        let code = Some(answer).filter(|_| asked == Asked::Yes).and_then(|answer| notice::pin_code(&answer));
        let now = app.now(project);
        let keep = move |tx: &mut Tx<'_>| {
            if let Some(paid) = paid {
                payment::lock(tx, project, paid)?;
            }
            let kept = match &code {
                Some(code) => key::deliver(tx, shelf, number, id, code, now)?,
                None => false,
            };
            if !kept {
                message::tell(tx, project, MessageKind::WebhookFailed, (id.get(), paid), GET_PINCODE, now)?;
            }
            Ok::<_, StoreError>(())
        };
        app.store.write(keep).await?;
    }
    Ok(())
}
