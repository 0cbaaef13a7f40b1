//! The payment page and the simulated bank: what is opened, what is paid, and what
//! an address keeps.

use crate::assets;
use crate::form::{ACCOUNT, Faults, form, read};
use crate::frame::{error, frame, policy, text};
use crate::gift;
use crate::http::{self, Refused, Visit};
use crate::locale::Text;
use crate::profile;
use crate::shipping;
use crate::showcase;
use crate::tv;
use crate::view::ChallengePage;
use askama::Template;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use coinslot_app::Shared;
use coinslot_app::checkout::{self, Checkout, Next, PageError, PayError};
use coinslot_app::mail;
use coinslot_app::port::CardRefused;
use coinslot_app::token;
use coinslot_domain::payment::{Payment, PaymentState};
use coinslot_domain::purchase::{Choice, Refusal};
use serde_json::json;

/// What the simulated bank takes for the player's password. It stands ready in
/// the form; anything else declines the payment.
pub const SIMULATOR_PASSWORD: &str = "coinslot";

pub(crate) const ENTRY: &str = "/paystation2/";

/// Where a player pays.
pub const PAY: &str = "/paystation2/pay";

pub(crate) const CHALLENGE: &str = "/paystation2/3ds";

pub(crate) const STATUS: &str = "/paystation2/status";

pub(crate) const STATUS_JSON: &str = "/paystation2/status.json";

pub(crate) const RECEIPT: &str = "/paystation2/receipt";

pub(crate) const REGION: &str = "/paystation2/region";

pub(crate) type Answer = Result<Response, Refused>;

/// `GET /paystation2/`
pub(crate) async fn entry(State(app): State<Shared>, request: Request) -> Answer {
    let visit = Visit::of_query(&request);
    if let Some(data) = visit.params.get("access_data")
        && visit.token().is_empty()
    {
        // From here on it is a page like any other.
        return Ok(match token::of_browser(&app, data, visit.ip.as_deref()).await {
            Ok(token) => http::see_other(&visit.link_of(&token, ENTRY, &[])),
            Err(e) => error(&visit, None, e),
        });
    }
    if let Err(e) = at_home(&app, &visit).await {
        return Ok(error(&visit, None, e));
    }
    match profile::entry(&app, &visit).await {
        Ok(Some(page)) => return Ok(page),
        Ok(None) => {}
        Err(e) => return Ok(error(&visit, None, e)),
    }
    let (checkout, problem) = open_with_coupon(&app, &visit).await?;
    if let Some(elsewhere) = elsewhere(&visit, &checkout) {
        return Ok(elsewhere);
    }
    if let Err(e) = checkout::admit(&app, &checkout, visit.ip.as_deref()).await {
        return Ok(error(&visit, Some(&checkout), e));
    }
    if visit.tv() {
        return Ok(tv::page(&app, &visit, &checkout, None).await);
    }
    if let Some(shop) = &checkout.shop {
        return Ok(showcase::page(&visit, &checkout, shop));
    }
    match checkout.unsaid() {
        Some(Next::Receiver) => return Ok(gift::page(&app, &visit, &checkout, None).await),
        Some(_) => return Ok(shipping::page(&visit, &checkout, &[])),
        None => {}
    }
    Ok(form(&visit, &checkout, Faults(problem.map(|text| (showcase::COUPON, text)).into_iter().collect())))
}

/// Opens what is asked for; with a coupon that cannot be used, without it, and
/// with what is to be said of that.
async fn open_with_coupon(app: &Shared, visit: &Visit) -> Result<(Box<Checkout>, Option<String>), Refused> {
    let choice = choice(visit);
    let ip = visit.ip.as_deref();
    match checkout::open(app, visit.token(), choice.clone(), ip).await {
        Ok(checkout) => Ok((checkout, None)),
        Err(PageError::Refused(Refusal::Coupon(_))) if choice.coupon.is_some() => {
            let opened = checkout::open(app, visit.token(), Choice { coupon: None, ..choice }, ip).await;
            let checkout = opened.map_err(|e| error(visit, None, e))?;
            let text = text(visit, Some(&checkout)).s("error-coupon");
            Ok((checkout, Some(text)))
        }
        Err(e) => Err(error(visit, None, e).into()),
    }
}

