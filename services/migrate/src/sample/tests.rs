//! What the sample data promises to those who look at it, and to the tests that shop in it.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest as _, Sha256};

use super::{Picture, Product, catalogue, print::Silhouette, stalls::STALLS};

/// Largest picture, in bytes.
const PICTURE_LIMIT: usize = 2048;

fn products() -> Vec<Product> {
    catalogue().products
}

fn pictures(product: &Product) -> impl Iterator<Item = &Picture> {
    let of_variants = product.variants.iter().map(|variant| &variant.picture);
    product.pictures.iter().chain(of_variants)
}

#[test]
fn there_are_ten_stalls_with_something_to_see_at_each() {
    let catalogue = catalogue();
    assert_eq!(catalogue.categories.len(), 10);
    for category in &catalogue.categories {
        let goods = catalogue
            .products
            .iter()
            .filter(|product| product.category == category.path);
        assert!(goods.count() >= 6, "{}", category.path);
    }
}

#[test]
fn names_in_addresses_and_on_labels_are_unique() {
    let products = products();
    let slugs: BTreeSet<_> = products.iter().map(|product| product.slug).collect();
    assert_eq!(slugs.len(), products.len());
    let ages: BTreeSet<_> = products.iter().map(|product| product.age_days).collect();
    assert_eq!(ages.len(), products.len());
    let mut skus = BTreeSet::new();
    for variant in products.iter().flat_map(|product| &product.variants) {
        assert!(skus.insert(&variant.sku), "{} twice", variant.sku);
    }
    for slug in slugs {
        let plain = |c: char| c.is_ascii_lowercase() || c == '-';
        assert!(slug.chars().all(plain), "{slug}");
    }
}

#[test]
fn each_golden_price_belongs_to_one_product() {
    for price in [15_000, 21_000, 1999, 495] {
        let products = products();
        let has = |product: &&Product| product.variants.iter().any(|v| v.price == price);
        let found: Vec<_> = products.iter().filter(has).collect();
        assert_eq!(found.len(), 1, "{price}");
        let variants = &found[0].variants;
        assert!(variants.iter().all(|variant| variant.price == price));
        assert!(variants.iter().all(|variant| variant.on_hand >= 20));
    }
}

#[test]
fn every_variant_has_a_price_a_weight_and_its_own_stock() {
    for (stall, good) in STALLS
        .iter()
        .flat_map(|s| s.goods.iter().map(move |g| (s, g)))
    {
        let choices = good.choice.as_ref().map_or(1, |choice| choice.values.len());
        let variants = good.colours.len().max(1) * choices;
        assert_eq!(good.stock.len(), variants, "{} {}", stall.path, good.slug);
    }
    for product in products() {
        for variant in &product.variants {
            assert!(
                variant.price > 0 && variant.weight_grams > 0,
                "{}",
                variant.sku
            );
            assert!(
                variant
                    .compare_at
                    .is_none_or(|before| before > variant.price)
            );
            let names: Vec<_> = product.options.iter().map(|(name, _)| *name).collect();
            assert_eq!(variant.options.len(), names.len(), "{}", variant.sku);
            for (name, values) in &product.options {
                assert!(values.contains(&variant.options[name]), "{}", variant.sku);
            }
        }
        let combinations: BTreeSet<_> = product.variants.iter().map(|v| &v.options).collect();
        assert_eq!(
            combinations.len(),
            product.variants.len(),
            "{}",
            product.slug
        );
    }
}

#[test]
fn some_shelves_run_low_and_one_product_is_out() {
    let products = products();
    let total = |product: &Product| product.variants.iter().map(|v| v.on_hand).sum::<u32>();
    let out: Vec<_> = products.iter().filter(|p| total(p) == 0).collect();
    assert_eq!(out.len(), 1);
    let low = products.iter().filter(|p| (1..=5).contains(&total(p)));
    assert!(low.count() >= 1);
    let variants = products.iter().flat_map(|product| &product.variants);
    assert!(variants.filter(|v| (1..=5).contains(&v.on_hand)).count() >= 10);
    assert!(products.iter().any(|p| p.variants[0].compare_at.is_some()));
}

#[test]
fn every_product_is_described() {
    for product in products() {
        for paragraph in product.paragraphs {
            assert!((80..400).contains(&paragraph.len()), "{}", product.slug);
            assert!(paragraph.ends_with('.'), "{}", product.slug);
        }
        assert!(product.specs.len() >= 2, "{}", product.slug);
    }
}

#[test]
fn pictures_are_small_inert_and_described() {
    for product in products() {
        for picture in pictures(&product) {
            let Picture { svg, alt, sha256 } = picture;
            assert!(svg.len() <= PICTURE_LIMIT, "{} {}", product.slug, svg.len());
            assert_eq!(*sha256, hex::encode(Sha256::digest(svg)));
            assert!(alt.starts_with("Illustration: "), "{alt}");
            let body = svg
                .strip_prefix(r#"<svg xmlns="http://www.w3.org/2000/svg" "#)
                .and_then(|rest| rest.strip_suffix("</svg>"))
                .expect("an SVG document");
            for refused in [
                "<text", "<script", "<style", "style=", "//", "data:", "<image",
            ] {
                assert!(!body.contains(refused), "{}: {refused}", product.slug);
            }
        }
        let gallery: BTreeSet<_> = product.pictures.iter().map(|p| &p.sha256).collect();
        assert_eq!(gallery.len(), 4, "{}: two views are alike", product.slug);
    }
}

#[test]
fn no_two_products_share_a_picture_and_a_colour_shows() {
    let products = products();
    let mut owners = BTreeMap::new();
    for product in &products {
        for picture in pictures(product) {
            let owner = owners.entry(&picture.sha256).or_insert(product.slug);
            assert_eq!(*owner, product.slug);
        }
        let colours: BTreeSet<_> = product
            .variants
            .iter()
            .map(|v| v.options.get("Colour"))
            .collect();
        let pictures: BTreeSet<_> = product.variants.iter().map(|v| &v.picture.sha256).collect();
        assert_eq!(pictures.len(), colours.len(), "{}", product.slug);
        assert_eq!(product.variants[0].picture, product.pictures[0]);
    }
}

#[test]
fn every_drawing_has_a_product() {
    let goods = STALLS.iter().flat_map(|stall| stall.goods);
    let drawn: BTreeSet<_> = goods.map(|good| good.shape).collect();
    assert!(drawn.len() >= 24);
    let all: BTreeSet<_> = Silhouette::ALL.iter().copied().collect();
    let unused: Vec<_> = all.difference(&drawn).collect();
    assert!(unused.is_empty(), "{unused:?}");
}

/// The same slug gives the same bytes, in this version and the next: pictures are known by their
/// hash wherever they were stored before. To change the drawing on purpose, replace the file with
/// what this test prints.
#[test]
fn the_pictures_of_thirty_products_are_as_they_were() {
    let line = |product: &Product| {
        let short = product.pictures.each_ref().map(|p| &p.sha256[..16]);
        format!("{} {}\n", product.slug, short.join(" "))
    };
    let golden: String = products().iter().step_by(2).take(30).map(line).collect();
    assert!(golden == include_str!("golden.txt"), "now:\n{golden}");
}
