//! What a service sees of a public request, and what the client sees of its answer.
//!
//! The services behind the gateway are real servers that verify internal tokens; their endpoints
//! only tell what arrived.

use std::{collections::BTreeMap, time::Duration};

use axum::{
    Json, Router,
    body::Body,
    extract::Request,
    response::{IntoResponse, Response},
    routing::any,
};
use chassis::{
    Caller, Running, Server, Service,
    testkit::{Api, keys, listeners},
};
use futures::{StreamExt, stream};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use storefront::Config;
use tokio::sync::oneshot;

struct Shop {
    gateway: Running,
    /// The services behind it.
    _behind: Vec<Running>,
}

impl Shop {
    async fn open() -> Self {
        Self::with(Router::new().route("/{*path}", any(tell))).await
    }

    /// A gateway in front of three services with this API.
    async fn with(api: Router) -> Self {
        let mut behind = Vec::new();
        let mut upstreams = Vec::new();
        for service in [Service::Catalog, Service::Cart, Service::Orders] {
            let running = Server::new(service, &listeners(), api.clone())
                .guard(keys().of(service))
                .start()
                .await
                .expect("free ports");
            upstreams.push((service, running.url()));
            behind.push(running);
        }
        let gateway = storefront::run(Config {
            listeners: listeners(),
            keys: keys().directory().to_owned(),
            upstreams,
            currency: "EUR".to_owned(),
            title: "Test market".to_owned(),
            strict_transport: true,
        })
        .await
        .expect("the gateway starts");
        Self {
            gateway,
            _behind: behind,
        }
    }

    fn outside(&self) -> Api {
        Api::anonymous(self.gateway.url())
    }

    /// A browser that has begun a session; its requests come from the shop's own pages.
    async fn browser(&self) -> Api {
        let session = self.outside().get("/api/v1/session").await.expect(200);
        let cookie = session
            .header("set-cookie")
            .split(';')
            .next()
            .unwrap_or_default()
            .to_owned();
        self.outside()
            .with("cookie", &cookie)
            .with("sec-fetch-site", "same-origin")
    }
}

/// Answers with what arrived.
async fn tell(caller: Caller, request: Request) -> Response {
    let headers: BTreeMap<String, String> = request
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or("?").to_owned()))
        .collect();
    let (method, uri) = (request.method().to_string(), request.uri().to_string());
    let body = axum::body::to_bytes(request.into_body(), 100_000)
        .await
        .unwrap_or_default();
    let told = json!({
        "by": caller.service.name(), "for": caller.subject.as_str(), "roles": caller.roles,
        "method": method, "uri": uri, "headers": headers, "body": String::from_utf8_lossy(&body),
    });
    let status = if method == "POST" {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    let own = [
        ("etag", "\"7\""),
        ("retry-after", "3"),
        ("idempotent-replayed", "true"),
        ("set-cookie", "inner=1"),
        ("server", "inner"),
        ("x-inner", "1"),
        ("keep-alive", "timeout=5"),
    ];
    (status, own, Json(told)).into_response()
}

#[tokio::test]
async fn a_browser_is_the_same_guest_at_every_service() {
    let shop = Shop::open().await;
    let browser = shop.browser().await;
    let cart = browser
        .post("/api/v1/carts", &json!({}))
        .await
        .expect(201)
        .json();
    assert_eq!(cart["by"], "storefront");
    assert!(
        cart["for"]
            .as_str()
            .is_some_and(|subject| subject.starts_with("guest:")),
        "{cart}"
    );
    assert!(cart.get("token").is_none(), "a browser keeps no token");
    let order = browser.get("/api/v1/orders").await.expect(200).json();
    let products = browser.get("/api/v1/products").await.expect(200).json();
    assert_eq!(
        (&order["for"], &products["for"]),
        (&cart["for"], &cart["for"])
    );

    let other = shop
        .browser()
        .await
        .get("/api/v1/orders")
        .await
        .expect(200)
        .json();
    assert_ne!(
        other["for"], cart["for"],
        "another browser is another guest"
    );
    let nobody = shop
        .outside()
        .get("/api/v1/products")
        .await
        .expect(200)
        .json();
    assert_eq!(nobody["for"], "service");
}