/// `POST /paystation2/pay`
pub(crate) async fn pay(State(app): State<Shared>, request: Request) -> Answer {
    paid(&app, Visit::of_form(request).await?).await
}

/// Answers a form that pays.
pub(crate) async fn paid(app: &Shared, visit: Visit) -> Answer {
    if let Err(e) = at_home(app, &visit).await {
        return Ok(error(&visit, None, e));
    }
    // Only who pays with a saved account needs the accounts.
    let saved = visit.params.get("method").is_some_and(|method| method.starts_with(ACCOUNT));
    let opened = match saved {
        true => checkout::open(app, visit.token(), choice(&visit), visit.ip.as_deref()).await,
        false => checkout::open_to_pay(app, visit.token(), choice(&visit), visit.ip.as_deref()).await,
    };
    let checkout = opened.map_err(|e| error(&visit, None, e))?;
    if let Some(elsewhere) = elsewhere(&visit, &checkout) {
        return Ok(elsewhere);
    }
    let t = text(&visit, Some(&checkout));
    let paying = match read(t, &visit, &checkout) {
        Ok(paying) => paying,
        Err(faults) => return form_again(app, &visit, faults).await,
    };
    let has_address = paying.email.is_some() || checkout.player.email.is_some();
    let letter = LetterIn {
        token: checkout.body.language(),
        chosen: visit.lang().is_some(),
        tried: checkout.payment.is_some(),
        shown: t.locale().code,
    };
    if has_address
        && letter.is_to_be_noted()
        && let Err(e) = mail::choose_language(app, &checkout, letter.shown).await
    {
        return Ok(error(&visit, Some(&checkout), e.into()));
    }
    let (name, key) = match checkout::pay(app, &checkout, paying).await {
        Ok(Next::Challenge) => return Ok(go(&visit, &visit.link(CHALLENGE))),
        Ok(Next::Status) => return Ok(go(&visit, &visit.link(STATUS))),
        Ok(Next::Receiver) => return Ok(go(&visit, &onward(&visit, &checkout, gift::GIFT))),
        Ok(Next::Address) => return Ok(go(&visit, &onward(&visit, &checkout, shipping::SHIPPING))),
        Err(PayError::Page(e)) => return Ok(error(&visit, Some(&checkout), e)),
        Err(PayError::Card(CardRefused::Number)) => ("card_number", "card-number-bad"),
        Err(PayError::Card(CardRefused::Expiry)) => ("card_expiry", "card-expiry-refused"),
        Err(PayError::Method) => ("method", "method-bad"),
    };
    form_again(app, &visit, Faults(vec![(name, t.s(key))])).await
}

/// What decides in which language the letter about a payment is.
#[derive(Clone, Copy)]
struct LetterIn<'a> {
    /// The token's, in which it is where nothing is noted; English without one.
    token: Option<&'a str>,
    /// Whether the player chose one on the page.
    chosen: bool,
    /// Whether a try before this one may have left a note.
    tried: bool,
    /// The page's, in which it is to be.
    shown: &'static str,
}

impl LetterIn<'_> {
    /// Whether the page's has to be noted for the letter to be in it. Most pages
    /// are in the token's, and cost nothing.
    fn is_to_be_noted(self) -> bool {
        self.chosen || self.tried || self.shown != Text::choose(None, self.token, None).locale().code
    }
}

/// The form with what is wrong with it, and with all that it shows.
async fn form_again(app: &Shared, visit: &Visit, faults: Faults) -> Answer {
    let checkout = open(app, visit).await?;
    // A television has no form to fill in: only what is saved pays there.
    if visit.tv() {
        return Ok(tv::page(app, visit, &checkout, faults.first()).await);
    }
    Ok(form(visit, &checkout, faults))
}

