//! The body of the call that makes a payment token.

use crate::look::Look;
use crate::shape::{self, Field, MAX_INTEGER, Shape, TextRule, Unknown, Violation};
use crate::{plain, read};
use coinslot_domain::decimal::Decimal;
use coinslot_domain::gift::{Friend, Giving};
use coinslot_domain::id::{OrderId, ProjectId};
use coinslot_domain::merchant::RedirectWhen;
use coinslot_domain::money::{Currency, Money, MoneyError, largest};
use coinslot_domain::order::Player;
use coinslot_domain::purchase::{Wish, Wishes};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use serde_json::{Map, Number, Value, json};
use std::sync::{Arc, OnceLock};

const BOOL: Shape = Shape::Bool;
const ANY_INTEGER: Shape = Shape::Integer { min: -MAX_INTEGER, max: MAX_INTEGER };
const COUNT: Shape = Shape::Integer { min: 1, max: MAX_INTEGER };
const NATURAL: Shape = Shape::Integer { min: 0, max: MAX_INTEGER };
const AMOUNT: Shape = Shape::Number { positive: true, text: false };
const NAME: Shape = text(0, 255);
const PROSE: Shape = text(0, 4000);
const CURRENCY: Shape = rule(3, TextRule::Currency);
const COUNTRY: Shape = rule(2, TextRule::Country);
const EMAIL: Shape = rule(100, TextRule::Email);
const URL: Shape = rule(1000, TextRule::Url);

const fn text(min: usize, max: usize) -> Shape {
    Shape::Text { min, max, rule: None }
}

/// Text under a rule. What the rule says of the length, it says itself.
const fn rule(max: usize, rule: TextRule) -> Shape {
    match rule {
        TextRule::Email | TextRule::Url => Shape::Text { min: 0, max, rule: Some(rule) },
        _ => Shape::Text { min: 0, max: usize::MAX, rule: Some(rule) },
    }
}

/// An object that refuses what it does not know.
const fn object(fields: &'static [Field]) -> Shape {
    Shape::Object { fields, unknown: Unknown::Refuse }
}

/// An object that passes over what it does not know. The settings of the page's
/// looks grew over the years; a page without one of them still takes money.
const fn lenient(fields: &'static [Field]) -> Shape {
    Shape::Object { fields, unknown: Unknown::Ignore }
}

const HIDDEN: Field = Field::optional("hidden", BOOL, "Leaves the field off the page; true if not given.");
const ALLOW_MODIFY: Field =
    Field::optional("allow_modify", BOOL, "Lets the player change the value; false if not given.");

const USER: Shape = object(&[
    Field::required(
        "id",
        object(&[Field::required("value", text(1, 255), "The game's own id of the player."), HIDDEN, ALLOW_MODIFY]),
        "Who pays.",
    ),
    Field::optional(
        "name",
        object(&[Field::optional("value", NAME, "The name."), HIDDEN, ALLOW_MODIFY]),
        "The player's shown name.",
    ),
    Field::optional(
        "email",
        object(&[Field::optional("value", EMAIL, "The address."), HIDDEN, ALLOW_MODIFY]),
        "Where the receipt goes.",
    ),
    Field::optional(
        "phone",
        object(&[Field::optional("value", NAME, "The number, in international form."), HIDDEN, ALLOW_MODIFY]),
        "The player's telephone.",
    ),
    Field::optional(
        "country",
        object(&[Field::optional("value", COUNTRY, "ISO 3166-1 alpha-2, upper case."), HIDDEN, ALLOW_MODIFY]),
        "Decides taxes and payment methods; found from the player's address if not given.",
    ),
    Field::optional("attributes", Shape::Map, "Free attributes by which offers may be chosen."),
    Field::optional(
        "steam_id",
        object(&[Field::optional("value", rule(17, TextRule::DigitsExact(17)), "17 digits.")]),
        "The player's account at Steam.",
    ),
    Field::optional(
        "tracking_id",
        object(&[Field::optional("value", rule(32, TextRule::AlnumExact(32)), "32 letters and digits.")]),
        "Names the player to advertising campaigns.",
    ),
    Field::optional(
        "public_id",
        object(&[Field::optional("value", NAME, "The id the player knows.")]),
        "An id by which the player may pay outside the game.",
    ),
    Field::optional(
        "utm",
        object(&[
            Field::optional("utm_source", NAME, "Source."),
            Field::optional("utm_medium", NAME, "Medium."),
            Field::optional("utm_campaign", NAME, "Campaign."),
            Field::optional("utm_term", NAME, "Keyword."),
            Field::optional("utm_content", NAME, "Content."),
        ]),
        "Where the player came from.",
    ),
    Field::optional("age", NATURAL, "Age in years."),
    Field::optional("is_legal", BOOL, "Whether a company pays."),
    Field::optional(
        "legal",
        object(&[
            Field::optional("name", NAME, "Name of the company."),
            Field::optional("address", PROSE, "Its address."),
            Field::optional("vat_id", NAME, "Its tax number."),
            Field::optional("country", COUNTRY, "Its country."),
        ]),
        "The company that pays.",
    ),
]);

const LAYOUT: Shape = Shape::Enum(&["list", "grid"]);
const CLOSE_BUTTON: Field =
    Field::optional("close_button", BOOL, "Shows a button that closes the page and leads back; false if not given.");

const VIEW: Field = Field::optional(
    "view",
    Shape::Enum(&["vertical", "horizontal_navigation"]),
    "Where the groups are: beside the items or above them; vertical if not given.",
);

const MENU_PAGE: Shape = lenient(&[
    Field::optional("order", ANY_INTEGER, "Its place in the menu."),
    Field::optional("enable", BOOL, "Whether it is in the menu."),
]);

