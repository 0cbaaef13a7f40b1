//! The body of the call that makes a payment token.

use crate::look::Look;
use crate::read;
use crate::redirect::RedirectPolicy;
use crate::shape::Violation;
use coinslot_domain::decimal::Decimal;
use coinslot_domain::gift::{Friend, Giving};
use coinslot_domain::id::{OrderId, ProjectId};
use coinslot_domain::money::{Currency, Money, MoneyError, largest};
use coinslot_domain::order::Player;
use coinslot_domain::purchase::{Wish, Wishes};
use coinslot_domain::redirect;
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use serde_json::{Map, Number, Value, json};
use std::sync::OnceLock;

mod allowed;
mod draft;
mod stored;

pub use allowed::TOKEN;
pub use draft::Draft;
use stored::Views;
pub use stored::contact;

/// A value about the player, and what the page may do with it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Given {
    /// The value.
    pub value: Option<String>,
    /// Whether the page leaves it out.
    pub hidden: Option<bool>,
    /// Whether the player may change it.
    pub allow_modify: Option<bool>,
}

/// `user`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct User {
    /// The game's own id.
    pub id: Given,
    /// Shown name.
    pub name: Given,
    /// Where the receipt goes.
    pub email: Given,
    /// Telephone.
    pub phone: Given,
    /// Country.
    pub country: Given,
    // Whether it says anything; what, is looked for when it is needed.
    attributes: Option<IgnoredAny>,
}

/// `settings`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Settings {
    /// The game that sells.
    pub project_id: i64,
    /// The game's own transaction id.
    pub external_id: Option<String>,
    /// Language of the page.
    pub language: Option<String>,
    /// Where the player goes afterwards.
    pub return_url: Option<String>,
    /// The currency the player prefers.
    pub currency: Option<String>,
    /// `sandbox` or nothing.
    pub mode: Option<String>,
    /// Payment method to open at.
    pub payment_method: Option<i64>,
    /// Group of payment methods to open at.
    pub payment_widget: Option<String>,
    /// When the player is sent back.
    pub redirect_policy: Option<RedirectPolicy>,
    /// Looks.
    #[serde(default)]
    pub ui: Ui,
    // Whether it says anything; what, is looked for when it is needed.
    shipping_enabled: Option<IgnoredAny>,
}

/// The part of `settings.ui` the page follows.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Ui {
    /// `small`, `medium` or `large`.
    pub size: Option<String>,
    /// Colours.
    pub theme: Option<String>,
    // As above.
    mode: Option<IgnoredAny>,
    mobile: Option<IgnoredAny>,
}

/// `purchase.checkout`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Checkout {
    /// ISO 4217.
    pub currency: String,
    /// The price, in the digits that were sent.
    #[serde(deserialize_with = "digits")]
    pub amount: String,
}

fn digits<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Ok(Number::deserialize(from)?.as_str().to_string())
}

/// `purchase.description`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Description {
    /// The text.
    pub value: Option<String>,
}

/// `purchase`, as far as it is a price.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Purchase {
    /// A price in money.
    pub checkout: Option<Checkout>,
    /// What is bought.
    pub description: Description,
    // Whether there is any of these; what they say is looked for when it is
    // needed.
    virtual_currency: Option<IgnoredAny>,
    virtual_items: Option<IgnoredAny>,
    subscription: Option<IgnoredAny>,
    pin_codes: Option<IgnoredAny>,
    gift: Option<IgnoredAny>,
    coupon_code: Option<IgnoredAny>,
    // No body that is sent has them: orders are made from them.
    #[serde(deserialize_with = "ordered")]
    items: Option<Items>,
}

/// An SKU with how many of it. A number with a point in it does not become one.
#[derive(Deserialize)]
pub(crate) struct Ordered {
    pub sku: String,
    pub quantity: i64,
}

/// `purchase.items`: SKUs with how many, if that is what is there.
type Items = Option<Vec<(String, i64)>>;

