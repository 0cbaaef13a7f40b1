//! `GET /openapi.json`: every operation as one OpenAPI 3.1 document, made from
//! [`crate::routes`], and [`crate::docs`]: the same to read.

use crate::answer::AnswerBody;
use crate::merchant::PREFIXES;
use crate::shop::fault;
use crate::{Answer, Auth, Route, docs, idempotency, limit};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use coinslot_app::{Shared, demo};
use coinslot_domain::idempotency::LONGEST as KEY_LENGTH;
use coinslot_wire::openapi::{error, fault as fault_schema, schema};
use coinslot_wire::shape::{self, MAX_INTEGER, Shape, Violation};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The names of the ways to authenticate, within the document.
const MERCHANT: &str = "merchant";
const SERVER: &str = "server";
const PARTNER: &str = "partner";
const PLAYER: &str = "player";
const GUEST: &str = "guest";

/// Tags in the order of reading: the name, the resources it is about (what the
/// names of routes begin with), and what they have in common.
const TAGS: &[(&str, &[&str], &str)] = &[
    (
        "Tokens",
        &["token"],
        "A purchase begins with a token: the game's server asks for one and opens the payment page with it.",
    ),
    ("Transactions", &["transaction"], "A transaction is a payment that was tried. What was paid can be given back."),
    (
        "Catalogue",
        &["attribute", "group", "item", "virtual"],
        "What a project sells: items in groups, lootboxes among them, and virtual currency in packages; and the \
         attributes of players by which offers are chosen. What a change leaves out stays, and null takes back.",
    ),
    (
        "Subscriptions",
        &["plan", "product", "subscription"],
        "A plan says what a subscription costs and how often; plans of one group are the plans of a product. Buying \
         begins with a token that names a plan.",
    ),
    (
        "Storefront",
        &["storefront"],
        "What a player sees of everything that is sold, in a language and a currency, with the promotions that run. \
         Asked for by the game's server, never by the game itself: it needs an API key.",
    ),
    (
        "Promotions",
        &["promotion"],
        "A promotion makes things cheaper for a time or adds something to them: say what it is about, when it runs and \
         what it gives, then enable it. Of several discounts on one thing the largest counts; what is added adds up.",
    ),
    (
        "Coupons",
        &["campaign", "coupon"],
        "A coupon promotion, which paths also call a campaign, hands out codes and says how often they can be used and \
         what they give. A promotion that belongs to coupon promotions is for players with their coupons only.",
    ),
    (
        "Payment accounts",
        &["account"],
        "A player may have a way to pay saved. It is charged without the player being there, and pays subscriptions.",
    ),
    (
        "Clock",
        &["clock"],
        "The clock of a project in the sandbox can be put ahead: subscriptions are charged and webhooks sent as if the \
         time had passed, in order and at once. It only moves forward.",
    ),
    (
        "Events",
        &["event"],
        "An event is what the game is told by webhook. Look up what was sent and answered, send it again, and try a \
         listener out. Needs a key of the company or of the project.",
    ),
    ("Reports", &["report", "message"], "What was booked, what is owed, and what went wrong or changed."),
    (
        "Games",
        &["game", "key"],
        "A game is sold by key. Keys are stored in advance; each is handed out to one player and never again.",
    ),
    ("Support", &["ticket"], "A ticket is a question of a player, with what was said about it."),
    (
        "Players",
        &["user"],
        "A player as the project's wallet knows one (a user, to clients): virtual currency, and everything that \
         changed it. A player is registered here, or when paying or redeeming for the first time.",
    ),
    (
        "Projects",
        &["project"],
        "A project is a game that sells: its names, where its webhooks go and what they are signed with.",
    ),
    (
        "Lootboxes",
        &["lootbox"],
        "Opening lootboxes so that anybody can check that nobody cheated; `docs/lootboxes.md` says how. Needs a key \
         of the company or of the project.",
    ),
    (
        "Offers",
        &["offer"],
        "Operations of the Store API: what a project sells, as anybody sees it, or the player who shows a token.",
    ),
    (
        "Bundles",
        &["bundle"],
        "Operations of the Store API: a game's server says which things are sold together as one.",
    ),
    (
        "Carts",
        &["cart", "code"],
        "Operations of the Store API: a player or a guest fills carts, and enters codes that make them cheaper.",
    ),
    ("Inventories", &["inventory"], "Operations of the Store API: what a player who shows a token has, and uses up."),
    (
        "Orders",
        &["order"],
        "Operations of the Store API: a game's server or a player orders by SKU, and a token pays for the order.",
    ),
    (
        "Distribution Hub",
        &["partner", "hub"],
        "A merchant lets partners sell: banks, operators, kiosks. A partner names a player, fills the player's cart, \
         orders, charges, and says so; `docs/distribution-hub.md` walks through it.",
    ),
    (
        "Webhooks",
        &["webhook", "compat"],
        "Operations of the Store API: where a project is told of what happens, how of its orders, and what it chose \
         where the published pages contradict each other.",
    ),
    ("Server", &["health", "readiness", "document"], "About the server itself. No credentials are needed."),
];

