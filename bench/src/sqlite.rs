//! SQLite as the ceilings use it, and what the bench itself does with the server's database between measurements.

use crate::Fallible;
use crate::bare::Rows;
use rusqlite::{Connection, OptionalExtension};
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use tokio::sync::oneshot;

/// A thread that writes rows for everybody who waits in one transaction and answers them after one sync: the same
/// promise that the server's store makes, and nothing else.
#[derive(Clone)]
pub struct Writer(mpsc::Sender<(Work, oneshot::Sender<bool>)>);

/// What one request does in a transaction.
#[derive(Clone)]
pub struct Work {
    /// Keys of the table of [`fill`] that it reads first, each by itself.
    pub read: Arc<Vec<String>>,
    /// Rows that it leaves.
    pub rows: Arc<Vec<String>>,
}

/// The most requests in one transaction.
const BATCH: usize = 256;

impl Writer {
    /// Opens a file, made if it is not there.
    pub fn open(path: PathBuf) -> Fallible<Self> {
        let connection = durable(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        let (sender, work) = mpsc::channel();
        std::thread::spawn(move || {
            while let Ok(first) = work.recv() {
                let mut batch = vec![first];
                while batch.len() < BATCH
                    && let Ok(next) = work.try_recv()
                {
                    batch.push(next);
                }
                let done = write(&connection, &batch).is_ok();
                for (_, caller) in batch {
                    let _ = caller.send(done);
                }
            }
        });
        Ok(Writer(sender))
    }

    /// Returns when the rows are on disk.
    pub async fn write(&self, rows: Arc<Vec<String>>) -> Fallible<()> {
        self.run(Work { read: Arc::default(), rows }).await
    }

    /// Returns when it is done and on disk.
    pub async fn run(&self, work: Work) -> Fallible<()> {
        let (caller, answer) = oneshot::channel();
        self.0.send((work, caller)).map_err(|e| e.to_string())?;
        if answer.await == Ok(true) { Ok(()) } else { Err("the rows were not written".into()) }
    }
}

fn durable(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    // The best value known for this load; a ceiling is to be one.
    connection.pragma_update(None, "wal_autocheckpoint", 20_000)?;
    connection.execute_batch("CREATE TABLE IF NOT EXISTS line (id INTEGER PRIMARY KEY, body TEXT NOT NULL)")?;
    Ok(connection)
}

fn write(connection: &Connection, batch: &[(Work, oneshot::Sender<bool>)]) -> rusqlite::Result<()> {
    let transaction = connection.unchecked_transaction()?;
    for (work, _) in batch {
        for key in work.read.iter() {
            find(&transaction, key)?;
        }
        for row in work.rows.iter() {
            transaction.prepare_cached("INSERT INTO line (body) VALUES (?1)")?.execute([row])?;
        }
    }
    transaction.commit()
}

/// Makes the table of the bare point read: keys with a body each.
pub fn fill(path: &Path, keys: &[String], body: &str) -> Fallible<()> {
    let run = || {
        let connection = durable(path)?;
        connection.execute_batch("CREATE TABLE state (key TEXT PRIMARY KEY, body TEXT NOT NULL)")?;
        let transaction = connection.unchecked_transaction()?;
        for key in keys {
            transaction.prepare_cached("INSERT INTO state VALUES (?1, ?2)")?.execute([key, body])?;
        }
        transaction.commit()
    };
    run().map_err(|e: rusqlite::Error| format!("{}: {e}", path.display()))
}

/// The bare point read.
pub fn find(connection: &Connection, key: &str) -> rusqlite::Result<String> {
    connection.prepare_cached("SELECT body FROM state WHERE key = ?1")?.query_row([key], |row| row.get(0))
}

/// A count is all there is in the row.
fn number(row: &rusqlite::Row<'_>) -> rusqlite::Result<usize> {
    row.get::<_, u32>(0).map(|n| usize::try_from(n).unwrap_or(usize::MAX))
}

/// The tables that hold something of each payment.
const COPIED: [&str; 8] = ["token", "token_page", "orders", "payment", "attempt", "posting", "event", "delivery"];

/// The time and a day in SQL, in the server's microseconds.
const NOW: &str = "(CAST(strftime('%s', 'now') AS INTEGER) * 1000000)";
const DAY: &str = "86400000000";

/// The server's database, seen from beside it.
pub struct Beside(Connection);

impl Beside {
    /// Opens the file of a server, which may be running.
    pub fn open(path: &Path) -> Fallible<Self> {
        let connection = Connection::open(path).map_err(|e| format!("{}: {e}", path.display()))?;
        connection.busy_timeout(std::time::Duration::from_secs(20)).map_err(|e| e.to_string())?;
        Ok(Beside(connection))
    }

