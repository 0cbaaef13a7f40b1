//! The body of the call that orders SKUs for a player and makes the token that
//! pays for them.

use crate::shape::{self, Field, MAX_INTEGER, Shape, TextRule, Unknown, Violation};
use crate::token::{Ordered, Said, TokenBody};
use crate::{plain, read, redirect};
use coinslot_domain::cart::{MOST_OF_ONE, summed};
use coinslot_domain::decimal::Decimal;
use coinslot_domain::id::ProjectId;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::ops::RangeInclusive;

const BOOL: Shape = Shape::Bool;
const COUNT: Shape = Shape::Integer { min: 1, max: MAX_INTEGER };
const NATURAL: Shape = Shape::Integer { min: 0, max: MAX_INTEGER };
/// Clients write 2 and 2.0 alike; that it is whole is checked besides.
const QUANTITY: Shape = Shape::Number { positive: true, text: false };
const CURRENCY: Shape = Shape::Text { min: 0, max: usize::MAX, rule: Some(TextRule::Currency) };
const COUNTRY: Shape = Shape::Text { min: 0, max: usize::MAX, rule: Some(TextRule::Country) };
const PROSE: Shape = text(0, 4000);

const fn text(min: usize, max: usize) -> Shape {
    Shape::Text { min, max, rule: None }
}

/// An object that refuses what it does not know.
const fn closed(fields: &'static [Field]) -> Shape {
    Shape::Object { fields, unknown: Unknown::Refuse }
}

/// An object that passes over what it does not know.
const fn open(fields: &'static [Field]) -> Shape {
    Shape::Object { fields, unknown: Unknown::Ignore }
}

const ALLOW_MODIFY: Field =
    Field::optional("allow_modify", BOOL, "Lets the player change the value; false if not given.");

const USER: Shape = closed(&[
    Field::required(
        "id",
        open(&[Field::required("value", text(1, 255), "The game's own id of the player.")]),
        "Who pays.",
    ),
    Field::optional(
        "name",
        open(&[Field::optional("value", text(1, 255), "The nickname.")]),
        "The player's shown name.",
    ),
    Field::optional(
        "email",
        open(&[Field::optional(
            "value",
            Shape::Text { min: 3, max: 255, rule: Some(TextRule::Email) },
            "The address.",
        )]),
        "Where the receipt goes.",
    ),
    Field::optional(
        "country",
        open(&[
            Field::optional("value", COUNTRY, "ISO 3166-1 alpha-2, upper case; needed unless X-User-Ip is sent."),
            ALLOW_MODIFY,
        ]),
        "Decides the currency of the order.",
    ),
    Field::optional("age", NATURAL, "Age in years."),
    Field::optional("attributes", Shape::Map, "1 to 100 values by which offers are chosen."),
    Field::optional(
        "phone",
        open(&[
            Field::required("value", text(0, 255), "The number, in international form."),
            ALLOW_MODIFY,
            Field::optional("hidden", BOOL, "Leaves the field off the page; true if not given."),
        ]),
        "The player's telephone.",
    ),
    Field::optional(
        "steam_id",
        open(&[Field::required(
            "value",
            Shape::Text { min: 0, max: usize::MAX, rule: Some(TextRule::DigitsExact(17)) },
            "17 digits.",
        )]),
        "The player's account at Steam.",
    ),
    Field::optional(
        "tracking_id",
        open(&[Field::required(
            "value",
            Shape::Text { min: 0, max: usize::MAX, rule: Some(TextRule::AlnumExact(32)) },
            "32 letters and digits.",
        )]),
        "Names the player to advertising campaigns.",
    ),
    Field::optional("is_legal", BOOL, "Whether a company pays; then legal is needed, whole."),
    Field::optional(
        "legal",
        open(&[
            Field::optional("name", PROSE, "Name of the company."),
            Field::optional("address", PROSE, "Its address."),
            Field::optional("vat_id", text(0, 255), "Its tax number."),
            Field::optional("country", COUNTRY, "Its country."),
        ]),
        "The company that pays.",
    ),
    Field::optional(
        "utm",
        open(&[
            Field::optional("utm_source", text(0, 255), "Source."),
            Field::optional("utm_medium", text(0, 255), "Medium."),
            Field::optional("utm_campaign", text(0, 255), "Campaign."),
            Field::optional("utm_term", text(0, 255), "Keyword."),
            Field::optional("utm_content", text(0, 255), "Content."),
        ]),
        "Where the player came from.",
    ),
]);

