//! What became of a payment: the status page, what its script asks for, and the
//! receipt.

use crate::form::method_name;
use crate::frame::{error, frame, policy, text, way_back};
use crate::http::{self, Visit};
use crate::locale::Text;
use crate::pages::{Answer, CHALLENGE, ENTRY, RECEIPT, STATUS, STATUS_JSON, open};
use crate::returning::{self, Ending};
use crate::tv;
use crate::view::{Back, Frame, Line, ReceiptPage, Redirect, StatusFrame, StatusPage, Step};
use askama::Template;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use coinslot_app::Shared;
use coinslot_app::checkout::{self, Checkout, Standing};
use coinslot_domain::payment::{Decline, Payment, PaymentState, Stand, StatusGroup};
use coinslot_domain::purchase::LineKind;
use coinslot_domain::redirect::RedirectWhen;
use coinslot_domain::subscription::Subscription;
use serde::Serialize;
use serde_json::json;

/// `GET /paystation2/status`
pub(crate) async fn status(State(app): State<Shared>, request: Request) -> Answer {
    let visit = Visit::of_query(&request);
    let checkout = open(&app, &visit).await?;
    if let Some(started) = &checkout.started {
        let page = started_page(&visit, &checkout, started);
        if visit.tv() {
            return Ok(tv::status(&visit, &checkout, page));
        }
        return Ok(http::page(StatusCode::OK, &policy(Some(&checkout)), page.render()));
    }
    let Some(payment) = &checkout.payment else { return Ok(http::see_other(&visit.link(ENTRY))) };
    if payment.state == PaymentState::Challenged {
        return Ok(http::see_other(&visit.link(if visit.tv() { ENTRY } else { CHALLENGE })));
    }
    let page = status_page(&visit, &checkout, payment);
    if visit.tv() {
        return Ok(tv::status(&visit, &checkout, page));
    }
    Ok(http::page(StatusCode::OK, &policy(Some(&checkout)), page.render()))
}

/// `GET /paystation2/status.json`
pub(crate) async fn status_json(State(app): State<Shared>, request: Request) -> Answer {
    let visit = Visit { wants_json: true, ..Visit::of_query(&request) };
    let standing = checkout::standing(&app, visit.token()).await.map_err(|e| error(&visit, None, e))?;
    let Some(Standing { payment, stand, user, email }) = standing else {
        let checkout = open(&app, &visit).await?;
        let done = checkout.started.is_some();
        let status = if done { StatusGroup::Done } else { StatusGroup::Invoice };
        return Ok(http::json(StatusCode::OK, &json!({"status": status.name(), "final": done, "invoice": null})));
    };
    let body = Polled {
        challenge: stand.state == PaymentState::Challenged,
        email: email.as_deref().unwrap_or_default(),
        r#final: is_final(stand),
        invoice: payment.get(),
        status: stand.group().name(),
        user_id: &user,
        view: view_of(stand),
    };
    Ok(http::json(StatusCode::OK, &body))
}

/// What the status page's script asks for again and again.
#[derive(Serialize)]
struct Polled<'a> {
    challenge: bool,
    email: &'a str,
    r#final: bool,
    invoice: i64,
    status: &'a str,
    #[serde(rename = "userId")]
    user_id: &'a str,
    view: String,
}

/// `GET /paystation2/receipt`
pub(crate) async fn receipt(State(app): State<Shared>, request: Request) -> Answer {
    let visit = Visit::of_query(&request);
    let checkout = open(&app, &visit).await?;
    let Some(payment) = checkout.payment.as_ref().filter(|p| p.state.was_captured()) else {
        return Ok(http::see_other(&visit.link(STATUS)));
    };
    let t = text(&visit, Some(&checkout));
    let mut lines = facts(t, &checkout, payment);
    lines.push(Line { label: t.s("player"), amount: checkout.player.id.clone() });
    let page = ReceiptPage {
        f: Frame { close: false, ..frame(&visit, Some(&checkout), t, t.s("receipt"), RECEIPT) },
        facts: lines,
        refunded: (payment.refunded.minor > 0).then(|| t.money(&payment.refunded)),
    };
    Ok(http::page(StatusCode::OK, &policy(Some(&checkout)), page.render()))
}

/// Whether nothing more will happen to a payment while the player looks on.
pub(crate) fn is_final(stand: Stand) -> bool {
    matches!(stand.group(), StatusGroup::Done | StatusGroup::Troubled)
}

/// Changes whenever the status page would look different.
pub(crate) fn view_of(stand: Stand) -> String {
    [stand.state.name(), "/", stand.notified.name()].concat()
}

/// What a receipt says besides money.
fn facts(t: Text, c: &Checkout, payment: &Payment) -> Vec<Line> {
    let method = c.methods.iter().find(|m| m.id == payment.method).map(|m| method_name(t, m));
    let mut lines = vec![Line { label: t.s("transaction"), amount: t.ltr(&payment.id.to_string()) }];
    if let Some(at) = payment.paid_at {
        lines.push(Line { label: t.s("date"), amount: t.moment(at) });
    }
    if let Some(with) = payment.card.as_deref().map(|card| t.ltr(card)).or(method) {
        lines.push(Line { label: t.s("paid-with"), amount: with });
    }
    if let Some(friend) = c.gift.as_ref().and_then(|gift| gift.receiver.as_ref()) {
        lines.push(Line { label: t.s("gift-to"), amount: friend.called().to_string() });
    }
    if let Some(address) = c.address.as_ref().filter(|_| c.ships()) {
        lines.push(Line { label: t.s("ship-to"), amount: address.line() });
    }
    for key in &c.keys {
        let what = format!("{} ({})", key.game, key.place);
        lines.push(Line { label: t.a("key-for", "what", &what), amount: t.ltr(&key.code) });
    }
    lines
}

