//! Lighting.

use super::{BRICK, Choice, FOREST, Good, MUSTARD, NAVY, SLATE, Stall, TERRACOTTA};
use crate::sample::print::{Palette, Silhouette};

pub(super) const STALL: Stall = Stall {
    path: "lighting",
    title: "Lighting",
    sku: "LIG",
    palette: Palette {
        ground: "FFF1D0",
        halo: "FFD66E",
        ink: "6B3E00",
        second: "114A86",
    },
    goods: &[
        Good {
            slug: "reading-lamp",
            title: "Reading lamp",
            shape: Silhouette::DeskLamp,
            text: [
                "Puts the light on the page and keeps it out of your eyes. Two joints hold where you leave them, without springs to sing or screws to tighten.",
                "The base is cast and heavy, the shade is thin and light, so it does not tip. A dial on the cord dims it down to a night light.",
            ],
            specs: &[
                ("Bulb", "E27, up to 9 W, not included"),
                ("Reach", "62 cm"),
                ("Cord", "2 m, with dimmer"),
            ],
            colours: &[NAVY, BRICK, FOREST],
            choice: None,
            price: 11_500,
            compare_at: None,
            weight: 2900,
            stock: &[14, 9, 3],
        },
        Good {
            slug: "enamel-pendant",
            title: "Enamel pendant",
            shape: Silhouette::Pendant,
            text: [
                "The lamp over every workbench of the last century, and over a good many kitchen tables of this one. White inside, so that little light does much.",
                "Enamel on steel cleans with a wet cloth and keeps its colour. It hangs from two metres of woven cord that you shorten yourself.",
            ],
            specs: &[
                ("Bulb", "E27, up to 15 W, not included"),
                ("Material", "Enamelled steel"),
                ("Cord", "2 m, cotton"),
            ],
            colours: &[FOREST, SLATE, MUSTARD],
            choice: Some(Choice {
                name: "Diameter",
                values: &[("28 cm", 0, 0), ("40 cm", 3000, 700)],
            }),
            price: 6900,
            compare_at: None,
            weight: 1200,
            stock: &[20, 12, 16, 8, 10, 4],
        },
        Good {
            slug: "filament-bulb",
            title: "Filament bulb",
            shape: Silhouette::Bulb,
            text: [
                "Looks like the bulb in a drawing of a bulb, and uses a tenth of the power. The light is warm, and falls softly to red when you dim it.",
                "It lights at once, without humming. Fifteen years at three hours a day; we have not been able to check.",
            ],
            specs: &[
                ("Socket", "E27"),
                ("Light", "470 lm, 2200 K"),
                ("Power", "4.5 W, dimmable"),
            ],
            colours: &[],
            choice: None,
            price: 890,
            compare_at: None,
            weight: 60,
            stock: &[160],
        },
        Good {
            slug: "beeswax-candle",
            title: "Beeswax candle",
            shape: Silhouette::Candle,
            text: [
                "From the same hives as the honey, and you can smell it before you light it. It burns slowly, clean and without dripping, away from draughts.",
                "Poured in one piece around a cotton wick. Trim it to a fingernail's width each time, and it will burn for the hours it says.",
            ],
            specs: &[
                ("Burns for", "45 hours"),
                ("Size", "6 x 13 cm"),
                ("Ingredients", "Beeswax, cotton"),
            ],
            colours: &[],
            choice: Some(Choice {
                name: "Pack",
                values: &[("Single", 0, 0), ("Pair", 1300, 360)],
            }),
            price: 1490,
            compare_at: None,
            weight: 360,
            stock: &[44, 21],
        },
        Good {
            slug: "storm-lantern",
            title: "Storm lantern",
            shape: Silhouette::Lantern,
            text: [
                "For the table outside, when the evening is longer than the light. The glass slides up, the candle goes in, the wind stays out.",
                "Powder-coated steel that may live in the garden all summer. The ring on top is wide enough for a gloved hand.",
            ],
            specs: &[
                ("Height", "31 cm"),
                ("Candle", "Up to 8 cm thick"),
                ("Glass", "Tempered, replaceable"),
            ],
            colours: &[SLATE, TERRACOTTA],
            choice: None,
            price: 3200,
            compare_at: Some(3900),
            weight: 1350,
            stock: &[17, 13],
        },
        Good {
            slug: "clip-on-lamp",
            title: "Clip-on lamp",
            shape: Silhouette::DeskLamp,
            text: [
                "Grips a shelf, a headboard or the edge of a workbench and points wherever you turn it. The jaws are lined with felt and leave no mark.",
                "Small enough to take along. The cord runs through the clip, so nothing dangles in front of the books.",
            ],
            specs: &[
                ("Bulb", "E14, up to 5 W, included"),
                ("Grip", "Up to 5 cm"),
                ("Cord", "1.8 m, with switch"),
            ],
            colours: &[MUSTARD, SLATE],
            choice: None,
            price: 4500,
            compare_at: None,
            weight: 640,
            stock: &[25, 19],
        },
    ],
};
