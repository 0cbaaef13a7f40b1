//! The published document as a Postman collection, version 2.1.

use coinslot_app::demo;
use serde_json::{Value, json};

const SCHEMA: &str = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json";

/// The collection of a document that [`crate::openapi::document`] made. It has
/// variables for what differs between servers, set to those of `coinslot dev`.
pub fn collection(document: &Value) -> Value {
    let folders: Vec<Value> = crate::docs::by_tag(document)
        .into_iter()
        .map(|(tag, operations)| {
            let items: Vec<Value> = operations.iter().map(|o| item(o.path, &o.method, o.value)).collect();
            json!({ "name": tag["name"], "description": tag["description"], "item": items })
        })
        .collect();
    let variable = |key: &str, value: &str| json!({ "key": key, "value": value, "type": "string" });
    json!({
        "info": {
            "name": document["info"]["title"],
            "description": document["info"]["description"],
            "schema": SCHEMA,
        },
        "item": folders,
        "variable": [
            variable("base_url", document["servers"][0]["url"].as_str().unwrap_or_default()),
            variable("merchant_id", &demo::MERCHANT.to_string()),
            variable("api_key", demo::API_KEY),
            variable("player_token", ""),
            variable("geotype_id", ""),
            variable("partner_key", ""),
        ],
    })
}

fn item(path: &str, method: &str, operation: &Value) -> Value {
    let parts: Vec<String> = path
        .split('/')
        .skip(1)
        .map(|part| match part.strip_prefix('{').and_then(|p| p.strip_suffix('}')) {
            Some(name) => format!(":{name}"),
            None => part.to_string(),
        })
        .collect();
    let mut request = json!({
        "method": method,
        "auth": auth(operation),
        "header": [],
        "url": {
            "raw": format!("{{{{base_url}}}}/{}", parts.join("/")),
            "host": ["{{base_url}}"],
            "path": parts,
            "variable": parameters(operation, "path"),
            "query": parameters(operation, "query"),
        },
        "description": operation["summary"],
    });
    if let Some(example) = operation.pointer("/requestBody/content/application~1json/example") {
        request["header"] = json!([{ "key": "Content-Type", "value": "application/json" }]);
        request["body"] = json!({
            "mode": "raw",
            "raw": crate::openapi::printed(example).trim_end(),
            "options": { "raw": { "language": "json" } },
        });
    }
    json!({ "name": operation["summary"], "request": request, "response": [] })
}

fn auth(operation: &Value) -> Value {
    let ways = list(&operation["security"]);
    // What may be called by anybody is called by nobody in particular.
    let Some(way) = ways.first().and_then(|way| way.as_object()?.keys().next()) else {
        return json!({ "type": "noauth" });
    };
    let pair = |key: &str, value: &str| json!({ "key": key, "value": value, "type": "string" });
    if way == "player" {
        return json!({ "type": "bearer", "bearer": [pair("token", "{{player_token}}")] });
    }
    let (user, key) = match way.as_str() {
        "partner" => ("{{geotype_id}}", "{{partner_key}}"),
        _ => ("{{merchant_id}}", "{{api_key}}"),
    };
    json!({ "type": "basic", "basic": [pair("username", user), pair("password", key)] })
}

/// The parameters in a place. Those that may be left out are switched off.
fn parameters(operation: &Value, place: &str) -> Vec<Value> {
    let here = list(&operation["parameters"]).iter().filter(|p| p["in"] == place);
    here.map(|p| {
        let value = match (p["name"].as_str(), p.get("example")) {
            (Some("merchant_id"), _) => "{{merchant_id}}".to_string(),
            (_, Some(example)) => example.to_string(),
            (_, None) => String::new(),
        };
        let mut parameter = json!({ "key": p["name"], "value": value, "description": p["description"] });
        if p["required"] != true {
            parameter["disabled"] = json!(true);
        }
        parameter
    })
    .collect()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Auth;
    use coinslot_wire::shape;

    #[test]
    fn it_has_each_operation_with_credentials_and_body() {
        let collection = collection(&crate::openapi::document("http://coinslot.example"));
        assert_eq!(collection["info"]["schema"], SCHEMA);
        let queries: usize = list(&collection["item"])
            .iter()
            .flat_map(|folder| list(&folder["item"]))
            .map(|item| list(&item["request"]["url"]["query"]).len())
            .sum();
        assert!(queries > 0, "parameters behind the path are there too");
        let mut items: Vec<&Value> =
            list(&collection["item"]).iter().flat_map(|folder| list(&folder["item"])).collect();
        for route in crate::routes() {
            let raw = format!("{{{{base_url}}}}{}", route.path.replace('{', ":").replace('}', ""));
            let here =
                |i: &&Value| i["request"]["url"]["raw"] == raw && i["request"]["method"] == route.method.as_str();
            let at = items.iter().position(here).unwrap_or_else(|| panic!("{} is missing", route.name));
            let request = &items.swap_remove(at)["request"];
            match route.auth {
                Auth::Merchant | Auth::Server => {
                    assert_eq!(request["auth"]["basic"][0]["value"], "{{merchant_id}}");
                }
                Auth::Partner => assert_eq!(request["auth"]["basic"][0]["value"], "{{geotype_id}}"),
                Auth::Player | Auth::Shopper => assert_eq!(request["auth"]["type"], "bearer"),
                Auth::Visitor | Auth::None => assert_eq!(request["auth"]["type"], "noauth"),
            }
            match route.body {
                Some(shape) => {
                    let body = request["body"]["raw"].as_str().unwrap();
                    assert_eq!(shape::check(shape, &shape::parse(body.as_bytes()).unwrap()), []);
                    assert_eq!(request["header"][0]["value"], "application/json");
                }
                None => assert_eq!(request.get("body"), None),
            }
            for variable in list(&request["url"]["variable"]) {
                assert!(raw.contains(&format!(":{}", variable["key"].as_str().unwrap())));
                assert!(!variable["value"].as_str().unwrap().is_empty());
            }
        }
        assert!(items.is_empty(), "{items:?}");
    }
}
