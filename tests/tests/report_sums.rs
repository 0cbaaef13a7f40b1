//! Reports add up to the ledger, and pages of them neither repeat nor lose a
//! row, whatever happens meanwhile.

use coinslot_domain::money::{Currency, Money};
use coinslot_domain::time::Span;
use coinslot_store::StoreError;
use coinslot_tests::world::{SeededRandom, merchant_request};
use coinslot_tests::{Engine, World};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Something that may happen to a shop: a payment, a decline, a refund of a
/// part or of all, a chargeback.
async fn live(world: &World, random: &SeededRandom) {
    world.advance(Span::seconds((random.number() % 3) as i64));
    let known = world.payments().await;
    let reports = "/merchant/v2/merchants/2340/reports/transactions";
    let pick = (random.number() % 10, known.get(random.number() as usize % known.len().max(1)));
    let request = match pick {
        (0, Some(p)) => merchant_request("PUT", &format!("{reports}/{}/refund", p.id), r#"{"description":"all"}"#),
        (1 | 2, Some(p)) => {
            let amount = 1 + random.number() % 300;
            let body = format!(r#"{{"description":"some","refund_amount":"{}.{:02}"}}"#, amount / 100, amount % 100);
            merchant_request("PUT", &format!("{reports}/{}/partial_refund", p.id), &body)
        }
        (3, Some(p)) => {
            let path = format!("/merchant/v2/merchants/2340/projects/18404/payments/{}/chargeback", p.id);
            merchant_request("POST", &path, "")
        }
        _ => {
            let cents = 1 + random.number() % 2_000;
            let currency = ["USD", "EUR"][random.number() as usize % 2];
            let token = world.token(&format!("{}.{:02}", cents / 100, cents % 100), currency).await;
            let card = ["4111111111111111", "4111111111111111", "4000000000000002"][random.number() as usize % 3];
            world.pay(&token, card).await;
            return;
        }
    };
    let status = world.send(request).await.status.as_u16();
    assert!(matches!(status, 204 | 422), "{status}");
}

const REGISTRY: &str = "/merchant/v2/merchants/2340/reports/transactions/registry.json?datetime_from=2026-01-01\
                        &datetime_to=2026-02-01&in_transfer_currency=0&show_dry_run=1&offset=0";
const SEARCH: &str = "/merchant/v2/merchants/2340/reports/transactions/search.json?type=all&show_dry_run=1&offset=0";

/// A list, page by page, with something happening between two pages if there is
/// somebody to make it happen.
async fn walk(world: &World, path: &str, limit: usize, meanwhile: Option<&SeededRandom>) -> Vec<Value> {
    let mut all = Vec::new();
    let mut snapshot = String::new();
    loop {
        let reply = world.send(merchant_request("GET", &format!("{path}&limit={limit}{snapshot}"), "")).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        all.extend(reply.json().as_array().unwrap().iter().cloned());
        match reply.header("x-snapshot") {
            "" => return all,
            next => snapshot = format!("&snapshot={next}"),
        }
        if let Some(random) = meanwhile {
            live(world, random).await;
        }
    }
}

/// Sums of the rows by account and currency, in minor units, signed as the
/// ledger signs them; what is zero is left out.
fn sums(rows: &[Value]) -> BTreeMap<(String, String), i64> {
    let mut all = BTreeMap::new();
    for row in rows {
        let details = &row["payment_details"];
        let currency = Currency::from_code(details["payment"]["currency"].as_str().unwrap()).unwrap();
        let tax = [&details["vat"]["amount"], &details["sales_tax"]["amount"]];
        let parts = [
            ("gateway", 1, vec![&details["payment"]["amount"]]),
            ("merchant", -1, vec![&details["payout"]["amount"]]),
            ("platform_fee", -1, vec![&details["commission_agent"]["amount"]]),
            ("method_fee", -1, vec![&details["commission_ps"]["amount"]]),
            ("tax", -1, tax.to_vec()),
        ];
        for (account, sign, amounts) in parts {
            for amount in amounts {
                let amount = Money::parse(&amount.to_string(), currency).unwrap().minor;
                *all.entry((account.to_string(), currency.code().to_string())).or_insert(0) += sign * amount;
            }
        }
    }
    all.retain(|_, sum| *sum != 0);
    all
}

async fn ledger(world: &World) -> BTreeMap<(String, String), i64> {
    let project = coinslot_domain::id::ProjectId::new(18404).unwrap();
    let balances = world.app.store.read(move |tx| coinslot_store::ledger::balances(tx, project)).await;
    let balances = balances.unwrap_or_else(|e: StoreError| panic!("{e}"));
    balances.into_iter().filter(|b| b.2 != 0).map(|(account, currency, sum)| ((account, currency), sum)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_registry_adds_up_to_the_ledger() {
    for engine in Engine::BOTH {
        for seed in 1..=3 {
            let world = World::new(engine).await;
            let random = SeededRandom::new(seed);
            for _ in 0..40 {
                live(&world, &random).await;
            }
            let rows = walk(&world, &format!("{REGISTRY}&show_total=0"), 7, None).await;
            assert_eq!(sums(&rows), ledger(&world).await, "{engine:?} {seed}");
            let with_totals = walk(&world, &format!("{REGISTRY}&show_total=1"), 1000, None).await;
            assert_eq!(with_totals[..rows.len()], rows, "{engine:?} {seed}");
            assert_eq!(sums(&with_totals[rows.len()..]), sums(&rows), "{engine:?} {seed}");
            let whole = walk(&world, &format!("{REGISTRY}&show_total=0"), 1000, None).await;
            assert_eq!(whole, rows, "pages are the whole, {engine:?} {seed}");
            world.check_books().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_between_two_pages_neither_repeats_nor_vanishes() {
    for engine in Engine::BOTH {
        let world = World::new(engine).await;
        let random = SeededRandom::new(9);
        for _ in 0..25 {
            live(&world, &random).await;
        }
        let id = |row: &Value| row["transaction"]["id"].to_string();
        let before: Vec<String> = walk(&world, SEARCH, 1000, None).await.iter().map(id).collect();
        let seen: Vec<String> = walk(&world, SEARCH, 3, Some(&random)).await.iter().map(id).collect();
        assert_eq!(seen[..before.len()], before, "{engine:?}");
        let once: BTreeSet<&String> = seen.iter().collect();
        assert_eq!(once.len(), seen.len(), "a payment came twice, {engine:?}");

        let registry = format!("{REGISTRY}&show_total=0");
        let before = walk(&world, &registry, 1000, None).await;
        let seen = walk(&world, &registry, 3, Some(&random)).await;
        // Why money went back is a fact of the payment, and may be news.
        let money =
            |row: &Value| (id(row), row["payment_details"].to_string(), row["transaction"]["payment_date"].to_string());
        let (before, seen): (Vec<_>, Vec<_>) = (before.iter().map(money).collect(), seen.iter().map(money).collect());
        assert_eq!(seen[..before.len()], before, "{engine:?}");
        assert_eq!(sums(&walk(&world, &registry, 5, None).await), ledger(&world).await, "{engine:?}");
    }
}
