//! The PostgreSQL that tests are given is a real one, private, and gone afterwards.

use coinslot_testkit::postgres::{Cluster, bindir, database, server};
use std::process::Command;

#[test]
fn each_database_is_its_own_and_goes_with_its_value() {
    let one = database();
    let two = database();
    assert_eq!(psql(one.url(), "select 1").as_deref(), Some("1"));
    assert_eq!(psql(one.url(), "create table coin (id int)").as_deref(), Some("CREATE TABLE"));
    assert_eq!(psql(two.url(), "select to_regclass('coin') is null").as_deref(), Some("t"));

    let known = format!("select count(*) from pg_database where datname = '{}'", one.name());
    assert_eq!(psql(server(), &known).as_deref(), Some("1"));
    drop(one);
    assert_eq!(psql(server(), &known).as_deref(), Some("0"));
}

#[test]
fn a_cluster_answers_on_both_addresses_and_leaves_nothing() {
    let cluster = Cluster::start().unwrap();
    let url = cluster.url();
    let dir = cluster.socket_dir().to_owned();
    let socket = format!("host={} port={} user=coinslot dbname=postgres", dir.display(), cluster.port());
    assert_eq!(psql(&url, "show max_connections").as_deref(), Some("200"));
    assert_eq!(psql(&socket, "show fsync").as_deref(), Some("off"));

    drop(cluster);
    assert!(!dir.exists(), "{} is still there", dir.display());
    assert_eq!(psql(&url, "select 1"), None, "the server still answers");
}

/// What a statement prints, or nothing when it fails.
fn psql(url: &str, sql: &str) -> Option<String> {
    let output = Command::new(bindir().unwrap().join("psql")).args(["-XAtd", url, "-c", sql]).output().unwrap();
    output.status.success().then(|| String::from_utf8(output.stdout).unwrap().trim().to_owned())
}
