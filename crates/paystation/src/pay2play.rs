//! What the widget that sells a game by key asks for.

use crate::http::{self, Visit};
use crate::locale::Text;
use crate::{form, frame, pages};
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use coinslot_app::Shared;
use coinslot_app::pay2play::{self, Offer, Source};
use coinslot_domain::localized::Localized;
use coinslot_wire::pay2play as wire;

pub(crate) const INIT: &str = "/paystation2/api/pay2play/init";

/// `POST /paystation2/api/pay2play/init`. Any page may ask, without
/// credentials: what it gets is what the payment page shows.
pub(crate) async fn init(State(app): State<Shared>, request: Request) -> pages::Answer {
    let visit = Visit::of_form(request).await?;
    let source = match visit.params.get("access_data") {
        Some(data) if visit.token().is_empty() => Source::Data(data),
        _ => Source::Token(visit.token()),
    };
    let (status, body) = match pay2play::offer(&app, source).await {
        Ok(offer) => (StatusCode::OK, shown(&visit, &offer)),
        Err(e) => {
            let t = Text::choose(visit.params.get("fail_locale"), None, visit.accept_language.as_deref());
            let (status, message, _) = frame::said(t, &e);
            (status, wire::refused(e.code(), &message))
        }
    };
    Ok(shared(http::json(status, &body)))
}

fn shared(mut response: Response) -> Response {
    let name = HeaderName::from_static("access-control-allow-origin");
    response.headers_mut().insert(name, HeaderValue::from_static("*"));
    response
}

fn shown(visit: &Visit, o: &Offer) -> serde_json::Value {
    let t = Text::choose(o.language.as_deref(), visit.params.get("fail_locale"), visit.accept_language.as_deref());
    let languages: Vec<String> = o.language.iter().cloned().chain([t.locale().code.to_string()]).collect();
    let pick = |texts: &Localized| texts.pick(&languages, &o.own_language).unwrap_or_default().to_string();
    let fact = |name| o.game.facts.get(name).cloned().unwrap_or_default();
    let places: Vec<_> = o
        .places
        .iter()
        .map(|p| wire::Place { key: p.drm.key, name: p.drm.name, price: p.price, full_price: p.full_price })
        .collect();
    let methods: Vec<_> = o.methods.iter().map(|m| (m.id, m.key, form::method_name(t, m))).collect();
    wire::init(&wire::Init {
        name: &o.name,
        description: &pick(&o.game.descriptions),
        system_requirements: &fact("system_requirements"),
        image_url: &fact("image_url"),
        places: &places,
        is_released: o.released,
        methods: &methods,
        translates: &[
            ("payment_button_label", t.s("p2p-buy")),
            ("payment_button_from_label", t.a("p2p-from", "amount", "%{amount}")),
            ("payment_button_pre_purchase_label", t.s("p2p-pre-order")),
            ("payment_button_not_available_label", t.s("p2p-not-sold")),
            ("thanks_tips", t.s("p2p-thanks")),
            ("tip_the_developer", t.s("p2p-tip")),
        ],
        language: t.locale().code,
    })
}
