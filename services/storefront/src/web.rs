//! The web shop, embedded: hashed files for ever, the page anew each time.

use std::{collections::HashMap, sync::LazyLock};

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use chassis::Problem;
use http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use sha2::{Digest, Sha256};

/// Name and content of every file of `web/dist`.
const FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/web_files.rs"));

const PAGE: &str = "index.html";
/// Vite puts a content hash into the name of each file here.
const HASHED: &str = "assets/";
/// First parts of the paths that the web shop has pages for.
const PAGES: [&str; 7] = ["", "c", "search", "p", "cart", "checkout", "order"];

const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><title>LocalMart</title>\
    <h1>The web shop is not built</h1><p>The API works. To see the shop, run \
    <code>npm ci &amp;&amp; npm run build</code> in services/storefront/web and compile the \
    storefront again; <code>cargo xtask up</code> does both.</p></html>";

/// A file and its pre-compressed forms.
struct File {
    plain: &'static [u8],
    brotli: Option<&'static [u8]>,
    gzip: Option<&'static [u8]>,
    etag: String,
}

static WEB: LazyLock<HashMap<&'static str, File>> = LazyLock::new(|| index(FILES));

fn index(files: &'static [(&'static str, &'static [u8])]) -> HashMap<&'static str, File> {
    let by_name: HashMap<_, _> = files.iter().copied().collect();
    let compressed = |name: &str| matches!(name.rsplit('.').next(), Some("br" | "gz"));
    files
        .iter()
        .filter(|(name, _)| !compressed(name))
        .map(|(name, plain)| {
            let other = |ending: &str| by_name.get(format!("{name}.{ending}").as_str()).copied();
            let hash = hex::encode(&Sha256::digest(plain)[..8]);
            let (brotli, gzip) = (other("br"), other("gz"));
            (
                *name,
                File {
                    plain,
                    brotli,
                    gzip,
                    etag: format!("\"{hash}\""),
                },
            )
        })
        .collect()
}

/// Hash of the page, which names all other files: the build that this gateway serves.
pub(crate) fn build() -> &'static str {
    WEB.get(PAGE)
        .map_or("none", |page| page.etag.trim_matches('"'))
}

/// Answers every path that is not the API's.
pub(crate) async fn serve(uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    if let Some(file) = WEB.get(path).filter(|_| path != PAGE) {
        return answer(path, file, StatusCode::OK, &headers);
    }
    let first = path.split('/').next().unwrap_or_default();
    // A missing file must not turn into a page: the browser would take it for a script.
    let looks_like_a_file =
        path.starts_with(HASHED) || path.rsplit('/').next().is_some_and(|n| n.contains('.'));
    if looks_like_a_file {
        return Problem::not_found("file of this name").into_response();
    }
    let status = if PAGES.contains(&first) {
        StatusCode::OK
    } else {
        StatusCode::NOT_FOUND
    };
    match WEB.get(PAGE) {
        Some(page) => answer(PAGE, page, status, &headers),
        None => (StatusCode::NOT_IMPLEMENTED, axum::response::Html(NOT_BUILT)).into_response(),
    }
}

fn answer(name: &str, file: &File, status: StatusCode, headers: &HeaderMap) -> Response {
    let caching = if name.starts_with(HASHED) {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let known = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok());
    let mut response = if status == StatusCode::OK && known == Some(file.etag.as_str()) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let (body, encoding) = choose(file, headers);
        let mut response = (status, Body::from(body)).into_response();
        let answered = response.headers_mut();
        answered.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static(content_type(name)),
        );
        if let Some(encoding) = encoding {
            answered.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        response
    };
    let answered = response.headers_mut();
    answered.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    answered.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(etag) = HeaderValue::from_str(&file.etag) {
        answered.insert(header::ETAG, etag);
    }
    response
}

/// The smallest form that the client takes.
fn choose(file: &File, headers: &HeaderMap) -> (&'static [u8], Option<&'static str>) {
    let accepted = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let takes = |name: &str| {
        accepted.split(',').any(|one| {
            let mut parts = one.split(';').map(str::trim);
            parts.next() == Some(name) && parts.all(|parameter| parameter != "q=0")
        })
    };
    match (file.brotli, file.gzip) {
        (Some(brotli), _) if takes("br") => (brotli, Some("br")),
        (_, Some(gzip)) if takes("gzip") => (gzip, Some("gzip")),
        _ => (file.plain, None),
    }
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "svg" => "image/svg+xml",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        "webmanifest" => "application/manifest+json",
        "png" => "image/png",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &[(&str, &[u8])] = &[
        ("assets/app-1.js", b"plain"),
        ("assets/app-1.js.br", b"br"),
        ("assets/app-1.js.gz", b"gz"),
    ];

    fn accepting(value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(value))])
    }

    #[test]
    fn the_best_accepted_form_is_chosen() {
        let files = index(SAMPLE);
        assert_eq!(files.len(), 1);
        let file = &files["assets/app-1.js"];
        assert_eq!(
            choose(file, &accepting("gzip, br")),
            (&b"br"[..], Some("br"))
        );
        assert_eq!(
            choose(file, &accepting("gzip, br;q=0")),
            (&b"gz"[..], Some("gzip"))
        );
        assert_eq!(choose(file, &HeaderMap::new()), (&b"plain"[..], None));
    }

    #[tokio::test]
    async fn a_missing_script_is_no_page() {
        let response = serve(Uri::from_static("/assets/gone.js"), HeaderMap::new()).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND);
        let response = serve(Uri::from_static("/nowhere/gone.png"), HeaderMap::new()).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND);
    }

    #[test]
    fn hashed_files_are_kept_for_ever() {
        let file = &index(SAMPLE)["assets/app-1.js"];
        let response = answer("assets/app-1.js", file, StatusCode::OK, &HeaderMap::new());
        assert!(
            response.headers()[header::CACHE_CONTROL]
                .to_str()
                .unwrap()
                .contains("immutable")
        );
        let response = answer(PAGE, file, StatusCode::OK, &HeaderMap::new());
        assert_eq!(response.headers()[header::CACHE_CONTROL], "no-cache");
        let mut known = HeaderMap::new();
        known.insert(header::IF_NONE_MATCH, file.etag.parse().unwrap());
        let response = answer(PAGE, file, StatusCode::OK, &known);
        assert_eq!(response.status(), StatusCode::NOT_MODIFIED);
    }
}