const ITEM: Shape = open(&[
    Field::required("sku", text(1, 255), "The SKU of an item, a package of virtual currency or a key of a game."),
    Field::required("quantity", QUANTITY, "How many, a whole number; of one SKU at most 10000."),
]);

const PURCHASE: Shape = closed(&[
    Field::required("items", Shape::Array(&ITEM), "What is ordered; lines with one SKU are added up."),
    Field::optional(
        "shipping",
        open(&[
            Field::optional(
                "free_method_count",
                Shape::Integer { min: 1, max: 16 },
                "How many ways of delivery cost nothing. Accepted, without effect.",
            ),
            Field::optional(
                "limit_method_count",
                Shape::Integer { min: 0, max: 16 },
                "How many ways of delivery are shown. Accepted, without effect.",
            ),
        ]),
        "Delivery of what is sent by mail.",
    ),
]);

const CLOSE_BUTTON: Field =
    Field::optional("close_button", BOOL, "Shows a button that closes the page and leads back; false if not given.");

const ENABLE: Field = Field::required("enable", BOOL, "Whether the page is in the menu.");
const ORDER: Field = Field::required("order", COUNT, "Its place in the menu.");

const UI: Shape = closed(&[
    Field::optional(
        "theme",
        text(0, 255),
        "63295a9a2e47fab76f7708e1 for light, 63295aab2e47fab76f7708e3 for dark, or the name of a theme.",
    ),
    Field::optional("mode", Shape::Enum(&["user_account"]), "Opens the player's account in place of a purchase."),
    Field::optional(
        "desktop",
        closed(&[Field::optional(
            "header",
            closed(&[
                Field::optional("is_visible", BOOL, "Shows the header."),
                Field::optional("visible_logo", BOOL, "Shows the logo."),
                Field::optional("visible_name", BOOL, "Shows the game's name."),
                Field::optional("visible_purchase", BOOL, "Shows the purchase; true if not given."),
                Field::optional("type", Shape::Enum(&["compact", "normal"]), "How much the header says."),
                CLOSE_BUTTON,
            ]),
            "The top of the page.",
        )]),
        "Looks on a desktop.",
    ),
    Field::optional(
        "header",
        open(&[Field::optional(
            "visible_virtual_currency_balance",
            BOOL,
            "Shows the balance of virtual currency; true if not given.",
        )]),
        "The top of the page on any device.",
    ),
    Field::optional(
        "mobile",
        open(&[Field::optional("header", closed(&[CLOSE_BUTTON]), "The top of the page.")]),
        "Looks on a telephone.",
    ),
    Field::optional(
        "user_account",
        closed(&[
            Field::optional("info", closed(&[ENABLE, ORDER]), "The page about the player."),
            Field::optional("payment_accounts", closed(&[ENABLE]), "The page of saved payment methods."),
            Field::optional("subscriptions", closed(&[ENABLE, ORDER]), "The page of subscriptions."),
        ]),
        "The pages of the player's account.",
    ),
    Field::optional("is_prevent_external_link_open", BOOL, "Keeps links from opening elsewhere; false if not given."),
    Field::optional("is_payment_methods_list_mode", BOOL, "Opens at the list of ways to pay; false if not given."),
    Field::optional("is_independent_windows", BOOL, "Opens ways to pay in windows; false if not given."),
    Field::optional("is_three_ds_independent_windows", BOOL, "Opens 3-D Secure in a window; false if not given."),
    Field::optional("is_cart_open_by_default", BOOL, "Shows what is bought at once; false if not given."),
    Field::optional("is_show_close_widget_warning", BOOL, "Asks before the widget is closed; true if not given."),
    Field::optional("currency_format", text(0, 255), "code writes the currency's letters in place of its symbol."),
    Field::optional(
        "layout",
        Shape::Enum(&["embed", "column_reverse", "embed_column_reverse"]),
        "How the page is laid out.",
    ),
]);

