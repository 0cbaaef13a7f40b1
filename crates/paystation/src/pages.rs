//! The payment page, the simulated bank, the status page and the receipt.

use crate::assets;
use crate::gift;
use crate::http::{self, Refused, Visit};
use crate::locale::{LOCALES, Text};
use crate::profile;
use crate::returning::{self, Ending, Outcome};
use crate::shipping;
use crate::showcase;
use crate::tv;
use crate::view::{
    Back, ChallengePage, CheckoutPage, CouponField, ErrorPage, Field, Frame, Languages, Line, MethodChoice, PlaceLink,
    PlaceList, ReceiptPage, Redirect, Region, RegionPage, Said, StatusFrame, StatusPage, Step, Summary, TestCard,
};
use askama::Template;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use coinslot_app::Shared;
use coinslot_app::checkout::{self, Checkout, Next, PageError, PayError, Paying, Standing};
use coinslot_app::port::{CardRefused, Method};
use coinslot_app::purchase::{self as purchased, PlaceChoice};
use coinslot_app::token;
use coinslot_domain::account::Account;
use coinslot_domain::card::{Card, CardNumber, Cvv, Expiry};
use coinslot_domain::merchant::Project;
use coinslot_domain::money::BasisPoints;
use coinslot_domain::payment::{Decline, Payment, PaymentState, Stand, StatusGroup};
use coinslot_domain::purchase::Refusal;
use coinslot_domain::purchase::{self, Choice, LineKind};
use coinslot_domain::redirect::RedirectWhen;
use coinslot_domain::region::Unknown;
use coinslot_domain::shipping::is_zip;
use coinslot_domain::subscription::Subscription;
use coinslot_wire::look::Look;
use coinslot_wire::token::{PlayerField, TokenBody};
use serde::Serialize;
use serde_json::json;

/// What the simulated bank takes for the player's password. It stands ready in
/// the form; anything else declines the payment.
pub const SIMULATOR_PASSWORD: &str = "coinslot";

