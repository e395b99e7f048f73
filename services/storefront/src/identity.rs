//! Who a public request is made for.
//!
//! A guest is whoever holds a guest token: 256 random bits that only the client keeps. Inside the
//! shop the guest is known by the token's hash, so no log, table or internal token can be used to
//! act as the guest.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chassis::auth::{Subject, bearer};
use chassis::{Code, Problem};
use http::{HeaderMap, HeaderValue, header};
use rand::RngExt;

/// Name of the session cookie; the prefix makes browsers insist on Secure, Path=/ and no Domain.
const COOKIE: &str = "__Host-localmart";
/// Bytes of a guest token.
const TOKEN_BYTES: usize = 32;
/// Seconds that a browser keeps the cookie: as long as an abandoned cart is kept.
const COOKIE_AGE: u32 = 30 * 24 * 60 * 60;

/// A guest's secret.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct GuestToken(String);

impl GuestToken {
    /// A new guest.
    pub(crate) fn mint() -> Self {
        let bytes: [u8; TOKEN_BYTES] = rand::rng().random();
        Self(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// A token as a client sent it; nothing else than what [`Self::mint`] makes is taken.
    fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        (bytes.len() == TOKEN_BYTES).then(|| Self(text.to_owned()))
    }

    /// How the shop knows the guest.
    pub(crate) fn subject(&self) -> Subject {
        Subject::guest(&self.0)
    }

    /// For the client that the token was made for.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// The `Set-Cookie` that keeps the token in a browser.
    pub(crate) fn cookie(&self) -> Option<HeaderValue> {
        let text = format!(
            "{COOKIE}={}; Path=/; Max-Age={COOKIE_AGE}; Secure; HttpOnly; SameSite=Lax",
            self.0
        );
        HeaderValue::from_str(&text).ok()
    }
}

/// What a request says about who is asking.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Identity {
    /// A program with a token in `Authorization`.
    Program(GuestToken),
    /// A browser with the session cookie.
    Browser(GuestToken),
    /// Nobody yet.
    Unknown,
}

impl Identity {
    /// Reads it from the headers; a token that cannot be one of ours is refused, because ignoring
    /// it would show an empty shop to somebody who has a cart.
    pub(crate) fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        if headers.contains_key(header::AUTHORIZATION) {
            let token = bearer(headers).and_then(GuestToken::parse).ok_or_else(|| {
                Problem::new(
                    Code::Unauthenticated,
                    "The token in Authorization is none of this shop's. Send it as \
                     `Bearer <token>`, with the token that POST /api/v1/carts returned.",
                )
            })?;
            return Ok(Self::Program(token));
        }
        // A damaged cookie is the browser's to replace: the session begins anew.
        Ok(session_cookie(headers).map_or(Self::Unknown, Self::Browser))
    }

    /// Whom internal calls are made for.
    pub(crate) fn subject(&self) -> Subject {
        match self {
            Self::Program(token) | Self::Browser(token) => token.subject(),
            Self::Unknown => Subject::service(),
        }
    }
}

fn session_cookie(headers: &HeaderMap) -> Option<GuestToken> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE)
        .and_then(|(_, value)| GuestToken::parse(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: header::HeaderName, value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_str(value).unwrap());
        headers
    }

    #[test]
    fn a_token_travels_by_cookie_and_by_header_to_the_same_guest() {
        let token = GuestToken::mint();
        let cookie = token.cookie().unwrap();
        let pair = cookie.to_str().unwrap().split(';').next().unwrap();
        let browser = Identity::of(&headers(header::COOKIE, &format!("a=b; {pair}")))
            .ok()
            .unwrap();
        let program = headers(header::AUTHORIZATION, &format!("Bearer {}", token.expose()));
        let program = Identity::of(&program).ok().unwrap();
        assert!(browser == Identity::Browser(token.clone()));
        assert!(program == Identity::Program(token.clone()));
        assert_eq!(browser.subject(), program.subject());
        assert!(!token.subject().as_str().contains(token.expose()));
    }

    #[test]
    fn a_foreign_token_is_refused_and_a_damaged_cookie_begins_anew() {
        let problem = Identity::of(&headers(header::AUTHORIZATION, "Bearer abc"))
            .err()
            .unwrap();
        assert_eq!(problem.code(), Code::Unauthenticated);
        let problem = Identity::of(&headers(header::AUTHORIZATION, "Basic abc"))
            .err()
            .unwrap();
        assert_eq!(problem.code(), Code::Unauthenticated);
        let damaged = headers(header::COOKIE, "__Host-localmart=abc");
        assert!(Identity::of(&damaged).ok().unwrap() == Identity::Unknown);
    }

    #[test]
    fn two_guests_are_two() {
        assert_ne!(GuestToken::mint().subject(), GuestToken::mint().subject());
    }
}
