//! What the gateway does by itself. Purchases through it are tested with all services running.
#![allow(clippy::unwrap_used)]

use std::{fs, net::SocketAddr};

use chassis::{Running, Service, config::Listeners};
use reqwest::{Client, Response, StatusCode};
use serde_json::Value;
use storefront::Config;
use tempfile::TempDir;

struct Fixture {
    running: Option<Running>,
    http: Client,
    base: String,
    _keys: TempDir,
}

impl Fixture {
    /// A gateway whose upstreams are closed ports.
    async fn new() -> Self {
        chassis::program::install_crypto();
        chassis::telemetry::start_for(Service::Storefront, "test", "warn");
        let keys = tempfile::tempdir().unwrap();
        for service in Service::ALL {
            if service != Service::Storefront {
                fs::write(keys.path().join(service.name()), service.name().repeat(10)).unwrap();
            }
        }
        let free = SocketAddr::from(([127, 0, 0, 1], 0));
        let closed = std::net::TcpListener::bind(free)
            .unwrap()
            .local_addr()
            .unwrap();
        let upstreams = Service::Storefront.calls().iter();
        let running = storefront::run(Config {
            listeners: Listeners {
                api: free,
                admin: free,
                version: "test".to_owned(),
            },
            keys: keys.path().to_owned(),
            upstreams: upstreams
                .map(|callee| (*callee, format!("http://{closed}")))
                .collect(),
            currency: "EUR".to_owned(),
            title: "Test market".to_owned(),
            strict_transport: false,
        })
        .await
        .unwrap();
        let base = running.url();
        let http = Client::builder().tls_certs_only([]).build().unwrap();
        Self {
            running: Some(running),
            http,
            base,
            _keys: keys,
        }
    }

    async fn get(&self, path: &str) -> Response {
        self.http
            .get(format!("{}{path}", self.base))
            .send()
            .await
            .unwrap()
    }

    async fn end(mut self) {
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
    }
}

