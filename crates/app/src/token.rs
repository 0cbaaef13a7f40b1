//! Making payment tokens, and finding them again.

use crate::checkout::PageError;
use crate::recent::Recent;
use crate::{App, attribute, hash, idempotency, known, merchant};
use coinslot_domain::id::ProjectId;
use coinslot_domain::merchant::{Caller, Project};
use coinslot_domain::time::{Span, Time};
use coinslot_domain::token::{self, GUEST, LIFE, Place};
use coinslot_store::token::{Page, Stored};
use coinslot_store::{StoreError, Tx, reached};
use coinslot_wire::token::{Draft, TokenBody};
use std::sync::{Arc, OnceLock};
use subtle::ConstantTimeEq;

/// Why no token was made.
#[derive(Debug)]
pub enum TokenError {
    /// The project does not exist or is not the caller's.
    NotYours,
    /// The project is not active and the request is not for the sandbox.
    NotActive,
    /// The player is disabled.
    Disabled,
    /// The project wants the game's own id of each transaction.
    NoExternalId,
    /// The database did not do it.
    Store(StoreError),
}

impl From<StoreError> for TokenError {
    fn from(e: StoreError) -> Self {
        TokenError::Store(e)
    }
}

/// Makes a token. Only the hash of its secret is stored: whoever reads the
/// database cannot pay with it.
pub async fn create(app: &App, caller: Caller, body: Draft) -> Result<String, TokenError> {
    let id = ProjectId::new(body.project_id()).ok_or(TokenError::NotYours)?;
    let known = merchant::known(app, caller, id).await?.ok_or(TokenError::NotYours)?;
    let project = &known.project;
    if !project.active && !body.sandbox() {
        return Err(TokenError::NotActive);
    }
    if project.external_id_required && body.external_id().is_none() {
        return Err(TokenError::NoExternalId);
    }
    if known.is_disabled(app, body.user_id()).await? {
        return Err(TokenError::Disabled);
    }
    let secret = token::letters(app.bytes());
    let said = body.attributes().map(coinslot_wire::attribute::values).unwrap_or_default();
    let user = if said.is_empty() { String::new() } else { body.user_id().to_string() };
    let stored = Stored {
        project: id,
        hash: hash(&secret),
        dry_run: body.sandbox(),
        body: body.into_stored(),
        expires_at: app.now(id) + LIFE,
    };
    let number = app.token_page().await?;
    // A request that may be taken up again has to get the same token again.
    let alone = idempotency::is_served();
    let plain = said.is_empty();
    let made = Arc::new(Made::new(stored, None));
    let keep = {
        let made = made.clone();
        move |tx: &mut Tx<'_>| {
            let place = coinslot_store::token::keep(tx, &made.stored, number, alone);
            attribute::note(tx, id, &user, &said)?;
            Ok::<_, TokenError>(place)
        }
    };
    let place = match plain {
        true => app.store.write_together(keep).await?,
        false => app.store.write(keep).await?,
    };
    app.tokens.made(place, made);
    reached("token.written");
    Ok(token::write(id, place, &secret))
}

/// A token that was found.
pub(crate) struct Found {
    /// Its project.
    pub project: ProjectId,
    /// What payments know it by.
    pub key: String,
    /// What it says.
    pub text: Text,
    /// Whether it pays with play money.
    pub dry_run: bool,
    /// From when on it opens nothing any more.
    pub expires_at: Time,
    /// Where it is kept, if it is on a page.
    pub place: Option<Place>,
    /// Whether it is certain that nobody has begun to pay with it.
    pub unused: bool,
}

/// What a game asked for, wherever it is kept.
pub(crate) enum Text {
    Own(String),
    Paged(Arc<Page>, i64),
    Made(Arc<Made>),
}

impl Text {
    pub(crate) fn get(&self) -> &str {
        match self {
            Text::Own(text) => text,
            Text::Paged(page, slot) => page.at(*slot).map_or("", |token| token.body),
            Text::Made(made) => &made.stored.body,
        }
    }

