//! Reports find rows by an index, so that they are as fast with a million
//! payments as with ten.

mod common;

use coinslot_store::{Location, for_sqlite, statements};
use common::Place;

/// Each statement of reports, and by which index it finds the rows of each of
/// its tables.
const INDEXES: &[(&str, &[&str])] = &[
    ("BY_TIME", &["payment_by_time (project_id=? AND created_at>? AND created_at<?)", NUMBER]),
    ("BY_ID", &[NUMBER, NUMBER]),
    ("BY_EXTERNAL_ID", &["order_by_external_id (external_id=? AND project_id=?)", NUMBER]),
    ("BY_USER", &[OF_USER, NUMBER]),
    ("BY_EMAIL", &[CONTACT, OF_USER, NUMBER]),
    ("BY_PHONE", &[CONTACT, OF_USER, NUMBER]),
    ("BY_NAME", &[CONTACT, OF_USER, NUMBER]),
    ("BOOKED", &[BOOKING, NUMBER, "(project_id=? AND refund_id=?)"]),
    ("TOTALS", &[BOOKING, NUMBER, "(project_id=? AND refund_id=?)", "(entry_id=?)"]),
    ("PARTS", &["(entry_id=?)"]),
    ("REASON", &["refund_of_payment (project_id=? AND payment_id=?)"]),
    ("FIRST", &["posting_by_time (project_id=?)"]),
    ("CURRENCIES", &["(project_id=? AND account=?)"]),
];
/// By the number that a row has.
const NUMBER: &str = "INTEGER PRIMARY KEY (rowid=?)";
const OF_USER: &str = "order_of_user (user_id=? AND project_id=?)";
const CONTACT: &str = "(project_id=? AND kind=? AND content=?)";
const BOOKING: &str = "posting_by_time (project_id=? AND (booked_at,entry_id)>(?,?) AND booked_at<?)";

/// Lists that may be long, and are read a page at a time: they come in order.
const IN_ORDER: [&str; 2] = ["BY_TIME", "BOOKED"];

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
        let (_, indexes) = INDEXES.iter().find(|(n, _)| *n == name).unwrap_or_else(|| panic!("{name} is not listed"));
        let explain = format!("EXPLAIN QUERY PLAN {}", for_sqlite(sql));
        let mut statement = lite.prepare(&explain).unwrap();
        let nulls = vec![rusqlite::types::Null; statement.parameter_count()];
        let lines = statement.query_map(rusqlite::params_from_iter(&nulls), |row| row.get::<_, String>(3)).unwrap();
        let plan: Vec<String> = lines.collect::<Result<_, _>>().unwrap();
        assert!(plan.iter().all(|line| !line.starts_with("SCAN")), "{name}: {plan:#?}");
        let found: Vec<_> = plan.iter().filter(|line| line.starts_with("SEARCH")).collect();
        assert_eq!(found.len(), indexes.len(), "{name}: {plan:#?}");
        for (line, index) in found.iter().zip(*indexes) {
            assert!(line.contains(index), "{name} does not use {index}: {plan:#?}");
        }
        let sorts = plan.iter().any(|line| line.contains("TEMP B-TREE"));
        assert!(!sorts || !IN_ORDER.contains(&name), "{name}: {plan:#?}");

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
