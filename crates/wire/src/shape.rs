//! What a JSON value must look like, as data, and the check against it.
//!
//! The check finds every fault of a body in one pass, so that a developer
//! corrects a request once and not fault by fault. Faults are worded the way
//! clients of the published API already know.

use coinslot_domain::decimal::Decimal;
use coinslot_domain::item::is_sku;
use coinslot_domain::localized::is_locale;
use coinslot_domain::merchant::is_country;
use coinslot_domain::money::{Currency, MoneyError};
use serde_json::{Map, Value};
use std::fmt::Write;

/// Levels of nesting a body may have. No documented body comes near it.
pub const MAX_DEPTH: usize = 32;

/// Values a body may have, all told. No documented body comes near it, and each
/// takes many times the memory of its text.
pub const MAX_VALUES: usize = 50_000;

/// The largest integer a body may carry; above it JavaScript clients and this
/// server could no longer agree on the number.
pub const MAX_INTEGER: i64 = coinslot_domain::id::LIMIT - 1;

/// Faults listed for one body. An honest body has few; without an end, a small
/// hostile body would make a huge answer.
pub const MAX_VIOLATIONS: usize = 256;

/// What a JSON value must look like.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// An object with known properties.
    Object {
        /// The properties it may have.
        fields: &'static [Field],
        /// What becomes of others.
        unknown: Unknown,
    },
    /// An object with any properties.
    Map,
    /// A list of values of one shape.
    Array(&'static Shape),
    /// A string; lengths count characters.
    Text {
        /// Fewest characters.
        min: usize,
        /// Most characters.
        max: usize,
        /// What else must hold.
        rule: Option<TextRule>,
    },
    /// One of a few strings.
    Enum(&'static [&'static str]),
    /// One of a few strings in any case.
    Word(&'static [&'static str]),
    /// An object of values of one shape, by keys of one kind.
    Keyed {
        /// What the keys are.
        keys: Keys,
        /// What each value looks like.
        of: &'static Shape,
    },
    /// A whole number, written without point or exponent.
    Integer {
        /// The smallest.
        min: i64,
        /// The largest.
        max: i64,
    },
    /// Any JSON number.
    Number {
        /// Whether it must be greater than zero.
        positive: bool,
        /// Whether a string that holds a decimal number is as good.
        text: bool,
    },
    /// A number of at least `min`, of at most nine digits after the point and at
    /// most a thousand million; a string that holds one is as good.
    Decimal {
        /// The smallest whole number that is allowed.
        min: i64,
    },
    /// A number of at most two digits after the point; a string that holds one is
    /// as good.
    Hundredths {
        /// The smallest whole number that is allowed.
        min: i64,
        /// The largest.
        max: i64,
    },
    /// A whole number; a string that holds one is as good.
    Count {
        /// The smallest.
        min: i64,
        /// The largest.
        max: i64,
    },
    /// `true` or `false`.
    Bool,
    /// A truth value: `true`, `false`, 1 or 0, as such or as a string, as forms
    /// and URLs carry it.
    Flag,
    /// A text in several languages: an object of strings by language.
    Texts {
        /// Most characters of each.
        max: usize,
        /// Whether one language at least must be there.
        required: bool,
    },
    /// A date, or a date and time with an offset from UTC.
    Date,
    /// `null`, which takes a value back.
    Null,
    /// Anything.
    Any,
    /// One of several shapes that differ in their JSON type.
    OneOf(&'static [Shape]),
}

/// What the keys of an object are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keys {
    /// Currencies of ISO 4217, in upper case.
    Currency,
    /// Languages.
    Locale,
}

impl Keys {
    /// What is wrong with a key, if anything.
    fn fault(self, key: &str) -> Option<&'static str> {
        match self {
            Keys::Currency if Currency::from_code(key).is_none() => Some("is not a currency of ISO 4217"),
            Keys::Locale if !is_locale(key) => Some("is not a language: write en, pt-BR or pt_BR"),
            _ => None,
        }
    }

    /// All keys as a regular expression.
    pub fn pattern(self) -> &'static str {
        match self {
            Keys::Currency => "^[A-Z]{3}$",
            Keys::Locale => "^[a-z]{2,3}([-_][A-Za-z]{2,4})?$",
        }
    }
}

/// A shape, or `null`.
macro_rules! maybe {
    ($shape:expr) => {
        $crate::shape::Shape::OneOf(&[$shape, $crate::shape::Shape::Null])
    };
}
pub(crate) use maybe;

