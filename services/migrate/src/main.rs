//! The program that lifecycle Jobs run. It ends with one line that says what was done, or why not.

use std::process::ExitCode;

use localmart_migrate::{migrate, program};

#[tokio::main]
async fn main() -> ExitCode {
    program::main(migrate::FILES).await
}
