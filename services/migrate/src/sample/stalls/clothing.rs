//! Clothing.

use super::{
    BRICK, CHARCOAL, Choice, FOREST, Good, MOSS, MUSTARD, NAVY, OAT, PLUM, SKY, SLATE, Stall,
};
use crate::sample::print::{Palette, Silhouette};

/// The same surcharge for none of them: a large shirt is no better shirt.
const SIZES: Option<Choice> = Some(Choice {
    name: "Size",
    values: &[("S", 0, 0), ("M", 0, 15), ("L", 0, 30), ("XL", 0, 50)],
});

pub(super) const STALL: Stall = Stall {
    path: "clothing",
    title: "Clothing",
    sku: "CLO",
    palette: Palette {
        ground: "FBE6E2",
        halo: "F4AFA1",
        ink: "9C2419",
        second: "114A86",
    },
    goods: &[
        Good {
            slug: "heavy-cotton-t-shirt",
            title: "Heavy cotton T-shirt",
            shape: Silhouette::Shirt,
            text: [
                "A T-shirt that keeps its shape, and yours. The cotton is thick and long in the fibre, the collar is sewn twice and does not curl.",
                "Knitted in a tube, so no seam runs down your sides. It shrinks one per cent in the first wash, and we have cut it for that.",
            ],
            specs: &[
                ("Fabric", "Cotton, 220 g/m²"),
                ("Fit", "Straight"),
                ("Care", "40 °C"),
            ],
            colours: &[BRICK, NAVY, MOSS],
            choice: SIZES,
            price: 3200,
            compare_at: None,
            weight: 210,
            stock: &[14, 22, 19, 8, 16, 25, 21, 11, 9, 13, 12, 0],
        },
        Good {
            slug: "fishermans-jumper",
            title: "Fisherman's jumper",
            shape: Silhouette::Jumper,
            text: [
                "Wool with some of the sheep's own grease left in it, which keeps drizzle out. Knitted so tightly that it stands up by itself when new.",
                "After a winter it gives, and then it fits nobody but you. Air it; wash it rarely; darn it when the time comes, we put wool in the bag.",
            ],
            specs: &[
                ("Fabric", "Wool, undyed grease left in"),
                ("Weight", "About 900 g in M"),
                ("Care", "Cold, by hand"),
            ],
            colours: &[NAVY, OAT],
            choice: SIZES,
            price: 12_900,
            compare_at: None,
            weight: 880,
            stock: &[5, 8, 7, 4, 6, 9, 6, 3],
        },
        Good {
            slug: "ribbed-beanie",
            title: "Ribbed beanie",
            shape: Silhouette::Beanie,
            text: [
                "Covers the ears with the brim down and looks awake with the brim up. Soft against the forehead, where cheaper wool itches.",
                "The pompom is tied on and comes off for the machine, or for good. One size fits most heads; ours are of most sizes.",
            ],
            specs: &[
                ("Fabric", "Merino wool"),
                ("Size", "54 to 60 cm"),
                ("Care", "30 °C, wool cycle"),
            ],
            colours: &[PLUM, MUSTARD, SLATE],
            choice: None,
            price: 2900,
            compare_at: Some(3500),
            weight: 95,
            stock: &[26, 30, 18],
        },
        Good {
            slug: "walking-socks",
            title: "Walking socks",
            shape: Silhouette::Sock,
            text: [
                "Padded at the heel and the ball, thin at the instep, and closed by hand at the toe: there is no seam to find after ten miles.",
                "Half wool, half what makes wool last. If you wear through a pair within two years, send them in and we send you another.",
            ],
            specs: &[
                ("Fabric", "Wool 52 %, polyamide 46 %, elastane 2 %"),
                ("Height", "Mid-calf"),
                ("Care", "40 °C"),
            ],
            colours: &[BRICK, MOSS],
            choice: Some(Choice {
                name: "Size",
                values: &[("36-38", 0, 0), ("39-41", 0, 8), ("42-44", 0, 16)],
            }),
            price: 1690,
            compare_at: None,
            weight: 80,
            stock: &[40, 52, 38, 33, 45, 29],
        },
        Good {
            slug: "market-tote",
            title: "Market tote",
            shape: Silhouette::Tote,
            text: [
                "Carries a week's vegetables on one shoulder. The handles are long enough to go over a coat, and sewn with a cross in a box.",
                "Canvas that softens and does not stretch. A flat pocket inside keeps the purse above the potatoes.",
            ],
            specs: &[
                ("Carries", "20 kg"),
                ("Size", "42 x 40 x 14 cm"),
                ("Fabric", "Cotton canvas, 400 g/m²"),
            ],
            colours: &[BRICK, FOREST, SKY],
            choice: None,
            price: 2400,
            compare_at: None,
            weight: 380,
            stock: &[55, 47, 36],
        },
        Good {
            slug: "work-apron",
            title: "Work apron",
            shape: Silhouette::Apron,
            text: [
                "For the kitchen, the shed and everything between. The straps cross at the back, so the weight is on your shoulders and not on your neck.",
                "One long pocket, divided where your hands expect it. A loop at the hip holds a towel or a hammer.",
            ],
            specs: &[
                ("Size", "One size, 88 cm long"),
                ("Fabric", "Cotton and linen"),
                ("Care", "60 °C"),
            ],
            colours: &[CHARCOAL, BRICK],
            choice: None,
            price: 4200,
            compare_at: None,
            weight: 420,
            stock: &[20, 16],
        },
        Good {
            slug: "lambswool-scarf",
            title: "Lambswool scarf",
            shape: Silhouette::Scarf,
            text: [
                "Long enough to go round twice and still tie. Woven loosely, brushed with real thistles, and warm well before it is thick.",
                "The fringe is twisted by hand and does not come undone. Moths like it as much as you will: keep cedar near.",
            ],
            specs: &[
                ("Size", "30 x 190 cm"),
                ("Fabric", "Lambswool"),
                ("Care", "Cold, by hand"),
            ],
            colours: &[PLUM, SLATE, MUSTARD],
            choice: None,
            price: 4900,
            compare_at: None,
            weight: 190,
            stock: &[12, 15, 7],
        },
    ],
};