/// A list of values of a shape, or one of them, or `null`.
macro_rules! many {
    ($shape:expr) => {
        $crate::shape::Shape::OneOf(&[$crate::shape::Shape::Array(&$shape), $shape, $crate::shape::Shape::Null])
    };
}
pub(crate) use many;

/// A property of an object.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its key.
    pub name: &'static str,
    /// Whether it must be there.
    pub required: bool,
    /// What its value looks like.
    pub shape: Shape,
    /// What it means, for the published schema.
    pub doc: &'static str,
}

impl Field {
    /// A property that may be left out.
    pub const fn optional(name: &'static str, shape: Shape, doc: &'static str) -> Self {
        Field { name, required: false, shape, doc }
    }

    /// A property that must be there.
    pub const fn required(name: &'static str, shape: Shape, doc: &'static str) -> Self {
        Field { name, required: true, shape, doc }
    }
}

/// `fields` and `more`, which are `M` in all: objects that say more of a thing
/// than others.
pub const fn with<const N: usize, const M: usize>(fields: [Field; N], more: &[Field]) -> [Field; M] {
    let mut all = [more[0]; M];
    let mut i = 0;
    while i < M {
        all[i] = if i < N { fields[i] } else { more[i - N] };
        i += 1;
    }
    all
}

/// What becomes of a property the shape does not name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// It is a fault.
    Refuse,
    /// It is passed over.
    Ignore,
}

/// What must hold for a string besides its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextRule {
    /// An e-mail address: something on both sides of a single `@`, no blanks.
    Email,
    /// A currency of ISO 4217, in upper case.
    Currency,
    /// A country of ISO 3166-1 alpha-2, in upper case.
    Country,
    /// A language such as `en`, `pt-BR` or `pt_BR`.
    Language,
    /// An absolute URL a browser may be sent to; see [`is_url`].
    Url,
    /// The address of a picture: such a URL that begins with `https://` or
    /// `http://`, or with `//` for either.
    Image,
    /// The game's name of an item; see [`is_sku`].
    Sku,
    /// So many digits.
    DigitsExact(usize),
    /// So many ASCII letters and digits.
    AlnumExact(usize),
}

impl TextRule {
    /// The rule as a regular expression, where it is one.
    pub fn pattern(self) -> Option<String> {
        Some(match self {
            TextRule::Email | TextRule::Url | TextRule::Image => return None,
            TextRule::Sku => "^[A-Za-z0-9._-]{1,255}$".to_string(),
            TextRule::Currency => "^[A-Z]{3}$".to_string(),
            TextRule::Country => "^[A-Z]{2}$".to_string(),
            TextRule::Language => "^[a-z]{2}([-_][A-Z]{2})?$".to_string(),
            TextRule::DigitsExact(n) => format!("^[0-9]{{{n}}}$"),
            TextRule::AlnumExact(n) => format!("^[0-9A-Za-z]{{{n}}}$"),
        })
    }

    /// Whether nothing is wrong with `text`.
    pub(crate) fn holds(self, text: &str) -> bool {
        self.fault(text).is_none()
    }

    /// What is wrong with `text`, if anything.
    fn fault(self, text: &str) -> Option<String> {
        let upper = |n: usize| text.len() == n && text.bytes().all(|b| b.is_ascii_uppercase());
        let matches = match self {
            TextRule::Email => return (!is_email(text)).then(|| "Invalid email".to_string()),
            TextRule::Url => return (!is_url(text)).then(|| "Invalid URL format".to_string()),
            TextRule::Image => {
                let fault = "is not the address of a picture: write https://…, http://… or //…";
                return (!is_image(text)).then(|| fault.to_string());
            }
            TextRule::Sku => is_sku(text),
            TextRule::Currency if upper(3) => {
                return Currency::from_code(text).is_none().then(|| "is not a currency of ISO 4217".to_string());
            }
            TextRule::Country if upper(2) => {
                return (!is_country(text)).then(|| "is not a country of ISO 3166-1".to_string());
            }
            TextRule::Currency | TextRule::Country => false,
            TextRule::Language => is_language(text),
            TextRule::DigitsExact(n) => text.len() == n && text.bytes().all(|b| b.is_ascii_digit()),
            TextRule::AlnumExact(n) => text.len() == n && text.bytes().all(|b| b.is_ascii_alphanumeric()),
        };
        (!matches).then(|| no_match(&self.pattern().unwrap_or_default()))
    }
}