pub(crate) const ENTRY: &str = "/paystation2/";
pub(crate) const PAY: &str = "/paystation2/pay";
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
async fn open_with_coupon(app: &Shared, visit: &Visit) -> Result<(Checkout, Option<String>), Refused> {
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
fn lasting(visit: &Visit) -> Vec<(String, String)> {
    let lang = visit.lang().map(|lang| ("lang".to_string(), lang.to_string()));
    visit.kept().into_iter().chain(lang).collect()
}

fn may_choose_region(c: &Checkout) -> bool {
    c.may_change_country || c.currencies.len() > 1
}

/// Country and currency, for as long as there is something to pay.
fn region_of(t: Text, visit: &Visit, c: &Checkout) -> Option<Region> {
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

/// `POST /paystation2/pay`
pub(crate) async fn pay(State(app): State<Shared>, request: Request) -> Answer {
    let visit = Visit::of_form(request).await?;
    if let Err(e) = at_home(&app, &visit).await {
        return Ok(error(&visit, None, e));
    }
    // Only who pays with a saved account needs the accounts.
    let saved = visit.params.get("method").is_some_and(|method| method.starts_with(ACCOUNT));
    let opened = match saved {
        true => checkout::open(&app, visit.token(), choice(&visit), visit.ip.as_deref()).await,
        false => checkout::open_to_pay(&app, visit.token(), choice(&visit), visit.ip.as_deref()).await,
    };
    let checkout = opened.map_err(|e| error(&visit, None, e))?;
    if let Some(elsewhere) = elsewhere(&visit, &checkout) {
        return Ok(elsewhere);
    }
    let t = text(&visit, Some(&checkout));
    let paying = match read(t, &visit, &checkout) {
        Ok(paying) => paying,
        Err(faults) => return form_again(&app, &visit, faults).await,
    };
    let (name, key) = match checkout::pay(&app, &checkout, paying).await {
        Ok(Next::Challenge) => return Ok(go(&visit, &visit.link(CHALLENGE))),
        Ok(Next::Status) => return Ok(go(&visit, &visit.link(STATUS))),
        Ok(Next::Receiver) => return Ok(go(&visit, &onward(&visit, &checkout, gift::GIFT))),
        Ok(Next::Address) => return Ok(go(&visit, &onward(&visit, &checkout, shipping::SHIPPING))),
        Err(PayError::Page(e)) => return Ok(error(&visit, Some(&checkout), e)),
        Err(PayError::Card(CardRefused::Number)) => ("card_number", "card-number-bad"),
        Err(PayError::Card(CardRefused::Expiry)) => ("card_expiry", "card-expiry-refused"),
        Err(PayError::Method) => ("method", "method-bad"),
    };
    form_again(&app, &visit, Faults(vec![(name, t.s(key))])).await
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

/// `GET /paystation2/status`
pub(crate) async fn status(State(app): State<Shared>, request: Request) -> Answer {
    let visit = Visit::of_query(&request);
    let checkout = open(&app, &visit).await?;
    if let Some(started) = &checkout.started {
        let page = started_page(&visit, &checkout, started);
        if visit.tv() {
            return Ok(tv::status(&visit, &checkout, page));
        }
        return Ok(http::page(StatusCode::OK, &policy(Some(&checkout)), page.render()));
    }
    let Some(payment) = &checkout.payment else { return Ok(http::see_other(&visit.link(ENTRY))) };
    if payment.state == PaymentState::Challenged {
        return Ok(http::see_other(&visit.link(if visit.tv() { ENTRY } else { CHALLENGE })));
    }
    let page = status_page(&visit, &checkout, payment);
    if visit.tv() {
        return Ok(tv::status(&visit, &checkout, page));
    }
    Ok(http::page(StatusCode::OK, &policy(Some(&checkout)), page.render()))
}

/// `GET /paystation2/status.json`
pub(crate) async fn status_json(State(app): State<Shared>, request: Request) -> Answer {
    let visit = Visit { wants_json: true, ..Visit::of_query(&request) };
    let standing = checkout::standing(&app, visit.token()).await.map_err(|e| error(&visit, None, e))?;
    let Some(Standing { payment, stand, user, email }) = standing else {
        let checkout = open(&app, &visit).await?;
        let done = checkout.started.is_some();
        let status = if done { StatusGroup::Done } else { StatusGroup::Invoice };
        return Ok(http::json(StatusCode::OK, &json!({"status": status.name(), "final": done, "invoice": null})));
    };
    let body = Polled {
        challenge: stand.state == PaymentState::Challenged,
        email: email.as_deref().unwrap_or_default(),
        r#final: is_final(stand),
        invoice: payment.get(),
        status: stand.group().name(),
        user_id: &user,
        view: view_of(stand),
    };
    Ok(http::json(StatusCode::OK, &body))
}

/// What the status page's script asks for again and again.
#[derive(Serialize)]
struct Polled<'a> {
    challenge: bool,
    email: &'a str,
    r#final: bool,
    invoice: i64,
    status: &'a str,
    #[serde(rename = "userId")]
    user_id: &'a str,
    view: String,
}

/// `GET /paystation2/receipt`
pub(crate) async fn receipt(State(app): State<Shared>, request: Request) -> Answer {
    let visit = Visit::of_query(&request);
    let checkout = open(&app, &visit).await?;
    let Some(payment) = checkout.payment.as_ref().filter(|p| p.state.was_captured()) else {
        return Ok(http::see_other(&visit.link(STATUS)));
    };
    let t = text(&visit, Some(&checkout));
    let mut lines = facts(t, &checkout, payment);
    lines.push(Line { label: t.s("player"), amount: checkout.player.id.clone() });
    let page = ReceiptPage {
        f: Frame { close: false, ..frame(&visit, Some(&checkout), t, t.s("receipt"), RECEIPT) },
        facts: lines,
        refunded: (payment.refunded.minor > 0).then(|| t.money(&payment.refunded)),
    };
    Ok(http::page(StatusCode::OK, &policy(Some(&checkout)), page.render()))
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

pub(crate) async fn open(app: &Shared, visit: &Visit) -> Result<Checkout, Refused> {
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
const USER_ID: &str = "user_id";
/// The parameter that has the page show every way to pay, and its value.
const METHODS: (&str, &str) = ("methods", "all");

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
fn elsewhere(visit: &Visit, checkout: &Checkout) -> Option<Response> {
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

/// What was said before paying, for the form to show.
fn said_before(t: Text, visit: &Visit, c: &Checkout) -> Vec<Said> {
    let mut all = Vec::new();
    if let Some(friend) = c.gift.as_ref().and_then(|gift| gift.receiver.as_ref()) {
        // Who gets what was tried to be paid already stays.
        let url = c.payment.is_none().then(|| onward(visit, c, gift::GIFT));
        all.push(Said { key: "gift", label: t.s("gift-to"), text: friend.called().to_string(), url });
    }
    if let Some(address) = c.address.as_ref().filter(|_| c.ships()) {
        let url = Some(onward(visit, c, shipping::SHIPPING));
        all.push(Said { key: "address", label: t.s("ship-to"), text: address.line(), url });
    }
    all
}

fn asked(checkout: &Checkout) -> Option<&Payment> {
    checkout.payment.as_ref().filter(|p| p.state == PaymentState::Challenged)
}

/// Sends the browser on, or tells our script to.
fn go(visit: &Visit, to: &str) -> Response {
    if visit.wants_json { http::json(StatusCode::OK, &json!({"redirect": to})) } else { http::see_other(to) }
}

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
    let outcome = Outcome { user_id: user, foreign_invoice: body.external_id(), payment: None };
    returning::address(body.return_url().or(project.return_url.as_deref())?, outcome)
}

/// An address that a browser may be sent to for reading.
pub(crate) fn web(url: &str) -> Option<&str> {
    url::Url::parse(url).ok().filter(|u| matches!(u.scheme(), "http" | "https")).map(|_| url)
}

/// The game's address with what it is told of the payment.
pub(crate) fn way_back(checkout: &Checkout) -> Option<String> {
    let outcome = Outcome {
        user_id: &checkout.player.id,
        foreign_invoice: checkout.body.external_id(),
        payment: checkout.payment.as_ref().map(|p| (p.id.get(), p.group())),
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

/// What the form sends for a saved way to pay.
pub(crate) const ACCOUNT: &str = "account-";

/// The saved way to pay that was chosen, if one was.
pub(crate) fn saved<'a>(c: &'a Checkout, chosen: &str) -> Option<&'a Account> {
    let id = chosen.strip_prefix(ACCOUNT)?.parse().ok();
    c.accounts.iter().find(|a| Some(a.id) == id)
}

/// What is wrong with a filled-in form: fields and sentences.
#[derive(Default)]
struct Faults(Vec<(&'static str, String)>);

impl Faults {
    fn first(self) -> Option<String> {
        self.0.into_iter().next().map(|(_, text)| text)
    }

    fn of(&self, name: &str) -> Option<String> {
        self.0.iter().find(|(n, _)| *n == name).map(|(_, text)| text.clone())
    }
}

/// The e-mail is asked for when the game did not give one, or lets the player
/// change it; unless it wants the field off the page.
fn asks_email(checkout: &Checkout) -> bool {
    let unknown = checkout.player.email.is_none() && !checkout.body.withheld(PlayerField::Email);
    unknown || checkout.body.may_change(PlayerField::Email) || needs_email(checkout)
}

/// Whether there is a field for what the token lets the player change. Who a
/// payment is for that was tried already stays; and who subscribes is who plays.
fn asks(checkout: &Checkout, field: PlayerField) -> bool {
    let settled = checkout.payment.is_some() || checkout.subscribes();
    checkout.body.may_change(field) && !(settled && field == PlayerField::Id)
}

/// Nobody but the mail tells a guest the keys that were bought.
fn needs_email(checkout: &Checkout) -> bool {
    checkout.guest && checkout.buys_keys() && checkout.player.email.is_none()
}

/// Whether a field must be filled in.
struct Required(bool);

/// Cards in the United States and Canada are checked with the postal code.
fn asks_zip(checkout: &Checkout) -> Option<Required> {
    matches!(checkout.player.country.as_deref(), Some("US" | "CA")).then_some(Required(!checkout.sandbox))
}

/// Reads the form, or says what is wrong with it.
fn read(t: Text, visit: &Visit, checkout: &Checkout) -> Result<Paying, Faults> {
    let chosen = visit.params.get("method").unwrap_or_default();
    let account = saved(checkout, chosen);
    let method = account.map_or_else(|| chosen.parse().ok(), |a| Some(a.method));
    let Some(method) = checkout.methods.iter().find(|m| Some(m.id) == method) else {
        return Err(Faults(vec![("method", t.s("method-bad"))]));
    };
    let account = account.map(|a| a.id);
    let mut faults = Vec::new();
    let email = visit.params.get("email").filter(|_| asks_email(checkout));
    if email.is_none() && needs_email(checkout) {
        faults.push(("email", t.s("email-missing")));
    }
    if email.is_some_and(|e| !is_email(e)) {
        faults.push(("email", t.s("email-bad")));
    }
    let given = |field, name: &'static str| visit.params.get(name).filter(|_| asks(checkout, field));
    let (id, name) = (given(PlayerField::Id, USER_ID), given(PlayerField::Name, "user_name"));
    let phone = given(PlayerField::Phone, "user_phone");
    if asks(checkout, PlayerField::Id) && id.is_none() {
        faults.push((USER_ID, t.s("user-id-missing")));
    }
    if id.is_some_and(|id| !is_line(id)) {
        faults.push((USER_ID, t.s("user-id-bad")));
    }
    if name.is_some_and(|name| !is_line(name)) {
        faults.push(("user_name", t.s("user-name-bad")));
    }
    if phone.is_some_and(|phone| telephone(phone).is_none()) {
        faults.push(("user_phone", t.s("user-phone-bad")));
    }
    let mut paying = Paying {
        method: method.id,
        email: email.map(str::to_string),
        name: name.map(str::to_string),
        phone: phone.and_then(telephone),
        account,
        save: visit.params.get("save").is_some() && !checkout.guest,
        ip: visit.ip.clone(),
        shown: visit.params.get("shown").and_then(|s| s.parse().ok()),
        ..Paying::default()
    };
    if method.takes_card && account.is_none() {
        let mut field = |name: &'static str, missing: String, bad: String| match visit.params.get(name) {
            Some(value) => Some((value, bad)),
            None => {
                faults.push((name, missing));
                None
            }
        };
        let number = field("card_number", t.s("card-number-missing"), t.s("card-number-bad"));
        let expiry = field("card_expiry", t.s("card-expiry-missing"), t.s("card-expiry-bad"));
        let cvv = field("card_cvv", t.s("card-cvv-missing"), t.s("card-cvv-bad"));
        let zip = match asks_zip(checkout) {
            // No bank looks at it in the sandbox, so tests may leave it out.
            Some(Required(true)) => field("zip", t.s("zip-missing"), t.s("zip-bad")),
            Some(Required(false)) => visit.params.get("zip").map(|zip| (zip, t.s("zip-bad"))),
            None => None,
        };
        let number = parsed(&mut faults, "card_number", number, CardNumber::parse);
        let expiry = parsed(&mut faults, "card_expiry", expiry, Expiry::parse);
        // Without a number either length of the code may be right.
        let brand = number.as_ref().map(CardNumber::brand);
        let cvv = parsed(&mut faults, "card_cvv", cvv, |text| match brand {
            Some(brand) => Cvv::parse(text, brand),
            None => Cvv::parse(text, coinslot_domain::card::Brand::Unknown)
                .or_else(|| Cvv::parse(text, coinslot_domain::card::Brand::Amex)),
        });
        let country = checkout.player.country.as_deref().unwrap_or_default();
        paying.zip = parsed(&mut faults, "zip", zip, |text| is_zip(text, country).then(|| text.to_string()));
        if let (Some(number), Some(expiry), Some(cvv)) = (number, expiry, cvv) {
            paying.card = Some(Card { number, expiry, cvv });
        }
    }
    if faults.is_empty() { Ok(paying) } else { Err(Faults(faults)) }
}

fn parsed<T>(
    faults: &mut Vec<(&'static str, String)>,
    name: &'static str,
    given: Option<(&str, String)>,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Option<T> {
    let (value, bad) = given?;
    let parsed = parse(value);
    if parsed.is_none() {
        faults.push((name, bad));
    }
    parsed
}

/// Whether text looks like an address that mail can reach. Anything stricter
/// refuses addresses that exist.
pub(crate) fn is_email(text: &str) -> bool {
    let Some((name, host)) = text.rsplit_once('@') else { return false };
    let fine = |part: &str| !part.is_empty() && !part.chars().any(|c| c.is_whitespace() || c.is_control());
    text.len() <= 254
        && fine(name)
        && fine(host)
        && !host.starts_with('.')
        && !host.ends_with('.')
        && host.contains('.')
}

/// Whether text is something that an id or a name may be.
pub(crate) fn is_line(text: &str) -> bool {
    text.chars().count() <= 255 && !text.chars().any(char::is_control)
}

/// The digits of a telephone number in international form, which may be written
/// with what people put between them.
fn telephone(text: &str) -> Option<String> {
    let between = |c: char| matches!(c, ' ' | '-' | '.' | '(' | ')' | '/');
    let digits: String = text.strip_prefix('+').unwrap_or(text).chars().filter(|c| !between(*c)).collect();
    // E.164 has at most 15, and no country has fewer than 5 with its code.
    let fits = (5..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    fits.then_some(digits)
}

/// The form, or what is wrong with it.
fn form(visit: &Visit, c: &Checkout, faults: Faults) -> Response {
    let t = text(visit, Some(c));
    let status = if faults.0.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    if visit.wants_json {
        let errors: serde_json::Map<_, _> =
            faults.0.iter().map(|(name, text)| (name.to_string(), text.clone().into())).collect();
        return http::json(status, &json!({"errors": errors}));
    }
    let declined = c.payment.as_ref().filter(|p| p.state == PaymentState::Declined);
    let problem = match (faults.of("method"), faults.0.is_empty(), declined) {
        (Some(text), ..) => Some(text),
        (None, false, _) => Some(t.s("problems")),
        (None, true, Some(p)) if p.decline == Some(Decline::InsufficientFunds) => Some(t.s("last-poor")),
        (None, true, Some(_)) => Some(t.s("last-declined")),
        (None, true, None) => None,
    };
    let hints = if c.sandbox && c.project.webhook_url.is_none() { vec![t.s("hint-no-webhook")] } else { vec![] };
    let methods = choices(t, visit, c);
    let takes_card = methods.iter().any(|m| m.takes_card);
    // Neither the number nor the code ever goes back to the browser.
    let value = |name| visit.params.get(name).unwrap_or_default().to_string();
    let field = |name: &'static str, label: String| Field {
        name,
        label,
        kind: "text",
        inputmode: "numeric",
        error: faults.of(name),
        ..Field::default()
    };
    let mut card_fields = vec![
        Field {
            autocomplete: "cc-number",
            maxlength: 24,
            placeholder: "0000 0000 0000 0000".into(),
            missing: t.s("card-number-missing"),
            invalid: t.s("card-number-bad"),
            ..field("card_number", t.s("card-number"))
        },
        Field {
            value: value("card_expiry"),
            autocomplete: "cc-exp",
            maxlength: 9,
            placeholder: t.s("card-expiry-shape"),
            missing: t.s("card-expiry-missing"),
            invalid: t.s("card-expiry-bad"),
            half: true,
            ..field("card_expiry", t.s("card-expiry"))
        },
        Field {
            autocomplete: "cc-csc",
            maxlength: 4,
            placeholder: "•••".into(),
            missing: t.s("card-cvv-missing"),
            invalid: t.s("card-cvv-bad"),
            half: true,
            ..field("card_cvv", t.s("card-cvv"))
        },
    ];
    if let Some(Required(required)) = asks_zip(c) {
        card_fields.push(Field {
            optional: !required,
            value: value("zip"),
            inputmode: if c.player.country.as_deref() == Some("US") { "numeric" } else { "text" },
            autocomplete: "postal-code",
            maxlength: 10,
            missing: t.s("zip-missing"),
            invalid: t.s("zip-bad"),
            half: true,
            ..field("zip", t.s("zip"))
        });
    }
    let mut common_fields = Vec::new();
    let mut changeable = |of: PlayerField, field: Field, known: Option<&str>| {
        if asks(c, of) {
            let value = visit.params.get(field.name).or(known).unwrap_or_default().to_string();
            common_fields.push(Field { value, maxlength: 255, ..field });
        }
    };
    let id = Field { missing: t.s("user-id-missing"), autocomplete: "off", ..field(USER_ID, t.s("user-id")) };
    changeable(PlayerField::Id, Field { inputmode: "text", ..id }, Some(&c.player.id));
    let name = Field { optional: true, autocomplete: "nickname", ..field("user_name", t.s("user-name")) };
    changeable(PlayerField::Name, Field { inputmode: "text", ..name }, c.player.name.as_deref());
    let phone = Field { optional: true, autocomplete: "tel", ..field("user_phone", t.s("user-phone")) };
    let phone = Field { kind: "tel", inputmode: "tel", invalid: t.s("user-phone-bad"), ..phone };
    changeable(PlayerField::Phone, phone, c.player.phone.as_deref());
    if asks_email(c) {
        common_fields.push(Field {
            value: visit.params.get("email").or(c.player.email.as_deref()).unwrap_or_default().to_string(),
            kind: "email",
            inputmode: "email",
            autocomplete: "email",
            maxlength: 254,
            missing: t.s("email-missing"),
            invalid: t.s("email-bad"),
            optional: !needs_email(c),
            ..field("email", t.s(if c.guest && c.buys_keys() { "email-key" } else { "email" }))
        });
    }
    let page = CheckoutPage {
        f: frame(visit, Some(c), t, t.s("checkout"), ENTRY),
        token: visit.token(),
        lang: visit.lang(),
        shown: (!c.lines.is_empty()).then_some(c.breakdown.payment.minor),
        problem,
        hints,
        others: opens_at(visit, c).map(|_| others(visit, c)),
        methods,
        card_fields: if takes_card { card_fields } else { vec![] },
        common_fields,
        places: places(t, visit, c),
        chosen: chosen(visit, c),
        shop: shop(visit, c),
        said: said_before(t, visit, c),
        coupon: coupon(visit, c, faults.of(showcase::COUPON)),
        save: (takes_card && !c.subscribes() && !c.guest)
            .then(|| (t.s("save-card"), visit.params.get("save").is_some())),
        later: c.subscribes().then(|| match plan_of(c) {
            Some(line) if c.is_free() => t.a("later-trial", "amount", &t.money(&line.full_price)),
            _ => t.s("later"),
        }),
        pay_label: match c.is_free() {
            true => t.s("begin-free"),
            false => t.a("pay", "amount", &t.money(&c.breakdown.payment)),
        },
        test_cards: if c.sandbox && takes_card { test_cards(t) } else { vec![] },
    };
    http::page(status, &policy(Some(c)), page.render())
}

/// The plan that is bought.
fn plan_of(c: &Checkout) -> Option<&purchase::Line> {
    c.lines.iter().find(|l| l.kind == LineKind::Plan)
}

/// What a method is called; some have a name of their own everywhere.
pub(crate) fn method_name(t: Text, m: &Method) -> String {
    method_called(t, m.key, m.name)
}

/// The same, by its short name and its usual one.
pub(crate) fn method_called(t: Text, key: &str, name: &str) -> String {
    match key {
        "card" => t.s("method-card"),
        "bank_transfer" => t.s("method-bank"),
        "gift_card" => t.s("method-gift"),
        "cash" => t.s("method-cash"),
        _ => name.to_string(),
    }
}

/// The field for a coupon: for what a catalogue sells, unless the token has one.
fn coupon(visit: &Visit, c: &Checkout, problem: Option<String>) -> Option<CouponField> {
    let could = !c.lines.is_empty() && c.payment.is_none() && c.body.coupon_code().is_none() && !c.subscribes();
    let could = could && !c.body.hides_coupon();
    could.then(|| {
        let mut kept = vec![("access_token".to_string(), visit.token().to_string())];
        kept.extend(visit.lang().map(|lang| ("lang".to_string(), lang.to_string())));
        let goods = showcase::chosen(&Choice { coupon: None, ..c.choice.clone() });
        kept.extend(goods.into_iter().map(|(name, value)| (name.to_string(), value)));
        kept.extend(c.choice.places.iter().map(|(index, place)| (place_param(*index), place.clone())));
        let code = visit.params.get(showcase::COUPON).unwrap_or_default().to_string();
        CouponField { code, kept, problem }
    })
}

/// What the link to all the ways to pay keeps.
fn others(visit: &Visit, c: &Checkout) -> String {
    [&onward(visit, c, ENTRY), "&", METHODS.0, "=", METHODS.1].concat()
}

/// Where keys may be redeemed, for the player to choose.
fn places(t: Text, visit: &Visit, c: &Checkout) -> Vec<PlaceList> {
    let chosen: Vec<(String, &str)> = c
        .choices
        .iter()
        .filter_map(|list| Some((place_param(list.index), list.places.iter().find(|p| p.chosen)?.drm.key)))
        .collect();
    let list = |list: &PlaceChoice| {
        let param = place_param(list.index);
        let place = |p: &purchased::Place| {
            let others = chosen.iter().filter(|(name, _)| *name != param).map(|(name, key)| (name.as_str(), *key));
            let pairs: Vec<_> = others.chain([(param.as_str(), p.drm.key)]).collect();
            PlaceLink {
                key: p.drm.key,
                name: p.drm.name,
                price: t.money(&p.price),
                full_price: (p.full_price != p.price).then(|| t.money(&p.full_price)),
                url: visit.link_with(ENTRY, &pairs),
                chosen: p.chosen,
            }
        };
        PlaceList {
            label: t.a("choose-place", "what", &list.game),
            value: list.places.iter().find(|p| p.chosen).map_or("", |p| p.drm.key),
            places: list.places.iter().map(place).collect(),
            param,
        }
    };
    c.choices.iter().map(list).collect()
}

/// The way to pay that `payment_widget` opens the page at, while the player has
/// not asked for the others.
fn opens_at(visit: &Visit, c: &Checkout) -> Option<&'static str> {
    let key = match c.body.payment_widget()? {
        "paybycash" => "cash",
        "giftcard" => "gift_card",
        _ => return None,
    };
    let all = visit.params.get(METHODS.0) == Some(METHODS.1) || c.body.only_saved();
    Some(key).filter(|key| !all && c.methods.iter().any(|m| m.key == *key))
}

/// What the form sends of what was chosen before it.
fn chosen(visit: &Visit, c: &Checkout) -> Vec<(&'static str, String)> {
    let mut pairs = showcase::chosen(&c.choice);
    if visit.params.get(METHODS.0) == Some(METHODS.1) {
        pairs.push((METHODS.0, METHODS.1.to_string()));
    }
    pairs
}

/// Saved ways to pay and then the methods, with the one that is chosen: by the
/// visitor, by the token, or the first.
fn choices(t: Text, visit: &Visit, c: &Checkout) -> Vec<MethodChoice> {
    let widget = opens_at(visit, c);
    let icon = |m: &Method| match m.key {
        "card" => "card",
        "bank_transfer" => "bank",
        "gift_card" => "gift",
        "cash" => "cash",
        _ => "wallet",
    };
    let choice = |m: &Method| {
        let (icon, name) = (icon(m), method_name(t, m));
        let value = m.id.to_string();
        MethodChoice { value, key: m.key, icon, name, takes_card: m.takes_card, saved: false, checked: false }
    };
    let accounts = c.accounts.iter().filter_map(|a| {
        let method = c.methods.iter().find(|m| m.id == a.method)?;
        let value = [ACCOUNT, &a.id.to_string()].concat();
        Some(MethodChoice { value, name: t.ltr(&a.name), takes_card: false, saved: true, ..choice(method) })
    });
    let offered = |m: &&Method| !c.body.only_saved() && widget.is_none_or(|key| m.key == key);
    let accounts = accounts.filter(|_| widget.is_none());
    let mut all: Vec<_> = accounts.chain(c.methods.iter().filter(offered).map(choice)).collect();
    let number = c.body.payment_method().map(|id| id.to_string());
    let wanted = visit.params.get("method");
    let at = |fits: &dyn Fn(&MethodChoice) -> bool| all.iter().position(fits);
    let chosen =
        at(&|m| Some(m.value.as_str()) == wanted).or_else(|| at(&|m| Some(&m.value) == number.as_ref())).unwrap_or(0);
    if let Some(choice) = all.get_mut(chosen) {
        choice.checked = true;
    }
    all
}

/// One published test card of each kind.
fn test_cards(t: Text) -> Vec<TestCard> {
    let card = |number, cvv, what| TestCard { number, cvv, what };
    vec![
        card("4111 1111 1111 1111", "123", t.s("test-ok")),
        card("5555 5555 5555 4444", "321", t.s("test-ok")),
        card("4000 0000 0000 0010", "123", t.s("test-3ds")),
        card("6759 6498 2643 8453", "321", t.s("test-3ds")),
        card("4000 0000 0000 0002", "123", t.s("test-poor")),
        card("4000 0000 0000 0036", "123", t.s("test-3ds-declined")),
    ]
}

/// Whether nothing more will happen to a payment while the player looks on.
pub(crate) fn is_final(stand: Stand) -> bool {
    matches!(stand.group(), StatusGroup::Done | StatusGroup::Troubled)
}

/// Changes whenever the status page would look different.
pub(crate) fn view_of(stand: Stand) -> String {
    [stand.state.name(), "/", stand.notified.name()].concat()
}

/// What a receipt says besides money.
fn facts(t: Text, c: &Checkout, payment: &Payment) -> Vec<Line> {
    let method = c.methods.iter().find(|m| m.id == payment.method).map(|m| method_name(t, m));
    let mut lines = vec![Line { label: t.s("transaction"), amount: t.ltr(&payment.id.to_string()) }];
    if let Some(at) = payment.paid_at {
        lines.push(Line { label: t.s("date"), amount: t.moment(at) });
    }
    if let Some(with) = payment.card.as_deref().map(|card| t.ltr(card)).or(method) {
        lines.push(Line { label: t.s("paid-with"), amount: with });
    }
    if let Some(friend) = c.gift.as_ref().and_then(|gift| gift.receiver.as_ref()) {
        lines.push(Line { label: t.s("gift-to"), amount: friend.called().to_string() });
    }
    if let Some(address) = c.address.as_ref().filter(|_| c.ships()) {
        lines.push(Line { label: t.s("ship-to"), amount: address.line() });
    }
    for key in &c.keys {
        let what = format!("{} ({})", key.game, key.place);
        lines.push(Line { label: t.a("key-for", "what", &what), amount: t.ltr(&key.code) });
    }
    lines
}

/// A subscription that began without a payment: a trial, or another plan.
fn started_page(visit: &Visit, c: &Checkout, s: &Subscription) -> StatusPage {
    let t = text(visit, Some(c));
    let heading = t.s("started-title");
    let mut facts = Vec::new();
    if let Some(at) = s.next_charge {
        facts.push(Line { label: t.s("first-charge"), amount: t.moment(at) });
        facts.push(Line { label: t.s("amount"), amount: t.money(&s.terms.charge) });
    }
    let back = way_back(c).map(|url| Back { url, caption: t.s("back-to-game") });
    StatusPage {
        f: frame(visit, Some(c), t, heading.clone(), STATUS),
        poll: visit.link(STATUS_JSON),
        challenge: visit.link(CHALLENGE),
        look: "good",
        group: StatusGroup::Done.name(),
        view: "started".into(),
        is_final: true,
        heading,
        message: t.s("started-text"),
        code: None,
        steps: vec![],
        facts,
        retry: None,
        back,
        receipt: None,
        redirect: None,
    }
}

fn status_page(visit: &Visit, c: &Checkout, payment: &Payment) -> StatusPage {
    let t = text(visit, Some(c));
    let group = payment.group();
    let declined = payment.state == PaymentState::Declined;
    let (look, heading, message, stations) = match group {
        StatusGroup::Invoice => ("wait", t.s("invoice-title"), t.s("invoice-text"), ["now", "todo", "todo"]),
        StatusGroup::Delivering => ("wait", t.s("delivering-title"), t.s("delivering-text"), ["done", "now", "todo"]),
        StatusGroup::Done if matches!(payment.state, PaymentState::Refunded | PaymentState::ChargedBack) => {
            ("odd", t.s("refunded-title"), t.s("refunded-text"), ["done", "done", "done"])
        }
        StatusGroup::Done => ("good", t.s("done-title"), t.s("done-text"), ["done", "done", "done"]),
        StatusGroup::Troubled if declined => {
            let message = match payment.decline {
                Some(Decline::InsufficientFunds) => t.s("declined-poor"),
                Some(Decline::NotAuthenticated) => t.s("declined-3ds"),
                Some(Decline::Expired) => t.s("declined-expired"),
                Some(Decline::Refused) | None => t.s("declined-refused"),
            };
            ("bad", t.s("declined-title"), message, ["bad", "todo", "todo"])
        }
        StatusGroup::Troubled => ("odd", t.s("undelivered-title"), t.s("undelivered-text"), ["done", "bad", "todo"]),
    };
    let labels = [t.s("step-payment"), t.s("step-delivery"), t.s("step-done")];
    let steps = labels.into_iter().zip(stations).map(|(label, state)| Step { label, state }).collect();
    let captured = payment.state.was_captured();
    let last = is_final(payment.stand());

    let policy = c.body.redirect_policy().or_else(|| c.project.redirect_policy.clone()).unwrap_or_default();
    let leave = way_back(c);
    let automatic = policy.automatic.unwrap_or(RedirectWhen::None);
    let ending = Ending {
        status: group,
        canceled: matches!(payment.decline, Some(Decline::NotAuthenticated | Decline::Expired)),
        virtual_currency: c.lines.iter().any(|l| l.kind == LineKind::VirtualCurrency),
    };
    let redirect = leave.clone().filter(|_| returning::covers(automatic, ending)).map(|url| {
        let delay = policy.delay.unwrap_or_default().clamp(0, 3600);
        Redirect { url, delay: delay.to_string() }
    });
    // Where nothing is said of a button there is one: the player should not
    // have to look for the way back.
    let button = match policy.manual {
        Some(when) => returning::covers(when, ending),
        None => last,
    };
    let caption = policy.caption.filter(|c| !c.trim().is_empty());
    let back = leave
        .filter(|_| button || redirect.is_some())
        .map(|url| Back { url, caption: caption.unwrap_or_else(|| t.s("back-to-game")) });

    let mut f = frame(visit, Some(c), t, heading.clone(), STATUS);
    f.status = Some(StatusFrame {
        status: group.name(),
        invoice: payment.id.get(),
        email: c.player.email.clone().unwrap_or_default(),
        user: c.player.id.clone(),
    });
    StatusPage {
        f,
        poll: visit.link(STATUS_JSON),
        challenge: visit.link(CHALLENGE),
        look,
        group: group.name(),
        view: view_of(payment.stand()),
        is_final: last,
        heading,
        message,
        code: (payment.decline == Some(Decline::InsufficientFunds) && declined).then_some("1017"),
        steps,
        facts: if captured { facts(t, c, payment) } else { vec![] },
        retry: declined.then(|| visit.link(ENTRY)),
        back,
        receipt: captured.then(|| visit.link(RECEIPT)),
        redirect,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emails() {
        for good in ["a@b.co", "ünï@dömain.example", "a.b+c@d-e.example", "\"a@b\"@c.de"] {
            assert!(is_email(good), "{good}");
        }
        for bad in ["", "a", "a@b", "@b.co", "a@", "a b@c.de", "a@.de", "a@de.", "a@b.co\n"] {
            assert!(!is_email(bad), "{bad:?}");
        }
    }

    #[test]
    fn telephones() {
        for (text, digits) in [("+49 30 123-456", "4930123456"), ("(877) 797 65.52", "8777976552"), ("12345", "12345")]
        {
            assert_eq!(telephone(text).as_deref(), Some(digits), "{text}");
        }
        for bad in ["", "+", "1234", "12345678901234567", "+49 30 x", "++4930123456"] {
            assert_eq!(telephone(bad), None, "{bad:?}");
        }
    }

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
