//! The country that a player pays from, and the currency.

use crate::frame::{frame, policy, text};
use crate::http::{self, Visit};
use crate::locale::Text;
use crate::pages::{Answer, ENTRY, REGION, elsewhere, open};
use crate::view::{Region, RegionPage};
use askama::Template;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use coinslot_app::Shared;
use coinslot_app::checkout::Checkout;

/// `GET /paystation2/region`: another country, and another currency.
pub(crate) async fn region(State(app): State<Shared>, request: Request) -> Answer {
    let visit = Visit::of_query(&request);
    let checkout = open(&app, &visit).await?;
    if let Some(elsewhere) = elsewhere(&visit, &checkout) {
        return Ok(elsewhere);
    }
    if !may_choose_region(&checkout) {
        return Ok(http::see_other(&visit.link(ENTRY)));
    }
    let t = text(&visit, Some(&checkout));
    let whole = lasting(&visit);
    let pairs: Vec<_> = whole.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let current = checkout.player.country.as_deref();
    let countries = t.countries().map(|(code, name)| (code, name, Some(code) == current));
    let wanted = checkout.choice.currency.as_deref();
    let page = RegionPage {
        f: frame(&visit, Some(&checkout), t, t.s("region"), REGION),
        back: http::link(ENTRY, &pairs),
        kept: whole
            .iter()
            .filter(|(name, _)| !matches!(name.as_str(), http::COUNTRY | http::CURRENCY))
            .cloned()
            .collect(),
        countries: if checkout.may_change_country { countries.collect() } else { vec![] },
        currencies: checkout.currencies.iter().map(|c| (c.code(), Some(c.code()) == wanted)).collect(),
    };
    Ok(http::page(StatusCode::OK, &policy(Some(&checkout)), page.render()))
}

/// What the page's address says, to come back to it.
pub(crate) fn lasting(visit: &Visit) -> Vec<(String, String)> {
    let lang = visit.lang().map(|lang| ("lang".to_string(), lang.to_string()));
    visit.kept().into_iter().chain(lang).collect()
}

fn may_choose_region(c: &Checkout) -> bool {
    c.may_change_country || c.currencies.len() > 1
}

/// Country and currency, for as long as there is something to pay.
pub(crate) fn region_of(t: Text, visit: &Visit, c: &Checkout) -> Option<Region> {
    if c.payment.is_some() || c.started.is_some() {
        return None;
    }
    let country = c.player.country.as_deref().map(|code| t.country(code).unwrap_or(code).to_string());
    let currency = c.breakdown.payment.currency.code();
    let whole = lasting(visit);
    let pairs: Vec<_> = whole.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    Some(Region {
        shown: [&country.unwrap_or_else(|| t.s("region-choose")), " · ", currency].concat(),
        url: may_choose_region(c).then(|| http::link(REGION, &pairs)),
    })
}
