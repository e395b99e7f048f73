//! How the services' data is kept apart in Postgres.

use std::{fmt, str::FromStr};

use crate::Service;

/// One database or several. A service's tables are in the schema of its name either way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DatabaseLayout {
    /// A schema per service in one database.
    #[default]
    Shared,
    /// A database per service.
    PerService,
}

impl DatabaseLayout {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Shared, Self::PerService];

    /// Name of the database with the schema of `service`, in a shop whose database is called
    /// `base`.
    pub fn database(self, base: &str, service: Service) -> String {
        match self {
            Self::Shared => base.to_owned(),
            Self::PerService => format!("{base}_{service}"),
        }
    }

    /// The word in the spec and in [`crate::settings::DATABASE_LAYOUT`].
    pub const fn name(self) -> &'static str {
        match self {
            Self::Shared => "Shared",
            Self::PerService => "PerService",
        }
    }
}

impl fmt::Display for DatabaseLayout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A word that is no layout.
#[derive(Debug, PartialEq, Eq)]
pub struct UnknownLayout(pub String);

impl fmt::Display for UnknownLayout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?} is no layout; there are Shared and PerService",
            self.0
        )
    }
}

impl std::error::Error for UnknownLayout {}

impl FromStr for DatabaseLayout {
    type Err = UnknownLayout;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|layout| layout.name() == name)
            .ok_or_else(|| UnknownLayout(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_round_trip_and_databases_are_apart() {
        for layout in DatabaseLayout::ALL {
            assert_eq!(layout.name().parse(), Ok(layout));
        }
        assert!("shared".parse::<DatabaseLayout>().is_err());
        let [shared, apart] = DatabaseLayout::ALL.map(|it| it.database("shop", Service::Cart));
        assert_eq!((shared.as_str(), apart.as_str()), ("shop", "shop_cart"));
    }
}
