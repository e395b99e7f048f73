//! Garden.

use super::{Choice, FOREST, Good, SLATE, Stall, TERRACOTTA};
use crate::sample::print::{Palette, Silhouette};

pub(super) const STALL: Stall = Stall {
    path: "garden",
    title: "Garden",
    sku: "GAR",
    palette: Palette {
        ground: "E7F1D9",
        halo: "B4D67A",
        ink: "2F6B1E",
        second: "FFC629",
    },
    goods: &[
        Good {
            slug: "long-spout-watering-can",
            title: "Long-spout watering can",
            shape: Silhouette::WateringCan,
            text: [
                "Reaches the pot at the back without watering the ones in front. The spout starts low, so the last glass of water comes out too.",
                "Galvanised steel with soldered seams, and a brass rose that unscrews for cleaning. It balances when full, which is when it matters.",
            ],
            specs: &[
                ("Rose", "Brass, removable"),
                ("Material", "Galvanised steel"),
                ("Guarantee", "Ten years against rust"),
            ],
            colours: &[FOREST, SLATE],
            choice: Some(Choice {
                name: "Size",
                values: &[("5 l", 0, 0), ("9 l", 1200, 500)],
            }),
            price: 3800,
            compare_at: None,
            weight: 1100,
            stock: &[16, 11, 14, 2],
        },
        Good {
            slug: "cast-iron-plant",
            title: "Cast-iron plant in a pot",
            shape: Silhouette::Plant,
            text: [
                "It forgives dark corners, draughts and two weeks of holiday. Broad leaves grow from the ground one at a time, and each of them stays for years.",
                "Potted in peat-free soil, in the clay pot shown. Water when the top is dry; if you are not sure, wait a day.",
            ],
            specs: &[
                ("Height", "About 45 cm with pot"),
                ("Light", "Shade to half shade"),
                ("Pot", "Clay, 17 cm"),
            ],
            colours: &[],
            choice: None,
            price: 2990,
            compare_at: None,
            weight: 3200,
            stock: &[13],
        },
        Good {
            slug: "hand-trowel",
            title: "Hand trowel",
            shape: Silhouette::Trowel,
            text: [
                "A narrow, deep blade that goes where a bulb wants to be. Inches are marked on the inside and do not wash off.",
                "The neck is forged from one bar with the blade, which is where cheaper trowels give in. Ash handle, leather loop.",
            ],
            specs: &[
                ("Blade", "16 cm, stainless steel"),
                ("Handle", "Oiled ash"),
                ("Length", "31 cm"),
            ],
            colours: &[],
            choice: None,
            price: 1790,
            compare_at: None,
            weight: 290,
            stock: &[37],
        },
        Good {
            slug: "border-fork",
            title: "Border fork",
            shape: Silhouette::Fork,
            text: [
                "Smaller than a digging fork, made to work between plants that you want to keep. Four square tines loosen the soil and leave the roots alone.",
                "A little longer than most, so that your back stays straight. The same handle as the trowel, from the same ash tree if you are lucky.",
            ],
            specs: &[
                ("Head", "23 x 14 cm, forged"),
                ("Handle", "Oiled ash"),
                ("Length", "98 cm"),
            ],
            colours: &[],
            choice: None,
            price: 4600,
            compare_at: Some(5400),
            weight: 1550,
            stock: &[8],
        },
        Good {
            slug: "sweet-pea-seeds",
            title: "Sweet pea seeds",
            shape: Silhouette::SeedPacket,
            text: [
                "Tall, old-fashioned and scented all the way to the gate. The more you pick, the more they flower, from June until you tire of it.",
                "About twenty-five seeds, enough for two metres of fence. Soak them overnight and sow them an inch deep.",
            ],
            specs: &[
                ("Contents", "About 25 seeds"),
                ("Sow", "October or March"),
                ("Height", "1.8 m"),
            ],
            colours: &[],
            choice: None,
            price: 495,
            compare_at: None,
            weight: 12,
            stock: &[220],
        },
        Good {
            slug: "nest-box",
            title: "Nest box",
            shape: Silhouette::BirdHouse,
            text: [
                "A home for small birds that like a hole to live in. The hole is measured for tits and keeps sparrows politely outside.",
                "The front swings open for cleaning in winter. Hang it two metres high, facing the morning, and do nothing: that is the whole art.",
            ],
            specs: &[
                ("Entrance", "28 mm"),
                ("Wood", "Untreated larch, 2 cm"),
                ("Size", "18 x 20 x 32 cm"),
            ],
            colours: &[FOREST, TERRACOTTA],
            choice: None,
            price: 2450,
            compare_at: None,
            weight: 1400,
            stock: &[19, 15],
        },
    ],
};
