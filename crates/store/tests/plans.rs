//! Reports find rows by an index, so that they are as fast with a million
//! payments as with ten.

mod common;

use coinslot_store::{Location, for_sqlite, statements};
use common::Place;

/// Each statement of reports, and the index that it begins with.
const INDEXES: &[(&str, &str)] = &[
    ("BY_TIME", "payment_by_time"),
    ("BY_ID", "payment"),
    ("BY_EXTERNAL_ID", "order_by_external_id"),
    ("BY_USER", "order_of_user"),
    ("BY_EMAIL", "order_by_email"),
    ("BY_PHONE", "order_by_phone"),
    ("BY_NAME", "order_by_user_name"),
    ("BOOKED", "posting_by_time"),
    ("TOTALS", "posting_by_time"),
    ("PARTS", "posting"),
    ("REASON", "refund_of_payment"),
    ("FIRST", "posting_by_time"),
    ("CURRENCIES", "balance"),
];

#[tokio::test]
async fn reports_scan_nothing() {
    let [lite, pg] = Place::both();
    lite.open();
    pg.open();
    let [Location::File(path), Location::Postgres(url)] = [lite.location(), pg.location()] else {
        unreachable!("a file and a server");
    };
    let lite = rusqlite::Connection::open(path).unwrap();
    let (pg, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    // Its tables are empty: what matters is whether there is an index to use.
    pg.batch_execute("SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan").await.unwrap();

    let of_reports: Vec<_> = statements().into_iter().filter(|(file, ..)| *file == "report").collect();
    assert_eq!(of_reports.len(), INDEXES.len());
    for (_, name, sql) in of_reports {
        let (_, index) = INDEXES.iter().find(|(n, _)| *n == name).unwrap_or_else(|| panic!("{name} is not listed"));
        let explain = format!("EXPLAIN QUERY PLAN {}", for_sqlite(sql));
        let mut statement = lite.prepare(&explain).unwrap();
        let nulls = vec![rusqlite::types::Null; statement.parameter_count()];
        let lines = statement.query_map(rusqlite::params_from_iter(&nulls), |row| row.get::<_, String>(3)).unwrap();
        let plan: Vec<String> = lines.collect::<Result<_, _>>().unwrap();
        assert!(plan.iter().all(|line| !line.starts_with("SCAN")), "{name}: {plan:#?}");
        assert!(plan[0].contains(index), "{name} does not begin with {index}: {plan:#?}");

        pg.batch_execute(&format!("PREPARE it AS {sql}")).await.unwrap();
        let nulls = vec!["NULL"; nulls.len()].join(", ");
        let explain = format!("EXPLAIN EXECUTE it ({nulls}); DEALLOCATE it");
        let lines = pg.simple_query(&explain).await.unwrap_or_else(|e| panic!("{name}: {e:?}"));
        let plan: Vec<String> = lines
            .iter()
            .filter_map(|m| match m {
                tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_string),
                _ => None,
            })
            .collect();
        assert!(plan.iter().all(|line| !line.contains("Seq Scan")), "{name}: {plan:#?}");
    }
}
