//! A player pays: from opening the page to a captured payment.

use crate::catalogue::AtHand;
use crate::gift::{self, Gifting};
use crate::port::{CardRefused, CardToken, Charge, ChargeAnswer, Method};
use crate::purchase::{self, BoughtKey, Buying, PlaceChoice, Refused};
use crate::showcase::{self, Showcase};
use crate::{App, Shared, catalogue, country, hub, known, message, pincode, subscription, tracking, webhook};
use coinslot_domain::account::Account;
use coinslot_domain::card::Card;
use coinslot_domain::gift::Friend;
use coinslot_domain::hub::METHOD_NAME;
use coinslot_domain::id::{AccountId, AttemptId, EntryId, EventId, OrderId, PaymentId, ProjectId};
use coinslot_domain::ledger::{self, Entry, EntryKind};
use coinslot_domain::localized::Localized;
use coinslot_domain::merchant::{Fees, Project};
use coinslot_domain::message::MessageKind;
use coinslot_domain::money::{BasisPoints, Currency, Money};
use coinslot_domain::order::{Order, OrderEvent, OrderState, Player};
use coinslot_domain::payment::{
    AttemptState, Breakdown, Decline, Notified, Payment, PaymentEvent, PaymentState, Stand,
};
use coinslot_domain::purchase::{Choice, Line, LineKind, Refusal, Wish};
use coinslot_domain::region::{self, Country};
use coinslot_domain::shipping::Address;
use coinslot_domain::subscription::Subscription;
use coinslot_domain::tax::{Tax, TaxKind};
use coinslot_domain::time::{Span, Time};
use coinslot_domain::token::Place;
use coinslot_domain::webhook::{Optional, TIMEOUT};
use coinslot_domain::{tax, wallet as domain};
use coinslot_store::payment::{Attempt, News};
use coinslot_store::{StoreError, Tx, coupon, mail, merchant, order, payment, reached, virtual_currency, wallet};
use coinslot_store::{gift as store_gift, shipping as store_shipping};
use coinslot_wire::shop::webhook::OrderNotice;
use coinslot_wire::token::{PlayerField, TokenBody};
use coinslot_wire::webhook::PaymentNotice;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Everything the payment page shows.
pub struct Checkout {
    /// Who sells.
    pub project: Arc<Project>,
    /// What the game asked for.
    pub body: TokenBody,
    /// Who pays.
    pub player: Player,
    /// What of a catalogue is bought; none for a plain checkout.
    pub lines: Vec<Line>,
    /// What the player chose of what the token leaves open.
    pub choice: Choice,
    /// Whether the player may say another country to pay from.
    pub may_change_country: bool,
    /// The currencies that the player may choose among; none where the game
    /// chose, or something was tried.
    pub currencies: Vec<Currency>,
    /// Keys whose place the player may choose, until something was tried.
    pub choices: Vec<PlaceChoice>,
    /// What may be chosen, while the token asks for nothing and nothing is
    /// chosen.
    pub shop: Option<Showcase>,
    /// Keys of games that were bought, once they are paid.
    pub keys: Vec<BoughtKey>,
    /// What is, or was, to be paid.
    pub breakdown: Breakdown,
    /// The payment, once one was tried.
    pub payment: Option<Payment>,
    /// The subscription, if one began with the token and without a payment.
    pub started: Option<Subscription>,
    /// What the plan of that subscription is called.
    pub started_plan: Option<String>,
    /// The player's saved ways to pay that are offered.
    pub accounts: Vec<Account>,
    /// The ways to pay that are offered.
    pub methods: Vec<Method>,
    /// Play money.
    pub sandbox: bool,
    /// Nobody showed to be the player: nothing of theirs is shown, nothing is
    /// saved for them.
    pub guest: bool,
    /// From when on the token begins no payment any more.
    pub expires_at: Time,
    /// The order, if it was made with the token.
    pub(crate) order: Option<Order>,
    /// Host and port of this server, as browsers know it.
    pub public_host: String,
    /// What the player has of the virtual currency, in hundredths, and what it
    /// is called; none where that is not shown or not known.
    pub balance: Option<(i64, String)>,
    /// Who gets it, where that is somebody else.
    pub gift: Option<Gifting>,
    /// Where it is sent, once that is said.
    pub address: Option<Address>,
    token_hash: String,
    place: Option<Place>,
}

impl Checkout {
    /// Whether nothing is to be paid now: a subscription begins with a trial, or
    /// goes over to another plan with its next charge.
    pub fn is_free(&self) -> bool {
        self.payment.is_none() && subscription::is_free(&self.lines)
    }

    /// Whether it buys keys of games.
    pub fn buys_keys(&self) -> bool {
        self.lines.iter().any(|l| l.kind == LineKind::Key)
    }

    /// Whether it buys a subscription, whose way to pay is always saved.
    pub fn subscribes(&self) -> bool {
        self.lines.iter().any(|l| l.kind == LineKind::Plan)
    }

    /// Whether the page asks where the purchase is sent.
    pub fn ships(&self) -> bool {
        self.body.ships() && !self.is_free()
    }

    /// What the player has to say before anything can be paid, if it is not
    /// said.
    pub fn unsaid(&self) -> Option<Next> {
        if self.gift.as_ref().is_some_and(|gift| gift.receiver.is_none()) {
            return Some(Next::Receiver);
        }
        (self.ships() && self.address.is_none()).then_some(Next::Address)
    }

    pub(crate) fn token_hash(&self) -> &str {
        &self.token_hash
    }
}

/// Why the page shows an error in place of a purchase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PageError {
    /// The token is wrong or expired.
    Token,
    /// A live payment, and no provider is set up to take it.
    NoAgreement,
    /// The token asks for nothing that can be sold here.
    NothingForSale,
    /// What the token asks for cannot be sold now.
    Refused(Refusal),
    /// The player chose a country or a currency that there is not.
    Region(region::Unknown),
    /// The page was opened with data in place of a token, which the project
    /// does not allow.
    Serverless,
    /// This address opened it so too often, and may again after this time.
    TooOften(Span),
    /// The game does not know the player.
    PlayerRefused,
    /// The game does not know who is to get a gift.
    ReceiverRefused,
    /// The address is that of the sandbox, and the token is for real money, or
    /// the other way about.
    WrongHost,
    /// The game did not answer whether it knows the player.
    GameUnreachable,
    /// The server cannot do it now.
    Unavailable,
}

