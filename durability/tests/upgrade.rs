//! Half an upgrade is none: the next start ends where an undisturbed one ends.
//! A sample of the points; `cargo xtask campaign` takes each, from each version.

use coinslot_domain::id::{EventId, ProjectId};
use coinslot_domain::report::Range;
use coinslot_domain::time::Time;
use coinslot_domain::webhook::EventState;
use coinslot_durability::upgrade::{earlier, postgres, sqlite};
use coinslot_store::report::{self, Wanted};
use coinslot_store::{Location, Store, StoreError, migrate_to, webhook};
use std::path::{Path, PathBuf};

#[test]
fn on_sqlite_the_power_goes() {
    // The first start, the longest upgrade and the shortest.
    let versions = earlier();
    for (version, every) in [(versions[0], 25), (versions[1], 17), (versions[versions.len() - 1], 3)] {
        let report = sqlite(version, every);
        println!("from version {version}: {} cuts", report.cuts);
        assert!(report.findings.is_empty(), "{:#?}", report.findings);
        assert!(report.cuts > 3, "from version {version} nothing was cut");
    }
}

#[test]
fn on_postgresql_the_connection_goes() {
    // The longest upgrade has the statements of every migration.
    let report = postgres(earlier()[1], 7);
    println!("{} cuts", report.cuts);
    assert!(report.findings.is_empty(), "{:#?}", report.findings);
    assert!(report.cuts > 3, "nothing was cut");
}

/// Events as they were kept before there was an outbox: acknowledged, waiting for
/// the next attempt of a replay, given up, a question that was refused, and one
/// that was being sent.
const EVENTS: &str = "
    INSERT INTO event (project_id, event_id, payment_id, seq, kind, body, state, attempts, attempts_before, due_at,
        created_at) VALUES
        (7, 901, 800, 1, 'payment', '{\"n\":1}', 'delivered', 1, 0, 41, 40),
        (7, 902, 800, 2, 'refund', '{\"n\":2}', 'pending', 3, 1, 777, 42),
        (7, 903, 801, 1, 'payment', '{\"n\":3}', 'failed', 2, 0, 52, 50),
        (7, 904, NULL, NULL, 'user_validation', '{}', 'failed', 1, 0, 60, 60),
        (7, 905, 802, 1, 'payment', '{\"n\":5}', 'pending', 1, 0, 888, 70);
    INSERT INTO delivery (project_id, event_id, attempt, url, signature, sent_at, took, status, answer, error) VALUES
        (7, 901, 1, 'https://a', 's', 41, 1, 204, '', NULL), (7, 902, 1, 'https://a', 's', 43, 1, 404, 'no', NULL),
        (7, 902, 2, 'https://a', 's', 44, 1, NULL, '', 'gone'), (7, 902, 3, 'https://a', 's', 45, 1, 500, '', NULL),
        (7, 903, 1, 'https://a', 's', 51, 1, 500, '', NULL), (7, 903, 2, 'https://a', 's', 52, 1, 404, '', NULL),
        (7, 904, 1, 'https://a', 's', 60, 1, 404, '', NULL)";

#[tokio::test]
async fn events_stand_where_they_stood() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("coinslot.db");
    let database = coinslot_testkit::postgres::database();
    let (file, url) = (Location::File(path.clone()), Location::Postgres(database.url().into()));
    let before = |location: Location| async move {
        tokio::task::spawn_blocking(move || migrate_to(&location, 21)).await.unwrap().unwrap();
    };
    before(file.clone()).await;
    rusqlite::Connection::open(&path).unwrap().execute_batch(EVENTS).unwrap();
    before(url.clone()).await;
    let (client, connection) = tokio_postgres::connect(database.url(), tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    client.batch_execute(EVENTS).await.unwrap();
    for location in [file, url] {
        let store = Store::open(&location).unwrap();
        let project = ProjectId::new(7).unwrap();
        let read = store.read(move |tx| {
            let stands = [901, 902, 903, 904, 905].into_iter().map(|id| {
                let event = webhook::find(tx, project, EventId::new(id).unwrap())?.unwrap();
                let made = webhook::attempts_of(tx, project, event.id)?.len();
                Ok::<_, StoreError>((event.state, event.attempts, event.body.len(), made))
            });
            let stands = stands.collect::<Result<Vec<_>, _>>()?;
            Ok::<_, StoreError>((stands, webhook::due(tx, project, Time(1_000), (Time(0), 0, 0), 9)?))
        });
        let (stands, due) = read.await.unwrap();
        let engine = store.engine();
        let (delivered, pending, failed) = (EventState::Delivered, EventState::Pending, EventState::Failed);
        let expected =
            [(delivered, 1, 7, 1), (pending, 3, 7, 3), (failed, 2, 7, 2), (failed, 1, 2, 1), (pending, 1, 7, 0)];
        assert_eq!(stands, expected, "{engine}");
        let due: Vec<_> =
            due.into_iter().map(|d| (d.id.get(), d.attempts, d.attempts_before, d.due_at.0, d.seq)).collect();
        assert_eq!(due, [(902, 3, 1, 777, 2), (905, 1, 0, 888, 1)], "{engine}");
    }
}

