//! The public API's description: each service's own, cut down to what the table lets through.

mod reachable;

use std::{fmt::Write, sync::LazyLock};

use axum::response::{Html, IntoResponse, Response};
use http::{Method, header};
use topology::Service;
use utoipa::OpenApi as _;
use utoipa::openapi::{OpenApi, PathItem};

use crate::{api, routes};

/// The descriptions as the services print them.
const DOCUMENTS: [(Service, &str); 3] = [
    (Service::Catalog, include_str!("../../catalog/openapi.json")),
    (Service::Cart, include_str!("../../cart/openapi.json")),
    (Service::Orders, include_str!("../../orders/openapi.json")),
];

#[derive(utoipa::OpenApi)]
#[openapi(
    info(title = "LocalMart", description = "The public API of the shop."),
    paths(api::session::show)
)]
struct Own;

/// The merged description.
///
/// # Panics
///
/// When a service's committed description is no OpenAPI document; a test reads them all.
#[allow(clippy::expect_used)]
pub fn openapi() -> OpenApi {
    let mut merged = Own::openapi();
    for (service, text) in DOCUMENTS {
        let mut document: OpenApi =
            serde_json::from_str(text).expect("`cargo xtask gen` wrote this file");
        document.paths.paths = document
            .paths
            .paths
            .into_iter()
            .filter_map(|(path, item)| Some((path.clone(), public_part(service, &path, item)?)))
            .collect();
        merged.merge(document);
    }
    reachable::keep_reachable(&mut merged);
    merged
}

/// What the table lets through of one path; `None` when that is nothing.
fn public_part(service: Service, path: &str, mut item: PathItem) -> Option<PathItem> {
    let route = routes::PUBLIC
        .iter()
        .find(|route| route.service == service && route.path == path)?;
    for (operation, method) in [
        (&mut item.get, Method::GET),
        (&mut item.post, Method::POST),
        (&mut item.patch, Method::PATCH),
        (&mut item.delete, Method::DELETE),
    ] {
        if !route.methods.contains(&method) {
            *operation = None;
        }
    }
    Some(item)
}

static PRINTED: LazyLock<String> = LazyLock::new(|| chassis::openapi::printed(&openapi()));

/// `GET /api/v1/openapi.json`
pub(crate) async fn document() -> Response {
    (
        [(header::CONTENT_TYPE, "application/json")],
        PRINTED.as_str(),
    )
        .into_response()
}

/// `GET /api/docs`: every endpoint on one page, for people.
pub(crate) async fn page() -> Html<String> {
    let document = openapi();
    let mut rows = String::new();
    for (path, item) in &document.paths.paths {
        let operations = [
            ("GET", &item.get),
            ("POST", &item.post),
            ("PATCH", &item.patch),
            ("DELETE", &item.delete),
        ];
        for (method, operation) in operations {
            let Some(operation) = operation else { continue };
            let text = operation
                .summary
                .as_deref()
                .or(operation.description.as_deref());
            let (path, text) = (escaped(path), escaped(text.unwrap_or_default()));
            // Writing to a String cannot fail.
            let _ = writeln!(
                rows,
                "<tr><td><code>{method}</code></td><td><code>{path}</code></td><td>{text}</td></tr>"
            );
        }
    }
    Html(format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>LocalMart API</title></head>\
         <body><h1>LocalMart API</h1><p>Machine-readable: \
         <a href=\"/api/v1/openapi.json\">openapi.json</a>. Programs begin with \
         <code>POST /api/v1/carts</code> and send the <code>token</code> it returns as Bearer.</p>\
         <table><thead><tr><th>Method</th><th>Path</th><th>What it does</th></tr></thead>\
         <tbody>\n{rows}</tbody></table></body></html>"
    ))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_public_route_is_described_and_nothing_else_is() {
        let described = openapi();
        for route in routes::PUBLIC {
            let item = described.paths.paths.get(route.path);
            let item = item.unwrap_or_else(|| panic!("{} is not described", route.path));
            for (method, operation) in [(Method::GET, &item.get), (Method::POST, &item.post)] {
                let routed = route.methods.contains(&method);
                assert_eq!(operation.is_some(), routed, "{method} {}", route.path);
            }
        }
        for path in described.paths.paths.keys() {
            let routed = routes::PUBLIC.iter().any(|route| route.path == path);
            assert!(routed || path == "/api/v1/session", "{path}");
        }
    }
}
