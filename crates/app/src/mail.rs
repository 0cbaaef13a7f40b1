//! Letters to players: the receipt of a payment, with the keys that were bought.
//!
//! A letter is put into the outbox in the transaction that captures the payment,
//! if the server can send mail and the player has an address. What it says is
//! put together when it is sent. A mail server that took a letter and died
//! before it said so gets it again, under the same `Message-ID`.

use crate::checkout::Checkout;
use crate::port::Post;
use crate::purchase::{self, BoughtKey};
use crate::{App, Shared, token};
use coinslot_domain::id::{PaymentId, ProjectId, SubscriptionId};
use coinslot_domain::mail::{MailState, Posted, wait_after};
use coinslot_domain::order::Order;
use coinslot_domain::payment::Payment;
use coinslot_domain::time::{Span, Time};
use coinslot_store::mail::Claimed;
use coinslot_store::{StoreError, Tx, mail, merchant, order, payment, subscription};
use std::sync::Arc;

/// What a letter says.
#[derive(Clone)]
pub struct Letter {
    /// Where it goes.
    pub to: String,
    /// The language in which the player saw the payment page, if that is known,
    /// else the token's, if it said one. Of a renewal, which has neither, that of
    /// the letter about the subscription before.
    pub language: Option<String>,
    /// Who sells.
    pub seller: String,
    /// What was bought, and by whom.
    pub order: Order,
    /// The payment.
    pub payment: Payment,
    /// What the payment method is called.
    pub method: &'static str,
    /// Its stable short name, as in [`crate::port::Method`]; empty for one that
    /// is not offered any more.
    pub method_key: &'static str,
    /// Keys of games that were bought.
    pub keys: Vec<BoughtKey>,
}

/// Letters sent at one time of one project.
const BATCH: i64 = 16;
/// Whoever does not settle within this is taken for dead: longer than any mail
/// server may take.
const LEASE: Span = Span::minutes(3);

/// Projects that have letters to send now.
pub async fn projects_due(app: &App) -> Result<Vec<ProjectId>, StoreError> {
    if app.post.is_none() {
        return Ok(vec![]);
    }
    let now = app.clock.now();
    app.store.read(move |tx| mail::projects_due(tx, now)).await
}

/// Sends what is due of one project; how many letters were tried.
pub async fn send(app: &Shared, project: ProjectId) -> Result<usize, StoreError> {
    let Some(post) = app.post.clone() else { return Ok(0) };
    let now = app.clock.now();
    let claimed = app.store.write(move |tx| mail::claim(tx, project, now, now + LEASE, BATCH)).await?;
    let count = claimed.len();
    for letter in claimed {
        send_one(app, &post, project, letter).await?;
    }
    Ok(count)
}

async fn send_one(app: &App, post: &Arc<dyn Post>, project: ProjectId, claimed: Claimed) -> Result<(), StoreError> {
    let posted = match letter(app, project, &claimed).await? {
        Some(letter) => post.send(letter).await,
        None => Posted::Refused("the payment is gone".into()),
    };
    let now = app.clock.now();
    let (state, due_at, error) = match (posted, wait_after(claimed.attempt)) {
        (Posted::Sent, _) => (MailState::Sent, now, None),
        (Posted::Later(why), Some(wait)) => (MailState::Pending, now + wait, Some(why)),
        (Posted::Later(why), None) | (Posted::Refused(why), _) => (MailState::Failed, now, Some(why)),
    };
    if let Some(error) = &error {
        tracing::warn!(%project, payment = %claimed.payment, error, ?state, "a letter was not taken");
    }
    app.store.write(move |tx| mail::settle(tx, project, &claimed, state, due_at, error.as_deref())).await.map(drop)
}

