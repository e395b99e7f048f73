//! Answers kept as the bytes that are sent.

use std::{future::Future, sync::Arc, time::Duration};

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use chassis::Problem;
use contracts::VariantId;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use moka::future::Cache as Entries;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// Bytes that lists and products may take in memory.
const ANSWERS: u64 = 8 * 1024 * 1024;
/// Bytes that pictures may take in memory.
const PICTURES: u64 = 8 * 1024 * 1024;

/// Variants whose product is known.
const VARIANTS: u64 = 100_000;

/// Answers that were made lately. Cheap to clone: a handle of moka's counts several references,
/// and handlers get a clone with each request.
#[derive(Clone, Debug)]
pub struct Cache(Arc<Kept>);

#[derive(Debug)]
struct Kept {
    lists: Entries<String, Ready>,
    products: Entries<String, Ready>,
    /// Slug of the product of a variant that is, or was lately, among `products`.
    slugs: Entries<VariantId, String>,
    pictures: Entries<String, Ready>,
}

/// An answer, ready to be sent.
#[derive(Clone, Debug)]
pub struct Ready {
    media_type: HeaderValue,
    bytes: Bytes,
    tag: HeaderValue,
}

impl Cache {
    /// Keeps answers for `age`; pictures never change, so they stay as long as there is room.
    pub fn new(age: Duration) -> Self {
        let sized = |most| {
            Entries::<String, Ready>::builder()
                .max_capacity(most)
                .weigher(|key: &String, ready: &Ready| weight(key, ready))
        };
        Self(Arc::new(Kept {
            lists: sized(ANSWERS / 2).time_to_live(age).build(),
            products: sized(ANSWERS / 2).time_to_live(age).build(),
            slugs: Entries::builder()
                .max_capacity(VARIANTS)
                .time_to_live(2 * age)
                .build(),
            pictures: sized(PICTURES).build(),
        }))
    }

    /// The list kept under `key`, made by `make` when there is none. Requests that come
    /// meanwhile wait for the one that makes it. Errors are not kept.
    pub async fn list<F>(&self, key: String, make: F) -> Result<Ready, Problem>
    where
        F: Future<Output = Result<Ready, Problem>>,
    {
        kept(&self.0.lists, key, make).await
    }

    /// The same for a product, by its slug.
    pub async fn product<F>(&self, slug: String, make: F) -> Result<Ready, Problem>
    where
        F: Future<Output = Result<Ready, Problem>>,
    {
        kept(&self.0.products, slug, make).await
    }

    /// Remembers which product a variant is shown with.
    pub async fn shown_with(&self, variant: VariantId, slug: &str) {
        self.0.slugs.insert(variant, slug.to_owned()).await;
    }

    /// Forgets the product that shows a variant.
    pub async fn forget_product(&self, variant: VariantId) {
        if let Some(slug) = self.0.slugs.get(&variant).await {
            self.0.products.invalidate(&slug).await;
        }
    }

    /// Forgets every list.
    pub fn forget_lists(&self) {
        self.0.lists.invalidate_all();
    }

    /// The same as [`Cache::list`] for pictures.
    pub async fn picture<F>(&self, key: String, make: F) -> Result<Ready, Problem>
    where
        F: Future<Output = Result<Ready, Problem>>,
    {
        kept(&self.0.pictures, key, make).await
    }
}

async fn kept<F>(entries: &Entries<String, Ready>, key: String, make: F) -> Result<Ready, Problem>
where
    F: Future<Output = Result<Ready, Problem>>,
{
    entries
        .try_get_with(key, make)
        .await
        .map_err(|problem| (*problem).clone())
}

fn weight(key: &str, ready: &Ready) -> u32 {
    u32::try_from(key.len() + ready.bytes.len()).unwrap_or(u32::MAX)
}

impl Ready {
    /// An answer in JSON. `identity` is what decides whether it is still the same; the time at
    /// which it was made does not.
    pub fn json(body: &impl Serialize, identity: &impl Serialize) -> Result<Self, Problem> {
        let bytes = serde_json::to_vec(body).map_err(Problem::internal)?;
        let identity = serde_json::to_vec(identity).map_err(Problem::internal)?;
        let hash = hex::encode(&Sha256::digest(&identity)[..16]);
        Self::new(
            HeaderValue::from_static("application/json"),
            bytes,
            &hash,
            "W/",
        )
    }

    /// A picture, whose tag is its hash.
    pub fn picture(media_type: &str, bytes: Vec<u8>, sha256: &str) -> Result<Self, Problem> {
        let media_type = HeaderValue::from_str(media_type).map_err(Problem::internal)?;
        Self::new(media_type, bytes, sha256, "")
    }

    fn new(
        media_type: HeaderValue,
        bytes: Vec<u8>,
        hash: &str,
        strength: &str,
    ) -> Result<Self, Problem> {
        let tag =
            HeaderValue::from_str(&format!("{strength}\"{hash}\"")).map_err(Problem::internal)?;
        Ok(Self {
            media_type,
            bytes: bytes.into(),
            tag,
        })
    }

    /// The response to a request with these headers; 304 when the client has it already.
    pub fn respond(self, request: &HeaderMap, cache_control: &'static str) -> Response {
        let headers = [
            (
                header::CACHE_CONTROL,
                HeaderValue::from_static(cache_control),
            ),
            (header::ETAG, self.tag.clone()),
        ];
        if is_known(request, &self.tag) {
            return (StatusCode::NOT_MODIFIED, headers).into_response();
        }
        (
            headers,
            [(header::CONTENT_TYPE, self.media_type)],
            self.bytes,
        )
            .into_response()
    }
}

/// Weak comparison (RFC 9110, 8.8.3.2).
fn is_known(request: &HeaderMap, tag: &HeaderValue) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let Ok(tag) = tag.to_str() else { return false };
    request
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|known| known.trim() == "*" || opaque(known) == opaque(tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asks(known: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::IF_NONE_MATCH,
            known.parse().expect("a header value"),
        );
        headers
    }

    #[test]
    fn a_client_that_has_it_gets_no_bytes() {
        let ready = Ready::json(&[1, 2], &[1, 2]).expect("numbers are serialisable");
        let fresh = ready.clone().respond(&HeaderMap::new(), "no-cache");
        assert_eq!(fresh.status(), StatusCode::OK);
        let tag = fresh.headers()[header::ETAG]
            .to_str()
            .expect("a text")
            .to_owned();
        for known in [
            tag.as_str(),
            "\"x\", *",
            &format!("\"x\", {tag}"),
            tag.trim_start_matches("W/"),
        ] {
            let response = ready.clone().respond(&asks(known), "no-cache");
            assert_eq!(response.status(), StatusCode::NOT_MODIFIED, "{known}");
        }
        let other = ready.respond(&asks("\"x\""), "no-cache");
        assert_eq!(other.status(), StatusCode::OK);
    }
}