/// Parameters in paths: the name, what it is, and an example.
const PARAMETERS: &[(&str, &str, Example)] = &[
    ("merchant_id", "The merchant whose credentials are used.", Example::Number(demo::MERCHANT)),
    ("project_id", "One of the merchant's projects.", Example::Number(demo::PROJECT)),
    ("promotion_id", "The promotion.", Example::Number(100_000_001)),
    ("campaign_id", "The coupon promotion.", Example::Number(100_000_002)),
    ("coupon_code", "What players enter; upper and lower case differ.", Example::Text("EGGHUNT")),
    ("event_id", "The event, by the number in its webhook-id.", Example::Number(100_000_020)),
    (
        "transaction_id",
        "The transaction, by the number that webhooks and the status page give it.",
        Example::Number(100_000_019),
    ),
    ("user_attribute_id", "The user attribute.", Example::Number(100_000_001)),
    ("group_id", "The group of items.", Example::Number(100_000_002)),
    ("item_id", "The item.", Example::Number(100_000_003)),
    ("plan_id", "The plan, by our number.", Example::Number(100_000_021)),
    ("product_id", "The product.", Example::Number(100_000_022)),
    ("game_delivery_id", "The game, by its number.", Example::Number(100_000_001)),
    ("ticket_id", "The ticket, by its number.", Example::Number(100_000_001)),
    ("subscription_id", "The subscription.", Example::Number(100_000_023)),
    ("account_id", "The saved way to pay.", Example::Number(100_000_024)),
    ("type", "The kind of payment method: card, paypal.", Example::Text("card")),
    ("user_id", "The player, by the game's own id.", Example::Text(demo::PLAYER)),
    ("order_id", "The order.", Example::Number(100_000_025)),
    ("cart_id", "What its player calls the cart; the one without a name is current.", Example::Text("current")),
    ("item_sku", "The SKU.", Example::Text("com.example.sword")),
    ("sku", "The SKU.", Example::Text("com.example.sword")),
    ("external_id", "The game's own name of the group, or our number; all for everything.", Example::Text("all")),
    ("virtual_currency_sku", "The SKU of the virtual currency.", Example::Text("virtual_currency")),
    ("virtual_currency_package_sku", "The SKU of the package.", Example::Text("gems_500")),
    ("geotype_id", "The distribution partner.", Example::Number(100_000_026)),
    ("promocode_code", "The code; upper and lower case differ.", Example::Text("SPRING")),
];

