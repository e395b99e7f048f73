//! Searches for one word. None of them comes from the catalog's cache: words, how much of a word
//! is typed, and the length of the page change from one to the next, and no search comes again
//! before the cache has forgotten it.

use std::{cell::Cell, rc::Rc};

use anyhow::{Context, Result, ensure};
use chassis::Service;
use serde::Deserialize;

use super::Pass;
use crate::{
    goods::{Breadth, DISTINCT},
    http::{Ask, Connection},
    load::{Shopper, Steps},
    shop::Shop,
};

/// Syllables of a word, and how many lengths of it are typed. Only whole ones are left out: what
/// ends in a vowel has no ending that the stemmer would take off.
const SYLLABLE: usize = 2;
const LENGTHS: usize = 6;
/// Lengths of a page, in products.
const PAGES: [usize; 10] = [24, 25, 26, 27, 28, 29, 30, 31, 32, 33];

/// Searches for words of one kind.
#[derive(Debug)]
pub struct Searcher {
    connection: Connection,
    pass: Pass,
    breadth: Breadth,
    hits: usize,
    /// Goes on from one load to the next.
    next: Rc<Cell<usize>>,
}

#[derive(Deserialize)]
struct Found {
    total: usize,
}

impl Shopper for Searcher {
    async fn once(&mut self, _: &Steps) -> Result<bool> {
        let number = self.next.replace(self.next.get() + 1);
        let word = self.breadth.word(number);
        let round = number / self.breadth.words();
        let typed = &word[..word.len() - round % LENGTHS * SYLLABLE];
        let page = PAGES[round / LENGTHS % PAGES.len()];
        let path = format!("/api/v1/products?q={typed}&limit={page}");
        let ask = Ask::get(&path, Some(self.pass.value()?));
        let found: Found = self.connection.json(ask).await?;
        ensure!(
            found.total == self.hits,
            "{typed} is in {} products instead of {}",
            found.total,
            self.hits
        );
        Ok(true)
    }
}

/// Searchers; the products must have been added.
pub async fn searchers(shop: &Shop, breadth: Breadth, size: usize) -> Result<Vec<Searcher>> {
    const _: () = assert!(16 - (LENGTHS - 1) * SYLLABLE >= DISTINCT);
    let products: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM catalog.product WHERE starts_with(slug, 'bench-')",
    )
    .fetch_one(&shop.pool)
    .await?;
    let hits = breadth.hits(usize::try_from(products)?);
    ensure!(hits > 0, "there is nothing to find");
    let mut searchers = Vec::new();
    for place in 0..size {
        let connection = Connection::open(shop.api(Service::Catalog)).await;
        searchers.push(Searcher {
            connection: connection.context("the catalog")?,
            pass: Pass::internal(shop, Service::Catalog, &format!("guest:bench-{place}"))?,
            breadth,
            hits,
            next: Rc::clone(&shop.numbers),
        });
    }
    Ok(searchers)
}