const REDIRECT_POLICY: Shape = open(&[redirect::CONDITIONS, redirect::MANUAL, redirect::DELAY, redirect::CAPTION]);

const SETTINGS: Shape = closed(&[
    Field::optional("currency", CURRENCY, "The currency of the order, if everything in it has a price in it."),
    Field::optional("external_id", text(1, 255), "The game's own id of the transaction."),
    Field::optional(
        "language",
        Shape::Text { min: 0, max: usize::MAX, rule: Some(TextRule::Language) },
        "Language of the page: two lower-case letters.",
    ),
    Field::optional("payment_method", COUNT, "Opens the page at this payment method."),
    Field::optional(
        "return_url",
        Shape::Text { min: 0, max: 1000, rule: Some(TextRule::Url) },
        "Where the player goes after the payment; what became of it is appended.",
    ),
    Field::optional("redirect_policy", REDIRECT_POLICY, "When the player is sent back."),
    Field::optional("ui", UI, "Looks of the page."),
]);

const PARAMETERS: Shape = Shape::OneOf(&[Shape::Map, Shape::Null]);
/// How many there may be.
const PARAMETERS_COUNT: RangeInclusive<usize> = 1..=200;
/// How much may be said of what a player is like.
const ATTRIBUTES_COUNT: RangeInclusive<usize> = 1..=100;

/// What the body must look like.
pub static ADMIN_TOKEN: Shape = closed(&[
    Field::optional("sandbox", BOOL, "Makes it a test: no money moves; false if not given."),
    Field::required("user", USER, "The player."),
    Field::required("purchase", PURCHASE, "What is ordered."),
    Field::optional("settings", SETTINGS, "How the page behaves."),
    Field::optional("custom_parameters", PARAMETERS, "1 to 200 free values, repeated in the notifications."),
]);

/// What the answer looks like.
pub static MADE: Shape = open(&[
    Field::required("token", text(1, 255), "Opens the payment page."),
    Field::required("order_id", COUNT, "The order's number."),
]);

/// A body that was found to be in order.
#[derive(Clone, Debug, PartialEq)]
pub struct AdminToken {
    /// The country that the game names.
    pub country: Option<String>,
    /// What is ordered: SKUs, each once, with how many.
    pub items: Vec<(String, i64)>,
    sandbox: bool,
    /// These as JSON text.
    user: String,
    settings: Option<String>,
    custom_parameters: Option<String>,
}

impl AdminToken {
    /// Reads a body, or lists its faults.
    pub fn read(body: Value) -> Result<Self, Vec<Violation>> {
        let mut faults = shape::check(&ADMIN_TOKEN, &body);
        let mut body = shape::normalise(&ADMIN_TOKEN, body);
        let items = items(body.pointer("/purchase/items"), "purchase.items", &mut faults);
        faults.extend(legal_faults(&body));
        size_fault(body.pointer("/user/attributes"), "user.attributes", ATTRIBUTES_COUNT, &mut faults);
        parameter_faults(&body, &mut faults);
        if !faults.is_empty() {
            return Err(faults);
        }
        themed(&mut body["settings"]);
        let part = |key: &str| serde_json::to_string(body.get(key).filter(|part| !part.is_null())?).ok();
        let country = body.pointer("/user/country/value").and_then(read::text);
        Ok(AdminToken {
            country,
            items,
            sandbox: body.get("sandbox") == Some(&Value::Bool(true)),
            user: part("user").unwrap_or_default(),
            settings: part("settings"),
            custom_parameters: part("custom_parameters"),
        })
    }