fn no_match(pattern: &str) -> String {
    format!("does not match the regex pattern {pattern}")
}

fn is_email(text: &str) -> bool {
    match text.split_once('@') {
        Some((local, host)) => {
            !local.is_empty()
                && !host.is_empty()
                && !host.contains('@')
                && !text.chars().any(|c| c.is_whitespace() || c.is_control())
        }
        None => false,
    }
}

fn is_language(text: &str) -> bool {
    match text.as_bytes() {
        [a, b] => a.is_ascii_lowercase() && b.is_ascii_lowercase(),
        [a, b, b'-' | b'_', c, d] => {
            a.is_ascii_lowercase() && b.is_ascii_lowercase() && c.is_ascii_uppercase() && d.is_ascii_uppercase()
        }
        _ => false,
    }
}

/// Schemes that run code, read files or wrap another URL instead of opening a
/// page or an app.
const FORBIDDEN_SCHEMES: &[&str] = &[
    "about",
    "blob",
    "chrome",
    "chrome-extension",
    "content",
    "data",
    "file",
    "filesystem",
    "intent",
    "jar",
    "javascript",
    "livescript",
    "mhtml",
    "mocha",
    "moz-extension",
    "res",
    "resource",
    "search-ms",
    "shell",
    "vbscript",
    "view-source",
];

/// Whether `text` is an absolute URL a player's browser may be sent to: `http`,
/// `https` with a plain host, or an app's own scheme.
///
/// Browsers repair sloppy URLs, and a repaired URL may lead elsewhere than the
/// text appears to. So only the strict grammar passes, and what browsers would
/// repair (backslashes, missing slashes, blanks, a user name before the host)
/// does not.
pub fn is_url(text: &str) -> bool {
    is_plain_url(text) || is_any_url(text)
}

/// Whether it is what most are: `https`, a name, and a path of plain characters,
/// in which there is nothing that could be repaired.
fn is_plain_url(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("https://") else { return false };
    let (host, path) = rest.split_at(rest.bytes().position(|b| b == b'/').unwrap_or(rest.len()));
    let mut before = b'.';
    for b in host.bytes() {
        if !(b.is_ascii_alphanumeric() || b == b'-' || b == b'.' && before != b'.') {
            return false;
        }
        before = b;
    }
    before != b'.'
        && path
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'/' | b'_' | b'?' | b'=' | b'&'))
}

fn is_any_url(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&b);
    if !text.bytes().all(allowed) || !percent_is_sound(text) {
        return false;
    }
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let scheme = scheme.to_ascii_lowercase();
    if !scheme.starts_with(|c: char| c.is_ascii_lowercase())
        || !scheme.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"+-.".contains(&b))
        || FORBIDDEN_SCHEMES.contains(&scheme.as_str())
        // Windows hands these to system tools.
        || scheme.starts_with("ms-")
        || rest.matches('#').count() > 1
    {
        return false;
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if scheme == "http" || scheme == "https" {
        is_host_and_port(authority)
    } else {
        !rest.is_empty() && !authority.contains(['@', '%'])
    }
}

fn is_image(text: &str) -> bool {
    match text.strip_prefix("//") {
        Some(rest) => is_url(&format!("https://{rest}")),
        None => ["https://", "http://"].iter().any(|scheme| text.starts_with(scheme)) && is_url(text),
    }
}

/// Whether each `%` starts an escape, and none hides a control character.
fn percent_is_sound(text: &str) -> bool {
    text.split('%').skip(1).all(|after| {
        let hex = after.get(..2).filter(|h| h.bytes().all(|b| b.is_ascii_hexdigit()));
        hex.and_then(|h| u8::from_str_radix(h, 16).ok()).is_some_and(|b| b >= 0x20 && b != 0x7f)
    })
}

