//! Starts the cart service.

use std::process::ExitCode;

use chassis::{Service, program};

fn main() -> ExitCode {
    program::run(Service::Cart, cart::openapi, async |settings| {
        cart::run(cart::Config::from_settings(&settings)?).await
    })
}
