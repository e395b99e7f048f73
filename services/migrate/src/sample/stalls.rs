//! What each stall of the market sells, as plain tables.

mod audio;
mod books;
mod clothing;
mod garden;
mod kitchen;
mod lighting;
mod outdoors;
mod pantry;
mod tools;
mod toys;

use super::print::{Palette, Silhouette};

/// The stalls in the order of the category bar.
pub(super) const STALLS: [&Stall; 10] = [
    &kitchen::STALL,
    &pantry::STALL,
    &garden::STALL,
    &books::STALL,
    &audio::STALL,
    &lighting::STALL,
    &clothing::STALL,
    &tools::STALL,
    &toys::STALL,
    &outdoors::STALL,
];

/// One category with its goods.
pub(super) struct Stall {
    /// In addresses, for example `kitchen`.
    pub(super) path: &'static str,
    pub(super) title: &'static str,
    /// Start of each stock keeping unit.
    pub(super) sku: &'static str,
    pub(super) palette: Palette,
    pub(super) goods: &'static [Good],
}

/// One product; its variants are every colour with every choice.
pub(super) struct Good {
    pub(super) slug: &'static str,
    pub(super) title: &'static str,
    pub(super) shape: Silhouette,
    pub(super) text: [&'static str; 2],
    pub(super) specs: &'static [(&'static str, &'static str)],
    pub(super) colours: &'static [Colour],
    pub(super) choice: Option<Choice>,
    /// Minor units, before what the choice adds.
    pub(super) price: i64,
    /// The price before a reduction, in minor units.
    pub(super) compare_at: Option<i64>,
    /// Grams, before what the choice adds.
    pub(super) weight: u32,
    /// Pieces of each variant, choices within colours.
    pub(super) stock: &'static [u32],
}

/// A second option besides colour.
pub(super) struct Choice {
    /// For example `Size`.
    pub(super) name: &'static str,
    /// Value, what it adds to the price in minor units, and to the weight in grams.
    pub(super) values: &'static [(&'static str, i64, u32)],
}

/// A colour that things are made in, and the ink that prints it.
#[derive(Clone, Copy)]
pub(super) struct Colour {
    pub(super) name: &'static str,
    pub(super) ink: &'static str,
}

macro_rules! colours {
    ($($constant:ident $name:literal $ink:literal)*) => {
        $(const $constant: Colour = Colour { name: $name, ink: $ink };)*
    };
}

colours! {
    FOREST "Forest green" "0A6A3C"
    MOSS "Moss" "5C6B2F"
    NAVY "Navy" "1B2F5E"
    SKY "Sky blue" "2F7FB8"
    TERRACOTTA "Terracotta" "B5502B"
    BRICK "Brick red" "9C2419"
    MUSTARD "Mustard" "B98200"
    PLUM "Plum" "6A2450"
    SLATE "Slate" "46525C"
    CHARCOAL "Charcoal" "2B2F33"
    WALNUT "Walnut" "5B3A21"
    OAT "Oat" "A68A64"
}
