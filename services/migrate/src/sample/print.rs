//! Product pictures without photographs: two-ink shelf prints, drawn by a pure function.
//!
//! A thing stands on a shelf before a plain shape, printed the way a stencil press does it: flat
//! inks, the second one slightly out of place, shade as dots. What makes a product's pictures its
//! own comes from the hash of its slug, how each view is posed from the hash of slug and view; a
//! decision takes the next byte of the hash modulo the number of choices. The same slug gives the
//! same bytes on every machine.
//!
//! A picture has no text, script, style or reference to the outside, and at most 2 KB.

mod silhouette;

use sha2::{Digest as _, Sha256};

pub use silhouette::Silhouette;

/// The colours of a picture, as six hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Palette {
    /// The paper.
    pub ground: &'static str,
    /// The shape behind the thing.
    pub halo: &'static str,
    /// The thing itself.
    pub ink: &'static str,
    /// Its accents.
    pub second: &'static str,
}

/// From where a product is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    Front,
    /// As the front, before another background.
    Turned,
    /// Twice as large.
    Detail,
    /// From the other side.
    Posed,
}

impl View {
    /// In the order of a product's gallery.
    pub const ALL: [Self; 4] = [Self::Front, Self::Turned, Self::Detail, Self::Posed];

    const fn name(self) -> &'static str {
        match self {
            Self::Front => "front",
            Self::Turned => "turned",
            Self::Detail => "detail",
            Self::Posed => "posed",
        }
    }
}

/// The ink of a picture's thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// One of the palette's two, by the hash of the slug.
    Own,
    /// That of a colour variant.
    Colour(&'static str),
}

/// Draws the product `slug` as SVG.
pub fn shelf_print(
    slug: &str,
    silhouette: Silhouette,
    palette: Palette,
    ink: Ink,
    view: View,
) -> String {
    let mut identity = Choices::new(slug);
    let swapped = *identity.of(&[false, false, true]);
    let halo = *identity.of(&[Halo::Circle, Halo::Arch, Halo::Square, Halo::Diamond]);
    let bars = barcode(&mut identity);

    let mut pose = Choices::new(&format!("{slug}:{}", view.name()));
    let tilt = *pose.of(&["0", "0", "-4", "5"]);
    let scale = *pose.of(&["1.08", "1", "1.15"]);
    let shift = *pose.of(&[-26, 0, 26]);
    let angle = *pose.of(&["15", "30", "45", "60"]);

    let (ink, second) = match ink {
        Ink::Colour(colour) => (colour, palette.second),
        Ink::Own if swapped => (palette.second, palette.ink),
        Ink::Own => (palette.ink, palette.second),
    };
    let line = palette.ink;
    let Palette {
        ground,
        halo: behind,
        ..
    } = palette;
    let layers = silhouette.layers();
    let foot = 400 + shift;
    let place = match view {
        View::Front | View::Turned => {
            format!("translate({foot} 660)scale({scale})translate(-400 -660)")
        }
        View::Posed => {
            format!(
                "translate({foot} 660)rotate({tilt})scale(-{scale} {scale})translate(-400 -660)"
            )
        }
        View::Detail => format!("translate({foot} 400)rotate({tilt})scale(2)translate(-400 -440)"),
    };
    let halo = halo.path(view);
    // The shelf with the shadow of the thing as rows of dots; a detail shows neither.
    let shelf = match view {
        View::Detail => String::new(),
        View::Front | View::Turned | View::Posed => {
            let (left, inner) = (foot - 238, foot - 196);
            format!(
                r##"<path fill="#{line}" d="M60 660h680v6H60z"/><path stroke="#{line}" stroke-width="7" stroke-linecap="round" stroke-dasharray="0 14" d="M{left} 677h476M{inner} 689h392"/>"##
            )
        }
    };
    let (body, accent, cut) = (layers.body, layers.accent, layers.cut);
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 800" fill-rule="evenodd"><defs><path id="b" clip-rule="evenodd" d="{body}"/><clipPath id="c"><use href="#b"/></clipPath><pattern id="d" width="16" height="16" patternUnits="userSpaceOnUse" patternTransform="rotate({angle})"><circle cx="8" cy="8" r="4" fill="#{second}"/></pattern></defs><path fill="#{ground}" d="M0 0h800v800H0z"/><path fill="#{behind}" {halo}/>{shelf}<g transform="{place}"><use href="#b" x="9" y="7" fill="#{second}" opacity=".35"/><use href="#b" fill="#{ink}"/><path clip-path="url(#c)" fill="url(#d)" opacity=".5" d="M480 0h320v800H480z"/><path fill="#{second}" d="{accent}"/><path fill="#{ground}" d="{cut}"/></g><path fill="#{ground}" d="M528 692h244v68H528z"/><path stroke="#{line}" stroke-width="44" stroke-dasharray="{bars} 999" d="M540 726h220"/></svg>"##
    )
}

/// The shape behind the thing.
#[derive(Clone, Copy)]
enum Halo {
    Circle,
    Arch,
    Square,
    Diamond,
}

impl Halo {
    /// Attributes of its path; the turned view stands it on another side.
    const fn path(self, view: View) -> &'static str {
        let turned = matches!(view, View::Turned);
        match (self, turned) {
            (Self::Circle, false) => r#"d="M400 110a290 290 0 1 1 0 580 290 290 0 1 1 0-580z""#,
            (Self::Circle, true) => r#"d="M90 400a310 310 0 0 1 620 0z""#,
            (Self::Arch, false) => r#"d="M140 660V370a260 260 0 0 1 520 0v290z""#,
            (Self::Arch, true) => r#"d="M140 120v290a260 260 0 0 0 520 0V120z""#,
            (Self::Square, false) | (Self::Diamond, true) => r#"d="M130 130h540v530H130z""#,
            (Self::Square, true) => r#"d="M400 70l340 340-340 340L60 410z""#,
            (Self::Diamond, false) => r#"d="M400 70l330 330-330 330L70 400z""#,
        }
    }
}

/// Fourteen bars under the shelf, every product's own: lengths of dashes and gaps.
fn barcode(choices: &mut Choices) -> String {
    let bars: [&str; 14] = std::array::from_fn(|_| *choices.of(&["3", "5", "8", "11"]));
    bars.join(" 5 ")
}

/// The bytes of a hash as a sequence of decisions.
struct Choices {
    bytes: [u8; 32],
    next: usize,
}

impl Choices {
    fn new(text: &str) -> Self {
        Self {
            bytes: Sha256::digest(text).into(),
            next: 0,
        }
    }

    fn of<'a, T>(&mut self, options: &'a [T]) -> &'a T {
        let byte = usize::from(self.bytes[self.next]);
        self.next += 1;
        &options[byte % options.len()]
    }
}