impl PageError {
    /// The documented code.
    pub fn code(&self) -> &'static str {
        match self {
            PageError::Token => "0004-0001",
            PageError::NoAgreement => "0002-0004",
            PageError::Region(region::Unknown::Country) => "1035",
            PageError::NothingForSale
            | PageError::Refused(Refusal::NoPrice(_))
            | PageError::Region(region::Unknown::Currency) => "1000-0003",
            PageError::Refused(Refusal::NotFound(_)) => "0010-0001",
            PageError::Refused(Refusal::NoDrm(_)) => "0010-0003",
            PageError::Refused(Refusal::TooLittle(_)) => "1001",
            PageError::Refused(Refusal::Quantity(_)) => "1002",
            PageError::Refused(_) => "3032",
            PageError::Serverless => "0004-0010",
            PageError::PlayerRefused | PageError::ReceiverRefused => "2205",
            PageError::WrongHost => "0004-0008",
            PageError::GameUnreachable => "2207",
            PageError::TooOften(_) | PageError::Unavailable => "3032",
        }
    }
}

impl From<StoreError> for PageError {
    fn from(e: StoreError) -> Self {
        tracing::error!(error = %e, "the payment page could not be served");
        PageError::Unavailable
    }
}

/// What the player filled in.
#[derive(Debug, Default)]
pub struct Paying {
    /// The method's number.
    pub method: i64,
    /// The card, for methods that take one.
    pub card: Option<Card>,
    /// A saved way to pay, in place of method and card.
    pub account: Option<AccountId>,
    /// Whether the way to pay is to be saved.
    pub save: bool,
    /// For the receipt, if the game did not say or lets the player change it.
    pub email: Option<String>,
    /// The shown name, if the game lets the player change it.
    pub name: Option<String>,
    /// The telephone, likewise.
    pub phone: Option<String>,
    /// Postal code, where cards need one.
    pub zip: Option<String>,
    /// The address the player pays from.
    pub ip: Option<String>,
    /// What the player was shown to be paid, in minor units, if the page said
    /// so. More is not taken without being shown.
    pub shown: Option<i64>,
}

/// Why a payment was not tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PayError {
    /// The page as a whole cannot go on.
    Page(PageError),
    /// The card was refused before anything was stored.
    Card(CardRefused),
    /// The method is not offered.
    Method,
}

impl From<PageError> for PayError {
    fn from(e: PageError) -> Self {
        PayError::Page(e)
    }
}

impl From<StoreError> for PayError {
    fn from(e: StoreError) -> Self {
        PayError::Page(e.into())
    }
}

/// Where the player goes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// To the bank's question.
    Challenge,
    /// To the status page.
    Status,
    /// To where the player says who gets it.
    Receiver,
    /// To where the player says where it is sent.
    Address,
}

/// While the game may still be asked for the keys of a payment, nobody else asks.
const ASKING: Span = Span(TIMEOUT.0 * 2);

/// Opens a token for a visitor from an address. Changes nothing but the keys
/// that a game still owes it.
pub async fn open(app: &App, token: &str, choice: Choice, ip: Option<&str>) -> Result<Checkout, PageError> {
    opened(app, token, choice, ip, false).await
}

/// Opens a token to pay with it at once: without the saved ways to pay, which
/// only a page shows, and without a look for what cannot be there.
pub async fn open_to_pay(app: &App, token: &str, choice: Choice, ip: Option<&str>) -> Result<Checkout, PageError> {
    opened(app, token, choice, ip, true).await
}

/// A choice without what is not left to this player, and the country that
/// follows from it.
fn fitting(
    mut choice: Choice,
    body: &TokenBody,
    guest: bool,
    ip: Option<&str>,
) -> Result<(Choice, Country), region::Unknown> {
    let open = body.is_open();
    choice.goods = choice.goods.filter(|wish| open && !(guest && matches!(wish, Wish::Plan { .. })));
    let said = body.player().country;
    let address = ip.and_then(|ip| country::of_ip(ip.parse().ok()?));
    let may_modify = body.allow_modify(PlayerField::Country);
    let country = region::country(said.as_deref(), may_modify, address, choice.country.as_deref())?;
    choice.country = choice.country.filter(|_| country.may_change);
    let currency = region::chosen_currency(purchase::leaves_currency(body, &choice), choice.currency.as_deref())?;
    choice.currency = currency.map(|c| c.code().to_string());
    Ok((choice, country))
}

/// The player of a token, or who is named on the page in place of him or her,
/// where the token allows that. Who is named has shown nothing: what the token
/// says of the player's name is not said of them.
fn player_of(body: &TokenBody, choice: &Choice) -> Result<(Player, bool), PageError> {
    let player = body.player();
    let subscribes = matches!(choice.goods, Some(Wish::Plan { .. }));
    let other = choice.player.clone().filter(|id| *id != player.id);
    let Some(id) = other.filter(|_| body.may_change(PlayerField::Id) && !subscribes) else {
        return Ok((player, false));
    };
    // Those are nobody's, and no game is asked about them.
    if id.starts_with(coinslot_domain::token::GUEST) {
        return Err(PageError::PlayerRefused);
    }
    Ok((Player { id, name: None, ..player }, true))
}

