//! Values in a cluster with the operator: applied, converged, rolled back, and compared with shops
//! that began with the value or never had it.
//!
//! ```text
//!  a new shop:  value ─> at rest ════════════╗ the same
//!  an old one:  base ──> value ─> at rest ═══╝
//!                          └────> base ─> at rest ═══ the same as a new shop that never had it
//! ```

use std::{
    collections::{BTreeMap, VecDeque},
    panic::AssertUnwindSafe,
    sync::Mutex,
    time::Instant,
};

use futures::FutureExt;
use localmart_operator::planted::Bug;
use rand::{SeedableRng, rngs::StdRng, seq::SliceRandom};

use crate::{
    cases::{Case, Expect, Maker, base},
    kit::Cluster,
    report::Report,
    stand::{Portrait, Stand},
};

/// Shops that change at once.
const AT_ONCE: usize = 2;

/// Cases that are tried together: of different blocks, so that none can hide another.
pub type Batch = Vec<Case>;

/// All cases, in an order that the seed decides.
pub fn batches(cases: &[Case], seed: u64) -> Vec<Batch> {
    let mut cases = cases.to_vec();
    cases.shuffle(&mut StdRng::seed_from_u64(seed));
    let (mut together, mut batches) = (
        BTreeMap::<_, BTreeMap<_, VecDeque<Case>>>::new(),
        Vec::new(),
    );
    for case in cases {
        let stays = match &case.expect {
            Expect::Converges if !case.alone && case.past.is_none() => false,
            Expect::Stays(_) => true,
            _ => {
                batches.push(vec![case]);
                continue;
            }
        };
        let blocks = together.entry(stays).or_default();
        blocks.entry(case.path.block()).or_default().push_back(case);
    }
    for mut blocks in together.into_values() {
        loop {
            let batch: Batch = blocks
                .values_mut()
                .filter_map(VecDeque::pop_front)
                .collect();
            if batch.is_empty() {
                break;
            }
            batches.push(batch);
        }
    }
    batches.shuffle(&mut StdRng::seed_from_u64(seed));
    batches
}

/// Where values are tried.
pub struct Live<'a> {
    pub cluster: &'a Cluster,
    pub maker: &'a Maker<'a>,
    pub report: &'a Report,
    pub bug: Option<Bug>,
    /// When no other batch is begun.
    pub until: Option<Instant>,
}

impl Live<'_> {
    /// A new shop with the base, and what it looks like.
    pub async fn begin(&self) -> Result<(Stand, Portrait), String> {
        let stand = Stand::start(self.cluster, self.bug).await;
        stand.apply(&base()).await?;
        let portrait = stand.rest(&[]).await?;
        Ok((stand, portrait))
    }

    /// Tries all of them.
    pub async fn run(&self, batches: Vec<Batch>) {
        self.report.planned(batches.iter().flatten());
        let (stand, portrait) = match self.begin().await {
            Ok(begun) => begun,
            Err(message) => return self.report.fail(format!("the base: {message}")),
        };
        stand.end(self.report).await;
        let queue = Mutex::new(VecDeque::from(batches));
        let workers = (0..AT_ONCE).map(|_| self.work(&queue, &portrait));
        futures::future::join_all(workers).await;
    }

    async fn work(&self, queue: &Mutex<VecDeque<Batch>>, portrait: &Portrait) {
        let mut stand = None;
        loop {
            let over = self.until.is_some_and(|until| Instant::now() > until);
            let next = queue.lock().unwrap().pop_front().filter(|_| !over);
            let Some(batch) = next else { break };
            let left = queue.lock().unwrap().len();
            if left.is_multiple_of(10) {
                self.report.say(&format!("{left} batches left"));
            }
            self.search(&mut stand, &batch, portrait).await;
        }
        if let Some(stand) = stand {
            stand.end(self.report).await;
        }
    }

    /// Tries a batch; halves it until it is known which values fail.
    async fn search(&self, stand: &mut Option<Stand>, batch: &[Case], portrait: &Portrait) {
        let (mut groups, mut together, mut guilty) = (vec![batch], String::new(), false);
        while let Some(group) = groups.pop() {
            match self.attempt(stand, group, portrait).await {
                Ok(()) => group.iter().for_each(|case| self.report.lived(case)),
                Err(message) => {
                    if let [case] = group {
                        guilty = true;
                        self.report.fail_in(case, &message);
                    } else {
                        let (first, second) = group.split_at(group.len() / 2);
                        groups.extend([second, first]);
                        together = message;
                    }
                }
            }
        }
        if !together.is_empty() && !guilty {
            let names: Vec<_> = batch.iter().map(Case::name).collect();
            self.report
                .fail(format!("together only: {names:?}: {together}"));
        }
    }

    /// Tries a batch in the shop that is there, or in another one after a failure.
    async fn attempt(
        &self,
        stand: &mut Option<Stand>,
        batch: &[Case],
        portrait: &Portrait,
    ) -> Result<(), String> {
        let trial = async {
            if stand.is_none() {
                *stand = Some(self.begin().await?.0);
            }
            let current = stand.as_ref().ok_or("there is no shop")?;
            let result = self.trial(current, batch, portrait).await;
            current.note(self.report);
            result
        };
        let result = AssertUnwindSafe(trial).catch_unwind().await;
        let result = result.unwrap_or_else(|payload| {
            let text = payload.downcast_ref::<String>().cloned();
            Err(text.unwrap_or_else(|| "a panic without words".to_owned()))
        });
        if result.is_err()
            && let Some(stand) = stand.take()
        {
            stand.end(self.report).await;
        }
        result
    }

    /// `stand` has the base and has it again afterwards; `portrait` is a shop that never had more.
    pub async fn trial(
        &self,
        stand: &Stand,
        batch: &[Case],
        portrait: &Portrait,
    ) -> Result<(), String> {
        let spec = self.maker.spec(batch);
        let [first, ..] = batch else { return Ok(()) };
        let kept = &self.maker.table.kept;
        let waits: Vec<_> = batch.iter().filter_map(|case| case.waits.clone()).collect();
        match &first.expect {
            Expect::Refused(_) => return Ok(()),
            Expect::Stays(_) => {
                let new = Stand::start(self.cluster, self.bug).await;
                new.apply(&spec).await?;
                new.rest(&waits)
                    .await
                    .map_err(|why| format!("a new shop: {why}"))?;
                for case in batch {
                    if let Expect::Stays(words) = &case.expect {
                        new.refuses(&base(), words).await?;
                    }
                }
                new.end(self.report).await;
                return Ok(());
            }
            Expect::Told(reason) => {
                stand.apply(&spec).await?;
                stand.told(reason).await?;
            }
            Expect::Converges => {
                let new = if batch.iter().any(|case| case.past.is_some()) {
                    None
                } else {
                    let new = Stand::start(self.cluster, self.bug).await;
                    new.apply(&spec).await?;
                    let portrait = new
                        .rest(&waits)
                        .await
                        .map_err(|why| format!("a new shop: {why}"))?;
                    new.end(self.report).await;
                    Some(portrait)
                };
                stand.apply(&spec).await?;
                let arrived = match &new {
                    Some(new) => stand.reach(new, kept, &waits).await,
                    None => stand.rest(&waits).await.map(drop),
                };
                arrived.map_err(|why| format!("a shop that got it later: {why}"))?;
            }
        }
        stand.apply(&base()).await?;
        let back = stand.reach(portrait, kept, &[]).await;
        back.map_err(|why| format!("rolled back: {why}"))
    }
}
