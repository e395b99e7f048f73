//! The orderly end.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{Router, routing::get};
use chassis::{
    Running, Server, Service,
    serve::Drain,
    testkit::{Api, eventually, listeners},
};
use tokio::{io::AsyncWriteExt, net::TcpStream, sync::Semaphore};
use tokio_util::sync::CancellationToken;

/// A service with one endpoint that says when a request has come and answers when it is let go.
struct Held {
    running: Running,
    arrived: Arc<Semaphore>,
    gate: Arc<Semaphore>,
}

async fn held(drain: Drain) -> Held {
    let (arrived, gate) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let (come, go) = (Arc::clone(&arrived), Arc::clone(&gate));
    let wait = move || async move {
        come.add_permits(1);
        go.acquire().await.map_or("closed", |_| "done")
    };
    let running = Server::new(
        Service::Cart,
        &listeners(),
        Router::new().route("/wait", get(wait)),
    )
    .drain(drain)
    .start()
    .await
    .expect("free ports");
    Held {
        running,
        arrived,
        gate,
    }
}

async fn one(semaphore: &Semaphore) {
    tokio::time::timeout(Duration::from_secs(10), semaphore.acquire())
        .await
        .expect("a request within ten seconds")
        .expect("an open semaphore")
        .forget();
}

#[tokio::test]
async fn a_request_that_runs_is_finished_and_new_ones_are_taken_until_the_listener_closes() {
    let Held {
        running,
        arrived,
        gate,
    } = held(Drain {
        notice: Duration::from_millis(300),
        deadline: Duration::from_secs(10),
    })
    .await;
    let (api, admin) = (
        Api::anonymous(running.url()),
        Api::anonymous(running.admin_url()),
    );
    let address = running.url().trim_start_matches("http://").to_owned();

    let first = tokio::spawn({
        let api = api.clone();
        async move { api.get("/wait").await }
    });
    one(&arrived).await;
    running.begin_stop();
    eventually("readiness turns red", || {
        let admin = admin.clone();
        async move {
            let reply = admin.get("/readyz").await;
            if reply.status == 503 {
                Ok(())
            } else {
                Err(reply.text())
            }
        }
    })
    .await;
    // Traffic that is still on its way here must not fail.
    let late = tokio::spawn({
        let api = api.clone();
        async move { api.get("/wait").await }
    });
    eventually("the listener closes", || {
        let address = address.clone();
        async move {
            match TcpStream::connect(address).await {
                Ok(_) => Err("still open".to_owned()),
                Err(_) => Ok(()),
            }
        }
    })
    .await;
    assert_eq!(admin.get("/livez").await.status, 200, "alive to the last");

    gate.add_permits(2);
    for request in [first, late] {
        assert_eq!(
            request
                .await
                .expect("the request's task")
                .expect(200)
                .text(),
            "done"
        );
    }
    running.ended().await;
}

#[tokio::test]
async fn a_request_that_never_ends_is_cut_off_at_the_deadline() {
    let Held {
        running, arrived, ..
    } = held(Drain {
        notice: Duration::ZERO,
        deadline: Duration::from_millis(100),
    })
    .await;
    let address = running.url().trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(&address)
        .await
        .expect("the service listens");
    let request = b"GET /wait HTTP/1.1\r\nHost: x\r\n\r\n";
    stream.write_all(request).await.expect("an open connection");
    one(&arrived).await;
    tokio::time::timeout(Duration::from_secs(5), running.stop())
        .await
        .expect("an end");
}

#[tokio::test]
async fn an_answer_that_would_never_end_is_told_to_end() {
    let closing = CancellationToken::new();
    let told = closing.clone();
    let arrived = Arc::new(Semaphore::new(0));
    let come = Arc::clone(&arrived);
    let follow = move || async move {
        come.add_permits(1);
        told.cancelled().await;
        "ended"
    };
    let running = Server::new(
        Service::Cart,
        &listeners(),
        Router::new().route("/follow", get(follow)),
    )
    .drain(Drain {
        notice: Duration::ZERO,
        deadline: Duration::from_mins(1),
    })
    .closing(closing)
    .start()
    .await
    .expect("free ports");
    let api = Api::anonymous(running.url());
    let following = tokio::spawn(async move { api.get("/follow").await });
    one(&arrived).await;
    tokio::time::timeout(Duration::from_secs(10), running.stop())
        .await
        .expect("an end long before the deadline");
    let answer = following.await.expect("the request's task").expect(200);
    assert_eq!(answer.text(), "ended");
}

#[tokio::test]
async fn background_tasks_are_told_to_end_and_waited_for() {
    let ended = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&ended);
    let running = Server::new(Service::Cart, &listeners(), Router::new())
        .drain(Drain {
            notice: Duration::ZERO,
            deadline: Duration::ZERO,
        })
        .background("sweeper", move |stop| async move {
            stop.cancelled().await;
            flag.store(true, Ordering::Relaxed);
        })
        .start()
        .await
        .expect("free ports");
    assert!(!ended.load(Ordering::Relaxed));
    running.stop().await;
    assert!(ended.load(Ordering::Relaxed));
}
