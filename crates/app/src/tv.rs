//! A television shows a code, and a telephone takes the payment over with it.
//!
//! The telephone gets a token of its own that stands for the television's. So
//! the television's token is in no picture that somebody else in the room, or a
//! camera, could read, and what the code is worth ends with its use.

use crate::checkout::{Checkout, PageError};
use crate::{App, StoreError, hash};
use coinslot_domain::time::{Span, Time};
use coinslot_domain::token;
use coinslot_domain::tv::{self, Code, CodeState};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

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

/// When each address that guessed wrong may do so again as often as any other.
/// In memory and of one server: several servers allow several times as much.
#[derive(Default)]
pub(crate) struct Guesses(Mutex<HashMap<String, Time>>);

/// Addresses at which those that say nothing any more are dropped.
const MANY: usize = 1024;

impl Guesses {
    /// Whether an address may guess now.
    fn check(&self, address: &str, now: Time) -> Result<(), Span> {
        let full = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tv::GUESSES.take(full.get(address).copied(), now).map(drop)
    }

    /// Counts a wrong guess.
    fn count(&self, address: &str, now: Time) {
        let mut full = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if full.len() >= MANY {
            full.retain(|_, full| *full > now);
        }
        if let Ok(after) = tv::GUESSES.take(full.get(address).copied(), now) {
            full.insert(address.to_string(), after);
        }
    }
}

/// Whom an address stands for: a household has a whole /64 of IPv6.
fn household(ip: Option<&str>) -> String {
    let ip = ip.unwrap_or_default();
    match ip.parse::<IpAddr>() {
        Ok(IpAddr::V6(v6)) => format!("{:x}", v6.to_bits() >> 64),
        _ => ip.to_string(),
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
    let (household, moment) = (household(ip), app.clock.now());
    app.guesses.check(&household, moment).map_err(CodeError::TooOften)?;
    let wrong = || {
        app.guesses.count(&household, moment);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_wrong_guesses_a_minute_and_no_more() {
        let (guesses, now) = (Guesses::default(), Time(0));
        for _ in 0..10 {
            assert_eq!(guesses.check("a", now), Ok(()));
            guesses.count("a", now);
        }
        assert_eq!(guesses.check("a", now), Err(Span::seconds(6)));
        assert_eq!(guesses.check("b", now), Ok(()), "another household");
        assert_eq!(guesses.check("a", now + Span::seconds(6)), Ok(()));
    }

    #[test]
    fn a_household_is_an_address_or_a_network() {
        assert_eq!(household(Some("203.0.113.7")), "203.0.113.7");
        assert_eq!(household(Some("2001:db8:1:2:3::4")), household(Some("2001:db8:1:2::9")));
        assert_ne!(household(Some("2001:db8:1:2::4")), household(Some("2001:db8:1:3::4")));
        assert_eq!(household(None), "");
    }
}
