//! The thin binary: arguments → run → exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(hallmark::cli::main(std::env::args_os()))
}
