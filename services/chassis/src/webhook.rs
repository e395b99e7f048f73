//! Signed webhooks: what a service tells another one on its own account.
//!
//! The internal token says who calls, for a minute; every service that calls the same callee could
//! make one. The signature says who wrote the body, with a key that only sender and receiver have:
//! `LocalMart-Signature: t=<unix seconds>,v1=<hex of HMAC-SHA256 over "<t>.<body>">`. The time is
//! signed too, so that an old message cannot be sent again later than the tolerance; within it the
//! receiver knows a repetition by the id of the event.

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
};

use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use sha2::Sha256;
use topology::settings;

use crate::{Clock, Code, Problem};

/// Name of the header.
pub const SIGNATURE: &str = "localmart-signature";
/// Seconds that a signature is old or early at most.
const TOLERANCE: u64 = 5 * 60;
/// Shortest key taken, in bytes: the output of the hash (RFC 2104, section 3).
const SHORTEST_KEY: usize = 32;

/// Why the key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum WebhookKeyError {
    #[error("the key of webhooks cannot be read from {path}: {source}")]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("the key in {path} has {length} bytes; it needs at least {SHORTEST_KEY}")]
    TooShort { path: PathBuf, length: usize },
}

/// Signs and verifies webhooks. Cheap to clone.
#[derive(Clone)]
pub struct WebhookKey {
    keyed: Hmac<Sha256>,
    /// Verifies too, while keys are exchanged.
    beside: Option<Hmac<Sha256>>,
    clock: Clock,
}

impl WebhookKey {
    /// Reads the key from the directory of the internal keys, and perhaps a second one to verify
    /// with ([`settings::beside`]).
    pub fn load(directory: &Path, clock: Clock) -> Result<Self, WebhookKeyError> {
        let read = |name: &str| read(directory.join(name));
        let beside = settings::beside(settings::PAYMENT_WEBHOOKS_KEY);
        let has_beside = directory.join(&beside).exists();
        Ok(Self {
            keyed: read(settings::PAYMENT_WEBHOOKS_KEY)?,
            beside: has_beside.then(|| read(&beside)).transpose()?,
            clock,
        })
    }

    /// The value of the header for a body that is sent now.
    pub fn sign(&self, body: &[u8]) -> String {
        let at = self.clock.now().timestamp();
        let signature = hex::encode(mac(&self.keyed, at, body).finalize().into_bytes());
        format!("t={at},v1={signature}")
    }

    /// `unauthenticated` unless the body was signed with this key in the last five minutes. The
    /// comparison takes the same time wherever the difference is.
    pub fn verify(&self, headers: &HeaderMap, body: &[u8]) -> Result<(), Problem> {
        let value = headers.get(SIGNATURE).and_then(|value| value.to_str().ok());
        let (at, signature) = value
            .and_then(parse)
            .ok_or_else(|| refused("there is none of the form t=<unix seconds>,v1=<hex>"))?;
        let mut keys = std::iter::once(&self.keyed).chain(&self.beside);
        if !keys.any(|key| mac(key, at, body).verify_slice(&signature).is_ok()) {
            return Err(refused("it does not fit the body"));
        }
        if self.clock.now().timestamp().abs_diff(at) > TOLERANCE {
            return Err(refused("it is out of its time"));
        }
        Ok(())
    }
}

fn read(path: PathBuf) -> Result<Hmac<Sha256>, WebhookKeyError> {
    let key = fs::read(&path).map_err(|source| WebhookKeyError::Unreadable {
        path: path.clone(),
        source,
    })?;
    let length = key.len();
    match Hmac::new_from_slice(&key) {
        Ok(keyed) if length >= SHORTEST_KEY => Ok(keyed),
        _ => Err(WebhookKeyError::TooShort { path, length }),
    }
}

fn mac(key: &Hmac<Sha256>, at: i64, body: &[u8]) -> Hmac<Sha256> {
    key.clone()
        .chain_update(format!("{at}."))
        .chain_update(body)
}

impl fmt::Debug for WebhookKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookKey")
    }
}

fn parse(value: &str) -> Option<(i64, Vec<u8>)> {
    let (at, signature) = value.split_once(',')?;
    let at = at.trim().strip_prefix("t=")?.parse().ok()?;
    let signature = hex::decode(signature.trim().strip_prefix("v1=")?).ok()?;
    Some((at, signature))
}

