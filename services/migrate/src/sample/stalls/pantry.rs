//! Pantry.

use super::{Choice, Good, Stall};
use crate::sample::print::{Palette, Silhouette};

pub(super) const STALL: Stall = Stall {
    path: "pantry",
    title: "Pantry",
    sku: "PAN",
    palette: Palette {
        ground: "FBF0CF",
        halo: "FFD25C",
        ink: "8A4B00",
        second: "B0251C",
    },
    goods: &[
        Good {
            slug: "heather-honey",
            title: "Heather honey",
            shape: Silhouette::Jar,
            text: [
                "Dark, thick and a little bitter, the way late summer smells. The hives stand on the moor for six weeks in August and nowhere else.",
                "It is spun cold and put into jars the same week. If it sets, that is what honey does: stand the jar in warm water and it runs again.",
            ],
            specs: &[
                ("Origin", "A single moor, one harvest"),
                ("Keeps", "Two years, in the dark"),
                ("Ingredients", "Honey"),
            ],
            colours: &[],
            choice: Some(Choice {
                name: "Jar",
                values: &[("250 g", 0, 0), ("500 g", 550, 330)],
            }),
            price: 790,
            compare_at: None,
            weight: 420,
            stock: &[75, 40],
        },
        Good {
            slug: "first-press-olive-oil",
            title: "First-press olive oil",
            shape: Silhouette::Bottle,
            text: [
                "Green, grassy and sharp at the back of the throat. The olives are picked early and pressed within the day, which costs oil and gains taste.",
                "Dark glass keeps it that way. Use it where you can taste it: on bread, on beans, on a tomato that deserves it.",
            ],
            specs: &[
                ("Contents", "500 ml"),
                ("Acidity", "0.2 %"),
                ("Harvest", "October, by hand"),
            ],
            colours: &[],
            choice: None,
            price: 1650,
            compare_at: None,
            weight: 910,
            stock: &[58],
        },
        Good {
            slug: "sardines-in-lemon-oil",
            title: "Sardines in lemon oil",
            shape: Silhouette::Tin,
            text: [
                "Small fish, packed by hand in oil that met a lemon first. Lunch is a slice of toast away, and so is the cat.",
                "They get better with time. Turn the tin over once a year and see who in the house can wait longest.",
            ],
            specs: &[
                ("Contents", "120 g, drained 90 g"),
                ("Keeps", "Five years"),
                ("Contains", "Fish"),
            ],
            colours: &[],
            choice: None,
            price: 525,
            compare_at: None,
            weight: 160,
            stock: &[140],
        },
        Good {
            slug: "house-coffee",
            title: "House coffee",
            shape: Silhouette::Pouch,
            text: [
                "The coffee that the market opens with: chocolate and hazelnut, low in acid, good with milk and better without. Roasted on Monday, on the shelf by Wednesday.",
                "The pouch breathes out and not in. Grind as late as you can; if you have no grinder, tell us how you brew and we do it for you.",
            ],
            specs: &[
                ("Contents", "500 g"),
                ("Roast", "Medium"),
                ("Best", "Within six weeks of roasting"),
            ],
            colours: &[],
            choice: Some(Choice {
                name: "Grind",
                values: &[("Whole beans", 0, 0), ("Filter", 0, 0), ("Espresso", 0, 0)],
            }),
            price: 1390,
            compare_at: None,
            weight: 530,
            stock: &[60, 34, 28],
        },
        Good {
            slug: "bronze-cut-pasta",
            title: "Bronze-cut pasta",
            shape: Silhouette::Carton,
            text: [
                "Short twists with a surface like fine sandpaper. They are pushed through bronze, not plastic, and hold on to whatever sauce you have.",
                "Dried slowly for a day and a half, they stay firm even when the telephone rings. Cook for eleven minutes; taste at ten.",
            ],
            specs: &[
                ("Contents", "500 g"),
                ("Ingredients", "Durum wheat, water"),
                ("Cooking time", "11 minutes"),
            ],
            colours: &[],
            choice: None,
            price: 345,
            compare_at: None,
            weight: 520,
            stock: &[180],
        },
        Good {
            slug: "sea-salt-chocolate",
            title: "Sea salt chocolate",
            shape: Silhouette::Bar,
            text: [
                "Dark chocolate with just enough salt to make you look for the next square. It is ground on stone for three days and snaps when you break it.",
                "Every bar is wrapped by hand in paper without plastic. Keep it cool, dry and out of sight.",
            ],
            specs: &[
                ("Contents", "80 g"),
                ("Cocoa", "72 %"),
                ("May contain", "Traces of milk and nuts"),
            ],
            colours: &[],
            choice: None,
            price: 440,
            compare_at: Some(520),
            weight: 90,
            stock: &[4],
        },
        Good {
            slug: "vegetable-box",
            title: "Vegetable box",
            shape: Silhouette::Crate,
            text: [
                "What is ripe this week, picked the day before, for two people who cook or four who mostly do not. You do not choose, which turns out to be a relief.",
                "A card in the box says what everything is and what to do with the odd one. Bring the crate back and it goes out again.",
            ],
            specs: &[
                ("Contents", "About 5 kg, eight kinds"),
                ("Grown", "Within 40 km"),
                ("Crate", "Poplar, returnable"),
            ],
            colours: &[],
            choice: None,
            price: 1850,
            compare_at: None,
            weight: 5900,
            stock: &[24],
        },
    ],
};
