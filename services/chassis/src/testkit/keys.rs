//! A directory with the internal keys of every service.

use std::{fs, path::Path, sync::LazyLock};

use tempfile::TempDir;
use topology::{Service, settings};

use crate::{Clock, Ids, auth::InternalKeys, webhook::WebhookKey};

static KEYS: LazyLock<Keys> = LazyLock::new(Keys::generate);

/// The keys of this process.
#[derive(Debug)]
pub struct Keys {
    directory: TempDir,
}

/// The keys that all tests of a process share.
pub fn keys() -> &'static Keys {
    super::prepare();
    &KEYS
}

impl Keys {
    fn generate() -> Self {
        let directory = tempfile::tempdir().expect("a folder for temporary files");
        let ids = Ids::random(Clock::system());
        let names = Service::ALL.map(Service::name);
        for name in names.into_iter().chain([settings::PAYMENT_WEBHOOKS_KEY]) {
            let key = hex::encode(ids.bytes::<32>());
            fs::write(directory.path().join(name), key).expect("a writable folder");
        }
        Self { directory }
    }

    /// For `INTERNAL_KEYS_DIR`.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// The key of payments' webhooks.
    pub fn webhooks(&self) -> WebhookKey {
        WebhookKey::load(self.directory(), Clock::system()).expect("it was generated")
    }

    /// The keys of one service.
    pub fn of(&self, service: Service) -> InternalKeys {
        let clock = Clock::system();
        InternalKeys::load(service, self.directory(), clock.clone(), Ids::random(clock))
            .expect("every service has a key")
    }
}