fn ordered<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Items>, D::Error> {
    let raw = <&RawValue>::deserialize(from)?;
    let items: Option<Vec<Ordered>> = serde_json::from_str(raw.get()).ok();
    Ok(Some(items.map(|all| all.into_iter().map(|Ordered { sku, quantity }| (sku, quantity)).collect())))
}

impl Purchase {
    /// Whether it is of a catalogue.
    fn is_of_catalogue(&self) -> bool {
        let parts = [&self.virtual_currency, &self.virtual_items, &self.subscription, &self.pin_codes];
        self.items.is_some() || parts.iter().any(|p| p.is_some())
    }
}

/// A page of the player's account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountPage {
    /// About the player.
    Info,
    /// What was bought.
    History,
    /// What is saved.
    Accounts,
    /// What is charged again.
    Subscriptions,
}

impl AccountPage {
    /// Every page, in the order in which they stand where the token says nothing
    /// of it.
    pub const ALL: [AccountPage; 4] =
        [AccountPage::Info, AccountPage::History, AccountPage::Accounts, AccountPage::Subscriptions];

    /// Its documented name.
    pub fn name(self) -> &'static str {
        match self {
            AccountPage::Info => "info",
            AccountPage::History => "history",
            AccountPage::Accounts => "payment_accounts",
            AccountPage::Subscriptions => "subscriptions",
        }
    }
}

/// What a token says of a part of the shop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Component {
    /// Its place among the parts, the smallest first.
    pub order: Option<i64>,
    /// Whether it is left out.
    pub hidden: bool,
}

/// What the page may know of the player.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlayerField {
    /// The game's own id.
    Id,
    /// Shown name.
    Name,
    /// Where the receipt goes.
    Email,
    /// Telephone.
    Phone,
    /// Country.
    Country,
}

/// What is stored of a body that [`Draft::of_browser`] took, or that is a guest's:
/// no body that is sent says so.
const GUEST: &str = "asked by a browser";

/// A token's body that was found to be in order.
#[derive(Clone, Debug)]
pub struct TokenBody {
    /// The player.
    pub user: User,
    /// How the page behaves.
    pub settings: Settings,
    /// What is bought.
    pub purchase: Purchase,
    custom_parameters: Option<String>,
    guest: bool,
    order: Option<i64>,
    /// What was ordered, where that need not be looked for.
    skus: Option<Vec<(String, i64)>>,
    /// All that was sent, of which the fields above are views.
    text: String,
    raw: OnceLock<Value>,
}

impl PartialEq for TokenBody {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

/// What the token of an order says, part by part, as JSON text.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    /// The player.
    pub user: &'a str,
    /// How the page behaves.
    pub settings: &'a str,
    /// What the game wants to be told again.
    pub custom_parameters: Option<&'a str>,
}

impl TokenBody {
    /// Reads a body, or lists its faults.
    pub fn read(body: &Value) -> Result<Self, Vec<Violation>> {
        // The shape is at least as strict as the types, so this reads.
        let draft = Draft::read(body.clone())?;
        Self::from_stored(draft.to_stored()).ok_or_else(|| vec![Violation::new("", "could not be read")])
    }

    /// Reads what [`Draft::to_stored`] wrote. It is not checked again: rules
    /// that became stricter must not close tokens that are in use.
    pub fn from_stored(text: impl Into<String>) -> Option<Self> {
        let text = text.into();
        let Views { user, settings, mut purchase, custom_parameters, guest, order_id: order } = Views::read(&text)?;
        // Such a token asks for nothing else.
        let skus = if order.is_some() { purchase.items.as_mut().and_then(Option::take) } else { None };
        let custom_parameters = custom_parameters.map(str::to_string);
        let (guest, raw) = (guest.is_some(), OnceLock::new());
        Some(TokenBody { user, settings, purchase, custom_parameters, guest, order, skus, text, raw })
    }

    /// Whether a browser asked and not the game, so that nobody has shown to be
    /// the player.
    pub fn is_guest(&self) -> bool {
        self.guest
    }

    /// All that was sent.
    fn raw(&self) -> &Value {
        self.raw.get_or_init(|| serde_json::from_str(&self.text).unwrap_or_default())
    }

