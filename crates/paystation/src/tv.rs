//! The page on a television: a code for a telephone, what is saved, and what
//! became of the payment. And the short address that the telephone opens.

use crate::frame::{error as refuse, frame, policy, text};
use crate::http::{self, Visit};
use crate::locale::LOCALES;
use crate::pages::{Answer, ENTRY, STATUS, open as find};
use crate::view::{
    Back, ErrorPage, Frame, Languages, Notice, StatusPage, TvCodePage, TvConfirmPage, TvOutcomePage, TvPage, TvSaved,
};
use crate::{form, outcome};
use askama::Template;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use coinslot_app::Shared;
use coinslot_app::checkout::{Checkout, PageError};
use coinslot_app::tv::{self, CodeError};
use coinslot_domain::payment::{PaymentState, StatusGroup};
use coinslot_domain::tv::CodeState;
use serde_json::json;

pub(crate) const STATUS_JSON: &str = "/paystation2/tv.json";
pub(crate) const ENTER: &str = "/tv";
pub(crate) const CODE: &str = "/tv/{code}";

/// A code in two halves, as people read it out.
fn halves(code: &str) -> (String, String) {
    let (first, second) = code.split_at_checked(code.len() / 2).unwrap_or((code, ""));
    (first.into(), second.into())
}

/// The page that shows a code and what is saved; or, once something saved was
/// chosen, the question whether to pay with it. `problem` is said on top.
pub(crate) async fn page(app: &Shared, visit: &Visit, c: &Checkout, problem: Option<String>) -> Response {
    let t = text(visit, Some(c));
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let chosen = visit.params.get("account").and_then(|chosen| form::saved(c, chosen));
    if let (Some(account), None, None, None) = (chosen, &problem, &c.shop, c.unsaid()) {
        let page = TvConfirmPage {
            f: frame(visit, Some(c), t, t.s("checkout"), ENTRY),
            token: visit.token(),
            lang: visit.lang(),
            shown: (!c.lines.is_empty()).then_some(c.breakdown.payment.minor),
            value: [form::ACCOUNT, &account.id.to_string()].concat(),
            name: t.ltr(&account.name),
            pay_label: label(visit, c),
            later: c.subscribes().then(|| t.s("later")),
            back: visit.link(ENTRY),
        };
        return http::page(StatusCode::OK, &policy(Some(c)), page.render());
    }
    match code_page(app, visit, c, problem).await {
        Ok(page) => http::page(status, &policy(Some(c)), page.render()),
        Err(e) => refuse(visit, Some(c), e),
    }
}

/// What the button says that pays.
fn label(visit: &Visit, c: &Checkout) -> String {
    let t = text(visit, Some(c));
    match c.is_free() {
        true => t.s("begin-free"),
        false => t.a("pay", "amount", &t.money(&c.breakdown.payment)),
    }
}

async fn code_page(app: &Shared, visit: &Visit, c: &Checkout, problem: Option<String>) -> Result<TvPage, PageError> {
    let t = text(visit, Some(c));
    // A page that is loaded again goes on with its code.
    let known = match visit.params.get("code").and_then(coinslot_domain::tv::read) {
        Some(code) => tv::state(app, c, &code).await?.map(|state| (code, state)),
        None => None,
    };
    let (code, state) = match known {
        Some(known) => known,
        None => (tv::show(app, c).await?, CodeState::Waiting),
    };
    let challenged = c.payment.as_ref().is_some_and(|p| p.state == PaymentState::Challenged);
    let home = app.page_url(c.sandbox);
    let address = [home, "/tv/", &code].concat();
    // What is not chosen or said yet is chosen and said on the telephone.
    let accounts = if challenged || c.shop.is_some() || c.unsaid().is_some() { &[][..] } else { c.accounts.as_slice() };
    let saved = accounts.iter().map(|a| {
        let value = [form::ACCOUNT, &a.id.to_string()].concat();
        TvSaved { url: visit.link_with(ENTRY, &[("account", &value)]), name: t.ltr(&a.name) }
    });
    Ok(TvPage {
        f: frame(visit, Some(c), t, t.s("checkout"), ENTRY),
        state: state.name(),
        view: c.payment.as_ref().map(|p| outcome::view_of(p.stand())).unwrap_or_default(),
        poll: visit.link_with(STATUS_JSON, &[("code", &code)]),
        keep: visit.link_with(ENTRY, &[("code", &code)]),
        again: visit.link(ENTRY),
        status: visit.link(STATUS),
        heading: if challenged { t.s("tv-bank") } else { t.s("tv-scan") },
        opened: if challenged { t.s("tv-bank") } else { t.s("tv-opened") },
        picture: Picture::of(&address),
        host: [bare(home), ENTER, "/"].concat(),
        halves: halves(&code),
        saved: saved.collect(),
        problem,
    })
}

