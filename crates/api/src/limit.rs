//! How often an API key may call.

use crate::Problem;
use crate::merchant::{Known, PREFIXES};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use coinslot_app::Shared;
use coinslot_domain::id::{MerchantId, PartnerId};
use coinslot_domain::limit::Rate;
use coinslot_domain::time::{Span, Time};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Operations with a documented rate of their own, in calls a minute.
const OWN: &[(Method, &str, i64)] = &[(Method::GET, "/merchants/{merchant_id}/subscriptions", 20)];

/// What is said to who calls too often.
pub(crate) const TOO_OFTEN: &str = "Too many requests with this API key; Retry-After says when to send the next";

/// Whose calls, and of which operation if it has a rate of its own.
type Whose = (Key, Option<&'static str>);

/// What calls are counted by.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Key {
    /// A merchant and the hash of the API key.
    Api(MerchantId, String),
    /// A partner of the Distribution Hub, whichever key it has.
    Partner(PartnerId),
}

/// What each API key has left. Only keys that exist have an entry, and only
/// while they do not have all of it.
pub(crate) struct Limits {
    app: Shared,
    rate: Rate,
    full: Mutex<HashMap<Whose, Time>>,
}

/// Entries at which those that say nothing any more are dropped.
const MANY: usize = 1024;

impl Limits {
    /// Limits calls to `rate` for each API key.
    pub(crate) fn new(app: Shared, rate: Rate) -> Self {
        Limits { app, rate, full: Mutex::default() }
    }

    /// Takes a call of a partner of the Distribution Hub, or says for how many
    /// seconds to wait.
    pub(crate) fn of_partner(&self, partner: PartnerId) -> Result<(), i64> {
        self.take((Key::Partner(partner), None), self.rate).map_err(seconds)
    }

    /// Takes a call, or says how long to wait.
    fn take(&self, whose: Whose, rate: Rate) -> Result<(), Span> {
        let now = self.app.clock.now();
        let mut full = self.full.lock().unwrap_or_else(PoisonError::into_inner);
        if full.len() >= MANY {
            full.retain(|_, full| *full > now);
        }
        let after = rate.take(full.get(&whose).copied(), now)?;
        full.insert(whose, after);
        Ok(())
    }
}

/// Refuses who calls too often. `path` is the one that the router knows the
/// operation by.
pub(crate) fn refused(
    limits: Option<&Limits>,
    known: Option<&Known>,
    method: &Method,
    path: Option<&str>,
) -> Option<Response> {
    let (limits, known) = limits.zip(known)?;
    let key = Key::Api(known.caller.merchant, known.key_hash.clone());
    let taken = match path.and_then(|path| own(method, path)) {
        Some((path, rate)) => limits.take((key.clone(), Some(path)), rate),
        None => Ok(()),
    };
    taken.and_then(|()| limits.take((key, None), limits.rate)).err().map(refuse)
}

/// The rate of an operation's own, by the path that the router knows it by.
fn own(method: &Method, path: &str) -> Option<(&'static str, Rate)> {
    let of = |(its, tail, calls): &(Method, &'static str, i64)| {
        let fits = its == method && path.strip_suffix(tail).is_some_and(|head| PREFIXES.contains(&head));
        fits.then(|| Some((*tail, Rate::new(*calls, Span::minutes(1))?))).flatten()
    };
    OWN.iter().find_map(of)
}

fn refuse(wait: Span) -> Response {
    let mut response = Problem::new(StatusCode::TOO_MANY_REQUESTS, TOO_OFTEN).into_response();
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds(wait)));
    response
}

/// Whole seconds, upwards.
fn seconds(wait: Span) -> i64 {
    wait.0.saturating_add(999_999) / 1_000_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_operations_have_a_rate_of_their_own() {
        for prefix in PREFIXES {
            let path = format!("{prefix}/merchants/{{merchant_id}}/subscriptions");
            assert_eq!(own(&Method::GET, &path).unwrap().1, Rate::new(20, Span::minutes(1)).unwrap());
            assert!(own(&Method::POST, &path).is_none());
        }
        assert!(own(&Method::GET, "/merchant/v2/merchants/{merchant_id}/token").is_none());
    }

    #[test]
    fn waiting_is_said_in_whole_seconds_upwards() {
        for (wait, said) in [(Span(1), "1"), (Span::seconds(3), "3"), (Span::millis(3001), "4")] {
            assert_eq!(refuse(wait).headers()[header::RETRY_AFTER], said);
        }
    }
}