#[tokio::test]
async fn a_program_gets_a_token_once_and_is_its_guest_from_then_on() {
    let shop = Shop::open().await;
    let created = shop
        .outside()
        .post("/api/v1/carts", &json!({}))
        .await
        .expect(201);
    assert_eq!(created.header("cache-control"), "no-store");
    assert_eq!(
        created.header("set-cookie"),
        "",
        "a program needs no cookie"
    );
    let created = created.json();
    let token = created["token"].as_str().expect("a token").to_owned();
    assert!(
        !created["for"].as_str().unwrap_or_default().contains(&token),
        "services never see it"
    );

    let program = shop
        .outside()
        .with("authorization", &format!("Bearer {token}"));
    for path in ["/api/v1/orders", "/api/v1/carts/current"] {
        assert_eq!(
            program.get(path).await.expect(200).json()["for"],
            created["for"],
            "{path}"
        );
    }
    // The token counts, not a cookie that comes with it; and no origin is asked for.
    let both = program
        .with("cookie", "__Host-localmart=x")
        .with("sec-fetch-site", "cross-site");
    let _ = both.get("/api/v1/orders").await.expect(200);
    let again = program
        .post("/api/v1/carts", &json!({}))
        .await
        .expect(201)
        .json();
    assert_eq!((&again["for"], again.get("token")), (&created["for"], None));
}

#[tokio::test]
async fn a_service_sees_only_what_is_its_business() {
    let shop = Shop::open().await;
    let browser = shop
        .browser()
        .await
        .with("idempotency-key", "k-1")
        .with("if-match", "\"3\"")
        .with("x-forwarded-for", "10.0.0.1")
        .with("x-secret", "1")
        .with("te", "trailers");
    let body = json!({"qty": 2});
    let path = "/api/v1/carts/c/items/v?note=a%20b";
    let told = browser.patch(path, &body).await.expect(200).json();
    assert_eq!(
        (&told["method"], &told["uri"]),
        (&json!("PATCH"), &json!(path))
    );
    assert_eq!(told["body"], body.to_string());
    let headers = told["headers"].as_object().expect("headers");
    assert_eq!(headers["idempotency-key"], "k-1");
    assert_eq!(headers["if-match"], "\"3\"");
    for hidden in [
        "cookie",
        "x-forwarded-for",
        "x-secret",
        "te",
        "sec-fetch-site",
    ] {
        assert!(!headers.contains_key(hidden), "{hidden} was passed on");
    }
}

#[tokio::test]
async fn a_client_sees_only_what_is_its_business() {
    let shop = Shop::open().await;
    let reply = shop.outside().get("/api/v1/products").await.expect(200);
    for (name, value) in [
        ("etag", "\"7\""),
        ("retry-after", "3"),
        ("idempotent-replayed", "true"),
    ] {
        assert_eq!(reply.header(name), value);
    }
    for hidden in ["set-cookie", "server", "x-inner", "keep-alive"] {
        assert_eq!(reply.header(hidden), "", "{hidden} was passed on");
    }
}

#[tokio::test]
async fn one_trace_goes_through_the_gateway() {
    let shop = Shop::open().await;
    let reply = shop.outside().get("/api/v1/products").await.expect(200);
    let trace = |text: &str| text.split('-').nth(1).unwrap_or_default().to_owned();
    let outer = trace(reply.header("traceresponse"));
    let told = reply.json();
    let inner = told["headers"]["traceparent"]
        .as_str()
        .map(trace)
        .expect("a traceparent");
    assert_eq!((outer.len(), outer), (32, inner));
}