/// An address as people type it: without its scheme.
fn bare(url: &str) -> &str {
    url.split_once("://").map_or(url, |(_, rest)| rest)
}

/// A QR code as the path of an SVG picture, a unit for each module.
pub(crate) struct Picture {
    /// Modules of a side, with the quiet zone.
    pub side: usize,
    /// A rectangle for each run of dark modules in a row.
    pub path: String,
}

/// Light modules that must surround a code.
const QUIET: usize = 4;

impl Picture {
    fn of(text: &str) -> Option<Picture> {
        use std::fmt::Write;
        // Too long a text for any code cannot happen with an address of ours.
        let code = qrcode::QrCode::with_error_correction_level(text, qrcode::EcLevel::M).ok()?;
        let (width, modules) = (code.width(), code.to_colors());
        let mut path = String::new();
        for (y, row) in modules.chunks(width).enumerate() {
            let mut x = 0;
            for run in row.chunk_by(|a, b| a == b) {
                if run.first() == Some(&qrcode::Color::Dark) {
                    let _ = write!(path, "M{} {}h{}v1h-{}z", x + QUIET, y + QUIET, run.len(), run.len());
                }
                x += run.len();
            }
        }
        Some(Picture { side: width + 2 * QUIET, path })
    }
}

/// What became of the payment, for the television.
pub(crate) fn status(visit: &Visit, c: &Checkout, page: StatusPage) -> Response {
    let page = TvOutcomePage {
        look: page.look,
        group: page.group,
        view: page.view,
        poll: (!page.is_final).then(|| visit.link(STATUS_JSON)),
        entry: visit.link(ENTRY),
        heading: page.heading,
        message: page.message,
        code: page.code,
        facts: page.facts,
        retry: page.retry,
        back: page.back,
        redirect: page.redirect,
        f: page.f,
    };
    http::page(StatusCode::OK, &policy(Some(c)), page.render())
}

/// A page that cannot be shown, for the television.
pub(crate) fn error(status: StatusCode, policy: &str, page: ErrorPage) -> Response {
    let caption = page.f.t.s("back-to-game");
    let page = TvOutcomePage {
        look: "odd",
        group: "error",
        view: String::new(),
        poll: None,
        entry: String::new(),
        heading: page.heading,
        message: page.message,
        code: Some(page.code),
        facts: vec![],
        retry: page.retry,
        back: page.f.leave.clone().map(|url| Back { url, caption }),
        redirect: None,
        f: page.f,
    };
    http::page(status, policy, page.render())
}

/// `GET /paystation2/tv.json`: what the television should be showing.
pub(crate) async fn status_json(State(app): State<Shared>, request: Request) -> Answer {
    let visit = Visit { wants_json: true, ..Visit::of_query(&request) };
    let c = find(&app, &visit).await?;
    let code = match visit.params.get("code") {
        Some(code) => tv::state(&app, &c, code).await.map_err(|e| refuse(&visit, Some(&c), e))?,
        None => None,
    };
    let (group, last) = match &c.payment {
        Some(p) => (p.group(), outcome::is_final(p.stand())),
        None if c.started.is_some() => (StatusGroup::Done, true),
        None => (StatusGroup::Invoice, false),
    };
    let view = match &c.payment {
        Some(p) => outcome::view_of(p.stand()),
        None if c.started.is_some() => "started".into(),
        None => String::new(),
    };
    let body = json!({
        "code": code.map(CodeState::name),
        "view": view,
        "status": group.name(),
        "final": last,
        "challenge": c.payment.as_ref().is_some_and(|p| p.state == PaymentState::Challenged),
    });
    Ok(http::json(StatusCode::OK, &body))
}

/// A page for the telephone, which has no token yet.
fn code_frame(visit: &Visit, path: &str) -> Frame {
    let t = text(visit, None);
    let languages = Languages { path: path.to_string(), kept: vec![], all: LOCALES };
    Frame { languages, ..frame(visit, None, t, t.s("tv-title"), path) }
}

