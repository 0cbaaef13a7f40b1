//! A self-hosted commerce server for games: one binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    coinslot::cli::main()
}
