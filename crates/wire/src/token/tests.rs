//! Tests of the body of a token.

use super::*;
use crate::look::Layout;
use crate::plain::scribble::{sample, scribbled};
use crate::shape::{self, NOT_POSITIVE, Shape, TextRule, Unknown, parse};
use coinslot_domain::redirect::RedirectWhen;
use proptest::prelude::*;

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
            [Shape::Text { .. }, Shape::Integer { .. }] => types("a string or an integer", &scalars("string integer")),
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
            let text = "The property nonsense is not defined and the definition does not allow additional properties";
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
        (policy.automatic, policy.manual),
        (Some(RedirectWhen::Successful), Some(RedirectWhen::VirtualCurrency))
    );
    assert_eq!((policy.delay, policy.caption.as_deref()), (Some(3), Some("Back")));
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
        let all = json!({"user": {"id": {"value": "u"}}, "settings": {"project_id": 1}, "purchase": {"gift": gift}});
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
            prop::collection::btree_map(key.clone(), inner, 0..4).prop_map(|m| Value::Object(m.into_iter().collect())),
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
    fn haste_makes_no_difference(body in scribbled(&TOKEN)) {
        if let Some(draft) = Draft::plain(&body) {
            prop_assert_eq!(Some(draft), slowly(&body));
        }
    }
}
