//! Books and paper.

use super::{BRICK, Choice, FOREST, Good, NAVY, Stall};
use crate::sample::print::{Palette, Silhouette};

pub(super) const STALL: Stall = Stall {
    path: "books",
    title: "Books & paper",
    sku: "BOO",
    palette: Palette {
        ground: "E3ECF7",
        halo: "9EC3EE",
        ink: "114A86",
        second: "FF8A5C",
    },
    goods: &[
        Good {
            slug: "birds-from-the-window",
            title: "Birds from the window",
            shape: Silhouette::Book,
            text: [
                "Sixty birds that come to you, drawn the way you see them: small, far away and about to leave. Each has one page, one song in words, and one thing to look for.",
                "It lies flat beside a cup of coffee, and the cover wipes clean. A ribbon keeps the page of the one you are still not sure about.",
            ],
            specs: &[
                ("Pages", "144, sewn"),
                ("Format", "12 x 18 cm"),
                ("Language", "English"),
            ],
            colours: &[],
            choice: None,
            price: 1999,
            compare_at: None,
            weight: 310,
            stock: &[46],
        },
        Good {
            slug: "soup-all-year",
            title: "Soup all year",
            shape: Silhouette::OpenBook,
            text: [
                "Fifty-two soups, one for every week, from what the market has that week. No soup takes more than an hour, and most can be left alone for half of it.",
                "Written by a cook who dislikes washing up: every recipe says how many pots it needs. The answer is one.",
            ],
            specs: &[
                ("Pages", "176, lies flat"),
                ("Format", "19 x 24 cm"),
                ("Language", "English"),
            ],
            colours: &[],
            choice: None,
            price: 2600,
            compare_at: None,
            weight: 780,
            stock: &[27],
        },
        Good {
            slug: "pocket-notebook",
            title: "Pocket notebook",
            shape: Silhouette::Notebook,
            text: [
                "For lists, sums and things overheard. The paper takes a fountain pen without showing it on the other side.",
                "Sewn, not glued, so it opens flat at any page. An elastic band keeps loose receipts where you will look for them.",
            ],
            specs: &[
                ("Pages", "160, numbered"),
                ("Paper", "90 g/m², cream"),
                ("Format", "9 x 14 cm"),
            ],
            colours: &[NAVY, BRICK, FOREST],
            choice: Some(Choice {
                name: "Ruling",
                values: &[("Plain", 0, 0), ("Lined", 0, 0), ("Squared", 0, 0)],
            }),
            price: 1150,
            compare_at: None,
            weight: 140,
            stock: &[35, 42, 18, 26, 31, 12, 20, 24, 0],
        },
        Good {
            slug: "winter-reading-bundle",
            title: "Winter reading bundle",
            shape: Silhouette::BookPile,
            text: [
                "Four novels that booksellers press on each other when the days get short. We tell you nothing about them, except that one has a ship and none has a moral.",
                "Paperbacks, tied with string. If you already have one of them, send it back and we swap it for a fifth.",
            ],
            specs: &[
                ("Contents", "Four paperbacks"),
                ("Pages", "1,240 in all"),
                ("Language", "English"),
            ],
            colours: &[],
            choice: None,
            price: 3900,
            compare_at: Some(4800),
            weight: 1250,
            stock: &[14],
        },
        Good {
            slug: "bread-by-hand",
            title: "Bread by hand",
            shape: Silhouette::Book,
            text: [
                "One dough, taken slowly through a whole year. The first chapter makes a loaf you will be proud of; the last makes one you will be quiet about.",
                "With photographs of what goes wrong, and why, and what to do about it. Flour on the pages is expected.",
            ],
            specs: &[
                ("Pages", "208, sewn"),
                ("Format", "17 x 23 cm"),
                ("Language", "English"),
            ],
            colours: &[],
            choice: None,
            price: 2850,
            compare_at: None,
            weight: 820,
            stock: &[21],
        },
        Good {
            slug: "desk-diary",
            title: "Desk diary",
            shape: Silhouette::Notebook,
            text: [
                "A week on the left, room to think on the right. Sundays are as large as Mondays, because they are.",
                "It begins when you do: the dates are blank, so a diary bought in May wastes nothing. Two ribbons, one for now and one for later.",
            ],
            specs: &[
                ("Pages", "53 weeks, undated"),
                ("Paper", "100 g/m², white"),
                ("Format", "A5"),
            ],
            colours: &[NAVY, FOREST],
            choice: None,
            price: 2200,
            compare_at: None,
            weight: 460,
            stock: &[33, 29],
        },
    ],
};