/// What a parameter in a path looks like.
#[derive(Clone, Copy)]
enum Example {
    /// A number of ours.
    Number(i64),
    /// A text of the game's.
    Text(&'static str),
}

/// The operations here.
pub fn routes() -> Vec<Route> {
    vec![
        Route {
            name: "document_get",
            method: Method::GET,
            path: "/openapi.json".into(),
            auth: Auth::None,
            summary: "Describe every operation as OpenAPI 3.1",
            query: None,
            body: None,
            example: None,
            answers: vec![Answer::other(StatusCode::OK, "The document.", "application/json", None)],
            handler: get(find),
        },
        Route {
            name: "document_show",
            method: Method::GET,
            path: "/docs".into(),
            auth: Auth::None,
            summary: "Show every operation as a page",
            query: None,
            body: None,
            example: None,
            answers: vec![Answer::other(StatusCode::OK, "The page.", "text/html", None)],
            handler: get(docs::show),
        },
    ]
}

/// Serves them, and the file that the page loads.
pub fn router(app: Shared) -> Router {
    let mut router = Router::new();
    for route in routes() {
        router = router.route(&route.path, route.handler);
    }
    router.route(docs::STYLE, get(docs::style)).with_state(app)
}

async fn find(State(app): State<Shared>) -> Response {
    let mut headers = HeaderMap::new();
    let fixed: [(HeaderName, &str); 4] = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-cache"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Tools that run in a browser read it from other origins.
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    (headers, printed(&document(&app.public_url))).into_response()
}

/// JSON for people too: one member a line.
pub fn printed(value: &Value) -> String {
    // A tree of values holds nothing that JSON could not express.
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}

/// The document of a server that is reached at `public_url`.
pub fn document(public_url: &str) -> Value {
    let mut paths: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for route in crate::routes() {
        let method = route.method.as_str().to_ascii_lowercase();
        paths.entry(route.path.clone()).or_default().insert(method, operation(&route));
    }
    let tags: Vec<Value> = TAGS.iter().map(|(name, _, about)| json!({ "name": name, "description": about })).collect();
    json!({
        "openapi": "3.1.1",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {
            "title": "Coinslot",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "What a game's server calls: payment tokens, refunds, webhooks.",
            "description": description(),
            "license": { "name": "Apache License 2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": public_url, "description": "This server" }],
        "tags": tags,
        "paths": paths,
        "components": {
            "schemas": { "Error": error(), "Fault": fault_schema() },
            "parameters": {
                "IdempotencyKey": {
                    "name": idempotency::HEADER, "in": "header", "required": false,
                    "description": "A name for this request, new for each: 1 to 255 characters, such as a UUID. Sent \
                                    again with the same name within 30 days, it is not done again.",
                    "schema": schema(&Shape::Text { min: 1, max: KEY_LENGTH, rule: None }),
                },
            },
            "headers": {
                "RequestId": {
                    "description": "Names the request in the server's log.",
                    "schema": { "type": "string" },
                },
                "Challenge": {
                    "description": "Asks for HTTP Basic credentials.",
                    "schema": { "type": "string" },
                },
            },
            "securitySchemes": {
                MERCHANT: {
                    "type": "http",
                    "scheme": "basic",
                    "description": "User name: the merchant's number. Password: an API key of the whole company; \
                                    where the path names a project, one of that project will do.",
                },
                SERVER: {
                    "type": "http",
                    "scheme": "basic",
                    "description": "User name: the number of the merchant or of the project. Password: an API key of \
                                    the whole company or of the project.",
                },
                PARTNER: {
                    "type": "http",
                    "scheme": "basic",
                    "description": "User name: the number of the distribution partner (geotype_id). Password: the key \
                                    that was shown when the partner was made.",
                },
                PLAYER: {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "A JSON Web Token that the game's server signed with the project's key (HS256), or \
                                    a token that opens the payment page.",
                },
                GUEST: {
                    "type": "apiKey",
                    "in": "header",
                    "name": "x-unauthorized-id",
                    "description": "An id that the client made up. With x-user, an e-mail address in Base64.",
                },
            },
        },
    })
}

/// What holds for all operations. Paragraphs of plain text, which is what the
/// page can show as well as any tool.
fn description() -> String {
    let [canonical, older @ ..] = PREFIXES;
    let older = older.map(|prefix| format!("{prefix}/")).join(", ");
    let paragraphs = [
        "Bodies are JSON in UTF-8 with the header Content-Type: application/json. Amounts are decimal numbers in the \
         main unit of their currency; no digit is lost on the way. No text may contain the character U+0000, and no \
         body may be nested deeper than 32 levels or larger than 1 MiB. Where an object is expected, an empty array \
         is read as an empty object, because PHP writes it so."
            .to_string(),
        format!(
            "Operations below {canonical}/ want HTTP Basic credentials and answer the same below {older}, the paths \
             that older clients know. New clients use {canonical}/."
        ),
        "Every error there has one form, shown as the schema Error. A body is checked as a whole, so that one answer \
         lists all its faults. Each answer names its request in the header X-Request-Id; so does the server's log. \
         Pages on any origin may call."
            .to_string(),
        "Every call that changes something may carry the header Idempotency-Key. Then it may be sent again, for \
         instance when its answer did not arrive: what it did is not done again, and the answer is the first one, with \
         the header Idempotent-Replayed: true. Keys are known for 30 days and belong to the merchant, or to the \
         project of the API key. Another path, query or body under a known key is refused with 409, and so is the \
         same request while the first is under way; then Retry-After says when to ask again. An answer is kept when \
         the call succeeded or changed something; what was refused and changed nothing may be corrected and sent with \
         the same key, and so may what ended with a status of 500 or more."
            .to_string(),
    ];
    paragraphs.join("\n\n")
}

fn operation(route: &Route) -> Value {
    let mut parameters: Vec<Value> = route.path.split('/').filter_map(parameter_name).map(parameter).collect();
    parameters.extend(query(route.query));
    if takes_key(route) {
        parameters.push(json!({ "$ref": "#/components/parameters/IdempotencyKey" }));
    }
    let mut operation = json!({
        "operationId": route.name,
        "summary": route.summary,
        "tags": [tag(route.name)],
        "security": match route.auth {
            Auth::Merchant => json!([{ MERCHANT: [] }]),
            Auth::Server => json!([{ SERVER: [] }]),
            Auth::Partner => json!([{ PARTNER: [] }]),
            Auth::Player => json!([{ PLAYER: [] }]),
            Auth::Shopper => json!([{ PLAYER: [] }, { GUEST: [] }]),
            Auth::Visitor => json!([{}, { PLAYER: [] }]),
            Auth::None => json!([]),
        },
        "responses": responses(route),
    });
    if !parameters.is_empty() {
        operation["parameters"] = parameters.into();
    }
    if let Some(shape) = route.body {
        let mut media = json!({ "schema": schema(shape) });
        if let Some(example) = route.example.and_then(|text| serde_json::from_str::<Value>(text).ok()) {
            media["example"] = example;
        }
        operation["requestBody"] = json!({ "required": true, "content": { "application/json": media } });
    }
    operation
}

/// Whether the operation may carry an `Idempotency-Key`.
fn takes_key(route: &Route) -> bool {
    matches!(route.auth, Auth::Merchant | Auth::Server) && idempotency::applies(&route.method)
}

fn tag(name: &str) -> &'static str {
    let resource = name.split('_').next().unwrap_or_default();
    // A test holds that every resource has one.
    TAGS.iter().find(|(_, resources, _)| resources.contains(&resource)).map_or("", |(tag, ..)| *tag)
}