async fn opened(
    app: &App,
    token: &str,
    choice: Choice,
    ip: Option<&str>,
    at_once: bool,
) -> Result<Checkout, PageError> {
    let found = crate::token::find(app, token).await?.ok_or(PageError::Token)?;
    let (project_id, token_hash) = (found.project, found.key);
    let body = TokenBody::from_stored(found.text.get())
        .ok_or_else(|| StoreError::Corrupt(format!("a token of project {project_id} cannot be read")))?;
    let known = known::project(app, project_id).await?.ok_or(PageError::Token)?;
    let project = known.project.clone();
    let (mut player, named) = player_of(&body, &choice)?;
    let guest = body.is_guest() || named;
    // Nothing is bought with a token for the player's account.
    if body.is_account() {
        return Err(PageError::NothingForSale);
    }
    let open = body.is_open();
    let giving = body.gift();
    // A plan may have begun without a payment.
    let subscribes = body.plan().is_some() || open;
    // Nobody subscribes in the name of somebody else.
    let (choice, country) = fitting(choice, &body, guest || giving.is_some(), ip).map_err(PageError::Region)?;
    player.country = country.code;
    let payment = match at_once && found.unused && !subscribes {
        true => None,
        false => {
            let key = token_hash.clone();
            app.store.read(move |tx| payment::of_token(tx, project_id, &key)).await?
        }
    };
    // Who was disabled since cannot begin to pay; what was paid is shown.
    if payment.is_none() && known.is_disabled(app, &player.id).await? {
        return Err(PageError::PlayerRefused);
    }
    let order = match body.order() {
        Some(id) => crate::order::of_token(app, project_id, id, found.unused).await?,
        None => None,
    };
    if payment.is_none() && !found.dry_run {
        return Err(PageError::NoAgreement);
    }
    let shows_balance = !at_once && !guest && body.look().balance;
    let (started, mut accounts, balance) = match &payment {
        Some(p) if p.state != PaymentState::Declined => (None, vec![], None),
        _ if at_once && !subscribes => (None, vec![], None),
        _ => {
            let (hash, user) = (token_hash.clone(), player.id.clone());
            app.store
                .read(move |tx| {
                    let started = match subscribes {
                        true => coinslot_store::subscription::of_token(tx, project_id, &hash)?,
                        false => None,
                    };
                    let held = if shows_balance { wallet::find(tx, project_id, &user)? } else { None };
                    let balance = match held {
                        Some(held) => Some((held.balance, virtual_currency::settings(tx, project_id)?)),
                        None => None,
                    };
                    Ok::<_, StoreError>((started, coinslot_store::account::of_user(tx, project_id, &user)?, balance))
                })
                .await?
        }
    };
    let languages: Vec<String> = body.language().map(str::to_string).into_iter().collect();
    let called = |name: &Localized| name.pick(&languages, project.default_locale()).unwrap_or_default().to_string();
    // Nothing of a currency that is not sold is not worth a word.
    let balance = balance.filter(|(n, settings)| *n > 0 || !settings.base.is_empty());
    let balance = balance.map(|(n, settings)| (n, called(&settings.name)));
    // A token that was paid with shows its payment for as long as it is kept.
    if payment.is_none() && started.is_none() && found.expires_at <= app.now(project_id) {
        return Err(PageError::Token);
    }
    let started_plan = match &started {
        Some(s) => {
            let languages: Vec<String> = body.language().map(str::to_string).into_iter().collect();
            let catalogue = catalogue::current(app, project_id).await?;
            let plan = catalogue.plans.iter().find(|p| p.id == s.plan);
            plan.and_then(|p| p.name.pick(&languages, project.default_locale())).map(str::to_string)
        }
        None => None,
    };
    let choosing = open && payment.is_none() && started.is_none();
    let shopping = choosing && choice.goods.is_none();
    let shop = match choosing {
        true => {
            let chosen = choice.currency.as_deref().and_then(Currency::from_code);
            let wanted = region::currency(body.currency(), chosen, player.country.as_deref());
            let shop = showcase::open(app, &project, &body, &player.id, guest || giving.is_some(), wanted).await?;
            Some(shop.ok_or(PageError::NothingForSale)?)
        }
        false => None,
    };
    let withheld = choice.goods.as_ref().is_some_and(|wish| shop.as_ref().is_some_and(|s| !s.offers(wish)));
    let shop = shop.filter(|_| shopping);
    // Who paid is then who the order says, whoever the token names; and who gets
    // it, too.
    let named = body.may_change(PlayerField::Id) && payment.is_some();
    let (mut payer, mut given) = (None, None);
    let ordered = named || giving.is_some();
    let (lines, keys, choices, currencies) = match &payment {
        _ if started.is_some() || !(open || (ordered && payment.is_some()) || purchase::wanted(&body, &choice)) => {
            Default::default()
        }
        // It keeps the prices it was made with.
        None if order.is_some() => {
            (order.as_ref().map(|o| o.lines.clone()).unwrap_or_default(), vec![], vec![], BTreeSet::new())
        }
        Some(p) => {
            let (project, id, known) = (p.project, p.order, order.clone().filter(|o| o.id == p.order));
            let read = app.store.read(move |tx| {
                let found = if known.is_some() { known.clone() } else { order::find(tx, project, id)? };
                let Some(order) = found else { return Ok((None, vec![], vec![])) };
                let keys = purchase::bought_keys(tx, &order)?;
                Ok::<_, StoreError>((Some((order.player, order.gift)), order.lines, keys))
            });
            let (found, lines, mut keys) = read.await?;
            // What the game did not give when it was asked, it may give now.
            let late = p.paid_at.is_some_and(|at| at + ASKING < app.now(project));
            if late && keys.len() < lines.iter().filter(|l| l.kind == LineKind::Key).count() {
                pincode::fetch(app, project, id, Some(p.id)).await?;
                let read = app.store.read(move |tx| match order::find(tx, project, id)? {
                    Some(order) => purchase::bought_keys(tx, &order),
                    None => Ok::<_, StoreError>(vec![]),
                });
                keys = read.await?;
            }
            if let Some((player, gift)) = found {
                payer = named.then_some(player);
                given = gift;
            }
            (lines, keys, vec![], BTreeSet::new())
        }
        None => {
            let now = app.now(project.id);
            let goods = AtHand::of(app, project_id).await?;
            let (project, body, player) = (project.clone(), body.clone(), player.clone());
            let buying = Buying { project, body, choice: choice.clone(), player, method: None, now, goods };
            let read = app.store.read(move |tx| {
                let (lines, currencies) = purchase::quote_in_all(tx, &buying)?;
                Ok::<_, Refused>((lines, vec![], purchase::choices(tx, &buying)?, currencies))
            });
            read.await?
        }
    };
    // What is not there, or not in this quantity, was said above.
    if withheld {
        return Err(PageError::Refused(Refusal::NotForSale(lines.first().map(|l| l.sku.clone()).unwrap_or_default())));
    }
    let plan = lines.iter().find(|l| l.kind == LineKind::Plan).filter(|_| giving.is_some() && payment.is_none());
    if let Some(plan) = plan {
        return Err(PageError::Refused(Refusal::NotForSale(plan.sku.clone())));
    }
    let said = (giving.is_some() && given.is_none(), body.ships());
    let key = token_hash.clone();
    let (chosen, address) = match said {
        (false, false) => (None, None),
        (gift, ships) => {
            let read = app.store.read(move |tx| {
                let chosen = if gift { store_gift::chosen(tx, project_id, &key)? } else { None };
                let address = if ships { store_shipping::of_token(tx, project_id, &key)? } else { None };
                Ok::<_, StoreError>((chosen, address))
            });
            read.await?
        }
    };
    let receiver = match given {
        Some(gift) => {
            let known = giving.iter().flat_map(|giving| &giving.friends).find(|friend| friend.id == gift.receiver);
            let name = known.and_then(|friend| friend.name.clone());
            Some(Friend { id: gift.receiver, name, email: gift.receiver_email })
        }
        None => chosen,
    };
    let gift = giving.map(|giving| Gifting { giving, receiver });
    let breakdown = match (&payment, &started) {
        (Some(p), _) => p.breakdown,
        (None, Some(s)) => free(s.terms.charge.currency)?,
        (None, None) if shopping => free(shop.as_ref().ok_or(PageError::NothingForSale)?.currency)?,
        (None, None) => breakdown(&project, &body, &player, &lines)?,
    };
    let currencies = match &shop {
        _ if payment.is_some() || !purchase::leaves_currency(&body, &choice) => vec![],
        Some(shop) => shop.currencies.iter().copied().collect(),
        None => currencies.into_iter().collect(),
    };
    let guest = guest || payer.as_ref().is_some_and(|payer| payer.id != body.player().id);
    let player = payer.unwrap_or(player);
    let methods = app.gateway.methods(breakdown.payment.currency);
    accounts.retain(|a| !guest && methods.iter().any(|m| m.id == a.method));
    let sandbox = found.dry_run;
    Ok(Checkout {
        project,
        body,
        player,
        lines,
        choice,
        may_change_country: country.may_change && payment.is_none() && started.is_none(),
        currencies,
        choices,
        shop,
        keys,
        breakdown,
        payment,
        started,
        started_plan,
        accounts,
        methods,
        sandbox,
        guest,
        expires_at: found.expires_at,
        order,
        public_host: app.public_url.split_once("://").map_or("", |(_, host)| host).to_string(),
        balance,
        gift,
        address,
        token_hash,
        place: found.place,
    })
}

