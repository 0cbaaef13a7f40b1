//! What all pages have around them, and the page that says what went wrong.

use crate::gift;
use crate::http::{self, Visit};
use crate::locale::{LOCALES, Text};
use crate::pages::{ENTRY, onward};
use crate::region::{lasting, region_of};
use crate::returning::{self, Outcome};
use crate::showcase;
use crate::tv;
use crate::view::{ErrorPage, Frame, Languages, Summary};
use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use coinslot_app::checkout::{Checkout, PageError};
use coinslot_domain::merchant::Project;
use coinslot_domain::money::BasisPoints;
use coinslot_domain::payment::StatusGroup;
use coinslot_domain::purchase::Refusal;
use coinslot_domain::region::Unknown;
use coinslot_wire::look::Look;
use coinslot_wire::token::{PlayerField, TokenBody};
use serde_json::json;

pub(crate) fn text(visit: &Visit, checkout: Option<&Checkout>) -> Text {
    let token = checkout.and_then(|c| c.body.language());
    Text::choose(visit.lang(), token, visit.accept_language.as_deref())
}

pub(crate) fn policy(checkout: Option<&Checkout>) -> String {
    http::policy(checkout.map(|c| c.project.frame_ancestors.as_slice()).unwrap_or_default())
}

pub(crate) fn theme(name: Option<&str>) -> &'static str {
    match name {
        Some("dark" | "default_dark" | "63295aab2e47fab76f7708e3") => "dark",
        // Unknown names are those of custom themes, which start from the light one.
        Some(name) if !name.is_empty() => "light",
        _ => "auto",
    }
}

pub(crate) fn size(name: Option<&str>) -> (u16, u16) {
    match name {
        Some("small") => (620, 630),
        Some("large") => (820, 840),
        _ => (740, 760),
    }
}

/// The class of a size that was asked for by name.
pub(crate) fn sized(name: Option<&str>) -> Option<&'static str> {
    ["small", "medium", "large"].into_iter().find(|known| Some(*known) == name)
}

/// What the page says of the player: what the token does not hide. What can be
/// changed stands in the form.
fn about(t: Text, c: &Checkout, look: &Look) -> Vec<String> {
    let shown = |field, value: Option<&str>| {
        let changing = c.payment.is_none() && c.shop.is_none() && c.body.may_change(field);
        let said = look.player && !c.body.hidden(field) && !changing;
        value.filter(|_| said && (look.player_id || field != PlayerField::Id)).map(str::to_string)
    };
    let name = shown(PlayerField::Name, c.player.name.as_deref());
    let id = shown(PlayerField::Id, Some(c.player.id.as_str()));
    let (main, id) = if name.is_some() { (name, id) } else { (id, None) };
    let mut lines: Vec<String> = main.map(|name| t.a("for-player", "name", &name)).into_iter().collect();
    lines.extend(id.map(|id| [&t.s("player"), " ", &id].concat()));
    let of_each = [(PlayerField::Email, &c.player.email), (PlayerField::Phone, &c.player.phone)];
    lines.extend(of_each.into_iter().filter_map(|(field, value)| Some(t.ltr(&shown(field, value.as_deref())?))));
    lines
}

/// An amount of virtual currency with its name.
pub(crate) fn coins(t: Text, hundredths: i64, name: &str) -> String {
    t.name(&[&t.rate(&BasisPoints(hundredths)), " ", name].concat())
}

pub(crate) fn frame(visit: &Visit, checkout: Option<&Checkout>, t: Text, title: String, path: &str) -> Frame {
    let languages = Languages { path: path.to_string(), kept: visit.kept(), all: LOCALES };
    let Some(c) = checkout else {
        return Frame {
            t,
            title,
            theme: "auto",
            project: None,
            sandbox: false,
            size: size(None),
            sized: None,
            look: Look::read(None),
            about: vec![],
            balance: None,
            languages,
            leave: None,
            close: false,
            country: None,
            status: None,
            summary: None,
            license: None,
            region: None,
        };
    };
    let look = c.body.look();
    Frame {
        t,
        title: [&title, " · ", &c.project.name].concat(),
        theme: theme(c.body.settings.ui.theme.as_deref()),
        project: Some(c.project.name.clone()),
        sandbox: c.sandbox,
        size: size(c.body.size()),
        sized: sized(c.body.size()),
        about: about(t, c, &look),
        balance: c.balance.as_ref().map(|(n, name)| coins(t, *n, name)),
        languages,
        leave: way_back(c),
        close: look.close,
        country: c.player.country.clone(),
        status: None,
        // In the shop nothing is bought yet.
        summary: c.shop.is_none().then(|| {
            let what = c.body.description().or(c.started_plan.as_deref());
            Summary::new(t, &c.breakdown, what, &c.lines)
        }),
        license: c.body.license_url().and_then(web).map(str::to_string),
        region: if path == ENTRY { region_of(t, visit, c) } else { None },
        look,
    }
}

/// The game's address, for a player who bought nothing.
pub(crate) fn home(body: &TokenBody, project: &Project, user: &str) -> Option<String> {
    let outcome = Outcome { user_id: user, foreign_invoice: body.external_id(), standing: None };
    returning::address(body.return_url().or(project.return_url.as_deref())?, outcome)
}

/// An address that a browser may be sent to for reading.
pub(crate) fn web(url: &str) -> Option<&str> {
    url::Url::parse(url).ok().filter(|u| matches!(u.scheme(), "http" | "https")).map(|_| url)
}

