//! Which crate may depend on which. Cargo refuses cycles; this refuses the shortcuts that Cargo would allow.

use super::Finding;
use serde_json::Value;

/// Each of our crates, without the prefix, and those of ours that it may depend on. Allowed, not required.
const LAYERS: [(&str, &[&str]); 15] = [
    ("domain", &[]),
    ("wire", &["domain"]),
    ("vfs", &[]),
    ("store", &["domain", "vfs"]),
    ("app", &["domain", "store", "wire"]),
    ("gateway", &["domain", "app"]),
    ("api", &["domain", "wire", "app"]),
    ("paystation", &["domain", "wire", "app"]),
    ("worker", &["domain", "app"]),
    ("coinslot", &["domain", "wire", "store", "app", "gateway", "api", "paystation", "worker"]),
    ("testkit", &["domain", "wire", "store", "app", "gateway", "api", "paystation", "worker"]),
    ("tests", &["domain", "wire", "store", "app", "gateway", "api", "paystation", "worker", "coinslot", "testkit"]),
    // It measures the server from outside, by its executable.
    ("bench", &["testkit"]),
    // It looks at what is left with its own eyes, hence at the store as well.
    ("durability", &["domain", "store", "app", "gateway", "paystation", "worker", "coinslot", "testkit"]),
    ("xtask", &[]),
];

/// Crates from outside that only some of ours may name, in tests too.
const OUTSIDE: [Outside; 5] = [
    Outside {
        names: &["rusqlite", "libsqlite3-sys", "postgres", "tokio-postgres", "tokio-postgres-rustls", "refinery-core"],
        barred: |name| !["vfs", "store", "bench", "durability"].contains(&name),
        instead: "databases are the store's: add a function to crates/store",
    },
    Outside {
        names: &["axum", "tower-http"],
        barred: |name| !["api", "paystation", "coinslot", "testkit", "tests", "bench", "durability"].contains(&name),
        instead: "HTTP is the api's and the paystation's: pass plain values down",
    },
    // The worker is a client: it posts webhooks.
    Outside {
        names: &["hyper", "hyper-util"],
        barred: |name| {
            let users = ["api", "paystation", "coinslot", "worker", "testkit", "tests", "bench", "durability"];
            !users.contains(&name)
        },
        instead: "HTTP is the api's, the paystation's and the worker's: pass plain values down",
    },
    Outside {
        names: &["serde", "serde_json"],
        barred: |name| ["domain", "store"].contains(&name),
        instead: "JSON is the wire's: convert there",
    },
    Outside {
        names: &["tokio"],
        barred: |name| name == "domain",
        instead: "the domain decides and waits for nothing: wait in crates/app",
    },
];

struct Outside {
    names: &'static [&'static str],
    barred: fn(&str) -> bool,
    instead: &'static str,
}

/// Checks what `cargo metadata --no-deps` says.
pub fn check(metadata: &Value) -> Vec<Finding> {
    let mut findings = Vec::new();
    let packages = metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let ours: Vec<&str> = packages.iter().filter_map(|package| package["name"].as_str()).collect();
    for package in packages {
        let name = short(package["name"].as_str().unwrap_or_default());
        let mut add = |rule, instead: String| {
            findings.push(Finding { path: manifest(name), line: 1, rule, instead });
        };
        let Some((_, allowed)) = LAYERS.iter().find(|(layer, _)| *layer == name) else {
            add("layers", format!("say in xtask/src/tidy/layers.rs what `{name}` may depend on"));
            continue;
        };
        for dependency in package["dependencies"].as_array().map(Vec::as_slice).unwrap_or_default() {
            let full = dependency["name"].as_str().unwrap_or_default();
            let for_tests = dependency["kind"] == "dev";
            if ours.contains(&full) {
                let other = short(full);
                // Tests of a crate may use the kit, which is above it.
                let fits = allowed.contains(&other) || (for_tests && other == "testkit");
                if !fits {
                    add("layers", wrong_edge(name, other, allowed));
                }
                continue;
            }
            for Outside { names, barred, instead } in &OUTSIDE {
                if names.contains(&full) && name != "xtask" && barred(name) {
                    add("layers", format!("`{name}` may not name `{full}`; {instead}"));
                }
            }
        }
    }
    findings
}

