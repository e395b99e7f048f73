//! `GET /api/v1/assets/{sha256}`: a picture. Its address is its content, so it never changes.

use axum::{extract::State, response::Response};
use chassis::{Problem, extract::Path, problem::Document};
use http::{HeaderMap, HeaderValue, header};

use super::{App, ready::Ready};

/// A year, the longest that caches are told.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// Opened by itself a picture must not load or run anything.
const HARMLESS: HeaderValue =
    HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; sandbox");

/// Shows a picture
#[utoipa::path(
    get,
    path = "/api/v1/assets/{sha256}",
    tag = "catalog",
    params(("sha256" = String, Path, description = "Hash of the bytes, 64 hexadecimal digits")),
    responses(
        (status = 200, description = "The picture", content_type = "image/svg+xml", body = String),
        (status = 304, description = "The ETag in If-None-Match is still the one"),
        (status = 404, description = "not_found", body = Document),
        (status = 503, description = "unavailable", body = Document),
    )
)]
pub(super) async fn show_asset(
    State(app): State<App>,
    Path(sha256): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let make = async {
        let asset = app.shelf.asset(&sha256).await?;
        let asset = asset.ok_or_else(|| Problem::not_found(format_args!("picture {sha256:?}")))?;
        Ready::picture(&asset.media_type, asset.bytes, &sha256)
    };
    let ready = app.cache.picture(sha256.clone(), make).await?;
    let mut response = ready.respond(&headers, FOR_EVER);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HARMLESS);
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    Ok(response)
}