/// The game's address with what it is told of the payment, or of a subscription
/// that began without one.
pub(crate) fn way_back(checkout: &Checkout) -> Option<String> {
    let started = checkout.started.as_ref().map(|_| (None, StatusGroup::Done));
    let outcome = Outcome {
        user_id: &checkout.player.id,
        foreign_invoice: checkout.body.external_id(),
        standing: checkout.payment.as_ref().map(|p| (Some(p.id.get()), p.group())).or(started),
    };
    returning::address(checkout.body.return_url().or(checkout.project.return_url.as_deref())?, outcome)
}

/// What is said of an error: its status, a sentence for the player and one for
/// the developer.
pub(crate) fn said(t: Text, e: &PageError) -> (StatusCode, String, String) {
    match e {
        PageError::Token => (StatusCode::NOT_FOUND, t.s("error-token"), t.s("hint-token")),
        PageError::NoAgreement => (StatusCode::FORBIDDEN, t.s("error-agreement"), t.s("hint-agreement")),
        PageError::NothingForSale => (StatusCode::UNPROCESSABLE_ENTITY, t.s("error-nothing"), t.s("hint-nothing")),
        PageError::Refused(why) => {
            (StatusCode::UNPROCESSABLE_ENTITY, t.s(refusal(why)), t.a("hint-refused", "why", &why.to_string()))
        }
        PageError::Region(Unknown::Country) => {
            (StatusCode::UNPROCESSABLE_ENTITY, t.s("error-country"), t.s("hint-country"))
        }
        PageError::Region(Unknown::Currency) => {
            (StatusCode::UNPROCESSABLE_ENTITY, t.s("error-currency"), t.s("hint-currency"))
        }
        PageError::Serverless => (StatusCode::FORBIDDEN, t.s("error-serverless"), t.s("hint-serverless")),
        PageError::PlayerRefused => (StatusCode::FORBIDDEN, t.s("error-player"), t.s("hint-player")),
        PageError::ReceiverRefused => (StatusCode::FORBIDDEN, t.s("error-receiver"), t.s("hint-player")),
        PageError::WrongHost => (StatusCode::MISDIRECTED_REQUEST, t.s("error-host"), t.s("hint-host")),
        PageError::GameUnreachable => (StatusCode::SERVICE_UNAVAILABLE, t.s("error-game"), t.s("hint-game")),
        PageError::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, t.s("error-unavailable"), t.s("hint-unavailable")),
        PageError::TooOften(_) => (StatusCode::TOO_MANY_REQUESTS, t.s("error-too-often"), t.s("hint-too-often")),
    }
}

pub(crate) fn error(visit: &Visit, checkout: Option<&Checkout>, e: PageError) -> Response {
    let t = text(visit, checkout);
    let (status, message, hint) = said(t, &e);
    if visit.wants_json {
        return http::json(status, &json!({"error": {"code": e.code(), "message": message}}));
    }
    let passing =
        matches!(e, PageError::GameUnreachable | PageError::Unavailable | PageError::Refused(Refusal::Changed));
    // In a shop there is something else to choose.
    let passing = passing || matches!(e, PageError::Refused(_)) && showcase::goods(visit).is_some();
    // Players of a live game are not told what the studio should do about it;
    // before a token is read, nobody knows whether it is one.
    let told = checkout.is_none_or(|c| c.sandbox) && e != PageError::Unavailable;
    // Without what there is not, the page can be opened.
    let chosen = matches!(e, PageError::Region(_)).then(|| {
        let whole = lasting(visit);
        let fine = whole.iter().filter(|(name, _)| !matches!(name.as_str(), http::COUNTRY | http::CURRENCY));
        http::link(ENTRY, &fine.map(|(name, value)| (name.as_str(), value.as_str())).collect::<Vec<_>>())
    });
    let page = ErrorPage {
        f: frame(visit, checkout, t, t.s("error-title"), ENTRY),
        code: e.code(),
        heading: t.s("error-title"),
        message,
        retry: match (&e, checkout) {
            (PageError::ReceiverRefused, Some(c)) if c.payment.is_none() => Some(onward(visit, c, gift::GIFT)),
            _ => chosen.or_else(|| (passing && !visit.token().is_empty()).then(|| visit.link(ENTRY))),
        },
        hint: told.then_some(hint),
    };
    if visit.tv() {
        return tv::error(status, &policy(checkout), page);
    }
    http::page(status, &policy(checkout), page.render())
}

/// What the player is told when something cannot be sold.
fn refusal(why: &Refusal) -> &'static str {
    match why {
        Refusal::NotFound(_) | Refusal::NoDrm(_) | Refusal::NotForSale(_) | Refusal::NoPrice(_) => "error-not-sold",
        Refusal::Limit(_) | Refusal::Owned(_) => "error-limit",
        Refusal::SoldOut(_) => "error-sold-out",
        Refusal::TooLittle(_) => "error-too-little",
        Refusal::Quantity(_) => "error-quantity",
        Refusal::Coupon(_) => "error-coupon",
        Refusal::Changed => "error-changed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks() {
        assert_eq!(theme(None), "auto");
        assert_eq!(theme(Some("default")), "light");
        assert_eq!(theme(Some("63295a9a2e47fab76f7708e1")), "light");
        for dark in ["dark", "default_dark", "63295aab2e47fab76f7708e3"] {
            assert_eq!(theme(Some(dark)), "dark");
        }
        assert_eq!(size(Some("small")), (620, 630));
    }
}