fn code_answer(visit: &Visit, status: StatusCode, code: &str, notice: Option<Notice>) -> Response {
    let t = text(visit, None);
    let known = coinslot_domain::tv::read(code);
    let path = known.as_ref().map_or_else(|| ENTER.to_string(), |code| [ENTER, "/", code].concat());
    let page = TvCodePage {
        f: code_frame(visit, &path),
        lang: visit.lang(),
        // What does not work is typed anew.
        open: known.filter(|_| notice.is_none()).map(|code| (path, halves(&code))),
        notice,
        heading: t.s("tv-title"),
    };
    http::page(status, &http::policy(&["'none'".into()]), page.render())
}

/// `GET /tv`: where somebody types a code, for whom its address was too long.
pub(crate) async fn enter(request: Request) -> Response {
    let visit = Visit::of_query(&request);
    let Some(typed) = visit.params.get("code") else { return code_answer(&visit, StatusCode::OK, "", None) };
    match coinslot_domain::tv::read(typed) {
        Some(code) => {
            let path = [ENTER, "/", &code].concat();
            let lang: Vec<_> = visit.lang().map(|lang| ("lang", lang)).into_iter().collect();
            http::see_other(&if lang.is_empty() { path } else { http::link(&path, &lang) })
        }
        None => refused(&visit, typed, CodeError::Unknown),
    }
}

/// `GET /tv/{code}`. Uses nothing up: whoever looks at links before people do
/// must not take the code from them. The page's script sends the form.
pub(crate) async fn show(Path(code): Path<String>, request: Request) -> Response {
    let visit = Visit::of_query(&request);
    match coinslot_domain::tv::read(&code) {
        Some(code) => code_answer(&visit, StatusCode::OK, &code, None),
        None => refused(&visit, &code, CodeError::Unknown),
    }
}

/// `POST /tv/{code}`: uses the code, and goes to the payment.
pub(crate) async fn open(State(app): State<Shared>, Path(code): Path<String>, request: Request) -> Answer {
    let visit = Visit::of_form(request).await?;
    Ok(match tv::open(&app, &code, visit.ip.as_deref()).await {
        Ok(token) => {
            let mut pairs = vec![("access_token", token.as_str())];
            pairs.extend(visit.lang().map(|lang| ("lang", lang)));
            http::see_other(&http::link(ENTRY, &pairs))
        }
        Err(e) => refused(&visit, &code, e),
    })
}

fn refused(visit: &Visit, code: &str, e: CodeError) -> Response {
    let t = text(visit, None);
    let (status, text) = match e {
        CodeError::Unknown => (StatusCode::NOT_FOUND, t.s("tv-unknown")),
        CodeError::Used => (StatusCode::GONE, t.s("tv-used")),
        CodeError::Expired => (StatusCode::GONE, t.s("tv-expired")),
        CodeError::TooOften(_) => (StatusCode::TOO_MANY_REQUESTS, t.s("tv-too-often")),
        CodeError::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, t.s("error-unavailable")),
    };
    let name = match e {
        CodeError::Unknown => "unknown",
        CodeError::Used => "used",
        CodeError::Expired => "expired",
        CodeError::TooOften(_) => "too-often",
        CodeError::Unavailable => "unavailable",
    };
    let mut response = if visit.wants_json {
        http::json(status, &json!({"error": {"code": name, "message": text}}))
    } else {
        code_answer(visit, status, code, Some(Notice { name, text }))
    };
    if let CodeError::TooOften(wait) = e {
        let seconds = wait.0.saturating_add(999_999) / 1_000_000;
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_a_quiet_zone_and_three_corners() {
        let p = Picture::of("https://pay.example/tv/ABCDEFGH").unwrap();
        assert!(p.side > 25 + 2 * QUIET - 1, "{}", p.side);
        assert!(p.path.starts_with("M4 4h7v1h-7z"), "the first corner: {}", p.path);
        let right = p.side - QUIET - 7;
        assert!(p.path.contains(&format!("M{right} 4h7v1h-7z")), "the second corner");
        assert!(!p.path.contains("M0 ") && !p.path.contains(&format!("M{} ", p.side - QUIET)));
    }

    #[test]
    fn codes_are_shown_in_halves() {
        assert_eq!(halves("ABCDEFGH"), ("ABCD".into(), "EFGH".into()));
        assert_eq!(halves(""), (String::new(), String::new()));
    }
}
