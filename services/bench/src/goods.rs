//! Ten thousand products to search: those of the sample, each many times, under other titles and
//! with words of which it is known how often they occur.
//!
//! The same on every machine. Words are made of syllables that end in a, o or u, so that the
//! English stemmer of Postgres takes nothing off them, and no two words begin alike.

use anyhow::{Result, ensure};
use sqlx::PgPool;

/// Products that are added in a full run.
pub const FULL: usize = 10_000;

/// How many products hold a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breadth {
    /// One product in 2,000.
    Rare,
    /// One in 40.
    Middling,
    /// One in 4.
    Broad,
}

impl Breadth {
    /// Words of this kind.
    pub const fn words(self) -> usize {
        match self {
            Self::Rare => 2_000,
            Self::Middling => 160,
            Self::Broad => 64,
        }
    }

    /// Words of this kind in each product.
    const fn per_product(self) -> usize {
        match self {
            Self::Rare => 1,
            Self::Middling => 4,
            Self::Broad => 16,
        }
    }

    /// Products that hold a word of this kind, of `products`.
    pub const fn hits(self, products: usize) -> usize {
        products * self.per_product() / self.words()
    }

    /// Number of the first word of this kind.
    const fn first(self) -> usize {
        match self {
            Self::Rare => 0,
            Self::Middling => 2_000,
            Self::Broad => 2_160,
        }
    }

    /// Word number `index` of this kind.
    pub fn word(self, index: usize) -> String {
        word(self.first() + index % self.words())
    }

    /// Its words in a product.
    fn of_product(self, product: usize) -> impl Iterator<Item = String> {
        (0..self.per_product()).map(move |place| self.word(product * self.per_product() + place))
    }
}

/// Letters of a word that no other word begins with.
pub const DISTINCT: usize = 6;

/// Eight syllables; the first three tell the word.
fn word(number: usize) -> String {
    const CONSONANTS: &[u8] = b"bdfgklmnprtvz";
    const VOWELS: &[u8] = b"aou";
    let syllables = CONSONANTS.len() * VOWELS.len();
    let mut left = number;
    let mut word = String::new();
    for place in 0..8 {
        let syllable = if place < 3 {
            let syllable = left % syllables;
            left /= syllables;
            syllable
        } else {
            (number * 7 + place * 11) % syllables
        };
        word.push(char::from(CONSONANTS[syllable / VOWELS.len()]));
        word.push(char::from(VOWELS[syllable % VOWELS.len()]));
    }
    word
}

/// Adds so many products, with one variant and plenty of stock each, and has Postgres look at them
/// as it does by itself some time after such a change.
pub async fn add(pool: &PgPool, products: usize) -> Result<()> {
    let step = Breadth::Rare.words();
    ensure!(products.is_multiple_of(step), "not a multiple of {step}");
    let numbers: Vec<i32> = (0..i32::try_from(products)?).collect();
    let titles: Vec<String> = (0..products)
        .map(|product| {
            let mut words = Breadth::Rare.of_product(product);
            words.next().unwrap_or_default()
        })
        .collect();
    let words: Vec<String> = (0..products)
        .map(|product| {
            let middling = Breadth::Middling.of_product(product);
            let all: Vec<_> = middling.chain(Breadth::Broad.of_product(product)).collect();
            all.join(" ")
        })
        .collect();
    let mut tx = pool.begin().await?;
    sqlx::query(include_str!("goods/products.sql"))
        .bind(&numbers)
        .bind(&titles)
        .bind(&words)
        .execute(&mut *tx)
        .await?;
    sqlx::raw_sql(include_str!("goods/variants.sql"))
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    sqlx::raw_sql("VACUUM ANALYZE").execute(pool).await?;
    Ok(())
}

/// Puts a million pieces of everything on the shelf: nothing sells out while it is measured.
pub async fn fill_shelves(pool: &PgPool) -> Result<()> {
    sqlx::raw_sql(include_str!("goods/shelves.sql"))
        .execute(pool)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    const ALL: [Breadth; 3] = [Breadth::Rare, Breadth::Middling, Breadth::Broad];

    #[test]
    fn every_word_occurs_as_often_as_is_said() {
        for breadth in ALL {
            let mut counts = BTreeMap::<String, usize>::new();
            for product in 0..FULL {
                for word in breadth.of_product(product) {
                    *counts.entry(word).or_default() += 1;
                }
            }
            assert_eq!(counts.len(), breadth.words());
            let hits = breadth.hits(FULL);
            assert!(counts.values().all(|count| *count == hits), "{breadth:?}");
        }
    }

    #[test]
    fn no_two_words_begin_alike() {
        let all = ALL
            .into_iter()
            .flat_map(|breadth| (0..breadth.words()).map(move |index| breadth.word(index)));
        let words: Vec<_> = all.collect();
        let beginnings: BTreeSet<_> = words.iter().map(|word| &word[..DISTINCT]).collect();
        assert_eq!(beginnings.len(), words.len());
    }
}
