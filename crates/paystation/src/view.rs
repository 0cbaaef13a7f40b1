//! The pages, as templates and what they are filled with. Nothing here knows
//! requests or the database; askama escapes whatever is filled in.

use crate::locale::{Locale, Text};
use crate::tv::Picture;
use askama::Template;
use coinslot_domain::money::BasisPoints;
use coinslot_domain::payment::Breakdown;
use coinslot_domain::purchase::{self, LineKind};
use coinslot_domain::tax::TaxKind;
use coinslot_wire::look::{Footer, Layout, Look};

/// What every page has.
pub(crate) struct Frame {
    pub t: Text,
    pub title: String,
    /// `auto`, `light` or `dark`: a class of the root element.
    pub theme: &'static str,
    pub project: Option<String>,
    pub sandbox: bool,
    /// Width and least height to ask a lightbox for, in CSS pixels.
    pub size: (u16, u16),
    /// The size that was asked for by name.
    pub sized: Option<&'static str>,
    /// What is shown around what the page is about.
    pub look: Look,
    /// What is said of the player, line by line.
    pub about: Vec<String>,
    /// What the player has of the virtual currency.
    pub balance: Option<String>,
    pub languages: Languages,
    /// Where the close button leads.
    pub leave: Option<String>,
    /// Whether the page has a close button even where nobody listens to it.
    pub close: bool,
    pub country: Option<String>,
    pub status: Option<StatusFrame>,
    pub summary: Option<Summary>,
    /// Where the game's licence agreement is.
    pub license: Option<String>,
    /// Where the player pays from, while something is to be paid.
    pub region: Option<Region>,
}

/// Country and currency of a purchase.
pub(crate) struct Region {
    pub shown: String,
    /// Where others can be chosen, if the player may.
    pub url: Option<String>,
}

impl Frame {
    pub fn initial(&self) -> String {
        let first = self.project.as_deref().and_then(|p| p.chars().find(|c| c.is_alphanumeric()));
        first.map_or_else(|| "·".into(), |c| c.to_uppercase().to_string())
    }

    /// The classes of the root element.
    pub fn classes(&self) -> String {
        let layout = if self.look.layout == Layout::Mobile { Some("mobile") } else { None };
        [Some(self.theme), layout, self.sized].into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    /// Whether the half beside the form has anything in it.
    pub fn has_side(&self) -> bool {
        self.has_seller() || self.has_words()
    }

    /// Whether something is said of the purchase or the player.
    pub fn has_words(&self) -> bool {
        self.summary.is_some() || !self.about.is_empty() || self.balance.is_some()
    }

    /// Whether the top says whose page it is. That a payment is a test is always
    /// said.
    pub fn has_seller(&self) -> bool {
        self.look.logo || self.look.name || self.sandbox
    }

    /// The class of the end of the page; none where there is no end.
    pub fn foot(&self) -> Option<&'static str> {
        match self.look.footer {
            Footer::Shown => Some("foot"),
            Footer::Wide => Some("foot foot-wide"),
            Footer::Hidden => None,
        }
    }
}

/// The page in another language: a form with a button for each.
pub(crate) struct Languages {
    /// The page's path.
    pub path: String,
    /// What its address says besides the language.
    pub kept: Vec<(String, String)>,
    /// Every language.
    pub all: &'static [Locale],
}

/// What the page around ours is told of a payment.
pub(crate) struct StatusFrame {
    pub status: &'static str,
    pub invoice: i64,
    pub email: String,
    pub user: String,
}

/// The purchase.
pub(crate) struct Summary {
    pub what: Option<String>,
    pub goods: Vec<Good>,
    pub price: String,
    pub tax: Option<Line>,
    pub total: String,
    pub currency: &'static str,
}

/// Something of the catalogue that is bought.
pub(crate) struct Good {
    pub name: String,
    /// How many, where that is not one.
    pub quantity: Option<String>,
    pub price: String,
    /// What it would cost without a promotion.
    pub full_price: Option<String>,
}

impl Good {
    fn new(t: Text, line: &purchase::Line) -> Self {
        let quantity = match line.kind {
            LineKind::VirtualCurrency => Some(t.rate(&BasisPoints(line.quantity))),
            _ => (line.quantity != 1).then(|| line.quantity.to_string()),
        };
        Good {
            name: t.name(&line.name),
            quantity,
            // What is in a bundle is paid with the bundle.
            price: if line.is_content() { String::new() } else { t.money(&line.price) },
            full_price: (line.full_price != line.price).then(|| t.money(&line.full_price)),
        }
    }
}

