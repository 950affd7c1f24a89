//! Processes under measurement: started, looked at, stopped by their own number.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use serde_json::Value;

/// A running server; stopped when dropped.
pub(crate) struct Server {
    child: Child,
    /// Address and port.
    pub(crate) address: String,
    /// What it said when it was ready.
    pub(crate) ready: Value,
    _stdout: BufReader<ChildStdout>,
}

impl Server {
    /// Starts a command that serves, and waits for the line of JSON that says it is ready.
    pub(crate) fn start(mut command: Command) -> Result<Self> {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let stdout = child.stdout.take().context("the server has no output")?;
        let mut stdout = BufReader::new(stdout);
        let mut line = String::new();
        stdout.read_line(&mut line)?;
        let ready: Value = serde_json::from_str(&line)
            .with_context(|| format!("the server did not become ready: {line:?}"))?;
        let address = ready["address"].as_str().context("the server gave no address")?;
        let address = address.trim_start_matches("http://").to_owned();
        Ok(Self { child, address, ready, _stdout: stdout })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to end, and waits until its database is closed.
    pub(crate) fn stop(mut self) -> Result<()> {
        self.terminate();
        self.child.wait()?;
        Ok(())
    }

    fn terminate(&self) {
        let _ = Command::new("kill").args(["-TERM", &self.pid().to_string()]).status();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        self.terminate();
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(15) {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program with a clean environment.
pub(crate) fn command(program: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments);
    for name in ["DATA", "DATABASE", "LISTEN", "METRICS_LISTEN", "BASE_URL", "LOG"] {
        command.env_remove(format!("HANDFAST_{name}"));
    }
    command
}

/// Runs `handfast` with `--json` on the folder `data`, and reads what it prints.
pub(crate) fn json(handfast: &Path, data: &Path, arguments: &[&str]) -> Result<Value> {
    let output = command(handfast, arguments).arg("--data").arg(data).arg("--json").output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "handfast {arguments:?}: {said}");
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// Serves the folder `data` on a free port.
pub(crate) fn serve(handfast: &Path, data: &Path) -> Command {
    let flags = ["serve", "--listen", "127.0.0.1:0", "--metrics-listen", "off"];
    let mut command = command(handfast, &flags);
    command.args(["--log", "warn", "--json", "--data"]).arg(data);
    command
}

/// Runs `f` with this thread, and what it starts, on one processor, counted from 0.
pub(crate) fn on_processor<T>(number: usize, f: impl FnOnce() -> T) -> T {
    let Ok(before) = sched_getaffinity(None) else { return f() };
    let mut only = CpuSet::new();
    only.set(number);
    let is_pinned = before.is_set(number) && sched_setaffinity(None, &only).is_ok();
    let answer = f();
    if is_pinned {
        // The set was this thread's own a moment ago.
        let _ = sched_setaffinity(None, &before);
    }
    answer
}

/// A line of `/proc/PID/status`, such as `VmRSS` or `VmHWM`, in bytes.
pub(crate) fn memory_bytes(pid: u32, line: &str) -> Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let found = status.lines().find_map(|text| text.strip_prefix(line)?.strip_prefix(':'));
    let kib = found.and_then(|text| text.trim().strip_suffix("kB")?.trim().parse::<f64>().ok());
    Ok(kib.context("the system does not say how much memory a process has")? * 1_024.0)
}

/// Processor time of a process so far, in seconds.
pub(crate) fn processor_s(pid: u32) -> Result<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or("").split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok());
    match (ticks(11), ticks(12)) {
        (Some(user), Some(system)) => Ok((user + system) / 100.0),
        _ => bail!("the system does not say how long a process ran"),
    }
}
