//! Outdoors.

use super::{BRICK, Choice, FOREST, Good, MUSTARD, NAVY, SLATE, Stall, TERRACOTTA, WALNUT};
use crate::sample::print::{Palette, Silhouette};

pub(super) const STALL: Stall = Stall {
    path: "outdoors",
    title: "Outdoors",
    sku: "OUT",
    palette: Palette {
        ground: "E2EFEA",
        halo: "8EC7B4",
        ink: "0B4F45",
        second: "FFC629",
    },
    goods: &[
        Good {
            slug: "two-person-tent",
            title: "Two-person tent",
            shape: Silhouette::Tent,
            text: [
                "Stands in five minutes, also in the dark, also with somebody helping. Inner and outer tent go up together, so the bed stays dry in the rain.",
                "Two doors, because one is always on the wrong side. The pegs are bright, and there are two more than you need.",
            ],
            specs: &[
                ("Sleeps", "Two, and their boots"),
                ("Weight", "2.4 kg"),
                ("Water column", "4,000 mm"),
                ("Packed", "46 x 15 cm"),
            ],
            colours: &[FOREST, TERRACOTTA],
            choice: None,
            price: 15_000,
            compare_at: None,
            weight: 2600,
            stock: &[25, 20],
        },
        Good {
            slug: "day-pack",
            title: "Day pack",
            shape: Silhouette::Backpack,
            text: [
                "Room for a coat, lunch, a book and what you find. It stands up when you put it down, and opens wide enough to see the bottom.",
                "Waxed canvas keeps a shower out for as long as a shower lasts. The straps are sewn into the seam, where they do not tear.",
            ],
            specs: &[
                ("Volume", "20 l"),
                ("Size", "30 x 16 x 44 cm"),
                ("Fabric", "Waxed cotton canvas"),
            ],
            colours: &[FOREST, NAVY, BRICK],
            choice: None,
            price: 8500,
            compare_at: None,
            weight: 870,
            stock: &[17, 21, 12],
        },
        Good {
            slug: "steel-flask",
            title: "Steel flask",
            shape: Silhouette::Flask,
            text: [
                "Tea at seven is still tea at three. Two walls of steel with nothing in between, and a lid that is a cup.",
                "The neck is wide enough for soup and for a brush. Drop it: the dent is yours, the vacuum stays.",
            ],
            specs: &[
                ("Hot for", "12 hours"),
                ("Material", "Stainless steel"),
                ("Care", "Brush and hot water"),
            ],
            colours: &[FOREST, SLATE, MUSTARD],
            choice: Some(Choice {
                name: "Size",
                values: &[("500 ml", 0, 0), ("1 l", 900, 220)],
            }),
            price: 2900,
            compare_at: None,
            weight: 340,
            stock: &[30, 24, 28, 19, 14, 3],
        },
        Good {
            slug: "pocket-compass",
            title: "Pocket compass",
            shape: Silhouette::Compass,
            text: [
                "Points north without a battery, a signal or an opinion. The needle floats in oil and comes to rest while you are still turning.",
                "Brass, with a ring that turns for bearings and a lid that is a mirror. It glows for an hour after a minute of light.",
            ],
            specs: &[
                ("Diameter", "5 cm"),
                ("Case", "Brass"),
                ("Balanced for", "Northern hemisphere"),
            ],
            colours: &[],
            choice: None,
            price: 3300,
            compare_at: None,
            weight: 110,
            stock: &[26],
        },
        Good {
            slug: "rubber-boots",
            title: "Rubber boots",
            shape: Silhouette::Boot,
            text: [
                "Natural rubber, laid by hand in twenty pieces, soft in the cold and tight in the brook. The sole is cut to let mud go again.",
                "Lined with cotton that dries overnight. The loop at the back is for hanging them upside down, which is what makes them last.",
            ],
            specs: &[
                ("Height", "Below the knee"),
                ("Material", "Natural rubber, cotton"),
                ("Fit", "Wide; take your own size"),
            ],
            colours: &[FOREST, NAVY],
            choice: Some(Choice {
                name: "Size",
                values: &[
                    ("37", 0, 0),
                    ("39", 0, 60),
                    ("41", 0, 120),
                    ("43", 0, 180),
                    ("45", 0, 260),
                ],
            }),
            price: 7400,
            compare_at: Some(8900),
            weight: 1500,
            stock: &[6, 9, 11, 10, 5, 4, 8, 9, 7, 0],
        },
        Good {
            slug: "picnic-blanket",
            title: "Picnic blanket",
            shape: Silhouette::Blanket,
            text: [
                "Wool above, wax below: the grass may be wet and you need not know. It seats four, or two who have brought cake.",
                "Rolled up it has a strap and weighs less than the lemonade. Shake it out, hang it up, and leave the washing to the rain.",
            ],
            specs: &[
                ("Size", "150 x 180 cm"),
                ("Fabric", "Recycled wool, waxed cotton"),
                ("Care", "Brush and air"),
            ],
            colours: &[WALNUT, FOREST],
            choice: None,
            price: 6900,
            compare_at: None,
            weight: 1800,
            stock: &[13, 16],
        },
    ],
};
