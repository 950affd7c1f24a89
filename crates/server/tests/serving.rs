//! The server as a process: ready, answering, stopping.
#![allow(clippy::unwrap_used)]

mod support;

use std::{io::Write, net::TcpStream, time::Duration};

use support::{Server, answer, aurora, get, handfast, run, stderr};

#[test]
fn a_server_says_where_it_answers_and_is_ready() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), &["--metrics-listen", "off"]);
    assert_eq!(server.ready["event"], "ready");
    assert_eq!(get(&server.address, "/healthz"), (200, "alive\n".to_owned()));
    let (status, body) = get(&server.address, "/readyz");
    let readiness: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!((status, &readiness["migrated"]), (200, &true.into()), "{body}");
    assert_eq!((&readiness["writable"], &readiness["ready"]), (&true.into(), &true.into()));
    assert!(readiness["disk_free_share"].as_f64().unwrap() > 0.0);
}

#[test]
fn a_server_describes_its_api() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), &["--metrics-listen", "off"]);
    let (status, body) = get(&server.address, "/api/v1/openapi.json");
    assert_eq!(status, 200, "{body}");
    let document: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    assert!(document["paths"].as_object().unwrap().len() > 5);
}

#[test]
fn a_stop_lets_a_request_under_way_end() {
    let data = tempfile::tempdir().unwrap();
    let mut server = Server::start(data.path(), &["--metrics-listen", "off"]);
    let mut stream = TcpStream::connect(&server.address).unwrap();
    let head = format!(
        "POST /sign-in HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nExpect: 100-continue\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 6\r\n\r\n",
        server.address
    );
    stream.write_all(head.as_bytes()).unwrap();
    // The server asks for the body: it has the request in hand.
    let mut continued = [0; 25];
    std::io::Read::read_exact(&mut stream, &mut continued).unwrap();
    assert!(continued.starts_with(b"HTTP/1.1 100"));
    server.terminate();
    while TcpStream::connect(&server.address).is_ok() {
        std::thread::yield_now();
    }
    stream.write_all(b"a=b&c=").unwrap();
    let (status, _) = answer(stream);
    assert!((300..500).contains(&status), "an answer, whatever it says: {status}");
    assert_eq!(server.wait(Duration::from_secs(12)), 0);
}

#[test]
fn an_idle_server_stops_at_once() {
    let data = tempfile::tempdir().unwrap();
    let mut server = Server::start(data.path(), &["--metrics-listen", "off"]);
    let _idle = TcpStream::connect(&server.address).unwrap();
    server.terminate();
    assert_eq!(server.wait(Duration::from_secs(5)), 0);
    let log = data.path().join("handfast.db-wal");
    assert!(!log.exists(), "the database was closed, so nothing waits in its log");
}

#[test]
fn metrics_count_by_the_pattern_of_the_route_on_their_own_listener() {
    let data = tempfile::tempdir().unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let metrics = format!("127.0.0.1:{port}");
    let server = Server::start(data.path(), &["--metrics-listen", &metrics]);
    get(&server.address, "/healthz");
    get(&server.address, "/no/such/place");
    let (status, text) = get(&metrics, "/metrics");
    assert_eq!(status, 200);
    let counted = "handfast_requests_total{method=\"GET\",route=\"/healthz\",status=\"2xx\"} 1";
    assert!(text.contains(counted), "{text}");
    assert!(!text.contains("/no/such/place"), "an address is not a pattern");
    assert!(text.contains("handfast_jobs{state=\"ready\"}"), "{text}");
    assert!(text.contains("handfast_memory_bytes"), "{text}");
    assert_eq!(get(&server.address, "/metrics").0, 404, "not on the public listener");
}

#[test]
fn an_address_that_is_taken_is_named() {
    let data = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = run(data.path(), &["serve", "--listen", &address, "--metrics-listen", "off"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains(&address), "{}", stderr(&output));
}

#[test]
fn nothing_is_restored_under_a_running_server() {
    let data = tempfile::tempdir().unwrap();
    aurora(data.path());
    let backup = data.path().join("backup.db");
    assert!(run(data.path(), &["backup", backup.to_str().unwrap()]).status.success());
    let _server = Server::start(data.path(), &["--metrics-listen", "off"]);
    let output = run(data.path(), &["restore", backup.to_str().unwrap(), "--replace"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("in use"), "{}", stderr(&output));
}

#[test]
fn a_worker_stops_when_asked() {
    let data = tempfile::tempdir().unwrap();
    aurora(data.path());
    let mut child = handfast(&["work", "--log", "info", "--data"])
        .arg(data.path())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = std::io::BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("working") {
        line.clear();
        assert!(std::io::BufRead::read_line(&mut said, &mut line).unwrap() > 0, "it ended");
    }
    let pid = child.id().to_string();
    std::process::Command::new("kill").args(["-TERM", &pid]).status().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn the_demo_needs_nothing_and_prints_a_way_in_for_each_role() {
    let data = tempfile::tempdir().unwrap();
    let demo = || {
        let mut command = handfast(&["demo", "--listen", "127.0.0.1:0", "--json", "--data"]);
        command.arg(data.path());
        Server::spawn(command)
    };
    let mut server = demo();
    let links = server.ready["links"].as_array().unwrap().clone();
    let mut roles: Vec<&str> = links.iter().map(|link| link["role"].as_str().unwrap()).collect();
    roles.sort_unstable();
    roles.dedup();
    assert_eq!(roles.len(), 5, "{roles:?}");
    for link in &links {
        let url = link["url"].as_str().unwrap();
        let (_, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
        assert_eq!(get(&server.address, &format!("/{path}")).0, 200, "{url}");
    }
    server.terminate();
    assert_eq!(server.wait(Duration::from_secs(12)), 0);
    let again = demo();
    assert_eq!(again.ready["links"].as_array().unwrap().len(), links.len());
}
