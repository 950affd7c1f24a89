#![allow(missing_docs, clippy::unwrap_used)]
use handfast_db::*;
#[test]
fn smoke() {
    let dir = tempfile::tempdir().unwrap();
    let db =
        Db::open(&Settings::at(format!("sqlite:{}", dir.path().join("a.db").display()))).unwrap();
    let files = [Migration {
        name: "0001",
        text: "create table t (a {int} not null, b text, constraint t_pk primary key (a), constraint t_b unique (b)) {clustered};",
    }];
    assert_eq!(db.migrate(&files).unwrap(), ["0001"]);
    assert!(db.migrate(&files).unwrap().is_empty());
    let n: Result<u64> = db.write(|tx| tx.exec("insert into t (a, b) values ($1, $2)", (1, "x")));
    assert_eq!(n.unwrap(), 1);
    let n: Result<u64> = db.write(|tx| tx.exec("insert into t (a, b) values ($1, $2)", (2, "x")));
    let e = n.unwrap_err();
    assert!(e.is_unique("t_b"), "{e}");
    let rows: Vec<(i64, String)> =
        db.read(|cx| cx.all("select a, b from t order by a limit 10", ())).unwrap();
    assert_eq!(rows, [(1, "x".to_owned())]);
    let e = db
        .read(|cx| cx.all::<(i64,)>("select a from t where a = $2 and a = $1", (1, 2)))
        .unwrap_err();
    println!("{e}");
    for m in std::fs::read_dir("../../migrations").unwrap() {
        let _ = m;
    }
}