#[tokio::test]
async fn dots_in_a_path_do_not_lead_anywhere_else() {
    let shop = Shop::open().await;
    for path in [
        "/api/v1/products/%2e%2e",
        "/api/v1/products/%2E",
        "/api/v1/carts/%2e%2e/items/%2e%2e",
        "/api/v1/checkouts/.%2e/payment",
    ] {
        for method in [Method::GET, Method::POST, Method::PATCH] {
            let status = raw(&shop, method.as_str(), path).await;
            assert!(matches!(status, 404 | 405), "{method} {path}: {status}");
        }
    }
    // An encoded slash stays a part of the name.
    let told = raw_body(&shop, "GET", "/api/v1/products/..%2f..%2finternal").await;
    assert!(
        told.contains("/api/v1/products/..%2f..%2finternal"),
        "{told}"
    );
}

/// Sends a path as it stands: an HTTP client would tidy it up first.
async fn raw_body(shop: &Shop, method: &str, path: &str) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let address = shop.gateway.url().trim_start_matches("http://").to_owned();
    let mut stream = tokio::net::TcpStream::connect(&address)
        .await
        .expect("the gateway listens");
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    );
    stream
        .write_all(request.as_bytes())
        .await
        .expect("an open connection");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("an answer");
    String::from_utf8_lossy(&answer).into_owned()
}

async fn raw(shop: &Shop, method: &str, path: &str) -> u16 {
    let answer = raw_body(shop, method, path).await;
    let status = answer.split(' ').nth(1).unwrap_or_default();
    status.parse().unwrap_or_else(|_| panic!("{answer}"))
}

#[tokio::test]
async fn an_answer_is_passed_on_as_it_comes() {
    let (release, held) = oneshot::channel::<()>();
    let held = std::sync::Arc::new(std::sync::Mutex::new(Some(held)));
    let answer = any(move || {
        let held = held.lock().expect("no panic").take();
        async move {
            let rest = async move {
                if let Some(held) = held {
                    let _ = held.await;
                }
                Ok::<_, std::io::Error>("second".to_owned())
            };
            let first = stream::iter([Ok("first ".to_owned())]);
            Body::from_stream(first.chain(stream::once(rest))).into_response()
        }
    });
    let shop = Shop::with(Router::new().route("/{*path}", answer)).await;
    let client = reqwest::Client::builder()
        .tls_certs_only([])
        .build()
        .expect("a client");
    let mut answer = client
        .get(format!("{}/api/v1/products", shop.gateway.url()))
        .send()
        .await
        .expect("an answer");
    let first = tokio::time::timeout(Duration::from_secs(10), answer.chunk()).await;
    let first = first
        .expect("the beginning comes before the end")
        .expect("a live connection");
    assert_eq!(first.as_deref(), Some(&b"first "[..]));
    release.send(()).expect("the service waits");
    let rest = answer.text().await.expect("the end");
    assert_eq!(rest, "second");
}

#[tokio::test]
async fn the_secure_transport_is_remembered_when_there_is_one() {
    let shop = Shop::open().await;
    let plain = shop.outside().get("/api/v1/session").await.expect(200);
    assert_eq!(plain.header("strict-transport-security"), "");
    let secure = shop.outside().with("x-forwarded-proto", "https");
    let secure = secure.get("/api/v1/session").await.expect(200);
    assert_eq!(
        secure.header("strict-transport-security"),
        "max-age=31536000"
    );
}

#[tokio::test]
async fn a_problem_of_a_service_reaches_the_client_unchanged() {
    let refuse = || async {
        chassis::Problem::new(chassis::Code::OutOfStock, "Too few are left.").with("lines", [1])
    };
    let shop = Shop::with(Router::new().route("/{*path}", any(refuse))).await;
    let problem = shop
        .outside()
        .get("/api/v1/products")
        .await
        .expect_problem("out_of_stock");
    assert_eq!(problem.extra["lines"], Value::from(vec![1]));
}
