//! Toys.

use super::{BRICK, Good, MUSTARD, PLUM, SKY, Stall};
use crate::sample::print::{Palette, Silhouette};

pub(super) const STALL: Stall = Stall {
    path: "toys",
    title: "Toys",
    sku: "TOY",
    palette: Palette {
        ground: "DFF3F4",
        halo: "8AD3D6",
        ink: "0B5C66",
        second: "FF8A5C",
    },
    goods: &[
        Good {
            slug: "wooden-engine",
            title: "Wooden engine",
            shape: Silhouette::Engine,
            text: [
                "Pulls anything with a string on it and answers to any name. The wheels are turned from one piece with their axles and never come off in a small mouth.",
                "Beech, water-based paint and no batteries. The chimney is round, the edges are too.",
            ],
            specs: &[
                ("Age", "From 18 months"),
                ("Size", "24 x 9 x 16 cm"),
                ("Wood", "Beech"),
            ],
            colours: &[SKY, BRICK],
            choice: None,
            price: 3600,
            compare_at: None,
            weight: 740,
            stock: &[24, 18],
        },
        Good {
            slug: "building-blocks",
            title: "Building blocks",
            shape: Silhouette::Blocks,
            text: [
                "Forty pieces that fit each other in every direction, cut to a tenth of a millimetre. Towers stand until somebody wants them to fall.",
                "Cubes, columns, arches and one roof too few, so that something has to be decided. They come in a bag that is also the tidying up.",
            ],
            specs: &[
                ("Age", "From 12 months"),
                ("Contents", "40 pieces and a bag"),
                ("Wood", "Maple, some stained"),
            ],
            colours: &[],
            choice: None,
            price: 4400,
            compare_at: None,
            weight: 1900,
            stock: &[29],
        },
        Good {
            slug: "diamond-kite",
            title: "Diamond kite",
            shape: Silhouette::Kite,
            text: [
                "The kite from the picture books, and it flies like them: straight up in a light wind, held by one line. Four pieces snap together in a minute.",
                "Ripstop cloth and rods of glass fibre, which bend when it lands on its nose. It will land on its nose.",
            ],
            specs: &[
                ("Age", "From 5 years"),
                ("Wind", "2 to 5 Beaufort"),
                ("Size", "80 x 90 cm, 40 m of line"),
            ],
            colours: &[BRICK, SKY, PLUM],
            choice: None,
            price: 2750,
            compare_at: None,
            weight: 260,
            stock: &[16, 20, 4],
        },
        Good {
            slug: "spinning-top",
            title: "Spinning top",
            shape: Silhouette::SpinningTop,
            text: [
                "Pump it twice and it hums for two minutes, a little higher towards the end. The stripes run into each other and come apart again.",
                "Tin, printed and pressed as it was a hundred years ago. The point is made of glass-hard steel; the table should not be.",
            ],
            specs: &[
                ("Age", "From 3 years"),
                ("Diameter", "19 cm"),
                ("Material", "Printed tin"),
            ],
            colours: &[MUSTARD, SKY],
            choice: None,
            price: 2200,
            compare_at: Some(2700),
            weight: 330,
            stock: &[22, 27],
        },
        Good {
            slug: "ring-tower",
            title: "Ring tower",
            shape: Silhouette::RingTower,
            text: [
                "Four rings, one ball and a rod that rocks. It can be stacked by size, by colour or by what is nearest, and all are right.",
                "Oiled maple, smooth as a pebble. The rod bends if somebody sits on it, and somebody will.",
            ],
            specs: &[
                ("Age", "From 6 months"),
                ("Height", "22 cm"),
                ("Wood", "Maple, plant oil"),
            ],
            colours: &[],
            choice: None,
            price: 2100,
            compare_at: None,
            weight: 510,
            stock: &[35],
        },
        Good {
            slug: "pull-along-duck",
            title: "Pull-along duck",
            shape: Silhouette::Duck,
            text: [
                "Walks when you walk, and nods about it. The wheels sit off the middle, which is the whole secret of a duck.",
                "It takes kerbs, gravel and doorsteps. The string ends in a ring, not in a loop, as it should for small necks.",
            ],
            specs: &[
                ("Age", "From 12 months"),
                ("Size", "19 x 10 x 18 cm"),
                ("Wood", "Beech, rubber tyres"),
            ],
            colours: &[MUSTARD, SKY],
            choice: None,
            price: 2690,
            compare_at: None,
            weight: 480,
            stock: &[19, 2],
        },
    ],
};