    /// SHA-256 of the secret; nothing of a token that is found by it.
    fn hash(&self) -> &str {
        match self {
            Text::Own(_) => "",
            Text::Paged(page, slot) => page.at(*slot).map_or("", |token| token.hash),
            Text::Made(made) => &made.stored.hash,
        }
    }
}

impl Found {
    /// What a game asked for.
    pub(crate) fn body(&self) -> Result<Arc<TokenBody>, StoreError> {
        let read = || TokenBody::from_stored(self.text.get()).map(Arc::new);
        let body = match &self.text {
            Text::Made(made) => made.body.get_or_init(read).clone(),
            Text::Own(_) | Text::Paged(..) => read(),
        };
        body.ok_or_else(|| StoreError::Corrupt(format!("a token of project {} cannot be read", self.project)))
    }
}

/// A token that this server made a moment ago.
pub(crate) struct Made {
    pub stored: Stored,
    /// What it says, once that was read.
    body: OnceLock<Option<Arc<TokenBody>>>,
}

impl Made {
    /// A token, with what it says where that is at hand.
    pub(crate) fn new(stored: Stored, body: Option<Arc<TokenBody>>) -> Self {
        Made { stored, body: body.map_or_else(OnceLock::new, |body| OnceLock::from(Some(body))) }
    }

    /// Bytes that it takes, about. Few are read and not used at once.
    fn weight(&self) -> usize {
        size_of::<Made>() + self.stored.hash.len() + self.stored.body.len()
    }
}

/// Looks for a token; `None` for one that was never made, or is forgotten.
pub(crate) async fn find(app: &App, token: &str) -> Result<Option<Found>, StoreError> {
    let Some(said) = token::read(token) else { return Ok(None) };
    let project = said.project;
    let Some(place) = said.place else {
        let own = hash(token);
        let given = own.clone();
        let link = app.store.read(move |tx| coinslot_store::tv::linked(tx, project, &given)).await?;
        return by_key(app, project, link.unwrap_or(own)).await;
    };
    let found = at(app, project, place).await?;
    Ok(found.filter(|found| bool::from(found.text.hash().as_bytes().ct_eq(hash(said.secret).as_bytes()))))
}

/// A token by what payments know it by, for whoever has shown to have it or a
/// second name of it.
pub(crate) async fn by_key(app: &App, project: ProjectId, key: String) -> Result<Option<Found>, StoreError> {
    if let Some(place) = Place::of_name(&key) {
        return at(app, project, place).await;
    }
    let found = {
        let key = key.clone();
        app.store.read(move |tx| coinslot_store::token::find(tx, project, &key)).await?
    };
    Ok(found.map(|t| Found {
        project,
        key,
        text: Text::Own(t.body),
        dry_run: t.dry_run,
        expires_at: t.expires_at,
        place: None,
        unused: false,
    }))
}

/// The token at a place, from memory if it is there.
async fn at(app: &App, project: ProjectId, place: Place) -> Result<Option<Found>, StoreError> {
    let found = |text, dry_run, expires_at, unused| {
        Some(Found { project, key: place.name(), text, dry_run, expires_at, place: Some(place), unused })
    };
    if let Some(made) = app.tokens.made.find(&(project, place)) {
        let Stored { dry_run, expires_at, .. } = made.stored;
        return Ok(found(Text::Made(made), dry_run, expires_at, true));
    }
    let page = match app.tokens.copy(project, place.page) {
        Some(page) => page,
        None => {
            let read = app.store.read(move |tx| coinslot_store::token::page(tx, project, place.page)).await?;
            let Some(page) = read else { return Ok(None) };
            app.tokens.keep(project, place.page, page)
        }
    };
    let Some(token) = page.at(place.slot) else { return Ok(None) };
    let (dry_run, expires_at) = (token.dry_run, token.expires_at);
    Ok(found(Text::Paged(page.clone(), place.slot), dry_run, expires_at, false))
}

