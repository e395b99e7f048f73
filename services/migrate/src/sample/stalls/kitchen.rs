//! Kitchen.

use super::{BRICK, CHARCOAL, Choice, FOREST, Good, NAVY, OAT, SLATE, Stall, TERRACOTTA};
use crate::sample::print::{Palette, Silhouette};

pub(super) const STALL: Stall = Stall {
    path: "kitchen",
    title: "Kitchen",
    sku: "KIT",
    palette: Palette {
        ground: "E4EFE6",
        halo: "9CCFB0",
        ink: "0A6A3C",
        second: "FFC629",
    },
    goods: &[
        Good {
            slug: "stoneware-mug",
            title: "Stoneware mug",
            shape: Silhouette::Mug,
            text: [
                "A heavy-bottomed mug with a handle that takes three fingers. It is thrown in one piece, dipped by hand, and fired hot enough to shrug off the dishwasher.",
                "The two bands are scratched through the glaze, so no two mugs match exactly. Two of them side by side look like a pair all the same.",
            ],
            specs: &[
                ("Capacity", "320 ml"),
                ("Height", "9 cm"),
                ("Material", "Stoneware, lead-free glaze"),
                ("Care", "Dishwasher and microwave"),
            ],
            colours: &[FOREST, OAT, NAVY, TERRACOTTA],
            choice: None,
            price: 1450,
            compare_at: None,
            weight: 380,
            stock: &[64, 48, 52, 3],
        },
        Good {
            slug: "two-cup-teapot",
            title: "Two-cup teapot",
            shape: Silhouette::Teapot,
            text: [
                "Enough tea for two cups, or for one person who does not want to get up again. The spout is cut sharp and stops when you stop.",
                "A removable steel basket holds leaves of any size. The lid has a lip on the inside and stays on down to the last drop.",
            ],
            specs: &[
                ("Capacity", "600 ml"),
                ("Basket", "Stainless steel, fine mesh"),
                ("Material", "Stoneware"),
            ],
            colours: &[FOREST, SLATE],
            choice: None,
            price: 3400,
            compare_at: None,
            weight: 720,
            stock: &[22, 17],
        },
        Good {
            slug: "serving-bowl",
            title: "Serving bowl",
            shape: Silhouette::Bowl,
            text: [
                "A wide, steep bowl for salad, pasta or the week's apples. The foot is high enough to put your fingers under when you carry it to the table.",
                "The zigzag is painted freehand around the outside, where no fork will ever reach it. Bowls of the three sizes nest.",
            ],
            specs: &[
                ("Material", "Earthenware"),
                ("Care", "Dishwasher; no oven"),
                ("Made in", "Small batches of forty"),
            ],
            colours: &[],
            choice: Some(Choice {
                name: "Size",
                values: &[("20 cm", 0, 0), ("26 cm", 800, 450), ("32 cm", 1900, 1100)],
            }),
            price: 1900,
            compare_at: None,
            weight: 650,
            stock: &[30, 24, 9],
        },
        Good {
            slug: "lidded-saucepan",
            title: "Lidded saucepan",
            shape: Silhouette::Saucepan,
            text: [
                "One pan for rice, sauce, soup and the egg you forgot about. Three layers of metal spread the heat, so the middle does not catch before the edge simmers.",
                "The handle stays cool on the hob and goes into the oven. Litre marks are stamped on the inside, where you can see them while you pour.",
            ],
            specs: &[
                ("Capacity", "2.2 l"),
                ("Diameter", "18 cm"),
                ("Hobs", "All, induction included"),
                ("Oven", "Up to 220 °C"),
            ],
            colours: &[],
            choice: None,
            price: 5900,
            compare_at: Some(7400),
            weight: 1650,
            stock: &[18],
        },
        Good {
            slug: "beech-chopping-board",
            title: "Beech chopping board",
            shape: Silhouette::Board,
            text: [
                "End to end it is one plank, without a glue line for the knife to find. The grip doubles as a hook, so it dries hanging and stays flat.",
                "Beech is hard enough to last and soft enough to be kind to an edge. Oil it twice a year and it will outlive the kitchen.",
            ],
            specs: &[
                ("Size", "42 x 26 x 2.5 cm"),
                ("Wood", "Beech from managed forests"),
                ("Care", "Wipe, never soak; oil now and then"),
            ],
            colours: &[],
            choice: None,
            price: 2750,
            compare_at: None,
            weight: 1350,
            stock: &[41],
        },
        Good {
            slug: "cooks-knife",
            title: "Cook's knife",
            shape: Silhouette::Knife,
            text: [
                "The one knife to own if you own one. The blade is long enough for a cabbage and light enough for an onion, and curved so that it rocks.",
                "It comes sharp and sharpens easily at home. Three rivets hold the handle; when it loosens in twenty years, they can be replaced.",
            ],
            specs: &[
                ("Blade", "20 cm, carbon steel"),
                ("Handle", "Stabilised beech"),
                ("Care", "By hand; dry at once"),
            ],
            colours: &[CHARCOAL, BRICK],
            choice: None,
            price: 6800,
            compare_at: None,
            weight: 210,
            stock: &[12, 5],
        },
    ],
};
