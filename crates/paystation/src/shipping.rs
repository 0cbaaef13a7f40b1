//! Where what is bought is sent, where the token has the page ask.

use crate::frame::{error, frame, policy, text};
use crate::http::{self, Visit};
use crate::locale::Text;
use crate::pages::{self, Answer, ENTRY, kept, open};
use crate::view::{Field, ShippingPage};
use askama::Template;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use coinslot_app::checkout::Checkout;
use coinslot_app::{Shared, shipping};
use coinslot_domain::shipping::{Address, Fault, Part};

pub(crate) const SHIPPING: &str = "/paystation2/shipping";

/// `GET /paystation2/shipping`
pub(crate) async fn show(State(app): State<Shared>, request: Request) -> Answer {
    let visit = Visit::of_query(&request);
    let checkout = open(&app, &visit).await?;
    if let Some(elsewhere) = pages::misplaced(&visit, &checkout, checkout.ships()) {
        return Ok(elsewhere);
    }
    Ok(page(&visit, &checkout, &[]))
}

/// `POST /paystation2/shipping`: keeps the address, or says what is wrong.
pub(crate) async fn save(State(app): State<Shared>, request: Request) -> Answer {
    let visit = Visit::of_form(request).await?;
    let checkout = open(&app, &visit).await?;
    if let Some(elsewhere) = pages::misplaced(&visit, &checkout, checkout.ships()) {
        return Ok(elsewhere);
    }
    let address = match Address::read(|part| visit.params.get(name_of(part)).map(str::to_string)) {
        Ok(address) => address,
        Err(faults) => return Ok(page(&visit, &checkout, &faults)),
    };
    match shipping::keep(&app, &checkout, address).await {
        Ok(()) => Ok(http::see_other(&pages::onward(&visit, &checkout, ENTRY))),
        Err(e) => Ok(error(&visit, Some(&checkout), e)),
    }
}

fn name_of(part: Part) -> &'static str {
    match part {
        Part::Name => "ship_name",
        Part::Street => "ship_street",
        Part::City => "ship_city",
        Part::Region => "ship_region",
        Part::Zip => "ship_zip",
        Part::Country => "ship_country",
    }
}

/// What is said of a part that is not right, with the published code.
fn said(t: Text, part: Part, fault: Fault) -> String {
    match (part, fault) {
        (Part::Name, Fault::Missing) => t.s("ship-name-missing"),
        (Part::Name, Fault::Bad) => t.s("ship-name-bad"),
        (_, Fault::Missing) => t.s("ship-missing"),
        (Part::Zip, Fault::Bad) => t.s("zip-bad"),
        (_, Fault::Bad) => t.s("ship-bad"),
    }
}

/// The page, with what is wrong with what was filled in.
pub(crate) fn page(visit: &Visit, c: &Checkout, faults: &[(Part, Fault)]) -> Response {
    let t = text(visit, Some(c));
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let known = c.address.as_ref();
    let fault = |part| faults.iter().find(|(p, _)| *p == part).map(|(part, fault)| said(t, *part, *fault));
    let field = |part, label: &str, autocomplete, known: Option<&str>| Field {
        name: name_of(part),
        label: t.s(label),
        kind: "text",
        value: visit.params.get(name_of(part)).or(known).unwrap_or_default().to_string(),
        inputmode: "text",
        autocomplete,
        maxlength: 100,
        missing: said(t, part, Fault::Missing),
        invalid: said(t, part, Fault::Bad),
        error: fault(part),
        // Which countries need it is known once there is a country.
        optional: part == Part::Region,
        half: matches!(part, Part::City | Part::Zip),
        ..Field::default()
    };
    let name = known.map(|a| a.name.as_str()).or(c.player.name.as_deref());
    let fields = vec![
        field(Part::Name, "ship-name", "name", name),
        field(Part::Street, "ship-street", "street-address", known.map(|a| a.street.as_str())),
        field(Part::Zip, "zip", "postal-code", known.and_then(|a| a.zip.as_deref())),
        field(Part::City, "ship-city", "address-level2", known.map(|a| a.city.as_str())),
        field(Part::Region, "ship-region", "address-level1", known.and_then(|a| a.region.as_deref())),
    ];
    let country = visit.params.get(name_of(Part::Country)).or(known.map(|a| a.country.as_str()));
    let country = country.or(c.player.country.as_deref());
    let page = ShippingPage {
        f: frame(visit, Some(c), t, t.s("ship-title"), SHIPPING),
        kept: kept(visit, c),
        shop: pages::shop(visit, c),
        faulty: !faults.is_empty(),
        fields,
        country_error: fault(Part::Country),
        countries: t.countries().map(|(code, name)| (code, name, Some(code) == country)).collect(),
    };
    http::page(status, &policy(Some(c)), page.render())
}