/// What payments know a token by, if it has the form of one. Whether it was
/// made, this does not tell.
pub fn key(token: &str) -> Option<(ProjectId, String)> {
    let said = token::read(token)?;
    Some((said.project, said.place.map_or_else(|| hash(token), Place::name)))
}

/// Whether a token is kept, whole or expired: for the rigs.
pub fn is_kept(tx: &mut Tx<'_>, token: &str) -> Result<bool, StoreError> {
    let Some(said) = token::read(token) else { return Ok(false) };
    let Some(place) = said.place else {
        return Ok(coinslot_store::token::find(tx, said.project, &hash(token))?.is_some());
    };
    let page = coinslot_store::token::page(tx, said.project, place.page)?;
    Ok(page.and_then(|page| page.at(place.slot).map(|t| t.hash == hash(said.secret))).unwrap_or(false))
}

/// Bytes of pages that are kept in memory, in each of two halves.
const COPIES: usize = 2 << 20;
/// Bytes of tokens that are kept from when they are made until somebody begins
/// to pay, in each of two halves.
const MADE: usize = 16 << 20;

type Number = (ProjectId, i64);

/// Tokens in memory: those that this server made and nobody began to pay with,
/// and pages that were looked at last. What stands on a page never changes.
pub(crate) struct Tokens {
    made: Recent<(ProjectId, Place), Arc<Made>>,
    pages: Recent<Number, Arc<Page>>,
}

impl Default for Tokens {
    fn default() -> Self {
        Tokens { made: Recent::new(MADE), pages: Recent::new(COPIES) }
    }
}

impl Tokens {
    fn copy(&self, project: ProjectId, page: i64) -> Option<Arc<Page>> {
        self.pages.find(&(project, page))
    }

    fn keep(&self, project: ProjectId, number: i64, page: Page) -> Arc<Page> {
        let page = Arc::new(page);
        self.pages.keep((project, number), page.clone(), page.size());
        page
    }

    /// Notes that a token was made.
    pub(crate) fn made(&self, place: Place, made: Arc<Made>) {
        let weight = made.weight();
        self.made.keep((made.stored.project, place), made, weight);
    }

    /// Notes that somebody is about to begin to pay with a token.
    pub(crate) fn used(&self, project: ProjectId, place: Place) {
        self.made.take(&(project, place));
    }
}

/// What a browser asks for in place of a token, if its project lets browsers
/// ask: what it may say of the player and of prices is left out.
pub(crate) async fn asked(app: &App, data: &str) -> Result<(Arc<Project>, Draft, Arc<TokenBody>), PageError> {
    let data: serde_json::Value = serde_json::from_str(data).map_err(|_| PageError::Serverless)?;
    let id = data.pointer("/settings/project_id").and_then(coinslot_wire::read::integer);
    let id = id.and_then(ProjectId::new).ok_or(PageError::Serverless)?;
    let allowed = app.store.read(move |tx| coinslot_store::project::find(tx, id));
    // A project that is not there looks like one that does not allow it.
    if !allowed.await?.is_some_and(|settings| settings.send_json) {
        return Err(PageError::Serverless);
    }
    let known = known::project(app, id).await?.ok_or(PageError::Serverless)?;
    let guest = [GUEST, &token::letters(app.bytes())].concat();
    let draft = Draft::of_browser(data, &guest).map_err(|_| PageError::Token)?;
    let body = TokenBody::from_stored(draft.to_stored()).ok_or(PageError::Token)?;
    if !body.sandbox() {
        return Err(PageError::NoAgreement);
    }
    Ok((known.project.clone(), draft, Arc::new(body)))
}