    /// What a token says that asks for so many hundredths of the virtual
    /// currency, and for nothing else.
    pub fn for_virtual_currency(
        project: ProjectId,
        user: &str,
        hundredths: i64,
        currency: Option<Currency>,
    ) -> Option<Self> {
        let mut wish = json!({ "quantity": read::number(Decimal::from_units(hundredths, 100)?) });
        if let Some(currency) = currency {
            wish["currency"] = currency.code().into();
        }
        let body = json!({
            "user": { "id": { "value": user } },
            "settings": { "project_id": project.get() },
            "purchase": { "virtual_currency": wish },
        });
        Self::from_stored(body.to_string())
    }

    /// What the token of an order says that was made from SKUs: `items` is what
    /// was ordered, and `coupon` the code of a coupon.
    pub fn for_order(said: Said<'_>, items: &[(String, i64)], coupon: Option<&str>) -> Option<Self> {
        let Said { user, settings, custom_parameters } = said;
        let quoted = |text: &str| serde_json::to_string(text).ok();
        let mut text = String::with_capacity(256 + user.len() + settings.len());
        text.push('{');
        if let Some(custom) = custom_parameters {
            text.extend(["\"custom_parameters\":", custom, ","]);
        }
        text.push_str("\"purchase\":{");
        if let Some(code) = coupon {
            text.extend(["\"coupon_code\":{\"value\":", &quoted(code)?, "},"]);
        }
        text.push_str("\"items\":[");
        for (n, (sku, quantity)) in items.iter().enumerate() {
            let comma = if n > 0 { "," } else { "" };
            text.extend([comma, "{\"quantity\":", &quantity.to_string(), ",\"sku\":", &quoted(sku)?, "}"]);
        }
        text.extend(["]},\"settings\":", settings, ",\"user\":", user, "}"]);
        Some(TokenBody {
            user: stored::user_alone(user)?,
            settings: stored::settings_alone(settings)?,
            purchase: Purchase { items: Some(None), coupon_code: coupon.map(|_| IgnoredAny), ..Purchase::default() },
            custom_parameters: custom_parameters.map(str::to_string),
            guest: false,
            order: None,
            skus: Some(items.to_vec()),
            text,
            raw: OnceLock::new(),
        })
    }

    /// What the token of an order would say, for who wants to know what it comes
    /// to. It is not for keeping: it has no text.
    pub fn to_price(
        project: ProjectId,
        items: &[(String, i64)],
        attributes: Option<&Map<String, Value>>,
        coupon: Option<&str>,
        (currency, language): (Option<Currency>, Option<&str>),
    ) -> Self {
        let mut raw = Map::new();
        if let Some(attributes) = attributes {
            raw.insert("user".into(), json!({ "attributes": attributes }));
        }
        if let Some(code) = coupon {
            raw.insert("purchase".into(), json!({ "coupon_code": { "value": code } }));
        }
        TokenBody {
            user: User { attributes: attributes.map(|_| IgnoredAny), ..User::default() },
            settings: Settings {
                project_id: project.get(),
                external_id: None,
                language: language.map(str::to_string),
                return_url: None,
                currency: currency.map(|c| c.code().to_string()),
                mode: None,
                payment_method: None,
                payment_widget: None,
                redirect_policy: None,
                ui: Ui::default(),
                shipping_enabled: None,
            },
            purchase: Purchase { coupon_code: coupon.map(|_| IgnoredAny), ..Purchase::default() },
            custom_parameters: None,
            guest: false,
            order: None,
            skus: Some(items.to_vec()),
            text: String::new(),
            raw: OnceLock::from(Value::Object(raw)),
        }
    }

    /// The body that says all of this.
    fn of(raw: Value) -> Option<Self> {
        let body = Self::from_stored(serde_json::to_string(&raw).ok()?)?;
        // Nobody need read again what was just written.
        Some(TokenBody { raw: OnceLock::from(raw), ..body })
    }