fn refused(why: &str) -> Problem {
    tracing::warn!(why, "a webhook's signature was refused");
    Problem::new(
        Code::Unauthenticated,
        format!("The signature of the webhook was refused: {why}."),
    )
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use chrono::DateTime;
    use http::HeaderValue;

    use super::*;

    const KEY: &[u8] = b"0123456789abcdef0123456789abcdef";

    fn key(clock: Clock, content: &[u8]) -> Result<WebhookKey, WebhookKeyError> {
        let directory = tempfile::tempdir().expect("a temporary folder");
        fs::write(
            directory.path().join(settings::PAYMENT_WEBHOOKS_KEY),
            content,
        )
        .expect("a writable folder");
        WebhookKey::load(directory.path(), clock)
    }

    fn header(value: &str) -> HeaderMap {
        let value = HeaderValue::from_str(value).expect("a header value");
        HeaderMap::from_iter([(http::HeaderName::from_static(SIGNATURE), value)])
    }

    #[test]
    fn a_signature_fits_its_body_key_and_time_only() {
        let start = DateTime::from_timestamp(1_800_000_000, 0).expect("a time");
        let (clock, hands) = Clock::manual(start);
        let key_a = key(clock.clone(), KEY).expect("a key");
        let key_b = key(clock, b"another-key-another-key-another-").expect("a key");
        let signed = key_a.sign(b"{}");
        // From `printf '1800000000.{}' | openssl dgst -sha256 -hmac …`.
        assert_eq!(
            signed,
            "t=1800000000,v1=a8471f58daa469f8073cbebd823830f85e8942f4bbc0acd2ef47c28edc8c488e"
        );
        assert!(key_a.verify(&header(&signed), b"{}").is_ok());
        assert!(
            key_b.verify(&header(&signed), b"{}").is_err(),
            "another key"
        );
        assert!(
            key_a.verify(&header(&signed), b"{ }").is_err(),
            "another body"
        );
        let later = signed.replace("t=1800000000", "t=1800000001");
        assert!(
            key_a.verify(&header(&later), b"{}").is_err(),
            "another time"
        );
        hands.advance(Duration::from_mins(5));
        assert!(key_a.verify(&header(&signed), b"{}").is_ok());
        hands.advance(Duration::from_secs(1));
        let problem = key_a.verify(&header(&signed), b"{}").expect_err("too old");
        assert_eq!(problem.code(), Code::Unauthenticated);
    }

    #[test]
    fn the_receiver_may_have_both_keys_while_the_sender_changes() {
        const OTHER: &[u8] = b"another-key-another-key-another-";
        let directory = tempfile::tempdir().expect("a temporary folder");
        let write = |name: &str, key: &[u8]| {
            fs::write(directory.path().join(name), key).expect("a writable folder");
        };
        write(settings::PAYMENT_WEBHOOKS_KEY, KEY);
        write(&settings::beside(settings::PAYMENT_WEBHOOKS_KEY), OTHER);
        let receiver = WebhookKey::load(directory.path(), Clock::system()).expect("two keys");
        for sender in [KEY, OTHER] {
            let sender = key(Clock::system(), sender).expect("a key");
            let signed = header(&sender.sign(b"{}"));
            assert!(receiver.verify(&signed, b"{}").is_ok());
        }
        // It signs with the first.
        let old = key(Clock::system(), KEY).expect("a key");
        assert!(old.verify(&header(&receiver.sign(b"{}")), b"{}").is_ok());
    }

    #[test]
    fn what_is_no_signature_is_refused() {
        let key = key(Clock::system(), KEY).expect("a key");
        assert!(key.verify(&HeaderMap::new(), b"").is_err());
        for wrong in ["", "t=1", "v1=00,t=1", "t=x,v1=00", "t=1,v1=zz", "t=1,v1="] {
            assert!(key.verify(&header(wrong), b"").is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_short_key_is_refused_and_never_printed() {
        let error = key(Clock::system(), b"short").expect_err("too short");
        assert!(error.to_string().contains("5 bytes"), "{error}");
        let key = key(Clock::system(), KEY).expect("a key");
        assert_eq!(format!("{key:?}"), "WebhookKey");
    }
}