/// Makes a token of what a browser sent, for somebody who has not shown to be
/// anybody. So often and no more from one address: each is kept for a while.
pub async fn of_browser(app: &App, data: &str, ip: Option<&str>) -> Result<String, PageError> {
    let moment = app.clock.now();
    app.visits.check(ip, moment).map_err(PageError::TooOften)?;
    let (project, draft, _) = asked(app, data).await?;
    app.visits.count(ip, moment);
    let id = project.id;
    let secret = token::letters(app.bytes());
    let stored = Stored {
        project: id,
        hash: hash(&secret),
        dry_run: draft.sandbox(),
        body: draft.into_stored(),
        expires_at: app.now(id) + LIFE,
    };
    let number = app.token_page().await?;
    let made = Arc::new(Made::new(stored, None));
    let what = made.clone();
    let keep = move |tx: &mut Tx<'_>| Ok::<_, StoreError>(coinslot_store::token::keep(tx, &what.stored, number, false));
    let place = app.store.write_together(keep).await?;
    app.tokens.made(place, made);
    Ok(token::write(id, place, &secret))
}

/// How long an expired token still shows the payment that was made with it.
const KEPT: Span = Span::hours(30 * 24);
/// Pages of tokens forgotten in one transaction, so that payments do not wait
/// long.
const PURGED: i64 = 100;

/// Forgets tokens that expired long ago; how many pages of them.
pub async fn purge(app: &App) -> Result<u64, StoreError> {
    let before = app.clock.now() - KEPT;
    let projects = app.store.read(move |tx| coinslot_store::token::projects_to_purge(tx, before)).await?;
    let mut purged = 0;
    for project in projects {
        purged += app
            .store
            .write(move |tx| {
                coinslot_store::tv::purge(tx, project, before)?;
                coinslot_store::shipping::purge(tx, project, before)?;
                coinslot_store::gift::purge(tx, project, before)?;
                coinslot_store::mail::purge_languages(tx, project, before)?;
                coinslot_store::token::purge(tx, project, before, PURGED)
            })
            .await?;
    }
    Ok(purged)
}

#[cfg(test)]
mod tests {
    use super::*;
    use coinslot_domain::token::SLOTS;

    fn made(project: i64, n: i64) -> Arc<Made> {
        let (project, body) = (ProjectId::new(project).unwrap(), "x".repeat(4_000));
        Arc::new(Made::new(Stored { project, hash: n.to_string(), dry_run: true, body, expires_at: Time(n) }, None))
    }

    #[test]
    fn each_place_of_a_page_is_used_by_itself() {
        let (tokens, project) = (Tokens::default(), ProjectId::new(7).unwrap());
        let place = |page, slot| Place { page, slot };
        for slot in 0..SLOTS {
            tokens.made(place(3, slot), made(7, slot));
        }
        tokens.used(project, place(3, 0));
        tokens.used(project, place(3, SLOTS - 1));
        tokens.used(project, place(4, 5));
        let hash = |project, place| tokens.made.find(&(project, place)).map(|made| made.stored.hash.clone());
        let unused: Vec<_> = (0..SLOTS).filter_map(|slot| hash(project, place(3, slot))).collect();
        assert_eq!(unused, (1..SLOTS - 1).map(|slot| slot.to_string()).collect::<Vec<_>>());
        assert_eq!(hash(ProjectId::new(8).unwrap(), place(3, 5)), None, "of another project");
    }

    #[test]
    fn tokens_that_nobody_pays_with_are_forgotten() {
        let (tokens, project) = (Tokens::default(), ProjectId::new(7).unwrap());
        let all = 10_000;
        for page in 0..all {
            tokens.made(Place { page, slot: 0 }, made(7, page));
            assert!(page % 500 > 0 || tokens.made.is_within_bounds(), "{page}");
        }
        let known = |page| tokens.made.find(&(project, Place { page, slot: 0 })).is_some();
        assert!(known(all - 1) && known(all - 3_000) && !known(0));
    }
}