    /// The same, of the order with this number.
    pub fn with_order(mut self, order: OrderId) -> Option<Self> {
        let end = self.text.rfind('}').filter(|_| self.order.is_none() && self.text.len() > 2)?;
        self.text.truncate(end);
        self.text.extend([",\"order_id\":", &order.get().to_string(), "}"]);
        self.order = Some(order.get());
        if let Some(raw) = self.raw.get_mut() {
            raw["order_id"] = order.get().into();
        }
        Some(self)
    }

    /// The same, for somebody who has not shown to be the player: a guest of the
    /// Store API made up who that is.
    pub fn of_guest(self) -> Option<Self> {
        let mut raw = self.raw().clone();
        raw[GUEST] = true.into();
        Self::of(raw)
    }

    /// The order that was made with the token.
    pub fn order(&self) -> Option<OrderId> {
        OrderId::new(self.order?)
    }

    /// All that was sent, as JSON text.
    pub fn to_stored(&self) -> &str {
        &self.text
    }

    /// The player, as far as the game knows. A name or number that is empty is
    /// none.
    pub fn player(&self) -> Player {
        let said = |field| self.said(field).map(str::to_string);
        Player {
            id: self.user_id().to_string(),
            name: said(PlayerField::Name),
            email: said(PlayerField::Email),
            phone: said(PlayerField::Phone),
            country: said(PlayerField::Country),
            zip: None,
            ip: None,
        }
    }

    /// What the game says of the player; what is empty is none.
    pub fn said(&self, field: PlayerField) -> Option<&str> {
        self.given(field).value.as_deref().filter(|v| !v.is_empty())
    }

    /// The game's own id of the player.
    pub fn user_id(&self) -> &str {
        self.user.id.value.as_deref().unwrap_or_default()
    }

    fn given(&self, field: PlayerField) -> &Given {
        match field {
            PlayerField::Id => &self.user.id,
            PlayerField::Name => &self.user.name,
            PlayerField::Email => &self.user.email,
            PlayerField::Phone => &self.user.phone,
            PlayerField::Country => &self.user.country,
        }
    }

    /// Whether the page leaves a field out.
    pub fn hidden(&self, field: PlayerField) -> bool {
        self.given(field).hidden.unwrap_or(true)
    }

    /// Whether the token lets the player change a field.
    pub fn allow_modify(&self, field: PlayerField) -> bool {
        self.given(field).allow_modify.unwrap_or(false)
    }

    /// Whether the page shows a field to change it. Nobody subscribes in the
    /// name of somebody else, and an order that is made is somebody's.
    pub fn may_change(&self, field: PlayerField) -> bool {
        let shown = self.allow_modify(field) && !self.withheld(field);
        shown && (field != PlayerField::Id || (self.plan().is_none() && self.order.is_none()))
    }

    /// Whether a field is kept off the page in so many words: what is not known
    /// of the player is not asked for then.
    pub fn withheld(&self, field: PlayerField) -> bool {
        self.given(field).hidden == Some(true)
    }

    /// The game that sells.
    pub fn project_id(&self) -> i64 {
        self.settings.project_id
    }

    /// Whether it is a test.
    pub fn sandbox(&self) -> bool {
        self.settings.mode.as_deref() == Some("sandbox")
    }

    /// The game's own transaction id.
    pub fn external_id(&self) -> Option<&str> {
        self.settings.external_id.as_deref()
    }

    /// Language of the page, as it was sent.
    pub fn language(&self) -> Option<&str> {
        self.settings.language.as_deref()
    }

    /// Where the player goes afterwards.
    pub fn return_url(&self) -> Option<&str> {
        self.settings.return_url.as_deref()
    }

    /// When the player is sent back, if the token says so.
    pub fn redirect_policy(&self) -> Option<redirect::RedirectPolicy> {
        self.settings.redirect_policy.as_ref().map(RedirectPolicy::policy)
    }

    /// Payment method to open at.
    pub fn payment_method(&self) -> Option<i64> {
        self.settings.payment_method
    }

    /// Group of payment methods to open at: `paybycash` or `giftcard`.
    pub fn payment_widget(&self) -> Option<&str> {
        self.settings.payment_widget.as_deref()
    }

