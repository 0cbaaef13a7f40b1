//! Requests and answers, as far as every page needs them.

use crate::assets::Asset;
use axum::BoxError;
use axum::body::{Body, Bytes, HttpBody};
use axum::http::{HeaderName, HeaderValue, Request, StatusCode, header};
use axum::response::{IntoResponse, Response};
use coinslot_app::ClientIp;
use http_body_util::{BodyExt, Limited};

/// The documented parameter of the page's address that has it shown on a
/// television.
pub(crate) const SMART_TV: &str = "smart_tv";

/// The parameters with the country and the currency that a player chose.
pub(crate) const COUNTRY: &str = "country";
pub(crate) const CURRENCY: &str = "currency";

/// The parameter with the coupon that a player entered.
pub(crate) const COUPON: &str = "coupon";

/// What the address of a page says of it besides the language. Nothing else of
/// a form that is shown again gets into an address.
const KEPT: [&str; 14] = [
    "access_token",
    "token",
    "item",
    "quantity",
    "amount",
    "plan",
    COUPON,
    "tab",
    "group",
    "page",
    "methods",
    "friend",
    COUNTRY,
    CURRENCY,
];

/// A form is a few hundred bytes.
const BODY_LIMIT: usize = 64 * 1024;

/// The answer to a request that goes no further.
pub(crate) struct Refused(Box<Response>);

impl From<Response> for Refused {
    fn from(response: Response) -> Self {
        Refused(Box::new(response))
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        *self.0
    }
}

/// Names and values of a query or a form. Of a repeated name the first counts.
#[derive(Default)]
pub(crate) struct Params {
    /// All of them, one behind the other.
    text: String,
    /// Where each name begins, where its value does, and where that ends.
    pairs: Vec<[usize; 3]>,
}

impl Params {
    pub fn read(bytes: &[u8]) -> Self {
        let mut params = Params { text: String::with_capacity(bytes.len()), pairs: Vec::with_capacity(8) };
        let Ok(text) = str::from_utf8(bytes) else {
            url::form_urlencoded::parse(bytes).for_each(|(name, value)| params.add(&name, &value));
            return params;
        };
        let mut rest = text;
        while !rest.is_empty() {
            // Most say what they mean, and need not be decoded.
            let (mut plain, mut middle, mut end) = (true, None, rest.len());
            for (at, byte) in rest.bytes().enumerate() {
                match byte {
                    b'&' => {
                        end = at;
                        break;
                    }
                    b'=' if middle.is_none() => middle = Some(at),
                    b'%' | b'+' => plain = false,
                    _ => {}
                }
            }
            let pair = &rest[..end];
            rest = rest.get(end + 1..).unwrap_or_default();
            if !plain {
                url::form_urlencoded::parse(pair.as_bytes()).for_each(|(name, value)| params.add(&name, &value));
            } else if !pair.is_empty() {
                let (name, value) = middle.map_or((pair, ""), |at| (&pair[..at], &pair[at + 1..]));
                params.add(name, value);
            }
        }
        params
    }

    fn add(&mut self, name: &str, value: &str) {
        let start = self.text.len();
        self.text.push_str(name);
        let middle = self.text.len();
        self.text.push_str(value);
        self.pairs.push([start, middle, self.text.len()]);
    }

    fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|&[start, middle, end]| (&self.text[start..middle], &self.text[middle..end]))
    }

    /// Whether any name begins so.
    pub fn any(&self, start: &str) -> bool {
        self.iter().any(|(name, _)| name.starts_with(start))
    }

    /// The value of a name, unless it is empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        // Asked for dozens of names for each page: the length tells most apart.
        let is_named = |pair: &&[usize; 3]| {
            let [start, middle, _] = **pair;
            middle - start == name.len() && self.text.as_bytes()[start..middle] == *name.as_bytes()
        };
        let &[_, middle, end] = self.pairs.iter().find(is_named)?;
        Some(self.text[middle..end].trim()).filter(|value| !value.is_empty())
    }
}

/// What a page needs to know of a request.
pub(crate) struct Visit {
    pub params: Params,
    pub accept_language: Option<String>,
    pub ip: Option<String>,
    pub wants_json: bool,
    /// Host and port that the browser asked for, if it said so.
    pub host: Option<String>,
}

impl Visit {
    fn new<B>(request: &Request<B>, ip: Option<&ClientIp>, params: Params) -> Self {
        let header = |name| request.headers().get(name).and_then(|v: &HeaderValue| v.to_str().ok());
        Visit {
            params,
            accept_language: header(header::ACCEPT_LANGUAGE).map(str::to_string),
            ip: ip.map(|ip| ip.0.to_string()),
            wants_json: header(header::ACCEPT).is_some_and(|a| a.contains("application/json")),
            host: header(header::HOST).or(request.uri().authority().map(|a| a.as_str())).map(str::to_string),
        }
    }

