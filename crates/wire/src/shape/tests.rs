use super::*;
use proptest::prelude::*;
use serde_json::json;

static INNER: &[Field] = &[
    Field::required("n", Shape::Integer { min: 1, max: 10 }, ""),
    Field::optional("t", Shape::Text { min: 1, max: 3, rule: None }, ""),
];
static SHAPE: Shape = Shape::Object {
    fields: &[
        Field::required("a", Shape::Object { fields: INNER, unknown: Unknown::Refuse }, ""),
        Field::optional("list", Shape::Array(&Shape::Object { fields: INNER, unknown: Unknown::Ignore }), ""),
        Field::optional("free", Shape::Map, ""),
        Field::optional("e", Shape::Enum(&["x", "y"]), ""),
        Field::optional("b", Shape::Bool, ""),
        Field::optional("m", Shape::Number { positive: true, text: true }, ""),
        Field::optional("any", Shape::Any, ""),
        Field::optional("flag", Shape::OneOf(&[Shape::Bool, Shape::Text { min: 0, max: 9, rule: None }]), ""),
    ],
    unknown: Unknown::Refuse,
};

fn faults(body: &str) -> Vec<(String, String)> {
    check(&SHAPE, &parse(body.as_bytes()).unwrap()).into_iter().map(|v| (v.path, v.text)).collect()
}

fn one(body: &str, path: &str, text: &str) {
    assert_eq!(faults(body), [(path.to_string(), text.to_string())], "{body}");
}