/// A label and what belongs to it.
pub(crate) struct Line {
    pub label: String,
    pub amount: String,
}

impl Summary {
    pub fn new(t: Text, breakdown: &Breakdown, what: Option<&str>, lines: &[purchase::Line]) -> Self {
        let rule = &breakdown.tax_rule;
        let label = |key| t.a(key, "rate", &t.rate(&rule.rate));
        let label = match rule.kind {
            TaxKind::Vat => label("tax-included"),
            TaxKind::SalesTax => label("tax-added"),
        };
        let tax = (breakdown.tax.minor != 0).then(|| Line { label, amount: t.money(&breakdown.tax) });
        Summary {
            what: what.map(|what| t.name(what)),
            goods: lines.iter().map(|line| Good::new(t, line)).collect(),
            price: t.money(&breakdown.total()),
            tax,
            total: t.money(&breakdown.payment),
            currency: breakdown.payment.currency.code(),
        }
    }
}

/// A way to pay.
pub(crate) struct MethodChoice {
    /// What the form sends: the method's number, or `account-` and that of a
    /// saved way to pay.
    pub value: String,
    pub key: &'static str,
    pub icon: &'static str,
    pub name: String,
    pub takes_card: bool,
    /// Saved: nothing more is asked.
    pub saved: bool,
    pub checked: bool,
}

/// An input.
#[derive(Default)]
pub(crate) struct Field {
    pub name: &'static str,
    pub label: String,
    pub kind: &'static str,
    pub value: String,
    pub inputmode: &'static str,
    pub autocomplete: &'static str,
    pub maxlength: u16,
    pub placeholder: String,
    pub missing: String,
    pub invalid: String,
    pub error: Option<String>,
    pub optional: bool,
    pub half: bool,
}

impl Field {
    /// What is written in it runs as its words do; of all else from left to
    /// right.
    pub fn dir(&self) -> &'static str {
        match self.autocomplete {
            "name" | "nickname" | "street-address" | "address-level1" | "address-level2" => "auto",
            _ => "ltr",
        }
    }
}

/// A card that works in the sandbox.
pub(crate) struct TestCard {
    pub number: &'static str,
    pub cvv: &'static str,
    pub what: String,
}

/// A place where a key may be redeemed.
pub(crate) struct PlaceLink {
    pub key: &'static str,
    pub name: &'static str,
    pub price: String,
    pub full_price: Option<String>,
    pub url: String,
    pub chosen: bool,
}

/// The places of a key.
pub(crate) struct PlaceList {
    pub label: String,
    /// The parameter that the form sends, and its value.
    pub param: String,
    pub value: &'static str,
    pub places: Vec<PlaceLink>,
}

/// The page where the player pays.
#[derive(Template)]
#[template(path = "checkout.html")]
pub(crate) struct CheckoutPage<'a> {
    pub f: Frame,
    pub token: &'a str,
    pub lang: Option<&'a str>,
    /// What the page says is to be paid, in minor units, where that may change.
    pub shown: Option<i64>,
    pub problem: Option<String>,
    pub hints: Vec<String>,
    pub methods: Vec<MethodChoice>,
    /// Where the ways to pay are that the token does not open the page at.
    pub others: Option<String>,
    pub card_fields: Vec<Field>,
    pub common_fields: Vec<Field>,
    /// Keys whose place is the player's choice.
    pub places: Vec<PlaceList>,
    /// What was chosen in the shop, for the form to send.
    pub chosen: Vec<(&'static str, String)>,
    /// Back to the shop, if the purchase was chosen there.
    pub shop: Option<String>,
    /// The field for a coupon, where one could be used.
    pub coupon: Option<CouponField>,
    /// The label of the box that has the card saved, and whether it is ticked;
    /// none where that is not for the player to say.
    pub save: Option<(String, bool)>,
    /// What happens later, for those who subscribe.
    pub later: Option<String>,
    /// What was said before, with where it is said anew: who gets it, where it
    /// is sent.
    pub said: Vec<Said>,
    pub pay_label: String,
    pub test_cards: Vec<TestCard>,
}

