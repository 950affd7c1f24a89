//! The `handfast` binary.

fn main() -> std::process::ExitCode {
    handfast_server::cli::run()
}