/// What a letter about a payment says.
async fn letter(app: &App, project: ProjectId, claimed: &Claimed) -> Result<Option<Letter>, StoreError> {
    let id = claimed.payment;
    let read = app.store.read(move |tx| {
        let Some(payment) = payment::find(tx, project, id)? else { return Ok(None) };
        let Some(order) = order::find(tx, project, payment.order)? else { return Ok(None) };
        let Some(seller) = merchant::find_project(tx, project)? else { return Ok(None) };
        let keys = purchase::bought_keys(tx, &order)?;
        let key = mail::token_of(tx, project, id)?;
        let renews = subscription::charge_of_payment(tx, project, id)?.map(|charge| charge.subscription);
        let bought = match renews {
            Some(id) => subscription::token_of(tx, project, id)?,
            None => None,
        };
        let noted = match renews {
            Some(id) => mail::chosen_language(tx, project, &note_of(id))?,
            None => None,
        };
        // The token that was paid, and the one with which it all began.
        let mut tokens = Vec::new();
        for key in [key, bought].into_iter().flatten() {
            tokens.push((mail::chosen_language(tx, project, &key)?, key));
        }
        Ok::<_, StoreError>(Some((payment, order, seller.name, keys, (tokens, renews.map(|id| (id, noted))))))
    });
    let Some((payment, order, seller, keys, (tokens, renews))) = read.await? else { return Ok(None) };
    let mut tokens = tokens.into_iter();
    let mut language = match tokens.next() {
        Some(token) => language(app, project, token).await?,
        None => None,
    };
    if let Some((subscription, noted)) = renews {
        language = match (language, &noted, tokens.next()) {
            (None, None, Some(token)) => self::language(app, project, token).await?,
            (own, _, _) => own.or_else(|| noted.clone()),
        };
        // Tokens are forgotten, and renewals come for years.
        if let Some(language) = language.clone().filter(|language| noted.as_ref() != Some(language)) {
            app.store.write(move |tx| note(tx, project, subscription, &language)).await?;
        }
    }
    let currency = payment.breakdown.payment.currency;
    let method = app.method_name(payment.method, currency);
    let offered = app.gateway.methods(currency).into_iter().find(|m| m.id == payment.method);
    let method_key = offered.map_or("", |m| m.key);
    Ok(Some(Letter { to: claimed.address.clone(), language, seller, order, payment, method, method_key, keys }))
}

/// Notes the language in which a player sees the page, for the letter about what
/// is paid there; nothing if no letters are sent.
pub async fn choose_language(app: &App, c: &Checkout, language: &'static str) -> Result<(), StoreError> {
    if app.post.is_none() {
        return Ok(());
    }
    let (project, until) = (c.project.id, c.expires_at);
    let token = c.token_hash().to_string();
    app.store.write(move |tx| mail::choose_language(tx, project, &token, language, until)).await
}

/// The language that was chosen for a token, or else that it asked for, as long as
/// it is kept.
async fn language(
    app: &App,
    project: ProjectId,
    (chosen, key): (Option<String>, String),
) -> Result<Option<String>, StoreError> {
    if chosen.is_some() {
        return Ok(chosen);
    }
    let found = token::by_key(app, project, key).await?;
    let body = found.map(|mut found| found.take_body()).transpose()?;
    Ok(body.and_then(|b| b.language().map(str::to_string)))
}

/// Under which name the language of letters about a subscription is noted, among
/// those of tokens.
fn note_of(id: SubscriptionId) -> String {
    format!("subscription {id}")
}

/// Notes in which language letters about a subscription are, for as long as it is
/// kept itself.
fn note(tx: &mut Tx<'_>, project: ProjectId, id: SubscriptionId, language: &str) -> Result<(), StoreError> {
    mail::choose_language(tx, project, &note_of(id), language, Time(i64::MAX))
}

/// The same of one that began, or goes on otherwise, without a payment; `token` is
/// what was bought with, and `asked` the language that it named.
pub(crate) fn note_unpaid(
    tx: &mut Tx<'_>,
    project: ProjectId,
    id: SubscriptionId,
    token: &str,
    asked: Option<&str>,
) -> Result<(), StoreError> {
    match mail::chosen_language(tx, project, token)? {
        Some(chosen) => note(tx, project, id, &chosen),
        None => asked.map_or(Ok(()), |asked| note(tx, project, id, asked)),
    }
}

/// Where the letter about a payment stands, after how many tries, and what was
/// wrong with the last; none if there is none.
pub async fn state(
    app: &App,
    project: ProjectId,
    payment: PaymentId,
) -> Result<Option<(MailState, i64, Option<String>)>, StoreError> {
    app.store.read(move |tx| mail::find(tx, project, payment)).await
}
