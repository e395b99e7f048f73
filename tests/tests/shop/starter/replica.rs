//! One running replica of a service.

use chassis::Running;
use tokio::{runtime::Runtime, sync::oneshot};

/// A replica on a runtime of its own. Dropping it ends it at once: its tasks stop where they are
/// and its connections break, as those of a killed process do.
#[derive(Debug)]
pub(crate) struct Replica {
    url: String,
    runtime: Option<Runtime>,
}

impl Replica {
    /// Starts a service with `run`.
    pub(super) async fn start<C, F>(run: F, config: C) -> Self
    where
        C: Send + 'static,
        F: AsyncFnOnce(C) -> anyhow::Result<Running> + Send + 'static,
    {
        let (tell, told) = oneshot::channel();
        // A runtime cannot be entered from within another one.
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(1)
                .enable_all()
                .build()
                .expect("a runtime");
            let started = runtime.block_on(run(config));
            // The receiver is gone only when the test has failed already.
            let _ = tell.send((runtime, started));
        });
        let (runtime, started) = told.await.expect("the thread that starts a service");
        let running = started.unwrap_or_else(|error| panic!("a service does not start: {error:#}"));
        Self {
            url: running.url(),
            runtime: Some(runtime),
        }
    }

    /// Base URL of the API.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