#[test]
fn wording() {
    assert!(faults(r#"{"a":{"n":1}}"#).is_empty());
    one("3", "", "integer value found, but an object is required");
    one("[1]", "", "array value found, but an object is required");
    one("null", "", "NULL value found, but an object is required");
    one("[]", "a", "is missing and it is required");
    one(r#"{"a":[]}"#, "a.n", "is missing and it is required");
    one(r#"{"a":{"n":1.0}}"#, "a.n", "double value found, but an integer is required");
    one(r#"{"a":{"n":1e0}}"#, "a.n", "double value found, but an integer is required");
    one(r#"{"a":{"n":"1"}}"#, "a.n", "string value found, but an integer is required");
    one(r#"{"a":{"n":0}}"#, "a.n", "must have a minimum value of 1");
    one(r#"{"a":{"n":11}}"#, "a.n", "must have a maximum value of 10");
    one(r#"{"a":{"n":-99999999999999999999999}}"#, "a.n", "must have a minimum value of 1");
    one(r#"{"a":{"n":99999999999999999999999}}"#, "a.n", "must have a maximum value of 10");
    one(r#"{"a":{"n":1,"t":null}}"#, "a.t", "NULL value found, but a string is required");
    one(r#"{"a":{"n":1,"t":""}}"#, "a.t", "must be at least 1 characters long");
    one(r#"{"a":{"n":1,"t":"абвг"}}"#, "a.t", "must be at most 3 characters long");
    one(r#"{"a":{"n":1,"t":"\u0000"}}"#, "a.t", "does not match the regex pattern ^[^\\x00]*$");
    assert!(faults(r#"{"a":{"n":1,"t":"абв"}}"#).is_empty());
    let unknown = "The property z is not defined and the definition does not allow additional properties";
    one(r#"{"a":{"n":1,"z":1}}"#, "a", unknown);
    one(r#"{"a":{"n":1},"z":1}"#, "", unknown);
    one(r#"{"a":{"n":1},"e":"z"}"#, "e", r#"does not have a value in the enumeration ["x","y"]"#);
    one(r#"{"a":{"n":1},"b":1}"#, "b", "integer value found, but a boolean is required");
    one(r#"{"a":{"n":1},"flag":1}"#, "flag", "integer value found, but a boolean or a string is required");
    one(r#"{"a":{"n":1},"m":0.00e9}"#, "m", NOT_POSITIVE);
    one(r#"{"a":{"n":1},"m":"-1"}"#, "m", NOT_POSITIVE);
    one(r#"{"a":{"n":1},"m":"1e3"}"#, "m", "string value found, but a number is required");
    one(r#"{"a":{"n":1},"list":[{"n":2,"z":0},{}]}"#, "list[1].n", "is missing and it is required");
    assert!(faults(r#"{"a":{"n":1},"free":[],"any":null,"m":"0.01","flag":true,"list":[]}"#).is_empty());
}

#[test]
fn the_last_of_two_keys_counts() {
    assert!(faults(r#"{"a":{"n":"x","n":1}}"#).is_empty());
}

#[test]
fn hostile_bodies_make_short_answers() {
    let body = format!(r#"{{"a":{{"n":1}},"list":[{}1]}}"#, "1,".repeat(MAX_VALUES - 10));
    assert_eq!(faults(&body).len(), MAX_VIOLATIONS);
    let more = format!("[{}1]", "1,".repeat(MAX_VALUES));
    assert_eq!(parse(more.as_bytes()), Err(BodyError::TooMany));
}

#[test]
fn depth() {
    let nested = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
    assert!(parse(nested(MAX_DEPTH).as_bytes()).is_ok());
    assert_eq!(parse(nested(MAX_DEPTH + 1).as_bytes()), Err(BodyError::TooDeep));
    assert_eq!(parse("[".repeat(1_000_000).as_bytes()), Err(BodyError::TooDeep));
    assert_eq!(parse(r#"{"a":"#.repeat(1_000_000).as_bytes()), Err(BodyError::TooDeep));
    let brackets_in_text = format!(r#"["{}\"{}"]"#, "[".repeat(100), "{".repeat(100));
    assert!(parse(brackets_in_text.as_bytes()).is_ok());
}

#[test]
fn what_is_no_json() {
    for empty in ["", " \r\n\t"] {
        assert_eq!(parse(empty.as_bytes()), Err(BodyError::Empty));
    }
    for bad in ["{", "{}x", "{'a':1}", "NaN", "[1,]", "\u{feff}{}", "\"\\ud800\"", "01", "{\"a\"}"] {
        assert_eq!(parse(bad.as_bytes()), Err(BodyError::NotJson), "{bad}");
    }
    assert_eq!(parse(b"\"\xff\""), Err(BodyError::NotJson));
}

#[test]
fn normalises_by_shape_only() {
    let body = json!({"a": [], "list": [[], {"n": 1}], "free": {"x": []}, "any": [], "z": []});
    let want = json!({"a": {}, "list": [{}, {"n": 1}], "free": {"x": []}, "any": [], "z": []});
    assert_eq!(normalise(&SHAPE, body), want);
}

#[test]
fn text_rules() {
    let faults = |rule: TextRule, text: &str| rule.fault(text).unwrap_or_default();
    for good in ["a@b", "a.b+c@d.example", "имя@почта.рф"] {
        assert_eq!(faults(TextRule::Email, good), "", "{good}");
    }
    for bad in ["", "a", "@", "a@", "@b", "a@b@c", "a b@c", "a@b\n", "a@b\r\nBcc: x@y", "a@\u{a0}b"] {
        assert_eq!(faults(TextRule::Email, bad), "Invalid email", "{bad}");
    }
    assert_eq!(faults(TextRule::Currency, "KWD"), "");
    assert_eq!(faults(TextRule::Currency, "ZZZ"), "is not a currency of ISO 4217");
    assert_eq!(faults(TextRule::Currency, "usd"), "does not match the regex pattern ^[A-Z]{3}$");
    assert_eq!(faults(TextRule::Country, "DE"), "");
    assert_eq!(faults(TextRule::Country, "ZZ"), "is not a country of ISO 3166-1");
    assert_eq!(faults(TextRule::Country, "USA"), "does not match the regex pattern ^[A-Z]{2}$");
    for good in ["en", "pt-BR", "zh_CN"] {
        assert_eq!(faults(TextRule::Language, good), "", "{good}");
    }
    for bad in ["", "e", "EN", "eng", "pt-br", "pt.BR", "pt-BRA", "é"] {
        assert!(faults(TextRule::Language, bad).starts_with("does not match"), "{bad}");
    }
    assert_eq!(faults(TextRule::DigitsExact(3), "12٣"), "does not match the regex pattern ^[0-9]{3}$");
    assert_eq!(faults(TextRule::AlnumExact(3), "1a_"), "does not match the regex pattern ^[0-9A-Za-z]{3}$");
}

#[test]
fn urls_a_player_may_be_sent_to() {
    for good in [
        "https://game.example",
        "HTTPS://Game.Example/",
        "http://localhost:8080/done?a=1&b[]=%20#top",
        "http://127.0.0.1/",
        "https://[2001:db8::1]:8443/x",
        "https://a_b.example/~me/@you/x:y",
        "https://game.example?x=https://other.example",
        "app://xpayment.com.example.game",
        "my-game+v1.0://paid",
        "mygame:///paid?x=1",
    ] {
        assert!(is_url(good) && is_any_url(good), "{good}");
    }
}

#[test]
fn urls_that_play_tricks() {
    for bad in [
        "",
        "game.example",
        "/done",
        "//evil.example",
        "\\\\evil.example",
        "https:evil.example",
        "https:/evil.example",
        "https:///evil.example",
        "https:\\\\evil.example",
        "https://evil.example\\@game.example",
        "https://game.example@evil.example",
        "https://game.example:pw@evil.example",
        "https://game.example%2eevil.example",
        "https://game.example%00.evil.example",
        "https://",
        "https://?x",
        "https://#x",
        "https://.example",
        "https://game..example",
        "https://game.example./",
        "https://game.example:",
        "https://game.example:0",
        "https://game.example:+80",
        "https://game.example:99999",
        "https://game.example:80:80",
        "https://[::1",
        "https://[::1]evil.example",
        "https://[evil.example]",
        "https://game.example/#a#b",
        "https://game.example/ x",
        " https://game.example",
        "https://game.example\n",
        "https://game.example/\r\nSet-Cookie: a=b",
        "https://game.example/%0d%0aSet-Cookie:a=b",
        "https://game.example/%7f",
        "https://game.example/%",
        "https://game.example/%zz",
        "https://game.example/%+1",
        "https://game.example/\t",
        "https://game.example/\0",
        "https://game.example/\"onload=",
        "https://game.example/<script>",
        "https://gаme.example/",
        "https://game.example/\u{202e}",
        "https://game。example/",
        "javascript:alert(1)",
        "javascript://game.example/%0aalert(1)",
        "JaVaScRiPt://x/alert(1)",
        "java\nscript://alert(1)",
        "java\tscript://alert(1)",
        "\u{1}javascript://alert(1)",
        "java%73cript://alert(1)",
        "javascript&colon;//alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "data://text/html;base64,PHN2Zz4=",
        "DATA://text/html,x",
        "vbscript:msgbox(1)",
        "VBScript://x",
        "file:///etc/passwd",
        "File://server/share",
        "blob:https://game.example/1",
        "view-source:https://game.example",
        "view-source://game.example",
        "filesystem:https://game.example/x",
        "intent://x#Intent;scheme=https;end",
        "ms-msdt://x",
        "about:blank",
        "1app://x",
        "-app://x",
        "://x",
        "app://",
        "app:x",
        "app://user@host",
        "mailto:a@b.example",
    ] {
        assert!(!is_url(bad), "{bad:?}");
    }
}

#[test]
fn pictures() {
    for good in ["https://img.example/1.jpg", "http://img.example/1.jpg?a=b", "//img.example/1.jpg"] {
        assert!(is_image(good), "{good}");
    }
    for bad in ["", "1.jpg", "/1.jpg", "//", "///img.example", "ftp://img.example", "javascript://x", "//a b"] {
        assert!(!is_image(bad), "{bad}");
    }
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        if let Ok(value) = parse(&bytes) { check(&SHAPE, &normalise(&SHAPE, value)); }
    }

    #[test]
    fn no_text_panics(text in ".{0,40}") {
        is_url(&text);
        is_url(&format!("https://{text}"));
        is_url(&format!("https://a/%{text}"));
        is_email(&text);
    }

    #[test]
    fn no_url_leaves_its_host(text in "[a-z.:@/\\\\?#%\\[\\]-]{0,24}") {
        // Whatever passes starts with a host of plain characters.
        let url = format!("https://{text}");
        prop_assert_eq!(is_url(&url), is_any_url(&url));
        if is_url(&url) {
            let host: String = text.chars().take_while(|c| !"/?#".contains(*c)).collect();
            prop_assert!(!host.is_empty() && !host.contains(['@', '\\', '%']));
        }
    }
}