    /// A request whose parameters are in its query.
    pub fn of_query(request: &Request<Body>) -> Self {
        let params = Params::read(request.uri().query().unwrap_or_default().as_bytes());
        Visit::new(request, request.extensions().get(), params)
    }

    /// A request whose parameters are in its body.
    pub async fn of_form(request: Request<Body>) -> Result<Self, Refused> {
        let ip = request.extensions().get::<ClientIp>().cloned();
        Visit::of_form_from(request, ip.as_ref()).await
    }

    /// The same, from an address.
    pub async fn of_form_from<B>(request: Request<B>, ip: Option<&ClientIp>) -> Result<Self, Refused>
    where
        B: HttpBody,
        B::Error: Into<BoxError>,
    {
        let visit = Visit::new(&request, ip, Params::default());
        let params = Params::read(&body(request).await?);
        Ok(Visit { params, ..visit })
    }

    /// The token, by either of its documented names.
    pub fn token(&self) -> &str {
        self.params.get("access_token").or_else(|| self.params.get("token")).unwrap_or_default()
    }

    /// The language chosen on the page itself.
    pub fn lang(&self) -> Option<&str> {
        self.params.get("lang")
    }

    /// Whether the page is shown on a television.
    pub fn tv(&self) -> bool {
        matches!(self.params.get(SMART_TV), Some("1" | "true"))
    }

    /// What the page's address says besides the language, to show the same page
    /// in another.
    pub fn kept(&self) -> Vec<(String, String)> {
        let is_kept = |name: &str| KEPT.contains(&name) || name.starts_with("drm");
        let kept = self.params.iter().filter(|(name, value)| is_kept(name) && !value.is_empty());
        kept.map(|(name, value)| (name.to_string(), value.to_string())).collect()
    }

    /// The address of a page about the same token, on the same kind of screen
    /// and in the same language.
    pub fn link(&self, path: &str) -> String {
        self.link_with(path, &[])
    }

    /// The same, with more parameters.
    pub fn link_with(&self, path: &str, more: &[(&str, &str)]) -> String {
        self.link_of(self.token(), path, more)
    }

    /// The same about another token.
    pub fn link_of(&self, token: &str, path: &str, more: &[(&str, &str)]) -> String {
        let mut pairs = vec![("access_token", token)];
        if self.tv() {
            pairs.push((SMART_TV, "1"));
        }
        pairs.extend_from_slice(more);
        // A coupon is needed again when a card was declined.
        for name in [COUPON, COUNTRY, CURRENCY] {
            pairs.extend(self.params.get(name).map(|value| (name, value)));
        }
        pairs.extend(self.lang().map(|lang| ("lang", lang)));
        link(path, &pairs)
    }
}

async fn body<B>(request: Request<B>) -> Result<Bytes, Refused>
where
    B: HttpBody,
    B::Error: Into<BoxError>,
{
    match Limited::new(request.into_body(), BODY_LIMIT).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(_) => Err(plain(StatusCode::PAYLOAD_TOO_LARGE, "The form is too large").into()),
    }
}

/// An address with a query.
pub(crate) fn link(path: &str, pairs: &[(&str, &str)]) -> String {
    let mut link = String::with_capacity(path.len() + 64);
    link.push_str(path);
    let means_itself = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'*' | b'-' | b'.' | b'_');
    for (n, (name, value)) in pairs.iter().enumerate() {
        link.push(if n == 0 { '?' } else { '&' });
        for (text, after) in [(name, "="), (value, "")] {
            match text.bytes().all(means_itself) {
                true => link.push_str(text),
                false => link.extend(url::form_urlencoded::byte_serialize(text.as_bytes())),
            }
            link.push_str(after);
        }
    }
    link
}

/// Who may show the page in a frame, as the value of `frame-ancestors`.
/// Entries that would end the directive are left out.
fn frame_ancestors(allowed: &[String]) -> String {
    if allowed.is_empty() {
        return "*".into();
    }
    let fine = |s: &&String| !s.is_empty() && s.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b';' | b','));
    let fine: Vec<&str> = allowed.iter().filter(fine).map(String::as_str).collect();
    if fine.is_empty() { "'none'".into() } else { fine.join(" ") }
}

/// The policy of every page: everything from this server, nothing inline.
pub(crate) fn policy(allowed: &[String]) -> String {
    let own = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
               form-action 'self'; base-uri 'none'; frame-ancestors ";
    [own, &frame_ancestors(allowed)].concat()
}