/// A row or two of each table that became its own index, no value twice.
const KEYED: &str = "
    INSERT INTO order_line (project_id, order_id, seq, kind, reference, sku, name, quantity, detail, price, full_price,
        promotion_id, bundle) VALUES (7, 2, 1, 'item', 3, 's', 'n', 4, 'd', 5, 6, 8, 9),
        (7, 1, 1, 'key', NULL, 't', 'm', 10, NULL, 11, 12, NULL, NULL);
    INSERT INTO bought (project_id, user_id, item_id, quantity) VALUES (7, 'b', 2, 3), (7, 'a', 4, 5);
    INSERT INTO inventory (project_id, user_id, item_id, amount, expires_at) VALUES (7, 'b', 2, 3, 6), (7, 'a', 4, 5, NULL);
    INSERT INTO cart (project_id, user_id, cart_id, coupon, changed_at, lines) VALUES (7, 'b', 'c', 'd', 8, '1 1 a '),
        (7, 'a', 'c', NULL, 9, NULL);
    INSERT INTO attempt (project_id, attempt_id, payment_id, state, method, card_token, decline, created_at, updated_at,
        keep) VALUES (7, 2, 3, 'pending', 4, 't', 'd', 5, 6, 1), (7, 1, 8, 'captured', 9, NULL, NULL, 10, 11, 0);
    INSERT INTO posting (project_id, entry_id, seq, kind, payment_id, debit, credit, currency, amount, booked_at) VALUES
        (7, 2, 1, 'capture', 3, 'd', 'c', 'USD', 4, 5), (7, 1, 1, 'refund', 6, 'e', 'f', 'EUR', 8, 9)";

/// The same of the tables that are found by a number since, and were not before.
const NUMBERED: &str = "
    INSERT INTO token_page (project_id, page_id, tokens, expires_at) VALUES (7, 2, 't', 3), (7, 1, 'u', 4);
    INSERT INTO orders (project_id, order_id, state, user_id, user_name, user_email, user_phone, user_country, user_zip,
        user_ip, currency, total, description, external_id, custom_parameters, created_at, lines, placed_at,
        placed_until, token_hash, dry_run, cart_id, coins, full_coins, gift_giver, gift_receiver, gift_email,
        gift_message, gift_hidden) VALUES
        (7, 2, 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 1, 'j', 'k', 'l', 3, 4, 5, 6, 'm', 8, 'n', 9, 10, 'o', 'p',
            'q', 'r', 11),
        (7, 1, 's', 't', NULL, NULL, NULL, NULL, NULL, NULL, 'u', 12, NULL, NULL, NULL, 13, 14, NULL, NULL, NULL, 15,
            NULL, NULL, NULL, NULL, NULL, NULL, NULL, 16);
    INSERT INTO payment (project_id, payment_id, order_id, token_hash, state, attempt_id, method, card, decline, currency,
        amount, tax_kind, tax_rate, tax, platform_fee, method_fee, payout, reserved, refunded, dry_run, notified,
        created_at, paid_at) VALUES
        (7, 2, 3, 'a', 'b', 4, 5, 'c', 'd', 'e', 1010, 'f', 6, 8, 9, 10, 983, 12, 11, 13, 'g', 14, 15),
        (7, 1, 16, 'h', 'i', 17, 18, NULL, NULL, 'j', 100, 'k', 19, 20, 21, 22, 37, 24, 23, 25, 'l', 26, NULL)";

#[test]
fn rows_are_found_by_their_own_index() {
    let tables = ["order_line", "bought", "inventory", "cart", "attempt", "posting"];
    let (_kept, path) = rows_stay(27, KEYED, &tables);
    let own = ["order_line", "bought", "inventory", "cart", "posting"];
    assert!(own.iter().all(|table| is_made(&path, table, "WITHOUT ROWID")));
    let tables = ["token_page", "orders", "payment"];
    let (_kept, path) = rows_stay(29, NUMBERED, &tables);
    assert!(tables.iter().chain(&["attempt"]).all(|table| is_made(&path, table, " INTEGER NOT NULL PRIMARY KEY,")));
}

/// Whether a table was made with these words.
fn is_made(path: &Path, table: &str, words: &str) -> bool {
    let connection = rusqlite::Connection::open(path).unwrap();
    let sql = "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?1";
    connection.query_row(sql, [table], |row| row.get::<_, String>(0)).unwrap().contains(words)
}

