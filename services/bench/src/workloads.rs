//! What is asked of the shop, and what must come back: every answer is checked, because a quick
//! wrong answer is none.

mod add;
mod get;
mod pass;
mod purchase;
mod search;

use std::time::Duration;

use anyhow::{Context, Result};
use chassis::Service;

use crate::{
    cores::Placement,
    goods::Breadth,
    http::{Ask, Connection},
    load::{self, Load, Shopper},
    shop::{Cpu, Shop},
    usage,
};
use pass::Pass;
pub use purchase::COMPLETE;

const NEXT_PAGES: &str = "The answer is ready bytes; what is left is the system calls of the \
    connection, two log lines with a system call each, and a token that is verified (at the \
    storefront: signed) for each request. Next step: lines of one thread written together, and \
    at the storefront one token for the requests of a customer within a second.";
const NEXT_ADD: &str = "An addition asks the catalog twice, for the variant and then for the prices \
    of the whole cart, and orders once for the totals; the table of shares shows what each costs. \
    Next step: one look-up of the variant together with the cart's lines.";
const NEXT_SEARCH: &str = "Postgres finds and ranks every hit for the page and finds all of them \
    once more to count them. Next step: one statement that counts while it ranks, and counts no \
    further than a person would page.";
const NEXT_PURCHASE: &str = "Eight requests cause calls between services and a transaction for \
    each step that must survive a crash; the table of shares shows what each service and Postgres \
    have to do with it. Next step: fewer statements a step, the writes of one step in one.";

/// One workload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Workload {
    /// The first page of all products, again and again, at the catalog's own port.
    List,
    /// The same through the storefront.
    ListStorefront,
    /// Every sample product in turn, at the catalog's own port.
    Detail,
    /// A guest adds a piece to a cart, at the cart's own port.
    Add,
    /// The same through the storefront.
    AddStorefront,
    /// A signed-in customer adds a piece to a cart, at the cart's own port.
    AddSignedIn,
    /// One word that few of 10,000 products hold.
    SearchRare,
    /// One that one in 40 holds.
    SearchMiddling,
    /// One that every fourth holds.
    SearchBroad,
    /// From an empty cart to the placed order, through the storefront.
    Purchase,
}

impl Workload {
    pub const ALL: [Self; 10] = [
        Self::List,
        Self::ListStorefront,
        Self::Detail,
        Self::Add,
        Self::AddStorefront,
        Self::AddSignedIn,
        Self::SearchRare,
        Self::SearchMiddling,
        Self::SearchBroad,
        Self::Purchase,
    ];

    /// The name in tables.
    pub const fn title(self) -> &'static str {
        match self {
            Self::List => "product list, at the catalog",
            Self::ListStorefront => "product list, through the storefront",
            Self::Detail => "product detail, at the catalog",
            Self::Add => "guest add to cart, at the cart",
            Self::AddStorefront => "guest add to cart, through the storefront",
            Self::AddSignedIn => "signed-in add to cart, at the cart",
            Self::SearchRare => "search, rare word",
            Self::SearchMiddling => "search, middling word",
            Self::SearchBroad => "search, broad word",
            Self::Purchase => "whole purchase, through the storefront",
        }
    }

    /// Where the shop runs meanwhile.
    pub const fn placement(self) -> Placement {
        match self {
            Self::AddSignedIn | Self::Purchase => Placement::Together,
            _ => Placement::Apart,
        }
    }

    /// Whether it needs the ten thousand products.
    pub const fn breadth(self) -> Option<Breadth> {
        match self {
            Self::SearchRare => Some(Breadth::Rare),
            Self::SearchMiddling => Some(Breadth::Middling),
            Self::SearchBroad => Some(Breadth::Broad),
            _ => None,
        }
    }

    /// Shoppers at a time, each with a connection of its own.
    pub const fn shoppers(self) -> usize {
        match self {
            Self::List | Self::ListStorefront | Self::Detail => 32,
            Self::Add | Self::AddStorefront | Self::AddSignedIn | Self::Purchase => 16,
            // Two for each of the catalog's connections to Postgres.
            Self::SearchRare | Self::SearchMiddling | Self::SearchBroad => 8,
        }
    }

    /// The rate of the open loop that a budget names; without one it is half of what the closed
    /// loop reached.
    pub const fn open_rate(self) -> Option<f64> {
        match self {
            Self::Purchase => Some(30.0),
            _ => None,
        }
    }

    /// What to do about it where a budget is missed.
    pub const fn next_step(self) -> &'static str {
        match self {
            Self::List | Self::ListStorefront | Self::Detail => NEXT_PAGES,
            Self::Add | Self::AddStorefront | Self::AddSignedIn => NEXT_ADD,
            Self::SearchRare | Self::SearchMiddling | Self::SearchBroad => NEXT_SEARCH,
            Self::Purchase => NEXT_PURCHASE,
        }
    }

    /// Asks for it in one of the two ways. `expected` is the rate to be prepared for.
    pub async fn run(self, shop: &Shop, way: Way, expected: f64) -> Result<Sample> {
        let size = self.shoppers();
        match self {
            Self::List => measured(shop, get::list(shop, Service::Catalog, size).await?, way).await,
            Self::ListStorefront => {
                measured(shop, get::list(shop, Service::Storefront, size).await?, way).await
            }
            Self::Detail => measured(shop, get::detail(shop, size).await?, way).await,
            Self::Add | Self::AddStorefront | Self::AddSignedIn => {
                let customer = match self {
                    Self::Add => add::Customer::Guest,
                    Self::AddSignedIn => add::Customer::SignedIn,
                    _ => add::Customer::GuestOutside,
                };
                let times = way.time().as_secs_f64() * expected;
                measured(shop, add::adders(shop, customer, size, times).await?, way).await
            }
            Self::SearchRare | Self::SearchMiddling | Self::SearchBroad => {
                let breadth = self.breadth().context("a search has one")?;
                measured(shop, search::searchers(shop, breadth, size).await?, way).await
            }
            Self::Purchase => measured(shop, purchase::buyers(shop, size).await?, way).await,
        }
    }
}