const UI: Shape = lenient(&[
    Field::optional("size", Shape::Enum(&["small", "medium", "large"]), "Size of the page."),
    Field::optional("theme", NAME, "Colours: default, dark, or the name of a theme."),
    Field::optional("version", Shape::Enum(&["desktop", "mobile"]), "Layout; desktop if not given."),
    Field::optional(
        "mode",
        Shape::Enum(&["user_account", "saved_accounts"]),
        "Opens the player's account in place of a purchase, or lets only saved payment methods pay.",
    ),
    Field::optional("license_url", URL, "The licence agreement."),
    Field::optional(
        "desktop",
        lenient(&[
            Field::optional(
                "header",
                lenient(&[
                    Field::optional("is_visible", BOOL, "Shows the header."),
                    Field::optional("visible_logo", BOOL, "Shows the logo."),
                    Field::optional("visible_name", BOOL, "Shows the game's name."),
                    Field::optional("visible_purchase", BOOL, "Shows the purchase; true if not given."),
                    Field::optional("type", Shape::Enum(&["compact", "normal"]), "How much the header says."),
                    CLOSE_BUTTON,
                ]),
                "The top of the page.",
            ),
            Field::optional(
                "subscription_list",
                lenient(&[
                    Field::optional("layout", LAYOUT, "List or grid; list if not given."),
                    Field::optional("description", PROSE, "Text above the list."),
                    Field::optional("display_local_price", BOOL, "Shows the price in the player's currency too."),
                ]),
                "The list of subscriptions.",
            ),
            Field::optional(
                "virtual_item_list",
                lenient(&[
                    Field::optional("layout", LAYOUT, "List or grid; list if not given."),
                    Field::optional("button_with_price", BOOL, "Writes the price on the button; false if not given."),
                    VIEW,
                ]),
                "The list of items.",
            ),
            Field::optional("virtual_items_list", lenient(&[VIEW]), "The groups of items."),
            Field::optional(
                "virtual_currency_list",
                lenient(&[
                    Field::optional("description", PROSE, "Text above the list."),
                    Field::optional("button_with_price", BOOL, "Writes the price on the button; false if not given."),
                ]),
                "The list of virtual currency packages.",
            ),
        ]),
        "Looks on a desktop.",
    ),
    Field::optional(
        "header",
        lenient(&[Field::optional(
            "visible_virtual_currency_balance",
            BOOL,
            "Shows the balance of virtual currency; true if not given.",
        )]),
        "The top of the page on any device.",
    ),
    Field::optional(
        "mobile",
        lenient(&[
            Field::optional("mode", Shape::Enum(&["saved_accounts"]), "Only saved payment methods may pay."),
            Field::optional("header", lenient(&[CLOSE_BUTTON]), "The top of the page."),
            Field::optional(
                "footer",
                lenient(&[Field::optional("is_visible", BOOL, "Shows the footer.")]),
                "The end of the page.",
            ),
        ]),
        "Looks on a telephone.",
    ),
    Field::optional(
        "components",
        lenient(&[
            Field::optional(
                "virtual_items",
                lenient(&[
                    Field::optional("order", ANY_INTEGER, "Its place in the menu."),
                    Field::optional("hidden", BOOL, "Leaves it out of the menu."),
                    Field::optional("selected_group", NAME, "The group that is open at first."),
                    Field::optional("selected_item", NAME, "The SKU of the item that is open at first."),
                ]),
                "The tab of items.",
            ),
            Field::optional(
                "virtual_currency",
                lenient(&[
                    Field::optional("custom_amount", BOOL, "Lets the player choose any quantity."),
                    Field::optional("order", ANY_INTEGER, "Its place in the menu."),
                    Field::optional("hidden", BOOL, "Leaves it out of the menu."),
                ]),
                "The tab of virtual currency.",
            ),
            Field::optional(
                "subscriptions",
                lenient(&[
                    Field::optional("order", ANY_INTEGER, "Its place in the menu."),
                    Field::optional("hidden", BOOL, "Leaves it out of the menu."),
                ]),
                "The tab of subscriptions.",
            ),
        ]),
        "The tabs of the shop.",
    ),
    Field::optional(
        "user_account",
        lenient(&[
            Field::optional("info", MENU_PAGE, "The page about the player."),
            Field::optional("history", MENU_PAGE, "The page of past payments."),
            Field::optional("payment_accounts", MENU_PAGE, "The page of saved payment methods."),
            Field::optional("subscriptions", MENU_PAGE, "The page of subscriptions."),
        ]),
        "The pages of the player's account.",
    ),
]);

const SETTINGS: Shape = object(&[
    Field::required("project_id", COUNT, "The game that sells."),
    Field::optional("external_id", text(1, 255), "The game's own id of the transaction."),
    Field::optional("language", rule(5, TextRule::Language), "Language of the page: en, pt-BR or pt_BR."),
    Field::optional("return_url", URL, "Where the player goes after the payment; what became of it is appended."),
    Field::optional("currency", CURRENCY, "The currency the player prefers to pay in."),
    Field::optional("mode", Shape::Enum(&["sandbox"]), "Makes it a test: no money moves."),
    Field::optional("payment_method", COUNT, "Opens the page at this payment method."),
    Field::optional(
        "payment_widget",
        Shape::Enum(&["paybycash", "giftcard"]),
        "Opens the page at cash payments or gift cards.",
    ),
    Field::optional("shipping_enabled", BOOL, "Asks for a postal address; false if not given."),
    Field::optional(
        "redirect_policy",
        object(&[
            Field::optional(
                "redirect_conditions",
                Shape::Enum(&["none", "successful", "successful_or_canceled", "any"]),
                "After which outcome the page leads back by itself.",
            ),
            Field::optional("delay", NATURAL, "Seconds it waits before that."),
            Field::optional(
                "status_for_manual_redirection",
                Shape::Enum(&["none", "vc", "successful", "successful_or_canceled", "any"]),
                "After which outcome the page shows a button that leads back.",
            ),
            Field::optional("redirect_button_caption", NAME, "Text on that button."),
            Field::optional("autoredirect_from_status_page", BOOL, "Accepted from older clients, without effect."),
        ]),
        "When the player is sent back; it overrides the project's setting.",
    ),
    Field::optional("ui", UI, "Looks of the page."),
]);

const PURCHASE: Shape = object(&[
    Field::optional(
        "checkout",
        object(&[
            Field::required("currency", CURRENCY, "ISO 4217, upper case."),
            Field::required("amount", AMOUNT, "The price, with no more decimals than the currency has."),
        ]),
        "A price in money.",
    ),
    Field::optional(
        "description",
        object(&[Field::optional("value", PROSE, "The text, shown on the page and the receipt.")]),
        "What is bought.",
    ),
    Field::optional(
        "virtual_currency",
        object(&[
            Field::optional("quantity", AMOUNT, "How much of it."),
            Field::optional("currency", CURRENCY, "The currency its price is reckoned in."),
        ]),
        "Virtual currency to buy.",
    ),
    Field::optional(
        "virtual_items",
        object(&[
            Field::optional("currency", CURRENCY, "The currency their price is reckoned in."),
            Field::optional(
                "items",
                Shape::Array(&object(&[
                    Field::optional("sku", text(1, 255), "Which item."),
                    Field::optional("amount", COUNT, "How many."),
                ])),
                "The items.",
            ),
            Field::optional(
                "available_groups",
                Shape::Array(&Shape::OneOf(&[NAME, ANY_INTEGER])),
                "Shows only items of these groups.",
            ),
        ]),
        "Items to buy.",
    ),
    Field::optional(
        "subscription",
        object(&[
            Field::optional("plan_id", NAME, "External id of the plan."),
            Field::optional("product_id", NAME, "The product it belongs to."),
            Field::optional("currency", CURRENCY, "The currency its price is reckoned in."),
            Field::optional("trial_days", NATURAL, "Days without charge, for plans that have no trial."),
            Field::optional(
                "available_plans",
                Shape::OneOf(&[Shape::Array(&NAME), PROSE]),
                "Shows only these plans: a list, or text with commas.",
            ),
            Field::optional("operation", Shape::Enum(&["change_plan"]), "Changes the plan of a running subscription."),
        ]),
        "A subscription to buy.",
    ),
    Field::optional(
        "pin_codes",
        object(&[
            Field::optional("currency", CURRENCY, "The currency their price is reckoned in."),
            Field::optional(
                "codes",
                Shape::Array(&object(&[
                    Field::optional("digital_content", text(1, 255), "SKU of the game."),
                    Field::optional(
                        "drm",
                        Shape::Enum(&["steam", "playstation", "xbox", "uplay", "origin", "drmfree"]),
                        "Where the key is redeemed.",
                    ),
                ])),
                "The keys.",
            ),
            Field::optional(
                "upgrade",
                object(&[
                    Field::optional("id", COUNT, "The upgrade."),
                    Field::optional("id_user_history", COUNT, "The key it upgrades."),
                ]),
                "An upgrade of a key bought before.",
            ),
        ]),
        "Game keys to buy.",
    ),
    Field::optional(
        "gift",
        object(&[
            Field::optional("giver_id", NAME, "Who gives."),
            Field::optional("message", PROSE, "A message to the friend."),
            Field::optional(
                "hide_giver_from_receiver",
                Shape::OneOf(&[BOOL, Shape::Enum(&["true", "false", "True", "False", "1", "0"])]),
                "Keeps the giver secret; true if not given.",
            ),
            Field::optional(
                "friends",
                Shape::Array(&object(&[
                    Field::required("id", text(1, 255), "The game's own id of the friend."),
                    Field::optional("name", NAME, "Shown name."),
                    Field::optional("email", EMAIL, "Address."),
                ])),
                "Who may receive it.",
            ),
        ]),
        "Makes the purchase a gift.",
    ),
    Field::optional(
        "coupon_code",
        object(&[
            Field::optional("value", NAME, "The code."),
            Field::optional("hidden", BOOL, "Leaves the field off the page."),
        ]),
        "A coupon.",
    ),
]);