/// `GET /paystation2/3ds`
pub(crate) async fn challenge(State(app): State<Shared>, request: Request) -> Answer {
    let visit = Visit::of_query(&request);
    let checkout = open(&app, &visit).await?;
    let Some(payment) = asked(&checkout) else { return Ok(http::see_other(&visit.link(STATUS))) };
    let t = text(&visit, Some(&checkout));
    let page = ChallengePage {
        f: frame(&visit, Some(&checkout), t, t.s("bank-title"), CHALLENGE),
        token: visit.token(),
        lang: visit.lang(),
        amount: t.money(&payment.breakdown.payment),
        card: payment.card.as_deref().map(|card| t.ltr(card)),
        password: SIMULATOR_PASSWORD,
    };
    Ok(http::page(StatusCode::OK, &policy(Some(&checkout)), page.render()))
}

/// `POST /paystation2/3ds`
pub(crate) async fn answer_challenge(State(app): State<Shared>, request: Request) -> Answer {
    let visit = Visit::of_form(request).await?;
    let checkout = open(&app, &visit).await?;
    if asked(&checkout).is_some() {
        let approved =
            visit.params.get("answer") == Some("approve") && visit.params.get("password") == Some(SIMULATOR_PASSWORD);
        if let Err(e) = checkout::answer_challenge(&app, &checkout, approved).await {
            return Ok(error(&visit, Some(&checkout), e));
        }
    }
    Ok(http::see_other(&visit.link(STATUS)))
}

/// `GET /paystation2/assets/{file}`
pub(crate) async fn asset(Path(name): Path<String>, request: Request) -> Response {
    let Some(asset) = assets::SERVED.iter().find(|a| a.name == name) else {
        return http::plain(StatusCode::NOT_FOUND, "There is no such file");
    };
    let version = asset.version();
    http::file(asset, Visit::of_query(&request).params.get("v") == Some(version.as_str()))
}

/// `GET /embed/paystation/widget.min.js`, with or without a version before the
/// name: shops keep the address they know, and there is one version.
pub(crate) async fn widget() -> Response {
    http::file(&assets::WIDGET, false)
}

/// `GET /embed/pay2play/widget.min.js`, likewise.
pub(crate) async fn pay2play() -> Response {
    http::file(&assets::PAY2PLAY, false)
}

/// Whether the browser came to the address that is for payments of this kind.
pub(crate) async fn at_home(app: &Shared, visit: &Visit) -> Result<(), PageError> {
    let (Some(host), true) = (&visit.host, app.sandbox_url.is_some()) else { return Ok(()) };
    match checkout::is_sandbox(app, visit.token()).await? {
        Some(sandbox) if !app.is_at_home(host, sandbox) => Err(PageError::WrongHost),
        _ => Ok(()),
    }
}

pub(crate) async fn open(app: &Shared, visit: &Visit) -> Result<Box<Checkout>, Refused> {
    if let Err(e) = at_home(app, visit).await {
        return Err(error(visit, None, e).into());
    }
    let opened = checkout::open(app, visit.token(), choice(visit), visit.ip.as_deref()).await;
    opened.map_err(|e| error(visit, None, e).into())
}

/// The parameter that says where a key is redeemed; of a further key its number
/// follows.
pub(crate) fn place_param(index: usize) -> String {
    if index == 0 { PLACE.into() } else { format!("{PLACE}{index}") }
}

/// What the names of these parameters begin with.
const PLACE: &str = "drm";

/// The field with the player's id, where the token lets the page say it.
pub(crate) const USER_ID: &str = "user_id";

/// The parameter that has the page show every way to pay, and its value.
pub(crate) const METHODS: (&str, &str) = ("methods", "all");

/// Keys of one purchase whose places are read.
const MOST_KEYS: usize = 50;

/// What the player chose on the page.
fn choice(visit: &Visit) -> Choice {
    let place = |index| Some((index, visit.params.get(&place_param(index))?.to_string()));
    // Hardly any form has one.
    let most = if visit.params.any(PLACE) { MOST_KEYS } else { 0 };
    Choice {
        places: (0..most).filter_map(place).collect(),
        goods: showcase::goods(visit),
        coupon: visit.params.get(showcase::COUPON).map(str::to_string),
        country: visit.params.get(http::COUNTRY).map(str::to_string),
        currency: visit.params.get(http::CURRENCY).map(str::to_string),
        player: visit.params.get(USER_ID).map(str::to_string),
    }
}

