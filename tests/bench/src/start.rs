//! (e) From the start of the program to its first answer, and its memory when nothing happens.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};

use crate::{
    Bench, page, process,
    report::{Required, Row},
};

const STARTS: usize = 7;

/// Measures it.
pub(crate) fn measure(bench: &mut Bench) -> Result<()> {
    let data = page::world(bench)?;
    let (mut starts, mut memory) = (vec![], vec![]);
    for number in 0..STARTS {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let address = format!("127.0.0.1:{port}");
        let mut command = process::command(&bench.handfast, &["serve", "--listen", &address]);
        command.args(["--metrics-listen", "off", "--log", "warn", "--json", "--data"]).arg(&data);
        let begin = Instant::now();
        let server = std::thread::spawn(move || process::Server::start(command));
        while !answers(&address) {
            ensure!(begin.elapsed() < Duration::from_secs(20), "the server does not answer");
            std::thread::sleep(Duration::from_millis(1));
        }
        starts.push(begin.elapsed().as_secs_f64() * 1_000.0);
        let server = server.join().map_err(|_| anyhow::anyhow!("the starting panicked"))??;
        if number >= STARTS - 3 {
            for _ in 0..20 {
                ensure!(answers(&address), "the server stopped answering");
            }
            std::thread::sleep(Duration::from_secs(5));
            let bytes = process::memory_bytes(server.pid(), "VmRSS")?;
            memory.push(bytes / f64::from(1 << 20));
        }
        server.stop()?;
    }
    let row = Row::new("e start: to the first answer", "ms", &starts);
    let note = "`handfast serve` on the demo's database until GET /sign-in answers 200";
    bench.report.add(row.required(Required::Below(300.0)).note(note));
    let row = Row::new("e start: idle memory", "MiB", &memory);
    let note = "resident, 5 s after 20 requests for /sign-in";
    bench.report.add(row.required(Required::Below(60.0)).note(note));
    Ok(())
}

/// Whether the page on which one signs in comes.
fn answers(address: &str) -> bool {
    let Ok(mut stream) = TcpStream::connect(address) else { return false };
    let asked = format!("GET /sign-in HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    let mut answer = Vec::new();
    stream.write_all(asked.as_bytes()).is_ok()
        && stream.read_to_end(&mut answer).is_ok()
        && answer.starts_with(b"HTTP/1.1 200")
}