/// Whether a token is for play money; `None` for one that is not known.
pub async fn is_sandbox(app: &App, token: &str) -> Result<Option<bool>, PageError> {
    Ok(crate::token::find(app, token).await?.map(|found| found.dry_run))
}

/// Where the payment of a token stands, for whoever waits for it.
pub struct Standing {
    /// The payment.
    pub payment: PaymentId,
    /// Where it stands.
    pub stand: Stand,
    /// The player.
    pub user: String,
    /// The player's address, if the game said it.
    pub email: Option<String>,
}

/// Where the payment of a token stands; `None` while there is none.
pub async fn standing(app: &App, token: &str) -> Result<Option<Standing>, PageError> {
    let found = crate::token::find(app, token).await?.ok_or(PageError::Token)?;
    let project = found.project;
    let stand = app.store.read(move |tx| payment::stand(tx, project, &found.key)).await?;
    let Some((payment, stand)) = stand else { return Ok(None) };
    let (user, email) = coinslot_wire::token::contact(found.text.get())
        .ok_or_else(|| StoreError::Corrupt(format!("a token of project {project} cannot be read")))?;
    Ok(Some(Standing { payment, stand, user, email }))
}

/// Nothing to pay.
fn free(currency: Currency) -> Result<Breakdown, PageError> {
    let tax = Tax { kind: TaxKind::Vat, rate: BasisPoints(0) };
    Breakdown::quote(Money::zero(currency), tax, Fees::default()).map_err(|_| PageError::NothingForSale)
}

/// What is to be paid for the amount of the token and the lines together.
fn breakdown(project: &Project, body: &TokenBody, player: &Player, lines: &[Line]) -> Result<Breakdown, PageError> {
    let rule = tax::applicable(player.country.as_deref(), &project.taxes);
    Breakdown::quote(price(body, lines)?, rule, project.fees).map_err(|_| PageError::NothingForSale)
}

/// What the amount of the token and the lines cost together.
fn price(body: &TokenBody, lines: &[Line]) -> Result<Money, PageError> {
    let listed = coinslot_domain::purchase::total(lines).map_err(|_| PageError::NothingForSale)?;
    let price = match (body.checkout_price(), listed) {
        (Some(amount), Some(listed)) => amount.plus(listed).map_err(|_| PageError::NothingForSale)?,
        (Some(price), None) | (None, Some(price)) => price,
        (None, None) => return Err(PageError::NothingForSale),
    };
    if price.minor > 0 || subscription::is_free(lines) { Ok(price) } else { Err(PageError::NothingForSale) }
}

/// Asks the game whether it knows the player. A project without a webhook URL
/// is not asked in the sandbox, and takes no money outside it.
pub async fn admit(app: &App, checkout: &Checkout, ip: Option<&str>) -> Result<(), PageError> {
    // A guest is nobody whom the game could know.
    if checkout.player.id.starts_with(coinslot_domain::token::GUEST) {
        return Ok(());
    }
    ask(app, &checkout.project, &checkout.player, checkout.sandbox, ip).await
}

/// The same of any player.
pub(crate) async fn ask(
    app: &App,
    project: &Project,
    player: &Player,
    sandbox: bool,
    ip: Option<&str>,
) -> Result<(), PageError> {
    let player = Player { ip: ip.map(str::to_string), ..player.clone() };
    let body = coinslot_wire::webhook::user_validation(project.id, project.merchant, &player);
    match webhook::ask(app, project, "user_validation", body).await? {
        webhook::Asked::Yes => Ok(()),
        webhook::Asked::No => Err(PageError::PlayerRefused),
        webhook::Asked::NoAnswer => Err(PageError::GameUnreachable),
        webhook::Asked::Nobody if sandbox => Ok(()),
        webhook::Asked::Nobody => Err(PageError::GameUnreachable),
    }
}

/// Where the player of a payment belongs.
fn whither(payment: &Payment) -> Next {
    if payment.state == PaymentState::Challenged { Next::Challenge } else { Next::Status }
}