    /// Takes a body as it came, if it is plain and has no fault: then this is
    /// the same as [`AdminToken::read`], and many times as fast.
    pub fn plain(body: &[u8]) -> Option<Self> {
        let (mut country, mut sandbox, mut parameters, mut odd) = (None, false, 0, false);
        let parts = plain::properties(&ADMIN_TOKEN, body, |path, scalar| match path {
            ["user", "country", "value"] => country = Some(scalar.to_string()),
            ["sandbox"] => sandbox = scalar == "true",
            ["custom_parameters", _] => {
                parameters += 1;
                odd |= scalar == "null";
            }
            ["user", "is_legal" | "attributes"] => odd = true,
            ["settings", "ui", "theme"] => odd |= THEMES.iter().any(|(id, _)| *id == scalar),
            _ => {}
        })?;
        let custom = parts.get("custom_parameters");
        if odd || (custom.is_some() && !PARAMETERS_COUNT.contains(&parameters)) {
            return None;
        }
        #[derive(Deserialize)]
        struct Purchase {
            items: Vec<Ordered>,
        }
        let Purchase { items } = serde_json::from_str(parts.get("purchase")?).ok()?;
        let items = plain_items(items)?;
        let text = |key: &str| parts.get(key).map(str::to_string);
        let (user, settings) = (text("user")?, text("settings"));
        Some(AdminToken { country, items, sandbox, user, settings, custom_parameters: custom.map(str::to_string) })
    }