    /// Colours of the page.
    pub fn theme(&self) -> &str {
        self.settings.ui.theme.as_deref().filter(|t| !t.is_empty()).unwrap_or("default")
    }

    /// Size of the page: `small`, `medium` or `large`.
    pub fn size(&self) -> Option<&str> {
        self.settings.ui.size.as_deref()
    }

    /// Looks of the page.
    pub fn look(&self) -> Look {
        Look::read(self.setting("/settings/ui"))
    }

    /// Whether only saved ways to pay may pay.
    pub fn only_saved(&self) -> bool {
        let ui = &self.settings.ui;
        if ui.mode.is_none() && ui.mobile.is_none() {
            return false;
        }
        let says = |pointer| self.setting(pointer).and_then(Value::as_str) == Some("saved_accounts");
        let mobile = self.setting("/settings/ui/version").and_then(Value::as_str) == Some("mobile");
        says("/settings/ui/mode") || (mobile && says("/settings/ui/mobile/mode"))
    }

    /// The price in money.
    pub fn checkout_price(&self) -> Option<Money> {
        let checkout = self.purchase.checkout.as_ref()?;
        Money::parse(&checkout.amount, Currency::from_code(&checkout.currency)?).ok()
    }

    /// What is bought, in the game's words.
    pub fn description(&self) -> Option<&str> {
        self.purchase.description.value.as_deref().filter(|d| !d.is_empty())
    }

    /// The plan of the subscription that is bought, by its external id.
    pub fn plan(&self) -> Option<&str> {
        self.purchase.subscription?;
        self.raw().pointer("/purchase/subscription/plan_id").and_then(Value::as_str).filter(|id| !id.is_empty())
    }

    /// Whether the plan replaces that of a subscription that runs.
    pub fn changes_plan(&self) -> bool {
        self.raw().pointer("/purchase/subscription/operation").and_then(Value::as_str) == Some("change_plan")
    }

    /// `custom_parameters` as JSON text, numbers in the digits that were sent.
    pub fn custom_parameters_text(&self) -> Option<String> {
        self.custom_parameters.clone()
    }