/// What the body must look like.
pub static TOKEN: Shape = object(&[
    Field::required("user", USER, "The player."),
    Field::required("settings", SETTINGS, "How the page behaves."),
    Field::optional("purchase", PURCHASE, "What is bought."),
    Field::optional("custom_parameters", Shape::Map, "Free data, repeated in the notifications."),
]);

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
}

/// `settings`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
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

/// `settings.redirect_policy`. What is absent is for the project to decide.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct RedirectPolicy {
    redirect_conditions: Option<String>,
    status_for_manual_redirection: Option<String>,
    /// Seconds before the page leads back by itself.
    pub delay: Option<i64>,
    /// Text on the button that leads back.
    pub redirect_button_caption: Option<String>,
}

impl RedirectPolicy {
    /// When the page leads back by itself.
    pub fn automatic(&self) -> Option<RedirectWhen> {
        self.redirect_conditions.as_deref().map(redirect_when)
    }

    /// When the page shows a button that leads back.
    pub fn manual(&self) -> Option<RedirectWhen> {
        self.status_for_manual_redirection.as_deref().map(redirect_when)
    }
}

fn redirect_when(name: &str) -> RedirectWhen {
    match name {
        "successful" => RedirectWhen::Successful,
        "successful_or_canceled" => RedirectWhen::SuccessfulOrCanceled,
        "any" => RedirectWhen::Any,
        "vc" => RedirectWhen::VirtualCurrency,
        _ => RedirectWhen::None,
    }
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
    pub amount: Number,
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
    // No body that is sent has them: orders are made from them.
    items: Option<IgnoredAny>,
}

impl Purchase {
    /// Whether it is of a catalogue.
    fn is_of_catalogue(&self) -> bool {
        [&self.virtual_currency, &self.virtual_items, &self.subscription, &self.pin_codes, &self.items]
            .iter()
            .any(|p| p.is_some())
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

/// A body that was found to be in order and is about to become a token.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft {
    /// All that was sent, as JSON text.
    text: String,
    project: i64,
    sandbox: bool,
    external_id: Option<String>,
    user: String,
    attributes: Option<Map<String, Value>>,
}

impl Draft {
    /// Takes a body, or lists its faults.
    pub fn read(body: Value) -> Result<Self, Vec<Violation>> {
        checked(body).map(Draft::of)
    }

    /// Takes a body as it came, if it is plain and has no fault: then this is
    /// the same as [`Draft::read`], and many times as fast.
    pub fn plain(body: &[u8]) -> Option<Self> {
        let mut draft = Draft::default();
        let (mut currency, mut amount, mut said) = (None, None, false);
        let text = plain::written(&TOKEN, body, |path, scalar| match path {
            ["user", "id", "value"] => draft.user = scalar.to_string(),
            ["user", "attributes", _, ..] => said = true,
            ["settings", "project_id"] => draft.project = scalar.parse().unwrap_or_default(),
            ["settings", "mode"] => draft.sandbox = scalar == "sandbox",
            ["settings", "external_id"] => draft.external_id = Some(scalar.to_string()),
            ["purchase", "checkout", "currency"] => currency = Some(scalar),
            ["purchase", "checkout", "amount"] => amount = Some(scalar),
            _ => {}
        })?;
        let price = currency.zip(amount).and_then(|(currency, amount)| price_fault(currency, amount));
        (price.is_none() && !said).then_some(Draft { text, ..draft })
    }

    /// Takes what a browser sends in place of a token: the same body, in which
    /// the player need not be named and is `guest` then. Left out is what only
    /// the game may say: prices of its own, what is known of the player, and
    /// plans, which are charged again later.
    ///
    /// # Errors
    /// The faults of the body, as [`Draft::read`] lists them.
    pub fn of_browser(mut body: Value, guest: &str) -> Result<Self, Vec<Violation>> {
        let Some(all) = body.as_object_mut() else { return Draft::read(body) };
        let user = all.entry("user").or_insert_with(|| json!({}));
        if let Some(user) = user.as_object_mut() {
            user.remove("attributes");
            let id = user.entry("id").or_insert_with(|| json!({}));
            if let Some(id) = id.as_object_mut()
                && id.get("value").is_none_or(Value::is_null)
            {
                id.insert("value".into(), guest.into());
            }
        }
        if let Some(purchase) = all.get_mut("purchase").and_then(Value::as_object_mut) {
            purchase.remove("checkout");
            purchase.remove("subscription");
            // Nobody has shown to be the player whose friends these would be.
            purchase.remove("gift");
        }
        let mut body = checked(body)?;
        if let Some(all) = body.as_object_mut() {
            all.insert(GUEST.into(), true.into());
        }
        Ok(Draft::of(body))
    }

    /// What a body says that was checked.
    fn of(mut body: Value) -> Self {
        // The same as its `Display`, and several times as fast.
        let text = serde_json::to_string(&body).unwrap_or_else(|_| body.to_string());
        let said = |part: &str, key: &str| body.get(part).and_then(|part| part.get(key));
        let project = said("settings", "project_id").and_then(Value::as_i64).unwrap_or_default();
        let sandbox = said("settings", "mode").and_then(Value::as_str) == Some("sandbox");
        let external_id = said("settings", "external_id").and_then(read::text);
        let user = said("user", "id").and_then(|id| read::text(id.get("value")?)).unwrap_or_default();
        let attributes = match body.get_mut("user").and_then(|user| user.get_mut("attributes")).map(Value::take) {
            Some(Value::Object(attributes)) if !attributes.is_empty() => Some(attributes),
            _ => None,
        };
        Draft { text, project, sandbox, external_id, user, attributes }
    }

    /// The game that sells.
    pub fn project_id(&self) -> i64 {
        self.project
    }

    /// Whether it is a test.
    pub fn sandbox(&self) -> bool {
        self.sandbox
    }

    /// The game's own transaction id.
    pub fn external_id(&self) -> Option<&str> {
        self.external_id.as_deref()
    }

    /// The game's own id of the player.
    pub fn user_id(&self) -> &str {
        &self.user
    }

    /// What the game says of the player, by which offers are chosen.
    pub fn attributes(&self) -> Option<&Map<String, Value>> {
        self.attributes.as_ref()
    }

    /// All that was sent, as JSON text: nothing the game said may be lost
    /// between token and webhook.
    pub fn to_stored(&self) -> &str {
        &self.text
    }

    /// The same, of a draft that is not needed any more.
    pub fn into_stored(self) -> String {
        self.text
    }
}

/// The body with each `[]` that stands for an empty object as `{}`, or its
/// faults.
fn checked(body: Value) -> Result<Value, Vec<Violation>> {
    let mut violations = shape::check(&TOKEN, &body);
    let body = shape::normalise(&TOKEN, body);
    violations.extend(body_price_fault(&body));
    if violations.is_empty() { Ok(body) } else { Err(violations) }
}

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
    raw: Arc<OnceLock<Value>>,
}

