//! Tools.

use super::{BRICK, Choice, Good, SLATE, Stall};
use crate::sample::print::{Palette, Silhouette};

pub(super) const STALL: Stall = Stall {
    path: "tools",
    title: "Tools",
    sku: "TOO",
    palette: Palette {
        ground: "E9EDE3",
        halo: "B7C2AD",
        ink: "2E3F35",
        second: "E4572E",
    },
    goods: &[
        Good {
            slug: "joiners-hammer",
            title: "Joiner's hammer",
            shape: Silhouette::Hammer,
            text: [
                "A hammer with manners. The face is slightly domed and leaves no ring around the nail; the other end starts small ones between your fingers.",
                "The handle is ash, left thick for you to shave down to your hand. Head and handle are wedged, not glued.",
            ],
            specs: &[
                ("Handle", "Ash"),
                ("Length", "31 cm"),
                ("Head", "Forged, hardened face"),
            ],
            colours: &[],
            choice: Some(Choice {
                name: "Head",
                values: &[("250 g", 0, 0), ("400 g", 350, 180)],
            }),
            price: 2390,
            compare_at: None,
            weight: 420,
            stock: &[28, 22],
        },
        Good {
            slug: "screwdriver-set",
            title: "Screwdriver set",
            shape: Silhouette::Screwdriver,
            text: [
                "Six drivers that cover what a house is held together with. The tips are cut, not cast, and sit in the screw without wandering.",
                "The steel runs through the handle to a cap, so you may hit it, although you should not. They come in a roll that hangs.",
            ],
            specs: &[
                ("Contents", "3 slotted, 3 cross"),
                ("Steel", "Chrome vanadium"),
                ("Roll", "Waxed canvas"),
            ],
            colours: &[],
            choice: None,
            price: 3450,
            compare_at: None,
            weight: 780,
            stock: &[34],
        },
        Good {
            slug: "combination-spanner",
            title: "Combination spanner",
            shape: Silhouette::Spanner,
            text: [
                "Open at one end, a ring at the other, and slim enough for the nut beside the pipe. The ring is offset, which saves your knuckles.",
                "Drop-forged and satin finished, so it does not slip in an oily hand. The size is stamped deep enough to feel in the dark.",
            ],
            specs: &[
                ("Steel", "Chrome vanadium, forged"),
                ("Ring", "12 points, offset 15°"),
            ],
            colours: &[],
            choice: Some(Choice {
                name: "Size",
                values: &[
                    ("8 mm", 0, 0),
                    ("10 mm", 60, 15),
                    ("13 mm", 150, 40),
                    ("17 mm", 310, 95),
                ],
            }),
            price: 640,
            compare_at: None,
            weight: 45,
            stock: &[70, 90, 65, 30],
        },
        Good {
            slug: "panel-saw",
            title: "Panel saw",
            shape: Silhouette::Saw,
            text: [
                "Cuts on the way there and on the way back, and straight if you let it. Shelves, laths and the branch that taps on the window.",
                "The teeth are hardened and stay sharp for years of weekends. The handle has a right angle and a mitre built into its edge.",
            ],
            specs: &[
                ("Blade", "50 cm, 8 teeth per inch"),
                ("Handle", "Beech"),
                ("Guard", "Included"),
            ],
            colours: &[],
            choice: None,
            price: 2950,
            compare_at: Some(3600),
            weight: 610,
            stock: &[15],
        },
        Good {
            slug: "tape-measure",
            title: "Tape measure",
            shape: Silhouette::TapeMeasure,
            text: [
                "Five metres that stand out two by themselves before they fold. Large figures, printed on both sides, because ceilings exist.",
                "The case is exactly ten centimetres long: add it and measure inside a window. A brake stops it from snapping at your thumb.",
            ],
            specs: &[
                ("Length", "5 m"),
                ("Accuracy", "Class II"),
                ("Tape", "Steel, nylon coated"),
            ],
            colours: &[BRICK, SLATE],
            choice: None,
            price: 1590,
            compare_at: None,
            weight: 240,
            stock: &[60, 44],
        },
        Good {
            slug: "steel-toolbox",
            title: "Steel toolbox",
            shape: Silhouette::Toolbox,
            text: [
                "Folded from one sheet, with the edges turned in, so it will not cut you or your car. It opens flat: everything is on top.",
                "Two latches and a hole for a lock. The tray lifts out and carries what you need up the ladder.",
            ],
            specs: &[
                ("Size", "47 x 22 x 21 cm"),
                ("Carries", "25 kg"),
                ("Finish", "Powder coated"),
            ],
            colours: &[BRICK, SLATE],
            choice: None,
            price: 5600,
            compare_at: None,
            weight: 3400,
            stock: &[11, 10],
        },
    ],
};
