//! The shop of the demo game: what `coinslot dev` puts into the demo project.
//!
//! It is a list of calls of the published API, made in process, so that it
//! shows how a studio fills its own project, and breaks when the API does.

use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use coinslot_app::demo;
use http_body_util::BodyExt;
use serde_json::Value;
use std::collections::BTreeMap;
use tower::ServiceExt;

/// The calls: each with `call` (method and path), `body` or `form`, and `keep`:
/// members of the answer, and the names by which later calls refer to them as
/// `{{name}}`.
const SHOP: &str = include_str!("../demo/shop.json");

/// Fills the demo project, unless it has been filled before. `public_url` is
/// where players' browsers find the pictures.
pub async fn fill(router: &Router, public_url: &str) -> Result<(), String> {
    let groups = send(router, "GET", &format!("/projects/{}/virtual_items/groups", demo::PROJECT), None).await?;
    if groups.as_array().is_some_and(|groups| !groups.is_empty()) {
        return Ok(());
    }
    let host = public_url.split_once("://").map_or(public_url, |(_, host)| host);
    let mut names = BTreeMap::from([("host".to_string(), host.to_string())]);
    let calls: Vec<Value> = serde_json::from_str(SHOP).map_err(|e| format!("the demo shop cannot be read: {e}"))?;
    for call in &calls {
        let written = filled_in(call, &names);
        let (method, path) = written["call"].as_str().and_then(|c| c.split_once(' ')).unwrap_or_default();
        let answer = send(router, method, path, content(&written)).await?;
        for (member, name) in call["keep"].as_object().into_iter().flatten() {
            let value = answer[member].as_str().map_or_else(|| answer[member].to_string(), str::to_string);
            names.insert(name.as_str().unwrap_or_default().to_string(), value);
        }
    }
    Ok(())
}

/// The same with each `{{name}}` replaced.
fn filled_in(value: &Value, names: &BTreeMap<String, String>) -> Value {
    match value {
        Value::String(text) if text.contains("{{") => {
            let filled =
                names.iter().fold(text.clone(), |text, (name, value)| text.replace(&format!("{{{{{name}}}}}"), value));
            Value::String(filled)
        }
        Value::Array(list) => list.iter().map(|v| filled_in(v, names)).collect(),
        Value::Object(map) => {
            map.iter().map(|(k, v)| (k.clone(), filled_in(v, names))).collect::<serde_json::Map<_, _>>().into()
        }
        other => other.clone(),
    }
}

/// What a call carries: JSON of the API, or a form of the payment page.
fn content(call: &Value) -> Option<(&'static str, String)> {
    if let Some(fields) = call["form"].as_object() {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields.iter().map(|(name, value)| (name, value.as_str().unwrap_or_default())));
        return Some(("application/x-www-form-urlencoded", form.finish()));
    }
    call.get("body").map(|body| ("application/json", body.to_string()))
}

/// Makes a call as the demo merchant, or as a player where the path is the
/// page's; the answer, which must not be an error.
async fn send(
    router: &Router,
    method: &str,
    path: &str,
    content: Option<(&'static str, String)>,
) -> Result<Value, String> {
    let credentials = STANDARD.encode(format!("{}:{}", demo::MERCHANT, demo::API_KEY));
    let page = path.starts_with("/paystation2/");
    let mut request =
        Request::builder().method(method).uri(format!("{}{path}", if page { "" } else { "/merchant/v2" }));
    if !page {
        request = request.header(header::AUTHORIZATION, format!("Basic {credentials}"));
    }
    let (kind, body) = content.unwrap_or(("application/json", String::new()));
    let request = request.header(header::CONTENT_TYPE, kind).body(Body::from(body.clone()));
    let request = request.map_err(|e| format!("{method} {path}: {e}"))?;
    let response = router.clone().oneshot(request).await.unwrap_or_else(|e| match e {});
    let status = response.status();
    let bytes = response.into_body().collect().await.map_err(|e| format!("{method} {path}: {e}"))?.to_bytes();
    if !status.is_success() && !status.is_redirection() {
        let answer = String::from_utf8_lossy(&bytes);
        return Err(format!("the demo shop: {method} {path} answered {status}: {answer}\n{body}"));
    }
    // A page or nothing at all is an answer of which nothing is kept.
    Ok(serde_json::from_slice(&bytes).unwrap_or_default())
}
