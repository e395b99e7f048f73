//! Internal tokens: who calls, and for whom.
//!
//! A token is a JWT signed with HS256 and the callee's key, valid for a minute. Its audience is
//! the callee, so a token for one service opens no other. The guard of [`crate::serve::Server`]
//! checks it before any handler runs; handlers read the result as [`Caller`].

mod guard;

use std::{
    collections::HashMap,
    fmt, fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use axum::extract::FromRequestParts;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderMap, header, request::Parts};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use topology::{Service, settings};
use uuid::Uuid;

use crate::{
    Clock, Ids,
    problem::{Code, Problem},
};

pub(crate) use guard::check;
pub use guard::{needs, only};

/// Seconds that a token is valid.
const LIFETIME: i64 = 60;
/// Seconds that the clocks of two pods may differ.
const CLOCK_SKEW: i64 = 5;
/// Shortest key taken, in bytes: the output of HS256's hash (RFC 7518, section 3.2).
const SHORTEST_KEY: usize = 32;
/// `sub` of a call that is made on nobody's behalf.
pub const SUBJECT_SERVICE: &str = "service";

/// The role of those who run the shop.
pub const ROLE_ADMIN: &str = "admin";

/// Whether a subject is somebody who is signed in: `user:<uuid>`.
pub fn is_user(subject: &str) -> bool {
    subject.starts_with("user:")
}

/// Who a call is made for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Subject(String);

impl Subject {
    /// Nobody: the service acts by itself.
    pub fn service() -> Self {
        Self(SUBJECT_SERVICE.to_owned())
    }

    /// A customer, for example `guest:…` or `user:…`.
    pub fn customer(subject: impl Into<String>) -> Self {
        Self(subject.into())
    }

    /// Whoever holds a guest token. The shop knows the token's hash only, so that no log, table or
    /// internal token can be used to act as the guest.
    pub fn guest(token: &str) -> Self {
        let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(token));
        Self(format!("guest:{hash}"))
    }

    /// The text of `sub`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is somebody who is signed in.
    pub fn is_user(&self) -> bool {
        is_user(&self.0)
    }

    /// Whether it is a customer.
    pub fn is_customer(&self) -> bool {
        self.0 != SUBJECT_SERVICE
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The verified caller of a request. As an extractor it needs the server's guard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The calling service.
    pub service: Service,
    /// Whom it calls for.
    pub subject: Subject,
    /// What the subject may do beyond being a customer.
    pub roles: Vec<String>,
}

impl Caller {
    /// The customer that owns what is asked for; a service that acts by itself has no carts.
    pub fn customer(&self) -> Result<&str, Problem> {
        if self.subject.is_customer() {
            Ok(self.subject.as_str())
        } else {
            Err(Problem::new(
                Code::Unauthenticated,
                "This needs a customer: start a session, or send the token of a cart as Bearer.",
            ))
        }
    }
}

impl Caller {
    /// Whether the subject has a role.
    pub fn has_role(&self, role: &str) -> bool {
        self.roles.iter().any(|has| has == role)
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| {
            Problem::new(
                Code::Unauthenticated,
                "This needs an internal token as Bearer.",
            )
        })
    }
}

/// Why the keys cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error(
        "the key of {callee} cannot be read from {path}: {source}; {service} needs the keys of \
         itself and of the services that it calls"
    )]
    Unreadable {
        service: Service,
        callee: Service,
        path: PathBuf,
        source: io::Error,
    },
    #[error("the key in {path} has {length} bytes; it needs at least {SHORTEST_KEY}")]
    TooShort { path: PathBuf, length: usize },
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    roles: Vec<String>,
    iat: i64,
    exp: i64,
    jti: Uuid,
}

/// The keys of one service: its own to verify, those of its callees to sign. Cheap to clone.
#[derive(Clone)]
pub struct InternalKeys(Arc<Inner>);

struct Inner {
    service: Service,
    clock: Clock,
    ids: Ids,
    /// None for a service that nobody calls, two while keys are exchanged.
    verify: Vec<DecodingKey>,
    validation: Validation,
    sign: HashMap<Service, EncodingKey>,
}