fn is_host_and_port(authority: &str) -> bool {
    let (host, port) = match authority.strip_prefix('[') {
        Some(v6) => match v6.split_once(']') {
            Some((address, port)) if address.parse::<std::net::Ipv6Addr>().is_ok() => ("v6", port.strip_prefix(':')),
            _ => return false,
        },
        None => match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    // What follows `]` is a port or nothing.
    if authority.starts_with('[') && port.is_none() && !authority.ends_with(']') {
        return false;
    }
    let label = |l: &str| !l.is_empty() && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    let port_is_sound = |p: &str| p.bytes().all(|b| b.is_ascii_digit()) && p.parse::<u16>().is_ok_and(|port| port != 0);
    host.split('.').all(label) && port.is_none_or(port_is_sound)
}

/// Why a body could not be read at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyError {
    /// There is nothing in it. Some calls allow that.
    Empty,
    /// It is not JSON in UTF-8.
    NotJson,
    /// It is nested more than [`MAX_DEPTH`] levels.
    TooDeep,
    /// It has more than [`MAX_VALUES`] values.
    TooMany,
}

impl std::fmt::Display for BodyError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            BodyError::Empty => f.write_str("The request body is empty"),
            BodyError::NotJson => f.write_str("The request body is not valid JSON"),
            BodyError::TooDeep => write!(f, "The request body is nested more than {MAX_DEPTH} levels deep"),
            BodyError::TooMany => write!(f, "The request body has more than {MAX_VALUES} values"),
        }
    }
}

impl std::error::Error for BodyError {}

/// Reads a body. Of a key that appears twice the last value counts.
pub fn parse(bytes: &[u8]) -> Result<Value, BodyError> {
    if bytes.iter().all(|b| b" \t\r\n".contains(b)) {
        return Err(BodyError::Empty);
    }
    // Most bodies have not even so many brackets as they may have levels.
    let count = |kind: fn(u8) -> bool| bytes.iter().filter(|b| kind(**b)).count();
    let opened = count(|b| b == b'{' || b == b'[');
    if opened > MAX_DEPTH || opened + count(|b| b == b',') >= MAX_VALUES {
        count_exactly(bytes)?;
    }
    serde_json::from_slice(bytes).map_err(|_| BodyError::NotJson)
}

/// Counts levels and values before the recursive parser sees them.
fn count_exactly(bytes: &[u8]) -> Result<(), BodyError> {
    let (mut depth, mut values, mut in_text, mut escaped) = (0_usize, 1_usize, false, false);
    for b in bytes {
        match (*b, in_text) {
            _ if escaped => escaped = false,
            (b'\\', true) => escaped = true,
            (b'"', _) => in_text = !in_text,
            (b',', false) => values += 1,
            (b'{' | b'[', false) => {
                depth += 1;
                values += 1;
            }
            (b'}' | b']', false) => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            return Err(BodyError::TooDeep);
        }
        if values > MAX_VALUES {
            return Err(BodyError::TooMany);
        }
    }
    Ok(())
}

/// A fault of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Where: `purchase.virtual_items.items[0].sku`, or nothing for the body
    /// itself.
    pub path: String,
    /// What is wrong there.
    pub text: String,
}

impl Violation {
    /// A fault.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Violation { path: path.into(), text: text.into() }
    }
}

/// Every fault of `value`, in the order of the shape; at most
/// [`MAX_VIOLATIONS`].
pub fn check(shape: &Shape, value: &Value) -> Vec<Violation> {
    // Most bodies have none, which is found out without noting where one is.
    if fits(shape, value) {
        return Vec::new();
    }
    let mut check = Check { path: String::new(), found: Vec::new() };
    check.value(shape, value);
    check.found
}

/// Whether `value` has no fault that could be told quickly. `false` means that
/// it has to be looked at closely.
fn fits(shape: &Shape, value: &Value) -> bool {
    match (shape, value) {
        (Shape::Object { fields, unknown }, Value::Object(map)) => {
            let mut required = fields.iter().filter(|f| f.required).count();
            for (key, value) in map {
                match fields.iter().find(|f| f.name == key) {
                    Some(field) if fits(&field.shape, value) => required -= usize::from(field.required),
                    None if *unknown == Unknown::Ignore => {}
                    _ => return false,
                }
            }
            required == 0
        }
        (Shape::Map, Value::Object(_)) | (Shape::Bool, Value::Bool(_)) => true,
        (Shape::Array(element), Value::Array(list)) => list.iter().all(|v| fits(element, v)),
        (Shape::Text { min, max, rule }, Value::String(text)) => {
            // As many characters as bytes, or fewer.
            let enough = text.len() >= *min && (*min <= 1 || text.is_ascii());
            let sound = enough && text.len() <= *max && !text.contains('\0');
            sound && rule.is_none_or(|rule| rule.holds(text))
        }
        (Shape::Enum(values), Value::String(text)) => values.contains(&text.as_str()),
        (Shape::Integer { min, max }, Value::Number(n)) => {
            is_integer(n.as_str()) && n.as_str().parse().is_ok_and(|n: i64| *min <= n && n <= *max)
        }
        (Shape::Number { positive, .. }, Value::Number(n)) => !positive || is_positive(n.as_str()),
        (Shape::Null, Value::Null) => true,
        (Shape::OneOf(shapes), value) => shapes.iter().find(|s| has_type(s, value)).is_some_and(|s| fits(s, value)),
        _ => false,
    }
}