fn wrong_edge(name: &str, other: &str, allowed: &[&str]) -> String {
    match (other, allowed) {
        ("testkit", _) => format!("`{name}` may use `testkit` only in [dev-dependencies]"),
        (_, []) => format!("`{name}` may not depend on `{other}`, nor on any other crate of ours"),
        _ => format!("`{name}` may not depend on `{other}`, only on {}: call through those", allowed.join(", ")),
    }
}

fn short(name: &str) -> &str {
    name.strip_prefix("coinslot-").unwrap_or(name)
}

fn manifest(name: &str) -> String {
    match name {
        "tests" | "bench" | "durability" | "xtask" => format!("{name}/Cargo.toml"),
        _ => format!("crates/{name}/Cargo.toml"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// What is found when one crate has one dependency. All of ours exist.
    fn found(name: &str, dependency: &str, kind: Option<&str>) -> Vec<String> {
        let full = |name: &str| match name {
            "coinslot" | "xtask" => name.to_owned(),
            _ => format!("coinslot-{name}"),
        };
        let package = |layer: &str| {
            let dependencies = match layer == name {
                true => json!([{ "name": dependency, "kind": kind }]),
                false => json!([]),
            };
            json!({ "name": full(layer), "dependencies": dependencies })
        };
        let packages: Vec<Value> = LAYERS.iter().map(|(layer, _)| package(layer)).collect();
        check(&json!({ "packages": packages })).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn edges_point_down() {
        for (name, dependency) in [
            ("wire", "coinslot-domain"),
            ("app", "coinslot-store"),
            ("api", "coinslot-wire"),
            ("coinslot", "coinslot-worker"),
            ("tests", "coinslot-testkit"),
            ("tests", "coinslot"),
        ] {
            assert_eq!(found(name, dependency, None), [""; 0]);
        }
        for (name, dependency) in [
            ("domain", "coinslot-wire"),
            ("store", "coinslot-wire"),
            ("api", "coinslot-store"),
            ("paystation", "coinslot-api"),
            ("worker", "coinslot-wire"),
            ("testkit", "coinslot"),
            ("bench", "coinslot-store"),
            ("xtask", "coinslot-testkit"),
        ] {
            assert_eq!(found(name, dependency, None).len(), 1, "{name} {dependency}");
            assert_eq!(
                found(name, dependency, Some("dev")).len().min(1),
                usize::from(dependency != "coinslot-testkit")
            );
        }
        assert_eq!(
            found("api", "coinslot-store", None),
            ["crates/api/Cargo.toml:1: layers: `api` may not depend on `store`, only on domain, wire, app: call \
                 through those"]
        );
    }

    #[test]
    fn the_kit_is_for_tests() {
        assert_eq!(found("store", "coinslot-testkit", Some("dev")), [""; 0]);
        for kind in [None, Some("build")] {
            assert_eq!(
                found("store", "coinslot-testkit", kind),
                ["crates/store/Cargo.toml:1: layers: `store` may use `testkit` only in [dev-dependencies]"]
            );
        }
    }

    #[test]
    fn crates_from_outside_have_their_place() {
        for (name, dependency, fits) in [
            ("store", "rusqlite", true),
            ("app", "rusqlite", false),
            ("testkit", "postgres", false),
            ("wire", "serde", true),
            ("domain", "serde", false),
            ("store", "serde_json", false),
            ("xtask", "serde_json", true),
            ("domain", "tokio", false),
            ("store", "tokio", true),
            ("api", "axum", true),
            ("tests", "axum", true),
            ("worker", "axum", false),
            ("bench", "rusqlite", true),
            ("bench", "axum", true),
            ("durability", "rusqlite", true),
            ("domain", "jiff", true),
        ] {
            for kind in [None, Some("dev"), Some("build")] {
                assert_eq!(found(name, dependency, kind).is_empty(), fits, "{name} {dependency} {kind:?}");
            }
        }
    }

    #[test]
    fn a_new_crate_needs_a_layer() {
        let metadata = json!({ "packages": [{ "name": "coinslot-console", "dependencies": [] }] });
        assert_eq!(
            check(&metadata).iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["crates/console/Cargo.toml:1: layers: say in xtask/src/tidy/layers.rs what `console` may depend on"]
        );
    }
}
