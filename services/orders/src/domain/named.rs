//! Enums whose names are the same in SQL, JSON and documentation.

/// Writes an enum, its names on the wire and in SQL, and the list of its variants.
macro_rules! named {
    ($(#[$doc:meta])* $kind:ident { $($(#[$variant_doc:meta])* $variant:ident = $name:tt,)* }) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
        )]
        pub enum $kind {
            $($(#[$variant_doc])* #[serde(rename = $name)] $variant,)*
        }

        impl $kind {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name in SQL, JSON and documentation.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }

        impl std::fmt::Display for $kind {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name())
            }
        }

        impl std::str::FromStr for $kind {
            type Err = $crate::domain::named::UnknownName;

            fn from_str(name: &str) -> Result<Self, Self::Err> {
                Self::ALL
                    .iter()
                    .copied()
                    .find(|value| value.name() == name)
                    .ok_or_else(|| $crate::domain::named::UnknownName { kind: stringify!($kind), name: name.to_owned() })
            }
        }
    };
}
pub(crate) use named;

/// A stored name that this release does not know.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name:?} is no {kind}")]
pub struct UnknownName {
    pub kind: &'static str,
    pub name: String,
}
