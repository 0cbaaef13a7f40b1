//! The player's account on the payment page: what they bought, what is saved,
//! what is charged again. Tokens with `settings.ui.mode` `user_account` open it,
//! and nothing can be bought with them.

use crate::checkout::{self, PageError};
use crate::{App, Shared, StoreError, account, known, subscription, token};
use coinslot_domain::account::Account;
use coinslot_domain::id::{AccountId, SubscriptionId};
use coinslot_domain::merchant::Project;
use coinslot_domain::order::{Order, Player};
use coinslot_domain::payment::Payment;
use coinslot_domain::subscription::State;
use coinslot_domain::time::Time;
use coinslot_store::{order, payment, virtual_currency, wallet};
use coinslot_wire::subscription::{ListQuery, UpdateBody, View};
use coinslot_wire::token::{AccountPage, TokenBody};
use std::sync::Arc;

/// A player's account.
pub struct Profile {
    /// Who sells.
    pub project: Arc<Project>,
    /// What the game asked for.
    pub body: Arc<TokenBody>,
    /// Whose it is.
    pub player: Player,
    /// Play money.
    pub sandbox: bool,
    /// The pages to show, in their order; never empty.
    pub pages: Vec<AccountPage>,
    /// What the player has of the virtual currency, in hundredths, and what it
    /// is called; none for a player the wallet does not know.
    pub balance: Option<(i64, String)>,
}

/// Payments that are listed.
const HISTORY: i64 = 50;
/// Subscriptions that are listed.
const SUBSCRIPTIONS: i64 = 50;

/// Opens a token that is one for an account; `None` for any other.
///
/// # Errors
/// Those of the payment page. A token that a browser made opens no account:
/// nobody has shown to be the player.
pub async fn open(app: &App, text: &str) -> Result<Option<Profile>, PageError> {
    let Some(mut found) = token::find(app, text).await? else { return Ok(None) };
    let id = found.project;
    let body = found.take_body()?;
    if !body.is_account() {
        return Ok(None);
    }
    if found.expires_at <= app.now(id) {
        return Err(PageError::Token);
    }
    if !found.dry_run {
        return Err(PageError::NoAgreement);
    }
    let known = known::project(app, id).await?.ok_or(PageError::Token)?;
    let player = body.player();
    if body.is_guest() || known.is_disabled(app, &player.id).await? {
        return Err(PageError::PlayerRefused);
    }
    let user = player.id.clone();
    let read = app.store.read(move |tx| {
        let Some(known) = wallet::find(tx, id, &user)? else { return Ok(None) };
        Ok::<_, StoreError>(Some((known.balance, virtual_currency::settings(tx, id)?.name)))
    });
    let languages: Vec<String> = body.language().map(str::to_string).into_iter().collect();
    let own = known.project.default_locale();
    let balance = read.await?.map(|(n, name)| (n, name.pick(&languages, own).unwrap_or_default().to_string()));
    let (project, pages, sandbox) = (known.project.clone(), body.account_pages(), found.dry_run);
    Ok(Some(Profile { project, body, player, sandbox, pages, balance }))
}

/// Asks the game whether it knows the player.
pub async fn admit(app: &App, p: &Profile, ip: Option<&str>) -> Result<(), PageError> {
    checkout::ask(app, &p.project, &p.player, p.sandbox, ip).await
}

/// What the player paid for, the newest first. What was never paid is left out.
pub async fn history(app: &App, p: &Profile) -> Result<Vec<(Payment, Order)>, PageError> {
    let (project, user) = (p.project.id, p.player.id.clone());
    let read = app.store.read(move |tx| {
        let mut all = Vec::new();
        for payment in payment::of_user(tx, project, &user, HISTORY)? {
            if let Some(order) = order::find(tx, project, payment.order)? {
                all.push((payment, order));
            }
        }
        Ok::<_, StoreError>(all)
    });
    Ok(read.await?)
}

/// The player's saved ways to pay.
pub async fn accounts(app: &Shared, p: &Profile) -> Result<Vec<Account>, PageError> {
    let all = account::list(app, p.project.id, p.player.id.clone()).await?;
    Ok(all.into_iter().map(|(account, _)| account).collect())
}

/// The player's subscriptions, the newest first, over or not.
pub async fn subscriptions(app: &App, p: &Profile) -> Result<Vec<View>, PageError> {
    let query = ListQuery {
        user: Some(p.player.id.clone()),
        projects: vec![],
        plans: vec![],
        products: vec![],
        groups: vec![],
        states: vec![],
        made: (Time(i64::MIN), Time(i64::MAX)),
        offset: 0,
        limit: SUBSCRIPTIONS,
    };
    Ok(subscription::list(app, p.project.id, query).await?)
}

/// Forgets one of the player's saved ways to pay. One that is not there, or
/// somebody else's, is gone already.
pub async fn forget(app: &Shared, p: &Profile, id: AccountId) -> Result<(), PageError> {
    let Some(found) = accounts(app, p).await?.into_iter().find(|a| a.id == id) else { return Ok(()) };
    match account::delete(app, &p.project, p.player.id.clone(), found.kind, id).await {
        Err(account::AccountError::Store(e)) => Err(e.into()),
        _ => Ok(()),
    }
}

/// Has one of the player's subscriptions end with what is paid; a trial, of
/// which nothing is paid, ends now. One that is over stays as it is.
pub async fn cancel(app: &Shared, p: &Profile, id: SubscriptionId) -> Result<(), PageError> {
    let all = subscriptions(app, p).await?;
    let Some(found) = all.iter().find(|v| v.subscription.id == id) else { return Ok(()) };
    let to = if found.subscription.state == State::New { State::Canceled } else { State::NonRenewing };
    let body = UpdateBody { state: Some(to), give_back: false, shift: None };
    match subscription::update(app, &p.project, p.player.id.clone(), id, body).await {
        Err(subscription::SubscriptionError::Store(e)) => Err(e.into()),
        _ => Ok(()),
    }
}