/// The name in a part of a path such as `{merchant_id}`.
fn parameter_name(part: &str) -> Option<&str> {
    part.strip_prefix('{')?.strip_suffix('}')
}

fn parameter(name: &str) -> Value {
    let mut parameter = json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } });
    if let Some((_, what, example)) = PARAMETERS.iter().find(|(known, ..)| *known == name) {
        parameter["description"] = json!(what);
        let (shape, example) = match example {
            Example::Number(n) => (Shape::Integer { min: 1, max: MAX_INTEGER }, json!(n)),
            Example::Text(text) => (Shape::Text { min: 1, max: 255, rule: None }, json!(text)),
        };
        parameter["schema"] = schema(&shape);
        parameter["example"] = example;
    }
    parameter
}

/// The parameters that a route takes behind the path.
fn query(shape: Option<&Shape>) -> Vec<Value> {
    let Some(Shape::Object { fields, .. }) = shape else { return Vec::new() };
    let parameter = |f: &coinslot_wire::shape::Field| {
        json!({
            "name": f.name, "in": "query", "required": f.required, "description": f.doc, "schema": schema(&f.shape),
        })
    };
    fields.iter().map(parameter).collect()
}

/// Everything an operation may answer: what its route says, and what follows
/// from who may call it and from its body.
pub fn answers(route: &Route) -> Vec<Answer> {
    if route.auth.is_shop() {
        return shop_answers(route);
    }
    let mut all = route.answers.clone();
    if let Some(shape) = route.query {
        all.push(Answer {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            what: "The parameters have faults, all of which are listed.",
            body: AnswerBody::Faults(shape::check(shape, &json!({}))),
        });
    }
    if let Some(shape) = route.body {
        all.extend([
            Answer::error(StatusCode::BAD_REQUEST, "The body is not JSON.", "The request body is not valid JSON"),
            Answer::error(
                StatusCode::PAYLOAD_TOO_LARGE,
                "The body is larger than 1 MiB.",
                "The request body is larger than 1048576 bytes",
            ),
            Answer::error(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "The body is not said to be JSON.",
                "The Content-Type header must be application/json",
            ),
            Answer {
                status: StatusCode::UNPROCESSABLE_ENTITY,
                what: "The body has faults, all of which are listed.",
                // The faults of the one body that nobody has to think up.
                body: AnswerBody::Faults(shape::check(shape, &json!({}))),
            },
        ]);
    }
    if takes_key(route) {
        all.extend([
            Answer::error(
                StatusCode::CONFLICT,
                "The Idempotency-Key belongs to another request, or the request with it is being carried out.",
                idempotency::UNDER_WAY,
            ),
            Answer {
                status: StatusCode::UNPROCESSABLE_ENTITY,
                what: "The Idempotency-Key has a fault.",
                body: AnswerBody::Faults(vec![Violation::new(idempotency::HEADER, "must not be empty")]),
            },
        ]);
    }
    if route.auth == Auth::Merchant {
        all.extend([
            Answer::error(
                StatusCode::UNAUTHORIZED,
                "Credentials are missing or wrong.",
                "Invalid merchant ID or API key",
            ),
            Answer::error(
                StatusCode::FORBIDDEN,
                "The credentials are of another merchant, or reach less than this needs.",
                "Access denied",
            ),
            Answer::error(
                StatusCode::TOO_MANY_REQUESTS,
                "The API key was used too often; the header Retry-After says for how many seconds to wait.",
                limit::TOO_OFTEN,
            ),
            Answer::error(StatusCode::INTERNAL_SERVER_ERROR, "The server is at fault.", "Internal Server Error"),
            Answer::error(
                StatusCode::SERVICE_UNAVAILABLE,
                "The database does not answer; the same request may succeed later.",
                "Service Unavailable",
            ),
        ]);
    }
    all
}