/// Whether there is an `[]` anywhere, which may stand for an empty object.
fn has_empty_list(value: &Value) -> bool {
    match value {
        Value::Array(list) => list.is_empty() || list.iter().any(has_empty_list),
        Value::Object(map) => map.values().any(has_empty_list),
        _ => false,
    }
}

/// `value` with each `[]` that stands for an empty object written as `{}`: PHP
/// cannot tell the two apart.
pub fn normalise(shape: &Shape, value: Value) -> Value {
    if has_empty_list(&value) { rewritten(shape, value) } else { value }
}

fn rewritten(shape: &Shape, value: Value) -> Value {
    match (shape, value) {
        (Shape::Object { .. } | Shape::Map | Shape::Keyed { .. } | Shape::Texts { .. }, Value::Array(list))
            if list.is_empty() =>
        {
            Value::Object(Map::new())
        }
        (Shape::Keyed { of, .. }, Value::Object(map)) => {
            Value::Object(map.into_iter().map(|(key, v)| (key, rewritten(of, v))).collect())
        }
        (Shape::Object { fields, .. }, Value::Object(mut map)) => {
            for field in *fields {
                if let Some(slot) = map.get_mut(field.name) {
                    *slot = rewritten(&field.shape, slot.take());
                }
            }
            Value::Object(map)
        }
        (Shape::Array(element), Value::Array(list)) => {
            Value::Array(list.into_iter().map(|v| rewritten(element, v)).collect())
        }
        (Shape::OneOf(shapes), value) => match shapes.iter().find(|s| has_type(s, &value)) {
            Some(shape) => rewritten(shape, value),
            None => value,
        },
        (_, value) => value,
    }
}

/// Whether `value` has the JSON type that `shape` starts from.
fn has_type(shape: &Shape, value: &Value) -> bool {
    match (shape, value) {
        (Shape::Any, _) => true,
        (Shape::Object { .. } | Shape::Map | Shape::Keyed { .. } | Shape::Texts { .. }, Value::Object(_)) => true,
        (Shape::Object { .. } | Shape::Map | Shape::Keyed { .. } | Shape::Texts { .. }, Value::Array(list)) => {
            list.is_empty()
        }
        (Shape::Array(_), Value::Array(_)) => true,
        (Shape::Text { .. } | Shape::Enum(_) | Shape::Word(_) | Shape::Date, Value::String(_)) => true,
        (Shape::Integer { .. }, Value::Number(n)) => is_integer(n.as_str()),
        (Shape::Number { .. }, Value::Number(_)) => true,
        (Shape::Number { text: true, .. }, Value::String(s)) => is_decimal(s),
        (Shape::Decimal { .. } | Shape::Hundredths { .. }, Value::Number(_)) => true,
        (Shape::Decimal { .. } | Shape::Hundredths { .. }, Value::String(s)) => is_decimal(s),
        (Shape::Count { .. }, Value::Number(n)) => is_integer(n.as_str()),
        (Shape::Count { .. }, Value::String(s)) => is_decimal(s) && is_integer(s),
        (Shape::Bool, Value::Bool(_)) => true,
        (Shape::Flag, _) => crate::read::truth(value).is_some(),
        (Shape::Null, Value::Null) => true,
        (Shape::OneOf(shapes), _) => shapes.iter().any(|s| has_type(s, value)),
        _ => false,
    }
}

/// What to call the type a shape wants.
fn wanted(shape: &Shape) -> String {
    match shape {
        Shape::Object { .. } | Shape::Map | Shape::Keyed { .. } | Shape::Texts { .. } => "an object".to_string(),
        Shape::Array(_) => "an array".to_string(),
        Shape::Text { .. } | Shape::Enum(_) | Shape::Word(_) | Shape::Date => "a string".to_string(),
        Shape::Integer { .. } | Shape::Count { .. } => "an integer".to_string(),
        Shape::Number { .. } | Shape::Decimal { .. } | Shape::Hundredths { .. } => "a number".to_string(),
        Shape::Bool | Shape::Flag => "a boolean".to_string(),
        Shape::Null => "a null".to_string(),
        Shape::Any => "a value".to_string(),
        Shape::OneOf(shapes) => shapes.iter().map(wanted).collect::<Vec<_>>().join(" or "),
    }
}