/// Pays what was opened. A second call while a payment is under way or done changes nothing and
/// says where to go, so a double click, a reload or a second tab never pays
/// twice: what was opened may be out of date, and is looked at again in the
/// transaction that begins the payment.
pub async fn pay(app: &Shared, checkout: &Checkout, paying: Paying) -> Result<Next, PayError> {
    if let Some(p) = checkout.payment.as_ref().filter(|p| p.state != PaymentState::Declined) {
        return Ok(whither(p));
    }
    if checkout.started.is_some() {
        return Ok(Next::Status);
    }
    if checkout.shop.is_some() {
        return Err(PageError::NothingForSale.into());
    }
    let saved = match paying.account {
        Some(id) => Some(checkout.accounts.iter().find(|a| a.id == id).ok_or(PayError::Method)?.clone()),
        None => None,
    };
    if let Some(first) = checkout.unsaid() {
        return Ok(first);
    }
    if saved.is_none() && checkout.body.only_saved() {
        return Err(PayError::Method);
    }
    let number = saved.as_ref().map_or(paying.method, |a| a.method);
    let method = checkout.methods.iter().find(|m| m.id == number).ok_or(PayError::Method)?.clone();
    let now = app.now(checkout.project.id);
    let (year, month, _) = now.date();
    let card = match (&saved, &paying.card, method.takes_card) {
        (Some(a), ..) => (!a.token.is_empty()).then(|| CardToken { token: a.token.clone(), masked: a.name.clone() }),
        (None, Some(card), true) => Some(app.gateway.tokenize(card, (year, month)).map_err(PayError::Card)?),
        (None, None, true) => return Err(PayError::Card(CardRefused::Number)),
        (None, _, false) => None,
    };
    admit(app, checkout, paying.ip.as_deref()).await?;
    let gift = match &checkout.gift {
        Some(Gifting { giving, receiver: Some(receiver) }) => {
            if !gift::knows(app, checkout, receiver, paying.ip.as_deref()).await? {
                return Err(PageError::ReceiverRefused.into());
            }
            Some(giving.to(receiver))
        }
        _ => None,
    };

    let said = |field, new: Option<String>, old: &Option<String>| {
        new.filter(|_| checkout.body.may_change(field)).or_else(|| old.clone())
    };
    let player = Player {
        email: match checkout.body.may_change(PlayerField::Email) {
            true => paying.email.or_else(|| checkout.player.email.clone()),
            false => checkout.player.email.clone().or(paying.email),
        },
        name: said(PlayerField::Name, paying.name, &checkout.player.name),
        phone: said(PlayerField::Phone, paying.phone, &checkout.player.phone),
        zip: paying.zip,
        ip: paying.ip,
        ..checkout.player.clone()
    };
    if checkout.is_free() {
        let kept = subscription::Kept {
            kind: method.key.to_string(),
            token: card.as_ref().map(|c| app.gateway.keep(&c.token)).unwrap_or_default(),
            name: card.map_or_else(|| method.name.to_string(), |c| c.masked),
        };
        let paying = subscription::Paying { method: method.id, kept, player, account: saved.map(|a| a.id) };
        subscription::begin_free(app, checkout, paying).await?;
        return Ok(Next::Status);
    }
    // What a catalogue sells is priced again: some promotions are for some ways
    // to pay, and the page may be hours old.
    let listed = purchase::wanted(&checkout.body, &checkout.choice) || !checkout.lines.is_empty();
    let goods = if listed { AtHand::of(app, checkout.project.id).await? } else { AtHand::default() };
    let buying = listed.then(|| Buying {
        goods,
        project: checkout.project.clone(),
        body: checkout.body.clone(),
        choice: checkout.choice.clone(),
        player: checkout.player.clone(),
        method: Some(method.id),
        now,
    });
    let settled = checkout.payment.is_some() || checkout.order.is_some();
    let (lines, breakdown) = match buying.clone().filter(|_| !settled) {
        None => (checkout.lines.clone(), checkout.breakdown),
        Some(buying) => {
            let lines = app.store.read(move |tx| purchase::quote(tx, &buying)).await?;
            let breakdown = breakdown(&checkout.project, &checkout.body, &checkout.player, &lines)?;
            if paying.shown.is_some_and(|shown| breakdown.payment.minor > shown) {
                return Err(PageError::Refused(Refusal::Changed).into());
            }
            (lines, breakdown)
        }
    };
    // A subscription is charged again later, so it needs something to charge.
    let keep = (paying.save && !checkout.guest) || checkout.subscribes();
    let attempt_id = app.id(AttemptId::new).await?;
    let order = match &checkout.order {
        Some(made) => Order { player, ..made.clone() },
        None => Order {
            project: checkout.project.id,
            id: app.id(OrderId::new).await?,
            state: OrderState::New,
            player,
            total: breakdown.total(),
            lines,
            description: checkout.body.description().map(str::to_string),
            external_id: checkout.body.external_id().map(str::to_string),
            custom_parameters: checkout.body.custom_parameters_text(),
            placed: None,
            gift,
        },
    };
    let zero = Money::zero(order.total.currency);
    let fresh = Payment {
        project: order.project,
        id: app.id(PaymentId::new).await?,
        order: order.id,
        state: PaymentState::Pending,
        attempt: attempt_id,
        method: method.id,
        breakdown,
        refunded: zero,
        reserved: zero,
        dry_run: checkout.sandbox,
        notified: Notified::NotNeeded,
        created_at: now,
        paid_at: None,
        decline: None,
        card: card.as_ref().map(|c| c.masked.clone()),
    };
    let card_token = card.map(|c| c.token);
    let attempt = Attempt {
        project: fresh.project,
        id: attempt_id,
        payment: fresh.id,
        state: AttemptState::Pending,
        method: method.id,
        card_token: card_token.clone(),
        keep,
    };
    let token_hash = checkout.token_hash.clone();
    let ships = checkout.ships();
    let trying = Arc::new(Trying { buying, order, payment: fresh, attempt, token_hash, ships, now });
    if let Some(place) = checkout.place {
        app.tokens.used(checkout.project.id, place);
    }
    let begun = {
        let (plain, trying) = (trying.buying.is_none(), trying.clone());
        let begin = move |tx: &mut Tx<'_>| begin(tx, &trying);
        match plain {
            true => app.store.write_together(begin).await?,
            // What is limited is held, and others may want it too.
            false => app.store.write(begin).await?,
        }
    };
    let (payment, begun) = match begun {
        Begun::New => (trying.payment.id, Some(trying.clone())),
        Begun::Ours(payment) => (payment.id, None),
        Begun::Theirs(payment) => return Ok(whither(&payment)),
    };
    let charge = Charge {
        project: trying.order.project,
        attempt: attempt_id,
        method: method.id,
        card: card_token,
        amount: trying.payment.breakdown.payment,
    };
    // In a task of its own: a browser that goes away must not leave the charge
    // half noted.
    let app = app.clone();
    let settled = tokio::spawn(async move {
        reached("checkout.begun");
        let answer = app.gateway.charge(charge.clone()).await;
        reached("checkout.charged");
        finish(&app, &charge, payment, answer, begun).await
    });
    match settled.await {
        Ok(payment) => Ok(payment?.as_ref().map_or(Next::Status, whither)),
        // Whatever happened there, the attempt is on disk and is asked again.
        Err(_) => Ok(Next::Status),
    }
}