    /// What it asks for of a catalogue, in the order in which it is documented.
    /// Things without a name or a number ask for a list to choose from, and are
    /// no wish yet.
    pub fn wishes(&self) -> Wishes {
        if let Some(skus) = self.skus.as_ref().filter(|skus| skus.iter().all(|(sku, _)| !sku.is_empty())) {
            return if skus.is_empty() { vec![] } else { vec![(Wish::Skus(skus.clone()), None)] };
        }
        if !self.purchase.is_of_catalogue() {
            return vec![];
        }
        let Some(purchase) = self.raw().get("purchase") else { return vec![] };
        let part = |key: &str| purchase.get(key).filter(|p| p.is_object());
        let text =
            |v: &Value, key: &str| v.get(key).and_then(Value::as_str).filter(|t| !t.is_empty()).map(str::to_string);
        let currency = |v: &Value| text(v, "currency").and_then(|c| Currency::from_code(&c));
        fn list<'v>(v: &'v Value, key: &str) -> &'v [Value] {
            v.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
        }
        let mut wishes = Wishes::new();
        if let Some(part) = part("virtual_currency")
            && let Some(quantity) = part.get("quantity").and_then(read::decimal)
        {
            // What is finer than a hundredth is not sold; the page says so.
            let exact = if quantity.fits_units(100) { quantity.in_units(100) } else { 0 };
            wishes.push((Wish::VirtualCurrency(exact), currency(part)));
        }
        if let Some(part) = part("subscription")
            && let Some(external_id) = text(part, "plan_id")
        {
            let trial_days = part.get("trial_days").and_then(read::integer);
            wishes.push((Wish::Plan { external_id, trial_days }, currency(part)));
        }
        if let Some(part) = part("virtual_items") {
            let item = |i: &Value| Some((text(i, "sku")?, i.get("amount").and_then(read::integer).unwrap_or(1)));
            let items: Vec<_> = list(part, "items").iter().filter_map(item).collect();
            if !items.is_empty() {
                wishes.push((Wish::Items(items), currency(part)));
            }
        }
        if let Some(part) = part("pin_codes") {
            let key = |k: &Value| Some((text(k, "digital_content")?, text(k, "drm")));
            let keys: Vec<_> = list(part, "codes").iter().filter_map(key).collect();
            if !keys.is_empty() {
                wishes.push((Wish::Keys(keys), currency(part)));
            }
        }
        // No body that is sent has them: orders are made from them.
        let sku = |i: &Value| Some((text(i, "sku")?, i.get("quantity").and_then(read::integer)?));
        let skus: Vec<_> = list(purchase, "items").iter().filter_map(sku).collect();
        if !skus.is_empty() {
            wishes.push((Wish::Skus(skus), None));
        }
        wishes
    }

    /// Whether it asks for nothing in particular: then the page is a shop.
    pub fn is_open(&self) -> bool {
        self.purchase.checkout.is_none() && self.order().is_none() && self.wishes().is_empty()
    }

    /// What stands at a place such as `/settings/ui`. The names in it are ours.
    fn setting(&self, place: &str) -> Option<&Value> {
        let found = place.split('/').skip(1).try_fold(self.raw(), |value, name| value.get(name));
        found.filter(|v| !v.is_null())
    }

    /// What `settings.ui.components` says of a part of the shop.
    pub fn component(&self, name: &str) -> Component {
        let Some(part) = self.setting(&format!("/settings/ui/components/{name}")) else { return Component::default() };
        Component {
            order: part.get("order").and_then(read::integer),
            hidden: part.get("hidden").and_then(read::truth).unwrap_or(false),
        }
    }

    /// Whether the player may name any amount of virtual currency; none where
    /// the token does not say.
    pub fn custom_amount(&self) -> Option<bool> {
        read::truth(self.setting("/settings/ui/components/virtual_currency/custom_amount")?)
    }

    /// The group of items that is open at first, by number or by the game's own
    /// name.
    pub fn selected_group(&self) -> Option<&str> {
        self.setting("/settings/ui/components/virtual_items/selected_group")?.as_str().filter(|g| !g.is_empty())
    }

    /// The SKU of the item that stands first.
    pub fn selected_item(&self) -> Option<&str> {
        self.setting("/settings/ui/components/virtual_items/selected_item")?.as_str().filter(|i| !i.is_empty())
    }

    /// The groups whose items are shown, by number or by the game's own name;
    /// empty for all.
    pub fn available_groups(&self) -> Vec<String> {
        let groups = self.setting("/purchase/virtual_items/available_groups").and_then(Value::as_array);
        let name = |g: &Value| g.as_str().map_or_else(|| g.to_string(), str::to_string);
        groups.into_iter().flatten().map(name).collect()
    }

    /// The plans that are shown, by external id; empty for all.
    pub fn available_plans(&self) -> Vec<String> {
        match self.setting("/purchase/subscription/available_plans") {
            Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).map(str::to_string).collect(),
            Some(Value::String(text)) => {
                text.split(',').map(|p| p.trim().to_string()).filter(|p| !p.is_empty()).collect()
            }
            _ => vec![],
        }
    }

    /// Whether it opens the player's account, and nothing can be bought with it.
    pub fn is_account(&self) -> bool {
        self.settings.ui.mode.is_some()
            && self.setting("/settings/ui/mode").and_then(Value::as_str) == Some("user_account")
    }

    /// The pages of the account to show: those that are switched on, by their
    /// places; all of them where the token switches none on.
    pub fn account_pages(&self) -> Vec<AccountPage> {
        let of = |page: AccountPage| self.setting(&format!("/settings/ui/user_account/{}", page.name()));
        let enabled = |page: &AccountPage| of(*page).and_then(|p| read::truth(p.get("enable")?)).unwrap_or(false);
        let mut pages: Vec<_> = AccountPage::ALL.into_iter().filter(enabled).collect();
        if pages.is_empty() {
            pages = AccountPage::ALL.to_vec();
        }
        pages.sort_by_key(|page| of(*page).and_then(|p| read::integer(p.get("order")?)).unwrap_or(i64::MAX));
        pages
    }

    /// Whether the page asks where the purchase is to be sent.
    pub fn ships(&self) -> bool {
        self.settings.shipping_enabled.is_some()
            && self.setting("/settings/shipping_enabled").and_then(read::truth).unwrap_or(false)
    }

    /// What makes the purchase a gift; an empty object, as PHP writes one, does
    /// not.
    pub fn gift(&self) -> Option<Giving> {
        self.purchase.gift?;
        let gift = self.setting("/purchase/gift")?.as_object().filter(|gift| !gift.is_empty())?;
        let text = |of: &Map<String, Value>, key: &str| {
            let text = of.get(key).and_then(Value::as_str).map(str::trim);
            text.filter(|text| !text.is_empty()).map(str::to_string)
        };
        let friend = |f: &Value| {
            let f = f.as_object()?;
            Some(Friend { id: text(f, "id")?, name: text(f, "name"), email: text(f, "email") })
        };
        let mut friends: Vec<Friend> = Vec::new();
        for friend in gift.get("friends").and_then(Value::as_array).into_iter().flatten().filter_map(friend) {
            if !friends.iter().any(|known| known.id == friend.id) {
                friends.push(friend);
            }
        }
        Some(Giving {
            giver: text(gift, "giver_id").or_else(|| self.user.id.value.clone()).unwrap_or_default(),
            message: text(gift, "message"),
            hide_giver: gift.get("hide_giver_from_receiver").and_then(yes_or_no).unwrap_or(true),
            friends,
        })
    }

    /// Where the game's licence agreement is.
    pub fn license_url(&self) -> Option<&str> {
        self.setting("/settings/ui/license_url")?.as_str().filter(|u| !u.is_empty())
    }

    /// The code of a coupon that is to be used.
    pub fn coupon_code(&self) -> Option<&str> {
        self.purchase.coupon_code?;
        let code = self.raw().get("purchase")?.get("coupon_code")?.get("value")?.as_str()?;
        Some(code).filter(|c| !c.is_empty())
    }

    /// Whether the page has a field for a coupon.
    pub fn hides_coupon(&self) -> bool {
        self.setting("/purchase/coupon_code/hidden").and_then(read::truth).unwrap_or(false)
    }

    /// The currency the player prefers to pay in.
    pub fn currency(&self) -> Option<Currency> {
        Currency::from_code(self.settings.currency.as_deref()?)
    }

    /// What the game says of the player, by which offers are chosen.
    pub fn attributes(&self) -> Option<&Map<String, Value>> {
        self.user.attributes?;
        self.raw().get("user")?.get("attributes")?.as_object()
    }
}

