//! A television shows a code, and a telephone takes the payment over with it.
//!
//! The telephone gets a token of its own that stands for the television's. So
//! the television's token is in no picture that somebody else in the room, or a
//! camera, could read, and what the code is worth ends with its use.

use crate::checkout::{Checkout, PageError};
use crate::{App, StoreError, hash};
use coinslot_domain::time::Span;
use coinslot_domain::token;
use coinslot_domain::tv::{self, Code, CodeState};

/// Why a code opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeError {
    /// There is no such code.
    Unknown,
    /// It was used before.
    Used,
    /// It is too old, or the television shows a newer one.
    Expired,
    /// This address guessed too often, and may try again after this time.
    TooOften(Span),
    /// The database did not do it.
    Unavailable,
}

impl From<StoreError> for CodeError {
    fn from(e: StoreError) -> Self {
        tracing::error!(error = %e, "a television's code could not be looked up");
        CodeError::Unavailable
    }
}

/// How often a code that is taken already is drawn again. Once is unlikely.
const DRAWS: usize = 4;

/// A new code for what is open on the television. Earlier ones that nobody used
/// end with it.
pub async fn show(app: &App, checkout: &Checkout) -> Result<String, PageError> {
    let project = checkout.project.id;
    let now = app.now(project);
    for _ in 0..DRAWS {
        let text = tv::mint(app.bytes());
        let code = Code {
            project,
            hash: hash(&text),
            token_hash: checkout.token_hash().to_string(),
            expires_at: tv::expiry(now, checkout.expires_at),
            opened_at: None,
        };
        if app.store.write(move |tx| coinslot_store::tv::insert(tx, &code, now)).await? {
            return Ok(text);
        }
    }
    Err(StoreError::Corrupt("every code that was drawn is taken".into()).into())
}

/// Where a code stands; none if it is not one of this token's.
pub async fn state(app: &App, checkout: &Checkout, code: &str) -> Result<Option<CodeState>, PageError> {
    let Some(code) = tv::read(code) else { return Ok(None) };
    let (project, code) = (checkout.project.id, hash(code));
    let found = app.store.read(move |tx| coinslot_store::tv::find(tx, project, &code)).await?;
    let found = found.filter(|c| c.token_hash == checkout.token_hash());
    Ok(found.map(|c| c.state(app.now(project))))
}

/// Uses a code: a token for the payment that the television shows. Wrong guesses
/// of an address are counted, and too many refused.
pub async fn open(app: &App, code: &str, ip: Option<&str>) -> Result<String, CodeError> {
    let moment = app.clock.now();
    app.guesses.check(ip, moment).map_err(CodeError::TooOften)?;
    let wrong = || {
        app.guesses.count(ip, moment);
        CodeError::Unknown
    };
    let Some(code) = tv::read(code) else { return Err(wrong()) };
    let wanted = hash(code);
    let found = app.store.read(move |tx| {
        let Some(project) = coinslot_store::tv::project_of(tx, &wanted)? else { return Ok(None) };
        coinslot_store::tv::find(tx, project, &wanted)
    });
    let Some(code) = found.await? else { return Err(wrong()) };
    let token = crate::token::by_key(app, code.project, code.token_hash.clone()).await?;
    let Some(until) = token.map(|t| t.expires_at) else { return Err(wrong()) };
    let now = app.now(code.project);
    let refused = |state| match state {
        CodeState::Opened => CodeError::Used,
        CodeState::Waiting | CodeState::Expired => CodeError::Expired,
    };
    if code.state(now) != CodeState::Waiting {
        return Err(refused(code.state(now)));
    }
    let link = token::second(code.project, &token::letters(app.bytes()));
    let link_hash = hash(&link);
    // Of two telephones the second is refused here.
    if app.store.write(move |tx| coinslot_store::tv::open(tx, &code, now, &link_hash, until)).await? {
        Ok(link)
    } else {
        Err(CodeError::Used)
    }
}