/// Has rows that an earlier version left brought up to date, and sees that no
/// value of these tables is another one then. Where they are.
fn rows_stay(version: u32, left: &str, tables: &[&str]) -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("coinslot.db");
    let location = Location::File(path.clone());
    migrate_to(&location, version).unwrap();
    let names = |table: &str| {
        let connection = rusqlite::Connection::open(&path).unwrap();
        let statement = connection.prepare(&format!("SELECT * FROM {table}")).unwrap();
        statement.column_names().map(str::to_string).collect::<Vec<_>>()
    };
    // Columns may be added.
    let names: Vec<_> = tables.iter().map(|table| names(table)).collect();
    let rows = |(table, names): (&&str, &Vec<String>)| {
        let connection = rusqlite::Connection::open(&path).unwrap();
        let mut statement = connection.prepare(&format!("SELECT * FROM {table} ORDER BY 1, 2, 3")).unwrap();
        let row = |row: &rusqlite::Row<'_>| {
            let cells = names.iter().map(|name| Ok(format!("{name} {:?}", row.get_ref(name.as_str())?)));
            cells.collect::<rusqlite::Result<Vec<_>>>()
        };
        statement.query_map([], row).unwrap().collect::<Result<Vec<_>, _>>().unwrap()
    };
    rusqlite::Connection::open(&path).unwrap().execute_batch(left).unwrap();
    let all = || tables.iter().zip(&names).map(rows).collect::<Vec<_>>();
    let before = all();
    assert!(before.iter().all(|rows| rows.len() == 2));
    drop(Store::open(&location).unwrap());
    assert_eq!(all(), before);
    (directory, path)
}

/// Orders of two players with payments, from before there were contacts.
const BOUGHT: &str = "
    INSERT INTO orders (project_id, order_id, state, user_id, user_name, user_email, user_phone, currency, total,
        created_at) VALUES
        (7, 1, 'paid', 'p', 'Ann', 'a@b', '+1', 'USD', 5, 10), (7, 2, 'paid', 'p', 'Ann', 'a@b', NULL, 'USD', 5, 11),
        (7, 3, 'paid', 'p', NULL, 'c@d', NULL, 'USD', 5, 12), (7, 4, 'paid', 'q', 'Ann', NULL, '+2', 'USD', 5, 13);
    INSERT INTO payment (project_id, payment_id, order_id, token_hash, state, attempt_id, method, currency, amount,
        tax_kind, tax_rate, tax, platform_fee, method_fee, payout, reserved, refunded, dry_run, notified, created_at)
        SELECT project_id, order_id + 100, order_id, 'h' || order_id, 'captured', order_id, 1, 'USD', 5, 'vat', 0, 0, 0,
            0, 5, 0, 0, 1, 'not_needed', created_at FROM orders";

#[tokio::test]
async fn payments_are_found_by_what_was_known_of_their_players() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("coinslot.db");
    let database = coinslot_testkit::postgres::database();
    let (file, url) = (Location::File(path.clone()), Location::Postgres(database.url().into()));
    let before = |location: Location| async move {
        tokio::task::spawn_blocking(move || migrate_to(&location, 28)).await.unwrap().unwrap();
    };
    before(file.clone()).await;
    rusqlite::Connection::open(&path).unwrap().execute_batch(BOUGHT).unwrap();
    before(url.clone()).await;
    let (client, connection) = tokio_postgres::connect(database.url(), tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    client.batch_execute(BOUGHT).await.unwrap();
    for location in [file, url] {
        let store = Store::open(&location).unwrap();
        let project = ProjectId::new(7).unwrap();
        let email = |it: &str| Wanted { email: it.into(), ..Wanted::default() };
        let phone = |it: &str| Wanted { phone: it.into(), ..Wanted::default() };
        let name = |it: &str| Wanted { user_name: it.into(), ..Wanted::default() };
        let cases: [(Wanted, &[i64]); 6] = [
            (email("a@b"), &[101, 102]),
            (email("c@d"), &[103]),
            (email("x@y"), &[]),
            (phone("+1"), &[101]),
            (name("Ann"), &[101, 102, 104]),
            (Wanted { user_id: "q".into(), ..name("Ann") }, &[104]),
        ];
        for (wanted, expected) in cases {
            let asked = wanted.clone();
            let all = Range { from: Time(0), until: Time(100) };
            let found = store.read(move |tx| report::search(tx, project, &asked, all, None, 9)).await.unwrap();
            let found: Vec<_> = found.into_iter().map(|(_, id)| id).collect();
            assert_eq!(found, expected, "{}: {wanted:?}", store.engine());
        }
    }
}
