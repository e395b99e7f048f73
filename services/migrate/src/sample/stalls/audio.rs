//! Audio.

use super::{BRICK, CHARCOAL, Good, OAT, PLUM, SLATE, Stall, WALNUT};
use crate::sample::print::{Palette, Silhouette};

pub(super) const STALL: Stall = Stall {
    path: "audio",
    title: "Audio",
    sku: "AUD",
    palette: Palette {
        ground: "E9E6F3",
        halo: "B9B0DE",
        ink: "3B2F73",
        second: "FFC629",
    },
    goods: &[
        Good {
            slug: "belt-drive-turntable",
            title: "Belt-drive turntable",
            shape: Silhouette::Turntable,
            text: [
                "A record player that does one thing. The motor is held away from the platter by a belt, so what you hear is the record and not the machine.",
                "The arm lifts itself at the end of a side. Everything that wears, belt, needle and feet, can be changed at home with the key in the box.",
            ],
            specs: &[
                ("Speeds", "33 and 45"),
                ("Cartridge", "Moving magnet, fitted"),
                ("Output", "Line or phono, switchable"),
                ("Size", "42 x 34 x 12 cm"),
            ],
            colours: &[WALNUT, CHARCOAL],
            choice: None,
            price: 21_000,
            compare_at: None,
            weight: 5400,
            stock: &[25, 20],
        },
        Good {
            slug: "over-ear-headphones",
            title: "Over-ear headphones",
            shape: Silhouette::Headphones,
            text: [
                "Light enough to forget for a whole working day. They are open at the back: music sounds like a room, and you still hear the doorbell.",
                "The cable plugs in on either side. Cushions and band come off without tools, and we stock them for as long as we sell these.",
            ],
            specs: &[
                ("Type", "Open, wired"),
                ("Cable", "1.8 m, 3.5 mm plug"),
                ("Weight", "240 g without cable"),
            ],
            colours: &[CHARCOAL, PLUM],
            choice: None,
            price: 8900,
            compare_at: Some(10_900),
            weight: 520,
            stock: &[23, 9],
        },
        Good {
            slug: "shelf-speakers",
            title: "Shelf speakers, pair",
            shape: Silhouette::Speaker,
            text: [
                "Two boxes that disappear once they play. They are tuned to stand close to a wall, as speakers in real rooms do.",
                "The cabinets are solid where others are thin, and damped with wool. Small amplifiers get on well with them.",
            ],
            specs: &[
                ("Size", "17 x 22 x 28 cm each"),
                ("Impedance", "8 ohm"),
                ("Range", "52 Hz to 22 kHz"),
            ],
            colours: &[WALNUT, SLATE],
            choice: None,
            price: 24_900,
            compare_at: None,
            weight: 9800,
            stock: &[7, 6],
        },
        Good {
            slug: "kitchen-radio",
            title: "Kitchen radio",
            shape: Silhouette::Radio,
            text: [
                "One knob for the station, one for how loud, and a button for the one you listen to anyway. It starts at once and asks for nothing.",
                "Runs from the wall or for a week on its battery. The front is sealed against steam, flour and small hands.",
            ],
            specs: &[
                ("Reception", "FM and DAB+"),
                ("Battery", "30 hours, replaceable"),
                ("Size", "24 x 9 x 14 cm"),
            ],
            colours: &[BRICK, SLATE, OAT],
            choice: None,
            price: 7900,
            compare_at: None,
            weight: 1300,
            stock: &[18, 22, 11],
        },
        Good {
            slug: "market-day-record",
            title: "Market Day, the record",
            shape: Silhouette::Record,
            text: [
                "Forty minutes of a brass band that meets on Saturdays behind the fish stall. Recorded in one morning, between two showers.",
                "Heavy vinyl in a printed sleeve, with a sheet that says who plays what. Side two ends in a loop: lift the arm when you have had enough.",
            ],
            specs: &[
                ("Format", "12 inch, 33 rpm"),
                ("Playing time", "41 minutes"),
                ("Pressing", "500 copies"),
            ],
            colours: &[],
            choice: None,
            price: 2400,
            compare_at: None,
            weight: 420,
            stock: &[0],
        },
        Good {
            slug: "folding-headphones",
            title: "Folding headphones",
            shape: Silhouette::Headphones,
            text: [
                "They fold into a fist and live at the bottom of a bag. Closed at the back, they keep the train out and your taste in music in.",
                "Charged in the time it takes to pack, they play for two days. When the battery is tired, the cable still works.",
            ],
            specs: &[
                ("Type", "Closed, wireless or cable"),
                ("Battery", "36 hours"),
                ("Weight", "190 g"),
            ],
            colours: &[],
            choice: None,
            price: 6400,
            compare_at: None,
            weight: 330,
            stock: &[31],
        },
    ],
};
