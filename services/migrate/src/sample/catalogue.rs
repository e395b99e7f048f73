//! The catalogue as the catalog service stores it, made from the tables of the stalls.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::{
    print::{Ink, View, shelf_print},
    stalls::{Choice, Colour, Good, STALLS, Stall},
};

/// Everything there is to sell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Catalogue {
    /// In the order of the category bar.
    pub categories: Vec<Category>,
    /// By category.
    pub products: Vec<Product>,
}

/// A top-level category.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Category {
    /// In addresses, for example `kitchen`; unique.
    pub path: &'static str,
    pub title: &'static str,
}

/// A product with its variants and pictures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// In addresses; unique.
    pub slug: &'static str,
    pub title: &'static str,
    /// [`Category::path`].
    pub category: &'static str,
    pub paragraphs: [&'static str; 2],
    /// Name and value.
    pub specs: &'static [(&'static str, &'static str)],
    /// What a customer chooses, in order, with the values in order; empty when there is one
    /// variant and nothing to choose.
    pub options: Vec<(&'static str, Vec<&'static str>)>,
    /// At least one.
    pub variants: Vec<Variant>,
    /// The gallery; the first stands for the product in lists.
    pub pictures: [Picture; 4],
    /// How long it has been on sale. No two products share an age, so the newest come in a fixed
    /// order.
    pub age_days: u32,
}

/// What is put into a basket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    /// Unique in the shop.
    pub sku: String,
    /// One value for each option of the product.
    pub options: BTreeMap<&'static str, &'static str>,
    /// In minor units of the shop's currency.
    pub price: i64,
    /// Price before a reduction, in minor units; above `price`.
    pub compare_at: Option<i64>,
    pub weight_grams: u32,
    /// Pieces on the shelf.
    pub on_hand: u32,
    /// The product as it looks in this variant's colour.
    pub picture: Picture,
}

/// An SVG picture, see [`super::print`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Hash of `svg` in hexadecimal digits: its name as an asset.
    pub sha256: String,
    pub svg: String,
    /// What it shows, for those who do not see it.
    pub alt: String,
}

/// The ages of products are multiples of the first modulo the second, a prime: all different and
/// well mixed over the categories.
const AGE_STEP: usize = 37;
const AGE_LIMIT: usize = 181;

/// The sample catalogue; every call returns the same.
pub fn catalogue() -> Catalogue {
    let categories = STALLS.map(|stall| Category {
        path: stall.path,
        title: stall.title,
    });
    let goods = STALLS.into_iter().flat_map(|stall| {
        stall
            .goods
            .iter()
            .enumerate()
            .map(move |item| (stall, item))
    });
    let products = goods.enumerate().map(|(position, (stall, (place, good)))| {
        let age = (position + 1) * AGE_STEP % AGE_LIMIT;
        product(
            stall,
            place + 1,
            good,
            u32::try_from(age).unwrap_or(u32::MAX),
        )
    });
    Catalogue {
        categories: categories.to_vec(),
        products: products.collect(),
    }
}

/// The product that `good` describes; it is number `place` of its stall.
fn product(stall: &'static Stall, place: usize, good: &'static Good, age_days: u32) -> Product {
    let first = good.colours.first().copied();
    let mut options = Vec::new();
    if !good.colours.is_empty() {
        let names = good.colours.iter().map(|colour| colour.name);
        options.push((COLOUR, names.collect()));
    }
    if let Some(choice) = &good.choice {
        let values = choice.values.iter().map(|(value, ..)| *value);
        options.push((choice.name, values.collect()));
    }
    Product {
        slug: good.slug,
        title: good.title,
        category: stall.path,
        paragraphs: good.text,
        specs: good.specs,
        options,
        variants: variants(stall, place, good),
        pictures: View::ALL.map(|view| picture(stall, good, first, view)),
        age_days,
    }
}

const COLOUR: &str = "Colour";

fn variants(stall: &Stall, place: usize, good: &'static Good) -> Vec<Variant> {
    let colours: Vec<Option<Colour>> = match good.colours {
        [] => vec![None],
        colours => colours.iter().copied().map(Some).collect(),
    };
    let values = match &good.choice {
        None => vec![None],
        Some(Choice { name, values }) => values
            .iter()
            .map(|value| Some((*name, value)))
            .collect::<Vec<_>>(),
    };
    let mut variants = Vec::new();
    let mut stock = good.stock.iter().copied();
    for colour in colours {
        let picture = picture(stall, good, colour, View::Front);
        for value in &values {
            let mut sku = format!("{}-{place:02}", stall.sku);
            let mut options = BTreeMap::new();
            let (mut price, mut weight) = (good.price, good.weight);
            if let Some(colour) = colour {
                sku.push_str(&code(colour.name));
                options.insert(COLOUR, colour.name);
            }
            if let Some((name, (value, extra, grams))) = value {
                sku.push_str(&code(value));
                options.insert(*name, *value);
                price += extra;
                weight += grams;
            }
            variants.push(Variant {
                sku,
                options,
                price,
                compare_at: good.compare_at.map(|before| before + price - good.price),
                weight_grams: weight,
                on_hand: stock.next().unwrap_or_default(),
                picture: picture.clone(),
            });
        }
    }
    variants
}

/// The part of a stock keeping unit that stands for an option's value.
fn code(value: &str) -> String {
    let letters = value.chars().filter(char::is_ascii_alphanumeric);
    let short: String = letters.take(4).collect();
    format!("-{}", short.to_ascii_uppercase())
}

fn picture(stall: &Stall, good: &Good, colour: Option<Colour>, view: View) -> Picture {
    let ink = colour.map_or(Ink::Own, |colour| Ink::Colour(colour.ink));
    let svg = shelf_print(good.slug, good.shape, stall.palette, ink, view);
    let mut alt = format!("Illustration: {}", good.title.to_lowercase());
    if let Some(colour) = colour {
        alt.push_str(", ");
        alt.push_str(&colour.name.to_lowercase());
    }
    alt.push_str(match view {
        View::Front => "",
        View::Turned => ", another background",
        View::Detail => ", close up",
        View::Posed => ", from the other side",
    });
    Picture {
        sha256: hex::encode(Sha256::digest(&svg)),
        svg,
        alt,
    }
}