/// Another country, and another currency.
#[derive(Template)]
#[template(path = "region.html")]
pub(crate) struct RegionPage {
    pub f: Frame,
    pub back: String,
    /// What the form sends besides the choice.
    pub kept: Vec<(String, String)>,
    /// Codes and names, and which is chosen; none if the country is settled.
    pub countries: Vec<(&'static str, &'static str, bool)>,
    pub currencies: Vec<(&'static str, bool)>,
}

impl RegionPage {
    /// Whether no country is chosen yet.
    fn is_new(&self) -> bool {
        !self.countries.iter().any(|(_, _, chosen)| *chosen)
    }
}

/// Something that the player said before paying.
pub(crate) struct Said {
    pub key: &'static str,
    pub label: String,
    pub text: String,
    /// Where it can be said anew, while that is possible.
    pub url: Option<String>,
}

/// Somebody who may get a gift.
pub(crate) struct FriendChoice {
    pub id: String,
    pub called: String,
    /// What stands in for a picture.
    pub initial: String,
    /// What the form sends of whom the server does not know.
    pub name: Option<String>,
    pub email: Option<String>,
}

/// Who gets a gift.
#[derive(Template)]
#[template(path = "gift.html")]
pub(crate) struct GiftPage {
    pub f: Frame,
    /// What each form sends besides its own.
    pub kept: Vec<(String, String)>,
    /// Back to the shop, if the purchase was chosen there.
    pub shop: Option<String>,
    /// What friends were looked for by; none where there is no list.
    pub query: Option<String>,
    pub friends: Vec<FriendChoice>,
    /// Whether somebody can be named who is in no list, and who was named.
    pub names: bool,
    pub named: String,
    pub problem: Option<String>,
}

/// Where it is sent.
#[derive(Template)]
#[template(path = "shipping.html")]
pub(crate) struct ShippingPage {
    pub f: Frame,
    pub kept: Vec<(String, String)>,
    pub shop: Option<String>,
    pub faulty: bool,
    pub fields: Vec<Field>,
    pub country_error: Option<String>,
    /// Code, name, and whether it is chosen.
    pub countries: Vec<(&'static str, &'static str, bool)>,
}

/// The simulated bank.
#[derive(Template)]
#[template(path = "challenge.html")]
pub(crate) struct ChallengePage<'a> {
    pub f: Frame,
    pub token: &'a str,
    pub lang: Option<&'a str>,
    pub amount: String,
    pub card: Option<String>,
    pub password: &'static str,
}

/// A way out of the page.
pub(crate) struct Back {
    pub url: String,
    pub caption: String,
}

/// A way out that the page takes by itself.
pub(crate) struct Redirect {
    pub url: String,
    pub delay: String,
}

/// A station of a payment.
pub(crate) struct Step {
    pub label: String,
    /// `done`, `now`, `bad` or `todo`.
    pub state: &'static str,
}

/// What became of a payment.
#[derive(Template)]
#[template(path = "status.html")]
pub(crate) struct StatusPage {
    pub f: Frame,
    pub poll: String,
    pub challenge: String,
    /// `wait`, `good`, `bad` or `odd`.
    pub look: &'static str,
    pub group: &'static str,
    /// Changes whenever the page would look different.
    pub view: String,
    pub is_final: bool,
    pub heading: String,
    pub message: String,
    pub code: Option<&'static str>,
    pub steps: Vec<Step>,
    pub facts: Vec<Line>,
    pub retry: Option<String>,
    pub back: Option<Back>,
    pub receipt: Option<String>,
    pub redirect: Option<Redirect>,
}

/// What a player keeps.
#[derive(Template)]
#[template(path = "receipt.html")]
pub(crate) struct ReceiptPage {
    pub f: Frame,
    pub facts: Vec<Line>,
    pub refunded: Option<String>,
}

/// A page that cannot be shown.
#[derive(Template)]
#[template(path = "error.html")]
pub(crate) struct ErrorPage {
    pub f: Frame,
    pub code: &'static str,
    pub heading: String,
    pub message: String,
    pub retry: Option<String>,
    pub hint: Option<String>,
}

/// A part of the shop.
pub(crate) struct StoreTab {
    pub key: &'static str,
    pub name: String,
    pub url: String,
    pub current: bool,
}

/// A group of items.
pub(crate) struct StoreGroup {
    pub name: String,
    pub url: String,
    pub current: bool,
}

/// Something to choose.
pub(crate) struct StoreOffer {
    pub key: String,
    pub name: String,
    pub description: String,
    /// What stands in for a picture.
    pub initial: String,
    pub image: Option<String>,
    pub price: String,
    pub full_price: Option<String>,
    pub badge: Option<String>,
    pub more: Option<String>,
    /// In which currency it is charged, for players of another.
    pub note: Option<String>,
    /// Whether the token points at it.
    pub selected: bool,
    pub url: String,
}