fn set(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

fn answer(status: StatusCode, kind: &'static str, text: impl Into<Body>) -> Response {
    let mut response = Response::new(text.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.reserve(8);
    for (name, value) in [
        (header::CONTENT_TYPE, kind),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// A page under `policy`.
pub(crate) fn page(status: StatusCode, policy: &str, html: Result<String, askama::Error>) -> Response {
    let html = match html {
        Ok(html) => html,
        Err(e) => {
            tracing::error!(error = %e, "a page could not be filled in");
            return plain(StatusCode::INTERNAL_SERVER_ERROR, "The page could not be shown");
        }
    };
    let mut response = answer(status, "text/html; charset=utf-8", html);
    set(&mut response, header::CONTENT_SECURITY_POLICY, policy);
    let features = HeaderName::from_static("permissions-policy");
    set(&mut response, features, "camera=(), microphone=(), geolocation=(), payment=(), usb=()");
    response
}

/// JSON for our own scripts.
pub(crate) fn json(status: StatusCode, value: &impl serde::Serialize) -> Response {
    match serde_json::to_string(value) {
        Ok(text) => answer(status, "application/json", text),
        Err(e) => {
            tracing::error!(error = %e, "an answer could not be written");
            plain(StatusCode::INTERNAL_SERVER_ERROR, "The answer could not be written")
        }
    }
}

/// A sentence.
pub(crate) fn plain(status: StatusCode, text: &'static str) -> Response {
    answer(status, "text/plain; charset=utf-8", text)
}

/// Sends the browser on with a `GET`.
pub(crate) fn see_other(to: &str) -> Response {
    let mut response = answer(StatusCode::SEE_OTHER, "text/plain; charset=utf-8", Body::empty());
    set(&mut response, header::LOCATION, to);
    response
}

/// A file under an address that names its version, or under one that does not.
pub(crate) fn file(asset: &Asset, versioned: bool) -> Response {
    let mut response = answer(StatusCode::OK, asset.kind, asset.text);
    let keep = if versioned { "public, max-age=31536000, immutable" } else { "public, max-age=300" };
    set(&mut response, header::CACHE_CONTROL, keep);
    // Shops on any origin load the widget.
    set(&mut response, HeaderName::from_static("cross-origin-resource-policy"), "cross-origin");
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_allows_nothing_inline_and_nobody_else() {
        let any = policy(&[]);
        assert!(!any.contains("unsafe") && !any.contains("http"), "{any}");
        assert!(any.ends_with("frame-ancestors *"));
        let own = policy(&["https://game.example".into(), "https://x.example; script-src *".into(), "a,b".into()]);
        assert!(own.ends_with("frame-ancestors https://game.example"), "{own}");
        assert!(policy(&["; x".into()]).ends_with("frame-ancestors 'none'"));
    }

    #[test]
    fn pages_carry_their_headers() {
        let response = page(StatusCode::OK, &policy(&[]), Ok(String::new()));
        let header = |name: &str| response.headers().get(name).and_then(|v| v.to_str().ok());
        assert_eq!(header("referrer-policy"), Some("no-referrer"));
        assert_eq!(header("x-content-type-options"), Some("nosniff"));
        assert_eq!(header("cache-control"), Some("no-store"));
        assert_eq!(header("content-type"), Some("text/html; charset=utf-8"));
        assert_eq!(header("x-frame-options"), None);
        assert_eq!(header("set-cookie"), None);
    }

    #[test]
    fn parameters() {
        let p = Params::read(b"access_token=a%20b+c&token=x&empty=&access_token=second");
        assert_eq!(p.get("access_token"), Some("a b c"));
        assert_eq!(p.get("empty"), None);
        for odd in ["", "&&a=1=2&b&=c&gr%C3%BC%C3%9Fe=x%26y&grün=z&+=%", "a=%ff%fe&b=%4", "\u{1}&\n=%00"] {
            let known: Vec<_> = url::form_urlencoded::parse(odd.as_bytes()).into_owned().collect();
            let read = Params::read(odd.as_bytes());
            let read: Vec<_> = read.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
            assert_eq!(read, known, "{odd:?}");
        }
        assert_eq!(Params::read(b"a=\xff&b=c").get("a"), Some("\u{fffd}"));
        let v = Visit {
            params: Params::read(b"token=a%26b&lang=de"),
            accept_language: None,
            ip: None,
            wants_json: false,
            host: None,
        };
        assert_eq!(v.link("/paystation2/status"), "/paystation2/status?access_token=a%26b&lang=de");
        let tv = Visit { params: Params::read(b"token=a&smart_tv=1&lang=de"), ..v };
        assert_eq!(tv.link_with("/x", &[("code", "1")]), "/x?access_token=a&smart_tv=1&code=1&lang=de");
    }
}