/// How to ask.
#[derive(Clone, Copy, Debug)]
pub enum Way {
    Closed(Duration),
    Open { rate: f64, time: Duration },
}

impl Way {
    const fn time(self) -> Duration {
        match self {
            Self::Closed(time) | Self::Open { time, .. } => time,
        }
    }
}

/// What one go did and what it took.
#[derive(Debug)]
pub struct Sample {
    pub load: Load,
    pub cpu: Cpu,
    pub driver: Duration,
}

/// Longest time for events and follow-ups to come to rest.
const REST: Duration = Duration::from_secs(30);

async fn measured<S: Shopper>(shop: &Shop, mut shoppers: Vec<S>, way: Way) -> Result<Sample> {
    shop.empty_logs()?;
    let (before, own) = (shop.cpu()?, usage::own_cpu()?);
    let load = match way {
        Way::Closed(time) => load::closed(&mut shoppers, time).await?,
        Way::Open { rate, time } => load::open(&mut shoppers, rate, time).await?,
    };
    let driver = usage::own_cpu()?.saturating_sub(own);
    // What requests leave to be done belongs to their costs.
    if let Some(unrest) = localmart_verify::invariants::quiet(&shop.pool, REST).await? {
        anyhow::bail!("the shop does not come to rest: {unrest}");
    }
    let cpu = shop
        .cpu()?
        .into_iter()
        .map(|(part, used)| (part, used.saturating_sub(before[&part])))
        .collect();
    Ok(Sample { load, cpu, driver })
}

/// Variants of the sample that are in stock, by their ids.
async fn variants(shop: &Shop) -> Result<Vec<String>> {
    let mut pass = Pass::internal(shop, Service::Catalog, "guest:bench")?;
    let mut connection = Connection::open(shop.api(Service::Catalog)).await?;
    let mut found = Vec::new();
    for slug in get::slugs(&mut connection, &mut pass).await? {
        let path = format!("/api/v1/products/{slug}");
        let product: serde_json::Value = connection
            .json(Ask::get(&path, Some(pass.value()?)))
            .await?;
        let variants = product["variants"].as_array().into_iter().flatten();
        let ids = variants
            .filter(|variant| variant["stock"] == "in")
            .filter_map(|variant| variant["id"].as_str());
        found.extend(ids.map(str::to_owned));
    }
    Ok(found)
}

/// A member of an answer that must be a text.
fn text<'a>(answer: &'a serde_json::Value, member: &str) -> Result<&'a str> {
    answer[member]
        .as_str()
        .with_context(|| format!("no {member} in {answer}"))
}