/// A try to pay for a token, as it is begun.
pub(crate) struct Trying {
    buying: Option<Buying>,
    order: Order,
    payment: Payment,
    attempt: Attempt,
    token_hash: String,
    /// Whether an address goes with the order.
    ships: bool,
    now: Time,
}

enum Begun {
    /// All of it is as it was wanted, and this call is to charge it.
    New,
    /// This call made an attempt at a payment that was there, and is to charge
    /// it.
    Ours(Payment),
    /// Another call was faster, or nothing is left to pay.
    Theirs(Payment),
}

fn begin(tx: &mut Tx<'_>, trying: &Trying) -> Result<Begun, Refused> {
    let Trying { buying, order, payment: fresh, attempt, token_hash, ships, now } = trying;
    if payment::insert(tx, fresh, token_hash)? {
        match buying {
            // It keeps its prices, but not what is no longer sold.
            Some(buying) if order.placed.is_some() => drop(purchase::quote(tx, buying)?),
            Some(buying) => purchase::verify(tx, buying, order)?,
            None => {}
        }
        match order.placed {
            Some(_) => order::set_player(tx, order)?,
            None => order::insert(tx, order, *now)?,
        }
        if *ships && !store_shipping::attach(tx, fresh.project, token_hash, order.id)? {
            return Err(StoreError::Corrupt("an address vanished".into()).into());
        }
        if let Some(buying) = buying {
            purchase::reserve(tx, buying, order, fresh.attempt.get(), *now)?;
        }
        reached("checkout.order");
        payment::insert_attempt(tx, attempt, *now)?;
        reached("checkout.attempt");
        return Ok(Begun::New);
    }
    let vanished = || StoreError::Corrupt("a payment vanished".into());
    let found = payment::of_token(tx, fresh.project, token_hash)?.ok_or_else(vanished)?;
    // Our own, of a run whose commit was not heard of.
    if found.attempt == fresh.attempt {
        return Ok(Begun::Ours(found));
    }
    let Some(ours) = payment::retry(tx, found, fresh.attempt, fresh.method, fresh.card.clone())? else {
        let found = payment::of_token(tx, fresh.project, token_hash)?;
        return Ok(Begun::Theirs(found.ok_or_else(vanished)?));
    };
    // The decline gave back what the order had set aside.
    if let Some(buying) = buying {
        let order = order::find(tx, ours.project, ours.order)?
            .ok_or_else(|| StoreError::Corrupt("an order vanished".into()))?;
        // An order that was made before its token keeps its coupon by itself.
        if order.placed.is_none() {
            purchase::hold(tx, buying, &order)?;
        }
        purchase::reserve(tx, buying, &order, fresh.attempt.get(), *now)?;
    }
    reached("checkout.order");
    payment::insert_attempt(tx, &Attempt { payment: ours.id, method: ours.method, ..attempt.clone() }, *now)?;
    reached("checkout.attempt");
    Ok(Begun::Ours(ours))
}

/// Passes the player's answer on to the bank. Does nothing when no question is
/// open.
pub async fn answer_challenge(app: &Shared, checkout: &Checkout, approved: bool) -> Result<(), PageError> {
    let challenged = checkout.payment.clone().filter(|p| p.state == PaymentState::Challenged);
    let Some(payment) = challenged else { return Ok(()) };
    let now = app.now(payment.project);
    let (project, id, attempt_id) = (payment.project, payment.id, payment.attempt);
    let attempt = app
        .store
        .write(move |tx| {
            let Some(payment) = payment::lock(tx, project, id)? else { return Ok(None) };
            let Some(attempt) = payment::find_attempt(tx, project, attempt_id)? else { return Ok(None) };
            let event = PaymentEvent::ChallengeAnswered;
            let ours = payment.attempt == attempt_id
                && payment::advance_attempt(tx, &attempt, event, None, now)?
                && payment::advance(tx, payment, event, News::default())?.is_some();
            Ok::<_, StoreError>(ours.then_some(attempt))
        })
        .await?;
    // Another tab answered first.
    let Some(attempt) = attempt else { return Ok(()) };
    let charge = charge_of(&payment, &attempt);
    let app = app.clone();
    let settled = tokio::spawn(async move {
        let answer = app.gateway.answer_challenge(charge.clone(), approved).await;
        reached("checkout.answered");
        finish(&app, &charge, id, answer, None).await
    });
    if let Ok(result) = settled.await {
        result?;
    }
    Ok(())
}

pub(crate) fn charge_of(payment: &Payment, attempt: &Attempt) -> Charge {
    Charge {
        project: payment.project,
        attempt: attempt.id,
        method: attempt.method,
        card: attempt.card_token.clone(),
        amount: payment.breakdown.payment,
    }
}