/// The shop.
#[derive(Template)]
#[template(path = "showcase.html")]
pub(crate) struct StorePage {
    pub f: Frame,
    pub tabs: Vec<StoreTab>,
    pub groups: Vec<StoreGroup>,
    /// Whether groups stand beside the items.
    pub beside: bool,
    /// Whether offers are cards and not rows.
    pub grid: bool,
    /// Whether the price stands on the button.
    pub on_button: bool,
    /// The game's words above the list.
    pub about: Option<String>,
    pub offers: Vec<StoreOffer>,
    /// What a hundred of the virtual currency cost, where any amount is sold.
    pub amount: Option<String>,
    pub currency_name: String,
    /// What the form with an amount sends besides it.
    pub kept: Vec<(&'static str, String)>,
}

/// The coupon of a purchase.
pub(crate) struct CouponField {
    pub code: String,
    /// What the form sends besides it.
    pub kept: Vec<(String, String)>,
    pub problem: Option<String>,
}

/// Something that was bought.
pub(crate) struct Past {
    pub what: String,
    pub when: String,
    pub amount: String,
    pub number: String,
    pub with: Option<String>,
    /// What of it went back.
    pub back: Option<String>,
}

/// A saved way to pay, which can be forgotten.
pub(crate) struct Saved {
    pub id: i64,
    pub name: String,
    /// What the button says to who cannot see what it stands beside.
    pub forget: String,
}

/// A subscription.
pub(crate) struct Running {
    pub id: i64,
    pub name: String,
    pub price: String,
    pub state: String,
    /// The same of the button that ends it, if it can be ended.
    pub cancel: Option<String>,
}

/// The player's account.
#[derive(Template)]
#[template(path = "profile.html")]
pub(crate) struct ProfilePage<'a> {
    pub f: Frame,
    pub token: &'a str,
    pub lang: Option<&'a str>,
    pub heading: String,
    pub tabs: Vec<StoreTab>,
    pub info: Vec<Line>,
    pub history: Vec<Past>,
    pub accounts: Vec<Saved>,
    pub subscriptions: Vec<Running>,
    /// What is said where there is nothing.
    pub empty: Option<String>,
}

/// Something saved that a television offers.
pub(crate) struct TvSaved {
    /// The question whether to pay with it.
    pub url: String,
    pub name: String,
}

/// A television: a code for a telephone, and what is saved.
#[derive(Template)]
#[template(path = "tv.html")]
pub(crate) struct TvPage {
    pub f: Frame,
    /// `waiting`, `opened` or `expired`.
    pub state: &'static str,
    /// Changes whenever the payment does.
    pub view: String,
    pub poll: String,
    /// This page with its code, for when it is loaded again.
    pub keep: String,
    /// This page with a new code.
    pub again: String,
    pub status: String,
    pub heading: String,
    /// The heading once the code was used.
    pub opened: String,
    pub picture: Option<Picture>,
    /// The short address up to the code, and the code in two halves.
    pub host: String,
    pub halves: (String, String),
    pub saved: Vec<TvSaved>,
    pub problem: Option<String>,
}

/// A television asks whether to pay with something saved.
#[derive(Template)]
#[template(path = "tv_confirm.html")]
pub(crate) struct TvConfirmPage<'a> {
    pub f: Frame,
    pub token: &'a str,
    pub lang: Option<&'a str>,
    pub shown: Option<i64>,
    pub value: String,
    pub name: String,
    pub pay_label: String,
    pub later: Option<String>,
    pub back: String,
}

/// What became of a payment, or a page that cannot be shown, on a television.
#[derive(Template)]
#[template(path = "tv_outcome.html")]
pub(crate) struct TvOutcomePage {
    pub f: Frame,
    pub look: &'static str,
    pub group: &'static str,
    pub view: String,
    /// Where to ask how things stand, while that may change.
    pub poll: Option<String>,
    /// The page with the code.
    pub entry: String,
    pub heading: String,
    pub message: String,
    pub code: Option<&'static str>,
    pub facts: Vec<Line>,
    pub retry: Option<String>,
    pub back: Option<Back>,
    pub redirect: Option<Redirect>,
}

/// Why something did not work: a stable name and a sentence.
pub(crate) struct Notice {
    pub name: &'static str,
    pub text: String,
}

/// The telephone that opened a television's short address.
#[derive(Template)]
#[template(path = "tv_code.html")]
pub(crate) struct TvCodePage<'a> {
    pub f: Frame,
    pub lang: Option<&'a str>,
    /// Where the code goes, and the code in two halves.
    pub open: Option<(String, (String, String))>,
    pub notice: Option<Notice>,
    pub heading: String,
}

#[cfg(test)]
mod tests;