/// The same for an operation of the Store API.
fn shop_answers(route: &Route) -> Vec<Answer> {
    let mut all = route.answers.clone();
    let mut add = |status, what, code, text| all.push(Answer { status, what, body: AnswerBody::Fault(code, text) });
    if route.query.is_some() || route.body.is_some() {
        add(
            StatusCode::UNPROCESSABLE_ENTITY,
            "The request has faults, all of which are listed.",
            1102,
            "Unprocessable Entity. The property `sku` is required",
        );
    }
    if route.body.is_some() {
        add(
            StatusCode::PAYLOAD_TOO_LARGE,
            "The body is larger than 1 MiB.",
            1000,
            "The request body is larger than 1048576 bytes",
        );
        add(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "The body is compressed.",
            1000,
            "The request body must not be compressed: no Content-Encoding is supported",
        );
    }
    match route.auth {
        Auth::Server => {
            let what = "Credentials are missing, wrong, or reach another project.";
            add(StatusCode::UNAUTHORIZED, what, 1020, fault::NOT_AUTHENTICATED);
            add(
                StatusCode::TOO_MANY_REQUESTS,
                "The API key was used too often; the header Retry-After says for how many seconds to wait.",
                1000,
                limit::TOO_OFTEN,
            );
        }
        Auth::Player | Auth::Shopper => {
            add(StatusCode::UNAUTHORIZED, "Nobody says who calls.", 1501, fault::NO_PLAYER);
        }
        _ => {}
    }
    if ![Auth::Server, Auth::Partner].contains(&route.auth) {
        add(StatusCode::UNAUTHORIZED, "The player's token does not hold.", 1501, fault::BAD_PLAYER);
        add(StatusCode::NOT_FOUND, "There is no such project.", 1700, fault::NO_PROJECT);
    }
    if takes_key(route) {
        let what = "The Idempotency-Key belongs to another request, or the request with it is being carried out.";
        add(StatusCode::CONFLICT, what, 1000, idempotency::UNDER_WAY);
        let what = "The Idempotency-Key has a fault.";
        add(StatusCode::UNPROCESSABLE_ENTITY, what, 1102, "Unprocessable Entity. Must not be empty");
    }
    add(StatusCode::INTERNAL_SERVER_ERROR, "The server is at fault.", 1000, "Internal Server Error");
    let what = "The database does not answer; the same request may succeed later.";
    add(StatusCode::SERVICE_UNAVAILABLE, what, 1101, "Service Unavailable");
    all
}