/// Notes what a gateway said of an attempt. Saying it twice, or late, changes
/// nothing; the payment as it stands then. Who has just begun the payment
/// passes on what was written, which need not be read again as long as the
/// payment stands where it began.
pub(crate) async fn finish(
    app: &App,
    charge: &Charge,
    id: PaymentId,
    answer: ChargeAnswer,
    begun: Option<Arc<Trying>>,
) -> Result<Option<Payment>, StoreError> {
    let (project, attempt_id) = (charge.project, charge.attempt);
    app.meter.charge(answer);
    if answer == ChargeAnswer::Unknown {
        return app.store.read(move |tx| payment::find(tx, project, id)).await;
    }
    let method = app.method_name(charge.method, charge.amount.currency);
    let kind = app.gateway.methods(charge.amount.currency).iter().find(|m| m.id == charge.method).map(|m| m.key);
    let kept = subscription::Kept {
        kind: kind.unwrap_or_default().to_string(),
        token: charge.card.as_deref().map(|card| app.gateway.keep(card)).unwrap_or_default(),
        name: method.to_string(),
    };
    let now = app.now(project);
    let event_id = app.id(EventId::new).await?;
    let begun = match begun.filter(|_| answer == ChargeAnswer::Succeeded) {
        Some(begun) => known::project(app, project).await?.map(|known| (begun, known.project.clone())),
        None => None,
    };
    let plain = begun.as_ref().is_some_and(|(begun, _)| begun.order.lines.is_empty() && !begun.attempt.keep);
    // Who only just began it knows whether it buys keys.
    let keyed = begun.as_ref().is_none_or(|(begun, _)| begun.order.lines.iter().any(|l| l.kind == LineKind::Key));
    let player = begun.as_ref().map(|(begun, _)| begun.order.player.id.clone());
    let registered = player.as_ref().is_some_and(|player| app.known.is_registered(project, player));
    // Nobody is told of a payment of a project without an address, and nothing
    // comes of it later unless it subscribes.
    let mail_at = app.post.is_some().then(|| app.clock.now());
    let quiet = mail_at.is_none()
        && begun.as_ref().is_some_and(|(begun, project)| {
            let subscribes = begun.attempt.keep || begun.order.lines.iter().any(|l| l.kind == LineKind::Plan);
            project.webhook_url.is_none() && !subscribes
        });
    let goods = match begun.as_ref().and_then(|(begun, _)| begun.buying.as_ref()) {
        Some(buying) => buying.goods.clone(),
        None => AtHand::default(),
    };
    let note = move |tx: &mut Tx<'_>| {
        if let Some((begun, project)) = &begun {
            let Trying { payment, attempt, order, .. } = &**begun;
            let known = Sold { project, order: Some(order), registered, goods: &goods };
            let captured = capture(tx, payment.clone(), attempt, known, (method, &kept), (event_id, mail_at), now)?;
            if captured.is_some() {
                return Ok(captured);
            }
        }
        let Some(payment) = payment::lock(tx, project, id)? else { return Ok(None) };
        let Some(attempt) = payment::find_attempt(tx, project, attempt_id)? else { return Ok(Some(payment)) };
        if payment.attempt != attempt_id {
            return Ok(Some(payment));
        }
        let unmoved = payment.clone();
        let moved = match answer {
            ChargeAnswer::Succeeded => {
                let project = merchant::find_project(tx, project)?;
                let project = project.ok_or_else(|| lost(id, "project"))?;
                let sold = Sold { project: &project, order: None, registered: false, goods: &goods };
                capture(tx, payment, &attempt, sold, (method, &kept), (event_id, mail_at), now)?
            }
            ChargeAnswer::Challenge => {
                let event = PaymentEvent::ChallengeAsked;
                payment::advance_attempt(tx, &attempt, event, None, now)?;
                payment::advance(tx, payment, event, News::default())?
            }
            // Decided here and not at the gateway, so it holds only while
            // the player has not answered after all.
            ChargeAnswer::Failed(Decline::Expired) if attempt.state != AttemptState::Challenged => None,
            ChargeAnswer::Failed(why) => {
                let event = PaymentEvent::Declined;
                if payment::advance_attempt(tx, &attempt, event, Some(why), now)? {
                    let about = (attempt_id.get(), Some(id));
                    message::tell(tx, project, MessageKind::PaymentDeclined, about, why.name(), now)?;
                }
                let moved = payment::advance(tx, payment, event, News { decline: Some(why), ..News::default() })?;
                if let Some(payment) = &moved
                    && let Some(order) = order::find(tx, project, payment.order)?
                {
                    purchase::release(tx, &order, now)?;
                    subscription::declined(tx, &order, payment, now)?;
                    tell_declined(tx, &order, payment, why, event_id, now)?;
                }
                moved
            }
            ChargeAnswer::Unknown => None,
        };
        Ok::<_, StoreError>(Some(moved.unwrap_or(unmoved)))
    };
    let payment = match plain {
        true => app.store.write_together(note).await?,
        false => app.store.write(note).await?,
    };
    reached("checkout.finished");
    if let Some(paid) =
        payment.as_ref().filter(|p| keyed && answer == ChargeAnswer::Succeeded && p.state.was_captured())
    {
        pincode::fetch(app, project, paid.order, Some(paid.id)).await?;
    }
    if let Some(player) = player.filter(|_| !registered && payment.as_ref().is_some_and(|p| p.state.was_captured())) {
        app.known.registered(project, &player);
    }
    if !quiet {
        app.wake_worker();
    }
    if let Some(payment) = &payment {
        tracking::tell(app, project, payment.order).await;
    }
    Ok(payment)
}

/// Tells the game of a payment that was not taken, if it wants to know. Nothing
/// waits for that: the try's own number stands in the place of the payment's, so
/// that a listener without an answer to it holds up no payment.
fn tell_declined(
    tx: &mut Tx<'_>,
    order: &Order,
    payment: &Payment,
    why: Decline,
    event: EventId,
    now: Time,
) -> Result<(), StoreError> {
    let Some(project) = merchant::find_project(tx, payment.project)? else { return Ok(()) };
    let place = PaymentId::new(payment.attempt.get());
    let Some(place) = place.filter(|_| project.webhook_url.is_some() && project.wants(Optional::PsDeclined)) else {
        return Ok(());
    };
    let kind = Optional::PsDeclined.name();
    let body = coinslot_wire::notice::ps_declined(&project, order, payment, why);
    coinslot_store::webhook::insert(tx, payment.project, event, place, kind, &body, now)
}

/// A player who paid or subscribed is one that the project's wallet knows.
pub(crate) fn register(tx: &mut Tx<'_>, project: ProjectId, player: &Player, now: Time) -> Result<(), StoreError> {
    let Player { id, name, email, .. } = player;
    let player = domain::Player::new(project, id, now);
    wallet::register(tx, &domain::Player { name: name.clone(), email: email.clone(), ..player })
}

/// The same as for a payment of our own, for one that a partner of the
/// Distribution Hub took: nothing is saved, and nothing charged again.
pub(crate) fn capture_pushed(
    tx: &mut Tx<'_>,
    payment: Payment,
    attempt: &Attempt,
    (project, order): (&Project, &Order),
    goods: &AtHand,
    told: (EventId, Option<Time>),
    now: Time,
) -> Result<Option<Payment>, StoreError> {
    let kept = subscription::Kept { kind: String::new(), token: String::new(), name: String::new() };
    let sold = Sold { project, order: Some(order), registered: false, goods };
    capture(tx, payment, attempt, sold, (METHOD_NAME, &kept), told, now)
}

fn lost(payment: PaymentId, what: &str) -> StoreError {
    StoreError::Corrupt(format!("payment {payment} has lost its {what}"))
}