    /// The rows that a payment leaves in the database, by what the average one holds.
    pub fn rows(&self) -> Fallible<Rows> {
        let run = || {
            let payments = self.count("payment")?;
            let mut rows = Rows::default();
            let begun =
                ["orders", "order_line", "payment", "attempt", "subscription_charge"].map(|table| (table, true));
            for (table, now) in begun.into_iter().chain([("posting", false)]) {
                let (count, size) = (self.count(table)?, self.size(table)?);
                let each = (count + payments / 2) / payments.max(1);
                let list = if now { &mut rows.begin } else { &mut rows.finish };
                list.extend(std::iter::repeat_n(size, each));
            }
            Ok(rows)
        };
        run().map_err(|e: rusqlite::Error| format!("cannot see what a payment is made of: {e}"))
    }

    /// Rows as one transaction leaves them: for each table so many of the average one that is there.
    pub fn average(&self, tables: &[(&str, usize)]) -> Fallible<Vec<usize>> {
        let size = |(table, count): &(&str, usize)| match self.size(table) {
            Ok(0) => Err(format!("nothing is in {table}")),
            Ok(size) => Ok(std::iter::repeat_n(size, *count)),
            Err(e) => Err(format!("cannot see what is in {table}: {e}")),
        };
        Ok(tables.iter().map(size).collect::<Fallible<Vec<_>>>()?.into_iter().flatten().collect())
    }

    /// The rows of an order that was made before it is paid, with so many lines.
    pub fn placed(&self, lines: usize) -> Fallible<Vec<usize>> {
        let sql = format!(
            "SELECT CAST(AVG({}) AS INTEGER) FROM orders WHERE placed_at IS NOT NULL",
            self.sum("orders").map_err(|e| e.to_string())?
        );
        let order = self.0.query_row(&sql, [], number).map_err(|e| format!("there are no orders: {e}"))?;
        let mut rows = self.average(&[("order_line", lines)])?;
        rows.push(order);
        Ok(rows)
    }

    fn count(&self, table: &str) -> rusqlite::Result<usize> {
        self.0.query_row(&format!("SELECT COUNT(*) FROM {table}"), [], number)
    }

    /// Payments in the database.
    pub fn payments(&self) -> Fallible<usize> {
        self.count("payment").map_err(|e| e.to_string())
    }

    /// Bytes of the average row as SQLite stores its values.
    fn size(&self, table: &str) -> rusqlite::Result<usize> {
        let sql = format!("SELECT CAST(COALESCE(AVG({}), 0) AS INTEGER) FROM {table}", self.sum(table)?);
        self.0.query_row(&sql, [], number)
    }

    /// Bytes of a row as SQLite stores its values, as an expression.
    fn sum(&self, table: &str) -> rusqlite::Result<String> {
        let of = |column: &str| {
            format!(
                "CASE typeof({column}) WHEN 'text' THEN LENGTH(CAST({column} AS BLOB)) WHEN 'integer' THEN
                    CASE WHEN {column} IN (0, 1) THEN 0 WHEN ABS({column}) < 128 THEN 1
                    WHEN ABS({column}) < 32768 THEN 2 WHEN ABS({column}) < 8388608 THEN 3
                    WHEN ABS({column}) < 2147483648 THEN 4 WHEN ABS({column}) < 140737488355328 THEN 6 ELSE 8 END
                ELSE 0 END"
            )
        };
        Ok(self.columns(table)?.iter().map(|(name, _)| of(name)).collect::<Vec<_>>().join(" + "))
    }

