//! Killed with SIGKILL after any write of a first installation, the operator ends up with the same
//! shop as if nothing had happened.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod kit;

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use http::StatusCode;
use kit::{
    Cluster, Operator, Space, eventually, kubelet::Kubelet, operator::Options, portrait,
    proxy::Interruption,
};
use localmart_api::Phase;
use serde_json::Value;

/// Installations under way at once.
const AT_ONCE: usize = 4;

type Portrait = BTreeMap<String, Value>;

/// One installation of the example; `during` has the operator before it starts.
async fn install(
    cluster: &Cluster,
    purpose: &str,
    during: impl AsyncFnOnce(&Space, &Operator, &str),
) -> (Portrait, usize) {
    let space = cluster.space(purpose).await;
    let _kubelet = Kubelet::start(&space);
    let operator = Operator::prepare(&space, Options::default()).await;
    let name = space.apply_example("localmart.yaml").await;
    during(&space, &operator, &name).await;
    space.phase(&name, Phase::Ready).await;
    let writes = operator.proxy.writes().len();
    (portrait::of(&space, &name).await, writes)
}

async fn undisturbed(cluster: &Cluster) -> (Portrait, usize) {
    install(cluster, "calm", async |_, operator, _| operator.resume()).await
}

fn assert_same(calm: &Portrait, seen: &Portrait, what: &str) {
    for name in calm.keys().chain(seen.keys()) {
        assert_eq!(calm.get(name), seen.get(name), "{what}: {name} differs");
    }
}

#[tokio::test]
async fn a_kill_after_any_write_leads_to_the_same_shop() {
    let cluster = Cluster::connect().await;
    let (calm, writes) = undisturbed(&cluster).await;
    let (again, _) = undisturbed(&cluster).await;
    assert_same(&calm, &again, "two undisturbed installations");
    println!("an undisturbed installation takes {writes} writes");

    let next = Arc::new(AtomicUsize::new(1));
    let kills = Arc::new(AtomicUsize::new(0));
    let worker = || async {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at > writes {
                return;
            }
            let (seen, _) = install(&cluster, "crash", async |space, operator, name| {
                operator.kill_after(at);
                operator.resume();
                // How many reports there are depends on timing, so the last may not come.
                let killed = eventually("killed, or ready before that", async || {
                    if operator.has_ended() {
                        return Ok(true);
                    }
                    let status = space.shop(name).await.status.unwrap_or_default();
                    let ready = status.phase == Some(Phase::Ready);
                    ready.then_some(false).ok_or(status.message)
                })
                .await;
                if killed {
                    kills.fetch_add(1, Ordering::Relaxed);
                    operator.resume();
                }
            })
            .await;
            assert_same(&calm, &seen, &format!("killed after write {at}"));
        }
    };
    futures::future::join_all((0..AT_ONCE).map(|_| worker())).await;
    let kills = kills.load(Ordering::Relaxed);
    println!("killed at {kills} of {writes} writes, the same shop each time");
    assert!(kills + 6 >= writes, "{kills}");
}

/// Not only once: here no process lives longer than one write.
#[tokio::test]
async fn a_kill_after_every_write_leads_to_the_same_shop() {
    let cluster = Cluster::connect().await;
    let (calm, _) = undisturbed(&cluster).await;
    let mut lives = 0;
    let (seen, _) = install(&cluster, "mortal", async |space, operator, name| {
        operator.kill_after(1);
        operator.resume();
        eventually("the shop is ready", async || {
            let status = space.shop(name).await.status.unwrap_or_default();
            if status.phase == Some(Phase::Ready) {
                return Ok(());
            }
            if operator.has_ended() {
                lives += 1;
                operator.proxy.reset();
                operator.kill_after(1);
                operator.resume();
            }
            Err(status.message)
        })
        .await;
        operator.proxy.reset();
    })
    .await;
    println!("{lives} processes, one write each");
    assert!(lives > 30, "{lives}");
    assert_same(&calm, &seen, "killed after every write");
}

/// A refused write is tried again, whatever the reason was.
#[tokio::test]
async fn a_write_refused_once_leads_to_the_same_shop() {
    let cluster = Cluster::connect().await;
    let (calm, _) = undisturbed(&cluster).await;
    let codes = [
        StatusCode::CONFLICT,
        StatusCode::UNPROCESSABLE_ENTITY,
        StatusCode::TOO_MANY_REQUESTS,
        StatusCode::INTERNAL_SERVER_ERROR,
        StatusCode::SERVICE_UNAVAILABLE,
    ];
    let trials = codes
        .into_iter()
        .flat_map(|code| [2, 14, 30].map(|at| (code, at)));
    for (code, at) in trials {
        let (seen, _) = install(&cluster, "refused", async |_, operator, _| {
            operator.proxy.interrupt(at, Interruption::Refused(code));
            operator.resume();
        })
        .await;
        assert_same(&calm, &seen, &format!("{code} at write {at}"));
    }
}