/// What is paid for, as far as it is known.
struct Sold<'a> {
    project: &'a Project,
    order: Option<&'a Order>,
    /// Whether the wallet knows the player for certain.
    registered: bool,
    goods: &'a AtHand,
}

/// Everything that is true once the money is taken, in one transaction. `None`,
/// and nothing is changed, when the payment stands elsewhere.
fn capture(
    tx: &mut Tx<'_>,
    payment: Payment,
    attempt: &Attempt,
    Sold { project, order, registered, goods }: Sold<'_>,
    (method, kept): (&str, &subscription::Kept),
    (event_id, mail_at): (EventId, Option<Time>),
    now: Time,
) -> Result<Option<Payment>, StoreError> {
    let lost = |what| lost(attempt.payment, what);
    let told = if project.webhook_url.is_some() { Notified::Pending } else { Notified::NotNeeded };
    let news = News { paid_at: Some(now), notified: Some(told), decline: None };
    let Some(payment) = payment::advance(tx, payment, PaymentEvent::Captured, news)? else { return Ok(None) };
    reached("capture.payment");
    payment::advance_attempt(tx, attempt, PaymentEvent::Captured, None, now)?;
    let order = match order {
        Some(order) => order.clone(),
        None => order::find(tx, payment.project, payment.order)?.ok_or_else(|| lost("order"))?,
    };
    let order = order::advance(tx, order, OrderEvent::Paid)?.ok_or_else(|| lost("unpaid order"))?;
    reached("capture.order");
    let entry = Entry {
        project: payment.project,
        // A payment is captured once, so its number serves its entry.
        id: EntryId::new(payment.id.get()).ok_or_else(|| lost("number"))?,
        kind: EntryKind::Capture,
        payment: Some(payment.id),
        at: now,
        postings: ledger::capture(&payment.breakdown),
    };
    coinslot_store::ledger::append(tx, &entry)?;
    reached("capture.books");
    if !registered {
        register(tx, project.id, &order.player, now)?;
    }
    if let Some(gift) = &order.gift {
        let (id, email) = (gift.receiver.clone(), gift.receiver_email.clone());
        register(tx, project.id, &Player { id, email, ..Player::default() }, now)?;
    }
    purchase::fulfil(tx, goods, &order, Some(&payment), now)?;
    reached("capture.goods");
    let captured = if attempt.keep || order.lines.iter().any(|l| l.kind == LineKind::Plan) {
        subscription::captured(tx, project, &order, &payment, attempt, kept, now)?
    } else {
        subscription::Captured::default()
    };
    if told == Notified::Pending {
        let provider_id = hub::known_as(tx, &payment)?;
        // Only what the catalogue lists can be had with a coupon.
        let coupon = if order.lines.is_empty() { None } else { coupon::of_order(tx, order.project, order.id)? };
        let coupon = coupon.as_ref().map(|used| (used.code.as_str(), used.campaign_code.as_str()));
        let notice = PaymentNotice { coupon, ..webhook::notice(project, &order, &payment, method, &provider_id) };
        let telling = webhook::telling(tx, &order)?;
        if !telling.is_some_and(|t| t.combined) {
            let body = coinslot_wire::webhook::payment(&notice, captured.subscription.as_ref());
            coinslot_store::webhook::insert(tx, payment.project, event_id, payment.id, "payment", &body, now)?;
        }
        for (event, kind, body) in captured.told {
            coinslot_store::webhook::insert(tx, payment.project, event, payment.id, kind, &body, now)?;
        }
        if let Some(telling) = telling {
            let told =
                OrderNotice { order: &order, telling, payment: Some(&notice), refund: None, code: notice.coupon };
            webhook::tell_order(tx, &told, payment.id, order.id.get(), now)?;
        }
        reached("capture.event");
    }
    if let (Some(at), Some(address)) = (mail_at, &order.player.email) {
        mail::insert(tx, payment.project, payment.id, address, at)?;
    }
    Ok(Some(payment))
}

/// How long a charge may be under way before the gateway is asked about it.
const PATIENCE: Span = Span::seconds(30);
/// How long a player may take to answer the bank.
const CHALLENGE_LIFE: Span = Span::minutes(30);
/// Open attempts looked at in one go.
const SWEEP: i64 = 100;

/// Asks gateways about attempts whose outcome is open: a lost answer, a crash
/// between two transactions, a player who left the bank's question. How many
/// were looked at.
pub async fn sweep(app: &Shared) -> Result<usize, StoreError> {
    let now = app.clock.now();
    let (pending, challenged) = (now - PATIENCE, now - CHALLENGE_LIFE);
    let open = app.store.read(move |tx| payment::open_attempts(tx, pending, challenged, SWEEP)).await?;
    let mut looked = inquire(app, open).await?;
    for project in app.moved() {
        looked += sweep_of(app, project).await?;
    }
    Ok(looked)
}

/// The same, of one project, by its own clock.
pub(crate) async fn sweep_of(app: &Shared, project: ProjectId) -> Result<usize, StoreError> {
    let now = app.now(project);
    let (pending, challenged) = (now - PATIENCE, now - CHALLENGE_LIFE);
    let open = app.store.read(move |tx| payment::open_attempts_of(tx, project, pending, challenged, SWEEP)).await?;
    inquire(app, open).await
}

async fn inquire(app: &Shared, open: Vec<(ProjectId, AttemptId, Time)>) -> Result<usize, StoreError> {
    let mut looked = 0;
    for (project, id, seen) in open {
        let now = app.now(project);
        // Whoever moves the time first looks; with several servers on one
        // database the others leave it alone.
        if !app.store.write(move |tx| payment::touch_attempt(tx, project, id, seen, now)).await? {
            continue;
        }
        let found = app
            .store
            .read(move |tx| {
                let Some(attempt) = payment::find_attempt(tx, project, id)? else { return Ok(None) };
                let payment = payment::find(tx, project, attempt.payment)?;
                Ok::<_, StoreError>(payment.map(|p| (attempt, p)))
            })
            .await?;
        let Some((attempt, payment)) = found else { continue };
        looked += 1;
        let charge = charge_of(&payment, &attempt);
        let answer = match app.gateway.inquire(charge.clone()).await {
            ChargeAnswer::Challenge if attempt.state == AttemptState::Challenged => {
                ChargeAnswer::Failed(Decline::Expired)
            }
            other => other,
        };
        finish(app, &charge, payment.id, answer, None).await?;
    }
    Ok(looked)
}