fn responses(route: &Route) -> Value {
    let mut by_status: BTreeMap<u16, Vec<Answer>> = BTreeMap::new();
    for answer in answers(route) {
        by_status.entry(answer.status.as_u16()).or_default().push(answer);
    }
    by_status.iter().map(|(status, answers)| (status.to_string(), response(route, *status, answers))).collect()
}

/// The answers with one status, as one.
fn response(route: &Route, status: u16, answers: &[Answer]) -> Value {
    let descriptions: Vec<&str> = answers.iter().map(|a| a.what).collect();
    let mut response = json!({ "description": descriptions.join(" Or: ") });
    if route.auth != Auth::None {
        response["headers"] = json!({ "X-Request-Id": { "$ref": "#/components/headers/RequestId" } });
        let asks = matches!(route.auth, Auth::Merchant | Auth::Server);
        if asks && status == StatusCode::UNAUTHORIZED.as_u16() {
            response["headers"]["WWW-Authenticate"] = json!({ "$ref": "#/components/headers/Challenge" });
        }
    }
    for answer in answers {
        let Some(kind) = answer.kind() else { continue };
        let media = &mut response["content"][kind];
        media["schema"] = match &answer.body {
            AnswerBody::Json(shape, _) => schema(shape),
            AnswerBody::Error(_) | AnswerBody::Faults(_) => json!({ "$ref": "#/components/schemas/Error" }),
            AnswerBody::Fault(..) => json!({ "$ref": "#/components/schemas/Fault" }),
            AnswerBody::Other("application/json", _) => json!({ "type": "object" }),
            AnswerBody::Other(..) | AnswerBody::Empty => json!({ "type": "string" }),
        };
        if let Some(example) = answer.example() {
            let number = media["examples"].as_object().map_or(0, Map::len) + 1;
            media["examples"][number.to_string()] = json!({ "summary": answer.what, "value": example });
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// Every operation of the document, with path and method.
    fn operations(document: &Value) -> Vec<(String, String, Value)> {
        let mut all = Vec::new();
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                all.push((path.clone(), method.to_uppercase(), operation.clone()));
            }
        }
        all
    }

    #[test]
    fn every_route_stands_in_it_once_and_nothing_else() {
        let document = document("http://coinslot.example");
        let mut written: Vec<_> = operations(&document)
            .into_iter()
            .map(|(path, method, o)| (path, method, o["operationId"].as_str().unwrap().to_string()))
            .collect();
        let mut routes: Vec<_> =
            crate::routes().into_iter().map(|r| (r.path, r.method.to_string(), r.name.to_string())).collect();
        written.sort();
        routes.sort();
        assert_eq!(written, routes);
        let names: BTreeSet<_> = routes.iter().map(|(.., name)| name).collect();
        assert_eq!(names.len(), routes.len(), "a name is used twice");
        assert!(
            !written.iter().any(|(path, ..)| PREFIXES[1..].iter().any(|p| path.starts_with(&format!("{p}/merch"))))
        );
    }

    #[test]
    fn tags_and_parameters_are_known() {
        for route in crate::routes() {
            assert_ne!(tag(route.name), "", "say in TAGS where {} belongs", route.name);
            for name in route.path.split('/').filter_map(parameter_name) {
                assert!(PARAMETERS.iter().any(|(known, ..)| *known == name), "say in PARAMETERS what {name} is");
            }
            let said = [route.summary].into_iter().chain(route.answers.iter().map(|a| a.what));
            said.for_each(|text| assert!(!text.is_empty() && !text.contains('\n'), "{}: {text:?}", route.name));
        }
    }

    #[test]
    fn examples_are_true() {
        for route in crate::routes() {
            assert_eq!(route.body.is_some(), route.example.is_some(), "{}: a body needs an example", route.name);
            if let (Some(shape), Some(example)) = (route.body, route.example) {
                let example = shape::parse(example.as_bytes()).unwrap();
                assert_eq!(shape::check(shape, &example), [], "{}", route.name);
            }
            for answer in answers(&route) {
                if let AnswerBody::Json(shape, text) = answer.body {
                    let example = shape::parse(text.as_bytes()).unwrap();
                    assert_eq!(shape::check(shape, &example), [], "{} {}", route.name, answer.status);
                }
            }
        }
    }

    #[test]
    fn references_lead_somewhere() {
        fn follow(document: &Value, value: &Value) {
            match value {
                Value::Object(map) => {
                    if let Some(Value::String(reference)) = map.get("$ref") {
                        let pointer = reference.strip_prefix('#').unwrap();
                        assert!(document.pointer(pointer).is_some(), "{reference}");
                    }
                    map.values().for_each(|v| follow(document, v));
                }
                Value::Array(list) => list.iter().for_each(|v| follow(document, v)),
                _ => {}
            }
        }
        let document = document("http://coinslot.example");
        follow(&document, &document);
        for (path, _, operation) in operations(&document) {
            for scheme in operation["security"].as_array().unwrap() {
                // Nothing is a way too, where anybody may call.
                let Some(name) = scheme.as_object().unwrap().keys().next() else { continue };
                assert!(document["components"]["securitySchemes"].get(name).is_some(), "{path}");
            }
        }
    }

    #[test]
    fn answers_with_one_status_become_one_with_several_examples() {
        let document = document("http://coinslot.example");
        let path = "/merchant/v2/merchants/{merchant_id}/reports/transactions/{transaction_id}/refund";
        let operation = &document["paths"][path]["put"];
        let refused = &operation["responses"]["422"];
        assert!(refused["description"].as_str().unwrap().contains(" Or: "));
        assert_eq!(refused["content"]["application/json"]["examples"].as_object().unwrap().len(), 3);
        assert_eq!(operation["responses"]["204"].get("content"), None);
        assert_eq!(operation["security"], json!([{ "merchant": [] }]));
        assert_eq!(operation["parameters"][1]["schema"]["type"], "integer");
        assert_eq!(document["paths"]["/healthz"]["get"]["security"], json!([]));
        assert_eq!(document["servers"][0]["url"], "http://coinslot.example");
    }
}