/// What to call the type a value has.
fn found(value: &Value) -> &'static str {
    match value {
        Value::Null => "NULL",
        Value::Bool(_) => "boolean",
        Value::Number(n) if is_integer(n.as_str()) => "integer",
        Value::Number(_) => "double",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn is_integer(number: &str) -> bool {
    number.bytes().all(|b| b.is_ascii_digit() || b == b'-')
}

/// Whether text is a plain decimal number such as `9.99`.
fn is_decimal(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    [whole, fraction].iter().all(|d| !d.is_empty() && d.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether the number written as `text` is greater than zero.
pub(crate) fn is_positive(text: &str) -> bool {
    let mantissa = text.split(['e', 'E']).next().unwrap_or_default();
    !text.starts_with('-') && mantissa.bytes().any(|b| (b'1'..=b'9').contains(&b))
}

/// The text for a number that must be above zero and is not.
pub(crate) const NOT_POSITIVE: &str = "must have a minimum value greater than boundary value of 0";

struct Check {
    path: String,
    found: Vec<Violation>,
}

impl Check {
    fn report(&mut self, text: impl Into<String>) {
        if self.found.len() < MAX_VIOLATIONS {
            self.found.push(Violation::new(self.path.clone(), text));
        }
    }

    /// Runs `inner` one level down.
    fn at(&mut self, name: &str, inner: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        if length > 0 && !name.starts_with('[') {
            self.path.push('.');
        }
        self.path.push_str(name);
        inner(self);
        self.path.truncate(length);
    }

    fn value(&mut self, shape: &Shape, value: &Value) {
        if !has_type(shape, value) {
            return self.report(format!("{} value found, but {} is required", found(value), wanted(shape)));
        }
        match (shape, value) {
            (Shape::Object { fields, unknown }, _) => {
                let none = Map::new();
                self.object(fields, *unknown, value.as_object().unwrap_or(&none));
            }
            (Shape::Array(element), Value::Array(list)) => {
                let mut name = String::new();
                for (i, v) in list.iter().enumerate() {
                    if self.found.len() >= MAX_VIOLATIONS {
                        return;
                    }
                    name.clear();
                    // Writing to a string does not fail.
                    let _ = write!(name, "[{i}]");
                    self.at(&name, |check| check.value(element, v));
                }
            }
            (Shape::Text { min, max, rule }, Value::String(text)) => self.text(*min, *max, *rule, text),
            (Shape::Enum(values), Value::String(text)) if !values.contains(&text.as_str()) => {
                self.report(format!("does not have a value in the enumeration {}", quoted(values)));
            }
            (Shape::Word(values), Value::String(text)) if !values.iter().any(|v| v.eq_ignore_ascii_case(text)) => {
                self.report(format!("does not have a value in the enumeration {}", quoted(values)));
            }
            (Shape::Keyed { keys, of }, Value::Object(map)) => self.keyed(*keys, of, map),
            (Shape::Integer { min, max }, Value::Number(n)) => self.integer(*min, *max, n.as_str()),
            (Shape::Count { min, max }, Value::Number(n)) => self.integer(*min, *max, n.as_str()),
            (Shape::Count { min, max }, Value::String(text)) => self.integer(*min, *max, text),
            (Shape::Decimal { min }, Value::Number(n)) => self.decimal(*min, n.as_str()),
            (Shape::Decimal { min }, Value::String(text)) => self.decimal(*min, text),
            (Shape::Hundredths { min, max }, Value::Number(n)) => self.hundredths(*min, *max, n.as_str()),
            (Shape::Hundredths { min, max }, Value::String(text)) => self.hundredths(*min, *max, text),
            (Shape::Texts { max, required }, _) => {
                let none = Map::new();
                self.texts(*max, *required, value.as_object().unwrap_or(&none));
            }
            (Shape::Date, Value::String(text)) => {
                if let Err(why) = crate::read::date(text) {
                    self.report(why);
                }
            }
            (Shape::Number { positive: true, .. }, Value::Number(n)) => self.positive(n.as_str()),
            (Shape::Number { positive: true, .. }, Value::String(text)) => self.positive(text),
            (Shape::OneOf(shapes), _) => {
                if let Some(shape) = shapes.iter().find(|s| has_type(s, value)) {
                    self.value(shape, value);
                }
            }
            _ => {}
        }
    }

    fn object(&mut self, fields: &[Field], unknown: Unknown, map: &Map<String, Value>) {
        for field in fields {
            match map.get(field.name) {
                Some(v) => self.at(field.name, |check| check.value(&field.shape, v)),
                None if field.required => self.at(field.name, |check| check.report("is missing and it is required")),
                None => {}
            }
        }
        if unknown == Unknown::Refuse {
            for key in map.keys().filter(|k| fields.iter().all(|f| f.name != k.as_str())) {
                self.report(format!(
                    "The property {key} is not defined and the definition does not allow additional properties"
                ));
            }
        }
    }

    fn text(&mut self, min: usize, max: usize, rule: Option<TextRule>, text: &str) {
        let length = text.chars().count();
        if length < min {
            self.report(format!("must be at least {min} characters long"));
        } else if length > max {
            self.report(format!("must be at most {max} characters long"));
        } else if text.contains('\0') {
            // Not every database can keep it.
            self.report(no_match("^[^\\x00]*$"));
        } else if let Some(fault) = rule.and_then(|r| r.fault(text)) {
            self.report(fault);
        }
    }

    fn integer(&mut self, min: i64, max: i64, text: &str) {
        // What does not fit is beyond the bound on its side.
        let out = if text.starts_with('-') { i64::MIN } else { i64::MAX };
        let n = text.parse().unwrap_or(out);
        if n < min {
            self.report(format!("must have a minimum value of {min}"));
        } else if n > max {
            self.report(format!("must have a maximum value of {max}"));
        }
    }

    fn decimal(&mut self, min: i64, text: &str) {
        match Decimal::parse(text) {
            Ok(n) if Decimal::whole(min).is_some_and(|min| n < min) => {
                self.report(format!("must have a minimum value of {min}"));
            }
            Ok(_) => {}
            Err(MoneyError::TooPrecise) => self.report("must have at most 9 digits after the decimal point"),
            Err(_) if text.starts_with('-') => self.report(format!("must have a minimum value of {min}")),
            Err(_) => self.report("must have a maximum value of 1000000000"),
        }
    }

    fn hundredths(&mut self, min: i64, max: i64, text: &str) {
        match Decimal::parse(text) {
            Ok(n) if Decimal::whole(min).is_some_and(|min| n < min) => {
                self.report(format!("must have a minimum value of {min}"));
            }
            Ok(n) if Decimal::whole(max).is_some_and(|max| n > max) => {
                self.report(format!("must have a maximum value of {max}"));
            }
            Ok(n) if n.fits_units(100) => {}
            Ok(_) | Err(MoneyError::TooPrecise) => self.report("must have at most 2 digits after the decimal point"),
            Err(_) if text.starts_with('-') => self.report(format!("must have a minimum value of {min}")),
            Err(_) => self.report(format!("must have a maximum value of {max}")),
        }
    }

    fn keyed(&mut self, keys: Keys, of: &Shape, map: &Map<String, Value>) {
        for (key, value) in map {
            if self.found.len() >= MAX_VIOLATIONS {
                return;
            }
            self.at(key, |check| match keys.fault(key) {
                Some(fault) => check.report(fault),
                None => check.value(of, value),
            });
        }
    }

    fn texts(&mut self, max: usize, required: bool, map: &Map<String, Value>) {
        if required && map.is_empty() {
            return self.report("must have a text in at least one language");
        }
        for (locale, text) in map {
            self.at(locale, |check| {
                if let Some(fault) = Keys::Locale.fault(locale) {
                    check.report(fault);
                } else {
                    check.value(&Shape::Text { min: 0, max, rule: None }, text);
                }
            });
        }
    }

    fn positive(&mut self, text: &str) {
        if !is_positive(text) {
            self.report(NOT_POSITIVE);
        }
    }
}

fn quoted(values: &[&str]) -> String {
    let list: Vec<_> = values.iter().map(|v| format!("\"{v}\"")).collect();
    format!("[{}]", list.join(","))
}

#[cfg(test)]
mod tests;