impl PartialEq for TokenBody {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

/// The views of a body, as serde reads them.
#[derive(Deserialize)]
struct Views<'a> {
    user: User,
    settings: Settings,
    #[serde(default)]
    purchase: Purchase,
    #[serde(default, borrow)]
    custom_parameters: Option<&'a RawValue>,
    #[serde(rename = "asked by a browser")]
    guest: Option<IgnoredAny>,
    order_id: Option<i64>,
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
    pub fn from_stored(text: &str) -> Option<Self> {
        let Views { user, settings, purchase, custom_parameters, guest, order_id: order } =
            serde_json::from_str(text).ok()?;
        let custom_parameters = custom_parameters.map(|raw| raw.get().to_string());
        let (guest, text) = (guest.is_some(), text.to_string());
        let raw = Arc::default();
        Some(TokenBody { user, settings, purchase, custom_parameters, guest, order, skus: None, text, raw })
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
        Self::from_stored(&body.to_string())
    }

    /// What the token of an order says that was made from SKUs. `said` is the
    /// body's members as a token has them, `items` what was ordered, and `coupon`
    /// the code of a coupon.
    pub fn for_order(mut said: Map<String, Value>, items: &[(String, i64)], coupon: Option<&str>) -> Option<Self> {
        let shown: Vec<Value> = items.iter().map(|(sku, n)| json!({ "sku": sku, "quantity": n })).collect();
        let mut purchase = json!({ "items": shown });
        if let Some(code) = coupon {
            purchase["coupon_code"] = json!({ "value": code });
        }
        said.insert("purchase".into(), purchase);
        let body = Self::of(Value::Object(said))?;
        Some(TokenBody { skus: Some(items.to_vec()), ..body })
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
            user: User::default(),
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
            purchase: Purchase::default(),
            custom_parameters: None,
            guest: false,
            order: None,
            skus: Some(items.to_vec()),
            text: String::new(),
            raw: Arc::new(OnceLock::from(Value::Object(raw))),
        }
    }

    /// The body that says all of this.
    fn of(raw: Value) -> Option<Self> {
        let body = Self::from_stored(&serde_json::to_string(&raw).ok()?)?;
        // Nobody need read again what was just written.
        Some(TokenBody { raw: Arc::new(OnceLock::from(raw)), ..body })
    }

    /// The same, of the order with this number.
    pub fn with_order(mut self, order: OrderId) -> Option<Self> {
        let end = self.text.rfind('}').filter(|_| self.order.is_none() && self.text.len() > 2)?;
        self.text.replace_range(end.., &format!(r#","order_id":{order}}}"#));
        self.order = Some(order.get());
        match Arc::get_mut(&mut self.raw).map(OnceLock::get_mut) {
            Some(Some(raw)) => raw["order_id"] = order.get().into(),
            Some(None) => {}
            None => self.raw = Arc::default(),
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
        let value = |given: &Given| given.value.clone().filter(|v| !v.is_empty());
        Player {
            id: self.user.id.value.clone().unwrap_or_default(),
            name: value(&self.user.name),
            email: value(&self.user.email),
            phone: value(&self.user.phone),
            country: value(&self.user.country),
            zip: None,
            ip: None,
        }
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
    pub fn redirect_policy(&self) -> Option<&RedirectPolicy> {
        self.settings.redirect_policy.as_ref()
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
        Money::parse(checkout.amount.as_str(), Currency::from_code(&checkout.currency)?).ok()
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
        self.raw().get("user")?.get("attributes")?.as_object()
    }
}

/// The player of a stored body: the game's own id, and the address if there is
/// one.
pub fn contact(text: &str) -> Option<(String, Option<String>)> {
    #[derive(Deserialize)]
    struct Body {
        user: Contact,
    }
    #[derive(Deserialize)]
    struct Contact {
        id: Given,
        #[serde(default)]
        email: Given,
    }
    let Body { user } = serde_json::from_str(text).ok()?;
    Some((user.id.value.unwrap_or_default(), user.email.value.filter(|v| !v.is_empty())))
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
mod tests {
    use super::*;
    use crate::look::Layout;
    use crate::shape::{NOT_POSITIVE, parse};
    use proptest::prelude::*;

    /// A value that `shape` accepts, with every property there is.
    fn sample(shape: &Shape) -> Value {
        match shape {
            Shape::Object { fields, .. } => {
                Value::Object(fields.iter().map(|f| (f.name.to_string(), sample(&f.shape))).collect())
            }
            Shape::Map => json!({"k": 1}),
            Shape::Array(element) => json!([sample(element), sample(element)]),
            Shape::Text { rule: None, .. } => json!("x"),
            Shape::Text { rule: Some(rule), .. } => match rule {
                TextRule::Email => json!("a@b.example"),
                TextRule::Currency => json!("USD"),
                TextRule::Country => json!("US"),
                TextRule::Language => json!("pt-BR"),
                TextRule::Url => json!("https://game.example/?a=1"),
                TextRule::Image | TextRule::Sku => unreachable!("the token has none"),
                TextRule::DigitsExact(n) | TextRule::AlnumExact(n) => json!("1".repeat(*n)),
            },
            Shape::Enum(values) => json!(values[0]),
            Shape::Integer { .. } | Shape::Number { .. } => json!(1),
            Shape::Bool => json!(true),
            Shape::Any => json!(null),
            Shape::OneOf(shapes) => sample(&shapes[0]),
            lenient => unreachable!("the token is strict and has no {lenient:?}"),
        }
    }

    /// A step into a body.
    #[derive(Clone)]
    enum Step {
        Key(&'static str),
        Second,
    }

    fn dotted(path: &[Step]) -> String {
        let mut text = String::new();
        for step in path {
            match step {
                Step::Key(key) if text.is_empty() => text.push_str(key),
                Step::Key(key) => text.push_str(&format!(".{key}")),
                Step::Second => text.push_str("[1]"),
            }
        }
        text
    }

    /// The full sample with `value` at `path`.
    fn with(path: &[Step], value: Value) -> Value {
        let mut body = sample(&TOKEN);
        let mut at = &mut body;
        for step in path {
            at = match step {
                Step::Key(key) => &mut at[*key],
                Step::Second => &mut at[1],
            };
        }
        *at = value;
        body
    }

    /// Calls `visit` with every shape under `shape` and where it is.
    fn walk(shape: &'static Shape, path: &mut Vec<Step>, visit: &mut impl FnMut(&'static Shape, &[Step])) {
        visit(shape, path);
        match shape {
            Shape::Object { fields, .. } => {
                for field in *fields {
                    path.push(Step::Key(field.name));
                    walk(&field.shape, path, visit);
                    path.pop();
                }
            }
            Shape::Array(element) => {
                path.push(Step::Second);
                walk(element, path, visit);
                path.pop();
            }
            _ => {}
        }
    }

    /// Values `shape` refuses, and in which words.
    fn wrong(shape: &Shape) -> Vec<(Value, String)> {
        let text = |s: &str| s.to_string();
        let types = |want: &str, values: &[(Value, &str)]| -> Vec<(Value, String)> {
            values.iter().map(|(v, n)| (v.clone(), format!("{n} value found, but {want} is required"))).collect()
        };
        let scalars = |but: &str| -> Vec<(Value, &'static str)> {
            [
                (json!(null), "NULL"),
                (json!(true), "boolean"),
                (json!(7), "integer"),
                (json!("7"), "string"),
                (json!(["7"]), "array"),
                (json!({"7": 7}), "object"),
            ]
            .into_iter()
            .chain([(parse(b"1.5").unwrap(), "double")])
            .filter(|(_, name)| !but.split(' ').any(|b| b == *name))
            .collect()
        };
        match shape {
            Shape::Object { .. } | Shape::Map => types("an object", &scalars("object")),
            Shape::Array(_) => types("an array", &scalars("array")),
            Shape::Text { min, max, rule } => {
                let mut out = types("a string", &scalars("string"));
                match rule {
                    None => {
                        out.push((json!("ж".repeat(max + 1)), format!("must be at most {max} characters long")));
                        out.push((json!("\0"), text("does not match the regex pattern ^[^\\x00]*$")));
                        if *min > 0 {
                            out.push((json!(""), format!("must be at least {min} characters long")));
                        }
                    }
                    Some(TextRule::Email) => {
                        out.push((json!("a b@c"), text("Invalid email")));
                        out.push((json!(""), text("Invalid email")));
                        out.push((json!(format!("{}@b", "a".repeat(99))), text("must be at most 100 characters long")));
                    }
                    Some(TextRule::Url) => {
                        out.push((json!("javascript://x"), text("Invalid URL format")));
                        out.push((
                            json!(format!("https://a/{}", "a".repeat(1000))),
                            text("must be at most 1000 characters long"),
                        ));
                    }
                    Some(TextRule::Currency) => {
                        out.push((json!("usd"), text("does not match the regex pattern ^[A-Z]{3}$")));
                        out.push((json!("USDT"), text("does not match the regex pattern ^[A-Z]{3}$")));
                        out.push((json!("ZZZ"), text("is not a currency of ISO 4217")));
                    }
                    Some(TextRule::Country) => {
                        out.push((json!("us"), text("does not match the regex pattern ^[A-Z]{2}$")));
                        out.push((json!("ZZ"), text("is not a country of ISO 3166-1")));
                    }
                    Some(other) => {
                        out.push((json!("-"), format!("does not match the regex pattern {}", other.pattern().unwrap())))
                    }
                }
                out
            }
            Shape::Enum(values) => {
                let mut out = types("a string", &scalars("string"));
                let list = serde_json::to_string(values).unwrap();
                for no in ["", "production", &values[0].to_uppercase()] {
                    out.push((json!(no), format!("does not have a value in the enumeration {list}")));
                }
                out
            }
            Shape::Integer { min, max } => {
                let mut out = types("an integer", &scalars("integer"));
                out.push((parse(b"1.0").unwrap(), text("double value found, but an integer is required")));
                for low in [min - 1, i64::MIN] {
                    out.push((json!(low), format!("must have a minimum value of {min}")));
                }
                for high in ["9007199254740992", "99999999999999999999999999"] {
                    out.push((parse(high.as_bytes()).unwrap(), format!("must have a maximum value of {max}")));
                }
                out
            }
            Shape::Number { .. } => {
                let mut out = types("a number", &scalars("integer double"));
                for low in ["0", "0.00", "-1", "-0e9"] {
                    out.push((parse(low.as_bytes()).unwrap(), text(NOT_POSITIVE)));
                }
                out
            }
            Shape::Bool => types("a boolean", &scalars("boolean")),
            Shape::Any => vec![],
            Shape::OneOf(shapes) => match shapes {
                [Shape::Bool, Shape::Text { .. } | Shape::Enum(_)] => {
                    types("a boolean or a string", &scalars("boolean string"))
                }
                [Shape::Array(_), Shape::Text { .. }] => types("an array or a string", &scalars("array string")),
                [Shape::Text { .. }, Shape::Integer { .. }] => {
                    types("a string or an integer", &scalars("string integer"))
                }
                _ => panic!("no wrong values known for {shapes:?}"),
            },
            lenient => unreachable!("the token is strict and has no {lenient:?}"),
        }
    }

    #[test]
    fn the_full_sample_is_accepted() {
        let body = sample(&TOKEN);
        assert_eq!(shape::check(&TOKEN, &body), []);
        assert!(TokenBody::read(&body).is_ok());
    }

    #[test]
    fn every_parameter_has_its_faults() {
        let (mut parameters, mut cases) = (0, 0);
        walk(&TOKEN, &mut vec![], &mut |shape, path| {
            parameters += 1;
            for (value, text) in wrong(shape) {
                let body = with(path, value.clone());
                let want = Violation::new(dotted(path), text);
                assert_eq!(shape::check(&TOKEN, &body), std::slice::from_ref(&want), "{value}");
                // A price has rules of its own on top, and they do not repeat
                // what the shape said.
                assert_eq!(TokenBody::read(&body), Err(vec![want]), "{value}");
                cases += 1;
            }
        });
        assert!(parameters > 130 && cases > 900, "{parameters} parameters, {cases} cases");
    }

    #[test]
    fn every_object_may_be_an_empty_list() {
        walk(&TOKEN, &mut vec![], &mut |shape, path| {
            if let Shape::Object { fields, .. } = shape {
                let missing: Vec<_> = fields.iter().filter(|f| f.required).map(|f| f.name).collect();
                let found = shape::check(&TOKEN, &with(path, json!([])));
                let base = dotted(path);
                let want: Vec<_> = missing
                    .iter()
                    .map(|name| {
                        let at = if base.is_empty() { name.to_string() } else { format!("{base}.{name}") };
                        Violation::new(at, "is missing and it is required")
                    })
                    .collect();
                assert_eq!(found, want);
            }
        });
    }

    #[test]
    fn unknown_keys() {
        let (mut refusing, mut lenient) = (vec![], 0);
        walk(&TOKEN, &mut vec![], &mut |shape, path| {
            let Shape::Object { unknown, .. } = shape else { return };
            let mut value = sample(shape);
            value["nonsense"] = json!({"a": 1});
            let found = shape::check(&TOKEN, &with(path, value));
            if *unknown == Unknown::Ignore {
                assert_eq!(found, []);
                lenient += 1;
            } else {
                let text =
                    "The property nonsense is not defined and the definition does not allow additional properties";
                assert_eq!(found, [Violation::new(dotted(path), text)]);
                refusing.push(dotted(path));
            }
            assert_eq!(*unknown == Unknown::Ignore, dotted(path).starts_with("settings.ui"));
        });
        for path in ["", "user", "user.id", "settings", "settings.redirect_policy", "purchase", "purchase.checkout"] {
            assert!(refusing.iter().any(|r| r == path), "{path}");
        }
        assert!(lenient > 15);
    }

    #[test]
    fn every_parameter_is_described() {
        fn fields(shape: &Shape) {
            match shape {
                Shape::Object { fields: list, .. } => {
                    for (i, f) in list.iter().enumerate() {
                        assert!(f.doc.ends_with('.'), "{}", f.name);
                        assert!(list[..i].iter().all(|g| g.name != f.name), "{} twice", f.name);
                        fields(&f.shape);
                    }
                }
                Shape::Array(element) => fields(element),
                _ => {}
            }
        }
        fields(&TOKEN);
    }

    fn faults(body: &str) -> Vec<(String, String)> {
        let read = TokenBody::read(&parse(body.as_bytes()).unwrap());
        read.unwrap_err().into_iter().map(|v| (v.path, v.text)).collect()
    }

    fn fault(path: &str, text: &str) -> (String, String) {
        (path.to_string(), text.to_string())
    }

    #[test]
    fn all_faults_at_once() {
        let body = r#"{
            "user": {"id": {"value": 123}, "email": {"value": "x"}, "nick": 1},
            "settings": {"project_id": "14004", "mode": "production"},
            "purchase": {
                "virtual_items": {"items": [{"sku": "a"}, {"sku": 5, "amount": 0}]},
                "checkout": {"amount": 5}
            },
            "extra": null
        }"#;
        let unknown =
            |key| format!("The property {key} is not defined and the definition does not allow additional properties");
        assert_eq!(
            faults(body),
            [
                fault("user.id.value", "integer value found, but a string is required"),
                fault("user.email.value", "Invalid email"),
                fault("user", &unknown("nick")),
                fault("settings.project_id", "string value found, but an integer is required"),
                fault("settings.mode", "does not have a value in the enumeration [\"sandbox\"]"),
                fault("purchase.checkout.currency", "is missing and it is required"),
                fault("purchase.virtual_items.items[1].sku", "integer value found, but a string is required"),
                fault("purchase.virtual_items.items[1].amount", "must have a minimum value of 1"),
                fault("", &unknown("extra")),
            ]
        );
        assert_eq!(
            faults(r#"{"user": {"id": "x"}}"#),
            [
                fault("user.id", "string value found, but an object is required"),
                fault("settings", "is missing and it is required"),
            ]
        );
    }

    fn priced(amount: &str, currency: &str) -> Result<TokenBody, Vec<Violation>> {
        let body = format!(
            r#"{{"user":{{"id":{{"value":"u"}}}},"settings":{{"project_id":1}},
                "purchase":{{"checkout":{{"amount":{amount},"currency":"{currency}"}}}}}}"#
        );
        TokenBody::read(&parse(body.as_bytes()).unwrap())
    }

    #[test]
    fn prices() {
        for (amount, currency, minor) in [
            ("9.99", "USD", 999),
            ("9.9900", "USD", 999),
            ("1e2", "USD", 10_000),
            ("15e-1", "USD", 150),
            ("1200", "JPY", 1200),
            ("0.001", "KWD", 1),
            ("1000000000000", "USD", 100_000_000_000_000),
        ] {
            assert_eq!(priced(amount, currency).unwrap().checkout_price().unwrap().minor, minor, "{amount}");
        }
        for (amount, currency, text) in [
            ("9.999", "USD", "must be a multiple of 0.01"),
            ("0.5", "JPY", "must be a multiple of 1"),
            ("0.0001", "KWD", "must be a multiple of 0.001"),
            ("1e-99999999999", "USD", "must be a multiple of 0.01"),
            ("1000000000000.01", "USD", "must have a maximum value of 1000000000000"),
            ("1e30", "USD", "must have a maximum value of 1000000000000"),
            ("1e99999999999", "USD", "must have a maximum value of 1000000000000"),
            ("99999999999999999999999999999999999999999", "USD", "must have a maximum value of 1000000000000"),
            ("0", "USD", NOT_POSITIVE),
            ("-1", "USD", NOT_POSITIVE),
            ("-1e400", "USD", NOT_POSITIVE),
            ("0e99999999999", "USD", NOT_POSITIVE),
            ("\"5\"", "USD", "string value found, but a number is required"),
        ] {
            let want = [Violation::new("purchase.checkout.amount", text)];
            let found = priced(amount, currency).unwrap_err();
            assert_eq!(&found[..1], &want[..], "{amount} {currency}");
        }
        let want = vec![Violation::new("purchase.checkout.currency", "is not a currency of ISO 4217")];
        assert_eq!(priced("1.23456", "ZZZ"), Err(want));
    }

    #[test]
    fn accessors() {
        let body = TokenBody::read(
            &parse(
                br#"{
            "user": {"id": {"value": "u-1", "hidden": false}, "name": {"value": ""},
                "email": {"value": "a@b.example", "allow_modify": true}, "country": {"value": "DE"}, "attributes": []},
            "settings": {"project_id": 14004, "external_id": "x1", "language": "pt_BR", "mode": "sandbox",
                "return_url": "https://game.example/", "payment_method": 1380, "payment_widget": "giftcard",
                "redirect_policy": {"redirect_conditions": "successful", "delay": 3,
                    "status_for_manual_redirection": "vc", "redirect_button_caption": "Back"},
                "ui": {"size": "small", "theme": "dark", "version": "mobile", "novelty": [1, null],
                    "mobile": {"header": {"close_button": true}}, "desktop": []}},
            "purchase": {"checkout": {"currency": "EUR", "amount": 9.90}, "description": {"value": "100 coins"},
                "virtual_items": []},
            "custom_parameters": {"z": 1.10, "a": 12345678901234567890.5, "n": null, "e": []}
        }"#,
            )
            .unwrap(),
        )
        .unwrap();
        let player = body.player();
        assert_eq!((player.id.as_str(), player.name, player.phone), ("u-1", None, None));
        assert_eq!((player.email.as_deref(), player.country.as_deref()), (Some("a@b.example"), Some("DE")));
        assert_eq!((body.project_id(), body.sandbox(), body.external_id()), (14004, true, Some("x1")));
        assert_eq!((body.language(), body.return_url()), (Some("pt_BR"), Some("https://game.example/")));
        let policy = body.redirect_policy().unwrap();
        assert_eq!(
            (policy.automatic(), policy.manual()),
            (Some(RedirectWhen::Successful), Some(RedirectWhen::VirtualCurrency))
        );
        assert_eq!((policy.delay, policy.redirect_button_caption.as_deref()), (Some(3), Some("Back")));
        assert_eq!((body.payment_method(), body.payment_widget()), (Some(1380), Some("giftcard")));
        assert_eq!((body.theme(), body.size()), ("dark", Some("small")));
        assert_eq!((body.look().layout, body.look().close), (Layout::Mobile, true));
        assert_eq!(body.checkout_price(), Some(Money::new(990, Currency::from_code("EUR").unwrap())));
        assert_eq!(body.description(), Some("100 coins"));
        assert_eq!(
            body.custom_parameters_text().as_deref(),
            Some(r#"{"a":12345678901234567890.5,"e":[],"n":null,"z":1.10}"#)
        );
        assert_eq!(body.wishes(), []);
        assert!(!body.hidden(PlayerField::Id) && body.hidden(PlayerField::Email) && body.hidden(PlayerField::Phone));
        assert!(body.allow_modify(PlayerField::Email) && !body.allow_modify(PlayerField::Country));
        assert!(body.may_change(PlayerField::Email) && !body.may_change(PlayerField::Id));
        assert_eq!(TokenBody::from_stored(body.to_stored()), Some(body.clone()));
        assert!(body.to_stored().contains(r#""amount":9.90"#));
        assert!(body.to_stored().contains(r#""attributes":{}"#));
    }

    #[test]
    fn defaults() {
        let body = TokenBody::read(&json!({"user": {"id": {"value": "u"}}, "settings": {"project_id": 1}})).unwrap();
        assert_eq!(body.player(), Player { id: "u".into(), ..Player::default() });
        assert!(!body.sandbox() && !body.only_saved() && !body.hides_coupon());
        assert_eq!(body.look(), Look::read(None));
        assert_eq!(body.wishes(), []);
        assert_eq!((body.theme(), body.size()), ("default", None));
        assert_eq!((body.checkout_price(), body.description(), body.redirect_policy()), (None, None, None));
        assert_eq!(body.custom_parameters_text(), None);
        assert!(body.hidden(PlayerField::Id) && !body.allow_modify(PlayerField::Id));
        assert!(TokenBody::from_stored("{}").is_none() && TokenBody::from_stored("x").is_none());
    }

    #[test]
    fn who_may_change_what() {
        let body = |id: Value, purchase: Value| {
            let all = json!({"user": {"id": id}, "settings": {"project_id": 1}, "purchase": purchase});
            TokenBody::read(&all).unwrap()
        };
        let open = json!({"value": "u", "allow_modify": true});
        assert!(body(open.clone(), json!({})).may_change(PlayerField::Id));
        let plan = json!({"subscription": {"plan_id": "monthly"}});
        assert!(!body(open, plan).may_change(PlayerField::Id), "nobody subscribes for somebody else");
        let shut = json!({"value": "u", "allow_modify": true, "hidden": true});
        assert!(!body(shut.clone(), json!({})).may_change(PlayerField::Id));
        assert!(body(shut, json!({})).withheld(PlayerField::Id));
    }

    #[test]
    fn gifts() {
        let read = |gift: Value| {
            let all =
                json!({"user": {"id": {"value": "u"}}, "settings": {"project_id": 1}, "purchase": {"gift": gift}});
            TokenBody::read(&all)
        };
        assert_eq!(read(json!([])).unwrap().gift(), None, "an empty object of PHP");
        let friends = json!([{"id": "a", "name": "Ann"}, {"id": "b", "email": "b@b.example"}, {"id": "a"}]);
        let gift = json!({"message": "Hi", "hide_giver_from_receiver": "False", "friends": friends});
        let gift = read(gift).unwrap().gift().unwrap();
        assert_eq!((gift.giver.as_str(), gift.message.as_deref(), gift.hide_giver), ("u", Some("Hi"), false));
        assert_eq!(gift.friends.iter().map(|f| f.id.as_str()).collect::<Vec<_>>(), ["a", "b"], "each once");
        let bare = read(json!({"giver_id": "g"})).unwrap().gift().unwrap();
        assert_eq!((bare.giver.as_str(), bare.hide_giver, bare.friends.len()), ("g", true, 0));
        let faults = read(json!({"hide_giver_from_receiver": "maybe", "friends": [{"id": "a"}, {"name": "x"}]}));
        let faults: Vec<_> = faults.unwrap_err().into_iter().map(|f| f.path).collect();
        assert_eq!(faults, ["purchase.gift.hide_giver_from_receiver", "purchase.gift.friends[1].id"]);
    }

    #[test]
    fn only_saved_ways_to_pay() {
        let body = |ui: Value| {
            let all = json!({"user": {"id": {"value": "u"}}, "settings": {"project_id": 1, "ui": ui}});
            TokenBody::read(&all).unwrap().only_saved()
        };
        assert!(body(json!({"mode": "saved_accounts"})));
        assert!(body(json!({"version": "mobile", "mobile": {"mode": "saved_accounts"}})));
        assert!(!body(json!({"mobile": {"mode": "saved_accounts"}})));
    }

    #[test]
    fn the_documented_example() {
        let body = TokenBody::read(&json!({
            "user": {
                "id": {"value": "1234567", "hidden": true},
                "email": {"value": "email@example.com", "allow_modify": true, "hidden": false},
                "country": {"value": "US"}
            },
            "settings": {"project_id": 14004, "language": "en", "currency": "USD", "ui": {"size": "medium"}},
            "purchase": {
                "virtual_currency": {"quantity": 100},
                "virtual_items": {"items": [{"sku": "SKU01", "amount": 1}]},
                "description": {"value": "Test Purchase"}
            },
            "custom_parameters": {"parameter1": "value1"}
        }))
        .unwrap();
        let wishes = [(Wish::VirtualCurrency(10_000), None), (Wish::Items(vec![("SKU01".into(), 1)]), None)];
        assert_eq!(body.wishes(), wishes);
        assert_eq!(body.custom_parameters_text().as_deref(), Some(r#"{"parameter1":"value1"}"#));
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(json!(null)),
            any::<bool>().prop_map(|b| json!(b)),
            any::<i64>().prop_map(|n| json!(n)),
            (0i64..3).prop_map(|n| json!(n)),
            "-?[1-9][0-9]{0,30}(\\.[0-9]{1,4})?(e[+-]?[0-9]{1,12})?".prop_map(|s| parse(s.as_bytes()).unwrap()),
            ".{0,6}".prop_map(|s| json!(s)),
            prop::sample::select(vec!["USD", "US", "en", "sandbox", "a@b", "list", "https://a"]).prop_map(|s| json!(s)),
        ];
        let key = prop_oneof![
            prop::sample::select(vec!["value", "id", "user", "settings", "items", "ui", "currency", "amount"])
                .prop_map(str::to_string),
            ".{0,4}",
        ];
        leaf.prop_recursive(4, 24, 4, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
                prop::collection::btree_map(key.clone(), inner, 0..4)
                    .prop_map(|m| Value::Object(m.into_iter().collect())),
            ]
        })
    }

    /// Changes some places of a body: drops what is there or puts in another
    /// value.
    fn mutate(value: &mut Value, changes: &mut impl Iterator<Item = (u8, Value)>) {
        let Some((dice, other)) = changes.next() else { return };
        match value {
            Value::Object(map) => {
                for key in map.keys().cloned().collect::<Vec<_>>() {
                    if dice < 40 && key.len() % 4 == usize::from(dice % 4) {
                        map.remove(&key);
                    } else if let Some(v) = map.get_mut(&key) {
                        mutate(v, changes);
                    }
                }
            }
            Value::Array(list) => list.iter_mut().for_each(|v| mutate(v, changes)),
            leaf if dice > 252 => *leaf = other,
            _ => {}
        }
    }

    fn accepted_means_read(body: &Value) -> Result<bool, TestCaseError> {
        let checked = shape::check(&TOKEN, body);
        match TokenBody::read(body) {
            Ok(token) => {
                prop_assert!(checked.is_empty());
                prop_assert_eq!(TokenBody::from_stored(token.to_stored()), Some(token.clone()));
                // What is stored would be accepted again.
                prop_assert_eq!(shape::check(&TOKEN, token.raw()), []);
                let priced = body.get("purchase").and_then(|p| p.get("checkout")).is_some();
                prop_assert_eq!(token.checkout_price().is_some(), priced);
                Ok(true)
            }
            Err(found) => {
                for v in &found {
                    let price = v.path == "purchase.checkout.amount";
                    prop_assert!(checked.contains(v) || price, "{v:?}");
                }
                Ok(false)
            }
        }
    }

    proptest! {
        #[test]
        fn no_json_panics(body in any_json()) {
            accepted_means_read(&body)?;
        }

        #[test]
        fn what_is_accepted_can_be_read(
            dice in prop::collection::vec(any::<u8>(), 0..400),
            others in prop::collection::vec(any_json(), 1..6),
        ) {
            let mut body = sample(&TOKEN);
            mutate(&mut body, &mut dice.into_iter().zip(others.into_iter().cycle()));
            accepted_means_read(&body)?;
        }

        #[test]
        fn what_is_dropped_was_not_needed(drops in prop::collection::vec(any::<u8>(), 0..400)) {
            // Only optional properties go: such a body is always accepted.
            fn drop_some(value: &mut Value, shape: &Shape, drops: &mut impl Iterator<Item = u8>) {
                match (shape, &mut *value) {
                    (Shape::Object { fields, .. }, Value::Object(map)) => {
                        for f in *fields {
                            if !f.required && drops.next().is_some_and(|d| d < 100) {
                                map.remove(f.name);
                            } else if let Some(v) = map.get_mut(f.name) {
                                drop_some(v, &f.shape, drops);
                            }
                        }
                        // As PHP would send it.
                        if map.is_empty() {
                            *value = json!([]);
                        }
                    }
                    (Shape::Array(element), Value::Array(list)) => {
                        list.iter_mut().for_each(|v| drop_some(v, element, drops));
                    }
                    _ => {}
                }
            }
            let mut body = sample(&TOKEN);
            drop_some(&mut body, &TOKEN, &mut drops.into_iter());
            prop_assert!(accepted_means_read(&body)?);
        }

        #[test]
        fn custom_numbers_keep_their_digits(text in "-?(0|[1-9][0-9]{0,40})(\\.[0-9]{1,40})?") {
            let body = format!(
                r#"{{"user":{{"id":{{"value":"u"}}}},"settings":{{"project_id":1}},"custom_parameters":{{"n":{text}}}}}"#
            );
            let body = TokenBody::read(&parse(body.as_bytes()).unwrap()).unwrap();
            let again = TokenBody::from_stored(body.to_stored()).unwrap();
            prop_assert_eq!(again.custom_parameters_text().unwrap(), format!(r#"{{"n":{text}}}"#));
        }
    }

    /// A body of a shape as somebody might write it, by choices: any fields in
    /// any order, with blanks, and now and then what is odd or wrong.
    fn scribble(shape: &Shape, choices: &mut dyn FnMut(usize) -> usize, out: &mut String) {
        #[rustfmt::skip]
        const ODD: &[&str] = &[
            "null", "[]", "{}", "[[]]", r#""\u0041""#, r#""a\"b""#, r#""\\""#, "1e5", "1E+2", "-0", "0.10", "00", "-", "1.",
            ".5", "é",
            "12345678901234567890123", "-1", "0", "9.99", "true", "false", "nul", r#""""#, "\"é\u{10348}\"",
            "\"\u{7f}\"",
            "\"\n\"", "[1,]", "{,}", r#"{"a":1,}"#, r#"{"a":1,"a":2}"#, r#"{"b":[{"d":null,"c":[1]}],"a":"x"}"#,
            r#"{"$serde_json::private::Number":"1"}"#, r#"{"$serde_json::private::RawValue":"1"}"#, "\u{feff}1", "\0",
        ];
        blank(choices, out);
        if choices(150) == 0 {
            out.push_str(ODD[choices(ODD.len())]);
            return blank(choices, out);
        }
        match shape {
            Shape::Object { fields, unknown } => {
                let mut chosen: Vec<&Field> = Vec::new();
                for field in *fields {
                    if field.required && choices(100) > 0 || choices(3) == 0 {
                        chosen.insert(choices(chosen.len() + 1), field);
                    }
                    if choices(200) == 0 {
                        chosen.push(field);
                    }
                }
                out.push('{');
                for (n, field) in chosen.into_iter().enumerate() {
                    out.push_str(if n > 0 { "," } else { "" });
                    blank(choices, out);
                    let name = if choices(100) == 0 { "other" } else { field.name };
                    out.push_str(&format!("\"{name}\""));
                    blank(choices, out);
                    out.push(':');
                    scribble(&field.shape, choices, out);
                }
                if *unknown == Unknown::Ignore && choices(4) == 0 && !out.ends_with('{') {
                    out.push_str(r#","zz":[{"y":0.5,"x":null}]"#);
                }
                out.push('}');
            }
            Shape::Map => {
                let maps = ["{}", r#"{"b":1,"a":[true,{"d":"e","c":null}]}"#, r#"{"x":{"y":{}}}"#];
                out.push_str(maps[choices(maps.len())]);
            }
            Shape::Array(element) => {
                out.push('[');
                for n in 0..choices(4) {
                    out.push_str(if n > 0 { "," } else { "" });
                    scribble(element, choices, out);
                }
                out.push(']');
            }
            Shape::Number { .. } => {
                out.push_str(["1", "19.99", "0.5", "2.50", "1000000000000000", "0.001"][choices(6)])
            }
            Shape::Integer { .. } => out.push_str(["1", "18404", "7"][choices(3)]),
            simple => out.push_str(&sample(simple).to_string()),
        }
        blank(choices, out);
    }

    fn blank(choices: &mut dyn FnMut(usize) -> usize, out: &mut String) {
        if choices(12) == 0 {
            out.push_str([" ", "\n", "\t \r", "\u{b}"][choices(40) / 13]);
        }
    }

    /// What a body becomes without haste.
    fn slowly(body: &[u8]) -> Option<Draft> {
        Draft::read(parse(body).ok()?).ok()
    }

    #[test]
    fn a_plain_body_is_written_down_as_it_would_be_otherwise() {
        let body = r#" {"user":{"id":{"value":"user-4711"},"country":{"value":"DE"},"email":{"value":"nova@game.example"}},
            "settings":{"project_id":18404,"mode":"sandbox","external_id":"a-1","return_url":"https://game.example/a?b=1",
                "ui":{"theme":"dark","size":"medium","later":[1,{"b":2,"a":1}]}},
            "purchase":{"checkout":{"currency":"USD","amount":19.990},"description":{"value":"Über 2,600 gems"}},
            "custom_parameters":{"z":1,"n":{"b":[true,null,{"d":0.50,"c":-1}],"a":{}},"server":"eu-north-1"}} "#;
        let draft = Draft::plain(body.as_bytes()).expect("nothing is odd about it");
        assert_eq!(Some(&draft), slowly(body.as_bytes()).as_ref());
        assert_eq!((draft.project_id(), draft.user_id(), draft.external_id()), (18404, "user-4711", Some("a-1")));
        assert!(draft.sandbox() && draft.attributes().is_none());
        let begins = r#"{"custom_parameters":{"n":{"a":{},"b":[true,null,{"c":-1,"d":0.50}]},"server""#;
        assert!(draft.to_stored().starts_with(begins), "{}", draft.to_stored());
    }

    #[test]
    fn what_is_not_plain_is_left_to_others() {
        let user = |more: &str| format!(r#"{{"user":{{"id":{{"value":"u"}}{more}}},"settings":{{"project_id":1}}}}"#);
        assert!(Draft::plain(user("").as_bytes()).is_some());
        assert!(Draft::plain(user(r#","attributes":{}"#).as_bytes()).is_some());
        for more in [
            r#","attributes":{"vip":true}"#,
            r#","attributes":{"a":[1]}"#,
            r#","attributes":{"a":null}"#,
            r#","attributes":{"a":{}}"#,
            r#","id":{"value":"u"}"#,
            r#","name":{"value":"u","value":"u"}"#,
            r#","name":{"value":"\u0041"}"#,
        ] {
            let body = user(more);
            assert!(Draft::plain(body.as_bytes()).is_none() && slowly(body.as_bytes()).is_some(), "{more}");
        }
        let deep = |n: usize| {
            let end = format!(r#","custom_parameters":{}1{}}}"#, r#"{"a":"#.repeat(n), "}".repeat(n));
            user("").strip_suffix('}').unwrap().to_string() + &end
        };
        assert!(Draft::plain(deep(shape::MAX_DEPTH - 1).as_bytes()).is_some());
        assert!(Draft::plain(deep(shape::MAX_DEPTH).as_bytes()).is_none());
        let large = user(&" ".repeat(40_000));
        assert!(Draft::plain(large.as_bytes()).is_none() && slowly(large.as_bytes()).is_some());
        for bad in ["", " ", "{}", "[]", "1", "{", "\"", "{\"", "{\"user\":"] {
            assert!(Draft::plain(bad.as_bytes()).is_none(), "{bad}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn haste_makes_no_difference(
            seed in any::<u64>(),
            change in prop::option::of((any::<u16>(), any::<u8>(), 0_u8..3)),
        ) {
            let mut state = seed;
            let mut choices = |n: usize| {
                state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
                (state >> 33) as usize % n
            };
            let mut text = String::new();
            scribble(&TOKEN, &mut choices, &mut text);
            let mut body = text.into_bytes();
            if let Some((place, byte, how)) = change.filter(|_| !body.is_empty()) {
                let place = usize::from(place) % body.len();
                match how {
                    0 => body[place] = byte,
                    1 => body.insert(place, byte),
                    _ => drop(body.remove(place)),
                }
            }
            if let Some(draft) = Draft::plain(&body) {
                prop_assert_eq!(Some(draft), slowly(&body));
            }
        }
    }
}