    /// The token's own body, for a player in a country.
    pub fn token(&self, project: ProjectId, country: &str) -> Option<TokenBody> {
        let mut user = Cow::Borrowed(&self.user);
        if self.country.as_deref() != Some(country) {
            let mut value: Value = serde_json::from_str(&self.user).ok()?;
            value["country"]["value"] = country.into();
            user = Cow::Owned(serde_json::to_string(&value).ok()?);
        }
        let mode = if self.sandbox { r#","mode":"sandbox""# } else { "" };
        // Neither is among what may be said here.
        let mut settings = String::with_capacity(64 + self.settings.as_ref().map_or(0, String::len));
        settings.extend(["{\"project_id\":", &project.get().to_string(), mode]);
        match self.settings.as_deref().and_then(|said| said.strip_prefix('{')) {
            Some(said) if said != "}" => settings.extend([",", said]),
            _ => settings.push('}'),
        }
        let custom_parameters = self.custom_parameters.as_deref();
        TokenBody::for_order(Said { user: &user, settings: &settings, custom_parameters }, &self.items, None)
    }
}

/// The themes that have a number here, by what the page calls them.
const THEMES: [(&str, &str); 2] = [("63295a9a2e47fab76f7708e1", "default"), ("63295aab2e47fab76f7708e3", "dark")];

/// Calls the theme of settings as the page does.
fn themed(settings: &mut Value) {
    if let Some(theme) = settings.pointer_mut("/ui/theme")
        && let Some((_, name)) = THEMES.iter().find(|(id, _)| theme.as_str() == Some(id))
    {
        *theme = (*name).into();
    }
}

/// The settings of a token, from those of a player's order.
pub(crate) fn token_settings(settings: Option<Value>, project: ProjectId, sandbox: bool) -> Value {
    let mut settings = settings.filter(Value::is_object).unwrap_or_else(|| json!({}));
    settings["project_id"] = project.get().into();
    if sandbox {
        settings["mode"] = "sandbox".into();
    }
    themed(&mut settings);
    settings
}

/// The lines of an order, added up; faults that a shape does not know are added.
pub(crate) fn items(list: Option<&Value>, path: &str, faults: &mut Vec<Violation>) -> Vec<(String, i64)> {
    let Some(list) = list.and_then(Value::as_array) else { return vec![] };
    if list.is_empty() {
        faults.push(Violation::new(path, "must have at least 1 entry"));
    }
    let mut lines = Vec::new();
    for (i, item) in list.iter().enumerate() {
        let (Some(sku), Some(value)) = (item.get("sku").and_then(read::text), item.get("quantity")) else { continue };
        match quantity(value) {
            Ok(n) if n > 0 => lines.push((sku, n)),
            // What the shape says already.
            Ok(_) | Err(None) => {}
            Err(Some(text)) => faults.push(Violation::new(format!("{path}[{i}].quantity"), text)),
        }
    }
    let sum = summed(lines);
    if sum.is_none() {
        let text = format!("must have at most 100 SKUs, and at most {MOST_OF_ONE} of each");
        faults.push(Violation::new(path, text));
    }
    sum.unwrap_or_default()
}

/// The lines of a plain order whose shape was checked, added up. `None` where
/// there is more to say of them.
pub(crate) fn plain_items(lines: Vec<Ordered>) -> Option<Vec<(String, i64)>> {
    let few = lines.iter().all(|line| line.quantity <= MOST_OF_ONE);
    summed(lines.into_iter().map(|Ordered { sku, quantity }| (sku, quantity))).filter(|_| few)
}

/// A quantity: a whole number, also when it is written as 2.0. The fault, unless
/// it is no number at all.
pub(crate) fn quantity(value: &Value) -> Result<i64, Option<String>> {
    let Value::Number(number) = value else { return Err(None) };
    let whole = || Some("must be a whole number".to_string());
    let most = || Some(format!("must have a maximum value of {MOST_OF_ONE}"));
    match Decimal::parse(number.as_str()) {
        Ok(n) if !n.fits_units(1) => Err(whole()),
        Ok(n) if n.in_units(1) > MOST_OF_ONE => Err(most()),
        Ok(n) => Ok(n.in_units(1)),
        Err(coinslot_domain::money::MoneyError::TooPrecise) => Err(whole()),
        Err(_) => Err(most()),
    }
}

/// A company that pays is named in whole.
fn legal_faults(body: &Value) -> Vec<Violation> {
    let user = body.get("user").filter(|u| u.get("is_legal") == Some(&Value::Bool(true)));
    let Some(user) = user else { return vec![] };
    let missing = |path: String| Violation::new(path, "is missing and it is required");
    match user.get("legal") {
        None => vec![missing("user.legal".into())],
        Some(legal) if legal.is_object() => {
            let names = ["name", "address", "vat_id", "country"];
            let lacks = names.into_iter().filter(|name| legal.get(name).is_none());
            lacks.map(|name| missing(format!("user.legal.{name}"))).collect()
        }
        Some(_) => vec![],
    }
}

fn size_fault(map: Option<&Value>, path: &str, count: RangeInclusive<usize>, faults: &mut Vec<Violation>) {
    let size = map.and_then(Value::as_object).map(Map::len);
    if size.is_some_and(|n| !count.contains(&n)) {
        let text = format!("must have between {} and {} properties", count.start(), count.end());
        faults.push(Violation::new(path, text));
    }
}

/// What is wrong with `custom_parameters` besides its type.
pub(crate) fn parameter_faults(body: &Value, faults: &mut Vec<Violation>) {
    let custom = body.get("custom_parameters");
    size_fault(custom, "custom_parameters", PARAMETERS_COUNT, faults);
    let Some(custom) = custom.and_then(Value::as_object) else { return };
    for name in custom.iter().filter(|(_, v)| v.is_null()).map(|(name, _)| name) {
        let text = "NULL value found, but a string, a number or a boolean is required";
        faults.push(Violation::new(format!("custom_parameters.{name}"), text));
    }
    if custom.values().any(nul) || custom.keys().any(|k| k.contains('\0')) {
        faults.push(Violation::new("custom_parameters", "does not match the regex pattern ^[^\\x00]*$"));
    }
}

/// Whether there is U+0000 anywhere in it, which not every database can keep.
fn nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(list) => list.iter().any(nul),
        Value::Object(map) => map.iter().any(|(key, v)| key.contains('\0') || nul(v)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plain::scribble::scribbled;
    use coinslot_domain::purchase::Wish;
    use proptest::prelude::*;

    fn read(body: &str) -> Result<AdminToken, Vec<(String, String)>> {
        let faults = |all: Vec<Violation>| all.into_iter().map(|v| (v.path, v.text)).collect();
        AdminToken::read(shape::parse(body.as_bytes()).unwrap()).map_err(faults)
    }

    fn with(user: &str, rest: &str) -> String {
        format!(
            r#"{{"user":{{"id":{{"value":"p"}}{user}}},"purchase":{{"items":[{{"sku":"a","quantity":1}}]}}{rest}}}"#
        )
    }

    #[test]
    fn the_least_and_the_most() {
        let least = read(&with("", "")).unwrap();
        assert_eq!((least.country, least.items), (None, vec![("a".to_string(), 1)]));
        let most = read(
            r#"{"sandbox":true,
            "user":{"id":{"value":"p"},"name":{"value":"N"},"email":{"value":"a@b"},
                "country":{"value":"DE","allow_modify":true},"age":30,"attributes":{"level":7},
                "phone":{"value":"4930","allow_modify":true,"hidden":false},
                "steam_id":{"value":"12345678901234567"},"tracking_id":{"value":"abcdefghijklmnopqrstuvwxyz012345"},
                "is_legal":true,"legal":{"name":"n","address":"a","vat_id":"v","country":"DE"},
                "utm":{"utm_source":"s"}},
            "purchase":{"items":[{"sku":"a","quantity":2},{"sku":"b","quantity":1.0},{"sku":"a","quantity":1}],
                "shipping":{"free_method_count":1,"limit_method_count":0}},
            "settings":{"currency":"EUR","external_id":"x","language":"de","payment_method":1380,
                "return_url":"https://game.example/","redirect_policy":{"redirect_conditions":"any","delay":3},
                "ui":{"theme":"63295aab2e47fab76f7708e3","mode":"user_account",
                    "desktop":{"header":{"close_button":true,"type":"compact"}},
                    "user_account":{"info":{"enable":true,"order":1},"payment_accounts":{"enable":false},
                        "subscriptions":{"enable":true,"order":2}},"layout":"embed"}},
            "custom_parameters":{"a":"x","b":1,"c":1.5,"d":true,"e":[1],"f":{"g":1}}}"#,
        );
        let most = most.unwrap();
        assert_eq!(most.items, [("a".to_string(), 3), ("b".to_string(), 1)]);
        let token = most.clone().token(ProjectId::new(9).unwrap(), "DE").unwrap();
        assert!(token.sandbox());
        assert_eq!((token.project_id(), token.theme(), token.external_id()), (9, "dark", Some("x")));
        assert_eq!(token.player().country.as_deref(), Some("DE"));
        assert_eq!(token.wishes(), [(Wish::Skus(most.items.clone()), None)]);
        assert!(token.custom_parameters_text().unwrap().contains("1.5"));
        assert_eq!(TokenBody::from_stored(token.to_stored()), Some(token.clone()));
        let order = coinslot_domain::id::OrderId::new(77).unwrap();
        let ordered = token.clone().with_order(order).unwrap();
        assert_eq!((token.order(), ordered.order()), (None, Some(order)));
        let stored = TokenBody::from_stored(ordered.to_stored()).unwrap();
        assert_eq!((stored.order(), stored.wishes()), (Some(order), ordered.wishes()));
        assert_eq!(ordered.with_order(order), None, "it has one");
        assert!(!token.is_guest() && token.of_guest().unwrap().is_guest());
    }