/// A subscription that began without a payment: a trial, or another plan.
fn started_page(visit: &Visit, c: &Checkout, s: &Subscription) -> StatusPage {
    let t = text(visit, Some(c));
    let heading = t.s("started-title");
    let mut facts = Vec::new();
    if let Some(at) = s.next_charge {
        facts.push(Line { label: t.s("first-charge"), amount: t.moment(at) });
        facts.push(Line { label: t.s("amount"), amount: t.money(&s.terms.charge) });
    }
    let ending = Ending { status: StatusGroup::Done, canceled: false, virtual_currency: false };
    let (back, redirect) = ways_back(t, c, ending);
    StatusPage {
        f: frame(visit, Some(c), t, heading.clone(), STATUS),
        poll: visit.link(STATUS_JSON),
        challenge: visit.link(CHALLENGE),
        look: "good",
        group: StatusGroup::Done.name(),
        view: "started".into(),
        is_final: true,
        heading,
        message: t.s("started-text"),
        code: None,
        steps: vec![],
        facts,
        retry: None,
        back,
        receipt: None,
        redirect,
    }
}

/// The button that leads back to the game and the way there by itself, as the
/// token has it, or else the project.
fn ways_back(t: Text, c: &Checkout, ending: Ending) -> (Option<Back>, Option<Redirect>) {
    let policy = c.body.redirect_policy().or_else(|| c.project.redirect_policy.clone()).unwrap_or_default();
    let leave = way_back(c);
    let automatic = policy.automatic.unwrap_or(RedirectWhen::None);
    let redirect = leave.clone().filter(|_| returning::covers(automatic, ending)).map(|url| {
        let delay = policy.delay.unwrap_or_default().clamp(0, 3600);
        Redirect { url, delay: delay.to_string() }
    });
    // Where nothing is said of a button there is one: the player should not
    // have to look for the way back.
    let button = returning::covers(policy.manual.unwrap_or(RedirectWhen::Any), ending);
    let caption = policy.caption.filter(|c| !c.trim().is_empty());
    let back = leave
        .filter(|_| button || redirect.is_some())
        .map(|url| Back { url, caption: caption.unwrap_or_else(|| t.s("back-to-game")) });
    (back, redirect)
}

fn status_page(visit: &Visit, c: &Checkout, payment: &Payment) -> StatusPage {
    let t = text(visit, Some(c));
    let group = payment.group();
    let declined = payment.state == PaymentState::Declined;
    let (look, heading, message, stations) = match group {
        StatusGroup::Invoice => ("wait", t.s("invoice-title"), t.s("invoice-text"), ["now", "todo", "todo"]),
        StatusGroup::Delivering => ("wait", t.s("delivering-title"), t.s("delivering-text"), ["done", "now", "todo"]),
        StatusGroup::Done if matches!(payment.state, PaymentState::Refunded | PaymentState::ChargedBack) => {
            ("odd", t.s("refunded-title"), t.s("refunded-text"), ["done", "done", "done"])
        }
        StatusGroup::Done => ("good", t.s("done-title"), t.s("done-text"), ["done", "done", "done"]),
        StatusGroup::Troubled if declined => {
            let message = match payment.decline {
                Some(Decline::InsufficientFunds) => t.s("declined-poor"),
                Some(Decline::NotAuthenticated) => t.s("declined-3ds"),
                Some(Decline::Expired) => t.s("declined-expired"),
                Some(Decline::Refused) | None => t.s("declined-refused"),
            };
            ("bad", t.s("declined-title"), message, ["bad", "todo", "todo"])
        }
        StatusGroup::Troubled => ("odd", t.s("undelivered-title"), t.s("undelivered-text"), ["done", "bad", "todo"]),
    };
    let labels = [t.s("step-payment"), t.s("step-delivery"), t.s("step-done")];
    let steps = labels.into_iter().zip(stations).map(|(label, state)| Step { label, state }).collect();
    let captured = payment.state.was_captured();
    let last = is_final(payment.stand());

    let ending = Ending {
        status: group,
        canceled: matches!(payment.decline, Some(Decline::NotAuthenticated | Decline::Expired)),
        virtual_currency: c.lines.iter().any(|l| l.kind == LineKind::VirtualCurrency),
    };
    let (back, redirect) = ways_back(t, c, ending);

    let mut f = frame(visit, Some(c), t, heading.clone(), STATUS);
    f.status = Some(StatusFrame {
        status: group.name(),
        invoice: payment.id.get(),
        email: c.player.email.clone().unwrap_or_default(),
        user: c.player.id.clone(),
    });
    StatusPage {
        f,
        poll: visit.link(STATUS_JSON),
        challenge: visit.link(CHALLENGE),
        look,
        group: group.name(),
        view: view_of(payment.stand()),
        is_final: last,
        heading,
        message,
        code: (payment.decline == Some(Decline::InsufficientFunds) && declined).then_some("1017"),
        steps,
        facts: if captured { facts(t, c, payment) } else { vec![] },
        retry: declined.then(|| visit.link(ENTRY)),
        back,
        receipt: captured.then(|| visit.link(RECEIPT)),
        redirect,
    }
}
