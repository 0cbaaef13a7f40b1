//! What reads bytes of strangers is given bytes of strangers: as many as fit
//! into a run of the tests, from a fixed seed. `fuzz/` goes on from there.

use coinslot_tests::targets::{TARGETS, corpus, mutated};
use coinslot_tests::world::SeededRandom;

const SEED: u64 = 20_260_102;

/// Bytes given to each target; a request costs more than a parse.
fn rounds(name: &str) -> usize {
    let usual = if name == "router" { 4_000 } else { 20_000 };
    std::env::var("COINSLOT_FUZZ_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(usual)
}

fn run(name: &str) {
    let (_, target) = TARGETS.iter().find(|(known, _)| *known == name).unwrap();
    let (random, corpus) = (SeededRandom::new(SEED), corpus());
    corpus.iter().for_each(|bytes| target(bytes));
    for _ in 0..rounds(name) {
        let seed = &corpus[(random.number() % corpus.len() as u64) as usize];
        target(&mutated(&random, seed));
    }
}

#[test]
fn bodies() {
    run("body");
}

#[test]
fn queries() {
    run("query");
}

#[test]
fn texts() {
    run("text");
}

#[test]
fn signatures() {
    run("signature");
}

#[test]
fn webhook_urls() {
    run("webhook_url");
}

#[test]
fn requests() {
    run("router");
}

/// `fuzz/` has a file for each.
#[test]
fn none_is_forgotten() {
    let manifest = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../fuzz/Cargo.toml")).unwrap();
    for (name, _) in TARGETS {
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name}");
    }
}