    /// Names and types of the columns of a table.
    fn columns(&self, table: &str) -> rusqlite::Result<Vec<(String, String)>> {
        let mut statement = self.0.prepare("SELECT name, type FROM pragma_table_info(?1)")?;
        statement.query_map([table], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
    }

    /// Turns the payments that are there into about `wanted` of the same kind, with numbers and tokens of their own:
    /// a database of a million payments in minutes and not in hours. Balances stay what they were.
    pub fn multiply(&self, wanted: usize) -> Fallible<()> {
        let run = || {
            let have = self.count("payment")?.max(1);
            let copies = (wanted / have).saturating_sub(1);
            self.0.execute_batch("PRAGMA synchronous = OFF; BEGIN IMMEDIATE")?;
            let of_payments: Vec<(String, Vec<String>)> = self.tables()?;
            // Numbers are handed out in blocks, so the span between those in use is the safe distance.
            let span: i64 =
                self.0
                    .query_row("SELECT MAX(next_id) - 100000000 FROM id_block WHERE name = 'id'", [], |r| r.get(0))?;
            for (table, _) in &of_payments {
                self.0.execute_batch(&format!("CREATE TEMP TABLE model_{table} AS SELECT * FROM {table}"))?;
            }
            for copy in 1..=copies {
                for (table, columns) in &of_payments {
                    let sql = format!("INSERT INTO {table} SELECT {} FROM model_{table}", columns.join(", "));
                    let shift = i64::try_from(copy).unwrap_or(i64::MAX).saturating_mul(span);
                    self.0.prepare_cached(&sql)?.execute(rusqlite::params![shift, format!("{copy:08x}")])?;
                }
            }
            let used = i64::try_from(copies + 1).unwrap_or(i64::MAX).saturating_mul(span);
            self.0.execute("UPDATE id_block SET next_id = next_id + ?1", [used])?;
            for (table, _) in &of_payments {
                self.0.execute_batch(&format!("DROP TABLE model_{table}"))?;
            }
            self.0.execute_batch("COMMIT; PRAGMA synchronous = FULL")?;
            self.0.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        };
        run().map_err(|e: rusqlite::Error| format!("cannot multiply payments: {e}"))
    }

    /// The tables that hold something of each payment, and for each column what a copy has there: `?1` is how far its
    /// numbers are away, `?2` eight digits for its token.
    fn tables(&self) -> rusqlite::Result<Vec<(String, Vec<String>)>> {
        let mut statement = self.0.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")?;
        let names: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        let mut tables = Vec::new();
        for name in names {
            let columns = self.columns(&name)?;
            let own = |name: &str, kind: &str| {
                (kind == "BIGINT" || kind == "INTEGER")
                    && ["payment_id", "order_id", "attempt_id", "entry_id", "event_id", "page_id"].contains(&name)
            };
            // What else the demo shop's history left belongs to payments that are not copied with it.
            let of_payment = COPIED.contains(&name.as_str());
            if !of_payment || !columns.iter().any(|(name, _)| name == "project_id") {
                continue;
            }
            // Every copy uses both parameters, whether it has a use for them or not.
            let copied = columns.iter().map(|(name, kind)| match name.as_str() {
                "token_hash" => "?2 || token_hash".to_string(),
                name if own(name, kind) => format!("{name} + ?1"),
                name => format!("CASE WHEN ?1 > 0 AND ?2 <> '' THEN {name} END"),
            });
            tables.push((name, copied.collect()));
        }
        Ok(tables)
    }

    /// Makes every webhook of a payment due again, as if none had been sent. How many there are.
    pub fn rearm(&self) -> Fallible<usize> {
        let run = || {
            let transaction = self.0.unchecked_transaction()?;
            transaction.execute("DELETE FROM delivery", [])?;
            transaction.execute("UPDATE payment SET notified = 'pending' WHERE notified = 'delivered'", [])?;
            let sql = "INSERT INTO outbox (project_id, payment_id, seq, event_id, attempts, attempts_before, due_at)
                SELECT project_id, payment_id, seq, event_id, 0, 0, created_at FROM event WHERE kind = 'payment'";
            let count = transaction.execute(sql, [])?;
            transaction.commit()?;
            Ok(count)
        };
        run().map_err(|e: rusqlite::Error| format!("cannot make webhooks due: {e}"))
    }

    /// Gives each of `count` players a saved card and a monthly subscription that is next charged in twenty days. They
    /// have the numbers from 1 on, which the server never hands out.
    pub fn subscribe(&self, project: i64, count: usize) -> Fallible<()> {
        let run = || {
            let count = i64::try_from(count).unwrap_or(i64::MAX);
            let numbered = "WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ?2)";
            let insert = |table: &str, columns: &str, values: &str| {
                let sql =
                    format!("INSERT INTO {table} (project_id, {columns}) {numbered} SELECT ?1, {values} FROM number");
                self.0.execute(&sql, rusqlite::params![project, count])
            };
            self.0.execute_batch("PRAGMA synchronous = OFF; BEGIN IMMEDIATE")?;
            self.0.execute(
                "INSERT INTO plan (project_id, plan_id, external_id, period_value, period_unit, currency, amount,
                    expiration_value, trial_days, grace_days, retry_days, tags, enabled, created_at)
                 VALUES (?1, 1, 'monthly', 1, 'month', 'USD', 999, 0, 0, 5, 1, '', 1, 0)",
                [project],
            )?;
            insert(
                "payment_account",
                "account_id, user_id, kind, method, token, name, charges, created_at",
                "n, 'player-' || n, 'card', 1380, 'kept_sandbox_ok_1111', 'Visa 1111', 0, 0",
            )?;
            insert(
                "subscription",
                "subscription_id, user_id, user_email, user_country, plan_id, state, period_value, period_unit, currency,
                 amount, expiration_value, trial_days, grace_days, retry_days, anchor, cycle, charges, tries, next_charge,
                 due_at, account_id, dry_run, created_at",
                &format!(
                    "n, 'player-' || n, 'player-' || n || '@example.com', 'DE', 1, 'active', 1, 'month', 'USD', 999, 0, 0, 5,
                     1, {NOW}, 0, 0, 0, {NOW} + 20 * {DAY}, {NOW} + 20 * {DAY}, n, 1, 0"
                ),
            )?;
            self.0.execute_batch("COMMIT; PRAGMA synchronous = FULL")?;
            self.0.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        };
        run().map_err(|e: rusqlite::Error| format!("cannot make subscriptions: {e}"))
    }