/// The page a payment is on, if that is not the form.
pub(crate) fn elsewhere(visit: &Visit, checkout: &Checkout) -> Option<Response> {
    if checkout.started.is_some() {
        return Some(go(visit, &visit.link(STATUS)));
    }
    match checkout.payment.as_ref()?.state {
        PaymentState::Declined => None,
        // The television shows a code: the bank's question is for the telephone.
        PaymentState::Challenged if visit.tv() => None,
        PaymentState::Challenged => Some(go(visit, &visit.link(CHALLENGE))),
        _ => Some(go(visit, &visit.link(STATUS))),
    }
}

/// Where a player belongs who asks for a page on which something is said before
/// paying, if that is not the place for it; `applies` says whether there is
/// anything to say.
pub(crate) fn misplaced(visit: &Visit, c: &Checkout, applies: bool) -> Option<Response> {
    if let Some(elsewhere) = elsewhere(visit, c) {
        return Some(elsewhere);
    }
    (!applies || c.shop.is_some()).then(|| http::see_other(&onward(visit, c, ENTRY)))
}

/// What was chosen of what the token leaves open, as parameters.
fn chosen_so_far(c: &Checkout) -> Vec<(String, String)> {
    let goods = showcase::chosen(&c.choice);
    let mut pairs: Vec<_> = goods.into_iter().map(|(name, value)| (name.to_string(), value)).collect();
    pairs.extend(c.choice.places.iter().map(|(index, place)| (place_param(*index), place.clone())));
    pairs
}

/// The address of a page of the same purchase, with what was chosen.
pub(crate) fn onward(visit: &Visit, c: &Checkout, path: &str) -> String {
    // The coupon goes with every link.
    let pairs: Vec<_> = chosen_so_far(c).into_iter().filter(|(name, _)| name != showcase::COUPON).collect();
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    visit.link_with(path, &pairs)
}

/// What the forms before paying send besides their own.
pub(crate) fn kept(visit: &Visit, c: &Checkout) -> Vec<(String, String)> {
    let mut pairs = vec![("access_token".to_string(), visit.token().to_string())];
    pairs.extend(visit.lang().map(|lang| ("lang".to_string(), lang.to_string())));
    let region = [http::COUNTRY, http::CURRENCY];
    pairs.extend(region.iter().filter_map(|name| Some((name.to_string(), visit.params.get(name)?.to_string()))));
    pairs.extend(chosen_so_far(c));
    pairs
}

/// Back to the shop, where the purchase was chosen there.
pub(crate) fn shop(visit: &Visit, c: &Checkout) -> Option<String> {
    (c.choice.goods.is_some() && c.payment.is_none()).then(|| visit.link(ENTRY))
}

fn asked(checkout: &Checkout) -> Option<&Payment> {
    checkout.payment.as_ref().filter(|p| p.state == PaymentState::Challenged)
}

/// Sends the browser on, or tells our script to.
fn go(visit: &Visit, to: &str) -> Response {
    if visit.wants_json { http::json(StatusCode::OK, &json!({"redirect": to})) } else { http::see_other(to) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_language_that_nothing_else_tells_is_noted() {
        let plain = LetterIn { token: Some("de"), chosen: false, tried: false, shown: "de" };
        let table = [
            (plain, false),
            (LetterIn { token: Some("de-AT"), ..plain }, false),
            (LetterIn { token: None, shown: "en", ..plain }, false),
            (LetterIn { token: None, ..plain }, true),
            (LetterIn { token: Some("xx"), ..plain }, true),
            (LetterIn { chosen: true, ..plain }, true),
            (LetterIn { tried: true, ..plain }, true),
        ];
        for (letter, noted) in table {
            let LetterIn { token, chosen, tried, shown } = letter;
            assert_eq!(letter.is_to_be_noted(), noted, "{token:?} {chosen} {tried} {shown}");
        }
    }
}