async fn code(response: Response) -> (StatusCode, String) {
    let status = response.status();
    assert_eq!(
        response.headers()["content-type"],
        "application/problem+json"
    );
    let problem: Value = response.json().await.unwrap();
    assert_eq!(problem["status"], status.as_u16());
    assert!(
        problem["trace_id"]
            .as_str()
            .is_some_and(|id| id.len() == 32),
        "{problem}"
    );
    (status, problem["code"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_browser_gets_a_session_cookie_that_scripts_cannot_read() {
    let gateway = Fixture::new().await;
    let response = gateway.get("/api/v1/session").await;
    assert_eq!(response.status(), StatusCode::OK);
    let cookie = response.headers()["set-cookie"]
        .to_str()
        .unwrap()
        .to_owned();
    for part in [
        "__Host-localmart=",
        "Secure",
        "HttpOnly",
        "SameSite=Lax",
        "Path=/",
    ] {
        assert!(cookie.contains(part), "{part} is not in {cookie}");
    }
    let session: Value = response.json().await.unwrap();
    assert_eq!(session["currency"], "EUR");
    assert_eq!(session["title"], "Test market");
    assert!(session.get("cart").is_none());
    gateway.end().await;
}

#[tokio::test]
async fn a_cart_that_cannot_be_read_is_an_error_and_no_empty_session() {
    let gateway = Fixture::new().await;
    let first = gateway.get("/api/v1/session").await;
    let cookie = first.headers()["set-cookie"]
        .to_str()
        .unwrap()
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    let request = gateway.http.get(format!("{}/api/v1/session", gateway.base));
    let response = request.header("cookie", cookie).send().await.unwrap();
    assert_eq!(
        code(response).await,
        (StatusCode::SERVICE_UNAVAILABLE, "unavailable".to_owned())
    );
    gateway.end().await;
}

#[tokio::test]
async fn internal_paths_and_unknown_ones_are_not_routed() {
    let gateway = Fixture::new().await;
    for path in [
        "/api/internal/v1/quote",
        "/api/v1/../internal/v1/quote",
        "/api/v1/internal/quote",
        "/api/v1/reservations",
        "/api/v2/products",
    ] {
        let (status, _) = code(gateway.get(path).await).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
    }
    // Outside /api the path belongs to the web shop, never to a service.
    let response = gateway.get("/internal/v1/carts/1").await;
    assert!(matches!(
        response.status(),
        StatusCode::NOT_FOUND | StatusCode::NOT_IMPLEMENTED
    ));
    gateway.end().await;
}

#[tokio::test]
async fn a_service_that_is_down_gives_a_problem_worth_repeating() {
    let gateway = Fixture::new().await;
    let response = gateway.get("/api/v1/products").await;
    assert_eq!(response.headers()["retry-after"], "2");
    assert_eq!(
        code(response).await,
        (StatusCode::SERVICE_UNAVAILABLE, "unavailable".to_owned())
    );
    gateway.end().await;
}

#[tokio::test]
async fn another_site_cannot_use_the_cookie() {
    let gateway = Fixture::new().await;
    let post = |origin: &str, site: Option<&str>| {
        let mut request = gateway
            .http
            .post(format!("{}/api/v1/carts", gateway.base))
            .header("cookie", "__Host-localmart=x")
            .header("origin", origin.to_owned());
        if let Some(site) = site {
            request = request.header("sec-fetch-site", site.to_owned());
        }
        request.send()
    };
    for (origin, site) in [
        ("http://evil.test", None),
        ("http://evil.test", Some("cross-site")),
    ] {
        let (status, code) = code(post(origin, site).await.unwrap()).await;
        assert_eq!(
            (status, code.as_str()),
            (StatusCode::FORBIDDEN, "forbidden")
        );
    }
    // From the shop itself it goes through, as far as the closed port.
    let own = gateway.base.clone();
    let (status, _) = code(post(&own, Some("same-origin")).await.unwrap()).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    let (status, _) = code(post(&own, None).await.unwrap()).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    gateway.end().await;
}

#[tokio::test]
async fn bad_input_is_refused_before_any_service_sees_it() {
    let gateway = Fixture::new().await;
    let url = format!("{}/api/v1/carts", gateway.base);
    let large = gateway
        .http
        .post(&url)
        .body(vec![b' '; 70_000])
        .send()
        .await
        .unwrap();
    assert_eq!(
        code(large).await,
        (
            StatusCode::PAYLOAD_TOO_LARGE,
            "payload_too_large".to_owned()
        )
    );
    let token = gateway
        .http
        .post(&url)
        .bearer_auth("not-ours")
        .send()
        .await
        .unwrap();
    assert_eq!(
        code(token).await,
        (StatusCode::UNAUTHORIZED, "unauthenticated".to_owned())
    );
    let method = gateway.http.delete(&url).send().await.unwrap();
    assert_eq!(
        code(method).await,
        (
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed".to_owned()
        )
    );
    gateway.end().await;
}

#[tokio::test]
async fn every_answer_carries_the_protecting_headers() {
    let gateway = Fixture::new().await;
    for path in [
        "/",
        "/api/v1/session",
        "/api/v1/products",
        "/api/docs",
        "/assets/gone.js",
    ] {
        let response = gateway.get(path).await;
        let policy = response.headers()["content-security-policy"]
            .to_str()
            .unwrap();
        assert!(
            policy.contains("default-src 'self'") && !policy.contains("unsafe"),
            "{path}"
        );
        assert_eq!(
            response.headers()["x-content-type-options"],
            "nosniff",
            "{path}"
        );
    }
    gateway.end().await;
}

/// A browser that was told would be locked out by a certificate that nobody vouches for.
#[tokio::test]
async fn browsers_insist_on_encryption_only_where_that_is_set() {
    let gateway = Fixture::new().await;
    let request = gateway.http.get(format!("{}/", gateway.base));
    let encrypted = request.header("x-forwarded-proto", "https");
    let answer = encrypted.send().await.unwrap();
    assert!(!answer.headers().contains_key("strict-transport-security"));
    gateway.end().await;
}

#[tokio::test]
async fn the_merged_description_is_served() {
    let gateway = Fixture::new().await;
    let document: Value = gateway
        .get("/api/v1/openapi.json")
        .await
        .json()
        .await
        .unwrap();
    assert!(document["paths"]["/api/v1/session"]["get"].is_object());
    let page = gateway.get("/api/docs").await.text().await.unwrap();
    assert!(page.contains("/api/v1/session"));
    gateway.end().await;
}