    /// Makes the first `count` subscriptions due; paid, they are due again in about three weeks. How many there are.
    pub fn make_due(&self, project: i64, count: usize) -> Fallible<usize> {
        let sql = format!(
            "UPDATE subscription SET anchor = {NOW} - 40 * {DAY}, cycle = 1, next_charge = {NOW} - {DAY},
                due_at = {NOW} - {DAY} WHERE project_id = ?1 AND subscription_id <= ?2"
        );
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        self.0.execute(&sql, [project, count]).map_err(|e| format!("cannot make subscriptions due: {e}"))
    }

    /// How many of the first `count` subscriptions are due and not renewed.
    pub fn due(&self, project: i64, count: usize) -> Fallible<usize> {
        let sql = format!(
            "SELECT COUNT(*) FROM subscription WHERE project_id = ?1 AND subscription_id <= ?2 AND next_charge < {NOW}"
        );
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let due = self.0.prepare_cached(&sql).and_then(|mut s| s.query_row([project, count], number));
        due.map_err(|e| e.to_string())
    }

    /// Webhooks that are not noted as delivered.
    pub fn pending(&self) -> Fallible<usize> {
        let sql = "SELECT COUNT(*) FROM outbox";
        self.0.prepare_cached(sql).and_then(|mut s| s.query_row([], number)).map_err(|e| e.to_string())
    }

    /// Whether all are: asked again and again, so it must not count them.
    pub fn is_told(&self) -> Fallible<bool> {
        let sql = "SELECT COUNT(*) FROM (SELECT 1 FROM outbox LIMIT 1)";
        let left = self.0.prepare_cached(sql).and_then(|mut s| s.query_row([], number)).map_err(|e| e.to_string())?;
        Ok(left == 0)
    }

    /// The body of some webhook of a payment.
    pub fn webhook(&self) -> Fallible<String> {
        let sql = "SELECT body FROM event WHERE kind = 'payment' LIMIT 1";
        let body = self.0.query_row(sql, [], |row| row.get(0)).optional().map_err(|e| e.to_string())?;
        body.ok_or("there is no webhook".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payments_are_multiplied_with_numbers_of_their_own() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.db");
        let connection = durable(&path).unwrap();
        connection
            .execute_batch(
                "CREATE TABLE id_block (name TEXT PRIMARY KEY, next_id BIGINT);
                 INSERT INTO id_block VALUES ('id', 100001001);
                 CREATE TABLE payment (project_id BIGINT, payment_id BIGINT PRIMARY KEY, user_id TEXT,
                    token_hash TEXT UNIQUE);
                 INSERT INTO payment VALUES (7, 100000001, 'u', '00112233445566778899'),
                    (7, 100000002, 'v', '10112233445566778899');
                 CREATE TABLE project (project_id BIGINT); INSERT INTO project VALUES (7)",
            )
            .unwrap();
        let beside = Beside::open(&path).unwrap();
        beside.multiply(10).unwrap();
        assert_eq!(beside.payments(), Ok(10));
        assert_eq!(beside.count("project"), Ok(1));
        let last: (i64, i64, String, String) = connection
            .query_row("SELECT * FROM payment ORDER BY payment_id DESC", [], |r| {
                Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?))
            })
            .unwrap();
        assert_eq!(last, (7, 100_004_006, "v".into(), "0000000410112233445566778899".into()));
        let next: i64 = connection.query_row("SELECT next_id FROM id_block", [], |r| r.get(0)).unwrap();
        assert!(next > last.1);
    }
}
