//! What the `main` of every service does.

use std::process::ExitCode;

use topology::{Service, settings};
use utoipa::openapi::OpenApi;

use crate::{config::Settings, openapi, serve::Running, telemetry};

/// Makes aws-lc-rs the process's TLS provider. Calling it again changes nothing.
pub fn install_crypto() {
    // The error says that one is installed already.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
}

/// Runs a service until it is told to stop.
///
/// With the argument `openapi` it prints the description of its API instead. A service that
/// cannot start says why on one line and exits with 1.
pub fn run<F>(service: Service, describe: fn() -> OpenApi, start: F) -> ExitCode
where
    F: AsyncFnOnce(Settings) -> anyhow::Result<Running>,
{
    let mut arguments = std::env::args().skip(1);
    match arguments.next().as_deref() {
        None => {}
        Some("openapi") => return print(&openapi::printed(&describe())),
        Some(other) => {
            return fail(&format!(
                "{service} does not know the argument {other:?}; it knows `openapi`, or none to serve"
            ));
        }
    }
    install_crypto();
    let settings = Settings::from_environment();
    telemetry::start_for(
        service,
        settings.optional(settings::VERSION).unwrap_or("dev"),
        settings.optional(settings::LOG_LEVEL).unwrap_or("info"),
    );
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return fail(&format!("the async runtime does not start: {error}")),
    };
    let end = runtime.block_on(async {
        start(settings).await?.until_signal().await?;
        anyhow::Ok(())
    });
    match end {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let reason = format!("{error:#}");
            tracing::error!(reason, "{service} cannot run");
            ExitCode::FAILURE
        }
    }
}

fn print(text: &str) -> ExitCode {
    use std::io::Write;
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&format!("the description cannot be written: {error}")),
    }
}

fn fail(reason: &str) -> ExitCode {
    use std::io::Write;
    // Nowhere is left to complain when standard error is closed.
    let _ = writeln!(std::io::stderr().lock(), "{reason}");
    ExitCode::FAILURE
}