impl InternalKeys {
    /// Reads the keys of `service` and its callees from a directory with one file per callee, and
    /// perhaps one with a second key to verify with ([`settings::beside`]).
    pub fn load(
        service: Service,
        directory: &Path,
        clock: Clock,
        ids: Ids,
    ) -> Result<Self, KeyError> {
        let read_file = |callee: Service, name: &str| {
            let path = directory.join(name);
            let key = fs::read(&path).map_err(|source| KeyError::Unreadable {
                service,
                callee,
                path: path.clone(),
                source,
            })?;
            let length = key.len();
            if length < SHORTEST_KEY {
                Err(KeyError::TooShort { path, length })
            } else {
                Ok(key)
            }
        };
        let read = |callee: Service| read_file(callee, callee.name());
        let mut verify = Vec::new();
        if service.callers().next().is_some() {
            verify.push(DecodingKey::from_secret(&read(service)?));
            let beside = settings::beside(service.name());
            if directory.join(&beside).exists() {
                verify.push(DecodingKey::from_secret(&read_file(service, &beside)?));
            }
        }
        let sign = service
            .calls()
            .iter()
            .map(|&callee| Ok((callee, EncodingKey::from_secret(&read(callee)?))))
            .collect::<Result<_, KeyError>>()?;

        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_audience(&[service.name()]);
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
        // Expiry is compared with the injected clock below.
        validation.validate_exp = false;
        Ok(Self(Arc::new(Inner {
            service,
            clock,
            ids,
            verify,
            validation,
            sign,
        })))
    }

    /// The service that the keys belong to.
    pub fn service(&self) -> Service {
        self.0.service
    }

    /// A token for a call to `callee`. `None` when the topology has no such call.
    pub fn sign(&self, callee: Service, subject: &Subject, roles: &[String]) -> Option<String> {
        let key = self.0.sign.get(&callee)?;
        let now = self.0.clock.now().timestamp();
        let claims = Claims {
            iss: self.0.service.name().to_owned(),
            aud: callee.name().to_owned(),
            sub: subject.as_str().to_owned(),
            roles: roles.to_vec(),
            iat: now,
            exp: now + LIFETIME,
            jti: self.0.ids.next(),
        };
        match jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, key) {
            Ok(token) => Some(token),
            Err(error) => {
                tracing::error!(%error, %callee, "a token could not be signed");
                None
            }
        }
    }

    /// Who sent these headers. A token must be signed with this service's key, be for it, be in
    /// time, and come from a service that the topology lets call.
    pub fn verify(&self, headers: &HeaderMap) -> Result<Caller, Problem> {
        let token = bearer(headers).ok_or_else(|| {
            Problem::new(
                Code::Unauthenticated,
                "This needs an internal token as Bearer.",
            )
        })?;
        let refused = |reason: &str| {
            tracing::info!(reason, "an internal token was refused");
            Problem::new(
                Code::Unauthenticated,
                "The internal token is not valid here.",
            )
        };
        let mut claims = Err("nobody calls this service".to_owned());
        for key in &self.0.verify {
            claims = jsonwebtoken::decode::<Claims>(token, key, &self.0.validation)
                .map(|token| token.claims)
                .map_err(|error| error.to_string());
            if claims.is_ok() {
                break;
            }
        }
        let claims = claims.map_err(|reason| refused(&reason))?;
        let now = self.0.clock.now().timestamp();
        if claims.exp + CLOCK_SKEW < now || claims.iat - CLOCK_SKEW > now {
            return Err(refused("out of its time"));
        }
        if claims.exp - claims.iat > LIFETIME {
            return Err(refused("valid for longer than a minute"));
        }
        let service: Service = claims.iss.parse().map_err(|_| refused("unknown issuer"))?;
        if !service.calls().contains(&self.0.service) {
            return Err(refused("the issuer does not call this service"));
        }
        Ok(Caller {
            service,
            subject: Subject(claims.sub),
            roles: claims.roles,
        })
    }
}

impl fmt::Debug for InternalKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InternalKeys")
            .field("service", &self.0.service)
            .finish_non_exhaustive()
    }
}

/// The credential of `Authorization: Bearer …`.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, credential) = value.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") && !credential.is_empty()).then_some(credential.trim())
}

#[cfg(test)]
mod tests;
