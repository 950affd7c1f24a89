//! Backup and restore on PostgreSQL. Runs when `HANDFAST_TEST_POSTGRES` names a server on which
//! databases may be created.
#![allow(clippy::unwrap_used)]

mod support;

use std::{fs, time::Duration};

use support::{
    Server,
    database::{Database, ask, psql, psql_output},
    get, handfast, json, run, stderr,
};

/// Every table's walls: whether they stand for the owner too, and what they say.
const WALLS: &str = "select c.relname, c.relforcerowsecurity, pg_get_expr(p.polqual, c.oid)
                       from pg_policy p join pg_class c on c.oid = p.polrelid
                      where c.relrowsecurity order by c.relname";

#[test]
fn a_backup_of_postgresql_restores_and_a_damaged_one_is_refused() {
    let Some(one) = Database::new("one") else { return };
    let two = Database::new("two").unwrap();
    let data = tempfile::tempdir().unwrap();
    let (data, file) = (data.path(), data.path().join("backup.dump"));
    let name = file.to_str().unwrap();
    let create = |slug: &str, url: &str| {
        let line = ["admin", "network", "create", slug, "--name", "N", "--time-zone", "UTC"];
        json(data, &[&line[..], &["--database", url]].concat())
    };
    create("aurora", &one.url);
    let network = "12345678-0000-4000-8000-000000000000";
    let key = format!("insert into person_key values ('{network}', 'k', '{network}')");
    psql(&one.url, &key);
    assert_eq!(json(data, &["backup", name, "--database", &one.url])["engine"], "postgres");

    json(data, &["restore", name, "--database", &two.url]);
    assert_eq!(two.networks(data), one.networks(data));
    for whole in ["select person_key from person_key", WALLS] {
        let rows = ask(&two.url, whole);
        assert!(!rows.is_empty() && rows == ask(&one.url, whole), "{whole}: {rows}");
    }
    assert_eq!(
        json(data, &["migrate", "--check", "--database", &two.url])["pending"],
        serde_json::json!([])
    );

    create("borealis", &two.url);
    let before = two.networks(data);
    let restore = |file: &str, more: &[&str]| {
        let line = ["restore", file, "--database", &two.url, "--data"];
        handfast(&line).arg(data).args(more).output().unwrap()
    };
    let refused = restore(name, &[]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(stderr(&refused).contains("--replace"), "{}", stderr(&refused));

    let bytes = fs::read(&file).unwrap();
    let cut = data.join("cut.dump");
    fs::write(&cut, &bytes[..bytes.len() - 600]).unwrap();
    let refused = restore(cut.to_str().unwrap(), &["--replace"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(stderr(&refused).contains("damaged"), "{}", stderr(&refused));
    assert_eq!(two.networks(data), before);

    let replaced = restore(name, &["--replace"]);
    assert!(replaced.status.success(), "{}", stderr(&replaced));
    assert_eq!(two.networks(data), one.networks(data));
    psql(&two.url, "select 1 from handfast_before_restore.network");
}

#[test]
fn a_role_that_no_wall_holds_is_warned_of() {
    let Some(database) = Database::new("role") else { return };
    let data = tempfile::tempdir().unwrap();
    let said = |url: &str| {
        let serve = ["serve", "--listen", "nowhere", "--database", url];
        stderr(&run(data.path(), &serve))
    };
    assert!(!said(&database.url).contains("row-level security"), "{}", said(&database.url));
    let superuser = database.url.replacen("handfast@", "postgres@", 1);
    if psql_output(&superuser, "select 1").status.success() {
        assert!(said(&superuser).contains("bypasses row-level security"), "{}", said(&superuser));
    }
}

#[test]
fn a_server_serves_from_postgresql() {
    let Some(database) = Database::new("served") else { return };
    let data = tempfile::tempdir().unwrap();
    let more = ["--metrics-listen", "off", "--database", &database.url];
    let mut server = Server::start(data.path(), &more);
    let (status, body) = get(&server.address, "/readyz");
    assert_eq!(status, 200, "{body}");
    server.terminate();
    assert_eq!(server.wait(Duration::from_secs(5)), 0);
    assert!(!data.path().join("handfast.db").exists());
}
