//! What every request meets before it comes to a handler, and what is told about it.

use std::time::Duration;

use axum::{
    Router, middleware,
    routing::{get, post},
};
use chassis::{
    Caller, Problem, Running, Server, Service,
    auth::{ROLE_ADMIN, needs, only},
    extract::{Json, Query},
    testkit::{Api, keys, listeners, logs},
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

#[derive(Deserialize)]
struct Page {
    limit: u32,
}

async fn whoami(caller: Caller) -> Json<Value> {
    Json(json!({ "service": caller.service.name(), "subject": caller.subject.as_str() }))
}

async fn echo(Json(body): Json<Value>) -> Json<Value> {
    Json(body)
}

async fn page(Query(page): Query<Page>) -> Result<Json<u32>, Problem> {
    Ok(Json(page.limit))
}

async fn broken() {
    panic!("a handler's bug");
}

async fn cart() -> Running {
    let orders_only = Router::new()
        .route("/internal/v1/close", get(|| async { "closed" }))
        .route_layer(middleware::from_fn_with_state(&[Service::Orders][..], only));
    let admins_only = Router::new()
        .route("/api/v1/admin", get(|| async { "the back room" }))
        .route_layer(middleware::from_fn_with_state(ROLE_ADMIN, needs));
    let api = Router::new()
        .route("/api/v1/whoami", get(whoami))
        .route("/internal/v1/whoami", get(whoami))
        .route("/api/v1/echo", post(echo))
        .route("/api/v1/page", get(page))
        .route("/api/v1/broken", get(broken))
        .route("/api/v1/slow", get(std::future::pending::<()>))
        .merge(orders_only)
        .merge(admins_only);
    Server::new(Service::Cart, &listeners(), api)
        .guard(keys().of(Service::Cart))
        .largest_body(1_000)
        .request_deadline(Duration::from_millis(200))
        .header_deadline(Duration::from_millis(200))
        .start()
        .await
        .expect("free ports")
}

fn gateway(running: &Running) -> Api {
    Api::internal(running, Service::Storefront, Service::Cart)
}

#[tokio::test]
async fn only_who_has_the_role_gets_in() {
    let cart = cart().await;
    let ada = gateway(&cart).as_customer("user:ada");
    let _ = ada
        .with_role(ROLE_ADMIN)
        .get("/api/v1/admin")
        .await
        .expect(200);
    for refused in [&ada, &ada.with_role("administrator"), &gateway(&cart)] {
        refused
            .get("/api/v1/admin")
            .await
            .expect_problem("forbidden");
    }
    let anonymous = Api::anonymous(cart.url()).get("/api/v1/admin").await;
    anonymous.expect_problem("unauthenticated");
}

#[tokio::test]
async fn only_known_callers_get_in() {
    let cart = cart().await;
    let anonymous = Api::anonymous(cart.url());
    anonymous
        .get("/api/v1/whoami")
        .await
        .expect_problem("unauthenticated");
    let forged = anonymous.with("authorization", "Bearer a.b.c");
    forged
        .get("/api/v1/whoami")
        .await
        .expect_problem("unauthenticated");

    let reply = gateway(&cart)
        .as_customer("guest:a")
        .get("/api/v1/whoami")
        .await
        .expect(200);
    assert_eq!(
        reply.json(),
        json!({"service": "storefront", "subject": "guest:a"})
    );
}

#[tokio::test]
async fn the_gateway_never_reaches_internal_paths() {
    let cart = cart().await;
    gateway(&cart)
        .get("/internal/v1/whoami")
        .await
        .expect_problem("forbidden");
    gateway(&cart)
        .get("/internal/v1/close")
        .await
        .expect_problem("forbidden");
    let orders = Api::internal(&cart, Service::Orders, Service::Cart);
    let _ = orders.get("/internal/v1/whoami").await.expect(200);
    let _ = orders.get("/internal/v1/close").await.expect(200);
}

#[tokio::test]
async fn what_cannot_be_handled_is_a_problem() {
    let cart = cart().await;
    let api = gateway(&cart);
    api.get("/api/v1/nothing").await.expect_problem("not_found");
    let wrong_method = api.delete("/api/v1/whoami").await;
    assert_eq!(wrong_method.header("allow"), "GET,HEAD");
    wrong_method.expect_problem("method_not_allowed");
    api.get("/api/v1/broken").await.expect_problem("internal");
    api.get("/api/v1/slow").await.expect_problem("timeout");
    let large = json!({"text": "x".repeat(1_000)});
    api.post("/api/v1/echo", &large)
        .await
        .expect_problem("payload_too_large");
    let text = api.with("content-type", "text/plain");
    let request = text
        .send(http::Method::POST, "/api/v1/echo", None)
        .await
        .expect(200);
    assert_eq!(request.json(), json!({}), "no body is an empty object");
}

#[tokio::test]
async fn a_query_is_refused_by_name() {
    let cart = cart().await;
    let api = gateway(&cart);
    let _ = api.get("/api/v1/page?limit=5").await.expect(200);
    let cases = [
        ("limit=many", "#query/limit", "invalid_value"),
        ("", "#query/limit", "missing_field"),
        ("limit=1&limit=2", "#query/limit", "repeated"),
    ];
    for (query, pointer, code) in cases {
        let problem = api
            .get(&format!("/api/v1/page?{query}"))
            .await
            .expect_problem("validation_failed");
        assert_eq!(
            (
                problem.errors[0].pointer.as_str(),
                problem.errors[0].code.as_str()
            ),
            (pointer, code)
        );
    }
}

#[tokio::test]
async fn a_trace_goes_through_the_answer_the_problem_and_the_log() {
    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
    let cart = cart().await;
    let api = gateway(&cart).with("traceparent", &format!("00-{TRACE}-00f067aa0ba902b7-01"));
    let reply = api.get("/api/v1/nothing").await;
    assert!(
        reply
            .header("traceresponse")
            .starts_with(&format!("00-{TRACE}-")),
        "{reply:?}"
    );
    assert_eq!(reply.expect_problem("not_found").trace_id, TRACE);

    let line = logs()
        .into_iter()
        .find(|line| line["trace_id"] == TRACE && line["target"] == "request")
        .expect("a log line for the request");
    assert_eq!(
        (&line["status"], &line["code"]),
        (&json!(404), &json!("not_found"))
    );
    assert_eq!(line["route"], "unmatched");
    assert!(
        line["span_id"].is_string() && line["ms"].is_i64() && line["version"] == "test",
        "{line}"
    );
}

#[tokio::test]
async fn a_request_without_a_trace_begins_one() {
    let cart = cart().await;
    let reply = gateway(&cart).get("/api/v1/whoami").await.expect(200);
    let trace = reply
        .header("traceresponse")
        .split('-')
        .nth(1)
        .unwrap_or_default()
        .to_owned();
    assert_eq!(trace.len(), 32);
    assert!(
        logs()
            .iter()
            .any(|line| line["trace_id"] == trace && line["route"] == "/api/v1/whoami")
    );
}

#[tokio::test]
async fn the_admin_port_tells_health_version_and_metrics() {
    let cart = cart().await;
    let admin = Api::anonymous(cart.admin_url());
    let _ = admin.get("/livez").await.expect(200);
    let _ = admin.get("/readyz").await.expect(200);
    assert_eq!(
        admin.get("/version").await.expect(200).json(),
        json!({"service": "cart", "version": "test"})
    );
    let _ = gateway(&cart).get("/api/v1/whoami").await.expect(200);
    let page = admin.get("/metrics").await.expect(200).text();
    assert!(
        page.contains(
            r#"localmart_http_requests_total{method="GET",route="/api/v1/whoami",status="200"} 1"#
        ),
        "{page}"
    );
    assert!(page.ends_with("# EOF\n"));
    let _ = admin.get("/openapi.json").await.expect(404);
}

#[tokio::test]
async fn a_service_is_ready_only_when_its_probes_are() {
    let server = Server::new(Service::Cart, &listeners(), Router::new())
        .ready("store", || async { Err("it is away".to_owned()) })
        .start()
        .await
        .expect("free ports");
    let reply = Api::anonymous(server.admin_url())
        .get("/readyz")
        .await
        .expect(503);
    assert_eq!(reply.text(), "store: it is away\n");
}

#[tokio::test]
async fn a_client_that_sends_no_header_is_let_go() {
    let cart = cart().await;
    let address = cart.url().trim_start_matches("http://").to_owned();
    for beginning in ["", "GET /api/v1/whoami HTTP/1.1\r\nHost: x\r\n"] {
        let mut stream = TcpStream::connect(&address)
            .await
            .expect("the service listens");
        stream
            .write_all(beginning.as_bytes())
            .await
            .expect("an open connection");
        let mut answer = Vec::new();
        let end =
            tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut answer)).await;
        assert!(end.is_ok(), "the connection stays open after {beginning:?}");
    }
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let first = Server::new(Service::Cart, &listeners(), Router::new())
        .start()
        .await
        .expect("free ports");
    let mut taken = listeners();
    taken.api = first
        .url()
        .trim_start_matches("http://")
        .parse()
        .expect("an address");
    let error = Server::new(Service::Cart, &taken, Router::new())
        .start()
        .await
        .expect_err("taken");
    assert!(error.to_string().contains("set LISTEN"), "{error}");
}
