//! What a merchant is told that no webhook tells.

use crate::merge::merge;
use crate::{App, project};
use coinslot_domain::id::{MerchantId, MessageId, PaymentId, ProjectId};
use coinslot_domain::message::{Message, MessageKind};
use coinslot_domain::time::Time;
use coinslot_store::{StoreError, Tx, message};
use std::cmp::Reverse;

/// Tells the merchant of something that has a number of its own, in the
/// transaction in which it happens.
pub(crate) fn tell(
    tx: &mut Tx<'_>,
    project: ProjectId,
    kind: MessageKind,
    (about, payment): (i64, Option<PaymentId>),
    detail: &str,
    at: Time,
) -> Result<(), StoreError> {
    let id = MessageId::new(about).ok_or_else(|| StoreError::Corrupt(format!("{about} is no number")))?;
    message::insert(tx, &Message { project, id, at, kind, payment, detail: detail.to_string() })
}

/// Messages of all of a merchant's projects, newest first.
pub async fn list(app: &App, of: MerchantId, offset: i64, limit: i64) -> Result<Vec<Message>, StoreError> {
    app.store
        .read(move |tx| {
            let projects = project::of_merchant(tx, of)?;
            let more = |n: usize, last: Option<&Message>, limit: i64| {
                message::list(tx, projects[n], last.map(|m| (m.at, m.id)), limit)
            };
            let newest = |m: &Message| Reverse((m.at, m.id));
            let found = merge(projects.len(), newest, more, offset, limit)?;
            Ok(found.into_iter().map(|(_, message)| message).collect())
        })
        .await
}
