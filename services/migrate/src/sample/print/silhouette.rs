//! The things that can be drawn. Each stands on the shelf line (y = 660) of an 800 unit box, so
//! that any of them can be turned, scaled and moved around the middle of its foot.

mod clothing;
mod garden;
mod kitchen;
mod leisure;
mod reading;
mod workshop;

/// Path data of one thing, in three layers. Holes wind against their surroundings or lie twice
/// over a place: the fill rule is even-odd.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layers {
    /// Printed in the first ink, and once more beside it in the second.
    pub(super) body: &'static str,
    /// Printed in the second ink.
    pub(super) accent: &'static str,
    /// Left in the colour of the paper.
    pub(super) cut: &'static str,
}

macro_rules! silhouettes {
    ($($module:ident { $($name:ident = $constant:ident,)* })*) => {
        /// What a picture shows.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Silhouette {
            $($($name,)*)*
        }

        impl Silhouette {
            /// Every silhouette.
            pub const ALL: &[Self] = &[$($(Self::$name,)*)*];

            pub(super) const fn layers(self) -> Layers {
                match self {
                    $($(Self::$name => $module::$constant,)*)*
                }
            }
        }
    };
}

silhouettes! {
    kitchen {
        Mug = MUG,
        Teapot = TEAPOT,
        Bowl = BOWL,
        Saucepan = SAUCEPAN,
        Board = BOARD,
        Knife = KNIFE,
        Jar = JAR,
        Bottle = BOTTLE,
        Tin = TIN,
        Pouch = POUCH,
        Carton = CARTON,
        Bar = BAR,
    }
    garden {
        WateringCan = WATERING_CAN,
        Plant = PLANT,
        Trowel = TROWEL,
        SeedPacket = SEED_PACKET,
        BirdHouse = BIRD_HOUSE,
        Fork = FORK,
        Crate = CRATE,
    }
    reading {
        Book = BOOK,
        OpenBook = OPEN_BOOK,
        Notebook = NOTEBOOK,
        BookPile = BOOK_PILE,
        Headphones = HEADPHONES,
        Speaker = SPEAKER,
        Radio = RADIO,
        Record = RECORD,
        Turntable = TURNTABLE,
        DeskLamp = DESK_LAMP,
        Pendant = PENDANT,
        Bulb = BULB,
        Candle = CANDLE,
        Lantern = LANTERN,
    }
    clothing {
        Shirt = SHIRT,
        Jumper = JUMPER,
        Beanie = BEANIE,
        Sock = SOCK,
        Tote = TOTE,
        Apron = APRON,
        Scarf = SCARF,
    }
    workshop {
        Hammer = HAMMER,
        Screwdriver = SCREWDRIVER,
        Spanner = SPANNER,
        Saw = SAW,
        TapeMeasure = TAPE_MEASURE,
        Toolbox = TOOLBOX,
    }
    leisure {
        Engine = ENGINE,
        Blocks = BLOCKS,
        Kite = KITE,
        SpinningTop = SPINNING_TOP,
        RingTower = RING_TOWER,
        Duck = DUCK,
        Tent = TENT,
        Backpack = BACKPACK,
        Flask = FLASK,
        Compass = COMPASS,
        Boot = BOOT,
        Blanket = BLANKET,
    }
}