/// Text that says yes or no, also with a capital, as it is published.
fn yes_or_no(v: &Value) -> Option<bool> {
    match v.as_str() {
        Some(text) => read::truth(&text.to_ascii_lowercase().into()),
        None => read::truth(v),
    }
}

/// What is wrong with the price, as far as its currency decides that. What the
/// shape already refuses is not reported again.
fn body_price_fault(body: &Value) -> Option<Violation> {
    let checkout = body.get("purchase")?.get("checkout")?;
    let Value::Number(amount) = checkout.get("amount")? else { return None };
    price_fault(checkout.get("currency")?.as_str()?, amount.as_str())
}

fn price_fault(currency: &str, amount: &str) -> Option<Violation> {
    let currency = Currency::from_code(currency)?;
    let too_large = || format!("must have a maximum value of {}", largest(currency).shortest());
    let too_precise = || format!("must be a multiple of {}", Money::new(1, currency).shortest());
    let text = match Money::parse(amount, currency) {
        Ok(price) if price.minor > largest(currency).minor => too_large(),
        Ok(_) => return None,
        Err(MoneyError::TooPrecise) => too_precise(),
        // A JSON number whose exponent is beyond all reason.
        Err(MoneyError::NotANumber) if amount.contains("e-") => too_precise(),
        Err(_) if amount.starts_with('-') => return None,
        Err(_) => too_large(),
    };
    Some(Violation::new("purchase.checkout.amount", text))
}

#[cfg(test)]
mod tests;
