//! A player pays: what the page shows and asks. The money is in [`charge`].

mod charge;

pub use charge::{answer_challenge, pay, sweep};
pub(crate) use charge::{book_taken, capture_pushed, charge_of, finish, is_taken, register, sweep_of, was_taken};

use crate::catalogue::AtHand;
use crate::gift::Gifting;
use crate::port::{CardRefused, Method};
use crate::purchase::{self, BoughtKey, Buying, PlaceChoice, Refused};
use crate::showcase::{self, Showcase};
use crate::token::Text;
use crate::{App, catalogue, country, known, pincode, subscription, webhook};
use coinslot_domain::account::Account;
use coinslot_domain::card::Card;
use coinslot_domain::gift::{Friend, Gift};
use coinslot_domain::id::{AccountId, PaymentId};
use coinslot_domain::localized::Localized;
use coinslot_domain::merchant::{Fees, Project};
use coinslot_domain::money::{BasisPoints, Currency, Money};
use coinslot_domain::order::{Order, Player};
use coinslot_domain::payment::{Breakdown, Payment, PaymentState, Stand};
use coinslot_domain::purchase::{Choice, Line, LineKind, Refusal, Wish};
use coinslot_domain::region::{self, Country};
use coinslot_domain::shipping::Address;
use coinslot_domain::subscription::Subscription;
use coinslot_domain::tax::{self, Tax, TaxKind};
use coinslot_domain::time::{Span, Time};
use coinslot_domain::token::Place;
use coinslot_domain::webhook::TIMEOUT;
use coinslot_store::{StoreError, order, payment, virtual_currency, wallet};
use coinslot_store::{gift as store_gift, shipping as store_shipping};
use coinslot_wire::token::{PlayerField, TokenBody};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Everything the payment page shows. What a plain checkout has not is in boxes: one
/// of these is made for each payment, and handed on.
pub struct Checkout {
    /// Who sells.
    pub project: Arc<Project>,
    /// What the game asked for.
    pub body: Arc<TokenBody>,
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
    pub shop: Option<Box<Showcase>>,
    /// Keys of games that were bought, once they are paid.
    pub keys: Vec<BoughtKey>,
    /// What is, or was, to be paid.
    pub breakdown: Breakdown,
    /// The payment, once one was tried.
    pub payment: Option<Payment>,
    /// The subscription, if one began with the token and without a payment.
    pub started: Option<Box<Subscription>>,
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
    pub(crate) order: Option<Box<Order>>,
    /// As long as the catalogue has this version, all of that order is sold.
    pub(crate) sold_at: Option<i64>,
    /// Host and port of this server, as browsers know it.
    pub public_host: String,
    /// What the player has of the virtual currency, in hundredths, and what it
    /// is called; none where that is not shown or not known.
    pub balance: Option<(i64, String)>,
    /// Who gets it, where that is somebody else.
    pub gift: Option<Box<Gifting>>,
    /// Where it is sent, once that is said.
    pub address: Option<Box<Address>>,
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
pub async fn open(app: &App, token: &str, choice: Choice, ip: Option<&str>) -> Result<Box<Checkout>, PageError> {
    opened(app, token, choice, ip, false).await
}

/// Opens a token to pay with it at once: without the saved ways to pay, which
/// only a page shows, and without a look for what cannot be there.
pub async fn open_to_pay(app: &App, token: &str, choice: Choice, ip: Option<&str>) -> Result<Box<Checkout>, PageError> {
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
    let said = body.said(PlayerField::Country);
    let address = ip.and_then(|ip| country::of_ip(ip.parse().ok()?));
    let may_modify = body.allow_modify(PlayerField::Country);
    let country = region::country(said, may_modify, address, choice.country.as_deref())?;
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
) -> Result<Box<Checkout>, PageError> {
    // What is awaited in boxes, here and in what pays, is rare: it would make the
    // future of each request several times as large, which a connection keeps.
    let mut found = crate::token::find(app, token).await?.ok_or(PageError::Token)?;
    let body = found.take_body()?;
    let (project_id, token_hash) = (found.project, found.key);
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
    // Where it is certain that nobody began to pay, an order is as it was made.
    let made = match found.text {
        Text::Made(made) if found.unused => Some(made),
        _ => None,
    };
    let sold_at = made.as_ref().and_then(|made| made.sold_at);
    let order = match (made, body.order()) {
        (Some(made), _) => Some(made.order.clone()),
        (None, Some(id)) => app.store.read(move |tx| order::find(tx, project_id, id)).await?,
        (None, None) => None,
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
            let read = app.store.read(move |tx| {
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
            });
            Box::pin(read).await?
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
            let catalogue = catalogue::current(app, project_id).await?;
            catalogue.plans.iter().find(|p| p.id == s.plan).map(|p| called(&p.name)).filter(|name| !name.is_empty())
        }
        None => None,
    };
    let choosing = open && payment.is_none() && started.is_none();
    let shopping = choosing && choice.goods.is_none();
    let shop = match choosing {
        true => {
            let chosen = choice.currency.as_deref().and_then(Currency::from_code);
            let wanted = region::currency(body.currency(), chosen, player.country.as_deref());
            let shop = showcase::open(app, &project, &body, &player.id, guest || giving.is_some(), wanted);
            let shop = Box::pin(shop).await?;
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
            let Bought { whose, lines, keys } = Box::pin(bought(app, p, order.as_ref())).await?;
            if let Some((player, gift)) = whose {
                payer = named.then_some(player);
                given = gift;
            }
            (lines, keys, vec![], BTreeSet::new())
        }
        None => {
            let (project, body, player, choice) = (project.clone(), body.clone(), player.clone(), choice.clone());
            let (lines, choices, currencies) = Box::pin(quoted(app, project, body, player, choice)).await?;
            (lines, vec![], choices, currencies)
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
            Box::pin(read).await?
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
    let guest = guest || payer.as_ref().is_some_and(|payer| payer.id != body.user_id());
    let player = payer.unwrap_or(player);
    let methods = app.gateway.methods(breakdown.payment.currency);
    accounts.retain(|a| !guest && methods.iter().any(|m| m.id == a.method));
    let sandbox = found.dry_run;
    Ok(Box::new(Checkout {
        project,
        body,
        player,
        lines,
        choice,
        may_change_country: country.may_change && payment.is_none() && started.is_none(),
        currencies,
        choices,
        shop: shop.map(Box::new),
        keys,
        breakdown,
        payment,
        started: started.map(Box::new),
        started_plan,
        accounts,
        methods,
        sandbox,
        guest,
        expires_at: found.expires_at,
        order: order.map(Box::new),
        sold_at,
        public_host: app.public_url.split_once("://").map_or("", |(_, host)| host).to_string(),
        balance,
        gift: gift.map(Box::new),
        address: address.map(Box::new),
        token_hash,
        place: found.place,
    }))
}

/// What a payment bought.
#[derive(Default)]
struct Bought {
    /// Who paid, and who gets it where that is somebody else, as the order says.
    whose: Option<(Player, Option<Gift>)>,
    lines: Vec<Line>,
    keys: Vec<BoughtKey>,
}

/// What a payment bought, with the keys that the game gave by now. Its order may
/// be in hand.
async fn bought(app: &App, p: &Payment, order: Option<&Order>) -> Result<Bought, StoreError> {
    let (project, id) = (p.project, p.order);
    let known = order.filter(|order| order.id == id).cloned();
    let read = app.store.read(move |tx| {
        let found = if known.is_some() { known.clone() } else { order::find(tx, project, id)? };
        let Some(order) = found else { return Ok(Bought::default()) };
        let keys = purchase::bought_keys(tx, &order)?;
        Ok::<_, StoreError>(Bought { whose: Some((order.player, order.gift)), lines: order.lines, keys })
    });
    let mut bought = read.await?;
    // What the game did not give when it was asked, it may give now.
    let late = p.paid_at.is_some_and(|at| at + ASKING < app.now(project));
    if late && bought.keys.len() < bought.lines.iter().filter(|l| l.kind == LineKind::Key).count() {
        pincode::fetch(app, project, id, Some(p.id)).await?;
        let read = app.store.read(move |tx| match order::find(tx, project, id)? {
            Some(order) => purchase::bought_keys(tx, &order),
            None => Ok::<_, StoreError>(vec![]),
        });
        bought.keys = read.await?;
    }
    Ok(bought)
}

/// What a token asks for of a catalogue, the places that may be chosen for its
/// keys, and the currencies that it can be had in.
async fn quoted(
    app: &App,
    project: Arc<Project>,
    body: Arc<TokenBody>,
    player: Player,
    choice: Choice,
) -> Result<(Vec<Line>, Vec<PlaceChoice>, BTreeSet<Currency>), Refused> {
    let now = app.now(project.id);
    let goods = AtHand::of(app, project.id).await?;
    let buying = Buying { project, body, choice, player, method: None, now, goods };
    let read = app.store.read(move |tx| {
        let (lines, currencies) = purchase::quote_in_all(tx, &buying)?;
        Ok::<_, Refused>((lines, purchase::choices(tx, &buying)?, currencies))
    });
    read.await
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
    let asked = match project.webhook_url {
        Some(_) => {
            let player = Player { ip: ip.map(str::to_string), ..player.clone() };
            let body = coinslot_wire::webhook::user_validation(project.id, project.merchant, &player);
            Box::pin(webhook::ask(app, project, "user_validation", body)).await?
        }
        None => webhook::Asked::Nobody,
    };
    match asked {
        webhook::Asked::Yes => Ok(()),
        webhook::Asked::No => Err(PageError::PlayerRefused),
        webhook::Asked::NoAnswer => Err(PageError::GameUnreachable),
        webhook::Asked::Nobody if sandbox => Ok(()),
        webhook::Asked::Nobody => Err(PageError::GameUnreachable),
    }
}
