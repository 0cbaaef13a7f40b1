//! The form that pays: what it asks for, what it offers, and what was wrong with
//! what came back.

use crate::frame::{frame, policy, text};
use crate::gift;
use crate::http::{self, Visit};
use crate::locale::Text;
use crate::pages::{ENTRY, METHODS, USER_ID, onward, place_param, shop};
use crate::shipping;
use crate::showcase;
use crate::view::{CheckoutPage, CouponField, Field, MethodChoice, PlaceLink, PlaceList, Said, TestCard};
use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use coinslot_app::checkout::{Checkout, Paying};
use coinslot_app::port::Method;
use coinslot_app::purchase::{self as purchased, PlaceChoice};
use coinslot_domain::account::Account;
use coinslot_domain::card::{Card, CardNumber, Cvv, Expiry};
use coinslot_domain::payment::{Decline, PaymentState};
use coinslot_domain::purchase::{self, Choice, LineKind};
use coinslot_domain::shipping::is_zip;
use coinslot_wire::token::PlayerField;
use serde_json::json;

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

/// What the form sends for a saved way to pay.
pub(crate) const ACCOUNT: &str = "account-";

/// The saved way to pay that was chosen, if one was.
pub(crate) fn saved<'a>(c: &'a Checkout, chosen: &str) -> Option<&'a Account> {
    let id = chosen.strip_prefix(ACCOUNT)?.parse().ok();
    c.accounts.iter().find(|a| Some(a.id) == id)
}

/// What is wrong with a filled-in form: fields and sentences.
#[derive(Default)]
pub(crate) struct Faults(pub(crate) Vec<(&'static str, String)>);

impl Faults {
    pub(crate) fn first(self) -> Option<String> {
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
pub(crate) fn read(t: Text, visit: &Visit, checkout: &Checkout) -> Result<Paying, Faults> {
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
        let mut field = |name: &'static str, missing| {
            let value = visit.params.get(name);
            if value.is_none() {
                faults.push((name, t.s(missing)));
            }
            value
        };
        let number = field("card_number", "card-number-missing");
        let expiry = field("card_expiry", "card-expiry-missing");
        let cvv = field("card_cvv", "card-cvv-missing");
        let zip = match asks_zip(checkout) {
            // No bank looks at it in the sandbox, so tests may leave it out.
            Some(Required(true)) => field("zip", "zip-missing"),
            Some(Required(false)) => visit.params.get("zip"),
            None => None,
        };
        let number = parsed(&mut faults, t, number, ("card_number", "card-number-bad"), CardNumber::parse);
        let expiry = parsed(&mut faults, t, expiry, ("card_expiry", "card-expiry-bad"), Expiry::parse);
        // Without a number either length of the code may be right.
        let brand = number.as_ref().map(CardNumber::brand);
        let cvv = parsed(&mut faults, t, cvv, ("card_cvv", "card-cvv-bad"), |text| match brand {
            Some(brand) => Cvv::parse(text, brand),
            None => Cvv::parse(text, coinslot_domain::card::Brand::Unknown)
                .or_else(|| Cvv::parse(text, coinslot_domain::card::Brand::Amex)),
        });
        let country = checkout.player.country.as_deref().unwrap_or_default();
        paying.zip =
            parsed(&mut faults, t, zip, ("zip", "zip-bad"), |text| is_zip(text, country).then(|| text.to_string()));
        if let (Some(number), Some(expiry), Some(cvv)) = (number, expiry, cvv) {
            paying.card = Some(Card { number, expiry, cvv });
        }
    }
    if faults.is_empty() { Ok(paying) } else { Err(Faults(faults)) }
}

/// What a field says, of which its name and the key of what to say of a bad value
/// are known.
fn parsed<T>(
    faults: &mut Vec<(&'static str, String)>,
    t: Text,
    given: Option<&str>,
    (name, bad): (&'static str, &str),
    parse: impl FnOnce(&str) -> Option<T>,
) -> Option<T> {
    let parsed = parse(given?);
    if parsed.is_none() {
        faults.push((name, t.s(bad)));
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
pub(crate) fn form(visit: &Visit, c: &Checkout, faults: Faults) -> Response {
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
}
