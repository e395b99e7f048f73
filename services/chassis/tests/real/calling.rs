//! Calls between services: tokens, deadlines, repetitions, the breaker.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    extract::State,
    routing::{get, post},
};
use chassis::{
    Caller, Code, Problem, Running, Server, Service,
    auth::Subject,
    client::{CallError, Client},
    extract::{IdempotencyKey, Json},
    testkit::{keys, listeners},
};
use http::StatusCode;
use serde_json::{Value, json};

/// Counts what arrives; fails the first calls.
#[derive(Clone, Default)]
struct Seen {
    calls: Arc<AtomicU32>,
    failures: u32,
}

impl Seen {
    fn arrive(&self) -> Result<(), Problem> {
        let before = self.calls.fetch_add(1, Ordering::SeqCst);
        if before < self.failures {
            return Err(Problem::unavailable("not yet", Duration::from_secs(1)));
        }
        Ok(())
    }

    fn count(&self) -> u32 {
        self.calls.load(Ordering::SeqCst)
    }
}

async fn read(State(seen): State<Seen>, caller: Caller) -> Result<Json<Value>, Problem> {
    seen.arrive()?;
    Ok(Json(
        json!({ "from": caller.service.name(), "for": caller.subject.as_str() }),
    ))
}

async fn write(
    State(seen): State<Seen>,
    key: Option<IdempotencyKey>,
    Json(body): Json<Value>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    seen.arrive()?;
    Ok((
        StatusCode::CREATED,
        Json(json!({ "body": body, "key": key.as_ref().map(IdempotencyKey::as_str) })),
    ))
}

async fn refuse() -> Problem {
    Problem::new(Code::OutOfStock, "Too few are left.").with("lines", [1])
}

async fn catalog(failures: u32) -> (Running, Seen, Client) {
    let seen = Seen {
        failures,
        ..Seen::default()
    };
    let api = Router::new()
        .route("/internal/v1/read", get(read))
        .route("/internal/v1/write", post(write))
        .route("/internal/v1/refuse", post(refuse))
        .route("/internal/v1/hang", get(std::future::pending::<()>))
        .with_state(seen.clone());
    let running = Server::new(Service::Catalog, &listeners(), api)
        .guard(keys().of(Service::Catalog))
        .start()
        .await
        .expect("free ports");
    let client = Client::new(Service::Catalog, &running.url(), keys().of(Service::Orders))
        .expect("a client");
    (running, seen, client)
}

#[tokio::test]
async fn a_call_says_who_calls_and_for_whom() {
    let (_running, _, client) = catalog(0).await;
    let subject = Subject::customer("guest:x");
    let answer: Value = client
        .get("/internal/v1/read")
        .subject(subject)
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer, json!({"from": "orders", "for": "guest:x"}));
}

#[tokio::test]
async fn a_read_is_repeated_and_a_plain_write_is_not() {
    let (_running, seen, client) = catalog(2).await;
    let _: Value = client
        .get("/internal/v1/read")
        .send()
        .await
        .expect("the third attempt succeeds");
    assert_eq!(seen.count(), 3);

    let (_running, seen, client) = catalog(1).await;
    let error = client
        .post("/internal/v1/write")
        .json(&json!({}))
        .send::<Value>()
        .await;
    assert_eq!(
        error.expect_err("one attempt only").code(),
        Some(Code::Unavailable)
    );
    assert_eq!(seen.count(), 1);
}

#[tokio::test]
async fn a_write_with_a_key_is_repeated_with_the_same_key_and_body() {
    let (_running, seen, client) = catalog(1).await;
    let call = client
        .post("/internal/v1/write")
        .key("k-1")
        .json(&json!({"qty": 2}));
    let (status, answer) = call
        .send_with_status::<Value>()
        .await
        .expect("the second attempt");
    assert_eq!((status, seen.count()), (StatusCode::CREATED, 2));
    assert_eq!(answer, json!({"body": {"qty": 2}, "key": "k-1"}));
}

#[tokio::test]
async fn a_refusal_keeps_code_and_members_and_is_not_repeated() {
    let (_running, _, client) = catalog(0).await;
    let error = client
        .post("/internal/v1/refuse")
        .idempotent()
        .send::<Value>()
        .await
        .expect_err("refused");
    assert_eq!(error.code(), Some(Code::OutOfStock));
    assert_eq!(
        error.problem().expect("a problem").extra["lines"],
        json!([1])
    );
    assert!(!error.outcome_is_unknown());
    assert_eq!(
        Problem::from(error).code(),
        Code::Internal,
        "a refusal nobody foresaw is a bug"
    );
}

#[tokio::test]
async fn a_silent_callee_costs_no_more_than_the_deadline() {
    let (_running, _, client) = catalog(0).await;
    let call = client
        .call(http::Method::GET, "/internal/v1/hang")
        .deadline(Duration::from_millis(50));
    let error = call.send::<Value>().await.expect_err("no answer");
    assert!(matches!(error, CallError::Timeout { .. }), "{error}");
    assert!(error.outcome_is_unknown());
    assert_eq!(Problem::from(error).code(), Code::Unavailable);
}

#[tokio::test]
async fn a_callee_that_is_away_is_left_alone_after_some_failures() {
    let (running, _, _) = catalog(0).await;
    let url = running.url();
    running.begin_stop();
    running.ended().await;
    let client = Client::new(Service::Catalog, &url, keys().of(Service::Orders)).expect("a client");
    let mut resting = false;
    for _ in 0..20 {
        let error = client
            .post("/x")
            .send::<Value>()
            .await
            .expect_err("nobody listens");
        match error {
            CallError::NotConnected { .. } => assert!(!resting, "sent while resting"),
            CallError::Resting { .. } => resting = true,
            other => panic!("{other}"),
        }
    }
    assert!(resting);
}

#[tokio::test]
async fn a_call_that_the_topology_lacks_cannot_be_made() {
    let (running, _, _) = catalog(0).await;
    let client = Client::new(
        Service::Catalog,
        &running.url(),
        keys().of(Service::Payments),
    )
    .expect("a client");
    let error = client
        .get("/internal/v1/read")
        .send::<Value>()
        .await
        .expect_err("no key");
    assert!(matches!(error, CallError::NoKey { .. }), "{error}");
}
