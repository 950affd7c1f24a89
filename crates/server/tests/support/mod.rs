//! Running the built binary, and talking to it.
#![allow(clippy::unwrap_used, dead_code)]

pub(crate) mod database;

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, ChildStdout, Command, Output, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;

/// The binary with a clean environment, so that whoever runs the tests changes nothing.
pub(crate) fn handfast(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_handfast"));
    command.args(arguments);
    for name in ["DATA", "DATABASE", "LISTEN", "METRICS_LISTEN", "BASE_URL", "LOG"] {
        command.env_remove(format!("HANDFAST_{name}"));
    }
    command
}

/// Runs a command in the data folder `data`, to its end.
pub(crate) fn run(data: &Path, arguments: &[&str]) -> Output {
    handfast(arguments).arg("--data").arg(data).output().unwrap()
}

/// Runs a command that succeeds, with `--json`, and reads what it prints.
pub(crate) fn json(data: &Path, arguments: &[&str]) -> Value {
    let output = handfast(arguments).arg("--data").arg(data).arg("--json").output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", stderr(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What a command said on standard error.
pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Makes the network `aurora` in `data`.
pub(crate) fn aurora(data: &Path) -> Value {
    let create = ["admin", "network", "create", "aurora", "--name", "Aurora Cycles"];
    json(data, &[&create[..], &["--time-zone", "Europe/London"]].concat())
}

/// A running server; killed when dropped.
pub(crate) struct Server {
    pub(crate) child: Child,
    pub(crate) address: String,
    pub(crate) ready: Value,
    _stdout: BufReader<ChildStdout>,
}

impl Server {
    /// Starts `serve` on a free port and waits until it says that it is ready.
    pub(crate) fn start(data: &Path, more: &[&str]) -> Self {
        let mut command = handfast(&["serve", "--listen", "127.0.0.1:0", "--json"]);
        command.arg("--data").arg(data).args(more);
        Self::spawn(command)
    }

    /// Starts a command that serves, and waits until it says that it is ready.
    pub(crate) fn spawn(mut command: Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let ready: Value = serde_json::from_str(&line).unwrap();
        let address =
            ready["address"].as_str().unwrap().strip_prefix("http://").unwrap().to_owned();
        Self { child, address, ready, _stdout: stdout }
    }

    /// Asks it to stop, as `kill` and service managers do.
    pub(crate) fn terminate(&self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    }

    /// Waits for its end; fails after `patience`.
    pub(crate) fn wait(&mut self, patience: Duration) -> i32 {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code().unwrap_or(-1);
            }
            assert!(began.elapsed() < patience, "it still runs");
            std::thread::yield_now();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `GET path`: the status and the body.
pub(crate) fn get(address: &str, path: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    answer(stream)
}

/// Reads an answer to the connection's end.
pub(crate) fn answer(mut stream: TcpStream) -> (u16, String) {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    (status, body.to_owned())
}
