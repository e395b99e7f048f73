//! The migrate program of a release that was never made: this release's migrations and two more.
//! The end-to-end tests upgrade a shop to it while people shop.

use std::process::ExitCode;

use localmart_migrate::{
    migrate::{FILES, File},
    program,
};

const MORE: &[File] = &[
    (
        "cart",
        "9001_note.expand.sql",
        include_str!("migrations/cart/9001_note.expand.sql"),
    ),
    (
        "cart",
        "9002_old_programs.contract.sql",
        include_str!("migrations/cart/9002_old_programs.contract.sql"),
    ),
];

#[tokio::main]
async fn main() -> ExitCode {
    program::main(&[FILES, MORE].concat()).await
}