    #[test]
    fn faults() {
        let one = |body: &str, path: &str, text: &str| {
            assert_eq!(read(body).unwrap_err(), [(path.to_string(), text.to_string())], "{body}");
        };
        let missing = "is missing and it is required";
        let both = read("{}").unwrap_err();
        assert_eq!(both, ["user", "purchase"].map(|path| (path.to_string(), missing.to_string())));
        one(&with(r#","age":"1""#, ""), "user.age", "string value found, but an integer is required");
        one(&with(r#","is_legal":true"#, ""), "user.legal", missing);
        one(&with(r#","attributes":{}"#, ""), "user.attributes", "must have between 1 and 100 properties");
        one(
            &with(r#","country":{"value":"de"}"#, ""),
            "user.country.value",
            "does not match the regex pattern ^[A-Z]{2}$",
        );
        one(&with(r#","phone":{}"#, ""), "user.phone.value", missing);
        one(&with(r#","email":{"value":"@"}"#, ""), "user.email.value", "must be at least 3 characters long");
        one(&with("", r#","custom_parameters":{}"#), "custom_parameters", "must have between 1 and 200 properties");
        one(
            &with("", r#","custom_parameters":{"a":null}"#),
            "custom_parameters.a",
            "NULL value found, but a string, a number or a boolean is required",
        );
        assert!(read(&with("", r#","custom_parameters":null"#)).is_ok());
        let legal = read(&with(r#","is_legal":true,"legal":{"name":"n"}"#, "")).unwrap_err();
        assert_eq!(
            legal.iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>(),
            ["user.legal.address", "user.legal.vat_id", "user.legal.country"]
        );
        for (place, at) in [(r#","x":1"#, "user"), (r#","settings":1"#, "user")] {
            assert_eq!(read(&with(place, "")).unwrap_err()[0].0, at);
        }
        for rest in [r#","x":1"#, r#","settings":{"x":1}"#, r#","settings":{"ui":{"size":"large"}}"#] {
            assert!(read(&with("", rest)).unwrap_err()[0].1.contains("additional properties"), "{rest}");
        }
    }

    #[test]
    fn a_usual_body_is_plain() {
        let more =
            r#","sandbox":true,"settings":{"currency":"USD","ui":{"theme":"dark"}},"custom_parameters":{"a":{}}"#;
        for (user, rest) in [("", ""), (r#","email":{"value":"a@b"},"country":{"value":"DE"}"#, more)] {
            let body = with(user, rest);
            assert_eq!(AdminToken::plain(body.as_bytes()), read(&body).ok(), "{body}");
            assert!(AdminToken::plain(body.as_bytes()).is_some(), "{body}");
        }
        let project = ProjectId::new(9).unwrap();
        let token = AdminToken::plain(with("", "").as_bytes()).unwrap().token(project, "FR").unwrap();
        assert_eq!((token.project_id(), token.player().country.as_deref()), (9, Some("FR")));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn haste_makes_no_difference(body in scribbled(&ADMIN_TOKEN)) {
            if let Some(plain) = AdminToken::plain(&body) {
                // What is kept of an order in memory is what its stored token says.
                let token = plain.token(ProjectId::new(9).unwrap(), "DE").unwrap();
                let token = token.with_order(coinslot_domain::id::OrderId::new(77).unwrap()).unwrap();
                let stored = TokenBody::from_stored(token.to_stored());
                prop_assert_eq!(format!("{:?}", Some(token)), format!("{stored:?}"));
                prop_assert_eq!(Some(plain), AdminToken::read(shape::parse(&body).unwrap()).ok());
            }
        }
    }

    #[test]
    fn quantities() {
        let items = |list: &str| read(&format!(r#"{{"user":{{"id":{{"value":"p"}}}},"purchase":{{"items":{list}}}}}"#));
        let text = |list: &str| items(list).unwrap_err().remove(0).1;
        assert_eq!(text("[]"), "must have at least 1 entry");
        assert_eq!(text(r#"[{"sku":"a","quantity":1.5}]"#), "must be a whole number");
        assert_eq!(text(r#"[{"sku":"a","quantity":0}]"#), crate::shape::NOT_POSITIVE);
        assert_eq!(text(r#"[{"sku":"a","quantity":10001}]"#), "must have a maximum value of 10000");
        assert_eq!(text(r#"[{"sku":"a","quantity":1e30}]"#), "must have a maximum value of 10000");
        assert_eq!(text(r#"[{"sku":"a","quantity":"1"}]"#), "string value found, but a number is required");
        let twice = r#"[{"sku":"a","quantity":9999},{"sku":"a","quantity":2}]"#;
        assert!(text(twice).starts_with("must have at most 100 SKUs"));
        assert_eq!(items(r#"[{"sku":"a","quantity":2.0}]"#).unwrap().items, [("a".to_string(), 2)]);
    }
}
