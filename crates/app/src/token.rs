//! Making payment tokens, and finding them again.

use crate::checkout::PageError;
use crate::order::Made;
use crate::{App, attribute, hash, idempotency, known, merchant};
use coinslot_domain::id::ProjectId;
use coinslot_domain::merchant::{Caller, Project};
use coinslot_domain::time::{Span, Time};
use coinslot_domain::token::{self, GUEST, LIFE, Place};
use coinslot_store::token::{self as stored, Stored};
use coinslot_store::{StoreError, Tx, reached};
use coinslot_wire::token::{Draft, TokenBody};
use foldhash::HashMap;
use std::collections::VecDeque;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
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
    let keep = move |tx: &mut Tx<'_>| {
        let place = coinslot_store::token::keep(tx, &stored, number, alone);
        attribute::note(tx, stored.project, &user, &said)?;
        Ok::<_, TokenError>(place)
    };
    let place = match plain {
        true => app.store.write_together(keep).await?,
        false => app.store.write(keep).await?,
    };
    app.unused.made(id, place);
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
    /// With the order that this server made together with it, and still knows.
    Made(Arc<Made>),
}

impl Text {
    pub(crate) fn get(&self) -> &str {
        match self {
            Text::Own(text) => text,
            Text::Made(made) => made.body.to_stored(),
        }
    }
}

impl Found {
    fn of_made(app: &App, made: Arc<Made>, place: Place) -> Self {
        let project = made.order.project;
        Found {
            project,
            key: place.name(),
            dry_run: made.body.sandbox(),
            expires_at: made.expires_at,
            place: Some(place),
            unused: app.unused.is_unused(project, place),
            text: Text::Made(made),
        }
    }

    /// What a game asked for. It can be had once: what is read is the text itself.
    pub(crate) fn take_body(&mut self) -> Result<Arc<TokenBody>, StoreError> {
        let text = match &mut self.text {
            Text::Made(made) => return Ok(made.body.clone()),
            Text::Own(text) => std::mem::take(text),
        };
        let body = TokenBody::from_stored(text).map(Arc::new);
        body.ok_or_else(|| StoreError::Corrupt(format!("a token of project {} cannot be read", self.project)))
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
    let own = hash(said.secret);
    let is_its = |kept: &str| bool::from(kept.as_bytes().ct_eq(own.as_bytes()));
    if let Some(made) = app.placed.find(project, place) {
        return Ok(is_its(&made.hash).then(|| Found::of_made(app, made, place)));
    }
    let found = app.store.token(project, place, |token| is_its(token.hash)).await?;
    Ok(found.map(|found| placed(app, project, place, found)))
}

/// A token by what payments know it by, for whoever has shown to have it or a
/// second name of it.
pub(crate) async fn by_key(app: &App, project: ProjectId, key: String) -> Result<Option<Found>, StoreError> {
    if let Some(place) = Place::of_name(&key) {
        let found = app.store.token(project, place, |_| true).await?;
        return Ok(found.map(|found| placed(app, project, place, found)));
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

/// A token that was found at its place.
fn placed(app: &App, project: ProjectId, place: Place, found: stored::Found) -> Found {
    let stored::Found { body, dry_run, expires_at } = found;
    let unused = app.unused.is_unused(project, place);
    Found { project, key: place.name(), text: Text::Own(body), dry_run, expires_at, place: Some(place), unused }
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

/// Pages with tokens of which it is known that nobody began to pay with them.
const UNUSED: usize = 1 << 16;

/// Which tokens this server made that nobody began to pay with yet.
#[derive(Default)]
pub(crate) struct Unused(Mutex<Marks>);

type Number = (ProjectId, i64);

/// Tokens that are unused, a bit for each place of a page.
#[derive(Default)]
struct Marks {
    pages: HashMap<Number, u64>,
    order: VecDeque<Number>,
}

/// The bit of a place.
fn bit(place: Place) -> u64 {
    u32::try_from(place.slot).ok().and_then(|slot| 1_u64.checked_shl(slot)).unwrap_or(0)
}

impl Unused {
    fn lock(&self) -> MutexGuard<'_, Marks> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn made(&self, project: ProjectId, place: Place) {
        let mut guard = self.lock();
        let marks = &mut *guard;
        match marks.pages.entry((project, place.page)) {
            Entry::Occupied(mut known) => *known.get_mut() |= bit(place),
            Entry::Vacant(new) => {
                new.insert(bit(place));
                marks.order.push_back((project, place.page));
            }
        }
        if marks.order.len() > UNUSED
            && let Some(oldest) = marks.order.pop_front()
        {
            marks.pages.remove(&oldest);
        }
    }

    fn is_unused(&self, project: ProjectId, place: Place) -> bool {
        self.lock().pages.get(&(project, place.page)).is_some_and(|bits| bits & bit(place) != 0)
    }

    /// Notes that somebody is about to begin to pay with a token.
    pub(crate) fn used(&self, project: ProjectId, place: Place) {
        if let Some(bits) = self.lock().pages.get_mut(&(project, place.page)) {
            *bits &= !bit(place);
        }
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
    let keep = move |tx: &mut Tx<'_>| Ok::<_, StoreError>(coinslot_store::token::keep(tx, &stored, number, false));
    let place = app.store.write_together(keep).await?;
    app.unused.made(id, place);
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

    #[test]
    fn each_place_of_a_page_is_used_by_itself() {
        let (pages, project) = (Unused::default(), ProjectId::new(7).unwrap());
        let place = |page, slot| Place { page, slot };
        for slot in 0..SLOTS {
            assert!(!pages.is_unused(project, place(3, slot)), "{slot} was not made");
            pages.made(project, place(3, slot));
        }
        pages.used(project, place(3, 0));
        pages.used(project, place(3, SLOTS - 1));
        pages.used(project, place(4, 5));
        let unused: Vec<_> = (0..SLOTS).filter(|slot| pages.is_unused(project, place(3, *slot))).collect();
        assert_eq!(unused, (1..SLOTS - 1).collect::<Vec<_>>());
        assert!(!pages.is_unused(project, place(4, 5)) && !pages.is_unused(ProjectId::new(8).unwrap(), place(3, 5)));
        pages.made(project, place(3, SLOTS));
        assert!(!pages.is_unused(project, place(3, SLOTS)), "no page has such a place");
    }

    #[test]
    fn pages_are_forgotten_in_their_order() {
        let (pages, project) = (Unused::default(), ProjectId::new(7).unwrap());
        let all = UNUSED as i64 + 10;
        for page in 0..all {
            pages.made(project, Place { page, slot: 1 });
        }
        let known = |page| pages.is_unused(project, Place { page, slot: 1 });
        assert!(!known(0) && !known(9) && known(10) && known(all - 1));
        assert_eq!(pages.lock().pages.len(), UNUSED);
    }
}
